/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"
#include "base/number.h"
#include "base/str.h"
#include "rules/check.h"
#include "rules/selector.h"

#define NAME_MAX_LEN   63
#define PREFIX_MAX_LEN 253

static bool is_lower_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_alnum(char c)
{
    return is_lower_alnum(c) || (c >= 'A' && c <= 'Z');
}

/* The name part of a key, and a value that is not empty. */
static bool is_name(struct rollout_str s)
{
    if (s.len == 0 || s.len > NAME_MAX_LEN || !is_alnum(s.data[0]) || !is_alnum(s.data[s.len - 1]))
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (!is_alnum(s.data[i]) && s.data[i] != '-' && s.data[i] != '_' && s.data[i] != '.')
            return false;
    return true;
}

/* A DNS subdomain: labels of lower case letters, digits and, inside, "-", with dots between. */
static bool is_subdomain(struct rollout_str s)
{
    if (s.len == 0 || s.len > PREFIX_MAX_LEN)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        bool edge = i == 0 || i + 1 == s.len || s.data[i - 1] == '.' || s.data[i + 1] == '.';
        if (!is_lower_alnum(s.data[i]) && (edge || (s.data[i] != '-' && s.data[i] != '.')))
            return false;
    }
    return true;
}

static bool is_key(struct rollout_str s)
{
    const char *slash = s.len ? memchr(s.data, '/', s.len) : NULL;
    if (!slash)
        return is_name(s);
    size_t len = (size_t)(slash - s.data);
    return is_subdomain((struct rollout_str){ s.data, len }) &&
           is_name((struct rollout_str){ slash + 1, s.len - len - 1 });
}

static bool is_value(struct rollout_str s)
{
    return s.len == 0 || is_name(s);
}

static int refuse_text(struct rollout_error *reterr, const struct ro_path *path, struct rollout_str text,
                       const char *message)
{
    struct rollout_node node = { .kind = ROLLOUT_NODE_TEXT, .size = 1, .text = text };
    return ro_error_value(reterr, path, &node, "%s", message);
}

static const char not_a_key[] = "is no label key";
static const char not_a_value[] = "is no label value";
static const char not_an_operator[] = "is none of In, NotIn, Exists, DoesNotExist";

static int check_labels(const struct rollout_labels *labels, struct rollout_error *reterr)
{
    struct ro_path path = { .key = RO_STR("matchLabels") };
    for (uint32_t i = 0; i < labels->count; i++) {
        struct rollout_str key = *ro_label_key(labels, i);
        if (!is_key(key))
            return refuse_text(reterr, &path, key, not_a_key);
        struct ro_path member = { .up = &path, .key = key };
        if (!is_value(*ro_label_value(labels, i)))
            return refuse_text(reterr, &member, *ro_label_value(labels, i), not_a_value);
    }
    return ROLLOUT_OK;
}

static bool is_integer(struct rollout_str s)
{
    int64_t value;
    return ro_parse_int(s, -1, &value);
}

static int check_requirement(const struct rollout_requirement *r, bool of_node, const struct ro_path *up,
                             struct rollout_error *reterr)
{
    struct ro_path key = { .up = up, .key = RO_STR("key") };
    struct ro_path op = { .up = up, .key = RO_STR("operator") };
    struct ro_path values = { .up = up, .key = RO_STR("values") };
    if (!is_key(r->key))
        return refuse_text(reterr, &key, r->key, not_a_key);
    switch (r->op) {
    case ROLLOUT_OPERATOR_IN:
    case ROLLOUT_OPERATOR_NOT_IN:
        if (r->values.count == 0)
            return ro_error_value(reterr, &values, NULL, "must not be empty for In and NotIn");
        break;
    case ROLLOUT_OPERATOR_EXISTS:
    case ROLLOUT_OPERATOR_DOES_NOT_EXIST:
        if (r->values.count > 0)
            return ro_error_value(reterr, &values, NULL, "must be empty for Exists and DoesNotExist");
        break;
    case ROLLOUT_OPERATOR_GT:
    case ROLLOUT_OPERATOR_LT:
        if (!of_node)
            return ro_error_value(reterr, &op, NULL, not_an_operator);
        if (r->values.count != 1 || !is_integer(*ro_strs_at(&r->values, 0)))
            return ro_error_value(reterr, &values, NULL, "must be one integer for Gt and Lt");
        break;
    default:
        return ro_error_value(reterr, &op, NULL, not_an_operator);
    }
    for (uint32_t i = 0; i < r->values.count; i++) {
        struct ro_path value = { .up = &values, .index = i };
        if (!is_value(*ro_strs_at(&r->values, i)))
            return refuse_text(reterr, &value, *ro_strs_at(&r->values, i), not_a_value);
    }
    return ROLLOUT_OK;
}

/* Of a selector whose records can be read. */
static int check_selector(const struct rollout_selector *selector, struct rollout_error *reterr)
{
    int code = check_labels(&selector->match_labels, reterr);
    struct ro_path list = { .key = RO_STR("matchExpressions") };
    for (size_t i = 0; code == ROLLOUT_OK && i < selector->requirement_count; i++) {
        struct ro_path element = { .up = &list, .index = i };
        code = check_requirement(&selector->requirements[i], false, &element, reterr);
    }
    return code;
}

int rollout_selector_check(const struct rollout_selector *selector, struct rollout_error *reterr)
{
    struct ro_check c = { reterr, ROLLOUT_OK };
    if (!selector)
        return ro_error_null(reterr, "selector");
    ro_check_selector_at(&c, NULL, selector);
    return c.code ? c.code : check_selector(selector, reterr);
}

bool ro_selector_usable(const struct rollout_selector *selector)
{
    return check_selector(selector, NULL) == ROLLOUT_OK;
}

bool ro_requirement_usable(const struct rollout_requirement *requirement)
{
    return check_requirement(requirement, true, NULL, NULL) == ROLLOUT_OK;
}

/* A label that is absent or no integer is neither greater nor less. */
static bool is_beyond(const struct rollout_str *label, const struct rollout_requirement *r)
{
    int64_t value, limit;
    if (!label || !ro_parse_int(*label, -1, &value) || !ro_parse_int(*ro_strs_at(&r->values, 0), -1, &limit))
        return false;
    return r->op == ROLLOUT_OPERATOR_GT ? value > limit : value < limit;
}

bool ro_requirement_met(const struct rollout_requirement *r, const struct rollout_labels *labels, uint32_t *hint)
{
    const struct rollout_str *value = ro_labels_find(labels, r->key, hint);
    switch (r->op) {
    case ROLLOUT_OPERATOR_IN:
        return value && ro_strs_have(&r->values, *value);
    case ROLLOUT_OPERATOR_NOT_IN:
        return !value || !ro_strs_have(&r->values, *value);
    case ROLLOUT_OPERATOR_EXISTS:
        return value;
    case ROLLOUT_OPERATOR_GT:
    case ROLLOUT_OPERATOR_LT:
        return is_beyond(value, r);
    default:
        return !value;
    }
}

bool ro_selector_match(const struct rollout_selector *selector, const struct rollout_labels *labels, uint32_t *hint)
{
    for (uint32_t i = 0; i < selector->match_labels.count; i++) {
        const struct rollout_str *value = ro_labels_find(labels, *ro_label_key(&selector->match_labels, i), hint);
        if (!value || !ro_label_eq(*value, *ro_label_value(&selector->match_labels, i)))
            return false;
    }
    for (size_t i = 0; i < selector->requirement_count; i++)
        if (!ro_requirement_met(&selector->requirements[i], labels, hint))
            return false;
    return true;
}

int rollout_selector_matches(const struct rollout_selector *selector, const struct rollout_labels *labels)
{
    uint32_t hint = 0;
    return labels && !ro_labels_broken(labels) && rollout_selector_check(selector, NULL) == ROLLOUT_OK &&
           ro_selector_match(selector, labels, &hint);
}

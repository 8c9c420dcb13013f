/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/selector.h"

#include "base/sort.h"

static const struct rollout_str operators[] = {
    [ROLLOUT_OPERATOR_UNKNOWN] = { "Other", 5 }, [ROLLOUT_OPERATOR_IN] = { "In", 2 },
    [ROLLOUT_OPERATOR_NOT_IN] = { "NotIn", 5 },  [ROLLOUT_OPERATOR_EXISTS] = { "Exists", 6 },
    [ROLLOUT_OPERATOR_DOES_NOT_EXIST] = { "DoesNotExist", 12 },
    [ROLLOUT_OPERATOR_GT] = { "Gt", 2 },         [ROLLOUT_OPERATOR_LT] = { "Lt", 2 },
};

static uint32_t operator_of(struct rollout_str text, bool nodes)
{
    uint32_t last = nodes ? ROLLOUT_OPERATOR_LT : ROLLOUT_OPERATOR_DOES_NOT_EXIST;
    for (uint32_t op = ROLLOUT_OPERATOR_IN; op <= last; op++)
        if (ro_str_eq(text, operators[op]))
            return op;
    return ROLLOUT_OPERATOR_UNKNOWN;
}

struct rollout_str ro_operator_text(uint32_t op)
{
    return operators[op <= ROLLOUT_OPERATOR_LT ? op : ROLLOUT_OPERATOR_UNKNOWN];
}

const struct rollout_requirement *ro_read_requirements(struct ro_decoder *d, struct ro_arena *arena,
                                                       const struct ro_at *object, const char *key, bool nodes,
                                                       size_t *ret_count)
{
    struct ro_each each;
    ro_each_open(d, object, key, &each);
    struct rollout_requirement *items = ro_each_alloc(&each, arena, sizeof(*items), ret_count);
    while (items && ro_each_next(d, &each)) {
        struct rollout_str op = ro_read_text(d, &each.at, "operator");
        items[each.index].key = ro_read_text(d, &each.at, "key");
        items[each.index].op = operator_of(op, nodes);
        items[each.index].values = ro_read_texts(d, &each.at, "values");
    }
    return items;
}

struct rollout_selector ro_read_selector(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object,
                                         const char *key)
{
    struct ro_at selector = ro_at_object(d, object, key);
    struct rollout_selector ret = { .match_labels = ro_read_labels(d, &selector, "matchLabels") };
    ret.requirements = ro_read_requirements(d, arena, &selector, "matchExpressions", false, &ret.requirement_count);
    return ret;
}

/* A part of a selector's text: a label (op 0), or a requirement. */
struct part {
    struct rollout_str key;
    struct rollout_str value;
    uint32_t op;
    struct rollout_strs values;
    uint32_t *order; /* of values, sorted */
};

static int compare_parts(const void *context, uint32_t a, uint32_t b)
{
    const struct part *parts = context;
    return ro_str_cmp(parts[a].key, parts[b].key);
}

static int compare_values(const void *context, uint32_t a, uint32_t b)
{
    return ro_str_cmp(*ro_strs_at(context, a), *ro_strs_at(context, b));
}

static size_t put(char *buf, size_t at, struct rollout_str text)
{
    if (buf && text.len)
        memcpy(buf + at, text.data, text.len);
    return at + text.len;
}

/* Writes the parts in order to buf, or only counts where it is NULL. */
static size_t write_parts(const struct part *parts, const uint32_t *order, uint32_t count, char *buf)
{
    size_t at = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct part *p = &parts[order[i]];
        if (i > 0)
            at = put(buf, at, RO_STR(","));
        if (p->op == ROLLOUT_OPERATOR_DOES_NOT_EXIST)
            at = put(buf, at, RO_STR("!"));
        at = put(buf, at, p->key);
        if (p->op == 0) {
            at = put(buf, at, RO_STR("="));
            at = put(buf, at, p->value);
        } else if (p->op == ROLLOUT_OPERATOR_IN || p->op == ROLLOUT_OPERATOR_NOT_IN) {
            at = put(buf, at, p->op == ROLLOUT_OPERATOR_IN ? RO_STR(" in (") : RO_STR(" notin ("));
            for (uint32_t k = 0; k < p->values.count; k++) {
                if (k > 0)
                    at = put(buf, at, RO_STR(","));
                at = put(buf, at, *ro_strs_at(&p->values, p->order[k]));
            }
            at = put(buf, at, RO_STR(")"));
        }
    }
    return at;
}

static uint32_t *sorted(struct ro_arena *arena, uint32_t count,
                        int (*compare)(const void *context, uint32_t a, uint32_t b), const void *context)
{
    uint32_t *order = ro_arena_alloc(arena, count ? count : 1, sizeof(*order));
    uint32_t *scratch = ro_arena_alloc(arena, count ? count : 1, sizeof(*scratch));
    if (!order || !scratch)
        return NULL;
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    ro_sort_indices(order, count, scratch, compare, context);
    return order;
}

struct rollout_str ro_selector_text(struct ro_arena *arena, const struct rollout_selector *selector)
{
    struct rollout_str none = RO_STR("");
    uint32_t labels = selector->match_labels.count, count = labels + (uint32_t)selector->requirement_count;
    struct part *parts = ro_arena_alloc(arena, count ? count : 1, sizeof(*parts));
    if (!parts)
        return none;
    for (uint32_t i = 0; i < labels; i++) {
        parts[i].key = *ro_label_key(&selector->match_labels, i);
        parts[i].value = *ro_label_value(&selector->match_labels, i);
    }
    for (uint32_t i = labels; i < count; i++) {
        const struct rollout_requirement *r = &selector->requirements[i - labels];
        if (r->op == ROLLOUT_OPERATOR_UNKNOWN)
            return none;
        parts[i] = (struct part){ .key = r->key, .op = r->op, .values = r->values };
        parts[i].order = sorted(arena, r->values.count, compare_values, &r->values);
        if (!parts[i].order)
            return none;
    }
    uint32_t *order = sorted(arena, count, compare_parts, parts);
    if (!order)
        return none;
    size_t len = write_parts(parts, order, count, NULL);
    char *buf = ro_arena_alloc(arena, len ? len : 1, 1);
    if (!buf)
        return none;
    write_parts(parts, order, count, buf);
    return (struct rollout_str){ buf, len };
}

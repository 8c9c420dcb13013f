/* SPDX-License-Identifier: Apache-2.0 */
/* The language, in which white space is free but within words, numbers and durations:
 *
 *   assertion = compares [until] | "order" ":" pods "before" pods [until] | "finishes" "within" duration
 *   compares  = ["per" "zone" ":"] sum (">=" | "<=" | ">" | "<" | "=" | "!=") sum
 *   sum       = term {("+" | "-") term}
 *   term      = number | number "%" | "available" | "unavailable" | "total" | "updated" | "old" | "restarts" |
 *               "replicas" | "partition" | "maxSurge" | "maxUnavailable"
 *   pods      = label {"," label}
 *   label     = key "=" value | key "!=" value | key | "!" key
 *   until     = "until" "partition" number
 *   duration  = number ("d" | "h" | "m" | "s" | "ms") {number ("d" | "h" | "m" | "s" | "ms")}
 *
 * Numbers are integers of at most 10^12, percentages of at most 10,000, sums of at most 16 terms. A percentage is of the
 * replicas, and is compared as the fraction that it is: as a lower bound it rounds up and as an upper bound down. */
#include "sim/assertion_parts.h"

#include "base/error.h"
#include "base/str.h"
#include "rules/selector.h"

static const struct rollout_str quantities[RO_QUANTITY_COUNT] = {
    [RO_QUANTITY_AVAILABLE] = { "available", 9 },
    [RO_QUANTITY_UNAVAILABLE] = { "unavailable", 11 },
    [RO_QUANTITY_TOTAL] = { "total", 5 },
    [RO_QUANTITY_UPDATED] = { "updated", 7 },
    [RO_QUANTITY_OLD] = { "old", 3 },
    [RO_QUANTITY_RESTARTS] = { "restarts", 8 },
    [RO_QUANTITY_REPLICAS] = { "replicas", 8 },
    [RO_QUANTITY_PARTITION] = { "partition", 9 },
    [RO_QUANTITY_MAX_SURGE] = { "maxSurge", 8 },
    [RO_QUANTITY_MAX_UNAVAILABLE] = { "maxUnavailable", 14 },
};
static const char quantity_list[] = "available, unavailable, total, updated, old, restarts, replicas, partition, "
                                    "maxSurge, maxUnavailable, a number, N%";

struct reader {
    const char *at, *end;
    struct ro_arena *arena;
    struct rollout_str text;
    uint32_t index;
    struct rollout_error *reterr;
};

/* ---- words ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool in_label(char c)
{
    return is_digit(c) || is_letter(c) || c == '-' || c == '_' || c == '.' || c == '/';
}

static void skip_space(struct reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r'))
        r->at++;
}

/* What comes next, as far as all its characters are `inside`; it stays. */
static struct rollout_str peek(struct reader *r, bool (*inside)(char))
{
    skip_space(r);
    const char *to = r->at;
    while (to < r->end && inside(*to))
        to++;
    return (struct rollout_str){ r->at, (size_t)(to - r->at) };
}

static struct rollout_str take(struct reader *r, bool (*inside)(char))
{
    struct rollout_str word = peek(r, inside);
    r->at += word.len;
    return word;
}

static bool take_word(struct reader *r, struct rollout_str word)
{
    if (!ro_str_eq(peek(r, is_letter), word))
        return false;
    r->at += word.len;
    return true;
}

static bool take_sign(struct reader *r, struct rollout_str sign)
{
    skip_space(r);
    if (!ro_str_starts((struct rollout_str){ r->at, (size_t)(r->end - r->at) }, sign))
        return false;
    r->at += sign.len;
    return true;
}

/* Text from `from` to here, without white space at its end. */
static struct rollout_str since(const struct reader *r, const char *from)
{
    const char *to = r->at;
    while (to > from && (to[-1] == ' ' || to[-1] == '\t' || to[-1] == '\n' || to[-1] == '\r'))
        to--;
    return (struct rollout_str){ from, (size_t)(to - from) };
}

/* ---- what is wrong ---- */

static int shown(struct rollout_str s, size_t limit)
{
    return (int)(s.len <= limit ? s.len : ro_str_cut(s.data, limit));
}

static int refuse(struct reader *r, struct rollout_str word, const char *what, const char *list)
{
    struct ro_path list_path = { .key = RO_STR("assertions") };
    struct ro_path path = { .up = &list_path, .index = r->index };
    struct rollout_node node = { .kind = ROLLOUT_NODE_TEXT, .size = 1, .text = r->text };
    const char *quote = word.len ? "\"" : "";
    if (word.len == 0)
        word = RO_STR("its end");
    ro_error_value(r->reterr, &path, &node, "\"%.*s%s\": %s%.*s%s is %s%s", shown(r->text, 80), r->text.data,
                   r->text.len > 80 ? "..." : "", quote, shown(word, 40), word.data, quote, what, list);
    if (r->reterr && r->reterr->struct_size >= offsetof(struct rollout_error, line))
        r->reterr->index = r->index;
    return ROLLOUT_ERR_INVALID;
}

/* What stands here, a word or a character, is not what may. */
static int refuse_here(struct reader *r, const char *what, const char *list)
{
    struct rollout_str word = peek(r, in_label);
    if (word.len == 0 && r->at < r->end) {
        word.len = 1;
        while (r->at + word.len < r->end && ((unsigned char)r->at[word.len] & 0xc0) == 0x80)
            word.len++;
    }
    return refuse(r, word, what, list);
}

/* ---- numbers ---- */

static int take_number(struct reader *r, int64_t limit, int64_t *ret)
{
    struct rollout_str digits = take(r, is_digit);
    int64_t value = 0;
    for (size_t i = 0; i < digits.len; i++) {
        value = value * 10 + (digits.data[i] - '0');
        if (value > limit)
            return refuse(r, digits, limit == RO_PERCENT_LIMIT ? "no percentage: 0 to 10000" : "too large: 0 to 10^12",
                          "");
    }
    if (digits.len == 0)
        return refuse_here(r, "no number", "");
    *ret = value;
    return ROLLOUT_OK;
}

static bool in_duration(char c)
{
    return is_digit(c) || is_letter(c) || c == '.';
}

static int64_t unit_of(struct rollout_str name)
{
    static const struct {
        struct rollout_str name;
        int64_t ms;
    } units[] = { { { "d", 1 }, 86400000 },
                  { { "h", 1 }, 3600000 },
                  { { "m", 1 }, 60000 },
                  { { "s", 1 }, 1000 },
                  { { "ms", 2 }, 1 } };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (ro_str_eq(units[i].name, name))
            return units[i].ms;
    return 0;
}

static int take_duration(struct reader *r, int64_t *ret)
{
    static const char no_duration[] = "no duration: like 500ms, 90s, 10m, 1h30m or 2d, up to 10^12 ms";
    struct rollout_str word = peek(r, in_duration);
    struct reader part = *r;
    int64_t total = 0;
    if (word.len == 0)
        return refuse_here(r, no_duration, "");
    for (part.end = word.data + word.len; part.at < part.end;) {
        struct rollout_str digits = take(&part, is_digit);
        int64_t value = 0, unit = unit_of(take(&part, is_letter));
        for (size_t i = 0; i < digits.len && value <= RO_NUMBER_LIMIT; i++)
            value = value * 10 + (digits.data[i] - '0');
        if (digits.len == 0 || unit == 0 || value > (RO_NUMBER_LIMIT - total) / unit)
            return refuse(r, word, no_duration, "");
        total += value * unit;
    }
    r->at = part.at;
    *ret = total;
    return ROLLOUT_OK;
}

/* ---- sums ---- */

static int take_term(struct reader *r, struct ro_sum *sum, bool minus)
{
    struct rollout_str word = peek(r, in_label);
    struct ro_term *term = &sum->terms[sum->count];
    if (sum->count == RO_TERM_LIMIT)
        return refuse_here(r, "one term too many: a sum has at most 16", "");
    sum->count++;
    term->minus = minus;
    if (word.len && is_digit(*word.data)) {
        struct reader start = *r;
        int code = take_number(r, RO_NUMBER_LIMIT, &term->number);
        term->quantity = RO_QUANTITY_NUMBER;
        if (code != ROLLOUT_OK || !take_sign(r, RO_STR("%")))
            return code;
        term->quantity = RO_QUANTITY_PERCENT;
        sum->percent = true;
        return take_number(&start, RO_PERCENT_LIMIT, &term->number);
    }
    struct rollout_str name = take(r, is_letter);
    for (uint32_t q = 0; q < RO_QUANTITY_COUNT; q++)
        if (ro_str_eq(name, quantities[q])) {
            term->quantity = (enum ro_quantity)q;
            sum->named = true;
            return ROLLOUT_OK;
        }
    r->at -= name.len;
    return name.len ? refuse(r, name, "no quantity: one of ", quantity_list)
                    : refuse_here(r, "no quantity: one of ", quantity_list);
}

static int take_sum(struct reader *r, struct ro_sum *sum)
{
    skip_space(r);
    const char *from = r->at;
    bool minus = false;
    int code;
    do {
        code = take_term(r, sum, minus);
        sum->text = since(r, from);
        minus = code == ROLLOUT_OK && take_sign(r, RO_STR("-"));
    } while (code == ROLLOUT_OK && (minus || take_sign(r, RO_STR("+"))));
    return code;
}

static bool take_comparison(struct reader *r, enum ro_comparison *ret)
{
    static const struct {
        struct rollout_str sign;
        enum ro_comparison comparison;
    } signs[] = { { { ">=", 2 }, RO_AT_LEAST }, { { "<=", 2 }, RO_AT_MOST }, { { ">", 1 }, RO_MORE },
                  { { "<", 1 }, RO_LESS },      { { "=", 1 }, RO_EQUAL },    { { "!=", 2 }, RO_UNEQUAL } };
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (take_sign(r, signs[i].sign)) {
            *ret = signs[i].comparison;
            return true;
        }
    return false;
}

/* "3 <= old" is "old >= 3": what is counted comes first in what is said. */
static void turn(struct ro_assertion *a)
{
    static const enum ro_comparison turned[] = {
        [RO_AT_LEAST] = RO_AT_MOST, [RO_AT_MOST] = RO_AT_LEAST, [RO_MORE] = RO_LESS,
        [RO_LESS] = RO_MORE,        [RO_EQUAL] = RO_EQUAL,      [RO_UNEQUAL] = RO_UNEQUAL,
    };
    struct ro_sum left = a->left;
    a->left = a->right;
    a->right = left;
    a->comparison = turned[a->comparison];
}

static int take_compares(struct reader *r, struct ro_assertion *a)
{
    int code = take_sum(r, &a->left);
    if (code == ROLLOUT_OK && !take_comparison(r, &a->comparison))
        code = refuse_here(r, "no comparison: one of >=, <=, >, <, =, !=, or + and - before them", "");
    if (code == ROLLOUT_OK)
        code = take_sum(r, &a->right);
    if (code == ROLLOUT_OK && !a->left.named && a->right.named)
        turn(a);
    return code;
}

/* ---- labels ---- */

static int check_label(struct reader *r, const struct rollout_requirement *requirement)
{
    struct rollout_requirement key = { .key = requirement->key, .op = ROLLOUT_OPERATOR_EXISTS };
    if (!ro_requirement_usable(&key))
        return refuse(r, key.key, "no label key", "");
    return ro_requirement_usable(requirement) ? ROLLOUT_OK
                                              : refuse(r, *requirement->values.items, "no label value", "");
}

static int take_label(struct reader *r, struct rollout_requirement *requirement)
{
    bool absent = take_sign(r, RO_STR("!"));
    requirement->key = take(r, in_label);
    if (requirement->key.len == 0)
        return refuse_here(r, "no label key", "");
    requirement->op = absent ? ROLLOUT_OPERATOR_DOES_NOT_EXIST : ROLLOUT_OPERATOR_EXISTS;
    bool unlike = !absent && take_sign(r, RO_STR("!="));
    if (unlike || (!absent && take_sign(r, RO_STR("=")))) {
        struct rollout_str *value = ro_arena_alloc(r->arena, 1, sizeof *value);
        if (!value)
            return ROLLOUT_ERR_NOMEM;
        *value = take(r, in_label);
        if (value->len == 0)
            return refuse_here(r, "no label value", "");
        requirement->op = unlike ? ROLLOUT_OPERATOR_NOT_IN : ROLLOUT_OPERATOR_IN;
        requirement->values = (struct rollout_strs){ value, 1, sizeof *value };
    }
    return check_label(r, requirement);
}

static int take_pods(struct reader *r, struct rollout_selector *selector, struct rollout_str *text)
{
    skip_space(r);
    const char *from = r->at;
    size_t count = 1;
    int code = ROLLOUT_OK;
    for (const char *c = from; c < r->end; c++) /* at most */
        count += *c == ',';
    struct rollout_requirement *labels = ro_arena_alloc(r->arena, count, sizeof *labels);
    if (!labels)
        return ROLLOUT_ERR_NOMEM;
    selector->requirements = labels;
    do
        code = take_label(r, &labels[selector->requirement_count++]);
    while (code == ROLLOUT_OK && take_sign(r, RO_STR(",")));
    *text = since(r, from);
    return code;
}

static int take_order(struct reader *r, struct ro_assertion *a)
{
    int code = take_pods(r, &a->first, &a->first_text);
    if (code == ROLLOUT_OK && !take_word(r, RO_STR("before")))
        code = refuse_here(r, "not \"before\", \",\", \"=\" or \"!=\"", "");
    return code == ROLLOUT_OK ? take_pods(r, &a->second, &a->second_text) : code;
}

/* ---- all of it ---- */

static bool take_prefix(struct reader *r, struct rollout_str first, struct rollout_str second)
{
    struct reader start = *r;
    if (take_word(r, first) && (second.len == 0 || take_word(r, second)))
        return true;
    *r = start;
    return false;
}

static int expect_colon(struct reader *r)
{
    return take_sign(r, RO_STR(":")) ? ROLLOUT_OK : refuse_here(r, "not \":\"", "");
}

static int take_until(struct reader *r, struct ro_assertion *a)
{
    if (!take_word(r, RO_STR("until")))
        return ROLLOUT_OK;
    a->ends = true;
    return take_word(r, RO_STR("partition")) ? take_number(r, RO_NUMBER_LIMIT, &a->until)
                                             : refuse_here(r, "not \"partition\"", "");
}

static int take_assertion(struct reader *r, struct ro_assertion *a)
{
    int code = ROLLOUT_OK;
    if (take_prefix(r, RO_STR("finishes"), RO_STR(""))) {
        a->claim = RO_CLAIM_FINISHES;
        code = take_word(r, RO_STR("within")) ? ROLLOUT_OK : refuse_here(r, "not \"within\"", "");
        if (code == ROLLOUT_OK) {
            a->within_text = peek(r, in_duration);
            code = take_duration(r, &a->within_ms);
        }
        return code;
    }
    if (take_prefix(r, RO_STR("order"), RO_STR(""))) {
        a->claim = RO_CLAIM_ORDER;
        code = expect_colon(r);
        if (code == ROLLOUT_OK)
            code = take_order(r, a);
    } else {
        if (take_prefix(r, RO_STR("per"), RO_STR("zone"))) {
            a->claim = RO_CLAIM_PER_ZONE;
            code = expect_colon(r);
        }
        if (code == ROLLOUT_OK)
            code = take_compares(r, a);
    }
    return code == ROLLOUT_OK ? take_until(r, a) : code;
}

int ro_assertion_parse(struct ro_arena *arena, struct rollout_str text, uint32_t index, const struct ro_assertion **ret,
                       struct rollout_error *reterr)
{
    if (ro_str_broken(text) || !text.data)
        text = RO_STR("");
    struct reader r = { text.data, text.data + text.len, arena, text, index, reterr };
    struct ro_assertion *a = ro_arena_alloc(arena, 1, sizeof *a);
    if (!a)
        return ro_error_nomem(reterr);
    int code = take_assertion(&r, a);
    if (code == ROLLOUT_ERR_NOMEM)
        return ro_error_nomem(reterr);
    skip_space(&r);
    if (code == ROLLOUT_OK && r.at < r.end)
        code = refuse_here(&r,
                           a->claim == RO_CLAIM_FINISHES || a->ends ? "more than was expected"
                           : a->claim == RO_CLAIM_ORDER             ? "not \",\", \"until\" or the end"
                                                                    : "not +, -, \"until\" or the end",
                           "");
    if (code == ROLLOUT_OK)
        *ret = a;
    return code;
}

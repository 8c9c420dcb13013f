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
#include "sim/assertion_words.h"

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

/* ---- sums ---- */

static int take_term(struct ro_reader *r, struct ro_sum *sum, bool minus)
{
    struct rollout_str word = ro_reader_peek(r, ro_in_label);
    struct ro_term *term = &sum->terms[sum->count];
    if (sum->count == RO_TERM_LIMIT)
        return ro_reader_refuse_here(r, "one term too many: a sum has at most 16", "");
    sum->count++;
    term->minus = minus;
    if (word.len && ro_is_digit(*word.data)) {
        struct ro_reader start = *r;
        int code = ro_reader_number(r, RO_NUMBER_LIMIT, &term->number);
        term->quantity = RO_QUANTITY_NUMBER;
        if (code != ROLLOUT_OK || !ro_reader_sign(r, RO_STR("%")))
            return code;
        term->quantity = RO_QUANTITY_PERCENT;
        sum->percent = true;
        return ro_reader_number(&start, RO_PERCENT_LIMIT, &term->number);
    }
    struct rollout_str name = ro_reader_take(r, ro_is_letter);
    for (uint32_t q = 0; q < RO_QUANTITY_COUNT; q++)
        if (ro_str_eq(name, quantities[q])) {
            term->quantity = (enum ro_quantity)q;
            sum->named = true;
            return ROLLOUT_OK;
        }
    r->at -= name.len;
    return name.len ? ro_reader_refuse(r, name, "no quantity: one of ", quantity_list)
                    : ro_reader_refuse_here(r, "no quantity: one of ", quantity_list);
}

static int take_sum(struct ro_reader *r, struct ro_sum *sum)
{
    ro_reader_space(r);
    const char *from = r->at;
    bool minus = false;
    int code;
    do {
        code = take_term(r, sum, minus);
        sum->text = ro_reader_since(r, from);
        minus = code == ROLLOUT_OK && ro_reader_sign(r, RO_STR("-"));
    } while (code == ROLLOUT_OK && (minus || ro_reader_sign(r, RO_STR("+"))));
    return code;
}

static bool take_comparison(struct ro_reader *r, enum ro_comparison *ret)
{
    static const struct {
        struct rollout_str sign;
        enum ro_comparison comparison;
    } signs[] = { { { ">=", 2 }, RO_AT_LEAST }, { { "<=", 2 }, RO_AT_MOST }, { { ">", 1 }, RO_MORE },
                  { { "<", 1 }, RO_LESS },      { { "=", 1 }, RO_EQUAL },    { { "!=", 2 }, RO_UNEQUAL } };
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (ro_reader_sign(r, signs[i].sign)) {
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

static int take_compares(struct ro_reader *r, struct ro_assertion *a)
{
    int code = take_sum(r, &a->left);
    if (code == ROLLOUT_OK && !take_comparison(r, &a->comparison))
        code = ro_reader_refuse_here(r, "no comparison: one of >=, <=, >, <, =, !=, or + and - before them", "");
    if (code == ROLLOUT_OK)
        code = take_sum(r, &a->right);
    if (code == ROLLOUT_OK && !a->left.named && a->right.named)
        turn(a);
    return code;
}

/* ---- labels ---- */

static int check_label(struct ro_reader *r, const struct rollout_requirement *requirement)
{
    struct rollout_requirement key = { .key = requirement->key, .op = ROLLOUT_OPERATOR_EXISTS };
    if (!ro_requirement_usable(&key))
        return ro_reader_refuse(r, key.key, "no label key", "");
    return ro_requirement_usable(requirement) ? ROLLOUT_OK
                                              : ro_reader_refuse(r, *requirement->values.items, "no label value", "");
}

static int take_label(struct ro_reader *r, struct rollout_requirement *requirement)
{
    bool absent = ro_reader_sign(r, RO_STR("!"));
    requirement->key = ro_reader_take(r, ro_in_label);
    if (requirement->key.len == 0)
        return ro_reader_refuse_here(r, "no label key", "");
    requirement->op = absent ? ROLLOUT_OPERATOR_DOES_NOT_EXIST : ROLLOUT_OPERATOR_EXISTS;
    bool unlike = !absent && ro_reader_sign(r, RO_STR("!="));
    if (unlike || (!absent && ro_reader_sign(r, RO_STR("=")))) {
        struct rollout_str *value = ro_arena_alloc(r->arena, 1, sizeof *value);
        if (!value)
            return ROLLOUT_ERR_NOMEM;
        *value = ro_reader_take(r, ro_in_label);
        if (value->len == 0)
            return ro_reader_refuse_here(r, "no label value", "");
        requirement->op = unlike ? ROLLOUT_OPERATOR_NOT_IN : ROLLOUT_OPERATOR_IN;
        requirement->values = (struct rollout_strs){ value, 1, sizeof *value };
    }
    return check_label(r, requirement);
}

static int take_pods(struct ro_reader *r, struct rollout_selector *selector, struct rollout_str *text)
{
    ro_reader_space(r);
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
    while (code == ROLLOUT_OK && ro_reader_sign(r, RO_STR(",")));
    *text = ro_reader_since(r, from);
    return code;
}

static int take_order(struct ro_reader *r, struct ro_assertion *a)
{
    int code = take_pods(r, &a->first, &a->first_text);
    if (code == ROLLOUT_OK && !ro_reader_word(r, RO_STR("before")))
        code = ro_reader_refuse_here(r, "not \"before\", \",\", \"=\" or \"!=\"", "");
    return code == ROLLOUT_OK ? take_pods(r, &a->second, &a->second_text) : code;
}

/* ---- all of it ---- */

static bool take_prefix(struct ro_reader *r, struct rollout_str first, struct rollout_str second)
{
    struct ro_reader start = *r;
    if (ro_reader_word(r, first) && (second.len == 0 || ro_reader_word(r, second)))
        return true;
    *r = start;
    return false;
}

static int expect_colon(struct ro_reader *r)
{
    return ro_reader_sign(r, RO_STR(":")) ? ROLLOUT_OK : ro_reader_refuse_here(r, "not \":\"", "");
}

static int take_until(struct ro_reader *r, struct ro_assertion *a)
{
    if (!ro_reader_word(r, RO_STR("until")))
        return ROLLOUT_OK;
    a->ends = true;
    return ro_reader_word(r, RO_STR("partition")) ? ro_reader_number(r, RO_NUMBER_LIMIT, &a->until)
                                                  : ro_reader_refuse_here(r, "not \"partition\"", "");
}

static int take_assertion(struct ro_reader *r, struct ro_assertion *a)
{
    int code = ROLLOUT_OK;
    if (take_prefix(r, RO_STR("finishes"), RO_STR(""))) {
        a->claim = RO_CLAIM_FINISHES;
        code = ro_reader_word(r, RO_STR("within")) ? ROLLOUT_OK : ro_reader_refuse_here(r, "not \"within\"", "");
        if (code == ROLLOUT_OK) {
            a->within_text = ro_reader_peek(r, ro_in_duration);
            code = ro_reader_duration(r, &a->within_ms);
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
    struct ro_reader r = { text.data, text.data + text.len, arena, text, index, reterr };
    struct ro_assertion *a = ro_arena_alloc(arena, 1, sizeof *a);
    if (!a)
        return ro_error_nomem(reterr);
    int code = take_assertion(&r, a);
    if (code == ROLLOUT_ERR_NOMEM)
        return ro_error_nomem(reterr);
    ro_reader_space(&r);
    if (code == ROLLOUT_OK && r.at < r.end)
        code = ro_reader_refuse_here(&r,
                                     a->claim == RO_CLAIM_FINISHES || a->ends ? "more than was expected"
                                     : a->claim == RO_CLAIM_ORDER             ? "not \",\", \"until\" or the end"
                                                                              : "not +, -, \"until\" or the end",
                                     "");
    if (code == ROLLOUT_OK)
        *ret = a;
    return code;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Terms of priority and scatter strategies, and selectors: whether any pod has them, and whether any has not. Pods may
 * get labels while they run, so without pods only what spec.selector fixes is certain. Source: ordering.md 6, 7. */
#include <inttypes.h>

#include "base/sort.h"
#include "base/str.h"
#include "rules/selector.h"
#include "sim/lint.h"

/* Whether the term's requirements on labels that spec.selector fixes can be met, and whether they are all that it has:
 * then every pod meets them. */
struct fixed {
    bool contradicted, implied;
};

static struct fixed fixed_labels(const struct ro_lint *l, const struct rollout_selector *term)
{
    const struct rollout_labels *fixed = &l->selector->match_labels;
    struct fixed ret = { .contradicted = false, .implied = true };
    uint32_t hint = 0;
    for (uint32_t i = 0; i < term->match_labels.count; i++) {
        const struct rollout_str *label = ro_label_key(&term->match_labels, i), *is = ro_labels_get(fixed, label[0]);
        ret.implied = ret.implied && is;
        ret.contradicted = ret.contradicted || (is && !ro_str_eq(*is, label[1]));
    }
    for (size_t i = 0; i < term->requirement_count; i++) {
        const struct rollout_requirement *r = &term->requirements[i];
        bool is = ro_labels_get(fixed, r->key);
        ret.implied = ret.implied && is;
        ret.contradicted = ret.contradicted || (is && !ro_requirement_met(r, fixed, &hint));
    }
    ret.implied = ret.implied && !ret.contradicted;
    return ret;
}

/* How many pods have a term, up to where both some have it and some have not; and what follows. */
static void judge(struct ro_lint *l, const struct ro_at *at, struct fixed fixed, size_t matching, bool template_too,
                  const char *harm)
{
    size_t pods = l->pods.count;
    const char *too = l->template.node ? ", and so does the template" : "";
    if (fixed.contradicted)
        RO_LINT(l, UNREACHABLE, at,
                "no pod can have it, since spec.selector fixes another label: the term has no effect");
    else if (pods == 1 && matching == 0 && !template_too)
        RO_LINT(l, UNREACHABLE, at, "the only pod lacks it%s: the term has no effect", too);
    else if (pods > 0 && matching == 0 && !template_too)
        RO_LINT(l, UNREACHABLE, at, "all %zu pods lack it%s: the term has no effect", pods, too);
    else if (fixed.implied)
        RO_LINT(l, MATCHES_ALL, at, "every pod has it, since spec.selector asks for it: %s", harm);
    else if (pods > 1 && matching >= pods && template_too && l->template.node)
        RO_LINT(l, MATCHES_ALL, at, "all %zu pods have it, and so has the template: %s", pods, harm);
    else if (pods > 1 && matching >= pods && !l->template.node && *harm)
        RO_LINT(l, MATCHES_ALL, at, "all %zu pods have it: %s", pods, harm);
}

/* ---- priority ---- */

static size_t count_matching(const struct ro_lint *l, const struct rollout_selector *selector)
{
    size_t matching = 0;
    uint32_t hint = 0;
    for (size_t i = 0; i < l->pods.count; i++) {
        matching += ro_selector_match(selector, &ro_pod(&l->pods, i)->labels, &hint);
        if (matching > 0 && matching <= i)
            break; /* some have it, some have not */
    }
    return matching;
}

static void look_at_weight(struct ro_lint *l, const struct ro_at *term, const struct rollout_weight_term *weight)
{
    const struct rollout_selector *selector = &weight->selector;
    struct ro_at at = ro_at_member(term, "matchSelector"), number = ro_at_member(term, "weight");
    struct rollout_error error = { .struct_size = sizeof(error) };
    uint32_t hint = 0;
    if (weight->weight == 0)
        RO_LINT(l, WEIGHT_ZERO, &number, "weight 0 adds nothing: the term has no effect");
    if (rollout_selector_check(selector, &error) != ROLLOUT_OK)
        RO_LINT(l, SELECTOR_UNUSABLE, &at, "the term has no effect: %s", error.message);
    else if (selector->match_labels.count == 0 && selector->requirement_count == 0)
        RO_LINT(l, MATCHES_ALL, &at, "an empty selector matches every pod: %" PRId32 " for all changes no order",
                weight->weight);
    else
        judge(l, &at, fixed_labels(l, selector), count_matching(l, selector),
              ro_selector_match(selector, &l->labels, &hint), "the same weight for all changes no order");
}

/* ---- labels, counted over all pods in one pass ---- */

struct tally {
    const struct rollout_label *terms; /* value absent: any */
    uint32_t *order;                   /* terms by key and value, the first of equals alone */
    size_t count;                      /* of order */
    uint32_t *first;                   /* of a term: the one that it repeats, or itself */
    size_t *pods;                      /* of a term: that have it */
};

static int compare_labels(const struct rollout_label *a, const struct rollout_label *b)
{
    int c = ro_str_cmp(a->key, b->key);
    return c ? c : ro_str_cmp(a->value, b->value);
}

static int compare_terms(const void *context, uint32_t a, uint32_t b)
{
    const struct rollout_label *terms = context;
    return compare_labels(&terms[a], &terms[b]);
}

/* The term of these texts; NULL where there is none. */
static size_t *find_term(const struct tally *t, struct rollout_str key, struct rollout_str value)
{
    const struct rollout_label wanted = { key, value };
    size_t low = 0, high = t->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_labels(&t->terms[t->order[middle]], &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < t->count && compare_labels(&t->terms[t->order[low]], &wanted) == 0 ? &t->pods[t->order[low]] : NULL;
}

/* A pod without the label has it with the value "", so of such a term those are counted that have another one. any:
 * only keys count. */
static void count_pod(const struct tally *t, const struct rollout_labels *labels, bool any)
{
    const struct rollout_str nothing = { NULL, 0 };
    for (uint32_t i = 0; i < labels->count; i++) {
        const struct rollout_str *label = ro_label_key(labels, i);
        size_t *of = any || label[1].len ? find_term(t, label[0], any ? nothing : label[1]) : NULL;
        size_t *other = !any && label[1].len ? find_term(t, label[0], nothing) : NULL;
        if (of)
            ++*of;
        if (other)
            ++*other;
    }
}

static bool tally(struct ro_lint *l, const struct rollout_label *terms, size_t n, bool any, struct tally *ret)
{
    *ret = (struct tally){ .terms = terms,
                           .order = ro_arena_alloc(&l->arena, 2 * n, sizeof(uint32_t)),
                           .first = ro_arena_alloc(&l->arena, n, sizeof(uint32_t)),
                           .pods = ro_arena_alloc(&l->arena, n, sizeof(size_t)) };
    if (!ret->order || !ret->first || !ret->pods)
        return false;
    for (size_t i = 0; i < n; i++)
        ret->order[i] = (uint32_t)i;
    ro_sort_indices(ret->order, n, ret->order + n, compare_terms, terms);
    for (size_t i = 0; i < n; i++) {
        uint32_t term = ret->order[i];
        if (ret->count == 0 || compare_labels(&terms[ret->order[ret->count - 1]], &terms[term]) != 0)
            ret->order[ret->count++] = term;
        ret->first[term] = ret->order[ret->count - 1];
    }
    for (size_t i = 0; i < l->pods.count; i++)
        count_pod(ret, &ro_pod(&l->pods, i)->labels, any);
    for (size_t i = 0; i < n && !any; i++)
        if (terms[i].value.len == 0 && ret->first[i] == i)
            ret->pods[i] = ret->pods[i] < l->pods.count ? l->pods.count - ret->pods[i] : 0;
    return true;
}

static void look_at_keys(struct ro_lint *l, const struct ro_at *priority, const struct rollout_strs *keys)
{
    struct rollout_label *terms = keys->count ? ro_arena_alloc(&l->arena, keys->count, sizeof(*terms)) : NULL;
    struct tally t;
    struct ro_each each;
    if (!terms)
        return;
    for (uint32_t i = 0; i < keys->count; i++)
        terms[i].key = *ro_strs_at(keys, i);
    if (!tally(l, terms, keys->count, true, &t))
        return;
    ro_each_open(&l->decoder, priority, "orderPriority", &each);
    while (ro_each_next(&l->decoder, &each)) {
        struct ro_at at = ro_at_member(&each.at, "orderedKey");
        struct rollout_str key = terms[each.index].key;
        const struct fixed none = { false, false };
        if (t.first[each.index] != each.index)
            RO_LINT(l, DUPLICATE, &at, "the key is that of orderPriority[%" PRIu32 "]: the term has no effect",
                    t.first[each.index]);
        else if (key.len == 0)
            RO_LINT(l, UNREACHABLE, &at, "no label has an empty key: the term has no effect");
        else if (!ro_labels_get(&l->labels, key))
            judge(l, &at, none, t.pods[each.index], false, "");
    }
}

void ro_lint_priority(struct ro_lint *l, const struct ro_at *strategy, const struct rollout_priority *priority)
{
    struct ro_at at = ro_at_object(&l->decoder, strategy, "priorityStrategy");
    struct ro_each each;
    ro_each_open(&l->decoder, &at, "weightPriority", &each);
    while (ro_each_next(&l->decoder, &each))
        look_at_weight(l, &each.at, &priority->weights[each.index]);
    if (priority->weight_count == 0) {
        look_at_keys(l, &at, &priority->ordered_keys);
    } else if (priority->ordered_keys.count > 0) {
        struct ro_at keys = ro_at_member(&at, "orderPriority");
        RO_LINT(l, IGNORED, &keys, "orderPriority has no effect beside weightPriority");
    }
}

/* ---- scatter ---- */

/* A SidecarSet's term for each value of a label. */
static void look_at_any_value(struct ro_lint *l, const struct ro_at *at, struct rollout_str key)
{
    size_t i = 0;
    while (i < l->pods.count && !ro_labels_get(&ro_pod(&l->pods, i)->labels, key))
        i++;
    if (i > 0 && i == l->pods.count)
        RO_LINT(l, UNREACHABLE, at, "no pod of %zu has the label: the term has no effect", i);
}

static void look_at_scatter(struct ro_lint *l, const struct ro_at *at, const struct tally *t, size_t i)
{
    const struct rollout_label *term = &t->terms[i];
    const struct rollout_str *is = ro_labels_get(&l->selector->match_labels, term->key);
    const struct rollout_str *has = ro_labels_get(&l->labels, term->key);
    const struct fixed fixed = { .contradicted = is && !ro_str_eq(*is, term->value),
                                 .implied = is && ro_str_eq(*is, term->value) };
    if (l->world->workload->sidecarset && ro_str_eq(term->value, RO_STR("*"))) {
        look_at_any_value(l, at, term->key);
        return;
    }
    if (t->first[i] != i) {
        RO_LINT(l, DUPLICATE, at, "the term is that of scatterStrategy[%" PRIu32 "] again", t->first[i]);
        return;
    }
    if (term->value.len == 0) {
        struct ro_at value = ro_at_member(at, "value");
        RO_LINT(l, EMPTY_VALUE, &value, "pods without the label match an empty value, too");
    }
    judge(l, at, fixed, t->pods[i], has ? ro_str_eq(*has, term->value) : term->value.len == 0, "nothing is spread");
}

void ro_lint_scatter(struct ro_lint *l, const struct ro_at *strategy, const struct rollout_labels *scatter)
{
    struct rollout_label *terms = scatter->count ? ro_arena_alloc(&l->arena, scatter->count, sizeof(*terms)) : NULL;
    struct tally t;
    struct ro_each each;
    if (!terms)
        return;
    for (uint32_t i = 0; i < scatter->count; i++)
        terms[i] = (struct rollout_label){ *ro_label_key(scatter, i), *ro_label_value(scatter, i) };
    if (!tally(l, terms, scatter->count, false, &t))
        return;
    ro_each_open(&l->decoder, strategy, "scatterStrategy", &each);
    while (ro_each_next(&l->decoder, &each))
        look_at_scatter(l, &each.at, &t, each.index);
}

/* ---- the workload's own selector ---- */

void ro_lint_selector(struct ro_lint *l, const struct rollout_selector *selector, bool invalid)
{
    struct ro_at at = ro_at_member(&l->spec, "selector");
    struct rollout_error error = { .struct_size = sizeof(error) };
    uint32_t hint = 0;
    l->selector = selector;
    if (invalid && rollout_selector_check(selector, &error) != ROLLOUT_OK)
        RO_LINT(l, SELECTOR_UNUSABLE, &at, "nothing at all is done for the workload: %s", error.message);
    else if (invalid)
        RO_LINT(l, SELECTOR_UNUSABLE, &at, "nothing at all is done for the workload: its selector is %s",
                at.node ? "empty" : "missing");
    else if (l->template.node && !ro_selector_match(selector, &l->labels, &hint))
        RO_LINT(l, TEMPLATE_NOT_SELECTED, &at,
                "the selector does not match the template's labels: no pod that is created is the workload's");
}

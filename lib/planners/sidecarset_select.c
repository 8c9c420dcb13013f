/* SPDX-License-Identifier: Apache-2.0 */
/* Which pods are updated now. Source: sidecarset.md 1.1, 5. */
#include <stdlib.h>

#include "base/sort.h"
#include "planners/sidecarset_pass.h"
#include "rules/order.h"
#include "rules/scatter.h"

/* ---- the scatter terms ---- */

struct value {
    const struct sc_pass *pass;
    struct rollout_str key;
};

static const struct rollout_str *value_of(const struct value *v, uint32_t pod)
{
    return ro_labels_get(&sc_pod(v->pass, pod)->labels, v->key);
}

static int by_value(const void *context, uint32_t a, uint32_t b)
{
    int c = ro_str_cmp(*value_of(context, a), *value_of(context, b));
    return c ? c : (a > b) - (a < b);
}

static int by_place(const void *context, uint32_t a, uint32_t b)
{
    (void)context;
    return (a > b) - (a < b);
}

/* One term for each value that matched pods have of the key, in the order in which the values first appear. */
static size_t expand(struct sc_pass *pass, struct rollout_str key, struct rollout_label *ret)
{
    uint32_t *places = ro_arena_alloc(&pass->arena, pass->n, sizeof(*places));
    uint32_t *first = ro_arena_alloc(&pass->arena, pass->n, sizeof(*first));
    uint32_t *list = ro_arena_alloc(&pass->arena, pass->n, sizeof(*list));
    struct value v = { pass, key };
    size_t n = 0, terms = 0;
    if (!places || !first || !list)
        return 0;
    for (uint32_t k = 0; k < pass->matched_count; k++) {
        places[pass->matched[k]] = k;
        if (value_of(&v, pass->matched[k]))
            list[n++] = pass->matched[k];
    }
    ro_sort_indices(list, n, pass->scratch, by_value, &v);
    for (size_t i = 0, next; i < n; i = next) {
        uint32_t least = UINT32_MAX;
        for (next = i; next < n && ro_str_eq(*value_of(&v, list[i]), *value_of(&v, list[next])); next++)
            if (places[list[next]] < least)
                least = places[list[next]];
        first[terms++] = least;
    }
    ro_sort_indices(first, terms, pass->scratch, by_place, NULL);
    for (size_t i = 0; ret && i < terms; i++)
        ret[i] = (struct rollout_label){ key, *value_of(&v, pass->matched[first[i]]) };
    return terms;
}

static int by_term(const void *context, uint32_t a, uint32_t b)
{
    const struct rollout_label *terms = context;
    int c = ro_str_cmp(terms[a].key, terms[b].key);
    return c ? c : ro_str_cmp(terms[a].value, terms[b].value);
}

/* What stands twice counts once. */
static size_t drop_doubles(struct sc_pass *pass, struct rollout_label *terms, size_t n)
{
    uint32_t *order = ro_arena_alloc(&pass->arena, 2 * n, sizeof(*order));
    uint8_t *doubled = ro_arena_alloc(&pass->arena, n, 1);
    size_t kept = 0;
    if (!order || !doubled)
        return 0;
    for (uint32_t i = 0; i < n; i++)
        order[i] = i;
    ro_sort_indices(order, n, order + n, by_term, terms);
    for (size_t i = 1; i < n; i++)
        doubled[order[i]] = by_term(terms, order[i - 1], order[i]) == 0;
    for (size_t i = 0; i < n; i++)
        if (!doubled[i])
            terms[kept++] = terms[i];
    return kept;
}

static void scatter(struct sc_pass *pass)
{
    const struct rollout_labels *given = &pass->spec->order.scatter;
    size_t most = 0, n = 0;
    for (uint32_t i = 0; i < given->count; i++)
        most += ro_str_eq(*ro_label_value(given, i), RO_STR("*")) ? expand(pass, *ro_label_key(given, i), NULL) : 1;
    struct rollout_label *terms = ro_arena_alloc(&pass->arena, most, sizeof(*terms));
    if (!terms || most == 0 || pass->wait_count <= 1)
        return;
    for (uint32_t i = 0; i < given->count; i++) {
        struct rollout_label term = { *ro_label_key(given, i), *ro_label_value(given, i) };
        if (ro_str_eq(term.value, RO_STR("*")))
            n += expand(pass, term.key, terms + n);
        else
            terms[n++] = term;
    }
    struct rollout_labels view = { terms, (uint32_t)drop_doubles(pass, terms, n), sizeof(*terms) };
    void *room = ro_arena_alloc(&pass->arena, ro_scatter_scratch(&view, pass->wait_count, pass->n), 1);
    if (room)
        ro_scatter(&view, &pass->in->pods, pass->marks, SC_MATCHED, pass->wait, pass->wait_count, room);
}

/* ---- order and count ---- */

static void sort(struct sc_pass *pass)
{
    const struct ro_pods *pods = &pass->in->pods;
    const struct rollout_priority *priority = &pass->spec->order.priority;
    struct rollout_order weights = { .priority = *priority };
    struct rollout_pods view = { (const void *)pods->items, pods->count, pods->stride };
    if (rollout_order_default(&view, pass->wait, pass->wait_count, NULL) != ROLLOUT_OK)
        pass->arena.failed = true;
    if (priority->weight_count > 0 || priority->ordered_keys.count > 0) {
        void *room = ro_arena_alloc(&pass->arena, ro_order_scratch(&weights, pass->wait_count, pass->n), 1);
        if (room)
            ro_order_priority(priority, pods, pass->wait, pass->wait_count, room);
    }
    if (pass->spec->order.scatter.count > 0)
        scatter(pass);
}

void sc_select(struct sc_pass *pass)
{
    pass->wait_count = 0;
    for (size_t k = 0; k < pass->matched_count; k++) {
        uint32_t pod = pass->matched[k];
        uint8_t mark = pass->marks[pod];
        enum sc_fate fate = mark & SC_UPDATED         ? SC_FATE_UPDATED
                            : !(mark & SC_SELECTED)   ? SC_FATE_EXCLUDED
                            : !(mark & SC_UPGRADABLE) ? SC_FATE_IMMUTABLE
                            : mark & SC_MID_FLIGHT    ? SC_FATE_RUNNING
                                                      : SC_FATE_PARTITION;
        pass->fates[pod] = (uint8_t)fate;
        pass->immutable_count += fate == SC_FATE_IMMUTABLE;
        if (!pass->used_by && fate == SC_FATE_UPDATED &&
            (mark & (SC_CONSISTENT | SC_READY)) != (SC_CONSISTENT | SC_READY))
            pass->used_by = pod + 1;
        if (fate == SC_FATE_PARTITION)
            pass->wait[pass->wait_count++] = pod;
    }
    sort(pass);
    int64_t reach = (int64_t)pass->wait_count - pass->limits.partition, bad = pass->bad, taken = 0;
    for (size_t k = 0; k < pass->wait_count; k++)
        pass->places[pass->wait[k]] = (uint32_t)k + 1;
    for (; taken < reach; taken++) {
        bool ready = pass->marks[pass->wait[taken]] & SC_READY;
        if (ready && bad >= pass->limits.max_unavailable)
            break;
        bad += ready;
        if (ready && !pass->used_by)
            pass->used_by = pass->wait[taken] + 1;
        pass->fates[pass->wait[taken]] = SC_FATE_UPDATE;
    }
    pass->update_count = (size_t)taken;
    pass->used_up = bad;
    for (int64_t k = taken; k < reach; k++)
        pass->fates[pass->wait[k]] = SC_FATE_BUDGET;
}

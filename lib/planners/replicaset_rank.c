/* SPDX-License-Identifier: Apache-2.0 */
/* Which pod of a ReplicaSet goes first. Source: deployment.md 11. */
#include "planners/replicaset_pass.h"

#include "base/sort.h"
#include "base/str.h"
#include "rules/availability.h"
#include "rules/selector.h"

static const struct rollout_pod *pod_at(const struct replicas *r, uint32_t i)
{
    return ro_pod(&r->in->pods, i);
}

/* ---- pods on one node ---- */

static const struct rollout_replica_set_facts *sibling_at(const struct replicas *r, uint32_t i)
{
    return (const void *)(r->in->replica_sets.items + i * r->in->replica_sets.stride);
}

/* The hash that a sibling's pods must have by its matchLabels; NULL: it asks for none. */
static const struct rollout_str *hash_of(const struct replicas *r, uint32_t sibling)
{
    return ro_labels_get(&sibling_at(r, sibling)->selector.match_labels, RO_STR("pod-template-hash"));
}

static int compare_hashes(const struct rollout_str *a, const struct rollout_str *b)
{
    return !a || !b ? (a != NULL) - (b != NULL) : ro_str_cmp(*a, *b);
}

static int by_hash(const void *context, uint32_t a, uint32_t b)
{
    return compare_hashes(hash_of(context, a), hash_of(context, b));
}

/* Some sibling from this place on, of those that ask for this hash, matches the labels. */
static bool run_matches(const struct replicas *r, const struct rollout_str *hash, const struct rollout_labels *labels)
{
    uint32_t low = 0, high = (uint32_t)r->in->replica_sets.count, end = high, hint = 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (compare_hashes(hash_of(r, r->siblings[middle]), hash) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < end && compare_hashes(hash_of(r, r->siblings[low]), hash) == 0; low++) {
        const struct rollout_selector *selector = &sibling_at(r, r->siblings[low])->selector;
        if (ro_selector_usable(selector) && ro_selector_match(selector, labels, &hint))
            return true;
    }
    return false;
}

static bool is_related(const struct replicas *r, const struct rollout_pod *pod)
{
    uint32_t hint = 0;
    if (ro_selector_match(&r->spec->selector, &pod->labels, &hint))
        return true;
    const struct rollout_str *hash = ro_labels_get(&pod->labels, RO_STR("pod-template-hash"));
    return (hash && run_matches(r, hash, &pod->labels)) || run_matches(r, NULL, &pod->labels);
}

static int by_node(const void *context, uint32_t a, uint32_t b)
{
    return ro_str_cmp(pod_at(context, a)->node, pod_at(context, b)->node);
}

/* The place of the first related pod that is not on a node before this one; past: nor on it. */
static uint32_t find_node(const struct replicas *r, struct rollout_str node, bool past)
{
    uint32_t low = 0, high = r->related_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int c = ro_str_cmp(pod_at(r, r->related[middle])->node, node);
        if (c < 0 || (past && c == 0))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Whoever controls them counts; without a controller of its own nothing does. */
static void count_related(struct replicas *r)
{
    if (!(r->spec->flags & ROLLOUT_REPLICASET_CONTROLLED))
        return;
    uint32_t siblings = (uint32_t)r->in->replica_sets.count;
    for (uint32_t i = 0; i < siblings; i++)
        r->siblings[i] = i;
    ro_sort_indices(r->siblings, siblings, r->scratch, by_hash, r);
    for (uint32_t i = 0; i < r->in->pods.count; i++)
        if (ro_active(pod_at(r, i)) && is_related(r, pod_at(r, i)))
            r->related[r->related_count++] = i;
    ro_sort_indices(r->related, r->related_count, r->scratch, by_node, r);
    for (uint32_t i = 0; i < r->own_count; i++) {
        struct rollout_str node = pod_at(r, r->own[i])->node;
        r->ranks[r->own[i]] = find_node(r, node, true) - find_node(r, node, false);
    }
}

/* ---- two pods ---- */

static int phase_ordinal(uint32_t phase)
{
    return phase == ROLLOUT_PHASE_UNKNOWN ? 1 : phase == ROLLOUT_PHASE_RUNNING ? 2 : 0;
}

/* floor(log2) of the nanoseconds since; -1 for none. */
static int bucket(int64_t now_ms, int64_t then_ms)
{
    int bits = -1;
    if (now_ms <= then_ms)
        return bits;
    /* Times are between the years 0 and 9999: as nanoseconds those would not fit, and Go's durations end at 292 years. */
    uint64_t ms = (uint64_t)now_ms - (uint64_t)then_ms, most = (uint64_t)INT64_MAX / 1000000;
    for (uint64_t ns = ms > most ? (uint64_t)INT64_MAX : ms * 1000000; ns; ns >>= 1)
        bits++;
    return bits;
}

/* Which of two times that differ goes first: none, then the later bucket; in one bucket the smaller uid. */
static int compare_times(const struct replicas *r, const struct rollout_pod *a, const struct rollout_pod *b, int64_t x,
                         int64_t y)
{
    if (x == 0 || y == 0)
        return x == 0 ? -1 : 1;
    int first = bucket(r->now_ms, x), second = bucket(r->now_ms, y);
    return first != second ? (first < second ? -1 : 1) : ro_str_cmp(a->uid, b->uid);
}

#define DIFFER(x, y)                                                                                                   \
    if ((x) != (y))                                                                                                    \
    return (x) < (y) ? -1 : 1

/* Kubernetes' comparison as it stands, though it is no order: in one bucket uids decide before restarts do, and equal
 * times leave it to these. */
static int by_rank(const void *context, uint32_t i, uint32_t k)
{
    const struct replicas *r = context;
    const struct rollout_pod *a = pod_at(r, i), *b = pod_at(r, k);
    int ready = (a->flags & ROLLOUT_POD_READY) != 0;
    DIFFER(a->node.len > 0, b->node.len > 0);
    DIFFER(phase_ordinal(a->phase), phase_ordinal(b->phase));
    DIFFER(ready, (int)((b->flags & ROLLOUT_POD_READY) != 0));
    DIFFER(a->deletion_cost, b->deletion_cost);
    DIFFER(r->ranks[k], r->ranks[i]);
    if (ready && a->ready_since_ms != b->ready_since_ms)
        return compare_times(r, a, b, a->ready_since_ms, b->ready_since_ms);
    DIFFER(b->restarts, a->restarts);
    DIFFER(b->sidecar_restarts, a->sidecar_restarts);
    return a->created_ms != b->created_ms ? compare_times(r, a, b, a->created_ms, b->created_ms) : 0;
}

void replicas_rank(struct replicas *r)
{
    count_related(r);
    ro_sort_indices(r->own, r->own_count, r->scratch, by_rank, r);
    for (uint32_t i = 0; i < r->own_count; i++)
        r->places[r->own[i]] = i + 1;
    r->ranked = true;
}

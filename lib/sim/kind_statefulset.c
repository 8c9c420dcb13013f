/* SPDX-License-Identifier: Apache-2.0 */
/* StatefulSets, OpenKruise's and Kubernetes' own. Source: statefulset.md 2.2, 5, 9, 12, 13, 14. */
#include "base/str.h"
#include "base/tree.h"
#include "rules/availability.h"
#include "rules/ordinal.h"
#include "rules/reserved.h"
#include "sim/kinds.h"

static struct rollout_str name(const struct ro_cluster *c)
{
    return c->workload.statefulset->name;
}

static bool native(const struct ro_cluster *c)
{
    return c->specs.statefulset.flags & ROLLOUT_STATEFULSET_NATIVE;
}

static void prepare(struct ro_cluster *c)
{
    struct rollout_statefulset *spec = &c->specs.statefulset;
    size_t n = native(c) ? 0 : spec->reserve_ordinal_count;
    if (c->fixed_names)
        spec->revision_history_limit = (struct rollout_opt){ 1, INT32_MAX };
    if (c->recreates)
        spec->pod_update_policy = ROLLOUT_POLICY_RECREATE;
    if (!c->keeps_claims)
        spec->claim_template_count = 0;
    c->hooks = spec->lifecycle;
    c->reserved = ro_arena_alloc(&c->arena, n + 1, sizeof *c->reserved);
    uint32_t *order = ro_arena_alloc(&c->arena, n + 1, 2 * sizeof *order);
    c->reserved_count = c->arena.failed ? 0 : ro_reserved_read(spec->reserve_ordinals, n, c->reserved, order);
    c->texts.failed = c->texts.failed || c->arena.failed;
    c->start_ordinal = native(c) || c->gates.on[ROLLOUT_GATE_STATEFULSET_START_ORDINAL] ? spec->start_ordinal : 0;
}

static int64_t replicas_of(const struct ro_cluster *c)
{
    return c->specs.statefulset.replicas.set ? c->specs.statefulset.replicas.value : 1;
}

/* The place among the set's ordinals, from 0; -1 where the pod has none of them. */
static int64_t rank_of_name(const struct ro_cluster *c, struct rollout_str pod)
{
    struct rollout_str parent;
    int64_t ordinal = ro_ordinal_of(pod, &parent), rank = ordinal - c->start_ordinal;
    if (rank < 0 || !ro_str_eq(parent, name(c)) || ro_reserved_has(c->reserved, c->reserved_count, ordinal))
        return -1;
    for (size_t i = 0; i < c->reserved_count && c->reserved[i].first < ordinal; i++) {
        int64_t first = c->reserved[i].first > c->start_ordinal ? c->reserved[i].first : c->start_ordinal;
        if (c->reserved[i].last >= first)
            rank -= c->reserved[i].last - first + 1;
    }
    return rank < replicas_of(c) ? rank : -1;
}

static int64_t rank_of(const struct ro_cluster *c, uint32_t pod)
{
    return rank_of_name(c, c->pods[pod].name);
}

static bool available(const struct ro_cluster *c, uint32_t pod)
{
    const struct rollout_pod *p = &c->pods[pod];
    int32_t wait = c->specs.statefulset.min_ready_seconds;
    if (p->phase != ROLLOUT_PHASE_RUNNING || !(p->flags & ROLLOUT_POD_READY))
        return false;
    if (native(c))
        return ro_ready_for(p, wait, c->snapshot.now_ms);
    return ro_lifecycle_settled(p) && ro_ready_for(p, wait, c->snapshot.now_ms + 1); /* not strict */
}

/* What a budget counts: Kubernetes' of 1.32 does not ask for how long a pod has been ready (14). */
static bool serves(const struct ro_cluster *c, uint32_t pod)
{
    const struct rollout_pod *p = &c->pods[pod];
    return native(c) ? p->phase == ROLLOUT_PHASE_RUNNING && (p->flags & ROLLOUT_POD_READY) : available(c, pod);
}

static void measure(const struct ro_cluster *c, struct ro_measure *ret)
{
    const struct rollout_statefulset *spec = &c->specs.statefulset;
    bool rolling = spec->flags & ROLLOUT_STATEFULSET_ROLLING_UPDATE;
    int64_t count = 1;
    ret->wanted = replicas_of(c);
    if (rolling && spec->max_unavailable.kind != ROLLOUT_INTSTR_UNSET &&
        (!native(c) || c->gates.on[ROLLOUT_GATE_MAX_UNAVAILABLE_STATEFULSET]) &&
        rollout_intstr_scale(&spec->max_unavailable, native(c) ? ROLLOUT_PARSER_STRICT : ROLLOUT_PARSER_LEGACY,
                             ROLLOUT_ROUND_DOWN, (int32_t)ret->wanted, &count) != ROLLOUT_OK)
        count = 1;
    ret->max_unavailable = count > 1 ? count : 1;
    ret->partition = rolling ? spec->partition : 0;
    ret->served = 0;
    for (uint32_t i = 0; i < c->pod_count; i++)
        ret->served += ro_kind_active(c, i) && serves(c, i) && rank_of(c, i) >= 0;
}

static bool rolls(const struct rollout_statefulset *spec)
{
    return spec->update_type == ROLLOUT_UPDATE_ROLLING && !(spec->flags & ROLLOUT_STATEFULSET_PAUSED);
}

static bool done(const struct ro_cluster *c, const struct ro_measure *now)
{
    const struct rollout_statefulset *spec = &c->specs.statefulset;
    bool unordered = spec->flags & ROLLOUT_STATEFULSET_UNORDERED;
    int64_t members = 0, updated = 0, lost = 0;
    if (spec->flags & (ROLLOUT_STATEFULSET_DELETING | ROLLOUT_STATEFULSET_SELECTOR_INVALID))
        return true;
    for (uint32_t i = 0; i < c->pod_count; i++) {
        int64_t rank = rank_of(c, i);
        uint32_t node = c->pods[i].node_index;
        if (node && c->node_facts[node - 1].lost) {
            lost += rank >= 0;
            continue;
        }
        if (rank < 0 || !ro_kind_active(c, i) || (c->pods[i].flags & ROLLOUT_POD_SPECIFIED_DELETE && rolls(spec)))
            return false; /* on its way out, or to be */
        members++;
        bool is_new = ro_kind_updated(c, i) && available(c, i);
        updated += is_new;
        if (rolls(spec) && !unordered && rank >= now->partition && !is_new)
            return false;
    }
    if (members + lost < now->wanted)
        return false;
    return !rolls(spec) || !unordered || updated + lost >= now->wanted - now->partition;
}

static bool takes_away(uint32_t op)
{
    return op == ROLLOUT_OP_DELETE || op == ROLLOUT_OP_UPDATE_IN_PLACE || op == ROLLOUT_OP_SET_LIFECYCLE;
}

/* An ordered update goes from the highest ordinal down: none above that pod is left old. Kubernetes', one at a time, does not
 * pass a pod either that is not ready. */
static bool passes_over(const struct ro_cluster *c, const struct ro_deeds *d, const bool *moved, size_t pod,
                        bool unready)
{
    int64_t rank = rank_of_name(c, d->pods[pod].name);
    for (size_t i = 0; i < d->pod_count; i++) {
        const struct rollout_pod *p = &d->pods[i];
        if (rank_of_name(c, p->name) <= rank || (p->flags & ROLLOUT_POD_TERMINATING))
            continue;
        bool waits = p->lifecycle_state == ROLLOUT_STATE_PREPARING_UPDATE ||
                     p->lifecycle_state == ROLLOUT_STATE_PREPARING_DELETE;
        if (d->hidden[i].target != c->snapshot.update_revision && !moved[i] && !waits)
            return true;
        if (unready && (p->phase != ROLLOUT_PHASE_RUNNING || !(p->flags & ROLLOUT_POD_READY)))
            return true;
    }
    return false;
}

static const char *promise(const struct ro_cluster *c, const struct ro_deeds *d)
{
    const struct rollout_statefulset *spec = &c->specs.statefulset;
    const struct ro_measure *m = &d->before, *n = &d->after;
    bool parallel = spec->flags & ROLLOUT_STATEFULSET_PARALLEL, unordered = spec->flags & ROLLOUT_STATEFULSET_UNORDERED;
    bool one_by_one = native(c) && !c->gates.on[ROLLOUT_GATE_MAX_UNAVAILABLE_STATEFULSET], taken[64] = { false };
    bool updated[64] = { false };
    int64_t created = 0, deleted = 0, moved = 0;
    for (size_t i = 0; i < d->plan->action_count; i++) {
        const struct rollout_action *a = &d->plan->actions[i];
        created += a->op == ROLLOUT_OP_CREATE;
        if (a->subject_kind != ROLLOUT_SUBJECT_POD || !takes_away(a->op))
            continue;
        const struct rollout_pod *p = &d->pods[a->subject];
        const struct ro_sim_pod *h = &d->hidden[a->subject];
        bool outdated = h->target != c->snapshot.update_revision;
        bool ended = p->phase == ROLLOUT_PHASE_FAILED || p->phase == ROLLOUT_PHASE_SUCCEEDED;
        int64_t rank = rank_of_name(c, p->name);
        deleted += a->op == ROLLOUT_OP_DELETE;
        if (a->subject < 64)
            taken[a->subject] = true;
        if (!ro_deed_updates(a))
            continue;
        if (!outdated || rank < 0 || ended)
            continue;
        moved++;
        if (a->subject < 64)
            updated[a->subject] = true;
        if (!rolls(spec))
            return "a pod is updated though updates are paused or left to deletion";
        if (!unordered && rank < m->partition)
            return "the partition is not kept";
    }
    if (moved > 0 && unordered && moved > m->wanted - m->partition)
        return "the partition is not kept";
    if (moved > 0 && n->served < m->served && n->served < m->wanted - m->max_unavailable && !one_by_one)
        return "the plan takes more pods from service than maxUnavailable";
    for (size_t i = 0; !unordered && i < d->pod_count && i < 64; i++)
        if (updated[i] && passes_over(c, d, taken, i, one_by_one))
            return "a pod is updated before one of a higher ordinal";
    if (one_by_one && moved > 1)
        return "more than one pod is updated at a time";
    if (!parallel && (created > 1 || (deleted > 1 && (one_by_one || !native(c)))))
        return "more than one pod at a time, though they are ordered";
    return NULL;
}

/* Numbers of claims that fit their templates. As many templates as the spec has: room is found once. */
static void read_claims(struct ro_cluster *c, const struct rollout_node *list, struct rollout_statefulset_status *s)
{
    size_t n = 0;
    if (!ro_is(list, ROLLOUT_NODE_ARRAY) || ro_count(list) == 0) {
        s->claim_count = 0;
        return;
    }
    if (ro_count(list) > c->claim_status_room) {
        c->claim_status = ro_arena_alloc(&c->arena, ro_count(list), sizeof *c->claim_status);
        c->claim_status_room = c->claim_status ? ro_count(list) : 0;
    }
    for (const struct rollout_node *e = ro_first(list); e != ro_end(list) && n < c->claim_status_room; e = ro_next(e))
        c->claim_status[n++] = (struct rollout_claim_status){
            .name = ro_status_text(c, e, "volumeClaimName"),
            .compatible_replicas = ro_status_number(e, "compatibleReplicas"),
            .compatible_ready_replicas = ro_status_number(e, "compatibleReadyReplicas"),
        };
    s->claims = c->claim_status;
    s->claim_count = n;
}

static void status(struct ro_cluster *c, const struct rollout_node *node)
{
    struct rollout_statefulset_status *s = &c->specs.statefulset_status;
    s->struct_size = sizeof *s;
    s->collision_count = ro_status_opt(node, "collisionCount");
    s->observed_generation = ro_status_number(node, "observedGeneration");
    s->replicas = ro_status_number(node, "replicas");
    s->ready_replicas = ro_status_number(node, "readyReplicas");
    s->available_replicas = ro_status_number(node, "availableReplicas");
    s->current_replicas = ro_status_number(node, "currentReplicas");
    s->updated_replicas = ro_status_number(node, "updatedReplicas");
    s->updated_ready_replicas = ro_status_number(node, "updatedReadyReplicas");
    s->updated_available_replicas = ro_status_number(node, "updatedAvailableReplicas");
    s->current_revision = ro_status_text(c, node, "currentRevision");
    s->update_revision = ro_status_text(c, node, "updateRevision");
    s->label_selector = ro_status_text(c, node, "labelSelector");
    read_claims(c, ro_get(node, "volumeClaims"), s);
}

/* Where there is no rollingUpdate, the stored count of old pods decides at which revision a missing one is made. */
static void remember(const struct ro_cluster *c, int32_t ret[RO_KIND_MEMORY])
{
    if (!(c->specs.statefulset.flags & ROLLOUT_STATEFULSET_ROLLING_UPDATE))
        ret[1] = c->specs.statefulset_status.current_replicas;
}

static void recall(struct ro_cluster *c, const int32_t memory[RO_KIND_MEMORY])
{
    struct rollout_statefulset_status *s = &c->specs.statefulset_status;
    s->current_revision = memory[0] ? c->revisions[memory[0] - 1].name : (struct rollout_str){ NULL, 0 };
    s->current_replicas = memory[1];
}

const struct ro_kind_lines ro_kind_statefulset = {
    .name = name,
    .prepare = prepare,
    .available = available,
    .measure = measure,
    .done = done,
    .promise = promise,
    .status = status,
    .remember = remember,
    .recall = recall,
    .new_flags = 0,
    .interchangeable = false,
};

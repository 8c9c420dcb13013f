/* SPDX-License-Identifier: Apache-2.0 */
/* CloneSets. Source: cloneset.md 1.3, 2.2, 3.2, 7.1. */
#include "planners/cloneset_limits.h"
#include "rules/availability.h"
#include "sim/kinds.h"

static struct rollout_str name(const struct ro_cluster *c)
{
    return c->workload.cloneset->name;
}

static void prepare(struct ro_cluster *c)
{
    struct rollout_cloneset *spec = &c->specs.cloneset;
    if (c->fixed_names)
        spec->revision_history_limit = (struct rollout_opt){ 1, INT32_MAX };
    if (c->recreates)
        spec->pod_update_policy = ROLLOUT_POLICY_RECREATE;
    if (!c->keeps_claims)
        spec->claim_templates.count = 0;
    if (c->fixed_names)
        spec->progress_deadline_seconds.set = 0;
    c->hooks = spec->lifecycle;
}

static bool available(const struct ro_cluster *c, uint32_t pod)
{
    return ro_available(&c->pods[pod], c->workload.cloneset->min_ready_seconds, c->snapshot.now_ms);
}

static void measure(const struct ro_cluster *c, struct ro_measure *ret)
{
    struct ro_cloneset_limits limits = ro_cloneset_limits(c->workload.cloneset);
    ret->wanted = limits.replicas;
    ret->partition = limits.partition;
    ret->max_unavailable = limits.max_unavailable;
    ret->max_surge = limits.max_surge > 0 ? limits.max_surge : 0;
}

static bool rolls(const struct rollout_cloneset *spec)
{
    return spec->update_type == ROLLOUT_UPDATE_ROLLING && !(spec->flags & ROLLOUT_CLONESET_PAUSED);
}

static bool done(const struct ro_cluster *c, const struct ro_measure *now)
{
    const struct rollout_cloneset *spec = c->workload.cloneset;
    int64_t marked = 0, ready = 0, lost = 0;
    for (uint32_t i = 0; i < c->pod_count; i++) {
        uint32_t node = c->pods[i].node_index;
        if (!ro_kind_active(c, i))
            continue;
        lost += node && c->node_facts[node - 1].lost;
        marked += (c->pods[i].flags & ROLLOUT_POD_SPECIFIED_DELETE) != 0 ||
                  c->pods[i].lifecycle_state == ROLLOUT_STATE_PREPARING_DELETE;
        ready += ro_kind_updated(c, i) && available(c, i);
    }
    if (spec->flags & (ROLLOUT_CLONESET_DELETING | ROLLOUT_CLONESET_SELECTOR_INVALID))
        return true;
    if (now->total != now->wanted || marked > 0)
        return false;
    if (!rolls(spec))
        return true;
    int64_t target = now->wanted - now->partition;
    bool back = c->gates.on[ROLLOUT_GATE_CLONESET_PARTITION_ROLLBACK] && c->snapshot.current_revision &&
                c->snapshot.current_revision != c->snapshot.update_revision;
    return (back ? now->updated == target : now->updated >= target) && ready + lost >= now->updated;
}

/* Pods that an action takes from those that serve, or to another revision. */
static const char *promise(const struct ro_cluster *c, const struct ro_deeds *d)
{
    const struct rollout_cloneset *spec = c->workload.cloneset;
    const struct ro_measure *m = &d->before, *n = &d->after;
    int64_t moved =
        (int64_t)(ro_deeds_count(c, d, ROLLOUT_OP_UPDATE_IN_PLACE) + ro_deeds_count(c, d, ROLLOUT_OP_RECREATE));
    int64_t old = 0, taken = 0, fresh = 0, leaving = 0;
    for (size_t i = 0; i < d->pod_count; i++) {
        if ((d->hidden[i].flags & RO_SIM_GONE) || !ro_active(&d->pods[i]))
            continue;
        bool updated = d->hidden[i].target == c->snapshot.update_revision;
        old += !updated && d->pods[i].lifecycle_state != ROLLOUT_STATE_PREPARING_DELETE;
        fresh += updated;
        leaving += (spec->flags & ROLLOUT_CLONESET_EXCLUDE_PREPARING_DELETE) &&
                   d->pods[i].lifecycle_state == ROLLOUT_STATE_PREPARING_DELETE;
    }
    for (size_t i = 0; i < d->plan->action_count; i++) {
        const struct rollout_action *a = &d->plan->actions[i];
        if (a->op == ROLLOUT_OP_DELETE && !(d->pods[a->subject].flags & ROLLOUT_POD_SPECIFIED_DELETE) &&
            d->pods[a->subject].lifecycle_state != ROLLOUT_STATE_PREPARING_DELETE)
            taken += d->hidden[a->subject].target != c->snapshot.update_revision;
    }
    if (n->available < m->available && n->available < m->wanted - m->max_unavailable)
        return "the plan takes more pods from service than maxUnavailable";
    if (n->total > m->total && n->total - leaving > m->wanted + m->max_surge)
        return "more pods than replicas and maxSurge";
    if (moved > 0 && !rolls(spec))
        return "a pod is updated though updates are paused or left to deletion";
    if (moved > 0 && moved > old - m->partition)
        return "the partition is not kept";
    if (taken > 0 && (spec->flags & ROLLOUT_CLONESET_PAUSED) && fresh > 0 && fresh >= m->total - m->wanted)
        return "while paused, old pods are deleted although as many new ones are surplus";
    return NULL;
}

static void status(struct ro_cluster *c, const struct rollout_node *node)
{
    struct rollout_cloneset_status *s = &c->specs.cloneset_status;
    s->struct_size = sizeof *s;
    s->collision_count = ro_status_opt(node, "collisionCount");
    s->observed_generation = ro_status_number(node, "observedGeneration");
    s->replicas = ro_status_number(node, "replicas");
    s->ready_replicas = ro_status_number(node, "readyReplicas");
    s->available_replicas = ro_status_number(node, "availableReplicas");
    s->updated_replicas = ro_status_number(node, "updatedReplicas");
    s->updated_ready_replicas = ro_status_number(node, "updatedReadyReplicas");
    s->updated_available_replicas = ro_status_number(node, "updatedAvailableReplicas");
    s->expected_updated_replicas = ro_status_number(node, "expectedUpdatedReplicas");
    s->update_revision = ro_status_text(c, node, "updateRevision");
    s->current_revision = ro_status_text(c, node, "currentRevision");
    s->label_selector = ro_status_text(c, node, "labelSelector");
}

/* The current revision alone. */
static void remember(const struct ro_cluster *c, int32_t ret[RO_KIND_MEMORY])
{
    (void)c;
    (void)ret;
}

static void recall(struct ro_cluster *c, const int32_t memory[RO_KIND_MEMORY])
{
    c->specs.cloneset_status.current_revision =
        memory[0] ? c->revisions[memory[0] - 1].name : (struct rollout_str){ NULL, 0 };
}

const struct ro_kind_lines ro_kind_cloneset = {
    .name = name,
    .prepare = prepare,
    .available = available,
    .measure = measure,
    .done = done,
    .promise = promise,
    .status = status,
    .remember = remember,
    .recall = recall,
    .new_flags = ROLLOUT_POD_IN_PLACE_GATE,
    .interchangeable = true,
};

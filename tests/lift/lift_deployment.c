/* SPDX-License-Identifier: Apache-2.0 */
/* Deployments and their ReplicaSets. */
#include "lift.h"

#include <stdio.h>

/* Percentages become the numbers that they came to, so that lifting one thing changes no other. */
static void resolve(struct copy *copy, const struct rollout_plan *plan)
{
    copy->deployment.max_surge = number(limit_of(plan, "maxSurge", 0));
    copy->deployment.max_unavailable = number(limit_of(plan, "maxUnavailable", 0));
}

/* All pods of a ReplicaSet are up. */
static enum lifted make_set_ready(struct copy *copy, const struct rollout_verdict *v)
{
    if (v->subject_kind != ROLLOUT_SUBJECT_REPLICA_SET || v->subject == ROLLOUT_NONE)
        return UNKNOWN;
    struct rollout_replica_set_facts *set = &copy->replica_sets[v->subject];
    set->status_replicas = set->ready_replicas = set->available_replicas = set->replicas;
    return LIFTED;
}

/* No pod is left of any ReplicaSet but this one. */
static enum lifted remove_old_pods(struct copy *copy, uint32_t kept)
{
    for (uint32_t i = 0; i < copy->snapshot.replica_sets.count; i++)
        if (i != kept)
            copy->replica_sets[i].status_replicas = copy->replica_sets[i].ready_replicas =
                copy->replica_sets[i].available_replicas = 0;
    for (uint32_t i = (uint32_t)copy->snapshot.pods.count; i > 0; i--)
        if (copy->pods[i - 1].replica_set != 0 && copy->pods[i - 1].replica_set - 1 != kept)
            remove_pod(copy, i - 1);
    return LIFTED;
}

/* Every ReplicaSet was last scaled for as many replicas as are wanted now. */
static enum lifted refresh_annotations(struct copy *copy)
{
    static const char key[] = "deployment.kubernetes.io/desired-replicas";
    char *count = keep(copy, 12);
    int len = snprintf(count, 12, "%d", copy->deployment.replicas.set ? copy->deployment.replicas.value : 1);
    for (uint32_t i = 0; i < copy->snapshot.replica_sets.count; i++) {
        struct rollout_labels *map = &copy->replica_sets[i].annotations;
        struct rollout_label *items = keep(copy, map->count * sizeof *items);
        for (uint32_t k = 0; k < map->count; k++) {
            items[k] = *label_at(map, k);
            if (same(items[k].key, (struct rollout_str){ key, sizeof key - 1 }))
                items[k].value = (struct rollout_str){ count, (size_t)len };
        }
        *map = (struct rollout_labels){ items, map->count, 0 };
    }
    return LIFTED;
}

/* Every ReplicaSet's status shows no more pods than are wanted. */
static enum lifted show_shrinks(struct copy *copy)
{
    for (uint32_t i = 0; i < copy->snapshot.replica_sets.count; i++) {
        struct rollout_replica_set_facts *set = &copy->replica_sets[i];
        if (set->available_replicas > set->replicas)
            set->status_replicas = set->ready_replicas = set->available_replicas = set->replicas;
    }
    return LIFTED;
}

enum lifted lift_deployment(struct copy *copy, const struct rollout_plan *plan, const struct rollout_verdict *v)
{
    struct rollout_deployment *spec = &copy->deployment;
    switch (v->reason) {
    case ROLLOUT_REASON_NOT_READY:
        return make_set_ready(copy, v);
    case ROLLOUT_REASON_DEADLOCK: /* no fix of it exists yet: what is out of date is mended, deployment.md 5.4 */
        return refresh_annotations(copy);
    case ROLLOUT_REASON_ACTIONS_NOT_OBSERVED: /* those of the ReplicaSets' controller, deployment.md 3.3 */
        return show_shrinks(copy);
    case ROLLOUT_REASON_OLD_PODS_RUNNING:
        return remove_old_pods(copy, v->subject);
    case ROLLOUT_REASON_MAX_UNAVAILABLE_REACHED:
        resolve(copy, plan);
        spec->max_unavailable.count += (int32_t)(v->a - v->b + 1);
        return LIFTED;
    case ROLLOUT_REASON_MAX_SURGE_REACHED:
        resolve(copy, plan);
        spec->max_surge.count += (int32_t)(v->a - v->b + 1);
        return LIFTED;
    case ROLLOUT_REASON_PARTITION_REACHED: /* it counts the updated ones: none is kept at all of them, deployment.md 12.2 */
        spec->partition = number(spec->replicas.set ? spec->replicas.value : 1);
        return LIFTED;
    case ROLLOUT_REASON_PAUSED:
        spec->flags &= ~(uint32_t)(ROLLOUT_DEPLOYMENT_PAUSED | ROLLOUT_DEPLOYMENT_ADVANCED_PAUSED);
        return LIFTED;
    case ROLLOUT_REASON_SPEC_INVALID:
        spec->flags &= ~(uint32_t)ROLLOUT_DEPLOYMENT_SELECTOR_INVALID;
        if (same(text_of(plan, v), (struct rollout_str){ "a limit", 7 }))
            spec->max_surge = spec->max_unavailable = spec->partition = number(1);
        return LIFTED;
    default:
        return UNKNOWN;
    }
}

enum lifted lift_replicaset(struct copy *copy, const struct rollout_plan *plan, const struct rollout_verdict *v)
{
    (void)plan;
    switch (v->reason) {
    case ROLLOUT_REASON_BURST_REACHED: /* no setting: the next pass takes the rest, reasons.md 4 */
        return BY_NEXT_PASS;
    case ROLLOUT_REASON_SPEC_INVALID:
        copy->replicaset.flags &= ~(uint32_t)ROLLOUT_REPLICASET_SELECTOR_INVALID;
        return LIFTED;
    default:
        return UNKNOWN;
    }
}

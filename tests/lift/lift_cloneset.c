/* SPDX-License-Identifier: Apache-2.0 */
#include "lift.h"

#include <string.h>

/* Percentages become the numbers that they came to, so that lifting one thing changes no other. */
static void resolve(struct copy *copy, const struct rollout_plan *plan)
{
    if (!(copy->cloneset.flags & ROLLOUT_CLONESET_ROLLING_UPDATE)) {
        copy->cloneset.flags |= ROLLOUT_CLONESET_ROLLING_UPDATE;
        copy->cloneset.partition = copy->cloneset.max_surge = number(0);
    } else {
        copy->cloneset.partition = number(limit_of(plan, "partition", 0));
        if (!(copy->cloneset.flags & ROLLOUT_CLONESET_PAUSED))
            copy->cloneset.max_surge = number(limit_of(plan, "maxSurge", 0));
    }
    copy->cloneset.max_unavailable = number(limit_of(plan, "maxUnavailable", 0));
    int64_t scale = limit_of(plan, "scaleStrategy.maxUnavailable", -1);
    if (scale >= 0)
        copy->cloneset.scale_max_unavailable = number(scale);
}

/* What stopped a phase with an error, also where the pod had another step of its own before. */
static enum lifted lift_error(struct copy *copy, const struct rollout_plan *plan)
{
    struct rollout_verdict v = plan->verdicts[plan->error_pod];
    v.reason = (uint16_t)plan->error_reason;
    return lift(copy, plan, &v);
}

enum lifted lift_cloneset(struct copy *copy, const struct rollout_plan *plan, const struct rollout_verdict *v)
{
    switch (v->reason) {
    case ROLLOUT_REASON_CREATE_FIRST:
        if (v->b > 0)
            return BY_NEXT_PASS;
        resolve(copy, plan);
        copy->cloneset.scale_max_unavailable.count += 1;
        return LIFTED;
    case ROLLOUT_REASON_DELETES_FIRST:
        remove_pod(copy, v->because);
        return LIFTED;
    case ROLLOUT_REASON_BEHIND_STOPPED_POD:
        if (plan->error_pod == v->because)
            return lift_error(copy, plan);
        /* The pod at which the walk stopped may have had another step of its own in this pass. */
        return plan->verdicts[v->because].op ? BY_NEXT_PASS : lift(copy, plan, &plan->verdicts[v->because]);
    case ROLLOUT_REASON_MAX_UNAVAILABLE_REACHED:
    case ROLLOUT_REASON_UPDATED_PODS_UNAVAILABLE:
        resolve(copy, plan);
        copy->cloneset.max_unavailable.count += (int32_t)(v->a - v->b + 1);
        return LIFTED;
    case ROLLOUT_REASON_SCALE_MAX_UNAVAILABLE_REACHED:
        resolve(copy, plan);
        copy->cloneset.scale_max_unavailable.count += (int32_t)(v->a - v->b + 1);
        return LIFTED;
    case ROLLOUT_REASON_PARTITION_REACHED:
        resolve(copy, plan);
        copy->cloneset.partition = number(0);
        return LIFTED;
    case ROLLOUT_REASON_REPLICAS_REACHED:
        resolve(copy, plan);
        copy->cloneset.replicas.value += (int32_t)(v->b - v->a);
        return LIFTED;
    case ROLLOUT_REASON_PAUSED:
        copy->cloneset.flags &= ~(uint32_t)ROLLOUT_CLONESET_PAUSED;
        return LIFTED;
    case ROLLOUT_REASON_UPDATES_OFF:
        copy->cloneset.update_type = ROLLOUT_UPDATE_ROLLING;
        return LIFTED;
    case ROLLOUT_REASON_ROLLBACK_OFF:
        copy->gates[copy->workload.gate_count++] = (struct rollout_gate){ ROLLOUT_GATE_CLONESET_PARTITION_ROLLBACK, 1 };
        return LIFTED;
    case ROLLOUT_REASON_IN_PLACE_IMPOSSIBLE:
        copy->cloneset.pod_update_policy = ROLLOUT_POLICY_IN_PLACE_IF_POSSIBLE;
        return LIFTED;
    default:
        return UNKNOWN;
    }
}

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

/* The labels of a hook without the one that the field names. */
static void mend_hook(struct copy *copy, struct rollout_hook *hook, struct rollout_str field)
{
    struct rollout_label *labels = keep(copy, hook->labels.count * sizeof *labels);
    uint32_t n = 0;
    for (uint32_t k = 0; k < hook->labels.count; k++) {
        const struct rollout_label *label = label_at(&hook->labels, k);
        bool named = field.len > label->key.len + 2 &&
                     memcmp(field.data + field.len - 2 - label->key.len, label->key.data, label->key.len) == 0;
        if (!named)
            labels[n++] = *label;
    }
    hook->labels = (struct rollout_labels){ labels, n, 0 };
}

/* What stopped a phase with an error, also where the pod had another step of its own before. */
static enum lifted lift_error(struct copy *copy, const struct rollout_plan *plan)
{
    struct rollout_verdict v = plan->verdicts[plan->error_pod];
    v.reason = (uint16_t)plan->error_reason;
    return lift_cloneset(copy, plan, &v);
}

enum lifted lift_cloneset(struct copy *copy, const struct rollout_plan *plan, const struct rollout_verdict *v)
{
    struct rollout_pod *pod = v->subject_kind == ROLLOUT_SUBJECT_POD ? &copy->pods[v->subject] : NULL;
    const struct rollout_lifecycle *lifecycle = &copy->cloneset.lifecycle;
    switch (v->reason) {
    case ROLLOUT_REASON_NOT_READY:
        make_ready(copy, pod);
        return LIFTED;
    case ROLLOUT_REASON_MIN_READY_SECONDS:
    case ROLLOUT_REASON_GRACE_PERIOD:
        copy->snapshot.now_ms = v->until_ms;
        return LIFTED;
    case ROLLOUT_REASON_UNSCHEDULED:
        pod->node = (struct rollout_str){ "a-node", 6 };
        return LIFTED;
    case ROLLOUT_REASON_IN_PLACE_UPDATING:
        confirm(&copy->in_place[v->subject]);
        return LIFTED;
    case ROLLOUT_REASON_PRE_NORMAL_HOOK:
        add_part(copy, pod, &lifecycle->pre_normal, text_of(plan, v));
        return LIFTED;
    case ROLLOUT_REASON_POST_UPDATE_HOOK:
        add_part(copy, pod, &lifecycle->in_place_update, text_of(plan, v));
        return LIFTED;
    case ROLLOUT_REASON_PRE_UPDATE_HOOK:
    case ROLLOUT_REASON_PRE_DELETE_HOOK:
        remove_part(copy, pod, text_of(plan, v));
        return LIFTED;
    case ROLLOUT_REASON_CREATE_FIRST:
        if (v->b > 0)
            return BY_NEXT_PASS;
        resolve(copy, plan);
        copy->cloneset.scale_max_unavailable.count += 1;
        return LIFTED;
    case ROLLOUT_REASON_SCALE_FIRST:
    case ROLLOUT_REASON_REFRESH_FIRST:
        return BY_NEXT_PASS;
    case ROLLOUT_REASON_DELETES_FIRST:
        remove_pod(copy, v->because);
        return LIFTED;
    case ROLLOUT_REASON_BEHIND_STOPPED_POD:
        if (plan->error_pod == v->because)
            return lift_error(copy, plan);
        /* The pod at which the walk stopped may have had another step of its own in this pass. */
        return plan->verdicts[v->because].op ? BY_NEXT_PASS : lift_cloneset(copy, plan, &plan->verdicts[v->because]);
    case ROLLOUT_REASON_ACTIONS_NOT_OBSERVED:
        copy->snapshot.unobserved_since_ms = 0;
        return LIFTED;
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
    case ROLLOUT_REASON_SPEC_INVALID:
        if (text_of(plan, v).len > 14 && memcmp(text_of(plan, v).data, "spec.lifecycle", 14) == 0) {
            mend_hook(copy, &copy->cloneset.lifecycle.pre_delete, text_of(plan, v));
            mend_hook(copy, &copy->cloneset.lifecycle.in_place_update, text_of(plan, v));
            return LIFTED;
        }
        if (!pod || !pod->in_place)
            return UNKNOWN;
        pod->in_place = NULL;
        return LIFTED;
    case ROLLOUT_REASON_IN_PLACE_IMPOSSIBLE:
        copy->cloneset.pod_update_policy = ROLLOUT_POLICY_IN_PLACE_IF_POSSIBLE;
        return LIFTED;
    case ROLLOUT_REASON_LIFECYCLE_STATE_UNKNOWN:
        pod->lifecycle_state = ROLLOUT_STATE_NORMAL;
        return LIFTED;
    case ROLLOUT_REASON_TERMINATING:
    case ROLLOUT_REASON_WORKLOAD_DELETING:
        return NOT_TESTED;
    default:
        return UNKNOWN;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "lift.h"

#include <string.h>

/* Nothing of the update is left to wait for. */
static void confirm(struct rollout_in_place *in_place)
{
    in_place->flags |= ROLLOUT_IN_PLACE_CONTAINERS_DONE | ROLLOUT_IN_PLACE_NEXT_READY;
    if (!(in_place->flags & ROLLOUT_IN_PLACE_GRACE))
        in_place->flags &= ~(uint32_t)ROLLOUT_IN_PLACE_GRACE_KEY;
    if (!(in_place->flags & ROLLOUT_IN_PLACE_NEXT_APPLIES))
        in_place->flags &= ~(uint32_t)ROLLOUT_IN_PLACE_NEXT;
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

static enum lifted lift_spec(struct copy *copy, struct rollout_pod *pod, struct rollout_lifecycle *lifecycle,
                             struct rollout_str field)
{
    if (lifecycle && starts(field, "spec.lifecycle")) {
        mend_hook(copy, &lifecycle->pre_delete, field);
        mend_hook(copy, &lifecycle->in_place_update, field);
        return LIFTED;
    }
    if (!pod->in_place || !starts(field, "metadata"))
        return UNKNOWN;
    pod->in_place = NULL;
    return LIFTED;
}

static enum lifted lift_pod(struct copy *copy, const struct rollout_plan *plan, const struct rollout_verdict *v)
{
    struct rollout_pod *pod = &copy->pods[v->subject];
    struct rollout_lifecycle *lifecycle = copy->workload.cloneset      ? &copy->cloneset.lifecycle
                                          : copy->workload.statefulset ? &copy->statefulset.lifecycle
                                                                       : NULL;
    switch (v->reason) {
    case ROLLOUT_REASON_NOT_READY:
        make_ready(copy, pod);
        return LIFTED;
    case ROLLOUT_REASON_MIN_READY_SECONDS:
    case ROLLOUT_REASON_GRACE_PERIOD:
        copy->snapshot.now_ms = v->until_ms;
        return LIFTED;
    case ROLLOUT_REASON_UNSCHEDULED:
        pod->node = pod->target_node.len ? pod->target_node : (struct rollout_str){ "a-node", 6 };
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
    case ROLLOUT_REASON_LIFECYCLE_STATE_UNKNOWN:
        pod->lifecycle_state = ROLLOUT_STATE_NORMAL;
        return LIFTED;
    case ROLLOUT_REASON_SPEC_INVALID:
        if (copy->workload.uniteddeployment)
            return UNKNOWN;
        return lift_spec(copy, pod, lifecycle, text_of(plan, v));
    case ROLLOUT_REASON_TERMINATING: /* the entry would be gone */
        return NOT_TESTED;
    default:
        return UNKNOWN;
    }
}

enum lifted lift_common(struct copy *copy, const struct rollout_plan *plan, const struct rollout_verdict *v)
{
    switch (v->reason) {
    case ROLLOUT_REASON_SCALE_FIRST:
    case ROLLOUT_REASON_REFRESH_FIRST:
        return BY_NEXT_PASS;
    case ROLLOUT_REASON_ACTIONS_NOT_OBSERVED:
        if (copy->workload.deployment)
            return UNKNOWN;
        copy->snapshot.unobserved_since_ms = 0;
        copy->snapshot.written_version = (struct rollout_str){ NULL, 0 };
        return LIFTED;
    case ROLLOUT_REASON_WORKLOAD_DELETING:
        return NOT_TESTED;
    case ROLLOUT_REASON_TERMINATING:
        if (v->subject_kind == ROLLOUT_SUBJECT_POD)
            return lift_pod(copy, plan, v);
        remove_pod(copy, v->because);
        return LIFTED;
    default:
        return v->subject_kind == ROLLOUT_SUBJECT_POD ? lift_pod(copy, plan, v) : UNKNOWN;
    }
}

enum lifted lift(struct copy *copy, const struct rollout_plan *plan, const struct rollout_verdict *v)
{
    if (copy->workload.sidecarset)
        return lift_sidecarset(copy, plan, v);
    enum lifted lifted = lift_common(copy, plan, v);
    if (lifted != UNKNOWN)
        return lifted;
    return copy->workload.cloneset           ? lift_cloneset(copy, plan, v)
           : copy->workload.statefulset      ? lift_statefulset(copy, plan, v)
           : copy->workload.broadcastjob     ? lift_broadcastjob(copy, plan, v)
           : copy->workload.deployment       ? lift_deployment(copy, plan, v)
           : copy->workload.replicaset       ? lift_replicaset(copy, plan, v)
           : copy->workload.uniteddeployment ? lift_uniteddeployment(copy, plan, v)
                                             : lift_daemonset(copy, plan, v);
}

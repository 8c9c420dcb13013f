/* SPDX-License-Identifier: Apache-2.0 */
#include "planners/refresh.h"

#include "base/str.h"
#include "base/time.h"
#include "rules/lifecycle.h"

uint16_t ro_step_op(enum ro_step step)
{
    switch (step) {
    case RO_STEP_DROP_GRACE:
    case RO_STEP_END_GRACE:
        return ROLLOUT_OP_END_GRACE;
    case RO_STEP_NEXT_BATCH:
        return ROLLOUT_OP_NEXT_BATCH;
    case RO_STEP_SET_READY:
        return ROLLOUT_OP_SET_READY;
    default:
        return 0;
    }
}

int64_t ro_grace_left(const struct rollout_pod *pod, int64_t now_ms)
{
    return ro_time_left(pod->in_place->grace_end_ms, now_ms);
}

static void emit_step(struct ro_builder *b, uint8_t *bytes, uint32_t pod, const struct rollout_pod *facts,
                      enum ro_step step)
{
    struct ro_why why = { .reason = ROLLOUT_REASON_UPDATE_CONTINUED };
    switch (step) {
    case RO_STEP_DROP_GRACE:
    case RO_STEP_END_GRACE:
        why.text = step == RO_STEP_END_GRACE ? RO_STR("grace period over") : RO_STR("grace period dropped");
        ro_act(b, bytes, ROLLOUT_OP_END_GRACE, pod, &why);
        if (facts->revision.len)
            ro_build_attr_text(b, ROLLOUT_ATTR_REVISION, facts->revision);
        ro_build_attr_text(b, ROLLOUT_ATTR_DETAIL, step == RO_STEP_END_GRACE ? RO_STR("apply") : RO_STR("drop"));
        break;
    case RO_STEP_NEXT_BATCH:
        why.text = RO_STR("next batch of containers");
        ro_act(b, bytes, ROLLOUT_OP_NEXT_BATCH, pod, &why);
        break;
    case RO_STEP_SET_READY:
        why.text = RO_STR("readiness gate InPlaceUpdateReady");
        ro_act(b, bytes, ROLLOUT_OP_SET_READY, pod, &why);
        break;
    default:
        break;
    }
}

void ro_lifecycle_emit(struct ro_builder *b, uint8_t *bytes, uint32_t pod, uint32_t state, const struct ro_why *why)
{
    ro_act(b, bytes, ROLLOUT_OP_SET_LIFECYCLE, pod, why);
    ro_build_attr_text(b, ROLLOUT_ATTR_STATE, ro_state_text(state));
}

void ro_refresh_emit(struct ro_builder *b, uint8_t *bytes, uint32_t pod, const struct rollout_pod *facts,
                     enum ro_step step, uint32_t state, const struct rollout_hook *in_place_update)
{
    emit_step(b, bytes, pod, facts, step);
    if (state == facts->lifecycle_state)
        return;
    struct ro_why why = { .reason = ROLLOUT_REASON_LIFECYCLE_MOVED, .text = ro_state_text(state) };
    ro_lifecycle_emit(b, bytes, pod, state, &why);
    /* Only the step to Updated takes the mark back. */
    if (state == ROLLOUT_STATE_UPDATED && in_place_update->mark_pod_not_ready &&
        ro_mark_removes(facts, ROLLOUT_POD_KEY_PRE_UPDATE))
        ro_build_attr_value(b, ROLLOUT_ATTR_MARK_NOT_READY, 0);
}

void ro_prepare_update_emit(struct ro_builder *b, uint8_t *bytes, uint32_t pod, const struct rollout_pod *facts,
                            const struct rollout_hook *hook, struct ro_why why)
{
    why.reason = ROLLOUT_REASON_PREPARE_UPDATE;
    why.text = ro_hook_part(hook, facts, true);
    if (!why.text.data)
        why.text = RO_STR("inPlaceUpdate");
    ro_lifecycle_emit(b, bytes, pod, ROLLOUT_STATE_PREPARING_UPDATE, &why);
    if (hook->mark_pod_not_ready && ro_mark_adds(facts, ROLLOUT_POD_KEY_PRE_UPDATE))
        ro_build_attr_value(b, ROLLOUT_ATTR_MARK_NOT_READY, 1);
    if (facts->lifecycle_state == ROLLOUT_STATE_UPDATED) /* the hook was put back, and is wanted again */
        ro_build_attr_value(b, ROLLOUT_ATTR_HOOK, 1);
}

enum ro_delete ro_delete_step(const struct rollout_pod *pod, const struct rollout_hook *pre_delete)
{
    if (!ro_hooked_any(pre_delete, pod))
        return RO_DELETE_NOW;
    return pod->lifecycle_state == ROLLOUT_STATE_PREPARING_DELETE ? RO_DELETE_WAITS : RO_DELETE_PREPARE;
}

void ro_delete_emit(struct ro_builder *b, uint8_t *bytes, uint32_t pod, const struct rollout_pod *facts,
                    const struct rollout_hook *pre_delete, const struct ro_why *why)
{
    bool marks = pre_delete->mark_pod_not_ready && ro_mark_adds(facts, ROLLOUT_POD_KEY_PRE_DELETE);
    struct ro_why asks = { .reason = ROLLOUT_REASON_PREPARE_DELETE };
    switch (ro_delete_step(facts, pre_delete)) {
    case RO_DELETE_NOW:
        ro_act(b, bytes, ROLLOUT_OP_DELETE, pod, why);
        return;
    case RO_DELETE_PREPARE:
        asks.text = ro_hook_part(pre_delete, facts, true);
        ro_lifecycle_emit(b, bytes, pod, ROLLOUT_STATE_PREPARING_DELETE, &asks);
        break;
    default: /* the hook is told again to mark the pod */
        if (!marks)
            return;
        asks.text = ro_hook_part(pre_delete, facts, true);
        ro_act(b, bytes, ROLLOUT_OP_SET_POD_READY, pod, &asks);
        break;
    }
    if (marks)
        ro_build_attr_value(b, ROLLOUT_ATTR_MARK_NOT_READY, 1);
}

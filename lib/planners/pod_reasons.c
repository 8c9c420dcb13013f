/* SPDX-License-Identifier: Apache-2.0 */
#include "planners/pod_reasons.h"

#include "base/str.h"
#include "rules/lifecycle.h"

static const struct rollout_str none = { NULL, 0 };

struct rollout_str ro_phase_text(uint32_t phase)
{
    switch (phase) {
    case ROLLOUT_PHASE_PENDING:
        return RO_STR("phase Pending");
    case ROLLOUT_PHASE_SUCCEEDED:
        return RO_STR("Succeeded");
    case ROLLOUT_PHASE_FAILED:
        return RO_STR("Failed");
    case ROLLOUT_PHASE_UNKNOWN:
        return RO_STR("phase Unknown");
    default:
        return RO_STR("no phase");
    }
}

struct rollout_str ro_pod_state_text(const struct rollout_pod *pod)
{
    struct rollout_str text = ro_state_text(pod->lifecycle_state);
    if (text.data)
        return text;
    const struct rollout_str *label = ro_labels_get(&pod->labels, RO_STR("lifecycle.apps.kruise.io/state"));
    return label ? *label : RO_STR("unknown");
}

struct rollout_str ro_annotation_text(const struct rollout_in_place *in_place, enum ro_step step)
{
    if (step == RO_STEP_ERROR_GRACE)
        return in_place->flags & ROLLOUT_IN_PLACE_GRACE_OLD_KEY
                   ? RO_STR("metadata.annotations[\"inplace-update-grace\"]")
                   : RO_STR("metadata.annotations[\"apps.kruise.io/inplace-update-grace\"]");
    return step != RO_STEP_ERROR_MISSING && (in_place->flags & ROLLOUT_IN_PLACE_STATE_OLD_KEY)
               ? RO_STR("metadata.annotations[\"inplace-update-state\"]")
               : RO_STR("metadata.annotations[\"apps.kruise.io/inplace-update-state\"]");
}

/* The container that an unfinished update waits for, and what of it. */
static struct rollout_str waiting_text(struct ro_builder *b, const struct rollout_in_place *in_place)
{
    struct rollout_str what;
    if (in_place->flags & ROLLOUT_IN_PLACE_GRACE_KEY) /* one that says something has been told of before */
        return RO_STR("empty grace annotation");
    switch (in_place->waits_for) {
    case ROLLOUT_WAITS_FOR_IMAGE:
        what = RO_STR(" image");
        break;
    case ROLLOUT_WAITS_FOR_ENV:
        what = RO_STR(" env");
        break;
    case ROLLOUT_WAITS_FOR_RESOURCES:
        what = RO_STR(" resources");
        break;
    case ROLLOUT_WAITS_FOR_PRECHECK:
        what = RO_STR(" precheck");
        break;
    case ROLLOUT_WAITS_FOR_AGENT:
        return RO_STR("annotation apps.kruise.io/runtime-containers-meta");
    default:
        return RO_STR("next batch");
    }
    return ro_build_join(b, RO_STR("container "), in_place->container, what, none);
}

void ro_verdict_set_hook(struct ro_builder *b, struct rollout_verdict *v, uint32_t reason,
                         const struct rollout_hook *hook, const struct rollout_pod *pod, struct rollout_str field)
{
    struct rollout_str part = ro_hook_part(hook, pod, true);
    if (ro_hook_removable(pod, part))
        ro_verdict_set_text(b, v, reason, part);
    else
        ro_verdict_set_text(b, v, ROLLOUT_REASON_SPEC_INVALID, ro_build_join(b, field, part, RO_STR("\"]"), none));
}

bool ro_verdict_in_grace(struct ro_builder *b, const struct rollout_pod *pod, enum ro_step step,
                         struct rollout_verdict *v)
{
    if (step == RO_STEP_WAIT_GRACE) {
        ro_verdict_set(v, ROLLOUT_REASON_GRACE_PERIOD);
        v->until_ms = pod->in_place->grace_end_ms;
    } else if (step == RO_STEP_STUCK_GRACE || ro_step_is_error(step)) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_SPEC_INVALID, ro_annotation_text(pod->in_place, step));
    } else {
        return false;
    }
    v->wants = ROLLOUT_OP_END_GRACE;
    if (ro_step_is_error(step) && !(pod->in_place->flags & ROLLOUT_IN_PLACE_GRACE))
        v->wants = ROLLOUT_OP_SET_READY;
    return true;
}

bool ro_verdict_in_lifecycle(struct ro_builder *b, const struct rollout_pod *pod,
                             const struct rollout_lifecycle *lifecycle, enum ro_step step, bool serving,
                             struct rollout_verdict *v)
{
    bool waits = step == RO_STEP_WAIT_CONTAINERS || step == RO_STEP_WAIT_PRECHECK;
    bool updating = lifecycle && pod->lifecycle_state == ROLLOUT_STATE_UPDATING;
    if (updating || (waits && !serving)) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_IN_PLACE_UPDATING, waiting_text(b, pod->in_place));
        v->wants = updating ? ROLLOUT_OP_SET_LIFECYCLE : ROLLOUT_OP_SET_READY;
        return true;
    }
    /* Pods whose state moves on by itself have been told of before: these lack a part of a hook. */
    if (!lifecycle)
        return false;
    if (pod->lifecycle_state == ROLLOUT_STATE_PREPARING_NORMAL && lifecycle->pre_normal.set) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_PRE_NORMAL_HOOK, ro_hook_part(&lifecycle->pre_normal, pod, false));
        v->wants = ROLLOUT_OP_SET_LIFECYCLE;
        return true;
    }
    if (pod->lifecycle_state == ROLLOUT_STATE_UPDATED) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_POST_UPDATE_HOOK, ro_hook_part(&lifecycle->in_place_update, pod, false));
        v->wants = ROLLOUT_OP_SET_LIFECYCLE;
        return true;
    }
    return false;
}

struct rollout_str ro_refresh_error_text(struct ro_builder *b, const struct rollout_pod *pod, enum ro_step step)
{
    struct rollout_str start = ro_build_join(b, RO_STR("pod "), pod->name, RO_STR(": "), none);
    return ro_build_join(
        b, start, ro_annotation_text(pod->in_place, step),
        step == RO_STEP_ERROR_MISSING ? RO_STR(" is missing beside a grace period") : RO_STR(" does not parse"), none);
}

bool ro_verdict_unavailable(struct ro_builder *b, const struct rollout_pod *pod, const struct ro_health *health,
                            struct rollout_verdict *v)
{
    if (health->unscheduled) {
        ro_verdict_set(v, ROLLOUT_REASON_UNSCHEDULED);
    } else if (!health->serving) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_NOT_READY,
                            pod->phase != ROLLOUT_PHASE_RUNNING ? ro_phase_text(pod->phase)
                            : !(pod->flags & ROLLOUT_POD_READY) ? RO_STR("condition Ready")
                                                                : RO_STR("condition InPlaceUpdateReady"));
    } else if (!health->settled) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_LIFECYCLE_STATE_UNKNOWN, ro_pod_state_text(pod));
    } else if (!health->available && pod->ready_since_ms == 0) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_NOT_READY, RO_STR("condition Ready has no time"));
    } else if (!health->available) {
        ro_verdict_set(v, ROLLOUT_REASON_MIN_READY_SECONDS);
        v->a = health->min_ready_seconds;
        v->until_ms = health->available_from_ms;
    } else {
        return false;
    }
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Why a pod is not touched in this pass: the ladder of reasons.md 6, rung by rung. */
#include "planners/cloneset_pass.h"

#include "base/number.h"
#include "base/str.h"
#include "planners/pod_reasons.h"
#include "planners/refresh.h"
#include "rules/availability.h"
#include "rules/in_place.h"
#include "rules/lifecycle.h"
#include "rules/revision.h"

static const struct rollout_str none = { NULL, 0 };

static int64_t positive(int64_t n)
{
    return n > 0 ? n : 0;
}

static int64_t missing(const struct pass *pass)
{
    return positive(pass->limits.replicas - pass->active);
}

/* Above maxUnavailable, pods that are too many may be unavailable too. */
static int64_t allowance(const struct pass *pass)
{
    return ro_plus(pass->limits.max_unavailable, positive(pass->active - pass->limits.replicas));
}

struct rollout_str verdict_invalid_field(const struct pass *pass)
{
    return pass->spec->flags & ROLLOUT_CLONESET_SELECTOR_INVALID ? RO_STR("spec.selector") : RO_STR("spec.replicas");
}

/* ---- the walk's refusal (rungs 9, 10) ---- */

/* First of the pods that the walk has taken, as far as they count. */
static uint32_t first_taken(const struct pass *pass, bool available_only)
{
    for (size_t i = 0; i < pass->allowed; i++)
        if (!available_only || (pass->marks[pass->list[i]] & MARK_AVAILABLE))
            return pass->list[i];
    return ROLLOUT_NONE;
}

static struct rollout_verdict limit_verdict(const struct pass *pass, uint32_t reason, int64_t before, uint32_t pod,
                                            int64_t taken, uint32_t taken_pod)
{
    struct rollout_verdict v = ro_verdict(ROLLOUT_SUBJECT_POD, 0);
    v.reason = (uint16_t)reason;
    v.because = before > 0 ? pod : missing(pass) > 0 ? ROLLOUT_NONE : taken > 0 ? taken_pod : ROLLOUT_NONE;
    v.a = before + missing(pass) + taken;
    v.b = allowance(pass);
    return v;
}

void verdict_prepare(struct pass *pass, struct ro_builder *b, struct verdict_context *ret)
{
    const struct ro_cloneset_diff *move = &pass->move;
    int64_t od = move->old_surplus, nd = move->new_surplus;

    *ret = (struct verdict_context){ 0 };
    ret->target_text = ro_build_text(b, ro_revision_at(&pass->in->revisions, pass->updates.target)->name);
    if (!pass->in->gates.on[ROLLOUT_GATE_CLONESET_PARTITION_ROLLBACK] &&
        !ro_str_eq(pass->current_name, pass->update_name)) {
        int64_t raw = (od < 0 ? -od : od) <= (nd < 0 ? -nd : nd) ? od : -nd;
        ret->rollback_surplus = -raw;
    }
    if (pass->update_end != UPDATE_WALKED || pass->error_pod != ROLLOUT_NONE || pass->allowed >= pass->cut)
        return;
    struct rollout_verdict available =
        limit_verdict(pass, ROLLOUT_REASON_MAX_UNAVAILABLE_REACHED, pass->unavailable_all, pass->all_pod,
                      pass->taken_available, first_taken(pass, true));
    struct rollout_verdict unavailable =
        limit_verdict(pass, ROLLOUT_REASON_UPDATED_PODS_UNAVAILABLE, pass->unavailable_target, pass->target_pod,
                      (int64_t)pass->allowed, first_taken(pass, false));
    uint32_t refused = pass->list[pass->allowed];
    ret->refused = available; /* also behind a pod that is refused for the updated pods alone */
    ret->refused_unavailable = unavailable;
    if (pass->marks[refused] & MARK_AVAILABLE) {
        /* What costs nothing in that limit is held only by its place. */
        ret->refused_unavailable = ro_verdict(ROLLOUT_SUBJECT_POD, 0);
        ret->refused_unavailable.reason = ROLLOUT_REASON_BEHIND_STOPPED_POD;
        ret->refused_unavailable.because = refused;
    }
}

/* The first thing that a refresh would write to the pod, 0 = nothing. */
static uint16_t pending_refresh(const struct pass *pass, const struct rollout_pod *pod, enum ro_step step, bool update)
{
    if (ro_step_op(step))
        return ro_step_op(step);
    if (ro_lifecycle_refresh(pod, &pass->spec->lifecycle, true, update) != pod->lifecycle_state)
        return ROLLOUT_OP_SET_LIFECYCLE;
    return pod->flags & ROLLOUT_POD_TEMPLATE_HASH ? 0 : ROLLOUT_OP_LABEL_TEMPLATE_HASH;
}

/* ---- the rungs ---- */

/* Rungs 1 to 3: nobody is planned for, no part of it, or the pass stops before it decides. */
static bool not_asked(struct pass *pass, struct ro_builder *b, uint32_t i, struct rollout_verdict *v)
{
    if (pass->stop_reason == ROLLOUT_REASON_SPEC_INVALID) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_SPEC_INVALID, verdict_invalid_field(pass));
        return true;
    }
    if (!pass->stop_reason && (pass->spec->flags & ROLLOUT_CLONESET_DELETING)) {
        ro_verdict_set(v, ROLLOUT_REASON_WORKLOAD_DELETING);
        return true;
    }
    if (pass->fates[i] == FATE_FINISHED) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_POD_FINISHED, ro_phase_text(pass_pod(pass, i)->phase));
        return true;
    }
    if (pass->fates[i] == FATE_TERMINATING) {
        ro_verdict_set(v, ROLLOUT_REASON_TERMINATING);
        v->because = i;
        return true;
    }
    if (pass->stop_reason) {
        ro_verdict_set(v, pass->stop_reason);
        v->until_ms = pass->stop_until_ms;
        return true;
    }
    return false;
}

/* Pods that may not be created yet. */
void verdict_of_missing(const struct pass *pass, struct rollout_verdict *v)
{
    ro_verdict_set(v, ROLLOUT_REASON_SCALE_MAX_UNAVAILABLE_REACHED);
    v->a = pass->scale.unavailable + pass->scale.scale_up_limit;
    v->b = pass->limits.scale_max_unavailable;
    v->because = pass->scale.unavailable > 0 ? pass->unavailable_pod : ROLLOUT_NONE;
}

/* Rung 4: it must be deleted, and is not. */
static bool not_deleted(struct pass *pass, struct ro_builder *b, uint32_t i, struct rollout_verdict *v)
{
    switch (pass->fates[i]) {
    case FATE_WAIT_PRE_DELETE:
        ro_verdict_set_hook(b, v, ROLLOUT_REASON_PRE_DELETE_HOOK, &pass->spec->lifecycle.pre_delete, pass_pod(pass, i),
                 RO_STR("spec.lifecycle.preDelete.labelsHandler[\""));
        break;
    case FATE_WAIT_CREATE:
        /* One more allowed is no help where the limit is exceeded: then that is the cause. */
        if (pass->scale.scale_up_limit == 0 && pass->scale.unavailable > pass->limits.scale_max_unavailable) {
            verdict_of_missing(pass, v);
            break;
        }
        ro_verdict_set(v, ROLLOUT_REASON_CREATE_FIRST);
        v->a = pass->scale.scale_up;
        v->b = pass->scale.scale_up_limit;
        break;
    case FATE_WAIT_DELETES:
        ro_verdict_set(v, ROLLOUT_REASON_DELETES_FIRST);
        v->because = pass->leaving_pod;
        break;
    case FATE_WAIT_SCALE:
        ro_verdict_set(v, ROLLOUT_REASON_SCALE_FIRST);
        v->because = pass->scale_pod;
        break;
    case FATE_DELETE_LIMIT:
        *v = limit_verdict(pass, ROLLOUT_REASON_MAX_UNAVAILABLE_REACHED, pass->scale.unavailable, pass->unavailable_pod,
                           pass->scale.delete_ready_limit, pass->scale_pod);
        v->subject = i;
        break;
    default:
        return false;
    }
    v->wants = ROLLOUT_OP_DELETE;
    return true;
}

/* A refresh that would write to the pod was not reached: by the scale phase, or by an error before it. */
static bool not_refreshed(const struct pass *pass, uint32_t i, uint16_t pending, struct rollout_verdict *v)
{
    if (!pending)
        return false;
    if (pass->update_end == UPDATE_NOT_REACHED) {
        ro_verdict_set(v, ROLLOUT_REASON_SCALE_FIRST);
        v->because = pass->scale_pod;
    } else {
        ro_verdict_set(v, ROLLOUT_REASON_BEHIND_STOPPED_POD);
        v->a = (int64_t)i + 1;
        v->because = pass->error_pod;
    }
    v->wants = pending;
    return true;
}

/* The revision that the pod carries. */
static struct rollout_str revision_text(const struct pass *pass, uint32_t i)
{
    uint32_t revision = pass->revisions[i];
    return revision ? ro_revision_at(&pass->in->revisions, revision - 1)->name : pass_pod(pass, i)->revision;
}

/* Rung 5: at the target, and what it still needs to be available. */
static void at_target(struct pass *pass, struct ro_builder *b, const struct verdict_context *context, uint32_t i,
                      enum ro_step step, struct rollout_verdict *v)
{
    const struct rollout_pod *pod = pass_pod(pass, i);
    uint8_t mark = pass->marks[i];
    struct ro_health health = {
        .unscheduled = pod->node.len == 0,
        .serving = mark & MARK_SERVING,
        .settled = ro_lifecycle_settled(pod),
        .available = mark & MARK_AVAILABLE,
        .min_ready_seconds = pass->spec->min_ready_seconds,
        .available_from_ms = ro_available_from(pod->ready_since_ms, pass->spec->min_ready_seconds),
    };
    if (ro_verdict_in_lifecycle(b, pod, &pass->spec->lifecycle, step, mark & MARK_SERVING, v) ||
        ro_verdict_unavailable(b, pod, &health, v))
        return;
    if (context->rollback_surplus > 0) {
        ro_verdict_set(v, ROLLOUT_REASON_ROLLBACK_OFF);
        v->a = context->rollback_surplus;
        v->wants = ro_update_wants(&pass->updates, pass->revisions[i], ROLLOUT_OP_RECREATE);
    } else if (pass->fates[i] == FATE_SCALE_KEPT) {
        ro_verdict_set(v, ROLLOUT_REASON_SCALE_IN_KEPT);
        v->a = pass->places[i];
        v->b = pass->scale.scale_down;
    } else {
        /* While pods go back, those that stay may be of any revision. */
        ro_verdict_set(v, ROLLOUT_REASON_UP_TO_DATE);
        v->text = pass->move.update < 0 ? ro_build_text(b, revision_text(pass, i)) : context->target_text;
    }
}

/* Rungs 6 and 7: a switch holds it, or the pass does not come to the updates. */
static bool not_reached(struct pass *pass, struct ro_builder *b, uint32_t i, struct rollout_verdict *v)
{
    bool idle = pass->move.update == 0;
    if (pass->spec->update_type == ROLLOUT_UPDATE_ON_DELETE) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_UPDATES_OFF, RO_STR("OnDelete"));
    } else if (pass->spec->flags & ROLLOUT_CLONESET_PAUSED) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_PAUSED, RO_STR("updateStrategy"));
    } else if (idle && pass->limits.partition > 0) {
        ro_verdict_set(v, ROLLOUT_REASON_PARTITION_REACHED);
        v->a = pass->limits.partition;
    } else if (idle && pass->update_end == UPDATE_NOTHING) {
        ro_verdict_set(v, ROLLOUT_REASON_REPLICAS_REACHED);
        v->b = pass->places[i];
    } else if (pass->update_end == UPDATE_NOT_REACHED) {
        ro_verdict_set(v, ROLLOUT_REASON_SCALE_FIRST);
        v->because = pass->scale_pod;
    } else if (pass->update_end == UPDATE_REFRESHED) {
        ro_verdict_set(v, ROLLOUT_REASON_REFRESH_FIRST);
        v->because = pass->refresh_pod;
    } else if (pass->update_end == UPDATE_ERROR) {
        ro_verdict_set(v, ROLLOUT_REASON_BEHIND_STOPPED_POD);
        v->a = (int64_t)i + 1;
        v->because = pass->error_pod;
    } else {
        return false;
    }
    return true;
}

static void update_error(struct pass *pass, struct ro_builder *b, uint32_t i, enum ro_update_step step,
                         struct rollout_verdict *v)
{
    if (step == RO_UPDATE_ERROR_STATE) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_LIFECYCLE_STATE_UNKNOWN, ro_pod_state_text(pass_pod(pass, i)));
        return;
    }
    ro_verdict_set_text(b, v, ROLLOUT_REASON_IN_PLACE_IMPOSSIBLE, ro_update_impossible(&pass->updates, b, pass->revisions[i]));
    v->a = ro_update_facts(&pass->updates, pass->revisions[i])->rule;
}

struct rollout_str verdict_error_message(struct pass *pass, struct ro_builder *b)
{
    const struct rollout_pod *pod = pass_pod(pass, pass->error_pod);
    struct rollout_str start = ro_build_join(b, RO_STR("pod "), pod->name, RO_STR(": "), none);
    switch (pass->error_reason) {
    case ROLLOUT_REASON_IN_PLACE_IMPOSSIBLE:
        return ro_build_join(b, start,
                             RO_STR("podUpdatePolicy is InPlaceOnly and the change is not possible in place: "),
                             ro_update_impossible(&pass->updates, b, pass->revisions[pass->error_pod]), none);
    case ROLLOUT_REASON_LIFECYCLE_STATE_UNKNOWN:
        return ro_build_join(b, start, RO_STR("no update in lifecycle state "), ro_pod_state_text(pod), none);
    default:
        break;
    }
    return ro_refresh_error_text(b, pod, ro_in_place_step(pod, pass->now_ms));
}

/* Rungs 8 to 10: its place in the order. */
static void in_walk(struct pass *pass, struct ro_builder *b, const struct verdict_context *context, uint32_t i,
                    struct rollout_verdict *v)
{
    enum ro_update_step step;
    int64_t place = pass->places[i];
    switch (pass->turns[i] & TURN_MASK) {
    case TURN_BEHIND_CUT:
        v->b = place;
        if (place <= pass->move.old_surplus) {
            ro_verdict_set(v, ROLLOUT_REASON_REPLICAS_REACHED);
            v->a = pass->move.update;
        } else {
            ro_verdict_set(v, ROLLOUT_REASON_PARTITION_REACHED);
            v->a = pass->limits.partition;
        }
        break;
    case TURN_REFUSED:
        *v = pass->marks[i] & MARK_AVAILABLE ? context->refused : context->refused_unavailable;
        v->subject = i;
        if (v->reason == ROLLOUT_REASON_BEHIND_STOPPED_POD)
            v->a = place;
        break;
    case TURN_BEHIND:
        step = pass_update_step(pass, i);
        if (!ro_update_fails(step) || step != pass_update_step(pass, pass->error_pod)) {
            ro_verdict_set(v, ROLLOUT_REASON_BEHIND_STOPPED_POD);
            v->a = place;
            v->because = pass->error_pod;
            break;
        }
        update_error(pass, b, i, step, v);
        break;
    case TURN_STOPPED:
        update_error(pass, b, i, pass_update_step(pass, i), v);
        break;
    default: /* its turn: only a hook keeps it */
        ro_verdict_set_hook(b, v, ROLLOUT_REASON_PRE_UPDATE_HOOK, &pass->spec->lifecycle.in_place_update, pass_pod(pass, i),
                 RO_STR("spec.lifecycle.inPlaceUpdate.labelsHandler[\""));
        break;
    }
    v->wants = ro_update_wants(&pass->updates, pass->revisions[i], ROLLOUT_OP_RECREATE);
}

void verdict_of_pod(struct pass *pass, struct ro_builder *b, const struct verdict_context *context, uint32_t i,
                    struct rollout_verdict *v)
{
    *v = ro_verdict(ROLLOUT_SUBJECT_POD, i);
    if (not_asked(pass, b, i, v) || not_deleted(pass, b, i, v))
        return;

    const struct rollout_pod *pod = pass_pod(pass, i);
    bool refreshes = pass->marks[i] & MARK_REFRESH;
    enum ro_step step = refreshes ? ro_in_place_step(pod, pass->now_ms) : RO_STEP_NONE;
    uint16_t pending = refreshes ? pending_refresh(pass, pod, step, pass->marks[i] & MARK_NEW) : 0;
    if (ro_verdict_in_grace(b, pod, step, v))
        return;

    bool behind_cut = (pass->turns[i] & TURN_MASK) == TURN_BEHIND_CUT;
    if (!pass_outdated(pass, i) || (pass->move.update < 0 && behind_cut)) {
        if (!not_refreshed(pass, i, pending, v))
            at_target(pass, b, context, i, step, v);
        return;
    }
    v->wants = ro_update_wants(&pass->updates, pass->revisions[i], ROLLOUT_OP_RECREATE);
    if (!not_reached(pass, b, i, v))
        in_walk(pass, b, context, i, v);
}

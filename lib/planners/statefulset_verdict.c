/* SPDX-License-Identifier: Apache-2.0 */
/* Why a pod of a StatefulSet is not touched in this pass: the ladder of reasons.md 6, rung by rung. */
#include "planners/statefulset_pass.h"

#include "planners/claim_names.h"
#include "planners/pod_reasons.h"
#include "planners/refresh.h"
#include "rules/availability.h"
#include "rules/lifecycle.h"
#include "rules/ordinal.h"

/* ---- causes ---- */

static void because_pod(struct rollout_verdict *v, uint32_t pod)
{
    v->because = pod;
}

static void because_rank(const struct pass *pass, struct rollout_verdict *v, uint32_t rank)
{
    if (pass->slot_pods[rank]) {
        because_pod(v, pass->slot_pods[rank] - 1);
        return;
    }
    v->because = (uint32_t)pass->ordinals[rank];
    v->because_kind = ROLLOUT_SUBJECT_ORDINAL;
}

static void because_stop(const struct pass *pass, struct rollout_verdict *v, const struct sts_stop *stop)
{
    if (stop->kind == ROLLOUT_SUBJECT_ORDINAL)
        because_rank(pass, v, stop->subject);
    else
        because_pod(v, stop->subject);
}

/* ---- where the pass stopped ---- */

/* The pod at which something stopped, or ROLLOUT_NONE. */
static bool is_stop(const struct sts_stop *stop, uint32_t pod)
{
    return stop->kind == ROLLOUT_SUBJECT_POD && stop->subject == pod;
}

/* It comes first: by what it is waited for, or since this pass acts on it. */
static void predecessor(const struct pass *pass, struct ro_builder *b, struct rollout_verdict *v,
                        const struct sts_stop *stop)
{
    if (stop->acted)
        ro_verdict_set(v, ROLLOUT_REASON_SCALE_FIRST);
    else
        ro_verdict_set_text(b, v, ROLLOUT_REASON_PREDECESSOR_FIRST, stop->gone ? RO_STR("gone") : RO_STR("available"));
    because_stop(pass, v, stop);
}

/* Behind an error. */
static void behind_error(const struct pass *pass, struct rollout_verdict *v, const struct sts_stop *stop, int64_t place)
{
    ro_verdict_set(v, ROLLOUT_REASON_BEHIND_STOPPED_POD);
    v->a = place;
    because_stop(pass, v, stop);
}

/* The error itself, of the pod or place that has it. */
static void error_reason(const struct pass *pass, struct ro_builder *b, struct rollout_verdict *v)
{
    ro_verdict_set_text(b, v, pass->run.error.reason, pass->run.error.what);
}

/* What stopped the steps before the update phase, of a pod that comes after it. False: nothing did. */
static bool scale_stopped(const struct pass *pass, struct ro_builder *b, struct rollout_verdict *v, int64_t place)
{
    const struct sts_run *run = &pass->run;
    const struct sts_stop *stop = run->loop.kind ? &run->loop : run->condemned.kind ? &run->condemned : NULL;
    if (run->stopped_at == 8) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_SPEC_INVALID, run->error.what);
        return true;
    }
    if (!stop)
        return false;
    if (run->error.reason)
        behind_error(pass, v, stop, place);
    else
        predecessor(pass, b, v, stop);
    return true;
}

/* ---- the scale budget ---- */

static void scale_budget(const struct pass *pass, struct rollout_verdict *v)
{
    ro_verdict_set(v, ROLLOUT_REASON_SCALE_MAX_UNAVAILABLE_REACHED);
    v->a = pass->run.scale_charges;
    v->b = pass->scale_budget;
    because_rank(pass, v, pass->run.scale_first);
}

/* ---- the update's budget ---- */

static void update_budget(const struct pass *pass, struct rollout_verdict *v)
{
    const struct sts_run *run = &pass->run;
    ro_verdict_set(v, ROLLOUT_REASON_MAX_UNAVAILABLE_REACHED);
    v->a = run->refused_unavailable;
    v->b = pass->budget;
    if (run->unavailable_pod != ROLLOUT_NONE)
        because_pod(v, run->unavailable_pod);
    else if (run->unavailable_rank != ROLLOUT_NONE)
        because_rank(pass, v, run->unavailable_rank);
    else
        because_pod(v, run->taken_pod);
}

/* ---- ordinals ---- */

void sts_verdict_of_missing(const struct pass *pass, struct ro_builder *b, uint32_t rank, struct rollout_verdict *v)
{
    const struct sts_run *run = &pass->run;
    uint32_t cursor = 0, stale = sts_stale_claim(pass, pass->ordinals[rank], &cursor);
    bool stopped_here = run->loop.kind == ROLLOUT_SUBJECT_ORDINAL && run->loop.subject == rank;
    v->wants = ROLLOUT_OP_CREATE;
    if (stopped_here && run->error.reason) {
        error_reason(pass, b, v);
    } else if (run->break_rank != ROLLOUT_NONE && rank > run->break_rank) {
        scale_budget(pass, v);
    } else if (stale != ROLLOUT_NONE && run->stopped_at != 8 && (stopped_here || !pass->monotonic)) {
        struct rollout_str names = ro_claim_at(&pass->in->claims, stale)->name;
        while ((stale = sts_stale_claim(pass, pass->ordinals[rank], &cursor)) != ROLLOUT_NONE)
            names = ro_build_join(b, names, RO_STR(", "), ro_claim_at(&pass->in->claims, stale)->name,
                                  (struct rollout_str){ NULL, 0 });
        ro_verdict_set_text(b, v, ROLLOUT_REASON_CLAIM_NOT_FREE, names);
    } else {
        (void)scale_stopped(pass, b, v, (int64_t)rank + 1);
    }
}

/* ---- rungs 1 to 3 ---- */

static bool not_asked(struct pass *pass, struct ro_builder *b, uint32_t i, struct rollout_verdict *v)
{
    struct rollout_str parent;
    if (pass->stop_reason) {
        ro_verdict_set_text(b, v, pass->stop_reason, RO_STR("spec.selector"));
    } else if (pass->spec->flags & ROLLOUT_STATEFULSET_DELETING) {
        ro_verdict_set(v, ROLLOUT_REASON_WORKLOAD_DELETING);
    } else if (pass->roles[i] == ROLE_NONE) {
        uint32_t rank = sts_rank_of(pass, ro_ordinal_of(pass_pod(pass, i)->name, &parent));
        ro_verdict_set_text(b, v, ROLLOUT_REASON_NO_TARGET,
                            rank == ROLLOUT_NONE ? RO_STR("its name has no ordinal") : RO_STR("its ordinal is taken"));
        if (rank != ROLLOUT_NONE)
            because_rank(pass, v, rank);
    } else if (sts_terminating(pass_pod(pass, i))) {
        ro_verdict_set(v, ROLLOUT_REASON_TERMINATING);
        because_pod(v, i);
    } else {
        return false;
    }
    return true;
}

/* ---- rung 4: it must go and does not yet ---- */

static void set_pre_delete(struct pass *pass, struct ro_builder *b, uint32_t i, struct rollout_verdict *v)
{
    ro_verdict_set_hook(b, v, ROLLOUT_REASON_PRE_DELETE_HOOK, &pass->spec->lifecycle.pre_delete, pass_pod(pass, i),
                        RO_STR("spec.lifecycle.preDelete.labelsHandler[\""));
}

/* Why the condemned loop stopped at this pod. */
static void stopped_condemned(struct pass *pass, struct ro_builder *b, uint32_t i, struct rollout_verdict *v)
{
    const struct rollout_verdict *first = &pass->first_unhealthy;
    if (pass->marks[i] & MARK_HEALTHY) { /* it is only too young */
        const struct ro_health health = {
            .serving = true,
            .settled = true,
            .min_ready_seconds = pass->spec->min_ready_seconds,
            .available_from_ms = sts_available_from(pass, pass_pod(pass, i)),
        };
        (void)ro_verdict_unavailable(b, pass_pod(pass, i), &health, v);
        return;
    }
    /* Of several that are not healthy only the lowest may go. */
    ro_verdict_set_text(b, v, ROLLOUT_REASON_PREDECESSOR_FIRST, RO_STR("available"));
    v->because = first->subject; /* no place without a pod: the loop over them would have stopped the pass */
}

static bool not_deleted(struct pass *pass, struct ro_builder *b, uint32_t i, struct rollout_verdict *v)
{
    const struct sts_run *run = &pass->run;
    const struct rollout_pod *pod = pass_pod(pass, i);
    if (pass->roles[i] == ROLE_CONDEMNED) {
        v->wants = ROLLOUT_OP_DELETE;
        if (!(pass->done[i] & DONE_CONDEMNED)) {
            (void)scale_stopped(pass, b, v, 0);
        } else if (is_stop(&run->condemned, i)) {
            stopped_condemned(pass, b, i, v);
        } else {
            set_pre_delete(pass, b, i, v);
        }
        return true;
    }
    if (!sts_finished(pod))
        return false;
    v->wants = ROLLOUT_OP_DELETE;
    if (run->break_rank != ROLLOUT_NONE && pass->ranks[i] >= run->break_rank)
        scale_budget(pass, v);
    else if (pass->done[i] & DONE_DELETE)
        set_pre_delete(pass, b, i, v);
    else
        (void)scale_stopped(pass, b, v, (int64_t)pass->ranks[i] + 1);
    return true;
}

/* ---- rungs 6 and 7: a switch holds it, or the pass does not come to it ---- */

static bool by_position(const struct pass *pass, uint32_t i)
{
    return pass->partition > 0 &&
           (pass->unordered ? pass->candidate_count == 0 : (int64_t)pass->ranks[i] < pass->partition);
}

static bool switched_off(const struct pass *pass, struct ro_builder *b, uint32_t i, struct rollout_verdict *v)
{
    bool specified = pass->marks[i] & MARK_SPECIFIED; /* whatever the partition */
    if (!pass->rolling) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_UPDATES_OFF, RO_STR("OnDelete"));
    } else if (pass->spec->flags & ROLLOUT_STATEFULSET_PAUSED) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_PAUSED, RO_STR("updateStrategy"));
    } else if (!specified && by_position(pass, i)) {
        ro_verdict_set(v, ROLLOUT_REASON_PARTITION_REACHED);
        v->a = pass->partition;
    } else {
        return false;
    }
    return true;
}

static bool not_reached(const struct pass *pass, struct ro_builder *b, uint32_t i, struct rollout_verdict *v)
{
    const struct sts_run *run = &pass->run;
    int64_t place = pass->places[i];
    if (scale_stopped(pass, b, v, place))
        return true;
    switch (run->stopped_at) {
    case 13: /* the loop broke off before it, and it is the only one that refreshes */
        scale_budget(pass, v);
        return true;
    case 14:
        ro_verdict_set(v, ROLLOUT_REASON_ACTIONS_NOT_OBSERVED);
        return true;
    case 15:
        if (run->error.reason) {
            behind_error(pass, v, &run->walk, place);
        } else {
            ro_verdict_set(v, ROLLOUT_REASON_REFRESH_FIRST);
            because_pod(v, run->moved_pod);
        }
        return true;
    case 17:
        ro_verdict_set_text(b, v, ROLLOUT_REASON_SPEC_INVALID, run->error.what);
        return true;
    default:
        return false;
    }
}

/* ---- rungs 8 to 10: its place in the walk ---- */

/* Behind the one at which the walk stopped. */
static void behind(struct pass *pass, struct ro_builder *b, uint32_t i, struct rollout_verdict *v)
{
    const struct sts_run *run = &pass->run;
    const struct sts_stop *stop = &run->walk;
    const struct rollout_pod *pod = pass_pod(pass, i);
    if (pass->rules->gated_unavailable) { /* Kubernetes' walk from the top */
        ro_verdict_set_text(b, v, ROLLOUT_REASON_PREDECESSOR_FIRST, stop->gone ? RO_STR("gone") : RO_STR("available"));
        because_stop(pass, v, stop);
        return;
    }
    if (run->error.reason) {
        enum ro_update_step step = ro_update_step(&pass->updates, pod, pass->revisions[i]);
        bool same = run->error.reason != ROLLOUT_REASON_CLAIM_MISMATCH && ro_update_fails(step) &&
                    ro_update_error(step) == run->error.reason;
        if (!same)
            behind_error(pass, v, stop, pass->places[i]);
        else if (step == RO_UPDATE_ERROR_STATE)
            ro_verdict_set_text(b, v, ROLLOUT_REASON_LIFECYCLE_STATE_UNKNOWN, ro_pod_state_text(pod));
        else
            sts_set_impossible(pass, b, i, v);
        return;
    }
    if (pass->slot_facts[pass->ranks[i]] & SLOT_UNAVAILABLE)
        behind_error(pass, v, stop, pass->places[i]); /* held by its place alone: it costs nothing */
    else
        update_budget(pass, v);
}

void sts_set_impossible(struct pass *pass, struct ro_builder *b, uint32_t i, struct rollout_verdict *v)
{
    ro_verdict_set_text(b, v, ROLLOUT_REASON_IN_PLACE_IMPOSSIBLE,
                        ro_update_impossible(&pass->updates, b, pass->revisions[i]));
    v->a = ro_update_facts(&pass->updates, pass->revisions[i])->rule;
}

static void in_walk(struct pass *pass, struct ro_builder *b, uint32_t i, struct rollout_verdict *v)
{
    const struct rollout_pod *pod = pass_pod(pass, i);
    switch (pass->turns[i]) {
    case TURN_CUT:
        ro_verdict_set(v, ROLLOUT_REASON_PARTITION_REACHED);
        v->a = pass->partition;
        v->b = pass->places[i];
        break;
    case TURN_REFUSED:
    case TURN_SKIPPED:
        update_budget(pass, v);
        break;
    case TURN_BEHIND:
        behind(pass, b, i, v);
        break;
    case TURN_RESIZING:
        ro_verdict_set_text(b, v, ROLLOUT_REASON_CLAIM_RESIZING,
                            sts_claim_resizing(pass, pass->ordinals[pass->ranks[i]]));
        break;
    case TURN_FAILED:
        if (pass->run.error.reason == ROLLOUT_REASON_LIFECYCLE_STATE_UNKNOWN)
            ro_verdict_set_text(b, v, ROLLOUT_REASON_LIFECYCLE_STATE_UNKNOWN, ro_pod_state_text(pod));
        else if (pass->run.error.reason == ROLLOUT_REASON_IN_PLACE_IMPOSSIBLE)
            sts_set_impossible(pass, b, i, v);
        else
            error_reason(pass, b, v);
        break;
    default: /* its turn: only a hook keeps it */
        if (pass->done[i] & DONE_DELETE)
            set_pre_delete(pass, b, i, v);
        else
            ro_verdict_set_hook(b, v, ROLLOUT_REASON_PRE_UPDATE_HOOK, &pass->spec->lifecycle.in_place_update, pod,
                                RO_STR("spec.lifecycle.inPlaceUpdate.labelsHandler[\""));
        break;
    }
}

/* ---- rung 5: at the target ---- */

static bool in_lifecycle(struct pass *pass, struct ro_builder *b, uint32_t i, enum ro_step step,
                         struct rollout_verdict *v)
{
    return pass->rules->lifecycle &&
           ro_verdict_in_lifecycle(b, pass_pod(pass, i), &pass->spec->lifecycle, step, pass->marks[i] & MARK_READY, v);
}

static void at_target(struct pass *pass, struct ro_builder *b, uint32_t i, enum ro_step step, uint32_t target_text,
                      struct rollout_verdict *v)
{
    const struct rollout_pod *pod = pass_pod(pass, i);
    const struct ro_health health = {
        .serving = pass->marks[i] & MARK_READY,
        .settled = !pass->rules->lifecycle || ro_lifecycle_settled(pod),
        .available = pass->marks[i] & MARK_AVAILABLE,
        .min_ready_seconds = pass->spec->min_ready_seconds,
        .available_from_ms = sts_available_from(pass, pod),
    };
    if (pass->turns[i] == TURN_FAILED) {
        in_walk(pass, b, i, v); /* its claims stop the walk */
        return;
    }
    if (in_lifecycle(pass, b, i, step, v) || ro_verdict_unavailable(b, pod, &health, v))
        return;
    if (pass->turns[i] == TURN_RESIZING || pass->turns[i] == TURN_REFUSED) {
        in_walk(pass, b, i, v); /* its claims are not compatible */
        return;
    }
    ro_verdict_set(v, ROLLOUT_REASON_UP_TO_DATE);
    v->text = target_text;
}

/* The first thing that a refresh would write to the pod, 0 = nothing. */
static uint16_t pending_refresh(const struct pass *pass, uint32_t i, enum ro_step step)
{
    if (!(pass->marks[i] & MARK_REFRESH) || (pass->done[i] & DONE_REFRESH))
        return 0;
    if (ro_step_op(step))
        return ro_step_op(step);
    return sts_refreshed_state(pass, i) != pass_pod(pass, i)->lifecycle_state ? ROLLOUT_OP_SET_LIFECYCLE : 0;
}

/* A lifecycle state that no step of this set ever leaves: of an updated pod, or of one at which an ordered set waits
 * for ever. */
static bool is_stuck(const struct pass *pass, uint32_t i)
{
    uint32_t state = pass_pod(pass, i)->lifecycle_state;
    bool updated = pass->marks[i] & MARK_NEW, stops = is_stop(&pass->run.loop, i);
    if (!pass->rules->lifecycle || !(pass->marks[i] & MARK_READY))
        return false;
    if (state == ROLLOUT_STATE_PREPARING_DELETE)
        return updated || stops;
    return state == ROLLOUT_STATE_PREPARING_UPDATE && stops; /* an updated one moves on */
}

void sts_verdict_of_pod(struct pass *pass, struct ro_builder *b, uint32_t i, uint32_t target_text,
                        struct rollout_verdict *v)
{
    *v = ro_verdict(ROLLOUT_SUBJECT_POD, i);
    if (not_asked(pass, b, i, v) || not_deleted(pass, b, i, v))
        return;
    const struct rollout_pod *pod = pass_pod(pass, i);
    bool updated = pass->marks[i] & MARK_NEW, specified = pass->marks[i] & MARK_SPECIFIED;
    enum ro_step step = pass->marks[i] & MARK_REFRESH ? ro_in_place_step(pod, pass->now_ms) : RO_STEP_NONE;
    if (pass->run.error.reason && !ro_step_is_error(step) && is_stop(&pass->run.loop, i)) {
        error_reason(pass, b, v);
        return;
    }
    if (ro_verdict_in_grace(b, pod, step, v))
        return;
    if (specified) {
        v->wants = ROLLOUT_OP_DELETE;
        if (switched_off(pass, b, i, v) || not_reached(pass, b, i, v))
            return;
        in_walk(pass, b, i, v);
        return;
    }
    if (is_stuck(pass, i) && !(pass->turns[i] == TURN_FAILED)) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_LIFECYCLE_STATE_UNKNOWN, ro_pod_state_text(pod));
        v->wants = updated ? 0 : ro_update_wants(&pass->updates, pass->revisions[i], ROLLOUT_OP_DELETE);
        return;
    }
    if (updated) {
        uint16_t pending = pending_refresh(pass, i, step);
        if (pending && not_reached(pass, b, i, v))
            v->wants = pending;
        else
            at_target(pass, b, i, step, target_text, v);
        return;
    }
    v->wants = ro_update_wants(&pass->updates, pass->revisions[i], ROLLOUT_OP_DELETE);
    if (!switched_off(pass, b, i, v) && !not_reached(pass, b, i, v))
        in_walk(pass, b, i, v);
}

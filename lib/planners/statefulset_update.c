/* SPDX-License-Identifier: Apache-2.0 */
/* Steps 13 to 20 of a StatefulSet's pass: refresh every pod, delete what was asked for, then walk the candidates
 * within the budget. Source: statefulset.md 9, 10, 14. */
#include "planners/statefulset_pass.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "planners/pod_reasons.h"
#include "planners/refresh.h"
#include "rules/lifecycle.h"
#include "rules/order.h"

static const struct rollout_str none = { NULL, 0 };

/* ---- the order (9.2, 9.3) ---- */

static uint32_t pod_at(const struct pass *pass, uint32_t rank)
{
    return pass->slot_pods[rank] ? pass->slot_pods[rank] - 1 : ROLLOUT_NONE;
}

/* Updated, or to be gone; a missing pod is what it will be created as. */
static bool is_done(const struct pass *pass, uint32_t rank)
{
    uint32_t pod = pod_at(pass, rank);
    if (pod == ROLLOUT_NONE)
        return !(pass->slot_facts[rank] & SLOT_CURRENT) || !pass->current_is_old;
    return (pass->marks[pod] & MARK_LOOSE) || sts_terminating(pass_pod(pass, pod));
}

/* Pods that are done use up the first places, so the partition counts old pods and not ordinals. Missing ones of
 * the current revision are never in the cut: then as many are done. */
static int order_unordered(struct pass *pass, struct rollout_error *reterr)
{
    uint32_t *list = pass->candidates;
    size_t done = 0, waiting = 0;
    for (uint32_t rank = (uint32_t)pass->slots; rank-- > 0;)
        if (is_done(pass, rank))
            list[done++] = rank;
    for (uint32_t rank = (uint32_t)pass->slots; rank-- > 0;)
        if (!is_done(pass, rank) && pass->slot_pods[rank])
            list[done + waiting++] = pass->slot_pods[rank] - 1;
    struct rollout_order order = { .priority = pass->spec->priority };
    struct ro_layout layout = { ro_order_scratch(&order, waiting, pass->n), false };
    layout.overflow = layout.size == SIZE_MAX;
    void *scratch = ro_layout_alloc(&layout);
    if (!scratch)
        return ro_error_nomem(reterr);
    ro_order_priority(&pass->spec->priority, &pass->in->pods, list + done, waiting, scratch);
    free(scratch);
    for (size_t i = 0; i < waiting; i++)
        list[done + i] = pass->ranks[list[done + i]];
    pass->listed_count = done + waiting;
    return ROLLOUT_OK;
}

int sts_order(struct pass *pass, struct rollout_error *reterr)
{
    int64_t cut = pass->replicas - pass->partition;
    int r = ROLLOUT_OK;
    if (pass->unordered) {
        r = order_unordered(pass, reterr);
    } else {
        for (uint32_t rank = (uint32_t)pass->slots; rank-- > 0;)
            pass->candidates[pass->listed_count++] = rank;
    }
    pass->candidate_count = cut <= 0 ? 0 : (uint64_t)cut < pass->listed_count ? (size_t)cut : pass->listed_count;
    for (size_t i = 0; i < pass->listed_count; i++)
        if (pass->slot_pods[pass->candidates[i]])
            pass->places[pod_at(pass, pass->candidates[i])] = (uint32_t)(i + 1);
    return r;
}

/* ---- the set of unavailable places ---- */

static void make_unavailable(struct pass *pass, uint32_t rank)
{
    struct sts_run *run = &pass->run;
    if (pass->slot_facts[rank] & SLOT_UNAVAILABLE)
        return;
    pass->slot_facts[rank] |= SLOT_UNAVAILABLE;
    run->unavailable++;
    if (run->taken_pod == ROLLOUT_NONE)
        run->taken_pod = pod_at(pass, rank);
}

/* 9.1 */
static bool is_unavailable(struct pass *pass, uint32_t rank)
{
    uint32_t pod = pod_at(pass, rank);
    if (pod == ROLLOUT_NONE || !(pass->marks[pod] & MARK_HEALTHY))
        return true;
    if (pass->rules->lifecycle && !ro_in_place_done(pass_pod(pass, pod)))
        return true;
    if (pass->rules->lifecycle && !(pass->marks[pod] & MARK_AVAILABLE)) {
        int64_t wait = sts_wait(pass, pod), least = pass->run.requeue_ms;
        if (wait <= (least ? least : 300 * 1000))
            pass_requeue(pass, wait);
        return true;
    }
    return pass->resizes && !sts_claims_ready(pass, pass->ordinals[rank]);
}

static void count_unavailable(struct pass *pass)
{
    struct sts_run *run = &pass->run;
    for (uint32_t rank = 0; rank < pass->slots; rank++) {
        if (!is_unavailable(pass, rank))
            continue;
        make_unavailable(pass, rank);
        uint32_t pod = pod_at(pass, rank);
        if (pod == ROLLOUT_NONE && run->unavailable_rank == ROLLOUT_NONE)
            run->unavailable_rank = rank;
        if (pod != ROLLOUT_NONE && (run->unavailable_pod == ROLLOUT_NONE || pod < run->unavailable_pod))
            run->unavailable_pod = pod;
    }
    run->unavailable_before = run->unavailable;
    run->taken_pod = ROLLOUT_NONE;
}

/* ---- specified deletes (9.4) ---- */

static bool over_budget(const struct pass *pass, uint32_t rank)
{
    return pass->run.unavailable >= pass->budget && !(pass->slot_facts[rank] & SLOT_UNAVAILABLE);
}

static void delete_specified(struct pass *pass, struct ro_builder *b)
{
    struct ro_why why = { .reason = ROLLOUT_REASON_DELETE_SPECIFIED,
                          .text = RO_STR("label apps.kruise.io/specified-delete") };
    for (uint32_t rank = (uint32_t)pass->slots; rank-- > 0;) {
        uint32_t pod = pod_at(pass, rank);
        if (pod == ROLLOUT_NONE || !(pass->marks[pod] & MARK_SPECIFIED))
            continue;
        if (over_budget(pass, rank)) {
            pass->turns[pod] = TURN_SKIPPED;
            pass->run.refused_unavailable = pass->run.unavailable;
            continue;
        }
        bool deleted;
        (void)sts_delete(pass, b, pod, &why, &deleted);
        pass->done[pod] |= DONE_SPECIFIED;
        make_unavailable(pass, rank);
        if (deleted && (pass->marks[pod] & MARK_CURRENT))
            pass->run.counts.current--;
        else if (deleted && (pass->marks[pod] & MARK_NEW))
            pass->run.counts.updated--;
    }
}

/* ---- one candidate (10) ---- */

static void emit_in_place(struct pass *pass, struct ro_builder *b, uint32_t pod, struct ro_why why)
{
    const struct rollout_pod *p = pass_pod(pass, pod);
    int32_t grace = pass->spec->grace_period_seconds;
    why.reason = ROLLOUT_REASON_UPDATE_IN_PLACE;
    if (grace > 0)
        why.until_ms = pass->now_ms + (int64_t)grace * 1000;
    ro_act(b, pass->acted, ROLLOUT_OP_UPDATE_IN_PLACE, pod, &why);
    ro_build_attr_text(b, ROLLOUT_ATTR_REVISION, pass->update_name);
    ro_build_attr_value(b, ROLLOUT_ATTR_MARK_NOT_READY,
                        ro_update_marks_not_ready(&pass->updates, p, pass->revisions[pod]));
    if (grace > 0)
        ro_build_attr_value(b, ROLLOUT_ATTR_GRACE_SECONDS, grace);
    if (p->lifecycle_state != ROLLOUT_STATE_NONE)
        ro_build_attr_text(b, ROLLOUT_ATTR_STATE, ro_state_text(ROLLOUT_STATE_UPDATING));
    pass_requeue(pass, (int64_t)grace * 1000);
}

static bool fail(struct pass *pass, struct ro_builder *b, uint32_t pod, enum ro_update_step step)
{
    struct rollout_str name = pass_pod(pass, pod)->name;
    struct sts_error error = { .reason = ro_update_error(step), .pod = pod };
    if (step == RO_UPDATE_ERROR_STATE) {
        struct rollout_str text = ro_build_join(b, RO_STR("not allowed to in-place update pod "), name,
                                                RO_STR(" in state "), ro_pod_state_text(pass_pod(pass, pod)));
        error.message = text;
    } else {
        error.message = ro_build_join(b, RO_STR("find strategy is InPlaceOnly but Pod "), name,
                                      RO_STR(" can not update in-place"), none);
    }
    pass->run.error = error;
    return false;
}

/* What the update does to the pod; false on an error. *ret_counts: it is one less at its revision. */
static bool update_pod(struct pass *pass, struct ro_builder *b, uint32_t pod, int64_t place, bool *ret_counts)
{
    const struct rollout_pod *p = pass_pod(pass, pod);
    struct ro_why why = { .reason = ROLLOUT_REASON_RECREATE, .a = place, .b = (int64_t)pass->candidate_count };
    enum ro_update_step step = ro_update_step(&pass->updates, p, pass->revisions[pod]);
    *ret_counts = true;
    switch (step) {
    case RO_UPDATE_IN_PLACE:
        emit_in_place(pass, b, pod, why);
        return true;
    case RO_UPDATE_PREPARE:
        ro_prepare_update_emit(b, pass->acted, pod, p, pass->updates.hook, why);
        return true;
    case RO_UPDATE_WAIT_HOOK:
    case RO_UPDATE_NONE:
        return true;
    case RO_UPDATE_RECREATE:
        if (pass->updates.policy != ROLLOUT_POLICY_RECREATE) {
            why.reason = ROLLOUT_REASON_RECREATE_NOT_IN_PLACE;
            why.text = ro_update_impossible(&pass->updates, b, pass->revisions[pod]);
        }
        (void)sts_delete(pass, b, pod, &why, ret_counts);
        return true;
    default:
        return fail(pass, b, pod, step);
    }
}

/* A pod that this pass has created at the current revision is outdated at once. */
static void delete_created(struct pass *pass, struct ro_builder *b, uint32_t rank)
{
    ro_build_action(b, ROLLOUT_OP_DELETE, ROLLOUT_REASON_RECREATE, ROLLOUT_SUBJECT_ORDINAL,
                    (uint32_t)pass->ordinals[rank]);
    ro_build_attr_text(b, ROLLOUT_ATTR_POD, sts_build_name(pass, b, pass->ordinals[rank]));
}

/* ---- the walk (9.5) ---- */

static bool stop_walk(struct pass *pass, uint32_t rank, bool acted, bool gone)
{
    uint32_t pod = pod_at(pass, rank);
    pass->run.walk = (struct sts_stop){
        .kind = pod == ROLLOUT_NONE ? ROLLOUT_SUBJECT_ORDINAL : ROLLOUT_SUBJECT_POD,
        .subject = pod == ROLLOUT_NONE ? rank : pod,
        .acted = acted,
        .gone = gone,
    };
    pass->run.stopped_at = 20;
    return false;
}

/* A place is at the update revision, or will be. */
static bool is_updated(const struct pass *pass, uint32_t rank)
{
    uint32_t pod = pod_at(pass, rank);
    if (pod != ROLLOUT_NONE)
        return pass->marks[pod] & MARK_NEW;
    return !(pass->slot_facts[rank] & SLOT_CURRENT) || pass->current == pass->update;
}

static void turn(struct pass *pass, uint32_t rank, enum sts_turn turn)
{
    uint32_t pod = pod_at(pass, rank);
    if (pod != ROLLOUT_NONE)
        pass->turns[pod] = (uint8_t)turn;
}

/* False: the walk stops. */
static bool visit(struct pass *pass, struct ro_builder *b, uint32_t rank, int64_t place)
{
    uint32_t pod = pod_at(pass, rank);
    bool counts = true;
    if (is_updated(pass, rank) && (!pass->resizes || sts_claims_compatible(pass, pass->ordinals[rank])))
        return true;
    if (over_budget(pass, rank)) {
        turn(pass, rank, TURN_REFUSED);
        pass->run.refused_unavailable = pass->run.unavailable;
        return stop_walk(pass, rank, false, false);
    }
    if (pass->resizes) {
        switch (sts_resize_claims(pass, b, pass->ordinals[rank], pod)) {
        case CLAIMS_FAILED:
            turn(pass, rank, TURN_FAILED);
            return stop_walk(pass, rank, false, false);
        case CLAIMS_RESIZING:
            turn(pass, rank, TURN_RESIZING);
            make_unavailable(pass, rank);
            return true;
        default:
            break;
        }
    }
    if (pod == ROLLOUT_NONE) {
        delete_created(pass, b, rank);
        pass->run.counts.current--;
        return true;
    }
    if ((pass->done[pod] & DONE_SPECIFIED) || sts_terminating(pass_pod(pass, pod)))
        return true;
    if (!update_pod(pass, b, pod, place, &counts)) {
        turn(pass, rank, TURN_FAILED);
        return stop_walk(pass, rank, false, false);
    }
    turn(pass, rank, TURN_TAKEN);
    make_unavailable(pass, rank);
    if (counts && (pass->marks[pod] & MARK_CURRENT))
        pass->run.counts.current--;
    return true;
}

static bool walk(struct pass *pass, struct ro_builder *b)
{
    size_t i = 0;
    bool goes_on = true;
    for (; i < pass->candidate_count && goes_on; i++)
        goes_on = visit(pass, b, pass->candidates[i], (int64_t)i + 1);
    for (; i < pass->candidate_count; i++)
        turn(pass, pass->candidates[i], TURN_BEHIND);
    for (; i < pass->listed_count; i++)
        if (pass->slot_pods[pass->candidates[i]] && pass->turns[pod_at(pass, pass->candidates[i])] == TURN_NONE)
            turn(pass, pass->candidates[i], TURN_CUT);
    return goes_on;
}

/* ---- Kubernetes' own update (14) ---- */

static void delete_old(struct pass *pass, struct ro_builder *b, uint32_t rank, int64_t place)
{
    uint32_t pod = pod_at(pass, rank);
    struct ro_why why = { .reason = ROLLOUT_REASON_RECREATE, .a = place, .b = (int64_t)pass->candidate_count };
    bool deleted;
    pass->run.counts.current--; /* whatever its revision */
    if (pod == ROLLOUT_NONE) {
        delete_created(pass, b, rank);
        return;
    }
    (void)sts_delete(pass, b, pod, &why, &deleted);
    turn(pass, rank, TURN_TAKEN);
}

static bool is_outdated(const struct pass *pass, uint32_t rank)
{
    uint32_t pod = pod_at(pass, rank);
    return !is_updated(pass, rank) && (pod == ROLLOUT_NONE || !sts_terminating(pass_pod(pass, pod)));
}

bool sts_place_done(const struct pass *pass, uint32_t rank)
{
    bool unordered = pass->rolling && (pass->spec->flags & ROLLOUT_STATEFULSET_UNORDERED);
    return unordered ? is_done(pass, rank) : !is_outdated(pass, rank);
}

/* One outdated pod, and nothing below a pod that is not healthy. */
static bool walk_from_top(struct pass *pass, struct ro_builder *b)
{
    size_t i = 0;
    bool goes_on = true;
    for (; i < pass->candidate_count && goes_on; i++) {
        uint32_t rank = pass->candidates[i], pod = pod_at(pass, rank);
        if (is_outdated(pass, rank)) {
            delete_old(pass, b, rank, (int64_t)i + 1);
            goes_on = stop_walk(pass, rank, true, true);
        } else if (pod == ROLLOUT_NONE || !(pass->marks[pod] & MARK_HEALTHY)) {
            goes_on = stop_walk(pass, rank, false, pod != ROLLOUT_NONE && sts_terminating(pass_pod(pass, pod)));
        }
    }
    for (; i < pass->candidate_count; i++)
        turn(pass, pass->candidates[i], TURN_BEHIND);
    for (; i < pass->listed_count; i++)
        turn(pass, pass->candidates[i], TURN_CUT);
    return goes_on;
}

/* The first so many outdated pods, healthy or not; none where as many are unavailable already. */
static bool delete_within_budget(struct pass *pass, struct ro_builder *b)
{
    count_unavailable(pass);
    int64_t left = pass->budget - pass->run.unavailable;
    size_t i = 0;
    for (; i < pass->candidate_count && left > 0; i++)
        if (is_outdated(pass, pass->candidates[i])) {
            delete_old(pass, b, pass->candidates[i], (int64_t)i + 1);
            if (pass->run.taken_pod == ROLLOUT_NONE)
                pass->run.taken_pod = pod_at(pass, pass->candidates[i]);
            pass->run.unavailable++;
            left--;
        }
    pass->run.refused_unavailable = pass->run.unavailable;
    for (; i < pass->candidate_count; i++)
        if (is_outdated(pass, pass->candidates[i]))
            turn(pass, pass->candidates[i], TURN_REFUSED);
    for (; i < pass->listed_count; i++)
        turn(pass, pass->candidates[i], TURN_CUT);
    return true;
}

/* ---- the steps ---- */

static bool stop_at_step(struct pass *pass, uint32_t step)
{
    pass->run.stopped_at = step;
    return false;
}

/* 15 */
static bool refresh_all(struct pass *pass, struct ro_builder *b)
{
    for (uint32_t i = 0; i < pass->n; i++)
        if (pass->roles[i] != ROLE_NOT_SELECTED && !sts_refresh(pass, b, i)) {
            pass->run.walk = (struct sts_stop){ .kind = ROLLOUT_SUBJECT_POD, .subject = i };
            return false;
        }
    return pass->run.moved_pod == ROLLOUT_NONE;
}

static bool unusable_budget(struct pass *pass)
{
    pass->run.error.reason = ROLLOUT_REASON_SPEC_INVALID;
    pass->run.error.what = RO_STR("spec.updateStrategy.rollingUpdate.maxUnavailable");
    pass->run.error.message =
        RO_STR("spec.updateStrategy.rollingUpdate.maxUnavailable: is no number and no percentage");
    return stop_at_step(pass, 17);
}

bool sts_update_phase(struct pass *pass, struct ro_builder *b)
{
    if (!pass->rolling)
        return stop_at_step(pass, 13);
    if (!pass->rules->lifecycle) {
        if (pass->limits.budget_unusable)
            return unusable_budget(pass);
        if (pass->in->gates.on[ROLLOUT_GATE_MAX_UNAVAILABLE_STATEFULSET])
            return delete_within_budget(pass, b);
        return walk_from_top(pass, b);
    }
    if (pass->in->snapshot.unobserved_since_ms != 0)
        return stop_at_step(pass, 14);
    if (!refresh_all(pass, b))
        return stop_at_step(pass, 15);
    if (pass->spec->flags & ROLLOUT_STATEFULSET_PAUSED)
        return stop_at_step(pass, 16);
    if (pass->limits.budget_unusable)
        return unusable_budget(pass);
    count_unavailable(pass); /* 18 */
    delete_specified(pass, b);
    return walk(pass, b);
}

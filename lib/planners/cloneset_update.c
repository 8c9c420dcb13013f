/* SPDX-License-Identifier: Apache-2.0 */
/* The update phase of a CloneSet: refresh what is under way, then walk the candidates in order within
 * partition and budget. Source: cloneset.md 4.3, 6. */
#include "planners/cloneset_pass.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/str.h"
#include "planners/refresh.h"
#include "rules/budget.h"
#include "rules/in_place.h"
#include "rules/lifecycle.h"
#include "rules/order.h"
#include "rules/revision.h"

/* ---- one candidate ---- */

enum ro_update_step pass_update_step(struct pass *pass, uint32_t pod)
{
    const struct rollout_pod *p = pass_pod(pass, pod);
    enum ro_update_step step = ro_update_step(&pass->updates, p, pass->revisions[pod]);
    return step == RO_UPDATE_RECREATE && (p->flags & ROLLOUT_POD_SPECIFIED_DELETE) ? RO_UPDATE_MARKED : step;
}

/* ---- refresh ---- */

static void fail(struct pass *pass, uint32_t pod, uint32_t reason)
{
    pass->error_pod = pod;
    pass->error_reason = reason;
}

/* Every pod, in array order, also when nothing is to be updated. An error ends it there. */
static void refresh(struct pass *pass)
{
    bool patched = false;
    if (!pass_any(pass, MARK_REFRESH))
        return;
    for (size_t i = 0; i < pass->n; i++) {
        if (!(pass->marks[i] & MARK_REFRESH))
            continue;
        const struct rollout_pod *pod = pass_pod(pass, i);
        enum ro_step step = ro_in_place_step(pod, pass->now_ms);
        if (ro_step_is_error(step)) {
            fail(pass, (uint32_t)i, ROLLOUT_REASON_SPEC_INVALID);
            pass->update_end = UPDATE_ERROR;
            pass->refresh_pod = (uint32_t)i;
            return;
        }
        if (step == RO_STEP_WAIT_GRACE)
            pass_requeue(pass, (ro_grace_left(pod, pass->now_ms) + 999) / 1000 * 1000);
        bool update = pass->marks[i] & MARK_NEW;
        if (ro_lifecycle_refresh(pod, &pass->spec->lifecycle, true, update) != pod->lifecycle_state ||
            !(pod->flags & ROLLOUT_POD_TEMPLATE_HASH)) {
            if (!patched)
                pass->refresh_pod = (uint32_t)i;
            patched = true;
        }
    }
    if (patched)
        pass->update_end = UPDATE_REFRESHED;
}

/* ---- the walk ---- */

/* 6.1: collects the pods that are not at the target and may be touched, and how many of them are to move. */
static void collect_candidates(struct pass *pass)
{
    const uint8_t outdated = pass->move.update < 0 ? MARK_NEW : 0;
    const uint8_t *const marks = pass->marks, *const turns = pass->turns;
    uint32_t *const list = pass->list;
    size_t count = 0;
    for (size_t i = 0, n = pass->n; i < n; i++) {
        uint8_t mark = marks[i];
        if ((mark & (MARK_NEW | MARK_PREPARING_DELETE)) != outdated || !(turns[i] & TURN_ACTIVE))
            continue;
        if (mark & MARK_REFRESH) {
            const struct rollout_pod *pod = pass_pod(pass, i);
            if (pod->lifecycle_state != ROLLOUT_STATE_UPDATED && ro_in_grace(pod))
                continue;
        }
        list[count++] = (uint32_t)i;
    }
    uint64_t wanted = (uint64_t)(pass->move.update < 0 ? -pass->move.update : pass->move.update);
    pass->candidates = count;
    pass->cut = wanted < count ? (size_t)wanted : count;
}

static void count_unavailable(struct pass *pass)
{
    const uint8_t target = pass->move.update < 0 ? 0 : MARK_NEW;
    pass->unavailable_all = pass_count(pass, MARK_AVAILABLE, 0);
    pass->unavailable_target = pass_count(pass, MARK_AVAILABLE | MARK_NEW, target);
}

/* Orders the candidates: the first `needed` of them, or all where `whole` is set. */
static int order_candidates(struct pass *pass, size_t needed, bool whole, struct rollout_error *reterr)
{
    size_t n = pass->candidates;
    struct ro_layout layout = { ro_order_scratch(&pass->spec->order, n, pass->n), false };
    layout.overflow = layout.size == SIZE_MAX;
    void *scratch = ro_layout_alloc(&layout);
    if (!scratch)
        return ro_error_nomem(reterr);
    ro_order_update(&pass->spec->order, &pass->in->pods, pass->turns, TURN_ACTIVE,
                    pass->measures ? &pass->measured : NULL, pass->list, n, needed, whole, scratch);
    free(scratch);
    for (size_t i = 0; i < (whole ? n : needed); i++)
        pass->places[pass->list[i]] = (uint32_t)(i + 1);
    return ROLLOUT_OK;
}

/* First pods, in array order, of what the walk counts as unavailable. */
static void find_unavailable(struct pass *pass)
{
    if (pass->unavailable_all == 0)
        return;
    for (size_t i = 0; i < pass->n; i++) {
        if ((pass->marks[i] & MARK_AVAILABLE) || !(pass->turns[i] & TURN_ACTIVE))
            continue;
        if (pass->all_pod == ROLLOUT_NONE)
            pass->all_pod = (uint32_t)i;
        if (!pass_outdated(pass, i)) {
            pass->target_pod = (uint32_t)i;
            return;
        }
    }
}

/* Acts on what was taken; an error ends it. */
static void walk(struct pass *pass)
{
    for (pass->walked = 0; pass->walked < pass->allowed; pass->walked++) {
        uint32_t pod = pass->list[pass->walked];
        enum ro_update_step step = pass_update_step(pass, pod);
        if (ro_update_fails(step)) {
            fail(pass, pod, ro_update_error(step));
            pass->turns[pod] |= TURN_STOPPED;
            break;
        }
        pass->turns[pod] |= (uint8_t)(TURN_TAKEN + step);
        if (step == RO_UPDATE_IN_PLACE)
            pass_requeue(pass, (int64_t)pass->spec->grace_period_seconds * 1000);
    }
    size_t i = pass->walked + (pass->error_pod != ROLLOUT_NONE);
    uint8_t turn = pass->error_pod != ROLLOUT_NONE ? TURN_BEHIND : TURN_REFUSED;
    for (; i < pass->cut; i++)
        pass->turns[pass->list[i]] |= turn;
    for (; i < pass->candidates; i++)
        pass->turns[pass->list[i]] |= TURN_BEHIND_CUT;
}

static int update_pods(struct pass *pass, struct rollout_error *reterr)
{
    collect_candidates(pass);
    count_unavailable(pass);

    /* The walk looks at no more than this; beyond it the places only matter to some reasons. */
    int64_t most = pass->move.update_max_unavailable;
    uint64_t looked_at = most > pass->unavailable_target ? (uint64_t)(most - pass->unavailable_target) + 1 : 1;
    size_t needed = looked_at < pass->cut ? (size_t)looked_at : pass->cut;
    bool unavailable = pass->unavailable_all > pass->unavailable_target;
    bool whole =
        unavailable || pass->cut < pass->candidates || pass->spec->pod_update_policy == ROLLOUT_POLICY_IN_PLACE_ONLY;
    int r = order_candidates(pass, needed, whole, reterr);
    if (r)
        return r;
    const struct ro_budget budget = { pass->move.update_max_unavailable, pass->unavailable_all,
                                      pass->unavailable_target };
    struct ro_walk taken = ro_budget_walk(&budget, pass->marks, MARK_AVAILABLE, pass->list, pass->cut);
    pass->allowed = taken.taken;
    pass->taken_available = taken.taken_available;
    walk(pass);
    find_unavailable(pass);
    return ROLLOUT_OK;
}

/* Nothing moves; where that is because the target has all its replicas, the reasons name the places. */
static int order_idle(struct pass *pass, struct rollout_error *reterr)
{
    if (pass->limits.partition > 0 || pass->move.old_surplus <= 0)
        return ROLLOUT_OK;
    collect_candidates(pass);
    int r = order_candidates(pass, pass->candidates, true, reterr);
    pass->candidates = 0;
    return r;
}

int pass_update(struct pass *pass, struct rollout_error *reterr)
{
    if (pass->scale_acted)
        return ROLLOUT_OK;
    pass->update_end = UPDATE_WALKED;
    refresh(pass);
    if (pass->update_end != UPDATE_WALKED)
        return ROLLOUT_OK;
    if (pass->spec->update_type == ROLLOUT_UPDATE_ON_DELETE)
        pass->update_end = UPDATE_ON_DELETE;
    else if (pass->spec->flags & ROLLOUT_CLONESET_PAUSED)
        pass->update_end = UPDATE_PAUSED;
    else if (pass->move.update == 0)
        pass->update_end = UPDATE_NOTHING;
    switch (pass->update_end) {
    case UPDATE_NOTHING:
        return order_idle(pass, reterr);
    case UPDATE_WALKED:
        return update_pods(pass, reterr);
    default:
        return ROLLOUT_OK;
    }
}

int pass_candidates(struct pass *pass, struct rollout_candidates **ret, struct rollout_error *reterr)
{
    struct rollout_candidates *candidates;
    struct rollout_candidate *items;
    pass->move = pass_diff(pass, MARK_NEW);
    collect_candidates(pass);
    int r = order_candidates(pass, pass->candidates, true, reterr);
    if (r == ROLLOUT_OK)
        r = ro_candidates_begin(pass->candidates, &candidates, &items, reterr);
    if (r)
        return r;
    for (size_t i = 0; i < pass->candidates; i++)
        ro_candidates_add(
            candidates, items,
            (struct rollout_candidate){ ROLLOUT_SUBJECT_POD, pass->list[i], ROLLOUT_CANDIDATE_WAITING, pass->list[i] });
    count_unavailable(pass);
    candidates->back = pass->move.update < 0;
    candidates->revision = candidates->back ? pass->current : pass->update;
    candidates->within = pass->cut;
    candidates->counted = pass->active;
    candidates->updated = pass_count(pass, MARK_NEW | MARK_PREPARING_DELETE, MARK_NEW);
    candidates->old = pass_count(pass, MARK_NEW | MARK_PREPARING_DELETE, 0);
    candidates->unavailable = pass->unavailable_all;
    candidates->unavailable_target = pass->unavailable_target;
    *ret = candidates;
    return ROLLOUT_OK;
}

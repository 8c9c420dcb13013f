/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/in_place.h"

#include "rules/lifecycle.h"
#include "rules/revision.h"

static enum ro_step grace_step(const struct rollout_pod *pod, int64_t now_ms)
{
    const struct rollout_in_place *in_place = pod->in_place;
    if (in_place->flags & ROLLOUT_IN_PLACE_GRACE_BROKEN)
        return RO_STEP_ERROR_GRACE;
    if (!(in_place->flags & ROLLOUT_IN_PLACE_STATE))
        return RO_STEP_ERROR_MISSING;
    if (in_place->flags & ROLLOUT_IN_PLACE_STATE_BROKEN)
        return RO_STEP_STUCK_GRACE;
    if (!ro_same_revision(pod->revision, in_place->grace_revision))
        return RO_STEP_DROP_GRACE;
    return now_ms < in_place->grace_end_ms ? RO_STEP_WAIT_GRACE : RO_STEP_END_GRACE;
}

enum ro_step ro_in_place_step(const struct rollout_pod *pod, int64_t now_ms)
{
    const struct rollout_in_place *in_place = pod->in_place;
    if (in_place) {
        if (in_place->flags & ROLLOUT_IN_PLACE_GRACE)
            return grace_step(pod, now_ms);
        if (in_place->flags & ROLLOUT_IN_PLACE_STATE_BROKEN)
            return RO_STEP_ERROR_STATE;
        if (in_place->flags & ROLLOUT_IN_PLACE_STATE) {
            if (!(in_place->flags & ROLLOUT_IN_PLACE_CONTAINERS_DONE))
                return RO_STEP_WAIT_CONTAINERS;
            if ((in_place->flags & ROLLOUT_IN_PLACE_NEXT) && !(in_place->flags & ROLLOUT_IN_PLACE_NEXT_READY))
                return RO_STEP_WAIT_PRECHECK;
            /* With only resources waiting upstream does nothing and goes on (inplace.md 15, row 3). */
            if (in_place->flags & ROLLOUT_IN_PLACE_NEXT_APPLIES)
                return RO_STEP_NEXT_BATCH;
        }
    }
    uint32_t clean = ROLLOUT_POD_IN_PLACE_TRUE | ROLLOUT_POD_IN_PLACE_CLEAN;
    if ((pod->flags & ROLLOUT_POD_IN_PLACE_GATE) && (pod->flags & clean) != clean)
        return RO_STEP_SET_READY;
    return RO_STEP_NONE;
}

bool ro_in_place_done(const struct rollout_pod *pod)
{
    const struct rollout_in_place *in_place = pod->in_place;
    if (!in_place)
        return true;
    if (in_place->flags & ROLLOUT_IN_PLACE_GRACE_KEY)
        return false;
    if (!(in_place->flags & ROLLOUT_IN_PLACE_STATE))
        return true;
    return !(in_place->flags & (ROLLOUT_IN_PLACE_STATE_BROKEN | ROLLOUT_IN_PLACE_NEXT)) &&
           (in_place->flags & ROLLOUT_IN_PLACE_CONTAINERS_DONE);
}

/* Where an update ends: with a lifecycle section it waits in Updated for its hooks, also for a hook that
 * is not there at all. */
static uint32_t after_update(const struct rollout_pod *pod, const struct rollout_lifecycle *lifecycle)
{
    return lifecycle->set && !ro_hooked_all(&lifecycle->in_place_update, pod) ? ROLLOUT_STATE_UPDATED
                                                                              : ROLLOUT_STATE_NORMAL;
}

uint32_t ro_lifecycle_refresh(const struct rollout_pod *pod, const struct rollout_lifecycle *lifecycle,
                              bool scheduled_first, bool update)
{
    const struct rollout_hook *hook;
    switch (pod->lifecycle_state) {
    case ROLLOUT_STATE_PREPARING_NORMAL:
        hook = &lifecycle->pre_normal;
        if (hook->set ? ro_hooked_all(hook, pod) : !scheduled_first || pod->node.len > 0)
            return ROLLOUT_STATE_NORMAL;
        break;
    case ROLLOUT_STATE_PREPARING_UPDATE:
        if (update)
            return after_update(pod, lifecycle);
        break;
    case ROLLOUT_STATE_UPDATING:
        if (ro_in_place_done(pod))
            return after_update(pod, lifecycle);
        break;
    case ROLLOUT_STATE_UPDATED:
        hook = &lifecycle->in_place_update;
        if (!lifecycle->set || !hook->set || ro_hooked_all(hook, pod))
            return ROLLOUT_STATE_NORMAL;
        break;
    default:
        break;
    }
    return pod->lifecycle_state;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* One step of an in-place update under way, and of the lifecycle behind it. Source: cloneset.md 6.6
 * (refresh rows), 6.7. */
#ifndef RO_RULES_IN_PLACE_H
#define RO_RULES_IN_PLACE_H

#include <stdbool.h>

#include <rollout/lifecycle.h>
#include <rollout/snapshot.h>

/* What the refresh of a pod does, or waits for. */
enum ro_step {
    RO_STEP_NONE = 0,
    RO_STEP_WAIT_GRACE,      /* until grace_end_ms */
    RO_STEP_WAIT_CONTAINERS, /* an update is not confirmed */
    RO_STEP_WAIT_PRECHECK,   /* a container before the next batch is not ready */
    RO_STEP_STUCK_GRACE,     /* grace with a state that does not parse: nothing ever happens */
    RO_STEP_DROP_GRACE,      /* the pod has moved on to another revision */
    RO_STEP_END_GRACE,
    RO_STEP_NEXT_BATCH,
    RO_STEP_SET_READY,
    RO_STEP_ERROR_GRACE, /* the grace annotation does not parse: the whole phase ends */
    RO_STEP_ERROR_STATE, /* the state annotation does not parse */
    RO_STEP_ERROR_MISSING /* grace without a state */
};

enum ro_step ro_in_place_step(const struct rollout_pod *pod, int64_t now_ms);

static inline bool ro_step_is_error(enum ro_step step)
{
    return step >= RO_STEP_ERROR_GRACE;
}

/* The pod is in its grace period, or would be: upstream asks for a non-empty annotation. */
static inline bool ro_in_grace(const struct rollout_pod *pod)
{
    return pod->in_place && (pod->in_place->flags & ROLLOUT_IN_PLACE_GRACE);
}

/* InPlaceDone: nothing of an update is left to do or to wait for (cloneset.md 2.4). */
bool ro_in_place_done(const struct rollout_pod *pod);

/* The state that the refresh moves the pod to, or its own where it stays. scheduled_first: without a preNormal
 * hook a new pod becomes Normal when it has a node (CloneSet), else at once. update: the pod's label names
 * the update revision. */
uint32_t ro_lifecycle_refresh(const struct rollout_pod *pod, const struct rollout_lifecycle *lifecycle,
                              bool scheduled_first, bool update);

/* The not-ready mark of a hook (cloneset.md 6.6, the table of keys): whether there is something to write. */
static inline bool ro_mark_adds(const struct rollout_pod *pod, uint32_t key_flag)
{
    return (pod->flags & ROLLOUT_POD_KRUISE_GATE) && !(pod->flags & key_flag);
}

static inline bool ro_mark_removes(const struct rollout_pod *pod, uint32_t key_flag)
{
    uint32_t needed = ROLLOUT_POD_KRUISE_GATE | ROLLOUT_POD_KRUISE_CONDITION | key_flag;
    return (pod->flags & needed) == needed;
}

#endif

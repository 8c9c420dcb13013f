/* SPDX-License-Identifier: Apache-2.0 */
/* When a pod serves, and when it counts as available. Source: cloneset.md 2.2. */
#ifndef RO_RULES_AVAILABILITY_H
#define RO_RULES_AVAILABILITY_H

#include <stdbool.h>

#include <rollout/snapshot.h>

/* First instant at which a pod ready since then has been so for longer than min_ready_seconds: upstream's
 * comparison is strict, a millisecond is the smallest step here. */
static inline int64_t ro_available_from(int64_t ready_since_ms, int32_t min_ready_seconds)
{
    int64_t wait_ms = (int64_t)min_ready_seconds * 1000 + 1;
    if (wait_ms > 0 && ready_since_ms > INT64_MAX - wait_ms)
        return INT64_MAX;
    return wait_ms < 0 && ready_since_ms < INT64_MIN - wait_ms ? INT64_MIN : ready_since_ms + wait_ms;
}

/* Condition Ready is True, and has been for long enough; the phase is not asked. now_ms is a time in the years 0 to
 * 9999, ready_since_ms may be anything. */
static inline bool ro_ready_for(const struct rollout_pod *pod, int32_t min_ready_seconds, int64_t now_ms)
{
    if (!(pod->flags & ROLLOUT_POD_READY))
        return false;
    /* ro_available_from() <= now_ms, so that what does not depend on the pod is on one side. */
    return min_ready_seconds == 0 ||
           (pod->ready_since_ms != 0 && pod->ready_since_ms < now_ms - (int64_t)min_ready_seconds * 1000);
}

/* Condition InPlaceUpdateReady is not there, or True. */
static inline bool ro_gate_open(const struct rollout_pod *pod)
{
    return (pod->flags & (ROLLOUT_POD_IN_PLACE_CONDITION | ROLLOUT_POD_IN_PLACE_TRUE)) !=
           ROLLOUT_POD_IN_PLACE_CONDITION;
}

/* UpdateReady: Running, Ready for long enough, and not in the middle of an in-place update. The lifecycle
 * state is not asked. */
static inline bool ro_update_ready(const struct rollout_pod *pod, int32_t min_ready_seconds, int64_t now_ms)
{
    return pod->phase == ROLLOUT_PHASE_RUNNING && ro_gate_open(pod) && ro_ready_for(pod, min_ready_seconds, now_ms);
}

/* The lifecycle leaves the pod alone: a pod in any other state is never available, however healthy. */
static inline bool ro_lifecycle_settled(const struct rollout_pod *pod)
{
    return pod->lifecycle_state == ROLLOUT_STATE_NONE || pod->lifecycle_state == ROLLOUT_STATE_NORMAL;
}

static inline bool ro_available(const struct rollout_pod *pod, int32_t min_ready_seconds, int64_t now_ms)
{
    return ro_lifecycle_settled(pod) && ro_update_ready(pod, min_ready_seconds, now_ms);
}

/* IsPodActive: neither finished nor terminating. */
static inline bool ro_active(const struct rollout_pod *pod)
{
    return pod->phase != ROLLOUT_PHASE_SUCCEEDED && pod->phase != ROLLOUT_PHASE_FAILED &&
           !(pod->flags & ROLLOUT_POD_TERMINATING);
}

#endif

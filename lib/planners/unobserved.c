/* SPDX-License-Identifier: Apache-2.0 */
#include "planners/unobserved.h"

#define TIMEOUT_MS (5 * 60 * 1000)
#define RETRY_MS   (10 * 1000)

/* How long the timeout still is; below 0: it is over. */
static int64_t left(const struct ro_planner_input *in)
{
    return in->snapshot.unobserved_since_ms + TIMEOUT_MS - in->snapshot.now_ms;
}

struct ro_unobserved ro_unobserved_ungated(const struct ro_planner_input *in)
{
    struct ro_unobserved wait = { .stops = in->snapshot.unobserved_since_ms != 0 };
    if (wait.stops && left(in) > 0)
        wait.requeue_ms = left(in);
    wait.until_ms = wait.requeue_ms ? in->snapshot.now_ms + wait.requeue_ms : 0;
    return wait;
}

struct ro_unobserved ro_unobserved(const struct ro_planner_input *in)
{
    struct ro_unobserved wait = ro_unobserved_ungated(in);
    if (!wait.stops)
        return wait;
    if (!wait.requeue_ms && in->gates.on[ROLLOUT_GATE_FORCE_DELETE_TIMEOUT_EXPECTATION])
        wait.requeue_ms = RETRY_MS;
    wait.until_ms = wait.requeue_ms ? in->snapshot.now_ms + wait.requeue_ms : 0;
    return wait;
}

struct ro_unobserved ro_unobserved_native(const struct ro_planner_input *in)
{
    struct ro_unobserved wait = { .stops = in->snapshot.unobserved_since_ms != 0 && left(in) >= 0 };
    if (wait.stops)
        wait.until_ms = in->snapshot.now_ms + left(in) + 1; /* longer ago than the timeout */
    return wait;
}

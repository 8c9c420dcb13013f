/* SPDX-License-Identifier: Apache-2.0 */
#include "lift.h"

enum lifted lift_broadcastjob(struct copy *copy, const struct rollout_plan *plan, const struct rollout_verdict *v)
{
    struct rollout_broadcastjob *spec = &copy->broadcastjob;
    switch (v->reason) {
    case ROLLOUT_REASON_PARALLELISM_REACHED:
        spec->parallelism = number(limit_of(plan, "parallelism", 0) + v->a - v->b + 1);
        return LIFTED;
    case ROLLOUT_REASON_SPEC_INVALID:
        spec->parallelism = number(INT32_MAX);
        return same(text_of(plan, v), (struct rollout_str){ "spec.parallelism", 16 }) ? LIFTED : UNKNOWN;
    case ROLLOUT_REASON_NO_ELIGIBLE_NODE:
        return add_node(copy, &spec->scheduling, spec->requests, spec->request_count);
    case ROLLOUT_REASON_PAUSED:
        spec->flags &= ~(uint32_t)ROLLOUT_BROADCASTJOB_PAUSED;
        return LIFTED;
    case ROLLOUT_REASON_PAUSED_BY_FAILURE:
        spec->failure = ROLLOUT_FAILURE_CONTINUE;
        return LIFTED;
    case ROLLOUT_REASON_RESTART_LIMIT_EXCEEDED:
        spec->restart_limit = (int32_t)v->a;
        return LIFTED;
    case ROLLOUT_REASON_JOB_FAILED: /* lifted by nothing: reasons.md 5 */
        return NOT_TESTED;
    default:
        return UNKNOWN;
    }
}

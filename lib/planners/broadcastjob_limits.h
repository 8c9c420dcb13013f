/* SPDX-License-Identifier: Apache-2.0 */
/* A BroadcastJob's parallelism, and the nodes that it is of. Source: broadcastjob.md 1.1, 2.3. */
#ifndef RO_PLANNERS_BROADCASTJOB_LIMITS_H
#define RO_PLANNERS_BROADCASTJOB_LIMITS_H

#include <rollout/broadcastjob.h>

#include "planners/builder.h"
#include "planners/planner.h"

/* Nodes that are to have a pod, or have one that fits. Errors as of ro_plan_broadcastjob(). */
int ro_broadcastjob_desired(const struct rollout_broadcastjob *spec, const struct ro_planner_input *in,
                            int64_t *ret_desired, struct rollout_error *reterr);

void ro_broadcastjob_build_limits(const struct rollout_broadcastjob *spec, int64_t desired, struct ro_builder *b);

#endif

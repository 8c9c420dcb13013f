/* SPDX-License-Identifier: Apache-2.0 */
/* What can be wrong with a BroadcastJob's spec and snapshot. */
#ifndef RO_PLANNERS_BROADCASTJOB_CHECK_H
#define RO_PLANNERS_BROADCASTJOB_CHECK_H

#include "planners/planner.h"

/* All but the pods. */
int ro_broadcastjob_check(const struct rollout_broadcastjob *spec, const struct ro_planner_input *in,
                          struct rollout_error *reterr);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What a caller's records for a DaemonSet can have wrong with them: see planners/check.h. */
#ifndef RO_PLANNERS_DAEMONSET_CHECK_H
#define RO_PLANNERS_DAEMONSET_CHECK_H

#include "planners/planner.h"

int ro_daemonset_check(const struct rollout_daemonset *spec, const struct ro_planner_input *in,
                       struct rollout_error *reterr);

#endif

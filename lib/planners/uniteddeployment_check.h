/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RO_PLANNERS_UNITEDDEPLOYMENT_CHECK_H
#define RO_PLANNERS_UNITEDDEPLOYMENT_CHECK_H

#include "planners/planner.h"

/* Looks at what the planner will read. ROLLOUT_OK, or the first fault. */
int ro_uniteddeployment_check(const struct rollout_uniteddeployment *spec, const struct ro_planner_input *in,
                              struct rollout_error *reterr);

#endif

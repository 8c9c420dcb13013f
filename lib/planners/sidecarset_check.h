/* SPDX-License-Identifier: Apache-2.0 */
/* What a caller's records for a SidecarSet can have wrong with them: see planners/check.h. */
#ifndef RO_PLANNERS_SIDECARSET_CHECK_H
#define RO_PLANNERS_SIDECARSET_CHECK_H

#include "planners/planner.h"

int ro_sidecarset_check(const struct rollout_sidecarset *spec, const struct ro_planner_input *in,
                        struct rollout_error *reterr);

#endif

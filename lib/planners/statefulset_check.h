/* SPDX-License-Identifier: Apache-2.0 */
/* What a caller's StatefulSet can have wrong with it, before anything reads it. */
#ifndef RO_PLANNERS_STATEFULSET_CHECK_H
#define RO_PLANNERS_STATEFULSET_CHECK_H

#include "planners/planner.h"

/* Everything but the pods. ROLLOUT_OK, or ROLLOUT_ERR_ABI or ROLLOUT_ERR_INVALID with the field's path. */
int ro_statefulset_check(const struct rollout_statefulset *spec, const struct ro_planner_input *in,
                         struct rollout_error *reterr);

#endif

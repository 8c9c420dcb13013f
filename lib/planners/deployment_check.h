/* SPDX-License-Identifier: Apache-2.0 */
/* What a caller's Deployment, ReplicaSet and snapshot can have wrong with them. */
#ifndef RO_PLANNERS_DEPLOYMENT_CHECK_H
#define RO_PLANNERS_DEPLOYMENT_CHECK_H

#include "planners/planner.h"

/* ROLLOUT_OK where nothing is; else the first fault. */
int ro_deployment_check(const struct rollout_deployment *spec, const struct ro_planner_input *in,
                        struct rollout_error *reterr);
int ro_replicaset_check(const struct rollout_replicaset *spec, const struct ro_planner_input *in,
                        struct rollout_error *reterr);

#endif

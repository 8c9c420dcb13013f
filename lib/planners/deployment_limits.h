/* SPDX-License-Identifier: Apache-2.0 */
/* A Deployment's maxSurge and maxUnavailable as pods. Source: deployment.md 2. */
#ifndef RO_PLANNERS_DEPLOYMENT_LIMITS_H
#define RO_PLANNERS_DEPLOYMENT_LIMITS_H

#include <stdbool.h>

#include <rollout/deployment.h>

#include "planners/builder.h"

struct ro_deployment_limits {
    bool rolling; /* else both are 0 */
    int64_t replicas;
    int64_t raw_surge;   /* maxSurge alone, by which the new ReplicaSet grows; 0 where it cannot be read */
    int64_t surge;       /* S */
    int64_t unavailable; /* U, at most the replicas */
    bool surge_unusable, unavailable_unusable;
    bool forced; /* both came to 0: U is 1 */
};

struct ro_deployment_limits ro_deployment_limits(const struct rollout_deployment *spec);

/* Of OpenKruise Rollouts' partition: pods that may be updated; -1 where it cannot be read. A percentage below 100 leaves one
 * old. */
int64_t ro_deployment_updatable(const struct rollout_deployment *spec);

/* Both for people. */
void ro_deployment_build_limits(const struct rollout_deployment *spec, const struct ro_deployment_limits *limits,
                                struct ro_builder *b);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* From a Deployment object to its spec. Source: deployment.md 1.1 and 12.1. */
#ifndef RO_OBJECTS_DEPLOYMENT_H
#define RO_OBJECTS_DEPLOYMENT_H

#include <rollout/deployment.h>

#include "base/memory.h"
#include "objects/decode.h"

/* maxSurge or maxUnavailable as the API server completes them: 25% where one is not given. */
struct rollout_intstr ro_deployment_default(struct rollout_intstr value);

/* ret->status will be ret_status. */
void ro_deployment_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object,
                          struct rollout_deployment *ret, struct rollout_deployment_status *ret_status);

#endif

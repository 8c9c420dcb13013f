/* SPDX-License-Identifier: Apache-2.0 */
/* BroadcastJobs: from objects to specs and the facts of their pods. Source: broadcastjob.md 1, 2.1. */
#ifndef RO_OBJECTS_BROADCASTJOB_H
#define RO_OBJECTS_BROADCASTJOB_H

#include <rollout/broadcastjob.h>
#include <rollout/snapshot.h>

#include "base/memory.h"
#include "objects/decode.h"

void ro_broadcastjob_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object,
                            struct rollout_broadcastjob *ret, struct rollout_broadcastjob_status *ret_status);

/* Whether the job takes the pod for its own: by its labels and its controller. Both are trees. */
bool ro_job_owns(const struct rollout_node *job, const struct rollout_node *pod);

/* What the job asks of one of its pods; NULL without memory. */
const struct rollout_job_pod *ro_job_pod_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *pod);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What only a Snapshot can say: the time, feature gates, fixes, writes in flight, back-offs. */
#ifndef RO_OBJECTS_SETTINGS_H
#define RO_OBJECTS_SETTINGS_H

#include <rollout/snapshot.h>
#include <rollout/workload.h>

#include "base/memory.h"
#include "objects/decode.h"

/* now_ms: the time where the Snapshot has none; 0: then that is refused. */
void ro_read_settings(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *body, int64_t now_ms,
                      struct rollout_workload *workload, struct rollout_snapshot *snapshot);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* SidecarSets, and what of a snapshot only they read. Source: sidecarset.md 1. */
#ifndef RO_OBJECTS_SIDECARSET_H
#define RO_OBJECTS_SIDECARSET_H

#include <rollout/sidecarset.h>
#include <rollout/snapshot.h>

#include "base/memory.h"
#include "objects/decode.h"

void ro_sidecarset_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object, uint32_t version,
                          struct rollout_sidecarset *ret, struct rollout_sidecarset_status *ret_status);

void ro_namespace_decode(struct ro_decoder *d, const struct ro_at *object, struct rollout_namespace *ret);

/* Of a Snapshot's inFlight, which is given, the writes to pods. */
void ro_in_flight_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *in_flight,
                         struct rollout_in_flights *ret);

#endif

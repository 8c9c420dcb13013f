/* SPDX-License-Identifier: Apache-2.0 */
/* StatefulSets, OpenKruise's and Kubernetes' own: from objects to facts. Source: statefulset.md 1, 14. */
#ifndef RO_OBJECTS_STATEFULSET_H
#define RO_OBJECTS_STATEFULSET_H

#include <rollout/statefulset.h>

#include "base/memory.h"
#include "objects/decode.h"

/* version: RO_VERSION_*. What does not lie in the tree as it is needed is laid out in the arena; a lack of memory
 * shows there. ret->status is ret_status. */
void ro_statefulset_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object, uint32_t version,
                           struct rollout_statefulset *ret, struct rollout_statefulset_status *ret_status);

#endif

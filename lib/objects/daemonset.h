/* SPDX-License-Identifier: Apache-2.0 */
/* DaemonSets, OpenKruise's and Kubernetes' own: from objects to facts. Source: daemonset.md 1, 3, 15. */
#ifndef RO_OBJECTS_DAEMONSET_H
#define RO_OBJECTS_DAEMONSET_H

#include <rollout/daemonset.h>
#include <rollout/snapshot.h>

#include "base/memory.h"
#include "objects/decode.h"

/* version: RO_VERSION_*. What does not lie in the tree as it is needed is laid out in the arena; a lack of memory
 * shows there. ret->status is ret_status. */
void ro_daemonset_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object, uint32_t version,
                         struct rollout_daemonset *ret, struct rollout_daemonset_status *ret_status);

/* The back-off of a failed pod, as a Snapshot has it: {node, seconds, last}. */
void ro_backoff_decode(struct ro_decoder *d, const struct ro_at *object, struct rollout_backoff *ret);

#endif

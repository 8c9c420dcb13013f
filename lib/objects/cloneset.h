/* SPDX-License-Identifier: Apache-2.0 */
/* CloneSets of v1beta1 and v1alpha1: from objects to facts. Source: cloneset.md 1.1. */
#ifndef RO_OBJECTS_CLONESET_H
#define RO_OBJECTS_CLONESET_H

#include <rollout/cloneset.h>

#include "base/memory.h"
#include "objects/decode.h"

/* version: RO_VERSION_*. What does not lie in the tree as it is needed is laid out in the arena; a lack of memory
 * shows there. ret->status is ret_status. */
void ro_cloneset_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object, uint32_t version,
                        struct rollout_cloneset *ret, struct rollout_cloneset_status *ret_status);

#endif

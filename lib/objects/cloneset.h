/* SPDX-License-Identifier: Apache-2.0 */
/* CloneSets of v1beta1 and v1alpha1: from objects to facts. Source: cloneset.md 1.1. */
#ifndef RO_OBJECTS_CLONESET_H
#define RO_OBJECTS_CLONESET_H

#include <rollout/cloneset.h>

#include "base/memory.h"
#include "objects/decode.h"

enum { RO_CLONESET_V1BETA1 = 1, RO_CLONESET_V1ALPHA1 = 2 };

/* The version that this apiVersion names, 0 if it is none of a CloneSet. */
int ro_cloneset_version(struct rollout_str api_version);

/* What does not lie in the tree as it is needed is laid out in the arena; a lack of memory shows there. */
void ro_cloneset_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object, int version,
                        struct rollout_cloneset *ret);

#endif

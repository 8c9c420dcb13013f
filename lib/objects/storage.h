/* SPDX-License-Identifier: Apache-2.0 */
/* Whether pods have the storage that their StatefulSet's claim templates ask for. Source: statefulset.md 2.4. */
#ifndef RO_OBJECTS_STORAGE_H
#define RO_OBJECTS_STORAGE_H

#include <rollout/statefulset.h>

#include "base/memory.h"
#include "base/tree.h"

/* The templates by name, and which of them the present pod has. */
struct ro_storage {
    const struct rollout_statefulset *set;
    uint32_t *order; /* one template of each name, sorted */
    uint32_t count;
    size_t *marks; /* as order: 2 * the pod that had a volume of this name last, and 1 if its claim was right */
    size_t pod;    /* the present one, from 1 */
};

/* set: NULL where the workload is none; then all is well. A lack of memory shows in the arena. */
void ro_storage_open(struct ro_arena *arena, const struct rollout_statefulset *set, struct ro_storage *ret);

/* The claim that a pod of the set needs for a template: <template>-<set>-<ordinal>; absent where its name has no
 * ordinal. */
struct rollout_str ro_storage_claim_name(struct ro_arena *arena, struct rollout_str template, struct rollout_str set,
                                         struct rollout_str pod);

/* Whether a pod has, for every claim template, a volume of that name with the claim that its own name asks for. Of
 * several volumes of a name the last counts, as in Go's map. */
bool ro_storage_ok(struct ro_storage *storage, const struct rollout_node *pod, struct rollout_str name);

#endif

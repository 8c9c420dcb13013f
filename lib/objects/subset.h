/* SPDX-License-Identifier: Apache-2.0 */
/* Children of a UnitedDeployment, and whose pod a pod is. Source: uniteddeployment.md 2. */
#ifndef RO_OBJECTS_SUBSET_H
#define RO_OBJECTS_SUBSET_H

#include <rollout/snapshot.h>
#include <rollout/uniteddeployment.h>

#include "base/memory.h"
#include "objects/decode.h"

#define RO_SUBSET_LABEL          "apps.kruise.io/subset-name"
#define RO_SUBSET_REVISION_LABEL "apps.kruise.io/controller-revision-hash"
#define RO_SUBSET_PATCH          "apps.kruise.io/subset-patch"

/* ROLLOUT_CHILD_* of an object; 0 where it can be no child. */
uint32_t ro_child_kind(struct rollout_str kind, struct rollout_str api_version);

/* What children of a kind are made as; both empty for a kind that is none. */
struct rollout_str ro_child_kind_text(uint32_t child_kind);
struct rollout_str ro_child_api_version(uint32_t child_kind);

void ro_subset_decode(struct ro_decoder *d, const struct ro_at *object, uint32_t kind, struct rollout_subset *ret);

/* Where what a child was patched with is the same JSON as its subset's patch, it becomes that text: upstream compares bytes,
 * but of objects whose members the API server has sorted, and documents need not have them so. */
void ro_subset_patches(struct ro_arena *arena, const struct rollout_uniteddeployment *spec,
                       struct rollout_subset *children, size_t count);

/* Objects by their uid, each of a child: it itself, or a ReplicaSet of it. */
struct ro_child_uids {
    struct rollout_str *uids;
    uint32_t *children;         /* from 1; until ro_child_uids_close() of ReplicaSets 0 */
    struct rollout_str *owners; /* of a ReplicaSet: whose it is */
    uint32_t *order, *scratch;
    uint32_t count;
};

/* Room for `most` objects; without memory ro_child_of() finds nothing, and the arena says why. */
void ro_child_uids_open(struct ro_arena *arena, size_t most, struct ro_child_uids *ret);

/* child: its index + 1, or 0 for a ReplicaSet, whose controller's uid is `owner`. */
void ro_child_uids_add(struct ro_child_uids *uids, struct rollout_str uid, uint32_t child, struct rollout_str owner);

/* After the last one was added, and before the first is looked for. */
void ro_child_uids_close(struct ro_child_uids *uids);

/* Index + 1 of the child that an object with this controller belongs to; 0 = to none. *ret_replica_set: the place of the
 * controller, if it is a ReplicaSet, among those that were added, from 1; else 0. */
uint32_t ro_child_of(const struct ro_child_uids *uids, struct rollout_str controller, uint32_t *ret_replica_set);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Which revision a UnitedDeployment's template is: it is looked for in a history that is cut first. Source:
 * uniteddeployment.md 6. */
#ifndef RO_OBJECTS_UNITEDDEPLOYMENT_REVISION_H
#define RO_OBJECTS_UNITEDDEPLOYMENT_REVISION_H

#include "objects/revision.h"

/* Place (from 1) of the update revision; one that is to be stored is put behind the others, which have room for it, and
 * *count raised. Marks those that are not listed. A lack of memory shows in the arena. */
uint32_t ro_uniteddeployment_revision(struct ro_arena *arena, const struct rollout_workload *workload,
                                      const struct rollout_node *object, struct rollout_opt *collision_count,
                                      struct rollout_revision *revisions, struct rollout_tree *objects, size_t *count);

/* Marks the revisions that the workload's selector does not match. */
void ro_uniteddeployment_list(const struct rollout_uniteddeployment *spec, struct rollout_revision *revisions,
                              const struct rollout_tree *objects, size_t count);

#endif

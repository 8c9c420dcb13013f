/* SPDX-License-Identifier: Apache-2.0 */
/* What Go's encoder would write of a template: upstream compares and hashes its bytes. Source: inplace.md 2. */
#ifndef RO_OBJECTS_REVISION_DATA_H
#define RO_OBJECTS_REVISION_DATA_H

#include "base/edit.h"
#include "base/tree.h"

/* {"spec":{"template":T}} of a template as upstream's encoder has it; count 0 on lack of memory. children_in_it: it is a
 * UnitedDeployment's, which holds that of a workload. */
struct rollout_tree ro_revision_data(struct ro_arena *arena, const struct rollout_node *template, bool children_in_it);

/* What is recorded of a SidecarSet's spec: {"spec":{"$patch":"replace",...}} with five of its members, null where
 * they are absent; count 0 on lack of memory. */
struct rollout_tree ro_sidecar_data(struct ro_arena *arena, const struct rollout_node *spec);

/* It as JSON; absent on lack of memory. */
struct rollout_str ro_data_text(struct ro_arena *arena, const struct rollout_tree *tree);

/* A map as Go writes it, by key. */
struct ro_edit *ro_encoded_map(struct ro_arena *arena, const struct rollout_node *map);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Strategic merge patches of a pod's metadata: made from two templates, carried out on a pod. Source:
 * inplace.md 5. */
#ifndef RO_RULES_METADATA_PATCH_H
#define RO_RULES_METADATA_PATCH_H

#include <stdbool.h>

#include <rollout/node.h>

#include "base/edit.h"

/* {"metadata":{...}}, or {} where nothing is left. env: what feeds a container's environment is left out,
 * since it travels with that container. In the arena; count 0 on lack of memory. */
struct rollout_tree ro_metadata_patch(struct ro_arena *arena, const struct rollout_node *old_template,
                                      const struct rollout_node *new_template, bool env);

/* Changes the pod by such a patch. False where it is none that can be carried out. */
bool ro_metadata_patch_apply(struct ro_arena *arena, struct ro_edit *pod, const struct rollout_node *patch);

#endif

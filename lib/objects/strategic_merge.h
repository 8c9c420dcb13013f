/* SPDX-License-Identifier: Apache-2.0 */
/* Kubernetes' strategic merge patch on a pod template: lists whose elements have a key are merged by it. Source: the patch
 * strategies of the core/v1 types; uniteddeployment.md 1 (patch). */
#ifndef RO_OBJECTS_STRATEGIC_MERGE_H
#define RO_OBJECTS_STRATEGIC_MERGE_H

#include "base/edit.h"

/* Changes the template, an object, as the patch says. False where the patch cannot be applied: *ret_key is the member
 * that is not of the kind it must be, or an element without its key. A lack of memory shows in the arena. */
bool ro_strategic_merge(struct ro_arena *arena, struct ro_edit *template, const struct rollout_node *patch,
                        struct rollout_str *ret_key);

#endif

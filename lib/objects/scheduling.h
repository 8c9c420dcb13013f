/* SPDX-License-Identifier: Apache-2.0 */
/* Where pods may run, as templates, pods and nodes say it: from objects to facts. Source: daemonset.md 3, 4.1. */
#ifndef RO_OBJECTS_SCHEDULING_H
#define RO_OBJECTS_SCHEDULING_H

#include <rollout/scheduling.h>

#include "base/edit.h"
#include "base/memory.h"
#include "objects/decode.h"

/* Of a template's spec. */
void ro_scheduling_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *pod_spec,
                          struct rollout_scheduling *ret);

/* spec.taints of a node; *ret_count is how many. */
const struct rollout_taint *ro_read_taints(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *spec,
                                           size_t *ret_count);

/* The node that a pod's affinity binds it to: the only value of its first requirement metadata.name In. Absent
 * where there is no such requirement, or it has not exactly one value. */
struct rollout_str ro_read_target_node(struct ro_decoder *d, const struct ro_at *pod_spec);

/* The text of an effect; absent = every one. One that is none is not kept: that it is none is all that counts. */
struct rollout_str ro_effect_text(uint32_t effect);

/* Binds a pod to a node by its affinity, in the place of whatever nodes its spec requires; preferences stay. */
void ro_require_node(struct ro_arena *arena, struct ro_edit *pod_spec, struct rollout_str node);

#endif

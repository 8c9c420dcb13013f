/* SPDX-License-Identifier: Apache-2.0 */
/* Pods and nodes: from objects to facts. */
#ifndef RO_OBJECTS_POD_H
#define RO_OBJECTS_POD_H

#include <rollout/snapshot.h>
#include <rollout/workload.h>

#include "base/memory.h"
#include "objects/decode.h"
#include "objects/storage.h"
#include "rules/gates.h"

/* The text of ROLLOUT_PHASE_*; absent for NONE and OTHER. */
struct rollout_str ro_pod_phase_text(uint32_t phase);

/* The facts of a Pod (cloneset.md 2.1). in_place: NULL where the pod needs none (ro_pod_may_in_place). */
void ro_pod_decode(struct ro_decoder *d, const struct ro_at *pod, const struct ro_gates *gates,
                   struct rollout_pod *ret_pod, struct rollout_in_place *in_place);

/* Marks what of a pod does not fit its workload: its labels the selector, its volumes the claim templates. object: its
 * tree. storage: opened for this workload. */
void ro_pod_select(struct rollout_pod *pod, const struct rollout_node *object, const struct rollout_workload *workload,
                   struct ro_storage *storage);

/* Whether the pod could have in-place facts: one of the annotations, or a container with a resizePolicy. */
bool ro_pod_may_in_place(const struct rollout_node *pod);

/* Checks spec.containers or spec.initContainers of a pod or template: names, images, env, resources. */
void ro_check_containers(struct ro_decoder *d, const struct ro_at *spec, const char *key);

void ro_node_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *node,
                    struct rollout_node_facts *ret);

/* The value of annotation controller.kubernetes.io/pod-deletion-cost: it counts only if it begins with '-' or 1 to 9, or is
 * "0", and fits in 32 bits; else it is 0. */
int32_t ro_deletion_cost(struct rollout_str text);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Pods, nodes and claims: from objects to facts. */
#ifndef RO_OBJECTS_POD_H
#define RO_OBJECTS_POD_H

#include <rollout/cloneset.h>
#include <rollout/snapshot.h>

#include "objects/decode.h"
#include "rules/gates.h"

/* The facts of a Pod (cloneset.md 2.1). in_place: NULL where the pod needs none (ro_pod_may_in_place). */
void ro_pod_decode(struct ro_decoder *d, const struct ro_at *pod, const struct ro_gates *gates,
                   struct rollout_pod *ret_pod, struct rollout_in_place *in_place);

/* Marks a pod whose labels the workload's selector does not match. */
void ro_pod_select(struct rollout_pod *pod, const struct rollout_cloneset *cloneset);

/* Whether the pod could have in-place facts: one of the annotations, or a container with a resizePolicy. */
bool ro_pod_may_in_place(const struct rollout_node *pod);

/* Checks spec.containers or spec.initContainers of a pod or template: names, images, env, resources. */
void ro_check_containers(struct ro_decoder *d, const struct ro_at *spec, const char *key);

void ro_node_decode(struct ro_decoder *d, const struct ro_at *node, struct rollout_node_facts *ret);
/* uid: of the workload; an owner reference that names it makes the claim its own. */
void ro_claim_decode(struct ro_decoder *d, const struct ro_at *claim, struct rollout_str uid, struct rollout_claim *ret);

#endif

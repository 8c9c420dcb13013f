/* SPDX-License-Identifier: Apache-2.0 */
/* From ReplicaSet objects to the spec of one that is planned, and to the facts of those of a Deployment. Source:
 * deployment.md 3.1, 11 and 14. */
#ifndef RO_OBJECTS_REPLICASET_H
#define RO_OBJECTS_REPLICASET_H

#include <rollout/replicaset.h>
#include <rollout/snapshot.h>

#include "base/memory.h"
#include "objects/decode.h"

/* ret->status will be ret_status. */
void ro_replicaset_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object,
                          struct rollout_replicaset *ret, struct rollout_replicaset_status *ret_status);

/* template: the Deployment's; NULL: beside a ReplicaSet there is none. */
void ro_replica_set_facts_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object,
                                 const struct rollout_node *template, struct rollout_replica_set_facts *ret);

/* Two templates are equal as upstream has it: their labels but for pod-template-hash. */
bool ro_same_template(const struct rollout_node *a, const struct rollout_node *b);

/* Which ReplicaSet an object's controller is, by its uid. */
struct ro_replica_set_index {
    const struct rollout_replica_set_facts *sets;
    uint32_t *order; /* by uid */
    uint32_t count;
};

/* False on lack of memory. */
bool ro_replica_set_index(struct ro_arena *arena, const struct rollout_replica_set_facts *sets, size_t count,
                          struct ro_replica_set_index *ret);

/* Its place from 1; 0 where there is none of this uid. */
uint32_t ro_replica_set_find(const struct ro_replica_set_index *index, struct rollout_str uid);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Who is deleted first by scale in: the deletion order with its same-node and topology-spread ranks.
 * Source: cloneset.md 5.7, 5.8. */
#ifndef RO_RULES_RANK_H
#define RO_RULES_RANK_H

#include <rollout/snapshot.h>

#include "base/abi.h"
#include "rules/pods.h"

struct ro_delete_order {
    const struct ro_pods *pods;
    const struct ro_abi_array *nodes;         /* of struct rollout_node_facts */
    const struct rollout_strs *topology_keys; /* none: rank by same node */
    const uint8_t *marks;                     /* one a pod of the snapshot */
    uint8_t available;                        /* the bit of marks that says: available */
};

/* Bytes of scratch for a group of n pods; at most 48 a pod and 32 a node. SIZE_MAX on overflow. */
size_t ro_delete_order_scratch(const struct ro_delete_order *order, size_t n);

/* Sorts the group, first to be deleted first. Stable. */
void ro_delete_order_sort(const struct ro_delete_order *order, uint32_t *group, size_t n, void *scratch);

#endif

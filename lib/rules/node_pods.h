/* SPDX-License-Identifier: Apache-2.0 */
/* Pods by the node that they are on, or bound to, in n log n. Source: daemonset.md 4.1. */
#ifndef RO_RULES_NODE_PODS_H
#define RO_RULES_NODE_PODS_H

#include <rollout/snapshot.h>

#include "base/abi.h"
#include "rules/pods.h"

/* Places are the names of the nodes, and those that pods name and no node has, in byte order. */
struct ro_node_pods {
    size_t count;      /* of places */
    uint32_t *node;    /* of a place: index of its node, ROLLOUT_NONE = there is none */
    uint32_t *first;   /* of a place: its pods are pods[first[place]] up to pods[first[place + 1]]; count + 1 of them */
    uint32_t *pods;    /* in input order */
    uint32_t *place;   /* of a pod; ROLLOUT_NONE = it names no node, or was left out */
    uint32_t *of_node; /* place of a node */
};

/* Room that ro_node_pods_fill() needs: count of uint32_t. */
size_t ro_node_pods_room(size_t n_nodes, size_t n_pods);

/* left_out: one byte a pod, not 0 = the pod does not count. ROLLOUT_OK, or ROLLOUT_ERR_INVALID for two nodes of one name
 * and for a node_index beyond the nodes. nodes: of struct rollout_node_facts. */
int ro_node_pods_fill(struct ro_node_pods *ret, const struct ro_abi_array *nodes, const struct ro_pods *pods,
                      const uint8_t *left_out, uint32_t *room, struct rollout_error *reterr);

/* The place of that name; ROLLOUT_NONE if there is none. */
uint32_t ro_node_pods_find(const struct ro_node_pods *by, const struct ro_abi_array *nodes, const struct ro_pods *pods,
                           struct rollout_str name);

static inline const struct rollout_node_facts *ro_node_at(const struct ro_abi_array *nodes, size_t i)
{
    return (const struct rollout_node_facts *)(const void *)(nodes->items + i * nodes->stride);
}

/* The node that the pod is on or bound to, by its name; empty = none. */
static inline struct rollout_str ro_pod_node(const struct rollout_pod *pod)
{
    return pod->node.len ? pod->node : pod->target_node;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Which nodes a workload that runs a pod a node may use. Source: daemonset.md 3. */
#ifndef RO_RULES_NODES_H
#define RO_RULES_NODES_H

#include <stdbool.h>

#include <rollout/scheduling.h>
#include <rollout/snapshot.h>

/* The first check of a node that fails. */
enum ro_node_check { RO_NODE_FITS = 0, RO_NODE_NAME, RO_NODE_SELECTOR, RO_NODE_AFFINITY, RO_NODE_TAINT, RO_NODE_CORDONED, RO_NODE_ROOM };

/* What a template says of nodes, looked at once. */
struct ro_node_rule {
    const struct rollout_scheduling *scheduling;
    uint32_t label_hint;   /* see ro_labels_find */
    const uint8_t *usable; /* a byte a term of the affinity */
    bool plain;            /* no daemon pods: they tolerate what they say, and nothing else */
};

/* usable has room for a byte a term. */
struct ro_node_rule ro_node_rule(const struct rollout_scheduling *scheduling, uint8_t *usable);

/* The answer on one node, small since there is one a node. */
struct ro_node_fit {
    uint8_t check;     /* enum ro_node_check */
    uint8_t runs;      /* shouldRun: a pod is wanted there */
    uint8_t continues; /* shouldContinue: a pod that is there may stay */
    uint8_t reserved;
    uint32_t which; /* label of the node selector, or taint of the node, that decided */
};

struct ro_node_fit ro_node_fit(struct ro_node_rule *rule, const struct rollout_node_facts *node);

/* The same for one that is no daemon's (plain): then also whether the node is cordoned, and has room for the requests when
 * it is empty (broadcastjob.md 2.2). which is the request that is too large; one beyond them is the pod itself. */
struct ro_node_fit ro_node_fit_empty(struct ro_node_rule *rule, const struct rollout_resource *requests, size_t count,
                                     const struct rollout_node_facts *node);

/* What failed, as texts to be put together: a taint "key=value:effect", or a field of the template with what it asks
 * for. Those not needed are absent. */
void ro_node_fit_text(const struct ro_node_fit *fit, const struct rollout_scheduling *scheduling,
                      const struct rollout_node_facts *node, struct rollout_str ret_parts[4]);

#endif

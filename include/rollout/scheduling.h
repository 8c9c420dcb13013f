/* SPDX-License-Identifier: Apache-2.0 */
/** @file scheduling.h
 *  Which nodes a pod may run on, as far as Kubernetes says so in the pod and the node: node selector, node
 *  affinity, taints and tolerations. Rules: daemonset.md 3. */
#ifndef ROLLOUT_SCHEDULING_H
#define ROLLOUT_SCHEDULING_H

#include <rollout/base.h>
#include <rollout/selector.h>

#ifdef __cplusplus
extern "C" {
#endif

/** effect of a taint or a toleration. */
enum {
    ROLLOUT_EFFECT_ANY = 0, /**< none given: of a toleration, every effect */
    ROLLOUT_EFFECT_NO_SCHEDULE = 1,
    ROLLOUT_EFFECT_PREFER_NO_SCHEDULE = 2,
    ROLLOUT_EFFECT_NO_EXECUTE = 3,
    ROLLOUT_EFFECT_OTHER = 4 /**< a text that is no effect: matches nothing */
};

/** One of a node's spec.taints. Frozen. */
struct rollout_taint {
    struct rollout_str key;
    struct rollout_str value;
    uint32_t effect;   /**< ROLLOUT_EFFECT_* */
    uint32_t reserved; /**< zero */
};

/** operator of a toleration. */
enum {
    ROLLOUT_TOLERATION_EQUAL = 0, /**< also where none is given */
    ROLLOUT_TOLERATION_EXISTS = 1,
    ROLLOUT_TOLERATION_OTHER = 2 /**< a text that is no operator: tolerates nothing */
};

/** One of a pod template's tolerations. Frozen. */
struct rollout_toleration {
    struct rollout_str key; /**< empty = every key */
    struct rollout_str value;
    uint32_t op;     /**< ROLLOUT_TOLERATION_* */
    uint32_t effect; /**< ROLLOUT_EFFECT_* */
};

/** One of nodeSelectorTerms: all expressions (over the node's labels) and all fields must hold; a term with
 *  neither matches nothing. Frozen. */
struct rollout_node_term {
    const struct rollout_requirement *expressions; /**< also ROLLOUT_OPERATOR_GT and _LT */
    size_t expression_count;
    const struct rollout_requirement *fields; /**< key metadata.name, In or NotIn, one value */
    size_t field_count;
};

/** affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution: one of the terms must hold. Frozen. */
struct rollout_node_affinity {
    uint32_t set;      /**< 0 = absent: every node matches; 1 without terms: none does */
    uint32_t reserved; /**< zero */
    const struct rollout_node_term *terms;
    size_t term_count;
};

/** An amount of a resource: what a pod needs of it, or what a node has to give. Frozen. */
struct rollout_resource {
    struct rollout_str name; /**< "cpu", "memory", "ephemeral-storage", "pods", "example.com/gpu" */
    int64_t amount;          /**< cpu: thousandths; else whole units (bytes, pieces), a fraction rounded up */
};

/** What of a pod template decides on which nodes its pods may run. Frozen. */
struct rollout_scheduling {
    struct rollout_str node_name;        /**< spec.nodeName; empty = any */
    struct rollout_labels node_selector; /**< spec.nodeSelector */
    struct rollout_node_affinity affinity;
    const struct rollout_toleration *tolerations; /**< as they stand in the template */
    size_t toleration_count;
    uint32_t host_network; /**< 0 or 1 */
    uint32_t reserved;     /**< zero */
};

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/** @file order.h
 *  The order in which pods are released. Each function permutes the caller's list of indexes (from
 *  0, into the pods) and keeps the incoming order of equals; memory of its own is gone when it
 *  returns. Source of the rules: ordering.md 3, 6, 7. */
#ifndef ROLLOUT_ORDER_H
#define ROLLOUT_ORDER_H

#include <rollout/base.h>
#include <rollout/selector.h>
#include <rollout/snapshot.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A term of weightPriority: pods that match have the weight added. A selector that is not usable
 *  matches nothing. Frozen. */
struct rollout_weight_term {
    struct rollout_selector selector;
    int32_t weight;
    uint32_t reserved; /**< zero */
};

/** priorityStrategy. With weights the keys are ignored. Frozen. */
struct rollout_priority {
    const struct rollout_weight_term *weights;
    size_t weight_count;
    struct rollout_strs ordered_keys;
};

/** scatterStrategy: pods with this label are spread over the order. Terms are label pairs. Frozen. */
struct rollout_order {
    struct rollout_priority priority;
    struct rollout_labels scatter;
};

/** A pod's place in the priority strategy: greater weight first; without weights lower level first
 *  (-1: the pod has none of the keys), then the greater number. Frozen. */
struct rollout_priority_key {
    int64_t weight;
    int64_t number;
    int32_t level;
    uint32_t reserved; /**< zero */
};

/** The default order: not scheduled, not running, not ready first, then most recently ready, most
 *  restarted, newest. Returns ROLLOUT_OK, ROLLOUT_ERR_ABI, ROLLOUT_ERR_INVALID (an index outside
 *  the pods, error.index tells where in the list) or ROLLOUT_ERR_NOMEM; so do the next three.
 *  Since: 0.1 (testing) */
ROLLOUT_API int rollout_order_default(const struct rollout_pods *pods, uint32_t *indices, size_t n_indices,
                                      struct rollout_error *reterr);

/** Priority on top of the incoming order. Since: 0.1 (testing) */
ROLLOUT_API int rollout_order_priority(const struct rollout_priority *priority, const struct rollout_pods *pods,
                                       uint32_t *indices, size_t n_indices, struct rollout_error *reterr);

/** Scatter on top of the incoming order; the density is that of all pods, waiting or not.
 *  Since: 0.1 (testing) */
ROLLOUT_API int rollout_order_scatter(const struct rollout_labels *scatter, const struct rollout_pods *pods,
                                      uint32_t *indices, size_t n_indices, struct rollout_error *reterr);

/** CloneSet's whole order: default, priority, scatter, then pods in state PreparingUpdate to the
 *  front. Since: 0.1 (testing) */
ROLLOUT_API int rollout_order_update(const struct rollout_order *order, const struct rollout_pods *pods,
                                     uint32_t *indices, size_t n_indices, struct rollout_error *reterr);

/** The key that the priority strategy gives a pod with these labels; a strategy or labels that cannot be read are none.
 *  Since: 0.1 (testing) */
ROLLOUT_API void rollout_order_priority_key(const struct rollout_priority *priority,
                                            const struct rollout_labels *labels,
                                            struct rollout_priority_key *ret_key);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The release order in the planner's own memory. Public side: rollout/order.h. */
#ifndef RO_RULES_ORDER_H
#define RO_RULES_ORDER_H

#include <stdbool.h>

#include <rollout/order.h>

#include "rules/columns.h"
#include "rules/pods.h"

/* Pending and whatever else there is first, then Unknown, then Running. */
static inline unsigned ro_phase_ordinal(uint32_t phase)
{
    return phase == ROLLOUT_PHASE_RUNNING ? 2 : phase == ROLLOUT_PHASE_UNKNOWN;
}

/* The default order as columns, the smaller first (ordering.md 3). Pods in state PreparingUpdate come
 * before the others where the order asks for that (preparing_first). */
#define RO_ORDER_COLUMNS 5
static RO_ALWAYS_INLINE void ro_order_read(const struct rollout_pod *pod, bool preparing_first, uint64_t *columns)
{
    bool ready = pod->flags & ROLLOUT_POD_READY;
    bool later = preparing_first && pod->lifecycle_state != ROLLOUT_STATE_PREPARING_UPDATE;
    columns[0] = (uint64_t)later << 4 | (uint64_t)(pod->node.len > 0) << 3 | ro_phase_ordinal(pod->phase) << 1 | ready;
    columns[1] = ready ? ro_later_first(pod->ready_since_ms) : 0;
    columns[2] = ro_greater_first(pod->restarts);
    columns[3] = ro_greater_first(pod->sidecar_restarts);
    columns[4] = ro_later_first(pod->created_ms);
}

/* Measures a pod, for whoever passes over all pods anyway: ro_order_update then need not. */
static RO_ALWAYS_INLINE void ro_order_measure(struct ro_columns *measured, const struct rollout_pod *pod)
{
    uint64_t columns[RO_ORDER_COLUMNS];
    ro_order_read(pod, true, columns);
    ro_columns_measure(measured, columns, RO_ORDER_COLUMNS);
}

/* The order is the default one alone, so that measured columns help. */
static inline bool ro_order_is_default(const struct rollout_order *order)
{
    return order->priority.weight_count == 0 && order->priority.ordered_keys.count == 0 && order->scatter.count == 0;
}

/* Bytes of scratch for n candidates out of n_pods: 32 a candidate and 4 a weight term; with scatter at
 * least 4 a candidate, 4 a pod and 64 a scatter term (the two shares overlap). SIZE_MAX on overflow. */
size_t ro_order_scratch(const struct rollout_order *order, size_t n, size_t n_pods);

/* CloneSet's whole order: the first k of it come to the front, in order; the rest follows in its
 * order too where `whole` is set, else in any. k may exceed n.
 * measured: of at least these pods, where ro_order_is_default; else NULL.
 * Scatter takes its density from the pods whose mark has the bit `counted` (upstream sorts with the
 * active pods alone at hand); marks, one a pod, may be NULL: all count. */
void ro_order_update(const struct rollout_order *order, const struct ro_pods *pods, const uint8_t *marks,
                     uint8_t counted, const struct ro_columns *measured, uint32_t *indices, size_t n, size_t k,
                     bool whole, void *scratch);

/* Priority alone, on top of the incoming order. Scratch: ro_order_scratch of an order without scatter. */
void ro_order_priority(const struct rollout_priority *priority, const struct ro_pods *pods, uint32_t *indices, size_t n,
                       void *scratch);

#endif

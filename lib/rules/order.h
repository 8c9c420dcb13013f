/* SPDX-License-Identifier: Apache-2.0 */
/* The release order in the planner's own memory. Public side: rollout/order.h. */
#ifndef RO_RULES_ORDER_H
#define RO_RULES_ORDER_H

#include <stdbool.h>

#include <rollout/order.h>

#include "rules/pods.h"

/* Pending and whatever else there is first, then Unknown, then Running. */
static inline unsigned ro_phase_ordinal(uint32_t phase)
{
    return phase == ROLLOUT_PHASE_RUNNING ? 2 : phase == ROLLOUT_PHASE_UNKNOWN;
}

/* Bytes of scratch for n candidates out of n_pods: 32 a candidate and 4 a weight term; with scatter at
 * least 4 a candidate, 4 a pod and 64 a scatter term (the two shares overlap). SIZE_MAX on overflow. */
size_t ro_order_scratch(const struct rollout_order *order, size_t n, size_t n_pods);

/* CloneSet's whole order: the first k of it come to the front, in order; the rest follows in its
 * order too where `whole` is set, else in any. k may exceed n.
 * Scatter takes its density from the pods whose mark has the bit `counted` (upstream sorts with the
 * active pods alone at hand); marks, one a pod, may be NULL: all count. */
void ro_order_update(const struct rollout_order *order, const struct ro_pods *pods, const uint8_t *marks,
                     uint8_t counted, uint32_t *indices, size_t n, size_t k, bool whole, void *scratch);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* How far an update may go through its candidates: maxUnavailable, and the walk that stops at the first
 * candidate that it refuses. Source: cloneset.md 6.3. */
#ifndef RO_RULES_BUDGET_H
#define RO_RULES_BUDGET_H

#include <stddef.h>
#include <stdint.h>

struct ro_budget {
    int64_t limit;              /* pods that may be unavailable; may be negative */
    int64_t unavailable;        /* of all pods, before the walk */
    int64_t unavailable_target; /* of those at the target revision */
};

struct ro_walk {
    size_t taken;              /* the first so many candidates */
    int64_t taken_available;   /* of them, those that were available: what the walk itself costs */
};

/* candidates: places of pods in their order; marks: one byte a pod, with the bit `available`. A candidate
 * that is not available costs nothing of `unavailable`, which has it already, but all count towards
 * the target's. It never skips a candidate. */
struct ro_walk ro_budget_walk(const struct ro_budget *budget, const uint8_t *marks, uint8_t available,
                              const uint32_t *candidates, size_t n);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Feature gates, resolved: those named, else upstream's default. */
#ifndef RO_RULES_GATES_H
#define RO_RULES_GATES_H

#include <stdbool.h>

#include <rollout/workload.h>

#define RO_GATE_COUNT 15 /* one more than the largest ROLLOUT_GATE_* */

struct ro_gates {
    bool on[RO_GATE_COUNT]; /* by ROLLOUT_GATE_* */
};

/* gates may be NULL if count is 0. ROLLOUT_OK, or ROLLOUT_ERR_INVALID for an unknown number. */
int ro_gates_resolve(const struct rollout_gate *gates, size_t count, struct ro_gates *ret,
                     struct rollout_error *reterr);

/* The gate of this name, 0 if there is none that bears on a plan. */
uint32_t ro_gate_from_name(struct rollout_str name);

/* The name of a gate that ro_gates_resolve() has taken. */
struct rollout_str ro_gate_name(uint32_t gate);

/* ROLLOUT_DIFF_* flags of an in-place comparison; in_place_only: the policy ignores claim templates. */
uint32_t ro_gates_diff_flags(const struct ro_gates *gates, bool in_place_only);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Where somebody stands in the order of the update, and the arithmetic behind what a limit decided. */
#ifndef EXAMPLES_WALK_H
#define EXAMPLES_WALK_H

#include <rollout/rollout.h>

#include "text.h"

/* The place of a subject that waits for its turn, from 1; 0 where it does not, or where the verdict itself says
 * another place. */
size_t walk_place(const struct rollout_world *world, const struct rollout_candidates *candidates,
                  const struct rollout_verdict *verdict);

/* Two lines of arithmetic behind a verdict that a limit decided; nothing for others, and nothing where the plan
 * counts otherwise. */
void walk_explain(const struct rollout_world *world, const struct rollout_plan *plan,
                  const struct rollout_candidates *candidates, const struct rollout_verdict *verdict, struct text *out);

#endif

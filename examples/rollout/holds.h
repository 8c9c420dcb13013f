/* SPDX-License-Identifier: Apache-2.0 */
/* Why nothing moves any more: the limits of the last plan, and whom it holds. */
#ifndef EXAMPLES_HOLDS_H
#define EXAMPLES_HOLDS_H

#include <rollout/rollout.h>

#include "text.h"

/* Verdicts grouped by reason, with three names and the sentence of the first; for people, or one JSON object. */
void add_holds(struct text *out, const struct rollout_world *world, const struct rollout_plan *plan, bool json);

#endif

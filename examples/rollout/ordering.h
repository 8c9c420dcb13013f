/* SPDX-License-Identifier: Apache-2.0 */
/* What the orders of all kinds share. */
#ifndef EXAMPLES_ORDERING_H
#define EXAMPLES_ORDERING_H

#include <stdbool.h>

#include <rollout/rollout.h>

#include "table.h"
#include "text.h"

/* The strategy gives pods keys. NULL: there is none. */
bool order_has_keys(const struct rollout_priority *priority);

/* A pod's key, where there are any: members of an object, or a cell. pod: NULL for one that is not there. */
void order_add_key_json(struct text *out, const struct rollout_priority *priority, const struct rollout_pod *pod);
void order_key_cell(struct table *table, const struct rollout_priority *priority, const struct rollout_pod *pod);

/* {"kind":"Order","workload":{...},"revision":..., without the closing brace. */
void order_add_head(struct text *out, const struct rollout_world *world, const struct rollout_candidates *candidates);

/* A StatefulSet's places and a DaemonSet's nodes. */
void order_places_json(const struct rollout_world *world, const struct rollout_candidates *candidates,
                       struct text *out);
void order_places_text(const struct rollout_world *world, const struct rollout_candidates *candidates,
                       struct text *out);

#endif

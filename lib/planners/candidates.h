/* SPDX-License-Identifier: Apache-2.0 */
/* Writing down the candidates of an update. */
#ifndef RO_PLANNERS_CANDIDATES_H
#define RO_PLANNERS_CANDIDATES_H

#include <rollout/candidates.h>

/* A block with room for `count` items, none of which is there yet. ROLLOUT_OK or ROLLOUT_ERR_NOMEM. */
int ro_candidates_begin(size_t count, struct rollout_candidates **ret, struct rollout_candidate **ret_items,
                        struct rollout_error *reterr);

/* The next item, counted by its standing. */
void ro_candidates_add(struct rollout_candidates *candidates, struct rollout_candidate *items,
                       struct rollout_candidate item);

#endif

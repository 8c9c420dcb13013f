/* SPDX-License-Identifier: Apache-2.0 */
#include "planners/candidates.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"

int ro_candidates_begin(size_t count, struct rollout_candidates **ret, struct rollout_candidate **ret_items,
                        struct rollout_error *reterr)
{
    struct ro_layout layout = { 0 };
    ro_layout_add(&layout, 1, sizeof(struct rollout_candidates));
    size_t items = ro_layout_add(&layout, count, sizeof(struct rollout_candidate));
    char *block = ro_layout_alloc(&layout);
    if (!block)
        return ro_error_nomem(reterr);
    *ret = (struct rollout_candidates *)(void *)block;
    *ret_items = (struct rollout_candidate *)(void *)(block + items);
    **ret = (struct rollout_candidates){ .struct_size = sizeof **ret, .items = *ret_items, .unavailable = -1 };
    return ROLLOUT_OK;
}

void ro_candidates_add(struct rollout_candidates *candidates, struct rollout_candidate *items,
                       struct rollout_candidate item)
{
    bool waits = item.standing == ROLLOUT_CANDIDATE_WAITING || item.standing == ROLLOUT_CANDIDATE_SELECTED;
    candidates->updated += item.standing == ROLLOUT_CANDIDATE_DONE;
    candidates->old += waits;
    items[candidates->count++] = item;
}

void rollout_candidates_free(struct rollout_candidates *candidates)
{
    free(candidates);
}

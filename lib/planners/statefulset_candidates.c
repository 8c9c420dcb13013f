/* SPDX-License-Identifier: Apache-2.0 */
/* The places of a StatefulSet in the order of its update. Source: statefulset.md 9.2 and 9.3. */
#include "planners/statefulset_pass.h"

int sts_candidates(const struct pass *pass, struct rollout_candidates **ret, struct rollout_error *reterr)
{
    struct rollout_candidates *candidates;
    struct rollout_candidate *items;
    int r = ro_candidates_begin(pass->listed_count, &candidates, &items, reterr);
    if (r)
        return r;
    for (size_t i = 0; i < pass->listed_count; i++) {
        uint32_t rank = pass->candidates[i], pod = pass->slot_pods[rank] ? pass->slot_pods[rank] - 1 : ROLLOUT_NONE;
        struct rollout_candidate item = { ROLLOUT_SUBJECT_ORDINAL, (uint32_t)pass->ordinals[rank],
                                          ROLLOUT_CANDIDATE_WAITING, pod };
        if (sts_place_done(pass, rank))
            item.standing = ROLLOUT_CANDIDATE_DONE;
        ro_candidates_add(candidates, items, item);
    }
    candidates->revision = pass->update;
    candidates->within = pass->candidate_count;
    candidates->counted = (int64_t)pass->slots;
    candidates->unavailable = pass->run.unavailable_before;
    *ret = candidates;
    return ROLLOUT_OK;
}

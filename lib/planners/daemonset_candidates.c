/* SPDX-License-Identifier: Apache-2.0 */
/* The nodes of a DaemonSet in the order of its update, also where updates are off. Source: daemonset.md 10.3. */
#include "planners/daemonset_pass.h"

static struct rollout_candidate candidate(const struct sync *sync, uint32_t place)
{
    const struct pair pair = sync_pair(sync, place);
    uint32_t live = pair.old ? pair.old : pair.new_, node = sync->by.node[place];
    uint32_t pod = live && live != SYNC_CREATED ? live - 1 : ROLLOUT_NONE;
    struct rollout_candidate item = { ROLLOUT_SUBJECT_NODE, node, ROLLOUT_CANDIDATE_WAITING, pod };
    if (node == ROLLOUT_NONE) { /* by whatever pod is there: some is */
        item.subject_kind = ROLLOUT_SUBJECT_POD;
        item.subject = pod == ROLLOUT_NONE ? sync->by.pods[sync->by.first[place]] : pod;
    }
    switch (sync_class_by_pods(sync, place)) {
    case PLACE_UPDATED:
        item.standing = ROLLOUT_CANDIDATE_DONE;
        break;
    case PLACE_UPDATING:
        item.standing = ROLLOUT_CANDIDATE_EMPTY;
        break;
    default:
        if ((sync->classes[place] & PLACE_MASK) == PLACE_SELECTED)
            item.standing = ROLLOUT_CANDIDATE_SELECTED;
        break;
    }
    return item;
}

int sync_candidates(struct sync *sync, struct rollout_candidates **ret, struct rollout_error *reterr)
{
    struct rollout_candidates *candidates;
    struct rollout_candidate *items;
    sync_list(sync);
    size_t count = sync->list_count + sync->behind_count;
    int r = ro_candidates_begin(count, &candidates, &items, reterr);
    if (r)
        return r;
    for (size_t i = 0; i < count; i++)
        ro_candidates_add(candidates, items, candidate(sync, sync->list[i]));
    candidates->revision = sync->history.update;
    candidates->within = sync->limits.partition_unusable ? 0 : sync->list_count;
    candidates->counted = sync->member_count;
    if (sync->rolled)
        candidates->unavailable = sync->used;
    *ret = candidates;
    return ROLLOUT_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Old ReplicaSets beyond the history limit. Source: deployment.md 9. */
#include "base/sort.h"
#include "planners/deployment_pass.h"

/* By number; where they are equal, or one is none, by age. With one that is no number among others this is no order:
 * then the walk decides, see sort_by_revision(). */
static int by_revision(const void *context, uint32_t a, uint32_t b)
{
    const struct roll *roll = context;
    int64_t x, y;
    bool known = roll_revision(roll, a, &x);
    known = roll_revision(roll, b, &y) && known;
    return !known || x == y ? roll_by_age(roll, a, b) : x < y ? -1 : 1;
}

/* Up to twelve Go sorts by insertion, which tells what comes out where the comparison is no order. */
static void sort_by_revision(struct roll *roll, uint32_t *sets, uint32_t count)
{
    enum { BY_INSERTION = 12 };
    if (count > BY_INSERTION) {
        ro_sort_indices(sets, count, roll->scratch, by_revision, roll);
        return;
    }
    for (uint32_t i = 1; i < count; i++)
        for (uint32_t k = i; k > 0 && by_revision(roll, sets[k], sets[k - 1]) < 0; k--) {
            uint32_t set = sets[k];
            sets[k] = sets[k - 1];
            sets[k - 1] = set;
        }
}

void roll_cleanup(struct roll *roll)
{
    const struct rollout_opt *limit = &roll->spec->revision_history_limit;
    bool youngest_first = roll->row == ROLL_PAUSED; /* its scaling has sorted them so */
    uint32_t count = 0;
    if (!limit->set || limit->value == ROLLOUT_DEPLOYMENT_NO_LIMIT)
        return;
    for (uint32_t i = 0; i < roll->old_count; i++) {
        uint32_t set = roll->olds[youngest_first ? roll->old_count - 1 - i : i];
        if (!(roll->sets[set].facts->flags & ROLLOUT_REPLICA_SET_TERMINATING))
            roll->list[count++] = set;
    }
    int64_t surplus = (int64_t)count - limit->value;
    if (surplus <= 0)
        return;
    sort_by_revision(roll, roll->list, count);
    for (uint32_t i = 0; i < count && i < surplus; i++) {
        const struct roll_set *set = &roll->sets[roll->list[i]];
        /* The size before the pass: what it has just scaled up goes, too. */
        if (set->existing != 0 || set->was != 0 || set->facts->generation > set->facts->observed_generation)
            continue;
        struct roll_act *act = roll_act(roll, ROLLOUT_OP_DELETE_REPLICA_SET, roll->list[i]);
        if (act)
            act->place = (int64_t)i + 1;
    }
}

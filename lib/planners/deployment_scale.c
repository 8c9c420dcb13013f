/* SPDX-License-Identifier: Apache-2.0 */
/* Scaling while several ReplicaSets have pods. Source: deployment.md 5. */
#include "base/sort.h"
#include "planners/deployment_pass.h"

bool roll_is_stale(const struct roll *roll, uint32_t set)
{
    int64_t desired;
    return roll_active(&roll->sets[set]) && roll_size_annotation(roll, set, RO_STR(ROLL_DESIRED), &desired) &&
           desired != roll->replicas;
}

bool roll_scaling_event(const struct roll *roll)
{
    for (uint32_t i = 0; i < roll->count; i++)
        if (roll_is_stale(roll, i))
            return true;
    return false;
}

/* Larger first; among equals the younger first. */
static int by_size_newer(const void *context, uint32_t a, uint32_t b)
{
    const struct roll *roll = context;
    int64_t x = roll->sets[a].size, y = roll->sets[b].size;
    return x != y ? (x > y ? -1 : 1) : roll_by_age(roll, b, a);
}

static int by_size_older(const void *context, uint32_t a, uint32_t b)
{
    const struct roll *roll = context;
    int64_t x = roll->sets[a].size, y = roll->sets[b].size;
    return x != y ? (x > y ? -1 : 1) : roll_by_age(roll, a, b);
}

/* spec(x) * (R + S) / base, rounded half away from zero, less spec(x). All three are at least 0. */
static int64_t share_of(const struct roll *roll, uint32_t set)
{
    int64_t size = roll->sets[set].size, base;
    if (roll->replicas == 0)
        return -size;
    if (!roll_size_annotation(roll, set, RO_STR(ROLL_MAX), &base) || base == 0)
        base = roll->status.replicas;
    if (base <= 0)
        return 0;
    int64_t most = roll->limit >= 0 ? roll->replicas : roll->replicas + roll->surge;
    uint64_t twice = 2 * (uint64_t)size * (uint64_t)most; /* at most 2^64 - 2^34 + 4 */
    uint64_t whole = twice / (2 * (uint64_t)base), rest = twice % (2 * (uint64_t)base);
    return (int64_t)(whole + (rest >= (uint64_t)base)) - size;
}

/* One that is active, whichever it is; none active: the new one, or the youngest old. ROLLOUT_NONE where several are. */
static uint32_t active_or_latest(const struct roll *roll)
{
    uint32_t active = ROLLOUT_NONE, count = 0;
    for (uint32_t i = 0; i < roll->count; i++)
        if (roll_active(&roll->sets[i])) {
            active = i;
            count++;
        }
    if (count > 0)
        return count == 1 ? active : ROLLOUT_NONE;
    if (roll->new_set != ROLLOUT_NONE || roll->old_count == 0)
        return roll->new_set;
    return roll->olds[roll->old_count - 1];
}

static bool is_saturated(const struct roll *roll)
{
    int64_t desired;
    if (roll->new_set == ROLLOUT_NONE)
        return false;
    const struct roll_set *set = &roll->sets[roll->new_set];
    return roll_number(roll_annotation(roll, roll->new_set, RO_STR(ROLL_DESIRED)), &desired) &&
           set->was == roll->replicas && desired == roll->replicas && set->available == roll->replicas;
}

/* The active ones, youngest old first, the new one last. */
static uint32_t list_active(struct roll *roll)
{
    uint32_t count = 0;
    for (uint32_t i = roll->old_count; i-- > 0;)
        if (roll_active(&roll->sets[roll->olds[i]]))
            roll->list[count++] = roll->olds[i];
    if (roll->new_set != ROLLOUT_NONE && roll_active(&roll->sets[roll->new_set]))
        roll->list[count++] = roll->new_set;
    return count;
}

static int64_t bounded_share(const struct roll *roll, uint32_t set, int64_t add, int64_t added)
{
    if (add == added)
        return 0;
    int64_t share = share_of(roll, set), rest = add - added;
    return add > 0 ? (share < rest ? share : rest) : (share > rest ? share : rest);
}

static void scale_in_proportion(struct roll *roll)
{
    uint32_t count = list_active(roll);
    int64_t surge = roll->limit >= 0 ? 0 : roll->surge, total = 0, added = 0;
    for (uint32_t i = 0; i < count; i++)
        total += roll->sets[roll->list[i]].size;
    int64_t add = (roll->replicas > 0 ? roll->replicas + surge : 0) - total;
    if (add != 0)
        ro_sort_indices(roll->list, count, roll->scratch, add > 0 ? by_size_newer : by_size_older, roll);
    for (uint32_t i = 0; i < count && add != 0; i++)
        added += bounded_share(roll, roll->list[i], add, added);
    int64_t leftover = add - added;
    added = 0;
    for (uint32_t i = 0; i < count; i++) {
        int64_t p = add != 0 ? bounded_share(roll, roll->list[i], add, added) : 0;
        int64_t size = roll->sets[roll->list[i]].size + p + (i == 0 ? leftover : 0);
        added += p;
        roll_write_size(roll, roll->list[i], size > 0 ? size : 0);
    }
}

void roll_scale(struct roll *roll)
{
    uint32_t one = active_or_latest(roll);
    if (one != ROLLOUT_NONE) {
        if (roll->sets[one].size != roll->replicas) /* equal: not even its annotations (5.4) */
            roll_write_size(roll, one, roll->replicas);
        return;
    }
    if (roll->old_count == 0)
        return;
    if (is_saturated(roll)) {
        for (uint32_t i = roll->old_count; i-- > 0;)
            if (roll_active(&roll->sets[roll->olds[i]]))
                roll_write_size(roll, roll->olds[i], 0);
        return;
    }
    if (roll->limit >= 0)
        roll_advanced_shrink(roll);
    if (roll->rolling)
        scale_in_proportion(roll);
}

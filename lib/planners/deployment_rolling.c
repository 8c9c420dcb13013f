/* SPDX-License-Identifier: Apache-2.0 */
/* Rolling update over ReplicaSets, and Recreate. Source: deployment.md 3 and 4. */
#include "planners/deployment_pass.h"

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t roll_new_size(const struct roll *roll, int64_t present, int64_t total)
{
    if (!roll->rolling)
        return roll->replicas;
    int64_t most = roll->replicas + roll->raw_surge;
    return total >= most ? present : present + least(most - total, roll->replicas - present);
}

/* Sizes as they were before the pass: upstream reads them from its copies. */
int64_t roll_total(const struct roll *roll)
{
    int64_t total = roll->new_set == ROLLOUT_NONE ? 0 : roll->sets[roll->new_set].was;
    for (uint32_t i = 0; i < roll->old_count; i++)
        total += roll->sets[roll->olds[i]].was;
    return total;
}

/* The old ones that want pods, in age order. */
uint32_t roll_active_olds(struct roll *roll)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < roll->old_count; i++)
        if (roll_active(&roll->sets[roll->olds[i]]))
            roll->list[count++] = roll->olds[i];
    return count;
}

int64_t roll_cleanup_unhealthy(struct roll *roll, const uint32_t *olds, uint32_t count, int64_t budget)
{
    int64_t done = 0;
    for (uint32_t i = 0; i < count && done < budget; i++) {
        const struct roll_set *set = &roll->sets[olds[i]];
        int64_t take = least(budget - done, set->size - set->available);
        if (take == 0)
            continue;
        if (take < 0) { /* a shrink that its status does not show yet: upstream refuses to scale it up here */
            roll->refused = true;
            return -1;
        }
        roll_write_size(roll, olds[i], set->size - take);
        done += take;
    }
    return done;
}

/* Step B. */
static int64_t scale_down_available(struct roll *roll, const uint32_t *olds, uint32_t count)
{
    int64_t rest = roll->sets[roll->new_set].available - (roll->replicas - roll->unavailable), done = 0;
    for (uint32_t i = 0; i < count; i++)
        rest += roll->sets[olds[i]].available;
    roll->total_available = rest + roll->replicas - roll->unavailable;
    for (uint32_t i = 0; i < count && done < rest; i++) {
        const struct roll_set *set = &roll->sets[olds[i]];
        int64_t take = least(set->size, rest - done);
        if (take == 0)
            continue;
        roll_write_size(roll, olds[i], set->size - take);
        done += take;
    }
    roll->taken = done;
    return done;
}

static bool reconcile_new(struct roll *roll)
{
    const struct roll_set *set = &roll->sets[roll->new_set];
    if (set->size == roll->replicas)
        return false;
    if (set->size > roll->replicas)
        return roll_write_size(roll, roll->new_set, roll->replicas);
    if (roll->surge_unusable) {
        roll->failed = true;
        return false;
    }
    int64_t size = roll_new_size(roll, set->size, roll_total(roll));
    if (size == set->size)
        return false;
    return roll_write_size(roll, roll->new_set, size);
}

static bool reconcile_olds(struct roll *roll)
{
    const struct roll_set *set = &roll->sets[roll->new_set];
    uint32_t count = roll_active_olds(roll);
    if (count == 0)
        return false;
    roll->judged_olds = true;
    roll->new_unavailable = set->was - set->available;
    roll->budget = roll_total(roll) - (roll->replicas - roll->unavailable) - roll->new_unavailable;
    if (roll->budget <= 0)
        return false;
    int64_t cleaned = roll_cleanup_unhealthy(roll, roll->list, count, roll->budget);
    if (cleaned < 0)
        return false;
    return scale_down_available(roll, roll->list, count) + cleaned > 0;
}

void roll_rolling(struct roll *roll)
{
    roll_sync_revision(roll, true);
    if (roll->failed)
        return;
    bool scaled = reconcile_new(roll);
    if (roll->failed)
        return;
    if (!scaled && !reconcile_olds(roll) && roll_complete(roll, &roll->status))
        roll_cleanup(roll);
    roll_rollout_status(roll);
}

/* ---- Recreate ---- */

static bool scale_olds_to_zero(struct roll *roll)
{
    uint32_t count = roll_active_olds(roll);
    for (uint32_t i = 0; i < count; i++)
        roll_write_size(roll, roll->list[i], 0);
    return count > 0;
}

/* A pod that is not the new one's, and runs or may run; one that is being deleted counts until it is gone. */
static bool is_old_pod(const struct roll *roll, const struct rollout_pod *pod)
{
    bool ended = pod->phase == ROLLOUT_PHASE_FAILED || pod->phase == ROLLOUT_PHASE_SUCCEEDED;
    return pod->replica_set > 0 && pod->replica_set <= roll->count && !(pod->flags & ROLLOUT_POD_NOT_SELECTED) &&
           pod->replica_set - 1 != roll->new_set && !ended;
}

static bool old_pods_running(struct roll *roll)
{
    int64_t counted = 0, listed = 0;
    for (uint32_t i = 0; i < roll->old_count; i++)
        counted += roll->sets[roll->olds[i]].existing;
    for (uint32_t i = 0; i < roll->in->pods.count; i++) {
        if (!is_old_pod(roll, ro_pod(&roll->in->pods, i)))
            continue;
        if (listed++ == 0)
            roll->waits_for_pod = i;
    }
    roll->waits_for = counted > listed ? counted : listed;
    return roll->waits_for > 0;
}

void roll_recreate(struct roll *roll)
{
    roll_sync_revision(roll, false);
    if (!scale_olds_to_zero(roll) && !old_pods_running(roll)) {
        roll_sync_revision(roll, true);
        if (roll->sets[roll->new_set].size != roll->replicas)
            roll_write_size(roll, roll->new_set, roll->replicas);
        if (roll_complete(roll, &roll->status))
            roll_cleanup(roll);
    }
    roll_rollout_status(roll);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A Deployment under OpenKruise Rollouts' advanced control: the partition is the number of updated pods. Source:
 * deployment.md 12.2. */
#include <inttypes.h>

#include "base/edit.h"
#include "base/sort.h"
#include "planners/deployment_pass.h"

#define EXTRA_STATUS "rollouts.kruise.io/deployment-extra-status"

enum { LOOK_AGAIN_SECONDS = 2 };

static int64_t largest(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t grown_size(const struct roll *roll, int64_t present, int64_t total)
{
    int64_t room = roll->replicas + roll->surge - total;
    if (total == present)
        return roll->replicas;
    if (present >= roll->limit || room <= 0)
        return present;
    return least(present + least(room, roll->replicas - present), roll->limit);
}

static bool reconcile_new(struct roll *roll)
{
    const struct roll_set *set = &roll->sets[roll->new_set];
    int64_t size = set->size > roll->replicas ? roll->replicas : grown_size(roll, set->size, roll_total(roll));
    if (size == set->size)
        return false;
    return roll_write_size(roll, roll->new_set, size);
}

/* Later revisions first, so that the stable one is drained last; the younger first among equals. */
static int by_revision_down(const void *context, uint32_t a, uint32_t b)
{
    const struct roll *roll = context;
    int64_t x, y;
    (void)roll_revision(roll, a, &x);
    (void)roll_revision(roll, b, &y);
    return x != y ? (x > y ? -1 : 1) : roll_by_age(roll, b, a);
}

static void grow_largest(struct roll *roll, uint32_t count, int64_t by)
{
    uint32_t largest_set = roll->list[0];
    for (uint32_t i = 1; i < count; i++)
        if (roll->sets[roll->list[i]].size > roll->sets[largest_set].size)
            largest_set = roll->list[i];
    roll_write_size(roll, largest_set, roll->sets[largest_set].size + by);
}

static void scale_down(struct roll *roll, uint32_t count, int64_t excess)
{
    int64_t rest = roll->sets[roll->new_set].available - (roll->replicas - roll->unavailable);
    for (uint32_t i = 0; i < count; i++)
        rest += roll->sets[roll->list[i]].available;
    roll->total_available = rest + roll->replicas - roll->unavailable;
    rest = least(rest, excess);
    roll->taken = rest > 0 ? rest : 0;
    roll->excess = excess - roll->taken;
    ro_sort_indices(roll->list, count, roll->scratch, by_revision_down, roll);
    for (uint32_t i = 0; i < count && rest > 0; i++) {
        int64_t take = least(roll->sets[roll->list[i]].size, rest);
        roll_write_size(roll, roll->list[i], roll->sets[roll->list[i]].size - take);
        rest -= take;
    }
}

static void reconcile_olds(struct roll *roll)
{
    const struct roll_set *set = &roll->sets[roll->new_set];
    uint32_t count = roll_active_olds(roll);
    int64_t excess = roll_total(roll) - set->was - (roll->replicas - largest(roll->limit, set->size));
    if (count == 0)
        return;
    if (excess < 0)
        grow_largest(roll, count, -excess);
    if (excess <= 0)
        return;
    roll->judged_olds = true;
    roll->excess = excess;
    roll->new_unavailable = set->was - set->available;
    roll->budget = roll_total(roll) - (roll->replicas - roll->unavailable) - roll->new_unavailable;
    if (roll->budget <= 0)
        return;
    int64_t cleaned = roll_cleanup_unhealthy(roll, roll->list, count, least(roll->budget, excess));
    if (cleaned >= 0)
        scale_down(roll, count, excess - cleaned);
}

void roll_advanced_shrink(struct roll *roll)
{
    int64_t surplus = roll_total(roll) - roll->replicas;
    if (surplus > 0)
        (void)roll_cleanup_unhealthy(roll, roll->list, roll_active_olds(roll), surplus);
}

/* What a batch waits for, told in an annotation. */
static void tell_progress(struct roll *roll)
{
    int64_t ready = roll->new_set == ROLLOUT_NONE ? 0 : roll->sets[roll->new_set].ready;
    struct rollout_str text =
        ro_arena_printf(&roll->arena, "{\"updatedReadyReplicas\":%" PRId64 ",\"expectedUpdatedReplicas\":%" PRId64 "}",
                        ready, roll->limit);
    if (ro_str_eq(text, roll_own_annotation(roll, RO_STR(EXTRA_STATUS))))
        return;
    uint32_t first = roll->note_count;
    roll_note(roll, ROLLOUT_NONE, RO_STR(EXTRA_STATUS), text, true);
    roll_take_notes(roll, roll_act(roll, ROLLOUT_OP_SET_ANNOTATION, ROLLOUT_NONE), first);
}

void roll_advanced(struct roll *roll)
{
    roll->limit = ro_deployment_updatable(roll->spec);
    if (roll->limit < 0 || roll->surge_unusable) {
        roll->failed = true;
        return;
    }
    roll_sync_revision(roll, false);
    if (roll->spec->flags & ROLLOUT_DEPLOYMENT_ADVANCED_PAUSED) {
        roll->row = ROLL_PAUSED;
        roll_scale(roll);
    } else if (roll_scaling_event(roll)) {
        roll->row = ROLL_SCALE;
        roll_scale(roll);
    } else {
        roll->row = ROLL_ROLLING;
        roll_sync_revision(roll, true);
        if (!reconcile_new(roll))
            reconcile_olds(roll);
    }
    tell_progress(roll);
    roll_count_status(roll); /* the native controller's, which only counts while it is paused */
    bool done = roll->status.replicas == roll->replicas && roll->status.updated_replicas >= roll->limit;
    if (!done)
        roll->requeue_seconds = LOOK_AGAIN_SECONDS;
}

/* The size of a new one: without surge at least one pod, so that it is seen to work. */
int64_t roll_advanced_first_size(const struct roll *roll, int64_t total)
{
    int64_t size = total == 0 ? roll->replicas : grown_size(roll, 0, total);
    return size == 0 && roll->surge == 0 ? least(1, roll->replicas) : size;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The planner of Deployments: which pass it is. Source: deployment.md 1. */
#include "planners/candidates.h"
#include "planners/deployment_check.h"
#include "planners/deployment_pass.h"

#include "base/error.h"

static void run_native(struct roll *roll)
{
    struct rollout_str back_to = roll_own_annotation(roll, RO_STR(ROLL_BACK_TO));
    int64_t revision;
    bool goes_back = back_to.len && roll_number(back_to, &revision);
    roll_pause_conditions(roll);
    if (roll->spec->flags & ROLLOUT_DEPLOYMENT_PAUSED) {
        roll->row = ROLL_PAUSED;
        roll_sync_revision(roll, false);
        roll_scale(roll);
        if (!goes_back)
            roll_cleanup(roll);
        roll_count_status(roll);
        return;
    }
    if (goes_back) {
        roll->row = ROLL_ROLLBACK;
        roll_sync_revision(roll, true);
        if (!roll->failed)
            roll_back(roll, revision);
        return;
    }
    roll_sync_revision(roll, false); /* before it looks at sizes, upstream brings the new one in line */
    if (roll_scaling_event(roll)) {
        roll->row = ROLL_SCALE;
        roll_scale(roll);
        roll_count_status(roll);
    } else if (roll->rolling) {
        roll->row = ROLL_ROLLING;
        roll_rolling(roll);
    } else {
        roll->row = ROLL_RECREATE;
        roll_recreate(roll);
    }
}

static void run(struct roll *roll)
{
    if (roll->spec->flags & ROLLOUT_DEPLOYMENT_SELECTOR_INVALID) {
        roll->row = ROLL_SELECTS_ALL;
        if (roll->status.observed_generation < roll->spec->generation)
            roll->status.observed_generation = roll->spec->generation;
    } else if (roll->spec->flags & ROLLOUT_DEPLOYMENT_DELETING) {
        roll->row = ROLL_STATUS_ONLY;
        roll_sync_revision(roll, false);
        roll_count_status(roll);
    } else if (roll->spec->flags & ROLLOUT_DEPLOYMENT_ADVANCED) {
        roll_advanced(roll);
    } else {
        run_native(roll);
    }
}

/* Pods are updated by being replaced, whichever: there is no order of them. */
static int no_candidates(struct rollout_candidates **ret, struct rollout_error *reterr)
{
    struct rollout_candidate *items;
    int r = ro_candidates_begin(0, ret, &items, reterr);
    if (r == ROLLOUT_OK)
        (*ret)->revision = ROLLOUT_NONE;
    return r;
}

int ro_plan_deployment(const struct rollout_deployment *spec, const struct ro_planner_input *in,
                       const struct ro_answer *answer, struct rollout_error *reterr)
{
    struct roll roll = { .spec = spec, .in = in, .now_ms = in->snapshot.now_ms };
    int r = ro_deployment_check(spec, in, reterr);
    if (r)
        return r;
    if (answer->candidates)
        return no_candidates(answer->candidates, reterr);
    if (roll_open(&roll))
        run(&roll);
    r = roll.arena.failed ? ro_error_nomem(reterr) : roll_write_plan(&roll, answer->plan, reterr);
    ro_arena_free(&roll.arena);
    return r;
}

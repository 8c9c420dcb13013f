/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/simulation.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/abi.h"
#include "base/error.h"
#include "base/str.h"
#include "rules/check.h"
#include "sim/delay.h"

#define OBSERVE_MS 1000
#define LIMIT_MS   (INT64_C(7) * 24 * 3600 * 1000)
#define LONGEST_MS INT64_C(1000000000000)

/* ---- begin ---- */

static int check_faults(const struct rollout_simulation *s, struct rollout_error *reterr)
{
    for (size_t i = 0; i < s->options.fault_count; i++) {
        const struct rollout_fault *f = &s->options.faults[i];
        if (f->kind < ROLLOUT_FAULT_NEVER_READY || f->kind > ROLLOUT_FAULT_ROOM)
            return ro_error_at(reterr, ROLLOUT_ERR_INVALID, (uint32_t)i, "faults", "faults[%zu].kind: unknown kind %u",
                               i, f->kind);
        if (f->share > 1000000)
            return ro_error_at(reterr, ROLLOUT_ERR_INVALID, (uint32_t)i, "faults", "faults[%zu].share: %u of a million",
                               i, f->share);
        if (f->at_ms < 0 || f->at_ms > LONGEST_MS)
            return ro_error_at(reterr, ROLLOUT_ERR_INVALID, (uint32_t)i, "faults",
                               "faults[%zu].at_ms: %" PRId64 " is not within 0 and 10^12", i, f->at_ms);
        if (ro_str_broken(f->target))
            return ro_error_at(reterr, ROLLOUT_ERR_INVALID, (uint32_t)i, "faults", "faults[%zu].target: NULL", i);
    }
    return ROLLOUT_OK;
}

static int check_options(const struct rollout_simulation *s, struct rollout_error *reterr)
{
    const struct rollout_simulation_options *o = &s->options;
    const struct {
        const char *name;
        const void *items;
        size_t count;
    } arrays[] = { { "faults", o->faults, o->fault_count },
                   { "changes", o->changes, o->change_count },
                   { "assertions", o->assertions, o->assertion_count } };
    for (size_t i = 0; i < 3; i++)
        if (arrays[i].count && !arrays[i].items)
            return ro_error(reterr, ROLLOUT_ERR_INVALID, arrays[i].name, "%s: NULL with a count", arrays[i].name);
    if (o->flags & ~(uint32_t)(ROLLOUT_SIMULATE_RECREATE | ROLLOUT_SIMULATE_OBJECTS))
        return ro_error(reterr, ROLLOUT_ERR_INVALID, "flags", "flags: unknown flag in %u", o->flags);
    if (o->observe_ms < 0 || o->observe_ms > LONGEST_MS)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, "observe_ms", "observe_ms: %" PRId64 " is not within 0 and 10^12",
                        o->observe_ms);
    if (o->limit_ms < 0 || o->limit_ms > LONGEST_MS)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, "limit_ms", "limit_ms: %" PRId64 " is not within 0 and 10^12",
                        o->limit_ms);
    for (uint32_t i = 0; i < ROLLOUT_STEP_COUNT; i++) {
        int r = ro_delay_check(&o->delays[i], i, reterr);
        if (r != ROLLOUT_OK)
            return r;
    }
    int run = ro_delay_check(&o->run, ROLLOUT_NONE, reterr);
    if (run != ROLLOUT_OK)
        return run;
    for (size_t i = 0; i < o->change_count; i++)
        if (o->changes[i].at_ms > LONGEST_MS)
            return ro_error_at(reterr, ROLLOUT_ERR_INVALID, (uint32_t)i, "changes",
                               "changes[%zu].at_ms: %" PRId64 " is more than 10^12", i, o->changes[i].at_ms);
    for (size_t i = 0; i < o->assertion_count; i++)
        if (ro_str_broken(o->assertions[i]))
            return ro_error_at(reterr, ROLLOUT_ERR_INVALID, (uint32_t)i, "assertions", "assertions[%zu]: NULL", i);
    return check_faults(s, reterr);
}

static bool has_revision(const struct rollout_simulation *s, struct rollout_str name)
{
    for (size_t i = 0; i < s->cluster.revision_count; i++)
        if (ro_str_eq(s->cluster.revisions[i].name, name))
            return true;
    if (s->cluster.workload.deployment && ro_str_eq(ro_kind_name(&s->cluster), name))
        return true;
    for (size_t i = 0; i < s->options.change_count; i++) {
        const struct rollout_revisions *view = &s->options.changes[i].world->snapshot->revisions;
        for (size_t k = 0; k < view->count; k++) {
            const struct rollout_revision *r = (const void *)((const char *)view->items + k * view->stride);
            if (ro_str_eq(r->name, name))
                return true;
        }
    }
    return false;
}

static bool has_place(const struct ro_cluster *c, struct rollout_str name)
{
    for (size_t i = 0; i < c->zone_count; i++)
        if (ro_str_eq(c->zones[i], name))
            return true;
    for (size_t i = 0; i < c->node_count; i++)
        if (ro_str_eq(c->nodes[i].name, name))
            return true;
    return false;
}

/* A fault that names nothing would never come. A pod may be there only later. */
static int check_targets(const struct rollout_simulation *s, struct rollout_error *reterr)
{
    for (size_t i = 0; i < s->options.fault_count; i++) {
        const struct rollout_fault *f = &s->options.faults[i];
        bool subset = f->kind == ROLLOUT_FAULT_ROOM;
        bool place = f->kind == ROLLOUT_FAULT_NODE || (f->kind >= ROLLOUT_FAULT_FAIL && !subset);
        bool found = f->kind == ROLLOUT_FAULT_BREAK;
        if (f->kind == ROLLOUT_FAULT_FAIL && !s->cluster.workload.broadcastjob)
            return ro_error_at(reterr, ROLLOUT_ERR_INVALID, (uint32_t)i, "faults",
                               "faults[%zu].kind: only pods of a BroadcastJob end", i);
        if (place)
            found = (f->kind == ROLLOUT_FAULT_FAIL && f->target.len == 0) || has_place(&s->cluster, f->target);
        else if (subset)
            found = ro_child_subset(&s->cluster, f->target) != ROLLOUT_NONE;
        else if (!found)
            found = f->target.len == 0 || has_revision(s, f->target);
        if (!found)
            return ro_error_at(reterr, ROLLOUT_ERR_INVALID, (uint32_t)i, "faults", "faults[%zu].target: %.*s is no %s",
                               i, (int)(f->target.len > 100 ? 100 : f->target.len),
                               f->target.data ? f->target.data : "",
                               place ? "node or zone" : subset ? "subset" : "revision");
    }
    return ROLLOUT_OK;
}

static int parse_assertions(struct rollout_simulation *s, struct rollout_error *reterr)
{
    int r = ROLLOUT_OK;
    s->assertions = ro_arena_alloc(&s->arena, s->options.assertion_count, sizeof(void *));
    s->fault_done = ro_arena_alloc(&s->arena, s->options.fault_count, 1);
    if (s->arena.failed)
        return ro_error_nomem(reterr);
    for (size_t i = 0; i < s->options.assertion_count && r == ROLLOUT_OK; i++)
        r = ro_assertion_parse(&s->arena, s->options.assertions[i], (uint32_t)i, &s->assertions[i], reterr);
    return r;
}

/* What a release leaves behind, but for its options. */
static void clear(struct rollout_simulation *s)
{
    rollout_plan_free(s->plan);
    ro_cluster_free(&s->cluster);
    free(s->timers.items);
    free(s->bytes);
    free(s->object_block);
    ro_arena_free(&s->arena);
}

static int begin(struct rollout_simulation *s, struct rollout_error *reterr)
{
    s->cluster.recreates = s->options.flags & ROLLOUT_SIMULATE_RECREATE;
    s->cluster.keeps_claims = true;
    s->state.struct_size = sizeof s->state;
    s->state.failed_assertion = ROLLOUT_NONE;
    int r = ro_cluster_open(&s->cluster, s->world, reterr);
    s->start_ms = s->cluster.snapshot.now_ms;
    if (r == ROLLOUT_OK && s->cluster.recreates && s->cluster.workload.sidecarset)
        r = ro_error(reterr, ROLLOUT_ERR_INVALID, "flags", "flags: pods of a SidecarSet are others', and not recreated");
    if (r == ROLLOUT_OK)
        r = check_targets(s, reterr);
    if (r == ROLLOUT_OK)
        r = parse_assertions(s, reterr);
    if (r == ROLLOUT_OK)
        r = ro_written_begin(s);
    if (r == ROLLOUT_OK)
        r = ro_figures_begin(s);
    for (size_t i = 0; r == ROLLOUT_OK && i < s->options.fault_count; i++)
        if (s->options.faults[i].kind == ROLLOUT_FAULT_ROOM)
            ro_cluster_set_room(&s->cluster, ro_child_subset(&s->cluster, s->options.faults[i].target), false);
    for (uint32_t i = 0; r == ROLLOUT_OK && i < s->cluster.pod_count; i++)
        s->cluster.hidden[i].drawn = s->cluster.hidden[i].target; /* those that are there have their fate behind them */
    return r == ROLLOUT_OK ? ro_course_follow_all(s) : r;
}

int rollout_simulation_new(const struct rollout_world *world, const struct rollout_simulation_options *options,
                           struct rollout_simulation **ret_simulation, struct rollout_error *reterr)
{
    if (!world || !options || !ret_simulation)
        return ro_error_null(reterr, !world ? "world" : !options ? "options" : "ret_simulation");
    if (!world->workload || !world->snapshot)
        return ro_error_null(reterr, world->workload ? "snapshot" : "workload");
    struct rollout_simulation *s = calloc(1, sizeof *s);
    if (!s)
        return ro_error_nomem(reterr);
    s->world = world;
    int r = ro_abi_struct(options, &s->options, sizeof s->options, "options", reterr);
    if (r == ROLLOUT_OK)
        r = check_options(s, reterr);
    if (r == ROLLOUT_OK)
        r = ro_cluster_check_changes(world, s->options.changes, s->options.change_count, reterr);
    if (r == ROLLOUT_OK)
        r = begin(s, reterr);
    if (r != ROLLOUT_OK) {
        rollout_simulation_free(s);
        return r;
    }
    *ret_simulation = s;
    return ROLLOUT_OK;
}

int rollout_simulation_restart(struct rollout_simulation *s, uint64_t seed, struct rollout_error *reterr)
{
    if (!s)
        return ro_error_null(reterr, "simulation");
    struct rollout_simulation fresh = { .options = s->options, .world = s->world };
    fresh.options.seed = seed;
    clear(s);
    *s = fresh;
    int r = begin(s, reterr);
    s->failed = r != ROLLOUT_OK;
    return r;
}

void rollout_simulation_free(struct rollout_simulation *s)
{
    if (!s)
        return;
    clear(s);
    free(s);
}

/* ---- carrying out ---- */

static void count_write(struct rollout_simulation *s, const struct rollout_action *a, uint64_t writes, bool was_begun)
{
    s->state.writes += writes;
    s->since_crash += writes;
    if (a->op == ROLLOUT_OP_CREATE)
        s->state.created += writes;
    if (a->op == ROLLOUT_OP_DELETE)
        s->state.deleted++;
    if (a->op == ROLLOUT_OP_UPDATE_IN_PLACE)
        s->state.in_place++;
    if (a->op == ROLLOUT_OP_RECREATE || (a->op == ROLLOUT_OP_DELETE && ro_deed_updates(a) && !was_begun))
        s->state.recreated++;
}

static int carry_out_action(struct rollout_simulation *s, size_t action, uint64_t writes)
{
    struct ro_cluster *c = &s->cluster;
    const struct rollout_action *a = &s->plan->actions[action];
    uint32_t pod = ro_cluster_subject(c, a);
    bool begun = pod != ROLLOUT_NONE && (c->hidden[pod].flags & RO_SIM_BEGUN);
    uint32_t counted = pod != ROLLOUT_NONE ? c->hidden[pod].counts : 0;
    size_t before = c->pod_count;
    int r = ro_cluster_act(c, s->plan, action, 0, writes);
    count_write(s, a, writes, begun);
    if (r == ROLLOUT_OK)
        r = ro_written_action(s, action);
    if (c->gone && r == ROLLOUT_OK) /* what was there is told as it was */
        return ro_course_follow_all(s);
    if (pod != ROLLOUT_NONE && r == ROLLOUT_OK) {
        ro_cluster_settle(c, pod);
        ro_figures_one(s, pod);
        s->state.disruptions += (counted & RO_COUNTS_AVAILABLE) && !(c->hidden[pod].counts & RO_COUNTS_AVAILABLE);
        r = ro_course_follow(s, pod);
    }
    if (a->op == ROLLOUT_OP_DELETE_SUBSET) /* its pods go with it */
        ro_figures_all(s);
    for (size_t i = before; i < c->pod_count && r == ROLLOUT_OK; i++) {
        ro_figures_one(s, (uint32_t)i);
        r = ro_course_follow(s, (uint32_t)i);
    }
    return r;
}

/* The driver may die on the way: then the status is not written, and its successor plans anew. */
static int carry_out(struct rollout_simulation *s)
{
    uint64_t left = s->options.crash_after ? s->options.crash_after - s->since_crash : UINT64_MAX;
    bool dies = false;
    int r = ROLLOUT_OK;
    s->cluster.children.written = false;
    for (size_t i = 0; i < s->plan->action_count && r == ROLLOUT_OK && !dies; i++) {
        if (s->plan->actions[i].op != ROLLOUT_OP_UPDATE_SUBSET)
            s->cluster.children.written = true;
        uint64_t writes = ro_cluster_writes(s->plan, i);
        if (writes > left)
            writes = left;
        left -= writes;
        r = carry_out_action(s, i, writes);
        dies = left == 0;
    }
    if (r == ROLLOUT_OK)
        r = ro_course_sets(s);
    if (r == ROLLOUT_OK)
        r = ro_course_children(s);
    if (r == ROLLOUT_OK && !dies)
        r = ro_cluster_status(&s->cluster, s->plan);
    if (r == ROLLOUT_OK && !dies)
        r = ro_written_pass(s);
    if (dies) {
        s->since_crash = 0;
        s->cluster.children.written = true; /* whoever comes after it looks at all */
    }
    ro_figures_extremes(s);
    s->carried_out = true;
    return r;
}

/* ---- time ---- */

static int change(struct rollout_simulation *s)
{
    struct ro_cluster *c = &s->cluster;
    const struct rollout_world *to = s->options.changes[s->change++].world;
    int r = ro_cluster_change(c, to);
    if (r == ROLLOUT_OK)
        r = ro_written_change(s, to);
    for (uint32_t i = 0; i < c->pod_count; i++)
        c->hidden[i].flags &= (uint16_t)~RO_SIM_BEGUN;
    ro_figures_all(s);
    ro_figures_wanted(s);
    if (r == ROLLOUT_OK)
        r = ro_course_sets(s);
    return r == ROLLOUT_OK ? ro_course_follow_all(s) : r;
}

static int64_t next_change(const struct rollout_simulation *s)
{
    return s->change < s->options.change_count && s->options.changes[s->change].at_ms >= 0
               ? s->start_ms + s->options.changes[s->change].at_ms
               : 0;
}

static int64_t earliest(int64_t a, int64_t b)
{
    return !a || (b && b < a) ? b : a;
}

/* The end of the window of observation that the instant lies in. */
static int64_t observed_at(const struct rollout_simulation *s, int64_t at_ms)
{
    int64_t window = s->options.observe_ms ? s->options.observe_ms : OBSERVE_MS;
    int64_t over = (at_ms - s->start_ms) % window;
    return over ? at_ms - over + window : at_ms;
}

/* When the next pass is; 0 = nothing moves any more. *ret_settled: what was asked for is there and nothing is under way. */
static int64_t next_pass(struct rollout_simulation *s, bool *ret_settled)
{
    int64_t now_ms = s->cluster.snapshot.now_ms, window = s->options.observe_ms ? s->options.observe_ms : OBSERVE_MS;
    struct ro_measure m;
    *ret_settled = false;
    bool looks_again = s->cluster.workload.deployment && s->plan->status_changed; /* by its own write */
    bool acts = s->plan->action_count > 0 && (!s->cluster.workload.uniteddeployment || s->cluster.children.written);
    if (acts || looks_again)
        return now_ms - (now_ms - s->start_ms) % window + window;
    int64_t by_itself = ro_course_next(s, false), at_change = next_change(s), at_fault = ro_course_next(s, true);
    int64_t at_age = s->cluster.workload.deployment ? ro_sets_next(&s->cluster) : 0;
    by_itself = earliest(by_itself, at_age);
    at_fault = earliest(at_fault, at_age);
    int64_t at_next = s->plan->next_ms > now_ms ? s->plan->next_ms : 0;
    if (by_itself)
        return observed_at(s, earliest(earliest(at_fault, at_change), at_next));
    ro_kind_measure(&s->cluster, &m);
    bool done = ro_kind_done(&s->cluster, &m);
    if (!done && at_fault) /* after the end none comes any more */
        return observed_at(s, earliest(earliest(at_fault, at_change), at_next));
    *ret_settled = done;
    int64_t at = done ? at_change : earliest(at_next, at_change);
    return at ? observed_at(s, at) : 0;
}

/* Up to the instant, with the changes of the spec at theirs. */
static int run_until(struct rollout_simulation *s, int64_t until_ms)
{
    int r = ROLLOUT_OK;
    while (r == ROLLOUT_OK && s->state.outcome == ROLLOUT_SIMULATION_RUNS) {
        int64_t at_change = next_change(s);
        if (!at_change || at_change > until_ms)
            break;
        r = ro_course_run(s, at_change);
        if (at_change > s->cluster.snapshot.now_ms)
            s->cluster.snapshot.now_ms = at_change;
        if (r == ROLLOUT_OK)
            r = change(s);
    }
    if (r == ROLLOUT_OK)
        r = ro_course_run(s, until_ms);
    if (s->state.outcome == ROLLOUT_SIMULATION_RUNS)
        s->cluster.snapshot.now_ms = until_ms;
    return r;
}

/* Moves to the next pass, or ends. */
static int go_on(struct rollout_simulation *s)
{
    int64_t limit = s->options.limit_ms ? s->options.limit_ms : LIMIT_MS;
    bool settled;
    if (s->cluster.gone) { /* there is nothing that could be changed */
        s->state.outcome = ROLLOUT_SIMULATION_DONE;
        return ROLLOUT_OK;
    }
    int64_t at = next_pass(s, &settled);
    if (!at && s->change < s->options.change_count) {
        int r = change(s);
        return r == ROLLOUT_OK ? run_until(s, s->cluster.snapshot.now_ms) : r;
    }
    if (!at) {
        s->state.outcome = settled ? ROLLOUT_SIMULATION_DONE : ROLLOUT_SIMULATION_STUCK;
        return ROLLOUT_OK;
    }
    if (at - s->start_ms > limit) {
        s->state.outcome = ROLLOUT_SIMULATION_LOOPS;
        return ROLLOUT_OK;
    }
    return run_until(s, at);
}

static int pass(struct rollout_simulation *s)
{
    struct rollout_plan *plan = NULL;
    int r = ROLLOUT_OK;
    if (s->plan && !s->carried_out) {
        r = carry_out(s);
        if (r == ROLLOUT_OK)
            r = ro_figures_assert(s, false);
    }
    if (r == ROLLOUT_OK && s->state.outcome == ROLLOUT_SIMULATION_RUNS)
        r = s->plan ? go_on(s) : ro_course_sets(s);
    if (r == ROLLOUT_OK && !s->plan && s->state.outcome == ROLLOUT_SIMULATION_RUNS)
        r = run_until(s, s->start_ms);
    if (r == ROLLOUT_OK && s->state.outcome == ROLLOUT_SIMULATION_RUNS) {
        ro_cluster_sweep(&s->cluster);
        if (ro_kind_min_ready_ms(&s->cluster) > 0 || !s->plan) /* else nothing changes but by what happens */
            ro_figures_all(s);
        ro_figures_extremes(s);
        r = ro_figures_assert(s, false);
    }
    if (r != ROLLOUT_OK || s->state.outcome != ROLLOUT_SIMULATION_RUNS)
        return r == ROLLOUT_OK && s->state.outcome == ROLLOUT_SIMULATION_DONE ? ro_figures_assert(s, true) : r;
    r = ro_cluster_plan(&s->cluster, &plan);
    if (r != ROLLOUT_OK)
        return r;
    rollout_plan_free(s->plan);
    s->plan = plan;
    s->carried_out = false;
    s->state.passes++;
    return ROLLOUT_OK;
}

int rollout_simulation_step(struct rollout_simulation *s, struct rollout_simulation_state *state,
                            struct rollout_error *reterr)
{
    int r = ROLLOUT_OK;
    if (!s)
        return ro_error_null(reterr, "simulation");
    r = ro_abi_out(state, "state", reterr);
    if (r != ROLLOUT_OK)
        return r;
    if (s->failed)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, "simulation", "simulation: an earlier step failed");
    s->cluster.reterr = reterr;
    if (s->state.outcome == ROLLOUT_SIMULATION_RUNS)
        r = pass(s);
    s->failed = r != ROLLOUT_OK;
    if (r != ROLLOUT_OK)
        return r;
    s->state.now_ms = s->cluster.snapshot.now_ms - s->start_ms;
    ro_abi_hand_over(state, &s->state, sizeof s->state);
    return ROLLOUT_OK;
}

const struct rollout_workload *rollout_simulation_workload(const struct rollout_simulation *s)
{
    return s && s->plan ? &s->cluster.workload : NULL;
}

const struct rollout_snapshot *rollout_simulation_snapshot(const struct rollout_simulation *s)
{
    return s && s->plan ? &s->cluster.snapshot : NULL;
}

const struct rollout_plan *rollout_simulation_plan(const struct rollout_simulation *s)
{
    return s ? s->plan : NULL;
}

int rollout_simulation_world(const struct rollout_simulation *s, struct rollout_world *ret_world,
                             struct rollout_error *reterr)
{
    if (!s || !ret_world)
        return ro_error_null(reterr, s ? "ret_world" : "simulation");
    if (!s->plan)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, "simulation", "simulation: there was no pass yet");
    ro_written_world(s, ret_world);
    return ROLLOUT_OK;
}

size_t rollout_simulation_changes(const struct rollout_simulation *s)
{
    return s ? s->change : 0;
}

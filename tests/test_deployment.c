/* SPDX-License-Identifier: Apache-2.0 */
/* The worked rows of deployment.md 2, 3.4, 5.3, 9, 12.2 and 13, by section and row. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "planned.h"
#include "rollworld.h"

enum { MOST_PASSES = 60 };

static struct rollworld world;

static void setup(void)
{
    memset(&world, 0, sizeof world);
}

static void teardown(void)
{
    roll_free(&world);
}

/* ---- 2 ---- */

static const struct {
    int32_t replicas;
    const char *surge, *unavailable;
    int64_t s, u;
} fences[] = {
    { 10, "25%", "25%", 3, 2 }, { 1, "25%", "25%", 1, 0 }, { 2, "0", "1%", 0, 1 },
    { 3, "0", "33%", 0, 1 },    { 4, "100%", "0", 4, 0 },  { 0, "25%", "25%", 0, 0 },
};

START_TEST(test_fences)
{
    roll_world(&world, fences[_i].replicas, fences[_i].surge, fences[_i].unavailable);
    roll_plan(&world);
    ck_assert_uint_eq(world.plan->limit_count, 2);
    ck_assert_int_eq(world.plan->limits[0].count, fences[_i].s);
    ck_assert_int_eq(world.plan->limits[1].count, fences[_i].u);
}
END_TEST

/* ---- 3.4, 12.2 ---- */

static void put(char *trace, size_t size, const char *text)
{
    size_t len = strlen(trace);
    ck_assert_int_lt(snprintf(trace + len, size - len, "%s%s", len ? " " : "", text), (int)(size - len));
}

/* Passes until one changes nothing; then the new one's pods come up, where they do. */
static const char *play(struct rollworld *w, int comes_up, char *trace, size_t size)
{
    char entry[64];
    for (int pass = 0; pass < MOST_PASSES; pass++) {
        roll_plan(w);
        if (roll_apply(w)) {
            int32_t old = 0, new_size = 0;
            for (size_t i = 0; i < w->snapshot.replica_sets.count; i++)
                *(w->sets[i].flags & ROLLOUT_REPLICA_SET_SAME_TEMPLATE ? &new_size : &old) += w->sets[i].replicas;
            snprintf(entry, sizeof entry, "%d/%d", old, new_size);
            put(trace, size, entry);
            continue;
        }
        struct rollout_replica_set_facts *set = w->sets;
        while (!(set->flags & ROLLOUT_REPLICA_SET_SAME_TEMPLATE))
            set++;
        if (!comes_up || set->available_replicas == set->replicas)
            return trace;
        set->available_replicas = set->ready_replicas = set->replicas;
        snprintf(entry, sizeof entry, "[%d]", set->replicas);
        put(trace, size, entry);
    }
    ck_abort_msg("it does not end: %s", trace);
}

static const struct {
    int32_t replicas;
    const char *surge, *unavailable;
    int comes_up;
    const char *trace;
} traces[] = {
    { 10, "3", "2", 1, "8/3 8/5 [5] 3/5 3/10 [10] 0/10" },
    { 4, "1", "0", 1, "4/1 [1] 3/1 3/2 [2] 2/2 2/3 [3] 1/3 1/4 [4] 0/4" },
    { 3, "0", "1", 1, "2/0 2/1 [1] 1/1 1/2 [2] 0/2 0/3 [3]" },
    { 2, "0", "1%", 1, "1/0 1/1 [1] 0/1 0/2 [2]" },
    { 10, "10", "0", 1, "10/10 [10] 0/10" },
    { 10, "0", "10", 1, "0/0 0/10 [10]" },
    { 10, "3", "2", 0, "8/3 8/5" },
};

START_TEST(test_traces)
{
    char trace[512] = "";
    roll_world(&world, traces[_i].replicas, traces[_i].surge, traces[_i].unavailable);
    roll_add(&world, traces[_i].replicas, -1, -1);
    ck_assert_str_eq(play(&world, traces[_i].comes_up, trace, sizeof trace), traces[_i].trace);
}
END_TEST

/* 3.4: the release that never comes up, with one of the old pods lost. */
static void stuck_release(void)
{
    roll_world(&world, 10, "3", "2");
    roll_add(&world, 8, 10, 13);
    roll_add(&world, 5, 10, 13);
    world.sets[0].available_replicas = 7;
    world.sets[1].available_replicas = 0;
}

START_TEST(test_rolled_back)
{
    char buf[64];
    stuck_release();
    roll_make_new(&world, 0);
    roll_plan(&world);
    ck_assert_str_eq(roll_sizes(&world, buf, sizeof buf), "8 1");
    roll_apply(&world);
    roll_plan(&world);
    ck_assert_str_eq(roll_sizes(&world, buf, sizeof buf), "10 1");
}
END_TEST

START_TEST(test_third_template)
{
    char buf[64];
    stuck_release();
    roll_plan(&world);
    ck_assert_str_eq(roll_sizes(&world, buf, sizeof buf), "7 1 0");
}
END_TEST

/* 3.4: with 3 of 5 available 8/5 already goes to 5/5. */
START_TEST(test_partly_available)
{
    char buf[64];
    stuck_release();
    roll_make_new(&world, 1);
    world.sets[0].available_replicas = 8;
    world.sets[1].available_replicas = 3;
    roll_plan(&world);
    ck_assert_str_eq(roll_sizes(&world, buf, sizeof buf), "5 5");
}
END_TEST

/* 3.3: a status behind the last shrink makes the pass give up, after it has scaled an older one. */
START_TEST(test_late_status)
{
    char buf[64];
    roll_world(&world, 10, "3", "5");
    roll_add(&world, 4, 10, 13);
    roll_add(&world, 4, 10, 13);
    roll_add(&world, 5, 10, 13);
    roll_make_new(&world, 2);
    world.sets[0].available_replicas = 2;
    world.sets[1].available_replicas = 6;
    roll_plan(&world);
    ck_assert_str_eq(roll_sizes(&world, buf, sizeof buf), "2 4 5");
}
END_TEST

/* ---- 5.3 ---- */

static const struct {
    int32_t to;
    const char *surge;
    int64_t from, most;
    int32_t sizes[6]; /* v1 ..., -1 ends them */
    int has_new;
    const char *after;
} scalings[] = {
    { 15, "3", 10, 13, { 8, 5, -1 }, 1, "11 7" },   { 30, "3", 40, 43, { 38, 5, -1 }, 1, "29 4" },
    { 10, "0", 7, 7, { 2, 3, 2, -1 }, 1, "3 4 3" }, { 8, "0", 13, 13, { 3, 8, 2, -1 }, 1, "2 5 1" },
    { 50, "6", 10, 13, { 8, 5, -1 }, 1, "34 22" },  { 4, "0", 9, 9, { 1, 8, -1 }, 1, "0 4" },
    { 2, "0", 3, 3, { 1, 1, 1, -1 }, 1, "0 1 1" },  { 4, "0", 3, 3, { 1, 1, 1, -1 }, 1, "1 1 2" },
    { 14, "0", 10, 10, { 3, 7, -1 }, 0, "4 10" },   { 3, "0", 5, 5, { 1, 1, 1, 1, 1, -1 }, 1, "0 1 1 1 1" },
    { 0, "3", 6, 9, { 3, 3, -1 }, 1, "0 0" },       { 6, "0", 0, 0, { 0, 0, -1 }, 1, "0 6" },
};

static void scaling_world(size_t i)
{
    uint32_t last = 0;
    roll_world(&world, scalings[i].to, scalings[i].surge, "25%");
    for (size_t k = 0; scalings[i].sizes[k] >= 0; k++)
        last = roll_add(&world, scalings[i].sizes[k], scalings[i].from, scalings[i].most);
    if (scalings[i].has_new)
        roll_make_new(&world, last);
}

START_TEST(test_scaling)
{
    char buf[64];
    scaling_world((size_t)_i);
    roll_plan(&world);
    ck_assert_str_eq(roll_sizes(&world, buf, sizeof buf), scalings[_i].after);
    ck_assert_uint_eq(world.plan->stopped_at, scalings[_i].from > 0 ? 6 : 8);
}
END_TEST

/* Paused it is the same, but for what wakes from nothing. */
START_TEST(test_scaling_paused)
{
    char buf[64];
    scaling_world((size_t)_i);
    world.spec.flags = ROLLOUT_DEPLOYMENT_PAUSED;
    roll_plan(&world);
    ck_assert_str_eq(roll_sizes(&world, buf, sizeof buf), scalings[_i].after);
    ck_assert_uint_eq(world.plan->stopped_at, 4);
}
END_TEST

/* 5.3, last row: without a new one the youngest old. */
START_TEST(test_wakes_youngest)
{
    char buf[64];
    roll_world(&world, 6, "0", "1");
    roll_add(&world, 0, 0, 0);
    roll_add(&world, 0, 0, 0);
    world.spec.flags = ROLLOUT_DEPLOYMENT_PAUSED;
    roll_plan(&world);
    ck_assert_str_eq(roll_sizes(&world, buf, sizeof buf), "0 6");
}
END_TEST

/* 5.4: the size is right and the annotation is not: a scaling event in every pass. */
START_TEST(test_stale_annotation)
{
    roll_world(&world, 5, "1", "0");
    roll_add(&world, 5, 4, 5);
    for (int pass = 0; pass < 3; pass++) {
        roll_plan(&world);
        ck_assert_uint_eq(world.plan->stopped_at, 6);
        ck_assert_int_eq(roll_apply(&world), 0);
    }
}
END_TEST

/* ---- 9 ---- */

static const struct {
    int32_t limit;
    int32_t busy; /* this old one still has a pod; -1: none */
    const char *after;
} histories[] = {
    { 3, -1, "0 0 0 2" }, { 2, -1, "- 0 0 2" }, { 0, -1, "- - - 2" }, { 1, 0, "0 - 0 2" }, { INT32_MAX, -1, "0 0 0 2" },
};

START_TEST(test_history)
{
    char buf[64];
    roll_world(&world, 2, "1", "0");
    for (int i = 0; i < 4; i++)
        roll_add(&world, i == 3 ? 2 : 0, 2, 3);
    roll_make_new(&world, 3);
    if (histories[_i].busy >= 0)
        world.sets[histories[_i].busy].status_replicas = 1;
    world.spec.revision_history_limit = (struct rollout_opt){ 1, histories[_i].limit };
    world.status.replicas = world.status.updated_replicas = world.status.available_replicas = 2;
    world.status.observed_generation = 2;
    roll_plan(&world);
    ck_assert_str_eq(roll_sizes(&world, buf, sizeof buf), histories[_i].after);
}
END_TEST

/* While paused it takes the size before the pass, so it deletes what it has just scaled up. */
START_TEST(test_history_paused)
{
    char buf[64];
    roll_world(&world, 2, "1", "0");
    roll_add(&world, 0, 2, 3);
    world.spec.flags = ROLLOUT_DEPLOYMENT_PAUSED;
    world.spec.revision_history_limit = (struct rollout_opt){ 1, 0 };
    roll_plan(&world);
    ck_assert_uint_eq(world.plan->actions[0].op, ROLLOUT_OP_SCALE);
    ck_assert_str_eq(roll_sizes(&world, buf, sizeof buf), "-");
}
END_TEST

/* ---- 4 ---- */

START_TEST(test_recreate)
{
    char buf[64];
    struct rollout_pod pods[2] = { { .phase = ROLLOUT_PHASE_UNKNOWN, .name = { "a", 1 }, .replica_set = 1 },
                                   { .phase = ROLLOUT_PHASE_FAILED, .name = { "b", 1 }, .replica_set = 1 } };
    roll_world(&world, 3, "0", "0");
    world.spec.strategy = ROLLOUT_STRATEGY_RECREATE;
    world.snapshot.pods = (struct rollout_pods){ pods, 2, sizeof *pods };
    roll_add(&world, 3, 3, 3);
    roll_plan(&world);
    ck_assert_str_eq(roll_sizes(&world, buf, sizeof buf), "0"); /* and no new one yet */
    roll_apply(&world);
    roll_plan(&world);
    ck_assert_str_eq(roll_sizes(&world, buf, sizeof buf), "0"); /* a pod of unknown phase may run */
    pods[0].phase = ROLLOUT_PHASE_SUCCEEDED;
    roll_plan(&world);
    ck_assert_str_eq(roll_sizes(&world, buf, sizeof buf), "0 3");
    pods[0].phase = ROLLOUT_PHASE_RUNNING; /* not the selector's: not looked at in 1.32 */
    pods[0].flags = ROLLOUT_POD_NOT_SELECTED;
    roll_plan(&world);
    ck_assert_str_eq(roll_sizes(&world, buf, sizeof buf), "0 3");
}
END_TEST

/* ---- 12.2 ---- */

static const struct {
    int32_t replicas;
    const char *partition;
    int64_t limit;
} partitions[] = {
    { 10, "20%", 2 }, { 3, "50%", 2 },    { 10, "99%", 9 }, { 2, "95%", 1 },
    { 1, "50%", 1 },  { 10, "100%", 10 }, { 10, "10", 10 }, { 10, "0%", 0 },
};

static void advanced_world(int32_t replicas, const char *surge, const char *unavailable, const char *partition)
{
    struct rollworld holder;
    roll_world(&holder, replicas, partition, "0"); /* reads it as a limit */
    roll_world(&world, replicas, surge, unavailable);
    world.spec.partition = holder.spec.max_surge;
    world.spec.flags = ROLLOUT_DEPLOYMENT_ADVANCED | ROLLOUT_DEPLOYMENT_PAUSED;
    world.spec.strategy = ROLLOUT_STRATEGY_RECREATE;
}

START_TEST(test_partition)
{
    advanced_world(partitions[_i].replicas, "1", "0", partitions[_i].partition);
    roll_add(&world, partitions[_i].replicas, -1, -1);
    roll_plan(&world);
    ck_assert_uint_eq(world.plan->limit_count, 3);
    ck_assert_int_eq(world.plan->limits[2].count, partitions[_i].limit);
}
END_TEST

START_TEST(test_advanced_trace)
{
    static const char *const stops[] = { "8/2 [2]", "8/5 6/5 6/6 [6] 4/6", "4/9 2/9 2/10 [10] 0/10" };
    static const char *const parts[] = { "20%", "60%", "100%" };
    char trace[512];
    advanced_world(10, "3", "2", parts[0]);
    roll_add(&world, 10, -1, -1);
    for (int i = 0; i < 3; i++) {
        world.spec.partition.text = (struct rollout_str){ parts[i], strlen(parts[i]) };
        trace[0] = '\0';
        ck_assert_str_eq(play(&world, 1, trace, sizeof trace), stops[i]);
    }
}
END_TEST

/* Without surge a new one begins with one pod. */
START_TEST(test_advanced_first_pod)
{
    char buf[64];
    advanced_world(10, "0", "1", "20%");
    roll_add(&world, 10, -1, -1);
    roll_plan(&world);
    ck_assert_str_eq(roll_sizes(&world, buf, sizeof buf), "9 1");
}
END_TEST

/* Middle revisions drain before the stable one. */
START_TEST(test_advanced_overtaking)
{
    char buf[64];
    advanced_world(10, "3", "5", "50%");
    roll_add(&world, 6, -1, -1);
    roll_add(&world, 4, -1, -1);
    roll_make_new(&world, roll_add(&world, 3, -1, -1));
    world.sets[2].available_replicas = 3;
    roll_plan(&world);
    ck_assert_str_eq(roll_sizes(&world, buf, sizeof buf), "5 0 3");
}
END_TEST

/* A smaller partition never shrinks the new one; the old ones grow back to what is kept. */
START_TEST(test_advanced_partition_lowered)
{
    char buf[64];
    advanced_world(10, "3", "2", "20%");
    roll_add(&world, 3, -1, -1);
    roll_add(&world, 1, -1, -1);
    roll_make_new(&world, roll_add(&world, 5, -1, -1));
    roll_plan(&world);
    ck_assert_str_eq(roll_sizes(&world, buf, sizeof buf), "4 1 5");
}
END_TEST

START_TEST(test_advanced_paused)
{
    char buf[64];
    advanced_world(10, "3", "2", "20%");
    world.spec.flags |= ROLLOUT_DEPLOYMENT_ADVANCED_PAUSED;
    roll_add(&world, 10, -1, -1);
    roll_plan(&world);
    ck_assert_str_eq(roll_sizes(&world, buf, sizeof buf), "10");
    ck_assert_uint_eq(world.plan->stopped_at, 4);
}
END_TEST

/* ---- 13, 14 ---- */

START_TEST(test_no_replicas)
{
    char buf[64];
    roll_world(&world, 0, "5", "0");
    roll_add(&world, 0, 0, 0);
    roll_plan(&world);
    ck_assert_str_eq(roll_sizes(&world, buf, sizeof buf), "0 0");
}
END_TEST

START_TEST(test_largest_numbers)
{
    char buf[64];
    roll_world(&world, INT32_MAX, "100%", "0");
    roll_add(&world, INT32_MAX - 1, INT32_MAX - 1, INT32_MAX);
    roll_make_new(&world, roll_add(&world, INT32_MAX, INT32_MAX - 1, 1));
    roll_plan(&world);
    ck_assert_uint_eq(world.plan->stopped_at, 6);
    ck_assert_str_eq(roll_sizes(&world, buf, sizeof buf), "2147483646 2147483648");
}
END_TEST

/* Of two of the same template the oldest is new, and the other is drained. */
START_TEST(test_equal_templates)
{
    char buf[64];
    roll_world(&world, 2, "1", "1");
    roll_add(&world, 2, 2, 3);
    roll_add(&world, 1, 2, 3);
    world.sets[0].flags = world.sets[1].flags = ROLLOUT_REPLICA_SET_SAME_TEMPLATE;
    roll_plan(&world);
    ck_assert_str_eq(roll_sizes(&world, buf, sizeof buf), "2 0");
}
END_TEST

/* Properties of 14 over all small worlds: never above the surge, and with fresh statuses never below what must be
 * available. */
START_TEST(test_small_worlds)
{
    char limits[2][4];
    for (int code = 0; code < 5 * 3 * 3 * 5 * 5 * 5; code++) {
        int c = code, replicas = c % 5, surge = (c /= 5) % 3, unavailable = (c /= 3) % 3, old = (c /= 3) % 5;
        int new_size = (c /= 5) % 5, up = (c /= 5) % 5;
        if (up > new_size || (surge == 0 && unavailable == 0))
            continue;
        snprintf(limits[0], sizeof limits[0], "%d", surge);
        snprintf(limits[1], sizeof limits[1], "%d", unavailable);
        roll_world(&world, replicas, limits[0], limits[1]);
        roll_add(&world, old, -1, -1);
        roll_make_new(&world, roll_add(&world, new_size, -1, -1));
        world.sets[1].available_replicas = up;
        int total = old + new_size, available = old + up, most = total > replicas + surge ? total : replicas + surge;
        int least = replicas - (unavailable < replicas ? unavailable : replicas);
        int shrinks_new = new_size > replicas;
        roll_plan(&world);
        roll_apply(&world);
        ck_assert_msg(world.sets[0].replicas + world.sets[1].replicas <= most, "world %d", code);
        int kept = world.sets[0].available_replicas + world.sets[1].available_replicas;
        ck_assert_msg(shrinks_new || kept >= (least < available ? least : available), "world %d: %d", code, kept);
        roll_free(&world);
    }
}
END_TEST

START_TEST(test_errors)
{
    roll_world(&world, 3, "three", "0");
    roll_plan(&world);
    ck_assert_uint_eq(world.plan->error_reason, ROLLOUT_REASON_SPEC_INVALID);
    ck_assert_str_eq(world.plan->error_message.data ? "spec.strategy.rollingUpdate.maxSurge: three is not usable" : "",
                     "spec.strategy.rollingUpdate.maxSurge: three is not usable");
    ck_assert_int_eq(strncmp(world.plan->error_message.data,
                             "spec.strategy.rollingUpdate.maxSurge: three is not usable",
                             world.plan->error_message.len),
                     0);
    roll_free(&world);
    roll_world(&world, -1, "1", "0");
    ck_assert_int_eq(rollout_plan(&world.workload, &world.snapshot, &world.plan, &world.error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(world.error.message, "replicas: -1 is negative");
    roll_world(&world, 1, "1", "0");
    roll_add(&world, -2, -1, -1);
    ck_assert_int_eq(rollout_plan(&world.workload, &world.snapshot, &world.plan, &world.error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(world.error.message, "replica_sets[0].replicas: -2 is negative");
}
END_TEST

/* The API refuses them. An old one with less than no pods available got a negative size, and then a share overflowed. */
START_TEST(test_status_negative)
{
    for (int i = 0; i < 3; i++) {
        roll_world(&world, 2, "1", "0");
        roll_add(&world, 1, -1, -1);
        struct rollout_replica_set_facts *set = &world.sets[0];
        *(i == 0 ? &set->status_replicas : i == 1 ? &set->ready_replicas : &set->available_replicas) = -1;
        ck_assert_int_eq(rollout_plan(&world.workload, &world.snapshot, &world.plan, &world.error),
                         ROLLOUT_ERR_INVALID);
        ck_assert_str_eq(world.error.message, i == 0   ? "replica_sets[0].status_replicas: -1 is negative"
                                              : i == 1 ? "replica_sets[0].ready_replicas: -1 is negative"
                                                       : "replica_sets[0].available_replicas: -1 is negative");
        roll_free(&world);
    }
}
END_TEST

/* ---- why ---- */

static void assert_said(uint32_t set, const char *wanted)
{
    char buf[256];
    ck_assert_str_eq(planned_verdict(world.plan, &world.snapshot, ROLLOUT_SUBJECT_REPLICA_SET, set, buf, sizeof buf),
                     wanted);
}

START_TEST(test_reasons)
{
    stuck_release();
    world.sets[0].available_replicas = 8;
    roll_make_new(&world, 1);
    roll_plan(&world);
    assert_said(0, "hold/scale MaxUnavailableReached: max_unavailable 5 of 5 used; first by v2");
    assert_said(1, "hold/scale MaxSurgeReached: max_surge 3 of 3 used; first by v1");
    world.spec.max_unavailable.count = 3; /* lifted */
    roll_plan(&world);
    assert_said(0, "scale ChildUpdated: replicas 8 becomes 7");
    world.spec.flags = ROLLOUT_DEPLOYMENT_PAUSED;
    roll_plan(&world);
    assert_said(0, "hold/scale Paused: paused by spec.paused");
    world.spec.flags = ROLLOUT_DEPLOYMENT_DELETING;
    roll_plan(&world);
    assert_said(1, "hold WorkloadDeleting: workload is being deleted");
}
END_TEST

/* What a pass took counts, and is named where nothing was unavailable before: reasons.md 7. */
START_TEST(test_reason_counts_taken)
{
    roll_world(&world, 6, "0", "1");
    roll_add(&world, 3, 6, 6);
    roll_add(&world, 2, 6, 6);
    roll_make_new(&world, roll_add(&world, 1, 6, 6));
    roll_plan(&world);
    assert_said(0, "scale ChildUpdated: replicas 3 becomes 2");
    assert_said(1, "hold/scale MaxUnavailableReached: max_unavailable 1 of 1 used; first by v1");
}
END_TEST

/* 4: old ones are scaled first, and only then waited for. */
START_TEST(test_reason_recreate)
{
    roll_world(&world, 3, "0", "0");
    world.spec.strategy = ROLLOUT_STRATEGY_RECREATE;
    roll_add(&world, 3, 3, 3);
    roll_make_new(&world, roll_add(&world, 0, 3, 3));
    roll_plan(&world);
    assert_said(1, "hold/scale ScaleFirst: this pass scales first: v1");
    world.sets[0].replicas = 0;
    roll_plan(&world);
    assert_said(1, "hold/scale OldPodsRunning: 3 old pods still there");
}
END_TEST

/* 3.3: a status above its size ends the pass, whatever the limits. */
START_TEST(test_reason_refused)
{
    roll_world(&world, 2, "1", "0");
    roll_add(&world, 1, 2, 3);
    roll_make_new(&world, roll_add(&world, 2, 2, 3));
    world.sets[0].available_replicas = 4;
    roll_plan(&world);
    assert_said(0, "hold/scale ActionsNotObserved: earlier actions not observed");
}
END_TEST

/* 5.4: a stale annotation of one that has its size makes every pass a scaling one. */
START_TEST(test_reason_deadlock)
{
    char buf[256];
    const char *wanted = "hold/scale Deadlock: stuck at v1: its annotation desired-replicas stays out of date";
    roll_world(&world, 1, "1", "0");
    roll_add(&world, 1, 0, 1);
    roll_make_new(&world, roll_add(&world, 0, 0, 1));
    roll_plan(&world);
    assert_said(1, wanted);
    ck_assert_ptr_nonnull(
        strstr(planned_verdict(world.plan, &world.snapshot, ROLLOUT_SUBJECT_WORKLOAD, 0, buf, sizeof buf), "Deadlock"));
}
END_TEST

/* 12.2: of old pods only those go that the partition does not keep, highest revision first. */
START_TEST(test_reason_partition)
{
    roll_world(&world, 10, "3", "2");
    world.spec.flags = ROLLOUT_DEPLOYMENT_ADVANCED;
    world.spec.partition = (struct rollout_intstr){ .kind = ROLLOUT_INTSTR_TEXT, .text = { "20%", 3 } };
    roll_add(&world, 8, 10, 13);
    roll_add(&world, 2, 10, 13);
    roll_make_new(&world, roll_add(&world, 2, 10, 13));
    roll_plan(&world);
    assert_said(0, "hold/scale PartitionReached: partition 2 keeps it, number 0 in order");
    assert_said(1, "scale ChildUpdated: replicas 2 becomes 0");
}
END_TEST

START_TEST(test_reasons_of_few)
{
    roll_world(&world, 5, "1", "0");
    roll_add(&world, 0, 5, 6);
    roll_make_new(&world, roll_add(&world, 5, 5, 6));
    world.sets[1].available_replicas = 3;
    roll_plan(&world);
    assert_said(0, "hold HistoryKept: history: number 1, 2147483647 are kept");
    assert_said(1, "hold NotReady: at the target, not ready: 3 of 5 available");
    world.sets[1].available_replicas = 5;
    roll_plan(&world);
    assert_said(1, "hold UpToDate: up to date at v2");
}
END_TEST

/* 6.2: the test is strict, so the deadline is over a millisecond after it. */
START_TEST(test_deadline)
{
    struct rollout_condition progress = { .type = { "Progressing", 11 },
                                          .status = { "True", 4 },
                                          .reason = { "ReplicaSetUpdated", 17 },
                                          .last_update_ms = INT64_C(1699999990000) };
    char buf[256];
    stuck_release();
    roll_make_new(&world, 1);
    world.sets[0].available_replicas = 8;
    world.status = (struct rollout_deployment_status){ .struct_size = sizeof world.status,
                                                       .replicas = 13,
                                                       .updated_replicas = 5,
                                                       .ready_replicas = 13,
                                                       .available_replicas = 13,
                                                       .conditions = &progress,
                                                       .condition_count = 1 };
    roll_plan(&world);
    ck_assert_int_eq(world.plan->next_ms, INT64_C(1700000590001));
    world.snapshot.now_ms = world.plan->next_ms - 1;
    roll_plan(&world);
    ck_assert_str_eq(planned_condition(world.plan, "Progressing", "reason", buf, sizeof buf), "ReplicaSetUpdated");
    world.snapshot.now_ms++;
    roll_plan(&world);
    ck_assert_str_eq(planned_condition(world.plan, "Progressing", "reason", buf, sizeof buf),
                     "ProgressDeadlineExceeded");
    ck_assert_str_eq(planned_verdict(world.plan, &world.snapshot, ROLLOUT_SUBJECT_WORKLOAD, 0, buf, sizeof buf),
                     "hold DeadlineExceeded: no progress since 2023-11-14T22:13:10.000Z, deadline 600 s");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("deployment");
    TCase *t = tcase_create("deployment");
    tcase_add_checked_fixture(t, setup, teardown);
#define LOOP(test, table) tcase_add_loop_test(t, test, 0, sizeof(table) / sizeof(*(table)))
    LOOP(test_fences, fences);
    LOOP(test_traces, traces);
    tcase_add_test(t, test_rolled_back);
    tcase_add_test(t, test_third_template);
    tcase_add_test(t, test_partly_available);
    tcase_add_test(t, test_late_status);
    LOOP(test_scaling, scalings);
    LOOP(test_scaling_paused, scalings);
    tcase_add_test(t, test_wakes_youngest);
    tcase_add_test(t, test_stale_annotation);
    LOOP(test_history, histories);
    tcase_add_test(t, test_history_paused);
    tcase_add_test(t, test_recreate);
    LOOP(test_partition, partitions);
    tcase_add_test(t, test_advanced_trace);
    tcase_add_test(t, test_advanced_first_pod);
    tcase_add_test(t, test_advanced_overtaking);
    tcase_add_test(t, test_advanced_partition_lowered);
    tcase_add_test(t, test_advanced_paused);
    tcase_add_test(t, test_no_replicas);
    tcase_add_test(t, test_largest_numbers);
    tcase_add_test(t, test_equal_templates);
    tcase_add_test(t, test_small_worlds);
    tcase_add_test(t, test_errors);
    tcase_add_test(t, test_status_negative);
    tcase_add_test(t, test_reasons);
    tcase_add_test(t, test_reasons_of_few);
    tcase_add_test(t, test_reason_counts_taken);
    tcase_add_test(t, test_reason_recreate);
    tcase_add_test(t, test_reason_refused);
    tcase_add_test(t, test_reason_deadlock);
    tcase_add_test(t, test_reason_partition);
    tcase_add_test(t, test_deadline);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

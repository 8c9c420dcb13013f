/* SPDX-License-Identifier: Apache-2.0 */
/* What rollout_simulation_*() take and refuse, how they are called, draws by the seed, and a release of 10,000 pods. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "story.h"

#define TOO_LONG INT64_C(1000000000001)
#define SIZED    .struct_size = sizeof(struct rollout_simulation_options)
#define TEXT(t)  { t, sizeof t - 1 }

static int failed;

static void expect(const char *what, int64_t wanted, int64_t got)
{
    if (wanted == got)
        return;
    printf("FAILED %s: %" PRId64 " expected, but %" PRId64 "\n", what, wanted, got);
    failed++;
}

static void expect_between(const char *what, int64_t least, int64_t most, int64_t got)
{
    if (got >= least && got <= most)
        return;
    printf("FAILED %s: %" PRId64 " to %" PRId64 " expected, but %" PRId64 "\n", what, least, most, got);
    failed++;
}

/* Of the kind, with so many old pods that all may be unavailable at once; updated in place. */
static struct small_world make_world(const char *kind, int pods)
{
    json_t *workload = json_pack(
        "{s:s, s:s, s:{s:s}, s:{s:i, s:s, s:{s:{s:s}}, s:{s:s, s:{s:s, s:i}}, s:{s:{s:{s:s}}, s:{s:[{s:s, s:s}]}}}}",
        "apiVersion", "apps.kruise.io/v1beta1", "kind", kind, "metadata", "name", "web", "spec", "replicas", pods,
        "serviceName", "web", "selector", "matchLabels", "app", "web", "updateStrategy", "type", "RollingUpdate",
        "rollingUpdate", "podUpdatePolicy", "InPlaceIfPossible", "maxUnavailable", pods, "template", "metadata",
        "labels", "app", "web", "spec", "containers", "name", "main", "image", "app:2");
    json_t *shorthand = json_pack("{s:o, s:s, s:[{s:i}]}", "workload", workload, "old", "app:1", "pods", "count", pods);
    json_t *snapshot = small_snapshot(shorthand);
    struct small_world world = small_decode(snapshot);
    json_decref(snapshot);
    json_decref(shorthand);
    return world;
}

static struct rollout_simulation *begin(const struct small_world *world,
                                        const struct rollout_simulation_options *options)
{
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_simulation *simulation;
    if (rollout_simulation_new(world->world, options, &simulation, &error))
        story_die("begin", &error);
    return simulation;
}

static struct telling play(const struct small_world *world, const struct rollout_simulation_options *options)
{
    struct telling t;
    struct rollout_simulation *simulation = begin(world, options);
    telling_hear(world->world, simulation, &t);
    failed += t.broken;
    rollout_simulation_free(simulation);
    return t;
}

/* ---- what is refused ---- */

static void test_others_pods_are_not_recreated(void)
{
    struct small_world world = make_world("SidecarSet", 3);
    const struct rollout_simulation_options options = { SIZED, .flags = ROLLOUT_SIMULATE_RECREATE };
    struct rollout_simulation *simulation = NULL;
    struct rollout_error error = { .struct_size = sizeof error };
    int r = rollout_simulation_new(world.world, &options, &simulation, &error);
    if (r != ROLLOUT_ERR_INVALID || strncmp(error.message, "flags: ", 7) != 0 || simulation) {
        printf("FAILED a SidecarSet's pods are not recreated: %d, %s\n", r, error.message);
        failed++;
    }
    small_free(&world);
}

/* The message begins with the place of what is wrong, whose value follows. */
static void test_refused(void)
{
    struct small_world world = make_world("CloneSet", 3), other = make_world("StatefulSet", 3);
    struct rollout_world no_workload = *world.world, no_snapshot = *world.world;
    no_workload.workload = NULL;
    no_snapshot.snapshot = NULL;
    static const struct rollout_str broken = { NULL, 3 }, unknown = TEXT("pods >= many");
    static const struct rollout_fault good = { .kind = ROLLOUT_FAULT_CRASH };
    const struct rollout_fault faults[][2] = {
        { good, { .kind = 0 } },
        { good, { .kind = 6 } },
        { good, { .kind = ROLLOUT_FAULT_CRASH, .share = 1000001 } },
        { good, { .kind = ROLLOUT_FAULT_CRASH, .at_ms = -1 } },
        { good, { .kind = ROLLOUT_FAULT_NODE, .at_ms = TOO_LONG } },
        { good, { .kind = ROLLOUT_FAULT_NODE, .target = { NULL, 3 } } },
        { good, { .kind = ROLLOUT_FAULT_NODE, .target = TEXT("nowhere") } },
        { good, { .kind = ROLLOUT_FAULT_IMAGE, .target = TEXT("web-older") } },
    };
    const struct rollout_change late = { TOO_LONG, world.world }, without = { 0, NULL }, kind = { 0, other.world },
                                nothing = { 0, &no_workload }, unseen = { 0, &no_snapshot };
    const struct {
        const char *message;
        struct rollout_simulation_options options;
    } cases[] = {
        { "flags: ", { SIZED, .flags = 1u << 30 } },
        { "observe_ms: -1 ", { SIZED, .observe_ms = -1 } },
        { "observe_ms: 1000000000001 ", { SIZED, .observe_ms = TOO_LONG } },
        { "limit_ms: -1 ", { SIZED, .limit_ms = -1 } },
        { "limit_ms: 1000000000001 ", { SIZED, .limit_ms = TOO_LONG } },
        { "delays[0].kind: 4 ", { SIZED, .delays = { { .kind = 4 } } } },
        { "run.kind: 4 ", { SIZED, .run = { .kind = 4 } } },
        { "run.a_ms: -1 ", { SIZED, .run = { .a_ms = -1 } } },
        { "delays[2].a_ms: -1 ", { SIZED, .delays = { [2] = { .a_ms = -1 } } } },
        { "delays[6].b_ms: 1000000000001 ", { SIZED, .delays = { [6] = { .b_ms = TOO_LONG } } } },
        { "delays[1].b_ms: 4 ",
          { SIZED, .delays = { [1] = { .kind = ROLLOUT_DELAY_UNIFORM, .a_ms = 5, .b_ms = 4 } } } },
        { "faults: ", { SIZED, .fault_count = 1 } },
        { "faults[1].kind: ", { SIZED, .faults = faults[0], .fault_count = 2 } },
        { "faults[1].kind: ", { SIZED, .faults = faults[1], .fault_count = 2 } },
        { "faults[1].share: ", { SIZED, .faults = faults[2], .fault_count = 2 } },
        { "faults[1].at_ms: -1 ", { SIZED, .faults = faults[3], .fault_count = 2 } },
        { "faults[1].at_ms: 1000000000001 ", { SIZED, .faults = faults[4], .fault_count = 2 } },
        { "faults[1].target: ", { SIZED, .faults = faults[5], .fault_count = 2 } },
        { "faults[1].target: nowhere ", { SIZED, .faults = faults[6], .fault_count = 2 } },
        { "faults[1].target: web-older ", { SIZED, .faults = faults[7], .fault_count = 2 } },
        { "changes: ", { SIZED, .change_count = 1 } },
        { "changes[0].at_ms: 1000000000001 ", { SIZED, .changes = &late, .change_count = 1 } },
        { "changes[0].world: ", { SIZED, .changes = &without, .change_count = 1 } },
        { "changes[0].world.workload: ", { SIZED, .changes = &nothing, .change_count = 1 } },
        { "changes[0].world.snapshot: ", { SIZED, .changes = &unseen, .change_count = 1 } },
        { "changes[0].world.workload: ", { SIZED, .changes = &kind, .change_count = 1 } },
        { "assertions: ", { SIZED, .assertion_count = 1 } },
        { "assertions[0]: ", { SIZED, .assertions = &broken, .assertion_count = 1 } },
        { "assertions[0]: ", { SIZED, .assertions = &unknown, .assertion_count = 1 } },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rollout_error error = { .struct_size = sizeof error };
        struct rollout_simulation *simulation = NULL;
        size_t field = strcspn(cases[i].message, "[:.");
        expect(cases[i].message, ROLLOUT_ERR_INVALID,
               rollout_simulation_new(world.world, &cases[i].options, &simulation, &error));
        if (simulation || strncmp(error.message, cases[i].message, strlen(cases[i].message)) != 0 ||
            strncmp(error.field, cases[i].message, field) != 0)
            failed += printf("FAILED %s: \"%s\" of \"%s\"\n", cases[i].message, error.message, error.field) > 0;
    }
    small_free(&other);
    small_free(&world);
}

static void expect_null(const char *what, int code, const struct rollout_error *error)
{
    expect(what, ROLLOUT_ERR_INVALID, code);
    if (strcmp(error->field, what) != 0)
        failed += printf("FAILED %s: \"%s\"\n", what, error->field) > 0;
}

static void test_null(void)
{
    struct small_world world = make_world("CloneSet", 3);
    struct rollout_world no_workload = *world.world, no_snapshot = *world.world;
    struct rollout_simulation_options options = { SIZED }, sized = { .struct_size = 5 };
    struct rollout_simulation_state state = { .struct_size = sizeof state };
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_simulation *s = NULL;
    no_workload.workload = NULL;
    no_snapshot.snapshot = NULL;
    expect_null("world", rollout_simulation_new(NULL, &options, &s, &error), &error);
    expect_null("options", rollout_simulation_new(world.world, NULL, &s, &error), &error);
    expect_null("ret_simulation", rollout_simulation_new(world.world, &options, NULL, &error), &error);
    expect_null("workload", rollout_simulation_new(&no_workload, &options, &s, &error), &error);
    expect_null("snapshot", rollout_simulation_new(&no_snapshot, &options, &s, &error), &error);
    expect_null("simulation", rollout_simulation_step(NULL, &state, &error), &error);
    expect_null("simulation", rollout_simulation_restart(NULL, 1, &error), &error);
    expect("a size that is none", ROLLOUT_ERR_ABI, rollout_simulation_new(world.world, &sized, &s, &error));
    expect("nothing was made", 1, s == NULL);
    s = begin(&world, &options);
    expect_null("state", rollout_simulation_step(s, NULL, &error), &error);
    expect("nothing of nothing", 1,
           !rollout_simulation_workload(NULL) && !rollout_simulation_snapshot(NULL) && !rollout_simulation_plan(NULL) &&
               rollout_simulation_changes(NULL) == 0);
    rollout_simulation_free(NULL);
    rollout_simulation_free(s);
    small_free(&world);
}

/* ---- how it is called ---- */

static void step(struct rollout_simulation *s, void *state)
{
    struct rollout_error error = { .struct_size = sizeof error };
    if (rollout_simulation_step(s, state, &error))
        story_die("step", &error);
}

/* A caller that knows less gets less, one that knows more gets zeros. */
static void test_sizes(void)
{
    struct {
        struct rollout_simulation_state state;
        unsigned char more[16];
    } room;
    struct small_world world = make_world("CloneSet", 3);
    struct rollout_simulation_options options = { SIZED, .delays = { [ROLLOUT_STEP_READY] = { .a_ms = 2000 } } };
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_simulation *s = begin(&world, &options);
    memset(&room, 0xee, sizeof room);
    room.state.struct_size = offsetof(struct rollout_simulation_state, wanted);
    step(s, &room);
    expect("passes", 1, (int64_t)room.state.passes);
    expect("what was not asked for", (int64_t)0xeeeeeeeeeeeeeeee, room.state.wanted);
    room.state.struct_size = sizeof room;
    step(s, &room);
    expect("wanted", 3, room.state.wanted);
    expect("size", sizeof room, room.state.struct_size);
    expect("what is unknown", 0, room.more[0] | room.more[15]);
    room.state.struct_size = 2;
    expect("no size", ROLLOUT_ERR_ABI, rollout_simulation_step(s, &room.state, &error));
    rollout_simulation_free(s);
    small_free(&world);
}

static void test_course(void)
{
    struct small_world world = make_world("CloneSet", 3);
    struct rollout_change change = { -1, world.world };
    struct rollout_simulation_options options = { SIZED, .changes = &change, .change_count = 1 };
    struct rollout_simulation_state state = { .struct_size = sizeof state }, again = state;
    struct rollout_simulation *s = begin(&world, &options);
    expect("before the first pass there is no plan", 1,
           !rollout_simulation_plan(s) && !rollout_simulation_snapshot(s) && !rollout_simulation_workload(s));
    step(s, &state);
    expect("the first pass is at once", 0, state.now_ms);
    expect("its plan is not carried out yet", 0, (int64_t)state.writes);
    expect("three updates", 3, (int64_t)rollout_simulation_plan(s)->action_count);
    expect("of what was there", 3, (int64_t)rollout_simulation_snapshot(s)->pods.count);
    expect("of what is asked for", 1, rollout_simulation_workload(s)->cloneset != NULL);
    expect("no change was made", 0, (int64_t)rollout_simulation_changes(s));
    step(s, &state);
    expect("then it is", 3, (int64_t)state.writes);
    while (state.outcome == ROLLOUT_SIMULATION_RUNS)
        step(s, &state);
    expect("done", ROLLOUT_SIMULATION_DONE, state.outcome);
    expect("the change was made", 1, (int64_t)rollout_simulation_changes(s));
    step(s, &again);
    expect("at the end nothing changes any more", 0, memcmp(&state, &again, sizeof state));
    rollout_simulation_free(s);
    small_free(&world);
}

static void test_assertions(void)
{
    static const struct rollout_str claims[] = { TEXT("total <= 3"), TEXT("available >= 3") };
    struct small_world world = make_world("CloneSet", 3);
    struct rollout_simulation_options options = { SIZED, .assertions = claims, .assertion_count = 2 };
    struct telling t = play(&world, &options);
    expect("an assertion fails", ROLLOUT_SIMULATION_FAILED, t.state.outcome);
    expect("which", 1, t.state.failed_assertion);
    expect("when the first plan is carried out", 0, t.state.now_ms);
    expect("with a reason", 1, t.state.message[0] != 0);
    telling_free(&t);
    options.assertion_count = 1;
    t = play(&world, &options);
    expect("the other one holds", ROLLOUT_SIMULATION_DONE, t.state.outcome);
    expect("none failed", ROLLOUT_NONE, t.state.failed_assertion);
    expect("without a reason", 0, t.state.message[0]);
    telling_free(&t);
    small_free(&world);
}

/* ---- what is drawn ---- */

static void test_seeds(void)
{
    static const char *const kinds[] = { "CloneSet", "StatefulSet" };
    for (size_t k = 0; k < 2; k++) {
        struct small_world world = make_world(kinds[k], 20);
        struct rollout_simulation_options options = { SIZED, .seed = 7 };
        struct rollout_error error = { .struct_size = sizeof error };
        for (int i = 0; i < ROLLOUT_STEP_COUNT; i++)
            options.delays[i] = (struct rollout_delay){ ROLLOUT_DELAY_UNIFORM, 0, 1000, 60000 };
        struct telling first = play(&world, &options), second = play(&world, &options), third, fourth;
        options.seed = 8;
        struct rollout_simulation *s = begin(&world, &options);
        telling_hear(world.world, s, &third);
        if (rollout_simulation_restart(s, 7, &error))
            story_die("restart", &error);
        telling_hear(world.world, s, &fourth);
        rollout_simulation_free(s);
        expect(kinds[k], ROLLOUT_SIMULATION_DONE, first.state.outcome);
        expect("the same seed", 1, first.hash == second.hash);
        expect("the same seed, begun again", 1, first.hash == fourth.hash);
        expect("another seed", 0, first.hash == third.hash);
        telling_free(&first);
        telling_free(&second);
        telling_free(&third);
        telling_free(&fourth);
        small_free(&world);
    }
}

/* A range is kept: with 1 to 2 s to start and to be ready each, all 200 at once are over within 2 to 4 s, seen by 5; and as
 * 200 draws are not alike, the first is before 3 s and the last after. */
static void test_range(void)
{
    struct small_world world = make_world("CloneSet", 200);
    struct rollout_delay range = { ROLLOUT_DELAY_UNIFORM, 0, 1000, 2000 };
    struct rollout_simulation_options options = {
        SIZED, .observe_ms = 1, .delays = { [ROLLOUT_STEP_START] = range, [ROLLOUT_STEP_READY] = range }
    };
    struct rollout_simulation_state state = { .struct_size = sizeof state };
    struct rollout_simulation *s = begin(&world, &options);
    int64_t first_ms = 0, last_ms = 0;
    for (step(s, &state); state.outcome == ROLLOUT_SIMULATION_RUNS; step(s, &state)) {
        if (state.available > 0 && state.now_ms > 0 && !first_ms && state.writes > 0)
            first_ms = state.now_ms;
        if (state.available < 200)
            last_ms = state.now_ms;
    }
    expect_between("the first one", 2000, 2999, first_ms);
    expect_between("the last one", 3001, 4001, last_ms + 1);
    rollout_simulation_free(s);
    small_free(&world);
}

/* Of 1000 pods a share is hit: within four standard deviations, sqrt(1000 p (1 - p)). */
static void test_shares(void)
{
    static const struct {
        const char *what;
        struct rollout_fault fault;
        int64_t least, most;
    } cases[] = {
        { "never ready, 30%", { .kind = ROLLOUT_FAULT_NEVER_READY, .share = 300000 }, 242, 358 },
        { "never ready, all", { .kind = ROLLOUT_FAULT_NEVER_READY }, 1000, 1000 },
        { "never ready, all, said otherwise", { .kind = ROLLOUT_FAULT_NEVER_READY, .share = 1000000 }, 1000, 1000 },
        { "never ready, one in a million", { .kind = ROLLOUT_FAULT_NEVER_READY, .share = 1 }, 0, 2 },
        { "image, 10%", { .kind = ROLLOUT_FAULT_IMAGE, .share = 100000 }, 62, 138 },
        { "image, of the old one", { .kind = ROLLOUT_FAULT_IMAGE, .target = TEXT("web-old") }, 0, 0 },
        { "image, of the new one", { .kind = ROLLOUT_FAULT_IMAGE, .target = TEXT("web-new") }, 1000, 1000 },
    };
    struct small_world world = make_world("CloneSet", 1000);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rollout_simulation_options options = { SIZED, .faults = &cases[i].fault, .fault_count = 1 };
        struct telling t = play(&world, &options);
        expect_between(cases[i].what, cases[i].least, cases[i].most, 1000 - t.state.available);
        expect(cases[i].what, t.state.available == 1000 ? ROLLOUT_SIMULATION_DONE : ROLLOUT_SIMULATION_STUCK,
               t.state.outcome);
        /* a container whose image is not there has not restarted */
        expect(cases[i].what, cases[i].fault.kind == ROLLOUT_FAULT_IMAGE ? t.state.available : 1000,
               (int64_t)t.state.restarts);
        telling_free(&t);
    }
    /* Crashes, 20%, a minute after they became ready; each once. */
    struct rollout_fault crash = {
        .kind = ROLLOUT_FAULT_CRASH, .share = 200000, .at_ms = 60000, .target = TEXT("web-new")
    };
    struct rollout_simulation_options options = { SIZED, .faults = &crash, .fault_count = 1 };
    struct telling t = play(&world, &options), u;
    expect("crashes", ROLLOUT_SIMULATION_DONE, t.state.outcome);
    expect_between("crashes", 150, 250, (int64_t)t.state.restarts - 1000);
    options.seed = 1;
    u = play(&world, &options);
    expect("another seed hits others", 0, u.hash == t.hash);
    telling_free(&u);
    telling_free(&t);
    small_free(&world);
}

/* Faults that come at a time come then, however they are listed. */
static void test_order_of_faults(void)
{
    struct rollout_fault faults[] = {
        { .kind = ROLLOUT_FAULT_BREAK, .at_ms = 3000, .target = TEXT("web-0") },
        { .kind = ROLLOUT_FAULT_BREAK, .at_ms = 1000, .target = TEXT("web-1") },
        { .kind = ROLLOUT_FAULT_BREAK, .at_ms = 2000, .target = TEXT("web-2") },
    };
    struct small_world world = make_world("CloneSet", 5);
    struct rollout_simulation_options options = { SIZED, .faults = faults, .fault_count = 3 };
    options.delays[ROLLOUT_STEP_READY].a_ms = 10000;
    struct telling one = play(&world, &options), other;
    struct rollout_fault first = faults[0];
    faults[0] = faults[2];
    faults[2] = first;
    other = play(&world, &options);
    expect("faults in another order", 1, one.hash == other.hash);
    expect("they came", 2, other.state.available);
    telling_free(&one);
    telling_free(&other);
    small_free(&world);
}

/* A driver that dies after every fourth write, and six pods at once: 4 updates, then 2; of the 12 that make conditions and
 * states right again 2, 4, 4 and 2, for it counts on from pass to pass. Who dies has not written the status. */
static void test_crash(void)
{
    static const int64_t writes[] = { 0, 4, 6, 8, 12, 16, 18 };
    struct small_world world = make_world("CloneSet", 6);
    struct rollout_simulation_options options = { SIZED, .crash_after = 4,
                                                  .delays = { [ROLLOUT_STEP_START] = { .a_ms = 10000 } } };
    struct rollout_simulation_state state = { .struct_size = sizeof state };
    struct rollout_simulation *s = begin(&world, &options);
    size_t seen = 0;
    for (step(s, &state); state.outcome == ROLLOUT_SIMULATION_RUNS; step(s, &state)) {
        const struct rollout_cloneset_status *status = rollout_simulation_workload(s)->cloneset->status;
        if (seen > 0 && (int64_t)state.writes == writes[seen - 1])
            continue;
        if (seen < 3)
            expect("the status", seen == 2 ? 6 : 0, status ? status->replicas : 0);
        if (seen < sizeof writes / sizeof *writes)
            expect("writes so far", writes[seen], (int64_t)state.writes);
        seen++;
    }
    expect("dying drivers", ROLLOUT_SIMULATION_DONE, state.outcome);
    expect("their passes with writes", sizeof writes / sizeof *writes, (int64_t)seen);
    rollout_simulation_free(s);
    small_free(&world);
}

/* ---- many ---- */

static void test_ten_thousand(void)
{
    enum { PODS = 10000, BATCH = 100, BATCHES = PODS / BATCH };
    json_t *workload = json_pack(
        "{s:s, s:s, s:{s:s}, s:{s:i, s:{s:{s:s}}, s:{s:s, s:{s:s, s:s}}, s:{s:{s:{s:s}}, s:{s:[{s:s, s:s}]}}}}",
        "apiVersion", "apps.kruise.io/v1beta1", "kind", "CloneSet", "metadata", "name", "web", "spec", "replicas", PODS,
        "selector", "matchLabels", "app", "web", "updateStrategy", "type", "RollingUpdate", "rollingUpdate",
        "podUpdatePolicy", "InPlaceIfPossible", "maxUnavailable", "1%", "template", "metadata", "labels", "app", "web",
        "spec", "containers", "name", "main", "image", "app:2");
    json_t *shorthand = json_pack("{s:o, s:s, s:[{s:i}]}", "workload", workload, "old", "app:1", "pods", "count", PODS);
    json_t *snapshot = small_snapshot(shorthand);
    struct small_world world = small_decode(snapshot);
    struct rollout_simulation_options options = { SIZED };
    options.delays[ROLLOUT_STEP_PULL].a_ms = 3000;
    options.delays[ROLLOUT_STEP_START].a_ms = 1000;
    options.delays[ROLLOUT_STEP_READY].a_ms = 2000;
    /* A hundred batches of 6 s. Passes of a batch: it is updated, that is observed a second later, restarted at 4 s, which is
     * written to the pods and observed a second later; at 6 s it is ready, which is the next one's first. Each pod is written
     * to thrice: the update, its condition, its state. */
    struct telling t = play(&world, &options);
    expect("ten thousand", ROLLOUT_SIMULATION_DONE, t.state.outcome);
    expect("duration", 6000 * BATCHES, t.state.now_ms);
    expect("passes", 4 * BATCHES + 1, (int64_t)t.state.passes);
    expect("writes", 3 * PODS, (int64_t)t.state.writes);
    expect("in place", PODS, (int64_t)t.state.in_place);
    expect("restarts", PODS, (int64_t)t.state.restarts);
    expect("disruptions", PODS, (int64_t)t.state.disruptions);
    expect("fewest available", PODS - BATCH, t.state.lowest_available);
    expect("most", PODS, t.state.peak_total);
    expect("updated", PODS, t.state.updated);
    telling_free(&t);
    small_free(&world);
    json_decref(snapshot);
    json_decref(shorthand);
}

int main(void)
{
    test_refused();
    test_others_pods_are_not_recreated();
    test_null();
    test_sizes();
    test_course();
    test_assertions();
    test_seeds();
    test_range();
    test_shares();
    test_order_of_faults();
    test_crash();
    test_ten_thousand();
    return failed != 0;
}

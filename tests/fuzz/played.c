/* SPDX-License-Identifier: Apache-2.0 */
#include "played.h"

#include <string.h>

/* Longer ones are cut: each step plans, and each state is a few of them. */
enum { STEPS = 80, STATES = 200, PODS = 300 };

const struct rollout_world *played_facts(struct fuzz *f, enum facts_kind kind)
{
    facts_played = true;
    struct facts facts = facts_make(f, kind);
    struct rollout_world world = { .workload = facts.workload, .snapshot = facts.snapshot };
    return fuzz_sized(f, &world, sizeof world, false);
}

/* ---- options ---- */

static int64_t duration(struct fuzz *f, bool broken)
{
    uint8_t how = fuzz_byte(f);
    if (how < 96)
        return 0;
    if (how < 240)
        return (int64_t)fuzz_below(f, 100000);
    return broken ? fuzz_long(f) : how % 2 ? INT64_C(1000000000000) : (int64_t)fuzz_u32(f);
}

static struct rollout_delay delay(struct fuzz *f, bool broken)
{
    struct rollout_delay d = { .kind = broken ? fuzz_enum(f, ROLLOUT_DELAY_PERCENTILES) : fuzz_below(f, 4) };
    d.a_ms = duration(f, broken);
    d.b_ms = duration(f, broken);
    if (broken)
        return d;
    if (d.kind == ROLLOUT_DELAY_PERCENTILES && d.a_ms == 0)
        d.a_ms = 1;
    if ((d.kind == ROLLOUT_DELAY_UNIFORM || d.kind == ROLLOUT_DELAY_PERCENTILES) && d.b_ms < d.a_ms)
        d.b_ms = d.a_ms;
    return d;
}

static void make_fault(struct fuzz *f, enum facts_kind kind, bool broken, uint32_t index, void *ret)
{
    static const char *const prefixes[] = { "web-", "node-", "zone-", "rev-" };
    (void)kind;
    (void)index;
    *(struct rollout_fault *)ret = (struct rollout_fault){
        .kind = broken ? fuzz_enum(f, ROLLOUT_FAULT_ROOM) : 1 + fuzz_below(f, ROLLOUT_FAULT_ROOM),
        .share = fuzz_below(f, 2) ? fuzz_below(f, broken ? 1000002 : 1000001) : 0,
        .at_ms = duration(f, broken),
        .target = fuzz_below(f, 4) ? facts_name(f, prefixes[fuzz_below(f, 4)], 4, broken) : (struct rollout_str){ 0 },
    };
}

/* Worlds of changes, one after the other: the element's maker knows no more than this. */
static const struct rollout_world *change_worlds[2];

static void make_change(struct fuzz *f, enum facts_kind kind, bool broken, uint32_t index, void *ret)
{
    (void)kind;
    *(struct rollout_change *)ret = (struct rollout_change){
        .at_ms = fuzz_below(f, 3) ? duration(f, broken) : -1,
        .world = broken && fuzz_one_in(f, 32) ? NULL : change_worlds[index % 2],
    };
}

static void make_assertion(struct fuzz *f, enum facts_kind kind, bool broken, uint32_t index, void *ret)
{
    static const char *const texts[] = {
        "available >= 90%",
        "total <= replicas + 1",
        "total <= replicas + max_surge",
        "per zone: unavailable <= 1",
        "order: role=follower before role=leader",
        "finishes within 10m",
        "restarts <= 2",
        "old >= 3 until partition 0",
        "available >= replicas - max_unavailable",
        "unavailable <= 100%",
        "updated != 1000000000000 - 999999999999",
        "available >= 0",
        "per zone: available > 10000%",
        "finishes within 1000000h",
    };
    struct rollout_str text = fuzz_str(f, texts[fuzz_below(f, sizeof texts / sizeof *texts)]);
    (void)kind;
    (void)index;
    if (broken && fuzz_one_in(f, 3))
        text = fuzz_text(f, true);
    else if (broken && text.len && fuzz_one_in(f, 2)) {
        char *bytes = fuzz_copy(f, text.data, text.len);
        for (uint32_t n = 1 + fuzz_below(f, 4); n > 0; n--)
            bytes[fuzz_below(f, (uint32_t)text.len)] = (char)fuzz_byte(f);
        text.data = bytes;
    }
    *(struct rollout_str *)ret = text;
}

/* ---- simulations ---- */

static const struct rollout_simulation_options *simulation_options(struct fuzz *f, bool broken)
{
    struct rollout_simulation_options o = {
        .flags = broken ? fuzz_flags(f, 3) : fuzz_below(f, 2),
        .seed = fuzz_u64(f),
        .observe_ms = fuzz_below(f, 2) ? 0 : duration(f, broken),
        .limit_ms = fuzz_below(f, 2) ? 0 : duration(f, broken),
        .crash_after = fuzz_below(f, 2) ? 0 : fuzz_below(f, 8),
    };
    for (size_t i = 0; i < ROLLOUT_STEP_COUNT; i++)
        o.delays[i] = delay(f, broken);
    if (broken && fuzz_one_in(f, 64))
        o.delays[fuzz_below(f, ROLLOUT_STEP_COUNT)].reserved = 1;
    o.faults = facts_list(f, FACTS_CLONESET, broken, 4, sizeof *o.faults, make_fault, &o.fault_count);
    o.changes = facts_list(f, FACTS_CLONESET, broken, 3, sizeof *o.changes, make_change, &o.change_count);
    o.assertions = facts_list(f, FACTS_CLONESET, broken, 4, sizeof *o.assertions, make_assertion, &o.assertion_count);
    return fuzz_sized(f, &o, sizeof o, broken);
}

static void state_holds(const struct rollout_simulation_state *s, const struct rollout_simulation_state *before)
{
    FUZZ_REQUIRE(s->struct_size == sizeof *s && s->reserved == 0);
    FUZZ_REQUIRE(s->outcome <= ROLLOUT_SIMULATION_FAILED);
    FUZZ_REQUIRE((s->outcome == ROLLOUT_SIMULATION_FAILED) == (s->failed_assertion != ROLLOUT_NONE));
    FUZZ_REQUIRE(memchr(s->message, '\0', sizeof s->message));
    FUZZ_REQUIRE((s->outcome == ROLLOUT_SIMULATION_FAILED) == (s->message[0] != '\0'));
    FUZZ_REQUIRE(s->now_ms >= before->now_ms && s->passes >= before->passes && s->writes >= before->writes);
    FUZZ_REQUIRE(s->total >= 0 && s->available >= 0 && s->available <= s->total);
    FUZZ_REQUIRE(s->updated >= 0 && s->updated <= s->total);
    FUZZ_REQUIRE(s->lowest_available <= s->available && s->peak_total >= s->total);
    FUZZ_REQUIRE(s->lowest_available_at_ms <= s->now_ms && s->peak_total_at_ms <= s->now_ms);
    FUZZ_REQUIRE(s->lowest_in_zone >= 0);
}

/* Up to its end, or until it has been looked at for long enough. False: it cannot go on. */
static bool play(struct fuzz *f, struct rollout_simulation *s, struct rollout_simulation_state *last)
{
    memset(last, 0, sizeof *last);
    for (size_t i = 0; i < STEPS; i++) {
        struct rollout_error *error = fuzz_whole_error(f);
        struct rollout_simulation_state state = { .struct_size = sizeof state };
        int rc = rollout_simulation_step(s, &state, error);
        if (rc != ROLLOUT_OK) {
            fuzz_failed(rc, error);
            (void)rollout_simulation_step(s, &state, NULL); /* it comes back */
            return false;
        }
        state_holds(&state, last);
        *last = state;
        if (state.outcome != ROLLOUT_SIMULATION_RUNS || state.total > PODS)
            return true;
        FUZZ_REQUIRE(rollout_simulation_plan(s) && rollout_simulation_workload(s) && rollout_simulation_snapshot(s));
    }
    return true;
}

static void ask(struct fuzz *f, struct rollout_simulation *s, bool begun)
{
    struct rollout_world world;
    struct rollout_error *error = fuzz_whole_error(f);
    int rc = rollout_simulation_world(s, &world, error);
    FUZZ_REQUIRE(rc == (begun ? ROLLOUT_OK : ROLLOUT_ERR_INVALID));
    if (rc != ROLLOUT_OK) {
        fuzz_failed(rc, error);
        FUZZ_REQUIRE(!rollout_simulation_plan(s) && !rollout_simulation_workload(s) && !rollout_simulation_snapshot(s));
        return;
    }
    FUZZ_REQUIRE(world.workload == rollout_simulation_workload(s));
    FUZZ_REQUIRE(world.snapshot == rollout_simulation_snapshot(s));
}

static void older_caller(struct fuzz *f, struct rollout_simulation *s)
{
    uint32_t size = fuzz_below(f, 8) ? fuzz_below(f, sizeof(struct rollout_simulation_state) + 64) : fuzz_u32(f);
    struct rollout_simulation_state *state = fuzz_alloc(f, size < sizeof size ? sizeof size
                                                           : size > 65536     ? sizeof size
                                                                              : size);
    struct rollout_error *error = fuzz_whole_error(f);
    memcpy(state, &size, sizeof size);
    int rc = rollout_simulation_step(s, state, error);
    if (rc != ROLLOUT_OK)
        fuzz_failed(rc, error);
    FUZZ_REQUIRE(memcmp(state, &size, sizeof size) == 0);
}

void played_simulation(struct fuzz *f, const struct rollout_world *world, const struct rollout_world *other)
{
    bool broken = fuzz_one_in(f, 4);
    struct rollout_simulation *s = NULL;
    struct rollout_simulation_state first, second;
    struct rollout_error *error = fuzz_whole_error(f);
    change_worlds[0] = fuzz_one_in(f, 4) ? world : other;
    change_worlds[1] = world;
    const struct rollout_simulation_options *options = simulation_options(f, broken);
    int rc = rollout_simulation_new(world, options, &s, error);
    if (rc != ROLLOUT_OK) {
        fuzz_failed(rc, error);
        FUZZ_REQUIRE(!s);
        return;
    }
    ask(f, s, false);
    bool whole = play(f, s, &first);
    ask(f, s, first.passes > 0);
    if (whole && first.outcome != ROLLOUT_SIMULATION_RUNS) { /* the end is the end */
        FUZZ_REQUIRE(play(f, s, &second));
        FUZZ_REQUIRE(memcmp(&first, &second, sizeof first) == 0);
    }
    if (options->struct_size >= 16) { /* the same seed gives the same release */
        error = fuzz_whole_error(f);
        rc = rollout_simulation_restart(s, options->seed, error);
        FUZZ_REQUIRE(rc == ROLLOUT_OK);
        FUZZ_REQUIRE(play(f, s, &second) == whole);
        first.lowest_zone = second.lowest_zone = (struct rollout_str){ 0 };
        FUZZ_REQUIRE(memcmp(&first, &second, sizeof first) == 0);
    }
    if (fuzz_one_in(f, 4)) {
        FUZZ_REQUIRE(rollout_simulation_restart(s, fuzz_u64(f), NULL) == ROLLOUT_OK);
        FUZZ_REQUIRE(rollout_simulation_changes(s) == 0);
        older_caller(f, s);
    }
    rollout_simulation_free(s);
}

/* ---- explorations ---- */

static const struct rollout_check_options *check_options(struct fuzz *f, bool broken)
{
    struct rollout_check_options o = {
        .flags = broken ? fuzz_flags(f, 255) : fuzz_byte(f),
        .faults = fuzz_below(f, broken ? 17 : 4),
        .reserved = broken && fuzz_one_in(f, 64),
        .state_limit = 1 + fuzz_below(f, STATES),
        .memory_limit = fuzz_below(f, 4) ? 0 : 1 + fuzz_below(f, 1 << 20),
    };
    o.changes = facts_list(f, FACTS_CLONESET, broken, 3, sizeof *o.changes, make_change, &o.change_count);
    o.assertions = facts_list(f, FACTS_CLONESET, broken, 3, sizeof *o.assertions, make_assertion, &o.assertion_count);
    return fuzz_sized(f, &o, sizeof o, broken);
}

static void tell(struct fuzz *f, struct rollout_check *c, const struct rollout_check_result *result)
{
    struct rollout_error *error;
    for (size_t i = 0; i < result->story; i++) {
        struct rollout_check_story story = { .struct_size = sizeof story };
        error = fuzz_whole_error(f);
        int rc = rollout_check_story(c, i, &story, error);
        if (rc != ROLLOUT_OK) {
            fuzz_failed(rc, error);
            continue;
        }
        FUZZ_REQUIRE(story.move <= ROLLOUT_MOVE_TIME && story.workload && story.snapshot);
        FUZZ_REQUIRE(story.text[0] && memchr(story.text, '\0', sizeof story.text));
        FUZZ_REQUIRE((story.plan != NULL) == (story.move == ROLLOUT_MOVE_PASS));
    }
    struct rollout_check_story story = { .struct_size = sizeof story };
    error = fuzz_whole_error(f);
    FUZZ_REQUIRE(rollout_check_story(c, result->story, &story, error) == ROLLOUT_ERR_INVALID);
    fuzz_failed(ROLLOUT_ERR_INVALID, error);
}

static void result_holds(const struct rollout_check_result *r, const struct rollout_check_result *before)
{
    bool wrong = r->outcome >= ROLLOUT_CHECK_UNSAFE && r->outcome <= ROLLOUT_CHECK_LOOPS;
    FUZZ_REQUIRE(r->struct_size == sizeof *r && r->outcome <= ROLLOUT_CHECK_MEMORY);
    FUZZ_REQUIRE(r->states <= r->found && r->states >= before->states && r->steps >= before->steps);
    FUZZ_REQUIRE(wrong == (r->story > 0) && wrong == (r->message[0] != '\0'));
    FUZZ_REQUIRE(memchr(r->message, '\0', sizeof r->message));
    FUZZ_REQUIRE((r->outcome == ROLLOUT_CHECK_LOOPS) == (r->loop > 0) && r->loop <= r->story);
    if (r->outcome == ROLLOUT_CHECK_HOLDS)
        FUZZ_REQUIRE(r->states == r->found);
}

void played_check(struct fuzz *f, const struct rollout_world *world, const struct rollout_world *other)
{
    bool broken = fuzz_one_in(f, 4);
    struct rollout_check *c = NULL;
    struct rollout_check_result result = { .struct_size = sizeof result }, before = result;
    struct rollout_error *error = fuzz_whole_error(f);
    change_worlds[0] = fuzz_one_in(f, 4) ? world : other;
    change_worlds[1] = world;
    int rc = rollout_check_new(world, check_options(f, broken), &c, error);
    if (rc != ROLLOUT_OK) {
        fuzz_failed(rc, error);
        FUZZ_REQUIRE(!c);
        return;
    }
    uint32_t at_once = 1 + fuzz_below(f, STATES);
    for (uint32_t i = 0; i < STATES && result.outcome == ROLLOUT_CHECK_RUNS; i += at_once) {
        error = fuzz_whole_error(f);
        rc = rollout_check_step(c, at_once, &result, error);
        if (rc != ROLLOUT_OK) {
            fuzz_failed(rc, error);
            (void)rollout_check_step(c, 1, &result, NULL); /* it comes back */
            break;
        }
        result_holds(&result, &before);
        before = result;
    }
    if (rc == ROLLOUT_OK) {
        tell(f, c, &result);
        if (result.outcome != ROLLOUT_CHECK_RUNS) { /* the end is the end */
            FUZZ_REQUIRE(rollout_check_step(c, 10, &result, NULL) == ROLLOUT_OK);
            FUZZ_REQUIRE(memcmp(&result, &before, sizeof result) == 0);
        }
    }
    rollout_check_free(c);
}

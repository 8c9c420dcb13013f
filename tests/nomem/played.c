/* SPDX-License-Identifier: Apache-2.0 */
#include "played.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { PODS = 8, NODES = 6, STEPS = 5, STATES = 25 };

int played_small(const struct rollout_world *world)
{
    const struct rollout_snapshot *s = world->snapshot;
    return s->pods.count <= PODS && s->nodes.count <= NODES;
}

/* A result that nobody has written to. */
static bool is_blank(const void *result, size_t size)
{
    const unsigned char *bytes = result;
    for (size_t i = sizeof(uint32_t); i < size; i++)
        if (bytes[i] != 0x5a)
            return false;
    return true;
}

static void blank(void *result, uint32_t size)
{
    memset(result, 0x5a, size);
    memcpy(result, &size, sizeof size);
}

/* It outlives what is played. */
static const struct rollout_change *change_to(const struct rollout_world *world, int64_t at_ms)
{
    static struct rollout_change change;
    change = (struct rollout_change){ at_ms, world };
    return &change;
}

/* ---- releases ---- */

static int begin(const struct rollout_world *world, struct rollout_simulation **ret, struct rollout_error *reterr)
{
    static const struct rollout_str assertions[] = { { "total <= 1000", 13 }, { "per zone: unavailable <= 900", 28 } };
    static const struct rollout_fault faults[] = {
        { .kind = ROLLOUT_FAULT_CRASH, .share = 500000, .at_ms = 1500 },
        { .kind = ROLLOUT_FAULT_NODE, .at_ms = 2500, .target = { "node-1", 6 } },
    };
    struct rollout_simulation_options options = { .struct_size = sizeof options,
                                                  .flags = ROLLOUT_SIMULATE_OBJECTS,
                                                  .seed = 5,
                                                  .faults = faults,
                                                  .fault_count = 2,
                                                  .changes = change_to(world, 2000),
                                                  .change_count = 1,
                                                  .assertions = assertions,
                                                  .assertion_count = 2 };
    for (size_t i = 0; i < ROLLOUT_STEP_COUNT; i++)
        options.delays[i] = (struct rollout_delay){ ROLLOUT_DELAY_UNIFORM, 0, 100, 900 };
    return rollout_simulation_new(world, &options, ret, reterr);
}

/* Plays on. After a failure one more step comes back, too. */
static int play(struct rollout_simulation *s, size_t steps, bool *ret_written, struct rollout_error *reterr)
{
    int r = ROLLOUT_OK;
    for (size_t i = 0; i < steps && r == ROLLOUT_OK; i++) {
        struct rollout_simulation_state state;
        blank(&state, sizeof state);
        r = rollout_simulation_step(s, &state, reterr);
        if (r == ROLLOUT_OK)
            continue;
        *ret_written = *ret_written || !is_blank(&state, sizeof state);
        (void)rollout_simulation_step(s, &state, NULL);
        (void)rollout_simulation_changes(s);
    }
    return r;
}

static int play_all(enum played what, const struct rollout_world *world, void **ret, struct rollout_error *reterr)
{
    struct rollout_simulation *s = NULL;
    bool written = false;
    if (what == PLAYED_NEW)
        return begin(world, (struct rollout_simulation **)ret, reterr);
    int r = begin(world, &s, reterr);
    if (r == ROLLOUT_OK)
        r = play(s, STEPS, &written, reterr);
    if (r == ROLLOUT_OK && what == PLAYED_RESTART)
        r = rollout_simulation_restart(s, 6, reterr);
    if (r == ROLLOUT_OK && what == PLAYED_RESTART)
        r = play(s, 2, &written, reterr);
    if (r != ROLLOUT_OK)
        rollout_simulation_free(s);
    if (r == ROLLOUT_OK || written)
        *ret = s;
    return r;
}

/* ---- explorations ---- */

static int explore(enum played what, const struct rollout_world *world, void **ret, struct rollout_error *reterr)
{
    static const struct rollout_str assertions[] = { { "total <= 1000", 13 }, { "available >= 1000", 17 } };
    const struct rollout_check_options options = {
        .struct_size = sizeof options,
        .flags = ROLLOUT_CHECK_UNREADY | ROLLOUT_CHECK_NODE | ROLLOUT_CHECK_VANISH,
        .faults = 1,
        .changes = change_to(world, 0),
        .change_count = 1,
        .assertions = assertions,
        .assertion_count = what == EXPLORED_STORY ? 2 : 1, /* the second never holds */
        .state_limit = 2 * STATES,
    };
    struct rollout_check *c = NULL;
    struct rollout_check_result result;
    struct rollout_check_story story;
    bool written = false;
    if (what == EXPLORED_NEW)
        return rollout_check_new(world, &options, (struct rollout_check **)ret, reterr);
    int r = rollout_check_new(world, &options, &c, reterr);
    if (r == ROLLOUT_OK) {
        blank(&result, sizeof result);
        r = rollout_check_step(c, STATES, &result, reterr);
        written = r != ROLLOUT_OK && !is_blank(&result, sizeof result);
        if (r != ROLLOUT_OK)
            (void)rollout_check_step(c, STATES, &result, NULL);
    }
    for (size_t i = 0; r == ROLLOUT_OK && what == EXPLORED_STORY && i < result.story; i++) {
        blank(&story, sizeof story);
        r = rollout_check_story(c, i, &story, reterr);
        written = r != ROLLOUT_OK && !is_blank(&story, sizeof story);
        if (r != ROLLOUT_OK)
            (void)rollout_check_story(c, 0, &story, NULL);
    }
    if (r != ROLLOUT_OK)
        rollout_check_free(c);
    if (r == ROLLOUT_OK || written)
        *ret = c;
    return r;
}

/* ---- both ---- */

int played_call(enum played what, const struct rollout_world *world, void **ret, struct rollout_error *reterr)
{
    return what <= PLAYED_RESTART ? play_all(what, world, ret, reterr) : explore(what, world, ret, reterr);
}

static size_t tell_story(struct rollout_check *c, size_t steps, char *buf, size_t size)
{
    size_t len = 0;
    for (size_t i = 0; i < steps && len < size; i++) {
        struct rollout_check_story story = { .struct_size = sizeof story };
        if (rollout_check_story(c, i, &story, NULL) == ROLLOUT_OK)
            len += (size_t)snprintf(buf + len, size - len, "%u %s\n", story.move, story.text);
    }
    return len;
}

size_t played_text(enum played what, void *handle, char *buf, size_t size)
{
    if (what <= PLAYED_RESTART) {
        struct rollout_simulation_state s = { .struct_size = sizeof s };
        int r = ROLLOUT_OK;
        for (size_t i = 0; i < 3 && r == ROLLOUT_OK; i++)
            r = rollout_simulation_step(handle, &s, NULL);
        const struct rollout_plan *plan = rollout_simulation_plan(handle);
        return (size_t)snprintf(buf, size, "%d %u %lld %llu %lld %lld %lld %llu %zu %s", r, s.outcome,
                                (long long)s.now_ms, (unsigned long long)s.writes, (long long)s.total,
                                (long long)s.available, (long long)s.updated, (unsigned long long)s.restarts,
                                plan ? plan->action_count : 0, s.message);
    }
    struct rollout_check_result result = { .struct_size = sizeof result };
    int r = rollout_check_step(handle, STATES, &result, NULL);
    size_t len =
        (size_t)snprintf(buf, size, "%d %u %llu %llu %zu %s\n", r, result.outcome, (unsigned long long)result.states,
                         (unsigned long long)result.steps, result.story, result.message);
    return len + tell_story(handle, result.story, buf + len, size - len);
}

void played_free(enum played what, void *handle)
{
    if (what <= PLAYED_RESTART)
        rollout_simulation_free(handle);
    else
        rollout_check_free(handle);
}

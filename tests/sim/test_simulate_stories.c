/* SPDX-License-Identifier: Apache-2.0 */
/* Releases in short, each with what must become of it, worked out by hand in its "why".
 *
 *   test_simulate_stories FILE...: {"worlds": {name: world in short}, "stories": [{"what", "why", "world": a name,
 *   fields to be merged into it, "simulate" (story.h), "expect": {"outcome", figures as rollout_simulation_state names them,
 *   "log": every pass with moves, "pods", "revisions", "claims", "finalizers", "sets", "conditions": at the end,
 *   "verdicts": {"web-0": part of it}, "limits", "status", "zone"}}]}
 *
 * Each is played a second time from the start, after another seed was tried, and must be the same in every byte. One that
 * is done, and at no time changed, is also played by drivers that die after 1, 2, 3 and 7 writes: the end is the same. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "story.h"

static const char *const outcomes[] = { "runs", "done", "stuck", "loops", "failed" };

static const struct {
    const char *name;
    size_t offset;
} figures[] = {
#define FIGURE(field) { #field, offsetof(struct rollout_simulation_state, field) }
    FIGURE(now_ms),
    FIGURE(passes),
    FIGURE(writes),
    FIGURE(wanted),
    FIGURE(total),
    FIGURE(available),
    FIGURE(updated),
    FIGURE(lowest_available),
    FIGURE(lowest_available_at_ms),
    FIGURE(peak_total),
    FIGURE(peak_total_at_ms),
    FIGURE(lowest_in_zone),
    FIGURE(created),
    FIGURE(deleted),
    FIGURE(in_place),
    FIGURE(recreated),
    FIGURE(disruptions),
    FIGURE(restarts),
    FIGURE(succeeded),
    FIGURE(failed),
#undef FIGURE
};

static int wrong(const char *what, const char *where, json_t *wanted, json_t *got)
{
    char *a = json_dumps(wanted, JSON_ENCODE_ANY | JSON_SORT_KEYS),
         *b = json_dumps(got, JSON_ENCODE_ANY | JSON_SORT_KEYS);
    printf("FAILED %s: %s: %s expected, but %s\n", what, where, a, b);
    free(a);
    free(b);
    return 1;
}

static int compare(const char *what, const char *where, json_t *wanted, json_t *got)
{
    return wanted && !json_equal(wanted, got) ? wrong(what, where, wanted, got) : 0;
}

/* Those that are named, each by a part of it. */
static int compare_parts(const char *what, json_t *wanted, json_t *got)
{
    const char *name;
    json_t *part;
    int bad = 0;
    json_object_foreach(wanted, name, part)
    {
        const char *sentence = json_string_value(json_object_get(got, name));
        if (!sentence || !strstr(sentence, json_string_value(part)))
            bad += wrong(what, name, part, got);
    }
    return bad;
}

static int compare_figures(const char *what, json_t *expect, const struct rollout_simulation_state *state)
{
    int bad = 0;
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        int64_t value;
        json_t *wanted = json_object_get(expect, figures[i].name);
        memcpy(&value, (const char *)state + figures[i].offset, sizeof value);
        if (wanted && json_integer_value(wanted) != value) {
            printf("FAILED %s: %s: %lld expected, but %lld\n", what, figures[i].name,
                   (long long)json_integer_value(wanted), (long long)value);
            bad++;
        }
    }
    return bad;
}

/* A word that names nothing would check nothing. */
static int check_words(const char *what, json_t *expect)
{
    static const char *const words[] = { "outcome", "log",   "pods",      "status", "verdicts",   "limits",
                                         "zone",    "crash", "revisions", "claims", "finalizers", "sets", "conditions", NULL };
    const char *key;
    json_t *value;
    int bad = 0;
    json_object_foreach(expect, key, value)
    {
        bool known = false;
        for (size_t i = 0; words[i]; i++)
            known = known || !strcmp(words[i], key);
        for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
            known = known || !strcmp(figures[i].name, key);
        if (!known)
            bad += printf("FAILED %s: nothing is called %s\n", what, key) > 0;
    }
    return bad;
}

static int compare_all(const char *what, json_t *expect, const struct telling *t)
{
    const char *outcome = json_string_value(json_object_get(expect, "outcome"));
    const char *zone = json_string_value(json_object_get(expect, "zone"));
    int bad = check_words(what, expect) + t->broken;
    if (!outcome || strcmp(outcome, outcomes[t->state.outcome]) != 0)
        bad += printf("FAILED %s: it is %s\n", what, outcomes[t->state.outcome]) > 0;
    if (zone && strcmp(zone, t->zone) != 0)
        bad += printf("FAILED %s: the lowest zone is %s\n", what, t->zone) > 0;
    bad += compare_figures(what, expect, &t->state);
    bad += compare(what, "log", json_object_get(expect, "log"), t->log);
    bad += compare(what, "pods", json_object_get(expect, "pods"), t->pods);
    bad += compare(what, "revisions", json_object_get(expect, "revisions"), t->revisions);
    bad += compare(what, "claims", json_object_get(expect, "claims"), t->claims);
    bad += compare(what, "finalizers", json_object_get(expect, "finalizers"), t->finalizers);
    bad += compare(what, "sets", json_object_get(expect, "sets"), t->sets);
    bad += compare(what, "conditions", json_object_get(expect, "conditions"), t->conditions);
    json_t *some = json_object_get(expect, "limits"), *count;
    const char *field;
    json_object_foreach(some, field, count) bad += compare(what, field, count, json_object_get(t->limits, field));
    json_object_foreach(json_object_get(expect, "status"), field, count) bad +=
        compare(what, field, count, json_object_get(t->status, field));
    return bad + compare_parts(what, json_object_get(expect, "verdicts"), t->verdicts);
}

static int play_again(const char *what, const struct story *s, struct rollout_simulation *simulation,
                      const struct telling *first)
{
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_simulation_state state = { .struct_size = sizeof state };
    struct telling second;
    int bad = 0;
    /* left in the middle of it */
    if (rollout_simulation_restart(simulation, s->options.seed + 1, &error) ||
        rollout_simulation_step(simulation, &state, &error) || rollout_simulation_step(simulation, &state, &error) ||
        rollout_simulation_restart(simulation, s->options.seed, &error))
        story_die(what, &error);
    telling_hear(s->world.world, simulation, &second);
    if (second.hash != first->hash)
        bad = printf("FAILED %s: with the same seed it goes another way\n", what) > 0;
    telling_free(&second);
    return bad;
}

/* Without the times at which a job was seen to begin and to end: they are those of the driver. */
static json_t *timeless(json_t *status)
{
    json_t *copy = json_copy(status);
    json_object_del(copy, "startTime");
    json_object_del(copy, "completionTime");
    return copy;
}

static int play_dying(const char *what, struct story *s, const struct telling *whole)
{
    static const uint64_t after[] = { 1, 2, 3, 7 };
    int bad = 0;
    for (size_t i = 0; i < sizeof after / sizeof *after; i++) {
        struct rollout_error error = { .struct_size = sizeof error };
        struct rollout_simulation *simulation;
        struct telling t;
        char where[200];
        s->options.crash_after = after[i];
        snprintf(where, sizeof where, "%s: a driver that dies after %d", what, (int)after[i]);
        if (rollout_simulation_new(s->world.world, &s->options, &simulation, &error))
            story_die(where, &error);
        telling_hear(s->world.world, simulation, &t);
        if (t.state.outcome != whole->state.outcome)
            bad += printf("FAILED %s: %s\n", where, outcomes[t.state.outcome]) > 0;
        json_t *wanted = timeless(whole->status), *got = timeless(t.status);
        bad += t.broken + compare(where, "pods", whole->pods, t.pods) + compare(where, "status", wanted, got);
        json_decref(wanted);
        json_decref(got);
        telling_free(&t);
        rollout_simulation_free(simulation);
    }
    return bad;
}

static bool may_die(json_t *shorthand, const struct story *s, const struct telling *t)
{
    bool timed = false;
    for (size_t i = 0; i < s->options.change_count; i++)
        timed = timed || s->changes[i].at_ms >= 0;
    for (size_t i = 0; i < s->options.fault_count; i++)
        timed = timed || s->faults[i].at_ms > 0 || s->faults[i].share;
    return t->state.outcome == ROLLOUT_SIMULATION_DONE && !timed && !s->options.crash_after &&
           !json_is_false(json_object_get(json_object_get(shorthand, "expect"), "crash"));
}

static int play(json_t *shorthand)
{
    const char *what = json_string_value(json_object_get(shorthand, "what"));
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_simulation *simulation;
    struct story s;
    struct telling t;
    story_open(shorthand, &s);
    if (rollout_simulation_new(s.world.world, &s.options, &simulation, &error))
        story_die(what, &error);
    telling_hear(s.world.world, simulation, &t);
    int bad = compare_all(what, json_object_get(shorthand, "expect"), &t);
    bad += play_again(what, &s, simulation, &t);
    rollout_simulation_free(simulation);
    if (may_die(shorthand, &s, &t))
        bad += play_dying(what, &s, &t);
    printf("%s %s: %s after %lld ms, %d passes\n", bad ? "FAILED" : "ok", what, outcomes[t.state.outcome],
           (long long)t.state.now_ms, (int)t.state.passes);
    size_t i;
    json_t *line;
    json_array_foreach(t.log, i, line)
    {
        if (i < 40)
            printf("    %s\n", json_string_value(line));
    }
    telling_free(&t);
    story_close(&s);
    return bad != 0;
}

/* The world of that name, with what the story says of it otherwise. */
static int play_in(json_t *worlds, json_t *one)
{
    json_t *whole = json_deep_copy(json_object_get(worlds, json_string_value(json_object_get(one, "world"))));
    small_merge(whole, one);
    int bad = play(whole);
    json_decref(whole);
    return bad;
}

int main(int argc, char **argv)
{
    int failed = argc < 2;
    for (int i = 1; i < argc; i++) {
        json_error_t broken;
        json_t *stories = json_load_file(argv[i], 0, &broken), *one;
        size_t n;
        if (!stories) {
            fprintf(stderr, "%s:%d: %s\n", argv[i], broken.line, broken.text);
            return 1;
        }
        json_array_foreach(json_object_get(stories, "stories"), n, one) failed +=
            play_in(json_object_get(stories, "worlds"), one);
        json_decref(stories);
    }
    return failed != 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* rollout simulate: a whole release in virtual time. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "edit.h"
#include "progress.h"
#include "simulating.h"

/* What all plays of one world share. */
struct stage {
    struct outcome *outcome;
    struct rollout_simulation_options options;
    const struct rollout_str *assertions; /* those that are left */
};

/* Plays once, from a new simulation. */
static int play_once(const struct stage *stage, const struct rollout_simulation_options *options, bool rows,
                     bool record, struct play *ret, struct rollout_error *reterr)
{
    const struct outcome *outcome = stage->outcome;
    struct playing playing = { .options = outcome->options,
                               .settings = outcome->settings,
                               .changes = outcome->changes,
                               .rows = rows,
                               .record = record };
    struct rollout_simulation_options with_objects = *options;
    if (record)
        with_objects.flags |= ROLLOUT_SIMULATE_OBJECTS;
    int rc = rollout_simulation_new(outcome->world, &with_objects, &playing.simulation, reterr);
    if (rc == ROLLOUT_OK)
        rc = play(&playing, ret, reterr);
    rollout_simulation_free(playing.simulation);
    return rc;
}

/* Looks at each assertion for itself: one that does not hold ends the release, so the others are asked again without it. */
static int judge(struct stage *stage, struct rollout_error *reterr)
{
    struct outcome *outcome = stage->outcome;
    size_t count = outcome->settings->options.assertion_count, left = count;
    struct rollout_str *assertions = calloc(count + 1, sizeof *assertions);
    size_t *places = calloc(count + 1, sizeof *places);
    struct rollout_simulation_options options = stage->options;
    int rc = assertions && places ? ROLLOUT_OK : ROLLOUT_ERR_NOMEM;
    if (rc != ROLLOUT_OK)
        edit_nomem(reterr);
    for (size_t i = 0; rc == ROLLOUT_OK && i < count; i++) {
        outcome->claims[i].text = assertions[i] = outcome->settings->options.assertions[i];
        places[i] = i;
    }
    options.assertions = assertions;
    struct play *now = &outcome->play;
    while (rc == ROLLOUT_OK) {
        bool first = now == &outcome->play;
        bool record = first && outcome->settings->record && outcome->seed == outcome->settings->seed;
        rc = play_once(stage, &options, first, record, now, reterr);
        uint32_t failed = now->state.failed_assertion;
        if (rc != ROLLOUT_OK || now->state.outcome != ROLLOUT_SIMULATION_FAILED || failed >= left)
            break;
        struct claim *claim = &outcome->claims[places[failed]];
        claim->fails = true;
        claim->at_ms = now->state.now_ms;
        memcpy(claim->message, now->state.message, sizeof claim->message);
        left--;
        memmove(assertions + failed, assertions + failed + 1, (left - failed) * sizeof *assertions);
        memmove(places + failed, places + failed + 1, (left - failed) * sizeof *places);
        options.assertion_count = left;
        outcome->broken = true;
        now = &outcome->whole;
        play_free(now);
    }
    free(assertions);
    free(places);
    return rc;
}

/* The end of the release, whatever was asserted. */
static const struct play *whole_play(const struct outcome *outcome)
{
    return outcome->broken ? &outcome->whole : &outcome->play;
}

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void count_run(struct spread *spread, const struct play *play, uint64_t seed, int64_t *times)
{
    const struct rollout_simulation_state *state = &play->state;
    uint64_t *const counts[] = { [ROLLOUT_SIMULATION_DONE] = &spread->done,
                                 [ROLLOUT_SIMULATION_STUCK] = &spread->stuck,
                                 [ROLLOUT_SIMULATION_LOOPS] = &spread->loops,
                                 [ROLLOUT_SIMULATION_FAILED] = &spread->failed };
    if (spread->runs == 0 || state->lowest_available < spread->lowest_available) {
        spread->lowest_available = state->lowest_available;
        spread->lowest_wanted = state->wanted;
        spread->lowest_seed = seed;
    }
    spread->runs++;
    if (state->outcome == ROLLOUT_SIMULATION_DONE) {
        if (spread->done == 0 || state->now_ms > spread->worst_ms) {
            spread->worst_ms = state->now_ms;
            spread->worst_seed = seed;
        }
        times[spread->done] = state->now_ms;
    } else if (!spread->bad) {
        spread->bad = true;
        spread->bad_seed = seed;
    }
    ++*counts[state->outcome];
}

/* The nearest rank: the least time within which so many of a hundred are done. */
static int64_t percentile(const int64_t *times, uint64_t count, uint64_t percent)
{
    return count ? times[(count * percent + 99) / 100 - 1] : 0;
}

/* All runs, with seeds from the first on; flags: of the simulation. */
static int play_runs(const struct stage *stage, uint32_t flags, struct spread *ret, struct rollout_error *reterr)
{
    const struct outcome *outcome = stage->outcome;
    const struct simulate_settings *settings = outcome->settings;
    struct rollout_simulation_options options = stage->options;
    struct playing playing = {
        .options = outcome->options, .settings = settings, .changes = outcome->changes, .runs = settings->runs
    };
    int64_t *times = calloc(settings->runs, sizeof *times);
    if (!times) {
        edit_nomem(reterr);
        return ROLLOUT_ERR_NOMEM;
    }
    options.flags |= flags;
    options.assertion_count = flags ? 0 : options.assertion_count;
    int rc = rollout_simulation_new(outcome->world, &options, &playing.simulation, reterr);
    for (uint64_t i = 0; rc == ROLLOUT_OK && i < settings->runs; i++) {
        struct play now = { 0 };
        playing.run = i + 1;
        if (i > 0)
            rc = rollout_simulation_restart(playing.simulation, settings->seed + i, reterr);
        if (rc == ROLLOUT_OK)
            rc = play(&playing, &now, reterr);
        if (rc == ROLLOUT_OK)
            count_run(ret, &now, settings->seed + i, times);
        play_free(&now);
    }
    qsort(times, ret->done, sizeof *times, by_number);
    ret->p50_ms = percentile(times, ret->done, 50);
    ret->p95_ms = percentile(times, ret->done, 95);
    free(times);
    rollout_simulation_free(playing.simulation);
    return rc;
}

/* The same release with recreation alone. */
static int compare(const struct stage *stage, struct rollout_error *reterr)
{
    struct outcome *outcome = stage->outcome;
    const struct play *end = whole_play(outcome);
    bool all = outcome->settings->compare && outcome->settings->runs > 1;
    struct rollout_simulation_options options = stage->options;
    struct play other = { 0 };
    struct spread spread = { 0 };
    int rc = ROLLOUT_OK;
    if (end->state.outcome != ROLLOUT_SIMULATION_DONE || end->state.in_place == 0)
        return ROLLOUT_OK;
    if (stage->outcome->world->workload->sidecarset) /* it makes no pods */
        return ROLLOUT_OK;
    options.flags |= ROLLOUT_SIMULATE_RECREATE;
    options.assertion_count = 0;
    if (all) {
        rc = play_runs(stage, ROLLOUT_SIMULATE_RECREATE, &spread, reterr);
        outcome->compared = spread.done > 0 && outcome->spread.done > 0;
        outcome->in_place_ms = outcome->spread.p50_ms;
        outcome->recreated_ms = spread.p50_ms;
    } else {
        rc = play_once(stage, &options, false, false, &other, reterr);
        outcome->compared = other.state.outcome == ROLLOUT_SIMULATION_DONE;
        outcome->in_place_ms = end->state.now_ms;
        outcome->recreated_ms = other.state.now_ms;
    }
    play_free(&other);
    return rc;
}

/* The same release with a driver that dies. */
static int crash(const struct stage *stage, struct rollout_error *reterr)
{
    struct outcome *outcome = stage->outcome;
    const struct play *end = whole_play(outcome);
    struct rollout_simulation_options options = stage->options;
    if (!outcome->settings->crash_after)
        return ROLLOUT_OK;
    options.crash_after = outcome->settings->crash_after;
    options.assertion_count = 0;
    outcome->crashed = true;
    int rc = play_once(stage, &options, false, false, &outcome->dying, reterr);
    outcome->same_end = rc == ROLLOUT_OK && end->state.outcome == outcome->dying.state.outcome &&
                        end->pods.len == outcome->dying.pods.len &&
                        (end->pods.len == 0 || memcmp(end->pods.data, outcome->dying.pods.data, end->pods.len) == 0);
    return rc;
}

/* Of a seed other than the first that goes wrong, so that its story is told. */
static int play_bad_seed(struct stage *stage, struct rollout_error *reterr)
{
    struct outcome *outcome = stage->outcome;
    const struct spread *spread = &outcome->spread;
    if (outcome->settings->runs < 2 || !spread->bad || spread->bad_seed == outcome->seed)
        return ROLLOUT_OK;
    play_free(&outcome->play);
    play_free(&outcome->whole);
    outcome->broken = false;
    memset(outcome->claims, 0, outcome->settings->options.assertion_count * sizeof *outcome->claims);
    outcome->seed = stage->options.seed = spread->bad_seed;
    return judge(stage, reterr);
}

static int status_of(const struct outcome *outcome)
{
    bool good = !outcome->broken && outcome->play.state.outcome == ROLLOUT_SIMULATION_DONE && !outcome->spread.bad &&
                (!outcome->crashed || outcome->same_end);
    return good ? STATUS_YES : STATUS_NO;
}

/* What is told over all documents. */
struct telling {
    const struct simulate_settings *settings;
    const struct rollout_node *gates;
    bool printed;
};

static int tell(struct stage *stage, struct telling *telling, struct text *out, struct rollout_error *reterr)
{
    struct outcome *outcome = stage->outcome;
    int rc = judge(stage, reterr);
    if (rc == ROLLOUT_OK && outcome->settings->runs > 1)
        rc = play_runs(stage, 0, &outcome->spread, reterr);
    if (rc == ROLLOUT_OK)
        rc = compare(stage, reterr);
    if (rc == ROLLOUT_OK)
        rc = crash(stage, reterr);
    if (rc == ROLLOUT_OK)
        rc = play_bad_seed(stage, reterr);
    progress_end();
    if (rc != ROLLOUT_OK) {
        name_assertion(reterr);
        return FAULT;
    }
    if (outcome->options->json) {
        simulate_add_json(outcome, out);
    } else if (outcome->options->junit) {
        simulate_add_junit(outcome, out);
    } else {
        text_adds(out, telling->printed ? "\n" : "");
        simulate_add_text(outcome, out);
    }
    telling->printed = true;
    return status_of(outcome);
}

static int simulate_one(const struct options *options, const struct rollout_world *world, struct text *out,
                        void *context, struct rollout_error *reterr)
{
    struct telling *telling = context;
    const struct simulate_settings *settings = telling->settings;
    struct changes changes = { 0 };
    struct rollout_fault *faults = resolve_faults(settings, world);
    struct claim *claims = calloc(settings->options.assertion_count + 1, sizeof *claims);
    struct outcome outcome = { .options = options,
                               .settings = settings,
                               .world = world,
                               .changes = &changes,
                               .faults = faults,
                               .seed = settings->seed,
                               .claims = claims };
    struct stage stage = { .outcome = &outcome, .options = settings->options };
    int status = FAULT;
    if (!faults || !claims) {
        edit_nomem(reterr);
    } else if (changes_make(options, true, world, telling->gates, &changes, reterr) == ROLLOUT_OK) {
        stage.options.seed = settings->seed;
        stage.options.faults = faults;
        stage.options.changes = changes.items;
        stage.options.change_count = changes.count;
        status = tell(&stage, telling, out, reterr);
    }
    play_free(&outcome.play);
    play_free(&outcome.whole);
    play_free(&outcome.dying);
    changes_free(&changes);
    free(faults);
    free(claims);
    return status;
}

int command_simulate(const struct options *options)
{
    struct simulate_settings settings;
    struct from_to from_to;
    struct telling telling = { .settings = &settings };
    int status = STATUS_BAD;
    if (simulate_settings_read(options, &settings) && from_to_read(options, &from_to)) {
        if (options->junit)
            puts("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>");
        status = each_start(options, &from_to, simulate_one, &telling, &telling.gates);
        if (options->junit) {
            puts("</testsuites>");
            status = finish(status);
        }
    }
    if (settings.record && (fflush(settings.record) != 0 || ferror(settings.record))) {
        complain("rollout %s: --record: cannot be written: %s", options->name, strerror(errno));
        status = STATUS_BAD;
    }
    simulate_settings_free(&settings);
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* rollout simulate: what is told to people. */
#include <inttypes.h>
#include <string.h>

#include "show.h"
#include "simulating.h"
#include "span.h"
#include "timeline.h"

const char *outcome_name(uint32_t outcome)
{
    static const char *const names[] = { "runs", "done", "stuck", "loops", "failed" };
    return outcome < sizeof names / sizeof names[0] ? names[outcome] : "?";
}

/* ---- what figures depend on ---- */

static void show_delays(struct text *out, const struct rollout_simulation_options *options, bool job)
{
    for (uint32_t i = 0; i < ROLLOUT_STEP_COUNT; i++) {
        text_addf(out, "%s%s ", i ? ", " : "", step_name(i));
        show_delay(out, &options->delays[i]);
    }
    if (job) {
        text_adds(out, ", run ");
        show_delay(out, &options->run);
    }
}

/* As they were given, but for revisions by their names. */
static void add_fault(struct text *out, const struct rollout_fault *fault)
{
    static const char *const names[] = { [ROLLOUT_FAULT_NEVER_READY] = "never ready: ",
                                         [ROLLOUT_FAULT_IMAGE] = "image cannot be pulled: ",
                                         [ROLLOUT_FAULT_CRASH] = "crashes: ",
                                         [ROLLOUT_FAULT_NODE] = "lost: ",
                                         [ROLLOUT_FAULT_BREAK] = "breaks: ",
                                         [ROLLOUT_FAULT_FAIL] = "fails: ",
                                         [ROLLOUT_FAULT_CORDON] = "cordoned: ",
                                         [ROLLOUT_FAULT_RETURN] = "back: ",
                                         [ROLLOUT_FAULT_ROOM] = "no room for new pods, until the time given: " };
    bool fails = fault->kind == ROLLOUT_FAULT_FAIL, share = fails || fault->kind <= ROLLOUT_FAULT_CRASH;
    text_adds(out, names[fault->kind]);
    if (share) {
        if (fault->share)
            text_addf(out, "%" PRIu32 ".%02" PRIu32 "%% of pods", fault->share / 10000, fault->share / 100 % 100);
        else
            text_adds(out, "pods");
        text_adds(out, fault->target.data ? fails ? " on " : " of " : fails ? " on any node" : " of any revision");
    }
    text_add_plain(out, fault->target);
    if (fault->kind >= ROLLOUT_FAULT_CRASH && !fails) {
        text_adds(out, fault->kind == ROLLOUT_FAULT_CRASH ? ", once ready for " : " at ");
        span_show(out, fault->at_ms);
    }
}

static void add_head(struct text *out, const struct outcome *outcome)
{
    const struct play *play = &outcome->play;
    bool job = outcome->world->workload->broadcastjob, nodes = job || outcome->world->workload->daemonset;
    show_workload(out, outcome->world);
    bool moves = play->from.len &&
                 !(play->from.len == play->to.len && memcmp(play->from.data, play->to.data, play->to.len) == 0);
    if (moves)
        text_addf(out, ": from %s to %s", play->from.data, play->to.data);
    else if (play->to.len)
        text_addf(out, ": %s %s", play->from.len ? "at" : "to", play->to.data);
    text_addf(out, ", %" PRId64 " %s wanted\n", play->state.wanted,
              nodes ? "nodes" : "pods");
    if (nodes) /* of pods there are none before a first release */
        show_no_pods(out, outcome->world);
    if (play->limits.len) {
        text_adds(out, "limits\n");
        text_add(out, play->limits.data, play->limits.len);
    }
    text_adds(out, "delays: ");
    show_delays(out, &outcome->settings->options, job);
    text_adds(out, "\n");
    for (size_t i = 0; i < outcome->settings->options.fault_count; i++) {
        text_adds(out, i ? ", " : "faults: ");
        add_fault(out, &outcome->faults[i]);
    }
    text_adds(out, outcome->settings->options.fault_count ? "\n" : "");
    for (size_t i = 0; i < outcome->changes->count; i++) {
        const struct rollout_change *change = &outcome->changes->items[i];
        text_adds(out, i ? "; " : "changes: ");
        if (change->at_ms < 0)
            text_adds(out, "when done");
        else
            text_adds(out, "at ");
        if (change->at_ms >= 0)
            span_show(out, change->at_ms);
        text_adds(out, " ");
        text_add_plain(out, str_of(outcome->changes->texts[i]));
    }
    text_adds(out, outcome->changes->count ? "\n" : "");
    text_addf(out, "seed: %" PRIu64 "\n", outcome->seed);
}

/* ---- figures ---- */

static void add_line(struct table *table, const char *what, struct text *text)
{
    table_string(table, what);
    table_text(table, text);
    table_end_row(table);
    text_clear(text);
}

/* A job's pods are there to end. */
static void add_job_figures(struct text *out, const struct rollout_simulation_state *state)
{
    struct table table = { 0 };
    struct text text = { 0 };
    text_addf(&text, "%" PRId64 " succeeded, %" PRId64 " failed", state->succeeded, state->failed);
    add_line(&table, "ended", &text);
    text_addf(&text, "%" PRId64 ", at ", state->peak_total);
    span_show(&text, state->peak_total_at_ms);
    add_line(&table, "peak running", &text);
    text_addf(&text, "%" PRIu64 " created, %" PRIu64 " deleted", state->created, state->deleted);
    add_line(&table, "pods", &text);
    text_addf(&text, "%" PRIu64 " (of containers)", state->restarts);
    add_line(&table, "restarts", &text);
    text_addf(&text, "%" PRIu64 ", with %" PRIu64 " actions", state->passes, state->writes);
    add_line(&table, "passes", &text);
    table_print(&table, "  ", false, terminal_width(), out);
    text_free(&text);
}

static void add_figures(struct text *out, const struct rollout_simulation_state *state)
{
    struct table table = { 0 };
    struct text text = { 0 };
    text_addf(&text, "%" PRId64 " of %" PRId64 ", at ", state->lowest_available, state->wanted);
    span_show(&text, state->lowest_available_at_ms);
    add_line(&table, "lowest availability", &text);
    text_addf(&text, "%" PRId64 ", at ", state->peak_total);
    span_show(&text, state->peak_total_at_ms);
    add_line(&table, "peak total", &text);
    if (state->lowest_zone.data) {
        text_addf(&text, "%" PRId64 ".%" PRId64 "%%, ", state->lowest_in_zone / 10000,
                  state->lowest_in_zone / 1000 % 10);
        text_add_plain(&text, state->lowest_zone);
        add_line(&table, "lowest in a zone", &text);
    }
    text_addf(&text, "%" PRIu64 " in place, %" PRIu64 " recreated", state->in_place, state->recreated);
    add_line(&table, "updated", &text);
    text_addf(&text, "%" PRIu64 " created, %" PRIu64 " deleted", state->created, state->deleted);
    add_line(&table, "pods", &text);
    text_addf(&text, "%" PRIu64 " (available pods that an action made unavailable)", state->disruptions);
    add_line(&table, "disruptions", &text);
    text_addf(&text, "%" PRIu64 " (of containers)", state->restarts);
    add_line(&table, "restarts", &text);
    text_addf(&text, "%" PRIu64 ", with %" PRIu64 " actions", state->passes, state->writes);
    add_line(&table, "passes", &text);
    table_print(&table, "  ", false, terminal_width(), out);
    text_free(&text);
}

static void add_spread(struct text *out, const struct spread *spread)
{
    text_addf(out, "over %" PRIu64 " runs: %" PRIu64 " done", spread->runs, spread->done);
    if (spread->stuck)
        text_addf(out, ", %" PRIu64 " stuck", spread->stuck);
    if (spread->loops)
        text_addf(out, ", %" PRIu64 " going on and on", spread->loops);
    if (spread->failed)
        text_addf(out, ", %" PRIu64 " against an assertion", spread->failed);
    text_adds(out, "\n");
    if (spread->done) {
        text_adds(out, "  duration             p50 ");
        span_show(out, spread->p50_ms);
        text_adds(out, ", p95 ");
        span_show(out, spread->p95_ms);
        text_adds(out, ", worst ");
        span_show(out, spread->worst_ms);
        text_addf(out, " (--seed %" PRIu64 ")\n", spread->worst_seed);
    }
    text_addf(out, "  lowest availability  %" PRId64 " of %" PRId64 " (--seed %" PRIu64 ")\n", spread->lowest_available,
              spread->lowest_wanted, spread->lowest_seed);
}

int64_t tenths_faster(const struct outcome *outcome)
{
    if (outcome->recreated_ms == 0)
        return 0;
    return (outcome->recreated_ms - outcome->in_place_ms) * 1000 / outcome->recreated_ms;
}

static void add_comparison(struct text *out, const struct outcome *outcome)
{
    int64_t tenths = tenths_faster(outcome), size = tenths < 0 ? -tenths : tenths;
    if (!outcome->compared)
        return;
    text_addf(out, "in place is %" PRId64 ".%" PRId64 "%% %s than recreation: ", size / 10, size % 10,
              tenths < 0 ? "slower" : "faster");
    span_show(out, outcome->in_place_ms);
    text_adds(out, " against ");
    span_show(out, outcome->recreated_ms);
    text_adds(out, outcome->settings->compare && outcome->settings->runs > 1 ? ", p50 of all runs\n" : "\n");
}

static void add_crash(struct text *out, const struct outcome *outcome)
{
    const struct play *dying = &outcome->dying;
    if (!outcome->crashed)
        return;
    text_addf(out, "with a driver that dies after every %" PRIu64 " actions: ", outcome->settings->crash_after);
    text_adds(out, outcome->same_end ? "the end is the same, after " : "the end is ANOTHER one, after ");
    span_show(out, dying->state.now_ms);
    text_addf(out, " and %" PRIu64 " passes\n", dying->state.passes);
    if (!outcome->same_end && dying->pods.len) {
        text_addf(out, "%s; its pods:\n", outcome_name(dying->state.outcome));
        text_add(out, dying->pods.data, dying->pods.len);
    }
}

/* ---- the end ---- */

static void add_end(struct text *out, const struct play *play)
{
    const struct rollout_simulation_state *state = &play->state;
    switch (state->outcome) {
    case ROLLOUT_SIMULATION_DONE:
        text_adds(out, "done after ");
        break;
    case ROLLOUT_SIMULATION_STUCK:
        text_adds(out, "stuck: nothing can move any more after ");
        break;
    case ROLLOUT_SIMULATION_LOOPS:
        text_adds(out, "not done, but going on and on, after ");
        break;
    default:
        text_adds(out, "ends after ");
        break;
    }
    span_show(out, state->now_ms);
    text_adds(out, "\n");
    (play->job ? add_job_figures : add_figures)(out, state);
    text_add(out, play->holds.data, play->holds.len);
}

static void add_claims(struct text *out, const struct outcome *outcome)
{
    for (size_t i = 0; i < outcome->settings->options.assertion_count; i++) {
        const struct claim *claim = &outcome->claims[i];
        text_adds(out, claim->fails ? "assertion does not hold: " : "holds: ");
        text_add_plain(out, claim->text);
        text_adds(out, "\n");
        if (!claim->fails)
            continue;
        text_adds(out, "  at ");
        span_show(out, claim->at_ms);
        text_adds(out, ": ");
        text_add_plain(out, str_of(claim->message));
        text_addf(out, "\n  play it again with --seed %" PRIu64 "\n", outcome->seed);
    }
}

void simulate_add_text(const struct outcome *outcome, struct text *out)
{
    add_head(out, outcome);
    show_timeline(out, &outcome->play);
    if (!outcome->broken)
        add_end(out, &outcome->play);
    add_claims(out, outcome);
    if (outcome->broken && outcome->whole.state.outcome != ROLLOUT_SIMULATION_FAILED) {
        text_adds(out, "without that it is ");
        add_end(out, &outcome->whole);
    }
    if (outcome->settings->runs > 1)
        add_spread(out, &outcome->spread);
    add_comparison(out, outcome);
    add_crash(out, outcome);
}

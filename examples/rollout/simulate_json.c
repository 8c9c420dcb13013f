/* SPDX-License-Identifier: Apache-2.0 */
/* rollout simulate: what is told to programs, as JSON and as JUnit's XML. */
#include <inttypes.h>
#include <string.h>

#include "kind.h"
#include "show.h"
#include "simulating.h"
#include "span.h"
#include "timeline.h"

static void add_string(struct text *out, const char *key, struct rollout_str value)
{
    text_addf(out, "\"%s\":", key);
    text_add_quoted(out, value);
}

static struct rollout_str text_str(const struct text *text)
{
    return (struct rollout_str){ text->data ? text->data : "", text->len };
}

static void add_number(struct text *out, const char *key, int64_t value)
{
    text_addf(out, ",\"%s\":%" PRId64, key, value);
}

void json_add_workload(struct text *out, const struct rollout_world *world)
{
    struct kind kind = kind_of(world->workload);
    text_adds(out, "\"workload\":{");
    add_string(out, "apiVersion", world->api_version);
    text_adds(out, ",");
    add_string(out, "kind", world->kind);
    if (kind.namespace_.data) {
        text_adds(out, ",");
        add_string(out, "namespace", kind.namespace_);
    }
    text_adds(out, ",");
    add_string(out, "name", kind.name);
    text_adds(out, "}");
}

static void add_delays(struct text *out, const struct outcome *outcome)
{
    text_adds(out, ",\"delays\":{");
    for (uint32_t i = 0; i < ROLLOUT_STEP_COUNT; i++) {
        struct text delay = { 0 };
        show_delay(&delay, &outcome->settings->options.delays[i]);
        text_adds(out, i ? "," : "");
        add_string(out, step_name(i), text_str(&delay));
        out->failed |= delay.failed;
        text_free(&delay);
    }
    if (outcome->play.job) {
        struct text delay = { 0 };
        show_delay(&delay, &outcome->settings->options.run);
        text_adds(out, ",");
        add_string(out, "run", text_str(&delay));
        out->failed |= delay.failed;
        text_free(&delay);
    }
    text_adds(out, "}");
}

static void add_at(struct text *out, const char *key, int64_t pods, int64_t at_ms)
{
    text_addf(out, ",\"%s\":{\"pods\":%" PRId64 ",\"atMs\":%" PRId64 "}", key, pods, at_ms);
}

static void add_state(struct text *out, const struct play *play)
{
    const struct rollout_simulation_state *state = &play->state;
    text_addf(out, ",\"outcome\":\"%s\"", outcome_name(state->outcome));
    add_number(out, "durationMs", state->now_ms);
    add_number(out, "wanted", state->wanted);
    add_at(out, "lowestAvailable", state->lowest_available, state->lowest_available_at_ms);
    add_at(out, "peakTotal", state->peak_total, state->peak_total_at_ms);
    if (state->lowest_zone.data) {
        text_adds(out, ",\"lowestInZone\":{");
        add_string(out, "zone", state->lowest_zone);
        add_number(out, "millionths", state->lowest_in_zone);
        text_adds(out, "}");
    }
    add_number(out, "created", (int64_t)state->created);
    add_number(out, "deleted", (int64_t)state->deleted);
    add_number(out, "inPlace", (int64_t)state->in_place);
    add_number(out, "recreated", (int64_t)state->recreated);
    add_number(out, "disruptions", (int64_t)state->disruptions);
    add_number(out, "restarts", (int64_t)state->restarts);
    if (play->job) {
        add_number(out, "succeeded", state->succeeded);
        add_number(out, "failed", state->failed);
    }
    add_number(out, "passes", (int64_t)state->passes);
    add_number(out, "actions", (int64_t)state->writes);
    if (play->holds.len) {
        text_adds(out, ",\"stuck\":");
        text_add(out, play->holds.data, play->holds.len);
    }
}

static void add_claims(struct text *out, const struct outcome *outcome)
{
    text_adds(out, ",\"assertions\":[");
    for (size_t i = 0; i < outcome->settings->options.assertion_count; i++) {
        const struct claim *claim = &outcome->claims[i];
        text_adds(out, i ? ",{" : "{");
        add_string(out, "text", claim->text);
        text_addf(out, ",\"holds\":%s", claim->fails ? "false" : "true");
        if (claim->fails) {
            add_number(out, "atMs", claim->at_ms);
            text_adds(out, ",");
            add_string(out, "message", str_of(claim->message));
        }
        text_adds(out, "}");
    }
    text_adds(out, "]");
}

static void add_spread(struct text *out, const struct spread *spread)
{
    text_addf(out,
              ",\"runs\":{\"count\":%" PRIu64 ",\"done\":%" PRIu64 ",\"stuck\":%" PRIu64 ",\"loops\":%" PRIu64
              ",\"failed\":%" PRIu64,
              spread->runs, spread->done, spread->stuck, spread->loops, spread->failed);
    if (spread->done)
        text_addf(out,
                  ",\"durationMs\":{\"p50\":%" PRId64 ",\"p95\":%" PRId64 ",\"worst\":%" PRId64
                  ",\"worstSeed\":%" PRIu64 "}",
                  spread->p50_ms, spread->p95_ms, spread->worst_ms, spread->worst_seed);
    text_addf(out, ",\"lowestAvailable\":{\"pods\":%" PRId64 ",\"seed\":%" PRIu64 "}", spread->lowest_available,
              spread->lowest_seed);
    if (spread->bad)
        text_addf(out, ",\"firstBadSeed\":%" PRIu64, spread->bad_seed);
    text_adds(out, "}");
}

void simulate_add_json(const struct outcome *outcome, struct text *out)
{
    const struct play *play = &outcome->play;
    text_adds(out, "{\"kind\":\"Simulation\",");
    json_add_workload(out, outcome->world);
    text_adds(out, ",");
    if (play->from.len) {
        add_string(out, "from", text_str(&play->from));
        text_adds(out, ",");
    }
    add_string(out, "to", text_str(&play->to));
    text_addf(out, ",\"seed\":%" PRIu64, outcome->seed);
    add_delays(out, outcome);
    add_state(out, outcome->broken ? &outcome->whole : play);
    add_claims(out, outcome);
    if (outcome->settings->runs > 1)
        add_spread(out, &outcome->spread);
    if (outcome->compared) {
        text_addf(out,
                  ",\"inPlaceAgainstRecreation\":{\"inPlaceMs\":%" PRId64 ",\"recreatedMs\":%" PRId64
                  ",\"fasterPermille\":%" PRId64 "}",
                  outcome->in_place_ms, outcome->recreated_ms, tenths_faster(outcome));
    }
    if (outcome->crashed)
        text_addf(out,
                  ",\"crashAfter\":{\"actions\":%" PRIu64 ",\"sameEnd\":%s,\"outcome\":\"%s\",\"passes\":%" PRIu64 "}",
                  outcome->settings->crash_after, outcome->same_end ? "true" : "false",
                  outcome_name(outcome->dying.state.outcome), outcome->dying.state.passes);
    text_adds(out, ",\"timeline\":");
    timeline_add_json(out, play);
    text_adds(out, "}\n");
}

/* ---- JUnit ---- */

/* Text of an element or an attribute; control characters, which XML has no way to write, become "?". */
static void add_xml(struct text *out, struct rollout_str string)
{
    for (size_t i = 0; i < string.len; i++) {
        char c = string.data[i];
        switch (c) {
        case '&':
            text_adds(out, "&amp;");
            break;
        case '<':
            text_adds(out, "&lt;");
            break;
        case '>':
            text_adds(out, "&gt;");
            break;
        case '"':
            text_adds(out, "&quot;");
            break;
        default:
            if (((unsigned char)c < 0x20 && c != '\n') || c == 0x7f)
                text_adds(out, "?");
            else
                text_add(out, &c, 1);
        }
    }
}

static void add_seconds(struct text *out, int64_t ms)
{
    text_addf(out, " time=\"%" PRId64 ".%03d\"", ms / 1000, (int)(ms % 1000));
}

/* A case; story: why it fails, NULL = it does not. */
static void add_case(struct text *out, struct rollout_str name, struct rollout_str suite, int64_t ms,
                     struct rollout_str message, const struct text *story)
{
    text_adds(out, "    <testcase name=\"");
    add_xml(out, name);
    text_adds(out, "\" classname=\"");
    add_xml(out, suite);
    text_adds(out, "\"");
    add_seconds(out, ms);
    if (!story) {
        text_adds(out, "/>\n");
        return;
    }
    text_adds(out, ">\n      <failure message=\"");
    add_xml(out, message);
    text_adds(out, "\">");
    add_xml(out, text_str(story));
    text_adds(out, "</failure>\n    </testcase>\n");
}

/* Whether the runs after the first all end well; else the message says how many do not. */
static bool all_end(const struct outcome *outcome, struct text *ret)
{
    const struct spread *spread = &outcome->spread;
    uint64_t bad = spread->runs - spread->done;
    if (bad)
        text_addf(ret, "%" PRIu64 " of %" PRIu64 " runs do not end well; ", bad, spread->runs);
    return bad == 0;
}

void simulate_add_junit(const struct outcome *outcome, struct text *out)
{
    const struct play *end = outcome->broken ? &outcome->whole : &outcome->play;
    size_t count = outcome->settings->options.assertion_count, failures = 0;
    struct text name = { 0 }, story = { 0 }, message = { 0 };
    bool ends = all_end(outcome, &message) && end->state.outcome == ROLLOUT_SIMULATION_DONE;
    bool same = !outcome->crashed || outcome->same_end;
    for (size_t i = 0; i < count; i++)
        failures += outcome->claims[i].fails;
    failures += (size_t)!ends + (size_t)!same;
    show_workload(&name, outcome->world);
    simulate_add_text(outcome, &story);
    text_adds(out, "  <testsuite name=\"");
    add_xml(out, text_str(&name));
    text_addf(out, "\" tests=\"%zu\" failures=\"%zu\"", count + 1 + outcome->crashed, failures);
    add_seconds(out, end->state.now_ms);
    text_adds(out, ">\n");
    for (size_t i = 0; i < count; i++) {
        const struct claim *claim = &outcome->claims[i];
        add_case(out, claim->text, text_str(&name), claim->fails ? claim->at_ms : end->state.now_ms,
                 str_of(claim->message), claim->fails ? &story : NULL);
    }
    text_addf(&message, "%s after ", outcome_name(end->state.outcome));
    span_show(&message, end->state.now_ms);
    text_addf(&message, ", --seed %" PRIu64, outcome->seed);
    add_case(out, str_of("the release ends"), text_str(&name), end->state.now_ms, text_str(&message),
             ends ? NULL : &story);
    if (outcome->crashed)
        add_case(out, str_of("the end is the same when the driver dies"), text_str(&name), outcome->dying.state.now_ms,
                 str_of("the end is another one"), same ? NULL : &story);
    text_adds(out, "  </testsuite>\n");
    out->failed |= name.failed || story.failed || message.failed;
    text_free(&name);
    text_free(&story);
    text_free(&message);
}

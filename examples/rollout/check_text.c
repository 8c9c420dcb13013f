/* SPDX-License-Identifier: Apache-2.0 */
/* rollout check: what came of it, for people and as JSON. */
#include <inttypes.h>
#include <string.h>

#include "checking.h"
#include "facts.h"
#include "show.h"
#include "simulating.h"
#include "span.h"

static const char *outcome_word(uint32_t outcome)
{
    static const char *const words[] = { "runs", "holds", "unsafe", "stuck", "loops", "states", "memory" };
    return outcome < sizeof words / sizeof words[0] ? words[outcome] : "?";
}

static const char *outcome_sentence(uint32_t outcome)
{
    static const char *const sentences[] = {
        "still exploring",
        "holds: every state that can be reached is safe, and every path ends",
        "a plan breaks a promise",
        "stuck: from a state on nothing leads to what was asked for, and nothing moves any more",
        "never ends: from a state on it goes round in circles",
        "the limit of states is reached: what was explored is safe, which is no proof of the rest",
        "the limit of memory is reached: what was explored is safe, which is no proof of the rest",
    };
    return outcome < sizeof sentences / sizeof sentences[0] ? sentences[outcome] : "?";
}

static const char *move_word(uint32_t move)
{
    static const char *const words[] = { "start", "pass", "world", "fault", "change", "time" };
    return move < sizeof words / sizeof words[0] ? words[move] : "?";
}

static struct rollout_world story_world(const struct exploration *it, const struct rollout_check_story *story)
{
    struct rollout_world world = *it->world;
    world.workload = story->workload;
    world.snapshot = story->snapshot;
    return world;
}

/* ---- pods ---- */

static const char *lifecycle_word(uint32_t state)
{
    static const char *const words[] = { "",         "PreparingNormal", "Normal",          "PreparingUpdate",
                                         "Updating", "Updated",         "PreparingDelete", "other" };
    return state < sizeof words / sizeof words[0] ? words[state] : "other";
}

static const char *pod_word(const struct rollout_pod *pod)
{
    if (pod->flags & ROLLOUT_POD_TERMINATING)
        return "terminating";
    if (pod->flags & ROLLOUT_POD_READY)
        return "ready";
    if (pod->phase == ROLLOUT_PHASE_FAILED)
        return "failed";
    return pod->phase == ROLLOUT_PHASE_RUNNING ? "not ready" : "not running";
}

/* The verdict on the pod; NULL where there is none. */
static const struct rollout_verdict *verdict_on(const struct rollout_plan *plan, uint32_t pod, size_t *ret_place)
{
    for (size_t i = 0; i < plan->verdict_count; i++) {
        if (plan->verdicts[i].subject_kind == ROLLOUT_SUBJECT_POD && plan->verdicts[i].subject == pod) {
            *ret_place = i;
            return &plan->verdicts[i];
        }
    }
    return NULL;
}

static void add_pods(const struct rollout_world *world, const struct rollout_plan *plan, struct text *out)
{
    struct table table = { 0 };
    for (uint32_t i = 0; i < world->snapshot->pods.count; i++) {
        const struct rollout_pod *pod = world_pod(world, i);
        struct text sentence = { 0 };
        size_t place = 0;
        const struct rollout_verdict *verdict = verdict_on(plan, i, &place);
        const char *reason = verdict ? rollout_reason_name(verdict->reason) : NULL;
        table_str(&table, 0, pod->name);
        table_str(&table, 0, facts_revision(pod));
        table_string(&table, pod_word(pod));
        table_string(&table, lifecycle_word(pod->lifecycle_state));
        table_string(&table, reason ? reason : "");
        if (verdict)
            show_sentence(&sentence, world, plan, place);
        table_text(&table, &sentence);
        table_end_row(&table);
        out->failed |= sentence.failed;
        text_free(&sentence);
    }
    table_print(&table, "  ", false, terminal_width(), out);
}

static void add_json_pods(const struct rollout_world *world, const struct rollout_plan *plan, struct text *out)
{
    text_adds(out, ",\"pods\":[");
    for (uint32_t i = 0; i < world->snapshot->pods.count; i++) {
        const struct rollout_pod *pod = world_pod(world, i);
        struct text sentence = { 0 };
        size_t place = 0;
        const struct rollout_verdict *verdict = verdict_on(plan, i, &place);
        const char *reason = verdict ? rollout_reason_name(verdict->reason) : NULL;
        text_adds(out, i ? ",{\"name\":" : "{\"name\":");
        text_add_quoted(out, pod->name);
        text_adds(out, ",\"revision\":");
        text_add_quoted(out, facts_revision(pod));
        text_addf(out, ",\"state\":\"%s\",\"lifecycle\":\"%s\",\"reason\":\"%s\"", pod_word(pod),
                  lifecycle_word(pod->lifecycle_state), reason ? reason : "");
        if (verdict) {
            show_sentence(&sentence, world, plan, place);
            text_adds(out, ",\"detail\":");
            text_add_quoted(out, (struct rollout_str){ sentence.data ? sentence.data : "", sentence.len });
        }
        text_adds(out, "}");
        out->failed |= sentence.failed;
        text_free(&sentence);
    }
    text_adds(out, "]");
}

/* ---- the story ---- */

/* The state that the last step begins with, and what is planned there. */
static int add_last(const struct exploration *it, const struct rollout_check_story *story, struct text *out,
                    struct rollout_error *reterr)
{
    struct rollout_world world = story_world(it, story);
    struct rollout_plan *own = NULL;
    const struct rollout_plan *plan = story->plan;
    int rc = ROLLOUT_OK;
    if (!plan) {
        rc = rollout_plan(story->workload, story->snapshot, &own, reterr);
        plan = own;
    }
    if (rc == ROLLOUT_OK && it->options->json) {
        add_json_pods(&world, plan, out);
    } else if (rc == ROLLOUT_OK) {
        text_adds(out, it->result.outcome == ROLLOUT_CHECK_UNSAFE ? "before that\n" : "there\n");
        add_pods(&world, plan, out);
    }
    rollout_plan_free(own);
    return rc;
}

static void add_step(const struct exploration *it, size_t number, const char *change,
                     const struct rollout_check_story *story, struct text *out)
{
    struct rollout_world world = story_world(it, story);
    struct table table = { 0 };
    if (it->result.loop && number == it->result.story - it->result.loop)
        text_adds(out, "  from here on again and again:\n");
    text_addf(out, "  %2zu. ", number + 1);
    text_add_plain(out, str_of(story->text));
    if (change) {
        text_adds(out, ": ");
        text_add_plain(out, str_of(change));
    }
    text_adds(out, "\n");
    for (size_t i = 0; story->plan && i < story->plan->action_count; i++)
        show_action(&table, &world, story->plan, i);
    table_print(&table, "      ", false, terminal_width(), out);
}

static void add_json_step(const struct exploration *it, size_t number, const char *change,
                          const struct rollout_check_story *story, struct text *out)
{
    struct rollout_world world = story_world(it, story);
    text_addf(out, "%s{\"move\":\"%s\",\"text\":", number ? "," : "", move_word(story->move));
    text_add_quoted(out, str_of(story->text));
    if (change) {
        text_adds(out, ",\"change\":");
        text_add_quoted(out, str_of(change));
    }
    if (story->plan) {
        text_adds(out, ",\"actions\":[");
        for (size_t i = 0; i < story->plan->action_count; i++) {
            const struct rollout_action *action = &story->plan->actions[i];
            const char *op = rollout_op_name(action->op), *reason = rollout_reason_name(action->reason);
            struct text name = { 0 };
            show_subject(&name, &world, action->subject_kind, action->subject);
            text_addf(out, "%s{\"op\":\"%s\",\"subject\":", i ? "," : "", op ? op : "?");
            text_add_quoted(out, (struct rollout_str){ name.data ? name.data : "", name.len });
            text_addf(out, ",\"reason\":\"%s\"}", reason ? reason : "");
            out->failed |= name.failed;
            text_free(&name);
        }
        text_adds(out, "]");
    }
    text_adds(out, "}");
}

static int add_story(const struct exploration *it, struct text *out, struct rollout_error *reterr)
{
    struct rollout_check_story story = { .struct_size = sizeof story };
    size_t changes = 0;
    int rc = ROLLOUT_OK;
    for (size_t i = 0; rc == ROLLOUT_OK && i < it->result.story; i++) {
        rc = rollout_check_story(it->check, i, &story, reterr);
        if (rc != ROLLOUT_OK)
            break;
        bool changed = story.move == ROLLOUT_MOVE_CHANGE && changes < it->changes->count;
        const char *change = changed ? it->changes->texts[changes++] : NULL;
        (it->options->json ? add_json_step : add_step)(it, i, change, &story, out);
    }
    if (it->options->json)
        text_adds(out, "]");
    if (rc == ROLLOUT_OK && it->result.story)
        rc = add_last(it, &story, out, reterr);
    return rc;
}

int check_add_text(const struct exploration *it, struct text *out, struct rollout_error *reterr)
{
    const struct rollout_check_result *result = &it->result;
    if (it->size)
        text_addf(out, "size %" PRId64 ": ", it->size);
    text_addf(out, "%s\n", outcome_sentence(result->outcome));
    text_addf(out, "  %" PRIu64 " state%s, %" PRIu64 " step%s, depth %" PRIu64, result->states,
              result->states == 1 ? "" : "s", result->steps, result->steps == 1 ? "" : "s", result->depth);
    if (result->found != result->states)
        text_addf(out, ", %" PRIu64 " states found", result->found);
    text_adds(out, "\n");
    int rc = add_story(it, out, reterr);
    if (result->message[0]) {
        text_add_plain(out, str_of(result->message));
        text_adds(out, "\n");
    }
    return rc;
}

int check_add_json(const struct exploration *it, struct text *out, struct rollout_error *reterr)
{
    const struct rollout_check_result *result = &it->result;
    text_adds(out, "{\"kind\":\"Check\",");
    json_add_workload(out, it->world);
    if (it->size)
        text_addf(out, ",\"size\":%" PRId64, it->size);
    text_addf(out, ",\"outcome\":\"%s\",\"states\":%" PRIu64 ",\"found\":%" PRIu64 ",\"steps\":%" PRIu64,
              outcome_word(result->outcome), result->states, result->found, result->steps);
    text_addf(out, ",\"depth\":%" PRIu64 ",\"memory\":%zu,\"loop\":%zu,\"message\":", result->depth, result->memory,
              result->loop);
    text_add_quoted(out, str_of(result->message));
    text_adds(out, ",\"story\":[");
    int rc = add_story(it, out, reterr);
    text_adds(out, "}\n");
    return rc;
}

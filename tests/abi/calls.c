/* SPDX-License-Identifier: Apache-2.0 */
#include "calls.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static void say(struct answer *ret, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int n = vsnprintf(ret->text + ret->len, sizeof ret->text - ret->len, format, list);
    va_end(list);
    if (n > 0 && (size_t)n < sizeof ret->text - ret->len)
        ret->len += (size_t)n;
}

static void say_tree(struct answer *ret, const struct rollout_tree *tree)
{
    size_t len = 0, room = sizeof ret->text - ret->len;
    if (rollout_tree_text(tree, ret->text + ret->len, room, &len, NULL) == ROLLOUT_OK && len < room)
        ret->len += len;
}

static void say_plan(struct answer *ret, const struct rollout_plan *plan, const struct rollout_snapshot *snapshot)
{
    char text[512];
    for (size_t i = 0; i < plan->action_count; i++) {
        const struct rollout_action *a = &plan->actions[i];
        say(ret, "%u %u %u %u:", a->op, a->reason, a->subject_kind, a->subject);
        for (uint32_t j = a->attr_first; j < a->attr_first + a->attr_count; j++)
            say(ret, " %u=%u,%lld", plan->attrs[j].key, plan->attrs[j].text, (long long)plan->attrs[j].value);
        say(ret, "\n");
    }
    for (size_t i = 0; i < plan->verdict_count; i++) {
        (void)rollout_verdict_text(plan, snapshot, i, text, sizeof text);
        say(ret, "%u %s\n", plan->verdicts[i].reason, text);
    }
    for (size_t i = 0; i < plan->limit_count; i++)
        say(ret, "%.*s %lld\n", (int)plan->limits[i].field.len, plan->limits[i].field.data,
            (long long)plan->limits[i].count);
    say(ret, "%lld %lld %u ", (long long)plan->next_ms, (long long)plan->requeue_seconds, plan->stopped_at);
    say_tree(ret, &plan->status);
}

static void call_plan(const struct inputs *in, struct answer *ret, struct rollout_error *reterr)
{
    struct rollout_plan *plan = NULL;
    ret->code = rollout_plan(in->workload, in->snapshot, &plan, reterr);
    if (plan)
        say_plan(ret, plan, in->snapshot);
    rollout_plan_free(plan);
}

static void call_candidates(const struct inputs *in, struct answer *ret, struct rollout_error *reterr)
{
    struct rollout_candidates *c = NULL;
    ret->code = rollout_candidates(in->workload, in->snapshot, &c, reterr);
    for (size_t i = 0; c && i < c->count; i++)
        say(ret, "%u %u %u %u\n", c->items[i].subject_kind, c->items[i].subject, c->items[i].standing, c->items[i].pod);
    if (c)
        say(ret, "%zu %lld %lld %lld", c->within, (long long)c->counted, (long long)c->updated,
            (long long)c->unavailable);
    rollout_candidates_free(c);
}

/* The sentence that names a node and the one that names a pod, of a verdict that no planner made. */
static void call_verdict_text(const struct inputs *in, struct answer *ret, struct rollout_error *reterr)
{
    struct rollout_verdict verdicts[2] = {
        { .because_kind = ROLLOUT_SUBJECT_NODE,
          .reason = ROLLOUT_REASON_MAX_SURGE_REACHED,
          .because = 1,
          .text = ROLLOUT_NONE },
        { .because_kind = 0, .reason = ROLLOUT_REASON_MAX_SURGE_REACHED, .because = 2, .text = ROLLOUT_NONE },
    };
    const struct rollout_plan plan = { .struct_size = sizeof plan, .verdicts = verdicts, .verdict_count = 2 };
    char text[512];
    (void)reterr;
    for (size_t i = 0; i < 2; i++) {
        (void)rollout_verdict_text(&plan, in->snapshot, i, text, sizeof text);
        say(ret, "%s\n", text);
    }
}

static void call_pod(const struct inputs *in, struct answer *ret, struct rollout_error *reterr)
{
    struct rollout_pod pod;
    struct rollout_in_place in_place;
    ret->code = rollout_pod_from_object(in->pod, in->workload, sizeof pod, &pod, &in_place, reterr);
    if (ret->code == ROLLOUT_OK)
        say(ret, "%.*s %u", (int)pod.name.len, pod.name.data, pod.flags);
}

static void say_order(struct answer *ret, int code, const uint32_t indices[3])
{
    ret->code = code;
    say(ret, "%u %u %u", indices[0], indices[1], indices[2]);
}

static void call_order_default(const struct inputs *in, struct answer *ret, struct rollout_error *reterr)
{
    uint32_t indices[] = { 2, 1, 0 };
    say_order(ret, rollout_order_default(in->pods, indices, 3, reterr), indices);
}

static void call_order_priority(const struct inputs *in, struct answer *ret, struct rollout_error *reterr)
{
    uint32_t indices[] = { 2, 1, 0 };
    say_order(ret, rollout_order_priority(in->priority, in->pods, indices, 3, reterr), indices);
}

static void call_order_scatter(const struct inputs *in, struct answer *ret, struct rollout_error *reterr)
{
    uint32_t indices[] = { 2, 1, 0 };
    say_order(ret, rollout_order_scatter(in->scatter, in->pods, indices, 3, reterr), indices);
}

static void call_order_update(const struct inputs *in, struct answer *ret, struct rollout_error *reterr)
{
    uint32_t indices[] = { 2, 1, 0 };
    say_order(ret, rollout_order_update(in->order, in->pods, indices, 3, reterr), indices);
}

static void call_priority_key(const struct inputs *in, struct answer *ret, struct rollout_error *reterr)
{
    struct rollout_priority_key key;
    (void)reterr;
    rollout_order_priority_key(in->priority, in->labels, &key);
    say(ret, "%lld %lld %d", (long long)key.weight, (long long)key.number, key.level);
}

static void call_selector_check(const struct inputs *in, struct answer *ret, struct rollout_error *reterr)
{
    ret->code = rollout_selector_check(in->selector, reterr);
}

static void call_selector_matches(const struct inputs *in, struct answer *ret, struct rollout_error *reterr)
{
    (void)reterr;
    say(ret, "%d", rollout_selector_matches(in->selector, in->labels));
}

static void call_diff(const struct inputs *in, struct answer *ret, struct rollout_error *reterr)
{
    struct rollout_diff *diff = NULL;
    ret->code = rollout_diff(in->old_revision, in->new_revision, in->diff_options, &diff, reterr);
    if (diff)
        say(ret, "%u %u", diff->rule, diff->flags);
    rollout_diff_free(diff);
}

static void say_objects(struct answer *ret, struct rollout_objects *objects)
{
    for (size_t i = 0; objects && i < objects->count; i++)
        say_tree(ret, &objects->items[i]);
    rollout_objects_free(objects);
}

static void call_apply(const struct inputs *in, struct answer *ret, struct rollout_error *reterr)
{
    struct rollout_objects *objects = NULL;
    size_t creates = in->plan->action_count - 1; /* what comes before it is the revision's */
    ret->code = rollout_apply(in->world, in->plan, creates, in->ids, &objects, reterr);
    say_objects(ret, objects);
}

static void call_inject(const struct inputs *in, struct answer *ret, struct rollout_error *reterr)
{
    struct rollout_objects *objects = NULL;
    ret->code = rollout_inject(in->pod, 0, &objects, reterr);
    say_objects(ret, objects);
}

/* One step further, with what an older or newer caller has room for. */
static int step(struct rollout_simulation *simulation, struct answer *ret, struct rollout_error *reterr)
{
    struct rollout_simulation_state s = { .struct_size = sizeof s };
    int r = rollout_simulation_step(simulation, &s, reterr);
    if (r == ROLLOUT_OK)
        say(ret, "%u %lld %lld %lld %lld, ", s.outcome, (long long)s.now_ms, (long long)s.total, (long long)s.available,
            (long long)s.restarts);
    return r;
}

static void call_simulation_new(const struct inputs *in, struct answer *ret, struct rollout_error *reterr)
{
    struct rollout_simulation *simulation = NULL;
    ret->code = rollout_simulation_new(in->world, in->simulation_options, &simulation, reterr);
    for (size_t i = 0; ret->code == ROLLOUT_OK && i < 12; i++)
        ret->code = step(simulation, ret, reterr);
    rollout_simulation_free(simulation);
}

static void call_check_new(const struct inputs *in, struct answer *ret, struct rollout_error *reterr)
{
    struct rollout_check *check = NULL;
    struct rollout_check_result r = { .struct_size = sizeof r };
    ret->code = rollout_check_new(in->world, in->check_options, &check, reterr);
    if (ret->code == ROLLOUT_OK)
        ret->code = rollout_check_step(check, 10000, &r, reterr);
    if (ret->code == ROLLOUT_OK)
        say(ret, "%u %llu %llu %zu %s", r.outcome, (unsigned long long)r.states, (unsigned long long)r.steps, r.story,
            r.message);
    rollout_check_free(check);
}

/* Those below fail: their inputs have no places, so only what they tell is looked at. */

static void call_tree_check(const struct inputs *in, struct answer *ret, struct rollout_error *reterr)
{
    (void)in;
    ret->code = rollout_tree_check(&(struct rollout_tree){ NULL, 1 }, reterr);
}

static void call_tree_text(const struct inputs *in, struct answer *ret, struct rollout_error *reterr)
{
    size_t len;
    (void)in;
    ret->code = rollout_tree_text(&(struct rollout_tree){ NULL, 1 }, NULL, 0, &len, reterr);
}

static void call_json_parse(const struct inputs *in, struct answer *ret, struct rollout_error *reterr)
{
    struct rollout_json *json = NULL;
    (void)in;
    ret->code = rollout_json_parse("{\n  ]", 5, &json, reterr);
    rollout_json_free(json);
}

static void call_yaml_parse(const struct inputs *in, struct answer *ret, struct rollout_error *reterr)
{
    struct rollout_json *json = NULL;
    (void)in;
    ret->code = rollout_yaml_parse("a:\n  [", 6, &json, reterr);
    rollout_json_free(json);
}

static void call_json_reader_next(const struct inputs *in, struct answer *ret, struct rollout_error *reterr)
{
    struct rollout_json_reader *reader = NULL;
    struct rollout_json *json = NULL;
    (void)in;
    ret->code = rollout_json_reader_new(-1, &reader, reterr);
    if (ret->code == ROLLOUT_OK)
        ret->code = rollout_json_reader_next(reader, &json, NULL, reterr);
    rollout_json_reader_free(reader);
}

static void call_document_count(const struct inputs *in, struct answer *ret, struct rollout_error *reterr)
{
    size_t count;
    ret->code = rollout_document_count(in->pod, &count, reterr);
}

static void call_document_decode(const struct inputs *in, struct answer *ret, struct rollout_error *reterr)
{
    struct rollout_world *world = NULL;
    ret->code = rollout_document_decode(in->pod, 0, 0, &world, reterr);
    rollout_world_free(world);
}

static void call_document_group(const struct inputs *in, struct answer *ret, struct rollout_error *reterr)
{
    struct rollout_grouping *grouping = NULL;
    ret->code = rollout_document_group(in->pod, &grouping, reterr);
    rollout_grouping_free(grouping);
}

static void call_grouping_decode(const struct inputs *in, struct answer *ret, struct rollout_error *reterr)
{
    struct rollout_grouping *grouping = NULL;
    struct rollout_world *world = NULL;
    ret->code = rollout_document_group(in->document, &grouping, reterr);
    if (ret->code == ROLLOUT_OK)
        ret->code = rollout_grouping_decode(grouping, 99, 0, &world, reterr);
    rollout_world_free(world);
    rollout_grouping_free(grouping);
}

static void call_apply_to(const struct inputs *in, struct answer *ret, struct rollout_error *reterr)
{
    struct rollout_objects *objects = NULL;
    ret->code = rollout_apply_to(in->world, in->plan, 0, NULL, &objects, reterr);
    say_objects(ret, objects);
}

static void call_apply_status(const struct inputs *in, struct answer *ret, struct rollout_error *reterr)
{
    struct rollout_objects *objects = NULL;
    ret->code = rollout_apply_status(in->world, NULL, &objects, reterr);
    say_objects(ret, objects);
}

static void call_snapshot_object(const struct inputs *in, struct answer *ret, struct rollout_error *reterr)
{
    struct rollout_objects *objects = NULL;
    ret->code = rollout_snapshot_object(in->world, in->snapshot, &objects, reterr);
    say_objects(ret, objects);
}

static void call_plan_object(const struct inputs *in, struct answer *ret, struct rollout_error *reterr)
{
    struct rollout_objects *objects = NULL;
    ret->code = rollout_plan_object(in->world, NULL, &objects, reterr);
    say_objects(ret, objects);
}

static void call_lint(const struct inputs *in, struct answer *ret, struct rollout_error *reterr)
{
    ret->code = rollout_lint(in->world, NULL, reterr);
}

static void call_simulation_step(const struct inputs *in, struct answer *ret, struct rollout_error *reterr)
{
    struct rollout_simulation_state state;
    (void)in;
    ret->code = rollout_simulation_step(NULL, &state, reterr);
}

static void call_simulation_world(const struct inputs *in, struct answer *ret, struct rollout_error *reterr)
{
    struct rollout_world world;
    (void)in;
    ret->code = rollout_simulation_world(NULL, &world, reterr);
}

static void call_simulation_restart(const struct inputs *in, struct answer *ret, struct rollout_error *reterr)
{
    (void)in;
    ret->code = rollout_simulation_restart(NULL, 1, reterr);
}

static void call_check_step(const struct inputs *in, struct answer *ret, struct rollout_error *reterr)
{
    struct rollout_check_result result;
    (void)in;
    ret->code = rollout_check_step(NULL, 1, &result, reterr);
}

static void call_check_story(const struct inputs *in, struct answer *ret, struct rollout_error *reterr)
{
    struct rollout_check_story story;
    (void)in;
    ret->code = rollout_check_story(NULL, 0, &story, reterr);
}

static const struct call calls[] = {
    { "rollout_simulation_new", call_simulation_new },
    { "rollout_check_new", call_check_new },
    { "rollout_simulation_step", call_simulation_step },
    { "rollout_simulation_world", call_simulation_world },
    { "rollout_simulation_restart", call_simulation_restart },
    { "rollout_check_step", call_check_step },
    { "rollout_check_story", call_check_story },
    { "rollout_plan", call_plan },
    { "rollout_candidates", call_candidates },
    { "rollout_verdict_text", call_verdict_text },
    { "rollout_pod_from_object", call_pod },
    { "rollout_order_default", call_order_default },
    { "rollout_order_priority", call_order_priority },
    { "rollout_order_scatter", call_order_scatter },
    { "rollout_order_update", call_order_update },
    { "rollout_order_priority_key", call_priority_key },
    { "rollout_selector_check", call_selector_check },
    { "rollout_selector_matches", call_selector_matches },
    { "rollout_diff", call_diff },
    { "rollout_apply", call_apply },
    { "rollout_inject", call_inject },
    { "rollout_tree_check", call_tree_check },
    { "rollout_tree_text", call_tree_text },
    { "rollout_json_parse", call_json_parse },
    { "rollout_yaml_parse", call_yaml_parse },
    { "rollout_json_reader_next", call_json_reader_next },
    { "rollout_document_count", call_document_count },
    { "rollout_document_decode", call_document_decode },
    { "rollout_document_group", call_document_group },
    { "rollout_grouping_decode", call_grouping_decode },
    { "rollout_apply_to", call_apply_to },
    { "rollout_apply_status", call_apply_status },
    { "rollout_plan_object", call_plan_object },
    { "rollout_snapshot_object", call_snapshot_object },
    { "rollout_lint", call_lint },
};

const struct call *call_of(const char *function)
{
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (strcmp(calls[i].function, function) == 0)
            return &calls[i];
    return NULL;
}

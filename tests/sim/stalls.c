/* SPDX-License-Identifier: Apache-2.0 */
/* Explores small worlds and expects what is said of each: that all is well, or how it goes wrong.
 *
 *   stalls FILE...: {"what", world in short (small_worlds.h), "change": {fields of the workload's spec to be merged},
 *   "check": {"faults", "kinds": [...], "assert"}, "expect": {"outcome", "message": part of it, "story": so many steps,
 *   "texts": steps of it, in this order}} */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "small_worlds.h"

static const char *const outcomes[] = { "runs", "holds", "unsafe", "stuck", "loops", "states", "memory" };

static const struct {
    const char *name;
    uint32_t flag;
} kinds[] = { { "unready", ROLLOUT_CHECK_UNREADY },
              { "break", ROLLOUT_CHECK_BREAK },
              { "fail", ROLLOUT_CHECK_FAIL },
              { "vanish", ROLLOUT_CHECK_VANISH },
              { "node", ROLLOUT_CHECK_NODE },
              { "cordon", ROLLOUT_CHECK_CORDON },
              { "return", ROLLOUT_CHECK_RETURN },
              { "room", ROLLOUT_CHECK_ROOM } };

static uint32_t flags_of(json_t *list)
{
    uint32_t flags = 0;
    size_t i;
    json_t *name;
    json_array_foreach(list, i, name) for (size_t k = 0; k < sizeof kinds / sizeof *kinds;
                                           k++) if (!strcmp(json_string_value(name), kinds[k].name)) flags |=
        kinds[k].flag;
    return flags;
}

static void die(const char *what, const struct rollout_error *error)
{
    fprintf(stderr, "%s: %s\n", what, error->message);
    exit(1);
}

static void print_story(struct rollout_check *check, size_t steps)
{
    for (size_t i = 0; i < steps; i++) {
        struct rollout_error error = { .struct_size = sizeof error };
        struct rollout_check_story story = { .struct_size = sizeof story };
        if (rollout_check_story(check, i, &story, &error))
            die("story", &error);
        printf("    %zu. %s:", i + 1, story.text);
        for (size_t a = 0; story.plan && a < story.plan->action_count; a++) {
            const struct rollout_action *action = &story.plan->actions[a];
            printf(" %s", rollout_op_name(action->op));
            if (action->subject_kind == ROLLOUT_SUBJECT_POD)
                printf(" %.*s", (int)story.snapshot->pods.items[action->subject].name.len,
                       story.snapshot->pods.items[action->subject].name.data);
        }
        printf("\n");
        for (size_t v = 0; story.plan && i + 1 == steps && v < story.plan->verdict_count; v++) {
            char why[300];
            if (story.plan->verdicts[v].subject_kind != ROLLOUT_SUBJECT_POD)
                continue;
            rollout_verdict_text(story.plan, story.snapshot, v, why, sizeof why);
            printf("         %.*s: %s: %s\n", (int)story.snapshot->pods.items[story.plan->verdicts[v].subject].name.len,
                   story.snapshot->pods.items[story.plan->verdicts[v].subject].name.data,
                   rollout_reason_name(story.plan->verdicts[v].reason), why);
        }
    }
}

/* Whether the story has these steps, each behind the one before. */
static bool tells(struct rollout_check *check, size_t steps, json_t *texts)
{
    size_t told = 0;
    for (size_t i = 0; i < steps && told < json_array_size(texts); i++) {
        struct rollout_error error = { .struct_size = sizeof error };
        struct rollout_check_story story = { .struct_size = sizeof story };
        if (rollout_check_story(check, i, &story, &error))
            die("story", &error);
        told += !strcmp(story.text, json_string_value(json_array_get(texts, told)));
    }
    return told == json_array_size(texts);
}

static int explore(json_t *shorthand)
{
    const char *what = json_string_value(json_object_get(shorthand, "what"));
    json_t *how = json_object_get(shorthand, "check"), *expect = json_object_get(shorthand, "expect");
    json_t *snapshot = small_snapshot(shorthand), *changed = json_deep_copy(snapshot);
    struct small_world world = small_decode(snapshot), after = { NULL, NULL };
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_check_options options = { .struct_size = sizeof options,
                                             .flags = flags_of(json_object_get(how, "kinds")) };
    struct rollout_check_result result = { .struct_size = sizeof result };
    struct rollout_check *check;
    struct rollout_change change = { 0, NULL };
    struct rollout_str assertion = { json_string_value(json_object_get(how, "assert")), 0 };
    assertion.len = assertion.data ? strlen(assertion.data) : 0;
    options.faults = (uint32_t)json_integer_value(json_object_get(how, "faults"));
    options.assertions = &assertion;
    options.assertion_count = assertion.data != NULL;
    if (json_object_get(shorthand, "change")) {
        small_merge(json_object_get(json_object_get(changed, "workload"), "spec"),
                    json_object_get(shorthand, "change"));
        after = small_decode(changed);
        change.world = after.world;
        options.changes = &change;
        options.change_count = 1;
    }
    if (rollout_check_new(world.world, &options, &check, &error))
        die(what, &error);
    do {
        if (rollout_check_step(check, 10000, &result, &error))
            die(what, &error);
    } while (result.outcome == ROLLOUT_CHECK_RUNS);
    const char *outcome = json_string_value(json_object_get(expect, "outcome"));
    const char *message = json_string_value(json_object_get(expect, "message"));
    json_int_t longest = json_integer_value(json_object_get(expect, "story"));
    int wrong = strcmp(outcome, outcomes[result.outcome]) != 0 || (message && !strstr(result.message, message)) ||
                (longest && (json_int_t)result.story != longest) ||
                !tells(check, result.story, json_object_get(expect, "texts"));
    printf("%s %s: %s (%llu states, %zu steps) %s\n", wrong ? "FAILED" : "ok", what, outcomes[result.outcome],
           (unsigned long long)result.states, result.story, result.message);
    print_story(check, result.story);
    rollout_check_free(check);
    small_free(&world);
    if (after.world)
        small_free(&after);
    json_decref(snapshot);
    json_decref(changed);
    return wrong;
}

int main(int argc, char **argv)
{
    int failed = argc < 2;
    for (int i = 1; i < argc; i++) {
        json_error_t broken;
        json_t *cases = json_load_file(argv[i], 0, &broken), *one;
        size_t n;
        if (!cases) {
            fprintf(stderr, "%s:%d: %s\n", argv[i], broken.line, broken.text);
            return 1;
        }
        json_array_foreach(cases, n, one) failed += explore(one);
        json_decref(cases);
    }
    return failed != 0;
}

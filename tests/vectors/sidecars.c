/* SPDX-License-Identifier: Apache-2.0 */
/* Carries out what is planned for recorded SidecarSets, and holds the pods against what the recording says was written:
 *
 *   sidecars FILE
 *
 * FILE: as for replay. Beside images, annotations and the condition a pod stays as it was; and the next pass finds every
 * pod that was updated so. */
#include <rollout/json.h>
#include <rollout/objects.h>

#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"

enum { SHOWN = 20 };

static size_t lines, written, faults;

static void fault(json_t *line, const char *pod, const char *what)
{
    if (++faults <= SHOWN)
        fprintf(stderr, "%s: %s: %s\n", json_string_value(json_object_get(line, "id")), pod, what);
}

static const char *text_at(json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static json_t *named(json_t *list, const char *key, const char *name)
{
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item) if (strcmp(text_at(item, key), name) == 0) return item;
    return NULL;
}

static json_t *need(json_t *object, const char *key, json_t *fresh)
{
    if (!json_object_get(object, key))
        json_object_set(object, key, fresh);
    json_decref(fresh);
    return json_object_get(object, key);
}

/* What the recording says was written, into the pod as it was. */
static void write_action(json_t *pod, json_t *action, const char *now)
{
    const char *key;
    json_t *value, *containers = json_object_get(json_object_get(pod, "spec"), "containers");
    if (strcmp(text_at(action, "op"), "set-upgradable") == 0) {
        json_t *conditions = need(need(pod, "status", json_object()), "conditions", json_array());
        json_t *condition = named(conditions, "type", "SidecarSetUpgradable");
        if (!condition) {
            json_array_append_new(conditions, condition = json_object());
            json_object_set_new(condition, "type", json_string("SidecarSetUpgradable"));
            json_object_set_new(condition, "lastProbeTime", json_null());
        }
        if (strcmp(text_at(condition, "status"), text_at(action, "status")) != 0)
            json_object_set_new(condition, "lastTransitionTime", json_string(now));
        json_object_set(condition, "status", json_object_get(action, "status"));
        json_object_set(condition, "message", json_object_get(action, "message"));
        json_object_set_new(condition, "reason",
                            json_string(strcmp(text_at(action, "status"), "True") == 0 ? "AllSidecarsetUpgradable"
                                                                                       : "UpdateImmutableField"));
        return;
    }
    json_object_foreach(json_object_get(action, "images"), key, value)
        json_object_set(named(containers, "name", key), "image", value);
    json_object_foreach(json_object_get(action, "annotations"), key, value)
        json_object_set(need(json_object_get(pod, "metadata"), "annotations", json_object()), key, value);
}

static json_t *to_json(const struct rollout_tree *tree)
{
    size_t len = 0;
    rollout_tree_text(tree, NULL, 0, &len, NULL);
    char *text = malloc(len + 1);
    rollout_tree_text(tree, text, len + 1, &len, NULL);
    json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);
    free(text);
    return json;
}

/* Texts that are JSON are the same if they say the same. */
static int same(json_t *a, json_t *b)
{
    const char *key;
    json_t *value;
    size_t i;
    if (json_is_string(a) && json_is_string(b) && !json_equal(a, b)) {
        json_t *x = json_loads(json_string_value(a), 0, NULL), *y = json_loads(json_string_value(b), 0, NULL);
        int equal = x && y && json_equal(x, y);
        json_decref(x);
        json_decref(y);
        return equal;
    }
    if (json_is_object(a) && json_is_object(b)) {
        json_object_foreach(a, key,
                            value) if (!json_object_get(b, key) || !same(value, json_object_get(b, key))) return 0;
        return json_object_size(a) == json_object_size(b);
    }
    if (json_is_array(a) && json_is_array(b)) {
        json_array_foreach(a, i, value) if (!json_array_get(b, i) || !same(value, json_array_get(b, i))) return 0;
        return json_array_size(a) == json_array_size(b);
    }
    return json_equal(a, b);
}

/* The pods as our actions leave them, in place of what they were in `pods`. */
static int carry_out(const struct rollout_world *world, const struct rollout_plan *plan, json_t *line, json_t *pods)
{
    struct rollout_error error = { .struct_size = sizeof error };
    for (size_t i = 0; i < plan->action_count; i++) {
        uint32_t pod = plan->actions[i].subject;
        struct rollout_objects *made = NULL;
        struct rollout_json *object = NULL;
        if (plan->actions[i].subject_kind != ROLLOUT_SUBJECT_POD)
            continue;
        char *text = json_dumps(json_array_get(pods, pod), 0);
        int r = rollout_json_parse(text, strlen(text), &object, &error);
        if (r == ROLLOUT_OK)
            r = rollout_apply_to(world, plan, i, rollout_json_tree(object), &made, &error);
        if (r == ROLLOUT_OK)
            json_array_set_new(pods, pod, to_json(&made->items[0]));
        else
            fault(line, "an action", error.message);
        rollout_objects_free(made);
        rollout_json_free(object);
        free(text);
        written++;
        if (r != ROLLOUT_OK)
            return r;
    }
    return ROLLOUT_OK;
}

static int plan_of(json_t *snapshot, struct rollout_json **ret_json, struct rollout_world **ret_world,
                   struct rollout_plan **ret_plan)
{
    struct rollout_error error = { .struct_size = sizeof error };
    char *text = json_dumps(snapshot, 0);
    int r = rollout_json_parse(text, strlen(text), ret_json, &error);
    if (r == ROLLOUT_OK)
        r = rollout_document_decode(rollout_json_tree(*ret_json), 0, 0, ret_world, &error);
    if (r == ROLLOUT_OK)
        r = rollout_plan((*ret_world)->workload, (*ret_world)->snapshot, ret_plan, &error);
    free(text);
    return r;
}

static void release(struct rollout_json *json, struct rollout_world *world, struct rollout_plan *plan)
{
    rollout_plan_free(plan);
    rollout_world_free(world);
    rollout_json_free(json);
}

/* None that was updated is updated again. */
static void check_next(json_t *line, json_t *snapshot, const struct rollout_plan *before)
{
    struct rollout_json *json = NULL;
    struct rollout_world *world = NULL;
    struct rollout_plan *plan = NULL;
    json_object_del(snapshot, "inFlight");
    if (plan_of(snapshot, &json, &world, &plan) != ROLLOUT_OK)
        fault(line, "next pass", "is no plan");
    for (size_t i = 0; plan && i < before->action_count; i++)
        for (size_t k = 0; k < plan->action_count && before->actions[i].op == ROLLOUT_OP_UPDATE_IN_PLACE; k++)
            if (plan->actions[k].op == ROLLOUT_OP_UPDATE_IN_PLACE &&
                plan->actions[k].subject == before->actions[i].subject)
                fault(line, "next pass", "updates a pod again");
    release(json, world, plan);
}

static void check_line(json_t *line)
{
    json_t *snapshot = json_object_get(line, "snapshot"), *expected = json_deep_copy(json_object_get(snapshot, "pods"));
    json_t *actions = json_object_get(json_object_get(line, "expect"), "actions"), *action;
    json_t *pods = json_deep_copy(expected), *pod;
    struct rollout_json *json = NULL;
    struct rollout_world *world = NULL;
    struct rollout_plan *plan = NULL;
    size_t i;
    json_array_foreach(actions, i, action)
    {
        size_t k;
        json_array_foreach(expected, k, pod) if (strcmp(text_at(json_object_get(pod, "metadata"), "name"),
                                                        text_at(action, "pod")) == 0)
            write_action(pod, action, text_at(snapshot, "now"));
    }
    if (plan_of(snapshot, &json, &world, &plan) != ROLLOUT_OK) {
        fault(line, "plan", "there is none");
    } else if (carry_out(world, plan, line, pods) == ROLLOUT_OK) {
        json_array_foreach(expected, i, pod) if (!same(pod, json_array_get(pods, i)))
            fault(line, text_at(json_object_get(pod, "metadata"), "name"), "is not as recorded");
        json_object_set(snapshot, "pods", pods);
        check_next(line, snapshot, plan);
    }
    release(json, world, plan);
    json_decref(expected);
    json_decref(pods);
    lines++;
}

int main(int argc, char **argv)
{
    char *text = NULL;
    size_t size = 0;
    if (argc != 2) {
        fprintf(stderr, "usage: sidecars FILE\n");
        return 2;
    }
    FILE *file = lines_open(argv[1]);
    while (getline(&text, &size, file) > 0) {
        json_t *line = json_loads(text, 0, NULL);
        check_line(line);
        json_decref(line);
    }
    free(text);
    printf("%zu lines, %zu writes to pods, %zu faults\n", lines, written, faults);
    return lines_close(file) != 0 || lines == 0 || written == 0 || faults > 0;
}

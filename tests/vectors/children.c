/* SPDX-License-Identifier: Apache-2.0 */
/* Children that upstream wrote, written again: where an update changes neither revision nor patch, what it writes is what
 * is recorded, but for its numbers. Usage: children FILE (JSON Lines; see replay.c). */
#include <rollout/json.h>
#include <rollout/rollout.h>

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"

static json_t *of_tree(const struct rollout_tree *tree)
{
    size_t len = 0;
    rollout_tree_text(tree, NULL, 0, &len, NULL);
    char *text = malloc(len + 1);
    rollout_tree_text(tree, text, len + 1, &len, NULL);
    json_t *value = json_loadb(text, len, 0, NULL);
    free(text);
    return value;
}

static const char *text_at(json_t *object, const char *map, const char *key)
{
    return json_string_value(json_object_get(json_object_get(json_object_get(object, "metadata"), map), key));
}

/* NULL, or the first of these parts that differs. */
static const char *difference(json_t *old, json_t *now)
{
    static const char *const parts[][2] = {
        { "metadata", "labels" }, { "metadata", "annotations" }, { "metadata", "ownerReferences" },
        { "spec", "template" },   { "spec", "selector" },        { "spec", "serviceName" }
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        json_t *a = json_object_get(json_object_get(old, parts[i][0]), parts[i][1]);
        json_t *b = json_object_get(json_object_get(now, parts[i][0]), parts[i][1]);
        if ((a || b) && !json_equal(a, b))
            return parts[i][1];
    }
    return NULL;
}

static bool same_text(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* How many children of the line were compared; -1: one differs. */
static int play(const char *line, size_t len)
{
    static const char revision[] = "apps.kruise.io/controller-revision-hash", patch[] = "apps.kruise.io/subset-patch";
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_json *json = NULL;
    struct rollout_world *world = NULL;
    struct rollout_plan *plan = NULL;
    int compared = 0;
    int rc = rollout_json_parse(line, len, &json, &error);
    if (rc == ROLLOUT_OK)
        rc = rollout_document_decode(rollout_json_tree(json), 0, 0, &world, &error);
    if (rc == ROLLOUT_OK)
        rc = rollout_plan(world->workload, world->snapshot, &plan, &error);
    for (size_t i = 0; rc == ROLLOUT_OK && i < plan->action_count; i++) {
        const struct rollout_action *action = &plan->actions[i];
        struct rollout_objects *made = NULL;
        size_t child = world->subset_object_count;
        for (uint32_t k = 0; k < action->attr_count; k++)
            if (plan->attrs[action->attr_first + k].key == ROLLOUT_ATTR_CHILD)
                child = (size_t)plan->attrs[action->attr_first + k].value - 1;
        if (action->op != ROLLOUT_OP_UPDATE_SUBSET)
            continue;
        rc = rollout_apply(world, plan, i, NULL, &made, &error);
        if (rc != ROLLOUT_OK)
            break;
        json_t *old = of_tree(&world->subset_objects[child]), *now = of_tree(&made->items[0]);
        bool same = same_text(text_at(old, "labels", revision), text_at(now, "labels", revision)) &&
                    same_text(text_at(old, "annotations", patch), text_at(now, "annotations", patch));
        const char *part = same ? difference(old, now) : NULL;
        compared += same && compared >= 0;
        if (part) {
            printf("%s of %s differs\n", part,
                   json_string_value(json_object_get(json_object_get(old, "metadata"), "name")));
            compared = -1;
        }
        json_decref(old);
        json_decref(now);
        rollout_objects_free(made);
        if (compared < 0)
            break;
    }
    if (rc != ROLLOUT_OK) {
        printf("fails with %d: %s\n", rc, error.message);
        compared = -1;
    }
    rollout_plan_free(plan);
    rollout_world_free(world);
    rollout_json_free(json);
    return compared;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    FILE *lines = lines_open(argv[1]);
    char *text = NULL;
    size_t size = 0, number = 0, children = 0, wrong = 0;
    ssize_t len;
    while ((len = getline(&text, &size, lines)) > 0) {
        number++;
        int compared = play(text, (size_t)len);
        if (compared < 0 && ++wrong <= 10)
            printf("line %zu\n", number);
        children += compared > 0 ? (size_t)compared : 0;
    }
    free(text);
    wrong += lines_close(lines) != 0 || children == 0;
    printf("%s: %zu lines, %zu children written again, %zu wrong\n", argv[1], number, children, wrong);
    return wrong != 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Plays a release from every recorded snapshot, and writes each pass down as a Snapshot: decoded again, it must be planned as the
 * simulation planned it, byte for byte.
 *
 *   record FILE [EVERY]: of the lines only each so many-th */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"
#include "play.h"

enum { PASSES = 40, SHOWN = 10 };

static void die(const char *id, const struct rollout_error *error)
{
    fprintf(stderr, "%s: %s\n", id, error->message);
    exit(1);
}

static char *text_of(const struct rollout_tree *tree)
{
    struct rollout_error error = { .struct_size = sizeof error };
    size_t len;
    if (rollout_tree_text(tree, NULL, 0, &len, &error))
        die("text", &error);
    char *text = malloc(len + 1);
    rollout_tree_text(tree, text, len + 1, &len, &error);
    text[len] = '\0';
    return text;
}

static char *plan_text(const struct rollout_world *world, const struct rollout_plan *plan)
{
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_objects *objects;
    if (rollout_plan_object(world, plan, &objects, &error))
        die("plan", &error);
    char *text = text_of(&objects->items[0]);
    rollout_objects_free(objects);
    return text;
}

/* Whether the pass, written down and read again, is the same. */
static int same_again(const char *id, const struct rollout_simulation *simulation)
{
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_world world, *again;
    struct rollout_objects *snapshot;
    struct rollout_plan *plan;
    struct rollout_json *json;
    if (rollout_simulation_world(simulation, &world, &error))
        die(id, &error);
    int r = rollout_snapshot_object(&world, rollout_simulation_snapshot(simulation), &snapshot, &error);
    if (r) {
        printf("%s: %s\n", id, error.message);
        return 0;
    }
    char *document = text_of(&snapshot->items[0]);
    if (rollout_json_parse(document, strlen(document), &json, &error) ||
        rollout_document_decode(rollout_json_tree(json), 0, 0, &again, &error) ||
        rollout_plan(again->workload, again->snapshot, &plan, &error))
        die(id, &error);
    char *expected = plan_text(&world, rollout_simulation_plan(simulation)), *got = plan_text(again, plan);
    int same = !strcmp(expected, got);
    size_t at = 0;
    while (expected[at] && expected[at] == got[at])
        at++;
    at = at > 60 ? at - 60 : 0;
    if (!same)
        printf("%s: simulated %.160s\n    again     %.160s\n", id, expected + at, got + at);
    free(expected);
    free(got);
    free(document);
    rollout_plan_free(plan);
    rollout_world_free(again);
    rollout_json_free(json);
    rollout_objects_free(snapshot);
    return same;
}

int main(int argc, char **argv)
{
    size_t lines = 0, size = 0, passes = 0, wrong = 0, every = argc > 2 ? (size_t)atoi(argv[2]) : 1, number = 0;
    char *text = NULL;
    if (argc < 2)
        return 2;
    FILE *file = lines_open(argv[1]);
    while (getline(&text, &size, file) > 0) {
        if (number++ % every)
            continue;
        json_t *line = json_loads(text, 0, NULL);
        const char *id = json_string_value(json_object_get(line, "id"));
        struct played start = { 0 };
        struct rollout_error error = { .struct_size = sizeof error };
        struct rollout_simulation_options options = { .struct_size = sizeof options,
                                                      .flags = ROLLOUT_SIMULATE_OBJECTS };
        struct rollout_simulation_state state = { .struct_size = sizeof state };
        struct rollout_simulation *simulation;
        for (int i = 0; i < ROLLOUT_STEP_COUNT; i++)
            options.delays[i] = (struct rollout_delay){ ROLLOUT_DELAY_UNIFORM, 0, 1000, 20000 };
        play_where = id;
        played_make(json_object_get(line, "snapshot"), &start);
        if (rollout_simulation_new(start.world, &options, &simulation, &error))
            die(id, &error);
        for (int i = 0; i < PASSES; i++) {
            if (rollout_simulation_step(simulation, &state, &error))
                die(id, &error);
            if (state.outcome != ROLLOUT_SIMULATION_RUNS)
                break;
            passes++;
            if (same_again(id, simulation))
                continue;
            wrong++;
            break;
        }
        rollout_simulation_free(simulation);
        played_free(&start);
        json_decref(line);
        lines++;
        if (wrong > SHOWN)
            break;
    }
    free(text);
    lines_close(file);
    printf("%s: %zu releases, %zu passes, %zu are not the same when read again\n", argv[1], lines, passes, wrong);
    return passes == 0 || wrong > 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Many threads at once: each answer is the one that a single thread gets.
 *
 *   threads FILE...
 *
 * FILE: recorded decisions, JSON Lines, with .gz compressed. Every thread decodes, plans, orders, compares and applies all
 * of them from texts of its own, each beginning elsewhere; and plans, orders and writes worlds that all threads share. */
#include <rollout/json.h>
#include <rollout/rollout.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"

enum { THREADS = 8, LINES = 40, MOST = 400 };

static struct item {
    char *text;
    size_t len;
    uint64_t expected; /* hash of all answers */
    struct rollout_json *json;
    struct rollout_world *world;
} items[MOST];
static size_t n_items;

/* FNV-1a. */
static uint64_t hash(uint64_t h, const void *data, size_t len)
{
    for (const unsigned char *byte = data; len; len--, byte++)
        h = (h ^ *byte) * UINT64_C(1099511628211);
    return h;
}

static uint64_t hash_objects(uint64_t h, struct rollout_objects *objects)
{
    for (size_t i = 0; objects && i < objects->count; i++) {
        size_t len = 0;
        rollout_tree_text(&objects->items[i], NULL, 0, &len, NULL);
        char *text = malloc(len + 1);
        if (!text || rollout_tree_text(&objects->items[i], text, len + 1, &len, NULL) != ROLLOUT_OK)
            abort();
        h = hash(h, text, len);
        free(text);
    }
    rollout_objects_free(objects);
    return h;
}

static uint64_t play_world(const struct rollout_world *world)
{
    struct rollout_plan *plan = NULL;
    struct rollout_candidates *candidates = NULL;
    struct rollout_objects *objects = NULL;
    struct rollout_error error = { .struct_size = sizeof error };
    uint64_t h = UINT64_C(14695981039346656037);
    int r = rollout_plan(world->workload, world->snapshot, &plan, &error);
    if (r != ROLLOUT_OK)
        return hash(h, error.message, strlen(error.message));
    if (rollout_plan_object(world, plan, &objects, NULL) == ROLLOUT_OK)
        h = hash_objects(h, objects);
    for (size_t i = 0; i < plan->action_count; i++) {
        const struct rollout_strs none = { NULL, 0, 0 };
        objects = NULL;
        r = rollout_apply(world, plan, i, &none, &objects, &error);
        h = r == ROLLOUT_OK ? hash_objects(h, objects) : hash(h, error.message, strlen(error.message));
    }
    objects = NULL;
    if (rollout_apply_status(world, plan, &objects, NULL) == ROLLOUT_OK)
        h = hash_objects(h, objects);
    if (rollout_candidates(world->workload, world->snapshot, &candidates, NULL) == ROLLOUT_OK) {
        h = hash(h, candidates->items, candidates->count * sizeof *candidates->items);
        rollout_candidates_free(candidates);
    }
    if (world->revision_object_count >= 2) {
        const struct rollout_diff_options options = { .struct_size = sizeof options };
        struct rollout_diff *diff = NULL;
        if (rollout_diff(&world->revision_objects[0], &world->revision_objects[1], &options, &diff, NULL) == ROLLOUT_OK)
            h = hash(h, &diff->rule, sizeof diff->rule);
        rollout_diff_free(diff);
    }
    rollout_plan_free(plan);
    return h;
}

static uint64_t play_text(const struct item *item)
{
    struct rollout_json *json = NULL;
    struct rollout_world *world = NULL;
    uint64_t h = 0;
    if (rollout_json_parse(item->text, item->len, &json, NULL) == ROLLOUT_OK &&
        rollout_document_decode(rollout_json_tree(json), 0, 0, &world, NULL) == ROLLOUT_OK)
        h = play_world(world);
    rollout_world_free(world);
    rollout_json_free(json);
    return h;
}

static void *play(void *argument)
{
    size_t number = (size_t)(uintptr_t)argument, wrong = 0;
    for (size_t k = 0; k < n_items; k++) {
        const struct item *item = &items[(k + number * n_items / THREADS) % n_items];
        wrong += play_text(item) != item->expected;
        /* The same world for all at the same time. */
        wrong += play_world(items[k].world) != items[k].expected;
    }
    return (void *)(uintptr_t)wrong;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        FILE *lines = lines_open(argv[i]);
        char *text = NULL;
        size_t size = 0, kept = 0;
        ssize_t len;
        while ((len = getline(&text, &size, lines)) > 0)
            if (kept < LINES && n_items < MOST) {
                struct item *item = &items[n_items++];
                item->text = malloc((size_t)len);
                item->len = (size_t)len;
                memcpy(item->text, text, (size_t)len);
                kept++;
            }
        free(text);
        if (lines_close(lines) != 0 || kept == 0) {
            fprintf(stderr, "%s cannot be read\n", argv[i]);
            return 1;
        }
    }
    for (size_t i = 0; i < n_items; i++) {
        struct item *item = &items[i];
        if (rollout_json_parse(item->text, item->len, &item->json, NULL) != ROLLOUT_OK ||
            rollout_document_decode(rollout_json_tree(item->json), 0, 0, &item->world, NULL) != ROLLOUT_OK)
            return 1;
        item->expected = play_world(item->world);
    }

    pthread_t threads[THREADS];
    size_t wrong = 0;
    for (size_t i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, play, (void *)(uintptr_t)i) != 0)
            return 1;
    for (size_t i = 0; i < THREADS; i++) {
        void *result;
        pthread_join(threads[i], &result);
        wrong += (size_t)(uintptr_t)result;
    }
    printf("%zu decisions, %d threads, twice each: %zu differ\n", n_items, THREADS, wrong);
    for (size_t i = 0; i < n_items; i++) {
        rollout_world_free(items[i].world);
        rollout_json_free(items[i].json);
        free(items[i].text);
    }
    return wrong || n_items == 0;
}

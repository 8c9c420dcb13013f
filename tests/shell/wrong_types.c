/* SPDX-License-Identifier: Apache-2.0 */
/* Recorded decisions in which one value is of another type: each value in turn, each other JSON type. There is a plan, or
 * an error that names the place or one that it lies in.
 *
 *   wrong_types STEP FILE...
 *
 * Of every STEP values one is replaced, beginning elsewhere in each line. */
#include <rollout/json.h>
#include <rollout/rollout.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"

static size_t plans, errors, wrong;

/* The spelling of the path to node `at`, as errors have it. */
static void spell(const struct rollout_node *nodes, size_t at, char *buf, size_t size)
{
    size_t n = 0, len = 0;
    buf[0] = '\0';
    while (n != at) {
        const struct rollout_node *parent = &nodes[n];
        size_t child = n + 1, index = 0;
        while (at >= child + nodes[child].size) {
            child += nodes[child].size;
            index++;
        }
        struct rollout_str key = nodes[child].key;
        bool plain = key.len > 0;
        for (size_t i = 0; i < key.len; i++)
            plain = plain && strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-$", key.data[i]);
        if (parent->kind == ROLLOUT_NODE_ARRAY)
            len += (size_t)snprintf(buf + len, size - len, "[%zu]", index);
        else if (parent->kind == ROLLOUT_NODE_OBJECT && plain)
            len += (size_t)snprintf(buf + len, size - len, "%s%.*s", len ? "." : "", (int)key.len, key.data);
        else if (parent->kind == ROLLOUT_NODE_OBJECT)
            len += (size_t)snprintf(buf + len, size - len, "[\"%.*s\"]", (int)key.len, key.data);
        if (len >= size)
            abort();
        n = child;
    }
}

/* Is the error's path that of the place, or of one that it lies in? */
static bool names(const char *field, const char *place)
{
    size_t len = strlen(field);
    if (strncmp(place, "snapshot.", 9) == 0 && strncmp(field, "snapshot.", 9) != 0)
        place += 9;
    return strncmp(field, place, len) == 0 && (place[len] == '\0' || place[len] == '.' || place[len] == '[');
}

/* What else names a value that went with the place: the revision that the snapshot says is the update revision, and a
 * recording without its snapshot, which is no recording then. */
static bool refers(const struct rollout_error *error, const char *place)
{
    return (strncmp(place, "snapshot.revisions", 18) == 0 && strcmp(error->field, "snapshot.updateRevision") == 0) ||
           (strcmp(place, "snapshot") == 0 && strcmp(error->message, "kind: missing") == 0);
}

static void try_document(const struct rollout_tree *tree, const struct rollout_node *original, size_t at, uint32_t kind)
{
    struct rollout_world *world = NULL;
    struct rollout_plan *plan = NULL;
    struct rollout_error error = { .struct_size = sizeof error };
    char place[4096];
    int r = rollout_document_decode(tree, 0, 0, &world, &error);
    if (r == ROLLOUT_OK)
        r = rollout_plan(world->workload, world->snapshot, &plan, &error);
    rollout_plan_free(plan);
    rollout_world_free(world);
    plans += r == ROLLOUT_OK;
    errors += r != ROLLOUT_OK;
    if (r == ROLLOUT_OK)
        return;
    spell(original, at, place, sizeof place);
    bool named = error.field[0] && names(error.field, place);
    if (r != ROLLOUT_ERR_INVALID || !error.message[0] || !(named || refers(&error, place)))
        if (wrong++ < 40)
            printf("%s as kind %u: %d, \"%s\"\n", place, kind, r, error.message);
}

/* The tree with node `at`, and all below it, as one node of the kind. */
static void replace(const struct rollout_tree *tree, size_t at, uint32_t kind)
{
    static const struct rollout_str texts[] = { [ROLLOUT_NODE_REAL] = { "1.5", 3 }, [ROLLOUT_NODE_TEXT] = { "x", 1 } };
    size_t gone = tree->nodes[at].size - 1, count = tree->count - gone;
    struct rollout_node *nodes = malloc(count * sizeof *nodes);
    if (!nodes)
        abort();
    memcpy(nodes, tree->nodes, (at + 1) * sizeof *nodes);
    memcpy(nodes + at + 1, tree->nodes + at + 1 + gone, (count - at - 1) * sizeof *nodes);
    for (size_t i = 0; i < at; i++)
        if (i + tree->nodes[i].size > at)
            nodes[i].size -= (uint32_t)gone;
    nodes[at] = (struct rollout_node){ .kind = kind, .size = 1, .key = nodes[at].key, .integer = 1, .real = 1.5 };
    if (kind == ROLLOUT_NODE_REAL || kind == ROLLOUT_NODE_TEXT)
        nodes[at].text = texts[kind];
    const struct rollout_tree changed = { nodes, count };
    if (rollout_tree_check(&changed, NULL) == ROLLOUT_OK)
        try_document(&changed, tree->nodes, at, kind);
    free(nodes);
}

int main(int argc, char **argv)
{
    size_t step = argc > 1 ? strtoul(argv[1], NULL, 10) : 0, number = 0;
    char *text = NULL;
    size_t size = 0;
    ssize_t len;
    for (int i = 2; i < argc && step; i++) {
        FILE *lines = lines_open(argv[i]);
        while ((len = getline(&text, &size, lines)) > 0) {
            struct rollout_json *json = NULL;
            if (rollout_json_parse(text, (size_t)len, &json, NULL) != ROLLOUT_OK)
                return 1;
            const struct rollout_tree *tree = rollout_json_tree(json);
            for (size_t at = 1 + number++ % step; at < tree->count; at += step)
                for (uint32_t kind = ROLLOUT_NODE_NULL; kind <= ROLLOUT_NODE_OBJECT; kind++)
                    if (kind != tree->nodes[at].kind)
                        replace(tree, at, kind);
            rollout_json_free(json);
        }
        if (lines_close(lines) != 0)
            return 1;
    }
    free(text);
    printf("%zu plans, %zu errors, %zu of them wrong\n", plans, errors, wrong);
    return wrong || !plans || !errors;
}

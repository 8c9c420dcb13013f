/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the facts of every recorded snapshot as objects again, through their text: they decode to the same facts, and
 * the plan made from them is the same document, byte for byte.
 *
 *   round_trip FILE */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rollout/json.h>
#include <rollout/rollout.h>

#include "lines.h"
#include "play.h"
#include "report.h"

enum { SHOWN = 20 };

/* A document, what it decodes to, and its plan. */
struct looked {
    struct rollout_json *json;
    struct rollout_world *world;
    struct rollout_plan *plan;
    struct rollout_objects *document;
};

static bool look(const char *text, size_t len, struct looked *ret, const char **step, struct rollout_error *error)
{
    *step = "parse";
    int r = rollout_json_parse(text, len, &ret->json, error);
    if (!r) {
        *step = "decode";
        r = rollout_document_decode(rollout_json_tree(ret->json), 0, 0, &ret->world, error);
    }
    if (!r) {
        *step = "plan";
        r = rollout_plan(ret->world->workload, ret->world->snapshot, &ret->plan, error);
    }
    if (!r) {
        *step = "plan object";
        r = rollout_plan_object(ret->world, ret->plan, &ret->document, error);
    }
    return !r;
}

static void forget(struct looked *looked)
{
    rollout_objects_free(looked->document);
    rollout_plan_free(looked->plan);
    rollout_world_free(looked->world);
    rollout_json_free(looked->json);
}

/* The tree's text; the program ends without memory. */
static char *text_of(const struct rollout_tree *tree, size_t *ret_len)
{
    if (rollout_tree_text(tree, NULL, 0, ret_len, NULL) != ROLLOUT_OK)
        exit(1);
    char *text = malloc(*ret_len + 1);
    if (!text)
        exit(1);
    rollout_tree_text(tree, text, *ret_len + 1, ret_len, NULL);
    return text;
}

/* The first difference of two texts, with what stands around it. */
static void compare_text(struct report *report, const char *what, const struct rollout_tree *a,
                         const struct rollout_tree *b)
{
    size_t a_len, b_len, i = 0;
    char *x = text_of(a, &a_len), *y = text_of(b, &b_len);
    while (i < a_len && i < b_len && x[i] == y[i])
        i++;
    if (i < a_len || i < b_len) {
        size_t from = i > 80 ? i - 80 : 0;
        json_t *left = json_string_nocheck(x + from), *right = json_string_nocheck(y + from);
        differ(report, what, left, right);
        json_decref(left);
        json_decref(right);
    }
    free(x);
    free(y);
}

/* Plans the line, writes it, and plans what was written. */
static void check(const char *line, size_t len, struct report *report)
{
    struct rollout_error error = { .struct_size = sizeof error };
    struct looked before = { 0 }, after = { 0 };
    struct rollout_objects *written = NULL;
    const char *step;
    bool planned = look(line, len, &before, &step, &error);
    int r = planned ? rollout_snapshot_object(before.world, before.world->snapshot, &written, &error) : ROLLOUT_OK;
    if (!planned || r) {
        printf("%s: %s fails: %s\n", report->id, planned ? "writing" : step, error.message);
        report->found++;
    } else {
        size_t size;
        char *text = text_of(&written->items[0], &size);
        if (!look(text, size, &after, &step, &error)) {
            printf("%s: what was written: %s fails: %s\n", report->id, step, error.message);
            report->found++;
        } else {
            compare_worlds(report, before.world, after.world);
            compare_text(report, "workload", &before.world->workload_object, &after.world->workload_object);
            compare_text(report, "plan", &before.document->items[0], &after.document->items[0]);
        }
        free(text);
    }
    rollout_objects_free(written);
    forget(&before);
    forget(&after);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: round_trip FILE\n");
        return 2;
    }
    FILE *file = lines_open(argv[1]);
    char *text = NULL;
    size_t room = 0, lines = 0, agree = 0, shown = 0;
    for (ssize_t len; (len = getline(&text, &room, file)) > 0; lines++) {
        json_t *line = json_loadb(text, (size_t)len, 0, NULL);
        const char *id = json_string_value(json_object_get(line, "id"));
        struct report report = { id ? id : "?", 0, SHOWN > shown ? SHOWN - shown : 0 };
        check(text, (size_t)len, &report);
        shown += report.found;
        agree += report.found == 0;
        json_decref(line);
    }
    free(text);
    int broken = lines_close(file);
    printf("%s: %zu lines, %zu agree\n", argv[1], lines, agree);
    return broken || lines == 0 || agree != lines;
}

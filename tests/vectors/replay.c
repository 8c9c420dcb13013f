/* SPDX-License-Identifier: Apache-2.0 */
/* Plays recorded decisions: does this library decide as the recorded controllers did?
 *
 *   replay [--comma] MODE FILE [EXCEPTIONS]
 *
 * MODE: line (what `rollout replay` compares, but for every pick that upstream leaves open), twin (a v1beta1 CloneSet or
 * DaemonSet and its v1alpha1 form give the same plan), reversed (so do the members of all objects the other way round).
 * FILE: JSON Lines, with .gz compressed; "full:NAME" stands for NAME.jsonl.gz in the folder that
 * ROLLOUT_VECTORS names, else in FULL_VECTORS, and is skipped (77) where it is not there.
 * --comma: in the environment's locale, which must write 0,5 (else 77).
 * Prints the first differences and "<file>: N lines, M agree". */
#include <rollout/json.h>
#include <rollout/rollout.h>

#include <jansson.h>

#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "lines.h"
#include "recording.h"
#include "reversed.h"
#include "twin.h"

enum { SHOWN = 20 };

/* The plan document of a line, as jansson sees it; NULL with *why set where there is none. */
static json_t *plan_of(const char *text, size_t len, struct text *why)
{
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_json *json = NULL;
    struct rollout_world *world = NULL;
    struct rollout_plan *plan = NULL;
    struct rollout_objects *objects = NULL;
    json_t *answer = NULL;
    const char *step = "parse";
    int rc = rollout_json_parse(text, len, &json, &error);
    if (rc == ROLLOUT_OK) {
        step = "decode";
        rc = rollout_document_decode(rollout_json_tree(json), 0, 0, &world, &error);
    }
    if (rc == ROLLOUT_OK) {
        step = "plan";
        rc = rollout_plan(world->workload, world->snapshot, &plan, &error);
    }
    if (rc == ROLLOUT_OK) {
        step = "document";
        rc = rollout_plan_object(world, plan, &objects, &error);
    }
    if (rc == ROLLOUT_OK) {
        struct text out = { 0 };
        json_error_t broken;
        text_add_tree(&out, &objects->items[0]);
        answer = out.failed ? NULL : json_loadb(out.data, out.len, 0, &broken);
        if (!answer)
            text_addf(why, "our own document is no JSON: %s", out.failed ? "not written" : broken.text);
        text_free(&out);
        /* What only the struct says. */
        json_object_set_new(answer, "statusChanged", json_boolean(plan->status_changed));
        json_object_set_new(answer, "stoppedAt", json_integer(plan->stopped_at));
    } else {
        text_addf(why, "%s fails with %d: %s", step, rc, error.message);
    }
    rollout_objects_free(objects);
    rollout_plan_free(plan);
    rollout_world_free(world);
    rollout_json_free(json);
    return answer;
}

enum outcome { AGREES, DIFFERS, NOT_COMPARED };

static enum outcome play_twin(json_t *twin, const char *text, size_t len, struct text *why)
{
    if (!twin)
        return NOT_COMPARED;
    char *twin_text = json_dumps(twin, JSON_COMPACT);
    json_t *plan = plan_of(text, len, why);
    json_t *other = plan && twin_text ? plan_of(twin_text, strlen(twin_text), why) : NULL;
    if (plan && other)
        compare_twins(plan, other, why);
    json_decref(plan);
    json_decref(other);
    json_decref(twin);
    free(twin_text);
    return why->len ? DIFFERS : AGREES;
}

/* What the line says, decided again. */
static enum outcome play_line(const char *text, size_t len, struct text *why)
{
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_json *json = NULL;
    struct difference difference = { 0 };
    int rc = rollout_json_parse(text, len, &json, &error);
    if (rc == ROLLOUT_OK)
        rc = recording_replay(rollout_json_tree(json), true, &difference, &error);
    if (rc != ROLLOUT_OK)
        text_addf(why, "fails with %d: %s", rc, error.message);
    else if (difference.found)
        text_addf(why, "%s: expected %.600s, got %.600s", difference.path.len ? difference.path.data : "the whole",
                  difference.expected.len ? difference.expected.data : "nothing",
                  difference.got.len ? difference.got.data : "nothing");
    difference_free(&difference);
    rollout_json_free(json);
    return why->len ? DIFFERS : AGREES;
}

/* Whether a real number is read and written with its point. */
static bool reals_survive(void)
{
    static const char text[] = "[0.5,-1.25e-7]";
    struct rollout_json *json = NULL;
    char out[sizeof text + 8];
    size_t len = 0;
    if (rollout_json_parse(text, sizeof text - 1, &json, NULL) == ROLLOUT_OK)
        rollout_tree_text(rollout_json_tree(json), out, sizeof out, &len, NULL);
    bool good = json && rollout_json_tree(json)->nodes[1].real == 0.5 && strcmp(out, text) == 0;
    rollout_json_free(json);
    if (!good)
        printf("%s is written as %s\n", text, out);
    return good;
}

/* The ids in the file of exceptions, as keys. */
static json_t *read_exceptions(const char *path)
{
    json_t *ids = json_object();
    FILE *file = path ? fopen(path, "r") : NULL;
    if (path && !file) {
        fprintf(stderr, "%s: cannot be read\n", path);
        exit(1);
    }
    char line[1024];
    while (file && fgets(line, sizeof line, file)) {
        line[strcspn(line, " \t\n")] = '\0';
        if (line[0] != '\0' && line[0] != '#')
            json_object_set_new(ids, line, json_true());
    }
    if (file)
        fclose(file);
    return ids;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--comma") == 0) {
        char half[8];
        setlocale(LC_ALL, "");
        snprintf(half, sizeof half, "%.1f", 0.5);
        if (strcmp(half, "0,5") != 0) {
            printf("the locale has no decimal comma: %s\n", half);
            return 77;
        }
        if (!reals_survive())
            return 1;
        argc--;
        argv++;
    }
    if (argc < 3) {
        fprintf(stderr, "usage: replay [--comma] line|twin|reversed FILE [EXCEPTIONS]\n");
        return 2;
    }
    const char *mode = argv[1];
    bool reversed = strcmp(mode, "reversed") == 0, twin = strcmp(mode, "twin") == 0;
    FILE *lines = lines_open(argv[2]);
    json_t *exceptions = read_exceptions(argc > 3 ? argv[3] : NULL);

    size_t total = 0, agree = 0, excepted = 0, not_compared = 0, wrong = 0;
    char *text = NULL;
    size_t size = 0;
    ssize_t len;
    while ((len = getline(&text, &size, lines)) > 0) {
        if (text[0] == '\n')
            continue;
        total++;
        json_error_t broken;
        json_t *line = json_loadb(text, (size_t)len, 0, &broken);
        const char *id = json_string_value(json_object_get(line, "id"));
        struct text why = { 0 };
        enum outcome outcome = DIFFERS;
        if (!line || !id)
            text_addf(&why, "line %zu is no recorded decision", total);
        else if (twin)
            outcome = play_twin(twin_of(line), text, (size_t)len, &why);
        else if (reversed)
            outcome = play_twin(reversed_of(line), text, (size_t)len, &why);
        else
            outcome = play_line(text, (size_t)len, &why);

        /* An exception that agrees is as wrong as a difference that is none: the list must get shorter. */
        bool listed = id && !twin && !reversed && json_object_get(exceptions, id);
        if (listed && outcome == AGREES)
            text_adds(&why, "agrees, but is listed as an exception");
        if (outcome == NOT_COMPARED)
            not_compared++;
        else if (listed && outcome == DIFFERS)
            excepted++;
        else if (why.len == 0)
            agree++;
        else if (wrong++ < SHOWN)
            printf("%s: %s\n", id ? id : "?", why.data);
        text_free(&why);
        json_decref(line);
    }
    free(text);
    int status = lines_close(lines);
    if (status != 0) {
        printf("%s: reading failed\n", argv[2]);
        wrong++;
    }
    if (total == 0 || agree == 0) {
        printf("%s: nothing was compared\n", argv[2]);
        wrong++;
    }
    printf("%s: %zu lines, %zu agree", argv[2], total, agree);
    if (excepted)
        printf(", %zu listed as exceptions", excepted);
    if (not_compared)
        printf(", %zu without a twin", not_compared);
    printf("\n");
    json_decref(exceptions);
    return wrong ? 1 : 0;
}

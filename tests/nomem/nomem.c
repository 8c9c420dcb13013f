/* SPDX-License-Identifier: Apache-2.0 */
/* Every entry point, with each of its allocations failing in turn, alone and with all that follow.
 *
 *   nomem FILE...
 *
 * FILE: recorded decisions, JSON Lines, with .gz compressed. Of each file a few lines are played through. Each failure
 * must be ROLLOUT_ERR_NOMEM with its record, touch no result, and leave nothing allocated; with memory again the answer
 * is the same as ever. What is listed as allocating nothing must not. */
#include <rollout/json.h>
#include <rollout/rollout.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lines.h"
#include "scarce.h"

enum { LINES = 8, STEP = 19, PARSED = 1 };

/* What the entry points are given, and the last good result of each. */
struct given {
    const char *text;
    size_t len, action;
    struct rollout_json *json;
    struct rollout_grouping *grouping;
    struct rollout_world *world;
    struct rollout_plan *plan;
    uint32_t *indices;
    size_t n_indices;
};

static size_t failures, calls, lost;

static void complain(const char *name, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (failures++ < 20) {
        printf("%s: ", name);
        vprintf(format, args);
        printf("\n");
    }
    va_end(args);
}

/* ---- the entry points ---- */

typedef int call(struct given *g, void **ret, struct rollout_error *reterr);
typedef void release(void *result);

static int do_json_parse(struct given *g, void **ret, struct rollout_error *reterr)
{
    return rollout_json_parse(g->text, g->len, (struct rollout_json **)ret, reterr);
}

static int do_yaml_parse(struct given *g, void **ret, struct rollout_error *reterr)
{
    return rollout_yaml_parse(g->text, g->len, (struct rollout_json **)ret, reterr);
}

static int do_reader_new(struct given *g, void **ret, struct rollout_error *reterr)
{
    (void)g;
    return rollout_json_reader_new(STDIN_FILENO, (struct rollout_json_reader **)ret, reterr);
}

static int do_group(struct given *g, void **ret, struct rollout_error *reterr)
{
    return rollout_document_group(rollout_json_tree(g->json), (struct rollout_grouping **)ret, reterr);
}

static int do_grouping_decode(struct given *g, void **ret, struct rollout_error *reterr)
{
    return rollout_grouping_decode(g->grouping, 0, 0, (struct rollout_world **)ret, reterr);
}

static int do_decode(struct given *g, void **ret, struct rollout_error *reterr)
{
    return rollout_document_decode(rollout_json_tree(g->json), 0, 0, (struct rollout_world **)ret, reterr);
}

static int do_pod(struct given *g, void **ret, struct rollout_error *reterr)
{
    static struct rollout_pod pod;
    static struct rollout_in_place in_place;
    if (g->world->pod_object_count == 0)
        return ROLLOUT_OK;
    int r = rollout_pod_from_object(g->world->pod_objects, g->world->workload, sizeof pod, &pod, &in_place, reterr);
    if (r == ROLLOUT_OK)
        *ret = &pod;
    return r;
}

static int do_plan(struct given *g, void **ret, struct rollout_error *reterr)
{
    return rollout_plan(g->world->workload, g->world->snapshot, (struct rollout_plan **)ret, reterr);
}

static int do_candidates(struct given *g, void **ret, struct rollout_error *reterr)
{
    return rollout_candidates(g->world->workload, g->world->snapshot, (struct rollout_candidates **)ret, reterr);
}

static int do_plan_object(struct given *g, void **ret, struct rollout_error *reterr)
{
    return rollout_plan_object(g->world, g->plan, (struct rollout_objects **)ret, reterr);
}

static int do_apply_status(struct given *g, void **ret, struct rollout_error *reterr)
{
    return rollout_apply_status(g->world, g->plan, (struct rollout_objects **)ret, reterr);
}

/* As many ids as an action may want. */
static struct rollout_strs ids_of(const struct given *g)
{
    static struct rollout_str ids[64];
    static char texts[64][5];
    const struct rollout_action *action = &g->plan->actions[g->action];
    uint32_t n = g->world->workload->daemonset && action->op == ROLLOUT_OP_CREATE ? 1 : 0;
    for (uint32_t i = 0; i < action->attr_count; i++) {
        const struct rollout_attr *attr = &g->plan->attrs[action->attr_first + i];
        if (attr->key == ROLLOUT_ATTR_NEW_IDS)
            n = (uint32_t)attr->value;
    }
    n = n > 64 ? 64 : n;
    for (uint32_t i = 0; i < n; i++) {
        memcpy(texts[i], "zzzzz", 5);
        texts[i][3] = "bcdfghjk"[i / 8];
        texts[i][4] = "bcdfghjk"[i % 8];
        ids[i] = (struct rollout_str){ texts[i], 5 };
    }
    return (struct rollout_strs){ ids, n, sizeof *ids };
}

static int do_apply(struct given *g, void **ret, struct rollout_error *reterr)
{
    struct rollout_strs ids = ids_of(g);
    return rollout_apply(g->world, g->plan, g->action, &ids, (struct rollout_objects **)ret, reterr);
}

static int do_apply_to(struct given *g, void **ret, struct rollout_error *reterr)
{
    const struct rollout_action *action = &g->plan->actions[g->action];
    if (action->subject_kind != ROLLOUT_SUBJECT_POD)
        return ROLLOUT_OK;
    return rollout_apply_to(g->world, g->plan, g->action, &g->world->pod_objects[action->subject],
                            (struct rollout_objects **)ret, reterr);
}

static int do_diff(struct given *g, void **ret, struct rollout_error *reterr)
{
    const struct rollout_diff_options options = { .struct_size = sizeof options,
                                                  .flags =
                                                      ROLLOUT_DIFF_VERTICAL_SCALING | ROLLOUT_DIFF_ENV_FROM_METADATA };
    if (g->world->revision_object_count < 2)
        return ROLLOUT_OK;
    return rollout_diff(&g->world->revision_objects[0], &g->world->revision_objects[1], &options,
                        (struct rollout_diff **)ret, reterr);
}

/* ---- the order of pods: no result but the list that is permuted ---- */

static const struct rollout_priority *priority_of(const struct given *g)
{
    static const struct rollout_str keys[] = { { "app", 3 }, { "zone", 4 } };
    static const struct rollout_priority priority = { .ordered_keys = { keys, 2, sizeof *keys } };
    return g->world->workload->cloneset ? &g->world->workload->cloneset->order.priority : &priority;
}

static const struct rollout_label scatter_terms[] = { { { "app", 3 }, { "demo", 4 } }, { { "zone", 4 }, { "a", 1 } } };
static const struct rollout_labels scatter = { scatter_terms, 2, sizeof *scatter_terms };

static int do_order_default(struct given *g, void **ret, struct rollout_error *reterr)
{
    *ret = NULL;
    return rollout_order_default(&g->world->snapshot->pods, g->indices, g->n_indices, reterr);
}

static int do_order_priority(struct given *g, void **ret, struct rollout_error *reterr)
{
    *ret = NULL;
    return rollout_order_priority(priority_of(g), &g->world->snapshot->pods, g->indices, g->n_indices, reterr);
}

static int do_order_scatter(struct given *g, void **ret, struct rollout_error *reterr)
{
    *ret = NULL;
    return rollout_order_scatter(&scatter, &g->world->snapshot->pods, g->indices, g->n_indices, reterr);
}

static int do_order_update(struct given *g, void **ret, struct rollout_error *reterr)
{
    const struct rollout_order order = { .priority = *priority_of(g), .scatter = scatter };
    *ret = NULL;
    return rollout_order_update(&order, &g->world->snapshot->pods, g->indices, g->n_indices, reterr);
}

#define FREE(name)                                                                                                     \
    static void free_##name(void *result)                                                                              \
    {                                                                                                                  \
        rollout_##name##_free(result);                                                                                 \
    }
FREE(json)
FREE(json_reader)
FREE(grouping)
FREE(world)
FREE(plan)
FREE(candidates)
FREE(objects)
FREE(diff)

static void free_nothing(void *result)
{
    (void)result;
}

/* Where none of a call's allocations can fail without the caller's knowing. */
static const struct entry {
    const char *name;
    call *run;
    release *free;
} entries[] = {
    { "rollout_json_reader_new", do_reader_new, free_json_reader },
    { "rollout_document_group", do_group, free_grouping },
    { "rollout_grouping_decode", do_grouping_decode, free_world },
    { "rollout_document_decode", do_decode, free_world },
    { "rollout_pod_from_object", do_pod, free_nothing },
    { "rollout_plan", do_plan, free_plan },
    { "rollout_candidates", do_candidates, free_candidates },
    { "rollout_plan_object", do_plan_object, free_objects },
    { "rollout_apply_status", do_apply_status, free_objects },
    { "rollout_diff", do_diff, free_diff },
    { "rollout_order_default", do_order_default, free_nothing },
    { "rollout_order_priority", do_order_priority, free_nothing },
    { "rollout_order_scatter", do_order_scatter, free_nothing },
    { "rollout_order_update", do_order_update, free_nothing },
};
static const struct entry each_action[] = {
    { "rollout_apply", do_apply, free_objects },
    { "rollout_apply_to", do_apply_to, free_objects },
};
static const struct entry parsers[] = {
    { "rollout_json_parse", do_json_parse, free_json },
    { "rollout_yaml_parse", do_yaml_parse, free_json },
};

/* jansson overlooks that the buffer of the token at hand could not grow: a byte of a token of 16 bytes and more is lost
 * (jansson 2.14, load.c). Then a document is read as another one, or as none; nothing else of it is wrong. */
static bool jansson_overlooks(const struct entry *e, int r)
{
    return e->run == do_json_parse && (r == ROLLOUT_OK || r == ROLLOUT_ERR_SYNTAX);
}

static void starve(const struct entry *e, struct given *g, size_t n, bool all_after, int good)
{
    static char untouched;
    void *result = &untouched;
    struct rollout_error error = { .struct_size = sizeof error, .code = 77 };
    uint32_t before[64];
    size_t kept = g->n_indices < 64 ? g->n_indices : 64;
    memcpy(before, g->indices, kept * sizeof *before);

    calls++;
    scarce_begin(n, all_after);
    int r = e->run(g, &result, &error);
    bool failed = scarce_failed();
    scarce_end();
    if (r != ROLLOUT_ERR_NOMEM && result && result != &untouched)
        e->free(result);
    if (scarce_held())
        complain(e->name, "allocation %zu fails: %zu blocks are lost", n, scarce_held());
    if (!failed || (r == good && r != ROLLOUT_OK))
        return;
    if (r != ROLLOUT_ERR_NOMEM) {
        /* Memory for nothing but speed may lack without an error (base/tree.c): then the result is as good. */
        if (jansson_overlooks(e, r))
            lost++;
        else if (r != good)
            complain(e->name, "allocation %zu fails: %d, not ROLLOUT_ERR_NOMEM (%s)", n, r, error.message);
        return;
    }
    if (result && result != &untouched)
        complain(e->name, "allocation %zu fails: the result is touched", n);
    if (error.code != r || strcmp(error.message, "out of memory") != 0)
        complain(e->name, "allocation %zu fails: the record says %d, \"%s\"", n, error.code, error.message);
    if (memcmp(before, g->indices, kept * sizeof *before) != 0)
        complain(e->name, "allocation %zu fails: the list is touched", n);
}

static void play(const struct entry *e, struct given *g)
{
    void *result = NULL;
    struct rollout_error error = { .struct_size = sizeof error };
    for (size_t i = 0; i < g->n_indices; i++)
        g->indices[i] = (uint32_t)(g->n_indices - 1 - i);
    scarce_begin(0, false);
    int good = e->run(g, &result, &error);
    size_t n = scarce_end();
    if (result)
        e->free(result);
    if (scarce_held())
        complain(e->name, "%zu blocks are lost", scarce_held());
    for (size_t i = 0; i < g->n_indices; i++)
        g->indices[i] = (uint32_t)(g->n_indices - 1 - i);
    for (size_t i = 1; i <= n; i++) {
        starve(e, g, i, false, good);
        starve(e, g, i, true, good);
    }
}

/* ---- what allocates nothing ---- */

static void frugal(struct given *g)
{
    char buf[512];
    size_t count = 0, len = 0;
    int64_t pods = 0;
    struct rollout_error error = { .struct_size = sizeof error };
    const struct rollout_intstr percent = { .kind = ROLLOUT_INTSTR_TEXT, .text = { "12.5%", 5 } };
    static const struct rollout_selector selector;
    struct rollout_priority_key key;
    const struct rollout_label one = { { "app", 3 }, { "demo", 4 } };
    const struct rollout_labels labels = { &one, 1, sizeof one };

    scarce_begin(1, true);
    rollout_document_count(rollout_json_tree(g->json), &count, &error);
    rollout_grouping_count(g->grouping);
    rollout_tree_check(rollout_json_tree(g->json), &error);
    rollout_tree_text(rollout_json_tree(g->json), buf, sizeof buf, &len, &error);
    rollout_intstr_scale(&percent, ROLLOUT_PARSER_SCALED, ROLLOUT_ROUND_UP, 10, &pods);
    rollout_selector_check(&selector, &error);
    rollout_selector_matches(&selector, &labels);
    rollout_order_priority_key(priority_of(g), &labels, &key);
    rollout_op_name(1);
    rollout_reason_name(101);
    rollout_version();
    for (size_t i = 0; i < g->plan->verdict_count; i++)
        rollout_verdict_text(g->plan, g->world->snapshot, i, buf, sizeof buf);
    size_t n = scarce_end();
    if (n)
        complain("what allocates nothing", "%zu allocations", n);
}

/* The document of the plan, to be compared. The caller's. */
static char *answer(const struct given *g)
{
    struct rollout_objects *objects = NULL;
    size_t len = 0;
    if (rollout_plan_object(g->world, g->plan, &objects, NULL) != ROLLOUT_OK)
        return NULL;
    rollout_tree_text(objects->items, NULL, 0, &len, NULL);
    char *text = malloc(len + 1);
    rollout_tree_text(objects->items, text, len + 1, &len, NULL);
    rollout_objects_free(objects);
    return text;
}

static void play_line(const char *text, size_t len, bool parse)
{
    struct given g = { .text = text, .len = len };
    if (rollout_json_parse(text, len, &g.json, NULL) != ROLLOUT_OK ||
        rollout_document_group(rollout_json_tree(g.json), &g.grouping, NULL) != ROLLOUT_OK ||
        rollout_grouping_decode(g.grouping, 0, 0, &g.world, NULL) != ROLLOUT_OK ||
        rollout_plan(g.world->workload, g.world->snapshot, &g.plan, NULL) != ROLLOUT_OK) {
        complain("recording", "cannot be planned");
        return;
    }
    g.n_indices = g.world->snapshot->pods.count;
    g.indices = calloc(g.n_indices + 1, sizeof *g.indices);
    char *before = answer(&g);
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++)
        play(&entries[i], &g);
    for (g.action = 0; g.action < g.plan->action_count; g.action++)
        for (size_t i = 0; i < sizeof each_action / sizeof *each_action; i++)
            play(&each_action[i], &g);
    for (size_t i = 0; parse && i < sizeof parsers / sizeof *parsers; i++)
        play(&parsers[i], &g);
    frugal(&g);
    rollout_plan_free(g.plan);
    g.plan = NULL;
    if (rollout_plan(g.world->workload, g.world->snapshot, &g.plan, NULL) != ROLLOUT_OK)
        complain("rollout_plan", "fails when there is memory again");
    char *after = answer(&g);
    if (!before || !after || strcmp(before, after) != 0)
        complain("rollout_plan", "another plan when there is memory again");
    free(before);
    free(after);
    free(g.indices);
    rollout_plan_free(g.plan);
    rollout_world_free(g.world);
    rollout_grouping_free(g.grouping);
    rollout_json_free(g.json);
}

/* The reader's next document: NOMEM ends it. */
static void play_reader(const char *path)
{
    for (size_t n = 1;; n++) {
        FILE *file = fopen(path, "r");
        struct rollout_json_reader *reader = NULL;
        struct rollout_json *json = NULL;
        struct rollout_error error = { .struct_size = sizeof error };
        if (!file || rollout_json_reader_new(fileno(file), &reader, NULL) != ROLLOUT_OK) {
            complain("rollout_json_reader_next", "%s cannot be read", path);
            return;
        }
        calls++;
        scarce_begin(n, false);
        int r = rollout_json_reader_next(reader, &json, NULL, &error);
        bool failed = scarce_failed();
        scarce_end();
        if (failed && r != ROLLOUT_ERR_NOMEM)
            lost++;
        else if (failed && (json || strcmp(error.message, "out of memory") != 0))
            complain("rollout_json_reader_next", "allocation %zu fails: \"%s\"", n, error.message);
        rollout_json_free(json);
        rollout_json_reader_free(reader);
        fclose(file);
        if (!failed)
            return;
    }
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: nomem DOCUMENT FILE...\n");
        return 2;
    }
    play_reader(argv[1]);
    for (int i = 2; i < argc; i++) {
        FILE *lines = lines_open(argv[i]);
        char *text = NULL;
        size_t size = 0, number = 0, played = 0;
        ssize_t len;
        while ((len = getline(&text, &size, lines)) > 0 && played < LINES)
            if (number++ % STEP == 0) {
                play_line(text, (size_t)len, len < 20000 && played < PARSED);
                played++;
            }
        free(text);
        while ((len = fgetc(lines)) != EOF) {
        }
        if (lines_close(lines) != 0 || played == 0)
            complain(argv[i], "cannot be read");
    }
    printf("%zu calls ran out of memory; %zu of them were overlooked by jansson; %zu faults\n", calls, lost, failures);
    /* It is one growth of a buffer by doubling in each document that may be overlooked, not any allocation. */
    if (lost * 200 > calls)
        return 1;
    return failures ? 1 : 0;
}

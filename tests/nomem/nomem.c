/* SPDX-License-Identifier: Apache-2.0 */
/* Every n-th allocation failing at every public function.
 *
 *   nomem MAP... -- FILE...
 *
 * The functions are those that the maps export: one that is not in the table below fails the test. Each is called on
 * every recorded decision of the files: once to learn what it gives and how often it allocates; then with its 1st, 2nd,
 * ... allocation failing, alone and with all later ones. A failure must be ROLLOUT_ERR_NOMEM with the record filled,
 * nothing returned and nothing leaked; and with memory the call then gives the same bytes as before. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rollout/json.h>
#include <rollout/rollout.h>

#include "failing.h"
#include "lines.h"
#include "played.h"

/* Documents that are parsed are short: every one of their values is an allocation of jansson's. Of each file the first few
 * small worlds are played. */
enum { PARSED_MAX = 8000, INDICES_MAX = 4096, ACTIONS_MAX = 6, PLAYED_MAX = 4 };

/* ---- what a call gives, as text ---- */

static struct {
    char *data;
    size_t len, size;
} out;

static char *room(size_t n)
{
    if (out.size - out.len < n) {
        out.size = (out.len + n) * 2;
        out.data = realloc(out.data, out.size);
        if (!out.data)
            abort();
    }
    return out.data + out.len;
}

static void say(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    out.len += (size_t)vsnprintf(room(4096), 4096, format, args);
    va_end(args);
}

static void say_str(struct rollout_str s)
{
    memcpy(room(s.len + 2), s.len ? s.data : "", s.len);
    out.len += s.len;
    out.data[out.len++] = s.data ? ';' : '-';
    out.data[out.len] = '\0';
}

static void say_tree(const struct rollout_tree *tree)
{
    size_t len = 0;
    if (tree->count == 0)
        return;
    if (rollout_tree_text(tree, NULL, 0, &len, NULL))
        abort();
    (void)rollout_tree_text(tree, room(len + 1), len + 1, &len, NULL);
    out.len += len;
}

static void say_bytes(const void *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        say("%02x", ((const unsigned char *)bytes)[i]);
}

/* ---- one recorded decision ---- */

struct scene {
    const char *text;
    size_t len;
    struct rollout_json *json;
    const struct rollout_tree *tree;
    struct rollout_world *world;
    struct rollout_plan *plan;
    struct rollout_grouping *grouping;
    size_t action;
    struct rollout_strs ids;
};

/* Where a failed call must leave what it was given. */
static char untouched;
#define UNTOUCHED ((void *)&untouched)

/* The member of an object, or a tree of nothing. */
static struct rollout_tree member(const struct rollout_tree *tree, const char *key)
{
    const struct rollout_node *root = tree->nodes;
    for (const struct rollout_node *n = root + 1; root->kind == ROLLOUT_NODE_OBJECT && n < root + root->size; n += n->size)
        if (n->key.len == strlen(key) && memcmp(n->key.data, key, n->key.len) == 0)
            return (struct rollout_tree){ n, n->size };
    return (struct rollout_tree){ NULL, 0 };
}

static const struct rollout_pods *pods_of(const struct scene *s)
{
    return &s->world->snapshot->pods;
}

static int call_plan(const struct scene *s, void **ret, struct rollout_error *error)
{
    return rollout_plan(s->world->workload, s->world->snapshot, (struct rollout_plan **)ret, error);
}

static void tell_plan(const struct scene *s, void *result)
{
    const struct rollout_plan *plan = result;
    say_bytes(plan->actions, plan->action_count * sizeof *plan->actions);
    say_bytes(plan->attrs, plan->attr_count * sizeof *plan->attrs);
    for (size_t i = 0; i < plan->text_count; i++)
        say_str(plan->texts[i]);
    for (size_t i = 0; i < plan->verdict_count; i++) {
        char sentence[1024];
        (void)rollout_verdict_text(plan, s->world->snapshot, i, sentence, sizeof sentence);
        say("%s\n", sentence);
    }
    say_bytes(plan->verdicts, plan->verdict_count * sizeof *plan->verdicts);
    say_tree(&plan->status);
}

static void free_plan(void *result)
{
    rollout_plan_free(result);
}

static int call_candidates(const struct scene *s, void **ret, struct rollout_error *error)
{
    return rollout_candidates(s->world->workload, s->world->snapshot, (struct rollout_candidates **)ret, error);
}

static void tell_candidates(const struct scene *s, void *result)
{
    const struct rollout_candidates *c = result;
    (void)s;
    say("%zu %lld %lld:", c->within, (long long)c->updated, (long long)c->unavailable);
    say_bytes(c->items, c->count * sizeof *c->items);
}

static void free_candidates(void *result)
{
    rollout_candidates_free(result);
}

static int call_lint(const struct scene *s, void **ret, struct rollout_error *error)
{
    return rollout_lint(s->world, (struct rollout_findings **)ret, error);
}

static void tell_findings(const struct scene *s, void *result)
{
    const struct rollout_findings *findings = result;
    (void)s;
    for (size_t i = 0; i < findings->count; i++) {
        say("%u ", findings->items[i].code);
        say_str(findings->items[i].path);
        say_str(findings->items[i].value);
        say_str(findings->items[i].message);
    }
}

static void free_findings(void *result)
{
    rollout_findings_free(result);
}

static int call_decode(const struct scene *s, void **ret, struct rollout_error *error)
{
    return rollout_document_decode(s->tree, 0, 0, (struct rollout_world **)ret, error);
}

static int call_grouping_decode(const struct scene *s, void **ret, struct rollout_error *error)
{
    return rollout_grouping_decode(s->grouping, 0, 0, (struct rollout_world **)ret, error);
}

static void tell_world(const struct scene *s, void *result)
{
    const struct rollout_world *world = result;
    struct rollout_plan *plan = NULL;
    struct scene of = *s;
    if (rollout_plan(world->workload, world->snapshot, &plan, NULL))
        abort();
    of.world = result;
    tell_plan(&of, plan);
    say_tree(&world->workload_object);
    for (size_t i = 0; i < world->revision_object_count; i++)
        say_tree(&world->revision_objects[i]);
    rollout_plan_free(plan);
}

static void free_world(void *result)
{
    rollout_world_free(result);
}

static int call_group(const struct scene *s, void **ret, struct rollout_error *error)
{
    return rollout_document_group(s->tree, (struct rollout_grouping **)ret, error);
}

static void tell_grouping(const struct scene *s, void *result)
{
    struct rollout_world *world = NULL;
    say("%zu ", rollout_grouping_count(result));
    if (rollout_grouping_decode(result, 0, 0, &world, NULL))
        abort();
    tell_world(s, world);
    rollout_world_free(world);
}

static void free_grouping(void *result)
{
    rollout_grouping_free(result);
}

static int call_apply(const struct scene *s, void **ret, struct rollout_error *error)
{
    return rollout_apply(s->world, s->plan, s->action, &s->ids, (struct rollout_objects **)ret, error);
}

static int call_apply_to(const struct scene *s, void **ret, struct rollout_error *error)
{
    const struct rollout_action *action = &s->plan->actions[s->action];
    const struct rollout_tree *object =
        action->subject_kind == ROLLOUT_SUBJECT_POD && action->subject < s->world->pod_object_count
            ? &s->world->pod_objects[action->subject]
            : &s->world->workload_object;
    return rollout_apply_to(s->world, s->plan, s->action, object, (struct rollout_objects **)ret, error);
}

static int call_apply_status(const struct scene *s, void **ret, struct rollout_error *error)
{
    return rollout_apply_status(s->world, s->plan, (struct rollout_objects **)ret, error);
}

static int call_snapshot_object(const struct scene *s, void **ret, struct rollout_error *error)
{
    return rollout_snapshot_object(s->world, s->world->snapshot, (struct rollout_objects **)ret, error);
}

static int call_plan_object(const struct scene *s, void **ret, struct rollout_error *error)
{
    return rollout_plan_object(s->world, s->plan, (struct rollout_objects **)ret, error);
}

static int call_inject(const struct scene *s, void **ret, struct rollout_error *error)
{
    return rollout_inject(s->tree, 0, (struct rollout_objects **)ret, error);
}

static void tell_objects(const struct scene *s, void *result)
{
    const struct rollout_objects *objects = result;
    (void)s;
    for (size_t i = 0; i < objects->count; i++)
        say_tree(&objects->items[i]);
}

static void free_objects(void *result)
{
    rollout_objects_free(result);
}

static int call_diff(const struct scene *s, void **ret, struct rollout_error *error)
{
    const struct rollout_diff_options options = { sizeof options, ROLLOUT_DIFF_VERTICAL_SCALING |
                                                                      ROLLOUT_DIFF_ENV_FROM_METADATA |
                                                                      ROLLOUT_DIFF_COMPARE_CLAIMS };
    struct rollout_tree old = member(s->tree, "old"), new = member(s->tree, "new");
    return rollout_diff(&old, &new, &options, (struct rollout_diff **)ret, error);
}

static void tell_diff(const struct scene *s, void *result)
{
    const struct rollout_diff *diff = result;
    (void)s;
    say("%u %u %u %zu ", diff->rule, diff->operation, diff->flags, diff->container_count);
    say_str(diff->path);
    for (size_t i = 0; i < diff->container_count; i++) {
        say_str(diff->containers[i].name);
        say_str(diff->containers[i].image);
    }
    say_tree(&diff->metadata_patch);
}

static void free_diff(void *result)
{
    rollout_diff_free(result);
}

/* Their result is the order, the caller's own list: a copy of it, untouched where the call fails. */
static uint32_t indices[INDICES_MAX];

static int order_pods(const struct scene *s, void **ret, struct rollout_error *error, int which)
{
    static const struct rollout_label pairs[] = { { { "zone", 4 }, { "z1", 2 } }, { { "app", 3 }, { "demo", 4 } } };
    static const struct rollout_str keys[] = { { "rank", 4 } };
    const struct rollout_cloneset *cloneset = s->world->workload->cloneset;
    const struct rollout_order plain = { .priority = { .ordered_keys = { keys, 1, 0 } }, .scatter = { pairs, 2, 0 } };
    const struct rollout_order *order = cloneset ? &cloneset->order : &plain;
    size_t n = pods_of(s)->count < INDICES_MAX ? pods_of(s)->count : INDICES_MAX;
    for (size_t i = 0; i < n; i++)
        indices[i] = (uint32_t)(n - 1 - i);
    int r = which == 0   ? rollout_order_default(pods_of(s), indices, n, error)
            : which == 1 ? rollout_order_priority(&order->priority, pods_of(s), indices, n, error)
            : which == 2 ? rollout_order_scatter(&order->scatter, pods_of(s), indices, n, error)
                         : rollout_order_update(order, pods_of(s), indices, n, error);
    if (r == ROLLOUT_OK)
        *ret = indices;
    for (size_t i = 0; r != ROLLOUT_OK && i < n; i++)
        if (indices[i] != n - 1 - i)
            *ret = indices;
    return r;
}

static int call_order_default(const struct scene *s, void **ret, struct rollout_error *error)
{
    return order_pods(s, ret, error, 0);
}

static int call_order_priority(const struct scene *s, void **ret, struct rollout_error *error)
{
    return order_pods(s, ret, error, 1);
}

static int call_order_scatter(const struct scene *s, void **ret, struct rollout_error *error)
{
    return order_pods(s, ret, error, 2);
}

static int call_order_update(const struct scene *s, void **ret, struct rollout_error *error)
{
    return order_pods(s, ret, error, 3);
}

static void tell_order(const struct scene *s, void *result)
{
    say_bytes(result, pods_of(s)->count * sizeof *indices);
}

static void free_nothing(void *result)
{
    (void)result;
}

static struct rollout_pod pod;
static struct rollout_in_place in_place;

static int call_pod(const struct scene *s, void **ret, struct rollout_error *error)
{
    memset(&pod, 0x5a, sizeof pod);
    memset(&in_place, 0x5a, sizeof in_place);
    static const struct rollout_tree nothing;
    int r = rollout_pod_from_object(s->world->pod_object_count ? s->world->pod_objects : &nothing, s->world->workload,
                                    sizeof pod, &pod, &in_place, error);
    bool written = false;
    for (size_t i = 0; i < sizeof pod; i++)
        written = written || ((const unsigned char *)&pod)[i] != 0x5a;
    for (size_t i = 0; i < sizeof in_place; i++)
        written = written || ((const unsigned char *)&in_place)[i] != 0x5a;
    if (written)
        *ret = &pod;
    return r;
}

static void tell_pod(const struct scene *s, void *result)
{
    const struct rollout_pod *p = result;
    (void)s;
    say("%u %u %u %lld ", p->phase, p->lifecycle_state, p->flags, (long long)p->ready_since_ms);
    say_str(p->name);
    say_str(p->revision);
}

static int call_parse(const struct scene *s, void **ret, struct rollout_error *error)
{
    return rollout_json_parse(s->text, s->len, (struct rollout_json **)ret, error);
}

static int call_yaml(const struct scene *s, void **ret, struct rollout_error *error)
{
    return rollout_yaml_parse(s->text, s->len, (struct rollout_json **)ret, error);
}

static void tell_json(const struct scene *s, void *result)
{
    (void)s;
    say_tree(rollout_json_tree(result));
}

static void free_json(void *result)
{
    rollout_json_free(result);
}

/* The document in a file of its own, and another behind it. */
static int document_file(const struct scene *s)
{
    FILE *file = tmpfile();
    if (!file || fwrite(s->text, 1, s->len, file) != s->len || fputs("{\"a\":[1,2]}\n---\nb: 1\n", file) < 0)
        abort();
    (void)fflush(file);
    int fd = dup(fileno(file));
    (void)fclose(file);
    if (lseek(fd, 0, SEEK_SET) != 0)
        abort();
    return fd;
}

static int call_reader_new(const struct scene *s, void **ret, struct rollout_error *error)
{
    (void)s;
    return rollout_json_reader_new(0, (struct rollout_json_reader **)ret, error);
}

static void tell_reader(const struct scene *s, void *result)
{
    (void)s;
    (void)result;
    say("a reader");
}

static void free_reader(void *result)
{
    rollout_json_reader_free(result);
}

static int call_reader_next(const struct scene *s, void **ret, struct rollout_error *error)
{
    struct rollout_json_reader *reader = NULL;
    uint32_t line = 0;
    int fd = document_file(s);
    int r = rollout_json_reader_new(fd, &reader, error);
    if (r == ROLLOUT_OK)
        r = rollout_json_reader_next(reader, (struct rollout_json **)ret, &line, error);
    if (r != ROLLOUT_OK && line != 0)
        *ret = NULL;
    rollout_json_reader_free(reader);
    close(fd);
    return r;
}

/* ---- what is played ---- */

#define PLAYED(name, what)                                                                                             \
    static int call_##name(const struct scene *s, void **ret, struct rollout_error *error)                             \
    {                                                                                                                  \
        return played_call(what, s->world, ret, error);                                                                \
    }                                                                                                                  \
    static void tell_##name(const struct scene *s, void *result)                                                       \
    {                                                                                                                  \
        char text[4096];                                                                                               \
        (void)s;                                                                                                       \
        (void)played_text(what, result, text, sizeof text);                                                            \
        say("%s", text);                                                                                               \
    }                                                                                                                  \
    static void free_##name(void *result)                                                                              \
    {                                                                                                                  \
        played_free(what, result);                                                                                     \
    }

PLAYED(simulation_new, PLAYED_NEW)
PLAYED(simulation_step, PLAYED_STEP)
PLAYED(simulation_restart, PLAYED_RESTART)
PLAYED(check_new, EXPLORED_NEW)
PLAYED(check_step, EXPLORED_STEP)
PLAYED(check_story, EXPLORED_STORY)

/* ---- the table ---- */

/* What a scene must have for a function to be called on it. WITHOUT: what is only there for speed may lack, and the
 * answer is then the same (base/tree.c compares wide objects so). */
enum { WORLD = 1, TEXT = 2, PAIR = 4, ACTIONS = 8, SMALL = 16, POD = 32, NEEDS = 63, WITHOUT = 64 };

static const struct function {
    const char *name;
    unsigned needs; /* 0: allocates nothing */
    int (*call)(const struct scene *s, void **ret, struct rollout_error *error);
    void (*tell)(const struct scene *s, void *result);
    void (*free)(void *result);
} functions[] = {
    { "rollout_apply", WORLD | ACTIONS, call_apply, tell_objects, free_objects },
    { "rollout_apply_status", WORLD, call_apply_status, tell_objects, free_objects },
    { "rollout_apply_to", WORLD | ACTIONS, call_apply_to, tell_objects, free_objects },
    { "rollout_candidates", WORLD, call_candidates, tell_candidates, free_candidates },
    { "rollout_diff", PAIR | WITHOUT, call_diff, tell_diff, free_diff },
    { "rollout_document_decode", WORLD, call_decode, tell_world, free_world },
    { "rollout_document_group", WORLD, call_group, tell_grouping, free_grouping },
    { "rollout_grouping_decode", WORLD, call_grouping_decode, tell_world, free_world },
    { "rollout_inject", POD, call_inject, tell_objects, free_objects },
    { "rollout_lint", WORLD, call_lint, tell_findings, free_findings },
    { "rollout_order_default", WORLD, call_order_default, tell_order, free_nothing },
    { "rollout_order_priority", WORLD, call_order_priority, tell_order, free_nothing },
    { "rollout_order_scatter", WORLD, call_order_scatter, tell_order, free_nothing },
    { "rollout_order_update", WORLD, call_order_update, tell_order, free_nothing },
    { "rollout_plan", WORLD, call_plan, tell_plan, free_plan },
    { "rollout_snapshot_object", WORLD, call_snapshot_object, tell_objects, free_objects },
    { "rollout_plan_object", WORLD, call_plan_object, tell_objects, free_objects },
    { "rollout_simulation_new", WORLD | SMALL, call_simulation_new, tell_simulation_new, free_simulation_new },
    { "rollout_simulation_step", WORLD | SMALL, call_simulation_step, tell_simulation_step, free_simulation_step },
    { "rollout_simulation_restart", WORLD | SMALL, call_simulation_restart, tell_simulation_restart, free_simulation_restart },
    { "rollout_check_new", WORLD | SMALL, call_check_new, tell_check_new, free_check_new },
    { "rollout_check_step", WORLD | SMALL, call_check_step, tell_check_step, free_check_step },
    { "rollout_check_story", WORLD | SMALL, call_check_story, tell_check_story, free_check_story },
    { "rollout_pod_from_object", WORLD, call_pod, tell_pod, free_nothing },
    { "rollout_json_parse", TEXT, call_parse, tell_json, free_json },
    { "rollout_json_reader_new", TEXT, call_reader_new, tell_reader, free_reader },
    { "rollout_json_reader_next", TEXT, call_reader_next, tell_json, free_json },
    { "rollout_yaml_parse", TEXT, call_yaml, tell_json, free_json },
    { .name = "rollout_candidates_free" },
    { .name = "rollout_check_free" },
    { .name = "rollout_diff_free" },
    { .name = "rollout_document_count" },
    { .name = "rollout_findings_free" },
    { .name = "rollout_grouping_count" },
    { .name = "rollout_grouping_free" },
    { .name = "rollout_intstr_scale" },
    { .name = "rollout_lint_name" },
    { .name = "rollout_objects_free" },
    { .name = "rollout_op_name" },
    { .name = "rollout_order_priority_key" },
    { .name = "rollout_plan_free" },
    { .name = "rollout_reason_name" },
    { .name = "rollout_selector_check" },
    { .name = "rollout_selector_matches" },
    { .name = "rollout_simulation_changes" },
    { .name = "rollout_simulation_free" },
    { .name = "rollout_simulation_plan" },
    { .name = "rollout_simulation_snapshot" },
    { .name = "rollout_simulation_workload" },
    { .name = "rollout_simulation_world" },
    { .name = "rollout_tree_check" },
    { .name = "rollout_tree_text" },
    { .name = "rollout_verdict_text" },
    { .name = "rollout_version" },
    { .name = "rollout_world_free" },
    { .name = "rollout_json_free" },
    { .name = "rollout_json_reader_free" },
    { .name = "rollout_json_tree" },
};

enum { FUNCTIONS = sizeof functions / sizeof *functions };

static size_t calls[FUNCTIONS], failures[FUNCTIONS];
static size_t played; /* worlds of the file at hand */
static size_t without;
static int wrong;

static void complain(const struct function *f, const char *what, size_t number, bool all)
{
    if (wrong++ < 20)
        printf("%s: %s where allocation %zu%s fails\n", f->name, what, number, all ? " and all later ones" : "");
}

/* One call with memory; its text, which the caller frees. NULL: not OK. */
static char *with_memory(const struct function *f, const struct scene *s)
{
    void *result = UNTOUCHED;
    struct rollout_error error = { .struct_size = sizeof error };
    out.len = 0;
    int r = f->call(s, &result, &error);
    if (r != ROLLOUT_OK) {
        say("%d %s", r, error.message);
        return strdup(out.data);
    }
    f->tell(s, result);
    f->free(result);
    say(".");
    return strdup(out.data);
}

/* Of what succeeded all the same. */
static bool as_before(const struct function *f, const struct scene *s, void *result, const char *before)
{
    out.len = 0;
    f->tell(s, result);
    say(".");
    return strcmp(out.data, before) == 0;
}

static void one_failure(const struct function *f, const struct scene *s, size_t number, bool all, const char *before)
{
    void *result = UNTOUCHED;
    struct rollout_error error = { .struct_size = sizeof error };
    size_t live = failing_live();
    failing_arm(number, all);
    int r = f->call(s, &result, &error);
    bool failed = failing_disarm();
    if (!failed) {
        /* An allocation that is spared, with nothing behind it that could fail. */
        if (r == ROLLOUT_OK)
            f->free(result);
        return;
    }
    failures[f - functions]++;
    if (r == ROLLOUT_OK && f->needs & WITHOUT && as_before(f, s, result, before))
        without++;
    else if (r != ROLLOUT_ERR_NOMEM)
        complain(f, r == ROLLOUT_OK ? "succeeds" : error.message, number, all);
    else if (error.code != ROLLOUT_ERR_NOMEM || strcmp(error.message, "out of memory") != 0)
        complain(f, "tells another error", number, all);
    if (r == ROLLOUT_OK)
        f->free(result);
    else if (result != UNTOUCHED)
        complain(f, "writes its result", number, all);
    if (failing_live() != live)
        complain(f, "leaks", number, all);
}

static void sweep(const struct function *f, const struct scene *s)
{
    void *result = UNTOUCHED;
    size_t live = failing_live();
    failing_learn();
    int r = f->call(s, &result, NULL);
    size_t n = failing_count();
    (void)failing_disarm();
    if (r == ROLLOUT_OK)
        f->free(result);
    if (failing_live() != live)
        complain(f, "leaks", n + 1, false);
    char *before = with_memory(f, s);
    for (size_t i = 1; i <= n; i++) {
        one_failure(f, s, i, false, before);
        one_failure(f, s, i, true, before);
    }
    char *after = with_memory(f, s);
    if (strcmp(before, after) != 0)
        complain(f, "gives other bytes afterwards", n, false);
    calls[f - functions]++;
    free(before);
    free(after);
}

/* The functions that allocate nothing, once each. */
static void quiet_ones(const struct scene *s)
{
    char buf[256];
    size_t n;
    int64_t pods;
    struct rollout_priority_key key;
    struct rollout_world world;
    void *simulation = NULL;
    const struct rollout_intstr percent = { .kind = ROLLOUT_INTSTR_TEXT, .text = { "20%", 3 } };
    static const struct rollout_labels labels;
    static const struct rollout_selector selector;
    static const struct rollout_priority priority;
    if (played_small(s->world))
        (void)played_call(PLAYED_STEP, s->world, &simulation, NULL);
    failing_learn();
    (void)rollout_document_count(s->tree, &n, NULL);
    (void)rollout_grouping_count(s->grouping);
    (void)rollout_intstr_scale(&percent, ROLLOUT_PARSER_SCALED, ROLLOUT_ROUND_UP, 7, &pods);
    (void)rollout_op_name(1);
    (void)rollout_reason_name(1);
    (void)rollout_version();
    rollout_order_priority_key(&priority, &labels, &key);
    (void)rollout_selector_check(&selector, NULL);
    (void)rollout_selector_matches(&selector, &labels);
    (void)rollout_tree_check(s->tree, NULL);
    (void)rollout_tree_text(s->tree, buf, sizeof buf, &n, NULL);
    for (size_t i = 0; i < s->plan->verdict_count; i++)
        (void)rollout_verdict_text(s->plan, s->world->snapshot, i, buf, sizeof buf);
    (void)rollout_json_tree(s->json);
    (void)rollout_simulation_changes(simulation);
    (void)rollout_simulation_workload(simulation);
    (void)rollout_simulation_snapshot(simulation);
    (void)rollout_simulation_plan(simulation);
    (void)rollout_simulation_world(simulation, &world, NULL);
    rollout_simulation_free(NULL);
    rollout_check_free(NULL);
    rollout_plan_free(NULL);
    rollout_candidates_free(NULL);
    rollout_diff_free(NULL);
    rollout_objects_free(NULL);
    rollout_world_free(NULL);
    rollout_grouping_free(NULL);
    rollout_json_free(NULL);
    rollout_json_reader_free(NULL);
    n = failing_count();
    (void)failing_disarm();
    played_free(PLAYED_STEP, simulation);
    if (n > 0 && wrong++ < 20)
        printf("%zu allocations in functions that make none\n", n);
}

/* A pod that is to be admitted, and no workload. */
static bool is_admission(const struct scene *s)
{
    struct rollout_tree snapshot = member(s->tree, "snapshot");
    return snapshot.count && member(&snapshot, "sidecarSets").count;
}

static void open_scene(struct scene *s)
{
    struct rollout_error error = { .struct_size = sizeof error };
    if (rollout_json_parse(s->text, s->len, &s->json, &error))
        abort();
    s->tree = rollout_json_tree(s->json);
    if (member(s->tree, "old").count || member(s->tree, "waiting").count || is_admission(s))
        return;
    if (rollout_document_decode(s->tree, 0, 0, &s->world, &error) || rollout_document_group(s->tree, &s->grouping, &error) ||
        rollout_plan(s->world->workload, s->world->snapshot, &s->plan, &error)) {
        printf("%s\n", error.message);
        abort();
    }
}

static void close_scene(struct scene *s)
{
    rollout_plan_free(s->plan);
    rollout_grouping_free(s->grouping);
    rollout_world_free(s->world);
    rollout_json_free(s->json);
}

static void play(const char *text, size_t len)
{
    static struct rollout_str ids[64];
    struct scene s = { .text = text, .len = len, .ids = { ids, 64, 0 } };
    for (size_t i = 0; i < 64; i++)
        ids[i] = (struct rollout_str){ "zzzzzzzzzzzz" + i % 7, 5 };
    open_scene(&s);
    unsigned has = (s.world ? WORLD : 0) | (is_admission(&s) ? POD : 0) | (len < PARSED_MAX ? TEXT : 0) |
                   (member(s.tree, "old").count ? PAIR : 0) | (s.plan && s.plan->action_count ? ACTIONS : 0);
    if (s.plan && s.plan->action_count && played < PLAYED_MAX && played_small(s.world) && !s.world->workload->sidecarset) {
        has |= SMALL;
        played++;
    }
    if (s.world)
        quiet_ones(&s);
    for (size_t i = 0; i < FUNCTIONS; i++) {
        const struct function *f = &functions[i];
        unsigned needs = f->needs & NEEDS;
        if (!needs || (needs & has) != needs || (needs == TEXT && calls[i] >= 5))
            continue;
        size_t times = f->needs & ACTIONS ? s.plan->action_count : 1;
        for (s.action = 0; s.action < times && s.action < ACTIONS_MAX; s.action++)
            sweep(f, &s);
    }
    close_scene(&s);
}

/* Is every function of the map in the table? */
static size_t check_map(const char *path)
{
    char line[256], name[128];
    size_t found = 0;
    FILE *file = fopen(path, "r");
    if (!file) {
        printf("%s: cannot be read\n", path);
        exit(1);
    }
    while (fgets(line, sizeof line, file)) {
        bool known = false;
        if (sscanf(line, " %127[a-z0-9_];", name) != 1 || strncmp(name, "rollout_", 8) != 0)
            continue;
        for (size_t i = 0; i < FUNCTIONS; i++)
            known = known || strcmp(functions[i].name, name) == 0;
        if (!known && wrong++ < 20)
            printf("%s: not in this test's table\n", name);
        found++;
    }
    fclose(file);
    return found;
}

int main(int argc, char **argv)
{
    int i = 1;
    size_t exported = 0, len_max = 0;
    char *text = NULL;
    ssize_t len;
    failing_install();
    for (; i < argc && strcmp(argv[i], "--") != 0; i++)
        exported += check_map(argv[i]);
    if (exported != FUNCTIONS && wrong++ < 20)
        printf("the maps have %zu functions, the table %d\n", exported, FUNCTIONS);
    for (i++; i < argc; i++) {
        FILE *lines = lines_open(argv[i]);
        played = 0;
        while ((len = getline(&text, &len_max, lines)) > 0)
            if (text[0] != '\n')
                play(text, (size_t)len);
        if (lines_close(lines) != 0 && wrong++ < 20)
            printf("%s: reading failed\n", argv[i]);
    }
    free(text);
    free(out.data);
    for (i = 0; i < FUNCTIONS; i++) {
        if (functions[i].needs)
            printf("%-28s %6zu calls, %8zu failures\n", functions[i].name, calls[i], failures[i]);
        if (functions[i].needs && failures[i] == 0 && wrong++ < 20)
            printf("%s: never failed\n", functions[i].name);
    }
    printf("%zu allocations of jansson's buffer were let through; %zu failures cost only time\n",
           failing_spared(), without);
    return wrong ? 1 : 0;
}

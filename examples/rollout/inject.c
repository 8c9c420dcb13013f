/* SPDX-License-Identifier: Apache-2.0 */
/* rollout inject: what SidecarSets make of a new pod. */
#include <string.h>

#include "command.h"
#include "table.h"

static struct rollout_str text_of(const struct rollout_node *object, const char *key)
{
    const struct rollout_node *node = node_get(object, key);
    return node && node->kind == ROLLOUT_NODE_TEXT ? node->text : (struct rollout_str){ NULL, 0 };
}

/* Of a list, the element of this name; NULL where there is none. */
static const struct rollout_node *element(const struct rollout_node *list, struct rollout_str name)
{
    for (const struct rollout_node *e = node_next(list, NULL); e; e = node_next(list, e))
        if (str_equal(text_of(e, "name"), name))
            return e;
    return NULL;
}

static void add_names(struct text *out, const struct rollout_node *names)
{
    const char *separator = "";
    for (const struct rollout_node *n = node_next(names, NULL); n; n = node_next(names, n)) {
        text_adds(out, separator);
        text_add_plain(out, n->text);
        separator = ", ";
    }
}

/* The value is not the pod's own of that name: "+" where it has none, "~" where it is another one. */
static const char *mark_of(const struct rollout_node *own, const struct rollout_node *now)
{
    struct text before = { 0 }, after = { 0 };
    const char *mark = "+";
    if (own) {
        text_add_node(&before, own);
        text_add_node(&after, now);
        bool same = before.len == after.len && memcmp(before.data, after.data, after.len) == 0;
        mark = same ? "" : "~";
    }
    text_free(&before);
    text_free(&after);
    return mark;
}

static void names_cell(struct table *table, const struct rollout_node *names, const char *heading)
{
    struct text text = { 0 };
    if (node_next(names, NULL)) {
        text_adds(&text, heading);
        add_names(&text, names);
    }
    table_text(table, &text);
    text_free(&text);
}

static void add_list(struct text *out, const char *key, const struct rollout_node *pod,
                     const struct rollout_node *answer)
{
    const struct rollout_node *own = node_get(node_get(pod, "spec"), key);
    const struct rollout_node *list = node_get(node_get(node_get(answer, "pod"), "spec"), key);
    struct table table = { 0 };
    for (const struct rollout_node *e = node_next(list, NULL); e; e = node_next(list, e)) {
        struct rollout_str name = text_of(e, "name");
        struct text key_text = { 0 };
        text_add(&key_text, name.data ? name.data : "", name.len);
        table_string(&table, mark_of(element(own, name), e));
        table_str(&table, 0, name);
        table_str(&table, 0, text_of(e, "image"));
        if (key_text.data) {
            names_cell(&table, node_get(node_get(answer, "env"), key_text.data), "env ");
            names_cell(&table, node_get(node_get(answer, "mounts"), key_text.data), "mounts ");
        }
        table_end_row(&table);
        text_free(&key_text);
    }
    if (table.columns)
        text_addf(out, "%s\n", key);
    table_print(&table, "  ", false, terminal_width(), out);
    table_free(&table);
}

static void add_annotations(struct text *out, const struct rollout_node *pod, const struct rollout_node *answer)
{
    const struct rollout_node *own = node_get(node_get(pod, "metadata"), "annotations");
    const struct rollout_node *map = node_get(node_get(node_get(answer, "pod"), "metadata"), "annotations");
    struct table table = { 0 };
    for (const struct rollout_node *a = node_next(map, NULL); a; a = node_next(map, a)) {
        const struct rollout_node *before = NULL;
        for (const struct rollout_node *b = node_next(own, NULL); b; b = node_next(own, b))
            before = str_equal(b->key, a->key) ? b : before;
        table_string(&table, mark_of(before, a));
        table_str(&table, 0, a->key);
        table_str(&table, 0, a->text);
        table_end_row(&table);
    }
    if (table.columns)
        text_adds(out, "annotations\n");
    table_print(&table, "  ", false, terminal_width(), out);
    table_free(&table);
}

static void add_text(struct text *out, const struct rollout_node *pod, const struct rollout_node *answer)
{
    static const char *const lists[] = { "initContainers", "containers", "volumes", "imagePullSecrets" };
    struct rollout_str space = text_of(node_get(pod, "metadata"), "namespace");
    struct rollout_str name = text_of(node_get(pod, "metadata"), "name");
    const struct rollout_node *action = node_next(node_get(answer, "actions"), NULL);
    text_adds(out, "Pod ");
    text_add_plain(out, space);
    text_adds(out, space.len ? "/" : "");
    text_add_plain(out, name.len ? name : text_of(node_get(pod, "metadata"), "generateName"));
    text_adds(out, name.len ? "" : "*"); /* the API server makes the rest */
    if (node_get(answer, "error")) {
        text_adds(out, ": refused: ");
        text_add_plain(out, text_of(answer, "error"));
        text_adds(out, "\n");
        return;
    }
    text_adds(out, action ? ": containers of " : ": no containers are injected");
    add_names(out, node_get(action, "sidecarSets"));
    text_adds(out, "\n");
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        add_list(out, lists[i], pod, answer);
    add_annotations(out, pod, answer);
}

/* context: whether something was printed before. */
static int inject_one(const struct options *options, const struct rollout_tree *document, struct text *out,
                      void *context, struct rollout_error *reterr)
{
    bool *printed = context;
    struct rollout_objects *objects = NULL;
    const struct rollout_node *snapshot = node_get(document->nodes, "snapshot"); /* of a recorded decision */
    if (rollout_inject(document, wall_clock_ms(), &objects, reterr) != ROLLOUT_OK)
        return FAULT;
    const struct rollout_node *root = objects->items[0].nodes;
    bool refused = node_get(root, "error") != NULL;
    if (options->json) {
        text_add_node(out, root);
        text_adds(out, "\n");
    } else {
        text_adds(out, *printed ? "\n" : "");
        add_text(out, node_get(snapshot ? snapshot : document->nodes, "pod"), root);
        *printed = true;
    }
    rollout_objects_free(objects);
    return refused ? STATUS_NO : STATUS_YES;
}

int command_inject(const struct options *options)
{
    bool printed = false;
    return each_document(options, 0, inject_one, NULL, &printed);
}

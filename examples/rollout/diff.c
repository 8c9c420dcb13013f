/* SPDX-License-Identifier: Apache-2.0 */
/* rollout diff: can this change be made in place, and if not, which path forbids it? */
#include <stdio.h>
#include <string.h>

#include "answers.h"
#include "command.h"
#include "kind.h"
#include "show.h"

/* Why not, in words, where a path alone does not say it. */
static const char *rule_text(uint32_t rule)
{
    static const char *const texts[] = {
        [ROLLOUT_DIFF_POSSIBLE] = "in place",
        [ROLLOUT_DIFF_NO_REVISION] = "one of the revisions is not known",
        [ROLLOUT_DIFF_BROKEN] = "one of the revisions holds no pod template",
        [ROLLOUT_DIFF_CLAIMS] = "the volume claim templates differ",
        [ROLLOUT_DIFF_PATH] = "this path may not change",
        [ROLLOUT_DIFF_OPERATION] = "this path may be replaced, but neither added nor removed",
        [ROLLOUT_DIFF_QUANTITY] = "only quantities of cpu and memory may change",
        [ROLLOUT_DIFF_QOS] = "the pod's QoS class would change",
        [ROLLOUT_DIFF_GATE] = "feature gate InPlaceWorkloadVerticalScaling is off",
    };
    return rule < sizeof texts / sizeof texts[0] ? texts[rule] : "?";
}

static const char *operation_name(uint32_t operation)
{
    static const char *const names[] = { "", "replace", "add", "remove" };
    return operation < sizeof names / sizeof names[0] ? names[operation] : "?";
}

static void add_json(const struct rollout_diff *diff, struct text *out)
{
    text_adds(out, "{\"kind\":\"Diff\",");
    answer_add_diff(out, diff);
    if (diff->rule != ROLLOUT_DIFF_POSSIBLE)
        text_addf(out, ",\"why\":\"%s\"", rule_text(diff->rule));
    if (diff->path.data) {
        text_adds(out, ",\"path\":");
        text_add_quoted(out, diff->path);
    }
    if (diff->operation)
        text_addf(out, ",\"operation\":\"%s\"", operation_name(diff->operation));
    text_adds(out, "}\n");
}

static void add_pairs(struct table *table, const char *what, struct rollout_str container,
                      const struct rollout_labels *labels)
{
    size_t stride = labels->stride ? labels->stride : sizeof(struct rollout_label);
    for (uint32_t i = 0; i < labels->count; i++) {
        const struct rollout_label *label =
            (const struct rollout_label *)(const void *)((const char *)labels->items + i * stride);
        struct text text = { 0 };
        text_addf(&text, "%.*s: %.*s", (int)label->key.len, label->key.data, (int)label->value.len, label->value.data);
        table_str(table, 0, container);
        table_string(table, what);
        table_text(table, &text);
        table_end_row(table);
        text_free(&text);
    }
}

static void add_text(const struct rollout_diff *diff, struct text *out)
{
    if (diff->rule != ROLLOUT_DIFF_POSSIBLE) {
        text_adds(out, "not in place: ");
        if (diff->path.data) {
            text_addf(out, "%s%s", operation_name(diff->operation), diff->operation ? " " : "");
            text_add_plain(out, diff->path);
            text_adds(out, ": ");
        }
        text_addf(out, "%s\n", rule_text(diff->rule));
        return;
    }
    struct table table = { 0 };
    text_adds(out, diff->flags || diff->container_count ? "in place\n" : "in place: nothing changes\n");
    for (size_t i = 0; i < diff->container_count; i++) {
        const struct rollout_container_change *change = &diff->containers[i];
        if (change->image.data) {
            table_str(&table, 0, change->name);
            table_string(&table, "image");
            table_str(&table, 0, change->image);
            table_end_row(&table);
        }
        add_pairs(&table, "limits", change->name, &change->limits);
        add_pairs(&table, "requests", change->name, &change->requests);
        add_pairs(&table, "environment from labels", change->name, &change->labels);
        add_pairs(&table, "environment from annotations", change->name, &change->annotations);
    }
    table_print(&table, "  ", false, terminal_width(), out);
    if (diff->metadata_patch.count) {
        text_adds(out, "  patch ");
        text_add_tree(out, &diff->metadata_patch);
        text_adds(out, "\n");
    }
}

/* Compares two trees and prints. */
static int diff_trees(const struct options *options, const struct rollout_tree *old_tree,
                      const struct rollout_tree *new_tree, uint32_t flags, struct text *out,
                      struct rollout_error *reterr)
{
    const struct rollout_diff_options how = { .struct_size = sizeof how, .flags = flags };
    struct rollout_diff *diff = NULL;
    if (rollout_diff(old_tree, new_tree, &how, &diff, reterr) != ROLLOUT_OK)
        return FAULT;
    int status = diff->rule == ROLLOUT_DIFF_POSSIBLE ? STATUS_YES : STATUS_NO;
    if (options->json)
        add_json(diff, out);
    else
        add_text(diff, out);
    rollout_diff_free(diff);
    return status;
}

/* Kubernetes' own controllers replace every pod, whatever the change. */
static int diff_native(const struct options *options, struct rollout_str kind, struct text *out)
{
    static const char why[] = "updates no pod in place";
    if (options->json) {
        text_addf(out, "{\"kind\":\"Diff\",\"eligible\":false,\"why\":\"Kubernetes' own %.*s %s\"}\n", (int)kind.len,
                  kind.data, why);
    } else {
        text_adds(out, "not in place: Kubernetes' own ");
        text_add_plain(out, kind);
        text_addf(out, " %s\n", why);
    }
    return STATUS_NO;
}

/* The kind of a workload of Kubernetes' own; absent where it is none. */
static struct rollout_str native_kind(const struct rollout_tree *object)
{
    static const char *const kinds[] = { "StatefulSet", "DaemonSet", "Deployment", "ReplicaSet" };
    const struct rollout_node *version = node_get(object->nodes, "apiVersion"), *kind = node_get(object->nodes, "kind");
    for (size_t i = 0; version && kind && i < sizeof kinds / sizeof kinds[0]; i++)
        if (str_is(version->text, "apps/v1") && str_is(kind->text, kinds[i]))
            return kind->text;
    return (struct rollout_str){ NULL, 0 };
}

/* A line of inplace.jsonl. */
static int diff_line(const struct options *options, const struct rollout_tree *document, struct text *out,
                     void *context, struct rollout_error *reterr)
{
    (void)context;
    const struct rollout_node *line = document->nodes;
    if (!options->json) {
        uint32_t flags = 0;
        const struct rollout_node *old_revision = node_get(line, "old"), *new_revision = node_get(line, "new");
        if (answer_diff_flags(node_get(line, "featureGates"), &flags, reterr) != ROLLOUT_OK)
            return FAULT;
        if (old_revision && new_revision) {
            struct rollout_tree old_tree, new_tree;
            if (answer_template(old_revision, "old", &old_tree, reterr) != ROLLOUT_OK ||
                answer_template(new_revision, "new", &new_tree, reterr) != ROLLOUT_OK)
                return FAULT;
            return diff_trees(options, &old_tree, &new_tree, flags, out, reterr);
        }
    }
    size_t start = out->len;
    if (answer_diff(document, out, reterr) != ROLLOUT_OK)
        return FAULT;
    text_adds(out, "\n");
    static const char possible[] = "{\"eligible\":true";
    return !out->failed && strncmp(out->data + start, possible, sizeof possible - 1) == 0 ? STATUS_YES : STATUS_NO;
}

/* Two revisions of a Snapshot, by name. */
struct names {
    const char *old_name, *new_name;
    int found;
};

static const struct rollout_tree *revision_named(const struct rollout_world *world, const char *name)
{
    for (uint32_t i = 0; i < world->snapshot->revisions.count; i++) {
        const struct rollout_revision *revision = world_revision(world, i);
        bool hash = world->workload->daemonset && str_is(revision->hash, name); /* as its pods and its status call it */
        if (hash || str_is(revision->name, name))
            return &world->revision_objects[i];
    }
    return NULL;
}

static int diff_revisions(const struct options *options, const struct rollout_world *world, struct text *out,
                          void *context, struct rollout_error *reterr)
{
    struct names *names = context;
    const struct rollout_tree *old_tree = revision_named(world, names->old_name);
    const struct rollout_tree *new_tree = revision_named(world, names->new_name);
    if (!old_tree || !new_tree)
        return STATUS_YES;
    names->found++;
    struct rollout_tree ignored;
    if (answer_template(old_tree->nodes, names->old_name, &ignored, reterr) != ROLLOUT_OK ||
        answer_template(new_tree->nodes, names->new_name, &ignored, reterr) != ROLLOUT_OK)
        return FAULT;
    if (kind_of(world->workload).native)
        return diff_native(options, world->kind, out);
    return diff_trees(options, old_tree, new_tree, answer_workload_flags(world->workload), out, reterr);
}

/* --feature-gate NAME=true|false, through the same reading as a document's gates. */
static int flags_of(const struct options *options, uint32_t *ret_flags)
{
    struct text text = { 0 };
    text_adds(&text, "{");
    for (int i = 0; i < options->gate_count; i++) {
        const char *equals = strchr(options->gates[i], '=');
        if (!equals || (strcmp(equals + 1, "true") != 0 && strcmp(equals + 1, "false") != 0)) {
            complain("rollout diff: --feature-gate is NAME=true or NAME=false, not %s", options->gates[i]);
            text_free(&text);
            return STATUS_BAD;
        }
        text_adds(&text, i ? "," : "");
        text_add_quoted(&text, (struct rollout_str){ options->gates[i], (size_t)(equals - options->gates[i]) });
        text_addf(&text, ":%s", equals + 1);
    }
    text_adds(&text, "}");
    struct rollout_json *json = NULL;
    struct rollout_error error = { .struct_size = sizeof error };
    int rc = text.failed ? answer_nomem(&error) : rollout_json_parse(text.data, text.len, &json, &error);
    if (rc == ROLLOUT_OK)
        rc = answer_diff_flags(rollout_json_tree(json)->nodes, ret_flags, &error);
    if (rc != ROLLOUT_OK) {
        size_t skip = strncmp(error.message, "featureGates.", 13) == 0 ? 13 : 0;
        complain("rollout diff: --feature-gate %s", error.message + skip);
    }
    rollout_json_free(json);
    text_free(&text);
    return rc == ROLLOUT_OK ? STATUS_YES : STATUS_BAD;
}

/* The first document of each of two files. */
static int diff_files(const struct options *options)
{
    struct input inputs[2];
    const struct rollout_tree *trees[2] = { NULL, NULL };
    struct text out = { 0 };
    uint32_t flags = 0;
    int status = flags_of(options, &flags);
    for (int i = 0; i < 2; i++) {
        struct rollout_error error;
        input_open(&inputs[i], &options->arguments[i], 1);
        int found = input_next(&inputs[i], &trees[i], &error);
        if (found == INPUT_BROKEN)
            status = report(options, &inputs[i], &error, &out);
        if (found == INPUT_END) {
            complain("rollout diff: %s holds no document", options->arguments[i]);
            status = STATUS_BAD;
        }
    }
    struct rollout_tree templates[2];
    for (int i = 0; i < 2; i++) {
        struct rollout_error error = { .struct_size = sizeof error };
        if (trees[i] && answer_template(trees[i]->nodes, "", &templates[i], &error) != ROLLOUT_OK)
            status = report(options, &inputs[i], &error, &out);
    }
    struct rollout_str native = { NULL, 0 };
    for (int i = 0; i < 2 && status == STATUS_YES; i++)
        native = native.data ? native : native_kind(trees[i]);
    if (native.data) {
        status = diff_native(options, native, &out);
    } else if (status == STATUS_YES) {
        struct rollout_error error = { .struct_size = sizeof error };
        status = diff_trees(options, &templates[0], &templates[1], flags, &out, &error);
        if (status == FAULT)
            status = report(options, &inputs[0], &error, &out);
    }
    if (!flush_text(&out))
        status = STATUS_BAD;
    text_free(&out);
    input_close(&inputs[0]);
    input_close(&inputs[1]);
    return finish(status);
}

int command_diff(const struct options *options)
{
    if (options->gate_count && (options->file_count || options->argument_count != 2)) {
        complain("rollout: diff: --feature-gate goes with two files; other documents have their featureGates");
        return STATUS_BAD;
    }
    if (options->argument_count == 1 && !options->file_count && strcmp(options->arguments[0], "-") == 0)
        return each_document(options, 0, diff_line, NULL, NULL);
    if (options->argument_count != 2) {
        complain("rollout diff: two files, or two revisions and -f, or \"-\"; see rollout diff --help");
        return STATUS_BAD;
    }
    if (!options->file_count)
        return diff_files(options);
    struct names names = { options->arguments[0], options->arguments[1], 0 };
    int status = each_document(options, 2, NULL, diff_revisions, &names);
    if (status != STATUS_BAD && !names.found) {
        complain("rollout diff: no workload has both revisions %s and %s", names.old_name, names.new_name);
        return STATUS_BAD;
    }
    return status;
}

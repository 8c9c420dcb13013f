/* SPDX-License-Identifier: Apache-2.0 */
#include "inputs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "edit.h"
#include "show.h"
#include "span.h"

const char *setting_of(const struct options *options, const char *name)
{
    const char *value = NULL;
    for (int i = 0; i < options->setting_count; i++)
        if (strcmp(options->settings[i].name, name) == 0)
            value = options->settings[i].value ? options->settings[i].value : "";
    return value;
}

bool setting_number(const struct options *options, const char *name, uint64_t least, uint64_t most, uint64_t *ret)
{
    const char *value = setting_of(options, name);
    uint64_t number;
    if (!value)
        return true;
    if (!count_read(str_of(value), most, &number) || number < least) {
        complain("rollout %s: --%s is a number from %" PRIu64 " to %" PRIu64 ", not %s", options->name, name, least,
                 most, value);
        return false;
    }
    *ret = number;
    return true;
}

void name_assertion(struct rollout_error *error)
{
    const char *rest = strchr(error->message, ']');
    if (strncmp(error->message, "assertions[", 11) != 0 || !rest)
        return;
    struct text message = { 0 };
    text_addf(&message, "--assert%s", rest + 1);
    if (!message.failed)
        snprintf(error->message, sizeof error->message, "%s", message.data);
    text_free(&message);
}

bool from_to_read(const struct options *options, struct from_to *ret)
{
    *ret = (struct from_to){ .from = setting_of(options, "from"), .to = setting_of(options, "to") };
    if (!setting_number(options, "nodes", 1, 100000, &ret->nodes) ||
        !setting_number(options, "zones", 1, 100000, &ret->zones))
        return false;
    if (!ret->from != !ret->to)
        complain("rollout %s: --from and --to go together", options->name);
    else if (ret->from && (options->file_count || options->argument_count))
        complain("rollout %s: unexpected argument %s beside --from and --to", options->name,
                 options->file_count ? options->files[0] : options->arguments[0]);
    else if (ret->nodes && !ret->from)
        complain("rollout %s: --nodes goes with --from and --to; a Snapshot has its nodes", options->name);
    else if (ret->zones && !ret->nodes)
        complain("rollout %s: --zones goes with --nodes", options->name);
    else
        return true;
    return false;
}

bool manifest_open(const struct options *options, const char *const *file, struct manifest *ret)
{
    struct rollout_error error = { .struct_size = sizeof error };
    const struct rollout_tree *document = NULL;
    struct text out = { 0 };
    size_t count = 0;
    bool found = false;
    *ret = (struct manifest){ 0 };
    input_open(&ret->input, file, 1);
    int what = input_next(&ret->input, &document, &error);
    if (what == INPUT_END)
        complain("rollout %s: %s holds no document", options->name, *file);
    else if (what == INPUT_BROKEN || rollout_document_count(document, &count, &error) != ROLLOUT_OK)
        report(options, &ret->input, &error, &out);
    else if (count != 1)
        complain("rollout %s: %s holds %zu workloads, not one", options->name, *file, count);
    else if (rollout_document_decode(document, 0, ret->input.now_ms, &ret->world, &error) != ROLLOUT_OK)
        report(options, &ret->input, &error, &out);
    else
        found = true;
    flush_text(&out);
    text_free(&out);
    if (!found)
        manifest_close(ret);
    return found;
}

void manifest_close(struct manifest *manifest)
{
    rollout_world_free(manifest->world);
    manifest->world = NULL;
    input_close(&manifest->input);
}

static bool one_workload(const struct rollout_world *a, const struct rollout_world *b)
{
    const struct rollout_node *one = node_get(a->workload_object.nodes, "metadata");
    const struct rollout_node *other = node_get(b->workload_object.nodes, "metadata");
    static const char *const keys[] = { "namespace", "name" };
    bool same = str_equal(a->kind, b->kind) && str_equal(a->api_version, b->api_version);
    for (int i = 0; i < 2; i++) {
        const struct rollout_node *x = node_get(one, keys[i]), *y = node_get(other, keys[i]);
        same = same && !x == !y && (!x || str_equal(x->text, y->text));
    }
    return same;
}

/* The release from --from to --to. */
static int play_from_to(const struct options *options, const struct from_to *from_to, const struct manifest *from,
                        const struct manifest *to, workload_function function, void *context)
{
    struct rollout_error error = { .struct_size = sizeof error };
    struct start start = { 0 };
    struct text out = { 0 };
    int status = STATUS_BAD;
    const struct world_parts parts = { .nodes = from_to->nodes, .zones = from_to->zones };
    if (!one_workload(from->world, to->world)) {
        complain("rollout %s: --from and --to are not of one workload: kind, apiVersion, namespace and name",
                 options->name);
    } else if (from->world->workload->broadcastjob) {
        complain("rollout %s: a BroadcastJob is not brought from one spec to another: it is played as it stands, with --change",
                 options->name);
    } else if (from->world->workload->daemonset && !from_to->nodes) {
        complain("rollout %s: a DaemonSet needs --nodes", options->name);
    } else {
        status = FAULT;
        if (start_make(from->world->workload_object.nodes, to->world->workload_object.nodes, &parts, &start, &error) ==
            ROLLOUT_OK)
            status = function(options, &start.world, &out, context, &error);
        if (status == FAULT)
            status = report(options, &to->input, &error, &out);
        if (!flush_text(&out))
            status = STATUS_BAD;
    }
    start_free(&start);
    text_free(&out);
    return status;
}

struct noting {
    workload_function function;
    void *context;
    const struct rollout_node **gates;
};

/* Every document has its own gates. */
static int note_gates(const struct options *options, const struct rollout_tree *document, struct text *out,
                      void *context, struct rollout_error *reterr)
{
    const struct noting *noting = context;
    const struct rollout_node *recorded = node_get(document->nodes, "snapshot");
    (void)options, (void)out, (void)reterr;
    *noting->gates = node_get(recorded ? recorded : document->nodes, "featureGates");
    return NOT_TAKEN;
}

static int pass_on(const struct options *options, const struct rollout_world *world, struct text *out, void *context,
                   struct rollout_error *reterr)
{
    const struct noting *noting = context;
    return noting->function(options, world, out, noting->context, reterr);
}

int each_start(const struct options *options, const struct from_to *from_to, workload_function function, void *context,
               const struct rollout_node **gates)
{
    struct noting noting = { function, context, gates };
    struct manifest from, to;
    *gates = NULL;
    if (!from_to->from)
        return each_document(options, 0, note_gates, pass_on, &noting);
    if (!manifest_open(options, &from_to->from, &from))
        return STATUS_BAD;
    int status = STATUS_BAD;
    if (manifest_open(options, &from_to->to, &to)) {
        status = play_from_to(options, from_to, &from, &to, function, context);
        manifest_close(&to);
    }
    manifest_close(&from);
    return finish(status);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "changes.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "edit.h"
#include "inputs.h"
#include "show.h"
#include "span.h"

bool change_read(const char *text, bool timed, int64_t *ret_at_ms, const char **ret_what, bool *ret_file)
{
    size_t at = timed ? strcspn(text, " =") : 0;
    *ret_at_ms = 0;
    *ret_what = text;
    if (timed) {
        struct rollout_str time = { text, at };
        if (!text[at] || !text[at + 1])
            return false;
        if (str_is(time, "done"))
            *ret_at_ms = -1;
        else if (!span_read(time, ret_at_ms))
            return false;
        *ret_what = text + at + 1;
        *ret_file = text[at] == '=';
        return *ret_file || strchr(*ret_what, '=') != NULL;
    }
    *ret_file = !strchr(text, '=');
    return *text != '\0';
}

/* The manifest of a file as what the workload is changed to: with the identity and the status of the one that is there. */
static bool adopt_file(const struct options *options, const char *file, const struct rollout_world *world,
                       struct text *out, struct rollout_error *reterr)
{
    struct manifest manifest = { 0 };
    const struct rollout_node *old = world->workload_object.nodes;
    struct text first = { 0 }, status = { 0 };
    struct rollout_json *json = NULL;
    bool done = false;
    if (!manifest_open(options, &file, &manifest))
        return edit_refuse(reterr, "--change: %s cannot be used", file);
    if (!str_equal(manifest.world->kind, world->kind) || !str_equal(manifest.world->api_version, world->api_version)) {
        edit_refuse(reterr, "--change: %s: is a %.*s of %.*s, and what it changes is a %.*s of %.*s", file,
                    (int)manifest.world->kind.len, manifest.world->kind.data, (int)manifest.world->api_version.len,
                    manifest.world->api_version.data, (int)world->kind.len, world->kind.data,
                    (int)world->api_version.len, world->api_version.data);
    } else {
        const struct rollout_node *metadata = node_get(old, "metadata"), *old_status = node_get(old, "status");
        text_add_node(&first, metadata);
        done = edit_tree(manifest.world->workload_object.nodes, str_of("metadata"),
                         &(const struct rollout_str){ first.data, first.len }, &status, reterr) &&
               rollout_json_parse(status.data, status.len, &json, reterr) == ROLLOUT_OK;
        text_clear(&first);
        if (done && old_status)
            text_add_node(&first, old_status);
        done = done && edit_tree(rollout_json_tree(json)->nodes, str_of("status"),
                                 old_status ? &(const struct rollout_str){ first.data, first.len } : NULL, out, reterr);
    }
    rollout_json_free(json);
    text_free(&first);
    text_free(&status);
    manifest_close(&manifest);
    return done;
}

/* Change `what` upon `before`, whose revisions are those of the first world. */
static int make_change(const struct options *options, const char *what, bool file, const struct rollout_world *first,
                       const struct rollout_world *before, const struct rollout_node *gates, struct made_world *ret,
                       struct rollout_error *reterr)
{
    struct text text = { 0 };
    int rc = ROLLOUT_ERR_INVALID;
    bool done = file ? adopt_file(options, what, before, &text, reterr)
                     : edit_fields(before->workload_object.nodes, str_of(what), &text, reterr);
    if (done && text.failed)
        done = edit_refuse(reterr, "out of memory");
    if (done) {
        struct world_parts parts = { .now_ms = first->snapshot->now_ms,
                                     .gates = gates,
                                     .workload = { text.data, text.len },
                                     .revisions = first->revision_objects,
                                     .revision_count = first->revision_object_count };
        if (first->snapshot->current_revision && !first->workload->daemonset)
            parts.current = world_revision(first, first->snapshot->current_revision - 1)->name;
        rc = made_world_decode(&parts, ret, reterr);
    }
    text_free(&text);
    return rc;
}

int changes_make(const struct options *options, bool timed, const struct rollout_world *world,
                 const struct rollout_node *gates, struct changes *ret, struct rollout_error *reterr)
{
    size_t room = (size_t)options->setting_count + 1;
    ret->items = calloc(room, sizeof *ret->items);
    ret->made = calloc(room, sizeof *ret->made);
    ret->texts = calloc(room, sizeof *ret->texts);
    if (!ret->items || !ret->made || !ret->texts) {
        edit_refuse(reterr, "out of memory");
        return ROLLOUT_ERR_NOMEM;
    }
    const struct rollout_world *before = world;
    for (int i = 0; i < options->setting_count; i++) {
        const char *what;
        bool file;
        int64_t at_ms;
        if (strcmp(options->settings[i].name, "change") != 0 ||
            !change_read(options->settings[i].value, timed, &at_ms, &what, &file))
            continue;            /* a wrong one was refused before */
        size_t n = ret->count++; /* so that it is freed, whatever comes */
        int rc = make_change(options, what, file, world, before, gates, &ret->made[n], reterr);
        if (rc != ROLLOUT_OK)
            return rc;
        before = ret->made[n].world;
        ret->items[n] = (struct rollout_change){ .at_ms = at_ms, .world = before };
        ret->texts[n] = what;
    }
    return ROLLOUT_OK;
}

void changes_free(struct changes *changes)
{
    for (size_t i = 0; i < changes->count; i++)
        made_world_free(&changes->made[i]);
    free(changes->items);
    free(changes->made);
    free(changes->texts);
    *changes = (struct changes){ 0 };
}

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
                       struct manifest *manifest, struct edited *ret, struct rollout_error *reterr)
{
    const struct rollout_node *old = world->workload_object.nodes;
    if (!manifest_open(options, &file, manifest))
        return edit_refuse(reterr, "--change: %s cannot be used", file);
    const struct rollout_world *other = manifest->world;
    if (!str_equal(other->kind, world->kind) || !str_equal(other->api_version, world->api_version))
        return edit_refuse(reterr, "--change: %s: is a %.*s of %.*s, and what it changes is a %.*s of %.*s", file,
                           (int)other->kind.len, other->kind.data, (int)other->api_version.len, other->api_version.data,
                           (int)world->kind.len, world->kind.data, (int)world->api_version.len,
                           world->api_version.data);
    ret->root = other->workload_object.nodes;
    return edit_put(ret, "metadata", node_get(old, "metadata"), reterr) &&
           edit_put(ret, "status", node_get(old, "status"), reterr);
}

/* Change `what` upon `before`, whose revisions are those of the first world. */
static int make_change(const struct options *options, const char *what, bool file, const struct rollout_world *first,
                       const struct rollout_world *before, const struct rollout_node *gates, struct made_world *ret,
                       struct rollout_error *reterr)
{
    struct edited workload = { .root = before->workload_object.nodes };
    struct manifest manifest = { .input = { .fd = -1 } };
    bool done = file ? adopt_file(options, what, before, &manifest, &workload, reterr)
                     : edit_fields(&workload, str_of(what), reterr);
    int rc = done ? ROLLOUT_OK : reterr->code;
    if (done) {
        struct world_parts parts = { .now_ms = first->snapshot->now_ms,
                                     .gates = gates,
                                     .workload = workload.root,
                                     .revisions = first->revision_objects,
                                     .revision_count = first->revision_object_count };
        if (first->snapshot->current_revision && !first->workload->daemonset)
            parts.current = world_revision(first, first->snapshot->current_revision - 1)->name;
        rc = made_world_decode(&parts, ret, reterr);
    }
    edited_free(&workload);
    manifest_close(&manifest);
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
        edit_nomem(reterr);
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

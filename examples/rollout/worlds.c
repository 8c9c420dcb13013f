/* SPDX-License-Identifier: Apache-2.0 */
#include "worlds.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "edit.h"
#include "show.h"
#include "span.h"

/* ---- made of text ---- */

static void add_nodes(struct text *out, size_t nodes, size_t zones)
{
    text_adds(out, ",\"nodes\":[");
    for (size_t i = 1; i <= nodes; i++) {
        text_addf(out, "%s{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"node-%zu\",\"labels\":{",
                  i > 1 ? "," : "", i);
        text_addf(out, "\"kubernetes.io/hostname\":\"node-%zu\"", i);
        if (zones)
            text_addf(out, ",\"topology.kubernetes.io/zone\":\"zone-%zu\"", (i - 1) % zones + 1);
        text_adds(out, "}},\"spec\":{}}");
    }
    text_adds(out, "]");
}

static void add_snapshot(struct text *out, const struct world_parts *parts)
{
    text_adds(out, "{\"kind\":\"Snapshot\",\"now\":\"");
    show_time(out, parts->now_ms);
    text_adds(out, "\",\"workload\":");
    text_add_node(out, parts->workload);
    if (parts->gates) {
        text_adds(out, ",\"featureGates\":");
        text_add_node(out, parts->gates);
    }
    if (parts->current.len) {
        text_adds(out, ",\"currentRevision\":");
        text_add_quoted(out, parts->current);
    }
    text_adds(out, ",\"revisions\":[");
    for (size_t i = 0, any = 0; i < parts->revision_count; i++) {
        if (parts->revisions[i].count == 0)
            continue;
        text_adds(out, any++ ? "," : "");
        text_add_tree(out, &parts->revisions[i]);
    }
    text_adds(out, "]");
    if (parts->nodes)
        add_nodes(out, parts->nodes, parts->zones);
    text_adds(out, "}");
}

int made_world_decode(const struct world_parts *parts, struct made_world *ret, struct rollout_error *reterr)
{
    struct text text = { 0 };
    add_snapshot(&text, parts);
    int rc = ROLLOUT_ERR_NOMEM;
    if (text.failed)
        edit_nomem(reterr);
    else
        rc = rollout_json_parse(text.data, text.len, &ret->json, reterr);
    if (rc == ROLLOUT_OK)
        rc = rollout_document_decode(rollout_json_tree(ret->json), 0, parts->now_ms, &ret->world, reterr);
    text_free(&text);
    return rc;
}

void made_world_free(struct made_world *made)
{
    rollout_world_free(made->world);
    rollout_json_free(made->json);
    *made = (struct made_world){ 0 };
}

/* ---- from one manifest to another ---- */

#define START_MS INT64_C(1767225600000) /* 2026-01-01: the wall clock would give other bytes every time */

/* The workload as it is first sent to a cluster: with a uid, without what another cluster said of it. */
static bool make_fresh(struct edited *workload, const struct rollout_node *status, struct rollout_error *reterr)
{
    static const struct rollout_str uid = { "\"00000000-0000-4000-8000-000000000001\"", 38 };
    bool has_uid = node_get(node_get(workload->root, "metadata"), "uid") != NULL;
    return (has_uid || edit_set(workload, str_of("metadata.uid"), uid, reterr)) &&
           edit_put(workload, "status", status, reterr);
}

/* Lets all pods of the old world come up, which takes no time. In vain, where so many passes bring none. */
static int bring_up(struct start *start, struct rollout_error *reterr)
{
    enum { IN_VAIN = 1000 };
    const struct rollout_simulation_options options = {
        .struct_size = sizeof options,
        .flags = start->old_world.world->workload->deployment ? ROLLOUT_SIMULATE_OBJECTS : 0, /* it is written down */
    };
    struct rollout_simulation_state state = { .struct_size = sizeof state };
    int64_t most = 0;
    int rc = rollout_simulation_new(start->old_world.world, &options, &start->simulation, reterr);
    for (int passes = 0; rc == ROLLOUT_OK && state.outcome == ROLLOUT_SIMULATION_RUNS && passes < IN_VAIN; passes++) {
        rc = rollout_simulation_step(start->simulation, &state, reterr);
        if (state.available > most) {
            most = state.available;
            passes = 0;
        }
    }
    if (rc == ROLLOUT_OK && state.outcome != ROLLOUT_SIMULATION_DONE) {
        edit_refuse(reterr, "not all pods of the old revision become available: %" PRId64 " of %" PRId64,
                    state.available, state.wanted);
        rc = ROLLOUT_ERR_INVALID;
    }
    return rc;
}

/* A Deployment's ReplicaSets have come up beside their pods: all is written down, and the workload replaced. */
static int ask_deployment(const struct rollout_node *workload, struct start *ret, struct rollout_error *reterr)
{
    struct rollout_world world;
    struct rollout_objects *objects = NULL;
    struct text text = { 0 };
    int rc = rollout_simulation_world(ret->simulation, &world, reterr);
    if (rc == ROLLOUT_OK)
        rc = rollout_snapshot_object(&world, rollout_simulation_snapshot(ret->simulation), &objects, reterr);
    if (rc != ROLLOUT_OK)
        return rc;
    struct edited document = { .root = objects->items[0].nodes };
    const struct rollout_node *metadata = node_get(node_get(document.root, "workload"), "metadata");
    const struct rollout_node *number = node_get(node_get(metadata, "annotations"), "deployment.kubernetes.io/revision");
    if (!edit_put(&document, "workload", workload, reterr) ||
        (number && !edit_put(&document, "workload.metadata.annotations[\"deployment.kubernetes.io/revision\"]", number,
                             reterr))) /* which no manifest takes away */
        rc = reterr->code;
    if (rc == ROLLOUT_OK)
        text_add_node(&text, document.root);
    if (rc == ROLLOUT_OK && text.failed) {
        edit_nomem(reterr);
        rc = ROLLOUT_ERR_NOMEM;
    }
    if (rc == ROLLOUT_OK)
        rc = rollout_json_parse(text.data, text.len, &ret->new_world.json, reterr);
    if (rc == ROLLOUT_OK)
        rc = rollout_document_decode(rollout_json_tree(ret->new_world.json), 0, 0, &ret->new_world.world, reterr);
    if (rc == ROLLOUT_OK)
        ret->world = *ret->new_world.world;
    text_free(&text);
    edited_free(&document);
    rollout_objects_free(objects);
    return rc;
}

/* The world of the new manifest, with the pods that came up. */
static int ask_for(const struct rollout_node *workload, struct world_parts *parts, struct start *ret,
                   struct rollout_error *reterr)
{
    const struct rollout_world *before = ret->old_world.world;
    const struct rollout_snapshot *after = rollout_simulation_snapshot(ret->simulation);
    uint32_t revision = before->snapshot->update_revision;
    parts->now_ms = after->now_ms;
    parts->workload = workload;
    parts->revisions = before->revision_objects;
    parts->revision_count = before->revision_object_count;
    if (revision && !before->workload->daemonset)
        parts->current = world_revision(before, revision - 1)->name;
    int rc = made_world_decode(parts, &ret->new_world, reterr);
    if (rc != ROLLOUT_OK)
        return rc;
    ret->world = *ret->new_world.world;
    ret->snapshot = *ret->new_world.world->snapshot;
    ret->snapshot.pods = after->pods;
    ret->snapshot.claims = after->claims;
    ret->snapshot.subsets = after->subsets;
    ret->world.snapshot = &ret->snapshot;
    return ROLLOUT_OK;
}

int start_make(const struct rollout_node *old, const struct rollout_node *new_, const struct world_parts *given,
               struct start *ret, struct rollout_error *reterr)
{
    struct world_parts parts = {
        .now_ms = START_MS, .gates = given->gates, .nodes = given->nodes, .zones = given->zones
    };
    struct edited first = { .root = old }, second = { .root = new_ };
    int rc = make_fresh(&first, NULL, reterr) ? ROLLOUT_OK : reterr->code;
    parts.workload = first.root;
    if (rc == ROLLOUT_OK)
        rc = made_world_decode(&parts, &ret->old_world, reterr);
    if (rc == ROLLOUT_OK)
        rc = bring_up(ret, reterr);
    if (rc == ROLLOUT_OK && !make_fresh(&second, rollout_simulation_plan(ret->simulation)->status.nodes, reterr))
        rc = reterr->code;
    if (rc == ROLLOUT_OK)
        rc = ret->old_world.world->workload->deployment ? ask_deployment(second.root, ret, reterr)
                                                        : ask_for(second.root, &parts, ret, reterr);
    edited_free(&first);
    edited_free(&second);
    return rc;
}

void start_free(struct start *start)
{
    rollout_simulation_free(start->simulation);
    made_world_free(&start->new_world);
    made_world_free(&start->old_world);
}

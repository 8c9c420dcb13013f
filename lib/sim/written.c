/* SPDX-License-Identifier: Apache-2.0 */
/* The workload's object as passes and changes of the spec leave it: for those who write a release down. */
#include <stdlib.h>

#include "base/edit.h"
#include "base/error.h"
#include "base/tree.h"
#include "sim/simulation.h"

static struct rollout_str put(char **at, struct rollout_str text)
{
    if (!text.data)
        return text;
    struct rollout_str copy = { *at, text.len };
    if (text.len > 0)
        memcpy(*at, text.data, text.len);
    *at += text.len;
    return copy;
}

/* A copy in one block, so that what it was made of can go. */
static int keep(struct rollout_simulation *s, const struct rollout_tree *tree)
{
    struct ro_layout layout = { 0, false };
    size_t bytes = 0;
    for (size_t i = 0; i < tree->count; i++)
        bytes += tree->nodes[i].key.len + tree->nodes[i].text.len;
    size_t nodes_at = ro_layout_add(&layout, tree->count, sizeof *tree->nodes);
    size_t bytes_at = ro_layout_add(&layout, bytes + 1, 1);
    char *block = ro_layout_alloc(&layout);
    if (!block)
        return ro_error_nomem(s->cluster.reterr);
    struct rollout_node *nodes = (struct rollout_node *)(void *)(block + nodes_at);
    char *at = block + bytes_at;
    for (size_t i = 0; i < tree->count; i++) {
        nodes[i] = tree->nodes[i];
        nodes[i].key = put(&at, tree->nodes[i].key);
        nodes[i].text = put(&at, tree->nodes[i].text);
    }
    free(s->object_block);
    s->object_block = block;
    s->object = (struct rollout_tree){ nodes, tree->count };
    return ROLLOUT_OK;
}

int ro_written_begin(struct rollout_simulation *s)
{
    if (!(s->options.flags & ROLLOUT_SIMULATE_OBJECTS))
        return ROLLOUT_OK;
    if (s->world->workload_object.count == 0)
        return ro_error(s->cluster.reterr, ROLLOUT_ERR_INVALID, "flags",
                        "flags: objects are to be kept, but the world has none");
    return keep(s, &s->world->workload_object);
}

int ro_written_pass(struct rollout_simulation *s)
{
    struct rollout_objects *objects;
    struct rollout_world world;
    if (!s->object_block)
        return ROLLOUT_OK;
    ro_written_world(s, &world);
    int r = rollout_apply_status(&world, s->plan, &objects, s->cluster.reterr);
    if (r != ROLLOUT_OK)
        return r;
    r = keep(s, &objects->items[0]);
    rollout_objects_free(objects);
    return r;
}

/* Everything of the new object, but what has been reached so far. */
int ro_written_change(struct rollout_simulation *s, const struct rollout_world *to)
{
    struct ro_arena arena = { NULL, false };
    if (!s->object_block)
        return ROLLOUT_OK;
    if (to->workload_object.count == 0)
        return ro_error(s->cluster.reterr, ROLLOUT_ERR_INVALID, "changes", "changes: a world without objects");
    struct ro_edit *object = ro_edit_copy(&arena, to->workload_object.nodes);
    const struct rollout_node *status = ro_get(s->object.nodes, "status");
    ro_edit_remove(object, RO_STR("status"));
    if (status)
        ro_edit_set(object, RO_STR("status"), ro_edit_copy(&arena, status));
    struct rollout_tree flat = ro_edit_flatten(&arena, object);
    int r = arena.failed ? ro_error_nomem(s->cluster.reterr) : keep(s, &flat);
    ro_arena_free(&arena);
    return r;
}

void ro_written_world(const struct rollout_simulation *s, struct rollout_world *ret)
{
    const struct ro_cluster *c = &s->cluster;
    *ret = *c->source;
    ret->struct_size = sizeof *ret;
    ret->workload = &c->workload;
    ret->snapshot = &c->snapshot;
    if (s->object_block)
        ret->workload_object = s->object;
    ret->revision_objects = c->revision_objects;
    ret->revision_object_count = c->revision_count;
    ret->pod_objects = ret->claim_objects = ret->subset_objects = NULL;
    ret->pod_object_count = ret->claim_object_count = ret->subset_object_count = 0;
}

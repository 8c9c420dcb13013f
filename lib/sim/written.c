/* SPDX-License-Identifier: Apache-2.0 */
/* The workload's object as passes and changes of the spec leave it: for those who write a release down. */
#include <stdlib.h>

#include "base/edit.h"
#include "base/error.h"
#include "base/tree.h"
#include "base/tree_block.h"
#include "sim/simulation.h"

/* The hashes of a SidecarSet's containers, which admission writes. */
static void write_hashes(struct ro_arena *arena, const struct ro_cluster *c, struct ro_edit *object)
{
    if (!c->workload.sidecarset)
        return;
    struct ro_edit *metadata = ro_edit_need_object(arena, object, "metadata");
    struct ro_edit *annotations = ro_edit_need_object(arena, metadata, "annotations");
    ro_edit_set_text(arena, annotations, RO_STR("kruise.io/sidecarset-hash"), c->specs.sidecarset.hash);
    ro_edit_set_text(arena, annotations, RO_STR("kruise.io/sidecarset-hash-without-image"),
                     c->specs.sidecarset.hash_without_image);
}

/* A copy, so that what it was made of can go. */
static int keep(struct rollout_simulation *s, const struct rollout_tree *tree)
{
    struct rollout_tree copy;
    void *block;
    char *rest;
    if (!ro_tree_block(tree, 0, &block, &copy, &rest))
        return ro_error_nomem(s->cluster.reterr);
    free(s->object_block);
    s->object_block = block;
    s->object = copy;
    return ROLLOUT_OK;
}

int ro_written_begin(struct rollout_simulation *s)
{
    if (!(s->options.flags & ROLLOUT_SIMULATE_OBJECTS))
        return ROLLOUT_OK;
    if (s->world->workload_object.count == 0)
        return ro_error(s->cluster.reterr, ROLLOUT_ERR_INVALID, "flags",
                        "flags: objects are to be kept, but the world has none");
    if (!s->cluster.workload.sidecarset)
        return keep(s, &s->world->workload_object);
    struct ro_arena arena = { NULL, false };
    struct ro_edit *object = ro_edit_copy(&arena, s->world->workload_object.nodes);
    write_hashes(&arena, &s->cluster, object);
    struct rollout_tree flat = ro_edit_flatten(&arena, object);
    int r = arena.failed ? ro_error_nomem(s->cluster.reterr) : keep(s, &flat);
    ro_arena_free(&arena);
    return r;
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

/* What the model knows of a Deployment's metadata. */
static void tell_deployment(const struct ro_cluster *c, struct ro_arena *arena, struct ro_edit *object)
{
    const struct rollout_deployment *spec = c->workload.deployment;
    struct ro_edit *metadata = ro_edit_need_object(arena, object, "metadata");
    ro_edit_remove(metadata, RO_STR("annotations"));
    for (uint32_t i = 0; i < spec->annotations.count; i++)
        ro_edit_set_text(arena, ro_edit_need_object(arena, metadata, "annotations"),
                         *ro_label_key(&spec->annotations, i), *ro_label_value(&spec->annotations, i));
    if (spec->generation)
        ro_edit_set(metadata, RO_STR("generation"), ro_edit_integer(arena, spec->generation));
}

/* An action on the workload itself. */
int ro_written_action(struct rollout_simulation *s, size_t action)
{
    const struct rollout_action *a = &s->plan->actions[action];
    struct rollout_objects *objects = NULL;
    struct rollout_world world;
    struct ro_arena arena = { NULL, false };
    int r = ROLLOUT_OK;
    if (!s->object_block || !s->cluster.workload.deployment ||
        (a->op != ROLLOUT_OP_SET_TEMPLATE && a->subject_kind != ROLLOUT_SUBJECT_WORKLOAD))
        return ROLLOUT_OK;
    ro_written_world(s, &world);
    if (a->op == ROLLOUT_OP_SET_TEMPLATE)
        r = rollout_apply_to(&world, s->plan, action, &s->object, &objects, s->cluster.reterr);
    if (r != ROLLOUT_OK)
        return r;
    struct ro_edit *object = ro_edit_copy(&arena, objects ? objects->items[0].nodes : s->object.nodes);
    tell_deployment(&s->cluster, &arena, object);
    struct rollout_tree flat = ro_edit_flatten(&arena, object);
    r = arena.failed ? ro_error_nomem(s->cluster.reterr) : keep(s, &flat);
    rollout_objects_free(objects);
    ro_arena_free(&arena);
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
    if (s->cluster.workload.deployment)
        tell_deployment(&s->cluster, &arena, object);
    write_hashes(&arena, &s->cluster, object);
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
    if (c->workload.deployment) { /* whose revisions are its ReplicaSets' templates */
        ret->replica_set_objects = c->sets.objects;
        ret->replica_set_object_count = c->sets.count;
        ret->revision_object_count = 0;
    }
    ret->pod_objects = ret->claim_objects = ret->subset_objects = NULL;
    ret->pod_object_count = ret->claim_object_count = ret->subset_object_count = 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/grouping.h"

#include <stdlib.h>

#include "objects/claim.h"
#include "objects/pod.h"
#include "objects/sidecarset.h"
#include "objects/workload.h"

static const char *const snapshot_arrays[RO_MEMBER_KINDS] = { "pods", "revisions", "claims", "subsets" };

/* ---- shapes ---- */

static bool ends_in_list(struct rollout_str kind)
{
    return kind.len >= 4 && memcmp(kind.data + kind.len - 4, "List", 4) == 0;
}

/* Tells a Snapshot (maybe inside a recorded decision), a List and a workload apart. */
static void find_shape(struct ro_decoder *d, struct rollout_grouping *g)
{
    struct ro_at root = ro_at_root(g->root);
    if (g->root->kind != ROLLOUT_NODE_OBJECT) {
        ro_refuse(d, &root, "is not an object");
        return;
    }
    struct ro_at body = root;
    if (ro_get(g->root, "snapshot"))
        body = ro_at_object(d, &root, "snapshot");
    struct ro_at kind = ro_at_member(&body, "kind");
    struct rollout_str text = ro_read_text(d, &body, "kind");
    if (d->code != ROLLOUT_OK)
        return;
    if (!kind.node) {
        ro_refuse(d, &kind, "missing");
    } else if (ro_str_eq(text, RO_STR("Snapshot"))) {
        g->body = body.node;
    } else if (body.node == g->root && ends_in_list(text)) {
        g->list = true;
        g->items = ro_at_array(d, &root, "items").node;
    } else if (body.node != g->root || !ro_is_workload(text)) {
        ro_refuse(d, &kind, "is not supported");
    }
}

struct rollout_str ro_item_kind(const struct rollout_grouping *g, const struct rollout_node *item)
{
    struct rollout_str kind = ro_text(ro_get(item, "kind")), list = ro_text(ro_get(g->root, "kind"));
    if (!kind.data && list.len > 4)
        kind = (struct rollout_str){ list.data, list.len - 4 };
    return kind;
}

static size_t count_workloads(const struct rollout_grouping *g)
{
    size_t count = 0;
    if (!g->list)
        return 1;
    if (g->items)
        for (const struct rollout_node *c = ro_first(g->items); c != ro_end(g->items); c = ro_next(c))
            count += ro_is_workload(ro_item_kind(g, c));
    return count;
}

void ro_grouping_places(struct ro_decoder *d, const struct rollout_grouping *g, const struct ro_group *group,
                        struct ro_places *ret)
{
    ret->root = ro_at_root(g->root);
    ret->body = g->body && g->body != g->root ? ro_at_object(d, &ret->root, "snapshot") : ret->root;
    for (size_t k = 0; k < RO_MEMBER_KINDS; k++)
        ret->arrays[k] = g->body ? ro_at_array(d, &ret->body, snapshot_arrays[k]) : ro_at_array(d, &ret->root, "items");
    ret->workload = (struct ro_at){ .node = NULL };
    if (group && g->list)
        ret->workload = ro_at_element(d, &ret->arrays[0], group->workload.node, group->workload.index);
    else if (group)
        ret->workload = g->body ? ro_at_object(d, &ret->body, "workload") : ret->root;
}

/* ---- what all workloads share ---- */

static void decode_node(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object, void *ret)
{
    ro_node_decode(d, arena, object, ret);
}

static void decode_storage_class(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object, void *ret)
{
    (void)arena;
    ro_storage_class_decode(d, object, ret);
}

static void decode_namespace(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object, void *ret)
{
    (void)arena;
    ro_namespace_decode(d, object, ret);
}

typedef void decode_shared(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object, void *ret);

/* Objects of one kind: a Snapshot's array, or those among a List's items. Returns their facts, of `size` bytes each. */
static void *read_shared(struct ro_decoder *d, struct rollout_grouping *g, const char *key, struct rollout_str kind,
                         size_t size, decode_shared *decode, size_t *ret_count)
{
    struct ro_places places;
    size_t index = 0, count = 0;
    ro_grouping_places(d, g, NULL, &places);
    struct ro_at array = g->list ? places.arrays[0] : ro_at_array(d, &places.body, key);
    if (!array.node)
        return NULL;
    for (const struct rollout_node *c = ro_first(array.node); c != ro_end(array.node); c = ro_next(c))
        count += !g->list || ro_str_eq(ro_item_kind(g, c), kind);
    char *items = count ? ro_arena_alloc(&g->arena, count, size) : NULL;
    if (!items)
        return NULL;
    for (const struct rollout_node *c = ro_first(array.node); c != ro_end(array.node); c = ro_next(c), index++) {
        if (g->list && !ro_str_eq(ro_item_kind(g, c), kind))
            continue;
        struct ro_at at = ro_at_item(d, &array, c, index);
        decode(d, &g->arena, &at, items + (*ret_count)++ * size);
    }
    return items;
}

static void read_all_shared(struct ro_decoder *d, struct rollout_grouping *g)
{
    struct rollout_nodes *nodes = &g->nodes;
    struct rollout_storage_classes *classes = &g->storage_classes;
    nodes->stride = sizeof(*nodes->items);
    struct rollout_namespaces *namespaces = &g->namespaces;
    classes->stride = sizeof(*classes->items);
    namespaces->stride = sizeof(*namespaces->items);
    if (!g->list && !g->body)
        return;
    nodes->items = read_shared(d, g, "nodes", RO_STR("Node"), nodes->stride, decode_node, &nodes->count);
    classes->items = read_shared(d, g, "storageClasses", RO_STR("StorageClass"), classes->stride, decode_storage_class,
                                 &classes->count);
    namespaces->items =
        read_shared(d, g, "namespaces", RO_STR("Namespace"), namespaces->stride, decode_namespace, &namespaces->count);
}

/* ---- one workload ---- */

static void group_snapshot(struct ro_decoder *d, struct rollout_grouping *g)
{
    struct ro_group *group = &g->groups[0];
    struct ro_places places;
    ro_grouping_places(d, g, group, &places);
    group->workload.node = places.workload.node;
    if (!places.workload.node) {
        ro_refuse(d, &places.workload, "missing");
        return;
    }
    group->kind = ro_read_text(d, &places.workload, "kind");
    group->api_version = ro_read_text(d, &places.workload, "apiVersion");
    for (size_t k = 0; g->body && k < RO_MEMBER_KINDS; k++) {
        const struct rollout_node *array = places.arrays[k].node;
        if (!array || !(group->members[k] = ro_arena_alloc(&g->arena, ro_count(array), sizeof(*group->members[k]))))
            continue;
        for (const struct rollout_node *c = ro_first(array); c != ro_end(array); c = ro_next(c)) {
            if (c->kind != ROLLOUT_NODE_OBJECT)
                ro_at_item(d, &places.arrays[k], c, group->count[k]);
            group->members[k][group->count[k]] = (struct ro_member){ c, group->count[k] };
            group->count[k]++;
        }
    }
}

/* ---- public ---- */

int rollout_document_count(const struct rollout_tree *document, size_t *ret_count, struct rollout_error *reterr)
{
    struct ro_decoder d = { .reterr = reterr };
    if (!ret_count)
        return ro_error_null(reterr, "ret_count");
    int r = rollout_tree_check(document, reterr);
    if (r != ROLLOUT_OK)
        return r;
    struct rollout_grouping g = { .root = document->nodes };
    find_shape(&d, &g);
    if (d.code == ROLLOUT_OK)
        *ret_count = count_workloads(&g);
    return d.code;
}

int rollout_document_group(const struct rollout_tree *document, struct rollout_grouping **ret_grouping,
                           struct rollout_error *reterr)
{
    struct ro_decoder d = { .reterr = reterr };
    if (!ret_grouping)
        return ro_error_null(reterr, "ret_grouping");
    int r = rollout_tree_check(document, reterr);
    if (r != ROLLOUT_OK)
        return r;
    struct rollout_grouping *g = calloc(1, sizeof(*g));
    if (!g)
        return ro_error_nomem(reterr);
    g->root = document->nodes;
    find_shape(&d, g);
    if (d.code == ROLLOUT_OK) {
        g->count = count_workloads(g);
        g->groups = ro_arena_alloc(&g->arena, g->count, sizeof(*g->groups));
        if (g->arena.failed)
            d.code = ROLLOUT_ERR_NOMEM;
        else if (!g->list)
            group_snapshot(&d, g);
        else if (g->items)
            ro_group_list(&d, g);
    }
    if (d.code == ROLLOUT_OK)
        read_all_shared(&d, g);
    if (g->arena.failed)
        d.code = ro_error_nomem(reterr);
    if (d.code != ROLLOUT_OK) {
        rollout_grouping_free(g);
        return d.code;
    }
    *ret_grouping = g;
    return ROLLOUT_OK;
}

size_t rollout_grouping_count(const struct rollout_grouping *grouping)
{
    return grouping ? grouping->count : 0;
}

void rollout_grouping_free(struct rollout_grouping *grouping)
{
    if (!grouping)
        return;
    ro_arena_free(&grouping->arena);
    free(grouping);
}

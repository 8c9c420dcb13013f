/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/grouping.h"

#include <stdlib.h>

#include "base/sort.h"
#include "objects/pod.h"

static const char *const snapshot_arrays[RO_MEMBER_KINDS] = { "pods", "revisions", "claims" };

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
    } else if (body.node != g->root || !ro_str_eq(text, RO_STR("CloneSet"))) {
        ro_refuse(d, &kind, "is not supported");
    }
}

/* Kind and apiVersion of an item: a list of one kind ("PodList") may leave them out of its items. */
static struct rollout_str item_kind(const struct rollout_grouping *g, const struct rollout_node *item)
{
    struct rollout_str kind = ro_text(ro_get(item, "kind")), list = ro_text(ro_get(g->root, "kind"));
    if (!kind.data && list.len > 4)
        kind = (struct rollout_str){ list.data, list.len - 4 };
    return kind;
}

static struct rollout_str item_version(const struct rollout_grouping *g, const struct rollout_node *item)
{
    struct rollout_str version = ro_text(ro_get(item, "apiVersion"));
    return version.data ? version : ro_text(ro_get(g->root, "apiVersion"));
}

static bool is_workload(const struct rollout_grouping *g, const struct rollout_node *item)
{
    return ro_str_eq(item_kind(g, item), RO_STR("CloneSet"));
}

/* Whether items of this kind are read at all. */
static bool is_read(struct rollout_str kind)
{
    static const char *const kinds[] = { "CloneSet", "Pod", "ControllerRevision", "PersistentVolumeClaim", "Node" };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (ro_str_eq(kind, (struct rollout_str){ kinds[i], strlen(kinds[i]) }))
            return true;
    return false;
}

/* An item where even null is refused. */
static struct ro_at member_at(struct ro_decoder *d, const struct ro_at *array, const struct rollout_node *node,
                              size_t index)
{
    struct ro_at at = { .node = node, .path = { .up = &array->path, .index = index } };
    if (node->kind != ROLLOUT_NODE_OBJECT)
        ro_refuse(d, &at, "is not an object");
    return at;
}

/* What tells an item's workload must be readable: else it would belong to none, and nobody would see it. */
static void check_item(struct ro_decoder *d, const struct rollout_grouping *g, const struct ro_at *item)
{
    struct ro_at kind = ro_at_member(item, "kind");
    ro_read_text(d, item, "kind");
    if (!kind.node && !item_kind(g, item->node).data)
        ro_refuse(d, &kind, "missing");
    if (!is_read(item_kind(g, item->node)))
        return;
    struct ro_at metadata = ro_at_object(d, item, "metadata");
    ro_check_owners(d, &metadata);
}

static size_t count_workloads(const struct rollout_grouping *g)
{
    size_t count = 0;
    if (!g->list)
        return 1;
    if (g->items)
        for (const struct rollout_node *c = ro_first(g->items); c != ro_end(g->items); c = ro_next(c))
            count += is_workload(g, c);
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

/* ---- nodes, which all workloads share ---- */

static void read_nodes(struct ro_decoder *d, struct rollout_grouping *g)
{
    struct ro_places places;
    size_t index = 0, count = 0;
    bool list = g->list;
    if (!list && !g->body)
        return;
    ro_grouping_places(d, g, NULL, &places);
    struct ro_at array = list ? places.arrays[0] : ro_at_array(d, &places.body, "nodes");
    if (!array.node)
        return;
    for (const struct rollout_node *c = ro_first(array.node); c != ro_end(array.node); c = ro_next(c))
        count += !list || ro_str_eq(item_kind(g, c), RO_STR("Node"));
    struct rollout_node_facts *items = ro_arena_alloc(&g->arena, count ? count : 1, sizeof(*items));
    if (!items)
        return;
    g->nodes = (struct rollout_nodes){ items, 0, sizeof(*items) };
    for (const struct rollout_node *c = ro_first(array.node); c != ro_end(array.node); c = ro_next(c), index++) {
        if (list && !ro_str_eq(item_kind(g, c), RO_STR("Node")))
            continue;
        struct ro_at node = member_at(d, &array, c, index);
        ro_node_decode(d, &node, &items[g->nodes.count++]);
    }
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
            member_at(d, &places.arrays[k], c, group->count[k]);
            group->members[k][group->count[k]] = (struct ro_member){ c, group->count[k] };
            group->count[k]++;
        }
    }
}

/* ---- many ---- */

/* A workload by its uid. */
struct owner {
    struct rollout_str uid;
    struct ro_group *group;
};

static int by_uid(const void *context, uint32_t a, uint32_t b)
{
    const struct owner *owners = context;
    return ro_str_cmp(owners[a].uid, owners[b].uid);
}

/* The workloads' uids, sorted. */
struct owners {
    struct owner *items;
    uint32_t *order;
    uint32_t count;
};

static struct ro_group *owner_of(const struct owners *owners, struct rollout_str uid)
{
    uint32_t low = 0, high = owners->count;
    if (uid.len == 0)
        return NULL;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (ro_str_cmp(owners->items[owners->order[middle]].uid, uid) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    const struct owner *found = low < owners->count ? &owners->items[owners->order[low]] : NULL;
    return found && ro_str_eq(found->uid, uid) ? found->group : NULL;
}

/* Counts a member (fill false), or puts it where the group keeps them. */
static void assign(struct ro_group *group, size_t kind, const struct rollout_node *item, size_t index, bool fill)
{
    if (!group)
        return;
    if (fill)
        group->members[kind][group->count[kind]] = (struct ro_member){ item, index };
    group->count[kind]++;
}

/* Pods and revisions belong to the controller among their owners; claims to every owner, as upstream
 * looks them up. The claim of a pod that took it over is then no longer the workload's. */
static void assign_all(const struct rollout_grouping *g, const struct owners *owners, bool fill)
{
    size_t index = 0;
    for (const struct rollout_node *c = ro_first(g->items); c != ro_end(g->items); c = ro_next(c), index++) {
        struct rollout_str kind = item_kind(g, c);
        if (ro_str_eq(kind, RO_STR("Pod"))) {
            assign(owner_of(owners, ro_controller_uid(c)), RO_MEMBER_PODS, c, index, fill);
        } else if (ro_str_eq(kind, RO_STR("ControllerRevision"))) {
            assign(owner_of(owners, ro_controller_uid(c)), RO_MEMBER_REVISIONS, c, index, fill);
        } else if (ro_str_eq(kind, RO_STR("PersistentVolumeClaim"))) {
            const struct rollout_node *refs = ro_dig(c, "metadata", "ownerReferences", NULL);
            if (!ro_is(refs, ROLLOUT_NODE_ARRAY))
                continue;
            for (const struct rollout_node *r = ro_first(refs); r != ro_end(refs); r = ro_next(r)) {
                struct ro_group *group = owner_of(owners, ro_text(ro_get(r, "uid")));
                size_t mark = index * 2 + fill + 1;
                if (group && group->mark != mark) { /* an owner that stands twice counts once */
                    assign(group, RO_MEMBER_CLAIMS, c, index, fill);
                    group->mark = mark;
                }
            }
        }
    }
}

static void group_list(struct ro_decoder *d, struct rollout_grouping *g)
{
    struct owners owners = { .count = 0 };
    size_t index = 0, count = 0;
    owners.items = ro_arena_alloc(&g->arena, g->count, sizeof(*owners.items));
    owners.order = ro_arena_alloc(&g->arena, g->count * 2, sizeof(*owners.order));
    if (!owners.items || !owners.order)
        return;
    struct ro_at root = ro_at_root(g->root), items = ro_at_array(d, &root, "items");
    for (const struct rollout_node *c = ro_first(g->items); c != ro_end(g->items); c = ro_next(c), index++) {
        struct ro_at at = member_at(d, &items, c, index);
        check_item(d, g, &at);
        if (d->code != ROLLOUT_OK)
            return;
        if (!is_workload(g, c))
            continue;
        struct ro_group *group = &g->groups[count++];
        group->workload = (struct ro_member){ c, index };
        group->kind = item_kind(g, c);
        group->api_version = item_version(g, c);
        owners.order[owners.count] = owners.count;
        owners.items[owners.count++] = (struct owner){ ro_text(ro_dig(c, "metadata", "uid", NULL)), group };
    }
    ro_sort_indices(owners.order, owners.count, owners.order + g->count, by_uid, owners.items);
    assign_all(g, &owners, false);
    for (size_t i = 0; i < g->count; i++) {
        for (size_t k = 0; k < RO_MEMBER_KINDS; k++) {
            struct ro_group *group = &g->groups[i];
            group->members[k] = ro_arena_alloc(&g->arena, group->count[k], sizeof(*group->members[k]));
            group->count[k] = 0;
        }
    }
    if (!g->arena.failed)
        assign_all(g, &owners, true);
}

/* ---- public ---- */

int rollout_document_count(const struct rollout_tree *document, size_t *ret_count, struct rollout_error *reterr)
{
    struct ro_decoder d = { .reterr = reterr };
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
            group_list(&d, g);
    }
    if (d.code == ROLLOUT_OK)
        read_nodes(&d, g);
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
    return grouping->count;
}

void rollout_grouping_free(struct rollout_grouping *grouping)
{
    if (!grouping)
        return;
    ro_arena_free(&grouping->arena);
    free(grouping);
}

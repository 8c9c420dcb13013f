/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/in_place_changes.h"

#include "base/sort.h"
#include "base/tree.h"

struct ro_change *ro_change_of(struct ro_changes *changes, struct rollout_str name)
{
    for (size_t i = 0; i < changes->count; i++)
        if (ro_str_eq(changes->items[i].c.name, name))
            return &changes->items[i];
    return NULL;
}

static struct ro_change *need_change(struct ro_changes *changes, struct rollout_str name)
{
    struct ro_change *change = ro_change_of(changes, name);

    if (!change) {
        change = &changes->items[changes->count++];
        change->c.name = name;
    }
    return change;
}

void ro_changes_from_diff(struct ro_apply *a, const struct rollout_diff *diff, struct ro_changes *changes)
{
    *changes = (struct ro_changes){ .items = ro_arena_alloc(&a->arena, diff->container_count, sizeof *changes->items) };
    for (size_t i = 0; changes->items && i < diff->container_count; i++) {
        const struct rollout_container_change *c = &diff->containers[i];
        struct ro_change *change = need_change(changes, c->name);
        change->c = *c;
        change->image = c->image.data != NULL;
        change->metadata = c->labels.count > 0 || c->annotations.count > 0;
        change->resources = c->limits.count > 0 || c->requests.count > 0;
    }
    if (diff->metadata_patch.count > 0)
        changes->metadata_patch = diff->metadata_patch.nodes;
}

/* The texts of a map; amounts may be numbers. */
static struct rollout_labels pairs_of(struct ro_apply *a, const struct rollout_node *map)
{
    struct rollout_labels labels = { .stride = sizeof(struct rollout_label) };
    struct rollout_label *items = ro_arena_alloc(&a->arena, ro_count(map), sizeof *items);

    if (!items || !ro_is(map, ROLLOUT_NODE_OBJECT))
        return labels;
    for (const struct rollout_node *c = ro_first(map); c != ro_end(map); c = ro_next(c)) {
        struct rollout_str value = c->kind == ROLLOUT_NODE_TEXT ? c->text : RO_STR("");
        if (c->kind == ROLLOUT_NODE_INTEGER || c->kind == ROLLOUT_NODE_REAL)
            value = ro_edit_json(&a->arena, ro_edit_copy(&a->arena, c));
        items[labels.count++] = (struct rollout_label){ c->key, value };
    }
    labels.items = items;
    return labels;
}

void ro_changes_from_maps(struct ro_apply *a, const struct rollout_node *images, const struct rollout_node *metadata,
                          const struct rollout_node *resources, struct ro_changes *changes)
{
    size_t most = (size_t)ro_count(images) + ro_count(metadata) + ro_count(resources);

    *changes = (struct ro_changes){ .items = ro_arena_alloc(&a->arena, most, sizeof *changes->items) };
    if (!changes->items)
        return;
    if (images)
        for (const struct rollout_node *c = ro_first(images); c != ro_end(images); c = ro_next(c)) {
            struct ro_change *change = need_change(changes, c->key);
            change->image = true;
            change->c.image = c->kind == ROLLOUT_NODE_TEXT ? c->text : RO_STR("");
        }
    if (metadata)
        for (const struct rollout_node *c = ro_first(metadata); c != ro_end(metadata); c = ro_next(c)) {
            struct ro_change *change = need_change(changes, c->key);
            change->metadata = true;
            change->c.labels = pairs_of(a, ro_get(c, "labels"));
            change->c.annotations = pairs_of(a, ro_get(c, "annotations"));
        }
    if (resources)
        for (const struct rollout_node *c = ro_first(resources); c != ro_end(resources); c = ro_next(c)) {
            struct ro_change *change = need_change(changes, c->key);
            change->resources = true;
            change->c.limits = pairs_of(a, ro_get(c, "limits"));
            change->c.requests = pairs_of(a, ro_get(c, "requests"));
        }
}

static int by_key(const void *context, uint32_t x, uint32_t y)
{
    struct ro_edit *const *items = context;

    return ro_str_cmp(items[x]->node.key, items[y]->node.key);
}

static int by_text(const void *context, uint32_t x, uint32_t y)
{
    struct ro_edit *const *items = context;

    return ro_str_cmp(items[x]->node.text, items[y]->node.text);
}

void ro_sort_children(struct ro_apply *a, struct ro_edit *e)
{
    uint32_t count = 0, at = 0;

    for (struct ro_edit *c = e ? e->first : NULL; c; c = c->next)
        count++;
    struct ro_edit **items = ro_arena_alloc(&a->arena, count, sizeof(struct ro_edit *));
    uint32_t *order = ro_arena_alloc(&a->arena, count, 2 * sizeof *order);
    if (count < 2 || !items || !order)
        return;
    for (struct ro_edit *c = e->first; c; c = c->next, at++) {
        items[at] = c;
        order[at] = at;
    }
    bool object = e->node.kind == ROLLOUT_NODE_OBJECT;
    ro_sort_indices(order, count, order + count, object ? by_key : by_text, items);
    for (uint32_t i = 0; i < count; i++) {
        struct rollout_str key = items[order[i]]->node.key;
        ro_edit_detach(items[order[i]]);
        if (object)
            ro_edit_set(e, key, items[order[i]]);
        else
            ro_edit_append(e, items[order[i]]);
    }
}

static struct ro_edit *write_pairs(struct ro_apply *a, const struct rollout_labels *pairs)
{
    struct ro_edit *map = ro_edit_object(&a->arena);

    for (uint32_t i = 0; i < pairs->count; i++)
        ro_edit_set_text(&a->arena, map, *ro_label_key(pairs, i), *ro_label_value(pairs, i));
    ro_sort_children(a, map);
    return map;
}

static void set_pairs(struct ro_apply *a, struct ro_edit *object, struct rollout_str key,
                      const struct rollout_labels *pairs)
{
    if (pairs->count > 0)
        ro_edit_set(object, key, write_pairs(a, pairs));
}

struct ro_change_maps ro_changes_write(struct ro_apply *a, const struct ro_changes *changes, bool later)
{
    struct ro_change_maps maps = { ro_edit_object(&a->arena), ro_edit_object(&a->arena), ro_edit_object(&a->arena) };
    bool vertical = a->gates.on[ROLLOUT_GATE_IN_PLACE_WORKLOAD_VERTICAL_SCALING];

    for (size_t i = 0; i < changes->count; i++) {
        const struct ro_change *change = &changes->items[i];
        if (later && change->now)
            continue;
        /* Images and resources of containers that the pod does not have get lost on the way. */
        if (change->image && (!later || change->in_pod))
            ro_edit_set_text(&a->arena, maps.images, change->c.name, change->c.image);
        if (change->metadata) {
            struct ro_edit *m = ro_edit_object(&a->arena);
            ro_edit_set(m, RO_STR("creationTimestamp"), ro_edit_null(&a->arena));
            set_pairs(a, m, RO_STR("labels"), &change->c.labels);
            set_pairs(a, m, RO_STR("annotations"), &change->c.annotations);
            ro_edit_set(maps.metadata, change->c.name, m);
        }
        if (change->resources && (!later || (vertical && change->in_pod))) {
            struct ro_edit *m = ro_edit_object(&a->arena);
            set_pairs(a, m, RO_STR("limits"), &change->c.limits);
            set_pairs(a, m, RO_STR("requests"), &change->c.requests);
            ro_edit_set(maps.resources, change->c.name, m);
        }
    }
    ro_sort_children(a, maps.images);
    ro_sort_children(a, maps.metadata);
    ro_sort_children(a, maps.resources);
    return maps;
}

void ro_set_unless_empty(struct ro_edit *object, struct rollout_str key, struct ro_edit *value)
{
    if (value && value->first)
        ro_edit_set(object, key, value);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_merge.h"

#include "base/json_text.h"
#include "base/sort.h"

static int by_key(const void *context, uint32_t a, uint32_t b)
{
    struct ro_edit *const *members = context;
    return ro_str_cmp(members[a]->node.key, members[b]->node.key);
}

void ro_edit_sort(struct ro_arena *arena, struct ro_edit *object)
{
    size_t n = 0;
    for (struct ro_edit *e = object ? object->first : NULL; e; e = e->next)
        n++;
    struct ro_edit **members = ro_arena_alloc(arena, n, sizeof(struct ro_edit *));
    uint32_t *order = ro_arena_alloc(arena, 2 * n, sizeof(*order));
    if (!object || !members || !order)
        return;
    n = 0;
    for (struct ro_edit *e = object->first; e; e = e->next) {
        order[n] = (uint32_t)n;
        members[n++] = e;
    }
    ro_sort_indices(order, n, order + n, by_key, members);
    object->first = object->last = NULL;
    for (size_t i = 0; i < n; i++) {
        struct ro_edit *e = members[order[i]];
        bool again = i + 1 < n && ro_str_eq(e->node.key, members[order[i + 1]]->node.key);
        if (again) /* of a key that stands twice the last one counts */
            continue;
        e->prev = object->last;
        e->next = NULL;
        if (object->last)
            object->last->next = e;
        else
            object->first = e;
        object->last = e;
    }
}

struct rollout_str ro_json_map(struct ro_arena *arena, struct ro_edit *map)
{
    ro_edit_sort(arena, map);
    return ro_edit_json(arena, map);
}

/* Takes out of what a merge patch adds all that it would delete: members, of objects in arrays too, yet no elements. */
static void prune(struct ro_edit *value)
{
    for (struct ro_edit *e = value->first, *next; e; e = next) {
        next = e->next;
        if (e->node.kind == ROLLOUT_NODE_NULL && value->node.kind == ROLLOUT_NODE_OBJECT)
            ro_edit_detach(e);
        else
            prune(e);
    }
}

static void merge(struct ro_edit *into, struct ro_edit *patch)
{
    for (struct ro_edit *e = patch->first, *next; e; e = next) {
        next = e->next;
        struct rollout_str key = e->node.key;
        struct ro_edit *member = ro_edit_get_str(into, key);
        ro_edit_detach(e);
        if (e->node.kind == ROLLOUT_NODE_NULL) {
            ro_edit_remove(into, key);
        } else if (member && member->node.kind == ROLLOUT_NODE_OBJECT && e->node.kind == ROLLOUT_NODE_OBJECT) {
            merge(member, e);
        } else {
            if (!member || member->node.kind != ROLLOUT_NODE_OBJECT) /* in the place of an object it stays as it is */
                prune(e);
            ro_edit_set(into, key, e);
        }
    }
}

static void sort_all(struct ro_arena *arena, struct ro_edit *value)
{
    if (value->node.kind == ROLLOUT_NODE_OBJECT)
        ro_edit_sort(arena, value);
    for (struct ro_edit *e = value->first; e; e = e->next)
        sort_all(arena, e);
}

struct rollout_str ro_json_merge(struct ro_arena *arena, struct rollout_str document, struct rollout_str patch,
                                 struct rollout_str *ret)
{
    *ret = patch;
    if (document.len == 0)
        return (struct rollout_str){ NULL, 0 };
    struct ro_edit *into = ro_edit_parse(arena, document), *from = ro_edit_parse(arena, patch);
    if (!into || (from && into->node.kind == ROLLOUT_NODE_NULL))
        return RO_STR("Invalid JSON Document");
    if (!from || (from->node.kind != ROLLOUT_NODE_OBJECT && from->node.kind != ROLLOUT_NODE_ARRAY))
        return RO_STR("Invalid JSON Patch");
    if (into->node.kind == ROLLOUT_NODE_OBJECT && from->node.kind == ROLLOUT_NODE_OBJECT) {
        merge(into, from);
    } else {
        prune(from); /* what is no object is replaced */
        into = from;
    }
    sort_all(arena, into);
    *ret = ro_edit_json(arena, into);
    return (struct rollout_str){ NULL, 0 };
}

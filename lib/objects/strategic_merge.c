/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/strategic_merge.h"

#include "base/tree.h"

/* Members of a pod template that are lists of objects, and the key that tells their elements apart. Other lists are
 * replaced as a whole. */
static const struct {
    struct rollout_str list, key;
} keyed[] = {
    { { "containers", 10 }, { "name", 4 } },
    { { "initContainers", 14 }, { "name", 4 } },
    { { "ephemeralContainers", 19 }, { "name", 4 } },
    { { "env", 3 }, { "name", 4 } },
    { { "ports", 5 }, { "containerPort", 13 } },
    { { "volumeMounts", 12 }, { "mountPath", 9 } },
    { { "volumeDevices", 13 }, { "devicePath", 10 } },
    { { "volumes", 7 }, { "name", 4 } },
    { { "imagePullSecrets", 16 }, { "name", 4 } },
    { { "hostAliases", 11 }, { "ip", 2 } },
    { { "topologySpreadConstraints", 25 }, { "topologyKey", 11 } },
    { { "resourceClaims", 14 }, { "name", 4 } },
    { { "ownerReferences", 15 }, { "uid", 3 } },
};

/* The key of a list's elements; absent: it is replaced. */
static struct rollout_str key_of(struct rollout_str list)
{
    for (size_t i = 0; i < sizeof keyed / sizeof *keyed; i++)
        if (ro_str_eq(keyed[i].list, list))
            return keyed[i].key;
    return (struct rollout_str){ NULL, 0 };
}

/* What a member says to the merge, and is none itself. */
static bool is_directive(struct rollout_str key)
{
    return key.len > 0 && key.data[0] == '$';
}

static struct rollout_str directive(const struct rollout_node *object)
{
    return ro_text(ro_get(object, "$patch"));
}

/* Without directives, as a new value stands in the object. */
static struct ro_edit *plain_copy(struct ro_arena *arena, const struct rollout_node *n)
{
    if (n->kind != ROLLOUT_NODE_OBJECT && n->kind != ROLLOUT_NODE_ARRAY)
        return ro_edit_copy(arena, n);
    struct ro_edit *copy = n->kind == ROLLOUT_NODE_OBJECT ? ro_edit_object(arena) : ro_edit_array(arena);
    for (const struct rollout_node *c = ro_first(n); c != ro_end(n); c = ro_next(c)) {
        if (n->kind == ROLLOUT_NODE_ARRAY) {
            if (!ro_str_eq(directive(c), RO_STR("delete")))
                ro_edit_append(copy, plain_copy(arena, c));
        } else if (!is_directive(c->key) && c->kind != ROLLOUT_NODE_NULL) {
            ro_edit_set(copy, c->key, plain_copy(arena, c));
        }
    }
    return copy;
}

static bool same_key(const struct ro_edit *element, const struct rollout_node *wanted, struct rollout_str key)
{
    struct ro_edit *value = ro_edit_get_str((struct ro_edit *)(uintptr_t)element, key);
    if (!value || value->node.kind != wanted->kind)
        return false;
    return wanted->kind == ROLLOUT_NODE_TEXT ? ro_str_eq(value->node.text, wanted->text)
                                             : value->node.integer == wanted->integer;
}

static struct ro_edit *find_element(struct ro_edit *list, const struct rollout_node *wanted, struct rollout_str key)
{
    struct ro_edit *element = list ? list->first : NULL;
    while (element && !same_key(element, wanted, key))
        element = element->next;
    return element;
}

static bool merge_object(struct ro_arena *arena, struct ro_edit *object, const struct rollout_node *patch,
                         struct rollout_str *ret_key);

/* The first of a list, taken out of it. */
static struct ro_edit *take_first(struct ro_edit *list)
{
    struct ro_edit *element = list->first;
    ro_edit_detach(element);
    return element;
}

/* Elements of the patch stand in the patch's order, the others in their own; where both could come next, an other one
 * does if it stood before. places: in node.integer, which an object has no use for; 0 = a new one. */
static void put_in_order(struct ro_arena *arena, struct ro_edit *list, struct ro_edit *mine)
{
    struct ro_edit *ordered = ro_edit_array(arena);
    while (ordered && mine && (list->first || mine->first)) {
        const struct ro_edit *m = mine->first, *other = list->first;
        bool before = other && (!m || (m->node.integer && other->node.integer < m->node.integer));
        struct ro_edit *next = take_first(before ? list : mine);
        next->node.integer = 0;
        ro_edit_append(ordered, next);
    }
    while (ordered && ordered->first)
        ro_edit_append(list, take_first(ordered));
}

static bool merge_element(struct ro_arena *arena, struct ro_edit *list, struct ro_edit *mine,
                          const struct rollout_node *c, struct rollout_str key, struct rollout_str *ret_key)
{
    const struct rollout_node *wanted = c->kind == ROLLOUT_NODE_OBJECT ? ro_get_str(c, key) : NULL;
    *ret_key = key;
    if (!wanted)
        return false;
    struct ro_edit *element = find_element(list, wanted, key);
    if (!element)
        element = find_element(mine, wanted, key);
    if (ro_str_eq(directive(c), RO_STR("delete"))) {
        for (; element; element = find_element(list, wanted, key))
            ro_edit_detach(element);
        return true;
    }
    if (!element) {
        ro_edit_append(mine, plain_copy(arena, c));
        return true;
    }
    int64_t place = element->node.integer;
    ro_edit_detach(element);
    ro_edit_append(mine, element);
    element->node.integer = place;
    return merge_object(arena, element, c, ret_key);
}

static bool merge_list(struct ro_arena *arena, struct ro_edit *list, const struct rollout_node *patch,
                       struct rollout_str key, struct rollout_str *ret_key)
{
    struct ro_edit *mine = ro_edit_array(arena);
    int64_t place = 0;
    for (struct ro_edit *element = list->first; element; element = element->next)
        element->node.integer = element->node.kind == ROLLOUT_NODE_OBJECT ? ++place : element->node.integer;
    for (const struct rollout_node *c = ro_first(patch); c != ro_end(patch); c = ro_next(c)) {
        if (c->kind == ROLLOUT_NODE_OBJECT && ro_str_eq(directive(c), RO_STR("replace"))) {
            while (list->first)
                ro_edit_detach(list->first);
        } else if (!merge_element(arena, list, mine, c, key, ret_key)) {
            return false;
        }
    }
    put_in_order(arena, list, mine);
    return true;
}

static bool merge_member(struct ro_arena *arena, struct ro_edit *object, const struct rollout_node *c,
                         struct rollout_str *ret_key)
{
    struct ro_edit *old = ro_edit_get_str(object, c->key);
    struct rollout_str key = key_of(c->key);
    *ret_key = c->key;
    if (c->kind == ROLLOUT_NODE_NULL) {
        ro_edit_remove(object, c->key);
        return true;
    }
    if (!old || c->kind == ROLLOUT_NODE_TEXT || (c->kind == ROLLOUT_NODE_ARRAY && !key.data)) {
        ro_edit_set(object, c->key, plain_copy(arena, c));
        return true;
    }
    bool container = c->kind == ROLLOUT_NODE_OBJECT || c->kind == ROLLOUT_NODE_ARRAY;
    if (!container) {
        ro_edit_set(object, c->key, ro_edit_copy(arena, c));
        return true;
    }
    if (old->node.kind != c->kind)
        return false;
    return c->kind == ROLLOUT_NODE_OBJECT ? merge_object(arena, old, c, ret_key)
                                          : merge_list(arena, old, c, key, ret_key);
}

static bool merge_object(struct ro_arena *arena, struct ro_edit *object, const struct rollout_node *patch,
                         struct rollout_str *ret_key)
{
    if (ro_str_eq(directive(patch), RO_STR("replace")) || ro_str_eq(directive(patch), RO_STR("delete")))
        while (object->first)
            ro_edit_detach(object->first);
    if (ro_str_eq(directive(patch), RO_STR("delete")))
        return true;
    for (const struct rollout_node *c = ro_first(patch); c != ro_end(patch); c = ro_next(c))
        if (!is_directive(c->key) && !merge_member(arena, object, c, ret_key))
            return false;
    return true;
}

bool ro_strategic_merge(struct ro_arena *arena, struct ro_edit *template, const struct rollout_node *patch,
                        struct rollout_str *ret_key)
{
    *ret_key = (struct rollout_str){ NULL, 0 };
    if (!template || !patch || patch->kind != ROLLOUT_NODE_OBJECT)
        return !template || !patch || patch->kind == ROLLOUT_NODE_NULL;
    return merge_object(arena, template, patch, ret_key);
}

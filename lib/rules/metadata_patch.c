/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/metadata_patch.h"

#include "base/sort.h"
#include "base/tree.h"
#include "rules/template.h"

#define DELETE_FINALIZERS "$deleteFromPrimitiveList/finalizers"
#define ORDER_FINALIZERS  "$setElementOrder/finalizers"

/* Children of an object or array in the order of their keys or texts, each one once (the last member of a
 * key counts). */
struct sorted {
    const struct rollout_node **items;
    size_t count;
};

static int by_key(const void *context, uint32_t a, uint32_t b)
{
    const struct rollout_node *const *items = context;

    return ro_str_cmp(items[a]->key, items[b]->key);
}

static int by_text(const void *context, uint32_t a, uint32_t b)
{
    const struct rollout_node *const *items = context;

    return ro_str_cmp(items[a]->text, items[b]->text);
}

static struct sorted sort_children(struct ro_arena *arena, const struct rollout_node *n)
{
    struct sorted sorted = { 0 };
    uint32_t count = ro_count(n), at = 0;
    int (*compare)(const void *, uint32_t, uint32_t) = ro_is(n, ROLLOUT_NODE_OBJECT) ? by_key : by_text;
    const struct rollout_node **children = ro_arena_alloc(arena, count, sizeof *children);
    uint32_t *order = ro_arena_alloc(arena, count, 2 * sizeof *order);

    sorted.items = ro_arena_alloc(arena, count, sizeof *sorted.items);
    if (count == 0 || !children || !order || !sorted.items)
        return sorted;
    for (const struct rollout_node *c = ro_first(n); c != ro_end(n); c = ro_next(c), at++) {
        children[at] = c;
        order[at] = at;
    }
    ro_sort_indices(order, count, order + count, compare, children);
    for (uint32_t i = 0; i < count; i++)
        if (i + 1 == count || compare(children, order[i], order[i + 1]) != 0)
            sorted.items[sorted.count++] = children[order[i]];
    return sorted;
}

static bool has_text(const struct sorted *sorted, struct rollout_str text)
{
    size_t low = 0, high = sorted->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int c = ro_str_cmp(sorted->items[middle]->text, text);
        if (c == 0)
            return true;
        if (c < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* Whether a changed label or annotation feeds some container, with whose batch it travels. */
static bool travels(const struct rollout_node *old, const struct rollout_node *new, struct ro_env_source key)
{
    const struct rollout_node *list = ro_dig(new, "spec", "containers", NULL);
    struct ro_env_source source;

    if (!ro_is(list, ROLLOUT_NODE_ARRAY) || !ro_env_change(old, new, key))
        return false;
    for (const struct rollout_node *c = ro_first(list); c != ro_end(list); c = ro_next(c)) {
        const struct rollout_node *env = ro_get(c, "env");
        if (!ro_is(env, ROLLOUT_NODE_ARRAY))
            continue;
        for (const struct rollout_node *e = ro_first(env); e != ro_end(env); e = ro_next(e))
            if (ro_env_source(e, &source) && source.annotation == key.annotation && ro_str_eq(source.key, key.key))
                return true;
    }
    return false;
}

/* What travels is taken out of both maps before they are compared; a map that is empty then is as good as
 * none, and a map that the new template does not have is deleted as a whole. */
static void patch_map(struct ro_arena *arena, struct ro_edit *metadata, const struct rollout_node *old,
                      const struct rollout_node *new, bool annotations, bool env)
{
    const char *name = annotations ? "annotations" : "labels";
    struct sorted was = sort_children(arena, ro_dig(old, "metadata", name, NULL));
    struct sorted is = sort_children(arena, ro_dig(new, "metadata", name, NULL));
    struct ro_edit *patch = ro_edit_object(arena);
    struct rollout_str key = { name, strlen(name) };
    size_t was_left = 0, is_left = 0;

    for (size_t i = 0, j = 0; i < was.count || j < is.count;) {
        int c = i == was.count ? 1 : j == is.count ? -1 : ro_str_cmp(was.items[i]->key, is.items[j]->key);
        const struct rollout_node *a = c <= 0 ? was.items[i++] : NULL, *b = c >= 0 ? is.items[j++] : NULL;
        bool same = a && b && ro_equal(a, b);
        if (!same && b && env && travels(old, new, (struct ro_env_source){ annotations, b->key }))
            continue;
        was_left += a != NULL;
        is_left += b != NULL;
        if (!same)
            ro_edit_set(patch, a ? a->key : b->key, b ? ro_edit_copy(arena, b) : ro_edit_null(arena));
    }
    if (is_left == 0 && was_left > 0)
        ro_edit_set(metadata, key, ro_edit_null(arena));
    else if (patch && patch->first)
        ro_edit_set(metadata, key, patch);
}

static struct ro_edit *text_list(struct ro_arena *arena, const struct rollout_node *list, const struct sorted *without)
{
    struct ro_edit *array = ro_edit_array(arena);

    for (const struct rollout_node *c = ro_first(list); c != ro_end(list); c = ro_next(c))
        if (!without || !has_text(without, c->text))
            ro_edit_append(array, ro_edit_text(arena, c->text));
    return array;
}

/* Finalizers merge by value. Their three members stand apart in the order of keys. */
struct finalizers {
    struct ro_edit *removed, *order, *added;
};

static struct finalizers patch_finalizers(struct ro_arena *arena, const struct rollout_node *old,
                                          const struct rollout_node *new)
{
    const struct rollout_node *was = ro_dig(old, "metadata", "finalizers", NULL);
    const struct rollout_node *is = ro_dig(new, "metadata", "finalizers", NULL);
    struct finalizers f = { 0 };

    if (ro_count(is) == 0) {
        f.added = ro_count(was) > 0 ? ro_edit_null(arena) : NULL;
        return f;
    }
    if (ro_count(was) == 0) {
        f.added = text_list(arena, is, NULL);
        return f;
    }
    struct sorted before = sort_children(arena, was), after = sort_children(arena, is);
    f.removed = ro_edit_array(arena);
    for (size_t i = 0; i < before.count; i++)
        if (!has_text(&after, before.items[i]->text))
            ro_edit_append(f.removed, ro_edit_text(arena, before.items[i]->text));
    /* Upstream sorts the old list before it looks whether the lists are equal, so the order is left out only
     * where the new list is the old one sorted. */
    bool same = before.count == ro_count(is);
    const struct rollout_node *c = ro_first(is);
    for (size_t i = 0; same && i < before.count; i++, c = ro_next(c))
        same = ro_str_eq(before.items[i]->text, c->text);
    f.order = same ? NULL : text_list(arena, is, NULL);
    f.added = text_list(arena, is, &before);
    return f;
}

static void set_list(struct ro_edit *metadata, struct rollout_str key, struct ro_edit *list)
{
    if (list && (list->node.kind == ROLLOUT_NODE_NULL || list->first))
        ro_edit_set(metadata, key, list);
}

/* A text or number whose empty value is as good as none. */
static void patch_scalar(struct ro_arena *arena, struct ro_edit *metadata, const struct rollout_node *old,
                         const struct rollout_node *new, const char *name)
{
    const struct rollout_node *was = ro_dig(old, "metadata", name, NULL), *is = ro_dig(new, "metadata", name, NULL);
    struct rollout_str key = { name, strlen(name) };

    if (ro_is(was, ROLLOUT_NODE_TEXT) && was->text.len == 0)
        was = NULL;
    if (ro_is(is, ROLLOUT_NODE_TEXT) && is->text.len == 0)
        is = NULL;
    if (was == is || (was && is && ro_equal(was, is)))
        return;
    ro_edit_set(metadata, key, is ? ro_edit_copy(arena, is) : ro_edit_null(arena));
}

struct rollout_tree ro_metadata_patch(struct ro_arena *arena, const struct rollout_node *old_template,
                                      const struct rollout_node *new_template, bool env)
{
    static const char *const late[] = { "name", "namespace", "resourceVersion", "selfLink", "uid" };
    const struct rollout_node *old = old_template, *new = new_template;
    struct ro_edit *patch = ro_edit_object(arena), *metadata = ro_edit_object(arena);
    struct finalizers finalizers = patch_finalizers(arena, old, new);

    /* Go's encoder sorts the members of the patch. */
    set_list(metadata, RO_STR(DELETE_FINALIZERS), finalizers.removed);
    set_list(metadata, RO_STR(ORDER_FINALIZERS), finalizers.order);
    patch_map(arena, metadata, old, new, true, env);
    patch_scalar(arena, metadata, old, new, "creationTimestamp");
    patch_scalar(arena, metadata, old, new, "deletionGracePeriodSeconds");
    patch_scalar(arena, metadata, old, new, "deletionTimestamp");
    set_list(metadata, RO_STR("finalizers"), finalizers.added);
    patch_scalar(arena, metadata, old, new, "generateName");
    patch_scalar(arena, metadata, old, new, "generation");
    patch_map(arena, metadata, old, new, false, env);
    for (size_t i = 0; i < sizeof late / sizeof late[0]; i++)
        patch_scalar(arena, metadata, old, new, late[i]);
    if (metadata && metadata->first)
        ro_edit_set(patch, RO_STR("metadata"), metadata);
    return ro_edit_flatten(arena, patch);
}

/* Keys set to null are removed, the others set; null for the whole map removes it. */
static bool apply_map(struct ro_arena *arena, struct ro_edit *metadata, const struct rollout_node *patch)
{
    if (patch->kind == ROLLOUT_NODE_NULL) {
        ro_edit_remove(metadata, patch->key);
        return true;
    }
    if (patch->kind != ROLLOUT_NODE_OBJECT)
        return false;
    struct ro_edit *map = ro_edit_get_str(metadata, patch->key);
    if (!map) {
        map = ro_edit_object(arena);
        ro_edit_set(metadata, patch->key, map);
    }
    for (const struct rollout_node *c = ro_first(patch); c != ro_end(patch); c = ro_next(c)) {
        if (c->kind == ROLLOUT_NODE_NULL)
            ro_edit_remove(map, c->key);
        else if (c->kind == ROLLOUT_NODE_TEXT)
            ro_edit_set(map, c->key, ro_edit_text(arena, c->text));
        else
            return false;
    }
    return true;
}

static bool is_text_list(const struct rollout_node *n)
{
    if (!n || n->kind == ROLLOUT_NODE_NULL)
        return true;
    if (n->kind != ROLLOUT_NODE_ARRAY)
        return false;
    for (const struct rollout_node *c = ro_first(n); c != ro_end(n); c = ro_next(c))
        if (c->kind != ROLLOUT_NODE_TEXT)
            return false;
    return true;
}

/* Place of a text in an array, from 0; the number of elements if it is not there. NULL is an empty array. */
static uint32_t place_of(const struct rollout_node *list, struct rollout_str text)
{
    uint32_t at = 0;

    if (ro_is(list, ROLLOUT_NODE_ARRAY))
        for (const struct rollout_node *c = ro_first(list); c != ro_end(list) && !ro_str_eq(c->text, text);
             c = ro_next(c))
            at++;
    return at;
}

static bool in_list(const struct rollout_node *list, struct rollout_str text)
{
    return ro_is(list, ROLLOUT_NODE_ARRAY) && place_of(list, text) < ro_count(list);
}

/* The finalizers that the patch orders (or adds, where it orders none) come in its order; the pod's other ones
 * stay before the first of them that they preceded so far. */
static bool apply_finalizers(struct ro_arena *arena, struct ro_edit *metadata, const struct rollout_node *patch)
{
    static const struct rollout_node none = { .kind = ROLLOUT_NODE_ARRAY, .size = 1 };
    const struct rollout_node *removed = ro_get(patch, DELETE_FINALIZERS), *order = ro_get(patch, ORDER_FINALIZERS);
    const struct rollout_node *added = ro_member(patch, RO_STR("finalizers"));
    struct rollout_tree tree = ro_edit_flatten(arena, ro_edit_get(metadata, "finalizers"));
    const struct rollout_node *had = tree.count > 0 ? tree.nodes : &none;
    struct ro_edit *list = ro_edit_array(arena);

    if (!is_text_list(removed) || !is_text_list(order) || !is_text_list(added) || !is_text_list(had))
        return false;
    if (!removed && !order && !added)
        return true;
    order = order ? order : ro_is(added, ROLLOUT_NODE_ARRAY) ? added : &none;
    const struct rollout_node *other = ro_is(added, ROLLOUT_NODE_NULL) ? ro_end(had) : ro_first(had);
    for (const struct rollout_node *c = ro_first(order); c != ro_end(order); c = ro_next(c)) {
        bool stays = in_list(had, c->text);
        if (!stays && !in_list(added, c->text))
            continue;
        for (; stays && other != ro_end(had); other = ro_next(other)) {
            if (in_list(order, other->text))
                continue;
            if (place_of(had, other->text) > place_of(had, c->text))
                break;
            if (!in_list(removed, other->text))
                ro_edit_append(list, ro_edit_text(arena, other->text));
        }
        ro_edit_append(list, ro_edit_text(arena, c->text));
    }
    for (; other != ro_end(had); other = ro_next(other))
        if (!in_list(order, other->text) && !in_list(removed, other->text))
            ro_edit_append(list, ro_edit_text(arena, other->text));
    if (ro_is(added, ROLLOUT_NODE_ARRAY))
        for (const struct rollout_node *c = ro_first(added); c != ro_end(added); c = ro_next(c))
            if (!in_list(order, c->text) && !in_list(had, c->text))
                ro_edit_append(list, ro_edit_text(arena, c->text));
    if (list && !list->first)
        ro_edit_remove(metadata, RO_STR("finalizers"));
    else
        ro_edit_set(metadata, RO_STR("finalizers"), list);
    return true;
}

static bool apply_member(struct ro_arena *arena, struct ro_edit *metadata, const struct rollout_node *c)
{
    if (ro_str_eq(c->key, RO_STR("labels")) || ro_str_eq(c->key, RO_STR("annotations")))
        return apply_map(arena, metadata, c);
    if (ro_str_eq(c->key, RO_STR("finalizers")) || ro_str_eq(c->key, RO_STR(DELETE_FINALIZERS)) ||
        ro_str_eq(c->key, RO_STR(ORDER_FINALIZERS)))
        return true; /* all three at once */
    if (c->kind == ROLLOUT_NODE_NULL)
        ro_edit_remove(metadata, c->key);
    else if (c->kind == ROLLOUT_NODE_TEXT || c->kind == ROLLOUT_NODE_INTEGER)
        ro_edit_set(metadata, c->key, ro_edit_copy(arena, c));
    else
        return false;
    return true;
}

bool ro_metadata_patch_apply(struct ro_arena *arena, struct ro_edit *pod, const struct rollout_node *patch)
{
    if (!ro_is(patch, ROLLOUT_NODE_OBJECT))
        return false;
    for (const struct rollout_node *c = ro_first(patch); c != ro_end(patch); c = ro_next(c)) {
        if (!ro_str_eq(c->key, RO_STR("metadata")) || c->kind != ROLLOUT_NODE_OBJECT)
            return false;
        struct ro_edit *metadata = ro_edit_need_object(arena, pod, "metadata");
        for (const struct rollout_node *m = ro_first(c); m != ro_end(c); m = ro_next(m))
            if (!apply_member(arena, metadata, m))
                return false;
        if (!apply_finalizers(arena, metadata, c))
            return false;
    }
    return true;
}

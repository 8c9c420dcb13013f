/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>

#include "base/edit.h"
#include "base/tree.h"

static struct ro_edit *make(struct ro_arena *arena, struct rollout_node node)
{
    struct ro_edit *e = ro_arena_alloc(arena, 1, sizeof(*e));
    if (e) {
        e->node = node;
        e->node.key = (struct rollout_str){ 0 };
    }
    return e;
}

/* Puts child between two children of parent; before NULL: at the end. */
static void link_before(struct ro_edit *parent, struct ro_edit *child, struct ro_edit *before)
{
    child->parent = parent;
    child->next = before;
    child->prev = before ? before->prev : parent->last;
    if (child->prev)
        child->prev->next = child;
    else
        parent->first = child;
    if (before)
        before->prev = child;
    else
        parent->last = child;
}

struct ro_edit *ro_edit_copy(struct ro_arena *arena, const struct rollout_node *n)
{
    if (!n)
        return NULL;
    struct ro_edit *e = make(arena, *n);
    if (!e)
        return NULL;
    for (const struct rollout_node *c = ro_first(n); c != ro_end(n); c = ro_next(c)) {
        struct ro_edit *child = ro_edit_copy(arena, c);
        if (!child)
            return NULL;
        child->node.key = c->key;
        link_before(e, child, NULL);
    }
    return e;
}

struct ro_edit *ro_edit_object(struct ro_arena *arena)
{
    return make(arena, (struct rollout_node){ .kind = ROLLOUT_NODE_OBJECT });
}

struct ro_edit *ro_edit_array(struct ro_arena *arena)
{
    return make(arena, (struct rollout_node){ .kind = ROLLOUT_NODE_ARRAY });
}

struct ro_edit *ro_edit_text(struct ro_arena *arena, struct rollout_str text)
{
    if (!text.data)
        text = RO_STR("");
    return make(arena, (struct rollout_node){ .kind = ROLLOUT_NODE_TEXT, .text = text });
}

struct ro_edit *ro_edit_expanded(struct ro_arena *arena, struct rollout_str text, struct ro_edit *value)
{
    struct ro_edit *e = value ? ro_edit_text(arena, text) : NULL;
    if (e)
        link_before(e, value, NULL);
    return e;
}

struct ro_edit *ro_edit_json_text(struct ro_arena *arena, struct ro_edit *value)
{
    return ro_edit_expanded(arena, ro_edit_json(arena, value), value);
}

struct ro_edit *ro_edit_integer(struct ro_arena *arena, int64_t value)
{
    return make(arena, (struct rollout_node){ .kind = ROLLOUT_NODE_INTEGER, .integer = value });
}

struct ro_edit *ro_edit_bool(struct ro_arena *arena, bool value)
{
    return make(arena, (struct rollout_node){ .kind = ROLLOUT_NODE_BOOL, .integer = value });
}

struct ro_edit *ro_edit_null(struct ro_arena *arena)
{
    return make(arena, (struct rollout_node){ .kind = ROLLOUT_NODE_NULL });
}

/* The last member of that name, null or not. */
static struct ro_edit *member(struct ro_edit *object, struct rollout_str key)
{
    if (!object || object->node.kind != ROLLOUT_NODE_OBJECT)
        return NULL;
    struct ro_edit *e = object->last;
    while (e && !ro_str_eq(e->node.key, key))
        e = e->prev;
    return e;
}

struct ro_edit *ro_edit_get_str(struct ro_edit *object, struct rollout_str key)
{
    struct ro_edit *e = member(object, key);
    return e && e->node.kind != ROLLOUT_NODE_NULL ? e : NULL;
}

struct ro_edit *ro_edit_get(struct ro_edit *object, const char *key)
{
    return ro_edit_get_str(object, (struct rollout_str){ .data = key, .len = strlen(key) });
}

struct rollout_str ro_edit_get_text(struct ro_edit *object, const char *key)
{
    struct ro_edit *e = ro_edit_get(object, key);
    return e && e->node.kind == ROLLOUT_NODE_TEXT ? e->node.text : (struct rollout_str){ 0 };
}

static struct ro_edit *need(struct ro_arena *arena, struct ro_edit *object, const char *key, uint32_t kind)
{
    struct rollout_str name = { .data = key, .len = strlen(key) };
    if (!object || object->node.kind != ROLLOUT_NODE_OBJECT)
        return NULL;
    struct ro_edit *e = ro_edit_get_str(object, name);
    if (!e) {
        e = make(arena, (struct rollout_node){ .kind = kind });
        ro_edit_set(object, name, e);
    }
    return e && e->node.kind == kind ? e : NULL;
}

struct ro_edit *ro_edit_need_object(struct ro_arena *arena, struct ro_edit *object, const char *key)
{
    return need(arena, object, key, ROLLOUT_NODE_OBJECT);
}

struct ro_edit *ro_edit_need_array(struct ro_arena *arena, struct ro_edit *object, const char *key)
{
    return need(arena, object, key, ROLLOUT_NODE_ARRAY);
}

void ro_edit_detach(struct ro_edit *node)
{
    if (!node || !node->parent)
        return;
    if (node->prev)
        node->prev->next = node->next;
    else
        node->parent->first = node->next;
    if (node->next)
        node->next->prev = node->prev;
    else
        node->parent->last = node->prev;
    node->parent = node->prev = node->next = NULL;
    node->node.key = (struct rollout_str){ 0 };
}

void ro_edit_set(struct ro_edit *object, struct rollout_str key, struct ro_edit *value)
{
    if (!object || object->node.kind != ROLLOUT_NODE_OBJECT || !value)
        return;
    struct ro_edit *old = member(object, key);
    if (old == value)
        return;
    ro_edit_detach(value);
    struct ro_edit *before = old ? old->next : NULL;
    ro_edit_detach(old);
    link_before(object, value, before);
    value->node.key = key.data ? key : RO_STR(""); /* a member has one */
}

void ro_edit_add(struct ro_edit *object, struct rollout_str key, struct ro_edit *value)
{
    if (!object || object->node.kind != ROLLOUT_NODE_OBJECT || !value)
        return;
    ro_edit_detach(value);
    link_before(object, value, NULL);
    value->node.key = key.data ? key : RO_STR("");
}

void ro_edit_set_text(struct ro_arena *arena, struct ro_edit *object, struct rollout_str key, struct rollout_str text)
{
    if (object)
        ro_edit_set(object, key, ro_edit_text(arena, text));
}

void ro_edit_append(struct ro_edit *array, struct ro_edit *value)
{
    if (!array || array->node.kind != ROLLOUT_NODE_ARRAY || !value)
        return;
    ro_edit_detach(value);
    link_before(array, value, NULL);
    value->node.key = (struct rollout_str){ 0 };
}

void ro_edit_remove(struct ro_edit *object, struct rollout_str key)
{
    for (struct ro_edit *e; (e = member(object, key));)
        ro_edit_detach(e);
}

static size_t count_nodes(const struct ro_edit *e)
{
    size_t n = 1;
    for (const struct ro_edit *c = e->first; c; c = c->next)
        n += count_nodes(c);
    return n;
}

/* Lays e out at place; returns the place behind it. */
static struct rollout_node *lay_out(const struct ro_edit *e, struct rollout_node *place)
{
    struct rollout_node *end = place + 1;
    *place = e->node;
    for (const struct ro_edit *c = e->first; c; c = c->next)
        end = lay_out(c, end);
    place->size = (uint32_t)(end - place);
    return end;
}

struct rollout_tree ro_edit_flatten(struct ro_arena *arena, const struct ro_edit *root)
{
    struct rollout_tree tree = { 0 };
    if (!root)
        return tree;
    size_t count = count_nodes(root);
    struct rollout_node *nodes = ro_arena_alloc(arena, count, sizeof(*nodes));
    if (!nodes)
        return tree;
    lay_out(root, nodes);
    tree.nodes = nodes;
    tree.count = count;
    return tree;
}

struct rollout_str ro_edit_json(struct ro_arena *arena, const struct ro_edit *root)
{
    struct rollout_tree tree = ro_edit_flatten(arena, root);
    if (!tree.count)
        return (struct rollout_str){ 0 };
    size_t len = ro_tree_write(tree.nodes, NULL, 0);
    char *text = ro_arena_alloc(arena, len + 1, 1);
    if (!text)
        return (struct rollout_str){ 0 };
    ro_tree_write(tree.nodes, text, len + 1);
    return (struct rollout_str){ .data = text, .len = len };
}

struct rollout_str ro_arena_str(struct ro_arena *arena, struct rollout_str text)
{
    if (!text.data)
        return text;
    char *copy = ro_arena_alloc(arena, text.len + 1, 1);
    if (!copy)
        return (struct rollout_str){ 0 };
    memcpy(copy, text.data, text.len);
    return (struct rollout_str){ .data = copy, .len = text.len };
}

struct rollout_str ro_arena_printf(struct ro_arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = len < 0 ? NULL : ro_arena_alloc(arena, (size_t)len + 1, 1);
    if (!text) {
        arena->failed = true;
        return (struct rollout_str){ 0 };
    }
    va_start(args, format);
    vsnprintf(text, (size_t)len + 1, format, args);
    va_end(args);
    return (struct rollout_str){ .data = text, .len = (size_t)len };
}

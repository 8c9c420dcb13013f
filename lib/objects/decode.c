/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/decode.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/edit.h"
#include "base/quantity.h"
#include "base/time.h"

/* Go's zero time, 0001-01-01T00:00:00Z: an API object that carries it has no time. */
#define ZERO_TIME_MS (-62135596800000)

/* Values in messages are cut here. */
#define VALUE_MAX 48

/* Most members that are asked for are not there, which a bit of the key's ends and length tells at once. */
static uint64_t key_bit(struct rollout_str key)
{
    return key.len ? UINT64_C(1) << ((3U * (unsigned char)key.data[0] + 5U * (unsigned char)key.data[key.len - 1] +
                                      (unsigned)key.len) % 64)
                   : 0;
}

static uint64_t keys_of(const struct rollout_node *node)
{
    uint64_t keys = 0;
    if (ro_is(node, ROLLOUT_NODE_OBJECT))
        for (const struct rollout_node *c = ro_first(node); c != ro_end(node); c = ro_next(c))
            keys |= key_bit(c->key);
    return keys;
}

struct ro_at ro_at_root(const struct rollout_node *node)
{
    return (struct ro_at){ .node = node, .root = true, .keys = keys_of(node) };
}

static const struct ro_path *path_of(const struct ro_at *at)
{
    return at->root ? NULL : &at->path;
}

void ro_refuse(struct ro_decoder *d, const struct ro_at *at, const char *format, ...)
{
    if (d->code != ROLLOUT_OK)
        return;
    char text[96];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (!at->node) {
        d->code = ro_error_value(d->reterr, path_of(at), NULL, "%s", text);
        return;
    }
    char value[VALUE_MAX + 8];
    struct rollout_tree tree = ro_tree_of(at->node);
    size_t len = 0;
    if (rollout_tree_text(&tree, value, sizeof(value), &len, NULL) != ROLLOUT_OK)
        len = 0;
    bool cut = len > VALUE_MAX;
    if (cut)
        len = ro_str_cut(value, VALUE_MAX);
    d->code = ro_error_value(d->reterr, path_of(at), at->node, "%.*s%s %s", (int)len, value, cut ? "..." : "", text);
}

struct ro_at ro_at_member(const struct ro_at *object, const char *key)
{
    struct rollout_str name = { key, strlen(key) };
    struct ro_at at = { .path = { .up = path_of(object), .key = name } };
    if (!object->keys || (object->keys & key_bit(name)))
        at.node = ro_get_str(object->node, name);
    return at;
}

/* A member of this kind, absent where it has another one, which is refused. */
static struct ro_at typed(struct ro_decoder *d, const struct ro_at *object, const char *key, uint32_t kind,
                          const char *text)
{
    struct ro_at at = ro_at_member(object, key);
    if (at.node && at.node->kind != kind) {
        ro_refuse(d, &at, "%s", text);
        at.node = NULL;
    }
    return at;
}

struct ro_at ro_at_object(struct ro_decoder *d, const struct ro_at *object, const char *key)
{
    struct ro_at at = typed(d, object, key, ROLLOUT_NODE_OBJECT, "is not an object");
    at.keys = keys_of(at.node);
    return at;
}

struct ro_at ro_at_array(struct ro_decoder *d, const struct ro_at *object, const char *key)
{
    return typed(d, object, key, ROLLOUT_NODE_ARRAY, "is not an array");
}

struct ro_at ro_at_element(struct ro_decoder *d, const struct ro_at *array, const struct rollout_node *node,
                           size_t index)
{
    struct ro_at at = { .node = node, .path = { .up = path_of(array), .index = index }, .keys = keys_of(node) };
    if (node->kind == ROLLOUT_NODE_NULL) {
        at.node = NULL;
    } else if (node->kind != ROLLOUT_NODE_OBJECT) {
        ro_refuse(d, &at, "is not an object");
        at.node = NULL;
    }
    return at;
}

struct ro_at ro_at_item(struct ro_decoder *d, const struct ro_at *array, const struct rollout_node *node, size_t index)
{
    struct ro_at at = { .node = node, .path = { .up = path_of(array), .index = index }, .keys = keys_of(node) };
    if (node->kind != ROLLOUT_NODE_OBJECT)
        ro_refuse(d, &at, "is not an object");
    return at;
}

void ro_each_open(struct ro_decoder *d, const struct ro_at *object, const char *key, struct ro_each *ret)
{
    *ret = (struct ro_each){ .array = ro_at_array(d, object, key), .index = (size_t)-1 };
    if (ret->array.node)
        ret->next = ro_first(ret->array.node);
}

void *ro_each_alloc(const struct ro_each *each, struct ro_arena *arena, size_t size, size_t *ret_count)
{
    size_t count = ro_count(each->array.node);
    void *items = count ? ro_arena_alloc(arena, count, size) : NULL;
    *ret_count = items ? count : 0;
    return items;
}

bool ro_each_next(struct ro_decoder *d, struct ro_each *each)
{
    if (!each->array.node || each->next == ro_end(each->array.node))
        return false;
    each->at = ro_at_element(d, &each->array, each->next, ++each->index);
    each->next = ro_next(each->next);
    return true;
}

struct rollout_str ro_read_text(struct ro_decoder *d, const struct ro_at *object, const char *key)
{
    return ro_text(typed(d, object, key, ROLLOUT_NODE_TEXT, "is not a string").node);
}

bool ro_read_bool(struct ro_decoder *d, const struct ro_at *object, const char *key)
{
    struct ro_at at = typed(d, object, key, ROLLOUT_NODE_BOOL, "is not a boolean");
    return at.node && at.node->integer != 0;
}

int64_t ro_read_int64(struct ro_decoder *d, const struct ro_at *object, const char *key)
{
    struct ro_at at = typed(d, object, key, ROLLOUT_NODE_INTEGER, "is not an integer");
    return at.node ? at.node->integer : 0;
}

struct rollout_opt ro_read_opt(struct ro_decoder *d, const struct ro_at *object, const char *key)
{
    struct ro_at at = typed(d, object, key, ROLLOUT_NODE_INTEGER, "is not an integer");
    if (!at.node)
        return (struct rollout_opt){ 0, 0 };
    if (at.node->integer < INT32_MIN || at.node->integer > INT32_MAX) {
        ro_refuse(d, &at, "does not fit in 32 bits");
        return (struct rollout_opt){ 0, 0 };
    }
    return (struct rollout_opt){ 1, (int32_t)at.node->integer };
}

int32_t ro_read_int32(struct ro_decoder *d, const struct ro_at *object, const char *key)
{
    return ro_read_opt(d, object, key).value;
}

static struct rollout_intstr intstr_of(struct ro_decoder *d, const struct ro_at *at)
{
    struct rollout_intstr ret = { .kind = ROLLOUT_INTSTR_UNSET };
    if (at->node->kind == ROLLOUT_NODE_TEXT) {
        ret.kind = ROLLOUT_INTSTR_TEXT;
        ret.text = at->node->text;
    } else if (at->node->kind != ROLLOUT_NODE_INTEGER) {
        ro_refuse(d, at, "is neither an integer nor a string");
    } else if (at->node->integer < INT32_MIN || at->node->integer > INT32_MAX) {
        ro_refuse(d, at, "does not fit in 32 bits");
    } else {
        ret.kind = ROLLOUT_INTSTR_INT;
        ret.count = (int32_t)at->node->integer;
    }
    return ret;
}

struct rollout_intstr ro_read_intstr(struct ro_decoder *d, const struct ro_at *object, const char *key)
{
    struct ro_at at = ro_at_member(object, key);
    return at.node ? intstr_of(d, &at) : (struct rollout_intstr){ .kind = ROLLOUT_INTSTR_UNSET };
}

const struct rollout_intstr *ro_read_intstrs(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object,
                                             const char *key, size_t *ret_count)
{
    struct ro_at array = ro_at_array(d, object, key);
    uint32_t count = array.node ? ro_count(array.node) : 0;
    struct rollout_intstr *items = count ? ro_arena_alloc(arena, count, sizeof(*items)) : NULL;
    size_t index = 0;
    *ret_count = items ? count : 0;
    if (!items)
        return NULL;
    for (const struct rollout_node *c = ro_first(array.node); c != ro_end(array.node); c = ro_next(c), index++) {
        struct ro_at at = { .node = c, .path = { .up = path_of(&array), .index = index } };
        /* Go leaves an element that is null at its zero value, the number 0. */
        items[index] =
            c->kind == ROLLOUT_NODE_NULL ? (struct rollout_intstr){ .kind = ROLLOUT_INTSTR_INT } : intstr_of(d, &at);
    }
    return items;
}

int64_t ro_read_time(struct ro_decoder *d, const struct ro_at *object, const char *key)
{
    struct ro_at at = ro_at_member(object, key);
    if (!at.node)
        return 0;
    int64_t ms = 0;
    if (at.node->kind != ROLLOUT_NODE_TEXT || !ro_time_parse(at.node->text, &ms)) {
        ro_refuse(d, &at, "is not an RFC 3339 time");
        return 0;
    }
    if (ms == ZERO_TIME_MS)
        return 0;
    return ms ? ms : 1; /* 0 says that there is no time, and 1970 began then */
}

/* Children of a map or list that must all be texts. */
static bool all_texts(struct ro_decoder *d, const struct ro_at *parent, bool expanded)
{
    size_t index = 0;
    for (const struct rollout_node *c = ro_first(parent->node); c != ro_end(parent->node); c = ro_next(c), index++) {
        if (c->kind == ROLLOUT_NODE_NULL || (c->kind == ROLLOUT_NODE_TEXT && (expanded || c->size == 1)))
            continue;
        struct ro_at at = { .node = c };
        at.path.up = path_of(parent);
        at.path.key = parent->node->kind == ROLLOUT_NODE_OBJECT ? c->key : (struct rollout_str){ NULL, 0 };
        at.path.index = index;
        ro_refuse(d, &at, "is not a string");
        return false;
    }
    return true;
}

struct rollout_labels ro_read_labels(struct ro_decoder *d, const struct ro_at *object, const char *key)
{
    struct ro_at at = typed(d, object, key, ROLLOUT_NODE_OBJECT, "is not an object");
    return ro_labels_view(at.node && all_texts(d, &at, false) ? at.node : NULL);
}

struct rollout_strs ro_read_texts(struct ro_decoder *d, const struct ro_at *object, const char *key)
{
    struct ro_at at = ro_at_array(d, object, key);
    return ro_strs_view(at.node && all_texts(d, &at, false) ? at.node : NULL);
}

void ro_check_text_map(struct ro_decoder *d, const struct ro_at *object, const char *key)
{
    struct ro_at at = ro_at_object(d, object, key);
    if (at.node)
        all_texts(d, &at, true);
}

/* Kubernetes reads a bare number as a quantity too. */
static bool is_quantity(const struct rollout_node *n)
{
    struct ro_quantity q;
    switch (n->kind) {
    case ROLLOUT_NODE_NULL:
    case ROLLOUT_NODE_INTEGER:
        return true;
    case ROLLOUT_NODE_REAL:
    case ROLLOUT_NODE_TEXT:
        return ro_quantity_parse(n->text, &q);
    default:
        return false;
    }
}

struct rollout_str ro_read_quantity(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object,
                                    const char *key)
{
    struct ro_at at = ro_at_member(object, key);
    return ro_read_quantity_at(d, arena, &at);
}

struct rollout_str ro_read_quantity_at(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *at)
{
    if (!at->node)
        return (struct rollout_str){ NULL, 0 };
    if (!is_quantity(at->node)) {
        ro_refuse(d, at, "is not a quantity");
        return (struct rollout_str){ NULL, 0 };
    }
    return at->node->kind == ROLLOUT_NODE_INTEGER ? ro_arena_printf(arena, "%" PRId64, at->node->integer)
                                                  : at->node->text;
}

void ro_check_quantities(struct ro_decoder *d, const struct ro_at *object, const char *key)
{
    struct ro_at list = ro_at_object(d, object, key);
    if (!list.node)
        return;
    for (const struct rollout_node *c = ro_first(list.node); c != ro_end(list.node); c = ro_next(c)) {
        if (is_quantity(c))
            continue;
        struct ro_at at = { .node = c, .path = { .up = &list.path, .key = c->key } };
        ro_refuse(d, &at, "is not a quantity");
    }
}

void ro_check_resources(struct ro_decoder *d, const struct ro_at *object, const char *key)
{
    struct ro_at resources = ro_at_object(d, object, key);
    ro_check_quantities(d, &resources, "limits");
    ro_check_quantities(d, &resources, "requests");
}

void ro_check_kind(struct ro_decoder *d, const struct ro_at *object, const char *kind)
{
    struct ro_at at = typed(d, object, "kind", ROLLOUT_NODE_TEXT, "is not a string");
    struct rollout_str wanted = { kind, strlen(kind) };
    if (at.node && !ro_str_eq(at.node->text, wanted))
        ro_refuse(d, &at, "is not %s", kind);
}

struct rollout_str ro_controller_uid(const struct rollout_node *object)
{
    const struct rollout_node *owners = ro_dig(object, "metadata", "ownerReferences", NULL);
    if (ro_is(owners, ROLLOUT_NODE_ARRAY))
        for (const struct rollout_node *c = ro_first(owners); c != ro_end(owners); c = ro_next(c))
            if (ro_is_true(ro_get(c, "controller")))
                return ro_text(ro_get(c, "uid"));
    return (struct rollout_str){ NULL, 0 };
}

void ro_check_owners(struct ro_decoder *d, const struct ro_at *metadata)
{
    struct ro_each owners;
    ro_each_open(d, metadata, "ownerReferences", &owners);
    while (ro_each_next(d, &owners)) {
        ro_read_text(d, &owners.at, "kind");
        ro_read_text(d, &owners.at, "name");
        ro_read_text(d, &owners.at, "uid");
        ro_read_bool(d, &owners.at, "controller");
    }
}

void ro_read_metadata(struct ro_decoder *d, const struct ro_at *object, struct ro_metadata *ret)
{
    struct ro_at metadata = ro_at_object(d, object, "metadata");
    *ret = (struct ro_metadata){ .name = ro_read_text(d, &metadata, "name") };
    ret->namespace_ = ro_read_text(d, &metadata, "namespace");
    ret->uid = ro_read_text(d, &metadata, "uid");
    ret->labels = ro_read_labels(d, &metadata, "labels");
    ret->finalizers = ro_read_texts(d, &metadata, "finalizers");
    ret->created_ms = ro_read_time(d, &metadata, "creationTimestamp");
    ret->generation = ro_read_int64(d, &metadata, "generation");
    ret->terminating = ro_at_member(&metadata, "deletionTimestamp").node != NULL;
    ro_read_time(d, &metadata, "deletionTimestamp");
    ro_check_text_map(d, &metadata, "annotations");
    ret->annotations = ro_get(metadata.node, "annotations");
    ro_check_owners(d, &metadata);
}

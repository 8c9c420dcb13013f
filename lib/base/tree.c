/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/sort.h"
#include "base/tree.h"

/* JSON's grammar of numbers: the text of a REAL is written out as it stands. */
static bool is_number(struct rollout_str s)
{
    size_t i = 0, from;
    if (i < s.len && s.data[i] == '-')
        i++;
    from = i;
    while (i < s.len && s.data[i] >= '0' && s.data[i] <= '9')
        i++;
    if (i == from || (s.data[from] == '0' && i > from + 1))
        return false;
    if (i < s.len && s.data[i] == '.') {
        from = ++i;
        while (i < s.len && s.data[i] >= '0' && s.data[i] <= '9')
            i++;
        if (i == from)
            return false;
    }
    if (i < s.len && (s.data[i] == 'e' || s.data[i] == 'E')) {
        i++;
        if (i < s.len && (s.data[i] == '+' || s.data[i] == '-'))
            i++;
        from = i;
        while (i < s.len && s.data[i] >= '0' && s.data[i] <= '9')
            i++;
        if (i == from)
            return false;
    }
    return i == s.len;
}

/* What is wrong with a node by itself, or NULL. parent is 0 for the root, which may have the key it
 * had where it was taken from. */
static const char *fault_of(const struct rollout_node *n, uint32_t parent)
{
    if (n->kind < ROLLOUT_NODE_NULL || n->kind > ROLLOUT_NODE_OBJECT)
        return "kind is unknown";
    if (n->size == 0)
        return "size is 0";
    if (n->size > 1 && n->kind < ROLLOUT_NODE_TEXT)
        return "has children but is no container";
    if (parent == ROLLOUT_NODE_OBJECT && !n->key.data)
        return "has no key but is a member of an object";
    if (parent && parent != ROLLOUT_NODE_OBJECT && n->key.data)
        return "has a key but is no member of an object";
    if (!n->key.data && n->key.len)
        return "key is NULL with a length";
    if (n->kind == ROLLOUT_NODE_BOOL && n->integer != 0 && n->integer != 1)
        return "is a boolean that is neither 0 nor 1";
    if (n->kind == ROLLOUT_NODE_TEXT && !n->text.data)
        return "is a text that is NULL";
    if (n->kind == ROLLOUT_NODE_REAL && (!n->text.data || !is_number(n->text)))
        return "is a number whose text is none";
    if (n->kind == ROLLOUT_NODE_REAL && !(n->real - n->real == 0))
        return "is a number that is not finite";
    return NULL;
}

int rollout_tree_check(const struct rollout_tree *tree, struct rollout_error *reterr)
{
    /* The subtrees that are open: where they end, and whose they are. */
    uint32_t ends[ROLLOUT_NODE_MAX_DEPTH], heads[ROLLOUT_NODE_MAX_DEPTH];
    size_t depth = 0;
    if (!tree || !tree->nodes || tree->count == 0)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, NULL, "the tree has no nodes");
    if (tree->count > UINT32_MAX)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, NULL, "the tree has %zu nodes, which are too many", tree->count);

    for (uint32_t i = 0, count = (uint32_t)tree->count; i < count; i++) {
        const struct rollout_node *n = &tree->nodes[i];
        while (depth && ends[depth - 1] == i)
            depth--;
        const struct rollout_node *parent = depth ? &tree->nodes[heads[depth - 1]] : NULL;
        uint32_t room = (depth ? ends[depth - 1] : count) - i;

        const char *fault = fault_of(n, parent ? parent->kind : 0);
        if (!fault && n->size > room)
            fault = parent ? "size goes beyond its parent" : "size goes beyond the tree";
        if (!fault && i == 0 && n->size != count)
            fault = "is the root, but the tree has nodes beyond it";
        if (!fault && ro_is(parent, ROLLOUT_NODE_TEXT) && n->size != room)
            fault = "is not the only child of a text";
        if (!fault && depth == ROLLOUT_NODE_MAX_DEPTH && (n->size > 1 || n->kind >= ROLLOUT_NODE_ARRAY))
            fault = "is nested too deep";
        if (fault)
            return ro_error_at(reterr, ROLLOUT_ERR_INVALID, i, NULL, "node %zu %s", (size_t)i, fault);
        if (n->size > 1) {
            ends[depth] = i + n->size;
            heads[depth++] = i;
        }
    }
    return ROLLOUT_OK;
}

/* The last member of that name, null or not. */
static const struct rollout_node *member(const struct rollout_node *object, struct rollout_str key)
{
    const struct rollout_node *found = NULL;
    for (const struct rollout_node *c = ro_first(object); c != ro_end(object); c = ro_next(c))
        if (ro_str_eq(c->key, key))
            found = c;
    return found;
}

const struct rollout_node *ro_get_str(const struct rollout_node *n, struct rollout_str key)
{
    if (!ro_is(n, ROLLOUT_NODE_OBJECT))
        return NULL;
    const struct rollout_node *found = member(n, key);
    return ro_is(found, ROLLOUT_NODE_NULL) ? NULL : found;
}

const struct rollout_node *ro_get(const struct rollout_node *n, const char *key)
{
    return ro_get_str(n, (struct rollout_str){ .data = key, .len = strlen(key) });
}

const struct rollout_node *ro_dig(const struct rollout_node *n, ...)
{
    va_list keys;
    va_start(keys, n);
    for (const char *key; n && (key = va_arg(keys, const char *));)
        n = ro_get(n, key);
    va_end(keys);
    return n;
}

struct rollout_str ro_text(const struct rollout_node *n)
{
    return ro_is(n, ROLLOUT_NODE_TEXT) ? n->text : (struct rollout_str){ 0 };
}

struct rollout_intstr ro_intstr(const struct rollout_node *n)
{
    struct rollout_intstr ret = { .kind = ROLLOUT_INTSTR_UNSET };
    if (ro_is(n, ROLLOUT_NODE_INTEGER) && n->integer >= INT32_MIN && n->integer <= INT32_MAX) {
        ret.kind = ROLLOUT_INTSTR_INT;
        ret.count = (int32_t)n->integer;
    } else if (ro_is(n, ROLLOUT_NODE_TEXT)) {
        ret.kind = ROLLOUT_INTSTR_TEXT;
        ret.text = n->text;
    }
    return ret;
}

const struct rollout_node *ro_expanded(const struct rollout_node *n)
{
    return ro_is(n, ROLLOUT_NODE_TEXT) && n->size > 1 ? ro_first(n) : NULL;
}

uint32_t ro_count(const struct rollout_node *n)
{
    uint32_t count = 0;
    if (n)
        for (const struct rollout_node *c = ro_first(n); c != ro_end(n); c = ro_next(c))
            count++;
    return count;
}

/* Are keys in order and each there once? So they are in what Go and most other tools write. */
static bool is_sorted(const struct rollout_node *object)
{
    const struct rollout_node *before = NULL;
    for (const struct rollout_node *c = ro_first(object); c != ro_end(object); before = c, c = ro_next(c))
        if (before && ro_str_cmp(before->key, c->key) >= 0)
            return false;
    return true;
}

static int compare_keys(const void *object, uint32_t a, uint32_t b)
{
    const struct rollout_node *n = object;
    return ro_str_cmp(n[a].key, n[b].key);
}

/* Offsets of the members that count, sorted by key. order has room for twice the children. */
static uint32_t sort_members(const struct rollout_node *object, uint32_t *order, uint32_t children)
{
    uint32_t n = 0, kept = 0;
    for (const struct rollout_node *c = ro_first(object); c != ro_end(object); c = ro_next(c))
        order[n++] = (uint32_t)(c - object);
    ro_sort_indices(order, n, order + children, compare_keys, object);
    /* Stable: of several with one key the last counts. */
    for (uint32_t i = 0; i < n; i++)
        if (i + 1 == n || compare_keys(object, order[i], order[i + 1]) != 0)
            order[kept++] = order[i];
    return kept;
}

/* Every member of a that counts is in b. Quadratic. */
static bool is_within(const struct rollout_node *a, const struct rollout_node *b, bool compare_values)
{
    for (const struct rollout_node *c = ro_first(a); c != ro_end(a); c = ro_next(c)) {
        if (member(a, c->key) != c)
            continue;
        const struct rollout_node *other = member(b, c->key);
        if (!other || (compare_values && !ro_equal(c, other)))
            return false;
    }
    return true;
}

static bool same_members(const struct rollout_node *a, const struct rollout_node *b)
{
    enum { SMALL = 24 };
    uint32_t na = ro_count(a), nb = ro_count(b);
    if (is_sorted(a) && is_sorted(b)) {
        if (na != nb)
            return false;
        const struct rollout_node *ca = ro_first(a), *cb = ro_first(b);
        for (; ca != ro_end(a); ca = ro_next(ca), cb = ro_next(cb))
            if (!ro_str_eq(ca->key, cb->key) || !ro_equal(ca, cb))
                return false;
        return true;
    }

    /* A lack of memory makes this slow, not wrong. */
    uint32_t *order_a = NULL, *order_b = NULL;
    if (na > SMALL || nb > SMALL) {
        order_a = malloc(((size_t)na * 2 + 1) * sizeof(*order_a));
        order_b = malloc(((size_t)nb * 2 + 1) * sizeof(*order_b));
    }
    bool same;
    if (order_a && order_b) {
        uint32_t n = sort_members(a, order_a, na);
        same = n == sort_members(b, order_b, nb);
        for (uint32_t i = 0; i < n && same; i++)
            same = ro_str_eq(a[order_a[i]].key, b[order_b[i]].key) && ro_equal(&a[order_a[i]], &b[order_b[i]]);
    } else {
        same = is_within(b, a, false) && is_within(a, b, true);
    }
    free(order_a);
    free(order_b);
    return same;
}

bool ro_equal(const struct rollout_node *a, const struct rollout_node *b)
{
    bool number_a = a->kind == ROLLOUT_NODE_INTEGER || a->kind == ROLLOUT_NODE_REAL;
    bool number_b = b->kind == ROLLOUT_NODE_INTEGER || b->kind == ROLLOUT_NODE_REAL;
    if (number_a && number_b) {
        double x = a->kind == ROLLOUT_NODE_REAL ? a->real : (double)a->integer;
        double y = b->kind == ROLLOUT_NODE_REAL ? b->real : (double)b->integer;
        return x == y;
    }
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case ROLLOUT_NODE_BOOL:
        return a->integer == b->integer;
    case ROLLOUT_NODE_TEXT:
        return ro_str_eq(a->text, b->text);
    case ROLLOUT_NODE_OBJECT:
        return same_members(a, b);
    case ROLLOUT_NODE_ARRAY: {
        const struct rollout_node *ca = ro_first(a), *cb = ro_first(b);
        for (; ca != ro_end(a) && cb != ro_end(b); ca = ro_next(ca), cb = ro_next(cb))
            if (!ro_equal(ca, cb))
                return false;
        return ca == ro_end(a) && cb == ro_end(b);
    }
    default:
        return true;
    }
}

/* A member's key and text lie as a label's key and value do. */
_Static_assert(offsetof(struct rollout_node, text) - offsetof(struct rollout_node, key) ==
                   offsetof(struct rollout_label, value),
               "a node holds a label");

struct rollout_labels ro_labels_view(const struct rollout_node *object)
{
    struct rollout_labels view = { .stride = sizeof(struct rollout_node) };
    if (ro_is(object, ROLLOUT_NODE_OBJECT) && object->size > 1) {
        view.items = (const struct rollout_label *)(const void *)&ro_first(object)->key;
        view.count = object->size - 1;
    }
    return view;
}

struct rollout_strs ro_strs_view(const struct rollout_node *array)
{
    struct rollout_strs view = { .stride = sizeof(struct rollout_node) };
    if (ro_is(array, ROLLOUT_NODE_ARRAY) && array->size > 1) {
        view.items = &ro_first(array)->text;
        view.count = array->size - 1;
    }
    return view;
}

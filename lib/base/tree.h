/* SPDX-License-Identifier: Apache-2.0 */
/* Reading node trees. Trees are checked (rollout_tree_check) before any of this. */
#ifndef RO_BASE_TREE_H
#define RO_BASE_TREE_H

#include <stdbool.h>

#include <rollout/intstr.h>
#include <rollout/node.h>

#include "base/str.h"

/* for (const struct rollout_node *c = ro_first(n); c != ro_end(n); c = ro_next(c)) */
static inline const struct rollout_node *ro_first(const struct rollout_node *n)
{
    return n + 1;
}
static inline const struct rollout_node *ro_next(const struct rollout_node *n)
{
    return n + n->size;
}
static inline const struct rollout_node *ro_end(const struct rollout_node *n)
{
    return n + n->size;
}

static inline bool ro_is(const struct rollout_node *n, uint32_t kind)
{
    return n && n->kind == kind;
}

/* Member of an object; NULL where n is NULL, no object, has no such member, or the member is null.
 * A key that stands twice: the last one. */
const struct rollout_node *ro_get(const struct rollout_node *n, const char *key);
const struct rollout_node *ro_get_str(const struct rollout_node *n, struct rollout_str key);

/* ro_get along a path of keys that ends with NULL: ro_dig(pod, "spec", "containers", NULL). */
const struct rollout_node *ro_dig(const struct rollout_node *n, ...);

static inline bool ro_is_true(const struct rollout_node *n)
{
    return ro_is(n, ROLLOUT_NODE_BOOL) && n->integer;
}

/* The text of a TEXT node, else an absent string. */
struct rollout_str ro_text(const struct rollout_node *n);

/* An INTEGER node's number where it fits, or a TEXT node's text; else unset. */
struct rollout_intstr ro_intstr(const struct rollout_node *n);

/* The value that a TEXT node was expanded to, or NULL. */
const struct rollout_node *ro_expanded(const struct rollout_node *n);

/* Number of children. */
uint32_t ro_count(const struct rollout_node *n);

/* Same JSON value: order of members does not matter, numbers compare as doubles, expansions are
 * ignored, keys of the two nodes themselves are not compared. */
bool ro_equal(const struct rollout_node *a, const struct rollout_node *b);

/* Labels and lists of texts of an object or array whose children are all TEXT of size 1, as views
 * into the tree; absent node: an empty view. */
struct rollout_labels ro_labels_view(const struct rollout_node *object);
struct rollout_strs ro_strs_view(const struct rollout_node *array);

/* rollout_tree_text without its check: the length of the whole, of which at most size - 1 bytes and a
 * NUL are written. */
size_t ro_tree_write(const struct rollout_node *n, char *buf, size_t size);

/* The same for a text as a JSON string, quotes included. */
size_t ro_string_write(struct rollout_str text, char *buf, size_t size);

/* A node and its subtree as a tree of its own. */
static inline struct rollout_tree ro_tree_of(const struct rollout_node *n)
{
    return (struct rollout_tree){ .nodes = n, .count = n ? n->size : 0 };
}

#endif

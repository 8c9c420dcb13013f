/* SPDX-License-Identifier: Apache-2.0 */
/** @file node.h
 *  A JSON-like document as one flat array, which any language fills in one allocation.
 *
 *  Nodes lie in preorder: a container is followed by its children, each with its own subtree, and
 *  `size` tells how many nodes a subtree has, so that the next sibling of n is n + n->size. */
#ifndef ROLLOUT_NODE_H
#define ROLLOUT_NODE_H

#include <rollout/base.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    ROLLOUT_NODE_NULL = 1,
    ROLLOUT_NODE_BOOL = 2,    /**< integer: 0 or 1 */
    ROLLOUT_NODE_INTEGER = 3, /**< integer */
    ROLLOUT_NODE_REAL = 4,    /**< real, and text: its JSON spelling, written out as it stands */
    ROLLOUT_NODE_TEXT = 5,    /**< text; may have one child, see below */
    ROLLOUT_NODE_ARRAY = 6,
    ROLLOUT_NODE_OBJECT = 7 /**< children have keys; a key that stands twice: the last one counts */
};

/** Deepest nesting that is accepted. */
#define ROLLOUT_NODE_MAX_DEPTH 1000

/** One value. Frozen.
 *
 *  A TEXT whose value is itself JSON may carry the parsed value as its only child (size > 1, no
 *  key). Whoever builds the tree does that for
 *    - Pod metadata.annotations: apps.kruise.io/inplace-update-state, inplace-update-state,
 *      apps.kruise.io/inplace-update-grace, inplace-update-grace,
 *      apps.kruise.io/runtime-containers-meta
 *    - Deployment metadata.annotations: rollouts.kruise.io/deployment-strategy
 *    - within the value of a grace annotation, which is an object: its member metaDataPatch, whose
 *      text is the JSON in base64 (RFC 4648 section 4, with padding; line breaks count for nothing)
 *    - Pod status.conditions[].message where the condition's type is KruisePodReady
 *  and leaves the child out where the text is not JSON: that is how an unreadable one is told. No
 *  other text within such a value has a child.
 *
 *  Of these the core parses nothing itself. What it does parse are the annotations and the condition that belong to
 *  SidecarSets: which of them are JSON is said by a SidecarSet's spec, which the builder of a tree does not know. */
struct rollout_node {
    uint32_t kind;           /**< ROLLOUT_NODE_* */
    uint32_t size;           /**< nodes in this subtree, itself included */
    struct rollout_str key;  /**< where the parent is an OBJECT */
    struct rollout_str text; /**< UTF-8 */
    int64_t integer;
    double real;
};

/** A document: nodes[0] is its root and spans all count nodes. Frozen. */
struct rollout_tree {
    const struct rollout_node *nodes;
    size_t count;
};

/** Is this a well-formed tree: known kinds, sizes that add up, keys where they belong, not deeper
 *  than ROLLOUT_NODE_MAX_DEPTH? Every function here that takes a tree asks this first.
 *  Returns ROLLOUT_OK or ROLLOUT_ERR_INVALID with error.index = the node at fault.
 *  Since: 0.1 (testing) */
ROLLOUT_API int rollout_tree_check(const struct rollout_tree *tree, struct rollout_error *reterr);

/** Writes the tree as compact JSON, escaped as Go's encoder does, members in the tree's order.
 *
 *  Like snprintf: at most `size` bytes are written, the last of them NUL; *ret_len is the length
 *  of the whole text without the NUL. buf may be NULL if size is 0.
 *  Returns ROLLOUT_OK or ROLLOUT_ERR_INVALID (not a well-formed tree).
 *  Since: 0.1 (testing) */
ROLLOUT_API int rollout_tree_text(const struct rollout_tree *tree, char *buf, size_t size, size_t *ret_len,
                                  struct rollout_error *reterr);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/result.h"

#include <stdlib.h>

#include "base/error.h"

/* Nodes and bytes of text: counted first, then written where the block has room for them. */
struct writer {
    struct rollout_node *nodes; /* NULL while counting */
    char *bytes;
    size_t node_count, byte_count;
};

static struct rollout_str write_text(struct writer *w, struct rollout_str text)
{
    if (text.data && w->nodes) {
        char *copy = w->bytes + w->byte_count;
        if (text.len > 0)
            memcpy(copy, text.data, text.len);
        copy[text.len] = '\0';
        text.data = copy;
    }
    w->byte_count += text.data ? text.len + 1 : 0;
    return text;
}

static void write_tree(struct writer *w, const struct ro_edit *e)
{
    size_t at = w->node_count++;
    struct rollout_node node = e->node;

    node.key = write_text(w, node.key);
    node.text = write_text(w, node.text);
    for (const struct ro_edit *c = e->first; c; c = c->next)
        write_tree(w, c);
    node.size = (uint32_t)(w->node_count - at);
    if (w->nodes)
        w->nodes[at] = node;
}

int ro_objects_make(struct ro_edit *const *roots, size_t count, struct rollout_objects **ret_objects,
                    struct rollout_error *reterr)
{
    struct writer w = { 0 };
    struct ro_layout layout = { 0 };

    for (size_t i = 0; i < count; i++)
        write_tree(&w, roots[i]);
    if (w.node_count > UINT32_MAX)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, NULL, "the objects have %zu nodes, which are too many",
                        w.node_count);
    size_t objects_at = ro_layout_add(&layout, 1, sizeof(struct rollout_objects));
    size_t items_at = ro_layout_add(&layout, count, sizeof(struct rollout_tree));
    size_t nodes_at = ro_layout_add(&layout, w.node_count, sizeof *w.nodes);
    size_t bytes_at = ro_layout_add(&layout, w.byte_count, 1);
    char *block = ro_layout_alloc(&layout);
    if (!block)
        return ro_error_nomem(reterr);

    struct rollout_objects *objects = (struct rollout_objects *)(void *)(block + objects_at);
    struct rollout_tree *items = (struct rollout_tree *)(void *)(block + items_at);
    w = (struct writer){ .nodes = (struct rollout_node *)(void *)(block + nodes_at), .bytes = block + bytes_at };
    for (size_t i = 0; i < count; i++) {
        items[i].nodes = w.nodes + w.node_count;
        write_tree(&w, roots[i]);
        items[i].count = items[i].nodes->size;
    }
    *objects = (struct rollout_objects){ .struct_size = sizeof *objects, .items = items, .count = count };
    *ret_objects = objects;
    return ROLLOUT_OK;
}

void rollout_objects_free(struct rollout_objects *objects)
{
    free(objects);
}

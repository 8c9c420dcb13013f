/* SPDX-License-Identifier: Apache-2.0 */
#include "base/tree_block.h"

#include <string.h>

#include "base/memory.h"

struct rollout_str ro_str_put(char **at, struct rollout_str text)
{
    if (!text.data)
        return text;
    struct rollout_str copy = { *at, text.len };
    if (text.len > 0)
        memcpy(*at, text.data, text.len);
    *at += text.len;
    return copy;
}

bool ro_tree_block(const struct rollout_tree *tree, size_t more, void **ret_block, struct rollout_tree *ret,
                   char **ret_more)
{
    struct ro_layout layout = { 0, false };
    size_t bytes = more;
    for (size_t i = 0; i < tree->count; i++)
        bytes += tree->nodes[i].key.len + tree->nodes[i].text.len;
    size_t nodes_at = ro_layout_add(&layout, tree->count, sizeof *tree->nodes);
    size_t bytes_at = ro_layout_add(&layout, bytes + 1, 1);
    char *block = ro_layout_alloc(&layout);
    if (!block)
        return false;
    struct rollout_node *nodes = (struct rollout_node *)(void *)(block + nodes_at);
    char *at = block + bytes_at;
    for (size_t i = 0; i < tree->count; i++) {
        nodes[i] = tree->nodes[i];
        nodes[i].key = ro_str_put(&at, tree->nodes[i].key);
        nodes[i].text = ro_str_put(&at, tree->nodes[i].text);
    }
    *ret_block = block;
    *ret = (struct rollout_tree){ nodes, tree->count };
    *ret_more = at;
    return true;
}

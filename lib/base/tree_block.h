/* SPDX-License-Identifier: Apache-2.0 */
/* Trees that outlive what they were made of. */
#ifndef RO_BASE_TREE_BLOCK_H
#define RO_BASE_TREE_BLOCK_H

#include <stdbool.h>

#include <rollout/node.h>

/* A copy with all its texts in one block, which free() takes, and room for so many more bytes of texts at *ret_more. False on
 * lack of memory. */
bool ro_tree_block(const struct rollout_tree *tree, size_t more, void **ret_block, struct rollout_tree *ret,
                   char **ret_more);

/* A copy of the text at *at, which moves on behind it. Absent stays absent. */
struct rollout_str ro_str_put(char **at, struct rollout_str text);

#endif

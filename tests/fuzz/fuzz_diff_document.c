/* SPDX-License-Identifier: Apache-2.0 */
/* rollout_diff() and rollout_diff_free(): the members old and new of any document, {old, new}. */
#include <string.h>

#include "document.h"
#include "tree.h"

static struct rollout_tree member(const struct rollout_tree *tree, const char *key)
{
    const struct rollout_node *root = tree->nodes, *found = NULL;
    for (uint32_t i = 1; root->kind == ROLLOUT_NODE_OBJECT && i < root->size; i += root[i].size)
        if (root[i].key.len == strlen(key) && memcmp(root[i].key.data, key, root[i].key.len) == 0)
            found = &root[i];
    return (struct rollout_tree){ found, found ? found->size : 0 };
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz f = fuzz_begin(NULL, 0);
    struct rollout_tree tree;
    if (document_parse(&f, data, size, &tree)) {
        struct rollout_diff_options options = { sizeof options, document_hash(data, size) % 8 };
        struct rollout_tree trees[2] = { member(&tree, "old"), member(&tree, "new") };
        for (int i = 0; i < 3; i++) {
            struct rollout_diff *diff = NULL;
            struct rollout_error *error = fuzz_whole_error(&f);
            /* One way, the other way, and from itself. */
            int rc = rollout_diff(&trees[i % 2], &trees[i == 0], &options, &diff, error);
            if (rc != ROLLOUT_OK) {
                fuzz_failed(rc, error);
                FUZZ_REQUIRE(!diff);
                continue;
            }
            FUZZ_REQUIRE(i < 2 || diff->rule <= ROLLOUT_DIFF_BROKEN);
            if (diff->metadata_patch.count)
                fuzz_tree_holds(&f, &diff->metadata_patch);
            rollout_diff_free(diff);
        }
    }
    fuzz_end(&f);
    return 0;
}

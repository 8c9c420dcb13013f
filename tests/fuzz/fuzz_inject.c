/* SPDX-License-Identifier: Apache-2.0 */
/* rollout_inject(): any document. What is answered is an object that lists what was done, or why the pod is refused. */
#include <string.h>

#include "document.h"
#include "tree.h"

static struct rollout_objects *injected(struct fuzz *f, const struct rollout_tree *tree)
{
    struct rollout_objects *objects = NULL;
    struct rollout_error *error = fuzz_whole_error(f);
    int rc = rollout_inject(tree, FUZZ_NOW, &objects, error);
    FUZZ_REQUIRE((rc == ROLLOUT_OK) == !!objects);
    if (rc != ROLLOUT_OK)
        fuzz_failed(rc, error);
    return objects;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz f = fuzz_begin(NULL, 0);
    struct rollout_tree tree;
    struct rollout_objects *objects = NULL;
    if (document_parse(&f, data, size, &tree))
        objects = injected(&f, &tree);
    if (objects) {
        size_t len, again_len;
        FUZZ_REQUIRE(objects->struct_size == sizeof *objects && objects->count == 1);
        FUZZ_REQUIRE(objects->items[0].nodes[0].kind == ROLLOUT_NODE_OBJECT);
        fuzz_tree_holds(&f, &objects->items[0]);
        if (document_hash(data, size) % 8 == 0) {
            struct rollout_objects *again = injected(&f, &tree);
            char *text = fuzz_tree_text(&f, &objects->items[0], &len);
            FUZZ_REQUIRE(memcmp(text, fuzz_tree_text(&f, &again->items[0], &again_len), len) == 0 && len == again_len);
            rollout_objects_free(again);
        }
    }
    rollout_objects_free(objects);
    fuzz_end(&f);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* rollout_tree_check() and rollout_tree_text(): any array of nodes. */
#include "fuzz.h"

#include "tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz f = fuzz_begin(data, size);
    struct rollout_tree tree = fuzz_nodes(&f);
    struct rollout_error *error = fuzz_error(&f);
    int rc = rollout_tree_check(&tree, error);
    if (rc == ROLLOUT_OK) {
        fuzz_tree_holds(&f, &tree);
    } else {
        size_t len = 77;
        char *buf = fuzz_alloc(&f, 64);
        fuzz_failed(rc, error);
        error = fuzz_error(&f);
        FUZZ_REQUIRE(rollout_tree_text(&tree, buf, 64, &len, error) == rc && len == 77 && buf[0] == '\0');
        fuzz_failed(rc, error);
    }
    fuzz_end(&f);
    return 0;
}

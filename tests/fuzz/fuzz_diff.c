/* SPDX-License-Identifier: Apache-2.0 */
/* rollout_diff(): two templates, or any two arrays of nodes. */
#include "fuzz.h"

#include "tree.h"

static void diff_holds(struct fuzz *f, const struct rollout_diff *diff)
{
    FUZZ_REQUIRE(diff->struct_size == sizeof *diff);
    FUZZ_REQUIRE(diff->rule <= ROLLOUT_DIFF_GATE && diff->operation <= ROLLOUT_DIFF_REMOVE);
    FUZZ_REQUIRE(diff->rule == ROLLOUT_DIFF_POSSIBLE || (!diff->container_count && !diff->metadata_patch.count));
    for (size_t i = 0; i < diff->container_count; i++)
        FUZZ_REQUIRE(diff->containers[i].name.data || !diff->containers[i].name.len);
    if (diff->metadata_patch.count)
        fuzz_tree_holds(f, &diff->metadata_patch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz f = fuzz_begin(data, size);
    uint8_t how = fuzz_byte(&f);
    struct rollout_tree old_tree = how % 8 == 7 ? fuzz_nodes(&f) : fuzz_template(&f);
    struct rollout_tree new_tree = how % 8 >= 6 ? fuzz_nodes(&f) : fuzz_template(&f);
    struct rollout_diff_options options = { .flags = fuzz_flags(&f, 7) };
    struct rollout_diff *diff = NULL;
    struct rollout_error *error = fuzz_error(&f);
    int rc = rollout_diff(&old_tree, &new_tree, fuzz_sized(&f, &options, sizeof options, how >= 192), &diff, error);
    if (rc != ROLLOUT_OK) {
        fuzz_failed(rc, error);
        FUZZ_REQUIRE(!diff);
    } else {
        diff_holds(&f, diff);
        rollout_diff_free(diff);
        /* A template is no change from itself. */
        options.struct_size = sizeof options;
        FUZZ_REQUIRE(rollout_diff(&old_tree, &old_tree, &options, &diff, NULL) == ROLLOUT_OK);
        FUZZ_REQUIRE(diff->rule <= ROLLOUT_DIFF_BROKEN);
        FUZZ_REQUIRE(!diff->container_count && !diff->metadata_patch.count);
        rollout_diff_free(diff);
    }
    fuzz_end(&f);
    return 0;
}

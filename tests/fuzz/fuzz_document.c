/* SPDX-License-Identifier: Apache-2.0 */
/* rollout_document_count(), _decode() and _group(), rollout_grouping_count(), _decode() and _free(),
 * rollout_world_free(): any document. */
#include <string.h>

#include "document.h"
#include "tree.h"

/* Decoding one workload of a document and of a document that is sorted come to the same. */
static void decode(struct fuzz *f, const struct rollout_tree *tree, const struct rollout_grouping *grouping, size_t i,
                   int64_t now_ms)
{
    struct rollout_world *world = NULL, *same = NULL;
    struct rollout_error *error = fuzz_whole_error(f), *same_error = fuzz_whole_error(f);
    int rc = rollout_document_decode(tree, i, now_ms, &world, error);
    FUZZ_REQUIRE(rollout_grouping_decode(grouping, i, now_ms, &same, same_error) == rc);
    if (rc == ROLLOUT_OK) {
        FUZZ_REQUIRE(world->struct_size == sizeof *world && world->workload && world->snapshot);
        FUZZ_REQUIRE(world->pod_object_count == world->snapshot->pods.count);
        FUZZ_REQUIRE(world->claim_object_count == world->snapshot->claims.count);
        FUZZ_REQUIRE(world->revision_object_count == world->snapshot->revisions.count);
        FUZZ_REQUIRE(world->snapshot->pods.count == same->snapshot->pods.count);
        FUZZ_REQUIRE(rollout_tree_check(&world->workload_object, NULL) == ROLLOUT_OK);
        for (size_t pod = 0; pod < world->pod_object_count; pod++)
            FUZZ_REQUIRE(rollout_tree_check(&world->pod_objects[pod], NULL) == ROLLOUT_OK);
    } else {
        fuzz_failed(rc, error);
        FUZZ_REQUIRE(!world && !same && strcmp(error->message, same_error->message) == 0);
    }
    rollout_world_free(world);
    rollout_world_free(same);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz f = fuzz_begin(NULL, 0);
    struct rollout_tree tree;
    struct rollout_grouping *grouping = NULL;
    struct rollout_world *world = NULL;
    size_t count = 77;
    int64_t now_ms = document_hash(data, size) % 8 ? FUZZ_NOW : 0;
    if (document_parse(&f, data, size, &tree)) {
        struct rollout_error *error = fuzz_error(&f);
        int rc = rollout_document_count(&tree, &count, error);
        bool counted = rc == ROLLOUT_OK;
        if (!counted)
            fuzz_failed(rc, error);
        error = fuzz_error(&f);
        rc = rollout_document_group(&tree, &grouping, error);
        FUZZ_REQUIRE(rc != ROLLOUT_OK || counted);
        if (rc == ROLLOUT_OK) {
            FUZZ_REQUIRE(rollout_grouping_count(grouping) == count && count <= tree.count);
            for (size_t i = 0; i < count && i < 3; i++)
                decode(&f, &tree, grouping, i, now_ms);
            FUZZ_REQUIRE(rollout_grouping_decode(grouping, count, now_ms, &world, error) == ROLLOUT_ERR_INVALID);
            fuzz_failed(ROLLOUT_ERR_INVALID, error);
            FUZZ_REQUIRE(rollout_document_decode(&tree, SIZE_MAX, now_ms, &world, error) == ROLLOUT_ERR_INVALID);
        } else {
            fuzz_failed(rc, error);
            FUZZ_REQUIRE((counted || count == 77) && !grouping);
        }
        FUZZ_REQUIRE(!world);
        rollout_grouping_free(grouping);
    }
    fuzz_end(&f);
    return 0;
}

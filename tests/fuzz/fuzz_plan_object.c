/* SPDX-License-Identifier: Apache-2.0 */
/* rollout_plan_object() and rollout_snapshot_object(), and what it stands on, rollout_plan(), rollout_candidates() and
 * rollout_verdict_text(): the workloads of any document. */
#include "document.h"
#include "planned.h"
#include "tree.h"

/* Decoded facts written as objects again: where that is refused, it is for what the facts leave open (an object that
 * decoding took is never too much for it), and what is written has been read back by the function itself. */
static void snapshot_holds(struct fuzz *f, const struct rollout_world *world)
{
    struct rollout_objects *objects = NULL;
    int r = rollout_snapshot_object(world, world->snapshot, &objects, NULL);
    FUZZ_REQUIRE(r == ROLLOUT_OK || (r == ROLLOUT_ERR_INVALID && !objects));
    if (objects)
        fuzz_tree_holds(f, &objects->items[0]);
    rollout_objects_free(objects);
}

static void world_holds(struct fuzz *f, const struct rollout_world *world, uint32_t hash)
{
    bool twice = hash % 8 == 0;
    snapshot_holds(f, world);
    struct rollout_plan *plan = planned(f, world->workload, world->snapshot, twice);
    FUZZ_REQUIRE(planned_candidates(f, world->workload, world->snapshot, twice) ==
                 (plan && !world->workload->broadcastjob && !world->workload->uniteddeployment));
    if (!plan)
        return;
    planned_sentences(f, plan, world->snapshot);
    struct rollout_objects *objects = NULL;
    FUZZ_REQUIRE(rollout_plan_object(world, plan, &objects, NULL) == ROLLOUT_OK);
    FUZZ_REQUIRE(objects->struct_size == sizeof *objects && objects->count == 1);
    fuzz_tree_holds(f, &objects->items[0]);
    rollout_objects_free(objects);
    rollout_plan_free(plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    document_worlds(data, size, world_holds);
    return 0;
}

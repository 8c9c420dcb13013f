/* SPDX-License-Identifier: Apache-2.0 */
/* rollout_plan_object(), and what it stands on, rollout_plan(), rollout_candidates() and rollout_verdict_text(): the
 * workloads of any document. */
#include "document.h"
#include "planned.h"
#include "tree.h"

static void world_holds(struct fuzz *f, const struct rollout_world *world, uint32_t hash)
{
    bool twice = hash % 8 == 0;
    struct rollout_plan *plan = planned(f, world->workload, world->snapshot, twice);
    FUZZ_REQUIRE(planned_candidates(f, world->workload, world->snapshot, twice) == !!plan);
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

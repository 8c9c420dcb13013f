/* SPDX-License-Identifier: Apache-2.0 */
/* rollout_apply(), rollout_apply_to(), rollout_apply_status() and rollout_objects_free(): every action of the plans of
 * any document, with ids as a driver draws them, too few of them, and other objects than the action's. */
#include <stdio.h>

#include "document.h"
#include "planned.h"
#include "tree.h"

/* As many ids as that, each in memory of its own. */
static struct rollout_strs draw_ids(struct fuzz *f, uint32_t count, uint32_t hash)
{
    static const char letters[] = "bcdfghjklmnpqrstvwxz2456789";
    struct rollout_str *items = fuzz_alloc(f, count * sizeof *items);
    for (uint32_t i = 0; i < count; i++) {
        char id[5];
        uint32_t left = i * 7919 + hash;
        for (int c = 0; c < 5; c++, left /= 27)
            id[c] = letters[left % 27];
        items[i] = (struct rollout_str){ fuzz_copy(f, id, sizeof id), sizeof id };
    }
    return (struct rollout_strs){ count ? items : NULL, count, sizeof *items };
}

/* How many the action asks for. */
static uint32_t ids_of(const struct rollout_world *world, const struct rollout_plan *plan, size_t action)
{
    const struct rollout_action *a = &plan->actions[action];
    int64_t wanted = world->workload->daemonset && a->op == ROLLOUT_OP_CREATE;
    for (uint32_t i = 0; i < a->attr_count; i++)
        if (plan->attrs[a->attr_first + i].key == ROLLOUT_ATTR_NEW_IDS)
            wanted = plan->attrs[a->attr_first + i].value;
    if (world->workload->cloneset && a->op == ROLLOUT_OP_CREATE_CLAIM)
        wanted = 1;
    return wanted < 50 ? (uint32_t)wanted : 50;
}

static bool holds(struct fuzz *f, int rc, struct rollout_objects *objects, const struct rollout_error *error)
{
    if (rc != ROLLOUT_OK) {
        fuzz_failed(rc, error);
        FUZZ_REQUIRE(!objects);
        return false;
    }
    FUZZ_REQUIRE(objects->struct_size == sizeof *objects);
    for (size_t i = 0; i < objects->count; i++)
        fuzz_tree_holds(f, &objects->items[i]);
    return true;
}

static void apply_one(struct fuzz *f, const struct rollout_world *world, const struct rollout_plan *plan, size_t action,
                      uint32_t hash)
{
    struct rollout_objects *objects = NULL, *second = NULL;
    struct rollout_error *error = fuzz_whole_error(f);
    uint32_t count = ids_of(world, plan, action);
    struct rollout_strs ids = draw_ids(f, hash % 16 ? count : count / 2, hash);
    int rc = rollout_apply(world, plan, action, hash % 32 ? &ids : NULL, &objects, error);
    if (holds(f, rc, objects, error) && objects->count) {
        /* The next action on what this one left. */
        size_t next = action + 1 < plan->action_count ? action + 1 : 0;
        struct rollout_tree left = fuzz_tree_copy(f, &objects->items[0]);
        error = fuzz_whole_error(f);
        rc = rollout_apply_to(world, plan, next, &left, &second, error);
        (void)holds(f, rc, second, error);
        rollout_objects_free(second);
        second = NULL;
    }
    rollout_objects_free(objects);
    if (world->pod_object_count) {
        error = fuzz_whole_error(f);
        rc = rollout_apply_to(world, plan, action, &world->pod_objects[hash % world->pod_object_count], &second, error);
        (void)holds(f, rc, second, error);
        rollout_objects_free(second);
    }
}

static void apply_all(struct fuzz *f, const struct rollout_world *world, uint32_t hash)
{
    struct rollout_objects *objects = NULL;
    struct rollout_error *error = fuzz_whole_error(f);
    struct rollout_plan *plan = NULL;
    if (rollout_plan(world->workload, world->snapshot, &plan, NULL) != ROLLOUT_OK)
        return;
    for (size_t action = 0; action < plan->action_count && action < 40; action++)
        apply_one(f, world, plan, action, hash + (uint32_t)action);
    FUZZ_REQUIRE(rollout_apply(world, plan, plan->action_count, NULL, &objects, error) == ROLLOUT_ERR_INVALID);
    fuzz_failed(ROLLOUT_ERR_INVALID, error);
    FUZZ_REQUIRE(!objects);
    error = fuzz_whole_error(f);
    int rc = rollout_apply_status(world, plan, &objects, error);
    (void)holds(f, rc, objects, error);
    rollout_objects_free(objects);
    rollout_plan_free(plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    document_worlds(data, size, apply_all);
    return 0;
}

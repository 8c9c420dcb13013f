/* SPDX-License-Identifier: Apache-2.0 */
/* The workload as a pass leaves it. Source: cloneset.md 4.1 and 7.4. */
#include "base/edit.h"
#include "base/error.h"
#include "base/time.h"
#include "objects/result.h"

/* Takes the dropped places out of podsToDelete, which goes as a whole when it is empty. */
static void drop_pods_to_delete(struct ro_edit *object, const struct rollout_plan *plan)
{
    struct ro_edit *strategy = ro_edit_get(ro_edit_get(object, "spec"), "scaleStrategy");
    struct ro_edit *list = ro_edit_get(strategy, "podsToDelete"), *next;
    uint32_t place = 0;
    size_t d = 0;

    for (struct ro_edit *e = list ? list->first : NULL; e && d < plan->dropped_count; e = next, place++) {
        next = e->next;
        if (plan->dropped_pods_to_delete[d] == place) {
            ro_edit_detach(e);
            d++;
        }
    }
    if (list && !list->first && plan->dropped_count > 0)
        ro_edit_remove(strategy, RO_STR("podsToDelete"));
}

/* 7.4: the error of a CloneSet's update phase. Never taken back, and one that is True already stays as it is. */
static void add_failed_update(struct ro_arena *arena, struct ro_edit *object, const struct rollout_plan *plan,
                              struct rollout_str now)
{
    struct ro_edit *conditions = ro_edit_need_array(arena, ro_edit_need_object(arena, object, "status"), "conditions");
    if (!conditions)
        return;
    for (struct ro_edit *c = conditions->first, *next; c; c = next) {
        const struct ro_edit *type = ro_edit_get(c, "type"), *status = ro_edit_get(c, "status");
        next = c->next;
        if (!type || !ro_str_eq(type->node.text, RO_STR("FailedUpdate")))
            continue;
        if (status && ro_str_eq(status->node.text, RO_STR("True")))
            return;
        ro_edit_detach(c);
    }
    struct ro_edit *condition = ro_edit_object(arena);
    ro_edit_set_text(arena, condition, RO_STR("type"), RO_STR("FailedUpdate"));
    ro_edit_set_text(arena, condition, RO_STR("status"), RO_STR("True"));
    ro_edit_set_text(arena, condition, RO_STR("lastUpdateTime"), now);
    ro_edit_set_text(arena, condition, RO_STR("lastTransitionTime"), now);
    ro_edit_set_text(arena, condition, RO_STR("message"), plan->error_message);
    ro_edit_append(conditions, condition);
}

int rollout_apply_status(const struct rollout_world *world, const struct rollout_plan *plan,
                         struct rollout_objects **ret_objects, struct rollout_error *reterr)
{
    struct ro_arena arena = { 0 };

    if (!world || !plan || !ret_objects)
        return ro_error_null(reterr, !world ? "world" : !plan ? "plan" : "ret_objects");
    struct ro_edit *object = ro_edit_copy(&arena, world->workload_object.nodes);
    if (plan->status.count > 0)
        ro_edit_set(object, RO_STR("status"), ro_edit_copy(&arena, plan->status.nodes));
    char now[RO_TIME_SIZE];
    if (world->workload->cloneset && plan->error_pod != ROLLOUT_NONE)
        add_failed_update(&arena, object, plan,
                          (struct rollout_str){ now, ro_time_format(world->snapshot->now_ms, false, now) });
    drop_pods_to_delete(object, plan);
    int r = arena.failed ? ro_error_nomem(reterr) : ro_objects_make(&object, 1, ret_objects, reterr);
    ro_arena_free(&arena);
    return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The lifecycle of pods. Source: cloneset.md 6.6. */
#include "base/error.h"
#include "objects/apply.h"
#include "objects/conditions.h"
#include "rules/metadata_patch.h"

/* Puts the hook's labels and finalizers back, by the patch that upstream sends. */
static void put_hook_back(struct ro_apply *a)
{
    struct ro_edit *patch = ro_edit_object(&a->arena), *metadata = ro_edit_object(&a->arena);
    struct ro_edit *labels = ro_edit_object(&a->arena), *finalizers = ro_edit_array(&a->arena);

    if (!a->kind.lifecycle)
        return;
    const struct rollout_hook *hook = &a->kind.lifecycle->in_place_update;
    for (uint32_t i = 0; i < hook->labels.count; i++)
        ro_edit_set_text(&a->arena, labels, *ro_label_key(&hook->labels, i), *ro_label_value(&hook->labels, i));
    for (uint32_t i = 0; i < hook->finalizers.count; i++)
        ro_edit_append(finalizers, ro_edit_text(&a->arena, *ro_strs_at(&hook->finalizers, i)));
    ro_edit_set(metadata, RO_STR("labels"), labels);
    ro_edit_set(metadata, RO_STR("finalizers"), finalizers);
    ro_edit_set(patch, RO_STR("metadata"), metadata);
    struct rollout_tree tree = ro_edit_flatten(&a->arena, patch);
    if (tree.count > 0)
        ro_metadata_patch_apply(&a->arena, a->object, tree.nodes);
}

int ro_apply_lifecycle(struct ro_apply *a)
{
    const struct rollout_attr *mark = ro_apply_attr(a, ROLLOUT_ATTR_MARK_NOT_READY);
    const struct rollout_attr *hook = ro_apply_attr(a, ROLLOUT_ATTR_HOOK);
    struct rollout_str state = ro_apply_text(a, ROLLOUT_ATTR_STATE);
    bool moves = a->action->op == ROLLOUT_OP_SET_LIFECYCLE;

    if (!moves) {
        struct ro_edit *labels = ro_edit_get(ro_edit_get(a->object, "metadata"), "labels");
        state = ro_edit_get_text(labels, "lifecycle.apps.kruise.io/state");
    }
    if (moves && !state.data)
        return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "state", "state: the action names none");
    /* before the state: with the state that is to come, only the key is told apart by it */
    if (mark)
        ro_mark_not_ready(&a->arena, a->object,
                          ro_str_eq(state, RO_STR("PreparingDelete")) ? RO_STR("preDeleteHook")
                                                                      : RO_STR("preUpdateHook"),
                          mark->value != 0, a->now);
    if (hook && hook->value)
        put_hook_back(a);
    if (moves)
        ro_apply_state(a, a->object, state);
    return ROLLOUT_OK;
}

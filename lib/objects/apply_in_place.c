/* SPDX-License-Identifier: Apache-2.0 */
/* An update in place starts, at once or with a grace period, which ends. Source: inplace.md 8 and 11.1. */
#include "base/error.h"
#include "base/tree.h"
#include "objects/apply_batch.h"
#include "objects/base64.h"
#include "objects/conditions.h"
#include "objects/in_place_state.h"
#include "rules/revision.h"

static void remove_grace(struct ro_apply *a)
{
    ro_apply_remove_annotation(a->object, RO_GRACE_KEY);
    ro_apply_remove_annotation(a->object, RO_GRACE_KEY_OLD);
}

/* The update for the end of its grace period. Members in the order of the Go type. */
static void write_grace(struct ro_apply *a, const struct ro_changes *changes, const struct ro_state *state,
                        int64_t seconds)
{
    struct ro_edit *e = ro_edit_object(&a->arena);
    struct ro_change_maps maps = ro_changes_write(a, changes, false);

    ro_edit_set_text(&a->arena, e, RO_STR("revision"), state->revision);
    ro_set_unless_empty(e, RO_STR("containerImages"), maps.images);
    ro_set_unless_empty(e, RO_STR("containerRefMetadata"), maps.metadata);
    ro_set_unless_empty(e, RO_STR("containerResources"), maps.resources);
    if (changes->metadata_patch) {
        struct ro_edit *patch = ro_edit_copy(&a->arena, changes->metadata_patch);
        struct rollout_str text = ro_base64_text(&a->arena, ro_edit_json(&a->arena, patch));
        ro_edit_set(e, RO_STR("metaDataPatch"), ro_edit_expanded(&a->arena, text, patch));
    }
    if (state->env)
        ro_edit_set(e, RO_STR("updateEnvFromMetadata"), ro_edit_bool(&a->arena, true));
    ro_edit_set(e, RO_STR("graceSeconds"), ro_edit_integer(&a->arena, seconds));
    ro_apply_annotation(a, a->object, RO_GRACE_KEY, ro_edit_json_text(&a->arena, e));
}

static int start(struct ro_apply *a, const struct rollout_diff *diff, uint32_t to)
{
    const struct rollout_attr *mark = ro_apply_attr(a, ROLLOUT_ATTR_MARK_NOT_READY);
    const struct rollout_attr *grace = ro_apply_attr(a, ROLLOUT_ATTR_GRACE_SECONDS);
    struct ro_changes changes;
    struct rollout_str lifecycle = ro_apply_text(a, ROLLOUT_ATTR_STATE);
    struct ro_state state = { .revision = ro_apply_revision_text(a, to),
                              .timestamp = a->now,
                              .env = (diff->flags & ROLLOUT_CHANGES_ENV) != 0,
                              .resources = (diff->flags & ROLLOUT_CHANGES_RESOURCES) != 0,
                              .images = (diff->flags & ROLLOUT_CHANGES_IMAGES) != 0,
                              .batches = ro_edit_array(&a->arena) };

    ro_changes_from_diff(a, diff, &changes);
    if (mark && mark->value)
        ro_set_in_place_ready(&a->arena, a->object, false, a->now);
    ro_apply_revision_labels(a, a->object, to);
    if (a->world->workload->cloneset) /* upstream names the state of other kinds' pods only where they have one */
        lifecycle = RO_STR("Updating");
    if (lifecycle.data)
        ro_apply_state(a, a->object, lifecycle);
    ro_state_write(a, &state, NULL, NULL); /* what a former update left is replaced */
    ro_apply_remove_annotation(a->object, RO_STATE_KEY_OLD);
    if (grace && grace->value > 0) {
        write_grace(a, &changes, &state, grace->value);
        return ROLLOUT_OK;
    }
    int r = ro_apply_batch(a, &changes, &state);
    remove_grace(a);
    return r;
}

/* The stored revision that the pod's label names. */
static uint32_t find_own_revision(const struct ro_apply *a, struct rollout_str label)
{
    struct ro_abi_array revisions = ro_apply_revisions(a);

    if (a->world->workload->cloneset)
        return ro_revision_find(&revisions, label);
    for (uint32_t i = 0; i < revisions.count; i++) {
        struct rollout_str text = ro_apply_revision_text(a, i);
        if (!(ro_revision_at(&revisions, i)->flags & ROLLOUT_REVISION_NEW) &&
            (a->world->workload->daemonset ? ro_same_revision(text, label) : ro_str_eq(text, label)))
            return i;
    }
    return ROLLOUT_NONE;
}

int ro_apply_update_in_place(struct ro_apply *a)
{
    const struct rollout_world *w = a->world;
    bool in_place_only = a->kind.pod_update_policy == ROLLOUT_POLICY_IN_PLACE_ONLY;
    const struct rollout_diff_options options = { sizeof options, ro_gates_diff_flags(&a->gates, in_place_only) };
    struct ro_edit *labels = ro_edit_get(ro_edit_get(a->object, "metadata"), "labels");
    struct rollout_str revision = ro_apply_text(a, ROLLOUT_ATTR_REVISION);
    struct rollout_str old = ro_edit_get_text(labels, "controller-revision-hash");
    uint32_t from = find_own_revision(a, old), to = ro_apply_revision(a, revision);
    struct rollout_diff *diff = NULL;

    if (to == ROLLOUT_NONE)
        return ROLLOUT_ERR_INVALID;
    if (from >= w->revision_object_count)
        return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "metadata.labels[\"controller-revision-hash\"]",
                        "metadata.labels[\"controller-revision-hash\"]: \"%.*s\" is not among the revisions",
                        (int)old.len, old.data ? old.data : "");
    int r = rollout_diff(&w->revision_objects[from], &w->revision_objects[to], &options, &diff, a->reterr);
    if (r != ROLLOUT_OK)
        return r;
    if (diff->rule == ROLLOUT_DIFF_POSSIBLE)
        r = start(a, diff, to);
    else
        r = ro_error(a->reterr, ROLLOUT_ERR_INVALID, "revision", "revision: from %.*s to %.*s is not possible in place",
                     (int)old.len, old.data, (int)revision.len, revision.data);
    rollout_diff_free(diff); /* the texts that were taken from it are the revisions' */
    return r;
}

int ro_apply_end_grace(struct ro_apply *a)
{
    const struct rollout_node *pod = ro_apply_flat(a), *text, *patch, *grace, *state_value;
    struct rollout_str detail = ro_apply_text(a, ROLLOUT_ATTR_DETAIL);
    struct ro_changes changes;

    if (ro_str_eq(detail, RO_STR("drop"))) {
        remove_grace(a);
        return ROLLOUT_OK;
    }
    if (!ro_str_eq(detail, RO_STR("apply")))
        return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "detail", "detail: \"%.*s\" is neither apply nor drop",
                        (int)detail.len, detail.data ? detail.data : "");
    grace = ro_grace_value(ro_grace_annotation(pod));
    if (!grace)
        return ro_apply_refuse_annotation(a, RO_GRACE_KEY, "is missing or cannot be read");
    state_value = ro_state_value(ro_state_annotation(pod));
    if (!state_value)
        return ro_apply_refuse_annotation(a, RO_STATE_KEY, "is missing or cannot be read");
    ro_changes_from_maps(a, ro_get(grace, "containerImages"), ro_get(grace, "containerRefMetadata"),
                         ro_get(grace, "containerResources"), &changes);
    text = ro_get(grace, "metaDataPatch");
    patch = ro_expanded(text);
    if (text && !patch)
        return ro_apply_refuse_annotation(a, RO_GRACE_KEY, "its metaDataPatch cannot be read");
    if (patch && patch->kind != ROLLOUT_NODE_NULL) /* the patch null changes nothing */
        changes.metadata_patch = patch;
    struct ro_state state = ro_state_read(a, state_value);
    int r = ro_apply_batch(a, &changes, &state);
    remove_grace(a);
    return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The actions of a CloneSet's pass, written down from what its phases decided, in upstream's order. */
#include "planners/cloneset_pass.h"

#include "base/str.h"
#include "planners/refresh.h"
#include "rules/in_place.h"
#include "rules/lifecycle.h"
#include "rules/revision.h"

static void act(struct pass *pass, struct ro_builder *b, uint32_t op, uint32_t pod, const struct ro_why *why)
{
    ro_act(b, pass->turns, op, pod, why);
}

/* ---- the scale phase ---- */

static void emit_cancels(struct pass *pass, struct ro_builder *b)
{
    int64_t leaving = pass_leaving(pass);
    struct ro_why why = { .reason = ROLLOUT_REASON_DELETE_CANCELLED, .a = pass->limits.replicas - pass->active + leaving };
    for (uint32_t i = 0; i < pass->n; i++)
        if (pass->fates[i] == FATE_CANCEL)
            ro_lifecycle_emit(b, pass->turns, i, ROLLOUT_STATE_PREPARING_NORMAL, &why);
}

static void emit_creates(struct pass *pass, struct ro_builder *b)
{
    const struct ro_cloneset_diff *d = &pass->scale;
    int64_t old = d->scale_up_old < d->scale_up_limit ? d->scale_up_old : d->scale_up_limit;
    int64_t updated = d->scale_up_limit - old;
    uint32_t cursor = 0;
    if (pass->current == pass->update) {
        updated += old;
        old = 0;
    }
    if (old > 0)
        claims_emit_create(pass, b, ROLLOUT_REASON_CREATE_OLD_REVISION, 0, pass->current_name, old, &cursor);
    uint32_t reason = d->use_surge > 0 && pass->active >= pass->limits.replicas ? ROLLOUT_REASON_CREATE_SURGE
                                                                                : ROLLOUT_REASON_CREATE_MISSING;
    if (updated > 0)
        claims_emit_create(pass, b, reason, 1, pass->update_name, updated, &cursor);
}

/* Why this pod is deleted. */
static struct ro_why why_delete(const struct pass *pass, uint32_t pod)
{
    if (pass->marks[pod] & MARK_PREPARING_DELETE)
        return (struct ro_why){ .reason = ROLLOUT_REASON_DELETE_HOOK_RELEASED };
    if (pass->marks[pod] & MARK_SPECIFIED)
        return (struct ro_why){
            .reason = ROLLOUT_REASON_DELETE_SPECIFIED,
            .text = pass_pod(pass, pod)->flags & ROLLOUT_POD_SPECIFIED_DELETE
                        ? RO_STR("label apps.kruise.io/specified-delete")
                        : RO_STR("scaleStrategy.podsToDelete"),
        };
    return (
        struct ro_why){ .reason = ROLLOUT_REASON_DELETE_SCALE_IN, .a = pass->places[pod], .b = pass->scale.scale_down };
}

static void emit_delete(struct pass *pass, struct ro_builder *b, uint32_t pod)
{
    const uint8_t fate = pass->fates[pod];
    if (fate != FATE_DELETE && fate != FATE_PREPARE_DELETE && fate != FATE_WAIT_PRE_DELETE)
        return;
    struct ro_why why = why_delete(pass, pod);
    ro_delete_emit(b, pass->turns, pod, pass_pod(pass, pod), &pass->spec->lifecycle.pre_delete, &why);
    if (fate == FATE_DELETE)
        claims_emit_delete(pass, b, pod);
}

static void emit_scale(struct pass *pass, struct ro_builder *b)
{
    if (pass->scale_end == SCALE_CANCELLED)
        emit_cancels(pass, b);
    else if (pass->scale_end == SCALE_CREATED)
        emit_creates(pass, b);
    else if (pass->scale_acted)
        for (size_t i = 0; i < pass->list_count; i++)
            emit_delete(pass, b, pass->list[i]);
    else if (pass_count(pass, MARK_PREPARING_DELETE, MARK_PREPARING_DELETE) > 0)
        for (uint32_t i = 0; i < pass->n; i++)
            emit_delete(pass, b, i); /* hooks that are told again to mark their pods */
}

/* ---- the update phase ---- */

static void emit_refresh_pod(struct pass *pass, struct ro_builder *b, uint32_t pod)
{
    const struct rollout_pod *p = pass_pod(pass, pod);
    ro_refresh_emit(b, pass->turns, pod, p, ro_in_place_step(p, pass->now_ms),
                    ro_lifecycle_refresh(p, &pass->spec->lifecycle, true, pass->marks[pod] & MARK_NEW),
                    &pass->spec->lifecycle.in_place_update);
    if (!(p->flags & ROLLOUT_POD_TEMPLATE_HASH)) {
        struct ro_why why = { .reason = ROLLOUT_REASON_BOOKKEEPING, .text = RO_STR("label pod-template-hash") };
        act(pass, b, ROLLOUT_OP_LABEL_TEMPLATE_HASH, pod, &why);
    }
}

static void emit_refresh(struct pass *pass, struct ro_builder *b)
{
    size_t end = pass->update_end == UPDATE_ERROR ? pass->refresh_pod : pass->n;
    if (!pass_any(pass, MARK_REFRESH))
        return;
    for (size_t i = 0; i < end; i++)
        if (pass->marks[i] & MARK_REFRESH)
            emit_refresh_pod(pass, b, (uint32_t)i);
}

static void emit_update(struct pass *pass, struct ro_builder *b, uint32_t pod, int64_t place)
{
    const struct rollout_cloneset *spec = pass->spec;
    struct ro_why why = { .a = place, .b = (int64_t)pass->allowed };

    switch ((pass->turns[pod] & TURN_MASK) - TURN_TAKEN) {
    case RO_UPDATE_IN_PLACE:
        why.reason = ROLLOUT_REASON_UPDATE_IN_PLACE;
        if (spec->grace_period_seconds > 0)
            why.until_ms = pass->now_ms + (int64_t)spec->grace_period_seconds * 1000;
        act(pass, b, ROLLOUT_OP_UPDATE_IN_PLACE, pod, &why);
        ro_build_attr_text(b, ROLLOUT_ATTR_REVISION, ro_revision_at(&pass->in->revisions, pass->updates.target)->name);
        ro_build_attr_value(b, ROLLOUT_ATTR_MARK_NOT_READY, ro_update_marks_not_ready(&pass->updates, pass_pod(pass, pod), pass->revisions[pod]));
        if (spec->grace_period_seconds > 0)
            ro_build_attr_value(b, ROLLOUT_ATTR_GRACE_SECONDS, spec->grace_period_seconds);
        break;
    case RO_UPDATE_PREPARE:
        ro_prepare_update_emit(b, pass->turns, pod, pass_pod(pass, pod), &spec->lifecycle.in_place_update, why);
        break;
    case RO_UPDATE_RECREATE:
        why.reason = ROLLOUT_REASON_RECREATE;
        if (pass->updates.policy != ROLLOUT_POLICY_RECREATE) {
            why.reason = ROLLOUT_REASON_RECREATE_NOT_IN_PLACE;
            why.text = ro_update_impossible(&pass->updates, b, pass->revisions[pod]);
        }
        act(pass, b, ROLLOUT_OP_RECREATE, pod, &why);
        break;
    default:
        break;
    }
}

/* ---- all of them ---- */

static void emit_phases(struct pass *pass, struct ro_builder *b)
{
    claims_emit_cleanup(pass, b);
    bool deleting = pass->spec->flags & ROLLOUT_CLONESET_DELETING;
    for (uint32_t i = 0; i < pass->n && pass->not_selected && !deleting; i++)
        if (pass->fates[i] == FATE_NOT_SELECTED) {
            struct ro_why why = { .reason = ROLLOUT_REASON_BOOKKEEPING, .text = RO_STR("released, not selected") };
            act(pass, b, ROLLOUT_OP_RELEASE, i, &why);
        }
    ro_history_emit_update(&pass->history, b);
    if (deleting)
        return;
    emit_scale(pass, b);
    if (pass->update_end == UPDATE_NOT_REACHED)
        return;
    emit_refresh(pass, b);
    for (size_t i = 0; i < pass->walked; i++)
        emit_update(pass, b, pass->list[i], (int64_t)i + 1);
}

void pass_actions(struct pass *pass, struct ro_builder *b)
{
    if (!pass->stop_reason)
        emit_phases(pass, b);
    ro_history_emit_cleanup(&pass->history, b, !pass->stop_reason);
    for (uint32_t i = 0; i < pass->spec->pods_to_delete.count && !pass->stop_reason; i++)
        if (!pass->named[i])
            ro_build_dropped(b, i);
}

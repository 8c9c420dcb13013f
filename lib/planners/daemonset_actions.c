/* SPDX-License-Identifier: Apache-2.0 */
/* The actions of a DaemonSet's sync, written down from what its steps decided: revisions, manage, the refresh, the
 * rolling step, the history. */
#include "planners/daemonset_pass.h"

#include "base/str.h"
#include "planners/pod_reasons.h"
#include "planners/refresh.h"
#include "rules/in_place.h"
#include "rules/lifecycle.h"

static const struct rollout_str none = { NULL, 0 };

/* ---- why ---- */

struct rollout_str sync_fit_text(const struct sync *sync, struct ro_builder *b, uint32_t node)
{
    struct rollout_str parts[4];
    ro_node_fit_text(&sync->fits[node], &sync->spec->scheduling, sync_node(sync, node), parts);
    return ro_build_join(b, parts[0], parts[1], parts[2], parts[3]);
}

struct rollout_str sync_unfit_text(const struct sync *sync, struct ro_builder *b, uint32_t pod)
{
    uint32_t node = sync->by.node[sync->by.place[pod]];
    if (node != ROLLOUT_NONE)
        return sync_fit_text(sync, b, node);
    return ro_build_join(b, ro_pod_node(sync_pod(sync, pod)), RO_STR(" is not there"), none, none);
}

struct ro_why sync_why(struct sync *sync, struct ro_builder *b, uint32_t pod)
{
    struct ro_why why = { .because = sync->others[pod] };
    switch (sync->fates[pod] & FATE_MASK) {
    case FATE_FAILED:
    case FATE_SUCCEEDED:
        why.reason = ROLLOUT_REASON_DELETE_FAILED;
        why.text = ro_phase_text(sync_pod(sync, pod)->phase);
        break;
    case FATE_PREPARED:
        why.reason = ROLLOUT_REASON_DELETE_HOOK_RELEASED;
        break;
    case FATE_EXCESS:
        why.reason = ROLLOUT_REASON_DELETE_EXCESS;
        break;
    case FATE_SURGE_DONE:
        why.reason = ROLLOUT_REASON_DELETE_SURGE_DONE;
        break;
    case FATE_UNFIT:
        why.reason = ROLLOUT_REASON_DELETE_NODE_UNFIT;
        why.text = sync_unfit_text(sync, b, pod);
        break;
    default:
        why.a = sync->orders[pod];
        why.b = sync->allowed + sync->taken;
        why.reason = ROLLOUT_REASON_RECREATE;
        if ((sync->fates[pod] & FATE_MASK) == FATE_UPDATE) {
            why.reason = ROLLOUT_REASON_UPDATE_IN_PLACE;
        } else if (sync->rules->advanced && sync->spec->pod_update_policy == ROLLOUT_POLICY_IN_PLACE_IF_POSSIBLE) {
            why.reason = ROLLOUT_REASON_RECREATE_NOT_IN_PLACE;
            why.text = sync_pod(sync, pod)->flags & ROLLOUT_POD_IN_PLACE_GATE
                           ? ro_update_impossible(&sync->how, b, sync->revisions[pod])
                           : RO_STR("no readiness gate InPlaceUpdateReady");
        }
        break;
    }
    return why;
}

/* New pods are of the update revision wherever old ones are kept (D8). */
struct ro_why sync_why_create(const struct sync *sync, uint32_t node)
{
    const struct rollout_daemonset *spec = sync->spec;
    if (sync->needs[node] == NEED_SURGE)
        return (struct ro_why){ .reason = ROLLOUT_REASON_CREATE_SURGE,
                                .a = sync->used + sync->node_order[node],
                                .b = sync->limits.max_surge };
    return (struct ro_why){
        .reason = ROLLOUT_REASON_CREATE_MISSING,
        .a = sync->creates_now,
        .b = sync->creates_wanted,
        .text = sync->limits.partition > 0 ? RO_STR("partition keeps others old")
                : sync->rules->advanced && (spec->flags & ROLLOUT_DAEMONSET_NODE_SELECTOR)
                    ? RO_STR("the update selector keeps others old")
                    : none,
    };
}

/* ---- pods and nodes ---- */

static void act(struct sync *sync, struct ro_builder *b, uint32_t op, uint32_t pod, const struct ro_why *why)
{
    ro_act(b, sync->fates, op, pod, why);
}

static void emit_delete(struct sync *sync, struct ro_builder *b, uint32_t pod)
{
    if (sync->fates[pod] & FATE_BURST)
        return;
    struct ro_why why = sync_why(sync, b, pod);
    ro_delete_emit(b, sync->fates, pod, sync_pod(sync, pod), sync->pre_delete, &why);
}

/* The old pod beside which a pod is created has the verdict of that. */
static void take_create(struct sync *sync, struct ro_builder *b, uint32_t node, const struct ro_why *why)
{
    uint32_t old = sync->needs[node] == NEED_SURGE ? sync_pair(sync, sync->by.of_node[node]).old : 0;
    if (!old || (sync->fates[old - 1] & FATE_MASK) != FATE_CREATE || (sync->fates[old - 1] & ro_acted(b)))
        return;
    sync->fates[old - 1] |= ro_acted(b);
    if (!b->plan)
        return;
    b->verdicts[old - 1] = ro_verdict_of_action(b, ROLLOUT_SUBJECT_POD, old - 1, why);
}

static void emit_create(struct sync *sync, struct ro_builder *b, uint32_t node)
{
    if (sync->needs[node] != NEED_CREATE && sync->needs[node] != NEED_SURGE)
        return;
    struct ro_why why = sync_why_create(sync, node);
    ro_build_action(b, ROLLOUT_OP_CREATE, why.reason, ROLLOUT_SUBJECT_NODE, node);
    sync->node_action[node] = (uint32_t)b->n_actions;
    take_create(sync, b, node, &why);
    ro_build_attr_text(b, ROLLOUT_ATTR_NODE, sync_node(sync, node)->name);
    ro_build_attr_text(b, ROLLOUT_ATTR_REVISION, sync->update_name);
}

static void emit_creates(struct sync *sync, struct ro_builder *b, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++)
        emit_create(sync, b, sync->creates[i]);
}

static void emit_refresh(struct sync *sync, struct ro_builder *b)
{
    size_t end = sync->stopped_at == 7 ? sync->error_pod : sync->n;
    for (size_t i = 0; i < end && sync->refreshes; i++) {
        const struct rollout_pod *pod = sync_pod(sync, i);
        if ((sync->marks[i] & (SYNC_REFRESH | SYNC_OUT)) == SYNC_REFRESH)
            ro_refresh_emit(b, sync->fates, (uint32_t)i, pod, ro_in_place_step(pod, sync->now_ms), pod->lifecycle_state,
                            sync->pre_delete);
    }
}

static void emit_update(struct sync *sync, struct ro_builder *b, uint32_t pod)
{
    if ((sync->fates[pod] & FATE_MASK) != FATE_UPDATE) {
        emit_delete(sync, b, pod);
        return;
    }
    if (sync->fates[pod] & FATE_BURST)
        return;
    struct ro_why why = sync_why(sync, b, pod);
    act(sync, b, ROLLOUT_OP_UPDATE_IN_PLACE, pod, &why);
    ro_build_attr_text(b, ROLLOUT_ATTR_REVISION, sync->update_name);
    ro_build_attr_value(b, ROLLOUT_ATTR_MARK_NOT_READY,
                        ro_update_marks_not_ready(&sync->how, sync_pod(sync, pod), sync->revisions[pod]));
}

/* ---- revisions ---- */

/* Where the update revision is stored twice, every pod that carries anything else is given its label, also one that
 * is truly old (D23). */
static void emit_relabels(struct sync *sync, struct ro_builder *b)
{
    struct ro_why why = { .reason = ROLLOUT_REASON_BOOKKEEPING, .text = RO_STR("label controller-revision-hash") };
    if (!sync->history.doubles)
        return;
    for (uint32_t i = 0; i < sync->n; i++) {
        const struct rollout_pod *pod = sync_pod(sync, i);
        if ((pod->flags & ROLLOUT_POD_NOT_SELECTED) || ro_str_eq(pod->revision, sync->update_hash))
            continue;
        act(sync, b, ROLLOUT_OP_RELABEL, i, &why);
        ro_build_attr_text(b, ROLLOUT_ATTR_REVISION, sync->update_name);
    }
    ro_history_emit_doubles(&sync->history, b);
}

static void emit_releases(struct sync *sync, struct ro_builder *b)
{
    struct ro_why why = { .reason = ROLLOUT_REASON_BOOKKEEPING, .text = RO_STR("released, not selected") };
    for (uint32_t i = 0; i < sync->n && sync->not_selected; i++)
        if (sync_pod(sync, i)->flags & ROLLOUT_POD_NOT_SELECTED)
            act(sync, b, ROLLOUT_OP_RELEASE, i, &why);
}

/* ---- all of them ---- */

static void emit_steps(struct sync *sync, struct ro_builder *b)
{
    for (size_t i = 0; i < sync->delete_count; i++)
        emit_delete(sync, b, sync->deletes[i]);
    if (sync->stopped_at == 6) {
        emit_creates(sync, b, 0, sync->create_count);
        return;
    }
    emit_creates(sync, b, 0, sync->create_start); /* of manage, where the steps are chained */
    emit_refresh(sync, b);
    for (size_t i = 0; i < sync->update_count; i++)
        emit_update(sync, b, sync->updates[i]);
    emit_creates(sync, b, sync->create_start, sync->create_count);
}

void sync_actions(struct sync *sync, struct ro_builder *b)
{
    bool cleans = sync->stopped_at == 0 || (sync->stopped_at == 6 && sync->rules->cleans_after_manage);
    if (sync->stopped_at != 1 && sync->stopped_at != 2) {
        ro_history_emit_update(&sync->history, b);
        emit_relabels(sync, b);
        emit_releases(sync, b);
    }
    if (sync->stopped_at == 0 || sync->stopped_at >= 6)
        emit_steps(sync, b);
    ro_history_emit_cleanup(&sync->history, b, cleans);
}

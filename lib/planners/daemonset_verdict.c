/* SPDX-License-Identifier: Apache-2.0 */
/* Why a pod is not touched in this sync: the ladder of reasons.md 6, rung by rung. */
#include "planners/daemonset_pass.h"

#include "base/str.h"
#include "planners/pod_reasons.h"
#include "planners/refresh.h"
#include "rules/availability.h"
#include "rules/in_place.h"

static void because_pod(struct rollout_verdict *v, uint32_t pod_from_1)
{
    v->because = pod_from_1 - 1;
    v->because_kind = 0;
}

void sync_verdict_burst(const struct sync *sync, struct rollout_verdict *v)
{
    ro_verdict_set(v, ROLLOUT_REASON_BURST_REACHED);
    v->a = v->b = sync->limits.burst; /* whoever is refused comes behind that many */
}

void sync_verdict_budget(const struct sync *sync, struct rollout_verdict *v)
{
    bool surges = sync->limits.max_surge != 0;
    ro_verdict_set(v, surges ? ROLLOUT_REASON_MAX_SURGE_REACHED : ROLLOUT_REASON_MAX_UNAVAILABLE_REACHED);
    v->a = sync->used + sync->taken;
    v->b = surges ? sync->limits.max_surge : sync->limits.max_unavailable;
    v->because = sync->used_by;
    v->because_kind = (uint8_t)(sync->used_kind == ROLLOUT_SUBJECT_NODE ? ROLLOUT_SUBJECT_NODE : 0);
    if (v->because != ROLLOUT_NONE || sync->taken == 0)
        return;
    /* The first that this sync takes. */
    v->because = surges ? sync->creates[sync->create_start + (size_t)sync->allowed] : sync->updates[sync->allowed];
    v->because_kind = surges ? ROLLOUT_SUBJECT_NODE : 0;
}

/* Nobody is planned for. */
void sync_verdict_stop(const struct sync *sync, struct ro_builder *b, struct rollout_verdict *v)
{
    ro_verdict_set_text(b, v, sync->stop_reason, sync->stop_field);
    v->until_ms = sync->stop_until_ms;
}

void sync_verdict_unfit(const struct sync *sync, struct ro_builder *b, uint32_t node, struct rollout_verdict *v)
{
    const struct ro_node_fit *fit = &sync->fits[node];
    ro_verdict_set_text(b, v,
                        fit->check == RO_NODE_TAINT ? ROLLOUT_REASON_NODE_TAINTED : ROLLOUT_REASON_NODE_NOT_SELECTED,
                        sync_fit_text(sync, b, node));
    v->a = fit->continues;
}

/* ---- the rungs ---- */

/* Rungs 1 to 3. */
static bool not_asked(struct sync *sync, struct ro_builder *b, uint32_t pod, struct rollout_verdict *v)
{
    uint8_t fate = sync->fates[pod] & FATE_MASK;
    if (sync->stopped_at == 1 || sync->stopped_at == 2) {
        sync_verdict_stop(sync, b, v);
        return true;
    }
    if (fate == FATE_NO_NODE) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_NO_TARGET, RO_STR("no node, and no affinity to a single one"));
        return true;
    }
    if (fate == FATE_LEAVING) {
        ro_verdict_set(v, ROLLOUT_REASON_TERMINATING);
        v->because = pod;
        return true;
    }
    uint32_t place = sync->by.place[pod];
    bool lost = sync->by.node[place] == ROLLOUT_NONE;
    if (lost && (fate == FATE_LOST || (sync->stopped_at == 4 && sync_pod(sync, pod)->node.len))) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_NO_TARGET, sync_unfit_text(sync, b, pod));
        return true;
    }
    if (sync->stopped_at == 4) {
        sync_verdict_stop(sync, b, v);
        return true;
    }
    if (fate == FATE_PRUNED || fate == FATE_SPARE) {
        sync_verdict_unfit(sync, b, sync->by.node[place], v);
        return true;
    }
    return false;
}

/* Rung 4: it must be deleted, and is not. */
static bool not_deleted(struct sync *sync, struct ro_builder *b, uint32_t pod, struct rollout_verdict *v)
{
    uint8_t fate = sync->fates[pod] & FATE_MASK;
    const struct rollout_pod *facts = sync_pod(sync, pod);
    if (fate == FATE_BACKOFF) {
        ro_verdict_set(v, ROLLOUT_REASON_FAILED_BACKOFF);
        v->until_ms = sync_backoff_until(sync, sync->by.place[pod]);
    } else if (fate == FATE_PARTNER) {
        ro_verdict_set(v, ROLLOUT_REASON_SURGE_PARTNER_NOT_READY);
        because_pod(v, sync->others[pod]);
    } else if (!fate_deletes(fate)) {
        return false;
    } else if (sync->fates[pod] & FATE_BURST) {
        sync_verdict_burst(sync, v);
    } else {
        ro_verdict_set_hook(b, v, ROLLOUT_REASON_PRE_DELETE_HOOK, sync->pre_delete, facts,
                            RO_STR("spec.lifecycle.preDelete.labelsHandler[\""));
    }
    v->wants = ROLLOUT_OP_DELETE;
    return true;
}

/* A refresh that would write to the pod was not reached. */
static bool not_refreshed(const struct sync *sync, uint32_t pod, enum ro_step step, struct rollout_verdict *v)
{
    if (!ro_step_writes(step))
        return false;
    if (sync->stopped_at == 6) {
        ro_verdict_set(v, ROLLOUT_REASON_SCALE_FIRST);
        v->because = sync->acted_on;
        v->because_kind = (uint8_t)(sync->acted_kind == ROLLOUT_SUBJECT_NODE ? ROLLOUT_SUBJECT_NODE : 0);
    } else {
        ro_verdict_set(v, ROLLOUT_REASON_BEHIND_STOPPED_POD);
        v->a = (int64_t)pod + 1;
        v->because = sync->error_pod;
    }
    v->wants = ro_step_op(step);
    return true;
}

/* Rung 5: at the target, and what it still needs to be available. */
static void at_target(struct sync *sync, struct ro_builder *b, uint32_t pod, enum ro_step step,
                      struct rollout_verdict *v)
{
    const struct rollout_pod *facts = sync_pod(sync, pod);
    bool open = !sync->rules->gate_counts || !(facts->flags & ROLLOUT_POD_IN_PLACE_GATE) || ro_gate_open(facts);
    struct ro_health health = {
        .unscheduled = facts->node.len == 0,
        .serving = (sync->marks[pod] & SYNC_READY) && open,
        .settled = true,
        .available = (sync->marks[pod] & SYNC_AVAILABLE) && open,
        .min_ready_seconds = sync->spec->min_ready_seconds,
        .available_from_ms = ro_available_from(facts->ready_since_ms, sync->spec->min_ready_seconds),
    };
    if (ro_verdict_in_lifecycle(b, facts, NULL, step, health.serving, v) ||
        ro_verdict_unavailable(b, facts, &health, v))
        return;
    ro_verdict_set_text(b, v, ROLLOUT_REASON_UP_TO_DATE, sync->update_name);
}

/* What replaces an old pod. */
static uint16_t wants(struct sync *sync, uint32_t pod)
{
    if (sync->limits.max_surge != 0)
        return ROLLOUT_OP_CREATE;
    if (!sync->rules->advanced || !(sync_pod(sync, pod)->flags & ROLLOUT_POD_IN_PLACE_GATE))
        return ROLLOUT_OP_DELETE;
    return ro_update_wants(&sync->how, sync->revisions[pod], ROLLOUT_OP_DELETE);
}

/* Rung 6: a switch holds it. */
static bool switched_off(struct sync *sync, struct ro_builder *b, uint32_t pod, struct rollout_verdict *v)
{
    const struct rollout_daemonset *spec = sync->spec;
    uint8_t fate = sync->fates[pod] & FATE_MASK;
    if (spec->update_type == ROLLOUT_UPDATE_ON_DELETE) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_UPDATES_OFF, RO_STR("OnDelete"));
    } else if (sync->rules->advanced && (spec->flags & ROLLOUT_DAEMONSET_PAUSED) &&
               (spec->flags & ROLLOUT_DAEMONSET_ROLLING_UPDATE)) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_PAUSED, RO_STR("rollingUpdate"));
    } else if (fate == FATE_EXCLUDED) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_UPDATE_SELECTOR_EXCLUDES, RO_STR("rollingUpdate.selector"));
    } else if (fate == FATE_CUT && sync->orders[pod] == 0) {
        ro_verdict_set(v, ROLLOUT_REASON_PARTITION_REACHED);
        v->a = sync->limits.partition;
    } else {
        return false;
    }
    return true;
}

/* Rungs 7 to 10. */
static void in_walk(struct sync *sync, struct ro_builder *b, uint32_t pod, struct rollout_verdict *v)
{
    uint8_t fate = sync->fates[pod] & FATE_MASK;
    if (sync->stopped_at == 8 && sync->stop_field.data) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_SPEC_INVALID, sync->stop_field);
    } else if (fate == FATE_PREDECESSOR) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_PREDECESSOR_FIRST, RO_STR("gone"));
        because_pod(v, sync->others[pod]);
    } else if (sync->stopped_at == 6) {
        ro_verdict_set(v, ROLLOUT_REASON_SCALE_FIRST);
        v->because = sync->acted_on;
        v->because_kind = (uint8_t)(sync->acted_kind == ROLLOUT_SUBJECT_NODE ? ROLLOUT_SUBJECT_NODE : 0);
    } else if (sync->stopped_at >= 7) {
        ro_verdict_set(v, ROLLOUT_REASON_BEHIND_STOPPED_POD);
        v->a = sync->stopped_at == 7 ? (int64_t)pod + 1 : 0;
        v->because = sync->error_pod;
    } else if (fate == FATE_CUT) {
        ro_verdict_set(v, ROLLOUT_REASON_PARTITION_REACHED);
        v->a = sync->limits.partition;
        v->b = sync->orders[pod];
    } else if ((sync->fates[pod] & FATE_BURST) || fate == FATE_CREATE || sync->burst_refuses) {
        sync_verdict_burst(sync, v);
    } else {
        sync_verdict_budget(sync, v);
    }
}

void sync_verdict(struct sync *sync, struct ro_builder *b, uint32_t pod, struct rollout_verdict *v)
{
    *v = ro_verdict(ROLLOUT_SUBJECT_POD, pod);
    if (not_asked(sync, b, pod, v) || not_deleted(sync, b, pod, v))
        return;
    const struct rollout_pod *facts = sync_pod(sync, pod);
    enum ro_step step = sync->marks[pod] & SYNC_REFRESH ? ro_in_place_step(facts, sync->now_ms) : RO_STEP_NONE;
    if (ro_verdict_in_grace(b, facts, step, v))
        return;
    if (sync->marks[pod] & SYNC_NEW) {
        if (!not_refreshed(sync, pod, step, v))
            at_target(sync, b, pod, step, v);
        return;
    }
    v->wants = wants(sync, pod);
    if (!switched_off(sync, b, pod, v))
        in_walk(sync, b, pod, v);
}

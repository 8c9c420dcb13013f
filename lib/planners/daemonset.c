/* SPDX-License-Identifier: Apache-2.0 */
/* The DaemonSet planner, for OpenKruise's and Kubernetes' own. Source: daemonset.md; the order of the steps is that
 * of its section 6, what differs between the two is in struct ro_daemonset_rules.
 *
 * One sync: ask of every node whether a pod should run there, mark every pod, group the pods by node, let manage
 * act, and if it did not, the rolling step; then write down actions, a verdict for every pod and node, and the
 * status. Nothing that a sync does is seen within it. */
#include "planners/daemonset_pass.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/str.h"
#include "planners/daemonset_check.h"
#include "planners/pod_reasons.h"
#include "planners/refresh.h"
#include "planners/unobserved.h"
#include "rules/availability.h"
#include "rules/in_place.h"
#include "rules/revision.h"
#include "rules/selector.h"

static const struct ro_daemonset_rules kruise = {
    .gate_counts = true,
    .names_revision = true,
    .exact_surge_wait = true,
    .advanced = true,
};

static const struct ro_daemonset_rules native = {
    .replaced_count = true,
    .lost_nodes_roll = true,
    .spares_unfit = true,
    .replaces_succeeded = true,
    .finished_leave = true,
    .always_observes = true,
    .status_on_error = true,
    .constant_burst = true,
    .writes_expire = true,
    .cleans_after_manage = true,
};

/* ---- executing ---- */

bool sync_take_deletes(struct sync *sync, const uint32_t *pods, size_t n)
{
    bool acts = false;
    sync->deletes_now = 0;
    for (size_t i = 0; i < n; i++) {
        enum ro_delete step = ro_delete_step(sync_pod(sync, pods[i]), sync->pre_delete);
        if (step == RO_DELETE_NOW && sync->deletes_now++ >= sync->limits.burst)
            sync->fates[pods[i]] |= FATE_BURST;
        else if (step != RO_DELETE_WAITS)
            acts = true;
    }
    sync->frozen |= sync->deletes_now > 0 && sync->limits.burst == 0;
    return acts;
}

bool sync_take_creates(struct sync *sync, enum need need)
{
    int64_t taken = 0;
    for (size_t i = sync->create_start; i < sync->create_count; i++) {
        uint32_t node = sync->creates[i];
        bool takes = taken < sync->limits.burst;
        sync->node_order[node] = (uint32_t)(i - sync->create_start + 1);
        sync->needs[node] = (uint8_t)(takes ? need : NEED_BURST);
        taken += takes;
    }
    sync->frozen |= sync->create_count > sync->create_start && sync->limits.burst == 0;
    if (need == NEED_CREATE)
        sync->creates_now = taken;
    return taken > 0;
}

/* ---- the refresh ---- */

/* Step 7. False where it fails on a pod, and the sync with it. */
static bool refresh(struct sync *sync)
{
    for (size_t i = 0; i < sync->n && sync->refreshes; i++) {
        if ((sync->marks[i] & (SYNC_REFRESH | SYNC_OUT)) != SYNC_REFRESH)
            continue;
        const struct rollout_pod *pod = sync_pod(sync, i);
        enum ro_step step = ro_in_place_step(pod, sync->now_ms);
        if (ro_step_is_error(step)) {
            sync->error_pod = (uint32_t)i;
            return false;
        }
        if (step == RO_STEP_WAIT_GRACE) {
            sync_requeue(sync, ro_grace_left(pod, sync->now_ms));
            sync_next(sync, sync->now_ms + ro_grace_left(pod, sync->now_ms));
        }
    }
    return true;
}

/* ---- the sync ---- */

static void stop(struct sync *sync, uint32_t step, uint32_t reason, struct rollout_str field)
{
    sync->stopped_at = step;
    sync->stop_reason = reason;
    sync->stop_field = field;
}

/* What the rolling step cannot use; absent = nothing. A block that is not there crashes OpenKruise. */
static struct rollout_str unusable_field(const struct sync *sync)
{
    const uint32_t flags = sync->spec->flags;
    if (sync->rules->advanced && !(flags & ROLLOUT_DAEMONSET_ROLLING_UPDATE))
        return RO_STR("spec.updateStrategy.rollingUpdate");
    if (sync->limits.unavailable_unusable)
        return RO_STR("spec.updateStrategy.rollingUpdate.maxUnavailable");
    if (sync->limits.surge_unusable)
        return RO_STR("spec.updateStrategy.rollingUpdate.maxSurge");
    if (sync->limits.partition_unusable)
        return RO_STR("spec.updateStrategy.rollingUpdate.partition");
    if (sync->rules->advanced && (flags & ROLLOUT_DAEMONSET_NODE_SELECTOR) &&
        !ro_selector_usable(&sync->spec->node_selector))
        return RO_STR("spec.updateStrategy.rollingUpdate.selector");
    return (struct rollout_str){ NULL, 0 };
}

static bool rolls(const struct sync *sync)
{
    bool paused = sync->rules->advanced && (sync->spec->flags & ROLLOUT_DAEMONSET_PAUSED) &&
                  (sync->spec->flags & ROLLOUT_DAEMONSET_ROLLING_UPDATE);
    return sync->spec->update_type == ROLLOUT_UPDATE_ROLLING && !paused;
}

/* Steps 4 to 8. */
static void run_steps(struct sync *sync)
{
    struct ro_unobserved wait = sync->rules->writes_expire ? ro_unobserved_native(sync->in) : ro_unobserved(sync->in);
    if (wait.stops) {
        stop(sync, 4, ROLLOUT_REASON_ACTIONS_NOT_OBSERVED, (struct rollout_str){ NULL, 0 });
        sync->stop_until_ms = wait.until_ms;
        sync_requeue(sync, wait.requeue_ms);
        sync_next(sync, wait.until_ms);
        return;
    }
    struct rollout_str field = rolls(sync) ? unusable_field(sync) : (struct rollout_str){ NULL, 0 };
    bool takes_part = rolls(sync) && !field.data;
    sync_manage(sync);
    if (sync->manage_acted && (sync->spec->flags & ROLLOUT_DAEMONSET_CHAINED))
        sync_chain(sync);
    if (takes_part)
        sync_take_part(sync);
    if (sync->manage_acted && !sync->chained) {
        sync->stopped_at = 6;
    } else if (!refresh(sync)) {
        sync->stopped_at = 7;
    } else if (takes_part) {
        sync_rolling(sync);
    } else if (field.data) {
        sync->stopped_at = 8;
        sync->stop_field = field;
    }
}

/* Pods that become available by themselves. */
static void look_ahead(struct sync *sync)
{
    for (size_t i = 0; i < sync->n; i++)
        if ((sync->marks[i] & (SYNC_READY | SYNC_AVAILABLE)) == SYNC_READY && sync->by.place[i] != ROLLOUT_NONE &&
            sync_pod(sync, i)->ready_since_ms)
            sync_next(sync, ro_available_from(sync_pod(sync, i)->ready_since_ms, sync->spec->min_ready_seconds));
}

static void run(struct sync *sync)
{
    if (sync->spec->flags & ROLLOUT_DAEMONSET_DELETING)
        stop(sync, 1, ROLLOUT_REASON_WORKLOAD_DELETING, (struct rollout_str){ NULL, 0 });
    else if (sync->spec->flags & ROLLOUT_DAEMONSET_SELECTOR_INVALID)
        stop(sync, 2, ROLLOUT_REASON_SPEC_INVALID, RO_STR("spec.selector"));
    if (sync->stopped_at)
        return;
    run_steps(sync);
    look_ahead(sync);
}

/* ---- the plan ---- */

static struct rollout_str error_message(struct sync *sync, struct ro_builder *b)
{
    const struct rollout_str none = { NULL, 0 };
    if (sync->stop_field.data)
        return ro_build_join(b, sync->stop_field, RO_STR(" is not usable"), none, none);
    const struct rollout_pod *pod = sync_pod(sync, sync->error_pod);
    if (sync->stopped_at == 7)
        return ro_refresh_error_text(b, pod, ro_in_place_step(pod, sync->now_ms));
    struct rollout_str start = ro_build_join(b, RO_STR("pod "), pod->name, RO_STR(": its node "), ro_pod_node(pod));
    return ro_build_join(b, start, RO_STR(" is not there"), none, none);
}

static int write_plan(struct sync *sync, struct rollout_plan **ret_plan, struct rollout_error *reterr)
{
    struct ro_builder b = { 0 };
    struct rollout_str message = { NULL, 0 };
    bool changed = false, failed = sync->stopped_at >= 7;

    for (int writing = 0; writing < 2; writing++) {
        if (writing && ro_builder_begin(&b, reterr))
            return ROLLOUT_ERR_NOMEM;
        ro_daemonset_build_limits(sync->spec, &sync->limits, sync->eligible, sync->rules->constant_burst,
                                  sync->rules->advanced, &b);
        sync_status(sync, &b, &changed);
        ro_build_verdicts(&b, sync->n);
        sync_actions(sync, &b);
        sync_verdicts(sync, &b);
        if (failed)
            message = error_message(sync, &b);
    }
    struct rollout_plan *plan = ro_builder_end(&b);
    plan->status_changed = changed;
    plan->next_ms = sync->next_ms;
    plan->requeue_seconds = (sync->requeue_ms + 999) / 1000;
    plan->stopped_at = sync->stopped_at;
    if (failed) {
        plan->error_reason =
            sync->stop_field.data || sync->stopped_at == 7 ? ROLLOUT_REASON_SPEC_INVALID : ROLLOUT_REASON_NO_TARGET;
        plan->error_pod = sync->error_pod;
        plan->error_message = message;
    }
    *ret_plan = plan;
    return ROLLOUT_OK;
}

int ro_plan_daemonset(const struct rollout_daemonset *spec, const struct ro_planner_input *in,
                      const struct ro_answer *answer, struct rollout_error *reterr)
{
    static const struct rollout_hook no_hook = { 0 };
    int r = ro_daemonset_check(spec, in, reterr);
    if (r)
        return r;

    size_t n = in->pods.count, n_nodes = in->nodes.count, n_revisions = in->revisions.count;
    size_t n_terms = spec->scheduling.affinity.term_count, n_places = n_nodes + n, scratch_count = n_places;
    scratch_count = scratch_count > n_revisions ? scratch_count : n_revisions;
    struct ro_layout layout = { 0 };
    size_t fits = ro_layout_add(&layout, n_nodes, sizeof(struct ro_node_fit));
    size_t room = ro_layout_add(&layout, ro_node_pods_room(n_nodes, n), sizeof(uint32_t));
    size_t list = ro_layout_add(&layout, n_places, sizeof(uint32_t));
    size_t deletes = ro_layout_add(&layout, n, sizeof(uint32_t));
    size_t updates = ro_layout_add(&layout, n, sizeof(uint32_t));
    size_t creates = ro_layout_add(&layout, n_nodes, sizeof(uint32_t));
    size_t scratch = ro_layout_add(&layout, scratch_count, sizeof(uint32_t));
    size_t scratch2 = ro_layout_add(&layout, scratch_count, sizeof(uint32_t));
    size_t sorted = ro_layout_add(&layout, n_revisions, sizeof(uint32_t));
    size_t revisions = ro_layout_add(&layout, n, sizeof(uint16_t));
    size_t cleared = layout.size; /* what follows is zero to begin with */
    size_t others = ro_layout_add(&layout, n, sizeof(uint32_t));
    size_t orders = ro_layout_add(&layout, n, sizeof(uint32_t));
    size_t node_order = ro_layout_add(&layout, n_nodes, sizeof(uint32_t));
    size_t node_action = ro_layout_add(&layout, n_nodes, sizeof(uint32_t));
    size_t backoffs = ro_layout_add(&layout, n_places, sizeof(uint32_t));
    size_t facts = ro_layout_add(&layout, n_revisions, sizeof(struct ro_update_facts));
    size_t history = ro_layout_add(&layout, n_revisions, sizeof(struct ro_revision_fate));
    size_t marks = ro_layout_add(&layout, n, 1);
    size_t fates = ro_layout_add(&layout, n, 1);
    size_t needs = ro_layout_add(&layout, n_nodes, 1);
    size_t classes = ro_layout_add(&layout, n_places, 1);
    size_t used = ro_layout_add(&layout, n_revisions, 1);
    size_t doubles = ro_layout_add(&layout, n_revisions, 1);
    size_t usable = ro_layout_add(&layout, n_terms, 1);
    char *block = ro_layout_alloc(&layout);
    if (!block)
        return ro_error_nomem(reterr);
    memset(block + cleared, 0, layout.size - cleared);
    memset(block + revisions, 0, n * sizeof(uint16_t));

    uint32_t update = in->snapshot.update_revision - 1;
    struct sync sync = {
        .spec = spec,
        .rules = spec->flags & ROLLOUT_DAEMONSET_NATIVE ? &native : &kruise,
        .in = in,
        .now_ms = in->snapshot.now_ms,
        .update_name = ro_revision_at(&in->revisions, update)->name,
        .update_hash = ro_revision_label(&in->revisions, update, RO_LABEL_HASH),
        .fits = (void *)(block + fits),
        .needs = (uint8_t *)block + needs,
        .node_order = (void *)(block + node_order),
        .node_action = (void *)(block + node_action),
        .n = n,
        .marks = (uint8_t *)block + marks,
        .fates = (uint8_t *)block + fates,
        .revisions = (void *)(block + revisions),
        .others = (void *)(block + others),
        .orders = (void *)(block + orders),
        .deletes = (void *)(block + deletes),
        .updates = (void *)(block + updates),
        .creates = (void *)(block + creates),
        .scratch = (void *)(block + scratch),
        .scratch2 = (void *)(block + scratch2),
        .classes = (uint8_t *)block + classes,
        .backoffs = (void *)(block + backoffs),
        .list = (void *)(block + list),
        .how = { .in = in,
                 .policy = spec->pod_update_policy,
                 .hook = &no_hook,
                 .target = update,
                 .facts = (void *)(block + facts) },
        .history = { .revisions = &in->revisions,
                     .current = ROLLOUT_NONE,
                     .update = update,
                     .limit = ro_history_limit(&spec->revision_history_limit),
                     .limit_all = true,
                     .above_all = true,
                     .used = (uint8_t *)block + used,
                     .fates = (void *)(block + history),
                     .order = (void *)(block + sorted),
                     .scratch = (void *)(block + scratch) },
        .acted_on = ROLLOUT_NONE,
        .error_pod = ROLLOUT_NONE,
        .used_by = ROLLOUT_NONE,
    };
    sync.pre_delete = sync.rules->advanced ? &spec->pre_delete : &no_hook;
    struct ro_label_index index;
    ro_label_index(&index, &in->revisions, RO_LABEL_HASH, update, (void *)(block + sorted), sync.scratch,
                   (uint8_t *)block + used);
    r = sync_look(&sync, &index, (uint8_t *)block + usable, (uint8_t *)block + doubles, (void *)(block + room), reterr);
    if (r == ROLLOUT_OK) {
        sync.limits = ro_daemonset_limits(spec, sync.eligible, sync.rules->constant_burst, sync.rules->advanced);
        run(&sync);
        r = answer->candidates ? sync_candidates(&sync, answer->candidates, reterr)
                               : write_plan(&sync, answer->plan, reterr);
    }
    free(block);
    return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The CloneSet planner. Source: cloneset.md; the order of the steps is that of its section 4.
 *
 * One pass: resolve the settings, mark every pod, let the scale phase act, and if it did not, the update
 * phase; then write down actions, a verdict for every pod, and the status. */
#include "planners/cloneset_pass.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/sort.h"
#include "base/str.h"
#include "planners/check.h"
#include "planners/cloneset_check.h"
#include "planners/labels.h"
#include "planners/unobserved.h"
#include "rules/availability.h"
#include "rules/in_place.h"
#include "rules/order.h"
#include "rules/revision.h"

/* ---- marks ---- */

/* Names in podsToDelete, sorted once, so that a pod is looked up in logarithmic time. */
struct names {
    const struct rollout_strs *strs;
    uint32_t *sorted;
};

static int compare_names(const void *context, uint32_t a, uint32_t b)
{
    const struct rollout_strs *strs = context;
    return ro_str_cmp(*ro_strs_at(strs, a), *ro_strs_at(strs, b));
}

/* Marks every occurrence of the name as an active pod's. */
static bool names_take(const struct names *names, struct rollout_str name, uint8_t *named)
{
    uint32_t low = 0, high = names->strs->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (ro_str_cmp(*ro_strs_at(names->strs, names->sorted[middle]), name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = false;
    for (; low < names->strs->count && ro_str_eq(*ro_strs_at(names->strs, names->sorted[low]), name); low++) {
        named[names->sorted[low]] = 1;
        found = true;
    }
    return found;
}

/* What marks depend on beside the pod. */
struct marker {
    bool preparing_is_new; /* gate PreparingUpdateAsUpdate */
    int32_t min_ready_seconds;
    int64_t now_ms;
};

static inline uint8_t mark_pod(const struct marker *marker, const struct rollout_pod *pod, bool update, bool named)
{
    const uint32_t flags = pod->flags, state = pod->lifecycle_state;
    const uint32_t clean = ROLLOUT_POD_IN_PLACE_TRUE | ROLLOUT_POD_IN_PLACE_CLEAN;
    bool settled = ro_lifecycle_settled(pod);
    uint8_t mark = 0;
    if (update)
        mark |= MARK_NEW | MARK_SCALE_NEW;
    else if (state == ROLLOUT_STATE_PREPARING_UPDATE && marker->preparing_is_new)
        mark |= MARK_SCALE_NEW;
    if (ro_update_ready(pod, 0, marker->now_ms)) {
        mark |= MARK_SERVING;
        if (settled)
            mark |= MARK_READY;
        if (settled &&
            (marker->min_ready_seconds == 0 || ro_update_ready(pod, marker->min_ready_seconds, marker->now_ms)))
            mark |= MARK_AVAILABLE;
    }
    if (named || (flags & ROLLOUT_POD_SPECIFIED_DELETE))
        mark |= MARK_SPECIFIED;
    if (state == ROLLOUT_STATE_PREPARING_DELETE)
        mark |= MARK_PREPARING_DELETE;
    if (pod->in_place || !settled || !(flags & ROLLOUT_POD_TEMPLATE_HASH) ||
        ((flags & ROLLOUT_POD_IN_PLACE_GATE) && (flags & clean) != clean))
        mark |= MARK_REFRESH;
    return mark;
}

/* A pod that does not count; FATE_NONE: it does. */
static inline uint8_t fate_of(const struct rollout_pod *pod)
{
    if (!ro_active(pod))
        return pod->phase == ROLLOUT_PHASE_SUCCEEDED || pod->phase == ROLLOUT_PHASE_FAILED ? FATE_FINISHED
                                                                                           : FATE_TERMINATING;
    return pod->flags & ROLLOUT_POD_NOT_SELECTED ? FATE_NOT_SELECTED : FATE_NONE;
}

/* The one pass over all pods. What it uses of the struct is in locals, since a write to a byte array
 * may be a write to anything. */
static int mark_pods(struct pass *pass, struct ro_label_index *labels, const struct names *names,
                     struct rollout_error *reterr)
{
    const struct ro_pods pods = pass->in->pods;
    const struct marker marker = { pass->in->gates.on[ROLLOUT_GATE_PREPARING_UPDATE_AS_UPDATE],
                                   pass->spec->min_ready_seconds, pass->now_ms };
    uint8_t *const marks = pass->marks, *const turns = pass->turns;
    uint16_t *const revisions = pass->revisions;
    const bool any_named = names->strs->count > 0;
    /* More pods than a cache holds are measured for the order while they are at hand. */
    const bool measures = pods.count >= 65536 && ro_order_is_default(&pass->spec->order);
    uint32_t first_unavailable = ROLLOUT_NONE;

    ro_columns_begin(&pass->measured, RO_ORDER_COLUMNS);
    for (size_t i = 0; i < pods.count; i++) {
        const struct rollout_pod *pod = ro_pod(&pods, i);
        if (ro_pod_suspect(pod)) {
            int r = ro_pod_check(pod, i, reterr);
            if (r)
                return r;
        }
        uint8_t fate = fate_of(pod);
        if (fate != FATE_NONE) {
            pass->fates[i] = fate;
            pass->not_selected |= fate == FATE_NOT_SELECTED;
            continue;
        }
        const struct ro_label *label = ro_label_find(labels, pod->revision);
        bool named = any_named && names_take(names, pod->name, pass->named);
        uint8_t mark = mark_pod(&marker, pod, label->update, named);
        if (measures)
            ro_order_measure(&pass->measured, pod);
        revisions[i] = label->revision;
        marks[i] = mark;
        turns[i] = TURN_ACTIVE;
        pass->histogram[mark]++;
        if (first_unavailable == ROLLOUT_NONE &&
            ((mark & MARK_PREPARING_DELETE) || !(mark & (MARK_SPECIFIED | MARK_AVAILABLE))))
            first_unavailable = (uint32_t)i;
    }
    pass->measures = measures;
    pass->unavailable_pod = first_unavailable;
    for (int mark = 0; mark < 256; mark++)
        if (pass->histogram[mark]) {
            pass->active += pass->histogram[mark];
            pass->seen[pass->seen_count++] = (uint8_t)mark;
        }
    return ROLLOUT_OK;
}

/* What mark_pods() does not ask of every pod: only of those marked so is it read. */
static int check_in_place(const struct pass *pass, struct rollout_error *reterr)
{
    if (!pass_any(pass, MARK_REFRESH))
        return ROLLOUT_OK;
    for (size_t i = 0; i < pass->n; i++) {
        if (!(pass->marks[i] & MARK_REFRESH) || !pass_pod(pass, i)->in_place)
            continue;
        int r = ro_pod_check(pass_pod(pass, i), i, reterr);
        if (r)
            return r;
    }
    return ROLLOUT_OK;
}

/* ---- the pass ---- */

struct ro_cloneset_diff pass_diff(const struct pass *pass, uint8_t mark_new)
{
    struct ro_cloneset_scale scale = {
        .limits = pass->limits,
        .one_revision = ro_str_eq(pass->current_name, pass->update_name),
        .rollback = pass->in->gates.on[ROLLOUT_GATE_CLONESET_PARTITION_ROLLBACK],
        .exclude_preparing_delete = pass->spec->flags & ROLLOUT_CLONESET_EXCLUDE_PREPARING_DELETE,
    };
    for (int side = 0; side < 2; side++) {
        struct ro_cloneset_group *group = side ? &scale.new_ : &scale.old;
        uint8_t group_mark = side ? mark_new : 0;
        const uint8_t deleting = MARK_PREPARING_DELETE, specified = MARK_SPECIFIED;
        group->all = pass_count(pass, mark_new, group_mark);
        group->preparing_delete = pass_count(pass, mark_new | deleting, group_mark | deleting);
        group->to_delete = pass_count(pass, mark_new | deleting | specified, group_mark | specified);
        group->unavailable = pass_count(pass, mark_new | deleting | specified | MARK_AVAILABLE, group_mark);
    }
    return ro_cloneset_diff(&scale);
}

/* Nothing is planned for anybody: why, and until when. */
static uint32_t stopped(struct pass *pass, int64_t *ret_until_ms)
{
    const struct rollout_cloneset *spec = pass->spec;
    struct ro_unobserved wait = ro_unobserved(pass->in);

    *ret_until_ms = 0;
    if ((spec->flags & ROLLOUT_CLONESET_SELECTOR_INVALID) || !spec->replicas.set)
        return ROLLOUT_REASON_SPEC_INVALID;
    *ret_until_ms = wait.until_ms;
    pass_requeue(pass, wait.requeue_ms);
    return wait.stops ? ROLLOUT_REASON_ACTIONS_NOT_OBSERVED : 0;
}

static int run_phases(struct pass *pass, struct rollout_error *reterr)
{
    pass->move = pass_diff(pass, MARK_NEW);
    if (pass->move.update < 0)
        pass->updates.target = pass->current;
    pass->scale_end = SCALE_NOTHING;
    pass->update_end = UPDATE_NOT_REACHED;
    if (pass->spec->flags & ROLLOUT_CLONESET_DELETING)
        return ROLLOUT_OK;
    int r = pass_scale(pass, reterr);
    if (r == ROLLOUT_OK)
        r = pass_update(pass, reterr);
    return r;
}

static int write_plan(struct pass *pass, struct rollout_plan **ret_plan, struct rollout_error *reterr)
{
    struct ro_builder b = { 0 };
    bool changed = false;
    int64_t deadline_ms = 0;
    struct rollout_str message = { NULL, 0 };

    for (int writing = 0; writing < 2; writing++) {
        if (writing && ro_builder_begin(&b, reterr))
            return ROLLOUT_ERR_NOMEM;
        if (pass->spec->replicas.set) /* without them no limit means anything */
            ro_cloneset_build_limits(pass->spec, &pass->limits, &b);
        pass_status(pass, &b, &changed, &deadline_ms);
        ro_build_verdicts(&b, pass->n);
        pass_actions(pass, &b);
        pass_verdicts(pass, &b);
        if (pass->error_pod != ROLLOUT_NONE)
            message = verdict_error_message(pass, &b);
    }
    struct rollout_plan *plan = ro_builder_end(&b);
    plan->status_changed = changed;
    plan->next_ms = pass_next(pass, deadline_ms);
    plan->requeue_seconds = (pass->requeue_ms + 999) / 1000;
    if (pass->error_pod != ROLLOUT_NONE) {
        plan->error_reason = pass->error_reason;
        plan->error_pod = pass->error_pod;
        plan->error_message = message;
    }
    if (!pass->spec->replicas.set) { /* the scale phase fails on it; a selector only ends the pass */
        plan->error_reason = ROLLOUT_REASON_SPEC_INVALID;
        plan->error_message = RO_STR("spec.replicas: missing");
    }
    *ret_plan = plan;
    return ROLLOUT_OK;
}

static int run(struct pass *pass, uint32_t *sorted_names, uint32_t *sorted_revisions, uint32_t *scratch,
               const struct ro_answer *answer, struct rollout_error *reterr)
{
    struct names names = { &pass->spec->pods_to_delete, sorted_names };
    struct ro_label_index labels;
    for (uint32_t i = 0; i < names.strs->count; i++)
        sorted_names[i] = i;
    ro_sort_indices(sorted_names, names.strs->count, scratch, compare_names, names.strs);
    ro_label_index(&labels, &pass->in->revisions, RO_LABEL_SHORT_HASH, pass->update, sorted_revisions, scratch,
                   pass->history.used);
    pass->history.order = sorted_revisions; /* once the pods' labels are looked up */
    pass->history.scratch = scratch;

    pass->limits = ro_cloneset_limits(pass->spec);
    int r = mark_pods(pass, &labels, &names, reterr);
    if (r == ROLLOUT_OK)
        r = check_in_place(pass, reterr);
    if (r)
        return r;
    if (answer->candidates)
        return pass_candidates(pass, answer->candidates, reterr);
    claims_resolve(pass, scratch);
    pass->stop_reason = stopped(pass, &pass->stop_until_ms);
    if (pass->stop_reason == 0)
        r = run_phases(pass, reterr);
    else
        pass->update_end = UPDATE_NOT_REACHED;
    return r ? r : write_plan(pass, answer->plan, reterr);
}

int ro_plan_cloneset(const struct rollout_cloneset *cloneset, const struct ro_planner_input *in,
                     const struct ro_answer *answer, struct rollout_error *reterr)
{
    int r = ro_cloneset_check(cloneset, in, reterr);
    if (r)
        return r;

    size_t n = in->pods.count, n_names = cloneset->pods_to_delete.count, n_revisions = in->revisions.count;
    size_t scratch_count = n_names > n_revisions ? n_names : n_revisions;
    scratch_count = scratch_count > in->claims.count ? scratch_count : in->claims.count;
    struct ro_layout layout = { 0 };
    size_t places = ro_layout_add(&layout, n, sizeof(uint32_t));
    size_t list = ro_layout_add(&layout, n, sizeof(uint32_t));
    size_t revisions = ro_layout_add(&layout, n, sizeof(uint16_t));
    size_t facts = ro_layout_add(&layout, n_revisions, sizeof(struct ro_update_facts));
    size_t history = ro_layout_add(&layout, n_revisions, sizeof(struct ro_revision_fate));
    size_t names = ro_layout_add(&layout, n_names, sizeof(uint32_t));
    size_t index = ro_layout_add(&layout, n_revisions, sizeof(uint32_t));
    size_t scratch = ro_layout_add(&layout, scratch_count, sizeof(uint32_t));
    size_t n_claims = in->claims.count;
    size_t claims = ro_layout_add(&layout, n_claims, sizeof(uint32_t));
    size_t by_name = ro_layout_add(&layout, n_claims, sizeof(uint32_t));
    size_t holders = ro_layout_add(&layout, n_claims, sizeof(uint32_t));
    size_t uses = ro_layout_add(&layout, n_claims, 1);
    size_t marks = ro_layout_add(&layout, n, 1);
    size_t fates = ro_layout_add(&layout, n, 1);
    size_t turns = ro_layout_add(&layout, n, 1);
    size_t named = ro_layout_add(&layout, n_names, 1);
    size_t used = ro_layout_add(&layout, n_revisions, 1);
    char *block = ro_layout_alloc(&layout);
    if (!block)
        return ro_error_nomem(reterr);
    memset(block + facts, 0, n_revisions * sizeof(struct ro_update_facts));
    memset(block + history, 0, n_revisions * sizeof(struct ro_revision_fate));
    memset(block + marks, 0, layout.size - marks); /* marks, fates, turns, named, used */

    uint32_t update = in->snapshot.update_revision - 1;
    uint32_t current = in->snapshot.current_revision ? in->snapshot.current_revision - 1 : update;
    struct pass pass = {
        .spec = cloneset,
        .in = in,
        .now_ms = in->snapshot.now_ms,
        .current = current,
        .update = update,
        .current_name = ro_revision_at(&in->revisions, current)->name,
        .update_name = ro_revision_at(&in->revisions, update)->name,
        .collision_count = cloneset->status->collision_count,
        .n = n,
        .marks = (uint8_t *)block + marks,
        .fates = (uint8_t *)block + fates,
        .turns = (uint8_t *)block + turns,
        .revisions = (void *)(block + revisions),
        .places = (void *)(block + places),
        .list = (void *)(block + list),
        .updates = { .in = in,
                     .policy = cloneset->flags & ROLLOUT_CLONESET_ROLLING_UPDATE ? cloneset->pod_update_policy
                                                                                 : ROLLOUT_POLICY_RECREATE,
                     .hook = &cloneset->lifecycle.in_place_update,
                     .target = update,
                     .facts = (void *)(block + facts) },
        .named = (uint8_t *)block + named,
        .history = { .revisions = &in->revisions,
                     .current = current,
                     .update = update,
                     .limit = ro_history_limit(&cloneset->revision_history_limit),
                     .used = (uint8_t *)block + used,
                     .fates = (void *)(block + history) },
        .claims = { .array = &in->claims,
                    .sorted = (void *)(block + claims),
                    .by_name = (void *)(block + by_name),
                    .holders = (void *)(block + holders),
                    .uses = (uint8_t *)block + uses },
        .scale_pod = ROLLOUT_NONE,
        .leaving_pod = ROLLOUT_NONE,
        .unavailable_pod = ROLLOUT_NONE,
        .refresh_pod = ROLLOUT_NONE,
        .error_pod = ROLLOUT_NONE,
        .all_pod = ROLLOUT_NONE,
        .target_pod = ROLLOUT_NONE,
    };
    r = run(&pass, (void *)(block + names), (void *)(block + index), (void *)(block + scratch), answer, reterr);
    free(block);
    return r;
}

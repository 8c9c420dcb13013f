/* SPDX-License-Identifier: Apache-2.0 */
/* The StatefulSet planner, OpenKruise's and Kubernetes' own. Source: statefulset.md; steps are numbered as in its
 * section 7.
 *
 * One pass: resolve the settings, give every pod its place, then go through the steps until one of them stops the
 * pass; then a verdict for every pod and ordinal, and the status. */
#include "planners/statefulset_pass.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "planners/claim_names.h"
#include "planners/statefulset_check.h"
#include "rules/availability.h"

/* ---- settings ---- */

static void resolve_settings(struct pass *pass)
{
    const struct rollout_statefulset *spec = pass->spec;
    const bool *gates = pass->in->gates.on;
    bool block = spec->flags & ROLLOUT_STATEFULSET_ROLLING_UPDATE;

    pass->limits = sts_limits(spec, &pass->in->gates);
    pass->replicas = pass->limits.replicas;
    pass->partition = pass->limits.partition;
    pass->start = pass->limits.start;
    pass->budget = pass->limits.budget;
    pass->scale_budget = pass->limits.scale_budget;
    pass->monotonic = !(spec->flags & ROLLOUT_STATEFULSET_PARALLEL);
    pass->rolling = spec->update_type == ROLLOUT_UPDATE_ROLLING;
    pass->unordered = pass->rolling && block && pass->rules->lifecycle && (spec->flags & ROLLOUT_STATEFULSET_UNORDERED);
    pass->owners = gates[ROLLOUT_GATE_STATEFULSET_AUTO_DELETE_PVC];
    pass->resizes = pass->rules->resizes_claims && gates[ROLLOUT_GATE_STATEFULSET_AUTO_RESIZE_PVC] &&
                    (spec->flags & ROLLOUT_STATEFULSET_RESIZES_CLAIMS);
    if (spec->flags & ROLLOUT_STATEFULSET_SELECTOR_INVALID)
        pass->stop_reason = ROLLOUT_REASON_SPEC_INVALID;
}

/* ---- the pass ---- */

static void clear_run(struct pass *pass)
{
    pass->run = (struct sts_run){ .scale_left = pass->scale_budget,
                                  .scale_first = ROLLOUT_NONE,
                                  .unavailable_pod = ROLLOUT_NONE,
                                  .unavailable_rank = ROLLOUT_NONE,
                                  .taken_pod = ROLLOUT_NONE,
                                  .unavailable_before = -1,
                                  .moved_pod = ROLLOUT_NONE,
                                  .break_rank = ROLLOUT_NONE,
                                  .error = { .pod = ROLLOUT_NONE } };
    memset(pass->done, 0, pass->n);
    memset(pass->turns, 0, pass->n);
    memset(pass->claims_owned, 0, pass->in->claims.count);
    for (size_t i = 0; i < pass->slots; i++)
        pass->slot_facts[i] &= SLOT_CURRENT;
}

/* 10: claims of pods that are to go get the pods as their owners. */
static void own_condemned(struct pass *pass, struct ro_builder *b)
{
    for (size_t i = 0; i < pass->condemned_count && pass->owners; i++) {
        uint32_t pod = pass->condemned[i];
        sts_own_claims(pass, b, sts_ordinal_of(pass, pod), pod, true);
    }
}

static void release_pods(struct pass *pass, struct ro_builder *b)
{
    struct ro_why why = { .reason = ROLLOUT_REASON_BOOKKEEPING, .text = RO_STR("released, not selected") };
    for (uint32_t i = 0; i < pass->n; i++)
        if (pass->roles[i] == ROLE_NOT_SELECTED)
            ro_act(b, pass->acted, ROLLOUT_OP_RELEASE, i, &why);
}

/* The steps of section 7, each of which may stop the pass. */
static void run_steps(struct pass *pass, struct ro_builder *b)
{
    bool deleting = pass->spec->flags & ROLLOUT_STATEFULSET_DELETING;
    if (!deleting)
        release_pods(pass, b); /* 2 */
    ro_history_emit_update(&pass->history, b); /* 3 */
    sts_count(pass, true);                     /* 4 */
    if (deleting) {
        pass->run.stopped_at = 7;
        return;
    }
    if (pass->limits.scale_unusable) {
        pass->run.stopped_at = 8;
        pass->run.error.reason = ROLLOUT_REASON_SPEC_INVALID;
        pass->run.error.what = RO_STR("spec.scaleStrategy.maxUnavailable");
        pass->run.error.message = RO_STR("spec.scaleStrategy.maxUnavailable: is no number and no percentage");
        return;
    }
    sts_count(pass, false); /* 12, also where one of the loops stops */
    if (!sts_replica_loop(pass, b)) {
        pass->run.stopped_at = 9;
        return;
    }
    own_condemned(pass, b);
    if (!sts_condemned_loop(pass, b)) {
        pass->run.stopped_at = 11;
        return;
    }
    (void)sts_update_phase(pass, b);
}

static int64_t next_change(const struct pass *pass)
{
    int64_t next = 0;
    if (pass->stop_reason || (pass->spec->flags & ROLLOUT_STATEFULSET_DELETING))
        return 0;
    for (size_t i = 0; i < pass->n; i++) {
        const struct rollout_pod *pod = pass_pod(pass, i);
        bool counts = pass->roles[i] == ROLE_SLOT || pass->roles[i] == ROLE_CONDEMNED;
        int64_t at = 0;
        if (counts && (pass->marks[i] & (MARK_READY | MARK_AVAILABLE)) == MARK_READY && pod->ready_since_ms &&
            (!pass->rules->lifecycle || ro_lifecycle_settled(pod)))
            at = sts_available_from(pass, pod);
        else if ((pass->done[i] & DONE_REFRESH) && pod->in_place &&
                 ro_in_place_step(pod, pass->now_ms) == RO_STEP_WAIT_GRACE)
            at = pod->in_place->grace_end_ms;
        if (at > pass->now_ms && (next == 0 || at < next))
            next = at;
    }
    return next;
}

static int write_plan(struct pass *pass, struct rollout_plan **ret_plan, struct rollout_error *reterr)
{
    struct ro_builder b = { 0 };
    bool changed = false;
    for (int writing = 0; writing < 2; writing++) {
        if (writing && ro_builder_begin(&b, reterr))
            return ROLLOUT_ERR_NOMEM;
        sts_build_limits(pass->spec, &pass->limits, &b);
        ro_build_verdicts(&b, pass->n);
        clear_run(pass);
        if (!pass->stop_reason)
            run_steps(pass, &b);
        ro_history_emit_cleanup(&pass->history, &b, !pass->stop_reason);
        sts_status(pass, &b, &changed);
        sts_verdicts(pass, &b);
    }
    struct rollout_plan *plan = ro_builder_end(&b);
    const struct sts_error *error = &pass->run.error;
    plan->status_changed = changed;
    plan->next_ms = next_change(pass);
    plan->requeue_seconds = (pass->run.requeue_ms + 999) / 1000;
    plan->stopped_at = pass->stop_reason ? 1 : pass->run.stopped_at;
    if (error->reason) {
        plan->error_reason = error->reason;
        plan->error_pod = error->pod;
        plan->error_message = error->message;
    }
    *ret_plan = plan;
    return ROLLOUT_OK;
}

/* The steps are only gone through to count what is unavailable. */
static int write_candidates(struct pass *pass, struct rollout_candidates **ret, struct rollout_error *reterr)
{
    struct ro_builder b = { 0 };
    ro_build_verdicts(&b, pass->n);
    clear_run(pass);
    if (!pass->stop_reason)
        run_steps(pass, &b);
    return sts_candidates(pass, ret, reterr);
}

/* ---- memory ---- */

static size_t most(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Claims by name, and their templates in the order of the names that they give. */
static void sort_claims(struct pass *pass, uint32_t *scratch)
{
    const struct ro_abi_array *claims = &pass->in->claims;
    for (uint32_t i = 0; i < claims->count; i++)
        pass->claims_by_name[i] = i;
    ro_claims_sort(claims, pass->claims_by_name, claims->count, scratch);
    sts_sort_templates(pass, scratch);
}

static int run(struct pass *pass, uint32_t *sorted_revisions, uint32_t *scratch, const struct ro_answer *answer,
               struct rollout_error *reterr)
{
    struct ro_label_index labels;
    ro_label_index(&labels, &pass->in->revisions, RO_LABEL_NAME, pass->update, sorted_revisions, scratch,
                   pass->history.used);
    int r = sts_place(pass, &labels, scratch, reterr);
    if (r)
        return r;
    pass->history.order = sorted_revisions; /* once the pods' labels are looked up */
    pass->history.scratch = scratch;
    sort_claims(pass, scratch);
    r = sts_order(pass, reterr);
    if (r)
        return r;
    return answer->candidates ? write_candidates(pass, answer->candidates, reterr)
                              : write_plan(pass, answer->plan, reterr);
}

/* With places counted: everything in one block. */
static int plan_places(struct pass *pass, const struct ro_answer *answer, struct rollout_error *reterr)
{
    const struct ro_planner_input *in = pass->in;
    size_t n = pass->n, n_revisions = in->revisions.count, n_templates = pass->spec->claim_template_count;
    struct ro_layout layout = { 0 };
    size_t ordinals = ro_layout_add(&layout, pass->slots, sizeof(int32_t));
    size_t slot_pods = ro_layout_add(&layout, pass->slots, sizeof(uint32_t));
    size_t candidates = ro_layout_add(&layout, pass->slots, sizeof(uint32_t));
    size_t ranks = ro_layout_add(&layout, n, sizeof(uint32_t));
    size_t places = ro_layout_add(&layout, n, sizeof(uint32_t));
    size_t condemned = ro_layout_add(&layout, n, sizeof(uint32_t));
    size_t claims = ro_layout_add(&layout, in->claims.count, sizeof(uint32_t));
    size_t templates = ro_layout_add(&layout, n_templates, sizeof(uint32_t));
    size_t labels = ro_layout_add(&layout, n_revisions, sizeof(uint32_t));
    size_t scratch = ro_layout_add(&layout, most(most(n_revisions, in->claims.count), most(n_templates, n)),
                                   sizeof(uint32_t));
    size_t revisions = ro_layout_add(&layout, n, sizeof(uint16_t));
    size_t cleared = ro_layout_add(&layout, n_revisions, sizeof(struct ro_revision_fate));
    size_t facts = ro_layout_add(&layout, n_revisions, sizeof(struct ro_update_facts));
    size_t used = ro_layout_add(&layout, n_revisions, 1);
    size_t slot_facts = ro_layout_add(&layout, pass->slots, 1);
    size_t owned = ro_layout_add(&layout, in->claims.count, 1);
    size_t roles = ro_layout_add(&layout, n, 1);
    size_t marks = ro_layout_add(&layout, n, 1);
    size_t done = ro_layout_add(&layout, n, 1);
    size_t turns = ro_layout_add(&layout, n, 1);
    size_t acted = ro_layout_add(&layout, n, 1);
    char *block = ro_layout_alloc(&layout);
    if (!block)
        return ro_error_nomem(reterr);
    memset(block + slot_pods, 0, pass->slots * sizeof(uint32_t));
    memset(block + places, 0, n * sizeof(uint32_t));
    memset(block + cleared, 0, layout.size - cleared);

    pass->ordinals = (void *)(block + ordinals);
    pass->slot_pods = (void *)(block + slot_pods);
    pass->slot_facts = (uint8_t *)block + slot_facts;
    pass->candidates = (void *)(block + candidates);
    pass->ranks = (void *)(block + ranks);
    pass->places = (void *)(block + places);
    pass->condemned = (void *)(block + condemned);
    pass->claims_by_name = (void *)(block + claims);
    pass->claims_owned = (uint8_t *)block + owned;
    pass->templates = (void *)(block + templates);
    pass->revisions = (void *)(block + revisions);
    pass->roles = (uint8_t *)block + roles;
    pass->marks = (uint8_t *)block + marks;
    pass->done = (uint8_t *)block + done;
    pass->turns = (uint8_t *)block + turns;
    pass->acted = (uint8_t *)block + acted;
    pass->updates.facts = (void *)(block + facts);
    pass->history.used = (uint8_t *)block + used;
    pass->history.fates = (void *)(block + cleared);
    int r = run(pass, (void *)(block + labels), (void *)(block + scratch), answer, reterr);
    free(block);
    return r;
}

int ro_plan_statefulset(const struct rollout_statefulset *statefulset, const struct ro_planner_input *in,
                        const struct ro_answer *answer, struct rollout_error *reterr)
{
    int r = ro_statefulset_check(statefulset, in, reterr);
    if (r)
        return r;
    uint32_t update = in->snapshot.update_revision - 1;
    uint32_t current = in->snapshot.current_revision ? in->snapshot.current_revision - 1 : update;
    bool native = statefulset->flags & ROLLOUT_STATEFULSET_NATIVE;
    bool block = statefulset->flags & ROLLOUT_STATEFULSET_ROLLING_UPDATE;
    struct pass pass = {
        .spec = statefulset,
        .in = in,
        .rules = sts_rules_of(statefulset),
        .now_ms = in->snapshot.now_ms,
        .current = current,
        .update = update,
        .current_name = ro_revision_at(&in->revisions, current)->name,
        .update_name = ro_revision_at(&in->revisions, update)->name,
        .n = in->pods.count,
        .updates = { .in = in,
                     .policy = block && !native ? statefulset->pod_update_policy : ROLLOUT_POLICY_RECREATE,
                     .hook = &statefulset->lifecycle.in_place_update,
                     .target = update },
        .history = { .revisions = &in->revisions,
                     .current = current,
                     .update = update,
                     .limit = ro_history_limit(&statefulset->revision_history_limit) },
    };
    resolve_settings(&pass);

    size_t count = statefulset->reserve_ordinal_count;
    struct ro_layout layout = { 0 };
    size_t ranges = ro_layout_add(&layout, count, sizeof(struct ro_ordinals));
    size_t order = ro_layout_add(&layout, count, 2 * sizeof(uint32_t));
    char *block_of_ranges = ro_layout_alloc(&layout);
    if (!block_of_ranges)
        return ro_error_nomem(reterr);
    r = sts_count_places(&pass, (void *)(block_of_ranges + ranges), (void *)(block_of_ranges + order), reterr);
    if (r == ROLLOUT_OK)
        r = plan_places(&pass, answer, reterr);
    free(block_of_ranges);
    return r;
}

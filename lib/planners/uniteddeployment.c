/* SPDX-License-Identifier: Apache-2.0 */
/* The UnitedDeployment planner. Source: uniteddeployment.md; the order of the steps is that of its section 7.
 *
 * One reconcile: cut the history and find the expected revision, tell whose children the children are, find out which
 * subsets take no new pods, deal the replicas out, and write every child that differs. Nothing that it does is seen
 * within it. */
#include "planners/uniteddeployment_pass.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "planners/check.h"
#include "planners/uniteddeployment_check.h"

#define REWRITE_MS       1000 /* the caller looks again for its own write */
#define CRITICAL_SECONDS 30
#define DURATION_SECONDS 300

/* ---- steps ---- */

static void stop(struct united *pass, uint32_t step, uint32_t reason)
{
    pass->stopped_at = step;
    pass->stop_reason = reason;
}

static void fail(struct united *pass, uint32_t step, uint32_t reason, struct rollout_str field)
{
    pass->stopped_at = step;
    pass->error_reason = reason;
    pass->error_field = field;
}

/* A resourceVersion as a number; false where it is none. */
static bool version_number(struct rollout_str text, uint64_t *ret)
{
    *ret = 0;
    for (size_t i = 0; i < text.len; i++) {
        uint64_t digit = (uint64_t)(unsigned char)text.data[i] - '0';
        if (digit > 9 || *ret > (UINT64_MAX - digit) / 10)
            return false;
        *ret = *ret * 10 + digit;
    }
    return text.len > 0;
}

/* Step 2: whether the object is at least as new as the last write of its status. */
static bool sees_own_write(const struct united *pass)
{
    uint64_t written, seen;
    if (!version_number(pass->in->snapshot.written_version, &written))
        return true;
    return version_number(pass->spec->resource_version, &seen) && seen >= written;
}

/* Step 5. */
static void compare_revisions(struct united *pass)
{
    bool done = ro_str_eq(ro_revision_at(&pass->in->revisions, pass->current)->name, pass->expected);
    pass->updated = (struct rollout_condition){
        .type = RO_STR("UnitedDeploymentUpdated"),
        .status = done ? RO_STR("True") : RO_STR("False"),
        .reason = done ? RO_STR("UnitedDeploymentRevisionUpdated") : RO_STR("UnitedDeploymentRevisionUpdating"),
        .last_transition_ms = pass->now_ms,
    };
    for (size_t i = 0; i < pass->status->condition_count; i++) {
        const struct rollout_condition *old = &pass->status->conditions[i];
        if (ro_str_eq(old->type, pass->updated.type) && ro_str_eq(old->status, pass->updated.status))
            pass->updated.last_transition_ms = old->last_transition_ms;
    }
}

/* Steps 6 and 11: a child that does not say whose subset it is. */
static bool has_unnamed(const struct united *pass, bool other_kind)
{
    for (size_t i = 0; i < pass->n_children; i++)
        if (pass->children[i].facts->flags & ROLLOUT_SUBSET_UNNAMED &&
            (pass->children[i].fate == CHILD_OTHER_KIND) == other_kind)
            return true;
    return false;
}

/* Step 10. */
static void clamp_partitions(struct united *pass)
{
    for (size_t i = 0; i < pass->n_shares; i++) {
        const struct rollout_opt *given = &pass->spec->subsets[i].partition;
        struct share *share = &pass->shares[i];
        share->partition = given->set ? given->value : 0;
        if (share->partition > share->next)
            share->partition = share->next;
    }
}

static void provision(struct united *pass)
{
    for (size_t i = 0; i < pass->n_shares; i++)
        pass->creates |= pass->shares[i].child == ROLLOUT_NONE;
    pass->provisions = pass->creates;
    for (size_t i = 0; i < pass->n_children; i++) {
        uint8_t fate = pass->children[i].fate;
        pass->provisions |= fate == CHILD_NOT_IN_SPEC || fate == CHILD_OTHER_KIND;
    }
    if (pass->creates && united_adaptive(pass)) {
        united_requeue(pass, pass->critical_ms);
        united_next(pass, pass->now_ms + pass->critical_ms);
    }
}

static void run(struct united *pass)
{
    const struct rollout_str label = RO_STR("metadata.labels[\"apps.kruise.io/subset-name\"]");
    if (pass->spec->flags & ROLLOUT_UNITEDDEPLOYMENT_DELETING) {
        stop(pass, 1, ROLLOUT_REASON_WORKLOAD_DELETING);
        return;
    }
    if (!sees_own_write(pass)) {
        stop(pass, 2, ROLLOUT_REASON_ACTIONS_NOT_OBSERVED);
        united_requeue(pass, REWRITE_MS);
        united_next(pass, pass->now_ms + REWRITE_MS);
        return;
    }
    if (pass->spec->flags & ROLLOUT_UNITEDDEPLOYMENT_SELECTOR_INVALID || pass->spec->child_kind == 0) {
        fail(pass, 4, ROLLOUT_REASON_SPEC_INVALID,
             pass->spec->child_kind ? RO_STR("spec.selector") : RO_STR("spec.template"));
        return;
    }
    compare_revisions(pass);
    if (has_unnamed(pass, false)) {
        fail(pass, 6, ROLLOUT_REASON_SPEC_INVALID, label);
        return;
    }
    united_count(pass);
    united_schedule(pass);
    if (!united_allocate(pass)) {
        fail(pass, 8, ROLLOUT_REASON_SHARES_IMPOSSIBLE, pass->error_field);
        return;
    }
    pass->allocated = true;
    if (united_reserves(pass))
        united_mark_scaled_up(pass);
    clamp_partitions(pass);
    provision(pass);
    if (has_unnamed(pass, true))
        fail(pass, 11, ROLLOUT_REASON_SPEC_INVALID, label);
}

/* ---- the plan ---- */

struct rollout_str united_error(const struct united *pass, struct ro_builder *b)
{
    const struct rollout_str none = { NULL, 0 };
    if (!pass->error_reason)
        return none;
    if (pass->stopped_at == 8)
        return united_allocate_error(pass, b);
    return ro_build_join(b, pass->error_field, pass->stopped_at == 4 ? RO_STR(" is not usable") : RO_STR(" is missing"),
                         none, none);
}

static int write_plan(struct united *pass, struct rollout_plan **ret_plan, struct rollout_error *reterr)
{
    struct ro_builder b = { 0 };
    struct rollout_str message = { NULL, 0 };
    bool changed = false;
    for (int writing = 0; writing < 2; writing++) {
        if (writing && ro_builder_begin(&b, reterr))
            return ROLLOUT_ERR_NOMEM;
        ro_build_verdicts(&b, pass->n_pods);
        united_status(pass, &b, &changed);
        united_actions(pass, &b);
        united_verdicts(pass, &b);
        message = united_error(pass, &b);
        for (size_t i = 0; pass->allocated && i < pass->n_shares; i++)
            ro_build_number(&b, (int32_t)pass->shares[i].next);
        for (size_t i = 0; pass->allocated && i < pass->n_shares; i++)
            ro_build_number(&b, (int32_t)pass->shares[i].partition);
    }
    struct rollout_plan *plan = ro_builder_end(&b);
    plan->status_changed = changed;
    plan->next_ms = pass->next_ms;
    /* An error is tried again by the rules of the work queue. */
    plan->requeue_seconds = pass->error_reason ? 0 : (pass->requeue_ms + 999) / 1000;
    plan->stopped_at = pass->stopped_at;
    plan->allocator = pass->allocator;
    plan->error_reason = pass->error_reason;
    plan->error_message = message;
    if (pass->allocated) {
        plan->next_replicas = b.numbers;
        plan->next_partitions = b.numbers + pass->n_shares;
        plan->next_replica_count = plan->next_partition_count = pass->n_shares;
    }
    *ret_plan = plan;
    return ROLLOUT_OK;
}

/* Section 3. */
static uint32_t allocator_of(const struct rollout_uniteddeployment *spec)
{
    if (spec->flags & ROLLOUT_UNITEDDEPLOYMENT_ADAPTIVE)
        return spec->flags & ROLLOUT_UNITEDDEPLOYMENT_RESERVES ? ROLLOUT_ALLOCATOR_RESERVATION
                                                               : ROLLOUT_ALLOCATOR_ADAPTIVE;
    for (size_t i = 0; i < spec->subset_count; i++)
        if (spec->subsets[i].min_replicas.kind || spec->subsets[i].max_replicas.kind)
            return ROLLOUT_ALLOCATOR_MIN_MAX;
    return ROLLOUT_ALLOCATOR_SPECIFIED;
}

static int64_t in_ms(const struct rollout_opt *seconds, int64_t otherwise)
{
    return (seconds->set ? seconds->value : otherwise) * 1000;
}

int ro_plan_uniteddeployment(const struct rollout_uniteddeployment *spec, const struct ro_planner_input *in,
                             const struct ro_answer *answer, struct rollout_error *reterr)
{
    if (answer->candidates) /* its children have one each */
        return ro_error(reterr, ROLLOUT_ERR_INVALID, "workload",
                        "workload: a UnitedDeployment has no order of its own");
    int r = ro_uniteddeployment_check(spec, in, reterr);
    if (r)
        return r;

    size_t n = in->pods.count, n_shares = spec->subset_count, n_children = in->subsets.count;
    size_t n_given = spec->status->subset_count, n_entries = n_given + n_shares, n_revisions = in->revisions.count;
    size_t n_order = n_entries > n_children ? n_entries : n_children;
    n_order = n_order > n_revisions ? n_order : n_revisions;
    struct ro_layout layout = { 0 };
    size_t names = ro_layout_add(&layout, n_shares, sizeof(uint32_t));
    size_t entry_names = ro_layout_add(&layout, n_given, sizeof(uint32_t));
    size_t order = ro_layout_add(&layout, n_order, sizeof(uint32_t));
    size_t scratch = ro_layout_add(&layout, n_order, sizeof(uint32_t));
    size_t revision_order = ro_layout_add(&layout, n_revisions, sizeof(uint32_t));
    size_t pod_order =
        ro_layout_add(&layout, spec->flags & ROLLOUT_UNITEDDEPLOYMENT_RESERVES ? n : 0, 2 * sizeof(struct ro_keyed));
    size_t conditions = ro_layout_add(&layout, spec->status->condition_count + 3, sizeof(struct rollout_condition));
    size_t cleared = layout.size; /* what follows is zero to begin with */
    size_t shares = ro_layout_add(&layout, n_shares, sizeof(struct share));
    size_t children = ro_layout_add(&layout, n_children, sizeof(struct child));
    size_t entries = ro_layout_add(&layout, n_entries, sizeof(struct entry));
    size_t fates = ro_layout_add(&layout, n_revisions, sizeof(struct ro_revision_fate));
    size_t cuts = ro_layout_add(&layout, n_revisions, 1);
    size_t used = ro_layout_add(&layout, n_revisions, 1);
    size_t pods = ro_layout_add(&layout, n, 1);
    char *block = ro_layout_alloc(&layout);
    if (!block)
        return ro_error_nomem(reterr);
    memset(block + cleared, 0, layout.size - cleared);

    uint32_t update = in->snapshot.update_revision - 1;
    struct united pass = {
        .spec = spec,
        .status = spec->status,
        .in = in,
        .now_ms = in->snapshot.now_ms,
        .allocator = allocator_of(spec),
        .critical_ms = in_ms(&spec->reschedule_critical_seconds, CRITICAL_SECONDS),
        .duration_ms = in_ms(&spec->unschedulable_duration, DURATION_SECONDS),
        .shares = (void *)(block + shares),
        .n_shares = n_shares,
        .names = (void *)(block + names),
        .children = (void *)(block + children),
        .n_children = n_children,
        .entries = (void *)(block + entries),
        .entry_names = (void *)(block + entry_names),
        .pods = (uint8_t *)block + pods,
        .pod_order = (void *)(block + pod_order),
        .n_pods = n,
        .order = (void *)(block + order),
        .scratch = (void *)(block + scratch),
        .conditions = (void *)(block + conditions),
        .cuts = (uint8_t *)block + cuts,
        .revision_order = (void *)(block + revision_order),
        .update = update,
        .expected = ro_revision_at(&in->revisions, update)->name,
        .error_subset = ROLLOUT_NONE,
        .history = { .revisions = &in->revisions,
                     .update = update,
                     .limit = ro_history_limit(&spec->revision_history_limit),
                     .used = (uint8_t *)block + used,
                     .fates = (void *)(block + fates),
                     .order = (void *)(block + order),
                     .scratch = (void *)(block + scratch) },
    };
    if (!united_join(&pass)) {
        struct ro_check c = { reterr, ROLLOUT_OK };
        struct ro_path list = ro_path_member(NULL, "subsets"), place = ro_path_element(&list, pass.error_subset);
        struct ro_path path = ro_path_member(&place, "name");
        ro_check_refuse(&c, ROLLOUT_ERR_INVALID, &path, "another subset has this name");
        r = c.code;
    } else {
        united_revisions(&pass);
        run(&pass);
        /* Upstream would look for the template in what is left, and store it anew. */
        if (pass.cuts[update] == RO_CUT_DELETED && !(pass.stopped_at && pass.stopped_at <= 4))
            r = ro_error(reterr, ROLLOUT_ERR_INVALID, "update_revision",
                         "update_revision: %u, which revisionHistoryLimit deletes: a new one must stand for it",
                         update + 1);
        else
            r = write_plan(&pass, answer->plan, reterr);
    }
    free(block);
    return r;
}

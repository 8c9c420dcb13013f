/* SPDX-License-Identifier: Apache-2.0 */
/* A verdict on every pod, subset and child of a UnitedDeployment. Source: uniteddeployment.md 9, reasons.md 6. */
#include "planners/uniteddeployment_pass.h"

#include "rules/lifecycle.h"

/* ---- pods ---- */

static struct rollout_str phase_text(const struct rollout_pod *pod)
{
    return pod->phase == ROLLOUT_PHASE_SUCCEEDED ? RO_STR("Succeeded") : RO_STR("Failed");
}

/* What the child does to its pods it decides itself. */
static void judge_pod(const struct united *pass, struct ro_builder *b, uint32_t i, struct rollout_verdict *v)
{
    const struct rollout_pod *pod = united_pod(pass, i);
    uint32_t hint = 0;
    if (pass->stop_reason) {
        ro_verdict_set(v, pass->stop_reason);
    } else if (pod->flags & ROLLOUT_POD_TERMINATING) {
        ro_verdict_set(v, ROLLOUT_REASON_TERMINATING);
        v->because = i;
        v->because_kind = ROLLOUT_SUBJECT_POD;
    } else if (pod->phase == ROLLOUT_PHASE_SUCCEEDED || pod->phase == ROLLOUT_PHASE_FAILED) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_POD_FINISHED, phase_text(pod));
    } else if (pass->pods[i] & POD_CAUSE) { /* of any other cause its label is written */
        ro_verdict_set_text(b, v, ROLLOUT_REASON_RESERVED, RO_STR("soaking"));
        v->until_ms = united_pod_until(pass, i);
    } else if (pod->phase == ROLLOUT_PHASE_PENDING && pod->node.len == 0) {
        bool watched = united_adaptive(pass) && pod->flags & ROLLOUT_POD_UNSCHEDULABLE;
        int64_t until = pod->created_ms + pass->critical_ms + 1;
        ro_verdict_set(v, ROLLOUT_REASON_UNSCHEDULED);
        v->until_ms = watched && until > pass->now_ms ? until : 0;
    } else if (!(pod->flags & ROLLOUT_POD_READY)) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_NOT_READY, RO_STR("Ready"));
    } else {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_UP_TO_DATE, united_pod_revision(pod, &hint));
    }
}

static void judge_pods(struct united *pass, struct ro_builder *b, struct ro_tally *tally)
{
    for (uint32_t i = 0; i < pass->n_pods; i++) {
        if (pass->pods[i] & ro_acted(b)) {
            ro_verdict_close(b, tally, i);
            continue;
        }
        struct rollout_verdict v = ro_verdict(ROLLOUT_SUBJECT_POD, i);
        judge_pod(pass, b, i, &v);
        ro_tally_count(tally, v.reason, i);
        if (b->plan)
            b->verdicts[i] = v;
    }
}

/* ---- subsets ---- */

static struct rollout_str field_text(enum child_difference difference)
{
    static const struct rollout_str names[] = {
        [DIFFERS_REVISION] = { "revision", 8 },     [DIFFERS_REPLICAS] = { "replicas", 8 },
        [DIFFERS_PARTITION] = { "partition", 9 },   [DIFFERS_PATCH] = { "patch", 5 },
        [DIFFERS_ROLLING] = { "updated pods", 12 },
    };
    return names[difference];
}

static void set_acted(const struct ro_builder *b, struct rollout_verdict *v, uint32_t action)
{
    v->first_action = action - 1;
    if (b->plan)
        v->op = (uint16_t)b->actions[action - 1].op;
}

/* The error that ended the pass. */
static void set_error(const struct united *pass, struct ro_builder *b, struct rollout_verdict *v)
{
    if (pass->stopped_at != 8) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_SPEC_INVALID, pass->error_field);
        return;
    }
    ro_verdict_set(v, ROLLOUT_REASON_SHARES_IMPOSSIBLE);
    v->a = pass->error_subset == ROLLOUT_NONE ? pass->error_sum : pass->shares[pass->error_subset].min;
    v->b = pass->total;
}

/* What is done with the subset's child. */
static void judge_child(const struct united *pass, struct ro_builder *b, const struct share *share,
                        struct rollout_verdict *v)
{
    if (pass->stop_reason) {
        ro_verdict_set(v, pass->stop_reason);
        return;
    }
    if (share->child == ROLLOUT_NONE) {
        ro_verdict_set(v, ROLLOUT_REASON_CREATE_MISSING);
        v->a = v->b = share->next;
    } else {
        const struct child *child = &pass->children[share->child];
        enum child_difference difference = united_difference(pass, share);
        if (difference == DIFFERS_NOT) {
            ro_verdict_set_text(b, v, ROLLOUT_REASON_UP_TO_DATE, pass->expected);
        } else if (!share->action) {
            set_error(pass, b, v);
            v->wants = ROLLOUT_OP_UPDATE_SUBSET;
        } else {
            const int64_t from[] = { 0, 0, child->facts->replicas, child->partition, 0, child->updated };
            const int64_t to[] = { 0, 1, share->next, share->partition, 1, child->facts->status_replicas };
            ro_verdict_set_text(b, v, ROLLOUT_REASON_CHILD_UPDATED, field_text(difference));
            v->a = from[difference];
            v->b = to[difference];
        }
    }
    if (share->action)
        set_acted(b, v, share->action);
}

/* How its number came about. */
static void judge_share(const struct united *pass, struct ro_builder *b, uint32_t i, struct rollout_verdict *v)
{
    static const struct rollout_str rules[N_RULES] = {
        [RULE_SPECIFIED] = { "specified", 9 },    [RULE_AVERAGE] = { "average", 7 },
        [RULE_REMAINDER] = { "remainder", 9 },    [RULE_MINIMUM] = { "minimum", 7 },
        [RULE_IN_ORDER] = { "in order", 8 },      [RULE_KEEPS_READY] = { "keeps ready", 11 },
        [RULE_SUBSTITUTE] = { "substitute", 10 }, [RULE_OPEN] = { "open", 4 },
    };
    const struct share *share = &pass->shares[i];
    struct rollout_str name = pass->spec->subsets[i].name;
    v->a = share->next;
    if (!pass->allocated) {
        set_error(pass, b, v);
    } else if (pass->unplaced > 0) {
        ro_verdict_set(v, ROLLOUT_REASON_SHARES_IMPOSSIBLE);
        v->a = pass->total - pass->unplaced;
        v->b = pass->total;
    } else if (share->frozen) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_SUBSET_UNSCHEDULABLE, name);
        v->until_ms = pass->children[share->child].until_ms;
    } else if (share->next < share->min) {
        ro_verdict_set(v, ROLLOUT_REASON_BELOW_MIN_REPLICAS);
        v->b = share->min;
    } else if (pass->allocator != ROLLOUT_ALLOCATOR_SPECIFIED && share->max != INT32_MAX && share->next >= share->max) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_MAX_REPLICAS_REACHED, name);
        v->b = share->max;
    } else {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_SHARE_GIVEN, rules[share->rule]);
        v->b = pass->total < 0 ? share->next : pass->total;
    }
}

static void judge_subsets(const struct united *pass, struct ro_builder *b, struct ro_tally *tally)
{
    for (uint32_t i = 0; i < pass->n_shares; i++) {
        struct rollout_verdict v = ro_verdict(ROLLOUT_SUBJECT_SUBSET, i);
        if (pass->stop_reason || pass->allocated) {
            judge_child(pass, b, &pass->shares[i], &v);
            ro_tally_add(b, tally, &v);
        }
        if (pass->stop_reason)
            continue;
        v = ro_verdict(ROLLOUT_SUBJECT_SUBSET, i);
        judge_share(pass, b, i, &v);
        ro_tally_add(b, tally, &v);
    }
    for (uint32_t i = 0; i < pass->n_children; i++) {
        const struct child *child = &pass->children[i];
        struct rollout_verdict v = ro_verdict(ROLLOUT_SUBJECT_SUBSET, (uint32_t)pass->n_shares + i);
        struct rollout_str holder = pass->children[child->holder].facts->name;
        if (child->fate == CHILD_KEPT)
            continue;
        if (pass->stop_reason)
            ro_verdict_set(&v, pass->stop_reason);
        else if (child->facts->flags & ROLLOUT_SUBSET_UNNAMED)
            ro_verdict_set_text(b, &v, ROLLOUT_REASON_SPEC_INVALID,
                                RO_STR("a child without label apps.kruise.io/subset-name"));
        else if (!child->action)
            set_error(pass, b, &v);
        else if (child->fate == CHILD_DUPLICATE)
            ro_verdict_set_text(b, &v, ROLLOUT_REASON_DELETE_EXCESS, holder.len ? holder : RO_STR("another child"));
        else
            ro_verdict_set_text(b, &v, ROLLOUT_REASON_DELETE_NOT_IN_SPEC,
                                child->fate == CHILD_OTHER_KIND ? united_child_kind(child->facts->kind)
                                                                : child->facts->subset);
        if (child->action)
            set_acted(b, &v, child->action);
        else if (!pass->stop_reason)
            v.wants = ROLLOUT_OP_DELETE_SUBSET;
        ro_tally_add(b, tally, &v);
    }
}

/* ---- all ---- */

void united_verdicts(struct united *pass, struct ro_builder *b)
{
    struct ro_tally tally = { 0 };
    struct rollout_verdict workload = ro_verdict(ROLLOUT_SUBJECT_WORKLOAD, 0);
    judge_pods(pass, b, &tally);
    judge_subsets(pass, b, &tally);
    ro_history_verdicts(&pass->history, b, &tally);
    if (pass->stop_reason) {
        ro_verdict_set(&workload, pass->stop_reason);
    } else if (pass->stopped_at && !pass->allocated && pass->stopped_at != 8) {
        ro_verdict_set_text(b, &workload, ROLLOUT_REASON_SPEC_INVALID, pass->error_field);
    } else if (!pass->allocated || pass->unplaced > 0) {
        ro_verdict_set(&workload, ROLLOUT_REASON_SHARES_IMPOSSIBLE);
        workload.a = pass->allocated ? pass->total - pass->unplaced : pass->error_sum;
        workload.b = pass->total;
    }
    ro_tally_end(b, &tally, &workload);
}

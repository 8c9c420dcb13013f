/* SPDX-License-Identifier: Apache-2.0 */
/* The verdicts on all that a CloneSet's pass looks at: every pod, then what has no pod, last the workload. */
#include "planners/cloneset_pass.h"

#include "base/str.h"

/* Most pods are up to date, or available and refused by the budget: those verdicts are made once. */
static void emit_pod_verdicts(struct pass *pass, struct ro_builder *b, const struct verdict_context *context,
                              struct ro_tally *tally)
{
    const uint8_t healthy = MARK_NEW | MARK_SCALE_NEW | MARK_AVAILABLE | MARK_READY | MARK_SERVING;
    const uint8_t acted = ro_acted(b);
    bool plain = !pass->stop_reason && !(pass->spec->flags & ROLLOUT_CLONESET_DELETING) && pass->move.update >= 0 &&
                 context->rollback_surplus <= 0;
    struct rollout_verdict up_to_date = ro_verdict(ROLLOUT_SUBJECT_POD, 0);
    up_to_date.reason = ROLLOUT_REASON_UP_TO_DATE;
    up_to_date.text = context->target_text;
    struct rollout_verdict refused = context->refused;
    bool one_way = pass->spec->pod_update_policy != ROLLOUT_POLICY_IN_PLACE_IF_POSSIBLE;
    if (refused.reason && one_way)
        refused.wants = ro_update_wants(&pass->updates, pass->revisions[0], ROLLOUT_OP_RECREATE);

    const uint8_t *const marks = pass->marks, *const fates = pass->fates, *const turns = pass->turns;
    struct rollout_verdict *const verdicts = b->plan ? b->verdicts : NULL;
    for (uint32_t i = 0, n = (uint32_t)pass->n; i < n; i++) {
        uint8_t turn = turns[i] & (TURN_MASK | acted), mark = marks[i];
        struct rollout_verdict v;
        if (turn & acted) {
            ro_verdict_close(b, tally, i);
            continue;
        }
        if (fates[i] == FATE_NONE && turn == TURN_NONE && mark == healthy && plain) {
            v = up_to_date;
            v.subject = i;
        } else if (fates[i] == FATE_NONE && turn == TURN_REFUSED &&
                   (mark & (MARK_AVAILABLE | MARK_REFRESH)) == MARK_AVAILABLE) {
            v = refused;
            v.subject = i;
            if (!one_way)
                v.wants = ro_update_wants(&pass->updates, pass->revisions[i], ROLLOUT_OP_RECREATE);
        } else {
            verdict_of_pod(pass, b, context, i, &v);
        }
        if (verdicts) {
            verdicts[i] = v;
            ro_tally_count(tally, v.reason, i);
        }
    }
}

/* Pods that are not there: created old, created new, held. */
static void emit_missing_verdicts(struct pass *pass, struct ro_builder *b, struct ro_tally *tally)
{
    if (pass->stop_reason || pass->scale_end != SCALE_CREATED)
        return;
    const struct ro_cloneset_diff *d = &pass->scale;
    for (size_t i = 0; b->plan && i < b->n_actions; i++) {
        const struct rollout_action *action = &b->actions[i];
        if (action->op != ROLLOUT_OP_CREATE)
            continue;
        struct rollout_verdict v = ro_verdict(ROLLOUT_SUBJECT_MISSING, action->subject);
        v.reason = (uint16_t)action->reason;
        v.op = ROLLOUT_OP_CREATE;
        v.first_action = (uint32_t)i;
        v.a = b->attrs[action->attr_first + 1].value; /* COUNT follows REVISION */
        v.b = action->reason == ROLLOUT_REASON_CREATE_OLD_REVISION ? pass->limits.partition : d->scale_up;
        if (action->reason == ROLLOUT_REASON_CREATE_SURGE) {
            v.a = pass->active - pass->limits.replicas + d->scale_up_limit;
            v.b = pass->limits.max_surge;
        }
        ro_tally_add(b, tally, &v);
    }
    if (!b->plan)
        b->n_verdicts += 2; /* at most; what is not needed stays unused */
    if (d->scale_up > d->scale_up_limit) {
        struct rollout_verdict v = ro_verdict(ROLLOUT_SUBJECT_MISSING, 2);
        v.wants = ROLLOUT_OP_CREATE;
        verdict_of_missing(pass, &v);
        ro_tally_add(b, tally, &v);
    }
}

static void emit_workload_verdict(struct pass *pass, struct ro_builder *b, const struct ro_tally *tally)
{
    struct rollout_verdict v = ro_verdict(ROLLOUT_SUBJECT_WORKLOAD, 0);
    int64_t preparing = pass_count(pass, MARK_PREPARING_DELETE, MARK_PREPARING_DELETE);
    if (pass->stop_reason) {
        v.reason = (uint16_t)pass->stop_reason;
        v.until_ms = pass->stop_until_ms;
        if (pass->stop_reason == ROLLOUT_REASON_SPEC_INVALID)
            v.text = ro_build_text(b, verdict_invalid_field(pass));
    } else if (pass->spec->flags & ROLLOUT_CLONESET_DELETING) {
        v.reason = ROLLOUT_REASON_WORKLOAD_DELETING;
    } else if (pass->scale_end == SCALE_CREATED && preparing >= pass->limits.scale_max_unavailable) {
        /* K3: pods are missing, so nothing is deleted; those being deleted use up the limit, so nothing is created. */
        v.reason = ROLLOUT_REASON_DEADLOCK;
        v.text = ro_build_text(b, RO_STR("K3"));
        for (uint32_t i = 0; i < pass->n && v.because == ROLLOUT_NONE; i++)
            if (pass->marks[i] & MARK_PREPARING_DELETE)
                v.because = i;
    } else if (pass->no_progress_since_ms) {
        v.reason = ROLLOUT_REASON_DEADLINE_EXCEEDED;
        v.a = pass->spec->progress_deadline_seconds.value;
        v.until_ms = pass->no_progress_since_ms;
    }
    ro_tally_end(b, tally, &v);
}

void pass_verdicts(struct pass *pass, struct ro_builder *b)
{
    struct ro_tally tally = { { 0 }, { 0 } };
    struct verdict_context context;

    verdict_prepare(pass, b, &context);
    emit_pod_verdicts(pass, b, &context, &tally);
    emit_missing_verdicts(pass, b, &tally);
    ro_history_verdicts(&pass->history, b, &tally);
    emit_workload_verdict(pass, b, &tally);
}

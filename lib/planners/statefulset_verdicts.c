/* SPDX-License-Identifier: Apache-2.0 */
/* The verdicts on all that a StatefulSet's pass looks at: every pod, then ordinals, revisions, last the workload. */
#include "planners/statefulset_pass.h"

#include "base/str.h"
#include "planners/claim_names.h"

/* A verdict on an action is found again by walking the actions: creates come in ascending order of ordinals. */
struct creates {
    size_t next;
};

static uint32_t action_of(const struct ro_builder *b, struct creates *creates, uint32_t ordinal)
{
    for (; creates->next < b->n_actions; creates->next++) {
        const struct rollout_action *action = &b->actions[creates->next];
        if (action->op == ROLLOUT_OP_CREATE && action->subject == ordinal)
            return (uint32_t)creates->next;
    }
    return ROLLOUT_NONE;
}

static void created(const struct pass *pass, const struct ro_builder *b, struct creates *creates, uint32_t rank,
                    struct rollout_verdict *v)
{
    bool current = (pass->slot_facts[rank] & SLOT_CURRENT) && pass->current != pass->update;
    v->op = ROLLOUT_OP_CREATE;
    ro_verdict_set(v, current ? ROLLOUT_REASON_CREATE_OLD_REVISION : ROLLOUT_REASON_CREATE_MISSING);
    v->a = current ? pass->run.created_old : pass->run.created - pass->run.created_old;
    v->b = current ? pass->partition : pass->missing;
    if (b->plan)
        v->first_action = action_of(b, creates, (uint32_t)pass->ordinals[rank]);
}

/* Ordinals without a pod that should have one, and reserved ones. */
static void emit_places(struct pass *pass, struct ro_builder *b, struct ro_tally *tally)
{
    struct creates creates = { 0 };
    bool planned = !pass->stop_reason && !(pass->spec->flags & ROLLOUT_STATEFULSET_DELETING);
    int64_t ordinal = pass->start;
    for (uint32_t rank = 0; rank <= pass->slots; rank++, ordinal++) {
        int64_t next = rank < pass->slots ? pass->ordinals[rank] : pass->end;
        for (; ordinal < next; ordinal++) {
            struct rollout_verdict v = ro_verdict(ROLLOUT_SUBJECT_ORDINAL, (uint32_t)ordinal);
            v.reason = ROLLOUT_REASON_ORDINAL_RESERVED;
            v.a = ordinal;
            ro_tally_add(b, tally, &v);
        }
        if (rank == pass->slots || pass->slot_pods[rank])
            continue;
        struct rollout_verdict v = ro_verdict(ROLLOUT_SUBJECT_ORDINAL, (uint32_t)ordinal);
        if (!planned)
            ro_verdict_set(&v, pass->stop_reason ? pass->stop_reason : ROLLOUT_REASON_WORKLOAD_DELETING);
        else if (pass->slot_facts[rank] & SLOT_CREATED)
            created(pass, b, &creates, rank, &v);
        else
            sts_verdict_of_missing(pass, b, rank, &v);
        if (pass->stop_reason)
            v.text = ro_build_text(b, RO_STR("spec.selector"));
        ro_tally_add(b, tally, &v);
    }
}

/* Ordinals behind the range that have a pod: what is said of it. */
static void emit_condemned(struct pass *pass, struct ro_builder *b, struct ro_tally *tally)
{
    for (size_t i = pass->condemned_count; i > 0; i--) {
        uint32_t pod = pass->condemned[i - 1];
        int32_t ordinal = sts_ordinal_of(pass, pod);
        if (ordinal >= pass->start && ordinal < pass->end)
            continue; /* reserved, and told already */
        struct rollout_verdict v = b->plan ? b->verdicts[pod] : ro_verdict(0, 0);
        v.subject_kind = ROLLOUT_SUBJECT_ORDINAL;
        v.subject = (uint32_t)ordinal;
        ro_build_verdict(b, &v);
        (void)tally; /* the pod is counted already */
    }
}

static void emit_pods(struct pass *pass, struct ro_builder *b, struct ro_tally *tally)
{
    uint32_t target_text = ro_build_text(b, pass->update_name);
    const uint8_t acted = ro_acted(b);
    for (uint32_t i = 0; i < pass->n; i++) {
        if (pass->acted[i] & acted) {
            ro_verdict_close(b, tally, i);
            continue;
        }
        struct rollout_verdict v;
        sts_verdict_of_pod(pass, b, i, target_text, &v);
        if (b->plan) {
            b->verdicts[i] = v;
            ro_tally_count(tally, v.reason, i);
        }
    }
}

/* ---- the workload ---- */

static bool serves_but_prepares(const struct pass *pass, uint32_t pod, uint32_t state)
{
    const struct rollout_pod *p = pass_pod(pass, pod);
    return p->lifecycle_state == state && (pass->marks[pod] & MARK_READY) && !sts_terminating(p);
}

/* S3: an ordered set waits at a place for a lifecycle state that only the update phase would leave. */
static bool waits_for_update(const struct pass *pass, uint32_t *ret_pod)
{
    const struct sts_stop *stop = &pass->run.loop;
    if (!pass->monotonic || stop->kind != ROLLOUT_SUBJECT_POD || stop->acted || pass->run.error.reason)
        return false;
    *ret_pod = stop->subject;
    return serves_but_prepares(pass, *ret_pod, ROLLOUT_STATE_PREPARING_DELETE) ||
           (serves_but_prepares(pass, *ret_pod, ROLLOUT_STATE_PREPARING_UPDATE) &&
            !(pass->marks[*ret_pod] & MARK_NEW));
}

/* S4: two condemned pods wait for each other. */
static bool waits_for_condemned(const struct pass *pass, uint32_t *ret_pod)
{
    const struct sts_stop *stop = &pass->run.condemned;
    const struct rollout_verdict *first = &pass->first_unhealthy;
    if (!pass->monotonic || stop->kind != ROLLOUT_SUBJECT_POD || stop->acted || stop->gone)
        return false;
    *ret_pod = stop->subject;
    return serves_but_prepares(pass, stop->subject, ROLLOUT_STATE_PREPARING_DELETE) &&
           first->subject_kind == ROLLOUT_SUBJECT_POD &&
           serves_but_prepares(pass, first->subject, ROLLOUT_STATE_PREPARING_DELETE);
}

/* S5: a failed pod charges the scale budget before it may be deleted, and is all that the budget allows. */
static bool waits_for_failed(const struct pass *pass, uint32_t *ret_pod)
{
    uint32_t rank = pass->run.break_rank;
    if (rank == ROLLOUT_NONE || !pass->slot_pods[rank] || pass->scale_budget != 1)
        return false;
    *ret_pod = pass->slot_pods[rank] - 1;
    if (pass->done[*ret_pod] & DONE_DELETE) /* an outdated one goes in the walk */
        return false;
    return sts_finished(pass_pod(pass, *ret_pod)) && !sts_terminating(pass_pod(pass, *ret_pod));
}

/* S2: pods that are prepared for deletion, and that the walk does not come to, use up the budget. */
static bool waits_for_prepared(const struct pass *pass, uint32_t *ret_pod)
{
    int64_t prepared = 0;
    if (pass->run.walk.kind == 0 || pass->run.error.reason || !pass->rules->lifecycle)
        return false;
    for (size_t i = 0; i < pass->slots; i++) {
        uint32_t pod = pass->slot_pods[i];
        if (!pod || !serves_but_prepares(pass, pod - 1, ROLLOUT_STATE_PREPARING_DELETE) ||
            (pass->done[pod - 1] & DONE_DELETE))
            continue;
        if (prepared++ == 0)
            *ret_pod = pod - 1;
    }
    return prepared >= pass->budget;
}

static struct rollout_str deadlock(const struct pass *pass, uint32_t *ret_pod)
{
    if (waits_for_prepared(pass, ret_pod))
        return RO_STR("S2");
    if (waits_for_update(pass, ret_pod))
        return RO_STR("S3");
    if (waits_for_condemned(pass, ret_pod))
        return RO_STR("S4");
    return waits_for_failed(pass, ret_pod) ? RO_STR("S5") : (struct rollout_str){ NULL, 0 };
}

static void emit_workload(struct pass *pass, struct ro_builder *b, const struct ro_tally *tally)
{
    struct rollout_verdict v = ro_verdict(ROLLOUT_SUBJECT_WORKLOAD, 0);
    uint32_t pod = ROLLOUT_NONE;
    struct rollout_str defect;
    if (pass->stop_reason) {
        ro_verdict_set_text(b, &v, pass->stop_reason, RO_STR("spec.selector"));
    } else if (pass->spec->flags & ROLLOUT_STATEFULSET_DELETING) {
        ro_verdict_set(&v, ROLLOUT_REASON_WORKLOAD_DELETING);
    } else if (pass->run.stopped_at == 8 || pass->run.stopped_at == 17) {
        ro_verdict_set_text(b, &v, ROLLOUT_REASON_SPEC_INVALID, pass->run.error.what);
    } else if (pass->run.stopped_at == 14) {
        ro_verdict_set(&v, ROLLOUT_REASON_ACTIONS_NOT_OBSERVED);
    } else if ((defect = deadlock(pass, &pod)).data) {
        ro_verdict_set_text(b, &v, ROLLOUT_REASON_DEADLOCK, defect);
        v.because = pod;
    }
    ro_tally_end(b, tally, &v);
}

void sts_verdicts(struct pass *pass, struct ro_builder *b)
{
    struct ro_tally tally = { { 0 }, { 0 } };
    emit_pods(pass, b, &tally);
    emit_places(pass, b, &tally);
    emit_condemned(pass, b, &tally);
    ro_history_verdicts(&pass->history, b, &tally);
    emit_workload(pass, b, &tally);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Steps 9 and 11 of a StatefulSet's pass: the places from the lowest ordinal up, then condemned pods from the
 * highest down. Source: statefulset.md 6.2, 6.3, 7.1 to 7.3. */
#include "planners/statefulset_pass.h"

#include "planners/pod_reasons.h"
#include "planners/refresh.h"
#include "rules/lifecycle.h"
#include "rules/ordinal.h"
#include "rules/template.h"

static const struct rollout_hook no_hook;

/* ---- what is done to a pod ---- */

bool sts_delete(struct pass *pass, struct ro_builder *b, uint32_t pod, const struct ro_why *why, bool *ret_deleted)
{
    const struct rollout_hook *hook = pass->rules->lifecycle ? &pass->spec->lifecycle.pre_delete : &no_hook;
    const struct rollout_pod *p = pass_pod(pass, pod);
    enum ro_delete step = ro_delete_step(p, hook);
    struct ro_why released = *why;
    if (step == RO_DELETE_NOW && pass->rules->lifecycle && p->lifecycle_state == ROLLOUT_STATE_PREPARING_DELETE)
        released = (struct ro_why){ .reason = ROLLOUT_REASON_DELETE_HOOK_RELEASED };
    if (!(pass->done[pod] & DONE_DELETE)) /* sent twice, written down once */
        ro_delete_emit(b, pass->acted, pod, p, hook, &released);
    pass->done[pod] |= DONE_DELETE;
    *ret_deleted = step == RO_DELETE_NOW;
    return step != RO_DELETE_WAITS;
}

uint32_t sts_refreshed_state(const struct pass *pass, uint32_t pod)
{
    return ro_lifecycle_refresh(pass_pod(pass, pod), &pass->spec->lifecycle, false, pass->marks[pod] & MARK_NEW);
}

bool sts_refresh(struct pass *pass, struct ro_builder *b, uint32_t pod)
{
    const struct rollout_pod *p = pass_pod(pass, pod);
    if (!(pass->marks[pod] & MARK_REFRESH))
        return true;
    enum ro_step step = ro_in_place_step(p, pass->now_ms);
    if (ro_step_is_error(step)) {
        pass->run.error = (struct sts_error){ ROLLOUT_REASON_SPEC_INVALID, pod, ro_refresh_error_text(b, p, step), NULL,
                                              ro_annotation_text(p->in_place, step) };
        return false;
    }
    if (step == RO_STEP_WAIT_GRACE)
        pass_requeue(pass, (ro_grace_left(p, pass->now_ms) + 999) / 1000 * 1000);
    uint32_t state = sts_refreshed_state(pass, pod);
    if (state != p->lifecycle_state && pass->run.moved_pod == ROLLOUT_NONE)
        pass->run.moved_pod = pod;
    if (!(pass->done[pod] & DONE_REFRESH))
        ro_refresh_emit(b, pass->acted, pod, p, step, state, &pass->spec->lifecycle.in_place_update);
    pass->done[pod] |= DONE_REFRESH;
    return true;
}

/* ---- the scale budget (7.2) ---- */

/* Charges it for the place. True: it is exhausted, by this one too. */
static bool charge(struct pass *pass, uint32_t rank)
{
    struct sts_run *run = &pass->run;
    if (pass->scale_budget == 0)
        return false;
    if (run->scale_charges++ == 0)
        run->scale_first = rank;
    run->scale_exhausted = --run->scale_left <= 0;
    if (run->scale_exhausted)
        run->break_rank = rank;
    return run->scale_exhausted;
}

/* ---- the replica loop (7.1) ---- */

enum step { STEP_NEXT, STEP_BREAK, STEP_EXIT };

static enum step stop_at_rank(struct pass *pass, uint32_t rank, bool acted, bool gone)
{
    uint32_t pod = pass->slot_pods[rank];
    pass->run.loop = (struct sts_stop){
        .kind = pod ? ROLLOUT_SUBJECT_POD : ROLLOUT_SUBJECT_ORDINAL,
        .subject = pod ? pod - 1 : rank,
        .acted = acted,
        .gone = gone,
    };
    return STEP_EXIT;
}

/* R2 */
static enum step finished_pod(struct pass *pass, struct ro_builder *b, uint32_t rank, uint32_t pod)
{
    const struct rollout_pod *p = pass_pod(pass, pod);
    if (charge(pass, rank))
        return STEP_BREAK;
    bool acted = false, deleted;
    if (!sts_terminating(p)) {
        struct ro_why why = { .reason = ROLLOUT_REASON_DELETE_FAILED, .text = ro_phase_text(p->phase) };
        acted = sts_delete(pass, b, pod, &why, &deleted);
    }
    return pass->monotonic ? stop_at_rank(pass, rank, acted, true) : STEP_NEXT;
}

/* A new pod waits for its preNormal hook, unless its template has all of it. */
static uint32_t first_state(const struct pass *pass, uint32_t revision)
{
    const struct rollout_hook *hook = &pass->spec->lifecycle.pre_normal;
    const struct rollout_tree *data = &ro_revision_at(&pass->in->revisions, revision)->data;
    bool waits = hook->set && !ro_template_hooked(data->count ? data->nodes : NULL, hook);
    return waits ? ROLLOUT_STATE_PREPARING_NORMAL : ROLLOUT_STATE_NORMAL;
}

static void emit_create(struct pass *pass, struct ro_builder *b, uint32_t rank)
{
    uint32_t revision = pass->slot_facts[rank] & SLOT_CURRENT ? pass->current : pass->update;
    uint32_t reason = revision != pass->update ? ROLLOUT_REASON_CREATE_OLD_REVISION : ROLLOUT_REASON_CREATE_MISSING;
    ro_build_action(b, ROLLOUT_OP_CREATE, reason, ROLLOUT_SUBJECT_ORDINAL, (uint32_t)pass->ordinals[rank]);
    ro_build_attr_text(b, ROLLOUT_ATTR_NAME, sts_build_name(pass, b, pass->ordinals[rank]));
    ro_build_attr_value(b, ROLLOUT_ATTR_ORDINAL, pass->ordinals[rank]);
    ro_build_attr_text(b, ROLLOUT_ATTR_REVISION, ro_revision_at(&pass->in->revisions, revision)->name);
    if (pass->rules->lifecycle)
        ro_build_attr_text(b, ROLLOUT_ATTR_STATE, ro_state_text(first_state(pass, revision)));
    pass->slot_facts[rank] |= SLOT_CREATED;
    pass->run.created++;
    pass->run.created_old += revision != pass->update;
}

/* R3 */
static enum step missing_pod(struct pass *pass, struct ro_builder *b, uint32_t rank)
{
    int32_t ordinal = pass->ordinals[rank];
    uint32_t cursor = 0;
    if (sts_stale_claim(pass, ordinal, &cursor) != ROLLOUT_NONE)
        return pass->monotonic ? stop_at_rank(pass, rank, false, false) : STEP_NEXT;
    if (!sts_create_claims(pass, b, ordinal, "FailedCreatePod", ROLLOUT_NONE))
        return stop_at_rank(pass, rank, false, false);
    emit_create(pass, b, rank);
    if (pass->owners)
        sts_own_claims(pass, b, ordinal, ROLLOUT_NONE, false);
    if (pass->monotonic)
        return stop_at_rank(pass, rank, true, false);
    return charge(pass, rank) ? STEP_BREAK : STEP_NEXT;
}

static bool identity_ok(const struct rollout_pod *pod, int32_t ordinal)
{
    struct sts_digits digits = sts_digits(ordinal);
    const struct rollout_str *label = ro_labels_get(&pod->labels, RO_STR("statefulset.kubernetes.io/pod-name"));
    struct rollout_str parent, name = pod->name;
    (void)ro_ordinal_of(name, &parent);
    /* "web-01" has the ordinal of web-1, and never its name */
    return label && ro_str_eq(*label, name) && name.len == parent.len + 1 + digits.len;
}

/* R8: false on an error. */
static bool repair(struct pass *pass, struct ro_builder *b, uint32_t rank, uint32_t pod)
{
    const struct rollout_pod *p = pass_pod(pass, pod);
    int32_t ordinal = pass->ordinals[rank];
    bool identity = !identity_ok(p, ordinal), storage = p->flags & ROLLOUT_POD_STORAGE_MISMATCH;
    if (storage && !sts_create_claims(pass, b, ordinal, "FailedUpdatePod", pod))
        return false;
    if (pass->owners)
        sts_own_claims(pass, b, ordinal, pod, false);
    if (!identity && !storage)
        return true;
    struct ro_why why = { .reason = ROLLOUT_REASON_BOOKKEEPING,
                          .text = !storage    ? RO_STR("identity")
                                  : !identity ? RO_STR("storage")
                                              : RO_STR("identity+storage") };
    ro_act(b, pass->acted, ROLLOUT_OP_REPAIR, pod, &why);
    ro_build_attr_text(b, ROLLOUT_ATTR_DETAIL, why.text);
    return true;
}

static enum step existing_pod(struct pass *pass, struct ro_builder *b, uint32_t rank, uint32_t pod)
{
    const struct rollout_pod *p = pass_pod(pass, pod);
    if (p->phase == ROLLOUT_PHASE_PENDING) { /* R4 */
        bool created = sts_create_claims(pass, b, pass->ordinals[rank], NULL, pod);
        if (!created)
            return stop_at_rank(pass, rank, false, false);
        if (pass->owners)
            sts_own_claims(pass, b, pass->ordinals[rank], pod, false);
    }
    if (sts_terminating(p)) { /* R5 */
        if (pass->monotonic)
            return stop_at_rank(pass, rank, false, true);
        if (charge(pass, rank))
            return STEP_BREAK;
    }
    if (!sts_refresh(pass, b, pod)) /* R6 */
        return stop_at_rank(pass, rank, false, false);
    if (!(pass->marks[pod] & MARK_AVAILABLE)) { /* R7 */
        bool exhausted = !pass->monotonic && charge(pass, rank);
        if ((pass->monotonic || exhausted) && !pass->rules->waits_whole)
            pass_requeue(pass, sts_wait(pass, pod));
        if (pass->monotonic)
            return stop_at_rank(pass, rank, false, false);
        if (exhausted)
            return STEP_BREAK;
    }
    return repair(pass, b, rank, pod) ? STEP_NEXT : stop_at_rank(pass, rank, false, false);
}

/* Kubernetes' Parallel works in batches of 1, 2, 4 ... 500 places: the first place behind that of rank. */
static size_t batch_end(const struct pass *pass, uint32_t rank)
{
    size_t end = 0, batch = 1;
    while (end <= rank) {
        end += batch;
        batch = 2 * batch < 500 ? 2 * batch : 500;
    }
    return end < pass->slots ? end : pass->slots;
}

bool sts_replica_loop(struct pass *pass, struct ro_builder *b)
{
    size_t end = pass->slots;
    for (uint32_t rank = 0; rank < end; rank++) {
        uint32_t pod = pass->slot_pods[rank];
        struct sts_stop before = pass->run.loop;
        enum step step = !pod                                  ? missing_pod(pass, b, rank)
                         : sts_finished(pass_pod(pass, pod - 1)) ? finished_pod(pass, b, rank, pod - 1)
                                                               : existing_pod(pass, b, rank, pod - 1);
        if (step == STEP_BREAK)
            break;
        if (step == STEP_NEXT)
            continue;
        if (!pass->run.error.reason || pass->monotonic || !pass->rules->batches)
            return false;
        if (before.kind)
            pass->run.loop = before; /* the first error tells */
        end = batch_end(pass, rank);
    }
    return pass->run.loop.kind == 0;
}

/* ---- the condemned loop (7.3) ---- */

static bool stop_at_condemned(struct pass *pass, uint32_t pod, bool acted, bool gone)
{
    pass->run.condemned =
        (struct sts_stop){ .kind = ROLLOUT_SUBJECT_POD, .subject = pod, .acted = acted, .gone = gone };
    return false;
}

static struct ro_why why_condemned(const struct pass *pass, size_t place)
{
    struct rollout_str parent;
    int32_t ordinal = ro_ordinal_of(pass_pod(pass, pass->condemned[place])->name, &parent);
    if (ro_reserved_has(pass->reserved, pass->reserved_count, ordinal) && ordinal >= pass->start)
        return (struct ro_why){ .reason = ROLLOUT_REASON_DELETE_NOT_IN_SPEC, .text = RO_STR("ordinal reserved") };
    return (struct ro_why){ .reason = ROLLOUT_REASON_DELETE_SCALE_IN,
                            .a = (int64_t)place + 1,
                            .b = (int64_t)pass->condemned_count };
}

bool sts_condemned_loop(struct pass *pass, struct ro_builder *b)
{
    const struct rollout_verdict *first = &pass->first_unhealthy;
    for (size_t i = 0; i < pass->condemned_count; i++) {
        uint32_t pod = pass->condemned[i];
        bool is_first = first->subject_kind == ROLLOUT_SUBJECT_POD && first->subject == pod;
        pass->done[pod] |= DONE_CONDEMNED;
        if (sts_terminating(pass_pod(pass, pod))) { /* C1 */
            if (pass->monotonic)
                return stop_at_condemned(pass, pod, false, true);
            continue;
        }
        if (pass->monotonic && !(pass->marks[pod] & MARK_AVAILABLE) && !is_first) /* C2, C3: nobody is woken for it */
            return stop_at_condemned(pass, pod, false, false);
        struct ro_why why = why_condemned(pass, i); /* C4 */
        bool deleted;
        if (sts_delete(pass, b, pod, &why, &deleted) && pass->monotonic)
            return stop_at_condemned(pass, pod, true, true);
    }
    return true;
}

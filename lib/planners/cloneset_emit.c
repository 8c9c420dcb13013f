/* SPDX-License-Identifier: Apache-2.0 */
/* Writes down what the phases of a CloneSet's pass decided: the actions in upstream's order, then the
 * verdicts. */
#include "planners/cloneset_pass.h"

#include "base/sort.h"
#include "base/str.h"
#include "rules/availability.h"
#include "rules/in_place.h"
#include "rules/lifecycle.h"
#include "rules/revision.h"

/* Of several actions on a pod, the one whose reason is the pod's (reasons.md 6, rung 0). */
static int weight(uint32_t op)
{
    static const uint8_t order[] = { ROLLOUT_OP_DELETE,    ROLLOUT_OP_RECREATE,   ROLLOUT_OP_UPDATE_IN_PLACE,
                                     ROLLOUT_OP_SET_LIFECYCLE, ROLLOUT_OP_END_GRACE, ROLLOUT_OP_NEXT_BATCH,
                                     ROLLOUT_OP_SET_READY };
    int n = sizeof order / sizeof *order;
    for (int i = 0; i < n; i++)
        if (order[i] == op)
            return i;
    return n;
}

/* A bit of turns: there is an action on the pod. One while counting, one while writing. */
static uint8_t acted_bit(const struct ro_builder *b)
{
    return b->plan ? TURN_WRITTEN : TURN_COUNTED;
}

struct why {
    uint32_t reason;
    int64_t a, b, until_ms;
    struct rollout_str text;
};

/* An action on a pod, and with it the pod's verdict. */
static void act(struct pass *pass, struct ro_builder *b, uint32_t op, uint32_t pod, const struct why *why)
{
    uint32_t text = ro_build_text(b, why->text);
    ro_build_action(b, op, why->reason, ROLLOUT_SUBJECT_POD, pod);
    bool first = !(pass->turns[pod] & acted_bit(b));
    pass->turns[pod] |= acted_bit(b);
    if (!b->plan)
        return;
    struct rollout_verdict *v = &b->verdicts[pod];
    if (first)
        *v = (struct rollout_verdict){
            .subject_kind = ROLLOUT_SUBJECT_POD,
            .op = (uint16_t)op,
            .subject = pod,
            .first_action = (uint32_t)b->n_actions - 1,
            .because = ROLLOUT_NONE,
        };
    else if (weight(op) >= weight(v->wants))
        return;
    v->wants = (uint16_t)op; /* until the verdicts are written: whose reason it is */
    v->reason = (uint16_t)why->reason;
    v->a = why->a;
    v->b = why->b;
    v->until_ms = why->until_ms;
    v->text = text;
}

/* ---- revisions ---- */

static int64_t newest_number(const struct pass *pass)
{
    int64_t newest = INT64_MIN;
    for (uint32_t i = 0; i < pass->in->revisions.count; i++)
        if (i != pass->update && ro_revision_at(&pass->in->revisions, i)->number > newest)
            newest = ro_revision_at(&pass->in->revisions, i)->number;
    return newest;
}

/* 7.2: the template is recorded, or an older equal revision becomes the newest. */
static void emit_update_revision(struct pass *pass, struct ro_builder *b)
{
    const struct rollout_revision *update = ro_revision_at(&pass->in->revisions, pass->update);
    bool create = update->flags & ROLLOUT_REVISION_NEW;
    int64_t newest = newest_number(pass);
    if (!create && (pass->in->revisions.count == 1 || update->number >= newest))
        return;
    pass->revision_facts[pass->update].action = (uint32_t)b->n_actions + 1;
    ro_build_action(b, create ? ROLLOUT_OP_CREATE_REVISION : ROLLOUT_OP_RENUMBER_REVISION,
                    ROLLOUT_REASON_BOOKKEEPING, ROLLOUT_SUBJECT_REVISION, pass->update);
    ro_build_attr_text(b, ROLLOUT_ATTR_REVISION, update->name);
    ro_build_attr_value(b, ROLLOUT_ATTR_NUMBER, create ? update->number : newest + 1);
}

static int compare_numbers(const void *context, uint32_t a, uint32_t b)
{
    const struct pass *pass = context;
    int64_t x = ro_revision_at(&pass->in->revisions, a)->number, y = ro_revision_at(&pass->in->revisions, b)->number;
    return (x > y) - (x < y);
}

static int64_t history_limit(const struct pass *pass)
{
    if (!pass->spec->revision_history_limit.set)
        return 10;
    return pass->spec->revision_history_limit.value < 0 ? 0 : pass->spec->revision_history_limit.value;
}

static bool in_use(const struct pass *pass, uint32_t revision)
{
    return revision == pass->current || revision == pass->update || pass->revision_facts[revision].used;
}

/* 4.1 step 13: of those that nothing uses the newest are kept, up to the limit. */
static void emit_history(struct pass *pass, struct ro_builder *b)
{
    size_t unused = 0;
    for (uint32_t i = 0; i < pass->in->revisions.count; i++)
        if (!in_use(pass, i))
            pass->history[unused++] = i;
    ro_sort_indices(pass->history, unused, pass->history_scratch, compare_numbers, pass);
    for (size_t i = 0; i < unused; i++)
        pass->revision_facts[pass->history[i]].place = (uint32_t)(unused - i);
    for (size_t i = 0; i < unused && (int64_t)(unused - i) > history_limit(pass) && !pass->stop_reason; i++) {
        pass->revision_facts[pass->history[i]].action = (uint32_t)b->n_actions + 1;
        ro_build_action(b, ROLLOUT_OP_DELETE_REVISION, ROLLOUT_REASON_CLEANED_UP, ROLLOUT_SUBJECT_REVISION,
                        pass->history[i]);
        ro_build_attr_text(b, ROLLOUT_ATTR_REVISION, ro_revision_at(&pass->in->revisions, pass->history[i])->name);
    }
}

/* ---- the scale phase ---- */

static void emit_lifecycle(struct pass *pass, struct ro_builder *b, uint32_t pod, uint32_t state,
                           const struct why *why)
{
    act(pass, b, ROLLOUT_OP_SET_LIFECYCLE, pod, why);
    ro_build_attr_text(b, ROLLOUT_ATTR_STATE, ro_state_text(state));
}

static void emit_cancels(struct pass *pass, struct ro_builder *b)
{
    int64_t leaving = pass->active - pass_count(pass, MARK_PREPARING_DELETE | MARK_SPECIFIED, 0);
    struct why why = { .reason = ROLLOUT_REASON_DELETE_CANCELLED, .a = pass->limits.replicas - pass->active + leaving };
    for (uint32_t i = 0; i < pass->n; i++)
        if (pass->fates[i] == FATE_CANCEL)
            emit_lifecycle(pass, b, i, ROLLOUT_STATE_PREPARING_NORMAL, &why);
}

static void emit_creates(struct pass *pass, struct ro_builder *b)
{
    const struct ro_cloneset_diff *d = &pass->scale;
    int64_t old = d->scale_up_old < d->scale_up_limit ? d->scale_up_old : d->scale_up_limit;
    int64_t updated = d->scale_up_limit - old;
    uint32_t cursor = 0;
    if (pass->current == pass->update) {
        updated += old;
        old = 0;
    }
    if (old > 0)
        claims_emit_create(pass, b, ROLLOUT_REASON_CREATE_OLD_REVISION, 0, pass->current_name, old, &cursor);
    uint32_t reason = d->use_surge > 0 && pass->active >= pass->limits.replicas ? ROLLOUT_REASON_CREATE_SURGE
                                                                 : ROLLOUT_REASON_CREATE_MISSING;
    if (updated > 0)
        claims_emit_create(pass, b, reason, 1, pass->update_name, updated, &cursor);
}

/* Why this pod is deleted. */
static struct why why_delete(const struct pass *pass, uint32_t pod)
{
    if (pass->marks[pod] & MARK_PREPARING_DELETE)
        return (struct why){ .reason = ROLLOUT_REASON_DELETE_HOOK_RELEASED };
    if (pass->marks[pod] & MARK_SPECIFIED)
        return (struct why){
            .reason = ROLLOUT_REASON_DELETE_SPECIFIED,
            .text = pass_pod(pass, pod)->flags & ROLLOUT_POD_SPECIFIED_DELETE
                        ? RO_STR("label apps.kruise.io/specified-delete")
                        : RO_STR("scaleStrategy.podsToDelete"),
        };
    return (struct why){
        .reason = ROLLOUT_REASON_DELETE_SCALE_IN, .a = pass->places[pod], .b = pass->scale.scale_down
    };
}

static void emit_delete(struct pass *pass, struct ro_builder *b, uint32_t pod)
{
    const struct rollout_hook *hook = &pass->spec->lifecycle.pre_delete;
    const struct rollout_pod *p = pass_pod(pass, pod);
    bool marks = hook->mark_pod_not_ready && ro_mark_adds(p, ROLLOUT_POD_KEY_PRE_DELETE);
    struct why why;
    switch (pass->fates[pod]) {
    case FATE_DELETE:
        why = why_delete(pass, pod);
        act(pass, b, ROLLOUT_OP_DELETE, pod, &why);
        claims_emit_delete(pass, b, pod);
        break;
    case FATE_PREPARE_DELETE:
        why = (struct why){ .reason = ROLLOUT_REASON_PREPARE_DELETE, .text = ro_hook_part(hook, p, true) };
        emit_lifecycle(pass, b, pod, ROLLOUT_STATE_PREPARING_DELETE, &why);
        if (marks)
            ro_build_attr_value(b, ROLLOUT_ATTR_MARK_NOT_READY, 1);
        break;
    case FATE_WAIT_PRE_DELETE:
        if (!marks)
            break;
        why = (struct why){ .reason = ROLLOUT_REASON_PREPARE_DELETE, .text = ro_hook_part(hook, p, true) };
        act(pass, b, ROLLOUT_OP_SET_POD_READY, pod, &why);
        ro_build_attr_value(b, ROLLOUT_ATTR_MARK_NOT_READY, 1);
        break;
    default:
        break;
    }
}

static void emit_scale(struct pass *pass, struct ro_builder *b)
{
    if (pass->scale_end == SCALE_CANCELLED)
        emit_cancels(pass, b);
    else if (pass->scale_end == SCALE_CREATED)
        emit_creates(pass, b);
    else if (pass->scale_acted)
        for (size_t i = 0; i < pass->list_count; i++)
            emit_delete(pass, b, pass->list[i]);
    else if (pass_count(pass, MARK_PREPARING_DELETE, MARK_PREPARING_DELETE) > 0)
        for (uint32_t i = 0; i < pass->n; i++)
            emit_delete(pass, b, i); /* hooks that are told again to mark their pods */
}

/* ---- the update phase ---- */

static void emit_step(struct pass *pass, struct ro_builder *b, uint32_t pod, enum ro_step step)
{
    struct why why = { .reason = ROLLOUT_REASON_UPDATE_CONTINUED };
    switch (step) {
    case RO_STEP_DROP_GRACE:
    case RO_STEP_END_GRACE:
        why.text = step == RO_STEP_END_GRACE ? RO_STR("grace period over") : RO_STR("grace period dropped");
        act(pass, b, ROLLOUT_OP_END_GRACE, pod, &why);
        if (pass_pod(pass, pod)->revision.len)
            ro_build_attr_text(b, ROLLOUT_ATTR_REVISION, pass_pod(pass, pod)->revision);
        ro_build_attr_text(b, ROLLOUT_ATTR_DETAIL, step == RO_STEP_END_GRACE ? RO_STR("apply") : RO_STR("drop"));
        break;
    case RO_STEP_NEXT_BATCH:
        why.text = RO_STR("next batch of containers");
        act(pass, b, ROLLOUT_OP_NEXT_BATCH, pod, &why);
        break;
    case RO_STEP_SET_READY:
        why.text = RO_STR("readiness gate InPlaceUpdateReady");
        act(pass, b, ROLLOUT_OP_SET_READY, pod, &why);
        break;
    default:
        break;
    }
}

static void emit_refresh_pod(struct pass *pass, struct ro_builder *b, uint32_t pod)
{
    const struct rollout_pod *p = pass_pod(pass, pod);
    const struct rollout_hook *hook = &pass->spec->lifecycle.in_place_update;
    emit_step(pass, b, pod, ro_in_place_step(p, pass->now_ms));

    uint32_t state = ro_lifecycle_refresh(p, &pass->spec->lifecycle, pass->marks[pod] & MARK_NEW);
    if (state != p->lifecycle_state) {
        struct why why = { .reason = ROLLOUT_REASON_LIFECYCLE_MOVED, .text = ro_state_text(state) };
        emit_lifecycle(pass, b, pod, state, &why);
        /* Only the step to Updated takes the mark back. */
        if (state == ROLLOUT_STATE_UPDATED && hook->mark_pod_not_ready &&
            ro_mark_removes(p, ROLLOUT_POD_KEY_PRE_UPDATE))
            ro_build_attr_value(b, ROLLOUT_ATTR_MARK_NOT_READY, 0);
    }
    if (!(p->flags & ROLLOUT_POD_TEMPLATE_HASH)) {
        struct why why = { .reason = ROLLOUT_REASON_BOOKKEEPING, .text = RO_STR("label pod-template-hash") };
        act(pass, b, ROLLOUT_OP_LABEL_TEMPLATE_HASH, pod, &why);
    }
}

static void emit_refresh(struct pass *pass, struct ro_builder *b)
{
    size_t end = pass->update_end == UPDATE_ERROR ? pass->refresh_pod : pass->n;
    if (!pass_any(pass, MARK_REFRESH))
        return;
    for (size_t i = 0; i < end; i++)
        if (pass->marks[i] & MARK_REFRESH)
            emit_refresh_pod(pass, b, (uint32_t)i);
}

static void emit_update(struct pass *pass, struct ro_builder *b, uint32_t pod, int64_t place)
{
    const struct rollout_cloneset *spec = pass->spec;
    const struct rollout_hook *hook = &spec->lifecycle.in_place_update;
    struct why why = { .a = place, .b = (int64_t)pass->allowed };

    switch ((pass->turns[pod] & TURN_MASK) - TURN_TAKEN) {
    case UPDATE_STEP_IN_PLACE:
        why.reason = ROLLOUT_REASON_UPDATE_IN_PLACE;
        if (spec->grace_period_seconds > 0)
            why.until_ms = pass->now_ms + (int64_t)spec->grace_period_seconds * 1000;
        act(pass, b, ROLLOUT_OP_UPDATE_IN_PLACE, pod, &why);
        ro_build_attr_text(b, ROLLOUT_ATTR_REVISION, ro_revision_at(&pass->in->revisions, pass_target(pass))->name);
        ro_build_attr_value(b, ROLLOUT_ATTR_MARK_NOT_READY, pass_marks_not_ready(pass, pod));
        if (spec->grace_period_seconds > 0)
            ro_build_attr_value(b, ROLLOUT_ATTR_GRACE_SECONDS, spec->grace_period_seconds);
        break;
    case UPDATE_STEP_PREPARE: {
        const struct rollout_pod *p = pass_pod(pass, pod);
        bool again = p->lifecycle_state == ROLLOUT_STATE_UPDATED;
        why.reason = ROLLOUT_REASON_PREPARE_UPDATE;
        why.text = ro_hook_part(hook, p, true);
        if (!why.text.data)
            why.text = RO_STR("inPlaceUpdate");
        emit_lifecycle(pass, b, pod, ROLLOUT_STATE_PREPARING_UPDATE, &why);
        if (hook->mark_pod_not_ready && ro_mark_adds(p, ROLLOUT_POD_KEY_PRE_UPDATE))
            ro_build_attr_value(b, ROLLOUT_ATTR_MARK_NOT_READY, 1);
        if (again)
            ro_build_attr_value(b, ROLLOUT_ATTR_HOOK, 1);
        break;
    }
    case UPDATE_STEP_RECREATE:
        why.reason = ROLLOUT_REASON_RECREATE;
        if ((spec->flags & ROLLOUT_CLONESET_ROLLING_UPDATE) && spec->pod_update_policy != ROLLOUT_POLICY_RECREATE) {
            why.reason = ROLLOUT_REASON_RECREATE_NOT_IN_PLACE;
            why.text = verdict_impossible(pass, b, pod);
        }
        act(pass, b, ROLLOUT_OP_RECREATE, pod, &why);
        break;
    default:
        break;
    }
}

/* ---- verdicts ---- */

/* What the workload's own verdict is made from. */
struct tally {
    uint32_t count[600];
    uint32_t first[600]; /* verdict */
};

static void add_verdict(struct ro_builder *b, struct tally *tally, const struct rollout_verdict *v)
{
    size_t index = b->n_verdicts;
    ro_build_verdict(b, v);
    if (v->reason < 600 && tally->count[v->reason]++ == 0)
        tally->first[v->reason] = (uint32_t)index;
}

static void count_reason(struct tally *tally, uint32_t reason, uint32_t verdict)
{
    if (tally->count[reason]++ == 0)
        tally->first[reason] = verdict;
}

/* Most pods are up to date, or available and refused by the budget: those verdicts are made once. */
static void emit_pod_verdicts(struct pass *pass, struct ro_builder *b, const struct verdict_context *context,
                              struct tally *tally)
{
    const uint8_t healthy = MARK_NEW | MARK_SCALE_NEW | MARK_AVAILABLE | MARK_READY | MARK_SERVING;
    const uint8_t acted = acted_bit(b);
    bool plain = !pass->stop_reason && !(pass->spec->flags & ROLLOUT_CLONESET_DELETING) && pass->move.update >= 0 &&
                 context->rollback_surplus <= 0;
    struct rollout_verdict up_to_date = {
        .subject_kind = ROLLOUT_SUBJECT_POD,
        .reason = ROLLOUT_REASON_UP_TO_DATE,
        .first_action = ROLLOUT_NONE,
        .because = ROLLOUT_NONE,
        .text = context->target_text,
    };
    struct rollout_verdict refused = context->refused;
    bool one_way = pass->spec->pod_update_policy != ROLLOUT_POLICY_IN_PLACE_IF_POSSIBLE;
    if (refused.reason && one_way)
        refused.wants = verdict_wants(pass, 0);

    const uint8_t *const marks = pass->marks, *const fates = pass->fates, *const turns = pass->turns;
    struct rollout_verdict *const verdicts = b->plan ? b->verdicts : NULL;
    for (uint32_t i = 0, n = (uint32_t)pass->n; i < n; i++) {
        uint8_t turn = turns[i] & (TURN_MASK | acted), mark = marks[i];
        struct rollout_verdict v;
        if (turn & acted) {
            if (verdicts) {
                verdicts[i].wants = 0;
                count_reason(tally, verdicts[i].reason, i);
            }
            continue;
        }
        if (fates[i] == FATE_NONE && turn == TURN_NONE && mark == healthy && plain) {
            v = up_to_date;
            v.subject = i;
        } else if (fates[i] == FATE_NONE && turn == TURN_REFUSED && refused.reason &&
                   (mark & (MARK_AVAILABLE | MARK_REFRESH)) == MARK_AVAILABLE) {
            v = refused;
            v.subject = i;
            if (!one_way)
                v.wants = verdict_wants(pass, i);
        } else {
            verdict_of_pod(pass, b, context, i, &v);
        }
        if (verdicts) {
            verdicts[i] = v;
            count_reason(tally, v.reason, i);
        }
    }
}

static struct rollout_verdict blank(uint32_t kind, uint32_t subject)
{
    return (struct rollout_verdict){
        .subject_kind = (uint16_t)kind,
        .subject = subject,
        .first_action = ROLLOUT_NONE,
        .because = ROLLOUT_NONE,
        .text = ROLLOUT_NONE,
    };
}

/* Pods that are not there: created old, created new, held. */
static void emit_missing_verdicts(struct pass *pass, struct ro_builder *b, struct tally *tally)
{
    if (pass->stop_reason || pass->scale_end != SCALE_CREATED || (pass->spec->flags & ROLLOUT_CLONESET_DELETING))
        return;
    const struct ro_cloneset_diff *d = &pass->scale;
    for (size_t i = 0; b->plan && i < b->n_actions; i++) {
        const struct rollout_action *action = &b->actions[i];
        if (action->op != ROLLOUT_OP_CREATE)
            continue;
        struct rollout_verdict v = blank(ROLLOUT_SUBJECT_MISSING, action->subject);
        v.reason = (uint16_t)action->reason;
        v.op = ROLLOUT_OP_CREATE;
        v.first_action = (uint32_t)i;
        v.a = b->attrs[action->attr_first + 1].value; /* COUNT follows REVISION */
        v.b = action->reason == ROLLOUT_REASON_CREATE_OLD_REVISION ? pass->limits.partition : d->scale_up;
        if (action->reason == ROLLOUT_REASON_CREATE_SURGE) {
            v.a = pass->active - pass->limits.replicas + d->scale_up_limit;
            v.b = pass->limits.max_surge;
        }
        add_verdict(b, tally, &v);
    }
    if (!b->plan)
        b->n_verdicts += 2; /* at most; what is not needed stays unused */
    if (d->scale_up > d->scale_up_limit) {
        struct rollout_verdict v = blank(ROLLOUT_SUBJECT_MISSING, 2);
        v.wants = ROLLOUT_OP_CREATE;
        verdict_of_missing(pass, &v);
        add_verdict(b, tally, &v);
    }
}

static void emit_revision_verdicts(struct pass *pass, struct ro_builder *b, struct tally *tally)
{
    for (uint32_t i = 0; i < pass->in->revisions.count; i++) {
        const struct revision_facts *facts = &pass->revision_facts[i];
        struct rollout_verdict v = blank(ROLLOUT_SUBJECT_REVISION, i);
        v.reason = ROLLOUT_REASON_HISTORY_KEPT;
        v.a = in_use(pass, i) ? 0 : facts->place;
        v.b = history_limit(pass);
        if (facts->action) {
            v.first_action = facts->action - 1;
            if (i != pass->update) {
                v.op = ROLLOUT_OP_DELETE_REVISION;
                v.reason = ROLLOUT_REASON_CLEANED_UP;
            } else if (ro_revision_at(&pass->in->revisions, i)->flags & ROLLOUT_REVISION_NEW) {
                v.op = ROLLOUT_OP_CREATE_REVISION;
                v.reason = ROLLOUT_REASON_BOOKKEEPING;
                v.text = ro_build_text(b, RO_STR("new revision"));
            } else {
                v.op = ROLLOUT_OP_RENUMBER_REVISION;
                v.reason = ROLLOUT_REASON_BOOKKEEPING;
                v.text = ro_build_text(b, RO_STR("revision number"));
            }
        }
        add_verdict(b, tally, &v);
    }
}

static void emit_workload_verdict(struct pass *pass, struct ro_builder *b, const struct tally *tally)
{
    struct rollout_verdict v = blank(ROLLOUT_SUBJECT_WORKLOAD, 0);
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
    } else if (b->plan) {
        uint32_t worst = 0;
        for (uint32_t reason = 100; reason < 600; reason++)
            if (tally->count[reason] > 0 && (worst == 0 || reason / 100 > worst / 100 ||
                                             tally->count[reason] > tally->count[worst]))
                worst = reason;
        if (worst == 0) { /* nothing is there and nothing is wanted */
            v.reason = ROLLOUT_REASON_UP_TO_DATE;
        } else {
            const struct rollout_verdict *first = &b->verdicts[tally->first[worst]];
            v.reason = first->reason;
            v.op = first->op;
            v.first_action = first->first_action;
            v.a = first->a;
            v.b = first->b;
            v.until_ms = first->until_ms;
            v.because = first->because;
            v.text = first->text;
            v.wants = first->wants;
        }
    }
    ro_build_verdict(b, &v);
}

static void emit_actions(struct pass *pass, struct ro_builder *b)
{
    claims_emit_cleanup(pass, b);
    bool deleting = pass->spec->flags & ROLLOUT_CLONESET_DELETING;
    for (uint32_t i = 0; i < pass->n && pass->not_selected && !deleting; i++)
        if (pass->fates[i] == FATE_NOT_SELECTED) {
            struct why why = { .reason = ROLLOUT_REASON_BOOKKEEPING, .text = RO_STR("released, not selected") };
            act(pass, b, ROLLOUT_OP_RELEASE, i, &why);
        }
    emit_update_revision(pass, b);
    if (deleting)
        return;
    emit_scale(pass, b);
    if (pass->update_end == UPDATE_NOT_REACHED)
        return;
    emit_refresh(pass, b);
    for (size_t i = 0; i < pass->walked; i++)
        emit_update(pass, b, pass->list[i], (int64_t)i + 1);
}

void pass_emit(struct pass *pass, struct ro_builder *b)
{
    struct tally tally = { { 0 }, { 0 } };
    struct verdict_context context;

    ro_build_verdicts(b, pass->n);
    if (!pass->stop_reason)
        emit_actions(pass, b);
    emit_history(pass, b);
    for (uint32_t i = 0; i < pass->spec->pods_to_delete.count && !pass->stop_reason; i++)
        if (!pass->named[i])
            ro_build_dropped(b, i);

    verdict_prepare(pass, b, &context);
    emit_pod_verdicts(pass, b, &context, &tally);
    emit_missing_verdicts(pass, b, &tally);
    emit_revision_verdicts(pass, b, &tally);
    emit_workload_verdict(pass, b, &tally);
}

int64_t pass_next(const struct pass *pass, int64_t deadline_ms)
{
    int64_t next = pass->stop_reason ? pass->stop_until_ms : deadline_ms ? deadline_ms + 1 : 0;
    bool young_ones = pass_count(pass, MARK_READY | MARK_AVAILABLE, MARK_READY) > 0;
    if (pass->stop_reason || (!young_ones && !pass_any(pass, MARK_REFRESH)))
        return next;
    for (size_t i = 0; i < pass->n; i++) {
        const uint8_t young = MARK_READY | MARK_AVAILABLE;
        int64_t at = 0;
        if ((pass->marks[i] & young) == MARK_READY && pass_pod(pass, i)->ready_since_ms)
            at = ro_available_from(pass_pod(pass, i)->ready_since_ms, pass->spec->min_ready_seconds);
        else if ((pass->marks[i] & MARK_REFRESH) &&
                 ro_in_place_step(pass_pod(pass, i), pass->now_ms) == RO_STEP_WAIT_GRACE)
            at = pass_pod(pass, i)->in_place->grace_end_ms;
        if (at > pass->now_ms && (next == 0 || at < next))
            next = at;
    }
    return next;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Why each ReplicaSet is, or is not, touched; its pods repeat it. Source: reasons.md 6 and 7. */
#include <inttypes.h>
#include <stdio.h>

#include "planners/deployment_pass.h"
#include "planners/verdicts.h"

/* ---- one that is written ---- */

static void say_written(const struct roll *roll, struct ro_builder *b, uint32_t set, struct rollout_verdict *v)
{
    const struct roll_set *s = &roll->sets[set];
    const struct roll_act *act = &roll->acts[s->weightiest - 1];
    v->first_action = s->act_first - 1;
    v->op = (uint16_t)roll->acts[v->first_action].op;
    switch (act->op) {
    case ROLLOUT_OP_SCALE:
        ro_verdict_set_text(b, v, ROLLOUT_REASON_CHILD_UPDATED, RO_STR("replicas"));
        v->a = s->was;
        v->b = s->size;
        break;
    case ROLLOUT_OP_CREATE_REPLICA_SET:
        ro_verdict_set(v, ROLLOUT_REASON_CREATE_MISSING);
        v->a = act->to;
        v->b = roll->replicas;
        break;
    case ROLLOUT_OP_DELETE_REPLICA_SET:
        ro_verdict_set(v, ROLLOUT_REASON_CLEANED_UP);
        v->a = act->place;
        v->b = roll->spec->revision_history_limit.value;
        break;
    case ROLLOUT_OP_SET_TEMPLATE:
        ro_verdict_set_text(b, v, ROLLOUT_REASON_BOOKKEEPING, RO_STR("its template is rolled back to"));
        break;
    case ROLLOUT_OP_SET_MIN_READY_SECONDS:
        ro_verdict_set_text(b, v, ROLLOUT_REASON_BOOKKEEPING, RO_STR("minReadySeconds"));
        break;
    default:
        ro_verdict_set_text(b, v, ROLLOUT_REASON_BOOKKEEPING, RO_STR("annotations"));
        break;
    }
}

/* ---- one that is not ---- */

static void say_because(struct rollout_verdict *v, uint32_t set)
{
    if (set == ROLLOUT_NONE)
        return;
    v->because = set;
    v->because_kind = ROLLOUT_SUBJECT_REPLICA_SET;
}

/* What the verdicts ask of all ReplicaSets, looked up once. */
static void look_back(struct roll *roll)
{
    struct roll_seen *seen = &roll->seen;
    *seen = (struct roll_seen){ roll_total(roll), ROLLOUT_NONE, ROLLOUT_NONE, ROLLOUT_NONE, ROLLOUT_NONE };
    for (uint32_t i = roll->act_count; i-- > 0;)
        if (roll->acts[i].op == ROLLOUT_OP_SCALE)
            seen->scaled = roll->acts[i].set;
    for (uint32_t i = roll->count; i-- > 0;) {
        if (roll_is_stale(roll, i))
            seen->stale = i;
        if (roll->sets[i].was > roll->sets[i].available)
            seen->unavailable = i;
    }
    for (uint32_t i = roll->old_count; i-- > 0;) {
        roll->sets[roll->olds[i]].age = i;
        if (roll_active(&roll->sets[roll->olds[i]]))
            seen->active_old = roll->olds[i];
    }
}

/* The first that has an unavailable pod: step A counts those of the new one alone. */
static uint32_t first_unavailable(const struct roll *roll, bool all)
{
    uint32_t set = roll->new_set;
    if (all)
        return roll->seen.unavailable;
    return set < roll->count && roll->sets[set].was > roll->sets[set].available ? set : ROLLOUT_NONE;
}

/* Numbers of reasons.md 7: what is unavailable or missing against what may be. */
static void say_unavailable(const struct roll *roll, struct rollout_verdict *v)
{
    int64_t surplus = roll->seen.total - roll->replicas; /* none is missing: the new one grows first */
    bool in_step_b = roll->budget > 0;
    uint32_t first = first_unavailable(roll, in_step_b);
    ro_verdict_set(v, ROLLOUT_REASON_MAX_UNAVAILABLE_REACHED);
    if (in_step_b) {
        v->a = roll->replicas - roll->total_available + roll->taken;
        v->b = roll->unavailable;
    } else {
        v->a = roll->new_unavailable;
        v->b = roll->unavailable + surplus;
    }
    say_because(v, first == ROLLOUT_NONE ? roll->seen.scaled : first);
}

static void say_ready(struct ro_builder *b, const struct roll *roll, uint32_t set, struct rollout_verdict *v)
{
    static const struct rollout_str none = { NULL, 0 };
    const struct roll_set *s = &roll->sets[set];
    if (s->available >= s->size) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_UP_TO_DATE, roll_name(roll, set));
        return;
    }
    char buf[64];
    int len = snprintf(buf, sizeof buf, "%" PRId64 " of %" PRId64 " available", s->available, s->size);
    ro_verdict_set_text(b, v, ROLLOUT_REASON_NOT_READY,
                        ro_build_join(b, (struct rollout_str){ buf, (size_t)len }, none, none, none));
}

static void say_history(const struct roll *roll, uint32_t set, struct rollout_verdict *v)
{
    const struct rollout_opt *limit = &roll->spec->revision_history_limit;
    ro_verdict_set(v, ROLLOUT_REASON_HISTORY_KEPT);
    v->b = limit->set ? limit->value : ROLLOUT_DEPLOYMENT_NO_LIMIT;
    if (roll->sets[set].existing == 0)
        v->a = roll->old_count - roll->sets[set].age;
}

/* What keeps one from its size at the end of the rollout. */
static void say_held(const struct roll *roll, struct ro_builder *b, uint32_t set, struct rollout_verdict *v)
{
    bool is_new = set == roll->new_set;
    v->wants = ROLLOUT_OP_SCALE;
    if (roll->row == ROLL_PAUSED) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_PAUSED, RO_STR("spec.paused"));
    } else if (roll->row == ROLL_SCALE && roll->seen.scaled == ROLLOUT_NONE && roll->seen.stale != ROLLOUT_NONE) {
        /* Nothing was written, so the next pass scales first again, and so on for ever: deployment.md 5.4. */
        ro_verdict_set_text(b, v, ROLLOUT_REASON_DEADLOCK, RO_STR("its annotation desired-replicas stays out of date"));
        say_because(v, roll->seen.stale);
    } else if (roll->row == ROLL_ROLLBACK || roll->row == ROLL_SCALE ||
               (roll->row == ROLL_RECREATE && roll->seen.scaled != ROLLOUT_NONE)) {
        ro_verdict_set(v, ROLLOUT_REASON_SCALE_FIRST);
        say_because(v, roll->seen.scaled);
    } else if (roll->row == ROLL_RECREATE) {
        ro_verdict_set(v, ROLLOUT_REASON_OLD_PODS_RUNNING);
        v->a = roll->waits_for;
        v->because = roll->waits_for_pod;
    } else if (roll->limit >= 0 && is_new && roll->sets[set].size >= roll->limit) {
        ro_verdict_set(v, ROLLOUT_REASON_PARTITION_REACHED);
        v->a = roll->limit;
    } else if (roll->limit >= 0 && !is_new &&
               (roll->judged_olds ? roll->excess == 0 : roll->seen.scaled != roll->new_set)) {
        ro_verdict_set(v, ROLLOUT_REASON_PARTITION_REACHED);
        v->a = roll->limit;
    } else if (!is_new && !roll->judged_olds) {
        ro_verdict_set(v, ROLLOUT_REASON_SCALE_FIRST);
        say_because(v, roll->seen.scaled);
    } else if (is_new) {
        ro_verdict_set(v, ROLLOUT_REASON_MAX_SURGE_REACHED);
        v->a = roll->seen.total - roll->replicas;
        v->b = roll->surge;
        say_because(v, roll->seen.active_old);
    } else if (roll->refused) {
        ro_verdict_set(v, ROLLOUT_REASON_ACTIONS_NOT_OBSERVED);
    } else {
        say_unavailable(roll, v);
    }
}

static void say_kept(const struct roll *roll, struct ro_builder *b, uint32_t set, struct rollout_verdict *v)
{
    const struct roll_set *s = &roll->sets[set];
    bool is_new = set == roll->new_set;
    if (roll->row == ROLL_SELECTS_ALL || roll->failed)
        ro_verdict_set_text(b, v, ROLLOUT_REASON_SPEC_INVALID,
                            roll->failed ? RO_STR("a limit") : RO_STR("spec.selector"));
    else if (roll->row == ROLL_STATUS_ONLY)
        ro_verdict_set(v, ROLLOUT_REASON_WORKLOAD_DELETING);
    else if (is_new && s->size == roll->replicas)
        say_ready(b, roll, set, v);
    else if (!is_new && s->size == 0)
        say_history(roll, set, v);
    else
        say_held(roll, b, set, v);
}

static struct rollout_verdict judge(const struct roll *roll, struct ro_builder *b, uint32_t set)
{
    struct rollout_verdict v = ro_verdict(ROLLOUT_SUBJECT_REPLICA_SET, set == roll->count ? ROLLOUT_NONE : set);
    if (roll->sets[set].act_first)
        say_written(roll, b, set, &v);
    else
        say_kept(roll, b, set, &v);
    return v;
}

/* ---- the whole ---- */

/* Pods are the ReplicaSets': what is decided on these is said of them. */
static void emit_pods(const struct roll *roll, struct ro_builder *b, size_t first, uint32_t stray)
{
    size_t n = roll->in->pods.count;
    for (size_t i = 0; i < n && b->plan; i++) {
        uint32_t set = ro_pod(&roll->in->pods, i)->replica_set;
        struct rollout_verdict *v = &b->verdicts[i];
        *v = ro_verdict(ROLLOUT_SUBJECT_POD, (uint32_t)i);
        if (set > 0 && set <= roll->count) {
            *v = b->verdicts[first + set - 1];
            v->subject_kind = ROLLOUT_SUBJECT_POD;
            v->subject = (uint32_t)i;
        } else {
            ro_verdict_set(v, ROLLOUT_REASON_NO_TARGET);
            v->text = stray;
        }
    }
}

static void emit_workload(struct roll *roll, struct ro_builder *b, const struct ro_tally *tally, bool any)
{
    struct rollout_verdict v = ro_verdict(ROLLOUT_SUBJECT_WORKLOAD, 0);
    if (roll->row == ROLL_SELECTS_ALL || roll->failed) {
        ro_verdict_set_text(b, &v, ROLLOUT_REASON_SPEC_INVALID,
                            roll->failed ? RO_STR("a limit") : RO_STR("spec.selector"));
    } else if (roll->row == ROLL_STATUS_ONLY) {
        ro_verdict_set(&v, ROLLOUT_REASON_WORKLOAD_DELETING);
    } else if (roll->timed_out) {
        ro_verdict_set(&v, ROLLOUT_REASON_DEADLINE_EXCEEDED);
        v.a = roll->spec->progress_deadline_seconds.value;
        v.until_ms = roll->stuck_since_ms;
    } else if (!any) {
        ro_verdict_set_text(b, &v, ROLLOUT_REASON_PAUSED, RO_STR("spec.paused"));
    }
    ro_tally_end(b, tally, &v);
}

void roll_verdicts(struct roll *roll, struct ro_builder *b)
{
    struct ro_tally tally = { { 0 }, { 0 } };
    uint32_t count = roll->count + (roll->new_set == roll->count);
    size_t first = roll->in->pods.count;
    uint32_t stray = ro_build_text(b, RO_STR("none of the ReplicaSets controls it"));
    look_back(roll);
    ro_build_verdicts(b, first);
    for (uint32_t i = 0; i < count; i++) {
        struct rollout_verdict v = judge(roll, b, i);
        ro_tally_add(b, &tally, &v);
    }
    emit_pods(roll, b, first, stray);
    emit_workload(roll, b, &tally, count > 0);
}

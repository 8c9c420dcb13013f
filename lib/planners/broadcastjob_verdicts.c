/* SPDX-License-Identifier: Apache-2.0 */
/* The actions of a BroadcastJob's reconcile, and the verdicts: every pod, the nodes without one or with one that has to go
 * or is going, last the job. Source: broadcastjob.md 8; reasons.md 6, 8. */
#include "planners/broadcastjob_pass.h"

#include "base/str.h"
#include "planners/pod_reasons.h"
#include "rules/room.h"

static const struct rollout_str none = { NULL, 0 };

/* ---- why ---- */

/* Which check of the node fails, as a verdict on it. */
static void set_unfit(const struct job *job, struct ro_builder *b, uint32_t node, struct rollout_verdict *v)
{
    const struct ro_node_fit *fit = &job->fits[node];
    struct job_ask ask = job_ask(job, job_pod_of(job, node));
    struct rollout_str parts[4];
    if (fit->check == RO_NODE_ROOM) {
        const struct rollout_node_facts *facts = job_node(job, node);
        bool takes = fit->which < ask.request_count;
        struct rollout_str name = takes ? ask.requests[fit->which].name : RO_STR("pods");
        ro_verdict_set_text(b, v, ROLLOUT_REASON_NODE_TOO_SMALL, name);
        v->a = takes ? ask.requests[fit->which].amount : 1;
        v->b = ro_room_amount(facts->allocatable, facts->allocatable_count, name);
        return;
    }
    bool taint = fit->check == RO_NODE_TAINT || fit->check == RO_NODE_CORDONED;
    ro_node_fit_text(fit, ask.scheduling, job_node(job, node), parts);
    ro_verdict_set_text(b, v, taint ? ROLLOUT_REASON_NODE_TAINTED : ROLLOUT_REASON_NODE_NOT_SELECTED,
                        ro_build_join(b, parts[0], parts[1], parts[2], parts[3]));
}

static struct rollout_str unfit_text(const struct job *job, struct ro_builder *b, uint32_t pod)
{
    uint32_t node = job->by.node[job->by.place[pod]];
    const struct ro_node_fit *fit = &job->fits[node];
    struct job_ask ask = job_ask(job, pod);
    struct rollout_str parts[4];
    if (fit->check == RO_NODE_ROOM)
        return ro_build_join(b, RO_STR("too little "),
                             fit->which < ask.request_count ? ask.requests[fit->which].name : RO_STR("pods"), none,
                             none);
    ro_node_fit_text(fit, ask.scheduling, job_node(job, node), parts);
    return ro_build_join(b, parts[0], parts[1], parts[2], parts[3]);
}

/* The deadline in force: its first instant is not later than now; else the pod that failed. */
static struct ro_why why_failed(const struct job *job, uint32_t reason)
{
    if (job->failed_by_deadline)
        return (struct ro_why){ .reason = reason, .until_ms = job->deadline_ms };
    return (struct ro_why){ .reason = reason, .because = job->failed_pod + 1 };
}

/* The pass stopped before it came to anything. */
static void set_stop(const struct job *job, struct ro_builder *b, struct rollout_verdict *v)
{
    ro_verdict_set(v, job->stop_reason);
    v->until_ms = job->stop_until_ms;
    if (job->stop_reason == ROLLOUT_REASON_PAUSED)
        v->text = ro_build_text(b, RO_STR("spec.paused"));
    if (job->stop_reason == ROLLOUT_REASON_PAUSED_BY_FAILURE ||
        (job->stop_reason == ROLLOUT_REASON_JOB_FAILED && job->spec->failure == ROLLOUT_FAILURE_FAIL_FAST))
        v->because = job->failed_pod;
}

static void set_failed(const struct job *job, struct rollout_verdict *v)
{
    struct ro_why why = why_failed(job, ROLLOUT_REASON_JOB_FAILED);
    ro_verdict_set(v, why.reason);
    v->until_ms = why.until_ms;
    v->because = why.because ? why.because - 1 : ROLLOUT_NONE;
}

/* ---- actions ---- */

static struct ro_why why_create(const struct job *job)
{
    return (
        struct ro_why){ .reason = ROLLOUT_REASON_CREATE_MISSING, .a = (int64_t)job->created, .b = (int64_t)job->rest };
}

void job_actions(struct job *job, struct ro_builder *b)
{
    for (uint32_t i = 0; i < job->n; i++) {
        uint8_t fate = job->fates[i] & JOB_FATE_MASK;
        struct ro_why why = { 0 };
        if (fate == JOB_FATE_KEPT)
            continue;
        if (fate == JOB_FATE_UNFIT)
            why = (struct ro_why){ .reason = ROLLOUT_REASON_DELETE_NODE_UNFIT, .text = unfit_text(job, b, i) };
        else
            why = why_failed(job, ROLLOUT_REASON_DELETE_JOB_FAILED);
        ro_act(b, job->fates, ROLLOUT_OP_DELETE, i, &why);
    }
    for (uint32_t i = 0; i < job->n_nodes && job->created > 0; i++) {
        if (job->classes[i] != JOB_NODE_CREATED)
            continue;
        ro_build_action(b, ROLLOUT_OP_CREATE, ROLLOUT_REASON_CREATE_MISSING, ROLLOUT_SUBJECT_NODE, i);
        ro_build_attr_text(b, ROLLOUT_ATTR_NODE, job_node(job, i)->name);
    }
    if (job->deletes_workload)
        ro_build_action(b, ROLLOUT_OP_DELETE_WORKLOAD, ROLLOUT_REASON_CLEANED_UP, ROLLOUT_SUBJECT_WORKLOAD, 0);
}

/* ---- pods ---- */

/* It holds no node's place. */
static bool set_placeless(const struct job *job, struct ro_builder *b, uint32_t i, struct rollout_verdict *v)
{
    uint32_t place = job->by.place[i], node = place == ROLLOUT_NONE ? ROLLOUT_NONE : job->by.node[place];
    if (place == ROLLOUT_NONE) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_NO_TARGET, RO_STR("it names no node"));
    } else if (node == ROLLOUT_NONE) {
        ro_verdict_set_text(
            b, v, ROLLOUT_REASON_NO_TARGET,
            ro_build_join(b, RO_STR("node "), ro_pod_node(job_pod(job, i)), RO_STR(" is not there"), none));
    } else if (job_pod_of(job, node) != i) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_NO_TARGET, RO_STR("its node has another pod"));
        v->because = job_pod_of(job, node);
    } else {
        return false;
    }
    return true;
}

static void set_pod(const struct job *job, struct ro_builder *b, uint32_t i, struct rollout_verdict *v)
{
    const struct rollout_pod *pod = job_pod(job, i);
    uint8_t state = job->states[i];
    if (state == JOB_POD_SUCCEEDED || state == JOB_POD_FAILED) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_POD_FINISHED, ro_phase_text(pod->phase));
    } else if (pod->flags & ROLLOUT_POD_TERMINATING) {
        ro_verdict_set(v, ROLLOUT_REASON_TERMINATING);
        v->because = i;
    } else if (set_placeless(job, b, i, v)) {
        return;
    } else if (job->stop_reason) {
        set_stop(job, b, v);
    } else if (state == JOB_POD_OVER) {
        ro_verdict_set(v, ROLLOUT_REASON_RESTART_LIMIT_EXCEEDED);
        v->a = pod->job_pod->restarts;
        v->b = job->spec->restart_limit;
    } else if (pod->phase == ROLLOUT_PHASE_RUNNING) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_UP_TO_DATE, ro_pod_node(pod));
    } else if (pod->node.len == 0 && pod->target_node.len > 0) {
        ro_verdict_set(v, ROLLOUT_REASON_UNSCHEDULED);
    } else {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_NOT_READY, ro_phase_text(pod->phase));
    }
}

static void emit_pods(struct job *job, struct ro_builder *b, struct ro_tally *tally)
{
    const uint8_t acted = ro_acted(b);
    for (uint32_t i = 0; i < job->n; i++) {
        struct rollout_verdict v = ro_verdict(ROLLOUT_SUBJECT_POD, i);
        if (job->fates[i] & acted) {
            ro_verdict_close(b, tally, i);
            continue;
        }
        set_pod(job, b, i, &v);
        if (!b->plan)
            continue;
        b->verdicts[i] = v;
        ro_tally_count(tally, v.reason, i);
    }
}

/* ---- nodes ---- */

/* A node that fits and has no pod: what keeps the pod back. */
static void set_empty(const struct job *job, struct ro_builder *b, struct rollout_verdict *v)
{
    v->wants = ROLLOUT_OP_CREATE;
    if (job->stop_reason) {
        set_stop(job, b, v);
    } else if (job->failed_by_pod || job->failed_by_deadline) {
        set_failed(job, v);
    } else if (job->spec->flags & ROLLOUT_BROADCASTJOB_DELETING) {
        ro_verdict_set(v, ROLLOUT_REASON_WORKLOAD_DELETING);
    } else if (job->parallelism_unusable) {
        ro_verdict_set_text(b, v, ROLLOUT_REASON_SPEC_INVALID, RO_STR("spec.parallelism"));
    } else {
        ro_verdict_set(v, ROLLOUT_REASON_PARALLELISM_REACHED);
        v->a = job->active;
        v->b = job->limit;
    }
}

static void emit_nodes(struct job *job, struct ro_builder *b, struct ro_tally *tally)
{
    size_t action = 0; /* the next one that creates */
    if (b->plan)
        while (action < b->n_actions && b->actions[action].op != ROLLOUT_OP_CREATE)
            action++;
    for (uint32_t i = 0; i < job->n_nodes; i++) {
        struct rollout_verdict v = ro_verdict(ROLLOUT_SUBJECT_NODE, i);
        uint32_t pod = job_pod_of(job, i);
        switch (job->classes[i]) {
        case JOB_NODE_POD:
            if (!(job_pod(job, pod)->flags & ROLLOUT_POD_TERMINATING))
                continue;
            ro_verdict_set(&v, ROLLOUT_REASON_TERMINATING);
            v.because = pod;
            break;
        case JOB_NODE_CREATED: {
            struct ro_why why = why_create(job);
            v.op = ROLLOUT_OP_CREATE;
            v.first_action = (uint32_t)action++;
            ro_verdict_set(&v, why.reason);
            v.a = why.a;
            v.b = why.b;
            break;
        }
        case JOB_NODE_EMPTY:
            set_empty(job, b, &v);
            break;
        default:
            set_unfit(job, b, i, &v);
            break;
        }
        ro_tally_add(b, tally, &v);
    }
}

/* ---- the job ---- */

static void emit_workload(struct job *job, struct ro_builder *b, const struct ro_tally *tally)
{
    struct rollout_verdict v = ro_verdict(ROLLOUT_SUBJECT_WORKLOAD, 0);
    if (job->deletes_workload) {
        v.op = ROLLOUT_OP_DELETE_WORKLOAD;
        v.first_action = (uint32_t)b->n_actions - 1;
        ro_verdict_set(&v, ROLLOUT_REASON_CLEANED_UP);
        v.b = job->spec->ttl_seconds_after_finished.value;
    } else if (job->stop_reason) {
        set_stop(job, b, &v);
    } else if (job->failed_by_pod || job->failed_by_deadline) {
        set_failed(job, &v);
    } else if (job->finished.type.data) {
        ro_verdict_set(&v, ROLLOUT_REASON_JOB_FINISHED);
        if (job->spec->ttl_seconds_after_finished.set)
            v.until_ms = job->completion_ms + (int64_t)job->spec->ttl_seconds_after_finished.value * 1000;
    } else if (job->desired == 0) {
        ro_verdict_set(&v, ROLLOUT_REASON_NO_ELIGIBLE_NODE);
        v.a = (int64_t)job->n_nodes;
    } else if (job->limit_active > job->limit && job->rest > 0) {
        ro_verdict_set(&v, ROLLOUT_REASON_PARALLELISM_REACHED);
        v.a = job->limit_active;
        v.b = job->limit;
    }
    ro_tally_end(b, tally, &v);
}

void job_verdicts(struct job *job, struct ro_builder *b)
{
    struct ro_tally tally = { { 0 }, { 0 } };
    emit_pods(job, b, &tally);
    emit_nodes(job, b, &tally);
    emit_workload(job, b, &tally);
}

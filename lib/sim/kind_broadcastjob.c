/* SPDX-License-Identifier: Apache-2.0 */
/* BroadcastJobs. Source: broadcastjob.md 2, 3, 5, 9. */
#include <rollout/intstr.h>
#include <string.h>

#include "base/str.h"
#include "sim/jobs.h"
#include "sim/kinds.h"

static struct rollout_str name(const struct ro_cluster *c)
{
    return c->workload.broadcastjob->name;
}

static void prepare(struct ro_cluster *c)
{
    if (ro_job_prepare(c) != ROLLOUT_OK)
        c->texts.failed = true;
}

static bool available(const struct ro_cluster *c, uint32_t pod)
{
    return c->pods[pod].flags & ROLLOUT_POD_READY;
}

/* ---- how far it is ---- */

static bool ended(const struct rollout_pod *p)
{
    return p->phase == ROLLOUT_PHASE_SUCCEEDED || p->phase == ROLLOUT_PHASE_FAILED;
}

static bool has_condition(const struct rollout_broadcastjob_status *status, struct rollout_str type)
{
    for (size_t i = 0; i < status->condition_count; i++)
        if (ro_str_eq(status->conditions[i].type, type) && ro_str_eq(status->conditions[i].status, RO_STR("True")))
            return true;
    return false;
}

/* All nodes that are to have a pod; of them those that have none, and those whose pod is done. */
struct progress {
    int64_t desired, empty, done;
};

/* The pod of a node is the last one that is listed there. */
static struct progress look(const struct ro_cluster *c, bool live_only)
{
    struct progress ret = { 0, 0, 0 };
    for (size_t n = 0; n < c->node_count; n++)
        c->last_pods[n] = ROLLOUT_NONE;
    for (uint32_t i = 0; i < c->pod_count; i++)
        if (c->pods[i].node_index && !(c->hidden[i].flags & RO_SIM_GONE))
            c->last_pods[c->pods[i].node_index - 1] = i;
    for (size_t n = 0; n < c->node_count; n++) {
        uint32_t pod = c->last_pods[n];
        if (live_only && c->node_facts[n].lost)
            continue;
        if (pod == ROLLOUT_NONE) {
            ret.desired += c->eligible[n];
            ret.empty += c->eligible[n];
        } else if ((c->pods[pod].flags & ROLLOUT_POD_TERMINATING) || ro_job_fits(c, pod)) {
            ret.desired++;
            ret.done += (c->pods[pod].flags & ROLLOUT_POD_TERMINATING) || ended(&c->pods[pod]);
        }
    }
    return ret;
}

static int64_t parallelism(const struct rollout_broadcastjob *spec, int64_t desired)
{
    int64_t count = INT32_MAX;
    if (spec->parallelism.kind != ROLLOUT_INTSTR_UNSET &&
        rollout_intstr_scale(&spec->parallelism, ROLLOUT_PARSER_LEGACY, ROLLOUT_ROUND_UP, (int32_t)desired, &count) !=
            ROLLOUT_OK)
        return 0;
    return count;
}

static void measure(const struct ro_cluster *c, struct ro_measure *ret)
{
    struct progress p = look(c, false);
    ret->wanted = p.desired;
    ret->served = p.done;
    ret->parallelism = parallelism(c->workload.broadcastjob, p.desired);
}

/* Over, and gone where it is to go; a pause is what was asked for. One that never completes is to have done its work on all
 * the nodes that there are. */
static bool done(const struct ro_cluster *c, const struct ro_measure *now)
{
    const struct rollout_broadcastjob *spec = c->workload.broadcastjob;
    const struct rollout_broadcastjob_status *status = &c->specs.broadcastjob_status;
    (void)now;
    if (c->gone || (spec->flags & ROLLOUT_BROADCASTJOB_DELETING))
        return true;
    if (ro_kind_over(c))
        return !spec->ttl_seconds_after_finished.set || !status->completion_ms;
    if (ro_str_eq(status->phase, RO_STR("failed")))
        return true;
    if (spec->flags & ROLLOUT_BROADCASTJOB_PAUSED)
        return ro_str_eq(status->phase, RO_STR("paused"));
    if (spec->completion != ROLLOUT_COMPLETION_NEVER || ro_str_eq(status->phase, RO_STR("paused")))
        return false;
    struct progress p = look(c, true);
    return p.done == p.desired;
}

/* ---- the promise ---- */

/* Pods as a pass found them: what each node had, and how many took a slot. */
static int64_t count_before(const struct ro_cluster *c, const struct ro_deeds *d)
{
    int64_t active = 0;
    for (size_t n = 0; n < c->node_count; n++)
        c->last_pods[n] = ROLLOUT_NONE;
    for (uint32_t i = 0; i < d->pod_count; i++) {
        const struct rollout_pod *p = &d->pods[i];
        if (d->hidden[i].flags & RO_SIM_GONE)
            continue;
        if (p->node_index)
            c->last_pods[p->node_index - 1] = i;
        active += !ended(p) && !(p->flags & ROLLOUT_POD_TERMINATING) && !ro_job_over(c, &d->hidden[i]);
    }
    return active;
}

static const char *creates(const struct ro_cluster *c, const struct ro_deeds *d, const struct rollout_action *a)
{
    if (a->subject_kind != ROLLOUT_SUBJECT_NODE || a->subject >= c->node_count)
        return "a pod is created on no node";
    if (c->workload.broadcastjob->flags & ROLLOUT_BROADCASTJOB_PAUSED)
        return "a pod is created while the job is paused";
    if (d->was_over)
        return "a pod is created though the job is over";
    if (!c->eligible[a->subject])
        return "a pod is created on a node that does not fit it";
    if (c->last_pods[a->subject] != ROLLOUT_NONE)
        return "a second pod on a node";
    c->last_pods[a->subject] = 0;
    return NULL;
}

static const char *promise(const struct ro_cluster *c, const struct ro_deeds *d)
{
    int64_t active = count_before(c, d), created = 0;
    bool forgets = false;
    for (size_t i = 0; i < d->plan->action_count; i++) {
        const struct rollout_action *a = &d->plan->actions[i];
        const char *broken = NULL;
        if (a->op == ROLLOUT_OP_DELETE_WORKLOAD && !d->was_over)
            return "the job is deleted before it is over";
        if (a->op == ROLLOUT_OP_CREATE) {
            broken = creates(c, d, a);
            created++;
        } else if (a->op == ROLLOUT_OP_DELETE && a->subject_kind == ROLLOUT_SUBJECT_POD) {
            const struct rollout_pod *p = &d->pods[a->subject];
            forgets = forgets || ended(p);
            active -= !ended(p) && !ro_job_over(c, &d->hidden[a->subject]);
        }
        if (broken)
            return broken;
    }
    if (created > 0 && active + created > d->before.parallelism)
        return "more pods run than parallelism allows";
    return forgets ? "a pod that is done is deleted, and its work forgotten" : NULL;
}

/* ---- the status ---- */

static void status(struct ro_cluster *c, const struct rollout_node *node)
{
    struct rollout_broadcastjob_status *s = &c->specs.broadcastjob_status;
    s->struct_size = sizeof *s;
    s->active = ro_status_number(node, "active");
    s->succeeded = ro_status_number(node, "succeeded");
    s->failed = ro_status_number(node, "failed");
    s->desired = ro_status_number(node, "desired");
    s->start_ms = ro_status_time(node, "startTime");
    s->completion_ms = ro_status_time(node, "completionTime");
    s->phase = ro_status_text(c, node, "phase");
}

/* ---- small worlds: what of the status a plan goes by, and of time whether a deadline or the TTL has passed ---- */

enum {
    PHASES = 7, /* bits of the phase's number */
    STARTED = 1 << 3,
    LATE = 1 << 4,
    COMPLETE = 1 << 5,
    FAILED = 1 << 6,
    TIMED = 1 << 7, /* it has a completionTime */
    EXPIRED = 1 << 8,
    GONE = 1 << 9
};

static const struct rollout_str phases[] = {
    { NULL, 0 }, { "running", 7 }, { "paused", 6 }, { "failed", 6 }, { "completed", 9 }, { "another", 7 },
};

enum { PHASE_COUNT = sizeof phases / sizeof *phases };

/* Longer than any that is meant to pass; upstream's own arithmetic wraps beyond. */
#define LONGEST_SECONDS INT64_C(9000000000)

static bool waits_for_deadline(const struct rollout_broadcastjob *spec)
{
    return spec->completion != ROLLOUT_COMPLETION_NEVER && spec->active_deadline_set &&
           spec->active_deadline_seconds <= LONGEST_SECONDS;
}

static bool is_late(const struct ro_cluster *c, int64_t since_ms, int64_t seconds)
{
    return since_ms <= c->snapshot.now_ms - seconds * 1000;
}

static void remember(const struct ro_cluster *c, int32_t ret[RO_KIND_MEMORY])
{
    const struct rollout_broadcastjob *spec = c->workload.broadcastjob;
    const struct rollout_broadcastjob_status *s = &c->specs.broadcastjob_status;
    int32_t phase = PHASE_COUNT - 1;
    for (int32_t i = 0; i < PHASE_COUNT - 1; i++)
        if (ro_str_eq(s->phase, phases[i]))
            phase = i;
    ret[1] = phase | (s->start_ms ? STARTED : 0) | (c->gone ? GONE : 0) |
             (has_condition(s, RO_STR("Complete")) ? COMPLETE : 0) | (has_condition(s, RO_STR("Failed")) ? FAILED : 0) |
             (s->completion_ms ? TIMED : 0);
    if (s->start_ms && waits_for_deadline(spec) && is_late(c, s->start_ms, spec->active_deadline_seconds))
        ret[1] |= LATE;
    if (s->completion_ms && spec->ttl_seconds_after_finished.set &&
        is_late(c, s->completion_ms, spec->ttl_seconds_after_finished.value))
        ret[1] |= EXPIRED;
}

/* The instant from which so many seconds have passed, or not yet begun to. */
static int64_t since(const struct ro_cluster *c, bool passed, int64_t seconds)
{
    return c->snapshot.now_ms - (passed && seconds > 0 ? seconds * 1000 : 0);
}

static void recall(struct ro_cluster *c, const int32_t memory[RO_KIND_MEMORY])
{
    const struct rollout_broadcastjob *spec = c->workload.broadcastjob;
    struct rollout_broadcastjob_status *s = &c->specs.broadcastjob_status;
    int32_t bits = memory[1];
    s->phase = phases[bits & PHASES];
    s->start_ms = bits & STARTED ? since(c, bits & LATE, spec->active_deadline_seconds) : 0;
    s->completion_ms = bits & TIMED ? since(c, bits & EXPIRED, spec->ttl_seconds_after_finished.value) : 0;
    c->gone = bits & GONE;
    s->condition_count = 0;
    s->conditions = c->conditions;
    for (int failed = 0; failed < 2; failed++)
        if (bits & (failed ? FAILED : COMPLETE))
            c->conditions[s->condition_count++] = (struct rollout_condition){
                .type = failed ? RO_STR("Failed") : RO_STR("Complete"),
                .status = RO_STR("True"),
            };
}

/* Time passes up to the deadline, or the end of the TTL. */
static bool age(struct ro_cluster *c)
{
    const struct rollout_broadcastjob *spec = c->workload.broadcastjob;
    struct rollout_broadcastjob_status *s = &c->specs.broadcastjob_status;
    const struct rollout_opt *ttl = &spec->ttl_seconds_after_finished;
    bool over = ro_kind_over(c);
    if (over && ttl->set && s->completion_ms && !is_late(c, s->completion_ms, ttl->value)) {
        s->completion_ms = since(c, true, ttl->value);
        return true;
    }
    if (over || !s->start_ms || !waits_for_deadline(spec) || is_late(c, s->start_ms, spec->active_deadline_seconds))
        return false;
    s->start_ms = since(c, true, spec->active_deadline_seconds);
    return true;
}

const struct ro_kind_lines ro_kind_broadcastjob = {
    .name = name,
    .prepare = prepare,
    .available = available,
    .measure = measure,
    .done = done,
    .promise = promise,
    .status = status,
    .remember = remember,
    .recall = recall,
    .age = age,
    .new_flags = 0,
    .interchangeable = false,
};

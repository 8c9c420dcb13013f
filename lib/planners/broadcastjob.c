/* SPDX-License-Identifier: Apache-2.0 */
/* The BroadcastJob planner. Source: broadcastjob.md; the order of the steps is that of its section 3.
 *
 * One reconcile: stop where writes are not seen yet or the job is over; classify pods and nodes; stop where it has failed
 * or is paused; on a failure delete what runs, else delete the pods of nodes that no longer fit and create pods on nodes
 * without one as far as parallelism goes; and end the job where every node is done. */
#include "planners/broadcastjob_pass.h"

#include <stdlib.h>

#include <rollout/intstr.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/str.h"
#include "base/time.h"
#include "planners/broadcastjob_check.h"
#include "planners/broadcastjob_limits.h"
#include "planners/limits.h"
#include "planners/unobserved.h"

static const struct rollout_str running = { "running", 7 }, paused = { "paused", 6 }, failed = { "failed", 6 },
                                completed = { "completed", 9 }, none = { NULL, 0 };

/* The API keeps whole seconds. */
static int64_t whole_seconds(int64_t ms)
{
    int64_t rest = ms % 1000;
    return ms - (rest < 0 ? rest + 1000 : rest);
}

/* Asked once a pass at most. */
static void look_again(struct job *job, int64_t at_ms)
{
    if (at_ms > job->now_ms)
        job->next_ms = at_ms;
}

static void stop(struct job *job, uint32_t step, uint32_t reason, int64_t until_ms)
{
    job->stopped_at = step;
    job->stop_reason = reason;
    job->stop_until_ms = until_ms;
}

/* ---- before the pods (steps 1 to 4) ---- */

static bool is_over(const struct job *job)
{
    const struct rollout_broadcastjob_status *status = job->spec->status;
    for (size_t i = 0; i < status->condition_count; i++)
        if (ro_str_eq(status->conditions[i].status, RO_STR("True")) &&
            (ro_str_eq(status->conditions[i].type, RO_STR("Complete")) ||
             ro_str_eq(status->conditions[i].type, RO_STR("Failed"))))
            return job->spec->completion != ROLLOUT_COMPLETION_NEVER;
    return false;
}

static void wait_for_end(struct job *job)
{
    const struct rollout_opt *ttl = &job->spec->ttl_seconds_after_finished;
    int64_t end_ms = 0;
    if (ttl->set && job->completion_ms) {
        end_ms = job->completion_ms + (int64_t)ttl->value * 1000;
        job->deletes_workload = end_ms <= job->now_ms;
        if (!job->deletes_workload)
            job->requeue_ms = end_ms - job->now_ms;
        look_again(job, end_ms);
    }
    stop(job, 2, ROLLOUT_REASON_JOB_FINISHED, end_ms);
}

/* The deadline as Go's duration, which wraps: nanoseconds. */
static int64_t deadline_ns(const struct job *job)
{
    return (int64_t)((uint64_t)job->spec->active_deadline_seconds * 1000000000U);
}

static void start(struct job *job)
{
    if (job->start_ms == 0) {
        job->start_ms = job->now_ms;
        if (job->spec->completion == ROLLOUT_COMPLETION_ALWAYS && job->spec->active_deadline_set &&
            deadline_ns(job) > 0)
            job->requeue_ms = (deadline_ns(job) - 1) / 1000000 + 1;
    }
    if (job->phase.len == 0)
        job->phase = running;
}

/* ---- the deadline ---- */

static bool has_deadline(const struct job *job)
{
    return job->spec->completion != ROLLOUT_COMPLETION_NEVER && job->spec->active_deadline_set;
}

/* The first instant at which it has passed; the start may be any that a document can hold. */
static int64_t deadline_ms(const struct job *job)
{
    int64_t ns = deadline_ns(job), ms = ns / 1000000;
    return job->start_ms + ms + (ns > ms * 1000000);
}

/* ---- the pass (steps 5 to 11) ---- */

static void finish(struct job *job, struct rollout_str type, struct rollout_str phase)
{
    const struct rollout_opt *ttl = &job->spec->ttl_seconds_after_finished;
    job->phase = phase;
    job->completion_ms = whole_seconds(job->now_ms);
    job->finished = (struct rollout_condition){ .type = type,
                                                .status = RO_STR("True"),
                                                .reason = type,
                                                .last_update_ms = job->completion_ms,
                                                .last_transition_ms = job->completion_ms };
    job->requeue_ms = 0;
    if (ttl->set) {
        job->requeue_ms = ((int64_t)ttl->value + 1) * 1000;
        if (job->spec->completion != ROLLOUT_COMPLETION_NEVER)
            look_again(job, job->completion_ms + (int64_t)ttl->value * 1000);
    }
}

static void delete_pod(struct job *job, size_t pod, enum job_pod_fate fate)
{
    job->fates[pod] = (uint8_t)fate;
    job->failed++;
    job->active--;
}

static void fail(struct job *job)
{
    for (size_t i = 0; i < job->n; i++)
        if (job->states[i] == JOB_POD_ACTIVE)
            delete_pod(job, i, JOB_FATE_FAILED);
    finish(job, RO_STR("Failed"), failed);
}

static void delete_unfit(struct job *job)
{
    for (size_t i = 0; i < job->n_nodes; i++)
        if (job->classes[i] == JOB_NODE_BAD_POD)
            delete_pod(job, job_pod_of(job, i), JOB_FATE_UNFIT);
}

/* Parallelism; 0 where it cannot be read. */
static int64_t parallelism(const struct rollout_broadcastjob *spec, int64_t desired, bool *ret_unusable)
{
    int64_t count = INT32_MAX;
    *ret_unusable = spec->parallelism.kind != ROLLOUT_INTSTR_UNSET &&
                    rollout_intstr_scale(&spec->parallelism, ROLLOUT_PARSER_LEGACY, ROLLOUT_ROUND_UP, (int32_t)desired,
                                         &count) != ROLLOUT_OK;
    return *ret_unusable ? 0 : (int32_t)(uint32_t)(uint64_t)count;
}

/* Upstream subtracts in 32 bits, and crashes where fewer than no pod are active beside the largest parallelism; in 64 bits
 * it is what was meant. */
static void create(struct job *job)
{
    job->limit_active = job->active;
    job->limit = parallelism(job->spec, job->desired, &job->parallelism_unusable);
    if ((job->spec->flags & ROLLOUT_BROADCASTJOB_DELETING) || job->rest == 0 || job->parallelism_unusable) {
        job->parallelism_unusable &= job->rest > 0 && !(job->spec->flags & ROLLOUT_BROADCASTJOB_DELETING);
        return;
    }
    for (size_t i = 0; i < job->n_nodes && job->active < job->limit; i++)
        if (job->classes[i] == JOB_NODE_EMPTY) {
            job->classes[i] = JOB_NODE_CREATED;
            job->created++;
            job->active++;
        }
}

/* Whether the job's state lets the pass come to its pods; where not, it has stopped. */
static bool goes_on(struct job *job)
{
    if (ro_str_eq(job->phase, failed)) {
        stop(job, 6, ROLLOUT_REASON_JOB_FAILED, 0);
        return false;
    }
    bool is_paused = ro_str_eq(job->phase, paused);
    if (job->spec->flags & ROLLOUT_BROADCASTJOB_PAUSED) {
        if (is_paused || ro_str_eq(job->phase, running)) {
            job->phase = paused;
            stop(job, 7, ROLLOUT_REASON_PAUSED, 0);
            return false;
        }
    } else if (is_paused) {
        job->phase = running;
    }
    if (job->failed > 0 && job->spec->failure == ROLLOUT_FAILURE_PAUSE) {
        job->phase = paused;
        stop(job, 9, ROLLOUT_REASON_PAUSED_BY_FAILURE, 0);
        return false;
    }
    return true;
}

static void run_pods(struct job *job)
{
    job->writes_status = true;
    job->deadline_ms = deadline_ms(job);
    if (!goes_on(job))
        return;
    job->failed_by_pod = job->failed > 0 && job->spec->failure == ROLLOUT_FAILURE_FAIL_FAST;
    job->failed_by_deadline = !job->failed_by_pod && has_deadline(job) && job->deadline_ms <= job->now_ms;
    if (job->failed_by_pod || job->failed_by_deadline) {
        fail(job);
        return;
    }
    delete_unfit(job);
    create(job);
    if (job->complete && job->spec->completion != ROLLOUT_COMPLETION_NEVER)
        finish(job, RO_STR("Complete"), completed);
    else if (has_deadline(job))
        look_again(job, job->deadline_ms);
}

static void run(struct job *job)
{
    struct ro_unobserved wait = ro_unobserved_ungated(job->in);
    if (wait.stops) {
        stop(job, 1, ROLLOUT_REASON_ACTIONS_NOT_OBSERVED, wait.until_ms);
        job->requeue_ms = wait.requeue_ms;
        look_again(job, wait.until_ms);
    } else if (is_over(job)) {
        wait_for_end(job);
    } else {
        start(job);
        run_pods(job);
    }
}

/* ---- the plan ---- */

/* Of what has been counted: not below 0. */
static struct rollout_str number(struct ro_builder *b, int64_t value)
{
    char digits[24];
    size_t i = sizeof digits;
    do
        digits[--i] = (char)('0' + value % 10);
    while (value /= 10);
    return ro_build_join(b, (struct rollout_str){ digits + i, sizeof digits - i }, none, none, none);
}

static struct rollout_str finish_message(const struct job *job, struct ro_builder *b)
{
    if (job->failed_by_pod)
        return RO_STR("failure policy is FailurePolicyTypeFailFast and failed pod is found");
    if (job->failed_by_deadline) {
        struct rollout_str name = ro_build_join(b, RO_STR("Job "), job->spec->namespace_, RO_STR("/"), job->spec->name);
        return ro_build_join(b, name, RO_STR(" was active longer than specified deadline"), none, none);
    }
    struct rollout_str done = ro_build_join(b, RO_STR("Job completed, "), number(b, job->succeeded),
                                            RO_STR(" pods succeeded, "), number(b, job->failed));
    return ro_build_join(b, done, RO_STR(" pods failed"), none, none);
}

static void write_conditions(const struct job *job, struct ro_builder *b)
{
    const struct rollout_broadcastjob_status *old = job->spec->status;
    struct rollout_condition new_ = job->finished;
    if (old->condition_count == 0 && !new_.type.data)
        return;
    size_t open = ro_build_open(b, ROLLOUT_NODE_ARRAY, RO_STR("conditions"));
    for (size_t i = 0; i < old->condition_count; i++)
        ro_build_condition_by(b, &old->conditions[i], RO_STR("lastProbeTime"));
    if (new_.type.data) { /* behind the others, also where there is one of its type */
        new_.message = finish_message(job, b);
        ro_build_condition_by(b, &new_, RO_STR("lastProbeTime"));
    }
    ro_build_close(b, open);
}

static void write_status(const struct job *job, struct ro_builder *b)
{
    const struct rollout_broadcastjob_status *old = job->spec->status;
    bool now = job->writes_status;
    size_t open = ro_build_open(b, ROLLOUT_NODE_OBJECT, none);
    write_conditions(job, b);
    if (job->start_ms)
        ro_build_string(b, RO_STR("startTime"), ro_build_time(b, job->start_ms));
    if (job->completion_ms)
        ro_build_string(b, RO_STR("completionTime"), ro_build_time(b, job->completion_ms));
    ro_build_integer(b, RO_STR("active"), now ? job->active : old->active);
    ro_build_integer(b, RO_STR("succeeded"), now ? job->succeeded : old->succeeded);
    ro_build_integer(b, RO_STR("failed"), now ? job->failed : old->failed);
    ro_build_integer(b, RO_STR("desired"), now ? job->desired : old->desired);
    ro_build_text_optional(b, RO_STR("phase"), job->phase);
    ro_build_close(b, open);
}

static void build_limit(const struct rollout_broadcastjob *spec, int64_t desired, int64_t limit, struct ro_builder *b)
{
    static const struct rollout_intstr all = { .kind = ROLLOUT_INTSTR_INT, .count = INT32_MAX };
    const struct rollout_intstr *given = &spec->parallelism;
    ro_limit_build(b, RO_STR("parallelism"), given->kind == ROLLOUT_INTSTR_UNSET ? &all : given, ROLLOUT_PARSER_LEGACY,
                   ROLLOUT_ROUND_UP, ro_limit_unset(given), (int32_t)desired, limit);
}

void ro_broadcastjob_build_limits(const struct rollout_broadcastjob *spec, int64_t desired, struct ro_builder *b)
{
    bool unusable;
    build_limit(spec, desired, parallelism(spec, desired, &unusable), b);
}

static int write_plan(struct job *job, struct rollout_plan **ret_plan, struct rollout_error *reterr)
{
    struct ro_builder b = { 0 };
    for (int writing = 0; writing < 2; writing++) {
        if (writing && ro_builder_begin(&b, reterr))
            return ROLLOUT_ERR_NOMEM;
        if (job->limit_active != 0 || job->limit != 0)
            build_limit(job->spec, job->desired, job->limit, &b);
        write_status(job, &b);
        ro_build_verdicts(&b, job->n);
        job_actions(job, &b);
        job_verdicts(job, &b);
    }
    struct rollout_plan *plan = ro_builder_end(&b);
    plan->status_changed = job->writes_status;
    plan->next_ms = job->next_ms;
    plan->requeue_seconds = job->requeue_ms > 0 ? (job->requeue_ms - 1) / 1000 + 1 : 0;
    plan->stopped_at = job->stopped_at;
    plan->error_pod = ROLLOUT_NONE;
    if (job->parallelism_unusable) {
        plan->error_reason = ROLLOUT_REASON_SPEC_INVALID;
        plan->error_message = RO_STR("spec.parallelism is not usable");
    }
    *ret_plan = plan;
    return ROLLOUT_OK;
}

/* Looks at pods and nodes; *ret_block is the caller's, and what the job has in it lives as long. */
static int look(struct job *job, char **ret_block, struct rollout_error *reterr)
{
    struct ro_layout layout = { 0 };
    size_t fits = ro_layout_add(&layout, job->n_nodes, sizeof(struct ro_node_fit));
    size_t room = ro_layout_add(&layout, ro_node_pods_room(job->n_nodes, job->n), sizeof(uint32_t));
    size_t states = ro_layout_add(&layout, job->n, 1);
    size_t fates = ro_layout_add(&layout, job->n, 1);
    size_t classes = ro_layout_add(&layout, job->n_nodes, 1);
    size_t usable = ro_layout_add(&layout, job_most_terms(job), 1);
    char *block = ro_layout_alloc(&layout);
    if (!block)
        return ro_error_nomem(reterr);
    memset(block + states, 0, layout.size - states);
    job->fits = (void *)(block + fits);
    job->states = (uint8_t *)block + states;
    job->fates = (uint8_t *)block + fates;
    job->classes = (uint8_t *)block + classes;
    *ret_block = block;
    return job_look(job, (uint8_t *)block + usable, (void *)(block + room), reterr);
}

int ro_broadcastjob_desired(const struct rollout_broadcastjob *spec, const struct ro_planner_input *in,
                            int64_t *ret_desired, struct rollout_error *reterr)
{
    struct job job = { .spec = spec, .in = in, .n = in->pods.count, .n_nodes = in->nodes.count };
    char *block = NULL;
    int r = look(&job, &block, reterr);
    if (r == ROLLOUT_OK)
        *ret_desired = job.desired;
    free(block);
    return r;
}

int ro_plan_broadcastjob(const struct rollout_broadcastjob *spec, const struct ro_planner_input *in,
                         const struct ro_answer *answer, struct rollout_error *reterr)
{
    if (answer->candidates)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, "workload",
                        "workload: a BroadcastJob updates no pods, so they have no order");
    int r = ro_broadcastjob_check(spec, in, reterr);
    if (r)
        return r;
    struct job job = {
        .spec = spec,
        .in = in,
        .now_ms = in->snapshot.now_ms,
        .n = in->pods.count,
        .n_nodes = in->nodes.count,
        .start_ms = spec->status->start_ms,
        .completion_ms = spec->status->completion_ms,
        .phase = spec->status->phase,
        .failed_pod = ROLLOUT_NONE,
    };
    char *block = NULL;
    r = look(&job, &block, reterr);
    if (r == ROLLOUT_OK) {
        run(&job);
        r = write_plan(&job, answer->plan, reterr);
    }
    free(block);
    return r;
}

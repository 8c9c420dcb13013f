/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/broadcastjob.h"

#include "objects/requests.h"
#include "objects/scheduling.h"
#include "objects/spec.h"

static uint32_t completion_of(struct rollout_str text)
{
    if (ro_str_eq(text, RO_STR("Always")))
        return ROLLOUT_COMPLETION_ALWAYS;
    return ro_str_eq(text, RO_STR("Never")) ? ROLLOUT_COMPLETION_NEVER : ROLLOUT_COMPLETION_UNSET;
}

/* The API puts FailFast where there is none. */
static uint32_t failure_of(struct rollout_str text)
{
    if (text.len == 0 || ro_str_eq(text, RO_STR("FailFast")))
        return ROLLOUT_FAILURE_FAIL_FAST;
    return ro_str_eq(text, RO_STR("Pause")) ? ROLLOUT_FAILURE_PAUSE : ROLLOUT_FAILURE_CONTINUE;
}

static void read_status(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object,
                        struct rollout_broadcastjob_status *ret)
{
    struct ro_at status = ro_at_object(d, object, "status");
    *ret = (struct rollout_broadcastjob_status){ .struct_size = sizeof(*ret) };
    ret->active = ro_read_int32(d, &status, "active");
    ret->succeeded = ro_read_int32(d, &status, "succeeded");
    ret->failed = ro_read_int32(d, &status, "failed");
    ret->desired = ro_read_int32(d, &status, "desired");
    ret->start_ms = ro_read_time(d, &status, "startTime");
    ret->completion_ms = ro_read_time(d, &status, "completionTime");
    ret->phase = ro_read_text(d, &status, "phase");
    ret->conditions = ro_read_conditions_by(d, arena, &status, "lastProbeTime", &ret->condition_count);
}

void ro_broadcastjob_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object,
                            struct rollout_broadcastjob *ret, struct rollout_broadcastjob_status *ret_status)
{
    struct ro_metadata metadata;
    struct rollout_broadcastjob job = { .struct_size = sizeof(job) };
    ro_read_metadata(d, object, &metadata);
    job.name = metadata.name;
    job.namespace_ = metadata.namespace_;
    if (metadata.terminating)
        job.flags |= ROLLOUT_BROADCASTJOB_DELETING;

    struct ro_at spec = ro_at_object(d, object, "spec");
    job.parallelism = ro_read_intstr(d, &spec, "parallelism");
    if (ro_read_bool(d, &spec, "paused"))
        job.flags |= ROLLOUT_BROADCASTJOB_PAUSED;
    struct ro_at completion = ro_at_object(d, &spec, "completionPolicy");
    job.completion = completion_of(ro_read_text(d, &completion, "type"));
    job.active_deadline_seconds = ro_read_int64(d, &completion, "activeDeadlineSeconds");
    job.active_deadline_set = ro_at_member(&completion, "activeDeadlineSeconds").node != NULL;
    job.ttl_seconds_after_finished = ro_read_opt(d, &completion, "ttlSecondsAfterFinished");
    struct ro_at failure = ro_at_object(d, &spec, "failurePolicy");
    job.failure = failure_of(ro_read_text(d, &failure, "type"));
    job.restart_limit = ro_read_int32(d, &failure, "restartLimit");

    ro_check_template(d, &spec);
    struct ro_at template = ro_at_object(d, &spec, "template");
    struct ro_at pod_spec = ro_at_object(d, &template, "spec");
    ro_scheduling_decode(d, arena, &pod_spec, &job.scheduling);
    job.requests = ro_read_requests(d, arena, &pod_spec, &job.request_count);
    read_status(d, arena, object, ret_status);
    job.status = ret_status;
    *ret = job;
}

bool ro_job_owns(const struct rollout_node *job, const struct rollout_node *pod)
{
    struct rollout_str name = ro_text(ro_dig(job, "metadata", "name", NULL));
    struct rollout_str uid = ro_text(ro_dig(job, "metadata", "uid", NULL));
    const struct rollout_node *labels = ro_dig(pod, "metadata", "labels", NULL);
    return ro_str_eq(ro_text(ro_get(labels, "broadcastjob-name")), name) &&
           ro_str_eq(ro_text(ro_get(labels, "broadcastjob-controller-uid")), uid) &&
           ro_str_eq(ro_controller_uid(pod), uid);
}

static int64_t add_restarts(struct ro_decoder *d, const struct ro_at *status, const char *key)
{
    int64_t sum = 0;
    struct ro_each each;
    ro_each_open(d, status, key, &each);
    while (ro_each_next(d, &each))
        sum += ro_read_int32(d, &each.at, "restartCount");
    return sum;
}

const struct rollout_job_pod *ro_job_pod_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *pod)
{
    struct rollout_job_pod *ret = ro_arena_alloc(arena, 1, sizeof(*ret));
    if (!ret)
        return NULL;
    struct ro_at spec = ro_at_object(d, pod, "spec"), status = ro_at_object(d, pod, "status");
    ro_scheduling_decode(d, arena, &spec, &ret->scheduling);
    ret->requests = ro_read_requests(d, arena, &spec, &ret->request_count);
    ret->on_failure = ro_str_eq(ro_read_text(d, &spec, "restartPolicy"), RO_STR("OnFailure"));
    ret->restarts = add_restarts(d, &status, "initContainerStatuses") + add_restarts(d, &status, "containerStatuses");
    return ret;
}

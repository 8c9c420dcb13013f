/* SPDX-License-Identifier: Apache-2.0 */
/* The typed specs of BroadcastJobs, Deployments, ReplicaSets, UnitedDeployments and SidecarSets, and the facts that they
 * alone read. */
#include "facts.h"

#include <stdio.h>

#include "tree.h"

/* ---- BroadcastJobs ---- */

void facts_resource(struct fuzz *f, enum facts_kind kind, bool broken, uint32_t index, void *ret)
{
    static const char *const names[] = { "cpu", "example.com/gpu", "memory", "pods" }; /* by bytes */
    (void)kind;
    *(struct rollout_resource *)ret = (struct rollout_resource){
        .name = broken && fuzz_one_in(f, 16) ? fuzz_text(f, broken) : fuzz_str(f, names[index % 4]),
        .amount = fuzz_long(f),
    };
}

const struct rollout_job_pod *facts_job_pod(struct fuzz *f, bool broken)
{
    struct rollout_job_pod pod = {
        .scheduling = facts_scheduling(f, broken),
        .restarts = fuzz_long(f),
        .on_failure = fuzz_enum(f, 1),
        .reserved = broken && fuzz_one_in(f, 128),
    };
    pod.requests = facts_list(f, 0, broken, 4, sizeof *pod.requests, facts_resource, &pod.request_count);
    return fuzz_copy(f, &pod, sizeof pod);
}

const struct rollout_broadcastjob *facts_broadcastjob(struct fuzz *f, bool broken)
{
    static const char *const phases[] = { "", "running", "paused", "completed", "failed" };
    struct rollout_broadcastjob spec = {
        .flags = fuzz_flags(f, 3),
        .namespace_ = fuzz_str(f, "default"),
        .name = fuzz_one_in(f, 16) ? fuzz_text(f, broken) : fuzz_str(f, "web"),
        .parallelism = facts_intstr(f, broken),
        .completion = facts_known(f, ROLLOUT_COMPLETION_NEVER, broken),
        .failure = facts_known(f, ROLLOUT_FAILURE_PAUSE, broken),
        .restart_limit = fuzz_number(f),
        .active_deadline_set = fuzz_enum(f, 1),
        .active_deadline_seconds = fuzz_long(f),
        .ttl_seconds_after_finished = facts_opt(f),
        .scheduling = facts_scheduling(f, broken),
    };
    struct rollout_broadcastjob_status status = {
        .active = fuzz_number(f),
        .succeeded = fuzz_number(f),
        .failed = fuzz_number(f),
        .desired = fuzz_number(f),
        .reserved = broken && fuzz_one_in(f, 128),
        .start_ms = fuzz_time(f),
        .completion_ms = fuzz_one_in(f, 4) ? fuzz_time(f) : 0,
        .phase = fuzz_one_in(f, 16) ? fuzz_text(f, broken) : fuzz_str(f, phases[fuzz_below(f, 5)]),
    };
    spec.requests = facts_list(f, 0, broken, 4, sizeof *spec.requests, facts_resource, &spec.request_count);
    status.conditions = facts_conditions(f, broken, &status.condition_count);
    if (!fuzz_one_in(f, 4))
        spec.status = fuzz_sized(f, &status, sizeof status, broken);
    return fuzz_sized(f, &spec, sizeof spec, broken);
}

/* ---- Deployments and ReplicaSets ---- */

static void make_annotation(struct fuzz *f, enum facts_kind kind, bool broken, uint32_t index, void *ret)
{
    static const char *const keys[] = { "deployment.kubernetes.io/desired-replicas",
                                        "deployment.kubernetes.io/max-replicas", "deployment.kubernetes.io/revision",
                                        "deployment.kubernetes.io/revision-history",
                                        "deprecated.deployment.rollback.to" };
    (void)kind;
    struct rollout_label label = { fuzz_str(f, keys[index % 5]), fuzz_text(f, broken) };
    char number[12];
    if (!fuzz_one_in(f, 4)) {
        snprintf(number, sizeof number, "%d", (int)fuzz_number(f));
        label.value = fuzz_str(f, number);
    }
    *(struct rollout_label *)ret = label;
}

static struct rollout_labels make_annotations(struct fuzz *f, bool broken)
{
    size_t count;
    const struct rollout_label *items = facts_list(f, 0, false, 5, sizeof *items, make_annotation, &count);
    return fuzz_one_in(f, 8) ? fuzz_labels(f, 4, broken)
                             : (struct rollout_labels){ items, (uint32_t)count, sizeof(struct rollout_label) };
}

void facts_replica_set(struct fuzz *f, enum facts_kind kind, bool broken, uint32_t index, void *ret)
{
    char name[32];
    int32_t signs = broken ? -1 : INT32_MAX;
    (void)kind;
    snprintf(name, sizeof name, "web-%u", index);
    struct rollout_replica_set_facts set = {
        .name = fuzz_one_in(f, 16) ? fuzz_text(f, broken) : fuzz_str(f, name),
        .uid = facts_name(f, "uid-", 8, broken),
        .created_ms = fuzz_time(f),
        .generation = fuzz_long(f),
        .observed_generation = fuzz_long(f),
        .flags = fuzz_flags(f, 3),
        .replicas = fuzz_number(f) & signs,
        .status_replicas = fuzz_number(f) & signs,
        .ready_replicas = fuzz_number(f) & signs,
        .available_replicas = fuzz_number(f) & signs,
        .min_ready_seconds = fuzz_number(f),
        .annotations = make_annotations(f, broken),
    };
    if (fuzz_one_in(f, 4))
        set.selector = facts_selector(f, broken);
    if (fuzz_one_in(f, 8)) {
        size_t count;
        const struct rollout_condition *one = facts_conditions(f, broken, &count);
        if (one)
            set.replica_failure = one[0];
    }
    *(struct rollout_replica_set_facts *)ret = set;
}

const struct rollout_deployment *facts_deployment(struct fuzz *f, bool broken)
{
    struct rollout_deployment spec = {
        .flags = fuzz_flags(f, 31 & ~(unsigned)(fuzz_byte(f) % 16 ? 3 : 0)),
        .namespace_ = fuzz_str(f, "default"),
        .name = fuzz_one_in(f, 16) ? fuzz_text(f, broken) : fuzz_str(f, "web"),
        .generation = fuzz_long(f),
        .replicas = facts_opt(f),
        .min_ready_seconds = fuzz_number(f),
        .strategy = facts_known(f, ROLLOUT_STRATEGY_RECREATE, broken),
        .max_surge = facts_intstr(f, broken),
        .max_unavailable = facts_intstr(f, broken),
        .progress_deadline_seconds = facts_opt(f),
        .revision_history_limit = facts_opt(f),
        .annotations = make_annotations(f, broken),
        .partition = facts_intstr(f, broken),
    };
    struct rollout_deployment_status status = {
        .replicas = fuzz_number(f),
        .observed_generation = fuzz_long(f),
        .updated_replicas = fuzz_number(f),
        .ready_replicas = fuzz_number(f),
        .available_replicas = fuzz_number(f),
        .unavailable_replicas = fuzz_number(f),
        .collision_count = facts_opt(f),
    };
    if (!broken)
        spec.replicas.value &= INT32_MAX;
    status.conditions = facts_conditions(f, broken, &status.condition_count);
    if (fuzz_one_in(f, 4))
        spec.selector = facts_selector(f, broken);
    if (!fuzz_one_in(f, 4))
        spec.status = fuzz_sized(f, &status, sizeof status, broken);
    return fuzz_sized(f, &spec, sizeof spec, broken);
}

const struct rollout_replicaset *facts_replicaset(struct fuzz *f, bool broken)
{
    struct rollout_replicaset spec = {
        .flags = fuzz_flags(f, 7 & ~(unsigned)(fuzz_byte(f) % 16 ? 3 : 0)),
        .namespace_ = fuzz_str(f, "default"),
        .name = fuzz_one_in(f, 16) ? fuzz_text(f, broken) : fuzz_str(f, "web"),
        .selector = facts_selector(f, broken),
        .template_labels = fuzz_labels(f, 3, broken),
        .generation = fuzz_long(f),
        .replicas = facts_opt(f),
        .min_ready_seconds = fuzz_number(f),
        .reserved = broken && fuzz_one_in(f, 128),
    };
    struct rollout_replicaset_status status = {
        .replicas = fuzz_number(f),
        .observed_generation = fuzz_long(f),
        .fully_labeled_replicas = fuzz_number(f),
        .ready_replicas = fuzz_number(f),
        .available_replicas = fuzz_number(f),
        .reserved = broken && fuzz_one_in(f, 128),
    };
    if (!broken)
        spec.replicas.value &= INT32_MAX;
    status.conditions = facts_conditions(f, broken, &status.condition_count);
    if (!fuzz_one_in(f, 4))
        spec.status = fuzz_sized(f, &status, sizeof status, broken);
    return fuzz_sized(f, &spec, sizeof spec, broken);
}

/* ---- UnitedDeployments ---- */

bool facts_played;

/* A number of pods. */
static int32_t some_pods(struct fuzz *f)
{
    int32_t number = fuzz_number(f);
    return facts_played ? number % 200 : number;
}

void facts_subset(struct fuzz *f, enum facts_kind kind, bool broken, uint32_t index, void *ret)
{
    char name[32];
    (void)kind;
    snprintf(name, sizeof name, "web-%u", index);
    *(struct rollout_subset *)ret = (struct rollout_subset){
        .name = fuzz_one_in(f, 16) ? fuzz_text(f, broken) : fuzz_str(f, name),
        .subset = facts_name(f, "zone-", 6, broken),
        .revision = facts_name(f, "web-r", 6, broken),
        .patch = fuzz_one_in(f, 4) ? fuzz_text(f, broken) : (struct rollout_str){ NULL, 0 },
        .kind = broken ? fuzz_enum(f, ROLLOUT_CHILD_DEPLOYMENT) : 1 + fuzz_below(f, ROLLOUT_CHILD_DEPLOYMENT),
        .flags = fuzz_flags(f, 3),
        .replicas = some_pods(f),
        .status_replicas = fuzz_number(f),
        .ready_replicas = fuzz_number(f),
        .reserved = broken && fuzz_one_in(f, 128),
        .partition = facts_intstr(f, broken),
    };
}

static void make_subset_spec(struct fuzz *f, enum facts_kind kind, bool broken, uint32_t index, void *ret)
{
    char name[32];
    (void)kind;
    snprintf(name, sizeof name, "zone-%u", index);
    struct rollout_subset_spec spec = { .name = fuzz_one_in(f, 32) ? fuzz_text(f, broken) : fuzz_str(f, name) };
    uint8_t has = fuzz_byte(f);
    if (has & 1)
        spec.replicas = facts_intstr(f, broken);
    if (has & 2)
        spec.min_replicas = facts_intstr(f, broken);
    if (has & 4)
        spec.max_replicas = facts_intstr(f, broken);
    if (has & 8)
        spec.partition = facts_opt(f);
    if (has & 16)
        spec.patch = fuzz_text(f, broken);
    if (facts_played) {
        spec.replicas.count %= 200;
        spec.min_replicas.count %= 200;
    }
    *(struct rollout_subset_spec *)ret = spec;
}

static void make_subset_status(struct fuzz *f, enum facts_kind kind, bool broken, uint32_t index, void *ret)
{
    (void)kind;
    (void)index;
    struct rollout_subset_status status = {
        .name = facts_name(f, "zone-", 6, broken),
        .replicas = fuzz_number(f),
        .ready_replicas = fuzz_number(f),
        .partition = fuzz_number(f),
        .reserved_pods = fuzz_number(f),
    };
    status.conditions = facts_conditions(f, broken, &status.condition_count);
    *(struct rollout_subset_status *)ret = status;
}

const struct rollout_uniteddeployment *facts_uniteddeployment(struct fuzz *f, bool broken)
{
    struct rollout_uniteddeployment spec = {
        .flags = fuzz_flags(f, 31 & ~(unsigned)(fuzz_byte(f) % 16 ? 3 : 0)),
        .namespace_ = fuzz_str(f, "default"),
        .name = fuzz_one_in(f, 16) ? fuzz_text(f, broken) : fuzz_str(f, "web"),
        .label_selector = fuzz_text(f, broken),
        .resource_version = fuzz_text(f, broken),
        .generation = fuzz_long(f),
        .replicas = facts_opt(f),
        .revision_history_limit = facts_opt(f),
        .child_kind = facts_known(f, ROLLOUT_CHILD_DEPLOYMENT, broken),
        .reserved = broken && fuzz_one_in(f, 128),
        .reschedule_critical_seconds = facts_opt(f),
        .unschedulable_duration = facts_opt(f),
    };
    struct rollout_uniteddeployment_status status = {
        .replicas = fuzz_number(f),
        .observed_generation = fuzz_long(f),
        .ready_replicas = fuzz_number(f),
        .updated_replicas = fuzz_number(f),
        .updated_ready_replicas = fuzz_number(f),
        .reserved_pods = fuzz_number(f),
        .collision_count = facts_opt(f),
        .current_revision = facts_name(f, "web-r", 6, broken),
        .updated_revision = facts_name(f, "web-r", 6, broken),
        .label_selector = fuzz_text(f, broken),
    };
    if (facts_played)
        spec.replicas.value %= 200;
    spec.subsets = facts_list(f, 0, broken, 5, sizeof *spec.subsets, make_subset_spec, &spec.subset_count);
    status.subsets = facts_list(f, 0, broken, 5, sizeof *status.subsets, make_subset_status, &status.subset_count);
    status.conditions = facts_conditions(f, broken, &status.condition_count);
    if (fuzz_one_in(f, 8))
        spec.selector = facts_selector(f, broken);
    if (!fuzz_one_in(f, 4))
        spec.status = fuzz_sized(f, &status, sizeof status, broken);
    return fuzz_sized(f, &spec, sizeof spec, broken);
}

/* ---- SidecarSets ---- */

void facts_namespace(struct fuzz *f, enum facts_kind kind, bool broken, uint32_t index, void *ret)
{
    (void)kind;
    *(struct rollout_namespace *)ret = (struct rollout_namespace){
        .name = index && fuzz_one_in(f, 2) ? fuzz_text(f, broken) : fuzz_str(f, "default"),
        .labels = fuzz_labels(f, 4, broken),
    };
}

void facts_in_flight(struct fuzz *f, enum facts_kind kind, bool broken, uint32_t index, void *ret)
{
    (void)kind;
    (void)index;
    *(struct rollout_in_flight *)ret = (struct rollout_in_flight){
        .pod = facts_name(f, "default/web-", 16, broken),
        .resource_version = facts_name(f, "", 32, broken),
    };
}

const struct rollout_sidecarset *facts_sidecarset(struct fuzz *f, bool broken)
{
    struct rollout_sidecarset spec = {
        .flags = fuzz_flags(f, 15 & ~(unsigned)(fuzz_byte(f) % 8 ? 3 : 0)),
        .name = fuzz_one_in(f, 16) ? fuzz_text(f, broken) : fuzz_str(f, "logs"),
        .generation = fuzz_long(f),
        .resource_version = fuzz_text(f, broken),
        .hash = facts_name(f, "h", 3, broken),
        .hash_without_image = facts_name(f, "w", 2, broken),
        .custom_version = facts_name(f, "v", 3, broken),
        .pinned_revision = facts_name(f, "web-r", 6, broken),
        .pinned_version = facts_name(f, "v", 3, broken),
        .partition = facts_intstr(f, broken),
        .max_unavailable = facts_intstr(f, broken),
        .order = facts_order(f, broken),
        .revision_history_limit = facts_opt(f),
        .containers = broken && fuzz_one_in(f, 16) ? fuzz_nodes(f) : fuzz_sidecars(f),
    };
    struct rollout_sidecarset_status status = {
        .matched_pods = fuzz_number(f),
        .observed_generation = fuzz_long(f),
        .updated_pods = fuzz_number(f),
        .ready_pods = fuzz_number(f),
        .updated_ready_pods = fuzz_number(f),
        .reserved = broken && fuzz_one_in(f, 128),
        .collision_count = facts_opt(f),
        .latest_revision = facts_name(f, "web-r", 6, broken),
    };
    if (fuzz_one_in(f, 4))
        spec.selector = facts_selector(f, broken);
    if (fuzz_one_in(f, 4))
        spec.namespace_selector = facts_selector(f, broken);
    if (fuzz_one_in(f, 4))
        spec.update_selector = facts_selector(f, broken);
    if (fuzz_one_in(f, 8))
        spec.patch_pod_metadata = fuzz_nodes(f);
    if (!fuzz_one_in(f, 4))
        spec.status = fuzz_sized(f, &status, sizeof status, broken);
    return fuzz_sized(f, &spec, sizeof spec, broken);
}

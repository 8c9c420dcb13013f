/* SPDX-License-Identifier: Apache-2.0 */
#include "inputs.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define STR(literal) { literal, sizeof(literal) - 1 }
enum { PODS = 3, NOW = 1600000 };

/* All of it can be written to: a test changes one place of it. */
static struct all {
    struct rollout_label label;
    struct rollout_str values[1], names[1], finalizers[1], id[1];
    struct rollout_labels labels, scatter;
    /* Each place has its own. */
    struct rollout_requirement requirement[7], expression[1], field[1];
    struct rollout_selector selector[7];
    struct rollout_weight_term weights[1];
    struct rollout_priority priority;
    struct rollout_order order;
    struct rollout_condition conditions[1];
    struct rollout_gate gates[1];
    struct rollout_cloneset_status cloneset_status;
    struct rollout_statefulset_status statefulset_status;
    struct rollout_daemonset_status daemonset_status;
    struct rollout_broadcastjob_status broadcastjob_status;
    struct rollout_deployment_status deployment_status;
    struct rollout_replicaset_status replicaset_status;
    struct rollout_subset_status subset_statuses[1];
    struct rollout_uniteddeployment_status uniteddeployment_status;
    struct rollout_sidecarset_status sidecarset_status;
    struct rollout_cloneset cloneset;
    struct rollout_statefulset statefulset;
    struct rollout_daemonset daemonset;
    struct rollout_broadcastjob broadcastjob;
    struct rollout_deployment deployment;
    struct rollout_replicaset replicaset;
    struct rollout_subset_spec subset_specs[1];
    struct rollout_uniteddeployment uniteddeployment;
    struct rollout_sidecarset sidecarset;
    struct rollout_claim_template templates[1];
    struct rollout_claim_status claim_statuses[1];
    struct rollout_intstr reserved[1];
    struct rollout_node_term terms[1];
    struct rollout_toleration tolerations[1];
    struct rollout_taint taints[1];
    struct rollout_owner owners[1];
    struct rollout_in_place in_place;
    struct rollout_resource requests[1], allocatable[1];
    struct rollout_requirement job_expression[1], job_field[1];
    struct rollout_node_term job_terms[1];
    struct rollout_toleration job_tolerations[1];
    struct rollout_resource job_requests[1];
    struct rollout_job_pod job_pod;
    struct rollout_pod pods[PODS];
    struct rollout_node_facts nodes[PODS];
    struct rollout_claim claims[1];
    struct rollout_revision revisions[2];
    struct rollout_in_place_verdict verdicts[1];
    struct rollout_storage_class classes[1];
    struct rollout_backoff backoffs[1];
    struct rollout_replica_set_facts replica_sets[1];
    struct rollout_subset subsets[1];
    struct rollout_namespace namespaces[1];
    struct rollout_in_flight in_flight[1];
    struct rollout_workload workload;
    struct rollout_snapshot snapshot;
    struct rollout_pods view;
    struct rollout_diff_options options;
    struct rollout_fault faults[1];
    struct rollout_change changes[1];
    struct rollout_str assertions[1];
    struct rollout_simulation_options simulation;
    struct rollout_check_options exploration;
    struct rollout_strs ids;
} all;

static struct rollout_json *made[4];
static struct rollout_world *world;
static struct rollout_plan *plan;

static const struct rollout_tree *tree(int which, const char *text)
{
    if (!made[which])
        ck_assert_int_eq(rollout_json_parse(text, strlen(text), &made[which], NULL), ROLLOUT_OK);
    return rollout_json_tree(made[which]);
}

void inputs_free(void)
{
    rollout_plan_free(plan);
    rollout_world_free(world);
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        rollout_json_free(made[i]);
}

static struct rollout_strs strs(struct rollout_str *items)
{
    return (struct rollout_strs){ items, 1, sizeof *items };
}

static void fill_parts(struct all *a)
{
    a->label = (struct rollout_label){ STR("app"), STR("web") };
    a->values[0] = (struct rollout_str)STR("web");
    a->names[0] = (struct rollout_str)STR("data");
    a->finalizers[0] = (struct rollout_str)STR("example.com/hook");
    a->id[0] = (struct rollout_str)STR("bcdfg");
    a->ids = strs(a->id);
    a->labels = a->scatter = (struct rollout_labels){ &a->label, 1, sizeof a->label };
    a->expression[0] = (struct rollout_requirement){ STR("app"), ROLLOUT_OPERATOR_IN, 0, strs(a->values) };
    a->field[0] = (struct rollout_requirement){ STR("metadata.name"), ROLLOUT_OPERATOR_NOT_IN, 0, strs(a->values) };
    for (size_t i = 0; i < sizeof a->selector / sizeof *a->selector; i++) {
        a->requirement[i] = a->expression[0];
        a->selector[i] = (struct rollout_selector){ { &a->label, 1, sizeof a->label }, &a->requirement[i], 1 };
    }
    a->weights[0] = (struct rollout_weight_term){ a->selector[1], 5, 0 };
    a->priority = (struct rollout_priority){ a->weights, 1, strs(a->names) };
    a->order = (struct rollout_order){ a->priority, a->scatter };
    a->conditions[0] = (struct rollout_condition){ STR("Ready"), STR("True"), STR("Why"), STR("so"), NOW, NOW };
    a->gates[0] = (struct rollout_gate){ ROLLOUT_GATE_POD_INDEX_LABEL, 1 };
    a->options = (struct rollout_diff_options){ sizeof a->options, ROLLOUT_DIFF_ENV_FROM_METADATA };
}

static void fill_snapshot(struct all *a)
{
    static const char names[PODS][6] = { "web-0", "web-1", "web-2" };
    for (size_t i = 0; i < PODS; i++) {
        a->pods[i] = (struct rollout_pod){ .phase = ROLLOUT_PHASE_RUNNING,
                                           .flags = ROLLOUT_POD_READY,
                                           .lifecycle_state = ROLLOUT_STATE_NORMAL,
                                           .ready_since_ms = 1000 * (int64_t)(i + 1),
                                           .created_ms = 500,
                                           .revision = STR("web-a"),
                                           .name = { names[i], 5 },
                                           .node = { names[i] + 3, 2 },
                                           .labels = a->labels,
                                           .finalizers = strs(a->finalizers),
                                           .namespace_ = STR("default"),
                                           .in_place = &a->in_place,
                                           .replica_set = 1,
                                           .child = 1,
                                           .job_pod = &a->job_pod,
                                           .uid = { names[i], 5 } };
        a->nodes[i] = (struct rollout_node_facts){ .name = { names[i] + 3, 2 },
                                                   .labels = a->labels,
                                                   .taints = a->taints,
                                                   .taint_count = 1,
                                                   .allocatable = a->allocatable,
                                                   .allocatable_count = 1 };
    }
    a->pods[2].revision = (struct rollout_str)STR("web-b");
    a->taints[0] = (struct rollout_taint){ STR("busy"), STR("yes"), ROLLOUT_EFFECT_PREFER_NO_SCHEDULE, 0 };
    a->owners[0] = (struct rollout_owner){ STR("StatefulSet"), STR("web"), STR("u"), 0, 0 };
    a->claims[0] = (struct rollout_claim){ .name = STR("data-web-0"),
                                           .instance_id = STR("x"),
                                           .owners = a->owners,
                                           .owner_count = 1,
                                           .storage_class = STR("fast"),
                                           .request = STR("1Gi"),
                                           .capacity = STR("1Gi"),
                                           .access_modes = strs(a->values) };
    a->revisions[0] = (struct rollout_revision){ .name = STR("web-a"), .number = 1, .topology_keys = strs(a->names) };
    a->revisions[1] = (struct rollout_revision){ .name = STR("web-b"), .number = 2, .topology_keys = strs(a->names) };
    a->verdicts[0] = (struct rollout_in_place_verdict){ 1, 2, ROLLOUT_DIFF_POSSIBLE, ROLLOUT_CHANGES_IMAGES, { 0 } };
    a->classes[0] = (struct rollout_storage_class){ STR("fast"), 1, 0 };
    a->backoffs[0] = (struct rollout_backoff){ STR("-0"), 60, NOW - 1000 };
    a->replica_sets[0] = (struct rollout_replica_set_facts){ .name = STR("web-a"),
                                                             .uid = STR("r"),
                                                             .created_ms = 500,
                                                             .flags = ROLLOUT_REPLICA_SET_SAME_TEMPLATE,
                                                             .replicas = 3,
                                                             .annotations = a->labels,
                                                             .selector = a->selector[4] };
    a->subsets[0] = (struct rollout_subset){ .name = STR("web-one-x"),
                                             .subset = STR("one"),
                                             .revision = STR("web-b"),
                                             .kind = ROLLOUT_CHILD_CLONESET,
                                             .replicas = 2 };
    a->namespaces[0] = (struct rollout_namespace){ STR("default"), a->labels };
    a->in_flight[0] = (struct rollout_in_flight){ STR("default/web-9"), STR("7") };
    a->view = (struct rollout_pods){ a->pods, PODS, sizeof *a->pods };
    a->snapshot = (struct rollout_snapshot){ .struct_size = sizeof a->snapshot,
                                             .current_revision = 1,
                                             .update_revision = 2,
                                             .now_ms = NOW,
                                             .revisions = { a->revisions, 2, sizeof *a->revisions },
                                             .pods = a->view,
                                             .nodes = { a->nodes, PODS, sizeof *a->nodes },
                                             .claims = { a->claims, 1, sizeof *a->claims },
                                             .in_place_verdicts = { a->verdicts, 1, sizeof *a->verdicts },
                                             .storage_classes = { a->classes, 1, sizeof *a->classes },
                                             .failed_pod_backoffs = { a->backoffs, 1, sizeof *a->backoffs },
                                             .replica_sets = { a->replica_sets, 1, sizeof *a->replica_sets },
                                             .subsets = { a->subsets, 1, sizeof *a->subsets },
                                             .namespaces = { a->namespaces, 1, sizeof *a->namespaces },
                                             .in_flight = { a->in_flight, 1, sizeof *a->in_flight } };
}

static void fill_specs(struct all *a)
{
    const struct rollout_intstr one = { ROLLOUT_INTSTR_INT, 1, { 0 } };
    const struct rollout_hook hook = { 0, 0, a->labels, strs(a->finalizers) };
    const struct rollout_lifecycle lifecycle = { 0, 0, hook, hook, hook };
    a->cloneset_status = (struct rollout_cloneset_status){ .struct_size = sizeof a->cloneset_status,
                                                           .replicas = 3,
                                                           .update_revision = STR("web-b"),
                                                           .conditions = a->conditions,
                                                           .condition_count = 1 };
    a->cloneset = (struct rollout_cloneset){ .struct_size = sizeof a->cloneset,
                                             .flags = ROLLOUT_CLONESET_ROLLING_UPDATE,
                                             .namespace_ = STR("default"),
                                             .name = STR("web"),
                                             .selector = a->selector[3],
                                             .replicas = { 1, 3 },
                                             .pod_update_policy = ROLLOUT_POLICY_IN_PLACE_IF_POSSIBLE,
                                             .max_unavailable = one,
                                             .pods_to_delete = strs(a->names),
                                             .claim_templates = strs(a->names),
                                             .order = a->order,
                                             .lifecycle = lifecycle,
                                             .status = &a->cloneset_status };
    a->templates[0] = (struct rollout_claim_template){ STR("data"), STR("fast"), STR("1Gi"), strs(a->values) };
    a->claim_statuses[0] = (struct rollout_claim_status){ STR("data"), 1, 1 };
    a->reserved[0] = (struct rollout_intstr){ ROLLOUT_INTSTR_INT, 7, { 0 } };
    a->statefulset_status = (struct rollout_statefulset_status){ .struct_size = sizeof a->statefulset_status,
                                                                 .replicas = 3,
                                                                 .current_revision = STR("web-a"),
                                                                 .conditions = a->conditions,
                                                                 .condition_count = 1,
                                                                 .claims = a->claim_statuses,
                                                                 .claim_count = 1 };
    a->statefulset =
        (struct rollout_statefulset){ .struct_size = sizeof a->statefulset,
                                      .flags = ROLLOUT_STATEFULSET_ROLLING_UPDATE | ROLLOUT_STATEFULSET_UNORDERED,
                                      .namespace_ = STR("default"),
                                      .name = STR("web"),
                                      .uid = STR("u"),
                                      .selector = a->selector[3],
                                      .replicas = { 1, 3 },
                                      .max_unavailable = one,
                                      .pod_update_policy = ROLLOUT_POLICY_IN_PLACE_IF_POSSIBLE,
                                      .reserve_ordinals = a->reserved,
                                      .reserve_ordinal_count = 1,
                                      .priority = a->priority,
                                      .lifecycle = lifecycle,
                                      .claim_templates = a->templates,
                                      .claim_template_count = 1,
                                      .status = &a->statefulset_status };
    a->terms[0] = (struct rollout_node_term){ a->expression, 1, a->field, 1 };
    a->tolerations[0] = (struct rollout_toleration){ .op = ROLLOUT_TOLERATION_EXISTS };
    a->daemonset_status = (struct rollout_daemonset_status){
        .struct_size = sizeof a->daemonset_status, .number_ready = 3, .conditions = a->conditions, .condition_count = 1
    };
    a->daemonset = (struct rollout_daemonset){ .struct_size = sizeof a->daemonset,
                                               .flags = ROLLOUT_DAEMONSET_ROLLING_UPDATE,
                                               .namespace_ = STR("default"),
                                               .name = STR("web"),
                                               .selector = a->selector[3],
                                               .max_unavailable = one,
                                               .node_selector = a->selector[2],
                                               .pre_delete = hook,
                                               .scheduling = { .node_selector = a->labels,
                                                               .affinity = { 1, 0, a->terms, 1 },
                                                               .tolerations = a->tolerations,
                                                               .toleration_count = 1 },
                                               .status = &a->daemonset_status };
}

static void fill_more_specs(struct all *a)
{
    a->requests[0] = a->allocatable[0] = (struct rollout_resource){ STR("cpu"), 100 };
    const struct rollout_scheduling scheduling = { .node_selector = a->labels,
                                                   .affinity = { 1, 0, a->terms, 1 },
                                                   .tolerations = a->tolerations,
                                                   .toleration_count = 1 };
    a->job_expression[0] = a->expression[0];
    a->job_field[0] = a->field[0];
    a->job_terms[0] = (struct rollout_node_term){ a->job_expression, 1, a->job_field, 1 };
    a->job_tolerations[0] = a->tolerations[0];
    a->job_requests[0] = a->requests[0];
    a->job_pod = (struct rollout_job_pod){ .scheduling = { .node_selector = a->labels,
                                                           .affinity = { 1, 0, a->job_terms, 1 },
                                                           .tolerations = a->job_tolerations,
                                                           .toleration_count = 1 },
                                           .requests = a->job_requests,
                                           .request_count = 1 };
    a->broadcastjob_status = (struct rollout_broadcastjob_status){
        .struct_size = sizeof a->broadcastjob_status, .active = 1, .conditions = a->conditions, .condition_count = 1
    };
    a->broadcastjob = (struct rollout_broadcastjob){ .struct_size = sizeof a->broadcastjob,
                                                     .namespace_ = STR("default"),
                                                     .name = STR("web"),
                                                     .parallelism = { ROLLOUT_INTSTR_INT, 2, { 0 } },
                                                     .scheduling = scheduling,
                                                     .requests = a->requests,
                                                     .request_count = 1,
                                                     .status = &a->broadcastjob_status };
    a->deployment_status = (struct rollout_deployment_status){
        .struct_size = sizeof a->deployment_status, .replicas = 3, .conditions = a->conditions, .condition_count = 1
    };
    a->deployment = (struct rollout_deployment){ .struct_size = sizeof a->deployment,
                                                 .namespace_ = STR("default"),
                                                 .name = STR("web"),
                                                 .selector = a->selector[3],
                                                 .replicas = { 1, 3 },
                                                 .annotations = a->labels,
                                                 .status = &a->deployment_status };
    a->replicaset_status = (struct rollout_replicaset_status){
        .struct_size = sizeof a->replicaset_status, .replicas = 3, .conditions = a->conditions, .condition_count = 1
    };
    a->replicaset = (struct rollout_replicaset){ .struct_size = sizeof a->replicaset,
                                                 .flags = ROLLOUT_REPLICASET_CONTROLLED,
                                                 .namespace_ = STR("default"),
                                                 .name = STR("web"),
                                                 .selector = a->selector[3],
                                                 .template_labels = a->labels,
                                                 .replicas = { 1, 2 },
                                                 .status = &a->replicaset_status };
    a->subset_statuses[0] = (struct rollout_subset_status){
        .name = STR("one"), .replicas = 3, .conditions = a->conditions, .condition_count = 1
    };
    a->uniteddeployment_status =
        (struct rollout_uniteddeployment_status){ .struct_size = sizeof a->uniteddeployment_status,
                                                  .replicas = 3,
                                                  .updated_revision = STR("web-b"),
                                                  .subsets = a->subset_statuses,
                                                  .subset_count = 1,
                                                  .conditions = a->conditions,
                                                  .condition_count = 1 };
    a->subset_specs[0] = (struct rollout_subset_spec){ .name = STR("one") };
    a->uniteddeployment = (struct rollout_uniteddeployment){ .struct_size = sizeof a->uniteddeployment,
                                                             .namespace_ = STR("default"),
                                                             .name = STR("web"),
                                                             .selector = a->selector[3],
                                                             .replicas = { 1, 3 },
                                                             .child_kind = ROLLOUT_CHILD_CLONESET,
                                                             .subsets = a->subset_specs,
                                                             .subset_count = 1,
                                                             .status = &a->uniteddeployment_status };
    a->sidecarset_status = (struct rollout_sidecarset_status){ .struct_size = sizeof a->sidecarset_status,
                                                               .matched_pods = 3,
                                                               .latest_revision = STR("web-b") };
    a->sidecarset = (struct rollout_sidecarset){ .struct_size = sizeof a->sidecarset,
                                                 .flags = ROLLOUT_SIDECARSET_NAMESPACE_SELECTOR |
                                                          ROLLOUT_SIDECARSET_UPDATE_SELECTOR,
                                                 .name = STR("logs"),
                                                 .hash = STR("H"),
                                                 .selector = a->selector[3],
                                                 .namespace_selector = a->selector[5],
                                                 .update_selector = a->selector[6],
                                                 .max_unavailable = { ROLLOUT_INTSTR_INT, 1, { 0 } },
                                                 .order = a->order,
                                                 .status = &a->sidecarset_status };
}

/* Of the world that is decoded. */
static void fill_options(struct all *a)
{
    a->faults[0] = (struct rollout_fault){ ROLLOUT_FAULT_CRASH, 500000, 3000, { NULL, 0 } };
    a->changes[0] = (struct rollout_change){ 5000, world };
    a->assertions[0] = (struct rollout_str)STR("total <= replicas + 1");
    a->simulation = (struct rollout_simulation_options){ .struct_size = sizeof a->simulation,
                                                         .flags = ROLLOUT_SIMULATE_OBJECTS,
                                                         .seed = 7,
                                                         .faults = a->faults,
                                                         .fault_count = 1,
                                                         .changes = a->changes,
                                                         .change_count = 1,
                                                         .assertions = a->assertions,
                                                         .assertion_count = 1,
                                                         .observe_ms = 2000,
                                                         .limit_ms = 600000,
                                                         .crash_after = 5 };
    for (size_t i = 0; i < ROLLOUT_STEP_COUNT; i++)
        a->simulation.delays[i] = (struct rollout_delay){ ROLLOUT_DELAY_UNIFORM, 0, 1000 * (int64_t)i, 9000 };
    a->exploration = (struct rollout_check_options){ .struct_size = sizeof a->exploration,
                                                     .flags = ROLLOUT_CHECK_UNREADY,
                                                     .faults = 1,
                                                     .changes = a->changes,
                                                     .change_count = 1,
                                                     .assertions = a->assertions,
                                                     .assertion_count = 1,
                                                     .state_limit = 5000,
                                                     .memory_limit = 1 << 22 };
}

struct inputs inputs_of(enum kind kind)
{
    static const char pod[] = "{\"metadata\":{\"name\":\"web-0\",\"labels\":{\"app\":\"web\"}}}";
    static const char old_revision[] = "{\"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\"a:1\"}]}}";
    static const char new_revision[] = "{\"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\"a:2\"}]}}";
    static const char document[] =
        "{\"kind\":\"Snapshot\",\"now\":\"2026-11-23T12:00:00Z\",\"workload\":{\"kind\":\"CloneSet\",\"apiVersion\":"
        "\"apps.kruise.io/v1beta1\",\"metadata\":{\"name\":\"web\",\"namespace\":\"default\",\"uid\":\"u\"},\"spec\":{"
        "\"replicas\":1,\"selector\":{\"matchLabels\":{\"app\":\"web\"}},\"template\":{\"metadata\":{\"labels\":{"
        "\"app\":\"web\"}},\"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\"a:1\"}]}},\"updateStrategy\":{"
        "\"type\":\"RollingUpdate\"}}}}";
    memset(&all, 0, sizeof all);
    fill_parts(&all);
    fill_snapshot(&all);
    fill_specs(&all);
    fill_more_specs(&all);
    all.workload =
        (struct rollout_workload){ .struct_size = sizeof all.workload,
                                   .gates = all.gates,
                                   .gate_count = 1,
                                   .cloneset = kind == CLONESET ? &all.cloneset : NULL,
                                   .statefulset = kind == STATEFULSET ? &all.statefulset : NULL,
                                   .daemonset = kind == DAEMONSET ? &all.daemonset : NULL,
                                   .broadcastjob = kind == BROADCASTJOB ? &all.broadcastjob : NULL,
                                   .deployment = kind == DEPLOYMENT ? &all.deployment : NULL,
                                   .replicaset = kind == REPLICASET ? &all.replicaset : NULL,
                                   .uniteddeployment = kind == UNITEDDEPLOYMENT ? &all.uniteddeployment : NULL,
                                   .sidecarset = kind == SIDECARSET ? &all.sidecarset : NULL };
    if (!plan) {
        ck_assert_int_eq(rollout_document_decode(tree(3, document), 0, 0, &world, NULL), ROLLOUT_OK);
        ck_assert_int_eq(rollout_plan(world->workload, world->snapshot, &plan, NULL), ROLLOUT_OK);
    }
    fill_options(&all);
    return (struct inputs){ .workload = &all.workload,
                            .snapshot = &all.snapshot,
                            .pods = &all.view,
                            .priority = &all.priority,
                            .scatter = &all.scatter,
                            .order = &all.order,
                            .labels = &all.labels,
                            .selector = &all.selector[0],
                            .diff_options = &all.options,
                            .simulation_options = &all.simulation,
                            .check_options = &all.exploration,
                            .ids = &all.ids,
                            .world = world,
                            .plan = plan,
                            .pod = tree(0, pod),
                            .old_revision = tree(1, old_revision),
                            .new_revision = tree(2, new_revision),
                            .document = tree(3, document) };
}

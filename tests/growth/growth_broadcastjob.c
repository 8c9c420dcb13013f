/* SPDX-License-Identifier: Apache-2.0 */
/* How a BroadcastJob's plan grows from 1,000 to 1,000,000 nodes, with a pod on every second one, for every policy; and worlds
 * that are not like that.
 *
 *   growth_broadcastjob [MOST [NTH]]      most nodes; without it 1,000,000. NTH: see growth_most() */
#include <stdio.h>
#include <stdlib.h>

#include "counting.h"

enum { MANY = 20, NAME = 16 };

struct world {
    size_t n; /* nodes; twice as many as pods */
    struct rollout_pod *pods;
    struct rollout_job_pod *job_pods;
    struct rollout_requirement *bindings;
    struct rollout_node_term *binding_terms;
    struct rollout_node_facts *nodes;
    struct rollout_label *node_labels;
    char *pod_names, *node_names;
    char texts[MANY][NAME];
    struct rollout_taint taints[MANY];
    struct rollout_toleration tolerations[MANY];
    struct rollout_requirement requirements[MANY];
    struct rollout_node_term terms[MANY];
    struct rollout_str values[MANY];
    struct rollout_resource allocatable[MANY + 1], requests[MANY];
    struct rollout_condition complete;
    struct rollout_broadcastjob spec;
    struct rollout_broadcastjob_status status; /* the spec's */
    struct rollout_snapshot snapshot;
};

static struct rollout_str print(char *buf, const char *prefix, size_t number)
{
    int len = snprintf(buf, NAME, "%s%zu", prefix, number);
    return (struct rollout_str){ buf, (size_t)len };
}

static void make_node(struct world *w, size_t i)
{
    w->node_labels[i] = (struct rollout_label){ STR("canary"), { i % 2 ? "yes" : "no", i % 2 ? 3 : 2 } };
    w->nodes[i] = (struct rollout_node_facts){
        .name = print(w->node_names + i * NAME, "node-", i),
        .labels = { &w->node_labels[i], 1, 0 },
        .allocatable = &w->allocatable[MANY],
        .allocatable_count = 1,
    };
}

static void make_pod(struct world *w, size_t i)
{
    static const uint32_t phases[] = { ROLLOUT_PHASE_RUNNING, ROLLOUT_PHASE_SUCCEEDED, ROLLOUT_PHASE_FAILED };
    w->pods[i] = (struct rollout_pod){
        .phase = phases[i % 3],
        .flags = i % 7 ? 0 : ROLLOUT_POD_TERMINATING,
        .created_ms = 1600000000000 + (int64_t)(i * 104729 % w->n) * 1000,
        .name = print(w->pod_names + i * NAME, "demo-", i),
        .node = w->nodes[i * 7919 % w->n].name, /* in no order */
    };
}

static struct world *make_world(size_t n)
{
    struct world *w = calloc(1, sizeof *w);
    w->n = n;
    w->pods = calloc(n, sizeof *w->pods);
    w->job_pods = calloc(n, sizeof *w->job_pods);
    w->bindings = calloc(n, sizeof *w->bindings);
    w->binding_terms = calloc(n, sizeof *w->binding_terms);
    w->nodes = calloc(n, sizeof *w->nodes);
    w->node_labels = calloc(n, sizeof *w->node_labels);
    w->pod_names = calloc(n, NAME);
    w->node_names = calloc(n, NAME);
    w->allocatable[MANY] = (struct rollout_resource){ STR("pods"), 110 };
    for (size_t i = 0; i < n; i++)
        make_node(w, i);
    for (size_t i = 0; i < n; i++)
        make_pod(w, i);
    w->spec = (struct rollout_broadcastjob){
        .struct_size = sizeof w->spec,
        .namespace_ = STR("default"),
        .name = STR("demo"),
        .parallelism = { ROLLOUT_INTSTR_TEXT, 0, STR("50%") },
        .completion = ROLLOUT_COMPLETION_ALWAYS,
        .failure = ROLLOUT_FAILURE_CONTINUE,
        .status = &w->status,
    };
    w->status = (struct rollout_broadcastjob_status){ .struct_size = sizeof w->status,
                                                      .start_ms = 1799999000000,
                                                      .phase = STR("running") };
    w->snapshot = (struct rollout_snapshot){
        .struct_size = sizeof w->snapshot,
        .now_ms = 1800000000000,
        .pods = { w->pods, n / 2, sizeof *w->pods },
        .nodes = { w->nodes, n, sizeof *w->nodes },
    };
    return w;
}

/* ---- policies ---- */

static void half(struct world *w)
{
    (void)w;
}

static void empty_nodes(struct world *w)
{
    w->snapshot.pods.count = 0;
    w->spec.parallelism.kind = ROLLOUT_INTSTR_UNSET;
}

static void fail_fast(struct world *w)
{
    w->spec.failure = ROLLOUT_FAILURE_FAIL_FAST;
}

static void paused_by_failure(struct world *w)
{
    w->spec.failure = ROLLOUT_FAILURE_PAUSE;
}

static void paused(struct world *w)
{
    w->spec.flags |= ROLLOUT_BROADCASTJOB_PAUSED;
}

static void deadline(struct world *w)
{
    w->spec.active_deadline_set = 1;
    w->spec.active_deadline_seconds = 1;
    for (size_t i = 0; i < w->n; i++)
        w->pods[i].phase = ROLLOUT_PHASE_RUNNING;
}

static void complete(struct world *w)
{
    w->snapshot.pods.count = w->n;
    for (size_t i = 0; i < w->n; i++)
        w->pods[i].phase = ROLLOUT_PHASE_SUCCEEDED;
}

static void over(struct world *w)
{
    complete(w);
    w->complete = (struct rollout_condition){ .type = STR("Complete"), .status = STR("True") };
    w->status.conditions = &w->complete;
    w->status.condition_count = 1;
    w->status.completion_ms = 1799999999000;
    w->spec.ttl_seconds_after_finished = (struct rollout_opt){ 1, 1 };
}

static void cordoned(struct world *w)
{
    for (size_t i = 0; i < w->n; i += 3)
        w->nodes[i].unschedulable = 1;
}

/* As made by the controller: bound to their nodes, some restarted too often. */
static void own_shapes(struct world *w)
{
    w->spec.restart_limit = 3;
    for (size_t i = 0; i < w->n; i++) {
        w->bindings[i] = (struct rollout_requirement){ .key = STR("metadata.name"),
                                                       .op = ROLLOUT_OPERATOR_IN,
                                                       .values = { &w->pods[i].node, 1, sizeof(struct rollout_str) } };
        w->binding_terms[i] = (struct rollout_node_term){ .fields = &w->bindings[i], .field_count = 1 };
        w->job_pods[i].scheduling.affinity =
            (struct rollout_node_affinity){ .set = 1, .terms = &w->binding_terms[i], .term_count = 1 };
        w->job_pods[i].on_failure = 1;
        w->job_pods[i].restarts = (int64_t)(i % 9);
        w->pods[i].job_pod = &w->job_pods[i];
    }
}

static void one_node(struct world *w)
{
    for (size_t i = 0; i < w->n; i++)
        w->pods[i].node = w->nodes[0].name;
}

static void lost_nodes(struct world *w)
{
    for (size_t i = 0; i < w->n; i++) {
        w->pods[i].target_node = w->pods[i].name; /* none of the nodes is named so */
        w->pods[i].node = (struct rollout_str){ NULL, 0 };
    }
}

static void taints(struct world *w)
{
    for (size_t i = 0; i < MANY; i++) {
        struct rollout_str key = print(w->texts[i], "t", i);
        w->taints[i] = (struct rollout_taint){ .key = key, .effect = ROLLOUT_EFFECT_NO_EXECUTE };
        w->tolerations[MANY - 1 - i] =
            (struct rollout_toleration){ .key = key, .op = ROLLOUT_TOLERATION_EXISTS, .effect = ROLLOUT_EFFECT_ANY };
    }
    for (size_t i = 0; i < w->n; i++) {
        w->nodes[i].taints = w->taints;
        w->nodes[i].taint_count = MANY;
    }
    w->spec.scheduling.tolerations = w->tolerations;
    w->spec.scheduling.toleration_count = MANY;
}

static void terms(struct world *w)
{
    for (size_t i = 0; i < MANY; i++) {
        w->values[i] = print(w->texts[i], "v", i);
        w->requirements[i] = (struct rollout_requirement){ .key = STR("canary"),
                                                           .op = ROLLOUT_OPERATOR_IN,
                                                           .values = { &w->values[i], 1, sizeof *w->values } };
        w->terms[i] = (struct rollout_node_term){ .expressions = &w->requirements[i], .expression_count = 1 };
    }
    w->values[MANY - 1] = (struct rollout_str)STR("yes");
    w->spec.scheduling.affinity = (struct rollout_node_affinity){ .set = 1, .terms = w->terms, .term_count = MANY };
}

/* The last one is too large for every third node. */
static void requests(struct world *w)
{
    for (size_t i = 0; i < MANY; i++) {
        int len = snprintf(w->texts[i], NAME, "example/%02zu", i);
        w->requests[i] = (struct rollout_resource){ { w->texts[i], (size_t)len }, 5 };
        w->allocatable[i] = (struct rollout_resource){ w->requests[i].name, 5 };
    }
    for (size_t i = 0; i < w->n; i++)
        if (i % 3) {
            w->nodes[i].allocatable = w->allocatable;
            w->nodes[i].allocatable_count = MANY + 1;
        }
    w->spec.requests = w->requests;
    w->spec.request_count = MANY;
}

static const struct strategy {
    const char *name;
    void (*set)(struct world *w);
} strategies[] = {
    { "half of the nodes at a time", half },
    { "no pods yet, all at once", empty_nodes },
    { "FailFast", fail_fast },
    { "paused by failures", paused_by_failure },
    { "paused", paused },
    { "past the deadline", deadline },
    { "complete", complete },
    { "over, and its time to live too", over },
    { "a third of the nodes cordoned", cordoned },
    { "pods with affinities and restarts", own_shapes },
    { "all pods on one node", one_node },
    { "every pod on a node that is gone", lost_nodes },
    { "20 taints, 20 tolerations", taints },
    { "20 terms of affinity", terms },
    { "20 requests, a third too small", requests },
};

static void *make(size_t n, const void *strategy, struct rollout_workload *ret_workload,
                  struct rollout_snapshot *ret_snapshot)
{
    struct world *w = make_world(n);
    ((const struct strategy *)strategy)->set(w);
    ret_workload->broadcastjob = &w->spec;
    *ret_snapshot = w->snapshot;
    return w;
}

static void give_back(void *world)
{
    struct world *w = world;
    free(w->pods);
    free(w->job_pods);
    free(w->bindings);
    free(w->binding_terms);
    free(w->nodes);
    free(w->node_labels);
    free(w->pod_names);
    free(w->node_names);
    free(w);
}

int main(int argc, char **argv)
{
    size_t count = sizeof strategies / sizeof *strategies, failed = 0;
    printf("basic blocks a node, times the world a tenth of it, bytes beside the plan; 1,000 first\n");
    for (size_t i = 0; i < count; i++)
        failed += !grows_well(strategies[i].name, make, give_back, &strategies[i], growth_most(argc, argv, i), 2);
    printf("%zu policies, %zu too much\n", count, failed);
    return failed > 0;
}

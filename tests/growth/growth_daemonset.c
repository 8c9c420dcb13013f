/* SPDX-License-Identifier: Apache-2.0 */
/* How a DaemonSet's plan grows from 1,000 to 1,000,000 nodes and pods together, for every strategy: a pod a node up to
 * 100,000 nodes, beyond that more pods on each, of which one lives; and worlds that are not like that.
 *
 *   growth_daemonset [MOST [NTH]]      most nodes and pods; without it 1,000,000. NTH: see growth_most() */
#include <stdio.h>
#include <stdlib.h>

#include "counting.h"

enum { MOST_NODES = 100000, MANY = 20, NAME = 16 };

struct world {
    size_t n, n_nodes; /* pods, nodes */
    size_t all;
    struct rollout_pod *pods;
    struct rollout_node_facts *nodes;
    struct rollout_label *node_labels;
    struct rollout_backoff *backoffs;
    char *pod_names, *node_names;
    struct rollout_revision revisions[2];
    struct rollout_in_place_verdict verdict;
    char texts[MANY][NAME];
    struct rollout_taint taints[MANY];
    struct rollout_toleration tolerations[MANY];
    struct rollout_requirement requirements[MANY];
    struct rollout_node_term terms[MANY];
    struct rollout_str values[MANY];
    struct rollout_label hook, canary;
    struct rollout_daemonset spec;
    struct rollout_daemonset_status status; /* the spec's */
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
    };
}

static void make_pod(struct world *w, size_t i)
{
    w->pods[i] = (struct rollout_pod){
        .phase = ROLLOUT_PHASE_RUNNING,
        .flags = ROLLOUT_POD_READY | (i < w->n_nodes ? 0 : ROLLOUT_POD_TERMINATING),
        .ready_since_ms = 1700000000000 + (int64_t)(i * 7919 % w->n) * 1000,
        .created_ms = 1600000000000 + (int64_t)(i * 104729 % w->n) * 1000,
        .revision = { i % 3 ? "a" : "b", 1 },
        .name = print(w->pod_names + i * NAME, "demo-", i),
        .node = w->nodes[i * 7919 % w->n_nodes].name, /* in no order */
    };
}

static struct world *make_world(size_t n)
{
    struct world *w = calloc(1, sizeof *w);
    w->all = n;
    w->n_nodes = n / 2 < MOST_NODES ? n / 2 : MOST_NODES;
    w->n = n - w->n_nodes;
    w->pods = calloc(n, sizeof *w->pods);
    w->nodes = calloc(n, sizeof *w->nodes);
    w->node_labels = calloc(n, sizeof *w->node_labels);
    w->backoffs = calloc(n, sizeof *w->backoffs);
    w->pod_names = calloc(n, NAME);
    w->node_names = calloc(n, NAME);
    for (size_t i = 0; i < n; i++)
        make_node(w, i);
    for (size_t i = 0; i < w->n; i++)
        make_pod(w, i);
    w->revisions[0] = (struct rollout_revision){ .name = STR("demo-a"), .number = 1, .hash = STR("a") };
    w->revisions[1] = (struct rollout_revision){ .name = STR("demo-b"), .number = 2, .hash = STR("b") };
    w->spec = (struct rollout_daemonset){
        .struct_size = sizeof w->spec,
        .flags = ROLLOUT_DAEMONSET_ROLLING_UPDATE,
        .name = STR("demo"),
        .max_unavailable = { ROLLOUT_INTSTR_TEXT, 0, STR("10%") },
        .burst_replicas = { ROLLOUT_INTSTR_TEXT, 0, STR("50%") },
        .status = &w->status,
    };
    w->status = (struct rollout_daemonset_status){ .struct_size = sizeof w->status,
                                                   .desired_number_scheduled = (int32_t)w->n_nodes };
    w->snapshot = (struct rollout_snapshot){
        .struct_size = sizeof w->snapshot,
        .update_revision = 2,
        .now_ms = 1800000000000,
        .revisions = { w->revisions, 2, sizeof *w->revisions },
        .pods = { w->pods, w->n, sizeof *w->pods },
        .nodes = { w->nodes, w->n_nodes, sizeof *w->nodes },
    };
    return w;
}

/* ---- strategies ---- */

static void rolling(struct world *w)
{
    (void)w;
}

static void native(struct world *w)
{
    w->spec.flags |= ROLLOUT_DAEMONSET_NATIVE;
}

static void surge(struct world *w)
{
    w->spec.max_surge = w->spec.max_unavailable;
    w->spec.max_unavailable.kind = ROLLOUT_INTSTR_UNSET;
}

static void native_surge(struct world *w)
{
    native(w);
    surge(w);
    w->taints[0] = (struct rollout_taint){ .key = STR("t"), .effect = ROLLOUT_EFFECT_NO_SCHEDULE };
    for (size_t i = 0; i < w->n_nodes; i += 3) {
        w->nodes[i].taints = w->taints;
        w->nodes[i].taint_count = 1;
    }
}

static void surging(struct world *w)
{
    surge(w);
    for (size_t i = w->n_nodes / 2; i < w->n_nodes; i++) {
        w->pods[i].node = w->pods[i - w->n_nodes / 2].node;
        w->pods[i].revision = w->revisions[1].hash;
        w->pods[i].flags &= i % 2 ? ~0u : ~(uint32_t)ROLLOUT_POD_READY;
        w->pods[i - w->n_nodes / 2].revision = w->revisions[0].hash;
    }
}

static void in_place(struct world *w)
{
    w->verdict = (struct rollout_in_place_verdict){ .from = 1, .to = 2, .flags = ROLLOUT_CHANGES_IMAGES };
    w->snapshot.in_place_verdicts = (struct rollout_in_place_verdicts){ &w->verdict, 1, sizeof w->verdict };
    w->spec.pod_update_policy = ROLLOUT_POLICY_IN_PLACE_IF_POSSIBLE;
    for (size_t i = 0; i < w->n; i++)
        w->pods[i].flags |= ROLLOUT_POD_IN_PLACE_GATE | (i % 2 ? ROLLOUT_POD_IN_PLACE_CONDITION : 0);
}

static void canary(struct world *w)
{
    w->canary = (struct rollout_label){ STR("canary"), STR("yes") };
    w->spec.flags |= ROLLOUT_DAEMONSET_NODE_SELECTOR;
    w->spec.node_selector.match_labels = (struct rollout_labels){ &w->canary, 1, 0 };
    w->spec.partition = (struct rollout_intstr){ ROLLOUT_INTSTR_TEXT, 0, STR("40%") };
}

static void unready(struct world *w)
{
    for (size_t i = 0; i < w->n; i++)
        w->pods[i].flags &= ~(uint32_t)ROLLOUT_POD_READY;
}

static void paused(struct world *w)
{
    w->spec.flags |= ROLLOUT_DAEMONSET_PAUSED;
}

static void chained(struct world *w)
{
    w->spec.flags |= ROLLOUT_DAEMONSET_CHAINED;
    w->snapshot.pods.count -= w->n / 10;
}

static void empty_nodes(struct world *w)
{
    w->snapshot.pods.count = 0;
    w->spec.flags |= ROLLOUT_DAEMONSET_PARTITIONED_SCALING;
    w->spec.partition = (struct rollout_intstr){ ROLLOUT_INTSTR_TEXT, 0, STR("40%") };
    w->snapshot.nodes.count = w->all;
}

static void prepared(struct world *w)
{
    w->hook = (struct rollout_label){ STR("canary"), STR("yes") };
    w->spec.pre_delete = (struct rollout_hook){ 1, 1, { &w->hook, 1, 0 }, { NULL, 0, 0 } };
    for (size_t i = 0; i < w->n; i++) {
        w->pods[i].labels = (struct rollout_labels){ &w->hook, 1, 0 };
        w->pods[i].lifecycle_state = i % 5 ? ROLLOUT_STATE_NONE : ROLLOUT_STATE_PREPARING_DELETE;
    }
}

static void failed(struct world *w)
{
    for (size_t i = 0; i < w->n_nodes; i++) {
        w->pods[i].phase = ROLLOUT_PHASE_FAILED;
        w->backoffs[i] = (struct rollout_backoff){ .node = w->nodes[w->n_nodes - 1 - i].name,
                                                   .seconds = 900,
                                                   .last_step_ms = 1800000000000 - (i % 2) * 3600000 };
    }
    w->snapshot.failed_pod_backoffs = (struct rollout_backoffs){ w->backoffs, w->n_nodes, sizeof *w->backoffs };
}

static void one_node(struct world *w)
{
    for (size_t i = 0; i < w->n; i++) {
        w->pods[i].node = w->nodes[0].name;
        w->pods[i].flags &= ~(uint32_t)ROLLOUT_POD_TERMINATING;
    }
}

static void one_node_failed(struct world *w)
{
    one_node(w);
    for (size_t i = 0; i < w->n; i++)
        w->pods[i].phase = i % 2 ? ROLLOUT_PHASE_FAILED : ROLLOUT_PHASE_RUNNING;
    w->spec.burst_replicas = (struct rollout_intstr){ ROLLOUT_INTSTR_INT, 0, { NULL, 0 } };
}

static void seven_nodes(struct world *w)
{
    one_node(w);
    surge(w);
    for (size_t i = 0; i < w->n; i++)
        w->pods[i].node = w->nodes[i % 7].name;
}

static void lost_nodes(struct world *w)
{
    for (size_t i = 0; i < w->n; i++) {
        w->pods[i].node = w->pods[i].name; /* none of the nodes is named so */
        if (i % 2 == 0)
            continue;
        w->pods[i].target_node = w->pods[i].node;
        w->pods[i].node = (struct rollout_str){ NULL, 0 };
    }
}

static void native_lost_nodes(struct world *w)
{
    native(w);
    for (size_t i = 0; i < w->n; i++)
        w->pods[i].node = w->pods[i].name;
}

static void taints(struct world *w)
{
    for (size_t i = 0; i < MANY; i++) {
        struct rollout_str key = print(w->texts[i], "t", i);
        w->taints[i] = (struct rollout_taint){ .key = key, .effect = ROLLOUT_EFFECT_NO_EXECUTE };
        w->tolerations[MANY - 1 - i] =
            (struct rollout_toleration){ .key = key, .op = ROLLOUT_TOLERATION_EXISTS, .effect = ROLLOUT_EFFECT_ANY };
    }
    for (size_t i = 0; i < w->n_nodes; i++) {
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

static void strange_revisions(struct world *w)
{
    for (size_t i = 0; i < w->n; i++)
        w->pods[i].revision = w->pods[i].name;
}

static void doubles(struct world *w)
{
    static const struct rollout_node data = { .kind = ROLLOUT_NODE_OBJECT, .size = 1 };
    w->revisions[0].data = w->revisions[1].data = (struct rollout_tree){ &data, 1 };
}

static const struct strategy {
    const char *name;
    void (*set)(struct world *w);
} strategies[] = {
    { "rolling", rolling },
    { "native", native },
    { "surge", surge },
    { "native surge, a third of the nodes unfit", native_surge },
    { "surging, two on half of the nodes", surging },
    { "in place", in_place },
    { "node selector and partition", canary },
    { "all unready", unready },
    { "paused", paused },
    { "chained, a tenth to create", chained },
    { "partitioned scaling, no pods", empty_nodes },
    { "preDelete hooks", prepared },
    { "all failed, a back-off each", failed },
    { "all pods on one node", one_node },
    { "all pods on one node, half failed", one_node_failed },
    { "all pods on seven nodes, surge", seven_nodes },
    { "every pod on a node that is gone", lost_nodes },
    { "the same, native", native_lost_nodes },
    { "20 taints, 20 tolerations", taints },
    { "20 terms of affinity", terms },
    { "every pod of another revision", strange_revisions },
    { "relabelled", doubles },
};

static void *make(size_t n, const void *strategy, struct rollout_workload *ret_workload,
                  struct rollout_snapshot *ret_snapshot)
{
    struct world *w = make_world(n);
    ((const struct strategy *)strategy)->set(w);
    ret_workload->daemonset = &w->spec;
    *ret_snapshot = w->snapshot;
    return w;
}

static void give_back(void *world)
{
    struct world *w = world;
    free(w->pods);
    free(w->nodes);
    free(w->node_labels);
    free(w->backoffs);
    free(w->pod_names);
    free(w->node_names);
    free(w);
}

int main(int argc, char **argv)
{
    size_t count = sizeof strategies / sizeof *strategies, failed = 0;
    printf("basic blocks a pod or node, times the world a tenth of it, bytes beside the plan; 1,000 first\n");
    for (size_t i = 0; i < count; i++)
        failed += !grows_well(strategies[i].name, make, give_back, &strategies[i], growth_most(argc, argv, i), 2);
    printf("%zu strategies, %zu too much\n", count, failed);
    return failed > 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* How a CloneSet's plan grows from 1,000 to 1,000,000 pods, for every strategy: basic blocks executed, not seconds,
 * and the memory that it holds.
 *
 *   growth [MOST [NTH]]      most pods; without it 1,000,000. NTH: see growth_most() */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "counting.h"

/* ---- worlds ---- */

enum { NODES = 500, TERMS = 50, LABELS = 4, NAME = 16 };

struct world {
    size_t n;
    struct rollout_pod *pods;
    struct rollout_label *labels;
    struct rollout_claim *claims;
    struct rollout_str *texts;
    char *names;
    struct rollout_node_facts nodes[NODES];
    struct rollout_label node_labels[NODES][2];
    char node_names[NODES][NAME], zone_names[NODES][NAME];
    struct rollout_revision revisions[2];
    struct rollout_in_place_verdict verdict;
    struct rollout_gate gate;
    char term_values[TERMS][NAME];
    struct rollout_label terms[TERMS];
    struct rollout_weight_term weights[TERMS];
    struct rollout_str keys[TERMS];
    struct rollout_label hook;
    struct rollout_cloneset spec;
    struct rollout_snapshot snapshot;
};

static struct rollout_str print(char *buf, const char *prefix, size_t number)
{
    int len = snprintf(buf, NAME, "%s%zu", prefix, number);
    return (struct rollout_str){ buf, (size_t)len };
}

static void make_nodes(struct world *w)
{
    for (size_t i = 0; i < NODES; i++) {
        struct rollout_str name = print(w->node_names[i], "node-", i);
        w->node_labels[i][0] = (struct rollout_label){ STR("kubernetes.io/hostname"), name };
        w->node_labels[i][1] = (struct rollout_label){ STR("zone"), print(w->zone_names[i], "z", i % 7) };
        w->nodes[i] = (struct rollout_node_facts){ .name = name, .labels = { w->node_labels[i], 2, 0 } };
    }
}

static void make_terms(struct world *w)
{
    for (size_t i = 0; i < TERMS; i++) {
        w->terms[i] = (struct rollout_label){ STR("rank"), print(w->term_values[i], "", i) };
        w->weights[i].selector.match_labels = (struct rollout_labels){ &w->terms[i], 1, 0 };
        w->weights[i].weight = (int32_t)(i * 2);
        w->keys[i] = (struct rollout_str){ w->term_values[i], w->terms[i].value.len };
    }
}

static void make_pod(struct world *w, size_t i)
{
    struct rollout_pod *pod = &w->pods[i];
    struct rollout_label *labels = &w->labels[i * LABELS];
    labels[0] = (struct rollout_label){ STR("app"), STR("demo") };
    labels[1] = (struct rollout_label){ STR("tier"), i % 3 ? (struct rollout_str)STR("a") : (struct rollout_str)STR("b") };
    labels[2] = w->terms[i * 7 % TERMS];
    labels[3] = (struct rollout_label){ STR("apps.kruise.io/cloneset-instance-id"), { NULL, 0 } };
    labels[3].value = print(w->names + (i * 2 + 1) * NAME, "i", i);
    *pod = (struct rollout_pod){
        .phase = ROLLOUT_PHASE_RUNNING,
        .lifecycle_state = ROLLOUT_STATE_NORMAL,
        .flags = ROLLOUT_POD_READY | ROLLOUT_POD_TEMPLATE_HASH,
        .ready_since_ms = 1700000000000 + (int64_t)(i * 7919 % w->n) * 1000,
        .created_ms = 1600000000000 + (int64_t)(i * 104729 % w->n) * 1000,
        .restarts = (int32_t)(i % 3),
        .revision = w->revisions[i % 3 == 0].name,
        .name = print(w->names + i * 2 * NAME, "demo-", i),
        .node = w->nodes[i % NODES].name,
        .labels = { labels, LABELS, 0 },
    };
}

static struct world *make_world(size_t n)
{
    struct world *w = calloc(1, sizeof *w);
    w->n = n;
    w->pods = calloc(n, sizeof *w->pods);
    w->labels = calloc(n * LABELS, sizeof *w->labels);
    w->claims = calloc(n, sizeof *w->claims);
    w->texts = calloc(n, sizeof *w->texts);
    w->names = calloc(n * 2, NAME);
    w->revisions[0] = (struct rollout_revision){ .name = STR("demo-old"), .number = 1 };
    w->revisions[1] = (struct rollout_revision){ .name = STR("demo-new"), .number = 2 };
    make_nodes(w);
    make_terms(w);
    for (size_t i = 0; i < n; i++)
        make_pod(w, i);
    w->spec = (struct rollout_cloneset){
        .struct_size = sizeof w->spec,
        .flags = ROLLOUT_CLONESET_ROLLING_UPDATE,
        .name = STR("demo"),
        .replicas = { 1, (int32_t)n },
        .max_unavailable = { ROLLOUT_INTSTR_TEXT, 0, STR("10%") },
    };
    w->snapshot = (struct rollout_snapshot){
        .struct_size = sizeof w->snapshot,
        .current_revision = 1,
        .update_revision = 2,
        .now_ms = 1800000000000,
        .revisions = { w->revisions, 2, sizeof *w->revisions },
        .pods = { w->pods, n, sizeof *w->pods },
        .nodes = { w->nodes, NODES, sizeof *w->nodes },
    };
    return w;
}

static void free_world(struct world *w)
{
    free(w->pods);
    free(w->labels);
    free(w->claims);
    free(w->texts);
    free(w->names);
    free(w);
}

/* ---- strategies ---- */

static void recreate(struct world *w)
{
    (void)w;
}

static void in_place(struct world *w)
{
    w->verdict = (struct rollout_in_place_verdict){ .from = 1, .to = 2, .flags = ROLLOUT_CHANGES_IMAGES };
    w->snapshot.in_place_verdicts = (struct rollout_in_place_verdicts){ &w->verdict, 1, sizeof w->verdict };
    w->spec.pod_update_policy = ROLLOUT_POLICY_IN_PLACE_IF_POSSIBLE;
}

static void percent(struct rollout_intstr *value, const char *text)
{
    *value = (struct rollout_intstr){ ROLLOUT_INTSTR_TEXT, 0, { text, strlen(text) } };
}

static void partition(struct world *w)
{
    percent(&w->spec.partition, "40%");
}

static void surge(struct world *w)
{
    percent(&w->spec.max_surge, "10%");
}

static void paused(struct world *w)
{
    w->spec.flags |= ROLLOUT_CLONESET_PAUSED;
}

static void on_delete(struct world *w)
{
    w->spec.update_type = ROLLOUT_UPDATE_ON_DELETE;
}

static void unready(struct world *w)
{
    for (size_t i = 0; i < w->n; i += 2)
        w->pods[i].flags &= ~(uint32_t)ROLLOUT_POD_READY;
    partition(w);
}

static void min_ready(struct world *w)
{
    w->spec.min_ready_seconds = 150000000;
}

static void weights_and_scatter(struct world *w)
{
    w->spec.order.priority.weights = w->weights;
    w->spec.order.priority.weight_count = TERMS;
    w->spec.order.scatter = (struct rollout_labels){ w->terms, TERMS, 0 };
}

static void ordered_keys(struct world *w)
{
    w->spec.order.priority.ordered_keys = (struct rollout_strs){ w->keys, TERMS, 0 };
    partition(w);
}

static void rollback(struct world *w)
{
    w->gate = (struct rollout_gate){ ROLLOUT_GATE_CLONESET_PARTITION_ROLLBACK, 1 };
    percent(&w->spec.partition, "90%");
}

static void scale_in_one_node(struct world *w)
{
    for (size_t i = 0; i < w->n; i++)
        w->pods[i].node = w->nodes[0].name;
    w->spec.replicas.value /= 2;
}

static void scale_in_spread(struct world *w)
{
    static const struct rollout_str keys[] = { STR("zone"), STR("kubernetes.io/hostname") };
    w->revisions[1].topology_keys = (struct rollout_strs){ keys, 2, 0 };
    w->spec.replicas.value /= 2;
}

static void scale_in_same_nodes(struct world *w)
{
    w->spec.replicas.value /= 2;
}

static void scale_out_with_claims(struct world *w)
{
    static const struct rollout_str templates[] = { STR("data") };
    for (size_t i = 0; i < w->n; i++)
        w->claims[i] = (struct rollout_claim){ .name = w->pods[w->n - 1 - i].name,
                                               .instance_id = w->pods[w->n - 1 - i].labels.items[3].value,
                                               .flags = ROLLOUT_CLAIM_OWNED };
    w->snapshot.claims = (struct rollout_claims){ w->claims, w->n, sizeof *w->claims };
    w->spec.claim_templates = (struct rollout_strs){ templates, 1, 0 };
    w->spec.flags |= ROLLOUT_CLONESET_REUSE_CLAIMS;
    w->snapshot.pods.count -= w->n / 4;
}

static void pods_to_delete(struct world *w)
{
    for (size_t i = 0; i < w->n; i++)
        w->texts[i] = w->pods[w->n - 1 - i].name;
    w->spec.pods_to_delete = (struct rollout_strs){ w->texts, (uint32_t)w->n, 0 };
}

static void hooks(struct world *w)
{
    w->hook = (struct rollout_label){ STR("tier"), STR("a") };
    w->spec.lifecycle.set = 1;
    w->spec.lifecycle.pre_delete = (struct rollout_hook){ 1, 1, { &w->hook, 1, 0 }, { NULL, 0, 0 } };
    w->spec.lifecycle.in_place_update = w->spec.lifecycle.pre_delete;
    for (size_t i = 0; i < w->n; i++)
        w->pods[i].lifecycle_state = (uint32_t)(i % 7);
    in_place(w);
}

static void strange_revisions(struct world *w)
{
    for (size_t i = 0; i < w->n; i++)
        w->pods[i].revision = w->pods[i].name;
}

static const struct {
    const char *name;
    void (*set)(struct world *w);
} strategies[] = {
    { "recreate", recreate },
    { "in place", in_place },
    { "partition", partition },
    { "surge", surge },
    { "paused", paused },
    { "OnDelete", on_delete },
    { "half unready", unready },
    { "minReadySeconds", min_ready },
    { "50 weights, 50 scatter terms", weights_and_scatter },
    { "50 ordered keys", ordered_keys },
    { "rollback", rollback },
    { "scale in, all on one node", scale_in_one_node },
    { "scale in, spread over zones and nodes", scale_in_spread },
    { "scale in, 500 nodes", scale_in_same_nodes },
    { "scale out with claims", scale_out_with_claims },
    { "podsToDelete names all", pods_to_delete },
    { "hooks, every lifecycle state", hooks },
    { "every pod of another revision", strange_revisions },
};

static void *make(size_t n, const void *strategy, struct rollout_workload *ret_workload,
                  struct rollout_snapshot *ret_snapshot)
{
    struct world *w = make_world(n);
    strategies[*(const size_t *)strategy].set(w);
    ret_workload->cloneset = &w->spec;
    ret_workload->gates = &w->gate;
    ret_workload->gate_count = w->gate.gate ? 1 : 0;
    *ret_snapshot = w->snapshot;
    return w;
}

static void give_back(void *world)
{
    free_world(world);
}

int main(int argc, char **argv)
{
    size_t count = sizeof strategies / sizeof *strategies, failed = 0;
    printf("basic blocks a pod, times the world a tenth of it, bytes a pod beside the plan; 1,000 pods first\n");
    for (size_t i = 0; i < count; i++)
        failed += !grows_well(strategies[i].name, make, give_back, &i, growth_most(argc, argv, i), 2);
    printf("%zu strategies, %zu too much\n", count, failed);
    return failed > 0;
}

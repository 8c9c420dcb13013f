/* SPDX-License-Identifier: Apache-2.0 */
/* How the plans of a Deployment and a ReplicaSet of Kubernetes grow from 1,000 to 1,000,000 pods, with a ReplicaSet for
 * every ten, for every strategy.
 *
 *   growth_deployment [MOST [NTH]]      most pods; without it 1,000,000. NTH: see growth_most() */
#include <stdio.h>
#include <stdlib.h>

#include "counting.h"

enum { PODS = 10, NAME = 16, NOTES = 3 };

struct world {
    size_t n, n_sets;
    struct rollout_pod *pods;
    struct rollout_label (*labels)[2]; /* of pods */
    struct rollout_replica_set_facts *sets;
    struct rollout_label (*set_labels)[2]; /* of their selectors */
    struct rollout_label (*notes)[NOTES];  /* annotations of sets */
    struct rollout_node_facts *nodes;
    char *names, *numbers; /* of pods, sets and nodes; revisions */
    char texts[2][NAME];
    struct rollout_str desired, with_surge; /* as the last pass noted them */
    struct rollout_label app, own[2], back_to;
    struct rollout_condition progressing;
    struct rollout_deployment deployment;
    struct rollout_deployment_status deployment_status;
    struct rollout_replicaset replicaset;
    struct rollout_replicaset_status replicaset_status;
    struct rollout_snapshot snapshot;
};

static struct rollout_str print(char *buf, const char *prefix, size_t number)
{
    int len = snprintf(buf, NAME, "%s%zu", prefix, number);
    return (struct rollout_str){ buf, (size_t)len };
}

/* Sets are created in no order, have revisions, and have come to a quarter fewer pods than they want. */
static void make_set(struct world *w, size_t i)
{
    struct rollout_str name = print(w->names + (w->n + i) * NAME, "demo-", i);
    struct rollout_str revision = print(w->numbers + i * NAME, "", i * 2654435761 % w->n_sets + 1);
    w->set_labels[i][0] = w->app;
    w->set_labels[i][1] = (struct rollout_label){ STR("pod-template-hash"), { name.data + 5, name.len - 5 } };
    w->notes[i][0] = (struct rollout_label){ STR("deployment.kubernetes.io/desired-replicas"), w->desired };
    w->notes[i][1] = (struct rollout_label){ STR("deployment.kubernetes.io/max-replicas"), w->with_surge };
    w->notes[i][2] = (struct rollout_label){ STR("deployment.kubernetes.io/revision"), revision };
    w->sets[i] = (struct rollout_replica_set_facts){
        .name = name,
        .uid = name,
        .created_ms = 1600000000000 + (int64_t)(i * 7919 % w->n_sets) * 1000,
        .flags = i == w->n_sets / 2 ? ROLLOUT_REPLICA_SET_SAME_TEMPLATE : 0,
        .replicas = PODS,
        .status_replicas = PODS,
        .ready_replicas = PODS * 3 / 4,
        .available_replicas = (int32_t)(i % PODS),
        .annotations = { w->notes[i], NOTES, 0 },
    };
    w->sets[i].selector.match_labels = (struct rollout_labels){ w->set_labels[i], 2, 0 };
}

static void make_pod(struct world *w, size_t i)
{
    size_t set = i * 7919 % w->n_sets;
    w->labels[i][0] = w->app;
    w->labels[i][1] = w->set_labels[set][1];
    w->pods[i] = (struct rollout_pod){
        .phase = i % 3 ? ROLLOUT_PHASE_RUNNING : ROLLOUT_PHASE_PENDING,
        .flags = i % 5 ? ROLLOUT_POD_READY : 0,
        .ready_since_ms = 1700000000000 + (int64_t)(i * 7919 % w->n) * 1000,
        .created_ms = 1600000000000 + (int64_t)(i * 104729 % w->n) * 1000,
        .restarts = (int32_t)(i % 11),
        .deletion_cost = (int32_t)(i % 2),
        .name = print(w->names + i * NAME, "demo-", i),
        .uid = { w->names + i * NAME + 5, 0 },
        .node = w->nodes[i * 104729 % w->n_sets].name,
        .labels = { w->labels[i], 2, 0 },
        .replica_set = (uint32_t)set + 1,
    };
    w->pods[i].uid.len = w->pods[i].name.len - 5;
}

static struct world *make_world(size_t n)
{
    struct world *w = calloc(1, sizeof *w);
    w->n = n;
    w->n_sets = n / PODS;
    w->pods = calloc(n, sizeof *w->pods);
    w->labels = calloc(n, sizeof *w->labels);
    w->sets = calloc(w->n_sets, sizeof *w->sets);
    w->set_labels = calloc(w->n_sets, sizeof *w->set_labels);
    w->notes = calloc(w->n_sets, sizeof *w->notes);
    w->nodes = calloc(w->n_sets, sizeof *w->nodes);
    w->names = calloc(n + 2 * w->n_sets, NAME);
    w->numbers = calloc(w->n_sets, NAME);
    w->app = (struct rollout_label){ STR("app"), STR("demo") };
    w->desired = print(w->texts[0], "", n);
    w->with_surge = print(w->texts[1], "", n + n / 4);
    for (size_t i = 0; i < w->n_sets; i++) {
        w->nodes[i].name = print(w->names + (n + w->n_sets + i) * NAME, "node-", i);
        make_set(w, i);
    }
    for (size_t i = 0; i < n; i++)
        make_pod(w, i);
    w->own[0] = (struct rollout_label){ STR("deployment.kubernetes.io/revision"), STR("7") };
    w->deployment = (struct rollout_deployment){
        .struct_size = sizeof w->deployment,
        .namespace_ = STR("default"),
        .name = STR("demo"),
        .selector = { .match_labels = { &w->app, 1, 0 } },
        .replicas = { 1, (int32_t)n },
        .max_surge = { ROLLOUT_INTSTR_TEXT, 0, STR("25%") },
        .max_unavailable = { ROLLOUT_INTSTR_TEXT, 0, STR("25%") },
        .progress_deadline_seconds = { 1, 600 },
        .annotations = { w->own, 1, 0 },
        .status = &w->deployment_status,
    };
    w->deployment_status = (struct rollout_deployment_status){ .struct_size = sizeof w->deployment_status };
    w->replicaset = (struct rollout_replicaset){
        .struct_size = sizeof w->replicaset,
        .flags = ROLLOUT_REPLICASET_CONTROLLED,
        .namespace_ = STR("default"),
        .name = STR("demo-0"),
        .selector = { .match_labels = { &w->app, 1, 0 } },
        .template_labels = { &w->app, 1, 0 },
        .replicas = { 1, (int32_t)(n / 2) },
        .status = &w->replicaset_status,
    };
    w->replicaset_status = (struct rollout_replicaset_status){ .struct_size = sizeof w->replicaset_status };
    w->snapshot = (struct rollout_snapshot){
        .struct_size = sizeof w->snapshot,
        .now_ms = 1800000000000,
        .pods = { w->pods, n, sizeof *w->pods },
        .replica_sets = { w->sets, w->n_sets, sizeof *w->sets },
    };
    return w;
}

/* ---- strategies of a Deployment ---- */

static void rolling(struct world *w)
{
    (void)w;
}

static void scaled(struct world *w)
{
    w->deployment.replicas.value /= 2;
}

static void created(struct world *w)
{
    w->sets[w->n_sets / 2].flags = 0;
}

static void recreate(struct world *w)
{
    w->deployment.strategy = ROLLOUT_STRATEGY_RECREATE;
}

static void paused(struct world *w)
{
    w->deployment.flags = ROLLOUT_DEPLOYMENT_PAUSED;
}

static void rolled_back(struct world *w)
{
    w->own[0] = (struct rollout_label){ STR("deprecated.deployment.rollback.to"), STR("3") };
    w->own[1] = (struct rollout_label){ STR("deployment.kubernetes.io/revision"), STR("7") };
    w->deployment.annotations.count = 2;
}

/* All is at the new one, and the old ones are beyond what is kept. */
static void history(struct world *w)
{
    w->deployment.revision_history_limit = (struct rollout_opt){ 1, 10 };
    for (size_t i = 0; i < w->n_sets; i++) {
        int32_t all = w->sets[i].flags ? w->deployment.replicas.value : 0;
        w->sets[i].replicas = w->sets[i].status_replicas = all;
        w->sets[i].ready_replicas = w->sets[i].available_replicas = all;
    }
    w->deployment_status.replicas = w->deployment_status.updated_replicas = w->deployment.replicas.value;
    w->deployment_status.available_replicas = w->deployment.replicas.value;
}

static void advanced(struct world *w)
{
    recreate(w);
    w->deployment.flags = ROLLOUT_DEPLOYMENT_ADVANCED | ROLLOUT_DEPLOYMENT_PAUSED;
    w->deployment.partition = (struct rollout_intstr){ ROLLOUT_INTSTR_TEXT, 0, STR("40%") };
}

/* ---- of a ReplicaSet ---- */

static void shrinks(struct world *w)
{
    (void)w;
}

static void shrinks_by_few(struct world *w)
{
    w->replicaset.replicas.value = (int32_t)w->n - 1;
}

static void shrinks_alike(struct world *w)
{
    for (size_t i = 0; i < w->n; i++) {
        w->pods[i].node = w->nodes[0].name;
        w->pods[i].phase = ROLLOUT_PHASE_RUNNING;
        w->pods[i].flags = ROLLOUT_POD_READY;
        w->pods[i].ready_since_ms = w->pods[0].ready_since_ms;
        w->pods[i].created_ms = w->pods[0].created_ms;
        w->pods[i].restarts = w->pods[i].deletion_cost = 0;
    }
}

static void of_others(struct world *w)
{
    w->replicaset.replicas.value /= 2;
    for (size_t i = 0; i < w->n; i++)
        w->pods[i].flags |= i % 2 ? ROLLOUT_POD_FOREIGN : 0;
}

static void grows(struct world *w)
{
    w->replicaset.replicas.value = (int32_t)w->n * 2;
}

static void goes(struct world *w)
{
    w->replicaset.replicas.value = 0;
}

static const struct strategy {
    const char *name;
    void (*set)(struct world *w);
    bool replicaset;
} strategies[] = {
    { "rolling", rolling, false },
    { "scaled to a half", scaled, false },
    { "a new ReplicaSet to create", created, false },
    { "Recreate", recreate, false },
    { "paused", paused, false },
    { "rolled back", rolled_back, false },
    { "history", history, false },
    { "advanced, 40% of the pods", advanced, false },
    { "ReplicaSet: half too many", shrinks, true },
    { "ReplicaSet: one too many", shrinks_by_few, true },
    { "ReplicaSet: all alike, on one node", shrinks_alike, true },
    { "ReplicaSet: half of others", of_others, true },
    { "ReplicaSet: half missing", grows, true },
    { "ReplicaSet: all too many", goes, true },
};

static void *make(size_t n, const void *strategy, struct rollout_workload *ret_workload,
                  struct rollout_snapshot *ret_snapshot)
{
    const struct strategy *s = strategy;
    struct world *w = make_world(n);
    s->set(w);
    if (s->replicaset)
        ret_workload->replicaset = &w->replicaset;
    else
        ret_workload->deployment = &w->deployment;
    *ret_snapshot = w->snapshot;
    return w;
}

static void give_back(void *world)
{
    struct world *w = world;
    free(w->pods);
    free(w->labels);
    free(w->sets);
    free(w->set_labels);
    free(w->notes);
    free(w->nodes);
    free(w->names);
    free(w->numbers);
    free(w);
}

int main(int argc, char **argv)
{
    size_t count = sizeof strategies / sizeof *strategies, failed = 0;
    printf("basic blocks a pod, times the world a tenth of it, bytes beside the plan; 1,000 first\n");
    for (size_t i = 0; i < count; i++) {
        /* A Deployment's writes are noted in an arena, whose chunks double. */
        struct growth_room room =
            strategies[i].replicaset ? (struct growth_room){ 2, 64 } : (struct growth_room){ 32, 128 };
        failed += !grows_within(strategies[i].name, make, give_back, &strategies[i], growth_most(argc, argv, i), room);
    }
    printf("%zu strategies, %zu too much\n", count, failed);
    return failed > 0;
}

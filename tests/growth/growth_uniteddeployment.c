/* SPDX-License-Identifier: Apache-2.0 */
/* How a UnitedDeployment's plan grows from 1,000 to 1,000,000 pods, with a subset for every hundred, and as many children,
 * entries of the status and revisions; for every allocator.
 *
 *   growth_uniteddeployment [MOST [NTH]]      most pods; without it 1,000,000. NTH: see growth_most() */
#include <stdio.h>
#include <stdlib.h>

#include "counting.h"

enum { PODS = 100, NAME = 16, MOST_REVISIONS = 10000 };

struct world {
    size_t n, n_subsets, n_revisions;
    struct rollout_pod *pods;
    struct rollout_label (*labels)[2];
    struct rollout_subset *children;
    struct rollout_subset_spec *specs;
    struct rollout_subset_status *entries;
    struct rollout_revision *revisions;
    char *names; /* of pods, subsets and revisions */
    struct rollout_condition marked, updated;
    struct rollout_uniteddeployment_status status;
    struct rollout_uniteddeployment spec;
    struct rollout_snapshot snapshot;
};

static struct rollout_str print(struct world *w, size_t place, const char *prefix, size_t number)
{
    char *buf = w->names + place * NAME;
    int len = snprintf(buf, NAME, "%s%zu", prefix, number);
    return (struct rollout_str){ buf, (size_t)len };
}

static void make_pod(struct world *w, size_t i)
{
    struct rollout_str reserved = i % 2 ? (struct rollout_str)STR("true") : (struct rollout_str)STR("false");
    w->labels[i][0] = (struct rollout_label){ STR("apps.kruise.io/controller-revision-hash"), STR("r0") };
    w->labels[i][1] = (struct rollout_label){ STR("apps.kruise.io/united-deployment-reserved-pod"), reserved };
    w->pods[i] = (struct rollout_pod){
        .phase = i % 3 ? ROLLOUT_PHASE_RUNNING : ROLLOUT_PHASE_PENDING,
        .flags = i % 3 ? ROLLOUT_POD_READY : ROLLOUT_POD_UNSCHEDULABLE,
        .ready_since_ms = 1700000000000 + (int64_t)(i * 7919 % w->n) * 1000,
        .created_ms = 1600000000000 + (int64_t)(i * 104729 % w->n) * 1000,
        .name = print(w, i, "demo-", i),
        .labels = { w->labels[i], 2, 0 },
        .child = (uint32_t)(i * 7919 % w->n_subsets) + 1,
        .replica_set = (uint32_t)(i * 104729 % w->n) + 1,
    };
}

static void make_subset(struct world *w, size_t i)
{
    struct rollout_str name = print(w, w->n + i, "subset-", i * 7919 % w->n_subsets);
    w->specs[i] = (struct rollout_subset_spec){ .name = name };
    w->children[w->n_subsets - 1 - i] = (struct rollout_subset){ .name = name,
                                                                 .subset = name,
                                                                 .revision = STR("r0"),
                                                                 .kind = ROLLOUT_CHILD_DEPLOYMENT,
                                                                 .replicas = PODS,
                                                                 .status_replicas = PODS,
                                                                 .ready_replicas = PODS / 2 };
    w->entries[i * 104729 % w->n_subsets] =
        (struct rollout_subset_status){ .name = name, .conditions = &w->marked, .condition_count = i % 2 };
}

static struct world *make_world(size_t n)
{
    struct world *w = calloc(1, sizeof *w);
    w->n = n;
    w->n_subsets = n / PODS;
    w->n_revisions = w->n_subsets < MOST_REVISIONS ? w->n_subsets : MOST_REVISIONS;
    w->pods = calloc(n, sizeof *w->pods);
    w->labels = calloc(n, sizeof *w->labels);
    w->children = calloc(w->n_subsets, sizeof *w->children);
    w->specs = calloc(w->n_subsets, sizeof *w->specs);
    w->entries = calloc(w->n_subsets, sizeof *w->entries);
    w->revisions = calloc(w->n_revisions, sizeof *w->revisions);
    w->names = calloc(n + 2 * w->n_subsets, NAME);
    for (size_t i = 0; i < n; i++)
        make_pod(w, i);
    for (size_t i = 0; i < w->n_subsets; i++)
        make_subset(w, i);
    for (size_t i = 0; i < w->n_revisions; i++)
        w->revisions[i] = (struct rollout_revision){ .name = print(w, n + w->n_subsets + i, "r", i),
                                                     .number = (int64_t)(i * 7919 % w->n_revisions) + 1 };
    w->marked = (struct rollout_condition){ .type = STR("Schedulable"),
                                            .status = STR("False"),
                                            .reason = STR("reschedule"),
                                            .last_transition_ms = 1799999999000 };
    w->updated = (struct rollout_condition){ .type = STR("UnitedDeploymentUpdated"), .status = STR("True") };
    w->status = (struct rollout_uniteddeployment_status){ .struct_size = sizeof w->status,
                                                          .current_revision = STR("r0"),
                                                          .subsets = w->entries,
                                                          .subset_count = w->n_subsets,
                                                          .conditions = &w->updated,
                                                          .condition_count = 1 };
    w->spec = (struct rollout_uniteddeployment){ .struct_size = sizeof w->spec,
                                                 .replicas = { 1, (int32_t)n },
                                                 .child_kind = ROLLOUT_CHILD_DEPLOYMENT,
                                                 .subsets = w->specs,
                                                 .subset_count = w->n_subsets,
                                                 .status = &w->status };
    w->snapshot = (struct rollout_snapshot){
        .struct_size = sizeof w->snapshot,
        .update_revision = 1,
        .now_ms = 1800000000000,
        .revisions = { w->revisions, w->n_revisions, sizeof *w->revisions },
        .pods = { w->pods, n, sizeof *w->pods },
        .subsets = { w->children, w->n_subsets, sizeof *w->children },
    };
    return w;
}

/* ---- allocators ---- */

static void average(struct world *w)
{
    w->specs[0].replicas = (struct rollout_intstr){ ROLLOUT_INTSTR_TEXT, 0, STR("1%") };
}

static void impossible(struct world *w)
{
    for (size_t i = 0; i < w->n_subsets; i++)
        w->specs[i].replicas = (struct rollout_intstr){ ROLLOUT_INTSTR_INT, PODS + 1, { NULL, 0 } };
}

static void in_order(struct world *w)
{
    for (size_t i = 0; i < w->n_subsets; i++) {
        w->specs[i].min_replicas = (struct rollout_intstr){ ROLLOUT_INTSTR_INT, PODS / 2, { NULL, 0 } };
        w->specs[i].partition = (struct rollout_opt){ 1, 7 };
    }
}

static void adaptive(struct world *w)
{
    in_order(w);
    w->spec.flags = ROLLOUT_UNITEDDEPLOYMENT_ADAPTIVE;
}

static void reserves(struct world *w)
{
    in_order(w);
    w->spec.flags = ROLLOUT_UNITEDDEPLOYMENT_ADAPTIVE | ROLLOUT_UNITEDDEPLOYMENT_RESERVES;
}

static void leftovers(struct world *w)
{
    reserves(w);
    w->spec.subset_count = 1;
    for (size_t i = 0; i < w->n_subsets; i++)
        w->children[i].subset = w->specs[i / 2].name;
}

static void other_kind(struct world *w)
{
    w->spec.child_kind = ROLLOUT_CHILD_CLONESET;
}

static void stuck(struct world *w)
{
    w->spec.child_kind = ROLLOUT_CHILD_STATEFULSET;
    for (size_t i = 0; i < w->n_subsets; i++)
        w->children[i].kind = ROLLOUT_CHILD_STATEFULSET;
    w->snapshot.update_revision = 2;
    w->status.updated_revision = w->revisions[1].name; /* or the history would be cut behind it */
}

static const struct strategy {
    const char *name;
    void (*set)(struct world *w);
} strategies[] = {
    { "average", average },
    { "impossible", impossible },
    { "min and max", in_order },
    { "adaptive", adaptive },
    { "reservation", reserves },
    { "reservation, all but one gone from the spec, two of each", leftovers },
    { "children of another kind", other_kind },
    { "StatefulSets with stuck pods", stuck },
};

static void *make(size_t n, const void *strategy, struct rollout_workload *ret_workload,
                  struct rollout_snapshot *ret_snapshot)
{
    struct world *w = make_world(n);
    ((const struct strategy *)strategy)->set(w);
    ret_workload->uniteddeployment = &w->spec;
    *ret_snapshot = w->snapshot;
    return w;
}

static void give_back(void *world)
{
    struct world *w = world;
    free(w->pods);
    free(w->labels);
    free(w->children);
    free(w->specs);
    free(w->entries);
    free(w->revisions);
    free(w->names);
    free(w);
}

int main(int argc, char **argv)
{
    size_t count = sizeof strategies / sizeof *strategies, failed = 0;
    printf("basic blocks a pod, times the world a tenth of it, bytes beside the plan; 1,000 first\n");
    for (size_t i = 0; i < count; i++)
        failed += !grows_well(strategies[i].name, make, give_back, &strategies[i], growth_most(argc, argv, i), 2);
    printf("%zu strategies, %zu too much\n", count, failed);
    return failed > 0;
}

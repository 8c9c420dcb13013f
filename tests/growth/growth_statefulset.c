/* SPDX-License-Identifier: Apache-2.0 */
/* How a StatefulSet's plan grows from 1,000 to 1,000,000 pods, for every way of going through a pass.
 *
 *   growth_statefulset [MOST [NTH]]      most pods; without it 1,000,000. NTH: see growth_most() */
#include <stdio.h>
#include <stdlib.h>

#include "counting.h"

enum { TERMS = 50, NAME = 16 };

struct world {
    size_t n;
    struct rollout_pod *pods;
    struct rollout_label *labels; /* 3 a pod */
    struct rollout_claim *claims; /* 2 a pod */
    char *names;                  /* 4 a pod: itself, its rank, its claims */
    struct rollout_owner owner;
    struct rollout_claim_template templates[2];
    struct rollout_revision revisions[2];
    struct rollout_in_place_verdict verdict;
    struct rollout_gate gates[2];
    size_t gate_count;
    char values[TERMS][NAME];
    struct rollout_label terms[TERMS];
    struct rollout_weight_term weights[TERMS];
    struct rollout_intstr reserved[1000];
    struct rollout_label hook;
    struct rollout_statefulset spec;
    struct rollout_snapshot snapshot;
};

static struct rollout_str print(char *buf, const char *format, size_t number)
{
    int len = snprintf(buf, NAME, format, number);
    return (struct rollout_str){ buf, (size_t)len };
}

static void make_pod(struct world *w, size_t i)
{
    struct rollout_label *labels = &w->labels[3 * i];
    char *names = w->names + 4 * i * NAME;
    struct rollout_str name = print(names, "web-%zu", i);
    labels[0] = (struct rollout_label){ STR("statefulset.kubernetes.io/pod-name"), name };
    labels[1] = (struct rollout_label){ STR("rank"), print(names + NAME, "%zu", i * 7 % TERMS) };
    labels[2] = (struct rollout_label){ STR("app"), STR("web") };
    w->pods[i] = (struct rollout_pod){
        .phase = ROLLOUT_PHASE_RUNNING,
        .lifecycle_state = ROLLOUT_STATE_NORMAL,
        .flags = ROLLOUT_POD_READY,
        .ready_since_ms = 1600000000000 + (int64_t)i,
        .created_ms = 1600000000000,
        .revision = w->revisions[i % 3 == 0].name,
        .name = name,
        .uid = name,
        .node = STR("node"),
        .labels = { labels, 3, 0 },
    };
    for (size_t k = 0; k < 2; k++)
        w->claims[2 * i + k] = (struct rollout_claim){
            .name = print(names + (2 + k) * NAME, k ? "d-web-%zu" : "l-web-%zu", i),
            .owners = &w->owner,
            .owner_count = 1,
            .request = STR("1Gi"),
            .capacity = STR("1Gi"),
        };
}

static struct world *make_world(size_t n)
{
    struct world *w = calloc(1, sizeof *w);
    w->n = n;
    w->pods = calloc(n, sizeof *w->pods);
    w->labels = calloc(n, 3 * sizeof *w->labels);
    w->claims = calloc(n, 2 * sizeof *w->claims);
    w->names = calloc(n, 4 * NAME);
    w->owner = (struct rollout_owner){ STR("StatefulSet"), STR("web"), STR("set-uid"), 1, 0 };
    w->templates[0] = (struct rollout_claim_template){ .name = STR("l"), .request = STR("2Gi") };
    w->templates[1] = (struct rollout_claim_template){ .name = STR("d"), .request = STR("2Gi") };
    w->revisions[0] = (struct rollout_revision){ .name = STR("web-old"), .number = 1 };
    w->revisions[1] = (struct rollout_revision){ .name = STR("web-new"), .number = 2 };
    for (size_t i = 0; i < TERMS; i++) {
        w->terms[i] = (struct rollout_label){ STR("rank"), print(w->values[i], "%zu", i) };
        w->weights[i].selector.match_labels = (struct rollout_labels){ &w->terms[i], 1, 0 };
        w->weights[i].weight = (int32_t)(i * 2);
    }
    for (size_t i = 0; i < n; i++)
        make_pod(w, i * 7919 % n); /* in no order, but for the factors of 10 */
    w->spec = (struct rollout_statefulset){
        .struct_size = sizeof w->spec,
        .flags = ROLLOUT_STATEFULSET_PARALLEL | ROLLOUT_STATEFULSET_ROLLING_UPDATE,
        .name = STR("web"),
        .uid = STR("set-uid"),
        .replicas = { 1, (int32_t)n },
        .max_unavailable = { ROLLOUT_INTSTR_TEXT, 0, STR("20%") },
    };
    w->snapshot = (struct rollout_snapshot){
        .struct_size = sizeof w->snapshot,
        .current_revision = 1,
        .update_revision = 2,
        .now_ms = 1700000000000,
        .pods = { w->pods, n, sizeof *w->pods },
        .revisions = { w->revisions, 2, sizeof *w->revisions },
    };
    return w;
}

/* ---- strategies ---- */

static void recreate(struct world *w)
{
    (void)w;
}

static void ordered(struct world *w)
{
    w->spec.flags &= ~(uint32_t)ROLLOUT_STATEFULSET_PARALLEL;
}

static void native(struct world *w)
{
    w->spec.flags |= ROLLOUT_STATEFULSET_NATIVE;
}

static void native_budget(struct world *w)
{
    native(w);
    w->gates[w->gate_count++] = (struct rollout_gate){ ROLLOUT_GATE_MAX_UNAVAILABLE_STATEFULSET, 1 };
}

static void in_place(struct world *w)
{
    w->spec.pod_update_policy = ROLLOUT_POLICY_IN_PLACE_IF_POSSIBLE;
    w->spec.grace_period_seconds = 10;
    w->verdict = (struct rollout_in_place_verdict){ .from = 1, .to = 2 };
    w->snapshot.in_place_verdicts = (struct rollout_in_place_verdicts){ &w->verdict, 1, sizeof w->verdict };
}

static void weights(struct world *w)
{
    w->spec.flags |= ROLLOUT_STATEFULSET_UNORDERED;
    w->spec.priority.weights = w->weights;
    w->spec.priority.weight_count = TERMS;
}

static void partition(struct world *w)
{
    w->spec.partition = (int32_t)(w->n / 2);
}

static void paused(struct world *w)
{
    w->spec.flags |= ROLLOUT_STATEFULSET_PAUSED;
}

static void scale_out(struct world *w)
{
    w->snapshot.pods.count = 0;
    w->spec.claim_templates = w->templates;
    w->spec.claim_template_count = 2;
}

static void scale_in(struct world *w)
{
    w->spec.replicas.value = 1;
}

static void reserve(struct world *w)
{
    size_t step = w->n / 1000;
    for (size_t i = 0; i < 1000; i++)
        w->reserved[i] = (struct rollout_intstr){ .kind = ROLLOUT_INTSTR_INT, .count = (int32_t)((999 - i) * step) };
    w->spec.reserve_ordinals = w->reserved;
    w->spec.reserve_ordinal_count = 1000;
}

static void claims(struct world *w)
{
    w->spec.claim_templates = w->templates;
    w->spec.claim_template_count = 2;
    w->spec.claims_when_scaled = ROLLOUT_CLAIMS_DELETE;
    w->snapshot.claims = (struct rollout_claims){ w->claims, 2 * w->n, sizeof *w->claims };
}

static void resize(struct world *w)
{
    claims(w);
    w->spec.flags |= ROLLOUT_STATEFULSET_RESIZES_CLAIMS;
    w->gates[w->gate_count++] = (struct rollout_gate){ ROLLOUT_GATE_STATEFULSET_AUTO_RESIZE_PVC, 1 };
}

static void hooks(struct world *w)
{
    in_place(w);
    w->hook = (struct rollout_label){ STR("app"), STR("web") };
    w->spec.lifecycle.set = 1;
    w->spec.lifecycle.pre_delete = (struct rollout_hook){ 1, 1, { &w->hook, 1, 0 }, { NULL, 0, 0 } };
    w->spec.lifecycle.in_place_update = w->spec.lifecycle.pre_delete;
    for (size_t i = 0; i < w->n; i++) {
        w->pods[i].lifecycle_state = (uint32_t)(i % 7);
        if (i % 11 == 0)
            w->pods[i].flags |= ROLLOUT_POD_SPECIFIED_DELETE;
    }
}

static void broken(struct world *w)
{
    for (size_t i = 0; i < w->n; i++)
        if (i % 2)
            w->pods[i].phase = i % 3 ? ROLLOUT_PHASE_FAILED : ROLLOUT_PHASE_PENDING;
    w->spec.scale_max_unavailable = (struct rollout_intstr){ ROLLOUT_INTSTR_TEXT, 0, STR("90%") };
}

static void one_ordinal(struct world *w)
{
    for (size_t i = 0; i < w->n; i++)
        w->pods[i].name = w->pods[0].name;
}

static void strange_revisions(struct world *w)
{
    for (size_t i = 0; i < w->n; i++)
        w->pods[i].revision = w->pods[i].name;
}

static const struct strategy {
    const char *name;
    void (*set)(struct world *w);
} strategies[] = {
    { "recreate", recreate },
    { "OrderedReady", ordered },
    { "native, from the top", native },
    { "native, maxUnavailable", native_budget },
    { "in place", in_place },
    { "unordered, 50 weights", weights },
    { "partition", partition },
    { "paused", paused },
    { "scale out from nothing, two claims", scale_out },
    { "scale in to one", scale_in },
    { "1,000 reserved ordinals", reserve },
    { "claims with owners", claims },
    { "claims are resized", resize },
    { "hooks, every lifecycle state", hooks },
    { "half failed or pending", broken },
    { "all of one ordinal", one_ordinal },
    { "every pod of another revision", strange_revisions },
};

static void *make(size_t n, const void *strategy, struct rollout_workload *ret_workload,
                  struct rollout_snapshot *ret_snapshot)
{
    struct world *w = make_world(n);
    ((const struct strategy *)strategy)->set(w);
    ret_workload->statefulset = &w->spec;
    ret_workload->gates = w->gates;
    ret_workload->gate_count = w->gate_count;
    *ret_snapshot = w->snapshot;
    return w;
}

static void give_back(void *world)
{
    struct world *w = world;
    free(w->pods);
    free(w->labels);
    free(w->claims);
    free(w->names);
    free(w);
}

int main(int argc, char **argv)
{
    size_t count = sizeof strategies / sizeof *strategies, failed = 0;
    printf("basic blocks a pod, times the world a tenth of it, bytes a pod beside the plan; 1,000 pods first\n");
    for (size_t i = 0; i < count; i++) /* the list of reserved ordinals, the pass, and sorting or the plan */
        failed += !grows_well(strategies[i].name, make, give_back, &strategies[i], growth_most(argc, argv, i), 3);
    printf("%zu strategies, %zu too much\n", count, failed);
    return failed > 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Benchmark: one whole decision, with verdicts, over n pods: a third on the new revision, all ready,
 * maxUnavailable 10%, 500 nodes; plain, with two weight terms, and with scatter besides. Beside each stands
 * the time of one bare pass over the pods, so that the ratio holds on a busy machine too.
 * Figures only: nothing is asserted but that the plan is the expected one. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <rollout/rollout.h>

#define STR(s) { (s), sizeof(s) - 1 }
enum { NODES = 500, LABELS = 4 };

static const struct rollout_str keys[LABELS] = { STR("app"), STR("tier"), STR("zone"), STR("rank") };
static const struct rollout_str values[LABELS][7] = {
    { STR("demo"), STR("demo"), STR("demo"), STR("demo"), STR("demo"), STR("demo"), STR("demo") },
    { STR("a"), STR("b"), STR("c"), STR("a"), STR("b"), STR("c"), STR("a") },
    { STR("z1"), STR("z2"), STR("z3"), STR("z4"), STR("z1"), STR("z2"), STR("z3") },
    { STR("0"), STR("1"), STR("2"), STR("3"), STR("4"), STR("5"), STR("6") },
};
static const size_t kinds[LABELS] = { 1, 3, 4, 7 };

struct world {
    struct rollout_pod *pods;
    struct rollout_label *labels;
    char *names;
    struct rollout_node_facts nodes[NODES];
    char node_names[NODES][16];
    struct rollout_revision revisions[2];
    struct rollout_snapshot snapshot;
};

static uint64_t gcd(uint64_t a, uint64_t b)
{
    return b ? gcd(b, a % b) : a;
}

static void make_pod(struct world *w, size_t i, size_t n, uint64_t step)
{
    struct rollout_pod *pod = &w->pods[i];
    char *name = w->names + i * 16;
    int len = snprintf(name, 16, "demo-%zu", i);
    uint32_t node = (uint32_t)(i % NODES);
    for (size_t l = 0; l < LABELS; l++)
        w->labels[i * LABELS + l] = (struct rollout_label){ keys[l], values[l][i % kinds[l]] };
    *pod = (struct rollout_pod){
        .phase = ROLLOUT_PHASE_RUNNING,
        .lifecycle_state = ROLLOUT_STATE_NORMAL,
        .flags = ROLLOUT_POD_READY | ROLLOUT_POD_TEMPLATE_HASH | ROLLOUT_POD_IN_PLACE_GATE |
                 ROLLOUT_POD_IN_PLACE_CONDITION | ROLLOUT_POD_IN_PLACE_TRUE | ROLLOUT_POD_IN_PLACE_CLEAN,
        .node_index = node + 1,
        .ready_since_ms = 1700000000000,
        .created_ms = 1600000000000 + (int64_t)(i * step % n) * 1000,
        .restarts = (int32_t)(i % 3),
        .revision = w->revisions[i % 3 == 0].name,
        .name = { name, (size_t)len },
        .node = w->nodes[node].name,
        .labels = { w->labels + i * LABELS, LABELS, sizeof(struct rollout_label) },
        .namespace_ = STR("default"),
    };
}

static struct world *make_world(size_t n)
{
    struct world *w = calloc(1, sizeof *w);
    w->pods = calloc(n, sizeof *w->pods);
    w->labels = calloc(n * LABELS, sizeof *w->labels);
    w->names = calloc(n, 16);
    w->revisions[0] = (struct rollout_revision){ .name = STR("demo-old"), .number = 1 };
    w->revisions[1] = (struct rollout_revision){ .name = STR("demo-new"), .number = 2 };
    for (size_t i = 0; i < NODES; i++) {
        int len = snprintf(w->node_names[i], sizeof w->node_names[i], "node-%zu", i);
        w->nodes[i].name = (struct rollout_str){ w->node_names[i], (size_t)len };
    }
    uint64_t step = n * 7 / 11 | 1;
    while (gcd(step, n) != 1)
        step += 2;
    for (size_t i = 0; i < n; i++)
        make_pod(w, i, n, step);
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
    free(w->names);
    free(w);
}

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* One bare pass: a field of each record. */
static uint64_t bare_pass(const struct world *w)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < w->snapshot.pods.count; i++)
        sum += w->pods[i].flags + (uint64_t)w->pods[i].created_ms;
    return sum;
}

static void fail(const char *what)
{
    fprintf(stderr, "decide: %s\n", what);
    exit(1);
}

static void decide(const struct world *w, const struct rollout_cloneset *spec)
{
    struct rollout_workload workload = { .struct_size = sizeof workload, .cloneset = spec };
    struct rollout_plan *plan;
    struct rollout_error error = { .struct_size = sizeof error };
    if (rollout_plan(&workload, &w->snapshot, &plan, &error))
        fail(error.message);
    if (plan->action_count != w->snapshot.pods.count / 10)
        fail("not a tenth of the pods is updated");
    rollout_plan_free(plan);
}

static double least(const struct world *w, const struct rollout_cloneset *spec, int runs)
{
    double best = 1e30;
    for (int i = 0; i < runs; i++) {
        double start = now_ms();
        if (spec)
            decide(w, spec);
        else if (bare_pass(w) == 0)
            fail("no pods");
        double took = now_ms() - start;
        best = took < best ? took : best;
    }
    return best;
}

int main(int argc, char **argv)
{
    static const size_t sizes[] = { 100, 10000, 100000, 1000000 };
    const struct rollout_label tier = { STR("tier"), STR("a") }, zone = { STR("zone"), STR("z1") };
    const struct rollout_label scatter = { STR("zone"), STR("z2") };
    const struct rollout_weight_term weights[] = { { .selector = { .match_labels = { &tier, 1, 0 } }, .weight = 50 },
                                                   { .selector = { .match_labels = { &zone, 1, 0 } }, .weight = 30 } };
    size_t most = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;

    printf("%9s %-18s %12s %12s %8s\n", "pods", "order", "decide ms", "bare pass ms", "ratio");
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes && sizes[s] <= most; s++) {
        struct world *w = make_world(sizes[s]);
        struct rollout_cloneset spec = {
            .struct_size = sizeof spec,
            .flags = ROLLOUT_CLONESET_ROLLING_UPDATE,
            .name = STR("demo"),
            .replicas = { 1, (int32_t)sizes[s] },
            .pod_update_policy = ROLLOUT_POLICY_RECREATE,
            .max_unavailable = { ROLLOUT_INTSTR_TEXT, 0, STR("10%") },
        };
        static const char *const names[] = { "plain", "2 weights", "2 weights, scatter" };
        int runs = sizes[s] < 100000 ? 50 : 7;
        double bare = least(w, NULL, runs);
        for (int order = 0; order < 3; order++) {
            if (order >= 1) {
                spec.order.priority.weights = weights;
                spec.order.priority.weight_count = 2;
            }
            if (order >= 2)
                spec.order.scatter = (struct rollout_labels){ &scatter, 1, 0 };
            double took = least(w, &spec, runs);
            printf("%9zu %-18s %12.3f %12.3f %8.1f\n", sizes[s], names[order], took, bare, took / bare);
        }
        free_world(w);
    }
    return 0;
}

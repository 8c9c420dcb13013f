/* SPDX-License-Identifier: Apache-2.0 */
/* A program with types of its own: it fills in what the planner reads, and needs librollout alone. */
#include <stdio.h>
#include <string.h>

#include <rollout/rollout.h>

#define STR(text) { text, sizeof(text) - 1 }

#define NOW_MS INT64_C(1700000000000)

static const struct rollout_revision revisions[] = { { .name = STR("web-1"), .number = 1 },
                                                     { .name = STR("web-2"), .number = 2 } };
static const struct rollout_node_facts nodes[] = { { .name = STR("a") }, { .name = STR("b") }, { .name = STR("c") } };

/* Three ready pods of the old revision, one on each node, with the labels that the controllers give them; web-1 has
 * been ready for the shortest time. */
static const struct rollout_label labels[] = { { STR("statefulset.kubernetes.io/pod-name"), STR("web-0") },
                                               { STR("statefulset.kubernetes.io/pod-name"), STR("web-1") },
                                               { STR("statefulset.kubernetes.io/pod-name"), STR("web-2") } };
#define POD(ordinal, pod_name, node_name, age_ms)                                                                      \
    {                                                                                                                  \
        .phase = ROLLOUT_PHASE_RUNNING, .flags = ROLLOUT_POD_READY | ROLLOUT_POD_TEMPLATE_HASH,                        \
        .ready_since_ms = NOW_MS - (age_ms), .created_ms = NOW_MS - 3600000, .revision = STR("web-1"),                 \
        .name = STR(pod_name), .node = STR(node_name), .labels = { &labels[ordinal], 1, sizeof *labels }               \
    }
static const struct rollout_pod pods[] = { POD(0, "web-0", "a", 900000), POD(1, "web-1", "b", 300000),
                                           POD(2, "web-2", "c", 600000) };

static const struct rollout_cloneset cloneset = {
    .struct_size = sizeof cloneset,
    .flags = ROLLOUT_CLONESET_ROLLING_UPDATE,
    .name = STR("web"),
    .replicas = { 1, 3 },
    .max_unavailable = { .kind = ROLLOUT_INTSTR_INT, .count = 1 },
};
static const struct rollout_statefulset statefulset = {
    .struct_size = sizeof statefulset,
    .flags = ROLLOUT_STATEFULSET_NATIVE | ROLLOUT_STATEFULSET_ROLLING_UPDATE,
    .name = STR("web"),
    .replicas = { 1, 3 },
};
static const struct rollout_daemonset daemonset = {
    .struct_size = sizeof daemonset,
    .flags = ROLLOUT_DAEMONSET_NATIVE | ROLLOUT_DAEMONSET_ROLLING_UPDATE,
    .name = STR("web"),
    .max_unavailable = { .kind = ROLLOUT_INTSTR_INT, .count = 1 },
};

/* One pod is to go, and it is this one; each pod has a verdict and a sentence. */
static int check(const char *kind, struct rollout_workload workload, uint32_t op, const char *pod)
{
    const struct rollout_snapshot snapshot = { .struct_size = sizeof snapshot,
                                               .current_revision = 1,
                                               .update_revision = 2,
                                               .now_ms = NOW_MS,
                                               .revisions = { revisions, 2, sizeof *revisions },
                                               .pods = { pods, 3, sizeof *pods },
                                               .nodes = { nodes, 3, sizeof *nodes } };
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_plan *plan = NULL;
    workload.struct_size = sizeof workload;
    int wrong = rollout_plan(&workload, &snapshot, &plan, &error) != ROLLOUT_OK;
    if (wrong) {
        fprintf(stderr, "%s: %s\n", kind, error.message);
        return 1;
    }
    wrong |= plan->action_count != 1 || plan->actions[0].op != op || plan->actions[0].subject >= 3 ||
             plan->verdict_count < 3;
    if (!wrong) {
        const struct rollout_str name = pods[plan->actions[0].subject].name;
        wrong = name.len != strlen(pod) || memcmp(name.data, pod, name.len) != 0;
    }
    for (size_t i = 0; i < plan->verdict_count; i++) {
        char why[256];
        if (rollout_verdict_text(plan, &snapshot, i, why, sizeof why) == 0)
            wrong = 1;
        printf("%s %s: %s\n", kind, rollout_reason_name(plan->verdicts[i].reason), why);
    }
    if (wrong)
        fprintf(stderr, "%s: not %s of %s\n", kind, rollout_op_name(op), pod);
    rollout_plan_free(plan);
    return wrong;
}

int main(void)
{
    /* A CloneSet takes the one that has been ready for the shortest time, a StatefulSet the highest ordinal; a DaemonSet
     * any, here the last by its node's name. */
    int wrong = check("CloneSet", (struct rollout_workload){ .cloneset = &cloneset }, ROLLOUT_OP_RECREATE, "web-1");
    wrong |= check("StatefulSet", (struct rollout_workload){ .statefulset = &statefulset }, ROLLOUT_OP_DELETE, "web-2");
    wrong |= check("DaemonSet", (struct rollout_workload){ .daemonset = &daemonset }, ROLLOUT_OP_DELETE, "web-2");
    return wrong;
}

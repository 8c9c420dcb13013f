/* SPDX-License-Identifier: Apache-2.0 */
#include "jobworld.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

static const struct rollout_resource room[] = { { { "cpu", 3 }, 4000 }, { { "pods", 4 }, 110 } };
static const struct rollout_taint taint = { .key = { "k", 1 }, .effect = ROLLOUT_EFFECT_NO_SCHEDULE };

static struct rollout_pod pod_of(struct jobworld *w, size_t i, char letter)
{
    struct rollout_pod pod = { .phase = ROLLOUT_PHASE_RUNNING, .node = w->nodes[i].name, .name = w->nodes[i].name };
    w->jobs[i] = (struct rollout_job_pod){ .on_failure = letter == 'o', .restarts = 4 };
    pod.job_pod = &w->jobs[i];
    if (letter == 's')
        pod.phase = ROLLOUT_PHASE_SUCCEEDED;
    if (letter == 'f')
        pod.phase = ROLLOUT_PHASE_FAILED;
    if (letter == 't')
        pod.flags = ROLLOUT_POD_TERMINATING;
    return pod;
}

void jobworld_make(struct jobworld *w, const struct job_example *e)
{
    size_t n = strlen(e->nodes), n_pods = 0;
    memset(w, 0, sizeof *w);
    for (size_t i = 0; i < n; i++) {
        snprintf(w->names[i], sizeof w->names[i], "n%zu", i);
        w->nodes[i] = (struct rollout_node_facts){ .name = { w->names[i], strlen(w->names[i]) },
                                                   .allocatable = room,
                                                   .allocatable_count = 2,
                                                   .unschedulable = e->nodes[i] == 'c' };
        if (e->nodes[i] == 'x') {
            w->nodes[i].taints = &taint;
            w->nodes[i].taint_count = 1;
        }
        if (e->pods[i] != '-')
            w->pods[n_pods++] = pod_of(w, i, e->pods[i]);
    }
    w->status = (struct rollout_broadcastjob_status){ .struct_size = sizeof w->status,
                                                      .start_ms = (int64_t)(JOB_NOW_S - 3600) * 1000,
                                                      .phase = RO_STR("running") };
    w->spec = (struct rollout_broadcastjob){ .struct_size = sizeof w->spec,
                                             .name = RO_STR("job"),
                                             .namespace_ = RO_STR("ns"),
                                             .completion = ROLLOUT_COMPLETION_ALWAYS,
                                             .failure = e->failure,
                                             .flags = e->flags,
                                             .restart_limit = 3,
                                             .active_deadline_set = e->deadline != 0,
                                             .active_deadline_seconds = e->deadline,
                                             .status = &w->status };
    if (strchr(e->parallelism, '%')) {
        w->spec.parallelism.kind = ROLLOUT_INTSTR_TEXT;
        w->spec.parallelism.text = (struct rollout_str){ e->parallelism, strlen(e->parallelism) };
    } else if (e->parallelism[0]) {
        w->spec.parallelism.kind = ROLLOUT_INTSTR_INT;
        sscanf(e->parallelism, "%d", &w->spec.parallelism.count);
    }
    w->workload = (struct rollout_workload){ .struct_size = sizeof w->workload, .broadcastjob = &w->spec };
    w->snapshot = (struct rollout_snapshot){ .struct_size = sizeof w->snapshot, .now_ms = (int64_t)JOB_NOW_S * 1000 };
    w->snapshot.pods = (struct rollout_pods){ w->pods, n_pods, sizeof w->pods[0] };
    w->snapshot.nodes = (struct rollout_nodes){ w->nodes, n, sizeof w->nodes[0] };
}

struct rollout_plan *jobworld_plan(const struct jobworld *w)
{
    struct rollout_plan *plan = NULL;
    struct rollout_error error = { .struct_size = sizeof error };
    int r = rollout_plan(&w->workload, &w->snapshot, &plan, &error);
    ck_assert_msg(r == ROLLOUT_OK, "%d: %s", r, error.message);
    return plan;
}

const struct rollout_node *jobworld_status(const struct rollout_plan *plan, const char *key)
{
    const struct rollout_node *root = plan->status.nodes;
    for (const struct rollout_node *c = root + 1; c < root + root->size; c += c->size)
        if (c->key.len == strlen(key) && memcmp(c->key.data, key, c->key.len) == 0)
            return c;
    return NULL;
}

void jobworld_expect(const struct jobworld *w, const struct rollout_plan *plan, const struct job_example *e)
{
    static const char *const keys[] = { "desired", "active", "succeeded", "failed" };
    char got[JOB_MOST + 1] = { 0 };
    memset(got, '-', strlen(e->nodes));
    for (size_t i = 0; i < plan->action_count; i++) {
        const struct rollout_action *action = &plan->actions[i];
        struct rollout_str name =
            action->op == ROLLOUT_OP_DELETE ? w->pods[action->subject].node : w->nodes[action->subject].name;
        got[name.data[1] - '0'] = action->op == ROLLOUT_OP_DELETE ? 'd' : 'c';
    }
    ck_assert_str_eq(got, e->plan);
    for (size_t i = 0; i < 4; i++)
        ck_assert_msg(jobworld_status(plan, keys[i])->integer == e->status[i], "%s is %d", keys[i],
                      (int)jobworld_status(plan, keys[i])->integer);
    struct rollout_str phase = jobworld_status(plan, "phase")->text;
    ck_assert_msg(ro_str_eq(phase, (struct rollout_str){ e->phase, strlen(e->phase) }), "%.*s", (int)phase.len,
                  phase.data);
    /* every pod has a reason, and so has every node without one */
    for (size_t i = 0; i < plan->verdict_count; i++)
        ck_assert_uint_gt(rollout_verdict_text(plan, &w->snapshot, i, NULL, 0), 0);
}

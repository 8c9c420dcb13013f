/* SPDX-License-Identifier: Apache-2.0 */
/* A DaemonSet's verdicts: reasons.md 6, rung by rung, on pods and nodes; each is lifted in tests/lift. */
#include <check.h>
#include <string.h>

#include "daemonworld.h"

static struct daemonworld w;

static void waits_5(struct daemonworld *world)
{
    daemon_backoff(world, "n1", 10, 5);
}

static void broken_state(struct daemonworld *world)
{
    uint32_t i = daemon_pod(world, "n2a");
    world->in_place[i] = (struct rollout_in_place){ .flags = ROLLOUT_IN_PLACE_STATE | ROLLOUT_IN_PLACE_STATE_BROKEN };
    world->pods[i].in_place = &world->in_place[i];
}

static void in_grace(struct daemonworld *world)
{
    world->in_place[0] = (struct rollout_in_place){ .flags = ROLLOUT_IN_PLACE_STATE | ROLLOUT_IN_PLACE_GRACE_KEY |
                                                             ROLLOUT_IN_PLACE_GRACE,
                                                    .grace_revision = world->pods[0].revision,
                                                    .grace_end_ms = DAEMON_NOW + 20000 };
    world->pods[0].in_place = &world->in_place[0];
}

/* Both steps write: the one ends the period, the other drops one that is of another revision. */
static void grace_over(struct daemonworld *world)
{
    in_grace(world);
    world->in_place[0].grace_end_ms = DAEMON_NOW;
}

static void grace_of_another(struct daemonworld *world)
{
    in_grace(world);
    world->in_place[0].grace_revision = daemon_str("else");
}

static void empty_hook_label(struct daemonworld *world)
{
    static const struct rollout_label label = { { "gone", 4 }, { "", 0 } };
    world->spec.pre_delete.labels.items = &label;
}

static void elsewhere(struct daemonworld *world)
{
    world->spec.scheduling.node_name = daemon_str("n2");
}

/* pod or node: the one is NULL. */
static const struct reason_row {
    const char *settings, *scene, *pod, *node, *verdict;
    void (*tweak)(struct daemonworld *w);
} rows[] = {
    /* 0: acted */
    { "U1", "n1 A", "n1a", NULL, "delete Recreate: recreate, number 1 of 1 now", NULL },
    { "U2", "n1 A-, n2 A, n3 A", "n3a", NULL, "delete Recreate: recreate, number 2 of 3 now", NULL },
    { "inplace U2", "n1 Ai, n2 Ai", "n1a", NULL, "update-in-place UpdateInPlace: in place, number 2 of 2 now", NULL },
    { "inplace", "n1 A", "n1a", NULL,
      "delete RecreateNotInPlace: recreate, not possible in place: no readiness gate InPlaceUpdateReady", NULL },
    { "inplace cannot", "n1 Ai", "n1a", NULL,
      "delete RecreateNotInPlace: recreate, not possible in place: /spec/hostNetwork", NULL },
    { "inplace", "n1 Ci", "n1a", NULL, "delete RecreateNotInPlace: recreate, not possible in place: unknown revision",
      NULL },
    { "", "n1 Br", "n1a", NULL, "set-ready UpdateContinued: update goes on: readiness gate InPlaceUpdateReady", NULL },
    { "U0 S1", "n1 Aw", "n1a", NULL, "set-ready UpdateContinued: update goes on: readiness gate InPlaceUpdateReady",
      NULL }, /* beside the pod that is created there */
    { "hook", "n1 Ah", "n1a", NULL, "set-lifecycle PrepareDelete: asks hook hook before the delete", NULL },
    { "mark", "n1 BDhk", "n1a", NULL, "set-pod-ready PrepareDelete: asks hook hook before the delete", NULL },
    { "hook", "n1 BD", "n1a", NULL, "delete DeleteHookReleased: preDelete hook released", NULL },
    { "", "n1 B B1", "n1b", NULL, "delete DeleteExcess: n1a holds this place", NULL },
    { "", "n1! B", "n1a", NULL, "delete DeleteNodeUnfit: node does not fit: team:NoExecute", NULL },
    { "", "n1 B, n2 B", "n1a", NULL, "delete DeleteNodeUnfit: node does not fit: nodeName n2", elsewhere },
    { "", "n1 B, n9? B~", "n9a", NULL, "delete DeleteNodeUnfit: node does not fit: n9 is not there", NULL },
    { "", "n1 Bf", "n1a", NULL, "delete DeleteFailed: Failed, deleted to be replaced", NULL },
    { "native", "n1 Bs", "n1a", NULL, "delete DeleteFailed: Succeeded, deleted to be replaced", NULL },
    { "U0 S1", "n1 A B", "n1a", NULL, "delete DeleteSurgeDone: surge partner n1b takes over", NULL },
    { "U0 S1", "n1 A- B-", "n1a", NULL, "delete DeleteSurgeDone: surge partner n1b takes over", NULL },
    { "native U0 S1", "n1/ A-, n2 B", "n1a", NULL, "delete DeleteNodeUnfit: node does not fit: team:NoSchedule", NULL },
    { "U0 S2", "n1 A B-, n2 A", "n2a", NULL, "create CreateSurge: surge 2 of 2", NULL },
    { "U0 S2", "n1 A B-, n2 A", NULL, "n2", "", NULL },
    { "", "n1 Bx B", "n1a", NULL, "release Bookkeeping: bookkeeping: released, not selected", NULL },
    { "B2", "n1, n2, n3", NULL, "n2", "create CreateMissing: creates 2 of 3 missing", NULL },
    { "P1", "n1, n2 A", NULL, "n1", "create CreateMissing: creates 1 of 1 missing; partition keeps others old", NULL },
    { "canary", "n1, n2 A", NULL, "n1",
      "create CreateMissing: creates 1 of 1 missing; the update selector keeps others old", NULL },
    { "U0 S1", "n1 A!", NULL, "n1", "create CreateMissing: creates 1 of 1 missing", NULL },
    { "U0 S1", "n1 Bf", NULL, "n1", "create CreateMissing: creates 1 of 1 missing", waits_5 },

    /* 1 */
    { "noselector", "n1 A", "n1a", NULL, "hold SpecInvalid: spec.selector is not usable", NULL },
    { "noselector", "n1", NULL, "n1", "hold/create SpecInvalid: spec.selector is not usable", NULL },
    { "deleting", "n1 A!", "n1a", NULL, "hold WorkloadDeleting: workload is being deleted", NULL },
    { "deleting", "n1/", NULL, "n1", "hold/create WorkloadDeleting: workload is being deleted", NULL },
    { "bare", "n1 A", "n1a", NULL, "hold/delete SpecInvalid: spec.updateStrategy.rollingUpdate is not usable", NULL },

    /* 2 */
    { "", "n1 B A*", "n1b", NULL, "hold NoTarget: holds no place: no node, and no affinity to a single one", NULL },
    { "P9", "n1 B, n9? A", "n9a", NULL, "hold NoTarget: holds no place: n9 is not there", NULL },
    { "unobserved", "n1 B, n9? A", "n9a", NULL, "hold NoTarget: holds no place: n9 is not there", NULL },
    { "unobserved", "n1 B, n9? A~", "n9a", NULL,
      "hold ActionsNotObserved: earlier actions not observed, until 2026-01-01T00:04:00.000Z", NULL },
    { "", "n1 B!", "n1a", NULL, "hold Terminating: n1a is still terminating", NULL },
    { "native", "n1 Bf!", "n1a", NULL, "hold Terminating: n1a is still terminating", NULL },
    { "", "n1/", NULL, "n1", "hold NodeTainted: taint team:NoSchedule not tolerated", NULL },
    { "", "n1!", NULL, "n1", "hold NodeTainted: taint team:NoExecute not tolerated", NULL },
    { "unobserved", "n1!", NULL, "n1", "hold NodeTainted: taint team:NoExecute not tolerated", NULL },
    { "", "n1, n2", NULL, "n1", "hold NodeNotSelected: node not selected: nodeName n2", elsewhere },
    { "P9", "n1/ A", NULL, "n1", "hold NodeTainted: taint team:NoSchedule not tolerated", NULL },
    { "", "n1! A", NULL, "n1", "delete DeleteNodeUnfit: node does not fit: team:NoExecute", NULL },
    { "hook", "n1! Ah", NULL, "n1", "set-lifecycle PrepareDelete: asks hook hook before the delete", NULL },
    { "hook", "n1! AhD", NULL, "n1", "hold/delete PreDeleteHook: waits for hook hook to be removed, then goes", NULL },
    { "", "n1! A!", NULL, "n1", "hold NodeTainted: taint team:NoExecute not tolerated", NULL },
    { "deleting", "n1! A", NULL, "n1", "", NULL },
    { "prune", "n1/ A, n2 B", "n1a", NULL, "hold NodeTainted: taint team:NoSchedule not tolerated", NULL },
    { "native U0 S1", "n1/ A, n2 B-", "n1a", NULL, "hold NodeTainted: taint team:NoSchedule not tolerated", NULL },

    /* 3 */
    { "unobserved", "n1 A", "n1a", NULL,
      "hold ActionsNotObserved: earlier actions not observed, until 2026-01-01T00:04:00.000Z", NULL },
    { "unobserved", "n1", NULL, "n1",
      "hold/create ActionsNotObserved: earlier actions not observed, until 2026-01-01T00:04:00.000Z", NULL },

    { "", "n1 B, n2", "n1a", NULL, "hold/end-grace ScaleFirst: this pass scales first: node n2", grace_over },
    { "", "n1 B, n2", "n1a", NULL, "hold/end-grace ScaleFirst: this pass scales first: node n2", grace_of_another },

    /* 4 */
    { "", "n1 B!", NULL, "n1", "hold/create Terminating: n1a is still terminating", NULL },
    { "", "n1 Bf", "n1a", NULL, "hold/delete FailedBackoff: failed, replaced at 2026-01-01T00:00:05.000Z", waits_5 },
    { "", "n1 Bf Bf", "n1b", NULL, "hold/delete FailedBackoff: failed, replaced at 2026-01-01T00:00:01.000Z", NULL },
    { "hook", "n1 BDh", "n1a", NULL, "hold/delete PreDeleteHook: waits for hook hook to be removed, then goes", NULL },
    { "hook", "n1 BDh", "n1a", NULL,
      "hold/delete SpecInvalid: spec.lifecycle.preDelete.labelsHandler[\"gone\"] is not usable", empty_hook_label },
    { "scaling P1", "n1, n2", NULL, "n2", "hold/create PartitionReached: partition 1 keeps it, number 2 in order",
      NULL },
    { "U0 S1", "n1 A B-", "n1a", NULL, "hold/delete SurgePartnerNotReady: kept until surge partner n1b is available",
      NULL },
    { "B1", "n1, n2", NULL, "n2", "hold/create BurstReached: burst 1 of 1 used in this pass", NULL },
    { "B1", "n1! B B", "n1b", NULL, "hold/delete BurstReached: burst 1 of 1 used in this pass", NULL },
    { "B0", "n1! A", "n1a", NULL, "hold/delete BurstReached: burst 0 of 0 used in this pass", NULL },

    /* 5 */
    { "P9", "n1 A", "n1a", NULL, "hold/end-grace GracePeriod: grace period until 2026-01-01T00:00:20.000Z", NULL },
    { "", "n1 Bu", "n1a", NULL, "hold/set-ready InPlaceUpdating: update not confirmed: container main image", NULL },
    { "", "n1 B~", "n1a", NULL, "hold Unscheduled: no node yet", NULL },
    { "", "n1 B-", "n1a", NULL, "hold NotReady: at the target, not ready: condition Ready", NULL },
    { "", "n1 Bs", "n1a", NULL, "hold NotReady: at the target, not ready: Succeeded", NULL },
    { "m60", "n1 By", "n1a", NULL,
      "hold MinReadySeconds: ready, available from 2026-01-01T00:00:59.001Z (min_ready_seconds 60)", NULL },
    { "m60", "n1 Bz", "n1a", NULL, "hold NotReady: at the target, not ready: condition Ready has no time", NULL },
    { "", "n1 B", "n1a", NULL, "hold UpToDate: up to date at demo-b", NULL },
    { "native", "n1 Bw", "n1a", NULL, "hold UpToDate: up to date at demo-b", NULL },
    { "generation", "n1 Ag", "n1a", NULL, "hold UpToDate: up to date at demo-b", NULL },
    { "", "n1/ B", "n1a", NULL, "hold UpToDate: up to date at demo-b", NULL },
    { "", "n1 Br, n2", "n1a", NULL, "hold/set-ready ScaleFirst: this pass scales first: node n2", NULL },
    { "", "n1 Bi, n2 A, n3 Br", "n3a", NULL,
      "hold/set-ready BehindStoppedPod: number 3 in order; the pass stopped at n2a", broken_state },
    { "", "n1 Bi, n2 A, n3 Br", "n2a", NULL,
      "hold/set-ready SpecInvalid: metadata.annotations[\"apps.kruise.io/inplace-update-state\"] is not usable",
      broken_state },

    /* 6 */
    { "ondelete", "n1 A", "n1a", NULL, "hold/delete UpdatesOff: type OnDelete: updated only when deleted", NULL },
    { "paused", "n1 A", "n1a", NULL, "hold/delete Paused: paused by rollingUpdate", NULL },
    { "canary", "n1 A", "n1a", NULL,
      "hold/delete UpdateSelectorExcludes: not in the update selector rollingUpdate.selector", NULL },
    { "P1", "n1 A", "n1a", NULL, "hold/delete PartitionReached: partition 1 keeps it, number 0 in order", NULL },
    { "canary P1", "n1 A", "n1a", NULL,
      "hold/delete UpdateSelectorExcludes: not in the update selector rollingUpdate.selector", NULL },
    { "ondelete", "n1 A, n2", "n1a", NULL, "hold/delete UpdatesOff: type OnDelete: updated only when deleted", NULL },
    { "canary", "n1 A, n2", "n1a", NULL,
      "hold/delete UpdateSelectorExcludes: not in the update selector rollingUpdate.selector", NULL },
    { "P2", "n1 A, n2", "n1a", NULL, "hold/delete PartitionReached: partition 2 keeps it, number 0 in order", NULL },
    { "inplace paused", "n1 Ai", "n1a", NULL, "hold/update-in-place Paused: paused by rollingUpdate", NULL },
    { "inplace paused", "n1 A", "n1a", NULL, "hold/delete Paused: paused by rollingUpdate", NULL },
    { "native inplace U1", "n1 Ai, n2 B-", "n1a", NULL,
      "hold/delete MaxUnavailableReached: max_unavailable 1 of 1 used; first by n2a", NULL },
    { "inplace cannot paused", "n1 Ai", "n1a", NULL, "hold/delete Paused: paused by rollingUpdate", NULL },
    { "U0 S1 paused", "n1 A", "n1a", NULL, "hold/create Paused: paused by rollingUpdate", NULL },

    /* 7 */
    { "", "n1 A, n2", "n1a", NULL, "hold/delete ScaleFirst: this pass scales first: node n2", NULL },
    { "", "n1 A, n2, n3! B", "n1a", NULL, "hold/delete ScaleFirst: this pass scales first: n3a", NULL },
    { "hook", "n1 A, n2 BDh, n3! B", "n1a", NULL, "hold/delete ScaleFirst: this pass scales first: n3a", NULL },
    { "P1", "n1 A, n2", "n1a", NULL, "hold/delete ScaleFirst: this pass scales first: node n2", NULL },
    { "", "n1 A Af, n2 B", "n1a", NULL, "hold/delete PredecessorFirst: ordered: n1b must be gone first", waits_5 },
    { "U9 hook", "n1 A BDh, n2 B", "n1a", NULL, "hold/delete PredecessorFirst: ordered: n1b must be gone first", NULL },
    { "", "n1 A, n2 A", "n1a", NULL, "hold/delete BehindStoppedPod: number 1 in order; the pass stopped at n2a",
      broken_state },
    { "native U0 S1", "n1 A, n9? A", "n1a", NULL,
      "hold/create BehindStoppedPod: number 0 in order; the pass stopped at n9a", NULL },

    /* 8 */
    { "U1 P2", "n1 A, n2 A, n3 A", "n2a", NULL, "hold/delete PartitionReached: partition 2 keeps it, number 2 in order",
      NULL },

    /* 9, 10 */
    { "U1", "n1 A, n2 B-", "n1a", NULL, "hold/delete MaxUnavailableReached: max_unavailable 1 of 1 used; first by n2a",
      NULL },
    { "U1", "n1 A, n2 A", "n1a", NULL, "hold/delete MaxUnavailableReached: max_unavailable 1 of 1 used; first by n2a",
      NULL },
    { "U2", "n1 A, n2 A, n3 B-, n4 A, n5 B-, n6 B-", "n1a", NULL,
      "hold/delete MaxUnavailableReached: max_unavailable 3 of 2 used; first by n3a", NULL },
    { "U1", "n1 A Bf, n2 A", "n2a", NULL,
      "hold/delete MaxUnavailableReached: max_unavailable 1 of 1 used; first by n1a", waits_5 },
    { "prune", "n1/ B, n2 B", "n1a", NULL, "hold UpToDate: up to date at demo-b", NULL },
    { "prune", "n1/ A!, n2 B", "n1a", NULL, "hold Terminating: n1a is still terminating", NULL },
    { "U2", "n1 A, n2 A, n3 B-", "n1a", NULL,
      "hold/delete MaxUnavailableReached: max_unavailable 2 of 2 used; first by n3a", NULL },
    { "native U1", "n1 B-, n9? A", "n9a", NULL,
      "hold/delete MaxUnavailableReached: max_unavailable 1 of 1 used; first by n1a", NULL },
    { "U1 hook", "n1 A, n2 BDh-, n3 A BDh-", "n1a", NULL,
      "hold/delete MaxUnavailableReached: max_unavailable 3 of 1 used; first by n2a", NULL },
    { "U1", "n1 A, n2 A!", "n1a", NULL, "hold/delete MaxUnavailableReached: max_unavailable 1 of 1 used; first by n2a",
      NULL },
    { "scaling P2 U1", "n1 B, n2 A, n3, n4/ A, n5/ A", "n5a", NULL,
      "hold/delete MaxUnavailableReached: max_unavailable 1 of 1 used; first by node n3", NULL },
    { "native U1", "n1 A, n2 A-", "n1a", NULL,
      "hold/delete MaxUnavailableReached: max_unavailable 1 of 1 used; first by n2a", NULL },
    { "inplace U1", "n1 Ai, n2 B-", "n1a", NULL,
      "hold/update-in-place MaxUnavailableReached: max_unavailable 1 of 1 used; first by n2a", NULL },
    { "U0 S1", "n1 A, n2 A B-", "n1a", NULL, "hold/create MaxSurgeReached: max_surge 1 of 1 used; first by n2b", NULL },
    { "U0 S1", "n1 A, n2 A", "n1a", NULL, "hold/create MaxSurgeReached: max_surge 1 of 1 used; first by node n2",
      NULL },
    { "U2 B1", "n1 A, n2 A", "n1a", NULL, "hold/delete BurstReached: burst 1 of 1 used in this pass", NULL },
    { "U1 B1", "n1 A, n2 A", "n1a", NULL, "hold/delete BurstReached: burst 1 of 1 used in this pass", NULL },
    { "U1 B2", "n1 A, n2 A", "n1a", NULL,
      "hold/delete MaxUnavailableReached: max_unavailable 1 of 1 used; first by n2a", NULL },
    { "U1 B1 hook", "n1 Ah, n2 A", "n1a", NULL,
      "hold/delete MaxUnavailableReached: max_unavailable 1 of 1 used; first by n2a", NULL },
    { "inplace U2 B1", "n1 Ai, n2 Ai", "n1a", NULL, "hold/update-in-place BurstReached: burst 1 of 1 used in this pass",
      NULL },
    { "inplace U1 B1", "n1 Ai, n2 A", "n1a", NULL,
      "hold/update-in-place MaxUnavailableReached: max_unavailable 1 of 1 used; first by n2a", NULL },
    { "U0 S2 B1", "n1 A, n2 A", "n1a", NULL, "hold/create BurstReached: burst 1 of 1 used in this pass", NULL },
    { "U0 S1 B1", "n1 A, n2 A", "n1a", NULL, "hold/create BurstReached: burst 1 of 1 used in this pass", NULL },
    { "native U1", "n1 B, n9? A, n9? A-", "n9a", NULL, "hold NoTarget: holds no place: n9 is not there", NULL },
};

START_TEST(test_reason)
{
    const struct reason_row *row = &rows[_i];
    daemon_make(&w, row->settings, row->scene);
    if (strstr(row->verdict, "GracePeriod"))
        in_grace(&w);
    if (row->tweak)
        row->tweak(&w);
    daemon_actions(&w);
    const char *got = row->pod ? daemon_pod_verdict(&w, row->pod) : daemon_node_verdict(&w, row->node);
    ck_assert_msg(strcmp(got, row->verdict) == 0, "[%s] %s, %s: \"%s\", not \"%s\"", row->settings, row->scene,
                  row->pod ? row->pod : row->node, got, row->verdict);
    daemon_free(&w);
}
END_TEST

/* Whether a running pod may stay on a node that should have none: a. */
START_TEST(test_continues)
{
    static const struct {
        const char *scene;
        int64_t a;
    } cases[] = { { "n1/", 1 }, { "n1!", 0 } };
    for (size_t i = 0; i < 2; i++) {
        daemon_make(&w, "", cases[i].scene);
        daemon_actions(&w);
        ck_assert_uint_eq(w.plan->verdicts[0].reason, ROLLOUT_REASON_NODE_TAINTED);
        ck_assert_int_eq(w.plan->verdicts[0].a, cases[i].a);
    }
    daemon_free(&w);
}
END_TEST

/* ---- the set itself ---- */

static const struct set_row {
    const char *settings, *scene, *verdict;
} sets[] = {
    { "", "n1 B, n2 B", "hold UpToDate: up to date at demo-b" },
    { "P1", "n1 A, n2 B", "hold/delete PartitionReached: partition 1 keeps it, number 2 in order" },
    { "", "n1 B-, n2 B", "hold NotReady: at the target, not ready: condition Ready" },
    { "U1", "n1 A, n2 A, n3 B-", "hold/delete MaxUnavailableReached: max_unavailable 1 of 1 used; first by n3a" },
    { "", "n1/, n2!", "hold NoEligibleNode: none of 2 nodes fits" },
    { "", "", "hold NoEligibleNode: none of 0 nodes fits" },
    { "B0", "n1", "hold Deadlock: stuck: D16" },
    { "B'x", "n1 Bf", "hold Deadlock: stuck: D16" },
    { "B10%", "n1", "hold Deadlock: stuck: D6" },
    { "B0 inplace", "n1 Ai", "hold Deadlock: stuck: D16" },
    { "B0", "n1 B, n2 B", "hold UpToDate: up to date at demo-b" },
    { "deleting", "n1 B", "hold WorkloadDeleting: workload is being deleted" },
    { "noselector", "n1 B", "hold SpecInvalid: spec.selector is not usable" },
    { "unobserved", "n1/", "hold ActionsNotObserved: earlier actions not observed, until 2026-01-01T00:04:00.000Z" },
    { "bare", "n1 A, n2 B", "hold/delete SpecInvalid: spec.updateStrategy.rollingUpdate is not usable" },
};

START_TEST(test_set)
{
    daemon_make(&w, sets[_i].settings, sets[_i].scene);
    daemon_actions(&w);
    const char *got = daemon_set_verdict(&w);
    ck_assert_msg(strcmp(got, sets[_i].verdict) == 0, "[%s] %s: %s", sets[_i].settings, sets[_i].scene, got);
    daemon_free(&w);
}
END_TEST

/* Every pod has a verdict, in its place; every node without a pod that lives has one; every action has a verdict
 * that names it. */
START_TEST(test_complete)
{
    static const char *const scenes[] = {
        "n1 A, n2 B-, n3/ A!, n4!, n5, n6 B Af, n7? A~, n8 A*, n9 Bx, n0 BDh",
        "n1 A Ah B, n2 Br, n3 Au, n4 A!, n5 Bf!, n6! B, n7? A B-",
        "n1 A-, n2 A, n3 A B-, n4 A B, n5 A! B",
    };
    static const char *const settings[] = { "",           "native",   "U0 S1",      "native U0 S1", "paused",
                                            "ondelete",   "hook",     "P2",         "P9",           "canary",
                                            "scaling P3", "B0",       "B1",         "bare",         "prune",
                                            "U9",         "deleting", "unobserved", "inplace U9" };
    for (size_t i = 0; i < sizeof scenes / sizeof *scenes * (sizeof settings / sizeof *settings); i++) {
        daemon_make(&w, settings[i / 3], scenes[i % 3]);
        daemon_actions(&w);
        const struct rollout_plan *plan = w.plan;
        size_t n = w.snapshot.pods.count;
        for (uint32_t k = 0; k < n; k++) {
            ck_assert_uint_eq(plan->verdicts[k].subject_kind, ROLLOUT_SUBJECT_POD);
            ck_assert_uint_eq(plan->verdicts[k].subject, k);
            ck_assert_uint_ne(plan->verdicts[k].reason, 0);
        }
        for (uint32_t k = 0; k < w.snapshot.nodes.count; k++) {
            bool lives = false;
            for (size_t p = 0; p < n; p++) {
                struct rollout_str on = w.pods[p].node.len ? w.pods[p].node : w.pods[p].target_node;
                lives |= on.len == w.nodes[k].name.len && memcmp(on.data, w.nodes[k].name.data, on.len) == 0 &&
                         !(w.pods[p].flags & (ROLLOUT_POD_TERMINATING | ROLLOUT_POD_NOT_SELECTED));
            }
            const char *verdict = planned_verdict(plan, &w.snapshot, ROLLOUT_SUBJECT_NODE, k, w.text, sizeof w.text);
            ck_assert_msg(lives || *verdict, "[%s] %s: node %u", settings[i / 3], scenes[i % 3], k);
        }
        for (size_t a = 0; a < plan->action_count; a++) {
            bool named = false;
            for (size_t v = 0; v < plan->verdict_count; v++)
                named |= plan->verdicts[v].first_action == a ||
                         (plan->verdicts[v].subject_kind == plan->actions[a].subject_kind &&
                          plan->verdicts[v].subject == plan->actions[a].subject && plan->verdicts[v].op);
            ck_assert_msg(named, "[%s] %s: action %zu", settings[i / 3], scenes[i % 3], a);
        }
        for (size_t v = 0; v < plan->verdict_count; v++) {
            const struct rollout_verdict *verdict = &plan->verdicts[v];
            if (!verdict->op || verdict->subject_kind == ROLLOUT_SUBJECT_WORKLOAD)
                continue;
            const struct rollout_action *action = &plan->actions[verdict->first_action];
            ck_assert_uint_eq(action->op, verdict->op);
            bool of_its_pod = verdict->subject_kind == ROLLOUT_SUBJECT_NODE && action->op != ROLLOUT_OP_CREATE;
            if (of_its_pod)
                ck_assert_mem_eq(w.pods[action->subject].node.data, w.nodes[verdict->subject].name.data,
                                 w.nodes[verdict->subject].name.len);
            else if (action->op != ROLLOUT_OP_CREATE || verdict->subject_kind == ROLLOUT_SUBJECT_NODE)
                ck_assert_uint_eq(action->subject, verdict->subject);
        }
        ck_assert_uint_eq(plan->verdicts[plan->verdict_count - 1].subject_kind, ROLLOUT_SUBJECT_WORKLOAD);
    }
    daemon_free(&w);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("daemonset_reasons");
    TCase *tcase = tcase_create("daemonset_reasons");
    tcase_add_loop_test(tcase, test_reason, 0, DAEMON_ROWS(rows));
    tcase_add_loop_test(tcase, test_set, 0, DAEMON_ROWS(sets));
    tcase_add_test(tcase, test_continues);
    tcase_add_test(tcase, test_complete);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Small worlds of facts for tests of the DaemonSet planner: settings, and nodes with their pods in the notation of
 * daemonset.md 16, and what the plan says as text.
 *
 * Settings, separated by spaces: U, S, P, B with an integer, or with a text (anything else; 'x is the text x; "-":
 * unset); m minReadySeconds, H revisionHistoryLimit, D status.desiredNumberScheduled (else the number of nodes).
 * Words: native, alpha (v1alpha1), paused, ondelete, bare (no rollingUpdate block), inplace, cannot (no change is
 * possible in place), canary (rollingUpdate.selector canary=yes), everywhere (selector {}), scaling
 * (partitionedScaling), prune (gate DaemonSetPruneIneligibleNodes), hook (preDelete), mark (preDelete with
 * markPodNotReady), deleting, noselector (spec.selector {}), chained (manage's
 * actions are seen at once), generation (template generation 7), unobserved
 * (writes of a minute ago). By default U is 1 and the others are unset.
 *
 * Scenes: nodes separated by commas, each followed by its pods: "n1 A B-, n2, n3/ A". Behind a node's name: / a
 * NoSchedule taint, ! a NoExecute taint, + label canary=yes, ? there is no such node. Pods are named after it, n1a,
 * n1b, and come in the order of the scene; A is of the revision demo-a, B of the update revision demo-b, C of one
 * that is not stored. Behind them: - not ready, y ready for one second only, z ready without a time, ! terminating,
 * f Failed, s Succeeded, D PreparingDelete, h label hook=on, ~ not scheduled (Pending, bound by its affinity),
 * 0 to 9 created so many hours later, i readiness gate InPlaceUpdateReady with its condition True, u the same, being
 * updated, r the same, updated and to be set ready, w the same, and without a state, False, k readiness gate
 * KruisePodReady, g label pod-template-generation=7, x not selected, * it names no node. All is Running and Ready
 * otherwise, and as old as all else. */
#ifndef SUPPORT_DAEMONWORLD_H
#define SUPPORT_DAEMONWORLD_H

#include <stdbool.h>
#include <stdint.h>

#include <rollout/rollout.h>

#include "planned.h"

#define DAEMON_NOW INT64_C(1767225600000) /* 2026-01-01T00:00:00Z */
enum { DAEMON_NODES = 320, DAEMON_PODS = 320 };

struct daemonworld {
    struct rollout_workload workload;
    struct rollout_snapshot snapshot;
    struct rollout_daemonset spec;
    struct rollout_daemonset_status status; /* the spec's */
    struct rollout_node_facts nodes[DAEMON_NODES];
    struct rollout_taint taints[DAEMON_NODES][2];
    struct rollout_label canary;
    struct rollout_pod pods[DAEMON_PODS];
    struct rollout_in_place in_place[DAEMON_PODS];
    struct rollout_label labels[DAEMON_PODS][2];
    char names[DAEMON_PODS][16];
    struct rollout_revision revisions[16];
    struct rollout_in_place_verdict verdicts[2];
    struct rollout_gate gates[2];
    struct rollout_backoff backoffs[4];
    char settings[160], scene[4096]; /* its texts stay here */
    struct rollout_plan *plan;
    char text[16384];
};

struct rollout_str daemon_str(const char *text);

/* Fills in the world, which was zero or made before; a plan that is there goes. daemon_free() when done. */
void daemon_make(struct daemonworld *w, const char *settings, const char *scene);
void daemon_free(struct daemonworld *w);

/* More nodes and pods. */
void daemon_add(struct daemonworld *w, const char *scene);

/* A back-off of so many seconds, stepped so many seconds ago. */
void daemon_backoff(struct daemonworld *w, const char *node, int64_t seconds, int64_t ago);

/* Index of the pod, or of the node, of that name; it is there. */
uint32_t daemon_pod(const struct daemonworld *w, const char *name);
uint32_t daemon_node(const struct daemonworld *w, const char *name);

/* Plans; on failure the code, and details in error. An older plan is freed. */
int daemon_try(struct daemonworld *w, struct rollout_error *error);

/* Plans, which must succeed, and gives the actions as text: "delete n1a; create n2" (the revision is left out where
 * it is the update revision). */
const char *daemon_actions(struct daemonworld *w);

/* Verdicts of the last plan as text: see planned_verdict(). */
const char *daemon_pod_verdict(struct daemonworld *w, const char *pod);
const char *daemon_node_verdict(struct daemonworld *w, const char *node);
const char *daemon_set_verdict(struct daemonworld *w);

/* Of the last plan's status: "desired current misscheduled ready available unavailable updated observed". */
const char *daemon_status(struct daemonworld *w);

/* What an API server, a scheduler and kubelets make of the last plan at once: deleted pods are gone, new ones run and
 * are ready for long, updates in place are done; states are written, the status too. */
void daemon_apply(struct daemonworld *w);

/* A row of a test: what the plan of a world does; where there are several, with " | " between them, what the next
 * ones do, each carried out before. */
struct daemon_case {
    const char *name, *settings, *scene, *actions;
    void (*tweak)(struct daemonworld *w); /* or NULL */
};

/* NULL if the row holds, else what is wrong with it (in memory that the next call uses again). */
const char *daemon_case_wrong(const struct daemon_case *c);

/* A loop test over an array of rows, and how many there are. */
#define DAEMON_TABLE(test, rows)                                                                                       \
    START_TEST(test)                                                                                                   \
    {                                                                                                                  \
        const char *wrong = daemon_case_wrong(&(rows)[_i]);                                                            \
        ck_assert_msg(!wrong, "%s", wrong);                                                                            \
    }                                                                                                                  \
    END_TEST
#define DAEMON_ROWS(rows) (int)(sizeof(rows) / sizeof *(rows))

#endif

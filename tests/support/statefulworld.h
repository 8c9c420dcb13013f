/* SPDX-License-Identifier: Apache-2.0 */
/* Small worlds of facts for tests of the StatefulSet planner: settings, pods by ordinal and claims, and what the
 * plan says as text.
 *
 * Settings, separated by spaces. R replicas (3), P partition, g grace seconds, m minReadySeconds, S ordinals.start,
 * H revisionHistoryLimit, C status.currentReplicas, with a number; U maxUnavailable, M scaleStrategy.maxUnavailable,
 * with a number or a text (anything else; 'x is the text x); r reserved ordinals: "r1,3,5-7" ("r'7" is the text 7);
 * T a claim template with what it asks for: "Tdata:1Gi@class". Words: par (Parallel; else OrderedReady), native,
 * paused, unordered, deleting, noselector, ondelete (no rollingUpdate block), bare (RollingUpdate without the
 * block), inplace, only, cannot (no change is possible in place), new=old (one revision is both), unobserved (writes of
 * a minute ago), preDelete, preUpdate, preNormal (hooks: label hook=on), lifecycle (the section, without hooks), mark
 * (all hooks mark pods not ready), whenScaled, whenDeleted (Delete), and gates: start, noowners (AutoDeletePVC off),
 * resize (with type OnPodRollingUpdate), prepared (PreparingUpdateAsUpdate), budget (MaxUnavailableStatefulSet).
 *
 * Pods, in the order of the list: an ordinal or a range of them, the revision (A the current one, B the update
 * revision, C an older one that is stored, X one that is not), then: - not ready, y ready for one second only, z
 * ready without a time, ! terminating, f Failed, s Succeeded, p Pending, e no phase yet, states P PreparingNormal,
 * Q PreparingUpdate, U Updating and not done, u Updating and done, V Updated, D PreparingDelete, O another, _ none
 * (else Normal), * specified-delete, h label hook=on, g gate InPlaceUpdateReady without its condition, G with it
 * True, k gate and condition KruisePodReady, i without its name's label, v another claim in its volumes, 0 named
 * with a 0 before the ordinal, / not selected, L role=leader, F role=follower. All is Running and Ready for long
 * otherwise. Pods are named web-0, web-1 ...
 *
 * Claims, behind ";": ordinals, ":" and template unless it is data, "=request/capacity", then, behind ",": ! being
 * deleted, ~ FileSystemResizePending, a no class (else fast), owners: s the set and p the pod as controllers, S and P
 * not so, o a former pod of that name, O a former set, x another controller: "0-2=1Gi/1Gi,s". */
#ifndef SUPPORT_STATEFULWORLD_H
#define SUPPORT_STATEFULWORLD_H

#include <stdbool.h>
#include <stdint.h>

#include <rollout/rollout.h>

#include "planned.h"

#define STATEFUL_NOW INT64_C(1767225600000) /* 2026-01-01T00:00:00Z */
enum { STATEFUL_PODS = 64, STATEFUL_CLAIMS = 32, STATEFUL_LABELS = 5 };

struct statefulworld {
    struct rollout_workload workload;
    struct rollout_snapshot snapshot;
    struct rollout_statefulset spec;
    struct rollout_statefulset_status status; /* the spec's */
    struct rollout_pod pods[STATEFUL_PODS];
    struct rollout_in_place in_place[STATEFUL_PODS];
    struct rollout_label labels[STATEFUL_PODS][STATEFUL_LABELS];
    char names[STATEFUL_PODS][32], uids[STATEFUL_PODS][16];
    struct rollout_revision revisions[16];
    struct rollout_in_place_verdict verdicts[3];
    struct rollout_gate gates[8];
    struct rollout_intstr reserved[16];
    struct rollout_claim_template templates[4];
    struct rollout_claim_status claim_status[4];
    struct rollout_claim claims[STATEFUL_CLAIMS];
    struct rollout_owner owners[STATEFUL_CLAIMS][4];
    char claim_names[STATEFUL_CLAIMS][32];
    struct rollout_storage_class classes[2];
    struct rollout_weight_term weights[2];
    struct rollout_label weight_labels[2];
    struct rollout_condition conditions[2];
    char settings[256], scene[1024]; /* its texts stay here */
    struct rollout_plan *plan;
    char text[16384];
};

struct rollout_str stateful_str(const char *text);

/* Fills in the world; a plan that is there is forgotten. stateful_free() when done. */
void stateful_make(struct statefulworld *w, const char *settings, const char *scene);
void stateful_free(struct statefulworld *w);

/* More pods and claims, named in memory that stays. */
void stateful_add(struct statefulworld *w, const char *scene);

void stateful_label(struct statefulworld *w, uint32_t pod, const char *key, const char *value);
void stateful_gate(struct statefulworld *w, uint32_t gate, uint32_t on);
/* A hook for the label hook=on. */
struct rollout_hook stateful_hook(void);
/* The pod's in-place progress, for the flags and the grace period's end to be set. */
struct rollout_in_place *stateful_in_place(struct statefulworld *w, uint32_t pod, uint32_t flags);

/* Index of the pod with this ordinal's text in its name: "0", "01"; it is there. */
uint32_t stateful_pod(const struct statefulworld *w, const char *ordinal);

/* Plans; on failure the code, and details in error. An older plan is freed. */
int stateful_try(struct statefulworld *w, struct rollout_error *error);

/* Plans, which must succeed, and gives the actions as text without the "web-" of names: "delete 2; create 3 b
 * Normal". Of a new pod the ordinal is left out, once it is seen to be that of the name. */
const char *stateful_actions(struct statefulworld *w);

/* A verdict of the last plan, see planned_verdict(), on a pod ("0"), an ordinal ("#0"), a revision ("web-a") or the
 * set (""). */
const char *stateful_verdict(struct statefulworld *w, const char *subject);

/* NULL if the last plan says this of itself, else what it says instead. Words, each with a value: rep, ready, avail,
 * upd, upd-ready, upd-avail, cur of the status, at (currentRevision), claims (compatible/ready, first template),
 * stop (stopped_at), wait (requeue_seconds), next (milliseconds until next_ms), error (name of the reason), changed. */
const char *stateful_says(struct statefulworld *w, const char *words);

/* What an API server and kubelets make of the last plan at once: deleted pods are gone, new ones run and are ready
 * for long, updates in place are done; states, labels and the status are written, claims made. */
void stateful_apply(struct statefulworld *w);

/* A row of a test: what the plan of a world does; where there are several, with " | " between them, what the next
 * ones do, each carried out before. says: of the last one, or NULL. */
struct stateful_case {
    const char *name, *settings, *scene, *actions, *says;
    void (*tweak)(struct statefulworld *w); /* or NULL */
};

/* NULL if the row holds, else what is wrong with it (in memory that the next call uses again). */
const char *stateful_case_wrong(const struct stateful_case *c);

/* A row about a reason: a subject, and its verdict. */
struct stateful_reason {
    const char *settings, *scene, *subject, *verdict;
    void (*tweak)(struct statefulworld *w);
};
const char *stateful_reason_wrong(const struct stateful_reason *c);

/* A loop test over an array of rows, and how many there are. */
#define STATEFUL_LOOP(test, wrong_of, rows)                                                                            \
    START_TEST(test)                                                                                                   \
    {                                                                                                                  \
        const char *wrong = wrong_of(&(rows)[_i]);                                                                     \
        ck_assert_msg(!wrong, "%s", wrong);                                                                            \
    }                                                                                                                  \
    END_TEST
#define STATEFUL_TABLE(test, rows)   STATEFUL_LOOP(test, stateful_case_wrong, rows)
#define STATEFUL_REASONS(test, rows) STATEFUL_LOOP(test, stateful_reason_wrong, rows)
#define STATEFUL_ROWS(rows)          (int)(sizeof(rows) / sizeof *(rows))

#endif

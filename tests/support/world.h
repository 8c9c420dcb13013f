/* SPDX-License-Identifier: Apache-2.0 */
/* Small worlds of facts for tests of the planner: a CloneSet's settings and pods in the notation of
 * cloneset.md 3.3, and what the plan says as text.
 *
 * Settings, separated by spaces: R, P, U, S, M with an integer, or with a text (anything else; 'x is the
 * text x); m minReadySeconds, g gracePeriodSeconds, d progressDeadlineSeconds, H revisionHistoryLimit with
 * a number. Gates: rb (CloneSetPartitionRollback), pu (PreparingUpdateAsUpdate), vs
 * (InPlaceWorkloadVerticalScaling), force (ForceDeleteTimeoutExpectationGate). Flags: excl, paused, reuse,
 * deleting, cur=upd, ondelete (no rollingUpdate block), ondelete+ (with it), bare (RollingUpdate, no block). Policies: inplace, only;
 * "cannot": no change is possible in place.
 *
 * Pods: n (update revision web-b), o (current revision web-a), x (a revision that is not stored), each with
 * a number before it and these behind it: - not ready, * specified-delete, P PreparingNormal, Q
 * PreparingUpdate, U Updating and not done, u Updating and done, V Updated, D PreparingDelete, X another
 * state, _ no state, ~ not scheduled, p Pending, y ready for one second only, ! terminating, f Failed, s Succeeded, g readiness gate
 * InPlaceUpdateReady without its condition, k readiness gate KruisePodReady, h label hook=on, # without
 * pod-template-hash, / not selected. None of the states: Normal. All else about the pods is equal, so that
 * orders are those of the list. */
#ifndef SUPPORT_WORLD_H
#define SUPPORT_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include <rollout/json.h>
#include <rollout/rollout.h>

#include "planned.h"

#define WORLD_NOW  INT64_C(1767225600000) /* 2026-01-01T00:00:00Z */
#define WORLD_PODS 64

struct world {
    struct rollout_workload workload;
    struct rollout_snapshot snapshot;
    struct rollout_cloneset spec;
    struct rollout_cloneset_status status; /* the spec's */
    struct rollout_pod pods[WORLD_PODS];
    struct rollout_in_place in_place[WORLD_PODS];
    struct rollout_label labels[WORLD_PODS][6];
    char names[WORLD_PODS][16];
    int created; /* the next pod's number */
    struct rollout_revision revisions[16];
    struct rollout_in_place_verdict verdicts[2];
    struct rollout_gate gates[8];
    struct rollout_claim claims[8];
    struct rollout_str strs[16]; /* room for a test's lists of texts */
    struct rollout_condition conditions[4];
    char settings[160]; /* its texts stay here */
    struct rollout_plan *plan;
    char text[4096];
};

#define WORLD_LIST(items)                                                                                              \
    {                                                                                                                  \
        items, sizeof(items) / sizeof *(items), sizeof *(items)                                                        \
    }
#define WORLD_STR(literal) ((struct rollout_str){ (literal), sizeof(literal) - 1 })
struct rollout_str world_str(const char *text);

/* Fills in the world; a plan that is there is forgotten. world_free() when done. */
void world_make(struct world *w, const char *settings, const char *pods);
void world_free(struct world *w);

/* A row of a test: what the plan of a world does. */
struct world_case {
    const char *name, *settings, *pods, *actions;
    void (*tweak)(struct world *w); /* or NULL */
};

/* NULL if the row holds, else what is wrong with it (in memory that the next call uses again). */
const char *world_case_wrong(const struct world_case *c);

void world_add(struct world *w, const char *pods);
void world_label(struct world *w, int pod, const char *key, const char *value);
void world_gate(struct world *w, uint32_t gate, uint32_t on);
void world_delete_name(struct world *w, const char *name);
/* A claim that the workload owns; id NULL: no label. */
void world_claim(struct world *w, const char *name, const char *id, uint32_t flags);
/* The pod's in-place progress, for the flags and the grace period's end to be set. */
struct rollout_in_place *world_in_place(struct world *w, int pod, uint32_t flags);
/* hook=on on the pod. */
struct rollout_hook world_hook(bool mark_pod_not_ready);

/* Plans; on failure the code, and details in error. An older plan is freed. */
int world_try(struct world *w, struct rollout_error *error);

/* Plans, which must succeed, and gives the actions as text: "delete p0; create web-b x2 new:2". */
const char *world_actions(struct world *w);

/* A verdict of the last plan as text: "hold/recreate Paused: paused by ...": op, what a hold wants, the
 * reason's name and sentence. "" if there is none. */
const char *world_verdict(struct world *w, uint32_t subject_kind, uint32_t subject);
const char *world_pod_verdict(struct world *w, uint32_t pod);

/* Of the status: a number (absent: 0), a text (absent: ""), a condition's "status reason" (absent: ""). */
int64_t world_number(const struct world *w, const char *member);
const char *world_status_text(struct world *w, const char *member);
const char *world_condition(struct world *w, const char *type, const char *member);
/* "replicas/ready/available updated/ready/available expected current" */
const char *world_status(struct world *w);

/* What an API server and kubelets make of the last plan, but that no pod is scheduled or becomes ready: pods
 * appear at the end of the list, deleted ones vanish, states and marks are written, the status too. */
void world_apply(struct world *w);

#endif

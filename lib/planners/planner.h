/* SPDX-License-Identifier: Apache-2.0 */
/* What rollout_plan() and rollout_candidates() hand to the planner of a kind: inputs at full size, gates resolved. */
#ifndef RO_PLANNERS_PLANNER_H
#define RO_PLANNERS_PLANNER_H

#include <rollout/candidates.h>
#include <rollout/plan.h>

#include "base/abi.h"
#include "rules/gates.h"
#include "rules/pods.h"

struct ro_planner_input {
    struct rollout_snapshot snapshot; /* scalars; the arrays are below */
    struct ro_pods pods;
    struct ro_abi_array nodes;           /* of struct rollout_node_facts */
    struct ro_abi_array claims;          /* of struct rollout_claim */
    struct ro_abi_array revisions;       /* of struct rollout_revision */
    struct ro_abi_array verdicts;        /* of struct rollout_in_place_verdict */
    struct ro_abi_array storage_classes; /* of struct rollout_storage_class */
    struct ro_abi_array backoffs;        /* of struct rollout_backoff */
    struct ro_abi_array replica_sets;    /* of struct rollout_replica_set_facts */
    struct ro_abi_array subsets;         /* of struct rollout_subset */
    struct ro_abi_array namespaces;      /* of struct rollout_namespace */
    struct ro_abi_array in_flight;       /* of struct rollout_in_flight */
    struct ro_gates gates;
};

/* What is asked for: one of the two is not NULL. */
struct ro_answer {
    struct rollout_plan **plan;
    struct rollout_candidates **candidates;
};

/* The planners. ROLLOUT_OK, ROLLOUT_ERR_ABI, ROLLOUT_ERR_INVALID or ROLLOUT_ERR_NOMEM. */
int ro_plan_cloneset(const struct rollout_cloneset *cloneset, const struct ro_planner_input *input,
                     const struct ro_answer *answer, struct rollout_error *reterr);
int ro_plan_broadcastjob(const struct rollout_broadcastjob *broadcastjob, const struct ro_planner_input *input,
                         const struct ro_answer *answer, struct rollout_error *reterr);
int ro_plan_daemonset(const struct rollout_daemonset *daemonset, const struct ro_planner_input *input,
                      const struct ro_answer *answer, struct rollout_error *reterr);
int ro_plan_deployment(const struct rollout_deployment *deployment, const struct ro_planner_input *input,
                       const struct ro_answer *answer, struct rollout_error *reterr);
int ro_plan_replicaset(const struct rollout_replicaset *replicaset, const struct ro_planner_input *input,
                       const struct ro_answer *answer, struct rollout_error *reterr);
int ro_plan_sidecarset(const struct rollout_sidecarset *sidecarset, const struct ro_planner_input *input,
                       const struct ro_answer *answer, struct rollout_error *reterr);
int ro_plan_statefulset(const struct rollout_statefulset *statefulset, const struct ro_planner_input *input,
                        const struct ro_answer *answer, struct rollout_error *reterr);
int ro_plan_uniteddeployment(const struct rollout_uniteddeployment *deployment, const struct ro_planner_input *input,
                             const struct ro_answer *answer, struct rollout_error *reterr);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Inputs in which everything is there: a pointer for each parameter that a caller fills, by its name in the headers. */
#ifndef INPUTS_H
#define INPUTS_H

#include <rollout/json.h>
#include <rollout/rollout.h>

enum kind {
    CLONESET,
    STATEFULSET,
    DAEMONSET,
    BROADCASTJOB,
    DEPLOYMENT,
    REPLICASET,
    UNITEDDEPLOYMENT,
    SIDECARSET,
    KINDS,
    ANY = KINDS
};

struct inputs {
    const struct rollout_workload *workload;
    const struct rollout_snapshot *snapshot;
    const struct rollout_pods *pods;
    const struct rollout_priority *priority;
    const struct rollout_labels *scatter;
    const struct rollout_order *order;
    const struct rollout_labels *labels;
    const struct rollout_selector *selector;
    const struct rollout_diff_options *diff_options;
    const struct rollout_simulation_options *simulation_options;
    const struct rollout_check_options *check_options;
    const struct rollout_strs *ids;
    /* What the library makes. */
    const struct rollout_world *world;
    const struct rollout_plan *plan;
    const struct rollout_tree *pod, *old_revision, *new_revision, *document;
};

/* Fresh ones for a workload of the kind, in static storage: those of before are gone. */
struct inputs inputs_of(enum kind kind);
void inputs_free(void);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/** @file lifecycle.h
 *  What several kinds of workloads say alike: how pods are updated, lifecycle hooks, claim templates,
 *  conditions. Rules: cloneset.md 1 and 6.6, statefulset.md 1. */
#ifndef ROLLOUT_LIFECYCLE_H
#define ROLLOUT_LIFECYCLE_H

#include <rollout/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** updateStrategy.type. */
enum { ROLLOUT_UPDATE_ROLLING = 0, ROLLOUT_UPDATE_ON_DELETE = 1 };

/** podUpdatePolicy, or what says the same. */
enum { ROLLOUT_POLICY_RECREATE = 0, ROLLOUT_POLICY_IN_PLACE_IF_POSSIBLE = 1, ROLLOUT_POLICY_IN_PLACE_ONLY = 2 };

/** A lifecycle hook: labels and finalizers that its owner puts on a pod or takes off it. Frozen. */
struct rollout_hook {
    uint32_t set;                /**< 0 = no hook */
    uint32_t mark_pod_not_ready; /**< 0 or 1 */
    struct rollout_labels labels;
    struct rollout_strs finalizers;
};

/** spec.lifecycle. Frozen. */
struct rollout_lifecycle {
    uint32_t set;      /**< 0 = the section is absent */
    uint32_t reserved; /**< zero */
    struct rollout_hook pre_normal;
    struct rollout_hook pre_delete;
    struct rollout_hook in_place_update;
};

/** A condition of a workload's status. Frozen. */
struct rollout_condition {
    struct rollout_str type;
    struct rollout_str status;
    struct rollout_str reason;
    struct rollout_str message;
    int64_t last_update_ms;     /**< 0 = none */
    int64_t last_transition_ms; /**< 0 = none */
};

#ifdef __cplusplus
}
#endif

#endif

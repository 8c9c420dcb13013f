/* SPDX-License-Identifier: Apache-2.0 */
/** @file daemonset.h
 *  What a DaemonSet asks for, OpenKruise's Advanced one or Kubernetes' own. Fields, defaults and rules:
 *  daemonset.md 1; where the two differ: its section 15. */
#ifndef ROLLOUT_DAEMONSET_H
#define ROLLOUT_DAEMONSET_H

#include <rollout/base.h>
#include <rollout/intstr.h>
#include <rollout/lifecycle.h>
#include <rollout/scheduling.h>
#include <rollout/selector.h>

#ifdef __cplusplus
extern "C" {
#endif

/** rollout_daemonset.flags */
enum {
    ROLLOUT_DAEMONSET_DELETING = 1 << 0,            /**< metadata.deletionTimestamp is set */
    ROLLOUT_DAEMONSET_SELECTOR_INVALID = 1 << 1,    /**< spec.selector is not usable, or {}: nothing is planned */
    ROLLOUT_DAEMONSET_NATIVE = 1 << 2,              /**< apps/v1: decided as Kubernetes 1.32 does */
    ROLLOUT_DAEMONSET_ROLLING_UPDATE = 1 << 3,      /**< the rollingUpdate block is there; the API adds it where
                                                         updateStrategy.type is RollingUpdate or absent */
    ROLLOUT_DAEMONSET_PAUSED = 1 << 4,
    ROLLOUT_DAEMONSET_NODE_SELECTOR = 1 << 5,       /**< rollingUpdate.selector is there */
    ROLLOUT_DAEMONSET_PARTITIONED_SCALING = 1 << 6, /**< scaleStrategy.partitionedScaling, or the v1alpha1 annotation */
    ROLLOUT_DAEMONSET_V1ALPHA1 = 1 << 7,            /**< status names the revision daemonSetHash */
    ROLLOUT_DAEMONSET_CHAINED = 1 << 8              /**< what the manage step does is seen at once, so that the rolling
                                                         step follows in the same plan, as in upstream's own tests: pods
                                                         that it deletes are gone, those that it creates are there, new
                                                         and unavailable. Else, as on a cluster, a plan in which it acts
                                                         ends there (daemonset.md 6, 20) */
};

/** status, as the last sync left it. */
struct rollout_daemonset_status {
    uint32_t struct_size; /**< sizeof(struct rollout_daemonset_status) in the caller's build */
    int32_t current_number_scheduled;
    int64_t observed_generation;
    int32_t number_misscheduled;
    int32_t desired_number_scheduled;
    int32_t number_ready;
    int32_t updated_number_scheduled;
    int32_t number_available;
    int32_t number_unavailable;
    struct rollout_opt collision_count;
    struct rollout_str update_revision; /**< the hash; v1alpha1: daemonSetHash; native: absent */
    const struct rollout_condition *conditions;
    size_t condition_count;
};

struct rollout_daemonset {
    uint32_t struct_size; /**< sizeof(struct rollout_daemonset) in the caller's build */
    uint32_t flags;       /**< ROLLOUT_DAEMONSET_* */
    struct rollout_str namespace_;
    struct rollout_str name;
    struct rollout_selector selector; /**< decided by the caller: see ROLLOUT_POD_NOT_SELECTED */
    int64_t generation;
    struct rollout_opt revision_history_limit; /**< absent: 10 */
    int32_t min_ready_seconds;
    uint32_t update_type;                  /**< ROLLOUT_UPDATE_*; another text than RollingUpdate is ON_DELETE */
    uint32_t pod_update_policy;            /**< rollingUpdateType: RECREATE (Standard, Surging) or IN_PLACE_IF_POSSIBLE */
    uint32_t reserved;                     /**< zero */
    struct rollout_intstr partition;       /**< unset: 0 */
    struct rollout_intstr max_unavailable; /**< as defaulted by the API; unset beside max_surge: 0 */
    struct rollout_intstr max_surge;       /**< unset: 0 */
    struct rollout_intstr burst_replicas;  /**< unset: 250 */
    struct rollout_selector node_selector; /**< rollingUpdate.selector, over nodes */
    struct rollout_hook pre_delete;        /**< spec.lifecycle.preDelete, the only hook that counts */
    struct rollout_scheduling scheduling;  /**< of spec.template */
    struct rollout_str template_generation; /**< annotation deprecated.daemonset.template.generation where it is a
                                                 number, as decimal text; absent = none */
    const struct rollout_daemonset_status *status; /**< NULL = none yet */
};

#ifdef __cplusplus
}
#endif

#endif

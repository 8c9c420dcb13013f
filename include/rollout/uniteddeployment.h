/* SPDX-License-Identifier: Apache-2.0 */
/** @file uniteddeployment.h
 *  What a UnitedDeployment asks for: one child workload a subset. Fields, defaults and rules: uniteddeployment.md 1. */
#ifndef ROLLOUT_UNITEDDEPLOYMENT_H
#define ROLLOUT_UNITEDDEPLOYMENT_H

#include <rollout/base.h>
#include <rollout/intstr.h>
#include <rollout/lifecycle.h>
#include <rollout/selector.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What kind of workload a subset's child is. Of a spec 0: it has no template, which upstream's admission refuses;
 *  nothing is planned then. */
enum {
    ROLLOUT_CHILD_STATEFULSET = 1,          /**< apps/v1 */
    ROLLOUT_CHILD_ADVANCED_STATEFULSET = 2, /**< apps.kruise.io */
    ROLLOUT_CHILD_CLONESET = 3,
    ROLLOUT_CHILD_DEPLOYMENT = 4
};

/** rollout_uniteddeployment.flags */
enum {
    ROLLOUT_UNITEDDEPLOYMENT_DELETING = 1 << 0,         /**< metadata.deletionTimestamp is set */
    ROLLOUT_UNITEDDEPLOYMENT_SELECTOR_INVALID = 1 << 1, /**< spec.selector is not there or not usable: the status is
                                                             not written */
    ROLLOUT_UNITEDDEPLOYMENT_ADAPTIVE = 1 << 2,         /**< topology.scheduleStrategy.type is Adaptive */
    ROLLOUT_UNITEDDEPLOYMENT_RESERVES = 1 << 3,         /**< ... with reserveUnschedulablePods */
    ROLLOUT_UNITEDDEPLOYMENT_ON_DELETE = 1 << 4         /**< the template's updateStrategy.type is OnDelete, and it is one
                                                             of the StatefulSets': children get no partition */
};

/** One of topology.subsets. Frozen. */
struct rollout_subset_spec {
    struct rollout_str name;
    struct rollout_intstr replicas;
    struct rollout_intstr min_replicas;
    struct rollout_intstr max_replicas;
    struct rollout_opt partition; /**< manualUpdate.partitions of its name; may be negative */
    struct rollout_str patch;     /**< as compact JSON; empty or absent: none */
};

/** One of status.subsetStatuses. Frozen. */
struct rollout_subset_status {
    struct rollout_str name;
    int32_t replicas;
    int32_t ready_replicas;
    int32_t partition;
    int32_t reserved_pods;
    const struct rollout_condition *conditions;
    size_t condition_count;
};

/** status, as the last reconcile left it. */
struct rollout_uniteddeployment_status {
    uint32_t struct_size; /**< sizeof(struct rollout_uniteddeployment_status) in the caller's build */
    int32_t replicas;
    int64_t observed_generation;
    int32_t ready_replicas;
    int32_t updated_replicas;
    int32_t updated_ready_replicas;
    int32_t reserved_pods;
    struct rollout_opt collision_count;
    struct rollout_str current_revision;
    struct rollout_str updated_revision;
    struct rollout_str label_selector;
    const struct rollout_subset_status *subsets; /**< subsetStatuses; of several of one name the first counts */
    size_t subset_count;
    const struct rollout_condition *conditions;
    size_t condition_count;
};

struct rollout_uniteddeployment {
    uint32_t struct_size; /**< sizeof(struct rollout_uniteddeployment) in the caller's build */
    uint32_t flags;       /**< ROLLOUT_UNITEDDEPLOYMENT_* */
    struct rollout_str namespace_;
    struct rollout_str name;
    struct rollout_selector selector;
    struct rollout_str label_selector;   /**< the selector as text, for status.labelSelector */
    struct rollout_str resource_version; /**< metadata.resourceVersion; see written_version of the snapshot */
    int64_t generation;
    struct rollout_opt replicas; /**< absent: unspecified where subsets say their replicas, else 0 */
    struct rollout_opt revision_history_limit; /**< absent: 10; upstream, with no webhook before it, would crash */
    uint32_t child_kind; /**< ROLLOUT_CHILD_*: which template there is; 0 = none */
    uint32_t reserved;   /**< zero */
    struct rollout_opt reschedule_critical_seconds; /**< adaptive; absent: 30 */
    struct rollout_opt unschedulable_duration;      /**< adaptive, seconds; absent: 300 */
    const struct rollout_subset_spec *subsets; /**< topology.subsets; names are unique, or the spec is refused */
    size_t subset_count;
    const struct rollout_uniteddeployment_status *status; /**< NULL = none yet */
};

#ifdef __cplusplus
}
#endif

#endif

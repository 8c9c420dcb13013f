/* SPDX-License-Identifier: Apache-2.0 */
/** @file statefulset.h
 *  What a StatefulSet asks for, OpenKruise's Advanced one or Kubernetes' own. Fields, defaults and rules:
 *  statefulset.md 1; where the two differ: its section 14. */
#ifndef ROLLOUT_STATEFULSET_H
#define ROLLOUT_STATEFULSET_H

#include <rollout/base.h>
#include <rollout/intstr.h>
#include <rollout/lifecycle.h>
#include <rollout/order.h>
#include <rollout/selector.h>

#ifdef __cplusplus
extern "C" {
#endif

/** rollout_statefulset.flags */
enum {
    ROLLOUT_STATEFULSET_DELETING = 1 << 0,         /**< metadata.deletionTimestamp is set */
    ROLLOUT_STATEFULSET_SELECTOR_INVALID = 1 << 1, /**< spec.selector is not there or not usable: nothing is planned */
    ROLLOUT_STATEFULSET_NATIVE = 1 << 2,           /**< apps/v1: decided as Kubernetes 1.32 does */
    ROLLOUT_STATEFULSET_PARALLEL = 1 << 3,         /**< podManagementPolicy is Parallel; else OrderedReady */
    ROLLOUT_STATEFULSET_ROLLING_UPDATE = 1 << 4,   /**< the rollingUpdate block is there; the API adds it where
                                                        updateStrategy.type is absent too */
    ROLLOUT_STATEFULSET_PAUSED = 1 << 5,
    ROLLOUT_STATEFULSET_UNORDERED = 1 << 6,       /**< unorderedUpdate is there */
    ROLLOUT_STATEFULSET_RESIZES_CLAIMS = 1 << 7 /**< volumeClaimUpdateStrategy.type is OnPodRollingUpdate */
};

/** persistentVolumeClaimRetentionPolicy; anything but Delete in one of the two and the known texts in both
 *  counts as Retain in both. */
enum { ROLLOUT_CLAIMS_RETAIN = 0, ROLLOUT_CLAIMS_DELETE = 1 };

/** One of volumeClaimTemplates. Texts are as the API has them. Frozen. */
struct rollout_claim_template {
    struct rollout_str name;
    struct rollout_str storage_class;  /**< storageClassName; data NULL = absent */
    struct rollout_str request;        /**< resources.requests.storage, a quantity; absent = none */
    struct rollout_strs access_modes;
};

/** One of status.volumeClaims. Frozen. */
struct rollout_claim_status {
    struct rollout_str name; /**< of the claim template */
    int32_t compatible_replicas;
    int32_t compatible_ready_replicas;
};

/** status, as the last pass left it. */
struct rollout_statefulset_status {
    uint32_t struct_size; /**< sizeof(struct rollout_statefulset_status) in the caller's build */
    int32_t replicas;
    int64_t observed_generation;
    int32_t ready_replicas;
    int32_t available_replicas;
    int32_t current_replicas;
    int32_t updated_replicas;
    int32_t updated_ready_replicas;     /**< Advanced only */
    int32_t updated_available_replicas; /**< Advanced only */
    struct rollout_opt collision_count;
    struct rollout_str current_revision;
    struct rollout_str update_revision;
    struct rollout_str label_selector; /**< Advanced only */
    const struct rollout_condition *conditions;
    size_t condition_count;
    const struct rollout_claim_status *claims; /**< Advanced only */
    size_t claim_count;
};

struct rollout_statefulset {
    uint32_t struct_size; /**< sizeof(struct rollout_statefulset) in the caller's build */
    uint32_t flags;       /**< ROLLOUT_STATEFULSET_* */
    struct rollout_str namespace_;
    struct rollout_str name;
    struct rollout_str uid;            /**< metadata.uid, by which claims name their owner */
    struct rollout_selector selector;  /**< decided by the caller: see ROLLOUT_POD_NOT_SELECTED */
    struct rollout_str label_selector; /**< the selector as text, for status.labelSelector */
    int64_t generation;
    struct rollout_opt replicas;               /**< absent: 1; places, and reserved ordinals between them: at most
                                                    10,000,000 together, and no ordinal beyond INT32_MAX */
    struct rollout_opt revision_history_limit; /**< absent: 10 */
    int32_t min_ready_seconds;    /**< Advanced: of the rollingUpdate block */
    int32_t grace_period_seconds; /**< inPlaceUpdateStrategy */
    uint32_t update_type;         /**< ROLLOUT_UPDATE_* */
    uint32_t pod_update_policy;   /**< ROLLOUT_POLICY_* */
    int32_t start_ordinal;        /**< ordinals.start; Advanced: ignored unless gate StatefulSetStartOrdinal is on */
    int32_t partition;
    struct rollout_intstr max_unavailable;       /**< unset: 1 */
    struct rollout_intstr scale_max_unavailable; /**< scaleStrategy; unset: no limit */
    const struct rollout_intstr *reserve_ordinals; /**< numbers, and ranges as "3-5"; one that is no range: none is reserved */
    size_t reserve_ordinal_count;
    struct rollout_priority priority; /**< unorderedUpdate.priorityStrategy */
    struct rollout_lifecycle lifecycle;
    const struct rollout_claim_template *claim_templates;
    size_t claim_template_count;
    uint32_t claims_when_deleted; /**< ROLLOUT_CLAIMS_* */
    uint32_t claims_when_scaled;  /**< ROLLOUT_CLAIMS_* */
    const struct rollout_statefulset_status *status; /**< NULL = none yet */
};

#ifdef __cplusplus
}
#endif

#endif

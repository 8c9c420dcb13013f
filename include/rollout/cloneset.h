/* SPDX-License-Identifier: Apache-2.0 */
/** @file cloneset.h
 *  What a CloneSet asks for. Fields, defaults and rules: cloneset.md 1. */
#ifndef ROLLOUT_CLONESET_H
#define ROLLOUT_CLONESET_H

#include <rollout/base.h>
#include <rollout/intstr.h>
#include <rollout/lifecycle.h>
#include <rollout/order.h>
#include <rollout/selector.h>

#ifdef __cplusplus
extern "C" {
#endif

/** rollout_cloneset.flags */
enum {
    ROLLOUT_CLONESET_DELETING = 1 << 0,       /**< metadata.deletionTimestamp is set */
    ROLLOUT_CLONESET_ROLLING_UPDATE = 1 << 1, /**< the rollingUpdate block is there (v1alpha1: type is not OnDelete) */
    ROLLOUT_CLONESET_PAUSED = 1 << 2,
    ROLLOUT_CLONESET_REUSE_CLAIMS = 1 << 3,   /**< enablePVCReuse, or v1alpha1 without disablePVCReuse */
    ROLLOUT_CLONESET_EXCLUDE_PREPARING_DELETE = 1 << 4,
    ROLLOUT_CLONESET_SELECTOR_INVALID = 1 << 5 /**< spec.selector is not there or not usable: nothing is planned */
};

/** status, as the last pass left it. */
struct rollout_cloneset_status {
    uint32_t struct_size; /**< sizeof(struct rollout_cloneset_status) in the caller's build */
    int32_t replicas;
    int64_t observed_generation;
    int32_t ready_replicas;
    int32_t available_replicas;
    int32_t updated_replicas;
    int32_t updated_ready_replicas;
    int32_t updated_available_replicas;
    int32_t expected_updated_replicas;
    struct rollout_opt collision_count;
    struct rollout_str update_revision;
    struct rollout_str current_revision;
    struct rollout_str label_selector;
    const struct rollout_condition *conditions;
    size_t condition_count;
};

struct rollout_cloneset {
    uint32_t struct_size; /**< sizeof(struct rollout_cloneset) in the caller's build */
    uint32_t flags;       /**< ROLLOUT_CLONESET_* */
    struct rollout_str namespace_;
    struct rollout_str name;
    struct rollout_selector selector;  /**< decided by the caller: see ROLLOUT_POD_NOT_SELECTED */
    struct rollout_str label_selector; /**< the selector as text, for status.labelSelector */
    int64_t generation;
    struct rollout_opt replicas; /**< absent: scaling stops with an error, as upstream */
    struct rollout_opt revision_history_limit;    /**< absent: 10 */
    struct rollout_opt progress_deadline_seconds; /**< absent or 2147483647: no deadline */
    int32_t min_ready_seconds;
    int32_t grace_period_seconds; /**< inPlaceUpdateStrategy */
    uint32_t update_type;         /**< ROLLOUT_UPDATE_* */
    uint32_t pod_update_policy;   /**< ROLLOUT_POLICY_* */
    struct rollout_intstr partition;
    struct rollout_intstr max_unavailable; /**< unset: "20%" */
    struct rollout_intstr max_surge;
    struct rollout_intstr scale_max_unavailable; /**< scaleStrategy; unset: no limit */
    struct rollout_strs pods_to_delete;          /**< scaleStrategy: names */
    struct rollout_strs claim_templates;         /**< names of volumeClaimTemplates; a plan creates at most 10,000,000
                                                      claims */
    struct rollout_order order;
    struct rollout_lifecycle lifecycle;
    const struct rollout_cloneset_status *status; /**< NULL = none yet */
};

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/** @file replicaset.h
 *  What a ReplicaSet of Kubernetes asks for. Rules: deployment.md 10 and 11. Its siblings, which rank its pods, are
 *  rollout_snapshot.replica_sets. */
#ifndef ROLLOUT_REPLICASET_H
#define ROLLOUT_REPLICASET_H

#include <rollout/base.h>
#include <rollout/lifecycle.h>
#include <rollout/selector.h>

#ifdef __cplusplus
extern "C" {
#endif

/** rollout_replicaset.flags */
enum {
    ROLLOUT_REPLICASET_DELETING = 1 << 0,         /**< metadata.deletionTimestamp is set: only the status is written */
    ROLLOUT_REPLICASET_SELECTOR_INVALID = 1 << 1, /**< spec.selector is not usable: nothing is planned */
    ROLLOUT_REPLICASET_CONTROLLED = 1 << 2        /**< it has a controller: pods on one node are ranked */
};

/** status, as the last pass left it. */
struct rollout_replicaset_status {
    uint32_t struct_size; /**< sizeof(struct rollout_replicaset_status) in the caller's build */
    int32_t replicas;
    int64_t observed_generation;
    int32_t fully_labeled_replicas;
    int32_t ready_replicas;
    int32_t available_replicas;
    uint32_t reserved; /**< zero */
    const struct rollout_condition *conditions;
    size_t condition_count;
};

struct rollout_replicaset {
    uint32_t struct_size; /**< sizeof(struct rollout_replicaset) in the caller's build */
    uint32_t flags;       /**< ROLLOUT_REPLICASET_* */
    struct rollout_str namespace_;
    struct rollout_str name;
    struct rollout_selector selector;      /**< spec.selector: ranks ask it of all pods */
    struct rollout_labels template_labels; /**< of spec.template: a pod with all of them is fully labelled */
    int64_t generation;
    struct rollout_opt replicas; /**< absent: 1; a negative one is refused */
    int32_t min_ready_seconds;
    uint32_t reserved;                              /**< zero */
    const struct rollout_replicaset_status *status; /**< NULL = none yet */
};

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/** @file deployment.h
 *  What a Deployment of Kubernetes asks for, and what OpenKruise Rollouts' advanced control of one asks for beside it.
 *  Fields, defaults and rules: deployment.md 1; the advanced control: its section 12. Its ReplicaSets are
 *  rollout_snapshot.replica_sets. */
#ifndef ROLLOUT_DEPLOYMENT_H
#define ROLLOUT_DEPLOYMENT_H

#include <rollout/base.h>
#include <rollout/intstr.h>
#include <rollout/lifecycle.h>
#include <rollout/selector.h>

#ifdef __cplusplus
extern "C" {
#endif

/** rollout_deployment.flags */
enum {
    ROLLOUT_DEPLOYMENT_DELETING = 1 << 0,         /**< metadata.deletionTimestamp is set */
    ROLLOUT_DEPLOYMENT_SELECTOR_INVALID = 1 << 1, /**< spec.selector is not usable, or {}: nothing is planned */
    ROLLOUT_DEPLOYMENT_PAUSED = 1 << 2,           /**< spec.paused */
    ROLLOUT_DEPLOYMENT_ADVANCED = 1 << 3,         /**< OpenKruise Rollouts controls it (annotation
                                                       rollouts.kruise.io/deployment-strategy with rollingStyle Partition,
                                                       spec.paused and Recreate): decided as its controller does */
    ROLLOUT_DEPLOYMENT_ADVANCED_PAUSED = 1 << 4   /**< ... and that strategy is paused */
};

/** spec.strategy.type */
enum { ROLLOUT_STRATEGY_ROLLING = 0, ROLLOUT_STRATEGY_RECREATE = 1 };

/** The number that means "no limit" for progressDeadlineSeconds and revisionHistoryLimit. */
#define ROLLOUT_DEPLOYMENT_NO_LIMIT INT32_MAX

/** status, as the last pass left it. */
struct rollout_deployment_status {
    uint32_t struct_size; /**< sizeof(struct rollout_deployment_status) in the caller's build */
    int32_t replicas;
    int64_t observed_generation;
    int32_t updated_replicas;
    int32_t ready_replicas;
    int32_t available_replicas;
    int32_t unavailable_replicas;
    struct rollout_opt collision_count;
    const struct rollout_condition *conditions; /**< in the order of the status, which upstream's writes keep */
    size_t condition_count;
};

struct rollout_deployment {
    uint32_t struct_size; /**< sizeof(struct rollout_deployment) in the caller's build */
    uint32_t flags;       /**< ROLLOUT_DEPLOYMENT_* */
    struct rollout_str namespace_;
    struct rollout_str name;
    struct rollout_selector selector; /**< decided by the caller: see ROLLOUT_POD_NOT_SELECTED */
    int64_t generation;
    struct rollout_opt replicas; /**< absent: 1; a negative one is refused */
    int32_t min_ready_seconds;
    uint32_t strategy;                            /**< ROLLOUT_STRATEGY_* */
    struct rollout_intstr max_surge;              /**< pods, or percent of replicas rounded up; unset: 0 */
    struct rollout_intstr max_unavailable;        /**< pods, or percent of replicas rounded down; unset: 0 */
    struct rollout_opt progress_deadline_seconds; /**< absent, or ROLLOUT_DEPLOYMENT_NO_LIMIT: none */
    struct rollout_opt revision_history_limit;    /**< absent, or ROLLOUT_DEPLOYMENT_NO_LIMIT: all are kept */
    struct rollout_labels annotations; /**< metadata.annotations, all of them: they are copied to ReplicaSets */
    struct rollout_intstr partition;   /**< advanced: pods to be updated (not kept back), or percent of replicas rounded
                                          up; unset: 0 */
    const struct rollout_deployment_status *status; /**< NULL = none yet */
};

#ifdef __cplusplus
}
#endif

#endif

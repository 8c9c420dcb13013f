/* SPDX-License-Identifier: Apache-2.0 */
/** @file workload.h
 *  What was asked for: one workload of any kind, and how upstream's process is set up. */
#ifndef ROLLOUT_WORKLOAD_H
#define ROLLOUT_WORKLOAD_H

#include <rollout/base.h>
#include <rollout/broadcastjob.h>
#include <rollout/cloneset.h>
#include <rollout/daemonset.h>
#include <rollout/deployment.h>
#include <rollout/replicaset.h>
#include <rollout/sidecarset.h>
#include <rollout/statefulset.h>
#include <rollout/uniteddeployment.h>

#ifdef __cplusplus
extern "C" {
#endif

/** OpenKruise's and Kubernetes' feature gates that bear on a plan, with upstream's default. */
enum {
    ROLLOUT_GATE_CLONESET_PARTITION_ROLLBACK = 1,         /**< CloneSetPartitionRollback: off */
    ROLLOUT_GATE_PREPARING_UPDATE_AS_UPDATE = 2,          /**< PreparingUpdateAsUpdate: off */
    ROLLOUT_GATE_RECREATE_POD_WHEN_CHANGE_VCT = 3,        /**< RecreatePodWhenChangeVCTInCloneSetGate: off */
    ROLLOUT_GATE_IN_PLACE_UPDATE_ENV_FROM_METADATA = 4,   /**< InPlaceUpdateEnvFromMetadata: on */
    ROLLOUT_GATE_IN_PLACE_WORKLOAD_VERTICAL_SCALING = 5,  /**< InPlaceWorkloadVerticalScaling: off */
    ROLLOUT_GATE_CLONESET_SHORT_HASH = 6,                 /**< CloneSetShortHash: off */
    ROLLOUT_GATE_FORCE_DELETE_TIMEOUT_EXPECTATION = 7,    /**< ForceDeleteTimeoutExpectationGate: off */
    ROLLOUT_GATE_STATEFULSET_START_ORDINAL = 8,           /**< StatefulSetStartOrdinal: off */
    ROLLOUT_GATE_STATEFULSET_AUTO_DELETE_PVC = 9,         /**< StatefulSetAutoDeletePVC: on */
    ROLLOUT_GATE_STATEFULSET_AUTO_RESIZE_PVC = 10,        /**< StatefulSetAutoResizePVCGate: off */
    ROLLOUT_GATE_MAX_UNAVAILABLE_STATEFULSET = 11,        /**< Kubernetes' MaxUnavailableStatefulSet: off */
    ROLLOUT_GATE_DAEMONSET_PRUNE_INELIGIBLE_NODES = 12,   /**< DaemonSetPruneIneligibleNodes: off */
    ROLLOUT_GATE_POD_INDEX_LABEL = 13,                    /**< PodIndexLabel: on; only what is applied depends on it */
    ROLLOUT_GATE_ASSIGN_BCJ_PODS_BY_SCHEDULER = 14        /**< OpenKruise's flag assign-bcj-pods-by-scheduler: on; off, new
                                                               pods of a BroadcastJob name their node themselves. Only
                                                               what is applied depends on it */
};

/** A feature gate that is set. Frozen. */
struct rollout_gate {
    uint32_t gate; /**< ROLLOUT_GATE_* */
    uint32_t on;   /**< 0 or 1 */
};

/** What was asked for. Exactly one of the spec pointers is set. */
struct rollout_workload {
    uint32_t struct_size; /**< sizeof(struct rollout_workload) in the caller's build */
    uint32_t profile;     /**< a frozen set of fixes; 0 = upstream's behaviour, the only one there is yet */
    const struct rollout_gate *gates; /**< those not named have upstream's default; the last one of a gate counts */
    size_t gate_count;
    const uint32_t *fixes; /**< numbers of opt-in corrections; none exists yet, so any is refused */
    size_t fix_count;
    const struct rollout_cloneset *cloneset;
    const struct rollout_statefulset *statefulset;
    const struct rollout_daemonset *daemonset;
    const struct rollout_broadcastjob *broadcastjob;
    const struct rollout_deployment *deployment;
    const struct rollout_replicaset *replicaset;
    const struct rollout_uniteddeployment *uniteddeployment;
    const struct rollout_sidecarset *sidecarset;
};

#ifdef __cplusplus
}
#endif

#endif

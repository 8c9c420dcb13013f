/* SPDX-License-Identifier: Apache-2.0 */
/** @file candidates.h
 *  Whom an update comes to, and in which order, whatever limits, pauses and earlier steps make of it now: what
 *  rollout_plan() walks along. Source: ordering.md 2 to 6, statefulset.md 9, daemonset.md 10. */
#ifndef ROLLOUT_CANDIDATES_H
#define ROLLOUT_CANDIDATES_H

#include <rollout/base.h>
#include <rollout/plan.h>
#include <rollout/snapshot.h>
#include <rollout/workload.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What there is to do for a candidate. */
enum {
    ROLLOUT_CANDIDATE_WAITING = 1,  /**< not at the target, and updated when its turn comes */
    ROLLOUT_CANDIDATE_SELECTED = 2, /**< the same, on a node that a DaemonSet's rollingUpdate.selector matches */
    ROLLOUT_CANDIDATE_DONE = 3,     /**< updated, or on its way out: takes up a place and is passed over */
    ROLLOUT_CANDIDATE_EMPTY = 4     /**< a DaemonSet's node on which no pod lives, or one that is prepared for its
                                         deletion: takes up a place too */
};

/** One place in the order. Frozen. */
struct rollout_candidate {
    uint32_t subject_kind; /**< CloneSet, ReplicaSet, SidecarSet: ROLLOUT_SUBJECT_POD; StatefulSet: _ORDINAL; DaemonSet:
                                _NODE, and _POD for a pod on a node that is not there */
    uint32_t subject;
    uint32_t standing; /**< ROLLOUT_CANDIDATE_* */
    uint32_t pod;      /**< index of the pod that is, or would be, updated, or ROLLOUT_NONE; on a node the old one comes
                            first */
};

/** One block, read-only, released with rollout_candidates_free(). */
struct rollout_candidates {
    uint32_t struct_size;                  /**< set by the library */
    uint32_t revision;                     /**< index in the snapshot's revisions: what they go to; ROLLOUT_NONE beside
                                                ReplicaSets */
    uint32_t back;                         /**< 1: a CloneSet's updated pods go back to the current revision */
    uint32_t reserved;                     /**< zero */
    const struct rollout_candidate *items; /**< in order. CloneSet, SidecarSet: those that may be taken; StatefulSet: every place;
                                                DaemonSet: nodes, without those that the selector leaves out;
                                                ReplicaSet: its pods, first to be deleted first; Deployment: none */
    size_t count;
    size_t within; /**< the first so many have their turn; the partition keeps the others */
    int64_t counted; /**< CloneSet: active pods; SidecarSet: matched pods; StatefulSet: places; DaemonSet: nodes that the
                          partition counts */
    int64_t updated; /**< of them, ROLLOUT_CANDIDATE_DONE; SidecarSet: pods with the set's hash; CloneSet: updated, none
                          prepared for its deletion */
    int64_t old; /**< of them, what is waiting; CloneSet: not updated, none prepared for its deletion */
    int64_t unavailable; /**< what uses up maxUnavailable, or maxSurge where a DaemonSet surges, before this pass takes
                              anybody; -1 = the pass does not come to count it */
    int64_t unavailable_target; /**< of these, at the target; only counted of a CloneSet */
};

/** The candidates of a workload, in the planner's own order. Arguments and errors as rollout_plan(); ROLLOUT_ERR_INVALID
 *  also for a BroadcastJob, whose nodes have no order, and a UnitedDeployment, whose children have one each.
 *  Since: 0.1 (testing) */
ROLLOUT_API int rollout_candidates(const struct rollout_workload *workload, const struct rollout_snapshot *snapshot,
                                   struct rollout_candidates **ret_candidates, struct rollout_error *reterr);

/** NULL is allowed. Since: 0.1 (testing) */
ROLLOUT_API void rollout_candidates_free(struct rollout_candidates *candidates);

#ifdef __cplusplus
}
#endif

#endif

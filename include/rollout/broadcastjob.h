/* SPDX-License-Identifier: Apache-2.0 */
/** @file broadcastjob.h
 *  What an OpenKruise BroadcastJob asks for: one pod on every node that fits, until it is done. Fields, defaults and
 *  rules: broadcastjob.md 1. */
#ifndef ROLLOUT_BROADCASTJOB_H
#define ROLLOUT_BROADCASTJOB_H

#include <rollout/base.h>
#include <rollout/intstr.h>
#include <rollout/scheduling.h>

#ifdef __cplusplus
extern "C" {
#endif

/** rollout_broadcastjob.flags */
enum {
    ROLLOUT_BROADCASTJOB_DELETING = 1 << 0, /**< metadata.deletionTimestamp is set: no pod is created any more */
    ROLLOUT_BROADCASTJOB_PAUSED = 1 << 1    /**< spec.paused */
};

/** completionPolicy.type. UNSET, and a text that is neither, count as Always but for upstream's look at the deadline. */
enum { ROLLOUT_COMPLETION_UNSET = 0, ROLLOUT_COMPLETION_ALWAYS = 1, ROLLOUT_COMPLETION_NEVER = 2 };

/** failurePolicy.type. A text that is none of them counts as Continue. */
enum { ROLLOUT_FAILURE_CONTINUE = 0, ROLLOUT_FAILURE_FAIL_FAST = 1, ROLLOUT_FAILURE_PAUSE = 2 };

/** status, as the last reconcile left it. */
struct rollout_broadcastjob_status {
    uint32_t struct_size; /**< sizeof(struct rollout_broadcastjob_status) in the caller's build */
    int32_t active;
    int32_t succeeded;
    int32_t failed;
    int32_t desired;
    uint32_t reserved;          /**< zero */
    int64_t start_ms;           /**< startTime; 0 = not started */
    int64_t completion_ms;      /**< completionTime; 0 = none */
    struct rollout_str phase;   /**< "running", "paused", "completed", "failed"; absent or empty = none yet */
    const struct rollout_condition *conditions; /**< last_update_ms is lastProbeTime */
    size_t condition_count;
};

struct rollout_broadcastjob {
    uint32_t struct_size; /**< sizeof(struct rollout_broadcastjob) in the caller's build */
    uint32_t flags;       /**< ROLLOUT_BROADCASTJOB_* */
    struct rollout_str namespace_;
    struct rollout_str name;
    struct rollout_intstr parallelism;  /**< unset: 2147483647; text is a share of the nodes that fit, rounded up, with
                                             or without "%"; one that cannot be read ends the pass with an error */
    uint32_t completion;                /**< ROLLOUT_COMPLETION_* */
    uint32_t failure;                   /**< ROLLOUT_FAILURE_* */
    int32_t restart_limit;              /**< failurePolicy.restartLimit: a pod that restarts OnFailure and has restarted
                                             more often counts as failed */
    uint32_t active_deadline_set;       /**< 0 or 1 */
    int64_t active_deadline_seconds;    /**< completionPolicy.activeDeadlineSeconds, of any sign */
    struct rollout_opt ttl_seconds_after_finished;
    struct rollout_scheduling scheduling; /**< of spec.template; nothing is added to its tolerations */
    const struct rollout_resource *requests; /**< what a pod of spec.template needs, by name in byte
                                                      order, each once */
    size_t request_count;
    const struct rollout_broadcastjob_status *status; /**< NULL = none yet */
};

#ifdef __cplusplus
}
#endif

#endif

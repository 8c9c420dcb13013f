/* SPDX-License-Identifier: Apache-2.0 */
/** @file reason.h
 *  Why a subject is, or is not, touched now: one vocabulary for all kinds, named by the cause.
 *
 *  The class is the value divided by 100, so a program that does not know a code knows its class.
 *  Values are permanent. What a, b, because, until and text of a verdict mean is said at each code;
 *  p stands for `because`. Source: reasons.md. */
#ifndef ROLLOUT_REASON_H
#define ROLLOUT_REASON_H

#include <rollout/base.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    ROLLOUT_CLASS_DONE = 1,    /**< nothing to do */
    ROLLOUT_CLASS_ACTED = 2,   /**< this plan has an action on it */
    ROLLOUT_CLASS_WAITING = 3, /**< time, readiness, a hook or an earlier step must come first */
    ROLLOUT_CLASS_HELD = 4,    /**< a limit or switch that the user set holds it */
    ROLLOUT_CLASS_BLOCKED = 5  /**< it never proceeds without a change */
};

enum {
    ROLLOUT_REASON_UP_TO_DATE = 101,    /**< text: revision */
    ROLLOUT_REASON_SCALE_IN_KEPT = 102, /**< a: rank, 0 = the other revision gives them all; b: to delete */
    ROLLOUT_REASON_POD_FINISHED = 103,  /**< text: phase */
    ROLLOUT_REASON_NOT_SELECTED = 104,      /**< text: the rule that leaves it out */
    ROLLOUT_REASON_NO_TARGET = 105,         /**< p; text: why it holds no place */
    ROLLOUT_REASON_NODE_NOT_SELECTED = 106, /**< text: the term that leaves the node out */
    ROLLOUT_REASON_NODE_TAINTED = 107,      /**< a: 1 = a running pod may stay; text: taint */
    ROLLOUT_REASON_NODE_TOO_SMALL = 108,    /**< a: needed; b: there; text: resource */
    ROLLOUT_REASON_JOB_FINISHED = 109,      /**< until: it is deleted then, 0 = never */
    ROLLOUT_REASON_HISTORY_KEPT = 110,  /**< a: place from the newest, 0 = in use; b: limit */
    ROLLOUT_REASON_SHARE_GIVEN = 111,   /**< a: given; b: total; text: rule */

    ROLLOUT_REASON_UPDATE_IN_PLACE = 201,       /**< a: place in order; b: allowed now; until: end of grace */
    ROLLOUT_REASON_RECREATE = 202,              /**< a, b as above */
    ROLLOUT_REASON_RECREATE_NOT_IN_PLACE = 203, /**< text: the path, or what else forbids it */
    ROLLOUT_REASON_UPDATE_CONTINUED = 204,      /**< text: step */
    ROLLOUT_REASON_PREPARE_UPDATE = 205,        /**< text: hook */
    ROLLOUT_REASON_PREPARE_DELETE = 206,        /**< text: hook */
    ROLLOUT_REASON_DELETE_CANCELLED = 207,      /**< a: missing */
    ROLLOUT_REASON_LIFECYCLE_MOVED = 208,       /**< text: new state */
    ROLLOUT_REASON_CREATE_MISSING = 209,        /**< a: now; b: missing; text: what else keeps pods old */
    ROLLOUT_REASON_CREATE_OLD_REVISION = 210,   /**< a: now; b: partition */
    ROLLOUT_REASON_CREATE_SURGE = 211,          /**< a: in use; b: most */
    ROLLOUT_REASON_DELETE_SPECIFIED = 212,      /**< text: label or list */
    ROLLOUT_REASON_DELETE_SCALE_IN = 213,       /**< a: rank; b: to delete */
    ROLLOUT_REASON_DELETE_HOOK_RELEASED = 214,
    ROLLOUT_REASON_DELETE_EXCESS = 215,         /**< p holds the place, or text: the child that does */
    ROLLOUT_REASON_DELETE_NODE_UNFIT = 216,     /**< text: the first check that fails */
    ROLLOUT_REASON_DELETE_FAILED = 217,         /**< text: phase */
    ROLLOUT_REASON_DELETE_SURGE_DONE = 218,     /**< p takes over */
    ROLLOUT_REASON_DELETE_JOB_FAILED = 219,     /**< p failed, or until: the deadline that has passed */
    ROLLOUT_REASON_DELETE_NOT_IN_SPEC = 220,    /**< text: what is gone from the spec */
    ROLLOUT_REASON_CLEANED_UP = 221,            /**< a: place; b: limit */
    ROLLOUT_REASON_BOOKKEEPING = 222,           /**< text: what */
    ROLLOUT_REASON_CHILD_UPDATED = 224,         /**< a: from; b: to; text: the first field that differs */

    ROLLOUT_REASON_NOT_READY = 301,            /**< text: phase or condition */
    ROLLOUT_REASON_MIN_READY_SECONDS = 302,    /**< a: seconds; until */
    ROLLOUT_REASON_UNSCHEDULED = 303,          /**< until: given up then, 0 = never */
    ROLLOUT_REASON_TERMINATING = 304,          /**< p */
    ROLLOUT_REASON_IN_PLACE_UPDATING = 305,    /**< text: container and what is not confirmed */
    ROLLOUT_REASON_GRACE_PERIOD = 306,         /**< until */
    ROLLOUT_REASON_PRE_NORMAL_HOOK = 307,      /**< text: hook */
    ROLLOUT_REASON_PRE_UPDATE_HOOK = 308,      /**< text: hook */
    ROLLOUT_REASON_POST_UPDATE_HOOK = 309,     /**< text: hook */
    ROLLOUT_REASON_PRE_DELETE_HOOK = 310,      /**< text: hook */
    ROLLOUT_REASON_SCALE_FIRST = 311,          /**< p */
    ROLLOUT_REASON_REFRESH_FIRST = 312,        /**< p */
    ROLLOUT_REASON_CREATE_FIRST = 313,         /**< a: lacking; b: limit */
    ROLLOUT_REASON_DELETES_FIRST = 314,        /**< p */
    ROLLOUT_REASON_BEHIND_STOPPED_POD = 315,   /**< a: place; p */
    ROLLOUT_REASON_PREDECESSOR_FIRST = 316,    /**< p; text: available, gone, ... */
    ROLLOUT_REASON_ACTIONS_NOT_OBSERVED = 317, /**< until */
    ROLLOUT_REASON_SURGE_PARTNER_NOT_READY = 318, /**< p */
    ROLLOUT_REASON_FAILED_BACKOFF = 319,       /**< until */
    ROLLOUT_REASON_CLAIM_NOT_FREE = 320,       /**< text: claim */
    ROLLOUT_REASON_CLAIM_RESIZING = 321,       /**< text: claim */
    ROLLOUT_REASON_OLD_PODS_RUNNING = 322,     /**< a: old pods that are still there; p */
    ROLLOUT_REASON_SUBSET_UNSCHEDULABLE = 323, /**< until; text: subset */
    ROLLOUT_REASON_RESERVED = 324,             /**< until: the condition holds then, 0 = unknown; text: what it waits for */
    ROLLOUT_REASON_RESTART_LIMIT_EXCEEDED = 325, /**< a: restarts; b: limit */

    ROLLOUT_REASON_MAX_UNAVAILABLE_REACHED = 401,       /**< a: used; b: limit; p */
    ROLLOUT_REASON_UPDATED_PODS_UNAVAILABLE = 402,      /**< a: used; b: limit; p */
    ROLLOUT_REASON_MAX_SURGE_REACHED = 403,             /**< a: used; b: limit; p */
    ROLLOUT_REASON_SCALE_MAX_UNAVAILABLE_REACHED = 404, /**< a: used; b: limit; p */
    ROLLOUT_REASON_PARTITION_REACHED = 405,             /**< a: partition as pods; b: place, 0 = no order needed */
    ROLLOUT_REASON_REPLICAS_REACHED = 406,              /**< a: still wanted at the target; b: place */
    ROLLOUT_REASON_PAUSED = 407,                        /**< text: field */
    ROLLOUT_REASON_PAUSED_BY_FAILURE = 408,             /**< p failed */
    ROLLOUT_REASON_UPDATES_OFF = 409,                   /**< text: type */
    ROLLOUT_REASON_UPDATE_SELECTOR_EXCLUDES = 410,      /**< text: selector */
    ROLLOUT_REASON_ROLLBACK_OFF = 411,                  /**< a: surplus */
    ROLLOUT_REASON_BURST_REACHED = 414,                 /**< a: taken; b: limit */
    ROLLOUT_REASON_PARALLELISM_REACHED = 415,           /**< a: active; b: limit */
    ROLLOUT_REASON_MAX_REPLICAS_REACHED = 416,          /**< a: there; b: most; text: subset */
    ROLLOUT_REASON_BELOW_MIN_REPLICAS = 417,            /**< a: given; b: least */
    ROLLOUT_REASON_ORDINAL_RESERVED = 418,              /**< a: ordinal */

    ROLLOUT_REASON_SPEC_INVALID = 501,            /**< text: field and value */
    ROLLOUT_REASON_IN_PLACE_IMPOSSIBLE = 502,     /**< a: ROLLOUT_DIFF_*; text: path */
    ROLLOUT_REASON_LIFECYCLE_STATE_UNKNOWN = 503, /**< text: state */
    ROLLOUT_REASON_CLAIM_MISMATCH = 504,          /**< text: claim and field */
    ROLLOUT_REASON_SIDECAR_MISSING = 505,   /**< text: which */
    ROLLOUT_REASON_WORKLOAD_DELETING = 506,
    ROLLOUT_REASON_JOB_FAILED = 507,        /**< p failed, or until: the deadline that has passed; neither: failed before */
    ROLLOUT_REASON_DEADLINE_EXCEEDED = 508, /**< a: seconds; until: no progress since */
    ROLLOUT_REASON_NO_ELIGIBLE_NODE = 509,  /**< a: nodes */
    ROLLOUT_REASON_SHARES_IMPOSSIBLE = 510, /**< a: what the subsets come to; b: replicas */
    ROLLOUT_REASON_ADMISSION_REJECTED = 511, /**< text: why */
    ROLLOUT_REASON_DEADLOCK = 512           /**< p; text: defect */
};

/** The name of a code as documents spell it, "UpToDate"; NULL for an unknown one. Static storage.
 *  Since: 0.1 (testing) */
ROLLOUT_API const char *rollout_reason_name(uint32_t reason);

#ifdef __cplusplus
}
#endif

#endif

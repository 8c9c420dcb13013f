/* SPDX-License-Identifier: Apache-2.0 */
/** @file lint.h
 *  What is wrong with a workload's strategy, as far as its objects say so without playing it: settings that come to
 *  another number than they seem to, that do nothing, or that stop a release for ever. */
#ifndef ROLLOUT_LINT_H
#define ROLLOUT_LINT_H

#include <rollout/base.h>
#include <rollout/objects.h>

#ifdef __cplusplus
extern "C" {
#endif

/** rollout_finding.code. The class is the value divided by 100. Values are permanent. */
enum {
    /* 1: it is read as something else than it says, or not at all */
    ROLLOUT_LINT_TEXT_UNREADABLE = 101,     /**< the API stores it, the controller cannot read it: it counts as 0, or
                                                 every pass ends with an error */
    ROLLOUT_LINT_TEXT_READ_OTHERWISE = 102, /**< "5" is read as 5%; "100.0%" keeps one pod less than "100%" */
    ROLLOUT_LINT_UNKNOWN_TEXT = 103,        /**< none of the known words: another one is assumed */
    ROLLOUT_LINT_MISPLACED = 104,           /**< no field of this version: the API drops it */
    ROLLOUT_LINT_IGNORED = 105,             /**< a field that has no effect beside the others, or while a gate is off */
    ROLLOUT_LINT_NEGATIVE = 106,            /**< a number of pods below 0 */

    /* 2: arithmetic */
    ROLLOUT_LINT_ROUNDS_TO_NONE = 201, /**< a percentage above 0 that rounds to 0 */
    ROLLOUT_LINT_ROUNDS_TO_ALL = 202,  /**< a percentage below 100 that rounds to all pods or nodes */
    ROLLOUT_LINT_COUNTS_AS_ONE = 203,  /**< 0 that counts as 1 */

    /* 3: nothing moves, or never back */
    ROLLOUT_LINT_NO_BUDGET = 301,          /**< maxSurge and maxUnavailable both come to 0 */
    ROLLOUT_LINT_NEVER_RELEASES = 302,     /**< the partition keeps all */
    ROLLOUT_LINT_CREATES_NOTHING = 303,    /**< a limit of creations comes to 0 */
    ROLLOUT_LINT_PAUSED = 304,             /**< updates are paused */
    ROLLOUT_LINT_DEADLINE_TOO_SHORT = 305, /**< progressDeadlineSeconds is over before minReadySeconds */
    ROLLOUT_LINT_SURGE_STAYS = 306,        /**< OnDelete with maxSurge: pods for an update that never comes (K14) */
    ROLLOUT_LINT_DELETES_NOTHING = 307,    /**< OnDelete whose built-in maxUnavailable comes to 0: an available pod that
                                                is marked for deletion stays (K13) */
    ROLLOUT_LINT_SHARES_IMPOSSIBLE = 320,  /**< numbers of a UnitedDeployment's subsets that cannot all hold */
    ROLLOUT_LINT_REPLICAS_LEFT_OVER = 321, /**< replicas beyond the maxima of all its subsets */

    /* 4: selectors and order */
    ROLLOUT_LINT_SELECTOR_UNUSABLE = 401,     /**< not what Kubernetes takes as a selector */
    ROLLOUT_LINT_UNREACHABLE = 402,           /**< a term that no pod, or node, has */
    ROLLOUT_LINT_MATCHES_ALL = 403,           /**< a term that tells no pod from another */
    ROLLOUT_LINT_WEIGHT_ZERO = 404,           /**< a term that adds nothing */
    ROLLOUT_LINT_DUPLICATE = 405,             /**< a term that was there before */
    ROLLOUT_LINT_TEMPLATE_NOT_SELECTED = 406, /**< the selector does not match the template's own labels */

    /* 5: hooks and updates in place */
    ROLLOUT_LINT_EMPTY_VALUE = 501,       /**< a label "" of a hook or term: pods without it have it (K19, K26) */
    ROLLOUT_LINT_NO_READINESS_GATE = 502, /**< what marks pods not ready needs a readiness gate that they lack */
    ROLLOUT_LINT_IN_PLACE_SURGES = 503,   /**< updates in place beside maxSurge */
    ROLLOUT_LINT_ORDERED_TAKES_ONE = 504, /**< OrderedReady with a limit other than the number 1 */
    ROLLOUT_LINT_EMPTY_IMAGE = 514,       /**< HotUpgrade without a hotUpgradeEmptyImage */
    ROLLOUT_LINT_SAME_IMAGE = 515         /**< HotUpgrade whose hotUpgradeEmptyImage is the image itself */
};

/** Frozen. */
struct rollout_finding {
    uint32_t code;              /**< ROLLOUT_LINT_* */
    uint32_t reserved;          /**< zero */
    struct rollout_str path;    /**< of the field, within the workload's object and as its version spells it:
                                     "spec.updateStrategy.rollingUpdate.maxUnavailable" */
    struct rollout_str value;   /**< what stands there, as JSON; data NULL = nothing does */
    struct rollout_str message; /**< one sentence with the numbers, without a full stop */
};

/** One block, read-only, released with rollout_findings_free(). Needs nothing of what it was made from. Texts are
 *  NUL-terminated. */
struct rollout_findings {
    uint32_t struct_size;                /**< set by the library */
    uint32_t reserved;                   /**< zero */
    const struct rollout_finding *items; /**< in a fixed order of fields */
    size_t count;
};

/** Looks at the strategy of a world that the library decoded, and at its pods and nodes as far as they are given: what
 *  is found is certain from these objects. Pods may get other labels while they run, so without pods only a term that
 *  contradicts spec.selector is said to be unreachable; without nodes a DaemonSet's are counted by its status. What the
 *  API fills in where it is absent (replicas, a CloneSet's rollingUpdate) counts as filled in. Findings are about
 *  upstream's behaviour: cloneset.md 1, statefulset.md 1 to 3, daemonset.md 1 and 2, sidecarset.md 1, 10 and 13,
 *  ordering.md 6 and 7, and the defects in their tables.
 *
 *  On success *ret_findings is the caller's, with count 0 where nothing is found; on failure it is untouched. reterr
 *  may be NULL. Takes as long as terms of weightPriority times pods, else n log n.
 *  Returns ROLLOUT_OK, ROLLOUT_ERR_INVALID (an argument is NULL, two nodes have one name, an unknown gate) or
 *  ROLLOUT_ERR_NOMEM. Since: 0.1 (testing) */
ROLLOUT_API int rollout_lint(const struct rollout_world *world, struct rollout_findings **ret_findings,
                             struct rollout_error *reterr);

/** NULL is allowed. Since: 0.1 (testing) */
ROLLOUT_API void rollout_findings_free(struct rollout_findings *findings);

/** The name of a code as documents spell it, "RoundsToNone"; NULL for an unknown one. Static storage.
 *  Since: 0.1 (testing) */
ROLLOUT_API const char *rollout_lint_name(uint32_t code);

#ifdef __cplusplus
}
#endif

#endif

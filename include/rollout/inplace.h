/* SPDX-License-Identifier: Apache-2.0 */
/** @file inplace.h
 *  Can a pod go from one revision to another in place, and what would change?
 *  Source of the rules: inplace.md 2 to 7. */
#ifndef ROLLOUT_INPLACE_H
#define ROLLOUT_INPLACE_H

#include <rollout/base.h>
#include <rollout/node.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Why a change is not possible in place: the step of inplace.md 4.1, or of 4.4 where there is one. */
enum {
    ROLLOUT_DIFF_POSSIBLE = 0,
    ROLLOUT_DIFF_NO_REVISION = 1, /**< one of the revisions is not known */
    ROLLOUT_DIFF_BROKEN = 2,      /**< one of them holds no pod template, or one that cannot be read */
    ROLLOUT_DIFF_CLAIMS = 3,      /**< the volume claim templates differ (gate RecreatePodWhenChangeVCT...) */
    ROLLOUT_DIFF_PATH = 4,        /**< the path changes and may not */
    ROLLOUT_DIFF_OPERATION = 5,   /**< the path may be replaced, but is added or removed */
    ROLLOUT_DIFF_QUANTITY = 6,    /**< a resource that is neither cpu nor memory, or no quantity */
    ROLLOUT_DIFF_QOS = 7,         /**< the pod's QoS class would change */
    ROLLOUT_DIFF_GATE = 8         /**< resources change and gate InPlaceWorkloadVerticalScaling is off */
};

/** What happens at the path. */
enum { ROLLOUT_DIFF_REPLACE = 1, ROLLOUT_DIFF_ADD = 2, ROLLOUT_DIFF_REMOVE = 3 };

/** rollout_diff.flags and rollout_in_place_verdict.flags: what the change consists of. A planner that has the
 *  pod at hand goes by its own resizePolicy, not by _RESTARTS. */
enum {
    ROLLOUT_CHANGES_IMAGES = 1 << 0,
    ROLLOUT_CHANGES_RESOURCES = 1 << 1,
    ROLLOUT_CHANGES_METADATA = 1 << 2,
    ROLLOUT_CHANGES_ENV = 1 << 3,     /**< labels or annotations that feed a container's environment */
    ROLLOUT_CHANGES_RESTARTS = 1 << 4 /**< beside _RESOURCES: a container whose cpu or memory changes
                                           restarts for it, by its template's resizePolicy */
};

/** rollout_diff_options.flags */
enum {
    ROLLOUT_DIFF_VERTICAL_SCALING = 1 << 0,  /**< gate InPlaceWorkloadVerticalScaling */
    ROLLOUT_DIFF_ENV_FROM_METADATA = 1 << 1, /**< gate InPlaceUpdateEnvFromMetadata (on by default) */
    ROLLOUT_DIFF_COMPARE_CLAIMS = 1 << 2     /**< gate RecreatePodWhenChangeVCTInCloneSetGate, and not InPlaceOnly */
};

/** The verdict on a pair of revisions, by their places in the snapshot's revisions. */
struct rollout_in_place_verdict {
    uint32_t from;             /**< from 1 */
    uint32_t to;               /**< from 1 */
    uint32_t rule;             /**< ROLLOUT_DIFF_*; ROLLOUT_DIFF_POSSIBLE = in place */
    uint32_t flags;            /**< ROLLOUT_CHANGES_* */
    struct rollout_str path;   /**< what forbids it, as a JSON pointer below the template; absent = none */
};

/** Two revisions to compare. */
struct rollout_diff_options {
    uint32_t struct_size; /**< sizeof(struct rollout_diff_options) in the caller's build */
    uint32_t flags;       /**< ROLLOUT_DIFF_VERTICAL_SCALING, ... */
};

/** What changes of one container. Frozen. */
struct rollout_container_change {
    struct rollout_str name;
    struct rollout_str image;          /**< the new one; absent = unchanged */
    struct rollout_labels labels;      /**< new values that feed its environment */
    struct rollout_labels annotations; /**< same */
    struct rollout_labels limits;      /**< cpu and memory that change, with their new quantity */
    struct rollout_labels requests;    /**< same */
};

/** The answer. One block, read-only, released with rollout_diff_free(). It does not outlive the
 *  trees it was made from: texts point into them. */
struct rollout_diff {
    uint32_t struct_size; /**< set by the library */
    uint32_t rule;        /**< ROLLOUT_DIFF_*; ROLLOUT_DIFF_POSSIBLE = in place, else only path and operation say more */
    uint32_t operation;   /**< ROLLOUT_DIFF_REPLACE, _ADD, _REMOVE at the path; 0 = none */
    uint32_t flags;       /**< ROLLOUT_CHANGES_* */
    struct rollout_str path;   /**< what forbids it, as a JSON pointer below the template; absent = none. With
                                    ROLLOUT_DIFF_BROKEN which of the two is: "old" (or both) or "new" */
    const struct rollout_container_change *containers; /**< those that change, in the new template's order */
    size_t container_count;
    struct rollout_tree metadata_patch; /**< strategic merge patch {"metadata":{...}}; count 0 = none */
};

/** Compares two ControllerRevision objects, or their .data: whole, as upstream does. Where one of them is
 *  a workload (with .spec.template), a PodTemplate (with .template) or a bare pod template, only the
 *  templates are compared, and the "$patch" of a revision's template does not count.
 *  Returns ROLLOUT_OK (also where it is not possible in place), ROLLOUT_ERR_ABI,
 *  ROLLOUT_ERR_INVALID (malformed tree) or ROLLOUT_ERR_NOMEM. *ret_diff is owned by the caller.
 *  Since: 0.1 (testing) */
ROLLOUT_API int rollout_diff(const struct rollout_tree *old_revision, const struct rollout_tree *new_revision,
                             const struct rollout_diff_options *options, struct rollout_diff **ret_diff,
                             struct rollout_error *reterr);
ROLLOUT_API void rollout_diff_free(struct rollout_diff *diff);

#ifdef __cplusplus
}
#endif

#endif

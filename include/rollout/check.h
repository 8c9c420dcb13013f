/* SPDX-License-Identifier: Apache-2.0 */
/** @file check.h
 *  Is every state safe that a small world can reach, and does every path end? Plans are made and carried out, and the
 *  cluster moves in every order that it can: breadth first, so that a counterexample is a shortest one.
 *
 *  A step is a pass of the driver (rollout_plan(), and all of its actions carried out), one event of the world
 *  (a pod is scheduled, starts, becomes ready, is gone, an owner releases a hook), a fault, or a change of the spec.
 *  Time has no length: a pod is young until a step makes the longest ready one old enough, so that the order of such
 *  steps is that of the clock. Pods that differ in nothing are one and the same. Volume claims, back-offs for
 *  failed pods and progress deadlines are left out. */
#ifndef ROLLOUT_CHECK_H
#define ROLLOUT_CHECK_H

#include <rollout/base.h>
#include <rollout/objects.h>
#include <rollout/simulate.h>

#ifdef __cplusplus
extern "C" {
#endif

/** rollout_check_options.flags: which faults there are, besides which the world cooperates. */
enum {
    ROLLOUT_CHECK_UNREADY = 1 << 0, /**< a ready pod becomes unready, and may become ready again */
    ROLLOUT_CHECK_BREAK = 1 << 1,   /**< a pod that does not run the update revision becomes unready for good; of a SidecarSet's
                                         pod the set's containers do, until they have another image */
    ROLLOUT_CHECK_FAIL = 1 << 2,    /**< a pod's phase becomes Failed; a job's that restarts OnFailure does so */
    ROLLOUT_CHECK_VANISH = 1 << 3,  /**< someone else removes a pod; a SidecarSet's is made anew by its owner, with what admission
                                         injects then */
    ROLLOUT_CHECK_NODE = 1 << 4,    /**< a node is lost: its pods are terminating and unready for good; a DaemonSet's and a
                                         BroadcastJob's do not terminate by that, a SidecarSet's are made anew */
    ROLLOUT_CHECK_CORDON = 1 << 5,  /**< a node is cordoned */
    ROLLOUT_CHECK_RETURN = 1 << 6,  /**< a lost node is back, or one that is cordoned is so no more */
    ROLLOUT_CHECK_ROOM = 1 << 7     /**< no new pod of a UnitedDeployment's subset finds a node; some day it may again */
};

struct rollout_check_options {
    uint32_t struct_size; /**< sizeof(struct rollout_check_options) in the caller's build */
    uint32_t flags;       /**< ROLLOUT_CHECK_* */
    uint32_t faults;      /**< at most so many on a path, up to 15 */
    uint32_t reserved;    /**< zero */
    const struct rollout_change *changes; /**< each may come at any moment, in this order; at_ms does not count */
    size_t change_count;
    const struct rollout_str *assertions; /**< beyond the kind's own promises; without those about time and order */
    size_t assertion_count;
    uint64_t state_limit; /**< 0: 10,000,000 */
    size_t memory_limit;  /**< bytes for states; 0: 1 GiB */
};

/** How far it is. */
enum {
    ROLLOUT_CHECK_RUNS = 0,
    ROLLOUT_CHECK_HOLDS = 1,   /**< every state reachable is safe, and every path ends */
    ROLLOUT_CHECK_UNSAFE = 2,  /**< a plan breaks a promise */
    ROLLOUT_CHECK_STUCK = 3,   /**< from a state on nothing leads to what was asked for, and nothing moves any more */
    ROLLOUT_CHECK_LOOPS = 4,   /**< ... and it goes round in circles */
    ROLLOUT_CHECK_STATES = 5,  /**< state_limit is reached; what was explored is safe */
    ROLLOUT_CHECK_MEMORY = 6   /**< memory_limit is; the same */
};

struct rollout_check_result {
    uint32_t struct_size; /**< set by the caller to what his build knows */
    uint32_t outcome;     /**< ROLLOUT_CHECK_* */
    uint64_t states;      /**< explored */
    uint64_t found;       /**< explored, or waiting to be */
    uint64_t steps;       /**< from a state to a state */
    uint64_t depth;       /**< of the state explored last */
    size_t memory;        /**< bytes that states take */
    size_t story;         /**< steps of the counterexample, 0 = there is none */
    size_t loop;          /**< LOOPS: the last so many steps of the story come again and again */
    char message[320];    /**< what is broken, "" = nothing */
};

/** An exploration under way. */
struct rollout_check;

/** Begins at world->snapshot, which must outlive it as all that options point to. At most 32 pods, 32 nodes and 32 revisions,
 *  of a Deployment 16 ReplicaSets at a time.
 *  Errors and ownership as of rollout_simulation_new(). Since: 0.1 (testing) */
ROLLOUT_API int rollout_check_new(const struct rollout_world *world, const struct rollout_check_options *options,
                                  struct rollout_check **ret_check, struct rollout_error *reterr);

/** Explores up to `states` more states. *result is written (at most struct_size bytes of it). At the end it changes
 *  nothing any more. Returns ROLLOUT_OK, or what rollout_plan() does; ROLLOUT_ERR_INVALID also where there are more than
 *  32 pods at a time. After an error there is nothing to do but to free it. Since: 0.1 (testing) */
ROLLOUT_API int rollout_check_step(struct rollout_check *check, uint64_t states, struct rollout_check_result *result,
                                   struct rollout_error *reterr);

/** One step of a story. */
enum {
    ROLLOUT_MOVE_START = 0,  /**< how the story begins */
    ROLLOUT_MOVE_PASS = 1,   /**< a plan, carried out */
    ROLLOUT_MOVE_WORLD = 2,  /**< an event of the world */
    ROLLOUT_MOVE_FAULT = 3,  /**< something goes wrong */
    ROLLOUT_MOVE_CHANGE = 4, /**< the spec changes */
    ROLLOUT_MOVE_TIME = 5    /**< time passes */
};

/** Step `index` (from 0) of the counterexample. */
struct rollout_check_story {
    uint32_t struct_size; /**< set by the caller to what his build knows */
    uint32_t move;        /**< ROLLOUT_MOVE_* */
    const struct rollout_workload *workload; /**< before the step; valid until the next call */
    const struct rollout_snapshot *snapshot; /**< the same */
    const struct rollout_plan *plan;         /**< of a pass, else NULL; the same */
    char text[192];                          /**< "pod web-1 becomes ready" */
};

/** Returns ROLLOUT_OK, or ROLLOUT_ERR_INVALID where the story has no such step. Since: 0.1 (testing) */
ROLLOUT_API int rollout_check_story(struct rollout_check *check, size_t index, struct rollout_check_story *story,
                                    struct rollout_error *reterr);
ROLLOUT_API void rollout_check_free(struct rollout_check *check);

#ifdef __cplusplus
}
#endif

#endif

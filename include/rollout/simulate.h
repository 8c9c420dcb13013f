/* SPDX-License-Identifier: Apache-2.0 */
/** @file simulate.h
 *  A whole release in virtual time: rollout_plan() in a loop over a modelled cluster.
 *
 *  The model carries a plan's actions out on the facts, as rollout_apply() does on the objects, and lets the
 *  others act: scheduler, kubelet, owners of hooks, garbage collection. How long each of them takes is a delay
 *  a pod; what goes wrong and how the spec changes midway are lists. Nothing is random but by the seed: the
 *  same input and seed give the same release on every machine.
 *
 *  The controllers of a Deployment's ReplicaSets act at once, choosing as rollout_plan() of a ReplicaSet does, and
 *  their status is what their pods are whenever the driver looks. rollout_check_step() lets them lag behind.
 *
 *  Times within a simulation are milliseconds since its start. */
#ifndef ROLLOUT_SIMULATE_H
#define ROLLOUT_SIMULATE_H

#include <rollout/base.h>
#include <rollout/objects.h>
#include <rollout/plan.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How a delay is distributed. */
enum {
    ROLLOUT_DELAY_CONSTANT = 0,    /**< always a_ms */
    ROLLOUT_DELAY_UNIFORM = 1,     /**< each of a_ms..b_ms alike */
    ROLLOUT_DELAY_EXPONENTIAL = 2, /**< mean a_ms, never more than b_ms (0: than 20 means) */
    ROLLOUT_DELAY_PERCENTILES = 3  /**< log-normal with p50 a_ms > 0 and p95 b_ms >= a_ms */
};

/** A delay. All zeros: none. Frozen. */
struct rollout_delay {
    uint32_t kind;     /**< ROLLOUT_DELAY_* */
    uint32_t reserved; /**< zero */
    int64_t a_ms;      /**< 0 to 10^12 */
    int64_t b_ms;      /**< 0 to 10^12 */
};

/** What takes its time with a pod. */
enum {
    ROLLOUT_STEP_SCHEDULE = 0, /**< from created to having a node */
    ROLLOUT_STEP_PREPARE = 1,  /**< sandbox, network, volumes: only of a new pod */
    ROLLOUT_STEP_PULL = 2,     /**< images: of a new pod, and of one updated in place */
    ROLLOUT_STEP_START = 3,    /**< containers start, both times */
    ROLLOUT_STEP_READY = 4,    /**< from started to ready */
    ROLLOUT_STEP_STOP = 5,     /**< from deleted to gone */
    ROLLOUT_STEP_HOOK = 6,     /**< until the owner of a hook lets a pod go, or puts its hook back */
    ROLLOUT_STEP_COUNT = 7
};

/** What goes wrong. */
enum {
    ROLLOUT_FAULT_NEVER_READY = 1, /**< pods that start on the revision never become ready */
    ROLLOUT_FAULT_IMAGE = 2,       /**< its image cannot be pulled: containers never start */
    ROLLOUT_FAULT_CRASH = 3,       /**< pods become unready at_ms after they became ready, each once, and restart; a job's that
                                        does not restart has failed */
    ROLLOUT_FAULT_NODE = 4,        /**< the node, or all of the zone, is lost at at_ms and does not come back: its pods become
                                        unready, and those that are to go never do. A SidecarSet's are made anew by their
                                        owners, with what admission injects then */
    ROLLOUT_FAULT_BREAK = 5,       /**< at at_ms the pod becomes unready until it is updated or replaced; of a SidecarSet's
                                        pod it is the set's containers that do */
    ROLLOUT_FAULT_FAIL = 6,        /**< a job's pods end with a failure, each time that they run: one that restarts OnFailure
                                        runs again, and any other has failed. Only a BroadcastJob has such */
    ROLLOUT_FAULT_CORDON = 7,      /**< at at_ms the node, or all of the zone, is cordoned: what is there runs on */
    ROLLOUT_FAULT_RETURN = 8,      /**< at at_ms the node, or all of the zone, is back, if it was lost, and not cordoned any
                                        more */
    ROLLOUT_FAULT_ROOM = 9         /**< from the start on no new pod of a UnitedDeployment's subset finds a node; until at_ms,
                                        0 = for good */
};

/** One fault. Frozen. */
struct rollout_fault {
    uint32_t kind;             /**< ROLLOUT_FAULT_* */
    uint32_t share;            /**< of a million pods so many, drawn by the seed; 0 = all: NEVER_READY, IMAGE, CRASH, FAIL */
    int64_t at_ms;             /**< see the kind */
    struct rollout_str target; /**< NEVER_READY, IMAGE, CRASH: name of a revision, absent = any; a Deployment's are named as their
                                    ReplicaSets, and its own name is the template that it asks for at the start; NODE, CORDON,
                                    RETURN: name of a node or of a zone; FAIL: the same, absent = any; BREAK: name of a pod,
                                    which need not be there yet; ROOM: name of a subset. What is not there is refused */
};

/** The spec changes midway. Frozen. */
struct rollout_change {
    int64_t at_ms; /**< since the start; negative: once, as things are, the release is over or nothing moves any more */
    const struct rollout_world *world; /**< its workload is what is asked for from then on, at its update revision, which
                                            joins the others where it is none of them; its pods do not count. A job has no
                                            revisions: its template is that of pods created from then on */
};

/** rollout_simulation_options.flags */
enum {
    ROLLOUT_SIMULATE_RECREATE = 1 << 0, /**< as if no change could be made in place, to compare with; not of a SidecarSet,
                                             which makes no pods */
    ROLLOUT_SIMULATE_OBJECTS = 1 << 1   /**< the workload's object is kept as each pass leaves it: see
                                             rollout_simulation_world() */
};

struct rollout_simulation_options {
    uint32_t struct_size; /**< sizeof(struct rollout_simulation_options) in the caller's build */
    uint32_t flags;       /**< ROLLOUT_SIMULATE_* */
    uint64_t seed;
    struct rollout_delay delays[ROLLOUT_STEP_COUNT];
    const struct rollout_fault *faults;
    size_t fault_count;
    const struct rollout_change *changes; /**< carried out in this order */
    size_t change_count;
    const struct rollout_str *assertions; /**< texts, see rollout_simulation_step() */
    size_t assertion_count;
    int64_t observe_ms;  /**< what happens within so long is observed together and makes one pass; 0: 1000 */
    int64_t limit_ms;    /**< the release is given up after so long; 0: 7 days */
    uint64_t crash_after; /**< the driver dies after so many writes and plans anew; 0: never */
    struct rollout_delay run; /**< a job's pod: from the start of its containers, ready at once, until it succeeds; after a
                                   restart again in full */
};

/** How far it is. */
enum {
    ROLLOUT_SIMULATION_RUNS = 0,
    ROLLOUT_SIMULATION_DONE = 1,   /**< what was asked for is there, and nothing moves */
    ROLLOUT_SIMULATION_STUCK = 2,  /**< it is not, and nothing can move any more */
    ROLLOUT_SIMULATION_LOOPS = 3,  /**< it is not when the time limit is reached: it goes on and on */
    ROLLOUT_SIMULATION_FAILED = 4  /**< an assertion does not hold */
};

/** The cluster as a pass finds it, and all figures so far. */
struct rollout_simulation_state {
    uint32_t struct_size; /**< set by the caller to what his build knows */
    uint32_t outcome;     /**< ROLLOUT_SIMULATION_* */
    int64_t now_ms;       /**< since the start */
    uint64_t passes;      /**< plans made so far */
    uint64_t writes;      /**< actions carried out so far; a pod created is one */
    int64_t wanted;       /**< pods, or nodes that should have one */
    int64_t total;        /**< pods that are there and neither finished nor terminating */
    int64_t available;    /**< as the kind counts them */
    int64_t updated;      /**< of total at the update revision */
    int64_t lowest_available; /**< so far */
    int64_t lowest_available_at_ms;
    int64_t peak_total; /**< so far */
    int64_t peak_total_at_ms;
    int64_t lowest_in_zone;   /**< the least share of a zone's pods at the start that was available, in millionths */
    struct rollout_str lowest_zone; /**< which; absent where no node has a zone */
    uint64_t created, deleted, in_place, recreated; /**< pods so far; recreated: marked or deleted for an update */
    uint64_t disruptions; /**< times that an action made an available pod unavailable */
    uint64_t restarts;    /**< by updates in place, one a step of an update, and by crashes of containers */
    uint32_t failed_assertion; /**< outcome FAILED: from 0, else ROLLOUT_NONE */
    uint32_t reserved;
    char message[320]; /**< outcome FAILED: why it does not hold; else "" */
    int64_t succeeded, failed; /**< a job's pods that are there and have ended so; once it is deleted, that were there */
};

/** A release under way. */
struct rollout_simulation;

/** Begins a release of world->workload from world->snapshot, both of which, like all that options point to, must
 *  outlive it. Where the world has the objects' trees, new pods are made from the revisions' templates as
 *  rollout_apply() makes them; else like the pods of the revision that are there already, or like any.
 *  ReplicaSets of a Deployment act by their own planner. A UnitedDeployment's children are played plainly: CloneSets and
 *  Deployments replace so many pods at a time as their template's maxUnavailable allows, at least one, none while it is
 *  paused, and know no surge and no update in place; StatefulSets go from ordinal to ordinal and wait for each pod.
 *  *ret_simulation is the caller's. Returns ROLLOUT_OK, ROLLOUT_ERR_ABI, ROLLOUT_ERR_INVALID (also an assertion that
 *  cannot be read, a change that cannot be made, more than 200,000 pods or 1,024 revisions) or ROLLOUT_ERR_NOMEM.
 *  Since: 0.1 (testing) */
ROLLOUT_API int rollout_simulation_new(const struct rollout_world *world,
                                       const struct rollout_simulation_options *options,
                                       struct rollout_simulation **ret_simulation, struct rollout_error *reterr);

/** Goes on to the next pass: the last plan is carried out, time moves to the next thing that happens, and a plan is made
 *  of what is there then. *state is written (at most struct_size bytes of it) and says whether it goes on. At the end it
 *  changes nothing any more.
 *
 *  Assertions, one each: "available >= 90%", "total <= replicas + 1", "per zone: unavailable <= 1",
 *  "order: role=follower before role=leader", "finishes within 10m", "restarts <= 2", "old >= 3 until partition 0".
 *  Each is looked at when a plan has been carried out, when something goes wrong, and before every pass; the first that does
 *  not hold ends the release.
 *
 *  Returns ROLLOUT_OK, what rollout_plan() and rollout_apply() do, or ROLLOUT_ERR_INVALID: a plan creates pods beyond
 *  200,000. After an error it cannot be gone on with: free it, or begin again. Since: 0.1 (testing) */
ROLLOUT_API int rollout_simulation_step(struct rollout_simulation *simulation, struct rollout_simulation_state *state,
                                        struct rollout_error *reterr);

/** The workload of the last pass, valid until the next step. NULL before the first one. Since: 0.1 (testing) */
ROLLOUT_API const struct rollout_workload *rollout_simulation_workload(const struct rollout_simulation *simulation);

/** Its snapshot, the same. That of a Deployment lists its templates as revisions, each by the name of its ReplicaSet, which
 *  no planner reads. Since: 0.1 (testing) */
ROLLOUT_API const struct rollout_snapshot *rollout_simulation_snapshot(const struct rollout_simulation *simulation);

/** Its plan, which is carried out by the next step; the same. With outcome FAILED it may be carried out already.
 *  Since: 0.1 (testing) */
ROLLOUT_API const struct rollout_plan *rollout_simulation_plan(const struct rollout_simulation *simulation);

/** The same as a world, for rollout_plan_object() and, with ROLLOUT_SIMULATE_OBJECTS, rollout_snapshot_object(): it has the
 *  objects of the workload and of the revisions, none of pods and claims. *ret_world is no result of its own and is not
 *  freed. Returns ROLLOUT_OK or ROLLOUT_ERR_INVALID. Since: 0.1 (testing) */
ROLLOUT_API int rollout_simulation_world(const struct rollout_simulation *simulation, struct rollout_world *ret_world,
                                         struct rollout_error *reterr);

/** How many of options.changes have been made. Since: 0.1 (testing) */
ROLLOUT_API size_t rollout_simulation_changes(const struct rollout_simulation *simulation);

/** Begins again with another seed. Since: 0.1 (testing) */
ROLLOUT_API int rollout_simulation_restart(struct rollout_simulation *simulation, uint64_t seed,
                                           struct rollout_error *reterr);
ROLLOUT_API void rollout_simulation_free(struct rollout_simulation *simulation);

#ifdef __cplusplus
}
#endif

#endif

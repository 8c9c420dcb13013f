/* SPDX-License-Identifier: Apache-2.0 */
/* A release under way: what its parts share. */
#ifndef RO_SIM_SIMULATION_H
#define RO_SIM_SIMULATION_H

#include <rollout/simulate.h>

#include "sim/assertion.h"
#include "sim/kinds.h"
#include "sim/timers.h"

/* What counts of a pod, as it was when it was last looked at. */
enum { RO_COUNTS_ACTIVE = 1 << 0, RO_COUNTS_AVAILABLE = 1 << 1, RO_COUNTS_UPDATED = 1 << 2,
       RO_COUNTS_SUCCEEDED = 1 << 3, RO_COUNTS_FAILED = 1 << 4 };

struct rollout_simulation {
    struct rollout_simulation_options options;
    const struct rollout_world *world;
    struct ro_cluster cluster;
    struct ro_timers timers;
    struct rollout_plan *plan; /* of the last pass; not carried out yet, unless done */
    bool carried_out;
    bool failed; /* a step did, and may have been done in part */
    int64_t start_ms;
    size_t change;        /* that comes next */
    uint8_t *fault_done;  /* a fault: those with a time of their own */
    uint64_t since_crash; /* writes of the driver that runs now */
    struct rollout_simulation_state state;

    uint8_t *bytes; /* a pod, four times, and two numbers: what assertions look at */
    size_t byte_room;
    int64_t *zone_total;     /* a zone: pods at the start */
    int64_t *zone_available; /* a zone: pods now */
    struct ro_assertion_counts *zone_scratch;
    void *object_block; /* the workload's object as it is now, where objects are kept */
    struct rollout_tree object;
    struct ro_arena arena; /* assertions, zones */
    const struct ro_assertion **assertions;
};

/* ---- figures.c ---- */

/* The zones' pods at the start. ROLLOUT_OK or ROLLOUT_ERR_NOMEM. */
int ro_figures_begin(struct rollout_simulation *s);

/* How many pods, or nodes, are asked for: after a change of the spec or of the nodes. */
void ro_figures_wanted(struct rollout_simulation *s);

/* Looks at all pods; at one, after whatever happened to it. */
void ro_figures_all(struct rollout_simulation *s);
void ro_figures_one(struct rollout_simulation *s, uint32_t pod);

/* The lowest and highest so far. */
void ro_figures_extremes(struct rollout_simulation *s);

/* Whether all assertions hold; if not, the state says which does not, and why. done: the release has come to its end.
 * ROLLOUT_OK or ROLLOUT_ERR_NOMEM. */
int ro_figures_assert(struct rollout_simulation *s, bool done);

/* ---- written.c ---- */

/* The workload's object at the start, after a pass that wrote its status, after a change of the spec. */
int ro_written_begin(struct rollout_simulation *s);
int ro_written_action(struct rollout_simulation *s, size_t action);
int ro_written_pass(struct rollout_simulation *s);
int ro_written_change(struct rollout_simulation *s, const struct rollout_world *to);

/* The world as it stands. */
void ro_written_world(const struct rollout_simulation *s, struct rollout_world *ret);

/* ---- course.c: what happens by itself ---- */

/* Whatever is due with the pod is set, or set anew. */
int ro_course_follow(struct rollout_simulation *s, uint32_t pod);
int ro_course_follow_all(struct rollout_simulation *s);

/* What the controllers of a Deployment's ReplicaSets do at once. */
int ro_course_sets(struct rollout_simulation *s);
/* Children do whatever they can at once. */
int ro_course_children(struct rollout_simulation *s);

/* The next instant at which something happens by itself; 0 = nothing does. with_faults: those that come at a time count. */
int64_t ro_course_next(struct rollout_simulation *s, bool with_faults);

/* All that happens up to this instant, in its order. */
int ro_course_run(struct rollout_simulation *s, int64_t until_ms);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* An exploration under way: what its parts share. */
#ifndef RO_SIM_EXPLORATION_H
#define RO_SIM_EXPLORATION_H

#include <rollout/check.h>

#include "sim/assertion.h"
#include "sim/small.h"
#include "sim/states.h"

/* What brings one state to the next; the low byte says which pod or node. */
enum {
    MOVE_START = 0,
    MOVE_PASS = 1 << 8,
    MOVE_EVENT = 2 << 8,
    MOVE_HOOK = 3 << 8,
    MOVE_UNREADY = 4 << 8,
    MOVE_BREAK = 5 << 8,
    MOVE_FAIL = 6 << 8,
    MOVE_VANISH = 7 << 8,
    MOVE_NODE = 8 << 8,
    MOVE_CHANGE = 9 << 8,
    MOVE_AGE = 10 << 8,
    MOVE_GRACE = 11 << 8,
    MOVE_CORDON = 13 << 8,
    MOVE_RETURN = 14 << 8,
    MOVE_CHILD = 15 << 8, /* a step of a child's controller */
    MOVE_ROOM = 16 << 8,  /* a subset has no room any more */
    MOVE_SET = 17 << 8, /* a pass of a ReplicaSet's controller */
    MOVE_ROOM_BACK = 18 << 8,
    MOVE_MARK = 19 << 8, /* 0: the first marks of subsets are over; 1: an update is late */
    MOVE_NOTHING = 12 << 8 /* the end of a story: nothing is planned, and nothing else moves */
};

struct rollout_check {
    struct rollout_check_options options;
    struct ro_small small;
    struct ro_states states;
    struct ro_arena arena;
    const struct ro_assertion **assertions;
    struct rollout_check_result result;
    int64_t zone_total[RO_SMALL_NODES]; /* a zone: pods at the start */
    struct ro_assertion_counts zone_scratch[RO_SMALL_NODES];
    size_t at;        /* the state that is explored next */
    size_t judgement; /* when so many are found, their fates are looked at */
    bool failed;      /* a step did, and may have been done in part */
    uint32_t culprit; /* the state from which the story goes wrong */

    /* as the state that is explored was unpacked */
    struct rollout_pod pods[RO_SMALL_PODS];
    struct rollout_in_place in_place[RO_SMALL_PODS];
    struct ro_sim_pod hidden[RO_SMALL_PODS];
    size_t pod_count;
    int32_t memory[RO_KIND_MEMORY];
    uint32_t faults, lost, cordoned;
    size_t change;

    /* the story: states by number, and the move from each */
    uint32_t *story_states;
    uint16_t *story_moves;
    size_t story_room;
    struct rollout_str (*story_names)[RO_SMALL_PODS]; /* a step: pods of its state by their places */
    struct rollout_str first_names[RO_SMALL_PODS];    /* of the start */
    struct rollout_plan *story_plan;
};

/* ---- explore.c ---- */

/* All that can come of the next state. */
int ro_explore(struct rollout_check *k);

/* The exploration ends, with a story that goes wrong from this state on; UINT32_MAX: there is none. */
void ro_explore_end(struct rollout_check *k, uint32_t outcome, uint32_t culprit);

/* A pass of the driver on the cluster as it was unpacked, and any other move; false where that is not possible. */
int ro_explore_pass(struct rollout_check *k, struct rollout_plan **ret_plan);
bool ro_explore_move(struct rollout_check *k, uint16_t what);

/* ---- story.c ---- */

/* From the start to the culprit, and, where it is no single step, on to where nothing moves or it comes round again. */
int ro_story_tell(struct rollout_check *k);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Which pods the planner's update walk chooses from, in its order, and what it counts. */
#ifndef EXAMPLES_WALK_H
#define EXAMPLES_WALK_H

#include <stdbool.h>

#include <rollout/rollout.h>

#include "text.h"

struct walk {
    uint32_t *pods; /* the candidates in release order: places in the snapshot */
    size_t count;
    struct rollout_str target; /* name of the revision that they go to */
    bool back;                 /* updated pods go back to the current revision */
    int64_t partition, replicas;
    int64_t active;             /* pods that count */
    int64_t updated, old;       /* of these, without those in PreparingDelete */
    int64_t unavailable;        /* of those that count */
    int64_t unavailable_target; /* same, at the target */
};

/* From a world and its plan. Release with walk_free(). */
int walk_make(const struct rollout_world *world, const struct rollout_plan *plan, struct walk *ret,
              struct rollout_error *reterr);
void walk_free(struct walk *walk);

/* The plan's limit of that name; NULL where it has none. */
const struct rollout_limit *walk_limit(const struct rollout_plan *plan, const char *field);

/* The pod's place, from 1; 0 where it is no candidate, or where the verdict says another place. */
size_t walk_place(const struct walk *walk, const struct rollout_verdict *verdict, uint32_t pod);

/* Two lines of arithmetic behind a verdict that a limit decided; nothing for others. */
void walk_explain(const struct walk *walk, const struct rollout_plan *plan, const struct rollout_verdict *verdict,
                  struct text *out);

#endif

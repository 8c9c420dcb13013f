/* SPDX-License-Identifier: Apache-2.0 */
/* Deployments and their ReplicaSets for tests, the oldest first. */
#ifndef SUPPORT_ROLLWORLD_H
#define SUPPORT_ROLLWORLD_H

#include <rollout/rollout.h>

enum { ROLL_SETS = 16, ROLL_NOTES = 4 };

struct rollworld {
    struct rollout_deployment spec;
    struct rollout_deployment_status status;
    struct rollout_workload workload;
    struct rollout_snapshot snapshot;
    struct rollout_replica_set_facts sets[ROLL_SETS];
    struct rollout_label notes[ROLL_SETS][ROLL_NOTES];
    char texts[ROLL_SETS][ROLL_NOTES][24];
    struct rollout_plan *plan;
    struct rollout_error error;
};

/* A Deployment of so many replicas. A limit is "3" or "25%". */
void roll_world(struct rollworld *w, int32_t replicas, const char *surge, const char *unavailable);

/* One more ReplicaSet, younger than the others and all of its pods available, with its annotations of size (negative:
 * none) and its revision, which is its place from 1. Returns its place. */
uint32_t roll_add(struct rollworld *w, int32_t size, int64_t desired, int64_t most);

/* It is of the Deployment's template. */
void roll_make_new(struct rollworld *w, uint32_t set);

/* Plans anew; fails the test where that fails. */
void roll_plan(struct rollworld *w);
void roll_free(struct rollworld *w);

/* Sizes as the plan leaves them, "8 5"; what it creates comes last, what it deletes is "-". */
const char *roll_sizes(const struct rollworld *w, char *buf, size_t size);

/* Carries the plan out on sizes alone: what a ReplicaSet loses is gone, what it gets is there and not available. A
 * created one is the new one. Whether a size has changed. */
int roll_apply(struct rollworld *w);

#endif

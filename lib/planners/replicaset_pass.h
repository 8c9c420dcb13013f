/* SPDX-License-Identifier: Apache-2.0 */
/* One pass over a ReplicaSet. Source: deployment.md 10 and 11. */
#ifndef RO_PLANNERS_REPLICASET_PASS_H
#define RO_PLANNERS_REPLICASET_PASS_H

#include <stdbool.h>

#include "planners/builder.h"
#include "planners/planner.h"

enum { REPLICASET_BURST = 500 }; /* creations or deletions in a pass */

/* What a pod is to the pass. */
enum { REPLICA_OTHER, REPLICA_OWN, REPLICA_RELEASED };

struct replicas {
    const struct rollout_replicaset *spec;
    const struct ro_planner_input *in;
    int64_t now_ms;
    bool stops; /* the selector cannot be used */
    int64_t wanted;
    uint8_t *kinds; /* by pod; with the bits of ro_acted() */
    uint32_t *own;  /* active pods that it controls, in input order, or ranked */
    uint32_t own_count;
    uint32_t *places;  /* by pod: its number in the ranking from 1; 0 = none */
    uint32_t *related; /* active pods that some sibling's selector matches, by node */
    uint32_t related_count;
    uint32_t *scratch;
    uint32_t *siblings;        /* places in replica_sets, by the value of their label pod-template-hash */
    uint32_t *ranks;           /* by pod: related pods on its node */
    uint32_t deletes, creates; /* in this pass */
    bool ranked;
    struct rollout_replicaset_status status;
    bool drops_failure; /* the condition ReplicaFailure goes */
    int64_t next_ms, requeue_seconds;
};

/* Ranks the own pods, first to be deleted first: replicaset_rank.c. */
void replicas_rank(struct replicas *r);

#endif

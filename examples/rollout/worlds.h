/* SPDX-License-Identifier: Apache-2.0 */
/* Worlds that the command makes: of a Snapshot that it writes itself, and of a release from one manifest to another. */
#ifndef EXAMPLES_WORLDS_H
#define EXAMPLES_WORLDS_H

#include <rollout/json.h>
#include <rollout/rollout.h>

/* What a Snapshot is written from. Zero: absent. */
struct world_parts {
    int64_t now_ms;
    const struct rollout_node *gates; /* featureGates */
    struct rollout_str current;       /* name of the current revision */
    const struct rollout_node *workload;
    const struct rollout_tree *revisions;
    size_t revision_count;
    size_t nodes; /* so many made-up ones, node-1, node-2, ... */
    size_t zones; /* that they are spread over: zone-1, ... */
};

/* A world and the text that it was decoded from. Zero-initialise, release with made_world_free(). */
struct made_world {
    struct rollout_json *json;
    struct rollout_world *world;
};

int made_world_decode(const struct world_parts *parts, struct made_world *ret, struct rollout_error *reterr);
void made_world_free(struct made_world *made);

/* The beginning of a release: all pods of one manifest run and are ready, another one is asked for. Zero-initialise,
 * release with start_free(). */
struct start {
    struct made_world old_world, new_world;
    struct rollout_simulation *simulation; /* holds the pods */
    struct rollout_snapshot snapshot;
    struct rollout_world world;
};

/* old, new: trees of workloads. parts: gates, nodes and zones are taken. ROLLOUT_OK or an error. */
int start_make(const struct rollout_node *old, const struct rollout_node *new_, const struct world_parts *parts,
               struct start *ret, struct rollout_error *reterr);
void start_free(struct start *start);

#endif

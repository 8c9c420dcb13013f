/* SPDX-License-Identifier: Apache-2.0 */
/* Carries out a plan on a Snapshot document, as a driver with an API server would: for tests that look at
 * the next pass. */
#ifndef SUPPORT_PLAY_H
#define SUPPORT_PLAY_H

#include <jansson.h>

#include <rollout/json.h>
#include <rollout/rollout.h>

/* Names what is being played where the program ends with an error. */
extern const char *play_where;

/* A Snapshot and what was made of it. */
struct played {
    struct rollout_json *json;
    struct rollout_world *world;
    struct rollout_plan *plan;
};

/* Decodes and plans. On failure the error's message is printed and the program ends. */
void played_make(json_t *snapshot, struct played *ret);
void played_free(struct played *played);

/* A new Snapshot: every action of the plan applied, the status written, the clock as it was. names: the
 * instance ids for new pods, NULL = made up. */
json_t *play(json_t *snapshot, const struct played *played, const char *const *names, size_t n_names);

/* A tree as jansson's; the program ends where it is not well-formed. */
json_t *tree_json(const struct rollout_tree *tree);

/* Place of the pod of that name among the snapshot's pods, or -1. */
int find_pod(const struct rollout_snapshot *snapshot, struct rollout_str name);

#endif

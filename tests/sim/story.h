/* SPDX-License-Identifier: Apache-2.0 */
/* A release to be simulated, written in short, and what became of it. */
#ifndef SIM_STORY_H
#define SIM_STORY_H

#include <stdbool.h>

#include "small_worlds.h"

enum { STORY_MOST = 8 };

/* A world in short (small_worlds.h) with "simulate": {"seed", "recreate", "observe", "limit", "crashAfter",
 *   "delays": {"schedule": 5000, "stop": [1000, 2000]}                   milliseconds: always, or each of a range alike
 *   "faults": [{"kind": "never-ready", "share", "at", "target"}],
 *   "changes": [{"at", "spec": {fields to be merged}, "image": the template's,
 *     "containers": [fields to be merged into each], "revision": "old" or another name}]}.
 * A change is at the revision "new" where it does not say; another name than "old" is a revision of its own. */
struct story {
    struct small_world world;
    struct small_world changed[STORY_MOST];
    struct rollout_change changes[STORY_MOST];
    struct rollout_fault faults[STORY_MOST];
    struct rollout_simulation_options options;
    json_t *snapshot, *documents[STORY_MOST], *simulate;
};

void story_open(json_t *shorthand, struct story *ret);
void story_close(struct story *story);

/* How it went. */
struct telling {
    struct rollout_simulation_state state;
    char zone[64];
    json_t *log;        /* "12000: create 1, delete web-0": a pass with moves. Pods that came later are +1, +2... */
    json_t *pods;       /* at the end: {"web-new Normal": 3} */
    json_t *status;     /* by the last plan, without conditions */
    json_t *verdicts;   /* of the last plan: {"web-0": "reason-name: sentence"}; nodes as "@a", "missing", "workload" */
    json_t *limits;     /* of the last plan: {"maxUnavailable": 0} */
    json_t *revisions;  /* at the end, with their numbers: {"web-new": 2} */
    json_t *claims;     /* at the end, with the kinds of their owners: {"data-web-0": ["StatefulSet"]} */
    json_t *finalizers; /* at the end, of the pods that have some: {"web-0": ["example.com/hold"]} */
    uint64_t hash;      /* of every pass: figures, pods, actions with all that they carry */
    bool broken;        /* a figure was not what the pods say; printed */
};

/* Plays it from where it stands to its end. world: that it began with. */
void telling_hear(const struct rollout_world *world, struct rollout_simulation *simulation, struct telling *ret);
void telling_free(struct telling *telling);

/* The program ends with the error's message. */
void story_die(const char *what, const struct rollout_error *error);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* One pass over a Deployment. It runs once and notes down its writes; the plan is made from the notes. Source:
 * deployment.md. Sizes are 64 bits wide, so that nothing overflows at 2^31 - 1. */
#ifndef RO_PLANNERS_DEPLOYMENT_PASS_H
#define RO_PLANNERS_DEPLOYMENT_PASS_H

#include <stdbool.h>

#include "base/memory.h"
#include "base/str.h"
#include "planners/builder.h"
#include "planners/deployment_limits.h"
#include "planners/planner.h"

#define ROLL_REVISION "deployment.kubernetes.io/revision"
#define ROLL_HISTORY  "deployment.kubernetes.io/revision-history"
#define ROLL_DESIRED  "deployment.kubernetes.io/desired-replicas"
#define ROLL_MAX      "deployment.kubernetes.io/max-replicas"
#define ROLL_BACK_TO  "deprecated.deployment.rollback.to"

/* The rows of deployment.md 1, in rollout_plan.stopped_at. */
enum {
    ROLL_SELECTS_ALL = 1,
    ROLL_STATUS_ONLY = 2,
    ROLL_PAUSED = 4,
    ROLL_ROLLBACK = 5,
    ROLL_SCALE = 6,
    ROLL_RECREATE = 7,
    ROLL_ROLLING = 8
};

/* An annotation that is written. */
struct roll_note {
    struct rollout_str key, value;
    bool made; /* the value is in the pass's arena, so the plan keeps a copy */
    bool removed;
    uint32_t next; /* of the same object, written before: place + 1; 0 = none */
};

/* A write. */
struct roll_act {
    uint32_t op;
    uint32_t set;     /* place in roll.sets; ROLLOUT_NONE: the workload */
    int64_t from, to; /* SCALE; to also CREATE_REPLICA_SET's size, SET_MIN_READY_SECONDS's seconds */
    uint32_t first_note, note_count;
    struct rollout_str revision; /* CREATE_REPLICA_SET, in the arena */
    int64_t place;               /* DELETE_REPLICA_SET: from the oldest revision, from 1 */
};

/* A ReplicaSet. */
struct roll_set {
    const struct rollout_replica_set_facts *facts; /* NULL: the one that this pass creates */
    int64_t size;                                  /* spec.replicas after the writes so far */
    int64_t was;                                   /* before the pass; of a created one its first size */
    int64_t existing, ready, available;
    uint32_t notes;                /* its latest note + 1; 0 = none */
    bool has_pending;              /* no write has taken its notes yet */
    uint32_t act_first, act_count; /* the first write of it + 1; how many */
    uint32_t weightiest;           /* the write that has the reason, + 1 */
    uint32_t age;                  /* of an old one: its place in roll.olds, for the verdicts */
};

/* Of all ReplicaSets, for the verdicts; the first, or ROLLOUT_NONE. */
struct roll_seen {
    int64_t total;        /* all sizes as they were before the pass */
    uint32_t scaled;      /* the first that is written so */
    uint32_t stale;       /* its annotation makes this a scaling event */
    uint32_t unavailable; /* it has an unavailable pod */
    uint32_t active_old;  /* the oldest that wants pods */
};

struct roll {
    const struct rollout_deployment *spec;
    const struct ro_planner_input *in;
    struct ro_arena arena;
    struct ro_deployment_limits limits; /* of which what follows is */
    int64_t now_ms;
    int64_t replicas;    /* R */
    int64_t raw_surge;   /* maxSurge as the creation and growth of the new one read it; see surge_unusable */
    int64_t surge;       /* S, 0 beside Recreate */
    int64_t unavailable; /* U, at most R; 0 beside Recreate */
    bool surge_unusable;
    bool rolling;
    struct roll_set *sets; /* as the snapshot's; behind them the one that is created */
    uint32_t count;
    uint32_t new_set; /* ROLLOUT_NONE: there is none */
    uint32_t *olds;   /* in age order */
    uint32_t old_count;
    uint32_t *list; /* as long as sets, and its scratch */
    uint32_t *scratch;
    struct roll_note *notes;
    uint32_t note_count, note_room;
    struct roll_act *acts;
    uint32_t act_count, act_room;
    struct rollout_str revision;             /* the Deployment's annotation, after the writes so far */
    struct rollout_deployment_status status; /* its conditions are the pass's own */
    struct rollout_condition *conditions;
    uint32_t row;
    bool synced;
    bool failed; /* the pass ends with an error: a limit that cannot be read */
    bool timed_out;
    int64_t stuck_since_ms; /* where it is */
    int64_t timeout_ms;     /* when the deadline would be over; 0 = not judged */
    int64_t requeue_seconds;
    /* Why nothing more was done, for the verdicts. */
    int64_t budget; /* of deployment.md 3.3; with it: */
    int64_t new_unavailable;
    int64_t total_available;
    int64_t taken;          /* by its step B */
    int64_t excess;         /* advanced: old pods that the partition still lets go after that */
    bool judged_olds;       /* 3.3 was reached */
    bool refused;           /* ... and gave up over a shrink that a status does not show yet */
    int64_t waits_for;      /* Recreate: old pods that are still there */
    uint32_t waits_for_pod; /* ... the first of them, or ROLLOUT_NONE */
    int64_t limit;          /* advanced: pods that the partition lets be updated; else -1 */
    struct roll_seen seen;
};

/* ---- facts: deployment_facts.c ---- */

bool roll_open(struct roll *roll); /* false on lack of memory */
static inline bool roll_active(const struct roll_set *set)
{
    return set->was > 0;
}
struct rollout_str roll_name(const struct roll *roll, uint32_t set); /* "$new" for the created one */

/* An annotation as it stands after the writes so far; absent where there is none. */
struct rollout_str roll_annotation(const struct roll *roll, uint32_t set, struct rollout_str key);
struct rollout_str roll_own_annotation(const struct roll *roll, struct rollout_str key);

/* Go's ParseInt(text, 10, 64). */
bool roll_number(struct rollout_str text, int64_t *ret);

/* The number of an annotation that says how many replicas there were: false where it is none or negative. */
bool roll_size_annotation(const struct roll *roll, uint32_t set, struct rollout_str key, int64_t *ret);

/* Revision(rs): absent counts 0, what is no number gives false. */
bool roll_revision(const struct roll *roll, uint32_t set, int64_t *ret);

/* Older first: creation time, then name. */
int roll_by_age(const void *roll, uint32_t a, uint32_t b);

/* Is an annotation never copied between a Deployment and its ReplicaSets? */
bool roll_not_copied(struct rollout_str key);

/* ---- writes: deployment_writes.c ---- */

/* Notes on an object belong to the next write. set ROLLOUT_NONE: the workload. */
void roll_note(struct roll *roll, uint32_t set, struct rollout_str key, struct rollout_str value, bool made);
void roll_note_removed(struct roll *roll, uint32_t set, struct rollout_str key);
struct roll_act *roll_act(struct roll *roll, uint32_t op, uint32_t set); /* takes no notes; NULL on lack of memory */
void roll_take_notes(struct roll *roll, struct roll_act *act, uint32_t first); /* all from that one on */
bool roll_write_size(struct roll *roll, uint32_t set, int64_t to);             /* whether the size changed */

/* ---- the parts of a pass ---- */

void roll_sync_revision(struct roll *roll, bool create);                        /* deployment_revision.c: 8, 3.2 */
void roll_back(struct roll *roll, int64_t revision);                            /* deployment_revision.c: 8 */
void roll_cleanup(struct roll *roll);                                           /* deployment_history.c: 9 */
int64_t roll_new_size(const struct roll *roll, int64_t present, int64_t total); /* deployment_rolling.c: 3.2 */
void roll_rolling(struct roll *roll);                                           /* 3 */
void roll_recreate(struct roll *roll);                                          /* deployment_recreate.c: 4 */
bool roll_is_stale(const struct roll *roll, uint32_t set); /* deployment_scale.c: 5.1, of one ReplicaSet */
bool roll_scaling_event(const struct roll *roll);                               /* 5.1 */
void roll_scale(struct roll *roll);                                             /* 5.2 */
void roll_advanced(struct roll *roll);                                          /* deployment_advanced.c: 12.2 */
void roll_advanced_shrink(struct roll *roll); /* ... what goes before the proportions do */
int64_t roll_advanced_first_size(const struct roll *roll, int64_t total);
int64_t roll_total(const struct roll *roll);  /* all sizes as they were before the pass */
uint32_t roll_active_olds(struct roll *roll); /* those that want pods, in age order, in list */

/* Step A of 3.3 over the active old ones; how many it took, or -1 where upstream gives up. */
int64_t roll_cleanup_unhealthy(struct roll *roll, const uint32_t *olds, uint32_t count, int64_t budget);

/* ---- the status: deployment_status.c ---- */

struct rollout_condition *roll_condition(struct roll *roll, struct rollout_str type); /* NULL: none */
void roll_set_condition(struct roll *roll, const struct rollout_condition *condition);
void roll_set_progress(struct roll *roll, struct rollout_str status, struct rollout_str reason,
                       struct rollout_str message);
bool roll_has_deadline(const struct roll *roll);
bool roll_complete(const struct roll *roll, const struct rollout_deployment_status *status);
void roll_pause_conditions(struct roll *roll);
void roll_count_status(struct roll *roll);   /* what SYNC and status-only passes write */
void roll_rollout_status(struct roll *roll); /* with progress and failures */
bool roll_status_changed(const struct roll *roll);

/* ---- the plan: deployment_plan.c, deployment_verdicts.c ---- */

int roll_write_plan(struct roll *roll, struct rollout_plan **ret_plan, struct rollout_error *reterr);
void roll_verdicts(struct roll *roll, struct ro_builder *b);

#endif

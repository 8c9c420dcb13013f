/* SPDX-License-Identifier: Apache-2.0 */
/* One sync of a DaemonSet: what its steps hand to each other. The steps only decide; daemonset_actions.c and
 * daemonset_verdicts.c write the plan from what they left here. */
#ifndef RO_PLANNERS_DAEMONSET_PASS_H
#define RO_PLANNERS_DAEMONSET_PASS_H

#include <stdbool.h>

#include "planners/builder.h"
#include "planners/candidates.h"
#include "planners/daemonset_limits.h"
#include "planners/history.h"
#include "planners/labels.h"
#include "planners/planner.h"
#include "planners/updates.h"
#include "planners/verdicts.h"
#include "rules/node_pods.h"
#include "rules/nodes.h"

/* Where OpenKruise's and Kubernetes' own controller part (daemonset.md 15). */
struct ro_daemonset_rules {
    bool replaced_count;      /* an old pod replaced without the budget is unavailable all the same */
    bool lost_nodes_roll;     /* rolling looks at pods on nodes that are not there, and asks no list of nodes */
    bool spares_unfit;        /* surging: where no pod should run the old one goes, and none is created */
    bool replaces_succeeded;  /* a pod that has succeeded is deleted */
    bool finished_leave;      /* one that is finished and terminating holds no place */
    bool always_observes;     /* observedGeneration moves where manage acted or a step failed, too */
    bool status_on_error;     /* the status is written where a step failed */
    bool names_revision;      /* the status has the update revision */
    bool gate_counts;         /* numberAvailable asks for condition InPlaceUpdateReady */
    bool exact_surge_wait;    /* looks again when the young surge pod is available */
    bool constant_burst;      /* 250, whatever the spec says */
    bool writes_expire;       /* unobserved writes are forgotten after the timeout */
    bool cleans_after_manage; /* history is cleaned up where manage acted */
    bool advanced;            /* in-place updates, hooks, partitions, node selectors and pauses */
};

/* What a pod is. */
enum {
    SYNC_NEW = 1 << 0,  /* updated (4.2) */
    SYNC_HASH = 1 << 1, /* its label names the update revision */
    SYNC_READY = 1 << 2,
    SYNC_AVAILABLE = 1 << 3,
    SYNC_LEAVING = 1 << 4,  /* terminating */
    SYNC_PREPARED = 1 << 5, /* PreparingDelete */
    SYNC_REFRESH = 1 << 6,  /* the refresh may have something to do or to wait for */
    SYNC_OUT = 1 << 7       /* no part of any step; where steps are chained, also what manage deletes */
};

/* What the sync makes of a pod. Those that manage wants deleted are FATE_FAILED to FATE_UNFIT, those of the
 * rolling step follow. */
enum fate {
    FATE_NONE = 0,
    FATE_NO_NODE,      /* it names none */
    FATE_LOST,         /* on a node that is not there */
    FATE_NOT_SELECTED, /* released */
    FATE_LEAVING,
    FATE_BACKOFF, /* failed, and another failed there not long ago */
    FATE_PARTNER, /* old, kept until the new one beside it is available */

    FATE_FAILED,
    FATE_SUCCEEDED,
    FATE_PREPARED,   /* PreparingDelete, tried again */
    FATE_EXCESS,     /* another pod holds its place */
    FATE_SURGE_DONE, /* the new pod beside it takes over */
    FATE_UNFIT,      /* its node may not run it, or is not there */

    FATE_REPLACE,     /* old, deleted for a new one */
    FATE_UPDATE,      /* old, updated in place */
    FATE_CREATE,      /* old, a new one is created beside it */
    FATE_BUDGET,      /* old, beyond what the budget allows */
    FATE_CUT,         /* old, on a node behind the cut */
    FATE_EXCLUDED,    /* old, on a node that the selector leaves out */
    FATE_SPARE,       /* old, on a node that should run none, kept while none is too many (native) */
    FATE_PRUNED,      /* old, on a node that should run none, and gate DaemonSetPruneIneligibleNodes is on */
    FATE_PREDECESSOR, /* old, nothing happens before another pod on the node is gone */

    FATE_MASK = 0x1f,
    FATE_BURST = 0x20 /* beside the fate: beyond the burst */
    /* and the bits of ro_acted() */
};

static inline bool fate_deletes(uint8_t fate)
{
    return (fate & FATE_MASK) >= FATE_FAILED && (fate & FATE_MASK) <= FATE_REPLACE;
}

/* What becomes of a node that needs a pod. */
enum need {
    NEED_NONE = 0,
    NEED_CREATE,
    NEED_SURGE, /* beside the old pod */
    NEED_BURST,
    NEED_PARTITION, /* partitioned scaling keeps it empty */

    NEED_MASK = 0x0f
};

/* The pods of a place that are not terminating (4.3). */
struct pair {
    uint32_t old, new_; /* pod + 1; 0 = none; SYNC_CREATED = one that manage creates */
    bool ok;            /* at most one of each; else both are the first of them */
};
#define SYNC_CREATED UINT32_MAX

/* Where a place stands in the rolling step. */
enum place_class {
    PLACE_OUT = 0,
    PLACE_UPDATED,
    PLACE_UPDATING,
    PLACE_SELECTED,
    PLACE_REST,
    PLACE_PRUNED,

    PLACE_MASK = 0x0f,
    PLACE_STEPPED = 0x80 /* beside the class: a failed pod is to go, so that another waits for longer */
};

struct sync {
    const struct rollout_daemonset *spec;
    const struct ro_daemonset_rules *rules;
    const struct ro_planner_input *in;
    const struct rollout_hook *pre_delete;
    int64_t now_ms;
    struct rollout_str update_name; /* name of the update revision */
    struct rollout_str update_hash; /* what its pods carry */

    struct ro_daemonset_limits limits;

    /* One a node. */
    struct ro_node_fit *fits;
    uint8_t *needs;
    uint32_t *node_order;  /* place of a node that needs a pod in their order, from 1 */
    uint32_t *node_action; /* action that creates its pod, + 1 */
    int64_t eligible;      /* D */

    /* One a pod. */
    size_t n;
    uint8_t *marks;
    uint8_t *fates;
    uint16_t *revisions;          /* place among the old revisions + 1; 0 = none of them */
    uint32_t *others;             /* pod that holds its place, takes over, or comes first, + 1 */
    uint32_t *orders;             /* place in the order that decided, from 1 */
    uint32_t *deletes;            /* pods that manage wants deleted, in order */
    uint32_t *updates;            /* pods that the rolling step wants replaced, updated or deleted, in order */
    uint32_t *creates;            /* nodes that need a pod, in order */
    uint32_t *scratch, *scratch2; /* room for a pod or node each */
    bool not_selected;
    bool refreshes; /* some pod may have a refresh */

    /* One a place. */
    struct ro_node_pods by;
    uint8_t *classes;
    uint32_t *backoffs; /* back-off of a place's node, + 1 */
    uint32_t *list;     /* places that take part in the rolling step, in order; then those behind the cut */

    struct ro_updates how;
    struct ro_history history;

    size_t delete_count, update_count, create_count;
    size_t create_start;    /* of the creates, the rolling step's begin there */
    int64_t creates_now;    /* of them, within the burst */
    int64_t deletes_now;    /* of the deletes, those that no hook holds, within the burst or not */
    int64_t creates_wanted; /* before the partition */
    bool frozen;            /* something waits for a burst of 0, for ever (D6, D16) */
    bool manage_acted;
    bool chained;                  /* it acted, and what it did is seen at once */
    uint32_t acted_on, acted_kind; /* first that manage acts on */

    uint32_t stopped_at;           /* step of daemonset.md 6; 0 = went through */
    uint32_t stop_reason;          /* why, where the stop is for everybody; 0 = it is not */
    struct rollout_str stop_field; /* of SpecInvalid */
    int64_t stop_until_ms;
    uint32_t error_pod; /* or ROLLOUT_NONE */

    bool rolled;                 /* the rolling step was reached and did not fail */
    size_t list_count;           /* places that take part */
    size_t behind_count;         /* places behind the cut, in list too */
    int64_t member_count;        /* places that the partition counts */
    int64_t used, taken;         /* of the budget: before the step, by it */
    int64_t allowed;             /* replaced without it */
    bool burst_refuses;          /* the first that the budget refuses is beyond the burst as well */
    uint32_t used_by, used_kind; /* first that uses it, ROLLOUT_NONE = none */

    int64_t requeue_ms; /* least positive proposal so far; 0 = none */
    int64_t next_ms;    /* first instant at which anything changes by itself; 0 = none */
};

static inline const struct rollout_pod *sync_pod(const struct sync *sync, size_t i)
{
    return ro_pod(&sync->in->pods, i);
}

static inline const struct rollout_node_facts *sync_node(const struct sync *sync, size_t i)
{
    return ro_node_at(&sync->in->nodes, i);
}

/* A look-again proposal of upstream's. */
static inline void sync_requeue(struct sync *sync, int64_t delay_ms)
{
    if (delay_ms > 0 && (sync->requeue_ms == 0 || delay_ms < sync->requeue_ms))
        sync->requeue_ms = delay_ms;
}

static inline void sync_next(struct sync *sync, int64_t at_ms)
{
    if (at_ms > sync->now_ms && (sync->next_ms == 0 || at_ms < sync->next_ms))
        sync->next_ms = at_ms;
}

static inline void sync_fate(struct sync *sync, uint32_t pod, enum fate fate)
{
    sync->fates[pod] = (uint8_t)((sync->fates[pod] & ~FATE_MASK) | fate);
}

/* No pod is to be there, or one that is being prepared for its deletion. */
static inline bool sync_gone(const struct sync *sync, uint32_t pod)
{
    return pod == 0 || (pod != SYNC_CREATED && (sync->marks[pod - 1] & SYNC_PREPARED));
}

static inline bool sync_available(const struct sync *sync, uint32_t pod)
{
    return pod != SYNC_CREATED && (sync->marks[pod - 1] & SYNC_AVAILABLE);
}

/* Manage creates a pod there, and that is seen at once. */
static inline bool sync_creates(const struct sync *sync, uint32_t place)
{
    uint32_t node = sync->by.node[place];
    return sync->chained && node != ROLLOUT_NONE && (sync->needs[node] & NEED_MASK) == NEED_CREATE;
}

/* What is there. The rooms: a byte a term of the affinity, a byte a revision, and ro_node_pods_room(). */
int sync_look(struct sync *sync, struct ro_label_index *index, uint8_t *usable, uint8_t *doubles, uint32_t *room,
              struct rollout_error *reterr);

/* The steps. */
void sync_manage(struct sync *sync);
/* What manage does is seen at once. */
void sync_chain(struct sync *sync);
/* Which nodes take part in the rolling step, also where it is not reached. */
void sync_take_part(struct sync *sync);
void sync_rolling(struct sync *sync);

/* The list of 10.3, by descending name within a class; what is behind the cut stays at its end. */
void sync_list(struct sync *sync);
/* Where a place stands by its pods alone: updated, updating, or the rest. */
enum place_class sync_class_by_pods(const struct sync *sync, uint32_t place);
/* The nodes in that order. ROLLOUT_OK or ROLLOUT_ERR_NOMEM. */
int sync_candidates(struct sync *sync, struct rollout_candidates **ret, struct rollout_error *reterr);

/* The pod that stands for the place: the oldest, terminating ones too; ROLLOUT_NONE = none. */
uint32_t sync_oldest(const struct sync *sync, uint32_t place);

/* When a failed pod of the place, FATE_BACKOFF, is deleted. */
int64_t sync_backoff_until(const struct sync *sync, uint32_t place);

/* What the place's pods are to each other. */
struct pair sync_pair(const struct sync *sync, uint32_t place);

/* Takes the deletes in their order: hooks are told first, the burst cuts the rest. Whether anything is written. */
bool sync_take_deletes(struct sync *sync, const uint32_t *pods, size_t n);
/* Takes the first creates from create_start on; the nodes get `need`, or NEED_BURST. */
bool sync_take_creates(struct sync *sync, enum need need);

/* ---- writing the plan ---- */

void sync_actions(struct sync *sync, struct ro_builder *b);
void sync_verdicts(struct sync *sync, struct ro_builder *b);
void sync_status(struct sync *sync, struct ro_builder *b, bool *ret_changed);

/* Why the pod is deleted, or updated. */
struct ro_why sync_why(struct sync *sync, struct ro_builder *b, uint32_t pod);
struct ro_why sync_why_create(const struct sync *sync, uint32_t node);
/* What of the node does not fit, kept in the plan. */
struct rollout_str sync_unfit_text(const struct sync *sync, struct ro_builder *b, uint32_t pod);
struct rollout_str sync_fit_text(const struct sync *sync, struct ro_builder *b, uint32_t node);

/* The verdict on a pod that no action is planned for. */
void sync_verdict(struct sync *sync, struct ro_builder *b, uint32_t pod, struct rollout_verdict *v);
/* The budget is used up: reason and numbers. */
void sync_verdict_budget(const struct sync *sync, struct rollout_verdict *v);
void sync_verdict_burst(const struct sync *sync, struct rollout_verdict *v);
void sync_verdict_stop(const struct sync *sync, struct ro_builder *b, struct rollout_verdict *v);
/* A node that the template does not fit: by what, and whether a pod that is there may stay. */
void sync_verdict_unfit(const struct sync *sync, struct ro_builder *b, uint32_t node, struct rollout_verdict *v);

#endif

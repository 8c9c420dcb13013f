/* SPDX-License-Identifier: Apache-2.0 */
/* One pass over a StatefulSet: what its steps hand to each other. Source: statefulset.md, whose section 7 numbers
 * the steps.
 *
 * A pass reads the snapshot alone: what it writes early stays invisible later in it, but for the set of
 * unavailable places, the scale budget and the counters. So the steps are gone through twice, to count what the
 * plan needs and to write it, and do the same both times. */
#ifndef RO_PLANNERS_STATEFULSET_PASS_H
#define RO_PLANNERS_STATEFULSET_PASS_H

#include <stdbool.h>

#include "planners/builder.h"
#include "planners/candidates.h"
#include "planners/history.h"
#include "planners/labels.h"
#include "planners/statefulset_limits.h"
#include "planners/updates.h"
#include "rules/in_place.h"
#include "rules/reserved.h"

/* Where Kubernetes' own controller differs from OpenKruise's: one member a row of statefulset.md 14. */
struct sts_rules {
    bool lifecycle;          /* lifecycle states, hooks, in-place updates, grace, specified deletes, pause; and the
                                update walk as a whole, with what it takes from currentReplicas */
    bool gated_start;        /* ordinals.start needs its gate */
    bool scale_budget;       /* scaleStrategy.maxUnavailable; failed pods charge it first */
    bool resizes_claims;     /* claims follow their templates, and are counted in the status */
    bool strict_min_ready;   /* available only after minReadySeconds, not at their end (1.32, 1.33) */
    bool legacy_percent;     /* "5" means 5%; else only a percentage is one */
    bool gated_unavailable;  /* maxUnavailable needs its gate; without it the walk from the top */
    bool batches;            /* Parallel works in batches of 1, 2, 4 ... 500: one with an error still completes */
    bool controller_owners;  /* claims have controller references, and those of others are respected */
    bool counts_replicas;    /* a release is complete when spec.replicas are, not status.replicas */
    bool waits_whole;        /* looks again after the whole of minReadySeconds, not after its rest */
    bool empty_counts;       /* counts of 0 are in the status, and those of updated pods */
};

extern const struct sts_rules sts_advanced, sts_native;

/* What a pod is. */
enum sts_role {
    ROLE_NONE = 0, /* holds no place: its name has no ordinal, or another pod has it */
    ROLE_SLOT,
    ROLE_CONDEMNED, /* its ordinal is outside the range, or reserved */
    ROLE_NOT_SELECTED
};

/* Facts of a pod, one byte. */
enum {
    MARK_NEW = 1 << 0,     /* its label is the update revision's name */
    MARK_LOOSE = 1 << 1,   /* updated for what only counts (4.2) */
    MARK_CURRENT = 1 << 2, /* its label is the current revision's name */
    MARK_READY = 1 << 3,   /* Running and Ready */
    MARK_AVAILABLE = 1 << 4,
    MARK_HEALTHY = 1 << 5,
    MARK_REFRESH = 1 << 6, /* the refresh may have something to do or to wait for */
    MARK_SPECIFIED = 1 << 7
};

/* What a run did with a pod. */
enum {
    DONE_REFRESH = 1 << 0,   /* the refresh came to it */
    DONE_DELETE = 1 << 1,    /* a delete was written, or asked of its hook */
    DONE_SPECIFIED = 1 << 2, /* S: deleted as specified */
    DONE_REPAIR = 1 << 3,
    DONE_CONDEMNED = 1 << 4, /* the condemned loop came to it */
    DONE_CLAIMS = 1 << 5     /* claims were created for it */
};

/* What the update walk made of a pod. */
enum sts_turn {
    TURN_NONE = 0,
    TURN_TAKEN,     /* acted on, or waiting for its hook */
    TURN_REFUSED,   /* the budget refused it: the walk stopped there */
    TURN_FAILED,    /* the walk stopped at it with an error */
    TURN_RESIZING,  /* a claim of it has not its size yet */
    TURN_BEHIND,    /* behind the one at which the walk stopped */
    TURN_CUT,       /* behind the first replicas - partition */
    TURN_SKIPPED    /* specified, and the budget refused it; the walk may still take it */
};

/* Facts of a place, one byte. */
enum {
    SLOT_CURRENT = 1 << 0,     /* no pod is there, and one of the current revision belongs there */
    SLOT_UNAVAILABLE = 1 << 1, /* in U */
    SLOT_CREATED = 1 << 2
};

/* At what a loop or the pass stopped. */
struct sts_stop {
    uint32_t kind;    /* ROLLOUT_SUBJECT_POD or _ORDINAL; 0 = it did not */
    uint32_t subject; /* pod, or rank of the place */
    bool acted;       /* by something that it did there */
    bool gone;        /* waits for it to go, else to be available */
};

/* A text that the first run leaves for the second. */
struct sts_error {
    uint32_t reason; /* ROLLOUT_REASON_*; 0 = none */
    uint32_t pod;    /* or ROLLOUT_NONE */
    struct rollout_str message;
    const char *condition; /* type of the condition that tells it, NULL = none */
    struct rollout_str what; /* claim, path, field */
};

struct sts_counts {
    int64_t replicas, ready, available, updated_ready, updated_available, current, updated;
};

/* What a run changes; cleared before each. */
struct sts_run {
    int64_t scale_left;      /* of the scale budget */
    bool scale_exhausted;
    int64_t scale_charges;
    uint32_t scale_first;    /* rank that charged first, or ROLLOUT_NONE */
    int64_t unavailable;     /* |U| */
    int64_t unavailable_before; /* before the pass added to it; -1 = it did not count it */
    uint32_t unavailable_pod;   /* first pod of U, in array order, or ROLLOUT_NONE */
    uint32_t unavailable_rank;  /* first missing place, or ROLLOUT_NONE */
    uint32_t taken_pod;         /* first that was added, or ROLLOUT_NONE */
    int64_t refused_unavailable; /* |U| where the walk refused a pod */
    uint32_t stopped_at;     /* step of section 7; 0 = went through */
    struct sts_stop loop;    /* the replica loop: exit, or an error */
    struct sts_stop condemned;
    struct sts_stop walk;
    uint32_t moved_pod;      /* first whose lifecycle state the refresh moved, or ROLLOUT_NONE */
    uint32_t break_rank;     /* the scale budget was exhausted here, or ROLLOUT_NONE */
    struct sts_counts counts;
    int64_t created, created_old; /* pods that this pass creates; those of the current revision */
    int64_t requeue_ms;      /* least positive proposal so far; 0 = none */
    struct sts_error error;
};

struct pass {
    const struct rollout_statefulset *spec;
    const struct ro_planner_input *in;
    const struct sts_rules *rules;
    int64_t now_ms;
    uint32_t current, update;
    struct rollout_str current_name, update_name;
    bool monotonic; /* OrderedReady */
    bool rolling;   /* the type is RollingUpdate */
    bool unordered; /* unorderedUpdate, which Kubernetes' own does not have */
    bool resizes;   /* claims are resized before pods are updated */
    bool owners;    /* claims are given their owners */

    /* Settings as pods: of limits, those that are read often. */
    struct sts_limits limits;
    int64_t replicas, partition;
    int64_t budget;       /* of the update phase */
    int64_t scale_budget; /* 0 = no limit */
    uint32_t stop_reason; /* nothing is planned for anybody */

    const struct ro_ordinals *reserved;
    size_t reserved_count;
    int64_t start, end;

    /* One a place that is not reserved, by rank. */
    size_t slots;
    int32_t *ordinals;
    uint32_t *slot_pods; /* pod + 1; 0 = missing */
    uint8_t *slot_facts;
    int64_t missing;
    bool current_is_old; /* pods of the current revision are not updated */

    /* One a pod. */
    size_t n;
    uint8_t *roles, *marks, *done, *turns, *acted;
    uint16_t *revisions; /* place among the revisions + 1 */
    uint32_t *ranks;     /* of its place; of a pod that another one pushed out: that one's index */
    uint32_t *places;    /* in the update order, from 1; 0 = none */
    uint32_t *condemned; /* in descending order of ordinals */
    size_t condemned_count;
    uint32_t *candidates; /* ranks, in the order of the walk; behind the cut may be more */
    size_t candidate_count; /* up to the cut */
    size_t listed_count;    /* all */
    struct rollout_verdict first_unhealthy; /* subject_kind, subject: 6; reason 0 */

    /* Claims. */
    uint32_t *claims_by_name;
    uint8_t *claims_owned; /* one a claim: this run has written its owners */
    uint32_t *templates; /* in the order of their claims' names */

    struct ro_updates updates;
    struct ro_history history;
    struct sts_run run;
};

static inline const struct rollout_pod *pass_pod(const struct pass *pass, size_t i)
{
    return ro_pod(&pass->in->pods, i);
}

static inline void pass_requeue(struct pass *pass, int64_t delay_ms)
{
    if (delay_ms > 0 && (pass->run.requeue_ms == 0 || delay_ms < pass->run.requeue_ms))
        pass->run.requeue_ms = delay_ms;
}

static inline bool sts_terminating(const struct rollout_pod *pod)
{
    return pod->flags & ROLLOUT_POD_TERMINATING;
}

static inline bool sts_finished(const struct rollout_pod *pod)
{
    return pod->phase == ROLLOUT_PHASE_FAILED || pod->phase == ROLLOUT_PHASE_SUCCEEDED;
}

/* ---- places (statefulset_places.c) ---- */

/* The range of ordinals. ranges has room for one a value of reserve_ordinals, order for two. ROLLOUT_OK, or
 * ROLLOUT_ERR_INVALID where there would be more places than any set has. */
int sts_count_places(struct pass *pass, struct ro_ordinals *ranges, uint32_t *order, struct rollout_error *reterr);

/* Gives every pod its facts and its place, and the places without one what belongs there. scratch has room for one
 * index a pod. ROLLOUT_OK, or an error where a pod's record cannot be read. */
int sts_place(struct pass *pass, struct ro_label_index *labels, uint32_t *scratch, struct rollout_error *reterr);

/* First instant at which the pod, ready since then, is available. */
int64_t sts_available_from(const struct pass *pass, const struct rollout_pod *pod);

/* The rest of minReadySeconds that upstream waits for; 0 where it does not. */
int64_t sts_wait(const struct pass *pass, uint32_t pod);

/* The decimal text of an ordinal. */
struct sts_digits {
    char text[12];
    size_t len;
};
struct sts_digits sts_digits(int32_t ordinal);
/* The name of an ordinal's pod, kept in the plan. */
struct rollout_str sts_build_name(const struct pass *pass, struct ro_builder *b, int32_t ordinal);

/* Rank of the ordinal's place, ROLLOUT_NONE where it has none; and the ordinal in a pod's name. */
uint32_t sts_rank_of(const struct pass *pass, int32_t ordinal);
int32_t sts_ordinal_of(const struct pass *pass, uint32_t pod);

/* ---- the steps (statefulset_scale.c, statefulset_update.c); false: the pass stops ---- */

bool sts_replica_loop(struct pass *pass, struct ro_builder *b);
bool sts_condemned_loop(struct pass *pass, struct ro_builder *b);
bool sts_update_phase(struct pass *pass, struct ro_builder *b);

/* Deletes the pod, or asks its hook first. True if something was done; *ret_deleted: it really goes. */
bool sts_delete(struct pass *pass, struct ro_builder *b, uint32_t pod, const struct ro_why *why, bool *ret_deleted);

/* 6.1 and 6.3. False on an error. */
bool sts_refresh(struct pass *pass, struct ro_builder *b, uint32_t pod);
uint32_t sts_refreshed_state(const struct pass *pass, uint32_t pod);

/* Sorts the candidates, once: nothing of a pass changes their order. ROLLOUT_OK or ROLLOUT_ERR_NOMEM. */
int sts_order(struct pass *pass, struct rollout_error *reterr);

/* The walk has nothing to do at that place: it is updated, or its pod is on its way out. */
bool sts_place_done(const struct pass *pass, uint32_t rank);

/* The places in that order (statefulset_candidates.c). ROLLOUT_OK or ROLLOUT_ERR_NOMEM. */
int sts_candidates(const struct pass *pass, struct rollout_candidates **ret, struct rollout_error *reterr);

/* ---- claims (statefulset_claims.c) ---- */

/* Puts the templates into the order of their claims' names. scratch has room for one index a template. */
void sts_sort_templates(struct pass *pass, uint32_t *scratch);

/* The claim of a template for an ordinal, or ROLLOUT_NONE. */
uint32_t sts_claim(const struct pass *pass, uint32_t template_index, int32_t ordinal);

/* Creates what is missing. False, and the error is set, where one that is needed is being deleted, or was created
 * earlier in the pass. */
bool sts_create_claims(struct pass *pass, struct ro_builder *b, int32_t ordinal, const char *condition, uint32_t pod);
/* Gives the claims their owners. pod: ROLLOUT_NONE for one that is not there yet. */
void sts_own_claims(struct pass *pass, struct ro_builder *b, int32_t ordinal, uint32_t pod, bool down);
/* The next claim of a former pod of that name, or ROLLOUT_NONE. *cursor is 0 to begin with. */
uint32_t sts_stale_claim(const struct pass *pass, int32_t ordinal, uint32_t *cursor);

enum sts_claims { CLAIMS_DONE, CLAIMS_RESIZING, CLAIMS_FAILED };
bool sts_claims_compatible(const struct pass *pass, int32_t ordinal);
bool sts_claims_ready(const struct pass *pass, int32_t ordinal);
enum sts_claims sts_resize_claims(struct pass *pass, struct ro_builder *b, int32_t ordinal, uint32_t pod);
/* First claim that has not its size; absent if none. */
struct rollout_str sts_claim_resizing(const struct pass *pass, int32_t ordinal);
void sts_count_claims(const struct pass *pass, uint32_t template_index, int32_t *ret_compatible, int32_t *ret_ready);

/* ---- reporting (statefulset_status.c, statefulset_verdicts.c) ---- */

/* Counts over places and condemned pods, or over all pods that are claimed. */
void sts_count(struct pass *pass, bool all);
void sts_status(struct pass *pass, struct ro_builder *b, bool *ret_changed);
void sts_verdicts(struct pass *pass, struct ro_builder *b);

/* The verdict on a pod that no action is planned for; target_text: the update revision, as a text of the plan. */
void sts_verdict_of_pod(struct pass *pass, struct ro_builder *b, uint32_t pod, uint32_t target_text,
                        struct rollout_verdict *v);
/* ... and on a place without a pod that this pass does not create. */
void sts_verdict_of_missing(const struct pass *pass, struct ro_builder *b, uint32_t rank, struct rollout_verdict *v);
void sts_set_impossible(struct pass *pass, struct ro_builder *b, uint32_t pod, struct rollout_verdict *v);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* One pass over a CloneSet: what its phases hand to each other. The phases only decide; cloneset_actions.c and
 * cloneset_verdicts.c write the plan from what they left here. */
#ifndef RO_PLANNERS_CLONESET_PASS_H
#define RO_PLANNERS_CLONESET_PASS_H

#include <stdbool.h>

#include "planners/builder.h"
#include "planners/candidates.h"
#include "planners/claim_names.h"
#include "planners/cloneset_diff.h"
#include "planners/history.h"
#include "planners/updates.h"
#include "rules/columns.h"

/* What a pod counts as. A pod that is not active has no bit set. */
enum {
    MARK_NEW = 1 << 0,       /* its label names the update revision */
    MARK_SCALE_NEW = 1 << 1, /* same for the scale phase, where a gate also counts PreparingUpdate */
    MARK_AVAILABLE = 1 << 2,
    MARK_READY = 1 << 3,     /* "Ready0": as available, without minReadySeconds */
    MARK_SERVING = 1 << 4,   /* ready whatever its lifecycle state */
    MARK_SPECIFIED = 1 << 5, /* to be deleted by label or list */
    MARK_PREPARING_DELETE = 1 << 6,
    MARK_REFRESH = 1 << 7 /* the refresh may have something to do or to wait for */
};

/* What the pass made of a pod. */
enum fate {
    FATE_NONE = 0,
    FATE_FINISHED,
    FATE_TERMINATING,
    FATE_NOT_SELECTED,
    FATE_CANCEL, /* prepared delete taken back */
    FATE_DELETE, /* by hook released, specified, or scale in: see its marks */
    FATE_PREPARE_DELETE,
    FATE_WAIT_PRE_DELETE, /* the hook is still there */
    FATE_DELETE_LIMIT,    /* to be deleted, deleteReadyLimit is used up */
    FATE_WAIT_CREATE,     /* to be deleted, but this pass only creates */
    FATE_WAIT_DELETES,    /* scale in would take it, other deletes come first */
    FATE_WAIT_SCALE,      /* to be deleted, but this pass ended before */
    FATE_SCALE_KEPT       /* scale in ran and left it; place: its rank, 0 = not asked */
};

/* What the update walk made of a candidate. Beside the fate: a pod may be held from deletion and be
 * updated all the same. */
enum turn {
    TURN_NONE = 0,
    TURN_STOPPED,    /* the pod at which the walk ended with an error */
    TURN_REFUSED,    /* in the cut, at or behind the pod that the budget refused */
    TURN_BEHIND,     /* in the cut, behind the pod with the error */
    TURN_BEHIND_CUT, /* behind the first |update| candidates */
    TURN_TAKEN = 8,  /* + enum ro_update_step: acted on, or waiting for its hook */

    TURN_MASK = 0x1f,
    TURN_ACTIVE = 0x20 /* beside the turn: the pod is active and selected; two more bits are ro_acted()'s */
};

/* How far the update phase came. */
enum update_end {
    UPDATE_NOT_REACHED, /* the scale phase acted */
    UPDATE_ERROR,       /* the refresh of a pod failed */
    UPDATE_REFRESHED,   /* some pod was patched */
    UPDATE_ON_DELETE,
    UPDATE_PAUSED,
    UPDATE_NOTHING, /* nothing to move */
    UPDATE_WALKED
};

/* How far the scale phase came. */
enum scale_end {
    SCALE_CANCELLED,
    SCALE_CREATED,  /* pods are missing; scale_up_limit may be 0 */
    SCALE_RELEASED, /* deletes whose hook is gone */
    SCALE_SPECIFIED,
    SCALE_WAITS, /* scale in is due, other deletes come first */
    SCALE_IN,
    SCALE_NOTHING
};

/* The claims by instance id. */
struct claims {
    const struct ro_abi_array *array; /* of struct rollout_claim */
    uint32_t *sorted;                 /* by id, those that are not terminating */
    uint32_t *by_name;                /* the same by name */
    uint32_t count;
    uint32_t *holders; /* by claim: pod + 1 that carries the id; 0 = none */
    uint8_t *uses;     /* by claim: CLAIM_* */
};
enum { CLAIM_ACTIVE = 1, CLAIM_CLEANED = 2, CLAIM_RELEASED = 4 };

struct pass {
    const struct rollout_cloneset *spec;
    const struct ro_planner_input *in;
    int64_t now_ms;
    uint32_t current, update; /* places among the revisions */
    struct rollout_str current_name, update_name;

    struct ro_cloneset_limits limits;

    /* One a pod. */
    size_t n;
    uint8_t *marks;
    uint8_t *fates;
    uint8_t *turns;
    uint16_t *revisions; /* place among the revisions + 1; 0 = none of them */
    uint32_t *places;    /* in the order that decided; from 1 */
    uint32_t *list;      /* pods in the order in which they are acted on: deletes, else updates */
    struct ro_updates updates;
    uint8_t *named; /* one a name in podsToDelete: it is an active pod's */
    struct ro_history history;

    int64_t active;             /* active pods that are selected */
    bool not_selected;          /* some pod is not */
    int64_t histogram[256];     /* of marks, over those */
    uint8_t seen[256];          /* the marks that there are */
    size_t seen_count;
    bool measures;              /* measured is filled */
    struct ro_columns measured; /* the default order's columns, over those */

    struct claims claims;

    enum scale_end scale_end;
    bool scale_acted;
    struct ro_cloneset_diff scale;
    size_t list_count;        /* deletes in list */
    uint32_t scale_pod;       /* first pod that the scale phase acts on, or ROLLOUT_NONE */
    uint32_t leaving_pod;     /* first pod whose delete is under way, or ROLLOUT_NONE */
    uint32_t unavailable_pod; /* first of what scale counts as unavailable, or ROLLOUT_NONE */

    enum update_end update_end;
    struct ro_cloneset_diff move;
    uint32_t refresh_pod; /* first pod that the refresh patches, or at which it failed */
    size_t candidates;    /* in list */
    size_t cut;           /* first |update| of them */
    size_t allowed;       /* of these, what the budget allows */
    size_t walked;        /* acted on: allowed, or up to the error */
    uint32_t error_pod;   /* where a phase ended with an error, or ROLLOUT_NONE */
    uint32_t error_reason;
    uint32_t stop_reason; /* nothing is planned for anybody: why; 0 = it is planned */
    int64_t stop_until_ms;
    int64_t no_progress_since_ms; /* the deadline is exceeded; 0 = it is not */
    struct rollout_opt collision_count;
    int64_t unavailable_all, unavailable_target; /* un and unT before the walk */
    int64_t taken_available;                     /* by the walk, up to the refused pod */
    uint32_t all_pod, target_pod;                /* first of what they count */
    int64_t requeue_ms;                          /* least positive proposal so far; 0 = none */
};

static inline const struct rollout_pod *pass_pod(const struct pass *pass, size_t i)
{
    return ro_pod(&pass->in->pods, i);
}

/* A look-again proposal of upstream's. */
static inline void pass_requeue(struct pass *pass, int64_t delay_ms)
{
    if (delay_ms > 0 && (pass->requeue_ms == 0 || delay_ms < pass->requeue_ms))
        pass->requeue_ms = delay_ms;
}

/* Pods whose marks, masked, give value. */
static inline int64_t pass_count(const struct pass *pass, uint8_t mask, uint8_t value)
{
    int64_t count = 0;
    for (size_t i = 0; i < pass->seen_count; i++)
        if ((pass->seen[i] & mask) == value)
            count += pass->histogram[pass->seen[i]];
    return count;
}

/* Whether any pod has one of the marks. */
static inline bool pass_any(const struct pass *pass, uint8_t mask)
{
    return pass_count(pass, mask, 0) < pass->active;
}

/* Pods whose delete is asked for or under way, each once (5.1: numToDelete). */
static inline int64_t pass_leaving(const struct pass *pass)
{
    return pass->active - pass_count(pass, MARK_PREPARING_DELETE | MARK_SPECIFIED, 0);
}

/* Groups for the arithmetic, by the phase's own idea of new. */
struct ro_cloneset_diff pass_diff(const struct pass *pass, uint8_t mark_new);

/* The phases. ROLLOUT_OK or ROLLOUT_ERR_NOMEM. */
int pass_scale(struct pass *pass, struct rollout_error *reterr);
int pass_update(struct pass *pass, struct rollout_error *reterr);

/* What the update phase would choose from, in its order. ROLLOUT_OK or ROLLOUT_ERR_NOMEM. */
int pass_candidates(struct pass *pass, struct rollout_candidates **ret, struct rollout_error *reterr);

/* The step that the update phase takes with a candidate whose turn it is. */
enum ro_update_step pass_update_step(struct pass *pass, uint32_t pod);

/* The pod would be moved: it is not at the target of this pass. */
static inline bool pass_outdated(const struct pass *pass, size_t pod)
{
    return pass->move.update < 0 ? (pass->marks[pod] & MARK_NEW) != 0 : !(pass->marks[pod] & MARK_NEW);
}

/* ---- volume claims and instance ids (5.3) ---- */

/* Sorts the claims and finds out who holds them. scratch has room for one index a claim. */
void claims_resolve(struct pass *pass, uint32_t *scratch);
void claims_emit_cleanup(struct pass *pass, struct ro_builder *b);
void claims_emit_delete(struct pass *pass, struct ro_builder *b, uint32_t pod);
/* Create actions of one revision: with the next free ids, and the claims that are missing. */
void claims_emit_create(struct pass *pass, struct ro_builder *b, uint32_t reason, uint32_t group,
                        struct rollout_str revision, int64_t count, uint32_t *cursor);

/* ---- writing the plan ---- */

/* What the verdicts need again and again. */
struct verdict_context {
    uint32_t target_text;           /* name of the revision that pods are moved to, as a text of the plan */
    struct rollout_verdict refused; /* of an available pod that the budget refuses; reason 0 = nobody is refused */
    struct rollout_verdict refused_unavailable; /* of one that is not available */
    int64_t rollback_surplus;                   /* > 0: updated pods that should go back, and may not */
};

/* The actions, each with the verdict on its pod; then all other verdicts. */
void pass_actions(struct pass *pass, struct ro_builder *b);
void pass_verdicts(struct pass *pass, struct ro_builder *b);

/* The verdict on a pod that no action is planned for. */
void verdict_prepare(struct pass *pass, struct ro_builder *b, struct verdict_context *ret);
void verdict_of_pod(struct pass *pass, struct ro_builder *b, const struct verdict_context *context, uint32_t pod,
                    struct rollout_verdict *v);
/* The error that ended a phase. */
struct rollout_str verdict_error_message(struct pass *pass, struct ro_builder *b);
/* Pods that scaleStrategy.maxUnavailable keeps from being created: reason and numbers. */
void verdict_of_missing(const struct pass *pass, struct rollout_verdict *v);
/* What makes the spec unusable. */
struct rollout_str verdict_invalid_field(const struct pass *pass);

int64_t pass_next(const struct pass *pass, int64_t deadline_ms);
void pass_status(struct pass *pass, struct ro_builder *b, bool *ret_changed, int64_t *ret_deadline_ms);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* One reconcile of a UnitedDeployment. Source: uniteddeployment.md; the steps are those of its section 7. */
#ifndef RO_PLANNERS_UNITEDDEPLOYMENT_PASS_H
#define RO_PLANNERS_UNITEDDEPLOYMENT_PASS_H

#include "base/sort.h"
#include "base/str.h"
#include "base/time.h"
#include "planners/history.h"
#include "planners/planner.h"
#include "rules/history_cut.h"

/* What becomes of a child. */
enum child_fate { CHILD_KEPT, CHILD_NOT_IN_SPEC, CHILD_DUPLICATE, CHILD_OTHER_KIND };

/* The condition Schedulable of a subset's status, as this reconcile leaves it. */
enum condition_change {
    CONDITION_SAME,
    CONDITION_RECOVERED,
    CONDITION_PENDING,     /* False: pods have been pending for too long */
    CONDITION_RESERVED,    /* False: reserved pods */
    CONDITION_NO_RESERVED, /* True */
    CONDITION_SCALED_UP,   /* False: so that the new pods start as reserved */
    CONDITION_CREATED      /* False: a new subset, same */
};

/* A child: facts, and what is made of them. */
struct child {
    const struct rollout_subset *facts;
    uint32_t subset; /* place in the spec; ROLLOUT_NONE where it has left it */
    uint32_t entry;  /* place in the status; ROLLOUT_NONE */
    uint32_t holder; /* a duplicate's: the child that is kept */
    uint8_t fate;    /* enum child_fate */
    uint8_t unschedulable, marked;
    int64_t partition;
    int64_t updated, updated_ready;
    int64_t others; /* pods at another revision than its own */
    int64_t reserved, pending, timed_out;
    int64_t look_ms;  /* of reservation: how long until it is to be looked at again; 0 = no need */
    int64_t until_ms; /* when it counts as schedulable again; 0 = not known */
    uint32_t action;  /* of the plan, on it: index + 1 */
};

/* How a subset's number came about. */
enum rule {
    RULE_SPECIFIED,
    RULE_AVERAGE,
    RULE_REMAINDER,
    RULE_MINIMUM,
    RULE_IN_ORDER,
    RULE_KEEPS_READY,
    RULE_SUBSTITUTE,
    RULE_OPEN,
    N_RULES
};

/* A subset of the spec. */
struct share {
    uint32_t child; /* ROLLOUT_NONE = it has none */
    uint32_t entry;
    uint32_t action;     /* of the plan, on it: index + 1 */
    int64_t min, max;    /* as the spec says; max INT32_MAX = no limit */
    int64_t least, most; /* ... as the allocator takes them */
    int64_t next, partition;
    uint8_t rule; /* enum rule */
    uint8_t frozen;
    uint8_t shrunk;
    uint8_t given; /* replicas is a number: of the allocator that reads it */
};

/* An entry of status.subsetStatuses; those behind the given ones are new. */
struct entry {
    struct rollout_str name;
    const struct rollout_subset_status *old; /* NULL = new */
    uint32_t child;                          /* the one that is kept; ROLLOUT_NONE */
    uint8_t change;                          /* enum condition_change */
};

/* Of a pod, one byte beside the two bits of ro_acted(). */
enum {
    POD_CAUSE = 0x07, /* enum cause */
    POD_WRITE = 0x08, /* the reserved label is written: "true" where there is a cause */
    POD_STUCK = 0x10, /* is deleted */
};
enum cause { CAUSE_NONE, CAUSE_PENDING, CAUSE_OLD_REVISION, CAUSE_NEW_IN_MARKED, CAUSE_SOAKING };

struct united {
    const struct rollout_uniteddeployment *spec;
    const struct rollout_uniteddeployment_status *status;
    const struct ro_planner_input *in;
    int64_t now_ms;
    uint32_t allocator;  /* ROLLOUT_ALLOCATOR_* */
    int64_t critical_ms; /* pending longer than this is failed to schedule */
    int64_t duration_ms; /* how long a subset stays marked; how long a recovered pod soaks */

    struct share *shares; /* one a subset of the spec */
    size_t n_shares;
    uint32_t *names; /* these by name */
    struct child *children;
    size_t n_children;
    struct entry *entries;
    size_t n_entries;
    uint32_t *entry_names;      /* those given, by name */
    uint8_t *pods;              /* one a pod */
    struct ro_keyed *pod_order; /* in the order in which upstream looks at them; as much again behind it */
    size_t n_pods;
    uint32_t *order, *scratch; /* room for one index a subset, child, entry or revision */

    /* revisions */
    uint8_t *cuts; /* enum ro_cut */
    uint32_t *revision_order;
    uint32_t listed;
    uint32_t update;  /* place of the expected one */
    uint32_t current; /* place of the current one */
    struct rollout_str expected;
    bool creates_revision, renumbers;
    int64_t number; /* that the expected one gets */
    struct ro_history history;

    int64_t total;                        /* replicas that are dealt out; -1 = unspecified */
    int64_t unplaced;                     /* what is left beyond all maxima */
    struct rollout_condition *conditions; /* room for those given and three more */
    struct rollout_condition updated;     /* UnitedDeploymentUpdated, as step 5 leaves it */

    uint32_t stopped_at;
    uint32_t stop_reason; /* 0 = an error */
    uint32_t error_reason;
    uint32_t error_subset; /* the place that it is about; ROLLOUT_NONE */
    int64_t error_sum;     /* of the specified replicas */
    struct rollout_str error_field;
    bool allocated;
    bool names_other_kind; /* a child of another kind has no name: step 11 ends before the updates */
    bool creates, provisions;

    int64_t requeue_ms, next_ms;
};

static inline const struct rollout_pod *united_pod(const struct united *pass, size_t i)
{
    return ro_pod(&pass->in->pods, i);
}

static inline bool united_adaptive(const struct united *pass)
{
    return pass->allocator >= ROLLOUT_ALLOCATOR_ADAPTIVE;
}

static inline bool united_reserves(const struct united *pass)
{
    return pass->allocator == ROLLOUT_ALLOCATOR_RESERVATION;
}

static inline int64_t united_cur(const struct united *pass, const struct share *share)
{
    return share->child == ROLLOUT_NONE ? 0 : pass->children[share->child].facts->replicas;
}

/* The child exists for upstream: of the template's kind, and not deleted as a second one. */
static inline bool child_listed(const struct child *child)
{
    return child->fate == CHILD_KEPT || child->fate == CHILD_NOT_IN_SPEC;
}

/* Looks again after this long; 0 and less are none. */
static inline void united_requeue(struct united *pass, int64_t ms)
{
    if (ms > 0 && (pass->requeue_ms == 0 || ms < pass->requeue_ms))
        pass->requeue_ms = ms;
}

/* The plan may change at this instant. */
static inline void united_next(struct united *pass, int64_t at_ms)
{
    if (at_ms > pass->now_ms && at_ms <= RO_TIME_MAX && (pass->next_ms == 0 || at_ms < pass->next_ms))
        pass->next_ms = at_ms;
}

/* ---- facts: uniteddeployment_facts.c ---- */

/* Which child is which subset's, and which status entry. False where two subsets have one name. */
bool united_join(struct united *pass);

/* Counts the pods of every child. */
void united_count(struct united *pass);

/* Labels of a pod. */
struct rollout_str united_pod_revision(const struct rollout_pod *pod, uint32_t *hint);
struct rollout_str united_pod_reserved(const struct rollout_pod *pod, uint32_t *hint);

/* The condition Schedulable of an entry as it was given; NULL. */
const struct rollout_condition *united_schedulable(const struct entry *entry);

/* ---- revisions: uniteddeployment_history.c ---- */

void united_revisions(struct united *pass);
void united_emit_revisions(struct united *pass, struct ro_builder *b);

/* ---- step 7: uniteddeployment_schedule.c ---- */

void united_schedule(struct united *pass);

/* The rest of reservation, after replicas were dealt out. */
void united_mark_scaled_up(struct united *pass);

/* When the pod stops counting as reserved by itself; 0 = never. */
int64_t united_pod_until(const struct united *pass, uint32_t pod);

/* ---- step 8: uniteddeployment_allocate.c ---- */

/* False: the numbers are impossible; error_* say why. */
bool united_allocate(struct united *pass);

/* The text of that. */
struct rollout_str united_allocate_error(const struct united *pass, struct ro_builder *b);

/* ---- writing ---- */

struct rollout_str united_child_kind(uint32_t kind);
struct rollout_str united_number(struct ro_builder *b, int64_t number);

/* Whether the child is written, and the first field that differs. */
enum child_difference {
    DIFFERS_NOT,
    DIFFERS_REVISION,
    DIFFERS_REPLICAS,
    DIFFERS_PARTITION,
    DIFFERS_PATCH,
    DIFFERS_ROLLING
};
enum child_difference united_difference(const struct united *pass, const struct share *share);

void united_actions(struct united *pass, struct ro_builder *b);

/* Why the reconcile ends with an error; absent where it does not. */
struct rollout_str united_error(const struct united *pass, struct ro_builder *b);
void united_verdicts(struct united *pass, struct ro_builder *b);
void united_status(struct united *pass, struct ro_builder *b, bool *ret_changed);

#endif

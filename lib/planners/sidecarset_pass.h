/* SPDX-License-Identifier: Apache-2.0 */
/* One pass over a SidecarSet: what its steps hand to each other. Source: sidecarset.md; the order of the steps is that
 * of its section 4. */
#ifndef RO_PLANNERS_SIDECARSET_PASS_H
#define RO_PLANNERS_SIDECARSET_PASS_H

#include <stdbool.h>

#include "base/edit.h"
#include "base/tree.h"
#include "planners/builder.h"
#include "planners/planner.h"
#include "planners/sidecarset_limits.h"
#include "planners/verdicts.h"

#define SC_HASH_KEY         "kruise.io/sidecarset-hash"
#define SC_IMAGELESS_KEY    "kruise.io/sidecarset-hash-without-image"
#define SC_INJECTED_KEY     "kruise.io/sidecarset-injected-list"
#define SC_WORKING_KEY      "kruise.io/sidecarset-working-hotupgrade-container"
#define SC_STATE_KEY        "kruise.io/sidecarset-inplace-update-state"
#define SC_VERSION_PREFIX   "version.sidecarset.kruise.io/"
#define SC_ALTERNATE_PREFIX "versionalt.sidecarset.kruise.io/"
#define SC_CONDITION        "SidecarSetUpgradable"

/* What a pod is (2). */
enum {
    SC_MATCHED = 1 << 0,
    SC_UPDATED = 1 << 1,
    SC_CONSISTENT = 1 << 2, /* all its sidecars */
    SC_READY = 1 << 3,
    SC_UPGRADABLE = 1 << 4,
    SC_MID_FLIGHT = 1 << 5,
    SC_FLIPS = 1 << 6,   /* 7.3 holds */
    SC_SELECTED = 1 << 7 /* by the update selector */
};

/* What becomes of it. */
enum sc_fate {
    SC_FATE_NONE = 0,
    SC_FATE_NOT_SELECTED, /* labels or namespace do not match */
    SC_FATE_FINISHED,
    SC_FATE_LEAVING,
    SC_FATE_NOT_INJECTED,
    SC_FATE_MISSING, /* not the containers that it should have */
    SC_FATE_UPDATED,
    SC_FATE_EXCLUDED,
    SC_FATE_IMMUTABLE,
    SC_FATE_RUNNING, /* an earlier update */
    SC_FATE_PARTITION,
    SC_FATE_BUDGET,
    SC_FATE_WAITS, /* nothing holds it but the pass */
    SC_FATE_UPDATE,
    SC_FATE_FLIP
};

/* A container of the set. */
struct sc_container {
    struct rollout_str name, image, empty;
    struct rollout_str first, second; /* names of the hot pair */
    bool hot;
};

struct sc_pair {
    struct rollout_str key, value;
};

struct sc_pairs {
    struct sc_pair *items;
    size_t count;
};

/* An action on a pod. */
struct sc_act {
    struct sc_act *next;
    uint32_t op, pod;
    struct sc_pairs images, annotations;
    bool upgradable, all_upgradable;
    struct rollout_str message;
};

struct sc_pass {
    const struct rollout_sidecarset *spec;
    const struct ro_planner_input *in;
    struct ro_arena arena;
    int64_t now_ms;
    struct rollout_str now_text;
    struct rollout_str latest; /* name of the update revision */

    struct sc_container *containers;
    size_t container_count;
    bool any_hot;

    /* One a pod. */
    size_t n;
    uint8_t *marks, *fates, *acted;
    uint32_t *places;                   /* place in the order of those that wait, from 1 */
    uint32_t *used;                     /* revision that it carries, + 1 */
    uint32_t *matched, *wait, *scratch; /* room for all; matched is in upstream's order */
    size_t matched_count, wait_count, update_count, flip_count, immutable_count;
    int64_t updated, ready, updated_ready, bad;
    struct ro_sidecarset_limits limits;
    int64_t used_up;  /* of max_unavailable, with the pods that are taken now */
    uint32_t used_by; /* the first of those pods + 1 */

    struct sc_act *acts, **end;
    bool status_written, status_changed;
    uint32_t stop_reason; /* why the pass ended for all pods; 0 = it did not */
    struct rollout_str stop_text;
    uint32_t in_flight_pod; /* + 1 */
    int64_t requeue_seconds;
    uint32_t error_pod; /* or ROLLOUT_NONE */
    struct rollout_str error;

    /* One a revision. */
    uint32_t *revision_order; /* by number, creation time, name; the update revision last */
    uint8_t *revision_deleted, *revision_used;
};

static inline const struct rollout_pod *sc_pod(const struct sc_pass *pass, size_t i)
{
    return ro_pod(&pass->in->pods, i);
}

static inline const struct rollout_node *sc_object(const struct sc_pass *pass, size_t i)
{
    const struct rollout_tree *object = &sc_pod(pass, i)->object;
    return object->count ? object->nodes : NULL;
}

static inline const struct rollout_revision *sc_revision(const struct sc_pass *pass, size_t i)
{
    return (const void *)(pass->in->revisions.items + i * pass->in->revisions.stride);
}

static inline struct rollout_str sc_annotation(const struct rollout_node *pod, struct rollout_str key)
{
    return ro_text(ro_get_str(ro_dig(pod, "metadata", "annotations", NULL), key));
}

/* ---- what a pod says (sidecarset_state.c) ---- */

/* Of a list, the element of this name; NULL where there is none. */
const struct rollout_node *sc_named(const struct rollout_node *list, struct rollout_str name);
struct rollout_str sc_image(const struct rollout_node *pod, struct rollout_str container);

/* Hash annotations as objects; NULL where neither form can be read. *ret_old: it was the older form. */
struct ro_edit *sc_hashes(struct ro_arena *arena, struct rollout_str text, bool *ret_old);

/* Which of a hot pair works, and the other; *ret_known: the map has the container. */
void sc_hot_pair(struct ro_edit *working, const struct sc_container *c, struct rollout_str *ret_work,
                 struct rollout_str *ret_other);

/* A set of container names. */
struct sc_names {
    struct rollout_str *items;
    size_t count;
};
struct sc_names sc_sidecars(struct ro_arena *arena, const struct sc_pass *pass);

/* 2.1; states: the parsed in-place annotation, NULL = absent or unreadable. */
struct sc_state {
    const struct rollout_node *pod, *containers, *statuses;
    struct ro_edit *working, *states;
    bool states_broken;
};
struct sc_state sc_state_of(struct ro_arena *arena, const struct rollout_node *pod);
bool sc_consistent(const struct sc_pass *pass, const struct sc_state *state, const struct sc_names *names);
bool sc_container_ready(const struct sc_state *state, struct rollout_str name);

/* ---- the steps ---- */

/* Facts of every pod. ROLLOUT_OK or ROLLOUT_ERR_INVALID for a selector. */
int sc_look(struct sc_pass *pass, struct rollout_error *reterr);
/* Buckets, order, and how many (5). */
void sc_select(struct sc_pass *pass);
/* Updates one pod, or flips it (6, 7.3): adds the actions; false: pass->error is set. */
bool sc_update(struct sc_pass *pass, uint32_t pod);
void sc_flip(struct sc_pass *pass, uint32_t pod);
bool sc_condition(struct sc_pass *pass, uint32_t pod, bool upgradable);
/* Which revisions go (9). */
void sc_revisions(struct sc_pass *pass);

/* ---- the plan (sidecarset_report.c) ---- */
int sc_candidates(struct sc_pass *pass, struct rollout_candidates **ret, struct rollout_error *reterr);
int sc_report(struct sc_pass *pass, struct rollout_plan **ret, struct rollout_error *reterr);
void sc_report_revisions(struct sc_pass *pass, struct ro_builder *b);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* A UnitedDeployment's children in a modelled cluster. Their own controllers are not planned but played plainly: a child
 * creates and deletes pods until it has its replicas, and replaces those at another revision than its own down to its
 * partition. Their status is what their pods are whenever the driver looks. */
#ifndef RO_SIM_CHILDREN_H
#define RO_SIM_CHILDREN_H

#include <stdbool.h>

#include <rollout/snapshot.h>
#include <rollout/workload.h>

struct ro_cluster;

/* More than one would be new to a subset's status: those of others are passed on as far as there is room. */
enum { RO_ENTRY_CONDITIONS = 4 };

enum { RO_CHILD_BUDGET_OF_TEMPLATE = -1 };

/* What the planner does not see of a child. */
struct ro_sim_child {
    uint32_t before; /* place from 1 of the revision that pods below its partition are made at; 0 = its own */
    int32_t budget;  /* pods that it may take from service at a time, or RO_CHILD_BUDGET_OF_TEMPLATE */
    int32_t was;     /* its replicas, as the plan found them */
    bool gone;       /* no longer there; it goes when the pass is over */
    bool stirs;      /* something has changed that its controller has not looked at */
};

/* What a child has. */
struct ro_child_tally {
    int32_t active, ready, old, reserved;
    int32_t free;   /* ready, and not reserved */
    int32_t marked; /* reserved, those that end or have ended too */
};

struct ro_children {
    struct rollout_subset *items;
    struct ro_sim_child *hidden; /* a child */
    size_t count, room;
    bool written; /* the last pass has made one other than it was: who writes what is there already sees no event */
    struct ro_child_tally *tallies;        /* a child, scratch */
    uint32_t *order, *seen;                /* subsets of the spec by name, and as much again; a subset, scratch */
    uint32_t made;                         /* so far: names of new ones */
    struct rollout_subset_status *entries; /* of the status */
    struct rollout_condition *conditions;  /* RO_ENTRY_CONDITIONS an entry */
    size_t entry_count, entry_room;
    struct rollout_str *subsets; /* of the spec of the start */
    uint8_t *full;               /* one of these: no new pod of it finds a node */
    size_t subset_count;
};

/* The children of the start. ROLLOUT_OK or ROLLOUT_ERR_NOMEM. */
int ro_children_open(struct ro_cluster *c, const struct rollout_snapshot *snapshot);
void ro_children_free(struct ro_children *children);

/* Adds a child with everything zero, and returns its place; ROLLOUT_NONE on lack of memory. Takes the gone ones out, the
 * rest keep their order. */
uint32_t ro_children_add(struct ro_cluster *c);
void ro_children_sweep(struct ro_cluster *c);

/* Room for so many entries of the status. False on lack of memory. */
bool ro_children_need_entries(struct ro_cluster *c, size_t count);

/* Their status, anew from their pods. */
void ro_children_count(struct ro_cluster *c);

/* The label that says which of the workload's revisions the pod is at. */
struct rollout_str ro_child_pod_revision(const struct rollout_pod *pod);

/* Whether no node is there for a new pod of the child; the place of a subset of this name, ROLLOUT_NONE where the spec of
 * the start has none. */
bool ro_child_full(const struct ro_cluster *c, uint32_t child);
uint32_t ro_child_subset(const struct ro_cluster *c, struct rollout_str name);

/* The pod's child is to look again; all are. */
void ro_child_stir(struct ro_cluster *c, uint32_t pod);
void ro_children_stir(struct ro_cluster *c);

/* ---- children_budget.c ---- */

/* Pods of a CloneSet or a Deployment: 0 while its template is paused, else at least 1. */
int64_t ro_child_budget(const struct ro_cluster *c, uint32_t child);

/* ---- children_steps.c ---- */

enum ro_child_step { RO_CHILD_RESTS, RO_CHILD_CREATES, RO_CHILD_DELETES, RO_CHILD_REPLACES };

/* One step of the child's controller: a pod is created (the last one of the cluster then), or one is deleted. */
enum ro_child_step ro_child_step(struct ro_cluster *c, uint32_t child, uint32_t *ret_pod);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* A Deployment's ReplicaSets in a modelled cluster. Their own controllers act at once whenever a ReplicaSet has not the pods
 * that it should have, and choose whom they delete as the planner of ReplicaSets does; the status of one is what its pods are
 * whenever the driver looks. The templates are the cluster's revisions, each by the name of its ReplicaSet. */
#ifndef RO_SIM_SETS_H
#define RO_SIM_SETS_H

#include <stdbool.h>

#include <rollout/snapshot.h>

struct ro_cluster;
struct rollout_world;

/* What the planner does not see of a ReplicaSet. */
struct ro_sim_set {
    uint32_t template;    /* place from 1 of the revision that its pods are at */
    uint32_t annotations; /* number of their set in the texts */
    int32_t was;          /* its replicas, as the plan found them */
    int32_t active;       /* pods, as counted last */
    bool gone;            /* no longer there; it goes when the pass is over */
    bool stirs;           /* something has changed that its controller has not looked at */
};

struct ro_sets {
    struct rollout_replica_set_facts *items;
    struct ro_sim_set *hidden;    /* a ReplicaSet */
    struct rollout_tree *objects; /* a ReplicaSet, as it was made; count 0 = unknown */
    size_t count, room;
    uint32_t annotations; /* the Deployment's: number of their set in the texts */
    uint32_t first;       /* place from 1 of the template that was asked for at the start */
    uint32_t *touched;    /* pods, by the last step */
    size_t touched_count;
};

/* Those of the start, and the template that is asked for. ROLLOUT_OK or an error, as what follows that returns int. */
int ro_sets_open(struct ro_cluster *c, const struct rollout_snapshot *snapshot);
void ro_sets_free(struct ro_sets *sets);

/* Another spec is asked for: its template becomes the update revision; of its annotations the live ones stay that the
 * controllers wrote. generation: the one before. */
int ro_sets_change(struct ro_cluster *c, const struct rollout_world *world, int64_t generation);
void ro_sets_keep_own(struct ro_cluster *c, uint32_t live);

/* Adds a ReplicaSet with everything zero, and returns its place; ROLLOUT_NONE on lack of memory. Takes the gone ones out,
 * the rest keep their order. */
uint32_t ro_sets_add(struct ro_cluster *c);
void ro_sets_sweep(struct ro_cluster *c);

/* A new ReplicaSet of the template, without pods. */
int ro_sets_make(struct ro_cluster *c, uint32_t template, uint32_t *ret_set);

/* An annotation of a ReplicaSet, or of the Deployment (ROLLOUT_NONE); absent: it is removed. And all of them. */
void ro_sets_annotate(struct ro_cluster *c, uint32_t set, struct rollout_str key, struct rollout_str value);
void ro_sets_set_annotations(struct ro_cluster *c, uint32_t set, uint32_t number);

/* Their status, anew from their pods. */
void ro_sets_show(struct ro_cluster *c);

/* How long the pod must have been ready to be available. */
int32_t ro_set_min_ready_seconds(const struct ro_cluster *c, uint32_t pod);

/* When the next pod becomes available by itself; 0 = none does. */
int64_t ro_sets_next(const struct ro_cluster *c);

/* All are to look again. */
void ro_sets_stir(struct ro_cluster *c);

/* ---- sets_steps.c ---- */

/* How many pods each has. */
void ro_sets_count(const struct ro_cluster *c);

/* One pass of the ReplicaSet's controller, after ro_sets_count(). The pods that are created, or are going now, are in
 * touched. ROLLOUT_OK or an error. */
enum ro_set_step { RO_SET_RESTS, RO_SET_CREATES, RO_SET_DELETES };
int ro_set_step(struct ro_cluster *c, uint32_t set, enum ro_set_step *ret);

#endif

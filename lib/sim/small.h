/* SPDX-License-Identifier: Apache-2.0 */
/* States of a small world: a cluster in a few bytes, in one form for all that differ only in the names of like pods, and back. */
#ifndef RO_SIM_SMALL_H
#define RO_SIM_SMALL_H

#include <rollout/simulate.h>

#include "sim/kinds.h"

/* What a Deployment's ReplicaSets, or a UnitedDeployment's children, take behind the pods: never both. */
enum { RO_SMALL_PODS = 32, RO_SMALL_NODES = 32, RO_SMALL_SETS = 16, RO_SMALL_SUBSETS = 16,
       RO_SMALL_STATE = 32 + RO_SMALL_PODS * 24 + RO_SMALL_SETS * 12 + 4 };

/* What stays as it is with a pod all its life. */
struct ro_small_trait {
    int32_t deletion_cost, restarts, sidecar_restarts;
    struct rollout_tree containers;
    const struct ro_job_shape *job;
    int64_t job_restarts;
};

/* What stays as it is with a ReplicaSet all its life. */
struct ro_small_set {
    struct rollout_replica_set_facts facts;
    struct rollout_tree object;
    uint32_t template;
};

/* The spec after some of the changes. */
struct ro_small_spec {
    const struct rollout_world *source;
    struct rollout_workload workload;
    struct ro_specs specs;
    struct rollout_lifecycle hooks;
    struct ro_sim_template *template;
    struct ro_job_shape *job_shape;
    struct ro_ordinals *reserved;
    size_t reserved_count;
    int64_t start_ordinal;
    uint32_t *order, *seen; /* of ro_children */
    uint32_t update_revision;
    struct rollout_in_place_verdict *verdicts;
    size_t verdict_count;
};

struct ro_small {
    struct ro_cluster cluster;   /* as unpacked */
    int64_t now_ms;              /* always the same */
    struct ro_small_spec *specs; /* before the first change, and after each */
    size_t spec_count;
    size_t change;                                         /* how many changes of the spec have been made */
    uint32_t lost;                                         /* a bit a node */
    uint32_t cordoned;                                     /* the same */
    uint32_t faults;                                       /* how many have come */
    const struct rollout_taint *taints[RO_SMALL_NODES][2]; /* of a node, and of one that is lost */
    size_t taint_counts[RO_SMALL_NODES];
    struct ro_small_trait traits[256];
    size_t trait_count;
    struct rollout_str names[256]; /* of a StatefulSet's places; of other kinds' pods by their place in the state */
    size_t name_count;
    struct ro_small_set sets[64]; /* all that have ever been */
    size_t set_count;
    struct rollout_condition marks[16]; /* conditions of subsets, whatever their time */
    size_t mark_count;
    struct rollout_str namespace_;
    bool full; /* one of the tables has no room left */
};

/* Where pods come from and go to in a form: from[i] is the place in the cluster of pod i of the form. */
struct ro_small_order {
    uint8_t from[RO_SMALL_PODS];
    size_t count;
};

/* A cluster of its own at the world's snapshot, with all times made few. Errors as ro_cluster_open(). */
int ro_small_open(struct ro_small *s, const struct rollout_world *world, const struct rollout_change *changes,
                  size_t change_count, struct rollout_error *reterr);
void ro_small_free(struct ro_small *s);

/* The bytes of the cluster as it stands; 0 where it has become too large, which is recorded as an error. */
size_t ro_small_pack(struct ro_small *s, uint8_t bytes[RO_SMALL_STATE], struct ro_small_order *ret_order);

/* The cluster as the bytes say. */
void ro_small_unpack(struct ro_small *s, const uint8_t *bytes);

/* The spec after so many changes, and the nodes that are lost, or cordoned. */
void ro_small_load(struct ro_small *s, size_t change, uint32_t lost, uint32_t cordoned);

/* Time: the pods that have been ready for longest, of those too young, become old enough; the grace period that began
 * first ends. False where there are none. */
bool ro_small_age(struct ro_small *s);
bool ro_small_end_grace(struct ro_small *s);

/* Pods keep their names: they are ordinals'. */
bool ro_small_by_name(const struct ro_small *s);

/* The place of a name that is kept once. */
uint8_t ro_small_name(struct ro_small *s, struct rollout_str name);

/* ---- small_sets.c: of a Deployment ---- */

/* Its ReplicaSets of the start in the order of their age. */
int ro_small_open_sets(struct ro_small *s);

/* Bytes of its ReplicaSets behind those of the pods; the place of one among those that are written, from 1. */
size_t ro_small_pack_sets(struct ro_small *s, uint8_t *bytes);
uint8_t ro_small_set(const struct ro_small *s, uint32_t set);
void ro_small_unpack_sets(struct ro_small *s, const uint8_t *bytes);

/* ---- small_children.c: of a UnitedDeployment ---- */

/* Bytes of its children and of its subsets' conditions behind those of the pods, a multiple of 4; the place of a child among
 * those that are written, from 1. */
size_t ro_small_pack_children(struct ro_small *s, uint8_t *bytes);
uint8_t ro_small_child(const struct ro_small *s, uint32_t child);
void ro_small_unpack_children(struct ro_small *s, const uint8_t *bytes);

/* Time: subsets that have been marked for longest are no longer; an update is late. False where there is nothing. */
bool ro_small_end_marks(struct ro_small *s);
bool ro_small_end_update(struct ro_small *s);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Facts written as the Kubernetes objects that they are read from: the inverse of decoding. What a part cannot write
 * it leaves out or writes as well as it can: reading the whole back tells (ro_snapshot_compare). */
#ifndef RO_OBJECTS_SNAPSHOT_OBJECT_H
#define RO_OBJECTS_SNAPSHOT_OBJECT_H

#include <rollout/objects.h>

#include "base/edit.h"
#include "base/time.h"
#include "objects/kind.h"
#include "objects/owner.h"
#include "rules/arrays.h"
#include "rules/check.h"
#include "rules/gates.h"
#include "rules/specs.h"

/* The facts, with records of this library's size. */
struct ro_snapshot_facts {
    struct rollout_snapshot snapshot;
    struct ro_arrays arrays;
};

/* What is being written. */
struct ro_snapshot_writer {
    struct ro_arena arena;
    const struct rollout_world *world;
    const struct ro_snapshot_facts *facts;
    struct rollout_workload workload; /* at full size */
    struct ro_specs specs;
    struct ro_gates gates;
    struct ro_kind kind;
    struct rollout_str uid; /* of the workload */
    struct rollout_str now;
    struct ro_check check; /* the first fault of a record */
    struct rollout_str *child_uids; /* a UnitedDeployment's: of each child */
    uint32_t *set_children;         /* whose the ReplicaSet at a place is, from 1; 0 = there is none, or it does not matter */
    uint32_t set_count;
};

/* An object of this kind with its metadata, and its name where it has one. */
struct ro_edit *ro_write_object(struct ro_snapshot_writer *w, struct rollout_str api_version, struct rollout_str kind,
                                struct rollout_str name);

/* A text member, left out where the text is absent. A time in whole seconds or, where it has them, milliseconds; left
 * out where it is 0. */
void ro_write_member(struct ro_snapshot_writer *w, struct ro_edit *object, struct rollout_str key,
                     struct rollout_str text);
void ro_write_instant(struct ro_snapshot_writer *w, struct ro_edit *object, struct rollout_str key, int64_t ms);

/* Labels as a map, texts as a list, each left out where it is empty. A text that is absent is written as null. */
void ro_write_map(struct ro_snapshot_writer *w, struct ro_edit *object, struct rollout_str key,
                  const struct rollout_labels *labels);
void ro_write_list(struct ro_snapshot_writer *w, struct ro_edit *object, struct rollout_str key,
                   const struct rollout_strs *strs);

/* A member of one of the metadata's maps: the text, or none. The workload as the one that controls the object. */
void ro_write_in_map(struct ro_snapshot_writer *w, struct ro_edit *object, const char *map, struct rollout_str key,
                     struct rollout_str text);
void ro_write_controlled(struct ro_snapshot_writer *w, struct ro_edit *object);

/* Each writes one record; i: its place in the snapshot's array. */
struct ro_edit *ro_write_pod(struct ro_snapshot_writer *w, size_t i);
struct ro_edit *ro_write_revision(struct ro_snapshot_writer *w, size_t i);
struct ro_edit *ro_write_claim(struct ro_snapshot_writer *w, size_t i);
struct ro_edit *ro_write_node(struct ro_snapshot_writer *w, size_t i);
struct ro_edit *ro_write_storage_class(struct ro_snapshot_writer *w, size_t i);

struct ro_edit *ro_write_replica_set(struct ro_snapshot_writer *w, size_t i);

/* Whose the pod is. */
struct ro_owner ro_write_pod_owner(struct ro_snapshot_writer *w, const struct rollout_pod *pod);

/* A UnitedDeployment's children, with the ReplicaSets of its pods; whose a pod is, after the first. */
void ro_write_children_open(struct ro_snapshot_writer *w);
void ro_write_children(struct ro_snapshot_writer *w, struct ro_edit *body);
struct ro_owner ro_write_child_owner(struct ro_snapshot_writer *w, const struct rollout_pod *pod);

/* The object of this name; those of the facts mostly lie alike, so that the search begins at place i. NULL: there is none. */
const struct rollout_node *ro_named_object(const struct rollout_tree *objects, size_t count, struct rollout_str name,
                                           size_t i);

/* What a node, or a label's value, must be. */
struct ro_edit *ro_write_requirements(struct ro_snapshot_writer *w, const struct rollout_requirement *items,
                                      size_t count);

/* A pod's in-place update under way: its containers, their statuses and the annotations. The pod is complete but for
 * them. */
void ro_write_in_place(struct ro_snapshot_writer *w, struct ro_edit *pod, const struct rollout_pod *facts);

/* Whether the pod has anything to say about in-place updates. */
bool ro_in_place_matters(const struct rollout_in_place *in_place);

/* What a BroadcastJob reads beyond other kinds: of a pod that is complete but for that, and of a node. */
void ro_write_job_pod(struct ro_snapshot_writer *w, struct ro_edit *pod, const struct rollout_pod *facts);
void ro_write_job_node(struct ro_snapshot_writer *w, struct ro_edit *object, const struct rollout_node_facts *node);

/* What a SidecarSet reads beyond other kinds: of a pod that is complete but for that; of namespaces, and of writes. */
void ro_write_sidecars(struct ro_snapshot_writer *w, struct ro_edit *object, const struct rollout_pod *facts);
void ro_write_namespaces(struct ro_snapshot_writer *w, struct ro_edit *body);
void ro_write_in_flight(struct ro_snapshot_writer *w, struct ro_edit *body);

/* Room for what is meant where a pod says nothing of it. */
struct ro_snapshot_binding {
    struct rollout_str node;
    struct rollout_requirement names;
    struct rollout_node_term term;
};

struct rollout_job_pod ro_snapshot_job_pod(const struct rollout_broadcastjob *spec, const struct rollout_pod *pod,
                                           struct ro_snapshot_binding *binding);

/* The fact in which the two differ; NULL = in none. */
const char *ro_snapshot_job_pod_differs(const struct rollout_job_pod *a, const struct rollout_job_pod *b);
const char *ro_snapshot_sidecars_differ(const struct rollout_tree *a, const struct rollout_tree *b);
const char *ro_snapshot_job_node_differs(const struct rollout_node_facts *a, const struct rollout_node_facts *b);

/* The written facts against those read back: ROLLOUT_OK, or ROLLOUT_ERR_INVALID that names the first that differs.
 * workload: that the facts are of. */
int ro_snapshot_compare(const struct ro_snapshot_facts *written, const struct rollout_snapshot *read,
                        const struct rollout_workload *workload, struct rollout_error *reterr);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/** @file objects.h
 *  From Kubernetes objects, as trees, to what rollout_plan() reads; from an action to the changed
 *  object. Needs no JSON library: any language builds the trees. */
#ifndef ROLLOUT_OBJECTS_H
#define ROLLOUT_OBJECTS_H

#include <rollout/base.h>
#include <rollout/node.h>
#include <rollout/plan.h>
#include <rollout/snapshot.h>
#include <rollout/workload.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Fills the facts of one Pod. Allocates nothing that outlives the call: the facts point into the tree,
 *  and ret_pod->in_place is ret_in_place or NULL. workload may be NULL; it gives the feature gates, and
 *  where it has a spec, that says whether the selector and a StatefulSet's claim templates fit the pod.
 *  pod_size is sizeof(struct rollout_pod) in the caller's build, what he would give as stride: no fact beyond it is
 *  written, and what this library does not know of is zero. ret_in_place may be NULL.
 *  Returns ROLLOUT_OK, ROLLOUT_ERR_INVALID (error.field = path inside the pod), ROLLOUT_ERR_ABI (pod_size is 0 or
 *  no multiple of 8, or the workload's size) or, of a StatefulSet's pod, ROLLOUT_ERR_NOMEM.
 *  Since: 0.1 (testing) */
ROLLOUT_API int rollout_pod_from_object(const struct rollout_tree *pod, const struct rollout_workload *workload,
                                        size_t pod_size, struct rollout_pod *ret_pod,
                                        struct rollout_in_place *ret_in_place, struct rollout_error *reterr);

/** A workload with everything that belongs to it, decoded. Read-only, released with
 *  rollout_world_free(); points into the document's tree, which must outlive it. The trees of the
 *  objects are beside the facts. */
struct rollout_world {
    uint32_t struct_size; /**< set by the library */
    uint32_t reserved;    /**< zero */
    const struct rollout_workload *workload;
    const struct rollout_snapshot *snapshot;
    struct rollout_str api_version; /**< of the workload */
    struct rollout_str kind;
    struct rollout_tree workload_object;
    const struct rollout_tree *pod_objects;      /**< as snapshot.pods */
    const struct rollout_tree *revision_objects; /**< as snapshot.revisions; a new one is made by the library */
    const struct rollout_tree *claim_objects;    /**< as snapshot.claims */
    size_t pod_object_count;
    size_t revision_object_count;
    size_t claim_object_count;
    const struct rollout_tree *replica_set_objects; /**< as snapshot.replica_sets */
    size_t replica_set_object_count;
    const struct rollout_tree *subset_objects; /**< as snapshot.subsets */
    size_t subset_object_count;
};

/** How many workloads does the document hold: 1 for a Snapshot (or a recorded decision, an object
 *  with a member "snapshot"), any number for a List. Returns ROLLOUT_OK or ROLLOUT_ERR_INVALID.
 *  Since: 0.1 (testing) */
ROLLOUT_API int rollout_document_count(const struct rollout_tree *document, size_t *ret_count,
                                       struct rollout_error *reterr);

/** Decodes workload `index` of the document. now_ms is used where the document has no "now"; 0:
 *  then that is an error. *ret_world is the caller's, see rollout_world_free().
 *  Returns ROLLOUT_OK, ROLLOUT_ERR_INVALID (error.field is the path in the document) or
 *  ROLLOUT_ERR_NOMEM. Since: 0.1 (testing) */
ROLLOUT_API int rollout_document_decode(const struct rollout_tree *document, size_t index, int64_t now_ms,
                                        struct rollout_world **ret_world, struct rollout_error *reterr);
ROLLOUT_API void rollout_world_free(struct rollout_world *world);

/** A document sorted by workload, so that decoding all of a long List takes one pass over it and not
 *  one a workload. */
struct rollout_grouping;

/** Sorts the document, which must outlive the result; *ret_grouping is the caller's. In a List pods and
 *  revisions belong to the controller among their owners, by its uid; claims to each CloneSet among their
 *  owners, and to the StatefulSet of their namespace whose claim templates make such names, whoever owns
 *  them; nodes, storage classes and namespaces to all workloads. A ReplicaSet is a workload and its Deployment's; its pods
 *  are of both, and where it has too many its siblings and theirs are known beside it if that Deployment is in the List. A
 *  SidecarSet's pods are those that its selector matches, whoever owns them.
 *  Returns ROLLOUT_OK, ROLLOUT_ERR_INVALID or ROLLOUT_ERR_NOMEM. Since: 0.1 (testing) */
ROLLOUT_API int rollout_document_group(const struct rollout_tree *document, struct rollout_grouping **ret_grouping,
                                       struct rollout_error *reterr);

/** How many workloads there are. Since: 0.1 (testing) */
ROLLOUT_API size_t rollout_grouping_count(const struct rollout_grouping *grouping);

/** As rollout_document_decode(). The grouping must outlive the world. Since: 0.1 (testing) */
ROLLOUT_API int rollout_grouping_decode(const struct rollout_grouping *grouping, size_t index, int64_t now_ms,
                                        struct rollout_world **ret_world, struct rollout_error *reterr);
ROLLOUT_API void rollout_grouping_free(struct rollout_grouping *grouping);

/** Objects made by the library. One block, read-only, released with rollout_objects_free(). Texts
 *  may point into the world, the plan and the trees that they were made from, which must outlive
 *  them. */
struct rollout_objects {
    uint32_t struct_size; /**< set by the library */
    uint32_t reserved;    /**< zero */
    const struct rollout_tree *items;
    size_t count;
};

/** Carries out action `action` of a plan that was made from this world: the object as it must be
 *  afterwards, for a driver to send the difference. A deletion gives no object; `create` gives one
 *  pod for each that it asks for. ids are the instance ids that the driver drew (5 characters of
 *  bcdfghjklmnpqrstvwxz2456789, none in use): a CloneSet's for `create` as many as its NEW_IDS and for
 *  `create-claim` without a name the id of its pod; a DaemonSet's for `create` one, which ends the pod's
 *  name, or none, which leaves the name to the API server; a StatefulSet's none; a ReplicaSet's one for each pod or
 *  none; a Deployment's for `create-replica-set` the hash of its template, or none: then it is one of our own. They are that
 *  action's own: a CloneSet's are dealt out in byte order with those that the action names. Where a plan
 *  creates pods of two revisions, the first action's get the smaller ids upstream.
 *  Returns ROLLOUT_OK, ROLLOUT_ERR_INVALID (no such action, too few ids, an object that upstream
 *  would fail on) or ROLLOUT_ERR_NOMEM. Since: 0.1 (testing) */
ROLLOUT_API int rollout_apply(const struct rollout_world *world, const struct rollout_plan *plan, size_t action,
                              const struct rollout_strs *ids, struct rollout_objects **ret_objects,
                              struct rollout_error *reterr);

/** Same on a given object instead of the world's: for a second action on the same pod, the object
 *  as the first one left it. Since: 0.1 (testing) */
ROLLOUT_API int rollout_apply_to(const struct rollout_world *world, const struct rollout_plan *plan, size_t action,
                                 const struct rollout_tree *object, struct rollout_objects **ret_objects,
                                 struct rollout_error *reterr);

/** The workload as the pass leaves it: with the plan's status and, where a CloneSet's update phase ended
 *  with an error, the condition FailedUpdate (cloneset.md 7.4); without the names in podsToDelete that
 *  the plan drops. Errors as rollout_apply(). Since: 0.1 (testing) */
ROLLOUT_API int rollout_apply_status(const struct rollout_world *world, const struct rollout_plan *plan,
                                     struct rollout_objects **ret_objects, struct rollout_error *reterr);
ROLLOUT_API void rollout_objects_free(struct rollout_objects *objects);

/** The facts as the document that they are decoded from: kind Snapshot, from which rollout_document_decode() gives the
 *  same facts. world gives what no fact of a snapshot says: the gates, the workload's object, which is written as it
 *  stands (so where its spec or status has moved on, world->workload_object must have, too), and the objects of
 *  revisions, by their names; the snapshot may be quite another one than the world's. Revisions that are
 *  ROLLOUT_REVISION_NEW stay out: decoding makes them from the workload's template again. What is not known is not made
 *  up: pods have no containers where the facts have none, a claim no size. The result is decoded and compared before it is
 *  given out, so that it never says anything else; what may differ is node_index, a current revision of 0, which is
 *  written as the update revision, verdicts on pairs of revisions that were compared beforehand, and an in_place that
 *  says nothing. Revisions and verdicts beside a Deployment or a ReplicaSet stay out: their own are the ReplicaSets, whose
 *  objects are the world's, by their names, with these facts. So what several facts say must agree: the revision,
 *  lifecycle state and marks of a pod with its labels, ROLLOUT_POD_NOT_SELECTED with the selector, ROLLOUT_CLAIM_OWNED with
 *  the owners.
 *  A UnitedDeployment's children are the world's objects, by their names, with these facts, else made of them alone; their
 *  pods' ReplicaSets, which are no facts, are made up, as many as places are named.
 *  Returns ROLLOUT_OK, ROLLOUT_ERR_ABI, ROLLOUT_ERR_INVALID (error.field is the fact, such as "pods[3].flags", that no
 *  object says beside the others; or the path in the document that is refused) or ROLLOUT_ERR_NOMEM.
 *  Since: 0.1 (testing) */
ROLLOUT_API int rollout_snapshot_object(const struct rollout_world *world, const struct rollout_snapshot *snapshot,
                                        struct rollout_objects **ret_objects, struct rollout_error *reterr);

/** The plan as the document of snapshot.md: kind Plan, every sentence written out.
 *  Since: 0.1 (testing) */
ROLLOUT_API int rollout_plan_object(const struct rollout_world *world, const struct rollout_plan *plan,
                                    struct rollout_objects **ret_objects, struct rollout_error *reterr);

#ifdef __cplusplus
}
#endif

#endif

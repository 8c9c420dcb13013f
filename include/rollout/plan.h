/* SPDX-License-Identifier: Apache-2.0 */
/** @file plan.h
 *  What to do now, and why: the one entry point for all kinds. */
#ifndef ROLLOUT_PLAN_H
#define ROLLOUT_PLAN_H

#include <rollout/base.h>
#include <rollout/intstr.h>
#include <rollout/node.h>
#include <rollout/reason.h>
#include <rollout/snapshot.h>
#include <rollout/workload.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What an action does (snapshot.md, "Actions"). Documents spell them in lower case with "-". */
enum {
    ROLLOUT_OP_CREATE_REVISION = 1,     /**< record the template as a new revision; REVISION, NUMBER */
    ROLLOUT_OP_RENUMBER_REVISION = 2,   /**< raise an old revision's number; REVISION, NUMBER */
    ROLLOUT_OP_DELETE_REVISION = 3,     /**< history cleanup; REVISION */
    ROLLOUT_OP_CREATE = 4,              /**< create pods. CloneSet: REVISION, COUNT, ID..., NEW_IDS; StatefulSet: NAME,
                                             ORDINAL, REVISION, STATE; DaemonSet: NODE, REVISION; BroadcastJob: NODE */
    ROLLOUT_OP_DELETE = 5,              /**< delete the pod now */
    ROLLOUT_OP_CREATE_CLAIM = 6,        /**< create a volume claim; CLAIM where its name is known, TEMPLATE */
    ROLLOUT_OP_DELETE_CLAIM = 7,        /**< CLAIM */
    ROLLOUT_OP_SET_CLAIM_OWNER = 8,     /**< CLAIM, OWNER..., POD: CloneSet: make this pod the claim's owner; StatefulSet:
                                             of the set and the pod exactly these are its owners */
    ROLLOUT_OP_UPDATE_IN_PLACE = 9,     /**< patch the pod to the revision; REVISION, MARK_NOT_READY, GRACE_SECONDS,
                                             STATE (StatefulSet) */
    ROLLOUT_OP_RECREATE = 10,           /**< mark for deletion, so that a pod of the target replaces it */
    ROLLOUT_OP_SET_LIFECYCLE = 11,      /**< move the lifecycle state; STATE, MARK_NOT_READY, HOOK */
    ROLLOUT_OP_SET_READY = 12,          /**< condition InPlaceUpdateReady becomes True */
    ROLLOUT_OP_SET_POD_READY = 13,      /**< the lifecycle's not-ready mark alone; MARK_NOT_READY */
    ROLLOUT_OP_END_GRACE = 14,          /**< the grace period is over; REVISION, DETAIL apply or drop */
    ROLLOUT_OP_NEXT_BATCH = 15,         /**< patch the next containers by launch priority */
    ROLLOUT_OP_LABEL_TEMPLATE_HASH = 16, /**< add the label pod-template-hash */
    ROLLOUT_OP_RELEASE = 17,            /**< remove the workload's owner reference: the selector no longer matches */
    ROLLOUT_OP_RESIZE_CLAIM = 18,       /**< give the claim the resources of its template; CLAIM, REQUEST */
    ROLLOUT_OP_REPAIR = 19,             /**< write the identity or the volumes that the pod lacks; DETAIL */
    ROLLOUT_OP_RELABEL = 20,            /**< name the pod's revision anew: its own is a double of it; REVISION */
    ROLLOUT_OP_SCALE = 21,              /**< write a ReplicaSet's size; FROM, TO, ANNOTATION... that the write changes */
    ROLLOUT_OP_CREATE_REPLICA_SET = 22, /**< create it from the Deployment's template, with its minReadySeconds; REPLICAS,
                                             REVISION (the number, as text), ANNOTATION... (all that it has) */
    ROLLOUT_OP_DELETE_REPLICA_SET = 23, /**< history cleanup */
    ROLLOUT_OP_SET_ANNOTATION = 24,     /**< write annotations of a ReplicaSet or of the workload; ANNOTATION... */
    ROLLOUT_OP_SET_MIN_READY_SECONDS = 25, /**< write a ReplicaSet's; MIN_READY_SECONDS. One write with a SET_ANNOTATION of
                                                the same ReplicaSet right before it */
    ROLLOUT_OP_SET_TEMPLATE = 26,       /**< copy the ReplicaSet's template, without the label pod-template-hash, into the
                                             Deployment; one write with the SET_ANNOTATION that follows */
    ROLLOUT_OP_LABEL_REVISION = 27,     /**< put the customVersion on the revision; REVISION, VALUE */
    ROLLOUT_OP_FLIP = 28,               /**< give the other container of a hot pair the empty image; IMAGE...,
                                             ANNOTATION... */
    ROLLOUT_OP_SET_UPGRADABLE = 29,     /**< write the condition SidecarSetUpgradable; UPGRADABLE, MESSAGE */
    ROLLOUT_OP_CREATE_SUBSET = 31,      /**< UnitedDeployment: create a child; SUBSET, KIND, REPLICAS, PARTITION, REVISION */
    ROLLOUT_OP_UPDATE_SUBSET = 32,      /**< write the child anew from the template; SUBSET, CHILD, KIND, REPLICAS,
                                             PARTITION, MAX_UNAVAILABLE, REVISION */
    ROLLOUT_OP_DELETE_SUBSET = 33,      /**< delete the child; SUBSET, CHILD, KIND, WHY */
    ROLLOUT_OP_SET_RESERVED = 34,       /**< write the pod's reserved label; RESERVED */
    ROLLOUT_OP_DELETE_WORKLOAD = 35     /**< delete the BroadcastJob itself: its time to live is over */
};

/** What an action or a verdict is about. */
enum {
    ROLLOUT_SUBJECT_POD = 1,      /**< index in the snapshot's pods */
    ROLLOUT_SUBJECT_REVISION = 2, /**< index in the snapshot's revisions */
    ROLLOUT_SUBJECT_CLAIM = 3,    /**< index in the snapshot's claims */
    ROLLOUT_SUBJECT_MISSING = 4,  /**< pods that are not there: 0 = of the current, 1 = of the update revision, 2 = held */
    ROLLOUT_SUBJECT_WORKLOAD = 5, /**< 0 */
    ROLLOUT_SUBJECT_NODE = 6,     /**< index in the snapshot's nodes */
    ROLLOUT_SUBJECT_ORDINAL = 7,  /**< the ordinal itself */
    ROLLOUT_SUBJECT_REPLICA_SET = 8,/**< index in the snapshot's replica_sets; ROLLOUT_NONE = the one that the plan creates */
    ROLLOUT_SUBJECT_SUBSET = 9    /**< index in the spec's subsets; behind these come the snapshot's subsets, for a child
                                       that is no subset's: their number + its index */
};

/** What an attribute of an action says. */
enum {
    ROLLOUT_ATTR_REVISION = 1,       /**< text: its name */
    ROLLOUT_ATTR_NUMBER = 2,         /**< value: the revision's number */
    ROLLOUT_ATTR_COUNT = 3,          /**< value: pods */
    ROLLOUT_ATTR_ID = 4,             /**< text: instance id of free claims that a new pod takes; one attribute each */
    ROLLOUT_ATTR_NEW_IDS = 5,        /**< value: how many more ids the driver draws */
    ROLLOUT_ATTR_CLAIM = 6,          /**< text: the claim's name */
    ROLLOUT_ATTR_TEMPLATE = 7,       /**< text: name of its volumeClaimTemplate */
    ROLLOUT_ATTR_OWNER = 8,          /**< text: an owner's kind; one attribute each, none = no owner */
    ROLLOUT_ATTR_POD = 9,            /**< text: a pod's name; value: its index in the snapshot + 1, 0 = find it by name */
    ROLLOUT_ATTR_MARK_NOT_READY = 10, /**< value: 0 or 1 */
    ROLLOUT_ATTR_GRACE_SECONDS = 11, /**< value: seconds */
    ROLLOUT_ATTR_STATE = 12,         /**< text: lifecycle state */
    ROLLOUT_ATTR_HOOK = 13,          /**< value 1: put the hook's labels and finalizers back */
    ROLLOUT_ATTR_DETAIL = 14,        /**< text */
    ROLLOUT_ATTR_NAME = 15,          /**< text: name of a pod that is to be created */
    ROLLOUT_ATTR_ORDINAL = 16,       /**< value: its ordinal */
    ROLLOUT_ATTR_NODE = 17,          /**< text: the node's name */
    ROLLOUT_ATTR_REQUEST = 18,       /**< text: the storage that a claim is to ask for */
    ROLLOUT_ATTR_FROM = 19,          /**< value: pods before */
    ROLLOUT_ATTR_TO = 20,            /**< value: pods after */
    ROLLOUT_ATTR_REPLICAS = 21,      /**< value: spec.replicas of a ReplicaSet or child that is written */
    ROLLOUT_ATTR_ANNOTATION = 22,    /**< text: an annotation's key; value 1: it gets the VALUE that follows, 0: it
                                          is removed. One attribute each */
    ROLLOUT_ATTR_VALUE = 23,         /**< text: of the IMAGE or ANNOTATION right before it, else of a label */
    ROLLOUT_ATTR_MIN_READY_SECONDS = 24, /**< value: seconds */
    ROLLOUT_ATTR_IMAGE = 25,         /**< text: a container's name; value 1: the VALUE that follows is its image. One each */
    ROLLOUT_ATTR_UPGRADABLE = 28,    /**< value: 0 or 1; text: the condition's status */
    ROLLOUT_ATTR_MESSAGE = 29,       /**< text: the condition's message */
    ROLLOUT_ATTR_SUBSET = 30,        /**< text: the subset's name */
    ROLLOUT_ATTR_CHILD = 31,         /**< text: the child's name; value: its index in the snapshot's subsets + 1 */
    ROLLOUT_ATTR_KIND = 32,          /**< text: StatefulSet, AdvancedStatefulSet, CloneSet or Deployment */
    ROLLOUT_ATTR_PARTITION = 34,     /**< value: its partition; absent where the kind, or OnDelete, has none */
    ROLLOUT_ATTR_MAX_UNAVAILABLE = 35, /**< value: in place of the template's */
    ROLLOUT_ATTR_WHY = 36,           /**< text: duplicate, not-in-spec or other-kind */
    ROLLOUT_ATTR_RESERVED = 37       /**< text: the label's value, "true" or "false" */
};

/** One fact of an action. Frozen. */
struct rollout_attr {
    uint32_t key;  /**< ROLLOUT_ATTR_* */
    uint32_t text; /**< index into plan->texts, or ROLLOUT_NONE */
    int64_t value;
};

/** One thing to do now. Frozen. */
struct rollout_action {
    uint32_t op;           /**< ROLLOUT_OP_* */
    uint32_t reason;       /**< ROLLOUT_REASON_*: why this, why now */
    uint32_t subject_kind; /**< ROLLOUT_SUBJECT_* */
    uint32_t subject;      /**< index, or ROLLOUT_NONE */
    uint32_t attr_first;   /**< index into plan->attrs */
    uint32_t attr_count;
};

/** Why one subject is, or is not, touched now. Frozen. The sentence: rollout_verdict_text(). */
struct rollout_verdict {
    uint8_t subject_kind;  /**< ROLLOUT_SUBJECT_* */
    uint8_t because_kind;  /**< ROLLOUT_SUBJECT_* of because, 0 = a pod */
    uint16_t reason;       /**< ROLLOUT_REASON_*, which says what a, b, because, until and text are */
    uint16_t wants;        /**< ROLLOUT_OP_* that a hold keeps back, 0 = none */
    uint16_t op;           /**< ROLLOUT_OP_* of the first action on it, 0 = hold */
    uint32_t subject;
    uint32_t first_action; /**< index into plan->actions, or ROLLOUT_NONE: held */
    uint32_t because;      /**< what causes it, mostly a pod, by its index, or ROLLOUT_NONE */
    uint32_t text;         /**< index into plan->texts, or ROLLOUT_NONE */
    int64_t a, b;
    int64_t until_ms;      /**< 0 = no time is known */
};

/** rollout_limit.flags */
enum {
    ROLLOUT_LIMIT_DEFAULT = 1 << 0,  /**< the spec does not say: given is upstream's default, or unset */
    ROLLOUT_LIMIT_UNUSABLE = 1 << 1, /**< upstream cannot read the text: a CloneSet, and a burst, go on with 0; else the
                                          step that needs it ends the pass with an error */
    ROLLOUT_LIMIT_PAUSED = 1 << 2    /**< 0 because the update is paused */
};

/** A setting, and how many pods, or nodes, it came to. Frozen. */
struct rollout_limit {
    struct rollout_str field;    /**< "maxUnavailable" */
    struct rollout_intstr given; /**< as it stands in the spec, or upstream's default */
    int64_t count;               /**< pods */
    int64_t total;               /**< what a percentage of it is of: pods, or a DaemonSet's nodes */
    uint32_t rounding;           /**< ROLLOUT_ROUND_* that was applied; NONE for an integer, or none was */
    uint32_t flags;              /**< ROLLOUT_LIMIT_* */
};

/** How a UnitedDeployment deals its replicas out (uniteddeployment.md 3). */
enum {
    ROLLOUT_ALLOCATOR_SPECIFIED = 1,  /**< subsets say their replicas, or share what is left evenly */
    ROLLOUT_ALLOCATOR_MIN_MAX = 2,    /**< in order, first up to each minimum, then up to each maximum */
    ROLLOUT_ALLOCATOR_ADAPTIVE = 3,   /**< same, around subsets that take no new pods */
    ROLLOUT_ALLOCATOR_RESERVATION = 4 /**< same, with substitutes for pods that cannot be scheduled */
};

/** The answer. One block, read-only, released with rollout_plan_free(). Texts point into it or
 *  into the snapshot and workload that it was made from, which must outlive it. */
struct rollout_plan {
    uint32_t struct_size;     /**< set by the library */
    uint32_t status_changed;  /**< 1: upstream would write the status */
    const struct rollout_action *actions; /**< in the order in which to do them */
    size_t action_count;
    const struct rollout_attr *attrs;
    size_t attr_count;
    const struct rollout_str *texts;
    size_t text_count;
    const struct rollout_verdict *verdicts; /**< every pod in input order; then missing replicas, the ordinals or nodes
                                                 that have no pod and should, or have one and should not, and the
                                                 revisions; last the workload */
    size_t verdict_count;
    const struct rollout_limit *limits;
    size_t limit_count;
    struct rollout_tree status; /**< the workload's status after this pass, fields as its API names them */
    int64_t next_ms;            /**< first instant at which the plan can change by itself; 0 = none */
    int64_t requeue_seconds;    /**< upstream's own look-again delay; 0 = none, -1 = at once */
    uint32_t error_reason;      /**< ROLLOUT_REASON_* where the rules stop with an error, 0 = they do not */
    uint32_t error_pod;         /**< index of the pod, or ROLLOUT_NONE */
    struct rollout_str error_message;
    const uint32_t *dropped_pods_to_delete; /**< places in pods_to_delete that name no active pod:
                                                 upstream removes them from the spec */
    size_t dropped_count;
    uint32_t stopped_at; /**< the step at which the pass ended early: a StatefulSet's of statefulset.md 7, a DaemonSet's
                              of daemonset.md 6, a BroadcastJob's of broadcastjob.md 3, a Deployment's row of deployment.md 1
                              that it took, a UnitedDeployment's of uniteddeployment.md 7; 0 = it went through, or the kind
                              has no such numbers */
    uint32_t allocator;  /**< ROLLOUT_ALLOCATOR_*, of a UnitedDeployment; 0 = another kind */
    const int32_t *next_replicas; /**< one for each of a UnitedDeployment's subsets, in the spec's order */
    size_t next_replica_count;    /**< 0 where the reconcile does not come so far */
    const int32_t *next_partitions; /**< same */
    size_t next_partition_count;    /**< same */
};

/** Decide what to do now.
 *
 *  Exactly one of the workload's spec pointers is set. Only borrows what its arguments reach. On
 *  success *ret_plan is the caller's and is released with rollout_plan_free(); on failure it is
 *  left untouched. reterr may be NULL.
 *
 *  Returns ROLLOUT_OK, ROLLOUT_ERR_ABI, ROLLOUT_ERR_INVALID or ROLLOUT_ERR_NOMEM.
 *  Since: 0.1 (testing) */
ROLLOUT_API int rollout_plan(const struct rollout_workload *workload, const struct rollout_snapshot *snapshot,
                             struct rollout_plan **ret_plan, struct rollout_error *reterr);

/** NULL is allowed. Since: 0.1 (testing) */
ROLLOUT_API void rollout_plan_free(struct rollout_plan *plan);

/** The sentence of a verdict: the numbers that decided, and at most three other pods by name.
 *  Like snprintf: at most size bytes with the NUL; returns the length of the whole sentence, 0 if
 *  verdict is no index into plan->verdicts. snapshot is that of the plan; NULL: names are left out.
 *  Since: 0.1 (testing) */
ROLLOUT_API size_t rollout_verdict_text(const struct rollout_plan *plan, const struct rollout_snapshot *snapshot,
                                        size_t verdict, char *buf, size_t size);

/** The name of a ROLLOUT_OP_* as documents spell it, "update-in-place"; NULL for an unknown one.
 *  Static storage. Since: 0.1 (testing) */
ROLLOUT_API const char *rollout_op_name(uint32_t op);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/** @file snapshot.h
 *  What is there, and when it was looked at: pods, nodes, claims and revisions as flat facts.
 *
 *  rollout_pod_from_object() and its kin (objects.h) fill these from Kubernetes objects; a caller
 *  with types of its own fills them itself. Records inside arrays may grow at their end: the views
 *  carry the stride of the caller's build.
 *
 *  A text, view or tree that is NULL and has a length or count is refused with the field's path, and so
 *  is a stride shorter than its records. Only the texts within the labels of pods and nodes and within
 *  finalizers are not looked at beforehand: one that is NULL with a length is passed over where it is
 *  read. */
#ifndef ROLLOUT_SNAPSHOT_H
#define ROLLOUT_SNAPSHOT_H

#include <rollout/base.h>
#include <rollout/inplace.h>
#include <rollout/intstr.h>
#include <rollout/lifecycle.h>
#include <rollout/node.h>
#include <rollout/scheduling.h>
#include <rollout/selector.h>
#include <rollout/uniteddeployment.h>

#ifdef __cplusplus
extern "C" {
#endif

/** status.phase. A number that is none of these counts as _OTHER. */
enum {
    ROLLOUT_PHASE_NONE = 0,
    ROLLOUT_PHASE_PENDING = 1,
    ROLLOUT_PHASE_RUNNING = 2,
    ROLLOUT_PHASE_SUCCEEDED = 3,
    ROLLOUT_PHASE_FAILED = 4,
    ROLLOUT_PHASE_UNKNOWN = 5,
    ROLLOUT_PHASE_OTHER = 6 /**< a text that is none of Kubernetes' phases */
};

/** Label lifecycle.apps.kruise.io/state. A number that is none of these counts as _OTHER. */
enum {
    ROLLOUT_STATE_NONE = 0,
    ROLLOUT_STATE_PREPARING_NORMAL = 1,
    ROLLOUT_STATE_NORMAL = 2,
    ROLLOUT_STATE_PREPARING_UPDATE = 3,
    ROLLOUT_STATE_UPDATING = 4,
    ROLLOUT_STATE_UPDATED = 5,
    ROLLOUT_STATE_PREPARING_DELETE = 6,
    ROLLOUT_STATE_OTHER = 7 /**< a text that is none of OpenKruise's states; it is among the labels */
};

/** rollout_pod.flags */
enum {
    ROLLOUT_POD_TERMINATING = 1 << 0,          /**< metadata.deletionTimestamp is set */
    ROLLOUT_POD_READY = 1 << 1,                /**< condition Ready is True */
    ROLLOUT_POD_SPECIFIED_DELETE = 1 << 2,     /**< label apps.kruise.io/specified-delete, any value */
    ROLLOUT_POD_TEMPLATE_HASH = 1 << 3,        /**< label pod-template-hash is there */
    ROLLOUT_POD_IN_PLACE_GATE = 1 << 4,        /**< readiness gate InPlaceUpdateReady */
    ROLLOUT_POD_IN_PLACE_CONDITION = 1 << 5,   /**< condition InPlaceUpdateReady is there */
    ROLLOUT_POD_IN_PLACE_TRUE = 1 << 6,        /**< ... and True */
    ROLLOUT_POD_IN_PLACE_CLEAN = 1 << 7,       /**< ... and has neither reason nor message */
    ROLLOUT_POD_KRUISE_GATE = 1 << 8,          /**< readiness gate KruisePodReady */
    ROLLOUT_POD_KRUISE_CONDITION = 1 << 9,     /**< condition KruisePodReady is there */
    ROLLOUT_POD_KEY_PRE_DELETE = 1 << 10,      /**< its message lists {Lifecycle, preDeleteHook} */
    ROLLOUT_POD_KEY_PRE_UPDATE = 1 << 11,      /**< its message lists {Lifecycle, preUpdateHook} */
    ROLLOUT_POD_NOT_SELECTED = 1 << 12,        /**< the workload's selector does not match its labels */
    ROLLOUT_POD_STORAGE_MISMATCH = 1 << 13,    /**< a StatefulSet's: for one of its claim templates the pod has no
                                                    volume of that name with the claim that its own name asks for */
    ROLLOUT_POD_FOREIGN = 1 << 14,             /**< beside a ReplicaSet: not its own; only its ranks count it */
    ROLLOUT_POD_UNSCHEDULABLE = 1 << 15        /**< condition PodScheduled is False with reason Unschedulable */
};

/** rollout_in_place.flags */
enum {
    ROLLOUT_IN_PLACE_STATE = 1 << 0,           /**< the state annotation is there */
    ROLLOUT_IN_PLACE_STATE_BROKEN = 1 << 1,    /**< ... and does not parse */
    ROLLOUT_IN_PLACE_GRACE_KEY = 1 << 2,       /**< the grace annotation is there, empty or not */
    ROLLOUT_IN_PLACE_GRACE = 1 << 3,           /**< ... and not empty */
    ROLLOUT_IN_PLACE_GRACE_BROKEN = 1 << 4,    /**< ... and does not parse */
    ROLLOUT_IN_PLACE_CONTAINERS_DONE = 1 << 5, /**< every container has taken its update (inplace.md 12) */
    ROLLOUT_IN_PLACE_NEXT = 1 << 6,            /**< a later batch of containers is waiting */
    ROLLOUT_IN_PLACE_NEXT_APPLIES = 1 << 7,    /**< ... with images or metadata, so that a refresh patches it */
    ROLLOUT_IN_PLACE_NEXT_READY = 1 << 8,      /**< ... and the containers before it are ready */
    ROLLOUT_IN_PLACE_STATE_OLD_KEY = 1 << 9,   /**< the state annotation's key is inplace-update-state */
    ROLLOUT_IN_PLACE_GRACE_OLD_KEY = 1 << 10   /**< the grace annotation's key is inplace-update-grace */
};

/** What rollout_in_place.waits_for says of its container. */
enum {
    ROLLOUT_WAITS_FOR_NOTHING = 0,
    ROLLOUT_WAITS_FOR_IMAGE = 1,
    ROLLOUT_WAITS_FOR_ENV = 2,
    ROLLOUT_WAITS_FOR_RESOURCES = 3,
    ROLLOUT_WAITS_FOR_PRECHECK = 4, /**< a container before the next batch is not ready */
    ROLLOUT_WAITS_FOR_AGENT = 5     /**< annotation apps.kruise.io/runtime-containers-meta does not parse */
};

/** A pod's in-place update under way. Frozen. */
struct rollout_in_place {
    uint32_t flags;                       /**< ROLLOUT_IN_PLACE_* */
    uint32_t waits_for;                   /**< ROLLOUT_WAITS_FOR_*, where containers are not done */
    struct rollout_str container;         /**< the first container that is waited for */
    struct rollout_str grace_revision;    /**< revision that the grace annotation holds */
    int64_t grace_end_ms;                 /**< first instant after the grace period; 0 = none */
    struct rollout_tree containers;       /**< the pod's spec.containers, an ARRAY, for their resizePolicy;
                                               count 0 = nothing is known of them; checked */
};

/** What a BroadcastJob asks of one of its pods beyond what is in struct rollout_pod: whether its node still fits it, and
 *  how often it has restarted. Frozen. */
struct rollout_job_pod {
    struct rollout_scheduling scheduling; /**< of the pod's own spec */
    const struct rollout_resource *requests; /**< what the pod needs, by name in byte order, each once */
    size_t request_count;
    int64_t restarts;    /**< restartCount of all its containers and init containers added up */
    uint32_t on_failure; /**< 1: restartPolicy is OnFailure */
    uint32_t reserved;   /**< zero */
};

/** One pod. The first 64 bytes are what every pass over all pods reads. */
struct rollout_pod {
    uint32_t phase;            /**< ROLLOUT_PHASE_* */
    uint32_t lifecycle_state;  /**< ROLLOUT_STATE_* */
    uint32_t flags;            /**< ROLLOUT_POD_* */
    uint32_t node_index;       /**< from 1, into the snapshot's nodes; 0 = find it by its name */
    int64_t ready_since_ms;    /**< lastTransitionTime of condition Ready; 0 = none */
    int64_t created_ms;        /**< 0 = none */
    int32_t restarts;          /**< largest restartCount of the containers */
    int32_t sidecar_restarts;  /**< same over init containers with restartPolicy Always */
    int32_t deletion_cost;     /**< annotation controller.kubernetes.io/pod-deletion-cost */
    uint32_t reserved;         /**< zero */
    struct rollout_str revision; /**< text of label controller-revision-hash */
    struct rollout_str name;
    struct rollout_str node;     /**< spec.nodeName; empty or absent = not scheduled */
    struct rollout_labels labels;
    struct rollout_strs finalizers;
    struct rollout_str namespace_;
    const struct rollout_in_place *in_place; /**< NULL = neither a state nor a grace annotation, and
                                                  no container with a resizePolicy */
    struct rollout_str uid;         /**< metadata.uid; by it a claim tells its pod from a former one of that name */
    struct rollout_str target_node; /**< the node that spec.affinity binds a pod without spec.nodeName to: the only
                                         value of the first matchFields metadata.name; absent = none */
    uint32_t replica_set;    /**< a Deployment's pod: from 1, into the snapshot's replica_sets, the one that controls it;
                                  0 = none of them. Beside a UnitedDeployment the place of its ReplicaSet among those
                                  listed, from 1: upstream looks at the pods of one after those of another */
    uint32_t child;          /**< a UnitedDeployment's: from 1, into the snapshot's subsets: whose pod it is; 0 = none's */
    struct rollout_tree object; /**< a SidecarSet's: the pod itself, of which it reads containers and annotations; count 0 =
                                     none; checked */
    const struct rollout_job_pod *job_pod; /**< a BroadcastJob's; NULL = as its template says, bound to its node, and
                                                never restarted; its arrays are checked */
};

/** One node. */
struct rollout_node_facts {
    struct rollout_str name;
    struct rollout_labels labels;
    const struct rollout_taint *taints; /**< spec.taints */
    size_t taint_count;
    const struct rollout_resource *allocatable; /**< status.allocatable, by name in byte order, each
                                                     once; a BroadcastJob reads it */
    size_t allocatable_count;
    uint32_t unschedulable; /**< spec.unschedulable, 0 or 1; likewise */
    uint32_t reserved;      /**< zero */
};

/** rollout_claim.flags */
enum {
    ROLLOUT_CLAIM_TERMINATING = 1 << 0,
    ROLLOUT_CLAIM_OWNED = 1 << 1, /**< an owner reference names the workload: a CloneSet's clean-up looks at no others */
    ROLLOUT_CLAIM_RESIZE_PENDING = 1 << 2 /**< condition FileSystemResizePending is True */
};

/** An owner reference. Frozen. */
struct rollout_owner {
    struct rollout_str kind;
    struct rollout_str name;
    struct rollout_str uid;
    uint32_t controller; /**< 0 or 1 */
    uint32_t reserved;   /**< zero */
};

/** One volume claim of the workload. */
struct rollout_claim {
    struct rollout_str name;
    struct rollout_str instance_id; /**< label apps.kruise.io/cloneset-instance-id */
    uint32_t flags;                 /**< ROLLOUT_CLAIM_* */
    uint32_t reserved;              /**< zero */
    const struct rollout_owner *owners; /**< metadata.ownerReferences; a StatefulSet reads them, and what follows */
    size_t owner_count;
    struct rollout_str storage_class; /**< spec.storageClassName; absent = none */
    struct rollout_str request;       /**< spec.resources.requests.storage, a quantity; absent = none */
    struct rollout_str capacity;      /**< status.capacity.storage; absent = none */
    struct rollout_strs access_modes; /**< spec.accessModes */
};

/** rollout_revision.flags */
enum {
    ROLLOUT_REVISION_NEW = 1 << 0,     /**< not stored yet: the plan begins with creating it */
    ROLLOUT_REVISION_UNLISTED = 1 << 1 /**< its labels do not match the selector of its UnitedDeployment, which then does
                                            not find it: a CloneSet template's never do */
};

/** One ControllerRevision. */
struct rollout_revision {
    struct rollout_str name;
    int64_t number;                    /**< .revision; INT64_MAX is refused: none could come after it */
    uint32_t flags;                    /**< ROLLOUT_REVISION_* */
    uint32_t reserved;                 /**< zero */
    struct rollout_strs topology_keys; /**< topologyKey of each of the template's topologySpreadConstraints */
    struct rollout_tree data;          /**< .data, for the in-place verdict; count 0 = not given; checked */
    struct rollout_str claims_hash;    /**< annotation kruise.io/cloneset-volumeclaimtemplate-hash; data NULL = absent */
    struct rollout_str hash;           /**< label controller-revision-hash: what a DaemonSet's pods carry; empty or absent:
                                            the name */
    struct rollout_str custom_version; /**< label apps.kruise.io/sidecarset-custom-version */
    int64_t created_ms;                /**< 0 = none; among equal numbers a UnitedDeployment's older ones come first */
};

/** One StorageClass. */
struct rollout_storage_class {
    struct rollout_str name;
    uint32_t allow_expansion; /**< allowVolumeExpansion, 0 or 1 */
    uint32_t reserved;        /**< zero */
};

/** How long a DaemonSet's controller waits before it replaces another failed pod on a node; it keeps that in
 *  memory (daemonset.md 7.1). A caller that does the same steps it for every deletion with reason DeleteFailed: 1 second
 *  where there was none for half an hour, else twice as long as before, up to 15 minutes. Of several of one node the
 *  last one counts. */
struct rollout_backoff {
    struct rollout_str node;
    int64_t seconds;      /**< its present length */
    int64_t last_step_ms; /**< when it was last stepped */
};

/** rollout_subset.flags */
enum {
    ROLLOUT_SUBSET_UNNAMED = 1 << 0,  /**< it has no label apps.kruise.io/subset-name: upstream's listing fails */
    ROLLOUT_SUBSET_ON_DELETE = 1 << 1 /**< a StatefulSet's updateStrategy.type is OnDelete: its partition is the number of
                                           its pods at another revision than its own */
};

/** A child workload of a UnitedDeployment. */
struct rollout_subset {
    struct rollout_str name;     /**< its own */
    struct rollout_str subset;   /**< label apps.kruise.io/subset-name */
    struct rollout_str revision; /**< label apps.kruise.io/controller-revision-hash */
    struct rollout_str patch;    /**< annotation apps.kruise.io/subset-patch, which is compared with its subset's as it stands;
                                      decoding takes the subset's text where both are the same JSON */
    uint32_t kind;               /**< ROLLOUT_CHILD_*; another one is refused */
    uint32_t flags;              /**< ROLLOUT_SUBSET_* */
    int32_t replicas;            /**< spec.replicas; absent: 0 */
    int32_t status_replicas;     /**< status.replicas */
    int32_t ready_replicas;      /**< status.readyReplicas */
    uint32_t reserved;           /**< zero */
    struct rollout_intstr partition; /**< of its rolling update; unset: 0 */
};

/** rollout_replica_set_facts.flags */
enum {
    ROLLOUT_REPLICA_SET_TERMINATING = 1 << 0, /**< metadata.deletionTimestamp is set */
    ROLLOUT_REPLICA_SET_SAME_TEMPLATE = 1 << 1 /**< its template is the Deployment's, but for the label pod-template-hash:
                                                    the oldest such one is the new ReplicaSet */
};

/** A ReplicaSet of a Deployment, or a sibling of the ReplicaSet that is planned. Its selector is read beside a
 *  ReplicaSet only, all else beside a Deployment only. */
struct rollout_replica_set_facts {
    struct rollout_str name;
    struct rollout_str uid;
    int64_t created_ms; /**< 0 = none */
    int64_t generation;
    int64_t observed_generation;
    uint32_t flags;             /**< ROLLOUT_REPLICA_SET_* */
    int32_t replicas;           /**< spec.replicas: pods that are wanted; this and the next three at least 0 */
    int32_t status_replicas;    /**< status.replicas: pods that exist */
    int32_t ready_replicas;     /**< of its status */
    int32_t available_replicas; /**< of its status */
    int32_t min_ready_seconds;
    struct rollout_labels annotations;        /**< metadata.annotations, all of them */
    struct rollout_condition replica_failure; /**< the condition of type ReplicaFailure; type absent = none */
    struct rollout_selector selector;         /**< spec.selector */
};

/** Pods, stride bytes apart. Records of such a view may be shorter than this library's, or longer with nothing but zeros
 *  behind what it knows. The view itself: Frozen. */
struct rollout_pods {
    const struct rollout_pod *items;
    size_t count;
    size_t stride; /**< sizeof(struct rollout_pod) in the caller's build */
};

/** As rollout_pods. Frozen. */
struct rollout_nodes {
    const struct rollout_node_facts *items;
    size_t count;
    size_t stride;
};

/** As rollout_pods. Frozen. */
struct rollout_claims {
    const struct rollout_claim *items;
    size_t count;
    size_t stride;
};

/** As rollout_pods. Frozen. */
struct rollout_revisions {
    const struct rollout_revision *items;
    size_t count;
    size_t stride;
};

/** As rollout_pods. Frozen. */
struct rollout_in_place_verdicts {
    const struct rollout_in_place_verdict *items;
    size_t count;
    size_t stride;
};

/** As rollout_pods. Frozen. */
struct rollout_storage_classes {
    const struct rollout_storage_class *items;
    size_t count;
    size_t stride;
};

/** As rollout_pods. Frozen. */
struct rollout_backoffs {
    const struct rollout_backoff *items;
    size_t count;
    size_t stride;
};

/** As rollout_pods. Frozen. */
struct rollout_replica_sets {
    const struct rollout_replica_set_facts *items;
    size_t count;
    size_t stride;
};

/** As rollout_pods. Frozen. */
struct rollout_subsets {
    const struct rollout_subset *items;
    size_t count;
    size_t stride;
};

/** One namespace. */
struct rollout_namespace {
    struct rollout_str name;
    struct rollout_labels labels;
};

/** A write to a pod that the caller has made and may not see yet. */
struct rollout_in_flight {
    struct rollout_str pod;              /**< namespace/name */
    struct rollout_str resource_version; /**< that the write gave; absent: told to update to the workload's hash */
};

/** As rollout_pods. Frozen. */
struct rollout_namespaces {
    const struct rollout_namespace *items;
    size_t count;
    size_t stride;
};

/** As rollout_pods. Frozen. */
struct rollout_in_flights {
    const struct rollout_in_flight *items;
    size_t count;
    size_t stride;
};

/** What is there. Arrays are in the caller's order, and the order counts: upstream decides some
 *  things by it. */
struct rollout_snapshot {
    uint32_t struct_size;      /**< sizeof(struct rollout_snapshot) in the caller's build */
    uint32_t current_revision; /**< from 1, into revisions; 0 = the update revision */
    uint32_t update_revision;  /**< from 1, into revisions; 0 = unknown, which is refused where the kind has any */
    uint32_t reserved;         /**< zero */
    int64_t now_ms;            /**< the planner's only clock: milliseconds since 1970, years 0 to 9999 */
    int64_t unobserved_since_ms; /**< the caller does not yet see its own writes of this time; 0 = sees all */
    struct rollout_revisions revisions;
    struct rollout_pods pods;   /**< those that the workload controls, active or not */
    struct rollout_nodes nodes;
    struct rollout_claims claims;
    struct rollout_in_place_verdicts in_place_verdicts; /**< optional: pairs of revisions that the
                                                             caller has compared already */
    struct rollout_storage_classes storage_classes; /**< read only where a StatefulSet resizes claims */
    struct rollout_backoffs failed_pod_backoffs;    /**< a DaemonSet's */
    struct rollout_replica_sets replica_sets; /**< a Deployment's; beside a ReplicaSet the others of its controller */
    struct rollout_subsets subsets; /**< a UnitedDeployment's children, of all four kinds */
    struct rollout_str written_version; /**< resourceVersion that the caller's last write of a UnitedDeployment's status
                                             gave; absent: the caller sees all that it wrote */
    struct rollout_namespaces namespaces;           /**< read only where a SidecarSet selects namespaces */
    struct rollout_in_flights in_flight;            /**< a SidecarSet's */
};

#ifdef __cplusplus
}
#endif

#endif

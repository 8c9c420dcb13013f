/* SPDX-License-Identifier: Apache-2.0 */
/* A modelled cluster: the facts that a planner reads, what only the cluster knows, and how both change. simulate and check
 * play on it; neither knows more of a kind than kinds.h does. */
#ifndef RO_SIM_CLUSTER_H
#define RO_SIM_CLUSTER_H

#include <stdbool.h>

#include <rollout/inplace.h>
#include <rollout/objects.h>
#include <rollout/simulate.h>

#include "rules/gates.h"
#include "rules/specs.h"
#include "sim/children.h"
#include "sim/sets.h"
#include "sim/sidecars.h"
#include "sim/texts.h"

/* More than the 150,000 pods that Kubernetes says a cluster may have; a pod takes about 500 bytes. */
#define RO_CLUSTER_PODS 200000

/* ro_sim_pod.flags */
enum {
    RO_SIM_CONTAINERS_READY = 1 << 0, /* what kubelet would say in ContainersReady */
    RO_SIM_RESTARTS = 1 << 1,         /* containers have not taken a change of the spec yet */
    RO_SIM_BROKEN = 1 << 2,           /* never ready with the containers it has */
    RO_SIM_STUCK = 1 << 7,            /* those that it is to have never start */
    RO_SIM_BEGUN = 1 << 3,            /* its update has begun */
    RO_SIM_CRASHED = 1 << 4,          /* its one crash is behind it */
    RO_SIM_GONE = 1 << 5,             /* no longer there; it goes when the pass is over */
    RO_SIM_KEEPS = 1 << 6             /* with RESTARTS: containers run on while they change */
};

/* What the planner does not see of a pod. */
struct ro_sim_pod {
    uint32_t serial;     /* in the order in which pods came */
    uint32_t labels;     /* number of its label set */
    uint32_t finalizers; /* number of its list */
    uint16_t image;      /* place from 1 of the revision that its containers run; 0 = unknown */
    uint16_t target;     /* ... that its spec asks for */
    uint16_t flags;      /* RO_SIM_* */
    uint16_t batches;    /* of containers that wait for their turn */
    uint16_t drawn;      /* image that whoever plays has drawn the pod's fate for; the cluster does not read it */
    uint16_t due_event;  /* what due_ms[0] is of; this and what follows are his, too */
    uint32_t restarts;   /* since the start */
    uint32_t events;     /* so far */
    uint32_t zone;       /* from 1, of the node that it is on; 0 = none */
    uint32_t counts;     /* as what it was counted last */
    int64_t due_ms[3];   /* timers: kubelet's, the hooks' owner's, a crash's; 0 = not set */
    const struct ro_job_shape *job; /* a BroadcastJob's: what it asks of its node */
    int64_t job_restarts;           /* of all its containers */
    uint32_t object;                /* number of a SidecarSet's pod's; 0 = none */
};

/* What job pods of one template are like, or one of the start. */
struct ro_job_shape {
    struct rollout_scheduling scheduling; /* but for the name of its node */
    const struct rollout_resource *requests;
    size_t request_count;
    uint32_t on_failure;
    bool bound; /* requires its node in the place of what the template requires */
};

/* What a new pod of a revision is like. */
struct ro_sim_template {
    bool known;
    uint32_t labels, finalizers;
    struct rollout_pod pod;         /* phase, flags, state */
    struct rollout_tree containers; /* for its in-place facts; count 0 = nothing to say */
};

/* What an update from a revision to another does to a pod. */
struct ro_sim_pair {
    struct rollout_diff *diff; /* NULL: the revisions' data are not known */
    uint32_t flags;            /* ROLLOUT_CHANGES_* */
    uint16_t batches;          /* of containers, one after the other */
    uint16_t stranded;         /* the last of them, whose turn never comes */
};

/* A node as the cluster knows it. */
struct ro_sim_node {
    uint32_t zone; /* from 1; 0 = none */
    bool lost;
    bool cordoned; /* since the start */
};

/* What a node has. */
struct ro_node_tally {
    int32_t active, updated, updated_available, old_available, available;
};

struct ro_cluster {
    struct ro_texts texts;
    struct ro_arena arena;              /* what lives as long as the cluster */
    const struct rollout_world *source; /* of the workload as it is now: the objects' trees */
    const struct rollout_world *base;   /* that it began with */
    struct rollout_workload workload;   /* its spec is in specs, with the status of the last pass */
    struct ro_specs specs;
    struct ro_gates gates;
    struct rollout_condition conditions[16]; /* of the status */
    struct rollout_claim_status *claim_status;
    size_t claim_status_room;
    struct rollout_snapshot snapshot; /* views of what follows */
    struct rollout_pod *pods;
    struct rollout_in_place *in_place; /* a pod */
    struct ro_sim_pod *hidden;         /* a pod */
    size_t pod_count, pod_room;
    struct rollout_revision *revisions;
    struct rollout_tree *revision_objects;
    struct ro_sim_template *templates; /* a revision */
    size_t revision_count, revision_room;
    struct ro_sim_pair *pairs; /* from * revision_room + to */
    struct rollout_in_place_verdict *verdicts;
    size_t verdict_count;
    uint32_t diff_flags; /* by which they were compared */
    struct rollout_node_facts *nodes;
    struct ro_sim_node *node_facts;
    size_t node_count;
    struct rollout_str *node_names;
    uint32_t *node_order; /* nodes by name */
    struct rollout_str *zones;
    size_t zone_count;
    struct rollout_claim *claims;
    size_t claim_count, claim_room;
    bool claims_gone;                 /* some have no name any more: they go when the pass is over */
    struct rollout_backoff *backoffs; /* a DaemonSet's, stepped as its controller does */
    size_t backoff_count, backoff_room;
    uint32_t next_serial;
    uint32_t next_node;   /* where the scheduler goes on, once no place is free */
    uint32_t *free_nodes; /* that pods have left, first in first out; a ring */
    size_t free_first, free_count, free_room;
    const struct ro_kind_lines *kind;
    struct rollout_lifecycle hooks; /* of the spec; a DaemonSet's has its preDelete alone */
    struct ro_ordinals *reserved;   /* a StatefulSet's */
    size_t reserved_count;
    int64_t start_ordinal;
    uint8_t *usable; /* of a DaemonSet's node rule: a byte a term of its affinity */
    size_t usable_room;
    struct ro_node_tally *tallies; /* a node, scratch */
    uint8_t *eligible;             /* a byte a node, of a DaemonSet or BroadcastJob: a pod should run there */
    struct ro_sim_template *template; /* of what has no revisions: what a new pod is like */
    struct ro_job_shape *job_shape;   /* and what it asks of its node */
    struct rollout_job_pod *job_pods; /* a pod */
    struct ro_sidecar_objects sidecars; /* of a SidecarSet's pods */
    struct rollout_node_term *bindings; /* a node: what binds a pod to it */
    uint32_t *last_pods;                /* a node, scratch: the last pod that is listed there */
    bool gone;                          /* the workload is deleted, and nothing is planned any more */
    uint32_t *names;               /* the pods of the start, by name */
    size_t name_count;
    struct rollout_str *base_names;
    struct ro_sets sets;          /* a Deployment's */
    struct ro_children children;  /* a UnitedDeployment's */
    bool recreates;               /* nothing is updated in place */
    bool keeps_claims;            /* volume claims are modelled */
    bool fixed_names;             /* serials, hence names, are used again */
    struct rollout_error *reterr; /* of the call that is under way */
};

/* Begins at the world's snapshot. Zero-initialise, fill in recreates, keeps_claims and fixed_names. Errors as
 * rollout_simulation_new(). What was made of it is freed by ro_cluster_free() in any case. */
int ro_cluster_open(struct ro_cluster *c, const struct rollout_world *world, struct rollout_error *reterr);
void ro_cluster_free(struct ro_cluster *c);

/* Whether each of the changes can be made to the world: rollout_plan() accepts its own, which asks for the same kind at a
 * revision of its. ROLLOUT_OK, or an error that says which cannot. */
int ro_cluster_check_changes(const struct rollout_world *world, const struct rollout_change *changes, size_t count,
                             struct rollout_error *reterr);

/* Another workload is asked for. The status stays, and so do the revisions; its own joins them. */
int ro_cluster_change(struct ro_cluster *c, const struct rollout_world *world);

/* One plan of the cluster as it stands. */
int ro_cluster_plan(struct ro_cluster *c, struct rollout_plan **ret_plan);

/* The pod that the action is on, which by its ordinal may be one that an earlier action has created; ROLLOUT_NONE where it
 * is on none. */
uint32_t ro_cluster_subject(const struct ro_cluster *c, const struct rollout_action *action);

/* Carries out one action; `from` and `to`: of the pods that it creates those with these numbers. How many there are:
 * ro_cluster_writes(). Pods that are deleted become terminating, and go with their last event. */
int ro_cluster_act(struct ro_cluster *c, const struct rollout_plan *plan, size_t action, uint64_t from, uint64_t to);
uint64_t ro_cluster_writes(const struct rollout_plan *plan, size_t action);

/* The status that the pass writes. */
int ro_cluster_status(struct ro_cluster *c, const struct rollout_plan *plan);

/* Adds a pod with everything zero, and returns its place; ROLLOUT_NONE on lack of memory. Takes the gone ones out, the
 * rest keep their order. */
uint32_t ro_cluster_add_pod(struct ro_cluster *c);
void ro_cluster_sweep(struct ro_cluster *c);

/* The pod's facts that stand in its labels and finalizers, after a change of their numbers. */
void ro_cluster_relabel(struct ro_cluster *c, uint32_t pod);
void ro_cluster_set_label(struct ro_cluster *c, uint32_t pod, struct rollout_str key, struct rollout_str value);

/* Place from 1 of the revision that the text, a pod's label, names; 0 = none. */
uint32_t ro_cluster_revision(const struct ro_cluster *c, struct rollout_str label);

/* What an update between two revisions (places from 1) does. */
const struct ro_sim_pair *ro_cluster_pair(struct ro_cluster *c, uint32_t from, uint32_t to);

/* ---- what others than the driver do (events.c) ---- */

enum ro_event {
    RO_EVENT_NONE = 0,
    RO_EVENT_SCHEDULE, /* a node is found */
    RO_EVENT_START,    /* containers of a new pod have started */
    RO_EVENT_RESTART,  /* those of one that is updated have, with what is new */
    RO_EVENT_READY,    /* they are ready */
    RO_EVENT_GONE,     /* the pod has stopped */
    RO_EVENT_HOOK,     /* the owner of a hook lets the pod go, or puts its hook back */
    RO_EVENT_END,      /* a job's pod has done its work */
    RO_EVENT_STOP      /* containers stop that are to run another image */
};

/* What kubelet, or the scheduler, does with the pod next; what the owner of its hooks does. */
enum ro_event ro_cluster_next(const struct ro_cluster *c, uint32_t pod);
enum ro_event ro_cluster_hook(const struct ro_cluster *c, uint32_t pod);

void ro_cluster_happen(struct ro_cluster *c, uint32_t pod, enum ro_event event);

/* Condition Ready follows from containers and readiness gates. To be called after anything that bears on them. */
void ro_cluster_settle(struct ro_cluster *c, uint32_t pod);

/* Faults: it becomes unready and may recover; for good; ends, or restarts; someone else removes it. A node is lost, is
 * cordoned, or is back. */
void ro_cluster_unready(struct ro_cluster *c, uint32_t pod);
void ro_cluster_break(struct ro_cluster *c, uint32_t pod);
void ro_cluster_fail(struct ro_cluster *c, uint32_t pod);
void ro_cluster_vanish(struct ro_cluster *c, uint32_t pod);
void ro_cluster_lose_node(struct ro_cluster *c, uint32_t node);
void ro_cluster_cordon_node(struct ro_cluster *c, uint32_t node);
void ro_cluster_return_node(struct ro_cluster *c, uint32_t node);

/* The pods of a lost node are evicted. Otherwise it is their controller that sees to them. */
bool ro_cluster_evicts(const struct ro_cluster *c);

/* The pods of a node that is lost go, where they are to; those that a SidecarSet has are made anew by their owners. */
void ro_cluster_evict(struct ro_cluster *c, uint32_t node);

/* A subset of the start's spec, by its place, has no room for new pods, or has it again. */
void ro_cluster_set_room(struct ro_cluster *c, uint32_t subset, bool room);

/* The node that the pod is on or bound to; ROLLOUT_NONE where it is on none that is known. */
uint32_t ro_cluster_node_of(const struct ro_cluster *c, uint32_t pod);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* All that simulate and check know of a kind beyond its planner: a few lines each. A later kind joins here. */
#ifndef RO_SIM_KINDS_H
#define RO_SIM_KINDS_H

#include "sim/cluster.h"

struct rollout_str ro_kind_name(const struct ro_cluster *c);

/* NULL = the kind has none. A DaemonSet's has its preDelete alone. */
const struct rollout_lifecycle *ro_kind_lifecycle(const struct ro_cluster *c);
bool ro_kind_in_place_only(const struct ro_cluster *c);

/* ROLLOUT_POD_* of a new pod of which nothing else is known. */
uint32_t ro_kind_new_flags(const struct ro_cluster *c);

/* The spec as the cluster plays it: without claims, or without updates in place, where it is to be so. */
void ro_kind_prepare(struct ro_cluster *c);
void ro_kind_begin(struct ro_cluster *c);

/* Which nodes pods of a DaemonSet or a BroadcastJob should run on, after a change of either. ROLLOUT_OK or
 * ROLLOUT_ERR_NOMEM. And room to look at an affinity of so many terms. */
int ro_kind_find_nodes(struct ro_cluster *c);
void ro_kind_need_terms(struct ro_cluster *c, size_t terms);

/* Its pods are at no revision: it updates none. */
bool ro_kind_versionless(const struct ro_cluster *c);

/* A pod that is there for more than a ReplicaSet's ranks. */
static inline bool ro_kind_counts(const struct rollout_pod *pod)
{
    return !(pod->flags & ROLLOUT_POD_FOREIGN);
}

/* Pods as the kind counts them. */
bool ro_kind_active(const struct ro_cluster *c, uint32_t pod);
bool ro_kind_available(const struct ro_cluster *c, uint32_t pod);
bool ro_kind_updated(const struct ro_cluster *c, uint32_t pod);

/* How long a pod must have been ready; 0: not at all. */
int64_t ro_kind_min_ready_ms(const struct ro_cluster *c);

/* The cluster in numbers. */
struct ro_measure {
    int64_t wanted;    /* pods, or nodes that should have one */
    int64_t total;     /* active pods */
    int64_t available; /* of them */
    int64_t updated;   /* of them */
    int64_t old;       /* of them */
    int64_t served;    /* DaemonSet: eligible nodes with an available pod; StatefulSet: its ordinals with one;
                                BroadcastJob: nodes whose pod is done; else available */
    int64_t partition; /* pods that stay, by the spec */
    int64_t max_unavailable; /* pods */
    int64_t max_surge;       /* pods */
    int64_t parallelism;     /* pods; of a BroadcastJob */
};
void ro_kind_measure(const struct ro_cluster *c, struct ro_measure *ret);

/* What was asked for is there. What is on a lost node does not count. */
bool ro_kind_done(const struct ro_cluster *c, const struct ro_measure *now);

/* A pass: the cluster was planned for (before), and all actions were carried out (after). pods: those planned for. */
struct ro_deeds {
    const struct rollout_plan *plan;
    const struct rollout_pod *pods;
    const struct ro_sim_pod *hidden;
    size_t pod_count;
    struct ro_measure before, after;
    bool was_over; /* a BroadcastJob: it was complete, or had failed */
};

/* Whether the plan kept what the kind promises, as its reference states it. If not, the sentence, as snprintf(). */
bool ro_kind_promise(const struct ro_cluster *c, const struct ro_deeds *deeds, char *buf, size_t size);

/* What an earlier pass left in the status and a plan goes by, in a few numbers; and back. */
enum { RO_KIND_MEMORY = 3 };
void ro_kind_remember(const struct ro_cluster *c, int32_t ret[RO_KIND_MEMORY]);
void ro_kind_recall(struct ro_cluster *c, const int32_t memory[RO_KIND_MEMORY]);

/* A small world's Deployment is asked for something else: what is remembered of it then. */
void ro_sets_adopt(struct ro_cluster *c, int32_t memory[RO_KIND_MEMORY]);

/* Whether a BroadcastJob has come to its end, and is to stay as it is. */
bool ro_kind_over(const struct ro_cluster *c);

/* Pods of the kind differ in nothing but their names. */
bool ro_kind_interchangeable(const struct ro_cluster *c);

/* ---- what each kind says for itself: kind_*.c ---- */

struct ro_kind_lines {
    struct rollout_str (*name)(const struct ro_cluster *c);
    void (*prepare)(struct ro_cluster *c);
    bool (*available)(const struct ro_cluster *c, uint32_t pod);
    void (*measure)(const struct ro_cluster *c, struct ro_measure *ret); /* wanted, served, partition, limits */
    bool (*done)(const struct ro_cluster *c, const struct ro_measure *now);
    const char *(*promise)(const struct ro_cluster *c, const struct ro_deeds *deeds); /* NULL: kept */
    void (*status)(struct ro_cluster *c, const struct rollout_node *status);
    void (*remember)(const struct ro_cluster *c, int32_t ret[RO_KIND_MEMORY]);
    void (*recall)(struct ro_cluster *c, const int32_t memory[RO_KIND_MEMORY]);
    bool (*age)(struct ro_cluster *c); /* time passes up to the next instant of the workload's own; NULL, or false: it has none */
    uint32_t new_flags;
    bool interchangeable;
};
extern const struct ro_kind_lines ro_kind_cloneset, ro_kind_statefulset, ro_kind_daemonset,
    ro_kind_broadcastjob, ro_kind_replicaset, ro_kind_deployment, ro_kind_sidecarset, ro_kind_uniteddeployment;

/* A UnitedDeployment's: how long a reserved pod must have been ready until it counts again; 0 where there are none. */
int64_t ro_united_soak_ms(const struct ro_cluster *c);

/* What it remembers of its update, once that has taken long. */
int32_t ro_united_late(int32_t memory);

/* The action is an update's: it brings, or is to bring, the pod to another revision. */
bool ro_deed_updates(const struct rollout_action *action);

/* How many actions of this op the plan has, on pods that are not at the update revision. */
size_t ro_deeds_count(const struct ro_cluster *c, const struct ro_deeds *deeds, uint32_t op);

/* Numbers and texts of a status that a plan writes. Texts live as long as the cluster. */
int32_t ro_status_number(const struct rollout_node *status, const char *key);
struct rollout_opt ro_status_opt(const struct rollout_node *status, const char *key);
int64_t ro_status_time(const struct rollout_node *status, const char *key); /* 0 = none */
struct rollout_str ro_status_text(struct ro_cluster *c, const struct rollout_node *status, const char *key);
size_t ro_status_conditions(struct ro_cluster *c, const struct rollout_node *status, struct rollout_condition *ret,
                            size_t room);

#endif

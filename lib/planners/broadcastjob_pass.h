/* SPDX-License-Identifier: Apache-2.0 */
/* One reconcile of a BroadcastJob: what its steps hand to each other. They only decide; broadcastjob_verdicts.c writes the
 * actions and verdicts from what they left here. */
#ifndef RO_PLANNERS_BROADCASTJOB_PASS_H
#define RO_PLANNERS_BROADCASTJOB_PASS_H

#include <stdbool.h>

#include "planners/builder.h"
#include "planners/planner.h"
#include "planners/verdicts.h"
#include "rules/node_pods.h"
#include "rules/nodes.h"

/* What a pod counts as (broadcastjob.md 2.1). */
enum job_pod_state {
    JOB_POD_LEAVING = 0, /* terminating and not finished: counts as nothing */
    JOB_POD_ACTIVE,
    JOB_POD_SUCCEEDED,
    JOB_POD_FAILED,
    JOB_POD_OVER /* failed: over the restart limit, but runs on */
};

/* What becomes of a pod; the two upper bits are those of ro_acted(). */
enum job_pod_fate {
    JOB_FATE_KEPT = 0,
    JOB_FATE_UNFIT,  /* deleted: its node no longer fits it */
    JOB_FATE_FAILED, /* deleted: the job has failed */
    JOB_FATE_MASK = 0x3f
};

/* What a node is (2.3). */
enum job_node_class { JOB_NODE_UNFIT = 0, JOB_NODE_BAD_POD, JOB_NODE_POD, JOB_NODE_EMPTY, JOB_NODE_CREATED };

struct job {
    const struct rollout_broadcastjob *spec;
    const struct ro_planner_input *in;
    int64_t now_ms;
    size_t n, n_nodes;
    struct ro_node_pods by;
    struct ro_node_fit *fits; /* of the pod that is there, or of the template */
    uint8_t *states;          /* of a pod: enum job_pod_state */
    uint8_t *fates;           /* of a pod: enum job_pod_fate */
    uint8_t *classes;         /* of a node: enum job_node_class */

    /* the status as it will be written */
    int64_t active, succeeded, failed, desired;
    int64_t start_ms, completion_ms;
    struct rollout_str phase;
    struct rollout_condition finished; /* type absent = not finished now; message apart, in the builder */
    bool writes_status;

    uint32_t failed_pod; /* the first one, or ROLLOUT_NONE */
    size_t rest;         /* nodes that fit and have no pod */
    size_t created;
    bool complete;        /* every desired node has a pod that is done */
    int64_t limit;        /* parallelism */
    int64_t limit_active; /* active when slots were given out */
    bool parallelism_unusable;
    bool deletes_workload;
    uint32_t stopped_at;  /* broadcastjob.md 3 */
    uint32_t stop_reason; /* ROLLOUT_REASON_*: what keeps every pod and node as it is; 0 = the pass went through */
    int64_t stop_until_ms;
    bool failed_by_pod, failed_by_deadline;
    int64_t deadline_ms; /* the first instant at which it has passed, where there is one */
    int64_t next_ms, requeue_ms;
};

static inline const struct rollout_pod *job_pod(const struct job *job, size_t i)
{
    return ro_pod(&job->in->pods, i);
}

static inline const struct rollout_node_facts *job_node(const struct job *job, size_t i)
{
    return ro_node_at(&job->in->nodes, i);
}

/* The pod of a node: the last one listed there; ROLLOUT_NONE = there is none. */
static inline uint32_t job_pod_of(const struct job *job, size_t node)
{
    uint32_t place = job->by.of_node[node];
    return job->by.first[place] < job->by.first[place + 1] ? job->by.pods[job->by.first[place + 1] - 1] : ROLLOUT_NONE;
}

/* The scheduling that a pod is tested with, and its requests. */
struct job_ask {
    const struct rollout_scheduling *scheduling;
    const struct rollout_resource *requests;
    size_t request_count;
    bool bound; /* to its node by affinity, in the place of what the template requires */
};

struct job_ask job_ask(const struct job *job, uint32_t pod);

/* Counts pods and classifies nodes. usable: a byte for each of the terms that any affinity has at most. */
int job_look(struct job *job, uint8_t *usable, uint32_t *room, struct rollout_error *reterr);

/* Terms that any affinity has at most. */
size_t job_most_terms(const struct job *job);

/* Writes the actions, and the verdicts on them and on everything else. */
void job_actions(struct job *job, struct ro_builder *b);
void job_verdicts(struct job *job, struct ro_builder *b);

#endif

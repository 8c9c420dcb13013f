/* SPDX-License-Identifier: Apache-2.0 */
/* BroadcastJobs from letters, for tests. */
#ifndef SUPPORT_JOBWORLD_H
#define SUPPORT_JOBWORLD_H

#include <rollout/rollout.h>

enum { JOB_MOST = 12, JOB_NOW_S = 1000000 };

/* Letters stand for pods, in the order of nodes n0, n1, ...: "r" running, "s" succeeded, "f" failed, "o" restarted beyond
 * the limit, "t" running and terminating, "-" none. */
struct job_example {
    const char *nodes; /* "." fits, "c" cordoned, "x" tainted */
    const char *pods;
    const char *parallelism; /* with "%", a number, or "" = unset */
    uint32_t failure;
    uint32_t flags;
    int64_t deadline;  /* seconds from the start, an hour ago; 0 = none */
    const char *plan;  /* "d": the pod goes, "c": one is created, "-": neither; one letter a node */
    int64_t status[4]; /* desired, active, succeeded, failed */
    const char *phase;
};

struct jobworld {
    struct rollout_pod pods[JOB_MOST];
    struct rollout_job_pod jobs[JOB_MOST];
    struct rollout_node_facts nodes[JOB_MOST];
    char names[JOB_MOST][24];
    struct rollout_broadcastjob_status status;
    struct rollout_broadcastjob spec;
    struct rollout_workload workload;
    struct rollout_snapshot snapshot;
};

/* Running since an hour, completion Always, restart limit 3; its pods need nothing, nodes have 4 cpu. It may be changed
 * before it is planned. */
void jobworld_make(struct jobworld *w, const struct job_example *e);

/* Fails the test where planning does. */
struct rollout_plan *jobworld_plan(const struct jobworld *w);

/* A member of the plan's status; NULL: there is none. */
const struct rollout_node *jobworld_status(const struct rollout_plan *plan, const char *key);

/* The plan is the example's, and everything in it has a reason. */
void jobworld_expect(const struct jobworld *w, const struct rollout_plan *plan, const struct job_example *e);

#endif

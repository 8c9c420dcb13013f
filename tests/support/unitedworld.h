/* SPDX-License-Identifier: Apache-2.0 */
/* A UnitedDeployment and its children from lists of numbers, for tests. All subsets are at the expected revision "ud-1"
 * unless a test says otherwise. */
#ifndef SUPPORT_UNITEDWORLD_H
#define SUPPORT_UNITEDWORLD_H

#include <rollout/rollout.h>

enum { UNITED_SUBSETS = 8, UNITED_PODS = 64, UNITED_NOW_S = 1700000000 };

/* Lists are "1,4,2" with one entry a subset, "-" for none; an absent list is "-" throughout. */
struct united_row {
    const char *total;    /* replicas; NULL or "-" = not set */
    const char *names;    /* NULL: t1, t2, ... */
    const char *replicas; /* "6", "33%" */
    const char *min, *max;
    const char *cur;       /* spec.replicas of the child; "-" = there is no child */
    const char *ready;     /* its status.readyReplicas; "-" = 0 */
    const char *reserved;  /* so many pods with the label "true" that are not ready */
    const char *marked;    /* seconds since condition Schedulable is False; "-" = there is none */
    const char *partition; /* manualUpdate.partitions */
};

struct unitedworld {
    struct rollout_subset_spec specs[UNITED_SUBSETS];
    struct rollout_subset_status entries[UNITED_SUBSETS];
    struct rollout_condition conditions[UNITED_SUBSETS], updated;
    struct rollout_subset children[UNITED_SUBSETS + 1];
    struct rollout_pod pods[UNITED_PODS];
    struct rollout_label labels[UNITED_PODS][2];
    struct rollout_revision revision;
    struct rollout_uniteddeployment_status status;
    struct rollout_uniteddeployment spec;
    struct rollout_workload workload;
    struct rollout_snapshot snapshot;
    struct rollout_plan *plan;
    struct rollout_error error;
    char text[2048];
    char answer[2048];
};

/* flags: ROLLOUT_UNITEDDEPLOYMENT_*; Deployments, if a test does not change it before it plans. */
void unitedworld_make(struct unitedworld *w, uint32_t flags, const struct united_row *row);

/* A pod of the child, Running and Ready for an hour; the label may be NULL. It may be changed before planning. */
struct rollout_pod *unitedworld_pod_add(struct unitedworld *w, uint32_t child, const char *revision,
                                        const char *reserved);

/* Plans, and gives the next replicas as "1,2,1", "error" where there are none, or the message of a refusal. The plan of
 * before is freed. */
const char *unitedworld_next(struct unitedworld *w);

/* Same for what the plan then says: actions ("update-subset t1 5; delete p3"), the subset's two verdicts. */
const char *unitedworld_actions(struct unitedworld *w);
const char *unitedworld_verdicts(struct unitedworld *w, uint32_t subset);

void unitedworld_free(struct unitedworld *w);

#endif

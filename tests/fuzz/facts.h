/* SPDX-License-Identifier: Apache-2.0 */
/* Workloads and snapshots out of the fuzzer's bytes: facts as a caller with types of its own hands them over, also
 * such as no document can express. */
#ifndef FUZZ_FACTS_H
#define FUZZ_FACTS_H

#include "fuzz.h"

enum facts_kind {
    FACTS_CLONESET,
    FACTS_STATEFULSET,
    FACTS_DAEMONSET,
    FACTS_BROADCASTJOB,
    FACTS_DEPLOYMENT,
    FACTS_REPLICASET,
    FACTS_UNITEDDEPLOYMENT,
    FACTS_SIDECARSET,
    FACTS_KINDS
};

struct facts {
    const struct rollout_workload *workload;
    const struct rollout_snapshot *snapshot;
    size_t pods, nodes, claims, revisions, pods_to_delete; /* how many there are of each */
    int64_t now_ms;
};

/* Facts are to be played: what takes long is left out, a UnitedDeployment of many pods. */
extern bool facts_played;

struct facts facts_make(struct fuzz *f, enum facts_kind kind);

/* broken: something in it may be what the library must refuse. */
struct rollout_selector facts_selector(struct fuzz *f, bool broken);
struct rollout_order facts_order(struct fuzz *f, bool broken);
struct rollout_pods facts_pods(struct fuzz *f, enum facts_kind kind, bool broken);
struct rollout_intstr facts_intstr(struct fuzz *f, bool broken);

/* The typed specs; each in memory of just its size. */
const struct rollout_cloneset *facts_cloneset(struct fuzz *f, bool broken, size_t *ret_pods_to_delete);
const struct rollout_statefulset *facts_statefulset(struct fuzz *f, bool broken);
const struct rollout_daemonset *facts_daemonset(struct fuzz *f, bool broken);
const struct rollout_broadcastjob *facts_broadcastjob(struct fuzz *f, bool broken);
const struct rollout_deployment *facts_deployment(struct fuzz *f, bool broken);
const struct rollout_replicaset *facts_replicaset(struct fuzz *f, bool broken);
const struct rollout_uniteddeployment *facts_uniteddeployment(struct fuzz *f, bool broken);
const struct rollout_sidecarset *facts_sidecarset(struct fuzz *f, bool broken);

/* Parts of several. Of an enum that the library refuses beyond `last`: known. */
struct rollout_opt facts_opt(struct fuzz *f);
uint32_t facts_known(struct fuzz *f, uint32_t last, bool broken);
struct rollout_scheduling facts_scheduling(struct fuzz *f, bool broken);
const struct rollout_condition *facts_conditions(struct fuzz *f, bool broken, size_t *ret_count);
const struct rollout_job_pod *facts_job_pod(struct fuzz *f, bool broken);

/* "web-3", seldom another text. */
struct rollout_str facts_name(struct fuzz *f, const char *prefix, uint32_t most, bool broken);

/* Elements of a view: `count` of them, made one after the other by make(), each cut to, or followed by zeros up to,
 * the stride of a caller that was built with other headers. A view that must be refused has none. */
typedef void facts_element(struct fuzz *f, enum facts_kind kind, bool broken, uint32_t index, void *ret);
void *facts_array(struct fuzz *f, enum facts_kind kind, bool broken, size_t size, facts_element *make, size_t *count,
                  size_t *ret_stride);

/* Elements of some kinds' views and lists. */
facts_element facts_resource, facts_replica_set, facts_subset, facts_namespace, facts_in_flight;

/* A plain array, NULL where the count is 0; where broken seldom also beside a count. */
void *facts_list(struct fuzz *f, enum facts_kind kind, bool broken, uint32_t most, size_t size, facts_element *make,
                 size_t *ret_count);

#endif

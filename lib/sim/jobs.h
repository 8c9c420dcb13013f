/* SPDX-License-Identifier: Apache-2.0 */
/* Pods of a BroadcastJob in the model: what each asks of its node, and how often it has restarted. */
#ifndef RO_SIM_JOBS_H
#define RO_SIM_JOBS_H

#include "sim/cluster.h"

/* What new pods of the spec as it is now are like; and what those of the start ask for, once they are there. Both
 * ROLLOUT_OK or ROLLOUT_ERR_NOMEM. */
int ro_job_prepare(struct ro_cluster *c);
int ro_job_begin(struct ro_cluster *c);

/* A new pod that is to run on the node of its index. */
void ro_job_bind(struct ro_cluster *c, uint32_t pod);

/* What the pod asks for, as a planner reads it; all of them are shown so to the planner. */
struct rollout_job_pod ro_job_facts(const struct ro_cluster *c, uint32_t pod);
void ro_job_show(struct ro_cluster *c);

/* Its containers have failed: whether they restart, which is then counted. */
bool ro_job_restarts(struct ro_cluster *c, uint32_t pod);

/* Whether the node fits the pod that is there; whether the pod has restarted so often that it counts as failed. */
bool ro_job_fits(const struct ro_cluster *c, uint32_t pod);
bool ro_job_over(const struct ro_cluster *c, const struct ro_sim_pod *hidden);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The revisions of a modelled cluster: what new pods of each are like, and what an update between two does. */
#ifndef RO_SIM_REVISIONS_H
#define RO_SIM_REVISIONS_H

#include "sim/cluster.h"

/* Those of the world's snapshot, which is given in full size. */
int ro_revisions_open(struct ro_cluster *c, const struct rollout_world *world, const struct rollout_snapshot *snapshot);
void ro_revisions_free(struct ro_cluster *c);

/* Those of another world join; its update revision is the one from then on. */
int ro_revisions_join(struct ro_cluster *c, const struct rollout_world *world);

/* The revision (place from 1) goes, and those behind it move up. */
int ro_revisions_remove(struct ro_cluster *c, uint32_t revision);

/* One more, behind the others. */
int ro_revisions_add(struct ro_cluster *c, const struct rollout_revision *revision, const struct rollout_tree *object);

/* A copy of the tree that lives as long as the cluster. */
int ro_revisions_keep_tree(struct ro_cluster *c, const struct rollout_tree *tree, struct rollout_tree *ret);

/* What a pod is like that has this object. */
int ro_revisions_like(struct ro_cluster *c, const struct rollout_tree *object, struct ro_sim_template *ret);

/* ... and where no object is known: like a pod of the revision, or like any. */
void ro_revisions_copy(struct ro_cluster *c, uint32_t revision, struct ro_sim_template *ret);

/* The update revision is compared with all others, for the planner and for the model. */
int ro_revisions_compare(struct ro_cluster *c);

/* What a pod is like that this action creates at the revision (place from 1). */
int ro_revisions_template(struct ro_cluster *c, const struct rollout_plan *plan, size_t action, uint32_t revision,
                          const struct ro_sim_template **ret);

#endif

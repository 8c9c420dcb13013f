/* SPDX-License-Identifier: Apache-2.0 */
/* Releases that are played and explored, with any options, and what must hold of them. */
#ifndef FUZZ_PLAYED_H
#define FUZZ_PLAYED_H

#include "facts.h"

/* A world of a caller who has facts and no objects. */
const struct rollout_world *played_facts(struct fuzz *f, enum facts_kind kind);

/* What changes a spec midway is mostly `other`, seldom the world itself. */
void played_simulation(struct fuzz *f, const struct rollout_world *world, const struct rollout_world *other);
void played_check(struct fuzz *f, const struct rollout_world *world, const struct rollout_world *other);

#endif

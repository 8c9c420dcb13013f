/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of `rollout check` share. */
#ifndef EXAMPLES_CHECKING_H
#define EXAMPLES_CHECKING_H

#include "changes.h"
#include "command.h"
#include "inputs.h"
#include "worlds.h"

/* What the command line asks for, but for changes, which each world has its own of. */
struct check_settings {
    struct rollout_check_options options;
    struct rollout_str *assertions; /* as options.assertions */
    uint64_t replicas;              /* 0 = not given */
};

/* ---- check_sizes.c ---- */

/* A world at another size. Zero-initialise, release with sized_free(). */
struct sized {
    struct start start;       /* where the pods are made */
    struct made_world made;   /* where they are kept */
    struct rollout_pod *pods; /* kept */
    struct rollout_snapshot snapshot;
    struct rollout_world world;
};

/* So many pods are wanted, or nodes are there. */
int64_t size_of_world(const struct rollout_world *world);

/* Whether replicas can be others while the rest of the spec stays: not where subsets say theirs. */
bool size_is_free(const struct rollout_world *world);

/* The world with n replicas, all of them at the old revision and ready: those that are there where they are enough, else
 * made; of a DaemonSet its first n nodes. ROLLOUT_OK or an error. */
int sized_make(const struct rollout_world *world, const struct rollout_node *gates, int64_t n, struct sized *ret,
               struct rollout_error *reterr);
void sized_free(struct sized *sized);

/* ---- check_text.c ---- */

/* What was explored. size 0: the world as it stands. */
struct exploration {
    const struct options *options;
    const struct check_settings *settings;
    const struct rollout_world *world;
    const struct changes *changes;
    int64_t size;
    struct rollout_check *check;
    struct rollout_check_result result;
};

/* Adds what came of it. ROLLOUT_OK or an error. */
int check_add_text(const struct exploration *exploration, struct text *out, struct rollout_error *reterr);
int check_add_json(const struct exploration *exploration, struct text *out, struct rollout_error *reterr);

#endif

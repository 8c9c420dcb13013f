/* SPDX-License-Identifier: Apache-2.0 */
/* Trees out of the fuzzer's bytes. */
#ifndef FUZZ_TREE_H
#define FUZZ_TREE_H

#include "fuzz.h"

/* An array of nodes: mostly a well-formed tree, then with whatever the input changes of its sizes, kinds and texts. */
struct rollout_tree fuzz_nodes(struct fuzz *f);

/* The .data of a ControllerRevision with a pod template. */
struct rollout_tree fuzz_template(struct fuzz *f);

/* A pod as a SidecarSet reads it: containers by few names, what SidecarSets wrote into its annotations, statuses. */
struct rollout_tree fuzz_pod(struct fuzz *f);

/* The spec.containers of a SidecarSet, of the same names. */
struct rollout_tree fuzz_sidecars(struct fuzz *f);

/* The spec.containers of a pod. */
struct rollout_tree fuzz_containers(struct fuzz *f);

/* The same tree in memory of exactly its size, every text in a piece of its own. */
struct rollout_tree fuzz_tree_copy(struct fuzz *f, const struct rollout_tree *tree);

/* Its text, which is the same with any buffer. */
char *fuzz_tree_text(struct fuzz *f, const struct rollout_tree *tree, size_t *ret_len);

/* It is well-formed, and its text is the same with any buffer: what the library gives out. */
void fuzz_tree_holds(struct fuzz *f, const struct rollout_tree *tree);

#endif

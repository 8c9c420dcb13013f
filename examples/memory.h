/* SPDX-License-Identifier: Apache-2.0 */
/* A transport that keeps the objects in memory, and plays scheduler and kubelet. */
#ifndef EXAMPLES_MEMORY_H
#define EXAMPLES_MEMORY_H

#include <stdbool.h>

#include <rollout/node.h>

/* Where the objects are: a cluster, files, memory. */
struct transport {
    void *context;
    /* A Snapshot as text; freed by the caller. */
    char *(*observe)(void *context);
    /* Makes the object be like this, or be gone. Returns ROLLOUT_OK or a negative code. */
    int (*act)(void *context, const struct rollout_tree *object, bool gone);
};

struct memory;

/* From a file with a List, as kubectl prints it. NULL, with a message on stderr, where there is none. */
struct memory *memory_load(const char *path);
struct transport memory_transport(struct memory *memory);

/* Ten seconds pass: new pods get a node, containers run the image of their pod's spec, and a pod is ready if its
 * readiness gate says so. */
void memory_settle(struct memory *memory);

/* What a user does. */
void memory_set_partition(struct memory *memory, int partition);
void memory_free(struct memory *memory);

#endif

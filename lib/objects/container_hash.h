/* SPDX-License-Identifier: Apache-2.0 */
/* The hashes of a container by which OpenKruise's node agent tells what is running. Source: inplace.md 12. */
#ifndef RO_OBJECTS_CONTAINER_HASH_H
#define RO_OBJECTS_CONTAINER_HASH_H

#include <stdint.h>

#include <rollout/node.h>

/* Of name and image: kubelets from 1.31 on. */
uint32_t ro_container_hash(const struct rollout_node *container);

/* Of the whole container as Go's encoder writes it: older kubelets. Members in the order of the Go
 * types, whatever order the tree has. */
uint32_t ro_container_hash_old(const struct rollout_node *container);

/* Of the environment that is fed from the pod's labels and annotations, with their present values. */
uint32_t ro_container_env_hash(const struct rollout_node *container, const struct rollout_node *pod);

#endif

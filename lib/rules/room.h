/* SPDX-License-Identifier: Apache-2.0 */
/* Whether an empty node has room for a pod. Source: broadcastjob.md 2.2, check 5. */
#ifndef RO_RULES_ROOM_H
#define RO_RULES_ROOM_H

#include <stdbool.h>

#include <rollout/snapshot.h>

/* The amount of that name among resources that are in the order of their names; 0 where there is none. */
int64_t ro_room_amount(const struct rollout_resource *resources, size_t count, struct rollout_str name);

/* False: *ret_which is the first of the requests that is too large, or count where the node takes no pods at all. */
bool ro_room_fits(const struct rollout_resource *requests, size_t count, const struct rollout_node_facts *node,
                  size_t *ret_which);

#endif

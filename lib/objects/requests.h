/* SPDX-License-Identifier: Apache-2.0 */
/* What a pod asks of a node, and what a node has to give, as amounts. Source: broadcastjob.md 2.2. */
#ifndef RO_OBJECTS_REQUESTS_H
#define RO_OBJECTS_REQUESTS_H

#include <rollout/scheduling.h>

#include "base/memory.h"
#include "objects/decode.h"

/* A map of quantities, each name once, by name; *ret_count is how many. */
const struct rollout_resource *ro_read_resources(struct ro_decoder *d, struct ro_arena *arena,
                                                 const struct ro_at *object, const char *key, size_t *ret_count);

/* What a pod with this spec needs at its largest: all containers together with the sidecars, or an init container with
 * the sidecars that start before it; and the overhead. As above. */
const struct rollout_resource *ro_read_requests(struct ro_decoder *d, struct ro_arena *arena,
                                                const struct ro_at *pod_spec, size_t *ret_count);

#endif

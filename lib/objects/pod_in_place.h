/* SPDX-License-Identifier: Apache-2.0 */
/* The facts of an in-place update under way, from a Pod's annotations and container statuses.
 * Source: inplace.md 10 to 12. */
#ifndef RO_OBJECTS_POD_IN_PLACE_H
#define RO_OBJECTS_POD_IN_PLACE_H

#include <stdbool.h>

#include <rollout/snapshot.h>

#include "rules/gates.h"

/* False where there is nothing to tell: neither annotation, and no container with a resizePolicy. The
 * pod has passed the decoder's checks. Allocates nothing. */
bool ro_in_place_facts(const struct rollout_node *pod, const struct ro_gates *gates, struct rollout_in_place *ret);

/* Whether a container of the list says how it is resized; NULL, or what is no list, has none. */
bool ro_has_resize_policy(const struct rollout_node *containers);

#endif

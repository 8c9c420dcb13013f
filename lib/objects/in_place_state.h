/* SPDX-License-Identifier: Apache-2.0 */
/* The annotations of an in-place update: found, and checked as Go's decoder would. Source: inplace.md 7
 * and 10. */
#ifndef RO_OBJECTS_IN_PLACE_STATE_H
#define RO_OBJECTS_IN_PLACE_STATE_H

#include <stdbool.h>

#include <rollout/node.h>

#define RO_STATE_KEY     "apps.kruise.io/inplace-update-state"
#define RO_STATE_KEY_OLD "inplace-update-state"
#define RO_GRACE_KEY     "apps.kruise.io/inplace-update-grace"
#define RO_GRACE_KEY_OLD "inplace-update-grace"
#define RO_RUNTIME_KEY   "apps.kruise.io/runtime-containers-meta"
#define RO_READY_TYPE    "InPlaceUpdateReady"

/* The annotation's text node, under its present or its old key; NULL where there is neither. */
const struct rollout_node *ro_state_annotation(const struct rollout_node *pod);
const struct rollout_node *ro_grace_annotation(const struct rollout_node *pod);

/* The value, or NULL where Go could not read it. A JSON null is an empty value there. */
const struct rollout_node *ro_state_value(const struct rollout_node *annotation);
const struct rollout_node *ro_grace_value(const struct rollout_node *annotation);
const struct rollout_node *ro_runtime_value(const struct rollout_node *annotation);

/* Its status.containerStatuses entry: the first of that name, or NULL. */
const struct rollout_node *ro_container_status(const struct rollout_node *pod, struct rollout_str name);

/* Whether an object has members. */
bool ro_has_members(const struct rollout_node *n);

#endif

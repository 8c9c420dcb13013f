/* SPDX-License-Identifier: Apache-2.0 */
/* The readiness conditions that a driver writes into a pod's status. Source: inplace.md 8.2, cloneset.md
 * 6.6. */
#ifndef RO_OBJECTS_CONDITIONS_H
#define RO_OBJECTS_CONDITIONS_H

#include <stdbool.h>

#include "base/edit.h"

#define RO_KRUISE_READY_TYPE "KruisePodReady"

/* The reason why condition InPlaceUpdateReady is False. */
#define RO_STARTS_REASON "StartInPlaceUpdate"

/* An entry of the list in condition KruisePodReady. */
struct ro_edit *ro_not_ready_entry(struct ro_arena *arena, struct rollout_str agent, struct rollout_str key);

/* Condition InPlaceUpdateReady becomes True, or False with the reason that an update starts. now is the time
 * as text. */
void ro_set_in_place_ready(struct ro_arena *arena, struct ro_edit *pod, bool ready, struct rollout_str now);

/* Puts a key of the lifecycle's into the list in condition KruisePodReady, or takes it out. */
void ro_mark_not_ready(struct ro_arena *arena, struct ro_edit *pod, struct rollout_str key, bool mark,
                       struct rollout_str now);

/* Condition SidecarSetUpgradable, which says of each SidecarSet whether it can be updated in place. It is written anew;
 * the time of a status that stays is kept. */
void ro_set_upgradable(struct ro_arena *arena, struct ro_edit *pod, bool all, struct rollout_str message,
                       struct rollout_str now);

#endif

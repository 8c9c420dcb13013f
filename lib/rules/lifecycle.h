/* SPDX-License-Identifier: Apache-2.0 */
/* The lifecycle state machine and its hooks. Source: cloneset.md 2.2, 6.6. */
#ifndef RO_RULES_LIFECYCLE_H
#define RO_RULES_LIFECYCLE_H

#include <stdbool.h>

#include <rollout/lifecycle.h>
#include <rollout/snapshot.h>

/* Some finalizer or label of the hook is on the pod. */
bool ro_hooked_any(const struct rollout_hook *hook, const struct rollout_pod *pod);

/* All of them are; an empty hook is, an absent one is not. */
bool ro_hooked_all(const struct rollout_hook *hook, const struct rollout_pod *pod);

/* The label with the least key, else the first finalizer, of the hook that is (present true) or is not on the pod;
 * absent if none. What can be taken off the pod comes before a label that counts as there because its value is empty. */
struct rollout_str ro_hook_part(const struct rollout_hook *hook, const struct rollout_pod *pod, bool present);

/* The part is really on the pod, so its owner can release it. */
bool ro_hook_removable(const struct rollout_pod *pod, struct rollout_str part);

/* The text of ROLLOUT_STATE_*; absent for NONE and OTHER. */
struct rollout_str ro_state_text(uint32_t state);
uint32_t ro_state_from_text(struct rollout_str text);

#endif

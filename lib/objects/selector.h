/* SPDX-License-Identifier: Apache-2.0 */
/* Label selectors as they stand in objects. */
#ifndef RO_OBJECTS_SELECTOR_H
#define RO_OBJECTS_SELECTOR_H

#include <rollout/selector.h>

#include "base/memory.h"
#include "objects/decode.h"

/* The member `key` as a selector, usable or not; empty where it is absent. */
struct rollout_selector ro_read_selector(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object,
                                         const char *key);

/* The text that Kubernetes makes of a selector: parts by key, values sorted. Empty where it has an
 * operator that is none, since then there is no selector to print. */
struct rollout_str ro_selector_text(struct ro_arena *arena, const struct rollout_selector *selector);

#endif

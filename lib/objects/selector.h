/* SPDX-License-Identifier: Apache-2.0 */
/* Selectors as they stand in objects: over labels, and over nodes. */
#ifndef RO_OBJECTS_SELECTOR_H
#define RO_OBJECTS_SELECTOR_H

#include <rollout/selector.h>

#include "base/memory.h"
#include "objects/decode.h"

/* The member `key` as a selector, usable or not; empty where it is absent. */
struct rollout_selector ro_read_selector(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object,
                                         const char *key);

/* The text of a ROLLOUT_OPERATOR_*; of none that is known a text that is none. */
struct rollout_str ro_operator_text(uint32_t op);

/* The member `key` as a list of requirements; *ret_count is how many. nodes: over nodes, where there are Gt and
 * Lt too. */
const struct rollout_requirement *ro_read_requirements(struct ro_decoder *d, struct ro_arena *arena,
                                                       const struct ro_at *object, const char *key, bool nodes,
                                                       size_t *ret_count);

/* The text that Kubernetes makes of a selector: parts by key, values sorted. Empty where it has an
 * operator that is none, since then there is no selector to print. */
struct rollout_str ro_selector_text(struct ro_arena *arena, const struct rollout_selector *selector);

#endif

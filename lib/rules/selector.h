/* SPDX-License-Identifier: Apache-2.0 */
/* Selectors checked once and then matched often. Public side: rollout/selector.h. */
#ifndef RO_RULES_SELECTOR_H
#define RO_RULES_SELECTOR_H

#include <stdbool.h>

#include <rollout/selector.h>

/* Whether the selector is usable, without a message. NULL is not. */
bool ro_selector_usable(const struct rollout_selector *selector);

/* Whether the labels match a usable selector. *hint (to begin with 0) goes from one call to the next: see
 * ro_labels_find. */
bool ro_selector_match(const struct rollout_selector *selector, const struct rollout_labels *labels, uint32_t *hint);

/* One requirement alone, where it is a node affinity's: there Gt and Lt are usable too. */
bool ro_requirement_usable(const struct rollout_requirement *requirement);

/* Whether the labels meet a usable requirement. */
bool ro_requirement_met(const struct rollout_requirement *requirement, const struct rollout_labels *labels,
                        uint32_t *hint);

#endif

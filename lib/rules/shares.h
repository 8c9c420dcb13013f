/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers of a UnitedDeployment's subsets, and subsets by their names. Source: uniteddeployment.md 1.1. */
#ifndef RO_RULES_SHARES_H
#define RO_RULES_SHARES_H

#include <stdbool.h>

#include <rollout/uniteddeployment.h>

/* How many of `total` (below 0 = unspecified) are meant, half of one rounded up. False where it cannot be read. */
bool ro_share_parse(const struct rollout_intstr *given, int64_t total, int64_t *ret);

/* The subsets in the order of their names. order and scratch have room for all. */
void ro_subsets_sort(const struct rollout_subset_spec *subsets, size_t count, uint32_t *order, uint32_t *scratch);

/* Place in that order of the first subset of this name; ROLLOUT_NONE where there is none. */
uint32_t ro_subsets_find(const struct rollout_subset_spec *subsets, size_t count, const uint32_t *order,
                         struct rollout_str name);

#endif

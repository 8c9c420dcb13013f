/* SPDX-License-Identifier: Apache-2.0 */
/* Claims found by the name that a pod's claim has: "<template>-<workload>-<id or ordinal>". */
#ifndef RO_PLANNERS_CLAIM_NAMES_H
#define RO_PLANNERS_CLAIM_NAMES_H

#include <rollout/snapshot.h>

#include "base/abi.h"
#include "base/str.h"

struct ro_claim_name {
    struct rollout_str parts[5];
};

static inline struct ro_claim_name ro_claim_name(struct rollout_str template_name, struct rollout_str workload,
                                                 struct rollout_str last)
{
    return (struct ro_claim_name){ { template_name, RO_STR("-"), workload, RO_STR("-"), last } };
}

static inline const struct rollout_claim *ro_claim_at(const struct ro_abi_array *claims, uint32_t i)
{
    return (const struct rollout_claim *)(const void *)(claims->items + i * claims->stride);
}

/* As ro_str_cmp of the text and the joined name. */
int ro_claim_name_cmp(struct rollout_str text, const struct ro_claim_name *name);

/* Sorts places of claims by name. scratch has room for count. */
void ro_claims_sort(const struct ro_abi_array *claims, uint32_t *places, size_t count, uint32_t *scratch);

/* Place of the first claim of this name among those sorted, or ROLLOUT_NONE. */
uint32_t ro_claim_find(const struct ro_abi_array *claims, const uint32_t *sorted, size_t count,
                       const struct ro_claim_name *name);

#endif

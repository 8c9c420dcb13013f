/* SPDX-License-Identifier: Apache-2.0 */
/* The ordinals in the names of a StatefulSet's pods and claims. Source: statefulset.md 2.1, 2.3. */
#ifndef RO_RULES_ORDINAL_H
#define RO_RULES_ORDINAL_H

#include <stdbool.h>

#include <rollout/base.h>

/* The number behind the last '-' of a name that ends in "-<digits>"; *ret_parent is what stands before it. -1:
 * there is none (then the parent is absent), or it does not fit in 32 bits. */
int32_t ro_ordinal_of(struct rollout_str name, struct rollout_str *ret_parent);

/* Whether a claim's name is <template>-<set>-<ordinal>. */
bool ro_claim_name_is(struct rollout_str name, struct rollout_str template, struct rollout_str set, int32_t ordinal);

/* Splits a claim's name into <template>-<set>, where the ordinal is not told apart, and the ordinal as upstream
 * writes it, without zeros before it. False where it is no such name. */
bool ro_claim_name_split(struct rollout_str name, struct rollout_str *ret_prefix, int32_t *ret_ordinal);

#endif

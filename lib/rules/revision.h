/* SPDX-License-Identifier: Apache-2.0 */
/* Which revision a pod's label names. Source: cloneset.md 2.2 (SameRev). */
#ifndef RO_RULES_REVISION_H
#define RO_RULES_REVISION_H

#include <stdbool.h>

#include <rollout/snapshot.h>

#include "base/abi.h"
#include "base/str.h"

/* What follows the last '-', the whole text if there is none: the short hash. */
struct rollout_str ro_short_hash(struct rollout_str revision);

/* Equal, or equal short hashes: long and short labels mix freely. */
static inline bool ro_same_revision(struct rollout_str a, struct rollout_str b)
{
    return ro_str_eq(a, b) || ro_str_eq(ro_short_hash(a), ro_short_hash(b));
}

/* Place of the first stored revision that the label names, ROLLOUT_NONE if there is none. One that is
 * new in this pass is not stored. revisions: of struct rollout_revision. */
uint32_t ro_revision_find(const struct ro_abi_array *revisions, struct rollout_str label);

static inline const struct rollout_revision *ro_revision_at(const struct ro_abi_array *revisions, uint32_t i)
{
    return (const struct rollout_revision *)(const void *)(revisions->items + i * revisions->stride);
}

#endif

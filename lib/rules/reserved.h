/* SPDX-License-Identifier: Apache-2.0 */
/* Ordinals that a StatefulSet keeps empty. Source: statefulset.md 2.2. */
#ifndef RO_RULES_RESERVED_H
#define RO_RULES_RESERVED_H

#include <stdbool.h>

#include <rollout/intstr.h>

/* Ordinals first to last, both included. */
struct ro_ordinals {
    int64_t first, last;
};

/* Reads numbers and ranges "a-b" into ranges that neither touch nor overlap, in ascending order; returns how
 * many. One text that is no range takes all of them away, as upstream. ranges has room for one a value,
 * order for two. */
size_t ro_reserved_read(const struct rollout_intstr *values, size_t count, struct ro_ordinals *ranges,
                        uint32_t *order);

/* The first ordinal behind `count` that are not reserved, from start on. */
int64_t ro_reserved_end(const struct ro_ordinals *ranges, size_t n, int64_t start, int64_t count);

/* The first ordinal from this one on that is not reserved. *cursor (0 to begin with) remembers the place among
 * the ranges for the next, larger ordinal. */
int64_t ro_reserved_skip(const struct ro_ordinals *ranges, size_t n, size_t *cursor, int64_t ordinal);

bool ro_reserved_has(const struct ro_ordinals *ranges, size_t n, int64_t ordinal);

#endif

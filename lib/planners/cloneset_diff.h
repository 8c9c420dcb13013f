/* SPDX-License-Identifier: Apache-2.0 */
/* How far a CloneSet's pods are from what it asks for: the arithmetic of cloneset.md 3.2, nothing else. */
#ifndef RO_PLANNERS_CLONESET_DIFF_H
#define RO_PLANNERS_CLONESET_DIFF_H

#include <stdbool.h>
#include <stdint.h>

#include "planners/cloneset_limits.h"

/* Pods of one revision group. */
struct ro_cloneset_group {
    int64_t all;
    int64_t preparing_delete;
    int64_t to_delete;   /* specified, and not PreparingDelete */
    int64_t unavailable; /* neither PreparingDelete nor specified, and not Available */
};

struct ro_cloneset_scale {
    struct ro_cloneset_group new_, old;
    struct ro_cloneset_limits limits;
    bool one_revision; /* current == update */
    bool rollback;     /* gate CloneSetPartitionRollback */
    bool exclude_preparing_delete;
};

struct ro_cloneset_diff {
    int64_t unavailable; /* TU, for deletes and creates; the update walk counts its own */
    int64_t use_surge, use_surge_old;
    int64_t scale_up, scale_up_old, scale_up_limit;
    int64_t delete_ready_limit;
    int64_t scale_down, scale_down_old;
    int64_t update;                 /* > 0: pods to move to the update revision, < 0: back to the current one */
    int64_t update_max_unavailable; /* may be negative */
    int64_t old_surplus;            /* od before it is clamped: old pods above partition */
    int64_t new_surplus;            /* nd before it is clamped: updated pods above replicas - partition */
};

struct ro_cloneset_diff ro_cloneset_diff(const struct ro_cloneset_scale *scale);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* A CloneSet's settings as numbers of pods. Source: cloneset.md 1.3. */
#ifndef RO_PLANNERS_CLONESET_LIMITS_H
#define RO_PLANNERS_CLONESET_LIMITS_H

#include <stdbool.h>

#include <rollout/cloneset.h>

#include "planners/builder.h"

struct ro_cloneset_limits {
    int64_t replicas;
    int64_t partition;
    int64_t max_surge;             /* 0 while paused */
    int64_t max_unavailable;       /* of updateStrategy */
    int64_t scale_max_unavailable; /* 2147483647 where unset */
    bool partition_unusable;       /* its text does not parse; it counts as 0 */
};

struct ro_cloneset_limits ro_cloneset_limits(const struct rollout_cloneset *spec);

/* The limits for people: what was given, what came out, how it was rounded. */
void ro_cloneset_build_limits(const struct rollout_cloneset *spec, const struct ro_cloneset_limits *limits,
                              struct ro_builder *b);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* A SidecarSet's numbers as pods. Source: sidecarset.md 1.1. */
#ifndef RO_PLANNERS_SIDECARSET_LIMITS_H
#define RO_PLANNERS_SIDECARSET_LIMITS_H

#include <rollout/sidecarset.h>

#include "planners/builder.h"

struct ro_sidecarset_limits {
    int64_t partition, max_unavailable;
};

/* Of so many matched pods. What cannot be read is 0. */
struct ro_sidecarset_limits ro_sidecarset_limits(const struct rollout_sidecarset *spec, int32_t matched);

/* They as a plan's limits. */
void ro_sidecarset_build_limits(const struct rollout_sidecarset *spec, const struct ro_sidecarset_limits *limits,
                                int32_t matched, struct ro_builder *b);

#endif

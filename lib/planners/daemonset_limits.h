/* SPDX-License-Identifier: Apache-2.0 */
/* A DaemonSet's settings as numbers. Source: daemonset.md 2. */
#ifndef RO_PLANNERS_DAEMONSET_LIMITS_H
#define RO_PLANNERS_DAEMONSET_LIMITS_H

#include <stdbool.h>

#include <rollout/daemonset.h>

#include "planners/builder.h"

struct ro_daemonset_limits {
    int64_t max_unavailable;
    int64_t max_surge;
    int64_t partition; /* nodes that stay as they are; negative: all and more take part */
    int64_t burst;     /* creates, and deletes, of one sync */
    bool surges;       /* two pods may be on a node */
    bool unavailable_unusable, surge_unusable, partition_unusable, burst_unusable;
};

/* eligible: nodes that a pod should run on; constant_burst, advanced: see struct ro_daemonset_rules. */
struct ro_daemonset_limits ro_daemonset_limits(const struct rollout_daemonset *spec, int64_t eligible,
                                               bool constant_burst, bool advanced);

void ro_daemonset_build_limits(const struct rollout_daemonset *spec, const struct ro_daemonset_limits *limits,
                               int64_t eligible, bool constant_burst, bool advanced, struct ro_builder *b);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* A StatefulSet's settings as numbers. Source: statefulset.md 1, 3. */
#ifndef RO_PLANNERS_STATEFULSET_LIMITS_H
#define RO_PLANNERS_STATEFULSET_LIMITS_H

#include <stdbool.h>

#include <rollout/statefulset.h>

#include "planners/builder.h"
#include "rules/gates.h"

struct sts_rules;

struct sts_limits {
    int64_t replicas, partition;
    int64_t start;        /* the first ordinal */
    int64_t budget;       /* of the update phase, at least 1 */
    int64_t scale_budget; /* at least 1; 0 = no limit */
    bool gated;           /* maxUnavailable counts for nothing, since its gate is off */
    bool budget_unusable, scale_unusable;
};

/* OpenKruise's, or Kubernetes' own. */
const struct sts_rules *sts_rules_of(const struct rollout_statefulset *spec);

struct sts_limits sts_limits(const struct rollout_statefulset *spec, const struct ro_gates *gates);

/* The limits for people: what was given, what came out, how it was rounded. */
void sts_build_limits(const struct rollout_statefulset *spec, const struct sts_limits *limits, struct ro_builder *b);

#endif

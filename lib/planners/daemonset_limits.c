/* SPDX-License-Identifier: Apache-2.0 */
#include "planners/daemonset_limits.h"

#include "base/str.h"
#include "planners/limits.h"

static const struct rollout_intstr default_burst = { ROLLOUT_INTSTR_INT, 250, { NULL, 0 } };

/* 0 where it is absent, or upstream cannot read it. */
static int64_t scale(const struct rollout_intstr *value, uint32_t rounding, int32_t total, bool *ret_unusable)
{
    int64_t count = 0;
    *ret_unusable = value->kind != ROLLOUT_INTSTR_UNSET &&
                    rollout_intstr_scale(value, ROLLOUT_PARSER_STRICT, rounding, total, &count);
    return count;
}

static const struct rollout_intstr *burst_of(const struct rollout_daemonset *spec, bool constant)
{
    return constant || ro_limit_unset(&spec->burst_replicas) ? &default_burst : &spec->burst_replicas;
}

struct ro_daemonset_limits ro_daemonset_limits(const struct rollout_daemonset *spec, int64_t eligible,
                                               bool constant_burst, bool advanced)
{
    struct ro_daemonset_limits limits = { 0 };
    int32_t nodes = (int32_t)eligible, stored = spec->status->desired_number_scheduled;
    bool unusable;
    limits.burst = scale(burst_of(spec, constant_burst), ROLLOUT_ROUND_DOWN, stored, &limits.burst_unusable);
    if (limits.burst < 0)
        limits.burst = 0;
    if (spec->update_type != ROLLOUT_UPDATE_ROLLING)
        return limits;
    if (spec->flags & ROLLOUT_DAEMONSET_ROLLING_UPDATE) {
        limits.max_unavailable = scale(&spec->max_unavailable, ROLLOUT_ROUND_UP, nodes, &limits.unavailable_unusable);
        limits.max_surge = scale(&spec->max_surge, ROLLOUT_ROUND_UP, nodes, &limits.surge_unusable);
        limits.surges = scale(&spec->max_surge, ROLLOUT_ROUND_UP, 1, &unusable) > 0;
        if (advanced)
            limits.partition = scale(&spec->partition, ROLLOUT_ROUND_DOWN, stored, &limits.partition_unusable);
    }
    if (nodes > 0 && limits.max_unavailable == 0 && limits.max_surge == 0)
        limits.max_unavailable = 1;
    return limits;
}

void ro_daemonset_build_limits(const struct rollout_daemonset *spec, const struct ro_daemonset_limits *limits,
                               int64_t eligible, bool constant_burst, bool advanced, struct ro_builder *b)
{
    const uint32_t strict = ROLLOUT_PARSER_STRICT, up = ROLLOUT_ROUND_UP, down = ROLLOUT_ROUND_DOWN;
    int32_t nodes = (int32_t)eligible, stored = spec->status->desired_number_scheduled;
    if (spec->update_type == ROLLOUT_UPDATE_ROLLING) {
        if (advanced)
            ro_limit_build(b, RO_STR("partition"), &spec->partition, strict, down, ro_limit_unset(&spec->partition),
                           stored, limits->partition);
        ro_limit_build(b, RO_STR("maxUnavailable"), &spec->max_unavailable, strict, up,
                       ro_limit_unset(&spec->max_unavailable), nodes, limits->max_unavailable);
        ro_limit_build(b, RO_STR("maxSurge"), &spec->max_surge, strict, up, ro_limit_unset(&spec->max_surge), nodes,
                       limits->max_surge);
    }
    ro_limit_build(b, RO_STR("burstReplicas"), burst_of(spec, constant_burst), strict, down,
                   burst_of(spec, constant_burst) == &default_burst ? ROLLOUT_LIMIT_DEFAULT : 0, stored, limits->burst);
}

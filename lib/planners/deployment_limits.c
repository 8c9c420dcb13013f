/* SPDX-License-Identifier: Apache-2.0 */
#include "planners/deployment_limits.h"

#include "base/str.h"
#include "planners/limits.h"

/* False where upstream cannot read it; what would not fit, or is negative, is refused by the API. */
static bool scale(const struct rollout_intstr *value, uint32_t rounding, int64_t replicas, int64_t *ret)
{
    *ret = 0;
    if (value->kind == ROLLOUT_INTSTR_UNSET)
        return true;
    bool good = rollout_intstr_scale(value, ROLLOUT_PARSER_STRICT, rounding, (int32_t)replicas, ret) == ROLLOUT_OK &&
                *ret >= 0 && *ret <= INT32_MAX;
    if (!good)
        *ret = 0;
    return good;
}

struct ro_deployment_limits ro_deployment_limits(const struct rollout_deployment *spec)
{
    bool advanced = spec->flags & ROLLOUT_DEPLOYMENT_ADVANCED;
    struct ro_deployment_limits ret = { .rolling = spec->strategy == ROLLOUT_STRATEGY_ROLLING || advanced };
    int64_t unavailable;
    ret.replicas = spec->replicas.set ? spec->replicas.value : 1;
    ret.surge_unusable = !scale(&spec->max_surge, ROLLOUT_ROUND_UP, ret.replicas, &ret.raw_surge);
    ret.unavailable_unusable = !scale(&spec->max_unavailable, ROLLOUT_ROUND_DOWN, ret.replicas, &unavailable);
    if (!ret.rolling || ret.surge_unusable || ret.unavailable_unusable) /* one that cannot be read makes both 0 */
        return ret;
    ret.forced = ret.raw_surge == 0 && unavailable == 0;
    if (ret.forced)
        unavailable = 1;
    ret.surge = ret.raw_surge;
    ret.unavailable = unavailable < ret.replicas ? unavailable : ret.replicas;
    return ret;
}

int64_t ro_deployment_updatable(const struct rollout_deployment *spec)
{
    const struct rollout_intstr *partition = &spec->partition;
    int64_t count = 0, most = spec->replicas.set ? spec->replicas.value : 1;
    if (partition->kind == ROLLOUT_INTSTR_UNSET)
        return 0;
    if (rollout_intstr_scale(partition, ROLLOUT_PARSER_STRICT, ROLLOUT_ROUND_UP, (int32_t)most, &count) != ROLLOUT_OK)
        return -1;
    if (most > 1 && partition->kind == ROLLOUT_INTSTR_TEXT && !ro_str_eq(partition->text, RO_STR("100%")))
        most--;
    return count < 0 ? 0 : count < most ? count : most;
}

void ro_deployment_build_limits(const struct rollout_deployment *spec, const struct ro_deployment_limits *limits,
                                struct ro_builder *b)
{
    const uint32_t strict = ROLLOUT_PARSER_STRICT;
    int32_t total = (int32_t)limits->replicas;
    if (!limits->rolling)
        return;
    ro_limit_build(b, RO_STR("maxSurge"), &spec->max_surge, strict, ROLLOUT_ROUND_UP, ro_limit_unset(&spec->max_surge),
                   total, limits->surge);
    ro_limit_build(b, RO_STR("maxUnavailable"), &spec->max_unavailable, strict, ROLLOUT_ROUND_DOWN,
                   ro_limit_unset(&spec->max_unavailable), total, limits->unavailable);
}

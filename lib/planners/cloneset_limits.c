/* SPDX-License-Identifier: Apache-2.0 */
#include "planners/cloneset_limits.h"

#include "base/str.h"
#include "planners/limits.h"

static int64_t legacy(const struct rollout_intstr *value, uint32_t rounding, int32_t replicas)
{
    int64_t count = 0; /* upstream ignores the error */
    (void)rollout_intstr_scale(value, ROLLOUT_PARSER_LEGACY, rounding, replicas, &count);
    return count;
}

static int64_t partition_as_pods(const struct rollout_intstr *partition, int32_t replicas, bool *ret_unusable)
{
    int64_t count = 0;
    if (partition->kind == ROLLOUT_INTSTR_UNSET)
        return 0;
    if (rollout_intstr_scale(partition, ROLLOUT_PARSER_SCALED, ROLLOUT_ROUND_UP, replicas, &count)) {
        *ret_unusable = true; /* and the rollout goes on */
        return 0;
    }
    /* "99%" keeps one pod less than all; only the literal "100%" keeps all. */
    if (replicas > 1 && count == replicas && partition->kind == ROLLOUT_INTSTR_TEXT &&
        !ro_str_eq(partition->text, RO_STR("100%")))
        count = replicas - 1;
    return count < 0 ? 0 : count > replicas ? replicas : count;
}

static const struct rollout_intstr default_unavailable = { ROLLOUT_INTSTR_TEXT, 0, { "20%", 3 } };

struct ro_cloneset_limits ro_cloneset_limits(const struct rollout_cloneset *spec)
{
    int32_t replicas = spec->replicas.value;
    struct ro_cloneset_limits limits = { .replicas = replicas, .scale_max_unavailable = INT32_MAX };

    if (spec->scale_max_unavailable.kind != ROLLOUT_INTSTR_UNSET)
        limits.scale_max_unavailable = legacy(&spec->scale_max_unavailable, ROLLOUT_ROUND_UP, replicas);
    if (!(spec->flags & ROLLOUT_CLONESET_ROLLING_UPDATE)) {
        limits.max_unavailable = legacy(&default_unavailable, ROLLOUT_ROUND_DOWN, replicas);
        return limits;
    }
    limits.partition = partition_as_pods(&spec->partition, replicas, &limits.partition_unusable);
    if (spec->max_surge.kind != ROLLOUT_INTSTR_UNSET && !(spec->flags & ROLLOUT_CLONESET_PAUSED))
        limits.max_surge = legacy(&spec->max_surge, ROLLOUT_ROUND_UP, replicas);
    /* Rounded up when there is no surge, so pausing, which takes the surge away, can raise it. */
    limits.max_unavailable =
        legacy(spec->max_unavailable.kind == ROLLOUT_INTSTR_UNSET ? &default_unavailable : &spec->max_unavailable,
               limits.max_surge == 0 ? ROLLOUT_ROUND_UP : ROLLOUT_ROUND_DOWN, replicas);
    return limits;
}

void ro_cloneset_build_limits(const struct rollout_cloneset *spec, const struct ro_cloneset_limits *limits,
                              struct ro_builder *b)
{
    int32_t replicas = spec->replicas.value;
    if (spec->flags & ROLLOUT_CLONESET_ROLLING_UPDATE) {
        const struct rollout_intstr *unavailable =
            ro_limit_unset(&spec->max_unavailable) ? &default_unavailable : &spec->max_unavailable;
        uint32_t paused = spec->flags & ROLLOUT_CLONESET_PAUSED && !ro_limit_unset(&spec->max_surge) ? ROLLOUT_LIMIT_PAUSED : 0;
        ro_limit_build(b, RO_STR("partition"), &spec->partition, ROLLOUT_PARSER_SCALED, ROLLOUT_ROUND_UP,
                    ro_limit_unset(&spec->partition), replicas, limits->partition);
        ro_limit_build(b, RO_STR("maxSurge"), &spec->max_surge, ROLLOUT_PARSER_LEGACY, ROLLOUT_ROUND_UP,
                    ro_limit_unset(&spec->max_surge) | paused, replicas, limits->max_surge);
        ro_limit_build(b, RO_STR("maxUnavailable"), unavailable, ROLLOUT_PARSER_LEGACY,
                    limits->max_surge == 0 ? ROLLOUT_ROUND_UP : ROLLOUT_ROUND_DOWN, ro_limit_unset(&spec->max_unavailable),
                    replicas, limits->max_unavailable);
    } else {
        ro_limit_build(b, RO_STR("maxUnavailable"), &default_unavailable, ROLLOUT_PARSER_LEGACY, ROLLOUT_ROUND_DOWN,
                    ROLLOUT_LIMIT_DEFAULT, replicas, limits->max_unavailable);
    }
    if (!ro_limit_unset(&spec->scale_max_unavailable))
        ro_limit_build(b, RO_STR("scaleStrategy.maxUnavailable"), &spec->scale_max_unavailable, ROLLOUT_PARSER_LEGACY,
                    ROLLOUT_ROUND_UP, 0, replicas, limits->scale_max_unavailable);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "planners/statefulset_limits.h"

#include "base/str.h"
#include "planners/limits.h"
#include "planners/statefulset_pass.h"

const struct sts_rules sts_advanced = {
    .lifecycle = true,
    .gated_start = true,
    .scale_budget = true,
    .resizes_claims = true,
    .legacy_percent = true,
    .empty_counts = true,
};

const struct sts_rules sts_native = {
    .strict_min_ready = true,
    .gated_unavailable = true,
    .batches = true,
    .controller_owners = true,
    .counts_replicas = true,
    .waits_whole = true,
};

const struct sts_rules *sts_rules_of(const struct rollout_statefulset *spec)
{
    return spec->flags & ROLLOUT_STATEFULSET_NATIVE ? &sts_native : &sts_advanced;
}

static uint32_t parser_of(const struct rollout_statefulset *spec)
{
    return sts_rules_of(spec)->legacy_percent ? ROLLOUT_PARSER_LEGACY : ROLLOUT_PARSER_STRICT;
}

/* 3.1: never less than 1. */
static int64_t budget_of(const struct rollout_statefulset *spec, int64_t replicas, const struct rollout_intstr *given,
                         bool *ret_unusable)
{
    int64_t count = 1;
    if (given->kind != ROLLOUT_INTSTR_UNSET &&
        rollout_intstr_scale(given, parser_of(spec), ROLLOUT_ROUND_DOWN, (int32_t)replicas, &count))
        *ret_unusable = true;
    return count < 1 ? 1 : count;
}

struct sts_limits sts_limits(const struct rollout_statefulset *spec, const struct ro_gates *gates)
{
    const struct sts_rules *rules = sts_rules_of(spec);
    bool block = spec->flags & ROLLOUT_STATEFULSET_ROLLING_UPDATE;
    struct sts_limits limits = {
        .replicas = !spec->replicas.set        ? 1
                    : spec->replicas.value < 0 ? 0
                                               : spec->replicas.value,
        .partition = block ? spec->partition : 0,
        .budget = 1,
        .gated = rules->gated_unavailable && !gates->on[ROLLOUT_GATE_MAX_UNAVAILABLE_STATEFULSET],
    };
    if (!rules->gated_start || gates->on[ROLLOUT_GATE_STATEFULSET_START_ORDINAL])
        limits.start = spec->start_ordinal;
    if (block && !limits.gated)
        limits.budget = budget_of(spec, limits.replicas, &spec->max_unavailable, &limits.budget_unusable);
    if (rules->scale_budget && spec->scale_max_unavailable.kind != ROLLOUT_INTSTR_UNSET)
        limits.scale_budget = budget_of(spec, limits.replicas, &spec->scale_max_unavailable, &limits.scale_unusable);
    return limits;
}

void sts_build_limits(const struct rollout_statefulset *spec, const struct sts_limits *limits, struct ro_builder *b)
{
    uint32_t parser = parser_of(spec);
    struct rollout_intstr partition = { ROLLOUT_INTSTR_INT, spec->partition, { NULL, 0 } };
    bool rolling = spec->update_type == ROLLOUT_UPDATE_ROLLING;

    if (rolling && (spec->flags & ROLLOUT_STATEFULSET_ROLLING_UPDATE))
        ro_limit_build(b, RO_STR("partition"), &partition, parser, ROLLOUT_ROUND_NONE, 0, 0, limits->partition);
    if (rolling && !limits->gated)
        ro_limit_build(b, RO_STR("maxUnavailable"), &spec->max_unavailable, parser, ROLLOUT_ROUND_DOWN,
                       ro_limit_unset(&spec->max_unavailable), (int32_t)limits->replicas, limits->budget);
    if (limits->scale_budget)
        ro_limit_build(b, RO_STR("scaleStrategy.maxUnavailable"), &spec->scale_max_unavailable, parser,
                       ROLLOUT_ROUND_DOWN, 0, (int32_t)limits->replicas, limits->scale_budget);
}

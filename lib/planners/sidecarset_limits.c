/* SPDX-License-Identifier: Apache-2.0 */
#include "planners/sidecarset_limits.h"

#include "base/str.h"
#include "planners/limits.h"

static const struct rollout_intstr none = { ROLLOUT_INTSTR_INT, 0, { NULL, 0 } };
static const struct rollout_intstr one = { ROLLOUT_INTSTR_INT, 1, { NULL, 0 } };

struct ro_sidecarset_limits ro_sidecarset_limits(const struct rollout_sidecarset *spec, int32_t matched)
{
    struct ro_sidecarset_limits limits = { 0 };
    int64_t p = 0;
    if (rollout_intstr_scale(&spec->partition, ROLLOUT_PARSER_SCALED, ROLLOUT_ROUND_UP, matched, &p) != ROLLOUT_OK)
        p = 0;
    if (matched > 1 && p == matched && spec->partition.kind == ROLLOUT_INTSTR_TEXT &&
        !ro_str_eq(spec->partition.text, RO_STR("100%")))
        p = matched - 1;
    limits.partition = p < 0 ? 0 : p > matched ? matched : p;
    const struct rollout_intstr *unavailable = ro_limit_unset(&spec->max_unavailable) ? &one : &spec->max_unavailable;
    if (rollout_intstr_scale(unavailable, ROLLOUT_PARSER_LEGACY, ROLLOUT_ROUND_UP, matched, &limits.max_unavailable) !=
        ROLLOUT_OK)
        limits.max_unavailable = 0;
    return limits;
}

void ro_sidecarset_build_limits(const struct rollout_sidecarset *spec, const struct ro_sidecarset_limits *limits,
                                int32_t matched, struct ro_builder *b)
{
    const uint32_t up = ROLLOUT_ROUND_UP;
    uint32_t unset = ro_limit_unset(&spec->partition);
    ro_limit_build(b, RO_STR("partition"), unset ? &none : &spec->partition, ROLLOUT_PARSER_SCALED, up, unset, matched,
                   limits->partition);
    unset = ro_limit_unset(&spec->max_unavailable);
    ro_limit_build(b, RO_STR("maxUnavailable"), unset ? &one : &spec->max_unavailable, ROLLOUT_PARSER_LEGACY, up, unset,
                   matched, limits->max_unavailable);
}

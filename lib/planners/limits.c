/* SPDX-License-Identifier: Apache-2.0 */
#include "planners/limits.h"

void ro_limit_build(struct ro_builder *b, struct rollout_str field, const struct rollout_intstr *given,
                    uint32_t parser, uint32_t rounding, uint32_t flags, int32_t total, int64_t count)
{
    int64_t ignored;
    bool text = given->kind == ROLLOUT_INTSTR_TEXT;
    if (text && rollout_intstr_scale(given, parser, rounding, total, &ignored))
        flags |= ROLLOUT_LIMIT_UNUSABLE;
    bool rounded = text && !(flags & (ROLLOUT_LIMIT_UNUSABLE | ROLLOUT_LIMIT_PAUSED));
    struct rollout_limit limit = {
        .field = field,
        .given = *given,
        .count = count,
        .total = total,
        .rounding = rounded ? rounding : ROLLOUT_ROUND_NONE,
        .flags = flags,
    };
    ro_build_limit(b, &limit);
}

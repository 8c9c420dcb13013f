/* SPDX-License-Identifier: Apache-2.0 */
/* Settings as numbers of pods, written down for people: what was given, what came out, how it was rounded. */
#ifndef RO_PLANNERS_LIMITS_H
#define RO_PLANNERS_LIMITS_H

#include "planners/builder.h"

/* ROLLOUT_LIMIT_DEFAULT where the spec does not say, else 0. */
static inline uint32_t ro_limit_unset(const struct rollout_intstr *value)
{
    return value->kind == ROLLOUT_INTSTR_UNSET ? ROLLOUT_LIMIT_DEFAULT : 0;
}

/* given came to count, of total pods, by this parser and rounding; flags: ROLLOUT_LIMIT_*, of which UNUSABLE is
 * found here. */
void ro_limit_build(struct ro_builder *b, struct rollout_str field, const struct rollout_intstr *given,
                    uint32_t parser, uint32_t rounding, uint32_t flags, int32_t total, int64_t count);

#endif

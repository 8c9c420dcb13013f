/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/budget.h"

struct ro_walk ro_budget_walk(const struct ro_budget *budget, const uint8_t *marks, uint8_t available,
                              const uint32_t *candidates, size_t n)
{
    struct ro_walk walk = { 0, 0 };
    /* Neither count exceeds the limit below this line. */
    for (; walk.taken < n; walk.taken++) {
        if (budget->unavailable_target + (int64_t)walk.taken >= budget->limit)
            break;
        if (!(marks[candidates[walk.taken]] & available))
            continue;
        if (budget->unavailable + walk.taken_available >= budget->limit)
            break;
        walk.taken_available++;
    }
    return walk;
}

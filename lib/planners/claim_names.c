/* SPDX-License-Identifier: Apache-2.0 */
#include "planners/claim_names.h"

#include "base/sort.h"

int ro_claim_name_cmp(struct rollout_str text, const struct ro_claim_name *name)
{
    for (size_t i = 0; i < sizeof name->parts / sizeof *name->parts; i++) {
        struct rollout_str part = name->parts[i];
        struct rollout_str head = { text.data, text.len < part.len ? text.len : part.len };
        int c = ro_str_cmp(head, part);
        if (c)
            return c;
        if (part.len == 0) /* nothing is added to a text that may be absent */
            continue;
        text.data += part.len;
        text.len -= part.len;
    }
    return text.len > 0;
}

static int compare(const void *context, uint32_t a, uint32_t b)
{
    return ro_str_cmp(ro_claim_at(context, a)->name, ro_claim_at(context, b)->name);
}

void ro_claims_sort(const struct ro_abi_array *claims, uint32_t *places, size_t count, uint32_t *scratch)
{
    ro_sort_indices(places, count, scratch, compare, claims);
}

uint32_t ro_claim_find(const struct ro_abi_array *claims, const uint32_t *sorted, size_t count,
                       const struct ro_claim_name *name)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ro_claim_name_cmp(ro_claim_at(claims, sorted[middle])->name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < count && ro_claim_name_cmp(ro_claim_at(claims, sorted[low])->name, name) == 0;
    return found ? sorted[low] : ROLLOUT_NONE;
}

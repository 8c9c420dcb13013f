/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/shares.h"

#include "base/number.h"
#include "base/sort.h"
#include "base/str.h"

bool ro_share_parse(const struct rollout_intstr *given, int64_t total, int64_t *ret)
{
    int64_t percent;
    struct rollout_str text = given->text;
    if (given->kind == ROLLOUT_INTSTR_INT) {
        *ret = given->count;
        return given->count >= 0;
    }
    if (given->kind != ROLLOUT_INTSTR_TEXT || total < 0 || text.len == 0 || text.data[text.len - 1] != '%')
        return false;
    text.len--;
    if (!ro_parse_int(text, -1, &percent) || percent < 0 || percent > 100)
        return false;
    *ret = (total * percent * 2 + 100) / 200;
    return true;
}

static int by_name(const void *context, uint32_t a, uint32_t b)
{
    const struct rollout_subset_spec *subsets = context;
    return ro_str_cmp(subsets[a].name, subsets[b].name);
}

void ro_subsets_sort(const struct rollout_subset_spec *subsets, size_t count, uint32_t *order, uint32_t *scratch)
{
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    ro_sort_indices(order, count, scratch, by_name, subsets);
}

uint32_t ro_subsets_find(const struct rollout_subset_spec *subsets, size_t count, const uint32_t *order,
                         struct rollout_str name)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ro_str_cmp(subsets[order[middle]].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && ro_str_eq(subsets[order[low]].name, name) ? (uint32_t)low : ROLLOUT_NONE;
}

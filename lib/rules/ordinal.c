/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/ordinal.h"

static size_t trailing_digits(struct rollout_str s)
{
    size_t n = 0;

    while (n < s.len && s.data[s.len - 1 - n] >= '0' && s.data[s.len - 1 - n] <= '9')
        n++;
    return n;
}

int32_t ro_ordinal_of(struct rollout_str name, struct rollout_str *ret_parent)
{
    size_t n = trailing_digits(name);
    int64_t value = 0;

    *ret_parent = (struct rollout_str){ "", 0 };
    if (n == 0 || n == name.len || name.data[name.len - n - 1] != '-')
        return -1;
    *ret_parent = (struct rollout_str){ name.data, name.len - n - 1 };
    for (size_t i = name.len - n; i < name.len && value <= INT32_MAX; i++)
        value = value * 10 + (name.data[i] - '0');
    return value <= INT32_MAX ? (int32_t)value : -1;
}

bool ro_is_claim_name(struct rollout_str claim, struct rollout_str template_name, struct rollout_str set)
{
    size_t n = trailing_digits(claim);

    return n > 0 && claim.len == template_name.len + 1 + set.len + 1 + n && claim.data[template_name.len] == '-' &&
           claim.data[claim.len - n - 1] == '-' &&
           ro_str_eq(template_name, (struct rollout_str){ claim.data, template_name.len }) &&
           ro_str_eq(set, (struct rollout_str){ claim.data + template_name.len + 1, set.len });
}

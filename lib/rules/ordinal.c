/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/ordinal.h"

#include "base/str.h"

int32_t ro_ordinal_of(struct rollout_str name, struct rollout_str *ret_parent)
{
    size_t digits = name.len;
    int64_t value = 0;
    *ret_parent = (struct rollout_str){ NULL, 0 };
    while (digits > 0 && name.data[digits - 1] >= '0' && name.data[digits - 1] <= '9')
        digits--;
    if (digits == name.len || digits == 0 || name.data[digits - 1] != '-')
        return -1;
    *ret_parent = (struct rollout_str){ name.data, digits - 1 };
    for (size_t i = digits; i < name.len && value <= INT32_MAX; i++)
        value = value * 10 + (name.data[i] - '0');
    return value <= INT32_MAX ? (int32_t)value : -1;
}

bool ro_claim_name_split(struct rollout_str name, struct rollout_str *ret_prefix, int32_t *ret_ordinal)
{
    *ret_ordinal = ro_ordinal_of(name, ret_prefix);
    if (*ret_ordinal < 0)
        return false;
    size_t digits = ret_prefix->len + 1;
    return name.len == digits + 1 || name.data[digits] != '0';
}

bool ro_claim_name_is(struct rollout_str name, struct rollout_str template, struct rollout_str set, int32_t ordinal)
{
    struct rollout_str prefix;
    int32_t found;
    if (!ro_claim_name_split(name, &prefix, &found) || found != ordinal || prefix.len != template.len + 1 + set.len)
        return false;
    struct rollout_str head = { prefix.data, template.len };
    struct rollout_str tail = { prefix.data + template.len + 1, set.len };
    return prefix.data[template.len] == '-' && ro_str_eq(head, template) && ro_str_eq(tail, set);
}

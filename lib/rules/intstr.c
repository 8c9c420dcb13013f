/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>

#include <rollout/intstr.h>

#include "base/number.h"

/* Go's int(x) on amd64: what does not fit, and NaN, is the smallest integer. */
static int64_t to_int(double x)
{
    return x >= -0x1p63 && x < 0x1p63 ? (int64_t)x : INT64_MIN;
}

static double rounded(double x, bool up)
{
    if (!(x > -0x1p52 && x < 0x1p52))
        return x; /* an integer already, or no number */
    double whole = (double)(int64_t)x;
    if (up)
        return whole < x ? whole + 1 : whole;
    return whole > x ? whole - 1 : whole;
}

static bool parse_percent(struct rollout_str text, uint32_t parser, double *ret)
{
    int64_t value;
    /* Every "%" goes, wherever it stands, and none is needed. */
    if (parser == ROLLOUT_PARSER_LEGACY) {
        if (!ro_parse_int(text, '%', &value))
            return false;
        *ret = (double)value;
        return true;
    }
    /* Exactly one is cut off the end. */
    if (text.len == 0 || text.data[text.len - 1] != '%')
        return false;
    text.len--;
    if (parser == ROLLOUT_PARSER_SCALED)
        return ro_parse_float(text, ret);
    if (!ro_parse_int(text, -1, &value))
        return false;
    *ret = (double)value;
    return true;
}

int rollout_intstr_scale(const struct rollout_intstr *value, uint32_t parser, uint32_t rounding, int32_t total,
                         int64_t *ret_count)
{
    if (!value || !ret_count || parser < ROLLOUT_PARSER_SCALED || parser > ROLLOUT_PARSER_STRICT ||
        rounding > ROLLOUT_ROUND_UP)
        return ROLLOUT_ERR_INVALID;
    if (value->kind == ROLLOUT_INTSTR_INT) {
        *ret_count = value->count;
        return ROLLOUT_OK;
    }
    double percent;
    if (value->kind != ROLLOUT_INTSTR_TEXT || rounding == ROLLOUT_ROUND_NONE ||
        (value->text.len > 0 && !value->text.data))
        return ROLLOUT_ERR_INVALID;
    if (!parse_percent(value->text, parser, &percent))
        return ROLLOUT_ERR_INVALID;
    double scaled = percent * (double)total; /* first, as upstream: the noise of the two steps is part of the rule */
    *ret_count = to_int(rounded(scaled / 100, rounding == ROLLOUT_ROUND_UP));
    return ROLLOUT_OK;
}

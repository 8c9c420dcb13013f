/* SPDX-License-Identifier: Apache-2.0 */
#include "span.h"

#include <inttypes.h>
#include <string.h>

#define LONGEST_MS INT64_C(1000000000000)

struct rollout_str str_of(const char *string)
{
    return (struct rollout_str){ string, strlen(string) };
}

static bool cut_at(struct rollout_str string, size_t i, struct rollout_str *ret_head, struct rollout_str *ret_tail)
{
    *ret_head = (struct rollout_str){ string.data, i };
    *ret_tail = (struct rollout_str){ string.data + i + 1, string.len - i - 1 };
    return true;
}

bool str_cut(struct rollout_str string, char at, struct rollout_str *ret_head, struct rollout_str *ret_tail)
{
    for (size_t i = 0; i < string.len; i++)
        if (string.data[i] == at)
            return cut_at(string, i, ret_head, ret_tail);
    return false;
}

bool str_cut_last(struct rollout_str string, char at, struct rollout_str *ret_head, struct rollout_str *ret_tail)
{
    for (size_t i = string.len; i > 0; i--)
        if (string.data[i - 1] == at)
            return cut_at(string, i - 1, ret_head, ret_tail);
    return false;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A number at *at in units of 1 / 10^6, such as "1.5"; false where there is none, or one with more places or above 10^12. */
static bool read_millionths(struct rollout_str string, size_t *at, int64_t *ret)
{
    int64_t value = 0, scale = 1;
    size_t i = *at, digits = 0;
    for (; i < string.len && is_digit(string.data[i]); i++, digits++) {
        value = value * 10 + (string.data[i] - '0');
        if (value > LONGEST_MS)
            return false;
    }
    if (digits && i < string.len && string.data[i] == '.') {
        for (i++, digits = 0; i < string.len && is_digit(string.data[i]); i++, digits++) {
            scale *= 10;
            if (scale > 1000000)
                return false;
            value = value * 10 + (string.data[i] - '0');
        }
    }
    *at = i;
    *ret = value * (1000000 / scale);
    return digits > 0;
}

bool span_read(struct rollout_str string, int64_t *ret_ms)
{
    static const struct {
        const char *name;
        int64_t ms;
    } units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { "d", 86400000 } };
    int64_t sum = 0;
    if (str_is(string, "0")) {
        *ret_ms = 0;
        return true;
    }
    for (size_t i = 0; i < string.len;) {
        int64_t number;
        size_t unit = 0, len = 0;
        if (!read_millionths(string, &i, &number))
            return false;
        while (i + len < string.len && !is_digit(string.data[i + len]))
            len++;
        while (unit < 5 && !str_is((struct rollout_str){ string.data + i, len }, units[unit].name))
            unit++;
        if (unit == 5 || number / 1000000 > LONGEST_MS / units[unit].ms)
            return false;
        /* whole and part apart, so that nothing overflows; a part of a millisecond is dropped */
        sum += number / 1000000 * units[unit].ms + number % 1000000 * units[unit].ms / 1000000;
        if (sum > LONGEST_MS)
            return false;
        i += len;
    }
    *ret_ms = sum;
    return string.len > 0;
}

void span_show(struct text *out, int64_t ms)
{
    int64_t hours = ms / 3600000, minutes = ms / 60000 % 60, seconds = ms / 1000 % 60;
    int rest = (int)(ms % 1000);
    if (hours)
        text_addf(out, "%" PRId64 "h", hours);
    if (minutes)
        text_addf(out, "%" PRId64 "m", minutes);
    if (rest) {
        int places = rest % 100 == 0 ? 1 : rest % 10 == 0 ? 2 : 3;
        text_addf(out, "%" PRId64 ".%0*ds", seconds, places, places == 1 ? rest / 100 : places == 2 ? rest / 10 : rest);
    } else if (seconds || ms < 60000) {
        text_addf(out, "%" PRId64 "s", seconds);
    }
}

bool share_read(struct rollout_str string, uint32_t *ret_share)
{
    size_t i = 0;
    int64_t share;
    if (!read_millionths(string, &i, &share))
        return false;
    if (i + 1 == string.len && string.data[i] == '%')
        share /= 100;
    else if (i != string.len)
        return false;
    *ret_share = (uint32_t)share;
    return share > 0 && share <= 1000000;
}

bool count_read(struct rollout_str string, uint64_t max, uint64_t *ret_count)
{
    uint64_t value = 0;
    for (size_t i = 0; i < string.len; i++) {
        if (!is_digit(string.data[i]) || value > (max - (uint64_t)(string.data[i] - '0')) / 10)
            return false;
        value = value * 10 + (uint64_t)(string.data[i] - '0');
    }
    *ret_count = value;
    return string.len > 0;
}

bool size_read(struct rollout_str string, uint64_t *ret_size)
{
    static const char units[] = "KMGT";
    uint64_t factor = 1;
    size_t len = string.len;
    if (len > 1 && string.data[len - 1] == 'B')
        len--;
    if (len > 1 && string.data[len - 1] == 'i')
        len--;
    const char *unit = len > 1 ? memchr(units, string.data[len - 1], sizeof units - 1) : NULL;
    if (unit) {
        factor <<= 10 * (unit - units + 1);
        len--;
    } else if (len != string.len) {
        return false;
    }
    uint64_t number;
    if (!count_read((struct rollout_str){ string.data, len }, (UINT64_C(1) << 62) / factor, &number))
        return false;
    *ret_size = number * factor;
    return true;
}

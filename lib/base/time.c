/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "base/time.h"

#define DAY_MS    INT64_C(86400000)
#define YEAR_0_MS INT64_C(-62167219200000) /* 0000-01-01T00:00:00Z */
#define YEAR_X_MS INT64_C(253402300800000) /* 10000-01-01T00:00:00Z */

/* What is left of a text that is read from the left. */
struct rest {
    const char *at, *end;
};

static bool is_digit(const struct rest *rest, size_t i)
{
    return (size_t)(rest->end - rest->at) > i && rest->at[i] >= '0' && rest->at[i] <= '9';
}

static bool take_char(struct rest *rest, char c)
{
    if (rest->at == rest->end || *rest->at != c)
        return false;
    rest->at++;
    return true;
}

/* Exactly `digits` digits that make a number of min to max. */
static bool take_number(struct rest *rest, size_t digits, int32_t min, int32_t max, int32_t *ret)
{
    int32_t n = 0;
    for (size_t i = 0; i < digits; i++) {
        if (!is_digit(rest, i))
            return false;
        n = n * 10 + (rest->at[i] - '0');
    }
    rest->at += digits;
    *ret = n;
    return n >= min && n <= max;
}

static int32_t days_in(int32_t year, int32_t month)
{
    if (month == 2)
        return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/* Days since 1970-01-01. Years run from March here, so that the leap day is a year's last. */
static int64_t days_from_date(int32_t year, int32_t month, int32_t day)
{
    int64_t y = year + 400 - (month <= 2); /* never negative */
    int64_t m = month > 2 ? month - 3 : month + 9;
    return y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - (146097 + 719468);
}

bool ro_time_parse(struct rollout_str text, int64_t *ret_ms)
{
    int32_t year, month, day, hour, minute, second, offset = 0;
    int64_t fraction = 0;
    if (!text.data)
        return false;
    struct rest rest = { .at = text.data, .end = text.data + text.len };
    if (!take_number(&rest, 4, 0, 9999, &year) || !take_char(&rest, '-') || !take_number(&rest, 2, 1, 12, &month) ||
        !take_char(&rest, '-') || !take_number(&rest, 2, 1, days_in(year, month), &day) || !take_char(&rest, 'T'))
        return false;
    /* Go's parser wants two digits everywhere but in the hour. */
    if (!take_number(&rest, is_digit(&rest, 1) ? 2 : 1, 0, 23, &hour) || !take_char(&rest, ':') ||
        !take_number(&rest, 2, 0, 59, &minute) || !take_char(&rest, ':') || !take_number(&rest, 2, 0, 59, &second))
        return false;
    if (is_digit(&rest, 1) && (take_char(&rest, '.') || take_char(&rest, ',')))
        for (int64_t unit = 100; is_digit(&rest, 0); rest.at++, unit /= 10)
            fraction += unit * (*rest.at - '0');
    if (!take_char(&rest, 'Z')) {
        int32_t hours, minutes;
        bool west = take_char(&rest, '-');
        /* 24 hours and 60 minutes are Go's limits, inclusive. */
        if ((!west && !take_char(&rest, '+')) || !take_number(&rest, 2, 0, 24, &hours) || !take_char(&rest, ':') ||
            !take_number(&rest, 2, 0, 60, &minutes))
            return false;
        offset = (hours * 60 + minutes) * (west ? -60 : 60);
    }
    if (rest.at != rest.end)
        return false;
    *ret_ms = days_from_date(year, month, day) * DAY_MS +
              ((int64_t)hour * 3600 + minute * 60 + second - offset) * 1000 + fraction;
    return true;
}

static void put_number(char *buf, int64_t n, size_t digits)
{
    for (; digits > 0; n /= 10)
        buf[--digits] = (char)('0' + n % 10);
}

size_t ro_time_format(int64_t ms, bool milliseconds, char buf[RO_TIME_SIZE])
{
    if (ms < YEAR_0_MS)
        ms = YEAR_0_MS;
    if (ms >= YEAR_X_MS)
        ms = YEAR_X_MS - 1;
    int64_t in_day = (ms - YEAR_0_MS) % DAY_MS;
    int64_t days = (ms - YEAR_0_MS) / DAY_MS + 146097 - 60; /* since -0400-03-01 */
    int64_t era = days / 146097, in_era = days % 146097;
    int64_t y = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int64_t in_year = in_era - (365 * y + y / 4 - y / 100);
    int64_t m = (5 * in_year + 2) / 153;
    int64_t day = in_year - (153 * m + 2) / 5 + 1, month = m < 10 ? m + 3 : m - 9;
    int64_t year = era * 400 + y + (month <= 2) - 400;

    char *at = buf;
    put_number(at, year, 4);
    at[4] = '-';
    put_number(at + 5, month, 2);
    at[7] = '-';
    put_number(at + 8, day, 2);
    at[10] = 'T';
    put_number(at + 11, in_day / 3600000, 2);
    at[13] = ':';
    put_number(at + 14, in_day / 60000 % 60, 2);
    at[16] = ':';
    put_number(at + 17, in_day / 1000 % 60, 2);
    at += 19;
    if (milliseconds) {
        *at = '.';
        put_number(at + 1, in_day % 1000, 3);
        at += 4;
    }
    at[0] = 'Z';
    at[1] = '\0';
    return (size_t)(at + 1 - buf);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Expectations are what Go's time package answers for time.RFC3339. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"

static const struct parse_case {
    const char *text;
    bool ok;
    int64_t ms;
} parse_cases[] = {
    { "2026-11-23T12:00:00Z", true, 1795435200000 },
    { "1970-01-01T00:00:00Z", true, 0 },
    { "2026-11-23T12:00:00.5Z", true, 1795435200500 },
    { "2026-11-23T12:00:00,25Z", true, 1795435200250 },
    { "2026-11-23T12:00:00.123456789012Z", true, 1795435200123 },
    { "2026-11-23T12:00:00.Z", false, 0 },
    { "2026-11-23T1:00:00Z", true, 1795395600000 },
    { "2026-11-23T12:00:00+02:00", true, 1795428000000 },
    { "2026-11-23T12:00:00-05:30", true, 1795455000000 },
    { "2026-11-23T12:00:00+24:60", true, 1795345200000 },
    { "2026-11-23T12:00:00+25:00", false, 0 },
    { "2026-11-23T12:00:00+00:61", false, 0 },
    { "2026-11-23T24:00:00Z", false, 0 },
    { "2026-11-23T23:59:60Z", false, 0 },
    { "2026-11-23T23:60:00Z", false, 0 },
    { "2024-02-29T00:00:00Z", true, 1709164800000 },
    { "2023-02-29T00:00:00Z", false, 0 },
    { "2000-02-29T00:00:00Z", true, 951782400000 },
    { "1900-02-29T00:00:00Z", false, 0 },
    { "2026-04-31T00:00:00Z", false, 0 },
    { "2026-00-01T00:00:00Z", false, 0 },
    { "2026-13-01T00:00:00Z", false, 0 },
    { "2026-01-00T00:00:00Z", false, 0 },
    { "2026-01-32T00:00:00Z", false, 0 },
    { "0000-01-01T00:00:00Z", true, -62167219200000 },
    { "9999-12-31T23:59:59.999Z", true, 253402300799999 },
    { "1969-12-31T23:59:59.9999Z", true, -1 },
    { "0000-01-01T00:00:00+01:00", true, -62167222800000 },
    { "2026-11-23t12:00:00Z", false, 0 },
    { "2026-11-23T12:00:00z", false, 0 },
    { "2026-11-23 12:00:00Z", false, 0 },
    { "2026-11-23T12:00:00", false, 0 },
    { "2026-11-23T12:00:00Z ", false, 0 },
    { " 2026-11-23T12:00:00Z", false, 0 },
    { "2026-1-23T12:00:00Z", false, 0 },
    { "2026-11-3T12:00:00Z", false, 0 },
    { "2026-11-23T12:0:00Z", false, 0 },
    { "2026-11-23T12:00:0Z", false, 0 },
    { "2026-11-23T12:00:00+0200", false, 0 },
    { "2026-11-23T12:00:00+02", false, 0 },
    { "2026-11-23", false, 0 },
    { "", false, 0 },
    { "-026-11-23T12:00:00Z", false, 0 },
    { "12026-11-23T12:00:00Z", false, 0 },
    { "2026-11-23T12:00:00.1", false, 0 },
    { "2026-11-23T012:00:00Z", false, 0 },
    { "2026-11-23T12:00:00+2:00", false, 0 },
    { "2026-11-23T1:00:00.5+01:00", true, 1795392000500 },
    { "2026-11-23T:00:00Z", false, 0 },
    { "2026-11-23T12:00:00..5Z", false, 0 },
    { "2026-11-23T12:00:00.5,5Z", false, 0 },
    { "2026-11-23T12:00:00ZZ", false, 0 },
    { "2026-11-23T12:00:00-00:00", true, 1795435200000 },
};

START_TEST(test_parse)
{
    const struct parse_case *c = &parse_cases[_i];
    /* An exact copy, so that a sanitizer sees a byte read beyond the end. */
    size_t len = strlen(c->text);
    char *copy = malloc(len + (len == 0));
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, c->text, len);
    int64_t ms = 77;
    bool ok = ro_time_parse((struct rollout_str){ copy, len }, &ms);
    free(copy);
    ck_assert_msg(ok == c->ok, "%s: %d", c->text, ok);
    ck_assert_msg(ms == (c->ok ? c->ms : 77), "%s: %lld", c->text, (long long)ms);
}
END_TEST

START_TEST(test_parse_absent)
{
    int64_t ms = 77;
    ck_assert(!ro_time_parse((struct rollout_str){ 0 }, &ms));
    ck_assert_int_eq(ms, 77);
}
END_TEST

static const struct format_case {
    int64_t ms;
    const char *seconds, *milliseconds;
} format_cases[] = {
    { 0, "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z" },
    { 1795521600000, "2026-11-24T12:00:00Z", "2026-11-24T12:00:00.000Z" },
    { -1, "1969-12-31T23:59:59Z", "1969-12-31T23:59:59.999Z" },
    { -62167219200000, "0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z" },
    { 253402300799999, "9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999Z" },
    { 951782400123, "2000-02-29T00:00:00Z", "2000-02-29T00:00:00.123Z" },
    { -2203891200000, "1900-03-01T00:00:00Z", "1900-03-01T00:00:00.000Z" },
    { -62167219200001, "0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z" },
    { 253402300800000, "9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999Z" },
    { INT64_MIN, "0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z" },
    { INT64_MAX, "9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999Z" },
};

START_TEST(test_format)
{
    const struct format_case *c = &format_cases[_i];
    char buf[RO_TIME_SIZE];
    ck_assert_uint_eq(ro_time_format(c->ms, false, buf), strlen(c->seconds));
    ck_assert_str_eq(buf, c->seconds);
    ck_assert_uint_eq(ro_time_format(c->ms, true, buf), strlen(c->milliseconds));
    ck_assert_str_eq(buf, c->milliseconds);
}
END_TEST

/* Later days are written later and read back: each day of 400 years, after which the calendar repeats,
 * and one in 59 of all. */
static const struct range {
    int64_t from, to, step;
} ranges[] = {
    { -5364662400000, 7258118400000, 86400000 }, /* 1800 to 2200 */
    { -62167219200000, 253402300800000, INT64_C(59) * 86400000 },
};

START_TEST(test_round_trip)
{
    char buf[RO_TIME_SIZE], before[RO_TIME_SIZE] = "";
    for (int64_t ms = ranges[_i].from; ms < ranges[_i].to; ms += ranges[_i].step) {
        int64_t back = 0;
        size_t len = ro_time_format(ms, false, buf);
        if (strcmp(before, buf) >= 0 || !ro_time_parse((struct rollout_str){ buf, len }, &back) || back != ms)
            ck_abort_msg("%s after %s, read as %lld", buf, before, (long long)back);
        memcpy(before, buf, sizeof(buf));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("time");
    TCase *tcase = tcase_create("time");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, test_parse, 0, sizeof(parse_cases) / sizeof(*parse_cases));
    tcase_add_test(tcase, test_parse_absent);
    tcase_add_loop_test(tcase, test_format, 0, sizeof(format_cases) / sizeof(*format_cases));
    tcase_add_loop_test(tcase, test_round_trip, 0, sizeof(ranges) / sizeof(*ranges));
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

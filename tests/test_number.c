/* SPDX-License-Identifier: Apache-2.0 */
/* Expectations are what Go's strconv answers. */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"

static const struct float_case {
    const char *text;
    bool ok;
    uint64_t bits;
} floats[] = {
    { "0", true, 0x0000000000000000 },
    { "12.5", true, 0x4029000000000000 },
    { "99.99", true, 0x4058ff5c28f5c28f },
    { "100.0", true, 0x4059000000000000 },
    { "0.07", true, 0x3fb1eb851eb851ec },
    { "1e2", true, 0x4059000000000000 },
    { "1E+2", true, 0x4059000000000000 },
    { "1e-2", true, 0x3f847ae147ae147b },
    { "+5", true, 0x4014000000000000 },
    { "-3", true, 0xc008000000000000 },
    { "-0", true, 0x8000000000000000 },
    { "5.", true, 0x4014000000000000 },
    { ".5", true, 0x3fe0000000000000 },
    { ".", false, 0 },
    { "", false, 0 },
    { "+", false, 0 },
    { "-", false, 0 },
    { "e5", false, 0 },
    { "1e", false, 0 },
    { "1e+", false, 0 },
    { "Inf", true, 0x7ff0000000000000 },
    { "-inf", true, 0xfff0000000000000 },
    { "+Infinity", true, 0x7ff0000000000000 },
    { "infin", false, 0 },
    { "infinit", false, 0 },
    { "NaN", true, 0x7ff8000000000001 },
    { "nan", true, 0x7ff8000000000001 },
    { "+nan", false, 0 },
    { "-NaN", false, 0 },
    { " 5", false, 0 },
    { "5 ", false, 0 },
    { "5%", false, 0 },
    { "1.2.3", false, 0 },
    { "0x1p-2", true, 0x3fd0000000000000 },
    { "0X1.8P1", true, 0x4008000000000000 },
    { "0x", false, 0 },
    { "0x1", false, 0 },
    { "0xp1", false, 0 },
    { "0x.p1", false, 0 },
    { "0x.8p0", true, 0x3fe0000000000000 },
    { "0x1_0p0", true, 0x4030000000000000 },
    { "0x_1p0", true, 0x3ff0000000000000 },
    { "0x1__0p0", false, 0 },
    { "1_000", true, 0x408f400000000000 },
    { "_1", false, 0 },
    { "1_", false, 0 },
    { "1__0", false, 0 },
    { "1_0.5_0e1_0", true, 0x4238727cda000000 },
    { "1._5", false, 0 },
    { "1_.5", false, 0 },
    { "1e_5", false, 0 },
    { "0b1", false, 0 },
    { "0o7", false, 0 },
    { "1e400", false, 0 },
    { "-1e400", false, 0 },
    { "1e-400", true, 0x0000000000000000 },
    { "1e308", true, 0x7fe1ccf385ebc8a0 },
    { "1.7976931348623157e308", true, 0x7fefffffffffffff },
    { "1.7976931348623158e308", true, 0x7fefffffffffffff },
    { "1.7976931348623159e308", false, 0 },
    { "179769313486231580793728971405301e276", true, 0x7fefffffffffffff },
    { "2.2250738585072014e-308", true, 0x0010000000000000 },
    { "2.2250738585072011e-308", true, 0x000fffffffffffff },
    { "5e-324", true, 0x0000000000000001 },
    { "4.9406564584124654e-324", true, 0x0000000000000001 },
    { "2.4703282292062327e-324", true, 0x0000000000000000 },
    { "2.4703282292062328e-324", true, 0x0000000000000001 },
    { "9007199254740993", true, 0x4340000000000000 },
    { "9007199254740992.9999999999999999999999999", true, 0x4340000000000000 },
    { "9007199254740993.00000000000000000000000000000000000001", true, 0x4340000000000001 },
    { "0.1", true, 0x3fb999999999999a },
    { "0.3", true, 0x3fd3333333333333 },
    { "1e23", true, 0x44b52d02c7e14af6 },
    { "8.5e22", true, 0x44b1ffdbf6b2b2eb },
    { "123456789012345678901234567890", true, 0x45f8ee90ff6c373e },
    { "1.00000000000000011102230246251565404236316680908203125", true, 0x3ff0000000000000 },
    { "1.00000000000000011102230246251565404236316680908203124", true, 0x3ff0000000000000 },
    { "1.00000000000000011102230246251565404236316680908203126", true, 0x3ff0000000000001 },
    { "0x1.00000000000008p0", true, 0x3ff0000000000000 },
    { "0x1.000000000000080000000000000001p0", true, 0x3ff0000000000001 },
    { "0x1.fffffffffffff8p1023", false, 0 },
    { "0x1.fffffffffffff7p1023", true, 0x7fefffffffffffff },
    { "0x1p-1074", true, 0x0000000000000001 },
    { "0x1p-1075", true, 0x0000000000000000 },
    { "0x1.8p-1075", true, 0x0000000000000001 },
    { "0x0.0000000000001p-1022", true, 0x0000000000000001 },
    { "0x1p99999", false, 0 },
    { "0x0p99999", true, 0x0000000000000000 },
    { "1e99999", false, 0 },
    { "0e99999", true, 0x0000000000000000 },
    { "1e100000000", false, 0 },
    { "0.0000000000000000000000000000000000000000000001e46", true, 0x3ff0000000000000 },
    { "１", false, 0 },
};

static const struct int_case {
    const char *text;
    bool ok;
    int64_t value;
} ints[] = {
    { "0", true, 0 },
    { "5", true, 5 },
    { "+5", true, 5 },
    { "-5", true, -5 },
    { "", false, 0 },
    { "+", false, 0 },
    { "-", false, 0 },
    { "--5", false, 0 },
    { "+-5", false, 0 },
    { " 5", false, 0 },
    { "5 ", false, 0 },
    { "0005", true, 5 },
    { "9223372036854775807", true, INT64_MAX },
    { "9223372036854775808", false, INT64_MAX },
    { "-9223372036854775808", true, INT64_MIN },
    { "-9223372036854775809", false, INT64_MIN },
    { "00000000000000000000000000000000000000000000000000000000000000000000000012", true, 12 },
    { "1_0", false, 0 },
    { "0x1", false, 0 },
    { "1e2", false, 0 },
    { "5.0", false, 0 },
};

static struct rollout_str str(const char *text)
{
    return (struct rollout_str){ text, strlen(text) };
}

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof(bits));
    return bits;
}

START_TEST(test_float)
{
    const struct float_case *c = &floats[_i];
    double x = -1;
    bool ok = ro_parse_float(str(c->text), &x);
    ck_assert_msg(ok == c->ok && (ok ? bits_of(x) == c->bits : x == -1), "\"%s\": %d, 0x%016" PRIx64, c->text, ok,
                  bits_of(x));
}
END_TEST

START_TEST(test_int)
{
    const struct int_case *c = &ints[_i];
    int64_t value = -77;
    bool ok = ro_parse_int(str(c->text), -1, &value);
    ck_assert_msg(ok == c->ok && value == (ok ? c->value : -77), "\"%s\": %d, %" PRId64, c->text, ok, value);
}
END_TEST

START_TEST(test_skip)
{
    int64_t value;
    ck_assert(ro_parse_int(str("%+%1%2%"), '%', &value) && value == 12);
    ck_assert(!ro_parse_int(str("%%"), '%', &value));
    ck_assert(!ro_parse_int(str("1%"), -1, &value));
    ck_assert(!ro_parse_int((struct rollout_str){ "1\0", 2 }, -1, &value));
}
END_TEST

/* Halfway between two doubles, to the last of 768 digits and beyond. */
START_TEST(test_long)
{
    char text[2000];
    size_t zeros = 900;
    /* 2^53 + 1 lies between 2^53 and 2^53 + 2: even wins, unless anything follows. */
    int len = snprintf(text, sizeof(text), "9007199254740993.");
    memset(text + len, '0', zeros);
    double x;
    ck_assert(ro_parse_float((struct rollout_str){ text, (size_t)len + zeros }, &x));
    ck_assert(x == 9007199254740992.0);
    text[(size_t)len + zeros] = '1';
    ck_assert(ro_parse_float((struct rollout_str){ text, (size_t)len + zeros + 1 }, &x));
    ck_assert(x == 9007199254740994.0);
    /* Zeros that lead, and as many taken back by the exponent. */
    memset(text, '0', 1200);
    text[1] = '.';
    memcpy(text + 1200, "25e1199", 8);
    ck_assert(ro_parse_float(str(text), &x));
    ck_assert(x == 2.5);
    /* Digits up to the largest double's, and one more. */
    memset(text, '1', 310);
    ck_assert(ro_parse_float((struct rollout_str){ text, 309 }, &x) && x > 1.1e308 && x < 1.2e308);
    ck_assert(!ro_parse_float((struct rollout_str){ text, 310 }, &x));
}
END_TEST

/* m * 2^-k written out exactly in decimal reads back as itself. */
START_TEST(test_exact)
{
    uint64_t state = 88172645463325252u;
    for (int round = 0; round < 2000; round++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        uint64_t mantissa = state >> 34;
        unsigned k = (unsigned)(state & 31);
        double expected = (double)mantissa / (double)(UINT32_C(1) << k);
        char text[64];
        int len = snprintf(text, sizeof(text), "%" PRIu64 ".", mantissa >> k);
        uint64_t rest = mantissa & (((uint64_t)1 << k) - 1);
        for (unsigned i = 0; i < k; i++) {
            rest *= 10;
            text[len++] = (char)('0' + (rest >> k));
            rest &= ((uint64_t)1 << k) - 1;
        }
        double x;
        ck_assert_msg(ro_parse_float((struct rollout_str){ text, (size_t)len }, &x) && x == expected, "%.*s", len,
                      text);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("number");
    TCase *tcase = tcase_create("number");
    tcase_add_loop_test(tcase, test_float, 0, (int)(sizeof(floats) / sizeof(*floats)));
    tcase_add_loop_test(tcase, test_int, 0, (int)(sizeof(ints) / sizeof(*ints)));
    tcase_add_test(tcase, test_skip);
    tcase_add_test(tcase, test_long);
    tcase_add_test(tcase, test_exact);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

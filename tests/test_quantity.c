/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"

static struct rollout_str str(const char *text)
{
    return (struct rollout_str){ text, strlen(text) };
}

/* What apimachinery 0.32's ParseQuantity makes of it, in units of 10^-9; NULL = refused. */
static const struct {
    const char *text, *nano;
} parse_cases[] = {
    { "", NULL },
    { "0", "0" },
    { "-", "0" },
    { "+", "0" },
    { ".", "0" },
    { "-.", "0" },
    { "1", "1000000000" },
    { "+1", "1000000000" },
    { "-1", "-1000000000" },
    { "1 ", NULL },
    { " 1", NULL },
    { "1Gii", NULL },
    { "1e", NULL },
    { "1e99999999999999999999", NULL },
    { "1e-99999999999999999999", NULL },
    { "1E", "1000000000000000000000000000" },
    { "E", "0" },
    { "e", NULL },
    { "e5", "0" },
    { "1e5", "100000000000000" },
    { "1E5", "100000000000000" },
    { "1e+5", "100000000000000" },
    { "1e-5", "10000" },
    { "1e-12", "1" },
    { "-1e-12", "-1" },
    { "0.1", "100000000" },
    { "0.0000000001", "1" },
    { "-0.0000000001", "-1" },
    { "1n", "1" },
    { "1u", "1000" },
    { "1m", "1000000" },
    { "1k", "1000000000000" },
    { "1K", NULL },
    { "1Ki", "1024000000000" },
    { "1Mi", "1048576000000000" },
    { "1Gi", "1073741824000000000" },
    { "1Ti", "1099511627776000000000" },
    { "1Pi", "1125899906842624000000000" },
    { "1Ei", "1152921504606846976000000000" },
    { "8Ei", "9223372036854775807000000000" },
    { "9Ei", "9223372036854775807000000000" },
    { "-9Ei", "-9223372036854775807000000000" },
    { "16Ei", "9223372036854775807000000000" },
    { "100Ei", "9223372036854775807000000000" },
    { "0.5Ki", "512000000000" },
    { "1.5Gi", "1610612736000000000" },
    { "0.1Ki", "102400000000" },
    { "0.000000001Ki", "1024" },
    { "1.00000000000000000001Ki", "1024000000001" },
    { "Ki", "0" },
    { "Mi", "0" },
    { "Gi", "0" },
    { "Ti", "0" },
    { "Pi", NULL },
    { "Ei", NULL },
    { ".Ki", "0" },
    { ".Pi", NULL },
    { ".5Pi", "562949953421312000000000" },
    { "0Pi", "0" },
    { "00Ei", "0" },
    { "m", "0" },
    { "n", "0" },
    { "P", "0" },
    { "Em", NULL },
    { "1.", "1000000000" },
    { "1.G", "1000000000000000000" },
    { "1.Gi", "1073741824000000000" },
    { "1.1.M", NULL },
    { "1+1.0M", NULL },
    { "0.1mi", NULL },
    { "0.1am", NULL },
    { "aoeu", NULL },
    { ".5i", NULL },
    { "1i", NULL },
    { "-3.01i", NULL },
    { "-3.01e-", NULL },
    { "500m", "500000000" },
    { "0.5", "500000000" },
    { "1000m", "1000000000" },
    { "1024Mi", "1073741824000000000" },
    { "1048576Ki", "1073741824000000000" },
    { "1e3", "1000000000000" },
    { "1e30", "1000000000000000000000000000000000000000" },
    { "123456789012345678901234567890", "123456789012345678901234567890000000000" },
    { "0.123456789123456789", "123456790" },
    { "99999999999999999999Ki", "9223372036854775807000000000" },
    { "-99999999999999999999Ki", "-9223372036854775807000000000" },
    { "1e4294967296", "1000000000" },
    { "1e4294967297", "10000000000" },
    { "1e2147483647x", NULL },
    { "1e+", NULL },
    { "1e-", NULL },
    { "1e--5", NULL },
    { "1e5m", NULL },
    { "1mm", NULL },
    { "e-10", NULL },
    { "e-9", "0" },
    { "e-8", "0" },
    { "-e5", "0" },
    { "1_0", NULL },
    { "0x10", NULL },
    { "1e007", "10000000000000000" },
    { "0.0Ki", "0" },
    { "-0", "0" },
    { "-0.0", "0" },
    { "-0m", "0" },
    { "9223372036854775807", "9223372036854775807000000000" },
    { "9223372036854775808", "9223372036854775808000000000" },
    { "9223372036854775807n", "9223372036854775807" },
    { "1e18", "1000000000000000000000000000" },
    { "1E18", "1000000000000000000000000000" },
    { "1EE", NULL },
    { "1ei", NULL },
    { "1.5e3", "1500000000000" },
    { "1.5e-3", "1500000" },
    { "1.0000000001", "1000000001" },
    { "1.0000000009m", "1000001" },
    { "0.0000000015", "2" },
    { "12e6", "12000000000000000" },
    { "12E", "12000000000000000000000000000" },
    { "7e0", "7000000000" },
    { "e0", "0" },
    { "18446744073709551616", "18446744073709551616000000000" },
    { "1e19", "10000000000000000000000000000" },
    { "000001", "1000000000" },
    { "0000.1", "100000000" },
};

/* The decimal digits of a quantity's units. */
static const char *digits_of(const struct ro_quantity *q, char buf[90])
{
    uint32_t limbs[8];
    size_t at = 89;
    int more = 1;

    memcpy(limbs, q->limbs, sizeof limbs);
    buf[at] = '\0';
    while (more) {
        uint64_t rest = 0;
        more = 0;
        for (int i = 8; i-- > 0;) {
            rest = rest << 32 | limbs[i];
            limbs[i] = (uint32_t)(rest / 10);
            rest %= 10;
            more |= limbs[i] != 0;
        }
        buf[--at] = (char)('0' + rest);
    }
    if (q->negative)
        buf[--at] = '-';
    return buf + at;
}

START_TEST(test_parse)
{
    struct ro_quantity q;
    char buf[90];
    /* exactly as long as the text, so that reading beyond it shows */
    size_t len = strlen(parse_cases[_i].text);
    char *copy = malloc(len ? len : 1);

    memcpy(copy, parse_cases[_i].text, len);
    bool ok = ro_quantity_parse((struct rollout_str){ copy, len }, &q);
    free(copy);
    ck_assert_msg(ok == (parse_cases[_i].nano != NULL), "\"%s\"", parse_cases[_i].text);
    if (ok)
        ck_assert_str_eq(digits_of(&q, buf), parse_cases[_i].nano);
}
END_TEST

START_TEST(test_absent)
{
    struct ro_quantity q;

    ck_assert(!ro_quantity_parse((struct rollout_str){ NULL, 0 }, &q));
}
END_TEST

/* Ends of the range: what is larger than 256 bits is all the same. */
START_TEST(test_limits)
{
    struct ro_quantity a, b, one, sum;

    ck_assert(ro_quantity_parse(str("1e67"), &a) && ro_quantity_parse(str("2e67"), &b));
    ck_assert_int_lt(ro_quantity_cmp(&a, &b), 0);
    ck_assert(ro_quantity_parse(str("1e100"), &a) && ro_quantity_parse(str("1e2000000000"), &b));
    ck_assert_int_eq(ro_quantity_cmp(&a, &b), 0);
    ck_assert(ro_quantity_parse(str("1"), &one));
    sum = a;
    ro_quantity_add(&sum, &one);
    ck_assert_int_eq(ro_quantity_cmp(&sum, &a), 0);
}
END_TEST

static const struct {
    const char *a, *b;
    int order;
} compare_cases[] = {
    { "1", "1000m", 0 },        { "1Gi", "1024Mi", 0 },
    { "1Gi", "1073741824", 0 }, { "1Gi", "1G", 1 },
    { "0", "-0", 0 },           { "-1", "1", -1 },
    { "-2", "-1", -1 },         { "-1", "-2", 1 },
    { "0.5", "500m", 0 },       { "0.0000000001", "1n", 0 },
    { "1e3", "1k", 0 },         { "9Ei", "8Ei", 0 },
    { "10E", "8Ei", 1 },        { "100m", "0.1000000001", -1 },
    { "1.5Gi", "1536Mi", 0 },
};

START_TEST(test_compare)
{
    struct ro_quantity a, b;

    ck_assert(ro_quantity_parse(str(compare_cases[_i].a), &a) && ro_quantity_parse(str(compare_cases[_i].b), &b));
    ck_assert_int_eq(ro_quantity_cmp(&a, &b), compare_cases[_i].order);
    ck_assert_int_eq(ro_quantity_cmp(&b, &a), -compare_cases[_i].order);
}
END_TEST

static const struct {
    const char *a, *b, *sum;
} add_cases[] = {
    { "1", "2", "3" },
    { "500m", "500m", "1" },
    { "1Gi", "-1Gi", "0" },
    { "-1", "3", "2" },
    { "1", "-3", "-2" },
    { "-1", "-3", "-4" },
    { "0", "-1n", "-1n" },
    { "4294967295n", "1n", "4294967296n" },
    { "18446744073709551615n", "1n", "18446744073709551616n" },
    { "18446744073709551616n", "-1n", "18446744073709551615n" },
};

START_TEST(test_add)
{
    struct ro_quantity a, b, sum;
    char buf[90], want[90];

    ck_assert(ro_quantity_parse(str(add_cases[_i].a), &a) && ro_quantity_parse(str(add_cases[_i].b), &b) &&
              ro_quantity_parse(str(add_cases[_i].sum), &sum));
    ro_quantity_add(&a, &b);
    ck_assert_str_eq(digits_of(&a, buf), digits_of(&sum, want));
    ck_assert_int_eq(ro_quantity_is_zero(&a), strcmp(add_cases[_i].sum, "0") == 0);
}
END_TEST

/* Canonical texts of apimachinery 0.32. */
static const struct {
    const char *text, *canonical;
} text_cases[] = {
    { "0", "0" },
    { "0Gi", "0" },
    { "0.5", "500m" },
    { "1500m", "1500m" },
    { "1000m", "1" },
    { "1000k", "1M" },
    { "1048576", "1048576" },
    { "-1.5", "-1500m" },
    { "1024Mi", "1Gi" },
    { "1.5Gi", "1536Mi" },
    { "1Ki", "1Ki" },
    { "1025Ki", "1025Ki" },
    { "0.5Ki", "512" },
    { "1.0001Ki", "1024102400u" },
    { "1e3", "1e3" },
    { "1e4", "10e3" },
    { "0.1e0", "100e-3" },
    { "1n", "1n" },
    { "1.5u", "1500n" },
    { "2E", "2E" },
    { "1Ei", "1Ei" },
    { "100E", "100E" },
    { "-2Mi", "-2Mi" },
    { "12345678901234567890", "12345678901234567890" },
};

START_TEST(test_text)
{
    struct rollout_str text = str(text_cases[_i].text);
    struct ro_quantity q;
    char buf[RO_QUANTITY_SIZE];

    ck_assert(ro_quantity_parse(text, &q));
    ck_assert_uint_eq(ro_quantity_text(&q, ro_quantity_form(text), buf), strlen(text_cases[_i].canonical));
    ck_assert_str_eq(buf, text_cases[_i].canonical);
}
END_TEST

static const struct {
    const char *text;
    int64_t milli;
} milli_cases[] = {
    { "0", 0 },       { "1", 1000 },      { "500m", 500 },
    { "1u", 1 },      { "-1u", -1 },      { "1500u", 2 },
    { "-1500u", -2 }, { "1Ki", 1024000 }, { "9223372036854775807m", INT64_MAX },
    { "1000000P", 0 } /* does not fit */
};

START_TEST(test_milli)
{
    struct ro_quantity q, back;

    ck_assert(ro_quantity_parse(str(milli_cases[_i].text), &q));
    ck_assert_int_eq(ro_quantity_milli(&q), milli_cases[_i].milli);
    back = ro_quantity_decimal(milli_cases[_i].milli, -3);
    ck_assert_int_eq(ro_quantity_milli(&back), milli_cases[_i].milli);
}
END_TEST

/* As the header says: a fraction away from zero, cut at the ends. */
static const struct {
    const char *text;
    uint32_t digits;
    int64_t scaled;
} scaled_cases[] = {
    { "0", 9, 0 },
    { "1", 6, 1000 },
    { "1500u", 6, 2 },
    { "-1500u", 6, -2 },
    { "1.5", 9, 2 },
    { "1n", 0, 1 },
    { "1Ki", 9, 1024 },
    { "9223372036854775807", 9, INT64_MAX },
    { "9223372036854775806.1", 9, INT64_MAX },
    { "9223372036854775807.1", 9, INT64_MAX }, /* rounded to what is beyond */
    { "9223372036854775808", 9, INT64_MAX },
    { "18446744073709551617", 9, INT64_MAX }, /* 2^64 + 1 */
    { "1e30", 6, INT64_MAX },
    { "-9223372036854775807", 9, -INT64_MAX },
    { "-9223372036854775808", 9, INT64_MIN },
    { "-18446744073709551617", 9, INT64_MIN },
    { "-1e30", 6, INT64_MIN },
};

START_TEST(test_scaled)
{
    struct ro_quantity q;

    ck_assert(ro_quantity_parse(str(scaled_cases[_i].text), &q));
    ck_assert_int_eq(ro_quantity_scaled(&q, scaled_cases[_i].digits), scaled_cases[_i].scaled);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("quantity");
    TCase *tcase = tcase_create("quantity");
    tcase_add_loop_test(tcase, test_parse, 0, sizeof(parse_cases) / sizeof(*parse_cases));
    tcase_add_test(tcase, test_absent);
    tcase_add_test(tcase, test_limits);
    tcase_add_loop_test(tcase, test_compare, 0, sizeof(compare_cases) / sizeof(*compare_cases));
    tcase_add_loop_test(tcase, test_add, 0, sizeof(add_cases) / sizeof(*add_cases));
    tcase_add_loop_test(tcase, test_text, 0, sizeof(text_cases) / sizeof(*text_cases));
    tcase_add_loop_test(tcase, test_milli, 0, sizeof(milli_cases) / sizeof(*milli_cases));
    tcase_add_loop_test(tcase, test_scaled, 0, sizeof(scaled_cases) / sizeof(*scaled_cases));
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Scaled values are those of Go's IEEE arithmetic; rows of cloneset.md 1.3 before the planner's own clamps. */
#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <rollout/intstr.h>

#define SCALED  ROLLOUT_PARSER_SCALED
#define LEGACY  ROLLOUT_PARSER_LEGACY
#define STRICT  ROLLOUT_PARSER_STRICT
#define UP      ROLLOUT_ROUND_UP
#define DOWN    ROLLOUT_ROUND_DOWN
#define REFUSED INT64_C(-77)

static const struct text_case {
    const char *name, *text;
    uint32_t parser, rounding;
    int32_t total;
    int64_t count;
} texts[] = {
    { "cloneset 1.2: noise", "0.07%", SCALED, UP, 10000, 8 },
    { "cloneset 1.2: noise, down", "0.07%", SCALED, DOWN, 10000, 7 },
    { "cloneset 1.2: a fraction", "12.5%", SCALED, UP, 10, 2 },
    { "cloneset 1.2: a fraction, down", "12.5%", SCALED, DOWN, 10, 1 },
    { "cloneset 1.2: 99.99%", "99.99%", SCALED, UP, 100, 100 },
    { "cloneset 1.2: one % is cut", "5%%", SCALED, UP, 10, REFUSED },
    { "cloneset 1.2: must end in %", "5", SCALED, UP, 10, REFUSED },
    { "cloneset 1.2: every % is cut", "5%5", LEGACY, UP, 100, 55 },
    { "cloneset 1.2: also in front", "%20%", LEGACY, UP, 100, 20 },
    { "cloneset 1.2: without % a percentage still", "20", LEGACY, UP, 10, 2 },
    { "cloneset 1.3: P 99% of 9", "99%", SCALED, UP, 9, 9 },
    { "cloneset 1.3: P 99% of 99", "99%", SCALED, UP, 99, 99 },
    { "cloneset 1.3: P 90% of 10", "90%", SCALED, UP, 10, 9 },
    { "cloneset 1.3: P 1% of 10", "1%", SCALED, UP, 10, 1 },
    { "cloneset 1.3: P 100% of 99", "100%", SCALED, UP, 99, 99 },
    { "cloneset 1.3: P 99% of 0", "99%", SCALED, UP, 0, 0 },
    { "cloneset 1.3: P 1% of 1", "1%", SCALED, UP, 1, 1 },
    { "cloneset 1.3: P 100.0% of 10", "100.0%", SCALED, UP, 10, 10 },
    { "cloneset 1.3: P 150% of 10", "150%", SCALED, UP, 10, 15 },
    { "cloneset 1.3: U 30% of 5, up", "30%", LEGACY, UP, 5, 2 },
    { "cloneset 1.3: U 30% of 5, down", "30%", LEGACY, DOWN, 5, 1 },
    { "cloneset 1.3: U 10% of 1, down", "10%", LEGACY, DOWN, 1, 0 },
    { "cloneset 1.3: S 50% of 1", "50%", LEGACY, UP, 1, 1 },
    { "cloneset 1.3: U 12.5% refused by B", "12.5%", LEGACY, UP, 10, REFUSED },
    { "cloneset 1.3: U 5 of 10", "5", LEGACY, UP, 10, 1 },
    { "default U", "20%", LEGACY, DOWN, 9, 1 },
    { "x%", "x%", LEGACY, UP, 10, REFUSED },
    { "x%, scaled", "x%", SCALED, UP, 10, REFUSED },
    { "100.0% is no integer", "100.0%", LEGACY, UP, 10, REFUSED },
    { "nothing", "", SCALED, UP, 10, REFUSED },
    { "nothing, legacy", "", LEGACY, UP, 10, REFUSED },
    { "only %", "%", SCALED, UP, 10, REFUSED },
    { "only %, legacy", "%%%", LEGACY, UP, 10, REFUSED },
    { "blank", " 5%", SCALED, UP, 10, REFUSED },
    { "blank, legacy", " 5%", LEGACY, UP, 10, REFUSED },
    { "sign", "+5%", LEGACY, UP, 100, 5 },
    { "negative, up", "-3%", SCALED, UP, 50, -1 },
    { "negative, down", "-3%", SCALED, DOWN, 50, -2 },
    { "negative, legacy", "-3%", LEGACY, UP, 50, -1 },
    { "exponent", "1e1%", SCALED, UP, 100, 10 },
    { "hexadecimal", "0x1p3%", SCALED, UP, 100, 8 },
    { "underscore", "1_0%", SCALED, UP, 100, 10 },
    { "infinite, as int() on amd64", "Inf%", SCALED, UP, 10, INT64_MIN },
    { "minus infinite", "-inf%", SCALED, DOWN, 10, INT64_MIN },
    { "no number", "NaN%", SCALED, UP, 10, INT64_MIN },
    { "infinite times nothing", "Inf%", SCALED, UP, 0, INT64_MIN },
    { "larger than an int", "1e300%", SCALED, UP, 10, INT64_MIN },
    { "larger than a double", "1e309%", SCALED, UP, 10, REFUSED },
    { "2^62", "461168601842738790400%", SCALED, UP, 1, INT64_C(4611686018427387904) },
    { "2^63", "922337203685477580800%", SCALED, UP, 1, INT64_MIN },
    { "-2^63", "-922337203685477580800%", SCALED, UP, 1, INT64_MIN },
    { "largest integer", "9223372036854775807%", LEGACY, UP, 100, INT64_MIN },
    { "more than an integer", "9223372036854775808%", LEGACY, UP, 100, REFUSED },
    { "whole, up", "20%", LEGACY, UP, 10, 2 },
    { "whole, down", "20%", LEGACY, DOWN, 10, 2 },
    { "daemonset 2: mu 50% of 3", "50%", STRICT, UP, 3, 2 },
    { "daemonset 2: mu 30% of 10", "30%", STRICT, UP, 10, 3 },
    { "daemonset 2: partition 25% of 5", "25%", STRICT, DOWN, 5, 1 },
    { "daemonset 2: partition 30% of 3", "30%", STRICT, DOWN, 3, 0 },
    { "strict: without %", "5", STRICT, UP, 10, REFUSED },
    { "strict: one % is cut", "5%%", STRICT, UP, 10, REFUSED },
    { "strict: a % in front", "%5%", STRICT, UP, 10, REFUSED },
    { "strict: a fraction", "12.5%", STRICT, UP, 10, REFUSED },
    { "strict: only %", "%", STRICT, UP, 10, REFUSED },
    { "strict: nothing", "", STRICT, UP, 10, REFUSED },
    { "strict: negative", "-3%", STRICT, DOWN, 50, -2 },
    { "negative total", "50%", LEGACY, UP, -3, -1 },
};

START_TEST(test_text)
{
    const struct text_case *c = &texts[_i];
    struct rollout_intstr value = { .kind = ROLLOUT_INTSTR_TEXT, .text = { c->text, strlen(c->text) } };
    int64_t count = REFUSED;
    int code = rollout_intstr_scale(&value, c->parser, c->rounding, c->total, &count);
    ck_assert_msg(count == c->count, "%s: %" PRId64, c->name, count);
    ck_assert_int_eq(code, c->count == REFUSED ? ROLLOUT_ERR_INVALID : ROLLOUT_OK);
}
END_TEST

START_TEST(test_integer)
{
    static const int32_t counts[] = { 0, 12, -1, INT32_MAX, INT32_MIN };
    for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
        for (uint32_t parser = SCALED; parser <= STRICT; parser++)
            for (uint32_t rounding = ROLLOUT_ROUND_NONE; rounding <= UP; rounding++) {
                struct rollout_intstr value = { .kind = ROLLOUT_INTSTR_INT, .count = counts[i] };
                int64_t count;
                ck_assert_int_eq(rollout_intstr_scale(&value, parser, rounding, 10, &count), ROLLOUT_OK);
                ck_assert_int_eq(count, counts[i]); /* as it is: nobody clamps here */
            }
}
END_TEST

START_TEST(test_refused)
{
    struct rollout_intstr five = { .kind = ROLLOUT_INTSTR_TEXT, .text = { "5%", 2 } },
                          integer = { .kind = 1, .count = 5 };
    struct rollout_intstr unset = { .kind = ROLLOUT_INTSTR_UNSET }, odd = { .kind = 3, .text = { "5%", 2 } };
    struct rollout_intstr broken = { .kind = ROLLOUT_INTSTR_TEXT, .text = { NULL, 2 } };
    struct rollout_intstr absent = { .kind = ROLLOUT_INTSTR_TEXT };
    int64_t count = REFUSED;
    ck_assert_int_eq(rollout_intstr_scale(&five, SCALED, ROLLOUT_ROUND_NONE, 10, &count), ROLLOUT_ERR_INVALID);
    ck_assert_int_eq(rollout_intstr_scale(&five, LEGACY, ROLLOUT_ROUND_NONE, 10, &count), ROLLOUT_ERR_INVALID);
    ck_assert_int_eq(rollout_intstr_scale(&five, 0, UP, 10, &count), ROLLOUT_ERR_INVALID);
    ck_assert_int_eq(rollout_intstr_scale(&five, 4, UP, 10, &count), ROLLOUT_ERR_INVALID);
    ck_assert_int_eq(rollout_intstr_scale(&five, SCALED, 3, 10, &count), ROLLOUT_ERR_INVALID);
    ck_assert_int_eq(rollout_intstr_scale(&integer, SCALED, 3, 10, &count), ROLLOUT_ERR_INVALID);
    ck_assert_int_eq(rollout_intstr_scale(&unset, SCALED, UP, 10, &count), ROLLOUT_ERR_INVALID);
    ck_assert_int_eq(rollout_intstr_scale(&odd, SCALED, UP, 10, &count), ROLLOUT_ERR_INVALID);
    ck_assert_int_eq(rollout_intstr_scale(&broken, SCALED, UP, 10, &count), ROLLOUT_ERR_INVALID);
    ck_assert_int_eq(rollout_intstr_scale(&absent, LEGACY, UP, 10, &count), ROLLOUT_ERR_INVALID);
    ck_assert_int_eq(rollout_intstr_scale(NULL, SCALED, UP, 10, &count), ROLLOUT_ERR_INVALID);
    ck_assert_int_eq(rollout_intstr_scale(&five, SCALED, UP, 10, NULL), ROLLOUT_ERR_INVALID);
    ck_assert_int_eq(count, REFUSED);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("intstr");
    TCase *tcase = tcase_create("intstr");
    tcase_add_loop_test(tcase, test_text, 0, (int)(sizeof(texts) / sizeof(*texts)));
    tcase_add_test(tcase, test_integer);
    tcase_add_test(tcase, test_refused);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Expectations are what Go's math.Log answers. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* glibc's logarithm differs in the last bit at 3, 14, 48, 74 and 176. */
static const struct log_case {
    uint64_t n, bits;
} cases[] = {
    { 1ull, 0x0000000000000000 },
    { 2ull, 0x3fe62e42fefa39ef },
    { 3ull, 0x3ff193ea7aad030a },
    { 4ull, 0x3ff62e42fefa39ef },
    { 5ull, 0x3ff9c041f7ed8d33 },
    { 6ull, 0x3ffcab0bfa2a2002 },
    { 7ull, 0x3fff2272ae325a57 },
    { 8ull, 0x4000a2b23f3bab73 },
    { 10ull, 0x40026bb1bbb55516 },
    { 14ull, 0x40051cca16d7bba8 },
    { 48ull, 0x400ef8383c50bb74 },
    { 74ull, 0x4011375cd6fcab1c },
    { 100ull, 0x40126bb1bbb55516 },
    { 176ull, 0x4014ae935b3cb89e },
    { 1000ull, 0x401ba18a998fffa0 },
    { 1023ull, 0x401bb8d39eb37215 },
    { 1024ull, 0x401bb9d3beb8c86b },
    { 1025ull, 0x401bbad39ebe1cc1 },
    { 5002ull, 0x40210901f6dc84b9 },
    { 65536ull, 0x40262e42fefa39ef },
    { 1000000ull, 0x402ba18a998fffa0 },
    { 4294967295ull, 0x40362e42fef939ef },
    { 9007199254740993ull, 0x40425e4f7b2737fa },
    { 18446744073709551615ull, 0x40462e42fefa39ef },
};

START_TEST(test_log)
{
    const struct log_case *c = &cases[_i];
    double x = ro_log(c->n);
    uint64_t bits;
    memcpy(&bits, &x, sizeof(bits));
    ck_assert_msg(bits == c->bits, "ln %llu: 0x%016llx", (unsigned long long)c->n, (unsigned long long)bits);
}
END_TEST

/* cloneset.md 5.8: equal on paper, told apart by their last bits. */
START_TEST(test_last_bits)
{
    double a = 2 * ro_log(4), b = 2 * ro_log(6), c = 4 * ro_log(3), d = 6 * ro_log(6);
    double sum = a + b;
    sum += c;
    ck_assert(sum != d);
    ck_assert(sum - d < 1e-12 && d - sum < 1e-12);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("log");
    TCase *tcase = tcase_create("log");
    tcase_add_loop_test(tcase, test_log, 0, (int)(sizeof(cases) / sizeof(*cases)));
    tcase_add_test(tcase, test_last_bits);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/delay.h"

#define TERA INT64_C(1000000000000)

/* ---- single draws ---- */

static const struct random_case {
    uint64_t seed, what, who, number;
} numbers[] = {
    { 0, 0, 0, UINT64_C(0x238275bc38fcbe91) },  { 1, 2, 3, UINT64_C(0xd0734750fde362b3) },
    { 3, 2, 1, UINT64_C(0xd62a7f6e291fef64) },  { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_C(0x595b17f487c0e71b) },
    { 42, 0, 7, UINT64_C(0xa475db99d192c121) },
};

/* Three rounds of splitmix64, computed in Python. */
START_TEST(test_random)
{
    const struct random_case *c = &numbers[_i];
    ck_assert_uint_eq(ro_random(c->seed, c->what, c->who), c->number);
}
END_TEST

#define UNIFORM(a, b)     ROLLOUT_DELAY_UNIFORM, 0, a, b
#define EXPONENTIAL(a, b) ROLLOUT_DELAY_EXPONENTIAL, 0, a, b
#define PERCENTILES(a, b) ROLLOUT_DELAY_PERCENTILES, 0, a, b

/* Computed in Python: random * (b - a + 1) / 2^64 in integers; -a ln((random + 1)/2^64) with 50 digits; and the
 * log-normal from statistics.NormalDist().inv_cdf(), which a line between two elements of the table comes near to. */
static const struct draw_case {
    struct rollout_delay delay;
    uint64_t random;
    double drawn, within;
} draws[] = {
    { { ROLLOUT_DELAY_CONSTANT, 0, 0, 0 }, UINT64_MAX, 0, 0 },
    { { ROLLOUT_DELAY_CONSTANT, 0, 700, 0 }, 0, 700, 0 },
    { { ROLLOUT_DELAY_CONSTANT, 0, TERA, 0 }, 1, 1e12, 0 },
    { { UNIFORM(500, 1499) }, 0, 500, 0 },
    { { UNIFORM(500, 1499) }, UINT64_MAX >> 1, 999, 0 },
    { { UNIFORM(500, 1499) }, UINT64_C(1) << 63, 1000, 0 },
    { { UNIFORM(500, 1499) }, UINT64_MAX, 1499, 0 },
    { { UNIFORM(500, 1499) }, UINT64_C(0x238275bc38fcbe91), 638, 0 },
    { { UNIFORM(500, 500) }, UINT64_MAX, 500, 0 },
    { { UNIFORM(0, TERA) }, UINT64_C(0xd0734750fde362b3), 814259011530, 0 },
    { { UNIFORM(0, TERA) }, UINT64_MAX, 1e12, 0 },
    { { UNIFORM(TERA, TERA) }, UINT64_MAX, 1e12, 0 },
    { { EXPONENTIAL(0, 0) }, 0, 0, 0 },
    { { EXPONENTIAL(60000, 0) }, 0, 1200000, 0 },
    { { EXPONENTIAL(60000, 0) }, UINT64_C(1) << 63, 41589, 0 },
    { { EXPONENTIAL(60000, 0) }, UINT64_MAX, 0, 0 },
    { { EXPONENTIAL(60000, 0) }, UINT64_C(0x238275bc38fcbe91), 118522, 0 },
    { { EXPONENTIAL(60000, 90000) }, UINT64_C(0x238275bc38fcbe91), 90000, 0 },
    { { EXPONENTIAL(60000, 0) }, UINT64_C(0xa475db99d192c121), 26550, 0 },
    { { EXPONENTIAL(TERA, 0) }, 0, 20e12, 0 },
    { { EXPONENTIAL(TERA, TERA) }, 0, 1e12, 0 },
    { { EXPONENTIAL(TERA, 0) }, UINT64_C(0xd0734750fde362b3), 205476767611, 1e-9 },
    { { EXPONENTIAL(1, TERA) }, 0, 44, 0 }, /* 64 ln 2 = 44.36 */
    { { PERCENTILES(3000, 3000) }, 0, 3000, 0 },
    { { PERCENTILES(3000, 3000) }, UINT64_MAX >> 7, 3000, 0 },
    { { PERCENTILES(TERA, TERA) }, UINT64_C(1) << 63, 1e12, 0 },
    { { PERCENTILES(3000, 9000) }, 0, 7, 0 }, /* 6.97 */
    { { PERCENTILES(3000, 9000) }, UINT64_MAX >> 1, 3000, 0 },
    { { PERCENTILES(3000, 9000) }, UINT64_MAX, 3000, 0 },
    { { PERCENTILES(3000, 9000) }, UINT64_C(1) << 63, 1291201.2, 1e-5 },
    { { PERCENTILES(3000, 9000) }, UINT64_C(0x238275bc38fcbe91), 1452.33, 1e-3 },
    { { PERCENTILES(3000, 9000) }, UINT64_C(0xd0734750fde362b3), 4144.39, 1e-3 },
    { { PERCENTILES(3000, 9000) }, UINT64_C(0xa475db99d192c121), 6128.42, 1e-3 },
    { { PERCENTILES(1000000000, TERA) }, UINT64_C(0x238275bc38fcbe91), 1.04479e+07, 1e-3 },
    { { PERCENTILES(1000000000, TERA) }, UINT64_C(0xa475db99d192c121), 8.92525e+10, 1e-3 },
    { { PERCENTILES(1000000000, TERA) }, UINT64_C(1) << 63, 20e12, 0 },
    { { PERCENTILES(1, TERA) }, UINT64_C(1) << 63, 20e12, 0 },
    { { PERCENTILES(1, TERA) }, 0, 0, 0 },
    { { PERCENTILES(1, TERA) }, UINT64_MAX, 1, 0 },
};

START_TEST(test_draw)
{
    const struct draw_case *c = &draws[_i];
    ck_assert_int_eq(ro_delay_check(&c->delay, 0, NULL), ROLLOUT_OK);
    double drawn = (double)ro_delay_draw(&c->delay, c->random);
    ck_assert_msg(fabs(drawn - c->drawn) <= c->within * c->drawn, "%d: %f is not %f", _i, drawn, c->drawn);
}
END_TEST

/* ---- many draws ---- */

#define N 200000

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Quantiles of N draws in order, against those of the distribution. */
static const struct shape {
    struct rollout_delay delay;
    double mean, p5, p50, p95; /* mean 0: not looked at */
    int64_t least, most;
} shapes[] = {
    { { UNIFORM(100000, 300000) }, 200000, 110000, 200000, 290000, 100000, 300000 },
    { { EXPONENTIAL(60000, 0) }, 60000, 3077.6, 41588.8, 179744, 0, 1200000 },
    { { EXPONENTIAL(60000, 100000) }, 60000 * (1 - 0.188876), 3077.6, 41588.8, 100000, 0, 100000 },
    { { PERCENTILES(300000, 900000) }, 374990, 100000, 300000, 900000, 1, 20 * TERA },
    { { PERCENTILES(300000, 330000) }, 300504, 272727, 300000, 330000, 1, 20 * TERA },
    { { PERCENTILES(100000, 20000000) }, 0, 500, 100000, 20000000, 0, 20 * TERA },
};
/* exp(sigma^2 / 2) times the median: sigma = ln 3 / 1.6448536 = 0.667914; ln 1.1 / 1.6448536 = 0.0579446. */

START_TEST(test_shape)
{
    const struct shape *c = &shapes[_i];
    int64_t *drawn = malloc(N * sizeof *drawn);
    double sum = 0;
    ck_assert_ptr_nonnull(drawn);
    for (uint64_t i = 0; i < N; i++) {
        drawn[i] = ro_delay_draw(&c->delay, ro_random(7, 2, i));
        sum += (double)drawn[i];
    }
    qsort(drawn, N, sizeof *drawn, by_size);
    /* Of p5 and p95 the sample itself is off by so much that the widest one gets 4 %. */
    double near = c->mean == 0 ? 0.04 : 0.01;
    ck_assert_int_ge(drawn[0], c->least);
    ck_assert_int_le(drawn[N - 1], c->most);
    ck_assert_double_eq_tol((double)drawn[N / 20], c->p5, (near + 0.015) * c->p5);
    ck_assert_double_eq_tol((double)drawn[N / 2], c->p50, near * c->p50);
    ck_assert_double_eq_tol((double)drawn[N / 20 * 19], c->p95, near * c->p95);
    if (c->mean != 0)
        ck_assert_double_eq_tol(sum / N, c->mean, 0.01 * c->mean);
    free(drawn);
}
END_TEST

/* The normal distribution, as libm has it, between all elements of the table and at them. */
START_TEST(test_normal)
{
    static const struct rollout_delay delay = { PERCENTILES(1000000000, 2000000000) };
    for (int i = 0; i < 7 * 64; i++) {
        double log = (1 + i / 64.0) * (1 + i / 64.0), share = ldexp(exp2(-log + (int)log), 64 - (int)log);
        uint64_t random = i ? (uint64_t)share - 1 : UINT64_MAX >> 1;
        for (int side = 0; side < 2; side++) {
            double drawn = (double)ro_delay_draw(&delay, side ? random | UINT64_C(1) << 63 : random);
            double z = log2(drawn / 1e9) * 1.6448536269514722 * (side ? 1 : -1);
            double beyond = log2(erfc(z / sqrt(2)) / 2);
            ck_assert_msg(fabs(beyond + 64 - log2((double)random + 1)) < 0.0012, "%d: %f is beyond %f", i, log, beyond);
        }
    }
}
END_TEST

/* Larger numbers never give less beyond the median, nor on either side of it. */
START_TEST(test_monotone)
{
    static const struct rollout_delay rising = { PERCENTILES(3000, 9000) }, falling = { EXPONENTIAL(60000, 0) };
    int64_t low = 0, high = INT64_MAX, last = INT64_MAX;
    for (uint64_t i = 0; i < 100000; i++) {
        uint64_t side = i * (UINT64_MAX / 200000);
        int64_t below = ro_delay_draw(&rising, side), above = ro_delay_draw(&rising, side | UINT64_C(1) << 63);
        int64_t next = ro_delay_draw(&falling, 2 * side);
        ck_assert_int_ge(below, low);
        ck_assert_int_le(above, high);
        ck_assert_int_le(next, last);
        low = below, high = above, last = next;
    }
    ck_assert_int_le(low, 3000);
    ck_assert_int_ge(high, 3000);
}
END_TEST

/* Each of a few values alike, and neighbours in any of the three have nothing in common. */
START_TEST(test_even)
{
    static const struct rollout_delay die = { UNIFORM(1, 6) };
    uint32_t faces[3][6] = { { 0 } }, differ = 0;
    for (uint64_t i = 0; i < 60000; i++) {
        uint64_t r[3] = { ro_random(i, 1, 1), ro_random(1, i, 1), ro_random(1, 1, i) };
        for (int k = 0; k < 3; k++)
            faces[k][ro_delay_draw(&die, r[k]) - 1]++;
        for (uint64_t bits = ro_random(5, 1, i) ^ ro_random(5, 1, i + 1); bits; bits &= bits - 1)
            differ++;
    }
    for (int k = 0; k < 3; k++)
        for (int f = 0; f < 6; f++)
            ck_assert_uint_lt(faces[k][f] > 10000 ? faces[k][f] - 10000 : 10000 - faces[k][f], 400);
    ck_assert_double_eq_tol(differ / 60000.0, 32, 0.1);
}
END_TEST

/* ---- what is refused ---- */

static const struct refused {
    struct rollout_delay delay;
    int code;
    const char *field, *message;
} refusals[] = {
    { { 4, 0, 1, 1 }, ROLLOUT_ERR_INVALID, "delays[3].kind", "delays[3].kind: 4 is no kind of delay" },
    { { 0, 0, -1, 0 }, ROLLOUT_ERR_INVALID, "delays[3].a_ms", "delays[3].a_ms: -1 is not between 0 and 1000000000000" },
    { { 0, 0, TERA + 1, 0 },
      ROLLOUT_ERR_INVALID,
      "delays[3].a_ms",
      "delays[3].a_ms: 1000000000001 is not between 0 and 1000000000000" },
    { { EXPONENTIAL(1, -1) },
      ROLLOUT_ERR_INVALID,
      "delays[3].b_ms",
      "delays[3].b_ms: -1 is not between 0 and 1000000000000" },
    { { UNIFORM(0, TERA + 1) },
      ROLLOUT_ERR_INVALID,
      "delays[3].b_ms",
      "delays[3].b_ms: 1000000000001 is not between 0 and 1000000000000" },
    { { UNIFORM(5, 4) }, ROLLOUT_ERR_INVALID, "delays[3].b_ms", "delays[3].b_ms: 4 is less than a_ms" },
    { { PERCENTILES(5, 4) }, ROLLOUT_ERR_INVALID, "delays[3].b_ms", "delays[3].b_ms: 4 is less than a_ms" },
    { { PERCENTILES(0, 4) },
      ROLLOUT_ERR_INVALID,
      "delays[3].a_ms",
      "delays[3].a_ms: 0 is no median of a log-normal distribution" },
    { { 0, 1, 0, 0 }, ROLLOUT_ERR_ABI, "delays[3].reserved", "delays[3].reserved: not zero" },
    { { EXPONENTIAL(5, 4) }, ROLLOUT_OK, "", "" },
};

START_TEST(test_check)
{
    const struct refused *c = &refusals[_i];
    struct rollout_error error = { .struct_size = sizeof error };
    ck_assert_int_eq(ro_delay_check(&c->delay, 3, &error), c->code);
    ck_assert_str_eq(error.field, c->field);
    ck_assert_str_eq(error.message, c->message);
    if (c->code != ROLLOUT_OK)
        ck_assert_uint_eq(error.index, 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("delay");
    TCase *tcase = tcase_create("delay");
    suite_add_tcase(suite, tcase);
    tcase_add_loop_test(tcase, test_random, 0, sizeof numbers / sizeof *numbers);
    tcase_add_loop_test(tcase, test_draw, 0, sizeof draws / sizeof *draws);
    tcase_add_loop_test(tcase, test_shape, 0, sizeof shapes / sizeof *shapes);
    tcase_add_test(tcase, test_normal);
    tcase_add_test(tcase, test_monotone);
    tcase_add_test(tcase, test_even);
    tcase_add_loop_test(tcase, test_check, 0, sizeof refusals / sizeof *refusals);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

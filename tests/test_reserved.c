/* SPDX-License-Identifier: Apache-2.0 */
/* Reserved ordinals (statefulset.md 2.2): how they are read, and the range that is left. */
#include <check.h>
#include <string.h>

#include "rules/reserved.h"

#define TEXT(literal) { .kind = ROLLOUT_INTSTR_TEXT, .text = { literal, sizeof(literal) - 1 } }
#define NUMBER(n)     { .kind = ROLLOUT_INTSTR_INT, .count = (n) }

struct ranges {
    struct ro_ordinals items[8];
    size_t n;
};

static struct ranges read_all(const struct rollout_intstr *values, size_t count)
{
    struct ranges ranges;
    uint32_t order[16];
    ranges.n = ro_reserved_read(values, count, ranges.items, order);
    return ranges;
}

/* Sorted, and those that overlap or meet are one. */
START_TEST(test_merge)
{
    static const struct rollout_intstr values[] = {
        NUMBER(9), TEXT("3-5"), NUMBER(1), TEXT("4-4"), NUMBER(6), NUMBER(1)
    };
    struct ranges ranges = read_all(values, 6);
    ck_assert_uint_eq(ranges.n, 3);
    ck_assert_int_eq(ranges.items[0].first, 1);
    ck_assert_int_eq(ranges.items[0].last, 1);
    ck_assert_int_eq(ranges.items[1].first, 3);
    ck_assert_int_eq(ranges.items[1].last, 6);
    ck_assert_int_eq(ranges.items[2].first, 9);
    ck_assert_int_eq(ranges.items[2].last, 9);
    for (int ordinal = 0; ordinal <= 10; ordinal++)
        ck_assert_int_eq(ro_reserved_has(ranges.items, ranges.n, ordinal),
                         ordinal == 1 || (ordinal >= 3 && ordinal <= 6) || ordinal == 9);
}
END_TEST

/* Two pairs that change places. */
START_TEST(test_two_cycles)
{
    static const struct rollout_intstr values[] = { NUMBER(20), NUMBER(10), NUMBER(40), NUMBER(30) };
    struct ranges ranges = read_all(values, 4);
    ck_assert_uint_eq(ranges.n, 4);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(ranges.items[i].first, 10 * (i + 1));
}
END_TEST

static const struct {
    struct rollout_intstr value;
    int64_t first, last; /* first > last: none is reserved at all */
} texts[] = {
    { TEXT("0003-005"), 3, 5 },
    { TEXT("0-0"), 0, 0 },
    { TEXT("2147483647-2147483647"), 2147483647, 2147483647 },
    { TEXT("03-001"), 1, 0 },
    { TEXT("1-2-3"), 1, 0 },
    { TEXT("1-%"), 1, 0 },
    { TEXT("+1-2"), 1, 0 },
    { TEXT("1-+2"), 1, 0 },
    { TEXT("1-"), 1, 0 },
    { TEXT("-1"), 1, 0 },
    { TEXT("-"), 1, 0 },
    { TEXT(""), 1, 0 },
    { TEXT("7"), 1, 0 },
    { TEXT("a-b"), 1, 0 },
    { TEXT("1 - 2"), 1, 0 },
    { TEXT("1-99999999999999999999"), 1, 0 },
};

START_TEST(test_text)
{
    const struct rollout_intstr values[] = { NUMBER(0), texts[_i].value };
    struct ranges ranges = read_all(values, 2);
    if (texts[_i].first > texts[_i].last) {
        ck_assert_uint_eq(ranges.n, 0);
        return;
    }
    ck_assert_uint_ge(ranges.n, 1);
    ck_assert_int_eq(ranges.items[ranges.n - 1].last, texts[_i].last);
    ck_assert(ro_reserved_has(ranges.items, ranges.n, texts[_i].first));
    ck_assert_int_eq(ro_reserved_has(ranges.items, ranges.n, texts[_i].first - 1), texts[_i].first == 1);
    ck_assert(!ro_reserved_has(ranges.items, ranges.n, texts[_i].last + 1));
}
END_TEST

/* The loop of 2.2, step by step. */
static int64_t end_of(const struct ranges *ranges, int64_t start, int64_t replicas)
{
    int64_t end = start;
    for (int64_t n = 0; n < replicas; end++)
        n += !ro_reserved_has(ranges->items, ranges->n, end);
    return end;
}

START_TEST(test_range)
{
    static const struct rollout_intstr values[] = { TEXT("1-2"), NUMBER(4), TEXT("6-8"), NUMBER(11) };
    for (size_t count = 0; count <= 4; count++) {
        struct ranges ranges = read_all(values, count);
        for (int64_t start = 0; start < 13; start++)
            for (int64_t replicas = 0; replicas < 9; replicas++) {
                int64_t end = ro_reserved_end(ranges.items, ranges.n, start, replicas), ordinal = start, places = 0;
                size_t cursor = 0;
                ck_assert_int_eq(end, end_of(&ranges, start, replicas));
                for (; places < replicas; places++, ordinal++) {
                    ordinal = ro_reserved_skip(ranges.items, ranges.n, &cursor, ordinal);
                    ck_assert(!ro_reserved_has(ranges.items, ranges.n, ordinal));
                }
                ck_assert_int_eq(ordinal, end);
            }
    }
}
END_TEST

/* A range that reaches beyond all ordinals overflows nothing. */
START_TEST(test_far)
{
    const struct ro_ordinals all = { 0, INT64_MAX - 1 };
    ck_assert_int_eq(ro_reserved_end(&all, 1, 0, 1), INT64_MAX);
    ck_assert_int_eq(ro_reserved_end(&all, 1, 0, 0), 0);
    ck_assert_int_eq(ro_reserved_end(&all, 0, 5, 3), 8);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reserved");
    TCase *tcase = tcase_create("reserved");
    tcase_add_test(tcase, test_merge);
    tcase_add_test(tcase, test_two_cycles);
    tcase_add_loop_test(tcase, test_text, 0, sizeof texts / sizeof *texts);
    tcase_add_test(tcase, test_range);
    tcase_add_test(tcase, test_far);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

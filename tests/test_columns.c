/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "rules/columns.h"

/* Rows of columns, drawn so that the words they need differ. */
static const struct shape {
    const char *name;
    unsigned count;
    uint64_t masks[RO_COLUMNS_MAX], add;
} shapes[] = {
    { "one bit each", 8, { 1, 1, 1, 1, 1, 1, 1, 1 }, 0 },
    { "all equal", 3, { 0, 0, 0 }, 5 },
    { "all zero", 3, { 0, 0, 0 }, 0 },
    { "one wide column", 1, { UINT64_MAX }, 0 },
    { "exactly 64 bits", 2, { 0xffffffff, 0xffffffff }, 0 },
    { "one bit more", 3, { 1, 0x80000003, 0x80000001 }, 0 },
    { "wide but few", 3, { 0x8000000000000001u, 0x8000000000000001u, 3 }, 0 },
    { "wide last", 4, { 1, 3, 1, UINT64_MAX }, 0 },
    { "each its own word", 4, { 0x8000000000000000u, 0x8000000000000000u, 0x8000000000000000u, 7 }, 0 },
    { "up to the largest", 2, { 3, 3 }, UINT64_MAX - 3 },
};

static const size_t sizes[] = { 0, 1, 2, 17, 300, 5000 };

#define N_SHAPES (sizeof(shapes) / sizeof(*shapes))
#define N_SIZES  (sizeof(sizes) / sizeof(*sizes))
#define N_CASES  (N_SHAPES * N_SIZES)

struct rows {
    const struct shape *shape;
    uint64_t (*values)[RO_COLUMNS_MAX];
};

static const struct rows *sorted_rows; /* for qsort */

static int compare_rows(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    for (unsigned i = 0; i < sorted_rows->shape->count; i++) {
        uint64_t u = sorted_rows->values[*x][i], v = sorted_rows->values[*y][i];
        if (u != v)
            return u < v ? -1 : 1;
    }
    return *x < *y ? -1 : *x > *y;
}

static void touch(const void *context, const struct ro_keyed *item)
{
    const struct rows *rows = context;
    RO_PREFETCH(rows->values[item->index]);
}

/* Leaves something to be seen by read, so that loading again is tested too. */
static void load(const void *context, struct ro_keyed *item)
{
    const struct rows *rows = context;
    item->key = rows->values[item->index][0];
    item->pad = item->index ^ 0x55;
}

static void read(const void *context, const struct ro_keyed *item, uint64_t *columns)
{
    const struct rows *rows = context;
    ck_assert_uint_eq(item->pad, item->index ^ 0x55);
    memcpy(columns, rows->values[item->index], sizeof(*rows->values));
    columns[0] = item->key;
}

START_TEST(test_select)
{
    const struct shape *shape = &shapes[(size_t)_i / N_SIZES];
    size_t n = sizes[(size_t)_i % N_SIZES], ks[] = { 0, 1, n / 3, n };
    struct rows rows = { shape, malloc((n + 1) * sizeof(*rows.values)) };
    struct ro_keyed *items = malloc((n + 1) * 2 * sizeof(*items));
    uint32_t *expected = malloc((n + 1) * sizeof(*expected));
    uint64_t state = 88172645463325252u;
    for (size_t i = 0; i < n; i++) {
        expected[i] = (uint32_t)i;
        for (unsigned j = 0; j < shape->count; j++) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            rows.values[i][j] = ((state * 2685821657736338717u >> 7 | state << 57) & shape->masks[j]) + shape->add;
        }
    }
    sorted_rows = &rows;
    qsort(expected, n, sizeof(*expected), compare_rows);
    for (size_t j = 0; j < sizeof(ks) / sizeof(*ks); j++) {
        uint8_t *seen = calloc(n + 1, 1);
        for (size_t i = 0; i < n; i++)
            items[i] = (struct ro_keyed){ .index = (uint32_t)i };
        ro_columns_select(&rows, touch, load, read, shape->count, NULL, items, n, ks[j], items + n);
        for (size_t i = 0; i < ks[j] && i < n; i++)
            ck_assert_msg(items[i].index == expected[i], "%s, %zu of %zu: place %zu", shape->name, ks[j], n, i);
        for (size_t i = 0; i < n; i++)
            ck_assert_uint_eq(seen[items[i].index]++, 0);
        free(seen);
    }
    free(rows.values);
    free(items);
    free(expected);
}
END_TEST

/* Facts in their order. */
START_TEST(test_values)
{
    static const int64_t first_to_last[] = { 0, INT64_MAX, 1700000000001, 1700000000000, 1, -1, INT64_MIN };
    static const int64_t rising[] = { INT64_MIN, -1, 0, 1, INT64_MAX };
    for (size_t i = 1; i < sizeof(first_to_last) / sizeof(*first_to_last); i++)
        ck_assert_uint_lt(ro_later_first(first_to_last[i - 1]), ro_later_first(first_to_last[i]));
    for (size_t i = 1; i < sizeof(rising) / sizeof(*rising); i++) {
        ck_assert_uint_lt(ro_smaller_first(rising[i - 1]), ro_smaller_first(rising[i]));
        ck_assert_uint_gt(ro_greater_first(rising[i - 1]), ro_greater_first(rising[i]));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("columns");
    TCase *tcase = tcase_create("columns");
    tcase_add_loop_test(tcase, test_select, 0, (int)N_CASES);
    tcase_add_test(tcase, test_values);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

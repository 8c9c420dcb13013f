/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/sort.h"

/* Sizes around each change of method. */
static const size_t sizes[] = { 0, 1, 2, 3, 23, 24, 25, 255, 4096, 4097, 20000 };

/* How keys are drawn. */
static const struct mix {
    const char *name;
    uint64_t mask, add;
} mixes[] = {
    { "all equal", 0, 7 },
    { "two values", 1, 0 },
    { "few", 0x1f, 0 },
    { "far apart", 0x8000000000000001u, 0 },
    { "holes", 0x0f0000f0000f00f0u, 0 },
    { "any", UINT64_MAX, 0 },
    { "times", 0xfffffff8, 1700000000000 },
};

#define N_SIZES (sizeof(sizes) / sizeof(*sizes))
#define N_MIXES (sizeof(mixes) / sizeof(*mixes))
#define N_CASES (N_SIZES * N_MIXES)

static uint64_t next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static struct ro_keyed *draw(size_t n, const struct mix *mix)
{
    uint64_t state = 88172645463325252u + n;
    struct ro_keyed *items = calloc((n + 1), sizeof(*items));
    for (size_t i = 0; i < n; i++)
        items[i] = (struct ro_keyed){ (next(&state) & mix->mask) + mix->add, (uint32_t)i, ~(uint32_t)i };
    return items;
}

static int compare_items(const void *a, const void *b)
{
    const struct ro_keyed *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

static void assert_same(const struct ro_keyed *a, const struct ro_keyed *b, size_t n)
{
    size_t i = 0;
    while (i < n && a[i].index == b[i].index && a[i].key == b[i].key && a[i].pad == ~a[i].index)
        i++;
    ck_assert_uint_eq(i, n); /* once: an assertion takes longer than a comparison */
}

/* The rest, from FROM, lies as it came. */
static void assert_untouched(const struct ro_keyed *items, size_t from, size_t n)
{
    size_t i = from + 1;
    while (i < n && items[i - 1].index < items[i].index)
        i++;
    ck_assert_uint_ge(i, n);
}

START_TEST(test_sort)
{
    size_t n = sizes[_i % N_SIZES];
    struct ro_keyed *items = draw(n, &mixes[_i / N_SIZES]), *expected = draw(n, &mixes[_i / N_SIZES]);
    struct ro_keyed *scratch = malloc((n + 1) * sizeof(*scratch));
    ro_sort_keyed(items, n, scratch);
    qsort(expected, n, sizeof(*expected), compare_items);
    assert_same(items, expected, n);
    free(items);
    free(expected);
    free(scratch);
}
END_TEST

START_TEST(test_select)
{
    size_t n = sizes[_i % N_SIZES], ks[] = { 0, 1, 2, n / 10, n / 2, n > 0 ? n - 1 : 0, n, n + 5 };
    const struct mix *mix = &mixes[_i / N_SIZES];
    struct ro_keyed *expected = draw(n, mix), *scratch = malloc((n + 1) * sizeof(*scratch));
    qsort(expected, n, sizeof(*expected), compare_items);
    for (size_t j = 0; j < sizeof(ks) / sizeof(*ks); j++) {
        size_t k = ks[j] < n ? ks[j] : n, tied = k;
        struct ro_keyed *items = draw(n, mix);
        ro_select_keyed(items, n, ks[j], scratch);
        assert_same(items, expected, k);
        assert_untouched(items, k, n);
        free(items);

        items = draw(n, mix);
        while (k > 0 && tied < n && expected[tied].key == expected[k - 1].key)
            tied++;
        ck_assert_uint_eq(ro_select_tied(items, n, ks[j], scratch), tied);
        assert_same(items, expected, tied);
        assert_untouched(items, tied, n);
        free(items);
    }
    free(expected);
    free(scratch);
}
END_TEST

static int compare_keys(const void *context, uint32_t a, uint32_t b)
{
    const struct ro_keyed *items = context;
    return items[a].key < items[b].key ? -1 : items[a].key > items[b].key;
}

START_TEST(test_merge)
{
    size_t n = sizes[_i % N_SIZES];
    struct ro_keyed *items = draw(n, &mixes[_i / N_SIZES]), *expected = draw(n, &mixes[_i / N_SIZES]);
    uint32_t *indices = malloc((n + 1) * 2 * sizeof(*indices));
    for (size_t i = 0; i < n; i++)
        indices[i] = (uint32_t)i;
    ro_sort_indices(indices, n, indices + n, compare_keys, items);
    qsort(expected, n, sizeof(*expected), compare_items);
    size_t same = 0;
    while (same < n && indices[same] == expected[same].index)
        same++;
    ck_assert_uint_eq(same, n);
    free(items);
    free(expected);
    free(indices);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sort");
    TCase *tcase = tcase_create("sort");
    tcase_add_loop_test(tcase, test_sort, 0, N_CASES);
    tcase_add_loop_test(tcase, test_select, 0, N_CASES);
    tcase_add_loop_test(tcase, test_merge, 0, N_CASES);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

START_TEST(test_layout)
{
    struct ro_layout layout = { 0 };
    size_t first = ro_layout_add(&layout, 3, 1);
    size_t second = ro_layout_add(&layout, 2, sizeof(double));
    size_t third = ro_layout_add(&layout, 0, 8);
    size_t fourth = ro_layout_add(&layout, 1, 1);
    ck_assert_uint_eq(first, 0);
    ck_assert_uint_ge(second, first + 3);
    ck_assert_uint_ge(third, second + 2 * sizeof(double));
    ck_assert_uint_eq(fourth, third);
    ck_assert_uint_ge(layout.size, fourth + 1);
    ck_assert_uint_eq(second % alignof(max_align_t), 0);
    ck_assert_uint_eq(fourth % alignof(max_align_t), 0);
    char *block = ro_layout_alloc(&layout);
    ck_assert_ptr_nonnull(block);
    memset(block, 1, layout.size);
    free(block);
}
END_TEST

START_TEST(test_layout_empty)
{
    struct ro_layout layout = { 0 };
    void *block = ro_layout_alloc(&layout);
    ck_assert_ptr_nonnull(block);
    free(block);
}
END_TEST

static const struct {
    size_t before, count, size;
} overflows[] = {
    { 0, SIZE_MAX, 2 },     { 0, 2, SIZE_MAX },       { 0, SIZE_MAX / 2 + 1, 2 }, { 0, SIZE_MAX, 1 },
    { 0, 1, SIZE_MAX - 3 }, { 64, 1, SIZE_MAX - 63 }, { 64, SIZE_MAX / 16, 16 },
};

START_TEST(test_layout_overflow)
{
    struct ro_layout layout = { 0 };
    ro_layout_add(&layout, overflows[_i].before, 1);
    ck_assert(!layout.overflow);
    ro_layout_add(&layout, overflows[_i].count, overflows[_i].size);
    ck_assert(layout.overflow);
    ro_layout_add(&layout, 1, 1); /* sticky */
    ck_assert(layout.overflow);
    ck_assert_ptr_null(ro_layout_alloc(&layout));
}
END_TEST

START_TEST(test_arena)
{
    enum { PLACES = 3000 };
    struct ro_arena arena = { 0 };
    unsigned char **places = malloc(PLACES * sizeof(*places));
    ck_assert_ptr_nonnull(places);
    for (size_t i = 0; i < PLACES; i++) {
        size_t size = i % 700 == 699 ? 100000 : i % 37;
        places[i] = ro_arena_alloc(&arena, size, 1);
        ck_assert_ptr_nonnull(places[i]);
        ck_assert_uint_eq((uintptr_t)places[i] % alignof(max_align_t), 0);
        for (size_t b = 0; b < size; b++)
            ck_assert_uint_eq(places[i][b], 0);
        memset(places[i], (int)(i % 251), size);
    }
    /* Nobody wrote into another's place. */
    for (size_t i = 0; i < PLACES; i++)
        for (size_t b = 0, size = i % 700 == 699 ? 100000 : i % 37; b < size; b++)
            ck_assert_uint_eq(places[i][b], i % 251);
    ck_assert(!arena.failed);
    free(places);
    ro_arena_free(&arena);
    ck_assert_ptr_null(arena.chunks);
    ro_arena_free(&arena);
}
END_TEST

START_TEST(test_arena_overflow)
{
    struct ro_arena arena = { 0 };
    ck_assert_ptr_nonnull(ro_arena_alloc(&arena, 1, 8));
    ck_assert_ptr_null(ro_arena_alloc(&arena, overflows[_i].count, overflows[_i].size));
    ck_assert(arena.failed);
    ck_assert_ptr_nonnull(ro_arena_alloc(&arena, 1, 8)); /* the flag stays */
    ck_assert(arena.failed);
    ro_arena_free(&arena);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("memory");
    TCase *tcase = tcase_create("memory");
    tcase_add_test(tcase, test_layout);
    tcase_add_test(tcase, test_layout_empty);
    tcase_add_loop_test(tcase, test_layout_overflow, 0, sizeof(overflows) / sizeof(*overflows));
    tcase_add_test(tcase, test_arena);
    /* The last two only overflow a block that holds something. */
    tcase_add_loop_test(tcase, test_arena_overflow, 0, sizeof(overflows) / sizeof(*overflows) - 2);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/abi.h"

/* What this library knows; an older caller had a and b, a newer one has d as well. */
struct known {
    uint32_t struct_size;
    uint32_t a;
    uint64_t b;
    uint64_t c;
};
struct newer {
    struct known known;
    uint64_t d;
};

static const struct struct_case {
    const char *name;
    uint32_t size;
    uint64_t d;
    int r;
    uint64_t b, c;
    const char *message;
} struct_cases[] = {
    { "as it is", sizeof(struct known), 0, ROLLOUT_OK, 2, 3, "" },
    { "older by one field", 16, 0, ROLLOUT_OK, 2, 0, "" },
    { "older by two fields", 8, 0, ROLLOUT_OK, 0, 0, "" },
    { "ends within a field, which may be a pointer", 12, 0, ROLLOUT_ERR_ABI, 9, 9, "spec: struct_size 12 is none" },
    { "newer, field unset", sizeof(struct newer), 0, ROLLOUT_OK, 2, 3, "" },
    { "newer, field set", sizeof(struct newer), 1, ROLLOUT_ERR_ABI, 9, 9,
      "spec: sets a field that this version does not know" },
    { "newer, last byte set", sizeof(struct newer), UINT64_C(1) << 63, ROLLOUT_ERR_ABI, 9, 9,
      "spec: sets a field that this version does not know" },
    { "size 0", 0, 0, ROLLOUT_ERR_ABI, 9, 9, "spec: struct_size 0 is none" },
    { "size 4", 4, 0, ROLLOUT_ERR_ABI, 9, 9, "spec: struct_size 4 is none" },
    { "size 7", 7, 0, ROLLOUT_ERR_ABI, 9, 9, "spec: struct_size 7 is none" },
    { "size beyond all reason", 65540, 0, ROLLOUT_ERR_ABI, 9, 9, "spec: struct_size 65540 is none" },
    { "size never set", 0xfffffffc, 0, ROLLOUT_ERR_ABI, 9, 9, "spec: struct_size 4294967292 is none" },
    { "size 18", 18, 0, ROLLOUT_ERR_ABI, 9, 9, "spec: struct_size 18 is none" },
};

START_TEST(test_struct)
{
    const struct struct_case *c = &struct_cases[_i];
    struct newer in = { .known = { .struct_size = c->size, .a = 1, .b = 2, .c = 3 }, .d = c->d };
    struct known out = { .struct_size = 9, .a = 9, .b = 9, .c = 9 };
    struct rollout_error error = { .struct_size = sizeof(error) };
    /* No byte beyond the caller's size is read. */
    size_t room = c->size < 4 || c->size > sizeof in ? 4 : c->size;
    char *given = malloc(room);
    ck_assert_ptr_nonnull(given);
    memcpy(given, &in, room);
    int r = ro_abi_struct(given, &out, sizeof(out), "spec", &error);
    free(given);
    ck_assert_int_eq(r, c->r);
    ck_assert_str_eq(error.message, c->message);
    if (r == ROLLOUT_OK) {
        ck_assert_uint_eq(out.struct_size, sizeof(out));
        ck_assert_uint_eq(out.a, 1);
    } else {
        ck_assert_int_eq(error.code, ROLLOUT_ERR_ABI);
        ck_assert_str_eq(error.field, "spec");
        ck_assert_uint_eq(out.a, 9);
    }
    ck_assert_msg(out.b == c->b && out.c == c->c, "%s", c->name);
}
END_TEST

START_TEST(test_struct_null)
{
    struct known out;
    struct rollout_error error = { .struct_size = sizeof(error) };
    ck_assert_int_eq(ro_abi_struct(NULL, &out, sizeof(out), "workload", &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "workload: NULL");
    ck_assert_int_eq(ro_abi_struct(NULL, &out, sizeof(out), "workload", NULL), ROLLOUT_ERR_INVALID);
}
END_TEST

struct item {
    uint64_t a, b;
};

START_TEST(test_array_same)
{
    struct item items[3] = { { 1, 2 }, { 3, 4 }, { 5, 6 } };
    struct ro_abi_array got = { 0 };
    ck_assert_int_eq(ro_abi_array(items, 3, sizeof(*items), sizeof(*items), "pods", &got, NULL), ROLLOUT_OK);
    ck_assert_ptr_eq(got.items, items);
    ck_assert_uint_eq(got.count, 3);
    ck_assert_uint_eq(got.stride, sizeof(*items));
    ck_assert_ptr_null(got.copy);
}
END_TEST

START_TEST(test_array_older)
{
    uint64_t items[3] = { 1, 3, 5 };
    struct ro_abi_array got = { 0 };
    ck_assert_int_eq(ro_abi_array(items, 3, sizeof(*items), sizeof(struct item), "pods", &got, NULL), ROLLOUT_OK);
    ck_assert_ptr_nonnull(got.copy);
    ck_assert_ptr_eq(got.items, got.copy);
    ck_assert_uint_eq(got.count, 3);
    ck_assert_uint_eq(got.stride, sizeof(struct item));
    const struct item *wide = got.copy;
    for (size_t i = 0; i < 3; i++) {
        ck_assert_uint_eq(wide[i].a, items[i]);
        ck_assert_uint_eq(wide[i].b, 0);
    }
    free(got.copy);
}
END_TEST

START_TEST(test_array_newer)
{
    struct wide {
        struct item item;
        uint64_t c;
    } items[3] = { { { 1, 2 }, 0 }, { { 3, 4 }, 0 }, { { 5, 6 }, 0 } };
    struct ro_abi_array got = { 0 };
    struct rollout_error error = { .struct_size = sizeof(error) };
    ck_assert_int_eq(ro_abi_array(items, 3, sizeof(*items), sizeof(struct item), "pods", &got, &error), ROLLOUT_OK);
    ck_assert_ptr_eq(got.items, items);
    ck_assert_uint_eq(got.stride, sizeof(*items));
    ck_assert_ptr_null(got.copy);

    items[2].c = 1;
    ck_assert_int_eq(ro_abi_array(items, 3, sizeof(*items), sizeof(struct item), "pods", &got, &error),
                     ROLLOUT_ERR_ABI);
    ck_assert_uint_eq(error.index, 2);
    ck_assert_str_eq(error.field, "pods");
    ck_assert_str_eq(error.message, "pods[2]: sets a field that this version does not know");
}
END_TEST

static const struct array_case {
    bool null;
    size_t count, stride;
    int r;
    const char *message;
} array_cases[] = {
    { true, 0, 0, ROLLOUT_OK, "" },
    { false, 0, 5, ROLLOUT_OK, "" },
    { true, 1, 16, ROLLOUT_ERR_INVALID, "pods: is NULL with a count of 1" },
    { false, 1, 0, ROLLOUT_ERR_ABI, "pods: stride 0 is none" },
    { false, 1, 4, ROLLOUT_ERR_ABI, "pods: stride 4 is none" },
    { false, 1, 20, ROLLOUT_ERR_ABI, "pods: stride 20 is none" },
    { false, UINT32_MAX, 16, ROLLOUT_ERR_INVALID, "pods: 4294967295 elements are too many" },
    { false, SIZE_MAX, 16, ROLLOUT_ERR_INVALID, "pods: 18446744073709551615 elements are too many" },
    { false, 1, 65544, ROLLOUT_ERR_ABI, "pods: stride 65544 is none" }, /* a tail that long is nobody's */
    { false, 1, SIZE_MAX - 7, ROLLOUT_ERR_ABI, "pods: stride 18446744073709551608 is none" },
};

START_TEST(test_array_bad)
{
    const struct array_case *c = &array_cases[_i];
    struct item item = { 1, 2 };
    struct ro_abi_array got = { .count = 77 };
    struct rollout_error error = { .struct_size = sizeof(error) };
    if (sizeof(size_t) < 8 && _i >= 7)
        return; /* the numbers in the messages are those of 64 bits */
    ck_assert_int_eq(ro_abi_array(c->null ? NULL : &item, c->count, c->stride, sizeof(item), "pods", &got, &error),
                     c->r);
    ck_assert_str_eq(error.message, c->message);
    ck_assert_uint_eq(got.count, c->r == ROLLOUT_OK ? 0 : 77);
    ck_assert_ptr_null(got.copy);
}
END_TEST

START_TEST(test_zero)
{
    char bytes[16] = { 0 };
    ck_assert_int_eq(ro_abi_zero(bytes, sizeof(bytes)), 1);
    ck_assert_int_eq(ro_abi_zero(NULL, 0), 1);
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (char)0x80;
        ck_assert_int_eq(ro_abi_zero(bytes, sizeof(bytes)), 0);
        ck_assert_int_eq(ro_abi_zero(bytes, i), 1);
        bytes[i] = 0;
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("abi");
    TCase *tcase = tcase_create("abi");
    tcase_add_loop_test(tcase, test_struct, 0, sizeof(struct_cases) / sizeof(*struct_cases));
    tcase_add_test(tcase, test_struct_null);
    tcase_add_test(tcase, test_array_same);
    tcase_add_test(tcase, test_array_older);
    tcase_add_test(tcase, test_array_newer);
    tcase_add_loop_test(tcase, test_array_bad, 0, sizeof(array_cases) / sizeof(*array_cases));
    tcase_add_test(tcase, test_zero);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

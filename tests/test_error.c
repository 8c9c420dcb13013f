/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/str.h"
#include "base/tree.h"

START_TEST(test_record)
{
    struct rollout_error error;
    memset(&error, 0x55, sizeof(error));
    error.struct_size = sizeof(error);
    ck_assert_int_eq(ro_error(&error, ROLLOUT_ERR_INVALID, "spec.replicas", "spec.replicas: %d is negative", -3),
                     ROLLOUT_ERR_INVALID);
    ck_assert_uint_eq(error.struct_size, sizeof(error));
    ck_assert_int_eq(error.code, ROLLOUT_ERR_INVALID);
    ck_assert_uint_eq(error.index, ROLLOUT_NONE);
    ck_assert_uint_eq(error.line, 0);
    ck_assert_uint_eq(error.column, 0);
    ck_assert_uint_eq(error.reserved, 0);
    ck_assert_str_eq(error.field, "spec.replicas");
    ck_assert_str_eq(error.value, "");
    ck_assert_str_eq(error.message, "spec.replicas: -3 is negative");

    ck_assert_int_eq(ro_error_at(&error, ROLLOUT_ERR_ABI, 7, NULL, "pods[%d]: is odd", 7), ROLLOUT_ERR_ABI);
    ck_assert_uint_eq(error.index, 7);
    ck_assert_str_eq(error.field, "");
    ck_assert_str_eq(error.message, "pods[7]: is odd");

    ck_assert_int_eq(ro_error_nomem(&error), ROLLOUT_ERR_NOMEM);
    ck_assert_int_eq(error.code, ROLLOUT_ERR_NOMEM);
    ck_assert_str_eq(error.message, "out of memory");

    ck_assert_int_eq(ro_error(&error, ROLLOUT_ERR_IO, NULL, NULL), ROLLOUT_ERR_IO);
    ck_assert_str_eq(error.message, "");
}
END_TEST

START_TEST(test_no_record)
{
    ck_assert_int_eq(ro_error(NULL, ROLLOUT_ERR_INVALID, "a", "%s", "b"), ROLLOUT_ERR_INVALID);
    ck_assert_int_eq(ro_error_at(NULL, ROLLOUT_ERR_ABI, 1, "a", "%s", "b"), ROLLOUT_ERR_ABI);
    ck_assert_int_eq(ro_error_value(NULL, NULL, NULL, "%s", "b"), ROLLOUT_ERR_INVALID);
    ck_assert_int_eq(ro_error_nomem(NULL), ROLLOUT_ERR_NOMEM);
}
END_TEST

/* Of an older caller's record, only fields that lie in it wholly. */
START_TEST(test_sizes)
{
    static const size_t ends[] = { 4, 8, 12, 16, 20, 24, 216, 312, 632 };
    struct rollout_error full = { .struct_size = sizeof(full) };
    struct rollout_node value = { .kind = ROLLOUT_NODE_INTEGER, .size = 1, .integer = 12 };
    struct ro_path path = { .key = RO_STR("replicas") };
    ck_assert_uint_eq(sizeof(full), 632);
    ro_error_value(&full, &path, &value, "is odd");

    size_t size = (size_t)_i;
    size_t end = 4;
    for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
        if (ends[i] <= size)
            end = ends[i];
    size_t room = size > sizeof(full) ? size : sizeof(full);
    unsigned char *bytes = malloc(room + 8);
    ck_assert_ptr_nonnull(bytes);
    memset(bytes, 0xaa, room + 8);
    uint32_t tag = (uint32_t)size;
    memcpy(bytes, &tag, sizeof(tag));
    ro_error_value((struct rollout_error *)(void *)bytes, &path, &value, "is odd");
    ck_assert(memcmp(bytes, &tag, sizeof(tag)) == 0);
    ck_assert(memcmp(bytes + 4, (char *)&full + 4, end - 4) == 0);
    for (size_t i = end; i < room + 8; i++)
        ck_assert_uint_eq(bytes[i], i >= sizeof(full) && i < size ? 0 : 0xaa);
    free(bytes);
}
END_TEST

#define X10  "xxxxxxxxxx"
#define X100 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10

START_TEST(test_cut)
{
    struct rollout_error error = { .struct_size = sizeof(error) };
    ro_error(&error, ROLLOUT_ERR_INVALID, X100 X100, "%s", X100 X100 X100 X10 "xxxxxxxxx");
    ck_assert_str_eq(error.field, X100 X10 X10 X10 X10 X10 X10 X10 X10 "xxxxxxxx...");
    ck_assert_uint_eq(strlen(error.field), 191);
    ck_assert_str_eq(error.message, X100 X100 X100 X10 "xxxxxxxxx"); /* 319 bytes: all there */

    ro_error(&error, ROLLOUT_ERR_INVALID, X100 X10 X10 X10 X10 X10 X10 X10 X10 X10 "x", "%s", X100 X100 X100 X10 X10);
    ck_assert_str_eq(error.field, X100 X10 X10 X10 X10 X10 X10 X10 X10 X10 "x"); /* 191 bytes: all there */
    ck_assert_str_eq(error.message, X100 X100 X100 X10 "xxxxxx...");
    ck_assert_uint_eq(strlen(error.message), 319);

    /* Two-byte letters, on either side of the cut. */
    ro_error(&error, ROLLOUT_ERR_INVALID, NULL, "%s%s", X100 X100 X100 X10 "xxxxx", "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9");
    ck_assert_str_eq(error.message, X100 X100 X100 X10 "xxxxx...");
    ro_error(&error, ROLLOUT_ERR_INVALID, NULL, "%s%s", X100 X100 X100 X10 "xxxx", "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9");
    ck_assert_str_eq(error.message, X100 X100 X100 X10 "xxxx\xc3\xa9...");

    ro_error(&error, ROLLOUT_ERR_INVALID, NULL, "a\nb\x7f%s", "\x01");
    ck_assert_str_eq(error.message, "a?b??");
}
END_TEST

static const struct path_case {
    const char *steps[6]; /* "#n" is an index */
    const char *field;
} path_cases[] = {
    { { 0 }, "" },
    { { "spec", "template", "spec", "containers", "#0", "image" }, "spec.template.spec.containers[0].image" },
    { { "#0" }, "[0]" },
    { { "#12", "#3", "a" }, "[12][3].a" },
    { { "metadata", "labels", "a.b/c" }, "metadata.labels[\"a.b/c\"]" },
    { { "a.b", "c" }, "[\"a.b\"].c" },
    { { "a", "" }, "a[\"\"]" },
    { { "a-b", "c_d", "$e", "F9" }, "a-b.c_d.$e.F9" },
    { { "a b", "q\"\\\n", "\xc3\xa9", "\xff", "<" },
      "[\"a b\"][\"q\\\"\\\\\\n\"][\"\xc3\xa9\"][\"\\ufffd\"][\"\\u003c\"]" },
    /* 191 bytes, the most that fits, in both spellings; then one more. */
    { { X100, X10 X10 X10 X10 X10 X10 X10 X10 X10 }, X100 "." X10 X10 X10 X10 X10 X10 X10 X10 X10 },
    { { X100, X10 X10 X10 X10 X10 X10 X10 X10 X10 "x" }, X100 "." X10 X10 X10 X10 X10 X10 X10 X10 "xxxxxxx..." },
    { { X100, "." X10 X10 X10 X10 X10 X10 X10 X10 "xxxxxx" }, X100 "[\"." X10 X10 X10 X10 X10 X10 X10 X10 "xxxxxx\"]" },
    { { X100, "." X10 X10 X10 X10 X10 X10 X10 X10 X10 }, X100 "[\"." X10 X10 X10 X10 X10 X10 X10 X10 "xxxxx..." },
    { { X100, X100, "a.b", "#7", X100 }, X100 "." X10 X10 X10 X10 X10 X10 X10 X10 "xxxxxxx..." },
    { { X100, X10 X10 X10 X10 X10 X10 X10 X10 "xxxxxx", "\xc3\xa9" },
      X100 "." X10 X10 X10 X10 X10 X10 X10 X10 "xxxxxx[..." },
    /* The cut, at byte 188, falls within a letter: one byte less. */
    { { X100, X10 X10 X10 X10 X10 X10 X10 X10 "xxxx", "\xc3\xa9z" },
      X100 "." X10 X10 X10 X10 X10 X10 X10 X10 "xxxx[\"..." },
};

START_TEST(test_path)
{
    const struct path_case *c = &path_cases[_i];
    struct ro_path steps[6];
    size_t n = 0;
    for (; n < 6 && c->steps[n]; n++) {
        const char *step = c->steps[n];
        steps[n] = (struct ro_path){ .up = n ? &steps[n - 1] : NULL };
        if (step[0] == '#')
            steps[n].index = (size_t)atoi(step + 1);
        else
            steps[n].key = (struct rollout_str){ step, strlen(step) };
    }
    struct rollout_error error = { .struct_size = sizeof(error) };
    char message[400];
    ck_assert_int_eq(ro_error_value(&error, n ? &steps[n - 1] : NULL, NULL, "is %s", "odd"), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.field, c->field);
    ck_assert_str_eq(error.value, "");
    snprintf(message, sizeof(message), "%s%sis odd", c->field, *c->field ? ": " : "");
    ck_assert_str_eq(error.message, message);
    ck_assert_uint_eq(error.index, ROLLOUT_NONE);
}
END_TEST

START_TEST(test_path_index)
{
    struct rollout_error error = { .struct_size = sizeof(error) };
    struct ro_path path = { .index = UINT32_MAX };
    ro_error_value(&error, &path, NULL, "x");
    ck_assert_str_eq(error.field, "[4294967295]");
}
END_TEST

#define E10 "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"

static const struct value_case {
    struct rollout_node node;
    const char *value;
} value_cases[] = {
    { { .kind = ROLLOUT_NODE_INTEGER, .size = 1, .integer = -3 }, "-3" },
    { { .kind = ROLLOUT_NODE_NULL, .size = 1 }, "null" },
    { { .kind = ROLLOUT_NODE_TEXT, .size = 1, .text = { "20%", 3 } }, "\"20%\"" },
    { { .kind = ROLLOUT_NODE_TEXT, .size = 1, .text = { X100, 93 } },
      "\"" X10 X10 X10 X10 X10 X10 X10 X10 X10 "xxx\"" }, /* 95 bytes: all there */
    { { .kind = ROLLOUT_NODE_TEXT, .size = 1, .text = { X100, 94 } }, "\"" X10 X10 X10 X10 X10 X10 X10 X10 X10 "x..." },
    { { .kind = ROLLOUT_NODE_TEXT, .size = 1, .text = { X100 X100, 200 } },
      "\"" X10 X10 X10 X10 X10 X10 X10 X10 X10 "x..." },
    /* The cut, at byte 92, falls within a letter: one byte less. */
    { { .kind = ROLLOUT_NODE_TEXT, .size = 1, .text = { E10 E10 E10 E10 E10, 100 } },
      "\"" E10 E10 E10 E10 "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9..." },
    { { .kind = ROLLOUT_NODE_TEXT, .size = 1, .text = { "x" E10 E10 E10 E10 E10, 101 } },
      "\"x" E10 E10 E10 E10 "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9..." },
};

START_TEST(test_value)
{
    struct rollout_error error = { .struct_size = sizeof(error) };
    struct ro_path path = { .key = RO_STR("a") };
    ro_error_value(&error, &path, &value_cases[_i].node, "is odd");
    ck_assert_str_eq(error.value, value_cases[_i].value);
    ck_assert_str_eq(error.message, "a: is odd");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("error");
    TCase *tcase = tcase_create("error");
    tcase_add_test(tcase, test_record);
    tcase_add_test(tcase, test_no_record);
    tcase_add_loop_test(tcase, test_sizes, 0, sizeof(struct rollout_error) + 20);
    tcase_add_test(tcase, test_cut);
    tcase_add_loop_test(tcase, test_path, 0, sizeof(path_cases) / sizeof(*path_cases));
    tcase_add_test(tcase, test_path_index);
    tcase_add_loop_test(tcase, test_value, 0, sizeof(value_cases) / sizeof(*value_cases));
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

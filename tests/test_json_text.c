/* SPDX-License-Identifier: Apache-2.0 */
/* JSON within annotations: as RFC 8259 says it is and Go's decoder reads it, and RFC 7396 as upstream's library does. */
#include <check.h>
#include <string.h>

#include "base/json_merge.h"
#include "base/json_text.h"

static struct rollout_str str(const char *text)
{
    return (struct rollout_str){ text, strlen(text) };
}

/* A text, and its bytes; NULL: it is none. */
static const struct {
    const char *json, *bytes;
} texts[] = {
    { "\"\"", "" },
    { "\"a/\xc3\xa9\x7f\"", "a/\xc3\xa9\x7f" },
    { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t" },
    { "\"\\u0041\\u007f\\u0080\\u07FF\"", "A\x7f\xc2\x80\xdf\xbf" }, /* one byte, and two */
    { "\"\\u0800\\u20aC\\ud7ff\\ue000\\uFFFF\"",
      "\xe0\xa0\x80\xe2\x82\xac\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf" }, /* three */
    { "\"\\ud800\\udc00\\ud83d\\ude00\\udbff\\udfff\"", "\xf0\x90\x80\x80\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf" }, /* four */
    { "\"\\ud83d\"", "\xef\xbf\xbd" }, /* a half */
    { "\"\\ud83dx\"", "\xef\xbf\xbdx" },
    { "\"\\ud83d\\n\"", "\xef\xbf\xbd\n" },
    { "\"\\ud83d\\u0041\"", "\xef\xbf\xbd"
                            "A" },
    { "\"\\ud83d\\ue000\"", "\xef\xbf\xbd\xee\x80\x80" },
    { "\"\\ude00\\ud83d\"", "\xef\xbf\xbd\xef\xbf\xbd" },
    { "\"\\ud83d\\ud83d\\ude00\"", "\xef\xbf\xbd\xf0\x9f\x98\x80" },
    { "\"\\u12\"", NULL },
    { "\"\\u123", NULL },
    { "\"\\u00g0\"", NULL },
    { "\"\\u00/0\"", NULL },
    { "\"\\u00:0\"", NULL },
    { "\"\\u00@0\"", NULL },
    { "\"\\u00`0\"", NULL },
    { "\"\\ud83d\\u12g4\"", NULL },
    { "\"\\ud83d\\u12", NULL },
    { "\"\\x41\"", NULL },
    { "\"\\U0041\"", NULL },
    { "\"\\'\"", NULL },
    { "\"a", NULL },
    { "\"a\\", NULL },
    { "\"a\\\"", NULL },
    { "\"\n\"", NULL },
    { "\"\x1f\"", NULL },
    { "'a'", NULL },
};

START_TEST(test_texts)
{
    struct ro_arena arena = { 0 };
    struct ro_edit *value = ro_edit_parse(&arena, str(texts[_i].json));
    ck_assert_msg(!value == !texts[_i].bytes, "%s", texts[_i].json);
    if (value) {
        ck_assert_int_eq(value->node.kind, ROLLOUT_NODE_TEXT);
        ck_assert_msg(ro_str_eq(value->node.text, str(texts[_i].bytes)), "%s: %.*s", texts[_i].json,
                      (int)value->node.text.len, value->node.text.data);
    }
    ck_assert(!arena.failed);
    ro_arena_free(&arena);
}
END_TEST

START_TEST(test_nul)
{
    struct ro_arena arena = { 0 };
    struct ro_edit *value = ro_edit_parse(&arena, RO_STR("\"a\\u0000b\""));
    ck_assert_ptr_nonnull(value);
    ck_assert(ro_str_eq(value->node.text, RO_STR("a\0b")));
    ck_assert_ptr_null(ro_edit_parse(&arena, RO_STR("\"a\0b\"")));
    ck_assert_ptr_null(ro_edit_parse(&arena, RO_STR("1\0")));
    ck_assert_ptr_null(ro_edit_parse(&arena, (struct rollout_str){ NULL, 0 }));
    ro_arena_free(&arena);
}
END_TEST

/* A value, and how it is written; NULL: it is none. */
static const struct {
    const char *json, *written;
} values[] = {
    { " \t\n\r{ \"a\" : [ 1 , true,false,null ,{ } , [ ] ] , \"b\":\"c\" }\r\n\t ",
      "{\"a\":[1,true,false,null,{},[]],\"b\":\"c\"}" },
    { "[0,-1,10,9223372036854775807,-9223372036854775808]", "[0,-1,10,9223372036854775807,-9223372036854775808]" },
    { "[-0,0.5,-10.25,1e5,1E5,1e+5,2e-3,1.5E-7,0e0]", "[-0,0.5,-10.25,1e5,1E5,1e+5,2e-3,1.5E-7,0e0]" },
    { "9223372036854775808", "9223372036854775808" },
    { "", NULL },
    { " ", NULL },
    { "\v1", NULL },
    { "1 2", NULL },
    { "-", NULL },
    { "+1", NULL },
    { "01", NULL },
    { "-01", NULL },
    { ".5", NULL },
    { "1.", NULL },
    { "1.e5", NULL },
    { "1e", NULL },
    { "1E+", NULL },
    { "1e-", NULL },
    { "1e+-5", NULL },
    { "1e5.0", NULL },
    { "0x1", NULL },
    { "NaN", NULL },
    { "tru", NULL },
    { "True", NULL },
    { "nul", NULL },
    { "{", NULL },
    { "{1:2}", NULL },
    { "{a:1}", NULL },
    { "{\"a\" 1}", NULL },
    { "{\"a\":}", NULL },
    { "{\"a\"}", NULL },
    { "{\"a\":1,}", NULL },
    { "{\"a\":1 \"b\":2}", NULL },
    { "{\"a\":1]", NULL },
    { "{,}", NULL },
    { "[", NULL },
    { "[1", NULL },
    { "[1,", NULL },
    { "[1,]", NULL },
    { "[,1]", NULL },
    { "[1 2]", NULL },
    { "[1}", NULL },
    { "[\"\\x\"]", NULL },
};

START_TEST(test_values)
{
    struct ro_arena arena = { 0 };
    struct ro_edit *value = ro_edit_parse(&arena, str(values[_i].json));
    ck_assert_msg(!value == !values[_i].written, "%s", values[_i].json);
    if (value)
        ck_assert_str_eq(ro_edit_json(&arena, value).data, values[_i].written);
    ck_assert(!arena.failed);
    ro_arena_free(&arena);
}
END_TEST

START_TEST(test_numbers)
{
    static const struct {
        const char *json;
        double real;
    } reals[] = { { "1e5", 100000 }, { "-25E-1", -2.5 }, { "1.5e+3", 1500 }, { "9223372036854775808", 0x1p63 } };
    struct ro_arena arena = { 0 };
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++) {
        struct ro_edit *value = ro_edit_parse(&arena, str(reals[i].json));
        ck_assert_int_eq(value->node.kind, ROLLOUT_NODE_REAL);
        ck_assert_double_eq(value->node.real, reals[i].real);
    }
    struct ro_edit *value = ro_edit_parse(&arena, RO_STR("-12"));
    ck_assert_int_eq(value->node.kind, ROLLOUT_NODE_INTEGER);
    ck_assert_int_eq(value->node.integer, -12);
    ro_arena_free(&arena);
}
END_TEST

/* The deepest value has as many others around it as node.h allows. */
START_TEST(test_depth)
{
    char text[2 * ROLLOUT_NODE_MAX_DEPTH + 3];
    struct ro_arena arena = { 0 };
    for (size_t depth = ROLLOUT_NODE_MAX_DEPTH; depth <= ROLLOUT_NODE_MAX_DEPTH + 1; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        struct ro_edit *value = ro_edit_parse(&arena, (struct rollout_str){ text, 2 * depth });
        ck_assert_int_eq(value != NULL, depth == ROLLOUT_NODE_MAX_DEPTH);
    }
    ck_assert(!arena.failed);
    ro_arena_free(&arena);
}
END_TEST

#define NO_DOCUMENT "Invalid JSON Document"
#define NO_PATCH    "Invalid JSON Patch"

static const struct {
    const char *document, *patch, *merged, *error;
} merges[] = {
    /* RFC 7396, appendix A; the order of the members is free. */
    { "{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}", NULL },
    { "{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}", NULL },
    { "{\"a\":\"b\"}", "{\"a\":null}", "{}", NULL },
    { "{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}", NULL },
    { "{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}", NULL },
    { "{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}", NULL },
    { "{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}", NULL },
    { "{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}", NULL },
    { "[\"a\",\"b\"]", "[\"c\",\"d\"]", "[\"c\",\"d\"]", NULL },
    { "{\"a\":\"b\"}", "[\"c\"]", "[\"c\"]", NULL },
    { "{\"e\":null}", "{\"a\":1}", "{\"a\":1,\"e\":null}", NULL },
    { "[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}", NULL },
    { "{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}", NULL },
    /* What upstream's library does not merge. */
    { "{\"a\":\"foo\"}", "null", NULL, NO_PATCH },
    { "{\"a\":\"foo\"}", "\"bar\"", NULL, NO_PATCH },
    { "5", "6", NULL, NO_PATCH },
    { "{}", "x", NULL, NO_PATCH },
    { "x", "y", NULL, NO_DOCUMENT },
    { "null", "{}", NULL, NO_DOCUMENT },
    { "null", "x", NULL, NO_PATCH },
    /* A document that is no object. */
    { "5", "{\"b\":1,\"a\":{\"c\":null}}", "{\"a\":{},\"b\":1}", NULL },
    /* An element of an array is kept even if it is null; what such a null is a member of is pruned there, unless the
     * array comes in the place of an object. */
    { "{\"a\":\"b\"}", "[null,{\"c\":null,\"d\":1},[null]]", "[null,{\"d\":1},[null]]", NULL },
    { "{}", "{\"a\":[null,{\"c\":null,\"d\":1},[null]]}", "{\"a\":[null,{\"d\":1},[null]]}", NULL },
    { "{\"a\":1}", "{\"a\":[null,{\"c\":null,\"d\":1},[null]]}", "{\"a\":[null,{\"d\":1},[null]]}", NULL },
    { "{\"a\":null}", "{\"a\":[null,{\"c\":null,\"d\":1},[null]]}", "{\"a\":[null,{\"d\":1},[null]]}", NULL },
    { "{\"a\":{}}", "{\"a\":[null,{\"c\":null,\"d\":1},[null]]}", "{\"a\":[null,{\"c\":null,\"d\":1},[null]]}", NULL },
    /* Of a key that stands twice the last one counts. */
    { "{\"a\":1,\"b\":3,\"a\":2}", "{\"c\":1}", "{\"a\":2,\"b\":3,\"c\":1}", NULL },
    { "{\"a\":{\"x\":1},\"a\":{\"y\":2}}", "{\"a\":{\"z\":3}}", "{\"a\":{\"y\":2,\"z\":3}}", NULL },
    { "{}", "{\"b\":1,\"b\":2}", "{\"b\":2}", NULL },
    { "{\"a\":1}", "{\"a\":null,\"a\":2}", "{\"a\":2}", NULL },
    { "{\"a\":1}", "{\"a\":2,\"a\":null}", "{}", NULL },
    /* Without a document the patch is not looked at. */
    { "", "x", "x", NULL },
};

START_TEST(test_merges)
{
    struct ro_arena arena = { 0 };
    struct rollout_str merged, error = ro_json_merge(&arena, str(merges[_i].document), str(merges[_i].patch), &merged);
    if (merges[_i].error)
        ck_assert_str_eq(error.data, merges[_i].error);
    else
        ck_assert_msg(!error.data && ro_str_eq(merged, str(merges[_i].merged)), "%s with %s: %.*s", merges[_i].document,
                      merges[_i].patch, (int)merged.len, merged.data);
    ck_assert(!arena.failed);
    ro_arena_free(&arena);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("json_text");
    TCase *tests = tcase_create("json_text");
    tcase_add_loop_test(tests, test_texts, 0, sizeof texts / sizeof *texts);
    tcase_add_test(tests, test_nul);
    tcase_add_loop_test(tests, test_values, 0, sizeof values / sizeof *values);
    tcase_add_test(tests, test_numbers);
    tcase_add_test(tests, test_depth);
    tcase_add_loop_test(tests, test_merges, 0, sizeof merges / sizeof *merges);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

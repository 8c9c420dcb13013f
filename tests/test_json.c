/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#include <rollout/json.h>

#include "base/tree.h"

/* An exact copy, so that a sanitizer sees a byte read beyond the end. */
static int parse_exact(const char *text, size_t len, struct rollout_json **ret_json, struct rollout_error *reterr)
{
    char *copy = malloc(len + (len == 0));
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, text, len);
    int r = rollout_json_parse(copy, len, ret_json, reterr);
    /* Nothing of the text is needed any more. */
    memset(copy, '#', len);
    free(copy);
    return r;
}

static void expect_text(const struct rollout_json *json, const char *expected)
{
    const struct rollout_tree *tree = rollout_json_tree(json);
    size_t len = 0, size = strlen(expected) + 1;
    char *buf = malloc(size);
    ck_assert_ptr_nonnull(buf);
    ck_assert_int_eq(rollout_tree_text(tree, buf, size, &len, NULL), ROLLOUT_OK);
    ck_assert_str_eq(buf, expected);
    ck_assert_uint_eq(len, size - 1);
    free(buf);
}

#define BYTES(text) text, sizeof(text) - 1

static const struct valid_case {
    const char *text;
    size_t len;
    const char *result;
} valid_cases[] = {
    { BYTES("null"), "null" },
    { BYTES(" true "), "true" },
    { BYTES("false"), "false" },
    { BYTES("0"), "0" },
    { BYTES("-0"), "0" },
    { BYTES("-12"), "-12" },
    { BYTES("9223372036854775807"), "9223372036854775807" },
    { BYTES("-9223372036854775808"), "-9223372036854775808" },
    { BYTES("1.0"), "1.0" },
    { BYTES("0.1"), "0.1" },
    { BYTES("2.50"), "2.5" },
    { BYTES("-0.0"), "-0.0" },
    { BYTES("1e2"), "100.0" },
    { BYTES("1E+2"), "100.0" },
    { BYTES("1.7976931348623157e308"), "1.7976931348623157e308" },
    { BYTES("0.30000000000000004"), "0.30000000000000004" },
    { BYTES("5e-324"), "4.94065645841247e-324" },
    { BYTES("123456789012345678901234567890.0"), "1.23456789012346e29" },
    { BYTES("\"\""), "\"\"" },
    { BYTES("\"\\u0041\\n\\u00e9\\ud834\\udd1e\\/\""), "\"A\\n\xc3\xa9\xf0\x9d\x84\x9e/\"" },
    { BYTES("\"a\\u0000b\""), "\"a\\u0000b\"" },
    { BYTES("\"<&>\""), "\"\\u003c\\u0026\\u003e\"" },
    { BYTES("[]"), "[]" },
    { BYTES("{}"), "{}" },
    { BYTES("\r\n\t [ 1 , [ ] , { } ]\n"), "[1,[],{}]" },
    { BYTES("{\"z\":1,\"a\":{\"y\":[1,null,true],\"\":\"\"},\"m\":-3}"),
      "{\"z\":1,\"a\":{\"y\":[1,null,true],\"\":\"\"},\"m\":-3}" },
    { BYTES("{\"a\":1,\"b\":2,\"a\":3}"), "{\"a\":3,\"b\":2}" }, /* the last value counts */
};

START_TEST(test_valid)
{
    const struct valid_case *c = &valid_cases[_i];
    struct rollout_json *json = NULL;
    struct rollout_error error = { .struct_size = sizeof(error) };
    int r = parse_exact(c->text, c->len, &json, &error);
    ck_assert_msg(r == ROLLOUT_OK, "%s: %s", c->text, error.message);
    ck_assert_int_eq(rollout_tree_check(rollout_json_tree(json), NULL), ROLLOUT_OK);
    if (strcmp(c->text, "123456789012345678901234567890.0") == 0)
        ck_assert(rollout_json_tree(json)->nodes[0].real == 123456789012345678901234567890.0);
    else
        expect_text(json, c->result);
    rollout_json_free(json);
}
END_TEST

/* The messages are jansson's beside the places. */
static const struct invalid_case {
    const char *text;
    size_t len;
    uint32_t line, column;
    const char *message;
} invalid_cases[] = {
    { BYTES(""), 1, 1, "line 1, column 1: unexpected token near end of file" },
    { BYTES("  \n"), 1, 3, "line 1, column 3: unexpected token near end of file" },
    { BYTES("{"), 1, 1, "line 1, column 1: string or '}' expected near end of file" },
    { BYTES("{\"a\":1"), 1, 6, "line 1, column 6: '}' expected near end of file" },
    { BYTES("{\"a\":x}"), 1, 6, "line 1, column 6: invalid token near 'x'" },
    { BYTES("{\n  \"a\": 1,\n  \"b\" 2\n}"), 3, 7, "line 3, column 7: ':' expected near '2'" },
    { BYTES("{\r\n  \"a\" 1\r\n}"), 2, 7, "line 2, column 7: ':' expected near '1'" },
    { BYTES("{\"\xc3\xa9\":x}"), 1, 7, "line 1, column 7: invalid token near 'x'" }, /* in bytes */
    { BYTES("{\"a\":1,}"), 1, 8, "line 1, column 8: string or '}' expected near '}'" },
    { BYTES("[1,]"), 1, 4, "line 1, column 4: unexpected token near ']'" },
    { BYTES("[1 2]"), 1, 4, "line 1, column 4: ']' expected near '2'" },
    { BYTES("[1}"), 1, 3, "line 1, column 3: ']' expected near '}'" },
    { BYTES("{\"a\" \"b\"}"), 1, 8, "line 1, column 8: ':' expected near '\"b\"'" },
    { BYTES("{1:2}"), 1, 2, "line 1, column 2: string or '}' expected near '1'" },
    { BYTES("{} {}"), 1, 4, "line 1, column 4: end of file expected near '{'" },
    { BYTES("{}\ngarbage"), 2, 7, "line 2, column 7: end of file expected near 'garbage'" },
    { BYTES("nul"), 1, 3, "line 1, column 3: invalid token near 'nul'" },
    { BYTES("NaN"), 1, 3, "line 1, column 3: invalid token near 'NaN'" },
    { BYTES("'a'"), 1, 1, "line 1, column 1: invalid token near '''" },
    { BYTES("01"), 1, 1, "line 1, column 1: invalid token near '0'" },
    { BYTES("+1"), 1, 1, "line 1, column 1: invalid token near '+'" },
    { BYTES("1."), 1, 2, "line 1, column 2: invalid token near '1.'" },
    { BYTES("\"a"), 1, 2, "line 1, column 2: premature end of input near '\"a'" },
    { BYTES("\"a\nb\""), 1, 2, "line 1, column 2: unexpected newline near '\"a'" },
    { BYTES("\"a\tb\""), 1, 2, "line 1, column 2: control character 0x9 near '\"a'" },
    { BYTES("\"\\x\""), 1, 3, "line 1, column 3: invalid escape near '\"\\x'" },
    { BYTES("\"\\ud834\""), 1, 8, "line 1, column 8: invalid Unicode '\\uD834' near '\"\\ud834\"'" },
    { BYTES("\"\xff\""), 1, 2, "line 1, column 2: unable to decode byte 0xff near '\"'" },
    { BYTES("\"ab\xc3\""), 1, 4, "line 1, column 4: unable to decode byte 0xc3 near '\"ab'" },
    { BYTES("{\"a\\u0000\":1}"), 1, 10, "line 1, column 10: NUL byte in object key not supported near '\"a\\u0000\"'" },
    { BYTES("9223372036854775808"), 1, 19, "line 1, column 19: too big integer near '9223372036854775808'" },
    { BYTES("[-9223372036854775809]"), 1, 21,
      "line 1, column 21: too big negative integer near '-9223372036854775809'" },
    { BYTES("1e999"), 1, 5, "line 1, column 5: real number overflow near '1e999'" },
    { BYTES("\xef\xbb\xbf{}"), 1, 3, "line 1, column 3: invalid token near '\xef\xbb\xbf'" },
    /* A NUL byte is nowhere part of JSON. */
    { BYTES("[1\0]"), 1, 3, "line 1, column 3: control character 0x0" },
    { BYTES("{}\0"), 1, 3, "line 1, column 3: control character 0x0" },
    { BYTES("\n\0"), 2, 1, "line 2, column 1: control character 0x0" },
    { BYTES("\"a\0\""), 1, 3, "line 1, column 3: control character 0x0" },
    { BYTES("[x,\0]"), 1, 2, "line 1, column 2: invalid token near 'x'" },
};

START_TEST(test_invalid)
{
    const struct invalid_case *c = &invalid_cases[_i];
    struct rollout_json *json = (struct rollout_json *)(void *)&json;
    struct rollout_error error = { .struct_size = sizeof(error) };
    int r = parse_exact(c->text, c->len, &json, &error);
    ck_assert_msg(r == ROLLOUT_ERR_SYNTAX, "%s: %d", c->text, r);
    ck_assert_ptr_eq(json, (void *)&json); /* left alone */
    ck_assert_str_eq(error.message, c->message);
    ck_assert_uint_eq(error.line, c->line);
    ck_assert_uint_eq(error.column, c->column);
    ck_assert_int_eq(error.code, ROLLOUT_ERR_SYNTAX);
    ck_assert_uint_eq(error.index, ROLLOUT_NONE);
    ck_assert_str_eq(error.field, "");
    ck_assert_str_eq(error.value, "");
    ck_assert_int_eq(parse_exact(c->text, c->len, &json, NULL), ROLLOUT_ERR_SYNTAX);
}
END_TEST

START_TEST(test_null_text)
{
    struct rollout_json *json;
    struct rollout_error error = { .struct_size = sizeof(error) };
    ck_assert_int_eq(rollout_json_parse(NULL, 0, &json, &error), ROLLOUT_ERR_SYNTAX);
    ck_assert_int_eq(rollout_json_parse(NULL, 2, &json, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "text is NULL with a length");
    rollout_json_free(NULL);
}
END_TEST

/* n brackets, alternating where asked for, and (closed) as many that close them; a line each. */
static char *nest(size_t n, bool objects, bool closed, size_t *ret_len)
{
    char *text = malloc(n * 16 + 1), *at = text;
    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i < n; i++)
        at += sprintf(at, objects && i % 2 ? "{\"a\":\n" : "[\n");
    if (closed && objects && n % 2 == 0)
        *at++ = '1';
    for (size_t i = n; closed && i-- > 0;)
        *at++ = objects && i % 2 ? '}' : ']';
    *ret_len = (size_t)(at - text);
    return text;
}

static const struct depth_case {
    size_t depth;
    bool objects, closed;
    const char *message;
} depth_cases[] = {
    { 1000, false, true, NULL },
    { 1000, true, true, NULL },
    { 1001, false, true, "line 1001, column 1: nested too deep" },
    { 1001, true, true, "line 1001, column 1: nested too deep" },
    { 2000, false, true, "line 1001, column 1: nested too deep" },
    { 3000, true, true, "line 1001, column 1: nested too deep" },
    { 1000, false, false, "line 1000, column 2: ']' expected near end of file" },
    { 1001, false, false, "line 1001, column 1: nested too deep" },
    { 100000, false, false, "line 1001, column 1: nested too deep" },
};

START_TEST(test_depth)
{
    const struct depth_case *c = &depth_cases[_i];
    struct rollout_error error = { .struct_size = sizeof(error) };
    struct rollout_json *json = NULL;
    size_t len;
    char *text = nest(c->depth, c->objects, c->closed, &len);
    int r = parse_exact(text, len, &json, &error);
    free(text);
    ck_assert_str_eq(error.message, c->message ? c->message : "");
    ck_assert_int_eq(r, c->message ? ROLLOUT_ERR_SYNTAX : ROLLOUT_OK);
    if (!c->message)
        ck_assert_int_eq(rollout_tree_check(rollout_json_tree(json), NULL), ROLLOUT_OK);
    rollout_json_free(json);
}
END_TEST

/* The texts with a child, in the document's order, each followed by its child as JSON. */
static void list_expansions(const struct rollout_node *n, char *buf, size_t size, size_t *len)
{
    if (n->kind == ROLLOUT_NODE_TEXT && ro_expanded(n)) {
        char child[512];
        ro_tree_write(ro_expanded(n), child, sizeof(child));
        ck_assert_uint_eq(ro_count(n), 1);
        *len += (size_t)snprintf(buf + *len, size - *len, "%.*s=%s;", (int)n->key.len, n->key.data, child);
    }
    for (const struct rollout_node *c = ro_first(n); c != ro_end(n); c = ro_next(c))
        list_expansions(c, buf, size, len);
}

#define GRACED(patch)                                                                                                  \
    "{\"metadata\":{\"annotations\":{\"inplace-update-grace\":\"{\\\"metaDataPatch\\\":" patch "}\"}}}"

static const struct expansion_case {
    const char *name, *text, *expansions;
} expansion_cases[] = {
    { "all annotations that are listed",
      "{\"metadata\":{\"annotations\":{\"apps.kruise.io/inplace-update-state\":\"{\\\"a\\\":[1]}\","
      "\"inplace-update-state\":\"{}\",\"apps.kruise.io/inplace-update-grace\":\"[]\","
      "\"inplace-update-grace\":\"1\",\"apps.kruise.io/runtime-containers-meta\":\"\\\"x\\\"\",\"other\":\"{}\"}}}",
      "apps.kruise.io/inplace-update-state={\"a\":[1]};inplace-update-state={};apps.kruise.io/inplace-update-grace=[];"
      "inplace-update-grace=1;apps.kruise.io/runtime-containers-meta=\"x\";" },
    { "not JSON: no child",
      "{\"metadata\":{\"annotations\":{\"apps.kruise.io/inplace-update-state\":\"{\",\"inplace-update-state\":\"\","
      "\"inplace-update-grace\":\"{} {}\",\"apps.kruise.io/inplace-update-grace\":\"null\"}}}",
      "apps.kruise.io/inplace-update-grace=null;" },
    { "no text", "{\"metadata\":{\"annotations\":{\"inplace-update-state\":{},\"inplace-update-grace\":1}}}", "" },
    { "anywhere below",
      "{\"pods\":[{\"metadata\":{\"annotations\":{\"inplace-update-state\":\"1\"}}},{\"metadata\":{\"annotations\":"
      "{\"inplace-update-state\":\"2\"}}}],\"a\":{\"b\":{\"metadata\":{\"annotations\":{\"inplace-update-state\":"
      "\"3\"}}}}}",
      "inplace-update-state=1;inplace-update-state=2;inplace-update-state=3;" },
    { "not in another place",
      "{\"annotations\":{\"inplace-update-state\":\"1\"},\"metadata\":{\"labels\":{\"inplace-update-state\":\"2\"},"
      "\"inplace-update-state\":\"3\",\"annotations\":[{\"inplace-update-state\":\"4\"}],\"x\":{\"annotations\":"
      "{\"inplace-update-state\":\"5\"}}},\"y\":[{\"metadata\":[{\"annotations\":{\"inplace-update-state\":\"6\"}}]}]}",
      "" },
    { "not within an expansion",
      "{\"metadata\":{\"annotations\":{\"inplace-update-state\":\"{\\\"metadata\\\":{\\\"annotations\\\":"
      "{\\\"inplace-update-state\\\":\\\"1\\\"}}}\"}}}",
      "inplace-update-state={\"metadata\":{\"annotations\":{\"inplace-update-state\":\"1\"}}};" },
    { "condition",
      "{\"status\":{\"conditions\":[{\"message\":\"[1]\",\"type\":\"Ready\"},{\"type\":\"KruisePodReady\",\"message\":"
      "\"[2]\",\"reason\":\"[3]\"},{\"message\":\"[4]\",\"type\":\"KruisePodReady\"},{\"type\":\"KruisePodReady\","
      "\"message\":\"text\"},{\"type\":\"KruisePodReady\"},{\"type\":7,\"message\":\"[5]\"},{\"message\":\"[6]\"}]}}",
      "message=[2];message=[4];" },
    { "condition in another place",
      "{\"conditions\":[{\"type\":\"KruisePodReady\",\"message\":\"[1]\"}],\"status\":{\"other\":[{\"type\":"
      "\"KruisePodReady\",\"message\":\"[2]\"}],\"conditions\":{\"type\":\"KruisePodReady\",\"message\":\"[3]\"}}}",
      "" },
    { "condition in a list of lists",
      "{\"status\":{\"conditions\":[[{\"type\":\"KruisePodReady\",\"message\":\"[1]\"}]]}}", "" },
    { "a patch within a grace annotation", GRACED("\\\"eyJtZXRhZGF0YSI6eyJsYWJlbHMiOnsieCI6InkifX19\\\""),
      "inplace-update-grace={\"metaDataPatch\":\"eyJtZXRhZGF0YSI6eyJsYWJlbHMiOnsieCI6InkifX19\"};"
      "metaDataPatch={\"metadata\":{\"labels\":{\"x\":\"y\"}}};" },
    { "a patch with line breaks", GRACED("\\\"W1\\\\r\\\\n0=\\\""),
      "inplace-update-grace={\"metaDataPatch\":\"W1\\r\\n0=\"};metaDataPatch=[];" },
    { "a patch that is null", GRACED("\\\"bnVsbA==\\\""),
      "inplace-update-grace={\"metaDataPatch\":\"bnVsbA==\"};metaDataPatch=null;" },
    { "a patch under both keys, what follows it",
      "{\"metadata\":{\"annotations\":{\"inplace-update-grace\":\"{\\\"metaDataPatch\\\":\\\"MQ==\\\"}\",\"apps.kruise."
      "io/"
      "inplace-update-grace\":\"{\\\"metaDataPatch\\\":\\\"Mg==\\\"}\",\"inplace-update-state\":\"3\"}}}",
      "inplace-update-grace={\"metaDataPatch\":\"MQ==\"};metaDataPatch=1;apps.kruise.io/inplace-update-grace="
      "{\"metaDataPatch\":\"Mg==\"};metaDataPatch=2;inplace-update-state=3;" },
    { "a patch that is no base64", GRACED("\\\"e30\\\""), "inplace-update-grace={\"metaDataPatch\":\"e30\"};" },
    { "a patch in the alphabet for addresses", GRACED("\\\"Ij8_Ig==\\\""),
      "inplace-update-grace={\"metaDataPatch\":\"Ij8_Ig==\"};" },
    { "a patch that is no JSON", GRACED("\\\"e30x\\\""), "inplace-update-grace={\"metaDataPatch\":\"e30x\"};" },
    { "an empty patch", GRACED("\\\"\\\""), "inplace-update-grace={\"metaDataPatch\":\"\"};" },
    { "a patch that is no text", GRACED("{}"), "inplace-update-grace={\"metaDataPatch\":{}};" },
    { "a patch in another place",
      "{\"metaDataPatch\":\"MQ==\",\"metadata\":{\"annotations\":{\"metaDataPatch\":\"Mg==\",\"inplace-update-state\":"
      "\"{\\\"metaDataPatch\\\":\\\"Mw==\\\"}\",\"inplace-update-grace\":\"{\\\"a\\\":{\\\"metaDataPatch\\\":\\\"NA=="
      "\\\"},"
      "\\\"b\\\":[{\\\"metaDataPatch\\\":\\\"NQ==\\\"}]}\",\"apps.kruise.io/"
      "inplace-update-grace\":\"[{\\\"metaDataPatch\\\":"
      "\\\"Ng==\\\"}]\"}}}",
      "inplace-update-state={\"metaDataPatch\":\"Mw==\"};inplace-update-grace={\"a\":{\"metaDataPatch\":\"NA==\"},"
      "\"b\":[{\"metaDataPatch\":\"NQ==\"}]};apps.kruise.io/inplace-update-grace=[{\"metaDataPatch\":\"Ng==\"}];" },
    { "a patch has none within", GRACED("\\\"eyJtZXRhRGF0YVBhdGNoIjoiTVE9PSJ9\\\""),
      "inplace-update-grace={\"metaDataPatch\":\"eyJtZXRhRGF0YVBhdGNoIjoiTVE9PSJ9\"};metaDataPatch="
      "{\"metaDataPatch\":\"MQ==\"};" },
    { "conditions of several pods",
      "{\"pods\":[{\"status\":{\"conditions\":[{\"type\":\"KruisePodReady\",\"message\":\"[1]\"}]}},{\"status\":"
      "{\"conditions\":[{\"type\":\"KruisePodReady\",\"message\":\"{\\\"b\\\":0.5}\"}]}}]}",
      "message=[1];message={\"b\":0.5};" },
};

START_TEST(test_expansion)
{
    const struct expansion_case *c = &expansion_cases[_i];
    struct rollout_json *json = NULL;
    char buf[1024] = "";
    size_t len = 0;
    ck_assert_int_eq(parse_exact(c->text, strlen(c->text), &json, NULL), ROLLOUT_OK);
    ck_assert_int_eq(rollout_tree_check(rollout_json_tree(json), NULL), ROLLOUT_OK);
    list_expansions(rollout_json_tree(json)->nodes, buf, sizeof(buf), &len);
    ck_assert_msg(strcmp(buf, c->expansions) == 0, "%s: %s", c->name, buf);
    expect_text(json, c->text); /* a child is not written */
    rollout_json_free(json);
}
END_TEST

/* An expansion that would nest too deep is left out, the document is not refused. The text is in the
 * third container, so that it is the fourth level and has 996 below it. */
START_TEST(test_expansion_depth)
{
    static const size_t depths[] = { 996, 997, 1001, 2500 };
    char *text = malloc(2 * depths[_i] + 100), *at = text;
    ck_assert_ptr_nonnull(text);
    at += sprintf(at, "{\"metadata\":{\"annotations\":{\"inplace-update-state\":\"");
    memset(at, '[', depths[_i]);
    memset(at + depths[_i], ']', depths[_i]);
    at += 2 * depths[_i];
    at += sprintf(at, "\",\"inplace-update-grace\":\"5\"}}}");
    struct rollout_json *json = NULL;
    ck_assert_int_eq(rollout_json_parse(text, (size_t)(at - text), &json, NULL), ROLLOUT_OK);
    const struct rollout_tree *tree = rollout_json_tree(json);
    ck_assert_int_eq(rollout_tree_check(tree, NULL), ROLLOUT_OK);
    const struct rollout_node *annotations = ro_dig(tree->nodes, "metadata", "annotations", NULL);
    ck_assert(!ro_expanded(ro_get(annotations, "inplace-update-state")) == (depths[_i] > 996));
    ck_assert_int_eq(ro_expanded(ro_get(annotations, "inplace-update-grace"))->integer, 5);
    expect_text(json, text);
    rollout_json_free(json);
    free(text);
}
END_TEST

/* The same with what is too deep within a patch (which is the sixth level and has 994 below it), and with a grace
 * annotation that is too deep behind its patch. */
START_TEST(test_expansion_depth_patch)
{
    static const struct {
        size_t patch, behind;
        bool grace, child;
    } rows[] = { { 994, 1, true, true }, { 995, 1, true, false }, { 2, 995, true, true }, { 2, 996, false, false } };
    char *text = malloc(3 * 1000 + 2 * 1000 + 200), *at = text, brackets[2000];
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t n = rows[_i].patch;
    ck_assert_ptr_nonnull(text);
    memset(brackets, '[', n);
    memset(brackets + n, ']', n);
    memset(brackets + 2 * n, ' ', 2);
    at += sprintf(at, "{\"metadata\":{\"annotations\":{\"inplace-update-grace\":\"{\\\"metaDataPatch\\\":\\\"");
    for (size_t i = 0; i < 2 * n; i += 3) { /* the blanks fill up the last three bytes */
        uint32_t bits = (uint32_t)brackets[i] << 16 | (uint32_t)brackets[i + 1] << 8 | (uint32_t)brackets[i + 2];
        for (int shift = 18; shift >= 0; shift -= 6)
            *at++ = digits[bits >> shift & 63];
    }
    at += sprintf(at, "\\\",\\\"b\\\":");
    memset(at, '[', rows[_i].behind);
    memset(at + rows[_i].behind, ']', rows[_i].behind);
    at += 2 * rows[_i].behind;
    at += sprintf(at, "}\",\"inplace-update-state\":\"5\"}}}");
    struct rollout_json *json = NULL;
    ck_assert_int_eq(rollout_json_parse(text, (size_t)(at - text), &json, NULL), ROLLOUT_OK);
    const struct rollout_tree *tree = rollout_json_tree(json);
    ck_assert_int_eq(rollout_tree_check(tree, NULL), ROLLOUT_OK);
    const struct rollout_node *annotations = ro_dig(tree->nodes, "metadata", "annotations", NULL);
    const struct rollout_node *grace = ro_expanded(ro_get(annotations, "inplace-update-grace"));
    ck_assert_int_eq(grace != NULL, rows[_i].grace);
    ck_assert_int_eq(ro_expanded(ro_get(grace, "metaDataPatch")) != NULL, rows[_i].child);
    ck_assert_int_eq(ro_expanded(ro_get(annotations, "inplace-update-state"))->integer, 5);
    rollout_json_free(json);
    free(text);
}
END_TEST

/* Numbers look the same where the locale has a decimal comma; passes trivially where there is none. */
START_TEST(test_locale)
{
    static const char *const locales[] = { "de_DE.UTF-8", "de_DE.utf8", "de_DE", "fr_FR.UTF-8", "sv_SE.UTF-8" };
    struct rollout_json *json = NULL;
    for (size_t i = 0; i < sizeof(locales) / sizeof(*locales) && !setlocale(LC_ALL, locales[i]);)
        i++;
    int r = rollout_json_parse("[0.5,1.25e-7]", 13, &json, NULL);
    setlocale(LC_ALL, "C");
    ck_assert_int_eq(r, ROLLOUT_OK);
    expect_text(json, "[0.5,1.25e-7]");
    ck_assert(rollout_json_tree(json)->nodes[1].real == 0.5);
    rollout_json_free(json);
}
END_TEST

/* jansson's n-th allocation fails. */
static long allocations_left;

static void *failing_malloc(size_t size)
{
    return allocations_left-- > 0 ? malloc(size) : NULL;
}

START_TEST(test_nomem)
{
    static const char text[] = "{\"metadata\":{\"annotations\":{\"inplace-update-state\":\"{\\\"a\\\":[0.5,\\\"b\\\"]}"
                               "\",\"inplace-update-grace\":"
                               "\"{\\\"metaDataPatch\\\":\\\"WyJhIl0=\\\"}\"}},\"x\":[1.5,\"y\"]}";
    json_malloc_t old_malloc;
    json_free_t old_free;
    json_get_alloc_funcs(&old_malloc, &old_free);
    struct rollout_error error = { .struct_size = sizeof(error) };
    struct rollout_json *json = NULL;
    int r = ROLLOUT_ERR_NOMEM;
    long n = 0;
    json_set_alloc_funcs(failing_malloc, free);
    for (; r == ROLLOUT_ERR_NOMEM && n < 1000; n++) {
        error.message[0] = '\0';
        allocations_left = n;
        r = rollout_json_parse(text, sizeof(text) - 1, &json, &error);
        if (r == ROLLOUT_ERR_NOMEM && (error.code != r || strcmp(error.message, "out of memory") != 0))
            break;
    }
    json_set_alloc_funcs(old_malloc, old_free);
    ck_assert_msg(r == ROLLOUT_OK, "allocation %ld: %s", n, error.message);
    ck_assert_int_gt(n, 20);
    expect_text(json, text);
    rollout_json_free(json);
}
END_TEST

/* A pipe into which a child process writes an input, `piece` bytes at a time. */
struct feed {
    int fd;
    pid_t pid;
};

static struct feed feed(const char *text, size_t len, size_t piece)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    struct feed f = { .fd = ends[0], .pid = fork() };
    ck_assert_int_ge(f.pid, 0);
    if (f.pid == 0) {
        close(ends[0]);
        for (size_t at = 0; at < len;) {
            size_t left = len - at;
            ssize_t n = write(ends[1], text + at, left < piece ? left : piece);
            if (n < 0)
                _exit(1);
            at += (size_t)n;
        }
        _exit(0);
    }
    close(ends[1]);
    return f;
}

static void feed_end(struct feed f)
{
    int status;
    close(f.fd);
    ck_assert_int_eq(waitpid(f.pid, &status, 0), f.pid);
}

/* What a reader makes of an input: "line:document" or "!line:column" of an error, one after another. */
static char *read_all(const char *text, size_t len, size_t piece)
{
    struct feed f = feed(text, len, piece);
    struct rollout_json_reader *reader = NULL;
    ck_assert_int_eq(rollout_json_reader_new(f.fd, &reader, NULL), ROLLOUT_OK);
    size_t size = 2 * len + 64, used = 0;
    char *out = calloc(1, size);
    ck_assert_ptr_nonnull(out);
    for (int round = 0;; round++) {
        struct rollout_json *json = NULL;
        struct rollout_error error = { .struct_size = sizeof(error) };
        uint32_t line = 77;
        int r = rollout_json_reader_next(reader, &json, &line, &error);
        ck_assert_int_lt(round, 1000);
        if (r == ROLLOUT_ERR_SYNTAX) {
            char place[64];
            ck_assert_uint_eq(line, 77);
            ck_assert_ptr_null(json);
            ck_assert_int_eq(error.code, r);
            snprintf(place, sizeof(place), "line %u, column %u: ", error.line, error.column);
            ck_assert_msg(strncmp(error.message, place, strlen(place)) == 0, "%s", error.message);
            used += (size_t)snprintf(out + used, size - used, "!%u:%u ", error.line, error.column);
            continue;
        }
        ck_assert_int_eq(r, ROLLOUT_OK);
        if (!json)
            break;
        ck_assert_int_eq(rollout_tree_check(rollout_json_tree(json), NULL), ROLLOUT_OK);
        used += (size_t)snprintf(out + used, size - used, "%u:", line);
        used += ro_tree_write(rollout_json_tree(json)->nodes, out + used, size - used);
        used += (size_t)snprintf(out + used, size - used, " ");
        rollout_json_free(json);
    }
    /* The end stays the end. */
    struct rollout_json *json = (struct rollout_json *)(void *)&json;
    ck_assert_int_eq(rollout_json_reader_next(reader, &json, NULL, NULL), ROLLOUT_OK);
    ck_assert_ptr_null(json);
    rollout_json_reader_free(reader);
    feed_end(f);
    return out;
}

static const struct reader_case {
    const char *name;
    const char *text;
    size_t len;
    const char *result;
} reader_cases[] = {
    { "empty", BYTES(""), "" },
    { "blank", BYTES(" \r\n\t\n"), "" },
    { "one", BYTES("{\"a\":1}"), "1:{\"a\":1} " },
    { "one with a newline", BYTES("{\"a\":1}\n"), "1:{\"a\":1} " },
    { "array", BYTES("[1,2]\n[3]"), "1:[1,2] 2:[3] " },
    { "lines", BYTES("{\"a\":1}\n{\"a\":2}\n\n{\"a\":3}\n"), "1:{\"a\":1} 2:{\"a\":2} 4:{\"a\":3} " },
    { "one after another", BYTES("{}{}[] {}\n{}"), "1:{} 1:{} 1:[] 1:{} 2:{} " },
    { "over several lines", BYTES("{\n \"a\":\n 1\n}\n{\n}\n"), "1:{\"a\":1} 5:{} " },
    { "without indentation", BYTES("{\n\"a\":\n{\n\"b\":\n[\n{\n},\n{\n}\n]\n}\n}\n{}"),
      "1:{\"a\":{\"b\":[{},{}]}} 13:{} " },
    { "separated", BYTES("---\n{\"a\":1}\n---\n{\"a\":2}\n---\n---\n{\"a\":3}\n---"),
      "2:{\"a\":1} 4:{\"a\":2} 7:{\"a\":3} " },
    { "separated, with blanks behind", BYTES("--- \t\n{}\n---  \r\n{}\n---\t"), "2:{} 4:{} " },
    { "carriage returns", BYTES("{\"a\":1}\r\n---\r\n{\r\n\"a\":2\r\n}\r\n"), "1:{\"a\":1} 3:{\"a\":2} " },
    { "byte order mark", BYTES("\xef\xbb\xbf{\"a\":1}\n{}"), "1:{\"a\":1} 2:{} " },
    { "byte order mark alone", BYTES("\xef\xbb\xbf"), "" },
    { "byte order mark, error behind it", BYTES("\xef\xbb\xbfx"), "!1:1 " },
    { "byte order mark in the middle", BYTES("{}\n\xef\xbb\xbf{}\n{}"), "1:{} !2:1 3:{} " },
    { "half a byte order mark", BYTES("\xef\xbb"), "!1:1 " },
    { "brackets in strings", BYTES("{\"a}\":\"]\\\"}{\\\\\"}\n{}"), "1:{\"a}\":\"]\\\"}{\\\\\"} 2:{} " },
    { "scalars", BYTES("1\n\"a\"\n{}\ntrue\n{}"), "!1:1 3:{} !4:1 5:{} " },
    { "garbage", BYTES("hello\nworld\n {}\n{\"a\":1}\n"), "!1:1 4:{\"a\":1} " },
    { "garbage at the end", BYTES("{}\nhello"), "1:{} !2:1 " },
    { "garbage behind a document", BYTES("{} x {}\n[1]\n{\"a\":1}"), "1:{} !1:4 3:{\"a\":1} " },
    { "garbage, then a separator", BYTES("x\n[1]\n---\n[2]"), "!1:1 4:[2] " },
    { "separator with more on its line", BYTES("--- x\n{\"a\":1}"), "!1:1 2:{\"a\":1} " },
    { "separator not at the beginning", BYTES("{}\n ---\n{}"), "1:{} !2:2 3:{} " },
    { "dashes", BYTES("--\n{}\n-\n{}\n----\n{}"), "!1:1 2:{} !3:1 4:{} !5:1 6:{} " },
    { "wrong token", BYTES("{\"a\":1}\n{\"a\":x}\n{\"a\":3}\n"), "1:{\"a\":1} !2:6 3:{\"a\":3} " },
    { "wrong token over several lines", BYTES("{\n \"a\": 1,\n \"b\": y,\n \"c\": {\n }\n}\n{\"d\":1}"),
      "!3:7 7:{\"d\":1} " },
    /* A line whose brackets do not close takes no other line with it. */
    { "unclosed", BYTES("{\"a\":1\n{\"a\":2}\n{\"a\":3}\n"), "!2:1 2:{\"a\":2} 3:{\"a\":3} " },
    { "unclosed brace", BYTES("{\n{\"a\":2}\n{\"a\":3}\n"), "!2:1 2:{\"a\":2} 3:{\"a\":3} " },
    { "unclosed behind a comma", BYTES("{\"a\":1,\n{\"a\":2}\n"), "!2:1 2:{\"a\":2} " },
    { "unclosed behind a text", BYTES("{\"a\":\"b\"\n{\"a\":2}\n"), "!2:1 2:{\"a\":2} " },
    { "unclosed within", BYTES("{\"a\":{\"b\":1}\n{\"a\":2}\n"), "!2:1 2:{\"a\":2} " },
    { "unclosed quote", BYTES("{\"a\":\"b}\n{\"a\":2}\n"), "!1:8 2:{\"a\":2} " },
    { "unclosed quote behind a backslash", BYTES("{\"a\":\"b\\\n{\"a\":2}\n"), "!1:9 2:{\"a\":2} " },
    { "unclosed, then a separator", BYTES("{\"a\":1,\n---\n{\"a\":2}\n"), "!2:1 3:{\"a\":2} " },
    { "unclosed, then an array", BYTES("{\"a\":1\n[1]\n{\"a\":2}\n"), "!2:1 3:{\"a\":2} " },
    /* What can be part of the document is, until it cannot. */
    { "unclosed behind a colon", BYTES("{\"a\":\n{\"a\":2}\n{\"a\":3}\n"), "!3:1 3:{\"a\":3} " },
    { "unclosed array", BYTES("{\"a\":[\n{\"a\":2}\n{\"a\":3}\n"), "!3:1 3:{\"a\":3} " },
    { "unclosed at the end", BYTES("{}\n{\"a\":[1,\n2"), "1:{} !3:1 " },
    { "unclosed at the end, newline", BYTES("{\"a\":[1,\n2\n"), "!2:2 " },
    { "brace alone at the end", BYTES("{}\n{"), "1:{} !2:1 " },
    { "closed too often", BYTES("{\"a\":1}}\n{\"a\":2}\n"), "1:{\"a\":1} !1:8 2:{\"a\":2} " },
    { "closed wrongly", BYTES("{\"a\":[1}\n{\"a\":2}\n"), "!1:8 2:{\"a\":2} " },
    { "NUL", BYTES("{\"a\":1\0}\n{\"a\":2}\n\0\n{}"), "!1:7 2:{\"a\":2} !3:1 4:{} " },
    { "not UTF-8", BYTES("{\"\xff\":1}\n{\"a\":2}\n{\xff\n{}"), "!1:3 2:{\"a\":2} !3:2 4:{} " },
    { "several broken ones", BYTES("{\"a\":}\n{\"a\":2}\n{]\n{\"a\" 1}\n{}\nx\ny\n{}"),
      "!1:6 2:{\"a\":2} !3:2 !4:6 5:{} !6:1 8:{} " },
    { "too big integer", BYTES("{\"a\":99999999999999999999}\n{}"), "!1:25 2:{} " },
};

START_TEST(test_reader)
{
    static const size_t pieces[] = { 1, 2, 3, 7, 4096 };
    const struct reader_case *c = &reader_cases[_i];
    for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
        char *out = read_all(c->text, c->len, pieces[i]);
        ck_assert_msg(strcmp(out, c->result) == 0, "%s, pieces of %zu: %s", c->name, pieces[i], out);
        free(out);
    }
}
END_TEST

/* An array of n objects, one a line, that begin with '{' in column 1. */
static char *big_text(size_t n, size_t *ret_len)
{
    char *text = malloc(n * 48 + 16), *at = text;
    ck_assert_ptr_nonnull(text);
    at += sprintf(at, "{\"items\":[\n");
    for (size_t i = 0; i < n; i++)
        at += sprintf(at, "{\"name\":\"pod-%zu\",\"ready\":true}%s\n", i, i + 1 < n ? "," : "]}");
    *ret_len = (size_t)(at - text);
    return text;
}

START_TEST(test_reader_big)
{
    enum { N = 60000 };
    size_t len;
    char *text = big_text(N, &len);
    ck_assert_uint_gt(len, 1u << 20);
    char *twice = malloc(2 * len);
    ck_assert_ptr_nonnull(twice);
    memcpy(twice, text, len);
    memcpy(twice + len, text, len);
    struct feed f = feed(twice, 2 * len, 5000);
    struct rollout_json_reader *reader = NULL;
    struct rollout_json *json = NULL;
    uint32_t line = 0;
    ck_assert_int_eq(rollout_json_reader_new(f.fd, &reader, NULL), ROLLOUT_OK);
    for (uint32_t i = 0; i < 2; i++) {
        ck_assert_int_eq(rollout_json_reader_next(reader, &json, &line, NULL), ROLLOUT_OK);
        ck_assert_ptr_nonnull(json);
        ck_assert_uint_eq(line, 1 + i * (N + 1));
        const struct rollout_tree *tree = rollout_json_tree(json);
        ck_assert_uint_eq(tree->count, 2 + 3 * N);
        ck_assert_uint_eq(ro_count(ro_get(tree->nodes, "items")), N);
        ck_assert(ro_str_eq(tree->nodes[tree->count - 2].text, RO_STR("pod-59999")));
        rollout_json_free(json);
    }
    ck_assert_int_eq(rollout_json_reader_next(reader, &json, &line, NULL), ROLLOUT_OK);
    ck_assert_ptr_null(json);
    rollout_json_reader_free(reader);
    feed_end(f);

    /* Broken in its last line: one error there, and what follows is read. */
    memcpy(twice + len - 10, "x", 1);
    memcpy(twice + len, "{}", 2);
    f = feed(twice, len + 2, 70000);
    struct rollout_error error = { .struct_size = sizeof(error) };
    ck_assert_int_eq(rollout_json_reader_new(f.fd, &reader, NULL), ROLLOUT_OK);
    ck_assert_int_eq(rollout_json_reader_next(reader, &json, &line, &error), ROLLOUT_ERR_SYNTAX);
    ck_assert_uint_eq(error.line, N + 1);
    ck_assert_int_eq(rollout_json_reader_next(reader, &json, &line, &error), ROLLOUT_OK);
    ck_assert_uint_eq(line, N + 2);
    rollout_json_free(json);
    rollout_json_reader_free(reader);
    feed_end(f);
    free(twice);
    free(text);
}
END_TEST

START_TEST(test_reader_many)
{
    enum { N = 50000 };
    char *text = malloc(N * 24), *at = text;
    ck_assert_ptr_nonnull(text);
    for (int i = 0; i < N; i++)
        at += sprintf(at, i % 1000 == 999 ? "{\"n\":%d\n" : "{\"n\":%d}\n", i);
    struct feed f = feed(text, (size_t)(at - text), 65536);
    free(text);
    struct rollout_json_reader *reader = NULL;
    ck_assert_int_eq(rollout_json_reader_new(f.fd, &reader, NULL), ROLLOUT_OK);
    for (int i = 0; i < N; i++) {
        struct rollout_json *json = NULL;
        struct rollout_error error = { .struct_size = sizeof(error) };
        uint32_t line = 0;
        int r = rollout_json_reader_next(reader, &json, &line, &error);
        if (i % 1000 == 999) {
            ck_assert_int_eq(r, ROLLOUT_ERR_SYNTAX);
            /* jansson looks at the next line, but for the last one, where there is none. */
            ck_assert_uint_eq(error.line, (uint32_t)i + 1 + (i + 1 < N));
            continue;
        }
        ck_assert_int_eq(r, ROLLOUT_OK);
        ck_assert_uint_eq(line, (uint32_t)i + 1);
        ck_assert_int_eq(ro_get(rollout_json_tree(json)->nodes, "n")->integer, i);
        rollout_json_free(json);
    }
    rollout_json_reader_free(reader);
    feed_end(f);
}
END_TEST

/* What was read as part of a broken document is read again from the next line on, here with documents that
 * are longer than what is looked at in one step. */
START_TEST(test_reader_again)
{
    char text[4096], expected[4096], pad[701];
    memset(pad, 'x', 700);
    pad[700] = '\0';
    size_t len = (size_t)snprintf(text, sizeof(text),
                                  "{\"x\":[tru,\n{\n\"a\":\"%s\",\n\"b\":[\n{\n\"c\":1\n}\n]\n}\n{\"d\":1}\n"
                                  "{\"y\":[nul,\n{\"e\":[\"%s\",\n{\"f\":nul,\n{\"g\":[\n",
                                  pad, pad);
    snprintf(expected, sizeof(expected), "!1:9 2:{\"a\":\"%s\",\"b\":[{\"c\":1}]} 10:{\"d\":1} !11:9 !13:8 !14:7 ",
             pad);
    static const size_t pieces[] = { 1, 100, 4096 };
    for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
        char *out = read_all(text, len, pieces[i]);
        ck_assert_str_eq(out, expected);
        free(out);
    }
}
END_TEST

/* Broken lines that, by their brackets alone, might all be parts of the first one's document. */
START_TEST(test_reader_broken_lines)
{
    enum { N = 900, WIDTH = 10000 };
    char *text = malloc((size_t)N * (WIDTH + 16)), *at = text;
    ck_assert_ptr_nonnull(text);
    for (int i = 0; i < N; i++)
        at += sprintf(at, "{\"x\":[tru,\"%0*d\",\n", WIDTH, i);
    char *out = read_all(text, (size_t)(at - text), 1 << 16);
    const char *rest = out;
    for (int i = 1; i <= N; i++) {
        char expected[32];
        snprintf(expected, sizeof(expected), "!%d:9 ", i);
        ck_assert(strncmp(rest, expected, strlen(expected)) == 0);
        rest += strlen(expected);
    }
    ck_assert_str_eq(rest, "");
    free(out);
    free(text);
}
END_TEST

/* Every cut and every changed byte of a stream: no crash, no endless loop, and where the first document
 * is whole it is read. */
START_TEST(test_reader_damage)
{
    static const char text[] = "{\"a\":[1,{\"b\":\"\\u00e9\\\"\"}],\n\"c\":-0.5}\n---\n[true,null]\n{\"d\":{}}\n";
    static const char wrong[] = "{}[]\",:-\\\n x0\xff\xc3";
    size_t len = sizeof(text) - 1, first = (size_t)(strstr(text, "---") - text);
    char copy[sizeof(text)];
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    for (size_t i = 0; i < len; i++) {
        for (size_t w = 0; w < sizeof(wrong); w++) {
            size_t kept = w + 1 < sizeof(wrong) ? len : i; /* the last round cuts */
            memcpy(copy, text, sizeof(text));
            if (kept == len)
                copy[i] = wrong[w];
            rewind(file);
            ck_assert_int_eq(ftruncate(fileno(file), 0), 0);
            ck_assert_uint_eq(fwrite(copy, 1, kept, file), kept);
            ck_assert_int_eq(fflush(file), 0);
            ck_assert_int_eq(lseek(fileno(file), 0, SEEK_SET), 0);
            struct rollout_json_reader *reader = NULL;
            struct rollout_json *json = NULL;
            ck_assert_int_eq(rollout_json_reader_new(fileno(file), &reader, NULL), ROLLOUT_OK);
            for (int round = 0;; round++) {
                json = NULL;
                int r = rollout_json_reader_next(reader, &json, NULL, NULL);
                ck_assert_int_lt(round, 20);
                ck_assert(r == ROLLOUT_OK || r == ROLLOUT_ERR_SYNTAX);
                if (round == 0 && i >= first)
                    ck_assert_ptr_nonnull(json);
                if (r == ROLLOUT_OK && !json)
                    break;
                rollout_json_free(json);
            }
            rollout_json_reader_free(reader);
        }
    }
    fclose(file);
}
END_TEST

START_TEST(test_reader_io)
{
    struct rollout_json_reader *reader = NULL;
    struct rollout_json *json = NULL;
    struct rollout_error error = { .struct_size = sizeof(error) };
    char expected[64];
    int fd = open("/", O_RDONLY); /* a directory cannot be read */
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(rollout_json_reader_new(fd, &reader, NULL), ROLLOUT_OK);
    ck_assert_int_eq(rollout_json_reader_next(reader, &json, NULL, &error), ROLLOUT_ERR_IO);
    snprintf(expected, sizeof(expected), "reading failed with errno %d", EISDIR);
    ck_assert_str_eq(error.message, expected);
    ck_assert_int_eq(error.code, ROLLOUT_ERR_IO);
    ck_assert_ptr_null(json);
    rollout_json_reader_free(reader);
    close(fd);
    rollout_json_reader_free(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("json");
    TCase *tcase = tcase_create("json");
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, test_valid, 0, sizeof(valid_cases) / sizeof(*valid_cases));
    tcase_add_loop_test(tcase, test_invalid, 0, sizeof(invalid_cases) / sizeof(*invalid_cases));
    tcase_add_test(tcase, test_null_text);
    tcase_add_loop_test(tcase, test_depth, 0, sizeof(depth_cases) / sizeof(*depth_cases));
    tcase_add_loop_test(tcase, test_expansion, 0, sizeof(expansion_cases) / sizeof(*expansion_cases));
    tcase_add_loop_test(tcase, test_expansion_depth, 0, 4);
    tcase_add_loop_test(tcase, test_expansion_depth_patch, 0, 4);
    tcase_add_test(tcase, test_locale);
    tcase_add_test(tcase, test_nomem);
    tcase_add_loop_test(tcase, test_reader, 0, sizeof(reader_cases) / sizeof(*reader_cases));
    tcase_add_test(tcase, test_reader_big);
    tcase_add_test(tcase, test_reader_many);
    tcase_add_test(tcase, test_reader_again);
    tcase_add_test(tcase, test_reader_broken_lines);
    tcase_add_test(tcase, test_reader_damage);
    tcase_add_test(tcase, test_reader_io);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

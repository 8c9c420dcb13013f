/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rollout/json.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* The document as JSON, or "!LINE:COLUMN: MESSAGE". Static storage. */
static const char *read_yaml(const char *text, size_t len)
{
    static char out[1 << 16];
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_json *json = NULL;
    size_t written = 0;
    int r = rollout_yaml_parse(text, len, &json, &error);
    if (r != ROLLOUT_OK) {
        ck_assert_ptr_null(json);
        ck_assert_int_eq(r, ROLLOUT_ERR_SYNTAX);
        ck_assert_int_eq(error.code, r);
        snprintf(out, sizeof out, "!%u:%u: %s", error.line, error.column, strstr(error.message, ": ") + 2);
        return out;
    }
    ck_assert_int_eq(rollout_tree_text(rollout_json_tree(json), out, sizeof out, &written, NULL), ROLLOUT_OK);
    ck_assert_uint_lt(written, sizeof out);
    rollout_json_free(json);
    return out;
}

/* What kubectl's reader makes of a scalar. */
static const struct {
    const char *yaml, *json;
} scalars[] = {
    { "abc", "\"abc\"" },
    { "~", "null" },
    { "null", "null" },
    { "Null", "null" },
    { "NULL", "null" },
    { "nUll", "\"nUll\"" },
    { "true", "true" },
    { "True", "true" },
    { "TRUE", "true" },
    { "tRUE", "\"tRUE\"" },
    { "y", "true" },
    { "Y", "true" },
    { "yes", "true" },
    { "Yes", "true" },
    { "YES", "true" },
    { "yEs", "\"yEs\"" },
    { "on", "true" },
    { "On", "true" },
    { "ON", "true" },
    { "n", "false" },
    { "N", "false" },
    { "no", "false" },
    { "No", "false" },
    { "NO", "false" },
    { "off", "false" },
    { "Off", "false" },
    { "OFF", "false" },
    { "false", "false" },
    { "False", "false" },
    { "FALSE", "false" },
    { "yesterday", "\"yesterday\"" },
    { "'yes'", "\"yes\"" },
    { "\"no\"", "\"no\"" },
    { "'5'", "\"5\"" },
    { "''", "\"\"" },
    { "0", "0" },
    { "-0", "0" },
    { "+7", "7" },
    { "-7", "-7" },
    { "017", "15" },
    { "0o17", "15" },
    { "0O17", "15" },
    { "-017", "-15" },
    { "08", "8" },
    { "0x1F", "31" },
    { "0X1f", "31" },
    { "-0x10", "-16" },
    { "0b101", "5" },
    { "0b102", "\"0b102\"" },
    { "0x", "\"0x\"" },
    { "0xg", "\"0xg\"" },
    { "0xFFFFFFFFFFFFFFFFFF", "\"0xFFFFFFFFFFFFFFFFFF\"" },
    { "-0x8000000000000000", "-9223372036854775808" },
    { "-0x8000000000000001", "\"-0x8000000000000001\"" },
    { "+0x8000000000000000", "\"+0x8000000000000000\"" },
    { "1_000", "1000" },
    { "1_", "1" },
    { "_1", "\"_1\"" },
    { "9223372036854775807", "9223372036854775807" },
    { "-9223372036854775808", "-9223372036854775808" },
    { "1e3", "1000" },
    { "1.0", "1" },
    { "-1.0", "-1" },
    { "1.", "1" },
    { ".5", "0.5" },
    { "-.5", "-0.5" },
    { "+1.5", "1.5" },
    { "00.5", "0.5" },
    { "1.5e-3", "0.0015" },
    { "1.5E+2", "150" },
    { "1e21", "1e21" },
    { "1e22", "1e22" },
    { "1000000000000000000000000", "1e24" },
    { "1e999", "\"1e999\"" },
    { "1_0.5", "10.5" },
    { "._5", "\"._5\"" },
    { ".5_0", "0.5" },
    { ".5_", "\".5_\"" },
    { ".5__0", "\".5__0\"" },
    { ".", "\".\"" },
    { "-", "[null]" },
    { "+", "\"+\"" },
    { "1.2.3", "\"1.2.3\"" },
    { "1.16.0-alpine", "\"1.16.0-alpine\"" },
    { "1e", "\"1e\"" },
    { "1e+", "\"1e+\"" },
    { "5%", "\"5%\"" },
    { "100m", "\"100m\"" },
    { "12:30:45", "\"12:30:45\"" },
    { "2001-12-14", "\"2001-12-14\"" },
    { "2026-11-23T12:00:00Z", "\"2026-11-23T12:00:00Z\"" },
    { "2001-12-14 21:59:43.10", "\"2001-12-14 21:59:43.10\"" },
    { "<<", "\"\\u003c\\u003c\"" },
    { "a: b", "{\"a\":\"b\"}" },
    { "!!str 5", "\"5\"" },
    { "!!str", "\"\"" },
    { "!!int '5'", "5" },
    { "!!float 5", "5" },
    { "!!bool yes", "true" },
    { "!!null ''", "null" },
    { "!mine 5", "\"5\"" },
    { "! 5", "\"5\"" },
    { "!!timestamp 2001-12-14", "\"2001-12-14\"" },
};

START_TEST(test_scalar)
{
    const char *yaml = scalars[_i].yaml;
    ck_assert_str_eq(read_yaml(yaml, strlen(yaml)), scalars[_i].json);
}
END_TEST

/* Structure: what libyaml gives, and what is ours. */
static const struct {
    const char *yaml, *json;
} documents[] = {
    { "a: 1\nb:\n- x\n- {c: [1, 2]}\n", "{\"a\":1,\"b\":[\"x\",{\"c\":[1,2]}]}" },
    { "a:\n  - |\n    x\n    y\n  - >-\n    x\n    y\n", "{\"a\":[\"x\\ny\\n\",\"x y\"]}" },
    { "# comment\n%not: here\n", "!2:5: while scanning a directive: found unexpected non-alphabetical character" },
    { "%YAML 1.1\n---\na: 1\n...\n", "{\"a\":1}" },
    { "--- # comment\na: 1\n", "{\"a\":1}" },
    { "{\"a\": [1, 2.5, null]}", "{\"a\":[1,2.5,null]}" },
    { "a: 1\r\nb: 2\r\n", "{\"a\":1,\"b\":2}" },
    { "a: 1\nb: 2\na: 3\n", "{\"a\":3,\"b\":2}" }, /* the last one counts, as in JSON */
    { "1: a\ntrue: b\nn: e\n1.5: c\n-0x10: d\n",
      "{\"1\":\"a\",\"true\":\"b\",\"false\":\"e\",\"1.5\":\"c\",\"-16\":\"d\"}" },
    { "~: a\n", "!1:1: a key that is no text" },
    { "[1]: a\n", "!1:1: a key that is no text" },
    { "? {a: b}\n: c\n", "!1:3: a key that is no text" },
    { "\"a\\0b\": 1\n", "!1:1: NUL byte in object key not supported" },
    { "a: \"x\\0y\"\n", "{\"a\":\"x\\u0000y\"}" },
    { "a: &x [1, 2]\nb: *x\n", "{\"a\":[1,2],\"b\":[1,2]}" },
    { "a: &x k\n*x : v\n", "{\"a\":\"k\",\"k\":\"v\"}" },
    { "a: &x 1\nb: &x 2\nc: *x\n", "{\"a\":1,\"b\":2,\"c\":2}" },
    { "a: &x [&x 1, *x]\nb: *x\n", "{\"a\":[1,1],\"b\":1}" }, /* the latest one that begins */
    { "a: &x 1\nb: &x [*x]\n", "!2:8: an alias within its own anchor" },
    { "a: *x\n", "!1:4: an alias without an anchor" },
    { "a: &x [1, *x]\n", "!1:11: an alias within its own anchor" },
    { "m: &m {a: 1, b: 2}\nk:\n  <<: *m\n  b: 3\n", "{\"m\":{\"a\":1,\"b\":2},\"k\":{\"a\":1,\"b\":3}}" },
    /* A merge counts where it stands. */
    { "m: &m {a: 1}\nk:\n  a: 3\n  <<: *m\n", "{\"m\":{\"a\":1},\"k\":{\"a\":1}}" },
    { "<<: [{a: 1}, {a: 2, b: 3}]\n", "{\"a\":1,\"b\":3}" },
    { "<<: {a: 1}\n", "{\"a\":1}" },
    { "'<<': {a: 1}\n", "{\"\\u003c\\u003c\":{\"a\":1}}" },
    { "<<: 1\n", "!1:5: only mappings can be merged" },
    { "<<: [1]\n", "!1:7: only mappings can be merged" },
    { "a: .inf\n", "!1:4: a number that is not finite" },
    { "a: -.INF\n", "!1:4: a number that is not finite" },
    { "a: .NaN\n", "!1:4: a number that is not finite" },
    { "a: -.nan\n", "{\"a\":\"-.nan\"}" },
    { "a: 9223372036854775808\n", "!1:4: too big integer" },
    { "a: -9223372036854775809\n", "!1:4: too big integer" },
    { "a: 0x8000000000000000\n", "!1:4: too big integer" },
    { "a: 0xFFFFFFFFFFFFFFFF\n", "!1:4: too big integer" },
    { "a: &x [{b: 1}]\nc: {<<: *x}\n", "!2:9: only mappings can be merged" },
    { "a: !!int x\n", "!1:4: not an !!int" },
    { "a: !!int 1.5\n", "!1:4: not an !!int" },
    { "a: !!bool 1\n", "!1:4: not a !!bool" },
    { "a: !!null x\n", "!1:4: not a !!null" },
    { "a: !!float x\n", "!1:4: not a !!float" },
    { "a: !!binary AAAA\n", "!1:4: !!binary has no place in JSON" },
    { "a: b: c\n", "!1:5: mapping values are not allowed in this context" },
    { "a: [1, 2\n", "!2:1: while parsing a flow sequence: did not find expected ',' or ']'" },
    { "\ta: 1\n", "!1:1: while scanning for the next token: found character that cannot start any token" },
    { "a: 1\n b: 2\n", "!2:3: mapping values are not allowed in this context" },
    { "- a\nb: 1\n", "!2:1: while parsing a block collection: did not find expected '-' indicator" },
    { "a: 'x\n", "!2:1: while scanning a quoted scalar: found unexpected end of stream" },
    { "a: 1\n---\nb: 2\n", "!2:1: a second document" },
    { "\xc3\xa4: \xc3\xa4\xc3\xb6 : 1\n",
      "!1:10: mapping values are not allowed in this context" }, /* bytes, not letters */
    { "a: \xff\n", "!1:4: invalid leading UTF-8 octet" },
    { "a: \x01\n", "!1:4: control characters are not allowed" },
    { "", "!1:1: no document" },
    { "# nothing\n", "!1:1: no document" },
};

START_TEST(test_document)
{
    const char *yaml = documents[_i].yaml;
    ck_assert_str_eq(read_yaml(yaml, strlen(yaml)), documents[_i].json);
}
END_TEST

/* The texts that are JSON are expanded, as those in JSON are. */
START_TEST(test_expansion)
{
    static const char yaml[] = "metadata:\n  annotations:\n    inplace-update-state: '{\"revision\": \"a\"}'\n";
    struct rollout_json *json = NULL;
    ck_assert_int_eq(rollout_yaml_parse(yaml, sizeof yaml - 1, &json, NULL), ROLLOUT_OK);
    const struct rollout_tree *tree = rollout_json_tree(json);
    ck_assert_uint_eq(tree->count, 6);
    ck_assert_uint_eq(tree->nodes[3].kind, ROLLOUT_NODE_TEXT);
    ck_assert_uint_eq(tree->nodes[3].size, 3);
    ck_assert_uint_eq(tree->nodes[4].kind, ROLLOUT_NODE_OBJECT);
    rollout_json_free(json);
}
END_TEST

/* n times the text, then the rest. The caller's. */
static char *repeat(const char *text, size_t n, const char *rest)
{
    size_t len = strlen(text);
    char *all = malloc(n * len + strlen(rest) + 1);
    ck_assert_ptr_nonnull(all);
    for (size_t i = 0; i < n; i++)
        memcpy(all + i * len, text, len);
    strcpy(all + n * len, rest);
    return all;
}

/* Each directive is compared with all before it, so there is an end to them. */
START_TEST(test_directives)
{
    char *text = malloc(1001 * 16 + 16);
    ck_assert_ptr_nonnull(text);
    for (int count = 1000; count <= 1001; count++) {
        int n = 0;
        struct rollout_json *json = NULL;
        struct rollout_error error = { .struct_size = sizeof(error) };
        for (int i = 0; i < count; i++)
            n += sprintf(text + n, "%%TAG !a%d! x\n", i);
        n += sprintf(text + n, "---\na: 1\n");
        int r = rollout_yaml_parse(text, (size_t)n, &json, &error);
        ck_assert_int_eq(r, count == 1000 ? ROLLOUT_OK : ROLLOUT_ERR_SYNTAX);
        if (r != ROLLOUT_OK)
            ck_assert_str_eq(error.message, "line 1001, column 1: more than 1000 directives");
        rollout_json_free(json);
    }
    free(text);
}
END_TEST

START_TEST(test_depth)
{
    static const struct {
        const char *open;
        size_t n;
        const char *expected; /* NULL: taken */
    } cases[] = {
        { "[", 999, NULL },
        { "[", 1000, NULL },
        { "[", 1001, "!1:1001: nested too deep" },
        { "[", 100000, "!1:1001: nested too deep" },
        { "- ", 100000, "!1:2001: nested too deep" },
        { "{a: ", 100000, "!1:4001: nested too deep" },
        { "? ", 100000, "!1:3: a key that is no text" },
    };
    char *deep = repeat(cases[_i].open, cases[_i].n, cases[_i].expected ? "" : "x");
    if (!cases[_i].expected) {
        char *whole = malloc(2 * cases[_i].n + 2);
        strcpy(whole, deep);
        memset(whole + strlen(deep), ']', cases[_i].n);
        struct rollout_json *json = NULL;
        ck_assert_int_eq(rollout_yaml_parse(whole, 2 * cases[_i].n + 1, &json, NULL), ROLLOUT_OK);
        ck_assert_uint_eq(rollout_json_tree(json)->count, cases[_i].n + 1);
        rollout_json_free(json);
        free(whole);
    } else {
        ck_assert_str_eq(read_yaml(deep, strlen(deep)), cases[_i].expected);
    }
    free(deep);
}
END_TEST

/* Aliases of aliases: deeper, and larger, than what is written. */
START_TEST(test_aliases)
{
    char text[1 << 16], *at = text;
    at += sprintf(at, "- &a0 [x]\n");
    for (int i = 1; i < 900; i++)
        at += sprintf(at, "- &a%d [*a%d]\n", i, i - 1);
    /* Each contains the one before: 900 deep, and half a million nodes, which is not too many. */
    struct rollout_json *json = NULL;
    ck_assert_int_eq(rollout_yaml_parse(text, strlen(text), &json, NULL), ROLLOUT_OK);
    rollout_json_free(json);
    for (int i = 900; i < 1100; i++)
        at += sprintf(at, "- &a%d [*a%d]\n", i, i - 1);
    ck_assert_str_eq(read_yaml(text, strlen(text)), "!1:1: nested too deep");

    at = text;
    at += sprintf(at, "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for (int i = 1; i < 30; i++)
        at += sprintf(at, "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i, i - 1, i - 1,
                      i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
    ck_assert_str_eq(read_yaml(text, strlen(text)), "!7:10: aliases repeat too much");

    /* One long text, again and again. */
    char *long_text = repeat("0123456789", 100000, "");
    size_t size = strlen(long_text) + (1 << 20);
    char *many = malloc(size);
    int n = snprintf(many, size, "a: &a x%s\nb: [", long_text);
    for (int i = 0; i < 1000; i++)
        n += snprintf(many + n, size - (size_t)n, "*a, ");
    snprintf(many + n, size - (size_t)n, "]\n");
    ck_assert_ptr_nonnull(strstr(read_yaml(many, strlen(many)), "aliases repeat too much"));
    free(many);
    free(long_text);
}
END_TEST

/* However a document is cut off, there is an answer. */
START_TEST(test_cut)
{
    static const char yaml[] =
        "%YAML 1.1\n--- !!map\na: &x [1, \"\\u00e4\\n\", 'y''s', *y]\n? b\n: |+2\n    text\n\n<<: {c: ~}\n"
        "d: >-\n  folded\n\n  text\n...\n";
    for (size_t len = 0; len < sizeof yaml; len++) {
        char *exact = malloc(len ? len : 1);
        memcpy(exact, yaml, len);
        struct rollout_error error = { .struct_size = sizeof error };
        struct rollout_json *json = NULL;
        int r = rollout_yaml_parse(exact, len, &json, &error);
        ck_assert(r == ROLLOUT_OK ? json != NULL : r == ROLLOUT_ERR_SYNTAX && error.line > 0 && error.column > 0);
        rollout_json_free(json);
        free(exact);
    }
}
END_TEST

/* ---- streams ---- */

/* Of each document "LINE:JSON", or "!LINE:COLUMN". */
static const struct {
    const char *name, *text, *expected;
} streams[] = {
    { "documents apart", "a: 1\n---\nb: 2\n", "1:{\"a\":1} 3:{\"b\":2} " },
    { "empty ones are passed over", "---\n---\n# nothing\n---\n\na: 1\n---\n...\n---\n", "6:{\"a\":1} " },
    { "YAML and JSON in turn", "{\"a\":1}\n{\"a\":2}\n---\na: 3\n---\n{\"a\":4}\n",
      "1:{\"a\":1} 2:{\"a\":2} 4:{\"a\":3} 6:{\"a\":4} " },
    { "behind JSON only a separator lets YAML begin", "{\"a\":1}\nb: 2\n---\nc: 3\n", "1:{\"a\":1} !2:1 4:{\"c\":3} " },
    { "comments first", "# Source: x\n\na: 1\n", "1:{\"a\":1} " },
    { "directives", "%YAML 1.1\n# c\n---\na: 1\n---\nb: 2\n", "1:{\"a\":1} 6:{\"b\":2} " },
    { "a text behind the separator", "--- # c\na: 1\n--- {b: 2}\n---\t[3]\n--- \n", "1:{\"a\":1} 3:{\"b\":2} 4:[3] " },
    { "the end of a document", "a: 1\n...\nb: 2\n", "1:{\"a\":1} 3:{\"b\":2} " },
    { "no separator", "a: |\n  ---\n  ...\n---x: 1\n", "1:{\"a\":\"---\\n...\\n\",\"---x\":1} " },
    { "an error, and on", "a: [\n---\nb: 2\n", "!2:1 3:{\"b\":2} " },
    { "an error, and on with JSON", "a: 'b' c\n{\"d\":1}\n---\ne: 1\n", "!1:8 2:{\"d\":1} 4:{\"e\":1} " },
    { "a text is no document", "hello\n{\"a\":1}\n", "!1:1 2:{\"a\":1} " },
    { "nor is a number", "5\n---\na: 1\n", "!1:1 3:{\"a\":1} " },
    { "a byte order mark",
      "\xef\xbb\xbf"
      "a: 1\n",
      "1:{\"a\":1} " },
    { "UTF-16 is not read",
      "\xff\xfe"
      "a\0:\0",
      "!1:1 " },
    { "no end of line", "a: 1", "1:{\"a\":1} " },
    { "CRLF", "a: 1\r\n---\r\nb: 2\r\n", "1:{\"a\":1} 3:{\"b\":2} " },
    { "two dashes", "--\n", "!1:1 " },
};

START_TEST(test_stream)
{
    char out[4096] = "", name[] = "/tmp/yaml-XXXXXX";
    int fd = mkstemp(name), r = ROLLOUT_OK;
    ck_assert_int_ge(fd, 0);
    unlink(name);
    const char *text = streams[_i].text;
    size_t len = strcmp(streams[_i].name, "UTF-16 is not read") == 0 ? 6 : strlen(text), n = 0;
    ck_assert_int_eq(write(fd, text, len), (ssize_t)len);
    lseek(fd, 0, SEEK_SET);
    struct rollout_json_reader *reader = NULL;
    ck_assert_int_eq(rollout_json_reader_new(fd, &reader, NULL), ROLLOUT_OK);
    for (;;) {
        struct rollout_error error = { .struct_size = sizeof error };
        struct rollout_json *json = NULL;
        uint32_t line = 0;
        r = rollout_json_reader_next(reader, &json, &line, &error);
        if (r == ROLLOUT_OK && !json)
            break;
        if (r == ROLLOUT_OK) {
            size_t written;
            n += (size_t)snprintf(out + n, sizeof out - n, "%u:", line);
            rollout_tree_text(rollout_json_tree(json), out + n, sizeof out - n, &written, NULL);
            n += written;
            n += (size_t)snprintf(out + n, sizeof out - n, " ");
        } else {
            ck_assert_int_eq(r, ROLLOUT_ERR_SYNTAX);
            n += (size_t)snprintf(out + n, sizeof out - n, "!%u:%u ", error.line, error.column);
        }
        rollout_json_free(json);
        ck_assert_uint_lt(n, sizeof out / 2);
    }
    ck_assert_str_eq(out, streams[_i].expected);
    rollout_json_reader_free(reader);
    close(fd);
}
END_TEST

START_TEST(test_null)
{
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_json *json = NULL;
    ck_assert_int_eq(rollout_yaml_parse(NULL, 3, &json, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "text is NULL with a length");
    ck_assert_int_eq(rollout_yaml_parse(NULL, 0, &json, NULL), ROLLOUT_ERR_SYNTAX);
    ck_assert_ptr_null(json);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("yaml");
    TCase *tcase = tcase_create("yaml");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, test_scalar, 0, COUNT(scalars));
    tcase_add_loop_test(tcase, test_document, 0, COUNT(documents));
    tcase_add_test(tcase, test_expansion);
    tcase_add_test(tcase, test_directives);
    tcase_add_loop_test(tcase, test_depth, 0, 7);
    tcase_add_test(tcase, test_aliases);
    tcase_add_test(tcase, test_cut);
    tcase_add_loop_test(tcase, test_stream, 0, COUNT(streams));
    tcase_add_test(tcase, test_null);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

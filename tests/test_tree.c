/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rollout/json.h>
#include <rollout/version.h>

#include "base/tree.h"

#define KEY(s)       .key = { s, sizeof(s) - 1 }
#define TEXT(s)      .text = { s, sizeof(s) - 1 }
#define OBJECT(n)    .kind = ROLLOUT_NODE_OBJECT, .size = n
#define ARRAY(n)     .kind = ROLLOUT_NODE_ARRAY, .size = n
#define STRING(n, s) .kind = ROLLOUT_NODE_TEXT, .size = n, TEXT(s)
#define INTEGER(i)   .kind = ROLLOUT_NODE_INTEGER, .size = 1, .integer = i
#define REAL(d, s)   .kind = ROLLOUT_NODE_REAL, .size = 1, .real = d, TEXT(s)
#define BOOL(b)      .kind = ROLLOUT_NODE_BOOL, .size = 1, .integer = b
#define NULL_NODE    .kind = ROLLOUT_NODE_NULL, .size = 1

/* The text of a good tree, or what is wrong with a bad one. */
static const struct check_case {
    const char *name;
    struct rollout_node nodes[8];
    size_t count;
    uint32_t index;
    const char *result;
} check_cases[] = {
    { "null", { { NULL_NODE } }, 1, 0, "null" },
    { "true", { { BOOL(1) } }, 1, 0, "true" },
    { "false", { { BOOL(0) } }, 1, 0, "false" },
    { "0", { { INTEGER(0) } }, 1, 0, "0" },
    { "least", { { INTEGER(INT64_MIN) } }, 1, 0, "-9223372036854775808" },
    { "greatest", { { INTEGER(INT64_MAX) } }, 1, 0, "9223372036854775807" },
    { "real as it is spelled", { { REAL(1.5, "1.50") } }, 1, 0, "1.50" },
    { "real with exponent", { { REAL(-1e20, "-1E+20") } }, 1, 0, "-1E+20" },
    { "empty text", { { STRING(1, "") } }, 1, 0, "\"\"" },
    { "empty array", { { ARRAY(1) } }, 1, 0, "[]" },
    { "empty object", { { OBJECT(1) } }, 1, 0, "{}" },
    { "nested",
      { { OBJECT(7) },
        { KEY("a"), ARRAY(4) },
        { INTEGER(1) },
        { OBJECT(2) },
        { KEY(""), NULL_NODE },
        { KEY("b"), STRING(2, "{}") },
        { OBJECT(1) } },
      7,
      0,
      "{\"a\":[1,{\"\":null}],\"b\":\"{}\"}" },
    { "root with a key", { { KEY("a"), INTEGER(1) } }, 1, 0, "1" },
    { "key that stands twice: written as it is",
      { { OBJECT(3) }, { KEY("a"), INTEGER(1) }, { KEY("a"), INTEGER(2) } },
      3,
      0,
      "{\"a\":1,\"a\":2}" },

    { "no nodes", { { NULL_NODE } }, 0, ROLLOUT_NONE, "the tree has no nodes" },
    { "too many",
      { { NULL_NODE } },
      (size_t)UINT32_MAX + 1,
      ROLLOUT_NONE,
      "the tree has 4294967296 nodes, which are too many" },
    { "kind 0", { { .kind = 0, .size = 1 } }, 1, 0, "node 0 kind is unknown" },
    { "kind 8", { { ARRAY(2) }, { .kind = 8, .size = 1 } }, 2, 1, "node 1 kind is unknown" },
    { "kind -1", { { .kind = UINT32_MAX, .size = 1 } }, 1, 0, "node 0 kind is unknown" },
    { "size 0", { { ARRAY(2) }, { .kind = ROLLOUT_NODE_NULL } }, 2, 1, "node 1 size is 0" },
    { "size 0 of the root", { { .kind = ROLLOUT_NODE_ARRAY } }, 1, 0, "node 0 size is 0" },
    { "beyond the tree", { { ARRAY(3) }, { NULL_NODE } }, 2, 0, "node 0 size goes beyond the tree" },
    { "beyond the tree by far", { { ARRAY(UINT32_MAX) }, { NULL_NODE } }, 2, 0, "node 0 size goes beyond the tree" },
    { "beyond its parent",
      { { ARRAY(4) }, { ARRAY(2) }, { ARRAY(2) }, { NULL_NODE } },
      4,
      2,
      "node 2 size goes beyond its parent" },
    { "beyond its parent by far", { { ARRAY(2) }, { ARRAY(UINT32_MAX) } }, 2, 1, "node 1 size goes beyond its parent" },
    { "nodes beyond the root",
      { { ARRAY(2) }, { NULL_NODE }, { NULL_NODE } },
      3,
      0,
      "node 0 is the root, but the tree has nodes beyond it" },
    { "children of null",
      { { .kind = ROLLOUT_NODE_NULL, .size = 2 }, { NULL_NODE } },
      2,
      0,
      "node 0 has children but is no container" },
    { "children of a number",
      { { .kind = ROLLOUT_NODE_INTEGER, .size = 2 }, { NULL_NODE } },
      2,
      0,
      "node 0 has children but is no container" },
    { "text with two children",
      { { STRING(3, "x") }, { NULL_NODE }, { NULL_NODE } },
      3,
      1,
      "node 1 is not the only child of a text" },
    { "text's child with a key",
      { { STRING(2, "x") }, { KEY("a"), NULL_NODE } },
      2,
      1,
      "node 1 has a key but is no member of an object" },
    { "element with a key",
      { { ARRAY(2) }, { KEY("a"), NULL_NODE } },
      2,
      1,
      "node 1 has a key but is no member of an object" },
    { "member without a key",
      { { OBJECT(3) }, { KEY("a"), NULL_NODE }, { NULL_NODE } },
      3,
      2,
      "node 2 has no key but is a member of an object" },
    { "key NULL with a length",
      { { ARRAY(2) }, { NULL_NODE, .key = { NULL, 2 } } },
      2,
      1,
      "node 1 key is NULL with a length" },
    { "text NULL", { { .kind = ROLLOUT_NODE_TEXT, .size = 1 } }, 1, 0, "node 0 is a text that is NULL" },
    { "text NULL with a length",
      { { .kind = ROLLOUT_NODE_TEXT, .size = 1, .text = { NULL, 3 } } },
      1,
      0,
      "node 0 is a text that is NULL" },
    { "boolean 2", { { BOOL(2) } }, 1, 0, "node 0 is a boolean that is neither 0 nor 1" },
    { "boolean -1", { { BOOL(-1) } }, 1, 0, "node 0 is a boolean that is neither 0 nor 1" },
    { "real without text",
      { { .kind = ROLLOUT_NODE_REAL, .size = 1, .real = 1 } },
      1,
      0,
      "node 0 is a number whose text is none" },
    { "real with an empty text", { { REAL(1, "") } }, 1, 0, "node 0 is a number whose text is none" },
    { "real with a text that is no number", { { REAL(1, "1;") } }, 1, 0, "node 0 is a number whose text is none" },
    { "real, 01", { { REAL(1, "01.5") } }, 1, 0, "node 0 is a number whose text is none" },
    { "real, .5", { { REAL(.5, ".5") } }, 1, 0, "node 0 is a number whose text is none" },
    { "real, 1.", { { REAL(1, "1.") } }, 1, 0, "node 0 is a number whose text is none" },
    { "real, 1e", { { REAL(1, "1e+") } }, 1, 0, "node 0 is a number whose text is none" },
    { "real, +1", { { REAL(1, "+1.0") } }, 1, 0, "node 0 is a number whose text is none" },
    { "real, NaN", { { REAL(1, "NaN") } }, 1, 0, "node 0 is a number whose text is none" },
    { "real, infinite", { { REAL(HUGE_VAL, "1e999") } }, 1, 0, "node 0 is a number that is not finite" },
    { "real, no number", { { REAL(HUGE_VAL - HUGE_VAL, "1.0") } }, 1, 0, "node 0 is a number that is not finite" },
};

START_TEST(test_check)
{
    const struct check_case *c = &check_cases[_i];
    struct rollout_tree tree = { c->nodes, c->count };
    struct rollout_error error = { .struct_size = sizeof(error) };
    bool good = c->count && strncmp(c->result, "node ", 5) != 0 && strncmp(c->result, "the ", 4) != 0;
    int r = rollout_tree_check(&tree, &error);
    ck_assert_msg(r == (good ? ROLLOUT_OK : ROLLOUT_ERR_INVALID), "%s: %d", c->name, r);
    size_t len = 77;
    if (good) {
        char buf[100];
        ck_assert_int_eq(rollout_tree_text(&tree, buf, sizeof(buf), &len, &error), ROLLOUT_OK);
        ck_assert_str_eq(buf, c->result);
        ck_assert_uint_eq(len, strlen(c->result));
    } else {
        ck_assert_str_eq(error.message, c->result);
        ck_assert_uint_eq(error.index, c->index);
        ck_assert_int_eq(rollout_tree_check(&tree, NULL), ROLLOUT_ERR_INVALID);
        ck_assert_int_eq(rollout_tree_text(&tree, NULL, 0, &len, &error), ROLLOUT_ERR_INVALID);
        ck_assert_uint_eq(len, 77);
    }
}
END_TEST

START_TEST(test_check_null)
{
    struct rollout_tree tree = { NULL, 3 };
    struct rollout_error error = { .struct_size = sizeof(error) };
    ck_assert_int_eq(rollout_tree_check(NULL, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "the tree has no nodes");
    ck_assert_int_eq(rollout_tree_check(&tree, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "the tree has no nodes");
}
END_TEST

/* n arrays within each other, the innermost one with a number or nothing. */
static struct rollout_node *nest(size_t n, bool number)
{
    struct rollout_node *nodes = calloc(n + 1, sizeof(*nodes));
    ck_assert_ptr_nonnull(nodes);
    for (size_t i = 0; i < n; i++)
        nodes[i] = (struct rollout_node){ ARRAY((uint32_t)(n - i + number)) };
    nodes[n] = (struct rollout_node){ INTEGER(1) };
    return nodes;
}

START_TEST(test_depth)
{
    struct rollout_error error = { .struct_size = sizeof(error) };
    size_t n = ROLLOUT_NODE_MAX_DEPTH, len = 0;
    for (int number = 0; number <= 1; number++) {
        struct rollout_node *nodes = nest(n, number);
        struct rollout_tree tree = { nodes, n + (size_t)number };
        ck_assert_int_eq(rollout_tree_text(&tree, NULL, 0, &len, &error), ROLLOUT_OK);
        ck_assert_uint_eq(len, 2 * n + (size_t)number);
        free(nodes);

        nodes = nest(n + 1, number);
        tree = (struct rollout_tree){ nodes, n + 1 + (size_t)number };
        ck_assert_int_eq(rollout_tree_check(&tree, &error), ROLLOUT_ERR_INVALID);
        ck_assert_str_eq(error.message, "node 1000 is nested too deep");
        ck_assert_uint_eq(error.index, 1000);
        free(nodes);
    }
    struct rollout_node *nodes = nest(1000000, true);
    struct rollout_tree tree = { nodes, 1000001 };
    ck_assert_int_eq(rollout_tree_check(&tree, &error), ROLLOUT_ERR_INVALID);
    ck_assert_uint_eq(error.index, 1000);
    free(nodes);
}
END_TEST

/* Arrays of random kinds and sizes: nothing to expect but that no memory is touched that is not there,
 * and that what passes can be walked to its end. */
START_TEST(test_check_random)
{
    uint64_t state = 88172645463325252u + (uint64_t)_i;
    struct rollout_node nodes[12];
    for (int round = 0; round < 20000; round++) {
        size_t count = 0;
        memset(nodes, 0, sizeof(nodes));
        for (size_t i = 0; i < 12; i++) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            nodes[i].kind = (uint32_t)(state >> 8) % 4 + 4;
            nodes[i].size = (uint32_t)(state >> 16) % 4 == 0 ? (uint32_t)(state >> 24) % 13 : 1;
            nodes[i].text = (struct rollout_str){ "0", 1 };
            if ((state >> 40) % 8 == 0)
                nodes[i].key = (struct rollout_str){ "k", 1 };
            count = 1 + (size_t)(state >> 48) % 12;
        }
        if ((state >> 33) % 2)
            nodes[0].size = (uint32_t)count;
        struct rollout_tree tree = { nodes, count };
        if (rollout_tree_check(&tree, NULL) == ROLLOUT_OK) {
            ck_assert_uint_eq(nodes[0].size, count);
            ck_assert_uint_gt(ro_tree_write(nodes, NULL, 0), 0);
        }
    }
}
END_TEST

/* As Go's json.Marshal writes them (1.22 and later). */
static const struct text_case {
    struct rollout_str text;
    const char *json;
} text_cases[] = {
#define CASE(text, json)                                                                                               \
    {                                                                                                                  \
        { text, sizeof(text) - 1 }, json                                                                               \
    }
    CASE("", "\"\""),
    CASE("plain", "\"plain\""),
    CASE("a\"b\\c", "\"a\\\"b\\\\c\""),
    CASE("<a href='x'>&</a>", "\"\\u003ca href='x'\\u003e\\u0026\\u003c/a\\u003e\""),
    CASE("\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""),
    CASE("\x00\x01\x0b\x1f\x7f", "\"\\u0000\\u0001\\u000b\\u001f\x7f\""),
    CASE("\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xa7\xe2\x81\xa8", "\"\\u2028\\u2029\xe2\x80\xa7\xe2\x81\xa8\""),
    CASE("\xc3\xa9\xe6\xbc\xa2\xf0\x9d\x84\x9e", "\"\xc3\xa9\xe6\xbc\xa2\xf0\x9d\x84\x9e\""),
    CASE("\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\xf4\x8f\xbf\xbf",
         "\"\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\xf4\x8f\xbf\xbf\""),
    CASE("\xff", "\"\\ufffd\""),
    CASE("a\xc3", "\"a\\ufffd\""),
    CASE("a\xc3z", "\"a\\ufffdz\""),
    CASE("\x80", "\"\\ufffd\""),
    CASE("\xe2\x82z", "\"\\ufffd\\ufffdz\""),
    CASE("\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\""),
    CASE("\xc0\xaf", "\"\\ufffd\\ufffd\""),
    CASE("\xe0\x9f\xbf", "\"\\ufffd\\ufffd\\ufffd\""),
    CASE("\xf0\x8f\xbf\xbf", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""),
    CASE("\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""),
    CASE("\xf0\x9d\x84", "\"\\ufffd\\ufffd\\ufffd\""),
    CASE("\xe2\x80", "\"\\ufffd\\ufffd\""),
    CASE("/", "\"/\""),
#undef CASE
};

START_TEST(test_text)
{
    const struct text_case *c = &text_cases[_i];
    /* An exact copy, so that a sanitizer sees a byte read beyond the end. */
    char *copy = malloc(c->text.len + (c->text.len == 0)), buf[100];
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, c->text.data, c->text.len);
    struct rollout_node node = { .kind = ROLLOUT_NODE_TEXT, .size = 1, .text = { copy, c->text.len } };
    struct rollout_tree tree = { &node, 1 };
    size_t len = 0;
    ck_assert_int_eq(rollout_tree_text(&tree, buf, sizeof(buf), &len, NULL), ROLLOUT_OK);
    ck_assert_str_eq(buf, c->json);
    ck_assert_uint_eq(len, strlen(c->json));
    free(copy);
}
END_TEST

/* Every size of buffer: as many bytes as fit, a NUL, and nothing behind it. */
START_TEST(test_text_sizes)
{
    static const char whole[] = "{\"a\":[-12,true,1.5],\"b\":\"\\u003c\xc3\xa9\\n\"}";
    struct rollout_json *json;
    char buf[64];
    size_t len;
    ck_assert_int_eq(rollout_json_parse(whole, sizeof(whole) - 1, &json, NULL), ROLLOUT_OK);
    for (size_t size = 0; size <= sizeof(whole) + 2; size++) {
        memset(buf, '~', sizeof(buf));
        len = 0;
        ck_assert_int_eq(rollout_tree_text(rollout_json_tree(json), buf, size, &len, NULL), ROLLOUT_OK);
        ck_assert_uint_eq(len, sizeof(whole) - 1);
        size_t kept = size == 0 ? 0 : size > len ? len : size - 1;
        ck_assert(memcmp(buf, whole, kept) == 0);
        if (size)
            ck_assert_int_eq(buf[kept], '\0');
        for (size_t i = kept + (size > 0); i < sizeof(buf); i++)
            ck_assert_int_eq(buf[i], '~');
    }
    struct rollout_error error = { .struct_size = sizeof(error) };
    ck_assert_int_eq(rollout_tree_text(rollout_json_tree(json), NULL, 0, &len, NULL), ROLLOUT_OK);
    ck_assert_int_eq(rollout_tree_text(rollout_json_tree(json), NULL, 0, NULL, NULL), ROLLOUT_OK);
    ck_assert_int_eq(rollout_tree_text(rollout_json_tree(json), NULL, 5, &len, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "buf is NULL with a size of 5");
    rollout_json_free(json);
}
END_TEST

static struct rollout_json *parse(const char *text)
{
    struct rollout_json *json = NULL;
    ck_assert_msg(rollout_json_parse(text, strlen(text), &json, NULL) == ROLLOUT_OK, "%s", text);
    return json;
}

static const struct rollout_node *root(const struct rollout_json *json)
{
    return rollout_json_tree(json)->nodes;
}

START_TEST(test_get)
{
    static const struct rollout_node twice[] = {
        { OBJECT(6) },
        { KEY("a"), INTEGER(1) },
        { KEY("b"), INTEGER(2) },
        { KEY("a"), INTEGER(3) },
        { KEY("c"), INTEGER(4) },
        { KEY("c"), NULL_NODE },
    };
    struct rollout_json *json = parse("{\"a\":{\"b\":[1,{\"x\":2}],\"t\":\"u\",\"n\":null},\"\":7}");
    const struct rollout_node *n = root(json);
    ck_assert_int_eq(ro_get(n, "")->integer, 7);
    ck_assert_ptr_eq(ro_get(n, "a"), n + 1);
    ck_assert_ptr_null(ro_get(n, "b"));
    ck_assert_ptr_null(ro_get(n, "aa"));
    ck_assert_ptr_null(ro_get(NULL, "a"));
    ck_assert_ptr_null(ro_get(ro_get(n, ""), "a"));
    ck_assert_ptr_null(ro_get(ro_dig(n, "a", "b", NULL), "x")); /* an array has no members */
    ck_assert_ptr_null(ro_get(ro_get(n, "a"), "n"));
    ck_assert_ptr_eq(ro_dig(n, NULL), n);
    ck_assert_ptr_null(ro_dig(n, "a", "x", "y", NULL));
    ck_assert_ptr_null(ro_dig(NULL, "a", NULL));
    ck_assert_uint_eq(ro_dig(n, "a", "b", NULL)->kind, ROLLOUT_NODE_ARRAY);
    ck_assert(ro_str_eq(ro_text(ro_dig(n, "a", "t", NULL)), RO_STR("u")));
    ck_assert_ptr_null(ro_text(n).data);
    ck_assert_ptr_null(ro_text(NULL).data);
    ck_assert_uint_eq(ro_count(n), 2);
    ck_assert_uint_eq(ro_count(ro_get(n, "a")), 3);
    ck_assert_uint_eq(ro_count(ro_dig(n, "a", "b", NULL)), 2);
    ck_assert_uint_eq(ro_count(ro_get(n, "")), 0);
    ck_assert_uint_eq(ro_count(NULL), 0);
    ck_assert_ptr_null(ro_expanded(n));
    ck_assert_ptr_null(ro_expanded(NULL));
    ck_assert_ptr_null(ro_expanded(ro_dig(n, "a", "t", NULL)));
    rollout_json_free(json);

    ck_assert_int_eq(ro_get(twice, "a")->integer, 3);
    ck_assert_int_eq(ro_get_str(twice, RO_STR("b"))->integer, 2);
    ck_assert_ptr_null(ro_get(twice, "c"));
}
END_TEST

START_TEST(test_expanded)
{
    static const struct rollout_node text[] = { { STRING(2, "5") }, { INTEGER(5) } };
    static const struct rollout_node plain[] = { { STRING(1, "5") } };
    static const struct rollout_node other[] = { { STRING(2, "5") }, { INTEGER(6) } };
    ck_assert_ptr_eq(ro_expanded(text), text + 1);
    ck_assert_uint_eq(ro_count(text), 1);
    ck_assert(ro_equal(text, plain));
    ck_assert(ro_equal(text, other));
    ck_assert(!ro_equal(text, text + 1));
}
END_TEST

static const struct equal_case {
    const char *a, *b;
    bool equal;
} equal_cases[] = {
    { "null", "null", true },
    { "true", "true", true },
    { "true", "false", false },
    { "true", "1", false },
    { "null", "false", false },
    { "0", "0", true },
    { "1", "1.0", true },
    { "1", "2", false },
    { "100", "1e2", true },
    { "0", "-0.0", true },
    { "0.5", "0.50", true },
    { "0.5", "0.25", false },
    { "9007199254740993", "9007199254740992", true }, /* the same double */
    { "1", "\"1\"", false },
    { "\"a\"", "\"a\"", true },
    { "\"a\"", "\"\\u0061\"", true },
    { "\"a\"", "\"b\"", false },
    { "\"a\"", "\"aa\"", false },
    { "\"\"", "null", false },
    { "[]", "[]", true },
    { "[]", "{}", false },
    { "[1,2]", "[1,2]", true },
    { "[1,2]", "[2,1]", false },
    { "[1,2]", "[1]", false },
    { "[1]", "[1,2]", false },
    { "{}", "{}", true },
    { "{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":2}", true },
    { "{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", true },
    { "{\"b\":2,\"a\":1}", "{\"b\":2,\"a\":1}", true },
    { "{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":3}", false },
    { "{\"a\":1,\"b\":2}", "{\"b\":1,\"a\":2}", false },
    { "{\"a\":1}", "{\"a\":1,\"b\":2}", false },
    { "{\"a\":1,\"b\":2}", "{\"a\":1}", false },
    { "{\"b\":1,\"a\":2}", "{\"a\":2}", false },
    { "{\"a\":2}", "{\"b\":1,\"a\":2}", false },
    { "{\"a\":1}", "{\"b\":1}", false },
    { "{\"a\":null}", "{}", false },
    { "{\"a\":{\"y\":[{\"q\":1,\"p\":2}],\"x\":0}}", "{\"a\":{\"x\":0,\"y\":[{\"p\":2,\"q\":1}]}}", true },
    { "{\"a\":{\"y\":[{\"q\":1,\"p\":2}],\"x\":0}}", "{\"a\":{\"x\":0,\"y\":[{\"p\":1,\"q\":2}]}}", false },
};

START_TEST(test_equal)
{
    const struct equal_case *c = &equal_cases[_i];
    struct rollout_json *a = parse(c->a), *b = parse(c->b);
    ck_assert_msg(ro_equal(root(a), root(b)) == c->equal, "%s, %s", c->a, c->b);
    ck_assert_msg(ro_equal(root(b), root(a)) == c->equal, "%s, %s", c->b, c->a);
    ck_assert(ro_equal(root(a), root(a)));
    rollout_json_free(a);
    rollout_json_free(b);
}
END_TEST

/* Of a key that stands twice the last one counts; sizes on both sides of the one from which members are
 * sorted. */
START_TEST(test_equal_twice)
{
    enum { MOST = 200 };
    static const size_t sizes[] = { 2, 20, 24, 25, MOST };
    struct rollout_node a[2 * MOST + 1], b[2 * MOST + 1];
    char keys[MOST][24];
    size_t n = sizes[_i];
    for (size_t i = 0; i < n; i++)
        snprintf(keys[i], sizeof(keys[i]), "k%zu", i * 7 % n);
    /* a: every key once with a value that does not count, then all with theirs; b: backwards, once. */
    a[0] = (struct rollout_node){ OBJECT((uint32_t)(2 * n + 1)) };
    b[0] = (struct rollout_node){ OBJECT((uint32_t)(n + 1)) };
    for (size_t i = 0; i < n; i++) {
        struct rollout_str key = { keys[i], strlen(keys[i]) };
        a[1 + i] = (struct rollout_node){ INTEGER(-1), .key = key };
        a[1 + n + i] = (struct rollout_node){ INTEGER((int64_t)i), .key = key };
        b[n - i] = (struct rollout_node){ REAL((double)i, "0.0"), .key = key };
    }
    ck_assert(ro_equal(a, b));
    ck_assert(ro_equal(b, a));
    ck_assert(ro_equal(a, a));

    b[1].real = -1; /* a's earlier value of that key */
    ck_assert(!ro_equal(a, b));
    ck_assert(!ro_equal(b, a));
    b[1].real = (double)(n - 1);
    ck_assert(ro_equal(a, b));

    b[n].key = (struct rollout_str){ "other", 5 };
    ck_assert(!ro_equal(a, b));
    ck_assert(!ro_equal(b, a));

    a[0].size = b[0].size = (uint32_t)(n + 1); /* all values differ, the last key too */
    ck_assert(!ro_equal(a, b));
}
END_TEST

/* Objects of 100000 members, in order, out of order, and as each other's only member 900 times: quadratic
 * or exponential work would not end. */
START_TEST(test_equal_big)
{
    enum { N = 100000, DEPTH = 900 };
    struct rollout_node *a = malloc((N + 1) * sizeof(*a)), *b = malloc((N + 1) * sizeof(*b));
    char(*keys)[12] = malloc(N * sizeof(*keys));
    ck_assert(a && b && keys);
    a[0] = b[0] = (struct rollout_node){ OBJECT(N + 1) };
    for (uint32_t i = 0; i < N; i++)
        snprintf(keys[i], sizeof(keys[i]), "%u", i * 7919u % N);
    for (uint32_t i = 0; i < N; i++) {
        struct rollout_str key = { keys[i], strlen(keys[i]) };
        a[1 + i] = (struct rollout_node){ INTEGER(i), .key = key };
        b[N - i] = (struct rollout_node){ INTEGER(i), .key = key };
    }
    ck_assert(ro_equal(a, a));
    ck_assert(ro_equal(a, b));
    b[1].integer = -1;
    ck_assert(!ro_equal(a, b));
    free(a);
    free(b);
    free(keys);

    struct rollout_node deep[2][3 * DEPTH + 1];
    for (uint32_t i = 0; i < DEPTH; i++)
        for (uint32_t side = 0; side < 2; side++) {
            struct rollout_node *n = &deep[side][2 * i];
            n[0] = (struct rollout_node){ KEY("b"), OBJECT(3 * (DEPTH - i) + 1) };
            n[1] = (struct rollout_node){ KEY("c"), INTEGER(i) };
            deep[side][3 * DEPTH - i] = (struct rollout_node){ KEY("a"), INTEGER(i) };
        }
    for (uint32_t side = 0; side < 2; side++)
        deep[side][2 * DEPTH] = (struct rollout_node){ KEY("b"), INTEGER(side) };
    struct rollout_tree tree = { deep[0], 3 * DEPTH + 1 };
    ck_assert_int_eq(rollout_tree_check(&tree, NULL), ROLLOUT_OK);
    ck_assert(ro_equal(deep[0], deep[0]));
    ck_assert(!ro_equal(deep[0], deep[1]));
}
END_TEST

START_TEST(test_views)
{
    struct rollout_json *json = parse("{\"l\":{\"a\":\"1\",\"b\":\"2\"},\"s\":[\"x\",\"y\",\"z\"],\"e\":{},\"f\":[]}");
    const struct rollout_node *n = root(json);
    struct rollout_labels labels = ro_labels_view(ro_get(n, "l"));
    ck_assert_uint_eq(labels.count, 2);
    ck_assert(ro_str_eq(*ro_label_key(&labels, 1), RO_STR("b")));
    ck_assert(ro_str_eq(*ro_label_value(&labels, 1), RO_STR("2")));
    ck_assert(ro_str_eq(*ro_labels_get(&labels, RO_STR("a")), RO_STR("1")));
    ck_assert_ptr_null(ro_labels_get(&labels, RO_STR("c")));
    struct rollout_strs strs = ro_strs_view(ro_get(n, "s"));
    ck_assert_uint_eq(strs.count, 3);
    ck_assert(ro_str_eq(*ro_strs_at(&strs, 2), RO_STR("z")));
    ck_assert(ro_strs_have(&strs, RO_STR("y")));
    ck_assert(!ro_strs_have(&strs, RO_STR("w")));
    ck_assert_uint_eq(ro_labels_view(ro_get(n, "e")).count, 0);
    ck_assert_uint_eq(ro_labels_view(NULL).count, 0);
    ck_assert_uint_eq(ro_labels_view(ro_get(n, "s")).count, 0);
    ck_assert_uint_eq(ro_strs_view(ro_get(n, "f")).count, 0);
    ck_assert_uint_eq(ro_strs_view(NULL).count, 0);
    ck_assert_uint_eq(ro_strs_view(ro_get(n, "l")).count, 0);
    struct rollout_tree part = ro_tree_of(ro_get(n, "s"));
    ck_assert_uint_eq(part.count, 4);
    ck_assert_int_eq(rollout_tree_check(&part, NULL), ROLLOUT_OK);
    ck_assert_uint_eq(ro_tree_of(NULL).count, 0);
    rollout_json_free(json);
}
END_TEST

START_TEST(test_version)
{
    char expected[40];
    snprintf(expected, sizeof(expected), "%d.%d.%d", ROLLOUT_VERSION_MAJOR, ROLLOUT_VERSION_MINOR,
             ROLLOUT_VERSION_PATCH);
    ck_assert_str_eq(rollout_version(), expected);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tree");
    TCase *tcase = tcase_create("tree");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, test_check, 0, sizeof(check_cases) / sizeof(*check_cases));
    tcase_add_test(tcase, test_check_null);
    tcase_add_test(tcase, test_depth);
    tcase_add_loop_test(tcase, test_check_random, 0, 4);
    tcase_add_loop_test(tcase, test_text, 0, sizeof(text_cases) / sizeof(*text_cases));
    tcase_add_test(tcase, test_text_sizes);
    tcase_add_test(tcase, test_get);
    tcase_add_test(tcase, test_expanded);
    tcase_add_loop_test(tcase, test_equal, 0, sizeof(equal_cases) / sizeof(*equal_cases));
    tcase_add_loop_test(tcase, test_equal_twice, 0, 5);
    tcase_add_test(tcase, test_equal_big);
    tcase_add_test(tcase, test_views);
    tcase_add_test(tcase, test_version);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

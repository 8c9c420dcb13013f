/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <rollout/json.h>

#include "base/edit.h"
#include "base/tree.h"

static struct ro_arena arena;
static struct rollout_json *json;
static struct ro_edit *top;

static void setup(void)
{
    static const char text[] = "{\"a\":1,\"b\":{\"c\":[1,\"x\",{}],\"n\":null},\"d\":2.5}";
    arena = (struct ro_arena){ 0 };
    ck_assert_int_eq(rollout_json_parse(text, sizeof(text) - 1, &json, NULL), ROLLOUT_OK);
    top = ro_edit_copy(&arena, rollout_json_tree(json)->nodes);
    ck_assert_ptr_nonnull(top);
}

static void teardown(void)
{
    ro_arena_free(&arena);
    rollout_json_free(json);
}

static void expect(const struct ro_edit *edit, const char *text)
{
    struct rollout_tree tree = ro_edit_flatten(&arena, edit);
    ck_assert_int_eq(rollout_tree_check(&tree, NULL), ROLLOUT_OK);
    struct rollout_str got = ro_edit_json(&arena, edit);
    ck_assert_str_eq(got.data, text);
    ck_assert_uint_eq(got.len, strlen(text));
    ck_assert(!arena.failed);
}

START_TEST(test_copy)
{
    expect(top, "{\"a\":1,\"b\":{\"c\":[1,\"x\",{}],\"n\":null},\"d\":2.5}");
    const struct rollout_tree *tree = rollout_json_tree(json);
    struct rollout_tree back = ro_edit_flatten(&arena, top);
    ck_assert_uint_eq(back.count, tree->count);
    ck_assert(memcmp(back.nodes, tree->nodes, back.count * sizeof(*back.nodes)) == 0);
    /* A part, which leaves its key behind. */
    struct ro_edit *part = ro_edit_copy(&arena, ro_get(tree->nodes, "b"));
    ck_assert_ptr_null(part->node.key.data);
    expect(part, "{\"c\":[1,\"x\",{}],\"n\":null}");
    ck_assert_ptr_null(ro_edit_copy(&arena, NULL));
}
END_TEST

START_TEST(test_copy_expanded)
{
    static const struct rollout_node text[] = {
        { .kind = ROLLOUT_NODE_TEXT, .size = 2, .text = { "5", 1 } },
        { .kind = ROLLOUT_NODE_INTEGER, .size = 1, .integer = 5 },
    };
    struct ro_edit *copy = ro_edit_copy(&arena, text);
    struct rollout_tree tree = ro_edit_flatten(&arena, copy);
    ck_assert_uint_eq(tree.count, 2);
    ck_assert_int_eq(ro_expanded(tree.nodes)->integer, 5);
    expect(copy, "\"5\"");
}
END_TEST

START_TEST(test_expanded)
{
    struct ro_edit *value = ro_edit_object(&arena), *array = ro_edit_array(&arena), *object = ro_edit_object(&arena);
    ro_edit_set(value, RO_STR("a"), ro_edit_expanded(&arena, RO_STR("five"), ro_edit_integer(&arena, 5)));
    ro_edit_append(array, ro_edit_json_text(&arena, value));
    ro_edit_append(array, ro_edit_null(&arena));
    expect(array, "[\"{\\\"a\\\":\\\"five\\\"}\",null]");
    struct rollout_tree tree = ro_edit_flatten(&arena, array);
    ck_assert_int_eq(rollout_tree_check(&tree, NULL), ROLLOUT_OK);
    const struct rollout_node *inner = ro_expanded(ro_first(tree.nodes));
    ck_assert_int_eq(ro_expanded(ro_get(inner, "a"))->integer, 5);
    ck_assert_ptr_null(ro_edit_expanded(&arena, RO_STR("x"), NULL));
    ck_assert_ptr_null(ro_edit_json_text(&arena, NULL));
    ro_edit_set(object, RO_STR("k"), ro_edit_json_text(&arena, NULL));
    expect(object, "{}");
}
END_TEST

START_TEST(test_new)
{
    struct ro_edit *object = ro_edit_object(&arena), *array = ro_edit_array(&arena);
    expect(object, "{}");
    expect(array, "[]");
    ro_edit_append(array, ro_edit_text(&arena, RO_STR("t")));
    ro_edit_append(array, ro_edit_integer(&arena, -5));
    ro_edit_append(array, ro_edit_bool(&arena, true));
    ro_edit_append(array, ro_edit_bool(&arena, false));
    ro_edit_append(array, ro_edit_null(&arena));
    ro_edit_append(array, ro_edit_text(&arena, (struct rollout_str){ 0 }));
    ro_edit_set(object, RO_STR("k"), array);
    ro_edit_set_text(&arena, object, RO_STR("l"), RO_STR("m"));
    expect(object, "{\"k\":[\"t\",-5,true,false,null,\"\"],\"l\":\"m\"}");
}
END_TEST

START_TEST(test_get)
{
    ck_assert_int_eq(ro_edit_get(top, "a")->node.integer, 1);
    ck_assert_int_eq(ro_edit_get_str(top, RO_STR("a"))->node.integer, 1);
    ck_assert_ptr_null(ro_edit_get(top, "x"));
    ck_assert_ptr_null(ro_edit_get(ro_edit_get(top, "b"), "n")); /* null is none */
    ck_assert_ptr_null(ro_edit_get(ro_edit_get(top, "a"), "b"));
    ck_assert_ptr_null(ro_edit_get(ro_edit_get(ro_edit_get(top, "b"), "c"), ""));
    ck_assert_ptr_null(ro_edit_get(NULL, "a"));
}
END_TEST

START_TEST(test_set)
{
    ro_edit_set(top, RO_STR("a"), ro_edit_integer(&arena, 9)); /* first */
    expect(top, "{\"a\":9,\"b\":{\"c\":[1,\"x\",{}],\"n\":null},\"d\":2.5}");
    ro_edit_set(top, RO_STR("b"), ro_edit_null(&arena)); /* between */
    expect(top, "{\"a\":9,\"b\":null,\"d\":2.5}");
    ro_edit_set(top, RO_STR("d"), ro_edit_integer(&arena, 3)); /* last */
    ro_edit_set(top, RO_STR("b"), ro_edit_integer(&arena, 2)); /* in the place of a null */
    ro_edit_set(top, RO_STR("e"), ro_edit_integer(&arena, 4)); /* new */
    expect(top, "{\"a\":9,\"b\":2,\"d\":3,\"e\":4}");
    ro_edit_set(top, RO_STR("e"), ro_edit_get(top, "e")); /* itself */
    expect(top, "{\"a\":9,\"b\":2,\"d\":3,\"e\":4}");
    ro_edit_set(top, RO_STR("d"), ro_edit_get(top, "a")); /* moved */
    expect(top, "{\"b\":2,\"d\":9,\"e\":4}");
    ro_edit_set(top, RO_STR("e"), ro_edit_get(top, "d")); /* moved to its neighbour */
    expect(top, "{\"b\":2,\"e\":9}");
    ro_edit_set(top, RO_STR("b"), ro_edit_get(top, "e"));
    expect(top, "{\"b\":9}");
}
END_TEST

START_TEST(test_need)
{
    ck_assert_ptr_eq(ro_edit_need_object(&arena, top, "b"), ro_edit_get(top, "b"));
    ck_assert_ptr_null(ro_edit_need_object(&arena, top, "a")); /* of another kind, and left alone */
    ck_assert_ptr_null(ro_edit_need_array(&arena, top, "b"));
    struct ro_edit *b = ro_edit_get(top, "b");
    ck_assert_ptr_nonnull(ro_edit_need_array(&arena, b, "n"));
    ck_assert_ptr_eq(ro_edit_need_array(&arena, b, "n"), ro_edit_get(b, "n"));
    ro_edit_set_text(&arena, ro_edit_need_object(&arena, ro_edit_need_object(&arena, top, "x"), "y"), RO_STR("z"),
                     RO_STR("w"));
    expect(top, "{\"a\":1,\"b\":{\"c\":[1,\"x\",{}],\"n\":[]},\"d\":2.5,\"x\":{\"y\":{\"z\":\"w\"}}}");
}
END_TEST

START_TEST(test_remove)
{
    ro_edit_remove(ro_edit_get(top, "b"), RO_STR("n")); /* a null too */
    ro_edit_remove(top, RO_STR("a"));
    ro_edit_remove(top, RO_STR("none"));
    expect(top, "{\"b\":{\"c\":[1,\"x\",{}]},\"d\":2.5}");
    struct ro_edit *c = ro_edit_get(ro_edit_get(top, "b"), "c");
    ro_edit_detach(c->first->next);
    expect(c, "[1,{}]");
    ro_edit_detach(c->last);
    expect(c, "[1]");
    ro_edit_detach(c->first);
    expect(c, "[]");
    ro_edit_detach(c);
    ro_edit_detach(c); /* has no parent any more */
    expect(top, "{\"b\":{},\"d\":2.5}");
    ro_edit_append(c, ro_edit_get(top, "d")); /* out of the object, without its key */
    expect(c, "[2.5]");
    expect(top, "{\"b\":{}}");
}
END_TEST

START_TEST(test_twice)
{
    static const struct rollout_node twice[] = {
        { .kind = ROLLOUT_NODE_OBJECT, .size = 4 },
        { .kind = ROLLOUT_NODE_INTEGER, .size = 1, .key = { "a", 1 }, .integer = 1 },
        { .kind = ROLLOUT_NODE_INTEGER, .size = 1, .key = { "b", 1 }, .integer = 2 },
        { .kind = ROLLOUT_NODE_INTEGER, .size = 1, .key = { "a", 1 }, .integer = 3 },
    };
    struct ro_edit *object = ro_edit_copy(&arena, twice);
    ck_assert_int_eq(ro_edit_get(object, "a")->node.integer, 3);
    ro_edit_set(object, RO_STR("a"), ro_edit_integer(&arena, 4));
    ck_assert_int_eq(ro_edit_get(object, "a")->node.integer, 4);
    ro_edit_remove(object, RO_STR("a"));
    expect(object, "{\"b\":2}");
}
END_TEST

/* NULL is "no node": nothing happens, nothing fails. */
START_TEST(test_null)
{
    ro_edit_set(NULL, RO_STR("a"), ro_edit_null(&arena));
    ro_edit_set(top, RO_STR("a"), NULL);
    ro_edit_set(ro_edit_get(top, "a"), RO_STR("a"), ro_edit_null(&arena)); /* no object */
    ro_edit_set_text(&arena, NULL, RO_STR("a"), RO_STR("b"));
    ro_edit_append(NULL, ro_edit_null(&arena));
    ro_edit_append(top, ro_edit_null(&arena));
    ro_edit_append(ro_edit_get(ro_edit_get(top, "b"), "c"), NULL);
    ro_edit_remove(NULL, RO_STR("a"));
    ro_edit_detach(NULL);
    ck_assert_ptr_null(ro_edit_need_object(&arena, NULL, "a"));
    ck_assert_ptr_null(ro_edit_need_array(&arena, ro_edit_get(top, "a"), "a"));
    ck_assert_uint_eq(ro_edit_flatten(&arena, NULL).count, 0);
    ck_assert_ptr_null(ro_edit_json(&arena, NULL).data);
    ck_assert(!arena.failed);
    expect(top, "{\"a\":1,\"b\":{\"c\":[1,\"x\",{}],\"n\":null},\"d\":2.5}");
}
END_TEST

START_TEST(test_texts)
{
    char word[] = "word";
    struct rollout_str copy = ro_arena_str(&arena, (struct rollout_str){ word, 4 });
    word[0] = 'x';
    ck_assert(ro_str_eq(copy, RO_STR("word")));
    ck_assert_ptr_null(ro_arena_str(&arena, (struct rollout_str){ 0 }).data);
    ck_assert_ptr_nonnull(ro_arena_str(&arena, RO_STR("")).data);
    copy = ro_arena_printf(&arena, "%s-%d", "a", 12);
    ck_assert(ro_str_eq(copy, RO_STR("a-12")));
    copy = ro_arena_printf(&arena, "%s", "");
    ck_assert_uint_eq(copy.len, 0);
    ck_assert_ptr_nonnull(copy.data);
    ck_assert(!arena.failed);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("edit");
    TCase *tcase = tcase_create("edit");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_copy);
    tcase_add_test(tcase, test_copy_expanded);
    tcase_add_test(tcase, test_expanded);
    tcase_add_test(tcase, test_new);
    tcase_add_test(tcase, test_get);
    tcase_add_test(tcase, test_set);
    tcase_add_test(tcase, test_need);
    tcase_add_test(tcase, test_remove);
    tcase_add_test(tcase, test_twice);
    tcase_add_test(tcase, test_null);
    tcase_add_test(tcase, test_texts);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

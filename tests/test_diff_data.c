/* SPDX-License-Identifier: Apache-2.0 */
/* Revisions' data that is no pod template, or has more in it than one: inplace.md 4.1 and 4.2. */
#include <check.h>
#include <string.h>

#include <rollout/inplace.h>
#include <rollout/json.h>

#include "rules/diff.h"
#include "rules/template.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct rollout_json *parse(const char *text)
{
    struct rollout_json *json = NULL;
    struct rollout_error error = { .struct_size = sizeof error };
    ck_assert_msg(rollout_json_parse(text, strlen(text), &json, &error) == ROLLOUT_OK, "%s: %s", error.message, text);
    return json;
}

#define DATA(template)  "{\"spec\":{\"template\":" template "}}"
#define META(metadata)  DATA("{\"metadata\":" metadata ",\"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\"x\"}]}}")
#define SPEC(spec)      DATA("{\"metadata\":{},\"spec\":" spec "}")
#define ONE(members)    SPEC("{\"containers\":[{\"name\":\"a\",\"image\":\"x\"" members "}]}")
#define GOOD            ONE("")
#define BESIDE(members) "{\"spec\":{\"template\":{\"spec\":{}}" members "}}"

/* 4.1 step 4: what Kubernetes' decoder refuses is not eligible, on either side. */
static const char *const undecodable[] = {
    META("[]"),
    META("{\"labels\":[]}"),
    META("{\"labels\":{\"a\":1}}"),
    META("{\"annotations\":[]}"),
    META("{\"annotations\":{\"a\":true}}"),
    META("{\"finalizers\":{}}"),
    META("{\"finalizers\":[1]}"),
    SPEC("{\"containers\":{}}"),
    SPEC("{\"containers\":[\"a\"]}"),
    SPEC("{\"containers\":[{\"name\":1}]}"),
    SPEC("{\"containers\":[{\"name\":\"a\",\"image\":1}]}"),
};

START_TEST(broken)
{
    struct rollout_json *good = parse(GOOD), *bad = parse(undecodable[_i]);
    struct rollout_str none = { NULL, 0 };
    struct ro_diff_verdict v;
    ro_diff_verdict(rollout_json_tree(bad)->nodes, rollout_json_tree(good)->nodes, none, none, 0, &v);
    ck_assert_uint_eq(v.rule, ROLLOUT_DIFF_BROKEN);
    ck_assert_uint_eq(v.broken, 1);
    ro_diff_verdict(rollout_json_tree(good)->nodes, rollout_json_tree(bad)->nodes, none, none, 0, &v);
    ck_assert_uint_eq(v.rule, ROLLOUT_DIFF_BROKEN);
    ck_assert_uint_eq(v.broken, 2);
    rollout_json_free(good);
    rollout_json_free(bad);
}
END_TEST

/* 4.2: an op elsewhere than below metadata and at the images is refused. */
static const struct {
    const char *old, *new;
    uint32_t operation;
    const char *path;
} refused[] = {
    { ONE(",\"resources\":{}"), ONE(",\"resources\":null"), ROLLOUT_DIFF_REPLACE, "/spec/containers/0/resources" },
    { GOOD, SPEC("{}"), ROLLOUT_DIFF_REMOVE, "/spec/containers" },
    { SPEC("{}"), GOOD, ROLLOUT_DIFF_ADD, "/spec/containers" },
    { DATA("{\"spec\":{},\"status\":{\"a\":1}}"), DATA("{\"spec\":{},\"status\":{\"a\":2}}"), ROLLOUT_DIFF_REPLACE,
      "/status/a" },
    { BESIDE(",\"replicas\":1"), BESIDE(",\"replicas\":2"), ROLLOUT_DIFF_REPLACE, "/spec/replicas" },
    { BESIDE(",\"replicas\":1"), BESIDE(""), ROLLOUT_DIFF_REMOVE, "/spec/replicas" },
    { "{\"x\":1,\"spec\":{\"template\":{\"spec\":{}}}}", "{\"x\":2,\"spec\":{\"template\":{\"spec\":{}}}}",
      ROLLOUT_DIFF_REPLACE, "/x" },
    /* a list of objects that hold a list is compared by position (the first of what is refused is named), one of
     * objects without by the least edits */
    { SPEC("{\"volumes\":[{\"items\":[1]},{\"items\":[2]}]}"), SPEC("{\"volumes\":[{\"items\":[2]}]}"),
      ROLLOUT_DIFF_REPLACE, "/spec/volumes/0/items/0" },
    { SPEC("{\"volumes\":[{\"name\":\"a\"},{\"name\":\"b\"}]}"), SPEC("{\"volumes\":[{\"name\":\"b\"}]}"),
      ROLLOUT_DIFF_REMOVE, "/spec/volumes/0" },
    { SPEC("{\"args\":[\"a\",null,\"b\"]}"), SPEC("{\"args\":[\"a\",null]}"), ROLLOUT_DIFF_REMOVE, "/spec/args/2" },
    { SPEC("{\"args\":[\"a\",null,\"b\"]}"), SPEC("{\"args\":[null,\"b\"]}"), ROLLOUT_DIFF_REPLACE, "/spec/args/0" },
    { SPEC("{\"args\":[[1],\"b\"]}"), SPEC("{\"args\":[[2],\"b\"]}"), ROLLOUT_DIFF_REPLACE, "/spec/args/0/0" },
};

START_TEST(elsewhere)
{
    struct rollout_json *old = parse(refused[_i].old), *new = parse(refused[_i].new);
    struct rollout_str none = { NULL, 0 };
    struct ro_diff_verdict v;
    ro_diff_verdict(rollout_json_tree(old)->nodes, rollout_json_tree(new)->nodes, none, none, 0, &v);
    ck_assert_uint_eq(v.rule, ROLLOUT_DIFF_PATH);
    ck_assert_msg(v.path_len == strlen(refused[_i].path) && memcmp(v.path, refused[_i].path, v.path_len) == 0,
                  "%.*s, not %s", (int)v.path_len, v.path, refused[_i].path);
    ck_assert_uint_eq(v.operation, refused[_i].operation);
    rollout_json_free(old);
    rollout_json_free(new);
}
END_TEST

/* 8.1: only an amount on both sides can differ, and only between containers that both have. */
static const struct {
    const char *old, *new, *containers;
} calm[] = {
    { ONE(",\"resources\":{\"limits\":{\"cpu\":\"1\"}}"), ONE(",\"resources\":{}"),
      "[{\"name\":\"a\",\"resizePolicy\":[{\"resourceName\":\"cpu\",\"restartPolicy\":\"RestartContainer\"}]}]" },
    { ONE(",\"resources\":{\"limits\":{\"cpu\":\"1\"}}"), SPEC("{\"containers\":[]}"),
      "[{\"name\":\"a\",\"resizePolicy\":[{\"resourceName\":\"cpu\",\"restartPolicy\":\"RestartContainer\"}]}]" },
    { ONE(",\"resources\":{\"limits\":{\"cpu\":\"1\"}}"), SPEC("{}"), "[]" },
    { "{}", GOOD, "[]" },
    { GOOD, "{}", "[]" },
};

START_TEST(no_restart)
{
    struct rollout_json *old = parse(calm[_i].old), *new = parse(calm[_i].new), *list = parse(calm[_i].containers);
    ck_assert(!ro_diff_restarts(rollout_json_tree(old)->nodes, rollout_json_tree(new)->nodes,
                                rollout_json_tree(list)->nodes));
    rollout_json_free(old);
    rollout_json_free(new);
    rollout_json_free(list);
}
END_TEST

/* Lifecycle, 6.1: whether a template has all of a hook. */
static const struct {
    const char *data;
    bool hooked;
} hooks[] = {
    { META("{\"labels\":{\"hook\":\"on\"},\"finalizers\":[\"other\",\"drain\"]}"), true },
    { META("{\"labels\":{\"hook\":\"on\"},\"finalizers\":[\"other\"]}"), false },
    { META("{\"labels\":{\"hook\":\"on\"}}"), false },
    { META("{\"labels\":{\"hook\":\"off\"},\"finalizers\":[\"drain\"]}"), false },
    { META("{\"finalizers\":[\"drain\"]}"), false },
    { "{}", false },
};

START_TEST(hooked)
{
    static const struct rollout_label label = { { "hook", 4 }, { "on", 2 } };
    static const struct rollout_str finalizer = { "drain", 5 };
    const struct rollout_hook hook = { .set = 1,
                                       .labels = { &label, 1, sizeof label },
                                       .finalizers = { &finalizer, 1, sizeof finalizer } };
    struct rollout_json *data = parse(hooks[_i].data);
    ck_assert_int_eq(ro_template_hooked(rollout_json_tree(data)->nodes, &hook), hooks[_i].hooked);
    rollout_json_free(data);
}
END_TEST

/* 5.2: what an entry of env is fed from. */
#define FROM(path) "\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"" path "\"}}"
static const struct {
    const char *entry;
    int annotation; /* -1: from no label and no annotation */
    const char *key;
} sources[] = {
    { "{\"name\":\"A\"," FROM("metadata.labels['app']") "}", 0, "app" },
    { "{\"name\":\"A\"," FROM("metadata.annotations['a.b/c']") "}", 1, "a.b/c" },
    { "{\"name\":\"A\"," FROM("metadata.labels['a['b']") "}", 0, "a['b" }, /* cut at the first */
    { "{\"name\":\"A\"," FROM("metadata.labels[x['b']") "}", -1, "" },
    { "{\"name\":\"A\"," FROM("metadata.labels['app'") "}", -1, "" },
    { "{\"name\":\"A\"," FROM("metadata.labels']") "}", -1, "" },
    { "{\"name\":\"A\"," FROM("[x']") "}", -1, "" },
    { "{\"name\":\"A\"," FROM("x") "}", -1, "" },
    { "{\"name\":\"A\"," FROM("spec.nodes['app']") "}", -1, "" },
    { "{\"name\":\"A\",\"value\":\"1\"," FROM("metadata.labels['app']") "}", -1, "" },
    { "{\"name\":\"SIDECARSET_VERSION\"," FROM("metadata.labels['app']") "}", -1, "" },
    { "{\"name\":\"SIDECARSET_VERSION_ALT\"," FROM("metadata.labels['app']") "}", -1, "" },
    { "{\"name\":\"A\"}", -1, "" },
};

START_TEST(source)
{
    struct rollout_json *entry = parse(sources[_i].entry);
    struct ro_env_source s;
    bool found = ro_env_source(rollout_json_tree(entry)->nodes, &s);
    ck_assert_msg(found == (sources[_i].annotation >= 0), "%s", sources[_i].entry);
    if (found) {
        ck_assert_int_eq(s.annotation, sources[_i].annotation);
        ck_assert_uint_eq(s.key.len, strlen(sources[_i].key));
        ck_assert_mem_eq(s.key.data, sources[_i].key, s.key.len);
    }
    rollout_json_free(entry);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("diff_data");
    TCase *tcase = tcase_create("diff_data");
    tcase_add_loop_test(tcase, broken, 0, COUNT(undecodable));
    tcase_add_loop_test(tcase, elsewhere, 0, COUNT(refused));
    tcase_add_loop_test(tcase, no_restart, 0, COUNT(calm));
    tcase_add_loop_test(tcase, hooked, 0, COUNT(hooks));
    tcase_add_loop_test(tcase, source, 0, COUNT(sources));
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <string.h>

#include "rules/revision.h"

static struct rollout_str str(const char *text)
{
    return text ? (struct rollout_str){ text, strlen(text) } : (struct rollout_str){ NULL, 0 };
}

/* cloneset.md 2.2, SameRev: equal, or the parts after the last '-' are. */
static const struct {
    const char *text, *hash;
} hashes[] = {
    { "web-6f5b8d", "6f5b8d" },
    { "a-b-c", "c" },
    { "6f5b8d", "6f5b8d" },
    { "-x", "x" },
    { "web-", "" },
    { "-", "" },
    { "", "" },
    { NULL, "" },
};

START_TEST(short_hash)
{
    struct rollout_str got = ro_short_hash(str(hashes[_i].text));
    ck_assert_uint_eq(got.len, strlen(hashes[_i].hash));
    ck_assert(got.len == 0 || memcmp(got.data, hashes[_i].hash, got.len) == 0);
}
END_TEST

static const struct {
    const char *a, *b;
    bool same;
} pairs[] = {
    { "web-6f5b8d", "web-6f5b8d", true },
    { "web-6f5b8d", "6f5b8d", true }, /* long and short mix freely */
    { "6f5b8d", "6f5b8d", true },
    { "web-6f5b8d", "other-6f5b8d", true }, /* the object's name is not looked at */
    { "web-6f5b8d", "web-6f5b8e", false },
    { "web-6f5b8d", "web-6f5b8", false },
    { "web-6f5b8d", "6f5b8", false },
    { "web-6f5b8d", "", false },
    { "web-6f5b8d", NULL, false },
    { "web", "web-", false },
    { "web-", "", true }, /* nothing after the '-' is an empty hash */
    { "", NULL, true },
};

START_TEST(same_revision)
{
    ck_assert_int_eq(ro_same_revision(str(pairs[_i].a), str(pairs[_i].b)), pairs[_i].same);
    ck_assert_int_eq(ro_same_revision(str(pairs[_i].b), str(pairs[_i].a)), pairs[_i].same);
}
END_TEST

/* The first stored revision that the label names; one that is new in this pass is not stored. */
static const struct {
    const char *label;
    uint32_t place;
} finds[] = {
    { "web-b", 1 }, { "b", 1 },     { "web-a", 0 },       { "web-c", ROLLOUT_NONE }, { "web-d", ROLLOUT_NONE },
    { "x-a", 0 },   { "other", 4 }, { "", ROLLOUT_NONE }, { NULL, ROLLOUT_NONE },
};

START_TEST(find)
{
    const struct rollout_revision revisions[] = {
        { .name = str("web-a") },     { .name = str("web-b") },
        { .name = str("b") },         { .name = str("web-c"), .flags = ROLLOUT_REVISION_NEW },
        { .name = str("web-other") },
    };
    struct ro_abi_array array = { .items = (const char *)revisions, .count = 5, .stride = sizeof *revisions };
    ck_assert_uint_eq(ro_revision_find(&array, str(finds[_i].label)), finds[_i].place);
    array.count = 0;
    ck_assert_uint_eq(ro_revision_find(&array, str(finds[_i].label)), ROLLOUT_NONE);
}
END_TEST

/* Records of a newer caller lie further apart. */
START_TEST(strides)
{
    struct {
        struct rollout_revision revision;
        uint64_t more;
    } revisions[] = { { { .name = str("web-a") }, 0 }, { { .name = str("web-b") }, 0 } };
    struct ro_abi_array array = { .items = (const char *)revisions, .count = 2, .stride = sizeof *revisions };
    ck_assert_uint_eq(ro_revision_find(&array, str("web-b")), 1);
    ck_assert_ptr_eq(ro_revision_at(&array, 1), &revisions[1].revision);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("revision");
    TCase *tcase = tcase_create("revision");
    tcase_add_loop_test(tcase, short_hash, 0, sizeof hashes / sizeof *hashes);
    tcase_add_loop_test(tcase, same_revision, 0, sizeof pairs / sizeof *pairs);
    tcase_add_loop_test(tcase, find, 0, sizeof finds / sizeof *finds);
    tcase_add_test(tcase, strides);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Which revision a pod's label names: cloneset.md 7, statefulset.md 4.2, daemonset.md 4. */
#include <check.h>
#include <string.h>

#include "planners/labels.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define TEXT(text)   { (text), sizeof(text) - 1 }

/* Two names end alike, and one of them is not stored yet. */
static const struct rollout_revision revisions[] = {
    { .name = TEXT("web-old-x"), .hash = TEXT("old-x") },
    { .name = TEXT("web-x"), .hash = TEXT("x") },
    { .name = TEXT("web-y"), .hash = TEXT("y"), .flags = ROLLOUT_REVISION_NEW },
    { .name = TEXT("web-z"), .hash = TEXT("z") },
};

/* place: from 1, 0 = none is stored. used: the places from 1 that the label keeps, as digits. */
static const struct {
    const char *name;
    enum ro_label_form form;
    const char *label;
    unsigned place;
    bool update, update_hash;
    const char *used;
} cases[] = {
    { "a short hash: the first of two that end alike", RO_LABEL_SHORT_HASH, "any-x", 1, false, false, "12" },
    { "a short hash: the update revision's", RO_LABEL_SHORT_HASH, "z", 4, true, true, "4" },
    { "one that is not stored is named, and is none", RO_LABEL_SHORT_HASH, "web-y", 0, false, false, "3" },
    { "a name is the whole of it", RO_LABEL_NAME, "web-x", 2, false, false, "2" },
    { "a name: not its end", RO_LABEL_NAME, "x", 0, false, false, "" },
    { "a name: its end is the update revision's", RO_LABEL_NAME, "z", 0, false, true, "" },
    { "a hash: old revisions by their end, kept only by the whole of it", RO_LABEL_HASH, "x", 1, false, false, "2" },
    { "a hash: the update revision is none of them", RO_LABEL_HASH, "z", 0, true, true, "4" },
};

static const struct ro_abi_array array = { .items = (const char *)revisions,
                                           .count = COUNT(revisions),
                                           .stride = sizeof *revisions };

START_TEST(label)
{
    uint32_t sorted[COUNT(revisions)], scratch[COUNT(revisions)];
    uint8_t used[COUNT(revisions)] = { 0 };
    struct ro_label_index index;
    struct rollout_str text = { cases[_i].label, strlen(cases[_i].label) };
    ro_label_index(&index, &array, cases[_i].form, 3, sorted, scratch, used);
    const struct ro_label *found = ro_label_find(&index, text);
    ck_assert_msg(found->revision == cases[_i].place, "%s: %u", cases[_i].name, found->revision);
    ck_assert_msg(found->update == cases[_i].update, "%s: update", cases[_i].name);
    ck_assert_msg(found->update_hash == cases[_i].update_hash, "%s: update_hash", cases[_i].name);
    for (uint32_t i = 0; i < COUNT(revisions); i++)
        ck_assert_msg(used[i] == !!strchr(cases[_i].used, (int)('1' + i)), "%s: used %u", cases[_i].name, i + 1);
}
END_TEST

/* A label that is remembered by its bytes is told from one that is only its beginning. */
START_TEST(same_bytes)
{
    static const char bytes[] = "web-xyz";
    uint32_t sorted[COUNT(revisions)], scratch[COUNT(revisions)];
    uint8_t used[COUNT(revisions)] = { 0 };
    struct ro_label_index index;
    ro_label_index(&index, &array, RO_LABEL_NAME, 3, sorted, scratch, used);
    ck_assert_uint_eq(ro_label_find(&index, (struct rollout_str){ bytes, 7 })->revision, 0);
    ck_assert_uint_eq(ro_label_find(&index, (struct rollout_str){ bytes, 5 })->revision, 2);
    ck_assert_uint_eq(ro_label_find(&index, (struct rollout_str){ bytes, 7 })->revision, 0);
    ck_assert_uint_eq(ro_label_find(&index, (struct rollout_str){ bytes, 5 })->revision, 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("labels");
    TCase *tcase = tcase_create("labels");
    tcase_add_loop_test(tcase, label, 0, COUNT(cases));
    tcase_add_test(tcase, same_bytes);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

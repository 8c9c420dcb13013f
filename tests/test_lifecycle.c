/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <string.h>

#include "base/str.h"
#include "rules/lifecycle.h"

#define LIST(items)                                                                                                    \
    {                                                                                                                  \
        items, sizeof(items) / sizeof *(items), sizeof *(items)                                                        \
    }

static const struct rollout_label la = { { "a", 1 }, { "1", 1 } }, lb = { { "b", 1 }, { "2", 1 } };
static const struct rollout_label labels_ab[] = { { { "a", 1 }, { "1", 1 } }, { { "b", 1 }, { "2", 1 } } };
static const struct rollout_label labels_ba[] = { { { "b", 1 }, { "2", 1 } }, { { "a", 1 }, { "1", 1 } } };
static const struct rollout_label labels_empty_twice[] = { { { "gone", 4 }, { "", 0 } }, { { "also", 4 }, { "", 0 } } };
static const struct rollout_label labels_empty_b[] = { { { "aa", 2 }, { "", 0 } }, { { "b", 1 }, { "2", 1 } } };
static const struct rollout_label labels_other[] = { { { "a", 1 }, { "x", 1 } } };
static const struct rollout_label labels_empty[] = { { { "gone", 4 }, { "", 0 } } };
static const struct rollout_str f_str[] = { { "f", 1 } }, fg_str[] = { { "f", 1 }, { "g", 1 } };

static const struct hook_case {
    const char *name;
    struct rollout_hook hook;
    struct rollout_labels labels;
    struct rollout_strs finalizers;
    bool any, all;
    const char *present, *missing; /* NULL = none */
} hook_cases[] = {
    { "cloneset.md 2.2: no hook", { 0 }, LIST(labels_ab), LIST(fg_str), false, false, NULL, NULL },
    { "cloneset.md 2.2: a hook without handlers",
      { .set = 1 },
      LIST(labels_ab),
      LIST(fg_str),
      false,
      true,
      NULL,
      NULL },
    { "cloneset.md 2.2: an empty label matches a pod that lacks it",
      { .set = 1, .labels = LIST(labels_empty) },
      LIST(labels_ab),
      { 0 },
      true,
      true,
      "gone",
      NULL },
    { "all labels", { .set = 1, .labels = LIST(labels_ab) }, LIST(labels_ab), { 0 }, true, true, "a", NULL },
    { "some labels", { .set = 1, .labels = LIST(labels_ab) }, { &lb, 1, sizeof lb }, { 0 }, true, false, "b", "a" },
    { "no labels", { .set = 1, .labels = LIST(labels_ab) }, { 0 }, { 0 }, false, false, NULL, "a" },
    { "another value",
      { .set = 1, .labels = { &la, 1, sizeof la } },
      LIST(labels_other),
      { 0 },
      false,
      false,
      NULL,
      "a" },
    { "all finalizers", { .set = 1, .finalizers = LIST(fg_str) }, { 0 }, LIST(fg_str), true, true, "f", NULL },
    { "some finalizers", { .set = 1, .finalizers = LIST(fg_str) }, { 0 }, LIST(f_str), true, false, "f", "g" },
    { "no finalizers", { .set = 1, .finalizers = LIST(f_str) }, { 0 }, { 0 }, false, false, NULL, "f" },
    { "a label and no finalizer",
      { .set = 1, .labels = { &la, 1, sizeof la }, .finalizers = LIST(f_str) },
      LIST(labels_ab),
      { 0 },
      true,
      false,
      "a",
      "f" },
    { "a finalizer and no label",
      { .set = 1, .labels = { &la, 1, sizeof la }, .finalizers = LIST(f_str) },
      { 0 },
      LIST(f_str),
      true,
      false,
      "f",
      "a" },
    { "labels are in no order: the least key is named",
      { .set = 1, .labels = LIST(labels_ba) },
      LIST(labels_ab),
      { 0 },
      true,
      true,
      "a",
      NULL },
    { "least key of those that lack",
      { .set = 1, .labels = LIST(labels_ba) },
      { 0 },
      { 0 },
      false,
      false,
      NULL,
      "a" },
    { "the least of those that only read as empty",
      { .set = 1, .labels = LIST(labels_empty_twice) },
      { 0 },
      { 0 },
      true,
      true,
      "also",
      NULL },
    { "one that is on the pod before one that only reads as empty",
      { .set = 1, .labels = LIST(labels_empty_b) },
      { &lb, 1, sizeof lb },
      { 0 },
      true,
      true,
      "b",
      NULL },
    { "both",
      { .set = 1, .labels = { &la, 1, sizeof la }, .finalizers = LIST(f_str) },
      LIST(labels_ab),
      LIST(fg_str),
      true,
      true,
      "a",
      NULL },
};

static void check_part(struct rollout_str part, const char *want, const char *name)
{
    ck_assert_msg((part.data != NULL) == (want != NULL), "%s", name);
    if (want)
        ck_assert_msg(part.len == strlen(want) && memcmp(part.data, want, part.len) == 0, "%s", name);
}

START_TEST(test_hook)
{
    const struct hook_case *c = &hook_cases[_i];
    const struct rollout_pod pod = { .labels = c->labels, .finalizers = c->finalizers };

    ck_assert_msg(ro_hooked_any(&c->hook, &pod) == c->any, "%s", c->name);
    ck_assert_msg(ro_hooked_all(&c->hook, &pod) == c->all, "%s", c->name);
    check_part(ro_hook_part(&c->hook, &pod, true), c->present, c->name);
    check_part(ro_hook_part(&c->hook, &pod, false), c->missing, c->name);
}
END_TEST

/* cloneset.md 2.1, row state */
static const struct {
    const char *text;
    uint32_t state;
} state_cases[] = {
    { "", ROLLOUT_STATE_NONE },
    { "PreparingNormal", ROLLOUT_STATE_PREPARING_NORMAL },
    { "Normal", ROLLOUT_STATE_NORMAL },
    { "PreparingUpdate", ROLLOUT_STATE_PREPARING_UPDATE },
    { "Updating", ROLLOUT_STATE_UPDATING },
    { "Updated", ROLLOUT_STATE_UPDATED },
    { "PreparingDelete", ROLLOUT_STATE_PREPARING_DELETE },
    { "normal", ROLLOUT_STATE_OTHER },
    { "Normal ", ROLLOUT_STATE_OTHER },
};

START_TEST(test_state)
{
    struct rollout_str text = { state_cases[_i].text, strlen(state_cases[_i].text) };
    uint32_t state = state_cases[_i].state;

    ck_assert_uint_eq(ro_state_from_text(text), state);
    if (state == ROLLOUT_STATE_NONE || state == ROLLOUT_STATE_OTHER)
        ck_assert_ptr_null(ro_state_text(state).data);
    else
        ck_assert(ro_str_eq(ro_state_text(state), text));
}
END_TEST

START_TEST(test_state_absent)
{
    ck_assert_uint_eq(ro_state_from_text((struct rollout_str){ NULL, 0 }), ROLLOUT_STATE_NONE);
    ck_assert_ptr_null(ro_state_text(99).data);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lifecycle");
    TCase *tcase = tcase_create("lifecycle");
    tcase_add_loop_test(tcase, test_hook, 0, sizeof(hook_cases) / sizeof(*hook_cases));
    tcase_add_loop_test(tcase, test_state, 0, sizeof(state_cases) / sizeof(*state_cases));
    tcase_add_test(tcase, test_state_absent);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

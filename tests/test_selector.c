/* SPDX-License-Identifier: Apache-2.0 */
/* What is accepted is what Kubernetes' labels.NewRequirement accepts. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rollout/selector.h>

#include "base/str.h"
#include "rules/selector.h"

static struct rollout_str str(const char *text)
{
    return (struct rollout_str){ text, text ? strlen(text) : 0 };
}

#define A10 "aaaaaaaaaa"
#define A60 A10 A10 A10 A10 A10 A10
#define A63 A60 "aaa"

/* ---- the form of keys and values ---- */

static const struct form_case {
    const char *text;
    int key, value; /* whether it is one */
} forms[] = {
    { "app", 1, 1 },
    { "App_1.x-y", 1, 1 },
    { "7", 1, 1 },
    { "", 0, 1 },
    { "-app", 0, 0 },
    { "app-", 0, 0 },
    { ".app", 0, 0 },
    { "app_", 0, 0 },
    { "a b", 0, 0 },
    { "a/b", 1, 0 },
    { "a:b", 0, 0 },
    { "a*", 0, 0 },
    { "a{", 0, 0 },
    { "*", 0, 0 },
    { "\xc3\xa4", 0, 0 },
    { "app.kubernetes.io/name", 1, 0 },
    { "a/b/c", 0, 0 },
    { "/b", 0, 0 },
    { "a/", 0, 0 },
    { "/", 0, 0 },
    { "A.io/b", 0, 0 },
    { "a_b/c", 0, 0 },
    { "a..b/c", 0, 0 },
    { ".a/b", 0, 0 },
    { "a./b", 0, 0 },
    { "-a/b", 0, 0 },
    { "a-/b", 0, 0 },
    { "a-.b/c", 0, 0 },
    { "a.-b/c", 0, 0 },
    { "a--b.c/d", 1, 0 },
    { A63, 1, 1 },
    { A63 "a", 0, 0 },
    { "x/" A63, 1, 0 },
    { "x/" A63 "a", 0, 0 },
    { A63 "." A63 "." A63 "." A60 "a/b", 1, 0 },
    { A63 "." A63 "." A63 "." A60 "aa/b", 0, 0 },
};

START_TEST(test_form)
{
    const struct form_case *c = &forms[_i];
    struct rollout_label as_key = { str(c->text), RO_STR("x") }, as_value = { RO_STR("x"), str(c->text) };
    struct rollout_str value = str(c->text);
    struct rollout_requirement by_key = { .key = str(c->text), .op = ROLLOUT_OPERATOR_EXISTS };
    struct rollout_requirement by_value = { .key = RO_STR("x"),
                                            .op = ROLLOUT_OPERATOR_NOT_IN,
                                            .values = { &value, 1, sizeof(value) } };
    struct rollout_selector selectors[] = {
        { .match_labels = { &as_key, 1, sizeof(as_key) } },
        { .requirements = &by_key, .requirement_count = 1 },
        { .match_labels = { &as_value, 1, sizeof(as_value) } },
        { .requirements = &by_value, .requirement_count = 1 },
    };
    for (int i = 0; i < 4; i++) {
        int good = i < 2 ? c->key : c->value;
        ck_assert_msg(rollout_selector_check(&selectors[i], NULL) == (good ? ROLLOUT_OK : ROLLOUT_ERR_INVALID),
                      "\"%s\" as %s %d", c->text, i < 2 ? "key" : "value", i);
        ck_assert_int_eq(ro_selector_usable(&selectors[i]), good);
    }
}
END_TEST

/* ---- messages ---- */

static const struct rollout_str ab[] = { { "a", 1 }, { "b", 1 } };
static const struct rollout_str bad_value[] = { { "a", 1 }, { "b!", 2 } };

static const struct check_case {
    const char *name;
    struct rollout_label label;
    struct rollout_requirement requirement; /* the second of two */
    const char *field, *value, *message;
} checks[] = {
    { "label key",
      { { "-x", 2 }, { "a", 1 } },
      { .key = { "k", 1 }, .op = ROLLOUT_OPERATOR_EXISTS },
      "matchLabels",
      "\"-x\"",
      "matchLabels: is no label key" },
    { "label value",
      { { "tier", 4 }, { "a b", 3 } },
      { .key = { "k", 1 }, .op = ROLLOUT_OPERATOR_EXISTS },
      "matchLabels.tier",
      "\"a b\"",
      "matchLabels.tier: is no label value" },
    { "key",
      { { "tier", 4 }, { "a", 1 } },
      { .key = { "k/", 2 }, .op = ROLLOUT_OPERATOR_EXISTS },
      "matchExpressions[1].key",
      "\"k/\"",
      "matchExpressions[1].key: is no label key" },
    { "operator",
      { { "tier", 4 }, { "a", 1 } },
      { .key = { "k", 1 }, .op = ROLLOUT_OPERATOR_UNKNOWN },
      "matchExpressions[1].operator",
      "",
      "matchExpressions[1].operator: is none of In, NotIn, Exists, DoesNotExist" },
    { "Gt, for node affinity only",
      { { "tier", 4 }, { "a", 1 } },
      { .key = { "k", 1 }, .op = ROLLOUT_OPERATOR_GT },
      "matchExpressions[1].operator",
      "",
      "matchExpressions[1].operator: is none of In, NotIn, Exists, DoesNotExist" },
    { "Lt, for node affinity only",
      { { "tier", 4 }, { "a", 1 } },
      { .key = { "k", 1 }, .op = ROLLOUT_OPERATOR_LT },
      "matchExpressions[1].operator",
      "",
      "matchExpressions[1].operator: is none of In, NotIn, Exists, DoesNotExist" },
    { "operator of the future",
      { { "tier", 4 }, { "a", 1 } },
      { .key = { "k", 1 }, .op = 7 },
      "matchExpressions[1].operator",
      "",
      "matchExpressions[1].operator: is none of In, NotIn, Exists, DoesNotExist" },
    { "In nothing",
      { { "tier", 4 }, { "a", 1 } },
      { .key = { "k", 1 }, .op = ROLLOUT_OPERATOR_IN },
      "matchExpressions[1].values",
      "",
      "matchExpressions[1].values: must not be empty for In and NotIn" },
    { "NotIn nothing",
      { { "tier", 4 }, { "a", 1 } },
      { .key = { "k", 1 }, .op = ROLLOUT_OPERATOR_NOT_IN },
      "matchExpressions[1].values",
      "",
      "matchExpressions[1].values: must not be empty for In and NotIn" },
    { "Exists with values",
      { { "tier", 4 }, { "a", 1 } },
      { .key = { "k", 1 }, .op = ROLLOUT_OPERATOR_EXISTS, .values = { ab, 2, sizeof(ab[0]) } },
      "matchExpressions[1].values",
      "",
      "matchExpressions[1].values: must be empty for Exists and DoesNotExist" },
    { "DoesNotExist with values",
      { { "tier", 4 }, { "a", 1 } },
      { .key = { "k", 1 }, .op = ROLLOUT_OPERATOR_DOES_NOT_EXIST, .values = { ab, 2, sizeof(ab[0]) } },
      "matchExpressions[1].values",
      "",
      "matchExpressions[1].values: must be empty for Exists and DoesNotExist" },
    { "value",
      { { "tier", 4 }, { "a", 1 } },
      { .key = { "k", 1 }, .op = ROLLOUT_OPERATOR_IN, .values = { bad_value, 2, sizeof(ab[0]) } },
      "matchExpressions[1].values[1]",
      "\"b!\"",
      "matchExpressions[1].values[1]: is no label value" },
};

START_TEST(test_check)
{
    const struct check_case *c = &checks[_i];
    struct rollout_requirement requirements[] = { { .key = RO_STR("k"), .op = ROLLOUT_OPERATOR_EXISTS },
                                                  c->requirement };
    struct rollout_selector selector = { .match_labels = { &c->label, 1, sizeof(c->label) },
                                         .requirements = requirements,
                                         .requirement_count = 2 };
    struct rollout_error error = { .struct_size = sizeof(error) };
    ck_assert_int_eq(rollout_selector_check(&selector, &error), ROLLOUT_ERR_INVALID);
    ck_assert_int_eq(error.code, ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.field, c->field);
    ck_assert_str_eq(error.value, c->value);
    ck_assert_str_eq(error.message, c->message);

    /* Not usable: matches nothing, not even what its other parts match. */
    struct rollout_label labels[] = { { RO_STR("k"), RO_STR("a") }, c->label };
    struct rollout_labels view = { labels, 2, sizeof(labels[0]) };
    ck_assert_int_eq(rollout_selector_matches(&selector, &view), 0);
}
END_TEST

START_TEST(test_null)
{
    struct rollout_error error = { .struct_size = sizeof(error) };
    struct rollout_selector all = { .requirements = NULL };
    struct rollout_labels none = { .count = 0 };
    ck_assert_int_eq(rollout_selector_check(NULL, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "selector: NULL");
    ck_assert_int_eq(rollout_selector_matches(NULL, &none), 0);
    ck_assert_int_eq(rollout_selector_matches(&all, NULL), 0);
    ck_assert_int_eq(rollout_selector_check(&all, NULL), ROLLOUT_OK);
}
END_TEST

/* ---- matching ---- */

/* "key=value,key" */
static struct rollout_labels labels_of(const char *text, struct rollout_label *room)
{
    struct rollout_labels labels = { room, 0, sizeof(*room) };
    while (*text) {
        size_t len = strcspn(text, ","), key = strcspn(text, "=,");
        room[labels.count].key = (struct rollout_str){ text, key };
        room[labels.count].value = (struct rollout_str){ text + key + (key < len), len - key - (key < len) };
        labels.count++;
        text += len + (text[len] == ',');
    }
    return labels;
}

static const struct match_case {
    const char *name, *match_labels, *key;
    uint32_t op;
    const char *values, *labels;
    int matches;
} matches[] = {
    { "ordering 6.2: empty matches all", "", NULL, 0, "", "", 1 },
    { "ordering 6.2: empty matches any labels", "", NULL, 0, "", "a=1,b=2", 1 },
    { "matchLabels", "a=1", NULL, 0, "", "b=2,a=1", 1 },
    { "matchLabels, other value", "a=1", NULL, 0, "", "a=2", 0 },
    { "matchLabels, absent", "a=1", NULL, 0, "", "b=1", 0 },
    { "matchLabels, empty value is not absent", "a=", NULL, 0, "", "b=1", 0 },
    { "matchLabels, empty value", "a=", NULL, 0, "", "a=", 1 },
    { "matchLabels, prefix of a value", "a=1", NULL, 0, "", "a=11", 0 },
    { "matchLabels are all needed", "a=1,b=2", NULL, 0, "", "a=1,b=3", 0 },
    { "matchLabels, all there", "a=1,b=2", NULL, 0, "", "b=2,c=3,a=1", 1 },
    { "In", "", "a", ROLLOUT_OPERATOR_IN, "1,2", "a=2", 1 },
    { "In, other", "", "a", ROLLOUT_OPERATOR_IN, "1,2", "a=3", 0 },
    { "In, absent", "", "a", ROLLOUT_OPERATOR_IN, "1,2", "b=1", 0 },
    { "NotIn", "", "a", ROLLOUT_OPERATOR_NOT_IN, "1,2", "a=2", 0 },
    { "NotIn, other", "", "a", ROLLOUT_OPERATOR_NOT_IN, "1,2", "a=3", 1 },
    { "ordering 6.2: NotIn, absent", "", "a", ROLLOUT_OPERATOR_NOT_IN, "1,2", "b=1", 1 },
    { "Exists", "", "a", ROLLOUT_OPERATOR_EXISTS, "", "a=", 1 },
    { "Exists, absent", "", "a", ROLLOUT_OPERATOR_EXISTS, "", "b=", 0 },
    { "DoesNotExist", "", "a", ROLLOUT_OPERATOR_DOES_NOT_EXIST, "", "b=", 1 },
    { "DoesNotExist, there", "", "a", ROLLOUT_OPERATOR_DOES_NOT_EXIST, "", "a=", 0 },
    { "both are needed", "b=1", "a", ROLLOUT_OPERATOR_EXISTS, "", "a=1", 0 },
    { "both hold", "b=1", "a", ROLLOUT_OPERATOR_EXISTS, "", "a=1,b=1", 1 },
};

START_TEST(test_match)
{
    const struct match_case *c = &matches[_i];
    struct rollout_label wanted[4], have[4], values[4];
    struct rollout_labels value_list = labels_of(c->values, values);
    struct rollout_requirement requirement = { .key = str(c->key),
                                               .op = c->op,
                                               /* the keys of these labels, a label apart */
                                               .values = { &values[0].key, value_list.count, sizeof(values[0]) } };
    struct rollout_selector selector = { .match_labels = labels_of(c->match_labels, wanted),
                                         .requirements = &requirement,
                                         .requirement_count = c->key ? 1 : 0 };
    struct rollout_labels labels = labels_of(c->labels, have);
    ck_assert_msg(rollout_selector_matches(&selector, &labels) == c->matches, "%s", c->name);
    /* Where a key was found before may be anywhere. */
    for (uint32_t hint = 0; hint < 5; hint++) {
        uint32_t h = hint;
        ck_assert_msg(ro_selector_match(&selector, &labels, &h) == c->matches, "%s, hint %u", c->name, hint);
    }
}
END_TEST

/* Short texts are compared without memcmp: every length, every byte that can differ. */
START_TEST(test_label_eq)
{
    char a[24], b[24];
    for (size_t len = 0; len <= sizeof(a); len++) {
        memset(a, 'x', sizeof(a));
        memset(b, 'x', sizeof(b));
        struct rollout_str x = { a, len }, y = { b, len };
        ck_assert(ro_label_eq(x, y));
        for (size_t i = 0; i < sizeof(a); i++) {
            b[i] = 'y';
            ck_assert_msg(ro_label_eq(x, y) == (i >= len), "length %zu, byte %zu", len, i);
            b[i] = 'x';
        }
        y.len = len ? len - 1 : 1;
        ck_assert(!ro_label_eq(x, y));
    }
    ck_assert(ro_label_eq((struct rollout_str){ NULL, 0 }, RO_STR("")));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("selector");
    TCase *tcase = tcase_create("selector");
    tcase_add_loop_test(tcase, test_form, 0, (int)(sizeof(forms) / sizeof(*forms)));
    tcase_add_loop_test(tcase, test_check, 0, (int)(sizeof(checks) / sizeof(*checks)));
    tcase_add_test(tcase, test_null);
    tcase_add_test(tcase, test_label_eq);
    tcase_add_loop_test(tcase, test_match, 0, (int)(sizeof(matches) / sizeof(*matches)));
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

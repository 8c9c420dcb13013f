/* SPDX-License-Identifier: Apache-2.0 */
/* rollout_lint() as a function: names, arguments, long texts, many terms. Findings: test_lint_<kind>.c. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rollout/lint.h>

#include "document.h"
#include "lint.h"

static const char plain[] = LINT_WORKLOAD("apps.kruise.io/v1beta1", "CloneSet", ",'replicas':2");

START_TEST(test_names)
{
    uint32_t count = 0;
    for (uint32_t code = 0; code < 1000; code++) {
        const char *name = rollout_lint_name(code);
        if (!name)
            continue;
        count++;
        ck_assert(code / 100 >= 1 && code / 100 <= 5 && name[0] >= 'A' && name[0] <= 'Z');
        for (uint32_t other = 0; other < code; other++)
            ck_assert(!rollout_lint_name(other) || strcmp(rollout_lint_name(other), name) != 0);
    }
    ck_assert_uint_eq(count, 30);
    ck_assert_str_eq(rollout_lint_name(ROLLOUT_LINT_NO_BUDGET), "NoBudget");
    ck_assert_ptr_null(rollout_lint_name(0));
}
END_TEST

START_TEST(test_arguments)
{
    struct rollout_error error = { .struct_size = sizeof(error) };
    struct rollout_findings *findings = NULL;
    struct rollout_json *json;
    struct rollout_world *world = decode_text(plain, &json);
    ck_assert_int_eq(rollout_lint(NULL, &findings, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "world: NULL");
    ck_assert_ptr_null(findings);
    ck_assert_int_eq(rollout_lint(world, NULL, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "ret_findings: NULL");
    ck_assert_int_eq(rollout_lint(world, &findings, NULL), ROLLOUT_OK);
    ck_assert_uint_eq(findings->count, 0);
    rollout_findings_free(findings);
    rollout_findings_free(NULL);
    rollout_world_free(world);
    rollout_json_free(json);
}
END_TEST

START_TEST(test_two_nodes_of_one_name)
{
    static const char document[] = LINT_SNAPSHOT(LINT_WORKLOAD("apps/v1", "DaemonSet", ""),
                                                 ",'nodes':[" LINT_NODE("n", "") "," LINT_NODE("n", "") "]");
    struct rollout_error error = { .struct_size = sizeof(error) };
    struct rollout_findings *findings = NULL;
    struct rollout_json *json;
    struct rollout_world *world = decode_text(document, &json);
    ck_assert_int_eq(rollout_lint(world, &findings, &error), ROLLOUT_ERR_INVALID);
    ck_assert_ptr_null(findings);
    rollout_world_free(world);
    rollout_json_free(json);
}
END_TEST

#define LONG "'aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeee" /* 46 bytes */
#define LAST "\xc3\xa4zzz'"
#define WHY  " is stored but read as 0: it must be a number or a percentage such as '20%', and every pod is released\n"

/* Whole in the value, cut in the message, and not within a character. */
START_TEST(test_long_text)
{
    static const struct lint_case cut[] = {
        { LINT_WORKLOAD("apps.kruise.io/v1beta1", "CloneSet",
                        ",'updateStrategy':{'rollingUpdate':{'partition':" LONG "e" LAST "}}"),
          "TextUnreadable spec.updateStrategy.rollingUpdate.partition = " LONG "e" LAST ": partition " LONG
          "e..." WHY },
        { LINT_WORKLOAD("apps.kruise.io/v1beta1", "CloneSet",
                        ",'updateStrategy':{'rollingUpdate':{'partition':" LONG LAST "}}"),
          "TextUnreadable spec.updateStrategy.rollingUpdate.partition = " LONG LAST ": partition " LONG
          "\xc3\xa4..." WHY },
    };
    check_lint(&cut[_i]);
}
END_TEST

/* 20,000 terms over 20,000 pods, each with ten labels: their product would take minutes. */
START_TEST(test_many_terms)
{
    enum { MANY = 20000, ROOM = MANY * 250 + 1000 };
    char *text = malloc(ROOM);
    int len =
        snprintf(text, ROOM,
                 "{'kind':'Snapshot','workload':{'apiVersion':'apps.kruise.io/v1beta1','kind':'CloneSet','metadata':"
                 "{'name':'a'},'spec':{'selector':{'matchLabels':{'app':'a'}},'updateStrategy':{'rollingUpdate':"
                 "{'scatterStrategy':[");
    for (int i = 0; i < MANY; i++)
        len += snprintf(text + len, ROOM - (size_t)len, "%s{'key':'k%d','value':'v%d'}", i ? "," : "", i % 10, i);
    len += snprintf(text + len, ROOM - (size_t)len, "]}}}},'pods':[");
    for (int i = 0; i < MANY; i++) {
        len += snprintf(text + len, ROOM - (size_t)len, "%s{'metadata':{'name':'a-%d','labels':{'app':'a'",
                        i ? "," : "", i);
        for (int k = 0; k < 10; k++) /* k0: v0 to v9990, which a tenth of the terms are */
            len += snprintf(text + len, ROOM - (size_t)len, ",'k%d':'v%d'", k, i / 2 / 10 * 10 + k);
        len += snprintf(text + len, ROOM - (size_t)len, "}}}");
    }
    snprintf(text + len, ROOM - (size_t)len, "]}");
    struct rollout_json *json;
    struct rollout_world *world = decode_text(text, &json);
    struct rollout_findings *findings = NULL;
    ck_assert_int_eq(rollout_lint(world, &findings, NULL), ROLLOUT_OK);
    ck_assert_uint_eq(findings->count, MANY / 2); /* v10000 and later are on no pod */
    for (size_t i = 0; i < findings->count; i++)
        ck_assert_uint_eq(findings->items[i].code, ROLLOUT_LINT_UNREACHABLE);
    ck_assert_str_eq(findings->items[0].path.data, "spec.updateStrategy.rollingUpdate.scatterStrategy[10000]");
    rollout_findings_free(findings);
    rollout_world_free(world);
    rollout_json_free(json);
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lint");
    TCase *tcase = tcase_create("lint");
    tcase_add_test(tcase, test_names);
    tcase_add_test(tcase, test_arguments);
    tcase_add_test(tcase, test_two_nodes_of_one_name);
    tcase_add_loop_test(tcase, test_long_text, 0, 2);
    tcase_add_test(tcase, test_many_terms);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "lint.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rollout/lint.h>

#include "document.h"

static void add(char **text, struct rollout_str part, const char *end)
{
    size_t len = strlen(*text);
    *text = realloc(*text, len + part.len + strlen(end) + 1);
    memcpy(*text + len, part.len ? part.data : "", part.len);
    strcpy(*text + len + part.len, end);
}

void check_lint(const struct lint_case *c)
{
    struct rollout_json *json;
    struct rollout_world *world = decode_text(c->document, &json);
    struct rollout_findings *findings = NULL;
    struct rollout_error error = { .struct_size = sizeof(error) };
    char *got = calloc(1, 1);
    ck_assert_msg(rollout_lint(world, &findings, &error) == ROLLOUT_OK, "%s", error.message);
    rollout_world_free(world);
    rollout_json_free(json); /* findings need neither */
    ck_assert_uint_eq(findings->struct_size, sizeof(*findings));
    for (size_t i = 0; i < findings->count; i++) {
        const struct rollout_finding *f = &findings->items[i];
        const char *name = rollout_lint_name(f->code);
        ck_assert_ptr_nonnull(name);
        ck_assert_uint_eq(f->path.data[f->path.len], '\0');
        ck_assert_uint_eq(f->message.data[f->message.len], '\0');
        add(&got, (struct rollout_str){ name, strlen(name) }, " ");
        add(&got, f->path, " = ");
        add(&got, f->value, ": ");
        add(&got, f->message, "\n");
    }
    for (char *quote = got; *quote; quote++)
        *quote = *quote == '"' ? '\'' : *quote;
    ck_assert_msg(strcmp(got, c->wanted) == 0, "%s\nfound:\n%swanted:\n%s", c->document, got, c->wanted);
    free(got);
    rollout_findings_free(findings);
}

static struct lint_table running;

START_TEST(test_case)
{
    check_lint(&running.cases[_i]);
}
END_TEST

int run_lint_tables(const char *name, const struct lint_table *tables, size_t count)
{
    int failed = 0;
    for (size_t i = 0; i < count; i++) {
        Suite *suite = suite_create(name);
        TCase *tcase = tcase_create(name);
        running = tables[i];
        tcase_add_loop_test(tcase, test_case, 0, (int)running.count);
        suite_add_tcase(suite, tcase);
        SRunner *runner = srunner_create(suite);
        srunner_run_all(runner, CK_ENV);
        failed += srunner_ntests_failed(runner);
        srunner_free(runner);
    }
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

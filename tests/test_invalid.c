/* SPDX-License-Identifier: Apache-2.0 */
/* Every folder of tests/invalid/ holds a document that must be refused and the exact message. */
#define _POSIX_C_SOURCE 200809L /* strdup */

#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rollout/json.h>
#include <rollout/objects.h>

#define CASES_MAX 1000
#define FILE_MAX  65536

static char *cases[CASES_MAX];
static int case_count;

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void find_cases(const char *folder)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    if (!dir)
        return;
    while ((entry = readdir(dir)) && case_count < CASES_MAX)
        if (entry->d_name[0] != '.')
            cases[case_count++] = strdup(entry->d_name);
    closedir(dir);
    qsort(cases, (size_t)case_count, sizeof(cases[0]), by_name);
}

/* The file as text; its length. */
static size_t read_file(const char *name, const char *file, char *buf)
{
    char path[1024];
    snprintf(path, sizeof(path), "%s/%s/%s", INVALID_FOLDER, name, file);
    FILE *f = fopen(path, "r");
    ck_assert_msg(f != NULL, "%s", path);
    size_t len = fread(buf, 1, FILE_MAX - 1, f);
    fclose(f);
    buf[len] = '\0';
    return len;
}

/* What is wrong with the document, by its first workload that is refused. */
static int refuse(const char *text, size_t len, struct rollout_error *error)
{
    struct rollout_json *json = NULL;
    size_t count = 0;
    int r = rollout_json_parse(text, len, &json, error);
    if (r != ROLLOUT_OK)
        return r;
    r = rollout_document_count(rollout_json_tree(json), &count, error);
    for (size_t i = 0; r == ROLLOUT_OK && i < count; i++) {
        struct rollout_world *world = NULL;
        r = rollout_document_decode(rollout_json_tree(json), i, 1700000000000, &world, error);
        rollout_world_free(world);
    }
    rollout_json_free(json);
    return r;
}

START_TEST(test_case)
{
    char text[FILE_MAX], wanted[FILE_MAX];
    struct rollout_error error = { .struct_size = sizeof(error) };
    size_t len = read_file(cases[_i], "input.json", text);
    size_t wanted_len = read_file(cases[_i], "error.txt", wanted);
    if (wanted_len > 0 && wanted[wanted_len - 1] == '\n')
        wanted[wanted_len - 1] = '\0';
    int r = refuse(text, len, &error);
    ck_assert_msg(r == ROLLOUT_ERR_INVALID, "%s: returned %d", cases[_i], r);
    ck_assert_int_eq(error.code, ROLLOUT_ERR_INVALID);
    ck_assert_msg(strcmp(error.message, wanted) == 0, "%s: %s, not %s", cases[_i], error.message, wanted);
    /* The path is a field of its own too, and the message begins with it. */
    ck_assert_msg(strncmp(error.message, error.field, strlen(error.field)) == 0, "%s: %s", cases[_i], error.field);
}
END_TEST

START_TEST(test_some_cases)
{
    ck_assert_int_gt(case_count, 50);
}
END_TEST

int main(void)
{
    find_cases(INVALID_FOLDER);
    Suite *suite = suite_create("invalid");
    TCase *tc = tcase_create("invalid");
    tcase_add_test(tc, test_some_cases);
    tcase_add_loop_test(tc, test_case, 0, case_count);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    while (case_count > 0)
        free(cases[--case_count]);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

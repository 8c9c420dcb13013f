/* SPDX-License-Identifier: Apache-2.0 */
/* The table of cloneset.md 6.3, candidates in list order. */
#include <check.h>
#include <string.h>

#include "rules/budget.h"

/* Pods: n/o new or old, - unready; the candidates are those of `moves`. */
static const struct {
    const char *name, *pods;
    int replicas, max_unavailable, cut;
    char moves;
    int taken;
} rows[] = {
    { "R3 U20%: o o o", "o o o", 3, 1, 3, 'o', 1 },
    { "R3 U20%: o o- o", "o o- o", 3, 1, 3, 'o', 0 },
    { "R3 U20%: o- o o", "o- o o", 3, 1, 3, 'o', 1 },
    { "R10 U20%: o- 7o o- n", "o- o o o o o o o o- n", 10, 2, 9, 'o', 1 },
    { "R3 P2 U3: nothing to move", "o- o n", 3, 3, 0, 'o', 0 },
    { "R8 P2 U3: 7o n", "o o o o o o o n", 8, 3, 5, 'o', 3 },
    { "R5 U2: 5o-", "o- o- o- o- o-", 5, 2, 5, 'o', 2 },
    { "R5 U2: 3o- 2n-", "o- o- o- n- n-", 5, 2, 3, 'o', 0 },
    { "R5 U2: 3o- n n-", "o- o- o- n n-", 5, 2, 3, 'o', 1 },
    { "R5 U2 S1: 5o- n-", "o- o- o- o- o- n-", 5, 2, 5, 'o', 2 },
    { "R5 U2 S1: 4o- n n-", "o- o- o- o- n n-", 5, 2, 4, 'o', 2 },
    { "R5 U2 S1: 3o- n- n n-", "o- o- o- n- n n-", 5, 2, 3, 'o', 1 },
    { "R5 U2 S1: 3o- 3n-", "o- o- o- n- n- n-", 5, 2, 3, 'o', 0 },
    { "R8 P7 U3 rollback: 3o 5n-", "o o o n- n- n- n- n-", 8, 3, 4, 'n', 3 },
    { "R4 U2 S1: 2o 3n", "o o n n n", 4, 2, 1, 'o', 1 },
    { "R4 U2 S1: 4o 2n", "o o o o n n", 4, 2, 2, 'o', 2 },
    { "a negative limit takes nobody", "o- o-", 5, 1, 2, 'o', 0 },
};

START_TEST(walk)
{
    struct ro_budget budget = { 0, 0, 0 };
    uint8_t marks[16];
    uint32_t list[16], n = 0;
    size_t candidates = 0;
    for (const char *c = rows[_i].pods; *c; c++) {
        if (*c != 'n' && *c != 'o')
            continue;
        int ready = c[1] != '-';
        marks[n] = ready ? 4 : 0;
        budget.unavailable += !ready;
        budget.unavailable_target += !ready && *c != rows[_i].moves;
        if (*c == rows[_i].moves && candidates < (size_t)rows[_i].cut)
            list[candidates++] = n;
        n++;
    }
    budget.limit = rows[_i].max_unavailable + (int)n - rows[_i].replicas;
    struct ro_walk got = ro_budget_walk(&budget, marks, 4, list, candidates);
    ck_assert_msg(got.taken == (size_t)rows[_i].taken, "%s: %zu", rows[_i].name, got.taken);
    int64_t available = 0;
    for (size_t i = 0; i < got.taken; i++)
        available += marks[list[i]] != 0;
    ck_assert_msg(got.taken_available == available, "%s", rows[_i].name);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("budget");
    TCase *tcase = tcase_create("walk");
    tcase_add_loop_test(tcase, walk, 0, sizeof rows / sizeof *rows);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

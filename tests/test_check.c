/* SPDX-License-Identifier: Apache-2.0 */
/* Of several faults in what is planned the first one is told, in the order in which the fields are looked at. */
#include <check.h>
#include <string.h>

#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct rollout_str broken = { NULL, 3 };

static void texts(struct world *w)
{
    w->spec.name = broken;
    w->revisions[1].name = broken;
}

static void numbers(struct world *w)
{
    w->spec.update_type = 9;
    w->spec.pod_update_policy = 9;
}

static void text_and_number(struct world *w)
{
    w->revisions[0].name = broken;
    w->revisions[1].number = INT64_MAX;
}

static void time_and_count(struct world *w)
{
    static struct rollout_revision many[UINT16_MAX];
    w->snapshot.now_ms = INT64_MAX;
    w->snapshot.revisions.items = many;
    w->snapshot.revisions.count = COUNT(many);
}

static void count(struct world *w)
{
    time_and_count(w);
    w->snapshot.now_ms = WORLD_NOW;
}

static void pod(struct world *w)
{
    w->pods[1].node = broken;
    w->pods[1].target_node = broken;
}

static void first_of_pods(struct world *w)
{
    w->pods[1].uid = broken;
    w->pods[0].target_node = broken;
}

static void verdict_to_none(struct world *w)
{
    w->verdicts[0].to = 0;
}

static void verdict_from_beyond(struct world *w)
{
    w->verdicts[0].from = 3;
}

static void unseen_fixes(struct world *w)
{
    w->workload.fixes = NULL;
    w->workload.fix_count = 1;
}

static const struct {
    void (*spoil)(struct world *w);
    const char *message;
} cases[] = {
    { texts, "name: NULL with a length" },
    { numbers, "update_type: 9 is unknown" },
    { text_and_number, "revisions[0].name: NULL with a length" },
    { time_and_count, "now_ms: 9223372036854775807 is no time in the years 0 to 9999" },
    { count, "revisions: 65535 are too many" },
    { pod, "pods[1].node: NULL with a length" },
    { first_of_pods, "pods[0].target_node: NULL with a length" },
    { verdict_to_none, "in_place_verdicts: from 1 to 0 of 2 revisions" },
    { verdict_from_beyond, "in_place_verdicts: from 3 to 2 of 2 revisions" },
    { unseen_fixes, "fixes: unknown fix 0" },
};

START_TEST(first)
{
    static struct world w;
    struct rollout_error error = { .struct_size = sizeof error };
    world_make(&w, "R2", "2o");
    cases[_i].spoil(&w);
    ck_assert_int_ne(world_try(&w, &error), ROLLOUT_OK);
    ck_assert_str_eq(error.message, cases[_i].message);
    world_free(&w);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("check");
    TCase *tcase = tcase_create("check");
    tcase_add_loop_test(tcase, first, 0, COUNT(cases));
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The update phase of a StatefulSet: who is unavailable (statefulset.md 9.1), specified deletes (9.4), the walk (9.5)
 * and what makes an update possible in place (10.1, 10.2). */
#include <check.h>
#include <string.h>

#include "statefulworld.h"

/* ---- 9.1: one pod of four is in question, the budget is 1; it is used up, or pod 3 goes ---- */

static void grace_key(struct statefulworld *w)
{
    stateful_in_place(w, 0, ROLLOUT_IN_PLACE_GRACE_KEY);
}

static void incomplete(struct statefulworld *w)
{
    stateful_in_place(w, 0, ROLLOUT_IN_PLACE_STATE);
}

static void complete(struct statefulworld *w)
{
    stateful_in_place(w, 0, ROLLOUT_IN_PLACE_STATE | ROLLOUT_IN_PLACE_CONTAINERS_DONE);
}

static void next_batch(struct statefulworld *w)
{
    stateful_in_place(w, 0, ROLLOUT_IN_PLACE_STATE | ROLLOUT_IN_PLACE_CONTAINERS_DONE | ROLLOUT_IN_PLACE_NEXT);
}

static void at_minimum(struct statefulworld *w)
{
    w->pods[0].ready_since_ms = STATEFUL_NOW - 60 * 1000;
}

static void before_minimum(struct statefulworld *w)
{
    w->pods[0].ready_since_ms = STATEFUL_NOW - 60 * 1000 + 1;
}

static void in_the_future(struct statefulworld *w)
{
    w->pods[0].ready_since_ms = STATEFUL_NOW + 241 * 1000;
}

static void far_in_the_future(struct statefulworld *w)
{
    w->pods[0].ready_since_ms = STATEFUL_NOW + 240 * 1000;
}

static void unlike_ages(struct statefulworld *w)
{
    w->pods[0].ready_since_ms = STATEFUL_NOW - 20 * 1000;
    w->pods[1].ready_since_ms = STATEFUL_NOW - 50 * 1000;
    w->pods[2].ready_since_ms = STATEFUL_NOW - 30 * 1000;
}

static const struct stateful_case unavailable[] = {
    { "healthy", "par R4", "0-3A", "delete 3", "stop 20", NULL },
    { "not ready", "par R4", "0A- 1-3A", "", "stop 20", NULL },
    { "Pending", "par R4", "0Ap 1-3A", "", NULL, NULL },
    { "no phase", "par R4", "0Ae 1-3A", "", NULL, NULL },
    { "terminating", "par R4", "0A! 1-3A", "", NULL, NULL },
    { "a lifecycle state", "par R4", "0AD 1-3A", "", NULL, NULL },
    { "a state that is not known", "par R4", "0AO 1-3A", "", NULL, NULL },
    { "no lifecycle state is well", "par R4", "0A_ 1-3A", "delete 3", NULL, NULL },
    { "missing", "par R4", "1-3A", "create 0 b", NULL, NULL },
    { "an update in place that is incomplete", "par R4", "0A 1-3A", "", NULL, incomplete },
    { "complete", "par R4", "0A 1-3A", "delete 3", NULL, complete },
    { "with a next batch", "par R4", "0A 1-3A", "", NULL, next_batch },
    { "an empty grace annotation", "par R4", "0A 1-3A", "", NULL, grace_key },
    { "exactly minReadySeconds", "par R4 m60", "0A 1-3A", "delete 3", "wait 0 next 0", at_minimum },
    { "a moment less", "par R4 m60", "0A 1-3A", "", "wait 1 next 1", before_minimum },
    { "ready without a time", "par R4 m60", "0Az 1-3A", "", "wait 60 next 0", NULL },
    { "no minReadySeconds: no time is needed", "par R4", "0Az 1-3A", "delete 3", NULL, NULL },
    { "the shortest wait counts", "par R4 m60", "0-3A", "", "wait 10 next 10000", unlike_ages },
    { "at most 300 s", "par R4 m60", "0A 1-3A", "", "wait 300", far_in_the_future },
    { "more is not waited for", "par R4 m60", "0A 1-3A", "", "wait 0 next 301000", in_the_future },
    { "unhealthy ones are not waited for", "par R4 m60", "0Ay! 1-3A", "", "wait 0", NULL },
    { "below the partition too", "par R4 P3", "0A- 1-3A", "", NULL, NULL },
    { "of any revision", "par R4", "0B- 1-3A", "", NULL, NULL },
    { "not condemned ones", "par R3", "0-2A 3A-", "delete 3; delete 2", NULL, NULL },
    { "nor one without a place", "par R2 U1", "1A0- 0A 1A", "delete 1", NULL, NULL },
};

/* ---- 9.4 ---- */

static const struct stateful_case specified[] = {
    { "one", "par R4", "0-2B 3B*", "delete 3", "upd 3", NULL },
    { "of the current revision", "par R4 P4", "0-2A 3A*", "delete 3", "cur 3", NULL },
    { "of a third one", "par R4 P4", "0-2A 3C*", "delete 3", "cur 3 upd 0", NULL },
    { "one revision is both: the first counter", "par R4 new=old", "0-2B 3B*", "delete 3", "cur 4 upd 4 rep 4", NULL },
    { "from the top", "par R4 U2", "0-2B* 3B", "delete 2; delete 1", NULL, NULL },
    { "skipped, not stopped at", "par R4 U1", "0B-* 1-2B 3B*", "delete 0", "upd 3", NULL },
    { "below the partition", "par R4 P4 U1", "0A* 1-3A", "delete 0", NULL, NULL },
    { "before the updates, which it takes from", "par R4 U1", "0A* 1-3A", "delete 0", NULL, NULL },
    { "not updated as well", "par R4 U2", "0-2A 3A*", "delete 3; delete 2", "cur 2", NULL },
    { "not updated in place", "par R4 U2 inplace", "0-2A 3A*", "delete 3; update-in-place 2 b mark:0 Updating", NULL,
      NULL },
    { "its hook is asked", "par R4 preDelete", "0-2B 3B*h", "set-lifecycle 3 PreparingDelete | ", "upd 4", NULL },
    { "its hook holds it, and its budget", "par R4 preDelete", "0B* 1-2B 3BDh*", "", "upd 4", NULL },
    { "released", "par R4 preDelete", "0-2B 3BD*", "delete 3", "upd 3", NULL },
    { "one that terminates is not counted, and takes one more", "par R4", "0-2B 3B*!", "delete 3", "upd 2", NULL },
    { "the replacement is of its place's revision", "par R4 P4", "0-2A 3A*", "delete 3 | create 3 a", NULL, NULL },
    { "condemned: it goes as such", "par R3 paused", "0-2B 3B*", "delete 3", NULL, NULL },
    { "without a place: nothing", "par R1", "99999999999B* 0B", "", NULL, NULL },
    { "ordered", "", "0-1B 2B*", "delete 2", "stop 0", NULL },
    { "OnDelete: nothing", "ondelete", "0-1B 2B*", "", "stop 13", NULL },
};

/* ---- 9.5 ---- */

static const struct stateful_case walks[] = {
    { "broken ones at the head go at once", "par R5 U1", "0-1A 2-4A-", "delete 4; delete 3; delete 2", "cur 2", NULL },
    { "behind an available one they wait", "par R5 U2", "0A- 1A- 2A 3-4A-", "delete 4; delete 3", "stop 20", NULL },
    { "updated ones are passed over", "par R4 U1", "0-1A 2-3B", "delete 1", NULL, NULL },
    { "a revision that is not stored is an old one", "par R1 U1", "0X", "delete 0", NULL, NULL },
    { "terminating: passed over", "par R4 U2", "0-2A 3A!", "delete 2", "cur 2", NULL },
    { "a delete that waits for a hook takes the budget", "par R2 U1 preDelete", "0A 1ADh", "", "cur 2 stop 20", NULL },
    { "and is counted no less", "par R2 U1 preDelete", "0A 1Ah", "set-lifecycle 1 PreparingDelete", "cur 2", NULL },
    { "one that is prepared is counted less", "par R2 U1 inplace preUpdate", "0A 1Ah",
      "set-lifecycle 1 PreparingUpdate", "cur 1", NULL },
    { "of a third revision nothing is counted less", "par R2 U1", "0A 1C", "delete 1", "cur 1", NULL },
    { "the partition cuts by position", "par R4 U9 P2", "0-3A", "delete 3; delete 2", "stop 0", NULL },
    { "unordered it cuts by number", "par R4 U9 P2 unordered", "0-2A 3B", "delete 2", "stop 0", NULL },
    { "unordered, no strategy", "par R4 U9 unordered", "0-3A", "delete 3; delete 2; delete 1; delete 0", NULL, NULL },
    { "unordered: a missing pod of the current revision is not listed", "par R4 U9 P2 unordered", "0A 2-3B",
      "create 1 a", NULL, NULL },
    { "unordered: one of the update revision is done", "par R4 U9 P2 unordered", "0-2A", "create 3 b; delete 2", NULL,
      NULL },
    { "unordered: where both revisions are one, missing pods are done", "par R3 U9 P2 unordered new=old", "0X",
      "create 1 b; create 2 b", NULL, NULL },
    { "a pod without phase is not counted", "par R2 U2", "0A 1Ae", "delete 1; delete 0", "rep 1 cur -1", NULL },
};

/* ---- 10.1, 10.2 ---- */

static void to_itself(struct statefulworld *w)
{
    w->snapshot.in_place_verdicts.count = 1;
}

static const struct stateful_case in_place[] = {
    { "the stored revision", "par R1 inplace", "0C", "update-in-place 0 b mark:0 Updating", NULL, NULL },
    { "one that is not stored", "par R1 inplace", "0X", "delete 0", NULL, NULL },
    { "revisions without data cannot be compared", "par R1 inplace", "0C", "delete 0", NULL, to_itself },
    { "what forbids it", "par R1 inplace cannot", "0A", "delete 0", NULL, NULL },
    { "OnDelete and in place: nothing", "par R1 ondelete inplace", "0A", "", "stop 13", NULL },
    { "no rollingUpdate: no policy", "par R1 bare inplace", "0A", "delete 0", NULL, NULL },
};

STATEFUL_TABLE(test_unavailable, unavailable)
STATEFUL_TABLE(test_specified, specified)
STATEFUL_TABLE(test_walk, walks)
STATEFUL_TABLE(test_in_place, in_place)

static struct statefulworld w;

/* 10.1: by its full name; the short hash of the label is not the revision, though it compares as updated (4.2). */
START_TEST(test_short_label)
{
    stateful_make(&w, "par R2 inplace", "0A 1B");
    w.pods[1].revision = stateful_str("b");
    ck_assert_str_eq(stateful_actions(&w), "delete 1");
    w.pods[1].revision = stateful_str("a");
    ck_assert_str_eq(stateful_actions(&w), "delete 1");
    stateful_free(&w);
}
END_TEST

/* 4.2, loose: any text before the last dash. */
START_TEST(test_loose)
{
    static const struct {
        const char *label, *actions;
    } rows[] = {
        { "b", "create 2 a; create 3 a" },      { "other-b", "create 2 a; create 3 a" },
        { "web-b", "create 2 a; create 3 a" },  { "webb", "create 2 a; create 3 b" },
        { "web-b-", "create 2 a; create 3 b" }, { "", "create 2 a; create 3 b" },
        { "web-bb", "create 2 a; create 3 b" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        stateful_make(&w, "par unordered R4 P2 paused", "0-1B");
        w.pods[0].revision = stateful_str(rows[i].label);
        ck_assert_str_eq(stateful_actions(&w), rows[i].actions);
        stateful_free(&w);
    }
}
END_TEST

/* The text of a retry after the whole grace period, the least of all waits. */
START_TEST(test_least_wait)
{
    stateful_make(&w, "par R3 U9 inplace g30 m60", "0-2A");
    w.pods[0].ready_since_ms = STATEFUL_NOW - 50 * 1000;
    (void)stateful_actions(&w);
    ck_assert_ptr_null(stateful_says(&w, "wait 10"));
    w.pods[0].ready_since_ms = STATEFUL_NOW - 10 * 1000;
    (void)stateful_actions(&w);
    ck_assert_ptr_null(stateful_says(&w, "wait 30"));
    stateful_free(&w);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("statefulset_update");
    TCase *tcase = tcase_create("statefulset_update");
    tcase_add_loop_test(tcase, test_unavailable, 0, STATEFUL_ROWS(unavailable));
    tcase_add_loop_test(tcase, test_specified, 0, STATEFUL_ROWS(specified));
    tcase_add_loop_test(tcase, test_walk, 0, STATEFUL_ROWS(walks));
    tcase_add_loop_test(tcase, test_in_place, 0, STATEFUL_ROWS(in_place));
    tcase_add_test(tcase, test_short_label);
    tcase_add_test(tcase, test_loose);
    tcase_add_test(tcase, test_least_wait);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

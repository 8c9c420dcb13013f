/* SPDX-License-Identifier: Apache-2.0 */
/* A DaemonSet's rolling step: daemonset.md 10 and 11 row by row, the refresh before it, and the switches (14). */
#include <check.h>

#include "daemonworld.h"

static void n1_waits(struct daemonworld *w)
{
    daemon_backoff(w, "n1", 10, 5);
}

static void next_batch(struct daemonworld *w)
{
    w->in_place[0].flags |= ROLLOUT_IN_PLACE_CONTAINERS_DONE | ROLLOUT_IN_PLACE_NEXT | ROLLOUT_IN_PLACE_NEXT_APPLIES |
                            ROLLOUT_IN_PLACE_NEXT_READY;
}

static void short_label(struct daemonworld *w)
{
    w->pods[0].revision = daemon_str("demo-a"); /* the name, whose end is the hash */
}

static void double_of_the_update(struct daemonworld *w)
{
    w->pods[0].revision = daemon_str("x-b"); /* ends as the update revision's hash does: no old revision */
}

static void pending(struct daemonworld *w)
{
    w->pods[0].phase = ROLLOUT_PHASE_PENDING;
}

static void no_hash(struct daemonworld *w)
{
    w->revisions[1].hash = daemon_str("");
}

/* 10.1, 10.2 */
static const struct daemon_case counts[] = {
    { "both 0: one at a time", "U0", "n1 A, n2 A", "delete n2a", NULL },
    { "both unset: one at a time", "U-", "n1 A, n2 A", "delete n2a", NULL },
    { "both 0, no node should run any", "U0", "n1/ A", "", NULL },
    { "1, no node should run any", "U1", "n1/ A", "delete n1a", NULL },
    { "a percentage of the nodes that should run one, up", "U50%", "n1 A, n2 A, n3 A, n4/ B", "delete n3a; delete n2a",
      NULL },
    { "a percentage, one empty and one terminating", "U50%", "n1 A, n2 A!, n3 B", "delete n1a", NULL },
    { "surge of a percentage, up", "U0 S30%", "n1 A, n2 A, n3 A, n4/ B", "create n3", NULL },
    { "ineligible nodes take part", "U1", "n1 A, n2/ A", "delete n2a", NULL },
    { "ineligible nodes count", "U1", "n1 A, n2/ A!", "", NULL },
    { "ineligible nodes are dropped with the gate", "U1 prune", "n1 A, n2/ A", "delete n1a", NULL },
    { "ineligible nodes do not count with the gate", "U1 prune", "n1 A, n2/ A!", "delete n1a", NULL },
    { "nodes that are not there neither", "U2", "n1 A, n9? A A-", "delete n1a", NULL },
};

/* 10.4 */
static const struct daemon_case rows[] = {
    { "two old", "U1", "n1 A Af, n2 A", "", n1_waits },
    { "two old count once", "U2", "n1 A Af, n2 A", "delete n2a", n1_waits },
    { "only a terminating one", "U1", "n1 A!, n2 A", "", NULL },
    { "old prepared", "U1 hook", "n1 ADh, n2 A", "", NULL },
    { "new prepared alone counts once", "U2 hook", "n1 B-Dh, n2 A, n3 A", "delete n3a", NULL },
    { "both prepared count once", "U2 hook", "n1 ADh BDh, n2 A, n3 A", "delete n3a", NULL },
    { "old and new", "U1", "n1 A Bf, n2 A", "", n1_waits },
    { "old and new count once", "U2", "n1 A Bf, n2 A", "delete n2a", n1_waits },
    { "new unavailable", "U1", "n1 B-, n2 A", "", NULL },
    { "new too young", "U1 m60", "n1 By, n2 A", "", NULL },
    { "new without a time", "U1 m60", "n1 Bz, n2 A", "", NULL },
    { "new without a time, none asked for", "U1", "n1 Bz, n2 A", "delete n2a", NULL },
    { "new available", "U1", "n1 B, n2 A", "delete n2a", NULL },
    { "new not scheduled", "U1", "n1 B~, n2 A", "", NULL },
    { "new available by its generation", "U1 generation", "n1 Ag, n2 A", "delete n2a", NULL },
    { "a generation that the set does not name", "U1", "n1 Ag", "delete n1a", NULL },
    { "new prepared beside an old one", "U2 hook", "n1 A BDh, n2 A, n3 A", "delete n3a", NULL },
    { "the same, unavailable: counts twice (D10)", "U3 hook", "n1 A B-Dh, n2 A, n3 A", "delete n3a", NULL },
    { "the same, and the budget is used up", "U2 hook", "n1 A B-Dh, n2 A, n3 A", "", NULL },
    { "new live beside a prepared old one", "U1 hook", "n1 ADh B, n2 A", "delete n2a", NULL },
    { "old, unavailable: without budget", "U1", "n1 B-, n2 A-, n3 A", "delete n2a", NULL },
    { "old, unavailable: not counted", "U1", "n1 A-, n2 A", "delete n1a; delete n2a", NULL },
    { "old, too young", "U1 m60", "n1 Ay, n2 A", "delete n1a; delete n2a", NULL },
    { "old, failed, in its back-off", "U1", "n1 Af, n2 B-", "delete n1a", n1_waits },
    { "old, readiness decides and not the phase", "U1", "n1 As, n2 B-", "delete n1a", NULL },
    { "new, phase Pending, Ready", "U1", "n1 B, n2 A", "delete n2a", pending },
    { "new, the in-place gate is closed: available here", "U1", "n1 Bw, n2 A", "set-ready n1a; delete n2a", NULL },
    { "more unavailable than allowed", "U1", "n1 B-, n2 B-, n3 A", "", NULL },
    { "burst: free ones first", "U2 B2", "n1 A-, n2 A, n3 A", "delete n1a; delete n3a", NULL },
    { "a revision without a hash has its name", "U2", "n1 B, n2 A", "delete n2a; delete n1a", no_hash },
};

/* 10.5 */
static const struct daemon_case surges[] = {
    { "two old", "U0 S1", "n1 A Af, n2 A", "", n1_waits },
    { "two old count once", "U0 S2", "n1 A Af, n2 A", "create n2", n1_waits },
    { "old prepared", "U0 S1 hook", "n1 ADh B, n2 A", "create n2", NULL },
    { "old not available: without budget", "U0 S1", "n1 A B-, n2 A-, n3 A", "create n2", NULL },
    { "old available", "U0 S1", "n1 A, n2 A", "create n2", NULL },
    { "new not available", "U0 S1", "n1 A B-, n2 A", "", NULL },
    { "new prepared", "U0 S1 hook", "n1 A BDh, n2 A", "", NULL },
    { "new prepared counts once", "U0 S2 hook", "n1 A B-Dh, n2 A, n3 A", "create n3", NULL },
    { "new alone", "U0 S1", "n1 B-, n2 A", "create n2", NULL },
    { "free ones first, then by descending name", "U0 S2", "n1 A-, n2 A, n3 A, n4 A", "create n1; create n4; create n3",
      NULL },
    { "burst", "U0 S3 B2", "n1 A-, n2 A, n3 A, n4 A", "create n1; create n4", NULL },
    { "ineligible nodes too (D18)", "U0 S1", "n1 A, n2/ A", "create n2", NULL },
    { "ineligible and unavailable (D18)", "U0 S1", "n1 B, n2/ A-", "create n2", NULL },
    { "pods on nodes that are not there", "U0 S1", "n1 A, n9? A", "create n1", NULL },
    { "in place is not considered", "U0 S1 inplace", "n1 Ai", "create n1", NULL },
    { "below 0", "U0 S-1", "n1 A, n2 A-", "create n2", NULL },
};

/* 11 */
static const struct daemon_case in_place[] = {
    { "possible", "inplace", "n1 Ai", "update-in-place n1a mark:1", NULL },
    { "no readiness gate", "inplace", "n1 A", "delete n1a", NULL },
    { "unknown revision", "inplace", "n1 Ci", "delete n1a", NULL },
    { "known by the end of its label", "inplace", "n1 Ai", "update-in-place n1a mark:1", short_label },
    { "the update revision is no old one", "inplace", "n1 Ai", "delete n1a", double_of_the_update },
    { "not possible", "inplace cannot", "n1 Ai", "delete n1a", NULL },
    { "unavailable ones, too", "inplace", "n1 Ai-, n2 Ai, n3 Bi-", "update-in-place n1a mark:1", NULL },
    { "in the middle of another update", "inplace", "n1 Au", "update-in-place n1a mark:1", NULL },
    { "beyond the burst: not deleted", "inplace B1 U2", "n1 Ai, n2 Ai", "update-in-place n2a mark:1", NULL },
    { "deletes have a burst of their own", "inplace B1 U3", "n1 Ai, n2 A, n3 Ai",
      "update-in-place n3a mark:1; delete n2a", NULL },
    { "a preDelete hook does not hold it", "inplace hook", "n1 Aih", "update-in-place n1a mark:1", NULL },
    { "then it is new, and unavailable", "inplace", "n1 Bu, n2 Ai", "", NULL },
};

/* Step 7. */
static const struct daemon_case refreshes[] = {
    { "done: ready", "", "n1 Br", "set-ready n1a", NULL },
    { "not done", "", "n1 Bu", "", NULL },
    { "the gate's condition is missing", "", "n1 Bw", "set-ready n1a", NULL },
    { "nothing to do", "", "n1 Bi", "", NULL },
    { "next batch, and not ready yet", "", "n1 Bu", "next-batch n1a", next_batch },
    { "while paused", "paused", "n1 Br", "set-ready n1a", NULL },
    { "for OnDelete", "ondelete", "n1 Br", "set-ready n1a", NULL },
    { "terminating", "", "n1 Br!", "set-ready n1a", NULL },
    { "failed, in its back-off", "", "n1 Brf", "set-ready n1a", n1_waits },
    { "on no node", "", "n1 B Br*", "set-ready n1b", NULL },
    { "not selected", "", "n1 B Brx", "release n1b", NULL },
    { "manage acts first", "", "n1 Br, n2", "create n2", NULL },
    { "rolling goes on", "U2", "n1 Br, n2 A", "set-ready n1a; delete n2a", NULL },
    { "both on one pod", "inplace", "n1 Ar", "set-ready n1a; update-in-place n1a mark:1", NULL },
};

/* 14: create, excess, surge clean-up, replace. */
static const struct daemon_case switches[] = {
    { "rolling", "U0 S1", "n1, n2 A A1, n3 A- B", "delete n2b; delete n3a; create n1", NULL },
    { "paused: creates and cleans", "U0 S1 paused", "n1, n2 A A1, n3 A- B", "delete n2b; delete n3a; create n1", NULL },
    { "paused: replaces none", "paused", "n1 A, n2 A-", "", NULL },
    { "OnDelete: creates and cleans", "ondelete", "n1, n2 A A1", "delete n2b; create n1", NULL },
    { "OnDelete: replaces none", "ondelete", "n1 A, n2 A-", "", NULL },
    { "a partition of all: creates and cleans", "U0 S1 P3", "n1, n2 A A1, n3 A- B", "delete n2b; delete n3a; create n1",
      NULL },
    { "a partition of all: replaces none", "P2", "n1 A, n2 A-", "", NULL },
    { "a selector of nothing: creates and cleans", "U0 S1 canary", "n1, n2 A A1, n3 A- B",
      "delete n2b; delete n3a; create n1", NULL },
    { "a selector of nothing: replaces none", "canary", "n1 A, n2 A-", "", NULL },
};

DAEMON_TABLE(test_count, counts)
DAEMON_TABLE(test_row, rows)
DAEMON_TABLE(test_surge, surges)
DAEMON_TABLE(test_in_place, in_place)
DAEMON_TABLE(test_refresh, refreshes)
DAEMON_TABLE(test_switch, switches)

int main(void)
{
    Suite *suite = suite_create("daemonset_rolling");
    TCase *tcase = tcase_create("daemonset_rolling");
    tcase_add_loop_test(tcase, test_count, 0, DAEMON_ROWS(counts));
    tcase_add_loop_test(tcase, test_row, 0, DAEMON_ROWS(rows));
    tcase_add_loop_test(tcase, test_surge, 0, DAEMON_ROWS(surges));
    tcase_add_loop_test(tcase, test_in_place, 0, DAEMON_ROWS(in_place));
    tcase_add_loop_test(tcase, test_refresh, 0, DAEMON_ROWS(refreshes));
    tcase_add_loop_test(tcase, test_switch, 0, DAEMON_ROWS(switches));
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A DaemonSet's manage step: daemonset.md 7, 8, 9 row by row, and what pods belong to it (4.1). */
#include <check.h>
#include <stdio.h>

#include "daemonworld.h"

static void waits_5(struct daemonworld *w)
{
    daemon_backoff(w, "n1", 10, 5);
}

static void waited_10(struct daemonworld *w)
{
    daemon_backoff(w, "n1", 10, 10);
}

static void half_an_hour(struct daemonworld *w)
{
    daemon_backoff(w, "n1", 3000, 1800);
}

static void forgotten(struct daemonworld *w)
{
    daemon_backoff(w, "n1", 3000, 1801);
}

static void of_another_node(struct daemonworld *w)
{
    daemon_backoff(w, "n2", 10, 5);
}

static void the_last_is_over(struct daemonworld *w)
{
    daemon_backoff(w, "n1", 10, 5);
    daemon_backoff(w, "n1", 10, 20);
}

static void marked_already(struct daemonworld *w)
{
    w->pods[0].flags |= ROLLOUT_POD_KEY_PRE_DELETE;
}

static void first_has_no_time(struct daemonworld *w)
{
    w->pods[0].created_ms = 0;
}

static void second_has_no_time(struct daemonworld *w)
{
    w->pods[1].created_ms = 0;
}

static const struct daemon_case nodes[] = {
    { "should run, none is there", "", "n1", "create n1", NULL },
    { "may continue, none is there", "", "n1/", "", NULL },
    { "may not continue, none is there", "", "n1!", "", NULL },
    { "may not continue: every pod goes", "", "n1! A B! C", "delete n1a; delete n1c", NULL },
    { "may not continue: without a back-off", "", "n1! Bf", "delete n1a", waits_5 },
    { "may continue: stays", "P1", "n1/ A", "", NULL },
    { "a terminating one is there", "", "n1 A!", "", NULL },
    { "a terminating one is there, surge", "S1 U0", "n1 A!", "create n1", NULL },
    { "a terminating one is there, surge, none should run", "S1 U0", "n1/ A!", "", NULL },
    { "only prepared ones, surge", "S1 U0 hook", "n1 ADh", "create n1", NULL },
    { "only one in its back-off", "", "n1 Bf", "", waits_5 },
    { "only one in its back-off, surge", "S1 U0", "n1 Bf", "create n1", waits_5 },
    { "one is not scheduled yet", "", "n1 B~", "", NULL },
    { "never scheduled, no such node", "", "n1 B, n9? A~", "delete n9a", NULL },
    { "never scheduled, no such node, terminating", "", "n1 B, n9? A~!", "delete n9a", NULL },
    { "scheduled, no such node", "", "n1 B, n9? A A", "", NULL },
    { "it names no node", "", "n1 B A*", "", NULL },
    { "not selected: not its own", "", "n1 Bx, n2 B", "release n1a; create n1", NULL },
    { "not selected and terminating", "", "n1 Bx! B", "release n1a", NULL },
    { "by node, by name", "", "n2, n10, n1", "create n1; create n10; create n2", NULL },
};

/* 7.1 */
static const struct daemon_case classes[] = {
    { "failed", "", "n1 Bf", "delete n1a | create n1", NULL },
    { "failed, in its back-off", "", "n1 Bf", "", waits_5 },
    { "failed, the back-off is over", "", "n1 Bf", "delete n1a", waited_10 },
    { "failed, stepped half an hour ago", "", "n1 Bf", "", half_an_hour },
    { "failed, forgotten", "", "n1 Bf", "delete n1a", forgotten },
    { "failed, another node waits", "", "n1 Bf, n2 B", "delete n1a", of_another_node },
    { "failed, two back-offs: the last counts", "", "n1 Bf", "delete n1a", the_last_is_over },
    { "two failed: the first in the list", "", "n1 Bf1 Bf0", "delete n1a", NULL },
    { "failed and prepared: failed decides", "", "n1 BfD", "", waits_5 },
    { "succeeded: as if it ran", "", "n1 Bs", "", NULL },
    { "prepared: deleted", "", "n1 BD", "delete n1a", NULL },
    { "prepared, new and on a node that should run it (D11)", "hook", "n1 BD", "delete n1a", NULL },
};

/* 7.2 */
static const struct daemon_case excess[] = {
    { "the oldest stays", "", "n1 A2 A1 A0", "delete n1b; delete n1a", NULL },
    { "no time is before any other", "", "n1 A2 A1 A0", "delete n1c; delete n1a", second_has_no_time },
    { "wherever it stands in the list", "", "n1 A2 A1 A0", "delete n1c; delete n1b", first_has_no_time },
    { "also an old one beside a new one (D9)", "", "n1 B1 A0", "delete n1a", NULL },
    { "a scheduled one before an older one", "", "n1 B~0 A1", "delete n1a", NULL },
    { "of one age by name", "", "n1 A B", "delete n1b", NULL },
    { "terminating ones do not count", "P9", "n1 A! B1", "", NULL },
    { "surge: the oldest of each stays", "S1 U0", "n1 A1 A0 B-1 B-0", "delete n1a; delete n1c", NULL },
    { "surge: old not ready", "S1 U0", "n1 A- B", "delete n1a", NULL },
    { "surge: neither is ready", "S1 U0", "n1 A- B-", "delete n1a", NULL },
    { "surge: new available", "S1 U0", "n1 A B", "delete n1a", NULL },
    { "surge: new ready, too young", "S1 U0 m60", "n1 A By", "", NULL },
    { "surge: new ready, no time", "S1 U0 m60", "n1 A Bz", "", NULL },
    { "surge: new not ready", "S1 U0", "n1 A B-", "", NULL },
    { "surge: two new ones", "S1 U0", "n1 B0 B1", "delete n1b", NULL },
    { "surge: a generation is no hash", "S1 U0 generation", "n1 Ag B", "delete n1a", NULL },
    { "surge of a percentage", "S1% U0", "n1 A B-", "", NULL },
    { "surge of none", "S0 U1", "n1 A B-1", "delete n1b", NULL },
    { "surge is off for OnDelete", "S1 U0 ondelete", "n1 A B-1", "delete n1b", NULL },
    { "surge that cannot be read", "S'one U0", "n1 A B-1", "delete n1b", NULL },
    { "while paused", "paused", "n1 A A1", "delete n1b", NULL },
    { "whatever the partition", "P9", "n1 A A1", "delete n1b", NULL },
    { "whatever the selector", "canary", "n1 A A1", "delete n1b", NULL },
    { "surge while paused", "S1 U0 paused", "n1 A B", "delete n1a", NULL },
};

/* 8 */
static const struct daemon_case bursts[] = {
    { "creates", "B2", "n1, n2, n3", "create n1; create n2 | create n3", NULL },
    { "creates and deletes, each", "B1", "n1 A A1 A2, n2, n3", "delete n1b; create n2", NULL },
    { "0", "B0", "n1, n2 Bf", "", NULL },
    { "below 0", "B-1", "n1, n2 Bf", "", NULL },
    { "cannot be read", "B'10", "n1, n2 Bf", "", NULL },
    { "a percentage of the stored number, down", "B50% D5", "n1, n2, n3", "create n1; create n2", NULL },
    { "250 by default", "B- P9", "n1", "create n1", NULL },
    { "lost ones last", "B1", "n9? A~, n1 A A1", "delete n1b", NULL },
    { "in a node: prepared and failed in order, then by age", "B2", "n1 B2 BD Bf B1", "delete n1b; delete n1c", NULL },
};

/* 9 */
static const struct daemon_case hooks[] = {
    { "not hooked", "hook", "n1 A Ah B1", "set-lifecycle n1b PreparingDelete; delete n1c", NULL },
    { "hooked", "hook", "n1! Bh", "set-lifecycle n1a PreparingDelete | ", NULL },
    { "hooked and prepared", "hook", "n1! BDh", "", NULL },
    { "released", "hook", "n1! BD", "delete n1a", NULL },
    { "no hook in the spec", "", "n1 BDh", "delete n1a", NULL },
    { "hooked ones beyond the burst, too (D12)", "hook B1", "n1 A Ah1 Ah2 A3 A4",
      "set-lifecycle n1b PreparingDelete; set-lifecycle n1c PreparingDelete; delete n1d", NULL },
    { "marked not ready", "mark", "n1! Bhk", "set-lifecycle n1a PreparingDelete mark:1", NULL },
    { "marked not ready, no gate", "mark", "n1! Bh", "set-lifecycle n1a PreparingDelete", NULL },
    { "marked not ready, marked already", "mark", "n1! Bhk", "set-lifecycle n1a PreparingDelete", marked_already },
    { "not marked", "hook", "n1! Bhk", "set-lifecycle n1a PreparingDelete", NULL },
    { "prepared, marked later", "mark", "n1! BDhk", "set-pod-ready n1a mark:1", NULL },
    { "prepared, marked already", "mark", "n1! BDhk", "", marked_already },
    { "marked later: the sync goes on", "mark U2", "n1 BDhk, n2 A", "set-pod-ready n1a mark:1; delete n2a", NULL },
    { "lost ones, too", "hook", "n1 B, n9? A~h", "set-lifecycle n9a PreparingDelete", NULL },
    { "rolling's deletes", "hook", "n1 Ah", "set-lifecycle n1a PreparingDelete", NULL },
};

DAEMON_TABLE(test_node, nodes)
DAEMON_TABLE(test_class, classes)
DAEMON_TABLE(test_excess, excess)
DAEMON_TABLE(test_burst, bursts)
DAEMON_TABLE(test_hook, hooks)

/* Manage's creates of the default burst: a node more than that. */
START_TEST(test_default_burst)
{
    static struct daemonworld w;
    static char names[251][16];
    daemon_make(&w, "B-", "");
    for (int i = 0; i < 251; i++) {
        snprintf(names[i], sizeof names[i], "n%03d", i);
        w.nodes[w.snapshot.nodes.count++].name = daemon_str(names[i]);
    }
    daemon_actions(&w);
    ck_assert_uint_eq(w.plan->action_count, 250);
    ck_assert_str_eq(daemon_node_verdict(&w, "n250"), "hold/create BurstReached: burst 250 of 250 used in this pass");
    daemon_free(&w);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("daemonset_manage");
    TCase *tcase = tcase_create("daemonset_manage");
    tcase_add_loop_test(tcase, test_node, 0, DAEMON_ROWS(nodes));
    tcase_add_loop_test(tcase, test_class, 0, DAEMON_ROWS(classes));
    tcase_add_loop_test(tcase, test_excess, 0, DAEMON_ROWS(excess));
    tcase_add_loop_test(tcase, test_burst, 0, DAEMON_ROWS(bursts));
    tcase_add_loop_test(tcase, test_hook, 0, DAEMON_ROWS(hooks));
    tcase_add_test(tcase, test_default_burst);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

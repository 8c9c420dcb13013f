/* SPDX-License-Identifier: Apache-2.0 */
/* Upstream's column of daemonset.md 19, row by row, and the edge cases of 17: what a fix would change is pinned
 * here. */
#include <check.h>

#include "daemonworld.h"

static void n1_waits(struct daemonworld *w)
{
    daemon_backoff(w, "n1", 10, 5);
}

static void label_lost(struct daemonworld *w)
{
    w->pods[1].revision = daemon_str("");
}

static const struct daemon_case defects[] = {
    { "D1: all at once", "U1", "n1 A-, n2 A-, n3 A-", "delete n3a; delete n2a; delete n1a", NULL },
    { "D1: a new template while the last one starts (#1323)", "U1 m60", "n1 Ay, n2 Ay", "delete n2a; delete n1a",
      NULL },
    { "D2: the list's order", "U2", "n3 A, n1 A, n2 A", "delete n3a; delete n2a", NULL },
    { "D3: dead nodes use up the budget", "U1", "n1 A!, n2 A", "", NULL },
    { "D3: ineligible ones, too", "U1", "n1/ A!, n2 A", "", NULL },
    { "D4: the gate deletes nothing", "prune", "n1/ A, n2 B", "", NULL },
    { "D5: the budget goes to a node that gets no pod", "U1", "n1 A, n2/ A", "delete n2a | delete n1a | create n1",
      NULL },
    { "D6: a percentage of a number not known yet", "P100% scaling D0", "n1, n2", "create n1; create n2", NULL },
    { "D6: known later", "P100% scaling D2", "n1, n2", "", NULL },
    { "D6: a small burst never acts", "B40% D2", "n1, n2", "", NULL },
    { "D7: a node whose old pod died stays empty", "P2 scaling", "n1 B, n2 A, n3", "", NULL },
    { "D8: a lost old pod comes back new, partition", "P2", "n1, n2 A", "create n1 | ", NULL },
    { "D8: ... selector", "canary", "n1, n2 A", "create n1 | ", NULL },
    { "D8: ... paused", "paused", "n1, n2 A", "create n1 | ", NULL },
    { "D8: ... OnDelete", "ondelete", "n1, n2 A", "create n1 | ", NULL },
    { "D9: the oldest stays, though it is old", "U0 S0 P9", "n1 A0 B1", "delete n1b | ", NULL },
    { "D10: counted twice", "U3 hook", "n1 A B-Dh, n2 A, n3 A", "delete n3a", NULL },
    { "D11: prepared pods go, though they are wanted", "hook", "n1 BD, n2 BDh", "delete n1a | create n1", NULL },
    { "D12: hooks are told beyond the burst", "hook B1", "n1! Bh Bh Bh",
      "set-lifecycle n1a PreparingDelete; set-lifecycle n1b PreparingDelete; set-lifecycle n1c PreparingDelete", NULL },
    { "D13: succeeded pods are left", "", "n1 Bs", "", NULL },
    { "D14: finished and terminating is in the way", "", "n1 Bf!", "", NULL },
    { "D16: frozen", "B0", "n1, n2 A, n3! A", "", NULL },
    { "D18: surge on a node that may not get any", "U0 S1", "n1/ A", "create n1", NULL },
};

static const struct daemon_case edges[] = {
    { "no pod at the first release: not held by a partition", "P3", "n1, n2", "create n1; create n2", NULL },
    { "no pod at the first release: held", "P2 scaling", "n1, n2", "", NULL },
    { "a node added while releasing takes an update's place", "P1 U9", "n1 A, n2 A, n3", "create n3 | delete n2a",
      NULL },
    { "a node removed while releasing", "U9", "n1 A, n9? A A~", "delete n9b | delete n1a", NULL },
    { "a percentage follows a sync later", "P50% U9 D4", "n1 A, n2 A", " | delete n2a", NULL },
    { "partition lowered: by descending name", "P1 U9", "n1 A, n2 A, n3 B", "delete n2a", NULL },
    { "partition raised: nothing goes back, and nothing counts", "P2 U1", "n1 A, n2 B, n3 B-", "", NULL },
    { "partition above the nodes: surge is cleaned up", "P9 U0 S1", "n1 A B", "delete n1a | ", NULL },
    { "two old ones: counted, and the younger is deleted", "", "n1 A A1, n2 A", "delete n1b", NULL },
    { "two old ones, one in its back-off: counted", "", "n1 A Af, n2 A", "", n1_waits },
    { "old and new without surge: the younger is deleted, though it is new", "", "n1 A0 B1, n2 A",
      "delete n1b | delete n2a", NULL },
    { "a new one without a node: unavailable", "", "n1 B~, n2 A", "", NULL },
    { "a new one without a node: younger than one that has", "P9", "n1 B~ A1", "delete n1a", NULL },
    { "surge switched off: the new ones go first", "U1 S0", "n1 A0 B1, n2 A0 B-1",
      "delete n1b; delete n2b | delete n2a", NULL },
    { "a surge pod that never starts", "U0 S1", "n1 A B~, n2 A", "", NULL },
    { "rolled back: pods of the former template are new at once", "", "n1 B, n2 B", "", NULL },
    { "a pod without a label is old", "", "n1 B, n2 B", "delete n2a", label_lost },
    { "cordoned and not ready nodes get pods", "", "n1", "create n1", NULL },
};

DAEMON_TABLE(test_defect, defects)
DAEMON_TABLE(test_edge, edges)

/* D15: the old pod stands for its node while surging. D19, D20, D22: in test_daemonset_status.c. */
START_TEST(test_representative)
{
    static struct daemonworld w;
    daemon_make(&w, "U0 S1 m60", "n1 A0 B1y, n2 B-! B1");
    daemon_actions(&w);
    ck_assert_str_eq(daemon_status(&w), "2 2 0 1 1 1 1 2");
    daemon_free(&w);
}
END_TEST

/* D19: nodes with an outage's taint leave the number that percentages are of. */
START_TEST(test_outage)
{
    static const struct daemon_case c = { "outage", "U50%", "n1 A, n2 A, n3/ A-, n4/ A-",
                                          "delete n4a; delete n3a; delete n2a", NULL };
    const char *wrong = daemon_case_wrong(&c);
    ck_assert_msg(!wrong, "%s", wrong);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("daemonset_surprises");
    TCase *tcase = tcase_create("daemonset_surprises");
    tcase_add_loop_test(tcase, test_defect, 0, DAEMON_ROWS(defects));
    tcase_add_loop_test(tcase, test_edge, 0, DAEMON_ROWS(edges));
    tcase_add_test(tcase, test_representative);
    tcase_add_test(tcase, test_outage);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

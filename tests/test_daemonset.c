/* SPDX-License-Identifier: Apache-2.0 */
/* The worked examples of daemonset.md: those of its section 16 by their number, and the tables of 6 and 10.3. */
#include <check.h>
#include <string.h>

#include "daemonworld.h"

#define ALL "n1 A, n2 A, n3 A, n4 A, n5 A"

static void only_labelled(struct daemonworld *w)
{
    w->spec.scheduling.node_selector =
        (struct rollout_labels){ .items = &w->canary, .count = 1, .stride = sizeof w->canary };
}

static const struct daemon_case examples[] = {
    { "1", "U2", ALL,
      "delete n5a; delete n4a | create n4; create n5 | delete n3a; delete n2a | create n2; create n3 | delete n1a | "
      "create n1 | ",
      NULL },
    { "2: all may go", "U3", "n1 A-, n2 A-, n3 A-, n4 A-, n5 A-",
      "delete n5a; delete n4a; delete n3a; delete n2a; delete n1a | create n1; create n2; create n3; create n4; "
      "create n5",
      NULL },
    { "2: five new ones, unavailable", "U3", "n1 B-, n2 B-, n3 B-, n4 B-, n5 B-", "", NULL },
    { "3: Kruise", "U2", "n1 A-, n2 A-, n3 A-, n4 A, n5 A",
      "delete n3a; delete n2a; delete n1a; delete n5a; delete n4a", NULL },
    { "3: native", "native U2", "n1 A-, n2 A-, n3 A-, n4 A, n5 A", "delete n3a; delete n2a; delete n1a", NULL },
    { "4", "U3", "n1 A, n2 A, n3 B-, n4 B-, n5 B-", "", NULL },
    { "5: mu 3", "P2 U3", "n1 B, n2 A, n3 A, n4 A!, n5 A", "delete n5a", NULL },
    { "5: mu 1", "P2 U1", "n1 B, n2 A, n3 A, n4 A!, n5 A", "", NULL },
    { "6", "P3 U1", "n1 A, n2 A, n3 A, n4 B, n5 B, n6", "create n6 | ", NULL },
    { "7", "P9", ALL, "", NULL },
    { "7: n5 is lost", "P9", "n1 A, n2 A, n3 A, n4 A, n5", "create n5 | ", NULL },
    { "7: n5 is lost, partitioned scaling", "P9 scaling", "n1 A, n2 A, n3 A, n4 A, n5", "", NULL },
    { "8", "canary P1 U4", "n1 A, n2 B, n3+ A, n4 A", "delete n3a", NULL },
    { "9", "canary P1 U4", "n1 A, n2 B, n3 A, n4 A", "", NULL },
    { "10: for ever", "U2", "n1 A!, n2 A!, n3 A, n4 A, n5 A", "", NULL },
    { "10: prune gate", "U2 prune", "n1/ A!, n2/ A!, n3 A, n4 A, n5 A", "delete n5a; delete n4a", NULL },
    { "10: ineligible, no gate", "U2", "n1/ A!, n2/ A!, n3 A, n4 A, n5 A", "", NULL },
    { "11", "U1", "n1 A, n2 A, n3 A, n4 A, n5/ A", "delete n5a | delete n4a | create n4", NULL },
    { "12", "U1 hook", "n1 Ah, n2 Ah, n3 Ah, n4 Ah, n5 Ah", "set-lifecycle n5a PreparingDelete | ", NULL },
    { "13", "U3 hook", "n1 A BDh, n2 A, n3 A, n4 A, n5 A", "delete n5a; delete n4a", NULL },
    { "14", "S2 U0", ALL,
      "create n5; create n4 | delete n4a; delete n5a | create n3; create n2 | delete n2a; delete n3a | create n1 | "
      "delete n1a | ",
      NULL },
    { "14: while unready", "S2 U0", "n1 A, n2 A, n3 A, n4 A B-, n5 A B-", "", NULL },
    { "15", "S3 U0", "n1 A-, n2 A-, n3 A-, n4 A-, n5 A-",
      "create n5; create n4; create n3; create n2; create n1 | delete n1a; delete n2a; delete n3a; delete n4a; "
      "delete n5a | ",
      NULL },
    { "15: old and new unready", "S3 U0", "n1 A- B-, n2 A- B-", "delete n1a; delete n2a", NULL },
    { "16: t=310", "S3 U0 m15", "n1 A, n2 A-, n3 A B-, n4 A By, n5 A By", "create n2", NULL },
    { "16: t=320", "S3 U0 m15", "n1 A, n2 A- B-, n3 A B-, n4 A B, n5 A B",
      "delete n2a; delete n4a; delete n5a | create n1", NULL },
    { "16: t=340", "S3 U0 m15", "n1 A B, n2 B, n3 A B, n4 B, n5 B", "delete n1a; delete n3a | ", NULL },
    { "17", "U1 prune", "n0 A, n1 A, n2+ A, n3+ A, n4+ A", "delete n0a; delete n1a | delete n4a", only_labelled },
    { "18: a percentage", "P60% scaling D0", "n1, n2, n3, n4, n5",
      "create n1; create n2; create n3; create n4; create n5", NULL },
    { "18: a number", "P3 scaling D0", "n1, n2, n3, n4, n5", "create n1; create n2", NULL },
    { "19: at first", "B10% D0", "n1, n2, n3, n4, n5", "", NULL },
    { "19: later", "B10%", "n1, n2, n3, n4, n5", "", NULL },
    { "20", "S2 U0 P3", ALL, "create n5; create n4 | delete n4a; delete n5a | ", NULL },
    { "21", "S2 U0 P0", "n1 A-, n2 A, n3 A, n4 A B-, n5 A B-", "create n1", NULL },
    { "22", "U1 m60", "n1 Ay, n2 Ay, n3 Ay, n4 Ay, n5 Ay", "delete n5a; delete n4a; delete n3a; delete n2a; delete n1a",
      NULL },
};

#define NEW5 "node-0 B, node-1 B, node-2 B, node-3 B, node-4 B, "

/* Section 6: D, newCount, P, need, created. */
static const struct daemon_case creations[] = {
    { "10 0 10", "P10 scaling", "node-0, node-1, node-2, node-3, node-4, node-5, node-6, node-7, node-8, node-9", "",
      NULL },
    { "10 0 9", "P9 scaling", "node-0, node-1, node-2, node-3, node-4, node-5, node-6, node-7, node-8, node-9",
      "create node-0", NULL },
    { "10 1 5", "P5 scaling", "node-0 B, node-1, node-2, node-3, node-4, node-5, node-6, node-7, node-8, node-9",
      "create node-1; create node-2; create node-3; create node-4", NULL },
    { "12 5 5", "P5 scaling", NEW5 "node-5, node-6, node-7, node-8, node-9, node-10, node-11",
      "create node-10; create node-11", NULL },
    { "9 4 5", "P5 scaling", "node-0 B, node-1 B, node-2 B, node-3 B, node-5, node-6, node-7, node-9, node-10", "",
      NULL },
    { "10 5 100", "P100 scaling", NEW5 "node-5, node-6, node-7, node-8, node-9, node-x", "", NULL },
    { "10 5 5, not partitioned", "P5", NEW5 "node-5 A, node-6, node-7 A, node-8 A, node-9 A", "create node-6", NULL },
    { "a partition of 0 keeps nobody", "P0 scaling", "node-0, node-1", "create node-0; create node-1", NULL },
    { "nor one that cannot be read", "P'half scaling", "node-0, node-1", "create node-0; create node-1", NULL },
    { "nor below 0", "P-1 scaling", "node-0, node-1", "create node-0; create node-1", NULL },
    { "nor OnDelete", "P2 scaling ondelete", "node-0, node-1", "create node-0; create node-1", NULL },
    { "but while paused", "P1 scaling paused", "node-0, node-1", "create node-0", NULL },
    { "a new pod counts where none should run", "P1 scaling", "node-0, node-1/ B", "", NULL },
    { "not beside another new one", "P1 scaling S1 U0 hook", "node-0 BDh BDh, node-1, node-2",
      "create node-0; create node-1", NULL },
};

/* 10.3, seen by what is deleted where the budget is no bound. */
static const struct daemon_case lists[] = {
    { "n2 n3 n1", "U9", "n1 A, n2 B, n3 A", "delete n3a; delete n1a", NULL },
    { "n1 n3", "U9 P1", "n1 B, n2 A, n3 A", "delete n3a", NULL },
    { "n2 n3", "U9 P1 canary", "n1 A, n2 B, n3+ A, n4 A", "delete n3a", NULL },
    { "n2 n4", "U9 P2 canary", "n1+ A, n2 B, n3+ A, n4+ A", "delete n4a", NULL },
    { "n2 n3 n1, one is terminating", "U9 canary", "n1+ A, n2 B, n3+ A!", "delete n1a", NULL },
    { "a selector {} takes every node", "U9 everywhere", "n1 A, n2+ A", "delete n2a; delete n1a", NULL },
    { "unlabelled later: not rolled back, and counts", "U9 P2 canary", "n1+ A, n2 B, n3+ A, n4 B", "", NULL },
    { "names by bytes, not by number", "U1", "n10 A, n9 A", "delete n9a", NULL },
    { "the base is all nodes that hold pods, not those that should", "U9 P2", "n1 A, n2 A, n3/ A", "delete n3a", NULL },
};

static void n1_waits(struct daemonworld *w)
{
    daemon_backoff(w, "n1", 10, 5);
}

/* 16 and 20: manage and the rolling step in one sync, as upstream's own tests see them. */
static const struct daemon_case chained[] = {
    { "1: the next pass", "chained U2", "n1 A, n2 A, n3 A, n4, n5", "create n4; create n5", NULL },
    { "new ones are unavailable", "chained U3", "n1 A, n2 A, n3 A, n4, n5", "create n4; create n5; delete n3a", NULL },
    { "6", "chained P3 U9", "n1 A, n2 A, n3 A, n4 B, n5 B, n6", "create n6", NULL },
    { "14: old ones go, and the next are made", "chained U0 S2", "n1 A, n2 A, n3 A, n4 A B, n5 A B",
      "delete n4a; delete n5a; create n3; create n2", NULL },
    { "16: t=320", "chained U0 S3 m15", "n1 A, n2 A- B-, n3 A B-, n4 A B, n5 A B",
      "delete n2a; delete n4a; delete n5a; create n1", NULL },
    { "17", "chained U1 prune", "n0 A, n1 A, n2+ A, n3+ A, n4+ A", "delete n0a; delete n1a; delete n4a",
      only_labelled },
    { "excess ones are gone", "chained U1", "n1 A A1, n2 A", "delete n1b; delete n2a", NULL },
    { "failed ones are gone, their node counts", "chained U1", "n1 Bf, n2 A", "delete n1a", NULL },
    { "failed ones are gone, their node counts once", "chained U2", "n1 Bf, n2 A", "delete n1a; delete n2a", NULL },
    { "prepared ones are that", "chained U1 hook", "n1! Ah, n2 A", "set-lifecycle n1a PreparingDelete", NULL },
    { "prepared ones are that, and count", "chained U2 hook", "n1! Ah, n2 A",
      "set-lifecycle n1a PreparingDelete; delete n2a", NULL },
    { "those beyond the burst are there", "chained U1 B1", "n1! A A, n2 A", "delete n1a; delete n2a", NULL },
    { "those beyond the burst count", "chained U1 B1", "n1! A B-, n2 A", "delete n1a", NULL },
    { "those that a hook holds count", "chained U1 hook", "n1! BDh A, n2 A", "delete n1b", NULL },
    { "a new one beside one in its back-off", "chained U0 S1", "n1 Af, n2 A", "create n1", n1_waits },
    { "a new one beside one in its back-off counts once", "chained U0 S2", "n1 Af, n2 A", "create n1; create n2",
      n1_waits },
    { "a new one that is prepared is available still", "chained U3 hook", "n1 A0 B1h, n2 A, n3 A",
      "set-lifecycle n1b PreparingDelete; delete n3a; delete n2a", NULL },
    { "a new one beside a prepared new one: both count as one", "chained U0 S1 hook", "n1 BDh, n2 A", "create n1",
      NULL },
    { "a new one on an empty node is no surge", "chained U0 S1", "n1, n2 A", "create n1; create n2", NULL },
    { "the refresh, too", "chained U1", "n1 Br, n2", "create n2; set-ready n1a", NULL },
    { "not of what is deleted", "chained U1", "n1 Br, n2! Br", "delete n2a; set-ready n1a", NULL },
    { "native", "chained native U1", "n1 A, n2 A A1", "delete n2b; delete n2a", NULL },
    { "paused", "chained paused", "n1 A, n2", "create n2", NULL },
    { "partitioned scaling", "chained scaling P2 U9", "n1 A, n2, n3", "create n2", NULL },
};

DAEMON_TABLE(test_chained, chained)

/* The status is that of what is seen; the sync goes through. */
START_TEST(test_chained_status)
{
    static struct daemonworld w;
    daemon_make(&w, "chained U1", "n1, n2 B, n3! A, n4 A, n5 B! A-");
    ck_assert_str_eq(daemon_actions(&w), "delete n3a; create n1; delete n5b");
    ck_assert_str_eq(daemon_status(&w), "4 4 0 3 3 1 3 2");
    ck_assert_uint_eq(w.plan->stopped_at, 0);
    ck_assert_str_eq(daemon_pod_verdict(&w, "n4a"),
                     "hold/delete MaxUnavailableReached: max_unavailable 1 of 1 used; first by node n1");
    ck_assert_str_eq(daemon_node_verdict(&w, "n1"), "create CreateMissing: creates 1 of 1 missing");
    daemon_free(&w);
}
END_TEST

DAEMON_TABLE(test_example, examples)
DAEMON_TABLE(test_creation, creations)
DAEMON_TABLE(test_list, lists)

int main(void)
{
    Suite *suite = suite_create("daemonset");
    TCase *tcase = tcase_create("daemonset");
    tcase_add_loop_test(tcase, test_example, 0, DAEMON_ROWS(examples));
    tcase_add_loop_test(tcase, test_chained, 0, DAEMON_ROWS(chained));
    tcase_add_test(tcase, test_chained_status);
    tcase_add_loop_test(tcase, test_creation, 0, DAEMON_ROWS(creations));
    tcase_add_loop_test(tcase, test_list, 0, DAEMON_ROWS(lists));
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Where OpenKruise's and Kubernetes' own controller part: each row of daemonset.md 15, both sides of it. */
#include <check.h>
#include <string.h>

#include "daemonworld.h"

static void n1_waits(struct daemonworld *w)
{
    daemon_backoff(w, "n1", 10, 5);
}

static void named(struct daemonworld *w)
{
    w->spec.scheduling.node_name = daemon_str("n1");
}

static void longer_ago(struct daemonworld *w)
{
    w->snapshot.unobserved_since_ms = DAEMON_NOW - 5 * 60 * 1000 - 1;
}

static void five_minutes_ago(struct daemonworld *w)
{
    w->snapshot.unobserved_since_ms = DAEMON_NOW - 5 * 60 * 1000;
}

static void old_revisions(struct daemonworld *w)
{
    for (int i = 2; i < 5; i++) {
        static const char *const names[] = { "demo-x", "demo-y", "demo-z" };
        w->revisions[i] = (struct rollout_revision){ .name = daemon_str(names[i - 2]), .number = -i };
    }
    w->snapshot.revisions.count = 5;
    w->spec.revision_history_limit = (struct rollout_opt){ 1, 3 };
}

/* The same world for both; pairs of rows. */
static const struct daemon_case rows[] = {
    { "old, unavailable: not counted", "U1", "n1 A-, n2 A", "delete n1a; delete n2a", NULL },
    { "old, unavailable: counted", "native U1", "n1 A-, n2 A", "delete n1a", NULL },

    { "pods of nodes that are not there: dropped", "U1", "n1 A, n9? A", "delete n1a", NULL },
    { "pods of nodes that are not there: replaced", "native U1", "n1 A, n9? A", "delete n9a", NULL },
    { "pods of nodes that are not there: not counted", "U1", "n1 A, n9? B-", "delete n1a", NULL },
    { "pods of nodes that are not there: counted", "native U1", "n1 A, n9? B-", "", NULL },
    { "an old pod alone on such a node, surge: dropped", "U0 S1", "n1 A, n9? A", "create n1", NULL },
    { "an old pod alone on such a node, surge: fails", "native U0 S1", "n1 A, n9? A", "", NULL },
    { "beside a new one it does not fail", "native U0 S1", "n1 A, n9? A B-", "", NULL },
    { "beside a new one it counts", "native U0 S2", "n1 A, n9? A B-", "create n1", NULL },

    { "surge, unfit and unavailable: creates", "U0 S1", "n1/ A-, n2 B", "create n1", NULL },
    { "surge, unfit and unavailable: deleted", "native U0 S1", "n1/ A-, n2 B", "delete n1a", NULL },
    { "surge, unfit and available: a candidate", "U0 S1", "n1/ A, n2 A", "create n2", NULL },
    { "surge, unfit and available: kept while none is spare", "native U0 S1", "n1/ A, n2 B-", "", NULL },
    { "surge, unfit and available: one is spare", "native U0 S1", "n1/ A, n2/ A, n3 B", "delete n2a; delete n1a",
      NULL },
    { "surge, unfit and available: spares are more than they", "native U0 S1", "n1/ A, n2/ A, n3 B-", "delete n2a",
      NULL },
    { "surge, unfit: old ones count before new ones", "native U0 S1", "n1/ A, n2 A- B, n3/ A", "delete n2a", NULL },

    { "succeeded: left", "", "n1 Bs", "", NULL },
    { "succeeded: deleted", "native", "n1 Bs", "delete n1a", NULL },
    { "succeeded: deleted without a back-off", "native", "n1 Bs", "delete n1a", n1_waits },

    { "finished and terminating: in the way", "", "n1 Bf!", "", NULL },
    { "finished and terminating: not in the way", "native", "n1 Bf!", "create n1", NULL },
    { "succeeded and terminating: not in the way", "native", "n1 Bs!", "create n1", NULL },
    { "running and terminating: in the way", "native", "n1 B!", "", NULL },

    { "burst as the spec says", "B1", "n1, n2", "create n1", NULL },
    { "burst of 250", "native B1", "n1, n2", "create n1; create n2", NULL },

    { "history: not where manage acted", "", "n1, n2 A", "create n1", old_revisions },
    { "history: also where manage acted", "native", "n1, n2 A", "create n1 demo-b; delete-revision demo-z",
      old_revisions },

    { "writes not seen for 5 minutes", "", "n1", "", five_minutes_ago },
    { "writes not seen for 5 minutes, native", "native", "n1", "", five_minutes_ago },
    { "writes not seen for longer: waits on", "", "n1", "", longer_ago },
    { "writes not seen for longer: forgotten", "native", "n1", "create n1", longer_ago },

    /* What Kubernetes' own has not. */
    { "a partition", "P2", "n1 A, n2 A", "", NULL },
    { "no partition", "native P2", "n1 A, n2 A", "delete n2a", NULL },
    { "a selector", "canary", "n1+ A, n2 A", "delete n1a", NULL },
    { "no selector", "native canary", "n1+ A, n2 A", "delete n2a", NULL },
    { "paused", "paused", "n1 A", "", NULL },
    { "not paused", "native paused", "n1 A", "delete n1a", NULL },
    { "a hook", "hook", "n1 Ah", "set-lifecycle n1a PreparingDelete", NULL },
    { "no hook", "native hook", "n1 Ah", "delete n1a", NULL },
    { "prepared", "hook", "n1 BDh", "", NULL },
    { "not prepared", "native hook", "n1 BDh, n2 A", "delete n2a", NULL },
    { "partitioned scaling", "scaling P1", "n1, n2", "create n1", NULL },
    { "no partitioned scaling", "native scaling P1", "n1, n2", "create n1; create n2", NULL },
    { "in place", "inplace", "n1 Ai", "update-in-place n1a mark:1", NULL },
    { "not in place", "native inplace", "n1 Ai", "delete n1a", NULL },
    { "the gate", "prune", "n1 A, n2/ A", "delete n1a", NULL },
    { "no gate", "native prune", "n1 A, n2/ A", "delete n2a", NULL },
    { "the refresh", "", "n1 Br", "set-ready n1a", NULL },
    { "no refresh", "native", "n1 Br", "", NULL },
    { "no block: stops", "bare", "n1 A", "", NULL },
    { "no block: one at a time", "native bare", "n1 A, n2 A", "delete n2a", NULL },

    /* A row of 15 that the recordings contradict: the template's nodeName counts for both. */
    { "nodeName", "", "n1 B, n2 B", "delete n2a", named },
    { "nodeName, native", "native", "n1 B, n2 B", "delete n2a", named },

    /* Alike. */
    { "burst of a rolling step, free ones first", "U3", "n1 A-, n2 A, n3 A", "delete n1a; delete n3a; delete n2a",
      NULL },
    { "burst of a rolling step, free ones first, native", "native U3", "n1 A-, n2 A, n3 A",
      "delete n1a; delete n3a; delete n2a", NULL },
    { "failed, in its back-off", "native", "n1 Bf", "", n1_waits },
    { "failed", "native", "n1 Bf", "delete n1a", NULL },
    { "surge partner", "native U0 S1", "n1 A B", "delete n1a", NULL },
};

DAEMON_TABLE(test_row, rows)

/* ---- what a plan says beside its actions ---- */

static struct daemonworld w;

static void plan(const char *settings, const char *scene)
{
    daemon_make(&w, settings, scene);
    daemon_actions(&w);
}

START_TEST(test_observed)
{
    plan("", "n1, n2 B");
    ck_assert_int_eq(planned_number(w.plan, "observedGeneration"), 1); /* manage acted */
    plan("native", "n1, n2 B");
    ck_assert_int_eq(planned_number(w.plan, "observedGeneration"), 2);
    plan("U'many", "n1 A");
    ck_assert_int_eq(planned_number(w.plan, "observedGeneration"), 1); /* the rolling step failed */
    plan("native U'many", "n1 A");
    ck_assert_int_eq(planned_number(w.plan, "observedGeneration"), 2);
    plan("native unobserved", "n1 A");
    ck_assert_int_eq(planned_number(w.plan, "observedGeneration"), 1); /* not even native */
    plan("native", "n1 B");
    ck_assert_int_eq(planned_number(w.plan, "observedGeneration"), 2);
    daemon_free(&w);
}
END_TEST

START_TEST(test_status_on_error)
{
    plan("U'many", "n1 A, n2 B");
    ck_assert_uint_eq(w.plan->status_changed, 0);
    ck_assert_str_eq(daemon_status(&w), "2 0 0 0 0 0 0 1"); /* the stored one */
    plan("native U'many", "n1 A, n2 B");
    ck_assert_uint_eq(w.plan->status_changed, 1);
    ck_assert_str_eq(daemon_status(&w), "2 2 0 2 2 0 1 2");
    daemon_free(&w);
}
END_TEST

START_TEST(test_deleting)
{
    static const char *const settings[] = { "deleting", "native deleting" };
    for (int i = 0; i < 2; i++) {
        plan(settings[i], "n1, n2 A");
        ck_assert_uint_eq(w.plan->action_count, 0);
        ck_assert_uint_eq(w.plan->status_changed, 0);
        ck_assert_uint_eq(w.plan->stopped_at, 1);
        ck_assert_str_eq(daemon_status(&w), "2 0 0 0 0 0 0 1");
    }
    daemon_free(&w);
}
END_TEST

START_TEST(test_update_revision)
{
    char text[64];
    plan("", "n1 B");
    ck_assert_str_eq(planned_status_text(w.plan, "updateRevision", text, sizeof text), "b"); /* the hash */
    plan("alpha", "n1 B");
    ck_assert_str_eq(planned_status_text(w.plan, "daemonSetHash", text, sizeof text), "b");
    ck_assert_str_eq(planned_status_text(w.plan, "updateRevision", text, sizeof text), "");
    plan("native", "n1 B");
    ck_assert_str_eq(planned_status_text(w.plan, "updateRevision", text, sizeof text), "");
    daemon_free(&w);
}
END_TEST

START_TEST(test_number_available)
{
    plan("", "n1 Bw, n2 B");
    ck_assert_str_eq(daemon_status(&w), "2 2 0 2 1 1 2 2");
    plan("native", "n1 Bw, n2 B");
    ck_assert_str_eq(daemon_status(&w), "2 2 0 2 2 0 2 2");
    daemon_free(&w);
}
END_TEST

START_TEST(test_left_out_of_the_status)
{
    plan("", "n1 Bf!, n2 B");
    ck_assert_str_eq(daemon_status(&w), "2 2 0 1 1 1 2 2");
    plan("native", "n1 Bf!, n2 B");
    ck_assert_str_eq(daemon_status(&w), "2 1 0 1 1 1 1 2");
    daemon_free(&w);
}
END_TEST

/* A surge pod that is ready for one of 60 seconds. */
START_TEST(test_young_surge_pod)
{
    plan("U0 S1 m60", "n1 A B1y");
    ck_assert_int_eq(w.plan->requeue_seconds, 59);
    plan("native U0 S1 m60", "n1 A B1y");
    ck_assert_int_eq(w.plan->requeue_seconds, 0); /* what stands for the node is the old one, ready and available */
    plan("native U0 S1 m60", "n1 Ay B1y");
    ck_assert_int_eq(w.plan->requeue_seconds, 60); /* the whole of it */
    plan("U0 S1 m60", "n1 A B1z");
    ck_assert_int_eq(w.plan->requeue_seconds, 60); /* no time: the whole of it */
    daemon_free(&w);
}
END_TEST

START_TEST(test_lost_node_error)
{
    plan("native U0 S1", "n1 A, n9? A");
    ck_assert_uint_eq(w.plan->stopped_at, 8);
    ck_assert_uint_eq(w.plan->error_reason, ROLLOUT_REASON_NO_TARGET);
    ck_assert_uint_eq(w.plan->error_pod, daemon_pod(&w, "n9a"));
    ck_assert_msg(strncmp(w.plan->error_message.data, "pod n9a: its node n9 is not there", w.plan->error_message.len) ==
                      0,
                  "%.*s", (int)w.plan->error_message.len, w.plan->error_message.data);
    ck_assert_uint_eq(w.plan->status_changed, 1);
    daemon_free(&w);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("daemonset_native");
    TCase *tcase = tcase_create("daemonset_native");
    tcase_add_loop_test(tcase, test_row, 0, DAEMON_ROWS(rows));
    tcase_add_test(tcase, test_observed);
    tcase_add_test(tcase, test_status_on_error);
    tcase_add_test(tcase, test_deleting);
    tcase_add_test(tcase, test_update_revision);
    tcase_add_test(tcase, test_number_available);
    tcase_add_test(tcase, test_left_out_of_the_status);
    tcase_add_test(tcase, test_young_surge_pod);
    tcase_add_test(tcase, test_lost_node_error);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

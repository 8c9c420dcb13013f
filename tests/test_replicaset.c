/* SPDX-License-Identifier: Apache-2.0 */
/* The ranking of deployment.md 11, row by row, and what bounds a pass. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "planned.h"

#define NOW_MS INT64_C(1700000000000)
#define SECOND INT64_C(1000)

enum { MOST = 1200 };

static struct {
    struct rollout_replicaset spec;
    struct rollout_workload workload;
    struct rollout_snapshot snapshot;
    struct rollout_pod pods[MOST];
    struct rollout_label labels[MOST];
    struct rollout_label app, other;
    struct rollout_replica_set_facts sibling;
    char names[MOST][8];
    struct rollout_plan *plan;
} w;

static struct rollout_str str(const char *text)
{
    return (struct rollout_str){ text, strlen(text) };
}

/* Ready for an hour on node n, all alike but for their uids, which fall: q9, q8, ... */
static void make(uint32_t count, int32_t replicas)
{
    rollout_plan_free(w.plan);
    memset(&w, 0, sizeof w);
    w.app = (struct rollout_label){ str("app"), str("web") };
    w.spec = (struct rollout_replicaset){ .struct_size = sizeof w.spec,
                                          .flags = ROLLOUT_REPLICASET_CONTROLLED,
                                          .name = str("web-1"),
                                          .replicas = { 1, replicas } };
    w.spec.selector.match_labels = (struct rollout_labels){ &w.app, 1, sizeof w.app };
    w.workload.struct_size = sizeof w.workload;
    w.workload.replicaset = &w.spec;
    w.snapshot.struct_size = sizeof w.snapshot;
    w.snapshot.now_ms = NOW_MS;
    w.snapshot.pods = (struct rollout_pods){ w.pods, count, sizeof *w.pods };
    for (uint32_t i = 0; i < count + 1 && i < MOST; i++) { /* one more, which is not there yet */
        snprintf(w.names[i], sizeof w.names[i], "q%u", MOST - i);
        w.labels[i] = w.app;
        w.pods[i] = (struct rollout_pod){ .phase = ROLLOUT_PHASE_RUNNING,
                                          .flags = ROLLOUT_POD_READY,
                                          .ready_since_ms = NOW_MS - 3600 * SECOND,
                                          .created_ms = NOW_MS - 7200 * SECOND,
                                          .name = str(w.names[i]),
                                          .uid = str(w.names[i]),
                                          .node = str("n"),
                                          .labels = { &w.labels[i], 1, sizeof w.labels[0] } };
    }
}

static void plan(void)
{
    struct rollout_error error = { .struct_size = sizeof error };
    rollout_plan_free(w.plan);
    w.plan = NULL;
    ck_assert_msg(rollout_plan(&w.workload, &w.snapshot, &w.plan, &error) == ROLLOUT_OK, "%s", error.message);
}

static void teardown(void)
{
    rollout_plan_free(w.plan);
    w.plan = NULL;
}

/* ---- the rows: which of two goes, pod 0 being changed ---- */

static void unassigned(void)
{
    w.pods[0].node = str("");
}
static void pending(void)
{
    w.pods[0].phase = ROLLOUT_PHASE_PENDING;
}
static void unknown_phase(void)
{
    w.pods[0].phase = ROLLOUT_PHASE_UNKNOWN;
}
static void not_ready(void)
{
    w.pods[0].flags = 0;
}
static void cheap(void)
{
    w.pods[0].deletion_cost = -1;
}
static void dear(void)
{
    w.pods[0].deletion_cost = 1;
}
static void crowded(void) /* with pod 2, which a sibling has */
{
    w.pods[1].node = str("m");
    w.pods[1].restarts = 1; /* else it goes */
    w.other = (struct rollout_label){ str("app"), str("other") };
    w.labels[2] = w.other;
    w.pods[2].flags |= ROLLOUT_POD_FOREIGN;
    w.sibling.name = str("web-2");
    w.sibling.selector.match_labels = (struct rollout_labels){ &w.other, 1, sizeof w.other };
    w.snapshot.pods.count = 3;
    w.snapshot.replica_sets = (struct rollout_replica_sets){ &w.sibling, 1, sizeof w.sibling };
}
static void crowded_without_controller(void)
{
    crowded();
    w.spec.flags = 0;
}
static void crowd_is_leaving(void)
{
    crowded();
    w.pods[2].flags |= ROLLOUT_POD_TERMINATING;
}
static void ready_later(void)
{
    w.pods[0].ready_since_ms = NOW_MS - 10 * SECOND;
}
static void ready_never(void)
{
    w.pods[0].ready_since_ms = 0;
}
static void ready_in_the_future(void)
{
    w.pods[0].ready_since_ms = NOW_MS + SECOND;
    w.pods[1].ready_since_ms = NOW_MS - 1;
}
static void ready_in_one_bucket(void) /* later, and yet the uid decides, not the restarts */
{
    w.pods[0].ready_since_ms += SECOND;
    w.pods[0].restarts = 7;
}
static void restarted(void)
{
    w.pods[0].restarts = 1;
}
static void sidecar_restarted(void)
{
    w.pods[0].sidecar_restarts = 1;
}
static void created_later(void)
{
    w.pods[0].created_ms = NOW_MS - 3601 * SECOND;
}
static void created_never(void)
{
    w.pods[0].created_ms = 0;
}
static void alike(void)
{
}

static const struct {
    const char *row;
    void (*change)(void);
    uint32_t goes;
} rows[] = {
    { "1 unassigned", unassigned, 0 },
    { "2 pending", pending, 0 },
    { "2 unknown", unknown_phase, 0 },
    { "3 not ready", not_ready, 0 },
    { "4 cheap", cheap, 0 },
    { "4 dear", dear, 1 },
    { "5 crowded", crowded, 0 },
    { "5 no controller", crowded_without_controller, 1 },
    { "5 terminating does not count", crowd_is_leaving, 1 },
    { "6 later", ready_later, 0 },
    { "6 no time", ready_never, 0 },
    { "6 in the future", ready_in_the_future, 0 },
    { "6 one bucket", ready_in_one_bucket, 1 },
    { "7 restarts", restarted, 0 },
    { "7 sidecars", sidecar_restarted, 0 },
    { "8 younger", created_later, 0 },
    { "8 no time", created_never, 0 },
    { "all alike: input order", alike, 0 },
};

START_TEST(test_rows)
{
    make(2, 1);
    rows[_i].change();
    plan();
    ck_assert_uint_eq(w.plan->action_count, 1);
    ck_assert_uint_eq(w.plan->actions[0].op, ROLLOUT_OP_DELETE);
    ck_assert_msg(w.plan->actions[0].subject == rows[_i].goes, "%s", rows[_i].row);
}
END_TEST

/* Each row beats the ones below it. */
START_TEST(test_first_row_decides)
{
    make(2, 1);
    rows[_i].change();
    w.pods[1].restarts += 100; /* row 7 */
    plan();
    ck_assert_uint_eq(w.plan->actions[0].subject, 0);
}
END_TEST

/* Siblings are found by the hash that their selectors ask for, or without. */
START_TEST(test_hashed_sibling)
{
    static const struct rollout_label selector[] = { { { "app", 3 }, { "other", 5 } },
                                                     { { "pod-template-hash", 17 }, { "h2", 2 } } };
    static const struct rollout_label pod[] = { { { "app", 3 }, { "other", 5 } },
                                                { { "pod-template-hash", 17 }, { "h2", 2 } } };
    make(2, 1);
    crowded();
    w.sibling.selector.match_labels = (struct rollout_labels){ selector, 2, sizeof *selector };
    plan();
    ck_assert_uint_eq(w.plan->actions[0].subject, 1); /* it does not match */
    w.pods[2].labels = (struct rollout_labels){ pod, 2, sizeof *pod };
    plan();
    ck_assert_uint_eq(w.plan->actions[0].subject, 0);
}
END_TEST

/* One whose selector is not usable matches no pod. */
START_TEST(test_unusable_sibling)
{
    static const struct rollout_requirement none = { { "app", 3 }, ROLLOUT_OPERATOR_NOT_IN, 0, { NULL, 0, 0 } };
    make(2, 1);
    crowded();
    w.sibling.selector.requirements = &none;
    w.sibling.selector.requirement_count = 1;
    plan();
    ck_assert_uint_eq(w.plan->actions[0].subject, 1);
    w.sibling.selector.requirement_count = 0;
    w.labels[2].value = str("third"); /* nor does one match that asks for something else */
    plan();
    ck_assert_uint_eq(w.plan->actions[0].subject, 1);
}
END_TEST

/* Go's durations end at 292 years: all older times are in one bucket, and the uid decides. */
START_TEST(test_longest_time)
{
    make(2, 1);
    w.pods[0].ready_since_ms = INT64_C(-16800000000000); /* of the year 1437 */
    w.pods[1].ready_since_ms = INT64_C(-62135596800000); /* of the year 1 */
    plan();
    ck_assert_uint_eq(w.plan->actions[0].subject, 1);
    w.pods[0].ready_since_ms = NOW_MS - INT64_C(100) * 365 * 86400 * SECOND;
    plan();
    ck_assert_uint_eq(w.plan->actions[0].subject, 0);
}
END_TEST

/* ---- a pass ---- */

START_TEST(test_creates)
{
    char buf[256];
    make(1, 3);
    plan();
    ck_assert_str_eq(planned_actions(w.plan, &w.snapshot, buf, sizeof buf), "create x2");
    ck_assert_str_eq(planned_verdict(w.plan, &w.snapshot, ROLLOUT_SUBJECT_MISSING, 1, buf, sizeof buf),
                     "create CreateMissing: creates 2 of 2 missing");
}
END_TEST

START_TEST(test_burst)
{
    char buf[256];
    make(0, MOST);
    plan();
    ck_assert_str_eq(planned_actions(w.plan, &w.snapshot, buf, sizeof buf), "create x500");
    ck_assert_str_eq(planned_verdict(w.plan, &w.snapshot, ROLLOUT_SUBJECT_MISSING, 2, buf, sizeof buf),
                     "hold/create BurstReached: burst 500 of 500 used in this pass");
    make(MOST, 1);
    plan();
    ck_assert_uint_eq(w.plan->action_count, 500);
}
END_TEST

/* If all go there is no ranking. */
START_TEST(test_all_go)
{
    make(2, 0);
    w.pods[1].node = str("");
    plan();
    ck_assert_uint_eq(w.plan->action_count, 2);
    ck_assert_uint_eq(w.plan->actions[0].subject, 0);
}
END_TEST

START_TEST(test_inactive)
{
    char buf[256];
    make(3, 1);
    w.pods[0].phase = ROLLOUT_PHASE_FAILED;
    w.pods[1].flags |= ROLLOUT_POD_TERMINATING;
    plan();
    ck_assert_uint_eq(w.plan->action_count, 0);
    ck_assert_int_eq(planned_number(w.plan, "replicas"), 1);
    ck_assert_str_eq(planned_verdict(w.plan, &w.snapshot, ROLLOUT_SUBJECT_POD, 0, buf, sizeof buf),
                     "hold PodFinished: phase Failed: finished, left alone");
    ck_assert_str_eq(planned_verdict(w.plan, &w.snapshot, ROLLOUT_SUBJECT_POD, 1, buf, sizeof buf),
                     "hold Terminating: q1199 is still terminating");
}
END_TEST

START_TEST(test_deleting)
{
    make(1, 3);
    w.spec.flags |= ROLLOUT_REPLICASET_DELETING;
    plan();
    ck_assert_uint_eq(w.plan->action_count, 0);
    ck_assert_int_eq(planned_number(w.plan, "readyReplicas"), 1);
}
END_TEST

/* 10: 1.32's comparison is strict, and it asks for the whole time again. */
START_TEST(test_min_ready_seconds)
{
    make(1, 1);
    w.spec.min_ready_seconds = 30;
    w.pods[0].ready_since_ms = NOW_MS - 30 * SECOND;
    plan();
    ck_assert_int_eq(planned_number(w.plan, "availableReplicas"), 0);
    ck_assert_int_eq(w.plan->requeue_seconds, 30);
    ck_assert_int_eq(w.plan->next_ms, NOW_MS + 1);
    w.snapshot.now_ms = w.plan->next_ms;
    plan();
    ck_assert_int_eq(planned_number(w.plan, "availableReplicas"), 1);
    ck_assert_int_eq(w.plan->next_ms, 0);
}
END_TEST

/* 10: a pod that is ready since no time is never available, and nothing is waited for. */
START_TEST(test_ready_since_never)
{
    char buf[256];
    make(1, 1);
    w.spec.min_ready_seconds = 30;
    w.pods[0].ready_since_ms = 0;
    plan();
    ck_assert_int_eq(planned_number(w.plan, "readyReplicas"), 1);
    ck_assert_int_eq(planned_number(w.plan, "availableReplicas"), 0);
    ck_assert_int_eq(w.plan->next_ms, 0);
    ck_assert_str_eq(planned_verdict(w.plan, &w.snapshot, ROLLOUT_SUBJECT_POD, 0, buf, sizeof buf),
                     "hold NotReady: at the target, not ready: condition Ready has no time");
    w.spec.min_ready_seconds = 0;
    plan();
    ck_assert_int_eq(planned_number(w.plan, "availableReplicas"), 1);
    ck_assert_str_eq(planned_verdict(w.plan, &w.snapshot, ROLLOUT_SUBJECT_POD, 0, buf, sizeof buf),
                     "hold UpToDate: up to date at web-1");
}
END_TEST

/* Written where a number differs, or where a failure is over; other conditions stay as they are. */
START_TEST(test_status_written)
{
    static const struct rollout_condition conditions[] = {
        { .type = { "Other", 5 }, .status = { "True", 4 }, .message = { "kept", 4 } },
        { .type = { "ReplicaFailure", 14 }, .status = { "True", 4 } },
        { .type = { "Another", 7 }, .status = { "False", 5 } },
    };
    char buf[64];
    for (int row = 0; row < 7; row++) {
        struct rollout_replicaset_status status = { .struct_size = sizeof status,
                                                    .replicas = 2 + (row == 1),
                                                    .fully_labeled_replicas = 2 + (row == 2),
                                                    .ready_replicas = 2 + (row == 3),
                                                    .available_replicas = 2 + (row == 4),
                                                    .observed_generation = 7 + (row == 5),
                                                    .conditions = conditions,
                                                    .condition_count = row == 6 ? 3 : 1 };
        make(2, 2);
        w.spec.generation = 7;
        w.spec.status = &status;
        plan();
        ck_assert_int_eq(w.plan->status_changed, row > 0);
        ck_assert_int_eq(planned_number(w.plan, "availableReplicas"), 2);
        ck_assert_int_eq(planned_number(w.plan, "observedGeneration"), 7);
        ck_assert_str_eq(planned_condition(w.plan, "Other", "message", buf, sizeof buf), "kept");
        ck_assert_str_eq(planned_condition(w.plan, "ReplicaFailure", "status", buf, sizeof buf), "");
        ck_assert_str_eq(planned_condition(w.plan, "Another", "status", buf, sizeof buf), row == 6 ? "False" : "");
    }
}
END_TEST

/* Without a usable selector nothing is planned, and the status stays. */
START_TEST(test_selector_invalid)
{
    static const struct rollout_condition failure = { .type = { "ReplicaFailure", 14 }, .status = { "True", 4 } };
    const struct rollout_replicaset_status status = { .struct_size = sizeof status,
                                                      .replicas = 5,
                                                      .observed_generation = 1,
                                                      .conditions = &failure,
                                                      .condition_count = 1 };
    static const char *const wanted = "hold SpecInvalid: spec.selector is not usable";
    char buf[256];
    make(2, 1);
    w.spec.flags |= ROLLOUT_REPLICASET_SELECTOR_INVALID;
    w.spec.generation = 2;
    w.spec.status = &status;
    plan();
    ck_assert_uint_eq(w.plan->action_count, 0);
    ck_assert_int_eq(w.plan->status_changed, 0);
    ck_assert_int_eq(planned_number(w.plan, "replicas"), 5);
    ck_assert_int_eq(planned_number(w.plan, "observedGeneration"), 1);
    ck_assert_str_eq(planned_condition(w.plan, "ReplicaFailure", "status", buf, sizeof buf), "True");
    ck_assert_str_eq(planned_verdict(w.plan, &w.snapshot, ROLLOUT_SUBJECT_POD, 1, buf, sizeof buf), wanted);
    ck_assert_str_eq(planned_verdict(w.plan, &w.snapshot, ROLLOUT_SUBJECT_WORKLOAD, 0, buf, sizeof buf), wanted);
}
END_TEST

/* An absent number is 1, a negative one is refused. */
START_TEST(test_replicas)
{
    struct rollout_error error = { .struct_size = sizeof error };
    char buf[64];
    make(0, 7);
    w.spec.replicas.set = 0;
    plan();
    ck_assert_str_eq(planned_actions(w.plan, &w.snapshot, buf, sizeof buf), "create x1");
    rollout_plan_free(w.plan);
    w.plan = NULL;
    w.spec.replicas = (struct rollout_opt){ 1, -1 };
    ck_assert_int_eq(rollout_plan(&w.workload, &w.snapshot, &w.plan, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "replicas: -1 is negative");
}
END_TEST

START_TEST(test_releases)
{
    char buf[256];
    make(2, 1);
    w.pods[0].flags |= ROLLOUT_POD_NOT_SELECTED;
    plan();
    ck_assert_str_eq(planned_actions(w.plan, &w.snapshot, buf, sizeof buf), "release q1200");
    ck_assert_int_eq(planned_number(w.plan, "replicas"), 1);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("replicaset");
    TCase *t = tcase_create("replicaset");
    tcase_add_checked_fixture(t, NULL, teardown);
    tcase_add_loop_test(t, test_rows, 0, sizeof rows / sizeof *rows);
    tcase_add_loop_test(t, test_first_row_decides, 0, 5);
    tcase_add_test(t, test_hashed_sibling);
    tcase_add_test(t, test_unusable_sibling);
    tcase_add_test(t, test_longest_time);
    tcase_add_test(t, test_creates);
    tcase_add_test(t, test_burst);
    tcase_add_test(t, test_all_go);
    tcase_add_test(t, test_inactive);
    tcase_add_test(t, test_deleting);
    tcase_add_test(t, test_min_ready_seconds);
    tcase_add_test(t, test_ready_since_never);
    tcase_add_test(t, test_status_written);
    tcase_add_test(t, test_selector_invalid);
    tcase_add_test(t, test_replicas);
    tcase_add_test(t, test_releases);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

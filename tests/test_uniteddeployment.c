/* SPDX-License-Identifier: Apache-2.0 */
/* How a UnitedDeployment deals its replicas out, by the rows of uniteddeployment.md 1.1, 3, 4 and 5. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "rules/shares.h"
#include "unitedworld.h"

enum {
    FIXED = 0,
    ADAPTIVE = ROLLOUT_UNITEDDEPLOYMENT_ADAPTIVE,
    RESERVES = ROLLOUT_UNITEDDEPLOYMENT_ADAPTIVE | ROLLOUT_UNITEDDEPLOYMENT_RESERVES
};

static struct unitedworld w;

/* ---- numbers ---- */

/* 1.1; wanted -1: it cannot be read. */
static const struct {
    uint32_t kind;
    int32_t count;
    const char *text;
    int64_t total, wanted;
} shares[] = {
    { ROLLOUT_INTSTR_UNSET, 4, "50%", 10, -1 }, { ROLLOUT_INTSTR_INT, 4, NULL, 3, 4 }, /* whatever the total is */
    { ROLLOUT_INTSTR_INT, 0, NULL, -1, 0 },     { ROLLOUT_INTSTR_INT, -1, NULL, 10, -1 },
    { ROLLOUT_INTSTR_TEXT, 4, "", 10, -1 },     { ROLLOUT_INTSTR_TEXT, 4, "4", 10, -1 },
    { ROLLOUT_INTSTR_TEXT, 4, "%", 10, -1 },    { ROLLOUT_INTSTR_TEXT, 4, "1.5%", 10, -1 },
    { ROLLOUT_INTSTR_TEXT, 4, " 5%", 10, -1 },  { ROLLOUT_INTSTR_TEXT, 4, "5%%", 10, -1 },
    { ROLLOUT_INTSTR_TEXT, 4, "-1%", 10, -1 },  { ROLLOUT_INTSTR_TEXT, 4, "101%", 10, -1 },
    { ROLLOUT_INTSTR_TEXT, 4, "50%", -1, -1 },  { ROLLOUT_INTSTR_TEXT, 4, "0%", 10, 0 },
    { ROLLOUT_INTSTR_TEXT, 4, "100%", 10, 10 }, { ROLLOUT_INTSTR_TEXT, 4, "100%", 0, 0 },
    { ROLLOUT_INTSTR_TEXT, 4, "50%", 7, 4 },    { ROLLOUT_INTSTR_TEXT, 4, "49%", 1, 0 },
    { ROLLOUT_INTSTR_TEXT, 4, "+50%", 7, 4 }, /* Go reads the sign */
};

START_TEST(test_share)
{
    int64_t got = -1;
    struct rollout_intstr given = { .kind = shares[_i].kind, .count = shares[_i].count };
    if (shares[_i].text)
        given.text = (struct rollout_str){ shares[_i].text, strlen(shares[_i].text) };
    bool good = ro_share_parse(&given, shares[_i].total, &got);
    ck_assert_int_eq(good ? got : -1, shares[_i].wanted);
}
END_TEST

static const struct allocation {
    const char *row; /* section and row of the reference, from 1 */
    uint32_t flags;
    struct united_row given;
    const char *next;
} allocations[] = {
    /* Percentages, half of one rounded up. */
    { "1.1-1", FIXED, { .total = "10", .replicas = "33%,33%,34%" }, "error" },
    { "1.1-2", FIXED, { .total = "5", .replicas = "50%,50%" }, "error" },
    { "1.1-3", FIXED, { .total = "10", .replicas = "40%,-" }, "4,6" },
    { "1.1-4 of 7", FIXED, { .total = "7", .replicas = "50%,-" }, "4,3" },
    { "1.1-4 of 3", FIXED, { .total = "3", .replicas = "50%,-" }, "2,1" },
    { "1.1-4 of 1", FIXED, { .total = "1", .replicas = "50%,-" }, "1,0" },
    { "1.1-5", FIXED, { .total = "1", .replicas = "49%,-" }, "0,1" },
    { "1.1 no percentage: unspecified", FIXED, { .total = "9", .replicas = "101%,x,4" }, "2,3,4" },
    { "1.1 of no total", FIXED, { .replicas = "50%,3" }, "error" },
    { "1.1 minReplicas", FIXED, { .total = "9", .min = "x,2", .max = "4,-" }, "4,5" },
    { "1.1 maxReplicas", FIXED, { .total = "9", .min = "0,2", .max = "x,-" }, "0,9" },

    { "3.1-1", FIXED, { .total = "5", .cur = "1,4,2,2" }, "1,2,1,1" },
    { "3.1-2", FIXED, { .total = "17", .cur = "1,4,2,2" }, "4,5,4,4" },
    { "3.1-3 of 19", FIXED, { .total = "19", .cur = "0,10" }, "9,10" },
    { "3.1-3 of 21", FIXED, { .total = "21", .cur = "0,10" }, "10,11" },
    { "3.1-4", FIXED, { .total = "27", .replicas = "4,-,4,-", .cur = "1,4,2,2" }, "4,10,4,9" },
    { "3.1-5", FIXED, { .total = "8", .replicas = "4,-,4,-", .cur = "2,4,2,2" }, "4,0,4,0" },
    { "3.1-6", FIXED, { .total = "11", .names = "a,b,c" }, "3,4,4" },
    { "3.1-7", FIXED, { .total = "14", .replicas = "6,6", .cur = "10,4" }, "error" },
    { "3.1 no total, all say theirs", FIXED, { .replicas = "6,7" }, "6,7" },

    { "3.2-1", FIXED, { .total = "5", .min = "2,2", .max = "4,-" }, "3,2" },
    { "3.2-2", FIXED, { .total = "14", .min = "2,2,2,2,2", .max = "5,5,5,5,-" }, "5,3,2,2,2" },
    { "3.2-3", FIXED, { .total = "10", .min = "2,2,2,2,2", .max = "5,5,5,5,-" }, "2,2,2,2,2" },
    { "3.2-4", FIXED, { .total = "5", .min = "2,2,2,2,2", .max = "5,5,5,5,-" }, "2,2,1,0,0" },
    { "3.2-5", FIXED, { .total = "10", .min = "1,1", .max = "3,3" }, "3,3" },
    { "3.2 min above max", FIXED, { .total = "10", .min = "1,4", .max = "-,3" }, "error" },
    { "10-8 no total is none", FIXED, { .min = "2,2" }, "0,0" },

    { "3.3-1",
      ADAPTIVE,
      { .total = "10", .min = "3,0", .max = "5,-", .cur = "1,5", .ready = "1,5", .marked = "60,-" },
      "3,7" },
    { "3.3-2", ADAPTIVE, { .total = "3", .min = "1,0", .max = "2,-", .cur = "2,2", .ready = "2,2" }, "2,1" },
    { "3.3-3",
      ADAPTIVE,
      { .total = "8", .min = "0,0,0,0", .max = "2,-,-,-", .cur = "2,0,0,2", .ready = "2,0,0,2", .marked = "-,60,60,-" },
      "2,0,0,6" },
    { "3.3-4",
      ADAPTIVE,
      { .total = "8", .min = "0,0,0,0", .max = "2,-,-,-", .cur = "2,0,0,2", .ready = "2,0,0,2" },
      "2,4,0,2" },
    { "3.3-5", ADAPTIVE, { .total = "4", .min = "0,0,0,0", .cur = "2,0,0,6", .ready = "2,0,0,6" }, "2,0,0,2" },
    { "3.3-6",
      ADAPTIVE,
      { .total = "10", .min = "0,0", .max = "3,-", .cur = "5,5", .ready = "5,5", .marked = "60,-" },
      "5,5" },

    { "3.4-1",
      RESERVES,
      { .total = "8",
        .min = "1,1,1,1",
        .max = "2,2,2,-",
        .cur = "2,2,2,2",
        .reserved = "0,2,2,0",
        .marked = "-,60,60,-" },
      "2,2,2,6" },
    { "3.4-2",
      RESERVES,
      { .total = "8",
        .min = "1,1,1,1",
        .max = "2,2,2,-",
        .cur = "2,2,2,6",
        .reserved = "0,1,1,0",
        .marked = "-,60,60,-" },
      "2,2,2,4" },
    { "3.4-3",
      RESERVES,
      { .total = "8",
        .min = "1,1,1,1",
        .max = "2,2,2,-",
        .cur = "2,2,2,4",
        .reserved = "0,0,1,0",
        .marked = "-,60,60,-" },
      "2,2,2,3" },
    { "3.4-4",
      RESERVES,
      { .total = "16",
        .min = "2,2,2,2",
        .max = "4,4,4,-",
        .cur = "2,2,2,6",
        .reserved = "0,1,1,0",
        .marked = "-,60,60,-" },
      "4,2,2,10" },
    { "3.4-5",
      RESERVES,
      { .total = "16", .min = "2,2,2,2", .max = "4,4,4,-", .cur = "4,2,2,10", .marked = "-,60,60,-" },
      "4,4,4,8" },
    { "3.4-6",
      RESERVES,
      { .total = "2", .min = "0,0,0", .cur = "2,2,0", .reserved = "2,2,0", .marked = "60,60,-" },
      "2,2,2" },
    { "3.4-7",
      RESERVES,
      { .total = "2", .min = "0,0,0", .cur = "2,2,1", .reserved = "0,1,0", .marked = "-,60,-" },
      "2,0,0" },
    { "3.4 below the minimum", RESERVES, { .total = "6", .min = "3,0", .cur = "1,5", .reserved = "1,0" }, "1,6" },
};

START_TEST(test_allocation)
{
    const struct allocation *row = &allocations[_i];
    unitedworld_make(&w, row->flags, &row->given);
    const char *got = unitedworld_next(&w);
    ck_assert_msg(strcmp(got, row->next) == 0, "%s: %s, not %s", row->row, got, row->next);
    unitedworld_free(&w);
}
END_TEST

static void assert_error(uint32_t flags, const struct united_row *row, const char *message)
{
    unitedworld_make(&w, flags, row);
    ck_assert_str_eq(unitedworld_next(&w), "error");
    ck_assert_msg(w.plan->error_message.len == strlen(message) &&
                      memcmp(w.plan->error_message.data, message, strlen(message)) == 0,
                  "%.*s", (int)w.plan->error_message.len, w.plan->error_message.data);
    ck_assert_uint_eq(w.plan->error_reason, ROLLOUT_REASON_SHARES_IMPOSSIBLE);
    ck_assert_uint_eq(w.plan->stopped_at, 8);
    ck_assert_uint_eq(w.plan->status_changed, 0);
    ck_assert_uint_eq(w.plan->next_replica_count, 0);
    unitedworld_free(&w);
}

/* What cannot be dealt out is named. */
START_TEST(test_errors)
{
    assert_error(FIXED, &(struct united_row){ .total = "10", .names = "a,b,c", .replicas = "33%,33%,34%" },
                 "spec.topology.subsets: their replicas come to 9 of 10: a 33% is 3, b 33% is 3, c 34% is 3");
    assert_error(FIXED, &(struct united_row){ .total = "5", .names = "a,b", .replicas = "50%,50%" },
                 "spec.topology.subsets: their replicas come to 6 of 5: a 50% is 3, b 50% is 3");
    assert_error(FIXED, &(struct united_row){ .total = "14", .replicas = "6,6" },
                 "spec.topology.subsets: their replicas come to 12 of 14: t1 6, t2 6");
    assert_error(FIXED, &(struct united_row){ .total = "1", .replicas = "1,1,1,1,1,1,1,1" },
                 "spec.topology.subsets: their replicas come to 8 of 1: t1 1, t2 1, t3 1, t4 1, t5 1, t6 1, ...");
    assert_error(FIXED, &(struct united_row){ .replicas = "5,-" },
                 "spec.replicas: missing, and not all subsets say theirs");
    assert_error(FIXED, &(struct united_row){ .total = "10", .min = "1,50%", .max = "-,30%" },
                 "spec.topology.subsets[1].maxReplicas: 30% is 3 is less than minReplicas 50% is 5");
}
END_TEST

/* Why a subset has its number. */
static const struct reason {
    uint32_t flags;
    struct united_row given;
    uint32_t subset;
    const char *share;
} reasons[] = {
    { FIXED, { .total = "10", .replicas = "40%,-,-" }, 0, "ShareGiven: 4 of 10 replicas by rule: specified" },
    { FIXED, { .total = "9", .replicas = "40%,-,-" }, 1, "ShareGiven: 2 of 9 replicas by rule: average" },
    { FIXED, { .total = "9", .replicas = "40%,-,-" }, 2, "ShareGiven: 3 of 9 replicas by rule: remainder" },
    { FIXED, { .total = "5", .min = "2,2", .max = "4,-" }, 0, "ShareGiven: 3 of 5 replicas by rule: in order" },
    { FIXED, { .total = "5", .min = "2,2", .max = "4,-" }, 1, "ShareGiven: 2 of 5 replicas by rule: minimum" },
    { FIXED, { .total = "9", .min = "2,2", .max = "4,-" }, 0, "MaxReplicasReached: subset t1: 4 of 4 replicas" },
    { FIXED, { .total = "9", .min = "2,2", .max = "4,-" }, 1, "ShareGiven: 5 of 9 replicas by rule: open" },
    { FIXED, { .total = "3", .min = "2,2", .max = "4,-" }, 1, "BelowMinReplicas: 1 of at least 2 replicas" },
    { FIXED, { .total = "10", .min = "1,1", .max = "3,3" }, 0, "SharesImpossible: subsets hold 6, replicas 10" },
    { ADAPTIVE,
      { .total = "3", .min = "1,0", .max = "3,-", .cur = "2,2", .ready = "2,2" },
      0,
      "ShareGiven: 2 of 3 replicas by rule: keeps ready" },
    { ADAPTIVE,
      { .total = "10", .min = "3,0", .max = "5,-", .cur = "1,5", .ready = "1,5", .marked = "60,-" },
      0,
      "SubsetUnschedulable: subset t1 unschedulable until 2023-11-14T22:17:20.000Z" },
    { RESERVES,
      { .total = "2", .min = "0,0,0", .cur = "2,2,0", .reserved = "2,2,0" },
      2,
      "ShareGiven: 2 of 2 replicas by rule: substitute" },
    { RESERVES,
      { .total = "6", .min = "3,0", .cur = "1,5", .reserved = "1,0" },
      0,
      "SubsetUnschedulable: subset t1 unschedulable" },
};

START_TEST(test_reasons)
{
    const struct reason *row = &reasons[_i];
    unitedworld_make(&w, row->flags, &row->given);
    unitedworld_next(&w);
    const char *got = unitedworld_verdicts(&w, row->subset), *share = strstr(got, "; ");
    ck_assert_msg(share && strcmp(share + 2, row->share) == 0, "%d: %s", _i, got);
    unitedworld_free(&w);
}
END_TEST

/* ---- schedulability (4.1) ---- */

static const struct schedule {
    const char *row;
    long pending_s, marked_s; /* -1 = none */
    const char *next;         /* of two subsets with 4 replicas; the first has one ready pod of two */
    int64_t requeue;
} schedules[] = {
    { "4.1-1 pending for less", 15, -1, "4,0", 15 },
    { "4.1 on the edge", 30, -1, "4,0", 0 },
    { "4.1-2 pending for longer", 31, -1, "1,3", 300 },
    { "4.1-3 none pending, marked", -1, 60, "1,3", 240 },
    { "4.1-4 marked long ago", -1, 360, "4,0", 0 },
    { "4.1 marked, on the edge", -1, 300, "4,0", 0 },
    { "4.1 still pending when it is over", 400, 360, "1,3", 300 },
};

START_TEST(test_schedule)
{
    const struct schedule *row = &schedules[_i];
    char marked[24] = "-";
    if (row->marked_s >= 0)
        snprintf(marked, sizeof marked, "%ld", row->marked_s);
    unitedworld_make(
        &w, ADAPTIVE,
        &(struct united_row){ .total = "4", .min = "0,0", .cur = "2,0", .ready = "1,0", .marked = marked });
    unitedworld_pod_add(&w, 0, "ud-1", NULL);
    struct rollout_pod *pod = unitedworld_pod_add(&w, 0, "ud-1", NULL);
    if (row->pending_s >= 0) {
        pod->phase = ROLLOUT_PHASE_PENDING;
        pod->flags = ROLLOUT_POD_UNSCHEDULABLE;
        pod->node.len = 0;
        pod->created_ms = (UNITED_NOW_S - row->pending_s) * INT64_C(1000);
    }
    const char *got = unitedworld_next(&w);
    ck_assert_msg(strcmp(got, row->next) == 0, "%s: %s", row->row, got);
    ck_assert_msg(w.plan->requeue_seconds == row->requeue, "%s: %d s", row->row, (int)w.plan->requeue_seconds);
    unitedworld_free(&w);
}
END_TEST

/* The plan says itself when it changes: one millisecond past a deadline that must have passed, where upstream's delay is
 * none (10-4). */
START_TEST(test_next)
{
    unitedworld_make(&w, ADAPTIVE, &(struct united_row){ .total = "4", .min = "0,0", .cur = "2,0", .ready = "1,0" });
    struct rollout_pod *pod = unitedworld_pod_add(&w, 0, "ud-1", NULL);
    pod->phase = ROLLOUT_PHASE_PENDING;
    pod->flags = ROLLOUT_POD_UNSCHEDULABLE;
    pod->node.len = 0;
    pod->created_ms = (UNITED_NOW_S - 30) * INT64_C(1000);
    ck_assert_str_eq(unitedworld_next(&w), "4,0");
    ck_assert_int_eq(w.plan->requeue_seconds, 0);
    ck_assert_int_eq(w.plan->next_ms, w.snapshot.now_ms + 1);
    w.snapshot.now_ms = w.plan->next_ms;
    ck_assert_str_eq(unitedworld_next(&w), "1,3");
    unitedworld_free(&w);
}
END_TEST

/* ---- reserved pods (4.2) ---- */

static const struct reserved {
    const char *row, *label;
    int marked, expected,
        state;         /* 'r' ready for an hour, 's' ready for a minute, 'p' pending for an hour, 'n' not ready */
    const char *write; /* what is written; NULL = nothing */
    int64_t requeue;
} reserved[] = {
    { "1", NULL, 1, 1, 'r', "true", 0 },
    { "2 soaked", "true", 1, 1, 'r', "false", 0 },
    { "2 soaking", "true", 1, 1, 's', NULL, 240 },
    { "2 not ready", "true", 0, 1, 'n', NULL, 300 },
    { "2 old", "true", 0, 0, 'r', NULL, 300 },
    { "3 ready", NULL, 0, 1, 'r', "false", 0 },
    { "3 says so", "false", 0, 1, 'r', NULL, 0 },
    { "3 pending", "false", 0, 1, 'p', "true", 300 },
    { "3 pending in a marked subset", "false", 1, 1, 'p', "true", 300 },
    { "3 old, the update is an hour old", "false", 0, 0, 'r', "true", 300 },
};

START_TEST(test_reserved)
{
    const struct reserved *row = &reserved[_i];
    unitedworld_make(
        &w, RESERVES,
        &(struct united_row){ .total = "1", .cur = "1", .ready = "1", .marked = row->marked ? "60" : "-" });
    struct rollout_pod *pod = unitedworld_pod_add(&w, 0, row->expected ? "ud-1" : "ud-0", row->label);
    if (row->state == 's')
        pod->ready_since_ms = (UNITED_NOW_S - 60) * INT64_C(1000);
    if (row->state == 'p') {
        pod->phase = ROLLOUT_PHASE_PENDING;
        pod->flags = ROLLOUT_POD_UNSCHEDULABLE;
        pod->node.len = 0;
    } else if (row->state == 'n') {
        pod->flags = 0;
    }
    unitedworld_next(&w);
    char wanted[64] = "";
    if (row->write)
        snprintf(wanted, sizeof wanted, "set-reserved p-0 %s", row->write);
    const char *got = unitedworld_actions(&w);
    ck_assert_msg(row->write ? strstr(got, wanted) != NULL : !strstr(got, "set-reserved"), "%s: %s", row->row, got);
    ck_assert_msg(w.plan->requeue_seconds == row->requeue, "%s: %d s", row->row, (int)w.plan->requeue_seconds);
    unitedworld_free(&w);
}
END_TEST

/* A pod without a label in a marked subset adds no delay, and lifts a smaller one of a pod before it (row 1). Pods of a
 * Deployment are looked at by their ReplicaSets, whatever their order. */
START_TEST(test_lifted)
{
    static const struct {
        uint32_t sets[2]; /* ReplicaSets of the pod that is to be looked at in 10 s, and of the one that lifts */
        int64_t requeue;
    } rows[] = { { { 1, 1 }, 300 }, { { 2, 1 }, 10 }, { { 1, 2 }, 300 } };
    unitedworld_make(&w, RESERVES, &(struct united_row){ .total = "2", .cur = "2", .ready = "2", .marked = "60" });
    w.updated.last_transition_ms = (UNITED_NOW_S - 20) * INT64_C(1000);
    unitedworld_pod_add(&w, 0, "ud-0", "false")->replica_set = rows[_i].sets[0];
    unitedworld_pod_add(&w, 0, "ud-1", NULL)->replica_set = rows[_i].sets[1];
    unitedworld_next(&w);
    ck_assert_int_eq(w.plan->requeue_seconds, rows[_i].requeue);
    unitedworld_free(&w);
}
END_TEST

/* ---- partitions (5) ---- */

START_TEST(test_partition)
{
    static const struct {
        const char *total, *partition;
        int32_t next;
    } rows[] = { { "3", "2", 2 }, { "1", "2", 1 }, { "4", "2", 2 }, { "4", "-", 0 }, { "4", "-1", -1 } };
    unitedworld_make(&w, FIXED,
                     &(struct united_row){ .total = rows[_i].total, .cur = "3", .partition = rows[_i].partition });
    unitedworld_next(&w);
    ck_assert_int_eq(w.plan->next_partitions[0], rows[_i].next);
    unitedworld_free(&w);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("uniteddeployment");
    TCase *tc = tcase_create("allocation");
    tcase_add_loop_test(tc, test_share, 0, sizeof shares / sizeof *shares);
    tcase_add_loop_test(tc, test_allocation, 0, sizeof allocations / sizeof *allocations);
    tcase_add_test(tc, test_errors);
    tcase_add_loop_test(tc, test_reasons, 0, sizeof reasons / sizeof *reasons);
    tcase_add_loop_test(tc, test_schedule, 0, sizeof schedules / sizeof *schedules);
    tcase_add_test(tc, test_next);
    tcase_add_loop_test(tc, test_reserved, 0, sizeof reserved / sizeof *reserved);
    tcase_add_loop_test(tc, test_lifted, 0, 3);
    tcase_add_loop_test(tc, test_partition, 0, 5);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

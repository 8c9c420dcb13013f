/* SPDX-License-Identifier: Apache-2.0 */
/* broadcastjob.md 9, a test a row, and the steps, nodes and phases of 3, 5.1, 5.3 and 6 that the worked examples do not
 * reach. Row 18 asks for what there is not; row 19 is among the examples, in test_broadcastjob.c. */
#include <check.h>
#include <string.h>

#include "base/str.h"
#include "base/tree.h"
#include "jobworld.h"
#include "planned.h"

#define FAST  ROLLOUT_FAILURE_FAIL_FAST
#define GO    ROLLOUT_FAILURE_CONTINUE
#define PAUSE ROLLOUT_FAILURE_PAUSE

static const struct rollout_condition done = { .type = { "Complete", 8 }, .status = { "True", 4 } };

/* A job as it is stored, and what a reconcile makes of it. */
static const struct row {
    const char *row;
    struct job_example e;
    const char *phase; /* stored; NULL = running */
    uint32_t completion;
    int32_t ttl; /* 0 = none */
    int64_t requeue;
} rows[] = {
    /* Failed pods pause the job every round, and nothing but their end resumes it. */
    { "9-1", { "...", "sf-", "", PAUSE, 0, 0, "---", { 3, 0, 1, 1 }, "paused" }, "paused", 0, 0, 0 },
    { "9-1 its pod is gone", { "...", "s--", "", PAUSE, 0, 0, "-cc", { 3, 2, 1, 0 }, "running" }, "paused", 0, 0, 0 },
    { "9-2 cordoned", { "c..", "srr", "", GO, 0, 0, "d--", { 2, 1, 1, 1 }, "running" }, NULL, 0, 0, 0 },
    { "9-2 uncordoned", { "...", "-rr", "", GO, 0, 0, "c--", { 3, 3, 0, 0 }, "running" }, NULL, 0, 0, 0 },
    { "9-3", { "x.", "s-", "1", GO, 0, 0, "dc", { 1, 0, 1, 1 }, "running" }, NULL, 0, 0, 0 },
    { "9-4", { "..", "or", "", FAST, 0, 0, "-d", { 2, 0, 0, 2 }, "failed" }, NULL, 0, 0, 0 },
    { "9-5", { "..", "os", "", GO, 0, 0, "--", { 2, 0, 1, 1 }, "running" }, NULL, 0, 0, 0 },
    { "9-6", { "..", "st", "", GO, 0, 0, "--", { 2, 0, 1, 0 }, "completed" }, NULL, 0, 0, 0 },
    { "9-7 a later round", { "..", "rr", "", GO, 0, 7200, "--", { 2, 2, 0, 0 }, "running" }, NULL, 1, 0, 0 },
    { "9-8 paused",
      { "..", "rr", "", GO, ROLLOUT_BROADCASTJOB_PAUSED, 60, "--", { 2, 2, 0, 0 }, "paused" },
      "paused",
      0,
      0,
      0 },
    { "9-8 resumed", { "..", "rr", "", GO, 0, 60, "dd", { 2, 0, 0, 2 }, "failed" }, "paused", 0, 0, 0 },
    { "9-9", { "...", "r--", "2", GO, 0, 0, "-c-", { 3, 2, 0, 0 }, "running" }, NULL, 0, 0, 0 },
    { "9-12", { "x.", "rr", "", GO, 0, 0, "d-", { 1, 1, 0, 1 }, "running" }, NULL, 0, 0, 0 },
    { "9-15 nothing starts", { "..", "--", "0%", GO, 0, 0, "--", { 2, 0, 0, 0 }, "running" }, NULL, 0, 0, 0 },
    { "9-15 negative", { "..", "--", "-1", GO, 0, 0, "--", { 2, 0, 0, 0 }, "running" }, NULL, 0, 0, 0 },
    { "9-16",
      { "..", "fr", "", FAST, 0, 0, "--", { 2, 1, 0, 1 }, "failed" },
      "failed",
      ROLLOUT_COMPLETION_NEVER,
      30,
      0 },
    { "9-17", { "....", "----", "2", GO, 0, 0, "cc--", { 4, 2, 0, 0 }, "running" }, NULL, 0, 0, 0 },
    /* 5.1 */
    { "5.1-1", { "..", "-r", "", GO, 0, 0, "--", { 2, 1, 0, 0 }, "failed" }, "failed", 0, 0, 0 },
    { "5.1-2",
      { "..", "f-", "", FAST, ROLLOUT_BROADCASTJOB_PAUSED, 0, "--", { 2, 0, 0, 1 }, "paused" },
      NULL,
      0,
      0,
      0 },
    { "5.1-3", { "..", "r-", "", GO, 0, 0, "-c", { 2, 2, 0, 0 }, "running" }, "paused", 0, 0, 0 },
    { "5.1-4", { "..", "f-", "", PAUSE, 0, 0, "--", { 2, 0, 0, 1 }, "paused" }, NULL, 0, 0, 0 },
    { "5.1-5", { "..", "fr", "", FAST, 0, 0, "-d", { 2, 0, 0, 2 }, "failed" }, NULL, 0, 0, 0 },
    { "5.1-6", { "..", "sr", "", GO, 0, 3600, "-d", { 2, 0, 1, 1 }, "failed" }, NULL, 0, 0, 0 },
    { "5.1-7, in 30 s and one", { "..", "ss", "", GO, 0, 0, "--", { 2, 0, 2, 0 }, "completed" }, NULL, 0, 30, 31 },
    { "5.1-8",
      { "..", "s-", "", GO, 0, 0, "-c", { 2, 1, 1, 0 }, "completed" },
      "completed",
      ROLLOUT_COMPLETION_NEVER,
      0,
      0 },
    /* 5: type Never runs for ever. */
    { "5-5", { "..", "ff", "", FAST, 0, 0, "--", { 2, 0, 0, 2 }, "failed" }, NULL, ROLLOUT_COMPLETION_NEVER, 0, 0 },
    { "5-6", { "..", "sf", "", GO, 0, 0, "--", { 2, 0, 1, 1 }, "running" }, NULL, ROLLOUT_COMPLETION_NEVER, 0, 0 },
    /* 5.3: what holds a slot of parallelism 1, on the first node, beside a free one. */
    { "5.3-1", { "..", "r-", "1", GO, 0, 0, "--", { 2, 1, 0, 0 }, "running" }, NULL, 0, 0, 0 },
    { "5.3-2", { "..", "o-", "1", GO, 0, 0, "-c", { 2, 1, 0, 1 }, "running" }, NULL, 0, 0, 0 },
    { "5.3-3", { "..", "t-", "1", GO, 0, 0, "-c", { 2, 1, 0, 0 }, "running" }, NULL, 0, 0, 0 },
    { "5.3-4", { "..", "s-", "1", GO, 0, 0, "-c", { 2, 1, 1, 0 }, "running" }, NULL, 0, 0, 0 },
    { "5.3-5", { "..", "f-", "1", GO, 0, 0, "-c", { 2, 1, 0, 1 }, "running" }, NULL, 0, 0, 0 },
    /* ... and what is deleted where its node fits no more: all but what is going. */
    { "5.3 unfit", { "ccccc", "rotsf", "", GO, 0, 0, "dd-dd", { 1, -3, 1, 6 }, "completed" }, NULL, 0, 0, 0 },
    /* 6 */
    { "6-1", { "...", "ss-", "", GO, 0, 0, "--c", { 3, 1, 2, 0 }, "running" }, NULL, 0, 0, 0 },
    { "6-2", { "..x", "ss-", "", GO, 0, 0, "---", { 2, 0, 2, 0 }, "completed" }, NULL, 0, 0, 0 },
    { "6-9", { "cx", "--", "", GO, 0, 0, "--", { 0, 0, 0, 0 }, "running" }, NULL, 0, 0, 0 },
};

static struct jobworld w;

static void make(const struct row *row)
{
    jobworld_make(&w, &row->e);
    if (row->phase)
        w.status.phase = (struct rollout_str){ row->phase, strlen(row->phase) };
    if (row->completion)
        w.spec.completion = row->completion;
    w.spec.ttl_seconds_after_finished = (struct rollout_opt){ row->ttl != 0, row->ttl };
}

START_TEST(test_row)
{
    make(&rows[_i]);
    struct rollout_plan *plan = jobworld_plan(&w);
    jobworld_expect(&w, plan, &rows[_i].e);
    ck_assert_msg(plan->requeue_seconds == rows[_i].requeue, "%s: %d s", rows[_i].row, (int)plan->requeue_seconds);
    rollout_plan_free(plan);
}
END_TEST

/* 9-7, 3-3: the deadline is looked at in the first round, if the type is given. */
START_TEST(test_first_round)
{
    static const struct row row = { "9-7", { "..", "--", "", GO, 0, 7200, "cc", { 2, 2, 0, 0 }, "running" },
                                    "",    ROLLOUT_COMPLETION_ALWAYS,
                                    0,     7200 };
    make(&row);
    w.status.start_ms = 0;
    struct rollout_plan *plan = jobworld_plan(&w);
    jobworld_expect(&w, plan, &row.e); /* and phase "" is running, 3-4 */
    ck_assert_int_eq(plan->requeue_seconds, 7200);
    rollout_plan_free(plan);
    w.spec.completion = ROLLOUT_COMPLETION_UNSET;
    plan = jobworld_plan(&w);
    ck_assert_int_eq(plan->requeue_seconds, 0);
    rollout_plan_free(plan);
}
END_TEST

/* 9-10, 3-1: what is not seen for five minutes is not looked at again. */
START_TEST(test_unobserved)
{
    static const struct {
        int64_t since, requeue;
    } cases[] = { { 240, 60 }, { 300, 0 }, { 900, 0 } };
    static const struct row row = {
        "9-10", { "..", "--", "", GO, 0, 0, "--", { 0, 0, 0, 0 }, "running" }, NULL, 0, 0, 0
    };
    make(&row);
    w.snapshot.unobserved_since_ms = (JOB_NOW_S - cases[_i].since) * INT64_C(1000);
    struct rollout_plan *plan = jobworld_plan(&w);
    jobworld_expect(&w, plan, &row.e);
    ck_assert_int_eq(plan->requeue_seconds, cases[_i].requeue);
    ck_assert_uint_eq(plan->stopped_at, 1);
    rollout_plan_free(plan);
}
END_TEST

/* 9-11, 6-5: the pod of a node that is gone stays, holds a slot, and no longer keeps the job from its end. */
START_TEST(test_node_removed)
{
    static const struct row row = { "9-11", { "..", "sr", "", GO, 0, 0, "--", { 1, 1, 1, 0 }, "completed" }, NULL, 0, 0,
                                    0 };
    make(&row);
    w.snapshot.nodes.count = 1;
    struct rollout_plan *plan = jobworld_plan(&w);
    ck_assert_uint_eq(plan->action_count, 0);
    ck_assert_int_eq(jobworld_status(plan, "desired")->integer, 1);
    ck_assert_int_eq(jobworld_status(plan, "active")->integer, 1);
    ck_assert(ro_str_eq(jobworld_status(plan, "phase")->text, RO_STR("completed")));
    rollout_plan_free(plan);
}
END_TEST

/* 9-13: a node is as good as empty: one that the pods of others fill is desired, and its pod waits there. 9-14: pods that
 * are there are held against their own needs, new ones against the template's. */
START_TEST(test_requests)
{
    static const struct rollout_resource small = { { "cpu", 3 }, 4000 }, big = { { "cpu", 3 }, 4001 };
    static const struct row row = {
        "9-14", { "..", "r-", "", GO, 0, 0, "-c", { 2, 2, 0, 0 }, "running" }, NULL, 0, 0, 0
    };
    static const struct job_example grown = { "..", "r-", "", GO, 0, 0, "--", { 1, 1, 0, 0 }, "running" };
    static const struct job_example shrunk = { "..", "r-", "", GO, 0, 0, "dc", { 1, 1, 0, 1 }, "running" };
    make(&row);
    w.spec.requests = w.jobs[0].requests = &small;
    w.spec.request_count = w.jobs[0].request_count = 1;
    struct rollout_plan *plan = jobworld_plan(&w);
    jobworld_expect(&w, plan, &row.e);
    rollout_plan_free(plan);
    w.spec.requests = &big;
    plan = jobworld_plan(&w);
    jobworld_expect(&w, plan, &grown);
    rollout_plan_free(plan);
    w.spec.requests = &small;
    w.jobs[0].requests = &big;
    plan = jobworld_plan(&w);
    jobworld_expect(&w, plan, &shrunk);
    rollout_plan_free(plan);
}
END_TEST

/* 9-15: a text without "%" is a percentage all the same; one that is no number creates nothing. */
START_TEST(test_text)
{
    static const struct row row = { "9-15", { ".....", "-----", "", GO, 0, 0, "cc---", { 5, 2, 0, 0 }, "running" },
                                    NULL,   0,
                                    0,      0 };
    make(&row);
    w.spec.parallelism = (struct rollout_intstr){ .kind = ROLLOUT_INTSTR_TEXT, .text = RO_STR("40") };
    struct rollout_plan *plan = jobworld_plan(&w);
    jobworld_expect(&w, plan, &row.e);
    rollout_plan_free(plan);
    w.spec.parallelism.text = RO_STR("abc");
    plan = jobworld_plan(&w);
    ck_assert_uint_eq(plan->action_count, 0);
    ck_assert_uint_eq(plan->error_reason, ROLLOUT_REASON_SPEC_INVALID);
    rollout_plan_free(plan);
}
END_TEST

/* 9-17: the caller's order, whatever the names. */
START_TEST(test_order)
{
    static const struct row row = { "9-17", { "...", "---", "1", GO, 0, 0, "--c", { 3, 1, 0, 0 }, "running" },
                                    NULL,   0,
                                    0,      0 };
    make(&row);
    struct rollout_node_facts first = w.nodes[0];
    w.nodes[0] = w.nodes[2];
    w.nodes[2] = first;
    struct rollout_plan *plan = jobworld_plan(&w);
    jobworld_expect(&w, plan, &row.e);
    rollout_plan_free(plan);
}
END_TEST

static size_t conditions_of(const struct rollout_plan *plan)
{
    const struct rollout_node *list = jobworld_status(plan, "conditions");
    return list ? ro_count(list) : 0;
}

/* 9-20: a job of type Never that has failed has the condition, and is not over; a condition that is False gets a second
 * one of its type. 3-2: any other type is over by it. */
START_TEST(test_condition)
{
    static const struct row row = { "9-20", { "..", "fr", "", FAST, 0, 0, "-d", { 2, 0, 0, 2 }, "failed" },
                                    NULL,   ROLLOUT_COMPLETION_NEVER,
                                    30,     31 };
    static const struct rollout_condition no = { .type = { "Failed", 6 }, .status = { "False", 5 } };
    make(&row);
    struct rollout_plan *plan = jobworld_plan(&w);
    jobworld_expect(&w, plan, &row.e);
    ck_assert_uint_eq(conditions_of(plan), 1);
    ck_assert_ptr_nonnull(jobworld_status(plan, "completionTime"));
    rollout_plan_free(plan);
    w.status.conditions = &no;
    w.status.condition_count = 1;
    plan = jobworld_plan(&w);
    ck_assert_uint_eq(conditions_of(plan), 2);
    rollout_plan_free(plan);
    w.status.conditions = &done;
    plan = jobworld_plan(&w);
    ck_assert_uint_eq(plan->action_count, 1); /* not over: the pod that runs goes */
    rollout_plan_free(plan);
    w.spec.completion = ROLLOUT_COMPLETION_ALWAYS;
    plan = jobworld_plan(&w);
    ck_assert_uint_eq(plan->action_count, 0);
    ck_assert_uint_eq(plan->stopped_at, 2);
    ck_assert_int_eq(plan->requeue_seconds, 0); /* without completionTime */
    rollout_plan_free(plan);
}
END_TEST

/* 3-3: without a deadline, and with one below 0, which has passed at the start, there is no look of the first round. */
START_TEST(test_first_deadline)
{
    static const struct row plain = { "3-3", { "..", "--", "", GO, 0, 0, "cc", { 2, 2, 0, 0 }, "running" },
                                      "",    ROLLOUT_COMPLETION_ALWAYS,
                                      0,     0 };
    static const struct row passed = { "3-3", { "..", "--", "", GO, 0, -5, "--", { 2, 0, 0, 0 }, "failed" },
                                       "",    ROLLOUT_COMPLETION_ALWAYS,
                                       0,     0 };
    const struct row *const both[] = { &plain, &passed };
    make(both[_i]);
    w.status.start_ms = 0;
    struct rollout_plan *plan = jobworld_plan(&w);
    jobworld_expect(&w, plan, &both[_i]->e);
    ck_assert_int_eq(plan->requeue_seconds, 0);
    ck_assert_int_eq(plan->next_ms, 0);
    rollout_plan_free(plan);
}
END_TEST

/* 3-2: Complete or Failed that is True, and nothing else. */
START_TEST(test_over)
{
    static const struct {
        struct rollout_condition condition;
        uint32_t stopped_at;
    } cases[] = {
        { { .type = { "Failed", 6 }, .status = { "True", 4 } }, 2 },
        { { .type = { "Complete", 8 }, .status = { "True", 4 } }, 2 },
        { { .type = { "Complete", 8 }, .status = { "Unknown", 7 } }, 0 },
        { { .type = { "Suspended", 9 }, .status = { "True", 4 } }, 0 },
    };
    static const struct row row = {
        "3-2", { "..", "r-", "", GO, 0, 0, "-c", { 2, 2, 0, 0 }, "running" }, NULL, 0, 0, 0
    };
    make(&row);
    w.status.conditions = &cases[_i].condition;
    w.status.condition_count = 1;
    struct rollout_plan *plan = jobworld_plan(&w);
    ck_assert_uint_eq(plan->stopped_at, cases[_i].stopped_at);
    ck_assert_uint_eq(plan->action_count, cases[_i].stopped_at == 0);
    rollout_plan_free(plan);
}
END_TEST

/* The API keeps whole seconds, also those before 1970: of -1.5 s it is the second -2. */
START_TEST(test_whole_seconds)
{
    static const struct {
        int64_t now_ms;
        const char *completion;
    } cases[] = { { 1500, "1970-01-01T00:00:01Z" },
                  { -1500, "1969-12-31T23:59:58Z" },
                  { -2000, "1969-12-31T23:59:58Z" } };
    static const struct row row = {
        "11b", { ".", "s", "", GO, 0, 0, "-", { 1, 0, 1, 0 }, "completed" }, NULL, 0, 0, 0
    };
    char text[64];
    make(&row);
    w.snapshot.now_ms = cases[_i].now_ms;
    w.status.start_ms = -5000;
    struct rollout_plan *plan = jobworld_plan(&w);
    jobworld_expect(&w, plan, &row.e);
    ck_assert_str_eq(planned_status_text(plan, "completionTime", text, sizeof text), cases[_i].completion);
    ck_assert_str_eq(planned_condition(plan, "Complete", "message", text, sizeof text),
                     "Job completed, 1 pods succeeded, 0 pods failed");
    rollout_plan_free(plan);
}
END_TEST

/* Pods without facts of their own are as the template says, bound to their node and never restarted: what the template
 * requires by its affinity or names as its node was replaced (2.2), its nodeSelector, taints and cordon still count. */
START_TEST(test_without_facts)
{
    static const struct rollout_label zone = { { "zone", 4 }, { "a", 1 } };
    static const struct row row = { "2.2", { "....xc", "rrs-rr", "", GO, 0, 0, "--d-dd", { 2, 1, 1, 3 }, "running" },
                                    NULL,  0,
                                    0,     0 };
    make(&row);
    for (size_t i = 0; i < w.snapshot.pods.count; i++)
        w.pods[i].job_pod = NULL;
    for (size_t i = 0; i < 2; i++)
        w.nodes[i].labels = (struct rollout_labels){ &zone, 1, sizeof zone };
    w.spec.restart_limit = -1; /* passed by no restart at all, where a pod restarts OnFailure */
    w.spec.scheduling.node_name = RO_STR("elsewhere");
    w.spec.scheduling.affinity.set = 1; /* no terms: no node */
    w.spec.scheduling.node_selector = (struct rollout_labels){ &zone, 1, sizeof zone };
    struct rollout_plan *plan = jobworld_plan(&w);
    jobworld_expect(&w, plan, &row.e); /* four run, and each deletion takes one off, 9-3 */
    rollout_plan_free(plan);
}
END_TEST

/* 2.2-2: a pod is held against its own required affinity, of which one term must hold. */
START_TEST(test_own_affinity)
{
    static const struct rollout_str values[] = { { "a", 1 }, { "b", 1 } };
    static const struct rollout_label zone = { { "zone", 4 }, { "b", 1 } };
    static const struct rollout_requirement in[] = {
        { { "zone", 4 }, ROLLOUT_OPERATOR_IN, 0, { &values[0], 1, sizeof values[0] } },
        { { "zone", 4 }, ROLLOUT_OPERATOR_IN, 0, { &values[1], 1, sizeof values[1] } },
    };
    static const struct rollout_node_term terms[] = { { &in[0], 1, NULL, 0 }, { &in[1], 1, NULL, 0 } };
    static const struct row row = { "2.2-2", { "...", "rrr", "", GO, 0, 0, "-d-", { 2, 2, 0, 1 }, "running" },
                                    NULL,    0,
                                    0,       0 };
    make(&row);
    w.nodes[0].labels = w.nodes[1].labels = (struct rollout_labels){ &zone, 1, sizeof zone };
    w.jobs[0].scheduling.affinity = (struct rollout_node_affinity){ 1, 0, terms, 2 };
    w.jobs[1].scheduling.affinity = (struct rollout_node_affinity){ 1, 0, terms, 1 };
    w.pods[2].job_pod = NULL;
    struct rollout_plan *plan = jobworld_plan(&w);
    jobworld_expect(&w, plan, &row.e);
    rollout_plan_free(plan);
}
END_TEST

/* Pending: a pod that is bound but not on its node waits for the scheduler, one that is there for its kubelet, also where
 * only its index says so. */
START_TEST(test_pending)
{
    static const struct row row = { "5.3-1", { "...", "rrr", "", GO, 0, 0, "---", { 3, 3, 0, 0 }, "running" },
                                    NULL,    0,
                                    0,       0 };
    char text[160];
    make(&row);
    for (size_t i = 0; i < 3; i++)
        w.pods[i].phase = ROLLOUT_PHASE_PENDING;
    w.pods[0].target_node = w.pods[0].node;
    w.pods[0].node = w.pods[2].node = (struct rollout_str){ NULL, 0 };
    w.pods[2].node_index = 3;
    struct rollout_plan *plan = jobworld_plan(&w);
    jobworld_expect(&w, plan, &row.e);
    ck_assert_uint_eq(plan->verdicts[0].reason, ROLLOUT_REASON_UNSCHEDULED);
    ck_assert_uint_eq(plan->verdicts[1].reason, ROLLOUT_REASON_NOT_READY);
    ck_assert_uint_eq(plan->verdicts[2].reason, ROLLOUT_REASON_NOT_READY);
    ck_assert_ptr_nonnull(
        strstr(planned_verdict(plan, &w.snapshot, ROLLOUT_SUBJECT_POD, 2, text, sizeof text), "Pending"));
    rollout_plan_free(plan);
}
END_TEST

static const char *refusal(void)
{
    static struct rollout_error error;
    struct rollout_plan *plan = NULL;
    error = (struct rollout_error){ .struct_size = sizeof error };
    ck_assert_int_eq(rollout_plan(&w.workload, &w.snapshot, &plan, &error), ROLLOUT_ERR_INVALID);
    ck_assert_ptr_null(plan);
    return error.message;
}

START_TEST(test_bad_input)
{
    static const struct row row = { "1", { "..", "rr", "", GO, 0, 0, "--", { 2, 2, 0, 0 }, "running" }, NULL, 0, 0, 0 };
    static const struct rollout_resource twice[] = { { { "cpu", 3 }, 1 }, { { "cpu", 3 }, 1 } },
                                         back[] = { { { "memory", 6 }, 1 }, { { "cpu", 3 }, 1 } };
    static const struct rollout_in_place in_place = { .container = { NULL, 1 } };
    make(&row);
    w.spec.name.data = NULL;
    ck_assert_str_eq(refusal(), "name: NULL with a length");
    make(&row);
    w.pods[1].name.data = NULL;
    ck_assert_str_eq(refusal(), "pods[1].name: NULL with a length");
    make(&row);
    w.pods[1].in_place = &in_place;
    ck_assert_str_eq(refusal(), "pods[1].in_place.container: NULL with a length");
    make(&row);
    w.jobs[0].on_failure = 2;
    ck_assert_str_eq(refusal(), "pods[0].job_pod.on_failure: 2 is unknown");
    make(&row);
    w.pods[0].node_index = 3;
    ck_assert_str_eq(refusal(), "pods: node_index 3 of 2 nodes");
    /* resources are in the order of their names, each once */
    make(&row);
    w.spec.requests = twice;
    w.spec.request_count = 2;
    ck_assert_str_eq(refusal(), "requests[1]: is not behind the one before it in the order of their names");
    make(&row);
    w.jobs[1].requests = back;
    w.jobs[1].request_count = 2;
    ck_assert_str_eq(refusal(),
                     "pods[1].job_pod.requests[1]: is not behind the one before it in the order of their names");
    make(&row);
    w.nodes[1].allocatable = back;
    ck_assert_str_eq(refusal(), "nodes[1].allocatable[1]: is not behind the one before it in the order of their names");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("broadcastjob_rows");
    TCase *tc = tcase_create("9");
    tcase_add_loop_test(tc, test_row, 0, sizeof rows / sizeof *rows);
    tcase_add_test(tc, test_first_round);
    tcase_add_loop_test(tc, test_unobserved, 0, 3);
    tcase_add_test(tc, test_node_removed);
    tcase_add_test(tc, test_requests);
    tcase_add_test(tc, test_text);
    tcase_add_test(tc, test_order);
    tcase_add_test(tc, test_condition);
    tcase_add_loop_test(tc, test_first_deadline, 0, 2);
    tcase_add_loop_test(tc, test_over, 0, 4);
    tcase_add_loop_test(tc, test_whole_seconds, 0, 3);
    tcase_add_test(tc, test_without_facts);
    tcase_add_test(tc, test_own_affinity);
    tcase_add_test(tc, test_pending);
    tcase_add_test(tc, test_bad_input);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

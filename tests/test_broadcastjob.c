/* SPDX-License-Identifier: Apache-2.0 */
/* The worked examples of broadcastjob.md 7 by their number, the run of 5.4, and the input on which upstream crashes. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include <rollout/json.h>
#include <rollout/rollout.h>

#include "base/str.h"
#include "base/tree.h"
#include "jobworld.h"

#define FAST  ROLLOUT_FAILURE_FAIL_FAST
#define GO    ROLLOUT_FAILURE_CONTINUE
#define PAUSE ROLLOUT_FAILURE_PAUSE

static const struct job_example examples[] = {
    /* 1 */ { "...", "r--", "2", FAST, 0, 0, "-c-", { 3, 2, 0, 0 }, "running" },
    /* 2 */ { ".....", "r----", "40%", FAST, 0, 0, "-c---", { 5, 2, 0, 0 }, "running" },
    /* 3 */ { "c.", "--", "2", FAST, 0, 0, "-c", { 1, 1, 0, 0 }, "running" },
    /* 4 */ { "..........", "----------", "20", FAST, 0, 0, "cccccccccc", { 10, 10, 0, 0 }, "running" },
    /* 5 */ { "...", "ssf", "10", FAST, 0, 0, "---", { 3, 0, 2, 1 }, "failed" },
    /* 6 */ { "...", "sf-", "10", FAST, 0, 0, "---", { 3, 0, 1, 1 }, "failed" },
    /* 7 */ { "...", "sf-", "10", GO, 0, 0, "--c", { 3, 1, 1, 1 }, "running" },
    /* 8 */ { "...", "sf-", "10", PAUSE, 0, 0, "---", { 3, 0, 1, 1 }, "paused" },
    /* 9 */
    { "..........",
      "rrr-------",
      "50%",
      FAST,
      ROLLOUT_BROADCASTJOB_PAUSED,
      0,
      "----------",
      { 10, 3, 0, 0 },
      "paused" },
    /* 10 */ { "..", "rr", "10", GO, 0, 3600, "dd", { 2, 0, 0, 2 }, "failed" },
    /* 11 */ { "..x", "sss", "", FAST, 0, 0, "--d", { 2, -1, 3, 1 }, "completed" },
    /* 12 */ { "....", "rt--", "2", FAST, 0, 0, "--c-", { 4, 2, 0, 0 }, "running" },
    /* 5.4, rounds 1 to 5 */
    { "....", "----", "50%", GO, 0, 0, "cc--", { 4, 2, 0, 0 }, "running" },
    { "....", "sr--", "50%", GO, 0, 0, "--c-", { 4, 2, 1, 0 }, "running" },
    { "....", "sor-", "50%", GO, 0, 0, "---c", { 4, 2, 1, 1 }, "running" },
    { "....", "soss", "50%", GO, 0, 0, "----", { 4, 0, 3, 1 }, "running" },
    { "....", "ssss", "50%", GO, 0, 0, "----", { 4, 0, 4, 0 }, "completed" },
    /* with FailFast round 3 deletes n2's pod, and leaves the one over its limit */
    { "....", "sor-", "50%", FAST, 0, 0, "--d-", { 4, 0, 1, 2 }, "failed" },
    /* 9.19: fewer than none active, the largest parallelism, a free node. Upstream crashes */
    { "x.", "s-", "", FAST, 0, 0, "dc", { 1, 0, 1, 1 }, "running" },
    /* parallelism 0 never starts; a job being deleted creates nothing; one second before the deadline */
    { "..", "--", "0", FAST, 0, 0, "--", { 2, 0, 0, 0 }, "running" },
    { "..", "--", "2", FAST, ROLLOUT_BROADCASTJOB_DELETING, 0, "--", { 2, 0, 0, 0 }, "running" },
    { "..", "rr", "10", GO, 0, 3601, "--", { 2, 2, 0, 0 }, "running" },
};

START_TEST(test_example)
{
    struct jobworld w;
    jobworld_make(&w, &examples[_i]);
    struct rollout_plan *plan = jobworld_plan(&w);
    jobworld_expect(&w, plan, &examples[_i]);
    rollout_plan_free(plan);
}
END_TEST

/* A default limit 0: the first restart fails the pod; 2+1 = 3 restarts are within 3, 4 are not. */
START_TEST(test_restarts)
{
    static const struct {
        int64_t restarts;
        int32_t limit;
        int64_t failed;
    } cases[] = { { 3, 3, 0 }, { 4, 3, 1 }, { 1, 0, 1 }, { 0, 0, 0 } };
    struct job_example e = { ".", "o", "", GO, 0, 0, "-", { 1, 0, 0, 0 }, "running" };
    struct jobworld w;
    jobworld_make(&w, &e);
    w.jobs[0].restarts = cases[_i].restarts;
    w.spec.restart_limit = cases[_i].limit;
    struct rollout_plan *plan = jobworld_plan(&w);
    ck_assert_int_eq(jobworld_status(plan, "failed")->integer, cases[_i].failed);
    ck_assert_int_eq(jobworld_status(plan, "active")->integer, 1 - cases[_i].failed);
    rollout_plan_free(plan);
}
END_TEST

/* Time to live 30 s: 31 s where it ends, 20 s ten seconds later, deleted after 30 s. */
START_TEST(test_time_to_live)
{
    static const struct {
        int64_t after, requeue;
        size_t actions;
    } cases[] = { { 10, 20, 0 }, { 29, 1, 0 }, { 30, 0, 1 } };
    struct rollout_condition complete = { .type = RO_STR("Complete"), .status = RO_STR("True") };
    struct job_example e = { ".", "s", "", FAST, 0, 0, "-", { 1, 0, 1, 0 }, "completed" };
    struct jobworld w;
    jobworld_make(&w, &e);
    w.spec.ttl_seconds_after_finished = (struct rollout_opt){ 1, 30 };
    struct rollout_plan *plan = jobworld_plan(&w);
    ck_assert_int_eq(plan->requeue_seconds, 31);
    ck_assert_int_eq(plan->next_ms, (int64_t)(JOB_NOW_S + 30) * 1000);
    rollout_plan_free(plan);
    w.status.conditions = &complete;
    w.status.condition_count = 1;
    w.status.completion_ms = (JOB_NOW_S - cases[_i].after) * 1000;
    plan = jobworld_plan(&w);
    ck_assert_int_eq(plan->requeue_seconds, cases[_i].requeue);
    ck_assert_uint_eq(plan->action_count, cases[_i].actions);
    if (plan->action_count)
        ck_assert_uint_eq(plan->actions[0].op, ROLLOUT_OP_DELETE_WORKLOAD);
    rollout_plan_free(plan);
}
END_TEST

/* Only an empty node's room counts, and each resource names itself. */
START_TEST(test_room)
{
    static const struct rollout_resource asks[] = {
        { { "cpu", 3 }, 4000 },
        { { "cpu", 3 }, 4001 },
        { { "a.b/c", 5 }, 1 },
        { { "a.b/c", 5 }, 0 },
        { { "other", 5 }, 1 },
        { { "requests.a.b/c", 14 }, 1 }, /* a quota's */
        { { "hugepages-2Mi", 13 }, 1 },
        { { "attachable-volumes-csi", 22 }, 1 },
        { { "", 0 }, 1 },
        { { NULL, 0 }, 1 },
    };
    static const size_t created[] = { 1, 0, 0, 1, 1, 1, 0, 0, 1, 1 };
    struct job_example e = { ".", "-", "", FAST, 0, 0, "c", { 0, 0, 0, 0 }, "running" };
    struct jobworld w;
    jobworld_make(&w, &e);
    w.spec.requests = &asks[_i];
    w.spec.request_count = 1;
    struct rollout_plan *plan = jobworld_plan(&w);
    ck_assert_uint_eq(plan->action_count, created[_i]);
    if (!created[_i])
        ck_assert_uint_eq(plan->verdicts[0].reason, ROLLOUT_REASON_NODE_TOO_SMALL);
    rollout_plan_free(plan);
}
END_TEST

#define BY_AFFINITY                                                                                                    \
    "\"affinity\":{\"nodeAffinity\":{\"requiredDuringSchedulingIgnoredDuringExecution\":{\"nodeSelectorTerms\":["      \
    "{\"matchFields\":[{\"key\":\"metadata.name\",\"operator\":\"In\",\"values\":[\"n1\"]}]}]}}}"

/* The pod that a creation makes: the template's, the job's labels and reference, bound to its node in the place of what
 * the template requires, or by its name where the flag is off (2.2); no toleration added. */
START_TEST(test_apply)
{
    static const char *const gates[] = { "", "\"featureGates\":{\"assign-bcj-pods-by-scheduler\":false}," };
    static const char *const bound[] = { BY_AFFINITY, "\"nodeName\":\"n1\"" };
    static const char form[] =
        "{\"kind\":\"Snapshot\",%s\"now\":\"2026-01-01T00:00:00Z\",\"workload\":{\"apiVersion\":\"apps.kruise.io/"
        "v1beta1\","
        "\"kind\":\"BroadcastJob\",\"metadata\":{\"name\":\"job\",\"namespace\":\"ns\",\"uid\":\"u1\"},\"spec\":{"
        "\"template\":"
        "{\"metadata\":{\"labels\":{\"a\":\"b\"}},\"spec\":{\"restartPolicy\":\"Never\",\"containers\":[]}}}},"
        "\"nodes\":[{\"metadata\":{\"name\":\"n1\"},\"status\":{\"allocatable\":{\"pods\":\"1\"}}}]}";
    static const char made_form[] =
        "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"generateName\":\"job-\",\"namespace\":\"ns\","
        "\"labels\":{"
        "\"a\":\"b\",\"broadcastjob-name\":\"job\",\"broadcastjob-controller-uid\":\"u1\"},\"ownerReferences\":[{"
        "\"apiVersion\":"
        "\"apps.kruise.io/v1beta1\",\"kind\":\"BroadcastJob\",\"name\":\"job\",\"uid\":\"u1\",\"controller\":true,"
        "\"blockOwnerDeletion\":true}]},\"spec\":{\"restartPolicy\":\"Never\",\"containers\":[],%s}}";
    char text[1024], made[1024];
    snprintf(text, sizeof text, form, gates[_i]);
    snprintf(made, sizeof made, made_form, bound[_i]);
    struct rollout_json *json = NULL, *expected = NULL;
    struct rollout_world *world = NULL;
    struct rollout_plan *plan = NULL;
    struct rollout_objects *objects = NULL;
    ck_assert_int_eq(rollout_json_parse(text, strlen(text), &json, NULL), ROLLOUT_OK);
    ck_assert_int_eq(rollout_json_parse(made, strlen(made), &expected, NULL), ROLLOUT_OK);
    ck_assert_int_eq(rollout_document_decode(rollout_json_tree(json), 0, 0, &world, NULL), ROLLOUT_OK);
    ck_assert_int_eq(rollout_plan(world->workload, world->snapshot, &plan, NULL), ROLLOUT_OK);
    ck_assert_uint_eq(plan->action_count, 1);
    ck_assert_int_eq(rollout_apply(world, plan, 0, NULL, &objects, NULL), ROLLOUT_OK);
    ck_assert_uint_eq(objects->count, 1);
    char got[2048];
    size_t len;
    rollout_tree_text(&objects->items[0], got, sizeof got, &len, NULL);
    ck_assert_msg(ro_equal(objects->items[0].nodes, rollout_json_tree(expected)->nodes), "%s", got);
    rollout_objects_free(objects);
    rollout_plan_free(plan);
    rollout_world_free(world);
    rollout_json_free(expected);
    rollout_json_free(json);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("broadcastjob");
    TCase *tcase = tcase_create("all");
    tcase_add_loop_test(tcase, test_example, 0, sizeof examples / sizeof *examples);
    tcase_add_loop_test(tcase, test_restarts, 0, 4);
    tcase_add_loop_test(tcase, test_time_to_live, 0, 3);
    tcase_add_loop_test(tcase, test_room, 0, 10);
    tcase_add_loop_test(tcase, test_apply, 0, 2);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

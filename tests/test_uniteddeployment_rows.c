/* SPDX-License-Identifier: Apache-2.0 */
/* uniteddeployment.md 10, a test a row, and what of 7 is not beside its steps. Rows 4, 7 to 11, 15 to 18 and 20 are beside
 * the steps that they are about, in test_uniteddeployment.c and test_uniteddeployment_reconcile.c. Row 19 is what cannot be
 * asked for. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/tree.h"
#include "document.h"
#include "planned.h"
#include "unitedworld.h"

enum { ADAPTIVE = ROLLOUT_UNITEDDEPLOYMENT_ADAPTIVE, RESERVES = ADAPTIVE | ROLLOUT_UNITEDDEPLOYMENT_RESERVES };

#define STR(text)    ((struct rollout_str){ text, sizeof(text) - 1 })
#define AGO(seconds) ((UNITED_NOW_S - (seconds)) * INT64_C(1000))

static struct unitedworld w;
static char buf[512];

static const char *actions(void)
{
    unitedworld_next(&w);
    return unitedworld_actions(&w);
}

/* ---- documents ---- */

/* Children at the only revision of a template of StatefulSets; a strategy, and what the updates say. */
#define DOCUMENT(strategy, update)                                                                                     \
    "{'kind':'Snapshot','now':'2026-07-06T10:00:00Z','workload':{'kind':'UnitedDeployment',"                           \
    "'apiVersion':'apps.kruise.io/v1beta1','metadata':{'name':'ud','namespace':'ns','uid':'u'},'spec':{'replicas':2,"  \
    "'selector':{'matchLabels':{'app':'x'}},'template':" TEMPLATE(                                                     \
        strategy) ",'topology':{'subsets':[{'name':'a'},"                                                              \
                  "{'name':'b'}]}" update                                                                              \
                  "},'status':{'currentRevision':'ud-1','updatedRevision':'ud-1'}},'revisions':[{"                     \
                  "'kind':'ControllerRevision','apiVersion':'apps/"                                                    \
                  "v1','metadata':{'name':'ud-1','namespace':'ns','labels':{"                                          \
                  "'app':'x','controller.kubernetes.io/hash':'1'},'ownerReferences':[{'apiVersion':'apps.kruise.io/"   \
                  "v1beta1',"                                                                                          \
                  "'kind':'UnitedDeployment','name':'ud','uid':'u','controller':true}]},'revision':1,'data':{'spec':{" \
                  "'template':" REPLACES TEMPLATE_BODY("RollingUpdate") "}}}],'subsets':[" CHILD("a") "," CHILD(       \
                      "b") "]}"
#define TEMPLATE(strategy) "{" TEMPLATE_BODY(strategy)
#define REPLACES           "{'$patch':'replace',"
#define TEMPLATE_BODY(strategy)                                                                                        \
    "'statefulSetTemplate':{'metadata':{'labels':{'app':'x'}},'spec':{'updateStrategy':{'type':'" strategy "'},"       \
    "'template':{'metadata':{'labels':{'app':'x'}},'spec':{'containers':[{'name':'main','image':'i:1'}]}}}}}"
#define CHILD(subset)                                                                                                  \
    "{'kind':'StatefulSet','apiVersion':'apps/v1','metadata':{'name':'ud-" subset "','labels':{"                       \
    "'apps.kruise.io/subset-name':'" subset "','apps.kruise.io/controller-revision-hash':'ud-1'},'ownerReferences':["  \
    "{'controller':true,'uid':'u'}]},'spec':{'replicas':1,'updateStrategy':{'type':'RollingUpdate'}}}"

static size_t count_ops(const struct rollout_plan *plan, uint32_t op)
{
    size_t n = 0;
    for (size_t i = 0; i < plan->action_count; i++)
        n += plan->actions[i].op == op;
    return n;
}

/* 1: a field of the children's strategy is a new revision, with which every child is written. */
START_TEST(test_1)
{
    static const char *const texts[] = { DOCUMENT("RollingUpdate", ""), DOCUMENT("OnDelete", "") };
    for (size_t i = 0; i < 2; i++) {
        struct rollout_error error = { .struct_size = sizeof error };
        struct rollout_plan *plan = NULL;
        struct rollout_json *json;
        struct rollout_world *world = decode_text(texts[i], &json);
        ck_assert_int_eq(rollout_plan(world->workload, world->snapshot, &plan, &error), ROLLOUT_OK);
        ck_assert_uint_eq(count_ops(plan, ROLLOUT_OP_CREATE_REVISION), i);
        ck_assert_uint_eq(count_ops(plan, ROLLOUT_OP_UPDATE_SUBSET), 2 * i);
        rollout_plan_free(plan);
        rollout_world_free(world);
        rollout_json_free(json);
    }
}
END_TEST

/* 19: nothing limits both subsets together, or orders them, and a partition is a number. */
START_TEST(test_19)
{
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_world *world = NULL;
    struct rollout_json *json = parse(DOCUMENT("RollingUpdate", ",'updateStrategy':{'type':'Manual','manualUpdate':{"
                                                                "'partitions':{'a':'50%'}}}"));
    ck_assert_int_eq(rollout_document_decode(rollout_json_tree(json), 0, 0, &world, &error), ROLLOUT_ERR_INVALID);
    ck_assert_msg(strstr(error.message, "updateStrategy.manualUpdate.partitions") && strstr(error.message, "50%"), "%s",
                  error.message);
    rollout_json_free(json);
    unitedworld_make(&w, 0, &(struct united_row){ .total = "6", .names = "a,b", .cur = "3,3", .ready = "0,3" });
    w.children[0].revision = w.children[1].revision = STR("ud-0");
    ck_assert_str_eq(actions(), "update-subset a ud-1 3; update-subset b ud-1 3");
    unitedworld_free(&w);
}
END_TEST

/* ---- worlds ---- */

/* 2: another patch rolls the pods, but is no other revision: they count as updated all the while. */
START_TEST(test_2)
{
    unitedworld_make(&w, 0, &(struct united_row){ .total = "2", .cur = "2", .ready = "2" });
    unitedworld_pod_add(&w, 0, "ud-1", NULL);
    unitedworld_pod_add(&w, 0, "ud-1", NULL);
    w.specs[0].patch = STR("{\"metadata\":{}}");
    ck_assert_str_eq(actions(), "update-subset t1 ud-1 2");
    ck_assert_ptr_nonnull(strstr(unitedworld_verdicts(&w, 0), "ChildUpdated: patch"));
    ck_assert_int_eq(planned_number(w.plan, "updatedReplicas"), 2);
    ck_assert_int_eq(planned_number(w.plan, "updatedReadyReplicas"), 2);
    unitedworld_free(&w);
}
END_TEST

/* 3: upstream looks again after a creation, but not after a child has grown; 7-14. */
START_TEST(test_3)
{
    unitedworld_make(&w, ADAPTIVE, &(struct united_row){ .total = "6", .min = "0,0", .cur = "2,0", .ready = "2,0" });
    ck_assert_str_eq(actions(), "update-subset t1 ud-1 6");
    ck_assert_int_eq(w.plan->requeue_seconds, 0);
    unitedworld_free(&w);
    unitedworld_make(&w, ADAPTIVE, &(struct united_row){ .total = "2", .min = "0,0", .cur = "2,-", .ready = "2,-" });
    w.children[0].status_replicas = 0; /* nothing is rolling */
    ck_assert_str_eq(actions(), "create-subset t2 ud-1 0");
    ck_assert_int_eq(w.plan->requeue_seconds, 30);
    unitedworld_free(&w);
}
END_TEST

/* 5: percentages that do not come to the whole stall everything, the status included. */
START_TEST(test_5)
{
    unitedworld_make(&w, 0, &(struct united_row){ .total = "9", .replicas = "33%,33%,34%", .cur = "3,3,3" });
    ck_assert_str_eq(unitedworld_next(&w), "3,3,3");
    ck_assert_uint_eq(w.plan->status_changed, 1);
    w.spec.replicas.value = 10; /* as a scaler writes it */
    ck_assert_str_eq(unitedworld_next(&w), "error");
    ck_assert_str_eq(unitedworld_actions(&w), "");
    ck_assert_uint_eq(w.plan->status_changed, 0);
    unitedworld_free(&w);
}
END_TEST

/* 6: an error leaves no word in the status: SubsetUpdated is True or absent. */
START_TEST(test_6)
{
    unitedworld_make(&w, 0, &(struct united_row){ .total = "3", .cur = "1", .ready = "1" });
    unitedworld_next(&w);
    ck_assert_str_eq(planned_condition(w.plan, "SubsetUpdated", "status", buf, sizeof buf), "True");
    w.children[1] = w.children[0];
    w.children[1].kind = ROLLOUT_CHILD_CLONESET;
    w.children[1].flags = ROLLOUT_SUBSET_UNNAMED;
    w.snapshot.subsets.count = 2;
    unitedworld_next(&w);
    ck_assert_uint_eq(w.plan->error_reason, ROLLOUT_REASON_SPEC_INVALID);
    ck_assert_uint_eq(w.plan->status_changed, 0);
    ck_assert_str_ne(planned_condition(w.plan, "SubsetUpdated", "status", buf, sizeof buf), "False");
    /* What the error keeps from being written says so, and not that it is. */
    ck_assert_ptr_nonnull(strstr(unitedworld_verdicts(&w, 0), "SpecInvalid: metadata.labels"));
    unitedworld_free(&w);
}
END_TEST

/* Nor is a child said to be deleted that an error in the numbers keeps (reasons.md 6). */
START_TEST(test_6_leftover)
{
    unitedworld_make(&w, 0, &(struct united_row){ .total = "9", .replicas = "4,4", .cur = "1,1" });
    w.children[1].subset = STR("gone");
    ck_assert_str_eq(unitedworld_next(&w), "error");
    ck_assert_str_eq(unitedworld_actions(&w), "");
    ck_assert_str_eq(unitedworld_verdicts(&w, 2 + 1), "SharesImpossible: subsets hold 8, replicas 9");
    unitedworld_free(&w);
}
END_TEST

/* 12: the substitutes are as many as are wanted, so the reserved pods behind them go at once. */
START_TEST(test_12)
{
    unitedworld_make(
        &w, RESERVES,
        &(struct united_row){ .total = "2", .min = "0,0,0", .cur = "2,2,1", .reserved = "0,1,0", .marked = "-,60,-" });
    ck_assert_str_eq(unitedworld_next(&w), "2,0,0");
    ck_assert_ptr_nonnull(strstr(unitedworld_actions(&w), "update-subset t2 ud-1 0"));
    unitedworld_free(&w);
}
END_TEST

/* 13: a second change of the template does not restart the clock: pods that were at the revision before are timed out
 * at once. */
START_TEST(test_13)
{
    static const struct {
        const char *status;
        const char *write;
    } rows[] = { { "False", "set-reserved p-0 true" }, { "True", "" } };
    unitedworld_make(&w, RESERVES, &(struct united_row){ .total = "1", .cur = "1", .ready = "1" });
    struct rollout_revision revisions[] = { { .name = STR("ud-0"), .number = 1 },
                                            { .name = STR("ud-1"), .number = 2 },
                                            { .name = STR("ud-2"), .number = 3, .flags = ROLLOUT_REVISION_NEW } };
    w.snapshot.revisions = (struct rollout_revisions){ revisions, 3, sizeof *revisions };
    w.snapshot.update_revision = 3;
    w.status.current_revision = STR("ud-0");
    w.status.updated_revision = STR("ud-1");
    w.updated.status = (struct rollout_str){ rows[_i].status, strlen(rows[_i].status) };
    w.updated.last_transition_ms = AGO(3600);
    unitedworld_pod_add(&w, 0, "ud-1", "false");
    const char *got = actions();
    ck_assert_msg(rows[_i].write[0] ? strstr(got, rows[_i].write) != NULL : !strstr(got, "set-reserved"), "%s", got);
    planned_condition(w.plan, "UnitedDeploymentUpdated", "lastTransitionTime", buf, sizeof buf);
    ck_assert_str_eq(buf, _i == 0 ? "2023-11-14T21:13:20Z" : "2023-11-14T22:13:20Z");
    unitedworld_free(&w);
}
END_TEST

/* 14: a pod that is old and not ready counts twice towards what a child may lose: 3 - 2 + 1. */
START_TEST(test_14)
{
    unitedworld_make(&w, RESERVES, &(struct united_row){ .total = "3", .cur = "3", .ready = "2" });
    unitedworld_pod_add(&w, 0, "ud-1", "false");
    unitedworld_pod_add(&w, 0, "ud-1", "false");
    unitedworld_pod_add(&w, 0, "ud-0", "true")->flags = 0; /* reserved already: counts once */
    w.children[0].status_replicas = 3;
    ck_assert_str_eq(actions(), "update-subset t1 ud-1 3 u1");
    w.labels[2][1].value = STR("false");
    ck_assert_ptr_nonnull(strstr(actions(), "update-subset t1 ud-1 3 u2"));
    unitedworld_free(&w);
}
END_TEST

/* 21: upstream may write a label once for every child; a plan says it once. */
START_TEST(test_21)
{
    unitedworld_make(&w, RESERVES, &(struct united_row){ .total = "3", .cur = "1,1,1", .ready = "1,1,1" });
    for (uint32_t i = 0; i < 3; i++)
        unitedworld_pod_add(&w, i, "ud-1", NULL);
    actions();
    ck_assert_uint_eq(count_ops(w.plan, ROLLOUT_OP_SET_RESERVED), 3);
    for (uint32_t i = 0; i < w.plan->action_count; i++)
        if (w.plan->actions[i].op == ROLLOUT_OP_SET_RESERVED)
            ck_assert_uint_eq(w.plan->actions[i].subject, i);
    unitedworld_free(&w);
}
END_TEST

/* ---- 7 and 4.2: entries of the status ---- */

/* "name replicas readyReplicas", with the status of its condition Schedulable; "" where there is no such entry. */
static const char *entry(size_t index)
{
    const struct rollout_node *list = ro_get(w.plan->status.nodes, "subsetStatuses"), *e = list ? ro_first(list) : NULL;
    for (; e && e != ro_end(list) && index > 0; index--)
        e = ro_next(e);
    buf[0] = '\0';
    if (!e || e == ro_end(list))
        return buf;
    const struct rollout_node *conditions = ro_get(e, "conditions"), *ready = ro_get(e, "readyReplicas");
    struct rollout_str name = ro_text(ro_get(e, "name"));
    struct rollout_str status =
        conditions ? ro_text(ro_get(ro_first(conditions), "status")) : (struct rollout_str){ "", 0 };
    snprintf(buf, sizeof buf, "%.*s %d %d%s%.*s", (int)name.len, name.data,
             ro_get(e, "replicas") ? (int)ro_get(e, "replicas")->integer : 0, ready ? (int)ready->integer : 0,
             status.len ? " " : "", (int)status.len, status.data);
    return buf;
}

/* 7-3: those that are lacking are added, none goes. 8: one whose child is only now created keeps what it had. */
START_TEST(test_entries)
{
    unitedworld_make(&w, 0, &(struct united_row){ .total = "4", .names = "a,b", .cur = "1,-", .ready = "1,-" });
    w.entries[0].name = STR("gone");
    w.entries[0].replicas = 7;
    w.status.subset_count = 1;
    unitedworld_next(&w);
    ck_assert_str_eq(entry(0), "gone 7 0");
    ck_assert_str_eq(entry(1), "a 2 1");
    ck_assert_str_eq(entry(2), "b 0 0");
    ck_assert_str_eq(entry(3), "");
    unitedworld_free(&w);
}
END_TEST

/* 7-9: pods that a recovered subset is about to get start as reserved; 4.2: so do those of a subset that is added to
 * others, but not those of the first ones. */
START_TEST(test_marks)
{
    static const struct {
        const char *total, *marked;
        const char *wanted;
    } rows[] = { { "4", "60,-", "t1 4 2 False" }, { "2", "60,-", "t1 2 2 True" } };
    unitedworld_make(
        &w, RESERVES,
        &(struct united_row){
            .total = rows[_i].total, .min = "0,0", .cur = "2,0", .ready = "2,0", .marked = rows[_i].marked });
    unitedworld_pod_add(&w, 0, "ud-1", "false");
    unitedworld_pod_add(&w, 0, "ud-1", "false");
    unitedworld_next(&w);
    ck_assert_str_eq(entry(0), rows[_i].wanted);
    unitedworld_free(&w);
    unitedworld_make(&w, RESERVES, &(struct united_row){ .total = "2", .min = "0,0", .cur = "2,-", .ready = "2,-" });
    w.status.subset_count = (size_t)_i;
    unitedworld_next(&w);
    ck_assert_str_eq(entry(1), _i ? "t2 0 0 False" : "t2 0 0");
    unitedworld_free(&w);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("uniteddeployment_rows");
    TCase *tc = tcase_create("10");
    tcase_add_test(tc, test_1);
    tcase_add_test(tc, test_2);
    tcase_add_test(tc, test_3);
    tcase_add_test(tc, test_5);
    tcase_add_test(tc, test_6);
    tcase_add_test(tc, test_6_leftover);
    tcase_add_test(tc, test_12);
    tcase_add_loop_test(tc, test_13, 0, 2);
    tcase_add_test(tc, test_14);
    tcase_add_test(tc, test_19);
    tcase_add_test(tc, test_21);
    tcase_add_test(tc, test_entries);
    tcase_add_loop_test(tc, test_marks, 0, 2);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

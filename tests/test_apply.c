/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <string.h>

#include "base/tree.h"
#include "clone_world.h"

static const struct apply_case cases[] = {
    { "recreate: cloneset.md 6.5",
      { 0 },
      ROLLOUT_OP_RECREATE,
      ON_POD,
      { { 0 } },
      { NULL },
      { POD(LABELS ",'apps.kruise.io/specified-delete':'true'", "", "", GATED("app:1"), RAN) } },
    { "recreate: a mark that is there stays",
      { .pod = POD(LABELS ",'apps.kruise.io/specified-delete':'false'", "", "", SPEC("app:1"), "") },
      ROLLOUT_OP_RECREATE,
      ON_POD,
      { { 0 } },
      { NULL },
      { POD(LABELS ",'apps.kruise.io/specified-delete':'false'", "", "", SPEC("app:1"), "") } },
    { "label-template-hash",
      { 0 },
      ROLLOUT_OP_LABEL_TEMPLATE_HASH,
      ON_POD,
      { { 0 } },
      { NULL },
      { POD(LABELS ",'pod-template-hash':'old'", "", "", GATED("app:1"), RAN) } },
    { "release",
      { 0 },
      ROLLOUT_OP_RELEASE,
      ON_POD,
      { { 0 } },
      { NULL },
      { "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'demo-a','namespace':'default','uid':'u-a','labels':"
        "{" LABELS "}},'spec':{" GATED("app:1") "},'status':{'phase':'Running'" RAN "}}" } },
    { "create-revision",
      { 0 },
      ROLLOUT_OP_CREATE_REVISION,
      ROLLOUT_SUBJECT_REVISION,
      1,
      { { 0 } },
      { NULL },
      { "{'apiVersion':'apps/"
        "v1','kind':'ControllerRevision','metadata':{'name':'demo-new','namespace':'default','ownerReferences':[" OWNER
        "]},'data':{'spec':{'template':" TEMPLATE(SPEC("app:2")) "}},'revision':2}" } },
    { "renumber-revision: cloneset.md 7.2",
      { 0 },
      ROLLOUT_OP_RENUMBER_REVISION,
      ROLLOUT_SUBJECT_REVISION,
      0,
      { { ROLLOUT_ATTR_NUMBER, NULL, 3 } },
      { NULL },
      { "{'apiVersion':'apps/"
        "v1','kind':'ControllerRevision','metadata':{'name':'demo-old','namespace':'default','ownerReferences':[" OWNER
        "],'annotations':{'kruise.io/cloneset-volumeclaimtemplate-hash':''}},'data':{'spec':{'template':" TEMPLATE(
            SPEC("app:1")) "}},'revision':3}" } },
    { "delete", { 0 }, ROLLOUT_OP_DELETE, ON_POD, { { 0 } }, { NULL }, { NULL } },
    { "delete-claim", { 0 }, ROLLOUT_OP_DELETE_CLAIM, ON_CLAIM, { { 0 } }, { NULL }, { NULL } },
    { "delete-revision",
      { 0 },
      ROLLOUT_OP_DELETE_REVISION,
      ROLLOUT_SUBJECT_REVISION,
      0,
      { { 0 } },
      { NULL },
      { NULL } },
    { "an unknown op", { 0 }, 99, ON_POD, { { 0 } }, { NULL }, { "plan.actions: op 99 is unknown" } },
    { "a subject that is not there",
      { 0 },
      ROLLOUT_OP_RECREATE,
      ROLLOUT_SUBJECT_POD,
      7,
      { { 0 } },
      { NULL },
      { "plan.actions: subject 7 of kind 1 is not in the world" } },
};

START_TEST(test_case)
{
    check_case(&cases[_i], clone_snapshot(&cases[_i].world));
}
END_TEST

START_TEST(test_arguments)
{
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_objects *objects = NULL;
    const struct world_case plain = { 0 };
    const struct attr none[5] = { { 0 } };
    struct run run;

    open_world(&run, clone_snapshot(&plain));
    set_action(&run, ROLLOUT_OP_RECREATE, ON_POD, none);
    ck_assert_int_eq(rollout_apply(run.world, &run.plan, 1, NULL, &objects, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "action: 1 is not in the plan");
    ck_assert_int_eq(rollout_apply_to(run.world, &run.plan, 0, NULL, &objects, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "object: NULL");
    /* an object that no decoder would take */
    struct rollout_json *odd = parse("{\"metadata\":{\"labels\":[]}}");
    ck_assert_int_eq(rollout_apply_to(run.world, &run.plan, 0, rollout_json_tree(odd), &objects, &error),
                     ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.field, "metadata.labels");
    ck_assert_ptr_null(objects);
    rollout_objects_free(NULL);
    rollout_json_free(odd);
    close_world(&run);
}
END_TEST

/* cloneset.md 7.4: set on an error, with its text; a True one stays as it is. */
START_TEST(test_failed_update)
{
    static const char *const before[] = {
        "{}", "{\"conditions\":[{\"type\":\"FailedUpdate\",\"status\":\"False\"},{\"type\":\"X\"}]}",
        "{\"conditions\":[{\"type\":\"FailedUpdate\",\"status\":\"True\",\"message\":\"old\"}]}" };
    static const uint32_t counts[] = { 1, 2, 1 };
    static const char *const messages[] = { "why", "why", "old" };
    const struct world_case world = { .spec = "" };
    struct rollout_json *status = parse(before[_i]);
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_objects *objects;
    struct run run;

    open_world(&run, clone_snapshot(&world));
    run.plan = (struct rollout_plan){ .struct_size = sizeof run.plan,
                                      .status = *rollout_json_tree(status),
                                      .error_reason = ROLLOUT_REASON_IN_PLACE_IMPOSSIBLE,
                                      .error_pod = 0,
                                      .error_message = RO_STR("why") };
    ck_assert_int_eq(rollout_apply_status(run.world, &run.plan, &objects, &error), ROLLOUT_OK);
    const struct rollout_node *conditions = ro_dig(objects->items[0].nodes, "status", "conditions", NULL);
    ck_assert_uint_eq(ro_count(conditions), counts[_i]);
    const struct rollout_node *last = ro_first(conditions);
    for (uint32_t i = 1; i < counts[_i]; i++)
        last = ro_next(last);
    ck_assert(ro_str_eq(ro_text(ro_get(last, "type")), RO_STR("FailedUpdate")));
    ck_assert(ro_str_eq(ro_text(ro_get(last, "status")), RO_STR("True")));
    ck_assert(ro_str_eq(ro_text(ro_get(last, "message")),
                        (struct rollout_str){ messages[_i], strlen(messages[_i]) }));
    ck_assert_int_eq(ro_get(last, "lastTransitionTime") != NULL, _i < 2);
    rollout_objects_free(objects);
    rollout_json_free(status);
    close_world(&run);
}
END_TEST

START_TEST(test_status)
{
    const struct world_case world = { .spec = ",'scaleStrategy':{'podsToDelete':['x','demo-a','y']}" };
    static const uint32_t dropped[] = { 0, 2 }, all[] = { 0, 1, 2 };
    struct rollout_json *status = parse("{\"replicas\":3}");
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_objects *objects;
    struct run run;

    open_world(&run, clone_snapshot(&world));
    run.plan = (struct rollout_plan){ .struct_size = sizeof run.plan,
                                      .status = *rollout_json_tree(status),
                                      .error_pod = ROLLOUT_NONE,
                                      .dropped_pods_to_delete = dropped,
                                      .dropped_count = 2 };
    ck_assert_int_eq(rollout_apply_status(run.world, &run.plan, &objects, &error), ROLLOUT_OK);
    ck_assert_uint_eq(objects->count, 1);
    const struct rollout_node *o = objects->items[0].nodes;
    ck_assert(ro_equal(ro_get(o, "status"), rollout_json_tree(status)->nodes));
    const struct rollout_node *list = ro_dig(o, "spec", "scaleStrategy", "podsToDelete", NULL);
    ck_assert_uint_eq(ro_count(list), 1);
    ck_assert(ro_str_eq(ro_text(ro_first(list)), RO_STR("demo-a")));
    rollout_objects_free(objects);

    run.plan.dropped_pods_to_delete = all;
    run.plan.dropped_count = 3;
    ck_assert_int_eq(rollout_apply_status(run.world, &run.plan, &objects, &error), ROLLOUT_OK);
    ck_assert_ptr_null(ro_dig(objects->items[0].nodes, "spec", "scaleStrategy", "podsToDelete", NULL));
    ck_assert_ptr_nonnull(ro_dig(objects->items[0].nodes, "spec", "scaleStrategy", NULL));
    rollout_objects_free(objects);
    ck_assert_int_eq(rollout_apply_status(NULL, &run.plan, &objects, &error), ROLLOUT_ERR_INVALID);
    rollout_json_free(status);
    close_world(&run);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("apply");
    TCase *tcase = tcase_create("apply");
    tcase_add_loop_test(tcase, test_case, 0, sizeof(cases) / sizeof(*cases));
    tcase_add_test(tcase, test_arguments);
    tcase_add_test(tcase, test_status);
    tcase_add_loop_test(tcase, test_failed_update, 0, 3);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

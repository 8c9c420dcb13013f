/* SPDX-License-Identifier: Apache-2.0 */
/* NULL for what must be there, at every entry point. */
#include <check.h>
#include <string.h>
#include <unistd.h>

#include <rollout/json.h>
#include <rollout/rollout.h>

#include "document.h"

static struct rollout_json *json;
static struct rollout_world *world;
static struct rollout_grouping *grouping;
static struct rollout_plan *plan;
static struct rollout_json_reader *reader;
static struct rollout_simulation *simulation;
static struct rollout_check *exploration;
static char untouched;
static void *ret = &untouched; /* for any ret_* */
static size_t number;
static int64_t count;
static uint32_t indices[1];
static struct rollout_error error;

static void set_up(void)
{
    world = decode_text("{'kind':'Snapshot','now':'2026-11-23T12:00:00Z','workload':{'apiVersion':'apps/v1',"
                        "'kind':'StatefulSet','metadata':{'name':'a'},'spec':{'replicas':1,"
                        "'selector':{'matchLabels':{'x':'y'}},'template':{'metadata':{'labels':{'x':'y'}}}}}}",
                        &json);
    ck_assert_int_eq(rollout_document_group(rollout_json_tree(json), &grouping, NULL), ROLLOUT_OK);
    ck_assert_int_eq(rollout_plan(world->workload, world->snapshot, &plan, NULL), ROLLOUT_OK);
    ck_assert_uint_gt(plan->action_count, 0);
    const struct rollout_simulation_options play = { .struct_size = sizeof play };
    const struct rollout_check_options explore = { .struct_size = sizeof explore };
    ck_assert_int_eq(rollout_simulation_new(world, &play, &simulation, NULL), ROLLOUT_OK);
    ck_assert_int_eq(rollout_check_new(world, &explore, &exploration, NULL), ROLLOUT_OK);
    ck_assert_int_eq(rollout_json_reader_new(STDIN_FILENO, &reader, NULL), ROLLOUT_OK);
}

static void tear_down(void)
{
    rollout_json_reader_free(reader);
    rollout_check_free(exploration);
    rollout_simulation_free(simulation);
    rollout_plan_free(plan);
    rollout_grouping_free(grouping);
    rollout_world_free(world);
    rollout_json_free(json);
}

/* The call fails with this code and message, and touches no result. */
#define REFUSED(expected, text, ...)                                                                                   \
    do {                                                                                                               \
        error = (struct rollout_error){ .struct_size = sizeof error };                                                 \
        ck_assert_int_eq(__VA_ARGS__, expected);                                                                       \
        ck_assert_str_eq(error.message, text);                                                                         \
        ck_assert_int_eq(error.code, expected);                                                                        \
        ck_assert_ptr_eq(ret, &untouched);                                                                             \
    } while (0)

START_TEST(test_arguments)
{
    const struct rollout_tree *tree = rollout_json_tree(json);
    const struct rollout_diff_options options = { .struct_size = sizeof options };
    const struct rollout_strs none = { 0 };
    const struct rollout_tree empty = { NULL, 0 };
    struct rollout_pod pod;
    const int invalid = ROLLOUT_ERR_INVALID;

    REFUSED(invalid, "workload: NULL", rollout_plan(NULL, world->snapshot, (void *)&ret, &error));
    REFUSED(invalid, "snapshot: NULL", rollout_plan(world->workload, NULL, (void *)&ret, &error));
    REFUSED(invalid, "ret_plan: NULL", rollout_plan(world->workload, world->snapshot, NULL, &error));
    REFUSED(invalid, "workload: NULL", rollout_candidates(NULL, world->snapshot, (void *)&ret, &error));
    REFUSED(invalid, "snapshot: NULL", rollout_candidates(world->workload, NULL, (void *)&ret, &error));
    REFUSED(invalid, "ret_candidates: NULL", rollout_candidates(world->workload, world->snapshot, NULL, &error));
    REFUSED(invalid, "the tree has no nodes", rollout_document_count(NULL, &number, &error));
    REFUSED(invalid, "ret_count: NULL", rollout_document_count(tree, NULL, &error));
    REFUSED(invalid, "the tree has no nodes", rollout_document_group(NULL, (void *)&ret, &error));
    REFUSED(invalid, "ret_grouping: NULL", rollout_document_group(tree, NULL, &error));
    REFUSED(invalid, "the tree has no nodes", rollout_document_decode(NULL, 0, 0, (void *)&ret, &error));
    REFUSED(invalid, "ret_world: NULL", rollout_document_decode(tree, 0, 0, NULL, &error));
    REFUSED(invalid, "grouping: NULL", rollout_grouping_decode(NULL, 0, 0, (void *)&ret, &error));
    REFUSED(invalid, "ret_world: NULL", rollout_grouping_decode(grouping, 0, 0, NULL, &error));
    REFUSED(invalid, "the tree has no nodes", rollout_pod_from_object(NULL, NULL, sizeof pod, &pod, NULL, &error));
    REFUSED(invalid, "ret_pod: NULL", rollout_pod_from_object(tree, NULL, sizeof pod, NULL, NULL, &error));
    REFUSED(invalid, "world: NULL", rollout_apply(NULL, plan, 0, &none, (void *)&ret, &error));
    REFUSED(invalid, "plan: NULL", rollout_apply(world, NULL, 0, &none, (void *)&ret, &error));
    REFUSED(invalid, "ret_objects: NULL", rollout_apply(world, plan, 0, &none, NULL, &error));
    REFUSED(invalid, "world: NULL", rollout_apply_to(NULL, plan, 0, tree, (void *)&ret, &error));
    REFUSED(invalid, "plan: NULL", rollout_apply_to(world, NULL, 0, tree, (void *)&ret, &error));
    REFUSED(invalid, "object: NULL", rollout_apply_to(world, plan, 0, NULL, (void *)&ret, &error));
    REFUSED(invalid, "ret_objects: NULL", rollout_apply_to(world, plan, 0, tree, NULL, &error));
    REFUSED(invalid, "world: NULL", rollout_apply_status(NULL, plan, (void *)&ret, &error));
    REFUSED(invalid, "plan: NULL", rollout_apply_status(world, NULL, (void *)&ret, &error));
    REFUSED(invalid, "ret_objects: NULL", rollout_apply_status(world, plan, NULL, &error));
    REFUSED(invalid, "world: NULL", rollout_snapshot_object(NULL, world->snapshot, (void *)&ret, &error));
    REFUSED(invalid, "snapshot: NULL", rollout_snapshot_object(world, NULL, (void *)&ret, &error));
    REFUSED(invalid, "ret_objects: NULL", rollout_snapshot_object(world, world->snapshot, NULL, &error));
    REFUSED(invalid, "world: NULL", rollout_plan_object(NULL, plan, (void *)&ret, &error));
    REFUSED(invalid, "plan: NULL", rollout_plan_object(world, NULL, (void *)&ret, &error));
    REFUSED(invalid, "ret_objects: NULL", rollout_plan_object(world, plan, NULL, &error));
    REFUSED(invalid, "document: NULL", rollout_inject(NULL, 1, (void *)&ret, &error));
    REFUSED(invalid, "ret_objects: NULL", rollout_inject(tree, 1, NULL, &error));
    REFUSED(invalid, "the tree has no nodes", rollout_inject(&empty, 1, (void *)&ret, &error));
    REFUSED(invalid, "options: NULL", rollout_diff(tree, tree, NULL, (void *)&ret, &error));
    REFUSED(invalid, "ret_diff: NULL", rollout_diff(tree, tree, &options, NULL, &error));
    REFUSED(invalid, "the tree has no nodes", rollout_tree_check(NULL, &error));
    REFUSED(invalid, "the tree has no nodes", rollout_tree_text(NULL, NULL, 0, &number, &error));
    REFUSED(invalid, "buf is NULL with a size of 3", rollout_tree_text(tree, NULL, 3, &number, &error));
    REFUSED(invalid, "selector: NULL", rollout_selector_check(NULL, &error));
    REFUSED(invalid, "pods: NULL", rollout_order_default(NULL, indices, 1, &error));
    REFUSED(invalid, "pods: NULL", rollout_order_priority(NULL, NULL, indices, 1, &error));
    REFUSED(invalid, "pods: NULL", rollout_order_scatter(NULL, NULL, indices, 1, &error));
    REFUSED(invalid, "pods: NULL", rollout_order_update(NULL, NULL, indices, 1, &error));
    REFUSED(invalid, "text is NULL with a length", rollout_json_parse(NULL, 1, (void *)&ret, &error));
    REFUSED(invalid, "ret_json: NULL", rollout_json_parse("{}", 2, NULL, &error));
    REFUSED(invalid, "text is NULL with a length", rollout_yaml_parse(NULL, 1, (void *)&ret, &error));
    REFUSED(invalid, "ret_json: NULL", rollout_yaml_parse("{}", 2, NULL, &error));
    REFUSED(invalid, "ret_reader: NULL", rollout_json_reader_new(STDIN_FILENO, NULL, &error));
    REFUSED(invalid, "reader: NULL", rollout_json_reader_next(NULL, (void *)&ret, NULL, &error));
    REFUSED(invalid, "ret_json: NULL", rollout_json_reader_next(reader, NULL, NULL, &error));

    struct rollout_simulation_options play = { .struct_size = sizeof play };
    struct rollout_check_options explore = { .struct_size = sizeof explore };
    struct rollout_simulation_state state;
    struct rollout_check_result result;
    struct rollout_check_story story;
    struct rollout_world made, no_workload = *world, no_snapshot = *world;
    no_workload.workload = NULL;
    no_snapshot.snapshot = NULL;
    REFUSED(invalid, "world: NULL", rollout_lint(NULL, (void *)&ret, &error));
    REFUSED(invalid, "ret_findings: NULL", rollout_lint(world, NULL, &error));
    REFUSED(invalid, "world: NULL", rollout_simulation_new(NULL, &play, (void *)&ret, &error));
    REFUSED(invalid, "workload: NULL", rollout_simulation_new(&no_workload, &play, (void *)&ret, &error));
    REFUSED(invalid, "snapshot: NULL", rollout_simulation_new(&no_snapshot, &play, (void *)&ret, &error));
    REFUSED(invalid, "options: NULL", rollout_simulation_new(world, NULL, (void *)&ret, &error));
    REFUSED(invalid, "ret_simulation: NULL", rollout_simulation_new(world, &play, NULL, &error));
    REFUSED(invalid, "simulation: NULL", rollout_simulation_step(NULL, &state, &error));
    REFUSED(invalid, "state: NULL", rollout_simulation_step(simulation, NULL, &error));
    REFUSED(invalid, "simulation: NULL", rollout_simulation_world(NULL, &made, &error));
    REFUSED(invalid, "ret_world: NULL", rollout_simulation_world(simulation, NULL, &error));
    REFUSED(invalid, "simulation: NULL", rollout_simulation_restart(NULL, 1, &error));
    REFUSED(invalid, "world: NULL", rollout_check_new(NULL, &explore, (void *)&ret, &error));
    REFUSED(invalid, "workload: NULL", rollout_check_new(&no_workload, &explore, (void *)&ret, &error));
    REFUSED(invalid, "snapshot: NULL", rollout_check_new(&no_snapshot, &explore, (void *)&ret, &error));
    REFUSED(invalid, "options: NULL", rollout_check_new(world, NULL, (void *)&ret, &error));
    REFUSED(invalid, "ret_check: NULL", rollout_check_new(world, &explore, NULL, &error));
    REFUSED(invalid, "check: NULL", rollout_check_step(NULL, 1, &result, &error));
    REFUSED(invalid, "result: NULL", rollout_check_step(exploration, 1, NULL, &error));
    REFUSED(invalid, "check: NULL", rollout_check_story(NULL, 0, &story, &error));
    REFUSED(invalid, "story: NULL", rollout_check_story(exploration, 0, NULL, &error));

    /* In a list of changes. */
    struct rollout_change change = { 0, NULL };
    play.changes = explore.changes = &change;
    play.change_count = explore.change_count = 1;
    REFUSED(invalid, "changes[0].world: NULL", rollout_simulation_new(world, &play, (void *)&ret, &error));
    REFUSED(invalid, "changes[0].world: NULL", rollout_check_new(world, &explore, (void *)&ret, &error));
    change.world = &no_snapshot;
    REFUSED(invalid, "changes[0].world.snapshot: NULL", rollout_simulation_new(world, &play, (void *)&ret, &error));
    REFUSED(invalid, "changes[0].world.snapshot: NULL", rollout_check_new(world, &explore, (void *)&ret, &error));

    /* No record either. */
    ck_assert_int_eq(rollout_plan(NULL, NULL, NULL, NULL), invalid);
    ck_assert_int_eq(rollout_plan_object(NULL, NULL, NULL, NULL), invalid);
    ck_assert_int_eq(rollout_snapshot_object(NULL, NULL, NULL, NULL), invalid);
}
END_TEST

/* Those without a record. */
START_TEST(test_questions)
{
    const struct rollout_intstr one = { .kind = ROLLOUT_INTSTR_INT, .count = 1 };
    const struct rollout_selector everything = { 0 };
    char buf[8] = "1234567";
    ck_assert_int_eq(rollout_intstr_scale(NULL, ROLLOUT_PARSER_SCALED, ROLLOUT_ROUND_UP, 1, &count),
                     ROLLOUT_ERR_INVALID);
    ck_assert_int_eq(rollout_intstr_scale(&one, ROLLOUT_PARSER_SCALED, ROLLOUT_ROUND_UP, 1, NULL), ROLLOUT_ERR_INVALID);
    ck_assert_int_eq(rollout_selector_matches(NULL, NULL), 0);
    ck_assert_int_eq(rollout_selector_matches(&everything, NULL), 0);
    ck_assert_uint_eq(rollout_grouping_count(NULL), 0);
    ck_assert_uint_eq(rollout_simulation_changes(NULL), 0);
    ck_assert_ptr_null(rollout_simulation_workload(NULL));
    ck_assert_ptr_null(rollout_simulation_snapshot(NULL));
    ck_assert_ptr_null(rollout_simulation_plan(NULL));
    ck_assert_ptr_null(rollout_json_tree(NULL));
    ck_assert_uint_eq(rollout_verdict_text(NULL, world->snapshot, 0, buf, sizeof buf), 0);
    ck_assert_uint_gt(rollout_verdict_text(plan, NULL, 0, buf, sizeof buf), 0); /* without names */
    ck_assert_uint_gt(rollout_verdict_text(plan, world->snapshot, 0, NULL, 0), 0);
    rollout_order_priority_key(NULL, NULL, NULL);
}
END_TEST

START_TEST(test_free)
{
    rollout_plan_free(NULL);
    rollout_candidates_free(NULL);
    rollout_diff_free(NULL);
    rollout_world_free(NULL);
    rollout_grouping_free(NULL);
    rollout_objects_free(NULL);
    rollout_findings_free(NULL);
    rollout_simulation_free(NULL);
    rollout_check_free(NULL);
    rollout_json_free(NULL);
    rollout_json_reader_free(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("null");
    TCase *tcase = tcase_create("null");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, test_arguments);
    tcase_add_test(tcase, test_questions);
    tcase_add_test(tcase, test_free);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Containers are updated in batches. Source: inplace.md 9. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/tree.h"
#include "clone_world.h"

#define BARRIER(key)                                                                                                   \
    "'env':[{'name':'KRUISE_CONTAINER_BARRIER','valueFrom':{'configMapKeyRef':{'name':'b','key':'" key "'}}}"
#define K2 ",{'name':'K','valueFrom':{'fieldRef':{'fieldPath':'metadata.labels[\\u0027k2\\u0027]'}}}"
#define FOUR(c1, c2, c4)                                                                                               \
    "'containers':[{'name':'c1','image':'" c1 "'," BARRIER("p_20") "]},{'name':'c2','image':'" c2 "'," BARRIER("p_10") \
        K2 "]},{'name':'c3','image':'x:1'," BARRIER("p_0") K2 "]},{'name':'c4','image':'" c4 "'," BARRIER("p_0") "]}]"
#define FOUR_TEMPLATE(k2, c1, c2, c4)                                                                                  \
    "{'metadata':{'labels':{'app':'demo','k2':'" k2 "'}},'spec':{" FOUR(c1, c2, c4) "}}"
#define FOUR_RAN                                                                                                       \
    ",'containerStatuses':[{'name':'c1','imageID':'i1'},{'name':'c2','imageID':'i2'},{'name':'c3','imageID':'i3'},"    \
    "{'name':'c4','imageID':'i4'}]"
#define FOUR_STATE(last, more)                                                                                         \
    ANNOTATIONS(STAMP "," STATE("{`revision`:`demo-new`," AT ",`lastContainerStatuses`:{" last                         \
                                "},`updateEnvFromMetadata`:true,"                                                      \
                                "`updateImages`:true," more "}"))

START_TEST(test_batches)
{
    static const char *const results[] = {
        /* batch 1 {c1} */
        POD(UPDATING ",'k2':'1'",
            FOUR_STATE(
                "`c1`:{`imageID`:`i1`}",
                "`nextContainerImages`:{`c2`:`x:2`,`c4`:`x:2`},`nextContainerRefMetadata`:{`c2`:{`creationTimestamp`:"
                "null,"
                "`labels`:{`k2`:`2`}},`c3`:{`creationTimestamp`:null,`labels`:{`k2`:`2`}}},`preCheckBeforeNext`:{"
                "`containersRequiredReady`:[`c1`]},`containerBatchesRecord`:[" BATCH("`c1`") "]"),
            "", FOUR("x:2", "x:1", "x:1"), FOUR_RAN),
        /* batch 2 {c2, c3}: c3 joins by the label that both take */
        POD(UPDATING ",'k2':'2'",
            FOUR_STATE(
                "`c1`:{`imageID`:`i1`},`c2`:{`imageID`:`i2`}",
                "`nextContainerImages`:{`c4`:`x:2`},`preCheckBeforeNext`:{`containersRequiredReady`:[`c2`,`c3`]},"
                "`containerBatchesRecord`:[" BATCH("`c1`") "," BATCH("`c2`,`c3`") "]"),
            "", FOUR("x:2", "x:2", "x:1"), FOUR_RAN),
        /* batch 3 {c4} */
        POD(UPDATING ",'k2':'2'",
            FOUR_STATE("`c1`:{`imageID`:`i1`},`c2`:{`imageID`:`i2`},`c4`:{`imageID`:`i4`}",
                       "`containerBatchesRecord`:[" BATCH("`c1`") "," BATCH("`c2`,`c3`") "," BATCH("`c4`") "]"),
            "", FOUR("x:2", "x:2", "x:2"), FOUR_RAN),
    };
    const struct world_case world = { .old = FOUR_TEMPLATE("1", "x:1", "x:1", "x:1"),
                                      .new = FOUR_TEMPLATE("2", "x:2", "x:2", "x:2"),
                                      .pod = POD(LABELS ",'k2':'1'", "", "", FOUR("x:1", "x:1", "x:1"), FOUR_RAN) };
    const struct attr update[5] = { TO_NEW, UNMARK }, none[5] = { { 0 } };
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_objects *objects, *before = NULL;
    struct run run;

    open_world(&run, clone_snapshot(&world));
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        set_action(&run, i == 0 ? ROLLOUT_OP_UPDATE_IN_PLACE : ROLLOUT_OP_NEXT_BATCH, ON_POD, i == 0 ? update : none);
        int r = i == 0 ? rollout_apply(run.world, &run.plan, 0, NULL, &objects, &error)
                       : rollout_apply_to(run.world, &run.plan, 0, &before->items[0], &objects, &error);
        ck_assert_msg(r == ROLLOUT_OK, "%s", error.message);
        rollout_objects_free(before);
        check_object("inplace.md 9, batch example", &objects->items[0], results[i]);
        before = objects;
    }
    rollout_objects_free(before);
    close_world(&run);
}
END_TEST

/* inplace.md 9, the table of keys: which of two containers comes first. */
static const struct {
    const char *name, *a, *b, *batch; /* b NULL: without a barrier; batch NULL: upstream crashes */
} priority_cases[] = {
    { "9 row 1 p_5 before p_-3", "p_5", "p_-3", "a" },
    { "9 row 1 p_0 after p_5", "p_0", "p_5", "b" },
    { "9 row 1 equal", "p_0", "p_0", "ab" },
    { "9 row 2 p_abc is 0", "p_abc", "p_0", "ab" },
    { "9 row 2 p_ is 0", "p_", "p_0", "ab" },
    { "9 row 3 the prefix is not checked", "x_5", "p_4", "a" },
    { "9 row 3 nor is it longer", "p_5", "priority_6", "a" },
    { "9 row 4 p", "p", "p_0", NULL },
    { "9 step 5 no priority", "p_0", NULL, "ab" },
    { "too large is the largest", "p_99999999999999999999", "p_9223372036854775807", "ab" },
    { "too small is the smallest", "p_-99999999999999999999", "p_-9223372036854775807", "b" },
};

#define PAIR(image) "'containers':[{'name':'a','image':'" image "'},{'name':'b','image':'" image "'}]"

START_TEST(test_priority)
{
    const char *a = priority_cases[_i].a, *b = priority_cases[_i].b, *batch = priority_cases[_i].batch;
    char pod[1500], barrier[200] = "";
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_objects *objects;
    const struct attr update[5] = { TO_NEW, UNMARK };
    struct run run;

    if (b)
        snprintf(barrier, sizeof barrier, "," BARRIER("%s") "]", b);
    snprintf(pod, sizeof pod,
             POD(LABELS, "", "",
                 "'containers':[{'name':'a','image':'x:1'," BARRIER("%s") "]},{'name':'b','image':'x:1'%s}]", ""),
             a, barrier);
    const struct world_case world = { .old = TEMPLATE(PAIR("x:1")), .new = TEMPLATE(PAIR("x:2")), .pod = pod };
    open_world(&run, clone_snapshot(&world));
    set_action(&run, ROLLOUT_OP_UPDATE_IN_PLACE, ON_POD, update);
    int r = rollout_apply(run.world, &run.plan, 0, NULL, &objects, &error);
    ck_assert_msg(r == (batch ? ROLLOUT_OK : ROLLOUT_ERR_INVALID), "%s", priority_cases[_i].name);
    if (batch) {
        const struct rollout_node *c = ro_first(ro_dig(objects->items[0].nodes, "spec", "containers", NULL));
        for (const char *name = "ab"; *name; name++, c = ro_next(c))
            ck_assert_msg((ro_text(ro_get(c, "image")).data[2] == '2') == (strchr(batch, *name) != NULL), "%s",
                          priority_cases[_i].name);
        rollout_objects_free(objects);
    } else {
        ck_assert_str_eq(error.message, "spec.containers[0].env[0].valueFrom.configMapKeyRef.key: no launch priority");
        ck_assert_str_eq(error.field, "spec.containers[0].env[0].valueFrom.configMapKeyRef.key");
    }
    close_world(&run);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("apply_batches");
    TCase *tcase = tcase_create("apply_batches");
    tcase_add_test(tcase, test_batches);
    tcase_add_loop_test(tcase, test_priority, 0, sizeof(priority_cases) / sizeof(*priority_cases));
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

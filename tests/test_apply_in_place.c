/* SPDX-License-Identifier: Apache-2.0 */
/* Updates in place of a CloneSet's pods. Source: inplace.md 7 to 11. */
#include <check.h>

#include "clone_world.h"

#define FED_SPEC(image)                                                                                                \
    "'containers':[{'name':'main','image':'" image "','env':[{'name':'V','valueFrom':{'fieldRef':{'fieldPath':"        \
    "'metadata.labels[\\u0027ver\\u0027]'}}}]}]"
#define FED_TEMPLATE(ver, image)                                                                                       \
    "{'metadata':{'creationTimestamp':null,'labels':{'app':'demo','ver':'" ver "'}},'spec':{" FED_SPEC(image) "}}"
#define SIZED(limits) "'containers':[{'name':'main','image':'app:1','resources':{" limits "}}]"

static const struct apply_case cases[] = {
    { "update: inplace.md 8 and 9, image",
      { 0 },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW, MARK },
      { NULL },
      { POD(UPDATING,
            ANNOTATIONS(STAMP
                        "," STATE("{`revision`:`demo-new`," AT ",`lastContainerStatuses`:{`main`:{`imageID`:`sha:1`}},"
                                  "`updateImages`:true,`containerBatchesRecord`:[" BATCH("`main`") "]}")),
            "", GATED("app:2"), RAN CONDITIONS(STARTED)) } },
    { "update: short hash",
      { .gates = "'CloneSetShortHash':true" },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW, UNMARK },
      { NULL },
      { POD("'app':'demo','controller-revision-hash':'new','pod-template-hash':'new','lifecycle.apps.kruise.io/"
            "state':'Updating',"
            "'apps.kruise.io/cloneset-instance-id':'a'",
            ANNOTATIONS(STAMP
                        "," STATE("{`revision`:`demo-new`," AT ",`lastContainerStatuses`:{`main`:{`imageID`:`sha:1`}},"
                                  "`updateImages`:true,`containerBatchesRecord`:[" BATCH("`main`") "]}")),
            "", GATED("app:2"), RAN) } },
    { "update: a container without a status is not recorded",
      { .pod = POD(LABELS, "", "", GATED("app:1"), "") },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW, UNMARK },
      { NULL },
      { POD(
          UPDATING,
          ANNOTATIONS(STAMP "," STATE("{`revision`:`demo-new`," AT ",`lastContainerStatuses`:null,`updateImages`:true,"
                                      "`containerBatchesRecord`:[" BATCH("`main`") "]}")),
          "", GATED("app:2"), "") } },
    { "update: 8.1 metadata only, annotations are merged",
      { .new = "{'$patch':'replace','metadata':{'creationTimestamp':null,'labels':{'app':'demo','tier':'a'}},'spec':"
               "{" SPEC("app:1") "}}",
        .pod = POD(LABELS, ANNOTATIONS("'own':'1'"), "", GATED("app:1"), RAN) },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW, MARK },
      { NULL },
      { POD(UPDATING ",'tier':'a'",
            ANNOTATIONS("'own':'1'," STAMP "," STATE("{`revision`:`demo-new`," AT ",`lastContainerStatuses`:null,"
                                                     "`containerBatchesRecord`:[" BATCH("") "]}")),
            "", GATED("app:1"), RAN CONDITIONS(STARTED)) } },
    { "update: 15 row 17, a template that loses its last annotation wipes all",
      { .old = "{'$patch':'replace','metadata':{'labels':{'app':'demo'},'annotations':{'a':'1'}},'spec':{" SPEC(
            "app:1") "}}",
        .new = "{'$patch':'replace','metadata':{'labels':{'app':'demo'}},'spec':{" SPEC("app:1") "}}",
        .pod = POD(LABELS, ANNOTATIONS("'a':'1','own':'1'"), "", GATED("app:1"), RAN) },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW, UNMARK },
      { NULL },
      { POD(UPDATING,
            ANNOTATIONS(STATE("{`revision`:`demo-new`," AT
                              ",`lastContainerStatuses`:null,`containerBatchesRecord`:[" BATCH("") "]}")),
            "", GATED("app:1"), RAN) } },
    { "update: 5.2, a label that feeds an environment",
      { .old = FED_TEMPLATE("1", "app:1"),
        .new = FED_TEMPLATE("2", "app:1"),
        .pod = POD(LABELS ",'ver':'1'", "", "", FED_SPEC("app:1"), RAN) },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW, UNMARK },
      { NULL },
      { POD(UPDATING ",'ver':'2'",
            ANNOTATIONS(STAMP "," STATE("{`revision`:`demo-new`," AT
                                        ",`lastContainerStatuses`:null,`updateEnvFromMetadata`:true,"
                                        "`containerBatchesRecord`:[" BATCH("`main`") "]}")),
            "", FED_SPEC("app:1"), RAN) } },
    { "update: what a former one left is replaced, old keys go",
      { .pod = POD(
            LABELS,
            ANNOTATIONS(
                "'inplace-update-state':'{bad','inplace-update-grace':'','apps.kruise.io/inplace-update-grace':'x'"),
            "", GATED("app:1"), RAN) },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW, UNMARK },
      { NULL },
      { POD(UPDATING,
            ANNOTATIONS(STAMP
                        "," STATE("{`revision`:`demo-new`," AT ",`lastContainerStatuses`:{`main`:{`imageID`:`sha:1`}},"
                                  "`updateImages`:true,`containerBatchesRecord`:[" BATCH("`main`") "]}")),
            "", GATED("app:2"), RAN) } },
    { "update: 8 step 5b, grace",
      { 0 },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW, MARK, SECONDS(30) },
      { NULL },
      { POD(UPDATING,
            ANNOTATIONS(
                STAMP
                "," STATE("{`revision`:`demo-new`," AT ",`lastContainerStatuses`:null,`updateImages`:true}") "," GRACE(
                    "{`revision`:`demo-new`,`containerImages`:{`main`:`app:2`},`graceSeconds`:30}")),
            "", GATED("app:1"), RAN CONDITIONS(STARTED)) } },
    { "update: 7, everything in a grace annotation",
      { .gates = "'InPlaceWorkloadVerticalScaling':true",
        .old = "{'metadata':{'labels':{'app':'demo','ver':'1'}},'spec':{'containers':[{'name':'main','image':'app:1','"
               "env':[{'name':"
               "'V','valueFrom':{'fieldRef':{'fieldPath':'metadata.labels[\\u0027ver\\u0027]'}}}],'resources':{'limits'"
               ":{'cpu':'1'}}}]}}",
        .new = "{'metadata':{'labels':{'app':'demo','ver':'2','x':'y'}},'spec':{'containers':[{'name':'main','image':'"
               "app:2','env':[{"
               "'name':'V','valueFrom':{'fieldRef':{'fieldPath':'metadata.labels[\\u0027ver\\u0027]'}}}],'resources':{'"
               "limits':{'cpu':"
               "'2'}}}]}}" },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW, UNMARK, SECONDS(5) },
      { NULL },
      { POD(
          UPDATING,
          ANNOTATIONS(STAMP "," STATE(
              "{`revision`:`demo-new`," AT ",`lastContainerStatuses`:null,`updateEnvFromMetadata`:true,"
              "`updateResources`:true,`updateImages`:true}") "," GRACE("{`revision`:`demo-new`,`containerImages`:{`"
                                                                       "main`:`app:2`},`containerRefMetadata`:{`main`:{"
                                                                       "`creationTimestamp`:null,`labels`:{`ver`:`2`}}}"
                                                                       ",`containerResources`:{`main`:{`limits`:{`cpu`:"
                                                                       "`2`}}},"
                                                                       "`metaDataPatch`:`"
                                                                       "eyJtZXRhZGF0YSI6eyJsYWJlbHMiOnsieCI6InkifX19`,`"
                                                                       "updateEnvFromMetadata`:true,"
                                                                       "`graceSeconds`:5}")),
          "", GATED("app:1"), RAN) } },
    { "update: 9 step 8, resources",
      { .gates = "'InPlaceWorkloadVerticalScaling':true",
        .old = TEMPLATE(SIZED("'limits':{'cpu':'1','memory':'1Gi'}")),
        .new = TEMPLATE(SIZED("'limits':{'cpu':'2','memory':'1Gi'}")),
        .pod = POD(LABELS, "", "", SIZED("'limits':{'cpu':'1','memory':'1Gi','x.io/gpu':'1'},'requests':{'cpu':'1'}"),
                   RAN) },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW, UNMARK },
      { NULL },
      { POD(UPDATING,
            ANNOTATIONS(STAMP
                        "," STATE("{`revision`:`demo-new`," AT ",`lastContainerStatuses`:null,`updateResources`:true,"
                                  "`containerBatchesRecord`:[" BATCH("`main`") "]}")),
            "", SIZED("'limits':{'cpu':'2','memory':'1Gi','x.io/gpu':'1'},'requests':{'cpu':'1'}"), RAN) } },
    { "update: 8.2, Ready is forced",
      { .pod = POD(LABELS, "", "",
                   SPEC("app:1") ",'readinessGates':[{'conditionType':'InPlaceUpdateReady'},{'conditionType':'other'},{"
                                 "'conditionType':'fine'}]",
                   CONDITIONS(WAS_READY "," CONTAINERS_READY ",{'type':'fine','status':'True'}")) },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW, MARK },
      { NULL },
      { POD(
          UPDATING,
          ANNOTATIONS(STAMP "," STATE("{`revision`:`demo-new`," AT ",`lastContainerStatuses`:null,`updateImages`:true,"
                                      "`containerBatchesRecord`:[" BATCH("`main`") "]}")),
          "",
          SPEC("app:2") ",'readinessGates':[{'conditionType':'InPlaceUpdateReady'},{'conditionType':'other'},{'"
                        "conditionType':'fine'}]",
          CONDITIONS(
              FORCED("the status of pod readiness gate `InPlaceUpdateReady` is not `True`, but False, corresponding "
                     "condition of "
                     "pod readiness gate `other` does not exist.") "," CONTAINERS_READY
                                                                   ",{'type':'fine','status':'True'}," STARTED)) } },
    { "update: 8.2, not without ContainersReady",
      { .pod = POD(LABELS, "", "", GATED("app:1"),
                   CONDITIONS(WAS_READY ",{'type':'InPlaceUpdateReady','status':'True'" SINCE "}")) },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW, MARK },
      { NULL },
      { POD(
          UPDATING,
          ANNOTATIONS(STAMP "," STATE("{`revision`:`demo-new`," AT ",`lastContainerStatuses`:null,`updateImages`:true,"
                                      "`containerBatchesRecord`:[" BATCH("`main`") "]}")),
          "", GATED("app:2"), CONDITIONS(WAS_READY "," STARTED)) } },
    { "update: 8.2, a condition whose status stays is not replaced",
      { .pod = POD(LABELS, "", "", GATED("app:1"),
                   CONDITIONS("{'type':'InPlaceUpdateReady','status':'False'" SINCE ",'reason':'Other'}")) },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW, MARK },
      { NULL },
      { POD(
          UPDATING,
          ANNOTATIONS(STAMP "," STATE("{`revision`:`demo-new`," AT ",`lastContainerStatuses`:null,`updateImages`:true,"
                                      "`containerBatchesRecord`:[" BATCH("`main`") "]}")),
          "", GATED("app:2"),
          CONDITIONS("{'type':'InPlaceUpdateReady','status':'False'" SINCE ",'reason':'Other'}")) } },
    { "update: not possible in place",
      { .new = TEMPLATE(SPEC("app:2") ",'hostNetwork':true") },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW },
      { NULL },
      { "revision: from demo-old to demo-new is not possible in place" } },
    { "update: a revision that is not there",
      { .pod = POD("'app':'demo','controller-revision-hash':'demo-x'", "", "", SPEC("app:1"), "") },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW },
      { NULL },
      { "metadata.labels[\"controller-revision-hash\"]: \"demo-x\" is not among the revisions" } },
    { "update: a barrier without a key",
      { .pod = POD(
            LABELS, "", "",
            "'containers':[{'name':'main','image':'app:1','env':[{'name':'A'},{'name':'KRUISE_CONTAINER_BARRIER'}]}]",
            "") },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW },
      { NULL },
      { "spec.containers[0].env[1].valueFrom.configMapKeyRef.key: no launch priority" } },
    { "end-grace: 11.1 row 5, apply",
      { .pod = POD(
            UPDATING,
            ANNOTATIONS(STATE(
                "{`revision`:`demo-new`,`updateTimestamp`:`2026-11-23T12:59:00+01:00`,`lastContainerStatuses`:null,"
                "`updateImages`:true}") "," GRACE("{`revision`:`demo-new`,`containerImages`:{`main`:`app:9`},`"
                                                  "metaDataPatch`:"
                                                  "`eyJtZXRhZGF0YSI6eyJsYWJlbHMiOnsieCI6InkifX19`,`graceSeconds`:30}")),
            "", GATED("app:1"), RAN) },
      ROLLOUT_OP_END_GRACE,
      ON_POD,
      { TO_NEW, APPLY },
      { NULL },
      { POD(UPDATING ",'x':'y'",
            ANNOTATIONS(STATE(
                "{`revision`:`demo-new`,`updateTimestamp`:`2026-11-23T11:59:00Z`,`lastContainerStatuses`:{`main`:{"
                "`imageID`:`sha:1`}},`updateImages`:true,`containerBatchesRecord`:[" BATCH("`main`") "]}")),
            "", GATED("app:9"), RAN) } },
    { "end-grace: 11.1 row 3, drop",
      { .pod = POD(
            LABELS,
            ANNOTATIONS(STATE("{`revision`:`demo-new`}") "," GRACE("{`revision`:`x`}") ",'inplace-update-grace':'y'"),
            "", GATED("app:1"), RAN) },
      ROLLOUT_OP_END_GRACE,
      ON_POD,
      { DROP },
      { NULL },
      { POD(LABELS, ANNOTATIONS(STATE("{`revision`:`demo-new`}")), "", GATED("app:1"), RAN) } },
    { "end-grace: 11.1 row 1, no state",
      { .pod = POD(LABELS, ANNOTATIONS(GRACE("{}")), "", GATED("app:1"), "") },
      ROLLOUT_OP_END_GRACE,
      ON_POD,
      { APPLY },
      { NULL },
      { "metadata.annotations[\"apps.kruise.io/inplace-update-state\"]: is missing or cannot be read" } },
    { "end-grace: unreadable",
      { .pod = POD(LABELS, ANNOTATIONS(GRACE("{bad")), "", GATED("app:1"), "") },
      ROLLOUT_OP_END_GRACE,
      ON_POD,
      { APPLY },
      { NULL },
      { "metadata.annotations[\"apps.kruise.io/inplace-update-grace\"]: is missing or cannot be read" } },
    { "end-grace: a patch that is no JSON",
      { .pod = POD(LABELS, ANNOTATIONS(STATE("{}") "," GRACE("{`metaDataPatch`:`e30x`}")), "", GATED("app:1"), "") },
      ROLLOUT_OP_END_GRACE,
      ON_POD,
      { APPLY },
      { NULL },
      { "metadata.annotations[\"apps.kruise.io/inplace-update-grace\"]: its metaDataPatch cannot be read" } },
    { "end-grace: an empty patch is no JSON",
      { .pod = POD(LABELS, ANNOTATIONS(STATE("{}") "," GRACE("{`metaDataPatch`:``}")), "", GATED("app:1"), "") },
      ROLLOUT_OP_END_GRACE,
      ON_POD,
      { APPLY },
      { NULL },
      { "metadata.annotations[\"apps.kruise.io/inplace-update-grace\"]: its metaDataPatch cannot be read" } },
    { "end-grace: a patch that is no base64",
      { .pod = POD(LABELS, ANNOTATIONS(STATE("{}") "," GRACE("{`metaDataPatch`:`e30`}")), "", GATED("app:1"), "") },
      ROLLOUT_OP_END_GRACE,
      ON_POD,
      { APPLY },
      { NULL },
      { "metadata.annotations[\"apps.kruise.io/inplace-update-grace\"]: is missing or cannot be read" } },
    { "end-grace: the patch null changes nothing",
      { .pod = POD(LABELS, ANNOTATIONS(STATE("{`revision`:`r`}") "," GRACE("{`metaDataPatch`:`bnVsbA==`}")), "",
                   GATED("app:1"), "") },
      ROLLOUT_OP_END_GRACE,
      ON_POD,
      { APPLY },
      { NULL },
      { POD(LABELS,
            ANNOTATIONS(STATE("{`revision`:`r`,`updateTimestamp`:null,`lastContainerStatuses`:null,"
                              "`containerBatchesRecord`:[" BATCH("") "]}")),
            "", GATED("app:1"), "") } },
    { "end-grace: a patch of something else",
      { .pod = POD(LABELS, ANNOTATIONS(STATE("{}") "," GRACE("{`metaDataPatch`:`W10=`}")), "", GATED("app:1"), "") },
      ROLLOUT_OP_END_GRACE,
      ON_POD,
      { APPLY },
      { NULL },
      { "metaDataPatch: is no patch of a pod's metadata" } },
    { "end-grace: neither apply nor drop",
      { 0 },
      ROLLOUT_OP_END_GRACE,
      ON_POD,
      { { ROLLOUT_ATTR_DETAIL, "x", 0 } },
      { NULL },
      { "detail: \"x\" is neither apply nor drop" } },
    { "next-batch: the record grows, another record of a container stays",
      { .pod =
            POD(UPDATING,
                ANNOTATIONS("'inplace-update-state':'{`revision`:`demo-new`,`updateTimestamp`:`2026-11-23T11:59:00Z`,"
                            "`lastContainerStatuses`:{`main`:{`imageID`:`sha:0`}},`updateImages`:true,`"
                            "nextContainerImages`:{`main`:"
                            "`app:9`,`ghost`:`x`},`preCheckBeforeNext`:{},`containerBatchesRecord`:[{`timestamp`:"
                            "`2026-11-23T11:59:00Z`,`containers`:[`side`]}]}'"),
                "", GATED("app:1"), RAN) },
      ROLLOUT_OP_NEXT_BATCH,
      ON_POD,
      { { 0 } },
      { NULL },
      { POD(
          UPDATING,
          ANNOTATIONS(
              "'inplace-update-state':'{`revision`:`demo-new`,`updateTimestamp`:`2026-11-23T11:59:00Z`,"
              "`lastContainerStatuses`:{`main`:{`imageID`:`sha:0`}},`updateImages`:true,`nextContainerImages`:{`main`:"
              "`app:9`,`ghost`:`x`},`preCheckBeforeNext`:{},`containerBatchesRecord`:[{`timestamp`:"
              "`2026-11-23T11:59:00Z`,`containers`:[`side`]}]}'," STATE(
                  "{`revision`:`demo-new`,`updateTimestamp`:`2026-11-23T11:59:00Z`,`lastContainerStatuses`:{`main`:{"
                  "`imageID`:`sha:0`}},`updateImages`:true,`containerBatchesRecord`:[{`timestamp`:`2026-11-23T11:59:"
                  "00Z`,"
                  "`containers`:[`side`]}," BATCH("`main`") "]}")),
          "", GATED("app:9"), RAN) } },
    { "next-batch: no state",
      { 0 },
      ROLLOUT_OP_NEXT_BATCH,
      ON_POD,
      { { 0 } },
      { NULL },
      { "metadata.annotations[\"apps.kruise.io/inplace-update-state\"]: is missing or cannot be read" } },
};

START_TEST(test_case)
{
    check_case(&cases[_i], clone_snapshot(&cases[_i].world));
}
END_TEST

/* inplace.md 14, TestRefresh: the pod decodes to the facts that the next pass goes by. */
START_TEST(test_decodes)
{
    const struct world_case plain = { 0 };
    const struct attr update[5] = { TO_NEW, MARK, SECONDS(30) };
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_objects *objects;
    struct rollout_in_place in_place;
    struct rollout_pod pod;
    struct run run;

    open_world(&run, clone_snapshot(&plain));
    set_action(&run, ROLLOUT_OP_UPDATE_IN_PLACE, ON_POD, update);
    ck_assert_int_eq(rollout_apply(run.world, &run.plan, 0, NULL, &objects, &error), ROLLOUT_OK);
    ck_assert_int_eq(rollout_pod_from_object(&objects->items[0], run.world->workload, sizeof pod, &pod, &in_place, &error),
                     ROLLOUT_OK);
    ck_assert_uint_eq(pod.lifecycle_state, ROLLOUT_STATE_UPDATING);
    ck_assert_ptr_eq(pod.in_place, &in_place);
    ck_assert_uint_eq(in_place.flags, ROLLOUT_IN_PLACE_STATE | ROLLOUT_IN_PLACE_GRACE_KEY | ROLLOUT_IN_PLACE_GRACE |
                                          ROLLOUT_IN_PLACE_CONTAINERS_DONE);
    /* the time has whole seconds, so the wait may be up to one shorter */
    ck_assert_int_eq(in_place.grace_end_ms - run.world->snapshot->now_ms, 30000 - 700);
    ck_assert_uint_eq(pod.flags & (ROLLOUT_POD_IN_PLACE_CONDITION | ROLLOUT_POD_IN_PLACE_TRUE),
                      ROLLOUT_POD_IN_PLACE_CONDITION);
    rollout_objects_free(objects);
    close_world(&run);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("apply_in_place");
    TCase *tcase = tcase_create("apply_in_place");
    tcase_add_loop_test(tcase, test_case, 0, sizeof(cases) / sizeof(*cases));
    tcase_add_test(tcase, test_decodes);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

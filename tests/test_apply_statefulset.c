/* SPDX-License-Identifier: Apache-2.0 */
/* A StatefulSet's actions on objects. Source: statefulset.md 1.1, 2, 6, 10, 11, 14. */
#include <check.h>
#include <string.h>

#include "base/tree.h"
#include "set_world.h"

#define OWNER(version) CONTROLLER(version, "StatefulSet")
#define LABELS "'app':'demo','controller-revision-hash':'demo-old','statefulset.kubernetes.io/pod-name':'demo-1'"
#define META(labels, annotations)                                                                                      \
    "'metadata':{'name':'demo-1','namespace':'default','uid':'u-1','labels':{" labels "}" annotations                  \
    ",'ownerReferences':[" OWNER(KRUISE) "]}"
#define POD(labels, annotations, spec, status)                                                                         \
    "{'apiVersion':'v1','kind':'Pod'," META(labels, annotations) ",'spec':{" spec                                      \
                                                                 "},'status':{'phase':'Running'" status "}}"
#define CLAIMED(volume) "'volumes':[{'name':'data','persistentVolumeClaim':{'claimName':'data-demo-" volume "'}}"
#define INDEX           ",'apps.kubernetes.io/pod-index':'1'"

#define NEW_POD(version, revision, index, annotations, spec)                                                           \
    "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'demo-3','generateName':'demo-','namespace':'default',"        \
    "'labels':{'app':'demo','controller-revision-hash':'" revision                                                     \
    "','statefulset.kubernetes.io/pod-name':'demo-3'" index "}" annotations                                            \
    ",'ownerReferences':[" OWNER(version) "]},'spec':{" spec "}}"
#define INDEX_3   ",'apps.kubernetes.io/pod-index':'3'"
#define STATE_3   ",'lifecycle.apps.kruise.io/state':'Normal'"
#define CREATE_3  { ROLLOUT_ATTR_NAME, "demo-3", 0 }
#define ORDINAL_3 { ROLLOUT_ATTR_ORDINAL, NULL, 3 }
#define AT_3      ROLLOUT_SUBJECT_ORDINAL, 3

#define RESOURCES "'resources':{'requests':{'storage':'10Gi'},'limits':{'storage':'20Gi'}}"
#define CLAIM_TEMPLATES                                                                                                \
    ",'volumeClaimTemplates':[{'metadata':{'name':'data','labels':{'own':'1','app':'other'}},'spec':{'accessModes':["  \
    "'ReadWriteOnce']," RESOURCES "},'status':{}},{'metadata':{'name':'data-demo'},'spec':{}}]"
#define NEW_CLAIM(name, labels, rest)                                                                                  \
    "{'apiVersion':'v1','kind':'PersistentVolumeClaim','metadata':{'name':'" name                                      \
    "','namespace':'default','labels':{" labels "}}," rest "}"
#define NEW_CLAIM_SPEC "'spec':{'accessModes':['ReadWriteOnce']," RESOURCES "},'status':{}"

#define CLAIM(annotations, owners, spec)                                                                               \
    "{'apiVersion':'v1','kind':'PersistentVolumeClaim','metadata':{'name':'data-demo-1','namespace':'"                 \
    "default'" annotations owners "},'spec':{" spec "}}"
#define OWNERS(list)     ",'ownerReferences':[" list "]"
#define SET(version)     PLAIN_OWNER(version, "StatefulSet", "demo", "set-uid")
#define THE_POD          PLAIN_OWNER("v1", "Pod", "demo-1", "u-1")
#define OTHER            PLAIN_OWNER("v1", "Other", "o", "o-uid")
#define OTHER_CONTROLLER "{'apiVersion':'v1','kind':'Other','name':'o','uid':'o-uid','controller':true}"
#define POD_CONTROLLER                                                                                                 \
    "{'apiVersion':'v1','kind':'Pod','name':'demo-1','uid':'u-1','controller':true,'blockOwnerDeletion':true}"
#define TEXT(key, text) { ROLLOUT_ATTR_##key, text, 0 }

#define HOOKS                                                                                                          \
    ",'lifecycle':{'inPlaceUpdate':{'labelsHandler':{'hook':'1'},'finalizersHandler':['hook/a'],'markPodNotReady':"    \
    "true}}"

static const struct apply_case cases[] = {
    { "create: 2.3, 6.1, 11.1: identity, volumes in front, lifecycle state; what the template says of them goes",
      { .spec = IN_PLACE ",'serviceName':'svc','volumeClaimTemplates':[{'metadata':{'name':'data'}}]",
        .new = "{'metadata':{'labels':{'app':'demo','statefulset.kubernetes.io/pod-name':'x'},'annotations':{'n':'1'},"
               "'name':'ignored'},'spec':{'hostname':'h','subdomain':'s','volumes':[{'name':'v'},{'name':'data',"
               "'emptyDir':{}}]," GATED("app:2") "}}" },
      ROLLOUT_OP_CREATE,
      AT_3,
      { CREATE_3, ORDINAL_3, TO_NEW, TO("Normal") },
      { NULL },
      { NEW_POD(KRUISE, "demo-new", INDEX_3 STATE_3, ",'annotations':{'n':'1'," STAMP "}",
                "'hostname':'demo-3','subdomain':'svc'," CLAIMED("3") ",{'name':'v'}]," GATED("app:2")) } },
    { "create: no state, no service; the template's subdomain goes; the gate PodIndexLabel is off",
      { .gates = "'PodIndexLabel':false",
        .old = "{'metadata':{'labels':{'app':'demo'}},'spec':{'subdomain':'s'," SPEC("app:1") "}}" },
      ROLLOUT_OP_CREATE,
      AT_3,
      { CREATE_3, ORDINAL_3, TEXT(REVISION, "demo-old") },
      { NULL },
      { NEW_POD(KRUISE, "demo-old", "", "", "'hostname':'demo-3'," SPEC("app:1")) } },
    { "create: native",
      { .api_version = NATIVE, .spec = ",'serviceName':'svc'" },
      ROLLOUT_OP_CREATE,
      AT_3,
      { CREATE_3, ORDINAL_3, TO_NEW },
      { NULL },
      { NEW_POD(NATIVE, "demo-new", INDEX_3, "", "'hostname':'demo-3','subdomain':'svc'," SPEC("app:2")) } },
    { "create: a v1alpha1 set is the owner as v1beta1",
      { .api_version = "apps.kruise.io/v1alpha1" },
      ROLLOUT_OP_CREATE,
      AT_3,
      { CREATE_3, ORDINAL_3, TO_NEW },
      { NULL },
      { NEW_POD(KRUISE, "demo-new", INDEX_3, "", "'hostname':'demo-3'," SPEC("app:2")) } },
    { "create: a template that makes no pod",
      { .new = "{'metadata':{'labels':['app']},'spec':{}}" },
      ROLLOUT_OP_CREATE,
      AT_3,
      { CREATE_3, ORDINAL_3, TO_NEW },
      { NULL },
      { "metadata.labels: [\"app\"] is not an object" } },
    { "create: a name of another set",
      { 0 },
      ROLLOUT_OP_CREATE,
      AT_3,
      { TEXT(NAME, "demo-x-3"), ORDINAL_3, TO_NEW },
      { NULL },
      { "name: \"demo-x-3\" is no pod of the set" } },
    { "create: no name",
      { 0 },
      ROLLOUT_OP_CREATE,
      AT_3,
      { ORDINAL_3, TO_NEW },
      { NULL },
      { "name: \"\" is no pod of the set" } },
    { "create: an id",
      { 0 },
      ROLLOUT_OP_CREATE,
      AT_3,
      { CREATE_3, ORDINAL_3, TO_NEW },
      { "bbbbb" },
      { "ids: 1 given, 0 needed" } },

    { "create-claim: 11.1, the selector's labels over the template's, no owner",
      { .spec = CLAIM_TEMPLATES },
      ROLLOUT_OP_CREATE_CLAIM,
      ROLLOUT_SUBJECT_CLAIM,
      ROLLOUT_NONE,
      { TEXT(TEMPLATE, "data"), TEXT(CLAIM, "data-demo-3") },
      { NULL },
      { NEW_CLAIM("data-demo-3", "'own':'1','app':'demo'", NEW_CLAIM_SPEC) } },
    { "create-claim: of a template without labels, whose name begins as another one's claims",
      { .spec = CLAIM_TEMPLATES },
      ROLLOUT_OP_CREATE_CLAIM,
      ROLLOUT_SUBJECT_CLAIM,
      ROLLOUT_NONE,
      { TEXT(TEMPLATE, "data-demo"), TEXT(CLAIM, "data-demo-demo-3") },
      { NULL },
      { NEW_CLAIM("data-demo-demo-3", "'app':'demo'", "'spec':{}") } },
    { "create-claim: a name of the other template",
      { .spec = CLAIM_TEMPLATES },
      ROLLOUT_OP_CREATE_CLAIM,
      ROLLOUT_SUBJECT_CLAIM,
      ROLLOUT_NONE,
      { TEXT(TEMPLATE, "data"), TEXT(CLAIM, "data-demo-demo-3") },
      { NULL },
      { "claim: data-demo-demo-3 is not a name of template data" } },
    { "create-claim: no ordinal as upstream writes it",
      { .spec = CLAIM_TEMPLATES },
      ROLLOUT_OP_CREATE_CLAIM,
      ROLLOUT_SUBJECT_CLAIM,
      ROLLOUT_NONE,
      { TEXT(TEMPLATE, "data"), TEXT(CLAIM, "data-demo-03") },
      { NULL },
      { "claim: data-demo-03 is not a name of template data" } },
    { "create-claim: its name is not drawn",
      { .spec = CLAIM_TEMPLATES },
      ROLLOUT_OP_CREATE_CLAIM,
      ROLLOUT_SUBJECT_CLAIM,
      ROLLOUT_NONE,
      { TEXT(TEMPLATE, "data") },
      { "bbbbb" },
      { "claim:  is not a name of template data" } },

    { "set-claim-owner: 11.2 the set, plainly; others stay; the pod of the claim's name goes",
      { .spec = CLAIM_TEMPLATES, .claim = CLAIM("", OWNERS(OTHER "," THE_POD), "") },
      ROLLOUT_OP_SET_CLAIM_OWNER,
      ON_CLAIM,
      { TEXT(CLAIM, "data-demo-1"), TEXT(OWNER, "StatefulSet") },
      { NULL },
      { CLAIM("", OWNERS(OTHER "," SET(KRUISE)), "") } },
    { "set-claim-owner: 11.2 the pod instead of the set",
      { .claim = CLAIM("", OWNERS(SET(KRUISE) "," OTHER), "") },
      ROLLOUT_OP_SET_CLAIM_OWNER,
      ON_CLAIM,
      { TEXT(OWNER, "Pod"), TEXT(POD, "demo-1") },
      { NULL },
      { CLAIM("", OWNERS(OTHER "," THE_POD), "") } },
    { "set-claim-owner: the planner says where the pod is",
      { .claim = CLAIM("", "", "") },
      ROLLOUT_OP_SET_CLAIM_OWNER,
      ON_CLAIM,
      { TEXT(OWNER, "Pod"), { ROLLOUT_ATTR_POD, "demo-1", 1 } },
      { NULL },
      { CLAIM("", OWNERS(THE_POD), "") } },
    { "set-claim-owner: ... wrongly",
      { .claim = CLAIM("", "", "") },
      ROLLOUT_OP_SET_CLAIM_OWNER,
      ON_CLAIM,
      { TEXT(OWNER, "Pod"), { ROLLOUT_ATTR_POD, "demo-2", 1 } },
      { NULL },
      { "pod: demo-2 is not among the pods" } },
    { "set-claim-owner: none, and none is left",
      { .claim = CLAIM("", OWNERS(SET(KRUISE) "," THE_POD), "") },
      ROLLOUT_OP_SET_CLAIM_OWNER,
      ON_CLAIM,
      { TEXT(POD, "demo-1") },
      { NULL },
      { CLAIM("", "", "") } },
    { "set-claim-owner: a reference with the uid stays as it is, whatever else it says",
      { .claim = CLAIM("", OWNERS(PLAIN_OWNER("apps/v1", "X", "x", "set-uid")), "") },
      ROLLOUT_OP_SET_CLAIM_OWNER,
      ON_CLAIM,
      { TEXT(OWNER, "StatefulSet"), TEXT(POD, "demo-1") },
      { NULL },
      { CLAIM("", OWNERS(PLAIN_OWNER("apps/v1", "X", "x", "set-uid")), "") } },
    { "set-claim-owner: another uid is another owner",
      { .claim = CLAIM("", OWNERS(PLAIN_OWNER("v1", "Pod", "demo-1", "u-former")), "") },
      ROLLOUT_OP_SET_CLAIM_OWNER,
      ON_CLAIM,
      { TEXT(POD, "demo-1") },
      { NULL },
      { CLAIM("", OWNERS(PLAIN_OWNER("v1", "Pod", "demo-1", "u-former")), "") } },
    { "set-claim-owner: a pod that is not there owns nothing",
      { .claim = CLAIM("", OWNERS(THE_POD), "") },
      ROLLOUT_OP_SET_CLAIM_OWNER,
      ON_CLAIM,
      { TEXT(OWNER, "StatefulSet"), TEXT(POD, "demo-7") },
      { NULL },
      { CLAIM("", OWNERS(THE_POD "," SET(KRUISE)), "") } },
    { "set-claim-owner: and cannot own",
      { .claim = CLAIM("", "", "") },
      ROLLOUT_OP_SET_CLAIM_OWNER,
      ON_CLAIM,
      { TEXT(OWNER, "Pod"), TEXT(POD, "demo-7") },
      { NULL },
      { "pod: demo-7 is not among the pods" } },
    { "set-claim-owner: 14 native, a plain reference is rewritten as a controller's",
      { .api_version = NATIVE, .claim = CLAIM("", OWNERS(SET(NATIVE) "," OTHER), "") },
      ROLLOUT_OP_SET_CLAIM_OWNER,
      ON_CLAIM,
      { TEXT(OWNER, "StatefulSet"), TEXT(POD, "demo-1") },
      { NULL },
      { CLAIM("", OWNERS(OTHER "," OWNER(NATIVE)), "") } },
    { "set-claim-owner: 14 native, the pod",
      { .api_version = NATIVE, .claim = CLAIM("", OWNERS(OWNER(NATIVE)), "") },
      ROLLOUT_OP_SET_CLAIM_OWNER,
      ON_CLAIM,
      { TEXT(OWNER, "Pod"), TEXT(POD, "demo-1") },
      { NULL },
      { CLAIM("", OWNERS(POD_CONTROLLER), "") } },
    { "set-claim-owner: 14 native (b), another controller stays alone, of the same kind by another group too",
      { .api_version = NATIVE,
        .claim = CLAIM("", OWNERS(OTHER_CONTROLLER "," SET(NATIVE) "," THE_POD "," SET(KRUISE)), "") },
      ROLLOUT_OP_SET_CLAIM_OWNER,
      ON_CLAIM,
      { TEXT(POD, "demo-1") },
      { NULL },
      { CLAIM("", OWNERS(OTHER_CONTROLLER "," SET(KRUISE)), "") } },

    { "resize-claim: 11.3, all resources of the template; an annotation for events",
      { .spec = CLAIM_TEMPLATES,
        .claim = CLAIM(",'annotations':{'a':'1'}", OWNERS(OTHER), "'resources':{'requests':{'storage':'5Gi'}},'x':1") },
      ROLLOUT_OP_RESIZE_CLAIM,
      ON_CLAIM,
      { TEXT(CLAIM, "data-demo-1"), TEXT(REQUEST, "10Gi") },
      { NULL },
      { CLAIM(",'annotations':{'a':'1','apps.kruise.io/owned-by-asts':'demo'}", OWNERS(OTHER), RESOURCES ",'x':1") } },
    { "resize-claim: of no template",
      { .spec = ",'volumeClaimTemplates':[{'metadata':{'name':'logs'},'spec':{" RESOURCES "}}]",
        .claim = CLAIM("", "", "") },
      ROLLOUT_OP_RESIZE_CLAIM,
      ON_CLAIM,
      { TEXT(REQUEST, "10Gi") },
      { NULL },
      { "spec.volumeClaimTemplates: none has resources for claim data-demo-1" } },

    { "repair: 2.4 identity",
      { .spec = CLAIM_TEMPLATES, .pod = POD("'app':'demo'", "", SPEC("app:1"), "") },
      ROLLOUT_OP_REPAIR,
      ON_POD,
      { TEXT(DETAIL, "identity") },
      { NULL },
      { POD("'app':'demo','statefulset.kubernetes.io/pod-name':'demo-1'" INDEX, "", SPEC("app:1"), "") } },
    { "repair: 2.4 storage, what else the volume was goes",
      { .spec = ",'volumeClaimTemplates':[{'metadata':{'name':'data'}}]",
        .pod = POD("'app':'demo'", "",
                   SPEC("app:1") ",'volumes':[{'name':'v'},{'name':'data','persistentVolumeClaim':{'claimName':'x'}}]",
                   "") },
      ROLLOUT_OP_REPAIR,
      ON_POD,
      { TEXT(DETAIL, "storage") },
      { NULL },
      { POD("'app':'demo'", "", SPEC("app:1") "," CLAIMED("1") ",{'name':'v'}]", "") } },
    { "repair: 2.4 both, without the gate PodIndexLabel",
      { .gates = "'PodIndexLabel':false",
        .spec = ",'volumeClaimTemplates':[{'metadata':{'name':'data'}}]",
        .pod = POD("'statefulset.kubernetes.io/pod-name':'x'", "", SPEC("app:1"), "") },
      ROLLOUT_OP_REPAIR,
      ON_POD,
      { TEXT(DETAIL, "identity+storage") },
      { NULL },
      { POD("'statefulset.kubernetes.io/pod-name':'demo-1'", "", SPEC("app:1") "," CLAIMED("1") "]", "") } },
    { "repair: what else",
      { 0 },
      ROLLOUT_OP_REPAIR,
      ON_POD,
      { TEXT(DETAIL, "labels") },
      { NULL },
      { "detail: \"labels\" is none of identity, storage, identity+storage" } },
    { "repair: no ordinal",
      { .pod = "{'metadata':{'name':'demo-4294967296','labels':{'app':'demo'}}}" },
      ROLLOUT_OP_REPAIR,
      ON_POD,
      { TEXT(DETAIL, "identity") },
      { NULL },
      { "metadata.name: \"demo-4294967296\" has no ordinal" } },

    { "update: 10.3, the full name as label, no template hash; the state that the action has",
      { .pod = POD(LABELS ",'lifecycle.apps.kruise.io/state':'Normal'", "", GATED("app:1"), RAN) },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW, MARK, TO("Updating") },
      { NULL },
      { POD("'app':'demo','controller-revision-hash':'demo-new','statefulset.kubernetes.io/pod-name':'demo-1',"
            "'lifecycle.apps.kruise.io/state':'Updating'",
            ANNOTATIONS(STAMP
                        "," STATE("{`revision`:`demo-new`," AT ",`lastContainerStatuses`:{`main`:{`imageID`:`sha:1`}},"
                                  "`updateImages`:true,`containerBatchesRecord`:[" BATCH("`main`") "]}")),
            GATED("app:2"), RAN CONDITIONS(STARTED)) } },
    { "update: 10.3, a pod without a state stays without one; grace",
      { .pod = POD(LABELS, "", SPEC("app:1"), RAN) },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW, UNMARK, SECONDS(20) },
      { NULL },
      { POD("'app':'demo','controller-revision-hash':'demo-new','statefulset.kubernetes.io/pod-name':'demo-1'",
            ANNOTATIONS(
                STATE("{`revision`:`demo-new`," AT ",`lastContainerStatuses`:null,`updateImages`:true}") "," GRACE(
                    "{`revision`:`demo-new`,`containerImages`:{`main`:`app:2`},`graceSeconds`:20}")),
            SPEC("app:1"), RAN) } },
    { "update: 10.1, the label must be a revision's whole name",
      { .pod = POD("'controller-revision-hash':'other-old'", "", SPEC("app:1"), RAN) },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW, UNMARK },
      { NULL },
      { "metadata.labels[\"controller-revision-hash\"]: \"other-old\" is not among the revisions" } },

    { "set-lifecycle: 10.3, the hook is put back",
      { .spec = IN_PLACE HOOKS, .pod = POD(LABELS, "", SPEC("app:1"), "") },
      ROLLOUT_OP_SET_LIFECYCLE,
      ON_POD,
      { TO("PreparingUpdate"), { ROLLOUT_ATTR_HOOK, NULL, 1 } },
      { NULL },
      { POD(LABELS ",'hook':'1','lifecycle.apps.kruise.io/state':'PreparingUpdate'",
            ANNOTATIONS(STAMP) ",'finalizers':['hook/a']", SPEC("app:1"), "") } },
    { "release",
      { .api_version = NATIVE, .pod = POD(LABELS, "", SPEC("app:1"), "") },
      ROLLOUT_OP_RELEASE,
      ON_POD,
      { { 0 } },
      { NULL },
      { "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'demo-1','namespace':'default','uid':'u-1','labels':"
        "{" LABELS "}},'spec':{" SPEC("app:1") "},'status':{'phase':'Running'}}" } },
    { "renumber-revision: 4.1, the number alone",
      { .spec = CLAIM_TEMPLATES },
      ROLLOUT_OP_RENUMBER_REVISION,
      ROLLOUT_SUBJECT_REVISION,
      0,
      { { ROLLOUT_ATTR_NUMBER, NULL, 3 } },
      { NULL },
      { "{'apiVersion':'apps/v1','kind':'ControllerRevision','metadata':{'name':'demo-old','namespace':'default',"
        "'labels':{'controller-revision-hash':'old'}},'data':{'spec':{'template':" TEMPLATE(
            SPEC("app:1")) "}},"
                           "'revision':3}" } },
    { "delete: 14, a pod that this pass has created", { 0 }, ROLLOUT_OP_DELETE, AT_3, { { 0 } }, { NULL }, { NULL } },
};

static char *snapshot(const struct world_case *c)
{
    return set_snapshot("StatefulSet", c, POD(LABELS, "", SPEC("app:1"), RAN));
}

START_TEST(test_case)
{
    check_case(&cases[_i], snapshot(&cases[_i].world));
}
END_TEST

/* The new pod is what the next pass takes for the ordinal's: there is nothing to repair. */
START_TEST(test_decodes)
{
    struct world_case world = { .spec = ",'volumeClaimTemplates':[{'metadata':{'name':'data'}}]" };
    const struct attr create[5] = { CREATE_3, ORDINAL_3, TO_NEW, TO("PreparingNormal") };
    struct rollout_objects *objects;
    char text[4000];
    struct run run;

    open_world(&run, snapshot(&world));
    ck_assert_uint_eq(run.world->snapshot->pods.items[0].flags & ROLLOUT_POD_STORAGE_MISMATCH,
                      ROLLOUT_POD_STORAGE_MISMATCH);
    set_action(&run, ROLLOUT_OP_CREATE, AT_3, create);
    ck_assert_int_eq(rollout_apply(run.world, &run.plan, 0, NULL, &objects, NULL), ROLLOUT_OK);
    ck_assert_int_eq(rollout_tree_text(&objects->items[0], text, sizeof text, NULL, NULL), ROLLOUT_OK);
    rollout_objects_free(objects);
    close_world(&run);

    world.pod = text;
    open_world(&run, snapshot(&world));
    ck_assert_uint_eq(run.world->pod_object_count, 1);
    const struct rollout_pod *pod = run.world->snapshot->pods.items;
    ck_assert_uint_eq(pod->lifecycle_state, ROLLOUT_STATE_PREPARING_NORMAL);
    ck_assert_uint_eq(pod->flags & (ROLLOUT_POD_STORAGE_MISMATCH | ROLLOUT_POD_NOT_SELECTED), 0);
    ck_assert(ro_str_eq(pod->name, RO_STR("demo-3")));
    ck_assert(ro_str_eq(pod->revision, RO_STR("demo-new")));
    close_world(&run);
}
END_TEST

/* The status is the plan's; the condition FailedUpdate is a CloneSet's. */
START_TEST(test_status)
{
    const struct world_case plain = { 0 };
    struct rollout_json *status = parse("{\"replicas\":3,\"conditions\":[{\"type\":\"FailedUpdatePod\"}]}");
    struct rollout_objects *objects;
    struct run run;

    open_world(&run, snapshot(&plain));
    run.plan = (struct rollout_plan){ .struct_size = sizeof run.plan,
                                      .status = *rollout_json_tree(status),
                                      .error_reason = ROLLOUT_REASON_IN_PLACE_IMPOSSIBLE,
                                      .error_pod = 0,
                                      .error_message = RO_STR("why") };
    ck_assert_int_eq(rollout_apply_status(run.world, &run.plan, &objects, NULL), ROLLOUT_OK);
    ck_assert(ro_equal(ro_get(objects->items[0].nodes, "status"), rollout_json_tree(status)->nodes));
    ck_assert(ro_equal(ro_get(objects->items[0].nodes, "spec"), ro_get(run.world->workload_object.nodes, "spec")));
    rollout_objects_free(objects);
    rollout_json_free(status);
    close_world(&run);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("apply_statefulset");
    TCase *tcase = tcase_create("apply_statefulset");
    tcase_add_loop_test(tcase, test_case, 0, sizeof(cases) / sizeof(*cases));
    tcase_add_test(tcase, test_decodes);
    tcase_add_test(tcase, test_status);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

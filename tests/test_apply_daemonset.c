/* SPDX-License-Identifier: Apache-2.0 */
/* A DaemonSet's actions on objects. Source: daemonset.md 3, 4.2, 5, 8, 9, 11, 15. */
#include <check.h>

#include "base/tree.h"
#include "set_world.h"

#define OWNER(version) CONTROLLER(version, "DaemonSet")
#define LABELS         "'app':'demo','controller-revision-hash':'old'"
#define POD(labels, annotations, spec, status)                                                                         \
    "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'demo-a','namespace':'default','uid':'u-a','labels':{" labels  \
    "}" annotations ",'ownerReferences':[" OWNER(KRUISE) "]},'spec':{" spec "},'status':{'phase':'Running'" status     \
                                                         "}}"

#define NEW_POD(version, name, revision, spec)                                                                         \
    "{'apiVersion':'v1','kind':'Pod','metadata':{" name "'generateName':'demo-','namespace':'default','labels':{"      \
    "'app':'demo','controller-revision-hash':'" revision "'},'ownerReferences':[" OWNER(version) "]},'spec':{" spec    \
                                                                                                 "}}"
#define TOLERATED(key, effect) "{'key':'node.kubernetes.io/" key "','operator':'Exists','effect':'" effect "'}"
#define PRESSURE                                                                                                       \
    TOLERATED("disk-pressure", "NoSchedule")                                                                           \
    "," TOLERATED("memory-pressure", "NoSchedule") "," TOLERATED("pid-pressure", "NoSchedule") "," TOLERATED(          \
        "unschedulable", "NoSchedule")
#define ALL_TOLERATED                                                                                                  \
    ",'tolerations':[" TOLERATED("not-ready", "NoExecute") "," TOLERATED("unreachable", "NoExecute") "," PRESSURE "]"
#define REQUIRED                                                                                                       \
    "'requiredDuringSchedulingIgnoredDuringExecution':{'nodeSelectorTerms':[{'matchFields':[{'key':'metadata.name',"   \
    "'operator':'In','values':['node-0']}]}]}"
#define BOUND ",'affinity':{'nodeAffinity':{" REQUIRED "}}"
#define GATE  "{'conditionType':'InPlaceUpdateReady'}"
#define STANDARD                                                                                                       \
    ",'updateStrategy':{'type':'RollingUpdate','rollingUpdate':{'rollingUpdateType':'Standard','maxUnavailable':1}}"

#define ON_NODE ROLLOUT_SUBJECT_NODE, 0
#define NODE    { ROLLOUT_ATTR_NODE, "node-0", 0 }

static const struct apply_case cases[] = {
    { "create: 3 and 8, tolerations, the node, the hash; the name is left to the API server",
      { .spec = STANDARD },
      ROLLOUT_OP_CREATE,
      ON_NODE,
      { NODE, TO_NEW },
      { NULL },
      { NEW_POD(KRUISE, "", "new", SPEC("app:2") ALL_TOLERATED BOUND) } },
    { "create: an id ends the name; another revision",
      { .spec = STANDARD },
      ROLLOUT_OP_CREATE,
      ON_NODE,
      { NODE, { ROLLOUT_ATTR_REVISION, "demo-old", 0 } },
      { "bbbbb" },
      { NEW_POD(KRUISE, "'name':'demo-bbbbb',", "old", SPEC("app:1") ALL_TOLERATED BOUND) } },
    { "create: native",
      { .api_version = NATIVE, .spec = "" },
      ROLLOUT_OP_CREATE,
      ON_NODE,
      { NODE, TO_NEW },
      { NULL },
      { NEW_POD(NATIVE, "", "new", SPEC("app:2") ALL_TOLERATED BOUND) } },
    { "create: 3, one that tolerates for a time is changed at its place, one like it stays; a host's network",
      { .spec = STANDARD,
        .new = "{'metadata':{'labels':{'app':'demo'}},'spec':{'hostNetwork':true,'tolerations':[{'key':"
               "'node.kubernetes.io/unreachable','operator':'Exists','effect':'NoExecute','tolerationSeconds':5},"
               "{'key':'node.kubernetes.io/not-ready','operator':'Equal','effect':'NoExecute','tolerationSeconds':5},"
               "{'key':'node.kubernetes.io/not-ready','operator':'Exists','effect':'NoSchedule'},{'key':"
               "'node.kubernetes.io/not-ready','operator':'Exists','effect':'NoExecute','value':'v'},"
               "{'operator':'Exists'}]," SPEC("app:2") "}}" },
      ROLLOUT_OP_CREATE,
      ON_NODE,
      { NODE, TO_NEW },
      { NULL },
      { NEW_POD(
          KRUISE, "", "new",
          "'hostNetwork':true,'tolerations':[" TOLERATED(
              "unreachable",
              "NoExecute") ",{'key':"
                           "'node.kubernetes.io/"
                           "not-ready','operator':'Equal','effect':'NoExecute','tolerationSeconds':5}," TOLERATED(
                               "not-ready",
                               "NoSchedule") ",{'key':'node.kubernetes.io/not-ready','operator':'Exists','effect':"
                                             "'NoExecute','value':'v'},{'operator':'Exists'}," TOLERATED(
                                                 "not-ready",
                                                 "NoExecute") "," PRESSURE
                                                              "," TOLERATED("network-unavailable",
                                                                            "NoSchedule") "]," SPEC("app:2") BOUND) } },
    { "create: 8, required nodes are replaced, preferred ones and other affinities stay",
      { .spec = STANDARD,
        .new = "{'metadata':{'labels':{'app':'demo'}},'spec':{" SPEC(
            "app:2") ",'affinity':{'podAffinity':{'x':1},"
                     "'nodeAffinity':{'preferredDuringSchedulingIgnoredDuringExecution':[],"
                     "'requiredDuringSchedulingIgnoredDuringExecution':{'nodeSelectorTerms':[{'matchExpressions':[]},{}"
                     "]}}}}}" },
      ROLLOUT_OP_CREATE,
      ON_NODE,
      { NODE, TO_NEW },
      { NULL },
      { NEW_POD(KRUISE, "", "new",
                SPEC("app:2") ",'affinity':{'podAffinity':{'x':1},'nodeAffinity':{"
                              "'preferredDuringSchedulingIgnoredDuringExecution':[]," REQUIRED "}}" ALL_TOLERATED) } },
    { "create: 8, the readiness gate of InPlaceIfPossible",
      { 0 },
      ROLLOUT_OP_CREATE,
      ON_NODE,
      { NODE, TO_NEW },
      { NULL },
      { NEW_POD(KRUISE, "", "new", SPEC("app:2") ALL_TOLERATED ",'readinessGates':[" GATE "]" BOUND) } },
    { "create: 8, the readiness gate is there twice where the template has it",
      { .new = "{'metadata':{'labels':{'app':'demo'}},'spec':{" GATED("app:2") "}}" },
      ROLLOUT_OP_CREATE,
      ON_NODE,
      { NODE, TO_NEW },
      { NULL },
      { NEW_POD(KRUISE, "", "new", SPEC("app:2") ALL_TOLERATED ",'readinessGates':[" GATE "," GATE "]" BOUND) } },
    { "create: 8, no gate for OnDelete, whatever else is there",
      { .spec = ",'updateStrategy':{'type':'OnDelete','rollingUpdate':{'rollingUpdateType':'InPlaceIfPossible'}}" },
      ROLLOUT_OP_CREATE,
      ON_NODE,
      { NODE, TO_NEW },
      { NULL },
      { NEW_POD(KRUISE, "", "new", SPEC("app:2") ALL_TOLERATED BOUND) } },
    { "create: 4.2, the generation of old",
      { .metadata = ",'annotations':{'deprecated.daemonset.template.generation':'7'}",
        .spec = STANDARD,
        .new = "{'metadata':{'labels':{'app':'demo','pod-template-generation':'1'}},'spec':{" SPEC("app:2") "}}" },
      ROLLOUT_OP_CREATE,
      ON_NODE,
      { NODE, TO_NEW },
      { NULL },
      { NEW_POD(KRUISE, "", "new','pod-template-generation':'7", SPEC("app:2") ALL_TOLERATED BOUND) } },
    { "create: 4.2, no generation, so that the template's label stays",
      { .metadata = ",'annotations':{'deprecated.daemonset.template.generation':'x'}",
        .spec = STANDARD,
        .new = "{'metadata':{'labels':{'app':'demo','pod-template-generation':'1'}},'spec':{" SPEC("app:2") "}}" },
      ROLLOUT_OP_CREATE,
      ON_NODE,
      { NODE, TO_NEW },
      { NULL },
      { NEW_POD(KRUISE, "", "new','pod-template-generation':'1", SPEC("app:2") ALL_TOLERATED BOUND) } },
    { "create: a template whose tolerations are none",
      { .new = "{'metadata':{'labels':{'app':'demo'}},'spec':{'tolerations':'x'}}" },
      ROLLOUT_OP_CREATE,
      ON_NODE,
      { NODE, TO_NEW },
      { NULL },
      { "spec.tolerations: \"x\" is not an array" } },
    { "create: a template whose affinity is none",
      { .new = "{'metadata':{'labels':{'app':'demo'}},'spec':{'affinity':[]}}" },
      ROLLOUT_OP_CREATE,
      ON_NODE,
      { NODE, TO_NEW },
      { NULL },
      { "spec.affinity: [] is not an object" } },
    { "create: no node", { 0 }, ROLLOUT_OP_CREATE, ON_NODE, { TO_NEW }, { NULL }, { "node: the action names none" } },
    { "create: two ids",
      { 0 },
      ROLLOUT_OP_CREATE,
      ON_NODE,
      { NODE, TO_NEW },
      { "bbbbb", "ccccc" },
      { "ids: 2 given, at most 1 needed" } },
    { "create: an empty id", { 0 }, ROLLOUT_OP_CREATE, ON_NODE, { NODE, TO_NEW }, { "" }, { "ids: \"\" is no id" } },

    { "update: 11, the hash as label and as revision; neither a lifecycle state nor a template hash",
      { .pod = POD(LABELS ",'lifecycle.apps.kruise.io/state':'Normal'", "", GATED("app:1"), RAN) },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW, MARK },
      { NULL },
      { POD("'app':'demo','controller-revision-hash':'new','lifecycle.apps.kruise.io/state':'Normal'",
            ANNOTATIONS(STATE("{`revision`:`new`," AT ",`lastContainerStatuses`:{`main`:{`imageID`:`sha:1`}},"
                              "`updateImages`:true,`containerBatchesRecord`:[" BATCH("`main`") "]}")),
            GATED("app:2"), RAN CONDITIONS(STARTED)) } },
    { "update: 11, a label that is equal after its last -",
      { .pod = POD("'controller-revision-hash':'x-old'", "", SPEC("app:1"), RAN) },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW, UNMARK },
      { NULL },
      { POD("'controller-revision-hash':'new'",
            ANNOTATIONS(STATE("{`revision`:`new`," AT ",`lastContainerStatuses`:{`main`:{`imageID`:`sha:1`}},"
                              "`updateImages`:true,`containerBatchesRecord`:[" BATCH("`main`") "]}")),
            SPEC("app:2"), RAN) } },
    { "update: 11, an unknown label",
      { .pod = POD("'controller-revision-hash':'x'", "", SPEC("app:1"), RAN) },
      ROLLOUT_OP_UPDATE_IN_PLACE,
      ON_POD,
      { TO_NEW, UNMARK },
      { NULL },
      { "metadata.labels[\"controller-revision-hash\"]: \"x\" is not among the revisions" } },
    { "relabel: 5, the hash",
      { .pod = POD(LABELS, "", SPEC("app:1"), RAN) },
      ROLLOUT_OP_RELABEL,
      ON_POD,
      { TO_NEW },
      { NULL },
      { POD("'app':'demo','controller-revision-hash':'new'", "", SPEC("app:1"), RAN) } },
    { "relabel: no such revision",
      { 0 },
      ROLLOUT_OP_RELABEL,
      ON_POD,
      { { ROLLOUT_ATTR_REVISION, "x", 0 } },
      { NULL },
      { "revision: x is not among the revisions" } },
    { "set-lifecycle: 9, the hook asks for not ready",
      { .pod = POD(LABELS, "", "'readinessGates':[{'conditionType':'KruisePodReady'}]", "") },
      ROLLOUT_OP_SET_LIFECYCLE,
      ON_POD,
      { TO("PreparingDelete"), MARK },
      { NULL },
      { POD(LABELS ",'lifecycle.apps.kruise.io/state':'PreparingDelete'", ANNOTATIONS(STAMP),
            "'readinessGates':[{'conditionType':'KruisePodReady'}]",
            CONDITIONS("{'type':'KruisePodReady','status':''" SINCE_NOW
                       ",'message':'[{`userAgent`:`Lifecycle`,`key`:`preDeleteHook`}]'}")) } },
    { "set-lifecycle: no hook of a DaemonSet's is ever put back",
      { .spec = IN_PLACE ",'lifecycle':{'preDelete':{'labelsHandler':{'hook':'1'}}}",
        .pod = POD(LABELS, "", SPEC("app:1"), "") },
      ROLLOUT_OP_SET_LIFECYCLE,
      ON_POD,
      { TO("PreparingDelete"), { ROLLOUT_ATTR_HOOK, NULL, 1 } },
      { NULL },
      { POD(LABELS ",'lifecycle.apps.kruise.io/state':'PreparingDelete'", ANNOTATIONS(STAMP), SPEC("app:1"), "") } },
    { "set-ready: 6 step 7",
      { .pod = POD(LABELS, "", GATED("app:1"), CONDITIONS(STARTED)) },
      ROLLOUT_OP_SET_READY,
      ON_POD,
      { { 0 } },
      { NULL },
      { POD(LABELS, "", GATED("app:1"), CONDITIONS("{'type':'InPlaceUpdateReady','status':'True'" SINCE_NOW "}")) } },
    { "renumber-revision: the number alone",
      { 0 },
      ROLLOUT_OP_RENUMBER_REVISION,
      ROLLOUT_SUBJECT_REVISION,
      0,
      { { ROLLOUT_ATTR_NUMBER, NULL, 3 } },
      { NULL },
      { "{'apiVersion':'apps/v1','kind':'ControllerRevision','metadata':{'name':'demo-old','namespace':'default',"
        "'labels':{'controller-revision-hash':'old'}},'data':{'spec':{'template':" TEMPLATE(
            SPEC("app:1")) "}},"
                           "'revision':3}" } },
};

static char *snapshot(const struct world_case *c)
{
    return set_snapshot("DaemonSet", c, POD(LABELS, "", SPEC("app:1"), RAN));
}

START_TEST(test_case)
{
    check_case(&cases[_i], snapshot(&cases[_i].world));
}
END_TEST

/* The new pod is what the next sync takes for the node's, and where it may run. */
START_TEST(test_decodes)
{
    const struct world_case plain = { 0 };
    const struct attr create[5] = { NODE, TO_NEW };
    struct rollout_objects *objects;
    struct rollout_in_place in_place;
    struct rollout_pod pod;
    struct run run;

    open_world(&run, snapshot(&plain));
    set_action(&run, ROLLOUT_OP_CREATE, ON_NODE, create);
    ck_assert_int_eq(rollout_apply(run.world, &run.plan, 0, NULL, &objects, NULL), ROLLOUT_OK);
    ck_assert_int_eq(rollout_pod_from_object(&objects->items[0], run.world->workload, sizeof pod, &pod, &in_place, NULL),
                     ROLLOUT_OK);
    ck_assert(ro_str_eq(pod.target_node, RO_STR("node-0")));
    ck_assert(ro_str_eq(pod.revision, RO_STR("new")));
    ck_assert_uint_eq(pod.flags & ROLLOUT_POD_IN_PLACE_GATE, ROLLOUT_POD_IN_PLACE_GATE);
    rollout_objects_free(objects);
    close_world(&run);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("apply_daemonset");
    TCase *tcase = tcase_create("apply_daemonset");
    tcase_add_loop_test(tcase, test_case, 0, sizeof(cases) / sizeof(*cases));
    tcase_add_test(tcase, test_decodes);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

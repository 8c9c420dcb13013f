/* SPDX-License-Identifier: Apache-2.0 */
/* New pods and claims of a CloneSet, and claims that change hands. Source: cloneset.md 5.2 and 5.3. */
#include <check.h>

#include "clone_world.h"

#define NEW_POD(id, labels, annotations, finalizers, spec)                                                             \
    "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'demo-" id "','generateName':'demo-','namespace':'default',"   \
    "'labels':{'app':'demo'," labels ",'apps.kruise.io/cloneset-instance-id':'" id                                     \
    "','lifecycle.apps.kruise.io/state':"                                                                              \
    "'PreparingNormal'},'annotations':{" annotations STAMP "},'ownerReferences':[" OWNER "]" finalizers                \
    "},'spec':{" spec "}}"
#define NEW_HASH "'controller-revision-hash':'demo-new','pod-template-hash':'new'"
#define CLAIM_SPEC                                                                                                     \
    ",'volumeClaimTemplates':[{'metadata':{'name':'data','labels':{'own':'1'}},'spec':{'accessModes':['ReadWriteOnce'" \
    "]}}]"
#define CLAIM(id)                                                                                                      \
    "{'apiVersion':'v1','kind':'PersistentVolumeClaim','metadata':{'name':'data-demo-" id "','labels':{'own':'1',"     \
    "'app':'demo','apps.kruise.io/cloneset-instance-id':'" id "'},'namespace':'default','ownerReferences':[" OWNER     \
    "]},"                                                                                                              \
    "'spec':{'accessModes':['ReadWriteOnce']}}"

static const struct apply_case cases[] = {
    { "create: cloneset.md 5.2, the new revision",
      { 0 },
      ROLLOUT_OP_CREATE,
      NOTHING,
      { TO_NEW, COUNT(1) },
      { "bbbbb" },
      { NEW_POD("bbbbb", NEW_HASH, "", "", GATED("app:2")) } },
    { "create: the ids of free claims and the driver's are dealt out sorted",
      { 0 },
      ROLLOUT_OP_CREATE,
      NOTHING,
      { TO_NEW, COUNT(3), { ROLLOUT_ATTR_ID, "id3", 0 }, { ROLLOUT_ATTR_NEW_IDS, NULL, 2 } },
      { "id4", "id1" },
      { NEW_POD("id1", NEW_HASH, "", "", GATED("app:2")), NEW_POD("id3", NEW_HASH, "", "", GATED("app:2")),
        NEW_POD("id4", NEW_HASH, "", "", GATED("app:2")) } },
    { "create: the old revision, short hash",
      { .gates = "'CloneSetShortHash':true" },
      ROLLOUT_OP_CREATE,
      NOTHING,
      { { ROLLOUT_ATTR_REVISION, "demo-old", 0 }, COUNT(1) },
      { "ccccc" },
      { NEW_POD("ccccc", "'controller-revision-hash':'old','pod-template-hash':'old'", "", "", GATED("app:1")) } },
    { "create: claims become volumes in front, of the same name they replace one",
      { .spec = CLAIM_SPEC,
        .new = "{'metadata':{'labels':{'app':'demo'},'annotations':{'n':'1'},'finalizers':['f'],'name':'ignored'},'"
               "spec':{" GATED("app:2") ",'volumes':[{'name':'v'},{'name':'data','emptyDir':{}}]}}" },
      ROLLOUT_OP_CREATE,
      NOTHING,
      { TO_NEW, COUNT(1) },
      { "ddddd" },
      { NEW_POD("ddddd", NEW_HASH, "'n':'1',", ",'finalizers':['f']",
                GATED("app:2") ",'volumes':[{'name':'data','persistentVolumeClaim':{'claimName':'data-demo-ddddd'}},{'"
                               "name':'v'}]") } },
    { "create: a template that makes no pod",
      { .new = "{'metadata':{'labels':['app']},'spec':{}}" },
      ROLLOUT_OP_CREATE,
      NOTHING,
      { TO_NEW, COUNT(1) },
      { "bbbbb" },
      { "metadata.labels: [\"app\"] is not an object" } },
    { "create: too few ids",
      { 0 },
      ROLLOUT_OP_CREATE,
      NOTHING,
      { TO_NEW, COUNT(2) },
      { "bbbbb" },
      { "ids: 1 given, 2 needed" } },
    { "create: too many ids",
      { 0 },
      ROLLOUT_OP_CREATE,
      NOTHING,
      { TO_NEW, COUNT(1), { ROLLOUT_ATTR_ID, "id3", 0 } },
      { "bbbbb" },
      { "ids: 1 given, 0 needed" } },
    { "create: an id given twice",
      { 0 },
      ROLLOUT_OP_CREATE,
      NOTHING,
      { TO_NEW, COUNT(2) },
      { "bbbbb", "bbbbb" },
      { "ids: \"bbbbb\" is given twice" } },
    { "create: an empty id",
      { 0 },
      ROLLOUT_OP_CREATE,
      NOTHING,
      { TO_NEW, COUNT(1) },
      { "" },
      { "ids: \"\" is no id" } },
    { "create: no such revision",
      { 0 },
      ROLLOUT_OP_CREATE,
      NOTHING,
      { { ROLLOUT_ATTR_REVISION, "x", 0 }, COUNT(1) },
      { "bbbbb" },
      { "revision: x is not among the revisions" } },
    { "create-claim: cloneset.md 5.3, the id is drawn",
      { .spec = CLAIM_SPEC },
      ROLLOUT_OP_CREATE_CLAIM,
      ROLLOUT_SUBJECT_CLAIM,
      ROLLOUT_NONE,
      { { ROLLOUT_ATTR_TEMPLATE, "data", 0 } },
      { "bbbbb" },
      { CLAIM("bbbbb") } },
    { "create-claim: the name is known",
      { .spec = CLAIM_SPEC },
      ROLLOUT_OP_CREATE_CLAIM,
      ROLLOUT_SUBJECT_CLAIM,
      ROLLOUT_NONE,
      { { ROLLOUT_ATTR_TEMPLATE, "data", 0 }, { ROLLOUT_ATTR_CLAIM, "data-demo-id7", 0 } },
      { NULL },
      { CLAIM("id7") } },
    { "create-claim: a name of something else",
      { .spec = CLAIM_SPEC },
      ROLLOUT_OP_CREATE_CLAIM,
      ROLLOUT_SUBJECT_CLAIM,
      ROLLOUT_NONE,
      { { ROLLOUT_ATTR_TEMPLATE, "data", 0 }, { ROLLOUT_ATTR_CLAIM, "data-x-id7", 0 } },
      { NULL },
      { "claim: data-x-id7 is not a name of template data" } },
    { "create-claim: no id",
      { .spec = CLAIM_SPEC },
      ROLLOUT_OP_CREATE_CLAIM,
      ROLLOUT_SUBJECT_CLAIM,
      ROLLOUT_NONE,
      { { ROLLOUT_ATTR_TEMPLATE, "data", 0 } },
      { NULL },
      { "ids: 0 given, 1 needed" } },
    { "create-claim: no such template",
      { 0 },
      ROLLOUT_OP_CREATE_CLAIM,
      ROLLOUT_SUBJECT_CLAIM,
      ROLLOUT_NONE,
      { { ROLLOUT_ATTR_TEMPLATE, "data", 0 } },
      { "bbbbb" },
      { "spec.volumeClaimTemplates: there is no template data" } },
    { "set-claim-owner",
      { 0 },
      ROLLOUT_OP_SET_CLAIM_OWNER,
      ON_CLAIM,
      { { ROLLOUT_ATTR_CLAIM, "data-demo-a", 0 }, { ROLLOUT_ATTR_OWNER, "Pod", 0 }, { ROLLOUT_ATTR_POD, "demo-a", 0 } },
      { NULL },
      { "{'apiVersion':'v1','kind':'PersistentVolumeClaim','metadata':{'name':'data-demo-a','namespace':'default','"
        "labels':{"
        "'apps.kruise.io/"
        "cloneset-instance-id':'a'},'ownerReferences':[{'apiVersion':'v1','kind':'Other','name':'o','uid':'o-uid'},"
        "{'apiVersion':'v1','kind':'Pod','name':'demo-a','uid':'u-a'}]},'spec':{}}" } },
    { "set-claim-owner: no such pod",
      { 0 },
      ROLLOUT_OP_SET_CLAIM_OWNER,
      ON_CLAIM,
      { { ROLLOUT_ATTR_OWNER, "Pod", 0 }, { ROLLOUT_ATTR_POD, "x", 0 } },
      { NULL },
      { "pod: x is not among the pods" } },
};

START_TEST(test_case)
{
    check_case(&cases[_i], clone_snapshot(&cases[_i].world));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("apply_create");
    TCase *tcase = tcase_create("apply_create");
    tcase_add_loop_test(tcase, test_case, 0, sizeof(cases) / sizeof(*cases));
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Lifecycle states and readiness of a CloneSet's pods. Source: cloneset.md 6.6, inplace.md 11. */
#include <check.h>

#include "clone_world.h"

#define HOOK_SPEC                                                                                                      \
    ",'lifecycle':{'inPlaceUpdate':{'labelsHandler':{'hook':'1'},'finalizersHandler':['hook/a','hook/b'],"             \
    "'markPodNotReady':true}}"
#define KRUISE_GATED                                                                                                   \
    "'containers':[{'name':'main','image':'app:1'}],'readinessGates':[{'conditionType':'KruisePodReady'}]"
#define HOOKED(state, conditions)                                                                                      \
    POD("'app':'demo','controller-revision-hash':'demo-old','lifecycle.apps.kruise.io/state':'" state "'", "", "",     \
        KRUISE_GATED, CONDITIONS(conditions))
#define HOOKED_NOW(state, conditions)                                                                                  \
    POD("'app':'demo','controller-revision-hash':'demo-old','lifecycle.apps.kruise.io/state':'" state "'",             \
        ANNOTATIONS(STAMP), "", KRUISE_GATED, CONDITIONS(conditions))
#define KRUISE(status, since, message)                                                                                 \
    "{'type':'KruisePodReady','status':'" status "'" since ",'message':'" message "'}"
#define UPDATE_KEY       "{`userAgent`:`Lifecycle`,`key`:`preUpdateHook`}"
#define DELETE_KEY       "{`userAgent`:`Lifecycle`,`key`:`preDeleteHook`}"
#define OTHER_KEY        "{`userAgent`:`Aaa`,`key`:`z`}"

static const struct apply_case cases[] = {
    { "set-ready: 11 row 8",
      { .pod = POD(LABELS, "", "", GATED("app:1"), CONDITIONS(STARTED)) },
      ROLLOUT_OP_SET_READY,
      ON_POD,
      { { 0 } },
      { NULL },
      { POD(LABELS, "", "", GATED("app:1"),
            CONDITIONS("{'type':'InPlaceUpdateReady','status':'True'" SINCE_NOW "}")) } },
    { "set-ready: no condition yet",
      { .pod = POD(LABELS, "", "", GATED("app:1"), "") },
      ROLLOUT_OP_SET_READY,
      ON_POD,
      { { 0 } },
      { NULL },
      { POD(LABELS, "", "", GATED("app:1"),
            CONDITIONS("{'type':'InPlaceUpdateReady','status':'True'" SINCE_NOW "}")) } },
    { "set-ready: True already, with a reason: stays",
      { .pod = POD(LABELS, "", "", GATED("app:1"),
                   CONDITIONS("{'type':'InPlaceUpdateReady','status':'True'" SINCE ",'reason':'x'}")) },
      ROLLOUT_OP_SET_READY,
      ON_POD,
      { { 0 } },
      { NULL },
      { POD(LABELS, "", "", GATED("app:1"),
            CONDITIONS("{'type':'InPlaceUpdateReady','status':'True'" SINCE ",'reason':'x'}")) } },
    { "set-lifecycle",
      { 0 },
      ROLLOUT_OP_SET_LIFECYCLE,
      ON_POD,
      { TO("Normal") },
      { NULL },
      { POD(LABELS ",'lifecycle.apps.kruise.io/state':'Normal'", ANNOTATIONS(STAMP), "", GATED("app:1"), RAN) } },
    { "set-lifecycle: cloneset.md 6.6, a key is added",
      { .spec = HOOK_SPEC, .pod = HOOKED("Normal", WAS_READY "," CONTAINERS_READY "," KRUISE("True", SINCE, "[]")) },
      ROLLOUT_OP_SET_LIFECYCLE,
      ON_POD,
      { TO("PreparingUpdate"), MARK },
      { NULL },
      { HOOKED_NOW(
          "PreparingUpdate",
          FORCED("the status of pod readiness gate `KruisePodReady` is not `True`, but False") "," CONTAINERS_READY
                                                                                               "," KRUISE("False",
                                                                                                          SINCE_NOW,
                                                                                                          "[" UPDATE_KEY
                                                                                                          "]")) } },
    { "set-lifecycle: 6.6, beside another one",
      { .spec = HOOK_SPEC, .pod = HOOKED("Normal", KRUISE("False", SINCE, "[" OTHER_KEY "]")) },
      ROLLOUT_OP_SET_LIFECYCLE,
      ON_POD,
      { TO("PreparingDelete"), MARK },
      { NULL },
      { HOOKED_NOW("PreparingDelete", KRUISE("False", SINCE_NOW, "[" OTHER_KEY "," DELETE_KEY "]")) } },
    { "set-lifecycle: 6.6, an unreadable list is empty",
      { .spec = HOOK_SPEC, .pod = HOOKED("Normal", KRUISE("True", SINCE, "{bad")) },
      ROLLOUT_OP_SET_LIFECYCLE,
      ON_POD,
      { TO("PreparingUpdate"), MARK },
      { NULL },
      { HOOKED_NOW("PreparingUpdate", KRUISE("False", SINCE_NOW, "[" UPDATE_KEY "]")) } },
    { "set-lifecycle: 6.6, no such condition yet: made without a status",
      { .spec = HOOK_SPEC, .pod = HOOKED("Normal", WAS_READY "," CONTAINERS_READY) },
      ROLLOUT_OP_SET_LIFECYCLE,
      ON_POD,
      { TO("PreparingUpdate"), MARK },
      { NULL },
      { HOOKED_NOW(
          "PreparingUpdate",
          FORCED("the status of pod readiness gate `KruisePodReady` is not `True`, but ") "," CONTAINERS_READY
                                                                                          "," KRUISE("", SINCE_NOW,
                                                                                                     "[" UPDATE_KEY
                                                                                                     "]")) } },
    { "set-lifecycle: 6.6, the last key is removed",
      { .spec = HOOK_SPEC,
        .pod = HOOKED("Updating", WAS_READY "," CONTAINERS_READY "," KRUISE("False", SINCE, "[" UPDATE_KEY "]")) },
      ROLLOUT_OP_SET_LIFECYCLE,
      ON_POD,
      { TO("Updated"), UNMARK },
      { NULL },
      { HOOKED_NOW("Updated", WAS_READY "," CONTAINERS_READY "," KRUISE("True", SINCE_NOW, "[]")) } },
    { "set-lifecycle: 6.6, another key stays",
      { .spec = HOOK_SPEC, .pod = HOOKED("Updating", KRUISE("False", SINCE, "[" UPDATE_KEY "," OTHER_KEY "]")) },
      ROLLOUT_OP_SET_LIFECYCLE,
      ON_POD,
      { TO("Updated"), UNMARK },
      { NULL },
      { HOOKED_NOW("Updated", KRUISE("False", SINCE_NOW, "[" OTHER_KEY "]")) } },
    { "set-lifecycle: 6.6, hook: what it consists of is put back",
      { .spec = HOOK_SPEC, .pod = POD(LABELS, "", ",'finalizers':['own','hook/b']", SPEC("app:1"), "") },
      ROLLOUT_OP_SET_LIFECYCLE,
      ON_POD,
      { TO("PreparingUpdate"), { ROLLOUT_ATTR_HOOK, NULL, 1 } },
      { NULL },
      { POD(LABELS ",'hook':'1','lifecycle.apps.kruise.io/state':'PreparingUpdate'", ANNOTATIONS(STAMP),
            ",'finalizers':['hook/a','own','hook/b']", SPEC("app:1"), "") } },
    { "set-lifecycle: no state",
      { 0 },
      ROLLOUT_OP_SET_LIFECYCLE,
      ON_POD,
      { { 0 } },
      { NULL },
      { "state: the action names none" } },
    { "set-pod-ready: the key of the state that the pod is in",
      { .spec = HOOK_SPEC, .pod = HOOKED("PreparingDelete", KRUISE("True", SINCE, "")) },
      ROLLOUT_OP_SET_POD_READY,
      ON_POD,
      { MARK },
      { NULL },
      { HOOKED("PreparingDelete", KRUISE("False", SINCE_NOW, "[" DELETE_KEY "]")) } },
    { "set-pod-ready: released",
      { .spec = HOOK_SPEC, .pod = HOOKED("Updated", KRUISE("False", SINCE, "[" UPDATE_KEY "]")) },
      ROLLOUT_OP_SET_POD_READY,
      ON_POD,
      { UNMARK },
      { NULL },
      { HOOKED("Updated", KRUISE("True", SINCE_NOW, "[]")) } },
    { "set-pod-ready: without the gate nothing is written",
      { .pod = POD(LABELS, "", "", SPEC("app:1"), CONDITIONS(KRUISE("True", SINCE, ""))) },
      ROLLOUT_OP_SET_POD_READY,
      ON_POD,
      { MARK },
      { NULL },
      { POD(LABELS, "", "", SPEC("app:1"), CONDITIONS(KRUISE("True", SINCE, ""))) } },
};

START_TEST(test_case)
{
    check_case(&cases[_i], clone_snapshot(&cases[_i].world));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("apply_lifecycle");
    TCase *tcase = tcase_create("apply_lifecycle");
    tcase_add_loop_test(tcase, test_case, 0, sizeof(cases) / sizeof(*cases));
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Lifecycle states, hooks and updates in place of a StatefulSet: statefulset.md 6 and 10.3. */
#include <check.h>
#include <string.h>

#include "statefulworld.h"

static const struct rollout_label on_and_off[] = { { { "hook", 4 }, { "on", 2 } }, { { "other", 5 }, { "on", 2 } } };

static struct rollout_hook two_labels(void)
{
    struct rollout_hook hook = stateful_hook();
    hook.labels = (struct rollout_labels){ .items = on_and_off, .count = 2, .stride = sizeof *on_and_off };
    return hook;
}

static void pre_normal_two(struct statefulworld *w)
{
    w->spec.lifecycle.pre_normal = two_labels();
}

static void pre_update_two(struct statefulworld *w)
{
    w->spec.lifecycle.in_place_update = two_labels();
}

static void pre_delete_two(struct statefulworld *w)
{
    w->spec.lifecycle.pre_delete = two_labels();
}

static void finalizer(struct statefulworld *w)
{
    static const struct rollout_str names[] = { { "example.com/drain", 17 } };
    w->spec.lifecycle.pre_delete.labels.count = 0;
    w->spec.lifecycle.pre_delete.finalizers = (struct rollout_strs){ names, 1, sizeof *names };
    w->pods[0].finalizers = w->spec.lifecycle.pre_delete.finalizers;
}

static void mark_is_there(struct statefulworld *w)
{
    w->pods[0].flags |= ROLLOUT_POD_KEY_PRE_UPDATE | ROLLOUT_POD_KEY_PRE_DELETE;
}

/* 6.1; all in one pass, by the refresh of step 15 or of the replica loop. */
static const struct stateful_case transitions[] = {
    { "PreparingNormal, no lifecycle", "par R1", "0BP", "set-lifecycle 0", "stop 15", NULL },
    { "PreparingNormal, no preNormal", "par R1 preDelete", "0BP", "set-lifecycle 0", NULL, NULL },
    { "PreparingNormal, hooked", "par R1 preNormal", "0BPh", "set-lifecycle 0", NULL, NULL },
    { "PreparingNormal, not hooked", "par R1 preNormal", "0BP", "", "stop 0", NULL },
    { "PreparingNormal, half hooked", "par R1 preNormal", "0BPh", "", NULL, pre_normal_two },
    { "PreparingUpdate at the update revision", "par R1", "0BQ", "set-lifecycle 0", "stop 15", NULL },
    { "PreparingUpdate at it, hooked", "par R1 preUpdate", "0BQh", "set-lifecycle 0", NULL, NULL },
    { "PreparingUpdate at it, not hooked", "par R1 preUpdate", "0BQ", "set-lifecycle 0 Updated", NULL, NULL },
    { "PreparingUpdate at it, another hook only", "par R1 preDelete", "0BQ", "set-lifecycle 0 Updated", NULL, NULL },
    { "PreparingUpdate at another", "par R1 inplace preUpdate", "0AQh", "", "stop 0", NULL },
    { "Updating, not done", "par R1", "0BU", "", "stop 0", NULL },
    { "Updating, done", "par R1", "0Bu", "set-lifecycle 0", "stop 15", NULL },
    { "Updating, done, hooked", "par R1 preUpdate", "0Buh", "set-lifecycle 0", NULL, NULL },
    { "Updating, done, not hooked", "par R1 preUpdate", "0Bu", "set-lifecycle 0 Updated", NULL, NULL },
    { "Updating, done, half hooked", "par R1 preUpdate", "0Buh", "set-lifecycle 0 Updated", NULL, pre_update_two },
    { "an extra pass where only preDelete is there", "par R1 preDelete", "0Bu",
      "set-lifecycle 0 Updated | set-lifecycle 0 | ", NULL, NULL },
    { "Updating, done, at another revision", "par R1 U9 inplace", "0Au", "set-lifecycle 0", "stop 15", NULL },
    { "Updated, no lifecycle", "par R1", "0BV", "set-lifecycle 0", NULL, NULL },
    { "Updated, no inPlaceUpdate", "par R1 preDelete", "0BV", "set-lifecycle 0", NULL, NULL },
    { "Updated, hooked", "par R1 preUpdate", "0BVh", "set-lifecycle 0", NULL, NULL },
    { "Updated, not hooked", "par R1 preUpdate", "0BV", "", "stop 0", NULL },
    { "Normal", "par R1 lifecycle", "0B", "", "stop 0", NULL },
    { "none", "par R1 lifecycle", "0B_", "", "stop 0", NULL },
    { "PreparingDelete", "par R1 lifecycle", "0BD", "", NULL, NULL },
    { "PreparingDelete, after a scale-up", "par R2 preDelete", "0B 1BD", "", "stop 0", NULL },
    { "another state", "par R1 lifecycle", "0BO", "", NULL, NULL },
    { "the mark is taken back with the step to Updated", "par R1 preUpdate mark", "0Buk",
      "set-lifecycle 0 Updated mark:0", NULL, mark_is_there },
    { "where it is", "par R1 preUpdate mark", "0Buk", "set-lifecycle 0 Updated", NULL, NULL },
    { "and with no other", "par R1 preUpdate mark", "0Bukh", "set-lifecycle 0", NULL, mark_is_there },
};

/* What a new pod starts with, and 6.2 for a condemned pod. */
static const struct stateful_case states[] = {
    { "a new pod", "par R1", "", "create 0 b", NULL, NULL },
    { "a new pod, preNormal", "par R1 preNormal", "", "create 0 b PreparingNormal", NULL, NULL },
    { "a new pod, another hook", "par R1 preDelete", "", "create 0 b", NULL, NULL },
    { "not hooked", "par R0 preDelete", "0B", "delete 0", NULL, NULL },
    { "not hooked, prepared", "par R0 preDelete", "0BD", "delete 0", NULL, NULL },
    { "hooked", "par R0 preDelete", "0Bh", "set-lifecycle 0 PreparingDelete | ", NULL, NULL },
    { "half hooked is hooked", "par R0 preDelete", "0Bh", "set-lifecycle 0 PreparingDelete", NULL, pre_delete_two },
    { "hooked by a finalizer", "par R0 preDelete", "0B", "set-lifecycle 0 PreparingDelete", NULL, finalizer },
    { "hooked, whatever its state", "par R0 preDelete paused", "0BOh", "set-lifecycle 0 PreparingDelete", NULL, NULL },
    { "no hook in the spec", "par R0", "0Bh", "delete 0", NULL, NULL },
    { "marked not ready", "par R0 preDelete mark", "0Bhk", "set-lifecycle 0 PreparingDelete mark:1", NULL, NULL },
    { "marked not ready already", "par R0 preDelete mark", "0Bhk", "set-lifecycle 0 PreparingDelete", NULL,
      mark_is_there },
    { "no readiness gate to mark", "par R0 preDelete mark", "0Bh", "set-lifecycle 0 PreparingDelete", NULL, NULL },
    { "prepared, and to be marked again", "par R0 preDelete mark", "0BhkD", "set-pod-ready 0 mark:1", NULL, NULL },
    { "prepared and marked", "par R0 preDelete mark", "0BhkD", "", NULL, mark_is_there },
    { "a hook is asked before an update by deletion", "par R1 preDelete", "0Ah", "set-lifecycle 0 PreparingDelete",
      "cur 1", NULL },
    { "which goes on once it is removed", "par R1 preDelete", "0AD", "delete 0", "cur 0", NULL },
};

/* The template's own labels, as the revision has them. */
static const struct rollout_node hooked_template[] = {
    { .kind = ROLLOUT_NODE_OBJECT, .size = 6 },
    { .kind = ROLLOUT_NODE_OBJECT, .size = 5, .key = { "spec", 4 } },
    { .kind = ROLLOUT_NODE_OBJECT, .size = 4, .key = { "template", 8 } },
    { .kind = ROLLOUT_NODE_OBJECT, .size = 3, .key = { "metadata", 8 } },
    { .kind = ROLLOUT_NODE_OBJECT, .size = 2, .key = { "labels", 6 } },
    { .kind = ROLLOUT_NODE_TEXT, .size = 1, .key = { "hook", 4 }, .text = { "on", 2 } },
};

/* ---- 6.3 ---- */

#define STATE ROLLOUT_IN_PLACE_STATE
#define GRACE (ROLLOUT_IN_PLACE_GRACE_KEY | ROLLOUT_IN_PLACE_GRACE)
#define DONE  ROLLOUT_IN_PLACE_CONTAINERS_DONE
#define NEXT  (ROLLOUT_IN_PLACE_NEXT | ROLLOUT_IN_PLACE_NEXT_APPLIES)

static void in_grace(struct statefulworld *w, int64_t end_ms)
{
    stateful_in_place(w, 0, STATE | GRACE)->grace_end_ms = end_ms;
}

static void grace_other_revision(struct statefulworld *w)
{
    in_grace(w, STATEFUL_NOW + 5000);
    w->in_place[0].grace_revision = stateful_str("web-a");
}

static void grace_runs(struct statefulworld *w)
{
    in_grace(w, STATEFUL_NOW + 4001);
}

static void grace_over(struct statefulworld *w)
{
    in_grace(w, STATEFUL_NOW);
}

static void grace_of_two(struct statefulworld *w)
{
    grace_runs(w);
    stateful_in_place(w, 1, STATE | GRACE)->grace_end_ms = STATEFUL_NOW + 3000;
}

static void incomplete(struct statefulworld *w)
{
    stateful_in_place(w, 0, STATE);
}

static void next_ready(struct statefulworld *w)
{
    stateful_in_place(w, 0, STATE | DONE | NEXT | ROLLOUT_IN_PLACE_NEXT_READY);
}

static void next_not_ready(struct statefulworld *w)
{
    stateful_in_place(w, 0, STATE | DONE | NEXT);
}

static void complete(struct statefulworld *w)
{
    stateful_in_place(w, 0, STATE | DONE);
}

static void message(struct statefulworld *w)
{
    w->pods[0].flags &= ~(unsigned)ROLLOUT_POD_IN_PLACE_CLEAN;
}

static void condition_false(struct statefulworld *w)
{
    w->pods[0].flags |= ROLLOUT_POD_IN_PLACE_CONDITION;
}

static void state_broken(struct statefulworld *w)
{
    stateful_in_place(w, 0, STATE | ROLLOUT_IN_PLACE_STATE_BROKEN);
}

static void grace_without_state(struct statefulworld *w)
{
    stateful_in_place(w, 0, GRACE);
}

static const struct stateful_case refreshes[] = {
    { "another revision: the grace period is dropped", "par R1", "0B", "end-grace 0 b drop", NULL,
      grace_other_revision },
    { "it runs: nothing, and the rest in whole seconds", "par R1", "0B", "", "wait 5 next 4001", grace_runs },
    { "the shortest is waited for", "par R2", "0-1B", "", "wait 3 next 3000", grace_of_two },
    { "it is over: the images are applied", "par R1", "0B", "end-grace 0 b apply", "wait 0", grace_over },
    { "containers are not complete", "par R1", "0Bg", "", NULL, incomplete },
    { "the next batch", "par R1", "0B", "next-batch 0", NULL, next_ready },
    { "the containers before it are not ready", "par R1", "0Bg", "", NULL, next_not_ready },
    { "all is complete: ready again", "par R1", "0Bg", "set-ready 0", NULL, complete },
    { "a new pod", "par R1", "0Bg", "set-ready 0", NULL, NULL },
    { "a Pending pod", "par R1", "0Bpg", "set-ready 0", NULL, NULL },
    { "False", "par R1", "0Bg", "set-ready 0", NULL, condition_false },
    { "True with a message", "par R1", "0BG", "set-ready 0", NULL, message },
    { "True", "par R1", "0BG", "", NULL, NULL },
    { "no readiness gate", "par R1", "0B", "", NULL, NULL },
    { "both, in one refresh", "par R1", "0Bug", "set-ready 0; set-lifecycle 0", "stop 15", NULL },
    { "once, though both loops refresh", "par R2", "0Bg 1B", "set-ready 0", NULL, NULL },
    { "an annotation that does not parse", "par R1", "0B", "", "error SpecInvalid stop 9", state_broken },
    { "a grace period without a state", "par R1", "0B", "", "error SpecInvalid stop 9", grace_without_state },
};

/* ---- 10.3, with the hook and without it ---- */

static const struct stateful_case updates[] = {
    { "none, hooked", "par R1 inplace preUpdate", "0A_h", "set-lifecycle 0 PreparingUpdate", "cur 0", NULL },
    { "PreparingNormal, hooked: the refresh comes first", "par R1 inplace preUpdate", "0APh", "set-lifecycle 0",
      "stop 15", NULL },
    { "PreparingNormal, waiting for its hook", "par R1 inplace preNormal", "0AP", "update-in-place 0 b mark:0 Updating",
      "cur 0", NULL },
    { "Normal, hooked", "par R1 inplace preUpdate", "0Ah", "set-lifecycle 0 PreparingUpdate", "cur 0", NULL },
    { "Normal, hooked, marked not ready", "par R1 inplace preUpdate mark", "0Ahk",
      "set-lifecycle 0 PreparingUpdate mark:1", NULL, NULL },
    { "Normal, hooked, marked already", "par R1 inplace preUpdate mark", "0Ahk", "set-lifecycle 0 PreparingUpdate",
      NULL, mark_is_there },
    { "none, not hooked: no state is written", "par R1 inplace preUpdate", "0A_", "update-in-place 0 b mark:0", "cur 0",
      NULL },
    { "Normal, not hooked", "par R1 inplace preUpdate", "0A", "update-in-place 0 b mark:0 Updating", "cur 0", NULL },
    { "Updated: the hook is put back", "par R1 inplace preUpdate", "0AV", "set-lifecycle 0 PreparingUpdate hook:1",
      "cur 0", NULL },
    { "Updated and hooked: Normal first", "par R1 inplace preUpdate", "0AVh", "set-lifecycle 0", "stop 15", NULL },
    { "PreparingUpdate, hooked: it waits, and has left the count", "par R1 inplace preUpdate", "0AQh", "",
      "cur 0 stop 0", NULL },
    { "PreparingUpdate, not hooked", "par R1 inplace preUpdate", "0AQ", "update-in-place 0 b mark:0 Updating", "cur 0",
      NULL },
    { "Updating", "par R1 inplace preUpdate", "0AU", "update-in-place 0 b mark:0 Updating", "cur 0", NULL },
    { "PreparingDelete", "par R1 inplace preUpdate", "0AD", "", "error LifecycleStateUnknown stop 20 cur 1", NULL },
    { "another state", "par R1 inplace preUpdate", "0AO", "", "error LifecycleStateUnknown stop 20", NULL },
    { "the error stops the walk", "par R2 U2 inplace", "0A 1AD", "", "stop 20", NULL },
    { "recreation asks no lifecycle state", "par R1", "0AD", "delete 0", NULL, NULL },
    { "a readiness gate: not ready first", "par R1 inplace", "0AG", "update-in-place 0 b mark:1 Updating", NULL, NULL },
    { "grace", "par R1 inplace g30", "0A", "update-in-place 0 b mark:0 grace:30 Updating", "wait 30", NULL },
    { "no grace", "par R1 inplace g0", "0A", "update-in-place 0 b mark:0 Updating", "wait 0", NULL },
    { "not possible: recreated", "par R1 inplace cannot", "0A", "delete 0", "cur 0", NULL },
    { "not possible, InPlaceOnly", "par R1 only cannot", "0A", "", "error InPlaceImpossible stop 20 cur 1", NULL },
    { "InPlaceOnly stops the walk", "par R3 U3 only", "0-1A 2X", "", "stop 20", NULL },
    { "InPlaceOnly, possible", "par R1 only", "0A", "update-in-place 0 b mark:0 Updating", NULL, NULL },
    { "ReCreate", "par R1", "0A", "delete 0", NULL, NULL },
    { "an update as a whole", "par R1 inplace preUpdate", "0Ah", "set-lifecycle 0 PreparingUpdate | ", "stop 0", NULL },
};

STATEFUL_TABLE(test_transition, transitions)
STATEFUL_TABLE(test_state, states)
STATEFUL_TABLE(test_refresh, refreshes)
STATEFUL_TABLE(test_update, updates)

static struct statefulworld w;

/* 6.1: a template that has all of preNormal gives pods that are Normal at once; a pod at the current revision goes
 * by the current one's template. */
START_TEST(test_template_hooked)
{
    for (int old = 0; old < 2; old++) {
        stateful_make(&w, "par R2 P1 preNormal", "");
        w.revisions[old ? 0 : 1].data = (struct rollout_tree){ hooked_template, 6 };
        ck_assert_str_eq(stateful_actions(&w),
                         old ? "create 0 a; create 1 b PreparingNormal" : "create 0 a PreparingNormal; create 1 b");
        stateful_free(&w);
    }
}
END_TEST

/* hook_all: one of two labels is not all of the hook. */
START_TEST(test_template_half_hooked)
{
    stateful_make(&w, "par R1 preNormal", "");
    pre_normal_two(&w);
    w.revisions[1].data = (struct rollout_tree){ hooked_template, 6 };
    ck_assert_str_eq(stateful_actions(&w), "create 0 b PreparingNormal");
    stateful_free(&w);
}
END_TEST

/* An update in place from its hook to Normal. */
START_TEST(test_whole_update)
{
    stateful_make(&w, "par R1 inplace preUpdate", "0Ah");
    ck_assert_str_eq(stateful_actions(&w), "set-lifecycle 0 PreparingUpdate");
    stateful_apply(&w);
    ck_assert_str_eq(stateful_actions(&w), "");
    w.pods[0].labels.count = 1; /* the hook is removed */
    ck_assert_str_eq(stateful_actions(&w), "update-in-place 0 b mark:0 Updating");
    stateful_apply(&w);
    ck_assert_str_eq(stateful_actions(&w), "set-lifecycle 0 Updated");
    stateful_apply(&w);
    ck_assert_str_eq(stateful_actions(&w), "");
    stateful_label(&w, 0, "hook", "on");
    ck_assert_str_eq(stateful_actions(&w), "set-lifecycle 0");
    stateful_apply(&w);
    ck_assert_str_eq(stateful_actions(&w), "");
    ck_assert_ptr_null(stateful_says(&w, "upd-avail 1 at web-b"));
    stateful_free(&w);
}
END_TEST

/* Upstream's texts of the errors that stop the walk. */
static const struct {
    const char *settings, *scene, *text;
} errors[] = {
    { "par R1 only cannot", "0A", "find strategy is InPlaceOnly but Pod web-0 can not update in-place" },
    { "par R1 inplace", "0AD", "not allowed to in-place update pod web-0 in state PreparingDelete" },
    { "par R1 inplace", "0AO", "not allowed to in-place update pod web-0 in state Strange" },
};

START_TEST(test_error)
{
    stateful_make(&w, errors[_i].settings, errors[_i].scene);
    (void)stateful_actions(&w);
    ck_assert_uint_eq(w.plan->error_message.len, strlen(errors[_i].text));
    ck_assert_mem_eq(w.plan->error_message.data, errors[_i].text, strlen(errors[_i].text));
    ck_assert_uint_eq(w.plan->error_pod, 0);
    stateful_free(&w);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("statefulset_lifecycle");
    TCase *tcase = tcase_create("statefulset_lifecycle");
    tcase_add_loop_test(tcase, test_transition, 0, STATEFUL_ROWS(transitions));
    tcase_add_loop_test(tcase, test_state, 0, STATEFUL_ROWS(states));
    tcase_add_loop_test(tcase, test_refresh, 0, STATEFUL_ROWS(refreshes));
    tcase_add_loop_test(tcase, test_update, 0, STATEFUL_ROWS(updates));
    tcase_add_loop_test(tcase, test_error, 0, STATEFUL_ROWS(errors));
    tcase_add_test(tcase, test_template_hooked);
    tcase_add_test(tcase, test_template_half_hooked);
    tcase_add_test(tcase, test_whole_update);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

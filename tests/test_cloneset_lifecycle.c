/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of pods that are under way, through rollout_plan(): cloneset.md 6.6 to 6.8. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "world.h"

/* ---- tweaks ---- */

static void in_place_hook(struct world *w)
{
    w->spec.lifecycle.set = 1;
    w->spec.lifecycle.in_place_update = world_hook(false);
}

static void in_place_marks(struct world *w)
{
    w->spec.lifecycle.set = 1;
    w->spec.lifecycle.in_place_update = world_hook(true);
}

static void listed(struct world *w)
{
    in_place_marks(w);
    w->pods[0].flags |= ROLLOUT_POD_KEY_PRE_UPDATE;
}

static void listed_quiet(struct world *w)
{
    in_place_hook(w);
    w->pods[0].flags |= ROLLOUT_POD_KEY_PRE_UPDATE;
}

static void listed_other(struct world *w)
{
    in_place_marks(w);
    w->pods[0].flags |= ROLLOUT_POD_KEY_PRE_DELETE;
}

static void no_kruise_condition(struct world *w)
{
    in_place_marks(w);
    w->pods[0].flags &= ~(unsigned)ROLLOUT_POD_KRUISE_CONDITION;
}

static void empty_hook(struct world *w)
{
    in_place_hook(w);
    w->spec.lifecycle.in_place_update.labels.count = 0;
}

static void empty_section(struct world *w)
{
    w->spec.lifecycle.set = 1;
}

static void pre_normal(struct world *w)
{
    w->spec.lifecycle.set = 1;
    w->spec.lifecycle.pre_normal = world_hook(false);
}

/* A hook label with an empty value is on every pod that lacks it. */
static void empty_value(struct world *w)
{
    static const struct rollout_label label = { { "gone", 4 }, { "", 0 } };
    in_place_hook(w);
    w->spec.lifecycle.in_place_update.labels.items = &label;
}

#define STATE ROLLOUT_IN_PLACE_STATE
#define GRACE (ROLLOUT_IN_PLACE_GRACE_KEY | ROLLOUT_IN_PLACE_GRACE)

static void in_grace(struct world *w)
{
    world_in_place(w, 0, STATE | GRACE)->grace_end_ms = WORLD_NOW + 1000;
}

static void grace_over(struct world *w)
{
    size_t last = w->snapshot.pods.count - 1;
    world_in_place(w, (int)last, STATE | GRACE)->grace_end_ms = WORLD_NOW;
}

static void grace_other(struct world *w)
{
    in_grace(w);
    w->in_place[0].grace_revision = WORLD_STR("web-c");
}

static void grace_broken(struct world *w)
{
    world_in_place(w, 1, STATE | GRACE | ROLLOUT_IN_PLACE_GRACE_BROKEN);
}

static void state_broken_old(struct world *w)
{
    world_in_place(w, 1, STATE | ROLLOUT_IN_PLACE_STATE_BROKEN | ROLLOUT_IN_PLACE_STATE_OLD_KEY);
}

static void grace_alone(struct world *w)
{
    world_in_place(w, 1, GRACE);
}

static void grace_state_broken(struct world *w)
{
    world_in_place(w, 0, STATE | GRACE | ROLLOUT_IN_PLACE_STATE_BROKEN);
}

static void state_broken(struct world *w)
{
    world_in_place(w, 1, STATE | ROLLOUT_IN_PLACE_STATE_BROKEN);
}

#define DONE ROLLOUT_IN_PLACE_CONTAINERS_DONE
#define NEXT ROLLOUT_IN_PLACE_NEXT

static void next_batch(struct world *w)
{
    world_in_place(w, 0, STATE | DONE | NEXT | ROLLOUT_IN_PLACE_NEXT_APPLIES | ROLLOUT_IN_PLACE_NEXT_READY);
}

static void next_not_ready(struct world *w)
{
    world_in_place(w, 0, STATE | DONE | NEXT | ROLLOUT_IN_PLACE_NEXT_APPLIES);
}

static void done(struct world *w)
{
    world_in_place(w, 0, STATE | DONE);
}

static void true_with_reason(struct world *w)
{
    w->pods[0].flags |= ROLLOUT_POD_IN_PLACE_CONDITION | ROLLOUT_POD_IN_PLACE_TRUE;
}

static void condition_false(struct world *w)
{
    w->pods[0].flags |= ROLLOUT_POD_IN_PLACE_CONDITION;
}

static void done_hook(struct world *w)
{
    done(w);
    in_place_hook(w);
}

static const struct world_case rows[] = {
    /* 6.6, rows "refresh" */
    { "6.6 PreparingNormal, scheduled, not ready", "R1", "nP-", "set-lifecycle p0 Normal", NULL },
    { "6.6 PreparingNormal, preNormal hook there", "R1", "nP~h", "set-lifecycle p0 Normal", pre_normal },
    { "6.6 PreparingNormal, preNormal hook missing", "R1", "nP", "", pre_normal },
    { "6.6 PreparingNormal, not scheduled", "R1", "nP~", "", NULL },
    { "6.6 none, Normal, unknown", "R3", "n_ n nX", "", NULL },
    { "6.6 PreparingUpdate, rolled back, hook missing", "R1", "nQ", "set-lifecycle p0 Updated", in_place_hook },
    { "6.6 PreparingUpdate, rolled back, hook there", "R1", "nQh", "set-lifecycle p0 Normal", in_place_hook },
    { "6.6 PreparingUpdate, rolled back, no lifecycle", "R1", "nQ", "set-lifecycle p0 Normal", NULL },
    { "6.6 PreparingUpdate, not rolled back", "R1 P1", "oQ", "", in_place_hook },
    { "6.6 PreparingUpdate, K21: update revision, not the direction's target", "R2 P2 U2 rb inplace", "nQh o",
      "set-lifecycle p0 Normal", in_place_hook },
    { "6.6 Updating, done", "R1", "nU", "set-lifecycle p0 Updated", done_hook },
    { "6.6 Updating, not done", "R1", "nU", "", NULL },
    { "6.6 Updated, hook there", "R1", "nVh", "set-lifecycle p0 Normal", in_place_hook },
    { "6.6 Updated, hook missing", "R1", "nV", "", in_place_hook },
    { "6.6 Updated, no hook", "R1", "nV", "set-lifecycle p0 Normal", empty_section },
    { "6.6 Updating, K25: no hook", "R1", "nu", "set-lifecycle p0 Updated", empty_section },

    /* 6.6, rows "chosen" */
    { "6.6 none, hooked", "R1 U1 inplace", "o_h", "set-lifecycle p0 PreparingUpdate", in_place_hook },
    { "6.6 Normal, hooked", "R1 U1 inplace", "oh", "set-lifecycle p0 PreparingUpdate", in_place_hook },
    { "6.6 PreparingNormal, hooked", "R1 U1 inplace", "oP~h", "set-lifecycle p0 PreparingUpdate", in_place_hook },
    { "6.6 none, not hooked", "R1 U1 inplace", "o_", "update-in-place p0 web-b mark:0", in_place_hook },
    { "6.6 Normal, not hooked", "R1 U1 inplace", "o", "update-in-place p0 web-b mark:0", in_place_hook },
    { "6.6 PreparingNormal, not hooked", "R1 U1 inplace", "oP~", "update-in-place p0 web-b mark:0", in_place_hook },
    { "6.6 PreparingUpdate, hooked", "R1 U1 inplace", "oQh", "", in_place_hook },
    { "6.6 PreparingUpdate, hook gone", "R1 U1 inplace", "oQ", "update-in-place p0 web-b mark:0", in_place_hook },
    { "6.6 Updating: not awaited", "R1 U1 inplace", "oU", "update-in-place p0 web-b mark:0", in_place_hook },
    { "6.6 Updated, hook set", "R1 U1 inplace", "oV", "set-lifecycle p0 PreparingUpdate hook:1", in_place_hook },
    { "6.6 Updated, no hook: the refresh has it", "R1 U1 inplace", "oV", "set-lifecycle p0 Normal", NULL },
    { "6.6 chosen, recreate: Updating", "R1 U1", "oU", "recreate p0", in_place_hook },
    { "6.6 chosen, recreate: PreparingUpdate", "R1 U1", "oQh", "recreate p0", in_place_hook },
    { "6.6 chosen, recreate: Updated", "R1 U1", "oV", "recreate p0", in_place_hook },
    { "6.6 chosen, recreate: hooked", "R1 U1", "oh", "recreate p0", in_place_hook },
    { "6.6, 2.2: an empty hook hooks nothing", "R1 U1 inplace", "oh", "update-in-place p0 web-b mark:0", empty_hook },
    { "6.6, 2.2: and is complete", "R1", "nV", "set-lifecycle p0 Normal", empty_hook },
    { "2.2, K26: a hook label with an empty value", "R1 U1 inplace", "o", "set-lifecycle p0 PreparingUpdate",
      empty_value },

    /* 6.6, below the table */
    { "6.6 [T]: PreparingNormal, old, preNormal missing, ReCreate", "R1 U1", "oP", "recreate p0", pre_normal },
    { "6.6 [T]: preNormal there: Normal, the update waits", "R1 U1 inplace", "oPh", "set-lifecycle p0 Normal",
      pre_normal },
    { "6.6 [T]: PreparingNormal, old, in place, preNormal missing", "R1 U1 inplace", "oP",
      "update-in-place p0 web-b mark:0", pre_normal },

    /* 6.6, not-ready keys */
    { "6.6 keys: add", "R1 U1 inplace", "ohk", "set-lifecycle p0 PreparingUpdate mark:1", in_place_marks },
    { "6.6 keys: add, condition is made", "R1 U1 inplace", "ohk", "set-lifecycle p0 PreparingUpdate mark:1",
      no_kruise_condition },
    { "6.6 keys: add, no gate", "R1 U1 inplace", "oh", "set-lifecycle p0 PreparingUpdate", in_place_marks },
    { "6.6 keys: add, listed", "R1 U1 inplace", "ohk", "set-lifecycle p0 PreparingUpdate", listed },
    { "6.6 keys: add, other key listed", "R1 U1 inplace", "ohk", "set-lifecycle p0 PreparingUpdate mark:1",
      listed_other },
    { "6.6 keys: add, hook does not mark", "R1 U1 inplace", "ohk", "set-lifecycle p0 PreparingUpdate", in_place_hook },
    { "6.6 keys: add, Updated once more", "R1 U1 inplace", "oVk", "set-lifecycle p0 PreparingUpdate mark:1 hook:1",
      in_place_marks },
    { "6.6 keys: remove", "R1", "nuk", "set-lifecycle p0 Updated mark:0", listed },
    { "6.6 keys: remove, not listed", "R1", "nuk", "set-lifecycle p0 Updated", in_place_marks },
    { "6.6 keys: remove, no gate", "R1", "nu", "set-lifecycle p0 Updated", listed },
    { "6.6 keys: remove, rolled back", "R1", "nQk", "set-lifecycle p0 Updated mark:0", listed },
    { "6.6 keys, K24: not on the step to Normal", "R1", "nukh", "set-lifecycle p0 Normal", listed },
    { "6.6 keys, K24: not after the lifecycle was edited", "R1", "nuk", "set-lifecycle p0 Updated", listed_quiet },

    /* 6.7, in the row's order */
    { "6.7 row 1: grace does not parse", "R4 U4", "nP nU nP o", "set-lifecycle p0 Normal", grace_broken },
    { "6.7 row 1: no state", "R4 U4", "nP nU nP o", "set-lifecycle p0 Normal", grace_alone },
    { "6.7 row 2", "R2 U2", "nU o", "recreate p1", grace_state_broken },
    { "6.7 row 3", "R2 U2", "nU o", "end-grace p0 web-b drop; recreate p1", grace_other },
    { "6.7 row 3: an old pod, which is in grace for this pass", "R1 U1 inplace", "oU", "end-grace p0 web-a drop",
      grace_other },
    { "6.7 row 4", "R2 U2", "nU o", "recreate p1", in_grace },
    { "6.7 row 5", "R1", "nU", "end-grace p0 web-b apply", grace_over },
    { "6.7 row 6", "R4 U4", "nP nU nP o", "set-lifecycle p0 Normal", state_broken },
    { "6.7 row 7", "R1", "nUg", "", NULL },
    { "6.7 row 8", "R1", "nUg", "", next_not_ready },
    { "6.7 row 9", "R1", "nUg", "next-batch p0", next_batch },
    { "6.7 row 10", "R1", "ng", "set-ready p0", done },
    { "6.7 row 10: False", "R1", "ng", "set-ready p0", condition_false },
    { "6.7 row 10: True with a reason", "R1", "ng", "set-ready p0", true_with_reason },
    { "6.7 row 10: no gate", "R1", "n", "", condition_false },
    { "6.7, 6.6: set and moved at once", "R1", "nug", "set-ready p0; set-lifecycle p0 Normal", done },
};

START_TEST(row)
{
    const char *wrong = world_case_wrong(&rows[_i]);
    ck_assert_msg(!wrong, "%s", wrong);
}
END_TEST

/* ---- errors of the phase ---- */

static const struct {
    const char *name, *settings, *pods;
    void (*tweak)(struct world *w);
    uint32_t reason, pod;
    const char *message;
} errors[] = {
    { "6.5: InPlaceOnly", "R2 U2 only cannot", "2o", NULL, ROLLOUT_REASON_IN_PLACE_IMPOSSIBLE, 0,
      "pod p0: podUpdatePolicy is InPlaceOnly and the change is not possible in place: /spec/hostNetwork" },
    { "6.5: unknown revision", "R2 U2 only", "o x", NULL, ROLLOUT_REASON_IN_PLACE_IMPOSSIBLE, 1,
      "pod p1: podUpdatePolicy is InPlaceOnly and the change is not possible in place: unknown revision" },
    { "6.5: unknown state", "R1 U1 inplace", "oX", NULL, ROLLOUT_REASON_LIFECYCLE_STATE_UNKNOWN, 0,
      "pod p0: no update in lifecycle state Strange" },
    { "6.7 row 1: grace does not parse", "R2 U2", "2nU", grace_broken, ROLLOUT_REASON_SPEC_INVALID, 1,
      "pod p1: metadata.annotations[\"apps.kruise.io/inplace-update-grace\"] does not parse" },
    { "6.7 row 1: no state", "R2 U2", "2nU", grace_alone, ROLLOUT_REASON_SPEC_INVALID, 1,
      "pod p1: metadata.annotations[\"apps.kruise.io/inplace-update-state\"] is missing beside a grace period" },
    { "6.7 row 6, old key", "R2 U2", "2nU", state_broken_old, ROLLOUT_REASON_SPEC_INVALID, 1,
      "pod p1: metadata.annotations[\"inplace-update-state\"] does not parse" },
    { "6.7 row 6", "R2 U2", "2nU", state_broken, ROLLOUT_REASON_SPEC_INVALID, 1,
      "pod p1: metadata.annotations[\"apps.kruise.io/inplace-update-state\"] does not parse" },
};

START_TEST(error)
{
    struct world w;
    world_make(&w, errors[_i].settings, errors[_i].pods);
    if (errors[_i].tweak)
        errors[_i].tweak(&w);
    world_actions(&w);
    ck_assert_uint_eq(w.plan->error_reason, errors[_i].reason);
    ck_assert_uint_eq(w.plan->error_pod, errors[_i].pod);
    ck_assert_uint_eq(w.plan->error_message.len, strlen(errors[_i].message));
    ck_assert_mem_eq(w.plan->error_message.data, errors[_i].message, w.plan->error_message.len);
    world_free(&w);
    world_make(&w, "R1", "n");
    world_actions(&w);
    ck_assert(w.plan->error_reason == 0 && w.plan->error_pod == ROLLOUT_NONE && w.plan->error_message.len == 0);
    world_free(&w);
}
END_TEST

/* ---- 6.8 and 6.6, played pass by pass ---- */

static void pass(struct world *w, const char *name, const char *actions)
{
    const char *got = world_actions(w);
    ck_assert_msg(strcmp(got, actions) == 0, "%s: \"%s\", not \"%s\"", name, got, actions);
    world_apply(w);
}

static void schedule(struct world *w, size_t pod)
{
    w->pods[pod].node = WORLD_STR("node");
    w->pods[pod].phase = ROLLOUT_PHASE_RUNNING;
}

START_TEST(trace_recreate)
{
    struct world w;
    char text[128];
    world_make(&w, "R3 P0 U1 S0", "3o");
    for (unsigned round = 0; round < 3; round++) {
        snprintf(text, sizeof text, "recreate p%u", round);
        pass(&w, "(1)", text);
        snprintf(text, sizeof text, "delete p%u", round);
        pass(&w, "(2)", text);
        pass(&w, "(3)", "create web-b x1 new:1");
        schedule(&w, 2);
        snprintf(text, sizeof text, "set-lifecycle p%u Normal", 3 + round);
        pass(&w, "(4)", text);
        pass(&w, "(5...)", "");
        if (round < 2) {
            snprintf(text, sizeof text,
                     "hold/recreate MaxUnavailableReached: max_unavailable 1 of 1 used; first by p%u", 3 + round);
            ck_assert_str_eq(world_pod_verdict(&w, 0), text);
        }
        w.pods[2].flags |= ROLLOUT_POD_READY;
    }
    pass(&w, "done", "");
    ck_assert_str_eq(world_status(&w), "3/3/3 3/3/3 3 web-b");
    world_free(&w);
}
END_TEST

START_TEST(trace_surge)
{
    struct world w;
    world_make(&w, "R5 P3 U1 S1", "5o");
    pass(&w, "T12", "create web-b x1 new:1");
    pass(&w, "T13", "recreate p0");
    pass(&w, "T16", "delete p0");
    pass(&w, "T17", "create web-b x1 new:1");
    pass(&w, "T18: limit 0", "");
    ck_assert_str_eq(world_pod_verdict(&w, 0),
                     "hold/delete MaxUnavailableReached: max_unavailable 2 of 2 used; first by p5");
    schedule(&w, 4);
    w.pods[4].flags |= ROLLOUT_POD_READY;
    pass(&w, "ready, but PreparingNormal", "set-lifecycle p5 Normal");
    pass(&w, "T15", "delete p1");
    pass(&w, "3 old and 2 new", "");
    ck_assert_str_eq(world_status(&w), "5/4/4 2/1/1 2 web-a");
    world_free(&w);
}
END_TEST

START_TEST(trace_hooked)
{
    struct world w;
    world_make(&w, "R1 U1 inplace", "ohk");
    in_place_marks(&w);
    pass(&w, "Normal", "set-lifecycle p0 PreparingUpdate mark:1");
    w.pods[0].flags |= ROLLOUT_POD_KEY_PRE_UPDATE;
    pass(&w, "waits for the owner", "");
    ck_assert_str_eq(world_pod_verdict(&w, 0),
                     "hold/update-in-place PreUpdateHook: waits for hook hook to be removed, then updates");
    w.pods[0].labels.count = 0;
    pass(&w, "hook gone", "update-in-place p0 web-b mark:0");
    pass(&w, "Updating", "");
    w.in_place[0].flags |= ROLLOUT_IN_PLACE_CONTAINERS_DONE;
    pass(&w, "done", "set-lifecycle p0 Updated mark:0");
    w.pods[0].flags &= ~(unsigned)ROLLOUT_POD_KEY_PRE_UPDATE;
    pass(&w, "Updated", "");
    world_label(&w, 0, "hook", "on");
    pass(&w, "hook again", "set-lifecycle p0 Normal");
    pass(&w, "Normal again", "");
    ck_assert_str_eq(world_status(&w), "1/1/1 1/1/1 1 web-b");
    world_free(&w);
}
END_TEST

START_TEST(trace_grace)
{
    struct world w;
    world_make(&w, "R1 U1 inplace g30", "og");
    w.pods[0].flags |= ROLLOUT_POD_IN_PLACE_CONDITION | ROLLOUT_POD_IN_PLACE_TRUE | ROLLOUT_POD_IN_PLACE_CLEAN;
    pass(&w, "start", "update-in-place p0 web-b mark:1 grace:30");
    ck_assert_int_eq(w.plan->requeue_seconds, 30);
    pass(&w, "in grace", "");
    ck_assert_str_eq(world_pod_verdict(&w, 0),
                     "hold/end-grace GracePeriod: grace period until 2026-01-01T00:00:30.000Z");
    ck_assert_int_eq(w.plan->requeue_seconds, 30);
    w.snapshot.now_ms += 29999;
    pass(&w, "still", "");
    ck_assert_int_eq(w.plan->requeue_seconds, 1);
    w.snapshot.now_ms += 1;
    pass(&w, "over", "end-grace p0 web-b apply");
    pass(&w, "not confirmed", "");
    w.in_place[0].flags |= ROLLOUT_IN_PLACE_CONTAINERS_DONE;
    pass(&w, "confirmed", "set-ready p0; set-lifecycle p0 Normal");
    w.pods[0].flags |= ROLLOUT_POD_READY;
    pass(&w, "done", "");
    ck_assert_str_eq(world_status(&w), "1/1/1 1/1/1 1 web-b");
    world_free(&w);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cloneset_lifecycle");
    TCase *tcase = tcase_create("lifecycle");
    tcase_add_loop_test(tcase, row, 0, sizeof rows / sizeof *rows);
    tcase_add_loop_test(tcase, error, 0, sizeof errors / sizeof *errors);
    tcase_add_test(tcase, trace_recreate);
    tcase_add_test(tcase, trace_surge);
    tcase_add_test(tcase, trace_hooked);
    tcase_add_test(tcase, trace_grace);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

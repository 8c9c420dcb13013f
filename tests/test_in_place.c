/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of cloneset.md 6.7, of the refresh in 6.6, InPlaceDone (2.4) and the table of not-ready keys. */
#include <check.h>
#include <string.h>

#include "base/str.h"
#include "rules/in_place.h"

enum {
    STATE = ROLLOUT_IN_PLACE_STATE,
    STATE_BROKEN = ROLLOUT_IN_PLACE_STATE | ROLLOUT_IN_PLACE_STATE_BROKEN,
    KEY = ROLLOUT_IN_PLACE_GRACE_KEY,
    GRACE = ROLLOUT_IN_PLACE_GRACE_KEY | ROLLOUT_IN_PLACE_GRACE,
    GRACE_BROKEN = ROLLOUT_IN_PLACE_GRACE_KEY | ROLLOUT_IN_PLACE_GRACE | ROLLOUT_IN_PLACE_GRACE_BROKEN,
    DONE = ROLLOUT_IN_PLACE_CONTAINERS_DONE,
    NEXT = ROLLOUT_IN_PLACE_NEXT,
    APPLIES = ROLLOUT_IN_PLACE_NEXT_APPLIES,
    NEXT_READY = ROLLOUT_IN_PLACE_NEXT_READY,

    GATE = ROLLOUT_POD_IN_PLACE_GATE,
    CONDITION = ROLLOUT_POD_IN_PLACE_CONDITION,
    IS_TRUE = ROLLOUT_POD_IN_PLACE_CONDITION | ROLLOUT_POD_IN_PLACE_TRUE,
    CLEAN = ROLLOUT_POD_IN_PLACE_CONDITION | ROLLOUT_POD_IN_PLACE_TRUE | ROLLOUT_POD_IN_PLACE_CLEAN
};

#define NOW INT64_C(1767225600000)

static const struct {
    const char *name;
    bool in_place;
    uint32_t flags, pod_flags;
    int64_t grace_end;
    const char *grace_revision;
    enum ro_step step;
    bool done;
} steps[] = {
    { "6.7 row 1: grace does not parse", true, GRACE_BROKEN | STATE, GATE, NOW + 1, "b", RO_STEP_ERROR_GRACE, false },
    { "6.7 row 1: state missing", true, GRACE, GATE, NOW + 1, "b", RO_STEP_ERROR_MISSING, false },
    { "6.7 row 1: grace does not parse, state does not either", true, GRACE_BROKEN | STATE_BROKEN, GATE, NOW + 1, "b",
      RO_STEP_ERROR_GRACE, false },
    { "6.7 row 2: state does not parse", true, GRACE | STATE_BROKEN, GATE, NOW + 1, "b", RO_STEP_STUCK_GRACE, false },
    { "6.7 row 2 after its time", true, GRACE | STATE_BROKEN, GATE, NOW - 1, "b", RO_STEP_STUCK_GRACE, false },
    { "6.7 row 3: another revision", true, GRACE | STATE, GATE, NOW + 1, "web-c", RO_STEP_DROP_GRACE, false },
    { "6.7 row 3 before row 5", true, GRACE | STATE, GATE, NOW - 1, "web-c", RO_STEP_DROP_GRACE, false },
    { "6.7 row 4", true, GRACE | STATE, GATE, NOW + 1, "b", RO_STEP_WAIT_GRACE, false },
    { "6.7 row 4: containers are not looked at", true, GRACE | STATE | DONE, GATE, NOW + 1, "web-b", RO_STEP_WAIT_GRACE,
      false },
    { "6.7 row 5: at the end", true, GRACE | STATE, GATE, NOW, "b", RO_STEP_END_GRACE, false },
    { "6.7 row 5: long after", true, GRACE | STATE, GATE, NOW - 100000, "web-b", RO_STEP_END_GRACE, false },
    { "6.7 row 6", true, STATE_BROKEN, GATE, 0, "", RO_STEP_ERROR_STATE, false },
    { "6.7 row 6: the grace key alone is no grace", true, STATE_BROKEN | KEY, GATE, 0, "", RO_STEP_ERROR_STATE, false },
    { "6.7 row 7", true, STATE, GATE, 0, "", RO_STEP_WAIT_CONTAINERS, false },
    { "6.7 row 7 before row 8", true, STATE | NEXT | APPLIES, GATE, 0, "", RO_STEP_WAIT_CONTAINERS, false },
    { "6.7 row 8", true, STATE | DONE | NEXT | APPLIES, GATE, 0, "", RO_STEP_WAIT_PRECHECK, false },
    { "6.7 row 9", true, STATE | DONE | NEXT | APPLIES | NEXT_READY, GATE, 0, "", RO_STEP_NEXT_BATCH, false },
    { "K35: only resources wait, so it is never applied", true, STATE | DONE | NEXT | NEXT_READY, GATE, 0, "",
      RO_STEP_SET_READY, false },
    { "K35 without the gate", true, STATE | DONE | NEXT | NEXT_READY, 0, 0, "", RO_STEP_NONE, false },
    { "6.7 row 10: no condition", true, STATE | DONE, GATE, 0, "", RO_STEP_SET_READY, true },
    { "6.7 row 10: not True", true, STATE | DONE, GATE | CONDITION, 0, "", RO_STEP_SET_READY, true },
    { "6.7 row 10: True with a reason or message", true, STATE | DONE, GATE | IS_TRUE, 0, "", RO_STEP_SET_READY, true },
    { "6.7 row 10: True", true, STATE | DONE, GATE | CLEAN, 0, "", RO_STEP_NONE, true },
    { "6.7 row 10: no gate", true, STATE | DONE, CONDITION, 0, "", RO_STEP_NONE, true },
    { "6.7 row 10 without any update", false, 0, GATE, 0, "", RO_STEP_SET_READY, true },
    { "no update at all", false, 0, 0, 0, "", RO_STEP_NONE, true },
    { "no annotation, only a resizePolicy", true, 0, GATE | CLEAN, 0, "", RO_STEP_NONE, true },
    { "2.4: an empty grace annotation blocks completion", true, STATE | DONE | KEY, GATE | CLEAN, 0, "", RO_STEP_NONE,
      false },
    { "2.4: the grace key alone blocks completion", true, KEY, GATE | CLEAN, 0, "", RO_STEP_NONE, false },
};

START_TEST(step)
{
    struct rollout_in_place in_place = {
        .flags = steps[_i].flags,
        .grace_revision = { steps[_i].grace_revision, strlen(steps[_i].grace_revision) },
        .grace_end_ms = steps[_i].grace_end,
    };
    struct rollout_pod pod = {
        .flags = steps[_i].pod_flags,
        .revision = RO_STR("web-b"),
        .in_place = steps[_i].in_place ? &in_place : NULL,
    };
    ck_assert_msg(ro_in_place_step(&pod, NOW) == steps[_i].step, "%s: %d", steps[_i].name,
                  (int)ro_in_place_step(&pod, NOW));
    ck_assert_msg(ro_in_place_done(&pod) == steps[_i].done, "%s", steps[_i].name);
    ck_assert_msg(ro_in_grace(&pod) == ((steps[_i].flags & ROLLOUT_IN_PLACE_GRACE) != 0), "%s", steps[_i].name);
    bool error = !strncmp(steps[_i].name, "6.7 row 1:", 10) || !strncmp(steps[_i].name, "6.7 row 6", 9);
    ck_assert_msg(ro_step_is_error(ro_in_place_step(&pod, NOW)) == error, "%s", steps[_i].name);
}
END_TEST

/* ---- 6.6, the refresh ---- */

static const struct rollout_label on = { { "hook", 4 }, { "on", 2 } };

enum { NO_SECTION, NO_HOOK, EMPTY_HOOK, HOOK }; /* of the kind that the state asks for */

static const struct {
    const char *name;
    uint32_t state, to;
    int lifecycle;
    bool hooked, scheduled, update, busy;
} rows[] = {
#define PN ROLLOUT_STATE_PREPARING_NORMAL
#define N  ROLLOUT_STATE_NORMAL
#define PU ROLLOUT_STATE_PREPARING_UPDATE
#define UG ROLLOUT_STATE_UPDATING
#define UD ROLLOUT_STATE_UPDATED
#define PD ROLLOUT_STATE_PREPARING_DELETE
    { "row 2", PN, N, NO_SECTION, false, true, true, false },
    { "row 2: a section without the hook", PN, N, NO_HOOK, false, true, true, false },
    { "row 2: old pods too", PN, N, NO_SECTION, false, true, false, false },
    { "row 2: an unfinished update does not matter", PN, N, NO_SECTION, false, true, true, true },
    { "row 3", PN, N, HOOK, true, true, true, false },
    { "row 3: while unscheduled", PN, N, HOOK, true, false, true, false },
    { "row 3: an empty hook, while unscheduled", PN, N, EMPTY_HOOK, false, false, true, false },
    { "row 4: unscheduled", PN, PN, NO_SECTION, false, false, true, false },
    { "row 4: unscheduled, a section without the hook", PN, PN, NO_HOOK, false, false, true, false },
    { "row 4: hook missing", PN, PN, HOOK, false, true, true, false },
    { "row 5: none", ROLLOUT_STATE_NONE, ROLLOUT_STATE_NONE, HOOK, true, true, true, false },
    { "row 5: Normal", N, N, HOOK, false, true, true, false },
    { "row 5: PreparingDelete", PD, PD, NO_SECTION, false, true, true, false },
    { "row 5: unknown", ROLLOUT_STATE_OTHER, ROLLOUT_STATE_OTHER, NO_SECTION, false, true, true, false },
    { "row 6: no section", PU, N, NO_SECTION, false, true, true, false },
    { "row 6: all hooked", PU, N, HOOK, true, true, true, false },
    { "row 6: an empty hook is all hooked", PU, N, EMPTY_HOOK, false, true, true, false },
    { "row 6: not all hooked", PU, UD, HOOK, false, true, true, false },
    { "row 6: a section without the hook", PU, UD, NO_HOOK, false, true, true, false },
    { "row 7", PU, PU, HOOK, true, true, false, false },
    { "row 7: hook gone", PU, PU, HOOK, false, true, false, false },
    { "row 8: no section", UG, N, NO_SECTION, false, true, true, false },
    { "row 8: all hooked", UG, N, HOOK, true, true, true, false },
    { "row 8: not all hooked", UG, UD, HOOK, false, true, true, false },
    { "row 8, K25: a section without the hook", UG, UD, NO_HOOK, false, true, true, false },
    { "row 8: the revision is not asked", UG, N, NO_SECTION, false, true, false, false },
    { "row 9", UG, UG, NO_SECTION, false, true, true, true },
    { "row 10: no section", UD, N, NO_SECTION, false, true, true, false },
    { "row 10: no hook", UD, N, NO_HOOK, false, true, true, false },
    { "row 10: all hooked", UD, N, HOOK, true, true, true, false },
    { "row 10: an unfinished update does not matter", UD, N, HOOK, true, true, true, true },
    { "row 11", UD, UD, HOOK, false, true, true, false },
};

START_TEST(refresh)
{
    struct rollout_in_place busy = { .flags = STATE };
    struct rollout_pod pod = {
        .lifecycle_state = rows[_i].state,
        .node = rows[_i].scheduled ? RO_STR("node") : (struct rollout_str){ NULL, 0 },
        .labels = { &on, rows[_i].hooked, sizeof on },
        .in_place = rows[_i].busy ? &busy : NULL,
    };
    struct rollout_hook hook = {
        .set = rows[_i].lifecycle >= EMPTY_HOOK,
        .labels = { &on, rows[_i].lifecycle == HOOK, sizeof on },
    };
    struct rollout_lifecycle lifecycle = { .set = rows[_i].lifecycle != NO_SECTION };
    *(rows[_i].state == PN ? &lifecycle.pre_normal : &lifecycle.in_place_update) = hook;
    ck_assert_msg(ro_lifecycle_refresh(&pod, &lifecycle, true, rows[_i].update) == rows[_i].to, "6.6 %s", rows[_i].name);
}
END_TEST

/* The other hooks do not matter: preNormal only to PreparingNormal, inPlaceUpdate only to the rest. */
START_TEST(refresh_hooks)
{
    const struct rollout_hook hook = { .set = 1, .labels = { &on, 1, sizeof on } };
    struct rollout_lifecycle lifecycle = { .set = 1, .pre_delete = hook, .in_place_update = hook };
    struct rollout_pod pod = { .lifecycle_state = PN, .node = RO_STR("node") };
    ck_assert_uint_eq(ro_lifecycle_refresh(&pod, &lifecycle, true, true), N);
    lifecycle = (struct rollout_lifecycle){ .set = 1, .pre_delete = hook, .pre_normal = hook };
    pod.lifecycle_state = UD;
    ck_assert_uint_eq(ro_lifecycle_refresh(&pod, &lifecycle, true, true), N);
}
END_TEST

/* ---- 6.6, the table of not-ready keys ---- */

static const struct {
    const char *name;
    uint32_t flags;
    bool adds, removes;
} marks[] = {
    { "no gate", ROLLOUT_POD_KRUISE_CONDITION, false, false },
    { "no gate, listed", ROLLOUT_POD_KRUISE_CONDITION | ROLLOUT_POD_KEY_PRE_UPDATE, false, false },
    { "no condition yet: made", ROLLOUT_POD_KRUISE_GATE, true, false },
    { "not listed", ROLLOUT_POD_KRUISE_GATE | ROLLOUT_POD_KRUISE_CONDITION, true, false },
    { "listed", ROLLOUT_POD_KRUISE_GATE | ROLLOUT_POD_KRUISE_CONDITION | ROLLOUT_POD_KEY_PRE_UPDATE, false, true },
    { "the other key", ROLLOUT_POD_KRUISE_GATE | ROLLOUT_POD_KRUISE_CONDITION | ROLLOUT_POD_KEY_PRE_DELETE, true,
      false },
};

START_TEST(mark)
{
    struct rollout_pod pod = { .flags = marks[_i].flags };
    ck_assert_msg(ro_mark_adds(&pod, ROLLOUT_POD_KEY_PRE_UPDATE) == marks[_i].adds, "%s", marks[_i].name);
    ck_assert_msg(ro_mark_removes(&pod, ROLLOUT_POD_KEY_PRE_UPDATE) == marks[_i].removes, "%s", marks[_i].name);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("in_place");
    TCase *tcase = tcase_create("in_place");
    tcase_add_loop_test(tcase, step, 0, sizeof steps / sizeof *steps);
    tcase_add_loop_test(tcase, refresh, 0, sizeof rows / sizeof *rows);
    tcase_add_test(tcase, refresh_hooks);
    tcase_add_loop_test(tcase, mark, 0, sizeof marks / sizeof *marks);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

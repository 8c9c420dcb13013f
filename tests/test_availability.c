/* SPDX-License-Identifier: Apache-2.0 */
/* The predicates of cloneset.md 2.2. */
#include <check.h>

#include "rules/availability.h"

enum { NOW = 1000000, READY = ROLLOUT_POD_READY, COND = ROLLOUT_POD_IN_PLACE_CONDITION, TRUE_ = ROLLOUT_POD_IN_PLACE_TRUE };

static const struct {
    const char *name;
    uint32_t phase, flags, state;
    int64_t ready_since;
    int32_t seconds;
    int ready, available;
} rows[] = {
    { "running and ready", ROLLOUT_PHASE_RUNNING, READY, ROLLOUT_STATE_NORMAL, NOW, 0, 1, 1 },
    { "no state is as good as Normal", ROLLOUT_PHASE_RUNNING, READY, ROLLOUT_STATE_NONE, NOW, 0, 1, 1 },
    { "not ready", ROLLOUT_PHASE_RUNNING, 0, ROLLOUT_STATE_NORMAL, NOW, 0, 0, 0 },
    { "ready, but pending", ROLLOUT_PHASE_PENDING, READY, ROLLOUT_STATE_NORMAL, NOW, 0, 0, 0 },
    { "no phase", ROLLOUT_PHASE_NONE, READY, ROLLOUT_STATE_NORMAL, NOW, 0, 0, 0 },
    { "condition InPlaceUpdateReady not True", ROLLOUT_PHASE_RUNNING, READY | COND, ROLLOUT_STATE_NORMAL, NOW, 0, 0, 0 },
    { "condition InPlaceUpdateReady True", ROLLOUT_PHASE_RUNNING, READY | COND | TRUE_, ROLLOUT_STATE_NORMAL, NOW, 0, 1,
      1 },
    { "any other state is not available", ROLLOUT_PHASE_RUNNING, READY, ROLLOUT_STATE_UPDATED, NOW, 0, 1, 0 },
    { "unknown state", ROLLOUT_PHASE_RUNNING, READY, ROLLOUT_STATE_OTHER, NOW, 0, 1, 0 },
    { "ready since for exactly minReadySeconds", ROLLOUT_PHASE_RUNNING, READY, ROLLOUT_STATE_NORMAL, NOW - 10000, 10, 0,
      0 },
    { "a millisecond more", ROLLOUT_PHASE_RUNNING, READY, ROLLOUT_STATE_NORMAL, NOW - 10001, 10, 1, 1 },
    { "zero time and minReadySeconds", ROLLOUT_PHASE_RUNNING, READY, ROLLOUT_STATE_NORMAL, 0, 10, 0, 0 },
    { "zero time without", ROLLOUT_PHASE_RUNNING, READY, ROLLOUT_STATE_NORMAL, 0, 0, 1, 1 },
};

START_TEST(predicates)
{
    struct rollout_pod pod = { .phase = rows[_i].phase,
                               .flags = rows[_i].flags,
                               .lifecycle_state = rows[_i].state,
                               .ready_since_ms = rows[_i].ready_since };
    ck_assert_msg(ro_update_ready(&pod, rows[_i].seconds, NOW) == rows[_i].ready, "%s", rows[_i].name);
    ck_assert_msg(ro_available(&pod, rows[_i].seconds, NOW) == rows[_i].available, "%s", rows[_i].name);
}
END_TEST

START_TEST(the_first_instant)
{
    struct rollout_pod pod = { .phase = ROLLOUT_PHASE_RUNNING, .flags = READY, .ready_since_ms = NOW };
    int64_t from = ro_available_from(NOW, 7);
    ck_assert(!ro_update_ready(&pod, 7, from - 1));
    ck_assert(ro_update_ready(&pod, 7, from));
}
END_TEST

START_TEST(active)
{
    struct rollout_pod pod = { .phase = (uint32_t)_i };
    ck_assert_int_eq(ro_active(&pod), _i != ROLLOUT_PHASE_SUCCEEDED && _i != ROLLOUT_PHASE_FAILED);
    pod.flags = ROLLOUT_POD_TERMINATING;
    ck_assert(!ro_active(&pod));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("availability");
    TCase *tcase = tcase_create("predicates");
    tcase_add_loop_test(tcase, predicates, 0, sizeof rows / sizeof *rows);
    tcase_add_test(tcase, the_first_instant);
    tcase_add_loop_test(tcase, active, ROLLOUT_PHASE_NONE, ROLLOUT_PHASE_OTHER + 1);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What updating a pod comes to: the table of statefulset.md 10.3 and cloneset.md 6.4, row by row. */
#include <check.h>
#include <string.h>

#include "planners/updates.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct rollout_label hook_label = { { "hook", 4 }, { "on", 2 } };

/* hooked: the hook is set and the pod has its label. */
static const struct {
    uint32_t state;
    bool set, hooked;
    enum ro_update_step step;
} states[] = {
    { ROLLOUT_STATE_NONE, true, true, RO_UPDATE_PREPARE },
    { ROLLOUT_STATE_PREPARING_NORMAL, true, true, RO_UPDATE_PREPARE },
    { ROLLOUT_STATE_NORMAL, true, true, RO_UPDATE_PREPARE },
    { ROLLOUT_STATE_NONE, true, false, RO_UPDATE_IN_PLACE },
    { ROLLOUT_STATE_PREPARING_NORMAL, true, false, RO_UPDATE_IN_PLACE },
    { ROLLOUT_STATE_NORMAL, true, false, RO_UPDATE_IN_PLACE },
    { ROLLOUT_STATE_NORMAL, false, false, RO_UPDATE_IN_PLACE },
    { ROLLOUT_STATE_UPDATED, true, true, RO_UPDATE_PREPARE },
    { ROLLOUT_STATE_UPDATED, true, false, RO_UPDATE_PREPARE },
    { ROLLOUT_STATE_UPDATED, false, false, RO_UPDATE_NONE },
    { ROLLOUT_STATE_PREPARING_UPDATE, true, true, RO_UPDATE_WAIT_HOOK },
    { ROLLOUT_STATE_PREPARING_UPDATE, true, false, RO_UPDATE_IN_PLACE },
    { ROLLOUT_STATE_PREPARING_UPDATE, false, false, RO_UPDATE_IN_PLACE },
    { ROLLOUT_STATE_UPDATING, true, true, RO_UPDATE_IN_PLACE },
    { ROLLOUT_STATE_UPDATING, false, false, RO_UPDATE_IN_PLACE },
    { ROLLOUT_STATE_PREPARING_DELETE, true, true, RO_UPDATE_ERROR_STATE },
    { ROLLOUT_STATE_PREPARING_DELETE, false, false, RO_UPDATE_ERROR_STATE },
    { ROLLOUT_STATE_OTHER, false, false, RO_UPDATE_ERROR_STATE },
};

static enum ro_update_step step_of(uint32_t policy, uint8_t rule, size_t i)
{
    struct ro_update_facts facts = { .known = 1, .rule = rule };
    const struct rollout_hook hook = { .set = states[i].set, .labels = { &hook_label, 1, sizeof hook_label } };
    const struct rollout_pod pod = { .lifecycle_state = states[i].state,
                                     .labels = { &hook_label, states[i].hooked, sizeof hook_label } };
    struct ro_updates updates = { .policy = policy, .hook = &hook, .facts = &facts };
    return ro_update_step(&updates, &pod, 1);
}

START_TEST(possible)
{
    ck_assert_int_eq(step_of(ROLLOUT_POLICY_IN_PLACE_IF_POSSIBLE, ROLLOUT_DIFF_POSSIBLE, (size_t)_i), states[_i].step);
    ck_assert_int_eq(step_of(ROLLOUT_POLICY_IN_PLACE_ONLY, ROLLOUT_DIFF_POSSIBLE, (size_t)_i), states[_i].step);
}
END_TEST

/* Then no state matters. */
START_TEST(not_possible)
{
    ck_assert_int_eq(step_of(ROLLOUT_POLICY_RECREATE, ROLLOUT_DIFF_POSSIBLE, (size_t)_i), RO_UPDATE_RECREATE);
    ck_assert_int_eq(step_of(ROLLOUT_POLICY_IN_PLACE_IF_POSSIBLE, ROLLOUT_DIFF_PATH, (size_t)_i), RO_UPDATE_RECREATE);
    ck_assert_int_eq(step_of(ROLLOUT_POLICY_IN_PLACE_ONLY, ROLLOUT_DIFF_PATH, (size_t)_i), RO_UPDATE_ERROR_IN_PLACE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("updates");
    TCase *tcase = tcase_create("updates");
    tcase_add_loop_test(tcase, possible, 0, COUNT(states));
    tcase_add_loop_test(tcase, not_possible, 0, COUNT(states));
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

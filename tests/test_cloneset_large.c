/* SPDX-License-Identifier: Apache-2.0 */
/* A CloneSet of more pods than a cache holds: they are measured for the order while they are counted, and the order
 * (ordering.md 3) is the same. */
#include <check.h>
#include <string.h>

#include <rollout/rollout.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define TEXT(text)   { (text), sizeof(text) - 1 }

enum { PODS = 70000, LIMIT = 10, NOW = 1000000000 };

static struct rollout_pod pods[PODS];

/* In the order in which they are updated, wherever they stand in the list. */
static const struct {
    uint32_t place;
    struct rollout_pod pod; /* what is other than with all: see plain() */
} first[] = {
    { 69000,
      { .phase = ROLLOUT_PHASE_RUNNING,
        .flags = ROLLOUT_POD_READY,
        .node = TEXT("n"),
        .ready_since_ms = 1,
        .lifecycle_state = ROLLOUT_STATE_PREPARING_UPDATE } },
    { 40000, { .phase = ROLLOUT_PHASE_RUNNING } }, /* not assigned to a node, before phases */
    { 66000, { .phase = ROLLOUT_PHASE_PENDING, .node = TEXT("n") } },
    { 1000, { .phase = ROLLOUT_PHASE_UNKNOWN, .node = TEXT("n") } },
    { 2000, { .phase = ROLLOUT_PHASE_RUNNING, .node = TEXT("n") } },                              /* not ready */
    { 67000, { .phase = ROLLOUT_PHASE_RUNNING, .flags = ROLLOUT_POD_READY, .node = TEXT("n") } }, /* no time */
    { 3000,
      { .phase = ROLLOUT_PHASE_RUNNING,
        .flags = ROLLOUT_POD_READY,
        .node = TEXT("n"),
        .ready_since_ms = NOW - 5 } }, /* the latest */
    { 68000,
      { .phase = ROLLOUT_PHASE_RUNNING,
        .flags = ROLLOUT_POD_READY,
        .node = TEXT("n"),
        .ready_since_ms = NOW - 9,
        .restarts = 3,
        .created_ms = 5 } },
    { 4000,
      { .phase = ROLLOUT_PHASE_RUNNING,
        .flags = ROLLOUT_POD_READY,
        .node = TEXT("n"),
        .ready_since_ms = NOW - 9,
        .restarts = 1,
        .sidecar_restarts = 7,
        .created_ms = 5 } },
    { 5000,
      { .phase = ROLLOUT_PHASE_RUNNING,
        .flags = ROLLOUT_POD_READY,
        .node = TEXT("n"),
        .ready_since_ms = NOW - 9,
        .restarts = 1,
        .created_ms = 900 } }, /* newer than all that follow */
};

/* By weight the 30,000th, behind the one that is prepared; then there is no room for the last. */
static const uint32_t weighed[] = { 69000, 30000, 40000, 66000, 1000, 2000, 67000, 3000, 68000, 4000 };

static void plain(void)
{
    for (size_t i = 0; i < PODS; i++)
        pods[i] = (struct rollout_pod){ .phase = ROLLOUT_PHASE_RUNNING,
                                        .flags = ROLLOUT_POD_READY,
                                        .node = TEXT("n"),
                                        .ready_since_ms = NOW - 9,
                                        .restarts = 1,
                                        .created_ms = 1 + (int64_t)(i * 7919 % 800) };
    for (size_t i = 0; i < COUNT(first); i++)
        pods[first[i].place] = first[i].pod;
    for (size_t i = 0; i < PODS; i++) {
        pods[i].name = (struct rollout_str)TEXT("pod");
        pods[i].revision = (struct rollout_str)TEXT("web-a");
        pods[i].flags |= ROLLOUT_POD_TEMPLATE_HASH;
    }
}

static void update(const struct rollout_order *order, const uint32_t *places)
{
    const struct rollout_revision revisions[] = { { .name = TEXT("web-a"), .number = 1 },
                                                  { .name = TEXT("web-b"), .number = 2 } };
    const struct rollout_cloneset spec = { .struct_size = sizeof spec,
                                           .flags = ROLLOUT_CLONESET_ROLLING_UPDATE,
                                           .update_type = ROLLOUT_UPDATE_ROLLING,
                                           .name = TEXT("web"),
                                           .replicas = { 1, PODS },
                                           .max_unavailable = { ROLLOUT_INTSTR_INT, LIMIT, { NULL, 0 } },
                                           .order = *order };
    const struct rollout_workload workload = { .struct_size = sizeof workload, .cloneset = &spec };
    const struct rollout_snapshot snapshot = { .struct_size = sizeof snapshot,
                                               .current_revision = 1,
                                               .update_revision = 2,
                                               .now_ms = NOW,
                                               .revisions = { revisions, 2, sizeof *revisions },
                                               .pods = { pods, PODS, sizeof *pods } };
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_plan *plan = NULL;
    ck_assert_msg(rollout_plan(&workload, &snapshot, &plan, &error) == ROLLOUT_OK, "%s", error.message);
    ck_assert_uint_eq(plan->action_count, LIMIT);
    for (size_t i = 0; i < LIMIT; i++) {
        ck_assert_uint_eq(plan->actions[i].op, ROLLOUT_OP_RECREATE);
        ck_assert_uint_eq(plan->actions[i].subject, places[i]);
    }
    rollout_plan_free(plan);
}

START_TEST(by_default)
{
    const struct rollout_order order = { .scatter = { NULL, 0, 0 } };
    uint32_t places[LIMIT];
    for (size_t i = 0; i < LIMIT; i++)
        places[i] = first[i].place;
    plain();
    update(&order, places);
}
END_TEST

START_TEST(by_weight)
{
    static const struct rollout_label label = { TEXT("role"), TEXT("canary") };
    const struct rollout_weight_term term = { .selector = { .match_labels = { &label, 1, sizeof label } }, .weight = 5 };
    const struct rollout_order order = { .priority = { .weights = &term, .weight_count = 1 } };
    plain();
    pods[30000].labels = (struct rollout_labels){ &label, 1, sizeof label };
    update(&order, weighed);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cloneset_large");
    TCase *tcase = tcase_create("cloneset_large");
    tcase_add_test(tcase, by_default);
    tcase_add_test(tcase, by_weight);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

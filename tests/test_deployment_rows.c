/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of deployment.md 1, 5.4, 6.2, 8, 12.2 and 13 that the traces and vectors in test_deployment.c do not reach. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "planned.h"
#include "rollworld.h"

enum { SECOND = 1000 };

static struct rollworld world;
static char buf[256];

static void teardown(void)
{
    roll_free(&world);
}

static void assert_sizes(const char *wanted)
{
    char sizes[64];
    roll_plan(&world);
    ck_assert_str_eq(roll_sizes(&world, sizes, sizeof sizes), wanted);
}

static const char *progressing(const char *member)
{
    return planned_condition(world.plan, "Progressing", member, buf, sizeof buf);
}

/* ---- 1: every row beats those below it ---- */

START_TEST(test_order_of_checks)
{
    static const struct rollout_label back = { { "deprecated.deployment.rollback.to", 33 }, { "1", 1 } };
    roll_world(&world, 5, "1", "0");
    roll_add(&world, 3, 4, 5);
    roll_make_new(&world, roll_add(&world, 1, 4, 5));
    world.spec.annotations = (struct rollout_labels){ &back, 1, sizeof back };
    world.spec.strategy = ROLLOUT_STRATEGY_RECREATE;
    world.spec.flags = ROLLOUT_DEPLOYMENT_SELECTOR_INVALID | ROLLOUT_DEPLOYMENT_DELETING | ROLLOUT_DEPLOYMENT_PAUSED;
    roll_plan(&world);
    ck_assert_uint_eq(world.plan->stopped_at, 1);
    ck_assert_uint_eq(world.plan->action_count, 0);
    world.spec.flags &= ~(uint32_t)ROLLOUT_DEPLOYMENT_SELECTOR_INVALID;
    assert_sizes("3 1");
    ck_assert_uint_eq(world.plan->stopped_at, 2);
    world.spec.flags &= ~(uint32_t)ROLLOUT_DEPLOYMENT_DELETING;
    roll_plan(&world);
    ck_assert_uint_eq(world.plan->stopped_at, 4);
    ck_assert_str_eq(progressing("reason"), "DeploymentPaused"); /* 3 */
    ck_assert_str_eq(progressing("status"), "Unknown");
    world.spec.flags = 0;
    roll_plan(&world);
    ck_assert_uint_eq(world.plan->stopped_at, 5);
    ck_assert_int_eq(planned_number(world.plan, "replicas"), 0); /* 7: nothing is counted */
    world.spec.annotations.count = 0;
    roll_plan(&world);
    ck_assert_uint_eq(world.plan->stopped_at, 6);
    world.spec.replicas.value = 4;
    assert_sizes("0 1");
    ck_assert_uint_eq(world.plan->stopped_at, 7);
    world.spec.strategy = ROLLOUT_STRATEGY_ROLLING;
    assert_sizes("3 2");
    ck_assert_uint_eq(world.plan->stopped_at, 8);
}
END_TEST

/* 1-5: only an integer is asked for. */
START_TEST(test_no_rollback)
{
    static const struct rollout_label back = { { "deprecated.deployment.rollback.to", 33 }, { "last", 4 } };
    roll_world(&world, 4, "1", "0");
    roll_make_new(&world, roll_add(&world, 4, 4, 5));
    world.spec.annotations = (struct rollout_labels){ &back, 1, sizeof back };
    roll_plan(&world);
    ck_assert_uint_eq(world.plan->stopped_at, 8);
}
END_TEST

/* ---- 5.4 ---- */

/* Row 2: proportions and the rollout have rules of their own, so that the pass after moves again. */
START_TEST(test_proportions_then_rollout)
{
    roll_world(&world, 30, "3", "2");
    roll_add(&world, 38, 40, 43);
    roll_make_new(&world, roll_add(&world, 5, 40, 43));
    assert_sizes("29 4");
    roll_free(&world);
    roll_world(&world, 30, "3", "2");
    roll_add(&world, 29, 30, 33);
    roll_make_new(&world, roll_add(&world, 4, 30, 33));
    assert_sizes("24 4"); /* 33 - 28 may go */
    ck_assert_uint_eq(world.plan->stopped_at, 8);
}
END_TEST

/* Row 5: no base, no share: the largest takes it all. */
START_TEST(test_zero_base)
{
    roll_world(&world, 10, "0", "1");
    roll_add(&world, 2, 5, 0);
    roll_make_new(&world, roll_add(&world, 3, 5, 0));
    assert_sizes("2 8");
    world.status.replicas = 5; /* the base where the annotation is none */
    assert_sizes("4 6");
}
END_TEST

/* ---- 6.2 ---- */

static const struct {
    int32_t updated, available, before; /* of 4; what the status said of the first */
    int64_t since;                      /* lastUpdateTime, seconds ago */
    const char *was, *status, *reason;
} progress[] = {
    /* 1 */ { 4, 4, 4, 900, "ReplicaSetUpdated", "True", "NewReplicaSetAvailable" },
    /* 2 */ { 4, 3, 3, 900, "ReplicaSetUpdated", "True", "ReplicaSetUpdated" },
    /* 2, though the deadline was over */ { 4, 3, 3, 900, "ProgressDeadlineExceeded", "True", "ReplicaSetUpdated" },
    /* 3 */ { 4, 3, 4, 601, "ReplicaSetUpdated", "False", "ProgressDeadlineExceeded" },
    /* 3, strict */ { 4, 3, 4, 600, "ReplicaSetUpdated", "True", "ReplicaSetUpdated" },
    /* 3, already */ { 4, 3, 4, 1, "ProgressDeadlineExceeded", "False", "ProgressDeadlineExceeded" },
    /* not judged once it was available */ { 4, 3, 4, 900, "NewReplicaSetAvailable", "True", "NewReplicaSetAvailable" },
    /* 13-6: the clock went back */ { 4, 3, 4, -900, "ReplicaSetUpdated", "True", "ReplicaSetUpdated" },
};

START_TEST(test_progress)
{
    roll_world(&world, 4, "1", "0");
    roll_make_new(&world, roll_add(&world, 4, 4, 5));
    world.sets[0].available_replicas = progress[_i].available;
    const char *status = strcmp(progress[_i].was, "ProgressDeadlineExceeded") == 0 ? "False" : "True";
    struct rollout_condition condition = { .type = { "Progressing", 11 },
                                           .status = { status, strlen(status) },
                                           .reason = { progress[_i].was, strlen(progress[_i].was) },
                                           .last_update_ms = world.snapshot.now_ms - progress[_i].since * SECOND };
    world.status = (struct rollout_deployment_status){ .struct_size = sizeof world.status,
                                                       .observed_generation = 2,
                                                       .replicas = 4,
                                                       .updated_replicas = progress[_i].before,
                                                       .ready_replicas = 4,
                                                       .available_replicas = progress[_i].available,
                                                       .conditions = &condition,
                                                       .condition_count = 1 };
    world.sets[0].status_replicas = progress[_i].updated;
    roll_plan(&world);
    ck_assert_str_eq(progressing("status"), progress[_i].status);
    ck_assert_str_eq(progressing("reason"), progress[_i].reason);
}
END_TEST

/* ---- 8 ---- */

#define REVISION "deployment.kubernetes.io/revision"
#define HISTORY  "deployment.kubernetes.io/revision-history"

static struct rollout_str str(const char *text)
{
    return (struct rollout_str){ text, strlen(text) };
}

/* What the plan writes; "" = nothing. kind: ROLLOUT_SUBJECT_*. */
static const char *written(uint32_t kind, uint32_t subject, const char *key)
{
    buf[0] = '\0';
    for (size_t i = 0; i < world.plan->action_count; i++) {
        const struct rollout_action *a = &world.plan->actions[i];
        for (uint32_t k = a->attr_first; k < a->attr_first + a->attr_count; k++) {
            const struct rollout_attr *attr = &world.plan->attrs[k];
            if (a->subject_kind != kind || a->subject != subject || attr->key != ROLLOUT_ATTR_ANNOTATION)
                continue;
            struct rollout_str name = world.plan->texts[attr->text], value = world.plan->texts[attr[1].text];
            if (name.len == strlen(key) && memcmp(name.data, key, name.len) == 0)
                snprintf(buf, sizeof buf, "%.*s", (int)value.len, value.data);
        }
    }
    return buf;
}

static const char *on_set(uint32_t set, const char *key)
{
    return written(ROLLOUT_SUBJECT_REPLICA_SET, set, key);
}

static const char *on_workload(const char *key)
{
    return written(ROLLOUT_SUBJECT_WORKLOAD, 0, key);
}

static void release_of_two(uint32_t is_new)
{
    roll_free(&world);
    roll_world(&world, 2, "1", "0");
    roll_add(&world, is_new == 0 ? 2 : 0, 2, 3);
    roll_add(&world, is_new == 0 ? 0 : 2, 2, 3);
    roll_make_new(&world, is_new);
}

/* Number, re-use, and where it is copied: one pass later. */
START_TEST(test_revision_number)
{
    release_of_two(0); /* v1 is back */
    roll_plan(&world);
    ck_assert_str_eq(on_set(0, REVISION), "3");
    ck_assert_str_eq(on_set(0, HISTORY), "1");
    ck_assert_str_eq(on_workload(REVISION), "");
    world.notes[0][0].value = str("3");
    roll_plan(&world);
    ck_assert_str_eq(on_set(0, REVISION), "");
    ck_assert_str_eq(on_workload(REVISION), "3");
    world.notes[0][0].value = str("9"); /* never lowered */
    roll_plan(&world);
    ck_assert_str_eq(on_set(0, REVISION), "");
    ck_assert_str_eq(on_workload(REVISION), "9");
}
END_TEST

/* Bad data stays, and is copied; of an old one it is skipped. An empty text is 0. */
START_TEST(test_revision_text)
{
    release_of_two(1);
    world.notes[1][0].value = str("x");
    roll_plan(&world);
    ck_assert_str_eq(on_set(1, REVISION), "");
    ck_assert_str_eq(on_workload(REVISION), "x");
    release_of_two(1);
    world.notes[0][0].value = str("x");
    world.notes[1][0].value = str("");
    roll_plan(&world);
    ck_assert_str_eq(on_set(1, REVISION), "1");
}
END_TEST

/* All annotations but those of the bookkeeping, to the new one alone; and so is minReadySeconds. */
START_TEST(test_copied)
{
    static const struct rollout_label notes[] = {
        { { "team", 4 }, { "a", 1 } },
        { { "kubectl.kubernetes.io/last-applied-configuration", 48 }, { "{}", 2 } },
        { { REVISION, sizeof REVISION - 1 }, { "2", 1 } },
        { { "deployment.kubernetes.io/desired-replicas", 41 }, { "7", 1 } },
    };
    size_t seconds = 0;
    release_of_two(1);
    world.spec.annotations = (struct rollout_labels){ notes, 4, sizeof *notes };
    world.spec.min_ready_seconds = 5;
    roll_plan(&world);
    ck_assert_str_eq(on_set(1, "team"), "a");
    ck_assert_str_eq(on_set(1, "kubectl.kubernetes.io/last-applied-configuration"), "");
    ck_assert_str_eq(on_set(1, "deployment.kubernetes.io/desired-replicas"), "");
    ck_assert_str_eq(on_set(0, "team"), "");
    for (size_t i = 0; i < world.plan->action_count; i++)
        if (world.plan->actions[i].op == ROLLOUT_OP_SET_MIN_READY_SECONDS) {
            seconds++;
            ck_assert_uint_eq(world.plan->actions[i].subject, 1);
        }
    ck_assert_uint_eq(seconds, 1);
}
END_TEST

/* Revision 0 is the second largest; one that is not there, or that is there already, only clears the request. */
START_TEST(test_roll_back)
{
    static const struct {
        const char *to;
        uint32_t set; /* whose template is copied */
    } rows[] = { { "0", 1 }, { "1", 0 }, { "3", ROLLOUT_NONE }, { "9", ROLLOUT_NONE } };
    const struct rollout_label back = { { "deprecated.deployment.rollback.to", 33 }, str(rows[_i].to) };
    uint32_t copied = ROLLOUT_NONE;
    size_t cleared = 0;
    roll_world(&world, 2, "1", "0");
    roll_add(&world, 0, 2, 3);
    roll_add(&world, 0, 2, 3);
    roll_make_new(&world, roll_add(&world, 2, 2, 3));
    world.spec.annotations = (struct rollout_labels){ &back, 1, sizeof back };
    roll_plan(&world);
    ck_assert_uint_eq(world.plan->stopped_at, 5);
    for (size_t i = 0; i < world.plan->action_count; i++) {
        const struct rollout_action *a = &world.plan->actions[i];
        if (a->op == ROLLOUT_OP_SET_TEMPLATE)
            copied = a->subject;
        for (uint32_t k = a->attr_first; k < a->attr_first + a->attr_count; k++)
            cleared += world.plan->attrs[k].key == ROLLOUT_ATTR_ANNOTATION && world.plan->attrs[k].value == 0;
    }
    ck_assert_uint_eq(copied, rows[_i].set);
    ck_assert_uint_ge(cleared, 1);
}
END_TEST

/* ---- 12.2 ---- */

static void advanced(int32_t replicas, const char *surge, const char *unavailable, int32_t partition)
{
    roll_free(&world);
    roll_world(&world, replicas, surge, unavailable);
    world.spec.flags = ROLLOUT_DEPLOYMENT_ADVANCED | ROLLOUT_DEPLOYMENT_PAUSED;
    world.spec.strategy = ROLLOUT_STRATEGY_RECREATE;
    world.spec.partition = (struct rollout_intstr){ .kind = ROLLOUT_INTSTR_INT, .count = partition };
}

/* Scaling comes to R without surge; where it shrinks, unhealthy old pods go first, and the rest in proportion. */
START_TEST(test_advanced_scaling)
{
    advanced(5, "3", "0", 4);
    roll_add(&world, 2, 10, 10);
    roll_add(&world, 4, 10, 10);
    roll_make_new(&world, roll_add(&world, 4, 10, 10));
    world.sets[0].available_replicas = 0;
    assert_sizes("0 2 3");
    ck_assert_uint_eq(world.plan->stopped_at, 6);
    advanced(10, "3", "0", 2);
    roll_add(&world, 4, 5, 5);
    roll_make_new(&world, roll_add(&world, 1, 5, 5));
    assert_sizes("8 2");
}
END_TEST

/* The done test: not all are seen, or not as many updated as may be: again after 2 s. */
START_TEST(test_advanced_done)
{
    static const struct {
        int32_t replicas, updated;
        int64_t observed, requeue;
    } rows[] = { { 10, 2, 2, 0 }, { 9, 2, 2, 2 }, { 10, 1, 2, 2 } };
    advanced(10, "3", "2", 2);
    roll_add(&world, 8, 10, 13);
    roll_make_new(&world, roll_add(&world, 2, 10, 13));
    world.sets[1].status_replicas = rows[_i].updated;
    world.sets[0].status_replicas = rows[_i].replicas - rows[_i].updated;
    assert_sizes("8 2");
    ck_assert_int_eq(world.plan->requeue_seconds, rows[_i].requeue);
}
END_TEST

/* ---- 13 ---- */

/* 2: fewer replicas than the new one has: a scaling event first, and all versions shrink in proportion. */
START_TEST(test_fewer_replicas)
{
    roll_world(&world, 4, "2", "0");
    roll_add(&world, 4, 10, 12);
    roll_make_new(&world, roll_add(&world, 8, 10, 12));
    assert_sizes("2 4");
    ck_assert_uint_eq(world.plan->stopped_at, 6);
}
END_TEST

/* 4: a status of the new one that lags makes it slower, not unsafe. */
START_TEST(test_lagging_status)
{
    roll_world(&world, 10, "3", "2");
    roll_add(&world, 8, 10, 13);
    roll_make_new(&world, roll_add(&world, 5, 10, 13));
    assert_sizes("3 5");
    world.sets[1].available_replicas = 4;
    assert_sizes("4 5");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("deployment_rows");
    TCase *tc = tcase_create("rows");
    tcase_add_checked_fixture(tc, NULL, teardown);
    tcase_add_test(tc, test_order_of_checks);
    tcase_add_test(tc, test_no_rollback);
    tcase_add_test(tc, test_proportions_then_rollout);
    tcase_add_test(tc, test_zero_base);
    tcase_add_loop_test(tc, test_progress, 0, sizeof progress / sizeof *progress);
    tcase_add_test(tc, test_revision_number);
    tcase_add_test(tc, test_revision_text);
    tcase_add_test(tc, test_copied);
    tcase_add_loop_test(tc, test_roll_back, 0, 4);
    tcase_add_test(tc, test_advanced_scaling);
    tcase_add_loop_test(tc, test_advanced_done, 0, 3);
    tcase_add_test(tc, test_fewer_replicas);
    tcase_add_test(tc, test_lagging_status);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of deployment.md 1, 5.4, 6.2, 8, 12.2 and 13 that the traces and vectors in test_deployment.c do not reach. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "planned.h"
#include "rollworld.h"

enum { SECOND = 1000 };

static struct rollworld world;
static char buf[4096];

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

/* 5.2 (2): a new one that is saturated drains what is active, and that alone. */
START_TEST(test_saturated)
{
    roll_world(&world, 5, "1", "0");
    roll_add(&world, 0, 4, 5);
    roll_add(&world, 2, 4, 5);
    roll_make_new(&world, roll_add(&world, 5, 5, 6));
    assert_sizes("0 0 5");
    ck_assert_uint_eq(world.plan->stopped_at, 6);
    for (size_t i = 0; i < world.plan->action_count; i++)
        ck_assert(world.plan->actions[i].subject_kind == ROLLOUT_SUBJECT_WORKLOAD ||
                  world.plan->actions[i].subject != 0);
}
END_TEST

/* ---- 2, 3.2, 4: limits that cannot be read ---- */

static void limit(struct rollout_intstr *ret, const char *text)
{
    struct rollworld holder;
    roll_world(&holder, 1, text, "0"); /* reads it */
    *ret = holder.spec.max_surge;
}

static void assert_error(const char *wanted)
{
    ck_assert_uint_eq(world.plan->error_reason, wanted[0] ? ROLLOUT_REASON_SPEC_INVALID : 0);
    ck_assert_int_eq(snprintf(buf, sizeof buf, "%.*s", (int)world.plan->error_message.len,
                              world.plan->error_message.len ? world.plan->error_message.data : ""),
                     (int)strlen(wanted));
    ck_assert_str_eq(buf, wanted);
}

/* It is asked for only where the new one is created or grows. */
START_TEST(test_unusable_surge)
{
    static const struct {
        const char *surge;
        int32_t replicas, old, present;
        const char *after, *error;
    } rows[] = {
        { "three", 3, 2, 1, "2 1", "spec.strategy.rollingUpdate.maxSurge: three is not usable" },
        { "-1", 3, 2, 1, "2 1", "spec.strategy.rollingUpdate.maxSurge: a negative number is not usable" },
        { "300%", INT32_MAX, 2, 1, "2 1", "spec.strategy.rollingUpdate.maxSurge: 300% is not usable" },
        { "three", 3, 0, 5, "0 3", "" },
        { "three", 3, 1, 3, "0 3", "" },
    };
    roll_world(&world, rows[_i].replicas, rows[_i].surge, "0");
    roll_add(&world, rows[_i].old, -1, -1);
    roll_make_new(&world, roll_add(&world, rows[_i].present, -1, -1));
    assert_sizes(rows[_i].after);
    assert_error(rows[_i].error);
    if (rows[_i].error[0]) {
        ck_assert_str_eq(planned_verdict(world.plan, &world.snapshot, ROLLOUT_SUBJECT_REPLICA_SET, 0, buf, sizeof buf),
                         "hold SpecInvalid: a limit is not usable");
        ck_assert_str_eq(planned_verdict(world.plan, &world.snapshot, ROLLOUT_SUBJECT_WORKLOAD, 0, buf, sizeof buf),
                         "hold SpecInvalid: a limit is not usable");
    }
}
END_TEST

/* Nor does it roll back where it cannot create the new one before. */
START_TEST(test_unusable_surge_rolling_back)
{
    static const struct rollout_label back = { { "deprecated.deployment.rollback.to", 33 }, { "1", 1 } };
    roll_world(&world, 3, "three", "0");
    roll_add(&world, 3, -1, -1);
    world.spec.annotations = (struct rollout_labels){ &back, 1, sizeof back };
    roll_plan(&world);
    ck_assert_uint_eq(world.plan->stopped_at, 5);
    ck_assert_uint_eq(world.plan->action_count, 0);
    assert_error("spec.strategy.rollingUpdate.maxSurge: three is not usable");
}
END_TEST

/* The other one ends nothing: both are 0 then, and nothing moves. */
START_TEST(test_unusable_unavailable)
{
    roll_world(&world, 3, "0", "one");
    roll_add(&world, 3, -1, -1);
    roll_make_new(&world, roll_add(&world, 0, -1, -1));
    assert_sizes("3 0");
    assert_error("");
    ck_assert_str_eq(planned_verdict(world.plan, &world.snapshot, ROLLOUT_SUBJECT_REPLICA_SET, 0, buf, sizeof buf),
                     "hold/scale MaxUnavailableReached: max_unavailable 0 of 0 used");
}
END_TEST

/* 4: whose pods are waited for. */
START_TEST(test_recreate_waits)
{
    struct rollout_pod pod = { .phase = ROLLOUT_PHASE_RUNNING, .name = { "a", 1 } };
    roll_world(&world, 3, "0", "0");
    world.spec.strategy = ROLLOUT_STRATEGY_RECREATE;
    roll_add(&world, 0, 3, 3);
    roll_make_new(&world, roll_add(&world, 0, 3, 3));
    world.snapshot.pods = (struct rollout_pods){ &pod, 1, sizeof pod };
    for (pod.replica_set = 0; pod.replica_set < 4; pod.replica_set++) /* 3: there is none */
        assert_sizes(pod.replica_set == 1 ? "0 0" : "0 3");
}
END_TEST

/* What cannot be planned is refused with its place, the Deployment's own first. */
START_TEST(test_refused_pods)
{
    struct rollout_pod pods[3] = { { .name = { "a", 1 } }, { .name = { NULL, 3 } }, { .name = { NULL, 3 } } };
    roll_world(&world, 3, "0", "0");
    world.snapshot.pods = (struct rollout_pods){ pods, 3, sizeof *pods };
    ck_assert_int_eq(rollout_plan(&world.workload, &world.snapshot, &world.plan, &world.error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(world.error.message, "pods[1].name: NULL with a length");
    world.spec.replicas.value = -1;
    ck_assert_int_eq(rollout_plan(&world.workload, &world.snapshot, &world.plan, &world.error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(world.error.message, "replicas: -1 is negative");
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

#define NOW       INT64_C(1700000000000)
#define TIMED_OUT "ReplicaSet \"$new\" has timed out progressing."

static struct rollout_condition condition(const char *type, const char *status, const char *reason, const char *message)
{
    return (struct rollout_condition){ { type, strlen(type) },
                                       { status, strlen(status) },
                                       { reason, strlen(reason) },
                                       { message, strlen(message) },
                                       NOW,
                                       NOW };
}

/* A status is written where it differs in anything from what is there. Without a deadline the condition of progress
 * goes, and a failure of the ReplicaSet comes: alike but for the types. */
START_TEST(test_status_written)
{
#define ENOUGH   "MinimumReplicasAvailable"
#define SENTENCE "Deployment has minimum availability."
    static const struct {
        const char *type, *status, *reason;
        int fails, changed;
    } rows[] = {
        { "Available", "True", ENOUGH, 0, 0 },   { "Available", "False", ENOUGH, 0, 1 },
        { "Available", "True", "Other", 0, 1 },  { "Progressing", "True", ENOUGH, 0, 1 },
        { "Progressing", "True", ENOUGH, 1, 1 },
    };
    struct rollout_condition is[2] = { condition(rows[_i].type, rows[_i].status, rows[_i].reason, SENTENCE),
                                       condition("Available", "True", ENOUGH, SENTENCE) };
    roll_world(&world, 2, "1", "0");
    roll_make_new(&world, roll_add(&world, 2, 2, 3));
    if (rows[_i].fails)
        world.sets[0].replica_failure = condition("ReplicaFailure", "True", ENOUGH, SENTENCE);
    world.spec.progress_deadline_seconds.set = 0;
    world.status = (struct rollout_deployment_status){ .struct_size = sizeof world.status,
                                                       .observed_generation = 2,
                                                       .replicas = 2,
                                                       .updated_replicas = 2,
                                                       .ready_replicas = 2,
                                                       .available_replicas = 2,
                                                       .conditions = is,
                                                       .condition_count = is[0].type.data[0] == 'P' ? 2 : 1 };
    roll_plan(&world);
    ck_assert_int_eq(world.plan->status_changed, rows[_i].changed);
    ck_assert_str_eq(planned_condition(world.plan, "Available", "status", buf, sizeof buf), "True");
    ck_assert_str_eq(planned_condition(world.plan, "Available", "reason", buf, sizeof buf), ENOUGH);
    ck_assert_str_eq(progressing("reason"), "");
    ck_assert_str_eq(planned_condition(world.plan, "ReplicaFailure", "status", buf, sizeof buf),
                     rows[_i].fails ? "True" : "");
}
END_TEST

/* The same where only the message or a time differs: a creation starts the time anew, and with a deadline of no seconds
 * that is over in the same pass. */
START_TEST(test_status_times_written)
{
    static const struct {
        const char *message;
        int64_t updated, transition; /* ago */
        int changed;
    } rows[] = {
        { TIMED_OUT, 0, 0, 0 },
        { "Deployment \"web\" has timed out progressing.", 0, 0, 1 },
        { TIMED_OUT, 1000, 0, 1 },
        { TIMED_OUT, 0, 1000, 1 },
    };
    struct rollout_condition is[2] = { condition("Available", "False", "MinimumReplicasUnavailable", "so"),
                                       condition("Progressing", "False", "ProgressDeadlineExceeded",
                                                 rows[_i].message) };
    is[1].last_update_ms -= rows[_i].updated;
    is[1].last_transition_ms -= rows[_i].transition;
    roll_world(&world, 2, "1", "0");
    world.snapshot.now_ms = NOW + 500;
    world.spec.progress_deadline_seconds.value = 0;
    world.status = (struct rollout_deployment_status){ .struct_size = sizeof world.status,
                                                       .observed_generation = 2,
                                                       .unavailable_replicas = 2,
                                                       .conditions = is,
                                                       .condition_count = 2 };
    roll_plan(&world);
    ck_assert_int_eq(world.plan->status_changed, rows[_i].changed);
    ck_assert_str_eq(progressing("message"), TIMED_OUT);
    ck_assert_str_eq(progressing("lastUpdateTime"), "2023-11-14T22:13:20Z");
    ck_assert_str_eq(progressing("lastTransitionTime"), "2023-11-14T22:13:20Z");
}
END_TEST

/* Messages of what has no name. */
START_TEST(test_nameless)
{
    roll_world(&world, 2, "1", "0");
    roll_make_new(&world, roll_add(&world, 2, 2, 3));
    world.sets[0].name = (struct rollout_str){ NULL, 0 };
    world.sets[0].available_replicas = 1;
    world.status = (struct rollout_deployment_status){ .struct_size = sizeof world.status,
                                                       .replicas = 2,
                                                       .updated_replicas = 2,
                                                       .ready_replicas = 2,
                                                       .available_replicas = 1 };
    roll_plan(&world);
    ck_assert_str_eq(progressing("message"), "Found new replica set \"\"");
    world.status.available_replicas = 0;
    roll_plan(&world);
    ck_assert_str_eq(progressing("message"), "ReplicaSet \"\" is progressing.");
}
END_TEST

/* ---- 8 ---- */

#define REVISION "deployment.kubernetes.io/revision"
#define HISTORY  "deployment.kubernetes.io/revision-history"

static struct rollout_str str(const char *text)
{
    return (struct rollout_str){ text, strlen(text) };
}

/* What the plan writes; NULL = nothing. kind: ROLLOUT_SUBJECT_*. */
static const struct rollout_str *find_written(uint32_t kind, uint32_t subject, const char *key)
{
    const struct rollout_str *ret = NULL;
    for (size_t i = 0; i < world.plan->action_count; i++) {
        const struct rollout_action *a = &world.plan->actions[i];
        for (uint32_t k = a->attr_first; k < a->attr_first + a->attr_count; k++) {
            const struct rollout_attr *attr = &world.plan->attrs[k];
            if (a->subject_kind != kind || a->subject != subject || attr->key != ROLLOUT_ATTR_ANNOTATION)
                continue;
            struct rollout_str name = world.plan->texts[attr->text];
            if (name.len == strlen(key) && memcmp(name.data, key, name.len) == 0)
                ret = &world.plan->texts[attr[1].text];
        }
    }
    return ret;
}

/* "" = nothing. */
static const char *written(uint32_t kind, uint32_t subject, const char *key)
{
    const struct rollout_str *value = find_written(kind, subject, key);
    snprintf(buf, sizeof buf, "%.*s", value ? (int)value->len : 0, value ? value->data : "");
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

/* With numbers that are none, or not in the order of age. */
START_TEST(test_roll_back_among)
{
    static const struct {
        const char *numbers[4], *to;
        uint32_t set;
    } rows[] = {
        { { "5", "4", "3", "x" }, "0", 1 },
        { { "5", "3", "4", "x" }, "0", 2 },
        { { "x", "5", "2", "x" }, "0", 2 },
        { { "x", "2", "1", "3" }, "2", 1 },
        { { "x", "x", "x", "x" }, "0", ROLLOUT_NONE },
        { { NULL, "x", "x", "x" },
          "0",
          ROLLOUT_NONE }, /* there is no other, not even the 0 that an absent one counts */
    };
    const struct rollout_label back = { { "deprecated.deployment.rollback.to", 33 }, str(rows[_i].to) };
    uint32_t copied = ROLLOUT_NONE;
    roll_world(&world, 2, "1", "0");
    for (int i = 0; i < 4; i++) {
        roll_add(&world, i == 3 ? 2 : 0, 2, 3);
        if (rows[_i].numbers[i])
            world.notes[i][0].value = str(rows[_i].numbers[i]);
        else
            world.sets[i].annotations.count = 0;
    }
    roll_make_new(&world, 3);
    world.spec.annotations = (struct rollout_labels){ &back, 1, sizeof back };
    roll_plan(&world);
    for (size_t i = 0; i < world.plan->action_count; i++)
        if (world.plan->actions[i].op == ROLLOUT_OP_SET_TEMPLATE)
            copied = world.plan->actions[i].subject;
    ck_assert_uint_eq(copied, rows[_i].set);
}
END_TEST

/* The former numbers: 2000 characters at most, the oldest go, but a number that is too long itself is left out. */
START_TEST(test_revision_history)
{
    static char text[2600], wanted[4700], zeros[2002];
    release_of_two(0);
    world.notes[0][world.sets[0].annotations.count++] = (struct rollout_label){ str(HISTORY), { text, 0 } };
    for (int row = 0; row < 6; row++) {
        const char *number = row == 4 ? "" : "1";
        size_t len = 0;
        memset(text, 0, sizeof text);
        if (row < 2) /* of 1998 or 1999 characters */
            for (int i = 0; i < 400; i++)
                len += (size_t)snprintf(text + len, sizeof text - len, i < 399 ? "1000," : row ? "1000" : "100");
        else if (row == 2)
            memset(text, '7', 2500);
        else
            snprintf(text, sizeof text, row == 3 ? ",7" : "2");
        if (row == 5) {
            memset(zeros, '0', 2000);
            zeros[2000] = '1';
            number = zeros;
        }
        snprintf(wanted, sizeof wanted, "%s,%s", text + (row == 1 ? 5 : 0), number);
        world.notes[0][3].value = str(text);
        world.notes[0][0].value = str(number);
        roll_plan(&world);
        ck_assert_str_eq(on_set(0, REVISION), "3");
        ck_assert_int_eq(find_written(ROLLOUT_SUBJECT_REPLICA_SET, 0, HISTORY) == NULL, row == 5);
        if (row < 5)
            ck_assert_str_eq(on_set(0, HISTORY), row == 2 || row == 3 ? "1" : wanted);
    }
}
END_TEST

/* After the largest number comes the smallest, as in Go: that raises nothing, and the Deployment gets the empty text. */
START_TEST(test_revision_overflow)
{
    static const struct rollout_label own = { { REVISION, sizeof REVISION - 1 }, { "5", 1 } };
    release_of_two(1);
    world.notes[0][0].value = str("9223372036854775807");
    world.sets[1].annotations.items = world.notes[1] + 1;
    world.sets[1].annotations.count--;
    world.spec.annotations = (struct rollout_labels){ &own, 1, sizeof own };
    roll_plan(&world);
    ck_assert_ptr_null(find_written(ROLLOUT_SUBJECT_REPLICA_SET, 1, REVISION));
    const struct rollout_str *revision = find_written(ROLLOUT_SUBJECT_WORKLOAD, 0, REVISION);
    ck_assert_ptr_nonnull(revision);
    ck_assert_uint_eq(revision->len, 0);
}
END_TEST

/* Beside a number that is none the copies wait for the next write of that ReplicaSet, and all of them go with it. */
START_TEST(test_copies_wait)
{
    enum { MANY = 20 };
    struct rollout_label notes[MANY];
    char keys[MANY][16];
    for (int i = 0; i < MANY; i++) {
        snprintf(keys[i], sizeof keys[i], "k%d", i);
        notes[i] = (struct rollout_label){ str(keys[i]), i == 7 ? (struct rollout_str){ NULL, 0 } : str(keys[i]) };
    }
    for (int grows = 0; grows < 2; grows++) {
        release_of_two(1);
        world.notes[1][0].value = str("x");
        world.spec.annotations = (struct rollout_labels){ notes, MANY, sizeof *notes };
        world.sets[1].replicas -= grows;
        assert_sizes("0 2");
        uint32_t pairs = 0, sizes = 0;
        for (size_t i = 0; i < world.plan->action_count; i++) {
            const struct rollout_action *a = &world.plan->actions[i];
            if (a->subject_kind != ROLLOUT_SUBJECT_REPLICA_SET)
                continue;
            ck_assert_uint_eq(a->op, ROLLOUT_OP_SCALE);
            sizes++;
            for (uint32_t k = a->attr_first; k < a->attr_first + a->attr_count; k++)
                pairs += world.plan->attrs[k].key == ROLLOUT_ATTR_ANNOTATION;
        }
        ck_assert_uint_eq(sizes, grows);
        ck_assert_uint_eq(pairs, grows ? MANY : 0);
        for (int i = 0; i < MANY && grows; i++)
            ck_assert_str_eq(on_set(1, keys[i]), i == 7 ? "" : keys[i]);
    }
}
END_TEST

/* ---- 9 ---- */

static void finished(int count)
{
    roll_world(&world, 2, "1", "0");
    for (int i = 0; i < count; i++)
        roll_add(&world, i == count - 1 ? 2 : 0, 2, 3);
    roll_make_new(&world, (uint32_t)count - 1);
    world.status.replicas = world.status.updated_replicas = world.status.available_replicas = 2;
    world.status.observed_generation = 2;
}

/* By number, and by age among equals or beside what is none. */
START_TEST(test_history_order)
{
    static const struct {
        const char *numbers[3];
        int32_t limit;
        const char *after;
    } rows[] = {
        { { "5", "5", "1" }, 2, "0 0 - 2" },
        { { "5", "5", "1" }, 1, "- 0 - 2" },
        { { "x", "2", "1" }, 2, "- 0 0 2" },
        { { "x", "2", "1" }, 1, "- 0 - 2" },
        { { "3", "2", "x" }, 1, "- - 0 2" },
        /* no order: the 1 is held against the x alone */ { { "3", "x", "1" }, 2, "- 0 0 2" },
    };
    finished(4);
    for (int i = 0; i < 3; i++)
        world.notes[i][0].value = str(rows[_i].numbers[i]);
    world.spec.revision_history_limit = (struct rollout_opt){ 1, rows[_i].limit };
    assert_sizes(rows[_i].after);
}
END_TEST

/* One that is being deleted is no candidate; one whose status lags behind its spec stays, and uses up a place. */
START_TEST(test_history_skips)
{
    for (int32_t limit = 0; limit < 3; limit++) {
        finished(4);
        world.spec.revision_history_limit = (struct rollout_opt){ 1, limit };
        world.sets[0].flags = ROLLOUT_REPLICA_SET_TERMINATING;
        assert_sizes(limit == 0 ? "0 - - 2" : limit == 1 ? "0 - 0 2" : "0 0 0 2");
        world.sets[0].flags = 0;
        world.sets[0].generation = 1;
        assert_sizes(limit == 0 ? "0 - - 2" : limit == 1 ? "0 - 0 2" : "0 0 0 2");
        world.sets[0].observed_generation = 1;
        assert_sizes(limit == 0 ? "- - - 2" : limit == 1 ? "- - 0 2" : "- 0 0 2");
        roll_free(&world);
    }
    finished(4); /* the size is the one before the pass, which scales it down */
    world.spec.revision_history_limit = (struct rollout_opt){ 1, 0 };
    world.spec.flags = ROLLOUT_DEPLOYMENT_PAUSED;
    world.sets[0].replicas = 1;
    assert_sizes("0 - - 2");
}
END_TEST

/* More than Go sorts by insertion: the youngest has the smallest number. */
START_TEST(test_history_of_many)
{
    finished(14);
    for (int i = 0; i < 13; i++) {
        snprintf(world.texts[i][0], sizeof world.texts[i][0], "%d", 30 - i);
        world.notes[i][0].value = str(world.texts[i][0]);
    }
    world.spec.revision_history_limit = (struct rollout_opt){ 1, 11 };
    assert_sizes("0 0 0 0 0 0 0 0 0 0 0 - - 2");
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

START_TEST(test_advanced_rows)
{
    static const struct {
        const char *partition;     /* "": unset */
        int32_t sizes[3], present; /* old ones, -1 ends them; the new one, -1: none */
        const char *after;
        int64_t updatable;
    } rows[] = {
        /* more than there may be */ { "5", { 2, -1 }, 12, "2 10", 5 },
        /* the first of all */ { "2", { -1 }, -1, "10", 2 },
        /* a part that is unset or negative is 0, and one that is too large all */ { "", { 10, -1 }, -1, "10 0", 0 },
        { "-1", { 10, -1 }, -1, "10 0", 0 },
        { "15", { 10, -1 }, -1, "8 3", 10 },
        /* the largest old one grows, of equals the oldest */ { "2", { 1, 3, -1 }, 5, "1 4 5", 2 },
        { "2", { 2, 2, -1 }, 5, "3 2 5", 2 },
    };
    uint32_t present = 0;
    advanced(10, "3", "2", 0);
    if (rows[_i].partition[0])
        limit(&world.spec.partition, rows[_i].partition);
    else
        world.spec.partition = (struct rollout_intstr){ .kind = ROLLOUT_INTSTR_UNSET };
    for (int i = 0; rows[_i].sizes[i] >= 0; i++)
        roll_add(&world, rows[_i].sizes[i], -1, -1);
    if (rows[_i].present >= 0) {
        present = roll_add(&world, rows[_i].present, -1, -1);
        roll_make_new(&world, present);
    }
    assert_sizes(rows[_i].after);
    ck_assert_uint_eq(world.plan->limit_count, 3);
    ck_assert_int_eq(world.plan->limits[2].count, rows[_i].updatable);
}
END_TEST

/* Step B begins at the highest revision, of equals at the youngest; what step A has emptied it passes over. */
START_TEST(test_advanced_order)
{
    static const struct {
        int32_t size;
        const char *number;
        int32_t available;
    } rows[][3] = {
        { { 2, "7", 2 }, { 2, "7", 2 }, { 3, "3", 3 } },
        { { 2, "3", 2 }, { 2, "7", 2 }, { 3, "7", 3 } },
        { { 6, "1", 6 }, { 2, "2", 0 }, { 0, "3", 0 } },
    };
    static const char *const after[] = { "2 0 3 5", "2 2 1 5", "5 0 0 5" };
    advanced(10, "3", "5", 5);
    for (int i = 0; i < 3; i++) {
        roll_add(&world, rows[_i][i].size, -1, -1);
        world.notes[i][0].value = str(rows[_i][i].number);
        world.sets[i].available_replicas = rows[_i][i].available;
    }
    roll_make_new(&world, roll_add(&world, 5, -1, -1));
    assert_sizes(after[_i]);
}
END_TEST

START_TEST(test_advanced_unusable)
{
    static const struct {
        const char *surge, *partition, *error;
    } rows[] = {
        { "1", "half", "partition: half is not usable" },
        { "three", "half", "partition: half is not usable" },
        { "three", "50%", "spec.strategy.rollingUpdate.maxSurge: three is not usable" },
        { "-2", "50%", "spec.strategy.rollingUpdate.maxSurge: a negative number is not usable" },
    };
    advanced(10, rows[_i].surge, "0", 0);
    limit(&world.spec.partition, rows[_i].partition);
    roll_add(&world, 10, -1, -1);
    roll_plan(&world);
    ck_assert_uint_eq(world.plan->action_count, 0);
    assert_error(rows[_i].error);
}
END_TEST

/* 12.1: what a batch waits for is written where it is not there yet. */
START_TEST(test_advanced_extra_status)
{
#define EXTRA "rollouts.kruise.io/deployment-extra-status"
    struct rollout_label own = { str(EXTRA), str("{\"updatedReadyReplicas\":1,\"expectedUpdatedReplicas\":2}") };
    advanced(10, "3", "2", 2);
    roll_add(&world, 8, 10, 13);
    roll_make_new(&world, roll_add(&world, 2, 10, 13));
    world.spec.annotations = (struct rollout_labels){ &own, 1, sizeof own };
    roll_plan(&world);
    ck_assert_str_eq(on_workload(EXTRA), "{\"updatedReadyReplicas\":2,\"expectedUpdatedReplicas\":2}");
    world.sets[1].ready_replicas = world.sets[1].available_replicas = 1;
    roll_plan(&world);
    ck_assert_ptr_null(find_written(ROLLOUT_SUBJECT_WORKLOAD, 0, EXTRA));
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
    tcase_add_test(tc, test_saturated);
    tcase_add_loop_test(tc, test_unusable_surge, 0, 5);
    tcase_add_test(tc, test_unusable_surge_rolling_back);
    tcase_add_test(tc, test_unusable_unavailable);
    tcase_add_test(tc, test_recreate_waits);
    tcase_add_test(tc, test_refused_pods);
    tcase_add_loop_test(tc, test_progress, 0, sizeof progress / sizeof *progress);
    tcase_add_loop_test(tc, test_status_written, 0, 5);
    tcase_add_loop_test(tc, test_status_times_written, 0, 4);
    tcase_add_test(tc, test_nameless);
    tcase_add_test(tc, test_revision_number);
    tcase_add_test(tc, test_revision_text);
    tcase_add_test(tc, test_copied);
    tcase_add_loop_test(tc, test_roll_back, 0, 4);
    tcase_add_loop_test(tc, test_roll_back_among, 0, 6);
    tcase_add_test(tc, test_revision_history);
    tcase_add_test(tc, test_revision_overflow);
    tcase_add_test(tc, test_copies_wait);
    tcase_add_loop_test(tc, test_history_order, 0, 6);
    tcase_add_test(tc, test_history_skips);
    tcase_add_test(tc, test_history_of_many);
    tcase_add_test(tc, test_advanced_scaling);
    tcase_add_loop_test(tc, test_advanced_done, 0, 3);
    tcase_add_loop_test(tc, test_advanced_rows, 0, 7);
    tcase_add_loop_test(tc, test_advanced_order, 0, 3);
    tcase_add_loop_test(tc, test_advanced_unusable, 0, 4);
    tcase_add_test(tc, test_advanced_extra_status);
    tcase_add_test(tc, test_fewer_replicas);
    tcase_add_test(tc, test_lagging_status);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

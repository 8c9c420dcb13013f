/* SPDX-License-Identifier: Apache-2.0 */
/* A DaemonSet's status, look-again delay, next instant, limits, stops and bookkeeping: daemonset.md 2, 5, 6, 12. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "daemonworld.h"

static struct daemonworld w;

static void plan(const char *settings, const char *scene)
{
    daemon_make(&w, settings, scene);
    daemon_actions(&w);
}

/* ---- the numbers (12) ---- */

/* desired current misscheduled ready available unavailable updated observed */
static const struct status_row {
    const char *name, *settings, *scene, *status;
} statuses[] = {
    { "all there", "", "n1 B, n2 B", "2 2 0 2 2 0 2 2" },
    { "old ones", "P9", "n1 A, n2 B", "2 2 0 2 2 0 1 2" },
    { "a node without a pod; manage acts", "", "n1, n2 B", "2 1 0 1 1 1 1 1" },
    { "on a node that should run none", "P9", "n1/ A, n2 B, n3/", "1 1 1 1 1 0 1 2" },
    { "not ready", "P9", "n1 B-, n2 B", "2 2 0 1 1 1 2 2" },
    { "too young", "P9 m60", "n1 By, n2 B", "2 2 0 2 1 1 2 2" },
    { "on the edge: not available yet", "P9 m3600", "n1 B", "1 1 0 1 0 1 1 2" },
    { "past the edge", "P9 m3599", "n1 B", "1 1 0 1 1 0 1 2" },
    { "a gate that is closed", "P9", "n1 Bw", "1 1 0 1 0 1 1 2" },
    { "a condition without the gate", "P9", "n1 Bi", "1 1 0 1 1 0 1 2" },
    { "terminating, the oldest, stands for its node", "P9", "n1 A-0! B1", "1 1 0 0 0 1 0 2" },
    { "terminating, younger", "P9", "n1 A-1! B0", "1 1 0 1 1 0 1 2" },
    { "scheduled before older", "P9", "n1 B~0! A1", "1 1 0 1 1 0 0 2" },
    { "failed", "P9 B0", "n1 Bf", "1 1 0 0 0 1 1 2" },
    { "the old one while surging", "U0 S1", "n1 A0 B-1", "1 1 0 1 1 0 0 2" },
    { "updated by its generation", "P9 generation", "n1 Ag", "1 1 0 1 1 0 1 2" },
    { "pods of nodes that are not there", "P9", "n1 B, n9? B", "1 1 0 1 1 0 1 2" },
    { "pods of no node, and others' pods", "P9", "n1 B B* Bx", "1 1 0 1 1 0 1 2" },
    { "no node", "P9", "", "0 0 0 0 0 0 0 2" },
};

START_TEST(test_status)
{
    plan(statuses[_i].settings, statuses[_i].scene);
    const char *got = daemon_status(&w);
    ck_assert_msg(strcmp(got, statuses[_i].status) == 0, "%s: %s", statuses[_i].name, got);
    daemon_free(&w);
}
END_TEST

/* Every number, and the generation, makes a write. */
START_TEST(test_written)
{
    struct rollout_daemonset_status *status = &w.status;
    int32_t *const numbers[] = { &status->desired_number_scheduled, &status->current_number_scheduled,
                                 &status->number_misscheduled,      &status->number_ready,
                                 &status->number_available,         &status->number_unavailable,
                                 &status->updated_number_scheduled };
    for (int changed = -1; changed < 9; changed++) {
        daemon_make(&w, "P9", "n1 B, n2 B");
        *status = (struct rollout_daemonset_status){ .observed_generation = 2,
                                                     .desired_number_scheduled = 2,
                                                     .current_number_scheduled = 2,
                                                     .number_ready = 2,
                                                     .number_available = 2,
                                                     .updated_number_scheduled = 2,
                                                     .update_revision = daemon_str("b") };
        if (changed >= 0 && changed < 7)
            ++*numbers[changed];
        if (changed == 7)
            status->update_revision = daemon_str("a");
        if (changed == 8)
            status->observed_generation = 1;
        daemon_actions(&w);
        ck_assert_msg(w.plan->status_changed == (changed >= 0), "change %d", changed);
    }
    daemon_free(&w);
}
END_TEST

/* A stop that leaves observedGeneration behind writes all the same: upstream compares with the generation. */
START_TEST(test_written_behind)
{
    daemon_make(&w, "unobserved", "n1 B");
    w.status = (struct rollout_daemonset_status){ .observed_generation = 1,
                                                       .desired_number_scheduled = 1,
                                                       .current_number_scheduled = 1,
                                                       .number_ready = 1,
                                                       .number_available = 1,
                                                       .updated_number_scheduled = 1,
                                                       .update_revision = daemon_str("b") };
    daemon_actions(&w);
    ck_assert_uint_eq(w.plan->status_changed, 1);
    ck_assert_int_eq(planned_number(w.plan, "observedGeneration"), 1);
    daemon_free(&w);
}
END_TEST

START_TEST(test_kept)
{
    static const struct rollout_condition condition = { .type = { "Odd", 3 }, .status = { "True", 4 } };
    char text[64];
    daemon_make(&w, "P9", "n1 B");
    w.status.collision_count = (struct rollout_opt){ 1, 3 };
    w.status.conditions = &condition;
    w.status.condition_count = 1;
    daemon_actions(&w);
    ck_assert_int_eq(planned_number(w.plan, "collisionCount"), 3);
    ck_assert_str_eq(planned_condition(w.plan, "Odd", "status", text, sizeof text), "True");
    daemon_free(&w);
}
END_TEST

/* ---- looking again ---- */

static void waits_5(struct daemonworld *world)
{
    daemon_backoff(world, "n1", 10, 5);
}

static void waited_10(struct daemonworld *world)
{
    daemon_backoff(world, "n1", 256, 300);
}

static void nearly_longest(struct daemonworld *world)
{
    daemon_backoff(world, "n1", 600, 700);
}

static void forgotten(struct daemonworld *world)
{
    daemon_backoff(world, "n1", 256, 1801);
}

static void waits_in_grace(struct daemonworld *world)
{
    world->in_place[0] = (struct rollout_in_place){ .flags = ROLLOUT_IN_PLACE_STATE | ROLLOUT_IN_PLACE_GRACE_KEY |
                                                             ROLLOUT_IN_PLACE_GRACE,
                                                    .grace_revision = world->pods[0].revision,
                                                    .grace_end_ms = DAEMON_NOW + 20400 };
    world->pods[0].in_place = &world->in_place[0];
}

/* requeue in seconds; next in milliseconds from now, 0 = never. */
static const struct wait_row {
    const char *name, *settings, *scene;
    int64_t requeue, next;
    void (*tweak)(struct daemonworld *w);
} waits[] = {
    { "nothing to wait for", "P9", "n1 A, n2 B", 0, 0, NULL },
    { "a failed pod: the whole back-off (D20); its end", "P9", "n1 Bf", 10, 5000, waits_5 },
    { "a second failed pod: the first step", "P9", "n1 Bf Bf", 1, 1000, NULL },
    { "a second failed pod: stepped", "P9", "n1 Bf Bf", 512, 512000, waited_10 },
    { "a second failed pod: at most a quarter of an hour", "P9", "n1 Bf Bf", 900, 900000, nearly_longest },
    { "a second failed pod: forgotten", "P9", "n1 Bf Bf", 1, 1000, forgotten },
    { "ready and not available", "P9 m60", "n1 By", 60, 59001, NULL },
    { "ready without a time", "P9 m60", "n1 Bz", 60, 0, NULL },
    { "the least of them", "P9 m7", "n1 Bf, n2 By", 7, 5000, waits_5 },
    { "a young surge pod", "U0 S1 m60", "n1 A By", 59, 59001, NULL },
    { "one that is old enough now", "U0 S1 m3600", "n1 Ay B", 3600, 1, NULL },
    { "a pod of no node", "P9 m60", "n1 B By*", 0, 0, NULL },
    { "grace, which another kind has left", "P9", "n1 A", 21, 20400, waits_in_grace },
    { "writes of a minute ago", "unobserved", "n1", 240, 240000, NULL },
    { "writes of a minute ago, native", "native unobserved", "n1", 0, 240001, NULL },
    { "a set that is deleted", "deleting m60", "n1 By", 0, 0, NULL },
};

START_TEST(test_wait)
{
    const struct wait_row *row = &waits[_i];
    daemon_make(&w, row->settings, row->scene);
    if (row->tweak)
        row->tweak(&w);
    daemon_actions(&w);
    int64_t next = w.plan->next_ms ? w.plan->next_ms - DAEMON_NOW : 0;
    ck_assert_msg(w.plan->requeue_seconds == row->requeue && next == row->next, "%s: requeue %lld, next %lld",
                  row->name, (long long)w.plan->requeue_seconds, (long long)next);
    daemon_free(&w);
}
END_TEST

/* At the instant that the plan names it changes, and not a millisecond before. */
START_TEST(test_next_is_exact)
{
    static const struct {
        const char *settings, *scene, *actions;
        bool backoff;
    } cases[] = {
        { "U1 m60", "n1 By, n2 A", "delete n2a", false },
        { "U0 S1 m60", "n1 A By", "delete n1a", false },
        { "P9", "n1 Bf", "delete n1a", true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        daemon_make(&w, cases[i].settings, cases[i].scene);
        if (cases[i].backoff)
            waits_5(&w);
        ck_assert_str_eq(daemon_actions(&w), "");
        int64_t next = w.plan->next_ms;
        w.snapshot.now_ms = next - 1;
        ck_assert_str_eq(daemon_actions(&w), "");
        ck_assert_int_eq(w.plan->next_ms, next);
        w.snapshot.now_ms = next;
        ck_assert_str_eq(daemon_actions(&w), cases[i].actions);
    }
    daemon_free(&w);
}
END_TEST

/* ---- limits (2) ---- */

static const char *limits_text(void)
{
    size_t len = 0;
    w.text[0] = '\0';
    for (size_t i = 0; i < w.plan->limit_count; i++) {
        const struct rollout_limit *limit = &w.plan->limits[i];
        len += (size_t)snprintf(w.text + len, sizeof w.text - len, "%s%.*s %lld%s%s%s", i ? ", " : "",
                                (int)limit->field.len, limit->field.data, (long long)limit->count,
                                limit->rounding == ROLLOUT_ROUND_UP     ? " up"
                                : limit->rounding == ROLLOUT_ROUND_DOWN ? " down"
                                                                        : "",
                                limit->flags & ROLLOUT_LIMIT_DEFAULT ? " default" : "",
                                limit->flags & ROLLOUT_LIMIT_UNUSABLE ? " unusable" : "");
    }
    return w.text;
}

static const struct limit_row {
    const char *settings, *scene, *limits;
} limits[] = {
    { "U1", "n1 B", "partition 0 default, maxUnavailable 1, maxSurge 0 default, burstReplicas 250 default" },
    { "U50% S0 P25% B30% D5", "n1 B, n2 B, n3 B",
      "partition 1 down, maxUnavailable 2 up, maxSurge 0, burstReplicas 1 down" },
    { "U0 S30% P30% B7 D10", "n1 B, n2 B", "partition 3 down, maxUnavailable 0, maxSurge 1 up, burstReplicas 7" },
    { "U0 S0", "n1 B", "partition 0 default, maxUnavailable 1, maxSurge 0, burstReplicas 250 default" },
    { "U0 S0", "n1/", "partition 0 default, maxUnavailable 0, maxSurge 0, burstReplicas 250 default" },
    { "U'5 S'x P'1.5% B'all", "n1 B",
      "partition 0 unusable, maxUnavailable 1 unusable, maxSurge 0 unusable, burstReplicas 0 unusable" },
    { "ondelete U3 S2 P1 B2", "n1 B", "burstReplicas 2" },
    { "native U1 P3 B2", "n1 B", "maxUnavailable 1, maxSurge 0 default, burstReplicas 250 default" },
};

START_TEST(test_limit)
{
    plan(limits[_i].settings, limits[_i].scene);
    ck_assert_str_eq(limits_text(), limits[_i].limits);
    daemon_free(&w);
}
END_TEST

/* ---- stops (6) ---- */

static void broken_state(struct daemonworld *world)
{
    world->in_place[1] = (struct rollout_in_place){ .flags = ROLLOUT_IN_PLACE_STATE | ROLLOUT_IN_PLACE_STATE_BROKEN };
    world->pods[1].in_place = &world->in_place[1];
}

static void broken_selector(struct daemonworld *world)
{
    world->canary.key = daemon_str("-");
}

static const struct stop_row {
    const char *name, *settings, *scene;
    uint32_t step, reason; /* of the error */
    const char *actions, *message;
    void (*tweak)(struct daemonworld *w);
} stops[] = {
    { "deleting", "deleting", "n1", 1, 0, "", "", NULL },
    { "selector {}", "noselector", "n1", 2, 0, "", "", NULL },
    { "deleting before the selector", "deleting noselector", "n1", 1, 0, "", "", NULL },
    { "unobserved", "unobserved", "n1, n2 A", 4, 0, "", "", NULL },
    { "unobserved: foreign pods are released all the same", "unobserved", "n1 Bx", 4, 0, "release n1a", "", NULL },
    { "manage acted", "", "n1, n2 A", 6, 0, "create n1", "", NULL },
    { "manage had nothing to write", "B0", "n1, n2 A", 0, 0, "", "", NULL },
    { "the refresh fails", "", "n1 Br, n2 A, n3 Br", 7, ROLLOUT_REASON_SPEC_INVALID, "set-ready n1a",
      "pod n2a: metadata.annotations[\"apps.kruise.io/inplace-update-state\"] does not parse", broken_state },
    { "no rollingUpdate block (D17)", "bare", "n1 A", 8, ROLLOUT_REASON_SPEC_INVALID, "",
      "spec.updateStrategy.rollingUpdate is not usable", NULL },
    { "no rollingUpdate block: manage goes first", "bare", "n1, n2 A", 6, 0, "create n1", "", NULL },
    { "no rollingUpdate block: OnDelete needs none", "bare ondelete", "n1 A", 0, 0, "", "", NULL },
    { "maxUnavailable", "U'1", "n1 A", 8, ROLLOUT_REASON_SPEC_INVALID, "",
      "spec.updateStrategy.rollingUpdate.maxUnavailable is not usable", NULL },
    { "maxSurge", "S1.5%", "n1 A", 8, ROLLOUT_REASON_SPEC_INVALID, "",
      "spec.updateStrategy.rollingUpdate.maxSurge is not usable", NULL },
    { "partition", "P'%", "n1 A", 8, ROLLOUT_REASON_SPEC_INVALID, "",
      "spec.updateStrategy.rollingUpdate.partition is not usable", NULL },
    { "partition, native has none", "native P'%", "n1 A", 0, 0, "delete n1a", "", NULL },
    { "selector", "canary", "n1 A", 8, ROLLOUT_REASON_SPEC_INVALID, "",
      "spec.updateStrategy.rollingUpdate.selector is not usable", broken_selector },
    { "paused: nothing of it is read", "U'1 paused", "n1 A", 0, 0, "", "", NULL },
    { "went through", "", "n1 A", 0, 0, "delete n1a", "", NULL },
};

START_TEST(test_stop)
{
    const struct stop_row *row = &stops[_i];
    daemon_make(&w, row->settings, row->scene);
    if (row->tweak)
        row->tweak(&w);
    ck_assert_msg(strcmp(daemon_actions(&w), row->actions) == 0, "%s: %s", row->name, w.text);
    ck_assert_msg(w.plan->stopped_at == row->step, "%s: %u", row->name, w.plan->stopped_at);
    ck_assert_msg(w.plan->error_reason == row->reason, "%s: %u", row->name, w.plan->error_reason);
    ck_assert_msg(w.plan->status_changed == (row->step == 0 || row->step == 4 || row->step == 6), "%s: %u", row->name,
                  w.plan->status_changed);
    struct rollout_str message = w.plan->error_message;
    ck_assert_msg(message.len == strlen(row->message) &&
                      strncmp(message.data ? message.data : "", row->message, message.len) == 0,
                  "%s: %.*s", row->name, (int)message.len, message.data);
    daemon_free(&w);
}
END_TEST

/* ---- revisions (5) ---- */

static const struct rollout_node data_1[] = {
    { .kind = ROLLOUT_NODE_OBJECT, .size = 2 },
    { .kind = ROLLOUT_NODE_INTEGER, .size = 1, .key = { "x", 1 }, .integer = 1 }
};
static const struct rollout_node data_2[] = {
    { .kind = ROLLOUT_NODE_OBJECT, .size = 2 },
    { .kind = ROLLOUT_NODE_INTEGER, .size = 1, .key = { "x", 1 }, .integer = 2 }
};

/* Revisions by name, number, and whether they hold the update revision's data. */
static void add_revision(const char *name, int64_t number, bool same_data)
{
    w.revisions[w.snapshot.revisions.count++] = (struct rollout_revision){
        .name = daemon_str(name),
        .number = number,
        .hash = daemon_str(name),
        .data = { same_data ? data_2 : data_1, 2 },
    };
    w.revisions[1].data = (struct rollout_tree){ data_2, 2 };
}

START_TEST(test_new_revision)
{
    daemon_make(&w, "P9", "n1 A");
    w.revisions[1].flags = ROLLOUT_REVISION_NEW;
    ck_assert_str_eq(daemon_actions(&w), "create-revision demo-b #2");
    w.spec.flags |= ROLLOUT_DAEMONSET_DELETING;
    ck_assert_str_eq(daemon_actions(&w), "");
    daemon_free(&w);
}
END_TEST

/* It is above all others; an equal number does not do. */
START_TEST(test_renumbered)
{
    daemon_make(&w, "P9", "n1 A");
    w.revisions[0].number = 2;
    ck_assert_str_eq(daemon_actions(&w), "renumber-revision demo-b #3");
    w.revisions[0].number = 1;
    ck_assert_str_eq(daemon_actions(&w), "");
    w.revisions[0].number = -7;
    w.revisions[1].number = 0;
    ck_assert_str_eq(daemon_actions(&w), "renumber-revision demo-b #1");
    daemon_free(&w);
}
END_TEST

/* Stored twice: every pod that carries anything else is relabelled, and the doubles go (D23). Nothing of it is seen
 * in the same sync. */
START_TEST(test_doubles)
{
    daemon_make(&w, "P9", "n1 A, n2 B, n3 C!, n4 Bx");
    w.pods[3].revision = daemon_str("lost");
    add_revision("demo-c", 7, true);
    add_revision("demo-d", 1, false);
    ck_assert_str_eq(daemon_actions(&w), "relabel n1a demo-b; relabel n3a demo-b; delete-revision demo-c; release n4a; "
                                         "create n4 demo-b");
    ck_assert_str_eq(planned_verdict(w.plan, &w.snapshot, ROLLOUT_SUBJECT_REVISION, 2, w.text, sizeof w.text),
                     "delete-revision Bookkeeping: bookkeeping: the same data is stored twice");
    ck_assert_str_eq(daemon_pod_verdict(&w, "n1a"), "relabel Bookkeeping: bookkeeping: label controller-revision-hash");
    ck_assert_int_eq(planned_number(w.plan, "updatedNumberScheduled"), 1);
    daemon_free(&w);
}
END_TEST

/* The limit counts old revisions in use, too; those in use stay. */
START_TEST(test_history)
{
    daemon_make(&w, "P9 H2", "n1 A, n2 B, n3 C");
    w.pods[2].revision = daemon_str("demo-c");
    w.revisions[1].number = 20;
    add_revision("demo-c", 3, false);
    add_revision("demo-d", 9, false);
    add_revision("demo-e", 5, false);
    ck_assert_str_eq(daemon_actions(&w), "delete-revision demo-e; delete-revision demo-d");
    ck_assert_str_eq(planned_verdict(w.plan, &w.snapshot, ROLLOUT_SUBJECT_REVISION, 2, w.text, sizeof w.text),
                     "hold HistoryKept: history: number 0, 2 are kept");

    daemon_make(&w, "P9 H3", "n1 A, n2 B, n3 C");
    w.pods[2].revision = daemon_str("demo-c");
    w.revisions[1].number = 20;
    add_revision("demo-c", 3, false);
    add_revision("demo-d", 9, false);
    add_revision("demo-e", 5, false);
    ck_assert_str_eq(daemon_actions(&w), "delete-revision demo-e");
    ck_assert_str_eq(planned_verdict(w.plan, &w.snapshot, ROLLOUT_SUBJECT_REVISION, 3, w.text, sizeof w.text),
                     "hold HistoryKept: history: number 3, 3 are kept");
    daemon_free(&w);
}
END_TEST

/* Only the label itself counts, and not where the pod is on no node. */
START_TEST(test_history_use)
{
    daemon_make(&w, "P9 H0", "n1 B, n2 C, n3 B*");
    w.pods[1].revision = daemon_str("x-a"); /* ends as demo-a's hash */
    w.pods[2].revision = daemon_str("a");
    ck_assert_str_eq(daemon_actions(&w), "create n3");
    w.snapshot.nodes.count = 2;
    ck_assert_str_eq(daemon_actions(&w), "delete-revision demo-a");
    w.pods[1].revision = daemon_str("a");
    ck_assert_str_eq(daemon_actions(&w), "");
    daemon_free(&w);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("daemonset_status");
    TCase *tcase = tcase_create("daemonset_status");
    tcase_add_loop_test(tcase, test_status, 0, DAEMON_ROWS(statuses));
    tcase_add_test(tcase, test_written);
    tcase_add_test(tcase, test_written_behind);
    tcase_add_test(tcase, test_kept);
    tcase_add_loop_test(tcase, test_wait, 0, DAEMON_ROWS(waits));
    tcase_add_test(tcase, test_next_is_exact);
    tcase_add_loop_test(tcase, test_limit, 0, DAEMON_ROWS(limits));
    tcase_add_loop_test(tcase, test_stop, 0, DAEMON_ROWS(stops));
    tcase_add_test(tcase, test_new_revision);
    tcase_add_test(tcase, test_renumbered);
    tcase_add_test(tcase, test_doubles);
    tcase_add_test(tcase, test_history);
    tcase_add_test(tcase, test_history_use);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

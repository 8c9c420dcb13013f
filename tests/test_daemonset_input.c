/* SPDX-License-Identifier: Apache-2.0 */
/* What a caller can get wrong with a DaemonSet, and what holds for every world. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "daemonworld.h"

static struct daemonworld w;

/* ---- refused ---- */

static const struct rollout_str bad = { NULL, 3 };
static const struct rollout_label bad_key = { { NULL, 3 }, { "v", 1 } };
static const struct rollout_toleration bad_toleration = { .key = { NULL, 3 } };
static const struct rollout_toleration bad_value = { .key = { "k", 1 }, .value = { NULL, 1 } };
static const struct rollout_requirement bad_requirement = { .key = { NULL, 2 } };
static const struct rollout_requirement reserved_requirement = { .key = { "k", 1 }, .reserved = 1 };
static const struct rollout_requirement bad_values = { .key = { "k", 1 }, .values = { &bad, 1, sizeof bad } };
static struct rollout_node_term term;
static struct rollout_taint taint;

static void set_term(const struct rollout_requirement *expressions, const struct rollout_requirement *fields)
{
    term = (struct rollout_node_term){ expressions, expressions != NULL, fields, fields != NULL };
    w.spec.scheduling.affinity = (struct rollout_node_affinity){ .set = 1, .terms = &term, .term_count = 1 };
}

static void set_taint(struct rollout_taint value)
{
    taint = value;
    w.nodes[0].taints = &taint;
    w.nodes[0].taint_count = 1;
}

static void tweak(int i)
{
    struct rollout_daemonset *spec = &w.spec;
    struct rollout_scheduling *scheduling = &spec->scheduling;
    switch (i) {
    case 0:
        spec->name = bad;
        break;
    case 1:
        spec->namespace_ = bad;
        break;
    case 2:
        spec->update_type = 2;
        break;
    case 3:
        spec->pod_update_policy = ROLLOUT_POLICY_IN_PLACE_ONLY;
        break;
    case 4:
        spec->reserved = 1;
        break;
    case 5:
        spec->partition.kind = 3;
        break;
    case 6:
        spec->max_unavailable = (struct rollout_intstr){ ROLLOUT_INTSTR_TEXT, 0, bad };
        break;
    case 7:
        spec->max_surge.kind = 9;
        break;
    case 8:
        spec->burst_replicas = (struct rollout_intstr){ ROLLOUT_INTSTR_TEXT, 0, bad };
        break;
    case 9:
        spec->node_selector.requirement_count = 1;
        break;
    case 10:
        spec->node_selector.match_labels = (struct rollout_labels){ &bad_key, 1, 0 };
        break;
    case 11:
        spec->pre_delete.labels = (struct rollout_labels){ &bad_key, 1, 0 };
        break;
    case 12:
        scheduling->node_name = bad;
        break;
    case 13:
        scheduling->node_selector = (struct rollout_labels){ NULL, 2, 0 };
        break;
    case 14:
        scheduling->affinity.term_count = 1;
        break;
    case 15:
        set_term(&bad_requirement, NULL);
        break;
    case 16:
        set_term(NULL, &bad_values);
        break;
    case 17:
        set_term(&reserved_requirement, NULL);
        break;
    case 18:
        scheduling->affinity.reserved = 1;
        break;
    case 19:
        scheduling->tolerations = &bad_toleration;
        scheduling->toleration_count = 1;
        break;
    case 20:
        scheduling->tolerations = &bad_value;
        scheduling->toleration_count = 1;
        break;
    case 21:
        scheduling->toleration_count = 1;
        break;
    case 22:
        scheduling->reserved = 1;
        break;
    case 23:
        spec->template_generation = bad;
        break;
    case 24:
        w.status.update_revision = bad;
        break;
    case 25:
        w.status.struct_size = 7;
        break;
    case 26:
        w.status.condition_count = 1;
        break;
    case 27:
        set_taint((struct rollout_taint){ .key = bad });
        break;
    case 28:
        set_taint((struct rollout_taint){ .value = bad });
        break;
    case 29:
        set_taint((struct rollout_taint){ .reserved = 1 });
        break;
    case 30:
        w.nodes[0].taints = NULL;
        w.nodes[0].taint_count = 1;
        break;
    case 31:
        w.nodes[0].name = bad;
        break;
    case 32:
        w.nodes[1].name = w.nodes[0].name;
        break;
    case 33:
        w.pods[1].node_index = 3;
        break;
    case 34:
        w.pods[1].target_node = bad;
        break;
    case 35:
        daemon_backoff(&w, "n1", -1, 0);
        break;
    case 36:
        daemon_backoff(&w, "n1", INT64_C(1) << 31, 0);
        break;
    case 37:
        daemon_backoff(&w, "n1", 1, 0);
        w.backoffs[0].last_step_ms = INT64_MAX;
        break;
    case 38:
        daemon_backoff(&w, "n1", 1, 0);
        w.backoffs[0].node = bad;
        break;
    case 39:
        w.snapshot.update_revision = 0;
        break;
    case 40:
        w.revisions[0].hash = bad;
        break;
    default:
        spec->struct_size = 4;
        break;
    }
}

static const char *const refusals[] = {
    "name: NULL with a length",
    "namespace_: NULL with a length",
    "update_type: 2 is unknown",
    "pod_update_policy: 2 is unknown",
    "reserved: not zero",
    "partition.kind: 3 is unknown",
    "max_unavailable.text: NULL with a length",
    "max_surge.kind: 9 is unknown",
    "burst_replicas.text: NULL with a length",
    "node_selector.requirements: NULL with a count",
    "node_selector.match_labels[0].key: NULL with a length",
    "pre_delete.labels[0].key: NULL with a length",
    "scheduling.node_name: NULL with a length",
    "scheduling.node_selector: NULL with a count",
    "scheduling.affinity.terms: NULL with a count",
    "scheduling.affinity.terms[0].expressions[0].key: NULL with a length",
    "scheduling.affinity.terms[0].fields[0].values[0]: NULL with a length",
    "scheduling.affinity.terms[0].expressions[0].reserved: not zero",
    "scheduling.affinity.reserved: not zero",
    "scheduling.tolerations[0].key: NULL with a length",
    "scheduling.tolerations[0].value: NULL with a length",
    "scheduling.tolerations: NULL with a count",
    "scheduling.reserved: not zero",
    "template_generation: NULL with a length",
    "status.update_revision: NULL with a length",
    "status: struct_size 7 is none",
    "status.conditions: NULL with a count",
    "nodes[0].taints[0].key: NULL with a length",
    "nodes[0].taints[0].value: NULL with a length",
    "nodes[0].taints[0].reserved: not zero",
    "nodes[0].taints: NULL with a count",
    "nodes[0].name: NULL with a length",
    "nodes: two are named \"n1\"",
    "pods: node_index 3 of 2 nodes",
    "pods[1].target_node: NULL with a length",
    "failed_pod_backoffs[0].seconds: -1 is not between 0 and 2147483647",
    "failed_pod_backoffs[0].seconds: 2147483648 is not between 0 and 2147483647",
    "failed_pod_backoffs[0].last_step_ms: 9223372036854775807 is no time in the years 0 to 9999",
    "failed_pod_backoffs[0].node: NULL with a length",
    "update_revision: 0 of 2 revisions",
    "revisions[0].hash: NULL with a length",
    "daemonset: struct_size 4 is none",
};

START_TEST(test_refused)
{
    struct rollout_error error = { .struct_size = sizeof error };
    daemon_make(&w, "", "n1 A, n2 B");
    tweak(_i);
    int r = daemon_try(&w, &error);
    ck_assert_msg(r == ROLLOUT_ERR_INVALID || r == ROLLOUT_ERR_ABI, "%d: taken", _i);
    if (_i + 1 < (int)(sizeof refusals / sizeof *refusals))
        ck_assert_str_eq(error.message, refusals[_i]);
    ck_assert_ptr_null(w.plan);
}
END_TEST

START_TEST(test_two_specs)
{
    struct rollout_cloneset cloneset = { .struct_size = sizeof cloneset };
    struct rollout_error error = { .struct_size = sizeof error };
    daemon_make(&w, "", "n1 A");
    w.workload.cloneset = &cloneset;
    ck_assert_int_eq(daemon_try(&w, &error), ROLLOUT_ERR_INVALID);
    w.workload.cloneset = NULL;
    ck_assert_int_eq(daemon_try(&w, &error), ROLLOUT_OK);
    daemon_free(&w);
}
END_TEST

/* Odd, and taken: numbers that are none of the enumerations', labels that cannot be read, extreme settings. */
START_TEST(test_odd)
{
    static const struct rollout_label unreadable = { { "k", 1 }, { NULL, 9 } };
    daemon_make(&w, "hook U2147483647 S-2147483648 P-2147483648 B2147483647 m2147483647", "n1 A, n2 B, n3");
    w.pods[0].phase = 99;
    w.pods[0].lifecycle_state = 99;
    w.pods[1].labels = (struct rollout_labels){ &unreadable, 1, 0 };
    w.pods[1].ready_since_ms = INT64_MAX;
    w.nodes[0].labels = (struct rollout_labels){ &unreadable, 1, 0 };
    w.taints[1][0] = (struct rollout_taint){ .effect = 99 };
    w.nodes[1].taint_count = 1;
    w.status.desired_number_scheduled = INT32_MIN;
    ck_assert_str_eq(daemon_actions(&w), "create n3");
    w.spec.min_ready_seconds = INT32_MIN;
    w.spec.generation = INT64_MIN;
    ck_assert_str_eq(daemon_actions(&w), "create n3");
    daemon_free(&w);
}
END_TEST

/* ---- every world ---- */

static uint32_t seed;

static uint32_t draw(uint32_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % n;
}

/* Nodes with up to three pods each, most of them healthy. */
static const char *random_scene(char *scene, size_t size)
{
    static const char *const marks[] = { "", "", "", "", "/", "!", "+" };
    static const char *const pods[] = { "A",  "A",  "A",  "B",   "B",   "B-", "A-", "Ay",   "By", "A!",  "B!",  "Af",
                                        "Bf", "Bs", "AD", "BDh", "Ah",  "A~", "B~", "C",    "Bx", "A*",  "Ag",  "Ai",
                                        "Au", "Br", "Bw", "Bu",  "Bf!", "A1", "B2", "Ahk1", "Bz", "BfD", "Ai-", "Bs!" };
    size_t len = 0, n = 1 + draw(7);
    for (size_t i = 0; i < n; i++) {
        bool gone = draw(12) == 0;
        len += (size_t)snprintf(scene + len, size - len, "%sn%zu%s", i ? ", " : "", i,
                                gone ? "?" : marks[draw(sizeof marks / sizeof *marks)]);
        for (uint32_t k = draw(6) ? draw(2) + (draw(4) == 0) : 3; k > 0 || (gone && k == 0 && draw(2)); k -= k > 0)
            len += (size_t)snprintf(scene + len, size - len, " %s", pods[draw(sizeof pods / sizeof *pods)]);
    }
    return scene;
}

static const char *random_settings(char *settings, size_t size)
{
    static const char *const words[] = { "native", "paused", "ondelete", "inplace", "canary", "scaling", "prune",
                                         "hook",   "mark",   "cannot",   "alpha",   "bare",   "chained", "generation" };
    static const char *const numbers[] = { "U1", "U2", "U50%", "U0 S1", "U0 S2", "U0 S50%", "U9", "U0" };
    size_t len = (size_t)snprintf(settings, size, "%s", numbers[draw(8)]);
    for (uint32_t k = draw(3); k > 0; k--)
        len += (size_t)snprintf(settings + len, size - len, " %s", words[draw(sizeof words / sizeof *words)]);
    if (draw(3) == 0)
        len += (size_t)snprintf(settings + len, size - len, " P%u", draw(4));
    if (draw(4) == 0)
        len += (size_t)snprintf(settings + len, size - len, " B%u", draw(4));
    if (draw(3) == 0)
        snprintf(settings + len, size - len, " m60");
    return settings;
}

static int64_t limit(const char *field, int64_t absent)
{
    for (size_t i = 0; i < w.plan->limit_count; i++)
        if (w.plan->limits[i].field.len == strlen(field) &&
            memcmp(w.plan->limits[i].field.data, field, strlen(field)) == 0)
            return w.plan->limits[i].count;
    return absent;
}

static int64_t count_op(uint32_t op)
{
    int64_t n = 0;
    for (size_t i = 0; i < w.plan->action_count; i++)
        n += w.plan->actions[i].op == op;
    return n;
}

/* The same plan again, no more of anything than the burst, no pod twice, a reason for all. */
static void check_plan(const char *settings, const char *scene)
{
    static char first[sizeof w.text];
    bool seen[DAEMON_PODS] = { false };
    int64_t burst = limit("burstReplicas", 0) * (w.spec.flags & ROLLOUT_DAEMONSET_CHAINED ? 2 : 1);
    snprintf(first, sizeof first, "%s", w.text);
    ck_assert_msg(strcmp(daemon_actions(&w), first) == 0, "[%s] %s: two plans", settings, scene);
    ck_assert_msg(count_op(ROLLOUT_OP_DELETE) <= burst && count_op(ROLLOUT_OP_CREATE) <= burst &&
                      count_op(ROLLOUT_OP_UPDATE_IN_PLACE) <= burst,
                  "[%s] %s: burst: %s", settings, scene, first);
    for (size_t i = 0; i < w.plan->action_count; i++) {
        const struct rollout_action *action = &w.plan->actions[i];
        if (action->op != ROLLOUT_OP_DELETE && action->op != ROLLOUT_OP_UPDATE_IN_PLACE)
            continue;
        ck_assert_msg(!seen[action->subject], "[%s] %s: twice: %s", settings, scene, first);
        seen[action->subject] = true;
    }
    for (size_t i = 0; i < w.plan->verdict_count; i++)
        ck_assert_msg(w.plan->verdicts[i].reason, "[%s] %s: verdict %zu", settings, scene, i);
}

START_TEST(test_every_world)
{
    char scene[512], settings[128];
    for (seed = 1; seed < 40000u * 7919u; seed += 7919u) {
        uint32_t start = seed;
        random_settings(settings, sizeof settings);
        daemon_make(&w, settings, random_scene(scene, sizeof scene));
        if (draw(3) == 0 && w.snapshot.nodes.count)
            daemon_backoff(&w, "n0", 1 + draw(20), draw(20));
        daemon_actions(&w);
        check_plan(settings, scene);
        daemon_free(&w);
        seed = start;
    }
}
END_TEST

static void new_ones_ready(void)
{
    for (size_t i = 0; i < w.snapshot.pods.count; i++)
        if (w.pods[i].revision.data[0] == 'b')
            w.pods[i].flags |= ROLLOUT_POD_READY;
}

/* Plans that are carried out come to an end: each node that should run a pod has one that is updated. */
START_TEST(test_converges)
{
    static const char *const settings[] = { "U1",           "U50%",       "U0 S1", "U0 S50%",    "native U1",
                                            "native U0 S2", "inplace U2", "B1 U2", "chained U1", "chained U0 S1" };
    char scene[512];
    for (uint32_t world = 0; world < 3000; world++) {
        seed = world * 7919u + 1;
        const char *chosen = settings[world % 10];
        size_t len = 0, n = 1 + draw(6);
        for (size_t i = 0; i < n; i++) {
            static const char *const nodes[] = { "", " A", " A-", " B", " B-", " A B", " A A1", " Af", " Ai", " C" };
            len += (size_t)snprintf(scene + len, sizeof scene - len, "%sn%zu%s", i ? ", " : "", i, nodes[draw(10)]);
        }
        daemon_make(&w, chosen, scene);
        int passes = 0;
        do {
            new_ones_ready();
            ck_assert_msg(++passes < 60, "[%s] %s: never ends: %s", chosen, scene, w.text);
            daemon_actions(&w);
            daemon_apply(&w);
        } while (w.plan->action_count > 0);
        ck_assert_msg(planned_number(w.plan, "updatedNumberScheduled") == (int64_t)n && w.snapshot.pods.count == n,
                      "[%s] %s: %s", chosen, scene, daemon_status(&w));
        daemon_free(&w);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("daemonset_input");
    TCase *tcase = tcase_create("daemonset_input");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, test_refused, 0, (int)(sizeof refusals / sizeof *refusals));
    tcase_add_test(tcase, test_two_specs);
    tcase_add_test(tcase, test_odd);
    tcase_add_test(tcase, test_every_world);
    tcase_add_test(tcase, test_converges);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

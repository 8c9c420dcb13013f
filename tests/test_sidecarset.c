/* SPDX-License-Identifier: Apache-2.0 */
/* How many pods a SidecarSet updates: the worked numbers of sidecarset.md 11, and a pair on which upstream panics. */
#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rollout/json.h>
#include <rollout/rollout.h>

struct fleet {
    int fine, bad;    /* updated: ready; not ready */
    int old, old_bad; /* waiting: ready; not ready */
    int immutable;    /* not upgradable in place */
    const char *strategy;
    size_t updates;
};

static const struct fleet rows[] = {
    { 26, 4, 70, 0, 0, "\"maxUnavailable\":10", 6 },
    { 250, 50, 700, 0, 0, "\"maxUnavailable\":\"5%\"", 0 },
    { 760, 40, 200, 0, 0, "\"partition\":180,\"maxUnavailable\":100", 20 },
    { 760, 40, 200, 0, 0, "\"partition\":\"10%\",\"maxUnavailable\":100", 60 },
    { 0, 0, 5, 0, 0, "\"partition\":\"99%\",\"maxUnavailable\":5", 1 },
    { 0, 0, 5, 0, 0, "\"partition\":\"1%\",\"maxUnavailable\":5", 4 },
    { 0, 0, 5, 0, 0, "\"maxUnavailable\":\"5%\"", 1 },
    { 5, 5, 8, 2, 0, "\"maxUnavailable\":10", 7 },
    { 0, 0, 6, 0, 4, "\"partition\":5,\"maxUnavailable\":10", 1 },
    { 0, 0, 5, 0, 0, "\"maxUnavailable\":5,\"paused\":true", 0 },
    { 0, 0, 5, 0, 0, "\"maxUnavailable\":5,\"type\":\"NotUpdate\"", 0 },
};

static size_t count_ops(const struct rollout_plan *plan, uint32_t op)
{
    size_t n = 0;
    for (size_t i = 0; i < plan->action_count; i++)
        n += plan->actions[i].op == op;
    return n;
}

static char *put_pods(char *at, int count, const char *hash, const char *imageless, const char *image, int ready,
                      int *number)
{
    for (int i = 0; i < count; i++)
        at += sprintf(at,
                      "%s{\"metadata\":{\"name\":\"p%d\",\"namespace\":\"d\",\"labels\":{\"a\":\"b\"},\"annotations\":{"
                      "\"kruise.io/sidecarset-injected-list\":\"s\","
                      "\"kruise.io/sidecarset-hash\":\"{\\\"s\\\":{\\\"hash\\\":\\\"%s\\\"}}\","
                      "\"kruise.io/sidecarset-hash-without-image\":\"{\\\"s\\\":\\\"%s\\\"}\"}},"
                      "\"spec\":{\"nodeName\":\"n\",\"containers\":[{\"name\":\"c\",\"image\":\"%s\"}]},"
                      "\"status\":{\"phase\":\"Running\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"%s\"}],"
                      "\"containerStatuses\":[{\"name\":\"c\",\"ready\":%s,\"image\":\"%s\",\"imageID\":\"x\"}]}}",
                      *number ? "," : "", *number, hash, imageless, image, ready ? "True" : "False",
                      ready ? "true" : "false", image),
            ++*number;
    return at;
}

static struct rollout_plan *plan_text(const char *text, struct rollout_json **ret_json,
                                      struct rollout_world **ret_world)
{
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_plan *plan = NULL;
    ck_assert_msg(rollout_json_parse(text, strlen(text), ret_json, &error) == ROLLOUT_OK, "%s", error.message);
    ck_assert_msg(rollout_document_decode(rollout_json_tree(*ret_json), 0, 0, ret_world, &error) == ROLLOUT_OK, "%s",
                  error.message);
    ck_assert_msg(rollout_plan((*ret_world)->workload, (*ret_world)->snapshot, &plan, &error) == ROLLOUT_OK, "%s",
                  error.message);
    return plan;
}

static void release(struct rollout_plan *plan, struct rollout_json *json, struct rollout_world *world)
{
    rollout_plan_free(plan);
    rollout_world_free(world);
    rollout_json_free(json);
}

START_TEST(worked_number)
{
    const struct fleet *f = &rows[_i];
    int total = f->fine + f->bad + f->old + f->old_bad + f->immutable, number = 0;
    char *text = malloc(2048 + 1024 * (size_t)total), *at = text;
    ck_assert_ptr_nonnull(text);
    at += sprintf(at,
                  "{\"kind\":\"Snapshot\",\"now\":\"2026-01-02T00:00:00Z\",\"workload\":{\"kind\":\"SidecarSet\","
                  "\"apiVersion\":\"apps.kruise.io/v1beta1\",\"metadata\":{\"name\":\"s\",\"annotations\":{"
                  "\"kruise.io/sidecarset-hash\":\"H\",\"kruise.io/sidecarset-hash-without-image\":\"W\"}},"
                  "\"spec\":{\"selector\":{\"matchLabels\":{\"a\":\"b\"}},\"containers\":[{\"name\":\"c\","
                  "\"image\":\"i:2\"}],\"updateStrategy\":{%s}}},\"pods\":[",
                  f->strategy);
    at = put_pods(at, f->fine, "H", "W", "i:2", 1, &number);
    at = put_pods(at, f->bad, "H", "W", "i:2", 0, &number);
    at = put_pods(at, f->old, "O", "W", "i:1", 1, &number);
    at = put_pods(at, f->old_bad, "O", "W", "i:1", 0, &number);
    at = put_pods(at, f->immutable, "O", "X", "i:1", 1, &number);
    strcpy(at, "]}");
    struct rollout_json *json;
    struct rollout_world *world;
    struct rollout_plan *plan = plan_text(text, &json, &world);
    ck_assert_uint_eq(count_ops(plan, ROLLOUT_OP_UPDATE_IN_PLACE), f->updates);
    for (size_t i = 0; i < plan->verdict_count; i++)
        ck_assert_ptr_nonnull(rollout_reason_name(plan->verdicts[i].reason));
    release(plan, json, world);
    free(text);
}
END_TEST

START_TEST(pair_among_init_containers)
{
    static const char text[] =
        "{\"kind\":\"Snapshot\",\"now\":\"2026-01-02T00:00:00Z\",\"workload\":{\"kind\":\"SidecarSet\","
        "\"apiVersion\":\"apps.kruise.io/v1beta1\",\"metadata\":{\"name\":\"s\",\"annotations\":{"
        "\"kruise.io/sidecarset-hash\":\"H\"}},\"spec\":{\"selector\":{\"matchLabels\":{\"a\":\"b\"}},\"containers\":["
        "{\"name\":\"c\",\"image\":\"i:2\",\"upgradeStrategy\":{\"upgradeType\":\"HotUpgrade\","
        "\"hotUpgradeEmptyImage\":\"e\"}}]}},\"pods\":[{\"metadata\":{\"name\":\"p\",\"labels\":{\"a\":\"b\"},"
        "\"annotations\":{\"kruise.io/sidecarset-injected-list\":\"s\","
        "\"kruise.io/sidecarset-working-hotupgrade-container\":\"{\\\"c\\\":\\\"c-1\\\"}\"}},\"spec\":{"
        "\"initContainers\":[{\"name\":\"c-1\",\"image\":\"i:1\"},{\"name\":\"c-2\",\"image\":\"e\"}],"
        "\"containers\":[{\"name\":\"m\",\"image\":\"m\"}]},\"status\":{\"phase\":\"Running\"}}]}";
    struct rollout_json *json;
    struct rollout_world *world;
    struct rollout_plan *plan = plan_text(text, &json, &world);
    ck_assert_uint_eq(count_ops(plan, ROLLOUT_OP_UPDATE_IN_PLACE), 0);
    ck_assert_uint_eq(plan->verdicts[0].reason, ROLLOUT_REASON_SIDECAR_MISSING);
    release(plan, json, world);
}
END_TEST

#define SET(version)                                                                                                   \
    "{\"kind\":\"Snapshot\",\"now\":\"2026-01-02T00:00:00Z\",\"workload\":{\"kind\":\"SidecarSet\",\"apiVersion\":"    \
    "\"apps.kruise.io/v1beta1\",\"metadata\":{\"name\":\"s\",\"uid\":\"u\",\"labels\":{\"l\":\"m\"},\"annotations\":{" \
    "\"kruise.io/"                                                                                                     \
    "sidecarset-hash\":\"H\"}},\"spec\":{\"selector\":{\"matchLabels\":{\"a\":\"b\"}},\"customVersion\":\"" version    \
    "\",\"containers\":[{\"name\":\"c\",\"image\":\"i:2\"}]}}"

/* 9: a new revision has the set's labels and annotations, the label by which it is found, and the custom version; one
 * that is there gets that by an action. */
START_TEST(revision_objects)
{
    struct rollout_json *json;
    struct rollout_world *world;
    struct rollout_objects *objects = NULL;
    struct rollout_plan *plan = plan_text(SET("v7") "}", &json, &world);
    char made[2048], text[4096];
    size_t len;
    ck_assert_uint_eq(plan->action_count, 1);
    ck_assert_uint_eq(plan->actions[0].op, ROLLOUT_OP_CREATE_REVISION);
    const struct rollout_tree *object = &world->revision_objects[plan->actions[0].subject];
    ck_assert_int_eq(rollout_tree_text(object, made, sizeof made, &len, NULL), ROLLOUT_OK);
    ck_assert_msg(strstr(made, "\"apps.kruise.io/sidecarset-custom-version\":\"v7\""), "%s", made);
    ck_assert_msg(strstr(made, "\"kruise.io/sidecarset-name\":\"s\""), "%s", made);
    ck_assert_msg(strstr(made, "\"l\":\"m\""), "%s", made);
    ck_assert_msg(strstr(made, "\"kruise.io/sidecarset-hash\":\"H\""), "%s", made);
    ck_assert_msg(strstr(made, "\"namespace\":\"kruise-system\""), "%s", made);
    snprintf(text, sizeof text, SET("v8") ",\"revisions\":[%s]}", made);
    release(plan, json, world);

    plan = plan_text(text, &json, &world);
    ck_assert_uint_eq(plan->action_count, 1);
    ck_assert_uint_eq(plan->actions[0].op, ROLLOUT_OP_LABEL_REVISION);
    ck_assert_int_eq(rollout_apply(world, plan, 0, NULL, &objects, NULL), ROLLOUT_OK);
    ck_assert_int_eq(rollout_tree_text(&objects->items[0], text, sizeof text, &len, NULL), ROLLOUT_OK);
    memcpy(strstr(made, "v7"), "v8", 2); /* and nothing else */
    ck_assert_str_eq(text, made);
    rollout_objects_free(objects);
    release(plan, json, world);
}
END_TEST

/* 11: waiting pods by letter, in the default order (the newest first), after one scatter term; '.' = updated. */
static const struct {
    const char *pods, *order;
} scattered[] = {
    { "UUUUMM", "MUUUUM" },
    { "UUUMUUM", "MUUUUUM" },
    { "UUUUUUMMM", "MUUUMUUUM" },
    { "MMUUUUUU..", "UUUUMUUM" }, /* two of four M are updated */
};

START_TEST(scatter)
{
    size_t n = strlen(scattered[_i].pods), len = 0;
    char *text = malloc(4096 + 1024 * n), *at = text, got[32] = "";
    struct rollout_candidates *candidates = NULL;
    at +=
        sprintf(at, "{\"kind\":\"Snapshot\",\"now\":\"2026-01-02T00:00:00Z\",\"workload\":{\"kind\":\"SidecarSet\","
                    "\"apiVersion\":\"apps.kruise.io/v1beta1\",\"metadata\":{\"name\":\"s\",\"annotations\":{"
                    "\"kruise.io/sidecarset-hash\":\"H\",\"kruise.io/sidecarset-hash-without-image\":\"W\"}},"
                    "\"spec\":{\"selector\":{\"matchLabels\":{\"a\":\"b\"}},\"containers\":[{\"name\":\"c\","
                    "\"image\":\"i:2\"}],\"updateStrategy\":{\"scatterStrategy\":[{\"key\":\"k\",\"value\":\"M\"}]}}},"
                    "\"pods\":[");
    for (size_t i = 0; i < n; i++) {
        bool updated = scattered[_i].pods[i] == '.';
        at += sprintf(
            at,
            "%s{\"metadata\":{\"name\":\"p%zu\",\"namespace\":\"d\",\"creationTimestamp\":\"2026-01-01T00:00:%02zuZ\","
            "\"labels\":{\"a\":\"b\",\"k\":\"%c\"},\"annotations\":{\"kruise.io/sidecarset-injected-list\":\"s\","
            "\"kruise.io/sidecarset-hash\":\"{\\\"s\\\":\\\"%s\\\"}\","
            "\"kruise.io/sidecarset-hash-without-image\":\"{\\\"s\\\":\\\"W\\\"}\"}},\"spec\":{\"nodeName\":\"n\","
            "\"containers\":[{\"name\":\"c\",\"image\":\"i:1\"}]},\"status\":{\"phase\":\"Running\","
            "\"containerStatuses\":[{\"name\":\"c\",\"ready\":true,\"image\":\"i:1\",\"imageID\":\"x\"}]}}",
            i ? "," : "", i, 59 - i, updated ? 'M' : scattered[_i].pods[i], updated ? "H" : "O");
    }
    strcpy(at, "]}");
    struct rollout_json *json;
    struct rollout_world *world;
    struct rollout_plan *plan = plan_text(text, &json, &world);
    ck_assert_int_eq(rollout_candidates(world->workload, world->snapshot, &candidates, NULL), ROLLOUT_OK);
    for (size_t i = 0; i < candidates->count; i++)
        got[len++] = scattered[_i].pods[candidates->items[i].pod];
    got[len] = '\0';
    ck_assert_str_eq(got, scattered[_i].order);
    ck_assert_uint_eq(candidates->within, candidates->count);
    ck_assert_int_eq(candidates->counted, (int64_t)n);
    rollout_candidates_free(candidates);
    release(plan, json, world);
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sidecarset");
    TCase *tests = tcase_create("plan");
    tcase_add_loop_test(tests, worked_number, 0, sizeof rows / sizeof *rows);
    tcase_add_test(tests, pair_among_init_containers);
    tcase_add_test(tests, revision_objects);
    tcase_add_loop_test(tests, scatter, 0, sizeof scattered / sizeof *scattered);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

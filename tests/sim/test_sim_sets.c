/* SPDX-License-Identifier: Apache-2.0 */
/* Releases and explorations of Deployments and ReplicaSets of which facts alone are known, and of too many. */
#include <check.h>
#include <stddef.h>
#include <string.h>

#include <rollout/json.h>
#include <rollout/rollout.h>

#define STR(literal) { literal, sizeof(literal) - 1 }
enum { MOST = 40, NOW = 1700000000 };

static struct rollout_error error;
static struct rollout_deployment deployment;
static struct rollout_replicaset replicaset;
static struct rollout_pod pods[MOST];
static struct rollout_replica_set_facts sets[MOST];
static struct rollout_revision revision;
static char names[MOST][8];
static struct rollout_workload workload;
static struct rollout_snapshot snapshot;
static struct rollout_world world;
static struct rollout_simulation_options play;
static struct rollout_check_options explore;

/* A Deployment of 2 with an old ReplicaSet alone. */
static void set_up(void)
{
    static const struct rollout_label label = { STR("app"), STR("web") };
    const struct rollout_labels labels = { &label, 1, sizeof label };
    memset(pods, 0, sizeof pods);
    memset(sets, 0, sizeof sets);
    for (int i = 0; i < MOST; i++) {
        memcpy(names[i], "web-00", 6);
        names[i][4] = (char)('0' + i / 10);
        names[i][5] = (char)('0' + i % 10);
        pods[i] = (struct rollout_pod){ .phase = ROLLOUT_PHASE_RUNNING,
                                        .flags = ROLLOUT_POD_READY,
                                        .ready_since_ms = 1000,
                                        .created_ms = 1000,
                                        .replica_set = 1,
                                        .name = { names[i], 6 },
                                        .node = STR("n"),
                                        .labels = labels };
        sets[i].name = sets[i].uid = (struct rollout_str){ names[i], 6 };
        sets[i].created_ms = 1000 + i;
    }
    sets[0].replicas = 2;
    revision = (struct rollout_revision){ .name = STR("nobody's"), .number = 1 };
    deployment = (struct rollout_deployment){ .struct_size = sizeof deployment,
                                              .namespace_ = STR("default"),
                                              .name = STR("web"),
                                              .selector.match_labels = labels,
                                              .replicas = { 1, 2 },
                                              .max_surge = { .kind = ROLLOUT_INTSTR_INT, .count = 1 } };
    replicaset = (struct rollout_replicaset){ .struct_size = sizeof replicaset,
                                              .namespace_ = STR("default"),
                                              .name = STR("web-00"),
                                              .selector.match_labels = labels,
                                              .replicas = { 1, 2 } };
    workload = (struct rollout_workload){ .struct_size = sizeof workload, .deployment = &deployment };
    snapshot = (struct rollout_snapshot){ .struct_size = sizeof snapshot,
                                          .now_ms = NOW * INT64_C(1000),
                                          .pods = { pods, 2, sizeof *pods },
                                          .replica_sets = { sets, 1, sizeof *sets } };
    world = (struct rollout_world){ .struct_size = sizeof world, .workload = &workload, .snapshot = &snapshot };
    play = (struct rollout_simulation_options){ .struct_size = sizeof play };
    explore = (struct rollout_check_options){ .struct_size = sizeof explore };
    error = (struct rollout_error){ .struct_size = sizeof error };
}

static struct rollout_simulation_state played(struct rollout_simulation **ret)
{
    struct rollout_simulation_state state = { .struct_size = sizeof state };
    int r = rollout_simulation_new(&world, &play, ret, &error);
    ck_assert_msg(r == ROLLOUT_OK, "%d: %s", r, error.message);
    while (state.outcome == ROLLOUT_SIMULATION_RUNS) {
        r = rollout_simulation_step(*ret, &state, &error);
        ck_assert_msg(r == ROLLOUT_OK, "%d: %s", r, error.message);
    }
    return state;
}

static struct rollout_check_result explored(void)
{
    struct rollout_check_result result = { .struct_size = sizeof result };
    struct rollout_check *c = NULL;
    int r = rollout_check_new(&world, &explore, &c, &error);
    while (r == ROLLOUT_OK && result.outcome == ROLLOUT_CHECK_RUNS)
        r = rollout_check_step(c, 1000, &result, &error);
    rollout_check_free(c);
    return result;
}

/* Without objects pods are like those that are there; each version has a name of its own. */
START_TEST(test_facts_alone)
{
    struct rollout_simulation *s;
    struct rollout_simulation_state state = played(&s);
    const struct rollout_snapshot *end = rollout_simulation_snapshot(s);
    ck_assert_uint_eq(state.outcome, ROLLOUT_SIMULATION_DONE);
    ck_assert_int_eq(state.updated, 2);
    ck_assert_uint_eq(state.created, 2);
    ck_assert_uint_eq(state.deleted, 2);
    ck_assert_int_eq(state.lowest_available, 2);
    ck_assert_int_eq(state.peak_total, 3);
    ck_assert_uint_eq(end->replica_sets.count, 2);
    ck_assert_int_eq(end->replica_sets.items[0].replicas, 0);
    ck_assert_int_eq(end->replica_sets.items[1].replicas, 2);
    ck_assert_uint_eq(end->revisions.count, 2);
    ck_assert_uint_eq(end->pods.items[0].labels.count, 1);
    rollout_simulation_free(s);
    ck_assert_uint_eq(explored().outcome, ROLLOUT_CHECK_HOLDS);
}
END_TEST

/* Of a change the ReplicaSets that it lists tell which template is meant: back to the old one. */
START_TEST(test_change_of_facts)
{
    struct rollout_replica_set_facts same = sets[0];
    struct rollout_snapshot later = snapshot;
    struct rollout_world to = { .struct_size = sizeof to, .workload = &workload, .snapshot = &later };
    const struct rollout_change change = { -1, &to };
    struct rollout_simulation *s;
    same.flags = ROLLOUT_REPLICA_SET_SAME_TEMPLATE;
    later.replica_sets.items = &same;
    play.changes = explore.changes = &change;
    play.change_count = explore.change_count = 1;
    struct rollout_simulation_state state = played(&s);
    ck_assert_uint_eq(state.outcome, ROLLOUT_SIMULATION_DONE);
    ck_assert_uint_eq(state.created, 4);
    ck_assert_int_eq(rollout_simulation_snapshot(s)->replica_sets.items[0].replicas, 2);
    rollout_simulation_free(s);
    /* two of the same kind: a new template each */
    later.replica_sets.items = sets;
    state = played(&s);
    ck_assert_uint_eq(rollout_simulation_snapshot(s)->replica_sets.count, 3);
    ck_assert_int_eq(state.updated, 2);
    rollout_simulation_free(s);
}
END_TEST

/* What the kind does not have, and a ReplicaSet that is not listed, do not matter. */
START_TEST(test_more_than_it_reads)
{
    struct rollout_simulation *s;
    snapshot.revisions.items = &revision;
    snapshot.revisions.count = 1;
    snapshot.revisions.stride = sizeof revision;
    snapshot.update_revision = 1;
    snapshot.pods.count = 3;
    pods[2].replica_set = 7;
    pods[1].flags |= ROLLOUT_POD_FOREIGN;
    struct rollout_simulation_state state = played(&s);
    ck_assert_uint_eq(state.outcome, ROLLOUT_SIMULATION_DONE);
    ck_assert_int_eq(state.updated, 2);
    ck_assert_uint_eq(state.deleted, 2);
    rollout_simulation_free(s);
    ck_assert_uint_eq(explored().outcome, ROLLOUT_CHECK_HOLDS);
}
END_TEST

/* Of equal times the name decides which is older, and so which of two of the template is the new one. */
START_TEST(test_equal_times)
{
    uint64_t found[3];
    sets[1] = sets[0];
    sets[0].name = sets[0].uid = (struct rollout_str){ names[1], 6 }; /* web-01 has no pods, web-00 all */
    sets[0].replicas = 0;
    sets[0].flags = sets[1].flags = ROLLOUT_REPLICA_SET_SAME_TEMPLATE;
    pods[0].replica_set = pods[1].replica_set = 2;
    snapshot.replica_sets.count = 2;
    for (int i = 0; i < 3; i++) { /* web-00 is as old, older, younger */
        struct rollout_check_result result;
        sets[1].created_ms = 1000 + (i == 2) - (i == 1);
        result = explored();
        ck_assert_uint_eq(result.outcome, ROLLOUT_CHECK_HOLDS);
        found[i] = result.found;
    }
    ck_assert_uint_eq(found[0], found[1]);
    ck_assert_uint_lt(found[0], found[2]);
}
END_TEST

#define TEMPLATE(image)                                                                                                \
    "\"selector\":{\"matchLabels\":{\"app\":\"web\"}},\"template\":{\"metadata\":{\"labels\":{\"app\":\"web\"}},"      \
    "\"spec\":{\"containers\":[{\"name\":\"m\",\"image\":\"" image "\"}]}}"
#define WORLD(image)                                                                                                   \
    "{\"kind\":\"Snapshot\",\"now\":\"2026-01-03T00:00:00Z\",\"workload\":{\"apiVersion\":\"apps/v1\",\"kind\":"       \
    "\"Deployment\",\"metadata\":{\"name\":\"web\",\"uid\":\"d\"},\"spec\":{\"replicas\":2," TEMPLATE(                 \
        image) "}},\"revisions\":[" SET("b", "2") "," SET("a", "1") "]}"
#define SET(name, day)                                                                                                 \
    "{\"apiVersion\":\"apps/v1\",\"kind\":\"ReplicaSet\",\"metadata\":{\"name\":\"" name "\",\"uid\":\"" name          \
    "\",\"creationTimestamp\":\"2026-01-0" day "T00:00:00Z\"},\"spec\":{\"replicas\":1," TEMPLATE("v1") "}}"

/* Two of one template are of one version: where that is asked for again the older one is the new one. */
START_TEST(test_one_template)
{
    static const char *const texts[2] = { WORLD("v2"), WORLD("v1") };
    struct rollout_json *json[2];
    struct rollout_world *worlds[2];
    struct rollout_simulation *s;
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(rollout_json_parse(texts[i], strlen(texts[i]), &json[i], &error), ROLLOUT_OK);
        int r = rollout_document_decode(rollout_json_tree(json[i]), 0, 0, &worlds[i], &error);
        ck_assert_msg(r == ROLLOUT_OK, "%s", error.message);
    }
    const struct rollout_change change = { -1, worlds[1] };
    world = *worlds[0];
    play.changes = &change;
    play.change_count = 1;
    ck_assert_uint_eq(played(&s).outcome, ROLLOUT_SIMULATION_DONE);
    const struct rollout_snapshot *end = rollout_simulation_snapshot(s);
    ck_assert_uint_eq(end->revisions.count, 2);
    ck_assert_uint_eq(end->replica_sets.count, 3);
    ck_assert_int_eq(end->replica_sets.items[0].replicas, 0);
    ck_assert_int_eq(end->replica_sets.items[1].replicas, 2);
    rollout_simulation_free(s);
    for (int i = 0; i < 2; i++) {
        rollout_world_free(worlds[i]);
        rollout_json_free(json[i]);
    }
}
END_TEST

/* Records of an older caller end before what they know nothing of. */
START_TEST(test_shorter_sets)
{
    enum { SHORT = offsetof(struct rollout_replica_set_facts, selector) };
    static _Alignas(struct rollout_replica_set_facts) char bytes[2 * SHORT];
    struct rollout_simulation *s;
    memcpy(bytes, &sets[0], SHORT);
    memcpy(bytes + SHORT, &sets[1], SHORT);
    snapshot.replica_sets.items = (const void *)bytes;
    snapshot.replica_sets.count = 2;
    snapshot.replica_sets.stride = SHORT;
    ck_assert_uint_eq(played(&s).outcome, ROLLOUT_SIMULATION_DONE);
    rollout_simulation_free(s);
    ck_assert_uint_eq(explored().outcome, ROLLOUT_CHECK_HOLDS);
}
END_TEST

/* Pods of siblings are no part of a ReplicaSet's: they take neither its places nor its name. */
START_TEST(test_replica_set)
{
    struct rollout_simulation *s;
    workload = (struct rollout_workload){ .struct_size = sizeof workload, .replicaset = &replicaset };
    pods[1].flags |= ROLLOUT_POD_FOREIGN;
    struct rollout_simulation_state state = played(&s);
    ck_assert_uint_eq(state.outcome, ROLLOUT_SIMULATION_DONE);
    ck_assert_int_eq(state.total, 2);
    ck_assert_uint_eq(state.created, 1);
    ck_assert_uint_eq(rollout_simulation_snapshot(s)->pods.count, 3);
    rollout_simulation_free(s);
    explore.flags = ROLLOUT_CHECK_UNREADY | ROLLOUT_CHECK_VANISH | ROLLOUT_CHECK_FAIL;
    explore.faults = 2;
    ck_assert_uint_eq(explored().outcome, ROLLOUT_CHECK_HOLDS);
}
END_TEST

/* In bursts of 500, as its controller makes them, but at once. */
START_TEST(test_bursts)
{
    struct rollout_simulation *s;
    deployment.replicas.value = 1201;
    snapshot.pods.count = snapshot.replica_sets.count = 0;
    struct rollout_simulation_state state = played(&s);
    ck_assert_uint_eq(state.outcome, ROLLOUT_SIMULATION_DONE);
    ck_assert_uint_eq(state.created, 1201);
    ck_assert_int_eq(state.peak_total, 1201);
    rollout_simulation_free(s);
}
END_TEST

static void assert_refused(const char *message)
{
    error.message[0] = '\0';
    (void)explored();
    ck_assert_msg(strstr(error.message, message), "%s", error.message);
}

START_TEST(test_too_many)
{
    struct rollout_simulation *s = NULL;
    snapshot.replica_sets.count = 17;
    assert_refused("replica_sets: 17, but at most 16 can be explored");
    snapshot.replica_sets.count = 1;
    deployment.replicas.value = 33;
    assert_refused("pods: more than 32 at a time");
    deployment.replicas.value = 300;
    assert_refused("replica_sets: more than 16 at a time, or 255 replicas");
    deployment.replicas.value = 200001;
    int r = rollout_simulation_new(&world, &play, &s, &error);
    struct rollout_simulation_state state = { .struct_size = sizeof state };
    while (r == ROLLOUT_OK && state.outcome == ROLLOUT_SIMULATION_RUNS)
        r = rollout_simulation_step(s, &state, &error);
    ck_assert_int_eq(r, ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "pods: more than the 200000 that can be played with");
    rollout_simulation_free(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_sets");
    TCase *tcase = tcase_create("sim_sets");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_test(tcase, test_facts_alone);
    tcase_add_test(tcase, test_change_of_facts);
    tcase_add_test(tcase, test_more_than_it_reads);
    tcase_add_test(tcase, test_equal_times);
    tcase_add_test(tcase, test_one_template);
    tcase_add_test(tcase, test_shorter_sets);
    tcase_add_test(tcase, test_replica_set);
    tcase_add_test(tcase, test_bursts);
    tcase_add_test(tcase, test_too_many);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

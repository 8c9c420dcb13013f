/* SPDX-License-Identifier: Apache-2.0 */
/* What OpenKruise's article promises of updates in place, simulated: its five pods, one switchover of ZooKeeper's leader, and
 * "at least 80% faster".
 *
 *   test_simulate_article cloneset-release.jsonl.gz zookeeper.json */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"
#include "story.h"

#define S INT64_C(1000)

static int failed;

static void expect(const char *what, int64_t wanted, int64_t got)
{
    if (wanted == got)
        return;
    printf("FAILED %s: %" PRId64 " expected, but %" PRId64 "\n", what, wanted, got);
    failed++;
}

/* What each takes on a cluster of machines with disks over the network: the scheduler has a queue; sandbox, address and
 * volumes come before any container; one layer of the image is new; ready by the second probe; 30 s are what Kubernetes
 * gives a container that does not end by itself. */
static const struct rollout_delay delays[ROLLOUT_STEP_COUNT] = {
    [ROLLOUT_STEP_SCHEDULE] = { .a_ms = 5 * S }, [ROLLOUT_STEP_PREPARE] = { .a_ms = 25 * S },
    [ROLLOUT_STEP_PULL] = { .a_ms = 2 * S },     [ROLLOUT_STEP_START] = { .a_ms = 2 * S },
    [ROLLOUT_STEP_READY] = { .a_ms = 4 * S },    [ROLLOUT_STEP_STOP] = { .a_ms = 30 * S },
};

static struct rollout_simulation *begin(const struct rollout_world *world, const struct rollout_change *change,
                                        uint32_t flags)
{
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_simulation_options options = {
        .struct_size = sizeof options, .flags = flags, .changes = change, .change_count = change != NULL
    };
    struct rollout_simulation *simulation;
    memcpy(options.delays, delays, sizeof delays);
    if (rollout_simulation_new(world, &options, &simulation, &error))
        story_die("begin", &error);
    return simulation;
}

/* A whole release; how long it took. */
static struct telling play(const struct rollout_world *world, const struct rollout_change *change, uint32_t flags)
{
    struct telling t;
    struct rollout_simulation *simulation = begin(world, change, flags);
    telling_hear(world, simulation, &t);
    rollout_simulation_free(simulation);
    if (t.state.outcome != ROLLOUT_SIMULATION_DONE || t.broken)
        failed += printf("FAILED: outcome %u\n", t.state.outcome) > 0;
    return t;
}

/* ---- five pods ---- */

/* New pods take 5 + 25 + 2 + 2 + 4 = 38 s, in place it is 2 + 2 + 4 = 8 s. Old pods' names begin with "demo-a". */
static const char *const five_pods[] = {
    "0: create 1",                    /* partition 3: two are to be new; one new pod */
    "38000: update-in-place demo-a",  /* it is ready: an old one follows */
    "46000: delete demo-a",           /* that is ready: an old one goes, and has stopped at 76 s */
    "76000: create 1",                /* partition 0 */
    "114000: update-in-place demo-a", /* the last three: two in place, one after the other, */
    "122000: update-in-place demo-a",
    "130000: delete demo-a",
};

static void test_five_pods(const char *path)
{
    char *line = NULL;
    size_t room = 0;
    FILE *lines = lines_open(path);
    if (getline(&line, &room, lines) < 0)
        exit(1);
    lines_close(lines);
    json_t *record = json_loads(line, 0, NULL), *snapshot = json_object_get(record, "snapshot");
    struct small_world world = small_decode(snapshot);
    json_t *spec = json_object_get(json_object_get(snapshot, "workload"), "spec");
    json_object_set_new(json_object_get(json_object_get(spec, "updateStrategy"), "rollingUpdate"), "partition",
                        json_integer(0));
    struct small_world all = small_decode(snapshot);
    struct rollout_change change = { -1, all.world };
    struct telling t = play(world.world, &change, 0);
    size_t count = sizeof five_pods / sizeof *five_pods;
    expect("five pods: passes with moves", (int64_t)count, (int64_t)json_array_size(t.log));
    for (size_t i = 0; i < count && i < json_array_size(t.log); i++) {
        const char *got = json_string_value(json_array_get(t.log, i));
        if (strncmp(five_pods[i], got, strlen(five_pods[i])) != 0 || strchr(got, ','))
            failed += printf("FAILED five pods: \"%s...\" expected, but \"%s\"\n", five_pods[i], got) > 0;
    }
    expect("five pods: fewest available", 5, t.state.lowest_available);
    expect("five pods: most", 6, t.state.peak_total);
    expect("five pods: new", 5, t.state.updated);
    expect("five pods: created", 2, (int64_t)t.state.created);
    expect("five pods: in place", 3, (int64_t)t.state.in_place);
    expect("five pods: deleted", 2, (int64_t)t.state.deleted);
    expect("five pods: until the last one has stopped", 160 * S, t.state.now_ms);
    telling_free(&t);
    small_free(&all);
    small_free(&world);
    json_decref(record);
    free(line);
}

/* ---- ZooKeeper ---- */

enum { SERVERS = 5 };

/* How often the leader changes. Whenever it is restarted another server leads: the one `step` further. By step, that is one
 * that is restarted next, the worst case, or one that has been already. */
static int switchovers(const struct rollout_world *world, int leader, int step)
{
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_simulation_state state = { .struct_size = sizeof state };
    struct rollout_simulation *simulation = begin(world, NULL, 0);
    int changes = 0, restarted = 0;
    for (;;) {
        if (rollout_simulation_step(simulation, &state, &error))
            story_die("zookeeper", &error);
        if (state.outcome != ROLLOUT_SIMULATION_RUNS)
            break;
        const struct rollout_plan *plan = rollout_simulation_plan(simulation);
        const struct rollout_snapshot *snapshot = rollout_simulation_snapshot(simulation);
        for (size_t i = 0; i < plan->action_count; i++) {
            if (plan->actions[i].op != ROLLOUT_OP_UPDATE_IN_PLACE)
                continue;
            struct rollout_str name = snapshot->pods.items[plan->actions[i].subject].name;
            restarted++;
            if (name.data[name.len - 1] - '0' == leader) {
                changes++;
                leader = (leader + SERVERS + step) % SERVERS;
            }
        }
    }
    expect("zookeeper: done", ROLLOUT_SIMULATION_DONE, state.outcome);
    expect("zookeeper: servers restarted", SERVERS, restarted);
    expect("zookeeper: fewest available", SERVERS - 1, state.lowest_available);
    rollout_simulation_free(simulation);
    return changes;
}

/* As a document of its own: the decoder's world borrows from it. */
static struct small_world decode_at(json_t *list, int64_t now_ms)
{
    struct small_world w = { NULL, NULL };
    struct rollout_error error = { .struct_size = sizeof error };
    char *text = json_dumps(list, JSON_COMPACT);
    if (rollout_json_parse(text, strlen(text), &w.json, &error) ||
        rollout_document_decode(rollout_json_tree(w.json), 0, now_ms, &w.world, &error))
        story_die("zookeeper", &error);
    free(text);
    return w;
}

/* The same as a CloneSet, in short; where `first` is, with the article's priority for followers. */
static json_t *clone_zookeeper(bool first, int leader)
{
    json_t *pods = json_array();
    for (int i = 0; i < SERVERS; i++)
        json_array_append_new(pods,
                              json_pack("{s:o, s:s, s:{s:s}}", "name", json_sprintf("zookeeper-%d", i), "revision",
                                        "old", "labels", "zookeeper/role", i == leader ? "leader" : "follower"));
    json_t *priority =
        json_pack("{s:[{s:i, s:{s:[{s:s, s:s, s:[s]}]}}]}", "weightPriority", "weight", 100, "matchSelector",
                  "matchExpressions", "key", "zookeeper/role", "operator", "NotIn", "values", "leader");
    json_t *rolling = json_pack("{s:s, s:i}", "podUpdatePolicy", "InPlaceIfPossible", "maxUnavailable", 1);
    if (first)
        json_object_set(rolling, "priorityStrategy", priority);
    json_decref(priority);
    json_t *template = json_pack("{s:{s:{s:s}}, s:{s:[{s:s, s:s}]}}", "metadata", "labels", "app", "zookeeper", "spec",
                                 "containers", "name", "zookeeper", "image", "zookeeper:3.9.3");
    json_t *workload = json_pack("{s:s, s:s, s:{s:s}, s:{s:i, s:{s:{s:s}}, s:{s:s, s:o}, s:o}}", "apiVersion",
                                 "apps.kruise.io/v1beta1", "kind", "CloneSet", "metadata", "name", "zookeeper", "spec",
                                 "replicas", SERVERS, "selector", "matchLabels", "app", "zookeeper", "updateStrategy",
                                 "type", "RollingUpdate", "rollingUpdate", rolling, "template", template);
    json_t *shorthand = json_pack("{s:o, s:s, s:o}", "workload", workload, "old", "zookeeper:3.8.4", "pods", pods);
    json_t *snapshot = small_snapshot(shorthand);
    json_decref(shorthand);
    return snapshot;
}

static void test_clone_zookeeper(void)
{
    /* Equal pods go in the order of their names, 0 to 4. From 0 the worst case is five changes, one with every restart;
     * followers first, it is one, whoever leads then. */
    static const struct {
        bool first;
        int leader, step, wanted;
    } cases[] = { { false, 0, 1, 5 }, { false, 3, 1, 2 }, { true, 0, 1, 1 }, { true, 3, 1, 1 }, { true, 3, -1, 1 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *snapshot = clone_zookeeper(cases[i].first, cases[i].leader);
        struct small_world world = small_decode(snapshot);
        expect("CloneSet zookeeper: switchovers", cases[i].wanted,
               switchovers(world.world, cases[i].leader, cases[i].step));
        small_free(&world);
        json_decref(snapshot);
    }
}

/* The StatefulSet among the items, or the rollingUpdate of it. */
static json_t *rolling_update(json_t *list)
{
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(list, "items"), i, item)
    {
        if (!strcmp(json_string_value(json_object_get(item, "kind")), "StatefulSet"))
            return json_object_get(json_object_get(json_object_get(item, "spec"), "updateStrategy"), "rollingUpdate");
    }
    return NULL;
}

static const int64_t now_ms = INT64_C(1795435200000); /* 2026-11-23T12:00:00Z */

static void test_set_zookeeper(const char *path)
{
    json_t *list = json_load_file(path, 0, NULL);
    struct small_world with = decode_at(list, now_ms);
    json_object_del(rolling_update(list), "unorderedUpdate");
    struct small_world without = decode_at(list, now_ms);
    /* zookeeper-3 leads. Followers first, it is the last one: one change. Else 4, 3, 2, 1, 0: where the next lower one
     * leads then, 3, 2, 1 and 0 change it. */
    expect("StatefulSet zookeeper, followers first", 1, switchovers(with.world, 3, -1));
    expect("StatefulSet zookeeper, followers first, another successor", 1, switchovers(with.world, 3, 1));
    expect("StatefulSet zookeeper, by ordinal", 4, switchovers(without.world, 3, -1));
    expect("StatefulSet zookeeper, by ordinal, from the first one on", 5, switchovers(without.world, 4, -1));
    small_free(&with);
    small_free(&without);
    json_decref(list);
}

/* ---- 80% faster ---- */

static void compare_speed(const char *what, const struct rollout_world *world, int64_t in_place_ms,
                          int64_t recreated_ms)
{
    struct telling in_place = play(world, NULL, 0), recreated = play(world, NULL, ROLLOUT_SIMULATE_RECREATE);
    expect(what, in_place_ms, in_place.state.now_ms);
    expect(what, recreated_ms, recreated.state.now_ms);
    expect(what, SERVERS, (int64_t)in_place.state.in_place);
    expect(what, 0, (int64_t)recreated.state.in_place);
    if (in_place.state.now_ms * 100 > recreated.state.now_ms * (100 - 80))
        failed += printf("FAILED %s: not 80%% faster\n", what) > 0;
    telling_free(&in_place);
    telling_free(&recreated);
}

static void test_speed(const char *path)
{
    json_t *list = json_load_file(path, 0, NULL), *snapshot = clone_zookeeper(true, 3);
    struct small_world set = decode_at(list, now_ms), clone = small_decode(snapshot);
    /* Five, one by one. In place each 2 + 2 + 4 = 8 s. A StatefulSet waits 30 s until the old one has stopped, then 38 s
     * for the new one: 68 s, 88% less. A CloneSet does not wait: one pass each to mark and to delete, 1 s apart, and 38 s:
     * 40 s, 80% less. */
    compare_speed("speed of a StatefulSet", set.world, 5 * 8 * S, 5 * 68 * S);
    compare_speed("speed of a CloneSet", clone.world, 5 * 8 * S, 5 * 40 * S);
    small_free(&set);
    small_free(&clone);
    json_decref(snapshot);
    json_decref(list);
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    test_five_pods(argv[1]);
    test_clone_zookeeper();
    test_set_zookeeper(argv[2]);
    test_speed(argv[2]);
    return failed != 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Releases and explorations of facts that a caller of another version, or one with too much of everything, hands over. */
#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rollout/json.h>
#include <rollout/rollout.h>

#define STR(literal) { literal, sizeof(literal) - 1 }
enum { MOST = 40, NOW = 1700000000 };

static struct rollout_error error;
static struct rollout_cloneset cloneset;
static struct rollout_statefulset statefulset;
static struct rollout_uniteddeployment united;
static struct rollout_uniteddeployment_status united_status;
static struct rollout_subset_spec subsets[MOST];
static struct rollout_subset_status entries[MOST];
static struct rollout_subset children[MOST];
static struct rollout_broadcastjob job;
static struct rollout_pod pods[MOST];
static struct rollout_node_facts nodes[MOST];
static struct rollout_revision revisions[MOST];
static char names[MOST][8];
static struct rollout_workload workload;
static struct rollout_snapshot snapshot;
static struct rollout_world world;
static struct rollout_simulation_options play;
static struct rollout_check_options explore;

/* A CloneSet whose pods are there, ready and as asked for. */
static void set_up(void)
{
    static const struct rollout_label label = { STR("app"), STR("web") };
    const struct rollout_labels labels = { &label, 1, sizeof label };
    memset(pods, 0, sizeof pods);
    memset(nodes, 0, sizeof nodes);
    memset(revisions, 0, sizeof revisions);
    for (int i = 0; i < MOST; i++) {
        memcpy(names[i], "web-00", 6);
        names[i][4] = (char)('0' + i / 10);
        names[i][5] = (char)('0' + i % 10);
        pods[i] = (struct rollout_pod){ .phase = ROLLOUT_PHASE_RUNNING,
                                        .flags = ROLLOUT_POD_READY,
                                        .ready_since_ms = 1000,
                                        .created_ms = 1000,
                                        .revision = STR("web-00"),
                                        .name = { names[i], 6 },
                                        .node = STR("n"),
                                        .labels = labels };
        nodes[i].name = (struct rollout_str){ names[i], 6 };
        revisions[i].name = (struct rollout_str){ names[i], 6 };
        revisions[i].number = i + 1;
    }
    cloneset = (struct rollout_cloneset){ .struct_size = sizeof cloneset,
                                          .flags = ROLLOUT_CLONESET_ROLLING_UPDATE,
                                          .namespace_ = STR("default"),
                                          .name = STR("web"),
                                          .selector.match_labels = labels,
                                          .replicas = { 1, 3 } };
    statefulset = (struct rollout_statefulset){ .struct_size = sizeof statefulset,
                                                .namespace_ = STR("default"),
                                                .name = STR("web"),
                                                .selector.match_labels = labels,
                                                .replicas = { 1, 1 } };
    workload = (struct rollout_workload){ .struct_size = sizeof workload, .cloneset = &cloneset };
    snapshot = (struct rollout_snapshot){ .struct_size = sizeof snapshot,
                                          .update_revision = 1,
                                          .now_ms = NOW * INT64_C(1000),
                                          .revisions = { revisions, 1, sizeof *revisions },
                                          .pods = { pods, 3, sizeof *pods } };
    world = (struct rollout_world){ .struct_size = sizeof world, .workload = &workload, .snapshot = &snapshot };
    play = (struct rollout_simulation_options){ .struct_size = sizeof play };
    explore = (struct rollout_check_options){ .struct_size = sizeof explore };
    error = (struct rollout_error){ .struct_size = sizeof error };
}

static struct rollout_simulation *begun(void)
{
    struct rollout_simulation *s = NULL;
    int r = rollout_simulation_new(&world, &play, &s, &error);
    ck_assert_msg(r == ROLLOUT_OK, "%d: %s", r, error.message);
    return s;
}

static struct rollout_check *opened(void)
{
    struct rollout_check *c = NULL;
    int r = rollout_check_new(&world, &explore, &c, &error);
    ck_assert_msg(r == ROLLOUT_OK, "%d: %s", r, error.message);
    return c;
}

static struct rollout_simulation_state stepped(struct rollout_simulation *s)
{
    struct rollout_simulation_state state = { .struct_size = sizeof state };
    int r = rollout_simulation_step(s, &state, &error);
    ck_assert_msg(r == ROLLOUT_OK, "%d: %s", r, error.message);
    return state;
}

/* ---- sizes ---- */

/* What lies behind a pod of an older caller is the next one, not its in-place facts. */
START_TEST(test_shorter_pods)
{
    const size_t stride = offsetof(struct rollout_pod, in_place);
    char *packed = malloc(3 * stride);
    ck_assert_ptr_nonnull(packed);
    ck_assert_uint_eq(stride % 8, 0);
    for (size_t i = 0; i < 3; i++)
        memcpy(packed + i * stride, &pods[i], stride);
    snapshot.pods = (struct rollout_pods){ (const void *)packed, 3, stride };
    struct rollout_simulation *s = begun();
    ck_assert_uint_eq(stepped(s).outcome, ROLLOUT_SIMULATION_RUNS);
    const struct rollout_pods *seen = &rollout_simulation_snapshot(s)->pods;
    ck_assert_uint_eq(seen->count, 3);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_ptr_null(seen->items[i].in_place);
        ck_assert_uint_eq(seen->items[i].name.len, 6);
    }
    rollout_simulation_free(s);
    rollout_check_free(opened());
    free(packed);
}
END_TEST

START_TEST(test_shorter_snapshot)
{
    const uint32_t size = offsetof(struct rollout_snapshot, nodes);
    struct rollout_snapshot *cut = malloc(size);
    ck_assert_ptr_nonnull(cut);
    memcpy(cut, &snapshot, size);
    memcpy(cut, &size, sizeof size);
    world.snapshot = cut;
    const struct rollout_change change = { 1000, &world };
    play.changes = explore.changes = &change;
    play.change_count = explore.change_count = 1;
    struct rollout_simulation *s = begun();
    struct rollout_simulation_state state = stepped(s);
    for (int i = 0; i < 50 && state.outcome == ROLLOUT_SIMULATION_RUNS; i++)
        state = stepped(s);
    ck_assert_uint_eq(state.outcome, ROLLOUT_SIMULATION_DONE);
    ck_assert_uint_eq(rollout_simulation_changes(s), 1);
    rollout_simulation_free(s);
    rollout_check_free(opened());
    free(cut);
}
END_TEST

/* Results of every size, each in a block that ends behind it. */
enum which { STATE, RESULT, STORY };

static int ask(enum which which, void *handle, void *out)
{
    return which == STATE    ? rollout_simulation_step(handle, out, &error)
           : which == RESULT ? rollout_check_step(handle, 0, out, &error)
                             : rollout_check_story(handle, 0, out, &error);
}

static void check_sizes(enum which which, void *handle, const char *name, uint32_t whole)
{
    enum { LONGER = 24, GUARD = 8 };
    static const uint32_t none[] = { 0, 1, 2, 3, 65537, UINT32_MAX };
    char *full = malloc(whole), text[64];
    ck_assert_ptr_nonnull(full);
    memcpy(full, &whole, sizeof whole);
    ck_assert_int_eq(ask(which, handle, full), ROLLOUT_OK);
    for (uint32_t size = sizeof size; size <= whole + LONGER; size++) {
        char *room = malloc(size + GUARD);
        ck_assert_ptr_nonnull(room);
        memset(room, 0x55, size + GUARD);
        memcpy(room, &size, sizeof size);
        ck_assert_int_eq(ask(which, handle, room), ROLLOUT_OK);
        ck_assert_mem_eq(room, &size, sizeof size);
        if (which != STORY) /* whose pointers are those of the last call */
            ck_assert_mem_eq(room + sizeof size, full + sizeof size, (size < whole ? size : whole) - sizeof size);
        for (uint32_t i = whole; i < size; i++)
            ck_assert_int_eq(room[i], 0);
        for (uint32_t i = size; i < size + GUARD; i++)
            ck_assert_int_eq(room[i], 0x55);
        free(room);
    }
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        memset(full, 0x55, whole);
        memcpy(full, &none[i], sizeof none[i]);
        ck_assert_int_eq(ask(which, handle, full), ROLLOUT_ERR_ABI);
        snprintf(text, sizeof text, "%s: struct_size %lu is none", name, (unsigned long)none[i]);
        ck_assert_str_eq(error.message, text);
        for (uint32_t b = sizeof(uint32_t); b < whole; b++)
            ck_assert_int_eq(full[b], 0x55);
    }
    free(full);
}

START_TEST(test_results)
{
    static const struct rollout_str never = STR("available >= 1000");
    struct rollout_check_result result = { .struct_size = sizeof result };
    struct rollout_simulation *s = begun();
    while (stepped(s).outcome == ROLLOUT_SIMULATION_RUNS)
        continue;
    check_sizes(STATE, s, "state", sizeof(struct rollout_simulation_state));
    rollout_simulation_free(s);
    explore.assertions = &never;
    explore.assertion_count = 1;
    struct rollout_check *c = opened();
    ck_assert_int_eq(rollout_check_step(c, 10, &result, &error), ROLLOUT_OK);
    ck_assert_uint_eq(result.outcome, ROLLOUT_CHECK_UNSAFE);
    check_sizes(RESULT, c, "result", sizeof result);
    check_sizes(STORY, c, "story", sizeof(struct rollout_check_story));
    rollout_check_free(c);
}
END_TEST

/* ---- too much ---- */

START_TEST(test_millions)
{
    struct rollout_simulation_state state = { .struct_size = sizeof state };
    cloneset.replicas.value = 2000000003;
    cloneset.max_unavailable = (struct rollout_intstr){ ROLLOUT_INTSTR_INT, 2000000000, { 0 } };
    struct rollout_simulation *s = begun();
    int r = ROLLOUT_OK;
    for (int i = 0; i < 3 && r == ROLLOUT_OK; i++)
        r = rollout_simulation_step(s, &state, &error);
    ck_assert_int_eq(r, ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "pods: 3 and 2000000000 new ones, but at most 200000 can be played with");
    ck_assert_int_eq(rollout_simulation_step(s, &state, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "simulation: an earlier step failed");
    ck_assert_int_eq(rollout_simulation_restart(s, 2, &error), ROLLOUT_OK); /* which begins anew */
    ck_assert_int_eq(rollout_simulation_step(s, &state, &error), ROLLOUT_OK);
    rollout_simulation_free(s);
}
END_TEST

static void too_many(const char *text)
{
    struct rollout_check *c = NULL;
    ck_assert_int_eq(rollout_check_new(&world, &explore, &c, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, text);
    ck_assert_ptr_null(c);
}

START_TEST(test_small)
{
    struct rollout_check_result result = { .struct_size = sizeof result };
    snapshot.pods.count = 33;
    too_many("snapshot: 33 pods, 0 nodes, 1 revisions, but at most 32 each can be explored");
    snapshot.pods.count = 3;
    snapshot.nodes = (struct rollout_nodes){ nodes, 33, sizeof *nodes };
    too_many("snapshot: 3 pods, 33 nodes, 1 revisions, but at most 32 each can be explored");
    snapshot.nodes.count = 0;
    snapshot.revisions.count = 33;
    too_many("snapshot: 3 pods, 0 nodes, 33 revisions, but at most 32 each can be explored");
    /* ... or are to come. */
    snapshot.revisions.count = 1;
    cloneset.replicas.value = 33;
    struct rollout_check *c = opened();
    ck_assert_int_eq(rollout_check_step(c, 10, &result, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "pods: more than 32 at a time");
    ck_assert_int_eq(rollout_check_step(c, 10, &result, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "check: an earlier step failed");
    rollout_check_free(c);
}
END_TEST

START_TEST(test_many)
{
    enum { REVISIONS = 1025, PODS = 200001 };
    struct rollout_simulation *s = NULL;
    struct rollout_revision *many = calloc(REVISIONS, sizeof *many);
    struct rollout_pod *crowd = calloc(PODS, sizeof *crowd);
    char (*called)[8] = calloc(REVISIONS, sizeof *called);
    ck_assert(many && crowd && called);
    for (int i = 0; i < REVISIONS; i++) {
        many[i] = revisions[0];
        many[i].name = (struct rollout_str){ called[i], (size_t)snprintf(called[i], sizeof *called, "web-%d", i) };
    }
    snapshot.revisions = (struct rollout_revisions){ many, REVISIONS - 1, sizeof *many };
    rollout_simulation_free(begun());
    snapshot.revisions.count++;
    ck_assert_int_eq(rollout_simulation_new(&world, &play, &s, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "revisions: 1025, but at most 1024 can be played with");
    snapshot.revisions.count = 1;
    for (int i = 0; i < PODS; i++)
        crowd[i] = pods[0];
    snapshot.pods = (struct rollout_pods){ crowd, PODS, sizeof *crowd };
    ck_assert_int_eq(rollout_simulation_new(&world, &play, &s, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "pods: 200001, but at most 200000 can be played with");
    ck_assert_ptr_null(s);
    free(many);
    free(crowd);
    free(called);
}
END_TEST

/* States take no more memory than they may; what was explored until then is safe. */
START_TEST(test_memory_limit)
{
    struct rollout_check_result result = { .struct_size = sizeof result };
    explore.flags = ROLLOUT_CHECK_UNREADY | ROLLOUT_CHECK_FAIL | ROLLOUT_CHECK_VANISH;
    explore.faults = 8;
    explore.memory_limit = 700000;
    struct rollout_check *c = opened();
    while (result.outcome == ROLLOUT_CHECK_RUNS)
        ck_assert_int_eq(rollout_check_step(c, 100, &result, &error), ROLLOUT_OK);
    ck_assert_uint_eq(result.outcome, ROLLOUT_CHECK_MEMORY);
    ck_assert_uint_le(result.memory, explore.memory_limit);
    ck_assert_uint_gt(result.memory, explore.memory_limit / 2);
    ck_assert_uint_gt(result.states, 1024);
    rollout_check_free(c);
}
END_TEST

/* ---- what is refused ---- */

START_TEST(test_check_options)
{
    static const struct rollout_str broken = { NULL, 3 };
    struct rollout_check *c = NULL;
    explore.flags = 256;
    too_many("flags: unknown flag in 256");
    explore.flags = 0;
    explore.faults = 16;
    too_many("faults: 16, but at most 15");
    explore.faults = 15;
    explore.assertion_count = 1;
    too_many("assertions: NULL with a count");
    explore.assertions = &broken;
    too_many("assertions[0]: NULL");
    explore.assertion_count = 0;
    explore.change_count = 1;
    too_many("changes: NULL with a count");
    explore.change_count = 201;
    too_many("changes: 201, but at most 200");
    explore.change_count = 0;
    explore.reserved = 1;
    ck_assert_int_eq(rollout_check_new(&world, &explore, &c, &error), ROLLOUT_ERR_ABI);
    ck_assert_str_eq(error.message, "reserved: not zero");
    explore.reserved = 0;
    rollout_check_free(opened());
}
END_TEST

START_TEST(test_lint_gates)
{
    static const struct rollout_gate gate = { UINT32_MAX, 1 };
    struct rollout_findings *findings = NULL;
    workload.gates = &gate;
    workload.gate_count = 1;
    ck_assert_int_eq(rollout_lint(&world, &findings, &error), ROLLOUT_ERR_INVALID);
    ck_assert_ptr_null(findings);
}
END_TEST

START_TEST(test_too_early)
{
    struct rollout_check_result result = { .struct_size = sizeof result };
    struct rollout_check_story story = { .struct_size = sizeof story };
    struct rollout_world at;
    struct rollout_simulation *s = begun();
    ck_assert_int_eq(rollout_simulation_world(s, &at, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "simulation: there was no pass yet");
    rollout_simulation_free(s);
    struct rollout_check *c = opened();
    ck_assert_int_eq(rollout_check_story(c, 0, &story, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "index: 0, but the story has 0 steps");
    rollout_check_free(c);
    cloneset.replicas.value = 33;
    c = opened();
    ck_assert_int_eq(rollout_check_step(c, 10, &result, &error), ROLLOUT_ERR_INVALID);
    ck_assert_int_eq(rollout_check_story(c, 0, &story, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "check: an earlier step failed");
    rollout_check_free(c);
}
END_TEST

/* Objects cannot be kept of a world that has none. */
START_TEST(test_no_objects)
{
    struct rollout_simulation *s = NULL;
    play.flags = ROLLOUT_SIMULATE_OBJECTS;
    ck_assert_int_eq(rollout_simulation_new(&world, &play, &s, &error), ROLLOUT_ERR_INVALID);
    ck_assert_uint_eq(strncmp(error.message, "flags: ", 7), 0);
    ck_assert_ptr_null(s);
}
END_TEST

/* A SidecarSet's pods do have objects. Without the set's own a pod is made anew as it was, and then updated as others are. */
START_TEST(test_sidecars)
{
    static const char objects[] =
        "{\"containers\":[{\"name\":\"c\",\"image\":\"i:2\"}],\"pod\":{\"metadata\":{\"annotations\":{"
        "\"kruise.io/sidecarset-injected-list\":\"s\",\"kruise.io/"
        "sidecarset-hash\":\"{\\\"s\\\":{\\\"hash\\\":\\\"O\\\"}}\","
        "\"kruise.io/"
        "sidecarset-hash-without-image\":\"{\\\"s\\\":{\\\"hash\\\":\\\"W\\\"}}\"}},\"spec\":{\"containers\":["
        "{\"name\":\"c\",\"image\":\"i:1\"}]},\"status\":{\"containerStatuses\":[{\"name\":\"c\",\"image\":\"i:1\","
        "\"imageID\":\"x\",\"ready\":true}]}}}";
    static const struct rollout_fault lost = { .kind = ROLLOUT_FAULT_NODE, .at_ms = 1, .target = STR("web-01") };
    static const struct rollout_label label = { STR("app"), STR("web") };
    static struct rollout_sidecarset set;
    struct rollout_json *json = NULL;
    struct rollout_simulation *s = NULL;
    ck_assert_int_eq(rollout_json_parse(objects, strlen(objects), &json, &error), ROLLOUT_OK);
    const struct rollout_node *containers = rollout_json_tree(json)->nodes + 1, *pod = containers + containers->size;
    set = (struct rollout_sidecarset){ .struct_size = sizeof set,
                                       .name = STR("s"),
                                       .hash = STR("H"),
                                       .hash_without_image = STR("W"),
                                       .selector.match_labels = { &label, 1, sizeof label },
                                       .containers = { containers, containers->size } };
    workload = (struct rollout_workload){ .struct_size = sizeof workload, .sidecarset = &set };
    snapshot.pods.count = 2;
    snapshot.nodes = (struct rollout_nodes){ nodes, 2, sizeof *nodes };
    for (uint32_t i = 0; i < 2; i++) {
        pods[i].object = (struct rollout_tree){ pod, pod->size };
        pods[i].node = nodes[i].name;
        pods[i].node_index = i + 1;
    }
    play.faults = &lost;
    play.fault_count = 1;
    s = begun();
    struct rollout_simulation_state state = stepped(s);
    while (state.outcome == ROLLOUT_SIMULATION_RUNS)
        state = stepped(s);
    ck_assert_uint_eq(state.outcome, ROLLOUT_SIMULATION_DONE);
    ck_assert_int_eq(state.total, 2);
    ck_assert_int_eq(state.available, 2);
    ck_assert_uint_eq(state.in_place, 2); /* the first was taken, and web-01 when it was back with the old image */
    ck_assert_int_eq(rollout_simulation_snapshot(s)->pods.items[1].node_index, 1);
    rollout_simulation_free(s);
    pods[1].object.count = 0;
    ck_assert_int_eq(rollout_simulation_new(&world, &play, &s, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "pods[1].object: count 0");
    rollout_json_free(json);
}
END_TEST

/* ---- faults ---- */

/* A fault may name a revision that a change brings. */
START_TEST(test_fault_of_a_change)
{
    struct rollout_fault fault = { .kind = ROLLOUT_FAULT_NEVER_READY, .target = STR("web-01") };
    struct rollout_snapshot later = snapshot;
    struct rollout_world to = { .struct_size = sizeof to, .workload = &workload, .snapshot = &later };
    const struct rollout_change change = { 1000, &to };
    struct rollout_simulation *s = NULL;
    play.faults = &fault;
    play.fault_count = 1;
    ck_assert_int_eq(rollout_simulation_new(&world, &play, &s, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "faults[0].target: web-01 is no revision");
    later.revisions.items = &revisions[1];
    play.changes = &change;
    play.change_count = 1;
    rollout_simulation_free(begun());
    fault.target = (struct rollout_str)STR("web-02");
    ck_assert_int_eq(rollout_simulation_new(&world, &play, &s, &error), ROLLOUT_ERR_INVALID);
}
END_TEST

/* ---- new pods where nobody knows the templates ---- */

static const struct rollout_pod *grown(struct rollout_simulation *s, size_t want)
{
    for (int i = 0; i < 3; i++)
        (void)stepped(s);
    const struct rollout_pods *seen = &rollout_simulation_snapshot(s)->pods;
    ck_assert_uint_eq(seen->count, want);
    return &seen->items[want - 1];
}

/* Like one of its revision, before others; like any, where there is none; and one of a kind, where there are no pods. */
START_TEST(test_like_others)
{
    static const struct rollout_label own[] = { { STR("app"), STR("web") }, { STR("kin"), STR("yes") } };
    static const struct rollout_str key = STR("kin");
    static const struct rollout_strs held = { &key, 1, sizeof key };
    static const struct rollout_node containers[] = { { .kind = ROLLOUT_NODE_ARRAY, .size = 1 } };
    static const struct rollout_in_place told = { .containers = { containers, 1 } };
    cloneset.replicas.value = 4;
    pods[0].revision = pods[1].revision = (struct rollout_str)STR("web-01");
    pods[2].labels = (struct rollout_labels){ own, 2, sizeof *own };
    pods[2].finalizers = held;
    pods[2].flags |= ROLLOUT_POD_KRUISE_GATE;
    pods[2].in_place = &told;
    cloneset.flags |= ROLLOUT_CLONESET_PAUSED;
    struct rollout_simulation *s = begun();
    const struct rollout_pod *fresh = grown(s, 4);
    ck_assert_uint_eq(fresh->finalizers.count, 1);
    ck_assert_ptr_nonnull(fresh->in_place);
    ck_assert_ptr_eq(fresh->in_place->containers.nodes, containers);
    ck_assert_uint_ne(fresh->flags & ROLLOUT_POD_KRUISE_GATE, 0);
    ck_assert_uint_eq(fresh->labels.count, 5); /* two of its own, the revision, its hash, the state */
    rollout_simulation_free(s);

    pods[2].revision = (struct rollout_str)STR("web-01");
    s = begun();
    ck_assert_uint_eq(grown(s, 4)->finalizers.count, 0); /* like the first */
    rollout_simulation_free(s);

    snapshot.pods.count = 0;
    s = begun();
    fresh = grown(s, 4);
    ck_assert_uint_eq(fresh->flags & ROLLOUT_POD_IN_PLACE_GATE, ROLLOUT_POD_IN_PLACE_GATE); /* its controller adds it */
    rollout_simulation_free(s);
}
END_TEST

/* ---- the ends of ranges ---- */

START_TEST(test_nothing_there)
{
    static const struct rollout_str text = STR("total <= replicas");
    cloneset.replicas.value = 0;
    snapshot.pods.count = 0;
    play.assertions = &text;
    play.assertion_count = 1;
    struct rollout_simulation *s = begun();
    ck_assert_uint_eq(stepped(s).outcome, ROLLOUT_SIMULATION_RUNS);
    struct rollout_simulation_state state = stepped(s);
    ck_assert_uint_eq(state.outcome, ROLLOUT_SIMULATION_DONE);
    ck_assert_int_eq(state.total, 0);
    rollout_simulation_free(s);
}
END_TEST

START_TEST(test_hundredths)
{
    static const struct rollout_str text = STR("available = 35%");
    play.assertions = &text;
    play.assertion_count = 1;
    struct rollout_simulation *s = begun();
    struct rollout_simulation_state state = stepped(s);
    ck_assert_uint_eq(state.outcome, ROLLOUT_SIMULATION_FAILED);
    ck_assert_str_eq(state.message, "available 3, but exactly 1.05 were promised: 35% of 3");
    rollout_simulation_free(s);
}
END_TEST

START_TEST(test_restarts)
{
    static const struct rollout_fault crash = { .kind = ROLLOUT_FAULT_CRASH, .at_ms = 1500 };
    pods[1].restarts = INT32_MAX;
    play.faults = &crash;
    play.fault_count = 1;
    struct rollout_simulation *s = begun();
    struct rollout_simulation_state state = stepped(s);
    for (int i = 0; i < 20 && state.outcome == ROLLOUT_SIMULATION_RUNS; i++)
        state = stepped(s);
    ck_assert_uint_eq(state.restarts, 3);
    ck_assert_uint_eq(state.deleted, 0); /* that they are as asked for is known to no label */
    const struct rollout_pods *seen = &rollout_simulation_snapshot(s)->pods;
    ck_assert_int_eq(seen->items[0].restarts, 1);
    ck_assert_int_eq(seen->items[1].restarts, INT32_MAX);
    rollout_simulation_free(s);
}
END_TEST

/* ---- UnitedDeployments and BroadcastJobs of facts alone ---- */

/* Two subsets, with a child each, whose one pod is ready; its replicas are 2. */
static void unite(void)
{
    static const struct rollout_label labels[] = { { STR("apps.kruise.io/controller-revision-hash"), STR("web-00") } };
    memset(subsets, 0, sizeof subsets);
    memset(entries, 0, sizeof entries);
    memset(children, 0, sizeof children);
    for (uint32_t i = 0; i < MOST; i++) {
        subsets[i].name = entries[i].name = (struct rollout_str){ names[i], 6 };
        children[i] = (struct rollout_subset){ .name = { names[i], 6 },
                                               .subset = { names[i], 6 },
                                               .revision = STR("web-00"),
                                               .kind = ROLLOUT_CHILD_CLONESET,
                                               .replicas = 1,
                                               .status_replicas = 1,
                                               .ready_replicas = 1 };
        pods[i].child = i + 1;
        pods[i].labels = (struct rollout_labels){ labels, 1, sizeof *labels };
    }
    united_status = (struct rollout_uniteddeployment_status){ .struct_size = sizeof united_status,
                                                              .current_revision = STR("web-00"),
                                                              .updated_revision = STR("web-00") };
    united = (struct rollout_uniteddeployment){ .struct_size = sizeof united,
                                                .namespace_ = STR("default"),
                                                .name = STR("web"),
                                                .replicas = { 1, 2 },
                                                .child_kind = ROLLOUT_CHILD_CLONESET,
                                                .subsets = subsets,
                                                .subset_count = 2,
                                                .status = &united_status };
    workload = (struct rollout_workload){ .struct_size = sizeof workload, .uniteddeployment = &united };
    snapshot.subsets = (struct rollout_subsets){ children, 2, sizeof *children };
    snapshot.pods.count = 2;
}

static void step_refused(const char *text)
{
    struct rollout_check_result result = { .struct_size = sizeof result };
    struct rollout_check *c = NULL;
    int r = rollout_check_new(&world, &explore, &c, &error);
    while (r == ROLLOUT_OK && result.outcome == ROLLOUT_CHECK_RUNS)
        r = rollout_check_step(c, 10, &result, &error);
    ck_assert_int_eq(r, ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, text);
    rollout_check_free(c);
}

START_TEST(test_many_subsets)
{
    static struct rollout_condition marks[16];
    unite();
    explore.flags = ROLLOUT_CHECK_ROOM;
    united.flags = ROLLOUT_UNITEDDEPLOYMENT_ADAPTIVE | ROLLOUT_UNITEDDEPLOYMENT_RESERVES;
    too_many("flags: subsets without room are not explored where unschedulable pods are reserved");
    united.unschedulable_duration = (struct rollout_opt){ 1, 0 }; /* nothing soaks, so that no time counts */
    rollout_check_free(opened());
    united.flags = explore.flags = 0;
    united.subset_count = 17;
    too_many("subsets: 2 children, 17 in the spec, but at most 16 can be explored");
    united.subset_count = 2;
    snapshot.subsets.count = 17;
    too_many("subsets: 17 children, 2 in the spec, but at most 16 can be explored");
    snapshot.subsets.count = 2;
    united_status.subsets = entries;
    united_status.subset_count = 17;
    step_refused("subsets: more than 16 in the status");
    united_status.subset_count = 2;
    /* 16 marks that differ, and one more when the first subset has recovered */
    for (int i = 0; i < 16; i++) {
        marks[i] = (struct rollout_condition){
            .type = STR("Schedulable"), .status = STR("False"), .reason = { names[i], 6 }, .last_transition_ms = 1000
        };
        entries[i].conditions = &marks[i];
        entries[i].condition_count = 1;
    }
    united_status.subset_count = 16;
    united.flags = ROLLOUT_UNITEDDEPLOYMENT_ADAPTIVE;
    step_refused("subsets: more than 256 names in all states");
    united.flags = 0;
    united_status.subset_count = 2;
    united.replicas.value = 512; /* 256 each */
    step_refused("subsets: more than 16 children at a time, or 255 replicas");
}
END_TEST

/* Pods of no child are nobody's, and a child's partition that is no number is 0 (2). */
START_TEST(test_strange_children)
{
    struct rollout_check_result result = { .struct_size = sizeof result };
    static const struct rollout_fault full = { .kind = ROLLOUT_FAULT_ROOM, .target = STR("web-00") };
    unite();
    snapshot.pods.count = 4;
    pods[2].child = pods[3].child = 0;
    pods[3].phase = ROLLOUT_PHASE_PENDING;
    pods[3].flags = 0;
    pods[3].node = (struct rollout_str){ NULL, 0 };
    children[0].partition = (struct rollout_intstr){ .kind = ROLLOUT_INTSTR_TEXT, .text = STR("x") };
    struct rollout_check *c = opened();
    while (result.outcome == ROLLOUT_CHECK_RUNS)
        ck_assert_int_eq(rollout_check_step(c, 100, &result, &error), ROLLOUT_OK);
    ck_assert_uint_eq(result.outcome, ROLLOUT_CHECK_HOLDS);
    rollout_check_free(c);
    play.faults = &full;
    play.fault_count = 1;
    struct rollout_simulation *s = begun();
    struct rollout_simulation_state state = stepped(s);
    for (int i = 0; i < 20 && state.outcome == ROLLOUT_SIMULATION_RUNS; i++)
        state = stepped(s);
    ck_assert_uint_eq(state.outcome, ROLLOUT_SIMULATION_DONE);
    ck_assert_int_eq(state.created, 0);
    ck_assert_int_eq(state.deleted, 0);
    rollout_simulation_free(s);
}
END_TEST

/* Of a subset's conditions, which upstream has one of, those are passed on from pass to pass that there is room for; of the
 * others none is lost but for room. */
START_TEST(test_many_conditions)
{
    static const struct rollout_str types[] = { STR("A"), STR("B"), STR("C"), STR("D"), STR("E"), STR("F") };
    struct rollout_condition conditions[6];
    unite();
    for (size_t i = 0; i < 6; i++)
        conditions[i] = (struct rollout_condition){ .type = types[i], .status = STR("True") };
    entries[1].conditions = conditions;
    entries[1].condition_count = 6;
    united_status.subsets = entries;
    united_status.subset_count = 2;
    pods[0].flags = 0; /* something is yet to come, so that there is a pass with the status of the first */
    united.replicas.value = 3;
    struct rollout_simulation *s = begun();
    struct rollout_simulation_state state = stepped(s);
    for (int i = 0; i < 20 && state.outcome == ROLLOUT_SIMULATION_RUNS; i++)
        state = stepped(s);
    const struct rollout_tree *status = &rollout_simulation_plan(s)->status;
    size_t types_seen = 0;
    for (size_t n = 0; n < status->count; n++)
        for (size_t i = 0; i < 6 && status->nodes[n].kind == ROLLOUT_NODE_TEXT; i++)
            types_seen += status->nodes[n].text.len == 1 && status->nodes[n].text.data[0] == types[i].data[0];
    ck_assert_uint_eq(types_seen, 4);
    rollout_simulation_free(s);
}
END_TEST

/* Whose child a pod is means nothing beside a workload of another kind. */
START_TEST(test_no_child)
{
    pods[2].child = 7;
    pods[2].phase = ROLLOUT_PHASE_PENDING;
    pods[2].flags = 0;
    pods[2].node = (struct rollout_str){ NULL, 0 };
    struct rollout_simulation *s = begun();
    struct rollout_simulation_state state = stepped(s);
    for (int i = 0; i < 20 && state.outcome == ROLLOUT_SIMULATION_RUNS; i++)
        state = stepped(s);
    ck_assert_uint_eq(state.outcome, ROLLOUT_SIMULATION_DONE);
    ck_assert_int_eq(state.available, 3);
    ck_assert_int_eq(state.created, 0);
    rollout_simulation_free(s);
}
END_TEST

/* Pods that say nothing of themselves are as the template, but never restart; a new one restarts as a pod that is there
 * does, where no object says it, and is bound as the gate says. */
START_TEST(test_job_facts)
{
    static const struct rollout_job_pod restarting = { .on_failure = 1 };
    static const struct rollout_resource room = { STR("pods"), 110 };
    static const struct rollout_gate by_name = { ROLLOUT_GATE_ASSIGN_BCJ_PODS_BY_SCHEDULER, 0 };
    memset(&pods[0].labels, 0, sizeof pods[0].labels);
    job = (struct rollout_broadcastjob){ .struct_size = sizeof job,
                                         .namespace_ = STR("default"),
                                         .name = STR("web"),
                                         .restart_limit = 3,
                                         .completion = ROLLOUT_COMPLETION_ALWAYS };
    workload = (struct rollout_workload){ .struct_size = sizeof workload, .broadcastjob = &job };
    workload.gates = &by_name;
    workload.gate_count = (size_t)_i;
    snapshot.update_revision = 0;
    snapshot.revisions.count = 0;
    snapshot.nodes = (struct rollout_nodes){ nodes, 3, sizeof *nodes };
    for (size_t i = 0; i < 3; i++) {
        nodes[i].allocatable = &room;
        nodes[i].allocatable_count = 1;
    }
    pods[0].job_pod = &restarting;
    pods[0].node = nodes[0].name;
    pods[1].node = nodes[1].name;
    pods[2].node = (struct rollout_str)STR("elsewhere");
    job.scheduling.affinity.set = 1; /* no node at all, which counts no more for pods that are bound */
    struct rollout_simulation *s = begun();
    (void)stepped(s);
    const struct rollout_pods *seen = &rollout_simulation_snapshot(s)->pods;
    ck_assert_uint_eq(seen->count, 3);
    const struct rollout_job_pod *own = seen->items[1].job_pod, *lost = seen->items[2].job_pod;
    ck_assert_uint_eq(own->on_failure, 0);
    ck_assert_uint_eq(own->scheduling.affinity.set, 1);
    ck_assert_uint_eq(own->scheduling.affinity.term_count, 1);
    ck_assert_mem_eq(own->scheduling.affinity.terms->fields->values.items[0].data, "web-01", 6);
    ck_assert_uint_eq(lost->scheduling.affinity.set, 0);
    rollout_simulation_free(s);

    job.scheduling.affinity.set = 0; /* the third node has none, and is given one */
    s = begun();
    (void)stepped(s);
    seen = &rollout_simulation_snapshot(s)->pods;
    for (int i = 0; i < 4 && seen->count < 4; i++) {
        (void)stepped(s);
        seen = &rollout_simulation_snapshot(s)->pods;
    }
    ck_assert_uint_eq(seen->count, 4);
    own = seen->items[3].job_pod;
    ck_assert_uint_eq(own->on_failure, 1);
    ck_assert_uint_eq(own->scheduling.affinity.set, _i == 0);
    ck_assert_mem_eq(own->scheduling.node_name.data, "web-02", 6);
    rollout_simulation_free(s);
}
END_TEST

/* ---- changes ---- */

static void refused(const char *text)
{
    struct rollout_simulation *s = NULL;
    struct rollout_check *c = NULL;
    ck_assert_int_eq(rollout_simulation_new(&world, &play, &s, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, text);
    ck_assert_uint_eq(error.index, 1);
    ck_assert_ptr_null(s);
    ck_assert_int_eq(rollout_check_new(&world, &explore, &c, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, text);
    ck_assert_ptr_null(c);
}

START_TEST(test_changes)
{
    struct rollout_workload other = { .struct_size = sizeof other, .statefulset = &statefulset };
    struct rollout_snapshot there = snapshot;
    struct rollout_world to = { .struct_size = sizeof to, .workload = &other, .snapshot = &there };
    const struct rollout_change changes[] = { { 0, &world }, { 1000, &to } };
    play.changes = explore.changes = changes;
    play.change_count = explore.change_count = 2;
    refused("changes[1].world.workload: is of another kind");
    to.workload = &workload;
    there.pods = (struct rollout_pods){ NULL, 1, sizeof *pods };
    refused("changes[1].world: pods: is NULL with a count of 1");
    /* What is wrong with the world itself is no change's fault. */
    struct rollout_workload none = { .struct_size = 0 };
    struct rollout_simulation *s = NULL;
    there.pods = snapshot.pods;
    world.workload = &none;
    play.changes = &changes[1];
    play.change_count = 1;
    ck_assert_int_eq(rollout_simulation_new(&world, &play, &s, &error), ROLLOUT_ERR_ABI);
    ck_assert_str_eq(error.message, "workload: struct_size 0 is none");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_callers");
    TCase *tcase = tcase_create("sim_callers");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_test(tcase, test_shorter_pods);
    tcase_add_test(tcase, test_shorter_snapshot);
    tcase_add_test(tcase, test_results);
    tcase_add_test(tcase, test_millions);
    tcase_add_test(tcase, test_small);
    tcase_add_test(tcase, test_many);
    tcase_add_test(tcase, test_memory_limit);
    tcase_add_test(tcase, test_check_options);
    tcase_add_test(tcase, test_lint_gates);
    tcase_add_test(tcase, test_too_early);
    tcase_add_test(tcase, test_no_objects);
    tcase_add_test(tcase, test_sidecars);
    tcase_add_test(tcase, test_fault_of_a_change);
    tcase_add_test(tcase, test_like_others);
    tcase_add_test(tcase, test_nothing_there);
    tcase_add_test(tcase, test_hundredths);
    tcase_add_test(tcase, test_restarts);
    tcase_add_test(tcase, test_changes);
    tcase_add_test(tcase, test_many_subsets);
    tcase_add_test(tcase, test_strange_children);
    tcase_add_test(tcase, test_no_child);
    tcase_add_test(tcase, test_many_conditions);
    tcase_add_loop_test(tcase, test_job_facts, 0, 2);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of cloneset.md 5.7 and 5.8. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "rules/rank.h"

#define READY     ROLLOUT_POD_READY
#define AVAILABLE 4 /* some bit of the marks */
#define NODE(x)   .node = { x, sizeof(x) - 1 }
#define RUNNING   .phase = ROLLOUT_PHASE_RUNNING, NODE("n")
#define HOSTNAME  "kubernetes.io/hostname"

static const struct ro_abi_array no_nodes;
static const struct rollout_strs no_keys;

static void sort(const struct ro_delete_order *order, uint32_t *group, size_t n)
{
    size_t size = ro_delete_order_scratch(order, n);
    void *scratch = malloc(size);
    memset(scratch, 0x5a, size);
    ro_delete_order_sort(order, group, n, scratch);
    free(scratch);
}

/* ---- the rules ---- */

/* first goes before second whichever comes first in the list; or (ties) the list decides. */
static const struct pair {
    const char *name;
    struct rollout_pod first, second;
    uint8_t first_mark, second_mark;
    bool ties;
} pairs[] = {
    { "[T] unscheduled < pending",
      { .phase = ROLLOUT_PHASE_PENDING },
      { .phase = ROLLOUT_PHASE_PENDING, NODE("n") },
      0,
      0,
      false },
    { "[T] pending < unknown",
      { .phase = ROLLOUT_PHASE_PENDING, NODE("n") },
      { .phase = ROLLOUT_PHASE_UNKNOWN, NODE("n") },
      0,
      0,
      false },
    { "[T] unknown < running unready", { .phase = ROLLOUT_PHASE_UNKNOWN, NODE("n") }, { RUNNING }, 0, 0, false },
    { "[T] running unready < ready with no transition time", { RUNNING }, { RUNNING, .flags = READY }, 0, 0, false },
    { "[T] ready with no transition time < ready now",
      { RUNNING, .flags = READY },
      { RUNNING, .flags = READY, .ready_since_ms = 1700000000000 },
      0,
      0,
      false },
    { "[T] ready now < ready a month ago",
      { RUNNING, .flags = READY, .ready_since_ms = 1700000000000 },
      { RUNNING, .flags = READY, .ready_since_ms = 1697400000000 },
      0,
      0,
      false },
    { "[T] 9001 restarts < none", { RUNNING, .restarts = 9001 }, { RUNNING }, 0, 0, false },
    { "[T] newer < older", { RUNNING, .created_ms = 2000 }, { RUNNING, .created_ms = 1000 }, 0, 0, false },
    { "[T] cost 10 < cost 100", { RUNNING, .deletion_cost = 10 }, { RUNNING, .deletion_cost = 100 }, 0, 0, false },
    { "rule 1: over all others",
      { .phase = ROLLOUT_PHASE_RUNNING, .flags = READY, .deletion_cost = 9 },
      { NODE("n"), .restarts = 9 },
      AVAILABLE,
      0,
      false },
    { "rule 2: Succeeded counts as Pending",
      { .phase = ROLLOUT_PHASE_SUCCEEDED },
      { .phase = ROLLOUT_PHASE_PENDING },
      0,
      0,
      true },
    { "rule 2: over availability", { .phase = ROLLOUT_PHASE_PENDING, NODE("n") }, { RUNNING }, AVAILABLE, 0, false },
    { "rule 3: over ready and cost",
      { RUNNING, .flags = READY, .deletion_cost = 5 },
      { RUNNING },
      0,
      AVAILABLE,
      false },
    { "rule 3: other marks say nothing", { RUNNING }, { RUNNING, .flags = READY }, 0xff & ~AVAILABLE, 0, false },
    { "rule 4: over cost", { RUNNING, .deletion_cost = 5 }, { RUNNING, .flags = READY }, 0, 0, false },
    { "rule 5: negative cost",
      { RUNNING, .deletion_cost = INT32_MIN, .created_ms = 1 },
      { RUNNING, .restarts = 3, .deletion_cost = -1 },
      0,
      0,
      false },
    { "rule 5: over ready time",
      { RUNNING, .flags = READY, .ready_since_ms = 1 },
      { RUNNING, .flags = READY, .deletion_cost = 1 },
      0,
      0,
      false },
    { "rule 7: only if both are ready",
      { RUNNING, .ready_since_ms = 1, .restarts = 1 },
      { RUNNING, .ready_since_ms = 2 },
      0,
      0,
      false },
    { "rule 7: over restarts",
      { RUNNING, .flags = READY, .ready_since_ms = 2 },
      { RUNNING, .flags = READY, .ready_since_ms = 1, .restarts = 7 },
      0,
      0,
      false },
    { "rule 8: sidecars do not count",
      { RUNNING, .sidecar_restarts = 3 },
      { RUNNING, .sidecar_restarts = 5 },
      0,
      0,
      true },
    { "rule 9: zero time first", { RUNNING }, { RUNNING, .created_ms = 5 }, 0, 0, false },
    { "rule 10: name", { RUNNING, .name = { "b", 1 } }, { RUNNING, .name = { "a", 1 } }, 0, 0, true },
};

START_TEST(test_pair)
{
    const struct pair *p = &pairs[_i];
    /* Each on a node of its own, so that rule 6 has nothing to say. */
    struct rollout_pod pods[] = { p->first, p->second };
    uint8_t marks[] = { p->first_mark, p->second_mark };
    if (pods[0].node.len && pods[1].node.len)
        pods[1].node = RO_STR("other");
    struct ro_pods view = { (const char *)pods, sizeof(*pods), 2 };
    struct ro_delete_order order = {
        .pods = &view, .nodes = &no_nodes, .topology_keys = &no_keys, .marks = marks, .available = AVAILABLE
    };
    uint32_t list[] = { 0, 1 }, turned[] = { 1, 0 };
    sort(&order, list, 2);
    sort(&order, turned, 2);
    ck_assert_msg(list[0] == 0, "cloneset 5.7 %s", p->name);
    ck_assert_msg(turned[0] == (p->ties ? 1 : 0), "cloneset 5.7 %s", p->name);
}
END_TEST

/* ---- ranks ---- */

/* "a2 b1": pods a0 a1 b0, each on the node of its letter; named are the same in the result. */
struct fleet {
    struct rollout_pod pods[64];
    char names[64][4];
    size_t count;
    struct rollout_node_facts nodes[26];
    struct rollout_label labels[26][4];
    char hosts[26];
    struct ro_pods view;
    struct ro_abi_array array;
};

/* zones: "z1=bcd z2=ef": label `zone` of these nodes; they have a hostname too. All letters up to last are nodes. */
static void build(struct fleet *f, const char *pods, const char *zones, bool by_index)
{
    memset(f, 0, sizeof(*f));
    uint32_t last = 0;
    for (const char *at = pods; *at; at += strspn(at, " ")) {
        uint32_t node = (uint32_t)(*at++ - 'a'), n = (uint32_t)strtoul(at, NULL, 10);
        at += strcspn(at, " ");
        f->hosts[node] = (char)('a' + node);
        last = node > last ? node : last;
        for (uint32_t i = 0; i < n; i++) {
            sprintf(f->names[f->count], "%c%u", 'a' + (char)node, (unsigned)i);
            f->pods[f->count++] = (struct rollout_pod){ .phase = ROLLOUT_PHASE_RUNNING,
                                                        .flags = READY,
                                                        .node = { &f->hosts[node], 1 },
                                                        .node_index = by_index ? node + 1 : 0 };
        }
    }
    for (uint32_t i = 0; i <= last; i++)
        f->nodes[i] = (struct rollout_node_facts){ .name = { &f->hosts[i], 1 },
                                                   .labels = { f->labels[i], 0, sizeof(f->labels[i][0]) } };
    for (const char *at = zones; *at; at += strspn(at, " ")) {
        struct rollout_str zone = { at, strcspn(at, "=") };
        for (at += zone.len + 1; *at && *at != ' '; at++) {
            struct rollout_node_facts *node = &f->nodes[*at - 'a'];
            f->labels[*at - 'a'][node->labels.count++] = (struct rollout_label){ RO_STR("zone"), zone };
            f->labels[*at - 'a'][node->labels.count++] = (struct rollout_label){ RO_STR(HOSTNAME), node->name };
        }
    }
    f->view = (struct ro_pods){ (const char *)f->pods, sizeof(f->pods[0]), f->count };
    f->array =
        (struct ro_abi_array){ .items = (const char *)f->nodes, .count = last + 1, .stride = sizeof(f->nodes[0]) };
}

static const char *sorted(const struct fleet *f, const char *const *keys, uint32_t key_count, char *buf)
{
    struct rollout_str texts[4];
    struct rollout_strs views = { texts, key_count, sizeof(texts[0]) };
    uint32_t group[64];
    for (uint32_t i = 0; i < key_count; i++)
        texts[i] = (struct rollout_str){ keys[i], strlen(keys[i]) };
    for (uint32_t i = 0; i < f->count; i++)
        group[i] = i;
    struct ro_delete_order order = { .pods = &f->view, .nodes = &f->array, .topology_keys = &views };
    sort(&order, group, f->count);
    char *at = buf;
    for (size_t i = 0; i < f->count; i++)
        at += sprintf(at, i ? " %s" : "%s", f->names[group[i]]);
    return buf;
}

static const struct rank_row {
    const char *name, *pods, *zones, *keys[4];
    uint32_t key_count;
    const char *expected;
} rank_rows[] = {
    { "cloneset 5.8: same node", "a3 b2 c1 d3", "", { NULL }, 0, "a0 d0 a1 b0 d1 a2 b1 c0 d2" },
    /* By falling rank; pods of one rank in list order; a0 and a1 have none. */
    { "cloneset 5.8 [T]: zone",
      "a2 b2 c3 d5 e5 f3 i5",
      "z1=bcd z2=ef z3=i",
      { "zone" },
      1,
      "d0 d1 c0 e0 d2 e1 b0 e2 c1 f0 i0 d3 e3 i1 b1 f1 i2 c2 e4 i3 d4 f2 i4 a0 a1" },
    { "cloneset 5.8 [T]: zone and hostname",
      "a2 b2 c3 d5 e5 f3 i5",
      "z1=bcd z2=ef z3=i",
      { "zone", HOSTNAME },
      2,
      "d0 e0 d1 e1 c0 i0 d2 e2 i1 f0 b0 c1 i2 d3 e3 f1 i3 b1 c2 e4 d4 f2 i4 a0 a1" },
    { "cloneset 5.8: no node has the label: all ranks are 0", "a3 b1", "z1=ab", { "rack" }, 1, "a0 a1 a2 b0" },
    { "cloneset 5.8: a zone of one pod has a rank, a missing label none", "a2 b1", "z1=b", { "zone" }, 1, "b0 a0 a1" },
};

START_TEST(test_rank)
{
    const struct rank_row *row = &rank_rows[_i / 2];
    struct fleet *f = malloc(sizeof(*f));
    char buf[256];
    build(f, row->pods, row->zones, _i % 2);
    ck_assert_msg(strcmp(sorted(f, row->keys, row->key_count, buf), row->expected) == 0, "%s, %s: %s", row->name,
                  _i % 2 ? "by index" : "by name", buf);
    free(f);
}
END_TEST

/* cloneset 5.8 [T]: nodes a{0,4,10} b{3,6} c{5} d{7,8,9}: ranks 0:2 4:1 3:1 7:2 8:1, others 0. */
START_TEST(test_same_node)
{
    static const char nodes[] = "aefbacbddda";
    struct rollout_pod pods[11];
    uint32_t group[11];
    static const uint32_t expected[] = { 0, 7, 3, 4, 8, 1, 2, 5, 6, 9, 10 };
    for (uint32_t i = 0; i < 11; i++) {
        pods[i] = (struct rollout_pod){ .phase = ROLLOUT_PHASE_RUNNING, .node = { &nodes[i], 1 } };
        group[i] = i;
    }
    struct ro_pods view = { (const char *)pods, sizeof(*pods), 11 };
    struct ro_delete_order order = { .pods = &view, .nodes = &no_nodes, .topology_keys = &no_keys };
    sort(&order, group, 11);
    for (int i = 0; i < 11; i++)
        ck_assert_uint_eq(group[i], expected[i]);
    /* Ranks are those of the group alone: without 0 and 4, pod 10 is alone on its node. */
    uint32_t part[] = { 10, 8, 3, 6 };
    static const uint32_t part_expected[] = { 3, 10, 8, 6 };
    sort(&order, part, 4);
    for (int i = 0; i < 4; i++)
        ck_assert_uint_eq(part[i], part_expected[i]);
}
END_TEST

/* Names that the snapshot lacks, an index out of range, and pods without a node. */
START_TEST(test_nodes)
{
    struct rollout_node_facts facts[] = { { .name = RO_STR("a") } };
    struct ro_abi_array nodes = { .items = (const char *)facts, .count = 1, .stride = sizeof(facts[0]) };
    struct rollout_pod pods[] = {
        { .phase = ROLLOUT_PHASE_RUNNING, NODE("x") },
        { .phase = ROLLOUT_PHASE_RUNNING, NODE("a"), .node_index = 1 },
        { .phase = ROLLOUT_PHASE_RUNNING, NODE("y") },
        { .phase = ROLLOUT_PHASE_RUNNING, NODE("a"), .node_index = 9 },
        { .phase = ROLLOUT_PHASE_RUNNING, NODE("x") },
        { .phase = ROLLOUT_PHASE_RUNNING, NODE("a") },
        { .phase = ROLLOUT_PHASE_RUNNING, .node_index = 1 },
        { .phase = ROLLOUT_PHASE_RUNNING },
    };
    uint32_t group[] = { 0, 1, 2, 3, 4, 5, 6, 7 };
    /* Not scheduled first; then a has ranks 2 1 0, x has 1 0, y has 0. */
    static const uint32_t expected[] = { 6, 7, 1, 0, 3, 2, 4, 5 };
    struct ro_pods view = { (const char *)pods, sizeof(*pods), 8 };
    struct ro_delete_order order = { .pods = &view, .nodes = &nodes };
    sort(&order, group, 8);
    for (int i = 0; i < 8; i++)
        ck_assert_uint_eq(group[i], expected[i]);
}
END_TEST

/* Availability orders the group, but not what the ranks are made of. */
START_TEST(test_available)
{
    struct rollout_pod pods[] = {
        { RUNNING, .flags = READY, .created_ms = 1 },
        { RUNNING, .flags = READY, .created_ms = 2 },
        { RUNNING, .flags = READY, .created_ms = 3 },
    };
    uint8_t marks[] = { 0, AVAILABLE, AVAILABLE };
    uint32_t group[] = { 0, 1, 2 };
    static const uint32_t expected[] = { 0, 2, 1 };
    struct ro_pods view = { (const char *)pods, sizeof(*pods), 3 };
    struct ro_delete_order order = {
        .pods = &view, .nodes = &no_nodes, .topology_keys = &no_keys, .marks = marks, .available = AVAILABLE
    };
    sort(&order, group, 3);
    for (int i = 0; i < 3; i++)
        ck_assert_uint_eq(group[i], expected[i]);

    /* Pod 0 of node n would rank 2 if not being available made it the first there; as the oldest it
     * ranks 0, and pod 1 of node m with rank 1 goes before it. */
    struct rollout_pod two[] = {
        { RUNNING, .flags = READY, .created_ms = 1 },
        { .phase = ROLLOUT_PHASE_RUNNING, .flags = READY, NODE("m"), .created_ms = 3 },
        { RUNNING, .flags = READY, .created_ms = 3 },
        { RUNNING, .flags = READY, .created_ms = 2 },
        { .phase = ROLLOUT_PHASE_RUNNING, .flags = READY, NODE("m"), .created_ms = 2 },
    };
    uint8_t two_marks[] = { 0, 0, AVAILABLE, AVAILABLE, AVAILABLE };
    uint32_t all[] = { 0, 1, 2, 3, 4 };
    static const uint32_t all_expected[] = { 1, 0, 2, 3, 4 };
    view = (struct ro_pods){ (const char *)two, sizeof(*two), 5 };
    order.marks = two_marks;
    sort(&order, all, 5);
    for (int i = 0; i < 5; i++)
        ck_assert_uint_eq(all[i], all_expected[i]);
}
END_TEST

/* cloneset 5.8: 2 ln 4 + 2 ln 6 + 4 ln 3 and 6 ln 6 are equal on paper; by Go's last bit the second is
 * the greater, so its pod, although later in the list, goes first. */
START_TEST(test_last_bits)
{
    static const struct {
        const char *labels[3];
        int32_t cost;
    } drawn[] = {
        { { "A", "P", "S" }, -1 },  { { "A", NULL, NULL }, 0 }, { { NULL, "P", NULL }, 0 },  { { NULL, NULL, "S" }, 0 },
        { { NULL, NULL, "S" }, 0 }, { { NULL, NULL, "S" }, 0 }, { { NULL, "Q", NULL }, -1 }, { { NULL, "Q", NULL }, 0 },
        { { NULL, "Q", NULL }, 0 }, { { NULL, "Q", NULL }, 0 }, { { NULL, "Q", NULL }, 0 },  { { NULL, "Q", NULL }, 0 },
        { { "B", NULL, NULL }, 0 }, { { NULL, "R", NULL }, 0 }, { { NULL, "T", NULL }, 0 },
    };
    enum { N = sizeof(drawn) / sizeof(drawn[0]) };
    static const char names[] = "abcdefghijklmno";
    static const struct rollout_str keys[] = { { "k1", 2 }, { "k2", 2 }, { "k3", 2 } };
    struct rollout_strs views = { keys, 3, sizeof(keys[0]) };
    struct rollout_pod pods[N];
    struct rollout_node_facts nodes[N];
    struct rollout_label labels[N][3];
    uint32_t group[N];
    for (uint32_t i = 0; i < N; i++) {
        nodes[i] =
            (struct rollout_node_facts){ .name = { &names[i], 1 }, .labels = { labels[i], 0, sizeof(labels[i][0]) } };
        for (int j = 0; j < 3; j++)
            if (drawn[i].labels[j])
                labels[i][nodes[i].labels.count++] = (struct rollout_label){ keys[j], { drawn[i].labels[j], 1 } };
        pods[i] = (struct rollout_pod){ .phase = ROLLOUT_PHASE_RUNNING,
                                        .node = nodes[i].name,
                                        .deletion_cost = drawn[i].cost };
        group[i] = i;
    }
    struct ro_pods view = { (const char *)pods, sizeof(*pods), N };
    struct ro_abi_array array = { .items = (const char *)nodes, .count = N, .stride = sizeof(nodes[0]) };
    struct ro_delete_order order = { .pods = &view, .nodes = &array, .topology_keys = &views };
    sort(&order, group, N);
    ck_assert_uint_eq(group[0], 6);
    ck_assert_uint_eq(group[1], 0);
}
END_TEST

START_TEST(test_scratch)
{
    struct ro_abi_array nodes = { .count = 500 };
    struct ro_delete_order order = { .nodes = &nodes };
    ck_assert_uint_le(ro_delete_order_scratch(&order, 100000), 48 * 100000 + 32 * 500);
    nodes.count = 100000;
    ck_assert_uint_le(ro_delete_order_scratch(&order, 1000), 48 * 1000 + 32 * 100000);
    ck_assert_uint_eq(ro_delete_order_scratch(&order, UINT32_MAX), SIZE_MAX);
    nodes.count = SIZE_MAX / 2;
    ck_assert_uint_eq(ro_delete_order_scratch(&order, 1), SIZE_MAX);

    uint32_t one[] = { 7 };
    ro_delete_order_sort(&order, one, 1, NULL);
    ck_assert_uint_eq(one[0], 7);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rank");
    TCase *tcase = tcase_create("rank");
    tcase_add_loop_test(tcase, test_pair, 0, (int)(sizeof(pairs) / sizeof(*pairs)));
    tcase_add_loop_test(tcase, test_rank, 0, 2 * (int)(sizeof(rank_rows) / sizeof(*rank_rows)));
    tcase_add_test(tcase, test_same_node);
    tcase_add_test(tcase, test_nodes);
    tcase_add_test(tcase, test_available);
    tcase_add_test(tcase, test_last_bits);
    tcase_add_test(tcase, test_scratch);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

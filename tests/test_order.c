/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of ordering.md 3, 6, 7.7, 8 and cloneset.md 6.2. */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "rules/order.h"

#define LIST_MAX 16

/* Lists are written as texts: "4 0 1 2 3 5". */
static const char *text_of(const uint32_t *list, size_t n, char *buf)
{
    char *at = buf;
    *at = 0;
    for (size_t i = 0; i < n; i++)
        at += sprintf(at, i ? " %u" : "%u", (unsigned)list[i]);
    return buf;
}

static size_t numbers(const char *text, uint32_t *list)
{
    size_t n = 0;
    while (*text) {
        char *end;
        list[n++] = (uint32_t)strtoul(text, &end, 10);
        text = end + strspn(end, " ");
    }
    return n;
}

/* "key=value,key" */
static struct rollout_labels labels_of(const char *text, struct rollout_label *room)
{
    struct rollout_labels labels = { room, 0, sizeof(*room) };
    while (*text) {
        size_t len = strcspn(text, ","), key = strcspn(text, "=,");
        room[labels.count].key = (struct rollout_str){ text, key };
        room[labels.count].value = (struct rollout_str){ text + key + (key < len), len - key - (key < len) };
        labels.count++;
        text += len + (text[len] == ',');
    }
    return labels;
}

static const char *ordered(const struct rollout_order *order, const struct rollout_pod *pods, size_t count,
                           const char *wait, char *buf)
{
    struct rollout_pods view = { pods, count, sizeof(*pods) };
    uint32_t list[LIST_MAX];
    size_t n = numbers(wait, list);
    ck_assert_int_eq(rollout_order_update(order, &view, list, n, NULL), ROLLOUT_OK);
    return text_of(list, n, buf);
}

/* ---- the default order ---- */

#define READY   ROLLOUT_POD_READY
#define NODE(x) .node = { x, sizeof(x) - 1 }
#define RUNNING .phase = ROLLOUT_PHASE_RUNNING, NODE("n")

START_TEST(test_pinned)
{
    struct rollout_pod pods[] = {
        { .phase = ROLLOUT_PHASE_PENDING, .flags = READY },
        { .phase = ROLLOUT_PHASE_PENDING },
        { .phase = ROLLOUT_PHASE_RUNNING },
        { .phase = ROLLOUT_PHASE_RUNNING, .flags = READY },
        { .phase = ROLLOUT_PHASE_RUNNING },
    };
    struct rollout_pods view = { pods, 5, sizeof(*pods) };
    uint32_t list[] = { 0, 1, 3, 4 };
    char buf[64];
    ck_assert_int_eq(rollout_order_default(&view, list, 4, NULL), ROLLOUT_OK);
    ck_assert_str_eq(text_of(list, 4, buf), "1 0 4 3"); /* ordering 3: pinned test; cloneset 6.2 [T] */
}
END_TEST

/* first goes before second whichever comes first in the list; or (ties) the list decides. */
static const struct pair {
    const char *name;
    struct rollout_pod first, second;
    bool ties;
} pairs[] = {
    { "rule 1: not scheduled",
      { .phase = ROLLOUT_PHASE_RUNNING, .flags = READY },
      { .phase = ROLLOUT_PHASE_PENDING, NODE("n") },
      false },
    { "rule 1: two nodes are equal", { NODE("a") }, { NODE("b") }, true },
    { "rule 1: absent and empty are equal", { .node = { "", 0 } }, { .node = { NULL, 0 } }, true },
    { "rule 2: Pending before Unknown",
      { .phase = ROLLOUT_PHASE_PENDING, .flags = READY },
      { .phase = ROLLOUT_PHASE_UNKNOWN },
      false },
    { "rule 2: Unknown before Running",
      { .phase = ROLLOUT_PHASE_UNKNOWN, .flags = READY },
      { .phase = ROLLOUT_PHASE_RUNNING },
      false },
    { "rule 2: Succeeded counts as Pending",
      { .phase = ROLLOUT_PHASE_SUCCEEDED },
      { .phase = ROLLOUT_PHASE_PENDING },
      true },
    { "rule 2: Failed counts as Pending", { .phase = ROLLOUT_PHASE_FAILED }, { .phase = ROLLOUT_PHASE_PENDING }, true },
    { "rule 2: no phase counts as Pending", { .phase = ROLLOUT_PHASE_NONE }, { .phase = ROLLOUT_PHASE_PENDING }, true },
    { "rule 2: another phase counts as Pending",
      { .phase = ROLLOUT_PHASE_OTHER },
      { .phase = ROLLOUT_PHASE_PENDING },
      true },
    { "rule 3: not ready", { RUNNING, .restarts = 0 }, { RUNNING, .flags = READY, .restarts = 9 }, false },
    { "rule 3: Ready of a pending pod counts",
      { .phase = ROLLOUT_PHASE_PENDING },
      { .phase = ROLLOUT_PHASE_PENDING, .flags = READY },
      false },
    { "rule 4: later ready",
      { RUNNING, .flags = READY, .ready_since_ms = 2000 },
      { RUNNING, .flags = READY, .ready_since_ms = 1000, .restarts = 5 },
      false },
    { "rule 4: zero time first",
      { RUNNING, .flags = READY },
      { RUNNING, .flags = READY, .ready_since_ms = INT64_MAX },
      false },
    { "rule 4: before 1970",
      { RUNNING, .flags = READY, .ready_since_ms = -1 },
      { RUNNING, .flags = READY, .ready_since_ms = INT64_MIN },
      false },
    { "rule 4: only if both are ready",
      { RUNNING, .ready_since_ms = 1000, .restarts = 1 },
      { RUNNING, .ready_since_ms = 2000 },
      false },
    { "rule 5: more restarts", { RUNNING, .restarts = 2 }, { RUNNING, .restarts = 1, .sidecar_restarts = 9 }, false },
    { "rule 5: less than none", { RUNNING, .restarts = 0 }, { RUNNING, .restarts = INT32_MIN }, false },
    { "rule 5: the most", { RUNNING, .restarts = INT32_MAX }, { RUNNING, .restarts = INT32_MAX - 1 }, false },
    { "rule 6: more restarts of sidecars",
      { RUNNING, .sidecar_restarts = 2, .created_ms = 1 },
      { RUNNING, .sidecar_restarts = 1, .created_ms = 2 },
      false },
    { "rule 7: newer", { RUNNING, .created_ms = 2000 }, { RUNNING, .created_ms = 1000 }, false },
    { "rule 7: zero time first", { RUNNING }, { RUNNING, .created_ms = 1 }, false },
    { "no rule: name, cost, state, revision",
      { RUNNING, .name = { "b", 1 }, .deletion_cost = 3 },
      { RUNNING, .name = { "a", 1 }, .lifecycle_state = ROLLOUT_STATE_UPDATED },
      true },
};

START_TEST(test_pair)
{
    const struct pair *p = &pairs[_i];
    struct rollout_pod pods[] = { p->first, p->second };
    struct rollout_pods view = { pods, 2, sizeof(*pods) };
    uint32_t list[] = { 0, 1 }, turned[] = { 1, 0 };
    char buf[64];
    ck_assert_int_eq(rollout_order_default(&view, list, 2, NULL), ROLLOUT_OK);
    ck_assert_int_eq(rollout_order_default(&view, turned, 2, NULL), ROLLOUT_OK);
    ck_assert_msg(strcmp(text_of(list, 2, buf), "0 1") == 0, "ordering 3, %s", p->name);
    ck_assert_msg(strcmp(text_of(turned, 2, buf), p->ties ? "1 0" : "0 1") == 0, "ordering 3, %s", p->name);
}
END_TEST

/* ---- priority ---- */

/* Strategies: "w key=value:20 ..." or "o key ...". */
struct strategy {
    struct rollout_label labels[8];
    struct rollout_weight_term weights[8];
    struct rollout_str keys[8];
    struct rollout_order order;
};

static const struct rollout_order *strategy_of(const char *text, struct strategy *s)
{
    memset(s, 0, sizeof(*s));
    struct rollout_priority *p = &s->order.priority;
    bool weights = *text++ == 'w';
    while (*text == ' ') {
        size_t len = strcspn(++text, " ");
        if (weights) {
            size_t key = strcspn(text, "="), end = strcspn(text, ":");
            struct rollout_label *label = &s->labels[p->weight_count];
            *label = (struct rollout_label){ { text, key }, { text + key + 1, end - key - 1 } };
            s->weights[p->weight_count++] =
                (struct rollout_weight_term){ .selector = { .match_labels = { label, 1, sizeof(*label) } },
                                              .weight = (int32_t)atoi(text + end + 1) };
        } else {
            s->keys[p->ordered_keys.count++] = (struct rollout_str){ text, len };
        }
        text += len;
    }
    p->weights = s->weights;
    p->ordered_keys.items = s->keys;
    p->ordered_keys.stride = sizeof(s->keys[0]);
    return &s->order;
}

static const struct compare_row {
    const char *name, *strategy, *i, *j;
    bool kept;
} compare_rows[] = {
    { "ordering 6.4 row 1", "w foo=1:20 bar=1:10", "", "", true },
    { "ordering 6.4 row 2", "w foo=1:20 bar=1:10", "foo=1", "foo=1", true },
    { "ordering 6.4 row 3", "w foo=1:20 bar=1:10", "bar=1", "foo=1", false },
    { "ordering 6.4 row 4", "w foo=1:20 bar=1:10", "", "bar=1", false },
    { "ordering 6.4 row 5", "w k1=1:20 k2=1:10 k3=1:15", "k1=1", "k2=1,k3=1", false },
    { "ordering 6.4 row 6", "w k1=1:20 k2=1:10 k3=1:5", "k2=1,k3=1", "k1=1", false },
    { "ordering 6.4 row 7", "o key1 key2", "", "", true },
    { "ordering 6.4 row 8", "o key1 key2", "key1=o-10", "key1=o-5", true },
    { "ordering 6.4 row 9", "o key1 key2", "key1=o-10", "key1=o-20", false },
    { "ordering 6.4 row 10", "o key1 key2", "key2=o-20", "key1=o-10", false },
    { "ordering 6.4 row 11", "o key1 key2", "key2=o-20", "key2=o-10", true },
    { "ordering 6.3: none of the keys goes first", "o key1 key2", "key1=o-10", "", false },
    { "ordering 6.3: the first listed key decides", "o key1 key2", "key2=9", "key2=1,key1=0", false },
    { "ordering 6.3: equal numbers", "o key1 key2", "key1=a-5", "key1=b5", true },
    { "ordering 6.3: the largest number", "o key1", "key1=9223372036854775806", "key1=9223372036854775807", false },
    { "ordering 6.2: a negative weight", "w foo=1:-1", "foo=1", "", false },
    { "ordering 6.2: weights that cancel out", "w foo=1:5 bar=1:-5", "", "foo=1,bar=1", true },
    { "ordering 6.2: 64 bits", "w foo=1:2147483647 bar=1:2147483647", "foo=1", "foo=1,bar=1", false },
    { "cloneset 6.2: o-10 before o-5", "o k", "k=o-5", "k=o-10", false },
    { "cloneset 6.2: key1 before key2", "o key1 key2", "key2=1", "key1=1", false },
};

START_TEST(test_compare)
{
    const struct compare_row *row = &compare_rows[_i];
    struct rollout_label room[2][8];
    struct strategy s;
    struct rollout_pod pods[] = { { .labels = labels_of(row->i, room[0]) }, { .labels = labels_of(row->j, room[1]) } };
    struct rollout_pods view = { pods, 2, sizeof(*pods) };
    uint32_t list[] = { 0, 1 };
    char buf[64];
    const struct rollout_order *order = strategy_of(row->strategy, &s);
    ck_assert_int_eq(rollout_order_priority(&order->priority, &view, list, 2, NULL), ROLLOUT_OK);
    ck_assert_msg(strcmp(text_of(list, 2, buf), row->kept ? "0 1" : "1 0") == 0, "%s", row->name);
}
END_TEST

static const struct order_row {
    const char *name, *strategy, *pods[6], *wait, *expected;
} order_rows[] = {
    { "ordering 6.4: Test_prioritySort_Sort",
      "w foo=bar:100 hello=world:90",
      { "hello=world", "", "foo=bar", "" },
      "0 1 2 3",
      "2 0 1 3" },
    { "ordering 6.4: no match", "w foo=x:100 hello=y:90", { "hello=world", "", "foo=bar", "" }, "3 0 2 1", "3 0 2 1" },
    { "ordering 6.4: keys nobody has", "o x y", { "hello=world", "", "foo=bar", "" }, "3 0 2 1", "3 0 2 1" },
    { "cloneset 6.2: weights", "w foo=1:100 hello=1:90", { "hello=1", "", "foo=1", "" }, "0 1 2 3", "2 0 1 3" },
    /* zk-0 .. zk-4 with the leader zk-2, in the default order */
    { "ordering 8: weights",
      "w role=follower:100 role=leader:1",
      { "role=follower", "role=follower", "role=leader", "role=follower", "role=follower" },
      "4 3 2 1 0",
      "4 3 1 0 2" },
    { "ordering 8: order",
      "o upgrade-order",
      { "upgrade-order=o-10", "upgrade-order=o-10", "upgrade-order=o-1", "upgrade-order=o-10", "upgrade-order=o-10" },
      "4 3 2 1 0",
      "4 3 1 0 2" },
    { "ordering 8: pod 1 not ready",
      "w role=follower:100 role=leader:1",
      { "role=follower", "role=follower", "role=leader", "role=follower", "role=follower" },
      "1 4 3 2 0",
      "1 4 3 0 2" },
    { "ordering 8 trap: only the leader is labelled",
      "o upgrade-order",
      { "", "", "upgrade-order=o-1", "", "" },
      "4 3 2 1 0",
      "4 3 1 0 2" },
    { "ordering 8 trap: only followers are labelled",
      "o upgrade-order",
      { "upgrade-order=o-10", "upgrade-order=o-10", "", "upgrade-order=o-10", "upgrade-order=o-10" },
      "4 3 2 1 0",
      "2 4 3 1 0" },
};

START_TEST(test_order_row)
{
    const struct order_row *row = &order_rows[_i];
    struct rollout_label room[6][8];
    struct rollout_pod pods[6];
    struct strategy s;
    size_t count = 0;
    for (; count < 6 && row->pods[count]; count++)
        pods[count] = (struct rollout_pod){ .labels = labels_of(row->pods[count], room[count]) };
    struct rollout_pods view = { pods, count, sizeof(*pods) };
    uint32_t list[LIST_MAX];
    char buf[64];
    size_t n = numbers(row->wait, list);
    const struct rollout_order *order = strategy_of(row->strategy, &s);
    ck_assert_int_eq(rollout_order_priority(&order->priority, &view, list, n, NULL), ROLLOUT_OK);
    ck_assert_msg(strcmp(text_of(list, n, buf), row->expected) == 0, "%s: %s", row->name, buf);
}
END_TEST

/* ordering 8: the CloneSet rows whole; pod 0 is ready for longest. */
START_TEST(test_zookeeper)
{
    struct rollout_label room[5][8];
    struct rollout_pod pods[5];
    struct strategy s;
    char buf[64];
    for (int i = 0; i < 5; i++)
        pods[i] = (struct rollout_pod){ RUNNING, .flags = READY, .ready_since_ms = 1000 * (i + 1),
                                        .labels = labels_of(i == 2 ? "role=leader" : "role=follower", room[i]) };
    struct rollout_order plain = { .scatter = { .count = 0 } };
    const struct rollout_order *order = strategy_of("w role=follower:100 role=leader:1", &s);
    ck_assert_str_eq(ordered(&plain, pods, 5, "0 1 2 3 4", buf), "4 3 2 1 0");
    ck_assert_str_eq(ordered(order, pods, 5, "0 1 2 3 4", buf), "4 3 1 0 2");
    pods[1].flags = 0;
    ck_assert_str_eq(ordered(&plain, pods, 5, "0 1 2 3 4", buf), "1 4 3 2 0");
    ck_assert_str_eq(ordered(order, pods, 5, "0 1 2 3 4", buf), "1 4 3 0 2");
    ck_assert_str_eq(ordered(NULL, pods, 5, "0 1 2 3 4", buf), "1 4 3 2 0");
}
END_TEST

static const struct suffix {
    const char *value;
    int64_t number;
} suffixes[] = {
    { "5", 5 },
    { "sts-007", 7 },
    { "v2-beta", 0 },
    { "9223372036854775807", INT64_MAX },
    { "o-10", 10 },
    { "a-5", 5 },
    { "", 0 },
    { "9223372036854775808", 0 },
    { "a-99999999999999999999999", 0 },
    { "x0000000000000000000000000000012", 12 },
    { "-", 0 },
};

START_TEST(test_suffix)
{
    struct rollout_label labels[] = { { RO_STR("other"), RO_STR("3") },
                                      { RO_STR("k2"), { suffixes[_i].value, strlen(suffixes[_i].value) } } };
    struct rollout_labels view = { labels, 2, sizeof(labels[0]) };
    struct strategy s;
    struct rollout_priority_key key = { .weight = 9, .reserved = 9 };
    rollout_order_priority_key(&strategy_of("o k1 k2", &s)->priority, &view, &key);
    ck_assert_msg(key.number == suffixes[_i].number, "ordering 6.3, \"%s\": %" PRId64, suffixes[_i].value, key.number);
    ck_assert_int_eq(key.level, 1);
    ck_assert_int_eq(key.weight, 0);
    ck_assert_uint_eq(key.reserved, 0);
}
END_TEST

START_TEST(test_key)
{
    struct rollout_label room[8];
    struct rollout_labels labels = labels_of("a=1,k=o-7", room);
    struct strategy s;
    struct rollout_priority_key key;
    struct rollout_order *order = (struct rollout_order *)(uintptr_t)strategy_of("w a=1:20 k=o-7:-3 b=1:50 a=1:4", &s);
    rollout_order_priority_key(&order->priority, &labels, &key);
    ck_assert_int_eq(key.weight, 21);
    ck_assert_int_eq(key.level, -1);

    /* With weights the keys are ignored. */
    struct rollout_str k = RO_STR("k");
    order->priority.ordered_keys = (struct rollout_strs){ &k, 1, sizeof(k) };
    rollout_order_priority_key(&order->priority, &labels, &key);
    ck_assert_int_eq(key.weight, 21);
    ck_assert_int_eq(key.level, -1);
    ck_assert_int_eq(key.number, 0);
    order->priority.weight_count = 0;
    rollout_order_priority_key(&order->priority, &labels, &key);
    ck_assert_int_eq(key.weight, 0);
    ck_assert_int_eq(key.level, 0);
    ck_assert_int_eq(key.number, 7);

    rollout_order_priority_key(&order->priority, NULL, &key);
    ck_assert_int_eq(key.level, -1);
    rollout_order_priority_key(NULL, &labels, &key);
    ck_assert_int_eq(key.level, -1);
    ck_assert_int_eq(key.weight, 0);
}
END_TEST

/* ordering 6.2: a selector that is not usable is passed over, an empty one matches all. */
START_TEST(test_selectors)
{
    struct rollout_label good = { RO_STR("a"), RO_STR("1") }, bad = { RO_STR("a"), RO_STR("not a value") }, room[3][8];
    struct rollout_requirement unknown = { .key = RO_STR("a"), .op = ROLLOUT_OPERATOR_UNKNOWN };
    struct rollout_weight_term terms[] = {
        { .selector = { .match_labels = { &bad, 1, sizeof(bad) } }, .weight = 50 },
        { .selector = { .requirements = &unknown, .requirement_count = 1 }, .weight = 50 },
        { .weight = 7 },
        { .selector = { .match_labels = { &good, 1, sizeof(good) } }, .weight = 3 },
    };
    struct rollout_priority priority = { .weights = terms, .weight_count = 4 };
    struct rollout_pod pods[] = { { .labels = labels_of("a=not a value", room[0]) },
                                  { .labels = labels_of("", room[1]) },
                                  { .labels = labels_of("b=2,a=1", room[2]) } };
    struct rollout_pods view = { pods, 3, sizeof(*pods) };
    uint32_t list[] = { 0, 1, 2 };
    char buf[64];
    ck_assert_int_eq(rollout_order_priority(&priority, &view, list, 3, NULL), ROLLOUT_OK);
    ck_assert_str_eq(text_of(list, 3, buf), "2 0 1");
    static const int64_t weights[] = { 7, 7, 10 };
    for (int i = 0; i < 3; i++) {
        struct rollout_priority_key key;
        rollout_order_priority_key(&priority, &pods[i].labels, &key);
        ck_assert_int_eq(key.weight, weights[i]);
    }
}
END_TEST

/* ---- the whole ---- */

/* ordering 7.7, and cloneset 6.2: PreparingUpdate goes over all. */
START_TEST(test_whole)
{
    static const char *const labels[] = { "z=1,m=1", "z=1", "z=2,m=1", "z=2", "z=1,m=1", "z=2" };
    struct rollout_label room[6][8], scatter = { RO_STR("m"), RO_STR("1") };
    struct rollout_pod pods[6];
    struct strategy s;
    char buf[64];
    for (int i = 0; i < 6; i++)
        pods[i] = (struct rollout_pod){ RUNNING, .labels = labels_of(labels[i], room[i]) };
    struct rollout_order order = *strategy_of("w z=1:10", &s);
    ck_assert_str_eq(ordered(&order, pods, 6, "0 1 2 3 4 5", buf), "0 1 4 2 3 5");
    order.scatter = (struct rollout_labels){ &scatter, 1, sizeof(scatter) };
    ck_assert_str_eq(ordered(&order, pods, 6, "0 1 2 3 4 5", buf), "0 1 3 4 5 2");
    pods[3].lifecycle_state = pods[2].lifecycle_state = ROLLOUT_STATE_PREPARING_UPDATE;
    pods[0].lifecycle_state = ROLLOUT_STATE_PREPARING_DELETE;
    ck_assert_str_eq(ordered(&order, pods, 6, "0 1 2 3 4 5", buf), "3 2 0 1 4 5");
    order.scatter.count = 0;
    ck_assert_str_eq(ordered(&order, pods, 6, "0 1 2 3 4 5", buf), "2 3 0 1 4 5");
    order.priority.weight_count = 0;
    ck_assert_str_eq(ordered(&order, pods, 6, "5 4 3 2 1 0", buf), "3 2 5 4 1 0");
    order = *strategy_of("o z", &s);
    ck_assert_str_eq(ordered(&order, pods, 6, "0 1 2 3 4 5", buf), "2 3 5 0 1 4");
}
END_TEST

/* The rules one after the other, as a comparison. */
struct naive {
    const struct rollout_pod *pods;
    const struct rollout_order *order;
    uint32_t place; /* of the pod in the list */
    uint32_t pod;
};

static int less_time(int64_t a, int64_t b)
{
    if (a == b)
        return 0;
    if (a == 0 || b == 0)
        return a == 0 ? -1 : 1;
    return a > b ? -1 : 1;
}

static int compare_naive(const void *a, const void *b)
{
    const struct naive *x = a, *y = b;
    const struct rollout_pod *p = &x->pods[x->pod], *q = &y->pods[y->pod];
    struct rollout_priority_key k, l;
    rollout_order_priority_key(&x->order->priority, &p->labels, &k);
    rollout_order_priority_key(&x->order->priority, &q->labels, &l);
    int c =
        (q->lifecycle_state == ROLLOUT_STATE_PREPARING_UPDATE) - (p->lifecycle_state == ROLLOUT_STATE_PREPARING_UPDATE);
    if (!c)
        c = (l.weight > k.weight) - (l.weight < k.weight);
    if (!c)
        c = (k.level > l.level) - (k.level < l.level);
    if (!c)
        c = (l.number > k.number) - (l.number < k.number);
    if (!c)
        c = (p->node.len > 0) - (q->node.len > 0);
    static const int phases[] = { 0, 0, 2, 0, 0, 1, 0 };
    if (!c)
        c = phases[p->phase] - phases[q->phase];
    if (!c)
        c = (p->flags & READY ? 1 : 0) - (q->flags & READY ? 1 : 0);
    if (!c && (p->flags & READY))
        c = less_time(p->ready_since_ms, q->ready_since_ms);
    if (!c)
        c = (q->restarts > p->restarts) - (q->restarts < p->restarts);
    if (!c)
        c = (q->sidecar_restarts > p->sidecar_restarts) - (q->sidecar_restarts < p->sidecar_restarts);
    if (!c)
        c = less_time(p->created_ms, q->created_ms);
    return c ? c : x->place < y->place ? -1 : 1;
}

/* How far apart the facts are, which decides how many words the keys need. */
static const struct spread {
    const char *name, *strategy;
    uint64_t times, restarts;
    int64_t time_from;
} spreads[] = {
    { "a day", "w", 86400000, 3, 1700000000000 },
    { "all times", "w", UINT64_MAX, UINT32_MAX, INT64_MIN },
    { "few times, far apart", "w", 0xc000000000000001u, 1, INT64_MIN },
    { "weights", "w a=1:2147483647 a=2:-5 b=1:30", 86400000, 3, 1700000000000 },
    { "weights and all times", "w a=1:2147483647 a=2:-2147483648", UINT64_MAX, UINT32_MAX, 0 },
    { "keys", "o b a", 86400000, 3, 1700000000000 },
    { "keys and few times", "o a b", 7, 1, -3 },
};

START_TEST(test_random)
{
    static const char *const values[] = {
        "", "a=1", "a=2", "a=9223372036854775807", "b=1,a=5", "b=x-77", "b=1", "c=3"
    };
    const struct spread *spread = &spreads[_i];
    enum { N = 3000, WAIT = 2000 };
    struct rollout_pod *pods = calloc(N, sizeof(*pods));
    struct rollout_label(*room)[8] = calloc(N, sizeof(*room));
    struct naive *naive = calloc(WAIT, sizeof(*naive));
    uint32_t *list = malloc(WAIT * sizeof(*list)), *again = malloc(WAIT * sizeof(*again));
    struct strategy s;
    const struct rollout_order *order = strategy_of(spread->strategy, &s);
    uint64_t state = 88172645463325252u;
    for (uint32_t i = 0; i < N; i++) {
        uint64_t draws[8];
        for (int j = 0; j < 8; j++) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            draws[j] = state;
        }
        pods[i] = (struct rollout_pod){
            .phase = draws[0] % 8 < 5 ? ROLLOUT_PHASE_RUNNING : (uint32_t)(draws[0] >> 8) % 7,
            .flags = draws[1] % 4 ? READY : 0,
            .lifecycle_state = draws[1] >> 8 & 7 ? ROLLOUT_STATE_NORMAL : (uint32_t)(draws[1] >> 16) % 8,
            .ready_since_ms = draws[2] % 16 ? (int64_t)(((draws[2] >> 4 | draws[7] << 60) & spread->times) +
                                                        (uint64_t)spread->time_from)
                                            : 0,
            .created_ms = draws[3] % 16 ? (int64_t)(((draws[3] >> 4 | draws[7] << 56) & spread->times) +
                                                    (uint64_t)spread->time_from)
                                        : 0,
            .restarts = (int32_t)(uint32_t)(draws[4] & spread->restarts),
            .sidecar_restarts = (int32_t)(uint32_t)(draws[5] & spread->restarts),
            .node = { "n", draws[6] % 16 > 0 },
            .labels = labels_of(values[(draws[6] >> 8) % 8], room[i]),
        };
        if (i < WAIT)
            naive[i] = (struct naive){ pods, order, i, (uint32_t)(draws[0] >> 32) % N };
    }
    for (size_t i = 0; i < WAIT; i++)
        list[i] = again[i] = naive[i].pod;
    struct rollout_pods view = { pods, N, sizeof(*pods) };
    struct ro_pods inner = { (const char *)pods, sizeof(*pods), N };
    ck_assert_int_eq(rollout_order_update(order, &view, list, WAIT, NULL), ROLLOUT_OK);
    qsort(naive, WAIT, sizeof(*naive), compare_naive);
    for (size_t i = 0; i < WAIT; i++)
        ck_assert_msg(list[i] == naive[i].pod, "%s: place %zu", spread->name, i);

    /* Measured by somebody else before, over more pods than are waiting. */
    struct ro_columns measured;
    ro_columns_begin(&measured, RO_ORDER_COLUMNS);
    for (size_t i = 0; i < N; i++)
        ro_order_measure(&measured, &pods[i]);
    const struct ro_columns *before = ro_order_is_default(order) ? &measured : NULL;

    /* Only the first of them. */
    static const size_t ks[] = { 0, 1, 2, 100, WAIT - 1, WAIT, WAIT + 1 };
    void *scratch = malloc(ro_order_scratch(order, WAIT, N));
    uint32_t *part = malloc(WAIT * sizeof(*part)), *seen = calloc(N, sizeof(*seen));
    for (size_t j = 0; j < sizeof(ks) / sizeof(*ks); j++) {
        memcpy(part, again, WAIT * sizeof(*part));
        ro_order_update(order, &inner, NULL, 0, j % 2 ? before : NULL, part, WAIT, ks[j], false, scratch);
        for (size_t i = 0; i < ks[j] && i < WAIT; i++)
            ck_assert_msg(part[i] == list[i], "%s, %zu: place %zu", spread->name, ks[j], i);
        for (size_t i = 0; i < WAIT; i++) {
            seen[part[i]]++;
            seen[again[i]]--;
        }
        for (size_t i = 0; i < N; i++)
            ck_assert_uint_eq(seen[i], 0);
    }
    free(pods);
    free(room);
    free(naive);
    free(list);
    free(again);
    free(part);
    free(seen);
    free(scratch);
}
END_TEST

/* ---- arguments ---- */

START_TEST(test_refused)
{
    struct rollout_pod pods[3] = { { .created_ms = 1 }, { .created_ms = 2 }, { .created_ms = 3 } };
    struct rollout_pods view = { pods, 3, sizeof(*pods) };
    struct rollout_error error = { .struct_size = sizeof(error) };
    uint32_t list[] = { 0, 2, 3, 1 };
    char buf[64];
    ck_assert_int_eq(rollout_order_default(&view, list, 4, &error), ROLLOUT_ERR_INVALID);
    ck_assert_uint_eq(error.index, 2);
    ck_assert_str_eq(error.field, "indices");
    ck_assert_str_eq(error.message, "indices[2]: 3 is no place among 3 pods");
    ck_assert_str_eq(text_of(list, 4, buf), "0 2 3 1");
    ck_assert_int_eq(rollout_order_priority(NULL, &view, list, 4, NULL), ROLLOUT_ERR_INVALID);
    ck_assert_int_eq(rollout_order_scatter(NULL, &view, list, 4, NULL), ROLLOUT_ERR_INVALID);
    ck_assert_int_eq(rollout_order_update(NULL, &view, list, 4, NULL), ROLLOUT_ERR_INVALID);

    ck_assert_int_eq(rollout_order_default(&view, NULL, 2, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "indices: no list is given for 2 pods");
    ck_assert_int_eq(rollout_order_default(NULL, list, 1, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "pods: NULL");
    ck_assert_int_eq(rollout_order_default(&view, NULL, 0, NULL), ROLLOUT_OK);
    view.stride = 12;
    ck_assert_int_eq(rollout_order_default(&view, list, 2, NULL), ROLLOUT_ERR_ABI);
}
END_TEST

/* Records of a caller compiled before or after this library. */
START_TEST(test_strides)
{
    struct {
        struct rollout_pod pod;
        uint64_t more;
    } longer[3] = { { { .created_ms = 1 }, 0 }, { { .created_ms = 3 }, 0 }, { { .created_ms = 2 }, 0 } };
    struct {
        uint32_t phase, lifecycle_state, flags, node_index;
        int64_t ready_since_ms, created_ms;
        int32_t restarts, sidecar_restarts;
    } shorter[3] = { { .created_ms = 1 }, { .created_ms = 3 }, { .created_ms = 2 } };
    struct rollout_pods view = { &longer[0].pod, 3, sizeof(longer[0]) };
    uint32_t list[] = { 0, 1, 2 };
    char buf[64];
    ck_assert_int_eq(rollout_order_default(&view, list, 3, NULL), ROLLOUT_OK);
    ck_assert_str_eq(text_of(list, 3, buf), "1 2 0");
    longer[2].more = 1;
    ck_assert_int_eq(rollout_order_default(&view, list, 3, NULL), ROLLOUT_ERR_ABI);

    struct rollout_pods old = { (const struct rollout_pod *)(const void *)shorter, 3, sizeof(shorter[0]) };
    list[0] = 0;
    list[1] = 1;
    list[2] = 2;
    ck_assert_int_eq(rollout_order_default(&old, list, 3, NULL), ROLLOUT_OK);
    ck_assert_str_eq(text_of(list, 3, buf), "1 2 0");
}
END_TEST

START_TEST(test_scratch)
{
    struct rollout_order order = { .scatter = { .count = 0 } };
    ck_assert_uint_le(ro_order_scratch(&order, 1000, 1000000), 40 * 1000);
    ck_assert_uint_eq(ro_order_scratch(&order, SIZE_MAX / 16, 1), SIZE_MAX);
    order.priority.weight_count = SIZE_MAX / 2;
    ck_assert_uint_eq(ro_order_scratch(&order, 1, 1), SIZE_MAX);
    order.priority.weight_count = 0;
    order.scatter.count = 1;
    ck_assert_uint_eq(ro_order_scratch(&order, 1, SIZE_MAX / 2), SIZE_MAX);
    ck_assert_uint_le(ro_order_scratch(&order, 1000, 1000), 40 * 1000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("order");
    TCase *tcase = tcase_create("order");
    tcase_add_test(tcase, test_pinned);
    tcase_add_loop_test(tcase, test_pair, 0, (int)(sizeof(pairs) / sizeof(*pairs)));
    tcase_add_loop_test(tcase, test_compare, 0, (int)(sizeof(compare_rows) / sizeof(*compare_rows)));
    tcase_add_loop_test(tcase, test_order_row, 0, (int)(sizeof(order_rows) / sizeof(*order_rows)));
    tcase_add_test(tcase, test_zookeeper);
    tcase_add_loop_test(tcase, test_suffix, 0, (int)(sizeof(suffixes) / sizeof(*suffixes)));
    tcase_add_test(tcase, test_key);
    tcase_add_test(tcase, test_selectors);
    tcase_add_test(tcase, test_whole);
    tcase_add_loop_test(tcase, test_random, 0, (int)(sizeof(spreads) / sizeof(*spreads)));
    tcase_add_test(tcase, test_refused);
    tcase_add_test(tcase, test_strides);
    tcase_add_test(tcase, test_scratch);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

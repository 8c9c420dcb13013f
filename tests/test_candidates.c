/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rollout/rollout.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define TEXT(text)   { (text), sizeof(text) - 1 }
#define MOST         16

static struct rollout_str str(const char *text)
{
    return (struct rollout_str){ text, strlen(text) };
}

/* What is there: "web-2:n" is a pod at the update revision, behind it: ! terminating, Q PreparingUpdate, D
 * PreparingDelete, - not ready, p label role=primary, and of a DaemonSet "@node". */
struct scene {
    struct rollout_workload workload;
    struct rollout_snapshot snapshot;
    struct rollout_cloneset cloneset;
    struct rollout_statefulset statefulset;
    struct rollout_daemonset daemonset;
    struct rollout_revision revisions[2];
    struct rollout_gate gate;
    struct rollout_pod pods[MOST];
    struct rollout_label labels[MOST];
    struct rollout_node_facts nodes[MOST];
    struct rollout_label node_labels[MOST];
    char text[512], names[512];
    struct rollout_candidates *candidates;
};

static void add_pod(struct scene *s, char *word)
{
    size_t i = s->snapshot.pods.count++;
    char *colon = strchr(word, ':'), *node = strchr(word, '@');
    struct rollout_pod *pod = &s->pods[i];
    ck_assert(i < MOST && colon);
    *colon = '\0';
    if (node)
        *node = '\0';
    *pod = (struct rollout_pod){ .name = str(word),
                                 .namespace_ = TEXT("default"),
                                 .phase = ROLLOUT_PHASE_RUNNING,
                                 .flags = ROLLOUT_POD_READY | ROLLOUT_POD_TEMPLATE_HASH,
                                 .ready_since_ms = 1,
                                 .created_ms = 1,
                                 .node = str(node ? node + 1 : "any"),
                                 .revision = str(colon[1] == 'n' ? "web-b" : "web-a") };
    for (const char *c = colon + 2; *c; c++) {
        if (*c == '!')
            pod->flags |= ROLLOUT_POD_TERMINATING;
        else if (*c == '-')
            pod->flags &= ~(uint32_t)ROLLOUT_POD_READY;
        else if (*c == 'Q')
            pod->lifecycle_state = ROLLOUT_STATE_PREPARING_UPDATE;
        else if (*c == 'D')
            pod->lifecycle_state = ROLLOUT_STATE_PREPARING_DELETE;
        else if (*c == 'p')
            pod->labels = (struct rollout_labels){ &s->labels[i], 1, sizeof s->labels[i] };
        else
            ck_abort_msg("%s", c);
    }
    s->labels[i] = (struct rollout_label){ TEXT("role"), TEXT("primary") };
}

static void add_pods(struct scene *s, const char *pods)
{
    snprintf(s->names, sizeof s->names, "%s", pods);
    for (char *word = strtok(s->names, " "); word; word = strtok(NULL, " "))
        add_pod(s, word);
}

/* n1 to n6; selected: those with the label. */
static void add_nodes(struct scene *s, int count, const char *selected)
{
    static const char *const names[] = { "n1", "n2", "n3", "n4", "n5", "n6" };
    for (int i = 0; i < count; i++) {
        s->nodes[i].name = str(names[i]);
        s->node_labels[i] = (struct rollout_label){ TEXT("canary"), TEXT("yes") };
        if (strstr(selected, names[i]))
            s->nodes[i].labels = (struct rollout_labels){ &s->node_labels[i], 1, sizeof s->node_labels[i] };
    }
    s->snapshot.nodes = (struct rollout_nodes){ s->nodes, (size_t)count, sizeof s->nodes[0] };
}

static void make(struct scene *s, const char *pods)
{
    *s = (struct scene){
        .workload = { .struct_size = sizeof s->workload },
        .snapshot = { .struct_size = sizeof s->snapshot,
                      .current_revision = 1,
                      .update_revision = 2,
                      .now_ms = 1000000 },
        .cloneset = { .struct_size = sizeof s->cloneset,
                      .flags = ROLLOUT_CLONESET_ROLLING_UPDATE,
                      .name = TEXT("web"),
                      .update_type = ROLLOUT_UPDATE_ROLLING },
        .statefulset = { .struct_size = sizeof s->statefulset,
                         .flags = ROLLOUT_STATEFULSET_ROLLING_UPDATE | ROLLOUT_STATEFULSET_PARALLEL,
                         .name = TEXT("web"),
                         .update_type = ROLLOUT_UPDATE_ROLLING },
        .daemonset = { .struct_size = sizeof s->daemonset,
                       .flags = ROLLOUT_DAEMONSET_ROLLING_UPDATE,
                       .name = TEXT("web"),
                       .update_type = ROLLOUT_UPDATE_ROLLING },
        .revisions = { { .name = TEXT("web-a"), .number = 1 }, { .name = TEXT("web-b"), .number = 2 } },
    };
    s->snapshot.revisions = (struct rollout_revisions){ s->revisions, 2, sizeof s->revisions[0] };
    s->snapshot.pods = (struct rollout_pods){ s->pods, 0, sizeof s->pods[0] };
    add_pods(s, pods);
}

/* "4 2|0", names or ordinals, behind them ' done, ~ empty, + selected; | stands before what the partition keeps. */
static const char *order_of(struct scene *s)
{
    struct rollout_error error = { .struct_size = sizeof error };
    size_t len = 0;
    int r = rollout_candidates(&s->workload, &s->snapshot, &s->candidates, &error);
    ck_assert_msg(r == ROLLOUT_OK, "%d: %s", r, error.message);
    const struct rollout_candidates *c = s->candidates;
    s->text[0] = '\0';
    for (size_t i = 0; i < c->count; i++) {
        static const char *const marks[] = { "?", "", "+", "'", "~" };
        const struct rollout_candidate *item = &c->items[i];
        len += (size_t)snprintf(s->text + len, sizeof s->text - len, "%s", i == c->within ? "|" : i ? " " : "");
        if (item->subject_kind == ROLLOUT_SUBJECT_ORDINAL)
            len += (size_t)snprintf(s->text + len, sizeof s->text - len, "%u", item->subject);
        else
            len += (size_t)snprintf(s->text + len, sizeof s->text - len, "%s",
                                    item->subject_kind == ROLLOUT_SUBJECT_NODE ? s->nodes[item->subject].name.data
                                                                               : s->pods[item->subject].name.data);
        len += (size_t)snprintf(s->text + len, sizeof s->text - len, "%s", marks[item->standing]);
    }
    return s->text;
}

static void done(struct scene *s)
{
    rollout_candidates_free(s->candidates);
}

/* ---- StatefulSet: ordering.md 4, statefulset.md 9.2 and 9.3 ---- */

enum { UNORDERED = 1, PRIMARY_LAST = 2, PREPARING_COUNTS = 4, NATIVE = 8, ON_DELETE = 16, RESERVED = 32 };

#define TWELVE(first) "web-0:" first " web-1:" first " web-2:o web-4:o web-5:o web-6:o web-7:n web-8:n web-9:o web-11:o"

static const struct {
    const char *name, *pods;
    int replicas, partition, settings;
    const char *order;
} statefulsets[] = {
    { "3 old", "web-0:o web-1:o web-2:o", 3, 0, 0, "2 1 0" },
    { "two of 3 are new, and stay in the list", "web-0:o web-1:n web-2:n", 3, 0, 0, "2' 1' 0" },
    { "ordered, partition", "web-0:o web-1:o web-2:o web-3:o web-4:n", 5, 2, 0, "4' 3 2|1 0" },
    { "10 pods, 6 and 7 new, partition 6, unordered",
      "web-0:o web-1:o web-2:o web-3:o web-4:o web-5:o web-6:n web-7:n web-8:o web-9:o", 10, 6, UNORDERED,
      "7' 6' 9 8|5 4 3 2 1 0" },
    { "12 places, 3 and 10 reserved, 7 and 8 new, partition 6, unordered", TWELVE("o"), 10, 6, UNORDERED | RESERVED,
      "8' 7' 11 9|6 5 4 2 1 0" },
    { "as above, 0 and 1 PreparingUpdate, its gate on", TWELVE("oQ"), 10, 6, UNORDERED | RESERVED | PREPARING_COUNTS,
      "8' 7' 1' 0'|11 9 6 5 4 2" },
    { "as above, the gate off", TWELVE("oQ"), 10, 6, UNORDERED | RESERVED, "8' 7' 11 9|6 5 4 2 1 0" },
    { "terminating is done", "web-0:o! web-1:o web-2:o", 3, 0, UNORDERED, "0' 2 1" },
    { "primary last", "web-0:o web-1:o web-2:op", 3, 0, UNORDERED | PRIMARY_LAST, "1 0 2" },
    { "priority is for unordered updates", "web-0:o web-1:o web-2:op", 3, 0, PRIMARY_LAST, "2 1 0" },
    { "a missing place", "web-0:o web-2:o", 3, 0, 0, "2 1' 0" },
    { "a missing place below the partition", "web-1:o web-2:o", 3, 1, 0, "2 1|0" },
    { "native, one of them terminating", "web-0:o! web-1:o web-2:op", 3, 0, NATIVE, "2 1 0'" },
    { "OnDelete has the order too", "web-0:o web-1:o", 2, 0, ON_DELETE, "1 0" },
    { "partition above replicas", "web-0:o web-1:o", 2, 5, 0, "|1 0" },
};

START_TEST(statefulset)
{
    static const struct rollout_requirement not_primary = { .key = TEXT("role"),
                                                            .op = ROLLOUT_OPERATOR_DOES_NOT_EXIST };
    static const struct rollout_intstr reserved[] = { { ROLLOUT_INTSTR_INT, 3, { NULL, 0 } },
                                                      { ROLLOUT_INTSTR_INT, 10, { NULL, 0 } } };
    const struct rollout_weight_term term = {
        .selector = { .requirements = &not_primary, .requirement_count = 1 },
        .weight = 100,
    };
    struct scene s;
    int settings = statefulsets[_i].settings;
    make(&s, statefulsets[_i].pods);
    s.workload.statefulset = &s.statefulset;
    s.statefulset.replicas = (struct rollout_opt){ 1, statefulsets[_i].replicas };
    s.statefulset.partition = statefulsets[_i].partition;
    if (settings & RESERVED) {
        s.statefulset.reserve_ordinals = reserved;
        s.statefulset.reserve_ordinal_count = COUNT(reserved);
    }
    if (settings & UNORDERED)
        s.statefulset.flags |= ROLLOUT_STATEFULSET_UNORDERED;
    if (settings & PRIMARY_LAST)
        s.statefulset.priority = (struct rollout_priority){ .weights = &term, .weight_count = 1 };
    if (settings & NATIVE)
        s.statefulset.flags |= ROLLOUT_STATEFULSET_NATIVE;
    if (settings & ON_DELETE)
        s.statefulset.update_type = ROLLOUT_UPDATE_ON_DELETE;
    s.gate = (struct rollout_gate){ ROLLOUT_GATE_PREPARING_UPDATE_AS_UPDATE, 1 };
    if (settings & PREPARING_COUNTS) {
        s.workload.gates = &s.gate;
        s.workload.gate_count = 1;
    }
    ck_assert_str_eq(order_of(&s), statefulsets[_i].order);
    ck_assert_int_eq(s.candidates->counted, statefulsets[_i].replicas);
    ck_assert_uint_eq(s.candidates->revision, 1);
    done(&s);
}
END_TEST

/* ---- DaemonSet: daemonset.md 10.3 ---- */

enum { SELECTOR = 1, NATIVE_DS = 2, ONLY_DELETE = 4, BROKEN = 8, CHAINED = 16 };

static const struct {
    const char *name, *pods;
    int nodes;
    const char *selected;
    int partition, settings;
    const char *order;
    int counted, updated, old;
} daemonsets[] = {
    { "updated first", "a:o@n1 b:n@n2 c:o@n3", 3, "", 0, 0, "n2' n3 n1", 3, 1, 2 },
    { "partition", "a:n@n1 b:o@n2 c:o@n3", 3, "", 1, 0, "n1' n3|n2", 3, 1, 2 },
    { "selector and partition", "a:o@n1 b:n@n2 c:o@n3", 3, "n3", 1, SELECTOR, "n2' n3+", 3, 1, 1 },
    { "more selected than the partition leaves", "a:o@n1 b:n@n2 c:o@n3 d:o@n4", 4, "n1 n3 n4", 2, SELECTOR,
      "n2' n4+|n3+ n1+", 4, 1, 3 },
    { "a terminating pod alone", "a:o@n1 b:n@n2 c:o!@n3", 3, "n1 n3", 0, SELECTOR, "n2' n3~ n1+", 3, 1, 1 },
    { "a node without a pod", "a:o@n1", 2, "", 0, 0, "n2~ n1", 2, 0, 1 },
    { "what the same plan creates is there", "a:o@n1", 2, "", 0, CHAINED, "n2' n1", 2, 1, 1 },
    { "PreparingDelete, old and new", "a:oD@n1 b:nD@n2 c:o@n3", 3, "", 0, 0, "n2' n1~ n3", 3, 1, 1 },
    { "two old pods", "a:o@n1 b:o@n1 c:o@n2", 2, "", 0, 0, "n1' n2", 2, 1, 1 },
    { "partition above the nodes", "a:o@n1 b:n@n2", 2, "", 9, 0, "|n2' n1", 2, 1, 1 },
    { "OnDelete has the order too", "a:o@n1 b:o@n2", 2, "", 0, ONLY_DELETE, "n2 n1", 2, 0, 2 },
    { "a partition that cannot be read", "a:o@n1 b:o@n2", 2, "", 0, BROKEN, "|n2 n1", 2, 0, 2 },
    { "a node that is not there", "a:o@n1 b:o@gone", 1, "", 0, 0, "n1", 1, 0, 1 },
    { "native looks at it, and at all nodes by name", "a:n@n1 b:o@n2 c:o@gone", 3, "", 0, NATIVE_DS, "n3~ n2 n1' c", 4,
      1, 2 },
};

START_TEST(daemonset)
{
    static const struct rollout_label yes = { TEXT("canary"), TEXT("yes") };
    struct scene s;
    int settings = daemonsets[_i].settings;
    make(&s, daemonsets[_i].pods);
    add_nodes(&s, daemonsets[_i].nodes, daemonsets[_i].selected);
    s.workload.daemonset = &s.daemonset;
    s.daemonset.partition = (struct rollout_intstr){ ROLLOUT_INTSTR_INT, daemonsets[_i].partition, { NULL, 0 } };
    if (settings & BROKEN)
        s.daemonset.partition = (struct rollout_intstr){ ROLLOUT_INTSTR_TEXT, 0, TEXT("x%") };
    if (settings & SELECTOR) {
        s.daemonset.flags |= ROLLOUT_DAEMONSET_NODE_SELECTOR;
        s.daemonset.node_selector.match_labels = (struct rollout_labels){ &yes, 1, sizeof yes };
    }
    if (settings & CHAINED)
        s.daemonset.flags |= ROLLOUT_DAEMONSET_CHAINED;
    if (settings & NATIVE_DS)
        s.daemonset.flags |= ROLLOUT_DAEMONSET_NATIVE;
    if (settings & ONLY_DELETE)
        s.daemonset.update_type = ROLLOUT_UPDATE_ON_DELETE;
    ck_assert_str_eq(order_of(&s), daemonsets[_i].order);
    ck_assert_int_eq(s.candidates->counted, daemonsets[_i].counted);
    ck_assert_int_eq(s.candidates->updated, daemonsets[_i].updated);
    ck_assert_int_eq(s.candidates->old, daemonsets[_i].old);
    done(&s);
}
END_TEST

/* ---- CloneSet ---- */

static const struct {
    const char *name, *pods;
    int replicas, partition;
    bool rollback;
    const char *order;
    uint32_t revision;
    int counted, updated, old, unavailable, unavailable_target;
} clonesets[] = {
    { "not ready first; PreparingDelete, terminating and updated ones are no candidates", "a:o b:n c:o- d:oD e:o! f:n-",
      5, 0, false, "c a", 1, 5, 2, 2, 3, 1 },
    { "partition", "a:o b:o- c:o", 3, 1, false, "b a|c", 1, 3, 0, 3, 1, 0 },
    { "back, with its gate", "a:n b:n- c:o-", 3, 2, true, "b|a", 0, 3, 2, 1, 2, 1 },
    { "not back without", "a:n b:n- c:o", 3, 2, false, "|c", 1, 3, 2, 1, 1, 1 },
};

START_TEST(cloneset)
{
    struct scene s;
    make(&s, clonesets[_i].pods);
    s.workload.cloneset = &s.cloneset;
    s.cloneset.replicas = (struct rollout_opt){ 1, clonesets[_i].replicas };
    s.cloneset.partition = (struct rollout_intstr){ ROLLOUT_INTSTR_INT, clonesets[_i].partition, { NULL, 0 } };
    s.gate = (struct rollout_gate){ ROLLOUT_GATE_CLONESET_PARTITION_ROLLBACK, clonesets[_i].rollback };
    s.workload.gates = &s.gate;
    s.workload.gate_count = 1;
    ck_assert_str_eq(order_of(&s), clonesets[_i].order);
    ck_assert_uint_eq(s.candidates->revision, clonesets[_i].revision);
    ck_assert_uint_eq(s.candidates->back, clonesets[_i].revision == 0);
    ck_assert_int_eq(s.candidates->counted, clonesets[_i].counted);
    ck_assert_int_eq(s.candidates->updated, clonesets[_i].updated);
    ck_assert_int_eq(s.candidates->old, clonesets[_i].old);
    ck_assert_int_eq(s.candidates->unavailable, clonesets[_i].unavailable);
    ck_assert_int_eq(s.candidates->unavailable_target, clonesets[_i].unavailable_target);
    done(&s);
}
END_TEST

/* ---- what uses the limit ---- */

START_TEST(unavailable)
{
    struct scene s;
    make(&s, "web-0:o web-1:o- web-2:o");
    s.workload.statefulset = &s.statefulset;
    s.statefulset.replicas = (struct rollout_opt){ 1, 3 };
    (void)order_of(&s);
    ck_assert_int_eq(s.candidates->unavailable, 1);
    done(&s);
    s.statefulset.flags |= ROLLOUT_STATEFULSET_PAUSED; /* the pass ends before it counts */
    (void)order_of(&s);
    ck_assert_int_eq(s.candidates->unavailable, -1);
    done(&s);
    s.statefulset.flags = ROLLOUT_STATEFULSET_ROLLING_UPDATE | ROLLOUT_STATEFULSET_SELECTOR_INVALID; /* or begins */
    ck_assert_str_eq(order_of(&s), "2 1 0");
    ck_assert_int_eq(s.candidates->unavailable, -1);
    done(&s);

    make(&s, "a:n-@n1 b:o@n2 c:o!@n3 d:o@n4");
    add_nodes(&s, 4, "");
    s.workload.daemonset = &s.daemonset;
    s.daemonset.burst_replicas = (struct rollout_intstr){ ROLLOUT_INTSTR_INT, 5, { NULL, 0 } };
    (void)order_of(&s);
    ck_assert_int_eq(s.candidates->unavailable, 2); /* n1's, and none lives on n3 */
    done(&s);
    s.snapshot.nodes.count = 3; /* d has no node: nothing for manage */
    s.snapshot.pods.count = 2;  /* n3 gets a pod first */
    (void)order_of(&s);
    ck_assert_int_eq(s.candidates->unavailable, -1);
    done(&s);
}
END_TEST

START_TEST(refused)
{
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_candidates *candidates = NULL;
    struct scene s;
    make(&s, "a:o");
    ck_assert_int_eq(rollout_candidates(&s.workload, &s.snapshot, NULL, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "ret_candidates: NULL");
    ck_assert_int_eq(rollout_candidates(&s.workload, &s.snapshot, &candidates, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.field, "workload");
    s.workload.statefulset = &s.statefulset;
    s.workload.daemonset = &s.daemonset;
    ck_assert_int_eq(rollout_candidates(&s.workload, &s.snapshot, &candidates, NULL), ROLLOUT_ERR_INVALID);
    s.workload.daemonset = NULL;
    s.snapshot.update_revision = 3;
    ck_assert_int_eq(rollout_candidates(&s.workload, &s.snapshot, &candidates, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "update_revision: 3 of 2 revisions");
    ck_assert_ptr_null(candidates);
    rollout_candidates_free(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("candidates");
    TCase *tcase = tcase_create("candidates");
    tcase_add_loop_test(tcase, statefulset, 0, COUNT(statefulsets));
    tcase_add_loop_test(tcase, daemonset, 0, COUNT(daemonsets));
    tcase_add_loop_test(tcase, cloneset, 0, COUNT(clonesets));
    tcase_add_test(tcase, unavailable);
    tcase_add_test(tcase, refused);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

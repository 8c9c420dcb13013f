/* SPDX-License-Identifier: Apache-2.0 */
/* rollout_plan() for callers that were built with other versions of the headers: structs and records that are longer
 * or shorter than this version's. */
#include <check.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemonworld.h"
#include "statefulworld.h"
#include "world.h"

/* One world of each kind, with a pod to replace; the arrays are bound and the plan is made. */
static struct world clones;
static struct statefulworld stateful;
static struct daemonworld daemons;

enum kind { CLONESET, STATEFULSET, DAEMONSET, KINDS };

struct caller {
    struct rollout_workload workload;
    struct rollout_snapshot snapshot;
    const void *spec;
    size_t spec_size;
    const struct rollout_plan *plan; /* what it gets with this version's sizes */
};

static struct caller calls(int kind)
{
    switch (kind) {
    case CLONESET:
        return (struct caller){ clones.workload, clones.snapshot, &clones.spec, sizeof clones.spec, clones.plan };
    case STATEFULSET:
        return (struct caller){ stateful.workload, stateful.snapshot, &stateful.spec, sizeof stateful.spec,
                                stateful.plan };
    default:
        return (struct caller){ daemons.workload, daemons.snapshot, &daemons.spec, sizeof daemons.spec, daemons.plan };
    }
}

static void make_worlds(void)
{
    world_make(&clones, "R3 U1", "3o");
    world_actions(&clones);
    stateful_make(&stateful, "R3", "0-2A");
    stateful_actions(&stateful);
    daemon_make(&daemons, "U1", "n1 A, n2 A, n3 A");
    daemon_actions(&daemons);
    ck_assert_uint_eq(clones.plan->action_count, 1);
    ck_assert_uint_eq(stateful.plan->action_count, 1);
    ck_assert_uint_eq(daemons.plan->action_count, 1);
}

static void free_worlds(void)
{
    world_free(&clones);
    stateful_free(&stateful);
    daemon_free(&daemons);
}

static void same_plan(const struct caller *c, const struct rollout_plan *plan, const char *name)
{
    ck_assert_msg(plan->struct_size == sizeof *plan, "%s: size", name);
    ck_assert_msg(plan->action_count == c->plan->action_count && plan->actions[0].op == c->plan->actions[0].op &&
                      plan->actions[0].subject == c->plan->actions[0].subject,
                  "%s: action", name);
    ck_assert_msg(plan->verdict_count == c->plan->verdict_count, "%s: count of verdicts", name);
    for (size_t i = 0; i < plan->verdict_count; i++) {
        char mine[256], other[256];
        rollout_verdict_text(c->plan, &c->snapshot, i, mine, sizeof mine);
        rollout_verdict_text(plan, &c->snapshot, i, other, sizeof other);
        ck_assert_msg(plan->verdicts[i].reason == c->plan->verdicts[i].reason, "%s: reason %zu", name, i);
        ck_assert_str_eq(mine, other);
    }
}

/* ---- structs ---- */

static void copy_into(void *to, size_t size, const void *from, size_t from_size, unsigned char tail)
{
    memset(to, 0, size);
    memcpy(to, from, from_size < size ? from_size : size);
    uint32_t struct_size = (uint32_t)size;
    memcpy(to, &struct_size, sizeof struct_size);
    if (size > from_size)
        ((unsigned char *)to)[size - 1] = tail;
}

enum which { WORKLOAD, SNAPSHOT, SPEC };

static const struct {
    const char *name;
    enum kind kind;
    enum which which;
    size_t size; /* up to 16: so much longer than this version's */
    unsigned char tail;
    int code;
    const char *message;
} sizes[] = {
    { "newer workload", CLONESET, WORKLOAD, 16, 0, ROLLOUT_OK, "" },
    { "newer workload that asks for more", CLONESET, WORKLOAD, 16, 1, ROLLOUT_ERR_ABI,
      "workload: sets a field that this version does not know" },
    { "workload without a spec", CLONESET, WORKLOAD, offsetof(struct rollout_workload, cloneset), 0,
      ROLLOUT_ERR_INVALID, "workload: no spec is set" },
    { "workload that knows no other kind", CLONESET, WORKLOAD,
      offsetof(struct rollout_workload, cloneset) + sizeof(void *), 0, ROLLOUT_OK, "" },
    { "workload without the kind that it sets", STATEFULSET, WORKLOAD,
      offsetof(struct rollout_workload, cloneset) + sizeof(void *), 0, ROLLOUT_ERR_INVALID,
      "workload: no spec is set" },
    { "newer workload of a StatefulSet", STATEFULSET, WORKLOAD, 16, 0, ROLLOUT_OK, "" },
    { "newer workload of a DaemonSet", DAEMONSET, WORKLOAD, 16, 0, ROLLOUT_OK, "" },
    { "newer snapshot", CLONESET, SNAPSHOT, 8, 0, ROLLOUT_OK, "" },
    { "newer snapshot that says more", CLONESET, SNAPSHOT, 8, 1, ROLLOUT_ERR_ABI,
      "snapshot: sets a field that this version does not know" },
    { "snapshot without nodes, claims and verdicts", CLONESET, SNAPSHOT, offsetof(struct rollout_snapshot, nodes), 0,
      ROLLOUT_OK, "" },
    { "snapshot without storage classes and what follows", STATEFULSET, SNAPSHOT,
      offsetof(struct rollout_snapshot, storage_classes), 0, ROLLOUT_OK, "" },
    { "snapshot without back-offs", DAEMONSET, SNAPSHOT, offsetof(struct rollout_snapshot, failed_pod_backoffs), 0,
      ROLLOUT_OK, "" },
    { "newer CloneSet", CLONESET, SPEC, 8, 0, ROLLOUT_OK, "" },
    { "newer CloneSet that says more", CLONESET, SPEC, 8, 1, ROLLOUT_ERR_ABI,
      "cloneset: sets a field that this version does not know" },
    { "CloneSet without order, lifecycle and status", CLONESET, SPEC, offsetof(struct rollout_cloneset, order), 0,
      ROLLOUT_OK, "" },
    { "newer StatefulSet", STATEFULSET, SPEC, 8, 0, ROLLOUT_OK, "" },
    { "newer StatefulSet that says more", STATEFULSET, SPEC, 8, 1, ROLLOUT_ERR_ABI,
      "statefulset: sets a field that this version does not know" },
    { "StatefulSet without reserved ordinals and what follows", STATEFULSET, SPEC,
      offsetof(struct rollout_statefulset, reserve_ordinals), 0, ROLLOUT_OK, "" },
    { "newer DaemonSet", DAEMONSET, SPEC, 8, 0, ROLLOUT_OK, "" },
    { "newer DaemonSet that says more", DAEMONSET, SPEC, 8, 1, ROLLOUT_ERR_ABI,
      "daemonset: sets a field that this version does not know" },
    { "DaemonSet without burstReplicas and what follows", DAEMONSET, SPEC,
      offsetof(struct rollout_daemonset, burst_replicas), 0, ROLLOUT_OK, "" },
};

START_TEST(struct_sizes)
{
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_plan *plan = NULL;
    make_worlds();
    struct caller c = calls(sizes[_i].kind);
    const void *part = sizes[_i].which == WORKLOAD   ? (const void *)&c.workload
                       : sizes[_i].which == SNAPSHOT ? (const void *)&c.snapshot
                                                     : c.spec;
    size_t known = sizes[_i].which == WORKLOAD   ? sizeof c.workload
                   : sizes[_i].which == SNAPSHOT ? sizeof c.snapshot
                                                 : c.spec_size;
    size_t size = sizes[_i].size <= 16 ? known + sizes[_i].size : sizes[_i].size;
    char *other = malloc(size);
    ck_assert_ptr_nonnull(other);
    copy_into(other, size, part, known, sizes[_i].tail);

    struct rollout_workload workload = c.workload;
    if (sizes[_i].which == SPEC && sizes[_i].kind == CLONESET)
        workload.cloneset = (const void *)other;
    else if (sizes[_i].which == SPEC && sizes[_i].kind == STATEFULSET)
        workload.statefulset = (const void *)other;
    else if (sizes[_i].which == SPEC)
        workload.daemonset = (const void *)other;
    const void *given = sizes[_i].which == WORKLOAD ? (const void *)other : &workload;
    const void *snapshot = sizes[_i].which == SNAPSHOT ? (const void *)other : &c.snapshot;
    int r = rollout_plan(given, snapshot, &plan, &error);
    ck_assert_msg(r == sizes[_i].code, "%s: %s", sizes[_i].name, error.message);
    ck_assert_str_eq(error.message, sizes[_i].message);
    if (r == ROLLOUT_OK)
        same_plan(&c, plan, sizes[_i].name);
    else
        ck_assert_ptr_null(plan);
    rollout_plan_free(plan);
    free(other);
    free_worlds();
}
END_TEST

/* ---- records ---- */

/* All views have these members, in this order. */
struct view {
    const char *items;
    size_t count, stride;
};

static const struct {
    const char *name;
    size_t view, size;
    enum kind kind; /* of a world that has such records, or may have one of zeros */
    size_t shorter; /* 0, or a size that leaves out only what is zero in the world */
} arrays[] = {
    { "pods", offsetof(struct rollout_snapshot, pods), sizeof(struct rollout_pod), CLONESET,
      offsetof(struct rollout_pod, finalizers) },
    { "nodes", offsetof(struct rollout_snapshot, nodes), sizeof(struct rollout_node_facts), DAEMONSET,
      offsetof(struct rollout_node_facts, taints) },
    { "claims", offsetof(struct rollout_snapshot, claims), sizeof(struct rollout_claim), STATEFULSET,
      offsetof(struct rollout_claim, owners) },
    { "revisions", offsetof(struct rollout_snapshot, revisions), sizeof(struct rollout_revision), STATEFULSET, 0 },
    { "in_place_verdicts", offsetof(struct rollout_snapshot, in_place_verdicts),
      sizeof(struct rollout_in_place_verdict), CLONESET, 0 },
    { "storage_classes", offsetof(struct rollout_snapshot, storage_classes), sizeof(struct rollout_storage_class),
      STATEFULSET, offsetof(struct rollout_storage_class, allow_expansion) },
    { "failed_pod_backoffs", offsetof(struct rollout_snapshot, failed_pod_backoffs), sizeof(struct rollout_backoff),
      DAEMONSET, offsetof(struct rollout_backoff, seconds) },
};

static const char zeros[512];

/* The caller's snapshot with one of its arrays copied to records of another size; that array, to be freed. */
static char *restride(struct caller *c, int array, size_t size, struct view *view)
{
    char *at = (char *)&c->snapshot + arrays[array].view;
    memcpy(view, at, sizeof *view);
    if (view->count == 0)
        *view = (struct view){ zeros, 1, 0 };
    size_t full = arrays[array].size;
    ck_assert_uint_le(full, sizeof zeros);
    char *records = calloc(view->count, size);
    ck_assert_ptr_nonnull(records);
    for (size_t i = 0; i < view->count; i++)
        memcpy(records + i * size, view->items + i * full, size < full ? size : full);
    view->items = records;
    view->stride = size;
    memcpy(at, view, sizeof *view);
    return records;
}

START_TEST(longer_records)
{
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_plan *plan = NULL;
    struct view view;
    char expected[96];
    make_worlds();
    struct caller c = calls(arrays[_i].kind);
    size_t size = arrays[_i].size + 16;
    char *records = restride(&c, _i, size, &view);
    ck_assert_msg(rollout_plan(&c.workload, &c.snapshot, &plan, &error) == ROLLOUT_OK, "%s", error.message);
    same_plan(&c, plan, arrays[_i].name);
    rollout_plan_free(plan);

    plan = NULL;
    records[view.count * size - 1] = 1;
    ck_assert_int_eq(rollout_plan(&c.workload, &c.snapshot, &plan, &error), ROLLOUT_ERR_ABI);
    snprintf(expected, sizeof expected, "%s[%zu]: sets a field that this version does not know", arrays[_i].name,
             view.count - 1);
    ck_assert_str_eq(error.message, expected);
    ck_assert_uint_eq(error.index, view.count - 1);
    ck_assert_ptr_null(plan);
    free(records);
    free_worlds();
}
END_TEST

START_TEST(shorter_records)
{
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_plan *plan = NULL;
    struct view view;
    make_worlds();
    struct caller c = calls(arrays[_i].kind);
    if (arrays[_i].shorter > 0) {
        char *records = restride(&c, _i, arrays[_i].shorter, &view);
        ck_assert_msg(rollout_plan(&c.workload, &c.snapshot, &plan, &error) == ROLLOUT_OK, "%s", error.message);
        same_plan(&c, plan, arrays[_i].name);
        rollout_plan_free(plan);
        free(records);
    }
    free_worlds();
}
END_TEST

START_TEST(no_records)
{
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_plan *plan = NULL;
    char expected[96];
    make_worlds();
    const struct {
        struct view view;
        int code;
        const char *message;
    } broken[] = {
        { { zeros, 1, 0 }, ROLLOUT_ERR_ABI, "%s: stride 0 is none" },
        { { zeros, 1, 4 }, ROLLOUT_ERR_ABI, "%s: stride 4 is none" },
        { { NULL, 1, arrays[_i].size }, ROLLOUT_ERR_INVALID, "%s: is NULL with a count of 1" },
    };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct caller c = calls(arrays[_i].kind);
        memcpy((char *)&c.snapshot + arrays[_i].view, &broken[i].view, sizeof broken[i].view);
        ck_assert_int_eq(rollout_plan(&c.workload, &c.snapshot, &plan, &error), broken[i].code);
        snprintf(expected, sizeof expected, broken[i].message, arrays[_i].name);
        ck_assert_str_eq(error.message, expected);
        ck_assert_ptr_null(plan);
    }
    free_worlds();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("versions");
    TCase *tcase = tcase_create("versions");
    tcase_add_loop_test(tcase, struct_sizes, 0, sizeof sizes / sizeof *sizes);
    tcase_add_loop_test(tcase, longer_records, 0, sizeof arrays / sizeof *arrays);
    tcase_add_loop_test(tcase, shorter_records, 0, sizeof arrays / sizeof *arrays);
    tcase_add_loop_test(tcase, no_records, 0, sizeof arrays / sizeof *arrays);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

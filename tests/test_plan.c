/* SPDX-License-Identifier: Apache-2.0 */
/* rollout_plan(): what it refuses, and callers of other versions. */
#include <check.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

/* ---- what is refused ---- */

static uint32_t fixes[] = { 7 };
static struct rollout_revision many[65535];

static void refuse(struct world *w, int i)
{
    static struct rollout_gate gates[] = { { ROLLOUT_GATE_CLONESET_SHORT_HASH, 1 }, { 0, 0 } };
    static const struct rollout_str text = { "x", 1 };
    gates[1] = (struct rollout_gate){ ROLLOUT_GATE_CLONESET_SHORT_HASH, 0 };
    switch (i) {
    case 0:
        w->workload.profile = 1;
        break;
    case 1:
        w->workload.fixes = fixes;
        w->workload.fix_count = 1;
        break;
    case 2:
        w->workload.gates = NULL;
        w->workload.gate_count = 0; /* nothing wrong with it: see the table */
        break;
    case 3:
    case 4:
    case 5:
        gates[1].gate = i == 3 ? 0 : i == 4 ? 8 : UINT32_MAX;
        w->workload.gates = gates;
        w->workload.gate_count = 2;
        break;
    case 6:
        gates[1].on = 2;
        w->workload.gates = gates;
        w->workload.gate_count = 2;
        break;
    case 7:
        w->spec.update_type = 2;
        break;
    case 8:
        w->spec.pod_update_policy = 3;
        break;
    case 9:
        w->spec.pods_to_delete = (struct rollout_strs){ NULL, 1, sizeof text };
        break;
    case 10:
        w->spec.claim_templates = (struct rollout_strs){ NULL, 1, sizeof text };
        break;
    case 11:
        w->spec.status.condition_count = 1;
        break;
    case 12:
        w->snapshot.current_revision = 3;
        break;
    case 13:
        w->snapshot.update_revision = 0;
        break;
    case 14:
        w->snapshot.update_revision = 3;
        break;
    case 15:
        w->verdicts[1].from = 0;
        break;
    case 16:
        w->verdicts[0].to = 3;
        break;
    case 17:
        w->pods[1].revision = (struct rollout_str){ NULL, 3 };
        break;
    case 18:
        w->pods[1].name = (struct rollout_str){ NULL, 3 };
        break;
    case 19:
        w->pods[1].node = (struct rollout_str){ NULL, 3 };
        break;
    case 20:
        w->pods[1].labels = (struct rollout_labels){ NULL, 1, sizeof(struct rollout_label) };
        break;
    case 21:
        w->pods[1].finalizers = (struct rollout_strs){ NULL, 1, sizeof text };
        break;
    case 22:
        w->pods[1].reserved = 1;
        break;
    case 23:
        w->snapshot.pods.stride = 0;
        break;
    case 24:
        w->snapshot.pods.stride = 12;
        break;
    case 25:
        w->snapshot.nodes = (struct rollout_nodes){ NULL, 2, sizeof(struct rollout_node_facts) };
        break;
    case 26:
        w->snapshot.revisions.stride = 4;
        break;
    case 27:
        w->snapshot.in_place_verdicts.stride = 0;
        break;
    case 28:
        w->snapshot.claims.count = 1;
        w->snapshot.claims.stride = 0;
        break;
    case 29:
        w->workload.struct_size = 0;
        break;
    case 30:
        w->snapshot.struct_size = 6;
        break;
    case 31:
        w->spec.struct_size = 0;
        break;
    default:
        break;
    }
}

static const struct {
    int code;
    const char *field, *message;
    uint32_t index;
} refusals[] = {
    { ROLLOUT_ERR_INVALID, "profile", "profile: unknown profile 1", ROLLOUT_NONE },
    { ROLLOUT_ERR_INVALID, "fixes", "fixes: unknown fix 7", 0 },
    { ROLLOUT_OK, NULL, NULL, 0 },
    { ROLLOUT_ERR_INVALID, "gates", "gates: unknown gate 0", 1 },
    { ROLLOUT_ERR_INVALID, "gates", "gates: unknown gate 8", 1 },
    { ROLLOUT_ERR_INVALID, "gates", "gates: unknown gate 4294967295", 1 },
    { ROLLOUT_ERR_INVALID, "gates", "gates: on is 2, not 0 or 1", 1 },
    { ROLLOUT_ERR_INVALID, "update_type", "update_type: 2 is unknown", ROLLOUT_NONE },
    { ROLLOUT_ERR_INVALID, "pod_update_policy", "pod_update_policy: 3 is unknown", ROLLOUT_NONE },
    { ROLLOUT_ERR_INVALID, "pods_to_delete", "pods_to_delete: NULL with a count", ROLLOUT_NONE },
    { ROLLOUT_ERR_INVALID, "claim_templates", "claim_templates: NULL with a count", ROLLOUT_NONE },
    { ROLLOUT_ERR_INVALID, "status.conditions", "status.conditions: NULL with a count", ROLLOUT_NONE },
    { ROLLOUT_ERR_INVALID, "current_revision", "current_revision: 3 of 2 revisions", ROLLOUT_NONE },
    { ROLLOUT_ERR_INVALID, "update_revision", "update_revision: 0 of 2 revisions", ROLLOUT_NONE },
    { ROLLOUT_ERR_INVALID, "update_revision", "update_revision: 3 of 2 revisions", ROLLOUT_NONE },
    { ROLLOUT_ERR_INVALID, "in_place_verdicts", "in_place_verdicts: from 0 to 1 of 2 revisions", 1 },
    { ROLLOUT_ERR_INVALID, "in_place_verdicts", "in_place_verdicts: from 1 to 3 of 2 revisions", 0 },
    { ROLLOUT_ERR_INVALID, "revision", "pods[1].revision: NULL with a length", 1 },
    { ROLLOUT_ERR_INVALID, "name", "pods[1].name: NULL with a length", 1 },
    { ROLLOUT_ERR_INVALID, "node", "pods[1].node: NULL with a length", 1 },
    { ROLLOUT_ERR_INVALID, "labels", "pods[1].labels: NULL with a length", 1 },
    { ROLLOUT_ERR_INVALID, "finalizers", "pods[1].finalizers: NULL with a length", 1 },
    { ROLLOUT_ERR_ABI, "reserved", "pods[1].reserved: not zero", 1 },
    { ROLLOUT_ERR_ABI, "pods", "pods: stride 0 is none", ROLLOUT_NONE },
    { ROLLOUT_ERR_ABI, "pods", "pods: stride 12 is none", ROLLOUT_NONE },
    { ROLLOUT_ERR_INVALID, "nodes", "nodes: is NULL with a count of 2", ROLLOUT_NONE },
    { ROLLOUT_ERR_ABI, "revisions", "revisions: stride 4 is none", ROLLOUT_NONE },
    { ROLLOUT_ERR_ABI, "in_place_verdicts", "in_place_verdicts: stride 0 is none", ROLLOUT_NONE },
    { ROLLOUT_ERR_ABI, "claims", "claims: stride 0 is none", ROLLOUT_NONE },
    { ROLLOUT_ERR_ABI, "workload", "workload: struct_size 0 is none", ROLLOUT_NONE },
    { ROLLOUT_ERR_ABI, "snapshot", "snapshot: struct_size 6 is none", ROLLOUT_NONE },
    { ROLLOUT_ERR_ABI, "cloneset", "cloneset: struct_size 0 is none", ROLLOUT_NONE },
};

START_TEST(refusal)
{
    struct world w;
    struct rollout_error error = { .struct_size = sizeof error, .index = 99 };
    world_make(&w, "R2 U1", "2o");
    refuse(&w, _i);
    int r = world_try(&w, &error);
    ck_assert_int_eq(r, refusals[_i].code);
    if (r == ROLLOUT_OK) {
        world_free(&w);
        return;
    }
    ck_assert_ptr_null(w.plan);
    ck_assert_int_eq(error.code, r);
    ck_assert_str_eq(error.field, refusals[_i].field);
    ck_assert_str_eq(error.message, refusals[_i].message);
    ck_assert_uint_eq(error.index, refusals[_i].index);
    /* The record is optional. */
    ck_assert_int_eq(world_try(&w, NULL), r);
    struct rollout_error closed = { .message = "as it was" };
    ck_assert_int_eq(world_try(&w, &closed), r);
    ck_assert_str_eq(closed.message, "as it was");
}
END_TEST

/* What world_try() would fill in. */
START_TEST(refused_pointers)
{
    struct world w;
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_plan *plan = NULL;
    world_make(&w, "R2", "2n");
    ck_assert_int_eq(rollout_plan(&w.workload, &w.snapshot, NULL, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "ret_plan: NULL");
    ck_assert_int_eq(rollout_plan(NULL, &w.snapshot, &plan, &error), ROLLOUT_ERR_ABI);
    ck_assert_str_eq(error.message, "workload: is NULL");
    ck_assert_int_eq(rollout_plan(&w.workload, NULL, &plan, &error), ROLLOUT_ERR_ABI);
    ck_assert_str_eq(error.message, "snapshot: is NULL");
    ck_assert_int_eq(rollout_plan(&w.workload, &w.snapshot, &plan, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "workload: no spec is set");
    w.workload.cloneset = &w.spec;
    ck_assert_int_eq(rollout_plan(&w.workload, &w.snapshot, &plan, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "pods: is NULL with a count of 2");
    w.snapshot.pods.items = w.pods;
    ck_assert_int_eq(rollout_plan(&w.workload, &w.snapshot, &plan, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "revisions: is NULL with a count of 2");
    w.snapshot.revisions.items = w.revisions;
    ck_assert_int_eq(rollout_plan(&w.workload, &w.snapshot, &plan, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "in_place_verdicts: is NULL with a count of 2");
    w.snapshot.in_place_verdicts.items = w.verdicts;
    w.workload.gate_count = 3;
    ck_assert_int_eq(rollout_plan(&w.workload, &w.snapshot, &plan, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "gates: NULL with gate_count 3");
    w.workload.gate_count = 0;
    w.snapshot.revisions = (struct rollout_revisions){ many, 65535, sizeof *many };
    ck_assert_int_eq(rollout_plan(&w.workload, &w.snapshot, &plan, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.field, "revisions");
    ck_assert_str_eq(error.message, "revisions: 65535 are too many");
    ck_assert_ptr_null(plan);
    rollout_plan_free(NULL);
}
END_TEST

/* Of a gate that stands twice the last one counts; those not named have upstream's default. */
START_TEST(gates)
{
    struct world w;
    world_make(&w, "R5 P4 U2 rb", "4n o");
    ck_assert_str_eq(world_actions(&w), "recreate p0; recreate p1");
    world_gate(&w, ROLLOUT_GATE_CLONESET_PARTITION_ROLLBACK, 0);
    ck_assert_str_eq(world_actions(&w), "");
    world_gate(&w, ROLLOUT_GATE_CLONESET_PARTITION_ROLLBACK, 1);
    ck_assert_str_eq(world_actions(&w), "recreate p0; recreate p1");
    w.workload.gate_count = 0;
    ck_assert_str_eq(world_actions(&w), "");
    world_free(&w);
    /* Not what a plan shows. */
    world_make(&w, "R1", "");
    world_gate(&w, ROLLOUT_GATE_CLONESET_SHORT_HASH, 1);
    ck_assert_str_eq(world_actions(&w), "create web-b x1 new:1");
    world_free(&w);
}
END_TEST

/* ---- callers of other versions ---- */

static void copy_into(void *to, size_t size, const void *from, size_t from_size, unsigned char tail)
{
    memset(to, 0, size);
    memcpy(to, from, from_size < size ? from_size : size);
    uint32_t struct_size = (uint32_t)size;
    memcpy(to, &struct_size, sizeof struct_size);
    if (size > from_size)
        ((unsigned char *)to)[size - 1] = tail;
}

static const struct {
    const char *name;
    int which; /* 0 workload, 1 snapshot, 2 spec */
    size_t size;
    unsigned char tail;
    int code;
    const char *message;
} sizes[] = {
    { "newer workload", 0, sizeof(struct rollout_workload) + 16, 0, ROLLOUT_OK, "" },
    { "newer workload that asks for more", 0, sizeof(struct rollout_workload) + 16, 1, ROLLOUT_ERR_ABI,
      "workload: sets a field that this version does not know" },
    { "workload without a spec", 0, offsetof(struct rollout_workload, cloneset), 0, ROLLOUT_ERR_INVALID,
      "workload: no spec is set" },
    { "newer snapshot", 1, sizeof(struct rollout_snapshot) + 8, 0, ROLLOUT_OK, "" },
    { "newer snapshot that says more", 1, sizeof(struct rollout_snapshot) + 8, 1, ROLLOUT_ERR_ABI,
      "snapshot: sets a field that this version does not know" },
    { "snapshot without nodes, claims and verdicts", 1, offsetof(struct rollout_snapshot, nodes), 0, ROLLOUT_OK, "" },
    { "newer spec", 2, sizeof(struct rollout_cloneset) + 8, 0, ROLLOUT_OK, "" },
    { "newer spec that says more", 2, sizeof(struct rollout_cloneset) + 8, 1, ROLLOUT_ERR_ABI,
      "cloneset: sets a field that this version does not know" },
    { "spec without order, lifecycle and status", 2, offsetof(struct rollout_cloneset, order), 0, ROLLOUT_OK, "" },
};

START_TEST(struct_sizes)
{
    struct world w;
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_plan *plan = NULL;
    world_make(&w, "R3 U1", "3o");
    world_actions(&w); /* binds the arrays */
    char *other = malloc(sizes[_i].size);
    ck_assert_ptr_nonnull(other);
    struct rollout_workload workload = w.workload;
    const void *given = &workload;
    const void *snapshot = &w.snapshot;
    if (sizes[_i].which == 0) {
        copy_into(other, sizes[_i].size, &workload, sizeof workload, sizes[_i].tail);
        given = other;
    } else if (sizes[_i].which == 1) {
        copy_into(other, sizes[_i].size, &w.snapshot, sizeof w.snapshot, sizes[_i].tail);
        snapshot = other;
    } else {
        copy_into(other, sizes[_i].size, &w.spec, sizeof w.spec, sizes[_i].tail);
        workload.cloneset = (const void *)other;
    }
    int r = rollout_plan(given, snapshot, &plan, &error);
    ck_assert_msg(r == sizes[_i].code, "%s: %s", sizes[_i].name, error.message);
    ck_assert_str_eq(error.message, sizes[_i].message);
    if (r == ROLLOUT_OK) {
        ck_assert_uint_eq(plan->action_count, 1);
        ck_assert_uint_eq(plan->actions[0].op, ROLLOUT_OP_RECREATE);
        ck_assert_uint_eq(plan->struct_size, sizeof *plan);
    }
    rollout_plan_free(plan);
    free(other);
    world_free(&w);
}
END_TEST

/* Records a stride apart: the same plan for longer ones, and for shorter ones whose rest is zero. */
START_TEST(strides)
{
    struct world w;
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_plan *plan = NULL;
    size_t full = sizeof(struct rollout_pod), size = _i == 0 ? full + 16 : offsetof(struct rollout_pod, finalizers);
    world_make(&w, "R3 U1", "3o");
    world_actions(&w);
    char *pods = calloc(3, size);
    ck_assert_ptr_nonnull(pods);
    for (size_t i = 0; i < 3; i++)
        memcpy(pods + i * size, &w.pods[i], size < full ? size : full);
    w.snapshot.pods.items = (const void *)pods;
    w.snapshot.pods.stride = size;
    ck_assert_int_eq(rollout_plan(&w.workload, &w.snapshot, &plan, &error), ROLLOUT_OK);
    ck_assert_uint_eq(plan->action_count, 1);
    ck_assert_mem_eq(plan->verdicts, w.plan->verdicts, plan->verdict_count * sizeof *plan->verdicts);
    char mine[128], other[128];
    for (size_t i = 0; i < plan->verdict_count; i++) {
        rollout_verdict_text(w.plan, &w.snapshot, i, mine, sizeof mine);
        rollout_verdict_text(plan, &w.snapshot, i, other, sizeof other);
        ck_assert_str_eq(mine, other);
    }
    rollout_plan_free(plan);
    if (_i == 0) {
        plan = NULL;
        pods[2 * size - 1] = 1;
        ck_assert_int_eq(rollout_plan(&w.workload, &w.snapshot, &plan, &error), ROLLOUT_ERR_ABI);
        ck_assert_str_eq(error.message, "pods[1]: sets a field that this version does not know");
        ck_assert_uint_eq(error.index, 1);
        ck_assert_ptr_null(plan);
    }
    free(pods);
    world_free(&w);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("plan");
    TCase *tcase = tcase_create("plan");
    tcase_add_loop_test(tcase, refusal, 0, sizeof refusals / sizeof *refusals);
    tcase_add_test(tcase, refused_pointers);
    tcase_add_test(tcase, gates);
    tcase_add_loop_test(tcase, struct_sizes, 0, sizeof sizes / sizeof *sizes);
    tcase_add_loop_test(tcase, strides, 0, 2);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

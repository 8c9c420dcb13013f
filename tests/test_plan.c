/* SPDX-License-Identifier: Apache-2.0 */
/* rollout_plan(): what it refuses. */
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
        gates[1].gate = i == 3 ? 0 : i == 4 ? 15 : UINT32_MAX;
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
        w->status.condition_count = 1;
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
    { ROLLOUT_ERR_INVALID, "gates", "gates: unknown gate 15", 1 },
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
    { ROLLOUT_ERR_INVALID, "pods[1].revision", "pods[1].revision: NULL with a length", 1 },
    { ROLLOUT_ERR_INVALID, "pods[1].name", "pods[1].name: NULL with a length", 1 },
    { ROLLOUT_ERR_INVALID, "pods[1].node", "pods[1].node: NULL with a length", 1 },
    { ROLLOUT_ERR_INVALID, "pods[1].labels", "pods[1].labels: NULL with a count", 1 },
    { ROLLOUT_ERR_INVALID, "pods[1].finalizers", "pods[1].finalizers: NULL with a count", 1 },
    { ROLLOUT_ERR_ABI, "pods[1].reserved", "pods[1].reserved: not zero", 1 },
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

/* ---- records that a caller in another language may get wrong ---- */

static const struct rollout_str bad = { NULL, 3 };
static const struct rollout_str bad_second[2] = { { "a", 1 }, { NULL, 1 } };
static const struct rollout_label bad_key = { { NULL, 3 }, { "v", 1 } }, bad_value = { { "k", 1 }, { NULL, 3 } };
static struct rollout_weight_term terms[3];
static struct rollout_requirement requirements[2];
static const struct rollout_node too_large = { .kind = ROLLOUT_NODE_OBJECT, .size = 9 };

/* Three terms, of which the last has two requirements. */
static struct rollout_weight_term *weigh(struct world *w)
{
    memset(terms, 0, sizeof terms);
    memset(requirements, 0, sizeof requirements);
    for (int i = 0; i < 2; i++)
        requirements[i] = (struct rollout_requirement){ .key = { "a", 1 }, .op = ROLLOUT_OPERATOR_EXISTS };
    terms[2].selector.requirements = requirements;
    terms[2].selector.requirement_count = 2;
    w->spec.order.priority.weights = terms;
    w->spec.order.priority.weight_count = 3;
    return &terms[2];
}

static struct rollout_hook *hook(struct world *w, struct rollout_hook *hook)
{
    w->spec.lifecycle.set = 1;
    hook->set = 1;
    return hook;
}

static struct rollout_condition *condition(struct world *w)
{
    w->status.conditions = w->conditions;
    w->status.condition_count = 2;
    return &w->conditions[1];
}

static struct rollout_node_facts nodes[2];

static struct rollout_node_facts *node(struct world *w)
{
    memset(nodes, 0, sizeof nodes);
    w->snapshot.nodes = (struct rollout_nodes)WORLD_LIST(nodes);
    return &nodes[1];
}

static struct rollout_claim *claim(struct world *w)
{
    world_claim(w, "data-web-a", "a", ROLLOUT_CLAIM_OWNED);
    world_claim(w, "data-web-b", "b", ROLLOUT_CLAIM_OWNED);
    return &w->claims[1];
}

#define TWO(records) ((struct rollout_strs){ (records), 2, sizeof(struct rollout_str) })
#define NO_STRS      ((struct rollout_strs){ NULL, 2, sizeof(struct rollout_str) })
#define NO_LABELS    ((struct rollout_labels){ NULL, 2, sizeof(struct rollout_label) })
#define ONE(label)   ((struct rollout_labels){ &(label), 1, 0 })
#define NEAR_STRS    ((struct rollout_strs){ bad_second, 1, 8 })
#define ODD_STRS     ((struct rollout_strs){ bad_second, 1, sizeof(struct rollout_str) + 2 })
#define NEAR_LABELS  ((struct rollout_labels){ &bad_key, 1, 16 })

static void spoil(struct world *w, int i)
{
    switch (i) {
    case 0:
        w->spec.namespace_ = bad;
        break;
    case 1:
        w->spec.name = bad;
        break;
    case 2:
        w->spec.label_selector = bad;
        break;
    case 3:
        w->spec.selector.match_labels = NO_LABELS;
        break;
    case 4:
        w->spec.partition.kind = 3;
        break;
    case 5:
        w->spec.max_unavailable.kind = 4;
        break;
    case 6:
        w->spec.max_surge.kind = UINT32_MAX;
        break;
    case 7:
        w->spec.scale_max_unavailable.kind = 3;
        break;
    case 8:
        w->spec.partition = (struct rollout_intstr){ ROLLOUT_INTSTR_TEXT, 0, bad };
        break;
    case 9:
        w->spec.max_unavailable.text = bad;
        break;
    case 10:
        w->spec.max_surge.text = bad;
        break;
    case 11:
        w->spec.scale_max_unavailable.text = bad;
        break;
    case 12:
        w->spec.pods_to_delete = TWO(bad_second);
        break;
    case 13:
        w->spec.pods_to_delete = NEAR_STRS;
        break;
    case 14:
        w->spec.claim_templates = TWO(bad_second);
        break;
    case 15:
        w->spec.claim_templates = ODD_STRS;
        break;
    case 16:
        w->spec.order.priority.weight_count = 1;
        break;
    case 17:
        weigh(w)->reserved = 1;
        break;
    case 18:
        weigh(w)->selector.match_labels = NO_LABELS;
        break;
    case 19:
        weigh(w)->selector.match_labels = ONE(bad_key);
        break;
    case 20:
        weigh(w)->selector.match_labels = ONE(bad_value);
        break;
    case 21:
        weigh(w)->selector.match_labels = NEAR_LABELS;
        break;
    case 22:
        weigh(w)->selector.requirements = NULL;
        break;
    case 23:
        weigh(w);
        requirements[1].key = bad;
        break;
    case 24:
        weigh(w);
        requirements[1].reserved = 1;
        break;
    case 25:
        weigh(w);
        requirements[1].values = NO_STRS;
        break;
    case 26:
        weigh(w);
        requirements[1].values = TWO(bad_second);
        break;
    case 27:
        w->spec.order.priority.ordered_keys = NO_STRS;
        break;
    case 28:
        w->spec.order.priority.ordered_keys = TWO(bad_second);
        break;
    case 29:
        w->spec.order.scatter = NO_LABELS;
        break;
    case 30:
        w->spec.order.scatter = ONE(bad_key);
        break;
    case 31:
        w->spec.order.scatter = ONE(bad_value);
        break;
    case 32:
        w->spec.lifecycle.reserved = 1;
        break;
    case 33:
        hook(w, &w->spec.lifecycle.pre_normal)->labels = NO_LABELS;
        break;
    case 34:
        hook(w, &w->spec.lifecycle.pre_delete)->labels = ONE(bad_key);
        break;
    case 35:
        hook(w, &w->spec.lifecycle.pre_delete)->labels = ONE(bad_value);
        break;
    case 36:
        hook(w, &w->spec.lifecycle.in_place_update)->labels = NEAR_LABELS;
        break;
    case 37:
        hook(w, &w->spec.lifecycle.in_place_update)->finalizers = NO_STRS;
        break;
    case 38:
        hook(w, &w->spec.lifecycle.pre_delete)->finalizers = TWO(bad_second);
        break;
    case 39:
        w->status.struct_size = 7;
        break;
    case 40:
        w->status.update_revision = bad;
        break;
    case 41:
        w->status.current_revision = bad;
        break;
    case 42:
        w->status.label_selector = bad;
        break;
    case 43:
        condition(w)->type = bad;
        break;
    case 44:
        condition(w)->status = bad;
        break;
    case 45:
        condition(w)->reason = bad;
        break;
    case 46:
        condition(w)->message = bad;
        break;
    case 47:
        condition(w)->last_update_ms = INT64_MAX;
        break;
    case 48:
        condition(w)->last_transition_ms = INT64_MIN;
        break;
    case 49:
        w->snapshot.reserved = 1;
        break;
    case 50:
        w->snapshot.now_ms = INT64_MIN;
        break;
    case 51:
        w->snapshot.now_ms = INT64_C(253402300800000) + 2 * 86400000 + 1;
        break;
    case 52:
        w->snapshot.unobserved_since_ms = INT64_MAX;
        break;
    case 53:
        w->revisions[1].name = bad;
        break;
    case 54:
        w->revisions[1].claims_hash = bad;
        break;
    case 55:
        w->revisions[0].number = INT64_MAX;
        break;
    case 56:
        w->revisions[1].reserved = 1;
        break;
    case 57:
        w->revisions[1].topology_keys = NO_STRS;
        break;
    case 58:
        w->revisions[1].topology_keys = TWO(bad_second);
        break;
    case 59:
        w->revisions[1].topology_keys = NEAR_STRS;
        break;
    case 60:
        w->revisions[1].data.count = 5;
        break;
    case 61:
        w->revisions[1].data = (struct rollout_tree){ &too_large, 1 };
        break;
    case 62:
        node(w)->name = bad;
        break;
    case 63:
        node(w)->labels = NO_LABELS;
        break;
    case 64:
        node(w)->labels = NEAR_LABELS;
        break;
    case 65:
        claim(w)->name = bad;
        break;
    case 66:
        claim(w)->instance_id = bad;
        break;
    case 67:
        claim(w)->reserved = 1;
        break;
    case 68:
        w->verdicts[1].path = bad;
        break;
    case 69:
        w->verdicts[1].rule = 256;
        break;
    case 70:
        w->pods[1].labels = NEAR_LABELS;
        break;
    case 71:
        w->pods[1].finalizers = NEAR_STRS;
        break;
    case 72:
        world_in_place(w, 1, ROLLOUT_IN_PLACE_STATE)->container = bad;
        break;
    case 73:
        world_in_place(w, 1, ROLLOUT_IN_PLACE_STATE)->grace_revision = bad;
        break;
    case 74:
        world_in_place(w, 1, ROLLOUT_IN_PLACE_STATE)->containers.count = 1;
        break;
    case 75:
        world_in_place(w, 1, ROLLOUT_IN_PLACE_STATE)->containers = (struct rollout_tree){ &too_large, 1 };
        break;
    case 76:
        w->pods[1].namespace_ = bad;
        break;
    default:
        break;
    }
}

/* The field is what the message begins with. */
static const struct {
    int code;
    uint32_t index;
    const char *message;
} broken[] = {
    { ROLLOUT_ERR_INVALID, ROLLOUT_NONE, "namespace_: NULL with a length" },
    { ROLLOUT_ERR_INVALID, ROLLOUT_NONE, "name: NULL with a length" },
    { ROLLOUT_ERR_INVALID, ROLLOUT_NONE, "label_selector: NULL with a length" },
    { ROLLOUT_ERR_INVALID, ROLLOUT_NONE, "selector.match_labels: NULL with a count" },
    { ROLLOUT_ERR_INVALID, ROLLOUT_NONE, "partition.kind: 3 is unknown" },
    { ROLLOUT_ERR_INVALID, ROLLOUT_NONE, "max_unavailable.kind: 4 is unknown" },
    { ROLLOUT_ERR_INVALID, ROLLOUT_NONE, "max_surge.kind: 4294967295 is unknown" },
    { ROLLOUT_ERR_INVALID, ROLLOUT_NONE, "scale_max_unavailable.kind: 3 is unknown" },
    { ROLLOUT_ERR_INVALID, ROLLOUT_NONE, "partition.text: NULL with a length" },
    { ROLLOUT_ERR_INVALID, ROLLOUT_NONE, "max_unavailable.text: NULL with a length" },
    { ROLLOUT_ERR_INVALID, ROLLOUT_NONE, "max_surge.text: NULL with a length" },
    { ROLLOUT_ERR_INVALID, ROLLOUT_NONE, "scale_max_unavailable.text: NULL with a length" },
    { ROLLOUT_ERR_INVALID, 1, "pods_to_delete[1]: NULL with a length" },
    { ROLLOUT_ERR_ABI, ROLLOUT_NONE, "pods_to_delete: stride 8 is none" },
    { ROLLOUT_ERR_INVALID, 1, "claim_templates[1]: NULL with a length" },
    { ROLLOUT_ERR_ABI, ROLLOUT_NONE, "claim_templates: stride 18 is none" },
    { ROLLOUT_ERR_INVALID, ROLLOUT_NONE, "order.priority.weights: NULL with a count" },
    { ROLLOUT_ERR_ABI, 2, "order.priority.weights[2].reserved: not zero" },
    { ROLLOUT_ERR_INVALID, 2, "order.priority.weights[2].selector.match_labels: NULL with a count" },
    { ROLLOUT_ERR_INVALID, 2, "order.priority.weights[2].selector.match_labels[0].key: NULL with a length" },
    { ROLLOUT_ERR_INVALID, 2, "order.priority.weights[2].selector.match_labels[0].value: NULL with a length" },
    { ROLLOUT_ERR_ABI, 2, "order.priority.weights[2].selector.match_labels: stride 16 is none" },
    { ROLLOUT_ERR_INVALID, 2, "order.priority.weights[2].selector.requirements: NULL with a count" },
    { ROLLOUT_ERR_INVALID, 2, "order.priority.weights[2].selector.requirements[1].key: NULL with a length" },
    { ROLLOUT_ERR_ABI, 2, "order.priority.weights[2].selector.requirements[1].reserved: not zero" },
    { ROLLOUT_ERR_INVALID, 2, "order.priority.weights[2].selector.requirements[1].values: NULL with a count" },
    { ROLLOUT_ERR_INVALID, 2, "order.priority.weights[2].selector.requirements[1].values[1]: NULL with a length" },
    { ROLLOUT_ERR_INVALID, ROLLOUT_NONE, "order.priority.ordered_keys: NULL with a count" },
    { ROLLOUT_ERR_INVALID, 1, "order.priority.ordered_keys[1]: NULL with a length" },
    { ROLLOUT_ERR_INVALID, ROLLOUT_NONE, "order.scatter: NULL with a count" },
    { ROLLOUT_ERR_INVALID, 0, "order.scatter[0].key: NULL with a length" },
    { ROLLOUT_ERR_INVALID, 0, "order.scatter[0].value: NULL with a length" },
    { ROLLOUT_ERR_ABI, ROLLOUT_NONE, "lifecycle.reserved: not zero" },
    { ROLLOUT_ERR_INVALID, ROLLOUT_NONE, "lifecycle.pre_normal.labels: NULL with a count" },
    { ROLLOUT_ERR_INVALID, 0, "lifecycle.pre_delete.labels[0].key: NULL with a length" },
    { ROLLOUT_ERR_INVALID, 0, "lifecycle.pre_delete.labels[0].value: NULL with a length" },
    { ROLLOUT_ERR_ABI, ROLLOUT_NONE, "lifecycle.in_place_update.labels: stride 16 is none" },
    { ROLLOUT_ERR_INVALID, ROLLOUT_NONE, "lifecycle.in_place_update.finalizers: NULL with a count" },
    { ROLLOUT_ERR_INVALID, 1, "lifecycle.pre_delete.finalizers[1]: NULL with a length" },
    { ROLLOUT_ERR_ABI, ROLLOUT_NONE, "status: struct_size 7 is none" },
    { ROLLOUT_ERR_INVALID, ROLLOUT_NONE, "status.update_revision: NULL with a length" },
    { ROLLOUT_ERR_INVALID, ROLLOUT_NONE, "status.current_revision: NULL with a length" },
    { ROLLOUT_ERR_INVALID, ROLLOUT_NONE, "status.label_selector: NULL with a length" },
    { ROLLOUT_ERR_INVALID, 1, "status.conditions[1].type: NULL with a length" },
    { ROLLOUT_ERR_INVALID, 1, "status.conditions[1].status: NULL with a length" },
    { ROLLOUT_ERR_INVALID, 1, "status.conditions[1].reason: NULL with a length" },
    { ROLLOUT_ERR_INVALID, 1, "status.conditions[1].message: NULL with a length" },
    { ROLLOUT_ERR_INVALID, 1,
      "status.conditions[1].last_update_ms: 9223372036854775807 is no time in the years 0 to 9999" },
    { ROLLOUT_ERR_INVALID, 1,
      "status.conditions[1].last_transition_ms: -9223372036854775808 is no time in the years 0 to 9999" },
    { ROLLOUT_ERR_ABI, ROLLOUT_NONE, "snapshot.reserved: not zero" },
    { ROLLOUT_ERR_INVALID, ROLLOUT_NONE, "now_ms: -9223372036854775808 is no time in the years 0 to 9999" },
    { ROLLOUT_ERR_INVALID, ROLLOUT_NONE, "now_ms: 253402473600001 is no time in the years 0 to 9999" },
    { ROLLOUT_ERR_INVALID, ROLLOUT_NONE, "unobserved_since_ms: 9223372036854775807 is no time in the years 0 to 9999" },
    { ROLLOUT_ERR_INVALID, 1, "revisions[1].name: NULL with a length" },
    { ROLLOUT_ERR_INVALID, 1, "revisions[1].claims_hash: NULL with a length" },
    { ROLLOUT_ERR_INVALID, 0, "revisions[0].number: 9223372036854775807 leaves none for the next revision" },
    { ROLLOUT_ERR_ABI, 1, "revisions[1].reserved: not zero" },
    { ROLLOUT_ERR_INVALID, 1, "revisions[1].topology_keys: NULL with a count" },
    { ROLLOUT_ERR_INVALID, 1, "revisions[1].topology_keys[1]: NULL with a length" },
    { ROLLOUT_ERR_ABI, 1, "revisions[1].topology_keys: stride 8 is none" },
    { ROLLOUT_ERR_INVALID, 1, "revisions[1].data: NULL with a count" },
    { ROLLOUT_ERR_INVALID, 1, "revisions[1].data: node 0 size goes beyond the tree" },
    { ROLLOUT_ERR_INVALID, 1, "nodes[1].name: NULL with a length" },
    { ROLLOUT_ERR_INVALID, 1, "nodes[1].labels: NULL with a count" },
    { ROLLOUT_ERR_ABI, 1, "nodes[1].labels: stride 16 is none" },
    { ROLLOUT_ERR_INVALID, 1, "claims[1].name: NULL with a length" },
    { ROLLOUT_ERR_INVALID, 1, "claims[1].instance_id: NULL with a length" },
    { ROLLOUT_ERR_ABI, 1, "claims[1].reserved: not zero" },
    { ROLLOUT_ERR_INVALID, 1, "in_place_verdicts[1].path: NULL with a length" },
    { ROLLOUT_ERR_INVALID, 1, "in_place_verdicts[1].rule: 256 is unknown" },
    { ROLLOUT_ERR_ABI, 1, "pods[1].labels: stride 16 is none" },
    { ROLLOUT_ERR_ABI, 1, "pods[1].finalizers: stride 8 is none" },
    { ROLLOUT_ERR_INVALID, 1, "pods[1].in_place.container: NULL with a length" },
    { ROLLOUT_ERR_INVALID, 1, "pods[1].in_place.grace_revision: NULL with a length" },
    { ROLLOUT_ERR_INVALID, 1, "pods[1].in_place.containers: NULL with a count" },
    { ROLLOUT_ERR_INVALID, 1, "pods[1].in_place.containers: node 0 size goes beyond the tree" },
    { ROLLOUT_ERR_INVALID, 1, "pods[1].namespace_: NULL with a length" },
};

START_TEST(broken_record)
{
    struct world w;
    struct rollout_error error = { .struct_size = sizeof error, .index = 99 };
    world_make(&w, "R2 U1", "2o");
    spoil(&w, _i);
    ck_assert_msg(world_try(&w, &error) == broken[_i].code, "%s", broken[_i].message);
    ck_assert_str_eq(error.message, broken[_i].message);
    ck_assert_uint_eq(error.index, broken[_i].index);
    size_t len = strlen(error.field);
    ck_assert(len > 0 && strncmp(error.message, error.field, len) == 0 && strncmp(error.message + len, ": ", 2) == 0);
    ck_assert_int_eq(error.code, broken[_i].code);
    ck_assert_ptr_null(w.plan);
    ck_assert_int_eq(world_try(&w, NULL), broken[_i].code);
}
END_TEST

/* A number at fault is told as a value too. */
START_TEST(broken_value)
{
    struct world w;
    struct rollout_error error = { .struct_size = sizeof error };
    world_make(&w, "R2 U1", "2o");
    w.spec.partition.kind = 7;
    ck_assert_int_eq(world_try(&w, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.field, "partition.kind");
    ck_assert_str_eq(error.value, "7");
}
END_TEST

/* ---- what is odd and taken ---- */

/* A workload without a status is one whose status is all zero. */
START_TEST(no_status)
{
    struct world w;
    struct rollout_plan *plan = NULL;
    world_make(&w, "R3 U1", "3o");
    ck_assert_int_eq(world_try(&w, NULL), ROLLOUT_OK);
    w.spec.status = NULL;
    ck_assert_int_eq(rollout_plan(&w.workload, &w.snapshot, &plan, NULL), ROLLOUT_OK);
    ck_assert_uint_eq(plan->action_count, w.plan->action_count);
    ck_assert_uint_eq(plan->verdict_count, w.plan->verdict_count);
    ck_assert_uint_eq(plan->status.count, w.plan->status.count);
    ck_assert_uint_eq(plan->status_changed, 1);
    rollout_plan_free(plan);
    world_free(&w);
}
END_TEST

static void world_label_broken(struct world *w, int pod, struct rollout_label label)
{
    world_label(w, pod, "k", "v");
    w->labels[pod][w->pods[pod].labels.count - 1] = label;
}

/* A label or finalizer that cannot be read is passed over, by whatever reads it. */
static void odd_labels(struct world *w)
{
    static const struct rollout_label on = { { "k__", 3 }, { "v__", 3 } };
    static const struct rollout_label long_key = { { NULL, 38 }, { "v", 1 } };
    static const struct rollout_str three = { "abc", 3 };
    world_label_broken(w, 0, bad_key);
    world_label_broken(w, 0, (struct rollout_label){ { "k__", 3 }, { NULL, 3 } });
    world_label_broken(w, 1, long_key);
    w->pods[1].finalizers = (struct rollout_strs){ &bad, 1, 0 };
    claim(w);
    hook(w, &w->spec.lifecycle.in_place_update)->labels = ONE(on);
    hook(w, &w->spec.lifecycle.pre_delete)->finalizers = (struct rollout_strs){ &three, 1, 0 };
    w->spec.order.scatter = ONE(on);
    weigh(w)->selector.match_labels = ONE(on);
    requirements[0].key = on.key;
}

static void odd_key_order(struct world *w)
{
    static const struct rollout_str key = { "k__", 3 };
    odd_labels(w);
    w->spec.order.priority = (struct rollout_priority){ .ordered_keys = { &key, 1, 0 } };
}

static void odd_node_labels(struct world *w)
{
    static const struct rollout_str key = { "k__", 3 };
    static const struct rollout_label half = { { "k__", 3 }, { NULL, 3 } };
    node(w)->labels = ONE(bad_key);
    nodes[0].labels = (struct rollout_labels){ &half, 1, 0 };
    for (int i = 0; i < 3; i++) {
        w->pods[i].node = WORLD_STR("n");
        w->pods[i].node_index = i % 2 ? 2 : 1;
    }
    w->revisions[1].topology_keys = (struct rollout_strs){ &key, 1, 0 };
}

static void odd_node_index(struct world *w)
{
    for (int i = 0; i < 3; i++)
        w->pods[i].node_index = i == 0 ? UINT32_MAX : 99;
}

/* A phase or state that this library does not know is an OTHER one. */
static void odd_numbers(struct world *w)
{
    w->pods[0].phase = 77;
    w->pods[0].flags |= 1u << 31;
    w->pods[1].lifecycle_state = 99;
}

static void other_numbers(struct world *w)
{
    w->pods[0].phase = ROLLOUT_PHASE_OTHER;
    w->pods[1].lifecycle_state = ROLLOUT_STATE_OTHER;
}

static void odd_operator(struct world *w)
{
    weigh(w)->weight = 5;
    requirements[1].op = 99;
}

static void ready_times(struct world *w, int64_t ms)
{
    for (int i = 0; i < 3; i++)
        w->pods[i].ready_since_ms = ms;
}

static void ready_never(struct world *w)
{
    ready_times(w, INT64_MAX);
}

static void ready_always(struct world *w)
{
    ready_times(w, INT64_MIN);
}

static void grace_never(struct world *w)
{
    uint32_t flags = ROLLOUT_IN_PLACE_STATE | ROLLOUT_IN_PLACE_GRACE_KEY | ROLLOUT_IN_PLACE_GRACE;
    struct rollout_in_place *in_place = world_in_place(w, 0, flags);
    in_place->grace_revision = w->pods[0].revision;
    in_place->grace_end_ms = INT64_MAX;
    w->snapshot.now_ms = -1;
}

static void grace_always(struct world *w)
{
    grace_never(w);
    w->in_place[0].grace_end_ms = INT64_MIN;
}

static void least_number(struct world *w)
{
    w->revisions[1].number = INT64_MIN;
    w->revisions[0].number = INT64_MAX - 1;
}

static void year_9999(struct world *w)
{
    w->snapshot.now_ms = INT64_C(253402300799999);
    w->snapshot.unobserved_since_ms = INT64_C(253402300799999);
}

static void year_0(struct world *w)
{
    w->snapshot.now_ms = INT64_C(-62167219200000);
    condition(w)->last_update_ms = w->snapshot.now_ms;
}

/* No nodes and a count of none: what the pointer is does not matter. */
static void no_data(struct world *w)
{
    w->revisions[0].data.nodes = &too_large;
    w->spec.lifecycle.pre_delete.labels = (struct rollout_labels){ NULL, 0, 5 };
    w->pods[0].labels = (struct rollout_labels){ NULL, 0, 5 };
}

static const struct world_case taken[] = {
    { "labels that cannot be read", "R3 U1", "3o", "delete-claim data-web-a; delete-claim data-web-b; recreate p0",
      odd_labels },
    { "labels that cannot be read, by keys", "R3 U1", "3o",
      "delete-claim data-web-a; delete-claim data-web-b; recreate p0", odd_key_order },
    { "labels that cannot be read, scale in", "R2 U1", "3o",
      "delete-claim data-web-a; delete-claim data-web-b; delete p0", odd_labels },
    { "node labels that cannot be read", "R1 U1", "3o", "delete p0; delete p1", odd_node_labels },
    { "node_index of no node", "R1 U1", "3o", "delete p0; delete p1", odd_node_index },
    { "unknown phase and state", "R3 U3 inplace", "3o", "update-in-place p0 web-b mark:0", odd_numbers },
    { "phase and state OTHER", "R3 U3 inplace", "3o", "update-in-place p0 web-b mark:0", other_numbers },
    { "unknown operator", "R3 U1", "3o", "recreate p0", odd_operator },
    { "ready since the end of time", "R3 U3 m5", "3o", "recreate p0; recreate p1; recreate p2", ready_never },
    { "ready since before all time", "R3 U1 m5", "3o", "recreate p0", ready_always },
    { "grace period without an end", "R1 U1 inplace", "nU", "", grace_never },
    { "grace period over long ago", "R1 U1 inplace", "nU", "end-grace p0 web-b apply", grace_always },
    { "least and greatest number", "R2 U1", "2o", "renumber-revision web-b #9223372036854775807; recreate p0",
      least_number },
    { "last moment", "R2 U1", "2o", "", year_9999 },
    { "first moment", "R2 U1 d600", "2o", "recreate p0", year_0 },
    { "nothing given", "R2 U1 inplace", "2o", "update-in-place p0 web-b mark:0", no_data },
};

START_TEST(taken_record)
{
    const char *wrong = world_case_wrong(&taken[_i]);
    ck_assert_msg(!wrong, "%s", wrong);
}
END_TEST

/* Until when: times that lie beyond all times stay where they are. */
START_TEST(extreme_times)
{
    struct world w;
    world_make(&w, "R3 U3 m2147483647", "3n");
    ready_never(&w);
    world_actions(&w);
    ck_assert_int_eq(w.plan->next_ms, INT64_MAX);
    ck_assert_str_eq(world_status(&w), "3/3/0 3/3/0 3 web-b");
    world_free(&w);
    world_make(&w, "R3 U3 m-2147483647", "3n");
    ready_always(&w);
    world_actions(&w);
    ck_assert_str_eq(world_status(&w), "3/3/3 3/3/3 3 web-b");
    world_free(&w);
    world_make(&w, "R1 U1 inplace", "nU");
    grace_never(&w);
    world_actions(&w);
    ck_assert_int_eq(w.plan->next_ms, INT64_MAX);
    ck_assert_int_eq(w.plan->requeue_seconds, (INT64_C(253402300800000) + 2 * 86400000 + 1 + 999) / 1000);
    world_free(&w);
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
    ck_assert_int_eq(rollout_plan(NULL, &w.snapshot, &plan, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "workload: NULL");
    ck_assert_int_eq(rollout_plan(&w.workload, NULL, &plan, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "snapshot: NULL");
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
    ck_assert_str_eq(error.message, "gates: NULL with a count");
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

/* The spec of any kind, and its status, has the size of its caller. */
START_TEST(spec_sizes)
{
    struct rollout_cloneset_status cloneset_status = { .struct_size = 4 };
    struct rollout_statefulset_status statefulset_status = { .struct_size = 4 };
    struct rollout_daemonset_status daemonset_status = { .struct_size = 4 };
    struct rollout_broadcastjob_status broadcastjob_status = { .struct_size = 4 };
    struct rollout_deployment_status deployment_status = { .struct_size = 4 };
    struct rollout_replicaset_status replicaset_status = { .struct_size = 4 };
    struct rollout_uniteddeployment_status uniteddeployment_status = { .struct_size = 4 };
    struct rollout_sidecarset_status sidecarset_status = { .struct_size = 4 };
    const struct rollout_revision revision = { .name = { "r", 1 } };
    const struct rollout_snapshot snapshot = { .struct_size = sizeof snapshot,
                                               .revisions = { &revision, 1, sizeof revision },
                                               .update_revision = 1 };
#define KIND(kind)                                                                                                     \
    do {                                                                                                               \
        struct rollout_##kind spec = { .struct_size = 4, .status = &kind##_status };                                   \
        struct rollout_workload workload = { .struct_size = sizeof workload, .kind = &spec };                          \
        struct rollout_error error = { .struct_size = sizeof error };                                                  \
        struct rollout_plan *plan = NULL;                                                                              \
        ck_assert_int_eq(rollout_plan(&workload, &snapshot, &plan, &error), ROLLOUT_ERR_ABI);                          \
        ck_assert_str_eq(error.message, #kind ": struct_size 4 is none");                                              \
        spec.struct_size = sizeof spec;                                                                                \
        ck_assert_int_eq(rollout_plan(&workload, &snapshot, &plan, &error), ROLLOUT_ERR_ABI);                          \
        ck_assert_str_eq(error.message, "status: struct_size 4 is none");                                              \
        ck_assert_ptr_null(plan);                                                                                      \
    } while (0)
    KIND(cloneset);
    KIND(statefulset);
    KIND(daemonset);
    KIND(broadcastjob);
    KIND(deployment);
    KIND(replicaset);
    KIND(uniteddeployment);
    KIND(sidecarset);
#undef KIND
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("plan");
    TCase *tcase = tcase_create("plan");
    tcase_add_loop_test(tcase, refusal, 0, sizeof refusals / sizeof *refusals);
    tcase_add_loop_test(tcase, broken_record, 0, sizeof broken / sizeof *broken);
    tcase_add_test(tcase, broken_value);
    tcase_add_test(tcase, no_status);
    tcase_add_loop_test(tcase, taken_record, 0, sizeof taken / sizeof *taken);
    tcase_add_test(tcase, extreme_times);
    tcase_add_test(tcase, refused_pointers);
    tcase_add_test(tcase, gates);
    tcase_add_test(tcase, spec_sizes);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "facts.h"

#include <stdio.h>
#include <string.h>

#include "tree.h"

struct rollout_str facts_name(struct fuzz *f, const char *prefix, uint32_t most, bool broken)
{
    char name[64];
    uint8_t how = fuzz_byte(f);
    if (how >= 240)
        return fuzz_text(f, broken);
    snprintf(name, sizeof name, "%s%u", prefix, how % most);
    return fuzz_str(f, name);
}

void *facts_array(struct fuzz *f, enum facts_kind kind, bool broken, size_t size, facts_element *make, size_t *count,
                  size_t *ret_stride)
{
    uint64_t full[64];
    uint8_t how = broken ? fuzz_byte(f) : 0;
    FUZZ_REQUIRE(size <= sizeof full);
    *ret_stride = size;
    if (how >= 250)
        *ret_stride = how == 255 ? (size_t)fuzz_u64(f) : fuzz_below(f, 512);
    else if (how >= 224)
        *ret_stride = (1 + fuzz_below(f, 50)) * 8;
    if (how == 254)
        *count = SIZE_MAX - fuzz_below(f, 3);
    else if (how == 253)
        *count = (size_t)UINT32_MAX + fuzz_below(f, 2);
    if (*count == 0 || how == 223)
        return NULL;
    if (*ret_stride == 0 || *ret_stride % 8 || *ret_stride > 4096 || *count >= UINT32_MAX) {
        if (*ret_stride > 4096 && *ret_stride % 8 == 0)
            *ret_stride = SIZE_MAX - 7;
        if (*count == 1)
            *ret_stride |= 1; /* nothing overflows */
        return fuzz_alloc(f, 0);
    }
    char *items = fuzz_alloc(f, *count * *ret_stride);
    for (size_t i = 0; i < *count; i++) {
        memset(full, 0, sizeof full);
        make(f, kind, broken, (uint32_t)i, full);
        memcpy(items + i * *ret_stride, full, size < *ret_stride ? size : *ret_stride);
    }
    if (*ret_stride > size && how % 8 == 7)
        items[*ret_stride - 1] = 1;
    return items;
}

void *facts_list(struct fuzz *f, enum facts_kind kind, bool broken, uint32_t most, size_t size, facts_element *make,
                 size_t *ret_count)
{
    size_t stride, count = fuzz_count(f, most);
    *ret_count = count;
    if (broken && count && fuzz_one_in(f, 64))
        return NULL;
    return facts_array(f, kind, false, size, make, ret_count, &stride);
}

struct rollout_intstr facts_intstr(struct fuzz *f, bool broken)
{
    struct rollout_intstr value = { .kind = fuzz_below(f, 3) };
    if (broken && fuzz_one_in(f, 64))
        value.kind = fuzz_u32(f);
    if (value.kind == ROLLOUT_INTSTR_INT)
        value.count = fuzz_number(f);
    else if (value.kind)
        value.text = fuzz_text(f, broken);
    return value;
}

static void make_requirement(struct fuzz *f, enum facts_kind kind, bool broken, uint32_t index, void *ret)
{
    (void)kind;
    (void)index;
    *(struct rollout_requirement *)ret = (struct rollout_requirement){
        .key = fuzz_text(f, broken),
        .op = fuzz_enum(f, ROLLOUT_OPERATOR_LT),
        .reserved = broken && fuzz_one_in(f, 128),
        .values = fuzz_texts(f, 6, broken),
    };
}

struct rollout_selector facts_selector(struct fuzz *f, bool broken)
{
    struct rollout_selector selector = { .match_labels = fuzz_labels(f, 6, broken) };
    selector.requirements =
        facts_list(f, 0, broken, 6, sizeof *selector.requirements, make_requirement, &selector.requirement_count);
    return selector;
}

static void make_weight(struct fuzz *f, enum facts_kind kind, bool broken, uint32_t index, void *ret)
{
    (void)kind;
    (void)index;
    *(struct rollout_weight_term *)ret = (struct rollout_weight_term){
        .selector = facts_selector(f, broken),
        .weight = fuzz_number(f),
        .reserved = broken && fuzz_one_in(f, 128),
    };
}

struct rollout_order facts_order(struct fuzz *f, bool broken)
{
    struct rollout_order order = { .priority.ordered_keys = fuzz_texts(f, 6, broken) };
    order.priority.weights =
        facts_list(f, 0, broken, 6, sizeof *order.priority.weights, make_weight, &order.priority.weight_count);
    order.scatter = fuzz_labels(f, 6, broken);
    return order;
}

/* ---- pods ---- */

static const struct rollout_in_place *make_in_place(struct fuzz *f, bool broken)
{
    struct rollout_in_place in_place = {
        .flags = fuzz_flags(f, 2 * ROLLOUT_IN_PLACE_GRACE_OLD_KEY - 1),
        .waits_for = fuzz_enum(f, ROLLOUT_WAITS_FOR_AGENT),
        .container = fuzz_text(f, broken),
        .grace_revision = facts_name(f, "web-r", 6, broken),
        .grace_end_ms = fuzz_time(f),
    };
    uint8_t how = fuzz_byte(f);
    if (how >= 192)
        in_place.containers = broken && how == 255 ? fuzz_nodes(f) : fuzz_containers(f);
    return fuzz_copy(f, &in_place, sizeof in_place);
}

static void make_pod(struct fuzz *f, enum facts_kind kind, bool broken, uint32_t index, void *ret)
{
    uint8_t how = fuzz_byte(f), has = fuzz_byte(f);
    struct rollout_pod pod = {
        .phase = how % 4 ? ROLLOUT_PHASE_RUNNING : fuzz_enum(f, ROLLOUT_PHASE_OTHER),
        .lifecycle_state = how % 8 < 6 ? ROLLOUT_STATE_NORMAL : fuzz_enum(f, ROLLOUT_STATE_OTHER),
        .flags = how % 16 < 8 ? ROLLOUT_POD_READY | ROLLOUT_POD_IN_PLACE_GATE | ROLLOUT_POD_TEMPLATE_HASH
                              : fuzz_flags(f, 2 * ROLLOUT_POD_UNSCHEDULABLE - 1),
        .ready_since_ms = fuzz_time(f),
        .created_ms = fuzz_time(f),
        .revision = facts_name(f, "web-r", 6, broken),
        .node = kind == FACTS_DAEMONSET || has & 1 ? facts_name(f, "node-", 8, broken) : fuzz_text(f, broken),
        .namespace_ = fuzz_str(f, "default"),
    };
    char name[32];
    snprintf(name, sizeof name, "web-%u", index);
    pod.name = how < 192 ? fuzz_str(f, name) : facts_name(f, "web-", 16, broken);
    if (has & 2)
        pod.in_place = make_in_place(f, broken);
    if (has & 4)
        pod.labels = fuzz_labels(f, 6, broken);
    if (has & 8)
        pod.finalizers = fuzz_texts(f, 3, broken);
    if (has & 16) {
        pod.restarts = fuzz_number(f);
        pod.sidecar_restarts = fuzz_number(f);
        pod.deletion_cost = fuzz_number(f);
    }
    if (has & 32)
        pod.node_index = fuzz_below(f, 12);
    if (has & 64)
        pod.uid = facts_name(f, "uid-", 16, broken);
    if (has & 128)
        pod.target_node = facts_name(f, "node-", 8, broken);
    if (kind == FACTS_BROADCASTJOB && has & 1)
        pod.job_pod = facts_job_pod(f, broken);
    if (kind == FACTS_SIDECARSET && has & 1)
        pod.object = broken && fuzz_one_in(f, 16) ? fuzz_nodes(f) : fuzz_pod(f);
    if (kind >= FACTS_DEPLOYMENT) {
        pod.replica_set = fuzz_below(f, 6);
        pod.child = fuzz_below(f, 6);
    }
    if (broken && fuzz_one_in(f, 128)) {
        pod.reserved = fuzz_byte(f);
        pod.node_index = fuzz_u32(f);
        pod.namespace_ = fuzz_text(f, true);
    }
    *(struct rollout_pod *)ret = pod;
}

struct rollout_pods facts_pods(struct fuzz *f, enum facts_kind kind, bool broken)
{
    struct rollout_pods pods = { .count = fuzz_count(f, 40) };
    pods.items = facts_array(f, kind, broken, sizeof(struct rollout_pod), make_pod, &pods.count, &pods.stride);
    return pods;
}

/* ---- what else there is ---- */

static void make_taint(struct fuzz *f, enum facts_kind kind, bool broken, uint32_t index, void *ret)
{
    (void)kind;
    (void)index;
    *(struct rollout_taint *)ret = (struct rollout_taint){
        .key = fuzz_text(f, broken),
        .value = fuzz_text(f, broken),
        .effect = fuzz_enum(f, ROLLOUT_EFFECT_OTHER),
        .reserved = broken && fuzz_one_in(f, 128),
    };
}

static void make_node(struct fuzz *f, enum facts_kind kind, bool broken, uint32_t index, void *ret)
{
    char name[32];
    struct rollout_node_facts node = { .labels = fuzz_labels(f, 4, broken) };
    snprintf(name, sizeof name, "node-%u", index);
    node.name = fuzz_one_in(f, 16) ? facts_name(f, "node-", 8, broken) : fuzz_str(f, name);
    node.taints = facts_list(f, kind, broken, 3, sizeof *node.taints, make_taint, &node.taint_count);
    if (kind == FACTS_BROADCASTJOB) {
        node.unschedulable = fuzz_enum(f, 1);
        node.allocatable =
            facts_list(f, kind, broken, 4, sizeof *node.allocatable, facts_resource, &node.allocatable_count);
    }
    *(struct rollout_node_facts *)ret = node;
}

static void make_owner(struct fuzz *f, enum facts_kind kind, bool broken, uint32_t index, void *ret)
{
    static const char *const kinds[] = { "StatefulSet", "Pod", "CloneSet" };
    (void)kind;
    (void)index;
    *(struct rollout_owner *)ret = (struct rollout_owner){
        .kind = fuzz_str(f, kinds[fuzz_below(f, 3)]),
        .name = facts_name(f, "web-", 8, broken),
        .uid = facts_name(f, "uid-", 8, broken),
        .controller = fuzz_enum(f, 1),
        .reserved = broken && fuzz_one_in(f, 128),
    };
}

static void make_claim(struct fuzz *f, enum facts_kind kind, bool broken, uint32_t index, void *ret)
{
    (void)index;
    struct rollout_claim claim = {
        .name = facts_name(f, "data-web-", 16, broken),
        .instance_id = facts_name(f, "", 16, broken),
        .flags = fuzz_flags(f, 7),
        .reserved = broken && fuzz_one_in(f, 128),
        .storage_class = fuzz_text(f, broken),
        .request = fuzz_text(f, broken),
        .capacity = fuzz_text(f, broken),
        .access_modes = fuzz_texts(f, 2, broken),
    };
    claim.owners = facts_list(f, kind, broken, 3, sizeof *claim.owners, make_owner, &claim.owner_count);
    *(struct rollout_claim *)ret = claim;
}

static void make_revision(struct fuzz *f, enum facts_kind kind, bool broken, uint32_t index, void *ret)
{
    char name[32];
    (void)kind;
    snprintf(name, sizeof name, "web-r%u", index);
    uint8_t how = fuzz_byte(f);
    struct rollout_revision revision = {
        .name = how < 240 ? fuzz_str(f, name) : fuzz_text(f, broken),
        .number = how % 8 < 6 ? (int64_t)index + 1 : fuzz_long(f),
        .flags = fuzz_flags(f, how % 16 == 15),
        .reserved = broken && fuzz_one_in(f, 128),
    };
    if (how % 4 == 1)
        revision.topology_keys = fuzz_texts(f, 4, broken);
    if (how % 4 == 2)
        revision.data = fuzz_template(f);
    if (how % 4 == 3) {
        revision.claims_hash = fuzz_text(f, broken);
        revision.hash = facts_name(f, "web-r", 6, broken);
    }
    if (broken && fuzz_one_in(f, 64))
        revision.data = fuzz_nodes(f);
    *(struct rollout_revision *)ret = revision;
}

static void make_verdict(struct fuzz *f, enum facts_kind kind, bool broken, uint32_t index, void *ret)
{
    (void)kind;
    (void)index;
    *(struct rollout_in_place_verdict *)ret = (struct rollout_in_place_verdict){
        .from = fuzz_one_in(f, 32) ? fuzz_u32(f) : 1 + fuzz_below(f, 3),
        .to = fuzz_one_in(f, 32) ? fuzz_u32(f) : 1 + fuzz_below(f, 3),
        .rule = broken ? fuzz_enum(f, ROLLOUT_DIFF_GATE) : fuzz_below(f, ROLLOUT_DIFF_GATE + 1),
        .flags = fuzz_flags(f, 31),
        .path = fuzz_text(f, broken),
    };
}

static void make_class(struct fuzz *f, enum facts_kind kind, bool broken, uint32_t index, void *ret)
{
    (void)kind;
    (void)index;
    *(struct rollout_storage_class *)ret = (struct rollout_storage_class){
        .name = fuzz_text(f, broken),
        .allow_expansion = fuzz_enum(f, 1),
        .reserved = broken && fuzz_one_in(f, 128),
    };
}

static void make_backoff(struct fuzz *f, enum facts_kind kind, bool broken, uint32_t index, void *ret)
{
    (void)kind;
    (void)index;
    *(struct rollout_backoff *)ret = (struct rollout_backoff){
        .node = facts_name(f, "node-", 8, broken),
        .seconds = broken && fuzz_one_in(f, 16) ? fuzz_long(f) : fuzz_number(f) & INT32_MAX,
        .last_step_ms = fuzz_time(f),
    };
}

static const struct rollout_snapshot *make_snapshot(struct fuzz *f, enum facts_kind kind, bool broken,
                                                    struct facts *ret)
{
    struct rollout_snapshot s = {
        .now_ms = broken || fuzz_one_in(f, 8) ? fuzz_time(f) : FUZZ_NOW,
        .unobserved_since_ms = fuzz_one_in(f, 8) ? fuzz_time(f) : 0,
        .reserved = broken && fuzz_one_in(f, 128),
        .revisions.count = 1 + fuzz_count(f, 14),
        .nodes.count = fuzz_count(f, 24),
        .claims.count = fuzz_count(f, 12),
        .in_place_verdicts.count = fuzz_count(f, 6),
        .storage_classes.count = fuzz_count(f, 3),
        .failed_pod_backoffs.count = fuzz_count(f, 6),
    };
    uint32_t out = broken && fuzz_one_in(f, 16) ? fuzz_byte(f) : 0;
    s.update_revision = 1 + fuzz_below(f, (uint32_t)s.revisions.count) + out;
    s.current_revision = fuzz_below(f, (uint32_t)s.revisions.count + 1) + (out % 2 ? out : 0);
    s.revisions.items = facts_array(f, kind, broken, sizeof(struct rollout_revision), make_revision, &s.revisions.count,
                                    &s.revisions.stride);
    s.pods = facts_pods(f, kind, broken);
    s.nodes.items =
        facts_array(f, kind, broken, sizeof(struct rollout_node_facts), make_node, &s.nodes.count, &s.nodes.stride);
    s.claims.items =
        facts_array(f, kind, broken, sizeof(struct rollout_claim), make_claim, &s.claims.count, &s.claims.stride);
    s.in_place_verdicts.items = facts_array(f, kind, broken, sizeof(struct rollout_in_place_verdict), make_verdict,
                                            &s.in_place_verdicts.count, &s.in_place_verdicts.stride);
    s.storage_classes.items = facts_array(f, kind, broken, sizeof(struct rollout_storage_class), make_class,
                                          &s.storage_classes.count, &s.storage_classes.stride);
    s.failed_pod_backoffs.items = facts_array(f, kind, broken, sizeof(struct rollout_backoff), make_backoff,
                                              &s.failed_pod_backoffs.count, &s.failed_pod_backoffs.stride);
    if (kind == FACTS_DEPLOYMENT || kind == FACTS_REPLICASET) {
        s.replica_sets.count = fuzz_count(f, 8);
        s.replica_sets.items = facts_array(f, kind, broken, sizeof(struct rollout_replica_set_facts), facts_replica_set,
                                           &s.replica_sets.count, &s.replica_sets.stride);
    }
    if (kind == FACTS_UNITEDDEPLOYMENT) {
        s.subsets.count = fuzz_count(f, 8);
        s.subsets.items = facts_array(f, kind, broken, sizeof(struct rollout_subset), facts_subset, &s.subsets.count,
                                      &s.subsets.stride);
        s.written_version = fuzz_text(f, broken);
    }
    if (kind == FACTS_SIDECARSET) {
        s.namespaces.count = fuzz_count(f, 3);
        s.namespaces.items = facts_array(f, kind, broken, sizeof(struct rollout_namespace), facts_namespace,
                                         &s.namespaces.count, &s.namespaces.stride);
        s.in_flight.count = fuzz_count(f, 3);
        s.in_flight.items = facts_array(f, kind, broken, sizeof(struct rollout_in_flight), facts_in_flight,
                                        &s.in_flight.count, &s.in_flight.stride);
    }
    ret->pods = s.pods.count;
    ret->nodes = s.nodes.count;
    ret->claims = s.claims.count;
    ret->revisions = s.revisions.count;
    ret->now_ms = s.now_ms;
    return fuzz_sized(f, &s, sizeof s, false);
}

/* ---- the workload ---- */

static void make_gate(struct fuzz *f, enum facts_kind kind, bool broken, uint32_t index, void *ret)
{
    (void)kind;
    (void)index;
    *(struct rollout_gate *)ret = (struct rollout_gate){
        .gate = broken ? fuzz_enum(f, ROLLOUT_GATE_ASSIGN_BCJ_PODS_BY_SCHEDULER)
                       : 1 + fuzz_below(f, ROLLOUT_GATE_ASSIGN_BCJ_PODS_BY_SCHEDULER),
        .on = fuzz_below(f, 2) + (broken && fuzz_one_in(f, 64) ? 2 : 0),
    };
}

struct facts facts_make(struct fuzz *f, enum facts_kind kind)
{
    struct facts facts = { 0 };
    bool broken = fuzz_one_in(f, 4);
    struct rollout_workload workload = { .profile = broken && fuzz_one_in(f, 128) };
    workload.gates = facts_list(f, kind, broken, 6, sizeof *workload.gates, make_gate, &workload.gate_count);
    if (broken && fuzz_one_in(f, 128))
        workload.fix_count = fuzz_byte(f);
    if (kind == FACTS_CLONESET)
        workload.cloneset = facts_cloneset(f, broken, &facts.pods_to_delete);
    if (kind == FACTS_STATEFULSET || (broken && fuzz_one_in(f, 128)))
        workload.statefulset = facts_statefulset(f, broken);
    if (kind == FACTS_DAEMONSET)
        workload.daemonset = facts_daemonset(f, broken);
    if (kind == FACTS_BROADCASTJOB)
        workload.broadcastjob = facts_broadcastjob(f, broken);
    if (kind == FACTS_DEPLOYMENT)
        workload.deployment = facts_deployment(f, broken);
    if (kind == FACTS_REPLICASET)
        workload.replicaset = facts_replicaset(f, broken);
    if (kind == FACTS_UNITEDDEPLOYMENT)
        workload.uniteddeployment = facts_uniteddeployment(f, broken);
    if (kind == FACTS_SIDECARSET)
        workload.sidecarset = facts_sidecarset(f, broken);
    facts.snapshot = make_snapshot(f, kind, broken, &facts);
    facts.workload = fuzz_sized(f, &workload, sizeof workload, broken);
    return facts;
}

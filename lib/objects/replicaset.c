/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/replicaset.h"

#include "base/quantity.h"
#include "base/sort.h"
#include "base/tree.h"
#include "objects/selector.h"
#include "objects/spec.h"

/* ---- one that is planned ---- */

static void read_status(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object,
                        struct rollout_replicaset_status *ret)
{
    struct ro_at status = ro_at_object(d, object, "status");
    *ret = (struct rollout_replicaset_status){ .struct_size = sizeof(*ret) };
    ret->replicas = ro_read_int32(d, &status, "replicas");
    ret->observed_generation = ro_read_int64(d, &status, "observedGeneration");
    ret->fully_labeled_replicas = ro_read_int32(d, &status, "fullyLabeledReplicas");
    ret->ready_replicas = ro_read_int32(d, &status, "readyReplicas");
    ret->available_replicas = ro_read_int32(d, &status, "availableReplicas");
    ret->conditions = ro_read_conditions(d, arena, &status, false, &ret->condition_count);
}

void ro_replicaset_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object,
                          struct rollout_replicaset *ret, struct rollout_replicaset_status *ret_status)
{
    struct ro_metadata metadata;
    struct rollout_replicaset set = { .struct_size = sizeof(set) };
    ro_read_metadata(d, object, &metadata);
    set.name = metadata.name;
    set.namespace_ = metadata.namespace_;
    set.generation = metadata.generation;
    if (metadata.terminating)
        set.flags |= ROLLOUT_REPLICASET_DELETING;
    if (ro_controller_uid(object->node).data)
        set.flags |= ROLLOUT_REPLICASET_CONTROLLED;

    struct ro_at spec = ro_at_object(d, object, "spec");
    set.replicas = ro_read_opt(d, &spec, "replicas");
    set.min_ready_seconds = ro_read_int32(d, &spec, "minReadySeconds");
    if (!ro_read_pod_selector(d, arena, &spec, &set.selector))
        set.flags |= ROLLOUT_REPLICASET_SELECTOR_INVALID;
    ro_check_template(d, &spec);
    struct ro_at template = ro_at_object(d, &spec, "template"), meta = ro_at_object(d, &template, "metadata");
    set.template_labels = ro_read_labels(d, &meta, "labels");
    read_status(d, arena, object, ret_status);
    set.status = ret_status;
    *ret = set;
}

/* ---- templates ---- */

/* What Go's types do not tell from an absent member. */
static bool is_nothing(const struct rollout_node *n)
{
    static const char *const structs[] = { "metadata",     "resources", "labels",  "annotations",
                                           "nodeSelector", "limits",    "requests" };
    if (!n || n->kind == ROLLOUT_NODE_NULL || (n->kind == ROLLOUT_NODE_ARRAY && n->size == 1))
        return true;
    for (size_t i = 0; n->kind == ROLLOUT_NODE_OBJECT && n->size == 1 && i < sizeof(structs) / sizeof(structs[0]); i++)
        if (ro_str_eq(n->key, (struct rollout_str){ structs[i], strlen(structs[i]) }))
            return true;
    return false;
}

static bool same(const struct rollout_node *a, const struct rollout_node *b, bool amounts, bool labels);

/* Every member of a that says something is in b, too. labels: of a template, where the hash does not count. */
static bool members_in(const struct rollout_node *a, const struct rollout_node *b, bool amounts, bool labels)
{
    for (const struct rollout_node *c = ro_first(a); c != ro_end(a); c = ro_next(c)) {
        if (labels && ro_str_eq(c->key, RO_STR("pod-template-hash")))
            continue;
        const struct rollout_node *other = ro_get_str(b, c->key);
        bool nothing = is_nothing(c),
             inner = ro_str_eq(c->key, RO_STR("limits")) || ro_str_eq(c->key, RO_STR("requests"));
        if (nothing != is_nothing(other) || (!nothing && !same(c, other, amounts || inner, false)))
            return false;
    }
    return true;
}

static bool same_amount(const struct rollout_node *a, const struct rollout_node *b)
{
    struct ro_quantity x, y;
    return a->kind == ROLLOUT_NODE_TEXT && b->kind == ROLLOUT_NODE_TEXT && ro_quantity_parse(a->text, &x) &&
           ro_quantity_parse(b->text, &y) && ro_quantity_cmp(&x, &y) == 0;
}

/* Equal as Kubernetes' semantic comparison has it: nothing is like an empty list, quantities compare by their value. */
static bool same(const struct rollout_node *a, const struct rollout_node *b, bool amounts, bool labels)
{
    if (a->kind == ROLLOUT_NODE_OBJECT && b->kind == ROLLOUT_NODE_OBJECT)
        return members_in(a, b, amounts, labels) && members_in(b, a, amounts, labels);
    if (a->kind != ROLLOUT_NODE_ARRAY || b->kind != ROLLOUT_NODE_ARRAY)
        return ro_equal(a, b) || (amounts && same_amount(a, b));
    const struct rollout_node *x = ro_first(a), *y = ro_first(b);
    for (; x != ro_end(a) && y != ro_end(b); x = ro_next(x), y = ro_next(y))
        if (!same(x, y, amounts, false))
            return false;
    return x == ro_end(a) && y == ro_end(b);
}

static bool same_or_nothing(const struct rollout_node *a, const struct rollout_node *b, bool labels)
{
    static const struct rollout_node empty = { .kind = ROLLOUT_NODE_OBJECT, .size = 1 };
    a = ro_is(a, ROLLOUT_NODE_OBJECT) ? a : &empty;
    b = ro_is(b, ROLLOUT_NODE_OBJECT) ? b : &empty;
    return same(a, b, false, labels);
}

/* Members of an object other than `but`, and that one as labels of a template or its metadata. */
bool ro_same_template(const struct rollout_node *a, const struct rollout_node *b)
{
    const struct rollout_node *x = ro_get(a, "metadata"), *y = ro_get(b, "metadata");
    if (!same_or_nothing(ro_get(a, "spec"), ro_get(b, "spec"), false) ||
        !same_or_nothing(ro_get(x, "labels"), ro_get(y, "labels"), true))
        return false;
    const struct rollout_node *const both[2] = { x, y };
    for (int i = 0; i < 2; i++)
        for (const struct rollout_node *c = x && y ? ro_first(both[i]) : NULL; c && c != ro_end(both[i]);
             c = ro_next(c)) {
            const struct rollout_node *other = ro_get_str(both[1 - i], c->key);
            if (ro_str_eq(c->key, RO_STR("labels")) || (is_nothing(c) && is_nothing(other)))
                continue;
            if (is_nothing(c) || is_nothing(other) || !same(c, other, false, false))
                return false;
        }
    return true;
}

/* ---- those of a Deployment ---- */

static struct rollout_condition find_failure(struct ro_decoder *d, const struct ro_at *status)
{
    struct ro_each each;
    struct rollout_condition ret = { .type = { NULL, 0 } };
    ro_each_open(d, status, "conditions", &each);
    while (ro_each_next(d, &each)) {
        struct rollout_str type = ro_read_text(d, &each.at, "type");
        if (ret.type.data || !ro_str_eq(type, RO_STR("ReplicaFailure")))
            continue;
        ret.type = type;
        ret.status = ro_read_text(d, &each.at, "status");
        ret.reason = ro_read_text(d, &each.at, "reason");
        ret.message = ro_read_text(d, &each.at, "message");
        ret.last_transition_ms = ro_read_time(d, &each.at, "lastTransitionTime");
    }
    return ret;
}

void ro_replica_set_facts_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object,
                                 const struct rollout_node *template, struct rollout_replica_set_facts *ret)
{
    struct ro_metadata metadata;
    ro_check_kind(d, object, "ReplicaSet");
    ro_read_metadata(d, object, &metadata);
    struct ro_at spec = ro_at_object(d, object, "spec");
    struct ro_at status = ro_at_object(d, object, "status");
    struct rollout_opt replicas = ro_read_opt(d, &spec, "replicas");
    *ret = (struct rollout_replica_set_facts){
        .name = metadata.name,
        .uid = metadata.uid,
        .created_ms = metadata.created_ms,
        .generation = metadata.generation,
        .observed_generation = ro_read_int64(d, &status, "observedGeneration"),
        .flags = metadata.terminating ? ROLLOUT_REPLICA_SET_TERMINATING : 0,
        .replicas = replicas.set ? replicas.value : 1,
        .status_replicas = ro_read_int32(d, &status, "replicas"),
        .ready_replicas = ro_read_int32(d, &status, "readyReplicas"),
        .available_replicas = ro_read_int32(d, &status, "availableReplicas"),
        .min_ready_seconds = ro_read_int32(d, &spec, "minReadySeconds"),
        .annotations = ro_read_annotations(arena, d->code == ROLLOUT_OK ? metadata.annotations : NULL),
        .replica_failure = find_failure(d, &status),
    };
    (void)ro_read_pod_selector(d, arena, &spec, &ret->selector);
    ro_check_template(d, &spec);
    if (template && d->code == ROLLOUT_OK && ro_same_template(ro_get(spec.node, "template"), template))
        ret->flags |= ROLLOUT_REPLICA_SET_SAME_TEMPLATE;
}

static int by_uid(const void *context, uint32_t a, uint32_t b)
{
    const struct rollout_replica_set_facts *sets = context;
    return ro_str_cmp(sets[a].uid, sets[b].uid);
}

bool ro_replica_set_index(struct ro_arena *arena, const struct rollout_replica_set_facts *sets, size_t count,
                          struct ro_replica_set_index *ret)
{
    uint32_t *order = ro_arena_alloc(arena, count, 2 * sizeof(*order));
    if (!order)
        return false;
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    ro_sort_indices(order, count, order + count, by_uid, sets);
    *ret = (struct ro_replica_set_index){ sets, order, (uint32_t)count };
    return true;
}

uint32_t ro_replica_set_find(const struct ro_replica_set_index *index, struct rollout_str uid)
{
    uint32_t low = 0, high = index->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (ro_str_cmp(index->sets[index->order[middle]].uid, uid) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < index->count && uid.len > 0 && ro_str_eq(index->sets[index->order[low]].uid, uid);
    return found ? index->order[low] + 1 : 0;
}

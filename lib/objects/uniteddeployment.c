/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/uniteddeployment.h"

#include "objects/revision_data.h"
#include "objects/selector.h"
#include "objects/spec.h"
#include "rules/shares.h"

static const char *const template_keys[] = {
    [ROLLOUT_CHILD_STATEFULSET] = "statefulSetTemplate",
    [ROLLOUT_CHILD_ADVANCED_STATEFULSET] = "advancedStatefulSetTemplate",
    [ROLLOUT_CHILD_CLONESET] = "cloneSetTemplate",
    [ROLLOUT_CHILD_DEPLOYMENT] = "deploymentTemplate",
};

enum { N_KINDS = sizeof template_keys / sizeof *template_keys };

const char *ro_child_template_key(uint32_t child_kind)
{
    return child_kind < N_KINDS ? template_keys[child_kind] : NULL;
}

/* Of several templates, which admission refuses, upstream takes the first in this order. */
static void read_template(struct ro_decoder *d, const struct ro_at *spec, struct rollout_uniteddeployment *ret)
{
    struct ro_at template = ro_at_object(d, spec, "template");
    for (uint32_t kind = ROLLOUT_CHILD_STATEFULSET; kind < N_KINDS; kind++) {
        struct ro_metadata metadata;
        struct ro_at child = ro_at_object(d, &template, template_keys[kind]);
        if (!child.node)
            continue;
        ro_read_metadata(d, &child, &metadata);
        struct ro_at child_spec = ro_at_object(d, &child, "spec");
        ro_check_template(d, &child_spec);
        struct ro_at strategy = ro_at_object(d, &child_spec, "updateStrategy");
        struct rollout_str type = ro_read_text(d, &strategy, "type");
        if (ret->child_kind)
            continue;
        ret->child_kind = kind;
        if (kind <= ROLLOUT_CHILD_ADVANCED_STATEFULSET && ro_str_eq(type, RO_STR("OnDelete")))
            ret->flags |= ROLLOUT_UNITEDDEPLOYMENT_ON_DELETE;
    }
}

/* updateStrategy.manualUpdate.partitions, each to the subsets of its name. */
static void read_partitions(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *spec,
                            struct rollout_subset_spec *subsets, size_t count)
{
    struct ro_at strategy = ro_at_object(d, spec, "updateStrategy"),
                 manual = ro_at_object(d, &strategy, "manualUpdate");
    struct ro_at partitions = ro_at_object(d, &manual, "partitions");
    uint32_t *order = partitions.node && count ? ro_arena_alloc(arena, count, 2 * sizeof(*order)) : NULL;
    if (!partitions.node)
        return;
    if (order)
        ro_subsets_sort(subsets, count, order, order + count);
    for (const struct rollout_node *c = ro_first(partitions.node); c != ro_end(partitions.node); c = ro_next(c)) {
        struct ro_at at = { .node = c, .path = { .up = &partitions.path, .key = c->key } };
        bool null = c->kind == ROLLOUT_NODE_NULL; /* which Go reads as 0 */
        if (!null && c->kind != ROLLOUT_NODE_INTEGER) {
            ro_refuse(d, &at, "is not an integer");
            return;
        }
        if (!null && (c->integer < INT32_MIN || c->integer > INT32_MAX)) {
            ro_refuse(d, &at, "does not fit in 32 bits");
            return;
        }
        for (size_t k = order ? ro_subsets_find(subsets, count, order, c->key) : count;
             k < count && ro_str_eq(subsets[order[k]].name, c->key); k++)
            subsets[order[k]].partition = (struct rollout_opt){ 1, null ? 0 : (int32_t)c->integer };
    }
}

static void read_subsets(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *spec,
                         const struct ro_at *topology, struct rollout_uniteddeployment *ret)
{
    struct ro_each each;
    ro_each_open(d, topology, "subsets", &each);
    struct rollout_subset_spec *items = ro_each_alloc(&each, arena, sizeof(*items), &ret->subset_count);
    while (items && ro_each_next(d, &each)) {
        struct rollout_str name = ro_read_text(d, &each.at, "name");
        struct rollout_tree patch = ro_tree_of(ro_at_member(&each.at, "patch").node);
        items[each.index] = (struct rollout_subset_spec){
            .name = name.data ? name : RO_STR(""), /* as Go has it; admission refuses it */
            .replicas = ro_read_intstr(d, &each.at, "replicas"),
            .min_replicas = ro_read_intstr(d, &each.at, "minReplicas"),
            .max_replicas = ro_read_intstr(d, &each.at, "maxReplicas"),
            .patch = ro_data_text(arena, &patch),
        };
        struct ro_at term = ro_at_object(d, &each.at, "nodeSelectorTerm");
        ro_at_array(d, &term, "matchExpressions");
        ro_at_array(d, &each.at, "tolerations");
    }
    ret->subsets = items;
    read_partitions(d, arena, spec, items, items ? ret->subset_count : 0);
}

static void read_schedule(struct ro_decoder *d, const struct ro_at *topology, struct rollout_uniteddeployment *ret)
{
    struct ro_at schedule = ro_at_object(d, topology, "scheduleStrategy");
    struct ro_at adaptive = ro_at_object(d, &schedule, "adaptive");
    if (!ro_str_eq(ro_read_text(d, &schedule, "type"), RO_STR("Adaptive")))
        return;
    ret->flags |= ROLLOUT_UNITEDDEPLOYMENT_ADAPTIVE;
    if (ro_read_bool(d, &adaptive, "reserveUnschedulablePods"))
        ret->flags |= ROLLOUT_UNITEDDEPLOYMENT_RESERVES;
    ret->reschedule_critical_seconds = ro_read_opt(d, &adaptive, "rescheduleCriticalSeconds");
    ret->unschedulable_duration = ro_read_opt(d, &adaptive, "unschedulableDuration");
}

static void read_status(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object,
                        struct rollout_uniteddeployment_status *ret)
{
    struct ro_at status = ro_at_object(d, object, "status");
    struct ro_each each;
    *ret = (struct rollout_uniteddeployment_status){ .struct_size = sizeof(*ret) };
    ret->observed_generation = ro_read_int64(d, &status, "observedGeneration");
    ret->replicas = ro_read_int32(d, &status, "replicas");
    ret->ready_replicas = ro_read_int32(d, &status, "readyReplicas");
    ret->updated_replicas = ro_read_int32(d, &status, "updatedReplicas");
    ret->updated_ready_replicas = ro_read_int32(d, &status, "updatedReadyReplicas");
    ret->reserved_pods = ro_read_int32(d, &status, "reservedPods");
    ret->collision_count = ro_read_opt(d, &status, "collisionCount");
    ret->current_revision = ro_read_text(d, &status, "currentRevision");
    ret->updated_revision = ro_read_text(d, &status, "updatedRevision");
    ret->label_selector = ro_read_text(d, &status, "labelSelector");
    ret->conditions = ro_read_conditions(d, arena, &status, false, &ret->condition_count);
    ro_each_open(d, &status, "subsetStatuses", &each);
    struct rollout_subset_status *items = ro_each_alloc(&each, arena, sizeof(*items), &ret->subset_count);
    while (items && ro_each_next(d, &each)) {
        struct rollout_subset_status *item = &items[each.index];
        item->name = ro_read_text(d, &each.at, "name");
        item->replicas = ro_read_int32(d, &each.at, "replicas");
        item->ready_replicas = ro_read_int32(d, &each.at, "readyReplicas");
        item->partition = ro_read_int32(d, &each.at, "partition");
        item->reserved_pods = ro_read_int32(d, &each.at, "reservedPods");
        item->conditions = ro_read_conditions(d, arena, &each.at, false, &item->condition_count);
    }
    ret->subsets = items;
}

void ro_uniteddeployment_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object,
                                struct rollout_uniteddeployment *ret,
                                struct rollout_uniteddeployment_status *ret_status)
{
    struct ro_metadata metadata;
    struct rollout_uniteddeployment deployment = { .struct_size = sizeof(deployment) };
    ro_read_metadata(d, object, &metadata);
    struct ro_at meta = ro_at_object(d, object, "metadata");
    deployment.name = metadata.name;
    deployment.namespace_ = metadata.namespace_;
    deployment.generation = metadata.generation;
    deployment.resource_version = ro_read_text(d, &meta, "resourceVersion");
    if (metadata.terminating)
        deployment.flags |= ROLLOUT_UNITEDDEPLOYMENT_DELETING;

    struct ro_at spec = ro_at_object(d, object, "spec"), topology = ro_at_object(d, &spec, "topology");
    deployment.replicas = ro_read_opt(d, &spec, "replicas");
    deployment.revision_history_limit = ro_read_opt(d, &spec, "revisionHistoryLimit");
    if (!ro_read_pod_selector(d, arena, &spec, &deployment.selector))
        deployment.flags |= ROLLOUT_UNITEDDEPLOYMENT_SELECTOR_INVALID;
    deployment.label_selector = ro_selector_text(arena, &deployment.selector);
    read_template(d, &spec, &deployment);
    read_subsets(d, arena, &spec, &topology, &deployment);
    read_schedule(d, &topology, &deployment);
    read_status(d, arena, object, ret_status);
    deployment.status = ret_status;
    *ret = deployment;
}

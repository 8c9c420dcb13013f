/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/sidecarset.h"

#include "objects/selector.h"
#include "objects/spec.h"
#include "objects/workload.h"

static void read_containers(struct ro_decoder *d, const struct ro_at *spec, struct rollout_sidecarset *ret)
{
    struct ro_each each;
    ro_each_open(d, spec, "containers", &each);
    ret->containers = ro_tree_of(each.array.node);
    while (ro_each_next(d, &each)) {
        ro_read_text(d, &each.at, "name");
        ro_read_text(d, &each.at, "image");
        struct ro_at strategy = ro_at_object(d, &each.at, "upgradeStrategy");
        ro_read_text(d, &strategy, "upgradeType");
        ro_read_text(d, &strategy, "hotUpgradeEmptyImage");
    }
    ro_each_open(d, spec, "patchPodMetadata", &each);
    ret->patch_pod_metadata = ro_tree_of(each.array.node);
    while (ro_each_next(d, &each)) {
        ro_read_labels(d, &each.at, "annotations");
        ro_read_text(d, &each.at, "patchPolicy");
    }
}

/* v1alpha1's spec.namespace is a selector of its own, and beats the other. */
static void read_namespaces(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *spec, uint32_t version,
                            struct rollout_sidecarset *ret)
{
    struct rollout_str name = version == RO_VERSION_V1ALPHA1 ? ro_read_text(d, spec, "namespace") : RO_STR("");
    ret->namespace_selector = ro_read_selector(d, arena, spec, "namespaceSelector");
    if (ro_at_member(spec, "namespaceSelector").node || name.len > 0)
        ret->flags |= ROLLOUT_SIDECARSET_NAMESPACE_SELECTOR;
    struct rollout_label *label = name.len > 0 ? ro_arena_alloc(arena, 1, sizeof(*label)) : NULL;
    if (!label)
        return;
    *label = (struct rollout_label){ RO_STR("kubernetes.io/metadata.name"), name };
    ret->namespace_selector = (struct rollout_selector){ .match_labels = { label, 1, sizeof(*label) } };
}

static void read_strategies(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *spec,
                            struct rollout_sidecarset *ret)
{
    struct ro_at update = ro_at_object(d, spec, "updateStrategy");
    if (ro_str_eq(ro_read_text(d, &update, "type"), RO_STR("NotUpdate")))
        ret->flags |= ROLLOUT_SIDECARSET_NOT_UPDATE;
    if (ro_read_bool(d, &update, "paused"))
        ret->flags |= ROLLOUT_SIDECARSET_PAUSED;
    if (ro_at_member(&update, "selector").node)
        ret->flags |= ROLLOUT_SIDECARSET_UPDATE_SELECTOR;
    ret->update_selector = ro_read_selector(d, arena, &update, "selector");
    ret->partition = ro_read_intstr(d, &update, "partition");
    ret->max_unavailable = ro_read_intstr(d, &update, "maxUnavailable");
    ro_read_priority(d, arena, &update, &ret->order.priority);
    ret->order.scatter = ro_read_scatter(d, arena, &update);

    struct ro_at injection = ro_at_object(d, spec, "injectionStrategy");
    struct ro_at revision = ro_at_object(d, &injection, "revision");
    ret->pinned_revision = ro_read_text(d, &revision, "revisionName");
    ret->pinned_version = ro_read_text(d, &revision, "customVersion");
}

static void read_status(struct ro_decoder *d, const struct ro_at *object, struct rollout_sidecarset_status *ret)
{
    struct ro_at status = ro_at_object(d, object, "status");
    *ret = (struct rollout_sidecarset_status){ .struct_size = sizeof(*ret) };
    ret->observed_generation = ro_read_int64(d, &status, "observedGeneration");
    ret->matched_pods = ro_read_int32(d, &status, "matchedPods");
    ret->updated_pods = ro_read_int32(d, &status, "updatedPods");
    ret->ready_pods = ro_read_int32(d, &status, "readyPods");
    ret->updated_ready_pods = ro_read_int32(d, &status, "updatedReadyPods");
    ret->collision_count = ro_read_opt(d, &status, "collisionCount");
    ret->latest_revision = ro_read_text(d, &status, "latestRevision");
}

void ro_sidecarset_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object, uint32_t version,
                          struct rollout_sidecarset *ret, struct rollout_sidecarset_status *ret_status)
{
    struct ro_metadata metadata;
    struct rollout_sidecarset set = { .struct_size = sizeof(set) };
    ro_read_metadata(d, object, &metadata);
    set.name = metadata.name;
    set.generation = metadata.generation;
    struct ro_at meta = ro_at_object(d, object, "metadata");
    set.resource_version = ro_read_text(d, &meta, "resourceVersion");
    set.hash = ro_text(ro_get(metadata.annotations, "kruise.io/sidecarset-hash"));
    set.hash_without_image = ro_text(ro_get(metadata.annotations, "kruise.io/sidecarset-hash-without-image"));

    struct ro_at spec = ro_at_object(d, object, "spec");
    set.selector = ro_read_selector(d, arena, &spec, "selector");
    set.custom_version = ro_read_text(d, &spec, "customVersion");
    set.revision_history_limit = ro_read_opt(d, &spec, "revisionHistoryLimit");
    read_containers(d, &spec, &set);
    read_namespaces(d, arena, &spec, version, &set);
    read_strategies(d, arena, &spec, &set);
    read_status(d, object, ret_status);
    set.status = ret_status;
    *ret = set;
}

void ro_namespace_decode(struct ro_decoder *d, const struct ro_at *object, struct rollout_namespace *ret)
{
    struct ro_metadata metadata;
    ro_check_kind(d, object, "Namespace");
    ro_read_metadata(d, object, &metadata);
    *ret = (struct rollout_namespace){ metadata.name, metadata.labels };
}

void ro_in_flight_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *in_flight,
                         struct rollout_in_flights *ret)
{
    struct rollout_strs updates = ro_read_texts(d, in_flight, "update");
    struct rollout_labels writes = ro_read_labels(d, in_flight, "write");
    size_t count = (size_t)updates.count + writes.count;
    struct rollout_in_flight *items = count ? ro_arena_alloc(arena, count, sizeof(*items)) : NULL;
    if (!items)
        return;
    for (uint32_t i = 0; i < updates.count; i++)
        items[i].pod = *ro_strs_at(&updates, i);
    for (uint32_t i = 0; i < writes.count; i++)
        items[updates.count + i] = (struct rollout_in_flight){ *ro_label_key(&writes, i), *ro_label_value(&writes, i) };
    *ret = (struct rollout_in_flights){ items, count, sizeof(*items) };
}

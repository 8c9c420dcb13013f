/* SPDX-License-Identifier: Apache-2.0 */
/* Revisions, claims, nodes and storage classes from facts. */
#include "base/tree.h"
#include "objects/apply.h"
#include "objects/owner.h"
#include "objects/revision.h"
#include "objects/scheduling.h"
#include "objects/snapshot_object.h"
#include "rules/revision.h"

/* ---- revisions ---- */

const struct rollout_node *ro_named_object(const struct rollout_tree *objects, size_t count, struct rollout_str name,
                                           size_t i)
{
    for (size_t k = 0; k < count; k++) {
        const struct rollout_node *n = objects[(i + k) % count].count ? objects[(i + k) % count].nodes : NULL;
        if (n && ro_str_eq(ro_text(ro_dig(n, "metadata", "name", NULL)), name))
            return n;
    }
    return NULL;
}

void ro_write_in_map(struct ro_snapshot_writer *w, struct ro_edit *object, const char *map, struct rollout_str key,
                     struct rollout_str text)
{
    struct ro_edit *metadata = ro_edit_get(object, "metadata");

    if (text.data)
        ro_edit_set_text(&w->arena, ro_edit_need_object(&w->arena, metadata, map), key, text);
    else
        ro_edit_remove(ro_edit_get(metadata, map), key);
}

void ro_write_controlled(struct ro_snapshot_writer *w, struct ro_edit *object)
{
    struct ro_owner owner = { w->kind.api_version, w->kind.kind, w->kind.name, w->uid };
    struct ro_edit *metadata = ro_edit_get(object, "metadata");

    ro_edit_append(ro_edit_need_array(&w->arena, metadata, "ownerReferences"),
                   ro_owner_reference(&w->arena, &owner, true));
}

/* What a UnitedDeployment reads of a revision's metadata: when it was made, and whether the selector finds it. */
static void write_listed(struct ro_snapshot_writer *w, struct ro_edit *object, const struct rollout_revision *revision,
                         bool made)
{
    struct ro_edit *metadata = ro_edit_get(object, "metadata");
    const struct rollout_labels *labels = &w->workload.uniteddeployment->selector.match_labels;

    ro_edit_remove(metadata, RO_STR("creationTimestamp"));
    ro_write_instant(w, metadata, RO_STR("creationTimestamp"), revision->created_ms);
    for (uint32_t i = 0; made && !(revision->flags & ROLLOUT_REVISION_UNLISTED) && i < labels->count; i++)
        ro_write_in_map(w, object, "labels", *ro_label_key(labels, i), *ro_label_value(labels, i));
}

struct ro_edit *ro_write_revision(struct ro_snapshot_writer *w, size_t i)
{
    const struct rollout_revision *revision = ro_revision_at(&w->facts->arrays.revisions, (uint32_t)i);
    struct ro_path list = ro_path_member(NULL, "revisions"), place = ro_path_element(&list, i);

    ro_check_text(&w->check, &place, "name", revision->name);
    ro_check_text(&w->check, &place, "claims_hash", revision->claims_hash);
    ro_check_text(&w->check, &place, "hash", revision->hash);
    ro_check_strs(&w->check, &place, "topology_keys", &revision->topology_keys);
    ro_check_tree(&w->check, &place, "data", &revision->data);
    if (w->check.code != ROLLOUT_OK || (revision->flags & ROLLOUT_REVISION_NEW))
        return NULL;
    struct ro_edit *object = ro_edit_copy(
        &w->arena, ro_named_object(w->world->revision_objects, w->world->revision_object_count, revision->name, i));
    bool made = !object;
    if (made) {
        object = ro_write_object(w, RO_STR("apps/v1"), RO_STR("ControllerRevision"), revision->name);
        ro_write_member(w, ro_edit_get(object, "metadata"), RO_STR("namespace"), w->kind.namespace_);
        ro_write_controlled(w, object);
    }
    if (w->workload.uniteddeployment)
        write_listed(w, object, revision, made);
    ro_write_in_map(w, object, "labels", RO_STR(RO_REVISION_LABEL), revision->hash);
    ro_write_in_map(w, object, "annotations", RO_STR(RO_CLAIMS_HASH_KEY), revision->claims_hash);
    if (w->workload.sidecarset)
        ro_write_in_map(w, object, "labels", RO_STR(RO_CUSTOM_VERSION_LABEL), revision->custom_version);
    if (revision->data.count > 0)
        ro_edit_set(object, RO_STR("data"), ro_edit_copy(&w->arena, revision->data.nodes));
    else
        ro_edit_remove(object, RO_STR("data"));
    ro_edit_set(object, RO_STR("revision"), ro_edit_integer(&w->arena, revision->number));
    return object;
}

/* ---- claims ---- */

/* What is known of an owner; the version is no fact, but goes with the kind. */
static struct ro_edit *write_owner(struct ro_snapshot_writer *w, const struct rollout_owner *owner)
{
    struct ro_edit *ref = ro_edit_object(&w->arena);

    if (ro_str_eq(owner->kind, RO_STR("Pod")))
        ro_edit_set_text(&w->arena, ref, RO_STR("apiVersion"), RO_STR("v1"));
    else if (ro_str_eq(owner->kind, w->kind.kind) && ro_str_eq(owner->uid, w->uid))
        ro_edit_set_text(&w->arena, ref, RO_STR("apiVersion"), w->kind.api_version);
    ro_write_member(w, ref, RO_STR("kind"), owner->kind);
    ro_write_member(w, ref, RO_STR("name"), owner->name);
    ro_write_member(w, ref, RO_STR("uid"), owner->uid);
    if (owner->controller)
        ro_edit_set(ref, RO_STR("controller"), ro_edit_bool(&w->arena, true));
    return ref;
}

static void check_claim(struct ro_snapshot_writer *w, const struct ro_path *place, const struct rollout_claim *claim)
{
    struct ro_path list = ro_path_member(place, "owners");

    ro_check_text(&w->check, place, "name", claim->name);
    ro_check_text(&w->check, place, "instance_id", claim->instance_id);
    ro_check_text(&w->check, place, "storage_class", claim->storage_class);
    ro_check_text(&w->check, place, "request", claim->request);
    ro_check_text(&w->check, place, "capacity", claim->capacity);
    ro_check_strs(&w->check, place, "access_modes", &claim->access_modes);
    if (ro_check_array(&w->check, &list, claim->owners, claim->owner_count))
        for (size_t i = 0; i < claim->owner_count; i++) {
            struct ro_path at = ro_path_element(&list, i);
            ro_check_text(&w->check, &at, "kind", claim->owners[i].kind);
            ro_check_text(&w->check, &at, "name", claim->owners[i].name);
            ro_check_text(&w->check, &at, "uid", claim->owners[i].uid);
        }
}

struct ro_edit *ro_write_claim(struct ro_snapshot_writer *w, size_t i)
{
    const struct rollout_claim *claim =
        (const void *)(w->facts->arrays.claims.items + i * w->facts->arrays.claims.stride);
    struct ro_path list = ro_path_member(NULL, "claims"), place = ro_path_element(&list, i);
    struct ro_arena *arena = &w->arena;

    check_claim(w, &place, claim);
    if (w->check.code != ROLLOUT_OK)
        return NULL;
    struct ro_edit *object = ro_write_object(w, RO_STR("v1"), RO_STR("PersistentVolumeClaim"), claim->name);
    struct ro_edit *metadata = ro_edit_get(object, "metadata"), *spec = ro_edit_need_object(arena, object, "spec");
    ro_write_member(w, metadata, RO_STR("namespace"), w->kind.namespace_);
    ro_write_in_map(w, object, "labels", RO_STR(RO_INSTANCE_ID), claim->instance_id);
    for (size_t k = 0; k < claim->owner_count; k++)
        ro_edit_append(ro_edit_need_array(arena, metadata, "ownerReferences"), write_owner(w, &claim->owners[k]));
    if (claim->flags & ROLLOUT_CLAIM_TERMINATING)
        ro_edit_set_text(arena, metadata, RO_STR("deletionTimestamp"), w->now);
    ro_write_list(w, spec, RO_STR("accessModes"), &claim->access_modes);
    ro_write_member(w, spec, RO_STR("storageClassName"), claim->storage_class);
    if (claim->request.data) {
        struct ro_edit *resources = ro_edit_need_object(arena, spec, "resources");
        ro_write_member(w, ro_edit_need_object(arena, resources, "requests"), RO_STR("storage"), claim->request);
    }
    struct ro_edit *status = ro_edit_need_object(arena, object, "status");
    if (claim->capacity.data)
        ro_write_member(w, ro_edit_need_object(arena, status, "capacity"), RO_STR("storage"), claim->capacity);
    if (claim->flags & ROLLOUT_CLAIM_RESIZE_PENDING) {
        struct ro_edit *condition = ro_edit_object(arena);
        ro_edit_set_text(arena, condition, RO_STR("type"), RO_STR("FileSystemResizePending"));
        ro_edit_set_text(arena, condition, RO_STR("status"), RO_STR("True"));
        ro_edit_append(ro_edit_need_array(arena, status, "conditions"), condition);
    }
    return object;
}

/* ---- nodes and storage classes ---- */

struct ro_edit *ro_write_node(struct ro_snapshot_writer *w, size_t i)
{
    const struct rollout_node_facts *node =
        (const void *)(w->facts->arrays.nodes.items + i * w->facts->arrays.nodes.stride);
    struct ro_path nodes = ro_path_member(NULL, "nodes"), place = ro_path_element(&nodes, i);
    struct ro_path list = ro_path_member(&place, "taints");

    ro_check_text(&w->check, &place, "name", node->name);
    ro_check_labels(&w->check, &place, "labels", &node->labels);
    (void)ro_check_array(&w->check, &list, node->taints, node->taint_count);
    if (w->check.code != ROLLOUT_OK)
        return NULL;
    struct ro_edit *object = ro_write_object(w, RO_STR("v1"), RO_STR("Node"), node->name);
    ro_write_map(w, ro_edit_get(object, "metadata"), RO_STR("labels"), &node->labels);
    struct ro_edit *taints = ro_edit_array(&w->arena);
    for (size_t k = 0; k < node->taint_count; k++) {
        const struct rollout_taint *taint = &node->taints[k];
        struct ro_path at = ro_path_element(&list, k);
        struct ro_edit *e = ro_edit_object(&w->arena);
        ro_check_text(&w->check, &at, "key", taint->key);
        ro_check_text(&w->check, &at, "value", taint->value);
        ro_write_member(w, e, RO_STR("key"), taint->key);
        ro_write_member(w, e, RO_STR("value"), taint->value);
        ro_write_member(w, e, RO_STR("effect"), ro_effect_text(taint->effect));
        ro_edit_append(taints, e);
    }
    if (node->taint_count > 0)
        ro_edit_set(ro_edit_need_object(&w->arena, object, "spec"), RO_STR("taints"), taints);
    if (w->workload.broadcastjob)
        ro_write_job_node(w, object, node);
    return object;
}

struct ro_edit *ro_write_storage_class(struct ro_snapshot_writer *w, size_t i)
{
    const struct rollout_storage_class *class =
        (const void *)(w->facts->arrays.storage_classes.items + i * w->facts->arrays.storage_classes.stride);
    struct ro_path list = ro_path_member(NULL, "storage_classes"), place = ro_path_element(&list, i);

    ro_check_text(&w->check, &place, "name", class->name);
    if (w->check.code != ROLLOUT_OK)
        return NULL;
    struct ro_edit *object = ro_write_object(w, RO_STR("storage.k8s.io/v1"), RO_STR("StorageClass"), class->name);
    ro_edit_set(object, RO_STR("allowVolumeExpansion"), ro_edit_bool(&w->arena, class->allow_expansion != 0));
    return object;
}

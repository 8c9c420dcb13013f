/* SPDX-License-Identifier: Apache-2.0 */
/* A UnitedDeployment's children, and the ReplicaSets between a Deployment and its pods, from facts. Source:
 * uniteddeployment.md 2. */
#include <inttypes.h>

#include "base/tree.h"
#include "objects/owner.h"
#include "objects/snapshot_object.h"
#include "objects/subset.h"

/* ReplicaSets that have no pods hold the places of others; of more than so many nobody has heard. */
#define PLACES_BEYOND 65536

static const struct rollout_subset *child_at(const struct ro_snapshot_writer *w, size_t i)
{
    const struct ro_abi_array *children = &w->facts->arrays.subsets;

    return (const void *)(children->items + i * children->stride);
}

static const struct rollout_node *child_object(const struct ro_snapshot_writer *w, size_t i)
{
    const struct rollout_subset *child = child_at(w, i);
    const struct rollout_node *object =
        ro_named_object(w->world->subset_objects, w->world->subset_object_count, child->name, i);

    if (!object || ro_child_kind(ro_text(ro_get(object, "kind")), ro_text(ro_get(object, "apiVersion"))) != child->kind)
        return NULL;
    return object;
}

static const struct rollout_pod *pod_at(const struct ro_snapshot_writer *w, size_t i)
{
    return (const void *)(w->facts->arrays.pods.items + i * w->facts->arrays.pods.stride);
}

/* ---- who is who ---- */

/* The places of the ReplicaSets: each is of the child of the pods that name it. */
static void find_replica_sets(struct ro_snapshot_writer *w, const struct ro_path *pods)
{
    size_t children = w->facts->arrays.subsets.count, count = w->facts->arrays.pods.count, last = 0;

    for (size_t i = 0; i < count && w->check.code == ROLLOUT_OK; i++) {
        const struct rollout_pod *pod = pod_at(w, i);
        struct ro_path place = ro_path_element(pods, i), child = ro_path_member(&place, "child"),
                       set = ro_path_member(&place, "replica_set");
        last = pod->replica_set > last ? pod->replica_set : last;
        if (pod->child == 0 || pod->child > children)
            ro_check_refuse_number(&w->check, ROLLOUT_ERR_INVALID, &child, pod->child, "", " is no child's place");
        if (pod->replica_set > children + count + PLACES_BEYOND)
            ro_check_refuse_number(&w->check, ROLLOUT_ERR_INVALID, &set, pod->replica_set, "",
                                   " is beyond all that can be written");
    }
    w->set_children = w->check.code == ROLLOUT_OK ? ro_arena_alloc(&w->arena, last, sizeof(*w->set_children)) : NULL;
    w->set_count = w->set_children ? (uint32_t)last : 0;
    for (size_t i = 0; i < count && w->set_count > 0; i++)
        if (pod_at(w, i)->replica_set > 0)
            w->set_children[pod_at(w, i)->replica_set - 1] = pod_at(w, i)->child;
}

void ro_write_children_open(struct ro_snapshot_writer *w)
{
    size_t count = w->facts->arrays.subsets.count;
    struct ro_path subsets = ro_path_member(NULL, "subsets"), pods = ro_path_member(NULL, "pods");

    w->child_uids = ro_arena_alloc(&w->arena, count, sizeof(*w->child_uids));
    for (size_t i = 0; w->child_uids && i < count; i++) {
        struct ro_path place = ro_path_element(&subsets, i);
        ro_check_subset(&w->check, &place, child_at(w, i));
        if (w->check.code != ROLLOUT_OK)
            return;
        w->child_uids[i] = ro_text(ro_dig(child_object(w, i), "metadata", "uid", NULL));
        if (w->child_uids[i].len == 0)
            w->child_uids[i] = ro_arena_printf(&w->arena, "child-%zu", i + 1);
    }
    find_replica_sets(w, &pods);
}

static struct rollout_str set_uid(struct ro_snapshot_writer *w, uint32_t place)
{
    return ro_arena_printf(&w->arena, "replicaset-%" PRIu32, place);
}

static struct ro_owner owner_of(struct ro_snapshot_writer *w, uint32_t child)
{
    const struct rollout_subset *facts = child_at(w, child - 1);

    return (struct ro_owner){ ro_child_api_version(facts->kind), ro_child_kind_text(facts->kind), facts->name,
                              w->child_uids[child - 1] };
}

struct ro_owner ro_write_child_owner(struct ro_snapshot_writer *w, const struct rollout_pod *pod)
{
    if (!w->child_uids || pod->child == 0 || pod->child > w->facts->arrays.subsets.count)
        return (struct ro_owner){ w->kind.api_version, w->kind.kind, w->kind.name, w->uid };
    if (pod->replica_set == 0)
        return owner_of(w, pod->child);
    return (struct ro_owner){ RO_STR("apps/v1"), RO_STR("ReplicaSet"), set_uid(w, pod->replica_set),
                              set_uid(w, pod->replica_set) };
}

/* ---- the objects ---- */

static void set_number(struct ro_snapshot_writer *w, struct ro_edit *object, const char *key, int32_t value)
{
    ro_edit_set(object, (struct rollout_str){ key, strlen(key) }, ro_edit_integer(&w->arena, value));
}

static void write_partition(struct ro_snapshot_writer *w, struct ro_edit *up, const struct rollout_intstr *partition)
{
    if (partition->kind == ROLLOUT_INTSTR_INT)
        set_number(w, up, "partition", partition->count);
    else if (partition->kind == ROLLOUT_INTSTR_TEXT)
        ro_edit_set_text(&w->arena, up, RO_STR("partition"), partition->text);
}

/* A Deployment has no partition. A CloneSet of v1alpha1 has it in the strategy itself. */
static void write_strategy(struct ro_snapshot_writer *w, struct ro_edit *object, struct ro_edit *spec,
                           const struct rollout_subset *child)
{
    struct ro_edit *strategy = ro_edit_get(spec, "updateStrategy");
    bool alpha = ro_str_eq(ro_edit_get_text(object, "apiVersion"), RO_STR("apps.kruise.io/v1alpha1"));
    bool in_place = child->kind == ROLLOUT_CHILD_CLONESET && alpha;

    if (child->kind == ROLLOUT_CHILD_DEPLOYMENT)
        return;
    if (in_place)
        ro_edit_remove(strategy, RO_STR("partition"));
    else
        ro_edit_remove(ro_edit_get(strategy, "rollingUpdate"), RO_STR("partition"));
    if (child->kind != ROLLOUT_CHILD_CLONESET && ((child->flags & ROLLOUT_SUBSET_ON_DELETE) ||
                                                  ro_str_eq(ro_edit_get_text(strategy, "type"), RO_STR("OnDelete")))) {
        strategy = ro_edit_need_object(&w->arena, spec, "updateStrategy");
        ro_edit_set_text(&w->arena, strategy, RO_STR("type"),
                         child->flags & ROLLOUT_SUBSET_ON_DELETE ? RO_STR("OnDelete") : RO_STR("RollingUpdate"));
    }
    if (child->partition.kind == ROLLOUT_INTSTR_UNSET)
        return;
    strategy = ro_edit_need_object(&w->arena, spec, "updateStrategy");
    write_partition(w, in_place ? strategy : ro_edit_need_object(&w->arena, strategy, "rollingUpdate"),
                    &child->partition);
}

static struct ro_edit *write_child(struct ro_snapshot_writer *w, size_t i)
{
    const struct rollout_subset *child = child_at(w, i);
    struct ro_edit *object = ro_edit_copy(&w->arena, child_object(w, i));

    if (!object) {
        object = ro_write_object(w, ro_child_api_version(child->kind), ro_child_kind_text(child->kind), child->name);
        ro_write_member(w, ro_edit_get(object, "metadata"), RO_STR("namespace"), w->kind.namespace_);
        ro_write_controlled(w, object);
    }
    ro_edit_set_text(&w->arena, ro_edit_need_object(&w->arena, object, "metadata"), RO_STR("uid"), w->child_uids[i]);
    ro_write_in_map(w, object, "labels", RO_STR(RO_SUBSET_LABEL), child->subset);
    ro_write_in_map(w, object, "labels", RO_STR(RO_SUBSET_REVISION_LABEL), child->revision);
    ro_write_in_map(w, object, "annotations", RO_STR(RO_SUBSET_PATCH), child->patch);
    struct ro_edit *spec = ro_edit_need_object(&w->arena, object, "spec");
    struct ro_edit *status = ro_edit_need_object(&w->arena, object, "status");
    set_number(w, spec, "replicas", child->replicas);
    write_strategy(w, object, spec, child);
    set_number(w, status, "replicas", child->status_replicas);
    set_number(w, status, "readyReplicas", child->ready_replicas);
    return object;
}

/* child 0: one that has no pods, and is there for its place only. */
static struct ro_edit *write_replica_set(struct ro_snapshot_writer *w, uint32_t place, uint32_t child)
{
    struct rollout_str uid = set_uid(w, place);
    struct ro_edit *object = ro_write_object(w, RO_STR("apps/v1"), RO_STR("ReplicaSet"), uid);
    struct ro_edit *metadata = ro_edit_get(object, "metadata"), *owners = ro_edit_array(&w->arena);

    ro_write_member(w, metadata, RO_STR("namespace"), w->kind.namespace_);
    ro_write_member(w, metadata, RO_STR("uid"), uid);
    if (child > 0) {
        struct ro_owner owner = owner_of(w, child);
        ro_edit_append(owners, ro_owner_reference(&w->arena, &owner, true));
        ro_edit_set(metadata, RO_STR("ownerReferences"), owners);
    }
    return object;
}

/* A pod's fact names the place of its ReplicaSet among all that is listed: between them come the children. */
void ro_write_children(struct ro_snapshot_writer *w, struct ro_edit *body)
{
    struct ro_edit *list = ro_edit_array(&w->arena);
    size_t count = w->facts->arrays.subsets.count, next = 0;

    for (uint32_t place = 1; !w->arena.failed && (place <= w->set_count || next < count); place++) {
        uint32_t child = place <= w->set_count ? w->set_children[place - 1] : 0;
        if (child > 0 || next == count)
            ro_edit_append(list, write_replica_set(w, place, child));
        else
            ro_edit_append(list, write_child(w, next++));
    }
    if (list && list->first)
        ro_edit_set(body, RO_STR("subsets"), list);
}

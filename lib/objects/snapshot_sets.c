/* SPDX-License-Identifier: Apache-2.0 */
/* ReplicaSets of a Deployment, or beside one, from facts. Source: deployment.md 14. */
#include "base/tree.h"
#include "objects/owner.h"
#include "objects/snapshot_object.h"

static const struct rollout_replica_set_facts *set_at(const struct ro_snapshot_writer *w, size_t i)
{
    const struct ro_abi_array *sets = &w->facts->arrays.replica_sets;

    return (const void *)(sets->items + i * sets->stride);
}

static void check_set(struct ro_snapshot_writer *w, const struct rollout_replica_set_facts *set,
                      const struct ro_path *place)
{
    ro_check_text(&w->check, place, "name", set->name);
    ro_check_text(&w->check, place, "uid", set->uid);
    ro_check_labels(&w->check, place, "annotations", &set->annotations);
    ro_check_selector(&w->check, place, "selector", &set->selector);
}

static void set_number(struct ro_snapshot_writer *w, struct ro_edit *object, struct rollout_str key, int64_t value)
{
    if (value != 0)
        ro_edit_set(object, key, ro_edit_integer(&w->arena, value));
    else
        ro_edit_remove(object, key);
}

/* ---- one whose object is not known ---- */

/* The template of one that is of the workload's is that; any other one is like no other. */
static struct ro_edit *make_template(struct ro_snapshot_writer *w, const struct rollout_replica_set_facts *set)
{
    const struct rollout_node *own = ro_dig(w->world->workload_object.nodes, "spec", "template", NULL);
    struct ro_edit *template = own ? ro_edit_copy(&w->arena, own) : ro_edit_object(&w->arena);

    if (!(set->flags & ROLLOUT_REPLICA_SET_SAME_TEMPLATE)) {
        struct ro_edit *metadata = ro_edit_need_object(&w->arena, template, "metadata");
        ro_edit_set_text(&w->arena, ro_edit_need_object(&w->arena, metadata, "annotations"), RO_STR("of"), set->name);
    }
    return template;
}

static struct ro_edit *make_set(struct ro_snapshot_writer *w, const struct rollout_replica_set_facts *set)
{
    struct ro_edit *object = ro_write_object(w, RO_STR("apps/v1"), RO_STR("ReplicaSet"), set->name);
    struct ro_edit *spec = ro_edit_need_object(&w->arena, object, "spec"), *metadata = ro_edit_get(object, "metadata");
    struct ro_edit *selector = ro_edit_need_object(&w->arena, spec, "selector");

    ro_write_member(w, metadata, RO_STR("namespace"), w->kind.namespace_);
    if (w->workload.deployment)
        ro_write_controlled(w, object);
    ro_write_map(w, selector, RO_STR("matchLabels"), &set->selector.match_labels);
    if (set->selector.requirement_count > 0)
        ro_edit_set(selector, RO_STR("matchExpressions"),
                    ro_write_requirements(w, set->selector.requirements, set->selector.requirement_count));
    ro_edit_set(spec, RO_STR("template"), make_template(w, set));
    return object;
}

/* ---- the rest of it ---- */

static void write_metadata(struct ro_snapshot_writer *w, struct ro_edit *metadata,
                           const struct rollout_replica_set_facts *set)
{
    ro_edit_remove(metadata, RO_STR("uid"));
    ro_edit_remove(metadata, RO_STR("creationTimestamp"));
    ro_edit_remove(metadata, RO_STR("annotations"));
    ro_edit_remove(metadata, RO_STR("deletionTimestamp"));
    ro_write_member(w, metadata, RO_STR("uid"), set->uid);
    ro_write_instant(w, metadata, RO_STR("creationTimestamp"), set->created_ms);
    set_number(w, metadata, RO_STR("generation"), set->generation);
    ro_write_map(w, metadata, RO_STR("annotations"), &set->annotations);
    if (set->flags & ROLLOUT_REPLICA_SET_TERMINATING)
        ro_edit_set_text(&w->arena, metadata, RO_STR("deletionTimestamp"), w->now);
}

static void write_failure(struct ro_snapshot_writer *w, struct ro_edit *status, const struct rollout_condition *failure)
{
    struct ro_edit *list = ro_edit_array(&w->arena), *condition = ro_edit_object(&w->arena);

    if (!failure->type.data)
        return;
    ro_write_member(w, condition, RO_STR("type"), failure->type);
    ro_write_member(w, condition, RO_STR("status"), failure->status);
    ro_write_member(w, condition, RO_STR("reason"), failure->reason);
    ro_write_member(w, condition, RO_STR("message"), failure->message);
    ro_write_instant(w, condition, RO_STR("lastTransitionTime"), failure->last_transition_ms);
    ro_edit_append(list, condition);
    ro_edit_set(status, RO_STR("conditions"), list);
}

struct ro_edit *ro_write_replica_set(struct ro_snapshot_writer *w, size_t i)
{
    const struct rollout_replica_set_facts *set = set_at(w, i);
    struct ro_path list = ro_path_member(NULL, "replica_sets"), place = ro_path_element(&list, i);
    struct ro_edit *object, *status = ro_edit_object(&w->arena);

    check_set(w, set, &place);
    if (w->check.code != ROLLOUT_OK)
        return NULL;
    object = ro_edit_copy(
        &w->arena, ro_named_object(w->world->replica_set_objects, w->world->replica_set_object_count, set->name, i));
    if (!object)
        object = make_set(w, set);
    write_metadata(w, ro_edit_need_object(&w->arena, object, "metadata"), set);
    struct ro_edit *spec = ro_edit_need_object(&w->arena, object, "spec");
    ro_edit_set(spec, RO_STR("replicas"), ro_edit_integer(&w->arena, set->replicas));
    set_number(w, spec, RO_STR("minReadySeconds"), set->min_ready_seconds);
    ro_edit_set(status, RO_STR("replicas"), ro_edit_integer(&w->arena, set->status_replicas));
    set_number(w, status, RO_STR("readyReplicas"), set->ready_replicas);
    set_number(w, status, RO_STR("availableReplicas"), set->available_replicas);
    set_number(w, status, RO_STR("observedGeneration"), set->observed_generation);
    write_failure(w, status, &set->replica_failure);
    ro_edit_set(object, RO_STR("status"), status);
    return object;
}

struct ro_owner ro_write_pod_owner(struct ro_snapshot_writer *w, const struct rollout_pod *pod)
{
    struct ro_owner owner = { w->kind.api_version, w->kind.kind, w->kind.name, w->uid };

    if (w->workload.uniteddeployment)
        return ro_write_child_owner(w, pod);
    if (w->workload.deployment && pod->replica_set > 0 && pod->replica_set <= w->facts->arrays.replica_sets.count) {
        const struct rollout_replica_set_facts *set = set_at(w, pod->replica_set - 1);
        owner.kind = RO_STR("ReplicaSet");
        owner.name = set->name;
        owner.uid = set->uid;
    } else if (pod->flags & ROLLOUT_POD_FOREIGN) { /* whose it is no fact says, nor does it matter */
        owner.name = owner.uid = RO_STR("another");
    }
    return owner;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* ReplicaSets of a Deployment, and the pods of one. Source: deployment.md 3.2, 8 and 11. */
#include "base/error.h"
#include "base/hash.h"
#include "base/tree.h"
#include "objects/apply.h"
#include "objects/revision_data.h"

#define HASH_LABEL "pod-template-hash"

enum { NAME_MOST = 253 };

/* Sets, and removes, what the action says of annotations. */
static void write_annotations(struct ro_apply *a, struct ro_edit *object)
{
    const struct rollout_attr *attrs = a->plan->attrs + a->action->attr_first;
    struct ro_edit *metadata = ro_edit_need_object(&a->arena, object, "metadata");
    struct ro_edit *map = ro_edit_need_object(&a->arena, metadata, "annotations");

    for (uint32_t i = 0; i < a->action->attr_count; i++) {
        if (attrs[i].key != ROLLOUT_ATTR_ANNOTATION || attrs[i].text >= a->plan->text_count)
            continue;
        struct rollout_str key = a->plan->texts[attrs[i].text];
        bool sets = attrs[i].value && i + 1 < a->action->attr_count && attrs[i + 1].text < a->plan->text_count;
        if (sets)
            ro_edit_set_text(&a->arena, map, key, a->plan->texts[attrs[i + 1].text]);
        else
            ro_edit_remove(map, key);
    }
    if (map && !map->first)
        ro_edit_remove(metadata, RO_STR("annotations"));
}

static int64_t number_of(const struct ro_apply *a, uint32_t key)
{
    const struct rollout_attr *attr = ro_apply_attr(a, key);

    return attr ? attr->value : 0;
}

void ro_apply_scale(struct ro_apply *a)
{
    struct ro_edit *spec = ro_edit_need_object(&a->arena, a->object, "spec");

    ro_edit_set(spec, RO_STR("replicas"), ro_edit_integer(&a->arena, number_of(a, ROLLOUT_ATTR_TO)));
    write_annotations(a, a->object);
}

void ro_apply_set_annotation(struct ro_apply *a)
{
    write_annotations(a, a->object);
}

void ro_apply_min_ready_seconds(struct ro_apply *a)
{
    struct ro_edit *spec = ro_edit_need_object(&a->arena, a->object, "spec");

    ro_edit_set(spec, RO_STR("minReadySeconds"),
                ro_edit_integer(&a->arena, number_of(a, ROLLOUT_ATTR_MIN_READY_SECONDS)));
}

/* The object is the Deployment; the action's subject is whose template it gets. */
int ro_apply_template(struct ro_apply *a)
{
    if (a->action->subject >= a->world->replica_set_object_count)
        return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "plan.actions",
                        "plan.actions: subject %u of kind %u is not in the world", a->action->subject,
                        a->action->subject_kind);
    const struct rollout_node *set = a->world->replica_set_objects[a->action->subject].nodes;
    struct ro_edit *template = ro_edit_copy(&a->arena, ro_dig(set, "spec", "template", NULL));
    ro_edit_remove(ro_edit_get(ro_edit_get(template, "metadata"), "labels"), RO_STR(HASH_LABEL));
    ro_edit_set(ro_edit_need_object(&a->arena, a->object, "spec"), RO_STR("template"), template);
    return ROLLOUT_OK;
}

/* ---- a new one ---- */

/* The driver's hash, or one of our own: upstream's is of how Go prints the template, which cannot be made from the
 * object. */
static struct rollout_str hash_of(struct ro_apply *a, const struct rollout_node *template)
{
    const struct rollout_opt *collisions = &a->world->workload->deployment->status->collision_count;
    char buf[16];

    if (a->ids->count == 1)
        return *ro_strs_at(a->ids, 0);
    struct rollout_tree data = ro_revision_data(&a->arena, template, false);
    uint32_t hash = ro_fnv1(RO_FNV_BASIS, ro_data_text(&a->arena, &data));
    if (collisions->set)
        hash = ro_fnv1(hash, ro_arena_printf(&a->arena, "%d", collisions->value));
    struct rollout_str text = { buf, ro_safe_encode(hash, buf) };
    return ro_arena_str(&a->arena, text);
}

static struct ro_edit *with_hash(struct ro_apply *a, struct ro_edit *map, struct rollout_str hash)
{
    ro_edit_set_text(&a->arena, map, RO_STR(HASH_LABEL), hash);
    return map;
}

/* The workload's own name is cut so that the whole is not too long. */
static struct rollout_str name_with(struct ro_apply *a, struct rollout_str hash)
{
    struct rollout_str name = a->kind.name;

    if (name.len + 1 + hash.len > NAME_MOST && hash.len < NAME_MOST)
        name.len = NAME_MOST - 1 - hash.len;
    return ro_apply_join(a, name, hash);
}

int ro_apply_create_replica_set(struct ro_apply *a)
{
    const struct rollout_node *spec = ro_get(a->world->workload_object.nodes, "spec");
    const struct rollout_node *template = ro_get(spec, "template");
    struct ro_arena *arena = &a->arena;

    if (!a->world->workload->deployment)
        return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "workload", "workload: only a Deployment has ReplicaSets");
    if (a->ids->count > 1 || (a->ids->count == 1 && ro_strs_at(a->ids, 0)->len == 0))
        return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "ids", "ids: %u given, at most one hash needed", a->ids->count);
    if (ro_apply_make(a, 1) != ROLLOUT_OK)
        return ROLLOUT_OK;
    struct rollout_str hash = hash_of(a, template);
    struct ro_edit *set = ro_edit_object(arena);
    ro_edit_set_text(arena, set, RO_STR("apiVersion"), RO_STR("apps/v1"));
    ro_edit_set_text(arena, set, RO_STR("kind"), RO_STR("ReplicaSet"));
    struct ro_edit *metadata = ro_edit_need_object(arena, set, "metadata");
    ro_edit_set_text(arena, metadata, RO_STR("name"), name_with(a, hash));
    ro_apply_namespace(a, set);
    const struct rollout_node *labels = ro_dig(template, "metadata", "labels", NULL);
    ro_edit_set(metadata, RO_STR("labels"),
                with_hash(a, labels ? ro_edit_copy(arena, labels) : ro_edit_object(arena), hash));
    write_annotations(a, set);
    ro_edit_append(ro_edit_need_array(arena, metadata, "ownerReferences"), ro_apply_controller(a));

    struct ro_edit *body = ro_edit_need_object(arena, set, "spec");
    ro_edit_set(body, RO_STR("replicas"), ro_edit_integer(arena, number_of(a, ROLLOUT_ATTR_REPLICAS)));
    if (a->world->workload->deployment->min_ready_seconds != 0)
        ro_edit_set(body, RO_STR("minReadySeconds"),
                    ro_edit_integer(arena, a->world->workload->deployment->min_ready_seconds));
    const struct rollout_node *selector = ro_get(spec, "selector");
    struct ro_edit *own_selector = selector ? ro_edit_copy(arena, selector) : ro_edit_object(arena);
    with_hash(a, ro_edit_need_object(arena, own_selector, "matchLabels"), hash);
    ro_edit_set(body, RO_STR("selector"), own_selector);
    struct ro_edit *own = template ? ro_edit_copy(arena, template) : ro_edit_object(arena);
    struct ro_edit *own_metadata = ro_edit_need_object(arena, own, "metadata");
    with_hash(a, ro_edit_need_object(arena, own_metadata, "labels"), hash);
    ro_edit_set(body, RO_STR("template"), own);
    a->made[0] = set;
    return ROLLOUT_OK;
}

/* ---- pods ---- */

/* The API server makes the names, unless the driver gives what each ends with. */
int ro_apply_create_replicas(struct ro_apply *a)
{
    const struct rollout_node *template = ro_dig(a->world->workload_object.nodes, "spec", "template", NULL);
    int64_t count = number_of(a, ROLLOUT_ATTR_COUNT);

    if (count < 0 || (a->ids->count > 0 && a->ids->count != count))
        return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "ids", "ids: %u given, none or %d needed", a->ids->count,
                        (int)count);
    if (ro_apply_make(a, (size_t)count) != ROLLOUT_OK)
        return ROLLOUT_OK;
    for (uint32_t i = 0; i < (uint32_t)count; i++) {
        struct rollout_str name = { NULL, 0 };
        if (a->ids->count > 0)
            name = ro_apply_join(a, a->kind.name, *ro_strs_at(a->ids, i));
        a->made[i] = ro_apply_new_pod(a, template, ROLLOUT_NONE, name, (struct rollout_str){ NULL, 0 });
    }
    return ROLLOUT_OK;
}

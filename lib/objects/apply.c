/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/apply.h"

#include "base/error.h"
#include "base/tree.h"
#include "objects/conditions.h"
#include "objects/result.h"
#include "objects/revision.h"
#include "rules/revision.h"

const struct rollout_attr *ro_apply_attr(const struct ro_apply *a, uint32_t key)
{
    for (uint32_t i = 0; i < a->action->attr_count; i++)
        if (a->plan->attrs[a->action->attr_first + i].key == key)
            return &a->plan->attrs[a->action->attr_first + i];
    return NULL;
}

struct rollout_str ro_apply_text(const struct ro_apply *a, uint32_t key)
{
    const struct rollout_attr *attr = ro_apply_attr(a, key);

    return attr && attr->text < a->plan->text_count ? a->plan->texts[attr->text] : (struct rollout_str){ 0 };
}

uint32_t ro_apply_revision(struct ro_apply *a, struct rollout_str name)
{
    for (size_t i = 0; i < a->world->revision_object_count; i++)
        if (ro_str_eq(ro_text(ro_dig(a->world->revision_objects[i].nodes, "metadata", "name", NULL)), name))
            return (uint32_t)i;
    ro_error(a->reterr, ROLLOUT_ERR_INVALID, "revision", "revision: %.*s is not among the revisions", (int)name.len,
             name.data ? name.data : "");
    return ROLLOUT_NONE;
}

static struct rollout_str str(const char *text)
{
    return (struct rollout_str){ text, strlen(text) };
}

static struct ro_edit *metadata_map(struct ro_apply *a, struct ro_edit *object, const char *map)
{
    return ro_edit_need_object(&a->arena, ro_edit_need_object(&a->arena, object, "metadata"), map);
}

void ro_apply_label(struct ro_apply *a, struct ro_edit *object, const char *key, struct rollout_str value)
{
    ro_edit_set_text(&a->arena, metadata_map(a, object, "labels"), str(key), value);
}

void ro_apply_annotation(struct ro_apply *a, struct ro_edit *object, const char *key, struct ro_edit *value)
{
    ro_edit_set(metadata_map(a, object, "annotations"), str(key), value);
}

void ro_apply_remove_annotation(struct ro_edit *object, const char *key)
{
    ro_edit_remove(ro_edit_get(ro_edit_get(object, "metadata"), "annotations"), str(key));
}

int ro_apply_refuse_annotation(struct ro_apply *a, const char *key, const char *what)
{
    struct rollout_str path = ro_arena_printf(&a->arena, "metadata.annotations[\"%s\"]", key);

    if (!path.data)
        return ROLLOUT_ERR_NOMEM;
    return ro_error(a->reterr, ROLLOUT_ERR_INVALID, path.data, "%s: %s", path.data, what);
}

const struct rollout_node *ro_apply_flat(struct ro_apply *a)
{
    return ro_edit_flatten(&a->arena, a->object).nodes;
}

void ro_apply_revision_labels(struct ro_apply *a, struct ro_edit *pod, struct rollout_str revision)
{
    struct rollout_str hash = ro_short_hash(revision);

    ro_apply_label(a, pod, "controller-revision-hash", a->gates.on[ROLLOUT_GATE_CLONESET_SHORT_HASH] ? hash : revision);
    ro_apply_label(a, pod, "pod-template-hash", hash);
}

void ro_apply_state(struct ro_apply *a, struct ro_edit *pod, struct rollout_str state)
{
    ro_apply_label(a, pod, "lifecycle.apps.kruise.io/state", state);
    ro_apply_annotation(a, pod, "lifecycle.apps.kruise.io/timestamp", ro_edit_text(&a->arena, a->now));
}

static void label_template_hash(struct ro_apply *a)
{
    struct ro_edit *labels = ro_edit_get(ro_edit_get(a->object, "metadata"), "labels");
    struct ro_edit *revision = ro_edit_get(labels, "controller-revision-hash");

    ro_apply_label(a, a->object, "pod-template-hash",
                   ro_short_hash(revision ? revision->node.text : (struct rollout_str){ "", 0 }));
}

/* A mark that is there already, with whatever value, stays as it is. */
static void recreate(struct ro_apply *a)
{
    struct ro_edit *labels = metadata_map(a, a->object, "labels");

    if (!ro_edit_get(labels, "apps.kruise.io/specified-delete"))
        ro_edit_set_text(&a->arena, labels, RO_STR("apps.kruise.io/specified-delete"), RO_STR("true"));
}

static void release(struct ro_apply *a)
{
    struct ro_edit *metadata = ro_edit_get(a->object, "metadata"), *refs = ro_edit_get(metadata, "ownerReferences");
    struct rollout_str uid = ro_text(ro_dig(a->world->workload_object.nodes, "metadata", "uid", NULL));

    for (struct ro_edit *ref = refs ? refs->first : NULL, *next; ref; ref = next) {
        struct ro_edit *owner = ro_edit_get(ref, "uid");
        next = ref->next;
        if (owner && ro_str_eq(owner->node.text, uid))
            ro_edit_detach(ref);
    }
    if (refs && !refs->first)
        ro_edit_remove(metadata, RO_STR("ownerReferences"));
}

/* A revision that becomes the newest again also takes over the hash of the present claim templates. */
static void renumber(struct ro_apply *a)
{
    const struct rollout_attr *number = ro_apply_attr(a, ROLLOUT_ATTR_NUMBER);
    const struct rollout_node *templates =
        ro_dig(a->world->workload_object.nodes, "spec", "volumeClaimTemplates", NULL);

    if (number)
        ro_edit_set(a->object, RO_STR("revision"), ro_edit_integer(&a->arena, number->value));
    ro_apply_annotation(a, a->object, "kruise.io/cloneset-volumeclaimtemplate-hash",
                        ro_edit_text(&a->arena, ro_claims_hash(&a->arena, templates)));
}

/* What an action is carried out on: the world's object, unless it makes new ones. */
static int find_object(struct ro_apply *a, const struct rollout_tree **ret)
{
    const struct rollout_world *w = a->world;
    const struct rollout_tree *list = NULL;
    size_t count = 0;

    *ret = NULL;
    switch (a->action->op) {
    case ROLLOUT_OP_CREATE:
    case ROLLOUT_OP_CREATE_CLAIM:
    case ROLLOUT_OP_DELETE:
    case ROLLOUT_OP_DELETE_CLAIM:
    case ROLLOUT_OP_DELETE_REVISION:
        return ROLLOUT_OK;
    default:
        break;
    }
    if (a->action->subject_kind == ROLLOUT_SUBJECT_POD) {
        list = w->pod_objects;
        count = w->pod_object_count;
    } else if (a->action->subject_kind == ROLLOUT_SUBJECT_REVISION) {
        list = w->revision_objects;
        count = w->revision_object_count;
    } else if (a->action->subject_kind == ROLLOUT_SUBJECT_CLAIM) {
        list = w->claim_objects;
        count = w->claim_object_count;
    }
    if (a->action->subject >= count)
        return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "plan.actions",
                        "plan.actions: subject %u of kind %u is not in the world", a->action->subject,
                        a->action->subject_kind);
    *ret = &list[a->action->subject];
    return ROLLOUT_OK;
}

static int dispatch(struct ro_apply *a)
{
    switch (a->action->op) {
    case ROLLOUT_OP_CREATE:
        return ro_apply_create(a);
    case ROLLOUT_OP_CREATE_CLAIM:
        return ro_apply_create_claim(a);
    case ROLLOUT_OP_SET_CLAIM_OWNER:
        return ro_apply_claim_owner(a);
    case ROLLOUT_OP_UPDATE_IN_PLACE:
        return ro_apply_update_in_place(a);
    case ROLLOUT_OP_END_GRACE:
        return ro_apply_end_grace(a);
    case ROLLOUT_OP_NEXT_BATCH:
        return ro_apply_next_batch(a);
    case ROLLOUT_OP_SET_LIFECYCLE:
    case ROLLOUT_OP_SET_POD_READY:
        return ro_apply_lifecycle(a);
    case ROLLOUT_OP_SET_READY:
        ro_set_in_place_ready(&a->arena, a->object, true, a->now);
        return ROLLOUT_OK;
    case ROLLOUT_OP_RECREATE:
        recreate(a);
        return ROLLOUT_OK;
    case ROLLOUT_OP_LABEL_TEMPLATE_HASH:
        label_template_hash(a);
        return ROLLOUT_OK;
    case ROLLOUT_OP_RELEASE:
        release(a);
        return ROLLOUT_OK;
    case ROLLOUT_OP_RENUMBER_REVISION:
        renumber(a);
        return ROLLOUT_OK;
    case ROLLOUT_OP_CREATE_REVISION: /* the world has it already */
    case ROLLOUT_OP_DELETE:
    case ROLLOUT_OP_DELETE_CLAIM:
    case ROLLOUT_OP_DELETE_REVISION:
        return ROLLOUT_OK;
    default:
        return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "plan.actions", "plan.actions: op %u is unknown",
                        a->action->op);
    }
}

static int run(struct ro_apply *a, const struct rollout_tree *object, struct rollout_objects **ret_objects)
{
    int r = ro_gates_resolve(a->world->workload.gates, a->world->workload.gate_count, &a->gates, a->reterr);

    if (r == ROLLOUT_OK && object) {
        a->object = ro_edit_copy(&a->arena, object->nodes);
        a->made = &a->object;
        a->made_count = 1;
    }
    if (r == ROLLOUT_OK)
        r = dispatch(a);
    if (a->arena.failed)
        return ro_error_nomem(a->reterr);
    return r == ROLLOUT_OK ? ro_objects_make(a->made, a->made_count, ret_objects, a->reterr) : r;
}

static int apply(const struct rollout_world *world, const struct rollout_plan *plan, size_t action,
                 const struct rollout_strs *ids, const struct rollout_tree *given, struct rollout_objects **ret_objects,
                 struct rollout_error *reterr)
{
    static const struct rollout_strs no_ids = { 0 };
    struct ro_apply a = { .world = world, .plan = plan, .ids = ids ? ids : &no_ids, .reterr = reterr };
    const struct rollout_tree *object;

    if (!world || !plan || action >= plan->action_count)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, "action", "action: %zu is not in the plan", action);
    a.action = &plan->actions[action];
    a.now = (struct rollout_str){ a.now_text, ro_time_format(world->snapshot.now_ms, false, a.now_text) };
    int r = find_object(&a, &object);
    if (r == ROLLOUT_OK && given && object) {
        r = rollout_tree_check(given, reterr);
        if (r == ROLLOUT_OK && a.action->subject_kind == ROLLOUT_SUBJECT_POD) {
            struct rollout_pod pod;
            struct rollout_in_place in_place;
            r = rollout_pod_from_object(given, &world->workload, &pod, &in_place, reterr);
        }
        object = given;
    }
    if (r == ROLLOUT_OK)
        r = run(&a, object, ret_objects);
    ro_arena_free(&a.arena);
    return r;
}

int rollout_apply(const struct rollout_world *world, const struct rollout_plan *plan, size_t action,
                  const struct rollout_strs *ids, struct rollout_objects **ret_objects, struct rollout_error *reterr)
{
    return apply(world, plan, action, ids, NULL, ret_objects, reterr);
}

int rollout_apply_to(const struct rollout_world *world, const struct rollout_plan *plan, size_t action,
                     const struct rollout_tree *object, struct rollout_objects **ret_objects,
                     struct rollout_error *reterr)
{
    if (!object)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, "object", "object: NULL");
    return apply(world, plan, action, NULL, object, ret_objects, reterr);
}

/* Takes the dropped places out of podsToDelete, which goes as a whole when it is empty. */
static void drop_pods_to_delete(struct ro_edit *object, const struct rollout_plan *plan)
{
    struct ro_edit *strategy = ro_edit_get(ro_edit_get(object, "spec"), "scaleStrategy");
    struct ro_edit *list = ro_edit_get(strategy, "podsToDelete"), *next;
    uint32_t place = 0;
    size_t d = 0;

    for (struct ro_edit *e = list ? list->first : NULL; e && d < plan->dropped_count; e = next, place++) {
        next = e->next;
        if (plan->dropped_pods_to_delete[d] == place) {
            ro_edit_detach(e);
            d++;
        }
    }
    if (list && !list->first && plan->dropped_count > 0)
        ro_edit_remove(strategy, RO_STR("podsToDelete"));
}

/* 7.4: the error of the update phase. Never taken back, and one that is True already stays as it is. */
static void add_failed_update(struct ro_arena *arena, struct ro_edit *object, const struct rollout_plan *plan,
                              struct rollout_str now)
{
    struct ro_edit *conditions =
        ro_edit_need_array(arena, ro_edit_need_object(arena, object, "status"), "conditions");
    if (!conditions)
        return;
    for (struct ro_edit *c = conditions->first, *next; c; c = next) {
        const struct ro_edit *type = ro_edit_get(c, "type"), *status = ro_edit_get(c, "status");
        next = c->next;
        if (!type || !ro_str_eq(type->node.text, RO_STR("FailedUpdate")))
            continue;
        if (status && ro_str_eq(status->node.text, RO_STR("True")))
            return;
        ro_edit_detach(c);
    }
    struct ro_edit *condition = ro_edit_object(arena);
    ro_edit_set_text(arena, condition, RO_STR("type"), RO_STR("FailedUpdate"));
    ro_edit_set_text(arena, condition, RO_STR("status"), RO_STR("True"));
    ro_edit_set_text(arena, condition, RO_STR("lastUpdateTime"), now);
    ro_edit_set_text(arena, condition, RO_STR("lastTransitionTime"), now);
    ro_edit_set_text(arena, condition, RO_STR("message"), plan->error_message);
    ro_edit_append(conditions, condition);
}

int rollout_apply_status(const struct rollout_world *world, const struct rollout_plan *plan,
                         struct rollout_objects **ret_objects, struct rollout_error *reterr)
{
    struct ro_arena arena = { 0 };

    if (!world || !plan)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, NULL, "world or plan is NULL");
    struct ro_edit *object = ro_edit_copy(&arena, world->workload_object.nodes);
    if (plan->status.count > 0)
        ro_edit_set(object, RO_STR("status"), ro_edit_copy(&arena, plan->status.nodes));
    char now[RO_TIME_SIZE];
    if (plan->error_pod != ROLLOUT_NONE)
        add_failed_update(&arena, object, plan,
                          (struct rollout_str){ now, ro_time_format(world->snapshot.now_ms, false, now) });
    drop_pods_to_delete(object, plan);
    int r = arena.failed ? ro_error_nomem(reterr) : ro_objects_make(&object, 1, ret_objects, reterr);
    ro_arena_free(&arena);
    return r;
}

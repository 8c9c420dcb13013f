/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/apply.h"

#include "base/error.h"
#include "base/tree.h"
#include "objects/conditions.h"
#include "objects/result.h"
#include "objects/revision.h"
#include "rules/check.h"
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

struct ro_abi_array ro_apply_revisions(const struct ro_apply *a)
{
    const struct rollout_revisions *revisions = &a->world->snapshot->revisions;

    return (struct ro_abi_array){ .items = (const char *)revisions->items,
                                  .count = revisions->count,
                                  .stride = revisions->stride };
}

struct rollout_str ro_apply_revision_text(const struct ro_apply *a, uint32_t place)
{
    struct ro_abi_array revisions = ro_apply_revisions(a);
    const struct rollout_revision *revision = ro_revision_at(&revisions, place);

    return a->world->workload->daemonset && revision->hash.len > 0 ? revision->hash : revision->name;
}

const struct rollout_node *ro_apply_claim_templates(const struct ro_apply *a)
{
    const struct rollout_node *n = ro_dig(a->world->workload_object.nodes, "spec", "volumeClaimTemplates", NULL);

    return ro_is(n, ROLLOUT_NODE_ARRAY) && n->size > 1 ? n : NULL;
}

const struct rollout_node *ro_apply_claim_template(const struct ro_apply *a, struct rollout_str name)
{
    const struct rollout_node *templates = ro_apply_claim_templates(a);

    if (templates)
        for (const struct rollout_node *t = ro_first(templates); t != ro_end(templates); t = ro_next(t))
            if (ro_str_eq(ro_text(ro_dig(t, "metadata", "name", NULL)), name))
                return t;
    return NULL;
}

struct rollout_str ro_apply_join(struct ro_apply *a, struct rollout_str first, struct rollout_str last)
{
    size_t len = first.len + 1 + last.len;
    char *text = ro_arena_alloc(&a->arena, len + 1, 1);

    if (!text)
        return (struct rollout_str){ 0 };
    if (first.len > 0)
        memcpy(text, first.data, first.len);
    text[first.len] = '-';
    if (last.len > 0)
        memcpy(text + first.len + 1, last.data, last.len);
    return (struct rollout_str){ text, len };
}

int ro_apply_make(struct ro_apply *a, size_t count)
{
    a->made = ro_arena_alloc(&a->arena, count, sizeof(struct ro_edit *));
    a->made_count = a->made ? count : 0;
    return a->made ? ROLLOUT_OK : ROLLOUT_ERR_NOMEM;
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

void ro_apply_namespace(struct ro_apply *a, struct ro_edit *object)
{
    if (a->kind.namespace_.data)
        ro_edit_set_text(&a->arena, ro_edit_need_object(&a->arena, object, "metadata"), RO_STR("namespace"),
                         a->kind.namespace_);
}

void ro_apply_revision_labels(struct ro_apply *a, struct ro_edit *pod, uint32_t place)
{
    struct rollout_str text = ro_apply_revision_text(a, place), hash = ro_short_hash(text);
    bool clone = a->world->workload->cloneset != NULL;

    ro_apply_label(a, pod, "controller-revision-hash",
                   clone && a->gates.on[ROLLOUT_GATE_CLONESET_SHORT_HASH] ? hash : text);
    if (clone)
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

    ro_apply_label(a, a->object, "pod-template-hash",
                   ro_short_hash(ro_edit_get_text(labels, "controller-revision-hash")));
}

/* A mark that is there already, with whatever value, stays as it is. */
static void recreate(struct ro_apply *a)
{
    struct ro_edit *labels = metadata_map(a, a->object, "labels");

    if (!ro_edit_get(labels, "apps.kruise.io/specified-delete"))
        ro_edit_set_text(&a->arena, labels, RO_STR("apps.kruise.io/specified-delete"), RO_STR("true"));
}

static int relabel(struct ro_apply *a)
{
    uint32_t place = ro_apply_revision(a, ro_apply_text(a, ROLLOUT_ATTR_REVISION));

    if (place == ROLLOUT_NONE)
        return ROLLOUT_ERR_INVALID;
    ro_apply_revision_labels(a, a->object, place);
    return ROLLOUT_OK;
}

/* A CloneSet's revision that becomes the newest again also takes over the hash of the present claim templates. */
static void renumber(struct ro_apply *a)
{
    const struct rollout_attr *number = ro_apply_attr(a, ROLLOUT_ATTR_NUMBER);

    if (number)
        ro_edit_set(a->object, RO_STR("revision"), ro_edit_integer(&a->arena, number->value));
    if (a->world->workload->cloneset)
        ro_apply_annotation(a, a->object, "kruise.io/cloneset-volumeclaimtemplate-hash",
                            ro_edit_text(&a->arena, ro_claims_hash(&a->arena, ro_apply_claim_templates(a))));
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
    case ROLLOUT_OP_DELETE_WORKLOAD:
    case ROLLOUT_OP_CREATE_SUBSET:
    case ROLLOUT_OP_DELETE_SUBSET:
    case ROLLOUT_OP_CREATE_REPLICA_SET:
    case ROLLOUT_OP_DELETE_REPLICA_SET:
        return ROLLOUT_OK;
    case ROLLOUT_OP_SET_TEMPLATE: /* its subject is where the template comes from */
        *ret = &w->workload_object;
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
    } else if (a->action->subject_kind == ROLLOUT_SUBJECT_REPLICA_SET) {
        list = w->replica_set_objects;
        count = w->replica_set_object_count;
    } else if (a->action->subject_kind == ROLLOUT_SUBJECT_WORKLOAD) {
        list = &w->workload_object;
        count = 1;
    }
    size_t subject = a->action->subject;
    if (a->action->op == ROLLOUT_OP_UPDATE_SUBSET) { /* its child */
        const struct rollout_attr *child = ro_apply_attr(a, ROLLOUT_ATTR_CHILD);
        list = w->subset_objects;
        count = w->workload->uniteddeployment ? w->subset_object_count : 0;
        subject = child && child->value > 0 ? (size_t)child->value - 1 : count;
    }
    if (subject >= count)
        return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "plan.actions",
                        "plan.actions: subject %u of kind %u is not in the world", a->action->subject,
                        a->action->subject_kind);
    *ret = &list[subject];
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
    case ROLLOUT_OP_SCALE:
        ro_apply_scale(a);
        return ROLLOUT_OK;
    case ROLLOUT_OP_CREATE_REPLICA_SET:
        return ro_apply_create_replica_set(a);
    case ROLLOUT_OP_SET_ANNOTATION:
        ro_apply_set_annotation(a);
        return ROLLOUT_OK;
    case ROLLOUT_OP_SET_MIN_READY_SECONDS:
        ro_apply_min_ready_seconds(a);
        return ROLLOUT_OK;
    case ROLLOUT_OP_SET_TEMPLATE:
        return ro_apply_template(a);
    case ROLLOUT_OP_RESIZE_CLAIM:
        return ro_apply_resize_claim(a);
    case ROLLOUT_OP_REPAIR:
        return ro_apply_repair(a);
    case ROLLOUT_OP_RELABEL:
        return relabel(a);
    case ROLLOUT_OP_UPDATE_IN_PLACE:
        return a->world->workload->sidecarset ? ro_apply_sidecars(a) : ro_apply_update_in_place(a);
    case ROLLOUT_OP_FLIP:
        return ro_apply_sidecars(a);
    case ROLLOUT_OP_SET_UPGRADABLE:
        ro_apply_upgradable(a);
        return ROLLOUT_OK;
    case ROLLOUT_OP_LABEL_REVISION:
        ro_apply_label(a, a->object, RO_CUSTOM_VERSION_LABEL, ro_apply_text(a, ROLLOUT_ATTR_VALUE));
        return ROLLOUT_OK;
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
        ro_apply_release(a);
        return ROLLOUT_OK;
    case ROLLOUT_OP_RENUMBER_REVISION:
        renumber(a);
        return ROLLOUT_OK;
    case ROLLOUT_OP_CREATE_SUBSET:
        return ro_apply_create_subset(a);
    case ROLLOUT_OP_UPDATE_SUBSET:
        return ro_apply_update_subset(a);
    case ROLLOUT_OP_SET_RESERVED:
        ro_apply_label(a, a->object, "apps.kruise.io/united-deployment-reserved-pod",
                       ro_apply_text(a, ROLLOUT_ATTR_RESERVED));
        return ROLLOUT_OK;
    case ROLLOUT_OP_DELETE_SUBSET:
    case ROLLOUT_OP_CREATE_REVISION: /* the world has it already */
    case ROLLOUT_OP_DELETE:
    case ROLLOUT_OP_DELETE_CLAIM:
    case ROLLOUT_OP_DELETE_REVISION:
    case ROLLOUT_OP_DELETE_WORKLOAD:
    case ROLLOUT_OP_DELETE_REPLICA_SET:
        return ROLLOUT_OK;
    default:
        return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "plan.actions", "plan.actions: op %u is unknown",
                        a->action->op);
    }
}

static int run(struct ro_apply *a, const struct rollout_tree *object, struct rollout_objects **ret_objects)
{
    int r = ro_gates_resolve(a->world->workload->gates, a->world->workload->gate_count, &a->gates, a->reterr);

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

    if (!world || !plan || !ret_objects)
        return ro_error_null(reterr, !world ? "world" : !plan ? "plan" : "ret_objects");
    if (action >= plan->action_count)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, "action", "action: %zu is not in the plan", action);
    struct ro_check c = { reterr, ROLLOUT_OK };
    ro_check_strs(&c, NULL, "ids", a.ids);
    if (c.code)
        return c.code;
    a.action = &plan->actions[action];
    a.kind = ro_kind_of(world->workload);
    a.uid = ro_text(ro_dig(world->workload_object.nodes, "metadata", "uid", NULL));
    a.now = (struct rollout_str){ a.now_text, ro_time_format(world->snapshot->now_ms, false, a.now_text) };
    int r = find_object(&a, &object);
    if (r == ROLLOUT_OK && given && object) {
        r = rollout_tree_check(given, reterr);
        if (r == ROLLOUT_OK && a.action->subject_kind == ROLLOUT_SUBJECT_POD) {
            struct rollout_pod pod;
            struct rollout_in_place in_place;
            r = rollout_pod_from_object(given, world->workload, sizeof pod, &pod, &in_place, reterr);
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
        return ro_error_null(reterr, "object");
    return apply(world, plan, action, NULL, object, ret_objects, reterr);
}

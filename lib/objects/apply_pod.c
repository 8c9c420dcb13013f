/* SPDX-License-Identifier: Apache-2.0 */
/* New pods and claims, and the lifecycle of pods. Source: cloneset.md 5.2, 5.3, 6.6. */
#include "base/error.h"
#include "base/sort.h"
#include "base/tree.h"
#include "objects/apply.h"
#include "objects/conditions.h"
#include "objects/in_place_state.h"
#include "rules/metadata_patch.h"
#include "rules/template.h"

#define INSTANCE_ID "apps.kruise.io/cloneset-instance-id"

static const struct rollout_node *workload_spec(const struct ro_apply *a)
{
    return ro_get(a->world->workload_object.nodes, "spec");
}

static struct rollout_str workload_text(const struct ro_apply *a, const char *key)
{
    return ro_text(ro_dig(a->world->workload_object.nodes, "metadata", key, NULL));
}

/* "<first>-<name of the workload>-<last>", or without the first part. */
static struct rollout_str join(struct ro_apply *a, struct rollout_str first, struct rollout_str last)
{
    struct rollout_str name = workload_text(a, "name");
    size_t len = first.len + (first.len > 0) + name.len + 1 + last.len, at = 0;
    char *text = ro_arena_alloc(&a->arena, len + 1, 1);

    if (!text)
        return (struct rollout_str){ 0 };
    if (first.len > 0) {
        memcpy(text, first.data, first.len);
        at = first.len;
        text[at++] = '-';
    }
    if (name.len > 0)
        memcpy(text + at, name.data, name.len);
    at += name.len;
    text[at++] = '-';
    if (last.len > 0)
        memcpy(text + at, last.data, last.len);
    return (struct rollout_str){ text, len };
}

static int by_text(const void *context, uint32_t x, uint32_t y)
{
    const struct rollout_str *texts = context;

    return ro_str_cmp(texts[x], texts[y]);
}

/* The ids of this action's pods: those of free claims that it names, and the driver's, sorted together. */
static int collect_ids(struct ro_apply *a, struct rollout_str **ret_ids, size_t *ret_count)
{
    const struct rollout_attr *count = ro_apply_attr(a, ROLLOUT_ATTR_COUNT);
    size_t wanted = count && count->value > 0 ? (size_t)count->value : 0, n = 0, named = 0;

    for (uint32_t i = 0; i < a->action->attr_count; i++)
        named += a->plan->attrs[a->action->attr_first + i].key == ROLLOUT_ATTR_ID;
    if (wanted > UINT32_MAX || named > wanted || a->ids->count != wanted - named)
        return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "ids", "ids: %u given, %zu needed", a->ids->count,
                        named > wanted ? 0 : wanted - named);
    struct rollout_str *given = ro_arena_alloc(&a->arena, wanted, sizeof *given);
    struct rollout_str *ids = ro_arena_alloc(&a->arena, wanted, sizeof *ids);
    uint32_t *order = ro_arena_alloc(&a->arena, wanted, 2 * sizeof *order);
    if (a->arena.failed)
        return ROLLOUT_ERR_NOMEM;
    for (uint32_t i = 0; i < a->action->attr_count; i++) {
        const struct rollout_attr *attr = &a->plan->attrs[a->action->attr_first + i];
        if (attr->key == ROLLOUT_ATTR_ID && attr->text < a->plan->text_count)
            given[n++] = a->plan->texts[attr->text];
    }
    for (uint32_t i = 0; i < a->ids->count; i++)
        given[n++] = *ro_strs_at(a->ids, i);
    for (uint32_t i = 0; i < n; i++)
        order[i] = i;
    ro_sort_indices(order, n, order + wanted, by_text, given);
    for (size_t i = 0; i < n; i++) {
        ids[i] = given[order[i]];
        if (ids[i].len == 0 || (i > 0 && ro_str_eq(ids[i], ids[i - 1])))
            return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "ids", "ids: \"%.*s\" is %s", (int)ids[i].len,
                            ids[i].len > 0 ? ids[i].data : "", ids[i].len > 0 ? "given twice" : "no id");
    }
    *ret_ids = ids;
    *ret_count = n;
    return ROLLOUT_OK;
}

/* The workload as the controller of what it owns; upstream names the same API version for all. */
static struct ro_edit *owner_reference(struct ro_apply *a)
{
    struct ro_edit *ref = ro_edit_object(&a->arena);

    ro_edit_set_text(&a->arena, ref, RO_STR("apiVersion"), RO_STR("apps.kruise.io/v1beta1"));
    ro_edit_set_text(&a->arena, ref, RO_STR("kind"), RO_STR("CloneSet"));
    ro_edit_set_text(&a->arena, ref, RO_STR("name"), workload_text(a, "name"));
    ro_edit_set_text(&a->arena, ref, RO_STR("uid"), workload_text(a, "uid"));
    ro_edit_set(ref, RO_STR("controller"), ro_edit_bool(&a->arena, true));
    ro_edit_set(ref, RO_STR("blockOwnerDeletion"), ro_edit_bool(&a->arena, true));
    return ref;
}

static bool is_claim_template(const struct rollout_node *templates, struct rollout_str name)
{
    if (ro_is(templates, ROLLOUT_NODE_ARRAY))
        for (const struct rollout_node *t = ro_first(templates); t != ro_end(templates); t = ro_next(t))
            if (ro_str_eq(ro_text(ro_dig(t, "metadata", "name", NULL)), name))
                return true;
    return false;
}

/* Volumes of the claims come first and take the place of the template's volumes of the same name. Upstream
 * has the claims in the random order of a map; here it is that of their templates. */
static void add_volumes(struct ro_apply *a, struct ro_edit *spec, struct rollout_str id)
{
    const struct rollout_node *templates = ro_get(workload_spec(a), "volumeClaimTemplates");
    struct ro_edit *old = ro_edit_get(spec, "volumes"), *volumes = ro_edit_array(&a->arena), *next;

    if (!ro_is(templates, ROLLOUT_NODE_ARRAY) || templates->size == 1)
        return;
    for (const struct rollout_node *t = ro_first(templates); t != ro_end(templates); t = ro_next(t)) {
        struct rollout_str name = ro_text(ro_dig(t, "metadata", "name", NULL));
        struct ro_edit *volume = ro_edit_object(&a->arena), *source = ro_edit_object(&a->arena);
        ro_edit_set_text(&a->arena, volume, RO_STR("name"), name);
        ro_edit_set_text(&a->arena, source, RO_STR("claimName"), join(a, name, id));
        ro_edit_set(volume, RO_STR("persistentVolumeClaim"), source);
        ro_edit_append(volumes, volume);
    }
    for (struct ro_edit *v = old ? old->first : NULL; v; v = next) {
        struct ro_edit *name = ro_edit_get(v, "name");
        next = v->next;
        if (!name || !is_claim_template(templates, name->node.text))
            ro_edit_append(volumes, v);
    }
    ro_edit_set(spec, RO_STR("volumes"), volumes);
}

static void add_readiness_gate(struct ro_apply *a, struct ro_edit *spec)
{
    struct ro_edit *gates = ro_edit_need_array(&a->arena, spec, "readinessGates"), *gate;

    for (gate = gates ? gates->first : NULL; gate; gate = gate->next) {
        struct ro_edit *type = ro_edit_get(gate, "conditionType");
        if (type && ro_str_eq(type->node.text, RO_STR(RO_READY_TYPE)))
            return;
    }
    gate = ro_edit_object(&a->arena);
    ro_edit_set_text(&a->arena, gate, RO_STR("conditionType"), RO_STR(RO_READY_TYPE));
    ro_edit_append(gates, gate);
}

/* A copy of a member of the template's metadata, if it is there. */
static void copy_metadata(struct ro_apply *a, struct ro_edit *metadata, const struct rollout_node *template,
                          const char *key)
{
    const struct rollout_node *n = ro_dig(template, "metadata", key, NULL);

    if (n)
        ro_edit_set(metadata, n->key, ro_edit_copy(&a->arena, n));
}

static struct ro_edit *make_pod(struct ro_apply *a, const struct rollout_node *template, struct rollout_str revision,
                                struct rollout_str id)
{
    struct ro_edit *pod = ro_edit_object(&a->arena), *metadata = ro_edit_object(&a->arena);
    struct ro_edit *owners = ro_edit_array(&a->arena);
    struct ro_edit *spec = ro_edit_copy(&a->arena, ro_get(template, "spec"));

    ro_edit_set_text(&a->arena, pod, RO_STR("apiVersion"), RO_STR("v1"));
    ro_edit_set_text(&a->arena, pod, RO_STR("kind"), RO_STR("Pod"));
    ro_edit_set(pod, RO_STR("metadata"), metadata);
    ro_edit_set_text(&a->arena, metadata, RO_STR("name"), join(a, (struct rollout_str){ 0 }, id));
    ro_edit_set_text(&a->arena, metadata, RO_STR("generateName"),
                     join(a, (struct rollout_str){ 0 }, (struct rollout_str){ 0 }));
    ro_edit_set_text(&a->arena, metadata, RO_STR("namespace"), workload_text(a, "namespace"));
    copy_metadata(a, metadata, template, "labels");
    ro_apply_revision_labels(a, pod, revision);
    ro_apply_label(a, pod, INSTANCE_ID, id);
    copy_metadata(a, metadata, template, "annotations");
    ro_apply_state(a, pod, RO_STR("PreparingNormal"));
    ro_edit_append(owners, owner_reference(a));
    ro_edit_set(metadata, RO_STR("ownerReferences"), owners);
    copy_metadata(a, metadata, template, "finalizers");
    ro_edit_set(pod, RO_STR("spec"), spec);
    add_readiness_gate(a, spec);
    add_volumes(a, spec, id);
    return pod;
}

int ro_apply_create(struct ro_apply *a)
{
    struct rollout_str revision = ro_apply_text(a, ROLLOUT_ATTR_REVISION), *ids = NULL;
    struct ro_template template;
    uint32_t place = ro_apply_revision(a, revision);
    size_t count = 0;

    if (place == ROLLOUT_NONE)
        return ROLLOUT_ERR_INVALID;
    if (!ro_template_find(a->world->revision_objects[place].nodes, &template))
        return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "data.spec.template",
                        "data.spec.template: revision %.*s has no pod template", (int)revision.len, revision.data);
    int r = collect_ids(a, &ids, &count);
    if (r != ROLLOUT_OK)
        return r;
    a->made = ro_arena_alloc(&a->arena, count, sizeof(struct ro_edit *));
    for (size_t i = 0; a->made && i < count; i++)
        a->made[i] = make_pod(a, template.root, revision, ids[i]);
    a->made_count = count;
    if (count == 0 || a->arena.failed)
        return ROLLOUT_OK;
    /* A revision's data is raw to the API: whether it makes a pod shows only now, in the first of them. */
    struct rollout_tree pod = ro_edit_flatten(&a->arena, a->made[0]);
    struct rollout_pod facts;
    struct rollout_in_place in_place;
    return pod.count ? rollout_pod_from_object(&pod, &a->world->workload, &facts, &in_place, a->reterr) : ROLLOUT_OK;
}

/* The id that a claim's name ends with. False where the name is not that of a claim of this template. */
static bool id_of_claim(struct ro_apply *a, struct rollout_str template_name, struct rollout_str claim,
                        struct rollout_str *ret)
{
    struct rollout_str prefix = join(a, template_name, (struct rollout_str){ 0 });

    if (!prefix.data || !ro_str_starts(claim, prefix) || claim.len == prefix.len)
        return false;
    *ret = (struct rollout_str){ claim.data + prefix.len, claim.len - prefix.len };
    return true;
}

int ro_apply_create_claim(struct ro_apply *a)
{
    const struct rollout_node *templates = ro_get(workload_spec(a), "volumeClaimTemplates"), *template = NULL;
    const struct rollout_node *selector = ro_dig(workload_spec(a), "selector", "matchLabels", NULL);
    struct rollout_str name = ro_apply_text(a, ROLLOUT_ATTR_TEMPLATE), claim = ro_apply_text(a, ROLLOUT_ATTR_CLAIM), id;

    if (ro_is(templates, ROLLOUT_NODE_ARRAY))
        for (const struct rollout_node *t = ro_first(templates); t != ro_end(templates) && !template; t = ro_next(t))
            if (ro_str_eq(ro_text(ro_dig(t, "metadata", "name", NULL)), name))
                template = t;
    if (!template)
        return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "spec.volumeClaimTemplates",
                        "spec.volumeClaimTemplates: there is no template %.*s", (int)name.len,
                        name.data ? name.data : "");
    if (claim.data) {
        if (!id_of_claim(a, name, claim, &id))
            return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "claim", "claim: %.*s is not a name of template %.*s",
                            (int)claim.len, claim.data, (int)name.len, name.data);
    } else {
        if (a->ids->count != 1 || ro_strs_at(a->ids, 0)->len == 0)
            return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "ids", "ids: %u given, 1 needed", a->ids->count);
        id = *ro_strs_at(a->ids, 0);
        claim = join(a, name, id);
    }

    struct ro_edit *object = ro_edit_object(&a->arena), *copy = ro_edit_copy(&a->arena, template), *next;
    ro_edit_set_text(&a->arena, object, RO_STR("apiVersion"), RO_STR("v1"));
    ro_edit_set_text(&a->arena, object, RO_STR("kind"), RO_STR("PersistentVolumeClaim"));
    for (struct ro_edit *m = copy ? copy->first : NULL; m; m = next) {
        next = m->next;
        ro_edit_set(object, m->node.key, m);
    }
    struct ro_edit *metadata = ro_edit_need_object(&a->arena, object, "metadata");
    ro_edit_set_text(&a->arena, metadata, RO_STR("name"), claim);
    ro_edit_set_text(&a->arena, metadata, RO_STR("namespace"), workload_text(a, "namespace"));
    struct ro_edit *labels = ro_edit_need_object(&a->arena, metadata, "labels");
    if (ro_is(selector, ROLLOUT_NODE_OBJECT))
        for (const struct rollout_node *l = ro_first(selector); l != ro_end(selector); l = ro_next(l))
            ro_edit_set_text(&a->arena, labels, l->key, ro_text(l));
    ro_edit_set_text(&a->arena, labels, RO_STR(INSTANCE_ID), id);
    ro_edit_append(ro_edit_need_array(&a->arena, metadata, "ownerReferences"), owner_reference(a));
    a->made = ro_arena_alloc(&a->arena, 1, sizeof(struct ro_edit *));
    if (a->made) {
        a->made[0] = object;
        a->made_count = 1;
    }
    return ROLLOUT_OK;
}

/* The workload gives the claim up to a pod, as a plain owner. */
int ro_apply_claim_owner(struct ro_apply *a)
{
    struct rollout_str name = ro_apply_text(a, ROLLOUT_ATTR_POD), workload = workload_text(a, "uid"), uid = { 0 };
    struct ro_edit *metadata = ro_edit_need_object(&a->arena, a->object, "metadata");
    struct ro_edit *refs = ro_edit_need_array(&a->arena, metadata, "ownerReferences"), *next;
    bool there = false, found = false;

    for (size_t i = 0; i < a->world->pod_object_count && !found; i++) {
        found = ro_str_eq(a->world->snapshot.pods.items[i].name, name);
        if (found)
            uid = ro_text(ro_dig(a->world->pod_objects[i].nodes, "metadata", "uid", NULL));
    }
    if (!found)
        return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "pod", "pod: %.*s is not among the pods", (int)name.len,
                        name.data ? name.data : "");
    for (struct ro_edit *ref = refs ? refs->first : NULL; ref; ref = next) {
        struct ro_edit *owner = ro_edit_get(ref, "uid");
        next = ref->next;
        if (owner && ro_str_eq(owner->node.text, workload))
            ro_edit_detach(ref);
        else
            there = there || (owner && ro_str_eq(owner->node.text, uid));
    }
    if (there)
        return ROLLOUT_OK;
    struct ro_edit *ref = ro_edit_object(&a->arena);
    ro_edit_set_text(&a->arena, ref, RO_STR("apiVersion"), RO_STR("v1"));
    ro_edit_set_text(&a->arena, ref, RO_STR("kind"), RO_STR("Pod"));
    ro_edit_set_text(&a->arena, ref, RO_STR("name"), name);
    ro_edit_set_text(&a->arena, ref, RO_STR("uid"), uid);
    ro_edit_append(refs, ref);
    return ROLLOUT_OK;
}

/* Puts the hook's labels and finalizers back, by the patch that upstream sends. */
static void put_hook_back(struct ro_apply *a)
{
    const struct rollout_cloneset *spec = a->world->workload.cloneset;
    struct ro_edit *patch = ro_edit_object(&a->arena), *metadata = ro_edit_object(&a->arena);
    struct ro_edit *labels = ro_edit_object(&a->arena), *finalizers = ro_edit_array(&a->arena);

    if (!spec)
        return;
    const struct rollout_hook *hook = &spec->lifecycle.in_place_update;
    for (uint32_t i = 0; i < hook->labels.count; i++)
        ro_edit_set_text(&a->arena, labels, *ro_label_key(&hook->labels, i), *ro_label_value(&hook->labels, i));
    for (uint32_t i = 0; i < hook->finalizers.count; i++)
        ro_edit_append(finalizers, ro_edit_text(&a->arena, *ro_strs_at(&hook->finalizers, i)));
    ro_edit_set(metadata, RO_STR("labels"), labels);
    ro_edit_set(metadata, RO_STR("finalizers"), finalizers);
    ro_edit_set(patch, RO_STR("metadata"), metadata);
    struct rollout_tree tree = ro_edit_flatten(&a->arena, patch);
    if (tree.count > 0)
        ro_metadata_patch_apply(&a->arena, a->object, tree.nodes);
}

int ro_apply_lifecycle(struct ro_apply *a)
{
    const struct rollout_attr *mark = ro_apply_attr(a, ROLLOUT_ATTR_MARK_NOT_READY);
    const struct rollout_attr *hook = ro_apply_attr(a, ROLLOUT_ATTR_HOOK);
    struct rollout_str state = ro_apply_text(a, ROLLOUT_ATTR_STATE);
    bool moves = a->action->op == ROLLOUT_OP_SET_LIFECYCLE;

    if (!moves) {
        struct ro_edit *labels = ro_edit_get(ro_edit_get(a->object, "metadata"), "labels");
        struct ro_edit *label = ro_edit_get(labels, "lifecycle.apps.kruise.io/state");
        state = label ? label->node.text : state;
    }
    if (moves && !state.data)
        return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "state", "state: the action names none");
    /* before the state: with the state that is to come, only the key is told apart by it */
    if (mark)
        ro_mark_not_ready(&a->arena, a->object,
                          ro_str_eq(state, RO_STR("PreparingDelete")) ? RO_STR("preDeleteHook")
                                                                      : RO_STR("preUpdateHook"),
                          mark->value != 0, a->now);
    if (hook && hook->value)
        put_hook_back(a);
    if (moves)
        ro_apply_state(a, a->object, state);
    return ROLLOUT_OK;
}

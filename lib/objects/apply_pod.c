/* SPDX-License-Identifier: Apache-2.0 */
/* New pods, of a CloneSet and what all kinds' have alike. Source: cloneset.md 5.2. */
#include "base/error.h"
#include "base/sort.h"
#include "base/tree.h"
#include "objects/apply.h"
#include "objects/decode.h"
#include "objects/in_place_state.h"
#include "objects/scheduling.h"
#include "rules/template.h"

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

/* Volumes of the claims come first and take the place of the pod's volumes of the same name. Upstream has the
 * claims in the random order of a map; here it is that of their templates. */
void ro_apply_volumes(struct ro_apply *a, struct ro_edit *pod, struct rollout_str name)
{
    const struct rollout_node *templates = ro_apply_claim_templates(a);
    struct ro_edit *spec = ro_edit_need_object(&a->arena, pod, "spec");
    struct ro_edit *old = ro_edit_get(spec, "volumes"), *volumes = ro_edit_array(&a->arena), *next;

    if (!templates)
        return;
    for (const struct rollout_node *t = ro_first(templates); t != ro_end(templates); t = ro_next(t)) {
        struct rollout_str template_name = ro_text(ro_dig(t, "metadata", "name", NULL));
        struct ro_edit *volume = ro_edit_object(&a->arena), *source = ro_edit_object(&a->arena);
        ro_edit_set_text(&a->arena, volume, RO_STR("name"), template_name);
        ro_edit_set_text(&a->arena, source, RO_STR("claimName"), ro_apply_join(a, template_name, name));
        ro_edit_set(volume, RO_STR("persistentVolumeClaim"), source);
        ro_edit_append(volumes, volume);
    }
    for (struct ro_edit *v = old ? old->first : NULL; v; v = next) {
        next = v->next;
        if (!ro_apply_claim_template(a, ro_edit_get_text(v, "name")))
            ro_edit_append(volumes, v);
    }
    ro_edit_set(spec, RO_STR("volumes"), volumes);
}

static bool has_readiness_gate(struct ro_edit *pod)
{
    struct ro_edit *gates = ro_edit_get(ro_edit_get(pod, "spec"), "readinessGates");

    for (struct ro_edit *gate = gates ? gates->first : NULL; gate; gate = gate->next)
        if (ro_str_eq(ro_edit_get_text(gate, "conditionType"), RO_STR(RO_READY_TYPE)))
            return true;
    return false;
}

void ro_apply_readiness_gate(struct ro_apply *a, struct ro_edit *pod)
{
    struct ro_edit *spec = ro_edit_need_object(&a->arena, pod, "spec");
    struct ro_edit *gates = ro_edit_need_array(&a->arena, spec, "readinessGates");
    struct ro_edit *gate = ro_edit_object(&a->arena);

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

struct ro_edit *ro_apply_new_pod(struct ro_apply *a, const struct rollout_node *template, uint32_t place,
                                 struct rollout_str name, struct rollout_str state)
{
    struct ro_edit *pod = ro_edit_object(&a->arena), *metadata = ro_edit_object(&a->arena);
    struct ro_edit *owners = ro_edit_array(&a->arena);

    ro_edit_set_text(&a->arena, pod, RO_STR("apiVersion"), RO_STR("v1"));
    ro_edit_set_text(&a->arena, pod, RO_STR("kind"), RO_STR("Pod"));
    ro_edit_set(pod, RO_STR("metadata"), metadata);
    if (name.data)
        ro_edit_set_text(&a->arena, metadata, RO_STR("name"), name);
    ro_edit_set_text(&a->arena, metadata, RO_STR("generateName"), ro_apply_join(a, a->kind.name, RO_STR("")));
    ro_apply_namespace(a, pod);
    copy_metadata(a, metadata, template, "labels");
    if (place != ROLLOUT_NONE)
        ro_apply_revision_labels(a, pod, place);
    copy_metadata(a, metadata, template, "annotations");
    if (state.data)
        ro_apply_state(a, pod, state);
    ro_edit_append(owners, ro_apply_controller(a));
    ro_edit_set(metadata, RO_STR("ownerReferences"), owners);
    copy_metadata(a, metadata, template, "finalizers");
    ro_edit_set(pod, RO_STR("spec"), ro_edit_copy(&a->arena, ro_get(template, "spec")));
    return pod;
}

static int create_clones(struct ro_apply *a, const struct rollout_node *template, uint32_t place)
{
    struct rollout_str *ids = NULL;
    size_t count = 0;
    int r = collect_ids(a, &ids, &count);

    if (r != ROLLOUT_OK || ro_apply_make(a, count) != ROLLOUT_OK)
        return r;
    for (size_t i = 0; i < count; i++) {
        struct rollout_str name = ro_apply_join(a, a->kind.name, ids[i]);
        a->made[i] = ro_apply_new_pod(a, template, place, name, RO_STR("PreparingNormal"));
        ro_apply_label(a, a->made[i], RO_INSTANCE_ID, ids[i]);
        if (!has_readiness_gate(a->made[i]))
            ro_apply_readiness_gate(a, a->made[i]);
        ro_apply_volumes(a, a->made[i], name);
    }
    return ROLLOUT_OK;
}

/* A revision's data is raw to the API: whether it makes a pod shows only now. */
static int check_pod(struct ro_apply *a, const struct rollout_tree *pod)
{
    struct rollout_pod facts;
    struct rollout_in_place in_place;
    struct rollout_scheduling scheduling;
    int r = rollout_pod_from_object(pod, a->world->workload, sizeof facts, &facts, &in_place, a->reterr);

    if (r == ROLLOUT_OK && a->world->workload->daemonset) { /* what was added must have had a place there */
        struct ro_decoder d = { .reterr = a->reterr };
        struct ro_at root = ro_at_root(pod->nodes), spec = ro_at_object(&d, &root, "spec");
        ro_scheduling_decode(&d, &a->arena, &spec, &scheduling);
        r = d.code;
    }
    return r;
}

/* The others are like the first one. */
static int check_made(struct ro_apply *a, int r)
{
    if (r != ROLLOUT_OK || a->made_count == 0 || a->arena.failed)
        return r;
    struct rollout_tree pod = ro_edit_flatten(&a->arena, a->made[0]);
    return pod.count ? check_pod(a, &pod) : ROLLOUT_OK;
}

int ro_apply_create(struct ro_apply *a)
{
    if (a->world->workload->replicaset)
        return check_made(a, ro_apply_create_replicas(a));
    const struct rollout_workload *workload = a->world->workload;
    struct rollout_str revision = ro_apply_text(a, ROLLOUT_ATTR_REVISION);
    struct ro_template template;
    if (workload->broadcastjob)
        return ro_apply_create_for_job(a);
    uint32_t place = ro_apply_revision(a, revision);

    if (place == ROLLOUT_NONE)
        return ROLLOUT_ERR_INVALID;
    if (!ro_template_find(a->world->revision_objects[place].nodes, &template))
        return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "data.spec.template",
                        "data.spec.template: revision %.*s has no pod template", (int)revision.len, revision.data);
    int r = workload->statefulset ? ro_apply_create_at_ordinal(a, template.root, place)
            : workload->daemonset ? ro_apply_create_on_node(a, template.root, place)
                                  : create_clones(a, template.root, place);
    return check_made(a, r);
}

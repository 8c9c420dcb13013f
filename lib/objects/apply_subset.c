/* SPDX-License-Identifier: Apache-2.0 */
/* A UnitedDeployment's children: made from its template, and written anew from it. Source: uniteddeployment.md 1, 2, 4.2
 * and 5. */
#include "base/error.h"
#include "base/tree.h"
#include "objects/apply.h"
#include "objects/strategic_merge.h"
#include "objects/subset.h"
#include "objects/uniteddeployment.h"

/* ---- the template's parts ---- */

/* The subset of this name, as it stands in the spec; NULL. */
static const struct rollout_node *subset_of(const struct ro_apply *a, struct rollout_str name)
{
    const struct rollout_node *list = ro_dig(a->world->workload_object.nodes, "spec", "topology", "subsets", NULL);
    if (ro_is(list, ROLLOUT_NODE_ARRAY))
        for (const struct rollout_node *c = ro_first(list); c != ro_end(list); c = ro_next(c))
            if (ro_str_eq(ro_text(ro_get(c, "name")), name))
                return c;
    return NULL;
}

static const struct rollout_node *child_template(const struct ro_apply *a)
{
    const char *key = ro_child_template_key(a->world->workload->uniteddeployment->child_kind);
    return key ? ro_dig(a->world->workload_object.nodes, "spec", "template", key, NULL) : NULL;
}

/* Puts the members of a map in, over those that are there. */
static void add_members(struct ro_apply *a, struct ro_edit *map, const struct rollout_node *members)
{
    if (ro_is(members, ROLLOUT_NODE_OBJECT))
        for (const struct rollout_node *c = ro_first(members); c != ro_end(members); c = ro_next(c))
            ro_edit_set(map, c->key, ro_edit_copy(&a->arena, c));
}

/* Labels that tell child and pods whose they are. */
static void label_subset(struct ro_apply *a, struct ro_edit *object, struct rollout_str subset)
{
    ro_apply_label(a, object, RO_SUBSET_LABEL, subset);
    ro_apply_label(a, object, RO_SUBSET_REVISION_LABEL, ro_apply_text(a, ROLLOUT_ATTR_REVISION));
}

/* ---- the pod template ---- */

/* Every term of the template's own affinity is narrowed; matchFields of the subset's term are ignored. */
static void require_nodes(struct ro_apply *a, struct ro_edit *pod_spec, const struct rollout_node *subset)
{
    const struct rollout_node *expressions = ro_dig(subset, "nodeSelectorTerm", "matchExpressions", NULL);
    if (!ro_is(expressions, ROLLOUT_NODE_ARRAY))
        return;
    struct ro_edit *affinity = ro_edit_need_object(&a->arena, pod_spec, "affinity");
    struct ro_edit *node = ro_edit_need_object(&a->arena, affinity, "nodeAffinity");
    struct ro_edit *required = ro_edit_need_object(&a->arena, node, "requiredDuringSchedulingIgnoredDuringExecution");
    struct ro_edit *terms = ro_edit_need_array(&a->arena, required, "nodeSelectorTerms");
    if (terms && !terms->first)
        ro_edit_append(terms, ro_edit_object(&a->arena));
    for (struct ro_edit *term = terms ? terms->first : NULL; term; term = term->next) {
        struct ro_edit *list = ro_edit_need_array(&a->arena, term, "matchExpressions");
        for (const struct rollout_node *c = ro_first(expressions); c != ro_end(expressions); c = ro_next(c))
            ro_edit_append(list, ro_edit_copy(&a->arena, c));
    }
}

static void tolerate(struct ro_apply *a, struct ro_edit *pod_spec, const struct rollout_node *subset)
{
    const struct rollout_node *list = ro_get(subset, "tolerations");
    if (!ro_is(list, ROLLOUT_NODE_ARRAY) || ro_count(list) == 0)
        return;
    struct ro_edit *tolerations = ro_edit_need_array(&a->arena, pod_spec, "tolerations");
    for (const struct rollout_node *c = ro_first(list); c != ro_end(list); c = ro_next(c))
        ro_edit_append(tolerations, ro_edit_copy(&a->arena, c));
}

/* The patch comes last. */
static int make_pod_template(struct ro_apply *a, struct ro_edit *spec, const struct rollout_node *subset,
                             struct rollout_str name)
{
    struct ro_edit *template = ro_edit_need_object(&a->arena, spec, "template");
    struct ro_edit *pod_spec = ro_edit_need_object(&a->arena, template, "spec");
    struct rollout_str key;
    label_subset(a, template, name);
    require_nodes(a, pod_spec, subset);
    tolerate(a, pod_spec, subset);
    if (ro_strategic_merge(&a->arena, template, ro_get(subset, "patch"), &key))
        return ROLLOUT_OK;
    return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "patch", "patch: subset %.*s: %.*s does not fit the template",
                    (int)name.len, name.data ? name.data : "", (int)key.len, key.data ? key.data : "");
}

/* ---- the child ---- */

static void set_strategy(struct ro_apply *a, struct ro_edit *spec)
{
    const struct rollout_attr *partition = ro_apply_attr(a, ROLLOUT_ATTR_PARTITION);
    const struct rollout_attr *unavailable = ro_apply_attr(a, ROLLOUT_ATTR_MAX_UNAVAILABLE);
    bool deployment = a->world->workload->uniteddeployment->child_kind == ROLLOUT_CHILD_DEPLOYMENT;
    if (!partition && !unavailable)
        return;
    struct ro_edit *strategy = ro_edit_need_object(&a->arena, spec, deployment ? "strategy" : "updateStrategy");
    struct ro_edit *rolling = ro_edit_need_object(&a->arena, strategy, "rollingUpdate");
    if (partition)
        ro_edit_set(rolling, RO_STR("partition"), ro_edit_integer(&a->arena, partition->value));
    if (unavailable)
        ro_edit_set(rolling, RO_STR("maxUnavailable"), ro_edit_integer(&a->arena, unavailable->value));
}

static int write_child(struct ro_apply *a, struct ro_edit *child)
{
    const struct rollout_uniteddeployment *deployment = a->world->workload->uniteddeployment;
    struct rollout_str name = ro_apply_text(a, ROLLOUT_ATTR_SUBSET);
    const struct rollout_node *subset = subset_of(a, name), *template = child_template(a);
    const struct rollout_attr *replicas = ro_apply_attr(a, ROLLOUT_ATTR_REPLICAS);
    const struct rollout_node *selector = ro_dig(a->world->workload_object.nodes, "spec", "selector", NULL);
    if (!subset || !template || !replicas || a->action->subject >= deployment->subset_count)
        return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "subset", "subset: %.*s is not in the spec", (int)name.len,
                        name.data ? name.data : "");

    struct ro_edit *metadata = ro_edit_need_object(&a->arena, child, "metadata");
    add_members(a, ro_edit_need_object(&a->arena, metadata, "labels"), ro_dig(template, "metadata", "labels", NULL));
    add_members(a, ro_edit_need_object(&a->arena, metadata, "labels"), ro_get(selector, "matchLabels"));
    label_subset(a, child, name);
    add_members(a, ro_edit_need_object(&a->arena, metadata, "annotations"),
                ro_dig(template, "metadata", "annotations", NULL));
    struct rollout_str patch = deployment->subsets[a->action->subject].patch;
    ro_apply_annotation(a, child, RO_SUBSET_PATCH, ro_edit_text(&a->arena, patch.data ? patch : RO_STR("")));

    const struct rollout_node *given = ro_get(template, "spec");
    struct ro_edit *spec = given ? ro_edit_copy(&a->arena, given) : ro_edit_object(&a->arena);
    ro_edit_set(spec, RO_STR("replicas"), ro_edit_integer(&a->arena, replicas->value));
    ro_edit_set(spec, RO_STR("selector"), selector ? ro_edit_copy(&a->arena, selector) : ro_edit_object(&a->arena));
    struct ro_edit *labels = ro_edit_need_object(&a->arena, ro_edit_get(spec, "selector"), "matchLabels");
    ro_edit_set_text(&a->arena, labels, RO_STR(RO_SUBSET_LABEL), name);
    set_strategy(a, spec);
    ro_edit_set(child, RO_STR("spec"), spec);
    return make_pod_template(a, spec, subset, name);
}

int ro_apply_update_subset(struct ro_apply *a)
{
    return write_child(a, a->object);
}

int ro_apply_create_subset(struct ro_apply *a)
{
    if (!a->world->workload->uniteddeployment)
        return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "plan.actions",
                        "plan.actions: only a UnitedDeployment has subsets");
    uint32_t kind = a->world->workload->uniteddeployment->child_kind;
    struct rollout_str subset = ro_apply_text(a, ROLLOUT_ATTR_SUBSET);
    struct rollout_str text =
        kind == ROLLOUT_CHILD_ADVANCED_STATEFULSET ? RO_STR("StatefulSet") : ro_apply_text(a, ROLLOUT_ATTR_KIND);
    if (a->ids->count > 1)
        return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "ids", "ids: %u given, at most 1 needed", a->ids->count);
    if (ro_apply_make(a, 1) != ROLLOUT_OK)
        return ROLLOUT_OK;
    struct ro_edit *child = ro_edit_object(&a->arena), *metadata = ro_edit_object(&a->arena);
    struct ro_edit *owners = ro_edit_array(&a->arena);
    ro_edit_set_text(&a->arena, child, RO_STR("apiVersion"), ro_child_api_version(kind));
    ro_edit_set_text(&a->arena, child, RO_STR("kind"), text);
    ro_edit_set(child, RO_STR("metadata"), metadata);
    struct rollout_str prefix = ro_apply_join(a, a->kind.name, subset);
    if (a->ids->count == 1)
        ro_edit_set_text(&a->arena, metadata, RO_STR("name"), ro_apply_join(a, prefix, *ro_strs_at(a->ids, 0)));
    ro_edit_set_text(&a->arena, metadata, RO_STR("generateName"), ro_apply_join(a, prefix, RO_STR("")));
    ro_apply_namespace(a, child);
    ro_edit_append(owners, ro_apply_controller(a));
    ro_edit_set(metadata, RO_STR("ownerReferences"), owners);
    a->made[0] = child;
    return write_child(a, child);
}

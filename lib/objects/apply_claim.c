/* SPDX-License-Identifier: Apache-2.0 */
/* New claims, and larger ones. Source: cloneset.md 5.3, statefulset.md 11.1 and 11.3. */
#include "base/error.h"
#include "base/tree.h"
#include "objects/apply.h"
#include "rules/ordinal.h"

const struct rollout_node *ro_apply_template_of_claim(const struct ro_apply *a, struct rollout_str claim,
                                                      struct rollout_str *ret_pod)
{
    const struct rollout_node *templates = ro_apply_claim_templates(a);
    struct rollout_str prefix;
    int32_t ordinal;

    if (!templates || !ro_claim_name_split(claim, &prefix, &ordinal))
        return NULL;
    for (const struct rollout_node *t = ro_first(templates); t != ro_end(templates); t = ro_next(t)) {
        struct rollout_str name = ro_text(ro_dig(t, "metadata", "name", NULL));
        if (ro_claim_name_is(claim, name, a->kind.name, ordinal)) {
            *ret_pod = (struct rollout_str){ claim.data + name.len + 1, claim.len - name.len - 1 };
            return t;
        }
    }
    return NULL;
}

/* The id that the name of a CloneSet's claim ends with. False where the name is not that of a claim of this
 * template. */
static bool id_of_claim(struct ro_apply *a, struct rollout_str template_name, struct rollout_str claim,
                        struct rollout_str *ret)
{
    struct rollout_str prefix = ro_apply_join(a, ro_apply_join(a, template_name, a->kind.name), RO_STR(""));

    if (!prefix.data || !ro_str_starts(claim, prefix) || claim.len == prefix.len)
        return false;
    *ret = (struct rollout_str){ claim.data + prefix.len, claim.len - prefix.len };
    return true;
}

/* The claim's name and, of a CloneSet's, the instance id: that of the action, or drawn by the driver. */
static int name_claim(struct ro_apply *a, const struct rollout_node *template, struct rollout_str *ret_claim,
                      struct rollout_str *ret_id)
{
    struct rollout_str claim = ro_apply_text(a, ROLLOUT_ATTR_CLAIM), pod;
    struct rollout_str template_name = ro_text(ro_dig(template, "metadata", "name", NULL));
    bool clone = a->world->workload->cloneset != NULL;

    if (claim.data || !clone) {
        if (clone ? !id_of_claim(a, template_name, claim, ret_id)
                  : ro_apply_template_of_claim(a, claim, &pod) != template)
            return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "claim", "claim: %.*s is not a name of template %.*s",
                            (int)claim.len, claim.data ? claim.data : "", (int)template_name.len, template_name.data);
        *ret_claim = claim;
        return ROLLOUT_OK;
    }
    if (a->ids->count != 1 || ro_strs_at(a->ids, 0)->len == 0)
        return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "ids", "ids: %u given, 1 needed", a->ids->count);
    *ret_id = *ro_strs_at(a->ids, 0);
    *ret_claim = ro_apply_join(a, ro_apply_join(a, template_name, a->kind.name), *ret_id);
    return ROLLOUT_OK;
}

/* A CloneSet owns its claims from the start; a StatefulSet's get their owners by actions of their own. */
int ro_apply_create_claim(struct ro_apply *a)
{
    const struct rollout_node *selector =
        ro_dig(a->world->workload_object.nodes, "spec", "selector", "matchLabels", NULL);
    struct rollout_str name = ro_apply_text(a, ROLLOUT_ATTR_TEMPLATE), claim, id = { 0 };
    const struct rollout_node *template = ro_apply_claim_template(a, name);

    if (!template)
        return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "spec.volumeClaimTemplates",
                        "spec.volumeClaimTemplates: there is no template %.*s", (int)name.len,
                        name.data ? name.data : "");
    int r = name_claim(a, template, &claim, &id);
    if (r != ROLLOUT_OK)
        return r;

    struct ro_edit *object = ro_edit_object(&a->arena), *copy = ro_edit_copy(&a->arena, template), *next;
    ro_edit_set_text(&a->arena, object, RO_STR("apiVersion"), RO_STR("v1"));
    ro_edit_set_text(&a->arena, object, RO_STR("kind"), RO_STR("PersistentVolumeClaim"));
    for (struct ro_edit *m = copy ? copy->first : NULL; m; m = next) {
        next = m->next;
        ro_edit_set(object, m->node.key, m);
    }
    struct ro_edit *metadata = ro_edit_need_object(&a->arena, object, "metadata");
    ro_edit_set_text(&a->arena, metadata, RO_STR("name"), claim);
    ro_apply_namespace(a, object);
    if (ro_is(selector, ROLLOUT_NODE_OBJECT))
        for (const struct rollout_node *l = ro_first(selector); l != ro_end(selector); l = ro_next(l))
            ro_edit_set_text(&a->arena, ro_edit_need_object(&a->arena, metadata, "labels"), l->key, ro_text(l));
    if (a->world->workload->cloneset) {
        ro_apply_label(a, object, RO_INSTANCE_ID, id);
        ro_edit_append(ro_edit_need_array(&a->arena, metadata, "ownerReferences"), ro_apply_controller(a));
    }
    if (ro_apply_make(a, 1) == ROLLOUT_OK)
        a->made[0] = object;
    return ROLLOUT_OK;
}

/* The annotation lets events of the claim wake the set. */
int ro_apply_resize_claim(struct ro_apply *a)
{
    struct rollout_str claim = ro_edit_get_text(ro_edit_get(a->object, "metadata"), "name"), pod;
    const struct rollout_node *template = ro_apply_template_of_claim(a, claim, &pod);
    const struct rollout_node *resources = template ? ro_dig(template, "spec", "resources", NULL) : NULL;

    if (!resources)
        return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "spec.volumeClaimTemplates",
                        "spec.volumeClaimTemplates: none has resources for claim %.*s", (int)claim.len,
                        claim.data ? claim.data : "");
    ro_apply_annotation(a, a->object, "apps.kruise.io/owned-by-asts", ro_edit_text(&a->arena, a->kind.name));
    ro_edit_set(ro_edit_need_object(&a->arena, a->object, "spec"), RO_STR("resources"),
                ro_edit_copy(&a->arena, resources));
    return ROLLOUT_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A StatefulSet's pods: new ones, and what makes one the pod of its ordinal. Source: statefulset.md 2.3, 2.4, 6.1
 * and 11.1. */
#include "base/error.h"
#include "base/tree.h"
#include "objects/apply.h"
#include "rules/ordinal.h"

static void set_identity(struct ro_apply *a, struct ro_edit *pod, struct rollout_str name, int32_t ordinal)
{
    ro_edit_set_text(&a->arena, ro_edit_need_object(&a->arena, pod, "metadata"), RO_STR("name"), name);
    ro_apply_namespace(a, pod);
    ro_apply_label(a, pod, "statefulset.kubernetes.io/pod-name", name);
    if (a->gates.on[ROLLOUT_GATE_POD_INDEX_LABEL])
        ro_apply_label(a, pod, "apps.kubernetes.io/pod-index", ro_arena_printf(&a->arena, "%d", (int)ordinal));
}

int ro_apply_create_at_ordinal(struct ro_apply *a, const struct rollout_node *template, uint32_t place)
{
    struct rollout_str name = ro_apply_text(a, ROLLOUT_ATTR_NAME), parent;
    struct rollout_str service = ro_text(ro_dig(a->world->workload_object.nodes, "spec", "serviceName", NULL));
    int32_t ordinal = ro_ordinal_of(name, &parent);

    if (ordinal < 0 || !ro_str_eq(parent, a->kind.name))
        return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "name", "name: \"%.*s\" is no pod of the set", (int)name.len,
                        name.data ? name.data : "");
    if (a->ids->count > 0)
        return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "ids", "ids: %u given, 0 needed", a->ids->count);
    if (ro_apply_make(a, 1) != ROLLOUT_OK)
        return ROLLOUT_OK;
    struct ro_edit *pod = ro_apply_new_pod(a, template, place, name, ro_apply_text(a, ROLLOUT_ATTR_STATE));
    struct ro_edit *spec = ro_edit_need_object(&a->arena, pod, "spec");
    set_identity(a, pod, name, ordinal);
    ro_edit_set_text(&a->arena, spec, RO_STR("hostname"), name);
    ro_edit_remove(spec, RO_STR("subdomain"));
    if (service.len > 0)
        ro_edit_set_text(&a->arena, spec, RO_STR("subdomain"), service);
    ro_apply_volumes(a, pod, name);
    a->made[0] = pod;
    return ROLLOUT_OK;
}

int ro_apply_repair(struct ro_apply *a)
{
    struct rollout_str detail = ro_apply_text(a, ROLLOUT_ATTR_DETAIL), parent;
    struct rollout_str name = ro_edit_get_text(ro_edit_get(a->object, "metadata"), "name");
    int32_t ordinal = ro_ordinal_of(name, &parent);
    bool both = ro_str_eq(detail, RO_STR("identity+storage"));
    bool identity = both || ro_str_eq(detail, RO_STR("identity")),
         storage = both || ro_str_eq(detail, RO_STR("storage"));

    if (!identity && !storage)
        return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "detail",
                        "detail: \"%.*s\" is none of identity, storage, identity+storage", (int)detail.len,
                        detail.data ? detail.data : "");
    if (ordinal < 0)
        return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "metadata.name", "metadata.name: \"%.*s\" has no ordinal",
                        (int)name.len, name.data ? name.data : "");
    /* "web-01" becomes "web-1", which the API server does not take: upstream fails there too */
    name = ro_apply_join(a, a->kind.name, ro_arena_printf(&a->arena, "%d", (int)ordinal));
    if (identity)
        set_identity(a, a->object, name, ordinal);
    if (storage)
        ro_apply_volumes(a, a->object, name);
    return ROLLOUT_OK;
}

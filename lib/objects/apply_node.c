/* SPDX-License-Identifier: Apache-2.0 */
/* New pods of a DaemonSet and of a BroadcastJob, each bound to its node. Source: daemonset.md 3 and 8, broadcastjob.md 2. */
#include "base/error.h"
#include "base/tree.h"
#include "objects/apply.h"
#include "objects/scheduling.h"

/* Tolerates the taint for ever. One that says so for a time only is changed, so that it stands at its place. */
static void tolerate(struct ro_apply *a, struct ro_edit *list, struct rollout_str key, struct rollout_str effect)
{
    bool there = false;

    for (struct ro_edit *t = list ? list->first : NULL; t; t = t->next) {
        if (!ro_str_eq(ro_edit_get_text(t, "key"), key) || !ro_str_eq(ro_edit_get_text(t, "effect"), effect) ||
            !ro_str_eq(ro_edit_get_text(t, "operator"), RO_STR("Exists")) || ro_edit_get_text(t, "value").len > 0)
            continue;
        ro_edit_remove(t, RO_STR("tolerationSeconds"));
        there = true;
    }
    if (there)
        return;
    struct ro_edit *toleration = ro_edit_object(&a->arena);
    ro_edit_set_text(&a->arena, toleration, RO_STR("key"), key);
    ro_edit_set_text(&a->arena, toleration, RO_STR("operator"), RO_STR("Exists"));
    ro_edit_set_text(&a->arena, toleration, RO_STR("effect"), effect);
    ro_edit_append(list, toleration);
}

static void add_tolerations(struct ro_apply *a, struct ro_edit *spec)
{
    struct ro_edit *list = ro_edit_need_array(&a->arena, spec, "tolerations");
    struct ro_edit *host_network = ro_edit_get(spec, "hostNetwork");

    tolerate(a, list, RO_STR("node.kubernetes.io/not-ready"), RO_STR("NoExecute"));
    tolerate(a, list, RO_STR("node.kubernetes.io/unreachable"), RO_STR("NoExecute"));
    tolerate(a, list, RO_STR("node.kubernetes.io/disk-pressure"), RO_STR("NoSchedule"));
    tolerate(a, list, RO_STR("node.kubernetes.io/memory-pressure"), RO_STR("NoSchedule"));
    tolerate(a, list, RO_STR("node.kubernetes.io/pid-pressure"), RO_STR("NoSchedule"));
    tolerate(a, list, RO_STR("node.kubernetes.io/unschedulable"), RO_STR("NoSchedule"));
    if (host_network && host_network->node.kind == ROLLOUT_NODE_BOOL && host_network->node.integer)
        tolerate(a, list, RO_STR("node.kubernetes.io/network-unavailable"), RO_STR("NoSchedule"));
}

/* The node of the action, and the name that the pod gets where the caller has drawn an id; absent: the API makes one. */
static int read_name(struct ro_apply *a, struct rollout_str *ret_node, struct rollout_str *ret_name)
{
    *ret_node = ro_apply_text(a, ROLLOUT_ATTR_NODE);
    *ret_name = (struct rollout_str){ 0 };
    if (ret_node->len == 0)
        return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "node", "node: the action names none");
    if (a->ids->count > 1)
        return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "ids", "ids: %u given, at most 1 needed", a->ids->count);
    if (a->ids->count == 1) {
        if (ro_strs_at(a->ids, 0)->len == 0)
            return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "ids", "ids: \"\" is no id");
        *ret_name = ro_apply_join(a, a->kind.name, *ro_strs_at(a->ids, 0));
    }
    return ROLLOUT_OK;
}

int ro_apply_create_on_node(struct ro_apply *a, const struct rollout_node *template, uint32_t place)
{
    const struct rollout_daemonset *set = a->world->workload->daemonset;
    struct rollout_str node, name;
    bool in_place = set->update_type == ROLLOUT_UPDATE_ROLLING && (set->flags & ROLLOUT_DAEMONSET_ROLLING_UPDATE) &&
                    set->pod_update_policy == ROLLOUT_POLICY_IN_PLACE_IF_POSSIBLE;

    int r = read_name(a, &node, &name);
    if (r != ROLLOUT_OK)
        return r;
    if (ro_apply_make(a, 1) != ROLLOUT_OK)
        return ROLLOUT_OK;
    struct ro_edit *pod = ro_apply_new_pod(a, template, place, name, (struct rollout_str){ 0 });
    struct ro_edit *spec = ro_edit_need_object(&a->arena, pod, "spec");
    if (set->template_generation.data)
        ro_apply_label(a, pod, "pod-template-generation", set->template_generation);
    add_tolerations(a, spec);
    if (in_place)
        ro_apply_readiness_gate(a, pod);
    ro_require_node(&a->arena, spec, node);
    a->made[0] = pod;
    return ROLLOUT_OK;
}

int ro_apply_create_for_job(struct ro_apply *a)
{
    const struct rollout_node *template = ro_dig(a->world->workload_object.nodes, "spec", "template", NULL);
    struct rollout_str node, name;
    int r = read_name(a, &node, &name);

    if (r != ROLLOUT_OK || ro_apply_make(a, 1) != ROLLOUT_OK)
        return r;
    struct ro_edit *pod = ro_apply_new_pod(a, template, ROLLOUT_NONE, name, (struct rollout_str){ 0 });
    ro_apply_label(a, pod, "broadcastjob-name", a->kind.name);
    ro_apply_label(a, pod, "broadcastjob-controller-uid", a->uid);
    struct ro_edit *spec = ro_edit_need_object(&a->arena, pod, "spec");
    if (a->gates.on[ROLLOUT_GATE_ASSIGN_BCJ_PODS_BY_SCHEDULER])
        ro_require_node(&a->arena, spec, node);
    else
        ro_edit_set_text(&a->arena, spec, RO_STR("nodeName"), node);
    a->made[0] = pod;
    return ROLLOUT_OK;
}

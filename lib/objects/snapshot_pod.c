/* SPDX-License-Identifier: Apache-2.0 */
/* Pods from facts. */
#include <inttypes.h>

#include "base/tree.h"
#include "objects/conditions.h"
#include "objects/in_place_state.h"
#include "objects/owner.h"
#include "objects/pod.h"
#include "objects/scheduling.h"
#include "objects/snapshot_object.h"
#include "objects/storage.h"

static void check_pod(struct ro_snapshot_writer *w, const struct rollout_pod *pod, size_t i)
{
    struct ro_path list = ro_path_member(NULL, "pods"), place = ro_path_element(&list, i);

    w->check.code = ro_pod_check(pod, i, w->check.reterr);
    ro_check_labels(&w->check, &place, "labels", &pod->labels);
    ro_check_strs(&w->check, &place, "finalizers", &pod->finalizers);
}

static void write_metadata(struct ro_snapshot_writer *w, struct ro_edit *metadata, const struct rollout_pod *pod)
{
    struct ro_owner owner = ro_write_pod_owner(w, pod);
    struct ro_edit *owners = ro_edit_array(&w->arena);

    ro_write_member(w, metadata, RO_STR("namespace"), pod->namespace_);
    ro_write_member(w, metadata, RO_STR("uid"), pod->uid);
    ro_write_instant(w, metadata, RO_STR("creationTimestamp"), pod->created_ms);
    if (pod->flags & ROLLOUT_POD_TERMINATING)
        ro_edit_set_text(&w->arena, metadata, RO_STR("deletionTimestamp"), w->now);
    ro_write_map(w, metadata, RO_STR("labels"), &pod->labels);
    if (pod->deletion_cost != 0)
        ro_edit_set_text(&w->arena, ro_edit_need_object(&w->arena, metadata, "annotations"),
                         RO_STR("controller.kubernetes.io/pod-deletion-cost"),
                         ro_arena_printf(&w->arena, "%" PRId32, pod->deletion_cost));
    ro_edit_append(owners, ro_owner_reference(&w->arena, &owner, true));
    ro_edit_set(metadata, RO_STR("ownerReferences"), owners);
    ro_write_list(w, metadata, RO_STR("finalizers"), &pod->finalizers);
}

static void add_gate(struct ro_snapshot_writer *w, struct ro_edit *spec, struct rollout_str type)
{
    struct ro_edit *gate = ro_edit_object(&w->arena);

    ro_edit_set_text(&w->arena, gate, RO_STR("conditionType"), type);
    ro_edit_append(ro_edit_need_array(&w->arena, spec, "readinessGates"), gate);
}

/* The volumes of a StatefulSet's claims, which only the pod's own name can name. */
static void write_volumes(struct ro_snapshot_writer *w, struct ro_edit *spec, const struct rollout_pod *pod)
{
    const struct rollout_statefulset *set = w->workload.statefulset;

    if (!set || (pod->flags & ROLLOUT_POD_STORAGE_MISMATCH))
        return;
    for (size_t i = 0; i < set->claim_template_count; i++) {
        struct ro_edit *volume = ro_edit_object(&w->arena), *source = ro_edit_object(&w->arena);
        ro_edit_set_text(&w->arena, volume, RO_STR("name"), set->claim_templates[i].name);
        ro_edit_set_text(&w->arena, source, RO_STR("claimName"),
                         ro_storage_claim_name(&w->arena, set->claim_templates[i].name, set->name, pod->name));
        ro_edit_set(volume, RO_STR("persistentVolumeClaim"), source);
        ro_edit_append(ro_edit_need_array(&w->arena, spec, "volumes"), volume);
    }
}

/* A sidecar tells its restarts from those of other init containers. */
static void write_sidecar(struct ro_snapshot_writer *w, struct ro_edit *spec, struct ro_edit *status, int32_t restarts)
{
    struct ro_edit *container = ro_edit_object(&w->arena), *entry = ro_edit_object(&w->arena);

    if (restarts == 0)
        return;
    ro_edit_set_text(&w->arena, container, RO_STR("name"), RO_STR("sidecar"));
    ro_edit_set_text(&w->arena, container, RO_STR("restartPolicy"), RO_STR("Always"));
    ro_edit_append(ro_edit_need_array(&w->arena, spec, "initContainers"), container);
    ro_edit_set_text(&w->arena, entry, RO_STR("name"), RO_STR("sidecar"));
    ro_edit_set(entry, RO_STR("restartCount"), ro_edit_integer(&w->arena, restarts));
    ro_edit_append(ro_edit_need_array(&w->arena, status, "initContainerStatuses"), entry);
}

static struct ro_edit *add_condition(struct ro_snapshot_writer *w, struct ro_edit *status, struct rollout_str type,
                                     bool is_true)
{
    struct ro_edit *condition = ro_edit_object(&w->arena);

    ro_edit_set_text(&w->arena, condition, RO_STR("type"), type);
    ro_edit_set_text(&w->arena, condition, RO_STR("status"), is_true ? RO_STR("True") : RO_STR("False"));
    ro_edit_append(ro_edit_need_array(&w->arena, status, "conditions"), condition);
    return condition;
}

static void write_conditions(struct ro_snapshot_writer *w, struct ro_edit *status, const struct rollout_pod *pod)
{
    uint32_t flags = pod->flags;

    if ((flags & ROLLOUT_POD_READY) || pod->ready_since_ms != 0)
        ro_write_instant(w, add_condition(w, status, RO_STR("Ready"), flags & ROLLOUT_POD_READY),
                         RO_STR("lastTransitionTime"), pod->ready_since_ms);
    if (flags & ROLLOUT_POD_UNSCHEDULABLE)
        ro_edit_set_text(&w->arena, add_condition(w, status, RO_STR("PodScheduled"), false), RO_STR("reason"),
                         RO_STR("Unschedulable"));
    if (flags & ROLLOUT_POD_IN_PLACE_CONDITION) {
        struct ro_edit *c = add_condition(w, status, RO_STR(RO_READY_TYPE), flags & ROLLOUT_POD_IN_PLACE_TRUE);
        if (!(flags & ROLLOUT_POD_IN_PLACE_CLEAN))
            ro_edit_set_text(&w->arena, c, RO_STR("reason"), RO_STR(RO_STARTS_REASON));
    }
    if (flags & ROLLOUT_POD_KRUISE_CONDITION) {
        struct ro_edit *list = ro_edit_array(&w->arena);
        if (flags & ROLLOUT_POD_KEY_PRE_DELETE)
            ro_edit_append(list, ro_not_ready_entry(&w->arena, RO_STR("Lifecycle"), RO_STR("preDeleteHook")));
        if (flags & ROLLOUT_POD_KEY_PRE_UPDATE)
            ro_edit_append(list, ro_not_ready_entry(&w->arena, RO_STR("Lifecycle"), RO_STR("preUpdateHook")));
        struct ro_edit *c = add_condition(w, status, RO_STR(RO_KRUISE_READY_TYPE), list && !list->first);
        if (list && list->first)
            ro_edit_set(c, RO_STR("message"), ro_edit_json_text(&w->arena, list));
    }
}

/* A text that is no phase is not kept; that it is none is all that counts. */
static struct rollout_str phase_text(uint32_t phase)
{
    static const struct rollout_str other = { "Other", 5 };
    struct rollout_str text = ro_pod_phase_text(phase);

    return text.data || phase == ROLLOUT_PHASE_NONE ? text : other;
}

struct ro_edit *ro_write_pod(struct ro_snapshot_writer *w, size_t i)
{
    const struct rollout_pod *pod = (const void *)(w->facts->arrays.pods.items + i * w->facts->arrays.pods.stride);

    check_pod(w, pod, i);
    if (w->check.code != ROLLOUT_OK)
        return NULL;
    struct ro_edit *object = ro_write_object(w, RO_STR("v1"), RO_STR("Pod"), pod->name);
    struct ro_edit *spec = ro_edit_need_object(&w->arena, object, "spec");
    struct ro_edit *status = ro_edit_need_object(&w->arena, object, "status");
    write_metadata(w, ro_edit_get(object, "metadata"), pod);
    ro_write_member(w, spec, RO_STR("nodeName"), pod->node);
    if (pod->target_node.data)
        ro_require_node(&w->arena, spec, pod->target_node);
    if (pod->flags & ROLLOUT_POD_IN_PLACE_GATE)
        add_gate(w, spec, RO_STR(RO_READY_TYPE));
    if (pod->flags & ROLLOUT_POD_KRUISE_GATE)
        add_gate(w, spec, RO_STR(RO_KRUISE_READY_TYPE));
    write_volumes(w, spec, pod);
    ro_write_member(w, status, RO_STR("phase"), phase_text(pod->phase));
    write_conditions(w, status, pod);
    write_sidecar(w, spec, status, pod->sidecar_restarts);
    ro_write_in_place(w, object, pod);
    if (w->workload.broadcastjob)
        ro_write_job_pod(w, object, pod);
    if (w->workload.sidecarset)
        ro_write_sidecars(w, object, pod);
    return object;
}

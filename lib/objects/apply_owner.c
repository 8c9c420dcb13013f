/* SPDX-License-Identifier: Apache-2.0 */
/* Owner references: of what a workload makes, of claims, of pods that it lets go. Source: statefulset.md 11.2
 * and 14. */
#include "base/error.h"
#include "base/tree.h"
#include "objects/apply.h"
#include "objects/owner.h"

static struct ro_owner workload(const struct ro_apply *a)
{
    return (struct ro_owner){ a->kind.api_version, a->kind.kind, a->kind.name, a->uid };
}

struct ro_edit *ro_apply_controller(struct ro_apply *a)
{
    struct ro_owner owner = workload(a);

    return ro_owner_reference(&a->arena, &owner, true);
}

static bool has_uid(struct ro_edit *ref, struct rollout_str uid)
{
    return uid.len > 0 && ro_str_eq(ro_edit_get_text(ref, "uid"), uid);
}

static bool is_called(struct ro_edit *ref, const struct ro_owner *owner)
{
    return ro_str_eq(ro_edit_get_text(ref, "apiVersion"), owner->api_version) &&
           ro_str_eq(ro_edit_get_text(ref, "kind"), owner->kind) &&
           ro_str_eq(ro_edit_get_text(ref, "name"), owner->name);
}

/* OpenKruise tells owners by their uid, and leaves a reference that is as wanted. Kubernetes goes by what the
 * owner is called, and writes a reference anew, as a controller's. */
static void set_owner(struct ro_apply *a, struct ro_edit *refs, const struct ro_owner *owner, bool wanted)
{
    bool native = a->kind.native, there = false;

    for (struct ro_edit *ref = refs ? refs->first : NULL, *next; ref; ref = next) {
        bool same = native ? is_called(ref, owner) : has_uid(ref, owner->uid);
        next = ref->next;
        if (same && (native || !wanted))
            ro_edit_detach(ref);
        else
            there = there || same;
    }
    if (wanted && !there)
        ro_edit_append(refs, ro_owner_reference(&a->arena, owner, native));
}

static void drop_empty_references(struct ro_edit *metadata)
{
    struct ro_edit *refs = ro_edit_get(metadata, "ownerReferences");

    if (refs && !refs->first)
        ro_edit_remove(metadata, RO_STR("ownerReferences"));
}

static bool owns(const struct ro_apply *a, struct rollout_str kind)
{
    for (uint32_t i = 0; i < a->action->attr_count; i++) {
        const struct rollout_attr *attr = &a->plan->attrs[a->action->attr_first + i];
        if (attr->key == ROLLOUT_ATTR_OWNER && attr->text < a->plan->text_count &&
            ro_str_eq(a->plan->texts[attr->text], kind))
            return true;
    }
    return false;
}

/* The claim's pod: that of the action, or of the claim's name. */
static struct rollout_str pod_name(const struct ro_apply *a)
{
    struct rollout_str name = ro_apply_text(a, ROLLOUT_ATTR_POD);

    if (!name.data)
        ro_apply_template_of_claim(a, ro_edit_get_text(ro_edit_get(a->object, "metadata"), "name"), &name);
    return name;
}

/* Place of the pod of this name, ROLLOUT_NONE where the world does not have it. The planner may have said it. */
static uint32_t find_pod(const struct ro_apply *a, struct rollout_str name)
{
    const struct rollout_attr *attr = ro_apply_attr(a, ROLLOUT_ATTR_POD);
    const struct rollout_pod *pods = a->world->snapshot->pods.items;
    size_t count = a->world->pod_object_count;

    if (attr && attr->value > 0 && (uint64_t)attr->value <= count && ro_str_eq(pods[attr->value - 1].name, name))
        return (uint32_t)(attr->value - 1);
    for (size_t i = 0; i < count; i++)
        if (ro_str_eq(pods[i].name, name))
            return (uint32_t)i;
    return ROLLOUT_NONE;
}

/* Of the workload and the pod exactly those that the action names own the claim; other owners stay. */
int ro_apply_claim_owner(struct ro_apply *a)
{
    struct ro_owner set = workload(a), pod = { RO_STR("v1"), RO_STR("Pod"), pod_name(a), { 0 } };
    uint32_t place = find_pod(a, pod.name);
    struct ro_edit *metadata = ro_edit_need_object(&a->arena, a->object, "metadata");
    struct ro_edit *refs = ro_edit_need_array(&a->arena, metadata, "ownerReferences");

    if (place != ROLLOUT_NONE)
        pod.uid = ro_text(ro_dig(a->world->pod_objects[place].nodes, "metadata", "uid", NULL));
    else if (owns(a, pod.kind)) /* else a pod that is not there yet, and owns nothing */
        return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "pod", "pod: %.*s is not among the pods", (int)pod.name.len,
                        pod.name.data ? pod.name.data : "");
    set_owner(a, refs, &set, owns(a, set.kind));
    set_owner(a, refs, &pod, owns(a, pod.kind));
    drop_empty_references(metadata);
    return ROLLOUT_OK;
}

void ro_apply_release(struct ro_apply *a)
{
    struct ro_edit *metadata = ro_edit_get(a->object, "metadata"), *refs = ro_edit_get(metadata, "ownerReferences");

    for (struct ro_edit *ref = refs ? refs->first : NULL, *next; ref; ref = next) {
        next = ref->next;
        if (has_uid(ref, a->uid))
            ro_edit_detach(ref);
    }
    drop_empty_references(metadata);
}

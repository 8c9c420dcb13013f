/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/subset.h"

#include "base/json_text.h"
#include "base/names.h"
#include "base/sort.h"
#include "base/str.h"
#include "base/tree.h"

uint32_t ro_child_kind(struct rollout_str kind, struct rollout_str api_version)
{
    bool native = ro_str_eq(api_version, RO_STR("apps/v1"));
    bool kruise = ro_str_starts(api_version, RO_STR("apps.kruise.io/"));
    if (ro_str_eq(kind, RO_STR("StatefulSet")))
        return native ? ROLLOUT_CHILD_STATEFULSET : kruise ? ROLLOUT_CHILD_ADVANCED_STATEFULSET : 0;
    if (ro_str_eq(kind, RO_STR("CloneSet")))
        return kruise ? ROLLOUT_CHILD_CLONESET : 0;
    return ro_str_eq(kind, RO_STR("Deployment")) && native ? ROLLOUT_CHILD_DEPLOYMENT : 0;
}

struct rollout_str ro_child_kind_text(uint32_t child_kind)
{
    switch (child_kind) {
    case ROLLOUT_CHILD_STATEFULSET:
    case ROLLOUT_CHILD_ADVANCED_STATEFULSET:
        return RO_STR("StatefulSet");
    case ROLLOUT_CHILD_CLONESET:
        return RO_STR("CloneSet");
    case ROLLOUT_CHILD_DEPLOYMENT:
        return RO_STR("Deployment");
    default:
        return RO_STR("");
    }
}

struct rollout_str ro_child_api_version(uint32_t child_kind)
{
    bool native = child_kind == ROLLOUT_CHILD_STATEFULSET || child_kind == ROLLOUT_CHILD_DEPLOYMENT;
    return native ? RO_STR("apps/v1") : ro_child_kind_text(child_kind).len ? RO_STR("apps.kruise.io/v1beta1") : RO_STR("");
}

void ro_subset_decode(struct ro_decoder *d, const struct ro_at *object, uint32_t kind, struct rollout_subset *ret)
{
    struct ro_metadata metadata;
    ro_read_metadata(d, object, &metadata);
    struct ro_at spec = ro_at_object(d, object, "spec"), status = ro_at_object(d, object, "status");
    struct ro_at strategy = ro_at_object(d, &spec, "updateStrategy");
    struct ro_at rolling = ro_at_object(d, &strategy, "rollingUpdate");
    const struct rollout_str *subset = ro_labels_get(&metadata.labels, RO_STR(RO_SUBSET_LABEL));
    const struct rollout_str *revision = ro_labels_get(&metadata.labels, RO_STR(RO_SUBSET_REVISION_LABEL));
    *ret = (struct rollout_subset){
        .name = metadata.name,
        .subset = subset ? *subset : (struct rollout_str){ NULL, 0 },
        .revision = revision ? *revision : (struct rollout_str){ NULL, 0 },
        .patch = ro_text(ro_get(metadata.annotations, RO_SUBSET_PATCH)),
        .kind = kind,
        .flags = subset ? 0 : ROLLOUT_SUBSET_UNNAMED,
        .replicas = ro_read_int32(d, &spec, "replicas"),
        .status_replicas = ro_read_int32(d, &status, "replicas"),
        .ready_replicas = ro_read_int32(d, &status, "readyReplicas"),
    };
    struct rollout_str type =
        kind == ROLLOUT_CHILD_DEPLOYMENT ? (struct rollout_str){ NULL, 0 } : ro_read_text(d, &strategy, "type");
    if (kind == ROLLOUT_CHILD_STATEFULSET || kind == ROLLOUT_CHILD_ADVANCED_STATEFULSET) {
        struct rollout_opt partition = ro_read_opt(d, &rolling, "partition");
        if (partition.set)
            ret->partition = (struct rollout_intstr){ .kind = ROLLOUT_INTSTR_INT, .count = partition.value };
        if (ro_str_eq(type, RO_STR("OnDelete")))
            ret->flags |= ROLLOUT_SUBSET_ON_DELETE;
    } else if (kind == ROLLOUT_CHILD_CLONESET) {
        /* v1alpha1 has it in the strategy itself */
        struct rollout_str version = ro_text(ro_get(object->node, "apiVersion"));
        bool alpha = ro_str_eq(version, RO_STR("apps.kruise.io/v1alpha1"));
        ret->partition = ro_read_intstr(d, alpha ? &strategy : &rolling, "partition");
    }
}

/* ---- whose pod ---- */

static bool is_same_json(struct ro_arena *arena, struct rollout_str a, struct rollout_str b)
{
    struct rollout_tree x = ro_edit_flatten(arena, ro_edit_parse(arena, a));
    struct rollout_tree y = ro_edit_flatten(arena, ro_edit_parse(arena, b));
    return x.count && y.count && ro_equal(x.nodes, y.nodes);
}

void ro_subset_patches(struct ro_arena *arena, const struct rollout_uniteddeployment *spec,
                       struct rollout_subset *children, size_t count)
{
    struct rollout_str *texts = ro_arena_alloc(arena, spec->subset_count, sizeof(*texts));
    for (size_t i = 0; texts && i < spec->subset_count; i++)
        texts[i] = spec->subsets[i].name;
    struct ro_names names = ro_names_make(arena, texts, texts ? (uint32_t)spec->subset_count : 0);
    for (size_t i = 0; i < count; i++) {
        uint32_t k = ro_names_first(&names, children[i].subset);
        struct rollout_str patch = k == UINT32_MAX ? children[i].patch : spec->subsets[k].patch;
        if (patch.len && children[i].patch.len && !ro_str_eq(patch, children[i].patch) &&
            is_same_json(arena, patch, children[i].patch))
            children[i].patch = patch;
    }
}

void ro_child_uids_open(struct ro_arena *arena, size_t most, struct ro_child_uids *ret)
{
    *ret = (struct ro_child_uids){
        .uids = ro_arena_alloc(arena, most, sizeof(*ret->uids)),
        .children = ro_arena_alloc(arena, most, sizeof(*ret->children)),
        .owners = ro_arena_alloc(arena, most, sizeof(*ret->owners)),
        .order = ro_arena_alloc(arena, most, sizeof(*ret->order)),
        .scratch = ro_arena_alloc(arena, most, sizeof(*ret->scratch)),
    };
}

void ro_child_uids_add(struct ro_child_uids *uids, struct rollout_str uid, uint32_t child, struct rollout_str owner)
{
    if (!uid.len || !uids->uids || !uids->children || !uids->owners || !uids->order || !uids->scratch)
        return;
    uids->uids[uids->count] = uid;
    uids->children[uids->count] = child;
    uids->owners[uids->count] = owner;
    uids->order[uids->count] = uids->count;
    uids->count++;
}

static int by_uid(const void *context, uint32_t a, uint32_t b)
{
    const struct rollout_str *uids = context;
    return ro_str_cmp(uids[a], uids[b]);
}

/* The first added with this uid; count where there is none. */
static uint32_t find_uid(const struct ro_child_uids *uids, struct rollout_str uid)
{
    uint32_t low = 0, high = uids->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (ro_str_cmp(uids->uids[uids->order[middle]], uid) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < uids->count && ro_str_eq(uids->uids[uids->order[low]], uid);
    return found ? uids->order[low] : uids->count;
}

void ro_child_uids_close(struct ro_child_uids *uids)
{
    if (uids->count == 0)
        return;
    ro_sort_indices(uids->order, uids->count, uids->scratch, by_uid, uids->uids);
    for (uint32_t i = 0; i < uids->count; i++) {
        if (uids->children[i])
            continue;
        uint32_t owner = find_uid(uids, uids->owners[i]);
        /* that of a child, not of another ReplicaSet */
        if (owner < uids->count && !uids->owners[owner].data)
            uids->children[i] = uids->children[owner];
    }
}

uint32_t ro_child_of(const struct ro_child_uids *uids, struct rollout_str controller, uint32_t *ret_replica_set)
{
    uint32_t i = controller.len ? find_uid(uids, controller) : uids->count;
    *ret_replica_set = i < uids->count && uids->owners[i].data ? i + 1 : 0;
    return i < uids->count ? uids->children[i] : 0;
}

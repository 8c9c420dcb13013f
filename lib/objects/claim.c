/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/claim.h"

void ro_claim_spec_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *claim,
                          struct ro_claim_spec *ret)
{
    struct ro_at spec = ro_at_object(d, claim, "spec");
    ro_check_resources(d, &spec, "resources");
    struct ro_at resources = ro_at_object(d, &spec, "resources");
    struct ro_at requests = ro_at_object(d, &resources, "requests");
    *ret = (struct ro_claim_spec){
        .storage_class = ro_read_text(d, &spec, "storageClassName"),
        .request = ro_read_quantity(d, arena, &requests, "storage"),
        .access_modes = ro_read_texts(d, &spec, "accessModes"),
    };
}

/* metadata.ownerReferences, whose types ro_read_metadata has checked. */
static void read_owners(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *claim,
                        struct rollout_claim *ret)
{
    struct ro_each each;
    struct ro_at metadata = ro_at_object(d, claim, "metadata");
    ro_each_open(d, &metadata, "ownerReferences", &each);
    size_t count;
    struct rollout_owner *items = ro_each_alloc(&each, arena, sizeof(*items), &count);
    if (!items)
        return;
    while (ro_each_next(d, &each))
        items[each.index] = (struct rollout_owner){
            .kind = ro_read_text(d, &each.at, "kind"),
            .name = ro_read_text(d, &each.at, "name"),
            .uid = ro_read_text(d, &each.at, "uid"),
            .controller = ro_read_bool(d, &each.at, "controller"),
        };
    ret->owners = items;
    ret->owner_count = count;
}

static bool is_owned(const struct rollout_claim *claim, struct rollout_str uid)
{
    for (size_t i = 0; uid.data && i < claim->owner_count; i++)
        if (ro_str_eq(claim->owners[i].uid, uid))
            return true;
    return false;
}

/* Whether the volume is larger already and only its file system is not; conditions: the first of a type counts. */
static bool is_resize_pending(struct ro_decoder *d, const struct ro_at *status)
{
    bool seen = false, pending = false;
    struct ro_each each;
    ro_each_open(d, status, "conditions", &each);
    while (ro_each_next(d, &each)) {
        struct rollout_str type = ro_read_text(d, &each.at, "type"), value = ro_read_text(d, &each.at, "status");
        if (seen || !ro_str_eq(type, RO_STR("FileSystemResizePending")))
            continue;
        seen = true;
        pending = ro_str_eq(value, RO_STR("True"));
    }
    return pending;
}

void ro_claim_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *claim, struct rollout_str uid,
                     struct rollout_claim *ret)
{
    struct ro_metadata metadata;
    struct ro_claim_spec spec;
    ro_check_kind(d, claim, "PersistentVolumeClaim");
    ro_read_metadata(d, claim, &metadata);
    ro_claim_spec_decode(d, arena, claim, &spec);
    const struct rollout_str *id = ro_labels_get(&metadata.labels, RO_STR("apps.kruise.io/cloneset-instance-id"));
    struct ro_at status = ro_at_object(d, claim, "status");
    ro_check_quantities(d, &status, "capacity");
    struct ro_at capacity = ro_at_object(d, &status, "capacity");
    *ret = (struct rollout_claim){
        .name = metadata.name,
        .instance_id = id ? *id : (struct rollout_str){ NULL, 0 },
        .storage_class = spec.storage_class,
        .request = spec.request,
        .capacity = ro_read_quantity(d, arena, &capacity, "storage"),
        .access_modes = spec.access_modes,
    };
    read_owners(d, arena, claim, ret);
    if (metadata.terminating)
        ret->flags |= ROLLOUT_CLAIM_TERMINATING;
    if (is_owned(ret, uid))
        ret->flags |= ROLLOUT_CLAIM_OWNED;
    if (is_resize_pending(d, &status))
        ret->flags |= ROLLOUT_CLAIM_RESIZE_PENDING;
}

void ro_storage_class_decode(struct ro_decoder *d, const struct ro_at *object, struct rollout_storage_class *ret)
{
    struct ro_metadata metadata;
    ro_check_kind(d, object, "StorageClass");
    ro_read_metadata(d, object, &metadata);
    *ret = (struct rollout_storage_class){
        .name = metadata.name,
        .allow_expansion = ro_read_bool(d, object, "allowVolumeExpansion"),
    };
}

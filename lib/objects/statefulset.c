/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/statefulset.h"

#include "objects/claim.h"
#include "objects/selector.h"
#include "objects/spec.h"
#include "objects/workload.h"

/* An object without a type has not been through the API's defaulting, which would have filled in the block. One
 * with a type may lack it, and then upstream decides without it. */
static void read_update_strategy(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *spec, bool native,
                                 struct rollout_statefulset *ret)
{
    struct ro_at strategy = ro_at_object(d, spec, "updateStrategy");
    struct rollout_str type = ro_read_text(d, &strategy, "type");
    struct ro_at rolling = ro_at_object(d, &strategy, "rollingUpdate");
    ret->update_type = ro_str_eq(type, RO_STR("OnDelete")) ? ROLLOUT_UPDATE_ON_DELETE : ROLLOUT_UPDATE_ROLLING;
    if (rolling.node || type.len == 0)
        ret->flags |= ROLLOUT_STATEFULSET_ROLLING_UPDATE;
    ret->partition = ro_read_int32(d, &rolling, "partition");
    ret->max_unavailable = ro_read_intstr(d, &rolling, "maxUnavailable");
    if (native)
        return;
    ret->pod_update_policy = ro_policy_from_text(ro_read_text(d, &rolling, "podUpdatePolicy"));
    if (ro_read_bool(d, &rolling, "paused"))
        ret->flags |= ROLLOUT_STATEFULSET_PAUSED;
    ret->min_ready_seconds = ro_read_int32(d, &rolling, "minReadySeconds");
    ret->grace_period_seconds = ro_read_grace_period(d, &rolling);
    struct ro_at unordered = ro_at_object(d, &rolling, "unorderedUpdate");
    if (unordered.node)
        ret->flags |= ROLLOUT_STATEFULSET_UNORDERED;
    ro_read_priority(d, arena, &unordered, &ret->priority);
}

/* An absent text is Retain. Where one of the two is neither, both are (statefulset.md 11.2). */
static void read_retention(struct ro_decoder *d, const struct ro_at *spec, struct rollout_statefulset *ret)
{
    struct ro_at policy = ro_at_object(d, spec, "persistentVolumeClaimRetentionPolicy");
    struct rollout_str texts[] = { ro_read_text(d, &policy, "whenDeleted"), ro_read_text(d, &policy, "whenScaled") };
    uint32_t *values[] = { &ret->claims_when_deleted, &ret->claims_when_scaled };
    bool known = true;
    for (size_t i = 0; i < 2; i++) {
        bool deletes = ro_str_eq(texts[i], RO_STR("Delete"));
        known &= deletes || texts[i].len == 0 || ro_str_eq(texts[i], RO_STR("Retain"));
        *values[i] = deletes ? ROLLOUT_CLAIMS_DELETE : ROLLOUT_CLAIMS_RETAIN;
    }
    if (!known)
        ret->claims_when_deleted = ret->claims_when_scaled = ROLLOUT_CLAIMS_RETAIN;
}

static void read_claim_templates(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *spec,
                                 struct rollout_statefulset *ret)
{
    struct ro_each each;
    ro_each_open(d, spec, "volumeClaimTemplates", &each);
    size_t count;
    struct rollout_claim_template *items = ro_each_alloc(&each, arena, sizeof(*items), &count);
    if (!items)
        return;
    while (ro_each_next(d, &each)) {
        struct rollout_claim_template *template = &items[each.index];
        struct ro_metadata metadata;
        struct ro_claim_spec claim_spec;
        ro_read_metadata(d, &each.at, &metadata);
        ro_claim_spec_decode(d, arena, &each.at, &claim_spec);
        template->name = metadata.name;
        template->storage_class = claim_spec.storage_class;
        template->request = claim_spec.request;
        template->access_modes = claim_spec.access_modes;
    }
    ret->claim_templates = items;
    ret->claim_template_count = count;
}

/* What v1beta1 has beyond the others; the conversion from v1alpha1 leaves it empty. */
static void read_beta(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *spec,
                      struct rollout_statefulset *ret)
{
    ret->lifecycle = ro_read_lifecycle(d, spec);
    ret->reserve_ordinals = ro_read_intstrs(d, arena, spec, "reserveOrdinals", &ret->reserve_ordinal_count);
    struct ro_at scale = ro_at_object(d, spec, "scaleStrategy");
    ret->scale_max_unavailable = ro_read_intstr(d, &scale, "maxUnavailable");
    struct ro_at claims = ro_at_object(d, spec, "volumeClaimUpdateStrategy");
    if (ro_str_eq(ro_read_text(d, &claims, "type"), RO_STR("OnPodRollingUpdate")))
        ret->flags |= ROLLOUT_STATEFULSET_RESIZES_CLAIMS;
}

static void read_claim_statuses(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *status,
                                struct rollout_statefulset_status *ret)
{
    struct ro_each each;
    ro_each_open(d, status, "volumeClaims", &each);
    size_t count;
    struct rollout_claim_status *items = ro_each_alloc(&each, arena, sizeof(*items), &count);
    if (!items)
        return;
    while (ro_each_next(d, &each)) {
        items[each.index].name = ro_read_text(d, &each.at, "volumeClaimName");
        items[each.index].compatible_replicas = ro_read_int32(d, &each.at, "compatibleReplicas");
        items[each.index].compatible_ready_replicas = ro_read_int32(d, &each.at, "compatibleReadyReplicas");
    }
    ret->claims = items;
    ret->claim_count = count;
}

static void read_status(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object, uint32_t version,
                        struct rollout_statefulset_status *ret)
{
    struct ro_at status = ro_at_object(d, object, "status");
    *ret = (struct rollout_statefulset_status){ .struct_size = sizeof(*ret) };
    ret->observed_generation = ro_read_int64(d, &status, "observedGeneration");
    ret->replicas = ro_read_int32(d, &status, "replicas");
    ret->ready_replicas = ro_read_int32(d, &status, "readyReplicas");
    ret->available_replicas = ro_read_int32(d, &status, "availableReplicas");
    ret->current_replicas = ro_read_int32(d, &status, "currentReplicas");
    ret->updated_replicas = ro_read_int32(d, &status, "updatedReplicas");
    ret->collision_count = ro_read_opt(d, &status, "collisionCount");
    ret->current_revision = ro_read_text(d, &status, "currentRevision");
    ret->update_revision = ro_read_text(d, &status, "updateRevision");
    ret->conditions = ro_read_conditions(d, arena, &status, false, &ret->condition_count);
    if (version == RO_VERSION_NATIVE)
        return;
    ret->label_selector = ro_read_text(d, &status, "labelSelector");
    if (version == RO_VERSION_V1ALPHA1)
        return;
    ret->updated_ready_replicas = ro_read_int32(d, &status, "updatedReadyReplicas");
    ret->updated_available_replicas = ro_read_int32(d, &status, "updatedAvailableReplicas");
    read_claim_statuses(d, arena, &status, ret);
}

void ro_statefulset_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object, uint32_t version,
                           struct rollout_statefulset *ret, struct rollout_statefulset_status *ret_status)
{
    struct ro_metadata metadata;
    struct rollout_statefulset set = { .struct_size = sizeof(set) };
    bool native = version == RO_VERSION_NATIVE;
    ro_read_metadata(d, object, &metadata);
    set.name = metadata.name;
    set.namespace_ = metadata.namespace_;
    set.uid = metadata.uid;
    set.generation = metadata.generation;
    if (metadata.terminating)
        set.flags |= ROLLOUT_STATEFULSET_DELETING;
    if (native)
        set.flags |= ROLLOUT_STATEFULSET_NATIVE;

    struct ro_at spec = ro_at_object(d, object, "spec");
    set.replicas = ro_read_opt(d, &spec, "replicas");
    set.revision_history_limit = ro_read_opt(d, &spec, "revisionHistoryLimit");
    if (!ro_read_pod_selector(d, arena, &spec, &set.selector))
        set.flags |= ROLLOUT_STATEFULSET_SELECTOR_INVALID;
    set.label_selector = ro_selector_text(arena, &set.selector);
    if (ro_str_eq(ro_read_text(d, &spec, "podManagementPolicy"), RO_STR("Parallel")))
        set.flags |= ROLLOUT_STATEFULSET_PARALLEL;
    read_update_strategy(d, arena, &spec, native, &set);
    read_claim_templates(d, arena, &spec, &set);
    if (native)
        set.min_ready_seconds = ro_read_int32(d, &spec, "minReadySeconds");
    if (version != RO_VERSION_V1ALPHA1) {
        struct ro_at ordinals = ro_at_object(d, &spec, "ordinals");
        set.start_ordinal = ro_read_int32(d, &ordinals, "start");
        read_retention(d, &spec, &set);
    }
    if (version == RO_VERSION_V1BETA1)
        read_beta(d, arena, &spec, &set);
    ro_check_template(d, &spec);
    read_status(d, arena, object, version, ret_status);
    set.status = ret_status;
    *ret = set;
}

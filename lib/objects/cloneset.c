/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/cloneset.h"

#include "objects/selector.h"
#include "objects/spec.h"
#include "objects/workload.h"

/* What v1beta1 has in rollingUpdate and v1alpha1 in updateStrategy itself. */
static void read_rolling(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *strategy,
                         struct rollout_cloneset *ret)
{
    ret->partition = ro_read_intstr(d, strategy, "partition");
    ret->max_unavailable = ro_read_intstr(d, strategy, "maxUnavailable");
    ret->max_surge = ro_read_intstr(d, strategy, "maxSurge");
    if (ro_read_bool(d, strategy, "paused"))
        ret->flags |= ROLLOUT_CLONESET_PAUSED;
    ro_read_priority(d, arena, strategy, &ret->order.priority);
    ret->order.scatter = ro_read_scatter(d, arena, strategy);
    ret->grace_period_seconds = ro_read_grace_period(d, strategy);
}

static void read_update_strategy(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *spec, bool alpha,
                                 struct rollout_cloneset *ret)
{
    struct ro_at strategy = ro_at_object(d, spec, "updateStrategy");
    struct rollout_str type = ro_read_text(d, &strategy, "type");
    bool on_delete = ro_str_eq(type, RO_STR("OnDelete"));
    ret->update_type = on_delete ? ROLLOUT_UPDATE_ON_DELETE : ROLLOUT_UPDATE_ROLLING;
    if (alpha) {
        /* The conversion drops the whole block for OnDelete; what it drops is still decoded before. */
        struct rollout_cloneset dropped = { .flags = 0 };
        read_rolling(d, arena, &strategy, on_delete ? &dropped : ret);
        if (!on_delete) {
            ret->flags |= ROLLOUT_CLONESET_ROLLING_UPDATE;
            ret->pod_update_policy = ro_policy_from_text(type);
        }
        return;
    }
    struct ro_at rolling = ro_at_object(d, &strategy, "rollingUpdate");
    if (!rolling.node)
        return;
    ret->flags |= ROLLOUT_CLONESET_ROLLING_UPDATE;
    ret->pod_update_policy = ro_policy_from_text(ro_read_text(d, &rolling, "podUpdatePolicy"));
    read_rolling(d, arena, &rolling, ret);
}

static void read_scale_strategy(struct ro_decoder *d, const struct ro_at *spec, bool alpha,
                                const struct rollout_labels *labels, struct rollout_cloneset *ret)
{
    struct ro_at scale = ro_at_object(d, spec, "scaleStrategy");
    ret->pods_to_delete = ro_read_texts(d, &scale, "podsToDelete");
    ret->scale_max_unavailable = ro_read_intstr(d, &scale, "maxUnavailable");
    if (ro_read_bool(d, &scale, "excludePreparingDelete"))
        ret->flags |= ROLLOUT_CLONESET_EXCLUDE_PREPARING_DELETE;
    if (!alpha) {
        if (ro_read_bool(d, &scale, "enablePVCReuse"))
            ret->flags |= ROLLOUT_CLONESET_REUSE_CLAIMS;
        return;
    }
    /* Reuse is on unless v1alpha1 says otherwise, and its label does what is a field in v1beta1. */
    if (!ro_read_bool(d, &scale, "disablePVCReuse"))
        ret->flags |= ROLLOUT_CLONESET_REUSE_CLAIMS;
    const struct rollout_str *exclude =
        ro_labels_get(labels, RO_STR("apps.kruise.io/cloneset-scaling-exclude-preparing-delete"));
    if (exclude && ro_str_eq(*exclude, RO_STR("true")))
        ret->flags |= ROLLOUT_CLONESET_EXCLUDE_PREPARING_DELETE;
}

static void read_status(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object,
                        struct rollout_cloneset_status *ret)
{
    struct ro_at status = ro_at_object(d, object, "status");
    *ret = (struct rollout_cloneset_status){ .struct_size = sizeof(*ret) };
    ret->observed_generation = ro_read_int64(d, &status, "observedGeneration");
    ret->replicas = ro_read_int32(d, &status, "replicas");
    ret->ready_replicas = ro_read_int32(d, &status, "readyReplicas");
    ret->available_replicas = ro_read_int32(d, &status, "availableReplicas");
    ret->updated_replicas = ro_read_int32(d, &status, "updatedReplicas");
    ret->updated_ready_replicas = ro_read_int32(d, &status, "updatedReadyReplicas");
    ret->updated_available_replicas = ro_read_int32(d, &status, "updatedAvailableReplicas");
    ret->expected_updated_replicas = ro_read_int32(d, &status, "expectedUpdatedReplicas");
    ret->collision_count = ro_read_opt(d, &status, "collisionCount");
    ret->update_revision = ro_read_text(d, &status, "updateRevision");
    ret->current_revision = ro_read_text(d, &status, "currentRevision");
    ret->label_selector = ro_read_text(d, &status, "labelSelector");
    ret->conditions = ro_read_conditions(d, arena, &status, true, &ret->condition_count);
}

void ro_cloneset_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object, uint32_t version,
                        struct rollout_cloneset *ret, struct rollout_cloneset_status *ret_status)
{
    struct ro_metadata metadata;
    struct rollout_cloneset cloneset = { .struct_size = sizeof(cloneset) };
    bool alpha = version == RO_VERSION_V1ALPHA1;
    ro_read_metadata(d, object, &metadata);
    cloneset.name = metadata.name;
    cloneset.namespace_ = metadata.namespace_;
    cloneset.generation = metadata.generation;
    if (metadata.terminating)
        cloneset.flags |= ROLLOUT_CLONESET_DELETING;

    struct ro_at spec = ro_at_object(d, object, "spec");
    cloneset.replicas = ro_read_opt(d, &spec, "replicas");
    cloneset.min_ready_seconds = ro_read_int32(d, &spec, "minReadySeconds");
    cloneset.revision_history_limit = ro_read_opt(d, &spec, "revisionHistoryLimit");
    cloneset.progress_deadline_seconds = ro_read_opt(d, &spec, "progressDeadlineSeconds");
    if (!ro_read_pod_selector(d, arena, &spec, &cloneset.selector))
        cloneset.flags |= ROLLOUT_CLONESET_SELECTOR_INVALID;
    cloneset.label_selector = ro_selector_text(arena, &cloneset.selector);
    cloneset.claim_templates = ro_read_column(d, arena, &spec, "volumeClaimTemplates", "metadata", "name");
    cloneset.lifecycle = ro_read_lifecycle(d, &spec);
    read_scale_strategy(d, &spec, alpha, &metadata.labels, &cloneset);
    read_update_strategy(d, arena, &spec, alpha, &cloneset);
    ro_check_template(d, &spec);
    read_status(d, arena, object, ret_status);
    cloneset.status = ret_status;
    *ret = cloneset;
}

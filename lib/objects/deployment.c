/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/deployment.h"

#include "base/tree.h"
#include "objects/spec.h"

static const struct rollout_intstr quarter = { ROLLOUT_INTSTR_TEXT, 0, { "25%", 3 } };

struct rollout_intstr ro_deployment_default(struct rollout_intstr value)
{
    return value.kind == ROLLOUT_INTSTR_UNSET ? quarter : value;
}

static void read_strategy(struct ro_decoder *d, const struct ro_at *spec, struct rollout_deployment *ret)
{
    struct ro_at strategy = ro_at_object(d, spec, "strategy"), rolling = ro_at_object(d, &strategy, "rollingUpdate");
    struct rollout_str type = ro_read_text(d, &strategy, "type");
    ret->max_surge = ro_read_intstr(d, &rolling, "maxSurge");
    ret->max_unavailable = ro_read_intstr(d, &rolling, "maxUnavailable");
    if (ro_str_eq(type, RO_STR("Recreate"))) {
        ret->strategy = ROLLOUT_STRATEGY_RECREATE;
    } else if (type.len == 0 || ro_str_eq(type, RO_STR("RollingUpdate"))) {
        ret->max_surge = ro_deployment_default(ret->max_surge);
        ret->max_unavailable = ro_deployment_default(ret->max_unavailable);
    } else {
        struct ro_at at = ro_at_member(&strategy, "type");
        ro_refuse(d, &at, "is no strategy"); /* upstream ends its sync with an error */
    }
}

/* Control by OpenKruise Rollouts: the native controller is paused and held at Recreate, and the strategy stands in an
 * annotation, whose own limits count. */
static void read_control(const struct rollout_node *annotations, struct rollout_deployment *ret)
{
    const struct rollout_node *text = ro_get(annotations, "rollouts.kruise.io/deployment-strategy");
    const struct rollout_node *strategy = ro_expanded(text), *rolling = ro_get(strategy, "rollingUpdate");
    bool native_held = (ret->flags & ROLLOUT_DEPLOYMENT_PAUSED) && ret->strategy == ROLLOUT_STRATEGY_RECREATE;
    if (!native_held || !ro_str_eq(ro_text(ro_get(strategy, "rollingStyle")), RO_STR("Partition")))
        return;
    ret->flags |= ROLLOUT_DEPLOYMENT_ADVANCED;
    if (ro_is_true(ro_get(strategy, "paused")))
        ret->flags |= ROLLOUT_DEPLOYMENT_ADVANCED_PAUSED;
    ret->partition = ro_intstr(ro_get(strategy, "partition"));
    ret->max_surge = ro_intstr(ro_get(rolling, "maxSurge"));
    ret->max_unavailable = ro_intstr(ro_get(rolling, "maxUnavailable"));
    /* Neither is given: the default surge is put at maxUnavailable (deployment.md 12, known problems). */
    if (ret->max_surge.kind == ROLLOUT_INTSTR_UNSET && ret->max_unavailable.kind == ROLLOUT_INTSTR_UNSET)
        ret->max_unavailable = quarter;
}

static void read_status(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object,
                        struct rollout_deployment_status *ret)
{
    struct ro_at status = ro_at_object(d, object, "status");
    *ret = (struct rollout_deployment_status){ .struct_size = sizeof(*ret) };
    ret->observed_generation = ro_read_int64(d, &status, "observedGeneration");
    ret->replicas = ro_read_int32(d, &status, "replicas");
    ret->updated_replicas = ro_read_int32(d, &status, "updatedReplicas");
    ret->ready_replicas = ro_read_int32(d, &status, "readyReplicas");
    ret->available_replicas = ro_read_int32(d, &status, "availableReplicas");
    ret->unavailable_replicas = ro_read_int32(d, &status, "unavailableReplicas");
    ret->collision_count = ro_read_opt(d, &status, "collisionCount");
    ret->conditions = ro_read_conditions(d, arena, &status, true, &ret->condition_count);
}

void ro_deployment_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object,
                          struct rollout_deployment *ret, struct rollout_deployment_status *ret_status)
{
    struct ro_metadata metadata;
    struct rollout_deployment set = { .struct_size = sizeof(set) };
    ro_read_metadata(d, object, &metadata);
    set.name = metadata.name;
    set.namespace_ = metadata.namespace_;
    set.generation = metadata.generation;
    if (metadata.terminating)
        set.flags |= ROLLOUT_DEPLOYMENT_DELETING;
    if (d->code == ROLLOUT_OK)
        set.annotations = ro_read_annotations(arena, metadata.annotations);

    struct ro_at spec = ro_at_object(d, object, "spec");
    set.replicas = ro_read_opt(d, &spec, "replicas");
    set.min_ready_seconds = ro_read_int32(d, &spec, "minReadySeconds");
    set.progress_deadline_seconds = ro_read_opt(d, &spec, "progressDeadlineSeconds");
    set.revision_history_limit = ro_read_opt(d, &spec, "revisionHistoryLimit");
    if (ro_read_bool(d, &spec, "paused"))
        set.flags |= ROLLOUT_DEPLOYMENT_PAUSED;
    /* One that selects everything ends the sync, as one that cannot be read does. */
    if (!ro_read_pod_selector(d, arena, &spec, &set.selector) ||
        (set.selector.match_labels.count == 0 && set.selector.requirement_count == 0))
        set.flags |= ROLLOUT_DEPLOYMENT_SELECTOR_INVALID;
    read_strategy(d, &spec, &set);
    ro_check_template(d, &spec);
    if (d->code == ROLLOUT_OK)
        read_control(metadata.annotations, &set);
    read_status(d, arena, object, ret_status);
    set.status = ret_status;
    *ret = set;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/daemonset.h"

#include <inttypes.h>

#include "base/edit.h"
#include "base/number.h"
#include "objects/scheduling.h"
#include "objects/selector.h"
#include "objects/spec.h"
#include "objects/workload.h"

static void set_default(struct rollout_intstr *value, int32_t count)
{
    if (value->kind == ROLLOUT_INTSTR_UNSET)
        *value = (struct rollout_intstr){ .kind = ROLLOUT_INTSTR_INT, .count = count };
}

/* The API's defaults for the limits of a rolling update: OpenKruise looks at both together, Kubernetes at each. */
static void default_limits(uint32_t version, bool surging, struct rollout_daemonset *ret)
{
    bool neither = ret->max_unavailable.kind == ROLLOUT_INTSTR_UNSET && ret->max_surge.kind == ROLLOUT_INTSTR_UNSET;
    if (version != RO_VERSION_NATIVE && surging) {
        set_default(&ret->max_surge, 1);
        set_default(&ret->max_unavailable, 0);
    } else if (version == RO_VERSION_NATIVE || neither) {
        set_default(&ret->max_surge, 0);
        set_default(&ret->max_unavailable, 1);
    }
}

/* Any other type than these two is left alone by upstream's rolling step, as OnDelete is. */
static void read_update_strategy(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *spec,
                                 uint32_t version, struct rollout_daemonset *ret)
{
    struct ro_at strategy = ro_at_object(d, spec, "updateStrategy");
    struct rollout_str type = ro_read_text(d, &strategy, "type"), how = { NULL, 0 };
    struct ro_at rolling = ro_at_object(d, &strategy, "rollingUpdate");
    bool rolls = type.len == 0 || ro_str_eq(type, RO_STR("RollingUpdate"));
    ret->update_type = rolls ? ROLLOUT_UPDATE_ROLLING : ROLLOUT_UPDATE_ON_DELETE;
    if (rolling.node || rolls)
        ret->flags |= ROLLOUT_DAEMONSET_ROLLING_UPDATE;
    ret->max_unavailable = ro_read_intstr(d, &rolling, "maxUnavailable");
    ret->max_surge = ro_read_intstr(d, &rolling, "maxSurge");
    if (version != RO_VERSION_NATIVE) {
        how = ro_read_text(d, &rolling, "rollingUpdateType");
        if (ro_str_eq(how, RO_STR("InPlaceIfPossible")))
            ret->pod_update_policy = ROLLOUT_POLICY_IN_PLACE_IF_POSSIBLE;
        ret->partition = ro_read_intstr(d, &rolling, "partition");
        if (ro_read_bool(d, &rolling, "paused"))
            ret->flags |= ROLLOUT_DAEMONSET_PAUSED;
        ret->node_selector = ro_read_selector(d, arena, &rolling, "selector");
        if (ro_at_member(&rolling, "selector").node)
            ret->flags |= ROLLOUT_DAEMONSET_NODE_SELECTOR;
    }
    if (rolls)
        default_limits(version, version == RO_VERSION_V1ALPHA1 && ro_str_eq(how, RO_STR("Surging")), ret);
}

/* What OpenKruise has beyond Kubernetes. */
static void read_advanced(struct ro_decoder *d, const struct ro_at *spec, uint32_t version,
                          const struct rollout_node *annotations, struct rollout_daemonset *ret)
{
    bool partitioned;
    ret->burst_replicas = ro_read_intstr(d, spec, "burstReplicas");
    ret->pre_delete = ro_read_lifecycle(d, spec).pre_delete;
    if (version == RO_VERSION_V1ALPHA1) {
        ret->flags |= ROLLOUT_DAEMONSET_V1ALPHA1;
        struct rollout_str text = ro_text(ro_get(annotations, "daemonset.kruise.io/progressive-create-pod"));
        partitioned = ro_str_eq(text, RO_STR("true"));
    } else {
        struct ro_at scale = ro_at_object(d, spec, "scaleStrategy");
        partitioned = ro_read_bool(d, &scale, "partitionedScaling");
    }
    if (partitioned)
        ret->flags |= ROLLOUT_DAEMONSET_PARTITIONED_SCALING;
}

static void read_status(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object, uint32_t version,
                        struct rollout_daemonset_status *ret)
{
    struct ro_at status = ro_at_object(d, object, "status");
    *ret = (struct rollout_daemonset_status){ .struct_size = sizeof(*ret) };
    ret->observed_generation = ro_read_int64(d, &status, "observedGeneration");
    ret->current_number_scheduled = ro_read_int32(d, &status, "currentNumberScheduled");
    ret->number_misscheduled = ro_read_int32(d, &status, "numberMisscheduled");
    ret->desired_number_scheduled = ro_read_int32(d, &status, "desiredNumberScheduled");
    ret->number_ready = ro_read_int32(d, &status, "numberReady");
    ret->updated_number_scheduled = ro_read_int32(d, &status, "updatedNumberScheduled");
    ret->number_available = ro_read_int32(d, &status, "numberAvailable");
    ret->number_unavailable = ro_read_int32(d, &status, "numberUnavailable");
    ret->collision_count = ro_read_opt(d, &status, "collisionCount");
    ret->conditions = ro_read_conditions(d, arena, &status, false, &ret->condition_count);
    if (version != RO_VERSION_NATIVE)
        ret->update_revision =
            ro_read_text(d, &status, version == RO_VERSION_V1ALPHA1 ? "daemonSetHash" : "updateRevision");
}

/* The number in the annotation, as pods carry it in their label; absent where it is none. */
static struct rollout_str template_generation(struct ro_arena *arena, const struct rollout_node *annotations)
{
    struct rollout_str text = ro_text(ro_get(annotations, "deprecated.daemonset.template.generation"));
    int64_t number;
    if (!text.data || !ro_parse_int(text, -1, &number))
        return (struct rollout_str){ NULL, 0 };
    return ro_arena_printf(arena, "%" PRId64, number);
}

void ro_daemonset_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object, uint32_t version,
                         struct rollout_daemonset *ret, struct rollout_daemonset_status *ret_status)
{
    struct ro_metadata metadata;
    struct rollout_daemonset set = { .struct_size = sizeof(set) };
    ro_read_metadata(d, object, &metadata);
    set.name = metadata.name;
    set.namespace_ = metadata.namespace_;
    set.generation = metadata.generation;
    if (metadata.terminating)
        set.flags |= ROLLOUT_DAEMONSET_DELETING;
    if (version == RO_VERSION_NATIVE)
        set.flags |= ROLLOUT_DAEMONSET_NATIVE;

    struct ro_at spec = ro_at_object(d, object, "spec");
    set.revision_history_limit = ro_read_opt(d, &spec, "revisionHistoryLimit");
    set.min_ready_seconds = ro_read_int32(d, &spec, "minReadySeconds");
    /* One that selects everything ends the sync, as one that cannot be read does. */
    if (!ro_read_pod_selector(d, arena, &spec, &set.selector) ||
        (set.selector.match_labels.count == 0 && set.selector.requirement_count == 0))
        set.flags |= ROLLOUT_DAEMONSET_SELECTOR_INVALID;
    read_update_strategy(d, arena, &spec, version, &set);
    if (version != RO_VERSION_NATIVE)
        read_advanced(d, &spec, version, metadata.annotations, &set);
    ro_check_template(d, &spec);
    struct ro_at template = ro_at_object(d, &spec, "template");
    struct ro_at pod_spec = ro_at_object(d, &template, "spec");
    ro_scheduling_decode(d, arena, &pod_spec, &set.scheduling);
    set.template_generation = template_generation(arena, metadata.annotations);
    read_status(d, arena, object, version, ret_status);
    set.status = ret_status;
    *ret = set;
}

void ro_backoff_decode(struct ro_decoder *d, const struct ro_at *object, struct rollout_backoff *ret)
{
    *ret = (struct rollout_backoff){
        .node = ro_read_text(d, object, "node"),
        .seconds = ro_read_int64(d, object, "seconds"),
        .last_step_ms = ro_read_time(d, object, "last"),
    };
}

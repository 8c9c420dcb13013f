/* SPDX-License-Identifier: Apache-2.0 */
#include "planners/sidecarset_check.h"

#include "planners/check.h"

static void check_snapshot(struct ro_check *c, const struct ro_planner_input *in)
{
    struct ro_path spaces = ro_path_member(NULL, "namespaces"), writes = ro_path_member(NULL, "in_flight");
    struct ro_path pods = ro_path_member(NULL, "pods");
    for (size_t i = 0; i < in->namespaces.count; i++) {
        const struct rollout_namespace *n = (const void *)(in->namespaces.items + i * in->namespaces.stride);
        struct ro_path place = ro_path_element(&spaces, i);
        ro_check_text(c, &place, "name", n->name);
        ro_check_labels(c, &place, "labels", &n->labels);
    }
    for (size_t i = 0; i < in->in_flight.count; i++) {
        const struct rollout_in_flight *w = (const void *)(in->in_flight.items + i * in->in_flight.stride);
        struct ro_path place = ro_path_element(&writes, i);
        ro_check_text(c, &place, "pod", w->pod);
        ro_check_text(c, &place, "resource_version", w->resource_version);
    }
    for (size_t i = 0; i < in->pods.count; i++) {
        const struct rollout_pod *pod = ro_pod(&in->pods, i);
        struct ro_path place = ro_path_element(&pods, i);
        if (pod->object.count || pod->object.nodes)
            ro_check_tree(c, &place, "object", &pod->object);
    }
}

int ro_sidecarset_check(const struct rollout_sidecarset *spec, const struct ro_planner_input *in,
                        struct rollout_error *reterr)
{
    struct ro_check c = { reterr, ROLLOUT_OK };
    struct ro_path order = ro_path_member(NULL, "order"), priority = ro_path_member(&order, "priority");
    struct ro_path status = ro_path_member(NULL, "status");
    ro_check_text(&c, NULL, "name", spec->name);
    ro_check_text(&c, NULL, "resource_version", spec->resource_version);
    ro_check_text(&c, NULL, "hash", spec->hash);
    ro_check_text(&c, NULL, "hash_without_image", spec->hash_without_image);
    ro_check_text(&c, NULL, "custom_version", spec->custom_version);
    ro_check_text(&c, NULL, "pinned_revision", spec->pinned_revision);
    ro_check_text(&c, NULL, "pinned_version", spec->pinned_version);
    ro_check_selector(&c, NULL, "selector", &spec->selector);
    ro_check_selector(&c, NULL, "namespace_selector", &spec->namespace_selector);
    ro_check_selector(&c, NULL, "update_selector", &spec->update_selector);
    ro_check_intstr(&c, NULL, "partition", &spec->partition);
    ro_check_intstr(&c, NULL, "max_unavailable", &spec->max_unavailable);
    ro_check_priority(&c, &priority, &spec->order.priority);
    ro_check_labels(&c, &order, "scatter", &spec->order.scatter);
    ro_check_tree(&c, NULL, "containers", &spec->containers);
    ro_check_tree(&c, NULL, "patch_pod_metadata", &spec->patch_pod_metadata);
    ro_check_reserved(&c, &status, spec->status->reserved);
    ro_check_text(&c, &status, "latest_revision", spec->status->latest_revision);
    ro_check_snapshot(&c, in);
    check_snapshot(&c, in);
    return c.code;
}

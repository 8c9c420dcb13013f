/* SPDX-License-Identifier: Apache-2.0 */
#include "planners/uniteddeployment_check.h"

#include "planners/check.h"

static void check_subsets(struct ro_check *c, const struct rollout_uniteddeployment *spec)
{
    struct ro_path list = ro_path_member(NULL, "subsets");
    if (!ro_check_array(c, &list, spec->subsets, spec->subset_count))
        return;
    if (spec->subset_count > INT32_MAX / 4) {
        ro_check_refuse(c, ROLLOUT_ERR_INVALID, &list, "too many");
        return;
    }
    for (size_t i = 0; i < spec->subset_count; i++) {
        const struct rollout_subset_spec *subset = &spec->subsets[i];
        struct ro_path place = ro_path_element(&list, i);
        ro_check_text(c, &place, "name", subset->name);
        ro_check_intstr(c, &place, "replicas", &subset->replicas);
        ro_check_intstr(c, &place, "min_replicas", &subset->min_replicas);
        ro_check_intstr(c, &place, "max_replicas", &subset->max_replicas);
        ro_check_text(c, &place, "patch", subset->patch);
    }
}

static void check_status(struct ro_check *c, const struct rollout_uniteddeployment_status *status)
{
    struct ro_path path = ro_path_member(NULL, "status"), list = ro_path_member(&path, "subsets");
    ro_check_text(c, &path, "current_revision", status->current_revision);
    ro_check_text(c, &path, "updated_revision", status->updated_revision);
    ro_check_text(c, &path, "label_selector", status->label_selector);
    ro_check_conditions(c, &path, status->conditions, status->condition_count);
    if (!ro_check_array(c, &list, status->subsets, status->subset_count))
        return;
    if (status->subset_count > INT32_MAX / 4) {
        ro_check_refuse(c, ROLLOUT_ERR_INVALID, &list, "too many");
        return;
    }
    for (size_t i = 0; i < status->subset_count; i++) {
        struct ro_path place = ro_path_element(&list, i);
        ro_check_text(c, &place, "name", status->subsets[i].name);
        ro_check_conditions(c, &place, status->subsets[i].conditions, status->subsets[i].condition_count);
    }
}

static void check_children(struct ro_check *c, const struct ro_abi_array *children)
{
    struct ro_path list = ro_path_member(NULL, "subsets");
    for (size_t i = 0; i < children->count; i++) {
        const struct rollout_subset *child = (const void *)(children->items + i * children->stride);
        struct ro_path place = ro_path_element(&list, i);
        ro_check_subset(c, &place, child);
    }
}

static int check_pods(const struct ro_planner_input *in, struct rollout_error *reterr)
{
    for (size_t i = 0; i < in->pods.count; i++) {
        const struct rollout_pod *pod = ro_pod(&in->pods, i);
        int r = ro_pod_suspect(pod) ? ro_pod_check(pod, i, reterr) : ROLLOUT_OK;
        if (r != ROLLOUT_OK)
            return r;
        if (pod->child > in->subsets.count)
            return ro_error_at(reterr, ROLLOUT_ERR_INVALID, (uint32_t)i, "pods", "pods[%zu].child: %u of %zu subsets",
                               i, pod->child, in->subsets.count);
    }
    return ROLLOUT_OK;
}

int ro_uniteddeployment_check(const struct rollout_uniteddeployment *spec, const struct ro_planner_input *in,
                              struct rollout_error *reterr)
{
    struct ro_check c = { reterr, ROLLOUT_OK };
    ro_check_text(&c, NULL, "namespace_", spec->namespace_);
    ro_check_text(&c, NULL, "name", spec->name);
    ro_check_selector(&c, NULL, "selector", &spec->selector);
    ro_check_text(&c, NULL, "label_selector", spec->label_selector);
    ro_check_text(&c, NULL, "resource_version", spec->resource_version);
    ro_check_known(&c, NULL, "child_kind", spec->child_kind, ROLLOUT_CHILD_DEPLOYMENT);
    ro_check_reserved(&c, NULL, spec->reserved);
    check_subsets(&c, spec);
    check_status(&c, spec->status);
    ro_check_snapshot(&c, in);
    ro_check_text(&c, NULL, "written_version", in->snapshot.written_version);
    check_children(&c, &in->subsets);
    return c.code ? c.code : check_pods(in, reterr);
}

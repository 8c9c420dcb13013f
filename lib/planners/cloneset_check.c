/* SPDX-License-Identifier: Apache-2.0 */
#include "planners/cloneset_check.h"

#include "planners/check.h"

static void check_status(struct ro_check *c, const struct rollout_cloneset_status *status)
{
    struct ro_path path = ro_path_member(NULL, "status");
    ro_check_text(c, &path, "update_revision", status->update_revision);
    ro_check_text(c, &path, "current_revision", status->current_revision);
    ro_check_text(c, &path, "label_selector", status->label_selector);
    ro_check_conditions(c, &path, status->conditions, status->condition_count);
}

static void check_spec(struct ro_check *c, const struct rollout_cloneset *spec)
{
    struct ro_path order = ro_path_member(NULL, "order"), priority = ro_path_member(&order, "priority");
    ro_check_text(c, NULL, "namespace_", spec->namespace_);
    ro_check_text(c, NULL, "name", spec->name);
    ro_check_selector(c, NULL, "selector", &spec->selector);
    ro_check_text(c, NULL, "label_selector", spec->label_selector);
    ro_check_known(c, NULL, "update_type", spec->update_type, ROLLOUT_UPDATE_ON_DELETE);
    ro_check_known(c, NULL, "pod_update_policy", spec->pod_update_policy, ROLLOUT_POLICY_IN_PLACE_ONLY);
    ro_check_intstr(c, NULL, "partition", &spec->partition);
    ro_check_intstr(c, NULL, "max_unavailable", &spec->max_unavailable);
    ro_check_intstr(c, NULL, "max_surge", &spec->max_surge);
    ro_check_intstr(c, NULL, "scale_max_unavailable", &spec->scale_max_unavailable);
    ro_check_strs(c, NULL, "pods_to_delete", &spec->pods_to_delete);
    ro_check_strs(c, NULL, "claim_templates", &spec->claim_templates);
    ro_check_priority(c, &priority, &spec->order.priority);
    ro_check_labels(c, &order, "scatter", &spec->order.scatter);
    ro_check_lifecycle(c, &spec->lifecycle);
    check_status(c, spec->status);
}

int ro_cloneset_check(const struct rollout_cloneset *spec, const struct ro_planner_input *in,
                      struct rollout_error *reterr)
{
    struct ro_check c = { reterr, ROLLOUT_OK };
    check_spec(&c, spec);
    ro_check_snapshot(&c, in);
    return c.code;
}

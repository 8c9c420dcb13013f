/* SPDX-License-Identifier: Apache-2.0 */
#include "planners/daemonset_check.h"

#include "planners/check.h"

static void check_status(struct ro_check *c, const struct rollout_daemonset_status *status)
{
    struct ro_path path = ro_path_member(NULL, "status");
    ro_check_text(c, &path, "update_revision", status->update_revision);
    ro_check_conditions(c, &path, status->conditions, status->condition_count);
}

int ro_daemonset_check(const struct rollout_daemonset *spec, const struct ro_planner_input *in,
                       struct rollout_error *reterr)
{
    struct ro_check c = { reterr, ROLLOUT_OK };
    ro_check_text(&c, NULL, "namespace_", spec->namespace_);
    ro_check_text(&c, NULL, "name", spec->name);
    ro_check_selector(&c, NULL, "selector", &spec->selector);
    ro_check_known(&c, NULL, "update_type", spec->update_type, ROLLOUT_UPDATE_ON_DELETE);
    ro_check_known(&c, NULL, "pod_update_policy", spec->pod_update_policy, ROLLOUT_POLICY_IN_PLACE_IF_POSSIBLE);
    ro_check_reserved(&c, NULL, spec->reserved);
    ro_check_intstr(&c, NULL, "partition", &spec->partition);
    ro_check_intstr(&c, NULL, "max_unavailable", &spec->max_unavailable);
    ro_check_intstr(&c, NULL, "max_surge", &spec->max_surge);
    ro_check_intstr(&c, NULL, "burst_replicas", &spec->burst_replicas);
    ro_check_selector(&c, NULL, "node_selector", &spec->node_selector);
    ro_check_hook(&c, NULL, "pre_delete", &spec->pre_delete);
    ro_check_scheduling(&c, NULL, &spec->scheduling);
    ro_check_text(&c, NULL, "template_generation", spec->template_generation);
    check_status(&c, spec->status);
    ro_check_snapshot(&c, in);
    return c.code;
}

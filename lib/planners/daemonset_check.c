/* SPDX-License-Identifier: Apache-2.0 */
#include "planners/daemonset_check.h"

#include "planners/check.h"

static void check_terms(struct ro_check *c, const struct ro_path *up, const struct rollout_node_affinity *affinity)
{
    struct ro_path path = ro_path_member(up, "affinity"), list = ro_path_member(&path, "terms");
    ro_check_reserved(c, &path, affinity->reserved);
    if (!ro_check_array(c, &list, affinity->terms, affinity->term_count))
        return;
    for (size_t i = 0; i < affinity->term_count; i++) {
        const struct rollout_node_term *term = &affinity->terms[i];
        struct ro_path place = ro_path_element(&list, i);
        struct ro_path expressions = ro_path_member(&place, "expressions"), fields = ro_path_member(&place, "fields");
        ro_check_requirements(c, &expressions, term->expressions, term->expression_count);
        ro_check_requirements(c, &fields, term->fields, term->field_count);
    }
}

static void check_scheduling(struct ro_check *c, const struct rollout_scheduling *scheduling)
{
    struct ro_path path = ro_path_member(NULL, "scheduling"), list = ro_path_member(&path, "tolerations");
    ro_check_text(c, &path, "node_name", scheduling->node_name);
    ro_check_labels(c, &path, "node_selector", &scheduling->node_selector);
    check_terms(c, &path, &scheduling->affinity);
    ro_check_reserved(c, &path, scheduling->reserved);
    if (!ro_check_array(c, &list, scheduling->tolerations, scheduling->toleration_count))
        return;
    for (size_t i = 0; i < scheduling->toleration_count; i++) {
        struct ro_path place = ro_path_element(&list, i);
        ro_check_text(c, &place, "key", scheduling->tolerations[i].key);
        ro_check_text(c, &place, "value", scheduling->tolerations[i].value);
    }
}

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
    check_scheduling(&c, &spec->scheduling);
    ro_check_text(&c, NULL, "template_generation", spec->template_generation);
    check_status(&c, spec->status);
    ro_check_snapshot(&c, in);
    return c.code;
}

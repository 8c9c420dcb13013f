/* SPDX-License-Identifier: Apache-2.0 */
#include "planners/statefulset_check.h"

#include "planners/check.h"

static void check_status(struct ro_check *c, const struct rollout_statefulset_status *status)
{
    struct ro_path path = ro_path_member(NULL, "status"), list = ro_path_member(&path, "claims");
    ro_check_text(c, &path, "current_revision", status->current_revision);
    ro_check_text(c, &path, "update_revision", status->update_revision);
    ro_check_text(c, &path, "label_selector", status->label_selector);
    ro_check_conditions(c, &path, status->conditions, status->condition_count);
    if (!ro_check_array(c, &list, status->claims, status->claim_count))
        return;
    for (size_t i = 0; i < status->claim_count; i++) {
        struct ro_path place = ro_path_element(&list, i);
        ro_check_text(c, &place, "name", status->claims[i].name);
    }
}

static void check_claim_templates(struct ro_check *c, const struct rollout_statefulset *spec)
{
    struct ro_path list = ro_path_member(NULL, "claim_templates");
    if (!ro_check_array(c, &list, spec->claim_templates, spec->claim_template_count))
        return;
    for (size_t i = 0; i < spec->claim_template_count; i++) {
        const struct rollout_claim_template *template = &spec->claim_templates[i];
        struct ro_path place = ro_path_element(&list, i);
        ro_check_text(c, &place, "name", template->name);
        ro_check_text(c, &place, "storage_class", template->storage_class);
        ro_check_text(c, &place, "request", template->request);
        ro_check_strs(c, &place, "access_modes", &template->access_modes);
    }
}

static void check_reserve_ordinals(struct ro_check *c, const struct rollout_statefulset *spec)
{
    struct ro_path list = ro_path_member(NULL, "reserve_ordinals");
    if (!ro_check_array(c, &list, spec->reserve_ordinals, spec->reserve_ordinal_count))
        return;
    for (size_t i = 0; i < spec->reserve_ordinal_count; i++) {
        struct ro_path place = ro_path_element(&list, i);
        ro_check_known(c, &place, "kind", spec->reserve_ordinals[i].kind, ROLLOUT_INTSTR_TEXT);
        ro_check_text(c, &place, "text", spec->reserve_ordinals[i].text);
    }
}

int ro_statefulset_check(const struct rollout_statefulset *spec, const struct ro_planner_input *in,
                         struct rollout_error *reterr)
{
    struct ro_check check = { reterr, ROLLOUT_OK }, *c = &check;
    struct ro_path priority = ro_path_member(NULL, "priority");
    ro_check_text(c, NULL, "namespace_", spec->namespace_);
    ro_check_text(c, NULL, "name", spec->name);
    ro_check_text(c, NULL, "uid", spec->uid);
    ro_check_selector(c, NULL, "selector", &spec->selector);
    ro_check_text(c, NULL, "label_selector", spec->label_selector);
    ro_check_known(c, NULL, "update_type", spec->update_type, ROLLOUT_UPDATE_ON_DELETE);
    ro_check_known(c, NULL, "pod_update_policy", spec->pod_update_policy, ROLLOUT_POLICY_IN_PLACE_ONLY);
    ro_check_intstr(c, NULL, "max_unavailable", &spec->max_unavailable);
    ro_check_intstr(c, NULL, "scale_max_unavailable", &spec->scale_max_unavailable);
    check_reserve_ordinals(c, spec);
    ro_check_priority(c, &priority, &spec->priority);
    ro_check_lifecycle(c, &spec->lifecycle);
    check_claim_templates(c, spec);
    ro_check_known(c, NULL, "claims_when_deleted", spec->claims_when_deleted, ROLLOUT_CLAIMS_DELETE);
    ro_check_known(c, NULL, "claims_when_scaled", spec->claims_when_scaled, ROLLOUT_CLAIMS_DELETE);
    check_status(c, spec->status);
    ro_check_snapshot(c, in);
    return c->code;
}

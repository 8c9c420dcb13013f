/* SPDX-License-Identifier: Apache-2.0 */
#include "planners/check.h"

#include "rules/revision.h"

/* ---- the spec ---- */

void ro_check_hook(struct ro_check *c, const struct ro_path *up, const char *name, const struct rollout_hook *hook)
{
    struct ro_path path = ro_path_member(up, name);
    ro_check_labels(c, &path, "labels", &hook->labels);
    ro_check_strs(c, &path, "finalizers", &hook->finalizers);
}

void ro_check_lifecycle(struct ro_check *c, const struct rollout_lifecycle *lifecycle)
{
    struct ro_path path = ro_path_member(NULL, "lifecycle");
    ro_check_reserved(c, &path, lifecycle->reserved);
    ro_check_hook(c, &path, "pre_normal", &lifecycle->pre_normal);
    ro_check_hook(c, &path, "pre_delete", &lifecycle->pre_delete);
    ro_check_hook(c, &path, "in_place_update", &lifecycle->in_place_update);
}

static void check_condition(struct ro_check *c, const struct ro_path *place, const struct rollout_condition *condition)
{
    ro_check_text(c, place, "type", condition->type);
    ro_check_text(c, place, "status", condition->status);
    ro_check_text(c, place, "reason", condition->reason);
    ro_check_text(c, place, "message", condition->message);
    ro_check_time(c, place, "last_update_ms", condition->last_update_ms);
    ro_check_time(c, place, "last_transition_ms", condition->last_transition_ms);
}

void ro_check_conditions(struct ro_check *c, const struct ro_path *up, const struct rollout_condition *conditions,
                         size_t count)
{
    struct ro_path list = ro_path_member(up, "conditions");
    if (!ro_check_array(c, &list, conditions, count))
        return;
    for (size_t i = 0; i < count; i++) {
        struct ro_path place = ro_path_element(&list, i);
        check_condition(c, &place, &conditions[i]);
    }
}

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

void ro_check_scheduling(struct ro_check *c, const struct ro_path *up, const struct rollout_scheduling *scheduling)
{
    struct ro_path path = ro_path_member(up, "scheduling"), list = ro_path_member(&path, "tolerations");
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

void ro_check_resources_of(struct ro_check *c, const struct ro_path *up, const char *name,
                           const struct rollout_resource *resources, size_t count)
{
    struct ro_path list = ro_path_member(up, name);
    if (!ro_check_array(c, &list, resources, count))
        return;
    for (size_t i = 0; i < count; i++) {
        struct ro_path place = ro_path_element(&list, i);
        ro_check_text(c, &place, "name", resources[i].name);
        if (c->code == ROLLOUT_OK && i > 0 && ro_str_cmp(resources[i - 1].name, resources[i].name) >= 0)
            ro_check_refuse(c, ROLLOUT_ERR_INVALID, &place,
                            "is not behind the one before it in the order of their names");
    }
}

/* ---- the snapshot ---- */

static void check_revisions(struct ro_check *c, const struct ro_abi_array *revisions)
{
    struct ro_path list = ro_path_member(NULL, "revisions");
    /* Places are kept in 16 bits. */
    if (revisions->count >= UINT16_MAX) {
        if (!c->code)
            c->code =
                ro_error(c->reterr, ROLLOUT_ERR_INVALID, "revisions", "revisions: %zu are too many", revisions->count);
        return;
    }
    for (uint32_t i = 0; i < revisions->count; i++) {
        const struct rollout_revision *revision = ro_revision_at(revisions, i);
        struct ro_path place = ro_path_element(&list, i), number = ro_path_member(&place, "number");
        ro_check_text(c, &place, "name", revision->name);
        if (revision->number == INT64_MAX)
            ro_check_refuse_number(c, ROLLOUT_ERR_INVALID, &number, revision->number, "",
                                   " leaves none for the next revision");
        ro_check_reserved(c, &place, revision->reserved);
        ro_check_strs(c, &place, "topology_keys", &revision->topology_keys);
        ro_check_tree(c, &place, "data", &revision->data);
        ro_check_text(c, &place, "claims_hash", revision->claims_hash);
        ro_check_text(c, &place, "hash", revision->hash);
        ro_check_text(c, &place, "custom_version", revision->custom_version);
        ro_check_time(c, &place, "created_ms", revision->created_ms);
    }
}

static void check_taints(struct ro_check *c, const struct ro_path *up, const struct rollout_node_facts *node)
{
    struct ro_path list = ro_path_member(up, "taints");
    if (!ro_check_array(c, &list, node->taints, node->taint_count))
        return;
    for (size_t i = 0; i < node->taint_count; i++) {
        struct ro_path place = ro_path_element(&list, i);
        ro_check_text(c, &place, "key", node->taints[i].key);
        ro_check_text(c, &place, "value", node->taints[i].value);
        ro_check_reserved(c, &place, node->taints[i].reserved);
    }
}

static void check_nodes(struct ro_check *c, const struct ro_abi_array *nodes)
{
    struct ro_path list = ro_path_member(NULL, "nodes");
    for (size_t i = 0; i < nodes->count; i++) {
        const struct rollout_node_facts *node = (const void *)(nodes->items + i * nodes->stride);
        const struct rollout_labels *labels = &node->labels;
        if (!ro_labels_broken(labels) && !ro_str_broken(node->name) && node->taint_count == 0 &&
            node->allocatable_count == 0 && (node->unschedulable | node->reserved) == 0)
            continue;
        struct ro_path place = ro_path_element(&list, i), path = ro_path_member(&place, "labels");
        ro_check_text(c, &place, "name", node->name);
        (void)ro_check_view(c, &path, labels->items, labels->count, labels->stride, sizeof(struct rollout_label));
        check_taints(c, &place, node);
        ro_check_resources_of(c, &place, "allocatable", node->allocatable, node->allocatable_count);
        ro_check_known(c, &place, "unschedulable", node->unschedulable, 1);
        ro_check_reserved(c, &place, node->reserved);
    }
}

static void check_owners(struct ro_check *c, const struct ro_path *up, const struct rollout_claim *claim)
{
    struct ro_path list = ro_path_member(up, "owners");
    if (!ro_check_array(c, &list, claim->owners, claim->owner_count))
        return;
    for (size_t i = 0; i < claim->owner_count; i++) {
        struct ro_path place = ro_path_element(&list, i);
        ro_check_text(c, &place, "kind", claim->owners[i].kind);
        ro_check_text(c, &place, "name", claim->owners[i].name);
        ro_check_text(c, &place, "uid", claim->owners[i].uid);
        ro_check_reserved(c, &place, claim->owners[i].reserved);
    }
}

static void check_claims(struct ro_check *c, const struct ro_abi_array *claims)
{
    struct ro_path list = ro_path_member(NULL, "claims");
    for (size_t i = 0; i < claims->count; i++) {
        const struct rollout_claim *claim = (const void *)(claims->items + i * claims->stride);
        struct ro_path place = ro_path_element(&list, i);
        ro_check_text(c, &place, "name", claim->name);
        ro_check_text(c, &place, "instance_id", claim->instance_id);
        ro_check_reserved(c, &place, claim->reserved);
        check_owners(c, &place, claim);
        ro_check_text(c, &place, "storage_class", claim->storage_class);
        ro_check_text(c, &place, "request", claim->request);
        ro_check_text(c, &place, "capacity", claim->capacity);
        ro_check_strs(c, &place, "access_modes", &claim->access_modes);
    }
}

static void check_verdicts(struct ro_check *c, const struct ro_abi_array *verdicts)
{
    struct ro_path list = ro_path_member(NULL, "in_place_verdicts");
    for (size_t i = 0; i < verdicts->count; i++) {
        const struct rollout_in_place_verdict *verdict = (const void *)(verdicts->items + i * verdicts->stride);
        struct ro_path place = ro_path_element(&list, i);
        ro_check_known(c, &place, "rule", verdict->rule, ROLLOUT_DIFF_GATE);
        ro_check_text(c, &place, "path", verdict->path);
    }
}

static void check_storage_classes(struct ro_check *c, const struct ro_abi_array *classes)
{
    struct ro_path list = ro_path_member(NULL, "storage_classes");
    for (size_t i = 0; i < classes->count; i++) {
        const struct rollout_storage_class *class = (const void *)(classes->items + i * classes->stride);
        struct ro_path place = ro_path_element(&list, i);
        ro_check_text(c, &place, "name", class->name);
        ro_check_reserved(c, &place, class->reserved);
    }
}

static void check_backoffs(struct ro_check *c, const struct ro_abi_array *backoffs)
{
    struct ro_path list = ro_path_member(NULL, "failed_pod_backoffs");
    for (size_t i = 0; i < backoffs->count; i++) {
        const struct rollout_backoff *backoff = (const void *)(backoffs->items + i * backoffs->stride);
        struct ro_path place = ro_path_element(&list, i), seconds = ro_path_member(&place, "seconds");
        ro_check_text(c, &place, "node", backoff->node);
        if (backoff->seconds < 0 || backoff->seconds > INT32_MAX)
            ro_check_refuse_number(c, ROLLOUT_ERR_INVALID, &seconds, backoff->seconds, "",
                                   " is not between 0 and 2147483647");
        ro_check_time(c, &place, "last_step_ms", backoff->last_step_ms);
    }
}

static void check_replica_sets(struct ro_check *c, const struct ro_abi_array *sets)
{
    struct ro_path list = ro_path_member(NULL, "replica_sets");
    for (size_t i = 0; i < sets->count; i++) {
        const struct rollout_replica_set_facts *set = (const void *)(sets->items + i * sets->stride);
        struct ro_path place = ro_path_element(&list, i);
        struct ro_path failure = ro_path_member(&place, "replica_failure"),
                       selector = ro_path_member(&place, "selector");
        ro_check_text(c, &place, "name", set->name);
        ro_check_text(c, &place, "uid", set->uid);
        ro_check_time(c, &place, "created_ms", set->created_ms);
        ro_check_not_negative(c, &place, "replicas", set->replicas);
        ro_check_not_negative(c, &place, "status_replicas", set->status_replicas);
        ro_check_not_negative(c, &place, "ready_replicas", set->ready_replicas);
        ro_check_not_negative(c, &place, "available_replicas", set->available_replicas);
        ro_check_labels(c, &place, "annotations", &set->annotations);
        check_condition(c, &failure, &set->replica_failure);
        ro_check_selector_at(c, &selector, &set->selector);
    }
}

void ro_check_snapshot(struct ro_check *c, const struct ro_planner_input *in)
{
    struct ro_path path = ro_path_member(NULL, "snapshot");
    ro_check_reserved(c, &path, in->snapshot.reserved);
    ro_check_time(c, NULL, "now_ms", in->snapshot.now_ms);
    ro_check_time(c, NULL, "unobserved_since_ms", in->snapshot.unobserved_since_ms);
    check_revisions(c, &in->revisions);
    check_nodes(c, &in->nodes);
    check_claims(c, &in->claims);
    check_verdicts(c, &in->verdicts);
    check_storage_classes(c, &in->storage_classes);
    check_backoffs(c, &in->backoffs);
    check_replica_sets(c, &in->replica_sets);
}

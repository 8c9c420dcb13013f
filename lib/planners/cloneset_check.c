/* SPDX-License-Identifier: Apache-2.0 */
#include "planners/cloneset_check.h"

#include <string.h>

#include "base/error.h"
#include "base/time.h"
#include "rules/revision.h"

/* The first fault counts. */
struct check {
    struct rollout_error *reterr;
    int code;
};

static struct ro_path member(const struct ro_path *up, const char *name)
{
    return (struct ro_path){ .up = up, .key = { name, strlen(name) } };
}

static struct ro_path element(const struct ro_path *up, size_t index)
{
    return (struct ro_path){ .up = up, .index = index };
}

/* Fills in what a fault in a document has not: its code and the element of the input array. */
static void hand_over(struct check *c, int code, const struct ro_path *path, struct rollout_error *full)
{
    full->code = code;
    for (; path; path = path->up)
        if (!path->key.data)
            full->index = (uint32_t)path->index;
    ro_error_hand_over(c->reterr, full);
    c->code = code;
}

static void refuse(struct check *c, int code, const struct ro_path *path, const char *text)
{
    struct rollout_error full = { .struct_size = sizeof full };
    if (c->code)
        return;
    (void)ro_error_value(&full, path, NULL, "%s", text);
    hand_over(c, code, path, &full);
}

static void refuse_number(struct check *c, int code, const struct ro_path *path, int64_t number, const char *before,
                          const char *behind)
{
    struct rollout_error full = { .struct_size = sizeof full };
    const struct rollout_node value = { .kind = ROLLOUT_NODE_INTEGER, .size = 1, .integer = number };
    if (c->code)
        return;
    (void)ro_error_value(&full, path, &value, "%s%lld%s", before, (long long)number, behind);
    hand_over(c, code, path, &full);
}

/* ---- fields ---- */

static bool strs_broken(const struct rollout_strs *strs)
{
    return strs->count && (!strs->items || ro_stride_broken(strs->stride, sizeof(struct rollout_str)));
}

static bool labels_broken(const struct rollout_labels *labels)
{
    return labels->count && (!labels->items || ro_stride_broken(labels->stride, sizeof(struct rollout_label)));
}

static void check_text(struct check *c, const struct ro_path *up, const char *name, struct rollout_str text)
{
    if (!ro_str_broken(text))
        return;
    struct ro_path path = member(up, name);
    refuse(c, ROLLOUT_ERR_INVALID, &path, "NULL with a length");
}

static void check_reserved(struct check *c, const struct ro_path *up, uint32_t reserved)
{
    if (!reserved)
        return;
    struct ro_path path = member(up, "reserved");
    refuse(c, ROLLOUT_ERR_ABI, &path, "not zero");
}

static void check_known(struct check *c, const struct ro_path *up, const char *name, uint32_t value, uint32_t last)
{
    if (value <= last)
        return;
    struct ro_path path = member(up, name);
    refuse_number(c, ROLLOUT_ERR_INVALID, &path, value, "", " is unknown");
}

/* Times are added to: those that no document can hold would overflow. */
static void check_time(struct check *c, const struct ro_path *up, const char *name, int64_t ms)
{
    if (ms >= RO_TIME_MIN && ms <= RO_TIME_MAX)
        return;
    struct ro_path path = member(up, name);
    refuse_number(c, ROLLOUT_ERR_INVALID, &path, ms, "", " is no time in the years 0 to 9999");
}

/* Whether there is an array of that many elements to look at. */
static bool check_array(struct check *c, const struct ro_path *path, const void *items, size_t count)
{
    if (count && !items)
        refuse(c, ROLLOUT_ERR_INVALID, path, "NULL with a count");
    return count && items;
}

static bool check_view(struct check *c, const struct ro_path *path, const void *items, uint32_t count, uint32_t stride,
                       uint32_t size)
{
    if (!check_array(c, path, items, count))
        return false;
    if (!ro_stride_broken(stride, size))
        return true;
    refuse_number(c, ROLLOUT_ERR_ABI, path, stride, "stride ", " is none");
    return false;
}

static void check_strs(struct check *c, const struct ro_path *up, const char *name, const struct rollout_strs *strs)
{
    struct ro_path path = member(up, name);
    if (!check_view(c, &path, strs->items, strs->count, strs->stride, sizeof(struct rollout_str)))
        return;
    for (uint32_t i = 0; i < strs->count; i++) {
        struct ro_path place = element(&path, i);
        if (ro_str_broken(*ro_strs_at(strs, i)))
            refuse(c, ROLLOUT_ERR_INVALID, &place, "NULL with a length");
    }
}

static void check_labels(struct check *c, const struct ro_path *up, const char *name,
                         const struct rollout_labels *labels)
{
    struct ro_path path = member(up, name);
    if (!check_view(c, &path, labels->items, labels->count, labels->stride, sizeof(struct rollout_label)))
        return;
    for (uint32_t i = 0; i < labels->count; i++) {
        struct ro_path place = element(&path, i);
        check_text(c, &place, "key", *ro_label_key(labels, i));
        check_text(c, &place, "value", *ro_label_value(labels, i));
    }
}

/* ---- the spec ---- */

static void check_intstr(struct check *c, const char *name, const struct rollout_intstr *value)
{
    struct ro_path path = member(NULL, name);
    check_known(c, &path, "kind", value->kind, ROLLOUT_INTSTR_TEXT);
    check_text(c, &path, "text", value->text);
}

/* An operator that is unknown only makes the selector unusable. */
static void check_selector(struct check *c, const struct ro_path *up, const struct rollout_selector *selector)
{
    struct ro_path path = member(up, "selector"), list = member(&path, "requirements");
    check_labels(c, &path, "match_labels", &selector->match_labels);
    if (!check_array(c, &list, selector->requirements, selector->requirement_count))
        return;
    for (size_t i = 0; i < selector->requirement_count; i++) {
        const struct rollout_requirement *requirement = &selector->requirements[i];
        struct ro_path place = element(&list, i);
        check_text(c, &place, "key", requirement->key);
        check_reserved(c, &place, requirement->reserved);
        check_strs(c, &place, "values", &requirement->values);
    }
}

static void check_order(struct check *c, const struct rollout_order *order)
{
    const struct rollout_priority *priority = &order->priority;
    struct ro_path path = member(NULL, "order"), up = member(&path, "priority"), list = member(&up, "weights");
    if (check_array(c, &list, priority->weights, priority->weight_count))
        for (size_t i = 0; i < priority->weight_count; i++) {
            struct ro_path place = element(&list, i);
            check_selector(c, &place, &priority->weights[i].selector);
            check_reserved(c, &place, priority->weights[i].reserved);
        }
    check_strs(c, &up, "ordered_keys", &priority->ordered_keys);
    check_labels(c, &path, "scatter", &order->scatter);
}

static void check_hook(struct check *c, const struct ro_path *up, const char *name, const struct rollout_hook *hook)
{
    struct ro_path path = member(up, name);
    check_labels(c, &path, "labels", &hook->labels);
    check_strs(c, &path, "finalizers", &hook->finalizers);
}

static void check_lifecycle(struct check *c, const struct rollout_lifecycle *lifecycle)
{
    struct ro_path path = member(NULL, "lifecycle");
    check_reserved(c, &path, lifecycle->reserved);
    check_hook(c, &path, "pre_normal", &lifecycle->pre_normal);
    check_hook(c, &path, "pre_delete", &lifecycle->pre_delete);
    check_hook(c, &path, "in_place_update", &lifecycle->in_place_update);
}

static void check_status(struct check *c, const struct rollout_cloneset_status *status)
{
    struct ro_path path = member(NULL, "status"), list = member(&path, "conditions");
    check_reserved(c, &path, status->reserved);
    check_text(c, &path, "update_revision", status->update_revision);
    check_text(c, &path, "current_revision", status->current_revision);
    check_text(c, &path, "label_selector", status->label_selector);
    if (!check_array(c, &list, status->conditions, status->condition_count))
        return;
    for (size_t i = 0; i < status->condition_count; i++) {
        const struct rollout_condition *condition = &status->conditions[i];
        struct ro_path place = element(&list, i);
        check_text(c, &place, "type", condition->type);
        check_text(c, &place, "status", condition->status);
        check_text(c, &place, "reason", condition->reason);
        check_text(c, &place, "message", condition->message);
        check_time(c, &place, "last_update_ms", condition->last_update_ms);
        check_time(c, &place, "last_transition_ms", condition->last_transition_ms);
    }
}

static void check_spec(struct check *c, const struct rollout_cloneset *spec)
{
    check_text(c, NULL, "namespace_", spec->namespace_);
    check_text(c, NULL, "name", spec->name);
    check_selector(c, NULL, &spec->selector);
    check_text(c, NULL, "label_selector", spec->label_selector);
    check_known(c, NULL, "update_type", spec->update_type, ROLLOUT_UPDATE_ON_DELETE);
    check_known(c, NULL, "pod_update_policy", spec->pod_update_policy, ROLLOUT_POLICY_IN_PLACE_ONLY);
    check_intstr(c, "partition", &spec->partition);
    check_intstr(c, "max_unavailable", &spec->max_unavailable);
    check_intstr(c, "max_surge", &spec->max_surge);
    check_intstr(c, "scale_max_unavailable", &spec->scale_max_unavailable);
    check_strs(c, NULL, "pods_to_delete", &spec->pods_to_delete);
    check_strs(c, NULL, "claim_templates", &spec->claim_templates);
    check_order(c, &spec->order);
    check_lifecycle(c, &spec->lifecycle);
    check_status(c, &spec->status);
}

/* ---- the snapshot ---- */

static void check_data(struct check *c, const struct ro_path *up, const struct rollout_tree *data)
{
    struct ro_path path = member(up, "data");
    struct rollout_error fault = { .struct_size = sizeof fault };
    if (!check_array(c, &path, data->nodes, data->count) || !rollout_tree_check(data, &fault))
        return;
    refuse(c, ROLLOUT_ERR_INVALID, &path, fault.message);
}

static void check_revisions(struct check *c, const struct ro_abi_array *revisions)
{
    struct ro_path list = member(NULL, "revisions");
    /* Places are kept in 16 bits. */
    if (revisions->count >= UINT16_MAX) {
        if (!c->code)
            c->code =
                ro_error(c->reterr, ROLLOUT_ERR_INVALID, "revisions", "revisions: %zu are too many", revisions->count);
        return;
    }
    for (uint32_t i = 0; i < revisions->count; i++) {
        const struct rollout_revision *revision = ro_revision_at(revisions, i);
        struct ro_path place = element(&list, i), number = member(&place, "number");
        check_text(c, &place, "name", revision->name);
        if (revision->number == INT64_MAX)
            refuse_number(c, ROLLOUT_ERR_INVALID, &number, revision->number, "", " leaves none for the next revision");
        check_reserved(c, &place, revision->reserved);
        check_strs(c, &place, "topology_keys", &revision->topology_keys);
        check_data(c, &place, &revision->data);
        check_text(c, &place, "claims_hash", revision->claims_hash);
    }
}

static void check_nodes(struct check *c, const struct ro_abi_array *nodes)
{
    struct ro_path list = member(NULL, "nodes");
    for (size_t i = 0; i < nodes->count; i++) {
        const struct rollout_node_facts *node = (const void *)(nodes->items + i * nodes->stride);
        const struct rollout_labels *labels = &node->labels;
        if (!labels_broken(labels) && !ro_str_broken(node->name))
            continue;
        struct ro_path place = element(&list, i), path = member(&place, "labels");
        check_text(c, &place, "name", node->name);
        (void)check_view(c, &path, labels->items, labels->count, labels->stride, sizeof(struct rollout_label));
    }
}

static void check_claims(struct check *c, const struct ro_abi_array *claims)
{
    struct ro_path list = member(NULL, "claims");
    for (size_t i = 0; i < claims->count; i++) {
        const struct rollout_claim *claim = (const void *)(claims->items + i * claims->stride);
        struct ro_path place = element(&list, i);
        check_text(c, &place, "name", claim->name);
        check_text(c, &place, "instance_id", claim->instance_id);
        check_reserved(c, &place, claim->reserved);
    }
}

static void check_verdicts(struct check *c, const struct ro_abi_array *verdicts)
{
    struct ro_path list = member(NULL, "in_place_verdicts");
    for (size_t i = 0; i < verdicts->count; i++) {
        const struct rollout_in_place_verdict *verdict = (const void *)(verdicts->items + i * verdicts->stride);
        struct ro_path place = element(&list, i);
        check_known(c, &place, "rule", verdict->rule, ROLLOUT_DIFF_GATE);
        check_text(c, &place, "path", verdict->path);
    }
}

static void check_snapshot(struct check *c, const struct ro_planner_input *in)
{
    struct ro_path path = member(NULL, "snapshot");
    check_reserved(c, &path, in->snapshot.reserved);
    check_time(c, NULL, "now_ms", in->snapshot.now_ms);
    check_time(c, NULL, "unobserved_since_ms", in->snapshot.unobserved_since_ms);
    check_revisions(c, &in->revisions);
    check_nodes(c, &in->nodes);
    check_claims(c, &in->claims);
    check_verdicts(c, &in->verdicts);
}

int ro_cloneset_check(const struct rollout_cloneset *spec, const struct ro_planner_input *in,
                      struct rollout_error *reterr)
{
    struct check c = { reterr, ROLLOUT_OK };
    check_spec(&c, spec);
    check_snapshot(&c, in);
    return c.code;
}

/* ---- a pod ---- */

static bool pod_broken(const struct rollout_pod *pod)
{
    const struct rollout_in_place *in_place = pod->in_place;
    return ro_str_broken(pod->revision) || ro_str_broken(pod->name) || ro_str_broken(pod->node) || pod->reserved ||
           labels_broken(&pod->labels) || strs_broken(&pod->finalizers) ||
           (in_place && (ro_str_broken(in_place->container) || ro_str_broken(in_place->grace_revision)));
}

int ro_pod_check(const struct rollout_pod *pod, size_t i, struct rollout_error *reterr)
{
    struct check c = { reterr, ROLLOUT_OK };
    if (!pod_broken(pod))
        return ROLLOUT_OK;
    struct ro_path list = member(NULL, "pods"), place = element(&list, i);
    struct ro_path labels = member(&place, "labels"), finalizers = member(&place, "finalizers");
    struct ro_path in_place = member(&place, "in_place");
    check_reserved(&c, &place, pod->reserved);
    check_text(&c, &place, "revision", pod->revision);
    check_text(&c, &place, "name", pod->name);
    check_text(&c, &place, "node", pod->node);
    (void)check_view(&c, &labels, pod->labels.items, pod->labels.count, pod->labels.stride,
                     sizeof(struct rollout_label));
    (void)check_view(&c, &finalizers, pod->finalizers.items, pod->finalizers.count, pod->finalizers.stride,
                     sizeof(struct rollout_str));
    if (pod->in_place) {
        check_text(&c, &in_place, "container", pod->in_place->container);
        check_text(&c, &in_place, "grace_revision", pod->in_place->grace_revision);
    }
    return c.code;
}

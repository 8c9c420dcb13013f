/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/cloneset.h"

#include "base/sort.h"
#include "objects/pod.h"
#include "rules/selector.h"

int ro_cloneset_version(struct rollout_str api_version)
{
    if (ro_str_eq(api_version, RO_STR("apps.kruise.io/v1beta1")))
        return RO_CLONESET_V1BETA1;
    return ro_str_eq(api_version, RO_STR("apps.kruise.io/v1alpha1")) ? RO_CLONESET_V1ALPHA1 : 0;
}

/* ---- selectors ---- */

static uint32_t operator_of(struct rollout_str text)
{
    if (ro_str_eq(text, RO_STR("In")))
        return ROLLOUT_OPERATOR_IN;
    if (ro_str_eq(text, RO_STR("NotIn")))
        return ROLLOUT_OPERATOR_NOT_IN;
    if (ro_str_eq(text, RO_STR("Exists")))
        return ROLLOUT_OPERATOR_EXISTS;
    return ro_str_eq(text, RO_STR("DoesNotExist")) ? ROLLOUT_OPERATOR_DOES_NOT_EXIST : ROLLOUT_OPERATOR_UNKNOWN;
}

static struct rollout_selector read_selector(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object,
                                             const char *key)
{
    struct ro_at selector = ro_at_object(d, object, key);
    struct rollout_selector ret = { .match_labels = ro_read_labels(d, &selector, "matchLabels") };
    struct ro_at list = ro_at_array(d, &selector, "matchExpressions");
    uint32_t count = list.node ? ro_count(list.node) : 0;
    struct rollout_requirement *items = count ? ro_arena_alloc(arena, count, sizeof(*items)) : NULL;
    size_t index = 0;
    if (!items)
        return ret;
    for (const struct rollout_node *c = ro_first(list.node); c != ro_end(list.node); c = ro_next(c), index++) {
        struct ro_at term = ro_at_element(d, &list, c, index);
        items[index].key = ro_read_text(d, &term, "key");
        items[index].op = operator_of(ro_read_text(d, &term, "operator"));
        items[index].values = ro_read_texts(d, &term, "values");
    }
    ret.requirements = items;
    ret.requirement_count = count;
    return ret;
}

/* A part of a selector's text: a label (op 0), or a requirement. */
struct part {
    struct rollout_str key;
    struct rollout_str value;
    uint32_t op;
    struct rollout_strs values;
    uint32_t *order; /* of values, sorted */
};

static int compare_parts(const void *context, uint32_t a, uint32_t b)
{
    const struct part *parts = context;
    return ro_str_cmp(parts[a].key, parts[b].key);
}

static int compare_values(const void *context, uint32_t a, uint32_t b)
{
    return ro_str_cmp(*ro_strs_at(context, a), *ro_strs_at(context, b));
}

static size_t put(char *buf, size_t at, struct rollout_str text)
{
    if (buf && text.len)
        memcpy(buf + at, text.data, text.len);
    return at + text.len;
}

/* Writes the parts in order to buf, or only counts where it is NULL. */
static size_t write_parts(const struct part *parts, const uint32_t *order, uint32_t count, char *buf)
{
    size_t at = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct part *p = &parts[order[i]];
        if (i > 0)
            at = put(buf, at, RO_STR(","));
        if (p->op == ROLLOUT_OPERATOR_DOES_NOT_EXIST)
            at = put(buf, at, RO_STR("!"));
        at = put(buf, at, p->key);
        if (p->op == 0) {
            at = put(buf, at, RO_STR("="));
            at = put(buf, at, p->value);
        } else if (p->op == ROLLOUT_OPERATOR_IN || p->op == ROLLOUT_OPERATOR_NOT_IN) {
            at = put(buf, at, p->op == ROLLOUT_OPERATOR_IN ? RO_STR(" in (") : RO_STR(" notin ("));
            for (uint32_t k = 0; k < p->values.count; k++) {
                if (k > 0)
                    at = put(buf, at, RO_STR(","));
                at = put(buf, at, *ro_strs_at(&p->values, p->order[k]));
            }
            at = put(buf, at, RO_STR(")"));
        }
    }
    return at;
}

static uint32_t *sorted(struct ro_arena *arena, uint32_t count,
                        int (*compare)(const void *context, uint32_t a, uint32_t b), const void *context)
{
    uint32_t *order = ro_arena_alloc(arena, count ? count : 1, sizeof(*order));
    uint32_t *scratch = ro_arena_alloc(arena, count ? count : 1, sizeof(*scratch));
    if (!order || !scratch)
        return NULL;
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    ro_sort_indices(order, count, scratch, compare, context);
    return order;
}

/* The text that Kubernetes makes of a selector: parts by key, values sorted. Empty where it has an
 * operator that is none, since then there is no selector to print. */
static struct rollout_str selector_text(struct ro_arena *arena, const struct rollout_selector *selector)
{
    struct rollout_str none = RO_STR("");
    uint32_t labels = selector->match_labels.count, count = labels + (uint32_t)selector->requirement_count;
    struct part *parts = ro_arena_alloc(arena, count ? count : 1, sizeof(*parts));
    if (!parts)
        return none;
    for (uint32_t i = 0; i < labels; i++) {
        parts[i].key = *ro_label_key(&selector->match_labels, i);
        parts[i].value = *ro_label_value(&selector->match_labels, i);
    }
    for (uint32_t i = labels; i < count; i++) {
        const struct rollout_requirement *r = &selector->requirements[i - labels];
        if (r->op == ROLLOUT_OPERATOR_UNKNOWN)
            return none;
        parts[i] = (struct part){ .key = r->key, .op = r->op, .values = r->values };
        parts[i].order = sorted(arena, r->values.count, compare_values, &r->values);
        if (!parts[i].order)
            return none;
    }
    uint32_t *order = sorted(arena, count, compare_parts, parts);
    if (!order)
        return none;
    size_t len = write_parts(parts, order, count, NULL);
    char *buf = ro_arena_alloc(arena, len ? len : 1, 1);
    if (!buf)
        return none;
    write_parts(parts, order, count, buf);
    return (struct rollout_str){ buf, len };
}

/* ---- strategies ---- */

/* Texts at a member of each element of an array of objects, which lie too unevenly for a view. */
static struct rollout_strs read_column(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *array,
                                       const char *outer, const char *key)
{
    uint32_t count = array->node ? ro_count(array->node) : 0;
    struct rollout_str *items = count ? ro_arena_alloc(arena, count, sizeof(*items)) : NULL;
    size_t index = 0;
    if (!items)
        return (struct rollout_strs){ NULL, 0, sizeof(*items) };
    for (const struct rollout_node *c = ro_first(array->node); c != ro_end(array->node); c = ro_next(c), index++) {
        struct ro_at element = ro_at_element(d, array, c, index);
        struct ro_at inner = outer ? ro_at_object(d, &element, outer) : element;
        items[index] = ro_read_text(d, &inner, key);
    }
    return (struct rollout_strs){ items, count, sizeof(*items) };
}

static void read_priority(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *strategy,
                          struct rollout_priority *ret)
{
    struct ro_at priority = ro_at_object(d, strategy, "priorityStrategy");
    struct ro_at keys = ro_at_array(d, &priority, "orderPriority");
    struct ro_at weights = ro_at_array(d, &priority, "weightPriority");
    ret->ordered_keys = read_column(d, arena, &keys, NULL, "orderedKey");
    uint32_t count = weights.node ? ro_count(weights.node) : 0;
    struct rollout_weight_term *items = count ? ro_arena_alloc(arena, count, sizeof(*items)) : NULL;
    size_t index = 0;
    if (!items)
        return;
    for (const struct rollout_node *c = ro_first(weights.node); c != ro_end(weights.node); c = ro_next(c), index++) {
        struct ro_at term = ro_at_element(d, &weights, c, index);
        items[index].weight = ro_read_int32(d, &term, "weight");
        items[index].selector = read_selector(d, arena, &term, "matchSelector");
    }
    ret->weights = items;
    ret->weight_count = count;
}

static struct rollout_labels read_scatter(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *strategy)
{
    struct ro_at scatter = ro_at_array(d, strategy, "scatterStrategy");
    uint32_t count = scatter.node ? ro_count(scatter.node) : 0;
    struct rollout_label *items = count ? ro_arena_alloc(arena, count, sizeof(*items)) : NULL;
    size_t index = 0;
    if (!items)
        return (struct rollout_labels){ NULL, 0, sizeof(*items) };
    for (const struct rollout_node *c = ro_first(scatter.node); c != ro_end(scatter.node); c = ro_next(c), index++) {
        struct ro_at term = ro_at_element(d, &scatter, c, index);
        items[index].key = ro_read_text(d, &term, "key");
        items[index].value = ro_read_text(d, &term, "value");
    }
    return (struct rollout_labels){ items, count, sizeof(*items) };
}

/* What v1beta1 has in rollingUpdate and v1alpha1 in updateStrategy itself. */
static void read_rolling(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *strategy,
                         struct rollout_cloneset *ret)
{
    ret->partition = ro_read_intstr(d, strategy, "partition");
    ret->max_unavailable = ro_read_intstr(d, strategy, "maxUnavailable");
    ret->max_surge = ro_read_intstr(d, strategy, "maxSurge");
    if (ro_read_bool(d, strategy, "paused"))
        ret->flags |= ROLLOUT_CLONESET_PAUSED;
    read_priority(d, arena, strategy, &ret->order.priority);
    ret->order.scatter = read_scatter(d, arena, strategy);
    struct ro_at in_place = ro_at_object(d, strategy, "inPlaceUpdateStrategy");
    ret->grace_period_seconds = ro_read_int32(d, &in_place, "gracePeriodSeconds");
}

static uint32_t policy_of(struct rollout_str text)
{
    if (ro_str_eq(text, RO_STR("InPlaceIfPossible")))
        return ROLLOUT_POLICY_IN_PLACE_IF_POSSIBLE;
    return ro_str_eq(text, RO_STR("InPlaceOnly")) ? ROLLOUT_POLICY_IN_PLACE_ONLY : ROLLOUT_POLICY_RECREATE;
}

static void read_update_strategy(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *spec, bool alpha,
                                 struct rollout_cloneset *ret)
{
    struct ro_at strategy = ro_at_object(d, spec, "updateStrategy");
    struct rollout_str type = ro_read_text(d, &strategy, "type");
    bool on_delete = ro_str_eq(type, RO_STR("OnDelete"));
    ret->update_type = on_delete ? ROLLOUT_UPDATE_ON_DELETE : ROLLOUT_UPDATE_ROLLING;
    if (alpha) {
        /* The conversion drops the whole block for OnDelete; what it drops is still decoded before. */
        struct rollout_cloneset dropped = { .flags = 0 };
        read_rolling(d, arena, &strategy, on_delete ? &dropped : ret);
        if (!on_delete) {
            ret->flags |= ROLLOUT_CLONESET_ROLLING_UPDATE;
            ret->pod_update_policy = policy_of(type);
        }
        return;
    }
    struct ro_at rolling = ro_at_object(d, &strategy, "rollingUpdate");
    if (!rolling.node)
        return;
    ret->flags |= ROLLOUT_CLONESET_ROLLING_UPDATE;
    ret->pod_update_policy = policy_of(ro_read_text(d, &rolling, "podUpdatePolicy"));
    read_rolling(d, arena, &rolling, ret);
}

static void read_scale_strategy(struct ro_decoder *d, const struct ro_at *spec, bool alpha,
                                const struct rollout_labels *labels, struct rollout_cloneset *ret)
{
    struct ro_at scale = ro_at_object(d, spec, "scaleStrategy");
    ret->pods_to_delete = ro_read_texts(d, &scale, "podsToDelete");
    ret->scale_max_unavailable = ro_read_intstr(d, &scale, "maxUnavailable");
    if (ro_read_bool(d, &scale, "excludePreparingDelete"))
        ret->flags |= ROLLOUT_CLONESET_EXCLUDE_PREPARING_DELETE;
    if (!alpha) {
        if (ro_read_bool(d, &scale, "enablePVCReuse"))
            ret->flags |= ROLLOUT_CLONESET_REUSE_CLAIMS;
        return;
    }
    /* Reuse is on unless v1alpha1 says otherwise, and its label does what is a field in v1beta1. */
    if (!ro_read_bool(d, &scale, "disablePVCReuse"))
        ret->flags |= ROLLOUT_CLONESET_REUSE_CLAIMS;
    const struct rollout_str *exclude =
        ro_labels_get(labels, RO_STR("apps.kruise.io/cloneset-scaling-exclude-preparing-delete"));
    if (exclude && ro_str_eq(*exclude, RO_STR("true")))
        ret->flags |= ROLLOUT_CLONESET_EXCLUDE_PREPARING_DELETE;
}

static struct rollout_hook read_hook(struct ro_decoder *d, const struct ro_at *lifecycle, const char *key)
{
    struct ro_at hook = ro_at_object(d, lifecycle, key);
    return (struct rollout_hook){
        .set = hook.node != NULL,
        .mark_pod_not_ready = ro_read_bool(d, &hook, "markPodNotReady"),
        .labels = ro_read_labels(d, &hook, "labelsHandler"),
        .finalizers = ro_read_texts(d, &hook, "finalizersHandler"),
    };
}

/* ---- status ---- */

static void read_status(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object,
                        struct rollout_cloneset_status *ret)
{
    struct ro_at status = ro_at_object(d, object, "status");
    ret->observed_generation = ro_read_int64(d, &status, "observedGeneration");
    ret->replicas = ro_read_int32(d, &status, "replicas");
    ret->ready_replicas = ro_read_int32(d, &status, "readyReplicas");
    ret->available_replicas = ro_read_int32(d, &status, "availableReplicas");
    ret->updated_replicas = ro_read_int32(d, &status, "updatedReplicas");
    ret->updated_ready_replicas = ro_read_int32(d, &status, "updatedReadyReplicas");
    ret->updated_available_replicas = ro_read_int32(d, &status, "updatedAvailableReplicas");
    ret->expected_updated_replicas = ro_read_int32(d, &status, "expectedUpdatedReplicas");
    ret->collision_count = ro_read_opt(d, &status, "collisionCount");
    ret->update_revision = ro_read_text(d, &status, "updateRevision");
    ret->current_revision = ro_read_text(d, &status, "currentRevision");
    ret->label_selector = ro_read_text(d, &status, "labelSelector");

    struct ro_at conditions = ro_at_array(d, &status, "conditions");
    uint32_t count = conditions.node ? ro_count(conditions.node) : 0;
    struct rollout_condition *items = count ? ro_arena_alloc(arena, count, sizeof(*items)) : NULL;
    size_t i = 0;
    if (!items)
        return;
    for (const struct rollout_node *c = ro_first(conditions.node); c != ro_end(conditions.node); c = ro_next(c), i++) {
        struct ro_at condition = ro_at_element(d, &conditions, c, i);
        items[i].type = ro_read_text(d, &condition, "type");
        items[i].status = ro_read_text(d, &condition, "status");
        items[i].reason = ro_read_text(d, &condition, "reason");
        items[i].message = ro_read_text(d, &condition, "message");
        items[i].last_update_ms = ro_read_time(d, &condition, "lastUpdateTime");
        items[i].last_transition_ms = ro_read_time(d, &condition, "lastTransitionTime");
    }
    ret->conditions = items;
    ret->condition_count = count;
}

/* The template is compared as it stands; only what Kubernetes itself could not read is refused. */
static void check_template(struct ro_decoder *d, const struct ro_at *spec)
{
    struct ro_metadata metadata;
    struct ro_at template = ro_at_object(d, spec, "template");
    ro_read_metadata(d, &template, &metadata);
    struct ro_at pod_spec = ro_at_object(d, &template, "spec");
    ro_check_containers(d, &pod_spec, "containers");
    ro_check_containers(d, &pod_spec, "initContainers");
    struct ro_at spread = ro_at_array(d, &pod_spec, "topologySpreadConstraints");
    size_t index = 0;
    if (!spread.node)
        return;
    for (const struct rollout_node *c = ro_first(spread.node); c != ro_end(spread.node); c = ro_next(c)) {
        struct ro_at constraint = ro_at_element(d, &spread, c, index++);
        ro_read_text(d, &constraint, "topologyKey");
        ro_read_int32(d, &constraint, "maxSkew");
        ro_read_text(d, &constraint, "whenUnsatisfiable");
    }
}

void ro_cloneset_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object, int version,
                        struct rollout_cloneset *ret)
{
    struct ro_metadata metadata;
    struct rollout_cloneset cloneset = { .struct_size = sizeof(cloneset) };
    bool alpha = version == RO_CLONESET_V1ALPHA1;
    ro_read_metadata(d, object, &metadata);
    struct ro_at object_metadata = ro_at_object(d, object, "metadata");
    cloneset.name = metadata.name;
    cloneset.namespace_ = metadata.namespace_;
    cloneset.generation = ro_read_int64(d, &object_metadata, "generation");
    if (metadata.terminating)
        cloneset.flags |= ROLLOUT_CLONESET_DELETING;

    struct ro_at spec = ro_at_object(d, object, "spec");
    cloneset.replicas = ro_read_opt(d, &spec, "replicas");
    cloneset.min_ready_seconds = ro_read_int32(d, &spec, "minReadySeconds");
    cloneset.revision_history_limit = ro_read_opt(d, &spec, "revisionHistoryLimit");
    cloneset.progress_deadline_seconds = ro_read_opt(d, &spec, "progressDeadlineSeconds");
    cloneset.selector = read_selector(d, arena, &spec, "selector");
    if (!ro_at_object(d, &spec, "selector").node || !ro_selector_usable(&cloneset.selector))
        cloneset.flags |= ROLLOUT_CLONESET_SELECTOR_INVALID;
    cloneset.label_selector = selector_text(arena, &cloneset.selector);
    struct ro_at claims = ro_at_array(d, &spec, "volumeClaimTemplates");
    cloneset.claim_templates = read_column(d, arena, &claims, "metadata", "name");

    struct ro_at lifecycle = ro_at_object(d, &spec, "lifecycle");
    cloneset.lifecycle.set = lifecycle.node != NULL;
    cloneset.lifecycle.pre_normal = read_hook(d, &lifecycle, "preNormal");
    cloneset.lifecycle.pre_delete = read_hook(d, &lifecycle, "preDelete");
    cloneset.lifecycle.in_place_update = read_hook(d, &lifecycle, "inPlaceUpdate");

    read_scale_strategy(d, &spec, alpha, &metadata.labels, &cloneset);
    read_update_strategy(d, arena, &spec, alpha, &cloneset);
    check_template(d, &spec);
    read_status(d, arena, object, &cloneset.status);
    *ret = cloneset;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/scheduling.h"

#include "objects/selector.h"

static uint32_t effect_of(struct rollout_str text)
{
    if (text.len == 0)
        return ROLLOUT_EFFECT_ANY;
    if (ro_str_eq(text, RO_STR("NoSchedule")))
        return ROLLOUT_EFFECT_NO_SCHEDULE;
    if (ro_str_eq(text, RO_STR("PreferNoSchedule")))
        return ROLLOUT_EFFECT_PREFER_NO_SCHEDULE;
    return ro_str_eq(text, RO_STR("NoExecute")) ? ROLLOUT_EFFECT_NO_EXECUTE : ROLLOUT_EFFECT_OTHER;
}

struct rollout_str ro_effect_text(uint32_t effect)
{
    switch (effect) {
    case ROLLOUT_EFFECT_ANY:
        return (struct rollout_str){ NULL, 0 };
    case ROLLOUT_EFFECT_NO_SCHEDULE:
        return RO_STR("NoSchedule");
    case ROLLOUT_EFFECT_PREFER_NO_SCHEDULE:
        return RO_STR("PreferNoSchedule");
    case ROLLOUT_EFFECT_NO_EXECUTE:
        return RO_STR("NoExecute");
    default:
        return RO_STR("Other");
    }
}

static uint32_t toleration_operator_of(struct rollout_str text)
{
    if (text.len == 0 || ro_str_eq(text, RO_STR("Equal")))
        return ROLLOUT_TOLERATION_EQUAL;
    return ro_str_eq(text, RO_STR("Exists")) ? ROLLOUT_TOLERATION_EXISTS : ROLLOUT_TOLERATION_OTHER;
}

static void read_tolerations(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *pod_spec,
                             struct rollout_scheduling *ret)
{
    struct ro_each each;
    ro_each_open(d, pod_spec, "tolerations", &each);
    size_t count;
    struct rollout_toleration *items = ro_each_alloc(&each, arena, sizeof(*items), &count);
    if (!items)
        return;
    while (ro_each_next(d, &each)) {
        struct rollout_toleration *toleration = &items[each.index];
        toleration->key = ro_read_text(d, &each.at, "key");
        toleration->value = ro_read_text(d, &each.at, "value");
        toleration->op = toleration_operator_of(ro_read_text(d, &each.at, "operator"));
        toleration->effect = effect_of(ro_read_text(d, &each.at, "effect"));
        ro_read_int64(d, &each.at, "tolerationSeconds");
    }
    ret->tolerations = items;
    ret->toleration_count = count;
}

/* Opens the terms of the required node affinity; whether there is one. required must not be moved after. */
struct terms {
    struct ro_at affinity, node_affinity, required;
    struct ro_each each;
};

static bool open_terms(struct ro_decoder *d, const struct ro_at *pod_spec, struct terms *ret)
{
    ret->affinity = ro_at_object(d, pod_spec, "affinity");
    ret->node_affinity = ro_at_object(d, &ret->affinity, "nodeAffinity");
    ret->required = ro_at_object(d, &ret->node_affinity, "requiredDuringSchedulingIgnoredDuringExecution");
    ro_each_open(d, &ret->required, "nodeSelectorTerms", &ret->each);
    return ret->required.node != NULL;
}

static void read_affinity(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *pod_spec,
                          struct rollout_node_affinity *ret)
{
    struct terms terms;
    ret->set = open_terms(d, pod_spec, &terms);
    struct ro_each *each = &terms.each;
    size_t count;
    struct rollout_node_term *items = ro_each_alloc(each, arena, sizeof(*items), &count);
    if (!items)
        return;
    while (ro_each_next(d, each)) {
        struct rollout_node_term *term = &items[each->index];
        term->expressions =
            ro_read_requirements(d, arena, &each->at, "matchExpressions", true, &term->expression_count);
        term->fields = ro_read_requirements(d, arena, &each->at, "matchFields", true, &term->field_count);
    }
    ret->terms = items;
    ret->term_count = count;
}

void ro_scheduling_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *pod_spec,
                          struct rollout_scheduling *ret)
{
    *ret = (struct rollout_scheduling){
        .node_name = ro_read_text(d, pod_spec, "nodeName"),
        .node_selector = ro_read_labels(d, pod_spec, "nodeSelector"),
        .host_network = ro_read_bool(d, pod_spec, "hostNetwork"),
    };
    read_affinity(d, arena, pod_spec, &ret->affinity);
    read_tolerations(d, arena, pod_spec, ret);
}

const struct rollout_taint *ro_read_taints(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *spec,
                                           size_t *ret_count)
{
    struct ro_each each;
    ro_each_open(d, spec, "taints", &each);
    struct rollout_taint *items = ro_each_alloc(&each, arena, sizeof(*items), ret_count);
    while (items && ro_each_next(d, &each)) {
        items[each.index].key = ro_read_text(d, &each.at, "key");
        items[each.index].value = ro_read_text(d, &each.at, "value");
        items[each.index].effect = effect_of(ro_read_text(d, &each.at, "effect"));
    }
    return items;
}

struct rollout_str ro_read_target_node(struct ro_decoder *d, const struct ro_at *pod_spec)
{
    struct rollout_str target = { NULL, 0 };
    bool found = false;
    struct terms terms;
    open_terms(d, pod_spec, &terms);
    while (ro_each_next(d, &terms.each)) {
        struct ro_each fields;
        ro_each_open(d, &terms.each.at, "matchFields", &fields);
        while (ro_each_next(d, &fields)) {
            struct rollout_str key = ro_read_text(d, &fields.at, "key");
            struct rollout_str op = ro_read_text(d, &fields.at, "operator");
            struct rollout_strs values = ro_read_texts(d, &fields.at, "values");
            if (found || !ro_str_eq(key, RO_STR("metadata.name")) || !ro_str_eq(op, RO_STR("In")))
                continue;
            found = true;
            if (values.count == 1)
                target = *ro_strs_at(&values, 0);
        }
    }
    return target;
}

void ro_require_node(struct ro_arena *arena, struct ro_edit *pod_spec, struct rollout_str node)
{
    struct ro_edit *affinity = ro_edit_need_object(arena, pod_spec, "affinity");
    struct ro_edit *node_affinity = ro_edit_need_object(arena, affinity, "nodeAffinity");
    struct ro_edit *required =
        ro_edit_need_object(arena, node_affinity, "requiredDuringSchedulingIgnoredDuringExecution");
    struct ro_edit *terms = ro_edit_array(arena), *term = ro_edit_object(arena);
    struct ro_edit *fields = ro_edit_array(arena), *field = ro_edit_object(arena);
    struct ro_edit *values = ro_edit_array(arena);

    ro_edit_append(values, ro_edit_text(arena, node));
    ro_edit_set_text(arena, field, RO_STR("key"), RO_STR("metadata.name"));
    ro_edit_set_text(arena, field, RO_STR("operator"), RO_STR("In"));
    ro_edit_set(field, RO_STR("values"), values);
    ro_edit_append(fields, field);
    ro_edit_set(term, RO_STR("matchFields"), fields);
    ro_edit_append(terms, term);
    ro_edit_set(required, RO_STR("nodeSelectorTerms"), terms);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/spec.h"

#include "objects/pod.h"
#include "objects/selector.h"
#include "rules/selector.h"

bool ro_read_pod_selector(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *spec,
                          struct rollout_selector *ret)
{
    *ret = ro_read_selector(d, arena, spec, "selector");
    return ro_at_member(spec, "selector").node && ro_selector_usable(ret);
}

void ro_check_template(struct ro_decoder *d, const struct ro_at *spec)
{
    struct ro_metadata metadata;
    struct ro_each spread;
    struct ro_at template = ro_at_object(d, spec, "template");
    ro_read_metadata(d, &template, &metadata);
    struct ro_at pod_spec = ro_at_object(d, &template, "spec");
    ro_check_containers(d, &pod_spec, "containers");
    ro_check_containers(d, &pod_spec, "initContainers");
    ro_each_open(d, &pod_spec, "topologySpreadConstraints", &spread);
    while (ro_each_next(d, &spread)) {
        ro_read_text(d, &spread.at, "topologyKey");
        ro_read_int32(d, &spread.at, "maxSkew");
        ro_read_text(d, &spread.at, "whenUnsatisfiable");
    }
}

struct rollout_strs ro_read_column(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object,
                                   const char *list, const char *outer, const char *key)
{
    struct ro_each each;
    ro_each_open(d, object, list, &each);
    size_t count;
    struct rollout_str *items = ro_each_alloc(&each, arena, sizeof(*items), &count);
    if (!items)
        return (struct rollout_strs){ NULL, 0, sizeof(*items) };
    while (ro_each_next(d, &each)) {
        struct ro_at inner = outer ? ro_at_object(d, &each.at, outer) : each.at;
        items[each.index] = ro_read_text(d, &inner, key);
    }
    return (struct rollout_strs){ items, (uint32_t)count, sizeof(*items) };
}

void ro_read_priority(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *strategy,
                      struct rollout_priority *ret)
{
    struct ro_each terms;
    struct ro_at priority = ro_at_object(d, strategy, "priorityStrategy");
    ret->ordered_keys = ro_read_column(d, arena, &priority, "orderPriority", NULL, "orderedKey");
    ro_each_open(d, &priority, "weightPriority", &terms);
    size_t count;
    struct rollout_weight_term *items = ro_each_alloc(&terms, arena, sizeof(*items), &count);
    if (!items)
        return;
    while (ro_each_next(d, &terms)) {
        items[terms.index].weight = ro_read_int32(d, &terms.at, "weight");
        items[terms.index].selector = ro_read_selector(d, arena, &terms.at, "matchSelector");
    }
    ret->weights = items;
    ret->weight_count = count;
}

int32_t ro_read_grace_period(struct ro_decoder *d, const struct ro_at *strategy)
{
    struct ro_at in_place = ro_at_object(d, strategy, "inPlaceUpdateStrategy");
    return ro_read_int32(d, &in_place, "gracePeriodSeconds");
}

uint32_t ro_policy_from_text(struct rollout_str text)
{
    if (ro_str_eq(text, RO_STR("InPlaceIfPossible")))
        return ROLLOUT_POLICY_IN_PLACE_IF_POSSIBLE;
    return ro_str_eq(text, RO_STR("InPlaceOnly")) ? ROLLOUT_POLICY_IN_PLACE_ONLY : ROLLOUT_POLICY_RECREATE;
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

struct rollout_lifecycle ro_read_lifecycle(struct ro_decoder *d, const struct ro_at *spec)
{
    struct ro_at lifecycle = ro_at_object(d, spec, "lifecycle");
    return (struct rollout_lifecycle){
        .set = lifecycle.node != NULL,
        .pre_normal = read_hook(d, &lifecycle, "preNormal"),
        .pre_delete = read_hook(d, &lifecycle, "preDelete"),
        .in_place_update = read_hook(d, &lifecycle, "inPlaceUpdate"),
    };
}

struct rollout_labels ro_read_annotations(struct ro_arena *arena, const struct rollout_node *annotations)
{
    struct rollout_labels ret = { NULL, 0, sizeof(struct rollout_label) };
    bool some = ro_is(annotations, ROLLOUT_NODE_OBJECT) && ro_count(annotations) > 0;
    struct rollout_label *items = some ? ro_arena_alloc(arena, ro_count(annotations), sizeof(*items)) : NULL;
    if (!items)
        return ret;
    for (const struct rollout_node *c = ro_first(annotations); c != ro_end(annotations); c = ro_next(c)) {
        struct rollout_str text = ro_text(c);
        items[ret.count++] = (struct rollout_label){ c->key, text.data ? text : RO_STR("") };
    }
    ret.items = items;
    return ret;
}

const struct rollout_condition *ro_read_conditions_by(struct ro_decoder *d, struct ro_arena *arena,
                                                      const struct ro_at *status, const char *update_key,
                                                      size_t *ret_count)
{
    struct ro_each each;
    ro_each_open(d, status, "conditions", &each);
    struct rollout_condition *items = ro_each_alloc(&each, arena, sizeof(*items), ret_count);
    if (!items)
        return NULL;
    while (ro_each_next(d, &each)) {
        struct rollout_condition *condition = &items[each.index];
        condition->type = ro_read_text(d, &each.at, "type");
        condition->status = ro_read_text(d, &each.at, "status");
        condition->reason = ro_read_text(d, &each.at, "reason");
        condition->message = ro_read_text(d, &each.at, "message");
        if (update_key)
            condition->last_update_ms = ro_read_time(d, &each.at, update_key);
        condition->last_transition_ms = ro_read_time(d, &each.at, "lastTransitionTime");
    }
    return items;
}

const struct rollout_condition *ro_read_conditions(struct ro_decoder *d, struct ro_arena *arena,
                                                   const struct ro_at *status, bool update_times, size_t *ret_count)
{
    return ro_read_conditions_by(d, arena, status, update_times ? "lastUpdateTime" : NULL, ret_count);
}

struct rollout_labels ro_read_scatter(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *strategy)
{
    struct ro_each each;
    ro_each_open(d, strategy, "scatterStrategy", &each);
    size_t count;
    struct rollout_label *items = ro_each_alloc(&each, arena, sizeof(*items), &count);
    if (!items)
        return (struct rollout_labels){ NULL, 0, sizeof(*items) };
    while (ro_each_next(d, &each)) {
        items[each.index].key = ro_read_text(d, &each.at, "key");
        items[each.index].value = ro_read_text(d, &each.at, "value");
    }
    return (struct rollout_labels){ items, (uint32_t)count, sizeof(*items) };
}

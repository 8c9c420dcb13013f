/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/nodes.h"

#include "base/str.h"
#include "rules/room.h"
#include "rules/selector.h"

/* ---- required node affinity ---- */

static bool field_usable(const struct rollout_requirement *field)
{
    return ro_str_eq(field->key, RO_STR("metadata.name")) && field->values.count == 1 &&
           (field->op == ROLLOUT_OPERATOR_IN || field->op == ROLLOUT_OPERATOR_NOT_IN);
}

/* A term that does not parse matches nothing, and neither does an empty one. */
static bool term_usable(const struct rollout_node_term *term)
{
    for (size_t i = 0; i < term->expression_count; i++)
        if (!ro_requirement_usable(&term->expressions[i]))
            return false;
    for (size_t i = 0; i < term->field_count; i++)
        if (!field_usable(&term->fields[i]))
            return false;
    return term->expression_count + term->field_count > 0;
}

static bool term_matches(const struct rollout_node_term *term, const struct rollout_node_facts *node, uint32_t *hint)
{
    for (size_t i = 0; i < term->expression_count; i++)
        if (!ro_requirement_met(&term->expressions[i], &node->labels, hint))
            return false;
    for (size_t i = 0; i < term->field_count; i++) {
        bool same = ro_str_eq(*ro_strs_at(&term->fields[i].values, 0), node->name);
        if (same != (term->fields[i].op == ROLLOUT_OPERATOR_IN))
            return false;
    }
    return true;
}

static bool affinity_matches(struct ro_node_rule *rule, const struct rollout_node_facts *node)
{
    const struct rollout_node_affinity *affinity = &rule->scheduling->affinity;
    for (size_t i = 0; i < affinity->term_count; i++)
        if (rule->usable[i] && term_matches(&affinity->terms[i], node, &rule->label_hint))
            return true;
    return !affinity->set;
}

/* ---- taints ---- */

/* Every daemon pod tolerates these, whatever its template says. */
static bool tolerated_always(const struct rollout_taint *taint, bool host_network)
{
    static const struct {
        struct rollout_str key;
        uint32_t effect;
    } added[] = {
        { { "node.kubernetes.io/not-ready", 28 }, ROLLOUT_EFFECT_NO_EXECUTE },
        { { "node.kubernetes.io/unreachable", 30 }, ROLLOUT_EFFECT_NO_EXECUTE },
        { { "node.kubernetes.io/disk-pressure", 32 }, ROLLOUT_EFFECT_NO_SCHEDULE },
        { { "node.kubernetes.io/memory-pressure", 34 }, ROLLOUT_EFFECT_NO_SCHEDULE },
        { { "node.kubernetes.io/pid-pressure", 31 }, ROLLOUT_EFFECT_NO_SCHEDULE },
        { { "node.kubernetes.io/unschedulable", 32 }, ROLLOUT_EFFECT_NO_SCHEDULE },
        { { "node.kubernetes.io/network-unavailable", 38 }, ROLLOUT_EFFECT_NO_SCHEDULE }, /* the host's network only */
    };
    size_t n = sizeof added / sizeof *added - !host_network;
    for (size_t i = 0; i < n; i++)
        if (added[i].effect == taint->effect && ro_str_eq(added[i].key, taint->key))
            return true;
    return false;
}

static bool tolerates(const struct rollout_toleration *toleration, const struct rollout_taint *taint)
{
    if (toleration->effect != ROLLOUT_EFFECT_ANY && toleration->effect != taint->effect)
        return false;
    if (toleration->key.len && !ro_str_eq(toleration->key, taint->key))
        return false;
    return toleration->op == ROLLOUT_TOLERATION_EXISTS ||
           (toleration->op == ROLLOUT_TOLERATION_EQUAL && ro_str_eq(toleration->value, taint->value));
}

static bool tolerated(const struct ro_node_rule *rule, const struct rollout_taint *taint)
{
    const struct rollout_scheduling *scheduling = rule->scheduling;
    if (taint->effect != ROLLOUT_EFFECT_NO_SCHEDULE && taint->effect != ROLLOUT_EFFECT_NO_EXECUTE)
        return true;
    for (size_t i = 0; i < scheduling->toleration_count; i++)
        if (tolerates(&scheduling->tolerations[i], taint))
            return true;
    return !rule->plain && tolerated_always(taint, scheduling->host_network);
}

/* The first taint that drives pods away decides; without one, the first that only keeps new ones off. */
static struct ro_node_fit taint_fit(const struct ro_node_rule *rule, const struct rollout_node_facts *node)
{
    struct ro_node_fit fit = { .check = RO_NODE_FITS, .runs = 1, .continues = 1 };
    for (size_t i = 0; i < node->taint_count; i++) {
        const struct rollout_taint *taint = &node->taints[i];
        bool evicts = taint->effect == ROLLOUT_EFFECT_NO_EXECUTE;
        if ((fit.check == RO_NODE_TAINT && !evicts) || tolerated(rule, taint))
            continue;
        fit = (struct ro_node_fit){ .check = RO_NODE_TAINT, .continues = !evicts, .which = (uint32_t)i };
        if (evicts)
            break;
    }
    return fit;
}

/* ---- the rule ---- */

struct ro_node_rule ro_node_rule(const struct rollout_scheduling *scheduling, uint8_t *usable)
{
    for (size_t i = 0; i < scheduling->affinity.term_count; i++)
        usable[i] = term_usable(&scheduling->affinity.terms[i]);
    return (struct ro_node_rule){ .scheduling = scheduling, .usable = usable };
}

struct ro_node_fit ro_node_fit(struct ro_node_rule *rule, const struct rollout_node_facts *node)
{
    const struct rollout_scheduling *scheduling = rule->scheduling;
    const struct rollout_labels *selector = &scheduling->node_selector;
    if (scheduling->node_name.len && !ro_str_eq(scheduling->node_name, node->name))
        return (struct ro_node_fit){ .check = RO_NODE_NAME };
    uint32_t missing = selector->count; /* a map has no order: of several labels the least key */
    for (uint32_t i = 0; i < selector->count; i++) {
        struct rollout_str key = *ro_label_key(selector, i);
        const struct rollout_str *value = ro_labels_find(&node->labels, key, &rule->label_hint);
        if ((!value || !ro_str_eq(*value, *ro_label_value(selector, i))) &&
            (missing == selector->count || ro_str_cmp(key, *ro_label_key(selector, missing)) < 0))
            missing = i;
    }
    if (missing < selector->count)
        return (struct ro_node_fit){ .check = RO_NODE_SELECTOR, .which = missing };
    if (!affinity_matches(rule, node))
        return (struct ro_node_fit){ .check = RO_NODE_AFFINITY };
    return taint_fit(rule, node);
}

struct ro_node_fit ro_node_fit_empty(struct ro_node_rule *rule, const struct rollout_resource *requests, size_t count,
                                     const struct rollout_node_facts *node)
{
    static const struct rollout_taint cordon = { .key = { "node.kubernetes.io/unschedulable", 32 },
                                                 .effect = ROLLOUT_EFFECT_NO_SCHEDULE };
    struct ro_node_fit fit = ro_node_fit(rule, node);
    size_t which;
    if (fit.check != RO_NODE_FITS)
        return fit;
    if (node->unschedulable && !tolerated(rule, &cordon))
        return (struct ro_node_fit){ .check = RO_NODE_CORDONED, .continues = 1 };
    if (!ro_room_fits(requests, count, node, &which))
        return (struct ro_node_fit){ .check = RO_NODE_ROOM, .continues = 1, .which = (uint32_t)which };
    return fit;
}

void ro_node_fit_text(const struct ro_node_fit *fit, const struct rollout_scheduling *scheduling,
                      const struct rollout_node_facts *node, struct rollout_str ret_parts[4])
{
    const struct rollout_labels *selector = &scheduling->node_selector;
    const struct rollout_str none = { NULL, 0 };
    const struct rollout_taint *taint;
    for (int i = 0; i < 4; i++)
        ret_parts[i] = none;
    switch (fit->check) {
    case RO_NODE_NAME:
        ret_parts[0] = RO_STR("nodeName ");
        ret_parts[1] = scheduling->node_name;
        break;
    case RO_NODE_SELECTOR:
        ret_parts[0] = RO_STR("nodeSelector ");
        ret_parts[1] = *ro_label_key(selector, fit->which);
        ret_parts[2] = RO_STR("=");
        ret_parts[3] = *ro_label_value(selector, fit->which);
        break;
    case RO_NODE_AFFINITY:
        ret_parts[0] = RO_STR("nodeAffinity");
        break;
    case RO_NODE_TAINT:
        taint = &node->taints[fit->which];
        ret_parts[0] = taint->key;
        ret_parts[1] = taint->value.len ? RO_STR("=") : none;
        ret_parts[2] = taint->value;
        ret_parts[3] = fit->continues ? RO_STR(":NoSchedule") : RO_STR(":NoExecute");
        break;
    case RO_NODE_CORDONED:
        ret_parts[0] = RO_STR("node.kubernetes.io/unschedulable:NoSchedule");
        break;
    default:
        break;
    }
}

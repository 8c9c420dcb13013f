/* SPDX-License-Identifier: Apache-2.0 */
/* A node that fits. */
#include "lift.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The number beside the one that is named. */
static struct rollout_str beside(struct copy *copy, struct rollout_str number, int by)
{
    char *text = keep(copy, 24);
    snprintf(text, 24, "%.*s", (int)(number.len < 20 ? number.len : 20), number.data);
    int len = snprintf(text, 24, "%lld", strtoll(text, NULL, 10) + by);
    return (struct rollout_str){ text, (size_t)len };
}

struct rollout_label wanted_label(struct copy *copy, const struct rollout_requirement *r)
{
    struct rollout_label label = { r->key, { NULL, 0 } };
    if (r->op == ROLLOUT_OPERATOR_IN)
        label.value = r->values.items[0];
    else if (r->op == ROLLOUT_OPERATOR_EXISTS)
        label.value = (struct rollout_str){ "", 0 };
    else if (r->op == ROLLOUT_OPERATOR_GT || r->op == ROLLOUT_OPERATOR_LT)
        label.value = beside(copy, r->values.items[0], r->op == ROLLOUT_OPERATOR_GT ? 1 : -1);
    return label;
}

/* One label a key: the last one counts. */
static void set_label(struct rollout_label *labels, uint32_t *count, struct rollout_label label)
{
    uint32_t at = 0;
    while (at < *count && !same(labels[at].key, label.key))
        at++;
    labels[at] = label;
    *count += at == *count;
}

/* It wants something, and nothing that the selector or the name of the node rules out. */
static bool possible(const struct rollout_scheduling *s, const struct rollout_node_term *term)
{
    for (size_t i = 0; i < term->expression_count; i++)
        for (uint32_t k = 0; k < s->node_selector.count; k++)
            if (term->expressions[i].op == ROLLOUT_OPERATOR_DOES_NOT_EXIST &&
                same(term->expressions[i].key, label_at(&s->node_selector, k)->key))
                return false;
    for (size_t i = 0; i < term->field_count; i++)
        if (s->node_name.len && term->fields[i].op == ROLLOUT_OPERATOR_IN &&
            !same(s->node_name, term->fields[i].values.items[0]))
            return false;
    return term->expression_count + term->field_count > 0;
}

static const struct rollout_node_term *first_term(const struct rollout_scheduling *s)
{
    for (size_t i = 0; i < s->affinity.term_count; i++)
        if (possible(s, &s->affinity.terms[i]))
            return &s->affinity.terms[i];
    return NULL;
}

enum lifted add_node(struct copy *copy, const struct rollout_scheduling *s, const struct rollout_resource *requests,
                     size_t request_count)
{
    size_t n = copy->snapshot.nodes.count, room = 0;
    const struct rollout_node_term *term = first_term(s);
    if (s->affinity.set && !term) /* no node can: daemonset.md 3, broadcastjob.md 2.2 */
        return NOT_TESTED;
    struct rollout_node_facts *nodes = keep(copy, (n + 1) * sizeof *nodes), *node;
    for (size_t i = 0; i < n; i++)
        nodes[i] = copy->snapshot.nodes.items[i];
    struct rollout_label *labels =
        keep(copy, (s->node_selector.count + (term ? term->expression_count : 0)) * sizeof *labels);
    uint32_t count = 0;
    for (size_t i = 0; term && i < term->expression_count; i++) {
        struct rollout_label label = wanted_label(copy, &term->expressions[i]);
        if (label.value.data)
            set_label(labels, &count, label);
    }
    for (uint32_t i = 0; i < s->node_selector.count; i++)
        set_label(labels, &count, *label_at(&s->node_selector, i));
    struct rollout_str name = s->node_name.len ? s->node_name : (struct rollout_str){ "a-node", 6 };
    for (size_t i = 0; term && i < term->field_count; i++)
        if (term->fields[i].op == ROLLOUT_OPERATOR_IN)
            name = term->fields[i].values.items[0];
    for (node = nodes; node < nodes + n && !same(node->name, name);)
        node++;
    n += node == nodes + n; /* else the one of that name does not fit, and now does */
    *node = (struct rollout_node_facts){ .name = name, .labels = { labels, count, 0 } };
    struct rollout_resource *amounts = keep(copy, (request_count + 1) * sizeof *amounts), pods = { { "pods", 4 }, 110 };
    bool given = false;
    for (size_t i = 0; i < request_count; i++) {
        if (!given && strncmp(requests[i].name.data, "pods", requests[i].name.len) > 0) {
            amounts[room++] = pods;
            given = true;
        }
        amounts[room++] = requests[i];
    }
    if (!given)
        amounts[room++] = pods;
    node->allocatable = amounts;
    node->allocatable_count = room;
    copy->snapshot.nodes = (struct rollout_nodes){ nodes, n, sizeof *nodes };
    return LIFTED;
}

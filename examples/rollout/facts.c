/* SPDX-License-Identifier: Apache-2.0 */
#include "facts.h"

#include "command.h"
#include "show.h"

static void time_row(struct table *table, const char *name, int64_t ms)
{
    struct text text = { 0 };
    if (!ms)
        return;
    show_time(&text, ms);
    table_string(table, name);
    table_text(table, &text);
    table_end_row(table);
    text_free(&text);
}

static void str_row(struct table *table, const char *name, struct rollout_str value)
{
    table_string(table, name);
    if (value.len)
        table_str(table, 0, value);
    else
        table_string(table, "none");
    table_end_row(table);
}

static void number_row(struct table *table, const char *name, int64_t value)
{
    table_string(table, name);
    table_number(table, value);
    table_end_row(table);
}

struct rollout_str facts_revision(const struct rollout_pod *pod)
{
    const struct rollout_labels *labels = &pod->labels;
    for (uint32_t i = 0; pod->revision.len == 0 && i < labels->count; i++) {
        const struct rollout_label *label = (const void *)((const char *)labels->items + i * labels->stride);
        if (str_is(label->key, "pod-template-hash"))
            return label->value;
    }
    return pod->revision;
}

void facts_of_pod(const struct rollout_pod *pod, struct text *out)
{
    static const char *const phases[] = { "none", "Pending", "Running", "Succeeded", "Failed", "Unknown", "other" };
    static const char *const states[] = { "none",     "PreparingNormal", "Normal",          "PreparingUpdate",
                                          "Updating", "Updated",         "PreparingDelete", "other" };
    struct table table = { 0 };
    str_row(&table, "revision", pod->revision);
    table_string(&table, "phase");
    table_string(&table, pod->phase < sizeof phases / sizeof phases[0] ? phases[pod->phase] : "other");
    table_end_row(&table);
    table_string(&table, "lifecycle");
    table_string(&table,
                 pod->lifecycle_state < sizeof states / sizeof states[0] ? states[pod->lifecycle_state] : "other");
    table_end_row(&table);
    str_row(&table, "node", pod->node);
    if (!pod->node.len && pod->target_node.len)
        str_row(&table, "bound to node", pod->target_node);
    if (pod->flags & ROLLOUT_POD_READY) {
        time_row(&table, "ready since", pod->ready_since_ms);
    } else {
        table_string(&table, "ready");
        table_string(&table, "no");
        table_end_row(&table);
    }
    time_row(&table, "created", pod->created_ms);
    number_row(&table, "restarts", pod->restarts);
    if (pod->deletion_cost)
        number_row(&table, "deletion cost", pod->deletion_cost);
    if (pod->flags & ROLLOUT_POD_SPECIFIED_DELETE) {
        table_string(&table, "label");
        table_string(&table, "apps.kruise.io/specified-delete");
        table_end_row(&table);
    }
    if (pod->flags & ROLLOUT_POD_TERMINATING) {
        table_string(&table, "terminating");
        table_string(&table, "yes");
        table_end_row(&table);
    }
    if (pod->in_place && pod->in_place->waits_for)
        str_row(&table, "waits for container", pod->in_place->container);
    if (pod->in_place)
        time_row(&table, "grace period until", pod->in_place->grace_end_ms);
    text_adds(out, "facts\n");
    table_print(&table, "  ", false, terminal_width(), out);
}

static const char *effect_name(uint32_t effect)
{
    static const char *const names[] = { "", ":NoSchedule", ":PreferNoSchedule", ":NoExecute", "" };
    return effect < sizeof names / sizeof names[0] ? names[effect] : "";
}

void facts_of_node(const struct rollout_world *world, uint32_t node, struct text *out)
{
    const struct rollout_node_facts *facts = world_node(world, node);
    struct table table = { 0 };
    for (size_t i = 0; i < facts->taint_count; i++) {
        const struct rollout_taint *taint = &facts->taints[i];
        struct text text = { 0 };
        text_add_plain(&text, taint->key);
        text_adds(&text, taint->value.len ? "=" : "");
        text_add_plain(&text, taint->value);
        text_adds(&text, effect_name(taint->effect));
        table_string(&table, "taint");
        table_text(&table, &text);
        table_end_row(&table);
        text_free(&text);
    }
    for (uint32_t i = 0; i < world->snapshot->pods.count; i++)
        if (str_equal(show_node_of(world, i), facts->name))
            str_row(&table, "pod", world_pod(world, i)->name);
    if (table.columns)
        text_adds(out, "facts\n");
    table_print(&table, "  ", false, terminal_width(), out);
}

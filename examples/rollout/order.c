/* SPDX-License-Identifier: Apache-2.0 */
/* rollout order: in which order pods, places or nodes are released, and by which keys. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "answers.h"
#include "command.h"
#include "kind.h"
#include "ordering.h"
#include "show.h"

static const char *phase_name(uint32_t phase)
{
    static const char *const names[] = { "", "Pending", "Running", "Succeeded", "Failed", "Unknown", "other" };
    return phase < sizeof names / sizeof names[0] ? names[phase] : "other";
}

/* A line of ordering.jsonl. */
static int order_line(const struct options *options, const struct rollout_tree *document, struct text *out,
                      void *context, struct rollout_error *reterr)
{
    (void)options;
    (void)context;
    if (!node_get(document->nodes, "waiting"))
        return NOT_TAKEN;
    if (answer_order(document, out, reterr) != ROLLOUT_OK)
        return FAULT;
    text_adds(out, "\n");
    return STATUS_YES;
}

bool order_has_keys(const struct rollout_priority *priority)
{
    return priority && (priority->weight_count || priority->ordered_keys.count);
}

static struct rollout_priority_key key_of(const struct rollout_priority *priority, const struct rollout_pod *pod)
{
    struct rollout_priority_key key = { 0 };
    rollout_order_priority_key(priority, &pod->labels, &key);
    return key;
}

void order_add_key_json(struct text *out, const struct rollout_priority *priority, const struct rollout_pod *pod)
{
    if (!order_has_keys(priority))
        return;
    struct rollout_priority_key key = key_of(priority, pod);
    if (priority->weight_count)
        text_addf(out, ",\"weight\":%" PRId64, key.weight);
    else
        text_addf(out, ",\"level\":%" PRId32 ",\"number\":%" PRId64, key.level, key.number);
}

void order_key_cell(struct table *table, const struct rollout_priority *priority, const struct rollout_pod *pod)
{
    if (!order_has_keys(priority))
        return;
    struct text text = { 0 };
    struct rollout_priority_key key = { 0 };
    if (pod)
        key = key_of(priority, pod);
    if (pod && priority->weight_count)
        text_addf(&text, "weight %" PRId64, key.weight);
    else if (pod && key.level < 0)
        text_adds(&text, "no key");
    else if (pod)
        text_addf(&text, "level %" PRId32 ", %" PRId64, key.level, key.number);
    table_text(table, &text);
    text_free(&text);
}

void order_add_head(struct text *out, const struct rollout_world *world, const struct rollout_candidates *candidates)
{
    show_head_json(out, "Order", world);
    if (candidates->revision != ROLLOUT_NONE)
        show_member_json(out, "revision", world_revision(world, candidates->revision)->name);
}

static void add_json(const struct rollout_world *world, const struct rollout_candidates *candidates, struct text *out)
{
    const struct rollout_candidate *items = candidates->items;
    order_add_head(out, world, candidates);
    text_adds(out, ",\"order\":[");
    for (size_t i = 0; i < candidates->count; i++)
        text_addf(out, "%s%" PRIu32, i ? "," : "", items[i].pod);
    text_adds(out, "],\"pods\":[");
    for (size_t i = 0; i < candidates->count; i++) {
        const struct rollout_pod *pod = world_pod(world, items[i].pod);
        text_adds(out, i ? ",{\"name\":" : "{\"name\":");
        text_add_quoted(out, pod->name);
        if (pod->lifecycle_state == ROLLOUT_STATE_PREPARING_UPDATE)
            text_adds(out, ",\"preparingUpdate\":true");
        order_add_key_json(out, kind_of(world->workload).priority, pod);
        text_addf(out, ",\"scheduled\":%s,\"phase\":\"%s\",\"ready\":%s", pod->node.len ? "true" : "false",
                  phase_name(pod->phase), pod->flags & ROLLOUT_POD_READY ? "true" : "false");
        if (pod->ready_since_ms) {
            text_adds(out, ",\"readySince\":\"");
            show_time(out, pod->ready_since_ms);
            text_adds(out, "\"");
        }
        text_addf(out, ",\"restarts\":%" PRId32, pod->restarts);
        if (pod->created_ms) {
            text_adds(out, ",\"created\":\"");
            show_time(out, pod->created_ms);
            text_adds(out, "\"");
        }
        text_adds(out, "}");
    }
    text_adds(out, "]}\n");
}

static void time_cell(struct table *table, int64_t ms)
{
    struct text text = { 0 };
    if (ms)
        show_time(&text, ms);
    table_text(table, &text);
    text_free(&text);
}

/* What the pods are in order for. */
static void add_head(const struct rollout_world *world, const struct rollout_candidates *candidates, struct text *out)
{
    size_t count = candidates->count;
    show_workload(out, world);
    if (world->workload->deployment) {
        text_adds(out, ": its ReplicaSets choose the pods: there is no order of them\n");
        return;
    }
    text_addf(out, ": %zu %s ", count, count == 1 ? "pod" : "pods");
    if (world->workload->replicaset) {
        text_addf(out, "in the order of deletion, of which the first %zu go now\n", candidates->within);
    } else {
        text_addf(out, "%s ", candidates->back ? "can go back to" : "can go to");
        text_add_plain(out, world_revision(world, candidates->revision)->name);
        text_adds(out, "\n");
    }
}

static void add_text(const struct rollout_world *world, const struct rollout_candidates *candidates, struct text *out)
{
    static const char *const heads[] = {
        "#", "POD", "PRIORITY", "NODE", "PHASE", "READY SINCE", "RESTARTS", "CREATED"
    };
    const struct rollout_priority *priority = kind_of(world->workload).priority;
    size_t count = candidates->count;
    struct table table = { 0 };
    add_head(world, candidates, out);
    if (!world->workload->deployment)
        show_no_pods(out, world);
    if (count == 0)
        return;
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        if (i != 2 || order_has_keys(priority))
            table_string(&table, heads[i]);
    table_end_row(&table);
    for (size_t i = 0; i < count; i++) {
        const struct rollout_pod *pod = world_pod(world, candidates->items[i].pod);
        table_number(&table, (long long)i + 1);
        table_str(&table, 0, pod->name);
        order_key_cell(&table, priority, pod);
        if (pod->node.len)
            table_str(&table, 0, pod->node);
        else
            table_string(&table, "none");
        table_string(&table, phase_name(pod->phase));
        if (pod->flags & ROLLOUT_POD_READY)
            time_cell(&table, pod->ready_since_ms);
        else
            table_string(&table, "not ready");
        table_number(&table, pod->restarts);
        time_cell(&table, pod->created_ms);
        table_end_row(&table);
    }
    table_print(&table, "  ", false, terminal_width(), out);
    if ((world->workload->cloneset ? &world->workload->cloneset->order : &world->workload->sidecarset->order)
            ->scatter.count)
        text_adds(out, "  spread afterwards by scatterStrategy\n");
}

/* context: whether something was printed before. */
static int order_one(const struct options *options, const struct rollout_world *world, struct text *out, void *context,
                     struct rollout_error *reterr)
{
    bool *printed = context, pods = world->workload->cloneset || world->workload->sidecarset;
    struct rollout_candidates *candidates = NULL;
    if (rollout_candidates(world->workload, world->snapshot, &candidates, reterr) != ROLLOUT_OK)
        return FAULT;
    if (options->json) {
        (pods ? add_json : order_places_json)(world, candidates, out);
    } else {
        text_adds(out, *printed ? "\n" : "");
        (pods ? add_text : order_places_text)(world, candidates, out);
        *printed = true;
    }
    rollout_candidates_free(candidates);
    return STATUS_YES;
}

int command_order(const struct options *options)
{
    bool printed = false;
    return each_document(options, 0, order_line, order_one, &printed);
}

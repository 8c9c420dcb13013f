/* SPDX-License-Identifier: Apache-2.0 */
/* The order of a StatefulSet's places and of a DaemonSet's nodes: also those that are updated already, since they
 * take up places. */
#include "ordering.h"

#include <inttypes.h>

#include "command.h"
#include "kind.h"
#include "show.h"

/* Where it stands, in the words of statefulset.md 9.2 and daemonset.md 10.3. */
static const char *class_name(const struct rollout_world *world, const struct rollout_candidate *item)
{
    bool nodes = world->workload->daemonset != NULL;
    switch (item->standing) {
    case ROLLOUT_CANDIDATE_DONE:
        return nodes ? "updated" : "done";
    case ROLLOUT_CANDIDATE_EMPTY:
        return "updating";
    case ROLLOUT_CANDIDATE_SELECTED:
        return "selected";
    default:
        return nodes ? "rest" : "waiting";
    }
}

/* It waits, and the partition does not let it. */
static bool is_kept(const struct rollout_candidates *candidates, size_t i)
{
    uint32_t standing = candidates->items[i].standing;
    return i >= candidates->within && (standing == ROLLOUT_CANDIDATE_WAITING || standing == ROLLOUT_CANDIDATE_SELECTED);
}

static const struct rollout_pod *pod_of(const struct rollout_world *world, const struct rollout_candidate *item)
{
    return item->pod == ROLLOUT_NONE ? NULL : world_pod(world, item->pod);
}

static void add_name(struct text *out, const struct rollout_world *world, const struct rollout_candidate *item)
{
    struct text name = { 0 };
    show_subject(&name, world, item->subject_kind, item->subject);
    text_add_quoted(out, (struct rollout_str){ name.data ? name.data : "", name.len });
    out->failed |= name.failed;
    text_free(&name);
}

/* "order": the ordinals, or the indexes of the nodes, null for one that is not there. */
void order_places_json(const struct rollout_world *world, const struct rollout_candidates *candidates, struct text *out)
{
    bool nodes = world->workload->daemonset != NULL;
    order_add_head(out, world, candidates);
    text_adds(out, ",\"order\":[");
    for (size_t i = 0; i < candidates->count; i++) {
        text_adds(out, i ? "," : "");
        if (candidates->items[i].subject_kind == ROLLOUT_SUBJECT_POD)
            text_adds(out, "null");
        else
            text_addf(out, "%" PRIu32, candidates->items[i].subject);
    }
    text_adds(out, nodes ? "],\"nodes\":[" : "],\"ordinals\":[");
    for (size_t i = 0; i < candidates->count; i++) {
        const struct rollout_candidate *item = &candidates->items[i];
        const struct rollout_pod *pod = pod_of(world, item);
        text_adds(out, i ? "," : "");
        if (item->subject_kind == ROLLOUT_SUBJECT_POD) {
            text_adds(out, "{\"name\":null");
        } else {
            text_adds(out, "{\"name\":");
            add_name(out, world, item);
        }
        if (!nodes)
            text_addf(out, ",\"ordinal\":%" PRIu32, item->subject);
        if (pod && nodes) {
            text_adds(out, ",\"pod\":");
            text_add_quoted(out, pod->name);
        }
        text_addf(out, ",\"class\":\"%s\"", class_name(world, item));
        if (is_kept(candidates, i))
            text_adds(out, ",\"keptByPartition\":true");
        if (!pod && !nodes)
            text_adds(out, ",\"missing\":true");
        if (pod && pod->revision.data) {
            text_adds(out, ",\"revision\":");
            text_add_quoted(out, pod->revision);
        }
        if (pod)
            order_add_key_json(out, kind_of(world->workload).priority, pod);
        text_adds(out, "}");
    }
    text_adds(out, "]}\n");
}

static void add_rows(struct table *table, const struct rollout_world *world,
                     const struct rollout_candidates *candidates)
{
    bool nodes = world->workload->daemonset != NULL;
    const struct rollout_priority *priority = kind_of(world->workload).priority;
    for (size_t i = 0; i < candidates->count; i++) {
        const struct rollout_candidate *item = &candidates->items[i];
        const struct rollout_pod *pod = pod_of(world, item);
        struct text name = { 0 }, class = { 0 };
        table_number(table, (long long)i + 1);
        if (item->subject_kind != ROLLOUT_SUBJECT_POD)
            show_subject(&name, world, item->subject_kind, item->subject);
        else if (pod) /* its node is not there */
            text_add_plain(&name, pod->node.len ? pod->node : pod->target_node);
        table_text(table, &name);
        if (nodes)
            table_str(table, 0, pod ? pod->name : (struct rollout_str){ "none", 4 });
        order_key_cell(table, priority, pod);
        if (pod)
            table_str(table, 0, pod->revision);
        else
            table_string(table, nodes ? "" : "missing");
        text_adds(&class, class_name(world, item));
        if (is_kept(candidates, i))
            text_adds(&class, ", kept by partition");
        table_text(table, &class);
        table_end_row(table);
        text_free(&name);
        text_free(&class);
    }
}

void order_places_text(const struct rollout_world *world, const struct rollout_candidates *candidates, struct text *out)
{
    bool nodes = world->workload->daemonset != NULL;
    size_t waiting = 0, kept = 0;
    struct table table = { 0 };
    for (size_t i = 0; i < candidates->count; i++)
        kept += is_kept(candidates, i);
    waiting = (size_t)candidates->old - kept;
    show_workload(out, world);
    text_addf(out, ": %zu of %zu %s can go to ", waiting, candidates->count, nodes ? "nodes" : "places");
    text_add_plain(out, world_revision(world, candidates->revision)->name);
    if (kept)
        text_addf(out, ", the partition keeps %zu", kept);
    if ((size_t)candidates->counted > candidates->count)
        text_addf(out, ", the selector leaves out %zu", (size_t)candidates->counted - candidates->count);
    text_adds(out, "\n");
    show_no_pods(out, world);
    if (candidates->count == 0)
        return;
    table_string(&table, "#");
    table_string(&table, nodes ? "NODE" : "POD");
    if (nodes)
        table_string(&table, "POD");
    if (order_has_keys(kind_of(world->workload).priority))
        table_string(&table, "PRIORITY");
    table_string(&table, "REVISION");
    table_string(&table, "CLASS");
    table_end_row(&table);
    add_rows(&table, world, candidates);
    table_print(&table, "  ", false, terminal_width(), out);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* rollout plan: what would happen now. */
#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "show.h"

static int add_json(const struct rollout_world *world, const struct rollout_plan *plan, struct text *out,
                    struct rollout_error *reterr)
{
    struct rollout_objects *objects = NULL;
    int rc = rollout_plan_object(world, plan, &objects, reterr);
    if (rc != ROLLOUT_OK)
        return rc;
    text_add_tree(out, &objects->items[0]);
    text_adds(out, "\n");
    rollout_objects_free(objects);
    return ROLLOUT_OK;
}

/* Under which heading a verdict stands: 0 = pods, 1 = ordinals, 2 = nodes, 3 = ReplicaSets, 4 = subsets, 5 = others. */
static int section_of(const struct rollout_verdict *verdict)
{
    switch (verdict->subject_kind) {
    case ROLLOUT_SUBJECT_POD:
        return 0;
    case ROLLOUT_SUBJECT_ORDINAL:
        return 1;
    case ROLLOUT_SUBJECT_NODE:
        return 2;
    case ROLLOUT_SUBJECT_REPLICA_SET:
        return 3;
    case ROLLOUT_SUBJECT_SUBSET:
        return 4;
    default:
        return 5;
    }
}

static void add_verdicts(const struct rollout_world *world, const struct rollout_plan *plan, int section,
                         struct text *out)
{
    static const char *const heads[] = { "pods\n", "ordinals\n", "nodes\n", "ReplicaSets\n", "subsets\n", "others\n" };
    struct table table = { 0 };
    for (size_t i = 0; i < plan->verdict_count; i++)
        if (section_of(&plan->verdicts[i]) == section)
            show_verdict(&table, world, plan, i);
    if (table.columns)
        text_adds(out, heads[section]);
    table_print(&table, "  ", use_colours(), terminal_width(), out);
}

static void add_text(const struct rollout_world *world, const struct rollout_plan *plan, struct text *out)
{
    struct table table = { 0 };
    show_workload(out, world);
    text_adds(out, ": ");
    show_counts(out, world, plan);
    text_adds(out, "\n");
    show_no_pods(out, world);
    if (plan->limit_count) {
        text_adds(out, "limits\n");
        show_limits(&table, world, plan);
        table_print(&table, "  ", false, terminal_width(), out);
    }
    text_adds(out, plan->action_count ? "actions\n" : "actions: none\n");
    for (size_t i = 0; i < plan->action_count; i++)
        show_action(&table, world, plan, i);
    table_print(&table, "  ", false, terminal_width(), out);
    for (int section = 0; section < 6; section++)
        add_verdicts(world, plan, section, out);
    show_outcome(out, world, plan);
}

/* context: whether something was printed before. */
static int plan_one(const struct options *options, const struct rollout_world *world, struct text *out, void *context,
                    struct rollout_error *reterr)
{
    bool *printed = context;
    struct rollout_plan *plan = NULL;
    int rc = rollout_plan(world->workload, world->snapshot, &plan, reterr);
    if (rc == ROLLOUT_OK) {
        if (options->json) {
            rc = add_json(world, plan, out, reterr);
        } else {
            text_adds(out, *printed ? "\n" : "");
            add_text(world, plan, out);
            *printed = true;
        }
    }
    rollout_plan_free(plan);
    return rc == ROLLOUT_OK ? STATUS_YES : FAULT;
}

int command_plan(const struct options *options)
{
    bool printed = false;
    return each_document(options, 0, NULL, plan_one, &printed);
}

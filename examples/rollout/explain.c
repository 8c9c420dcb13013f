/* SPDX-License-Identifier: Apache-2.0 */
/* rollout explain: why one pod is, or is not, touched now, with the arithmetic. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "show.h"
#include "walk.h"

static const char *const classes[] = { "?", "done", "acted", "waiting", "held", "blocked" };

static const char *class_of(uint32_t reason)
{
    uint32_t class = reason / 100;
    return class < sizeof classes / sizeof classes[0] ? classes[class] : "?";
}

/* The pod of that name; ROLLOUT_NONE where there is none. */
static uint32_t find_pod(const struct rollout_world *world, const char *name)
{
    const char *slash = strchr(name, '/');
    for (uint32_t i = 0; i < world->snapshot.pods.count; i++) {
        const struct rollout_pod *pod = world_pod(world, i);
        if (!str_is(pod->name, slash ? slash + 1 : name))
            continue;
        if (!slash || str_equal(pod->namespace_, (struct rollout_str){ name, (size_t)(slash - name) }))
            return i;
    }
    return ROLLOUT_NONE;
}

/* The pod's verdict: one a pod, in input order. */
static size_t verdict_of(const struct rollout_plan *plan, uint32_t pod)
{
    for (size_t i = 0; i < plan->verdict_count; i++)
        if (plan->verdicts[i].subject_kind == ROLLOUT_SUBJECT_POD && plan->verdicts[i].subject == pod)
            return i;
    return plan->verdict_count;
}

static int add_json(const struct rollout_world *world, const struct rollout_plan *plan, uint32_t pod, struct text *out,
                    struct rollout_error *reterr)
{
    struct rollout_objects *objects = NULL;
    int rc = rollout_plan_object(world, plan, &objects, reterr);
    if (rc != ROLLOUT_OK)
        return rc;
    /* Everything of the plan but the other pods. */
    const struct rollout_node *document = objects->items[0].nodes;
    const char *separator = "{";
    for (const struct rollout_node *m = node_next(document, NULL); m; m = node_next(document, m)) {
        text_adds(out, separator);
        separator = ",";
        if (str_is(m->key, "kind")) {
            text_adds(out, "\"kind\":\"Explanation\"");
            continue;
        }
        bool pods = str_is(m->key, "pods");
        if (pods)
            text_adds(out, "\"pod\"");
        else
            text_add_quoted(out, m->key);
        text_adds(out, ":");
        const struct rollout_node *value = m;
        if (pods) {
            value = node_next(m, NULL);
            for (uint32_t i = 0; value && i < pod; i++)
                value = node_next(m, value);
        }
        if (value)
            text_add_node(out, value);
        else
            text_adds(out, "null");
    }
    text_adds(out, "}\n");
    rollout_objects_free(objects);
    return ROLLOUT_OK;
}

static void time_row(struct table *table, const char *name, int64_t ms)
{
    struct text text = { 0 };
    if (!ms)
        return;
    show_time(&text, ms);
    table_string(table, name);
    table_cell(table, 0, text.data ? text.data : "", text.len);
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

static void add_facts(const struct rollout_pod *pod, struct text *out)
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

/* The arithmetic, and the place in the release order where the verdict does not name another. */
static int add_walk(const struct rollout_world *world, const struct rollout_plan *plan, size_t verdict, uint32_t pod,
                    struct text *out, struct rollout_error *reterr)
{
    struct walk walk;
    int rc = walk_make(world, plan, &walk, reterr);
    if (rc != ROLLOUT_OK)
        return rc;
    walk_explain(&walk, plan, &plan->verdicts[verdict], out);
    size_t place = walk_place(&walk, &plan->verdicts[verdict], pod);
    if (place) {
        text_addf(out, "order: number %zu of %zu that can go to ", place, walk.count);
        text_add_plain(out, walk.target);
        text_adds(out, "\n");
    }
    walk_free(&walk);
    return ROLLOUT_OK;
}

static int add_text(const struct rollout_world *world, const struct rollout_plan *plan, uint32_t pod, struct text *out,
                    struct rollout_error *reterr)
{
    const struct rollout_pod *it = world_pod(world, pod);
    size_t verdict = verdict_of(plan, pod);
    if (verdict == plan->verdict_count)
        return ROLLOUT_OK;
    const struct rollout_verdict *v = &plan->verdicts[verdict];
    const char *reason = rollout_reason_name(v->reason);
    text_adds(out, "Pod ");
    text_add_plain(out, it->name);
    text_adds(out, " of ");
    show_workload(out, world);
    text_addf(out, "\n%s: %s (%s): ", v->op && rollout_op_name(v->op) ? rollout_op_name(v->op) : "hold",
              reason ? reason : "?", class_of(v->reason));
    show_sentence(out, world, plan, verdict);
    text_adds(out, "\n");
    if (v->wants && rollout_op_name(v->wants))
        text_addf(out, "holds back: %s\n", rollout_op_name(v->wants));
    if (v->because != ROLLOUT_NONE) {
        text_adds(out, "because of: ");
        text_add_plain(out, subject_name(world, v->subject_kind, v->because));
        text_adds(out, "\n");
    }
    if (v->until_ms) {
        text_adds(out, "until: ");
        show_time(out, v->until_ms);
        text_adds(out, "\n");
    }

    int rc = add_walk(world, plan, verdict, pod, out, reterr);
    struct table table = { 0 };
    for (size_t i = 0; i < plan->action_count; i++)
        if (plan->actions[i].subject_kind == ROLLOUT_SUBJECT_POD && plan->actions[i].subject == pod)
            show_action(&table, world, plan, i);
    if (table.columns)
        text_adds(out, "actions\n");
    table_print(&table, "  ", false, terminal_width(), out);

    add_facts(it, out);
    text_adds(out, "counts: ");
    show_counts(out, world, plan);
    text_adds(out, "\n");
    if (plan->limit_count)
        text_adds(out, "limits\n");
    show_limits(&table, world, plan);
    table_print(&table, "  ", false, terminal_width(), out);
    show_outcome(out, world, plan);
    return rc;
}

/* context: how many pods of that name were found. */
static int explain_one(const struct options *options, const struct rollout_world *world, struct text *out,
                       void *context, struct rollout_error *reterr)
{
    int *found = context;
    uint32_t pod = find_pod(world, options->arguments[0]);
    if (pod == ROLLOUT_NONE)
        return STATUS_YES;
    struct rollout_plan *plan = NULL;
    int rc = rollout_plan(&world->workload, &world->snapshot, &plan, reterr);
    if (rc == ROLLOUT_OK) {
        if (*found && !options->json)
            text_adds(out, "\n");
        rc = (options->json ? add_json : add_text)(world, plan, pod, out, reterr);
        *found += 1;
    }
    rollout_plan_free(plan);
    return rc == ROLLOUT_OK ? STATUS_YES : FAULT;
}

int command_explain(const struct options *options)
{
    int found = 0;
    if (options->argument_count < 1) {
        complain("rollout explain: which pod? usage: rollout explain POD [-f FILE]...");
        return STATUS_BAD;
    }
    int status = each_document(options, 1, NULL, explain_one, &found);
    if (status == STATUS_YES && !found) {
        complain("rollout explain: no pod %s", options->arguments[0]);
        return STATUS_NO;
    }
    return status;
}

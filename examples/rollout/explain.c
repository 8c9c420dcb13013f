/* SPDX-License-Identifier: Apache-2.0 */
/* rollout explain: why one pod, ordinal or node is, or is not, touched now, with the arithmetic. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "facts.h"
#include "kind.h"
#include "show.h"
#include "walk.h"

static const char *const classes[] = { "?", "done", "acted", "waiting", "held", "blocked" };

static const char *class_of(uint32_t reason)
{
    uint32_t class = reason / 100;
    return class < sizeof classes / sizeof classes[0] ? classes[class] : "?";
}

/* What is asked for: a verdict's subject. */
struct asked {
    uint32_t kind, subject;
};

/* "NAMESPACE/NAME" or "NAME". */
static bool is_named(const char *argument, struct rollout_str namespace_, struct rollout_str name)
{
    const char *slash = strchr(argument, '/');
    return str_is(name, slash ? slash + 1 : argument) &&
           (!slash || str_equal(namespace_, (struct rollout_str){ argument, (size_t)(slash - argument) }));
}

/* The verdict on it: one a pod, in input order; plan->verdict_count where there is none. */
static size_t verdict_of(const struct rollout_plan *plan, const struct asked *asked)
{
    for (size_t i = 0; i < plan->verdict_count; i++)
        if (plan->verdicts[i].subject_kind == asked->kind && plan->verdicts[i].subject == asked->subject)
            return i;
    return plan->verdict_count;
}

/* The pod of that name; ROLLOUT_NONE where there is none. */
static uint32_t find_pod(const struct rollout_world *world, const char *name)
{
    for (uint32_t i = 0; i < world->snapshot->pods.count; i++)
        if (is_named(name, world_pod(world, i)->namespace_, world_pod(world, i)->name))
            return i;
    return ROLLOUT_NONE;
}

/* A ReplicaSet of a Deployment. */
static uint32_t find_replica_set(const struct rollout_world *world, const char *name)
{
    const struct rollout_replica_sets *sets = &world->snapshot->replica_sets;
    for (uint32_t i = 0; world->workload->deployment && i < sets->count; i++) {
        const struct rollout_replica_set_facts *set = (const void *)((const char *)sets->items + i * sets->stride);
        if (is_named(name, world->workload->deployment->namespace_, set->name))
            return i;
    }
    return ROLLOUT_NONE;
}

/* A node of a workload that runs a pod a node. */
static uint32_t find_node(const struct rollout_world *world, const char *name)
{
    bool nodes = world->workload->daemonset || world->workload->broadcastjob;
    for (uint32_t i = 0; nodes && i < world->snapshot->nodes.count; i++)
        if (str_is(world_node(world, i)->name, name))
            return i;
    return ROLLOUT_NONE;
}

/* A subset of a UnitedDeployment. */
static uint32_t find_subset(const struct rollout_world *world, const char *name)
{
    const struct rollout_uniteddeployment *spec = world->workload->uniteddeployment;
    for (uint32_t i = 0; spec && i < spec->subset_count; i++)
        if (str_is(spec->subsets[i].name, name))
            return i;
    return ROLLOUT_NONE;
}

/* An ordinal of a StatefulSet, by its pod's name, that the plan says something of. out fails where there is no memory
 * to look. */
static uint32_t find_ordinal(const struct rollout_world *world, const struct rollout_plan *plan, const char *name,
                             struct text *out)
{
    struct kind kind = kind_of(world->workload);
    struct text text = { 0 };
    uint32_t found = ROLLOUT_NONE;
    for (size_t i = 0; i < plan->verdict_count && found == ROLLOUT_NONE; i++) {
        if (plan->verdicts[i].subject_kind != ROLLOUT_SUBJECT_ORDINAL)
            continue;
        text_clear(&text);
        show_subject(&text, world, ROLLOUT_SUBJECT_ORDINAL, plan->verdicts[i].subject);
        if (text.data && is_named(name, kind.namespace_, (struct rollout_str){ text.data, text.len }))
            found = plan->verdicts[i].subject;
        out->failed |= text.failed;
    }
    text_free(&text);
    return found;
}

/* Of the plan's list of such subjects the one that is asked for; NULL where it has none. */
static const struct rollout_node *entry_of(const struct rollout_plan *plan, const struct asked *asked,
                                           const struct rollout_node *list)
{
    const struct rollout_node *entry = node_next(list, NULL);
    for (size_t i = 0; i < plan->verdict_count && entry; i++) {
        if (plan->verdicts[i].subject_kind != asked->kind)
            continue;
        if (plan->verdicts[i].subject == asked->subject)
            return entry;
        entry = node_next(list, entry);
    }
    return NULL;
}

static int add_json(const struct rollout_world *world, const struct rollout_plan *plan, const struct asked *asked,
                    struct text *out, struct rollout_error *reterr)
{
    static const struct {
        uint32_t kind;
        const char *list, *member;
    } lists[] = {
        { ROLLOUT_SUBJECT_POD, "pods", "pod" },          { ROLLOUT_SUBJECT_ORDINAL, "ordinals", "ordinal" },
        { ROLLOUT_SUBJECT_NODE, "nodes", "node" },       { ROLLOUT_SUBJECT_REPLICA_SET, "replicaSets", "replicaSet" },
        { ROLLOUT_SUBJECT_SUBSET, "subsets", "subset" },
    };
    struct rollout_objects *objects = NULL;
    int rc = rollout_plan_object(world, plan, &objects, reterr);
    if (rc != ROLLOUT_OK)
        return rc;
    /* Everything of the plan but the other pods, ordinals and nodes. */
    const struct rollout_node *document = objects->items[0].nodes;
    const char *separator = "{";
    for (const struct rollout_node *m = node_next(document, NULL); m; m = node_next(document, m)) {
        const struct rollout_node *value = m;
        size_t list = 0;
        while (list < sizeof lists / sizeof lists[0] && !str_is(m->key, lists[list].list))
            list++;
        bool is_list = list < sizeof lists / sizeof lists[0];
        if (is_list && lists[list].kind != asked->kind)
            continue;
        text_adds(out, separator);
        separator = ",";
        if (str_is(m->key, "kind")) {
            text_adds(out, "\"kind\":\"Explanation\"");
            continue;
        }
        if (is_list) {
            text_addf(out, "\"%s\"", lists[list].member);
            value = entry_of(plan, asked, m);
        } else {
            text_add_quoted(out, m->key);
        }
        text_adds(out, ":");
        if (value)
            text_add_node(out, value);
        else
            text_adds(out, "null");
    }
    text_adds(out, "}\n");
    rollout_objects_free(objects);
    return ROLLOUT_OK;
}

/* The arithmetic, and the place in the release order where the verdict does not name another. */
static int add_walk(const struct rollout_world *world, const struct rollout_plan *plan,
                    const struct rollout_verdict *verdict, struct text *out, struct rollout_error *reterr)
{
    struct rollout_candidates *candidates = NULL;
    if (world->workload->uniteddeployment ||
        world->workload->broadcastjob) /* its children have an order each; it updates nothing */
        return ROLLOUT_OK;
    int rc = rollout_candidates(world->workload, world->snapshot, &candidates, reterr);
    if (rc != ROLLOUT_OK)
        return rc;
    walk_explain(world, plan, candidates, verdict, out);
    size_t place = walk_place(world, candidates, verdict);
    if (place && (world->workload->cloneset || world->workload->sidecarset)) {
        text_addf(out, "order: number %zu of %zu that can go to ", place, candidates->count);
        text_add_plain(out, world_revision(world, candidates->revision)->name);
        text_adds(out, "\n");
    } else if (place) {
        text_addf(out, "order: number %zu of %zu %s, ", place, candidates->count,
                  world->workload->daemonset ? "nodes" : "places");
        if (candidates->within == candidates->count)
            text_adds(out, "all of which have their turn\n");
        else
            text_addf(out, "of which the first %zu have their turn\n", candidates->within);
    }
    rollout_candidates_free(candidates);
    return ROLLOUT_OK;
}

static void add_title(const struct rollout_world *world, const struct asked *asked, struct text *out)
{
    const char *what = asked->kind == ROLLOUT_SUBJECT_NODE          ? "Node"
                       : asked->kind == ROLLOUT_SUBJECT_REPLICA_SET ? "ReplicaSet"
                       : asked->kind == ROLLOUT_SUBJECT_SUBSET      ? "Subset"
                                                                    : "Pod";
    text_addf(out, "%s ", what);
    show_subject(out, world, asked->kind, asked->subject);
    if (asked->kind == ROLLOUT_SUBJECT_ORDINAL)
        text_addf(out, ", ordinal %" PRIu32 ",", asked->subject);
    text_adds(out, " of ");
    show_workload(out, world);
    text_adds(out, "\n");
}

static int add_text(const struct rollout_world *world, const struct rollout_plan *plan, const struct asked *asked,
                    struct text *out, struct rollout_error *reterr)
{
    size_t verdict = verdict_of(plan, asked);
    if (verdict == plan->verdict_count)
        return ROLLOUT_OK;
    const struct rollout_verdict *v = &plan->verdicts[verdict];
    const char *reason = rollout_reason_name(v->reason);
    add_title(world, asked, out);
    text_addf(out, "%s: %s (%s): ", v->op && rollout_op_name(v->op) ? rollout_op_name(v->op) : "hold",
              reason ? reason : "?", class_of(v->reason));
    show_sentence(out, world, plan, verdict);
    text_adds(out, "\n");
    if (asked->kind == ROLLOUT_SUBJECT_SUBSET && verdict + 1 < plan->verdict_count &&
        v[1].subject_kind == asked->kind && v[1].subject == asked->subject) { /* how its number came about */
        text_adds(out, "share: ");
        show_sentence(out, world, plan, verdict + 1);
        text_adds(out, "\n");
    }
    if (v->wants && rollout_op_name(v->wants))
        text_addf(out, "holds back: %s\n", rollout_op_name(v->wants));
    if (v->because != ROLLOUT_NONE) {
        text_adds(out, "because of: ");
        show_because(out, world, v);
        text_adds(out, "\n");
    }
    if (v->until_ms) {
        text_adds(out, "until: ");
        show_time(out, v->until_ms);
        text_adds(out, "\n");
    }

    int rc = add_walk(world, plan, v, out, reterr);
    struct table table = { 0 };
    struct asked acted = *asked; /* mostly itself, else the node that gets a second pod */
    if (v->op && v->first_action < plan->action_count)
        acted = (struct asked){ plan->actions[v->first_action].subject_kind, plan->actions[v->first_action].subject };
    for (size_t i = 0; i < plan->action_count; i++)
        if (plan->actions[i].subject_kind == acted.kind && plan->actions[i].subject == acted.subject)
            show_action(&table, world, plan, i);
    if (table.columns)
        text_adds(out, "actions\n");
    table_print(&table, "  ", false, terminal_width(), out);

    if (asked->kind == ROLLOUT_SUBJECT_POD)
        facts_of_pod(world_pod(world, asked->subject), out);
    else if (asked->kind == ROLLOUT_SUBJECT_NODE)
        facts_of_node(world, asked->subject, out);
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

/* found: how many were explained before. */
static int explain_subject(const struct options *options, const struct rollout_world *world,
                           const struct rollout_plan *plan, const struct asked *asked, struct text *out, int *found,
                           struct rollout_error *reterr)
{
    if (*found && !options->json)
        text_adds(out, "\n");
    *found += 1;
    return (options->json ? add_json : add_text)(world, plan, asked, out, reterr);
}

/* What the plan says of the node, and of the pods on it. */
static int explain_node(const struct options *options, const struct rollout_world *world,
                        const struct rollout_plan *plan, uint32_t node, struct text *out, int *found,
                        struct rollout_error *reterr)
{
    struct asked asked = { ROLLOUT_SUBJECT_NODE, node };
    int rc = ROLLOUT_OK;
    if (verdict_of(plan, &asked) < plan->verdict_count)
        rc = explain_subject(options, world, plan, &asked, out, found, reterr);
    for (uint32_t i = 0; i < world->snapshot->pods.count && rc == ROLLOUT_OK; i++)
        if (str_equal(show_node_of(world, i), world_node(world, node)->name)) {
            asked = (struct asked){ ROLLOUT_SUBJECT_POD, i };
            rc = explain_subject(options, world, plan, &asked, out, found, reterr);
        }
    return rc;
}

/* context: how many of that name were found. */
static int explain_one(const struct options *options, const struct rollout_world *world, struct text *out,
                       void *context, struct rollout_error *reterr)
{
    const char *name = options->arguments[0];
    struct asked asked = { ROLLOUT_SUBJECT_POD, find_pod(world, name) };
    if (asked.subject == ROLLOUT_NONE && find_subset(world, name) != ROLLOUT_NONE)
        asked = (struct asked){ ROLLOUT_SUBJECT_SUBSET, find_subset(world, name) };
    uint32_t node = asked.subject == ROLLOUT_NONE ? find_node(world, name) : ROLLOUT_NONE;
    struct rollout_plan *plan = NULL;
    if (asked.subject == ROLLOUT_NONE && find_replica_set(world, name) != ROLLOUT_NONE)
        asked = (struct asked){ ROLLOUT_SUBJECT_REPLICA_SET, find_replica_set(world, name) };
    if (asked.subject == ROLLOUT_NONE && node == ROLLOUT_NONE && !world->workload->statefulset)
        return STATUS_YES;
    int rc = rollout_plan(world->workload, world->snapshot, &plan, reterr);
    if (rc == ROLLOUT_OK && asked.subject == ROLLOUT_NONE && node == ROLLOUT_NONE)
        asked = (struct asked){ ROLLOUT_SUBJECT_ORDINAL, find_ordinal(world, plan, name, out) };
    if (rc == ROLLOUT_OK && node != ROLLOUT_NONE)
        rc = explain_node(options, world, plan, node, out, context, reterr);
    else if (rc == ROLLOUT_OK && asked.subject != ROLLOUT_NONE)
        rc = explain_subject(options, world, plan, &asked, out, context, reterr);
    rollout_plan_free(plan);
    return rc == ROLLOUT_OK ? STATUS_YES : FAULT;
}

int command_explain(const struct options *options)
{
    int found = 0;
    if (options->argument_count < 1) {
        complain("rollout explain: which pod? usage: rollout explain POD [FILE...]");
        return STATUS_BAD;
    }
    int status = each_document(options, 1, NULL, explain_one, &found);
    if (status == STATUS_YES && !found) {
        complain("rollout explain: no pod %s", options->arguments[0]);
        return STATUS_NO;
    }
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "show.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kind.h"

const struct rollout_pod *world_pod(const struct rollout_world *world, uint32_t i)
{
    const struct rollout_pods *pods = &world->snapshot->pods;
    return (const struct rollout_pod *)(const void *)((const char *)pods->items + i * pods->stride);
}

const struct rollout_revision *world_revision(const struct rollout_world *world, uint32_t i)
{
    const struct rollout_revisions *revisions = &world->snapshot->revisions;
    return (const struct rollout_revision *)(const void *)((const char *)revisions->items + i * revisions->stride);
}

const struct rollout_node_facts *world_node(const struct rollout_world *world, uint32_t i)
{
    const struct rollout_nodes *nodes = &world->snapshot->nodes;
    return (const struct rollout_node_facts *)(const void *)((const char *)nodes->items + i * nodes->stride);
}

static const struct rollout_claim *world_claim(const struct rollout_world *world, uint32_t i)
{
    const struct rollout_claims *claims = &world->snapshot->claims;
    return (const struct rollout_claim *)(const void *)((const char *)claims->items + i * claims->stride);
}

/* A subset's name, or that of a child that is no subset's. */
static void show_subset(struct text *out, const struct rollout_world *world, uint32_t subject)
{
    const struct rollout_uniteddeployment *spec = world->workload->uniteddeployment;
    const struct rollout_subsets *children = &world->snapshot->subsets;
    if (subject < spec->subset_count)
        text_add_plain(out, spec->subsets[subject].name);
    else if (subject - spec->subset_count < children->count)
        text_add_plain(out, children->items[subject - spec->subset_count].name);
}

static const struct rollout_replica_set_facts *world_replica_set(const struct rollout_world *world, uint32_t i)
{
    const struct rollout_replica_sets *sets = &world->snapshot->replica_sets;
    return (const struct rollout_replica_set_facts *)(const void *)((const char *)sets->items + i * sets->stride);
}

void show_subject(struct text *out, const struct rollout_world *world, uint32_t kind, uint32_t subject)
{
    static const char *const missing[] = { "(new, current revision)", "(new, update revision)", "(new, held)" };
    const struct rollout_snapshot *snapshot = world->snapshot;
    if (kind == ROLLOUT_SUBJECT_POD && subject < snapshot->pods.count) {
        text_add_plain(out, world_pod(world, subject)->name);
    } else if (kind == ROLLOUT_SUBJECT_REVISION && subject < snapshot->revisions.count) {
        text_add_plain(out, world_revision(world, subject)->name);
    } else if (kind == ROLLOUT_SUBJECT_CLAIM && subject < snapshot->claims.count) {
        text_add_plain(out, world_claim(world, subject)->name);
    } else if (kind == ROLLOUT_SUBJECT_NODE && subject < snapshot->nodes.count) {
        text_add_plain(out, world_node(world, subject)->name);
    } else if (kind == ROLLOUT_SUBJECT_ORDINAL && subject != ROLLOUT_NONE) { /* as its pod is called */
        text_add_plain(out, kind_of(world->workload).name);
        text_addf(out, "-%" PRIu32, subject);
    } else if (kind == ROLLOUT_SUBJECT_REPLICA_SET && subject < snapshot->replica_sets.count) {
        text_add_plain(out, world_replica_set(world, subject)->name);
    } else if (kind == ROLLOUT_SUBJECT_REPLICA_SET) {
        text_adds(out, "(new)");
    } else if (kind == ROLLOUT_SUBJECT_MISSING && subject < 3) {
        text_adds(out, missing[subject]);
    } else if (kind == ROLLOUT_SUBJECT_SUBSET && world->workload->uniteddeployment) {
        show_subset(out, world, subject);
    } else if (kind == ROLLOUT_SUBJECT_WORKLOAD) {
        text_adds(out, "(workload)");
    }
}

struct rollout_str show_node_of(const struct rollout_world *world, uint32_t pod)
{
    const struct rollout_pod *it = world_pod(world, pod);
    return it->node.len ? it->node : it->target_node;
}

void show_because(struct text *out, const struct rollout_world *world, const struct rollout_verdict *verdict)
{
    uint32_t kind = verdict->because_kind ? verdict->because_kind : ROLLOUT_SUBJECT_POD;
    if (kind == ROLLOUT_SUBJECT_NODE)
        text_adds(out, "node ");
    show_subject(out, world, kind, verdict->because);
}

void show_time(struct text *out, int64_t ms)
{
    int milliseconds = (int)((ms % 1000 + 1000) % 1000);
    time_t seconds = (time_t)((ms - milliseconds) / 1000);
    struct tm utc;
    char buf[64];
    if (!gmtime_r(&seconds, &utc) || strftime(buf, sizeof buf, "%Y-%m-%dT%H:%M:%S", &utc) == 0)
        text_addf(out, "%" PRId64 " ms", ms);
    else if (milliseconds)
        text_addf(out, "%s.%03dZ", buf, milliseconds);
    else
        text_addf(out, "%sZ", buf);
}

void show_workload(struct text *out, const struct rollout_world *world)
{
    struct kind kind = kind_of(world->workload);
    text_add_plain(out, world->kind);
    text_adds(out, " ");
    if (kind.namespace_.len) {
        text_add_plain(out, kind.namespace_);
        text_adds(out, "/");
    }
    text_add_plain(out, kind.name);
}

void show_member_json(struct text *out, const char *key, struct rollout_str text)
{
    if (!text.data || out->failed)
        return;
    text_addf(out, "%s\"%s\":", out->data[out->len - 1] == '{' ? "" : ",", key);
    text_add_quoted(out, text);
}

void show_head_json(struct text *out, const char *kind, const struct rollout_world *world)
{
    struct kind of = kind_of(world->workload);
    text_addf(out, "{\"kind\":\"%s\",\"workload\":{", kind);
    show_member_json(out, "apiVersion", world->api_version);
    show_member_json(out, "kind", world->kind);
    show_member_json(out, "namespace", of.namespace_);
    show_member_json(out, "name", of.name);
    text_adds(out, "}");
}

void show_no_pods(struct text *out, const struct rollout_world *world)
{
    struct rollout_opt replicas = kind_of(world->workload).replicas;
    bool job = world->workload->broadcastjob != NULL, nodes = job || world->workload->daemonset;
    if (nodes && world->snapshot->nodes.count == 0)
        text_adds(out, "note: no nodes are given for it\n");
    else if (world->snapshot->pods.count == 0 && ((nodes && !job) || (replicas.set && replicas.value > 0)))
        text_adds(out, "note: no pods are given for it\n");
}

static int64_t status_number(const struct rollout_plan *plan, const char *field)
{
    const struct rollout_node *node = node_get(plan->status.nodes, field);
    return node && node->kind == ROLLOUT_NODE_INTEGER ? node->integer : 0;
}

static void add_counts(struct text *out, const struct rollout_plan *plan, const char *const fields[][2], size_t count)
{
    for (size_t i = 0; i < count; i++)
        text_addf(out, "%s%" PRId64 " %s", i ? ", " : "", status_number(plan, fields[i][0]), fields[i][1]);
}

void show_counts(struct text *out, const struct rollout_world *world, const struct rollout_plan *plan)
{
    static const char *const nodes[][2] = {
        { "desiredNumberScheduled", "desired" },
        { "currentNumberScheduled", "scheduled" },
        { "numberReady", "ready" },
        { "numberAvailable", "available" },
        { "updatedNumberScheduled", "updated" },
        { "numberMisscheduled", "misscheduled" },
    };
    static const char *const pods[][2] = {
        { "replicas", "there" },
        { "readyReplicas", "ready" },
        { "availableReplicas", "available" },
    };
    static const char *const job[][2] = {
        { "desired", "nodes" },
        { "active", "active" },
        { "succeeded", "succeeded" },
        { "failed", "failed" },
    };
    static const char *const sidecars[][2] = { { "matchedPods", "matched" }, { "readyPods", "ready" } };
    struct kind kind = kind_of(world->workload);
    size_t count = sizeof pods / sizeof pods[0];
    if (world->workload->uniteddeployment) /* it does not know what is available */
        count--;
    if (world->workload->broadcastjob) {
        add_counts(out, plan, job, sizeof job / sizeof job[0]);
        return;
    }
    if (world->workload->sidecarset) {
        add_counts(out, plan, sidecars, sizeof sidecars / sizeof sidecars[0]);
        text_addf(out, "; updated: %" PRId64 ", %" PRId64 " ready", status_number(plan, "updatedPods"),
                  status_number(plan, "updatedReadyPods"));
        return;
    }
    if (world->workload->daemonset) {
        add_counts(out, plan, nodes, sizeof nodes / sizeof nodes[0]);
        return;
    }
    if (kind.replicas.set)
        text_addf(out, "%" PRId32 " wanted, ", kind.replicas.value);
    add_counts(out, plan, pods, count);
    if (world->workload->replicaset)
        return;
    text_addf(out, "; updated: %" PRId64, status_number(plan, "updatedReplicas"));
    if (!kind.native) /* only OpenKruise counts them */
        text_addf(out, ", %" PRId64 " ready", status_number(plan, "updatedReadyReplicas"));
}

/* The text that was given, in quotes where it is no plain percentage. */
static void add_given(struct text *out, const struct rollout_limit *limit)
{
    struct rollout_str text = limit->given.text;
    if (limit->given.kind == ROLLOUT_INTSTR_INT) {
        text_addf(out, "%" PRId32, limit->given.count);
        return;
    }
    size_t digits = 0;
    while (digits < text.len && text.data[digits] >= '0' && text.data[digits] <= '9')
        digits++;
    bool plain = digits > 0 && digits + 1 == text.len && text.data[digits] == '%';
    text_adds(out, plain ? "" : "\"");
    text_add_plain(out, text);
    text_adds(out, plain ? "" : "\"");
}

/* How a percentage came to its count. */
static void add_percentage(struct text *out, const struct rollout_world *world, const struct rollout_limit *limit)
{
    const char *total = "";
    bool partition = str_is(limit->field, "partition");
    int64_t scaled = limit->count;
    if (world->workload->sidecarset)
        total = " matched pods";
    if (world->workload->daemonset)
        total =
            partition || str_is(limit->field, "burstReplicas") ? " (status.desiredNumberScheduled)" : " eligible nodes";
    add_given(out, limit);
    if (!memchr(limit->given.text.data, '%', limit->given.text.len))
        text_addf(out, ", read as %.*s%%", (int)limit->given.text.len, limit->given.text.data);
    text_addf(out, " of %" PRId64 "%s, rounded %s", limit->total, total,
              limit->rounding == ROLLOUT_ROUND_UP ? "up" : "down");
    bool scaled_parser = world->workload->cloneset || world->workload->sidecarset;
    uint32_t parser = scaled_parser ? ROLLOUT_PARSER_SCALED : ROLLOUT_PARSER_LEGACY;
    if ((scaled_parser && !partition) ||
        rollout_intstr_scale(&limit->given, parser, limit->rounding, (int32_t)limit->total, &scaled) != ROLLOUT_OK ||
        scaled == limit->count)
        return;
    text_addf(out, " to %" PRId64, scaled);
    if (!scaled_parser)
        text_addf(out, "; %s %" PRId64, scaled < limit->count ? "at least" : "at most", limit->count);
    else if (scaled == limit->total)
        text_adds(out, "; only 100% keeps all");
    else
        text_addf(out, "; from 0 to %" PRId64, limit->total);
}

void show_limits(struct table *table, const struct rollout_world *world, const struct rollout_plan *plan)
{
    for (size_t i = 0; i < plan->limit_count; i++) {
        const struct rollout_limit *limit = &plan->limits[i];
        struct text how = { 0 };
        table_str(table, 0, limit->field);
        table_number(table, limit->count);
        if (limit->flags & ROLLOUT_LIMIT_UNUSABLE) {
            text_adds(&how, "\"");
            text_add_plain(&how, limit->given.text);
            text_adds(&how, "\" is not usable");
            if (world->workload->cloneset || str_is(limit->field, "burstReplicas")) /* elsewhere the pass stops there */
                text_addf(&how, ", counts as %" PRId64, limit->count);
        } else if (limit->flags & ROLLOUT_LIMIT_PAUSED) {
            add_given(&how, limit);
            text_adds(&how, ", but paused");
        } else if (limit->given.kind == ROLLOUT_INTSTR_TEXT) {
            add_percentage(&how, world, limit);
        } else if (limit->given.kind == ROLLOUT_INTSTR_INT && limit->given.count != limit->count) {
            text_addf(&how, "given: %" PRId32, limit->given.count);
        }
        if (limit->flags & ROLLOUT_LIMIT_DEFAULT)
            text_addf(&how, "%sby default", how.len ? ", " : "");
        table_text(table, &how);
        table_end_row(table);
        text_free(&how);
    }
}

/* By class: done, acted, waiting, held, blocked. */
static int colour_of(uint32_t reason)
{
    static const int colours[] = { 0, 32, 36, 33, 35, 31 };
    uint32_t class = reason / 100;
    return class < sizeof colours / sizeof colours[0] ? colours[class] : 0;
}

void show_verdict(struct table *table, const struct rollout_world *world, const struct rollout_plan *plan,
                  size_t verdict)
{
    const struct rollout_verdict *it = &plan->verdicts[verdict];
    const char *op = it->op ? rollout_op_name(it->op) : "hold", *reason = rollout_reason_name(it->reason);
    int colour = colour_of(it->reason);
    struct text sentence = { 0 }, name = { 0 };
    show_subject(&name, world, it->subject_kind, it->subject);
    table_text(table, &name);
    text_free(&name);
    if (world->workload->daemonset && it->subject_kind == ROLLOUT_SUBJECT_POD)
        table_str(table, 0, show_node_of(world, it->subject));
    table_cell(table, colour, op ? op : "?", strlen(op ? op : "?"));
    table_cell(table, colour, reason ? reason : "?", strlen(reason ? reason : "?"));
    show_sentence(&sentence, world, plan, verdict);
    if (it->wants && rollout_op_name(it->wants))
        text_addf(&sentence, " (holds back: %s)", rollout_op_name(it->wants));
    table_text(table, &sentence);
    table_end_row(table);
    text_free(&sentence);
}

void show_sentence(struct text *out, const struct rollout_world *world, const struct rollout_plan *plan, size_t verdict)
{
    char buf[512];
    size_t len = rollout_verdict_text(plan, world->snapshot, verdict, buf, sizeof buf);
    if (len < sizeof buf) {
        text_add_plain(out, (struct rollout_str){ buf, len });
        return;
    }
    char *whole = malloc(len + 1);
    if (!whole) {
        out->failed = true;
        return;
    }
    rollout_verdict_text(plan, world->snapshot, verdict, whole, len + 1);
    text_add_plain(out, (struct rollout_str){ whole, len });
    free(whole);
}

void show_outcome(struct text *out, const struct rollout_world *world, const struct rollout_plan *plan)
{
    if (plan->error_reason) {
        const char *reason = rollout_reason_name(plan->error_reason);
        text_addf(out, "error: %s", reason ? reason : "?");
        struct rollout_str name = { NULL, 0 }, message = plan->error_message;
        if (plan->error_pod < world->snapshot->pods.count)
            name = world_pod(world, plan->error_pod)->name;
        bool named = message.len > 4 + name.len && memcmp(message.data, "pod ", 4) == 0 &&
                     memcmp(message.data + 4, name.data ? name.data : "", name.len) == 0;
        if (name.len && !named) {
            text_adds(out, " at ");
            text_add_plain(out, name);
        }
        text_adds(out, ": ");
        text_add_plain(out, plan->error_message);
        text_adds(out, "\n");
    }
    if (plan->next_ms) {
        text_adds(out, "next: can change by itself at ");
        show_time(out, plan->next_ms);
        text_adds(out, "\n");
    }
    if (plan->requeue_seconds < 0)
        text_adds(out, "look again: at once, as the controller would\n");
    else if (plan->requeue_seconds)
        text_addf(out, "look again: after %" PRId64 " s, as the controller would\n", plan->requeue_seconds);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "show.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const struct rollout_pod *world_pod(const struct rollout_world *world, uint32_t i)
{
    const struct rollout_pods *pods = &world->snapshot.pods;
    return (const struct rollout_pod *)(const void *)((const char *)pods->items + i * pods->stride);
}

const struct rollout_revision *world_revision(const struct rollout_world *world, uint32_t i)
{
    const struct rollout_revisions *revisions = &world->snapshot.revisions;
    return (const struct rollout_revision *)(const void *)((const char *)revisions->items + i * revisions->stride);
}

struct rollout_str subject_name(const struct rollout_world *world, uint32_t kind, uint32_t subject)
{
    static const char *const missing[] = { "(new, current revision)", "(new, update revision)", "(new, held)" };
    const char *name = NULL;
    const struct rollout_claims *claims = &world->snapshot.claims;
    switch (kind) {
    case ROLLOUT_SUBJECT_POD:
        if (subject < world->snapshot.pods.count)
            return world_pod(world, subject)->name;
        break;
    case ROLLOUT_SUBJECT_REVISION:
        if (subject < world->snapshot.revisions.count)
            return world_revision(world, subject)->name;
        break;
    case ROLLOUT_SUBJECT_CLAIM:
        if (subject < claims->count)
            return ((const struct rollout_claim *)(const void *)((const char *)claims->items +
                                                                 subject * claims->stride))
                ->name;
        break;
    case ROLLOUT_SUBJECT_MISSING:
        name = subject < 3 ? missing[subject] : NULL;
        break;
    case ROLLOUT_SUBJECT_WORKLOAD:
        name = "(workload)";
        break;
    default:
        break;
    }
    return (struct rollout_str){ .data = name, .len = name ? strlen(name) : 0 };
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
    const struct rollout_cloneset *cloneset = world->workload.cloneset;
    text_add_plain(out, world->kind);
    text_adds(out, " ");
    if (cloneset->namespace_.len) {
        text_add_plain(out, cloneset->namespace_);
        text_adds(out, "/");
    }
    text_add_plain(out, cloneset->name);
}

void show_no_pods(struct text *out, const struct rollout_world *world)
{
    const struct rollout_opt *replicas = &world->workload.cloneset->replicas;
    if (world->snapshot.pods.count == 0 && replicas->set && replicas->value > 0)
        text_adds(out, "note: no pods are given for it\n");
}

static int64_t status_number(const struct rollout_plan *plan, const char *field)
{
    const struct rollout_node *node = node_get(plan->status.nodes, field);
    return node && node->kind == ROLLOUT_NODE_INTEGER ? node->integer : 0;
}

void show_counts(struct text *out, const struct rollout_world *world, const struct rollout_plan *plan)
{
    const struct rollout_opt *replicas = &world->workload.cloneset->replicas;
    if (replicas->set)
        text_addf(out, "%" PRId32 " wanted, ", replicas->value);
    text_addf(
        out, "%" PRId64 " there, %" PRId64 " ready, %" PRId64 " available; updated: %" PRId64 ", %" PRId64 " ready",
        status_number(plan, "replicas"), status_number(plan, "readyReplicas"), status_number(plan, "availableReplicas"),
        status_number(plan, "updatedReplicas"), status_number(plan, "updatedReadyReplicas"));
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
static void add_percentage(struct text *out, const struct rollout_limit *limit, int32_t replicas)
{
    bool partition = str_is(limit->field, "partition");
    int64_t scaled = limit->count;
    add_given(out, limit);
    if (!memchr(limit->given.text.data, '%', limit->given.text.len))
        text_addf(out, ", read as %.*s%%", (int)limit->given.text.len, limit->given.text.data);
    text_addf(out, " of %" PRId32 ", rounded %s", replicas, limit->rounding == ROLLOUT_ROUND_UP ? "up" : "down");
    if (!partition ||
        rollout_intstr_scale(&limit->given, ROLLOUT_PARSER_SCALED, limit->rounding, replicas, &scaled) != ROLLOUT_OK ||
        scaled == limit->count)
        return;
    text_addf(out, " to %" PRId64, scaled);
    if (scaled == replicas)
        text_adds(out, "; only 100% keeps all");
    else
        text_addf(out, "; from 0 to %" PRId32, replicas);
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
            text_addf(&how, "\" is not usable, counts as %" PRId64, limit->count);
        } else if (limit->flags & ROLLOUT_LIMIT_PAUSED) {
            add_given(&how, limit);
            text_adds(&how, ", but paused");
        } else if (limit->given.kind == ROLLOUT_INTSTR_TEXT) {
            add_percentage(&how, limit, world->workload.cloneset->replicas.value);
        } else if (limit->given.kind == ROLLOUT_INTSTR_INT && limit->given.count != limit->count) {
            text_addf(&how, "given: %" PRId32, limit->given.count);
        }
        if (limit->flags & ROLLOUT_LIMIT_DEFAULT)
            text_addf(&how, "%sby default", how.len ? ", " : "");
        table_cell(table, 0, how.data ? how.data : "", how.len);
        table_end_row(table);
        text_free(&how);
    }
}

/* One attribute as words: "at web-2", "to Updating". */
static void add_attribute(struct text *out, const struct rollout_plan *plan, const struct rollout_attr *attr)
{
    struct rollout_str text = { "", 0 };
    if (attr->text != ROLLOUT_NONE)
        text = plan->texts[attr->text];
    int len = (int)text.len;
    switch (attr->key) {
    case ROLLOUT_ATTR_REVISION:
        text_addf(out, "at %.*s", len, text.data);
        break;
    case ROLLOUT_ATTR_NUMBER:
        text_addf(out, "number %" PRId64, attr->value);
        break;
    case ROLLOUT_ATTR_COUNT:
        text_addf(out, "%" PRId64 " %s", attr->value, attr->value == 1 ? "pod" : "pods");
        break;
    case ROLLOUT_ATTR_NEW_IDS:
        text_addf(out, "%" PRId64 " new %s", attr->value, attr->value == 1 ? "id" : "ids");
        break;
    case ROLLOUT_ATTR_MARK_NOT_READY:
        text_adds(out, attr->value ? "not ready first" : "stays ready");
        break;
    case ROLLOUT_ATTR_GRACE_SECONDS:
        text_addf(out, "grace %" PRId64 " s", attr->value);
        break;
    case ROLLOUT_ATTR_STATE:
        text_addf(out, "to %.*s", len, text.data);
        break;
    case ROLLOUT_ATTR_HOOK:
        text_adds(out, "with its hook");
        break;
    default:
        text_add(out, text.data, text.len);
        break;
    }
}

/* "takes ids a, b": of those from the first one on. Returns how many. */
static uint32_t add_ids(struct text *out, const struct rollout_plan *plan, const struct rollout_attr *attrs,
                        uint32_t count)
{
    uint32_t n = 1;
    while (n < count && attrs[n].key == ROLLOUT_ATTR_ID)
        n++;
    text_adds(out, n == 1 ? "takes id " : "takes ids ");
    for (uint32_t i = 0; i < n; i++) {
        text_adds(out, i ? ", " : "");
        if (attrs[i].text != ROLLOUT_NONE)
            text_add(out, plan->texts[attrs[i].text].data, plan->texts[attrs[i].text].len);
    }
    return n;
}

void show_action(struct table *table, const struct rollout_world *world, const struct rollout_plan *plan, size_t action)
{
    const struct rollout_action *it = &plan->actions[action];
    const char *op = rollout_op_name(it->op), *reason = rollout_reason_name(it->reason);
    struct text words = { 0 };
    table_number(table, (long long)action + 1);
    table_string(table, op ? op : "?");
    struct rollout_str name = { NULL, 0 };
    if (it->subject_kind == ROLLOUT_SUBJECT_POD || it->subject_kind == ROLLOUT_SUBJECT_REVISION ||
        it->subject_kind == ROLLOUT_SUBJECT_CLAIM)
        name = subject_name(world, it->subject_kind, it->subject);
    table_str(table, 0, name);
    for (uint32_t i = 0; i < it->attr_count;) {
        const struct rollout_attr *attr = &plan->attrs[it->attr_first + i];
        uint32_t taken = 1;
        bool again = attr->key == ROLLOUT_ATTR_CLAIM && attr->text != ROLLOUT_NONE &&
                     str_equal(plan->texts[attr->text], name); /* the subject's name stands before */
        if (!again) {
            text_adds(&words, words.len ? ", " : "");
            if (attr->key == ROLLOUT_ATTR_ID)
                taken = add_ids(&words, plan, attr, it->attr_count - i);
            else
                add_attribute(&words, plan, attr);
        }
        i += taken;
    }
    table_cell(table, 0, words.data ? words.data : "", words.len);
    table_string(table, reason ? reason : "");
    table_end_row(table);
    text_free(&words);
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
    struct text sentence = { 0 };
    table_str(table, 0, subject_name(world, it->subject_kind, it->subject));
    table_cell(table, colour, op ? op : "?", strlen(op ? op : "?"));
    table_cell(table, colour, reason ? reason : "?", strlen(reason ? reason : "?"));
    show_sentence(&sentence, world, plan, verdict);
    if (it->wants && rollout_op_name(it->wants))
        text_addf(&sentence, " (holds back: %s)", rollout_op_name(it->wants));
    table_cell(table, 0, sentence.data ? sentence.data : "", sentence.len);
    table_end_row(table);
    text_free(&sentence);
}

void show_sentence(struct text *out, const struct rollout_world *world, const struct rollout_plan *plan, size_t verdict)
{
    char buf[512];
    size_t len = rollout_verdict_text(plan, &world->snapshot, verdict, buf, sizeof buf);
    if (len < sizeof buf) {
        text_add_plain(out, (struct rollout_str){ buf, len });
        return;
    }
    char *whole = malloc(len + 1);
    if (!whole) {
        out->failed = true;
        return;
    }
    rollout_verdict_text(plan, &world->snapshot, verdict, whole, len + 1);
    text_add_plain(out, (struct rollout_str){ whole, len });
    free(whole);
}

void show_outcome(struct text *out, const struct rollout_world *world, const struct rollout_plan *plan)
{
    if (plan->error_reason) {
        const char *reason = rollout_reason_name(plan->error_reason);
        text_addf(out, "error: %s", reason ? reason : "?");
        struct rollout_str name = { NULL, 0 }, message = plan->error_message;
        if (plan->error_pod != ROLLOUT_NONE)
            name = subject_name(world, ROLLOUT_SUBJECT_POD, plan->error_pod);
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
    if (plan->requeue_seconds)
        text_addf(out, "look again: after %" PRId64 " s, as the controller would\n", plan->requeue_seconds);
}

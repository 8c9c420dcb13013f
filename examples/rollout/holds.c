/* SPDX-License-Identifier: Apache-2.0 */
#include "holds.h"

#include <inttypes.h>
#include <string.h>

#include "command.h"
#include "show.h"

/* Of the verdicts of one reason. */
struct hold {
    uint32_t reason;
    size_t first; /* verdict */
    uint64_t count;
    struct text names;
};

enum { REASONS = 64, NAMES = 3 };

/* What is done needs no reason. */
static bool holds(const struct rollout_verdict *verdict)
{
    return verdict->reason / 100 >= 2 && !verdict->op;
}

static size_t group_verdicts(const struct rollout_world *world, const struct rollout_plan *plan, bool json,
                             struct hold *ret)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->verdict_count; i++) {
        const struct rollout_verdict *verdict = &plan->verdicts[i];
        size_t g = 0;
        if (!holds(verdict))
            continue;
        while (g < count && ret[g].reason != verdict->reason)
            g++;
        /* The workload's own comes last and says what held the first of its pods. */
        if (g == REASONS || (g < count && verdict->subject_kind == ROLLOUT_SUBJECT_WORKLOAD))
            continue;
        if (g == count)
            ret[count++] = (struct hold){ .reason = verdict->reason, .first = i };
        struct hold *hold = &ret[g];
        if (hold->count++ < NAMES) {
            struct text name = { 0 };
            show_subject(&name, world, verdict->subject_kind, verdict->subject);
            text_adds(&hold->names, hold->names.len ? json ? "," : ", " : "");
            if (json)
                text_add_quoted(&hold->names, (struct rollout_str){ name.data ? name.data : "", name.len });
            else
                text_add(&hold->names, name.data, name.len);
            hold->names.failed |= name.failed;
            text_free(&name);
        }
    }
    return count;
}

static void add_json(struct text *out, const struct rollout_world *world, const struct rollout_plan *plan,
                     struct hold *groups, size_t count)
{
    text_adds(out, "{\"limits\":[");
    for (size_t i = 0; i < plan->limit_count; i++) {
        text_adds(out, i ? ",{\"field\":" : "{\"field\":");
        text_add_quoted(out, plan->limits[i].field);
        text_addf(out, ",\"count\":%" PRId64 "}", plan->limits[i].count);
    }
    text_adds(out, "],\"held\":[");
    for (size_t g = 0; g < count; g++) {
        const char *reason = rollout_reason_name(groups[g].reason);
        struct text sentence = { 0 };
        show_sentence(&sentence, world, plan, groups[g].first);
        text_addf(out, "%s{\"reason\":\"%s\",\"count\":%" PRIu64 ",\"names\":[%s],\"detail\":", g ? "," : "",
                  reason ? reason : "?", groups[g].count, groups[g].names.data ? groups[g].names.data : "");
        text_add_quoted(out, (struct rollout_str){ sentence.data ? sentence.data : "", sentence.len });
        text_adds(out, "}");
        out->failed |= sentence.failed;
        text_free(&sentence);
    }
    text_adds(out, "]}");
}

static void add_text(struct text *out, const struct rollout_world *world, const struct rollout_plan *plan,
                     struct hold *groups, size_t count)
{
    struct table table = { 0 };
    if (plan->limit_count)
        text_adds(out, "limits\n");
    show_limits(&table, world, plan);
    table_print(&table, "  ", false, terminal_width(), out);
    if (count)
        text_adds(out, "held\n");
    for (size_t g = 0; g < count; g++) {
        const char *reason = rollout_reason_name(groups[g].reason);
        struct text cell = { 0 };
        text_addf(&cell, "%" PRIu64, groups[g].count);
        if (groups[g].names.len)
            text_addf(&cell, " (%s%s)", groups[g].names.data, groups[g].count > NAMES ? ", ..." : "");
        table_text(&table, &cell);
        table_string(&table, reason ? reason : "?");
        text_clear(&cell);
        show_sentence(&cell, world, plan, groups[g].first);
        table_text(&table, &cell);
        table_end_row(&table);
        text_free(&cell);
    }
    table_print(&table, "  ", false, terminal_width(), out);
    show_outcome(out, world, plan);
}

void add_holds(struct text *out, const struct rollout_world *world, const struct rollout_plan *plan, bool json)
{
    struct hold groups[REASONS];
    size_t count = group_verdicts(world, plan, json, groups);
    (json ? add_json : add_text)(out, world, plan, groups, count);
    for (size_t g = 0; g < count; g++) {
        out->failed |= groups[g].names.failed;
        text_free(&groups[g].names);
    }
}

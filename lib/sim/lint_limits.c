/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers and percentages. What they come to is the planners' own arithmetic, as they write it down for people. */
#include <inttypes.h>

#include <rollout/intstr.h>

#include "base/str.h"
#include "sim/lint.h"

void ro_lint_read_limits(struct ro_lint *l, void (*build)(const void *context, struct ro_builder *b),
                         const void *context)
{
    struct ro_builder b = { 0 };
    build(context, &b);
    if (ro_builder_begin(&b, NULL) != ROLLOUT_OK) {
        l->arena.failed = true;
        return;
    }
    build(context, &b);
    l->limits = ro_builder_end(&b);
}

const struct rollout_limit *ro_lint_find_limit(const struct ro_lint *l, const char *name)
{
    const struct rollout_str text = { name, strlen(name) };
    for (size_t i = 0; l->limits && i < l->limits->limit_count; i++)
        if (ro_str_eq(l->limits->limits[i].field, text))
            return &l->limits->limits[i];
    return NULL;
}

static bool reads(const struct rollout_intstr *given, uint32_t parser, uint32_t rounding, int32_t total,
                  int64_t *ret_count)
{
    return rollout_intstr_scale(given, parser, rounding, total, ret_count) == ROLLOUT_OK;
}

/* The parsers agree on what several of them read, so the strictest one that does is right. */
int64_t ro_lint_scaled(const struct rollout_intstr *given, uint32_t rounding, int32_t total)
{
    static const uint32_t parsers[] = { ROLLOUT_PARSER_STRICT, ROLLOUT_PARSER_SCALED, ROLLOUT_PARSER_LEGACY };
    int64_t count = 0;
    for (size_t i = 0; i < 3; i++)
        if (reads(given, parsers[i], rounding, total, &count))
            break;
    return count;
}

/* Of a text that can be read: what only the parser takes that drops each "%" and needs none. */
static bool read_otherwise(const struct rollout_intstr *given)
{
    int64_t count;
    return given->kind == ROLLOUT_INTSTR_TEXT && !reads(given, ROLLOUT_PARSER_STRICT, ROLLOUT_ROUND_DOWN, 1, &count) &&
           !reads(given, ROLLOUT_PARSER_SCALED, ROLLOUT_ROUND_DOWN, 1, &count);
}

static void look_at_text(struct ro_lint *l, const struct ro_at *at, const struct ro_lint_limit *which,
                         const struct rollout_limit *limit)
{
    struct rollout_str shown = ro_lint_shown(l, at);
    if (limit->flags & ROLLOUT_LIMIT_UNUSABLE)
        RO_LINT(l, TEXT_UNREADABLE, at, "%s %.*s is stored but %s", which->limit, (int)shown.len, shown.data,
                which->unreadable);
    else if (read_otherwise(&limit->given))
        RO_LINT(l, TEXT_READ_OTHERWISE, at, "%s %.*s is read as %" PRId64 "%%", which->limit, (int)shown.len,
                shown.data, ro_lint_scaled(&limit->given, ROLLOUT_ROUND_DOWN, 100));
}

/* A percentage that is neither 0 nor all, and comes to just that. */
static void look_at_rounding(struct ro_lint *l, const struct ro_at *at, const struct ro_lint_limit *which,
                             const struct rollout_limit *limit)
{
    const struct rollout_intstr *given = &limit->given;
    if (limit->rounding == ROLLOUT_ROUND_NONE || limit->total <= 0)
        return;
    if (which->usual && ro_str_eq(given->text, (struct rollout_str){ which->usual, strlen(which->usual) }))
        return;
    int64_t count = ro_lint_scaled(given, limit->rounding, (int32_t)limit->total);
    bool some = ro_lint_scaled(given, ROLLOUT_ROUND_UP, 1) > 0, part = ro_lint_scaled(given, ROLLOUT_ROUND_DOWN, 1) < 1;
    bool none = which->none && count == 0 && some;
    bool all = which->all && count >= limit->total && some && part && limit->total >= which->all_from;
    if (!none && !all)
        return;
    struct rollout_str message =
        ro_arena_printf(&l->arena, "%s %.*s of %" PRId64 " %s%s is %" PRId64 ", rounded %s: %s", which->limit,
                        (int)given->text.len, given->text.data, limit->total, which->of, ro_lint_plural(limit->total),
                        count, limit->rounding == ROLLOUT_ROUND_UP ? "up" : "down", none ? which->none : which->all);
    ro_lint_note(l, none ? ROLLOUT_LINT_ROUNDS_TO_NONE : ROLLOUT_LINT_ROUNDS_TO_ALL, at, message);
}

void ro_lint_limit(struct ro_lint *l, const struct ro_at *fields, const struct ro_lint_limit *which)
{
    const struct rollout_limit *limit = ro_lint_find_limit(l, which->limit);
    struct ro_at parent = which->parent ? ro_at_object(&l->decoder, &l->spec, which->parent) : *fields;
    struct ro_at at = ro_at_member(&parent, which->name);
    if (!limit || !at.node)
        return;
    look_at_text(l, &at, which, limit);
    look_at_rounding(l, &at, which, limit);
    if (ro_lint_scaled(&limit->given, ROLLOUT_ROUND_DOWN, 1) < 0)
        RO_LINT(l, NEGATIVE, &at, "%s is below 0", which->limit);
}

void ro_lint_partition(struct ro_lint *l, const struct ro_at *fields, int64_t partition, int64_t total, const char *of)
{
    struct ro_at at = ro_at_member(fields, "partition");
    if (!at.node || total <= 0 || partition < total)
        return;
    struct rollout_str shown = ro_lint_shown(l, &at);
    RO_LINT(l, NEVER_RELEASES, &at, "partition %.*s keeps %s%" PRId64 " %s%s as %s: none is updated", (int)shown.len,
            shown.data, total == 1 ? "the " : "all ", total, of, ro_lint_plural(total),
            total == 1 ? "it is" : "they are");
}

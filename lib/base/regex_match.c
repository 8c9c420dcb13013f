/* SPDX-License-Identifier: Apache-2.0 */
/* Pike's machine: all threads of a program run at once, one rune at a time. */
#include "base/regex_ops.h"

uint32_t ro_regex_rune(const char **at, const char *end, bool *ret_bad)
{
    static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
    unsigned char c = (unsigned char)*(*at)++;
    unsigned rest = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
    uint32_t rune = c & (0x3fu >> rest);
    if (c < 0x80)
        return c;
    bool bad = c < 0xc2 || c > 0xf4 || (size_t)(end - *at) < rest;
    for (unsigned i = 0; i < rest && !bad; i++) {
        bad = ((unsigned char)(*at)[i] & 0xc0) != 0x80;
        rune = rune << 6 | ((unsigned char)(*at)[i] & 0x3f);
    }
    if (bad || rune < least[rest] || rune > RO_RUNE_MAX || (rune >= 0xd800 && rune <= 0xdfff)) {
        *ret_bad = true;
        return 0xfffd;
    }
    *at += rest;
    return rune;
}

static bool is_word(uint32_t c)
{
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Runes around a place; RO_RUNE_MAX + 1 = the text ends there. */
static bool holds(uint32_t op, uint32_t before, uint32_t after)
{
    bool begin = before > RO_RUNE_MAX, end = after > RO_RUNE_MAX;
    switch (op) {
    case RO_REGEX_BEGIN:
        return begin;
    case RO_REGEX_END:
        return end;
    case RO_REGEX_BEGIN_LINE:
        return begin || before == '\n';
    case RO_REGEX_END_LINE:
        return end || after == '\n';
    default:
        return (is_word(before) != is_word(after)) == (op == RO_REGEX_WORD_EDGE);
    }
}

/* Adds the thread at pc with all that it comes to without a rune. True where it matches. */
static bool add_thread(struct ro_regex *r, uint32_t pc, uint32_t before, uint32_t after, uint32_t *list,
                       uint32_t *count)
{
    uint32_t depth = 0;
    r->stack[depth++] = pc;
    while (depth > 0) {
        pc = r->stack[--depth];
        for (bool on = true; on && r->marks[pc] != r->round;) {
            const struct ro_regex_op *op = &r->ops[pc];
            r->marks[pc] = r->round;
            switch (op->op) {
            case RO_REGEX_MATCH:
                return true;
            case RO_REGEX_SET:
            case RO_REGEX_NOT_IN:
                list[(*count)++] = pc;
                on = false;
                break;
            case RO_REGEX_SPLIT:
                r->stack[depth++] = (uint32_t)((int32_t)pc + op->first);
                pc++;
                break;
            case RO_REGEX_JUMP:
                pc = (uint32_t)((int32_t)pc + op->first);
                break;
            default:
                on = holds(op->op, before, after);
                pc++;
            }
        }
    }
    return false;
}

static bool takes(const struct ro_regex *r, const struct ro_regex_op *op, uint32_t rune)
{
    for (uint32_t i = 0; i < op->count; i++) {
        const struct ro_regex_range *range = &r->ranges[(uint32_t)op->first + i];
        if (rune >= range->lo && rune <= range->hi)
            return op->op == RO_REGEX_SET;
    }
    return op->op == RO_REGEX_NOT_IN;
}

bool ro_regex_matches(struct ro_regex *r, struct rollout_str text)
{
    const char *at = text.data, *end = text.data + text.len;
    uint32_t before = RO_RUNE_MAX + 1, count = 0, none = RO_RUNE_MAX + 1;
    bool bad = false;
    uint32_t *now = r->lists[0], *next = r->lists[1];
    for (uint32_t rune, after = at < end ? ro_regex_rune(&at, end, &bad) : none;;) {
        uint32_t next_count = 0;
        rune = after;
        if (before > RO_RUNE_MAX) { /* the first place; later ones have been entered by the step to them */
            r->round++;
            if (add_thread(r, 0, before, rune, now, &count))
                return true;
        }
        if (rune > RO_RUNE_MAX)
            return false;
        after = at < end ? ro_regex_rune(&at, end, &bad) : none;
        r->round++;
        for (uint32_t i = 0; i < count; i++)
            if (takes(r, &r->ops[now[i]], rune) && add_thread(r, now[i] + 1, rune, after, next, &next_count))
                return true;
        if (add_thread(r, 0, rune, after, next, &next_count))
            return true;
        before = rune;
        uint32_t *swap = now;
        now = next;
        next = swap;
        count = next_count;
    }
}

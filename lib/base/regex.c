/* SPDX-License-Identifier: Apache-2.0 */
/* From the text of an expression to its program. */
#include "base/regex_ops.h"
#include "base/str.h"

enum {
    OPS_MAX = 20000,
    RANGES_MAX = 20000,
    DEPTH_MAX = 200,
    REPEAT_MAX = 1000 /* Go's */
};

struct parser {
    struct ro_arena *arena;
    const char *at, *end;
    struct ro_regex_op *ops;
    struct ro_regex_range *ranges;
    uint32_t count, room, range_count, range_room;
    unsigned depth;
    bool fold, dot_all, lines; /* flags i, s, m */
    bool foreign;
    const char *error; /* the first one sticks */
};

static void fail(struct parser *p, const char *why)
{
    p->error = p->error ? p->error : why;
}

static void fail_foreign(struct parser *p, const char *why)
{
    p->foreign = p->foreign || !p->error;
    fail(p, why);
}

/* ---- code ---- */

/* Room for more of them; false on lack of memory or where there are too many. */
static bool grow(struct parser *p, void **items, uint32_t count, uint32_t more, uint32_t *room, uint32_t most,
                 size_t size)
{
    if (p->error)
        return false;
    if (more > most - count) {
        fail_foreign(p, "is too long an expression");
        return false;
    }
    if (count + more <= *room)
        return true;
    uint32_t wanted = 2 * (count + more);
    void *bigger = ro_arena_alloc(p->arena, wanted, size);
    if (!bigger) {
        fail(p, "");
        return false;
    }
    if (count > 0)
        memcpy(bigger, *items, count * size);
    *items = bigger;
    *room = wanted;
    return true;
}

static bool grow_ops(struct parser *p, uint32_t more)
{
    void *items = p->ops;
    bool grown = grow(p, &items, p->count, more, &p->room, OPS_MAX, sizeof *p->ops);
    p->ops = items;
    return grown;
}

/* Puts one op before those from `at` on. */
static void insert(struct parser *p, uint32_t at, uint32_t op, int32_t first, uint32_t count)
{
    if (!grow_ops(p, 1))
        return;
    memmove(p->ops + at + 1, p->ops + at, (p->count - at) * sizeof *p->ops);
    p->ops[at] = (struct ro_regex_op){ op, first, count };
    p->count++;
}

static void emit(struct parser *p, uint32_t op, int32_t first, uint32_t count)
{
    insert(p, p->count, op, first, count);
}

static void copy(struct parser *p, uint32_t from, uint32_t len)
{
    if (len == 0 || !grow_ops(p, len))
        return;
    memcpy(p->ops + p->count, p->ops + from, len * sizeof *p->ops);
    p->count += len;
}

/* ---- sets of runes ---- */

static void add_range(struct parser *p, uint32_t lo, uint32_t hi)
{
    void *items = p->ranges;
    if (!grow(p, &items, p->range_count, 3, &p->range_room, RANGES_MAX, sizeof *p->ranges))
        return;
    p->ranges = items;
    p->ranges[p->range_count++] = (struct ro_regex_range){ lo, hi };
    if (!p->fold)
        return;
    if (hi > 0x7f && !(lo == 0 && hi == RO_RUNE_MAX))
        fail_foreign(p, "has case folding beyond ASCII, which is not known here");
    for (uint32_t other = 'a', back = 'A'; other; other = other == 'a' ? 'A' : 0, back = 'a') {
        uint32_t from = lo > other ? lo : other, to = hi < other + 25 ? hi : other + 25;
        if (from <= to)
            p->ranges[p->range_count++] = (struct ro_regex_range){ from - other + back, to - other + back };
    }
}

/* What is between the ranges that were added since `first`. */
static void invert(struct parser *p, uint32_t first)
{
    uint32_t count = p->range_count - first, next = 0;
    p->range_count = first;
    struct ro_regex_range old[8]; /* of the classes below */
    if (p->error || count > 8)
        return;
    memcpy(old, p->ranges + first, count * sizeof *old);
    bool fold = p->fold;
    p->fold = false;
    for (uint32_t i = 0; i < count; i++) { /* they are sorted */
        if (old[i].lo > next)
            add_range(p, next, old[i].lo - 1);
        next = old[i].hi + 1;
    }
    add_range(p, next, RO_RUNE_MAX);
    p->fold = fold;
}

struct named {
    const char *name;
    struct ro_regex_range ranges[4];
    uint32_t count;
};

static const struct named classes[] = {
    { "d", { { '0', '9' } }, 1 },
    { "s", { { '\t', '\n' }, { '\f', '\r' }, { ' ', ' ' } }, 3 },
    { "w", { { '0', '9' }, { 'A', 'Z' }, { '_', '_' }, { 'a', 'z' } }, 4 },
    { "alnum", { { '0', '9' }, { 'A', 'Z' }, { 'a', 'z' } }, 3 },
    { "alpha", { { 'A', 'Z' }, { 'a', 'z' } }, 2 },
    { "ascii", { { 0, 0x7f } }, 1 },
    { "blank", { { '\t', '\t' }, { ' ', ' ' } }, 2 },
    { "cntrl", { { 0, 0x1f }, { 0x7f, 0x7f } }, 2 },
    { "digit", { { '0', '9' } }, 1 },
    { "graph", { { '!', '~' } }, 1 },
    { "lower", { { 'a', 'z' } }, 1 },
    { "print", { { ' ', '~' } }, 1 },
    { "punct", { { '!', '/' }, { ':', '@' }, { '[', '`' }, { '{', '~' } }, 4 },
    { "space", { { '\t', '\r' }, { ' ', ' ' } }, 2 },
    { "upper", { { 'A', 'Z' } }, 1 },
    { "word", { { '0', '9' }, { 'A', 'Z' }, { '_', '_' }, { 'a', 'z' } }, 4 },
    { "xdigit", { { '0', '9' }, { 'A', 'F' }, { 'a', 'f' } }, 3 },
};

/* False where there is no class of this name. */
static bool add_class(struct parser *p, struct rollout_str name, bool negated)
{
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        const struct named *c = &classes[i];
        if (!ro_str_eq(name, (struct rollout_str){ c->name, strlen(c->name) }))
            continue;
        uint32_t first = p->range_count;
        bool fold = p->fold;
        p->fold = fold && !negated;
        for (uint32_t k = 0; k < c->count; k++)
            add_range(p, c->ranges[k].lo, c->ranges[k].hi);
        p->fold = fold;
        if (negated)
            invert(p, first);
        return true;
    }
    return false;
}

/* ---- the text of the expression ---- */

static bool more(const struct parser *p)
{
    return !p->error && p->at < p->end;
}

static bool peeks(const struct parser *p, const char *word)
{
    size_t len = strlen(word);
    return !p->error && (size_t)(p->end - p->at) >= len && memcmp(p->at, word, len) == 0;
}

static bool take(struct parser *p, const char *word)
{
    bool there = peeks(p, word);
    p->at += there ? strlen(word) : 0;
    return there;
}

static uint32_t next_rune(struct parser *p)
{
    bool bad = false;
    uint32_t rune = ro_regex_rune(&p->at, p->end, &bad);
    if (bad)
        fail(p, "is no regular expression: invalid UTF-8");
    return rune;
}

static int digit_of(uint32_t c, int base)
{
    int digit = c >= '0' && c <= '9'   ? (int)(c - '0')
                : c >= 'a' && c <= 'f' ? (int)(c - 'a' + 10)
                : c >= 'A' && c <= 'F' ? (int)(c - 'A' + 10)
                                       : 16;
    return digit < base ? digit : -1;
}

static uint32_t hex_escape(struct parser *p)
{
    bool braces = take(p, "{");
    uint32_t rune = 0;
    int count = 0;
    for (; more(p) && digit_of((unsigned char)*p->at, 16) >= 0 && (braces || count < 2); count++) {
        rune = rune * 16 + (uint32_t)digit_of((unsigned char)*p->at++, 16);
        if (rune > RO_RUNE_MAX)
            break;
    }
    if (rune > RO_RUNE_MAX || count == 0 || (braces ? !take(p, "}") : count < 2))
        fail(p, "is no regular expression: invalid escape sequence");
    return rune;
}

/* What stands behind a backslash, as one rune. */
static uint32_t escape(struct parser *p)
{
    static const char letters[] = "aftnrv", values[] = "\a\f\t\n\r\v";
    if (!more(p)) {
        fail(p, "is no regular expression: trailing backslash");
        return 0;
    }
    uint32_t c = next_rune(p);
    const char *found = c > 0 && c < 0x80 ? memchr(letters, (int)c, sizeof letters - 1) : NULL;
    if (found)
        return (unsigned char)values[found - letters];
    if (c == 'x')
        return hex_escape(p);
    if (c == '0' || (digit_of(c, 8) > 0 && more(p) && digit_of((unsigned char)*p->at, 8) >= 0)) {
        uint32_t rune = c - '0';
        for (int i = 1; i < 3 && more(p) && digit_of((unsigned char)*p->at, 8) >= 0; i++)
            rune = rune * 8 + (uint32_t)digit_of((unsigned char)*p->at++, 8);
        return rune;
    }
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (c == 'p' || c == 'P')
        fail_foreign(p, "has \\p, which is not known here");
    else if (c >= 0x80 || letter)
        fail(p, "is no regular expression: invalid escape sequence");
    return c;
}

/* \d, \S and so on. */
static bool take_class(struct parser *p)
{
    static const char names[] = "dswDSW";
    const char *found = p->end - p->at > 1 && *p->at == '\\' ? memchr(names, p->at[1], sizeof names - 1) : NULL;
    if (!found)
        return false;
    p->at += 2;
    bool negated = found - names > 2;
    return add_class(p, (struct rollout_str){ negated ? found - 3 : found, 1 }, negated);
}

/* [:alpha:] within a set. */
static bool take_named(struct parser *p)
{
    if (!peeks(p, "[:"))
        return false;
    for (const char *end = p->at + 2; end + 1 < p->end; end++) {
        if (end[0] != ':' || end[1] != ']')
            continue;
        bool negated = p->at[2] == '^' && end > p->at + 2;
        const char *start = p->at + 2 + negated;
        struct rollout_str name = { start, (size_t)(end - start) };
        if (name.len < 2 || !add_class(p, name, negated)) /* those of one letter have no such form */
            fail(p, "is no regular expression: invalid character class range");
        p->at = end + 2;
        return true;
    }
    return false;
}

static uint32_t class_rune(struct parser *p)
{
    if (!more(p)) {
        fail(p, "is no regular expression: missing closing ]");
        return 0;
    }
    return take(p, "\\") ? escape(p) : next_rune(p);
}

static void parse_set(struct parser *p)
{
    uint32_t first = p->range_count;
    bool negated = take(p, "^");
    for (bool begun = false; !p->error && (!begun || !peeks(p, "]")); begun = true) {
        if (take_named(p) || take_class(p))
            continue;
        uint32_t lo = class_rune(p), hi = lo;
        if (p->end - p->at > 1 && *p->at == '-' && p->at[1] != ']') {
            p->at++;
            hi = class_rune(p);
        }
        if (hi < lo)
            fail(p, "is no regular expression: invalid character class range");
        add_range(p, lo, hi);
    }
    if (!take(p, "]"))
        fail(p, "is no regular expression: missing closing ]");
    emit(p, negated ? RO_REGEX_NOT_IN : RO_REGEX_SET, (int32_t)first, p->range_count - first);
}

/* ---- the grammar ---- */

static void emit_rune(struct parser *p, uint32_t rune)
{
    uint32_t first = p->range_count;
    add_range(p, rune, rune);
    emit(p, RO_REGEX_SET, (int32_t)first, p->range_count - first);
}

static void emit_dot(struct parser *p)
{
    uint32_t first = p->range_count;
    bool fold = p->fold;
    p->fold = false;
    if (!p->dot_all)
        add_range(p, '\n', '\n');
    p->fold = fold;
    emit(p, RO_REGEX_NOT_IN, (int32_t)first, p->range_count - first);
}

static void parse_choice(struct parser *p);

/* Behind "(?": flags, perhaps with a group that they hold for, or a name. True where a group opens. */
static bool parse_flags(struct parser *p)
{
    bool set = true, any = false;
    if (take(p, "P<") || take(p, "<")) {
        while (more(p) && (digit_of((unsigned char)*p->at, 10) >= 0 || *p->at == '_' ||
                           (*p->at >= 'a' && *p->at <= 'z') || (*p->at >= 'A' && *p->at <= 'Z'))) {
            p->at++;
            any = true;
        }
        if (!any || !take(p, ">"))
            fail(p, "is no regular expression: invalid named capture");
        return true;
    }
    while (more(p)) {
        char c = *p->at++;
        if (c == ':' || c == ')') {
            if (!set && !any)
                break;
            return c == ':';
        }
        if (c == '-' && set) {
            set = false;
            any = false;
            continue;
        }
        bool *flag = c == 'i' ? &p->fold : c == 's' ? &p->dot_all : c == 'm' ? &p->lines : NULL;
        if (!flag && c != 'U') /* U only says which of several matches is taken */
            break;
        if (flag)
            *flag = set;
        any = true;
    }
    fail(p, "is no regular expression: invalid or unsupported Perl syntax");
    return false;
}

/* Behind "(". True where it stands for something, and is not only flags. */
static bool parse_group(struct parser *p)
{
    bool fold = p->fold, dot_all = p->dot_all, lines = p->lines;
    if (take(p, "?") && !parse_flags(p))
        return false;
    if (++p->depth > DEPTH_MAX)
        fail_foreign(p, "has too many groups within each other");
    parse_choice(p);
    p->depth--;
    if (!take(p, ")"))
        fail(p, "is no regular expression: missing closing )");
    p->fold = fold;
    p->dot_all = dot_all;
    p->lines = lines;
    return true;
}

static void emit_escape(struct parser *p)
{
    uint32_t first = p->range_count;
    if (take(p, "\\A"))
        emit(p, RO_REGEX_BEGIN, 0, 0);
    else if (take(p, "\\z"))
        emit(p, RO_REGEX_END, 0, 0);
    else if (take(p, "\\b"))
        emit(p, RO_REGEX_WORD_EDGE, 0, 0);
    else if (take(p, "\\B"))
        emit(p, RO_REGEX_NO_WORD_EDGE, 0, 0);
    else if (take_class(p))
        emit(p, RO_REGEX_SET, (int32_t)first, p->range_count - first);
    else if (take(p, "\\"))
        emit_rune(p, escape(p));
}

/* One thing that can be repeated; false where there was none. */
static bool parse_atom(struct parser *p)
{
    if (take(p, "("))
        return parse_group(p);
    if (take(p, "["))
        parse_set(p);
    else if (take(p, "."))
        emit_dot(p);
    else if (take(p, "^"))
        emit(p, p->lines ? RO_REGEX_BEGIN_LINE : RO_REGEX_BEGIN, 0, 0);
    else if (take(p, "$"))
        emit(p, p->lines ? RO_REGEX_END_LINE : RO_REGEX_END, 0, 0);
    else if (peeks(p, "\\"))
        emit_escape(p);
    else
        emit_rune(p, next_rune(p));
    return true;
}

/* {n}, {n,} or {n,m}; false (and nothing taken) where it is none, then the brace stands for itself. */
static bool take_counts(struct parser *p, int32_t *ret_least, int32_t *ret_most)
{
    const char *start = p->at;
    int32_t counts[2] = { -1, -1 };
    bool ranged = false;
    if (!take(p, "{"))
        return false;
    for (int i = 0; i < 2; i++) {
        const char *digits = p->at;
        while (more(p) && digit_of((unsigned char)*p->at, 10) >= 0) {
            counts[i] = (counts[i] < 0 ? 0 : counts[i]) * 10 + digit_of((unsigned char)*p->at++, 10);
            if (counts[i] > REPEAT_MAX)
                counts[i] = REPEAT_MAX + 1;
        }
        if (p->at - digits > 1 && *digits == '0') /* Go reads no number with a leading zero */
            counts[0] = -1;
        ranged = ranged || take(p, ",");
        if (!ranged)
            break;
    }
    if (counts[0] < 0 || !take(p, "}")) {
        p->at = start;
        return false;
    }
    *ret_least = counts[0];
    *ret_most = ranged ? counts[1] : counts[0];
    if (*ret_least > REPEAT_MAX || *ret_most > REPEAT_MAX || (*ret_most >= 0 && *ret_most < *ret_least))
        fail(p, "is no regular expression: invalid repeat count");
    return true;
}

/* The code from `start` on so and so often; most < 0: without end. */
static void repeat(struct parser *p, uint32_t start, int32_t least, int32_t most)
{
    uint32_t len = p->count - start;
    if (most == 0) {
        p->count = start;
        return;
    }
    for (int32_t i = 1; i < least && !p->error; i++)
        copy(p, start, len);
    if (most < 0) {
        uint32_t last = least > 0 ? p->count - len : start; /* x+ is x, and again */
        if (least == 0)
            insert(p, start, RO_REGEX_SPLIT, (int32_t)len + 2, 0);
        if (least == 0)
            emit(p, RO_REGEX_JUMP, -(int32_t)len - 1, 0);
        else {
            emit(p, RO_REGEX_SPLIT, 2, 0);
            emit(p, RO_REGEX_JUMP, (int32_t)last - (int32_t)p->count, 0);
        }
        return;
    }
    if (least == 0) {
        insert(p, start, RO_REGEX_SPLIT, (int32_t)len + 1, 0);
        start++;
        least = 1;
    }
    for (int32_t i = least; i < most && !p->error; i++) {
        emit(p, RO_REGEX_SPLIT, (int32_t)len + 1, 0);
        copy(p, start, len);
    }
}

static void parse_run(struct parser *p)
{
    bool repeatable = false, repeated = false;
    uint32_t start = p->count;
    while (more(p) && *p->at != '|' && *p->at != ')') {
        int32_t least = 0, most = -1;
        if (take(p, "\\Q")) {
            while (more(p) && !take(p, "\\E")) {
                start = p->count;
                emit_rune(p, next_rune(p));
                repeatable = true;
                repeated = false;
            }
            continue;
        }
        bool is = take(p, "*");
        if (!is && (is = take(p, "+")))
            least = 1;
        if (!is && (is = take(p, "?")))
            most = 1;
        if (!is)
            is = take_counts(p, &least, &most);
        if (is) {
            if (!repeatable)
                fail(p, "is no regular expression: missing argument to repetition operator");
            if (repeated)
                fail(p, "is no regular expression: invalid nested repetition operator");
            take(p, "?"); /* which match is taken does not matter */
            repeat(p, start, least, most);
            repeated = true;
            continue;
        }
        uint32_t before = p->count;
        if (parse_atom(p)) {
            start = before;
            repeatable = true;
        }
        repeated = false;
    }
}

static void parse_choice(struct parser *p)
{
    uint32_t start = p->count, jumps = 0; /* to the end; each knows the one before it, plus one */
    parse_run(p);
    while (take(p, "|")) {
        insert(p, start, RO_REGEX_SPLIT, (int32_t)(p->count - start) + 2, 0);
        emit(p, RO_REGEX_JUMP, 0, jumps);
        jumps = p->count;
        start = p->count;
        parse_run(p);
    }
    while (jumps > 0 && !p->error) {
        struct ro_regex_op *op = &p->ops[jumps - 1];
        op->first = (int32_t)(p->count - (jumps - 1));
        jumps = op->count;
        op->count = 0;
    }
}

const char *ro_regex_parse(struct ro_arena *arena, struct rollout_str pattern, struct ro_regex *ret, bool *ret_foreign)
{
    struct parser p = { .arena = arena, .at = pattern.data, .end = pattern.data + pattern.len };
    *ret = (struct ro_regex){ 0 };
    parse_choice(&p);
    if (more(&p))
        fail(&p, "is no regular expression: unexpected )");
    emit(&p, RO_REGEX_MATCH, 0, 0);
    *ret_foreign = p.foreign;
    if (p.error)
        return p.error;
    *ret = (struct ro_regex){ .ops = p.ops, .count = p.count, .ranges = p.ranges };
    ret->marks = ro_arena_alloc(arena, p.count, sizeof *ret->marks);
    ret->lists[0] = ro_arena_alloc(arena, p.count, sizeof *ret->lists[0]);
    ret->lists[1] = ro_arena_alloc(arena, p.count, sizeof *ret->lists[1]);
    ret->stack = ro_arena_alloc(arena, (size_t)p.count + 1, sizeof *ret->stack);
    return arena->failed ? "" : NULL;
}

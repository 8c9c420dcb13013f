/* SPDX-License-Identifier: Apache-2.0 */
/* Mutations of JSON that leave it JSON: byte mutations of a document are nearly all refused by the parser, and what
 * comes behind it would never be reached. Values are found by a scanner over the text, which also passes over what is
 * no JSON, and pieces of text are exchanged. Every tenth mutation is one of bytes. */
#include "fuzz.h"

#include <stdio.h>
#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size, uint8_t *out,
                                 size_t max_size, unsigned int seed);

enum { MOST_SPANS = 4096, MOST_TEXT = 1 << 16 };

/* A value, or a member of an object: its key and the value. */
struct span {
    uint32_t key, key_end; /* with the quotes; equal: no key */
    uint32_t begin, end;
};

struct scan {
    const uint8_t *text;
    uint32_t size, at, count;
    struct span spans[MOST_SPANS];
};

static uint32_t next(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

static void skip_space(struct scan *s)
{
    while (s->at < s->size && (s->text[s->at] <= ' ' || s->text[s->at] == ','))
        s->at++;
}

static void skip_string(struct scan *s)
{
    for (s->at++; s->at < s->size && s->text[s->at] != '"'; s->at++)
        s->at += s->text[s->at] == '\\';
    s->at = s->at < s->size ? s->at + 1 : s->size;
}

/* The spans of all values, those of a container before those within it. Containers that are open are kept as places
 * in spans; deeper ones than `open` holds are passed over as if they were flat. */
static void scan(struct scan *s, const uint8_t *text, size_t size)
{
    s->text = text;
    s->size = (uint32_t)size;
    s->at = s->count = 0;
    uint32_t open[256], depth = 0;
    bool keyed = false;
    struct span member = { 0 };
    while (skip_space(s), s->at < s->size) {
        uint8_t c = s->text[s->at];
        if (c == '}' || c == ']') {
            s->at++;
            if (depth)
                s->spans[open[--depth]].end = s->at;
            keyed = false;
            continue;
        }
        if (c == ':') {
            s->at++;
            continue;
        }
        uint32_t begin = s->at;
        if (c == '"') {
            skip_string(s);
            uint32_t end = s->at;
            skip_space(s);
            if (!keyed && s->at < s->size && s->text[s->at] == ':') {
                member = (struct span){ .key = begin, .key_end = end };
                keyed = true;
                continue;
            }
            s->at = end;
        } else if (c == '{' || c == '[') {
            s->at++;
        } else {
            while (s->at < s->size && !memchr(" \t\r\n,:]}\"{[", s->text[s->at], 11))
                s->at++;
        }
        if (s->count == MOST_SPANS)
            return;
        struct span *span = &s->spans[s->count];
        *span = keyed ? member : (struct span){ .key = begin, .key_end = begin };
        span->begin = begin;
        span->end = s->at > begin ? s->at : begin + 1;
        s->at = span->end;
        if ((c == '{' || c == '[') && depth < 256) {
            span->end = s->size; /* until it is closed */
            open[depth++] = s->count;
        }
        s->count++;
        keyed = false;
    }
}

static const char *const values[] = {
    "null",
    "true",
    "false",
    "0",
    "-1",
    "1",
    "2",
    "3",
    "5",
    "10",
    "100",
    "2147483647",
    "-2147483648",
    "2147483648",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "1e400",
    "-0",
    "0.5",
    "1e9",
    "1E+2",
    "123456789012345678901234567890",
    "{}",
    "[]",
    "[null]",
    "\"\"",
    "\"0\"",
    "\"100%\"",
    "\"50%\"",
    "\"0%\"",
    "\"2147483647%\"",
    "\"-1%\"",
    "\"1-3\"",
    "\"Always\"",
    "\"True\"",
    "\"False\"",
    "\"Running\"",
    "\"Pending\"",
    "\"Failed\"",
    "\"InPlaceOnly\"",
    "\"InPlaceIfPossible\"",
    "\"ReCreate\"",
    "\"OnDelete\"",
    "\"RollingUpdate\"",
    "\"Parallel\"",
    "\"Delete\"",
    "\"Retain\"",
    "\"PreparingUpdate\"",
    "\"PreparingDelete\"",
    "\"Normal\"",
    "\"Updating\"",
    "\"Updated\"",
    "\"0001-01-01T00:00:00Z\"",
    "\"9999-12-31T23:59:59Z\"",
    "\"2026-02-30T00:00:00Z\"",
    "\"2026-11-23T12:00:00+23:59\"",
    "\"10Gi\"",
    "\"1e30\"",
    "\"100m\"",
    "\"-1Gi\"",
    "\"{\\\"a\\\":1}\"",
    "\"{\"",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\"apps/v1\"",
    "\"apps.kruise.io/v1alpha1\"",
    "\"apps.kruise.io/v1beta1\"",
    "\"CloneSet\"",
    "\"StatefulSet\"",
    "\"DaemonSet\"",
    "\"Pod\"",
    "\"Node\"",
    "\"List\"",
};

/* What a text is put together from. */
struct text {
    uint8_t *bytes;
    size_t size, room;
};

static void put(struct text *t, const void *bytes, size_t size)
{
    size = size < t->room - t->size ? size : t->room - t->size;
    memcpy(t->bytes + t->size, bytes, size);
    t->size += size;
}

static void put_range(struct text *t, const struct scan *s, uint32_t begin, uint32_t end)
{
    if (begin < end)
        put(t, s->text + begin, end - begin);
}

/* Without the piece, and without one of the commas beside it. */
static void put_without(struct text *t, const struct scan *s, uint32_t begin, uint32_t end)
{
    uint32_t behind = end;
    while (behind < s->size && s->text[behind] <= ' ')
        behind++;
    if (behind < s->size && s->text[behind] == ',') {
        end = behind + 1;
    } else {
        while (begin > 0 && s->text[begin - 1] <= ' ')
            begin--;
        begin -= begin > 0 && s->text[begin - 1] == ',';
    }
    put_range(t, s, 0, begin);
    put_range(t, s, end, s->size);
}

/* The bytes within a text, changed; what would end it is not among them. */
static void put_mutated(struct text *t, const struct scan *s, const struct span *span, uint32_t *seed)
{
    uint8_t bytes[256] = "a";
    bool quoted = s->text[span->begin] == '"';
    uint32_t begin = span->begin + quoted, end = span->end - (quoted && span->end > begin);
    size_t size = end - begin < sizeof bytes ? end - begin : sizeof bytes;
    memcpy(bytes, s->text + begin, size);
    size = LLVMFuzzerMutate(bytes, size ? size : 1, next(seed) % 4 ? sizeof bytes / 4 : sizeof bytes);
    for (size_t i = 0; i < size; i++)
        if (bytes[i] < ' ' || bytes[i] == '"' || (bytes[i] == '\\' && next(seed) % 2) || bytes[i] >= 0x7f)
            bytes[i] = (uint8_t)('a' + bytes[i] % 26);
    put_range(t, s, 0, begin);
    put(t, bytes, size);
    put_range(t, s, end, s->size);
}

/* Changes the document in s once; `from` gives pieces, it may be s itself. */
static void change(struct text *t, const struct scan *s, const struct scan *from, uint32_t *seed)
{
    char number[24];
    const struct span *a = &s->spans[next(seed) % s->count], *b = &from->spans[next(seed) % from->count];
    const char *value;
    switch (next(seed) % 10) {
    case 0:
        put_without(t, s, a->key, a->end);
        return;
    case 1: /* twice */
        put_range(t, s, 0, a->end);
        put(t, ",", 1);
        put_range(t, s, a->key, s->size);
        return;
    case 2: /* a value or member of elsewhere before it */
        put_range(t, s, 0, a->key);
        if (a->key < a->begin && b->key == b->begin)
            put_range(t, s, a->key, a->begin);
        put_range(t, from, a->key < a->begin ? b->key : b->begin, b->end);
        put(t, ",", 1);
        put_range(t, s, a->key, s->size);
        return;
    case 3:
        if (a->key < a->begin && b->key < b->begin) { /* another key */
            put_range(t, s, 0, a->key);
            put_range(t, from, b->key, b->key_end);
            put_range(t, s, a->key_end, s->size);
            return;
        }
        /* fall through */
    case 4: /* another value: of the same key where one is soon found */
        for (int i = 0; i < 16 && next(seed) % 8; i++) {
            const struct span *c = &from->spans[next(seed) % from->count];
            if (c->key_end - c->key == a->key_end - a->key && c->key_end > c->key &&
                memcmp(from->text + c->key, s->text + a->key, a->key_end - a->key) == 0)
                b = c;
        }
        put_range(t, s, 0, a->begin);
        put_range(t, from, b->begin, b->end);
        put_range(t, s, a->end, s->size);
        return;
    case 5:
    case 6:
        value = values[next(seed) % (sizeof values / sizeof *values)];
        put_range(t, s, 0, a->begin);
        put(t, value, strlen(value));
        put_range(t, s, a->end, s->size);
        return;
    case 7: /* a number */
        for (int i = 0; i < 16 && (s->text[a->begin] < '-' || s->text[a->begin] > '9'); i++)
            a = &s->spans[next(seed) % s->count];
        put_range(t, s, 0, a->begin);
        snprintf(number, sizeof number, "%d", (int)(next(seed) % 64) - 4);
        put(t, number, strlen(number));
        put_range(t, s, a->end, s->size);
        return;
    default:
        if (a->end - a->begin > 256)
            a = b;
        if (from == s)
            put_mutated(t, s, a, seed);
        else
            put_without(t, s, a->key, a->end);
    }
}

static size_t changed(uint8_t *data, size_t size, const uint8_t *other, size_t other_size, size_t max_size,
                      uint32_t seed)
{
    static struct scan one, two;
    static uint8_t room[MOST_TEXT];
    scan(&one, data, size);
    if (other != data)
        scan(&two, other, other_size);
    const struct scan *from = other == data ? &one : &two;
    if (!one.count || !from->count)
        return LLVMFuzzerMutate(data, size, max_size);
    struct text t = { .bytes = room, .room = max_size < sizeof room ? max_size : sizeof room };
    change(&t, &one, from, &seed);
    memcpy(data, room, t.size);
    return t.size;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
    uint32_t state = seed;
    if (size > MOST_TEXT || next(&state) % 10 == 0)
        return LLVMFuzzerMutate(data, size, max_size);
    for (uint32_t times = 1 + (next(&state) % 4 ? 0 : next(&state) % 4); times; times--)
        size = changed(data, size, data, size, max_size, next(&state));
    return size;
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size, uint8_t *out,
                                 size_t max_size, unsigned int seed)
{
    size_t size = a_size < max_size ? a_size : max_size;
    memcpy(out, a, size);
    return changed(out, size, b, b_size < MOST_TEXT ? b_size : MOST_TEXT, max_size, seed);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/json_text.h"

#include "base/number.h"

#define MAX_DEPTH 32

struct reader {
    struct ro_arena *arena;
    struct rollout_str text;
    size_t at;
};

static struct ro_edit *read_value(struct reader *r, int depth);

static char peek(struct reader *r)
{
    while (r->at < r->text.len && memchr(" \t\r\n", r->text.data[r->at], 4))
        r->at++;
    return r->at < r->text.len ? r->text.data[r->at] : '\0';
}

static bool take(struct reader *r, char c)
{
    if (peek(r) != c)
        return false;
    r->at++;
    return true;
}

static bool take_word(struct reader *r, struct rollout_str word)
{
    if (!ro_str_starts((struct rollout_str){ r->text.data + r->at, r->text.len - r->at }, word))
        return false;
    r->at += word.len;
    return true;
}

static bool read_hex(struct reader *r, uint32_t *ret)
{
    *ret = 0;
    if (r->text.len - r->at < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        char c = r->text.data[r->at++];
        uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                         : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10)
                                                : 16;
        if (digit > 15)
            return false;
        *ret = *ret << 4 | digit;
    }
    return true;
}

static size_t put_utf8(char *to, uint32_t c)
{
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        to[0] = (char)(0xc0 | c >> 6);
        to[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        to[0] = (char)(0xe0 | c >> 12);
        to[1] = (char)(0x80 | (c >> 6 & 0x3f));
        to[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    to[0] = (char)(0xf0 | c >> 18);
    to[1] = (char)(0x80 | (c >> 12 & 0x3f));
    to[2] = (char)(0x80 | (c >> 6 & 0x3f));
    to[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

/* What follows "\u": a character, or half a pair of surrogates, of which Go makes U+FFFD when alone. */
static bool read_unicode(struct reader *r, uint32_t *ret)
{
    uint32_t low;

    if (!read_hex(r, ret))
        return false;
    if (*ret < 0xd800 || *ret > 0xdfff)
        return true;
    size_t back = r->at;
    if (*ret < 0xdc00 && take_word(r, RO_STR("\\u")) && read_hex(r, &low) && low >= 0xdc00 && low <= 0xdfff) {
        *ret = 0x10000 + ((*ret - 0xd800) << 10 | (low - 0xdc00));
        return true;
    }
    r->at = back;
    *ret = 0xfffd;
    return true;
}

static bool read_string(struct reader *r, struct rollout_str *ret)
{
    static const char escapes[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    char *to;
    size_t len = 0;

    if (!take(r, '"'))
        return false;
    size_t end = r->at;
    while (end < r->text.len && r->text.data[end] != '"')
        end += r->text.data[end] == '\\' ? 2 : 1;
    /* no escape is shorter than what it stands for */
    if (end >= r->text.len || !(to = ro_arena_alloc(r->arena, end - r->at + 1, 1)))
        return false;
    while (r->at < r->text.len && r->text.data[r->at] != '"') {
        char c = r->text.data[r->at++];
        uint32_t code;
        if ((unsigned char)c < 0x20)
            return false;
        if (c != '\\') {
            to[len++] = c;
            continue;
        }
        char kind = r->at < r->text.len ? r->text.data[r->at++] : '\0';
        const char *known = kind ? memchr(escapes, kind, sizeof escapes - 1) : NULL;
        if (known) {
            to[len++] = values[known - escapes];
        } else {
            if (kind != 'u' || !read_unicode(r, &code))
                return false;
            len += put_utf8(to + len, code);
        }
    }
    if (!take(r, '"'))
        return false;
    *ret = (struct rollout_str){ to, len };
    return true;
}

static struct ro_edit *read_members(struct reader *r, int depth)
{
    struct ro_edit *object = ro_edit_object(r->arena);
    struct rollout_str key;

    if (take(r, '}'))
        return object;
    do {
        if (peek(r) != '"' || !read_string(r, &key) || !take(r, ':'))
            return NULL;
        struct ro_edit *value = read_value(r, depth);
        if (!value)
            return NULL;
        ro_edit_set(object, key, value);
    } while (take(r, ','));
    return take(r, '}') ? object : NULL;
}

static struct ro_edit *read_elements(struct reader *r, int depth)
{
    struct ro_edit *array = ro_edit_array(r->arena);

    if (take(r, ']'))
        return array;
    do {
        struct ro_edit *value = read_value(r, depth);
        if (!value)
            return NULL;
        ro_edit_append(array, value);
    } while (take(r, ','));
    return take(r, ']') ? array : NULL;
}

static struct ro_edit *read_integer(struct reader *r)
{
    size_t from = r->at;
    int64_t value;

    if (r->at < r->text.len && r->text.data[r->at] == '-')
        r->at++;
    size_t digits = r->at;
    while (r->at < r->text.len && r->text.data[r->at] >= '0' && r->text.data[r->at] <= '9')
        r->at++;
    if (r->at > digits + 1 && r->text.data[digits] == '0')
        return NULL;
    if (!ro_parse_int((struct rollout_str){ r->text.data + from, r->at - from }, -1, &value))
        return NULL;
    return ro_edit_integer(r->arena, value);
}

static struct ro_edit *read_value(struct reader *r, int depth)
{
    struct rollout_str text;

    if (depth == MAX_DEPTH)
        return NULL;
    switch (peek(r)) {
    case '{':
        r->at++;
        return read_members(r, depth + 1);
    case '[':
        r->at++;
        return read_elements(r, depth + 1);
    case '"':
        return read_string(r, &text) ? ro_edit_text(r->arena, text) : NULL;
    case 'n':
        return take_word(r, RO_STR("null")) ? ro_edit_null(r->arena) : NULL;
    case 't':
        return take_word(r, RO_STR("true")) ? ro_edit_bool(r->arena, true) : NULL;
    case 'f':
        return take_word(r, RO_STR("false")) ? ro_edit_bool(r->arena, false) : NULL;
    default:
        return read_integer(r);
    }
}

struct ro_edit *ro_json_read(struct ro_arena *arena, struct rollout_str text)
{
    struct reader r = { .arena = arena, .text = text };
    struct ro_edit *value = read_value(&r, 0);

    return value && peek(&r) == '\0' && r.at == text.len ? value : NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_text.h"

#include "base/number.h"

struct reader {
    struct ro_arena *arena;
    const char *at, *end;
    unsigned depth;
};

static void skip_space(struct reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r'))
        r->at++;
}

static bool take(struct reader *r, const char *word)
{
    size_t len = strlen(word);
    if ((size_t)(r->end - r->at) < len || memcmp(r->at, word, len) != 0)
        return false;
    r->at += len;
    return true;
}

static bool read_hex(struct reader *r, uint32_t *ret)
{
    uint32_t value = 0;
    if (r->end - r->at < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        char c = *r->at++;
        uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                         : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10)
                                                : 16;
        if (digit > 15)
            return false;
        value = value << 4 | digit;
    }
    *ret = value;
    return true;
}

static char *put_utf8(char *out, uint32_t c)
{
    if (c < 0x80) {
        *out++ = (char)c;
    } else if (c < 0x800) {
        *out++ = (char)(0xc0 | c >> 6);
        *out++ = (char)(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        *out++ = (char)(0xe0 | c >> 12);
        *out++ = (char)(0x80 | (c >> 6 & 0x3f));
        *out++ = (char)(0x80 | (c & 0x3f));
    } else {
        *out++ = (char)(0xf0 | c >> 18);
        *out++ = (char)(0x80 | (c >> 12 & 0x3f));
        *out++ = (char)(0x80 | (c >> 6 & 0x3f));
        *out++ = (char)(0x80 | (c & 0x3f));
    }
    return out;
}

/* Behind "\u". A surrogate without its other half becomes U+FFFD, as in Go. */
static bool read_rune(struct reader *r, uint32_t *ret)
{
    uint32_t low;
    if (!read_hex(r, ret))
        return false;
    if (*ret < 0xd800 || *ret > 0xdfff)
        return true;
    const char *before = r->at;
    if (*ret < 0xdc00 && take(r, "\\u") && read_hex(r, &low) && low >= 0xdc00 && low <= 0xdfff) {
        *ret = 0x10000 + ((*ret - 0xd800) << 10) + (low - 0xdc00);
        return true;
    }
    r->at = before;
    *ret = 0xfffd;
    return true;
}

static bool read_string(struct reader *r, struct rollout_str *ret)
{
    static const char escapes[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    if (!take(r, "\""))
        return false;
    const char *end = r->at;
    while (end < r->end && *end != '"')
        end += *end == '\\' && r->end - end > 1 ? 2 : 1;
    /* Never longer than it is escaped: the shortest that grows is a six byte \u. */
    char *start = ro_arena_alloc(r->arena, (size_t)(end - r->at) + 1, 1), *out = start;
    if (!out)
        return false;
    while (r->at < r->end) {
        char c = *r->at++;
        uint32_t rune;
        if (c == '"') {
            *ret = (struct rollout_str){ start, (size_t)(out - start) };
            return true;
        }
        if ((unsigned char)c < 0x20)
            return false;
        if (c != '\\') {
            *out++ = c;
            continue;
        }
        if (r->at == r->end)
            return false;
        c = *r->at++;
        const char *found = memchr(escapes, c, sizeof(escapes) - 1);
        if (found)
            *out++ = values[found - escapes];
        else if (c == 'u' && read_rune(r, &rune))
            out = put_utf8(out, rune);
        else
            return false;
    }
    return false;
}

static bool is_digit(const struct reader *r)
{
    return r->at < r->end && *r->at >= '0' && *r->at <= '9';
}

static bool skip_digits(struct reader *r)
{
    bool any = is_digit(r);
    while (is_digit(r))
        r->at++;
    return any;
}

static struct ro_edit *read_number(struct reader *r)
{
    const char *start = r->at;
    bool whole = true;
    take(r, "-");
    if (!take(r, "0") && !skip_digits(r))
        return NULL;
    if (take(r, ".")) {
        whole = false;
        if (!skip_digits(r))
            return NULL;
    }
    if (take(r, "e") || take(r, "E")) {
        whole = false;
        if (!take(r, "+"))
            take(r, "-");
        if (!skip_digits(r))
            return NULL;
    }
    struct rollout_str text = { start, (size_t)(r->at - start) };
    int64_t value;
    bool fits = whole && ro_parse_int(text, -1, &value) && !ro_str_eq(text, RO_STR("-0"));
    struct ro_edit *number = ro_edit_integer(r->arena, fits ? value : 0);
    if (number && !fits) {
        number->node.kind = ROLLOUT_NODE_REAL;
        number->node.text = text;
        ro_parse_float(text, &number->node.real);
    }
    return number;
}

static struct ro_edit *read_value(struct reader *r);

static struct ro_edit *read_members(struct reader *r, struct ro_edit *into, char close)
{
    bool object = close == '}';
    char end[2] = { close, '\0' };
    skip_space(r);
    if (take(r, end))
        return into;
    for (;;) {
        struct rollout_str key = { NULL, 0 };
        skip_space(r);
        if (object && !read_string(r, &key))
            return NULL;
        skip_space(r);
        if (object && !take(r, ":"))
            return NULL;
        struct ro_edit *value = read_value(r);
        if (!value)
            return NULL;
        if (object)
            ro_edit_add(into, key, value);
        else
            ro_edit_append(into, value);
        skip_space(r);
        if (take(r, end))
            return into;
        if (!take(r, ","))
            return NULL;
    }
}

static struct ro_edit *read_value(struct reader *r)
{
    struct rollout_str text;
    struct ro_edit *value = NULL;
    skip_space(r);
    if (r->at == r->end || r->depth >= ROLLOUT_NODE_MAX_DEPTH)
        return NULL;
    r->depth++;
    if (*r->at == '"')
        value = read_string(r, &text) ? ro_edit_text(r->arena, text) : NULL;
    else if (take(r, "{"))
        value = read_members(r, ro_edit_object(r->arena), '}');
    else if (take(r, "["))
        value = read_members(r, ro_edit_array(r->arena), ']');
    else if (take(r, "true"))
        value = ro_edit_bool(r->arena, true);
    else if (take(r, "false"))
        value = ro_edit_bool(r->arena, false);
    else
        value = take(r, "null") ? ro_edit_null(r->arena) : read_number(r);
    r->depth--;
    return value;
}

struct ro_edit *ro_edit_parse(struct ro_arena *arena, struct rollout_str text)
{
    if (!text.data)
        return NULL;
    struct reader r = { arena, text.data, text.data + text.len, 0 };
    struct ro_edit *value = read_value(&r);
    skip_space(&r);
    return r.at == r.end && !arena->failed ? value : NULL;
}

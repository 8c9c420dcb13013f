/* SPDX-License-Identifier: Apache-2.0 */
/* Trees as compact JSON, byte for byte as Go's encoding/json escapes it (1.22 and later, HTML escaping
 * on): what is hashed or compared with what a controller wrote has to look the same. A key that
 * stands twice is written twice: readers let the last one count, as everything here does. */
#include "base/error.h"
#include "base/tree.h"

/* Counts all, keeps what fits beside the NUL. */
struct sink {
    char *buf;
    size_t size, len;
};

static void put(struct sink *sink, const char *bytes, size_t n)
{
    if (n && sink->len + 1 < sink->size) {
        size_t room = sink->size - 1 - sink->len;
        memcpy(sink->buf + sink->len, bytes, n < room ? n : room);
    }
    sink->len += n;
}

static void put_char(struct sink *sink, char c)
{
    if (sink->len + 1 < sink->size)
        sink->buf[sink->len] = c;
    sink->len++;
}

static size_t finish(const struct sink *sink)
{
    if (sink->size)
        sink->buf[sink->len < sink->size ? sink->len : sink->size - 1] = '\0';
    return sink->len;
}

/* Bytes of the UTF-8 sequence that text begins with, 0 where it is none; one that begins with ASCII is not asked. As
 * Go's utf8.DecodeRune: no overlong forms, surrogates, or values above U+10FFFF. */
static size_t utf8_len(struct rollout_str text)
{
    const unsigned char *b = (const unsigned char *)text.data;
    unsigned char low = 0x80, high = 0xbf;
    size_t len;
    if (b[0] < 0xc2 || b[0] > 0xf4)
        return 0;
    len = b[0] < 0xe0 ? 2 : b[0] < 0xf0 ? 3 : 4;
    if (b[0] == 0xe0)
        low = 0xa0;
    else if (b[0] == 0xed)
        high = 0x9f;
    else if (b[0] == 0xf0)
        low = 0x90;
    else if (b[0] == 0xf4)
        high = 0x8f;
    if (text.len < len || b[1] < low || b[1] > high)
        return 0;
    for (size_t i = 2; i < len; i++)
        if ((b[i] & 0xc0) != 0x80)
            return 0;
    return len;
}

/* The letter that follows the backslash, 'u' for \u00XX, 0 where an ASCII byte stands for itself. */
static char escape_of(unsigned char c)
{
    switch (c) {
    case '"':
    case '\\':
        return (char)c;
    case '\b':
        return 'b';
    case '\f':
        return 'f';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    case '<':
    case '>':
    case '&':
        return 'u';
    default:
        return c < 0x20 ? 'u' : 0;
    }
}

static void put_string(struct sink *sink, struct rollout_str text)
{
    static const char hex[] = "0123456789abcdef";
    size_t done = 0, at = 0;
    put_char(sink, '"');
    while (at < text.len) {
        unsigned char c = (unsigned char)text.data[at];
        if (c < 0x80) {
            char escape = escape_of(c);
            if (!escape) {
                at++;
                continue;
            }
            put(sink, text.data + done, at - done);
            put_char(sink, '\\');
            put_char(sink, escape);
            if (escape == 'u') {
                put(sink, "00", 2);
                put_char(sink, hex[c >> 4]);
                put_char(sink, hex[c & 15]);
            }
            done = ++at;
            continue;
        }
        size_t len = utf8_len((struct rollout_str){ text.data + at, text.len - at });
        bool separator = len == 3 && memcmp(text.data + at, "\xe2\x80", 2) == 0 &&
                         (text.data[at + 2] == '\xa8' || text.data[at + 2] == '\xa9');
        if (len && !separator) {
            at += len;
            continue;
        }
        put(sink, text.data + done, at - done);
        if (!len)
            put(sink, "\\ufffd", 6);
        else
            put(sink, text.data[at + 2] == '\xa8' ? "\\u2028" : "\\u2029", 6);
        at += len ? len : 1;
        done = at;
    }
    if (at > done)
        put(sink, text.data + done, at - done);
    put_char(sink, '"');
}

static void put_integer(struct sink *sink, int64_t value)
{
    char digits[20];
    size_t at = sizeof(digits);
    uint64_t n = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do
        digits[--at] = (char)('0' + n % 10);
    while (n /= 10);
    if (value < 0)
        digits[--at] = '-';
    put(sink, digits + at, sizeof(digits) - at);
}

static void put_node(struct sink *sink, const struct rollout_node *n)
{
    bool object = n->kind == ROLLOUT_NODE_OBJECT;
    switch (n->kind) {
    case ROLLOUT_NODE_BOOL:
        put(sink, n->integer ? "true" : "false", n->integer ? 4 : 5);
        break;
    case ROLLOUT_NODE_INTEGER:
        put_integer(sink, n->integer);
        break;
    case ROLLOUT_NODE_REAL:
        put(sink, n->text.data, n->text.len);
        break;
    case ROLLOUT_NODE_TEXT:
        put_string(sink, n->text);
        break;
    case ROLLOUT_NODE_ARRAY:
    case ROLLOUT_NODE_OBJECT:
        put_char(sink, object ? '{' : '[');
        for (const struct rollout_node *c = ro_first(n); c != ro_end(n); c = ro_next(c)) {
            if (c != ro_first(n))
                put_char(sink, ',');
            if (object) {
                put_string(sink, c->key);
                put_char(sink, ':');
            }
            put_node(sink, c);
        }
        put_char(sink, object ? '}' : ']');
        break;
    default:
        put(sink, "null", 4);
    }
}

size_t ro_tree_write(const struct rollout_node *n, char *buf, size_t size)
{
    struct sink sink = { .buf = buf, .size = size };
    put_node(&sink, n);
    return finish(&sink);
}

size_t ro_string_write(struct rollout_str text, char *buf, size_t size)
{
    struct sink sink = { .buf = buf, .size = size };
    put_string(&sink, text);
    return finish(&sink);
}

int rollout_tree_text(const struct rollout_tree *tree, char *buf, size_t size, size_t *ret_len,
                      struct rollout_error *reterr)
{
    int r = rollout_tree_check(tree, reterr);
    if (r < 0)
        return r;
    if (!buf && size)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, NULL, "buf is NULL with a size of %zu", size);
    size_t len = ro_tree_write(tree->nodes, buf, size);
    if (ret_len)
        *ret_len = len;
    return ROLLOUT_OK;
}

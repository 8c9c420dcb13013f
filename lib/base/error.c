/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"
#include "base/str.h"
#include "base/tree.h"

/* Ends a text that was cut at size - 1 bytes in "...", not within a UTF-8 sequence. */
static void cut(char *buf, size_t size)
{
    size_t end = ro_str_cut(buf, size - sizeof("..."));
    memcpy(buf + end, "...", sizeof("..."));
}

/* One line: what control characters a quoted name or value has are not passed on. */
static void flatten(char *buf)
{
    for (; *buf; buf++)
        if ((unsigned char)*buf < 0x20 || *buf == 0x7f)
            *buf = '?';
}

/* A fixed buffer that is filled from the left. len counts also what no longer fits. */
struct text {
    char *buf;
    size_t size, len;
};

static void put(struct text *text, const char *bytes, size_t n)
{
    if (text->len < text->size - 1) {
        size_t room = text->size - 1 - text->len;
        memcpy(text->buf + text->len, bytes, n < room ? n : room);
        text->buf[text->len + (n < room ? n : room)] = '\0';
    }
    text->len += n;
}

static void put_char(struct text *text, char c)
{
    put(text, &c, 1);
}

static void put_index(struct text *text, size_t index)
{
    char digits[24];
    size_t at = sizeof(digits);
    do
        digits[--at] = (char)('0' + index % 10);
    while (index /= 10);
    put(text, digits + at, sizeof(digits) - at);
}

static bool is_plain(struct rollout_str key)
{
    for (size_t i = 0; i < key.len; i++) {
        char c = key.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
              c == '-'))
            return false;
    }
    return key.len > 0;
}

static void put_path(struct text *text, const struct ro_path *path)
{
    if (!path)
        return;
    put_path(text, path->up);
    if (!path->key.data) {
        put_char(text, '[');
        put_index(text, path->index);
        put_char(text, ']');
    } else if (is_plain(path->key)) {
        if (text->len)
            put_char(text, '.');
        put(text, path->key.data, path->key.len);
    } else {
        put_char(text, '[');
        size_t room = text->len < text->size ? text->size - text->len : 0;
        text->len += ro_string_write(path->key, room ? text->buf + text->len : NULL, room);
        put_char(text, ']');
    }
}

size_t ro_path_write(const struct ro_path *path, char *buf, size_t size)
{
    struct text text = { .buf = buf, .size = size };
    buf[0] = '\0';
    put_path(&text, path);
    return text.len;
}

static void set_field(struct rollout_error *full, const char *field)
{
    size_t len = strlen(field);
    if (len < sizeof(full->field)) {
        memcpy(full->field, field, len + 1);
    } else {
        memcpy(full->field, field, sizeof(full->field) - 1);
        cut(full->field, sizeof(full->field));
    }
}

/* The message, after `prefix` and a colon where there is one. */
static void set_message(struct rollout_error *full, const char *prefix, const char *format, va_list args)
{
    char *buf = full->message;
    size_t size = sizeof(full->message), used = 0;
    if (prefix && *prefix) {
        used = strlen(prefix); /* a field, which is shorter than a message */
        memcpy(buf, prefix, used);
        memcpy(buf + used, ": ", 3);
        used += 2;
    }
    int len = format ? vsnprintf(buf + used, size - used, format, args) : 0;
    if (len < 0)
        buf[used] = '\0';
    else if ((size_t)len >= size - used)
        cut(buf, size);
    flatten(buf);
}

static int fail(struct rollout_error *reterr, int code, uint32_t index, const char *field, const char *format,
                va_list args)
{
    if (reterr) {
        struct rollout_error full = { .code = code, .index = index };
        if (field)
            set_field(&full, field);
        set_message(&full, NULL, format, args);
        ro_error_hand_over(reterr, &full);
    }
    return code;
}

int ro_error(struct rollout_error *reterr, int code, const char *field, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fail(reterr, code, ROLLOUT_NONE, field, format, args);
    va_end(args);
    return code;
}

int ro_error_at(struct rollout_error *reterr, int code, uint32_t index, const char *field, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fail(reterr, code, index, field, format, args);
    va_end(args);
    return code;
}

int ro_error_value(struct rollout_error *reterr, const struct ro_path *path, const struct rollout_node *value,
                   const char *format, ...)
{
    if (reterr) {
        struct rollout_error full = { .code = ROLLOUT_ERR_INVALID, .index = ROLLOUT_NONE };
        if (ro_path_write(path, full.field, sizeof(full.field)) >= sizeof(full.field))
            cut(full.field, sizeof(full.field));
        if (value && ro_tree_write(value, full.value, sizeof(full.value)) >= sizeof(full.value))
            cut(full.value, sizeof(full.value));
        va_list args;
        va_start(args, format);
        set_message(&full, full.field, format, args);
        va_end(args);
        ro_error_hand_over(reterr, &full);
    }
    return ROLLOUT_ERR_INVALID;
}

int ro_error_null(struct rollout_error *reterr, const char *name)
{
    return ro_error(reterr, ROLLOUT_ERR_INVALID, name, "%s: NULL", name);
}

int ro_error_nomem(struct rollout_error *reterr)
{
    return ro_error(reterr, ROLLOUT_ERR_NOMEM, NULL, "out of memory");
}

/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json/parse.h"
#include "json/scan.h"

#define FIRST_SIZE   ((size_t)1 << 16)
#define LARGEST_READ ((size_t)1 << 30)
#define FIRST_PROBE  ((size_t)256)

struct rollout_json_reader {
    int fd;
    bool begun; /* the byte order mark has been looked for */
    bool ended; /* fd has no more */
    bool lost;  /* to look for the next line that begins a document, after a syntax error */
    char *buf;
    size_t suspect;             /* bytes that were scanned before, as a part of a broken document */
    size_t size, start, end;    /* what is read and not yet used: buf[start..end) */
    struct ro_json_place place; /* of buf[start] */
};

int rollout_json_reader_new(int fd, struct rollout_json_reader **ret_reader, struct rollout_error *reterr)
{
    struct rollout_json_reader *reader = calloc(1, sizeof(*reader));
    char *buf = malloc(FIRST_SIZE);
    if (!reader || !buf) {
        free(reader);
        free(buf);
        return ro_json_error(reterr, ROLLOUT_ERR_NOMEM, "out of memory");
    }
    reader->fd = fd;
    reader->buf = buf;
    reader->size = FIRST_SIZE;
    reader->place = (struct ro_json_place){ 1, 1 };
    *ret_reader = reader;
    return ROLLOUT_OK;
}

void rollout_json_reader_free(struct rollout_json_reader *reader)
{
    if (!reader)
        return;
    free(reader->buf);
    free(reader);
}

static size_t held(const struct rollout_json_reader *reader)
{
    return reader->end - reader->start;
}

static const char *text_of(const struct rollout_json_reader *reader)
{
    return reader->buf + reader->start;
}

static void advance(struct rollout_json_reader *reader, size_t n)
{
    reader->place = ro_json_advance(reader->place, text_of(reader), n);
    reader->start += n;
    reader->suspect -= n < reader->suspect ? n : reader->suspect;
}

/* Reads once, be it little: a pipe's documents are handed out as they come. */
static int read_more(struct rollout_json_reader *reader, struct rollout_error *reterr)
{
    if (reader->end == reader->size && reader->start >= reader->size / 2) {
        memmove(reader->buf, text_of(reader), held(reader));
        reader->end -= reader->start;
        reader->start = 0;
    }
    if (reader->end == reader->size) {
        char *grown = reader->size < SIZE_MAX / 2 ? realloc(reader->buf, reader->size * 2) : NULL;
        if (!grown)
            return ro_json_error(reterr, ROLLOUT_ERR_NOMEM, "out of memory");
        reader->buf = grown;
        reader->size *= 2;
    }
    size_t room = reader->size - reader->end;
    ssize_t n;
    do
        n = read(reader->fd, reader->buf + reader->end, room < LARGEST_READ ? room : LARGEST_READ);
    while (n < 0 && errno == EINTR);
    if (n < 0) {
        char message[64];
        snprintf(message, sizeof(message), "reading failed with errno %d", errno);
        return ro_json_error(reterr, ROLLOUT_ERR_IO, message);
    }
    reader->end += (size_t)n;
    reader->ended = n == 0;
    return ROLLOUT_OK;
}

/* Reads until n bytes are there or the input ends. */
static int need(struct rollout_json_reader *reader, size_t n, struct rollout_error *reterr)
{
    int r = ROLLOUT_OK;
    while (r == ROLLOUT_OK && held(reader) < n && !reader->ended)
        r = read_more(reader, reterr);
    return r;
}

static bool begins_with(const struct rollout_json_reader *reader, const char *text)
{
    size_t len = strlen(text);
    return held(reader) >= len && memcmp(text_of(reader), text, len) == 0;
}

/* Goes to the next line, this one included where its beginning is not yet passed, that begins with
 * '{' or "---". */
static int find_line(struct rollout_json_reader *reader, struct rollout_error *reterr)
{
    for (;;) {
        int r = need(reader, 3, reterr);
        if (r < 0)
            return r;
        if (held(reader) == 0)
            return ROLLOUT_OK;
        if (reader->place.column == 1 && (begins_with(reader, "{") || begins_with(reader, "---")))
            return ROLLOUT_OK;
        const char *newline = memchr(text_of(reader), '\n', held(reader));
        advance(reader, newline ? (size_t)(newline - text_of(reader)) + 1 : held(reader));
    }
}

/* Is a line "---" here, whose blanks may still have to be read? *ret_len is its length. */
static int find_separator(struct rollout_json_reader *reader, size_t *ret_len, struct rollout_error *reterr)
{
    size_t len = 3;
    int r = need(reader, len, reterr);
    *ret_len = 0;
    if (r < 0 || reader->place.column != 1 || !begins_with(reader, "---"))
        return r;
    for (;; len++) {
        r = need(reader, len + 1, reterr);
        if (r < 0)
            return r;
        char c = len < held(reader) ? text_of(reader)[len] : '\n';
        if (c == '\n')
            *ret_len = len;
        if (c != ' ' && c != '\t' && c != '\r')
            return ROLLOUT_OK;
    }
}

/* Goes to the first byte of a document, or to the end of the input. */
static int find_document(struct rollout_json_reader *reader, struct rollout_error *reterr)
{
    for (;;) {
        int r = need(reader, 1, reterr);
        if (r < 0 || held(reader) == 0)
            return r;
        size_t skip = 0;
        while (skip < held(reader) && strchr(" \t\r\n", text_of(reader)[skip]) && text_of(reader)[skip])
            skip++;
        if (skip == 0 && *text_of(reader) == '-') {
            r = find_separator(reader, &skip, reterr);
            if (r < 0)
                return r;
        }
        if (skip == 0)
            return ROLLOUT_OK;
        advance(reader, skip);
    }
}

/* Passes what is no JSON: n bytes of those scanned, the last of which was wrong and may begin the next
 * document. */
static void lose(struct rollout_json_reader *reader, size_t n, size_t scanned)
{
    if (scanned > reader->suspect)
        reader->suspect = scanned;
    advance(reader, n > 1 ? n - 1 : 1);
    reader->lost = true;
}

/* Reads and scans up to a document's end, or to where there can be none. What was scanned before, for a
 * document that was broken early, is parsed on the way in doubling steps, so that the work stays linear
 * where many documents are broken and none of them ends. */
static int scan_document(struct rollout_json_reader *reader, size_t *ret_len, bool *ret_ends,
                         struct rollout_error *reterr)
{
    struct ro_json_scan scan = { 0 };
    size_t len = 0, probe = reader->suspect ? FIRST_PROBE : SIZE_MAX;
    int state = RO_SCAN_MORE;
    while (state == RO_SCAN_MORE) {
        state = ro_json_scan(&scan, text_of(reader), held(reader) < probe ? held(reader) : probe, &len);
        if (state != RO_SCAN_MORE)
            break;
        if (len == probe) {
            if (ro_json_is_broken(text_of(reader), len))
                break;
            probe = probe < reader->suspect ? probe * 2 : SIZE_MAX;
        } else if (reader->ended) {
            break;
        } else {
            int r = read_more(reader, reterr);
            if (r < 0)
                return r;
        }
    }
    *ret_len = len;
    *ret_ends = state == RO_SCAN_END;
    return ROLLOUT_OK;
}

int rollout_json_reader_next(struct rollout_json_reader *reader, struct rollout_json **ret_json, uint32_t *ret_line,
                             struct rollout_error *reterr)
{
    static const char mark[] = "\xef\xbb\xbf";
    int r = ROLLOUT_OK;
    if (!reader->begun) {
        r = need(reader, 1, reterr);
        if (r == ROLLOUT_OK && begins_with(reader, "\xef"))
            r = need(reader, strlen(mark), reterr);
        if (r == ROLLOUT_OK && begins_with(reader, mark))
            reader->start += strlen(mark);
        reader->begun = r == ROLLOUT_OK;
    }
    if (r == ROLLOUT_OK && reader->lost)
        r = find_line(reader, reterr);
    if (r == ROLLOUT_OK)
        r = find_document(reader, reterr);
    if (r < 0)
        return r;
    reader->lost = false;
    if (held(reader) == 0) {
        *ret_json = NULL;
        return ROLLOUT_OK;
    }
    if (*text_of(reader) != '{' && *text_of(reader) != '[') {
        r = ro_json_syntax_error(reterr, reader->place, "'{' or '[' expected");
        lose(reader, 1, 1);
        return r;
    }

    size_t len = 0, read = 0;
    bool ends = false;
    r = scan_document(reader, &len, &ends, reterr);
    if (r < 0)
        return r;
    struct rollout_json *json = NULL;
    r = ro_json_parse(text_of(reader), len, reader->place, &json, &read, reterr);
    if (r == ROLLOUT_OK && !ends) {
        /* The scanner takes nothing for broken that can be parsed; should it ever, this is no document. */
        rollout_json_free(json);
        read = len;
        r = ro_json_syntax_error(reterr, ro_json_advance(reader->place, text_of(reader), len - 1), "invalid token");
    }
    if (r == ROLLOUT_ERR_SYNTAX)
        lose(reader, read, len);
    if (r < 0)
        return r;
    if (ret_line)
        *ret_line = reader->place.line < UINT32_MAX ? (uint32_t)reader->place.line : UINT32_MAX;
    advance(reader, len);
    *ret_json = json;
    return ROLLOUT_OK;
}

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
#include "json/yaml_parse.h"

#define FIRST_SIZE   ((size_t)1 << 16)
#define LARGEST_READ ((size_t)1 << 30)
#define FIRST_PROBE  ((size_t)256)

struct rollout_json_reader {
    int fd;
    bool begun; /* the byte order mark has been looked for */
    bool ended; /* fd has no more */
    bool lost;  /* to look for the next line that begins a document, after a syntax error */
    bool apart; /* no document stands before the next one since the start or the last separator: it may be YAML */
    char *buf;
    size_t suspect;             /* bytes that were scanned before, as a part of a broken document */
    size_t size, start, end;    /* what is read and not yet used: buf[start..end) */
    struct ro_json_place place; /* of buf[start] */
};

int rollout_json_reader_new(int fd, struct rollout_json_reader **ret_reader, struct rollout_error *reterr)
{
    if (!ret_reader)
        return ro_json_error(reterr, ROLLOUT_ERR_INVALID, "ret_reader: NULL");
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
    reader->apart = true;
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

/* Is a line "---" or "..." here, whose blanks may still have to be read? *ret_len is its length. */
static int find_separator(struct rollout_json_reader *reader, size_t *ret_len, struct rollout_error *reterr)
{
    size_t len = 3;
    int r = need(reader, len, reterr);
    *ret_len = 0;
    if (r < 0 || reader->place.column != 1 || !(begins_with(reader, "---") || begins_with(reader, "...")))
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
        if (skip == 0 && strchr("-.", *text_of(reader)) && *text_of(reader)) {
            r = find_separator(reader, &skip, reterr);
            if (r < 0)
                return r;
            reader->apart = reader->apart || skip;
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

/* Where the line that begins at `at` ends; more is read for that. */
static int end_of_line(struct rollout_json_reader *reader, size_t at, size_t *ret_end, struct rollout_error *reterr)
{
    for (size_t from = at;;) {
        const char *newline =
            from < held(reader) ? memchr(text_of(reader) + from, '\n', held(reader) - from) : NULL;
        *ret_end = newline ? (size_t)(newline - text_of(reader)) + 1 : held(reader);
        if (newline || reader->ended)
            return ROLLOUT_OK;
        from = held(reader);
        int r = read_more(reader, reterr);
        if (r < 0)
            return r;
    }
}

/* How long the YAML document is that begins here: up to a line "---" or "...", with or without a text behind it; the
 * first "---" after a directive is the document's own. */
static int measure_yaml(struct rollout_json_reader *reader, size_t *ret_len, struct rollout_error *reterr)
{
    bool directive = *text_of(reader) == '%';
    size_t at = 0, end = 0;
    for (;; at = end) {
        int r = end_of_line(reader, at, &end, reterr);
        if (r < 0)
            return r;
        const char *line = text_of(reader) + at;
        bool marks = end - at >= 3 && (memcmp(line, "---", 3) == 0 || memcmp(line, "...", 3) == 0) &&
                     (end - at == 3 || strchr(" \t\r\n", line[3]));
        if (at == end || (marks && at > 0 && !directive))
            break;
        directive = directive && !marks;
    }
    *ret_len = at;
    return ROLLOUT_OK;
}

/* The YAML document that begins here; none where it is nothing but comments. */
static int next_yaml(struct rollout_json_reader *reader, struct rollout_json **ret_json, struct rollout_error *reterr)
{
    size_t len, read = 1;
    struct rollout_json *json = NULL;
    int r = measure_yaml(reader, &len, reterr);
    if (r < 0)
        return r;
    r = ro_yaml_parse(text_of(reader), len, reader->place, &json, &read, reterr);
    uint32_t kind = json ? rollout_json_tree(json)->nodes[0].kind : ROLLOUT_NODE_OBJECT;
    if (kind != ROLLOUT_NODE_OBJECT && kind != ROLLOUT_NODE_ARRAY) {
        /* Any text without a colon is YAML. */
        rollout_json_free(json);
        read = 1;
        r = ro_json_syntax_error(reterr, reader->place, "'{' or '[' expected");
    }
    if (r == ROLLOUT_ERR_SYNTAX)
        lose(reader, read, 0);
    if (r < 0)
        return r;
    advance(reader, len);
    *ret_json = json;
    return ROLLOUT_OK;
}

/* A line "---" with more than blanks on it: the first of a YAML document. */
static bool marks_document(const struct rollout_json_reader *reader)
{
    return reader->place.column == 1 && (begins_with(reader, "--- ") || begins_with(reader, "---\t"));
}

static int next_json(struct rollout_json_reader *reader, struct rollout_json **ret_json, struct rollout_error *reterr)
{
    size_t len = 0, read = 0;
    bool ends = false;
    int r = scan_document(reader, &len, &ends, reterr);
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
    advance(reader, len);
    *ret_json = json;
    return ROLLOUT_OK;
}

/* Passes a byte order mark at the start. */
static int begin(struct rollout_json_reader *reader, struct rollout_error *reterr)
{
    static const char mark[] = "\xef\xbb\xbf";
    int r = need(reader, 1, reterr);
    if (r == ROLLOUT_OK && begins_with(reader, "\xef"))
        r = need(reader, strlen(mark), reterr);
    if (r == ROLLOUT_OK && begins_with(reader, mark))
        reader->start += strlen(mark);
    reader->begun = r == ROLLOUT_OK;
    return r;
}

int rollout_json_reader_next(struct rollout_json_reader *reader, struct rollout_json **ret_json, uint32_t *ret_line,
                             struct rollout_error *reterr)
{
    struct rollout_json *json = NULL;
    uint32_t line = 0;
    bool at_end = false;
    if (!reader || !ret_json)
        return ro_json_error(reterr, ROLLOUT_ERR_INVALID, reader ? "ret_json: NULL" : "reader: NULL");
    int r = reader->begun ? ROLLOUT_OK : begin(reader, reterr);
    while (r == ROLLOUT_OK && !json && !at_end) {
        if (reader->lost)
            r = find_line(reader, reterr);
        if (r == ROLLOUT_OK)
            r = find_document(reader, reterr);
        if (r < 0)
            break;
        reader->lost = false;
        at_end = held(reader) == 0;
        if (at_end)
            break;
        bool apart = reader->apart || marks_document(reader);
        char c = *text_of(reader);
        line = reader->place.line < UINT32_MAX ? (uint32_t)reader->place.line : UINT32_MAX;
        reader->apart = false;
        if (c == '{' || c == '[') {
            r = next_json(reader, &json, reterr);
        } else if (apart) {
            r = next_yaml(reader, &json, reterr);
        } else {
            r = ro_json_syntax_error(reterr, reader->place, "'{' or '[' expected");
            lose(reader, 1, 1);
        }
    }
    if (r < 0)
        return r;
    if (json && ret_line)
        *ret_line = line;
    *ret_json = json;
    return ROLLOUT_OK;
}

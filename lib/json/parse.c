/* SPDX-License-Identifier: Apache-2.0 */
/* A document is parsed by jansson and copied, texts included, into one block that is much smaller than
 * jansson's values, which are gone when this returns. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/error.h"
#include "json/base64.h"
#include "json/expand.h"
#include "json/parse.h"
#include "json/scan.h"
#include "json/yaml_parse.h"

#define FLAGS (JSON_ALLOW_NUL | JSON_DECODE_ANY)

/* Room for any double: "-1.7976931348623157e308". */
#define REAL_SIZE 32

struct rollout_json {
    struct rollout_tree tree;
    struct rollout_node nodes[]; /* the texts lie behind them */
};

static uint32_t clip(size_t n)
{
    return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

int ro_json_error(struct rollout_error *reterr, int code, const char *message)
{
    struct rollout_error full = { .code = code, .index = ROLLOUT_NONE };
    snprintf(full.message, sizeof(full.message), "%s", message);
    ro_error_hand_over(reterr, &full);
    return code;
}

int ro_json_syntax_error(struct rollout_error *reterr, struct ro_json_place place, const char *message)
{
    struct rollout_error full = {
        .code = ROLLOUT_ERR_SYNTAX, .index = ROLLOUT_NONE, .line = clip(place.line), .column = clip(place.column)
    };
    snprintf(full.message, sizeof(full.message), "line %zu, column %zu: %s", place.line, place.column, message);
    /* jansson quotes what it read, be it control characters. */
    for (char *c = full.message; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
    ro_error_hand_over(reterr, &full);
    return ROLLOUT_ERR_SYNTAX;
}

struct ro_json_place ro_json_advance(struct ro_json_place place, const char *text, size_t n)
{
    const char *end = text + n;
    for (const char *newline; n && (newline = memchr(text, '\n', n)); n = (size_t)(end - text)) {
        text = newline + 1;
        place.line++;
        place.column = 1;
    }
    place.column += n;
    return place;
}

/* jansson tells a lack of memory by an error without a text, or, where a string's own memory was
 * lacking, by the error for a token that is none, though it read a string. */
static bool is_nomem(const json_error_t *error, const char *text)
{
    if (error->text[0] == '\0' || json_error_code(error) == json_error_out_of_memory)
        return true;
    return error->position > 0 && text[error->position - 1] == '"' &&
           (strncmp(error->text, "invalid token", 13) == 0 || strncmp(error->text, "string or '}' expected", 22) == 0);
}

/* ROLLOUT_OK, ROLLOUT_ERR_NOMEM, or ROLLOUT_ERR_SYNTAX with jansson's record. */
static int load(const char *text, size_t len, json_t **ret_value, json_error_t *reterr)
{
    /* jansson skips a NUL byte that follows a number, so it gets only what is before the first. */
    const char *nul = memchr(text, '\0', len);
    size_t clean = nul ? (size_t)(nul - text) : len;
    json_t *value = json_loadb(text, clean, FLAGS, reterr);
    if (!value && is_nomem(reterr, text))
        return ROLLOUT_ERR_NOMEM;
    if (nul && (value || (size_t)reterr->position >= clean)) {
        json_decref(value);
        value = NULL;
        snprintf(reterr->text, sizeof(reterr->text) - 1, "control character 0x0");
        reterr->position = (int)clean + 1;
    }
    if (!value)
        return ROLLOUT_ERR_SYNTAX;
    *ret_value = value;
    return ROLLOUT_OK;
}

/* First walk: adds up the block and parses the texts that are JSON. */
struct measure {
    size_t nodes, bytes;
    json_t **expansions; /* in the order of the texts; NULL: not JSON */
    size_t n_expansions, room;
};

static int add(struct measure *m, json_t *value, const char *key, enum ro_expand place, size_t depth);

/* Every value of a container. ROLLOUT_ERR_SYNTAX: nested too deep. */
static int add_children(struct measure *m, json_t *value, enum ro_expand place, size_t depth)
{
    int r = ROLLOUT_OK;
    if (depth == ROLLOUT_NODE_MAX_DEPTH)
        return ROLLOUT_ERR_SYNTAX;
    if (json_is_array(value)) {
        size_t n = json_array_size(value);
        for (size_t i = 0; i < n && r == ROLLOUT_OK; i++)
            r = add(m, json_array_get(value, i), NULL, place, depth + 1);
    } else {
        for (void *i = json_object_iter(value); i && r == ROLLOUT_OK; i = json_object_iter_next(value, i))
            r = add(m, json_object_iter_value(i), json_object_iter_key(i), place, depth + 1);
    }
    return r;
}

/* The value of a text. ROLLOUT_ERR_SYNTAX: it has none. */
static int load_expansion(const json_t *text, enum ro_expand place, json_t **ret_value)
{
    const char *json = json_string_value(text);
    size_t len = json_string_length(text);
    char *bytes = NULL;
    json_error_t error;
    if (place == RO_EXPAND_GRACE) {
        bytes = malloc(len + 1);
        if (!bytes)
            return ROLLOUT_ERR_NOMEM;
        len = ro_base64_decode(json, len, bytes);
        json = bytes;
    }
    int r = len == SIZE_MAX ? ROLLOUT_ERR_SYNTAX : load(json, len, ret_value, &error);
    free(bytes);
    return r;
}

/* place is the text's own, within that of its value. */
static int add_expansion(struct measure *m, const json_t *text, enum ro_expand place, enum ro_expand within,
                         size_t depth)
{
    json_t *value = NULL;
    if (m->n_expansions == m->room) {
        size_t room = m->room ? m->room * 2 : 16;
        json_t **grown = room < SIZE_MAX / sizeof(*grown) ? realloc(m->expansions, room * sizeof(*grown)) : NULL;
        if (!grown)
            return ROLLOUT_ERR_NOMEM;
        m->expansions = grown;
        m->room = room;
    }
    if (load_expansion(text, place, &value) == ROLLOUT_ERR_NOMEM)
        return ROLLOUT_ERR_NOMEM;
    size_t own = m->n_expansions++, nodes = m->nodes, bytes = m->bytes;
    m->expansions[own] = value;
    if (!value)
        return ROLLOUT_OK;

    int r = depth == ROLLOUT_NODE_MAX_DEPTH ? ROLLOUT_ERR_SYNTAX : add(m, value, NULL, within, depth + 1);
    if (r == ROLLOUT_ERR_SYNTAX) {
        /* Too deep to be a node's child, so it is left out like a text that is not JSON. */
        while (m->n_expansions > own)
            json_decref(m->expansions[--m->n_expansions]);
        m->expansions[m->n_expansions++] = NULL;
        m->nodes = nodes;
        m->bytes = bytes;
        r = ROLLOUT_OK;
    }
    return r;
}

static int add(struct measure *m, json_t *value, const char *key, enum ro_expand place, size_t depth)
{
    enum ro_expand within;
    m->nodes++;
    if (key)
        m->bytes += strlen(key);
    switch (json_typeof(value)) {
    case JSON_REAL:
        m->bytes += REAL_SIZE;
        return ROLLOUT_OK;
    case JSON_STRING:
        m->bytes += json_string_length(value);
        if (key && ro_expand_is_json(place, key, &within))
            return add_expansion(m, value, place, within, depth);
        return ROLLOUT_OK;
    case JSON_ARRAY:
    case JSON_OBJECT:
        return add_children(m, value, ro_expand_below(place, key, value), depth);
    default:
        return ROLLOUT_OK;
    }
}

/* Second walk: fills the block. */
struct fill {
    struct rollout_node *node;
    char *bytes;
    json_t *const *expansion;
    bool failed;
};

static struct rollout_str keep(struct fill *f, const char *text, size_t len)
{
    struct rollout_str kept = { .data = f->bytes, .len = len };
    memcpy(f->bytes, text, len);
    f->bytes += len;
    return kept;
}

/* The shortest of 15, 16 or 17 digits that reads back as the same number. jansson, unlike printf, writes
 * a point in every locale. */
static size_t spell(const json_t *real, char buf[REAL_SIZE])
{
    size_t len = 0;
    bool same = false;
    for (size_t digits = 15; digits <= 17 && !same; digits++) {
        len = json_dumpb(real, buf, REAL_SIZE, JSON_ENCODE_ANY | JSON_REAL_PRECISION(digits));
        if (len == 0 || len > REAL_SIZE)
            return 0;
        json_t *back = digits < 17 ? json_loadb(buf, len, FLAGS, NULL) : NULL;
        same = json_is_real(back) && json_real_value(back) == json_real_value(real);
        json_decref(back);
    }
    return len;
}

static void put(struct fill *f, json_t *value, const char *key, enum ro_expand place)
{
    struct rollout_node *n = f->node++;
    enum ro_expand within;
    char buf[REAL_SIZE];
    memset(n, 0, sizeof(*n));
    if (key)
        n->key = keep(f, key, strlen(key));
    switch (json_typeof(value)) {
    case JSON_NULL:
        n->kind = ROLLOUT_NODE_NULL;
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        n->kind = ROLLOUT_NODE_BOOL;
        n->integer = json_is_true(value);
        break;
    case JSON_INTEGER:
        n->kind = ROLLOUT_NODE_INTEGER;
        n->integer = json_integer_value(value);
        break;
    case JSON_REAL:
        n->kind = ROLLOUT_NODE_REAL;
        n->real = json_real_value(value);
        n->text = keep(f, buf, spell(value, buf));
        f->failed = f->failed || n->text.len == 0;
        break;
    case JSON_STRING:
        n->kind = ROLLOUT_NODE_TEXT;
        n->text = keep(f, json_string_value(value), json_string_length(value));
        if (key && ro_expand_is_json(place, key, &within)) {
            json_t *expansion = *f->expansion++;
            if (expansion)
                put(f, expansion, NULL, within);
        }
        break;
    case JSON_ARRAY:
        n->kind = ROLLOUT_NODE_ARRAY;
        place = ro_expand_below(place, key, value);
        for (size_t i = 0, count = json_array_size(value); i < count; i++)
            put(f, json_array_get(value, i), NULL, place);
        break;
    case JSON_OBJECT:
        n->kind = ROLLOUT_NODE_OBJECT;
        place = ro_expand_below(place, key, value);
        for (void *i = json_object_iter(value); i; i = json_object_iter_next(value, i))
            put(f, json_object_iter_value(i), json_object_iter_key(i), place);
        break;
    }
    n->size = (uint32_t)(f->node - n);
}

int ro_json_convert(json_t *value, struct rollout_json **ret_json)
{
    struct measure m = { 0 };
    struct rollout_json *json = NULL;
    int r = add(&m, value, NULL, RO_EXPAND_PLAIN, 0);
    if (r == ROLLOUT_OK && m.nodes > UINT32_MAX)
        r = ROLLOUT_ERR_NOMEM;
    if (r == ROLLOUT_OK) {
        size_t head = sizeof(*json) + m.nodes * sizeof(*json->nodes);
        /* One byte more, so that an empty text at the end has an address within. */
        json = malloc(head + m.bytes + 1);
        if (!json)
            r = ROLLOUT_ERR_NOMEM;
    }
    if (json) {
        struct fill f = { .node = json->nodes, .bytes = (char *)&json->nodes[m.nodes], .expansion = m.expansions };
        put(&f, value, NULL, RO_EXPAND_PLAIN);
        json->tree = (struct rollout_tree){ .nodes = json->nodes, .count = m.nodes };
        if (f.failed) {
            free(json);
            r = ROLLOUT_ERR_NOMEM;
        }
    }
    for (size_t i = 0; i < m.n_expansions; i++)
        json_decref(m.expansions[i]);
    free(m.expansions);
    if (r == ROLLOUT_OK)
        *ret_json = json;
    return r;
}

/* The number of bytes up to the bracket that nests too deep; SIZE_MAX where there is none. */
static size_t find_too_deep(const char *text, size_t len)
{
    struct ro_json_scan scan = { 0 };
    size_t at = 0;
    return ro_json_scan(&scan, text, len, &at) == RO_SCAN_DEEP ? at : SIZE_MAX;
}

int ro_json_parse(const char *text, size_t len, struct ro_json_place place, struct rollout_json **ret_json,
                  size_t *ret_read, struct rollout_error *reterr)
{
    json_t *value = NULL;
    json_error_t error = { 0 };
    size_t read = len;
    const char *message = RO_JSON_TOO_DEEP;

    int r = load(text, len, &value, &error);
    if (r == ROLLOUT_OK) {
        r = ro_json_convert(value, ret_json);
        json_decref(value);
    } else if (r == ROLLOUT_ERR_SYNTAX) {
        message = error.text;
        if (error.position >= 0 && (size_t)error.position < len)
            read = (size_t)error.position;
        /* Of a byte that is not UTF-8 jansson gives the place before it. */
        if (json_error_code(&error) == json_error_invalid_utf8 && read < len)
            read++;
    }
    if (r == ROLLOUT_ERR_NOMEM)
        return ro_json_error(reterr, r, "out of memory");
    if (r == ROLLOUT_OK)
        return r;

    /* jansson's own limit is deeper than ours, and a text may end before it gets there. */
    size_t deep = find_too_deep(text, read);
    if (deep <= read) {
        read = deep;
        message = RO_JSON_TOO_DEEP;
    }
    *ret_read = read;
    return ro_json_syntax_error(reterr, ro_json_advance(place, text, read ? read - 1 : 0), message);
}

bool ro_json_is_broken(const char *text, size_t len)
{
    json_error_t error = { 0 };
    json_t *value = NULL;
    int r = load(text, len, &value, &error);
    json_decref(value);
    /* What is cut off may be a part of the last token, or of a character. */
    return r == ROLLOUT_ERR_SYNTAX && error.position >= 0 && (size_t)error.position + 4 < len;
}

int rollout_json_parse(const char *text, size_t len, struct rollout_json **ret_json, struct rollout_error *reterr)
{
    size_t read;
    if (!text && len)
        return ro_json_error(reterr, ROLLOUT_ERR_INVALID, "text is NULL with a length");
    if (!ret_json)
        return ro_json_error(reterr, ROLLOUT_ERR_INVALID, "ret_json: NULL");
    return ro_json_parse(text ? text : "", len, (struct ro_json_place){ 1, 1 }, ret_json, &read, reterr);
}

int rollout_yaml_parse(const char *text, size_t len, struct rollout_json **ret_json, struct rollout_error *reterr)
{
    const struct ro_json_place start = { 1, 1 };
    struct rollout_json *json = NULL;
    size_t read;
    if (!text && len)
        return ro_json_error(reterr, ROLLOUT_ERR_INVALID, "text is NULL with a length");
    if (!ret_json)
        return ro_json_error(reterr, ROLLOUT_ERR_INVALID, "ret_json: NULL");
    int r = ro_yaml_parse(text ? text : "", len, start, &json, &read, reterr);
    if (r == ROLLOUT_OK && !json)
        r = ro_json_syntax_error(reterr, start, "no document");
    if (r == ROLLOUT_OK)
        *ret_json = json;
    return r;
}

const struct rollout_tree *rollout_json_tree(const struct rollout_json *json)
{
    return json ? &json->tree : NULL;
}

void rollout_json_free(struct rollout_json *json)
{
    free(json);
}

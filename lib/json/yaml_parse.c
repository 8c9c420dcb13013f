/* SPDX-License-Identifier: Apache-2.0 */
/* YAML by libyaml's events, which become jansson's values, and those a tree as all others do. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <yaml.h>

#include "json/parse.h"
#include "json/yaml_parse.h"
#include "json/yaml_scalar.h"

/* What aliases may repeat: this much and ten times the text, so that a few lines do not fill the memory. */
#define MOST_REPEATED ((size_t)64 << 20)

/* libyaml looks through all %TAG directives for each one. */
#define MOST_DIRECTIVES 1000

/* A sequence or mapping that is not complete yet. */
struct open {
    json_t *value;
    char *key;     /* of the member whose value comes next; NULL = a key comes next */
    size_t anchor; /* its own, from 1 into builder.anchors; 0 = none */
    size_t before; /* builder.size before it */
    bool merges;   /* the value that comes next is merged */
};

struct anchor {
    json_t *value; /* NULL = it is not complete yet */
    size_t size;   /* of the tree that it becomes */
};

struct builder {
    yaml_parser_t parser;
    yaml_event_t event;
    json_t *root;
    struct open *open; /* ROLLOUT_NODE_MAX_DEPTH of them */
    size_t depth;
    json_t *names;          /* of anchors, to the latest place of each in anchors, from 1 */
    struct anchor *anchors; /* in the order in which they begin */
    size_t n_anchors, anchor_room;
    size_t size, repeated, most_repeated; /* bytes that the tree takes, roughly; of them what aliases repeat */
    const char *problem;                  /* of the event at hand; NULL = memory is lacking */
};

/* Of all that fails below: the problem is said, or memory is lacking. */
static bool fail(struct builder *b, const char *problem)
{
    b->problem = problem;
    return false;
}

static bool merge_one(struct builder *b, json_t *into, json_t *from)
{
    if (!json_is_object(from))
        return fail(b, "only mappings can be merged");
    return json_object_update(into, from) == 0 || fail(b, NULL);
}

/* Takes over members as they stand; of several mappings the first one counts most. */
static bool merge(struct builder *b, json_t *into, json_t *value)
{
    if (!json_is_array(value))
        return merge_one(b, into, value);
    for (size_t i = json_array_size(value); i > 0; i--)
        if (!merge_one(b, into, json_array_get(value, i - 1)))
            return false;
    return true;
}

/* A value that is complete finds its place; takes the reference over. */
static bool attach(struct builder *b, json_t *value)
{
    bool done = true;
    if (b->depth == 0) {
        b->root = value;
        return true;
    }
    struct open *top = &b->open[b->depth - 1];
    if (json_is_array(top->value))
        return json_array_append_new(top->value, value) == 0 || fail(b, NULL);
    if (top->merges) {
        done = merge(b, top->value, value);
        json_decref(value);
    } else {
        done = json_object_set_new(top->value, top->key, value) == 0 || fail(b, NULL);
    }
    free(top->key);
    top->key = NULL;
    top->merges = false;
    return done;
}

/* A value with this anchor begins. */
static bool declare(struct builder *b, const yaml_char_t *name, size_t *ret_anchor)
{
    *ret_anchor = 0;
    if (!name)
        return true;
    if (b->n_anchors == b->anchor_room) {
        size_t room = b->anchor_room ? b->anchor_room * 2 : 16;
        struct anchor *grown = realloc(b->anchors, room * sizeof *grown);
        if (!grown)
            return fail(b, NULL);
        b->anchors = grown;
        b->anchor_room = room;
    }
    b->anchors[b->n_anchors++] = (struct anchor){ 0 };
    *ret_anchor = b->n_anchors;
    return json_object_set_new(b->names, (const char *)name, json_integer((json_int_t)b->n_anchors)) == 0 ||
           fail(b, NULL);
}

/* It is complete. */
static void remember(struct builder *b, size_t anchor, json_t *value, size_t size)
{
    if (anchor)
        b->anchors[anchor - 1] = (struct anchor){ json_incref(value), size };
}

static bool key_comes(const struct builder *b)
{
    return b->depth && json_is_object(b->open[b->depth - 1].value) && !b->open[b->depth - 1].key;
}

/* Keys are texts in JSON: numbers and booleans are written out, as kubectl does. */
static bool take_key(struct builder *b, json_t *value, bool merges)
{
    struct open *top = &b->open[b->depth - 1];
    if (json_is_string(value)) {
        size_t len = json_string_length(value);
        if (memchr(json_string_value(value), '\0', len))
            return fail(b, "NUL byte in object key not supported");
        top->key = malloc(len + 1);
        if (top->key)
            memcpy(top->key, json_string_value(value), len + 1);
    } else if (json_is_number(value) || json_is_boolean(value)) {
        top->key = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    } else {
        return fail(b, "a key that is no text");
    }
    top->merges = merges;
    return top->key || fail(b, NULL);
}

static bool take_scalar(struct builder *b)
{
    const char *text = (const char *)b->event.data.scalar.value, *tag = (const char *)b->event.data.scalar.tag;
    const char *problem = NULL;
    size_t anchor, len = b->event.data.scalar.length, size = sizeof(struct rollout_node) + len;
    bool plain = b->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE, is_key = key_comes(b);
    json_t *value = ro_yaml_scalar(text, len, plain, tag, &problem);
    if (!value)
        return fail(b, problem);
    b->size += size;
    if (!declare(b, b->event.data.scalar.anchor, &anchor)) {
        json_decref(value);
        return false;
    }
    remember(b, anchor, value, size);
    if (!is_key)
        return attach(b, value);
    bool done = take_key(b, value, ro_yaml_is_merge(text, len, plain, tag));
    json_decref(value);
    return done;
}

static bool take_alias(struct builder *b)
{
    size_t place = (size_t)json_integer_value(json_object_get(b->names, (const char *)b->event.data.alias.anchor));
    if (!place)
        return fail(b, "an alias without an anchor");
    json_t *value = b->anchors[place - 1].value;
    if (!value)
        return fail(b, "an alias within its own anchor");
    b->size += b->anchors[place - 1].size;
    b->repeated += b->anchors[place - 1].size;
    if (b->repeated > b->most_repeated)
        return fail(b, "aliases repeat too much");
    if (key_comes(b))
        return take_key(b, value, false);
    /* Upstream takes a sequence of mappings only where it is written out. */
    if (b->depth && b->open[b->depth - 1].merges && json_is_array(value))
        return fail(b, "only mappings can be merged");
    return attach(b, json_incref(value));
}

static bool open_container(struct builder *b, json_t *value, const yaml_char_t *anchor)
{
    if (!value)
        return fail(b, NULL);
    if (key_comes(b) || b->depth == ROLLOUT_NODE_MAX_DEPTH) {
        json_decref(value);
        return fail(b, key_comes(b) ? "a key that is no text" : RO_JSON_TOO_DEEP);
    }
    struct open *top = &b->open[b->depth++];
    *top = (struct open){ .value = value, .before = b->size };
    b->size += sizeof(struct rollout_node);
    return declare(b, anchor, &top->anchor);
}

static bool close_container(struct builder *b)
{
    struct open top = b->open[--b->depth];
    remember(b, top.anchor, top.value, b->size - top.before);
    return attach(b, top.value);
}

static bool take(struct builder *b)
{
    switch (b->event.type) {
    case YAML_SCALAR_EVENT:
        return take_scalar(b);
    case YAML_ALIAS_EVENT:
        return take_alias(b);
    case YAML_SEQUENCE_START_EVENT:
        return open_container(b, json_array(), b->event.data.sequence_start.anchor);
    case YAML_MAPPING_START_EVENT:
        return open_container(b, json_object(), b->event.data.mapping_start.anchor);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return close_container(b);
    case YAML_DOCUMENT_START_EVENT:
        return !b->root || fail(b, "a second document");
    default:
        return true;
    }
}

/* libyaml counts characters, and a few more of them as ends of lines than we do. */
static size_t byte_of(const char *text, size_t len, size_t characters)
{
    size_t at = 0;
    for (; at < len && characters; characters--)
        for (at++; at < len && ((unsigned char)text[at] & 0xc0) == 0x80;)
            at++;
    return at;
}

/* What the parser itself found. */
static int parser_error(struct builder *b, const char *text, size_t len, struct ro_json_place place, size_t *ret_read,
                        struct rollout_error *reterr)
{
    const yaml_parser_t *p = &b->parser;
    char message[200];
    if (p->error == YAML_MEMORY_ERROR)
        return ro_json_error(reterr, ROLLOUT_ERR_NOMEM, "out of memory");
    size_t at = p->error == YAML_READER_ERROR ? p->problem_offset : byte_of(text, len, p->problem_mark.index);
    at = at < len ? at : len;
    snprintf(message, sizeof message, "%s%s%s", p->context ? p->context : "", p->context ? ": " : "",
             p->problem ? p->problem : "no YAML");
    *ret_read = at < len ? at + 1 : len;
    return ro_json_syntax_error(reterr, ro_json_advance(place, text, at), message);
}

static int build(struct builder *b, const char *text, size_t len, struct ro_json_place place, size_t *ret_read,
                 struct rollout_error *reterr)
{
    bool ended = false;
    while (!ended) {
        if (!yaml_parser_parse(&b->parser, &b->event))
            return parser_error(b, text, len, place, ret_read, reterr);
        ended = b->event.type == YAML_STREAM_END_EVENT;
        bool done = take(b);
        size_t index = b->event.start_mark.index;
        yaml_event_delete(&b->event);
        if (done)
            continue;
        if (!b->problem)
            return ro_json_error(reterr, ROLLOUT_ERR_NOMEM, "out of memory");
        size_t at = byte_of(text, len, index);
        *ret_read = at < len ? at + 1 : len;
        return ro_json_syntax_error(reterr, ro_json_advance(place, text, at), b->problem);
    }
    return ROLLOUT_OK;
}

static void builder_free(struct builder *b)
{
    while (b->depth) {
        struct open *top = &b->open[--b->depth];
        json_decref(top->value);
        free(top->key);
    }
    for (size_t i = 0; i < b->n_anchors; i++)
        json_decref(b->anchors[i].value);
    free(b->anchors);
    free(b->open);
    json_decref(b->names);
    json_decref(b->root);
    yaml_parser_delete(&b->parser);
}

/* The byte where a line with a directive too many begins; len where there is none. libyaml takes any of these for a
 * line's end: CR, LF, and the last bytes of NEL, LS and PS. */
static size_t find_too_many(const char *text, size_t len)
{
    size_t seen = 0;
    for (const char *at = text, *end = text + len; (at = memchr(at, '%', (size_t)(end - at))); at++)
        if ((at == text || strchr("\r\n\x85\xa8\xa9", at[-1])) && ++seen > MOST_DIRECTIVES)
            return (size_t)(at - text);
    return len;
}

int ro_yaml_parse(const char *text, size_t len, struct ro_json_place place, struct rollout_json **ret_json,
                  size_t *ret_read, struct rollout_error *reterr)
{
    struct builder b = { .most_repeated = MOST_REPEATED + 10 * (len < SIZE_MAX / 16 ? len : SIZE_MAX / 16) };
    int r = ROLLOUT_OK;
    size_t too_many = find_too_many(text, len);
    if (too_many < len) {
        *ret_read = too_many + 1;
        return ro_json_syntax_error(reterr, ro_json_advance(place, text, too_many), "more than 1000 directives");
    }
    if (!yaml_parser_initialize(&b.parser))
        return ro_json_error(reterr, ROLLOUT_ERR_NOMEM, "out of memory");
    b.open = calloc(ROLLOUT_NODE_MAX_DEPTH, sizeof *b.open);
    b.names = json_object();
    if (!b.open || !b.names)
        r = ro_json_error(reterr, ROLLOUT_ERR_NOMEM, "out of memory");
    if (r == ROLLOUT_OK) {
        yaml_parser_set_encoding(&b.parser, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(&b.parser, (const unsigned char *)text, len);
        r = build(&b, text, len, place, ret_read, reterr);
    }
    struct rollout_json *json = NULL;
    if (r == ROLLOUT_OK && b.root) {
        r = ro_json_convert(b.root, &json);
        if (r == ROLLOUT_ERR_NOMEM)
            r = ro_json_error(reterr, r, "out of memory");
        else if (r != ROLLOUT_OK) { /* by its aliases: what is written is not so deep */
            *ret_read = len;
            r = ro_json_syntax_error(reterr, place, RO_JSON_TOO_DEEP);
        }
    }
    builder_free(&b);
    if (r == ROLLOUT_OK)
        *ret_json = json;
    return r;
}

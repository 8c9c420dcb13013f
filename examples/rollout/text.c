/* SPDX-License-Identifier: Apache-2.0 */
#include "text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room for len more bytes and a NUL. */
static bool text_need(struct text *text, size_t len)
{
    if (text->failed || len >= SIZE_MAX / 4 - text->len) {
        text->failed = true;
        return false;
    }
    if (text->len + len < text->size)
        return true;
    size_t size = text->size ? text->size : 256;
    while (size <= text->len + len)
        size *= 2;
    char *data = realloc(text->data, size);
    if (!data) {
        text->failed = true;
        return false;
    }
    text->data = data;
    text->size = size;
    return true;
}

void text_add(struct text *text, const char *bytes, size_t len)
{
    if (!text_need(text, len))
        return;
    if (len)
        memcpy(text->data + text->len, bytes, len);
    text->len += len;
    text->data[text->len] = '\0';
}

void text_adds(struct text *text, const char *string)
{
    text_add(text, string, strlen(string));
}

void text_addf(struct text *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (len < 0 || !text_need(text, (size_t)len)) {
        text->failed = true;
        return;
    }
    va_start(args, format);
    vsnprintf(text->data + text->len, (size_t)len + 1, format, args);
    va_end(args);
    text->len += (size_t)len;
}

void text_make_plain(char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)bytes[i] < 0x20 || bytes[i] == 0x7f)
            bytes[i] = '?';
}

void text_add_plain(struct text *text, struct rollout_str string)
{
    size_t start = text->len;
    text_add(text, string.data, string.len);
    if (text->data)
        text_make_plain(text->data + start, text->len - start);
}

void text_add_tree(struct text *text, const struct rollout_tree *tree)
{
    size_t len = 0;
    if (!text_need(text, 0))
        return;
    if (rollout_tree_text(tree, text->data + text->len, text->size - text->len, &len, NULL) != ROLLOUT_OK) {
        text->failed = true;
        return;
    }
    if (len >= text->size - text->len) {
        if (!text_need(text, len))
            return;
        rollout_tree_text(tree, text->data + text->len, text->size - text->len, &len, NULL);
    }
    text->len += len;
}

void text_add_node(struct text *text, const struct rollout_node *node)
{
    struct rollout_tree tree = node_tree(node);
    text_add_tree(text, &tree);
}

void text_add_quoted(struct text *text, struct rollout_str string)
{
    const struct rollout_node node = { .kind = ROLLOUT_NODE_TEXT, .size = 1, .text = string };
    text_add_node(text, &node);
}

void text_clear(struct text *text)
{
    text->len = 0;
    text->failed = false;
    if (text->data)
        text->data[0] = '\0';
}

void text_free(struct text *text)
{
    free(text->data);
    *text = (struct text){ 0 };
}

const struct rollout_node *node_next(const struct rollout_node *parent, const struct rollout_node *child)
{
    if (!parent || (parent->kind != ROLLOUT_NODE_OBJECT && parent->kind != ROLLOUT_NODE_ARRAY))
        return NULL;
    const struct rollout_node *next = child ? child + child->size : parent + 1;
    return next == parent + parent->size ? NULL : next;
}

const struct rollout_node *node_get(const struct rollout_node *object, const char *key)
{
    const struct rollout_node *found = NULL;
    if (!object || object->kind != ROLLOUT_NODE_OBJECT)
        return NULL;
    for (const struct rollout_node *child = node_next(object, NULL); child; child = node_next(object, child))
        if (str_is(child->key, key))
            found = child; /* of two with the same key the last one counts */
    return found && found->kind != ROLLOUT_NODE_NULL ? found : NULL;
}

struct rollout_tree node_tree(const struct rollout_node *node)
{
    return (struct rollout_tree){ .nodes = node, .count = node ? node->size : 0 };
}

bool str_equal(struct rollout_str a, struct rollout_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

bool str_is(struct rollout_str a, const char *b)
{
    return str_equal(a, (struct rollout_str){ .data = b, .len = strlen(b) });
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Text that grows, and looking into trees: the little that a program needs around the library. */
#ifndef EXAMPLES_TEXT_H
#define EXAMPLES_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include <rollout/node.h>

/* Zero-initialise, release with text_free(). data is NUL-terminated once something was added. */
struct text {
    char *data;
    size_t len;
    size_t size;
    bool failed; /* sticky: no memory */
};

void text_add(struct text *text, const char *bytes, size_t len);
void text_adds(struct text *text, const char *string);
void text_addf(struct text *text, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;

/* For people: control characters become "?", since names come from outside and none may move the cursor. */
void text_add_plain(struct text *text, struct rollout_str string);
void text_make_plain(char *bytes, size_t len);

/* The string as JSON, with its quotes. */
void text_add_quoted(struct text *text, struct rollout_str string);

/* The value as compact JSON. */
void text_add_tree(struct text *text, const struct rollout_tree *tree);
void text_add_node(struct text *text, const struct rollout_node *node);

void text_clear(struct text *text);
void text_free(struct text *text);

/* Member of an object; NULL where object is NULL, no object, or has none that is not null. */
const struct rollout_node *node_get(const struct rollout_node *object, const char *key);

/* Child after child: node_next(parent, NULL) is the first, NULL the end. */
const struct rollout_node *node_next(const struct rollout_node *parent, const struct rollout_node *child);

struct rollout_tree node_tree(const struct rollout_node *node);

bool str_is(struct rollout_str a, const char *b);
bool str_equal(struct rollout_str a, struct rollout_str b);

#endif

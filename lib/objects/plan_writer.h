/* SPDX-License-Identifier: Apache-2.0 */
/* A document is written twice by the same code: once to count, once into one block. */
#ifndef RO_OBJECTS_PLAN_WRITER_H
#define RO_OBJECTS_PLAN_WRITER_H

#include <stdbool.h>

#include <rollout/node.h>

/* While nodes is NULL everything is only counted. */
struct ro_writer {
    struct rollout_node *nodes;
    char *chars;
    size_t n_nodes, n_chars;
};

/* An object or array, whose parts are written until its end; its place. An absent key: an element. */
size_t ro_write_begin(struct ro_writer *w, uint32_t kind, struct rollout_str key);
void ro_write_end(struct ro_writer *w, size_t at);

/* An absent text is left out. It is borrowed. */
void ro_write_text(struct ro_writer *w, struct rollout_str key, struct rollout_str text);
void ro_write_name(struct ro_writer *w, struct rollout_str key, const char *name);
void ro_write_integer(struct ro_writer *w, struct rollout_str key, int64_t value);
/* null */
void ro_write_null(struct ro_writer *w, struct rollout_str key);
void ro_write_bool(struct ro_writer *w, struct rollout_str key, bool value);
void ro_write_time(struct ro_writer *w, struct rollout_str key, int64_t ms);

/* "<set>-<ordinal>"; left out where the set's name is absent. */
void ro_write_ordinal_name(struct ro_writer *w, struct rollout_str key, struct rollout_str set, uint32_t ordinal);

/* An empty tree is left out. */
void ro_write_tree(struct ro_writer *w, struct rollout_str key, const struct rollout_tree *tree);

#endif

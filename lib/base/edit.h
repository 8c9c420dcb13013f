/* SPDX-License-Identifier: Apache-2.0 */
/* Trees that can be changed: taken apart into linked nodes, edited, and laid out flat again. All
 * memory is the arena's; a lack of it is sticky there, and every function takes NULL for "no node"
 * and then does nothing, so that a run of edits needs one check at its end (arena->failed). */
#ifndef RO_BASE_EDIT_H
#define RO_BASE_EDIT_H

#include <rollout/node.h>

#include "base/memory.h"
#include "base/str.h"

struct ro_edit {
    struct ro_edit *parent, *first, *last, *next, *prev;
    struct rollout_node node; /* size is not kept up */
};

/* A copy that can be changed, without the root's key. */
struct ro_edit *ro_edit_copy(struct ro_arena *arena, const struct rollout_node *n);

/* New values, without a parent. Texts are borrowed. */
struct ro_edit *ro_edit_object(struct ro_arena *arena);
struct ro_edit *ro_edit_array(struct ro_arena *arena);
struct ro_edit *ro_edit_text(struct ro_arena *arena, struct rollout_str text);
struct ro_edit *ro_edit_integer(struct ro_arena *arena, int64_t value);
struct ro_edit *ro_edit_bool(struct ro_arena *arena, bool value);
struct ro_edit *ro_edit_null(struct ro_arena *arena);

/* A text with the value that it stands for as its child (node.h); json_text: the text is the value as JSON.
 * The value has no parent yet. */
struct ro_edit *ro_edit_expanded(struct ro_arena *arena, struct rollout_str text, struct ro_edit *value);
struct ro_edit *ro_edit_json_text(struct ro_arena *arena, struct ro_edit *value);

/* Member of an object, NULL where there is none (or it is null). A key that stands twice: the last one. */
struct ro_edit *ro_edit_get(struct ro_edit *object, const char *key);
struct ro_edit *ro_edit_get_str(struct ro_edit *object, struct rollout_str key);

/* The text of a member; absent where there is none or it is no text. */
struct rollout_str ro_edit_get_text(struct ro_edit *object, const char *key);

/* The member, made as an empty object or array where it is absent or null; NULL where it is of
 * another kind. */
struct ro_edit *ro_edit_need_object(struct ro_arena *arena, struct ro_edit *object, const char *key);
struct ro_edit *ro_edit_need_array(struct ro_arena *arena, struct ro_edit *object, const char *key);

/* Puts value at key: in the place of the member of that name, else at the end. */
void ro_edit_set(struct ro_edit *object, struct rollout_str key, struct ro_edit *value);

/* Puts value at the end, without a look at whether the key is there: for members that come in a row. */
void ro_edit_add(struct ro_edit *object, struct rollout_str key, struct ro_edit *value);

/* Shorthand: a text member. */
void ro_edit_set_text(struct ro_arena *arena, struct ro_edit *object, struct rollout_str key, struct rollout_str text);

void ro_edit_append(struct ro_edit *array, struct ro_edit *value);

/* Takes the member (where its key stands twice: all of them), or any node, out of its parent. */
void ro_edit_remove(struct ro_edit *object, struct rollout_str key);
void ro_edit_detach(struct ro_edit *node);

/* Flat, in the arena. count 0 on lack of memory. */
struct rollout_tree ro_edit_flatten(struct ro_arena *arena, const struct ro_edit *root);

/* The value as JSON text (as rollout_tree_text writes it), in the arena. */
struct rollout_str ro_edit_json(struct ro_arena *arena, const struct ro_edit *root);

/* Texts in the arena. */
struct rollout_str ro_arena_str(struct ro_arena *arena, struct rollout_str text);
struct rollout_str ro_arena_printf(struct ro_arena *arena, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;

#endif

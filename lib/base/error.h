/* SPDX-License-Identifier: Apache-2.0 */
/* The caller-owned error record, and JSON paths that cost nothing until something is wrong. */
#ifndef RO_BASE_ERROR_H
#define RO_BASE_ERROR_H

#include <string.h>

#include <rollout/base.h>
#include <rollout/node.h>

/* A step of a path: a member's key, or (key.data NULL) an element's index. Lives on the stack of
 * the function that walks there; up is the step before it, NULL at the root. */
struct ro_path {
    const struct ro_path *up;
    struct rollout_str key;
    size_t index;
};

/* The path as text ("spec.a[0].b", keys with other characters than [A-Za-z0-9_-$] as ["..."]), like snprintf, of
 * which it is the length; size is at least 1. */
size_t ro_path_write(const struct ro_path *path, char *buf, size_t size);

/* Hands a whole record to the caller: the fields that lie wholly within the struct_size of his, and
 * zero for what a newer one has beyond them. Inline because librollout-json has no other way to it. */
static inline void ro_error_hand_over(struct rollout_error *reterr, const struct rollout_error *full)
{
    static const size_t ends[] = {
        offsetof(struct rollout_error, index),   offsetof(struct rollout_error, line),
        offsetof(struct rollout_error, column),  offsetof(struct rollout_error, reserved),
        offsetof(struct rollout_error, field),   offsetof(struct rollout_error, value),
        offsetof(struct rollout_error, message), sizeof(struct rollout_error),
    };
    size_t end = sizeof(reterr->struct_size);
    if (!reterr)
        return;
    for (size_t i = 0; i < sizeof(ends) / sizeof(*ends) && ends[i] <= reterr->struct_size; i++)
        end = ends[i];
    memcpy((char *)reterr + sizeof(reterr->struct_size), (const char *)full + sizeof(full->struct_size),
           end - sizeof(reterr->struct_size));
    if (reterr->struct_size > sizeof(*full))
        memset((char *)reterr + sizeof(*full), 0, reterr->struct_size - sizeof(*full));
}

/* Fills the record as far as its struct_size reaches and returns code. field and format may be NULL. */
int ro_error(struct rollout_error *reterr, int code, const char *field, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 4, 5)))
#endif
    ;

/* Same, with the element of an input array that is at fault. */
int ro_error_at(struct rollout_error *reterr, int code, uint32_t index, const char *field, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 5, 6)))
#endif
    ;

/* Same, for a value in a document: field is the path ("spec.template.spec.containers[0].image",
 * keys with other characters than [A-Za-z0-9_-$] as ["..."]), value the node as JSON (may be NULL),
 * and the message is "<path>: <text>". Returns ROLLOUT_ERR_INVALID. */
int ro_error_value(struct rollout_error *reterr, const struct ro_path *path, const struct rollout_node *value,
                   const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 4, 5)))
#endif
    ;

/* ROLLOUT_ERR_INVALID for an argument that is NULL. */
int ro_error_null(struct rollout_error *reterr, const char *name);

/* ROLLOUT_ERR_NOMEM with its message. */
int ro_error_nomem(struct rollout_error *reterr);

#endif

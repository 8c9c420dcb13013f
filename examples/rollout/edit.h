/* SPDX-License-Identifier: Apache-2.0 */
/* A manifest with some of its fields changed. */
#ifndef EXAMPLES_EDIT_H
#define EXAMPLES_EDIT_H

#include <rollout/json.h>
#include <rollout/rollout.h>

#include "text.h"

/* A tree that is edited step after step; begins as { .root = the tree }, which must outlive it. Release with
 * edited_free(). */
struct edited {
    const struct rollout_node *root;
    struct rollout_json *json; /* what root is in once something was changed */
};
void edited_free(struct edited *edited);

/* All of these: false with reterr, its code too, where it cannot be done.
 *
 * Sets what stands at the path to `value`, which is JSON. The path is keys with dots between them, ["a.b/c"] for a key with
 * dots, [3] for an element; what is missing is made. */
bool edit_set(struct edited *edited, struct rollout_str path, struct rollout_str value, struct rollout_error *reterr);

/* The same with a tree; NULL: takes away what stands there. */
bool edit_put(struct edited *edited, const char *path, const struct rollout_node *value, struct rollout_error *reterr);

/* Sets the fields of "FIELD=VALUE,...": those that users know by a word are found by the kind and apiVersion of the tree,
 * others are paths. */
bool edit_fields(struct edited *edited, struct rollout_str fields, struct rollout_error *reterr);

/* reterr becomes an error of the input with that message. False, always. */
bool edit_refuse(struct rollout_error *reterr, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;

/* The same: out of memory. */
bool edit_nomem(struct rollout_error *reterr);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* A manifest with some of its fields changed, as text. */
#ifndef EXAMPLES_EDIT_H
#define EXAMPLES_EDIT_H

#include <rollout/rollout.h>

#include "text.h"

/* Adds the tree as JSON to out, with `value`, which is JSON, at the path; NULL: without what stands there. The path is
 * keys with dots between them, ["a.b/c"] for a key with dots, [3] for an element; what is missing is made. Returns false
 * with reterr where the path cannot be read or meets something else than an object or array. */
bool edit_tree(const struct rollout_node *root, struct rollout_str path, const struct rollout_str *value,
               struct text *out, struct rollout_error *reterr);

/* Adds the tree to out with the fields of "FIELD=VALUE,..." set: those that users know by a word are found by the kind and
 * apiVersion of the tree, others are paths. */
bool edit_fields(const struct rollout_node *root, struct rollout_str fields, struct text *out,
                 struct rollout_error *reterr);

/* reterr becomes an error of the input with that message. False, always. */
bool edit_refuse(struct rollout_error *reterr, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;

#endif

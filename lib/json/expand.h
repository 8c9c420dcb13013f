/* SPDX-License-Identifier: Apache-2.0 */
/* Which texts of a document are JSON themselves: those that node.h lists. */
#ifndef RO_JSON_EXPAND_H
#define RO_JSON_EXPAND_H

#include <stdbool.h>

#include <jansson.h>

/* Where in a document a value is, as far as that tells which texts are JSON themselves. */
enum ro_expand {
    RO_EXPAND_PLAIN,
    RO_EXPAND_METADATA,
    RO_EXPAND_ANNOTATIONS,
    RO_EXPAND_STATUS,
    RO_EXPAND_CONDITIONS,
    RO_EXPAND_READY,
    RO_EXPAND_GRACE, /* in the value of a grace annotation, which has such a text itself */
    RO_EXPAND_SEALED /* deeper in there, or in the value of any other text */
};

/* The place of a container at place's key, or (key NULL) among its elements. */
enum ro_expand ro_expand_below(enum ro_expand place, const char *key, const json_t *value);

/* Whether the text at place's key is one of them; then also the place of its value. */
bool ro_expand_is_json(enum ro_expand place, const char *key, enum ro_expand *ret_within);

#endif

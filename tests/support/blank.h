/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUPPORT_BLANK_H
#define SUPPORT_BLANK_H

#include <jansson.h>
#include <stdbool.h>

/* What Go's types leave out or write, as it happens: absent, null, false, 0, "" and empty containers. */
static inline bool json_is_blank(json_t *value)
{
    switch (value ? json_typeof(value) : JSON_NULL) {
    case JSON_NULL:
    case JSON_FALSE:
        return true;
    case JSON_INTEGER:
        return json_integer_value(value) == 0;
    case JSON_STRING:
        return json_string_length(value) == 0;
    case JSON_ARRAY:
        return json_array_size(value) == 0;
    case JSON_OBJECT:
        return json_object_size(value) == 0;
    default:
        return false;
    }
}

#endif

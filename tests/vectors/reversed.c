/* SPDX-License-Identifier: Apache-2.0 */
#include "reversed.h"

#include <stdlib.h>

static json_t *object_reversed(json_t *object)
{
    json_t *copy = json_object(), *value;
    size_t count = json_object_size(object), n = count;
    const char *key, **keys = calloc(count ? count : 1, sizeof *keys);
    json_object_foreach(object, key, value)
        keys[--n] = key;
    for (size_t i = 0; i < count; i++)
        json_object_set_new(copy, keys[i], reversed_of(json_object_get(object, keys[i])));
    free(keys);
    return copy;
}

json_t *reversed_of(json_t *value)
{
    if (json_is_object(value))
        return object_reversed(value);
    if (!json_is_array(value))
        return json_incref(value);
    json_t *copy = json_array(), *element;
    size_t i;
    json_array_foreach(value, i, element)
        json_array_append_new(copy, reversed_of(element));
    return copy;
}

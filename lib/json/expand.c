/* SPDX-License-Identifier: Apache-2.0 */
#include "json/expand.h"

#include <string.h>

static bool is_ready(const json_t *condition)
{
    const char *type = json_string_value(json_object_get(condition, "type"));
    return type && strcmp(type, "KruisePodReady") == 0;
}

enum ro_expand ro_expand_below(enum ro_expand place, const char *key, const json_t *value)
{
    if (place == RO_EXPAND_GRACE)
        return !key && json_is_object(value) ? RO_EXPAND_GRACE : RO_EXPAND_SEALED;
    if (place == RO_EXPAND_SEALED)
        return RO_EXPAND_SEALED;
    if (json_is_array(value))
        return key && place == RO_EXPAND_STATUS && strcmp(key, "conditions") == 0 ? RO_EXPAND_CONDITIONS
                                                                                  : RO_EXPAND_PLAIN;
    if (!key)
        return place == RO_EXPAND_CONDITIONS && is_ready(value) ? RO_EXPAND_READY : RO_EXPAND_PLAIN;
    if (place == RO_EXPAND_METADATA && strcmp(key, "annotations") == 0)
        return RO_EXPAND_ANNOTATIONS;
    return strcmp(key, "metadata") == 0 ? RO_EXPAND_METADATA
           : strcmp(key, "status") == 0 ? RO_EXPAND_STATUS
                                        : RO_EXPAND_PLAIN;
}

bool ro_expand_is_json(enum ro_expand place, const char *key, enum ro_expand *ret_within)
{
    static const struct {
        const char *name;
        enum ro_expand within;
    } annotations[] = {
        { "apps.kruise.io/inplace-update-state", RO_EXPAND_SEALED },    { "inplace-update-state", RO_EXPAND_SEALED },
        { "apps.kruise.io/inplace-update-grace", RO_EXPAND_GRACE },     { "inplace-update-grace", RO_EXPAND_GRACE },
        { "apps.kruise.io/runtime-containers-meta", RO_EXPAND_SEALED },
        { "rollouts.kruise.io/deployment-strategy", RO_EXPAND_SEALED },
    };
    *ret_within = RO_EXPAND_SEALED;
    if (place == RO_EXPAND_READY)
        return strcmp(key, "message") == 0;
    if (place == RO_EXPAND_GRACE)
        return strcmp(key, "metaDataPatch") == 0;
    if (place == RO_EXPAND_ANNOTATIONS)
        for (size_t i = 0; i < sizeof(annotations) / sizeof(*annotations); i++)
            if (strcmp(key, annotations[i].name) == 0) {
                *ret_within = annotations[i].within;
                return true;
            }
    return false;
}

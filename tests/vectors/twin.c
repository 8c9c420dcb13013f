/* SPDX-License-Identifier: Apache-2.0 */
#include "twin.h"

#include <stdbool.h>
#include <string.h>

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* updateStrategy: the rolling block and the type become one; NULL where that loses something. */
static json_t *strategy_of(const json_t *beta)
{
    static const char *const policies[] = { "ReCreate", "InPlaceIfPossible", "InPlaceOnly" };
    const json_t *rolling = json_object_get(beta, "rollingUpdate");
    const char *type = text_at(beta, "type"), *policy = text_at(rolling, "podUpdatePolicy");
    if (strcmp(type, "OnDelete") == 0)
        return json_is_object(rolling) ? NULL : json_pack("{s:s}", "type", type);
    if (!json_is_object(rolling) || (*type && strcmp(type, "RollingUpdate") != 0))
        return NULL;
    bool known = *policy == '\0';
    for (size_t i = 0; i < sizeof policies / sizeof policies[0]; i++)
        known = known || strcmp(policy, policies[i]) == 0;
    if (!known)
        return NULL;
    json_t *alpha = json_deep_copy(rolling);
    json_object_del(alpha, "podUpdatePolicy");
    json_object_set_new(alpha, "type", json_string(*policy ? policy : policies[0]));
    return alpha;
}

static void rename_member(json_t *object, const char *from, const char *to)
{
    json_object_set(object, to, json_object_get(object, from));
    json_object_del(object, from);
}

static bool is_zero(const json_t *value)
{
    return json_is_integer(value) && json_integer_value(value) == 0;
}

/* daemonset.md 1: surging is no more than a surge; an annotation instead of scaleStrategy; another name in the status. */
static json_t *daemonset_twin(const json_t *line)
{
    json_t *twin = json_deep_copy(line);
    json_t *workload = json_object_get(json_object_get(twin, "snapshot"), "workload");
    json_t *spec = json_object_get(workload, "spec"), *metadata = json_object_get(workload, "metadata");
    json_t *rolling = json_object_get(json_object_get(spec, "updateStrategy"), "rollingUpdate");
    json_object_set_new(workload, "apiVersion", json_string("apps.kruise.io/v1alpha1"));
    if (strcmp(text_at(rolling, "rollingUpdateType"), "Standard") == 0 && json_object_get(rolling, "maxSurge") &&
        is_zero(json_object_get(rolling, "maxUnavailable")))
        json_object_set_new(rolling, "rollingUpdateType", json_string("Surging"));
    if (json_is_true(json_object_get(json_object_get(spec, "scaleStrategy"), "partitionedScaling"))) {
        if (!json_object_get(metadata, "annotations"))
            json_object_set_new(metadata, "annotations", json_object());
        json_object_set_new(json_object_get(metadata, "annotations"), "daemonset.kruise.io/progressive-create-pod",
                            json_string("true"));
    }
    json_object_del(spec, "scaleStrategy");
    rename_member(json_object_get(workload, "status"), "updateRevision", "daemonSetHash");
    return twin;
}

json_t *twin_of(const json_t *line)
{
    const json_t *given = json_object_get(json_object_get(line, "snapshot"), "workload");
    if (strcmp(text_at(given, "apiVersion"), "apps.kruise.io/v1beta1") != 0)
        return NULL;
    if (strcmp(text_at(given, "kind"), "DaemonSet") == 0)
        return daemonset_twin(line);
    json_t *strategy = strategy_of(json_object_get(json_object_get(given, "spec"), "updateStrategy"));
    if (!strategy)
        return NULL;

    json_t *twin = json_deep_copy(line);
    json_t *workload = json_object_get(json_object_get(twin, "snapshot"), "workload");
    json_t *spec = json_object_get(workload, "spec"), *metadata = json_object_get(workload, "metadata");
    json_object_set_new(workload, "apiVersion", json_string("apps.kruise.io/v1alpha1"));
    json_object_set_new(spec, "updateStrategy", strategy);

    json_t *scale = json_object_get(spec, "scaleStrategy");
    if (!json_is_object(scale)) {
        scale = json_object();
        json_object_set_new(spec, "scaleStrategy", scale);
    }
    /* Opposite defaults: the old field switches off what the new one switches on. */
    json_object_set_new(scale, "disablePVCReuse",
                        json_boolean(!json_is_true(json_object_get(scale, "enablePVCReuse"))));
    json_object_del(scale, "enablePVCReuse");
    if (json_is_true(json_object_get(scale, "excludePreparingDelete"))) {
        if (!json_is_object(json_object_get(metadata, "labels")))
            json_object_set_new(metadata, "labels", json_object());
        json_object_set_new(json_object_get(metadata, "labels"),
                            "apps.kruise.io/cloneset-scaling-exclude-preparing-delete", json_string("true"));
    }
    json_object_del(scale, "excludePreparingDelete");
    return twin;
}

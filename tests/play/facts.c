/* SPDX-License-Identifier: Apache-2.0 */
/* Two texts of one object are the same here where the API server stores the same:
 *   - a member that is absent, null, "", 0, false or empty: Go's types leave it out or not, and the recorder
 *     wrote its objects without a server (creationTimestamp null, status.updatedReplicas 0)
 *   - an annotation or a condition's message that is JSON: its value counts, not the order of members
 * The recorder took status.observedGeneration and status.labelSelector from no status. The first must be the
 * generation, the second is not compared here. */
#include "facts.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blank.h"
#include "play.h"
#include "report.h"

/* ---- objects ---- */

/* The text's value where it is an object or array as JSON. */
static json_t *expanded(json_t *value)
{
    const char *text = json_string_value(value);
    json_error_t broken;
    if (!text || (text[0] != '{' && text[0] != '['))
        return NULL;
    return json_loads(text, 0, &broken);
}

static void compare(struct report *report, const char *path, json_t *recorded, json_t *played);

static void compare_objects(struct report *report, const char *path, json_t *recorded, json_t *played)
{
    char deeper[512];
    const char *key;
    json_t *value;
    json_object_foreach(recorded, key, value)
    {
        snprintf(deeper, sizeof deeper, "%s.%s", path, key);
        compare(report, deeper, value, json_object_get(played, key));
    }
    json_object_foreach(played, key, value)
    {
        snprintf(deeper, sizeof deeper, "%s.%s", path, key);
        if (!json_object_get(recorded, key))
            compare(report, deeper, NULL, value);
    }
}

static void compare(struct report *report, const char *path, json_t *recorded, json_t *played)
{
    char deeper[512];
    size_t i;
    json_t *value;
    if ((json_is_blank(recorded) && json_is_blank(played)) || (recorded && played && json_equal(recorded, played)))
        return;
    if (json_is_object(recorded) && json_is_object(played)) {
        compare_objects(report, path, recorded, played);
        return;
    }
    if (json_is_array(recorded) && json_is_array(played) && json_array_size(recorded) == json_array_size(played)) {
        json_array_foreach(recorded, i, value)
        {
            snprintf(deeper, sizeof deeper, "%s[%zu]", path, i);
            compare(report, deeper, value, json_array_get(played, i));
        }
        return;
    }
    json_t *a = expanded(recorded), *b = expanded(played);
    if (a && b)
        compare(report, path, a, b);
    else
        differ(report, path, recorded, played);
    json_decref(a);
    json_decref(b);
}

/* ---- facts ---- */

struct decoded {
    struct rollout_json *json;
    struct rollout_world *world;
};

static bool decode(struct report *report, const char *what, json_t *snapshot, struct decoded *ret)
{
    struct rollout_error error = { .struct_size = sizeof error };
    char *text = json_dumps(snapshot, JSON_COMPACT);
    int r = rollout_json_parse(text, strlen(text), &ret->json, &error);
    free(text);
    if (!r)
        r = rollout_document_decode(rollout_json_tree(ret->json), 0, 0, &ret->world, &error);
    if (!r)
        return true;
    json_t *message = json_string(error.message);
    differ(report, what, NULL, message);
    json_decref(message);
    return false;
}

size_t facts_compare(const char *id, json_t *recorded, json_t *played, size_t most)
{
    static const char *const objects[] = { "workload", "revisions", "pods", "nodes", "claims", "featureGates" };
    struct report report = { id, 0, most };
    struct decoded a = { 0 }, b = { 0 };
    if (decode(&report, "recorded", recorded, &a) && decode(&report, "played", played, &b)) {
        const struct rollout_cloneset *set = b.world->workload->cloneset;
        compare_worlds(&report, a.world, b.world);
        json_t *generation = json_integer(set->generation), *observed = json_integer(set->status->observed_generation);
        if (!json_equal(generation, observed))
            differ(&report, "status observed_generation", generation, observed);
        json_decref(generation);
        json_decref(observed);
    }
    rollout_world_free(a.world);
    rollout_json_free(a.json);
    rollout_world_free(b.world);
    rollout_json_free(b.json);
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
        json_t *copy = json_deep_copy(json_object_get(played, objects[i]));
        if (i == 0) {
            json_object_del(json_object_get(copy, "status"), "observedGeneration");
            json_object_del(json_object_get(copy, "status"), "labelSelector");
        }
        compare(&report, objects[i], json_object_get(recorded, objects[i]), copy);
        json_decref(copy);
    }
    return report.found;
}

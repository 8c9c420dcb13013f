/* SPDX-License-Identifier: Apache-2.0 */
/* Decodes recorded StatefulSets and DaemonSets and holds what comes out against the recording:
 *
 *   decode FILE
 *
 * FILE: as for replay. Nothing of a snapshot may be lost; without the name of the update revision the same one is
 * found by the template; a pod whose storage upstream repaired is marked, and a pod without a node has the one that
 * its affinity names. */
#include <rollout/json.h>
#include <rollout/objects.h>

#include <jansson.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"

enum { SHOWN = 20 };

static size_t marked, bound; /* how often the facts in question occurred */

static bool is(struct rollout_str text, const char *wanted)
{
    return wanted ? text.len == strlen(wanted) && memcmp(text.data, wanted, text.len) == 0 : text.len == 0;
}

static size_t size_of(json_t *snapshot, const char *key)
{
    return json_array_size(json_object_get(snapshot, key));
}

/* What the first differing fact is, NULL where none differs. */
static const char *compare_counts(json_t *snapshot, const struct rollout_snapshot *facts)
{
    if (facts->pods.count != size_of(snapshot, "pods"))
        return "pods";
    if (facts->nodes.count != size_of(snapshot, "nodes"))
        return "nodes";
    if (facts->claims.count != size_of(snapshot, "claims"))
        return "claims";
    if (facts->revisions.count != size_of(snapshot, "revisions"))
        return "revisions";
    if (facts->storage_classes.count != size_of(snapshot, "storageClasses"))
        return "storageClasses";
    return facts->failed_pod_backoffs.count != size_of(snapshot, "failedPodBackoffs") ? "failedPodBackoffs" : NULL;
}

static const char *compare_revisions(json_t *snapshot, const struct rollout_snapshot *facts)
{
    const char *update = json_string_value(json_object_get(snapshot, "updateRevision"));
    const char *current = json_string_value(json_object_get(snapshot, "currentRevision"));
    if (facts->update_revision == 0 || !is(facts->revisions.items[facts->update_revision - 1].name, update))
        return "updateRevision";
    if (!current)
        return facts->current_revision == 0 ? NULL : "currentRevision";
    /* None is the update revision. */
    uint32_t index = facts->current_revision ? facts->current_revision : facts->update_revision;
    return is(facts->revisions.items[index - 1].name, current) ? NULL : "currentRevision";
}

static bool repairs_storage(json_t *expect, const char *pod)
{
    size_t i;
    json_t *action;
    json_array_foreach(json_object_get(expect, "actions"), i, action)
    {
        const char *detail = json_string_value(json_object_get(action, "detail"));
        const char *name = json_string_value(json_object_get(action, "pod"));
        if (detail && strstr(detail, "storage") && name && strcmp(name, pod) == 0 &&
            strcmp(json_string_value(json_object_get(action, "op")), "repair") == 0)
            return true;
    }
    return false;
}

/* The only value of a pod's affinity as the recordings have it. */
static const char *node_of_affinity(json_t *spec)
{
    static const char *const path[] = { "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution",
                                        "nodeSelectorTerms" };
    json_t *at = spec;
    for (size_t i = 0; i < sizeof path / sizeof *path; i++)
        at = json_object_get(at, path[i]);
    at = json_object_get(json_array_get(at, 0), "matchFields");
    at = json_object_get(json_array_get(at, 0), "values");
    return json_string_value(json_array_get(at, 0));
}

static const char *compare_pods(json_t *snapshot, json_t *expect, const struct rollout_snapshot *facts)
{
    size_t i;
    json_t *pod;
    json_array_foreach(json_object_get(snapshot, "pods"), i, pod)
    {
        const struct rollout_pod *fact = &facts->pods.items[i];
        json_t *metadata = json_object_get(pod, "metadata"), *spec = json_object_get(pod, "spec");
        const char *name = json_string_value(json_object_get(metadata, "name"));
        if (!is(fact->name, name) || !is(fact->uid, json_string_value(json_object_get(metadata, "uid"))))
            return "a pod's name or uid";
        if (repairs_storage(expect, name)) {
            marked++;
            if (!(fact->flags & ROLLOUT_POD_STORAGE_MISMATCH))
                return "a pod's storage";
        }
        if (!json_object_get(spec, "nodeName")) {
            const char *target = node_of_affinity(spec);
            bound += target != NULL;
            if (!is(fact->target_node, target))
                return "a pod's target node";
        } else if (fact->target_node.data) {
            return "a pod's target node beside its node";
        }
    }
    return NULL;
}

/* Decodes a document and compares it with what it was written from. */
static bool check(const char *text, size_t len, json_t *snapshot, json_t *expect, const char *id)
{
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_json *json = NULL;
    struct rollout_world *world = NULL;
    const char *differs = NULL;
    int rc = rollout_json_parse(text, len, &json, &error);
    if (rc == ROLLOUT_OK)
        rc = rollout_document_decode(rollout_json_tree(json), 0, 0, &world, &error);
    if (rc != ROLLOUT_OK)
        differs = error.message;
    if (!differs)
        differs = compare_counts(snapshot, world->snapshot);
    if (!differs)
        differs = compare_revisions(snapshot, world->snapshot);
    if (!differs)
        differs = compare_pods(snapshot, expect, world->snapshot);
    if (differs)
        printf("%s: %s\n", id, differs);
    rollout_world_free(world);
    rollout_json_free(json);
    return !differs;
}

/* The line as it stands, and without the name of its update revision. */
static bool check_line(const char *text, size_t len)
{
    json_error_t broken;
    json_t *line = json_loadb(text, len, 0, &broken);
    json_t *snapshot = json_object_get(line, "snapshot");
    json_t *expect = json_object_get(line, "expect");
    const char *id = json_string_value(json_object_get(line, "id"));
    bool agrees = snapshot && check(text, len, snapshot, expect, id);
    if (agrees) {
        json_t *unnamed = json_copy(line), *body = json_copy(snapshot);
        json_object_del(body, "updateRevision");
        json_object_set_new(unnamed, "snapshot", body);
        char *copy = json_dumps(unnamed, JSON_COMPACT);
        agrees = check(copy, strlen(copy), snapshot, expect, id);
        free(copy);
        json_decref(unnamed);
    }
    json_decref(line);
    return agrees;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: decode FILE\n");
        return 2;
    }
    FILE *file = lines_open(argv[1]);
    char *text = NULL;
    size_t room = 0, lines = 0, agree = 0;
    for (ssize_t len; (len = getline(&text, &room, file)) > 0 && lines - agree < SHOWN; lines++)
        agree += check_line(text, (size_t)len);
    free(text);
    int broken = lines_close(file);
    printf("%s: %zu lines, %zu agree; %zu pods with other storage, %zu bound by affinity\n", argv[1], lines, agree,
           marked, bound);
    return broken || lines == 0 || agree != lines;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "memory.h"

#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct memory {
    json_t *list;
    json_t *items; /* of the List: every object */
    time_t now;
};

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static void set_time(const struct memory *memory, json_t *object, const char *key)
{
    char text[32];
    struct tm utc;
    gmtime_r(&memory->now, &utc);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    json_object_set_new(object, key, json_string(text));
}

static char *memory_observe(void *context)
{
    struct memory *memory = context;
    json_t *snapshot = json_pack("{s:s, s:[], s:[]}", "kind", "Snapshot", "revisions", "pods");
    size_t i;
    json_t *item;
    set_time(memory, snapshot, "now");
    json_array_foreach(memory->items, i, item)
    {
        const char *kind = text_at(item, "kind");
        if (strcmp(kind, "CloneSet") == 0)
            json_object_set(snapshot, "workload", item);
        else
            json_array_append(json_object_get(snapshot, strcmp(kind, "Pod") == 0 ? "pods" : "revisions"), item);
    }
    char *text = json_dumps(snapshot, JSON_COMPACT);
    json_decref(snapshot);
    return text;
}

static int memory_act(void *context, const struct rollout_tree *object, bool gone)
{
    struct memory *memory = context;
    size_t len = 0, i;
    if (rollout_tree_text(object, NULL, 0, &len, NULL) != ROLLOUT_OK)
        return ROLLOUT_ERR_INVALID;
    char *text = malloc(len + 1);
    if (!text)
        return ROLLOUT_ERR_NOMEM;
    rollout_tree_text(object, text, len + 1, &len, NULL);
    json_t *wanted = json_loadb(text, len, 0, NULL), *item;
    free(text);
    if (!wanted)
        return ROLLOUT_ERR_INVALID;
    const char *name = text_at(json_object_get(wanted, "metadata"), "name");
    json_array_foreach(memory->items, i, item)
    {
        if (strcmp(text_at(item, "kind"), text_at(wanted, "kind")) == 0 &&
            strcmp(text_at(json_object_get(item, "metadata"), "name"), name) == 0)
            break;
    }
    if (gone)
        json_array_remove(memory->items, i);
    else if (i < json_array_size(memory->items))
        json_array_set(memory->items, i, wanted);
    else
        json_array_append(memory->items, wanted);
    json_decref(wanted);
    return ROLLOUT_OK;
}

static json_t *condition(const struct memory *memory, json_t *status, const char *type)
{
    size_t i;
    json_t *it, *conditions = json_object_get(status, "conditions");
    if (!conditions)
        json_object_set_new(status, "conditions", conditions = json_array());
    json_array_foreach(conditions, i, it)
    {
        if (strcmp(text_at(it, "type"), type) == 0)
            return it;
    }
    it = json_pack("{s:s, s:s}", "type", type, "status", "False");
    set_time(memory, it, "lastTransitionTime");
    json_array_append_new(conditions, it);
    return it;
}

static void set_condition(const struct memory *memory, json_t *status, const char *type, const char *value)
{
    json_t *it = condition(memory, status, type);
    if (strcmp(text_at(it, "status"), value) == 0)
        return;
    json_object_set_new(it, "status", json_string(value));
    set_time(memory, it, "lastTransitionTime");
}

/* What scheduler and kubelet do with a pod: containers run the image of the spec, and the pod is ready if its
 * gate says so. */
static void settle(const struct memory *memory, json_t *pod)
{
    json_t *spec = json_object_get(pod, "spec"), *status = json_object_get(pod, "status"), *metadata, *container;
    size_t i;
    if (!status)
        json_object_set_new(pod, "status", status = json_object());
    metadata = json_object_get(pod, "metadata");
    if (!json_is_string(json_object_get(metadata, "creationTimestamp")))
        set_time(memory, metadata, "creationTimestamp");
    if (!*text_at(spec, "nodeName"))
        json_object_set_new(spec, "nodeName", json_string("node-0"));
    json_object_set_new(status, "phase", json_string("Running"));
    json_t *statuses = json_array();
    json_array_foreach(json_object_get(spec, "containers"), i, container)
    {
        const char *image = text_at(container, "image");
        json_array_append_new(statuses,
                              json_pack("{s:s, s:b, s:i, s:s, s:s+}", "name", text_at(container, "name"), "ready", 1,
                                        "restartCount", 0, "image", image, "imageID", "sha256:", image));
    }
    json_object_set_new(status, "containerStatuses", statuses);
    set_condition(memory, status, "PodScheduled", "True");
    set_condition(memory, status, "ContainersReady", "True");
    set_condition(memory, status, "Ready", text_at(condition(memory, status, "InPlaceUpdateReady"), "status"));
}

void memory_settle(struct memory *memory)
{
    size_t i;
    json_t *item;
    memory->now += 10;
    json_array_foreach(memory->items, i, item)
    {
        if (strcmp(text_at(item, "kind"), "Pod") == 0)
            settle(memory, item);
    }
}

void memory_set_partition(struct memory *memory, int partition)
{
    size_t i;
    json_t *item;
    json_array_foreach(memory->items, i, item)
    {
        json_t *strategy = json_object_get(json_object_get(item, "spec"), "updateStrategy");
        if (strategy)
            json_object_set_new(json_object_get(strategy, "rollingUpdate"), "partition", json_integer(partition));
    }
}

struct memory *memory_load(const char *path)
{
    json_error_t error;
    struct memory *memory = calloc(1, sizeof *memory);
    json_t *list = json_load_file(path, 0, &error);
    if (!memory || !list) {
        fprintf(stderr, "%s:%d: %s\n", path, error.line, list ? "out of memory" : error.text);
        json_decref(list);
        free(memory);
        return NULL;
    }
    memory->list = list;
    memory->items = json_object_get(list, "items");
    memory->now = 1795435200; /* 2026-11-23T12:00:00Z */
    return memory;
}

struct transport memory_transport(struct memory *memory)
{
    return (struct transport){ memory, memory_observe, memory_act };
}

void memory_free(struct memory *memory)
{
    json_decref(memory->list);
    free(memory);
}

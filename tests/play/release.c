/* SPDX-License-Identifier: Apache-2.0 */
/* What is taken from the recording of the next pass, because it is others who write it:
 *
 *   API server      metadata.uid and metadata.creationTimestamp of a pod made in this pass; the order of the
 *                   list (recorded by name)
 *   driver's dice   the instance ids of new pods
 *   admission       the labels tier, zone and rank of a pod made in this pass, given by lot
 *   scheduler       spec.nodeName of a pod that had none
 *   kubelet         status.phase, status.containerStatuses, the conditions PodScheduled, Ready and
 *                   ContainersReady; and InPlaceUpdateReady where a pod starts and no pass has set it: the
 *                   recorder's kubelet then makes it True, with a time of its own
 *   hooks' owners   label hook/block and finalizer hook.io/guard, where they changed between the two recorded
 *                   passes, and those of a new pod
 *   user            spec.updateStrategy, where it changed between the two passes
 *   clock           now
 *
 * The condition FailedUpdate, which upstream writes after an error (cloneset.md 7.4), is taken out of the played
 * status: the recorder took the status without it.
 *
 * A pod that a driver deletes is gone at the next pass, finalizers or not: the recorder's API server knows no
 * termination. currentRevision and updateRevision are not taken: they follow from the played workload. */
#include "release.h"

#include <stdlib.h>
#include <string.h>

#include "play.h"

/* What the recorded hooks consist of: spec.lifecycle names one of them or both, their owner moves both. */
#define HOOK_LABEL     "hook/block"
#define HOOK_FINALIZER "hook.io/guard"

/* ---- reading ---- */

static json_t *read_line(FILE *lines)
{
    char *text = NULL;
    size_t size = 0;
    json_error_t broken;
    ssize_t len = getline(&text, &size, lines);
    json_t *line = len > 0 ? json_loadb(text, (size_t)len, 0, &broken) : NULL;
    free(text);
    if (len > 0 && (!line || !json_string_value(json_object_get(line, "id")))) {
        fprintf(stderr, "a line is no recorded decision\n");
        exit(1);
    }
    return line;
}

/* "rel-1-0000-07": the release is all but the pass. */
static size_t id_len(json_t *line)
{
    const char *id = json_string_value(json_object_get(line, "id")), *dash = strrchr(id, '-');
    return dash ? (size_t)(dash - id) : strlen(id);
}

bool release_read(FILE *lines, struct release *release)
{
    json_t *line = release->next ? release->next : read_line(lines);
    json_decref(release->passes);
    json_decref(release->expects);
    release->passes = release->expects = NULL;
    release->next = NULL;
    if (!line)
        return false;
    snprintf(release->id, sizeof release->id, "%.*s", (int)id_len(line),
             json_string_value(json_object_get(line, "id")));
    release->passes = json_array();
    release->expects = json_array();
    while (line && id_len(line) == strlen(release->id) &&
           strncmp(json_string_value(json_object_get(line, "id")), release->id, strlen(release->id)) == 0) {
        json_array_append(release->passes, json_object_get(line, "snapshot"));
        json_array_append(release->expects, json_object_get(line, "expect"));
        json_decref(line);
        line = read_line(lines);
    }
    release->next = line;
    return true;
}

void release_free(struct release *release)
{
    json_decref(release->passes);
    json_decref(release->expects);
    json_decref(release->next);
    *release = (struct release){ 0 };
}

/* ---- looking into objects ---- */

static json_t *dig(json_t *object, const char *a, const char *b)
{
    return json_object_get(json_object_get(object, a), b);
}

static const char *name_of(json_t *object)
{
    const char *name = json_string_value(dig(object, "metadata", "name"));
    return name ? name : "";
}

static json_t *find_object(json_t *array, const char *name)
{
    size_t i;
    json_t *object;
    json_array_foreach(array, i, object)
    {
        if (strcmp(name_of(object), name) == 0)
            return object;
    }
    return NULL;
}

/* The member, made as an empty one where it is not there. */
static json_t *need(json_t *object, const char *key, json_t *empty)
{
    if (json_object_get(object, key))
        json_decref(empty);
    else
        json_object_set_new(object, key, empty);
    return json_object_get(object, key);
}

/* The member as `from` has it, or not there. */
static void take(json_t *object, json_t *from, const char *key)
{
    json_t *value = json_object_get(from, key);
    if (value)
        json_object_set_new(object, key, json_deep_copy(value));
    else
        json_object_del(object, key);
}

/* ---- who else writes ---- */

static size_t condition_place(json_t *pod, const char *type)
{
    size_t i;
    json_t *condition;
    json_array_foreach(dig(pod, "status", "conditions"), i, condition)
    {
        if (strcmp(json_string_value(json_object_get(condition, "type")), type) == 0)
            return i;
    }
    return SIZE_MAX;
}

static void take_condition(json_t *pod, json_t *after, const char *type)
{
    size_t place = condition_place(pod, type), from = condition_place(after, type);
    json_t *list = need(json_object_get(pod, "status"), "conditions", json_array());
    if (from == SIZE_MAX) {
        if (place != SIZE_MAX)
            json_array_remove(list, place);
        return;
    }
    json_t *condition = json_deep_copy(json_array_get(dig(after, "status", "conditions"), from));
    if (place == SIZE_MAX)
        json_array_append_new(list, condition);
    else
        json_array_set_new(list, place, condition);
}

static bool is_set_ready(json_t *expect, const char *name)
{
    size_t i;
    json_t *action;
    json_array_foreach(json_object_get(expect, "actions"), i, action)
    {
        const char *op = json_string_value(json_object_get(action, "op"));
        const char *pod = json_string_value(json_object_get(action, "pod"));
        if (pod && strcmp(op, "set-ready") == 0 && strcmp(pod, name) == 0)
            return true;
    }
    return false;
}

static void kubelet(json_t *pod, json_t *before, json_t *after, json_t *expect)
{
    json_t *status = need(pod, "status", json_object()), *now = json_object_get(after, "status");
    if (!dig(pod, "spec", "nodeName"))
        take(json_object_get(pod, "spec"), json_object_get(after, "spec"), "nodeName");
    bool starts = dig(after, "status", "containerStatuses") && !dig(before, "status", "containerStatuses");
    take(status, now, "phase");
    take(status, now, "containerStatuses");
    take_condition(pod, after, "PodScheduled");
    take_condition(pod, after, "Ready");
    take_condition(pod, after, "ContainersReady");
    if (starts && !is_set_ready(expect, name_of(pod)) && condition_place(before, "InPlaceUpdateReady") == SIZE_MAX)
        take_condition(pod, after, "InPlaceUpdateReady");
}

static bool is_by_lot(const char *label)
{
    return strcmp(label, "tier") == 0 || strcmp(label, "zone") == 0 || strcmp(label, "rank") == 0;
}

static void birth(json_t *pod, json_t *after)
{
    json_t *metadata = json_object_get(pod, "metadata"), *theirs = json_object_get(after, "metadata");
    json_t *labels = need(metadata, "labels", json_object()), *value;
    const char *key;
    take(metadata, theirs, "uid");
    take(metadata, theirs, "creationTimestamp");
    json_object_foreach(json_object_get(theirs, "labels"), key, value)
    {
        if (is_by_lot(key))
            json_object_set(labels, key, value);
    }
}

static bool has_text(json_t *array, const char *text)
{
    size_t i;
    json_t *item;
    json_array_foreach(array, i, item)
    {
        if (strcmp(json_string_value(item), text) == 0)
            return true;
    }
    return false;
}

/* then: NULL for a new pod. */
static void hook_owners(json_t *pod, json_t *then, json_t *now)
{
    json_t *label = json_object_get(dig(then, "metadata", "labels"), HOOK_LABEL);
    json_t *new_label = json_object_get(dig(now, "metadata", "labels"), HOOK_LABEL);
    bool had = has_text(dig(then, "metadata", "finalizers"), HOOK_FINALIZER);
    bool has = has_text(dig(now, "metadata", "finalizers"), HOOK_FINALIZER);
    if (!label != !new_label || (label && !json_equal(label, new_label)))
        take(dig(pod, "metadata", "labels"), dig(now, "metadata", "labels"), HOOK_LABEL);
    if (had != has)
        take(json_object_get(pod, "metadata"), json_object_get(now, "metadata"), "finalizers");
}

static void user(json_t *workload, json_t *before, json_t *after)
{
    json_t *then = dig(before, "spec", "updateStrategy"), *now = dig(after, "spec", "updateStrategy");
    if (!json_equal(then, now))
        take(json_object_get(workload, "spec"), json_object_get(after, "spec"), "updateStrategy");
}

/* The list in the order of the recorded one; what is not there comes last. */
static json_t *ordered(json_t *pods, json_t *after)
{
    json_t *list = json_array(), *pod;
    size_t i;
    json_array_foreach(after, i, pod)
    {
        json_t *own = find_object(pods, name_of(pod));
        if (own)
            json_array_append(list, own);
    }
    json_array_foreach(pods, i, pod)
    {
        if (!find_object(after, name_of(pod)))
            json_array_append(list, pod);
    }
    return list;
}

static void others_move(json_t *left, json_t *before, json_t *after, json_t *expect)
{
    json_t *pods = json_object_get(left, "pods"), *pod;
    size_t i;
    json_array_foreach(pods, i, pod)
    {
        json_t *then = find_object(json_object_get(before, "pods"), name_of(pod));
        json_t *now = find_object(json_object_get(after, "pods"), name_of(pod));
        if (!now)
            continue;
        if (!then)
            birth(pod, now);
        hook_owners(pod, then, now);
        kubelet(pod, then, now, expect);
    }
    json_object_set_new(left, "pods", ordered(pods, json_object_get(after, "pods")));
    user(json_object_get(left, "workload"), json_object_get(before, "workload"), json_object_get(after, "workload"));
    take(left, after, "now");
}

/* ---- a pass ---- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The ids of the pods that the recorded pass made; OpenKruise deals them out in this order. */
static const char **drawn_ids(json_t *before, json_t *after, size_t *ret_count)
{
    json_t *pods = json_object_get(after, "pods"), *pod;
    const char **ids = calloc(json_array_size(pods) + 1, sizeof *ids);
    size_t i;
    *ret_count = 0;
    json_array_foreach(pods, i, pod)
    {
        const char *id =
            json_string_value(json_object_get(dig(pod, "metadata", "labels"), "apps.kruise.io/cloneset-instance-id"));
        if (id && !find_object(json_object_get(before, "pods"), name_of(pod)))
            ids[(*ret_count)++] = id;
    }
    qsort(ids, *ret_count, sizeof *ids, by_text);
    return ids;
}

static void drop_failed_update(json_t *snapshot)
{
    json_t *status = json_object_get(json_object_get(snapshot, "workload"), "status");
    json_t *conditions = json_object_get(status, "conditions");
    for (size_t i = json_array_size(conditions); i-- > 0;) {
        const char *type = json_string_value(json_object_get(json_array_get(conditions, i), "type"));
        if (type && strcmp(type, "FailedUpdate") == 0)
            json_array_remove(conditions, i);
    }
}

json_t *release_step(const struct release *release, size_t place, json_t *played)
{
    json_t *before = json_array_get(release->passes, place), *after = json_array_get(release->passes, place + 1);
    struct played pass;
    size_t count;
    const char **ids = drawn_ids(before, after, &count);
    played_make(played, &pass);
    json_t *next = play(played, &pass, ids, count);
    drop_failed_update(next);
    played_free(&pass);
    free(ids);
    json_object_del(next, "currentRevision");
    json_object_del(next, "updateRevision");
    others_move(next, before, after, json_array_get(release->expects, place));
    return next;
}

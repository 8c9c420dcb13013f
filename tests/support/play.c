/* SPDX-License-Identifier: Apache-2.0 */
#include "play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *play_where = "";

static void die(const char *what, const struct rollout_error *error)
{
    fprintf(stderr, "%s %s: %s\n", play_where, what, error->message);
    exit(1);
}

void played_make(json_t *snapshot, struct played *ret)
{
    struct rollout_error error = { .struct_size = sizeof error };
    char *text = json_dumps(snapshot, JSON_COMPACT | JSON_ENCODE_ANY);
    if (rollout_json_parse(text, strlen(text), &ret->json, &error))
        die("parse", &error);
    free(text);
    if (rollout_document_decode(rollout_json_tree(ret->json), 0, 0, &ret->world, &error))
        die("decode", &error);
    if (rollout_plan(ret->world->workload, ret->world->snapshot, &ret->plan, &error))
        die("plan", &error);
}

void played_free(struct played *played)
{
    rollout_plan_free(played->plan);
    rollout_world_free(played->world);
    rollout_json_free(played->json);
}

json_t *tree_json(const struct rollout_tree *tree)
{
    struct rollout_error error = { .struct_size = sizeof error };
    json_error_t broken;
    size_t len;
    if (rollout_tree_text(tree, NULL, 0, &len, &error))
        die("text", &error);
    char *text = malloc(len + 1);
    rollout_tree_text(tree, text, len + 1, &len, &error);
    json_t *json = json_loadb(text, len, JSON_DECODE_ANY | JSON_ALLOW_NUL, &broken);
    free(text);
    if (!json) {
        fprintf(stderr, "an applied object is no JSON: %s\n", broken.text);
        exit(1);
    }
    return json;
}

static struct rollout_tree parse_tree(json_t *value, struct rollout_json **ret_json)
{
    struct rollout_error error = { .struct_size = sizeof error };
    char *text = json_dumps(value, JSON_COMPACT);
    if (rollout_json_parse(text, strlen(text), ret_json, &error))
        die("parse", &error);
    free(text);
    return *rollout_json_tree(*ret_json);
}

static size_t find_named(json_t *array, struct rollout_str name)
{
    size_t i;
    json_t *item;
    json_array_foreach(array, i, item)
    {
        json_t *text = json_object_get(json_object_get(item, "metadata"), "name");
        if (json_string_length(text) == name.len && memcmp(json_string_value(text), name.data, name.len) == 0)
            return i;
    }
    return SIZE_MAX;
}

static int64_t attr_value(const struct rollout_plan *plan, const struct rollout_action *action, uint32_t key)
{
    for (uint32_t i = 0; i < action->attr_count; i++)
        if (plan->attrs[action->attr_first + i].key == key)
            return plan->attrs[action->attr_first + i].value;
    return 0;
}

static json_t *metadata_of(json_t *snapshot, const char *key)
{
    return json_object_get(json_object_get(json_object_get(snapshot, "workload"), "metadata"), key);
}

/* The array of the snapshot that an action's objects live in; NULL: it is about the workload itself. */
static json_t *array_of(json_t *snapshot, const struct rollout_action *action)
{
    const char *key = action->subject_kind == ROLLOUT_SUBJECT_REPLICA_SET ? "revisions" : "pods";
    switch (action->op) {
    case ROLLOUT_OP_CREATE_REVISION:
    case ROLLOUT_OP_RENUMBER_REVISION:
    case ROLLOUT_OP_LABEL_REVISION:
    case ROLLOUT_OP_DELETE_REVISION:
        key = "revisions";
        break;
    case ROLLOUT_OP_CREATE_SUBSET:
    case ROLLOUT_OP_UPDATE_SUBSET:
    case ROLLOUT_OP_DELETE_SUBSET:
        key = "subsets";
        break;
    case ROLLOUT_OP_SET_TEMPLATE:
    case ROLLOUT_OP_DELETE_WORKLOAD:
        return NULL;
    case ROLLOUT_OP_SET_ANNOTATION:
        if (action->subject_kind == ROLLOUT_SUBJECT_WORKLOAD)
            return NULL;
        break;
    case ROLLOUT_OP_CREATE_CLAIM:
    case ROLLOUT_OP_DELETE_CLAIM:
    case ROLLOUT_OP_SET_CLAIM_OWNER:
    case ROLLOUT_OP_RESIZE_CLAIM:
        key = "claims";
        break;
    default:
        break;
    }
    if (!json_object_get(snapshot, key))
        json_object_set_new(snapshot, key, json_array());
    return json_object_get(snapshot, key);
}

/* buf keeps the name of a pod at an ordinal, which may have been created by an action before. */
static struct rollout_str subject_name(json_t *snapshot, const struct played *played,
                                       const struct rollout_action *action, char *buf, size_t size)
{
    const struct rollout_snapshot *s = played->world->snapshot;
    switch (action->subject_kind) {
    case ROLLOUT_SUBJECT_POD:
        return s->pods.items[action->subject].name;
    case ROLLOUT_SUBJECT_REVISION:
        return s->revisions.items[action->subject].name;
    case ROLLOUT_SUBJECT_REPLICA_SET:
        if (action->subject != ROLLOUT_NONE)
            return s->replica_sets.items[action->subject].name;
        break;
    case ROLLOUT_SUBJECT_SUBSET:
        if (attr_value(played->plan, action, ROLLOUT_ATTR_CHILD) > 0)
            return s->subsets.items[attr_value(played->plan, action, ROLLOUT_ATTR_CHILD) - 1].name;
        break;
    case ROLLOUT_SUBJECT_CLAIM:
        if (action->subject != ROLLOUT_NONE)
            return s->claims.items[action->subject].name;
        break;
    case ROLLOUT_SUBJECT_ORDINAL:
        snprintf(buf, size, "%s-%u", json_string_value(metadata_of(snapshot, "name")), action->subject);
        return (struct rollout_str){ buf, strlen(buf) };
    default:
        break;
    }
    return (struct rollout_str){ NULL, 0 };
}

/* An id that no pod has. */
static void make_up(json_t *snapshot, size_t *used, char text[8])
{
    char name[300];
    do {
        snprintf(text, 8, "z%04zu", *used % 10000);
        snprintf(name, sizeof name, "%s-%s", json_string_value(metadata_of(snapshot, "name")), text);
    } while (find_named(json_object_get(snapshot, "pods"), (struct rollout_str){ name, strlen(name) }) != SIZE_MAX &&
             ++*used);
}

/* Ids for the action: given ones first, then made-up ones. */
static struct rollout_strs draw(json_t *snapshot, size_t wanted, const char *const *names, size_t n_names, size_t *used,
                                struct rollout_str *ids, char (*texts)[8])
{
    for (size_t i = 0; i < wanted; i++, ++*used) {
        if (*used < n_names) {
            ids[i] = (struct rollout_str){ names[*used], strlen(names[*used]) };
        } else {
            make_up(snapshot, used, texts[i]);
            ids[i] = (struct rollout_str){ texts[i], 5 };
        }
    }
    return (struct rollout_strs){ ids, (uint32_t)wanted, sizeof *ids };
}

/* An action on the workload itself. One that is deleted stays: there is nothing to plan without it. */
static void play_workload(json_t *snapshot, const struct played *played, size_t index)
{
    const struct rollout_action *action = &played->plan->actions[index];
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_objects *objects = NULL;
    struct rollout_json *kept = NULL;
    if (action->op == ROLLOUT_OP_DELETE_WORKLOAD)
        return;
    struct rollout_tree object = parse_tree(json_object_get(snapshot, "workload"), &kept);
    if (rollout_apply_to(played->world, played->plan, index, &object, &objects, &error))
        die(rollout_op_name(action->op), &error);
    json_object_set_new(snapshot, "workload", tree_json(&objects->items[0]));
    rollout_objects_free(objects);
    rollout_json_free(kept);
}

/* What the API server gives a new object. The uid of a pod is not that of a former one of its name. */
static void store_new(json_t *snapshot, json_t *array, json_t *object)
{
    char uid[600];
    json_t *metadata = json_object_get(object, "metadata"), *now = json_object_get(snapshot, "now");
    snprintf(uid, sizeof uid, "%s-%s", json_string_value(json_object_get(metadata, "name")), json_string_value(now));
    json_object_set_new(metadata, "uid", json_string(uid));
    json_object_set(metadata, "creationTimestamp", now);
    json_array_append_new(array, object);
}

static void play_action(json_t *snapshot, const struct played *played, size_t index, const char *const *names,
                        size_t n_names, size_t *used)
{
    const struct rollout_action *action = &played->plan->actions[index];
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_objects *objects = NULL;
    struct rollout_json *kept = NULL;
    json_t *array = array_of(snapshot, action);
    char buf[300];
    if (!array) {
        play_workload(snapshot, played, index);
        return;
    }
    const struct rollout_workload *workload = played->world->workload;
    struct rollout_str name = subject_name(snapshot, played, action, buf, sizeof buf);
    size_t place = name.len && action->op != ROLLOUT_OP_CREATE ? find_named(array, name) : SIZE_MAX;

    if (action->op == ROLLOUT_OP_CREATE_CLAIM && workload->cloneset)
        return; /* the pods' ids are made up, claims are not followed */
    size_t wanted = (size_t)attr_value(played->plan, action, ROLLOUT_ATTR_NEW_IDS);
    if (((workload->daemonset || workload->broadcastjob) && action->op == ROLLOUT_OP_CREATE) ||
        action->op == ROLLOUT_OP_CREATE_SUBSET)
        wanted = 1;
    else if (workload->replicaset && action->op == ROLLOUT_OP_CREATE)
        wanted = (size_t)attr_value(played->plan, action, ROLLOUT_ATTR_COUNT);
    struct rollout_str *ids = calloc(wanted + 1, sizeof *ids);
    char (*texts)[8] = calloc(wanted + 1, sizeof *texts);
    struct rollout_strs drawn = draw(snapshot, wanted, names, n_names, used, ids, texts);
    int r;
    if (place != SIZE_MAX) {
        struct rollout_tree object = parse_tree(json_array_get(array, place), &kept);
        r = rollout_apply_to(played->world, played->plan, index, &object, &objects, &error);
    } else {
        r = rollout_apply(played->world, played->plan, index, &drawn, &objects, &error);
    }
    if (r)
        die(rollout_op_name(action->op), &error);
    if (place != SIZE_MAX && objects->count == 0)
        json_array_remove(array, place);
    else if (place != SIZE_MAX)
        json_array_set_new(array, place, tree_json(&objects->items[0]));
    else
        for (size_t i = 0; i < objects->count; i++)
            store_new(snapshot, array, tree_json(&objects->items[i]));
    rollout_objects_free(objects);
    rollout_json_free(kept);
    free(ids);
    free(texts);
}

json_t *play(json_t *snapshot, const struct played *played, const char *const *names, size_t n_names)
{
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_objects *workload = NULL;
    json_t *next = json_deep_copy(snapshot);
    size_t used = 0;
    if (rollout_apply_status(played->world, played->plan, &workload, &error))
        die("status", &error);
    json_object_set_new(next, "workload", tree_json(&workload->items[0]));
    rollout_objects_free(workload);
    for (size_t i = 0; i < played->plan->action_count; i++)
        play_action(next, played, i, names, n_names, &used);
    return next;
}

int find_pod(const struct rollout_snapshot *snapshot, struct rollout_str name)
{
    for (size_t i = 0; i < snapshot->pods.count; i++) {
        struct rollout_str other = snapshot->pods.items[i].name;
        if (other.len == name.len && memcmp(other.data, name.data, name.len) == 0)
            return (int)i;
    }
    return -1;
}

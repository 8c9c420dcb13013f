/* SPDX-License-Identifier: Apache-2.0 */
#include "compare.h"

#include "blank.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Long values are cut: a difference must fit on a screen. */
static void add_value(struct text *why, json_t *value)
{
    char *text = value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS) : NULL;
    text_addf(why, "%.600s", text ? text : "nothing");
    free(text);
}

void compare_value(const char *what, json_t *expect, json_t *got, struct text *why)
{
    if (why->len || (!expect && !got) || (expect && got && json_equal(expect, got)))
        return;
    text_addf(why, "%s: expected ", what);
    add_value(why, expect);
    text_adds(why, ", got ");
    add_value(why, got);
}

static json_t *nonzero(json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    return value && !json_is_blank(value) ? value : NULL;
}

/* The named members that are not zero. */
static json_t *members_of(json_t *object, const char *const *names)
{
    json_t *copy = json_object();
    for (; *names; names++) {
        json_t *value = nonzero(object, *names);
        if (value)
            json_object_set_new(copy, *names, json_deep_copy(value));
    }
    return copy;
}

/* An action with the fields that are recorded. Only a zero markNotReady differs from an absent one. */
static json_t *action_fields(json_t *action)
{
    static const char *const names[] = { "op", "pod", "revision", "claim", "graceSeconds", "state", "detail", NULL };
    json_t *copy = members_of(action, names);
    json_t *mark = json_object_get(action, "markNotReady");
    if (mark)
        json_object_set(copy, "markNotReady", mark);
    return copy;
}

static void count_up(json_t *groups, const char *name, json_int_t by)
{
    json_int_t before = json_integer_value(json_object_get(groups, name));
    json_object_set_new(groups, name, json_integer(before + by));
}

static void append_to(json_t *groups, const char *name, json_t *value)
{
    if (!json_object_get(groups, name))
        json_object_set_new(groups, name, json_array());
    json_array_append_new(json_object_get(groups, name), value);
}

/* Actions in groups whose inner order counts: creates by revision, claims, updates and recreates among
 * themselves, and everything on one pod. */
static json_t *grouped(json_t *actions)
{
    json_t *groups = json_object();
    size_t i;
    json_t *action;
    json_array_foreach(actions, i, action)
    {
        const char *op = json_string_value(json_object_get(action, "op"));
        const char *pod = json_string_value(json_object_get(action, "pod"));
        const char *revision = json_string_value(json_object_get(action, "revision"));
        const char *claim = json_string_value(json_object_get(action, "claim"));
        struct text name = { 0 };
        if (!op) {
            append_to(groups, "no op", json_deep_copy(action));
        } else if (strcmp(op, "create") == 0) {
            text_addf(&name, "create at %s", revision ? revision : "no revision");
            count_up(groups, name.data, json_integer_value(json_object_get(action, "count")));
        } else if (strcmp(op, "create-claim") == 0) {
            count_up(groups, op, 1);
        } else if (strcmp(op, "delete-claim") == 0) {
            text_addf(&name, "delete-claim %s", claim ? claim : "no claim");
            count_up(groups, name.data, 1);
        } else {
            text_addf(&name, "pod %s", pod ? pod : op);
            append_to(groups, name.data, action_fields(action));
            if (strcmp(op, "update-in-place") == 0 || strcmp(op, "recreate") == 0)
                append_to(groups, "updates in order", json_string(pod ? pod : "no pod"));
        }
        text_free(&name);
    }
    return groups;
}

/* ---- StatefulSets: the order of all actions is recorded ---- */

static bool is_kind(json_t *plan, const char *name)
{
    const char *kind = json_string_value(json_object_get(json_object_get(plan, "workload"), "kind"));
    return kind && strcmp(kind, name) == 0;
}

/* The actions that are recorded, as they come. */
static json_t *in_order(json_t *actions)
{
    static const char *const names[] = { "op",     "pod",  "name",   "revision", "claim", "graceSeconds",
                                         "state",  "hook", "detail", "request",  NULL };
    json_t *object = json_object(), *list = json_array();
    size_t i;
    json_t *action;
    json_array_foreach(actions, i, action)
    {
        const char *op = json_string_value(json_object_get(action, "op"));
        if (!op || strstr(op, "-revision")) /* not recorded */
            continue;
        json_t *fields = members_of(action, names);
        static const char *const exact[] = { "markNotReady", "ordinal", "owners" };
        for (size_t k = 0; k < sizeof exact / sizeof *exact; k++)
            if (json_object_get(action, exact[k]))
                json_object_set(fields, exact[k], json_object_get(action, exact[k]));
        if (strcmp(op, "end-grace") == 0) /* the recorder left it out, the document has it */
            json_object_del(fields, "revision");
        if (strcmp(op, "set-claim-owner") == 0)
            json_object_del(fields, "pod");
        json_array_append_new(list, fields);
    }
    json_object_set_new(object, "actions", list);
    return object;
}

/* ---- DaemonSets: the order of actions says nothing ---- */

/* Actions by what they are done to. */
static json_t *by_subject(json_t *actions)
{
    static const char *const names[] = { "node", "revision", "state", "detail", NULL };
    json_t *subjects = json_object();
    size_t i;
    json_t *action;
    json_array_foreach(actions, i, action)
    {
        const char *op = json_string_value(json_object_get(action, "op"));
        const char *pod = json_string_value(json_object_get(action, "pod"));
        const char *node = json_string_value(json_object_get(action, "node"));
        struct text name = { 0 };
        json_t *fields = members_of(action, names), *mark = json_object_get(action, "markNotReady");
        if (mark)
            json_object_set(fields, "markNotReady", mark);
        if (op && strstr(op, "-revision")) { /* not recorded */
            json_decref(fields);
            continue;
        }
        text_addf(&name, "%s %s", op ? op : "no op", pod ? pod : node ? node : "nothing");
        append_to(subjects, name.data, fields);
        text_free(&name);
    }
    return subjects;
}

/* How far a native sync went, by the step at which it stopped. */
static void compare_step(json_t *expect, json_t *plan, struct text *why)
{
    const char *step = json_string_value(json_object_get(expect, "step"));
    json_int_t at = json_integer_value(json_object_get(plan, "stoppedAt"));
    if (!step)
        return;
    json_int_t want = strcmp(step, "manage") == 0                             ? 6
                      : strcmp(step, "deleting") == 0                         ? 1
                      : json_object_get(expect, "updateError")                ? 8
                                                                              : 0;
    if (at != want && !why->len)
        text_addf(why, "step: expected %s, got a stop at %d", step, (int)at);
}

/* Each member of both, by name. */
static void compare_members(const char *prefix, json_t *expect, json_t *got, struct text *why)
{
    const char *key;
    json_t *value;
    json_object_foreach(expect, key, value)
    {
        struct text what = { 0 };
        text_addf(&what, "%s%s", prefix, key);
        compare_value(what.data, value, json_object_get(got, key), why);
        text_free(&what);
    }
    json_object_foreach(got, key, value)
    {
        struct text what = { 0 };
        text_addf(&what, "%s%s", prefix, key);
        compare_value(what.data, json_object_get(expect, key), value, why);
        text_free(&what);
    }
}

static json_t *conditions_of(json_t *status)
{
    static const char *const names[] = { "type", "status", "reason", "message", "lastUpdateTime", "lastTransitionTime",
                                         NULL };
    json_t *copy = json_array();
    size_t i;
    json_t *condition;
    json_array_foreach(json_object_get(status, "conditions"), i, condition)
    {
        json_array_append_new(copy, members_of(condition, names));
    }
    return copy;
}

static void compare_status(json_t *expect, json_t *got, struct text *why)
{
    /* A status field outside this vocabulary is compared only where the recording has it. */
    static const char *const names[] = { "replicas",
                                         "readyReplicas",
                                         "availableReplicas",
                                         "updatedReplicas",
                                         "updatedReadyReplicas",
                                         "updatedAvailableReplicas",
                                         "expectedUpdatedReplicas",
                                         "updateRevision",
                                         "currentRevision",
                                         NULL };
    json_t *want = members_of(expect, names), *have = members_of(got, names);
    const char *key;
    json_t *value;
    json_object_foreach(expect, key, value)
    {
        if (strcmp(key, "conditions") != 0 && !json_is_blank(value)) {
            json_object_set(want, key, value);
            if (json_object_get(got, key))
                json_object_set(have, key, json_object_get(got, key));
        }
    }
    compare_members("status.", want, have, why);
    json_decref(want);
    json_decref(have);

    want = conditions_of(expect);
    have = conditions_of(got);
    compare_value("status.conditions", want, have, why);
    json_decref(want);
    json_decref(have);
}

void compare_plan(json_t *expect, json_t *plan, struct text *why)
{
    json_t *(*group)(json_t *) = is_kind(plan, "DaemonSet")     ? by_subject
                                 : is_kind(plan, "StatefulSet") ? in_order
                                                                : grouped;
    json_t *want = group(json_object_get(expect, "actions")), *got = group(json_object_get(plan, "actions"));
    compare_members("", want, got, why);
    json_decref(want);
    json_decref(got);
    if (!why->len)
        compare_status(json_object_get(expect, "status"), json_object_get(plan, "status"), why);
    compare_value("requeueAfterSeconds", nonzero(expect, "requeueAfterSeconds"), nonzero(plan, "requeueAfterSeconds"),
                  why);
    if (json_object_get(expect, "statusWritten"))
        compare_value("statusWritten", json_object_get(expect, "statusWritten"), json_object_get(plan, "statusChanged"),
                      why);
    compare_step(expect, plan, why);
    json_t *error = nonzero(expect, "updateError");
    if (!error)
        error = nonzero(expect, "scaleError");
    json_t *ours = nonzero(plan, "error");
    if (!error != !ours)
        compare_value("error", error, ours, why);
}

void compare_twins(json_t *plan, json_t *twin, struct text *why)
{
    json_t *left = json_copy(plan), *right = json_copy(twin);
    json_object_del(left, "workload"); /* its apiVersion */
    json_object_del(right, "workload");
    json_t *status = json_copy(json_object_get(right, "status")), *hash = json_object_get(status, "daemonSetHash");
    if (hash) { /* a DaemonSet's, by its former name */
        json_object_set(status, "updateRevision", hash);
        json_object_del(status, "daemonSetHash");
        json_object_set(right, "status", status);
    }
    json_decref(status);
    compare_members("", left, right, why);
    json_decref(left);
    json_decref(right);
}

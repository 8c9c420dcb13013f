/* SPDX-License-Identifier: Apache-2.0 */
#include "compare.h"

#include <stdlib.h>

/* Long values are cut: a difference must fit on a screen. */
static void add_value(struct text *why, json_t *value)
{
    char *text = value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS) : NULL;
    text_addf(why, "%.600s", text ? text : "nothing");
    free(text);
}

static void compare_value(const char *what, json_t *expect, json_t *got, struct text *why)
{
    if (why->len || (!expect && !got) || (expect && got && json_equal(expect, got)))
        return;
    text_addf(why, "%s: expected ", what);
    add_value(why, expect);
    text_adds(why, ", got ");
    add_value(why, got);
}

/* Each member of both, by name. */
static void compare_members(json_t *expect, json_t *got, struct text *why)
{
    const char *key;
    json_t *value;
    json_object_foreach(expect, key, value)
        compare_value(key, value, json_object_get(got, key), why);
    json_object_foreach(got, key, value)
        compare_value(key, json_object_get(expect, key), value, why);
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
    compare_members(left, right, why);
    json_decref(left);
    json_decref(right);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Pods are changed in the document: a SidecarSet's planner reads them as they are. */
#include "lift.h"

#include <string.h>

#define STATE_KEY "kruise.io/sidecarset-inplace-update-state"

static json_t *edit(struct copy *copy)
{
    if (!copy->edited)
        copy->edited = json_deep_copy(copy->document);
    return copy->edited;
}

static json_t *pod_in(struct copy *copy, uint32_t pod)
{
    return json_array_get(json_object_get(edit(copy), "pods"), pod);
}

static json_t *need(json_t *object, const char *key)
{
    if (!json_object_get(object, key))
        json_object_set_new(object, key, json_object());
    return json_object_get(object, key);
}

static json_t *find(json_t *list, const char *key, const char *value)
{
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item) if (value && strcmp(value, json_string_value(json_object_get(item, key))) ==
                                                       0) return item;
    return NULL;
}

/* Every container runs the image that it should. */
static void confirm(json_t *pod, bool ready)
{
    json_t *status = need(pod, "status"), *old = json_object_get(status, "containerStatuses"), *now = json_array();
    size_t i;
    json_t *container;
    json_array_foreach(json_object_get(json_object_get(pod, "spec"), "containers"), i, container)
    {
        json_t *name = json_object_get(container, "name"), *image = json_object_get(container, "image");
        json_t *was = find(old, "name", json_string_value(name));
        json_t *item = was ? json_copy(was) : json_pack("{sO}", "name", name);
        if (ready || !was)
            json_object_set_new(item, "ready", json_true());
        json_object_set(item, "image", image);
        json_object_set_new(item, "imageID", json_sprintf("docker-pullable://%s", json_string_value(image)));
        json_array_append_new(now, item);
    }
    json_object_set_new(status, "containerStatuses", now);
}

static void run(struct copy *copy, json_t *pod)
{
    json_t *status = need(pod, "status"), *conditions = json_object_get(status, "conditions");
    confirm(pod, true);
    json_object_set_new(status, "phase", json_string("Running"));
    if (!conditions) {
        conditions = json_array();
        json_object_set_new(status, "conditions", conditions);
    }
    json_t *condition = find(conditions, "type", "Ready");
    if (!condition) {
        condition = json_pack("{ss}", "type", "Ready");
        json_array_append_new(conditions, condition);
    }
    json_object_set_new(condition, "status", json_string("True"));
    json_object_set(condition, "lastTransitionTime", json_object_get(copy->document, "now"));
}

/* Labels that the selector of the updates wants. */
static void label(struct copy *copy, json_t *pod)
{
    json_t *strategy =
        json_object_get(json_object_get(json_object_get(edit(copy), "workload"), "spec"), "updateStrategy");
    json_t *selector = json_object_get(strategy, "selector"), *labels = need(need(pod, "metadata"), "labels"), *term;
    size_t i;
    json_object_update(labels, json_object_get(selector, "matchLabels"));
    json_array_foreach(json_object_get(selector, "matchExpressions"), i, term)
    {
        const char *key = json_string_value(json_object_get(term, "key"));
        const char *op = json_string_value(json_object_get(term, "operator"));
        if (strcmp(op, "In") == 0)
            json_object_set(labels, key, json_array_get(json_object_get(term, "values"), 0));
        else if (strcmp(op, "Exists") == 0)
            json_object_set_new(labels, key, json_string(""));
        else
            json_object_del(labels, key);
    }
}

/* All but the images is again as the pod has it. */
static void revert(struct copy *copy, json_t *pod)
{
    static const char key[] = "kruise.io/sidecarset-hash-without-image";
    json_t *set = json_object_get(json_object_get(edit(copy), "workload"), "metadata");
    const char *text = json_string_value(json_object_get(need(need(pod, "metadata"), "annotations"), key));
    json_t *map = text ? json_loads(text, 0, NULL) : NULL;
    json_t *mine = json_object_get(map, json_string_value(json_object_get(set, "name")));
    json_t *hash = json_is_string(mine) ? mine : json_object_get(mine, "hash");
    json_object_set_new(need(set, "annotations"), key, hash ? json_incref(hash) : json_string(""));
    json_decref(map);
}

/* The text of the condition can be read, and no annotation is in the way of a merge. */
static void mend(struct copy *copy, json_t *pod)
{
    json_t *spec = json_object_get(json_object_get(edit(copy), "workload"), "spec"), *patch;
    json_t *condition = find(json_object_get(need(pod, "status"), "conditions"), "type", "SidecarSetUpgradable");
    size_t i;
    if (condition)
        json_object_del(condition, "message");
    json_array_foreach(json_object_get(spec, "patchPodMetadata"), i, patch)
    {
        const char *key;
        json_t *value;
        json_object_foreach(json_object_get(patch, "annotations"), key, value)
            json_object_del(need(need(pod, "metadata"), "annotations"), key);
    }
}

/* A percentage becomes the number that it came to, so that lifting one thing changes no other. */
static void resolve(struct copy *copy, const struct rollout_plan *plan)
{
    copy->sidecarset.partition = number(limit_of(plan, "partition", 0));
    copy->sidecarset.max_unavailable = number(limit_of(plan, "maxUnavailable", 1));
}

enum lifted lift_sidecarset(struct copy *copy, const struct rollout_plan *plan, const struct rollout_verdict *v)
{
    struct rollout_sidecarset *spec = &copy->sidecarset;
    switch (v->reason) {
    case ROLLOUT_REASON_PARTITION_REACHED:
        resolve(copy, plan);
        spec->partition = number(0);
        return LIFTED;
    case ROLLOUT_REASON_MAX_UNAVAILABLE_REACHED:
        resolve(copy, plan);
        spec->max_unavailable.count += (int32_t)(v->a - v->b + 1);
        return LIFTED;
    case ROLLOUT_REASON_PAUSED:
        spec->flags &= ~(uint32_t)ROLLOUT_SIDECARSET_PAUSED;
        return LIFTED;
    case ROLLOUT_REASON_UPDATES_OFF:
        spec->flags &= ~(uint32_t)ROLLOUT_SIDECARSET_NOT_UPDATE;
        return LIFTED;
    case ROLLOUT_REASON_ACTIONS_NOT_OBSERVED: /* its flags are writes, one a pod: sidecarset.md 4 */
        copy->snapshot.in_flight.count = 0;
        return LIFTED;
    case ROLLOUT_REASON_BEHIND_STOPPED_POD:
        if (v->because != plan->error_pod)
            return lift_sidecarset(copy, plan, &plan->verdicts[v->because]);
        mend(copy, pod_in(copy, plan->error_pod));
        return LIFTED;
    case ROLLOUT_REASON_SPEC_INVALID:
        if (starts(text_of(plan, v), "metadata.annotations"))
            json_object_del(need(need(pod_in(copy, v->subject), "metadata"), "annotations"), STATE_KEY);
        else if (v->subject == plan->error_pod)
            mend(copy, pod_in(copy, v->subject));
        else
            return UNKNOWN;
        return LIFTED;
    case ROLLOUT_REASON_NOT_READY:
        run(copy, pod_in(copy, v->subject));
        return LIFTED;
    case ROLLOUT_REASON_IN_PLACE_UPDATING:
        if (same(text_of(plan, v), (struct rollout_str){ "hot pair", 8 }))
            run(copy, pod_in(copy, v->subject));
        else
            confirm(pod_in(copy, v->subject), false);
        return LIFTED;
    case ROLLOUT_REASON_UPDATE_SELECTOR_EXCLUDES:
        label(copy, pod_in(copy, v->subject));
        return LIFTED;
    case ROLLOUT_REASON_IN_PLACE_IMPOSSIBLE:
        revert(copy, pod_in(copy, v->subject));
        return LIFTED;
    case ROLLOUT_REASON_SIDECAR_MISSING: /* a new pod is another subject: the entry would be gone, as Terminating's */
        return NOT_TESTED;
    default:
        return lift_common(copy, plan, v);
    }
}

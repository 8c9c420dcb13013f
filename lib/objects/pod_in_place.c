/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/pod_in_place.h"

#include "base/time.h"
#include "base/tree.h"
#include "objects/container_hash.h"
#include "objects/in_place_state.h"
#include "rules/qos.h"
#include "rules/template.h"

/* For the loops below: nothing is a list without elements. */
static const struct rollout_node no_list = { .kind = ROLLOUT_NODE_ARRAY, .size = 1 };
static const struct rollout_node no_object = { .kind = ROLLOUT_NODE_OBJECT, .size = 1 };

static const struct rollout_node *list_of(const struct rollout_node *n)
{
    return ro_is(n, ROLLOUT_NODE_ARRAY) ? n : &no_list;
}

static const struct rollout_node *object_of(const struct rollout_node *n)
{
    return ro_is(n, ROLLOUT_NODE_OBJECT) ? n : &no_object;
}

static struct rollout_str name_of(const struct rollout_node *n)
{
    return ro_text(ro_get(n, "name"));
}

/* The agent's entry for a container: the last one of that name. */
static const struct rollout_node *runtime_entry(const struct rollout_node *runtime, struct rollout_str name)
{
    const struct rollout_node *list = list_of(ro_get(runtime, "containers")), *found = NULL;

    for (const struct rollout_node *c = ro_first(list); c != ro_end(list); c = ro_next(c))
        if (ro_str_eq(name_of(c), name))
            found = c;
    return found;
}

static uint64_t hash_of(const struct rollout_node *entry, const char *name)
{
    const struct rollout_node *n = ro_dig(entry, "hashes", name, NULL);

    return n ? (uint64_t)n->integer : 0;
}

/* Whether what the agent saw running is this container as the pod has it now. */
static bool consistent(const struct rollout_node *pod, const struct rollout_node *runtime,
                       const struct rollout_node *container, bool env)
{
    const struct rollout_node *status = ro_container_status(pod, name_of(container));
    const struct rollout_node *entry = runtime_entry(runtime, name_of(container));

    if (!status || !entry || !ro_str_eq(ro_text(ro_get(status, "containerID")), ro_text(ro_get(entry, "containerID"))))
        return false;
    if (env)
        return hash_of(entry, "extractedEnvFromMetadataHash") == ro_container_env_hash(container, pod);
    uint64_t hash = hash_of(entry, "plainHash");
    return hash == ro_container_hash(container) || hash == ro_container_hash_old(container);
}

/* The first container that is not; NULL if all are. */
static const struct rollout_node *first_inconsistent(const struct rollout_node *pod, const struct rollout_node *runtime,
                                                     bool env)
{
    const struct rollout_node *list = list_of(ro_dig(pod, "spec", "containers", NULL));

    for (const struct rollout_node *c = ro_first(list); c != ro_end(list); c = ro_next(c))
        if (!consistent(pod, runtime, c, env))
            return c;
    return NULL;
}

/* Same keys and amounts; an empty list is not the same as none. */
static bool same_amounts(const struct rollout_node *a, const struct rollout_node *b)
{
    struct ro_quantity p, q;

    if (!a || !b)
        return a == b;
    if (ro_count(a) != ro_count(b))
        return false;
    for (const struct rollout_node *c = ro_first(a); c != ro_end(a); c = ro_next(c)) {
        const struct rollout_node *d = ro_get_str(b, c->key);
        if (!ro_quantity_of(c, &p) || !ro_quantity_of(d, &q) || ro_quantity_cmp(&p, &q) != 0)
            return false;
    }
    return true;
}

static const struct rollout_node *container_named(const struct rollout_node *pod, struct rollout_str name)
{
    const struct rollout_node *list = list_of(ro_dig(pod, "spec", "containers", NULL)), *found = NULL;

    for (const struct rollout_node *c = ro_first(list); c != ro_end(list); c = ro_next(c))
        if (ro_str_eq(name_of(c), name))
            found = c;
    return found;
}

/* Whether all statuses show the resources of the spec; if not, ret is a container that does not. */
static bool resources_done(const struct rollout_node *pod, struct rollout_str *ret)
{
    const struct rollout_node *containers = list_of(ro_dig(pod, "spec", "containers", NULL));
    const struct rollout_node *statuses = list_of(ro_dig(pod, "status", "containerStatuses", NULL));

    if (ro_count(statuses) != ro_count(containers)) {
        for (const struct rollout_node *c = ro_first(containers); c != ro_end(containers); c = ro_next(c))
            if (!ro_container_status(pod, name_of(c))) {
                *ret = name_of(c);
                break;
            }
        return false;
    }
    for (const struct rollout_node *s = ro_first(statuses); s != ro_end(statuses); s = ro_next(s)) {
        const struct rollout_node *container = container_named(pod, name_of(s)), *shown = ro_get(s, "resources");
        const struct rollout_node *wanted = ro_get(container, "resources");
        if (container && shown && same_amounts(ro_get(wanted, "limits"), ro_get(shown, "limits")) &&
            same_amounts(ro_get(wanted, "requests"), ro_get(shown, "requests")))
            continue;
        *ret = name_of(s);
        return false;
    }
    return true;
}

/* Whether status.image is the spec's image, to which ":latest" belongs if it has no ":". */
static bool same_image(struct rollout_str spec, struct rollout_str status)
{
    static const char latest[] = ":latest";
    size_t more = spec.len && memchr(spec.data, ':', spec.len) ? 0 : sizeof latest - 1;

    return status.len == spec.len + more && (spec.len == 0 || memcmp(status.data, spec.data, spec.len) == 0) &&
           memcmp(status.data + spec.len, latest, more) == 0;
}

/* Whether every container recorded before the update runs another image ID since, or shows the image that it
 * should. */
static bool images_done(const struct rollout_node *pod, const struct rollout_node *state, struct rollout_str *ret)
{
    const struct rollout_node *recorded = object_of(ro_get(state, "lastContainerStatuses"));
    const struct rollout_node *statuses = list_of(ro_dig(pod, "status", "containerStatuses", NULL));

    for (const struct rollout_node *s = ro_first(statuses); s != ro_end(statuses); s = ro_next(s)) {
        const struct rollout_node *last = ro_member(recorded, name_of(s));
        if (!last || ro_container_status(pod, name_of(s)) != s)
            continue;
        if (!ro_str_eq(ro_text(ro_get(last, "imageID")), ro_text(ro_get(s, "imageID"))))
            continue;
        const struct rollout_node *container = container_named(pod, name_of(s));
        struct rollout_str shown = ro_text(ro_get(s, "image"));
        if (container ? !same_image(ro_text(ro_get(container, "image")), shown) : shown.len > 0) {
            *ret = name_of(s);
            return false;
        }
    }
    for (const struct rollout_node *c = ro_first(recorded); c != ro_end(recorded); c = ro_next(c))
        if (!ro_container_status(pod, c->key)) {
            *ret = c->key;
            return false;
        }
    return true;
}

/* Whether the containers have taken what was patched so far; if not, ret says what is waited for. */
static bool containers_done(const struct rollout_node *pod, const struct rollout_node *state, bool vertical,
                            struct rollout_in_place *ret)
{
    const struct rollout_node *annotation = ro_dig(pod, "metadata", "annotations", RO_RUNTIME_KEY, NULL);
    const struct rollout_node *runtime = annotation ? ro_runtime_value(annotation) : NULL;

    if (annotation && !runtime) {
        ret->waits_for = ROLLOUT_WAITS_FOR_AGENT;
        return false;
    }
    if (ro_is_true(ro_get(state, "updateEnvFromMetadata"))) {
        const struct rollout_node *first = first_inconsistent(pod, runtime, true);
        if (!runtime || first) {
            ret->waits_for = ROLLOUT_WAITS_FOR_ENV;
            ret->container = name_of(first);
            return false;
        }
    }
    if (vertical && ro_is_true(ro_get(state, "updateResources")) && !resources_done(pod, &ret->container)) {
        ret->waits_for = ROLLOUT_WAITS_FOR_RESOURCES;
        return false;
    }
    if (runtime && !first_inconsistent(pod, runtime, false))
        return true;
    if (!images_done(pod, state, &ret->container)) {
        ret->waits_for = ROLLOUT_WAITS_FOR_IMAGE;
        return false;
    }
    return true;
}

/* The containers that have to be ready before the next batch. */
static bool next_ready(const struct rollout_node *pod, const struct rollout_node *state, struct rollout_str *ret)
{
    const struct rollout_node *list = list_of(ro_dig(state, "preCheckBeforeNext", "containersRequiredReady", NULL));

    for (const struct rollout_node *c = ro_first(list); c != ro_end(list); c = ro_next(c))
        if (!ro_is_true(ro_get(ro_container_status(pod, ro_text(c)), "ready"))) {
            *ret = ro_text(c);
            return false;
        }
    return true;
}

static void state_facts(const struct rollout_node *pod, const struct rollout_node *state, bool vertical,
                        struct rollout_in_place *ret)
{
    bool applies = ro_has_members(ro_get(state, "nextContainerImages")) ||
                   ro_has_members(ro_get(state, "nextContainerRefMetadata"));

    if (containers_done(pod, state, vertical, ret))
        ret->flags |= ROLLOUT_IN_PLACE_CONTAINERS_DONE;
    if (!applies && !ro_has_members(ro_get(state, "nextContainerResources")))
        return;
    ret->flags |= ROLLOUT_IN_PLACE_NEXT | (applies ? ROLLOUT_IN_PLACE_NEXT_APPLIES : 0);
    struct rollout_str container = { 0 };
    if (next_ready(pod, state, &container)) {
        ret->flags |= ROLLOUT_IN_PLACE_NEXT_READY;
    } else if (ret->flags & ROLLOUT_IN_PLACE_CONTAINERS_DONE) {
        ret->waits_for = ROLLOUT_WAITS_FOR_PRECHECK;
        ret->container = container;
    }
}

static void grace_facts(const struct rollout_node *annotation, const struct rollout_node *state,
                        struct rollout_in_place *ret)
{
    int64_t since = 0;

    ret->flags |= ROLLOUT_IN_PLACE_GRACE_KEY;
    if (ro_str_eq(annotation->key, RO_STR(RO_GRACE_KEY_OLD)))
        ret->flags |= ROLLOUT_IN_PLACE_GRACE_OLD_KEY;
    if (ro_text(annotation).len == 0)
        return;
    ret->flags |= ROLLOUT_IN_PLACE_GRACE;
    const struct rollout_node *grace = ro_grace_value(annotation);
    if (!grace) {
        ret->flags |= ROLLOUT_IN_PLACE_GRACE_BROKEN;
        return;
    }
    ret->grace_revision = ro_text(ro_get(grace, "revision"));
    /* Without a time the update began in the year 1, and any grace period is over. */
    if (ro_time_parse(ro_text(ro_get(state, "updateTimestamp")), &since)) {
        const struct rollout_node *seconds = ro_get(grace, "graceSeconds");
        ret->grace_end_ms = since + (seconds ? seconds->integer * 1000 : 0);
    }
}

bool ro_has_resize_policy(const struct rollout_node *containers)
{
    containers = list_of(containers);
    for (const struct rollout_node *c = ro_first(containers); c != ro_end(containers); c = ro_next(c))
        if (list_of(ro_get(c, "resizePolicy"))->size > 1)
            return true;
    return false;
}

bool ro_in_place_facts(const struct rollout_node *pod, const struct ro_gates *gates, struct rollout_in_place *ret)
{
    const struct rollout_node *state_text = ro_state_annotation(pod), *grace_text = ro_grace_annotation(pod);
    const struct rollout_node *containers = ro_dig(pod, "spec", "containers", NULL), *state = NULL;

    *ret = (struct rollout_in_place){ 0 };
    if (ro_is(containers, ROLLOUT_NODE_ARRAY))
        ret->containers = ro_tree_of(containers);
    if (!state_text && !grace_text && !ro_has_resize_policy(containers))
        return false;
    if (state_text) {
        ret->flags |= ROLLOUT_IN_PLACE_STATE;
        if (ro_str_eq(state_text->key, RO_STR(RO_STATE_KEY_OLD)))
            ret->flags |= ROLLOUT_IN_PLACE_STATE_OLD_KEY;
        state = ro_state_value(state_text);
        if (state)
            state_facts(pod, state, gates->on[ROLLOUT_GATE_IN_PLACE_WORKLOAD_VERTICAL_SCALING], ret);
        else
            ret->flags |= ROLLOUT_IN_PLACE_STATE_BROKEN;
    }
    if (grace_text)
        grace_facts(grace_text, state, ret);
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A pod's in-place update under way from facts: annotations and container statuses from which the same is read as
 * from those that upstream wrote (inplace.md 10, 12). What is not known, such as the images of the next batch, is
 * written as anything that is read alike. */
#include "base/tree.h"
#include "objects/container_hash.h"
#include "objects/in_place_state.h"
#include "objects/pod_in_place.h"
#include "objects/snapshot_object.h"

/* No JSON, so that it cannot be read. */
#define BROKEN "{"

/* A container that nobody has named. */
#define SOME_NAME "main"

bool ro_in_place_matters(const struct rollout_in_place *in_place)
{
    return in_place && (in_place->flags || in_place->waits_for || in_place->container.len ||
                        in_place->grace_revision.len || in_place->grace_end_ms ||
                        (in_place->containers.count > 0 && ro_has_resize_policy(in_place->containers.nodes)));
}

/* ---- container statuses ---- */

static struct ro_edit *add_status(struct ro_snapshot_writer *w, struct ro_edit *list, struct rollout_str name)
{
    struct ro_edit *e = ro_edit_object(&w->arena);

    ro_write_member(w, e, RO_STR("name"), name);
    ro_edit_append(list, e);
    return e;
}

static const struct rollout_node *containers_of(const struct rollout_in_place *in_place)
{
    static const struct rollout_node none = { .kind = ROLLOUT_NODE_ARRAY, .size = 1 };

    return in_place->containers.count > 0 && in_place->containers.nodes->kind == ROLLOUT_NODE_ARRAY
               ? in_place->containers.nodes
               : &none;
}

/* As many as there are containers, the one that is waited for first and without resources; one more where none is. */
static void statuses_without_resources(struct ro_snapshot_writer *w, struct ro_edit *list,
                                       const struct rollout_in_place *in_place)
{
    const struct rollout_node *containers = containers_of(in_place);
    uint32_t room = ro_count(containers);

    if (in_place->container.data) {
        add_status(w, list, in_place->container);
        room -= room > 0;
    }
    for (const struct rollout_node *c = ro_first(containers); c != ro_end(containers) && room > 0; c = ro_next(c)) {
        if (in_place->container.data && ro_str_eq(ro_text(ro_get(c, "name")), in_place->container))
            continue;
        add_status(w, list, ro_text(ro_get(c, "name")));
        room--;
    }
    if (!in_place->container.data)
        add_status(w, list, RO_STR(SOME_NAME));
}

/* Statuses of the containers before the one that is waited for: the agent has seen them run as they are. */
static void statuses_seen(struct ro_snapshot_writer *w, struct ro_edit *list, const struct rollout_in_place *in_place)
{
    const struct rollout_node *containers = containers_of(in_place);

    for (const struct rollout_node *c = ro_first(containers); c != ro_end(containers); c = ro_next(c)) {
        if (ro_str_eq(ro_text(ro_get(c, "name")), in_place->container))
            return;
        add_status(w, list, ro_text(ro_get(c, "name")));
    }
}

/* The agent's annotation for them. */
static void write_agent(struct ro_snapshot_writer *w, struct ro_edit *pod, const struct rollout_in_place *in_place)
{
    const struct rollout_node *containers = containers_of(in_place);
    struct rollout_tree flat = ro_edit_flatten(&w->arena, pod);
    struct ro_edit *list = ro_edit_array(&w->arena), *value = ro_edit_object(&w->arena);

    if (flat.count == 0)
        return;
    for (const struct rollout_node *c = ro_first(containers); c != ro_end(containers); c = ro_next(c)) {
        if (ro_str_eq(ro_text(ro_get(c, "name")), in_place->container))
            break;
        struct ro_edit *e = ro_edit_object(&w->arena), *hashes = ro_edit_object(&w->arena);
        ro_write_member(w, e, RO_STR("name"), ro_text(ro_get(c, "name")));
        ro_edit_set(hashes, RO_STR("plainHash"), ro_edit_integer(&w->arena, ro_container_hash(c)));
        ro_edit_set(hashes, RO_STR("extractedEnvFromMetadataHash"),
                    ro_edit_integer(&w->arena, ro_container_env_hash(c, flat.nodes)));
        ro_edit_set(e, RO_STR("hashes"), hashes);
        ro_edit_append(list, e);
    }
    if (!list || !list->first)
        return;
    ro_edit_set(value, RO_STR("containers"), list);
    ro_edit_set(ro_edit_need_object(&w->arena, ro_edit_get(pod, "metadata"), "annotations"), RO_STR(RO_RUNTIME_KEY),
                ro_edit_json_text(&w->arena, value));
}

/* The restarts go to the first status; where nothing else needs one it is that of the container that is waited for. */
static void write_statuses(struct ro_snapshot_writer *w, struct ro_edit *pod, const struct rollout_pod *facts,
                           const struct rollout_in_place *in_place)
{
    struct ro_edit *list = ro_edit_array(&w->arena);
    struct rollout_str name = RO_STR(SOME_NAME);

    if (in_place && in_place->containers.count > 0 && ro_count(containers_of(in_place)) > 0)
        name = ro_text(ro_get(ro_first(containers_of(in_place)), "name"));
    if (in_place && in_place->container.data)
        name = in_place->container;
    if (in_place && in_place->waits_for == ROLLOUT_WAITS_FOR_RESOURCES)
        statuses_without_resources(w, list, in_place);
    else if (in_place && in_place->waits_for == ROLLOUT_WAITS_FOR_ENV)
        statuses_seen(w, list, in_place);
    if (list && !list->first && (facts->restarts != 0 || (in_place && in_place->waits_for == ROLLOUT_WAITS_FOR_IMAGE)))
        add_status(w, list, name);
    if (!list || !list->first)
        return;
    if (in_place && in_place->waits_for == ROLLOUT_WAITS_FOR_IMAGE) /* no image is "old" with ":latest" behind it */
        ro_edit_set_text(&w->arena, list->first, RO_STR("image"), RO_STR("old"));
    if (facts->restarts != 0)
        ro_edit_set(list->first, RO_STR("restartCount"), ro_edit_integer(&w->arena, facts->restarts));
    ro_edit_set(ro_edit_need_object(&w->arena, pod, "status"), RO_STR("containerStatuses"), list);
}

/* ---- annotations ---- */

static void set_annotation(struct ro_snapshot_writer *w, struct ro_edit *pod, const char *key, struct ro_edit *value)
{
    struct ro_edit *annotations = ro_edit_need_object(&w->arena, ro_edit_get(pod, "metadata"), "annotations");

    ro_edit_set(annotations, (struct rollout_str){ key, strlen(key) }, value);
}

/* Seconds of the spec's grace period, by which the update began before its end. */
static int64_t grace_seconds(const struct ro_snapshot_writer *w)
{
    int32_t seconds = w->workload.cloneset      ? w->workload.cloneset->grace_period_seconds
                      : w->workload.statefulset ? w->workload.statefulset->grace_period_seconds
                                                : 0;
    return seconds > 0 ? seconds : 0;
}

static void write_next(struct ro_snapshot_writer *w, struct ro_edit *state, const struct rollout_in_place *in_place)
{
    const char *map =
        in_place->flags & ROLLOUT_IN_PLACE_NEXT_APPLIES ? "nextContainerImages" : "nextContainerResources";
    struct ro_edit *next = ro_edit_need_object(&w->arena, state, map);

    if (in_place->flags & ROLLOUT_IN_PLACE_NEXT_APPLIES)
        ro_edit_set_text(&w->arena, next, RO_STR(SOME_NAME), RO_STR("next"));
    else
        ro_edit_need_object(&w->arena, next, SOME_NAME);
    if (in_place->flags & ROLLOUT_IN_PLACE_NEXT_READY)
        return;
    /* No status says of it that it is ready. */
    struct ro_edit *name = ro_edit_text(&w->arena, RO_STR(SOME_NAME));
    if (in_place->waits_for == ROLLOUT_WAITS_FOR_PRECHECK)
        name = in_place->container.data ? ro_edit_text(&w->arena, in_place->container) : ro_edit_null(&w->arena);
    struct ro_edit *check = ro_edit_need_object(&w->arena, state, "preCheckBeforeNext");
    ro_edit_append(ro_edit_need_array(&w->arena, check, "containersRequiredReady"), name);
}

/* Members in the order of the Go type. */
static void write_state(struct ro_snapshot_writer *w, struct ro_edit *pod, const struct rollout_pod *facts)
{
    const struct rollout_in_place *in_place = facts->in_place;
    uint32_t flags = in_place->flags, waits_for = in_place->waits_for;
    const char *key = flags & ROLLOUT_IN_PLACE_STATE_OLD_KEY ? RO_STATE_KEY_OLD : RO_STATE_KEY;
    bool timed = (flags & ROLLOUT_IN_PLACE_GRACE) && !(flags & ROLLOUT_IN_PLACE_GRACE_BROKEN);
    struct ro_edit *state = ro_edit_object(&w->arena);

    if (flags & ROLLOUT_IN_PLACE_STATE_BROKEN) {
        set_annotation(w, pod, key, ro_edit_text(&w->arena, RO_STR(BROKEN)));
        return;
    }
    ro_write_member(w, state, RO_STR("revision"), facts->revision);
    if (!timed)
        ro_edit_set_text(&w->arena, state, RO_STR("updateTimestamp"), w->now);
    else if (in_place->grace_end_ms >= RO_TIME_MIN && in_place->grace_end_ms <= RO_TIME_MAX)
        ro_write_instant(w, state, RO_STR("updateTimestamp"),
                         in_place->grace_end_ms ? in_place->grace_end_ms - grace_seconds(w) * 1000 : 0);
    if (waits_for == ROLLOUT_WAITS_FOR_IMAGE)
        ro_edit_set(ro_edit_need_object(&w->arena, state, "lastContainerStatuses"),
                    in_place->container.data ? in_place->container : RO_STR(""), ro_edit_object(&w->arena));
    if (waits_for == ROLLOUT_WAITS_FOR_ENV)
        ro_edit_set(state, RO_STR("updateEnvFromMetadata"), ro_edit_bool(&w->arena, true));
    if (waits_for == ROLLOUT_WAITS_FOR_RESOURCES)
        ro_edit_set(state, RO_STR("updateResources"), ro_edit_bool(&w->arena, true));
    if (flags & ROLLOUT_IN_PLACE_NEXT)
        write_next(w, state, in_place);
    set_annotation(w, pod, key, ro_edit_json_text(&w->arena, state));
    if (waits_for == ROLLOUT_WAITS_FOR_AGENT)
        set_annotation(w, pod, RO_RUNTIME_KEY, ro_edit_text(&w->arena, RO_STR(BROKEN)));
}

static void write_grace(struct ro_snapshot_writer *w, struct ro_edit *pod, const struct rollout_in_place *in_place)
{
    uint32_t flags = in_place->flags;
    const char *key = flags & ROLLOUT_IN_PLACE_GRACE_OLD_KEY ? RO_GRACE_KEY_OLD : RO_GRACE_KEY;
    struct ro_edit *grace = ro_edit_object(&w->arena);

    if (!(flags & ROLLOUT_IN_PLACE_GRACE) || (flags & ROLLOUT_IN_PLACE_GRACE_BROKEN)) {
        struct rollout_str text = flags & ROLLOUT_IN_PLACE_GRACE ? RO_STR(BROKEN) : RO_STR("");
        set_annotation(w, pod, key, ro_edit_text(&w->arena, text));
        return;
    }
    ro_write_member(w, grace, RO_STR("revision"), in_place->grace_revision);
    ro_edit_set(grace, RO_STR("graceSeconds"), ro_edit_integer(&w->arena, grace_seconds(w)));
    set_annotation(w, pod, key, ro_edit_json_text(&w->arena, grace));
}

void ro_write_in_place(struct ro_snapshot_writer *w, struct ro_edit *pod, const struct rollout_pod *facts)
{
    const struct rollout_in_place *in_place = ro_in_place_matters(facts->in_place) ? facts->in_place : NULL;

    if (in_place && in_place->containers.count > 0)
        ro_edit_set(ro_edit_need_object(&w->arena, pod, "spec"), RO_STR("containers"),
                    ro_edit_copy(&w->arena, in_place->containers.nodes));
    write_statuses(w, pod, facts, in_place);
    if (in_place && (in_place->flags & ROLLOUT_IN_PLACE_STATE))
        write_state(w, pod, facts);
    if (in_place && (in_place->flags & ROLLOUT_IN_PLACE_GRACE_KEY))
        write_grace(w, pod, in_place);
    if (in_place && in_place->waits_for == ROLLOUT_WAITS_FOR_ENV)
        write_agent(w, pod, in_place); /* it hashes what the others have written */
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/apply_batch.h"

#include "base/error.h"
#include "base/number.h"
#include "base/tree.h"
#include "objects/in_place_state.h"
#include "rules/metadata_patch.h"

/* ---- the state annotation ---- */

/* A time as Go writes it back: in UTC and whole seconds. */
static struct rollout_str time_text(struct ro_apply *a, const struct rollout_node *n)
{
    char buf[RO_TIME_SIZE];
    int64_t ms;

    if (!ro_time_parse(ro_text(n), &ms))
        return (struct rollout_str){ 0 };
    return ro_arena_str(&a->arena, (struct rollout_str){ buf, ro_time_format(ms, false, buf) });
}

static void set_time(struct ro_apply *a, struct ro_edit *object, struct rollout_str key, struct rollout_str time)
{
    ro_edit_set(object, key, time.data ? ro_edit_text(&a->arena, time) : ro_edit_null(&a->arena));
}

static struct ro_edit *read_last(struct ro_apply *a, const struct rollout_node *n)
{
    struct ro_edit *last = n ? ro_edit_object(&a->arena) : NULL;

    if (n)
        for (const struct rollout_node *c = ro_first(n); c != ro_end(n); c = ro_next(c)) {
            struct ro_edit *status = ro_edit_object(&a->arena);
            struct rollout_str id = ro_text(ro_get(c, "imageID"));
            if (id.len > 0)
                ro_edit_set_text(&a->arena, status, RO_STR("imageID"), id);
            ro_edit_set(last, c->key, status);
        }
    return last;
}

static struct ro_edit *read_batches(struct ro_apply *a, const struct rollout_node *n)
{
    struct ro_edit *batches = ro_edit_array(&a->arena);

    if (n)
        for (const struct rollout_node *c = ro_first(n); c != ro_end(n); c = ro_next(c)) {
            struct ro_edit *batch = ro_edit_object(&a->arena);
            const struct rollout_node *containers = ro_get(c, "containers");
            set_time(a, batch, RO_STR("timestamp"), time_text(a, ro_get(c, "timestamp")));
            ro_edit_set(batch, RO_STR("containers"),
                        containers ? ro_edit_copy(&a->arena, containers) : ro_edit_null(&a->arena));
            ro_edit_append(batches, batch);
        }
    return batches;
}

struct ro_state ro_state_read(struct ro_apply *a, const struct rollout_node *n)
{
    struct rollout_str revision = ro_text(ro_get(n, "revision"));

    return (struct ro_state){ .revision = revision.data ? revision : RO_STR(""),
                              .timestamp = time_text(a, ro_get(n, "updateTimestamp")),
                              .last = read_last(a, ro_get(n, "lastContainerStatuses")),
                              .env = ro_is_true(ro_get(n, "updateEnvFromMetadata")),
                              .resources = ro_is_true(ro_get(n, "updateResources")),
                              .images = ro_is_true(ro_get(n, "updateImages")),
                              .batches = read_batches(a, ro_get(n, "containerBatchesRecord")) };
}

/* Members in the order of the Go type. */
void ro_state_write(struct ro_apply *a, const struct ro_state *state, const struct ro_change_maps *next,
                    struct ro_edit *required)
{
    struct ro_edit *e = ro_edit_object(&a->arena);

    ro_edit_set_text(&a->arena, e, RO_STR("revision"), state->revision);
    set_time(a, e, RO_STR("updateTimestamp"), state->timestamp);
    ro_sort_children(a, state->last);
    ro_edit_set(e, RO_STR("lastContainerStatuses"), state->last ? state->last : ro_edit_null(&a->arena));
    if (state->env)
        ro_edit_set(e, RO_STR("updateEnvFromMetadata"), ro_edit_bool(&a->arena, true));
    if (state->resources)
        ro_edit_set(e, RO_STR("updateResources"), ro_edit_bool(&a->arena, true));
    if (state->images)
        ro_edit_set(e, RO_STR("updateImages"), ro_edit_bool(&a->arena, true));
    if (next) {
        ro_set_unless_empty(e, RO_STR("nextContainerImages"), next->images);
        ro_set_unless_empty(e, RO_STR("nextContainerRefMetadata"), next->metadata);
        ro_set_unless_empty(e, RO_STR("nextContainerResources"), next->resources);
    }
    if (required) {
        struct ro_edit *check = ro_edit_object(&a->arena);
        ro_set_unless_empty(check, RO_STR("containersRequiredReady"), required);
        ro_edit_set(e, RO_STR("preCheckBeforeNext"), check);
    }
    ro_set_unless_empty(e, RO_STR("containerBatchesRecord"), state->batches);
    ro_apply_annotation(a, a->object, RO_STATE_KEY, ro_edit_json_text(&a->arena, e));
}

/* ---- a batch ---- */

static struct ro_edit *first_of(struct ro_edit *object, const char *a, const char *b)
{
    struct ro_edit *list = ro_edit_get(ro_edit_get(object, a), b);

    return list ? list->first : NULL;
}

/* The launch priority of a container, from the key of its barrier: false where it has none. A barrier without
 * such a key makes upstream crash; then *ret_code is an error. */
static bool priority_of(struct ro_apply *a, struct ro_edit *container, size_t index, int64_t *ret, int *ret_code)
{
    size_t i = 0;

    for (struct ro_edit *e = ro_edit_get(container, "env") ? ro_edit_get(container, "env")->first : NULL; e;
         e = e->next, i++) {
        if (!ro_str_eq(ro_edit_get_text(e, "name"), RO_STR("KRUISE_CONTAINER_BARRIER")))
            continue;
        struct ro_edit *key = ro_edit_get(ro_edit_get(ro_edit_get(e, "valueFrom"), "configMapKeyRef"), "key");
        if (!key || key->node.text.len < 2) {
            struct rollout_str path =
                ro_arena_printf(&a->arena, "spec.containers[%zu].env[%zu].valueFrom.configMapKeyRef.key", index, i);
            if (path.data)
                *ret_code = ro_error(a->reterr, ROLLOUT_ERR_INVALID, path.data, "%s: no launch priority", path.data);
            return false;
        }
        *ret = ro_parse_int_anyhow((struct rollout_str){ key->node.text.data + 2, key->node.text.len - 2 });
        return true;
    }
    return false;
}

/* Chooses the containers of this batch: those without a priority and those of the highest one. */
static int choose(struct ro_apply *a, struct ro_changes *changes)
{
    int64_t highest = 0, priority = 0;
    int r = ROLLOUT_OK;

    for (int pass = 0; pass < 2; pass++) { /* find the highest, then take all that have it */
        bool any = false;
        size_t index = 0;
        for (struct ro_edit *c = first_of(a->object, "spec", "containers"); c; c = c->next, index++) {
            struct ro_change *change = ro_change_of(changes, ro_edit_get_text(c, "name"));
            if (!change)
                continue;
            change->in_pod = true;
            bool has = priority_of(a, c, index, &priority, &r);
            if (r != ROLLOUT_OK)
                return r;
            if (pass == 0 && has && (!any || priority > highest)) {
                highest = priority;
                any = true;
            }
            if (!has || (pass > 0 && priority == highest))
                change->now = true;
        }
    }
    return r;
}

/* A label or annotation can change only once: whoever else it feeds joins the batch, and so on. */
static void join_shared(struct ro_changes *changes)
{
    for (bool joined = true; joined;) {
        joined = false;
        for (size_t i = 0; i < changes->count; i++)
            for (size_t k = 0; k < changes->count && !changes->items[i].now; k++)
                if (changes->items[k].now &&
                    (ro_labels_share(&changes->items[i].c.labels, &changes->items[k].c.labels) ||
                     ro_labels_share(&changes->items[i].c.annotations, &changes->items[k].c.annotations)))
                    changes->items[i].now = joined = true;
    }
}

/* Only cpu and memory can be resized. */
static void set_amounts(struct ro_apply *a, struct ro_edit *container, const char *list,
                        const struct rollout_labels *amounts)
{
    for (uint32_t i = 0; i < amounts->count; i++) {
        struct rollout_str key = *ro_label_key(amounts, i);
        if (!ro_str_eq(key, RO_STR("cpu")) && !ro_str_eq(key, RO_STR("memory")))
            continue;
        struct ro_edit *resources = ro_edit_need_object(&a->arena, container, "resources");
        ro_edit_set_text(&a->arena, ro_edit_need_object(&a->arena, resources, list), key, *ro_label_value(amounts, i));
    }
}

static void change_containers(struct ro_apply *a, struct ro_changes *changes)
{
    for (struct ro_edit *c = first_of(a->object, "spec", "containers"); c; c = c->next) {
        struct ro_change *change = ro_change_of(changes, ro_edit_get_text(c, "name"));
        if (!change || !change->now)
            continue;
        if (change->image)
            ro_edit_set_text(&a->arena, c, RO_STR("image"), change->c.image);
        if (change->resources && a->gates.on[ROLLOUT_GATE_IN_PLACE_WORKLOAD_VERTICAL_SCALING]) {
            set_amounts(a, c, "limits", &change->c.limits);
            set_amounts(a, c, "requests", &change->c.requests);
        }
    }
}

/* Records what the containers ran before; a record that is there already is not made anew. */
static void record_statuses(struct ro_apply *a, struct ro_changes *changes, struct ro_state *state)
{
    for (struct ro_edit *s = first_of(a->object, "status", "containerStatuses"); s; s = s->next) {
        struct ro_change *change = ro_change_of(changes, ro_edit_get_text(s, "name"));
        struct ro_edit *id = ro_edit_get(s, "imageID"), *record;
        if (!change || !change->now || !change->in_pod || !change->image)
            continue;
        if (!state->last)
            state->last = ro_edit_object(&a->arena);
        if (ro_edit_get_str(state->last, change->c.name))
            continue;
        record = ro_edit_object(&a->arena);
        if (id && id->node.text.len > 0)
            ro_edit_set_text(&a->arena, record, RO_STR("imageID"), id->node.text);
        ro_edit_set(state->last, change->c.name, record);
    }
}

static void set_metadata(struct ro_apply *a, const char *map, const struct rollout_labels *pairs)
{
    struct ro_edit *metadata = ro_edit_need_object(&a->arena, a->object, "metadata");

    if (pairs->count == 0)
        return;
    struct ro_edit *object = ro_edit_need_object(&a->arena, metadata, map);
    for (uint32_t i = 0; i < pairs->count; i++)
        ro_edit_set_text(&a->arena, object, *ro_label_key(pairs, i), *ro_label_value(pairs, i));
}

int ro_apply_batch(struct ro_apply *a, struct ro_changes *changes, struct ro_state *state)
{
    struct ro_edit *names = ro_edit_array(&a->arena), *batch = ro_edit_object(&a->arena);

    if (changes->metadata_patch && !ro_metadata_patch_apply(&a->arena, a->object, changes->metadata_patch))
        return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "metaDataPatch",
                        "metaDataPatch: is no patch of a pod's metadata");
    int r = choose(a, changes);
    if (r != ROLLOUT_OK)
        return r;
    join_shared(changes);
    change_containers(a, changes);
    record_statuses(a, changes, state);
    for (size_t i = 0; i < changes->count; i++) {
        if (!changes->items[i].now)
            continue;
        set_metadata(a, "labels", &changes->items[i].c.labels);
        set_metadata(a, "annotations", &changes->items[i].c.annotations);
        ro_edit_append(names, ro_edit_text(&a->arena, changes->items[i].c.name));
    }
    ro_sort_children(a, names);

    struct ro_change_maps next = ro_changes_write(a, changes, true);
    if (a->arena.failed)
        return ROLLOUT_ERR_NOMEM;
    bool more = next.images->first || next.metadata->first || next.resources->first;
    struct rollout_tree flat = ro_edit_flatten(&a->arena, names);
    struct ro_edit *required = more ? ro_edit_copy(&a->arena, flat.nodes) : NULL;
    ro_edit_set_text(&a->arena, batch, RO_STR("timestamp"), a->now);
    ro_edit_set(batch, RO_STR("containers"), names);
    ro_edit_append(state->batches, batch);
    ro_state_write(a, state, &next, required);
    return ROLLOUT_OK;
}

int ro_apply_next_batch(struct ro_apply *a)
{
    const struct rollout_node *value = ro_state_value(ro_state_annotation(ro_apply_flat(a)));
    struct ro_changes changes;

    if (!value)
        return ro_apply_refuse_annotation(a, RO_STATE_KEY, "is missing or cannot be read");
    ro_changes_from_maps(a, ro_get(value, "nextContainerImages"), ro_get(value, "nextContainerRefMetadata"),
                         ro_get(value, "nextContainerResources"), &changes);
    struct ro_state state = ro_state_read(a, value);
    return ro_apply_batch(a, &changes, &state);
}

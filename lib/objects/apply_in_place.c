/* SPDX-License-Identifier: Apache-2.0 */
/* The in-place protocol: starting an update, the end of its grace period, its batches of containers. Source:
 * inplace.md 8 to 11. */
#include "base/error.h"
#include "base/number.h"
#include "base/sort.h"
#include "base/tree.h"
#include "objects/apply.h"
#include "objects/conditions.h"
#include "objects/in_place_state.h"
#include "objects/json_text.h"
#include "rules/metadata_patch.h"
#include "rules/revision.h"

/* ---- what is to change ---- */

/* Of one container. An entry may be there and be empty. */
struct change {
    struct rollout_container_change c;
    bool image, metadata, resources;
    bool in_pod, now; /* a container of this pod; changed in this batch */
};

struct spec {
    struct change *changes;
    size_t count;
    const struct rollout_node *metadata_patch; /* NULL = none */
};

static struct change *change_of(struct spec *spec, struct rollout_str name)
{
    for (size_t i = 0; i < spec->count; i++)
        if (ro_str_eq(spec->changes[i].c.name, name))
            return &spec->changes[i];
    return NULL;
}

static struct change *need_change(struct spec *spec, struct rollout_str name)
{
    struct change *change = change_of(spec, name);

    if (!change) {
        change = &spec->changes[spec->count++];
        change->c.name = name;
    }
    return change;
}

static void spec_from_diff(struct ro_apply *a, const struct rollout_diff *diff, struct spec *spec)
{
    *spec = (struct spec){ .changes = ro_arena_alloc(&a->arena, diff->container_count, sizeof *spec->changes) };
    for (size_t i = 0; spec->changes && i < diff->container_count; i++) {
        const struct rollout_container_change *c = &diff->containers[i];
        struct change *change = need_change(spec, c->name);
        change->c = *c;
        change->image = c->image.data != NULL;
        change->metadata = c->labels.count > 0 || c->annotations.count > 0;
        change->resources = c->limits.count > 0 || c->requests.count > 0;
    }
    if (diff->metadata_patch.count > 0)
        spec->metadata_patch = diff->metadata_patch.nodes;
}

/* The texts of a map; amounts may be numbers. */
static struct rollout_labels pairs_of(struct ro_apply *a, const struct rollout_node *map)
{
    struct rollout_labels labels = { .stride = sizeof(struct rollout_label) };
    struct rollout_label *items = ro_arena_alloc(&a->arena, ro_count(map), sizeof *items);

    if (!items || !ro_is(map, ROLLOUT_NODE_OBJECT))
        return labels;
    for (const struct rollout_node *c = ro_first(map); c != ro_end(map); c = ro_next(c)) {
        struct rollout_str value = c->kind == ROLLOUT_NODE_TEXT ? c->text : RO_STR("");
        if (c->kind == ROLLOUT_NODE_INTEGER || c->kind == ROLLOUT_NODE_REAL)
            value = ro_edit_json(&a->arena, ro_edit_copy(&a->arena, c));
        items[labels.count++] = (struct rollout_label){ c->key, value };
    }
    labels.items = items;
    return labels;
}

/* From the three maps of a grace annotation or of a state's next batch. */
static void spec_from_maps(struct ro_apply *a, const struct rollout_node *images, const struct rollout_node *metadata,
                           const struct rollout_node *resources, struct spec *spec)
{
    size_t most = (size_t)ro_count(images) + ro_count(metadata) + ro_count(resources);

    *spec = (struct spec){ .changes = ro_arena_alloc(&a->arena, most, sizeof *spec->changes) };
    if (!spec->changes)
        return;
    if (images)
        for (const struct rollout_node *c = ro_first(images); c != ro_end(images); c = ro_next(c)) {
            struct change *change = need_change(spec, c->key);
            change->image = true;
            change->c.image = c->kind == ROLLOUT_NODE_TEXT ? c->text : RO_STR("");
        }
    if (metadata)
        for (const struct rollout_node *c = ro_first(metadata); c != ro_end(metadata); c = ro_next(c)) {
            struct change *change = need_change(spec, c->key);
            change->metadata = true;
            change->c.labels = pairs_of(a, ro_get(c, "labels"));
            change->c.annotations = pairs_of(a, ro_get(c, "annotations"));
        }
    if (resources)
        for (const struct rollout_node *c = ro_first(resources); c != ro_end(resources); c = ro_next(c)) {
            struct change *change = need_change(spec, c->key);
            change->resources = true;
            change->c.limits = pairs_of(a, ro_get(c, "limits"));
            change->c.requests = pairs_of(a, ro_get(c, "requests"));
        }
}

/* ---- what is written ---- */

static int by_key(const void *context, uint32_t x, uint32_t y)
{
    struct ro_edit *const *items = context;

    return ro_str_cmp(items[x]->node.key, items[y]->node.key);
}

static int by_text(const void *context, uint32_t x, uint32_t y)
{
    struct ro_edit *const *items = context;

    return ro_str_cmp(items[x]->node.text, items[y]->node.text);
}

/* Puts members or texts in the order in which Go writes maps and sorted lists. */
static void sort_children(struct ro_apply *a, struct ro_edit *e)
{
    uint32_t count = 0, at = 0;

    for (struct ro_edit *c = e ? e->first : NULL; c; c = c->next)
        count++;
    struct ro_edit **items = ro_arena_alloc(&a->arena, count, sizeof(struct ro_edit *));
    uint32_t *order = ro_arena_alloc(&a->arena, count, 2 * sizeof *order);
    if (count < 2 || !items || !order)
        return;
    for (struct ro_edit *c = e->first; c; c = c->next, at++) {
        items[at] = c;
        order[at] = at;
    }
    bool object = e->node.kind == ROLLOUT_NODE_OBJECT;
    ro_sort_indices(order, count, order + count, object ? by_key : by_text, items);
    for (uint32_t i = 0; i < count; i++) {
        struct rollout_str key = items[order[i]]->node.key;
        ro_edit_detach(items[order[i]]);
        if (object)
            ro_edit_set(e, key, items[order[i]]);
        else
            ro_edit_append(e, items[order[i]]);
    }
}

static struct ro_edit *write_pairs(struct ro_apply *a, const struct rollout_labels *pairs)
{
    struct ro_edit *map = ro_edit_object(&a->arena);

    for (uint32_t i = 0; i < pairs->count; i++)
        ro_edit_set_text(&a->arena, map, *ro_label_key(pairs, i), *ro_label_value(pairs, i));
    sort_children(a, map);
    return map;
}

static void set_pairs(struct ro_apply *a, struct ro_edit *object, struct rollout_str key,
                      const struct rollout_labels *pairs)
{
    if (pairs->count > 0)
        ro_edit_set(object, key, write_pairs(a, pairs));
}

/* The changes of containers as three maps by their names, as annotations hold them: all of them, or those
 * that this batch leaves to a later one. */
struct maps {
    struct ro_edit *images, *metadata, *resources;
};

static struct maps write_changes(struct ro_apply *a, const struct spec *spec, bool later)
{
    struct maps maps = { ro_edit_object(&a->arena), ro_edit_object(&a->arena), ro_edit_object(&a->arena) };
    bool vertical = a->gates.on[ROLLOUT_GATE_IN_PLACE_WORKLOAD_VERTICAL_SCALING];

    for (size_t i = 0; i < spec->count; i++) {
        const struct change *change = &spec->changes[i];
        if (later && change->now)
            continue;
        /* Images and resources of containers that the pod does not have get lost on the way. */
        if (change->image && (!later || change->in_pod))
            ro_edit_set_text(&a->arena, maps.images, change->c.name, change->c.image);
        if (change->metadata) {
            struct ro_edit *m = ro_edit_object(&a->arena);
            ro_edit_set(m, RO_STR("creationTimestamp"), ro_edit_null(&a->arena));
            set_pairs(a, m, RO_STR("labels"), &change->c.labels);
            set_pairs(a, m, RO_STR("annotations"), &change->c.annotations);
            ro_edit_set(maps.metadata, change->c.name, m);
        }
        if (change->resources && (!later || (vertical && change->in_pod))) {
            struct ro_edit *m = ro_edit_object(&a->arena);
            set_pairs(a, m, RO_STR("limits"), &change->c.limits);
            set_pairs(a, m, RO_STR("requests"), &change->c.requests);
            ro_edit_set(maps.resources, change->c.name, m);
        }
    }
    sort_children(a, maps.images);
    sort_children(a, maps.metadata);
    sort_children(a, maps.resources);
    return maps;
}

static void set_unless_empty(struct ro_edit *object, struct rollout_str key, struct ro_edit *value)
{
    if (value && value->first)
        ro_edit_set(object, key, value);
}

static struct rollout_str base64(struct ro_apply *a, struct rollout_str bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t len = (bytes.len + 2) / 3 * 4, at = 0;
    char *text = ro_arena_alloc(&a->arena, len + 1, 1);

    for (size_t i = 0; text && i < bytes.len; i += 3) {
        size_t n = bytes.len - i < 3 ? bytes.len - i : 3;
        uint32_t bits = 0;
        for (size_t k = 0; k < 3; k++)
            bits = bits << 8 | (k < n ? (unsigned char)bytes.data[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            text[at++] = k <= n ? digits[bits >> (18 - 6 * k) & 63] : '=';
    }
    return (struct rollout_str){ text, text ? len : 0 };
}

/* ---- the state annotation ---- */

struct state {
    struct rollout_str revision, timestamp; /* timestamp absent = none */
    struct ro_edit *last;                   /* statuses before the update, by container; NULL = null */
    bool env, resources, images;
    struct ro_edit *batches; /* done so far */
};

static bool is_true(const struct rollout_node *n)
{
    return ro_is(n, ROLLOUT_NODE_BOOL) && n->integer;
}

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

static struct state read_state(struct ro_apply *a, const struct rollout_node *n)
{
    struct rollout_str revision = ro_text(ro_get(n, "revision"));

    return (struct state){ .revision = revision.data ? revision : RO_STR(""),
                           .timestamp = time_text(a, ro_get(n, "updateTimestamp")),
                           .last = read_last(a, ro_get(n, "lastContainerStatuses")),
                           .env = is_true(ro_get(n, "updateEnvFromMetadata")),
                           .resources = is_true(ro_get(n, "updateResources")),
                           .images = is_true(ro_get(n, "updateImages")),
                           .batches = read_batches(a, ro_get(n, "containerBatchesRecord")) };
}

/* Members in the order of the Go type. required: whom the next batch waits for, NULL = there is none. */
static void write_state(struct ro_apply *a, const struct state *state, const struct maps *next,
                        struct ro_edit *required)
{
    struct ro_edit *e = ro_edit_object(&a->arena);

    ro_edit_set_text(&a->arena, e, RO_STR("revision"), state->revision);
    set_time(a, e, RO_STR("updateTimestamp"), state->timestamp);
    sort_children(a, state->last);
    ro_edit_set(e, RO_STR("lastContainerStatuses"), state->last ? state->last : ro_edit_null(&a->arena));
    if (state->env)
        ro_edit_set(e, RO_STR("updateEnvFromMetadata"), ro_edit_bool(&a->arena, true));
    if (state->resources)
        ro_edit_set(e, RO_STR("updateResources"), ro_edit_bool(&a->arena, true));
    if (state->images)
        ro_edit_set(e, RO_STR("updateImages"), ro_edit_bool(&a->arena, true));
    if (next) {
        set_unless_empty(e, RO_STR("nextContainerImages"), next->images);
        set_unless_empty(e, RO_STR("nextContainerRefMetadata"), next->metadata);
        set_unless_empty(e, RO_STR("nextContainerResources"), next->resources);
    }
    if (required) {
        struct ro_edit *check = ro_edit_object(&a->arena);
        set_unless_empty(check, RO_STR("containersRequiredReady"), required);
        ro_edit_set(e, RO_STR("preCheckBeforeNext"), check);
    }
    set_unless_empty(e, RO_STR("containerBatchesRecord"), state->batches);
    ro_apply_annotation(a, a->object, RO_STATE_KEY, ro_json_text(&a->arena, e));
}

/* ---- a batch ---- */

static struct rollout_str name_of(struct ro_edit *e)
{
    struct ro_edit *name = ro_edit_get(e, "name");

    return name && name->node.kind == ROLLOUT_NODE_TEXT ? name->node.text : RO_STR("");
}

static struct ro_edit *first_of(struct ro_edit *object, const char *a, const char *b)
{
    struct ro_edit *list = ro_edit_get(ro_edit_get(object, a), b);

    return list ? list->first : NULL;
}

/* strconv.Atoi without its error: 0 for what is no number, the nearest end for one that does not fit. */
static int64_t number_of(struct rollout_str text)
{
    int64_t value;
    bool sign = text.len > 0 && (text.data[0] == '-' || text.data[0] == '+');

    if (ro_parse_int(text, -1, &value))
        return value;
    for (size_t i = sign; i < text.len; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return 0;
    if (text.len == sign)
        return 0;
    return text.data[0] == '-' ? INT64_MIN : INT64_MAX;
}

/* The launch priority of a container, from the key of its barrier: false where it has none. A barrier without
 * such a key makes upstream crash; then *ret_code is an error. */
static bool priority_of(struct ro_apply *a, struct ro_edit *container, size_t index, int64_t *ret, int *ret_code)
{
    size_t i = 0;

    for (struct ro_edit *e = ro_edit_get(container, "env") ? ro_edit_get(container, "env")->first : NULL; e;
         e = e->next, i++) {
        if (!ro_str_eq(name_of(e), RO_STR("KRUISE_CONTAINER_BARRIER")))
            continue;
        struct ro_edit *key = ro_edit_get(ro_edit_get(ro_edit_get(e, "valueFrom"), "configMapKeyRef"), "key");
        if (!key || key->node.text.len < 2) {
            struct rollout_str path =
                ro_arena_printf(&a->arena, "spec.containers[%zu].env[%zu].valueFrom.configMapKeyRef.key", index, i);
            if (path.data)
                *ret_code = ro_error(a->reterr, ROLLOUT_ERR_INVALID, path.data, "%s: no launch priority", path.data);
            return false;
        }
        *ret = number_of((struct rollout_str){ key->node.text.data + 2, key->node.text.len - 2 });
        return true;
    }
    return false;
}

/* Chooses the containers of this batch: those without a priority and those of the highest one. */
static int choose(struct ro_apply *a, struct spec *spec)
{
    int64_t highest = 0, priority = 0;
    int r = ROLLOUT_OK;

    for (int pass = 0; pass < 2; pass++) { /* find the highest, then take all that have it */
        bool any = false;
        size_t index = 0;
        for (struct ro_edit *c = first_of(a->object, "spec", "containers"); c; c = c->next, index++) {
            struct change *change = change_of(spec, name_of(c));
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

static bool share_key(const struct rollout_labels *x, const struct rollout_labels *y)
{
    for (uint32_t i = 0; i < x->count; i++)
        if (ro_labels_get(y, *ro_label_key(x, i)))
            return true;
    return false;
}

/* A label or annotation can change only once: whoever else it feeds joins the batch, and so on. */
static void join_shared(struct spec *spec)
{
    for (bool joined = true; joined;) {
        joined = false;
        for (size_t i = 0; i < spec->count; i++)
            for (size_t k = 0; k < spec->count && !spec->changes[i].now; k++)
                if (spec->changes[k].now &&
                    (share_key(&spec->changes[i].c.labels, &spec->changes[k].c.labels) ||
                     share_key(&spec->changes[i].c.annotations, &spec->changes[k].c.annotations)))
                    spec->changes[i].now = joined = true;
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

static void change_containers(struct ro_apply *a, struct spec *spec)
{
    for (struct ro_edit *c = first_of(a->object, "spec", "containers"); c; c = c->next) {
        struct change *change = change_of(spec, name_of(c));
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
static void record_statuses(struct ro_apply *a, struct spec *spec, struct state *state)
{
    for (struct ro_edit *s = first_of(a->object, "status", "containerStatuses"); s; s = s->next) {
        struct change *change = change_of(spec, name_of(s));
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

static int apply_batch(struct ro_apply *a, struct spec *spec, struct state *state)
{
    struct ro_edit *names = ro_edit_array(&a->arena), *batch = ro_edit_object(&a->arena);

    if (spec->metadata_patch && !ro_metadata_patch_apply(&a->arena, a->object, spec->metadata_patch))
        return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "metaDataPatch",
                        "metaDataPatch: is no patch of a pod's metadata");
    int r = choose(a, spec);
    if (r != ROLLOUT_OK)
        return r;
    join_shared(spec);
    change_containers(a, spec);
    record_statuses(a, spec, state);
    for (size_t i = 0; i < spec->count; i++) {
        if (!spec->changes[i].now)
            continue;
        set_metadata(a, "labels", &spec->changes[i].c.labels);
        set_metadata(a, "annotations", &spec->changes[i].c.annotations);
        ro_edit_append(names, ro_edit_text(&a->arena, spec->changes[i].c.name));
    }
    sort_children(a, names);

    struct maps next = write_changes(a, spec, true);
    if (a->arena.failed)
        return ROLLOUT_ERR_NOMEM;
    bool more = next.images->first || next.metadata->first || next.resources->first;
    struct rollout_tree flat = ro_edit_flatten(&a->arena, names);
    struct ro_edit *required = more ? ro_edit_copy(&a->arena, flat.nodes) : NULL;
    ro_edit_set_text(&a->arena, batch, RO_STR("timestamp"), a->now);
    ro_edit_set(batch, RO_STR("containers"), names);
    ro_edit_append(state->batches, batch);
    write_state(a, state, &next, required);
    return ROLLOUT_OK;
}

static void remove_grace(struct ro_apply *a)
{
    ro_apply_remove_annotation(a->object, RO_GRACE_KEY);
    ro_apply_remove_annotation(a->object, RO_GRACE_KEY_OLD);
}

/* ---- the actions ---- */

/* The update for the end of its grace period. Members in the order of the Go type. */
static void write_grace(struct ro_apply *a, const struct spec *spec, const struct state *state, int64_t seconds)
{
    struct ro_edit *e = ro_edit_object(&a->arena);
    struct maps maps = write_changes(a, spec, false);

    ro_edit_set_text(&a->arena, e, RO_STR("revision"), state->revision);
    set_unless_empty(e, RO_STR("containerImages"), maps.images);
    set_unless_empty(e, RO_STR("containerRefMetadata"), maps.metadata);
    set_unless_empty(e, RO_STR("containerResources"), maps.resources);
    if (spec->metadata_patch)
        ro_edit_set_text(&a->arena, e, RO_STR("metaDataPatch"),
                         base64(a, ro_edit_json(&a->arena, ro_edit_copy(&a->arena, spec->metadata_patch))));
    if (state->env)
        ro_edit_set(e, RO_STR("updateEnvFromMetadata"), ro_edit_bool(&a->arena, true));
    ro_edit_set(e, RO_STR("graceSeconds"), ro_edit_integer(&a->arena, seconds));
    ro_apply_annotation(a, a->object, RO_GRACE_KEY, ro_json_text(&a->arena, e));
}

static int start(struct ro_apply *a, const struct rollout_diff *diff, struct rollout_str revision)
{
    const struct rollout_attr *mark = ro_apply_attr(a, ROLLOUT_ATTR_MARK_NOT_READY);
    const struct rollout_attr *grace = ro_apply_attr(a, ROLLOUT_ATTR_GRACE_SECONDS);
    struct spec spec;
    struct state state = { .revision = revision,
                           .timestamp = a->now,
                           .env = (diff->flags & ROLLOUT_CHANGES_ENV) != 0,
                           .resources = (diff->flags & ROLLOUT_CHANGES_RESOURCES) != 0,
                           .images = (diff->flags & ROLLOUT_CHANGES_IMAGES) != 0,
                           .batches = ro_edit_array(&a->arena) };

    spec_from_diff(a, diff, &spec);
    if (mark && mark->value)
        ro_set_in_place_ready(&a->arena, a->object, false, a->now);
    ro_apply_revision_labels(a, a->object, revision);
    ro_apply_state(a, a->object, RO_STR("Updating"));
    write_state(a, &state, NULL, NULL); /* what a former update left is replaced */
    ro_apply_remove_annotation(a->object, RO_STATE_KEY_OLD);
    if (grace && grace->value > 0) {
        write_grace(a, &spec, &state, grace->value);
        return ROLLOUT_OK;
    }
    int r = apply_batch(a, &spec, &state);
    remove_grace(a);
    return r;
}

int ro_apply_update_in_place(struct ro_apply *a)
{
    const struct rollout_world *w = a->world;
    bool in_place_only =
        w->workload.cloneset && w->workload.cloneset->pod_update_policy == ROLLOUT_POLICY_IN_PLACE_ONLY;
    const struct rollout_diff_options options = { sizeof options, ro_gates_diff_flags(&a->gates, in_place_only) };
    struct ro_edit *labels = ro_edit_get(ro_edit_get(a->object, "metadata"), "labels");
    struct ro_edit *label = ro_edit_get(labels, "controller-revision-hash");
    struct rollout_str revision = ro_apply_text(a, ROLLOUT_ATTR_REVISION);
    struct rollout_str old = label ? label->node.text : RO_STR("");
    struct ro_abi_array revisions = { .items = (const char *)w->snapshot.revisions.items,
                                      .count = w->snapshot.revisions.count,
                                      .stride = w->snapshot.revisions.stride };
    uint32_t from = ro_revision_find(&revisions, old), to = ro_apply_revision(a, revision);
    struct rollout_diff *diff = NULL;

    if (to == ROLLOUT_NONE)
        return ROLLOUT_ERR_INVALID;
    if (from >= w->revision_object_count)
        return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "metadata.labels[\"controller-revision-hash\"]",
                        "metadata.labels[\"controller-revision-hash\"]: \"%.*s\" is not among the revisions",
                        (int)old.len, old.data);
    int r = rollout_diff(&w->revision_objects[from], &w->revision_objects[to], &options, &diff, a->reterr);
    if (r != ROLLOUT_OK)
        return r;
    if (diff->rule == ROLLOUT_DIFF_POSSIBLE)
        r = start(a, diff, revision);
    else
        r = ro_error(a->reterr, ROLLOUT_ERR_INVALID, "revision", "revision: from %.*s to %.*s is not possible in place",
                     (int)old.len, old.data, (int)revision.len, revision.data);
    rollout_diff_free(diff); /* the texts that were taken from it are the revisions' */
    return r;
}

/* The object's own annotations, which an earlier action of the same plan may have changed. */
static const struct rollout_node *flat_object(struct ro_apply *a)
{
    return ro_edit_flatten(&a->arena, a->object).nodes;
}

static int refuse_annotation(struct ro_apply *a, const char *key, const char *what)
{
    struct rollout_str path = ro_arena_printf(&a->arena, "metadata.annotations[\"%s\"]", key);

    if (!path.data)
        return ROLLOUT_ERR_NOMEM;
    return ro_error(a->reterr, ROLLOUT_ERR_INVALID, path.data, "%s: %s", path.data, what);
}

int ro_apply_end_grace(struct ro_apply *a)
{
    const struct rollout_node *pod = flat_object(a), *text, *grace, *state_value;
    struct rollout_str detail = ro_apply_text(a, ROLLOUT_ATTR_DETAIL);
    struct spec spec;

    if (ro_str_eq(detail, RO_STR("drop"))) {
        remove_grace(a);
        return ROLLOUT_OK;
    }
    if (!ro_str_eq(detail, RO_STR("apply")))
        return ro_error(a->reterr, ROLLOUT_ERR_INVALID, "detail", "detail: \"%.*s\" is neither apply nor drop",
                        (int)detail.len, detail.data ? detail.data : "");
    grace = ro_grace_value(ro_grace_annotation(pod));
    if (!grace)
        return refuse_annotation(a, RO_GRACE_KEY, "is missing or cannot be read");
    state_value = ro_state_value(ro_state_annotation(pod));
    if (!state_value)
        return refuse_annotation(a, RO_STATE_KEY, "is missing or cannot be read");
    spec_from_maps(a, ro_get(grace, "containerImages"), ro_get(grace, "containerRefMetadata"),
                   ro_get(grace, "containerResources"), &spec);
    text = ro_get(grace, "metaDataPatch");
    if (text) {
        char *bytes = ro_arena_alloc(&a->arena, text->text.len + 1, 1);
        if (!bytes)
            return ROLLOUT_ERR_NOMEM;
        size_t len = ro_base64_decode(text->text, bytes);
        spec.metadata_patch =
            ro_edit_flatten(&a->arena, ro_json_read(&a->arena, (struct rollout_str){ bytes, len })).nodes;
        if (!spec.metadata_patch)
            return a->arena.failed ? ROLLOUT_ERR_NOMEM
                                   : refuse_annotation(a, RO_GRACE_KEY, "its metaDataPatch cannot be read");
    }
    struct state state = read_state(a, state_value);
    int r = apply_batch(a, &spec, &state);
    remove_grace(a);
    return r;
}

int ro_apply_next_batch(struct ro_apply *a)
{
    const struct rollout_node *value = ro_state_value(ro_state_annotation(flat_object(a)));
    struct spec spec;

    if (!value)
        return refuse_annotation(a, RO_STATE_KEY, "is missing or cannot be read");
    spec_from_maps(a, ro_get(value, "nextContainerImages"), ro_get(value, "nextContainerRefMetadata"),
                   ro_get(value, "nextContainerResources"), &spec);
    struct state state = read_state(a, value);
    return apply_batch(a, &spec, &state);
}

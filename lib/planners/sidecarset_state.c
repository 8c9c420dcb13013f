/* SPDX-License-Identifier: Apache-2.0 */
/* What a pod says of its sidecars: containers, images, annotations. Source: sidecarset.md 2. */
#include "base/json_text.h"
#include "base/time.h"
#include "planners/sidecarset_pass.h"

const struct rollout_node *sc_named(const struct rollout_node *list, struct rollout_str name)
{
    if (!ro_is(list, ROLLOUT_NODE_ARRAY))
        return NULL;
    for (const struct rollout_node *c = ro_first(list); c != ro_end(list); c = ro_next(c))
        if (ro_str_eq(ro_text(ro_get(c, "name")), name))
            return c;
    return NULL;
}

struct rollout_str sc_image(const struct rollout_node *pod, struct rollout_str container)
{
    return ro_text(ro_get(sc_named(ro_dig(pod, "spec", "containers", NULL), container), "image"));
}

/* ---- hashes ---- */

static bool is_kind(struct ro_edit *object, const char *key, uint32_t kind)
{
    struct ro_edit *member = ro_edit_get(object, key);
    return !member || member->node.kind == kind;
}

static bool is_entry(struct ro_edit *e)
{
    int64_t ms;
    if (e->node.kind == ROLLOUT_NODE_NULL)
        return true;
    struct rollout_str time = ro_edit_get_text(e, "updateTimestamp");
    return e->node.kind == ROLLOUT_NODE_OBJECT && is_kind(e, "hash", ROLLOUT_NODE_TEXT) &&
           is_kind(e, "sidecarSetName", ROLLOUT_NODE_TEXT) && is_kind(e, "controllerRevision", ROLLOUT_NODE_TEXT) &&
           is_kind(e, "sidecarList", ROLLOUT_NODE_ARRAY) && is_kind(e, "updateTimestamp", ROLLOUT_NODE_TEXT) &&
           (!time.data || ro_time_parse(time, &ms));
}

struct ro_edit *sc_hashes(struct ro_arena *arena, struct rollout_str text, bool *ret_old)
{
    struct ro_edit *map = ro_edit_parse(arena, text);
    *ret_old = false;
    if (!map)
        return NULL;
    if (map->node.kind == ROLLOUT_NODE_NULL)
        return ro_edit_object(arena);
    if (map->node.kind != ROLLOUT_NODE_OBJECT)
        return NULL;
    bool objects = true, texts = true;
    for (struct ro_edit *e = map->first; e; e = e->next) {
        objects = objects && is_entry(e);
        texts = texts && (e->node.kind == ROLLOUT_NODE_TEXT || e->node.kind == ROLLOUT_NODE_NULL);
    }
    *ret_old = !objects && texts;
    return objects || texts ? map : NULL;
}

/* ---- hot pairs ---- */

void sc_hot_pair(struct ro_edit *working, const struct sc_container *c, struct rollout_str *ret_work,
                 struct rollout_str *ret_other)
{
    struct ro_edit *value = ro_edit_get_str(working, c->name);
    bool first = value && value->node.kind == ROLLOUT_NODE_TEXT && ro_str_eq(value->node.text, c->first);
    *ret_work = first ? c->first : c->second;
    *ret_other = first ? c->second : c->first;
}

struct sc_names sc_sidecars(struct ro_arena *arena, const struct sc_pass *pass)
{
    struct sc_names names = { ro_arena_alloc(arena, 2 * pass->container_count, sizeof(*names.items)), 0 };
    for (size_t i = 0; names.items && i < pass->container_count; i++) {
        const struct sc_container *c = &pass->containers[i];
        names.items[names.count++] = c->hot ? c->first : c->name;
        if (c->hot)
            names.items[names.count++] = c->second;
    }
    return names;
}

/* ---- consistency ---- */

struct sc_state sc_state_of(struct ro_arena *arena, const struct rollout_node *pod)
{
    struct rollout_str text = sc_annotation(pod, RO_STR(SC_STATE_KEY));
    struct sc_state state = {
        .pod = pod,
        .containers = ro_dig(pod, "spec", "containers", NULL),
        .statuses = ro_dig(pod, "status", "containerStatuses", NULL),
        .working = ro_edit_parse(arena, sc_annotation(pod, RO_STR(SC_WORKING_KEY))),
        .states = ro_edit_parse(arena, text),
    };
    struct ro_edit *map = state.states;
    bool broken = text.data && (!map || (map->node.kind != ROLLOUT_NODE_OBJECT && map->node.kind != ROLLOUT_NODE_NULL));
    for (struct ro_edit *e = broken || !map ? NULL : map->first; e; e = e->next) {
        struct ro_edit *last = ro_edit_get(e, "lastContainerStatuses");
        broken = broken || (e->node.kind != ROLLOUT_NODE_OBJECT && e->node.kind != ROLLOUT_NODE_NULL) ||
                 !is_kind(e, "revision", ROLLOUT_NODE_TEXT) || (last && last->node.kind != ROLLOUT_NODE_OBJECT);
    }
    state.states_broken = broken;
    if (broken)
        state.states = NULL;
    return state;
}

static bool has_name(const struct sc_names *names, struct rollout_str name)
{
    for (size_t i = 0; i < names->count; i++)
        if (ro_str_eq(names->items[i], name))
            return true;
    return false;
}

/* Repository and digest of a reference; an absent digest where it has none. */
static struct rollout_str split_image(struct rollout_str image, struct rollout_str *ret_digest)
{
    struct rollout_str name = image;
    const char *at = image.len ? memchr(image.data, '@', image.len) : NULL;
    *ret_digest = (struct rollout_str){ NULL, 0 };
    if (at) {
        name.len = (size_t)(at - image.data);
        *ret_digest = (struct rollout_str){ at + 1, image.len - name.len - 1 };
    }
    for (size_t i = name.len; i > 0 && name.data[i - 1] != '/'; i--)
        if (name.data[i - 1] == ':')
            name.len = i - 1;
    return name;
}

static bool same_digest(struct rollout_str image, struct rollout_str id)
{
    struct rollout_str digest, id_digest;
    for (size_t i = 0; i + 3 <= id.len; i++)
        if (memcmp(id.data + i, "://", 3) == 0) {
            id = (struct rollout_str){ id.data + i + 3, id.len - i - 3 };
            break;
        }
    struct rollout_str name = split_image(image, &digest), id_name = split_image(id, &id_digest);
    return id_digest.len > 0 && ro_str_eq(name, id_name) && ro_str_eq(digest, id_digest);
}

/* Step 5: an image that was to change has changed. */
static bool has_taken(const struct sc_pass *pass, const struct sc_state *state, const struct sc_names *names)
{
    if (state->states_broken)
        return false;
    struct ro_edit *mine = state->states ? ro_edit_get_str(state->states, pass->spec->name) : NULL;
    struct ro_edit *last = mine ? ro_edit_get(mine, "lastContainerStatuses") : NULL;
    if (!last)
        return true;
    const struct rollout_node *list = state->statuses;
    for (const struct rollout_node *c = ro_first(list); c != ro_end(list); c = ro_next(c)) {
        struct rollout_str name = ro_text(ro_get(c, "name"));
        struct ro_edit *recorded = has_name(names, name) ? ro_edit_get_str(last, name) : NULL;
        if (recorded && ro_str_eq(ro_edit_get_text(recorded, "imageID"), ro_text(ro_get(c, "imageID"))) &&
            !ro_str_eq(ro_text(ro_get(sc_named(state->containers, name), "image")), ro_text(ro_get(c, "image"))))
            return false;
    }
    return true;
}

bool sc_consistent(const struct sc_pass *pass, const struct sc_state *state, const struct sc_names *names)
{
    uint32_t count = ro_count(state->containers);
    if (count != ro_count(state->statuses))
        return false;
    if (count == 0)
        return true;
    for (const struct rollout_node *c = ro_first(state->containers); c != ro_end(state->containers); c = ro_next(c)) {
        struct rollout_str digest, name = ro_text(ro_get(c, "name")), image = ro_text(ro_get(c, "image"));
        if (!has_name(names, name))
            continue;
        split_image(image, &digest);
        if (digest.len == 0)
            return has_taken(pass, state, names);
        const struct rollout_node *status = sc_named(state->statuses, name);
        if (!status || !same_digest(image, ro_text(ro_get(status, "imageID"))))
            return false;
    }
    return true;
}

bool sc_container_ready(const struct sc_state *state, struct rollout_str name)
{
    return ro_is_true(ro_get(sc_named(state->statuses, name), "ready"));
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What an update or a flip writes on a pod. Source: sidecarset.md 6, 7. */
#include "base/json_merge.h"
#include "base/json_text.h"
#include "base/sort.h"
#include "base/time.h"
#include "planners/sidecarset_pass.h"

/* A pod that is being written. */
struct writing {
    struct sc_pass *pass;
    struct ro_arena *arena;
    uint32_t pod;
    struct sc_state state;
    struct sc_pairs images, annotations;
    struct sc_names changed; /* containers whose last image is recorded */
};

static struct rollout_str join(struct ro_arena *arena, struct rollout_str a, struct rollout_str b)
{
    return ro_arena_printf(arena, "%.*s%.*s", (int)a.len, a.data, (int)b.len, b.data);
}

static struct rollout_str annotation(const struct writing *w, struct rollout_str key)
{
    for (size_t i = 0; i < w->annotations.count; i++)
        if (ro_str_eq(w->annotations.items[i].key, key))
            return w->annotations.items[i].value;
    return sc_annotation(w->state.pod, key);
}

static void set_annotation(struct writing *w, struct rollout_str key, struct rollout_str value)
{
    for (size_t i = 0; i < w->annotations.count; i++)
        if (ro_str_eq(w->annotations.items[i].key, key)) {
            w->annotations.items[i].value = value;
            return;
        }
    struct rollout_str before = sc_annotation(w->state.pod, key);
    if (!before.data || !ro_str_eq(before, value))
        w->annotations.items[w->annotations.count++] = (struct sc_pair){ key, value };
}

/* ---- hashes ---- */

/* An entry as upstream writes it back. */
static struct ro_edit *entry(struct ro_arena *arena, struct rollout_str time, struct rollout_str hash,
                             struct rollout_str name, struct ro_edit *list, struct rollout_str revision)
{
    struct ro_edit *e = ro_edit_object(arena);
    int64_t ms;
    char buf[RO_TIME_SIZE];
    bool known = time.data && ro_time_parse(time, &ms);
    if (known)
        time = ro_arena_str(arena, (struct rollout_str){ buf, ro_time_format(ms, false, buf) });
    ro_edit_add(e, RO_STR("updateTimestamp"), known ? ro_edit_text(arena, time) : ro_edit_null(arena));
    ro_edit_add(e, RO_STR("hash"), ro_edit_text(arena, hash.data ? hash : RO_STR("")));
    ro_edit_add(e, RO_STR("sidecarSetName"), ro_edit_text(arena, name.data ? name : RO_STR("")));
    ro_edit_add(e, RO_STR("sidecarList"), list ? list : ro_edit_null(arena));
    if (revision.len > 0)
        ro_edit_add(e, RO_STR("controllerRevision"), ro_edit_text(arena, revision));
    return e;
}

/* All entries anew; of the older form with this set's name. */
static struct ro_edit *write_back(struct writing *w, struct ro_edit *map, bool old)
{
    struct ro_edit *ret = ro_edit_object(w->arena);
    const struct rollout_str none = { NULL, 0 };
    for (struct ro_edit *e = map ? map->first : NULL; e; e = e->next) {
        struct ro_edit *list = old ? NULL : ro_edit_get(e, "sidecarList");
        if (list)
            ro_edit_detach(list);
        ro_edit_add(ret, e->node.key,
                    old ? entry(w->arena, w->pass->now_text, e->node.text, w->pass->spec->name, NULL, none)
                        : entry(w->arena, ro_edit_get_text(e, "updateTimestamp"), ro_edit_get_text(e, "hash"),
                                ro_edit_get_text(e, "sidecarSetName"), list,
                                ro_edit_get_text(e, "controllerRevision")));
    }
    return ret;
}

static int by_name(const void *context, uint32_t a, uint32_t b)
{
    const struct sc_container *containers = context;
    return ro_str_cmp(containers[a].name, containers[b].name);
}

static struct ro_edit *sidecar_list(struct writing *w)
{
    size_t n = w->pass->container_count;
    struct ro_edit *list = ro_edit_array(w->arena);
    uint32_t *order = ro_arena_alloc(w->arena, 2 * n, sizeof(*order));
    for (uint32_t i = 0; order && i < n; i++)
        order[i] = i;
    if (order)
        ro_sort_indices(order, n, order + n, by_name, w->pass->containers);
    for (size_t i = 0; order && i < n; i++)
        ro_edit_append(list, ro_edit_text(w->arena, w->pass->containers[order[i]].name));
    return list;
}

static void write_hash(struct writing *w)
{
    bool old, imageless_old;
    struct ro_edit *map = sc_hashes(w->arena, annotation(w, RO_STR(SC_HASH_KEY)), &old);
    if (!map || old) {
        struct ro_edit *imageless = sc_hashes(w->arena, annotation(w, RO_STR(SC_IMAGELESS_KEY)), &imageless_old);
        if (imageless && imageless_old)
            set_annotation(w, RO_STR(SC_IMAGELESS_KEY), ro_json_map(w->arena, write_back(w, imageless, true)));
    }
    struct ro_edit *mine =
        entry(w->arena, w->pass->now_text, w->pass->spec->hash, w->pass->spec->name, sidecar_list(w), w->pass->latest);
    map = write_back(w, map, old);
    ro_edit_set(map, w->pass->spec->name, mine);
    set_annotation(w, RO_STR(SC_HASH_KEY), ro_json_map(w->arena, map));
}

/* ---- containers ---- */

static void set_image(struct writing *w, struct rollout_str name, struct rollout_str image)
{
    w->changed.items[w->changed.count++] = name;
    if (!ro_str_eq(sc_image(w->state.pod, name), image))
        w->images.items[w->images.count++] = (struct sc_pair){ name, image };
}

/* Which of the pair takes the new image (7.1). Of a pod that waits what is ready is consistent too: else it is mid-flight
 * (5.1). */
static void find_target(const struct writing *w, const struct sc_container *c, struct rollout_str *ret_target,
                        struct rollout_str *ret_other)
{
    bool first;
    if (ro_str_eq(sc_image(w->state.pod, c->first), c->empty)) {
        first = true;
    } else if (ro_str_eq(sc_image(w->state.pod, c->second), c->empty)) {
        first = false;
    } else {
        bool one = sc_container_ready(&w->state, c->first), two = sc_container_ready(&w->state, c->second);
        sc_hot_pair(w->state.working, c, ret_other, ret_target);
        if (one == two)
            return;
        first = two;
    }
    *ret_target = first ? c->first : c->second;
    *ret_other = first ? c->second : c->first;
}

static void update_hot(struct writing *w, const struct sc_container *c, struct ro_edit *working)
{
    const struct rollout_str version = RO_STR(SC_VERSION_PREFIX), alternate = RO_STR(SC_ALTERNATE_PREFIX);
    struct rollout_str target, other, now = w->pass->spec->resource_version;
    find_target(w, c, &target, &other);
    if (ro_str_eq(c->image, sc_image(w->state.pod, other)))
        return;
    set_image(w, target, c->image);
    now = now.data ? now : RO_STR("");
    struct rollout_str before = annotation(w, join(w->arena, version, other));
    ro_edit_set_text(w->arena, working, c->name, target);
    set_annotation(w, RO_STR(SC_WORKING_KEY), ro_json_map(w->arena, working));
    set_annotation(w, join(w->arena, version, target), now);
    set_annotation(w, join(w->arena, alternate, target), before.data ? before : RO_STR(""));
    set_annotation(w, join(w->arena, alternate, other), now);
}

static void update_containers(struct writing *w)
{
    for (size_t i = 0; i < w->pass->container_count; i++) {
        const struct sc_container *c = &w->pass->containers[i];
        const struct rollout_node *there = sc_named(w->state.containers, c->name);
        if (c->hot)
            update_hot(w, c, w->state.working);
        else if (there && !ro_str_eq(ro_text(ro_get(there, "image")), c->image))
            set_image(w, c->name, c->image);
    }
}

static void record_images(struct writing *w)
{
    struct ro_edit *map = ro_edit_parse(w->arena, annotation(w, RO_STR(SC_STATE_KEY)));
    if (!map || map->node.kind != ROLLOUT_NODE_OBJECT)
        map = ro_edit_object(w->arena);
    struct ro_edit *mine = ro_edit_get_str(map, w->pass->spec->name);
    if (!mine || mine->node.kind != ROLLOUT_NODE_OBJECT) {
        mine = ro_edit_object(w->arena);
        struct rollout_str hash = w->pass->spec->hash;
        ro_edit_set_text(w->arena, mine, RO_STR("revision"), hash.data ? hash : RO_STR(""));
        ro_edit_set_text(w->arena, mine, RO_STR("updateTimestamp"), w->pass->now_text);
        ro_edit_set(map, w->pass->spec->name, mine);
    }
    struct ro_edit *last = ro_edit_need_object(w->arena, mine, "lastContainerStatuses");
    for (size_t i = 0; i < w->changed.count; i++) {
        struct ro_edit *status = ro_edit_object(w->arena);
        struct rollout_str id = ro_text(ro_get(sc_named(w->state.statuses, w->changed.items[i]), "imageID"));
        if (id.len > 0)
            ro_edit_set_text(w->arena, status, RO_STR("imageID"), id);
        ro_edit_set(last, w->changed.items[i], status);
    }
    ro_edit_sort(w->arena, last);
    set_annotation(w, RO_STR(SC_STATE_KEY), ro_json_map(w->arena, map));
}

/* ---- metadata ---- */

/* False where one of the texts is no document that upstream merges. */
static bool merge_text(struct writing *w, struct rollout_str key, struct rollout_str value)
{
    w->pass->error = ro_json_merge(w->arena, annotation(w, key), value, &value);
    if (w->pass->error.data)
        return false;
    set_annotation(w, key, value);
    return true;
}

static bool patch_metadata(struct writing *w)
{
    const struct rollout_node *list =
        w->pass->spec->patch_pod_metadata.count ? w->pass->spec->patch_pod_metadata.nodes : NULL;
    for (const struct rollout_node *p = list ? ro_first(list) : NULL; p && p != ro_end(list); p = ro_next(p)) {
        struct rollout_str policy = ro_text(ro_get(p, "patchPolicy"));
        const struct rollout_node *annotations = ro_get(p, "annotations");
        for (const struct rollout_node *a = annotations ? ro_first(annotations) : NULL; a && a != ro_end(annotations);
             a = ro_next(a)) {
            struct rollout_str value = a->kind == ROLLOUT_NODE_TEXT ? a->text : RO_STR("");
            if (ro_str_eq(policy, RO_STR("MergePatchJson"))) {
                if (!merge_text(w, a->key, value))
                    return false;
            } else if (ro_str_eq(policy, RO_STR("Overwrite")) || !annotation(w, a->key).data) {
                set_annotation(w, a->key, value);
            }
        }
    }
    return true;
}

/* ---- the actions ---- */

static size_t count_members(const struct rollout_node *list)
{
    size_t n = 0;
    for (const struct rollout_node *p = ro_first(list); p != ro_end(list); p = ro_next(p))
        n += ro_count(ro_get(p, "annotations"));
    return n;
}

static bool begin(struct writing *w, struct sc_pass *pass, uint32_t pod)
{
    size_t n = pass->container_count;
    size_t patched = pass->spec->patch_pod_metadata.count ? count_members(pass->spec->patch_pod_metadata.nodes) : 0;
    *w = (struct writing){ .pass = pass, .arena = &pass->arena, .pod = pod };
    w->state = sc_state_of(w->arena, sc_object(pass, pod));
    w->images.items = ro_arena_alloc(w->arena, 2 * n, sizeof(*w->images.items));
    w->changed.items = ro_arena_alloc(w->arena, 2 * n, sizeof(*w->changed.items));
    w->annotations.items = ro_arena_alloc(w->arena, 4 * n + 4 + patched, sizeof(*w->annotations.items));
    return !w->arena->failed;
}

static struct sc_act *add_act(struct sc_pass *pass, uint32_t op, uint32_t pod)
{
    struct sc_act *act = ro_arena_alloc(&pass->arena, 1, sizeof(*act));
    if (!act)
        return NULL;
    act->op = op;
    act->pod = pod;
    *pass->end = act;
    pass->end = &act->next;
    return act;
}

static void end(struct writing *w, uint32_t op)
{
    struct sc_act *act = add_act(w->pass, op, w->pod);
    if (!act)
        return;
    act->images = w->images;
    act->annotations = w->annotations;
}

bool sc_update(struct sc_pass *pass, uint32_t pod)
{
    struct writing w;
    if (!begin(&w, pass, pod))
        return true;
    update_containers(&w);
    write_hash(&w);
    record_images(&w);
    if (!patch_metadata(&w)) {
        pass->error_pod = pod;
        return false;
    }
    end(&w, ROLLOUT_OP_UPDATE_IN_PLACE);
    return true;
}

void sc_flip(struct sc_pass *pass, uint32_t pod)
{
    struct writing w;
    if (!begin(&w, pass, pod))
        return;
    for (size_t i = 0; i < pass->container_count; i++) {
        const struct sc_container *c = &pass->containers[i];
        struct rollout_str work, other;
        if (!c->hot)
            continue;
        sc_hot_pair(w.state.working, c, &work, &other);
        if (ro_str_eq(sc_image(w.state.pod, other), c->empty))
            continue;
        set_image(&w, other, c->empty.data ? c->empty : RO_STR(""));
        set_annotation(&w, join(w.arena, RO_STR(SC_VERSION_PREFIX), other), RO_STR("0"));
        set_annotation(&w, join(w.arena, RO_STR(SC_ALTERNATE_PREFIX), work), RO_STR("0"));
    }
    record_images(&w);
    end(&w, ROLLOUT_OP_FLIP);
}

/* ---- the condition ---- */

static const struct rollout_node *condition_of(const struct rollout_node *pod)
{
    const struct rollout_node *list = ro_dig(pod, "status", "conditions", NULL);
    for (const struct rollout_node *c = list ? ro_first(list) : NULL; c && c != ro_end(list); c = ro_next(c))
        if (ro_str_eq(ro_text(ro_get(c, "type")), RO_STR(SC_CONDITION)))
            return c;
    return NULL;
}

bool sc_condition(struct sc_pass *pass, uint32_t pod, bool upgradable)
{
    const struct rollout_node *condition = condition_of(sc_object(pass, pod));
    struct rollout_str before = ro_text(ro_get(condition, "message"));
    struct ro_edit *map = before.len ? ro_edit_parse(&pass->arena, before) : ro_edit_object(&pass->arena);
    bool readable = map && (map->node.kind == ROLLOUT_NODE_OBJECT || map->node.kind == ROLLOUT_NODE_NULL), all = true;
    for (struct ro_edit *e = readable ? map->first : NULL; e; e = e->next)
        readable = readable && (e->node.kind == ROLLOUT_NODE_BOOL || e->node.kind == ROLLOUT_NODE_NULL);
    if (!readable) {
        pass->error = RO_STR("the message of condition SidecarSetUpgradable is no map of booleans");
        pass->error_pod = pod;
        return false;
    }
    if (map->node.kind == ROLLOUT_NODE_NULL)
        map = ro_edit_object(&pass->arena);
    ro_edit_set(map, pass->spec->name, ro_edit_bool(&pass->arena, upgradable));
    for (struct ro_edit *e = map ? map->first : NULL; e; e = e->next) {
        e->node.kind = ROLLOUT_NODE_BOOL;
        all = all && e->node.integer;
    }
    struct rollout_str message = ro_json_map(&pass->arena, map);
    struct rollout_str status = all ? RO_STR("True") : RO_STR("False");
    if (condition && ro_str_eq(before, message) && ro_str_eq(ro_text(ro_get(condition, "status")), status))
        return true;
    struct sc_act *act = add_act(pass, ROLLOUT_OP_SET_UPGRADABLE, pod);
    if (act) {
        act->upgradable = upgradable;
        act->all_upgradable = all;
        act->message = message;
    }
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Source of what is read: sidecarset.md 2, 3. */
#include "sim/sidecars.h"

#include <stdlib.h>
#include <string.h>

#include "base/edit.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/json_text.h"
#include "base/tree.h"
#include "base/tree_block.h"
#include "objects/sidecar_hash.h"
#include "planners/sidecarset_pass.h"
#include "rules/selector.h"
#include "sim/cluster.h"

/* ---- the table ---- */

static struct ro_sidecar_object *at(const struct ro_cluster *c, uint32_t number)
{
    return &c->sidecars.items[number - 1];
}

static uint32_t hash_of(const struct rollout_tree *tree)
{
    uint32_t hash = RO_FNV_BASIS;
    for (size_t i = 0; i < tree->count; i++) {
        const struct rollout_node *n = &tree->nodes[i];
        char head[] = { (char)n->kind, (char)(n->integer & 0xff) };
        hash = ro_fnv1(hash, (struct rollout_str){ head, sizeof head });
        hash = ro_fnv1(hash, n->key);
        hash = ro_fnv1(hash, n->text);
    }
    return hash;
}

static bool same(const struct rollout_tree *a, const struct rollout_tree *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        const struct rollout_node *x = &a->nodes[i], *y = &b->nodes[i];
        if (x->kind != y->kind || x->size != y->size || x->integer != y->integer || !ro_str_eq(x->key, y->key) ||
            !ro_str_eq(x->text, y->text))
            return false;
    }
    return true;
}

static bool need_slots(struct ro_sidecar_objects *o)
{
    if (o->count < o->slot_count)
        return true;
    uint32_t count = o->slot_count ? 2 * o->slot_count : 64;
    uint32_t *slots = calloc(count, sizeof *slots);
    if (!slots)
        return false;
    for (uint32_t i = 0; i < o->count; i++)
        if (o->items[i].block) {
            uint32_t *slot = &slots[o->items[i].hash & (count - 1)];
            o->items[i].next = *slot;
            *slot = i + 1;
        }
    free(o->slots);
    o->slots = slots;
    o->slot_count = count;
    return true;
}

/* A place for one more; 0 on lack of memory. */
static uint32_t take_place(struct ro_sidecar_objects *o)
{
    uint32_t number = o->free;
    if (number) {
        o->free = o->items[number - 1].next;
        return number;
    }
    if (o->count == o->room) {
        uint32_t room = o->room ? 2 * o->room : 64;
        struct ro_sidecar_object *items = realloc(o->items, room * sizeof *items);
        if (!items)
            return 0;
        o->items = items;
        o->room = room;
    }
    return need_slots(o) ? ++o->count : 0;
}

static bool fill(const struct ro_cluster *c, struct ro_sidecar_object *o, const struct rollout_tree *tree)
{
    struct ro_arena arena = { NULL, false };
    struct ro_sidecar_object made = { .block = NULL };
    struct rollout_str revision, unused, set = c->specs.sidecarset.name;
    struct rollout_str hash = sc_hash_in(&arena, set, sc_annotation(tree->nodes, RO_STR(SC_HASH_KEY)), &revision);
    struct rollout_str imageless =
        sc_hash_in(&arena, set, sc_annotation(tree->nodes, RO_STR(SC_IMAGELESS_KEY)), &unused);
    char *to;
    bool kept =
        !arena.failed && ro_tree_block(tree, hash.len + imageless.len + revision.len, &made.block, &made.tree, &to);
    if (kept) {
        made.set_hash = ro_str_put(&to, hash);
        made.imageless = ro_str_put(&to, imageless);
        made.revision = ro_str_put(&to, revision);
        made.injected = sc_injected(made.tree.nodes, set);
        *o = made;
    }
    ro_arena_free(&arena);
    return kept;
}

/* The number of this object; 0 on lack of memory. */
static uint32_t keep(struct ro_cluster *c, const struct rollout_tree *tree)
{
    struct ro_sidecar_objects *o = &c->sidecars;
    uint32_t hash = hash_of(tree);
    for (uint32_t i = o->slot_count ? o->slots[hash & (o->slot_count - 1)] : 0; i; i = at(c, i)->next)
        if (at(c, i)->hash == hash && same(&at(c, i)->tree, tree))
            return i;
    uint32_t number = take_place(o);
    if (!number)
        return 0;
    if (!fill(c, at(c, number), tree)) {
        *at(c, number) = (struct ro_sidecar_object){ .next = o->free };
        o->free = number;
        return 0;
    }
    uint32_t *slot = &o->slots[hash & (o->slot_count - 1)];
    at(c, number)->hash = hash;
    at(c, number)->next = *slot;
    *slot = number;
    return number;
}

static void drop(struct ro_cluster *c, uint32_t number)
{
    struct ro_sidecar_objects *o = &c->sidecars;
    if (!number || c->fixed_names || --at(c, number)->users > 0)
        return;
    uint32_t *link = &o->slots[at(c, number)->hash & (o->slot_count - 1)];
    while (*link != number)
        link = &at(c, *link)->next;
    *link = at(c, number)->next;
    free(at(c, number)->block);
    *at(c, number) = (struct ro_sidecar_object){ .next = o->free };
    o->free = number;
}

void ro_sidecars_free(struct ro_cluster *c)
{
    for (uint32_t i = 0; i < c->sidecars.count; i++)
        free(c->sidecars.items[i].block);
    free(c->sidecars.items);
    free(c->sidecars.slots);
}

/* ---- a pod's ---- */

void ro_sidecars_recall(struct ro_cluster *c, uint32_t pod, uint32_t number)
{
    c->hidden[pod].object = number;
    c->pods[pod].object = number ? at(c, number)->tree : (struct rollout_tree){ NULL, 0 };
}

void ro_sidecars_leave(struct ro_cluster *c, uint32_t pod)
{
    drop(c, c->hidden[pod].object);
    ro_sidecars_recall(c, pod, 0);
}

static void copy_member(struct ro_arena *arena, struct ro_edit *to, const char *key, const struct rollout_node *value)
{
    if (value)
        ro_edit_set(to, (struct rollout_str){ key, strlen(key) }, ro_edit_copy(arena, value));
}

/* A container that kubelet gave up for the time being is not ready with the image that it has. */
static bool gave_up(const struct rollout_node *status)
{
    static const char *const reasons[] = { "CrashLoopBackOff", "ImagePullBackOff", "ErrImagePull" };
    struct rollout_str reason = ro_text(ro_dig(status, "state", "waiting", "reason", NULL));
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (ro_str_eq(reason, (struct rollout_str){ reasons[i], strlen(reasons[i]) }))
            return true;
    return false;
}

/* Of each element of the list, these members. */
static void copy_list(struct ro_arena *arena, struct ro_edit *to, const char *key, const struct rollout_node *list,
                      const char *const *members)
{
    struct ro_edit *array = ro_edit_array(arena);
    if (!ro_is(list, ROLLOUT_NODE_ARRAY))
        return;
    for (const struct rollout_node *n = ro_first(list); n != ro_end(list); n = ro_next(n)) {
        struct ro_edit *one = ro_edit_object(arena);
        for (const char *const *m = members; *m; m++)
            copy_member(arena, one, *m, ro_get(n, *m));
        if (gave_up(n)) /* what else its state is, is of no account */
            copy_member(arena, one, "state", ro_get(n, "state"));
        ro_edit_append(array, one);
    }
    ro_edit_set(to, (struct rollout_str){ key, strlen(key) }, array);
}

static struct ro_edit *what_is_read(struct ro_arena *arena, const struct rollout_node *pod)
{
    static const char *const container[] = { "name", "image", NULL };
    static const char *const status[] = { "name", "image", "imageID", "ready", NULL };
    struct ro_edit *ret = ro_edit_object(arena), *part = ro_edit_object(arena), *list = ro_edit_array(arena);
    copy_member(arena, part, "annotations", ro_dig(pod, "metadata", "annotations", NULL));
    ro_edit_set(ret, RO_STR("metadata"), part);
    part = ro_edit_object(arena);
    copy_list(arena, part, "containers", ro_dig(pod, "spec", "containers", NULL), container);
    copy_list(arena, part, "initContainers", ro_dig(pod, "spec", "initContainers", NULL), container);
    ro_edit_set(ret, RO_STR("spec"), part);
    part = ro_edit_object(arena);
    copy_list(arena, part, "containerStatuses", ro_dig(pod, "status", "containerStatuses", NULL), status);
    const struct rollout_node *conditions = ro_dig(pod, "status", "conditions", NULL);
    for (const struct rollout_node *n = conditions ? ro_first(conditions) : NULL; n && n != ro_end(conditions);
         n = ro_next(n))
        if (ro_str_eq(ro_text(ro_get(n, "type")), RO_STR(SC_CONDITION)))
            ro_edit_append(list, ro_edit_copy(arena, n));
    if (list && list->first)
        ro_edit_set(part, RO_STR("conditions"), list);
    ro_edit_set(ret, RO_STR("status"), part);
    return ret;
}

void ro_sidecars_put(struct ro_cluster *c, uint32_t pod, const struct rollout_node *object)
{
    struct ro_arena arena = { NULL, false };
    struct rollout_tree tree = ro_edit_flatten(&arena, what_is_read(&arena, object));
    uint32_t before = c->hidden[pod].object, number = arena.failed || !tree.count ? 0 : keep(c, &tree);
    ro_arena_free(&arena);
    if (!number) {
        c->texts.failed = true;
        return;
    }
    at(c, number)->users++;
    ro_sidecars_recall(c, pod, number);
    drop(c, before);
}

/* ---- what is read ---- */

const struct ro_sidecar_object *ro_sidecars_of(const struct ro_cluster *c, const struct ro_sim_pod *hidden)
{
    static const struct ro_sidecar_object none;
    return hidden->object ? at(c, hidden->object) : &none;
}

static bool in_namespace(const struct ro_cluster *c, struct rollout_str name)
{
    const struct rollout_sidecarset *spec = &c->specs.sidecarset;
    const struct rollout_namespaces *spaces = &c->snapshot.namespaces;
    uint32_t hint = 0;
    if (!(spec->flags & ROLLOUT_SIDECARSET_NAMESPACE_SELECTOR))
        return true;
    for (size_t i = 0; i < spaces->count; i++) {
        const struct rollout_namespace *n = (const void *)((const char *)spaces->items + i * spaces->stride);
        if (ro_str_eq(n->name, name) && ro_selector_match(&spec->namespace_selector, &n->labels, &hint))
            return true;
    }
    return false;
}

bool ro_sidecars_matched(const struct ro_cluster *c, const struct rollout_pod *pod, const struct ro_sim_pod *hidden)
{
    uint32_t hint = 0;
    return !(hidden->flags & RO_SIM_GONE) && pod->phase != ROLLOUT_PHASE_SUCCEEDED &&
           pod->phase != ROLLOUT_PHASE_FAILED && !(pod->flags & ROLLOUT_POD_TERMINATING) &&
           ro_sidecars_of(c, hidden)->injected &&
           ro_selector_match(&c->specs.sidecarset.selector, &pod->labels, &hint) && in_namespace(c, pod->namespace_);
}

/* kubelet writes the image's full name where the spec has a short one. */
bool ro_sidecars_same_image(struct rollout_str spec, struct rollout_str status)
{
    return ro_str_eq(spec, status) ||
           (status.len > spec.len && status.data[status.len - spec.len - 1] == '/' &&
            memcmp(status.data + status.len - spec.len, spec.data ? spec.data : "", spec.len) == 0);
}

bool ro_sidecars_changed(const struct ro_cluster *c, const struct ro_sim_pod *hidden)
{
    const struct rollout_node *pod = ro_sidecars_of(c, hidden)->tree.nodes;
    const struct rollout_node *list = ro_dig(pod, "spec", "containers", NULL);
    const struct rollout_node *statuses = ro_dig(pod, "status", "containerStatuses", NULL);
    for (const struct rollout_node *n = list ? ro_first(list) : NULL; n && n != ro_end(list); n = ro_next(n)) {
        const struct rollout_node *status = sc_named(statuses, ro_text(ro_get(n, "name")));
        if (status && !ro_sidecars_same_image(ro_text(ro_get(n, "image")), ro_text(ro_get(status, "image"))))
            return true;
    }
    return false;
}

bool ro_sidecars_pair(const struct rollout_node *container, struct sc_container *ret, struct ro_arena *arena)
{
    const struct rollout_node *strategy = ro_get(container, "upgradeStrategy");
    struct rollout_str name = ro_text(ro_get(container, "name"));
    *ret = (struct sc_container){ .name = name, .hot = true };
    ret->empty = ro_text(ro_get(strategy, "hotUpgradeEmptyImage"));
    ret->first = ro_arena_printf(arena, "%.*s-1", (int)name.len, name.data ? name.data : "");
    ret->second = ro_arena_printf(arena, "%.*s-2", (int)name.len, name.data ? name.data : "");
    return ro_str_eq(ro_text(ro_get(strategy, "upgradeType")), RO_STR("HotUpgrade"));
}

static bool judge(const struct ro_cluster *c, const struct rollout_node *pod, struct ro_arena *arena)
{
    const struct rollout_tree *list = &c->specs.sidecarset.containers;
    struct ro_edit *working = ro_edit_parse(arena, sc_annotation(pod, RO_STR(SC_WORKING_KEY)));
    for (const struct rollout_node *n = list->count ? ro_first(list->nodes) : NULL; n && n != ro_end(list->nodes);
         n = ro_next(n)) {
        struct sc_container pair;
        struct rollout_str work, other;
        if (!ro_sidecars_pair(n, &pair, arena) || pair.empty.len == 0)
            continue;
        sc_hot_pair(working, &pair, &work, &other);
        if (!ro_str_eq(sc_image(pod, other), pair.empty))
            return false;
    }
    return true;
}

bool ro_sidecars_flipped(const struct ro_cluster *c, const struct ro_sim_pod *hidden)
{
    struct ro_arena arena = { NULL, false };
    if (!hidden->object)
        return true;
    struct ro_sidecar_object *o = at(c, hidden->object);
    if (o->judged == c->source)
        return o->flipped;
    o->flipped = judge(c, o->tree.nodes, &arena);
    o->judged = arena.failed ? NULL : c->source; /* for lack of memory: once more, later */
    ro_arena_free(&arena);
    return o->flipped;
}

/* ---- begin ---- */

/* The start's own hash holds for the start's containers, and for no others; what has none, or that one, is hashed. */
static struct rollout_str admitted(struct ro_cluster *c, struct rollout_str said, const char *key, bool images)
{
    const struct rollout_node *now = c->source->workload_object.nodes, *start = c->base->workload_object.nodes;
    const struct rollout_node *base = c->base->workload_object.count ? start : NULL;
    struct rollout_str first = ro_text(ro_get(ro_dig(base, "metadata", "annotations", NULL), key));
    struct rollout_str made = ro_sidecar_hash(&c->arena, ro_get(now, "spec"), images);
    bool same = base && ro_str_eq(made, ro_sidecar_hash(&c->arena, ro_get(base, "spec"), images));
    if (same && first.len > 0)
        return first;
    return said.len > 0 && !ro_str_eq(said, first) ? said : made;
}

int ro_sidecars_admit(struct ro_cluster *c)
{
    struct rollout_sidecarset *spec = &c->specs.sidecarset;
    if (!c->source->workload_object.count)
        return ROLLOUT_OK;
    spec->hash = admitted(c, spec->hash, SC_HASH_KEY, true);
    spec->hash_without_image = admitted(c, spec->hash_without_image, SC_IMAGELESS_KEY, false);
    return c->arena.failed ? ro_error_nomem(c->reterr) : ROLLOUT_OK;
}

int ro_sidecars_begin(struct ro_cluster *c, uint32_t pod)
{
    struct rollout_pod *p = &c->pods[pod];
    struct ro_sim_pod *h = &c->hidden[pod];
    if (!p->object.count)
        return ro_error_at(c->reterr, ROLLOUT_ERR_INVALID, pod, "pods", "pods[%u].object: count 0", (unsigned)pod);
    p->in_place = NULL; /* its own controller's, of which nothing is read here */
    ro_sidecars_put(c, pod, p->object.nodes);
    if (c->texts.failed)
        return ro_error_nomem(c->reterr);
    h->target = (uint16_t)ro_cluster_revision(c, ro_sidecars_of(c, h)->revision);
    h->image = ro_sidecars_changed(c, h) ? 0 : h->target;
    h->flags &= (uint16_t)~RO_SIM_CONTAINERS_READY;
    if (p->flags & ROLLOUT_POD_READY)
        h->flags |= RO_SIM_CONTAINERS_READY;
    return ROLLOUT_OK;
}

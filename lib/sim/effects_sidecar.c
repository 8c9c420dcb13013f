/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a pod that carries a SidecarSet's containers. Sources: sidecarset.md 6, 7, 10. */
#include <rollout/inject.h>
#include <string.h>

#include "base/edit.h"
#include "base/error.h"
#include "base/json_text.h"
#include "base/tree.h"
#include "planners/sidecarset_pass.h"
#include "sim/kinds.h"
#include "sim/sidecars.h"

/* ---- an action ---- */

int ro_sidecars_act(struct ro_cluster *c, const struct rollout_plan *plan, size_t action, uint32_t pod)
{
    struct rollout_world world = *c->source;
    struct rollout_plan one = *plan;
    struct rollout_action act = plan->actions[action];
    struct rollout_objects *objects = NULL;
    struct ro_sim_pod *h = &c->hidden[pod];
    act.subject = 0;
    one.actions = &act;
    one.action_count = 1;
    world.struct_size = sizeof world;
    world.workload = &c->workload;
    world.snapshot = &c->snapshot;
    world.revision_objects = c->revision_objects;
    world.revision_object_count = c->revision_count;
    world.pod_objects = &c->pods[pod].object;
    world.pod_object_count = 1;
    int r = rollout_apply_to(&world, &one, 0, &c->pods[pod].object, &objects, c->reterr);
    if (r != ROLLOUT_OK)
        return r;
    ro_sidecars_put(c, pod, objects->items[0].nodes);
    rollout_objects_free(objects);
    if (act.op == ROLLOUT_OP_UPDATE_IN_PLACE) {
        h->target = (uint16_t)c->snapshot.update_revision;
        h->flags |= RO_SIM_BEGUN;
        if (!(h->flags & RO_SIM_RESTARTS) && !ro_sidecars_changed(c, h)) /* it runs what it is to run */
            h->image = h->target;
    }
    return ROLLOUT_OK;
}

/* ---- kubelet ---- */

/* Of this set: a container of its, or one of a hot pair. */
static bool is_sidecar(const struct ro_cluster *c, struct rollout_str name)
{
    const struct rollout_tree *list = &c->specs.sidecarset.containers;
    for (const struct rollout_node *n = list->count ? ro_first(list->nodes) : NULL; n && n != ro_end(list->nodes);
         n = ro_next(n)) {
        struct rollout_str own = ro_text(ro_get(n, "name")), head = name;
        bool hot = ro_str_eq(ro_text(ro_dig(n, "upgradeStrategy", "upgradeType", NULL)), RO_STR("HotUpgrade"));
        if (hot && name.len > 2 && name.data[name.len - 2] == '-' &&
            (name.data[name.len - 1] == '1' || name.data[name.len - 1] == '2'))
            head.len -= 2;
        if (ro_str_eq(own, head))
            return true;
    }
    return false;
}

static const struct rollout_node *statuses_of(const struct ro_cluster *c, uint32_t pod)
{
    return ro_dig(ro_sidecars_of(c, &c->hidden[pod])->tree.nodes, "status", "containerStatuses", NULL);
}

/* What runs the image: one with a digest under its own, any other under one that is made up. */
static struct rollout_str image_id(struct ro_arena *arena, struct rollout_str image)
{
    bool digest = image.len && memchr(image.data, '@', image.len);
    return ro_arena_printf(arena, "%s%.*s", digest ? "docker-pullable://" : "simulated://", (int)image.len,
                           image.data ? image.data : "");
}

enum change { STOP, START, READY, UNREADY, BREAK, FAIL };

/* Of a hot pair the one that does not work, by the pod's map. */
static bool is_idle(const struct ro_cluster *c, const struct rollout_node *pod, struct rollout_str name,
                    struct ro_arena *arena)
{
    const struct rollout_tree *list = &c->specs.sidecarset.containers;
    struct ro_edit *working = ro_edit_parse(arena, sc_annotation(pod, RO_STR(SC_WORKING_KEY)));
    for (const struct rollout_node *n = list->count ? ro_first(list->nodes) : NULL; n && n != ro_end(list->nodes);
         n = ro_next(n)) {
        struct sc_container pair;
        struct rollout_str work, other;
        if (!ro_sidecars_pair(n, &pair, arena))
            continue;
        sc_hot_pair(working, &pair, &work, &other);
        if (ro_str_eq(other, name))
            return true;
    }
    return false;
}

static void crash(struct ro_arena *arena, struct ro_edit *status)
{
    struct ro_edit *waiting = ro_edit_need_object(arena, ro_edit_need_object(arena, status, "state"), "waiting");
    ro_edit_set_text(arena, waiting, RO_STR("reason"), RO_STR("CrashLoopBackOff"));
}

/* Statuses after the change, one a container, in the containers' order. *ret_all: all are ready. */
static struct ro_edit *statuses(const struct ro_cluster *c, uint32_t pod, enum change change, struct ro_arena *arena,
                                bool *ret_all)
{
    const struct ro_sim_pod *h = &c->hidden[pod];
    const struct rollout_node *tree = ro_sidecars_of(c, h)->tree.nodes, *before = statuses_of(c, pod);
    const struct rollout_node *list = ro_dig(tree, "spec", "containers", NULL);
    struct ro_edit *ret = ro_edit_array(arena);
    *ret_all = true;
    for (const struct rollout_node *n = list ? ro_first(list) : NULL; n && n != ro_end(list); n = ro_next(n)) {
        struct rollout_str name = ro_text(ro_get(n, "name")), image = ro_text(ro_get(n, "image"));
        const struct rollout_node *was = sc_named(before, name);
        struct ro_edit *status = was ? ro_edit_copy(arena, was) : ro_edit_object(arena);
        bool ready = was && ro_is_true(ro_get(was, "ready")), own = is_sidecar(c, name);
        bool changed = !was || !ro_sidecars_same_image(image, ro_text(ro_get(was, "image")));
        if (!was)
            ro_edit_set_text(arena, status, RO_STR("name"), name);
        if (change == STOP)
            ready = ready && !changed;
        if (change == START && changed) {
            ro_edit_set_text(arena, status, RO_STR("image"), image);
            ro_edit_set_text(arena, status, RO_STR("imageID"), image_id(arena, image));
            ro_edit_remove(status, RO_STR("state"));
            ready = false;
        }
        if (change == READY)
            ready = ready || (was && !changed && !ro_get(was, "state"));
        if (change == UNREADY)
            ready = ready && own;
        if ((change == BREAK && own && ready && !is_idle(c, tree, name, arena)) || (change == FAIL && own && !ready)) {
            crash(arena, status);
            ready = false;
        }
        ro_edit_set(status, RO_STR("ready"), ro_edit_bool(arena, ready));
        ro_edit_append(ret, status);
        *ret_all = *ret_all && ready;
    }
    return ret;
}

static void change_statuses(struct ro_cluster *c, uint32_t pod, enum change change)
{
    struct ro_arena arena = { NULL, false };
    struct ro_sim_pod *h = &c->hidden[pod];
    bool all = false;
    struct ro_edit *object = ro_edit_copy(&arena, ro_sidecars_of(c, h)->tree.nodes);
    struct ro_edit *list = statuses(c, pod, change, &arena, &all);
    ro_edit_set(ro_edit_need_object(&arena, object, "status"), RO_STR("containerStatuses"), list);
    struct rollout_tree flat = ro_edit_flatten(&arena, object);
    if (arena.failed)
        c->texts.failed = true;
    else
        ro_sidecars_put(c, pod, flat.nodes);
    ro_arena_free(&arena);
    h->flags &= (uint16_t)~RO_SIM_CONTAINERS_READY;
    if (all)
        h->flags |= RO_SIM_CONTAINERS_READY;
}

void ro_sidecars_stop(struct ro_cluster *c, uint32_t pod)
{
    change_statuses(c, pod, STOP);
    c->hidden[pod].flags |= RO_SIM_RESTARTS;
}

void ro_sidecars_start(struct ro_cluster *c, uint32_t pod)
{
    struct ro_sim_pod *h = &c->hidden[pod];
    change_statuses(c, pod, START);
    h->flags &= (uint16_t)~RO_SIM_RESTARTS;
    h->image = h->target;
}

void ro_sidecars_ready(struct ro_cluster *c, uint32_t pod)
{
    change_statuses(c, pod, READY);
}

bool ro_sidecars_can_ready(const struct ro_cluster *c, uint32_t pod)
{
    const struct rollout_node *list = statuses_of(c, pod);
    if (!list || ro_count(list) == 0)
        return !(c->hidden[pod].flags & RO_SIM_CONTAINERS_READY);
    for (const struct rollout_node *n = list ? ro_first(list) : NULL; n && n != ro_end(list); n = ro_next(n))
        if (!ro_is_true(ro_get(n, "ready")) && !ro_get(n, "state"))
            return true;
    return false;
}

bool ro_sidecars_taken(const struct ro_cluster *c, const struct ro_sim_pod *hidden)
{
    const struct rollout_node *tree = ro_sidecars_of(c, hidden)->tree.nodes;
    const struct rollout_node *list = ro_dig(tree, "spec", "containers", NULL);
    const struct rollout_node *statuses = ro_dig(tree, "status", "containerStatuses", NULL);
    struct ro_arena arena = { NULL, false };
    bool taken = true;
    for (const struct rollout_node *n = list ? ro_first(list) : NULL; n && n != ro_end(list); n = ro_next(n)) {
        struct rollout_str name = ro_text(ro_get(n, "name"));
        const struct rollout_node *status = sc_named(statuses, name);
        if (is_sidecar(c, name) && !is_idle(c, tree, name, &arena))
            taken = taken && ro_is_true(ro_get(status, "ready")) &&
                    ro_sidecars_same_image(ro_text(ro_get(n, "image")), ro_text(ro_get(status, "image")));
    }
    ro_arena_free(&arena);
    return taken;
}

bool ro_sidecars_run(const struct ro_cluster *c, uint32_t pod)
{
    const struct rollout_node *list = statuses_of(c, pod);
    if (c->pods[pod].phase != ROLLOUT_PHASE_RUNNING || (c->hidden[pod].flags & RO_SIM_RESTARTS))
        return false;
    for (const struct rollout_node *n = list ? ro_first(list) : NULL; n && n != ro_end(list); n = ro_next(n))
        if (!ro_is_true(ro_get(n, "ready")) && is_sidecar(c, ro_text(ro_get(n, "name"))))
            return false;
    return !ro_sidecars_changed(c, &c->hidden[pod]) && ro_sidecars_flipped(c, &c->hidden[pod]);
}

void ro_sidecars_unready(struct ro_cluster *c, uint32_t pod)
{
    change_statuses(c, pod, UNREADY);
}

void ro_sidecars_break(struct ro_cluster *c, uint32_t pod)
{
    change_statuses(c, pod, BREAK);
}

void ro_sidecars_fail(struct ro_cluster *c, uint32_t pod)
{
    change_statuses(c, pod, FAIL);
}

/* ---- a pod that is made anew ---- */

static bool of_set(const struct ro_cluster *c, struct rollout_str one)
{
    return ro_str_eq(one, c->specs.sidecarset.name);
}

/* The pod as its owner makes it: nothing of this set is in it yet. */
static struct ro_edit *without_set(const struct ro_cluster *c, uint32_t pod, struct ro_arena *arena)
{
    const struct rollout_pod *p = &c->pods[pod];
    struct ro_edit *object = ro_edit_copy(arena, ro_sidecars_of(c, &c->hidden[pod])->tree.nodes), *next;
    struct ro_edit *metadata = ro_edit_need_object(arena, object, "metadata"), *labels = ro_edit_object(arena);
    struct ro_edit *annotations = ro_edit_need_object(arena, metadata, "annotations");
    struct ro_edit *containers = ro_edit_get(ro_edit_get(object, "spec"), "containers");
    ro_edit_remove(object, RO_STR("status"));
    for (struct ro_edit *e = containers ? containers->first : NULL; e; e = next) {
        next = e->next;
        if (is_sidecar(c, ro_edit_get_text(e, "name")))
            ro_edit_detach(e);
    }
    ro_edit_remove(annotations, RO_STR(SC_STATE_KEY)); /* what was before is no more */
    struct rollout_str list = ro_edit_get_text(annotations, SC_INJECTED_KEY);
    char *text = ro_arena_alloc(arena, list.len + 1, 1);
    size_t len = 0;
    for (size_t from = 0, i = 0; text && list.data && i <= list.len; i++)
        if (i == list.len || list.data[i] == ',') {
            struct rollout_str one = { list.data + from, i - from };
            if (!of_set(c, one) && one.len > 0) {
                if (len > 0)
                    text[len++] = ',';
                memcpy(text + len, one.data, one.len);
                len += one.len;
            }
            from = i + 1;
        }
    ro_edit_set_text(arena, annotations, RO_STR(SC_INJECTED_KEY), (struct rollout_str){ text, len });
    for (uint32_t i = 0; i < p->labels.count; i++)
        ro_edit_add(labels, *ro_label_key(&p->labels, i), ro_edit_text(arena, *ro_label_value(&p->labels, i)));
    ro_edit_set(metadata, RO_STR("labels"), labels);
    ro_edit_set_text(arena, metadata, RO_STR("name"), p->name);
    ro_edit_set_text(arena, metadata, RO_STR("namespace"), p->namespace_.len ? p->namespace_ : RO_STR("default"));
    ro_edit_set_text(arena, object, RO_STR("apiVersion"), RO_STR("v1"));
    ro_edit_set_text(arena, object, RO_STR("kind"), RO_STR("Pod"));
    return object;
}

/* The set as it is now, with the hashes that admission has written. */
static struct ro_edit *set_of(const struct ro_cluster *c, struct ro_arena *arena)
{
    struct ro_edit *object = ro_edit_copy(arena, c->source->workload_object.nodes);
    struct ro_edit *metadata = ro_edit_need_object(arena, object, "metadata");
    struct ro_edit *annotations = ro_edit_need_object(arena, metadata, "annotations");
    ro_edit_set_text(arena, annotations, RO_STR(SC_HASH_KEY), c->specs.sidecarset.hash);
    ro_edit_set_text(arena, annotations, RO_STR(SC_IMAGELESS_KEY), c->specs.sidecarset.hash_without_image);
    struct ro_edit *status = ro_edit_need_object(arena, object, "status");
    if (c->snapshot.update_revision)
        ro_edit_set_text(arena, status, RO_STR("latestRevision"), c->revisions[c->snapshot.update_revision - 1].name);
    return object;
}

static struct ro_edit *document(const struct ro_cluster *c, uint32_t pod, struct ro_arena *arena)
{
    struct ro_edit *ret = ro_edit_object(arena), *sets = ro_edit_array(arena), *revisions = ro_edit_array(arena);
    struct ro_edit *namespaces = ro_edit_array(arena);
    ro_edit_set(ret, RO_STR("pod"), without_set(c, pod, arena));
    ro_edit_append(sets, set_of(c, arena));
    ro_edit_set(ret, RO_STR("sidecarSets"), sets);
    for (size_t i = 0; i < c->revision_count; i++)
        if (c->revision_objects[i].count)
            ro_edit_append(revisions, ro_edit_copy(arena, c->revision_objects[i].nodes));
    ro_edit_set(ret, RO_STR("revisions"), revisions);
    for (size_t i = 0; i < c->snapshot.namespaces.count; i++) {
        const struct rollout_namespace *n =
            (const void *)((const char *)c->snapshot.namespaces.items + i * c->snapshot.namespaces.stride);
        struct ro_edit *object = ro_edit_object(arena), *metadata = ro_edit_object(arena),
                       *labels = ro_edit_object(arena);
        for (uint32_t k = 0; k < n->labels.count; k++)
            ro_edit_add(labels, *ro_label_key(&n->labels, k), ro_edit_text(arena, *ro_label_value(&n->labels, k)));
        ro_edit_set_text(arena, metadata, RO_STR("name"), n->name);
        ro_edit_set(metadata, RO_STR("labels"), labels);
        ro_edit_set_text(arena, object, RO_STR("apiVersion"), RO_STR("v1"));
        ro_edit_set_text(arena, object, RO_STR("kind"), RO_STR("Namespace"));
        ro_edit_set(object, RO_STR("metadata"), metadata);
        ro_edit_append(namespaces, object);
    }
    ro_edit_set(ret, RO_STR("namespaces"), namespaces);
    return ret;
}

/* What admission makes of it; without the set's object as the pod was. 0 = the pod is refused, or memory ran out. */
static bool inject(struct ro_cluster *c, uint32_t pod)
{
    struct ro_arena arena = { NULL, false };
    struct rollout_objects *objects = NULL;
    struct rollout_error error = { .struct_size = sizeof error };
    bool made = false;
    if (!c->source->workload_object.count) {
        struct ro_edit *object = ro_edit_copy(&arena, c->pods[pod].object.nodes);
        ro_edit_remove(object, RO_STR("status"));
        struct rollout_tree flat = ro_edit_flatten(&arena, object);
        made = !arena.failed;
        if (made)
            ro_sidecars_put(c, pod, flat.nodes);
    } else {
        struct rollout_tree flat = ro_edit_flatten(&arena, document(c, pod, &arena));
        int r = arena.failed ? ROLLOUT_ERR_NOMEM : rollout_inject(&flat, c->snapshot.now_ms, &objects, &error);
        const struct rollout_node *result = r == ROLLOUT_OK ? ro_get(objects->items[0].nodes, "pod") : NULL;
        c->texts.failed = c->texts.failed || r == ROLLOUT_ERR_NOMEM;
        made = r == ROLLOUT_OK && !ro_get(objects->items[0].nodes, "error");
        if (made)
            ro_sidecars_put(c, pod, result ? result : ro_get(flat.nodes, "pod"));
        rollout_objects_free(objects);
    }
    c->texts.failed = c->texts.failed || arena.failed;
    ro_arena_free(&arena);
    return made;
}

bool ro_sidecars_renew(struct ro_cluster *c, uint32_t pod)
{
    struct rollout_pod *p = &c->pods[pod];
    struct ro_sim_pod *h = &c->hidden[pod];
    if (!inject(c, pod))
        return false;
    p->phase = ROLLOUT_PHASE_PENDING;
    p->flags &= ~(uint32_t)(ROLLOUT_POD_READY | ROLLOUT_POD_TERMINATING);
    p->node = p->target_node = (struct rollout_str){ NULL, 0 };
    p->node_index = 0;
    p->restarts = 0;
    p->ready_since_ms = 0;
    p->created_ms = c->fixed_names ? p->created_ms : c->snapshot.now_ms / 1000 * 1000;
    h->target = (uint16_t)ro_cluster_revision(c, ro_sidecars_of(c, h)->revision);
    h->image = h->target;
    h->flags = 0;
    memset(h->due_ms, 0, sizeof h->due_ms);
    return true;
}

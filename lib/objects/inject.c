/* SPDX-License-Identifier: Apache-2.0 */
/* An admission: the pod with the containers of all its SidecarSets. Source: sidecarset.md 10.1, 10.4. */
#include <rollout/inject.h>

#include "base/json_merge.h"
#include "base/json_text.h"
#include "base/sort.h"
#include "base/time.h"
#include "objects/inject.h"
#include "objects/result.h"

#define HASH_KEY      "kruise.io/sidecarset-hash"
#define IMAGELESS_KEY "kruise.io/sidecarset-hash-without-image"
#define INJECTED_KEY  "kruise.io/sidecarset-injected-list"
#define WORKING_KEY   "kruise.io/sidecarset-working-hotupgrade-container"

/* The pod under construction. */
struct admission {
    struct ro_injection in;
    struct ro_arena arena;
    struct ro_edit *pod, *spec, *annotations;              /* annotations: all of the pod's */
    struct ro_edit *containers, *init, *volumes, *secrets; /* that are injected */
    struct ro_edit *hashes, *imageless, *working, *given;  /* given: names of the sets that gave a container */
    struct rollout_str now;
};

/* ---- annotations ---- */

static struct rollout_str annotation(struct admission *a, const char *key)
{
    return ro_edit_get_text(a->annotations, key);
}

static void annotate(struct admission *a, struct rollout_str key, struct rollout_str value)
{
    ro_edit_set_text(a->in.arena, a->annotations, key, value);
}

/* The older form, set to hash, as objects. */
static struct ro_edit *renew(struct admission *a, struct ro_edit *map)
{
    struct ro_arena *arena = a->in.arena;
    struct ro_edit *ret = ro_edit_object(arena);
    for (struct ro_edit *e = map->first; e; e = e->next) {
        struct ro_edit *entry = ro_edit_object(arena);
        ro_edit_set(entry, RO_STR("updateTimestamp"), ro_edit_null(arena));
        ro_edit_set_text(arena, entry, RO_STR("hash"), e->node.text);
        ro_edit_set_text(arena, entry, RO_STR("sidecarSetName"), e->node.key);
        ro_edit_set(entry, RO_STR("sidecarList"), ro_edit_null(arena));
        ro_edit_add(ret, e->node.key, entry);
    }
    return ret;
}

/* A map that the pod has already; false where it is none. */
static bool open_map(struct admission *a, const char *key, bool entries, struct ro_edit **ret)
{
    struct rollout_str text = annotation(a, key);
    *ret = text.len ? ro_edit_parse(a->in.arena, text) : ro_edit_object(a->in.arena);
    if (*ret && (*ret)->node.kind == ROLLOUT_NODE_NULL)
        *ret = ro_edit_object(a->in.arena);
    bool good = *ret && (*ret)->node.kind == ROLLOUT_NODE_OBJECT;
    bool old = good && entries && (*ret)->first && (*ret)->first->node.kind == ROLLOUT_NODE_TEXT;
    for (struct ro_edit *e = good ? (*ret)->first : NULL; e; e = e->next)
        good = good && e->node.kind == (entries && !old ? ROLLOUT_NODE_OBJECT : ROLLOUT_NODE_TEXT);
    if (good && old)
        *ret = renew(a, *ret);
    if (!good && entries)
        a->in.refused = ro_arena_printf(a->in.arena, "annotation %s cannot be read", key);
    if (!good)
        *ret = ro_edit_object(a->in.arena);
    return good;
}

static int by_text(const void *context, uint32_t x, uint32_t y)
{
    const struct rollout_str *texts = context;
    return ro_str_cmp(texts[x], texts[y]);
}

static struct ro_edit *sorted_names(struct admission *a, const struct rollout_str *names, size_t n)
{
    struct ro_edit *list = ro_edit_array(a->in.arena);
    uint32_t *order = ro_arena_alloc(a->in.arena, 2 * n, sizeof(*order));
    for (uint32_t i = 0; order && i < n; i++)
        order[i] = i;
    if (order)
        ro_sort_indices(order, n, order + n, by_text, names);
    for (size_t i = 0; order && list && i < n; i++)
        if (!list->last || !ro_str_eq(list->last->node.text, names[order[i]]))
            ro_edit_append(list, ro_edit_text(a->in.arena, names[order[i]]));
    return list;
}

static void record(struct admission *a, const struct ro_injected_set *set, struct ro_edit *map, struct rollout_str hash,
                   bool revision)
{
    const struct rollout_node *list = ro_get(set->spec, "containers"), *init = ro_get(set->spec, "initContainers");
    size_t most = (list ? ro_count(list) : 0) + (init ? ro_count(init) : 0), n = 0;
    struct rollout_str *names = ro_arena_alloc(a->in.arena, most, sizeof(*names));
    struct ro_edit *e = ro_edit_object(a->in.arena);
    for (const struct rollout_node *c = list ? ro_first(list) : NULL; names && c && c != ro_end(list); c = ro_next(c))
        names[n++] = ro_text(ro_get(c, "name"));
    for (const struct rollout_node *c = init ? ro_first(init) : NULL; names && c && c != ro_end(init); c = ro_next(c))
        if (ro_str_eq(ro_text(ro_get(c, "restartPolicy")), RO_STR("Always")))
            names[n++] = ro_text(ro_get(c, "name"));
    ro_edit_set_text(a->in.arena, e, RO_STR("updateTimestamp"), a->now);
    ro_edit_set_text(a->in.arena, e, RO_STR("hash"), hash.data ? hash : RO_STR(""));
    ro_edit_set_text(a->in.arena, e, RO_STR("sidecarSetName"), set->name);
    ro_edit_set(e, RO_STR("sidecarList"), sorted_names(a, names, n));
    if (revision && set->revision.len > 0)
        ro_edit_set_text(a->in.arena, e, RO_STR("controllerRevision"), set->revision);
    ro_edit_set(map, set->name, e);
}

static void write_injected_list(struct admission *a)
{
    struct rollout_str old = annotation(a, INJECTED_KEY);
    size_t most = 1 + a->in.set_count, n = 0;
    for (size_t i = 0; i < old.len; i++)
        most += old.data[i] == ',';
    struct rollout_str *names = ro_arena_alloc(a->in.arena, most, sizeof(*names));
    if (!names)
        return;
    for (size_t start = 0, i = 0; old.len > 0 && i <= old.len; i++)
        if (i == old.len || old.data[i] == ',') {
            names[n++] = (struct rollout_str){ old.data + start, i - start };
            start = i + 1;
        }
    for (size_t i = 0; i < a->in.set_count; i++) /* those too that gave no container */
        if (!a->in.sets[i].hidden)
            names[n++] = a->in.sets[i].name;
    struct ro_edit *list = sorted_names(a, names, n);
    size_t len = 0, at = 0;
    for (struct ro_edit *e = list ? list->first : NULL; e; e = e->next)
        len += e->node.text.len + 1;
    char *text = ro_arena_alloc(a->in.arena, len, 1);
    for (struct ro_edit *e = list ? list->first : NULL; e && text; e = e->next) {
        if (at > 0)
            text[at++] = ',';
        memcpy(text + at, e->node.text.data, e->node.text.len);
        at += e->node.text.len;
    }
    annotate(a, RO_STR(INJECTED_KEY), (struct rollout_str){ text, at });
}

static bool patch_metadata(struct admission *a, const struct ro_injected_set *set)
{
    const struct rollout_node *list = ro_get(set->spec, "patchPodMetadata");
    for (const struct rollout_node *p = list ? ro_first(list) : NULL; p && p != ro_end(list); p = ro_next(p)) {
        struct rollout_str policy = ro_text(ro_get(p, "patchPolicy"));
        const struct rollout_node *values = ro_get(p, "annotations");
        for (const struct rollout_node *v = values ? ro_first(values) : NULL; v && v != ro_end(values);
             v = ro_next(v)) {
            struct ro_edit *there = ro_edit_get_str(a->annotations, v->key);
            struct rollout_str value = ro_text(v);
            if (ro_str_eq(policy, RO_STR("MergePatchJson"))) {
                struct rollout_str before = there ? there->node.text : (struct rollout_str){ NULL, 0 };
                a->in.refused = ro_json_merge(a->in.arena, before, value, &value);
                if (a->in.refused.data)
                    return false;
            } else if (there && !ro_str_eq(policy, RO_STR("Overwrite"))) {
                continue;
            }
            annotate(a, v->key, value);
        }
    }
    return true;
}

/* ---- the sets ---- */

static void note_hot(struct admission *a, const struct rollout_node *container, bool init)
{
    const struct rollout_node *strategy = ro_get(container, "upgradeStrategy");
    struct rollout_str name = ro_text(ro_get(container, "name"));
    bool native = ro_str_eq(ro_text(ro_get(container, "restartPolicy")), RO_STR("Always"));
    if (!ro_str_eq(ro_text(ro_get(strategy, "upgradeType")), RO_STR("HotUpgrade")) || (init && !native))
        return;
    struct ro_arena *arena = a->in.arena;
    for (int i = 1; i <= 2; i++) {
        struct rollout_str own = ro_arena_printf(arena, "%.*s-%d", (int)name.len, name.data ? name.data : "", i);
        annotate(a, ro_arena_printf(arena, "version.sidecarset.kruise.io/%.*s", (int)own.len, own.data),
                 i == 1 ? RO_STR("1") : RO_STR("0"));
        annotate(a, ro_arena_printf(arena, "versionalt.sidecarset.kruise.io/%.*s", (int)own.len, own.data),
                 i == 1 ? RO_STR("0") : RO_STR("1"));
        if (i == 1)
            ro_edit_set_text(arena, a->working, name, own);
    }
}

/* Where the spec of a set as it is injected stands in the document. */
static void place_of(const struct ro_injected_set *set, struct ro_path steps[4])
{
    steps[0] = (struct ro_path){ NULL, set->pinned ? RO_STR("revisions") : RO_STR("sidecarSets"), 0 };
    steps[1] = (struct ro_path){ &steps[0], { NULL, 0 }, set->index };
    steps[2] = (struct ro_path){ &steps[1], RO_STR("data"), 0 };
    steps[3] = (struct ro_path){ set->pinned ? &steps[2] : &steps[1], RO_STR("spec"), 0 };
}

static bool add_containers(struct admission *a, const struct ro_injected_set *set, const char *key, bool init)
{
    const struct rollout_node *list = ro_get(set->spec, key);
    struct ro_edit *into = init ? a->init : a->containers;
    struct ro_path steps[4], member = { &steps[3], { key, strlen(key) }, 0 }, place = { .up = &member };
    place_of(set, steps);
    for (const struct rollout_node *c = list ? ro_first(list) : NULL; c && c != ro_end(list); c = ro_next(c)) {
        bool before = ro_str_eq(ro_text(ro_get(c, "podInjectPolicy")), RO_STR("BeforeAppContainer"));
        struct ro_edit *made = ro_edit_array(a->in.arena);
        const struct rollout_node *resources = ro_inject_resources(&a->in, c, &place);
        if (a->in.refused.data || a->in.d->code != ROLLOUT_OK)
            return true;
        ro_inject_container(&a->in, set, c, init, resources, a->volumes, made);
        for (struct ro_edit *e = made ? made->first : NULL, *next; e; e = next) {
            struct ro_edit *wrap = ro_edit_object(a->in.arena);
            next = e->next;
            ro_edit_detach(e);
            if (before)
                ro_edit_set(wrap, RO_STR("before"), ro_edit_bool(a->in.arena, true));
            ro_edit_set(wrap, RO_STR("container"), e);
            ro_edit_append(into, wrap);
        }
        place.index++;
    }
    return place.index > 0;
}

static void note_all_hot(struct admission *a, const struct ro_injected_set *set)
{
    static const char *const keys[] = { "initContainers", "containers" };
    for (int i = 0; i < 2; i++) {
        const struct rollout_node *list = ro_get(set->spec, keys[i]);
        for (const struct rollout_node *c = list ? ro_first(list) : NULL; c && c != ro_end(list); c = ro_next(c))
            note_hot(a, c, i == 0);
    }
}

static void gather(struct admission *a)
{
    for (size_t i = 0; i < a->in.set_count; i++) {
        const struct ro_injected_set *set = &a->in.sets[i];
        const struct rollout_node *secrets = ro_get(set->spec, "imagePullSecrets");
        if (set->hidden)
            continue;
        bool any = add_containers(a, set, "initContainers", true);
        any = add_containers(a, set, "containers", false) || any;
        for (const struct rollout_node *s = secrets ? ro_first(secrets) : NULL; s && s != ro_end(secrets);
             s = ro_next(s))
            ro_edit_append(a->secrets, ro_edit_copy(a->in.arena, s));
        if (!any)
            continue;
        record(a, set, a->hashes, set->hash, true);
        record(a, set, a->imageless, set->hash_without_image, false);
        ro_edit_append(a->given, ro_edit_text(a->in.arena, set->name));
    }
}

static void inject(struct admission *a)
{
    struct rollout_str phase = ro_text(ro_dig(a->in.pod, "status", "phase", NULL));
    if (ro_str_eq(phase, RO_STR("Succeeded")) || ro_str_eq(phase, RO_STR("Failed")) ||
        ro_dig(a->in.pod, "metadata", "deletionTimestamp", NULL))
        return;
    ro_inject_choose(&a->in);
    if (a->in.refused.data || a->in.d->code != ROLLOUT_OK || a->in.set_count == 0)
        return;
    if (!open_map(a, HASH_KEY, true, &a->hashes) || !open_map(a, IMAGELESS_KEY, true, &a->imageless))
        return;
    open_map(a, WORKING_KEY, false, &a->working);
    ro_inject_look_up(&a->in);
    gather(a);
    if (a->in.refused.data || a->in.d->code != ROLLOUT_OK)
        return;
    for (size_t i = 0; i < a->in.set_count; i++)
        if (!a->in.sets[i].hidden && !patch_metadata(a, &a->in.sets[i]))
            return;
    if (!a->given->first)
        return;
    ro_inject_sort(a->in.arena, a->init);
    if (ro_is_true(ro_dig(a->in.document, "featureGates", "EnableSortSidecarContainerByName", NULL)))
        ro_inject_sort(a->in.arena, a->containers);
    ro_inject_merge(a->in.arena, a->spec, "initContainers", a->init);
    ro_inject_merge(a->in.arena, a->spec, "containers", a->containers);
    ro_inject_append(a->in.arena, a->spec, "volumes", a->volumes, false);
    ro_inject_append(a->in.arena, a->spec, "imagePullSecrets", a->secrets, true);
    bool hot = false;
    for (size_t i = 0; i < a->in.set_count; i++)
        if (!a->in.sets[i].hidden)
            note_all_hot(a, &a->in.sets[i]);
    hot = a->working->first != NULL;
    annotate(a, RO_STR(HASH_KEY), ro_json_map(a->in.arena, a->hashes));
    annotate(a, RO_STR(IMAGELESS_KEY), ro_json_map(a->in.arena, a->imageless));
    write_injected_list(a);
    if (hot)
        annotate(a, RO_STR(WORKING_KEY), ro_json_map(a->in.arena, a->working));
}

/* ---- the answer ---- */

static void add_names(struct admission *a, struct ro_edit *answer, const char *key)
{
    struct ro_edit *list = ro_edit_get(a->spec, key), *names = ro_edit_array(a->in.arena);
    for (struct ro_edit *e = list ? list->first : NULL; e; e = e->next)
        ro_edit_append(names, ro_edit_text(a->in.arena, ro_edit_get_text(e, "name")));
    if (names && names->first)
        ro_edit_set(answer, (struct rollout_str){ key, strlen(key) }, names);
}

static void add_facts(struct admission *a, struct ro_edit *list, struct ro_edit *env, struct ro_edit *mounts)
{
    static const char *const uses[][2] = { { "volumeMounts", "mountPath" }, { "volumeDevices", "devicePath" } };
    struct ro_arena *arena = a->in.arena;
    for (struct ro_edit *c = list ? list->first : NULL; c; c = c->next) {
        struct ro_edit *vars = ro_edit_get(c, "env"), *names = ro_edit_array(arena), *places = ro_edit_array(arena);
        struct rollout_str name = ro_edit_get_text(c, "name");
        for (struct ro_edit *e = vars ? vars->first : NULL; e; e = e->next)
            ro_edit_append(names, ro_edit_text(arena, ro_edit_get_text(e, "name")));
        for (size_t i = 0; i < 2; i++) {
            struct ro_edit *used = ro_edit_get(c, uses[i][0]);
            for (struct ro_edit *m = used ? used->first : NULL; m; m = m->next) {
                struct rollout_str volume = ro_edit_get_text(m, "name"), path = ro_edit_get_text(m, uses[i][1]);
                ro_edit_append(places, ro_edit_text(arena, ro_arena_printf(arena, "%.*s:%.*s", (int)volume.len,
                                                                           volume.data ? volume.data : "",
                                                                           (int)path.len, path.data ? path.data : "")));
            }
        }
        if (names && names->first)
            ro_edit_set(env, name, names);
        if (places && places->first)
            ro_edit_set(mounts, name, places);
    }
}

static struct ro_edit *given_by_name(struct admission *a)
{
    size_t n = 0;
    struct rollout_str *names = ro_arena_alloc(a->in.arena, a->in.set_count, sizeof(*names));
    for (struct ro_edit *e = names ? a->given->first : NULL; e; e = e->next)
        names[n++] = e->node.text;
    return sorted_names(a, names, n);
}

static struct ro_edit *answer_of(struct admission *a)
{
    struct ro_arena *arena = a->in.arena;
    struct ro_edit *answer = ro_edit_object(arena), *actions = ro_edit_need_array(arena, answer, "actions");
    struct ro_edit *names = ro_edit_array(arena), *env = ro_edit_object(arena), *mounts = ro_edit_object(arena);
    if (a->in.refused.data) {
        ro_edit_set_text(arena, answer, RO_STR("error"), a->in.refused);
        return answer;
    }
    if (a->given->first) {
        struct ro_edit *action = ro_edit_object(arena);
        ro_edit_set_text(arena, action, RO_STR("op"), RO_STR("inject"));
        ro_edit_set_text(arena, action, RO_STR("pod"), ro_text(ro_dig(a->in.pod, "metadata", "name", NULL)));
        ro_edit_set(action, RO_STR("sidecarSets"), given_by_name(a));
        ro_edit_append(actions, action);
    }
    add_names(a, answer, "initContainers");
    add_names(a, answer, "containers");
    add_names(a, answer, "volumes");
    add_names(a, answer, "imagePullSecrets");
    ro_edit_sort(arena, a->annotations);
    for (struct ro_edit *e = a->annotations->first; e; e = e->next)
        ro_edit_append(names, ro_edit_text(arena, e->node.key));
    if (names && names->first)
        ro_edit_set(answer, RO_STR("annotations"), names);
    add_facts(a, ro_edit_get(a->spec, "initContainers"), env, mounts);
    add_facts(a, ro_edit_get(a->spec, "containers"), env, mounts);
    if (env && env->first)
        ro_edit_set(answer, RO_STR("env"), env);
    if (mounts && mounts->first)
        ro_edit_set(answer, RO_STR("mounts"), mounts);
    if (!a->annotations->first)
        ro_edit_detach(a->annotations);
    ro_edit_set(answer, RO_STR("pod"), a->pod);
    return answer;
}

static void open_admission(struct admission *a)
{
    static const char *const kept[] = { "containers", "imagePullSecrets", "initContainers", "volumes" };
    struct ro_arena *arena = a->in.arena;
    struct rollout_str none = RO_STR("");
    a->pod = ro_edit_object(arena);
    struct ro_edit *metadata = ro_edit_need_object(arena, a->pod, "metadata");
    a->spec = ro_edit_need_object(arena, a->pod, "spec");
    const struct rollout_node *given = ro_dig(a->in.pod, "metadata", "annotations", NULL);
    a->annotations = given ? ro_edit_copy(arena, given) : ro_edit_object(arena);
    ro_edit_set(metadata, RO_STR("annotations"), a->annotations);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        const struct rollout_node *list = ro_dig(a->in.pod, "spec", kept[i], NULL);
        if (list)
            ro_edit_set(a->spec, (struct rollout_str){ kept[i], strlen(kept[i]) }, ro_edit_copy(arena, list));
    }
    a->containers = ro_edit_array(arena);
    a->init = ro_edit_array(arena);
    a->volumes = ro_edit_array(arena);
    a->secrets = ro_edit_array(arena);
    a->given = ro_edit_array(arena);
    a->now = none;
}

int rollout_inject(const struct rollout_tree *document, int64_t now_ms, struct rollout_objects **ret_objects,
                   struct rollout_error *reterr)
{
    struct ro_decoder d = { .reterr = reterr };
    struct admission a = { .in = { .d = &d } };
    if (!document || !ret_objects)
        return ro_error_null(reterr, document ? "ret_objects" : "document");
    int r = rollout_tree_check(document, reterr);
    if (r != ROLLOUT_OK)
        return r;
    const struct rollout_node *snapshot = ro_get(document->nodes, "snapshot"); /* of a recorded decision */
    struct ro_at root = ro_at_root(snapshot ? snapshot : document->nodes);
    struct ro_at pod = ro_at_object(&d, &root, "pod");
    if (d.code == ROLLOUT_OK && !pod.node)
        ro_refuse(&d, &(struct ro_at){ .path = { .key = RO_STR("pod") } }, "missing");
    int64_t now = ro_read_time(&d, &root, "now");
    now = now ? now : now_ms;
    if (d.code == ROLLOUT_OK && !now)
        ro_refuse(&d, &(struct ro_at){ .path = { .key = RO_STR("now") } }, "missing");
    if (d.code != ROLLOUT_OK)
        return d.code;
    a.in.arena = &a.arena;
    a.in.document = root.node;
    a.in.pod = pod.node;
    open_admission(&a);
    char text[RO_TIME_SIZE];
    a.now = ro_arena_str(&a.arena, (struct rollout_str){ text, ro_time_format(now, false, text) });
    if (!a.arena.failed)
        inject(&a);
    struct ro_edit *answer = a.arena.failed ? NULL : answer_of(&a);
    r = d.code != ROLLOUT_OK ? d.code
        : a.arena.failed     ? ro_error_nomem(reterr)
                             : ro_objects_make(&answer, 1, ret_objects, reterr);
    ro_arena_free(&a.arena);
    return r;
}

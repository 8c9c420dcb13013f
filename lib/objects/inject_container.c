/* SPDX-License-Identifier: Apache-2.0 */
/* What a sidecar becomes in a pod: mounts, devices and environment of its own and of others. Source: sidecarset.md
 * 10.3. */
#include "base/sort.h"
#include "objects/inject.h"

static const struct rollout_node *named(const struct rollout_node *list, const char *key, struct rollout_str name)
{
    for (const struct rollout_node *c = list ? ro_first(list) : NULL; c && c != ro_end(list); c = ro_next(c))
        if (ro_str_eq(ro_text(ro_get(c, key)), name))
            return c;
    return NULL;
}

static bool has(struct ro_edit *list, const char *key, struct rollout_str name)
{
    for (struct ro_edit *e = list ? list->first : NULL; e; e = e->next)
        if (ro_str_eq(ro_edit_get_text(e, key), name))
            return true;
    return false;
}

/* Unless one of this name is there. */
static void add_env(struct ro_injection *in, struct ro_edit *list, const struct rollout_node *env)
{
    if (env && !has(list, "name", ro_text(ro_get(env, "name"))))
        ro_edit_append(list, ro_edit_copy(in->arena, env));
}

static bool is_enabled(const struct rollout_node *container, const char *policy)
{
    return ro_str_eq(ro_text(ro_dig(container, policy, "type", NULL)), RO_STR("enabled"));
}

/* Containers that a sidecar set has put there are no source of mounts. */
static bool is_injected(const struct rollout_node *container)
{
    const struct rollout_node *env = named(ro_get(container, "env"), "name", RO_STR("IS_INJECTED"));
    return ro_str_eq(ro_text(ro_get(env, "value")), RO_STR("true"));
}

static bool is_name_byte(char c, bool first)
{
    return c == '-' || c == '.' || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (!first && c >= '0' && c <= '9');
}

/* The environment that a path of the mount expands. */
static void add_path_env(struct ro_injection *in, const struct rollout_node *from, struct rollout_str path,
                         struct ro_edit *ret)
{
    for (size_t i = 0; i + 2 < path.len; i++) {
        size_t end = i + 2;
        if (path.data[i] != '$' || path.data[i + 1] != '(')
            continue;
        while (end < path.len && is_name_byte(path.data[end], end == i + 2))
            end++;
        if (end > i + 2 && end < path.len && path.data[end] == ')')
            add_env(in, ret,
                    named(ro_get(from, "env"), "name", (struct rollout_str){ path.data + i + 2, end - i - 2 }));
    }
}

static void share(struct ro_injection *in, const char *list, const char *path, struct ro_edit *ret, struct ro_edit *env)
{
    const struct rollout_node *containers = ro_dig(in->pod, "spec", "containers", NULL);
    for (const struct rollout_node *c = containers ? ro_first(containers) : NULL; c && c != ro_end(containers);
         c = ro_next(c)) {
        const struct rollout_node *mounts = ro_get(c, list);
        if (is_injected(c))
            continue;
        for (const struct rollout_node *m = mounts ? ro_first(mounts) : NULL; m && m != ro_end(mounts);
             m = ro_next(m)) {
            if (!has(ret, path, ro_text(ro_get(m, path))))
                ro_edit_append(ret, ro_edit_copy(in->arena, m));
            if (env)
                add_path_env(in, c, ro_text(ro_get(m, "subPathExpr")), env);
        }
    }
}

/* ---- environment ---- */

/* metadata.labels['x'] or metadata.annotations['x'] of the pod. */
static struct rollout_str by_field(const struct ro_injection *in, struct rollout_str path)
{
    static const struct {
        struct rollout_str head;
        const char *map;
    } maps[] = { { { "metadata.labels['", 17 }, "labels" }, { { "metadata.annotations['", 22 }, "annotations" } };
    for (size_t i = 0; i < 2; i++) {
        size_t head = maps[i].head.len;
        if (!ro_str_starts(path, maps[i].head) || path.len < head + 2)
            continue;
        struct rollout_str key = { path.data + head, path.len - head - 2 };
        return ro_text(ro_get_str(ro_dig(in->pod, "metadata", maps[i].map, NULL), key));
    }
    return (struct rollout_str){ NULL, 0 };
}

static int by_text(const void *context, uint32_t a, uint32_t b)
{
    const struct rollout_str *names = context;
    return ro_str_cmp(names[a], names[b]);
}

static void transfer(struct ro_injection *in, const struct rollout_node *container, struct ro_edit *ret)
{
    const struct rollout_node *list = ro_get(container, "transferEnv");
    for (const struct rollout_node *t = list ? ro_first(list) : NULL; t && t != ro_end(list); t = ro_next(t)) {
        const struct rollout_node *more = ro_get(t, "envNames");
        struct rollout_str source = ro_text(ro_get(t, "sourceContainerName"));
        struct rollout_str path = ro_text(ro_dig(t, "sourceContainerNameFrom", "fieldRef", "fieldPath", NULL));
        struct rollout_str single = ro_text(ro_get(t, "envName"));
        size_t most = 1 + (more ? ro_count(more) : 0), n = 0;
        struct rollout_str *names = ro_arena_alloc(in->arena, most, sizeof(*names));
        uint32_t *order = ro_arena_alloc(in->arena, 2 * most, sizeof(*order));
        if (!names || !order)
            return;
        if (path.data)
            source = by_field(in, path);
        if (single.len > 0)
            names[n++] = single;
        for (const struct rollout_node *e = more ? ro_first(more) : NULL; e && e != ro_end(more); e = ro_next(e))
            names[n++] = ro_text(e);
        for (uint32_t i = 0; i < n; i++)
            order[i] = i;
        ro_sort_indices(order, n, order + n, by_text, names);
        const struct rollout_node *from = named(ro_dig(in->pod, "spec", "containers", NULL), "name", source);
        for (size_t i = 0; i < n; i++)
            add_env(in, ret, named(ro_get(from, "env"), "name", names[order[i]]));
    }
}

static struct ro_edit *plain_env(struct ro_injection *in, struct rollout_str name, struct rollout_str value)
{
    struct ro_edit *env = ro_edit_object(in->arena);
    ro_edit_set_text(in->arena, env, RO_STR("name"), name);
    ro_edit_set_text(in->arena, env, RO_STR("value"), value);
    return env;
}

static void add_version(struct ro_injection *in, struct ro_edit *container, struct rollout_str name, const char *env,
                        const char *prefix)
{
    struct ro_edit *e = ro_edit_object(in->arena);
    ro_edit_set_text(in->arena, e, RO_STR("name"), (struct rollout_str){ env, strlen(env) });
    struct ro_edit *from = ro_edit_need_object(in->arena, e, "valueFrom");
    struct ro_edit *field = ro_edit_need_object(in->arena, from, "fieldRef");
    ro_edit_set_text(in->arena, field, RO_STR("fieldPath"),
                     ro_arena_printf(in->arena, "metadata.annotations['%s%.*s']", prefix, (int)name.len, name.data));
    ro_edit_append(ro_edit_need_array(in->arena, container, "env"), e);
}

/* ---- the whole ---- */

static void add_volumes(struct ro_injection *in, const struct ro_injected_set *set, const struct rollout_node *uses,
                        struct ro_edit *volumes)
{
    for (const struct rollout_node *m = uses ? ro_first(uses) : NULL; m && m != ro_end(uses); m = ro_next(m)) {
        const struct rollout_node *volume = named(ro_get(set->spec, "volumes"), "name", ro_text(ro_get(m, "name")));
        if (volume)
            ro_edit_append(volumes, ro_edit_copy(in->arena, volume));
    }
}

/* What the pod shares and does not collide with what is there, by either path. */
static void add_shared(struct ro_edit *container, const char *list, const char *path, struct ro_edit *shared,
                       struct ro_arena *arena)
{
    struct ro_edit *mounts = ro_edit_get(container, "volumeMounts"), *devices = ro_edit_get(container, "volumeDevices");
    for (struct ro_edit *e = shared->first, *next; e; e = next) {
        next = e->next;
        struct rollout_str where = ro_edit_get_text(e, path);
        if (has(mounts, "mountPath", where) || has(devices, "devicePath", where))
            continue;
        ro_edit_detach(e);
        ro_edit_append(ro_edit_need_array(arena, container, list), e);
        mounts = ro_edit_get(container, "volumeMounts");
        devices = ro_edit_get(container, "volumeDevices");
    }
}

static struct ro_edit *build(struct ro_injection *in, const struct rollout_node *container)
{
    static const char *const own[] = { "podInjectPolicy", "shareVolumePolicy", "shareVolumeDevicePolicy",
                                       "upgradeStrategy", "transferEnv",       "resourcesPolicy" };
    struct ro_edit *made = ro_edit_copy(in->arena, container), *others = ro_edit_array(in->arena);
    struct ro_edit *mounts = ro_edit_array(in->arena), *devices = ro_edit_array(in->arena);
    struct ro_edit *paths = ro_edit_array(in->arena);
    if (in->arena->failed)
        return NULL;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        ro_edit_remove(made, (struct rollout_str){ own[i], strlen(own[i]) });
    if (is_enabled(container, "shareVolumePolicy"))
        share(in, "volumeMounts", "mountPath", mounts, paths);
    if (is_enabled(container, "shareVolumeDevicePolicy"))
        share(in, "volumeDevices", "devicePath", devices, NULL);
    add_shared(made, "volumeMounts", "mountPath", mounts, in->arena);
    add_shared(made, "volumeDevices", "devicePath", devices, in->arena);
    transfer(in, container, others);
    struct ro_edit *env = ro_edit_need_array(in->arena, made, "env");
    ro_edit_append(env, plain_env(in, RO_STR("IS_INJECTED"), RO_STR("true")));
    struct ro_edit *more[] = { others, paths };
    for (size_t i = 0; i < 2; i++)
        for (struct ro_edit *e = more[i]->first, *next; e; e = next) {
            next = e->next;
            if (has(env, "name", ro_edit_get_text(e, "name")))
                continue;
            ro_edit_detach(e);
            ro_edit_append(env, e);
        }
    return made;
}

void ro_inject_container(struct ro_injection *in, const struct ro_injected_set *set,
                         const struct rollout_node *container, bool init, const struct rollout_node *resources,
                         struct ro_edit *volumes, struct ro_edit *ret)
{
    const struct rollout_node *strategy = ro_get(container, "upgradeStrategy");
    bool native = ro_str_eq(ro_text(ro_get(container, "restartPolicy")), RO_STR("Always"));
    bool hot = ro_str_eq(ro_text(ro_get(strategy, "upgradeType")), RO_STR("HotUpgrade")) && (!init || native);
    struct rollout_str name = ro_text(ro_get(container, "name"));
    add_volumes(in, set, ro_get(container, "volumeMounts"), volumes);
    add_volumes(in, set, ro_get(container, "volumeDevices"), volumes);
    for (int i = 1; i <= (hot ? 2 : 1); i++) {
        struct ro_edit *made = build(in, container);
        if (resources)
            ro_edit_set(made, RO_STR("resources"), ro_edit_copy(in->arena, resources));
        if (hot && made) {
            struct rollout_str own =
                ro_arena_printf(in->arena, "%.*s-%d", (int)name.len, name.data ? name.data : "", i);
            ro_edit_set_text(in->arena, made, RO_STR("name"), own);
            if (i == 2)
                ro_edit_set_text(in->arena, made, RO_STR("image"), ro_text(ro_get(strategy, "hotUpgradeEmptyImage")));
            add_version(in, made, own, "SIDECARSET_VERSION", "version.sidecarset.kruise.io/");
            add_version(in, made, own, "SIDECARSET_VERSION_ALT", "versionalt.sidecarset.kruise.io/");
        }
        ro_edit_append(ret, made);
    }
}

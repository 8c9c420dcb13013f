/* SPDX-License-Identifier: Apache-2.0 */
/* What a sidecar becomes in a pod: mounts, devices and environment of its own and of others. Source: sidecarset.md
 * 10.3. */
#include "base/sort.h"
#include "objects/inject.h"

static bool is_enabled(const struct rollout_node *container, const char *policy)
{
    return ro_str_eq(ro_text(ro_dig(container, policy, "type", NULL)), RO_STR("enabled"));
}

static bool is_name_byte(char c, bool first)
{
    return c == '-' || c == '.' || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (!first && c >= '0' && c <= '9');
}

/* The environment that a path of the mount expands. */
static void add_path_env(struct ro_injection *in, const struct ro_source *from, struct rollout_str path,
                         struct ro_edit *ret)
{
    for (size_t i = 0; i + 2 < path.len; i++) {
        size_t end = i + 2;
        if (path.data[i] != '$' || path.data[i + 1] != '(')
            continue;
        while (end < path.len && is_name_byte(path.data[end], end == i + 2))
            end++;
        if (end > i + 2 && end < path.len && path.data[end] == ')')
            ro_edit_append(
                ret, ro_edit_copy(in->arena,
                                  ro_named_first(&from->env, (struct rollout_str){ path.data + i + 2, end - i - 2 })));
        i = end - 1; /* no name has a dollar sign in it */
    }
}

/* Puts all that the pod's containers have in their lists behind those of the sidecar, but for places that are taken.
 * env: what their paths need. */
static void share(struct ro_injection *in, struct ro_edit *made, const char *key, struct ro_edit *env)
{
    struct ro_arena *arena = in->arena;
    struct ro_edit *mounts = ro_edit_get(made, "volumeMounts"), *devices = ro_edit_get(made, "volumeDevices");
    struct ro_edit *all = ro_edit_array(arena), *own = ro_edit_need_array(arena, made, key);
    struct ro_edit *lists[] = { mounts, devices };
    size_t taken = 0, n = 0;
    for (size_t i = 0; i < 2; i++) /* whichever list it is: the place may be taken by either */
        for (struct ro_edit *e = lists[i] ? lists[i]->first : NULL; e; e = e->next) {
            struct ro_edit *place = ro_edit_object(arena);
            ro_edit_set_text(arena, place, RO_STR("mountPath"),
                             ro_edit_get_text(e, i == 0 ? "mountPath" : "devicePath"));
            ro_edit_append(all, place);
            taken++;
        }
    for (uint32_t i = 0; i < in->source_names.count; i++) {
        const struct ro_source *source = &in->sources[i];
        const struct rollout_node *list = source->injected ? NULL : ro_get(source->container, key);
        for (const struct rollout_node *m = list ? ro_first(list) : NULL; m && m != ro_end(list); m = ro_next(m)) {
            ro_edit_append(all, ro_edit_copy(arena, m));
            if (env)
                add_path_env(in, source, ro_text(ro_get(m, "subPathExpr")), env);
        }
    }
    ro_inject_unique(arena, all, "mountPath", "devicePath", taken);
    for (struct ro_edit *e = all ? all->first : NULL, *next; e; e = next) {
        next = e->next;
        if (n++ < taken)
            continue;
        ro_edit_detach(e);
        ro_edit_append(own, e);
    }
    if (own && !own->first)
        ro_edit_detach(own);
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
        uint32_t from = ro_names_first(&in->source_names, source);
        for (size_t i = 0; i < n && from != UINT32_MAX; i++)
            ro_edit_append(ret, ro_edit_copy(in->arena, ro_named_first(&in->sources[from].env, names[order[i]])));
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
        const struct rollout_node *volume = ro_named_first(&set->volumes, ro_text(ro_get(m, "name")));
        if (volume)
            ro_edit_append(volumes, ro_edit_copy(in->arena, volume));
    }
}

static struct ro_edit *build(struct ro_injection *in, const struct rollout_node *container)
{
    static const char *const own[] = { "podInjectPolicy", "shareVolumePolicy", "shareVolumeDevicePolicy",
                                       "upgradeStrategy", "transferEnv",       "resourcesPolicy" };
    struct ro_edit *made = ro_edit_copy(in->arena, container), *paths = ro_edit_array(in->arena);
    if (in->arena->failed)
        return NULL;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        ro_edit_remove(made, (struct rollout_str){ own[i], strlen(own[i]) });
    if (is_enabled(container, "shareVolumePolicy"))
        share(in, made, "volumeMounts", paths);
    if (is_enabled(container, "shareVolumeDevicePolicy"))
        share(in, made, "volumeDevices", NULL);
    struct ro_edit *env = ro_edit_need_array(in->arena, made, "env");
    size_t kept = 1; /* the sidecar's own, doubles too, and IS_INJECTED */
    for (struct ro_edit *e = env ? env->first : NULL; e; e = e->next)
        kept++;
    ro_edit_append(env, plain_env(in, RO_STR("IS_INJECTED"), RO_STR("true")));
    transfer(in, container, env);
    for (struct ro_edit *e = paths ? paths->first : NULL, *next; e; e = next) {
        next = e->next;
        ro_edit_detach(e);
        ro_edit_append(env, e);
    }
    ro_inject_unique(in->arena, env, "name", NULL, kept);
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

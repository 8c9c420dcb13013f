/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of a pod with what is injected into them. Source: sidecarset.md 10.4. */
#include "base/sort.h"
#include "objects/inject.h"

/* The elements of a list, and the texts that they have at a key (or else at another one). */
struct items {
    struct ro_edit **all;
    struct rollout_str *texts;
    uint32_t count;
};

static struct ro_edit *container_of(struct ro_edit *wrapped)
{
    struct ro_edit *container = ro_edit_get(wrapped, "container");
    return container ? container : wrapped;
}

static struct items items_of(struct ro_arena *arena, struct ro_edit *list, const char *key, const char *other)
{
    struct items ret = { 0 };
    size_t n = 0;
    for (struct ro_edit *e = list ? list->first : NULL; e; e = e->next)
        n++;
    ret.all = ro_arena_alloc(arena, n, sizeof(struct ro_edit *));
    ret.texts = ro_arena_alloc(arena, n, sizeof *ret.texts);
    if (!ret.all || !ret.texts)
        return (struct items){ 0 };
    for (struct ro_edit *e = list ? list->first : NULL; e; e = e->next) {
        struct rollout_str text = ro_edit_get_text(container_of(e), key);
        ret.all[ret.count] = e;
        ret.texts[ret.count++] = text.data || !other ? text : ro_edit_get_text(e, other);
    }
    return ret;
}

void ro_inject_unique(struct ro_arena *arena, struct ro_edit *list, const char *key, const char *other, size_t from)
{
    struct items items = items_of(arena, list, key, other);
    struct ro_names names = ro_names_make(arena, items.texts, items.count);
    for (uint32_t i = (uint32_t)from; i < names.count; i++)
        if (ro_names_first(&names, items.texts[i]) < i)
            ro_edit_detach(items.all[i]);
}

void ro_inject_sort(struct ro_arena *arena, struct ro_edit *injected)
{
    struct items items = items_of(arena, injected, "name", NULL);
    struct ro_names names = ro_names_make(arena, items.texts, items.count);
    for (uint32_t i = 0; i < names.count; i++) {
        ro_edit_detach(items.all[names.order[i]]);
        ro_edit_append(injected, items.all[names.order[i]]);
    }
}

static void move_all(struct ro_edit *from, struct ro_edit *into)
{
    for (struct ro_edit *e = from ? from->first : NULL, *next; e; e = next) {
        next = e->next;
        ro_edit_detach(e);
        ro_edit_append(into, e);
    }
}

void ro_inject_merge(struct ro_arena *arena, struct ro_edit *spec, const char *key, struct ro_edit *injected)
{
    struct items own = items_of(arena, ro_edit_get(spec, key), "name", NULL);
    struct ro_names names = ro_names_make(arena, own.texts, own.count);
    struct ro_edit *merged = ro_edit_array(arena), *after = ro_edit_array(arena);
    if (!injected->first || arena->failed)
        return;
    for (struct ro_edit *e = injected->first; e; e = e->next) {
        struct ro_edit *c = ro_edit_get(e, "container");
        uint32_t begin, end;
        ro_names_find(&names, ro_edit_get_text(c, "name"), &begin, &end);
        ro_edit_detach(c);
        if (begin < end) /* one of the pod's own of that name is replaced where it stands */
            own.all[names.order[end - 1]] = c;
        else
            ro_edit_append(ro_edit_get(e, "before") ? merged : after, c);
    }
    for (uint32_t i = 0; i < own.count; i++) {
        ro_edit_detach(own.all[i]);
        ro_edit_append(merged, own.all[i]);
    }
    move_all(after, merged);
    ro_edit_set(spec, (struct rollout_str){ key, strlen(key) }, merged);
}

/* Elements whose name is new, behind the pod's own; those too without doubles where `unique`. */
void ro_inject_append(struct ro_arena *arena, struct ro_edit *spec, const char *key, struct ro_edit *injected,
                      bool unique)
{
    struct ro_edit *own = ro_edit_get(spec, key), *merged = ro_edit_array(arena);
    size_t count = 0;
    for (struct ro_edit *e = own ? own->first : NULL; e && !unique; e = e->next)
        count++;
    if (arena->failed)
        return;
    move_all(own, merged);
    move_all(injected, merged);
    ro_inject_unique(arena, merged, "name", NULL, count);
    if (merged->first)
        ro_edit_set(spec, (struct rollout_str){ key, strlen(key) }, merged);
}

/* ---- what is looked up ---- */

struct ro_named ro_named_make(struct ro_arena *arena, const struct rollout_node *list, const char *key)
{
    struct ro_named ret = { 0 };
    uint32_t count = ro_is(list, ROLLOUT_NODE_ARRAY) ? ro_count(list) : 0, n = 0;
    struct rollout_str *texts = ro_arena_alloc(arena, count, sizeof *texts);
    ret.items = ro_arena_alloc(arena, count, sizeof(const struct rollout_node *));
    if (!texts || !ret.items)
        return (struct ro_named){ 0 };
    for (const struct rollout_node *c = count ? ro_first(list) : NULL; n < count; c = ro_next(c)) {
        ret.items[n] = c;
        texts[n++] = ro_text(ro_get(c, key));
    }
    ret.names = ro_names_make(arena, texts, n);
    return ret;
}

const struct rollout_node *ro_named_first(const struct ro_named *named, struct rollout_str name)
{
    uint32_t i = ro_names_first(&named->names, name);
    return i == UINT32_MAX ? NULL : named->items[i];
}

static void look_up_sources(struct ro_injection *in)
{
    const struct rollout_node *list = ro_dig(in->pod, "spec", "containers", NULL);
    struct ro_named named = ro_named_make(in->arena, list, "name");
    in->source_names = named.names;
    in->sources = ro_arena_alloc(in->arena, named.names.count, sizeof *in->sources);
    for (uint32_t i = 0; in->sources && i < named.names.count; i++) {
        struct ro_source *source = &in->sources[i];
        source->container = named.items[i];
        source->env = ro_named_make(in->arena, ro_get(named.items[i], "env"), "name");
        source->injected =
            ro_str_eq(ro_text(ro_get(ro_named_first(&source->env, RO_STR("IS_INJECTED")), "value")), RO_STR("true"));
    }
}

void ro_inject_look_up(struct ro_injection *in)
{
    static const char *const keys[] = { "initContainers", "containers" };
    size_t most = 0;
    uint32_t n = 0;
    look_up_sources(in);
    for (size_t i = 0; i < 2 * in->set_count; i++) {
        const struct rollout_node *list = ro_get(in->sets[i / 2].spec, keys[i % 2]);
        most += list ? ro_count(list) : 0;
        if (i % 2)
            in->sets[i / 2].volumes = ro_named_make(in->arena, ro_get(in->sets[i / 2].spec, "volumes"), "name");
    }
    struct rollout_str *texts = ro_arena_alloc(in->arena, most, sizeof *texts);
    for (size_t i = 0; texts && i < 2 * in->set_count; i++) {
        const struct rollout_node *list = ro_get(in->sets[i / 2].spec, keys[i % 2]);
        for (const struct rollout_node *c = list ? ro_first(list) : NULL;
             c && c != ro_end(list) && !in->sets[i / 2].hidden; c = ro_next(c))
            texts[n++] = ro_text(ro_get(c, "name"));
    }
    in->sidecars = ro_names_make(in->arena, texts, n);
}

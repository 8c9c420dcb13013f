/* SPDX-License-Identifier: Apache-2.0 */
/* Which SidecarSets a new pod gets, and which revision of them. Source: sidecarset.md 10.1, 10.2. */
#include "base/number.h"
#include "objects/inject.h"
#include "objects/revision.h"
#include "objects/sidecar_hash.h"
#include "objects/selector.h"
#include "rules/selector.h"

/* Objects of the document, in order, by name or by what else is looked for. */
struct objects {
    const struct rollout_node **items;
    struct rollout_str *texts;
    struct ro_names names;
};

struct chosen {
    struct objects namespaces, revisions, versions; /* versions: the revisions, by set and custom version */
};

static struct rollout_str name_of(struct ro_arena *arena, const struct rollout_node *object)
{
    (void)arena;
    return ro_text(ro_dig(object, "metadata", "name", NULL));
}

static struct rollout_str version_key(struct ro_arena *arena, struct rollout_str set, struct rollout_str version)
{
    return ro_arena_printf(arena, "%.*s\n%.*s", (int)set.len, set.data ? set.data : "", (int)version.len,
                           version.data ? version.data : "");
}

static struct rollout_str version_of(struct ro_arena *arena, const struct rollout_node *revision)
{
    const struct rollout_node *labels = ro_dig(revision, "metadata", "labels", NULL);
    return version_key(arena, ro_text(ro_get(labels, "kruise.io/sidecarset-name")),
                       ro_text(ro_get(labels, RO_CUSTOM_VERSION_LABEL)));
}

static struct objects objects_of(struct ro_injection *in, const char *key,
                                 struct rollout_str (*text_of)(struct ro_arena *, const struct rollout_node *))
{
    const struct rollout_node *list = ro_get(in->document, key);
    uint32_t count = ro_is(list, ROLLOUT_NODE_ARRAY) ? ro_count(list) : 0, n = 0;
    struct objects ret = { .items = ro_arena_alloc(in->arena, count, sizeof(const struct rollout_node *)),
                           .texts = ro_arena_alloc(in->arena, count, sizeof(struct rollout_str)) };
    if (!ret.items || !ret.texts)
        return (struct objects){ 0 };
    for (const struct rollout_node *o = count ? ro_first(list) : NULL; n < count; o = ro_next(o)) {
        ret.items[n] = o;
        ret.texts[n++] = text_of(in->arena, o);
    }
    ret.names = ro_names_make(in->arena, ret.texts, n);
    return ret;
}

static struct rollout_str annotation_of(const struct rollout_node *object, const char *key)
{
    return ro_text(ro_dig(object, "metadata", "annotations", key, NULL));
}

static bool selects(struct ro_injection *in, const struct ro_at *at, const char *key, const struct rollout_node *labels,
                    bool everything)
{
    struct rollout_selector selector = ro_read_selector(in->d, in->arena, at, key);
    struct rollout_labels view = ro_labels_view(labels);
    uint32_t hint = 0;
    bool empty = selector.match_labels.count == 0 && selector.requirement_count == 0;
    return (everything || !empty) && ro_selector_usable(&selector) && ro_selector_match(&selector, &view, &hint);
}

static bool matches(struct ro_injection *in, const struct chosen *c, const struct ro_at *spec)
{
    struct rollout_str space = ro_text(ro_dig(in->pod, "metadata", "namespace", NULL));
    struct rollout_str only = ro_read_text(in->d, spec, "namespace");
    if (space.len == 0)
        space = RO_STR("default");
    if (only.len > 0 && !ro_str_eq(only, space))
        return false;
    if (only.len == 0 && ro_at_member(spec, "namespaceSelector").node) {
        uint32_t there = ro_names_first(&c->namespaces.names, space);
        if (there == UINT32_MAX || !selects(in, spec, "namespaceSelector",
                                            ro_dig(c->namespaces.items[there], "metadata", "labels", NULL), true))
            return false;
    }
    return selects(in, spec, "selector", ro_dig(in->pod, "metadata", "labels", NULL), false);
}

static int64_t number_of(const struct rollout_node *revision)
{
    const struct rollout_node *number = ro_get(revision, "revision");
    return number ? number->integer : 0;
}

/* The index of the pinned revision; UINT32_MAX where it is not there. Of a version, the highest number. */
static uint32_t find_pinned(struct ro_injection *in, const struct chosen *c, struct rollout_str set,
                            struct rollout_str name, struct rollout_str version)
{
    uint32_t begin, end, found = UINT32_MAX;
    if (name.len > 0)
        return ro_names_first(&c->revisions.names, name);
    ro_names_find(&c->versions.names, version_key(in->arena, set, version), &begin, &end);
    for (; begin < end; begin++) {
        uint32_t i = c->versions.names.order[begin];
        if (found == UINT32_MAX || number_of(c->versions.items[i]) > number_of(c->versions.items[found]))
            found = i;
    }
    return found;
}

/* 10.2, of a pinned set. False where the pod is refused. */
static bool takes_pinned(struct ro_injection *in, const struct ro_at *spec, const struct ro_at *revision, bool *ret)
{
    struct ro_at update = ro_at_object(in->d, spec, "updateStrategy");
    struct rollout_intstr partition = ro_read_intstr(in->d, &update, "partition");
    *ret = true;
    if (ro_read_bool(in->d, &update, "paused") ||
        !ro_str_eq(ro_read_text(in->d, revision, "policy"), RO_STR("Partial")))
        return true;
    if (ro_at_member(&update, "selector").node &&
        !selects(in, &update, "selector", ro_dig(in->pod, "metadata", "labels", NULL), true))
        return true;
    *ret = false;
    if (partition.kind != ROLLOUT_INTSTR_TEXT)
        return true;
    double percent = 0, random = 0;
    struct rollout_str digits = partition.text;
    bool sign = digits.len > 0 && digits.data[digits.len - 1] == '%';
    digits.len -= sign;
    if (!sign || !ro_parse_float(digits, &percent))
        return false;
    const struct rollout_node *draw = ro_get(in->document, "random");
    if (ro_is(draw, ROLLOUT_NODE_REAL))
        random = draw->real;
    else if (ro_is(draw, ROLLOUT_NODE_INTEGER))
        random = (double)draw->integer;
    *ret = random <= percent / 100;
    return true;
}

/* What the revision says; made anew from its containers where it says nothing. */
static struct rollout_str stored_hash(struct ro_injection *in, const struct rollout_node *spec,
                                      const struct rollout_node *revision, const char *key, bool images)
{
    struct rollout_str hash = annotation_of(revision, key);
    return hash.len > 0 ? hash : ro_sidecar_hash(in->arena, spec, images);
}

/* Takes the set's version; false where the pod is refused. */
static bool take(struct ro_injection *in, const struct chosen *c, const struct ro_at *spec, struct ro_injected_set *set)
{
    struct ro_at injection = ro_at_object(in->d, spec, "injectionStrategy");
    struct ro_at revision = ro_at_object(in->d, &injection, "revision");
    struct rollout_str name = ro_read_text(in->d, &revision, "revisionName");
    struct rollout_str version = ro_read_text(in->d, &revision, "customVersion");
    bool pinned;
    set->name = ro_text(ro_dig(set->object, "metadata", "name", NULL));
    set->spec = spec->node;
    set->hash = annotation_of(set->object, "kruise.io/sidecarset-hash");
    set->hash_without_image = annotation_of(set->object, "kruise.io/sidecarset-hash-without-image");
    set->revision = ro_text(ro_dig(set->object, "status", "latestRevision", NULL));
    if (!revision.node || (name.len == 0 && version.len == 0))
        return true;
    uint32_t found = find_pinned(in, c, set->name, name, version);
    if (found == UINT32_MAX) { /* also where the latest would be injected */
        struct rollout_str what = name.len > 0 ? name : version;
        in->refused = ro_arena_printf(in->arena, "revision %.*s not found", (int)what.len, what.data);
        return false;
    }
    if (!takes_pinned(in, spec, &revision, &pinned)) {
        in->refused = ro_arena_printf(in->arena, "spec.updateStrategy.partition of %.*s is no percentage",
                                      (int)set->name.len, set->name.data ? set->name.data : "");
        return false;
    }
    if (!pinned)
        return true;
    const struct rollout_node *stored = c->revisions.items[found];
    set->spec = ro_dig(stored, "data", "spec", NULL);
    set->pinned = true;
    set->index = found;
    set->hash = stored_hash(in, set->spec, stored, "kruise.io/sidecarset-hash", true);
    set->hash_without_image = stored_hash(in, set->spec, stored, "kruise.io/sidecarset-hash-without-image", false);
    set->revision = ro_text(ro_dig(stored, "metadata", "name", NULL));
    return true;
}

static void hide_bases(struct ro_injection *in)
{
    struct rollout_str *texts = ro_arena_alloc(in->arena, in->set_count, sizeof *texts);
    for (size_t i = 0; texts && i < in->set_count; i++)
        texts[i] = in->sets[i].name;
    struct ro_names names = ro_names_make(in->arena, texts, (uint32_t)in->set_count);
    for (size_t i = 0; i < in->set_count; i++) {
        struct rollout_str base = annotation_of(in->sets[i].object, "apps.kruise.io/sidecarset-base");
        bool canary = ro_str_eq(annotation_of(in->sets[i].object, "apps.kruise.io/sidecarset-canary"), RO_STR("true"));
        uint32_t hidden = canary && base.len > 0 ? ro_names_first(&names, base) : UINT32_MAX;
        if (hidden != UINT32_MAX)
            in->sets[hidden].hidden = true;
    }
}

/* Whether the set is bound to namespaces by their names. */
static bool is_bound(struct ro_injection *in, const struct ro_at *spec)
{
    const struct rollout_str key = RO_STR("kubernetes.io/metadata.name");
    struct rollout_selector selector = ro_read_selector(in->d, in->arena, spec, "namespaceSelector");
    if (ro_labels_get(&selector.match_labels, key) || ro_at_member(spec, "namespace").node)
        return true;
    for (size_t i = 0; i < selector.requirement_count; i++)
        if (selector.requirements[i].op == ROLLOUT_OPERATOR_IN && ro_str_eq(selector.requirements[i].key, key))
            return true;
    return false;
}

void ro_inject_choose(struct ro_injection *in)
{
    struct chosen c = { objects_of(in, "namespaces", name_of), objects_of(in, "revisions", name_of),
                        objects_of(in, "revisions", version_of) };
    struct ro_at root = ro_at_root(in->document);
    struct ro_each each;
    size_t count;
    for (int bound = 1; bound >= 0; bound--) { /* upstream lists the namespace's own first */
        ro_each_open(in->d, &root, "sidecarSets", &each);
        if (bound)
            in->sets = ro_each_alloc(&each, in->arena, sizeof(*in->sets), &count);
        while (in->sets && ro_each_next(in->d, &each)) {
            struct ro_at spec = ro_at_object(in->d, &each.at, "spec");
            struct ro_at injection = ro_at_object(in->d, &spec, "injectionStrategy");
            if (!each.at.node || is_bound(in, &spec) != bound || ro_read_bool(in->d, &injection, "paused") ||
                !matches(in, &c, &spec))
                continue;
            in->sets[in->set_count] = (struct ro_injected_set){ .object = each.at.node, .index = each.index };
            if (!take(in, &c, &spec, &in->sets[in->set_count]))
                return;
            in->set_count++;
        }
    }
    hide_bases(in);
}

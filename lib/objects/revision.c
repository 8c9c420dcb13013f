/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/revision.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/edit.h"
#include "base/hash.h"
#include "base/number.h"
#include "base/sort.h"
#include "base/time.h"

static const struct rollout_str hash_label = { "controller.kubernetes.io/hash", 29 };
static const struct rollout_str claims_annotation = { "kruise.io/cloneset-volumeclaimtemplate-hash", 43 };

/* ---- decoding ---- */

/* .data is raw to the API: whatever its shape, it is not refused. */
static struct rollout_strs topology_keys(struct ro_arena *arena, const struct rollout_node *data)
{
    struct rollout_strs keys = { NULL, 0, sizeof(struct rollout_str) };
    const struct rollout_node *list = ro_dig(data, "spec", "template", "spec", "topologySpreadConstraints", NULL);
    if (!ro_is(list, ROLLOUT_NODE_ARRAY) || ro_count(list) == 0)
        return keys;
    struct rollout_str *items = ro_arena_alloc(arena, ro_count(list), sizeof(*items));
    if (!items)
        return keys;
    for (const struct rollout_node *c = ro_first(list); c != ro_end(list); c = ro_next(c))
        items[keys.count++] = ro_text(ro_get(c, "topologyKey"));
    keys.items = items;
    return keys;
}

void ro_revision_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object,
                        struct rollout_revision *ret)
{
    struct ro_metadata metadata;
    ro_check_kind(d, object, "ControllerRevision");
    ro_read_metadata(d, object, &metadata);
    const struct rollout_node *data = ro_at_object(d, object, "data").node;
    *ret = (struct rollout_revision){
        .name = metadata.name,
        .number = ro_read_int64(d, object, "revision"),
        .topology_keys = topology_keys(arena, data),
        .data = ro_tree_of(data),
        .claims_hash = ro_text(ro_get_str(metadata.annotations, claims_annotation)),
    };
}

/* ---- what Go would write ---- */

/* Where in a template a node stands, as far as its encoding there differs. */
enum place { ELSEWHERE, TEMPLATE, METADATA, SPEC, CONTAINERS, CONTAINER };

static enum place place_of(enum place parent, struct rollout_str key)
{
    switch (parent) {
    case TEMPLATE:
        return ro_str_eq(key, RO_STR("metadata")) ? METADATA : ro_str_eq(key, RO_STR("spec")) ? SPEC : ELSEWHERE;
    case SPEC:
        return ro_str_eq(key, RO_STR("containers")) || ro_str_eq(key, RO_STR("initContainers")) ||
                       ro_str_eq(key, RO_STR("ephemeralContainers"))
                   ? CONTAINERS
                   : ELSEWHERE;
    case CONTAINERS:
        return CONTAINER;
    default:
        return ELSEWHERE;
    }
}

/* Members that Go's encoder writes although the object may lack them. */
static const struct rollout_node empty_metadata = { ROLLOUT_NODE_OBJECT, 1, { "metadata", 8 }, { 0 }, 0, 0 };
static const struct rollout_node empty_spec = { ROLLOUT_NODE_OBJECT, 1, { "spec", 4 }, { 0 }, 0, 0 };
static const struct rollout_node patch = { ROLLOUT_NODE_TEXT, 1, { "$patch", 6 }, { "replace", 7 }, 0, 0 };
static const struct rollout_node created = { ROLLOUT_NODE_NULL, 1, { "creationTimestamp", 17 }, { 0 }, 0, 0 };
static const struct rollout_node resources = { ROLLOUT_NODE_OBJECT, 1, { "resources", 9 }, { 0 }, 0, 0 };

static const struct rollout_node *const always[][4] = {
    [TEMPLATE] = { &patch, &empty_metadata, &empty_spec },
    [METADATA] = { &created },
    [CONTAINER] = { &resources },
};

static int by_key(const void *context, uint32_t a, uint32_t b)
{
    const struct rollout_node *const *members = context;
    return ro_str_cmp(members[a]->key, members[b]->key);
}

/* Writes n at out as Go encodes what it decoded from it: members by key, nulls left out, what is always
 * there put in. At most twice the nodes of n, and 8. Returns the place behind it, NULL on lack of memory. */
static struct rollout_node *encode(struct ro_arena *arena, const struct rollout_node *n, enum place place,
                                   struct rollout_node *out)
{
    struct rollout_node *end = out + 1;
    *out = *n;
    if (n->kind == ROLLOUT_NODE_ARRAY) {
        for (const struct rollout_node *c = ro_first(n); end && c != ro_end(n); c = ro_next(c))
            end = encode(arena, c, place_of(place, c->key), end);
    } else if (n->kind == ROLLOUT_NODE_OBJECT) {
        uint32_t most = ro_count(n) + 4, count = 0;
        const struct rollout_node **members = ro_arena_alloc(arena, most, sizeof(*members));
        uint32_t *order = ro_arena_alloc(arena, (size_t)most * 2, sizeof(*order));
        if (!members || !order)
            return NULL;
        for (const struct rollout_node *c = ro_first(n); c != ro_end(n); c = ro_next(c))
            if (c->kind != ROLLOUT_NODE_NULL)
                members[count++] = c;
        for (const struct rollout_node *const *extra = always[place]; *extra; extra++)
            if (!ro_get_str(n, (*extra)->key))
                members[count++] = *extra;
        for (uint32_t i = 0; i < count; i++)
            order[i] = i;
        ro_sort_indices(order, count, order + most, by_key, members);
        for (uint32_t i = 0; end && i < count; i++) {
            const struct rollout_node *c = members[order[i]];
            bool again = i + 1 < count && ro_str_eq(c->key, members[order[i + 1]]->key);
            if (!again) /* of a key that stands twice the last one counts */
                end = encode(arena, c, place_of(place, c->key), end);
        }
    }
    if (end)
        out->size = (uint32_t)(end - out);
    return end;
}

/* {"spec":{"template":T}} of a template as upstream's encoder has it; count 0 on lack of memory. */
static struct rollout_tree data_of(struct ro_arena *arena, const struct rollout_node *template)
{
    static const struct rollout_node empty = { ROLLOUT_NODE_OBJECT, 1, { 0 }, { 0 }, 0, 0 };
    struct rollout_tree tree = { 0 };
    template = ro_is(template, ROLLOUT_NODE_OBJECT) ? template : &empty;
    struct rollout_node *nodes = ro_arena_alloc(arena, (size_t) template->size * 2 + 16, sizeof(*nodes));
    if (!nodes)
        return tree;
    struct rollout_node *end = encode(arena, template, TEMPLATE, nodes + 2);
    if (!end)
        return tree;
    tree = (struct rollout_tree){ .nodes = nodes, .count = (size_t)(end - nodes) };
    nodes[0] = (struct rollout_node){ .kind = ROLLOUT_NODE_OBJECT, .size = (uint32_t)tree.count };
    nodes[1] =
        (struct rollout_node){ .kind = ROLLOUT_NODE_OBJECT, .size = (uint32_t)tree.count - 1, .key = RO_STR("spec") };
    nodes[2].key = RO_STR("template");
    return tree;
}

static struct rollout_str text_of(struct ro_arena *arena, const struct rollout_tree *tree)
{
    struct rollout_str none = { NULL, 0 };
    size_t len = 0;
    if (tree->count == 0 || rollout_tree_text(tree, NULL, 0, &len, NULL) != ROLLOUT_OK)
        return none;
    char *buf = ro_arena_alloc(arena, len + 1, 1);
    if (!buf || rollout_tree_text(tree, buf, len + 1, &len, NULL) != ROLLOUT_OK)
        return none;
    return (struct rollout_str){ buf, len };
}

/* Hash of a revision: FNV-1 over its data and the collision count, which upstream always writes. */
static struct rollout_str hash_of(struct rollout_str data, int32_t collision_count, char buf[16])
{
    char digits[16];
    int len = snprintf(digits, sizeof(digits), "%" PRId32, collision_count);
    uint32_t hash = ro_fnv1(ro_fnv1(RO_FNV_BASIS, data), (struct rollout_str){ digits, (size_t)len });
    return (struct rollout_str){ buf, ro_safe_encode(hash, buf) };
}

/* ---- finding ---- */

/* Upstream holds two revisions for different where their hash labels are two different 32-bit numbers. */
static bool differ_by_label(struct rollout_str a, struct rollout_str b)
{
    int64_t x, y;
    return a.data && b.data && ro_parse_int(a, -1, &x) && ro_parse_int(b, -1, &y) && x >= INT32_MIN && x <= INT32_MAX &&
           y >= INT32_MIN && y <= INT32_MAX && x != y;
}

static struct rollout_str hash_label_of(const struct rollout_node *object)
{
    return ro_text(ro_get_str(ro_dig(object, "metadata", "labels", NULL), hash_label));
}

static bool later(const struct rollout_revision *a, const struct rollout_tree *a_object,
                  const struct rollout_revision *b, const struct rollout_tree *b_object)
{
    int64_t a_ms = 0, b_ms = 0;
    if (a->number != b->number)
        return a->number > b->number;
    ro_time_parse(ro_text(ro_dig(a_object->nodes, "metadata", "creationTimestamp", NULL)), &a_ms);
    ro_time_parse(ro_text(ro_dig(b_object->nodes, "metadata", "creationTimestamp", NULL)), &b_ms);
    return a_ms != b_ms ? a_ms > b_ms : ro_str_cmp(a->name, b->name) > 0;
}

uint32_t ro_revision_of_template(struct ro_arena *arena, const struct rollout_node *object,
                                 struct rollout_opt collision_count, const struct rollout_revision *revisions,
                                 const struct rollout_tree *objects, size_t count)
{
    struct ro_arena scratch = { NULL, false };
    uint32_t found = ROLLOUT_NONE;
    char buf[16];
    struct rollout_tree wanted = data_of(&scratch, ro_dig(object, "spec", "template", NULL));
    struct rollout_str hash = hash_of(text_of(&scratch, &wanted), collision_count.value, buf);
    for (size_t i = 0; i < count && !scratch.failed; i++) {
        const struct rollout_node *template = ro_dig(revisions[i].data.nodes, "spec", "template", NULL);
        if (!template || differ_by_label(hash, hash_label_of(objects[i].nodes)))
            continue;
        /* Upstream compares bytes; what its encoder adds is added on this side too, so that a revision that
         * another encoder wrote without "resources":{} or "creationTimestamp":null is still recognised. */
        struct ro_arena mine = { NULL, false };
        struct rollout_tree data = data_of(&mine, template);
        if (data.count > 0 && ro_equal(wanted.nodes, data.nodes) &&
            (found == ROLLOUT_NONE || later(&revisions[i], &objects[i], &revisions[found], &objects[found])))
            found = (uint32_t)i;
        scratch.failed |= mine.failed;
        ro_arena_free(&mine);
    }
    arena->failed |= scratch.failed;
    ro_arena_free(&scratch);
    return found;
}

/* ---- claim templates ---- */

/* Copies a member if it is there and not empty. */
static void take(struct ro_arena *arena, struct ro_edit *to, const struct rollout_node *from, const char *key)
{
    const struct rollout_node *n = ro_get(from, key);
    bool empty = n && ((n->kind == ROLLOUT_NODE_TEXT && n->text.len == 0) ||
                       ((n->kind == ROLLOUT_NODE_ARRAY || n->kind == ROLLOUT_NODE_OBJECT) && n->size == 1));
    if (n && !empty)
        ro_edit_set(to, (struct rollout_str){ key, strlen(key) }, ro_edit_copy(arena, n));
}

/* Copies a map, keys sorted. */
static void take_map(struct ro_arena *arena, struct ro_edit *to, const struct rollout_node *from, const char *key)
{
    const struct rollout_node *n = ro_get(from, key);
    if (!ro_is(n, ROLLOUT_NODE_OBJECT) || n->size == 1)
        return;
    struct rollout_node *nodes = ro_arena_alloc(arena, (size_t)n->size * 2 + 8, sizeof(*nodes));
    if (nodes && encode(arena, n, ELSEWHERE, nodes))
        ro_edit_set(to, (struct rollout_str){ key, strlen(key) }, ro_edit_copy(arena, nodes));
}

/* A pointer to a text: there even where it is empty. */
static void take_pointer(struct ro_arena *arena, struct ro_edit *to, const struct rollout_node *from, const char *key)
{
    const struct rollout_node *n = ro_get(from, key);
    if (n)
        ro_edit_set(to, (struct rollout_str){ key, strlen(key) }, ro_edit_copy(arena, n));
}

/* A reference to the volume's content. apiGroup is written even where it is null. */
static void take_source(struct ro_arena *arena, struct ro_edit *to, const struct rollout_node *from, const char *key)
{
    const struct rollout_node *n = ro_get(from, key);
    if (!n)
        return;
    struct ro_edit *source = ro_edit_need_object(arena, to, key);
    const struct rollout_node *group = ro_get(n, "apiGroup");
    ro_edit_set(source, RO_STR("apiGroup"), group ? ro_edit_copy(arena, group) : ro_edit_null(arena));
    ro_edit_set_text(arena, source, RO_STR("kind"), ro_text(ro_get(n, "kind")));
    ro_edit_set_text(arena, source, RO_STR("name"), ro_text(ro_get(n, "name")));
    take_pointer(arena, source, n, "namespace");
}

/* One claim template with the members that Go's structs have, in their order. */
static struct ro_edit *claim_template(struct ro_arena *arena, const struct rollout_node *template)
{
    struct ro_edit *claim = ro_edit_object(arena);
    struct ro_edit *metadata = ro_edit_need_object(arena, claim, "metadata");
    take(arena, metadata, ro_get(template, "metadata"), "name");
    ro_edit_set(metadata, RO_STR("creationTimestamp"), ro_edit_null(arena));

    const struct rollout_node *spec = ro_get(template, "spec"), *n;
    struct ro_edit *out = ro_edit_need_object(arena, claim, "spec");
    take(arena, out, spec, "accessModes");
    if ((n = ro_get(spec, "selector"))) {
        struct ro_edit *selector = ro_edit_need_object(arena, out, "selector");
        take_map(arena, selector, n, "matchLabels");
        take(arena, selector, n, "matchExpressions");
    }
    struct ro_edit *amounts = ro_edit_need_object(arena, out, "resources");
    take_map(arena, amounts, ro_get(spec, "resources"), "limits");
    take_map(arena, amounts, ro_get(spec, "resources"), "requests");
    take(arena, out, spec, "volumeName");
    take_pointer(arena, out, spec, "storageClassName");
    take_pointer(arena, out, spec, "volumeMode");
    take_source(arena, out, spec, "dataSource");
    take_source(arena, out, spec, "dataSourceRef");
    take_pointer(arena, out, spec, "volumeAttributesClassName");
    ro_edit_need_object(arena, claim, "status");
    return claim;
}

static int by_name(const void *context, uint32_t a, uint32_t b)
{
    const struct rollout_node *const *templates = context;
    return ro_str_cmp(ro_text(ro_dig(templates[a], "metadata", "name", NULL)),
                      ro_text(ro_dig(templates[b], "metadata", "name", NULL)));
}

struct rollout_str ro_claims_hash(struct ro_arena *arena, const struct rollout_node *templates)
{
    uint32_t count = ro_is(templates, ROLLOUT_NODE_ARRAY) ? ro_count(templates) : 0, i = 0;
    if (count == 0)
        return RO_STR("");
    const struct rollout_node **items = ro_arena_alloc(arena, count, sizeof(*items));
    uint32_t *order = ro_arena_alloc(arena, (size_t)count * 2, sizeof(*order));
    struct ro_edit *list = ro_edit_array(arena);
    if (!items || !order || !list)
        return RO_STR("");
    for (const struct rollout_node *c = ro_first(templates); c != ro_end(templates); c = ro_next(c), i++) {
        items[i] = c;
        order[i] = i;
    }
    ro_sort_indices(order, count, order + count, by_name, items);
    for (i = 0; i < count; i++)
        ro_edit_append(list, claim_template(arena, items[order[i]]));
    return ro_arena_printf(arena, "%" PRIu32, ro_hash_json(ro_edit_json(arena, list)));
}

/* ---- making ---- */

static bool name_taken(const struct rollout_revision *revisions, size_t count, struct rollout_str name)
{
    for (size_t i = 0; i < count; i++)
        if (ro_str_eq(revisions[i].name, name))
            return true;
    return false;
}

/* A map of the object, to be changed; an empty one where it is absent. */
static struct ro_edit *map_of(struct ro_arena *arena, const struct rollout_node *map)
{
    return ro_is(map, ROLLOUT_NODE_OBJECT) ? ro_edit_copy(arena, map) : ro_edit_object(arena);
}

void ro_revision_make(struct ro_arena *arena, const struct rollout_node *object, struct rollout_opt *collision_count,
                      const struct rollout_revision *revisions, size_t count, struct rollout_revision *ret_revision,
                      struct rollout_tree *ret_object)
{
    const struct rollout_node *template = ro_dig(object, "spec", "template", NULL);
    const struct rollout_node *metadata = ro_get(object, "metadata");
    struct rollout_str owner = ro_text(ro_get(metadata, "name"));
    struct rollout_tree data = data_of(arena, template);
    struct rollout_str text = text_of(arena, &data);
    char buf[16];
    int64_t number = 0;
    for (size_t i = 0; i < count; i++)
        if (revisions[i].number > number)
            number = revisions[i].number;

    /* The label keeps the first hash, also where the name gets another one for a collision. */
    struct rollout_str label = ro_arena_str(arena, hash_of(text, collision_count->value, buf)), name;
    for (;;) {
        struct rollout_str hash = hash_of(text, collision_count->value, buf);
        int prefix = owner.len > 223 ? 223 : (int)owner.len;
        name = ro_arena_printf(arena, "%.*s-%.*s", prefix, owner.data ? owner.data : "", (int)hash.len, hash.data);
        if (arena->failed || !name_taken(revisions, count, name))
            break;
        *collision_count = (struct rollout_opt){ 1, (int32_t)((uint32_t)collision_count->value + 1) };
    }

    struct ro_edit *out = ro_edit_object(arena);
    ro_edit_set_text(arena, out, RO_STR("kind"), RO_STR("ControllerRevision"));
    ro_edit_set_text(arena, out, RO_STR("apiVersion"), RO_STR("apps/v1"));
    struct ro_edit *meta = ro_edit_need_object(arena, out, "metadata");
    ro_edit_set_text(arena, meta, RO_STR("name"), name);
    ro_edit_set_text(arena, meta, RO_STR("namespace"), ro_text(ro_get(metadata, "namespace")));
    struct ro_edit *labels = map_of(arena, ro_dig(template, "metadata", "labels", NULL));
    ro_edit_set_text(arena, labels, hash_label, label);
    ro_edit_set(meta, RO_STR("labels"), labels);
    struct ro_edit *annotations = map_of(arena, ro_get(metadata, "annotations"));
    struct rollout_str claims = ro_claims_hash(arena, ro_dig(object, "spec", "volumeClaimTemplates", NULL));
    ro_edit_set_text(arena, annotations, claims_annotation, claims);
    ro_edit_set(meta, RO_STR("annotations"), annotations);

    struct ro_edit *ref = ro_edit_object(arena);
    ro_edit_set_text(arena, ref, RO_STR("apiVersion"), RO_STR("apps.kruise.io/v1beta1"));
    ro_edit_set_text(arena, ref, RO_STR("kind"), RO_STR("CloneSet"));
    ro_edit_set_text(arena, ref, RO_STR("name"), owner);
    ro_edit_set_text(arena, ref, RO_STR("uid"), ro_text(ro_get(metadata, "uid")));
    ro_edit_set(ref, RO_STR("controller"), ro_edit_bool(arena, true));
    ro_edit_set(ref, RO_STR("blockOwnerDeletion"), ro_edit_bool(arena, true));
    ro_edit_append(ro_edit_need_array(arena, meta, "ownerReferences"), ref);

    ro_edit_set(out, RO_STR("data"), ro_edit_copy(arena, data.count ? data.nodes : NULL));
    ro_edit_set(out, RO_STR("revision"), ro_edit_integer(arena, number + 1));
    *ret_object = ro_edit_flatten(arena, out);
    const struct rollout_node *made = ret_object->count ? ro_get(ret_object->nodes, "data") : NULL;
    *ret_revision = (struct rollout_revision){
        .name = name,
        .number = number + 1,
        .flags = ROLLOUT_REVISION_NEW,
        .topology_keys = topology_keys(arena, made),
        .data = ro_tree_of(made),
        .claims_hash = claims,
    };
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/revision_data.h"

#include "base/sort.h"

/* Where in a template a node stands, as far as its encoding there differs. */
enum place {
    ELSEWHERE,
    TEMPLATE,
    METADATA,
    SPEC,
    CONTAINERS,
    CONTAINER,
    CHILDREN, /* a UnitedDeployment's spec.template: a template of one of four kinds */
    STATEFULSET,
    ADVANCED_STATEFULSET,
    CLONESET,
    DEPLOYMENT,
    STATEFULSET_SPEC, /* in the order of the four above */
    ADVANCED_STATEFULSET_SPEC,
    CLONESET_SPEC,
    DEPLOYMENT_SPEC,
    POD_TEMPLATE,
    CLAIMS,
    CLAIM,
    CLAIM_SPEC,
};

static const struct {
    struct rollout_str key;
    enum place place;
} children[] = {
    { { "statefulSetTemplate", 19 }, STATEFULSET },
    { { "advancedStatefulSetTemplate", 27 }, ADVANCED_STATEFULSET },
    { { "cloneSetTemplate", 16 }, CLONESET },
    { { "deploymentTemplate", 18 }, DEPLOYMENT },
};

static enum place child_of(struct rollout_str key)
{
    for (size_t i = 0; i < sizeof children / sizeof *children; i++)
        if (ro_str_eq(children[i].key, key))
            return children[i].place;
    return ELSEWHERE;
}

static enum place place_of(enum place parent, struct rollout_str key)
{
    switch (parent) {
    case CHILDREN:
        return child_of(key);
    case STATEFULSET:
    case ADVANCED_STATEFULSET:
    case CLONESET:
    case DEPLOYMENT:
        if (ro_str_eq(key, RO_STR("spec")))
            return parent - STATEFULSET + STATEFULSET_SPEC;
        return ro_str_eq(key, RO_STR("metadata")) ? METADATA : ELSEWHERE;
    case STATEFULSET_SPEC:
    case ADVANCED_STATEFULSET_SPEC:
    case CLONESET_SPEC:
    case DEPLOYMENT_SPEC:
        if (ro_str_eq(key, RO_STR("template")))
            return POD_TEMPLATE;
        return ro_str_eq(key, RO_STR("volumeClaimTemplates")) ? CLAIMS : ELSEWHERE;
    case CLAIMS:
        return CLAIM;
    case CLAIM:
        return ro_str_eq(key, RO_STR("metadata")) ? METADATA : ro_str_eq(key, RO_STR("spec")) ? CLAIM_SPEC : ELSEWHERE;
    case TEMPLATE:
    case POD_TEMPLATE:
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

static const struct rollout_node selector = { ROLLOUT_NODE_NULL, 1, { "selector", 8 }, { 0 }, 0, 0 };
static const struct rollout_node template_ = { ROLLOUT_NODE_OBJECT, 1, { "template", 8 }, { 0 }, 0, 0 };
static const struct rollout_node service = { ROLLOUT_NODE_TEXT, 1, { "serviceName", 11 }, { "", 0 }, 0, 0 };
static const struct rollout_node update = { ROLLOUT_NODE_OBJECT, 1, { "updateStrategy", 14 }, { 0 }, 0, 0 };
static const struct rollout_node scale = { ROLLOUT_NODE_OBJECT, 1, { "scaleStrategy", 13 }, { 0 }, 0, 0 };
static const struct rollout_node strategy = { ROLLOUT_NODE_OBJECT, 1, { "strategy", 8 }, { 0 }, 0, 0 };
static const struct rollout_node claims = { ROLLOUT_NODE_OBJECT, 1, { "volumeClaimUpdateStrategy", 25 }, { 0 }, 0, 0 };
static const struct rollout_node status = { ROLLOUT_NODE_OBJECT, 1, { "status", 6 }, { 0 }, 0, 0 };

enum { MOST_ADDED = 4 };

static const struct rollout_node *const always[][MOST_ADDED + 1] = {
    [TEMPLATE] = { &patch, &empty_metadata, &empty_spec },
    [METADATA] = { &created },
    [CONTAINER] = { &resources },
    [CHILDREN] = { &patch },
    [STATEFULSET] = { &empty_metadata, &empty_spec },
    [ADVANCED_STATEFULSET] = { &empty_metadata, &empty_spec },
    [CLONESET] = { &empty_metadata, &empty_spec },
    [DEPLOYMENT] = { &empty_metadata, &empty_spec },
    [STATEFULSET_SPEC] = { &selector, &template_, &service, &update },
    [ADVANCED_STATEFULSET_SPEC] = { &selector, &template_, &claims, &update },
    [CLONESET_SPEC] = { &selector, &template_, &scale, &update },
    [DEPLOYMENT_SPEC] = { &selector, &template_, &strategy },
    [POD_TEMPLATE] = { &empty_metadata, &empty_spec },
    [CLAIM] = { &empty_metadata, &empty_spec, &status },
    [CLAIM_SPEC] = { &resources },
};

static int by_key(const void *context, uint32_t a, uint32_t b)
{
    const struct rollout_node *const *members = context;
    return ro_str_cmp(members[a]->key, members[b]->key);
}

/* Writes n at out as Go encodes what it decoded from it: members by key, nulls left out, what is always
 * there put in. At most twice the nodes of n, and 8; with children's templates in it six times, and 32, since a claim
 * may get metadata, creationTimestamp, spec, resources and status. Returns the place behind it, NULL on lack of memory. */
static struct rollout_node *encode(struct ro_arena *arena, const struct rollout_node *n, enum place place,
                                   struct rollout_node *out)
{
    struct rollout_node *end = out + 1;
    *out = *n;
    if (n->kind == ROLLOUT_NODE_ARRAY) {
        for (const struct rollout_node *c = ro_first(n); end && c != ro_end(n); c = ro_next(c))
            end = encode(arena, c, place_of(place, c->key), end);
    } else if (n->kind == ROLLOUT_NODE_OBJECT) {
        uint32_t most = ro_count(n) + MOST_ADDED, count = 0;
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

struct rollout_tree ro_revision_data(struct ro_arena *arena, const struct rollout_node *template, bool children_in_it)
{
    static const struct rollout_node empty = { ROLLOUT_NODE_OBJECT, 1, { 0 }, { 0 }, 0, 0 };
    struct rollout_tree tree = { 0 };
    template = ro_is(template, ROLLOUT_NODE_OBJECT) ? template : &empty;
    size_t room = children_in_it ? (size_t) template->size * 6 + 32 : (size_t) template->size * 2 + 16;
    struct rollout_node *nodes = ro_arena_alloc(arena, room, sizeof(*nodes));
    if (!nodes)
        return tree;
    struct rollout_node *end = encode(arena, template, children_in_it ? CHILDREN : TEMPLATE, nodes + 2);
    if (!end)
        return tree;
    tree = (struct rollout_tree){ .nodes = nodes, .count = (size_t)(end - nodes) };
    nodes[0] = (struct rollout_node){ .kind = ROLLOUT_NODE_OBJECT, .size = (uint32_t)tree.count };
    nodes[1] =
        (struct rollout_node){ .kind = ROLLOUT_NODE_OBJECT, .size = (uint32_t)tree.count - 1, .key = RO_STR("spec") };
    nodes[2].key = RO_STR("template");
    return tree;
}

struct rollout_tree ro_sidecar_data(struct ro_arena *arena, const struct rollout_node *spec)
{
    static const char *const names[] = { "containers", "imagePullSecrets", "initContainers", "patchPodMetadata",
                                         "volumes" };
    struct ro_edit *root = ro_edit_object(arena), *body = ro_edit_need_object(arena, root, "spec");
    ro_edit_set_text(arena, body, RO_STR("$patch"), RO_STR("replace"));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct rollout_str key = { names[i], strlen(names[i]) };
        const struct rollout_node *n = ro_get(spec, names[i]);
        struct rollout_node *nodes = n ? ro_arena_alloc(arena, (size_t)n->size * 2 + 8, sizeof(*nodes)) : NULL;
        bool made = nodes && encode(arena, n, place_of(SPEC, key), nodes);
        ro_edit_set(body, key, made ? ro_edit_copy(arena, nodes) : ro_edit_null(arena));
    }
    return ro_edit_flatten(arena, root);
}

struct rollout_str ro_data_text(struct ro_arena *arena, const struct rollout_tree *tree)
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

struct ro_edit *ro_encoded_map(struct ro_arena *arena, const struct rollout_node *map)
{
    struct rollout_node *nodes = ro_arena_alloc(arena, (size_t)map->size * 2 + 8, sizeof(*nodes));
    return nodes && encode(arena, map, ELSEWHERE, nodes) ? ro_edit_copy(arena, nodes) : NULL;
}

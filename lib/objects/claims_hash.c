/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/revision.h"

#include <inttypes.h>

#include "base/hash.h"
#include "base/sort.h"
#include "objects/revision_data.h"

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
    ro_edit_set(to, (struct rollout_str){ key, strlen(key) }, ro_encoded_map(arena, n));
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

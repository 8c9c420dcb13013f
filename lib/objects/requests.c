/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/requests.h"

#include "base/quantity.h"
#include "base/sort.h"

/* Who needs it. */
enum { OF_OVERHEAD, OF_INIT, OF_SIDECAR, OF_CONTAINER };

/* A quantity of one container. */
struct part {
    struct rollout_str name;
    uint32_t of;
    uint32_t container; /* which one; a key that stands twice in it counts once, the last time */
    struct ro_quantity quantity;
};

struct parts {
    struct part *items;
    size_t count, room;
};

static void add_map(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object, const char *key,
                    uint32_t of, uint32_t container, struct parts *parts)
{
    struct ro_at map = ro_at_object(d, object, key);
    if (!map.node)
        return;
    for (const struct rollout_node *c = ro_first(map.node); c != ro_end(map.node); c = ro_next(c)) {
        struct ro_at at = { .node = c, .path = { .up = &map.path, .key = c->key } };
        struct part part = { .name = c->key, .of = of, .container = container };
        if (!c->key.data || c->kind == ROLLOUT_NODE_NULL)
            continue;
        if (!parts->items) {
            parts->room++;
            continue;
        }
        struct rollout_str text = ro_read_quantity_at(d, arena, &at);
        if (text.data && ro_quantity_parse(text, &part.quantity) && parts->count < parts->room)
            parts->items[parts->count++] = part;
    }
}

static int by_name(const void *context, uint32_t a, uint32_t b)
{
    const struct part *items = context;
    return ro_str_cmp(items[a].name, items[b].name);
}

static void raise(struct ro_quantity *most, const struct ro_quantity *q)
{
    if (ro_quantity_cmp(q, most) > 0)
        *most = *q;
}

/* What all parts of one name come to. */
static struct ro_quantity sum_parts(const struct parts *parts, const uint32_t *order, size_t n)
{
    struct ro_quantity sidecars = { 0 }, all = { 0 }, most = { 0 }, overhead = { 0 };
    for (size_t i = 0; i < n; i++) {
        const struct part *part = &parts->items[order[i]];
        if (i + 1 < n && parts->items[order[i + 1]].container == part->container)
            continue;
        struct ro_quantity start = sidecars;
        switch (part->of) {
        case OF_INIT:
            ro_quantity_add(&start, &part->quantity);
            raise(&most, &start);
            break;
        case OF_SIDECAR:
            ro_quantity_add(&sidecars, &part->quantity);
            raise(&most, &sidecars);
            break;
        case OF_CONTAINER:
            ro_quantity_add(&all, &part->quantity);
            break;
        default:
            ro_quantity_add(&overhead, &part->quantity);
            break;
        }
    }
    ro_quantity_add(&all, &sidecars);
    raise(&all, &most);
    ro_quantity_add(&all, &overhead);
    return all;
}

/* cpu in thousandths, the rest in whole units. */
static int64_t amount_of(struct rollout_str name, const struct ro_quantity *q)
{
    return ro_quantity_scaled(q, ro_str_eq(name, RO_STR("cpu")) ? 6 : 9);
}

static const struct rollout_resource *sum_up(struct ro_arena *arena, const struct parts *parts, size_t *ret_count)
{
    struct rollout_resource *ret = ro_arena_alloc(arena, parts->count, sizeof(*ret));
    uint32_t *order = ro_arena_alloc(arena, 2 * parts->count, sizeof(*order));
    *ret_count = 0;
    if (!ret || !order || parts->count == 0)
        return NULL;
    for (size_t i = 0; i < parts->count; i++)
        order[i] = (uint32_t)i;
    ro_sort_indices(order, parts->count, order + parts->count, by_name, parts->items);
    for (size_t i = 0, end; i < parts->count; i = end) {
        struct rollout_str name = parts->items[order[i]].name;
        for (end = i + 1; end < parts->count && ro_str_eq(parts->items[order[end]].name, name);)
            end++;
        struct ro_quantity sum = sum_parts(parts, order + i, end - i);
        ret[(*ret_count)++] = (struct rollout_resource){ name, amount_of(name, &sum) };
    }
    return ret;
}

static void add_containers(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *pod_spec, const char *key,
                           bool init, uint32_t *container, struct parts *parts)
{
    struct ro_each each;
    ro_each_open(d, pod_spec, key, &each);
    while (ro_each_next(d, &each)) {
        struct ro_at resources = ro_at_object(d, &each.at, "resources");
        bool sidecar = init && ro_str_eq(ro_read_text(d, &each.at, "restartPolicy"), RO_STR("Always"));
        add_map(d, arena, &resources, "requests",
                !init     ? OF_CONTAINER
                : sidecar ? OF_SIDECAR
                          : OF_INIT,
                (*container)++, parts);
    }
}

/* Counts the parts, then reads them. */
const struct rollout_resource *ro_read_requests(struct ro_decoder *d, struct ro_arena *arena,
                                                const struct ro_at *pod_spec, size_t *ret_count)
{
    struct parts parts = { NULL, 0, 0 };
    *ret_count = 0;
    for (int reading = 0; reading < 2; reading++) {
        uint32_t container = 0;
        if (reading && (parts.room == 0 || !(parts.items = ro_arena_alloc(arena, parts.room, sizeof(*parts.items)))))
            return NULL;
        add_map(d, arena, pod_spec, "overhead", OF_OVERHEAD, container++, &parts);
        add_containers(d, arena, pod_spec, "initContainers", true, &container, &parts);
        add_containers(d, arena, pod_spec, "containers", false, &container, &parts);
    }
    return sum_up(arena, &parts, ret_count);
}

const struct rollout_resource *ro_read_resources(struct ro_decoder *d, struct ro_arena *arena,
                                                 const struct ro_at *object, const char *key, size_t *ret_count)
{
    struct parts parts = { NULL, 0, 0 };
    *ret_count = 0;
    add_map(d, arena, object, key, OF_CONTAINER, 0, &parts);
    if (parts.room == 0 || !(parts.items = ro_arena_alloc(arena, parts.room, sizeof(*parts.items))))
        return NULL;
    add_map(d, arena, object, key, OF_CONTAINER, 0, &parts);
    return sum_up(arena, &parts, ret_count);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/str.h"
#include "rules/columns.h"
#include "rules/order.h"
#include "rules/rank.h"

#define NONE UINT32_MAX

/* A pod's place is that in the group; a node's number is its place in the snapshot or, for a name that
 * the snapshot lacks, the number of nodes there plus the place of the first pod with that name. */
struct ranker {
    const struct ro_delete_order *order;
    const uint32_t *group;
    size_t n;
    struct ro_keyed *items, *spare;
    uint32_t *table; /* open addressing, over items and spare: used only between sorts */
    size_t table_size;
    double *ranks;       /* by pod */
    uint32_t *nodes;     /* by pod: its node's number, or NONE */
    uint32_t *same_node; /* by pod */
    uint32_t *first_pod; /* by node of the snapshot: its first pod, or NONE */
    uint32_t *domains;   /* by node of the snapshot: its value of the topology key at hand, or NONE */
};

/* ---- memory ---- */

enum { ITEMS, RANKS, NODES, SAME_NODE, FIRST_POD, DOMAINS, PLACES };

/* At least twice what can be in the table. */
static size_t table_size_for(size_t n)
{
    size_t size = 16;
    while (size / 2 < n)
        size *= 2;
    return size;
}

static struct ro_layout lay_out(size_t n, size_t nodes, size_t places[PLACES])
{
    struct ro_layout layout = { .overflow = n >= NONE || nodes >= NONE - n || n + nodes > SIZE_MAX / 64 };
    size_t table = layout.overflow ? 0 : table_size_for(n + nodes) * sizeof(uint32_t);
    size_t items = layout.overflow ? 0 : n * 2 * sizeof(struct ro_keyed);
    places[ITEMS] = ro_layout_add(&layout, items > table ? items : table, 1);
    places[RANKS] = ro_layout_add(&layout, n, sizeof(double));
    places[NODES] = ro_layout_add(&layout, n, sizeof(uint32_t));
    places[SAME_NODE] = ro_layout_add(&layout, n, sizeof(uint32_t));
    places[FIRST_POD] = ro_layout_add(&layout, nodes, sizeof(uint32_t));
    places[DOMAINS] = ro_layout_add(&layout, nodes, sizeof(uint32_t));
    return layout;
}

size_t ro_delete_order_scratch(const struct ro_delete_order *order, size_t n)
{
    size_t places[PLACES];
    struct ro_layout layout = lay_out(n, order->nodes->count, places);
    return layout.overflow ? SIZE_MAX : layout.size;
}

/* ---- nodes ---- */

static const struct rollout_node_facts *node_at(const struct ranker *r, uint32_t node)
{
    const struct ro_abi_array *nodes = r->order->nodes;
    return (const struct rollout_node_facts *)(const void *)(nodes->items + node * nodes->stride);
}

static const struct rollout_pod *pod_at(const struct ranker *r, uint32_t place)
{
    return ro_pod(r->order->pods, r->group[place]);
}

static struct rollout_str node_name(const struct ranker *r, uint32_t node)
{
    size_t count = r->order->nodes->count;
    return node < count ? node_at(r, node)->name : pod_at(r, (uint32_t)(node - count))->node;
}

static void clear_table(struct ranker *r, size_t entries)
{
    r->table_size = table_size_for(entries);
    memset(r->table, 0xff, r->table_size * sizeof(*r->table));
}

/* The number that the table has for a name; where it has none, `number` is put there (unless NONE). */
static uint32_t number_of(struct ranker *r, struct rollout_str name, uint32_t number)
{
    size_t slot = ro_fnv1(RO_FNV_BASIS, name) & (r->table_size - 1);
    for (; r->table[slot] != NONE; slot = (slot + 1) & (r->table_size - 1))
        if (ro_str_eq(node_name(r, r->table[slot]), name))
            return r->table[slot];
    r->table[slot] = number;
    return number;
}

/* Fills nodes and first_pod. Names are looked up only for pods without an index. */
static void find_nodes(struct ranker *r)
{
    size_t count = r->order->nodes->count;
    bool by_name = false;
    for (size_t i = 0; i < count; i++)
        r->first_pod[i] = NONE;
    for (uint32_t i = 0; i < r->n; i++) {
        const struct rollout_pod *pod = pod_at(r, i);
        bool indexed = pod->node_index > 0 && pod->node_index <= count;
        r->nodes[i] = pod->node.len > 0 && indexed ? pod->node_index - 1 : NONE;
        by_name |= pod->node.len > 0 && !indexed;
    }
    if (by_name) {
        clear_table(r, r->n + count);
        for (uint32_t i = 0; i < count; i++)
            (void)number_of(r, node_at(r, i)->name, i);
        for (uint32_t i = 0; i < r->n; i++)
            if (r->nodes[i] == NONE && pod_at(r, i)->node.len > 0)
                r->nodes[i] = number_of(r, pod_at(r, i)->node, (uint32_t)count + i);
    }
    for (uint32_t i = 0; i < r->n; i++)
        if (r->nodes[i] < count && r->first_pod[r->nodes[i]] == NONE)
            r->first_pod[r->nodes[i]] = i;
}

/* Numbers the values that a node label has on the nodes with a pod of the group. Returns how many. */
static uint32_t find_domains(struct ranker *r, struct rollout_str key)
{
    size_t count = r->order->nodes->count;
    uint32_t found = 0, hint = 0;
    clear_table(r, count);
    for (uint32_t i = 0; i < count; i++) {
        const struct rollout_str *value =
            r->first_pod[i] == NONE ? NULL : ro_labels_find(&node_at(r, i)->labels, key, &hint);
        r->domains[i] = NONE;
        if (!value)
            continue;
        /* A domain is represented by the first node that has its value. */
        size_t slot = ro_fnv1(RO_FNV_BASIS, *value) & (r->table_size - 1);
        for (; r->table[slot] != NONE; slot = (slot + 1) & (r->table_size - 1))
            if (ro_str_eq(*ro_labels_find(&node_at(r, r->table[slot])->labels, key, &hint), *value))
                break;
        if (r->table[slot] == NONE) {
            r->table[slot] = i;
            found++;
        }
        r->domains[i] = r->table[slot];
    }
    return found;
}

/* ---- the deletion order, whole and as the ranks need it ---- */

static inline const struct rollout_pod *read_rules(const struct ranker *r, const struct ro_keyed *item, bool available,
                                                   uint64_t *head, uint64_t *cost, uint64_t rest[3])
{
    const struct rollout_pod *pod = pod_at(r, item->index);
    bool ready = pod->flags & ROLLOUT_POD_READY;
    *head = (uint64_t)(pod->node.len > 0) << 4 | ro_phase_ordinal(pod->phase) << 2 | (uint64_t)available << 1 | ready;
    *cost = ro_smaller_first(pod->deletion_cost);
    rest[0] = ready ? ro_later_first(pod->ready_since_ms) : 0;
    rest[1] = ro_greater_first(pod->restarts);
    rest[2] = ro_later_first(pod->created_ms);
    return pod;
}

static RO_ALWAYS_INLINE void touch(const void *context, const struct ro_keyed *item)
{
    const struct rollout_pod *pod = pod_at(context, item->index);
    RO_PREFETCH(pod);
    RO_PREFETCH(&pod->node);
}

#define SAME_NODE_COLUMNS 6

static RO_ALWAYS_INLINE void read_same_node(const void *context, const struct ro_keyed *item, uint64_t *columns)
{
    const struct ranker *r = context;
    columns[0] = r->nodes[item->index] + 1; /* none: 0 */
    (void)read_rules(r, item, false, &columns[1], &columns[2], &columns[3]);
}

#define DOMAIN_COLUMNS 8

/* Pods of one domain come node by node, the nodes as the group names them first. */
static inline void read_domain(const struct ranker *r, const struct ro_keyed *item, bool by_same_node,
                               uint64_t *columns)
{
    uint32_t node = r->nodes[item->index];
    bool known = node < r->order->nodes->count;
    columns[0] = (known ? r->domains[node] : NONE) + 1; /* none: 0 */
    (void)read_rules(r, item, false, &columns[1], &columns[2], &columns[4]);
    columns[3] = by_same_node ? ro_greater_first(r->same_node[item->index]) : 0;
    columns[7] = known ? r->first_pod[node] : 0;
}

static RO_ALWAYS_INLINE void read_host(const void *context, const struct ro_keyed *item, uint64_t *columns)
{
    read_domain(context, item, false, columns);
}

static RO_ALWAYS_INLINE void read_zone(const void *context, const struct ro_keyed *item, uint64_t *columns)
{
    read_domain(context, item, true, columns);
}

#define DELETE_COLUMNS 6

static RO_ALWAYS_INLINE void read_delete(const void *context, const struct ro_keyed *item, uint64_t *columns)
{
    const struct ranker *r = context;
    bool available = r->order->marks && (r->order->marks[r->group[item->index]] & r->order->available);
    int64_t rank; /* no rank is negative, so their bits are in their order */
    memcpy(&rank, &r->ranks[item->index], sizeof(rank));
    (void)read_rules(r, item, available, &columns[0], &columns[1], &columns[3]);
    columns[2] = ro_greater_first(rank);
}

static void number_items(struct ranker *r)
{
    for (uint32_t i = 0; i < r->n; i++)
        r->items[i] = (struct ro_keyed){ .index = i };
}

/* ---- ranks ---- */

/* Among the pods of a node the first to go has the highest rank, the last has none. */
static void rank_same_node(struct ranker *r)
{
    number_items(r);
    ro_columns_select(r, touch, NULL, read_same_node, SAME_NODE_COLUMNS, NULL, r->items, r->n, r->n, r->spare);
    for (size_t start = 0, end; start < r->n; start = end) {
        uint32_t node = r->nodes[r->items[start].index];
        for (end = start; end < r->n && r->nodes[r->items[end].index] == node;)
            end++;
        for (size_t i = start; i < end; i++)
            r->same_node[r->items[i].index] = node == NONE ? 0 : (uint32_t)(end - 1 - i);
    }
}

static uint32_t domain_of(const struct ranker *r, uint32_t place)
{
    uint32_t node = r->nodes[place];
    return node < r->order->nodes->count ? r->domains[node] : NONE;
}

/* Adds what one topology constraint gives. */
static void rank_domain(struct ranker *r, struct rollout_str key)
{
    double weight = ro_log((uint64_t)find_domains(r, key) + 2);
    number_items(r);
    if (ro_str_eq(key, RO_STR("kubernetes.io/hostname")))
        ro_columns_select(r, touch, NULL, read_host, DOMAIN_COLUMNS, NULL, r->items, r->n, r->n, r->spare);
    else
        ro_columns_select(r, touch, NULL, read_zone, DOMAIN_COLUMNS, NULL, r->items, r->n, r->n, r->spare);
    for (size_t start = 0, end; start < r->n; start = end) {
        uint32_t domain = domain_of(r, r->items[start].index);
        for (end = start; end < r->n && domain_of(r, r->items[end].index) == domain;)
            end++;
        for (size_t i = start; i < end && domain != NONE; i++) {
            double share = (double)(end - i) * weight;
            r->ranks[r->items[i].index] += share;
        }
    }
}

static void rank(struct ranker *r)
{
    static const struct rollout_strs none;
    const struct rollout_strs *keys = r->order->topology_keys ? r->order->topology_keys : &none;
    find_nodes(r);
    rank_same_node(r);
    for (uint32_t i = 0; i < r->n; i++)
        r->ranks[i] = keys->count > 0 ? 0 : (double)r->same_node[i];
    for (uint32_t i = 0; i < keys->count; i++)
        rank_domain(r, *ro_strs_at(keys, i));
}

void ro_delete_order_sort(const struct ro_delete_order *order, uint32_t *group, size_t n, void *scratch)
{
    if (n <= 1)
        return;
    size_t places[PLACES];
    (void)lay_out(n, order->nodes->count, places);
    char *base = scratch;
    struct ranker r = { .order = order,
                        .group = group,
                        .n = n,
                        .items = (struct ro_keyed *)(void *)(base + places[ITEMS]),
                        .spare = (struct ro_keyed *)(void *)(base + places[ITEMS]) + n,
                        .table = (uint32_t *)(void *)(base + places[ITEMS]),
                        .ranks = (double *)(void *)(base + places[RANKS]),
                        .nodes = (uint32_t *)(void *)(base + places[NODES]),
                        .same_node = (uint32_t *)(void *)(base + places[SAME_NODE]),
                        .first_pod = (uint32_t *)(void *)(base + places[FIRST_POD]),
                        .domains = (uint32_t *)(void *)(base + places[DOMAINS]) };
    rank(&r);
    number_items(&r);
    ro_columns_select(&r, touch, NULL, read_delete, DELETE_COLUMNS, NULL, r.items, n, n, r.spare);
    for (size_t i = 0; i < n; i++)
        r.nodes[i] = group[r.items[i].index];
    memcpy(group, r.nodes, n * sizeof(*group));
}

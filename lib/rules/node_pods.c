/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/node_pods.h"

#include "base/error.h"
#include "base/sort.h"
#include "base/str.h"

size_t ro_node_pods_room(size_t n_nodes, size_t n_pods)
{
    return 3 * n_nodes + 4 * n_pods + 1;
}

struct names {
    const struct ro_abi_array *nodes;
    const struct ro_pods *pods;
};

static struct rollout_str node_name(const struct ro_abi_array *nodes, uint32_t i)
{
    return ro_node_at(nodes, i)->name;
}

static int compare_nodes(const void *context, uint32_t a, uint32_t b)
{
    const struct names *names = context;
    return ro_str_cmp(node_name(names->nodes, a), node_name(names->nodes, b));
}

static int compare_pods(const void *context, uint32_t a, uint32_t b)
{
    const struct names *names = context;
    return ro_str_cmp(ro_pod_node(ro_pod(names->pods, a)), ro_pod_node(ro_pod(names->pods, b)));
}

/* Nodes mostly come in order. */
static int sort_nodes(const struct names *names, uint32_t *order, uint32_t *scratch, struct rollout_error *reterr)
{
    size_t n = names->nodes->count, sorted = 1;
    for (size_t i = 0; i < n; i++)
        order[i] = (uint32_t)i;
    while (sorted < n && compare_nodes(names, order[sorted - 1], order[sorted]) <= 0)
        sorted++;
    if (sorted < n)
        ro_sort_indices(order, n, scratch, compare_nodes, names);
    for (size_t i = 1; i < n; i++)
        if (compare_nodes(names, order[i - 1], order[i]) == 0) {
            struct rollout_str name = node_name(names->nodes, order[i]);
            return ro_error_at(reterr, ROLLOUT_ERR_INVALID, order[i], "nodes", "nodes: two are named \"%.*s\"",
                               name.len > 63 ? 63 : (int)name.len, name.data ? name.data : "");
        }
    return ROLLOUT_OK;
}

/* Index of the node of that name; ROLLOUT_NONE if there is none. */
static uint32_t find_node(const struct ro_abi_array *nodes, const uint32_t *order, struct rollout_str name)
{
    size_t low = 0, high = nodes->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int c = ro_str_cmp(node_name(nodes, order[middle]), name);
        if (c == 0)
            return order[middle];
        if (c < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return ROLLOUT_NONE;
}

/* The index of its node goes into place; those whose node is not there are collected in pods. */
static int find_nodes(struct ro_node_pods *ret, const struct names *names, const uint8_t *left_out, size_t *ret_lost,
                      struct rollout_error *reterr)
{
    size_t n_nodes = names->nodes->count, n_lost = 0;
    for (size_t i = 0; i < names->pods->count; i++) {
        const struct rollout_pod *pod = ro_pod(names->pods, i);
        struct rollout_str name = ro_pod_node(pod);
        ret->place[i] = ROLLOUT_NONE;
        if (pod->node_index > n_nodes)
            return ro_error_at(reterr, ROLLOUT_ERR_INVALID, (uint32_t)i, "pods", "pods: node_index %u of %zu nodes",
                               pod->node_index, n_nodes);
        if (left_out[i] || (!pod->node_index && !name.len))
            continue;
        ret->place[i] = pod->node_index ? pod->node_index - 1 : find_node(names->nodes, ret->node, name);
        if (ret->place[i] == ROLLOUT_NONE)
            ret->pods[n_lost++] = (uint32_t)i;
    }
    *ret_lost = n_lost;
    return ROLLOUT_OK;
}

/* Merges the lost pods' names, in order, into the nodes' from the end, where there is room. Their pods get
 * n_nodes + the place. */
static void merge_lost(struct ro_node_pods *ret, const struct names *names, size_t n_lost)
{
    size_t n_nodes = names->nodes->count, distinct = 0;
    for (size_t i = 0; i < n_lost; i++)
        distinct += i == 0 || compare_pods(names, ret->pods[i - 1], ret->pods[i]) != 0;
    ret->count = n_nodes + distinct;
    size_t a = n_nodes, b = n_lost;
    for (size_t k = ret->count; k-- > 0;) {
        uint32_t last = b > 0 ? ret->pods[b - 1] : 0;
        if (b == 0 || (a > 0 && ro_str_cmp(node_name(names->nodes, ret->node[a - 1]),
                                           ro_pod_node(ro_pod(names->pods, last))) > 0)) {
            ret->node[k] = ret->node[--a];
            continue;
        }
        ret->node[k] = ROLLOUT_NONE;
        while (b > 0 && compare_pods(names, ret->pods[b - 1], last) == 0)
            ret->place[ret->pods[--b]] = (uint32_t)(n_nodes + k);
    }
    for (size_t k = 0; k < ret->count; k++)
        if (ret->node[k] != ROLLOUT_NONE)
            ret->of_node[ret->node[k]] = (uint32_t)k;
}

/* Counts, then deals the pods out in their order. */
static void deal_pods(struct ro_node_pods *ret, size_t n_nodes, size_t n_pods)
{
    for (size_t k = 0; k <= ret->count; k++)
        ret->first[k] = 0;
    for (size_t i = 0; i < n_pods; i++) {
        uint32_t *place = &ret->place[i];
        if (*place == ROLLOUT_NONE)
            continue;
        *place = *place < n_nodes ? ret->of_node[*place] : (uint32_t)(*place - n_nodes);
        ret->first[*place + 1]++;
    }
    for (size_t k = 0; k < ret->count; k++)
        ret->first[k + 1] += ret->first[k];
    uint32_t end = ret->first[ret->count];
    /* From the end, moving each place's end down to its first. */
    for (size_t i = n_pods; i-- > 0;)
        if (ret->place[i] != ROLLOUT_NONE)
            ret->pods[--ret->first[ret->place[i] + 1]] = (uint32_t)i;
    for (size_t k = 0; k < ret->count; k++)
        ret->first[k] = ret->first[k + 1];
    ret->first[ret->count] = end;
}

int ro_node_pods_fill(struct ro_node_pods *ret, const struct ro_abi_array *nodes, const struct ro_pods *pods,
                      const uint8_t *left_out, uint32_t *room, struct rollout_error *reterr)
{
    size_t n_nodes = nodes->count, n_pods = pods->count, n_lost = 0;
    const struct names names = { nodes, pods };
    if (n_nodes + n_pods >= ROLLOUT_NONE / 2)
        return ro_error_nomem(reterr);
    ret->node = room;
    ret->first = ret->node + n_nodes + n_pods;
    ret->pods = ret->first + n_nodes + n_pods + 1;
    ret->place = ret->pods + n_pods;
    ret->of_node = ret->place + n_pods;

    int r = sort_nodes(&names, ret->node, ret->first, reterr);
    if (r == ROLLOUT_OK)
        r = find_nodes(ret, &names, left_out, &n_lost, reterr);
    if (r)
        return r;
    ro_sort_indices(ret->pods, n_lost, ret->first, compare_pods, &names);
    merge_lost(ret, &names, n_lost);
    deal_pods(ret, n_nodes, n_pods);
    return ROLLOUT_OK;
}

uint32_t ro_node_pods_find(const struct ro_node_pods *by, const struct ro_abi_array *nodes, const struct ro_pods *pods,
                           struct rollout_str name)
{
    size_t low = 0, high = by->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        uint32_t node = by->node[middle];
        int c = ro_str_cmp(node != ROLLOUT_NONE ? node_name(nodes, node)
                                                : ro_pod_node(ro_pod(pods, by->pods[by->first[middle]])),
                           name);
        if (c == 0)
            return (uint32_t)middle;
        if (c < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return ROLLOUT_NONE;
}

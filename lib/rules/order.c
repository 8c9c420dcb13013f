/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/abi.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/str.h"
#include "rules/check.h"
#include "rules/columns.h"
#include "rules/order.h"
#include "rules/scatter.h"
#include "rules/selector.h"

/* A selector that matches nothing. */
#define UNUSABLE UINT32_MAX

struct context {
    const struct ro_pods *pods;
    const struct rollout_priority *priority;
    uint32_t *hints; /* by weight term: where its label was found last, or UNUSABLE */
    bool preparing_first;
    const struct ro_columns *measured;
};

/* ---- priority ---- */

static bool has_priority(const struct rollout_priority *priority)
{
    return priority->weight_count > 0 || priority->ordered_keys.count > 0;
}

/* Sum over the terms that match; hints may be NULL: nothing is known of the selectors yet. */
static int64_t weight_of(const struct rollout_priority *priority, uint32_t *hints, const struct rollout_labels *labels)
{
    uint64_t sum = 0; /* wraps as Go's does */
    for (size_t i = 0; i < priority->weight_count; i++) {
        const struct rollout_selector *selector = &priority->weights[i].selector;
        bool match = hints ? hints[i] != UNUSABLE && ro_selector_match(selector, labels, &hints[i])
                           : rollout_selector_matches(selector, labels);
        sum += match ? (uint64_t)priority->weights[i].weight : 0;
    }
    return (int64_t)sum;
}

/* The digits at the end of a label's value; none, or more than 64 bits hold: 0. */
static int64_t trailing_number(struct rollout_str value)
{
    size_t start = value.len;
    while (start > 0 && value.data[start - 1] >= '0' && value.data[start - 1] <= '9')
        start--;
    int64_t number = 0;
    if (start < value.len)
        (void)ro_parse_int((struct rollout_str){ value.data + start, value.len - start }, -1, &number);
    return number;
}

/* Level, from 0 with 0 for "none of the keys", and number. */
static uint32_t level_of(const struct rollout_priority *priority, const struct rollout_labels *labels,
                         int64_t *ret_number)
{
    for (uint32_t i = 0; i < priority->ordered_keys.count; i++) {
        const struct rollout_str *value = ro_labels_get(labels, *ro_strs_at(&priority->ordered_keys, i));
        if (value) {
            *ret_number = trailing_number(*value);
            return i + 1;
        }
    }
    *ret_number = 0;
    return 0;
}

void rollout_order_priority_key(const struct rollout_priority *priority, const struct rollout_labels *labels,
                                struct rollout_priority_key *ret_key)
{
    static const struct rollout_labels none;
    struct rollout_priority_key key = { .level = -1 };
    struct ro_check c = { NULL, ROLLOUT_OK };
    if (!ret_key)
        return;
    if (!labels || ro_labels_broken(labels))
        labels = &none;
    if (priority)
        ro_check_priority(&c, NULL, priority);
    if (c.code)
        priority = NULL;
    if (priority && priority->weight_count > 0)
        key.weight = weight_of(priority, NULL, labels);
    else if (priority)
        key.level = (int32_t)level_of(priority, labels, &key.number) - 1;
    *ret_key = key;
}

/* ---- columns ---- */

static inline const struct rollout_pod *pod_of(const struct context *context, const struct ro_keyed *item)
{
    return ro_pod(context->pods, item->index);
}

static RO_ALWAYS_INLINE void touch_pod(const void *context, const struct ro_keyed *item)
{
    const struct rollout_pod *pod = pod_of(context, item);
    RO_PREFETCH(pod);
    RO_PREFETCH(&pod->labels);
}

static inline bool goes_later(const struct context *context, const struct ro_keyed *item)
{
    return context->preparing_first && pod_of(context, item)->lifecycle_state != ROLLOUT_STATE_PREPARING_UPDATE;
}

#define PRIORITY_COLUMNS 2

static RO_ALWAYS_INLINE void read_default(const void *context, const struct ro_keyed *item, uint64_t *columns)
{
    ro_order_read(pod_of(context, item), ((const struct context *)context)->preparing_first, columns);
}

static RO_ALWAYS_INLINE void load_weight(const void *context, struct ro_keyed *item)
{
    const struct context *c = context;
    item->key = (uint64_t)weight_of(c->priority, c->hints, &pod_of(c, item)->labels);
}

static RO_ALWAYS_INLINE void read_weight(const void *context, const struct ro_keyed *item, uint64_t *columns)
{
    columns[0] = goes_later(context, item);
    columns[1] = ro_greater_first((int64_t)item->key);
    ro_order_read(pod_of(context, item), false, columns + PRIORITY_COLUMNS);
}

static RO_ALWAYS_INLINE void load_level(const void *context, struct ro_keyed *item)
{
    const struct context *c = context;
    int64_t number;
    item->pad = level_of(c->priority, &pod_of(c, item)->labels, &number);
    item->key = (uint64_t)number;
}

static RO_ALWAYS_INLINE void read_level(const void *context, const struct ro_keyed *item, uint64_t *columns)
{
    columns[0] = (uint64_t)goes_later(context, item) << 32 | item->pad;
    columns[1] = ro_greater_first((int64_t)item->key);
    ro_order_read(pod_of(context, item), false, columns + PRIORITY_COLUMNS);
}

/* Sorts the first k by priority, then (by_facts) by the default order. */
static void sort(struct context *context, bool by_facts, uint32_t *indices, size_t n, size_t k, void *scratch)
{
    const struct rollout_priority *priority = context->priority;
    struct ro_keyed *items = scratch, *spare = items + n;
    context->hints = (uint32_t *)(void *)(spare + n);
    for (size_t i = 0; i < n; i++)
        items[i] = (struct ro_keyed){ .index = indices[i] };
    for (size_t i = 0; i < priority->weight_count; i++)
        context->hints[i] = ro_selector_usable(&priority->weights[i].selector) ? 0 : UNUSABLE;

    if (!has_priority(priority))
        ro_columns_select(context, touch_pod, NULL, read_default, RO_ORDER_COLUMNS, context->measured, items, n, k,
                          spare);
    else if (priority->weight_count > 0 && by_facts)
        ro_columns_select(context, touch_pod, load_weight, read_weight, PRIORITY_COLUMNS + RO_ORDER_COLUMNS, NULL, items, n, k,
                          spare);
    else if (priority->weight_count > 0)
        ro_columns_select(context, touch_pod, load_weight, read_weight, PRIORITY_COLUMNS, NULL, items, n, k, spare);
    else if (by_facts)
        ro_columns_select(context, touch_pod, load_level, read_level, PRIORITY_COLUMNS + RO_ORDER_COLUMNS, NULL, items, n, k,
                          spare);
    else
        ro_columns_select(context, touch_pod, load_level, read_level, PRIORITY_COLUMNS, NULL, items, n, k, spare);
    for (size_t i = 0; i < n; i++)
        indices[i] = items[i].index;
}

/* Pods in state PreparingUpdate to the front; stable. */
static void move_preparing(const struct ro_pods *pods, uint32_t *indices, size_t n, uint32_t *scratch)
{
    size_t front = 0, rest = 0;
    for (size_t i = 0; i < n; i++) {
        if (ro_pod(pods, indices[i])->lifecycle_state == ROLLOUT_STATE_PREPARING_UPDATE)
            indices[front++] = indices[i];
        else
            scratch[rest++] = indices[i];
    }
    if (rest > 0)
        memcpy(indices + front, scratch, rest * sizeof(*indices));
}

/* ---- the planner's entry ---- */

static size_t sort_scratch(const struct rollout_priority *priority, size_t n)
{
    struct ro_layout layout = { 0 };
    (void)ro_layout_add(&layout, n, 2 * sizeof(struct ro_keyed));
    (void)ro_layout_add(&layout, priority->weight_count, sizeof(uint32_t));
    return layout.overflow ? SIZE_MAX : layout.size;
}

size_t ro_order_scratch(const struct rollout_order *order, size_t n, size_t n_pods)
{
    size_t sorting = sort_scratch(&order->priority, n);
    size_t scattering = order->scatter.count > 0 ? ro_scatter_scratch(&order->scatter, n, n_pods) : 0;
    return sorting > scattering ? sorting : scattering;
}

void ro_order_update(const struct rollout_order *order, const struct ro_pods *pods, const uint8_t *marks,
                     uint8_t counted, const struct ro_columns *measured, uint32_t *indices, size_t n, size_t k,
                     bool whole, void *scratch)
{
    /* Scatter moves pods of the whole list, and PreparingUpdate comes after it; without scatter it is
     * the first thing to sort by. */
    bool scatter = order->scatter.count > 0 && n > 1;
    struct context context = {
        .pods = pods, .priority = &order->priority, .preparing_first = !scatter, .measured = measured
    };
    sort(&context, true, indices, n, whole || scatter || k > n ? n : k, scratch);
    if (scatter) {
        ro_scatter(&order->scatter, pods, marks, counted, indices, n, scratch);
        move_preparing(pods, indices, n, scratch);
    }
}

void ro_order_priority(const struct rollout_priority *priority, const struct ro_pods *pods, uint32_t *indices, size_t n,
                       void *scratch)
{
    struct context context = { .pods = pods, .priority = priority };
    if (has_priority(priority))
        sort(&context, false, indices, n, n, scratch);
}

/* ---- the public side ---- */

static const struct rollout_order nothing;

enum { BY_DEFAULT = 1 << 0, BY_PRIORITY = 1 << 1, BY_SCATTER = 1 << 2, PREPARING_FIRST = 1 << 3 };

static int check_indices(const struct ro_pods *pods, const uint32_t *indices, size_t n, struct rollout_error *reterr)
{
    if (n > 0 && !indices)
        return ro_error(reterr, ROLLOUT_ERR_INVALID, "indices", "indices: no list is given for %zu pods", n);
    for (size_t i = 0; i < n; i++)
        if (indices[i] >= pods->count)
            return ro_error_at(reterr, ROLLOUT_ERR_INVALID, i < ROLLOUT_NONE ? (uint32_t)i : ROLLOUT_NONE, "indices",
                               "indices[%zu]: %u is no place among %zu pods", i, (unsigned)indices[i], pods->count);
    return ROLLOUT_OK;
}

static void run(const struct rollout_order *order, const struct ro_pods *pods, uint32_t *indices, size_t n,
                unsigned steps, void *scratch)
{
    struct context context = { .pods = pods, .priority = &order->priority };
    if (steps & PREPARING_FIRST)
        ro_order_update(order, pods, NULL, 0, NULL, indices, n, n, true, scratch);
    else if (steps & BY_SCATTER)
        ro_scatter(&order->scatter, pods, NULL, 0, indices, n, scratch);
    else if (steps & BY_DEFAULT)
        sort(&context, true, indices, n, n, scratch);
    else
        ro_order_priority(&order->priority, pods, indices, n, scratch);
}

/* As a strategy each function is given its own part of the order: that is how its path begins. */
static int check_order(const struct rollout_order *order, unsigned steps, struct rollout_error *reterr)
{
    struct ro_check c = { reterr, ROLLOUT_OK };
    struct ro_path root = ro_path_member(NULL, "order"), *up = steps & PREPARING_FIRST ? &root : NULL;
    struct ro_path priority = ro_path_member(up, "priority");
    ro_check_priority(&c, &priority, &order->priority);
    ro_check_labels(&c, up, "scatter", &order->scatter);
    return c.code;
}

static int check_pods(const struct ro_pods *pods, struct rollout_error *reterr)
{
    int code = ROLLOUT_OK;
    for (size_t i = 0; code == ROLLOUT_OK && i < pods->count; i++)
        if (ro_pod_suspect(ro_pod(pods, i)))
            code = ro_pod_check(ro_pod(pods, i), i, reterr);
    return code;
}

static int order_pods(const struct rollout_order *order, const struct rollout_pods *pods, uint32_t *indices, size_t n,
                      unsigned steps, struct rollout_error *reterr)
{
    if (!pods)
        return ro_error_null(reterr, "pods");
    struct ro_abi_array array;
    int code = check_order(order, steps, reterr);
    if (code == ROLLOUT_OK)
        code = ro_abi_array(pods->items, pods->count, pods->stride, sizeof(struct rollout_pod), "pods", &array, reterr);
    if (code != ROLLOUT_OK)
        return code;
    struct ro_pods view = { .items = array.items, .stride = array.stride, .count = array.count };
    code = check_pods(&view, reterr);
    if (code == ROLLOUT_OK)
        code = check_indices(&view, indices, n, reterr);
    if (code == ROLLOUT_OK && n > 1) {
        size_t size = ro_order_scratch(order, n, view.count);
        void *scratch = size < SIZE_MAX ? malloc(size) : NULL;
        if (scratch)
            run(order, &view, indices, n, steps, scratch);
        else
            code = ro_error_nomem(reterr);
        free(scratch);
    }
    free(array.copy);
    return code;
}

int rollout_order_default(const struct rollout_pods *pods, uint32_t *indices, size_t n_indices,
                          struct rollout_error *reterr)
{
    return order_pods(&nothing, pods, indices, n_indices, BY_DEFAULT, reterr);
}

int rollout_order_priority(const struct rollout_priority *priority, const struct rollout_pods *pods, uint32_t *indices,
                           size_t n_indices, struct rollout_error *reterr)
{
    struct rollout_order order = { .priority = priority ? *priority : nothing.priority };
    return order_pods(&order, pods, indices, n_indices, BY_PRIORITY, reterr);
}

int rollout_order_scatter(const struct rollout_labels *scatter, const struct rollout_pods *pods, uint32_t *indices,
                          size_t n_indices, struct rollout_error *reterr)
{
    struct rollout_order order = { .scatter = scatter ? *scatter : nothing.scatter };
    return order_pods(&order, pods, indices, n_indices, BY_SCATTER, reterr);
}

int rollout_order_update(const struct rollout_order *order, const struct rollout_pods *pods, uint32_t *indices,
                         size_t n_indices, struct rollout_error *reterr)
{
    return order_pods(order ? order : &nothing, pods, indices, n_indices, PREPARING_FIRST, reterr);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Sorting by several columns of integers, the smaller first, the first column that differs decides.
 *
 * The values at hand are measured first; what their ranges need is packed into as few 64-bit words as
 * possible. One word decides nearly always: only what ties in it is read again for the next. The two
 * passes over all items are inlined with the order's own reader, since they are the planner's hottest. */
#ifndef RO_RULES_COLUMNS_H
#define RO_RULES_COLUMNS_H

#include <stdbool.h>

#include "base/sort.h"

#define RO_COLUMNS_MAX 8

#if defined(__GNUC__)
#define RO_ALWAYS_INLINE   inline __attribute__((always_inline))
#define RO_PREFETCH(place) __builtin_prefetch(place)
#else
#define RO_ALWAYS_INLINE   inline
#define RO_PREFETCH(place) ((void)(place))
#endif
#define RO_PREFETCH_AHEAD 16 /* items */

/* Finds by item->index what is dear to find, and leaves it in item->key and item->pad. */
typedef void ro_columns_load(const void *context, struct ro_keyed *item);

/* Fills the columns of an item that is loaded. */
typedef void ro_columns_read(const void *context, const struct ro_keyed *item, uint64_t *columns);

/* Asks for the memory that reading the item will touch. */
typedef void ro_columns_touch(const void *context, const struct ro_keyed *item);

/* How an order reads an item. */
struct ro_columns_reader {
    const void *context;
    ro_columns_load *load; /* may be NULL */
    ro_columns_read *read;
};

/* Where each column lies. 0 is a value of its own in every column ("no time", often far from the others). */
struct ro_columns {
    uint64_t smallest[RO_COLUMNS_MAX]; /* but 0, less 1 */
    uint64_t largest[RO_COLUMNS_MAX];
    uint64_t zero[RO_COLUMNS_MAX]; /* not 0: there is a 0 */
    uint64_t base[RO_COLUMNS_MAX]; /* taken from all values but 0 */
    uint64_t mask[RO_COLUMNS_MAX]; /* in the first word; 0: in another, or all values are equal */
    uint32_t shift[RO_COLUMNS_MAX];
    uint32_t word[RO_COLUMNS_MAX];
    unsigned count, words;
};

static inline void ro_columns_begin(struct ro_columns *c, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        c->smallest[i] = UINT64_MAX;
        c->largest[i] = c->zero[i] = 0;
    }
    c->count = count;
}

static RO_ALWAYS_INLINE void ro_columns_measure(struct ro_columns *c, const uint64_t *values, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        uint64_t less = values[i] - 1; /* 0 becomes the largest */
        c->smallest[i] = less < c->smallest[i] ? less : c->smallest[i];
        c->largest[i] = values[i] > c->largest[i] ? values[i] : c->largest[i];
        c->zero[i] |= !values[i];
    }
}

/* Gives each column its place. */
void ro_columns_lay_out(struct ro_columns *c);

static RO_ALWAYS_INLINE uint64_t ro_columns_pack(const struct ro_columns *c, const uint64_t *values, unsigned count)
{
    uint64_t key = 0;
    for (unsigned i = 0; i < count; i++)
        key |= ((values[i] ? values[i] - c->base[i] : 0) & c->mask[i]) << c->shift[i];
    return key;
}

/* What is left after the first word is packed into the keys. */
void ro_columns_finish(const struct ro_columns *c, const struct ro_columns_reader *reader, struct ro_keyed *items,
                       size_t n, size_t k, struct ro_keyed *scratch);

/* Moves the first k of the items (their index is set) to the front, in order, equals as they came;
 * the rest follows in any order. The reader comes in parts, so that constants among them inline.
 * measured: the columns of these and maybe more items, where somebody who had them at hand has measured
 * them (then load is NULL); NULL: not yet. */
static RO_ALWAYS_INLINE void ro_columns_select(const void *context, ro_columns_touch *touch, ro_columns_load *load,
                                               ro_columns_read *read, unsigned count,
                                               const struct ro_columns *measured, struct ro_keyed *items, size_t n,
                                               size_t k, struct ro_keyed *scratch)
{
    struct ro_columns c;
    uint64_t values[RO_COLUMNS_MAX];
    if (measured) {
        c = *measured;
    } else {
        ro_columns_begin(&c, count);
        for (size_t i = 0; i < n; i++) {
            if (n - i > RO_PREFETCH_AHEAD)
                touch(context, &items[i + RO_PREFETCH_AHEAD]);
            if (load)
                load(context, &items[i]);
            read(context, &items[i], values);
            ro_columns_measure(&c, values, count);
        }
    }
    ro_columns_lay_out(&c);
    for (size_t i = 0; i < n; i++) {
        if (n - i > RO_PREFETCH_AHEAD)
            touch(context, &items[i + RO_PREFETCH_AHEAD]);
        read(context, &items[i], values);
        items[i].key = ro_columns_pack(&c, values, count);
    }
    struct ro_columns_reader reader = { .context = context, .load = load, .read = read };
    ro_columns_finish(&c, &reader, items, n, k, scratch);
}

/* Values whose order is that of the facts. */

/* The greater number first. */
static inline uint64_t ro_greater_first(int64_t x)
{
    return (uint64_t)INT64_MAX - (uint64_t)x;
}

static inline uint64_t ro_smaller_first(int64_t x)
{
    return (uint64_t)x - (uint64_t)INT64_MIN;
}

/* No time (0) first, then the later time. */
static inline uint64_t ro_later_first(int64_t ms)
{
    return ms == 0 ? 0 : (uint64_t)INT64_MAX - (uint64_t)ms + (ms > 0);
}

#endif

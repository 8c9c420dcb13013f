/* SPDX-License-Identifier: Apache-2.0 */
/* Stable sorting of indexes by integer keys. */
#ifndef RO_BASE_SORT_H
#define RO_BASE_SORT_H

#include <stddef.h>
#include <stdint.h>

/* An index with its key. pad is carried along. */
struct ro_keyed {
    uint64_t key;
    uint32_t index;
    uint32_t pad;
};

/* Sorts items[0..n) by key, smaller first, equal keys in their order. scratch has room for n.
 * Radix over the bits that differ: linear in n. */
void ro_sort_keyed(struct ro_keyed *items, size_t n, struct ro_keyed *scratch);

/* Moves the k smallest (first among equals) to the front, sorted and stable; the rest follows in
 * its incoming order. Linear in n beside sorting k. */
void ro_select_keyed(struct ro_keyed *items, size_t n, size_t k, struct ro_keyed *scratch);

/* Same, and takes along all items whose key equals the last one's. Returns how many are in front. */
size_t ro_select_tied(struct ro_keyed *items, size_t n, size_t k, struct ro_keyed *scratch);

/* Stable merge sort of indexes by a comparison, for keys that fit no integer. scratch has room for n. */
void ro_sort_indices(uint32_t *indices, size_t n, uint32_t *scratch,
                     int (*compare)(const void *context, uint32_t a, uint32_t b), const void *context);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <string.h>

#include "base/sort.h"

#define INSERTION_MAX 24   /* up to here, moving beats counting */
#define NARROW_MAX    4096 /* up to here, a table of 256 beats one of 2048 */
#define DIGIT_MAX     11

static unsigned digit_bits(size_t n)
{
    return n <= NARROW_MAX ? 8 : DIGIT_MAX;
}

/* The bits in which the keys differ. */
static uint64_t differing(const struct ro_keyed *items, size_t n)
{
    uint64_t bits = 0;
    for (size_t i = 1; i < n; i++)
        bits |= items[i].key ^ items[0].key;
    return bits;
}

static void sort_few(struct ro_keyed *items, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct ro_keyed item = items[i];
        size_t j = i;
        for (; j > 0 && items[j - 1].key > item.key; j--)
            items[j] = items[j - 1];
        items[j] = item;
    }
}

static void sort_digit(const struct ro_keyed *from, struct ro_keyed *to, size_t n, unsigned shift, unsigned bits)
{
    size_t place[1 << DIGIT_MAX];
    uint64_t mask = ((uint64_t)1 << bits) - 1;
    memset(place, 0, sizeof(place[0]) << bits);
    for (size_t i = 0; i < n; i++)
        place[from[i].key >> shift & mask]++;
    size_t sum = 0;
    for (size_t d = 0; d <= mask; d++) {
        size_t count = place[d];
        place[d] = sum;
        sum += count;
    }
    for (size_t i = 0; i < n; i++)
        to[place[from[i].key >> shift & mask]++] = from[i];
}

void ro_sort_keyed(struct ro_keyed *items, size_t n, struct ro_keyed *scratch)
{
    if (n <= INSERTION_MAX) {
        sort_few(items, n);
        return;
    }
    uint64_t left = differing(items, n);
    unsigned bits = digit_bits(n);
    struct ro_keyed *from = items, *to = scratch;
    /* Least significant digit first; each digit begins at a bit that differs. */
    for (unsigned shift = 0; left >> shift;) {
        if (!(left >> shift & 1)) {
            shift++;
            continue;
        }
        unsigned width = 64 - shift < bits ? 64 - shift : bits;
        sort_digit(from, to, n, shift, width);
        struct ro_keyed *swap = from;
        from = to;
        to = swap;
        shift += width;
        if (shift >= 64)
            break;
    }
    if (from != items)
        memcpy(items, from, n * sizeof(*items));
}

/* The key at place k (from 0) of the sorted items; *ret_before: how many keys are smaller. */
static uint64_t key_at(const struct ro_keyed *items, size_t n, size_t k, struct ro_keyed *scratch, size_t *ret_before)
{
    const struct ro_keyed *from = items;
    size_t before = 0;
    for (uint64_t left; (left = differing(from, n)) != 0;) {
        unsigned top = 64;
        while (!(left >> (top - 1)))
            top--;
        unsigned bits = digit_bits(n), shift = top > bits ? top - bits : 0;
        size_t count[1 << DIGIT_MAX];
        uint64_t mask = ((uint64_t)1 << bits) - 1, digit = 0;
        memset(count, 0, sizeof(count[0]) << bits);
        for (size_t i = 0; i < n; i++)
            count[from[i].key >> shift & mask]++;
        for (; k >= count[digit]; digit++) {
            before += count[digit];
            k -= count[digit];
        }
        size_t kept = 0;
        for (size_t i = 0; i < n; i++)
            if ((from[i].key >> shift & mask) == digit)
                scratch[kept++] = from[i];
        from = scratch;
        n = kept;
    }
    *ret_before = before;
    return from[0].key;
}

static size_t select_smallest(struct ro_keyed *items, size_t n, size_t k, bool ties, struct ro_keyed *scratch)
{
    if (k > 0 && k < n) {
        size_t before, front = 0, rest = 0;
        uint64_t last = key_at(items, n, k - 1, scratch, &before);
        size_t equals = ties ? n : k - before;
        for (size_t i = 0; i < n; i++) {
            bool taken = items[i].key < last;
            if (items[i].key == last && equals > 0) {
                equals--;
                taken = true;
            }
            if (taken)
                items[front++] = items[i];
            else
                scratch[rest++] = items[i];
        }
        memcpy(items + front, scratch, rest * sizeof(*items));
        n = front;
    }
    if (k > 0)
        ro_sort_keyed(items, n, scratch);
    return k > 0 ? n : 0;
}

void ro_select_keyed(struct ro_keyed *items, size_t n, size_t k, struct ro_keyed *scratch)
{
    (void)select_smallest(items, n, k, false, scratch);
}

size_t ro_select_tied(struct ro_keyed *items, size_t n, size_t k, struct ro_keyed *scratch)
{
    return select_smallest(items, n, k, true, scratch);
}

void ro_sort_indices(uint32_t *indices, size_t n, uint32_t *scratch,
                     int (*compare)(const void *context, uint32_t a, uint32_t b), const void *context)
{
    uint32_t *from = indices, *to = scratch;
    for (size_t width = 1; width<n; width = width> n / 2 ? n : width * 2) {
        for (size_t start = 0, out = 0; start < n;) {
            size_t middle = n - start < width ? n : start + width;
            size_t end = n - middle < width ? n : middle + width;
            size_t a = start, b = middle;
            while (a < middle || b < end) {
                if (b == end || (a < middle && compare(context, from[a], from[b]) <= 0))
                    to[out++] = from[a++];
                else
                    to[out++] = from[b++];
            }
            start = end;
        }
        uint32_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != indices && n > 0)
        memcpy(indices, from, n * sizeof(*indices));
}

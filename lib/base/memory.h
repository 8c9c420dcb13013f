/* SPDX-License-Identifier: Apache-2.0 */
/* One-block results: add up the parts, allocate once, hand out the places. And an arena for work
 * whose size is not known before. */
#ifndef RO_BASE_MEMORY_H
#define RO_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* Adding up a block. Overflow is sticky: then ro_layout_alloc fails. */
struct ro_layout {
    size_t size;
    bool overflow;
};

/* Offset of `count` elements of `size` bytes, aligned for any type. */
size_t ro_layout_add(struct ro_layout *layout, size_t count, size_t size);

/* malloc'ed, not cleared; NULL on overflow or lack of memory. Never NULL for size 0. */
void *ro_layout_alloc(const struct ro_layout *layout);

/* Memory in growing chunks, all freed at once. Zero-initialise. */
struct ro_arena {
    struct ro_arena_chunk *chunks;
    bool failed; /* sticky: an allocation failed or overflowed */
};

/* Cleared memory aligned for any type; NULL (and failed set) on lack of memory. */
void *ro_arena_alloc(struct ro_arena *arena, size_t count, size_t size);
void ro_arena_free(struct ro_arena *arena);

#endif

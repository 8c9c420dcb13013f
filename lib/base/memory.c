/* SPDX-License-Identifier: Apache-2.0 */
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/memory.h"

#define ALIGNMENT   alignof(max_align_t)
#define CHUNK_FIRST ((size_t)4096)
#define CHUNK_LAST  ((size_t)1 << 20)

struct ro_arena_chunk {
    struct ro_arena_chunk *next;
    size_t used, size;
    alignas(max_align_t) char bytes[];
};

/* count * size rounded up to the alignment; false where that does not fit. */
static bool bytes_of(size_t count, size_t size, size_t *ret)
{
    if (size && count > (SIZE_MAX - ALIGNMENT) / size)
        return false;
    *ret = (count * size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return true;
}

size_t ro_layout_add(struct ro_layout *layout, size_t count, size_t size)
{
    size_t offset = layout->size, bytes;
    if (!bytes_of(count, size, &bytes) || bytes > SIZE_MAX - offset) {
        layout->overflow = true;
        return 0;
    }
    layout->size = offset + bytes;
    return offset;
}

void *ro_layout_alloc(const struct ro_layout *layout)
{
    if (layout->overflow)
        return NULL;
    return malloc(layout->size ? layout->size : 1);
}

void *ro_arena_alloc(struct ro_arena *arena, size_t count, size_t size)
{
    struct ro_arena_chunk *chunk = arena->chunks;
    size_t bytes;
    if (!bytes_of(count, size, &bytes) || bytes > SIZE_MAX - sizeof(*chunk)) {
        arena->failed = true;
        return NULL;
    }
    if (!chunk || chunk->size - chunk->used < bytes) {
        size_t room = chunk ? chunk->size : CHUNK_FIRST / 2;
        room = room < CHUNK_LAST / 2 ? room * 2 : CHUNK_LAST;
        if (room < bytes)
            room = bytes;
        /* Cleared here, once: what is handed out has not been used before. */
        struct ro_arena_chunk *fresh = calloc(1, sizeof(*fresh) + room);
        if (!fresh) {
            arena->failed = true;
            return NULL;
        }
        fresh->next = chunk;
        fresh->size = room;
        arena->chunks = chunk = fresh;
    }
    void *place = chunk->bytes + chunk->used;
    chunk->used += bytes;
    return place;
}

void ro_arena_free(struct ro_arena *arena)
{
    for (struct ro_arena_chunk *chunk = arena->chunks, *next; chunk; chunk = next) {
        next = chunk->next;
        free(chunk);
    }
    *arena = (struct ro_arena){ 0 };
}

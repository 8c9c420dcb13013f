/* SPDX-License-Identifier: Apache-2.0 */
#include "scarce.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void __libc_free(void *block);

/* The blocks that are watched, by their addresses; a power of two of places. */
enum { PLACES = 1 << 21 };
static uintptr_t places[PLACES];
static size_t held, count, fails_at;
static bool watching, fails_after, failed;

static size_t place_of(uintptr_t address)
{
    size_t i = (size_t)(address >> 4) * 2654435761U % PLACES;
    while (places[i] && places[i] != address)
        i = (i + 1) % PLACES;
    return i;
}

static void *note(void *block)
{
    if (watching && block) {
        places[place_of((uintptr_t)block)] = (uintptr_t)block;
        held++;
    }
    return block;
}

static void forget(void *block)
{
    size_t i = block ? place_of((uintptr_t)block) : 0;
    if (!block || !places[i])
        return;
    held--;
    places[i] = 0;
    /* Those that were passed on from here move up. */
    for (size_t j = (i + 1) % PLACES; places[j]; j = (j + 1) % PLACES) {
        uintptr_t moved = places[j];
        places[j] = 0;
        places[place_of(moved)] = moved;
    }
}

static bool refuses(void)
{
    if (!watching)
        return false;
    count++;
    bool refused = fails_at && (count == fails_at || (fails_after && count > fails_at));
    failed = failed || refused;
    return refused;
}

void *malloc(size_t size)
{
    return refuses() ? NULL : note(__libc_malloc(size));
}

void *calloc(size_t n, size_t size)
{
    return refuses() ? NULL : note(__libc_calloc(n, size));
}

void *realloc(void *block, size_t size)
{
    if (refuses())
        return NULL;
    forget(block);
    return note(__libc_realloc(block, size));
}

void free(void *block)
{
    forget(block);
    __libc_free(block);
}

void scarce_begin(size_t n, bool all_after)
{
    if (held)
        memset(places, 0, sizeof places);
    held = count = 0;
    fails_at = n;
    fails_after = all_after;
    failed = false;
    watching = true;
}

size_t scarce_end(void)
{
    watching = false;
    return count;
}

size_t scarce_held(void)
{
    return held;
}

bool scarce_failed(void)
{
    return failed;
}

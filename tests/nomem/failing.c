/* SPDX-License-Identifier: Apache-2.0 */
#include "failing.h"

#include <jansson.h>

#include <stdlib.h>
#include <string.h>

enum { SPARED_MAX = 256 };

static enum { OFF, LEARNING, ARMED } mode;
static size_t count, live, fails_at, spared_total;
static bool fails_on, failed;

/* Numbers of the allocations with which jansson's buffer grows. It begins with the first allocation of a parse, of 16
 * bytes, and grows by a block at least twice as large, after which the old one is freed at once. */
static size_t spared[SPARED_MAX], spared_count;
static void *buffer, *fresh;
static size_t buffer_size, fresh_size, fresh_number;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *block, size_t size);
void __wrap_free(void *block);

static bool is_spared(size_t number)
{
    for (size_t i = 0; i < spared_count; i++)
        if (spared[i] == number)
            return true;
    return false;
}

static bool refuses(void)
{
    if (mode == OFF)
        return false;
    count++;
    bool now = mode == ARMED && (count == fails_at || (fails_on && count > fails_at)) && !is_spared(count);
    failed = failed || now;
    return now;
}

static void *taken(void *block)
{
    live += block != NULL;
    return block;
}

void *__wrap_malloc(size_t size)
{
    return refuses() ? NULL : taken(__real_malloc(size));
}

void *__wrap_calloc(size_t n, size_t size)
{
    return refuses() ? NULL : taken(__real_calloc(n, size));
}

void *__wrap_realloc(void *block, size_t size)
{
    if (refuses())
        return NULL;
    void *moved = __real_realloc(block, size);
    live += !block && moved;
    return moved;
}

void __wrap_free(void *block)
{
    live -= block != NULL;
    __real_free(block);
}

static void *jansson_malloc(size_t size)
{
    void *block = __wrap_malloc(size);
    if (mode != LEARNING)
        return block;
    if (size == 16 && !buffer) {
        buffer = block;
        buffer_size = size;
    }
    fresh = block;
    fresh_size = size;
    fresh_number = count;
    return block;
}

static void jansson_free(void *block)
{
    if (mode == LEARNING && block && block == buffer) {
        bool grows = fresh && fresh != block && fresh_size >= 2 * buffer_size && fresh_number == count;
        if (grows && spared_count == SPARED_MAX)
            abort();
        if (grows)
            spared[spared_count++] = fresh_number;
        spared_total += grows;
        buffer = grows ? fresh : NULL;
        buffer_size = fresh_size;
    }
    if (block == fresh)
        fresh = NULL;
    __wrap_free(block);
}

/* libyaml's own allocator, which it calls like any other function. */
void *yaml_malloc(size_t size);
void *yaml_realloc(void *block, size_t size);
void yaml_free(void *block);
unsigned char *yaml_strdup(const unsigned char *text);

void *yaml_malloc(size_t size)
{
    return __wrap_malloc(size ? size : 1);
}

void *yaml_realloc(void *block, size_t size)
{
    return __wrap_realloc(block, size ? size : 1);
}

void yaml_free(void *block)
{
    __wrap_free(block);
}

unsigned char *yaml_strdup(const unsigned char *text)
{
    size_t len = text ? strlen((const char *)text) + 1 : 0;
    unsigned char *copy = text ? __wrap_malloc(len) : NULL;
    if (copy)
        memcpy(copy, text, len);
    return copy;
}

void failing_install(void)
{
    json_set_alloc_funcs(jansson_malloc, jansson_free);
}

void failing_learn(void)
{
    mode = LEARNING;
    count = spared_count = 0;
    buffer = fresh = NULL;
}

void failing_arm(size_t number, bool all)
{
    mode = ARMED;
    count = 0;
    fails_at = number;
    fails_on = all;
    failed = false;
}

bool failing_disarm(void)
{
    mode = OFF;
    return failed;
}

size_t failing_count(void)
{
    return count;
}

size_t failing_live(void)
{
    return live;
}

size_t failing_spared(void)
{
    return spared_total;
}

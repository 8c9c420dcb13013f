/* SPDX-License-Identifier: Apache-2.0 */
#include "counting.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t blocks;
static size_t held, held_most, bytes, bytes_most;
static bool counting;

void __sanitizer_cov_trace_pc(void);
void __sanitizer_cov_trace_pc(void)
{
    blocks++;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void __wrap_free(void *memory);

static void *note(size_t *block, size_t size)
{
    if (!block)
        return NULL;
    block[0] = counting ? size : SIZE_MAX;
    if (counting) {
        bytes += size;
        held++;
        bytes_most = bytes > bytes_most ? bytes : bytes_most;
        held_most = held > held_most ? held : held_most;
    }
    return block + 2;
}

void *__wrap_malloc(size_t size)
{
    return note(__real_malloc(size + 16), size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return note(__real_calloc(1, count * size + 16), count * size);
}

void __wrap_free(void *memory)
{
    size_t *block = memory ? (size_t *)memory - 2 : NULL;
    if (block && block[0] != SIZE_MAX) {
        bytes -= block[0];
        held--;
    }
    __real_free(block);
}

struct cost {
    uint64_t blocks;
    size_t held, scratch;
};

static struct cost measure(const struct rollout_workload *workload, const struct rollout_snapshot *snapshot)
{
    struct rollout_plan *plan;
    struct rollout_error error = { .struct_size = sizeof error };
    blocks = 0;
    held = held_most = bytes = bytes_most = 0;
    counting = true;
    int r = rollout_plan(workload, snapshot, &plan, &error);
    counting = false;
    if (r) {
        fprintf(stderr, "%s\n", error.message);
        exit(1);
    }
    size_t plan_bytes = bytes;
    struct cost cost = { blocks, held_most, bytes_most - plan_bytes };
    /* The scratch for sorting is gone before the plan is there, so its peak may be the larger one. */
    if (bytes_most < plan_bytes)
        abort();
    rollout_plan_free(plan);
    return cost;
}

size_t growth_most(int argc, char **argv, size_t strategy)
{
    size_t most = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000, nth = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
    return strategy % nth ? most / 10 : most;
}

bool grows_well(const char *name, growth_make *make, growth_free *free_world, const void *strategy, size_t most,
                size_t held_allowed)
{
    return grows_within(name, make, free_world, strategy, most, (struct growth_room){ held_allowed, 64 });
}

bool grows_within(const char *name, growth_make *make, growth_free *free_world, const void *strategy, size_t most,
                  struct growth_room room)
{
    bool good = true;
    uint64_t before = 0;
    printf("%-38s", name);
    for (size_t n = 1000; n <= most; n *= 10) {
        struct rollout_workload workload = { .struct_size = sizeof workload };
        struct rollout_snapshot snapshot = { .struct_size = sizeof snapshot };
        void *world = make(n, strategy, &workload, &snapshot);
        struct cost cost = measure(&workload, &snapshot);
        free_world(world);
        double ratio = before ? (double)cost.blocks / (double)before : 0;
        double allowed = 10 * log((double)n) / log((double)n / 10) * 1.1;
        bool ok = (!before || ratio <= allowed) && cost.held <= room.held && cost.scratch < room.bytes * n + 65536;
        printf(" | %9llu %5.1f %4zu B", (unsigned long long)(cost.blocks / n), ratio, cost.scratch / n);
        good &= ok;
        before = cost.blocks;
    }
    printf(" %s\n", good ? "" : " TOO MUCH");
    return good;
}

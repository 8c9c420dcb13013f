/* SPDX-License-Identifier: Apache-2.0 */
/* Counts what a plan costs: basic blocks executed (the library is compiled with a counter in each), and the memory
 * that is held meanwhile. */
#ifndef GROWTH_COUNTING_H
#define GROWTH_COUNTING_H

#include <stdbool.h>
#include <stddef.h>

#include <rollout/rollout.h>

#define STR(s) { (s), sizeof(s) - 1 }

/* Makes a world of n pods for a strategy; what it hands out lives until it is given back. */
typedef void *growth_make(size_t n, const void *strategy, struct rollout_workload *ret_workload,
                          struct rollout_snapshot *ret_snapshot);
typedef void growth_free(void *world);

/* Plans worlds of 1,000 pods up to `most`, ten times as many each time, and prints a line. A tenfold world may cost
 * ten times (log 10n / log n) as much, and a tenth of slack. Beside the plan a pass may hold so many allocations at a
 * time, and bytes: less than 64 a pod where nothing else is said. */
struct growth_room {
    size_t held, bytes; /* a pod */
};
bool grows_within(const char *name, growth_make *make, growth_free *free_world, const void *strategy, size_t most,
                  struct growth_room room);
bool grows_well(const char *name, growth_make *make, growth_free *free_world, const void *strategy, size_t most,
                size_t held);

/* How far a strategy is taken: argv[1], without it 1,000,000. With argv[2] = n each n-th one is, the first among them, and
 * the others to a tenth of that. */
size_t growth_most(int argc, char **argv, size_t strategy);

#endif

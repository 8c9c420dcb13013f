/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that runs out: the whole process's allocator, libraries included. Needs glibc. */
#ifndef NOMEM_SCARCE_H
#define NOMEM_SCARCE_H

#include <stdbool.h>
#include <stddef.h>

/* From now on the n-th allocation fails (n from 1; 0: none does), and with all_after those behind it as well. */
void scarce_begin(size_t n, bool all_after);

/* Memory is plenty again. Returns how many allocations there were since. */
size_t scarce_end(void);

/* Blocks that were allocated since the last scarce_begin() and are not free yet. */
size_t scarce_held(void);

/* Whether an allocation was made to fail. */
bool scarce_failed(void);

#endif

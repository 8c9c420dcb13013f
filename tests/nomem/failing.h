/* SPDX-License-Identifier: Apache-2.0 */
/* An allocator that fails on demand, for the libraries, jansson and libyaml alike. */
#ifndef NOMEM_FAILING_H
#define NOMEM_FAILING_H

#include <stdbool.h>
#include <stddef.h>

/* jansson allocates here from now on, and what it cannot bear is let through: see failing_arm(). */
void failing_install(void);

/* Counts from now on, and fails nothing: the pass that learns how many allocations there are. jansson's lexer goes on
 * with a byte less, or stops in an assertion, where the memory of its own buffer does not grow; those allocations are
 * learnt here. */
void failing_learn(void);

/* The allocation of this number, from 1, fails, and with `all` every later one too, but for those of jansson's buffer. */
void failing_arm(size_t number, bool all);

/* Nothing fails any more; whether anything did. */
bool failing_disarm(void);

size_t failing_count(void);   /* allocations since failing_learn() or failing_arm() */
size_t failing_live(void);    /* blocks that are not freed */
size_t failing_spared(void);  /* allocations of jansson's buffer that failing_learn() found, in all */

#endif

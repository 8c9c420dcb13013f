/* SPDX-License-Identifier: Apache-2.0 */
/* Texts that are looked up: their order once, then each look-up in logarithmic time. */
#ifndef RO_BASE_NAMES_H
#define RO_BASE_NAMES_H

#include <stdint.h>

#include <rollout/base.h>

#include "base/memory.h"

/* Borrows the texts. */
struct ro_names {
    const struct rollout_str *texts;
    uint32_t *order;
    uint32_t count;
};

/* Empty on lack of memory (arena->failed). */
struct ro_names ro_names_make(struct ro_arena *arena, const struct rollout_str *texts, uint32_t count);

/* Where those that equal the text begin and end in `order`, in which they stand as they came; begin == end: none. */
void ro_names_find(const struct ro_names *names, struct rollout_str text, uint32_t *ret_begin, uint32_t *ret_end);

/* The index of the first one; UINT32_MAX where there is none. */
uint32_t ro_names_first(const struct ro_names *names, struct rollout_str text);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Go's regular expressions, as far as a yes or no goes: whether a text has a match anywhere. Time is the product of
 * both lengths, whatever the expression. Go's classes by Unicode property (\p) are not known, nor is case folding
 * beyond ASCII. */
#ifndef RO_BASE_REGEX_H
#define RO_BASE_REGEX_H

#include <stdbool.h>
#include <stdint.h>

#include <rollout/base.h>

#include "base/memory.h"

struct ro_regex {
    struct ro_regex_op *ops;
    uint32_t count;
    struct ro_regex_range *ranges;
    uint32_t *marks, *lists[2], *stack; /* to match with */
    uint32_t round;
};

/* NULL, or why there is no such expression, in words that follow its text (static). *ret_foreign: Go would take it.
 * On lack of memory arena->failed, whatever is returned. */
const char *ro_regex_parse(struct ro_arena *arena, struct rollout_str pattern, struct ro_regex *ret, bool *ret_foreign);

/* Of one that was parsed; the expression keeps its state in itself, so not from two threads at once. */
bool ro_regex_matches(struct ro_regex *regex, struct rollout_str text);

#endif

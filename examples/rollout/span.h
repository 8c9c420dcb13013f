/* SPDX-License-Identifier: Apache-2.0 */
/* Lengths of time, shares and sizes, as they are written on a command line. Integers throughout. */
#ifndef EXAMPLES_SPAN_H
#define EXAMPLES_SPAN_H

#include <stdbool.h>
#include <stdint.h>

#include "text.h"

/* "10m", "1h30m", "1.5s", "250ms", "2d", "0": milliseconds, at most 10^12. */
bool span_read(struct rollout_str string, int64_t *ret_ms);

/* "1h30m", "1.5s", "0s". */
void span_show(struct text *out, int64_t ms);

/* "10%", "2.5%" or "0.1": in millionths, more than 0 and at most 1000000. */
bool share_read(struct rollout_str string, uint32_t *ret_share);

/* "100000", "512M", "2G", "64Ki": powers of 1024; false beyond 2^62. */
bool size_read(struct rollout_str string, uint64_t *ret_size);

/* Digits alone, at most max. */
bool count_read(struct rollout_str string, uint64_t max, uint64_t *ret_count);

struct rollout_str str_of(const char *string);

/* Parts the string at the first / last such character: *ret_head before it and *ret_tail behind it; false where there is
 * none. */
bool str_cut(struct rollout_str string, char at, struct rollout_str *ret_head, struct rollout_str *ret_tail);
bool str_cut_last(struct rollout_str string, char at, struct rollout_str *ret_head, struct rollout_str *ret_tail);

#endif

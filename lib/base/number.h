/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers in texts, read as Go's strconv reads them, since upstream does. */
#ifndef RO_BASE_NUMBER_H
#define RO_BASE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#include <rollout/base.h>

/* strconv.Atoi on a 64-bit machine, as if every character `skip` (-1: none) were not there: digits with
 * an optional sign. False where Go has an error. */
bool ro_parse_int(struct rollout_str text, int skip, int64_t *ret);

/* The same without its error: 0 for what is no number, the nearest end for one that does not fit. */
int64_t ro_parse_int_anyhow(struct rollout_str text);

/* strconv.ParseFloat(text, 64): decimal and hexadecimal, underscores between digits, "inf", "nan";
 * correctly rounded. False where Go has an error, so also for what rounds to infinity. */
bool ro_parse_float(struct rollout_str text, double *ret);

/* Go's sums of 64 bits wrap, and a percentage may come to any such number. */
static inline int64_t ro_plus(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

static inline int64_t ro_minus(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a - (uint64_t)b);
}

#endif

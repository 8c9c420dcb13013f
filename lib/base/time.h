/* SPDX-License-Identifier: Apache-2.0 */
/* Times are milliseconds since 1970. */
#ifndef RO_BASE_TIME_H
#define RO_BASE_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include <rollout/base.h>

#define RO_TIME_SIZE 32

/* Years 0 to 9999, and what an offset moves beyond them: all that ro_time_parse gives, far enough from the
 * ends of 64 bits to add seconds of 32 bits. */
#define RO_TIME_MIN (INT64_C(-62167219200000) - 2 * INT64_C(86400000))
#define RO_TIME_MAX (INT64_C(253402300800000) + 2 * INT64_C(86400000))

/* Milliseconds from now, which is among these, until an instant that may be any; what lies beyond them ends with them. */
static inline int64_t ro_time_left(int64_t at_ms, int64_t now_ms)
{
    return (at_ms < RO_TIME_MAX ? at_ms : RO_TIME_MAX) - now_ms;
}

/* Reads RFC 3339 as Go's time.RFC3339 does ("2026-11-23T12:00:00Z", fractions of any length, cut to
 * milliseconds; offsets). False where it is not such a time or the date does not exist. */
bool ro_time_parse(struct rollout_str text, int64_t *ret_ms);

/* "2026-11-23T12:00:00Z", or with milliseconds "2026-11-23T12:00:00.000Z". Years 0 to 9999; what lies
 * outside is written at the nearest end. Returns the length. */
size_t ro_time_format(int64_t ms, bool milliseconds, char buf[RO_TIME_SIZE]);

#endif

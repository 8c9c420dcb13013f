/* SPDX-License-Identifier: Apache-2.0 */
/* What is due, the earliest first: a heap. */
#ifndef RO_SIM_TIMERS_H
#define RO_SIM_TIMERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of two at the same time the one of the older pod comes first, then the lower kind. */
struct ro_timer {
    int64_t at_ms;
    uint32_t serial; /* of the pod */
    uint32_t kind;
};

/* Zero-initialise. */
struct ro_timers {
    struct ro_timer *items;
    size_t count, room;
};

/* False on lack of memory. */
bool ro_timers_add(struct ro_timers *timers, struct ro_timer timer);

/* The earliest goes. There must be one. */
struct ro_timer ro_timers_take(struct ro_timers *timers);

#endif

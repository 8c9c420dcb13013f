/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/timers.h"

#include <stdlib.h>

static bool before(const struct ro_timer *a, const struct ro_timer *b)
{
    if (a->at_ms != b->at_ms)
        return a->at_ms < b->at_ms;
    return a->serial != b->serial ? a->serial < b->serial : a->kind < b->kind;
}

bool ro_timers_add(struct ro_timers *timers, struct ro_timer timer)
{
    if (timers->count == timers->room) {
        size_t room = timers->room ? 2 * timers->room : 64;
        struct ro_timer *more = realloc(timers->items, room * sizeof *more);
        if (!more)
            return false;
        timers->items = more;
        timers->room = room;
    }
    size_t i = timers->count++;
    for (; i > 0 && before(&timer, &timers->items[(i - 1) / 2]); i = (i - 1) / 2)
        timers->items[i] = timers->items[(i - 1) / 2];
    timers->items[i] = timer;
    return true;
}

struct ro_timer ro_timers_take(struct ro_timers *timers)
{
    struct ro_timer first = timers->items[0], last = timers->items[--timers->count];
    size_t i = 0, child;
    while ((child = 2 * i + 1) < timers->count) {
        if (child + 1 < timers->count && before(&timers->items[child + 1], &timers->items[child]))
            child++;
        if (!before(&timers->items[child], &last))
            break;
        timers->items[i] = timers->items[child];
        i = child;
    }
    timers->items[i] = last;
    return first;
}

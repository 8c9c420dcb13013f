/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/states.h"

#include <stdlib.h>
#include <string.h>

static uint32_t hash_of(const uint8_t *bytes, size_t length)
{
    uint64_t h = UINT64_C(0x9e3779b97f4a7c15) ^ length;
    for (size_t i = 0; i < length; i += 4) {
        uint32_t word;
        memcpy(&word, bytes + i, 4);
        h = (h ^ word) * UINT64_C(0xff51afd7ed558ccd);
        h ^= h >> 32;
    }
    return (uint32_t)(h ^ h >> 29);
}

const uint8_t *ro_states_bytes(const struct ro_states *s, size_t state)
{
    return (const uint8_t *)&s->words[s->items[state].offset];
}

size_t ro_states_memory(const struct ro_states *s)
{
    return s->room * sizeof *s->items + s->word_room * sizeof *s->words + s->slot_count * sizeof *s->slots;
}

/* Room is doubled while there is enough, so that what is asked for may be less. */
static int grow(const struct ro_states *s, void **items, size_t *room, size_t need, size_t size, size_t limit)
{
    if (need <= *room)
        return 0;
    size_t left = limit > ro_states_memory(s) ? limit - ro_states_memory(s) : 0, more = *room ? 2 * *room : 4096;
    if (more < need)
        more = 2 * need;
    if ((more - *room) * size > left)
        more = *room + left / size;
    if (more < need || more > UINT32_MAX)
        return RO_STATES_FULL;
    void *grown = realloc(*items, more * size);
    if (!grown)
        return RO_STATES_NOMEM;
    *items = grown;
    *room = more;
    return 0;
}

static int grow_slots(struct ro_states *s, size_t limit)
{
    size_t count = s->slot_count ? 2 * s->slot_count : 8192;
    if (ro_states_memory(s) + count * sizeof *s->slots > limit)
        return RO_STATES_FULL; /* both tables are there for a while */
    uint32_t *slots = calloc(count, sizeof *slots);
    if (!slots)
        return RO_STATES_NOMEM;
    for (size_t i = 0; i < s->count; i++) {
        size_t at = hash_of(ro_states_bytes(s, i), (size_t)s->items[i].length * 4) & (count - 1);
        while (slots[at])
            at = (at + 1) & (count - 1);
        slots[at] = (uint32_t)i + 1;
    }
    free(s->slots);
    s->slots = slots;
    s->slot_count = count;
    return 0;
}

int64_t ro_states_find(struct ro_states *s, const uint8_t *bytes, size_t length, size_t memory_limit, bool *ret_new)
{
    *ret_new = false;
    int r = 2 * (s->count + 1) > s->slot_count ? grow_slots(s, memory_limit) : 0;
    if (r)
        return r;
    size_t at = hash_of(bytes, length) & (s->slot_count - 1);
    for (; s->slots[at]; at = (at + 1) & (s->slot_count - 1)) {
        size_t i = s->slots[at] - 1;
        if (s->items[i].length == length / 4 && memcmp(ro_states_bytes(s, i), bytes, length) == 0)
            return (int64_t)i;
    }
    r = grow(s, (void **)&s->items, &s->room, s->count + 1, sizeof *s->items, memory_limit);
    if (!r)
        r = grow(s, (void **)&s->words, &s->word_room, s->word_count + length / 4, sizeof *s->words, memory_limit);
    if (r)
        return r;
    memset(&s->items[s->count], 0, sizeof *s->items);
    s->items[s->count].offset = (uint32_t)s->word_count;
    s->items[s->count].length = (uint8_t)(length / 4);
    s->items[s->count].next = UINT32_MAX;
    memcpy(&s->words[s->word_count], bytes, length);
    s->word_count += length / 4;
    s->slots[at] = (uint32_t)++s->count;
    *ret_new = true;
    return (int64_t)s->count - 1;
}

void ro_states_free(struct ro_states *s)
{
    free(s->items);
    free(s->words);
    free(s->slots);
    memset(s, 0, sizeof *s);
}

/* From this state to one whose fate is known, or that nobody has looked at, or round to one of this walk, whose states are
 * marked. */
static uint8_t fate_of(struct ro_states *s, size_t from)
{
    size_t i = from;
    while (s->items[i].fate == RO_FATE_UNKNOWN && s->items[i].next != UINT32_MAX) {
        if (s->items[i].next == i)
            return RO_FATE_STUCK;
        s->items[i].fate = RO_FATE_LOOKING;
        i = s->items[i].next;
    }
    if (s->items[i].fate == RO_FATE_LOOKING)
        return RO_FATE_LOOPS;
    return s->items[i].fate == RO_FATE_GOAL ? RO_FATE_GOOD : s->items[i].fate;
}

static void decide(struct ro_states *s, size_t from)
{
    uint8_t fate = fate_of(s, from);
    size_t i = from;
    for (; s->items[i].fate == RO_FATE_LOOKING; i = s->items[i].next)
        s->items[i].fate = fate;
    if (fate == RO_FATE_STUCK && s->items[i].fate == RO_FATE_UNKNOWN)
        s->items[i].fate = fate;
}

uint32_t ro_states_judge(struct ro_states *s)
{
    uint32_t first = UINT32_MAX;
    bool known = true;
    for (size_t i = 0; i < s->count && known; i++) {
        if (s->items[i].fate == RO_FATE_UNKNOWN)
            decide(s, i);
        if (s->items[i].fate == RO_FATE_STUCK || s->items[i].fate == RO_FATE_LOOPS) {
            first = (uint32_t)i;
            break;
        }
        known = s->items[i].fate != RO_FATE_UNKNOWN;
    }
    return first;
}

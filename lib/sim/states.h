/* SPDX-License-Identifier: Apache-2.0 */
/* All states that an exploration has found, each once, in the order in which they were found. */
#ifndef RO_SIM_STATES_H
#define RO_SIM_STATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How a state was found, and where a world that cooperates takes it. */
struct ro_state {
    uint32_t offset; /* of its bytes, in words of 4 */
    uint32_t parent; /* state that it was first reached from; itself: the start */
    uint32_t next;   /* where it goes by itself; itself: nowhere; UINT32_MAX: not known yet */
    uint16_t move;   /* from the parent */
    uint16_t next_move;
    uint8_t length; /* of its bytes, in words of 4 */
    uint8_t fate;   /* RO_FATE_* */
    uint16_t depth; /* steps from the start, as far as 65535 */
};

enum { RO_FATE_UNKNOWN = 0, RO_FATE_GOOD, RO_FATE_STUCK, RO_FATE_LOOPS, RO_FATE_GOAL, RO_FATE_LOOKING };

/* Zero-initialise. */
struct ro_states {
    struct ro_state *items;
    size_t count, room;
    uint32_t *words;
    size_t word_count, word_room;
    uint32_t *slots; /* from 1; 0 = free */
    size_t slot_count;
};

enum { RO_STATES_FULL = -1, RO_STATES_NOMEM = -2 };

/* The number of the state of these bytes (a multiple of 4), *ret_new if it was not there before: then the caller
 * fills it in. _FULL: it would take more than memory_limit. */
int64_t ro_states_find(struct ro_states *s, const uint8_t *bytes, size_t length, size_t memory_limit, bool *ret_new);
const uint8_t *ro_states_bytes(const struct ro_states *s, size_t state);

/* Bytes in use. */
size_t ro_states_memory(const struct ro_states *s);
void ro_states_free(struct ro_states *s);

/* Follows where states go by themselves, as far as it is known, and gives each its fate. The first that comes to no
 * good end, as far as the fate of all before it is known; UINT32_MAX: none. */
uint32_t ro_states_judge(struct ro_states *s);

#endif

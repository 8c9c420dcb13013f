/* SPDX-License-Identifier: Apache-2.0 */
/* An order of items, 1 to n, in which places are found, taken and given in logarithmic time: a treap whose priorities
 * are a fixed scramble of the items. */
#ifndef RO_BASE_SEQUENCE_H
#define RO_BASE_SEQUENCE_H

#include <stddef.h>
#include <stdint.h>

struct ro_sequence {
    uint32_t *left, *right, *up, *size; /* n + 1 each; item 0 is none */
    uint32_t root;
};

/* Numbers of room for n items. */
size_t ro_sequence_room(size_t n);

/* All items in their order. */
void ro_sequence_open(struct ro_sequence *s, size_t n, uint32_t *room);

/* The place of an item that is there, from 0. */
uint32_t ro_sequence_place(const struct ro_sequence *s, uint32_t item);

void ro_sequence_remove(struct ro_sequence *s, uint32_t item);

/* Puts an item that is not there before the one at this place. */
void ro_sequence_insert(struct ro_sequence *s, uint32_t item, uint32_t place);

/* All that are there, in order. */
void ro_sequence_list(const struct ro_sequence *s, uint32_t *ret);

#endif

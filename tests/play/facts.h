/* SPDX-License-Identifier: Apache-2.0 */
/* Are two Snapshots the same: what they decode to, and the objects themselves. */
#ifndef PLAY_FACTS_H
#define PLAY_FACTS_H

#include <stddef.h>

#include <jansson.h>

/* Writes every difference, up to `most`, as "<id>: <what>: expected <recorded>, got <played>". Returns how
 * many there are. Normalised (facts.c): absent, null and empty; annotations and messages that are JSON. */
size_t facts_compare(const char *id, json_t *recorded, json_t *played, size_t most);

#endif

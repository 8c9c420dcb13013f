/* SPDX-License-Identifier: Apache-2.0 */
/* Recorded releases, pass by pass, and what others than the driver do to the objects between two passes. */
#ifndef PLAY_RELEASE_H
#define PLAY_RELEASE_H

#include <jansson.h>

#include "lines.h"

/* One recorded release: its Snapshots in order. */
struct release {
    char id[128];     /* "rel-1-0000" */
    json_t *passes;   /* array of Snapshots */
    json_t *next;     /* the line that was read too far */
};

/* Reads the next release; false at the end. Zero-initialise, the caller keeps it from call to call. Ends the
 * program on a line that is no recorded decision. */
int release_read(FILE *lines, struct release *release);
void release_free(struct release *release);

/* Brings the objects as the driver left them, `left`, to the next pass: what the API server, admission, the
 * scheduler, the kubelet, the hooks' owners and the user did between the recorded passes `before` and `after`
 * is done to them too, and nothing else (the list is in release.c). */
void release_move(json_t *left, json_t *before, json_t *after);

/* Plays pass `played` of a driver: plans it, carries out every action with the ids that the recording drew,
 * and moves the world on. Returns the Snapshot of the next pass, made from the played objects. */
json_t *release_step(json_t *played, json_t *before, json_t *after);

#endif

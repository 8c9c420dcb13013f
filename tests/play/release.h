/* SPDX-License-Identifier: Apache-2.0 */
/* Recorded releases, pass by pass, and what others than the driver do to the objects between two passes. */
#ifndef PLAY_RELEASE_H
#define PLAY_RELEASE_H

#include <stdbool.h>

#include <jansson.h>

#include "lines.h"

/* One recorded release. */
struct release {
    char id[128];    /* "rel-1-0000" */
    json_t *passes;  /* Snapshots, in order */
    json_t *expects; /* what was decided on each */
    json_t *next;    /* the line that was read too far */
};

/* Reads the next release; false at the end. Zero-initialise, the caller keeps it from call to call. Ends the
 * program on a line that is no recorded decision. */
bool release_read(FILE *lines, struct release *release);
void release_free(struct release *release);

/* The pass after `played`: plans it, carries out every action, with the ids that the recording drew, and then
 * does to the objects what others than the driver did between recorded passes `place` and `place` + 1, and
 * nothing else (release.c has the list). */
json_t *release_step(const struct release *release, size_t place, json_t *played);

#endif

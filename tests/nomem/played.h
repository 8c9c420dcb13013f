/* SPDX-License-Identifier: Apache-2.0 */
/* Releases played and explored for a few steps, each in one call that fails where any of its parts does. */
#ifndef PLAYED_H
#define PLAYED_H

#include <rollout/rollout.h>

enum played {
    PLAYED_NEW,     /* a release begins */
    PLAYED_STEP,    /* and is played */
    PLAYED_RESTART, /* and begins again */
    EXPLORED_NEW,   /* an exploration begins */
    EXPLORED_STEP,  /* and goes on */
    EXPLORED_STORY  /* and its story is told */
};

/* *ret is a handle where all went well, for played_text() and played_free(); it is touched otherwise only where a failed
 * call has written a result. */
int played_call(enum played what, const struct rollout_world *world, void **ret, struct rollout_error *reterr);

/* What comes of it, as snprintf(). */
size_t played_text(enum played what, void *handle, char *buf, size_t size);
void played_free(enum played what, void *handle);

/* The world is so small that it takes a moment. */
int played_small(const struct rollout_world *world);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Differences between two worlds, the first of which are printed. */
#ifndef PLAY_REPORT_H
#define PLAY_REPORT_H

#include <rollout/rollout.h>

#include <jansson.h>

struct report {
    const char *id;
    size_t found, most; /* so far, and how many are printed */
};

/* "<id>: <path>: expected <recorded>, got <played>" */
void differ(struct report *report, const char *path, json_t *recorded, json_t *played);

/* Every fact of two worlds of the same kind: what is planned from one is planned from the other. */
void compare_worlds(struct report *report, const struct rollout_world *a, const struct rollout_world *b);

#endif

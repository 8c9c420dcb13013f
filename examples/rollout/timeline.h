/* SPDX-License-Identifier: Apache-2.0 */
/* A release as rows with bars. */
#ifndef EXAMPLES_TIMELINE_H
#define EXAMPLES_TIMELINE_H

#include "simulating.h"

/* A row for each pass that did something, elided in the middle, with bars, and what their cells mean. */
void show_timeline(struct text *out, const struct play *play);

/* All rows as JSON. */
void timeline_add_json(struct text *out, const struct play *play);

#endif

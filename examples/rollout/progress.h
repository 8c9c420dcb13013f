/* SPDX-License-Identifier: Apache-2.0 */
/* One line on stderr that is written over again, on a terminal only and after half a second. */
#ifndef EXAMPLES_PROGRESS_H
#define EXAMPLES_PROGRESS_H

#include <stdint.h>

#include "text.h"

/* From now on progress_rate() counts. */
void progress_begin(void);

/* So much since then, a second. */
uint64_t progress_rate(uint64_t count);

/* Whether it is time for another one. Cheap to ask. */
bool progress_due(void);
void progress_show(const char *command, const struct text *line);

/* Takes the line away. */
void progress_end(void);

#endif

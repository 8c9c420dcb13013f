/* SPDX-License-Identifier: Apache-2.0 */
/* Runs of the command `rollout` within this process. */
#ifndef FUZZ_COMMAND_H
#define FUZZ_COMMAND_H

#include "fuzz.h"

/* A file with these bytes, one of at most two at a time, for the command to open; the path is static. */
const char *command_file(int which, const uint8_t *data, size_t size);

/* Whether it holds what is not planned within a moment: the library takes up to 10,000,000 places of a
 * StatefulSet, and as many claims of a CloneSet. */
bool command_takes_long(const uint8_t *data, size_t size);

/* Runs it with these arguments, "rollout" first, NULL last: the exit status is 0, 1 or 2, what is written is
 * now and then compared with that of a second run, and with -o json it is a document a line. */
void command_run(const char *const *arguments);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Recorded decisions, line by line. */
#ifndef SUPPORT_LINES_H
#define SUPPORT_LINES_H

#include <stdio.h>

/* Opens a file, unpacking .gz; "full:NAME" is NAME.jsonl.gz in the folder that ROLLOUT_VECTORS names,
 * else in FULL_VECTORS. Ends the program with 77 (skipped) where the full set is not there. */
FILE *lines_open(const char *name);
int lines_close(FILE *file); /* 0, or the unpacking failed */

#endif

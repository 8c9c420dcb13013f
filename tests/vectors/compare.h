/* SPDX-License-Identifier: Apache-2.0 */
/* What it means for a plan to agree with a recorded decision. */
#ifndef VECTORS_COMPARE_H
#define VECTORS_COMPARE_H

#include <jansson.h>

#include "text.h"

/* Each adds the first difference to why, and nothing where there is none. */
void compare_plan(json_t *expect, json_t *plan, struct text *why);
void compare_twins(json_t *plan, json_t *twin, struct text *why);
void compare_value(const char *what, json_t *expect, json_t *got, struct text *why);

#endif

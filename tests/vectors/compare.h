/* SPDX-License-Identifier: Apache-2.0 */
/* What it means for two plans of one workload, said in two ways, to agree. */
#ifndef VECTORS_COMPARE_H
#define VECTORS_COMPARE_H

#include <jansson.h>

#include "text.h"

/* Adds the first difference to why, and nothing where there is none. */
void compare_twins(json_t *plan, json_t *twin, struct text *why);

#endif

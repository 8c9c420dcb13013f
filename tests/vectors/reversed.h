/* SPDX-License-Identifier: Apache-2.0 */
/* A document whose objects list their members the other way round: to JSON it is the same document. */
#ifndef VECTORS_REVERSED_H
#define VECTORS_REVERSED_H

#include <jansson.h>

json_t *reversed_of(json_t *value);

#endif

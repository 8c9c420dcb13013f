/* SPDX-License-Identifier: Apache-2.0 */
/* Documents as JSON text, and the worlds in them. */
#ifndef FUZZ_DOCUMENT_H
#define FUZZ_DOCUMENT_H

#include <rollout/json.h>

#include "fuzz.h"

/* Parses the text, which lies in memory of just its size, and copies the tree to such memory too. False where it is
 * no JSON, which is refused properly. */
bool document_parse(struct fuzz *f, const uint8_t *text, size_t size, struct rollout_tree *ret);

/* The tree in its result, in memory of just its size; frees the result. */
struct rollout_tree document_tree(struct fuzz *f, struct rollout_json *json);

/* A number that depends on all bytes: what a harness decides by that is not in the document. */
uint32_t document_hash(const uint8_t *data, size_t size);

/* The workloads of the document that can be decoded, at most a few, and those that are planned within a moment. */
typedef void document_world(struct fuzz *f, const struct rollout_world *world, uint32_t hash);
void document_worlds(const uint8_t *data, size_t size, document_world *function);

#endif

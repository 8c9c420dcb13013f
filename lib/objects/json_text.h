/* SPDX-License-Identifier: Apache-2.0 */
/* A reader for the one JSON text that nobody who builds a tree can expand, since it lies as base64 inside
 * an annotation: the metadata patch of an update in its grace period. */
#ifndef RO_OBJECTS_JSON_TEXT_H
#define RO_OBJECTS_JSON_TEXT_H

#include "base/edit.h"

/* NULL where the text is no JSON, is nested deeper than a metadata patch can be, or has a number that is no
 * 64-bit integer, which metadata does not have; or on lack of memory. */
struct ro_edit *ro_json_read(struct ro_arena *arena, struct rollout_str text);

#endif

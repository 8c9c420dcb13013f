/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes as Go writes them into JSON: in standard base64 with padding. */
#ifndef RO_OBJECTS_BASE64_H
#define RO_OBJECTS_BASE64_H

#include <stdbool.h>

#include "base/edit.h"

/* In the arena; absent on lack of memory. */
struct rollout_str ro_base64_text(struct ro_arena *arena, struct rollout_str bytes);

/* Whether Go would take the text for bytes. What they are is up to whoever builds the tree. */
bool ro_base64_check(struct rollout_str text);

#endif

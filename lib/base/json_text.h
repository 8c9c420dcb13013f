/* SPDX-License-Identifier: Apache-2.0 */
/* JSON within annotations, whose keys only the rules know: what node.h's expansions cannot give. */
#ifndef RO_BASE_JSON_TEXT_H
#define RO_BASE_JSON_TEXT_H

#include "base/edit.h"

/* The value of a text, as Go's decoder accepts it; NULL where it is no JSON, is nested too deep, or there is no
 * memory (then arena->failed). Of a key that stands twice the last value counts. */
struct ro_edit *ro_edit_parse(struct ro_arena *arena, struct rollout_str text);

#endif

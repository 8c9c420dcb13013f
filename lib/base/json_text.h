/* SPDX-License-Identifier: Apache-2.0 */
/* JSON within texts, where only a spec says which of them are JSON: patchPodMetadata merges into annotations of any
 * key. So no builder of a tree could expand them (node.h). */
#ifndef RO_BASE_JSON_TEXT_H
#define RO_BASE_JSON_TEXT_H

#include "base/edit.h"

/* The value of a text, as Go's decoder accepts it; NULL where it is no JSON, is nested too deep, or there is no
 * memory (then arena->failed). Of a key that stands twice the last value counts. */
struct ro_edit *ro_edit_parse(struct ro_arena *arena, struct rollout_str text);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* JSON in annotations as upstream writes it: maps by key, and RFC 7396 as its library carries it out. */
#ifndef RO_BASE_JSON_MERGE_H
#define RO_BASE_JSON_MERGE_H

#include "base/edit.h"

/* Members by key; of a key that stands twice the last one stays. */
void ro_edit_sort(struct ro_arena *arena, struct ro_edit *object);

/* Such a map as text. */
struct rollout_str ro_json_map(struct ro_arena *arena, struct ro_edit *map);

/* The patch itself where the document is empty or absent. Absent, or why they cannot be merged (static). */
struct rollout_str ro_json_merge(struct ro_arena *arena, struct rollout_str document, struct rollout_str patch,
                                 struct rollout_str *ret);

#endif

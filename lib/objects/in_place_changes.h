/* SPDX-License-Identifier: Apache-2.0 */
/* What an update in place is to change, container by container: taken from two revisions or from an annotation,
 * and written into one. Source: inplace.md 7. */
#ifndef RO_OBJECTS_IN_PLACE_CHANGES_H
#define RO_OBJECTS_IN_PLACE_CHANGES_H

#include <rollout/inplace.h>

#include "objects/apply.h"

/* Of one container. An entry may be there and be empty. */
struct ro_change {
    struct rollout_container_change c;
    bool image, metadata, resources;
    bool in_pod, now; /* a container of this pod; changed in this batch */
};

struct ro_changes {
    struct ro_change *items;
    size_t count;
    const struct rollout_node *metadata_patch; /* NULL = none */
};

void ro_changes_from_diff(struct ro_apply *a, const struct rollout_diff *diff, struct ro_changes *ret);

/* From the three maps of a grace annotation or of a state's next batch, without a metadata patch. */
void ro_changes_from_maps(struct ro_apply *a, const struct rollout_node *images, const struct rollout_node *metadata,
                          const struct rollout_node *resources, struct ro_changes *ret);

/* The container's, NULL where nothing of it changes. */
struct ro_change *ro_change_of(struct ro_changes *changes, struct rollout_str name);

/* The changes as three maps by the names of containers, as annotations hold them: all of them, or (later) those
 * that this batch leaves to a later one. */
struct ro_change_maps {
    struct ro_edit *images, *metadata, *resources;
};

struct ro_change_maps ro_changes_write(struct ro_apply *a, const struct ro_changes *changes, bool later);

/* Puts members or texts in the order in which Go writes maps and sorted lists. */
void ro_sort_children(struct ro_apply *a, struct ro_edit *e);

/* Go's omitempty. */
void ro_set_unless_empty(struct ro_edit *object, struct rollout_str key, struct ro_edit *value);

#endif

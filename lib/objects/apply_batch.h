/* SPDX-License-Identifier: Apache-2.0 */
/* Changing one batch of a pod's containers, and the annotation that records it. Source: inplace.md 9 and 10. */
#ifndef RO_OBJECTS_APPLY_BATCH_H
#define RO_OBJECTS_APPLY_BATCH_H

#include "objects/in_place_changes.h"

/* The state annotation, but for what the next batch will change. */
struct ro_state {
    struct rollout_str revision, timestamp; /* timestamp absent = none */
    struct ro_edit *last;                   /* statuses before the update, by container; NULL = null */
    bool env, resources, images;
    struct ro_edit *batches; /* done so far */
};

/* From the annotation's value. */
struct ro_state ro_state_read(struct ro_apply *a, const struct rollout_node *value);

/* required: whom the next batch waits for. Both NULL = there is none. */
void ro_state_write(struct ro_apply *a, const struct ro_state *state, const struct ro_change_maps *next,
                    struct ro_edit *required);

/* Changes the containers whose turn it is, and writes the state with what is left. */
int ro_apply_batch(struct ro_apply *a, struct ro_changes *changes, struct ro_state *state);

#endif

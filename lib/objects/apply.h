/* SPDX-License-Identifier: Apache-2.0 */
/* Carrying out one action: what its parts share. Source: inplace.md 8 and 9, cloneset.md 5.2, 5.3, 6.6. */
#ifndef RO_OBJECTS_APPLY_H
#define RO_OBJECTS_APPLY_H

#include <rollout/objects.h>

#include "base/edit.h"
#include "base/time.h"
#include "rules/gates.h"

struct ro_apply {
    struct ro_arena arena;
    const struct rollout_world *world;
    const struct rollout_plan *plan;
    const struct rollout_action *action;
    const struct rollout_strs *ids; /* that the driver drew; count 0 = none */
    struct ro_gates gates;
    char now_text[RO_TIME_SIZE];
    struct rollout_str now; /* whole seconds */
    struct ro_edit *object; /* that the action changes; NULL where it makes new ones */
    struct ro_edit **made;  /* what it makes */
    size_t made_count;
    struct rollout_error *reterr;
};

/* The action's attribute, NULL where it has none; its text, absent where it has none. */
const struct rollout_attr *ro_apply_attr(const struct ro_apply *a, uint32_t key);
struct rollout_str ro_apply_text(const struct ro_apply *a, uint32_t key);

/* Place of the revision of this name in the world, or ROLLOUT_NONE with an error. */
uint32_t ro_apply_revision(struct ro_apply *a, struct rollout_str name);

/* Labels and annotations of an object. */
void ro_apply_label(struct ro_apply *a, struct ro_edit *object, const char *key, struct rollout_str value);
void ro_apply_annotation(struct ro_apply *a, struct ro_edit *object, const char *key, struct ro_edit *value);
void ro_apply_remove_annotation(struct ro_edit *object, const char *key);

/* An error about an annotation of the object, which `what` follows. */
int ro_apply_refuse_annotation(struct ro_apply *a, const char *key, const char *what);

/* The object as it is now, which an earlier action of the same plan may have changed; NULL on lack of memory. */
const struct rollout_node *ro_apply_flat(struct ro_apply *a);

/* The labels that name a pod's revision: full name, or short hash by gate CloneSetShortHash. */
void ro_apply_revision_labels(struct ro_apply *a, struct ro_edit *pod, struct rollout_str revision);

/* Lifecycle state and the time at which it was reached. */
void ro_apply_state(struct ro_apply *a, struct ro_edit *pod, struct rollout_str state);

/* Each carries out its action. ROLLOUT_OK, or an error that is recorded. */
int ro_apply_create(struct ro_apply *a);
int ro_apply_create_claim(struct ro_apply *a);
int ro_apply_claim_owner(struct ro_apply *a);
int ro_apply_lifecycle(struct ro_apply *a);
int ro_apply_update_in_place(struct ro_apply *a);
int ro_apply_end_grace(struct ro_apply *a);
int ro_apply_next_batch(struct ro_apply *a);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Volume claims, their templates, and storage classes: from objects to facts. */
#ifndef RO_OBJECTS_CLAIM_H
#define RO_OBJECTS_CLAIM_H

#include <rollout/snapshot.h>

#include "base/memory.h"
#include "objects/decode.h"

/* What a claim, or a template of claims, asks for. */
struct ro_claim_spec {
    struct rollout_str storage_class; /* data NULL = absent */
    struct rollout_str request;
    struct rollout_strs access_modes;
};

/* The member spec of a claim or of a template. */
void ro_claim_spec_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *claim,
                          struct ro_claim_spec *ret);

/* uid: of the workload; an owner reference that names it makes the claim its own. */
void ro_claim_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *claim, struct rollout_str uid,
                     struct rollout_claim *ret);

void ro_storage_class_decode(struct ro_decoder *d, const struct ro_at *object, struct rollout_storage_class *ret);

#endif

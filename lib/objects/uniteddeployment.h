/* SPDX-License-Identifier: Apache-2.0 */
/* UnitedDeployments: from the object to the spec. Source: uniteddeployment.md 1. */
#ifndef RO_OBJECTS_UNITEDDEPLOYMENT_H
#define RO_OBJECTS_UNITEDDEPLOYMENT_H

#include <rollout/uniteddeployment.h>

#include "base/memory.h"
#include "objects/decode.h"

/* Fills ret and, as ret->status, ret_status. version: RO_VERSION_*, which read alike. */
void ro_uniteddeployment_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object,
                                struct rollout_uniteddeployment *ret,
                                struct rollout_uniteddeployment_status *ret_status);

/* The member of spec.template that holds the child's template, such as "cloneSetTemplate"; NULL for none. */
const char *ro_child_template_key(uint32_t child_kind);

#endif

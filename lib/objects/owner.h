/* SPDX-License-Identifier: Apache-2.0 */
/* Owner references. */
#ifndef RO_OBJECTS_OWNER_H
#define RO_OBJECTS_OWNER_H

#include "base/edit.h"

/* Whom a reference names. */
struct ro_owner {
    struct rollout_str api_version, kind, name, uid;
};

/* controller: it manages what carries the reference, and is waited for by a deletion of its own. */
struct ro_edit *ro_owner_reference(struct ro_arena *arena, const struct ro_owner *owner, bool controller);

#endif

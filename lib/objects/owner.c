/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/owner.h"

struct ro_edit *ro_owner_reference(struct ro_arena *arena, const struct ro_owner *owner, bool controller)
{
    struct ro_edit *ref = ro_edit_object(arena);

    ro_edit_set_text(arena, ref, RO_STR("apiVersion"), owner->api_version);
    ro_edit_set_text(arena, ref, RO_STR("kind"), owner->kind);
    ro_edit_set_text(arena, ref, RO_STR("name"), owner->name);
    ro_edit_set_text(arena, ref, RO_STR("uid"), owner->uid);
    if (controller) {
        ro_edit_set(ref, RO_STR("controller"), ro_edit_bool(arena, true));
        ro_edit_set(ref, RO_STR("blockOwnerDeletion"), ro_edit_bool(arena, true));
    }
    return ref;
}

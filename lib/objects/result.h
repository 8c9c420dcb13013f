/* SPDX-License-Identifier: Apache-2.0 */
/* struct rollout_objects from trees under construction. */
#ifndef RO_OBJECTS_RESULT_H
#define RO_OBJECTS_RESULT_H

#include <rollout/objects.h>

#include "base/edit.h"

/* One block with all nodes and texts of the given trees in it. ROLLOUT_OK, ROLLOUT_ERR_INVALID (larger than a
 * tree can be) or ROLLOUT_ERR_NOMEM. */
int ro_objects_make(struct ro_edit *const *roots, size_t count, struct rollout_objects **ret_objects,
                    struct rollout_error *reterr);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* How a UnitedDeployment cuts its history before it looks for its template in what is left. Source:
 * uniteddeployment.md 6. */
#ifndef RO_RULES_HISTORY_CUT_H
#define RO_RULES_HISTORY_CUT_H

#include <rollout/uniteddeployment.h>

#include "rules/revision.h"

/* What becomes of a revision. A new one is UNLISTED. */
enum ro_cut { RO_CUT_UNLISTED, RO_CUT_KEPT, RO_CUT_LEFT, RO_CUT_DELETED };

/* revisions: of struct rollout_revision. One fate each; order and scratch have room for one index each, and order
 * begins with those that are listed, the oldest first: by number, creation time, name. What lies before the limit is
 * deleted, or LEFT out of the list where the status names it. Returns how many are listed. */
uint32_t ro_history_cut(const struct ro_abi_array *revisions, const struct rollout_uniteddeployment *spec,
                        uint8_t *fates, uint32_t *order, uint32_t *scratch);

/* The number of one that is stored behind the kept ones: 1 where there are none. */
int64_t ro_history_next(const struct ro_abi_array *revisions, const uint8_t *fates);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* A recorded decision and a plan in the one form in which they can be compared: what is recorded, and in the order
 * that was decided, where it was. */
#ifndef EXAMPLES_RECORDED_H
#define EXAMPLES_RECORDED_H

#include <rollout/rollout.h>

#include "text.h"

/* Adds both as one JSON object each:
 *   CloneSet     creates by revision, claims, everything on one pod, updates among themselves: each in its order
 *   StatefulSet  all actions in their order
 *   DaemonSet    actions by what they are done to, in no order. Where the recording says that upstream picks any of
 *                some (`choice`, `deleteChoice`), any pick is as right, unless `exact`
 *   UnitedDeployment  all actions in their order; the status as a whole, where one was recorded
 *   SidecarSet   all actions in their order
 *   status       what both vocabularies have, and what the recording has beyond
 *   error        only that there is one; whether status was sent; how far a native DaemonSet's sync went
 * A zero is as good as nothing. document: the plan's. */
void recorded_forms(const struct rollout_node *expect, const struct rollout_node *document,
                    const struct rollout_plan *plan, bool exact, struct text *ret_expected, struct text *ret_got);

#endif

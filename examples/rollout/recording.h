/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of recordings, decided again. */
#ifndef EXAMPLES_RECORDING_H
#define EXAMPLES_RECORDING_H

#include <rollout/rollout.h>

#include "difference.h"

/* Decides what the line recorded and compares. A line is an object:
 *   {id, snapshot, expect}                       what OpenKruise's or Kubernetes' controller did, see recorded.h for
 *                                                `exact`
 *   {id, snapshot, plan}                         a whole Plan, as `rollout plan -o json` prints it
 *   {id, old, new, featureGates, ..., expect}    what comes of `rollout diff`
 *   {id, labels, waiting, ..., expect}           what comes of `rollout order`
 * ret is for the caller to free, also after an error. ROLLOUT_OK, ROLLOUT_ERR_INVALID or ROLLOUT_ERR_NOMEM. */
int recording_replay(const struct rollout_tree *line, bool exact, struct difference *ret, struct rollout_error *reterr);

#endif

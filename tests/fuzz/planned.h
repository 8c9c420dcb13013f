/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold of a plan and of candidates, whatever they were made from. */
#ifndef FUZZ_PLANNED_H
#define FUZZ_PLANNED_H

#include "fuzz.h"

/* Plans: NULL where that is refused, properly. What must hold of the plan does. twice: and it is the same again. */
struct rollout_plan *planned(struct fuzz *f, const struct rollout_workload *workload,
                             const struct rollout_snapshot *snapshot, bool twice);

/* Every sentence, with any buffer. */
void planned_sentences(struct fuzz *f, const struct rollout_plan *plan, const struct rollout_snapshot *snapshot);

/* The same for rollout_candidates(). False where that is refused. */
bool planned_candidates(struct fuzz *f, const struct rollout_workload *workload,
                        const struct rollout_snapshot *snapshot, bool twice);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* A workload's stored revisions: the update revision is recorded or becomes the newest, and of those that
 * nothing uses only the newest are kept. Source: cloneset.md 4.1 step 13 and 7.2, statefulset.md 4.1 and 4.3,
 * daemonset.md 5. */
#ifndef RO_PLANNERS_HISTORY_H
#define RO_PLANNERS_HISTORY_H

#include "planners/planner.h"
#include "planners/verdicts.h"

/* What becomes of a revision. */
struct ro_revision_fate {
    uint32_t place;  /* among those that nothing uses, from the newest (limit_all: behind those in use); from 1 */
    uint32_t action; /* of the plan, on it: index + 1 */
};

struct ro_history {
    const struct ro_abi_array *revisions;
    uint32_t current, update; /* places; in use whatever pods carry. current: ROLLOUT_NONE where the kind has none */
    int64_t limit;            /* revisions that nothing uses are kept up to this many */
    bool limit_all;           /* ... counted together with those in use, but for the update revision (DaemonSet) */
    bool above_all;           /* the update revision's number is greater than all others, not only no less (DaemonSet) */
    const uint8_t *doubles;   /* one a revision: the update revision's data stored again, so no history; NULL = none */
    uint8_t *used;            /* one a revision: some pod carries it */
    struct ro_revision_fate *fates;
    uint32_t *order, *scratch; /* room for one index a revision */
};

/* revisionHistoryLimit as it counts: absent is 10, negative 0. */
int64_t ro_history_limit(const struct rollout_opt *given);

static inline bool ro_history_uses(const struct ro_history *history, uint32_t revision)
{
    return revision == history->current || revision == history->update || history->used[revision];
}

static inline bool ro_history_doubles(const struct ro_history *history, uint32_t revision)
{
    return history->doubles && history->doubles[revision];
}

/* The template is recorded, or an older equal revision becomes the newest. */
void ro_history_emit_update(struct ro_history *history, struct ro_builder *b);

/* The update revision is created or renumbered (op), with this number. */
void ro_history_emit_number(struct ro_history *history, struct ro_builder *b, uint32_t op, int64_t number);

/* A revision goes. */
void ro_history_emit_deletion(struct ro_history *history, struct ro_builder *b, uint32_t revision, uint32_t reason);

/* The doubles go. */
void ro_history_emit_doubles(struct ro_history *history, struct ro_builder *b);

/* The clean-up; run: the pass comes to it, else only the places are found. */
void ro_history_emit_cleanup(struct ro_history *history, struct ro_builder *b, bool run);

/* A verdict on every revision. */
void ro_history_verdicts(const struct ro_history *history, struct ro_builder *b, struct ro_tally *tally);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What updating a pod comes to: in place, by recreation, or a step of the lifecycle before. Source: inplace.md
 * 1, 8.1 and 13, cloneset.md 6.4, statefulset.md 10. */
#ifndef RO_PLANNERS_UPDATES_H
#define RO_PLANNERS_UPDATES_H

#include "planners/builder.h"
#include "planners/planner.h"
#include "rules/revision.h"

/* The step that an update takes with a pod whose turn it is. */
enum ro_update_step {
    RO_UPDATE_IN_PLACE,
    RO_UPDATE_PREPARE, /* ask the hook first */
    RO_UPDATE_WAIT_HOOK,
    RO_UPDATE_NONE, /* Updated without a hook: the refresh would have moved it */
    RO_UPDATE_RECREATE,
    RO_UPDATE_MARKED, /* marked for recreation in an earlier pass (CloneSet) */
    RO_UPDATE_ERROR_IN_PLACE,
    RO_UPDATE_ERROR_STATE
};

/* The in-place verdict on a stored revision against the target, computed when first asked for. */
struct ro_update_facts {
    uint8_t known;
    uint8_t rule;  /* ROLLOUT_DIFF_* */
    uint8_t flags; /* ROLLOUT_CHANGES_* */
};

struct ro_updates {
    const struct ro_planner_input *in;
    uint32_t policy; /* ROLLOUT_POLICY_*, RECREATE where the block is absent */
    const struct rollout_hook *hook; /* inPlaceUpdate */
    uint32_t target; /* place of the revision that pods move to */
    struct ro_update_facts *facts; /* one a revision, zero to begin with */
};

/* In the following `from` is the place among the revisions + 1 of the one that the pod's label names, 0 = it
 * names none. */

const struct ro_update_facts *ro_update_facts(struct ro_updates *u, uint32_t from);

enum ro_update_step ro_update_step(struct ro_updates *u, const struct rollout_pod *pod, uint32_t from);

static inline bool ro_update_fails(enum ro_update_step step)
{
    return step >= RO_UPDATE_ERROR_IN_PLACE;
}

/* The reason of a step that fails. */
uint32_t ro_update_error(enum ro_update_step step);

/* Whether starting the update takes the pod out of service. */
bool ro_update_marks_not_ready(struct ro_updates *u, const struct rollout_pod *pod, uint32_t from);

/* ROLLOUT_OP_UPDATE_IN_PLACE, or recreate where that is how it would be updated. */
uint16_t ro_update_wants(struct ro_updates *u, uint32_t from, uint32_t recreate);

/* What forbids the update in place, kept in the plan. */
struct rollout_str ro_update_impossible(struct ro_updates *u, struct ro_builder *b, uint32_t from);

#endif

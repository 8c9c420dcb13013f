/* SPDX-License-Identifier: Apache-2.0 */
/* What every pass writes to pods whose in-place update or lifecycle goes on. Source: cloneset.md 6.6 and 6.7,
 * statefulset.md 6.1 and 6.3, daemonset.md 6 step 7. */
#ifndef RO_PLANNERS_REFRESH_H
#define RO_PLANNERS_REFRESH_H

#include "planners/verdicts.h"
#include "rules/in_place.h"

/* Whether the step writes to the pod; the others wait or fail. */
static inline bool ro_step_writes(enum ro_step step)
{
    return step == RO_STEP_DROP_GRACE || step == RO_STEP_END_GRACE || step == RO_STEP_NEXT_BATCH ||
           step == RO_STEP_SET_READY;
}

/* The op of a step that writes, 0 of any other. */
uint16_t ro_step_op(enum ro_step step);

/* Milliseconds until the grace period ends, for a pod whose step is RO_STEP_WAIT_GRACE; one that ends beyond
 * all times ends with them. */
int64_t ro_grace_left(const struct rollout_pod *pod, int64_t now_ms);

/* Writes down the step, and then the move to `state` where that is not the pod's own. bytes: see ro_act. */
void ro_refresh_emit(struct ro_builder *b, uint8_t *bytes, uint32_t pod, const struct rollout_pod *facts,
                     enum ro_step step, uint32_t state, const struct rollout_hook *in_place_update);

/* A move of the lifecycle state; attributes may follow. */
void ro_lifecycle_emit(struct ro_builder *b, uint8_t *bytes, uint32_t pod, uint32_t state, const struct ro_why *why);

/* The pod is told of its update, by the hook. why has the place in the order. */
void ro_prepare_update_emit(struct ro_builder *b, uint8_t *bytes, uint32_t pod, const struct rollout_pod *facts,
                            const struct rollout_hook *hook, struct ro_why why);

/* What deleting a pod comes to with this hook. */
enum ro_delete { RO_DELETE_NOW, RO_DELETE_PREPARE, RO_DELETE_WAITS };
enum ro_delete ro_delete_step(const struct rollout_pod *pod, const struct rollout_hook *pre_delete);

/* The write of that step, with `why` for the deletion itself. */
void ro_delete_emit(struct ro_builder *b, uint8_t *bytes, uint32_t pod, const struct rollout_pod *facts,
                    const struct rollout_hook *pre_delete, const struct ro_why *why);

#endif

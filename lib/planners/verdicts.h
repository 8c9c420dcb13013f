/* SPDX-License-Identifier: Apache-2.0 */
/* Actions with the verdict on what they are done to, and the workload's verdict from all others: what every
 * planner's reporting shares. */
#ifndef RO_PLANNERS_VERDICTS_H
#define RO_PLANNERS_VERDICTS_H

#include "planners/builder.h"

/* Two bits of a byte that a planner keeps for each pod: an action on it was counted, or written. */
enum { RO_ACTED_COUNTED = 0x40, RO_ACTED_WRITTEN = 0x80 };

/* The one of the two that is meant now. */
static inline uint8_t ro_acted(const struct ro_builder *b)
{
    return b->plan ? RO_ACTED_WRITTEN : RO_ACTED_COUNTED;
}

/* Why an action is taken. */
struct ro_why {
    uint32_t reason; /* ROLLOUT_REASON_* */
    int64_t a, b, until_ms;
    struct rollout_str text;
    uint32_t because; /* index + 1; 0 = nothing. Of a pod unless because_kind says otherwise */
    uint32_t because_kind;
};

/* An action on a pod, and with it the pod's verdict: of several the one that weighs most (reasons.md 6, rung
 * 0) has the reason. bytes: one a pod, with the bits of ro_acted(). Until ro_verdict_close() the verdict's
 * `wants` says whose reason it is. */
void ro_act(struct ro_builder *b, uint8_t *bytes, uint32_t op, uint32_t pod, const struct ro_why *why);

/* A verdict that says nothing yet. */
struct rollout_verdict ro_verdict(uint32_t subject_kind, uint32_t subject);

static inline void ro_verdict_set(struct rollout_verdict *v, uint32_t reason)
{
    v->reason = (uint16_t)reason;
}

static inline void ro_verdict_set_text(struct ro_builder *b, struct rollout_verdict *v, uint32_t reason,
                                       struct rollout_str text)
{
    v->reason = (uint16_t)reason;
    v->text = ro_build_text(b, text);
}

/* The verdict on an action that creates something for this subject; the action was the last one written. */
struct rollout_verdict ro_verdict_of_action(const struct ro_builder *b, uint32_t subject_kind, uint32_t subject,
                                            const struct ro_why *why);

/* What the workload's own verdict is made from. */
struct ro_tally {
    uint32_t count[600];
    uint32_t first[600]; /* verdict */
};

void ro_tally_count(struct ro_tally *tally, uint32_t reason, size_t verdict);

/* Adds a verdict behind the others. */
void ro_tally_add(struct ro_builder *b, struct ro_tally *tally, const struct rollout_verdict *v);

/* Ends the verdict of a pod that was acted on. */
void ro_verdict_close(struct ro_builder *b, struct ro_tally *tally, uint32_t pod);

/* Writes the workload's verdict: v's own reason, or where it has none the worst class among its subjects,
 * and in it the most frequent code, of these the least. */
void ro_tally_end(struct ro_builder *b, const struct ro_tally *tally, struct rollout_verdict *v);

#endif

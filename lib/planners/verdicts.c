/* SPDX-License-Identifier: Apache-2.0 */
#include "planners/verdicts.h"

static int weight(uint32_t op)
{
    static const uint8_t order[] = { ROLLOUT_OP_DELETE,        ROLLOUT_OP_RECREATE,  ROLLOUT_OP_UPDATE_IN_PLACE,
                                     ROLLOUT_OP_SET_LIFECYCLE, ROLLOUT_OP_END_GRACE, ROLLOUT_OP_NEXT_BATCH,
                                     ROLLOUT_OP_SET_READY };
    int n = sizeof order / sizeof *order;
    for (int i = 0; i < n; i++)
        if (order[i] == op)
            return i;
    return n;
}

struct rollout_verdict ro_verdict(uint32_t subject_kind, uint32_t subject)
{
    return (struct rollout_verdict){
        .subject_kind = (uint8_t)subject_kind,
        .subject = subject,
        .first_action = ROLLOUT_NONE,
        .because = ROLLOUT_NONE,
        .text = ROLLOUT_NONE,
    };
}

static void take(struct rollout_verdict *v, const struct ro_why *why, uint32_t text)
{
    v->reason = (uint16_t)why->reason;
    v->a = why->a;
    v->b = why->b;
    v->until_ms = why->until_ms;
    v->text = text;
    v->because = why->because ? why->because - 1 : ROLLOUT_NONE;
    v->because_kind = (uint8_t)why->because_kind;
}

void ro_act(struct ro_builder *b, uint8_t *bytes, uint32_t op, uint32_t pod, const struct ro_why *why)
{
    uint32_t text = ro_build_text(b, why->text);
    ro_build_action(b, op, why->reason, ROLLOUT_SUBJECT_POD, pod);
    bool first = !(bytes[pod] & ro_acted(b));
    bytes[pod] |= ro_acted(b);
    if (!b->plan)
        return;
    struct rollout_verdict *v = &b->verdicts[pod];
    if (first) {
        *v = ro_verdict(ROLLOUT_SUBJECT_POD, pod);
        v->op = (uint16_t)op;
        v->first_action = (uint32_t)b->n_actions - 1;
    } else if (weight(op) >= weight(v->wants)) {
        return;
    }
    v->wants = (uint16_t)op;
    take(v, why, text);
}

struct rollout_verdict ro_verdict_of_action(const struct ro_builder *b, uint32_t subject_kind, uint32_t subject,
                                            const struct ro_why *why)
{
    struct rollout_verdict v = ro_verdict(subject_kind, subject);
    take(&v, why, ROLLOUT_NONE);
    v.first_action = (uint32_t)b->n_actions - 1;
    v.op = (uint16_t)b->actions[v.first_action].op;
    return v;
}

void ro_tally_count(struct ro_tally *tally, uint32_t reason, size_t verdict)
{
    if (tally->count[reason]++ == 0)
        tally->first[reason] = (uint32_t)verdict;
}

void ro_tally_add(struct ro_builder *b, struct ro_tally *tally, const struct rollout_verdict *v)
{
    ro_tally_count(tally, v->reason, b->n_verdicts);
    ro_build_verdict(b, v);
}

void ro_verdict_close(struct ro_builder *b, struct ro_tally *tally, uint32_t pod)
{
    if (!b->plan)
        return;
    b->verdicts[pod].wants = 0;
    ro_tally_count(tally, b->verdicts[pod].reason, pod);
}

static uint32_t worst_reason(const struct ro_tally *tally)
{
    uint32_t worst = 0;
    for (uint32_t reason = 100; reason < 600; reason++)
        if (tally->count[reason] > 0 &&
            (worst == 0 || reason / 100 > worst / 100 || tally->count[reason] > tally->count[worst]))
            worst = reason;
    return worst;
}

void ro_tally_end(struct ro_builder *b, const struct ro_tally *tally, struct rollout_verdict *v)
{
    if (v->reason == 0 && b->plan) {
        struct rollout_verdict first = b->verdicts[tally->first[worst_reason(tally)]]; /* of a revision at least */
        first.subject_kind = v->subject_kind;
        first.subject = v->subject;
        *v = first;
    }
    ro_build_verdict(b, v);
}

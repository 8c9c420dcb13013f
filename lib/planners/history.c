/* SPDX-License-Identifier: Apache-2.0 */
#include "planners/history.h"

#include "base/sort.h"
#include "base/str.h"
#include "rules/revision.h"

int64_t ro_history_limit(const struct rollout_opt *given)
{
    return !given->set ? 10 : given->value < 0 ? 0 : given->value;
}

static int64_t newest_number(const struct ro_history *history)
{
    int64_t newest = history->above_all ? 0 : INT64_MIN;
    for (uint32_t i = 0; i < history->revisions->count; i++)
        if (i != history->update && !ro_history_doubles(history, i) &&
            ro_revision_at(history->revisions, i)->number > newest)
            newest = ro_revision_at(history->revisions, i)->number;
    return newest;
}

void ro_history_emit_number(struct ro_history *history, struct ro_builder *b, uint32_t op, int64_t number)
{
    history->fates[history->update].action = (uint32_t)b->n_actions + 1;
    ro_build_action(b, op, ROLLOUT_REASON_BOOKKEEPING, ROLLOUT_SUBJECT_REVISION, history->update);
    ro_build_attr_text(b, ROLLOUT_ATTR_REVISION, ro_revision_at(history->revisions, history->update)->name);
    ro_build_attr_value(b, ROLLOUT_ATTR_NUMBER, number);
}

void ro_history_emit_update(struct ro_history *history, struct ro_builder *b)
{
    const struct rollout_revision *update = ro_revision_at(history->revisions, history->update);
    bool create = update->flags & ROLLOUT_REVISION_NEW;
    int64_t newest = newest_number(history);
    if (!create && (history->above_all ? update->number > newest
                                       : history->revisions->count == 1 || update->number >= newest))
        return;
    ro_history_emit_number(history, b, create ? ROLLOUT_OP_CREATE_REVISION : ROLLOUT_OP_RENUMBER_REVISION,
                           create ? update->number : newest + 1);
}

void ro_history_emit_deletion(struct ro_history *history, struct ro_builder *b, uint32_t revision, uint32_t reason)
{
    history->fates[revision].action = (uint32_t)b->n_actions + 1;
    ro_build_action(b, ROLLOUT_OP_DELETE_REVISION, reason, ROLLOUT_SUBJECT_REVISION, revision);
    ro_build_attr_text(b, ROLLOUT_ATTR_REVISION, ro_revision_at(history->revisions, revision)->name);
}

void ro_history_emit_doubles(struct ro_history *history, struct ro_builder *b)
{
    for (uint32_t i = 0; i < history->revisions->count; i++)
        if (ro_history_doubles(history, i))
            ro_history_emit_deletion(history, b, i, ROLLOUT_REASON_BOOKKEEPING);
}

static int compare_numbers(const void *context, uint32_t a, uint32_t b)
{
    const struct ro_abi_array *revisions = context;
    int64_t x = ro_revision_at(revisions, a)->number, y = ro_revision_at(revisions, b)->number;
    return (x > y) - (x < y);
}

void ro_history_emit_cleanup(struct ro_history *history, struct ro_builder *b, bool run)
{
    size_t unused = 0, counted = 0;
    uint32_t *const order = history->order;
    for (uint32_t i = 0; i < history->revisions->count; i++) {
        if (i == history->update || ro_history_doubles(history, i))
            continue;
        bool used = ro_history_uses(history, i);
        if (!used)
            order[unused++] = i;
        counted += !used || history->limit_all;
    }
    ro_sort_indices(order, unused, history->scratch, compare_numbers, history->revisions);
    for (size_t i = 0; i < unused; i++)
        history->fates[order[i]].place = (uint32_t)(counted - i);
    for (size_t i = 0; i < unused && (int64_t)(counted - i) > history->limit && run; i++)
        ro_history_emit_deletion(history, b, order[i], ROLLOUT_REASON_CLEANED_UP);
}

void ro_history_verdicts(const struct ro_history *history, struct ro_builder *b, struct ro_tally *tally)
{
    for (uint32_t i = 0; i < history->revisions->count; i++) {
        const struct ro_revision_fate *fate = &history->fates[i];
        struct rollout_verdict v = ro_verdict(ROLLOUT_SUBJECT_REVISION, i);
        v.reason = ROLLOUT_REASON_HISTORY_KEPT;
        v.a = ro_history_uses(history, i) ? 0 : fate->place;
        v.b = history->limit;
        if (fate->action) {
            v.first_action = fate->action - 1;
            if (ro_history_doubles(history, i)) {
                v.op = ROLLOUT_OP_DELETE_REVISION;
                ro_verdict_set_text(b, &v, ROLLOUT_REASON_BOOKKEEPING, RO_STR("the same data is stored twice"));
            } else if (i != history->update) {
                v.op = ROLLOUT_OP_DELETE_REVISION;
                v.reason = ROLLOUT_REASON_CLEANED_UP;
            } else if (ro_revision_at(history->revisions, i)->flags & ROLLOUT_REVISION_NEW) {
                v.op = ROLLOUT_OP_CREATE_REVISION;
                ro_verdict_set_text(b, &v, ROLLOUT_REASON_BOOKKEEPING, RO_STR("new revision"));
            } else {
                v.op = ROLLOUT_OP_RENUMBER_REVISION;
                ro_verdict_set_text(b, &v, ROLLOUT_REASON_BOOKKEEPING, RO_STR("revision number"));
            }
        }
        ro_tally_add(b, tally, &v);
    }
}

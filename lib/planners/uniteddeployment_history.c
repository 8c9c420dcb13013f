/* SPDX-License-Identifier: Apache-2.0 */
/* A UnitedDeployment's revisions: the history is cut before the template is looked for in it. Source:
 * uniteddeployment.md 6. */
#include "planners/uniteddeployment_pass.h"

static const struct rollout_revision *revision(const struct united *pass, uint32_t i)
{
    return ro_revision_at(&pass->in->revisions, i);
}

/* The newest of what is left of the list; ROLLOUT_NONE. */
static uint32_t newest(const struct united *pass)
{
    uint32_t last = pass->listed ? pass->revision_order[pass->listed - 1] : ROLLOUT_NONE;
    return last != ROLLOUT_NONE && pass->cuts[last] == RO_CUT_KEPT ? last : ROLLOUT_NONE;
}

void united_revisions(struct united *pass)
{
    const struct ro_abi_array *all = &pass->in->revisions;
    pass->listed = ro_history_cut(all, pass->spec, pass->cuts, pass->revision_order, pass->scratch);
    uint32_t update = pass->update, last = newest(pass);
    pass->creates_revision = revision(pass, update)->flags & ROLLOUT_REVISION_NEW;
    pass->renumbers = !pass->creates_revision && pass->cuts[update] == RO_CUT_KEPT && update != last;
    pass->number = ro_history_next(all, pass->cuts);
    pass->current = update;
    for (uint32_t i = 0; i < all->count; i++)
        if (pass->cuts[i] == RO_CUT_KEPT && ro_str_eq(revision(pass, i)->name, pass->status->current_revision))
            pass->current = i;
    pass->history.current = pass->current;
    for (uint32_t i = 0; i < pass->listed; i++) {
        uint32_t place = pass->revision_order[i];
        pass->history.fates[place].place = pass->listed - i;
        pass->history.used[place] = pass->cuts[place] == RO_CUT_LEFT;
    }
}

void united_emit_revisions(struct united *pass, struct ro_builder *b)
{
    for (uint32_t i = 0; i < pass->listed; i++)
        if (pass->cuts[pass->revision_order[i]] == RO_CUT_DELETED)
            ro_history_emit_deletion(&pass->history, b, pass->revision_order[i], ROLLOUT_REASON_CLEANED_UP);
    if (pass->creates_revision)
        ro_history_emit_number(&pass->history, b, ROLLOUT_OP_CREATE_REVISION, pass->number);
    else if (pass->renumbers)
        ro_history_emit_number(&pass->history, b, ROLLOUT_OP_RENUMBER_REVISION, pass->number);
}

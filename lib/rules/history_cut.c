/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/history_cut.h"

#include "base/sort.h"

static int by_age(const void *context, uint32_t a, uint32_t b)
{
    const struct rollout_revision *x = ro_revision_at(context, a), *y = ro_revision_at(context, b);
    if (x->number != y->number)
        return x->number < y->number ? -1 : 1;
    if (x->created_ms != y->created_ms)
        return x->created_ms < y->created_ms ? -1 : 1;
    return ro_str_cmp(x->name, y->name);
}

uint32_t ro_history_cut(const struct ro_abi_array *revisions, const struct rollout_uniteddeployment *spec,
                        uint8_t *fates, uint32_t *order, uint32_t *scratch)
{
    const struct rollout_uniteddeployment_status *status = spec->status;
    int64_t limit = spec->revision_history_limit.set ? spec->revision_history_limit.value : 10;
    uint32_t listed = 0;
    for (uint32_t i = 0; i < revisions->count; i++) {
        bool found = !(ro_revision_at(revisions, i)->flags & (ROLLOUT_REVISION_NEW | ROLLOUT_REVISION_UNLISTED));
        fates[i] = found ? RO_CUT_KEPT : RO_CUT_UNLISTED;
        if (found)
            order[listed++] = i;
    }
    ro_sort_indices(order, listed, scratch, by_age, revisions);
    limit = limit < 0 ? 0 : limit;
    for (uint32_t i = 0; i < listed && listed - i > limit; i++) {
        struct rollout_str name = ro_revision_at(revisions, order[i])->name;
        bool live = ro_str_eq(name, status->current_revision) || ro_str_eq(name, status->updated_revision);
        fates[order[i]] = live ? RO_CUT_LEFT : RO_CUT_DELETED;
    }
    return listed;
}

int64_t ro_history_next(const struct ro_abi_array *revisions, const uint8_t *fates)
{
    int64_t newest = 0;
    for (uint32_t i = 0; i < revisions->count; i++)
        if (fates[i] == RO_CUT_KEPT && ro_revision_at(revisions, i)->number > newest)
            newest = ro_revision_at(revisions, i)->number;
    return newest + (newest < INT64_MAX); /* the greatest one is refused by whoever plans it */
}

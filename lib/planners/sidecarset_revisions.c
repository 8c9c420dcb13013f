/* SPDX-License-Identifier: Apache-2.0 */
/* The revisions of a SidecarSet: recording, naming, and which go. Source: sidecarset.md 9. */
#include "base/sort.h"
#include "planners/sidecarset_pass.h"

#include "planners/history.h"

static int by_age(const void *context, uint32_t a, uint32_t b)
{
    const struct sc_pass *pass = context;
    const struct rollout_revision *x = sc_revision(pass, a), *y = sc_revision(pass, b);
    uint32_t update = pass->in->snapshot.update_revision - 1;
    if ((a == update) != (b == update)) /* whatever its number was */
        return a == update ? 1 : -1;
    if (x->number != y->number)
        return x->number < y->number ? -1 : 1;
    if (x->created_ms != y->created_ms)
        return x->created_ms < y->created_ms ? -1 : 1;
    return ro_str_cmp(x->name, y->name);
}

void sc_revisions(struct sc_pass *pass)
{
    size_t n = pass->in->revisions.count;
    int64_t limit = ro_history_limit(&pass->spec->revision_history_limit);
    pass->revision_order = ro_arena_alloc(&pass->arena, 2 * n, sizeof(*pass->revision_order));
    pass->revision_deleted = ro_arena_alloc(&pass->arena, n, 1);
    pass->revision_used = ro_arena_alloc(&pass->arena, n, 1);
    if (!pass->revision_order || !pass->revision_deleted || !pass->revision_used)
        return;
    for (uint32_t i = 0; i < n; i++)
        pass->revision_order[i] = i;
    ro_sort_indices(pass->revision_order, n, pass->revision_order + n, by_age, pass);
    for (size_t i = 0; i < pass->n; i++)
        if (pass->used[i])
            pass->revision_used[pass->used[i] - 1] = 1;
    bool pinned = pass->spec->pinned_version.len == 0;
    for (size_t k = n; k > 0; k--) {
        uint32_t i = pass->revision_order[k - 1];
        const struct rollout_revision *r = sc_revision(pass, i);
        /* The update revision is labelled before the history is looked at. */
        bool labelled = k == n && pass->spec->custom_version.len > 0;
        struct rollout_str version = labelled ? pass->spec->custom_version : r->custom_version;
        if (pass->spec->pinned_revision.len > 0 && ro_str_eq(r->name, pass->spec->pinned_revision))
            pass->revision_used[i] = 1;
        if (!pinned && ro_str_eq(version, pass->spec->pinned_version))
            pass->revision_used[i] = pinned = true;
    }
    int64_t excess = (int64_t)n - (limit > 1 ? limit : 1);
    for (size_t k = 0; k + 1 < n && excess > 0; k++) {
        uint32_t i = pass->revision_order[k];
        if (pass->revision_used[i])
            continue;
        pass->revision_deleted[i] = 1;
        excess--;
    }
}

static void act(struct sc_pass *pass, struct ro_builder *b, uint32_t op, uint32_t revision)
{
    ro_build_action(b, op, op == ROLLOUT_OP_DELETE_REVISION ? ROLLOUT_REASON_CLEANED_UP : ROLLOUT_REASON_BOOKKEEPING,
                    ROLLOUT_SUBJECT_REVISION, revision);
    ro_build_attr_text(b, ROLLOUT_ATTR_REVISION, sc_revision(pass, revision)->name);
}

void sc_report_revisions(struct sc_pass *pass, struct ro_builder *b)
{
    size_t n = pass->in->revisions.count;
    uint32_t update = pass->in->snapshot.update_revision - 1;
    const struct rollout_revision *r = sc_revision(pass, update);
    const struct rollout_revision *before = n > 1 ? sc_revision(pass, pass->revision_order[n - 2]) : NULL;
    /* Behind one of the same number it is the newest already only where it sorts so. */
    bool newest = !before || r->number > before->number ||
                  (r->number == before->number &&
                   (r->created_ms > before->created_ms ||
                    (r->created_ms == before->created_ms && ro_str_cmp(r->name, before->name) > 0)));
    if (r->flags & ROLLOUT_REVISION_NEW) {
        act(pass, b, ROLLOUT_OP_CREATE_REVISION, update);
        ro_build_attr_value(b, ROLLOUT_ATTR_NUMBER, r->number);
    } else if (!newest) {
        act(pass, b, ROLLOUT_OP_RENUMBER_REVISION, update);
        ro_build_attr_value(b, ROLLOUT_ATTR_NUMBER, before->number + 1);
    }
    bool made = r->flags & ROLLOUT_REVISION_NEW; /* it is created with the label */
    if (!made && pass->spec->custom_version.len > 0 && !ro_str_eq(r->custom_version, pass->spec->custom_version)) {
        act(pass, b, ROLLOUT_OP_LABEL_REVISION, update);
        ro_build_attr_text(b, ROLLOUT_ATTR_VALUE, pass->spec->custom_version);
    }
    for (size_t k = 0; k < n; k++)
        if (pass->revision_deleted[pass->revision_order[k]])
            act(pass, b, ROLLOUT_OP_DELETE_REVISION, pass->revision_order[k]);
}

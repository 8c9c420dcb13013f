/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/uniteddeployment_revision.h"

#include "base/tree.h"
#include "rules/history_cut.h"
#include "rules/selector.h"

void ro_uniteddeployment_list(const struct rollout_uniteddeployment *spec, struct rollout_revision *revisions,
                              const struct rollout_tree *objects, size_t count)
{
    uint32_t hint = 0;
    if (spec->flags & ROLLOUT_UNITEDDEPLOYMENT_SELECTOR_INVALID)
        return;
    for (size_t i = 0; i < count; i++) {
        const struct rollout_node *node = ro_dig(objects[i].nodes, "metadata", "labels", NULL);
        struct rollout_labels labels =
            ro_is(node, ROLLOUT_NODE_OBJECT) ? ro_labels_view(node) : (struct rollout_labels){ 0 };
        if (!ro_selector_match(&spec->selector, &labels, &hint))
            revisions[i].flags |= ROLLOUT_REVISION_UNLISTED;
    }
}

/* Those of a set of fates, in their order; places: of each in the whole. */
struct part {
    struct rollout_revision *revisions;
    struct rollout_tree *objects;
    uint32_t *places;
    size_t count;
};

static bool take_part(struct ro_arena *arena, const struct rollout_revision *revisions,
                      const struct rollout_tree *objects, size_t count, const uint8_t *fates, bool kept,
                      struct part *ret)
{
    *ret = (struct part){
        .revisions = ro_arena_alloc(arena, count, sizeof(*ret->revisions)),
        .objects = ro_arena_alloc(arena, count, sizeof(*ret->objects)),
        .places = ro_arena_alloc(arena, count, sizeof(*ret->places)),
    };
    if (!ret->revisions || !ret->objects || !ret->places)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (kept ? fates[i] != RO_CUT_KEPT : fates[i] == RO_CUT_DELETED)
            continue;
        ret->revisions[ret->count] = revisions[i];
        ret->objects[ret->count] = objects[i];
        ret->places[ret->count++] = (uint32_t)i;
    }
    return true;
}

uint32_t ro_uniteddeployment_revision(struct ro_arena *arena, const struct rollout_workload *workload,
                                      const struct rollout_node *object, struct rollout_opt *collision_count,
                                      struct rollout_revision *revisions, struct rollout_tree *objects, size_t *count)
{
    size_t n = *count;
    const struct ro_abi_array all = { (const char *)revisions, n, sizeof(*revisions), NULL };
    uint8_t *fates = ro_arena_alloc(arena, n, 1);
    uint32_t *order = ro_arena_alloc(arena, n, 2 * sizeof(*order));
    struct part part;
    if (!fates || !order)
        return 0;
    ro_history_cut(&all, workload->uniteddeployment, fates, order, order + n);
    if (!take_part(arena, revisions, objects, n, fates, true, &part))
        return 0;
    uint32_t found =
        ro_revision_of_template(arena, workload, object, *collision_count, part.revisions, part.objects, part.count);
    if (found != ROLLOUT_NONE)
        return part.places[found] + 1;
    /* One that is still stored, listed or not, may have the name already. */
    if (!take_part(arena, revisions, objects, n, fates, false, &part))
        return 0;
    found = ro_revision_make(arena, workload, object, collision_count, part.revisions, part.count,
                             ro_history_next(&all, fates), &revisions[n], &objects[n]);
    if (found != ROLLOUT_NONE)
        return part.places[found] + 1;
    return (uint32_t)++*count;
}

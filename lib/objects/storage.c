/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/storage.h"

#include "base/edit.h"
#include "base/sort.h"
#include "rules/ordinal.h"

static int by_name(const void *context, uint32_t a, uint32_t b)
{
    const struct rollout_claim_template *templates = context;
    return ro_str_cmp(templates[a].name, templates[b].name);
}

void ro_storage_open(struct ro_arena *arena, const struct rollout_statefulset *set, struct ro_storage *ret)
{
    size_t most = set ? set->claim_template_count : 0;
    *ret = (struct ro_storage){ .set = set };
    if (most == 0)
        return;
    uint32_t *order = ro_arena_alloc(arena, most * 2, sizeof(*order));
    ret->marks = ro_arena_alloc(arena, most, sizeof(*ret->marks));
    if (!order || !ret->marks)
        return;
    for (uint32_t i = 0; i < most; i++)
        order[i] = i;
    ro_sort_indices(order, most, order + most, by_name, set->claim_templates);
    for (size_t i = 0; i < most; i++)
        if (i == 0 || by_name(set->claim_templates, order[i - 1], order[i]) != 0)
            order[ret->count++] = order[i];
    ret->order = order;
}

/* Place in the order of the template of this name, the count where there is none. */
static uint32_t find_template(const struct ro_storage *storage, struct rollout_str name)
{
    const struct rollout_claim_template *templates = storage->set->claim_templates;
    uint32_t low = 0, high = storage->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (ro_str_cmp(templates[storage->order[middle]].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < storage->count && ro_str_eq(templates[storage->order[low]].name, name) ? low : storage->count;
}

struct rollout_str ro_storage_claim_name(struct ro_arena *arena, struct rollout_str template, struct rollout_str set,
                                         struct rollout_str pod)
{
    struct rollout_str parent;
    int32_t ordinal = ro_ordinal_of(pod, &parent);

    if (ordinal < 0)
        return (struct rollout_str){ NULL, 0 };
    return ro_arena_printf(arena, "%.*s-%.*s-%d", (int)template.len, template.data ? template.data : "", (int)set.len,
                           set.data ? set.data : "", (int)ordinal);
}

bool ro_storage_ok(struct ro_storage *storage, const struct rollout_node *pod, struct rollout_str name)
{
    const struct rollout_node *volumes = ro_dig(pod, "spec", "volumes", NULL);
    struct rollout_str parent;
    int32_t ordinal = ro_ordinal_of(name, &parent);
    uint32_t right = 0;
    if (storage->count == 0)
        return true;
    if (ordinal < 0 || !ro_is(volumes, ROLLOUT_NODE_ARRAY))
        return false;
    size_t wrong_mark = 2 * ++storage->pod;
    for (const struct rollout_node *v = ro_first(volumes); v != ro_end(volumes); v = ro_next(v)) {
        struct rollout_str template = ro_text(ro_get(v, "name"));
        struct rollout_str claim = ro_text(ro_dig(v, "persistentVolumeClaim", "claimName", NULL));
        uint32_t i = find_template(storage, template);
        if (i == storage->count)
            continue;
        right -= storage->marks[i] == wrong_mark + 1;
        storage->marks[i] = wrong_mark + ro_claim_name_is(claim, template, storage->set->name, ordinal);
        right += storage->marks[i] == wrong_mark + 1;
    }
    return right == storage->count;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/names.h"

#include "base/sort.h"
#include "base/str.h"

static int by_text(const void *context, uint32_t a, uint32_t b)
{
    const struct rollout_str *texts = context;
    return ro_str_cmp(texts[a], texts[b]);
}

struct ro_names ro_names_make(struct ro_arena *arena, const struct rollout_str *texts, uint32_t count)
{
    struct ro_names names = { .texts = texts };
    names.order = texts ? ro_arena_alloc(arena, 2 * (size_t)count, sizeof *names.order) : NULL;
    if (!names.order)
        return (struct ro_names){ 0 };
    names.count = count;
    for (uint32_t i = 0; i < count; i++)
        names.order[i] = i;
    ro_sort_indices(names.order, count, names.order + count, by_text, texts);
    return names;
}

/* The first place whose text is not before the given one, or (behind) is after it. */
static uint32_t place(const struct ro_names *names, struct rollout_str text, int behind)
{
    uint32_t low = 0, high = names->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (ro_str_cmp(names->texts[names->order[middle]], text) < behind)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void ro_names_find(const struct ro_names *names, struct rollout_str text, uint32_t *ret_begin, uint32_t *ret_end)
{
    *ret_begin = place(names, text, 0);
    *ret_end = place(names, text, 1);
}

uint32_t ro_names_first(const struct ro_names *names, struct rollout_str text)
{
    uint32_t begin, end;
    ro_names_find(names, text, &begin, &end);
    return begin < end ? names->order[begin] : UINT32_MAX;
}

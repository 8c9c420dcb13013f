/* SPDX-License-Identifier: Apache-2.0 */
#include "planners/labels.h"

#include "base/sort.h"

struct rollout_str ro_revision_label(const struct ro_abi_array *revisions, uint32_t place, enum ro_label_form form)
{
    const struct rollout_revision *revision = ro_revision_at(revisions, place);
    switch (form) {
    case RO_LABEL_SHORT_HASH:
        return ro_short_hash(revision->name);
    case RO_LABEL_HASH:
        return revision->hash.len ? revision->hash : revision->name;
    default:
        return revision->name;
    }
}

/* By what revisions are looked up. */
static struct rollout_str key_of(const struct ro_label_index *index, uint32_t place)
{
    struct rollout_str label = ro_revision_label(index->revisions, place, index->form);
    return index->form == RO_LABEL_HASH ? ro_short_hash(label) : label;
}

static int compare(const void *context, uint32_t a, uint32_t b)
{
    const struct ro_label_index *index = context;
    return ro_str_cmp(key_of(index, a), key_of(index, b));
}

static struct ro_label resolve(struct ro_label_index *index, struct rollout_str text)
{
    struct rollout_str key = index->form == RO_LABEL_NAME ? text : ro_short_hash(text);
    bool hash = index->form == RO_LABEL_HASH;
    struct ro_label label = { .text = text,
                              .update = ro_str_eq(hash ? text : key, index->update),
                              .update_hash = ro_same_revision(text, index->update) };
    uint32_t low = 0, high = (uint32_t)index->revisions->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (ro_str_cmp(key_of(index, index->sorted[middle]), key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < index->revisions->count; low++) {
        uint32_t place = index->sorted[low];
        if (!ro_str_eq(key_of(index, place), key))
            break;
        if (!hash || ro_str_eq(ro_revision_label(index->revisions, place, index->form), text))
            index->used[place] = 1;
        /* Equal keys keep the list's order, so the first that is stored is the one that is found. */
        if (label.revision == 0 && (!hash || place != index->target) && !(ro_revision_at(index->revisions, place)->flags & ROLLOUT_REVISION_NEW))
            label.revision = (uint16_t)(place + 1);
    }
    return label;
}

void ro_label_index(struct ro_label_index *index, const struct ro_abi_array *revisions, enum ro_label_form form,
                    uint32_t update, uint32_t *sorted, uint32_t *scratch, uint8_t *used)
{
    *index = (struct ro_label_index){
        .revisions = revisions, .form = form, .sorted = sorted, .used = used, .target = update
    };
    index->update = ro_revision_label(revisions, update, form);
    for (uint32_t i = 0; i < revisions->count; i++)
        sorted[i] = i;
    ro_sort_indices(sorted, revisions->count, scratch, compare, index);
    index->seen[0] = index->seen[1] = resolve(index, (struct rollout_str){ "", 0 });
}

const struct ro_label *ro_label_lookup(struct ro_label_index *index, struct rollout_str text)
{
    for (unsigned i = 0; i < 2; i++)
        if (ro_str_eq(text, index->seen[i].text)) {
            index->seen[i].text = text;
            return &index->seen[i];
        }
    index->last ^= 1;
    index->seen[index->last] = resolve(index, text);
    return &index->seen[index->last];
}

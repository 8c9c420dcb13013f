/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/texts.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/str.h"
#include "rules/lifecycle.h"

static const struct ro_label_set no_labels;

/* ---- tables ---- */

static bool grow_slots(struct ro_texts *t, struct ro_table *table)
{
    uint32_t count = table->slot_count ? 2 * table->slot_count : 64;
    uint32_t *slots = calloc(count, sizeof *slots);
    if (!slots) {
        t->failed = true;
        return false;
    }
    for (uint32_t i = 0; i < table->count; i++) {
        uint32_t at = table->hashes[i] & (count - 1);
        while (slots[at])
            at = (at + 1) & (count - 1);
        slots[at] = i + 1;
    }
    free(table->slots);
    table->slots = slots;
    table->slot_count = count;
    return true;
}

/* Room for one more item of this size. */
static bool grow_items(struct ro_texts *t, struct ro_table *table, void **items, size_t size)
{
    if (table->count < table->room)
        return true;
    uint32_t room = table->room ? 2 * table->room : 64;
    void *more = realloc(*items, room * size);
    if (more)
        *items = more;
    uint32_t *hashes = more ? realloc(table->hashes, room * sizeof *hashes) : NULL;
    if (!hashes) {
        t->failed = true;
        return false;
    }
    table->hashes = hashes;
    table->room = room;
    return true;
}

/* Where the hash is looked for: *at is a slot to begin with, to be moved on from. */
static bool probe(const struct ro_table *table, uint32_t hash, uint32_t *at, uint32_t *ret_item)
{
    while (table->slot_count) {
        uint32_t slot = table->slots[*at & (table->slot_count - 1)];
        if (!slot)
            return false;
        ++*at;
        if (table->hashes[slot - 1] == hash) {
            *ret_item = slot - 1;
            return true;
        }
    }
    return false;
}

static bool insert(struct ro_texts *t, struct ro_table *table, uint32_t hash)
{
    if (2 * (table->count + 1) > table->slot_count && !grow_slots(t, table))
        return false;
    uint32_t at = hash & (table->slot_count - 1);
    while (table->slots[at])
        at = (at + 1) & (table->slot_count - 1);
    table->hashes[table->count++] = hash;
    table->slots[at] = table->count;
    return true;
}

void ro_texts_free(struct ro_texts *t)
{
    struct ro_table *tables[] = { &t->texts, &t->sets, &t->lists };
    for (size_t i = 0; i < 3; i++) {
        free(tables[i]->slots);
        free(tables[i]->hashes);
    }
    free(t->text_items);
    free(t->set_items);
    free(t->list_items);
    free(t->scratch);
    ro_arena_free(&t->arena);
    memset(t, 0, sizeof *t);
}

/* ---- texts ---- */

struct rollout_str ro_texts_keep(struct ro_texts *t, struct rollout_str text)
{
    static const struct rollout_str absent = { NULL, 0 };
    if (!text.data)
        return absent;
    if (text.len == 0)
        return RO_STR("");
    uint32_t hash = ro_fnv1(RO_FNV_BASIS, text), at = hash, item;
    while (probe(&t->texts, hash, &at, &item))
        if (ro_str_eq(t->text_items[item], text))
            return t->text_items[item];
    char *copy = ro_arena_alloc(&t->arena, text.len, 1);
    if (!copy) {
        t->failed = true;
        return absent;
    }
    memcpy(copy, text.data, text.len);
    struct rollout_str kept = { copy, text.len };
    if (!grow_items(t, &t->texts, (void **)&t->text_items, sizeof *t->text_items))
        return absent;
    t->text_items[t->texts.count] = kept;
    return insert(t, &t->texts, hash) ? kept : absent;
}

/* ---- labels ---- */

static bool same_labels(const struct rollout_label *a, const struct rollout_label *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!ro_str_eq(a[i].key, b[i].key) || !ro_str_eq(a[i].value, b[i].value))
            return false;
    return true;
}

static struct ro_label_set read_set(const struct rollout_labels *labels)
{
    struct ro_label_set set = { .labels = *labels };
    const struct rollout_str *revision = ro_labels_get(labels, RO_STR("controller-revision-hash"));
    const struct rollout_str *state = ro_labels_get(labels, RO_STR("lifecycle.apps.kruise.io/state"));
    if (revision)
        set.revision = *revision;
    if (state)
        set.state = ro_state_from_text(*state);
    if (ro_labels_get(labels, RO_STR("apps.kruise.io/specified-delete")))
        set.flags |= ROLLOUT_POD_SPECIFIED_DELETE;
    if (ro_labels_get(labels, RO_STR("pod-template-hash")))
        set.flags |= ROLLOUT_POD_TEMPLATE_HASH;
    return set;
}

/* The set that stands in the scratch. */
static uint32_t keep_scratch(struct ro_texts *t, size_t count)
{
    uint32_t hash = RO_FNV_BASIS, item;
    if (count == 0)
        return 0;
    for (size_t i = 0; i < count; i++)
        hash = ro_fnv1(ro_fnv1(hash, t->scratch[i].key), t->scratch[i].value);
    uint32_t at = hash;
    while (probe(&t->sets, hash, &at, &item)) {
        const struct rollout_labels *labels = &t->set_items[item].labels;
        if (labels->count == count && same_labels(labels->items, t->scratch, count))
            return item + 1;
    }
    struct rollout_label *items = ro_arena_alloc(&t->arena, count, sizeof *items);
    if (!items || !grow_items(t, &t->sets, (void **)&t->set_items, sizeof *t->set_items)) {
        t->failed = true;
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        items[i].key = ro_texts_keep(t, t->scratch[i].key);
        items[i].value = ro_texts_keep(t, t->scratch[i].value);
    }
    struct rollout_labels labels = { items, (uint32_t)count, sizeof *items };
    t->set_items[t->sets.count] = read_set(&labels);
    return insert(t, &t->sets, hash) ? t->sets.count : 0;
}

static bool need_scratch(struct ro_texts *t, size_t count)
{
    if (count <= t->scratch_room)
        return true;
    struct rollout_label *more = realloc(t->scratch, 2 * count * sizeof *more);
    if (!more) {
        t->failed = true;
        return false;
    }
    t->scratch = more;
    t->scratch_room = 2 * count;
    return true;
}

uint32_t ro_texts_labels(struct ro_texts *t, const struct rollout_labels *labels)
{
    size_t count = 0;
    if (!need_scratch(t, labels->count))
        return 0;
    for (uint32_t i = 0; i < labels->count; i++) {
        const struct rollout_str *label = ro_label_key(labels, i);
        if (!ro_str_broken(label[0]) && !ro_str_broken(label[1]))
            t->scratch[count++] = (struct rollout_label){ label[0], label[1] };
    }
    return keep_scratch(t, count);
}

uint32_t ro_texts_with(struct ro_texts *t, uint32_t set, struct rollout_str key, struct rollout_str value)
{
    const struct rollout_labels *old = &ro_texts_set(t, set)->labels;
    size_t count = 0;
    bool there = false;
    if (!need_scratch(t, (size_t)old->count + 1))
        return set;
    for (uint32_t i = 0; i < old->count; i++) {
        struct rollout_label label = old->items[i];
        bool same = ro_str_eq(label.key, key);
        if (same && value.data && ro_str_eq(label.value, value))
            return set;
        if (same)
            label.value = value;
        if (!same || value.data)
            t->scratch[count++] = label;
        there = there || same;
    }
    if (!there && !value.data)
        return set;
    if (!there)
        t->scratch[count++] = (struct rollout_label){ key, value };
    return keep_scratch(t, count);
}

const struct ro_label_set *ro_texts_set(const struct ro_texts *t, uint32_t set)
{
    return set ? &t->set_items[set - 1] : &no_labels;
}

/* ---- finalizers ---- */

static bool same_texts(const struct rollout_strs *a, const struct rollout_strs *b)
{
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++)
        if (!ro_str_eq(*ro_strs_at(a, i), *ro_strs_at(b, i)))
            return false;
    return true;
}

uint32_t ro_texts_finalizers(struct ro_texts *t, const struct rollout_strs *finalizers)
{
    uint32_t hash = RO_FNV_BASIS, item;
    if (finalizers->count == 0)
        return 0;
    for (uint32_t i = 0; i < finalizers->count; i++)
        if (!ro_str_broken(*ro_strs_at(finalizers, i)))
            hash = ro_fnv1(hash, *ro_strs_at(finalizers, i));
    uint32_t at = hash;
    while (probe(&t->lists, hash, &at, &item))
        if (same_texts(&t->list_items[item], finalizers))
            return item + 1;
    struct rollout_str *items = ro_arena_alloc(&t->arena, finalizers->count, sizeof *items);
    if (!items || !grow_items(t, &t->lists, (void **)&t->list_items, sizeof *t->list_items)) {
        t->failed = true;
        return 0;
    }
    for (uint32_t i = 0; i < finalizers->count; i++)
        items[i] = ro_texts_keep(t, *ro_strs_at(finalizers, i));
    t->list_items[t->lists.count] = (struct rollout_strs){ items, finalizers->count, sizeof *items };
    return insert(t, &t->lists, hash) ? t->lists.count : 0;
}

uint32_t ro_texts_listed(struct ro_texts *t, uint32_t list, struct rollout_str finalizer, bool there)
{
    struct rollout_strs old = ro_texts_list(t, list);
    struct rollout_str *items;
    uint32_t count = 0;
    if (ro_strs_have(&old, finalizer) == there)
        return list;
    if (!need_scratch(t, (size_t)old.count + 1))
        return list;
    items = (struct rollout_str *)(void *)t->scratch;
    for (uint32_t i = 0; i < old.count; i++)
        if (there || !ro_str_eq(old.items[i], finalizer))
            items[count++] = old.items[i];
    if (there)
        items[count++] = finalizer;
    struct rollout_strs wanted = { items, count, sizeof *items };
    return ro_texts_finalizers(t, &wanted);
}

struct rollout_strs ro_texts_list(const struct ro_texts *t, uint32_t list)
{
    return list ? t->list_items[list - 1] : (struct rollout_strs){ NULL, 0, sizeof(struct rollout_str) };
}

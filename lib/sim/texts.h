/* SPDX-License-Identifier: Apache-2.0 */
/* Texts, labels and finalizers of a modelled cluster: each is kept once, and pods hold the number of theirs. */
#ifndef RO_SIM_TEXTS_H
#define RO_SIM_TEXTS_H

#include <rollout/snapshot.h>

#include "base/memory.h"

/* Labels, and what a planner reads of them as facts of the pod. */
struct ro_label_set {
    struct rollout_labels labels;
    uint32_t flags;              /* ROLLOUT_POD_SPECIFIED_DELETE, _TEMPLATE_HASH */
    uint32_t state;              /* ROLLOUT_STATE_* */
    struct rollout_str revision; /* label controller-revision-hash */
};

/* One table of things that are kept once, by their hash. */
struct ro_table {
    uint32_t *slots; /* from 1; 0 = free */
    uint32_t *hashes;
    uint32_t count, room, slot_count;
};

/* All of them. Zero-initialise. Numbers stay as they are until all is freed. */
struct ro_texts {
    struct ro_arena arena;
    struct ro_table texts, sets, lists;
    struct rollout_str *text_items;
    struct ro_label_set *set_items;
    struct rollout_strs *list_items;
    struct rollout_label *scratch; /* of the set that is being made */
    size_t scratch_room;
    bool failed; /* sticky: memory ran out */
};

void ro_texts_free(struct ro_texts *t);

/* A copy that lives as long as all of it; absent stays absent, and on lack of memory it is absent. */
struct rollout_str ro_texts_keep(struct ro_texts *t, struct rollout_str text);

/* The number of these labels or finalizers; 0 is that of none. */
uint32_t ro_texts_labels(struct ro_texts *t, const struct rollout_labels *labels);
uint32_t ro_texts_finalizers(struct ro_texts *t, const struct rollout_strs *finalizers);

/* The set with the label set, or without it (value absent); the list with the finalizer, or without it. */
uint32_t ro_texts_with(struct ro_texts *t, uint32_t set, struct rollout_str key, struct rollout_str value);
uint32_t ro_texts_listed(struct ro_texts *t, uint32_t list, struct rollout_str finalizer, bool there);

const struct ro_label_set *ro_texts_set(const struct ro_texts *t, uint32_t set);
struct rollout_strs ro_texts_list(const struct ro_texts *t, uint32_t list);

#endif

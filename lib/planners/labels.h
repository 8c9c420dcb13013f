/* SPDX-License-Identifier: Apache-2.0 */
/* Which revision a pod's label names, looked up in logarithmic time and remembered. Kinds differ in what of a
 * revision their pods carry. */
#ifndef RO_PLANNERS_LABELS_H
#define RO_PLANNERS_LABELS_H

#include <stdbool.h>

#include "base/abi.h"
#include "base/str.h"
#include "rules/revision.h"

/* What a label is compared with. */
enum ro_label_form {
    RO_LABEL_SHORT_HASH, /* the name, of both only what follows the last "-" (CloneSet) */
    RO_LABEL_NAME,       /* the whole name (StatefulSet) */
    RO_LABEL_HASH        /* the revision's hash label; of old ones also only what follows the last "-" (DaemonSet) */
};

/* What a label means. */
struct ro_label {
    struct rollout_str text;
    uint16_t revision; /* place among the revisions + 1, of the first that is stored; 0 = none of them. RO_LABEL_HASH:
                          the update revision is none of them */
    bool update;       /* it names the update revision */
    bool update_hash;  /* ... or, for RO_LABEL_NAME, its text after the last "-" is that of the update revision */
};

struct ro_label_index {
    const struct ro_abi_array *revisions;
    enum ro_label_form form;
    struct rollout_str update; /* what the update revision's pods carry */
    uint32_t *sorted;
    uint8_t *used; /* one a revision: set to 1 for every one that a label names */
    uint32_t target; /* place of the update revision */
    /* Pods of a release carry few different labels, mostly two: those seen last are looked at first. */
    struct ro_label seen[2];
    unsigned last;
};

/* The label that pods of the revision carry. */
struct rollout_str ro_revision_label(const struct ro_abi_array *revisions, uint32_t place, enum ro_label_form form);

/* sorted and scratch have room for one index a revision. */
void ro_label_index(struct ro_label_index *index, const struct ro_abi_array *revisions, enum ro_label_form form,
                    uint32_t update, uint32_t *sorted, uint32_t *scratch, uint8_t *used);

const struct ro_label *ro_label_lookup(struct ro_label_index *index, struct rollout_str text);

static inline const struct ro_label *ro_label_find(struct ro_label_index *index, struct rollout_str text)
{
    for (unsigned i = 0; i < 2; i++) /* often the same bytes in memory */
        if (text.data == index->seen[i].text.data && text.len == index->seen[i].text.len)
            return &index->seen[i];
    return ro_label_lookup(index, text);
}

#endif

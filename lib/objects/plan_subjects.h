/* SPDX-License-Identifier: Apache-2.0 */
/* What a plan's actions and verdicts are about: names, and the actions on each subject. */
#ifndef RO_OBJECTS_PLAN_SUBJECTS_H
#define RO_OBJECTS_PLAN_SUBJECTS_H

#include <stdbool.h>

#include <rollout/objects.h>

#include "base/sort.h"

enum { RO_SUBJECT_KINDS = ROLLOUT_SUBJECT_REPLICA_SET + 1 };

struct ro_subjects {
    const struct rollout_world *world;
    const struct rollout_plan *plan;
    /* Actions by subject: the first one's index + 1 at heads[base[kind] + subject], the next one's + 1 at
     * next[action]; 0 = none. Ordinals have no bound worth an array: their actions are in order by them. */
    uint32_t *heads, *next;
    size_t base[RO_SUBJECT_KINDS], count[RO_SUBJECT_KINDS];
    struct ro_keyed *ordinals;
    size_t ordinal_count;
};

/* False on lack of memory. Free it in either case. */
bool ro_subjects_make(struct ro_subjects *s, const struct rollout_world *world, const struct rollout_plan *plan);
void ro_subjects_free(struct ro_subjects *s);

/* Does the world have it? An ordinal is a number, and so always there. */
bool ro_subject_known(const struct ro_subjects *s, uint32_t kind, uint32_t subject);

/* Its name; absent for the workload, for ordinals and for what the world does not have. */
struct rollout_str ro_subject_name(const struct ro_subjects *s, uint32_t kind, uint32_t subject);

/* Index + 1 of the first action on it, 0 where there is none; those after it: s->next[action]. */
uint32_t ro_subject_first_action(const struct ro_subjects *s, uint32_t kind, uint32_t subject);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The in-place verdict on two revisions, without what it would change. Source: inplace.md 4. */
#ifndef RO_RULES_DIFF_H
#define RO_RULES_DIFF_H

#include <stdbool.h>

#include <rollout/inplace.h>

#define RO_DIFF_PATH_SIZE 256

struct ro_diff_verdict {
    uint32_t rule;      /* ROLLOUT_DIFF_* */
    uint32_t operation; /* ROLLOUT_DIFF_REPLACE, ... at path; 0 = none */
    uint32_t flags;     /* ROLLOUT_CHANGES_* */
    uint32_t broken;    /* of ROLLOUT_DIFF_BROKEN: 1 = the old one (or both), 2 = the new one */
    uint32_t path_len;
    char path[RO_DIFF_PATH_SIZE]; /* cut where longer; not NUL-terminated */
};

/* Compares the .data (or object) of two revisions; NULL = not known. Of anything else that holds a template
 * (ro_template_find) only that is compared, and a "$patch" that only one of them has does not count: a
 * revision's template always has it. claims hashes: data NULL = the revision carries none. flags:
 * ROLLOUT_DIFF_VERTICAL_SCALING, ... Of several paths that forbid it the least is named: members by their
 * keys, elements by their places. Allocates nothing. */
void ro_diff_verdict(const struct rollout_node *old_data, const struct rollout_node *new_data,
                     struct rollout_str old_claims, struct rollout_str new_claims, uint32_t flags,
                     struct ro_diff_verdict *ret);

/* Whether starting this update makes the pod unready although only resources change: one of the
 * containers (the pod's spec.containers, may be NULL) whose cpu or memory differs between the two
 * revisions restarts for it. Source: inplace.md 8.1. */
bool ro_diff_restarts(const struct rollout_node *old_data, const struct rollout_node *new_data,
                      const struct rollout_node *containers);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Carrying out an action on the facts: what its parts share. */
#ifndef RO_SIM_DEED_H
#define RO_SIM_DEED_H

#include "sim/cluster.h"

/* An action that is being carried out. */
struct deed {
    struct ro_cluster *c;
    const struct rollout_plan *plan;
    const struct rollout_action *action;
    size_t index;
};

/* The action's attribute, NULL where it has none; its text, absent where it has none; its value, else 0. */
const struct rollout_attr *ro_deed_attr(const struct deed *d, uint32_t key);
struct rollout_str ro_deed_text(const struct deed *d, uint32_t key);
int64_t ro_deed_value(const struct deed *d, uint32_t key);

/* Place from 1 of the revision that the action names; 0 = none. */
uint32_t ro_deed_revision(const struct deed *d);

/* ---- effects.c ---- */

void ro_deed_label_revision(struct ro_cluster *c, uint32_t pod, uint32_t revision);
void ro_deed_set_state(struct ro_cluster *c, uint32_t pod, struct rollout_str state);
void ro_deed_set_in_place_ready(struct ro_cluster *c, uint32_t pod, bool ready);

/* Its in-place facts, none of them known before. */
struct rollout_in_place *ro_deed_in_place(struct ro_cluster *c, uint32_t pod);

/* ---- effects_in_place.c ---- */

void ro_deed_update_in_place(const struct deed *d, uint32_t pod);
void ro_deed_end_grace(const struct deed *d, uint32_t pod);
void ro_deed_next_batch(const struct deed *d, uint32_t pod);

/* ---- effects_pods.c ---- */

int ro_deed_create(const struct deed *d, uint64_t from, uint64_t to);
int ro_deed_delete(const struct deed *d, uint32_t pod);

/* "<owner>-<id>" for the pod of this serial number, which no pod of the start has. */
struct rollout_str ro_deed_drawn_name(struct ro_cluster *c, struct rollout_str owner, uint32_t serial);

/* ---- effects_sets.c ---- */

int ro_deed_set(const struct deed *d);

/* ---- effects_subsets.c ---- */

int ro_deed_on_subset(const struct deed *d);

/* ---- effects_claims.c ---- */

int ro_deed_claim(const struct deed *d);
int ro_deed_on_revision(const struct deed *d);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of a plan for people, used by more than one subcommand. */
#ifndef EXAMPLES_SHOW_H
#define EXAMPLES_SHOW_H

#include <rollout/rollout.h>

#include "table.h"
#include "text.h"

/* "CloneSet default/web", or without the namespace where there is none. */
void show_workload(struct text *out, const struct rollout_world *world);

/* {"kind":"Order","workload":{...}, without the closing brace. */
void show_head_json(struct text *out, const char *kind, const struct rollout_world *world);

/* ,"key":"text", without it where it is absent; without the comma behind a "{". */
void show_member_json(struct text *out, const char *key, struct rollout_str text);

/* A line where pods or nodes are wanted and none is given, which may be an oversight of the caller's. */
void show_no_pods(struct text *out, const struct rollout_world *world);

/* "5 wanted, 5 there, 5 ready, ...", or of a DaemonSet "6 desired, 5 scheduled, ..." */
void show_counts(struct text *out, const struct rollout_world *world, const struct rollout_plan *plan);

/* Each limit, with how its percentage was rounded: rows of a table. */
void show_limits(struct table *table, const struct rollout_world *world, const struct rollout_plan *plan);

/* An action: a row of a table. */
void show_action(struct table *table, const struct rollout_world *world, const struct rollout_plan *plan,
                 size_t action);

/* The verdict's word and reason as cells, and the sentence. */
void show_verdict(struct table *table, const struct rollout_world *world, const struct rollout_plan *plan,
                  size_t verdict);
void show_sentence(struct text *out, const struct rollout_world *world, const struct rollout_plan *plan,
                   size_t verdict);

/* What upstream's rules end with, and when to look again; nothing where there is neither. */
void show_outcome(struct text *out, const struct rollout_world *world, const struct rollout_plan *plan);

/* "2026-11-23T12:00:00Z", with milliseconds where there are any. */
void show_time(struct text *out, int64_t ms);

/* A pod of the world, which the library decoded itself. */
const struct rollout_pod *world_pod(const struct rollout_world *world, uint32_t i);
const struct rollout_revision *world_revision(const struct rollout_world *world, uint32_t i);

const struct rollout_node_facts *world_node(const struct rollout_world *world, uint32_t i);

/* The name of a verdict's or action's subject, of an ordinal that of its pod; nothing where it has none. */
void show_subject(struct text *out, const struct rollout_world *world, uint32_t kind, uint32_t subject);

/* The node that a DaemonSet's pod is on or bound to; absent where there is none. */
struct rollout_str show_node_of(const struct rollout_world *world, uint32_t pod);

/* What a verdict is because of: "web-2", "node a". */
void show_because(struct text *out, const struct rollout_world *world, const struct rollout_verdict *verdict);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What a plan says, as text in the caller's buffer, which is also what is returned. Where it does not fit, the
 * program ends. */
#ifndef SUPPORT_PLANNED_H
#define SUPPORT_PLANNED_H

#include <rollout/rollout.h>

/* The actions in order: "delete p0; create web-b x2 new:2". */
const char *planned_actions(const struct rollout_plan *plan, const struct rollout_snapshot *snapshot, char *buf,
                            size_t size);

/* A verdict: "hold/recreate Paused: paused by ...": op, what a hold wants, the reason's name and sentence. "" if
 * there is none. */
const char *planned_verdict(const struct rollout_plan *plan, const struct rollout_snapshot *snapshot,
                            uint32_t subject_kind, uint32_t subject, char *buf, size_t size);

/* The text of the action's first attribute of this key; absent if it has none. */
struct rollout_str planned_attr(const struct rollout_plan *plan, const struct rollout_action *action, uint32_t key);

/* Takes every occurrence of a word out of the text, for what is printed to be short. */
void planned_drop(char *text, const char *word);

/* Of the status: a number (absent: 0), a text (absent: ""), a member of a condition (absent: ""). */
int64_t planned_number(const struct rollout_plan *plan, const char *member);
const char *planned_status_text(const struct rollout_plan *plan, const char *member, char *buf, size_t size);
const char *planned_condition(const struct rollout_plan *plan, const char *type, const char *member, char *buf,
                              size_t size);

#endif

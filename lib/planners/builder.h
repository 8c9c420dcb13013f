/* SPDX-License-Identifier: Apache-2.0 */
/* A plan is written twice by the same code: once to count what it needs, once into one block. */
#ifndef RO_PLANNERS_BUILDER_H
#define RO_PLANNERS_BUILDER_H

#include <stdbool.h>

#include <rollout/plan.h>

/* While plan is NULL everything is only counted; indexes given out are the same both times. */
struct ro_builder {
    struct rollout_plan *plan;
    struct rollout_action *actions;
    struct rollout_attr *attrs;
    struct rollout_str *texts;
    struct rollout_verdict *verdicts;
    struct rollout_limit *limits;
    struct rollout_node *nodes;
    uint32_t *dropped;
    int32_t *numbers;
    char *chars;
    size_t n_actions, n_attrs, n_texts, n_verdicts, n_limits, n_nodes, n_dropped, n_numbers, n_chars;
};

/* Ends counting: allocates the plan and starts over, now writing. ROLLOUT_OK or ROLLOUT_ERR_NOMEM (also where an
 * index would not fit 32 bits). */
int ro_builder_begin(struct ro_builder *b, struct rollout_error *reterr);

/* Ends writing: hands out what was written. */
struct rollout_plan *ro_builder_end(struct ro_builder *b);

/* A text of the plan, borrowed; its index. An absent one: ROLLOUT_NONE. */
uint32_t ro_build_text(struct ro_builder *b, struct rollout_str text);

/* Parts put together, kept in the plan (up to four, absent ones are left out). While counting only the length is
 * true: the text must not be read. */
struct rollout_str ro_build_join(struct ro_builder *b, struct rollout_str p0, struct rollout_str p1,
                                 struct rollout_str p2, struct rollout_str p3);

/* A time as text, kept in the plan. */
struct rollout_str ro_build_time(struct ro_builder *b, int64_t ms);

/* An action; the attributes that follow are its own. */
void ro_build_action(struct ro_builder *b, uint32_t op, uint32_t reason, uint32_t subject_kind, uint32_t subject);
void ro_build_attr_text(struct ro_builder *b, uint32_t key, struct rollout_str text);
void ro_build_attr_value(struct ro_builder *b, uint32_t key, int64_t value);

/* ROLLOUT_ATTR_POD: a pod's name and its place, or ROLLOUT_NONE where it is not there. */
void ro_build_attr_pod(struct ro_builder *b, struct rollout_str name, uint32_t pod);

/* ROLLOUT_ATTR_ANNOTATION or ROLLOUT_ATTR_IMAGE, and unless it is removed ROLLOUT_ATTR_VALUE. */
void ro_build_attr_pair(struct ro_builder *b, uint32_t attr, struct rollout_str key, struct rollout_str value,
                        int removed);

/* ROLLOUT_ATTR_CHILD: a child's name and its place in the snapshot's subsets. */
void ro_build_attr_child(struct ro_builder *b, struct rollout_str name, uint32_t child);

/* Verdicts: the first n are reserved and written in any order, the others follow. */
void ro_build_verdicts(struct ro_builder *b, size_t n);
void ro_build_verdict(struct ro_builder *b, const struct rollout_verdict *verdict);
void ro_build_limit(struct ro_builder *b, const struct rollout_limit *limit);
void ro_build_dropped(struct ro_builder *b, uint32_t index);
void ro_build_number(struct ro_builder *b, int32_t number);

/* The status, member by member. open/close also for arrays (kind) and elements (key absent). */
size_t ro_build_open(struct ro_builder *b, uint32_t kind, struct rollout_str key);
void ro_build_close(struct ro_builder *b, size_t open);
void ro_build_integer(struct ro_builder *b, struct rollout_str key, int64_t value);
void ro_build_string(struct ro_builder *b, struct rollout_str key, struct rollout_str text);

/* What the API leaves out where it is 0, or empty. */
void ro_build_optional(struct ro_builder *b, struct rollout_str key, int64_t value);
void ro_build_text_optional(struct ro_builder *b, struct rollout_str key, struct rollout_str text);

/* A condition as an element, and all of them as the member "conditions", none where there is none. */
void ro_build_condition(struct ro_builder *b, const struct rollout_condition *condition);
void ro_build_condition_by(struct ro_builder *b, const struct rollout_condition *condition,
                           struct rollout_str update_key);
void ro_build_conditions(struct ro_builder *b, const struct rollout_condition *conditions, size_t count);

#endif

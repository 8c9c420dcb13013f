/* SPDX-License-Identifier: Apache-2.0 */
/* Answers, as JSON, to the lines of inplace.jsonl and ordering.jsonl: what `rollout diff -o json -` and
 * `rollout order -o json -` print. */
#ifndef EXAMPLES_ANSWERS_H
#define EXAMPLES_ANSWERS_H

#include <rollout/inplace.h>
#include <rollout/objects.h>

#include "text.h"

/* ROLLOUT_ERR_NOMEM with its message. */
int answer_nomem(struct rollout_error *reterr);

/* Each adds one object, without a line's end, to ret. ROLLOUT_OK or the code of what went wrong. */
int answer_diff(const struct rollout_tree *line, struct text *ret, struct rollout_error *reterr);
int answer_order(const struct rollout_tree *line, struct text *ret, struct rollout_error *reterr);

/* The members that say what a diff comes to, without the braces around them. */
void answer_add_diff(struct text *ret, const struct rollout_diff *diff);

/* ROLLOUT_DIFF_* flags: of a workload, and from a map of feature gates, which may be NULL. */
uint32_t answer_workload_flags(const struct rollout_workload *workload);
int answer_diff_flags(const struct rollout_node *gates, uint32_t *ret_flags, struct rollout_error *reterr);

/* What is compared of an object: a ControllerRevision or a bare template as it stands, else the template in it.
 * Refused where there is none. place: the object's path, "" = it is the document. */
int answer_template(const struct rollout_node *object, const char *place, struct rollout_tree *ret,
                    struct rollout_error *reterr);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What a caller's specs and snapshot can have wrong with them: the parts that kinds share. */
#ifndef RO_PLANNERS_CHECK_H
#define RO_PLANNERS_CHECK_H

#include "planners/planner.h"
#include "rules/check.h"

/* Each looks at the member `name` of what stands at `up` (NULL: of the record itself). */
void ro_check_hook(struct ro_check *c, const struct ro_path *up, const char *name, const struct rollout_hook *hook);
void ro_check_lifecycle(struct ro_check *c, const struct rollout_lifecycle *lifecycle);
void ro_check_conditions(struct ro_check *c, const struct ro_path *up, const struct rollout_condition *conditions,
                         size_t count);

void ro_check_scheduling(struct ro_check *c, const struct ro_path *up, const struct rollout_scheduling *scheduling);
/* They are also to be in the order of their names, each once. */
void ro_check_resources_of(struct ro_check *c, const struct ro_path *up, const char *name,
                           const struct rollout_resource *resources, size_t count);

/* The snapshot but its pods. */
void ro_check_snapshot(struct ro_check *c, const struct ro_planner_input *in);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What the specs and statuses of several kinds of workloads have alike. */
#ifndef RO_OBJECTS_SPEC_H
#define RO_OBJECTS_SPEC_H

#include <rollout/lifecycle.h>
#include <rollout/order.h>
#include <rollout/selector.h>

#include "base/memory.h"
#include "objects/decode.h"

/* spec.selector; false where it is not there or not usable. */
bool ro_read_pod_selector(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *spec,
                          struct rollout_selector *ret);

/* Checks spec.template. It is compared as it stands; only what Kubernetes itself could not read is refused. */
void ro_check_template(struct ro_decoder *d, const struct ro_at *spec);

/* The text at `key`, or at `outer`.`key`, of each element of the array at `list`: they lie too unevenly for a
 * view. */
struct rollout_strs ro_read_column(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object,
                                   const char *list, const char *outer, const char *key);

/* priorityStrategy of an update strategy. */
void ro_read_priority(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *strategy,
                      struct rollout_priority *ret);

/* scatterStrategy of an update strategy: its terms. */
struct rollout_labels ro_read_scatter(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *strategy);

/* inPlaceUpdateStrategy.gracePeriodSeconds of an update strategy. */
int32_t ro_read_grace_period(struct ro_decoder *d, const struct ro_at *strategy);

/* ROLLOUT_POLICY_* of a text; any other one is RECREATE. */
uint32_t ro_policy_from_text(struct rollout_str text);

/* spec.lifecycle. */
struct rollout_lifecycle ro_read_lifecycle(struct ro_decoder *d, const struct ro_at *spec);

/* metadata.annotations, which were checked: in the arena, since some may carry their value as a tree. */
struct rollout_labels ro_read_annotations(struct ro_arena *arena, const struct rollout_node *annotations);

/* The same, where last_update_ms is the time of another name; NULL: of none. */
const struct rollout_condition *ro_read_conditions_by(struct ro_decoder *d, struct ro_arena *arena,
                                                      const struct ro_at *status, const char *update_key,
                                                      size_t *ret_count);

/* status.conditions; *ret_count is how many. update_times: the kind's conditions have lastUpdateTime. */
const struct rollout_condition *ro_read_conditions(struct ro_decoder *d, struct ro_arena *arena,
                                                   const struct ro_at *status, bool update_times, size_t *ret_count);

#endif

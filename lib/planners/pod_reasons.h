/* SPDX-License-Identifier: Apache-2.0 */
/* Reasons that lie in the pod itself, for every kind: phase, readiness, hooks, an in-place update under way.
 * Source: reasons.md 1, 3, 5 and 6 (rung 5). */
#ifndef RO_PLANNERS_POD_REASONS_H
#define RO_PLANNERS_POD_REASONS_H

#include "planners/verdicts.h"
#include "rules/in_place.h"

struct rollout_str ro_phase_text(uint32_t phase);

/* The lifecycle state, also one that is none of OpenKruise's. */
struct rollout_str ro_pod_state_text(const struct rollout_pod *pod);

/* The annotation that is at fault, by the key that is there; a missing one by its present key. */
struct rollout_str ro_annotation_text(const struct rollout_in_place *in_place, enum ro_step step);

/* What the refresh failed on, as a message. */
struct rollout_str ro_refresh_error_text(struct ro_builder *b, const struct rollout_pod *pod, enum ro_step step);

/* Held by a hook until it is taken off; one that nobody can take off, since a label with an empty value is
 * on every pod that lacks it, never goes without a change of the spec. field: the beginning of its path. */
void ro_verdict_set_hook(struct ro_builder *b, struct rollout_verdict *v, uint32_t reason,
                         const struct rollout_hook *hook, const struct rollout_pod *pod, struct rollout_str field);

/* Each of the following says why, and returns true, or returns false. */

/* Grace, and annotations that cannot be read: of old pods too. */
bool ro_verdict_in_grace(struct ro_builder *b, const struct rollout_pod *pod, enum ro_step step,
                         struct rollout_verdict *v);

/* The lifecycle or an unfinished update holds a pod that is at its target. lifecycle: NULL = its states mean nothing
 * to the kind. serving: it is ready all the same. */
bool ro_verdict_in_lifecycle(struct ro_builder *b, const struct rollout_pod *pod,
                             const struct rollout_lifecycle *lifecycle, enum ro_step step, bool serving,
                             struct rollout_verdict *v);

/* How available a pod is, as its kind counts. */
struct ro_health {
    bool unscheduled; /* it has no node, and the kind tells */
    bool serving;     /* ready, whatever its lifecycle state or age */
    bool settled;     /* its lifecycle state is one in which it can be available */
    bool available;
    int32_t min_ready_seconds;
    int64_t available_from_ms; /* where it is ready, but too young */
};

/* A pod at its target is not available. */
bool ro_verdict_unavailable(struct ro_builder *b, const struct rollout_pod *pod, const struct ro_health *health,
                            struct rollout_verdict *v);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Workloads of every kind: which objects are any, and from such an object to its spec. */
#ifndef RO_OBJECTS_WORKLOAD_H
#define RO_OBJECTS_WORKLOAD_H

#include <rollout/workload.h>

#include "base/memory.h"
#include "objects/decode.h"
#include "rules/specs.h"

/* Versions of a kind. V1ALPHA1 and V1BETA1 are OpenKruise's, NATIVE is Kubernetes' apps/v1. */
enum { RO_VERSION_NONE = 0, RO_VERSION_V1BETA1 = 1, RO_VERSION_V1ALPHA1 = 2, RO_VERSION_NATIVE = 3 };

/* Whether objects of this kind are workloads that are decoded. */
bool ro_is_workload(struct rollout_str kind);

/* Decodes a workload into its place in specs, and points to it from ret. Kind and version are given since a list
 * may say them for its items; others than are known are refused. */
void ro_workload_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object,
                        struct rollout_str kind, struct rollout_str api_version, struct ro_specs *specs,
                        struct rollout_workload *ret);

/* spec.selector; NULL where it is not usable. */
const struct rollout_selector *ro_workload_selector(const struct rollout_workload *workload);

/* status.collisionCount of the spec that is set, to be changed; status.currentRevision, absent where the kind knows
 * none. */
struct rollout_opt *ro_workload_collisions(const struct rollout_workload *workload, struct ro_specs *specs);
struct rollout_str ro_workload_current_revision(const struct rollout_workload *workload);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What the kinds of workloads have in common, and how objects of theirs differ: asked here and nowhere else. */
#ifndef RO_OBJECTS_KIND_H
#define RO_OBJECTS_KIND_H

#include <stdbool.h>

#include <rollout/workload.h>

struct ro_kind {
    struct rollout_str namespace_, name;
    struct rollout_str api_version; /* that upstream writes into the owner references of what it makes */
    struct rollout_str kind;
    const struct rollout_lifecycle *lifecycle; /* NULL = the kind has none, or only its preDelete */
    uint32_t pod_update_policy;                /* ROLLOUT_POLICY_* */
    bool native;                               /* Kubernetes' own */
};

/* Of the spec that is set; everything absent where none is. */
struct ro_kind ro_kind_of(const struct rollout_workload *workload);

#endif

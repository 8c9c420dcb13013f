/* SPDX-License-Identifier: Apache-2.0 */
/* What the command asks of a workload, whatever its kind. */
#ifndef EXAMPLES_KIND_H
#define EXAMPLES_KIND_H

#include <stdbool.h>

#include <rollout/rollout.h>

struct kind {
    struct rollout_str namespace_, name;
    struct rollout_opt replicas;             /* pods that are wanted; not set: the spec does not say, or nodes do */
    const struct rollout_priority *priority; /* by which candidates are ordered; NULL = by nothing of theirs */
    bool native;                             /* Kubernetes' own */
};

struct kind kind_of(const struct rollout_workload *workload);

#endif

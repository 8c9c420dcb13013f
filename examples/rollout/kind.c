/* SPDX-License-Identifier: Apache-2.0 */
#include "kind.h"

static struct kind kind_of_statefulset(const struct rollout_statefulset *spec)
{
    struct kind kind = { .namespace_ = spec->namespace_,
                         .name = spec->name,
                         .replicas = spec->replicas,
                         .native = spec->flags & ROLLOUT_STATEFULSET_NATIVE };
    if (!kind.replicas.set)
        kind.replicas = (struct rollout_opt){ 1, 1 };
    if (spec->flags & ROLLOUT_STATEFULSET_UNORDERED)
        kind.priority = &spec->priority;
    return kind;
}

struct kind kind_of(const struct rollout_workload *workload)
{
    if (workload->cloneset)
        return (struct kind){ .namespace_ = workload->cloneset->namespace_,
                              .name = workload->cloneset->name,
                              .replicas = workload->cloneset->replicas,
                              .priority = &workload->cloneset->order.priority };
    if (workload->statefulset)
        return kind_of_statefulset(workload->statefulset);
    if (workload->daemonset)
        return (struct kind){ .namespace_ = workload->daemonset->namespace_,
                              .name = workload->daemonset->name,
                              .native = workload->daemonset->flags & ROLLOUT_DAEMONSET_NATIVE };
    if (workload->sidecarset)
        return (struct kind){ .name = workload->sidecarset->name, .priority = &workload->sidecarset->order.priority };
    return (struct kind){ 0 };
}

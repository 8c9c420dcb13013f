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
    if (workload->broadcastjob)
        return (struct kind){ .namespace_ = workload->broadcastjob->namespace_, .name = workload->broadcastjob->name };
    if (workload->deployment)
        return (struct kind){ .namespace_ = workload->deployment->namespace_,
                              .name = workload->deployment->name,
                              .replicas = workload->deployment->replicas.set ? workload->deployment->replicas
                                                                             : (struct rollout_opt){ 1, 1 },
                              .native = true };
    if (workload->replicaset)
        return (struct kind){ .namespace_ = workload->replicaset->namespace_,
                              .name = workload->replicaset->name,
                              .replicas = workload->replicaset->replicas.set ? workload->replicaset->replicas
                                                                             : (struct rollout_opt){ 1, 1 },
                              .native = true };
    if (workload->uniteddeployment)
        return (struct kind){ .namespace_ = workload->uniteddeployment->namespace_,
                              .name = workload->uniteddeployment->name,
                              .replicas = workload->uniteddeployment->replicas };
    if (workload->sidecarset)
        return (struct kind){ .name = workload->sidecarset->name, .priority = &workload->sidecarset->order.priority };
    return (struct kind){ 0 };
}

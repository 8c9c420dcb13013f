/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/kind.h"

#include "base/str.h"

/* OpenKruise names this version whatever the object's own is. */
static struct rollout_str api_version(bool native)
{
    return native ? RO_STR("apps/v1") : RO_STR("apps.kruise.io/v1beta1");
}

struct ro_kind ro_kind_of(const struct rollout_workload *workload)
{
    struct ro_kind ret = { 0 };

    if (workload->cloneset) {
        const struct rollout_cloneset *spec = workload->cloneset;
        ret = (struct ro_kind){ .namespace_ = spec->namespace_,
                                .name = spec->name,
                                .kind = RO_STR("CloneSet"),
                                .lifecycle = &spec->lifecycle,
                                .pod_update_policy = spec->pod_update_policy };
    } else if (workload->statefulset) {
        const struct rollout_statefulset *spec = workload->statefulset;
        ret = (struct ro_kind){ .namespace_ = spec->namespace_,
                                .name = spec->name,
                                .kind = RO_STR("StatefulSet"),
                                .lifecycle = &spec->lifecycle,
                                .pod_update_policy = spec->pod_update_policy,
                                .native = (spec->flags & ROLLOUT_STATEFULSET_NATIVE) != 0 };
    } else if (workload->daemonset) {
        const struct rollout_daemonset *spec = workload->daemonset;
        ret = (struct ro_kind){ .namespace_ = spec->namespace_,
                                .name = spec->name,
                                .kind = RO_STR("DaemonSet"),
                                .pod_update_policy = spec->pod_update_policy,
                                .native = (spec->flags & ROLLOUT_DAEMONSET_NATIVE) != 0 };
    } else if (workload->deployment) {
        const struct rollout_deployment *spec = workload->deployment;
        ret = (struct ro_kind){
            .namespace_ = spec->namespace_, .name = spec->name, .kind = RO_STR("Deployment"), .native = true
        };
    } else if (workload->replicaset) {
        const struct rollout_replicaset *spec = workload->replicaset;
        ret = (struct ro_kind){
            .namespace_ = spec->namespace_, .name = spec->name, .kind = RO_STR("ReplicaSet"), .native = true
        };
    }
    if (workload->uniteddeployment) {
        const struct rollout_uniteddeployment *spec = workload->uniteddeployment;
        ret = (struct ro_kind){ .namespace_ = spec->namespace_, .name = spec->name, .kind = RO_STR("UnitedDeployment") };
    }
    if (workload->broadcastjob) {
        const struct rollout_broadcastjob *spec = workload->broadcastjob;
        ret = (struct ro_kind){ .namespace_ = spec->namespace_, .name = spec->name, .kind = RO_STR("BroadcastJob") };
    }
    if (workload->sidecarset)
        ret = (struct ro_kind){ .name = workload->sidecarset->name, .kind = RO_STR("SidecarSet") };
    if (ret.kind.data)
        ret.api_version = api_version(ret.native);
    return ret;
}

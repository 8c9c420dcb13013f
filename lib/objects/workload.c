/* SPDX-License-Identifier: Apache-2.0 */
#include "objects/workload.h"

#include "objects/broadcastjob.h"
#include "objects/cloneset.h"
#include "objects/daemonset.h"
#include "objects/deployment.h"
#include "objects/replicaset.h"
#include "objects/sidecarset.h"
#include "objects/statefulset.h"
#include "objects/uniteddeployment.h"

/* Which kinds there are, and whether OpenKruise and Kubernetes have one of that name. */
static const struct {
    struct rollout_str kind;
    bool kruise, native;
} kinds[] = {
    { { "CloneSet", 8 }, true, false },          { { "StatefulSet", 11 }, true, true },
    { { "DaemonSet", 9 }, true, true },          { { "BroadcastJob", 12 }, true, false },
    { { "Deployment", 10 }, false, true },       { { "ReplicaSet", 10 }, false, true },
    { { "UnitedDeployment", 16 }, true, false }, { { "SidecarSet", 10 }, true, false },
};

enum { CLONESET, STATEFULSET, DAEMONSET, BROADCASTJOB, DEPLOYMENT, REPLICASET, UNITEDDEPLOYMENT, SIDECARSET, KINDS };

static size_t kind_of(struct rollout_str text)
{
    size_t i = 0;
    while (i < KINDS && !ro_str_eq(kinds[i].kind, text))
        i++;
    return i;
}

bool ro_is_workload(struct rollout_str kind)
{
    return kind_of(kind) < KINDS;
}

static uint32_t version_of(size_t kind, struct rollout_str api_version)
{
    if (kinds[kind].kruise && ro_str_eq(api_version, RO_STR("apps.kruise.io/v1beta1")))
        return RO_VERSION_V1BETA1;
    if (kinds[kind].kruise && ro_str_eq(api_version, RO_STR("apps.kruise.io/v1alpha1")))
        return RO_VERSION_V1ALPHA1;
    return kinds[kind].native && ro_str_eq(api_version, RO_STR("apps/v1")) ? RO_VERSION_NATIVE : RO_VERSION_NONE;
}

void ro_workload_decode(struct ro_decoder *d, struct ro_arena *arena, const struct ro_at *object,
                        struct rollout_str kind, struct rollout_str api_version, struct ro_specs *specs,
                        struct rollout_workload *ret)
{
    size_t which = kind_of(kind);
    uint32_t version = which < KINDS ? version_of(which, api_version) : RO_VERSION_NONE;
    if (version == RO_VERSION_NONE) {
        struct ro_at at = ro_at_member(object, which < KINDS ? "apiVersion" : "kind");
        ro_refuse(d, &at, at.node ? "is not supported" : "missing");
    } else if (which == CLONESET) {
        ro_cloneset_decode(d, arena, object, version, &specs->cloneset, &specs->cloneset_status);
        ret->cloneset = &specs->cloneset;
    } else if (which == STATEFULSET) {
        ro_statefulset_decode(d, arena, object, version, &specs->statefulset, &specs->statefulset_status);
        ret->statefulset = &specs->statefulset;
    } else if (which == BROADCASTJOB) {
        ro_broadcastjob_decode(d, arena, object, &specs->broadcastjob, &specs->broadcastjob_status);
        ret->broadcastjob = &specs->broadcastjob;
    } else if (which == DEPLOYMENT) {
        ro_deployment_decode(d, arena, object, &specs->deployment, &specs->deployment_status);
        ret->deployment = &specs->deployment;
    } else if (which == REPLICASET) {
        ro_replicaset_decode(d, arena, object, &specs->replicaset, &specs->replicaset_status);
        ret->replicaset = &specs->replicaset;
    } else if (which == UNITEDDEPLOYMENT) {
        ro_uniteddeployment_decode(d, arena, object, &specs->uniteddeployment, &specs->uniteddeployment_status);
        ret->uniteddeployment = &specs->uniteddeployment;
    } else if (which == SIDECARSET) {
        ro_sidecarset_decode(d, arena, object, version, &specs->sidecarset, &specs->sidecarset_status);
        ret->sidecarset = &specs->sidecarset;
    } else {
        ro_daemonset_decode(d, arena, object, version, &specs->daemonset, &specs->daemonset_status);
        ret->daemonset = &specs->daemonset;
    }
}

const struct rollout_selector *ro_workload_selector(const struct rollout_workload *workload)
{
    if (workload->cloneset && !(workload->cloneset->flags & ROLLOUT_CLONESET_SELECTOR_INVALID))
        return &workload->cloneset->selector;
    if (workload->statefulset && !(workload->statefulset->flags & ROLLOUT_STATEFULSET_SELECTOR_INVALID))
        return &workload->statefulset->selector;
    if (workload->daemonset && !(workload->daemonset->flags & ROLLOUT_DAEMONSET_SELECTOR_INVALID))
        return &workload->daemonset->selector;
    if (workload->deployment && !(workload->deployment->flags & ROLLOUT_DEPLOYMENT_SELECTOR_INVALID))
        return &workload->deployment->selector;
    if (workload->replicaset && !(workload->replicaset->flags & ROLLOUT_REPLICASET_SELECTOR_INVALID))
        return &workload->replicaset->selector;
    if (workload->uniteddeployment && !(workload->uniteddeployment->flags & ROLLOUT_UNITEDDEPLOYMENT_SELECTOR_INVALID))
        return &workload->uniteddeployment->selector;
    return workload->sidecarset ? &workload->sidecarset->selector : NULL;
}

struct rollout_opt *ro_workload_collisions(const struct rollout_workload *workload, struct ro_specs *specs)
{
    if (workload->cloneset)
        return &specs->cloneset_status.collision_count;
    if (workload->uniteddeployment)
        return &specs->uniteddeployment_status.collision_count;
    if (workload->sidecarset)
        return &specs->sidecarset_status.collision_count;
    return workload->statefulset ? &specs->statefulset_status.collision_count
                                 : &specs->daemonset_status.collision_count;
}

struct rollout_str ro_workload_current_revision(const struct rollout_workload *workload)
{
    if (workload->cloneset)
        return workload->cloneset->status->current_revision;
    if (workload->uniteddeployment)
        return workload->uniteddeployment->status->current_revision;
    return workload->statefulset ? workload->statefulset->status->current_revision : (struct rollout_str){ NULL, 0 };
}

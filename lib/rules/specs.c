/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/specs.h"

#include <string.h>

#include "base/abi.h"

static int open_status(const void *given, void *full, size_t size, struct rollout_error *reterr)
{
    if (given)
        return ro_abi_struct(given, full, size, "status", reterr);
    uint32_t known = (uint32_t)size; /* what is opened may be handed in again */
    memset(full, 0, size);
    memcpy(full, &known, sizeof known);
    return ROLLOUT_OK;
}

int ro_specs_open(struct rollout_workload *workload, struct ro_specs *specs, struct rollout_error *reterr)
{
    int r = ROLLOUT_OK;
    if (workload->cloneset) {
        r = ro_abi_struct(workload->cloneset, &specs->cloneset, sizeof specs->cloneset, "cloneset", reterr);
        if (r == ROLLOUT_OK)
            r = open_status(specs->cloneset.status, &specs->cloneset_status, sizeof specs->cloneset_status, reterr);
        specs->cloneset.status = &specs->cloneset_status;
        workload->cloneset = &specs->cloneset;
    }
    if (r == ROLLOUT_OK && workload->statefulset) {
        r = ro_abi_struct(workload->statefulset, &specs->statefulset, sizeof specs->statefulset, "statefulset", reterr);
        if (r == ROLLOUT_OK)
            r = open_status(specs->statefulset.status, &specs->statefulset_status, sizeof specs->statefulset_status,
                            reterr);
        specs->statefulset.status = &specs->statefulset_status;
        workload->statefulset = &specs->statefulset;
    }
    if (r == ROLLOUT_OK && workload->daemonset) {
        r = ro_abi_struct(workload->daemonset, &specs->daemonset, sizeof specs->daemonset, "daemonset", reterr);
        if (r == ROLLOUT_OK)
            r = open_status(specs->daemonset.status, &specs->daemonset_status, sizeof specs->daemonset_status, reterr);
        specs->daemonset.status = &specs->daemonset_status;
        workload->daemonset = &specs->daemonset;
    }
    if (r == ROLLOUT_OK && workload->broadcastjob) {
        r = ro_abi_struct(workload->broadcastjob, &specs->broadcastjob, sizeof specs->broadcastjob, "broadcastjob",
                          reterr);
        if (r == ROLLOUT_OK)
            r = open_status(specs->broadcastjob.status, &specs->broadcastjob_status, sizeof specs->broadcastjob_status,
                            reterr);
        specs->broadcastjob.status = &specs->broadcastjob_status;
        workload->broadcastjob = &specs->broadcastjob;
    }
    if (r == ROLLOUT_OK && workload->deployment) {
        r = ro_abi_struct(workload->deployment, &specs->deployment, sizeof specs->deployment, "deployment", reterr);
        if (r == ROLLOUT_OK)
            r = open_status(specs->deployment.status, &specs->deployment_status, sizeof specs->deployment_status,
                            reterr);
        specs->deployment.status = &specs->deployment_status;
        workload->deployment = &specs->deployment;
    }
    if (r == ROLLOUT_OK && workload->replicaset) {
        r = ro_abi_struct(workload->replicaset, &specs->replicaset, sizeof specs->replicaset, "replicaset", reterr);
        if (r == ROLLOUT_OK)
            r = open_status(specs->replicaset.status, &specs->replicaset_status, sizeof specs->replicaset_status,
                            reterr);
        specs->replicaset.status = &specs->replicaset_status;
        workload->replicaset = &specs->replicaset;
    }
    if (r == ROLLOUT_OK && workload->uniteddeployment) {
        r = ro_abi_struct(workload->uniteddeployment, &specs->uniteddeployment, sizeof specs->uniteddeployment,
                          "uniteddeployment", reterr);
        if (r == ROLLOUT_OK)
            r = open_status(specs->uniteddeployment.status, &specs->uniteddeployment_status,
                            sizeof specs->uniteddeployment_status, reterr);
        specs->uniteddeployment.status = &specs->uniteddeployment_status;
        workload->uniteddeployment = &specs->uniteddeployment;
    }
    if (r == ROLLOUT_OK && workload->sidecarset) {
        r = ro_abi_struct(workload->sidecarset, &specs->sidecarset, sizeof specs->sidecarset, "sidecarset", reterr);
        if (r == ROLLOUT_OK)
            r = open_status(specs->sidecarset.status, &specs->sidecarset_status, sizeof specs->sidecarset_status,
                            reterr);
        specs->sidecarset.status = &specs->sidecarset_status;
        workload->sidecarset = &specs->sidecarset;
    }
    return r;
}

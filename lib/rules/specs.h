/* SPDX-License-Identifier: Apache-2.0 */
/* The spec of a workload of any kind, and its status. */
#ifndef RO_RULES_SPECS_H
#define RO_RULES_SPECS_H

#include <rollout/workload.h>

/* Room for them, of which one each is used. */
struct ro_specs {
    struct rollout_cloneset cloneset;
    struct rollout_statefulset statefulset;
    struct rollout_daemonset daemonset;
    struct rollout_broadcastjob broadcastjob;
    struct rollout_deployment deployment;
    struct rollout_replicaset replicaset;
    struct rollout_uniteddeployment uniteddeployment;
    struct rollout_sidecarset sidecarset;
    struct rollout_cloneset_status cloneset_status;
    struct rollout_statefulset_status statefulset_status;
    struct rollout_daemonset_status daemonset_status;
    struct rollout_broadcastjob_status broadcastjob_status;
    struct rollout_deployment_status deployment_status;
    struct rollout_replicaset_status replicaset_status;
    struct rollout_uniteddeployment_status uniteddeployment_status;
    struct rollout_sidecarset_status sidecarset_status;
};

/* Brings what the workload, itself at full size, points to to this library's size: then it points into specs. A status
 * that is not there is one of zeros. ROLLOUT_OK, or what ro_abi_struct() says of one of them. */
int ro_specs_open(struct rollout_workload *workload, struct ro_specs *specs, struct rollout_error *reterr);

#endif

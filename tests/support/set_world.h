/* SPDX-License-Identifier: Apache-2.0 */
/* Worlds for tests of rollout_apply(): a StatefulSet or a DaemonSet, OpenKruise's or Kubernetes' own, with one pod,
 * one claim and two revisions, and how their objects are written. */
#ifndef SUPPORT_SET_WORLD_H
#define SUPPORT_SET_WORLD_H

#include "applied.h"

#define NATIVE "apps/v1"
#define KRUISE "apps.kruise.io/v1beta1"

/* Owner references to the set, and to anything. */
#define PLAIN_OWNER(version, kind, name, uid)                                                                          \
    "{'apiVersion':'" version "','kind':'" kind "','name':'" name "','uid':'" uid "'}"
#define CONTROLLER(version, kind)                                                                                      \
    "{'apiVersion':'" version "','kind':'" kind                                                                        \
    "','name':'demo','uid':'set-uid','controller':true,'blockOwnerDeletion':true}"

#define IN_PLACE                                                                                                       \
    ",'updateStrategy':{'type':'RollingUpdate','rollingUpdate':{'podUpdatePolicy':'InPlaceIfPossible',"                \
    "'rollingUpdateType':'InPlaceIfPossible'}}"

/* The Snapshot, for open_world() and check_case(); plain_pod: its pod where the case has none. */
char *set_snapshot(const char *kind, const struct world_case *c, const char *plain_pod);

#endif

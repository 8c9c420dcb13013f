/* SPDX-License-Identifier: Apache-2.0 */
/* A world for tests of rollout_apply(): a CloneSet with one pod, one claim and two revisions, and how their
 * objects are written. */
#ifndef SUPPORT_CLONE_WORLD_H
#define SUPPORT_CLONE_WORLD_H

#include "applied.h"

#define LABELS "'app':'demo','controller-revision-hash':'demo-old','apps.kruise.io/cloneset-instance-id':'a'"
#define OWNER                                                                                                          \
    "{'apiVersion':'apps.kruise.io/v1beta1','kind':'CloneSet','name':'demo','uid':'cs-uid','controller':true,"         \
    "'blockOwnerDeletion':true}"
#define POD(labels, annotations, more, spec, status)                                                                   \
    "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'demo-a','namespace':'default','uid':'u-a','labels':{" labels  \
    "}" annotations more ",'ownerReferences':[" OWNER "]},'spec':{" spec "},'status':{'phase':'Running'" status "}}"
#define UPDATING                                                                                                       \
    "'app':'demo','controller-revision-hash':'demo-new','pod-template-hash':'new','lifecycle.apps.kruise.io/state':"   \
    "'Updating','apps.kruise.io/cloneset-instance-id':'a'"

/* The Snapshot, for open_world() and check_case(). */
char *clone_snapshot(const struct world_case *c);

#endif

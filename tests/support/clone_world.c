/* SPDX-License-Identifier: Apache-2.0 */
#include "clone_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *clone_snapshot(const struct world_case *c)
{
    const char *gates = c->gates ? c->gates : "", *spec = c->spec ? c->spec : "";
    const char *old = c->old ? c->old : TEMPLATE(SPEC("app:1")), *new = c->new ? c->new : TEMPLATE(SPEC("app:2"));
    const char *pod = c->pod ? c->pod : POD(LABELS, "", "", GATED("app:1"), RAN);
    size_t size = strlen(gates) + strlen(spec) + strlen(old) + strlen(new) + strlen(pod) + 3000;
    char *text = malloc(size);

    snprintf(
        text, size,
        "{'kind':'Snapshot','now':'2026-11-23T12:00:00.700Z','currentRevision':'demo-old','updateRevision':'demo-new',"
        "'featureGates':{%s},'workload':{'apiVersion':'apps.kruise.io/"
        "v1beta1','kind':'CloneSet','metadata':{'name':'demo',"
        "'namespace':'default','uid':'cs-uid'},'spec':{'replicas':3,'selector':{'matchLabels':{'app':'demo'}},"
        "'template':{'metadata':{'labels':{'app':'demo'}},'spec':{'containers':[{'name':'main','image':'app:2'}]}},"
        "'updateStrategy':{'rollingUpdate':{'podUpdatePolicy':'InPlaceIfPossible'}}%s},'status':{}},'revisions':["
        "{'apiVersion':'apps/v1','kind':'ControllerRevision','metadata':{'name':'demo-old','namespace':'default',"
        "'ownerReferences':[" OWNER "]},'data':{'spec':{'template':%s}},'revision':1},"
        "{'apiVersion':'apps/v1','kind':'ControllerRevision','metadata':{'name':'demo-new','namespace':'default',"
        "'ownerReferences':[" OWNER "]},'data':{'spec':{'template':%s}},'revision':2}],"
        "'pods':[%s],'claims':[{'apiVersion':'v1','kind':'PersistentVolumeClaim','metadata':{'name':'data-demo-a',"
        "'namespace':'default','labels':{'apps.kruise.io/"
        "cloneset-instance-id':'a'},'ownerReferences':[{'apiVersion':'v1',"
        "'kind':'Other','name':'o','uid':'o-uid'}," OWNER "]},'spec':{}}]}",
        gates, spec, old, new, pod);
    char *json = json_of(text);
    free(text);
    return json;
}

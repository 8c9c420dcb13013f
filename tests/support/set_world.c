/* SPDX-License-Identifier: Apache-2.0 */
#include "set_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *or(const char *text, const char *plain)
{
    return text ? text : plain;
}

char *set_snapshot(const char *kind, const struct world_case *c, const char *plain_pod)
{
    const char *api_version = or(c->api_version, KRUISE), *metadata = or(c->metadata, "");
    const char *gates = or(c->gates, ""), *spec = or(c->spec, IN_PLACE);
    const char *old = or(c->old, TEMPLATE(SPEC("app:1"))), *new = or(c->new, TEMPLATE(SPEC("app:2")));
    const char *pod = or(c->pod, plain_pod), *claim = or(c->claim, "");
    size_t size = strlen(metadata) + strlen(gates) + strlen(spec) + strlen(old) + strlen(new) + strlen(pod) +
                  strlen(claim) + 2000;
    char *text = malloc(size);

    snprintf(text, size,
             "{'kind':'Snapshot','now':'2026-11-23T12:00:00.700Z','currentRevision':'demo-old',"
             "'updateRevision':'demo-new','featureGates':{%s},'workload':{'apiVersion':'%s','kind':'%s','metadata':{"
             "'name':'demo','namespace':'default','uid':'set-uid'%s},'spec':{'selector':{'matchLabels':{'app':'demo'}},"
             "'template':{'metadata':{'labels':{'app':'demo'}},'spec':{'containers':[{'name':'main','image':'app:2'}]}}"
             "%s},'status':{}},'revisions':["
             "{'apiVersion':'apps/v1','kind':'ControllerRevision','metadata':{'name':'demo-old','namespace':'default',"
             "'labels':{'controller-revision-hash':'old'}},'data':{'spec':{'template':%s}},'revision':1},"
             "{'apiVersion':'apps/v1','kind':'ControllerRevision','metadata':{'name':'demo-new','namespace':'default',"
             "'labels':{'controller-revision-hash':'new'}},'data':{'spec':{'template':%s}},'revision':2}],"
             "'pods':[%s],'nodes':[{'metadata':{'name':'node-0'}}],'claims':[%s]}",
             gates, api_version, kind, metadata, spec, old, new, pod, claim);
    char *json = json_of(text);
    free(text);
    return json;
}

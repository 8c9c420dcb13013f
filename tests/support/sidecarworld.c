/* SPDX-License-Identifier: Apache-2.0 */
#include "sidecarworld.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "document.h"
#include "planned.h"

static struct rollout_json *json;
struct rollout_world *sidecar_world;
struct rollout_plan *sidecar_plan;
static char text[16384], said[1024];

void sidecar_release(void)
{
    rollout_plan_free(sidecar_plan);
    rollout_world_free(sidecar_world);
    rollout_json_free(json);
    sidecar_plan = NULL;
    sidecar_world = NULL;
    json = NULL;
}

static const char *or(const char *given, const char *otherwise)
{
    return given ? given : otherwise;
}

/* A hash annotation: the whole text, or an entry with this hash. */
static const char *hashes(const char *whole, const char *hash, char buf[96])
{
    snprintf(buf, 96, "{\\'s\\':{\\'hash\\':\\'%s\\'}}", hash);
    return or(whole, buf);
}

void sidecar_make_in(const char *snapshot, const char *containers, const char *strategy, const char *more,
                     const struct sidecar_pod *pods, size_t count)
{
    struct rollout_error error = { .struct_size = sizeof error };
    int at =
        snprintf(text, sizeof text,
                 "{'kind':'Snapshot','now':'2026-01-02T00:00:00Z','workload':{'kind':'SidecarSet',"
                 "'apiVersion':'apps.kruise.io/v1beta1','metadata':{'name':'s','resourceVersion':'7','annotations':"
                 "{'kruise.io/sidecarset-hash':'H','kruise.io/sidecarset-hash-without-image':'W'}},'spec':{"
                 "'selector':{'matchLabels':{'a':'b'}},'containers':[%s],'updateStrategy':{%s}%s}}%s,'pods':[",
                 containers, strategy, more, snapshot);
    for (size_t i = 0; i < count; i++) {
        char hash[96], imageless[96], version[64] = "";
        if (pods[i].version)
            snprintf(version, sizeof version, ",'resourceVersion':'%s'", pods[i].version);
        at += snprintf(
            text + at, sizeof text - (size_t)at,
            "%s{'metadata':{'name':'%s','namespace':'d'%s,'labels':{'a':'b'%s},'annotations':{"
            "'kruise.io/sidecarset-injected-list':'%s','kruise.io/sidecarset-hash':'%s',"
            "'kruise.io/sidecarset-hash-without-image':'%s'%s}},'spec':{'nodeName':'n',"
            "'containers':[%s],'initContainers':[%s]},'status':{'phase':'Running','conditions':[{'type':'Ready',"
            "'status':'%s'}%s],'containerStatuses':[%s]}}",
            i ? "," : "", pods[i].name, version, or(pods[i].labels, ""), or(pods[i].injected, "s"),
            hashes(pods[i].hashes, or(pods[i].hash, "O"), hash),
            hashes(pods[i].imagelesses, or(pods[i].imageless, "W"), imageless), or(pods[i].annotations, ""),
            or(pods[i].containers, C("c", "i:1")), or(pods[i].init, ""), or(pods[i].ready, "True"),
            or(pods[i].conditions, ""), or(pods[i].statuses, S("c", "i:1", "true", "x")));
    }
    ck_assert_int_lt(at + 3, (int)sizeof text);
    strcat(text, "]}");
    sidecar_release();
    sidecar_world = decode_text(text, &json);
    ck_assert_msg(sidecar_again(&error) == ROLLOUT_OK, "%s", error.message);
}

void sidecar_make(const char *containers, const char *strategy, const char *more, const struct sidecar_pod *pods,
                  size_t count)
{
    sidecar_make_in("", containers, strategy, more, pods, count);
}

int sidecar_again(struct rollout_error *reterr)
{
    rollout_plan_free(sidecar_plan);
    sidecar_plan = NULL;
    return rollout_plan(sidecar_world->workload, sidecar_world->snapshot, &sidecar_plan, reterr);
}

const char *sidecar_actions(void)
{
    int at = 0;
    said[0] = '\0';
    for (size_t i = 0; i < sidecar_plan->action_count; i++) {
        const struct rollout_action *a = &sidecar_plan->actions[i];
        const char *op = a->op == ROLLOUT_OP_UPDATE_IN_PLACE ? "update" : a->op == ROLLOUT_OP_FLIP ? "flip" : NULL;
        if (a->op == ROLLOUT_OP_SET_UPGRADABLE && sidecar_plan->attrs[a->attr_first].value == 0)
            op = "not";
        if (!op)
            continue;
        struct rollout_str name = sidecar_world->snapshot->pods.items[a->subject].name;
        at += snprintf(said + at, sizeof said - (size_t)at, "%s%s %.*s", at ? "; " : "", op, (int)name.len, name.data);
        for (uint32_t k = a->attr_first; k < a->attr_first + a->attr_count; k++) {
            if (sidecar_plan->attrs[k].key != ROLLOUT_ATTR_IMAGE)
                continue;
            struct rollout_str key = sidecar_plan->texts[sidecar_plan->attrs[k].text];
            struct rollout_str value = sidecar_plan->texts[sidecar_plan->attrs[k + 1].text];
            at += snprintf(said + at, sizeof said - (size_t)at, " %.*s=%.*s", (int)key.len, key.data, (int)value.len,
                           value.data ? value.data : "");
        }
    }
    return said;
}

bool sidecar_writes(const char *key, const char *value)
{
    for (size_t i = 0; i + 1 < sidecar_plan->attr_count; i++) {
        if (sidecar_plan->attrs[i].key != ROLLOUT_ATTR_ANNOTATION)
            continue;
        struct rollout_str k = sidecar_plan->texts[sidecar_plan->attrs[i].text],
                           v = sidecar_plan->texts[sidecar_plan->attrs[i + 1].text];
        if (k.len == strlen(key) && memcmp(k.data, key, k.len) == 0)
            return v.len >= strlen(value) && memcmp(v.data, value, strlen(value)) == 0;
    }
    return false;
}

void sidecar_assert_reason(uint32_t pod, const char *wanted)
{
    char buf[512];
    const char *got = planned_verdict(sidecar_plan, sidecar_world->snapshot, ROLLOUT_SUBJECT_POD, pod, buf, sizeof buf);
    ck_assert_msg(strstr(got, wanted) != NULL, "%s, not %s", got, wanted);
}

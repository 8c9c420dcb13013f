/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L /* strdup */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rollout/json.h>
#include <rollout/objects.h>

#include "base/str.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define TEXT(literal)                                                                                                  \
    {                                                                                                                  \
        literal, sizeof(literal) - 1                                                                                   \
    }
#define ACTION(op, kind, subject, first, count)                                                                        \
    {                                                                                                                  \
        ROLLOUT_OP_##op, 0, ROLLOUT_SUBJECT_##kind, subject, first, count                                              \
    }

/* In place, ' becomes ". */
static char *quotes(char *text)
{
    for (char *c = text; *c; c++)
        if (*c == '\'')
            *c = '"';
    return text;
}

static struct rollout_json *parse(const char *text)
{
    char *copy = quotes(strdup(text));
    struct rollout_json *json = NULL;
    ck_assert_int_eq(rollout_json_parse(copy, strlen(copy), &json, NULL), ROLLOUT_OK);
    free(copy);
    return json;
}

static const char snapshot[] =
    "{'kind':'Snapshot','now':'2023-11-14T22:13:20Z','updateRevision':'demo-2','workload':{'kind':'CloneSet',"
    "'apiVersion':'apps.kruise.io/v1beta1','metadata':{'name':'demo','namespace':'ns','uid':'u'},'spec':"
    "{'scaleStrategy':{'podsToDelete':['x','a','y']},'selector':{'matchLabels':{'app':'d'}}}},'revisions':["
    "{'metadata':{'name':'demo-1'},'revision':1},{'metadata':{'name':'demo-2'},'revision':2}],'pods':["
    "{'metadata':{'name':'a','namespace':'ns','labels':{'app':'d'}}},{'metadata':{'name':'b','namespace':'ns',"
    "'labels':{'app':'d'}}},{'metadata':{'name':'c','labels':{'app':'d'}}}],'claims':[{'metadata':{'name':'vol'}}]}";

/* The document of a plan that was made from this world. */
static void check_world(const struct rollout_world *world, const struct rollout_plan *plan, const char *wanted)
{
    struct rollout_objects *objects;
    size_t len;
    char *text = quotes(strdup(wanted));
    ck_assert_int_eq(rollout_plan_object(world, plan, &objects, NULL), ROLLOUT_OK);
    ck_assert_uint_eq(objects->struct_size, sizeof(*objects));
    ck_assert_uint_eq(objects->count, 1);
    ck_assert_int_eq(rollout_tree_text(&objects->items[0], NULL, 0, &len, NULL), ROLLOUT_OK);
    char *got = malloc(len + 1);
    rollout_tree_text(&objects->items[0], got, len + 1, &len, NULL);
    ck_assert_str_eq(got, text);
    free(got);
    free(text);
    rollout_objects_free(objects);
}

/* The document of a plan for the snapshot's pods. */
static void check(const struct rollout_plan *plan, const char *wanted)
{
    struct rollout_json *json = parse(snapshot);
    struct rollout_world *world;
    ck_assert_int_eq(rollout_document_decode(rollout_json_tree(json), 0, 0, &world, NULL), ROLLOUT_OK);
    check_world(world, plan, wanted);
    rollout_world_free(world);
    rollout_json_free(json);
}

#define HEAD                                                                                                           \
    "{'kind':'Plan','workload':{'apiVersion':'apps.kruise.io/"                                                         \
    "v1beta1','kind':'CloneSet','namespace':'ns','name':'demo'},"

/* What has nothing to say is left out, but for actions and pods. */
START_TEST(test_empty)
{
    struct rollout_plan plan = { .struct_size = sizeof(plan), .error_pod = ROLLOUT_NONE };
    check(&plan, HEAD "'actions':[],'pods':[]}");
}
END_TEST

static const struct rollout_str texts[] = { TEXT("demo-2"), TEXT("abc"), TEXT("def"),   TEXT("Updating"), TEXT("vol"),
                                            TEXT("Pod"),    TEXT("b"),   TEXT("apply"), TEXT("data") };
static const struct rollout_attr attrs[] = {
    { ROLLOUT_ATTR_REVISION, 0, 0 }, /* 0: create-revision */
    { ROLLOUT_ATTR_NUMBER, ROLLOUT_NONE, 3 },
    { ROLLOUT_ATTR_REVISION, 0, 0 }, /* 2: create */
    { ROLLOUT_ATTR_COUNT, ROLLOUT_NONE, 3 },
    { ROLLOUT_ATTR_ID, 1, 0 },
    { ROLLOUT_ATTR_ID, 2, 0 },
    { ROLLOUT_ATTR_NEW_IDS, ROLLOUT_NONE, 1 },
    { ROLLOUT_ATTR_REVISION, 0, 0 }, /* 7: update-in-place */
    { ROLLOUT_ATTR_MARK_NOT_READY, ROLLOUT_NONE, 1 },
    { ROLLOUT_ATTR_GRACE_SECONDS, ROLLOUT_NONE, 30 },
    { ROLLOUT_ATTR_REVISION, 0, 0 }, /* 10: one without mark or grace */
    { ROLLOUT_ATTR_GRACE_SECONDS, ROLLOUT_NONE, 0 },
    { ROLLOUT_ATTR_STATE, 3, 0 }, /* 12: set-lifecycle */
    { ROLLOUT_ATTR_MARK_NOT_READY, ROLLOUT_NONE, 0 },
    { ROLLOUT_ATTR_HOOK, ROLLOUT_NONE, 1 },
    { ROLLOUT_ATTR_CLAIM, 4, 0 }, /* 15: set-claim-owner */
    { ROLLOUT_ATTR_OWNER, 5, 0 },
    { ROLLOUT_ATTR_POD, 6, 0 },
    { ROLLOUT_ATTR_REVISION, 0, 0 }, /* 18: end-grace */
    { ROLLOUT_ATTR_DETAIL, 7, 0 },
    { ROLLOUT_ATTR_TEMPLATE, 8, 0 }, /* 20: create-claim */
};

/* snapshot.md, "Actions": every op of a CloneSet. */
static const struct {
    struct rollout_action action;
    const char *wanted;
} ops[] = {
    { ACTION(CREATE_REVISION, REVISION, 1, 0, 2), "{'op':'create-revision','revision':'demo-2','number':3}" },
    { ACTION(RENUMBER_REVISION, REVISION, 1, 1, 1), "{'op':'renumber-revision','revision':'demo-2','number':3}" },
    { ACTION(DELETE_REVISION, REVISION, 0, 0, 0), "{'op':'delete-revision','revision':'demo-1'}" },
    { ACTION(CREATE, MISSING, 1, 2, 5),
      "{'op':'create','revision':'demo-2','count':3,'ids':['abc','def'],'newIds':1}" },
    { ACTION(CREATE, MISSING, 1, 2, 2), "{'op':'create','revision':'demo-2','count':3}" },
    { ACTION(DELETE, POD, 0, 0, 0), "{'op':'delete','pod':'a'}" },
    { ACTION(CREATE_CLAIM, CLAIM, ROLLOUT_NONE, 20, 1), "{'op':'create-claim','template':'data'}" },
    { ACTION(DELETE_CLAIM, CLAIM, 0, 0, 0), "{'op':'delete-claim','claim':'vol'}" },
    { ACTION(SET_CLAIM_OWNER, CLAIM, 0, 15, 3), "{'op':'set-claim-owner','claim':'vol','owners':['Pod'],'pod':'b'}" },
    { ACTION(UPDATE_IN_PLACE, POD, 1, 7, 3),
      "{'op':'update-in-place','pod':'b','revision':'demo-2','markNotReady':true,'graceSeconds':30}" },
    { ACTION(UPDATE_IN_PLACE, POD, 1, 10, 2),
      "{'op':'update-in-place','pod':'b','revision':'demo-2','markNotReady':false}" },
    { ACTION(RECREATE, POD, 2, 0, 0), "{'op':'recreate','pod':'c'}" },
    { ACTION(SET_LIFECYCLE, POD, 0, 12, 1), "{'op':'set-lifecycle','pod':'a','state':'Updating'}" },
    { ACTION(SET_LIFECYCLE, POD, 0, 12, 3),
      "{'op':'set-lifecycle','pod':'a','state':'Updating','markNotReady':false,'hook':true}" },
    { ACTION(SET_READY, POD, 0, 0, 0), "{'op':'set-ready','pod':'a'}" },
    { ACTION(SET_POD_READY, POD, 0, 8, 1), "{'op':'set-pod-ready','pod':'a','markNotReady':true}" },
    { ACTION(END_GRACE, POD, 0, 18, 2), "{'op':'end-grace','pod':'a','revision':'demo-2','detail':'apply'}" },
    { ACTION(NEXT_BATCH, POD, 0, 0, 0), "{'op':'next-batch','pod':'a'}" },
    { ACTION(LABEL_TEMPLATE_HASH, POD, 0, 0, 0), "{'op':'label-template-hash','pod':'a'}" },
    { ACTION(RELEASE, POD, 0, 0, 0), "{'op':'release','pod':'a'}" },
};

START_TEST(test_action)
{
    char wanted[1024];
    struct rollout_plan plan = {
        .struct_size = sizeof(plan),
        .actions = &ops[_i].action,
        .action_count = 1,
        .attrs = attrs,
        .attr_count = COUNT(attrs),
        .texts = texts,
        .text_count = COUNT(texts),
    };
    snprintf(wanted, sizeof(wanted), HEAD "'actions':[%s],'pods':[]}", ops[_i].wanted);
    check(&plan, wanted);
}
END_TEST

/* A pod's actions are those on it, in the plan's order; sentences are those of reasons.md. */
START_TEST(test_verdicts)
{
    static const struct rollout_action actions[] = {
        ACTION(SET_READY, POD, 0, 0, 0),
        ACTION(DELETE, POD, 2, 0, 0),
        ACTION(SET_LIFECYCLE, POD, 0, 12, 1),
        ACTION(CREATE, MISSING, 1, 2, 2),
    };
    static const struct rollout_verdict verdicts[] = {
        { ROLLOUT_SUBJECT_POD, 0, ROLLOUT_REASON_LIFECYCLE_MOVED, 0, ROLLOUT_OP_SET_READY, 0, 0, ROLLOUT_NONE, 3, 0, 0,
          0 },
        { ROLLOUT_SUBJECT_POD, 0, ROLLOUT_REASON_MAX_UNAVAILABLE_REACHED, ROLLOUT_OP_RECREATE, 0, 1, ROLLOUT_NONE, 2,
          ROLLOUT_NONE, 1, 1, 0 },
        { ROLLOUT_SUBJECT_POD, 0, ROLLOUT_REASON_DELETE_HOOK_RELEASED, 0, ROLLOUT_OP_DELETE, 2, 1, ROLLOUT_NONE,
          ROLLOUT_NONE, 0, 0, 0 },
        { ROLLOUT_SUBJECT_MISSING, 0, ROLLOUT_REASON_CREATE_MISSING, 0, ROLLOUT_OP_CREATE, 1, 3, ROLLOUT_NONE,
          ROLLOUT_NONE, 3, 4, 0 },
        { ROLLOUT_SUBJECT_MISSING, 0, ROLLOUT_REASON_SCALE_MAX_UNAVAILABLE_REACHED, ROLLOUT_OP_CREATE, 0, 2, ROLLOUT_NONE,
          ROLLOUT_NONE, ROLLOUT_NONE, 2, 2, 0 },
        { ROLLOUT_SUBJECT_REVISION, 0, ROLLOUT_REASON_HISTORY_KEPT, 0, 0, 0, ROLLOUT_NONE, ROLLOUT_NONE, ROLLOUT_NONE, 1,
          10, 0 },
        { ROLLOUT_SUBJECT_WORKLOAD, 0, ROLLOUT_REASON_DEADLINE_EXCEEDED, 0, 0, 0, ROLLOUT_NONE, ROLLOUT_NONE, ROLLOUT_NONE,
          600, 0, 1700000000123 },
    };
    struct rollout_plan plan = {
        .struct_size = sizeof(plan),
        .actions = actions,
        .action_count = COUNT(actions),
        .attrs = attrs,
        .attr_count = COUNT(attrs),
        .texts = texts,
        .text_count = COUNT(texts),
        .verdicts = verdicts,
        .verdict_count = COUNT(verdicts),
    };
    check(&plan,
          HEAD "'actions':[{'op':'set-ready','pod':'a'},{'op':'delete','pod':'c'},"
               "{'op':'set-lifecycle','pod':'a','state':'Updating'},{'op':'create','revision':'demo-2','count':3}],"
               "'pods':[{'namespace':'ns','name':'a','verdict':'set-ready','actions':[0,2],'reason':'LifecycleMoved',"
               "'detail':'lifecycle state becomes Updating'},"
               "{'namespace':'ns','name':'b','verdict':'hold','actions':[],'wants':'recreate',"
               "'reason':'MaxUnavailableReached','detail':'max_unavailable 1 of 1 used; first by c'},"
               "{'name':'c','verdict':'delete','actions':[1],'reason':'DeleteHookReleased',"
               "'detail':'preDelete hook released'}],"
               "'missing':[{'name':'update','verdict':'create','actions':[3],'reason':'CreateMissing',"
               "'detail':'creates 3 of 4 missing'},{'name':'held','verdict':'hold','actions':[],'wants':'create',"
               "'reason':'ScaleMaxUnavailableReached','detail':'scale max_unavailable 2 of 2 used'}],"
               "'revisions':[{'name':'demo-1','verdict':'hold','actions':[],'reason':'HistoryKept',"
               "'detail':'history: number 1, 10 are kept'}],"
               "'verdict':{'verdict':'hold','actions':[],'reason':'DeadlineExceeded',"
               "'detail':'no progress since 2023-11-14T22:13:20.123Z, deadline 600 s'}}");
}
END_TEST

START_TEST(test_rest)
{
    static const struct rollout_limit limits[] = {
        { TEXT("maxUnavailable"), { ROLLOUT_INTSTR_TEXT, 0, TEXT("20%") }, 1, 5, ROLLOUT_ROUND_UP, 1 },
        { TEXT("maxSurge"), { ROLLOUT_INTSTR_TEXT, 0, TEXT("30%") }, 2, 9, ROLLOUT_ROUND_DOWN, 0 },
        { TEXT("partition"), { ROLLOUT_INTSTR_INT, 3, { NULL, 0 } }, 3, 5, ROLLOUT_ROUND_NONE, 0 },
        { TEXT("scaleStrategy.maxUnavailable"), { ROLLOUT_INTSTR_UNSET, 0, { NULL, 0 } }, 2147483647, 0, 0, 1 },
    };
    static const struct rollout_node status[] = {
        { .kind = ROLLOUT_NODE_OBJECT, .size = 3 },
        { .kind = ROLLOUT_NODE_INTEGER, .size = 1, .key = TEXT("replicas"), .integer = 3 },
        { .kind = ROLLOUT_NODE_TEXT, .size = 1, .key = TEXT("updateRevision"), .text = TEXT("demo-2") },
    };
    static const uint32_t dropped[] = { 0, 2 };
    struct rollout_plan plan = {
        .struct_size = sizeof(plan),
        .limits = limits,
        .limit_count = COUNT(limits),
        .status = { status, COUNT(status) },
        .next_ms = 1700000000001,
        .requeue_seconds = 20,
        .error_reason = ROLLOUT_REASON_IN_PLACE_IMPOSSIBLE,
        .error_pod = 1,
        .error_message = TEXT("no \"way\""),
        .dropped_pods_to_delete = dropped,
        .dropped_count = COUNT(dropped),
    };
    check(&plan,
          HEAD "'actions':[],'pods':[],'limits':[{'field':'maxUnavailable','given':'20%','count':1,'total':5,"
               "'rounding':'up','defaulted':true},{'field':'maxSurge','given':'30%','count':2,'total':9,'rounding':'down'},"
               "{'field':'partition','given':3,'count':3},{'field':'scaleStrategy.maxUnavailable',"
               "'count':2147483647,'defaulted':true}],'status':{'replicas':3,'updateRevision':'demo-2'},"
               "'next':'2023-11-14T22:13:20.001Z','requeueAfterSeconds':20,'error':{'reason':'InPlaceImpossible',"
               "'pod':'b','message':'no \\'way\\''},'dropPodsToDelete':['x','y']}");
}
END_TEST

/* ---- StatefulSet and DaemonSet ---- */

static const struct rollout_pod set_pods[] = { { .name = TEXT("web-0"), .namespace_ = TEXT("ns") } };
static const struct rollout_node_facts set_nodes[] = { { .name = TEXT("n0") }, { .name = TEXT("n1") } };
static const struct rollout_claim set_claims[] = { { .name = TEXT("data-web-0") } };
static const struct rollout_statefulset web = { sizeof(web), .name = TEXT("web"), .namespace_ = TEXT("ns") };
static const struct rollout_daemonset agent = { sizeof(agent), .name = TEXT("agent"), .namespace_ = TEXT("kube") };

static const struct rollout_snapshot set_snapshot = {
    .struct_size = sizeof(set_snapshot),
    .pods = { set_pods, COUNT(set_pods), sizeof(set_pods[0]) },
    .nodes = { set_nodes, COUNT(set_nodes), sizeof(set_nodes[0]) },
    .claims = { set_claims, COUNT(set_claims), sizeof(set_claims[0]) },
};
static const struct rollout_workload web_workload = { .struct_size = sizeof(web_workload), .statefulset = &web };
static const struct rollout_workload agent_workload = { .struct_size = sizeof(agent_workload), .daemonset = &agent };

static const struct rollout_world statefulset_world = {
    .struct_size = sizeof(statefulset_world),
    .workload = &web_workload,
    .snapshot = &set_snapshot,
    .api_version = TEXT("apps/v1"),
    .kind = TEXT("StatefulSet"),
};
static const struct rollout_world daemonset_world = {
    .struct_size = sizeof(daemonset_world),
    .workload = &agent_workload,
    .snapshot = &set_snapshot,
    .api_version = TEXT("apps.kruise.io/v1alpha1"),
    .kind = TEXT("DaemonSet"),
};

#define STATEFULSET                                                                                                    \
    "{'kind':'Plan','workload':{'apiVersion':'apps/v1','kind':'StatefulSet','namespace':'ns','name':'web'},"
#define DAEMONSET                                                                                                      \
    "{'kind':'Plan','workload':{'apiVersion':'apps.kruise.io/v1alpha1','kind':'DaemonSet','namespace':'kube',"         \
    "'name':'agent'},"

static const struct rollout_str set_texts[] = { TEXT("web-2"),       TEXT("web-bbb"), TEXT("Normal"),
                                                TEXT("data-web-0"),  TEXT("Pod"),     TEXT("n1"),
                                                TEXT("StatefulSet"), TEXT("2Gi"),     TEXT("identity+storage") };
static const struct rollout_attr set_attrs[] = {
    { ROLLOUT_ATTR_NAME, 0, 0 }, /* 0: create at an ordinal */
    { ROLLOUT_ATTR_ORDINAL, ROLLOUT_NONE, 2 },
    { ROLLOUT_ATTR_REVISION, 1, 0 },
    { ROLLOUT_ATTR_STATE, 2, 0 },
    { ROLLOUT_ATTR_NODE, 5, 0 }, /* 4: create on a node */
    { ROLLOUT_ATTR_REVISION, 1, 0 },
    { ROLLOUT_ATTR_CLAIM, 3, 0 }, /* 6: set-claim-owner */
    { ROLLOUT_ATTR_OWNER, 6, 0 },
    { ROLLOUT_ATTR_OWNER, 4, 0 },
    { ROLLOUT_ATTR_CLAIM, 3, 0 }, /* 9: resize-claim */
    { ROLLOUT_ATTR_REQUEST, 7, 0 },
    { ROLLOUT_ATTR_DETAIL, 8, 0 },   /* 11: repair */
    { ROLLOUT_ATTR_REVISION, 1, 0 }, /* 12: update-in-place */
    { ROLLOUT_ATTR_MARK_NOT_READY, ROLLOUT_NONE, 1 },
    { ROLLOUT_ATTR_STATE, 2, 0 },
};

/* snapshot.md, "Actions": what only a StatefulSet or a DaemonSet has. */
static const struct {
    const struct rollout_world *world;
    struct rollout_action action;
    const char *wanted;
} set_ops[] = {
    { &statefulset_world, ACTION(CREATE, ORDINAL, 2, 0, 4),
      STATEFULSET "'actions':[{'op':'create','name':'web-2','ordinal':2,'revision':'web-bbb','state':'Normal'}]" },
    { &statefulset_world, ACTION(CREATE, ORDINAL, 2, 0, 3),
      STATEFULSET "'actions':[{'op':'create','name':'web-2','ordinal':2,'revision':'web-bbb'}]" },
    { &statefulset_world, ACTION(CREATE, ORDINAL, 2147483647, 2, 1),
      STATEFULSET "'actions':[{'op':'create','name':'web-2147483647','revision':'web-bbb'}]" },
    { &statefulset_world, ACTION(DELETE, ORDINAL, 12, 0, 0), STATEFULSET "'actions':[{'op':'delete','pod':'web-12'}]" },
    { &statefulset_world, ACTION(SET_CLAIM_OWNER, CLAIM, 0, 6, 3),
      STATEFULSET "'actions':[{'op':'set-claim-owner','claim':'data-web-0','owners':['StatefulSet','Pod']}]" },
    { &statefulset_world, ACTION(SET_CLAIM_OWNER, CLAIM, 0, 6, 1),
      STATEFULSET "'actions':[{'op':'set-claim-owner','claim':'data-web-0','owners':[]}]" },
    { &statefulset_world, ACTION(SET_CLAIM_OWNER, CLAIM, 0, 0, 0),
      STATEFULSET "'actions':[{'op':'set-claim-owner','claim':'data-web-0','owners':[]}]" },
    { &statefulset_world, ACTION(RESIZE_CLAIM, CLAIM, 0, 9, 2),
      STATEFULSET "'actions':[{'op':'resize-claim','claim':'data-web-0','request':'2Gi'}]" },
    { &statefulset_world, ACTION(REPAIR, POD, 0, 11, 1),
      STATEFULSET "'actions':[{'op':'repair','pod':'web-0','detail':'identity+storage'}]" },
    { &statefulset_world, ACTION(UPDATE_IN_PLACE, POD, 0, 12, 3),
      STATEFULSET "'actions':[{'op':'update-in-place','pod':'web-0','revision':'web-bbb','markNotReady':true,"
                  "'state':'Normal'}]" },
    { &daemonset_world, ACTION(CREATE, NODE, 1, 4, 2),
      DAEMONSET "'actions':[{'op':'create','node':'n1','revision':'web-bbb'}]" },
    { &daemonset_world, ACTION(CREATE, NODE, 1, 5, 1),
      DAEMONSET "'actions':[{'op':'create','node':'n1','revision':'web-bbb'}]" },
    { &daemonset_world, ACTION(RELABEL, POD, 0, 2, 1),
      DAEMONSET "'actions':[{'op':'relabel','pod':'web-0','revision':'web-bbb'}]" },
};

START_TEST(test_set_action)
{
    char wanted[1024];
    struct rollout_plan plan = {
        .struct_size = sizeof(plan),
        .actions = &set_ops[_i].action,
        .action_count = 1,
        .attrs = set_attrs,
        .attr_count = COUNT(set_attrs),
        .texts = set_texts,
        .text_count = COUNT(set_texts),
    };
    snprintf(wanted, sizeof(wanted), "%s,'pods':[]}", set_ops[_i].wanted);
    check_world(set_ops[_i].world, &plan, wanted);
}
END_TEST

/* Ordinals lie far apart and stand in any order; the actions on one are found all the same. */
START_TEST(test_ordinals)
{
    static const struct rollout_action actions[] = {
        ACTION(CREATE, ORDINAL, 2000000000, 2, 1),
        ACTION(CREATE, ORDINAL, 2, 2, 1),
        ACTION(DELETE, POD, 0, 0, 0),
        ACTION(DELETE, ORDINAL, 2000000000, 0, 0),
        ACTION(DELETE, ORDINAL, ROLLOUT_NONE, 0, 0),
    };
    static const struct rollout_verdict verdicts[] = {
        { ROLLOUT_SUBJECT_POD, ROLLOUT_SUBJECT_ORDINAL, ROLLOUT_REASON_PREDECESSOR_FIRST, ROLLOUT_OP_DELETE, 0, 0,
          ROLLOUT_NONE, 3, 2, 0, 0, 0 },
        { ROLLOUT_SUBJECT_ORDINAL, 0, ROLLOUT_REASON_CREATE_MISSING, 0, ROLLOUT_OP_CREATE, 2, 1, ROLLOUT_NONE,
          ROLLOUT_NONE, 1, 3, 0 },
        { ROLLOUT_SUBJECT_ORDINAL, 0, ROLLOUT_REASON_SCALE_MAX_UNAVAILABLE_REACHED, ROLLOUT_OP_CREATE, 0, 3,
          ROLLOUT_NONE, ROLLOUT_NONE, ROLLOUT_NONE, 2, 2, 0 },
        { ROLLOUT_SUBJECT_ORDINAL, 0, ROLLOUT_REASON_CREATE_MISSING, 0, ROLLOUT_OP_CREATE, 2000000000, 0, ROLLOUT_NONE,
          ROLLOUT_NONE, 2, 3, 0 },
        { ROLLOUT_SUBJECT_ORDINAL, 0, ROLLOUT_REASON_ORDINAL_RESERVED, 0, 0, 7, ROLLOUT_NONE, ROLLOUT_NONE,
          ROLLOUT_NONE, 7, 0, 0 },
    };
    struct rollout_plan plan = {
        .struct_size = sizeof(plan),
        .actions = actions,
        .action_count = COUNT(actions),
        .attrs = set_attrs,
        .attr_count = COUNT(set_attrs),
        .texts = set_texts,
        .text_count = COUNT(set_texts),
        .verdicts = verdicts,
        .verdict_count = COUNT(verdicts),
        .stopped_at = 9,
    };
    check_world(&statefulset_world, &plan,
                STATEFULSET "'actions':[{'op':'create','name':'web-2000000000','revision':'web-bbb'},"
                            "{'op':'create','name':'web-2','revision':'web-bbb'},{'op':'delete','pod':'web-0'},"
                            "{'op':'delete','pod':'web-2000000000'},{'op':'delete','pod':'web-4294967295'}],"
                            "'pods':[{'namespace':'ns','name':'web-0','verdict':'hold','actions':[2],"
                            "'wants':'delete','reason':'PredecessorFirst',"
                            "'detail':'ordered: ordinal 3 must be Normal first'}],"
                            "'ordinals':[{'name':'web-2','ordinal':2,'verdict':'create','actions':[1],"
                            "'reason':'CreateMissing','detail':'creates 1 of 3 missing'},"
                            "{'name':'web-3','ordinal':3,'verdict':'hold','actions':[],'wants':'create',"
                            "'reason':'ScaleMaxUnavailableReached','detail':'scale max_unavailable 2 of 2 used'},"
                            "{'name':'web-2000000000','ordinal':2000000000,'verdict':'create','actions':[0,3],"
                            "'reason':'CreateMissing','detail':'creates 2 of 3 missing'},"
                            "{'name':'web-7','ordinal':7,'verdict':'hold','actions':[],'reason':'OrdinalReserved',"
                            "'detail':'ordinal 7 is reserved'}],'stoppedAt':9}");
}
END_TEST

START_TEST(test_nodes)
{
    static const struct rollout_action actions[] = {
        ACTION(DELETE, POD, 0, 0, 0),
        ACTION(CREATE, NODE, 1, 4, 2),
    };
    static const struct rollout_verdict verdicts[] = {
        { ROLLOUT_SUBJECT_NODE, 0, ROLLOUT_REASON_NODE_TAINTED, ROLLOUT_OP_CREATE, 0, 0, ROLLOUT_NONE, ROLLOUT_NONE, 5,
          0, 0, 0 },
        { ROLLOUT_SUBJECT_NODE, 0, ROLLOUT_REASON_CREATE_MISSING, 0, ROLLOUT_OP_CREATE, 1, 1, ROLLOUT_NONE,
          ROLLOUT_NONE, 1, 1, 0 },
    };
    struct rollout_plan plan = {
        .struct_size = sizeof(plan),
        .actions = actions,
        .action_count = COUNT(actions),
        .attrs = set_attrs,
        .attr_count = COUNT(set_attrs),
        .texts = set_texts,
        .text_count = COUNT(set_texts),
        .verdicts = verdicts,
        .verdict_count = COUNT(verdicts),
    };
    check_world(&daemonset_world, &plan,
                DAEMONSET "'actions':[{'op':'delete','pod':'web-0'},"
                          "{'op':'create','node':'n1','revision':'web-bbb'}],'pods':[],"
                          "'nodes':[{'name':'n0','verdict':'hold','actions':[],'wants':'create',"
                          "'reason':'NodeTainted','detail':'taint n1 not tolerated'},"
                          "{'name':'n1','verdict':'create','actions':[1],'reason':'CreateMissing',"
                          "'detail':'creates 1 of 1 missing'}]}");
}
END_TEST

/* Subjects that the world does not have are not followed. */
START_TEST(test_strange_subjects)
{
    static const struct rollout_action actions[] = {
        ACTION(DELETE, POD, 3, 0, 0),
        { 99, 0, 77, 0, 0, 0 },
        ACTION(DELETE, POD, ROLLOUT_NONE, 0, 0),
    };
    static const struct rollout_verdict verdicts[] = {
        { ROLLOUT_SUBJECT_POD, 0, ROLLOUT_REASON_PAUSED, 99, 0, 3, ROLLOUT_NONE, ROLLOUT_NONE, ROLLOUT_NONE, 0, 0, 0 },
    };
    struct rollout_plan plan = {
        .struct_size = sizeof(plan),
        .actions = actions,
        .action_count = COUNT(actions),
        .verdicts = verdicts,
        .verdict_count = COUNT(verdicts),
        .error_reason = ROLLOUT_REASON_SPEC_INVALID,
        .error_pod = ROLLOUT_NONE,
    };
    check(&plan, HEAD "'actions':[{'op':'delete'},{},{'op':'delete'}],'pods':[{'verdict':'hold','actions':[],"
                      "'reason':'Paused','detail':'paused by '}],'error':{'reason':'SpecInvalid'}}");
}
END_TEST

START_TEST(test_null)
{
    struct rollout_error error = { .struct_size = sizeof(error) };
    struct rollout_objects *objects = NULL;
    ck_assert_int_eq(rollout_plan_object(NULL, NULL, &objects, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "world: NULL");
    ck_assert_ptr_null(objects);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("plan_object");
    TCase *tc = tcase_create("plan_object");
    tcase_add_test(tc, test_empty);
    tcase_add_loop_test(tc, test_action, 0, COUNT(ops));
    tcase_add_test(tc, test_verdicts);
    tcase_add_test(tc, test_rest);
    tcase_add_loop_test(tc, test_set_action, 0, COUNT(set_ops));
    tcase_add_test(tc, test_ordinals);
    tcase_add_test(tc, test_nodes);
    tcase_add_test(tc, test_strange_subjects);
    tcase_add_test(tc, test_null);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

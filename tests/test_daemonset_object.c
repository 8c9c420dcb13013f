/* SPDX-License-Identifier: Apache-2.0 */
/* From DaemonSets, OpenKruise's in both versions and Kubernetes' own, to facts. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/tree.h"
#include "document.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

#define BETA   "apps.kruise.io/v1beta1"
#define ALPHA  "apps.kruise.io/v1alpha1"
#define NATIVE "apps/v1"

/* ---- every field ---- */

/* A DaemonSet with every field that any version has. */
#define FULL(version)                                                                                                  \
    "{'kind':'DaemonSet','apiVersion':'" version "','metadata':{'name':'agent','namespace':'ns','uid':'u',"            \
    "'generation':7,'deletionTimestamp':'2023-11-14T22:13:20Z','annotations':{"                                        \
    "'deprecated.daemonset.template.generation':'12'}},'spec':{'revisionHistoryLimit':4,'minReadySeconds':8,"          \
    "'selector':{'matchLabels':{'a':'1'}},'burstReplicas':'10%','scaleStrategy':{'partitionedScaling':true},"          \
    "'lifecycle':{'preDelete':{'labelsHandler':{'h':'1'},'markPodNotReady':true},'preNormal':{}},"                     \
    "'updateStrategy':{'type':'RollingUpdate','rollingUpdate':{'rollingUpdateType':'InPlaceIfPossible',"               \
    "'maxUnavailable':'20%','maxSurge':0,'partition':'30%','paused':true,'selector':{'matchExpressions':["             \
    "{'key':'canary','operator':'Exists'}]}}}},'status':{'observedGeneration':6,'currentNumberScheduled':1,"           \
    "'numberMisscheduled':2,'desiredNumberScheduled':3,'numberReady':4,'updatedNumberScheduled':5,"                    \
    "'numberAvailable':8,'numberUnavailable':9,'collisionCount':0,'updateRevision':'beta','daemonSetHash':'alpha',"    \
    "'conditions':[{'type':'T','status':'True','lastTransitionTime':'2023-11-14T22:13:21Z'}]}}"

#define ALWAYS   (ROLLOUT_DAEMONSET_DELETING | ROLLOUT_DAEMONSET_ROLLING_UPDATE)
#define ADVANCED (ALWAYS | ROLLOUT_DAEMONSET_PAUSED | ROLLOUT_DAEMONSET_NODE_SELECTOR)

static const struct {
    const char *document;
    bool advanced;
    uint32_t flags;
    const char *update_revision;
} versions[] = {
    { FULL(BETA), true, ADVANCED | ROLLOUT_DAEMONSET_PARTITIONED_SCALING, "beta" },
    { FULL(ALPHA), true, ADVANCED | ROLLOUT_DAEMONSET_V1ALPHA1, "alpha" },
    { FULL(NATIVE), false, ALWAYS | ROLLOUT_DAEMONSET_NATIVE, "" },
};

static void check_status(const struct rollout_daemonset_status *s, const char *update_revision)
{
    ck_assert_int_eq(s->observed_generation, 6);
    ck_assert_int_eq(s->current_number_scheduled, 1);
    ck_assert_int_eq(s->number_misscheduled, 2);
    ck_assert_int_eq(s->desired_number_scheduled, 3);
    ck_assert_int_eq(s->number_ready, 4);
    ck_assert_int_eq(s->updated_number_scheduled, 5);
    ck_assert_int_eq(s->number_available, 8);
    ck_assert_int_eq(s->number_unavailable, 9);
    ck_assert_uint_eq(s->collision_count.set, 1);
    ck_assert_uint_eq(s->condition_count, 1);
    ck_assert_int_eq(s->conditions[0].last_transition_ms, NOW + 1000);
    assert_text(s->update_revision, update_revision);
}

START_TEST(test_version)
{
    struct rollout_json *json;
    struct rollout_world *world = decode_text(versions[_i].document, &json);
    const struct rollout_daemonset *s = world->workload->daemonset;
    bool advanced = versions[_i].advanced;
    assert_text(world->kind, "DaemonSet");
    ck_assert_ptr_null(world->workload->statefulset);
    ck_assert_uint_eq(s->struct_size, sizeof(*s));
    ck_assert_uint_eq(s->flags, versions[_i].flags);
    assert_text(s->name, "agent");
    assert_text(s->namespace_, "ns");
    ck_assert_int_eq(s->generation, 7);
    ck_assert_int_eq(s->revision_history_limit.value, 4);
    ck_assert_int_eq(s->min_ready_seconds, 8);
    assert_text(*ro_labels_get(&s->selector.match_labels, RO_STR("a")), "1");
    ck_assert_uint_eq(s->update_type, ROLLOUT_UPDATE_ROLLING);
    assert_text(s->max_unavailable.text, "20%");
    ck_assert_uint_eq(s->max_surge.kind, ROLLOUT_INTSTR_INT);
    assert_text(s->template_generation, "12");
    ck_assert_uint_eq(s->pod_update_policy, advanced ? ROLLOUT_POLICY_IN_PLACE_IF_POSSIBLE : ROLLOUT_POLICY_RECREATE);
    assert_text(s->partition.text, advanced ? "30%" : "");
    assert_text(s->burst_replicas.text, advanced ? "10%" : "");
    ck_assert_uint_eq(s->node_selector.requirement_count, advanced);
    ck_assert_uint_eq(s->pre_delete.set, advanced);
    ck_assert_uint_eq(s->pre_delete.mark_pod_not_ready, advanced);
    ck_assert_uint_eq(s->pre_delete.labels.count, advanced);
    check_status(s->status, versions[_i].update_revision);
    rollout_world_free(world);
    rollout_json_free(json);
}
END_TEST

/* ---- limits: the API's defaults (daemonset.md 1) ---- */

enum { UNSET = -1, HALF = -2 /* "50%" */ };

static const struct {
    const char *api_version, *strategy;
    uint32_t type;
    bool block;
    int32_t max_unavailable, max_surge;
} limits[] = {
    { BETA, "null", ROLLOUT_UPDATE_ROLLING, true, 1, 0 },
    { BETA, "{}", ROLLOUT_UPDATE_ROLLING, true, 1, 0 },
    { BETA, "{'type':'RollingUpdate'}", ROLLOUT_UPDATE_ROLLING, true, 1, 0 },
    { BETA, "{'type':'RollingUpdate','rollingUpdate':{}}", ROLLOUT_UPDATE_ROLLING, true, 1, 0 },
    { BETA, "{'rollingUpdate':{'maxUnavailable':2}}", ROLLOUT_UPDATE_ROLLING, true, 2, UNSET },
    { BETA, "{'rollingUpdate':{'maxSurge':'50%'}}", ROLLOUT_UPDATE_ROLLING, true, UNSET, HALF },
    { BETA, "{'rollingUpdate':{'rollingUpdateType':'Standard'}}", ROLLOUT_UPDATE_ROLLING, true, 1, 0 },
    /* An alias in v1alpha1 alone. */
    { BETA, "{'rollingUpdate':{'rollingUpdateType':'Surging'}}", ROLLOUT_UPDATE_ROLLING, true, 1, 0 },
    { ALPHA, "{'rollingUpdate':{'rollingUpdateType':'Surging'}}", ROLLOUT_UPDATE_ROLLING, true, 0, 1 },
    { ALPHA, "{'rollingUpdate':{'rollingUpdateType':'Surging','maxSurge':'50%'}}", ROLLOUT_UPDATE_ROLLING, true, 0,
      HALF },
    { ALPHA, "{'rollingUpdate':{'rollingUpdateType':'Surging','maxUnavailable':3}}", ROLLOUT_UPDATE_ROLLING, true, 3,
      1 },
    { ALPHA, "{'rollingUpdate':{'rollingUpdateType':'Standard'}}", ROLLOUT_UPDATE_ROLLING, true, 1, 0 },
    { ALPHA, "{'type':'OnDelete','rollingUpdate':{'rollingUpdateType':'Surging'}}", ROLLOUT_UPDATE_ON_DELETE, true,
      UNSET, UNSET },
    { BETA, "{'type':'OnDelete'}", ROLLOUT_UPDATE_ON_DELETE, false, UNSET, UNSET },
    { BETA, "{'type':'OnDelete','rollingUpdate':{'maxUnavailable':2}}", ROLLOUT_UPDATE_ON_DELETE, true, 2, UNSET },
    /* Neither is RollingUpdate, which is what upstream asks for. */
    { BETA, "{'type':'rollingUpdate'}", ROLLOUT_UPDATE_ON_DELETE, false, UNSET, UNSET },
    /* Kubernetes looks at each of the two by itself. */
    { NATIVE, "null", ROLLOUT_UPDATE_ROLLING, true, 1, 0 },
    { NATIVE, "{'rollingUpdate':{'maxSurge':2}}", ROLLOUT_UPDATE_ROLLING, true, 1, 2 },
    { NATIVE, "{'rollingUpdate':{'maxUnavailable':2}}", ROLLOUT_UPDATE_ROLLING, true, 2, 0 },
    { NATIVE, "{'type':'OnDelete'}", ROLLOUT_UPDATE_ON_DELETE, false, UNSET, UNSET },
};

static void check_limit(const struct rollout_intstr *limit, int32_t wanted)
{
    ck_assert_uint_eq(limit->kind, wanted == UNSET  ? ROLLOUT_INTSTR_UNSET
                                   : wanted == HALF ? ROLLOUT_INTSTR_TEXT
                                                    : ROLLOUT_INTSTR_INT);
    ck_assert_int_eq(limit->count, wanted < 0 ? 0 : wanted);
}

START_TEST(test_limits)
{
    char text[512];
    struct rollout_json *json;
    snprintf(text, sizeof(text),
             "{'kind':'DaemonSet','apiVersion':'%s','spec':{'selector':{'matchLabels':{'a':'1'}},'updateStrategy':%s}}",
             limits[_i].api_version, limits[_i].strategy);
    struct rollout_world *world = decode_text(text, &json);
    const struct rollout_daemonset *s = world->workload->daemonset;
    ck_assert_uint_eq(s->update_type, limits[_i].type);
    ck_assert_int_eq((s->flags & ROLLOUT_DAEMONSET_ROLLING_UPDATE) != 0, limits[_i].block);
    check_limit(&s->max_unavailable, limits[_i].max_unavailable);
    check_limit(&s->max_surge, limits[_i].max_surge);
    ck_assert_uint_eq(s->pod_update_policy, ROLLOUT_POLICY_RECREATE);
    ck_assert_uint_eq(s->burst_replicas.kind, ROLLOUT_INTSTR_UNSET);
    ck_assert_uint_eq(s->partition.kind, ROLLOUT_INTSTR_UNSET);
    rollout_world_free(world);
    rollout_json_free(json);
}
END_TEST

/* ---- flags and annotations ---- */

#define SPEC              "'selector':{'matchLabels':{'a':'1'}},'updateStrategy':{'type':'OnDelete'}"
#define PROGRESSIVE(text) "'daemonset.kruise.io/progressive-create-pod':'" text "'"
#define GENERATION(text)  "'deprecated.daemonset.template.generation':'" text "'"

static const struct {
    const char *api_version, *annotations, *spec;
    uint32_t flags;
    const char *generation;
} flags[] = {
    { BETA, "", SPEC, 0, "" },
    { ALPHA, PROGRESSIVE("true"), SPEC, ROLLOUT_DAEMONSET_V1ALPHA1 | ROLLOUT_DAEMONSET_PARTITIONED_SCALING, "" },
    { ALPHA, PROGRESSIVE("True"), SPEC, ROLLOUT_DAEMONSET_V1ALPHA1, "" },
    /* Each version says it in its own way. */
    { ALPHA, "", SPEC ",'scaleStrategy':{'partitionedScaling':true}", ROLLOUT_DAEMONSET_V1ALPHA1, "" },
    { BETA, PROGRESSIVE("true"), SPEC, 0, "" },
    { BETA, "", SPEC ",'scaleStrategy':{'partitionedScaling':true}", ROLLOUT_DAEMONSET_PARTITIONED_SCALING, "" },
    { BETA, "", SPEC ",'scaleStrategy':{}", 0, "" },
    { NATIVE, PROGRESSIVE("true"), SPEC ",'scaleStrategy':{'partitionedScaling':true}", ROLLOUT_DAEMONSET_NATIVE, "" },
    /* The generation as strconv reads it and writes it again. */
    { BETA, GENERATION("12"), SPEC, 0, "12" },
    { NATIVE, GENERATION("12"), SPEC, ROLLOUT_DAEMONSET_NATIVE, "12" },
    { BETA, GENERATION("+007"), SPEC, 0, "7" },
    { BETA, GENERATION("-1"), SPEC, 0, "-1" },
    { BETA, GENERATION("x"), SPEC, 0, "" },
    { BETA, GENERATION(""), SPEC, 0, "" },
    { BETA, GENERATION("1.0"), SPEC, 0, "" },
    { BETA, GENERATION("9223372036854775808"), SPEC, 0, "" },
    /* A selector that nothing is planned with, which one of everything is too. */
    { BETA, "", "'updateStrategy':{'type':'OnDelete'}", ROLLOUT_DAEMONSET_SELECTOR_INVALID, "" },
    { BETA, "", "'selector':{},'updateStrategy':{'type':'OnDelete'}", ROLLOUT_DAEMONSET_SELECTOR_INVALID, "" },
    { BETA, "", "'selector':{'matchLabels':{'a':'no value '}},'updateStrategy':{'type':'OnDelete'}",
      ROLLOUT_DAEMONSET_SELECTOR_INVALID, "" },
    { BETA, "",
      "'selector':{'matchExpressions':[{'key':'k','operator':'Exists'}]},'updateStrategy':{'type':'OnDelete'}", 0, "" },
    /* Over nodes one of everything is a selector like any other. */
    { BETA, "",
      "'selector':{'matchLabels':{'a':'1'}},'updateStrategy':{'type':'OnDelete','rollingUpdate':{'selector':{}}}",
      ROLLOUT_DAEMONSET_ROLLING_UPDATE | ROLLOUT_DAEMONSET_NODE_SELECTOR, "" },
    { NATIVE, "",
      "'selector':{'matchLabels':{'a':'1'}},'updateStrategy':{'type':'OnDelete','rollingUpdate':{'selector':{},"
      "'paused':true}}",
      ROLLOUT_DAEMONSET_NATIVE | ROLLOUT_DAEMONSET_ROLLING_UPDATE, "" },
};

START_TEST(test_flags)
{
    char text[512];
    struct rollout_json *json;
    snprintf(text, sizeof(text), "{'kind':'DaemonSet','apiVersion':'%s','metadata':{'annotations':{%s}},'spec':{%s}}",
             flags[_i].api_version, flags[_i].annotations, flags[_i].spec);
    struct rollout_world *world = decode_text(text, &json);
    ck_assert_uint_eq(world->workload->daemonset->flags, flags[_i].flags);
    assert_text(world->workload->daemonset->template_generation, flags[_i].generation);
    rollout_world_free(world);
    rollout_json_free(json);
}
END_TEST

/* ---- scheduling ---- */

#define POD_SPEC                                                                                                       \
    "{'kind':'DaemonSet','apiVersion':'" NATIVE "','spec':{'selector':{'matchLabels':{'a':'1'}},'template':{'spec':{"  \
    "%s}}}}"

static void check_terms(const struct rollout_node_affinity *affinity)
{
    static const uint32_t ops[] = { ROLLOUT_OPERATOR_IN,     ROLLOUT_OPERATOR_NOT_IN,
                                    ROLLOUT_OPERATOR_EXISTS, ROLLOUT_OPERATOR_DOES_NOT_EXIST,
                                    ROLLOUT_OPERATOR_GT,     ROLLOUT_OPERATOR_LT,
                                    ROLLOUT_OPERATOR_UNKNOWN };
    ck_assert_uint_eq(affinity->set, 1);
    ck_assert_uint_eq(affinity->term_count, 3);
    ck_assert_uint_eq(affinity->terms[0].expression_count, COUNT(ops));
    for (size_t i = 0; i < COUNT(ops); i++)
        ck_assert_uint_eq(affinity->terms[0].expressions[i].op, ops[i]);
    assert_text(affinity->terms[0].expressions[4].key, "cpu");
    assert_text(*ro_strs_at(&affinity->terms[0].expressions[4].values, 0), "4");
    ck_assert_uint_eq(affinity->terms[0].field_count, 0);
    ck_assert_uint_eq(affinity->terms[1].expression_count, 0);
    ck_assert_uint_eq(affinity->terms[1].field_count, 1);
    assert_text(affinity->terms[1].fields[0].key, "metadata.name");
    ck_assert_uint_eq(affinity->terms[2].expression_count, 0); /* null: a term that is empty */
    ck_assert_uint_eq(affinity->terms[2].field_count, 0);
}

START_TEST(test_scheduling)
{
    char text[2048];
    struct rollout_json *json;
    snprintf(text, sizeof(text), POD_SPEC,
             "'nodeName':'n','hostNetwork':true,'nodeSelector':{'disk':'ssd'},'tolerations':[{'key':'k','operator':"
             "'Equal','value':'v','effect':'NoSchedule','tolerationSeconds':5},{'operator':'Exists'},{'key':'e',"
             "'operator':'exists','effect':'PreferNoSchedule'},{'effect':'NoExecute'},{'effect':'Never'},null],"
             "'affinity':{'nodeAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':{'nodeSelectorTerms':["
             "{'matchExpressions':[{'key':'a','operator':'In','values':['1','2']},{'key':'b','operator':'NotIn'},"
             "{'key':'c','operator':'Exists'},{'key':'d','operator':'DoesNotExist'},{'key':'cpu','operator':'Gt',"
             "'values':['4']},{'key':'cpu','operator':'Lt','values':['9']},{'key':'f','operator':'gt'}]},"
             "{'matchFields':[{'key':'metadata.name','operator':'In','values':['n']}]},null]}}}");
    struct rollout_world *world = decode_text(text, &json);
    const struct rollout_scheduling *s = &world->workload->daemonset->scheduling;
    assert_text(s->node_name, "n");
    ck_assert_uint_eq(s->host_network, 1);
    assert_text(*ro_labels_get(&s->node_selector, RO_STR("disk")), "ssd");
    check_terms(&s->affinity);
    ck_assert_uint_eq(s->toleration_count, 6);
    static const struct {
        const char *key;
        uint32_t op, effect;
    } wanted[] = {
        { "k", ROLLOUT_TOLERATION_EQUAL, ROLLOUT_EFFECT_NO_SCHEDULE },
        { "", ROLLOUT_TOLERATION_EXISTS, ROLLOUT_EFFECT_ANY },
        { "e", ROLLOUT_TOLERATION_OTHER, ROLLOUT_EFFECT_PREFER_NO_SCHEDULE },
        { "", ROLLOUT_TOLERATION_EQUAL, ROLLOUT_EFFECT_NO_EXECUTE },
        { "", ROLLOUT_TOLERATION_EQUAL, ROLLOUT_EFFECT_OTHER },
        { "", ROLLOUT_TOLERATION_EQUAL, ROLLOUT_EFFECT_ANY },
    };
    for (size_t i = 0; i < COUNT(wanted); i++) {
        assert_text(s->tolerations[i].key, wanted[i].key);
        ck_assert_uint_eq(s->tolerations[i].op, wanted[i].op);
        ck_assert_uint_eq(s->tolerations[i].effect, wanted[i].effect);
    }
    assert_text(s->tolerations[0].value, "v");
    rollout_world_free(world);
    rollout_json_free(json);
}
END_TEST

/* Whether there is a required affinity, and how many terms it has: none matches no node. */
static const struct {
    const char *spec;
    uint32_t set;
    size_t terms;
} affinities[] = {
    { "", 0, 0 },
    { "'affinity':{}", 0, 0 },
    { "'affinity':{'nodeAffinity':{'preferredDuringSchedulingIgnoredDuringExecution':[]}}", 0, 0 },
    { "'affinity':{'nodeAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':null}}", 0, 0 },
    { "'affinity':{'nodeAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':{}}}", 1, 0 },
    { "'affinity':{'nodeAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':{'nodeSelectorTerms':[{}]}}}", 1,
      1 },
};

START_TEST(test_affinity)
{
    char text[512];
    struct rollout_json *json;
    snprintf(text, sizeof(text), POD_SPEC, affinities[_i].spec);
    struct rollout_world *world = decode_text(text, &json);
    ck_assert_uint_eq(world->workload->daemonset->scheduling.affinity.set, affinities[_i].set);
    ck_assert_uint_eq(world->workload->daemonset->scheduling.affinity.term_count, affinities[_i].terms);
    rollout_world_free(world);
    rollout_json_free(json);
}
END_TEST

/* ---- pods: the node that they are bound to (daemonset.md 4.1) ---- */

#define BOUND(terms)                                                                                                   \
    "'affinity':{'nodeAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':{'nodeSelectorTerms':[" terms "]}}}"
#define NAMED(op, values) "{'key':'metadata.name','operator':'" op "','values':[" values "]}"
#define FIELDS(fields)    "{'matchFields':[" fields "]}"

static const struct {
    const char *spec, *target; /* NULL: none */
} targets[] = {
    { BOUND(FIELDS(NAMED("In", "'n1'"))), "n1" },
    { "'nodeName':''," BOUND(FIELDS(NAMED("In", "'n1'"))), "n1" },
    { "'nodeName':'n2'," BOUND(FIELDS(NAMED("In", "'n1'"))), NULL },
    { BOUND(FIELDS(NAMED("NotIn", "'n0'") "," NAMED("In", "'n1'") "," NAMED("In", "'n2'"))), "n1" },
    { BOUND("{'matchExpressions':[" NAMED("In", "'n0'") "]}," FIELDS(
          "{'key':'x','operator':'In','values':['y']}") ","
                                                        "null," FIELDS(NAMED("In", "'n1'"))),
      "n1" },
    /* The first one decides, also where it has not one value. */
    { BOUND(FIELDS(NAMED("In", "'n1','n2'") "," NAMED("In", "'n3'"))), NULL },
    { BOUND(FIELDS(NAMED("In", "") "," NAMED("In", "'n3'"))), NULL },
    { BOUND(FIELDS(NAMED("In", "''"))), "" },
    { BOUND(""), NULL },
    { "'affinity':{'nodeAffinity':{}}", NULL },
    { "", NULL },
};

START_TEST(test_target)
{
    char text[1024];
    struct rollout_json *json;
    snprintf(text, sizeof(text),
             "{'kind':'Snapshot','workload':{'kind':'DaemonSet','apiVersion':'" BETA
             "','metadata':{'uid':'u'},'spec':{'selector':{'matchLabels':{'a':'1'}}}},'pods':[{'metadata':{'name':'p',"
             "'uid':'x','ownerReferences':[{'uid':'u','controller':true}]},'spec':{%s}}]}",
             targets[_i].spec);
    struct rollout_world *world = decode_text(text, &json);
    const struct rollout_pod *pod = &world->snapshot->pods.items[0];
    ck_assert_uint_eq(world->snapshot->pods.count, 1);
    assert_text(pod->uid, "x");
    ck_assert_uint_eq(pod->flags, ROLLOUT_POD_NOT_SELECTED);
    if (targets[_i].target)
        assert_text(pod->target_node, targets[_i].target);
    ck_assert_int_eq(pod->target_node.data != NULL, targets[_i].target != NULL);
    rollout_world_free(world);
    rollout_json_free(json);
}
END_TEST

/* ---- nodes and back-offs ---- */

START_TEST(test_nodes)
{
    struct rollout_json *json;
    struct rollout_world *world = decode_text(
        "{'kind':'Snapshot','workload':{'kind':'DaemonSet','apiVersion':'" NATIVE "','spec':{}},'nodes':[{'metadata':"
        "{'name':'n1','labels':{'z':'1'}},'spec':{'taints':[{'key':'k','value':'v','effect':'NoSchedule','timeAdded':"
        "'2023-11-14T22:13:20Z'},{'key':'e','effect':'NoExecute'},{'key':'o','effect':'x'}]}},{'metadata':"
        "{'name':'n2'}}],'failedPodBackoffs':[{'node':'n1','seconds':8,'last':'2023-11-14T22:13:19Z'},{'node':'n2'},"
        "null]}",
        &json);
    const struct rollout_snapshot *s = world->snapshot;
    ck_assert_uint_eq(s->nodes.count, 2);
    ck_assert_uint_eq(s->nodes.stride, sizeof(struct rollout_node_facts));
    const struct rollout_node_facts *node = &s->nodes.items[0];
    assert_text(node->name, "n1");
    ck_assert_uint_eq(node->taint_count, 3);
    assert_text(node->taints[0].key, "k");
    assert_text(node->taints[0].value, "v");
    ck_assert_uint_eq(node->taints[0].effect, ROLLOUT_EFFECT_NO_SCHEDULE);
    assert_text(node->taints[1].value, "");
    ck_assert_uint_eq(node->taints[1].effect, ROLLOUT_EFFECT_NO_EXECUTE);
    ck_assert_uint_eq(node->taints[2].effect, ROLLOUT_EFFECT_OTHER);
    ck_assert_uint_eq(s->nodes.items[1].taint_count, 0);

    ck_assert_uint_eq(s->failed_pod_backoffs.count, 3);
    ck_assert_uint_eq(s->failed_pod_backoffs.stride, sizeof(struct rollout_backoff));
    assert_text(s->failed_pod_backoffs.items[0].node, "n1");
    ck_assert_int_eq(s->failed_pod_backoffs.items[0].seconds, 8);
    ck_assert_int_eq(s->failed_pod_backoffs.items[0].last_step_ms, NOW - 1000);
    ck_assert_int_eq(s->failed_pod_backoffs.items[1].last_step_ms, 0);
    rollout_world_free(world);
    rollout_json_free(json);
}
END_TEST

/* ---- revisions (daemonset.md 5) ---- */

#define TEMPLATE                                                                                                       \
    "'template':{'metadata':{'labels':{'app':'demo'}},'spec':{'containers':[{'image':'app:0','name':'main'}]}}"
#define DATA(image)                                                                                                    \
    "'data':{'spec':{'template':{'$patch':'replace','metadata':{'creationTimestamp':null,'labels':{'app':'demo'}},"    \
    "'spec':{'containers':[{'image':'" image "','name':'main','resources':{}}]}}}}"
#define DEMO(version)                                                                                                  \
    "{'kind':'DaemonSet','apiVersion':'" version "','metadata':{'name':'demo','namespace':'ns','uid':'u'},'spec':"     \
    "{'selector':{'matchLabels':{'a':'1'}}," TEMPLATE "}}"
#define REVISION(name, hash, number, image)                                                                            \
    "{'metadata':{'name':'" name "','creationTimestamp':'2023-11-14T22:13:20Z','labels':{" hash                        \
    "}},'revision':" number "," DATA(image) "}"
#define HASH(text) "'controller-revision-hash':'" text "'"

static const struct {
    const char *revisions;
    uint32_t update;
    size_t count;
    const char *name, *hash;
    int64_t number;
} determined[] = {
    { REVISION("x", HASH("h"), "1", "app:0") "," REVISION("y", HASH("i"), "2", "app:1"), 1, 2, "x", "h", 1 },
    { REVISION("x", "", "1", "app:0"), 1, 1, "x", "", 1 },
    /* Several equal ones: the highest number, of equal numbers the last in the list. */
    { REVISION("x", HASH("h"), "3", "app:0") "," REVISION("y", HASH("i"), "2", "app:0"), 1, 2, "x", "h", 3 },
    { REVISION("y", HASH("h"), "2", "app:0") "," REVISION("x", HASH("i"), "2", "app:0"), 2, 2, "x", "i", 2 },
    /* Labels say nothing about the data. */
    { REVISION("x", "'controller.kubernetes.io/hash':'123'", "1", "app:0"), 1, 1, "x", "", 1 },
    { "", 1, 1, NULL, NULL, 1 },
    { REVISION("x", HASH("h"), "4", "app:1"), 2, 2, NULL, NULL, 5 },
};

START_TEST(test_determined)
{
    char text[2048];
    struct rollout_json *json;
    snprintf(text, sizeof(text), "{'kind':'Snapshot','currentRevision':'x','workload':" DEMO(BETA) ",'revisions':[%s]}",
             determined[_i].revisions);
    struct rollout_world *world = decode_text(text, &json);
    const struct rollout_snapshot *s = world->snapshot;
    ck_assert_uint_eq(s->current_revision, 0); /* there is none */
    ck_assert_uint_eq(s->update_revision, determined[_i].update);
    ck_assert_uint_eq(s->revisions.count, determined[_i].count);
    const struct rollout_revision *update = &s->revisions.items[s->update_revision - 1];
    ck_assert_int_eq(update->number, determined[_i].number);
    ck_assert_uint_eq(update->flags, determined[_i].name ? 0 : ROLLOUT_REVISION_NEW);
    if (determined[_i].name) {
        assert_text(update->name, determined[_i].name);
        assert_text(update->hash, determined[_i].hash);
    }
    rollout_world_free(world);
    rollout_json_free(json);
}
END_TEST

static const struct {
    const char *document, *owner;
} made[] = { { DEMO(BETA), BETA }, { DEMO(ALPHA), BETA }, { DEMO(NATIVE), NATIVE } };

START_TEST(test_new_revision)
{
    struct rollout_json *json;
    struct rollout_world *world = decode_text(made[_i].document, &json);
    const struct rollout_revision *revision = &world->snapshot->revisions.items[0];
    struct rollout_str hash = revision->hash;
    char wanted[1024];
    ck_assert_uint_eq(world->snapshot->update_revision, 1);
    ck_assert_uint_gt(hash.len, 0);
    snprintf(wanted, sizeof(wanted),
             "{'kind':'ControllerRevision','apiVersion':'apps/v1','metadata':{'name':'demo-%.*s','namespace':'ns',"
             "'labels':{'app':'demo','controller-revision-hash':'%.*s'},'ownerReferences':[{'apiVersion':'%s','kind':"
             "'DaemonSet','name':'demo','uid':'u','controller':true,'blockOwnerDeletion':true}]}," DATA(
                 "app:0") ",'revision':1}",
             (int)hash.len, hash.data, (int)hash.len, hash.data, made[_i].owner);
    assert_json(&world->revision_objects[0], wanted);
    rollout_world_free(world);
    rollout_json_free(json);
}
END_TEST

/* Where the name is taken by another template, name and label get the next hash. */
START_TEST(test_collision)
{
    char text[2048];
    struct rollout_json *json, *again;
    struct rollout_world *first = decode_text(DEMO(BETA), &json);
    struct rollout_str name = first->snapshot->revisions.items[0].name;
    snprintf(text, sizeof(text),
             "{'kind':'Snapshot','workload':" DEMO(BETA) ",'revisions':[" REVISION("%.*s", "", "1", "app:1") "]}",
             (int)name.len, name.data);
    struct rollout_world *world = decode_text(text, &again);
    const struct rollout_revision *revision = &world->snapshot->revisions.items[1];
    ck_assert_uint_eq(world->snapshot->update_revision, 2);
    ck_assert_int_eq(world->workload->daemonset->status->collision_count.value, 1);
    ck_assert(!ro_str_eq(revision->name, name));
    snprintf(text, sizeof(text), "demo-%.*s", (int)revision->hash.len, revision->hash.data);
    assert_text(revision->name, text);
    rollout_world_free(first);
    rollout_world_free(world);
    rollout_json_free(json);
    rollout_json_free(again);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("daemonset_object");
    TCase *tc = tcase_create("daemonset_object");
    tcase_add_loop_test(tc, test_version, 0, COUNT(versions));
    tcase_add_loop_test(tc, test_limits, 0, COUNT(limits));
    tcase_add_loop_test(tc, test_flags, 0, COUNT(flags));
    tcase_add_test(tc, test_scheduling);
    tcase_add_loop_test(tc, test_affinity, 0, COUNT(affinities));
    tcase_add_loop_test(tc, test_target, 0, COUNT(targets));
    tcase_add_test(tc, test_nodes);
    tcase_add_loop_test(tc, test_determined, 0, COUNT(determined));
    tcase_add_loop_test(tc, test_new_revision, 0, COUNT(made));
    tcase_add_test(tc, test_collision);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "base/tree.h"
#include "document.h"
#include "objects/revision.h"

#define TEMPLATE                                                                                                       \
    "'template':{'metadata':{'creationTimestamp':null,'labels':{'app':'demo'}},'spec':{'containers':["                 \
    "{'name':'main','image':'app:0','resources':{}},{'name':'side','image':'side:1','resources':{}}]}}"
#define DATA                                                                                                           \
    "'data':{'spec':{'template':{'$patch':'replace','metadata':{'creationTimestamp':null,'labels':{'app':'demo'}},"    \
    "'spec':{'containers':[{'image':'app:0','name':'main','resources':{}},{'image':'side:1','name':'side',"            \
    "'resources':{}}]}}}}"
#define OTHER_DATA "'data':{'spec':{'template':{'$patch':'replace','metadata':{},'spec':{'containers':[]}}}}"
#define OWNED(uid)                                                                                                     \
    "'ownerReferences':[{'apiVersion':'apps.kruise.io/v1beta1','kind':'CloneSet','name':'demo','uid':'" uid            \
    "','controller':true}]"
#define CLONESET(name, uid)                                                                                            \
    "{'kind':'CloneSet','apiVersion':'apps.kruise.io/v1beta1','metadata':{'name':'" name                               \
    "','namespace':'default','uid':'" uid                                                                              \
    "'},'spec':{'replicas':2,'selector':{'matchLabels':{'app':'demo'}}," TEMPLATE                                      \
    "},'status':{'currentRevision':'demo-1'}}"
#define REVISION(name, number, data)                                                                                   \
    "{'kind':'ControllerRevision','apiVersion':'apps/v1','metadata':{'name':'" name "'},'revision':" number "," data "}"

/* ---- every field of the spec, in both versions ---- */

#define ALPHA                                                                                                          \
    "{'kind':'Snapshot','now':'2023-11-14T22:13:20Z','workload':{'kind':'CloneSet','apiVersion':"                      \
    "'apps.kruise.io/v1alpha1','metadata':{'name':'demo','namespace':'ns','generation':7,'uid':'u'"
#define BETA                                                                                                           \
    "{'kind':'Snapshot','now':'2023-11-14T22:13:20Z','workload':{'kind':'CloneSet','apiVersion':"                      \
    "'apps.kruise.io/v1beta1','metadata':{'name':'demo','namespace':'ns','generation':7,'uid':'u'"

/* The same CloneSet in v1alpha1 and v1beta1 (cloneset.md 1.1), and what both must come to. */
static const struct {
    const char *alpha, *beta;
    uint32_t flags, type, policy;
    int32_t grace;
} twins[] = {
    { ALPHA "},'spec':{}}}",
      BETA "},'spec':{'scaleStrategy':{'enablePVCReuse':true},'updateStrategy':{'rollingUpdate':{}}}}}",
      ROLLOUT_CLONESET_ROLLING_UPDATE | ROLLOUT_CLONESET_REUSE_CLAIMS, ROLLOUT_UPDATE_ROLLING, ROLLOUT_POLICY_RECREATE,
      0 },
    { ALPHA "},'spec':{'scaleStrategy':{'disablePVCReuse':true},'updateStrategy':{'type':'ReCreate','paused':true}}}}",
      BETA "},'spec':{'updateStrategy':{'type':'RollingUpdate','rollingUpdate':{'podUpdatePolicy':'ReCreate','paused':"
           "true}}}}}",
      ROLLOUT_CLONESET_ROLLING_UPDATE | ROLLOUT_CLONESET_PAUSED, ROLLOUT_UPDATE_ROLLING, ROLLOUT_POLICY_RECREATE, 0 },
    { ALPHA "},'spec':{'scaleStrategy':{'disablePVCReuse':true},'updateStrategy':{'type':'InPlaceIfPossible','"
            "partition':'20%',"
            "'maxUnavailable':2,'maxSurge':'x%','inPlaceUpdateStrategy':{'gracePeriodSeconds':30},"
            "'priorityStrategy':{'weightPriority':[{'weight':50,'matchSelector':{'matchLabels':{'tier':'a'}}}],"
            "'orderPriority':[{'orderedKey':'k'}]},'scatterStrategy':[{'key':'zone','value':'z1'}]}}}}",
      BETA
      "},'spec':{'updateStrategy':{'type':'','rollingUpdate':{'podUpdatePolicy':'InPlaceIfPossible','partition':'20%',"
      "'maxUnavailable':2,'maxSurge':'x%','inPlaceUpdateStrategy':{'gracePeriodSeconds':30},"
      "'priorityStrategy':{'weightPriority':[{'weight':50,'matchSelector':{'matchLabels':{'tier':'a'}}}],"
      "'orderPriority':[{'orderedKey':'k'}]},'scatterStrategy':[{'key':'zone','value':'z1'}]}}}}}",
      ROLLOUT_CLONESET_ROLLING_UPDATE, ROLLOUT_UPDATE_ROLLING, ROLLOUT_POLICY_IN_PLACE_IF_POSSIBLE, 30 },
    { ALPHA ",'labels':{'apps.kruise.io/cloneset-scaling-exclude-preparing-delete':'true'}},'spec':{'scaleStrategy':"
            "{'disablePVCReuse':false,'podsToDelete':['p','q'],'maxUnavailable':3},'updateStrategy':{'type':'"
            "InPlaceOnly'}}}}",
      BETA "},'spec':{'scaleStrategy':{'enablePVCReuse':true,'excludePreparingDelete':true,'podsToDelete':['p','q'],"
           "'maxUnavailable':3},'updateStrategy':{'rollingUpdate':{'podUpdatePolicy':'InPlaceOnly'}}}}}",
      ROLLOUT_CLONESET_ROLLING_UPDATE | ROLLOUT_CLONESET_REUSE_CLAIMS | ROLLOUT_CLONESET_EXCLUDE_PREPARING_DELETE,
      ROLLOUT_UPDATE_ROLLING, ROLLOUT_POLICY_IN_PLACE_ONLY, 0 },
    { ALPHA ",'labels':{'apps.kruise.io/cloneset-scaling-exclude-preparing-delete':'yes'}},'spec':{'scaleStrategy':"
            "{'disablePVCReuse':true},'updateStrategy':{'type':'OnDelete','partition':3,'maxSurge':1,'paused':true}}}}",
      BETA ",'labels':{'apps.kruise.io/cloneset-scaling-exclude-preparing-delete':'true'}},'spec':{'updateStrategy':"
           "{'type':'OnDelete'}}}}",
      0, ROLLOUT_UPDATE_ON_DELETE, ROLLOUT_POLICY_RECREATE, 0 },
    { ALPHA ",'deletionTimestamp':'2023-11-14T22:13:20Z'},'spec':{'replicas':0,'minReadySeconds':9,'selector':{'"
            "matchExpressions':"
            "[{'key':'b','operator':'NotIn','values':['y','x']},{'key':'a','operator':'DoesNotExist'}],"
            "'matchLabels':{'aa':'1'}},'revisionHistoryLimit':4,'progressDeadlineSeconds':600,'lifecycle':{'preDelete':"
            "{'labelsHandler':{'h':'1'},'finalizersHandler':['f'],'markPodNotReady':true},'preNormal':{}}}}}",
      BETA ",'deletionTimestamp':'2023-11-14T22:13:20Z'},'spec':{'replicas':0,'minReadySeconds':9,'selector':{'"
           "matchExpressions':"
           "[{'key':'b','operator':'NotIn','values':['y','x']},{'key':'a','operator':'DoesNotExist'}],"
           "'matchLabels':{'aa':'1'}},'revisionHistoryLimit':4,'progressDeadlineSeconds':600,'lifecycle':{'preDelete':"
           "{'labelsHandler':{'h':'1'},'finalizersHandler':['f'],'markPodNotReady':true},'preNormal':{}},"
           "'scaleStrategy':{'enablePVCReuse':true},'updateStrategy':{'rollingUpdate':{}}}}}",
      ROLLOUT_CLONESET_DELETING | ROLLOUT_CLONESET_ROLLING_UPDATE | ROLLOUT_CLONESET_REUSE_CLAIMS,
      ROLLOUT_UPDATE_ROLLING, ROLLOUT_POLICY_RECREATE, 0 },
};

static void check_twin(const struct rollout_cloneset *c, int i)
{
    assert_text(c->namespace_, "ns");
    assert_text(c->name, "demo");
    ck_assert_int_eq(c->generation, 7);
    ck_assert_uint_eq(c->flags & ~(uint32_t)ROLLOUT_CLONESET_SELECTOR_INVALID,
                      twins[i].flags); /* some have no selector */
    ck_assert_uint_eq(c->update_type, twins[i].type);
    ck_assert_uint_eq(c->pod_update_policy, twins[i].policy);
    ck_assert_int_eq(c->grace_period_seconds, twins[i].grace);
    bool spec = i == 2;
    ck_assert_uint_eq(c->partition.kind, spec ? ROLLOUT_INTSTR_TEXT : ROLLOUT_INTSTR_UNSET);
    ck_assert_uint_eq(c->max_unavailable.kind, spec ? ROLLOUT_INTSTR_INT : ROLLOUT_INTSTR_UNSET);
    ck_assert_uint_eq(c->max_surge.kind, spec ? ROLLOUT_INTSTR_TEXT : ROLLOUT_INTSTR_UNSET);
    ck_assert_uint_eq(c->order.priority.weight_count, spec);
    ck_assert_uint_eq(c->order.priority.ordered_keys.count, spec);
    ck_assert_uint_eq(c->order.scatter.count, spec);
    if (spec) {
        assert_text(c->partition.text, "20%");
        ck_assert_int_eq(c->max_unavailable.count, 2);
        assert_text(c->max_surge.text, "x%");
        ck_assert_int_eq(c->order.priority.weights[0].weight, 50);
        assert_text(*ro_label_key(&c->order.priority.weights[0].selector.match_labels, 0), "tier");
        assert_text(*ro_strs_at(&c->order.priority.ordered_keys, 0), "k");
        assert_text(*ro_label_key(&c->order.scatter, 0), "zone");
        assert_text(*ro_label_value(&c->order.scatter, 0), "z1");
    }
    ck_assert_uint_eq(c->pods_to_delete.count, i == 3 ? 2 : 0);
    ck_assert_uint_eq(c->scale_max_unavailable.kind, i == 3 ? ROLLOUT_INTSTR_INT : ROLLOUT_INTSTR_UNSET);
    if (i == 3) {
        assert_text(*ro_strs_at(&c->pods_to_delete, 1), "q");
        ck_assert_int_eq(c->scale_max_unavailable.count, 3);
    }
    bool rest = i == 5;
    ck_assert_uint_eq(c->replicas.set, rest);
    ck_assert_int_eq(c->replicas.value, 0);
    ck_assert_int_eq(c->min_ready_seconds, rest ? 9 : 0);
    ck_assert_uint_eq(c->revision_history_limit.set, rest);
    ck_assert_int_eq(c->revision_history_limit.value, rest ? 4 : 0);
    ck_assert_int_eq(c->progress_deadline_seconds.value, rest ? 600 : 0);
    ck_assert_uint_eq(c->lifecycle.set, rest);
    ck_assert_uint_eq(c->lifecycle.pre_normal.set, rest);
    ck_assert_uint_eq(c->lifecycle.pre_delete.set, rest);
    ck_assert_uint_eq(c->lifecycle.in_place_update.set, 0);
    assert_text(c->label_selector, rest ? "!a,aa=1,b notin (x,y)" : "");
    if (rest) {
        ck_assert_uint_eq(c->lifecycle.pre_delete.mark_pod_not_ready, 1);
        assert_text(*ro_labels_get(&c->lifecycle.pre_delete.labels, RO_STR("h")), "1");
        assert_text(*ro_strs_at(&c->lifecycle.pre_delete.finalizers, 0), "f");
        ck_assert_uint_eq(c->selector.requirement_count, 2);
        ck_assert_uint_eq(c->selector.requirements[0].op, ROLLOUT_OPERATOR_NOT_IN);
        ck_assert_uint_eq(c->selector.requirements[0].values.count, 2);
        ck_assert_uint_eq(c->selector.requirements[1].op, ROLLOUT_OPERATOR_DOES_NOT_EXIST);
    }
}

START_TEST(test_twins)
{
    const char *const versions[] = { twins[_i].alpha, twins[_i].beta };
    for (size_t v = 0; v < 2; v++) {
        struct rollout_json *json = parse(versions[v]);
        struct rollout_world *world = decode(json, 0);
        check_twin(world->workload->cloneset, _i);
        rollout_world_free(world);
        rollout_json_free(json);
    }
}
END_TEST

START_TEST(test_status)
{
    struct rollout_json *json = parse(
        BETA "},'spec':{},'status':{'observedGeneration':6,'replicas':5,'readyReplicas':4,'availableReplicas':3,"
             "'updatedReplicas':2,'updatedReadyReplicas':1,'updatedAvailableReplicas':8,'expectedUpdatedReplicas':9,"
             "'collisionCount':0,'updateRevision':'u','currentRevision':'c','labelSelector':'a=b','conditions':["
             "{'type':'Progressing','status':'True','reason':'R','message':'M',"
             "'lastUpdateTime':'2023-11-14T22:13:20Z','lastTransitionTime':'2023-11-14T22:13:21Z'},{'type':'X'}]}}}");
    struct rollout_world *world = decode(json, 0);
    const struct rollout_cloneset_status *s = world->workload->cloneset->status;
    ck_assert_int_eq(s->observed_generation, 6);
    ck_assert_int_eq(s->replicas, 5);
    ck_assert_int_eq(s->ready_replicas, 4);
    ck_assert_int_eq(s->available_replicas, 3);
    ck_assert_int_eq(s->updated_replicas, 2);
    ck_assert_int_eq(s->updated_ready_replicas, 1);
    ck_assert_int_eq(s->updated_available_replicas, 8);
    ck_assert_int_eq(s->expected_updated_replicas, 9);
    ck_assert_uint_eq(s->collision_count.set, 1);
    assert_text(s->update_revision, "u");
    assert_text(s->current_revision, "c");
    assert_text(s->label_selector, "a=b");
    ck_assert_uint_eq(s->condition_count, 2);
    assert_text(s->conditions[0].type, "Progressing");
    assert_text(s->conditions[0].status, "True");
    assert_text(s->conditions[0].reason, "R");
    assert_text(s->conditions[0].message, "M");
    ck_assert_int_eq(s->conditions[0].last_update_ms, NOW);
    ck_assert_int_eq(s->conditions[0].last_transition_ms, NOW + 1000);
    ck_assert_int_eq(s->conditions[1].last_update_ms, 0);
    rollout_world_free(world);
    rollout_json_free(json);
}
END_TEST

/* ---- a Snapshot ---- */

START_TEST(test_snapshot)
{
    struct rollout_json *json = parse(
        "{'id':'x-1','expect':{},'snapshot':{'kind':'Snapshot','now':'2023-11-14T22:13:21Z','"
        "currentRevision':'demo-1',"
        "'updateRevision':'demo-2','workload':" CLONESET("demo", "u") ",'revisions':[" REVISION(
            "demo-1", "1", OTHER_DATA) "," REVISION("demo-2", "4",
                                                    DATA) "],'nodes':[{'kind':'Node','metadata':{'name':'"
                                                          "n','labels':{'zone':'z'}}}],"
                                                          "'pods':[{'metadata':{'name':'mine'," OWNED(
                                                              "u") "}},{'metadata':{'name':'other'"
                                                                   "," OWNED("v") "}},"
                                                                                  "{'metadata':{'name':'"
                                                                                  "orphan','labels':{'"
                                                                                  "app':'demo'}}},{'"
                                                                                  "metadata':{'name':'"
                                                                                  "stranger','labels':{'"
                                                                                  "app':'x'}}},"
                                                                                  "{'metadata':{'name':'"
                                                                                  "state'," OWNED("u") ",'"
                                                                                                       "annotations':"
                                                                                                       "{'apps."
                                                                                                       "kruise.io/"
                                                                                                       "inplace-"
                                                                                                       "update-state'"
                                                                                                       ":'?'}}}],"
                                                                                                       "'claims':[{'"
                                                                                                       "metadata':{'"
                                                                                                       "name':'c','"
                                                                                                       "labels':{'"
                                                                                                       "apps.kruise."
                                                                                                       "io/"
                                                                                                       "cloneset-"
                                                                                                       "instance-id':"
                                                                                                       "'abc'}}},"
                                                                                                       "{'metadata':{"
                                                                                                       "'name':'d','"
                                                                                                       "deletionTimes"
                                                                                                       "tamp':'2023-"
                                                                                                       "11-14T22:13:"
                                                                                                       "21Z'}}],"
                                                                                                       "'featureGates"
                                                                                                       "':{'"
                                                                                                       "CloneSetParti"
                                                                                                       "tionRollback'"
                                                                                                       ":true,'"
                                                                                                       "PodWebhook':"
                                                                                                       "false,'"
                                                                                                       "CloneSetShort"
                                                                                                       "Hash':false},"
                                                                                                       "'fixes':[],'"
                                                                                                       "profile':'"
                                                                                                       "upstream','"
                                                                                                       "inFlight':{'"
                                                                                                       "since':'2023-"
                                                                                                       "11-14T22:13:"
                                                                                                       "20Z'}}}");
    size_t count = 0;
    ck_assert_int_eq(rollout_document_count(rollout_json_tree(json), &count, NULL), ROLLOUT_OK);
    ck_assert_uint_eq(count, 1);
    struct rollout_world *world = decode(json, 0);
    const struct rollout_snapshot *s = world->snapshot;
    ck_assert_uint_eq(world->struct_size, sizeof(*world));
    assert_text(world->kind, "CloneSet");
    assert_text(world->api_version, "apps.kruise.io/v1beta1");
    ck_assert_int_eq(s->now_ms, NOW + 1000);
    ck_assert_int_eq(s->unobserved_since_ms, NOW);
    ck_assert_uint_eq(s->current_revision, 1);
    ck_assert_uint_eq(s->update_revision, 2);
    ck_assert_uint_eq(s->revisions.count, 2);
    ck_assert_int_eq(s->revisions.items[1].number, 4);
    ck_assert_uint_eq(s->revisions.items[1].flags, 0);
    ck_assert_ptr_null(s->revisions.items[1].claims_hash.data);
    ck_assert_uint_eq(s->nodes.count, 1);
    assert_text(s->nodes.items[0].name, "n");
    assert_text(*ro_labels_get(&s->nodes.items[0].labels, RO_STR("zone")), "z");

    /* Another controller's pod is not the workload's; one without controller is if the selector matches. */
    ck_assert_uint_eq(s->pods.count, 3);
    ck_assert_uint_eq(world->pod_object_count, 3);
    assert_text(s->pods.items[0].name, "mine");
    assert_text(s->pods.items[1].name, "orphan");
    assert_text(s->pods.items[2].name, "state");
    ck_assert_ptr_null(s->pods.items[0].in_place);
    ck_assert_ptr_nonnull(s->pods.items[2].in_place);
    assert_text(ro_text(ro_dig(world->pod_objects[1].nodes, "metadata", "name", NULL)), "orphan");

    ck_assert_uint_eq(s->claims.count, 2);
    assert_text(s->claims.items[0].instance_id, "abc");
    ck_assert_uint_eq(s->claims.items[0].flags, 0);
    ck_assert_ptr_null(s->claims.items[1].instance_id.data);
    ck_assert_uint_eq(s->claims.items[1].flags, ROLLOUT_CLAIM_TERMINATING);
    ck_assert_uint_eq(world->claim_object_count, 2);

    ck_assert_uint_eq(world->workload->gate_count, 2);
    ck_assert_uint_eq(world->workload->gates[0].gate, ROLLOUT_GATE_CLONESET_PARTITION_ROLLBACK);
    ck_assert_uint_eq(world->workload->gates[0].on, 1);
    ck_assert_uint_eq(world->workload->gates[1].gate, ROLLOUT_GATE_CLONESET_SHORT_HASH);
    ck_assert_uint_eq(world->workload->gates[1].on, 0);
    rollout_world_free(world);
    rollout_json_free(json);
}
END_TEST

START_TEST(test_defaults)
{
    struct rollout_json *json = parse("{'kind':'Snapshot','workload':" CLONESET("demo", "u") ",'pods':null}");
    struct rollout_world *world = decode(json, 0);
    ck_assert_int_eq(world->snapshot->now_ms, NOW);
    ck_assert_int_eq(world->snapshot->unobserved_since_ms, 0);
    ck_assert_uint_eq(world->snapshot->pods.count, 0);
    ck_assert_uint_eq(world->snapshot->current_revision, 0); /* status.currentRevision is not stored */
    ck_assert_uint_eq(world->snapshot->update_revision, 1);  /* made */
    rollout_world_free(world);
    rollout_json_free(json);
}
END_TEST

/* ---- revisions ---- */

static const struct {
    const char *revisions;
    uint32_t current, update; /* from 1 */
    size_t count;
    const char *name; /* of the update revision */
    int64_t number;
} determined[] = {
    /* cloneset.md 7.2: the newest is equal; an older one is, and keeps its name; several are: the newest of them. */
    { REVISION("demo-1", "1", OTHER_DATA) "," REVISION("demo-2", "2", DATA), 1, 2, 2, "demo-2", 2 },
    { REVISION("demo-2", "2", OTHER_DATA) "," REVISION("demo-1", "1", DATA), 2, 2, 2, "demo-1", 1 },
    { REVISION("a", "3", DATA) "," REVISION("b", "4", DATA) "," REVISION("c", "2", DATA), 0, 2, 3, "b", 4 },
    { REVISION("a", "3", DATA) "," REVISION("b", "3", DATA), 0, 2, 2, "b", 3 },
    /* None is: a new one. The name is what upstream recorded for this data. */
    { "", 0, 1, 1, "demo-65cf769f94", 1 },
    { REVISION("demo-1", "7", OTHER_DATA), 1, 2, 2, "demo-65cf769f94", 8 },
    /* Its name is taken by other data: FNV-1 over the data and the next collision count. */
    { REVISION("demo-65cf769f94", "1", OTHER_DATA), 0, 2, 2, "demo-65cf769f95", 2 },
    { REVISION("demo-65cf769f94", "1", OTHER_DATA) "," REVISION("demo-65cf769f95", "1", OTHER_DATA), 0, 3, 3,
      "demo-65cf769f8d", 2 },
    /* What Go's encoder adds or leaves out makes no difference. */
    { REVISION("x", "1",
               "'data':{'spec':{'template':{'$patch':'replace','metadata':{'labels':{'app':'demo'}},'spec':{"
               "'containers':[{'name':'main','image':'app:0','env':null},{'name':'side','image':'side:1'}]}}}}"),
      0, 1, 1, "x", 1 },
    /* Two hash labels that are different numbers are different revisions to upstream; other texts do not count. */
    { "{'metadata':{'name':'x','labels':{'controller.kubernetes.io/hash':'123'}},'revision':1," DATA "}", 0, 1, 1, "x",
      1 },
    { REVISION("broken", "1", "'data':{'spec':[]}") "," REVISION("none", "2", "'data':null"), 0, 3, 3,
      "demo-65cf769f94", 3 },
};

START_TEST(test_determined)
{
    char text[4096];
    snprintf(text, sizeof(text), "{'kind':'Snapshot','workload':" CLONESET("demo", "u") ",'revisions':[%s]}",
             determined[_i].revisions);
    struct rollout_json *json = parse(text);
    struct rollout_world *world = decode(json, 0);
    const struct rollout_snapshot *s = world->snapshot;
    ck_assert_uint_eq(s->current_revision, determined[_i].current);
    ck_assert_uint_eq(s->update_revision, determined[_i].update);
    ck_assert_uint_eq(s->revisions.count, determined[_i].count);
    ck_assert_uint_eq(world->revision_object_count, determined[_i].count);
    const struct rollout_revision *update = &s->revisions.items[s->update_revision - 1];
    assert_text(update->name, determined[_i].name);
    ck_assert_int_eq(update->number, determined[_i].number);
    rollout_world_free(world);
    rollout_json_free(json);
}
END_TEST

START_TEST(test_new_revision)
{
    struct rollout_json *json = parse(
        "{'kind':'CloneSet','apiVersion':'apps.kruise.io/v1beta1','metadata':{'name':'demo','namespace':'ns','uid':'u',"
        "'annotations':{'note':'n'}},'spec':{'template':{'spec':{'topologySpreadConstraints':[{'topologyKey':'zone'},"
        "{'topologyKey':'host'}],'containers':[{'name':'m','image':'x','args':['a<b'],'stdin':null}]}},"
        "'volumeClaimTemplates':[{'metadata':{'name':'pvc-1'},'spec':{'resources':{'requests':{'storage':'1Gi'},"
        "'limits':{'storage':'2Gi'}},'accessModes':['ReadWriteOnce']}}]}}");
    struct rollout_world *world = decode(json, 0);
    const struct rollout_revision *revision = &world->snapshot->revisions.items[0];
    ck_assert_uint_eq(world->snapshot->revisions.count, 1);
    ck_assert_uint_eq(revision->flags, ROLLOUT_REVISION_NEW);
    assert_text(revision->claims_hash, "1129974074");
    ck_assert_uint_eq(revision->topology_keys.count, 2);
    assert_text(*ro_strs_at(&revision->topology_keys, 1), "host");
    struct rollout_str name = revision->name;
    char wanted[2048];
    snprintf(
        wanted, sizeof(wanted),
        "{'kind':'ControllerRevision','apiVersion':'apps/v1','metadata':{'name':'%.*s','namespace':'ns',"
        "'labels':{'controller.kubernetes.io/hash':'%.*s'},"
        "'annotations':{'note':'n','kruise.io/cloneset-volumeclaimtemplate-hash':'1129974074'},"
        "'ownerReferences':[{'apiVersion':'apps.kruise.io/v1beta1','kind':'CloneSet','name':'demo','uid':'u',"
        "'controller':true,'blockOwnerDeletion':true}]},"
        "'data':{'spec':{'template':{'$patch':'replace','metadata':{'creationTimestamp':null},'spec':{'containers':"
        "[{'args':['a\\u003cb'],'image':'x','name':'m','resources':{}}],'topologySpreadConstraints':"
        "[{'topologyKey':'zone'},{'topologyKey':'host'}]}}}},'revision':1}",
        (int)name.len, name.data, (int)name.len - 5, name.data + 5);
    assert_json(&world->revision_objects[0], wanted);
    rollout_world_free(world);
    rollout_json_free(json);
}
END_TEST

/* What Go's encoder always writes of a child's claims: when they were created, what they ask for, their status. */
START_TEST(test_claims_of_child)
{
    struct rollout_json *json = parse(
        "{'kind':'UnitedDeployment','apiVersion':'apps.kruise.io/v1beta1','metadata':{'name':'demo','namespace':'ns',"
        "'uid':'u'},'spec':{'selector':{'matchLabels':{'app':'x'}},'topology':{},'template':{'statefulSetTemplate':{"
        "'metadata':{'labels':{'app':'x'}},'spec':{'volumeClaimTemplates':[{'metadata':{'name':'data'},'spec':{"
        "'resources':{'requests':{'storage':'1Gi'}},'accessModes':['ReadWriteOnce']}},{'metadata':{'name':'logs'}}],"
        "'template':{'spec':{'containers':[{'name':'m'}]}}}}}}}");
    struct rollout_world *world = decode(json, 0);
    ck_assert_uint_eq(world->revision_object_count, 1);
    const struct rollout_node *data = ro_get(world->revision_objects[0].nodes, "data");
    assert_json(&(struct rollout_tree){ data, data->size },
                "{'spec':{'template':{'$patch':'replace','statefulSetTemplate':{'metadata':{'creationTimestamp':null,"
                "'labels':{'app':'x'}},'spec':{'selector':null,'serviceName':'','template':{'metadata':{"
                "'creationTimestamp':null},'spec':{'containers':[{'name':'m','resources':{}}]}},'updateStrategy':{},"
                "'volumeClaimTemplates':[{'metadata':{'creationTimestamp':null,'name':'data'},'spec':{'accessModes':["
                "'ReadWriteOnce'],'resources':{'requests':{'storage':'1Gi'}}},'status':{}},{'metadata':{"
                "'creationTimestamp':null,'name':'logs'},'spec':{'resources':{}},'status':{}}]}}}}}");
    rollout_world_free(world);
    rollout_json_free(json);
}
END_TEST

START_TEST(test_collision_count)
{
    struct rollout_json *json = parse("{'kind':'Snapshot','workload':" CLONESET("demo", "u") ",'revisions':[" REVISION(
        "demo-65cf769f94", "1", OTHER_DATA) "]}");
    struct rollout_world *world = decode(json, 0);
    const struct rollout_node *labels = ro_dig(world->revision_objects[1].nodes, "metadata", "labels", NULL);
    ck_assert_int_eq(world->workload->cloneset->status->collision_count.value, 1);
    assert_text(ro_text(ro_get(labels, "controller.kubernetes.io/hash")), "65cf769f94"); /* the first hash */
    rollout_world_free(world);
    rollout_json_free(json);
}
END_TEST

/* Upstream takes two revisions for different where their hash labels are different numbers. The hash of this
 * template is one: FNV-1 over its data, encoded, happens to have digits alone. */
START_TEST(test_numeric_hash)
{
    static const struct {
        const char *label;
        uint32_t flags;
    } labels[] = { { "565565478", 0 }, { "123", ROLLOUT_REVISION_NEW }, { "9999999999", 0 }, { "12a", 0 } };
    char text[1024];
    snprintf(text, sizeof(text),
             "{'kind':'Snapshot','workload':{'kind':'CloneSet','apiVersion':'apps.kruise.io/v1beta1','metadata':"
             "{'name':'demo'},'spec':{'template':{'spec':{'containers':[{'name':'m','image':'x:95'}]}}}},'revisions':["
             "{'metadata':{'name':'r','labels':{'controller.kubernetes.io/hash':'%s'}},'revision':1,'data':{'spec':"
             "{'template':{'$patch':'replace','spec':{'containers':[{'name':'m','image':'x:95'}]}}}}}]}",
             labels[_i].label);
    struct rollout_json *json = parse(text);
    struct rollout_world *world = decode(json, 0);
    const struct rollout_revision *update = &world->snapshot->revisions.items[world->snapshot->update_revision - 1];
    ck_assert_uint_eq(update->flags, labels[_i].flags);
    assert_text(update->name, labels[_i].flags ? "demo-565565478" : "r");
    rollout_world_free(world);
    rollout_json_free(json);
}
END_TEST

/* An older revision that comes back carries the live hash of the claim templates, a newest one its own. */
START_TEST(test_claims_hash_of_old)
{
    struct rollout_json *json = parse("{'kind':'Snapshot','workload':" CLONESET(
        "demo", "u") ",'revisions':[{'metadata':{'name':'a','annotations':"
                     "{'kruise.io/cloneset-volumeclaimtemplate-hash':'5'}},'revision':1," DATA "}]}");
    struct rollout_world *world = decode(json, 0);
    assert_text(world->snapshot->revisions.items[0].claims_hash, "5");
    rollout_world_free(world);
    rollout_json_free(json);
    json = parse("{'kind':'Snapshot','workload':" CLONESET(
        "demo", "u") ",'revisions':[{'metadata':{'name':'a',"
                     "'annotations':{'kruise.io/cloneset-volumeclaimtemplate-hash':'5'}},'revision':1," DATA
                     "}," REVISION("b", "2", OTHER_DATA) "]}");
    world = decode(json, 0);
    ck_assert_uint_eq(world->snapshot->update_revision, 1);
    assert_text(world->snapshot->revisions.items[0].claims_hash, "");
    rollout_world_free(world);
    rollout_json_free(json);
}
END_TEST

/* Upstream's own test pins the first two; the order and the defaults of Go's structs make the others. */
static const struct {
    const char *templates, *same; /* NULL: hash of the other */
    const char *hash;
} hashes[] = {
    { "[]", NULL, "" },
    { "[{'metadata':{'name':'pvc-1'},'spec':{'accessModes':['ReadWriteOnce'],'resources':{'limits':{'storage':'2Gi'},"
      "'requests':{'storage':'1Gi'}}}}]",
      NULL, "1129974074" },
    { "[{'status':{'phase':'Pending'},'spec':{'resources':{'requests':{'storage':'1Gi'},'limits':{'storage':'2Gi'}},"
      "'volumeName':'','selector':null,'accessModes':['ReadWriteOnce']},'metadata':{'labels':{'a':'b'},'name':'pvc-1'}}"
      "]",
      NULL, "1129974074" },
    { "[{'metadata':{'name':'b'},'spec':{}},{'metadata':{'name':'a'},'spec':{}}]",
      "[{'metadata':{'name':'a'}},{'metadata':{'name':'b'}}]", NULL },
    { "[{'metadata':{'name':'a'},'spec':{'volumeMode':'Block','storageClassName':'','dataSource':{'name':'n','kind':'k'"
      "}}}]",
      "[{'metadata':{'name':'a'},'spec':{'dataSource':{'apiGroup':null,'kind':'k','name':'n'},'storageClassName':'',"
      "'volumeMode':'Block'}}]",
      NULL },
};

START_TEST(test_claims_hash)
{
    struct ro_arena arena = { NULL, false };
    struct rollout_json *json = parse(hashes[_i].templates);
    struct rollout_str hash = ro_claims_hash(&arena, rollout_json_tree(json)->nodes);
    if (hashes[_i].hash) {
        assert_text(hash, hashes[_i].hash);
    } else {
        struct rollout_json *same = parse(hashes[_i].same);
        struct rollout_str other = ro_claims_hash(&arena, rollout_json_tree(same)->nodes);
        ck_assert(ro_str_eq(hash, other));
        rollout_json_free(same);
    }
    rollout_json_free(json);
    ro_arena_free(&arena);
}
END_TEST

/* ---- lists ---- */

#define LIST                                                                                                           \
    "{'kind':'List','apiVersion':'v1','items':[" CLONESET(                                                             \
        "one",                                                                                                         \
        "u1") ",{'kind':'ReplicationController','metadata':{'name':'d'}},"                                                        \
              "{'kind':'Node','metadata':{'name':'n1'}},{'kind':'Pod','metadata':{'name':'p1'," OWNED(                 \
                  "u2") "}},"                                                                                          \
                        "{'kind':'Pod','metadata':{'name':'p2'," OWNED(                                                \
                            "u1") "}},{'kind':'Pod','metadata':{'name':'p3'}},"                                        \
                                  "{'kind':'Pod','metadata':{'name':'p4'," OWNED("u3") "}}," CLONESET(                 \
                                      "two",                                                                           \
                                      "u2") ","                                                                        \
                                            "{'kind':'Pod','metadata':{'name':'p5'," OWNED(                            \
                                                "u2") "}},"                                                            \
                                                      "{'kind':'ControllerRevision','metadata':{'name':'demo-1'"       \
                                                      "," OWNED(                                                       \
                                                          "u2") "},'revision':3," DATA "},"                            \
                                                                "{'kind':'PersistentVolumeClaim','metadata':{'name':'" \
                                                                "c1','ownerReferences':[{'uid':'x'},{'uid':'u2'},{'"   \
                                                                "uid':'u2'}]}},"                                       \
                                                                "{'kind':'PersistentVolumeClaim','metadata':{'name':'" \
                                                                "c2'}},{'kind':'Node','metadata':{'name':'n2'}}]}"

START_TEST(test_list)
{
    struct rollout_json *json = parse(LIST);
    size_t count = 0;
    ck_assert_int_eq(rollout_document_count(rollout_json_tree(json), &count, NULL), ROLLOUT_OK);
    ck_assert_uint_eq(count, 2);

    struct rollout_world *one = decode(json, 0), *two = decode(json, 1);
    assert_text(one->workload->cloneset->name, "one");
    ck_assert_uint_eq(one->snapshot->pods.count, 1);
    assert_text(one->snapshot->pods.items[0].name, "p2");
    ck_assert_uint_eq(one->snapshot->claims.count, 0);
    ck_assert_uint_eq(one->snapshot->nodes.count, 2);
    ck_assert_uint_eq(one->snapshot->revisions.items[0].flags, ROLLOUT_REVISION_NEW);

    assert_text(two->workload->cloneset->name, "two");
    ck_assert_uint_eq(two->snapshot->pods.count, 2);
    assert_text(two->snapshot->pods.items[0].name, "p1");
    assert_text(two->snapshot->pods.items[1].name, "p5");
    ck_assert_uint_eq(two->snapshot->claims.count, 1);
    assert_text(two->snapshot->claims.items[0].name, "c1");
    ck_assert_uint_eq(two->snapshot->nodes.count, 2);
    assert_text(two->snapshot->nodes.items[1].name, "n2");
    ck_assert_uint_eq(two->snapshot->revisions.count, 1);
    ck_assert_uint_eq(two->snapshot->update_revision, 1);
    ck_assert_uint_eq(two->snapshot->current_revision, 1); /* status.currentRevision */
    rollout_world_free(one);
    rollout_world_free(two);

    struct rollout_world *world;
    struct rollout_error error = { .struct_size = sizeof(error) };
    ck_assert_int_eq(rollout_document_decode(rollout_json_tree(json), 2, NOW, &world, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "index: 2, but the document holds 2 workloads");
    rollout_json_free(json);
}
END_TEST

START_TEST(test_grouping)
{
    struct rollout_json *json = parse(LIST);
    struct rollout_grouping *grouping;
    struct rollout_world *world;
    ck_assert_int_eq(rollout_document_group(rollout_json_tree(json), &grouping, NULL), ROLLOUT_OK);
    ck_assert_uint_eq(rollout_grouping_count(grouping), 2);
    for (int round = 0; round < 2; round++) {
        ck_assert_int_eq(rollout_grouping_decode(grouping, 1, NOW, &world, NULL), ROLLOUT_OK);
        ck_assert_uint_eq(world->snapshot->pods.count, 2);
        rollout_world_free(world);
    }
    rollout_grouping_free(grouping);
    rollout_grouping_free(NULL);
    rollout_world_free(NULL);
    rollout_json_free(json);
}
END_TEST

/* How many workloads, and pods of the first one. */
static const struct {
    const char *document;
    size_t count, pods;
} shapes[] = {
    { CLONESET("demo", "u"), 1, 0 },
    { "{'kind':'List','items':[]}", 0, 0 },
    { "{'kind':'List'}", 0, 0 },
    { "{'kind':'List','items':null}", 0, 0 },
    /* A list of one kind may leave kind and apiVersion out of its items. */
    { "{'kind':'CloneSetList','apiVersion':'apps.kruise.io/v1alpha1','items':[{'metadata':{'name':'a'},'spec':{}}]}", 1,
      0 },
    { "{'kind':'PodList','apiVersion':'v1','items':[{'metadata':{'name':'a'}}]}", 0, 0 },
    /* Without a uid nothing belongs to a workload of a List, and everything given to that of a Snapshot. */
    { "{'kind':'List','items':[{'kind':'CloneSet','apiVersion':'apps.kruise.io/v1beta1'},{'kind':'Pod'}]}", 1, 0 },
    { "{'kind':'Snapshot','workload':{'kind':'CloneSet','apiVersion':'apps.kruise.io/v1beta1'},"
      "'pods':[{'metadata':{" OWNED("u") "}}]}",
      1, 1 },
};

START_TEST(test_shape)
{
    struct rollout_json *json = parse(shapes[_i].document);
    size_t count = 99;
    ck_assert_int_eq(rollout_document_count(rollout_json_tree(json), &count, NULL), ROLLOUT_OK);
    ck_assert_uint_eq(count, shapes[_i].count);
    if (count > 0) {
        struct rollout_world *world = decode(json, 0);
        ck_assert_uint_eq(world->snapshot->pods.count, shapes[_i].pods);
        rollout_world_free(world);
    }
    rollout_json_free(json);
}
END_TEST

/* Items of a List that cannot be told to belong to a workload: then no workload of it is planned for. "": taken. */
#define ONE                 CLONESET("one", "1")
#define ITEM(item)          "{'kind':'List','items':[" ONE "," item "]}"
#define OWNER(kind, owners) ITEM("{'kind':'" kind "','metadata':{'ownerReferences':" owners "}}")
static const struct {
    const char *document, *message;
} items[] = {
    { ITEM("'x'"), "items[1]: \"x\" is not an object" },
    { ITEM("null"), "items[1]: null is not an object" },
    { ITEM("[]"), "items[1]: [] is not an object" },
    { ITEM("{'kind':3}"), "items[1].kind: 3 is not a string" },
    { ITEM("{'kind':['Pod']}"), "items[1].kind: [\"Pod\"] is not a string" },
    { ITEM("{}"), "items[1].kind: missing" },
    { ITEM("{'kind':null}"), "items[1].kind: missing" },
    { "{'kind':'PodList','items':[{'kind':3}]}", "items[0].kind: 3 is not a string" },
    { "{'kind':'PodList','items':[{'metadata':3}]}", "items[0].metadata: 3 is not an object" },
    { ITEM("{'kind':'Pod','metadata':'x'}"), "items[1].metadata: \"x\" is not an object" },
    { ITEM("{'kind':'ControllerRevision','metadata':[]}"), "items[1].metadata: [] is not an object" },
    { ITEM("{'kind':'PersistentVolumeClaim','metadata':1}"), "items[1].metadata: 1 is not an object" },
    { ITEM("{'kind':'Node','metadata':true}"), "items[1].metadata: true is not an object" },
    { ITEM("{'kind':'CloneSet','metadata':1.5}"), "items[1].metadata: 1.5 is not an object" },
    { OWNER("Pod", "'x'"), "items[1].metadata.ownerReferences: \"x\" is not an array" },
    { OWNER("Pod", "{}"), "items[1].metadata.ownerReferences: {} is not an array" },
    { OWNER("ControllerRevision", "'x'"), "items[1].metadata.ownerReferences: \"x\" is not an array" },
    { OWNER("PersistentVolumeClaim", "'x'"), "items[1].metadata.ownerReferences: \"x\" is not an array" },
    { OWNER("Node", "'x'"), "items[1].metadata.ownerReferences: \"x\" is not an array" },
    { OWNER("CloneSet", "'x'"), "items[1].metadata.ownerReferences: \"x\" is not an array" },
    { OWNER("Pod", "[{},7]"), "items[1].metadata.ownerReferences[1]: 7 is not an object" },
    { OWNER("Pod", "[{'uid':1}]"), "items[1].metadata.ownerReferences[0].uid: 1 is not a string" },
    { OWNER("Pod", "[{'kind':1}]"), "items[1].metadata.ownerReferences[0].kind: 1 is not a string" },
    { OWNER("Pod", "[{'name':{}}]"), "items[1].metadata.ownerReferences[0].name: {} is not a string" },
    { OWNER("Pod", "[{'controller':'true'}]"),
      "items[1].metadata.ownerReferences[0].controller: \"true\" is not a boolean" },
    { OWNER("PersistentVolumeClaim", "[{'uid':'1'},{'uid':2}]"),
      "items[1].metadata.ownerReferences[1].uid: 2 is not a string" },
    /* What nothing is read of may be anything, and null is as good as absent. */
    { OWNER("Service", "'x'"), "" },
    { ITEM("{'kind':'Secret','metadata':3}"), "" },
    { OWNER("Pod", "null"), "" },
    { OWNER("Pod", "[null]"), "" },
    { OWNER("Pod", "[{'uid':null,'kind':null,'name':null,'controller':null}]"), "" },
    { ITEM("{'kind':'Pod','metadata':null}"), "" },
};

static void group(const char *document, const char *message)
{
    struct rollout_json *json = parse(document);
    struct rollout_grouping *grouping = NULL;
    struct rollout_error error = { .struct_size = sizeof(error) };
    int r = rollout_document_group(rollout_json_tree(json), &grouping, &error);
    ck_assert_msg(r == (*message ? ROLLOUT_ERR_INVALID : ROLLOUT_OK), "%s: %d %s", document, r, error.message);
    if (*message)
        ck_assert_str_eq(error.message, message);
    rollout_grouping_free(grouping);
    rollout_json_free(json);
}

START_TEST(test_item)
{
    group(items[_i].document, items[_i].message);
}
END_TEST

/* The same in the arrays of a Snapshot. */
static const struct {
    const char *array, *item, *message;
} members[] = {
    { "pods", "'x'", "pods[0]: \"x\" is not an object" },
    { "revisions", "null", "revisions[0]: null is not an object" },
    { "claims", "1", "claims[0]: 1 is not an object" },
    { "nodes", "'x'", "nodes[0]: \"x\" is not an object" },
    { "nodes", "null", "nodes[0]: null is not an object" },
    { "pods", "{'kind':1}", "pods[0].kind: 1 is not a string" },
    { "revisions", "{'kind':1}", "revisions[0].kind: 1 is not a string" },
    { "claims", "{'kind':1}", "claims[0].kind: 1 is not a string" },
    { "nodes", "{'kind':1}", "nodes[0].kind: 1 is not a string" },
    { "pods", "{'metadata':1}", "pods[0].metadata: 1 is not an object" },
    { "revisions", "{'metadata':1}", "revisions[0].metadata: 1 is not an object" },
    { "claims", "{'metadata':1}", "claims[0].metadata: 1 is not an object" },
    { "nodes", "{'metadata':1}", "nodes[0].metadata: 1 is not an object" },
    { "pods", "{'metadata':{'ownerReferences':{}}}", "pods[0].metadata.ownerReferences: {} is not an array" },
    { "revisions", "{'metadata':{'ownerReferences':{}}}", "revisions[0].metadata.ownerReferences: {} is not an array" },
    { "claims", "{'metadata':{'ownerReferences':[1]}}", "claims[0].metadata.ownerReferences[0]: 1 is not an object" },
    { "pods", "{'metadata':{'ownerReferences':[{'name':1}]}}",
      "pods[0].metadata.ownerReferences[0].name: 1 is not a string" },
    { "revisions", "{'metadata':{'ownerReferences':[{'kind':1}]}}",
      "revisions[0].metadata.ownerReferences[0].kind: 1 is not a string" },
    { "claims", "{'metadata':{'ownerReferences':[{'uid':1}]}}",
      "claims[0].metadata.ownerReferences[0].uid: 1 is not a string" },
    { "nodes", "{'metadata':{'ownerReferences':[{'controller':1}]}}",
      "nodes[0].metadata.ownerReferences[0].controller: 1 is not a boolean" },
};

START_TEST(test_member)
{
    char document[800];
    struct rollout_world *world = NULL;
    struct rollout_error error = { .struct_size = sizeof(error) };
    snprintf(document, sizeof(document), "{'kind':'Snapshot','workload':" ONE ",'%s':[%s]}", members[_i].array,
             members[_i].item);
    struct rollout_json *json = parse(document);
    ck_assert_int_eq(rollout_document_decode(rollout_json_tree(json), 0, NOW, &world, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, members[_i].message);
    rollout_json_free(json);
}
END_TEST

/* The selector as Kubernetes prints it. */
static const struct {
    const char *selector, *text;
} selectors[] = {
    { "null", "" },
    { "{}", "" },
    { "{'matchLabels':{'b':'2','a':'1'}}", "a=1,b=2" },
    { "{'matchLabels':{'a':''}}", "a=" },
    { "{'matchExpressions':[{'key':'k','operator':'In','values':['v']}]}", "k in (v)" },
    { "{'matchExpressions':[{'key':'k','operator':'In','values':['v','u']},{'key':'a','operator':'Exists'}]}",
      "a,k in (u,v)" },
    { "{'matchExpressions':[{'key':'k','operator':'Gt','values':['1']}]}", "" },
};

START_TEST(test_what_belongs)
{
    struct rollout_json *json = parse(
        "{'kind':'Snapshot','now':'2023-11-14T22:13:20Z','workload':{'kind':'CloneSet','apiVersion':"
        "'apps.kruise.io/v1beta1','metadata':{'name':'w','uid':'u'},'spec':{'replicas':1,'selector':{'matchLabels':"
        "{'a':'1'}}}},'pods':[{'metadata':{'name':'in','labels':{'a':'1'}}},{'metadata':{'name':'out','labels':"
        "{'a':'2'},'ownerReferences':[{'uid':'u','controller':true}]}}],'claims':[{'metadata':{'name':'c'}},"
        "{'metadata':{'name':'d','ownerReferences':[{'uid':'x'},{'uid':'u'}]}}]}");
    struct rollout_world *world = decode(json, 0);
    ck_assert_uint_eq(world->snapshot->pods.count, 2);
    ck_assert_uint_eq(world->snapshot->pods.items[0].flags & ROLLOUT_POD_NOT_SELECTED, 0);
    ck_assert_uint_ne(world->snapshot->pods.items[1].flags & ROLLOUT_POD_NOT_SELECTED, 0);
    ck_assert_uint_eq(world->snapshot->claims.items[0].flags, 0);
    ck_assert_uint_eq(world->snapshot->claims.items[1].flags, ROLLOUT_CLAIM_OWNED);
    rollout_world_free(world);
    rollout_json_free(json);
}
END_TEST

START_TEST(test_selector_text)
{
    char text[512];
    snprintf(text, sizeof(text), "{'kind':'CloneSet','apiVersion':'apps.kruise.io/v1beta1','spec':{'selector':%s}}",
             selectors[_i].selector);
    struct rollout_json *json = parse(text);
    struct rollout_world *world = decode(json, 0);
    assert_text(world->workload->cloneset->label_selector, selectors[_i].text);
    /* Not there, or with an operator that is none. */
    bool usable = strcmp(selectors[_i].selector, "null") != 0 && !strstr(selectors[_i].selector, "'Gt'");
    ck_assert_uint_eq(world->workload->cloneset->flags & ROLLOUT_CLONESET_SELECTOR_INVALID,
                      usable ? 0 : ROLLOUT_CLONESET_SELECTOR_INVALID);
    rollout_world_free(world);
    rollout_json_free(json);
}
END_TEST

START_TEST(test_no_clock)
{
    struct rollout_json *json = parse(CLONESET("demo", "u"));
    struct rollout_world *world = NULL;
    struct rollout_error error = { .struct_size = sizeof(error) };
    ck_assert_int_eq(rollout_document_decode(rollout_json_tree(json), 0, 0, &world, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "now: missing");
    ck_assert_ptr_null(world);
    rollout_json_free(json);
}
END_TEST

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

int main(void)
{
    Suite *suite = suite_create("document");
    TCase *tc = tcase_create("document");
    tcase_add_loop_test(tc, test_twins, 0, COUNT(twins));
    tcase_add_test(tc, test_status);
    tcase_add_test(tc, test_snapshot);
    tcase_add_test(tc, test_defaults);
    tcase_add_loop_test(tc, test_determined, 0, COUNT(determined));
    tcase_add_test(tc, test_new_revision);
    tcase_add_test(tc, test_claims_of_child);
    tcase_add_test(tc, test_collision_count);
    tcase_add_loop_test(tc, test_numeric_hash, 0, 4);
    tcase_add_test(tc, test_claims_hash_of_old);
    tcase_add_loop_test(tc, test_claims_hash, 0, COUNT(hashes));
    tcase_add_test(tc, test_list);
    tcase_add_test(tc, test_grouping);
    tcase_add_loop_test(tc, test_shape, 0, COUNT(shapes));
    tcase_add_loop_test(tc, test_item, 0, COUNT(items));
    tcase_add_loop_test(tc, test_member, 0, COUNT(members));
    tcase_add_test(tc, test_what_belongs);
    tcase_add_loop_test(tc, test_selector_text, 0, COUNT(selectors));
    tcase_add_test(tc, test_no_clock);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* From StatefulSets, OpenKruise's in both versions and Kubernetes' own, to facts. */
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

/* A StatefulSet with every field that any version has. */
#define FULL(version)                                                                                                  \
    "{'kind':'StatefulSet','apiVersion':'" version                                                                     \
    "','metadata':{'name':'web','namespace':'ns','uid':'u','generation':7,'deletionTimestamp':'2023-11-14T22:13:20Z'}" \
    ",'spec':{'replicas':0,'revisionHistoryLimit':4,'minReadySeconds':8,'selector':{'matchLabels':{'b':'2','a':'1'}}," \
    "'podManagementPolicy':'Parallel','ordinals':{'start':3},'reserveOrdinals':[1,'3-5',null,'x'],"                    \
    "'scaleStrategy':{'maxUnavailable':'30%'},'lifecycle':{'preDelete':{'finalizersHandler':['f']},"                   \
    "'inPlaceUpdate':{'labelsHandler':{'h':'1'},'markPodNotReady':true},'preNormal':{}},"                              \
    "'persistentVolumeClaimRetentionPolicy':{'whenDeleted':'Retain','whenScaled':'Delete'},"                           \
    "'volumeClaimUpdateStrategy':{'type':'OnPodRollingUpdate'},'volumeClaimTemplates':[{'metadata':{'name':'data'},"   \
    "'spec':{'storageClassName':'fast','accessModes':['ReadWriteOnce','ReadOnlyMany'],'resources':{'requests':"        \
    "{'storage':'10Gi'}}}},{'metadata':{'name':'log'},'spec':{'storageClassName':'','resources':{'requests':"          \
    "{'storage':1024}}}},{}],'updateStrategy':{'type':'RollingUpdate','rollingUpdate':{'partition':2,"                 \
    "'maxUnavailable':'20%','podUpdatePolicy':'InPlaceOnly','paused':true,'minReadySeconds':9,"                        \
    "'inPlaceUpdateStrategy':{'gracePeriodSeconds':30},'unorderedUpdate':{'priorityStrategy':{'weightPriority':"       \
    "[{'weight':50,'matchSelector':{'matchLabels':{'tier':'a'}}}],'orderPriority':[{'orderedKey':'k'}]}}}}},"          \
    "'status':{'observedGeneration':6,'replicas':5,'readyReplicas':4,'availableReplicas':3,'currentReplicas':2,"       \
    "'updatedReplicas':1,'updatedReadyReplicas':8,'updatedAvailableReplicas':9,'collisionCount':0,"                    \
    "'currentRevision':'c','updateRevision':'v','labelSelector':'a=b','volumeClaims':[{'volumeClaimName':'data',"      \
    "'compatibleReplicas':3,'compatibleReadyReplicas':2}],'conditions':[{'type':'FailedCreatePod','status':'True',"    \
    "'reason':'R','message':'M','lastTransitionTime':'2023-11-14T22:13:21Z'}]}}"

static void check_common(const struct rollout_statefulset *s)
{
    ck_assert_uint_eq(s->struct_size, sizeof(*s));
    assert_text(s->name, "web");
    assert_text(s->namespace_, "ns");
    assert_text(s->uid, "u");
    ck_assert_int_eq(s->generation, 7);
    ck_assert_uint_eq(s->replicas.set, 1);
    ck_assert_int_eq(s->replicas.value, 0);
    ck_assert_int_eq(s->revision_history_limit.value, 4);
    assert_text(s->label_selector, "a=1,b=2");
    assert_text(*ro_labels_get(&s->selector.match_labels, RO_STR("b")), "2");
    ck_assert_uint_eq(s->update_type, ROLLOUT_UPDATE_ROLLING);
    ck_assert_int_eq(s->partition, 2);
    ck_assert_uint_eq(s->max_unavailable.kind, ROLLOUT_INTSTR_TEXT);
    assert_text(s->max_unavailable.text, "20%");
    ck_assert_uint_eq(s->claim_template_count, 3);
    assert_text(s->claim_templates[0].name, "data");
    assert_text(s->claim_templates[0].storage_class, "fast");
    assert_text(s->claim_templates[0].request, "10Gi");
    ck_assert_uint_eq(s->claim_templates[0].access_modes.count, 2);
    assert_text(*ro_strs_at(&s->claim_templates[0].access_modes, 1), "ReadOnlyMany");
    assert_text(s->claim_templates[1].name, "log");
    ck_assert_ptr_nonnull(s->claim_templates[1].storage_class.data); /* "" is a class of its own */
    assert_text(s->claim_templates[1].request, "1024");
    ck_assert_ptr_null(s->claim_templates[2].storage_class.data);
    ck_assert_ptr_null(s->claim_templates[2].request.data);

    ck_assert_int_eq(s->status->observed_generation, 6);
    ck_assert_int_eq(s->status->replicas, 5);
    ck_assert_int_eq(s->status->ready_replicas, 4);
    ck_assert_int_eq(s->status->available_replicas, 3);
    ck_assert_int_eq(s->status->current_replicas, 2);
    ck_assert_int_eq(s->status->updated_replicas, 1);
    ck_assert_uint_eq(s->status->collision_count.set, 1);
    assert_text(s->status->current_revision, "c");
    assert_text(s->status->update_revision, "v");
    ck_assert_uint_eq(s->status->condition_count, 1);
    assert_text(s->status->conditions[0].type, "FailedCreatePod");
    assert_text(s->status->conditions[0].message, "M");
    ck_assert_int_eq(s->status->conditions[0].last_transition_ms, NOW + 1000);
}

/* What OpenKruise's versions have and Kubernetes has not. */
static void check_rolling(const struct rollout_statefulset *s, bool advanced)
{
    ck_assert_uint_eq(s->pod_update_policy, advanced ? ROLLOUT_POLICY_IN_PLACE_ONLY : ROLLOUT_POLICY_RECREATE);
    ck_assert_int_eq(s->grace_period_seconds, advanced ? 30 : 0);
    ck_assert_uint_eq(s->priority.weight_count, advanced);
    ck_assert_uint_eq(s->priority.ordered_keys.count, advanced);
    assert_text(s->status->label_selector, advanced ? "a=b" : "");
    if (advanced) {
        ck_assert_int_eq(s->priority.weights[0].weight, 50);
        assert_text(*ro_label_value(&s->priority.weights[0].selector.match_labels, 0), "a");
        assert_text(*ro_strs_at(&s->priority.ordered_keys, 0), "k");
    }
}

/* What only v1beta1 has: the conversion from v1alpha1 does not carry it. */
static void check_newest(const struct rollout_statefulset *s, bool beta)
{
    ck_assert_uint_eq(s->lifecycle.set, beta);
    ck_assert_uint_eq(s->lifecycle.pre_normal.set, beta);
    ck_assert_uint_eq(s->lifecycle.pre_delete.finalizers.count, beta);
    ck_assert_uint_eq(s->lifecycle.in_place_update.mark_pod_not_ready, beta);
    ck_assert_uint_eq(s->reserve_ordinal_count, beta ? 4 : 0);
    ck_assert_uint_eq(s->scale_max_unavailable.kind, beta ? ROLLOUT_INTSTR_TEXT : ROLLOUT_INTSTR_UNSET);
    ck_assert_int_eq(s->status->updated_ready_replicas, beta ? 8 : 0);
    ck_assert_int_eq(s->status->updated_available_replicas, beta ? 9 : 0);
    ck_assert_uint_eq(s->status->claim_count, beta);
    if (!beta)
        return;
    ck_assert_uint_eq(s->reserve_ordinals[0].kind, ROLLOUT_INTSTR_INT);
    ck_assert_int_eq(s->reserve_ordinals[0].count, 1);
    assert_text(s->reserve_ordinals[1].text, "3-5");
    ck_assert_uint_eq(s->reserve_ordinals[2].kind, ROLLOUT_INTSTR_INT); /* null is Go's zero value */
    ck_assert_int_eq(s->reserve_ordinals[2].count, 0);
    assert_text(s->reserve_ordinals[3].text, "x"); /* that it is no range is the planner's to see */
    assert_text(s->scale_max_unavailable.text, "30%");
    assert_text(s->status->claims[0].name, "data");
    ck_assert_int_eq(s->status->claims[0].compatible_replicas, 3);
    ck_assert_int_eq(s->status->claims[0].compatible_ready_replicas, 2);
}

#define ALWAYS (ROLLOUT_STATEFULSET_DELETING | ROLLOUT_STATEFULSET_PARALLEL | ROLLOUT_STATEFULSET_ROLLING_UPDATE)

static const struct {
    const char *document, *api_version;
    bool advanced, beta;
    uint32_t flags;
    int32_t start, min_ready;
    uint32_t when_scaled;
} versions[] = {
    { FULL(BETA), BETA, true, true,
      ALWAYS | ROLLOUT_STATEFULSET_PAUSED | ROLLOUT_STATEFULSET_UNORDERED | ROLLOUT_STATEFULSET_RESIZES_CLAIMS, 3, 9,
      ROLLOUT_CLAIMS_DELETE },
    { FULL(ALPHA), ALPHA, true, false, ALWAYS | ROLLOUT_STATEFULSET_PAUSED | ROLLOUT_STATEFULSET_UNORDERED, 0, 9,
      ROLLOUT_CLAIMS_RETAIN },
    { FULL(NATIVE), NATIVE, false, false, ALWAYS | ROLLOUT_STATEFULSET_NATIVE, 3, 8, ROLLOUT_CLAIMS_DELETE },
};

START_TEST(test_version)
{
    struct rollout_json *json;
    struct rollout_world *world = decode_text(versions[_i].document, &json);
    const struct rollout_statefulset *s = world->workload->statefulset;
    assert_text(world->kind, "StatefulSet");
    assert_text(world->api_version, versions[_i].api_version);
    ck_assert_ptr_null(world->workload->cloneset);
    ck_assert_ptr_null(world->workload->daemonset);
    check_common(s);
    check_rolling(s, versions[_i].advanced);
    check_newest(s, versions[_i].beta);
    ck_assert_uint_eq(s->flags, versions[_i].flags);
    ck_assert_int_eq(s->start_ordinal, versions[_i].start);
    ck_assert_int_eq(s->min_ready_seconds, versions[_i].min_ready);
    ck_assert_uint_eq(s->claims_when_deleted, ROLLOUT_CLAIMS_RETAIN);
    ck_assert_uint_eq(s->claims_when_scaled, versions[_i].when_scaled);
    rollout_world_free(world);
    rollout_json_free(json);
}
END_TEST

/* ---- what is absent, and odd texts ---- */

#define SET(spec)     "{'kind':'StatefulSet','apiVersion':'" BETA "','spec':{" spec "}}"
#define NATIVE_(spec) "{'kind':'StatefulSet','apiVersion':'" NATIVE "','spec':{" spec "}}"
#define SELECTOR      "'selector':{'matchLabels':{'a':'1'}}"

static const struct {
    const char *document;
    uint32_t flags, type;
} strategies[] = {
    /* Without a type the API's defaulting has not been here: it fills in the block. */
    { SET(SELECTOR), ROLLOUT_STATEFULSET_ROLLING_UPDATE, ROLLOUT_UPDATE_ROLLING },
    { SET(SELECTOR ",'updateStrategy':{'type':''}"), ROLLOUT_STATEFULSET_ROLLING_UPDATE, ROLLOUT_UPDATE_ROLLING },
    { SET(SELECTOR ",'updateStrategy':{'type':'RollingUpdate'}"), 0, ROLLOUT_UPDATE_ROLLING },
    { SET(SELECTOR ",'updateStrategy':{'type':'RollingUpdate','rollingUpdate':null}"), 0, ROLLOUT_UPDATE_ROLLING },
    { SET(SELECTOR ",'updateStrategy':{'type':'RollingUpdate','rollingUpdate':{}}"), ROLLOUT_STATEFULSET_ROLLING_UPDATE,
      ROLLOUT_UPDATE_ROLLING },
    { SET(SELECTOR ",'updateStrategy':{'type':'OnDelete'}"), 0, ROLLOUT_UPDATE_ON_DELETE },
    { SET(SELECTOR ",'updateStrategy':{'type':'onDelete'}"), 0, ROLLOUT_UPDATE_ROLLING },
    { NATIVE_(SELECTOR), ROLLOUT_STATEFULSET_NATIVE | ROLLOUT_STATEFULSET_ROLLING_UPDATE, ROLLOUT_UPDATE_ROLLING },
    { NATIVE_(SELECTOR ",'updateStrategy':{'type':'RollingUpdate'}"), ROLLOUT_STATEFULSET_NATIVE,
      ROLLOUT_UPDATE_ROLLING },
    { SET(SELECTOR ",'podManagementPolicy':'OrderedReady','updateStrategy':{'type':'OnDelete'}"), 0,
      ROLLOUT_UPDATE_ON_DELETE },
    { SET(SELECTOR ",'podManagementPolicy':'parallel','updateStrategy':{'type':'OnDelete'}"), 0,
      ROLLOUT_UPDATE_ON_DELETE },
    { SET(SELECTOR ",'volumeClaimUpdateStrategy':{'type':'OnDelete'},'updateStrategy':{'type':'OnDelete'}"), 0,
      ROLLOUT_UPDATE_ON_DELETE },
    { SET(SELECTOR ",'updateStrategy':{'type':'RollingUpdate','rollingUpdate':{'unorderedUpdate':{}}}"),
      ROLLOUT_STATEFULSET_ROLLING_UPDATE | ROLLOUT_STATEFULSET_UNORDERED, ROLLOUT_UPDATE_ROLLING },
    /* A selector that is not there, or not usable. One of everything is usable. */
    { SET("'updateStrategy':{'type':'OnDelete'}"), ROLLOUT_STATEFULSET_SELECTOR_INVALID, ROLLOUT_UPDATE_ON_DELETE },
    { SET("'selector':{'matchExpressions':[{'key':'k','operator':'Lt','values':['1']}]},"
          "'updateStrategy':{'type':'OnDelete'}"),
      ROLLOUT_STATEFULSET_SELECTOR_INVALID, ROLLOUT_UPDATE_ON_DELETE },
    { SET("'selector':{},'updateStrategy':{'type':'OnDelete'}"), 0, ROLLOUT_UPDATE_ON_DELETE },
};

START_TEST(test_strategy)
{
    struct rollout_json *json;
    struct rollout_world *world = decode_text(strategies[_i].document, &json);
    const struct rollout_statefulset *s = world->workload->statefulset;
    ck_assert_uint_eq(s->flags, strategies[_i].flags);
    ck_assert_uint_eq(s->update_type, strategies[_i].type);
    ck_assert_uint_eq(s->replicas.set, 0);
    ck_assert_uint_eq(s->revision_history_limit.set, 0);
    ck_assert_uint_eq(s->max_unavailable.kind, ROLLOUT_INTSTR_UNSET);
    ck_assert_uint_eq(s->scale_max_unavailable.kind, ROLLOUT_INTSTR_UNSET);
    ck_assert_uint_eq(s->status->collision_count.set, 0);
    rollout_world_free(world);
    rollout_json_free(json);
}
END_TEST

/* statefulset.md 11.2: unknown texts are Retain in both; an absent one is the API's default. */
static const struct {
    const char *policy;
    uint32_t deleted, scaled;
} retentions[] = {
    { "null", ROLLOUT_CLAIMS_RETAIN, ROLLOUT_CLAIMS_RETAIN },
    { "{}", ROLLOUT_CLAIMS_RETAIN, ROLLOUT_CLAIMS_RETAIN },
    { "{'whenDeleted':'Delete','whenScaled':'Retain'}", ROLLOUT_CLAIMS_DELETE, ROLLOUT_CLAIMS_RETAIN },
    { "{'whenDeleted':'Delete','whenScaled':'Delete'}", ROLLOUT_CLAIMS_DELETE, ROLLOUT_CLAIMS_DELETE },
    { "{'whenScaled':'Delete'}", ROLLOUT_CLAIMS_RETAIN, ROLLOUT_CLAIMS_DELETE },
    { "{'whenDeleted':'Delete','whenScaled':''}", ROLLOUT_CLAIMS_DELETE, ROLLOUT_CLAIMS_RETAIN },
    { "{'whenDeleted':'Delete','whenScaled':'delete'}", ROLLOUT_CLAIMS_RETAIN, ROLLOUT_CLAIMS_RETAIN },
    { "{'whenDeleted':'Keep','whenScaled':'Delete'}", ROLLOUT_CLAIMS_RETAIN, ROLLOUT_CLAIMS_RETAIN },
};

START_TEST(test_retention)
{
    char text[512];
    struct rollout_json *json;
    snprintf(text, sizeof(text), SET("'persistentVolumeClaimRetentionPolicy':%s"), retentions[_i].policy);
    struct rollout_world *world = decode_text(text, &json);
    ck_assert_uint_eq(world->workload->statefulset->claims_when_deleted, retentions[_i].deleted);
    ck_assert_uint_eq(world->workload->statefulset->claims_when_scaled, retentions[_i].scaled);
    rollout_world_free(world);
    rollout_json_free(json);
}
END_TEST

/* ---- pods: storage (statefulset.md 2.4), uid ---- */

#define VOLUME(name, claim) "{'name':'" name "','persistentVolumeClaim':{'claimName':'" claim "'}}"
#define TEMPLATES           "'volumeClaimTemplates':[{'metadata':{'name':'data'}},{'metadata':{'name':'log'}}]"

static const struct {
    const char *pod, *volumes;
    bool fits;
} storages[] = {
    { "web-0", VOLUME("data", "data-web-0") "," VOLUME("log", "log-web-0"), true },
    { "web-0", VOLUME("log", "log-web-0") "," VOLUME("data", "data-web-0"), true },
    { "web-0", "{'name':'tmp','emptyDir':{}}," VOLUME("log", "log-web-0") ",{'name':'x'}," VOLUME("data", "data-web-0"),
      true },
    { "web-12", VOLUME("data", "data-web-12") "," VOLUME("log", "log-web-12"), true },
    { "web-01", VOLUME("data", "data-web-1") "," VOLUME("log", "log-web-1"), true },
    { "web-01", VOLUME("data", "data-web-01") "," VOLUME("log", "log-web-01"), false },
    { "web-0", VOLUME("data", "data-web-0"), false },
    { "web-0", VOLUME("data", "data-web-0") "," VOLUME("log", "log-web-1"), false },
    { "web-0", VOLUME("data", "data-web-0") "," VOLUME("log", "data-web-0"), false },
    { "web-0", VOLUME("data", "data-web-0") ",{'name':'log','emptyDir':{}}", false },
    { "web-0", VOLUME("data", "data-web-0") ",{'name':'log','persistentVolumeClaim':{}}", false },
    { "web-0", VOLUME("data", "data-other-0") "," VOLUME("log", "log-other-0"), false },
    /* Of two volumes of a name the last one counts. */
    { "web-0", VOLUME("data", "x") "," VOLUME("log", "log-web-0") "," VOLUME("data", "data-web-0"), true },
    { "web-0", VOLUME("data", "data-web-0") "," VOLUME("log", "log-web-0") "," VOLUME("data", "x"), false },
    { "web-0", VOLUME("log", "log-web-0") "," VOLUME("log", "log-web-0"), false },
    { "web-0", "", false },
    { "web-99999999999", VOLUME("data", "data-web-99999999999") "," VOLUME("log", "log-web-99999999999"), false },
    { "web", VOLUME("data", "data-web-0") "," VOLUME("log", "log-web-0"), false },
};

static uint32_t mismatch(const struct rollout_pod *pod)
{
    return pod->flags & ROLLOUT_POD_STORAGE_MISMATCH;
}

/* The same from a Snapshot, and from the pod alone with the workload's facts. */
static void check_storage(const char *document, bool fits)
{
    struct rollout_json *json;
    struct rollout_world *world = decode_text(document, &json);
    struct rollout_pod alone;
    struct rollout_in_place in_place;
    ck_assert_uint_eq(world->snapshot->pods.count, 1);
    ck_assert_int_eq(mismatch(&world->snapshot->pods.items[0]) == 0, fits);
    assert_text(world->snapshot->pods.items[0].uid, "p");
    ck_assert_int_eq(rollout_pod_from_object(&world->pod_objects[0], world->workload, sizeof alone, &alone, &in_place, NULL),
                     ROLLOUT_OK);
    ck_assert_int_eq(mismatch(&alone) == 0, fits);
    ck_assert_uint_eq(alone.flags, world->snapshot->pods.items[0].flags);
    /* Without the workload nothing is known of claims. */
    ck_assert_int_eq(rollout_pod_from_object(&world->pod_objects[0], NULL, sizeof alone, &alone, &in_place, NULL), ROLLOUT_OK);
    ck_assert_uint_eq(mismatch(&alone), 0);
    rollout_world_free(world);
    rollout_json_free(json);
}

#define STORAGE                                                                                                        \
    "{'kind':'Snapshot','workload':{'kind':'StatefulSet','apiVersion':'%s','metadata':{'name':'web','uid':'u'},'spec'" \
    ":{" SELECTOR "%s}},'pods':[{'metadata':{'name':'%s','uid':'p','labels':{'a':'1'}},'spec':{'volumes':[%s]}}]}"

START_TEST(test_storage)
{
    static const char *const api_versions[] = { BETA, ALPHA, NATIVE };
    char text[1024];
    for (size_t i = 0; i < COUNT(api_versions); i++) {
        snprintf(text, sizeof(text), STORAGE, api_versions[i], "," TEMPLATES, storages[_i].pod, storages[_i].volumes);
        check_storage(text, storages[_i].fits);
        /* Without templates every pod has what it needs. */
        snprintf(text, sizeof(text), STORAGE, api_versions[i], "", storages[_i].pod, storages[_i].volumes);
        check_storage(text, true);
    }
}
END_TEST

/* What one pod has says nothing of the next. */
START_TEST(test_storage_of_many)
{
    static const char *const volumes[] = {
        VOLUME("data", "data-web-0") "," VOLUME("log", "log-web-0"), VOLUME("data", "data-web-1"), "",
        VOLUME("data", "data-web-3") "," VOLUME("log", "log-web-3"), VOLUME("log", "log-web-4"),
    };
    char text[4096];
    struct rollout_json *json;
    int len = snprintf(text, sizeof(text),
                       "{'kind':'Snapshot','workload':{'kind':'StatefulSet','apiVersion':'" NATIVE
                       "','metadata':{'name':'web','uid':'u'},'spec':{" SELECTOR "," TEMPLATES "}},'pods':[");
    for (size_t i = 0; i < COUNT(volumes); i++)
        len += snprintf(text + len, sizeof(text) - (size_t)len,
                        "%s{'metadata':{'name':'web-%zu','labels':{'a':'1'}},'spec':{'volumes':[%s]}}", i ? "," : "", i,
                        volumes[i]);
    snprintf(text + len, sizeof(text) - (size_t)len, "]}");
    struct rollout_world *world = decode_text(text, &json);
    ck_assert_uint_eq(world->snapshot->pods.count, COUNT(volumes));
    for (size_t i = 0; i < COUNT(volumes); i++)
        ck_assert_int_eq(mismatch(&world->snapshot->pods.items[i]) == 0, i == 0 || i == 3);
    rollout_world_free(world);
    rollout_json_free(json);
}
END_TEST

/* A caller's own facts. */
START_TEST(test_pod_from_facts)
{
    struct rollout_json *json = parse("{'metadata':{'name':'web-0','labels':{'a':'1'}},'spec':{'volumes':["
                                      "{'name':'d','persistentVolumeClaim':{'claimName':'d-web-0'}}]}}");
    struct rollout_claim_template templates[] = { { .name = RO_STR("d") }, { .name = RO_STR("e") } };
    struct rollout_statefulset set = {
        .struct_size = sizeof(set), .name = RO_STR("web"), .claim_templates = templates, .claim_template_count = 1
    };
    struct rollout_workload workload = { .struct_size = sizeof(workload), .statefulset = &set };
    struct rollout_error error = { .struct_size = sizeof(error) };
    struct rollout_pod pod;
    const struct rollout_tree *tree = rollout_json_tree(json);
    ck_assert_int_eq(rollout_pod_from_object(tree, &workload, sizeof pod, &pod, NULL, &error), ROLLOUT_OK);
    ck_assert_uint_eq(mismatch(&pod), 0);
    set.claim_template_count = 2;
    ck_assert_int_eq(rollout_pod_from_object(tree, &workload, sizeof pod, &pod, NULL, &error), ROLLOUT_OK);
    ck_assert_uint_ne(mismatch(&pod), 0);
    templates[1].name = RO_STR("d"); /* one volume serves both */
    ck_assert_int_eq(rollout_pod_from_object(tree, &workload, sizeof pod, &pod, NULL, &error), ROLLOUT_OK);
    ck_assert_uint_eq(mismatch(&pod), 0);
    /* A caller who knows less of the struct: what it leaves out is absent. */
    set.struct_size = offsetof(struct rollout_statefulset, claim_templates);
    ck_assert_int_eq(rollout_pod_from_object(tree, &workload, sizeof pod, &pod, NULL, &error), ROLLOUT_OK);
    ck_assert_uint_eq(mismatch(&pod), 0);
    set.struct_size = sizeof(set);
    set.claim_templates = NULL;
    ck_assert_int_eq(rollout_pod_from_object(tree, &workload, sizeof pod, &pod, NULL, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "claim_templates: NULL with a count");
    set.struct_size = 2;
    ck_assert_int_eq(rollout_pod_from_object(tree, &workload, sizeof pod, &pod, NULL, &error), ROLLOUT_ERR_ABI);
    rollout_json_free(json);
}
END_TEST

/* ---- claims and storage classes ---- */

START_TEST(test_claims)
{
    struct rollout_json *json;
    struct rollout_world *world = decode_text(
        "{'kind':'Snapshot','workload':{'kind':'StatefulSet','apiVersion':'apps/"
        "v1','metadata':{'name':'web','uid':'u'},"
        "'spec':{}},'claims':[{'metadata':{'name':'data-web-0','deletionTimestamp':'2023-11-14T22:13:20Z',"
        "'ownerReferences':[{'kind':'StatefulSet','name':'web','uid':'u'},{'kind':'Pod','name':'web-0','uid':'p',"
        "'controller':true}]},'spec':{'storageClassName':'fast','accessModes':['ReadWriteOnce'],'resources':"
        "{'requests':{'storage':'10Gi','x':1},'limits':{'storage':'20Gi'}}},'status':{'capacity':{'storage':5},"
        "'conditions':[{'type':'Resizing','status':'True'},{'type':'FileSystemResizePending','status':'True'}]}},"
        "{'metadata':{'name':'data-web-1'},'spec':{'storageClassName':''},'status':{'conditions':["
        "{'type':'FileSystemResizePending','status':'False'},{'type':'FileSystemResizePending','status':'True'}]}}],"
        "'storageClasses':[{'kind':'StorageClass','metadata':{'name':'fast'},'allowVolumeExpansion':true},"
        "{'metadata':{'name':'slow'},'allowVolumeExpansion':null}]}",
        &json);
    const struct rollout_snapshot *s = world->snapshot;
    ck_assert_uint_eq(s->claims.count, 2);
    const struct rollout_claim *claim = &s->claims.items[0];
    assert_text(claim->name, "data-web-0");
    ck_assert_uint_eq(claim->flags, ROLLOUT_CLAIM_TERMINATING | ROLLOUT_CLAIM_OWNED | ROLLOUT_CLAIM_RESIZE_PENDING);
    ck_assert_uint_eq(claim->owner_count, 2);
    assert_text(claim->owners[0].kind, "StatefulSet");
    assert_text(claim->owners[0].uid, "u");
    ck_assert_uint_eq(claim->owners[0].controller, 0);
    assert_text(claim->owners[1].name, "web-0");
    ck_assert_uint_eq(claim->owners[1].controller, 1);
    assert_text(claim->storage_class, "fast");
    assert_text(claim->request, "10Gi");
    assert_text(claim->capacity, "5");
    ck_assert_uint_eq(claim->access_modes.count, 1);
    assert_text(*ro_strs_at(&claim->access_modes, 0), "ReadWriteOnce");

    claim = &s->claims.items[1];
    ck_assert_uint_eq(claim->flags, 0); /* of conditions of one type the first counts */
    ck_assert_uint_eq(claim->owner_count, 0);
    ck_assert_ptr_nonnull(claim->storage_class.data);
    ck_assert_ptr_null(claim->request.data);
    ck_assert_ptr_null(claim->capacity.data);

    ck_assert_uint_eq(s->storage_classes.count, 2);
    ck_assert_uint_eq(s->storage_classes.stride, sizeof(struct rollout_storage_class));
    assert_text(s->storage_classes.items[0].name, "fast");
    ck_assert_uint_eq(s->storage_classes.items[0].allow_expansion, 1);
    assert_text(s->storage_classes.items[1].name, "slow");
    ck_assert_uint_eq(s->storage_classes.items[1].allow_expansion, 0);
    rollout_world_free(world);
    rollout_json_free(json);
}
END_TEST

/* ---- revisions ---- */

/* The template and hash of a revision that was recorded from OpenKruise. */
#define OLDER                                                                                                          \
    "'template':{'metadata':{'labels':{'app':'demo'}},'spec':{'containers':[{'image':'app:0','name':'main'}]}}"
#define OLDER_HASH "b49d9c676"
#define DATA(image)                                                                                                    \
    "'data':{'spec':{'template':{'$patch':'replace','metadata':{'creationTimestamp':null,'labels':{'app':'demo'}},"    \
    "'spec':{'containers':[{'image':'" image "','name':'main','resources':{}}]}}}}"
#define DEMO(version, status)                                                                                          \
    "{'kind':'StatefulSet','apiVersion':'" version "','metadata':{'name':'demo','namespace':'ns','uid':'u',"           \
    "'annotations':{'note':'n'}},'spec':{" OLDER ",'volumeClaimTemplates':[{'metadata':{'name':'d'}}]}" status "}"
#define REVISION(name, number, image) "{'metadata':{'name':'" name "'},'revision':" number "," DATA(image) "}"

static const struct {
    const char *document, *owner;
} made[] = {
    { DEMO(BETA, ""), BETA },
    { DEMO(ALPHA, ""), BETA }, /* OpenKruise's code knows this version alone */
    { DEMO(NATIVE, ""), NATIVE },
};

START_TEST(test_new_revision)
{
    struct rollout_json *json;
    struct rollout_world *world = decode_text(made[_i].document, &json);
    const struct rollout_revision *revision = &world->snapshot->revisions.items[0];
    char wanted[1024];
    ck_assert_uint_eq(world->snapshot->revisions.count, 1);
    ck_assert_uint_eq(world->snapshot->update_revision, 1);
    ck_assert_uint_eq(world->snapshot->current_revision, 0);
    ck_assert_uint_eq(revision->flags, ROLLOUT_REVISION_NEW);
    assert_text(revision->name, "demo-" OLDER_HASH);
    ck_assert_ptr_null(revision->hash.data);
    ck_assert_ptr_null(revision->claims_hash.data);
    snprintf(wanted, sizeof(wanted),
             "{'kind':'ControllerRevision','apiVersion':'apps/v1','metadata':{'name':'demo-" OLDER_HASH
             "','namespace':'ns','labels':{'app':'demo','controller.kubernetes.io/hash':'" OLDER_HASH
             "'},'annotations':{'note':'n'},'ownerReferences':[{'apiVersion':'%s','kind':'StatefulSet','name':'demo',"
             "'uid':'u','controller':true,'blockOwnerDeletion':true}]}," DATA("app:0") ",'revision':1}",
             made[_i].owner);
    assert_json(&world->revision_objects[0], wanted);
    rollout_world_free(world);
    rollout_json_free(json);
}
END_TEST

/* statefulset.md 4.1: which one is the update revision, which the current one. */
static const struct {
    const char *status, *revisions;
    uint32_t current, update;
    size_t count;
    const char *name;
    int64_t number;
} determined[] = {
    { "", REVISION("a", "1", "app:0") "," REVISION("b", "2", "app:1"), 0, 1, 2, "a", 1 },
    { "", REVISION("b", "2", "app:0") "," REVISION("a", "1", "app:0"), 0, 1, 2, "b", 2 },
    { "", REVISION("a", "5", "app:1"), 0, 2, 2, "demo-" OLDER_HASH, 6 },
    { ",'status':{'currentRevision':'a'}", REVISION("a", "5", "app:1"), 1, 2, 2, "demo-" OLDER_HASH, 6 },
    { ",'status':{'currentRevision':'gone'}", REVISION("a", "5", "app:1"), 0, 2, 2, "demo-" OLDER_HASH, 6 },
    /* The name is taken by another template: the next hash is taken, the label keeps the first. */
    { "", REVISION("demo-" OLDER_HASH, "1", "app:1"), 0, 2, 2, NULL, 2 },
};

START_TEST(test_determined)
{
    char text[2048];
    struct rollout_json *json;
    snprintf(text, sizeof(text), "{'kind':'Snapshot','workload':" DEMO(NATIVE, "%s") ",'revisions':[%s]}",
             determined[_i].status, determined[_i].revisions);
    struct rollout_world *world = decode_text(text, &json);
    const struct rollout_snapshot *s = world->snapshot;
    ck_assert_uint_eq(s->current_revision, determined[_i].current);
    ck_assert_uint_eq(s->update_revision, determined[_i].update);
    ck_assert_uint_eq(s->revisions.count, determined[_i].count);
    const struct rollout_revision *update = &s->revisions.items[s->update_revision - 1];
    ck_assert_int_eq(update->number, determined[_i].number);
    ck_assert_ptr_null(update->claims_hash.data); /* a CloneSet's */
    ck_assert_int_eq(world->workload->statefulset->status->collision_count.value, determined[_i].name ? 0 : 1);
    if (determined[_i].name) {
        assert_text(update->name, determined[_i].name);
    } else {
        const struct rollout_node *made_object = world->revision_objects[s->update_revision - 1].nodes;
        const struct rollout_node *labels = ro_dig(made_object, "metadata", "labels", NULL);
        assert_text(ro_text(ro_get(labels, "controller.kubernetes.io/hash")), OLDER_HASH);
        ck_assert(!ro_str_eq(update->name, s->revisions.items[0].name));
    }
    rollout_world_free(world);
    rollout_json_free(json);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("statefulset_object");
    TCase *tc = tcase_create("statefulset_object");
    tcase_add_loop_test(tc, test_version, 0, COUNT(versions));
    tcase_add_loop_test(tc, test_strategy, 0, COUNT(strategies));
    tcase_add_loop_test(tc, test_retention, 0, COUNT(retentions));
    tcase_add_loop_test(tc, test_storage, 0, COUNT(storages));
    tcase_add_test(tc, test_storage_of_many);
    tcase_add_test(tc, test_pod_from_facts);
    tcase_add_test(tc, test_claims);
    tcase_add_loop_test(tc, test_new_revision, 0, COUNT(made));
    tcase_add_loop_test(tc, test_determined, 0, COUNT(determined));
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

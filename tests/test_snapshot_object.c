/* SPDX-License-Identifier: Apache-2.0 */
/* Facts that no recorded snapshot has, written as objects and read back; and those that no object says. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/tree.h"
#include "document.h"

#define TEXT(literal) { literal, sizeof(literal) - 1 }
#define POD(index)    ((struct rollout_pod *)(uintptr_t)&world->snapshot->pods.items[index])

static struct rollout_json *json;
static struct rollout_world *world;
static struct rollout_snapshot *facts; /* the world's, to be changed */

static void open_world(const char *text)
{
    world = decode_text(text, &json);
    facts = (struct rollout_snapshot *)(uintptr_t)world->snapshot;
}

static const char cloneset[] =
    "{'kind':'Snapshot','now':'2023-11-14T22:13:20Z','updateRevision':'demo-2','featureGates':"
    "{'InPlaceWorkloadVerticalScaling':true},'workload':{'kind':'CloneSet',"
    "'apiVersion':'apps.kruise.io/v1beta1','metadata':{'name':'demo','namespace':'ns','uid':'u'},'spec':"
    "{'selector':{'matchLabels':{'app':'d'}},'updateStrategy':{'rollingUpdate':{'inPlaceUpdateStrategy':"
    "{'gracePeriodSeconds':7}}},'template':{'metadata':{'labels':{'app':'d'}}}},"
    "'status':{'currentRevision':'demo-1'}},'revisions':["
    "{'metadata':{'name':'demo-1'},'revision':1},{'metadata':{'name':'demo-2'},'revision':2}],'pods':["
    "{'metadata':{'name':'a','namespace':'ns','labels':{'app':'d'}},'status':{'phase':'Running','conditions':"
    "[{'type':'Ready','status':'True','lastTransitionTime':'2023-11-14T22:13:00.5Z'}]}}],"
    "'claims':[{'metadata':{'name':'vol'}}],'nodes':[{'metadata':{'name':'n'}}]}";

static const char containers_text[] =
    "[{'name':'a','resources':{'limits':{'cpu':'1'}},'env':[{'name':'E','valueFrom':"
    "{'fieldRef':{'fieldPath':'metadata.labels[\\u0027app\\u0027]'}}}]},{'name':'b'}]";

static void set_up(void)
{
    open_world(cloneset);
}

static void tear_down(void)
{
    rollout_world_free(world);
    rollout_json_free(json);
}

/* Writes the facts and reads them back; NULL with the error's message in *ret_message, which is static. */
static struct rollout_world *around(struct rollout_objects **ret_objects, const char **ret_message)
{
    static struct rollout_error error;
    struct rollout_world *read = NULL;
    error = (struct rollout_error){ .struct_size = sizeof error };
    *ret_objects = NULL;
    int r = rollout_snapshot_object(world, world->snapshot, ret_objects, &error);
    *ret_message = error.message;
    if (r != ROLLOUT_OK) {
        ck_assert_int_eq(r, ROLLOUT_ERR_INVALID);
        ck_assert_ptr_null(*ret_objects);
        return NULL;
    }
    ck_assert_uint_eq((*ret_objects)->count, 1);
    r = rollout_document_decode(&(*ret_objects)->items[0], 0, 0, &read, &error);
    ck_assert_msg(r == ROLLOUT_OK, "%s", error.message);
    return read;
}

static void assert_refused(const char *wanted)
{
    struct rollout_objects *objects;
    const char *message;
    struct rollout_world *read = around(&objects, &message);
    ck_assert_msg(!read, "is written");
    ck_assert_str_eq(message, wanted);
}

/* ---- in-place updates ---- */

static bool has(uint32_t flags, uint32_t flag)
{
    return (flags & flag) != 0;
}

/* What the header says of which facts there can be together. */
static bool can_be(const struct rollout_in_place *p, bool containers)
{
    uint32_t f = p->flags, w = p->waits_for;
    bool state = has(f, ROLLOUT_IN_PLACE_STATE) && !has(f, ROLLOUT_IN_PLACE_STATE_BROKEN);
    bool grace = has(f, ROLLOUT_IN_PLACE_GRACE) && !has(f, ROLLOUT_IN_PLACE_GRACE_BROKEN);
    bool done = has(f, ROLLOUT_IN_PLACE_CONTAINERS_DONE), next = has(f, ROLLOUT_IN_PLACE_NEXT);
    bool held = next && !has(f, ROLLOUT_IN_PLACE_NEXT_READY), named = p->container.data;
    bool listed = named && p->container.data[0] != 'z';
    const uint32_t needs_state = ROLLOUT_IN_PLACE_STATE_BROKEN | ROLLOUT_IN_PLACE_STATE_OLD_KEY;
    const uint32_t needs_grace = ROLLOUT_IN_PLACE_GRACE | ROLLOUT_IN_PLACE_GRACE_OLD_KEY;
    const uint32_t needs_next = ROLLOUT_IN_PLACE_NEXT_APPLIES | ROLLOUT_IN_PLACE_NEXT_READY;
    if ((has(f, needs_state) && !has(f, ROLLOUT_IN_PLACE_STATE)) ||
        (has(f, needs_grace) && !has(f, ROLLOUT_IN_PLACE_GRACE_KEY)) ||
        (has(f, ROLLOUT_IN_PLACE_GRACE_BROKEN) && !has(f, ROLLOUT_IN_PLACE_GRACE)) || (has(f, needs_next) && !next))
        return false;
    if ((!grace && (p->grace_revision.data || p->grace_end_ms)) || (p->grace_end_ms && !state))
        return false;
    if (!state)
        return !done && !next && w == ROLLOUT_WAITS_FOR_NOTHING && !named;
    if (done)
        return held ? w == ROLLOUT_WAITS_FOR_PRECHECK : w == ROLLOUT_WAITS_FOR_NOTHING && !named;
    switch (w) {
    case ROLLOUT_WAITS_FOR_IMAGE:
        return true;
    case ROLLOUT_WAITS_FOR_ENV:
        return containers ? listed : !named;
    case ROLLOUT_WAITS_FOR_RESOURCES:
        return containers || !named;
    case ROLLOUT_WAITS_FOR_AGENT:
        return !named;
    default:
        return false;
    }
}

static void assert_same(const struct rollout_in_place *a, const struct rollout_in_place *b)
{
    if (a->flags == 0 && !b)
        return;
    ck_assert_ptr_nonnull(b);
    ck_assert_uint_eq(a->flags, b->flags);
    ck_assert_uint_eq(a->waits_for, b->waits_for);
    ck_assert(ro_str_eq(a->container, b->container));
    ck_assert(!a->grace_revision.data == !b->grace_revision.data);
    ck_assert(ro_str_eq(a->grace_revision, b->grace_revision));
    ck_assert_int_eq(a->grace_end_ms, b->grace_end_ms);
    ck_assert_uint_eq(a->containers.count, b->containers.count);
}

/* Every set of flags, each with a fifth of what else there can be: what can be is written and read back, what cannot is
 * refused. */
START_TEST(test_in_place)
{
    static const struct rollout_str names[] = { { NULL, 0 }, TEXT("a"), TEXT("b"), TEXT("z") };
    struct rollout_json *containers = parse(containers_text);
    struct rollout_in_place p;
    size_t written = 0, refused = 0;
    uint32_t first = (uint32_t)_i * 256;
    POD(0)->in_place = &p;
    POD(0)->restarts = _i % 2 ? 3 : 0;
    for (uint32_t flags = first; flags < first + 256; flags++)
        for (uint32_t rest = flags % 5; rest < 6 * 4 * 2 * 3; rest += 5) {
            uint32_t grace = rest / 48;
            p = (struct rollout_in_place){ .flags = flags, .waits_for = rest % 6, .container = names[rest / 6 % 4] };
            if (rest / 24 % 2)
                p.containers = *rollout_json_tree(containers);
            if (grace)
                p.grace_revision = (struct rollout_str)TEXT("r");
            if (grace == 2)
                p.grace_end_ms = NOW + 5500;
            struct rollout_objects *objects;
            const char *message;
            struct rollout_world *read = around(&objects, &message);
            bool expected = can_be(&p, p.containers.count > 0);
            ck_assert_msg(!read != expected, "flags %x waits_for %u container %s grace %u: %s", flags, p.waits_for,
                          p.container.data ? p.container.data : "-", grace, read ? "written" : message);
            if (read) {
                assert_same(&p, read->snapshot->pods.items[0].in_place);
                ck_assert_int_eq(read->snapshot->pods.items[0].restarts, POD(0)->restarts);
            }
            written += read != NULL;
            refused += read == NULL;
            rollout_world_free(read);
            rollout_objects_free(objects);
        }
    ck_assert(written > 0 && refused > 0);
    rollout_json_free(containers);
}
END_TEST

/* ---- other facts ---- */

#define READ_FLAGS 10

START_TEST(test_pod_flags)
{
    /* Those that nothing else says; the rest follow from labels and the selector. */
    static const uint32_t flags[READ_FLAGS] = { ROLLOUT_POD_TERMINATING,    ROLLOUT_POD_READY,
                                                ROLLOUT_POD_IN_PLACE_GATE,  ROLLOUT_POD_IN_PLACE_CONDITION,
                                                ROLLOUT_POD_IN_PLACE_TRUE,  ROLLOUT_POD_IN_PLACE_CLEAN,
                                                ROLLOUT_POD_KRUISE_GATE,    ROLLOUT_POD_KRUISE_CONDITION,
                                                ROLLOUT_POD_KEY_PRE_DELETE, ROLLOUT_POD_KEY_PRE_UPDATE };
    const uint32_t in_place = ROLLOUT_POD_IN_PLACE_TRUE | ROLLOUT_POD_IN_PLACE_CLEAN;
    const uint32_t keys = ROLLOUT_POD_KEY_PRE_DELETE | ROLLOUT_POD_KEY_PRE_UPDATE;
    struct rollout_pod *pod = POD(0);
    for (uint32_t set = 0; set < 1U << READ_FLAGS; set++) {
        pod->flags = 0;
        for (uint32_t i = 0; i < READ_FLAGS; i++)
            pod->flags |= set >> i & 1 ? flags[i] : 0;
        bool can = (!(pod->flags & in_place) || (pod->flags & ROLLOUT_POD_IN_PLACE_CONDITION)) &&
                   (!(pod->flags & keys) || (pod->flags & ROLLOUT_POD_KRUISE_CONDITION));
        struct rollout_objects *objects;
        const char *message;
        struct rollout_world *read = around(&objects, &message);
        ck_assert_msg(!read != can, "flags %x: %s", pod->flags, read ? "written" : message);
        if (read)
            ck_assert_uint_eq(read->snapshot->pods.items[0].flags, pod->flags);
        rollout_world_free(read);
        rollout_objects_free(objects);
    }
}
END_TEST

/* The whole document, once. */
START_TEST(test_document)
{
    static const struct rollout_label labels[] = { { TEXT("app"), TEXT("d") } };
    static const struct rollout_str finalizers[] = { TEXT("f") };
    static const struct rollout_owner owners[] = { { TEXT("CloneSet"), TEXT("demo"), TEXT("u"), 1, 0 },
                                                   { TEXT("Pod"), TEXT("a"), TEXT("p"), 0, 0 } };
    static const struct rollout_taint taints[] = { { TEXT("k"), { NULL, 0 }, ROLLOUT_EFFECT_NO_EXECUTE, 0 },
                                                   { TEXT("l"), TEXT("v"), ROLLOUT_EFFECT_OTHER, 0 } };
    static const struct rollout_backoff backoff = { TEXT("n"), 4, NOW - 1500 };
    static const struct rollout_storage_class class = { TEXT("fast"), 1, 0 };
    struct rollout_pod *pod = POD(0);
    struct rollout_claim *claim = (struct rollout_claim *)(uintptr_t)&facts->claims.items[0];
    struct rollout_node_facts *node = (struct rollout_node_facts *)(uintptr_t)&facts->nodes.items[0];
    *pod = (struct rollout_pod){ .phase = ROLLOUT_PHASE_RUNNING,
                                 .flags = ROLLOUT_POD_READY | ROLLOUT_POD_KRUISE_CONDITION | ROLLOUT_POD_KEY_PRE_DELETE,
                                 .node_index = 1,
                                 .ready_since_ms = NOW,
                                 .created_ms = NOW - 5001,
                                 .restarts = 2,
                                 .sidecar_restarts = 1,
                                 .deletion_cost = -5,
                                 .name = TEXT("b"),
                                 .target_node = TEXT("n"),
                                 .labels = { labels, 1, sizeof labels[0] },
                                 .finalizers = { finalizers, 1, sizeof finalizers[0] },
                                 .uid = TEXT("p") };
    *claim =
        (struct rollout_claim){ .name = TEXT("vol"),
                                .instance_id = TEXT("b"),
                                .flags = ROLLOUT_CLAIM_OWNED | ROLLOUT_CLAIM_TERMINATING | ROLLOUT_CLAIM_RESIZE_PENDING,
                                .owners = owners,
                                .owner_count = 2,
                                .request = TEXT("1Gi"),
                                .capacity = TEXT("2Gi") };
    node->taints = taints;
    node->taint_count = 2;
    facts->unobserved_since_ms = NOW - 1;
    facts->failed_pod_backoffs = (struct rollout_backoffs){ &backoff, 1, sizeof backoff };
    facts->storage_classes = (struct rollout_storage_classes){ &class, 1, sizeof class };
    struct rollout_objects *objects;
    const char *message;
    struct rollout_world *read = around(&objects, &message);
    ck_assert_msg(read != NULL, "%s", message);
    assert_json(
        &objects->items[0],
        "{'kind':'Snapshot','now':'2023-11-14T22:13:20Z','workload':{'kind':'CloneSet','apiVersion':"
        "'apps.kruise.io/"
        "v1beta1','metadata':{'name':'demo','namespace':'ns','uid':'u'},'spec':{'selector':{'matchLabels':"
        "{'app':'d'}},'updateStrategy':{'rollingUpdate':{'inPlaceUpdateStrategy':{'gracePeriodSeconds':7}}},'template':"
        "{'metadata':{'labels':{'app':'d'}}}},'status':{'currentRevision':'demo-1'}},'featureGates':"
        "{'InPlaceWorkloadVerticalScaling':true},'currentRevision':'demo-1','updateRevision':'demo-2','revisions':["
        "{'metadata':{'name':'demo-1'},'revision':1},{'metadata':{'name':'demo-2'},'revision':2}],'pods':[{'apiVersion'"
        ":"
        "'v1','kind':'Pod','metadata':{'name':'b','uid':'p','creationTimestamp':'2023-11-14T22:13:14.999Z','labels':"
        "{'app':'d'},'annotations':{'controller.kubernetes.io/"
        "pod-deletion-cost':'-5'},'ownerReferences':[{'apiVersion':"
        "'apps.kruise.io/"
        "v1beta1','kind':'CloneSet','name':'demo','uid':'u','controller':true,'blockOwnerDeletion':true}],"
        "'finalizers':['f']},'spec':{'affinity':{'nodeAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':"
        "{'nodeSelectorTerms':[{'matchFields':[{'key':'metadata.name','operator':'In','values':['n']}]}]}}},"
        "'initContainers':[{'name':'sidecar','restartPolicy':'Always'}]},'status':{'phase':'Running','conditions':[{'"
        "type':"
        "'Ready','status':'True','lastTransitionTime':'2023-11-14T22:13:20Z'},{'type':'KruisePodReady','status':'False'"
        ","
        "'message':'[{\\'userAgent\\':\\'Lifecycle\\',\\'key\\':\\'preDeleteHook\\'}]'}],'initContainerStatuses':[{'"
        "name':"
        "'sidecar','restartCount':1}],'containerStatuses':[{'name':'main','restartCount':2}]}}],'nodes':[{'apiVersion':"
        "'v1',"
        "'kind':'Node','metadata':{'name':'n'},'spec':{'taints':[{'key':'k','effect':'NoExecute'},{'key':'l','value':'"
        "v',"
        "'effect':'Other'}]}}],'claims':[{'apiVersion':'v1','kind':'PersistentVolumeClaim','metadata':{'name':'vol',"
        "'namespace':'ns','labels':{'apps.kruise.io/cloneset-instance-id':'b'},'ownerReferences':[{'apiVersion':"
        "'apps.kruise.io/"
        "v1beta1','kind':'CloneSet','name':'demo','uid':'u','controller':true},{'apiVersion':'v1','kind':"
        "'Pod','name':'a','uid':'p'}],'deletionTimestamp':'2023-11-14T22:13:20Z'},'spec':{'resources':{'requests':"
        "{'storage':'1Gi'}}},'status':{'capacity':{'storage':'2Gi'},'conditions':[{'type':'FileSystemResizePending',"
        "'status':'True'}]}}],'storageClasses':[{'apiVersion':'storage.k8s.io/"
        "v1','kind':'StorageClass','metadata':{'name':"
        "'fast'},'allowVolumeExpansion':true}],'failedPodBackoffs':[{'node':'n','seconds':4,'last':"
        "'2023-11-14T22:13:18.500Z'}],'inFlight':{'since':'2023-11-14T22:13:19.999Z'}}");
    rollout_world_free(read);
    rollout_objects_free(objects);
}
END_TEST

/* ---- what no object says ---- */

#define NO_OBJECT " cannot be written: no object says this beside the other facts"

START_TEST(test_refused_pod)
{
    static const struct rollout_label broken[] = { { TEXT("app"), { NULL, 1 } } };
    struct rollout_pod *pod = POD(0), kept = *pod;
#define CHANGED(field, value, wanted)                                                                                  \
    pod->field = value;                                                                                                \
    assert_refused(wanted);                                                                                            \
    *pod = kept;
    CHANGED(flags, ROLLOUT_POD_NOT_SELECTED, "pods[0].flags: 4096" NO_OBJECT);
    CHANGED(flags, ROLLOUT_POD_SPECIFIED_DELETE, "pods[0].flags: 4" NO_OBJECT);
    CHANGED(flags, ROLLOUT_POD_STORAGE_MISMATCH, "pods[0].flags: 8192" NO_OBJECT);
    CHANGED(lifecycle_state, ROLLOUT_STATE_NORMAL, "pods[0].lifecycle_state: 2" NO_OBJECT);
    CHANGED(revision, ((struct rollout_str)TEXT("demo-1")), "pods[0].revision: \"demo-1\"" NO_OBJECT);
    CHANGED(restarts, -1, "pods[0].restarts: -1" NO_OBJECT);
    CHANGED(sidecar_restarts, -1, "pods[0].sidecar_restarts: -1" NO_OBJECT);
    CHANGED(node_index, 1, "pods[0].node_index: 1" NO_OBJECT);
    CHANGED(node_index, 2, "pods[0].node_index: 2" NO_OBJECT);
    CHANGED(created_ms, INT64_MAX, "pods[0].created_ms: 9223372036854775807" NO_OBJECT);
    CHANGED(created_ms, -62135596800000, "pods[0].created_ms: -62135596800000" NO_OBJECT);
    CHANGED(labels, ((struct rollout_labels){ broken, 1, 0 }), "pods[0].labels[0].value: NULL with a length");
    CHANGED(name, ((struct rollout_str){ NULL, 2 }), "pods[0].name: NULL with a length");
    pod->node = pod->target_node = (struct rollout_str)TEXT("n");
    assert_refused("pods[0].target_node: \"n\"" NO_OBJECT);
    *pod = kept;
}
END_TEST

START_TEST(test_refused_rest)
{
    struct rollout_claim *claim = (struct rollout_claim *)(uintptr_t)&facts->claims.items[0];
    struct rollout_revision *revision = (struct rollout_revision *)(uintptr_t)&facts->revisions.items[0];
    struct rollout_in_place_verdict verdict = { .from = 1, .to = 2, .rule = ROLLOUT_DIFF_POSSIBLE };
    claim->flags = ROLLOUT_CLAIM_OWNED;
    assert_refused("claims[0].flags: 2" NO_OBJECT);
    claim->flags = 0;
    claim->request = (struct rollout_str)TEXT("much");
    assert_refused("claims[0].spec.resources.requests.storage: \"much\" is not a quantity");
    claim->request = (struct rollout_str){ NULL, 0 };
    revision->flags = ROLLOUT_REVISION_NEW; /* left out, so that the other one has its place */
    assert_refused("update_revision: 2" NO_OBJECT);
    revision->flags = 0;
    facts->update_revision = 3;
    assert_refused("update_revision: 3 is not among the revisions");
    facts->update_revision = 2;
    facts->in_place_verdicts = (struct rollout_in_place_verdicts){ &verdict, 1, sizeof verdict };
    assert_refused("in_place_verdicts[0]: cannot be written: comparing the two revisions says something else");
    verdict.rule = ROLLOUT_DIFF_NO_REVISION; /* neither has data */
    struct rollout_objects *objects;
    const char *message;
    struct rollout_world *read = around(&objects, &message);
    ck_assert_msg(read != NULL, "%s", message);
    rollout_world_free(read);
    rollout_objects_free(objects);
    facts->now_ms = 0;
    assert_refused("now: missing");
}
END_TEST

START_TEST(test_refused_records)
{
    static const struct rollout_str broken = { NULL, 1 }, keys[] = { TEXT("zone") };
    static const struct rollout_owner owners[] = { { TEXT("Pod"), TEXT("a"), TEXT("p"), 2, 0 } };
    struct rollout_claim *claim = (struct rollout_claim *)(uintptr_t)&facts->claims.items[0];
    struct rollout_revision *revision = (struct rollout_revision *)(uintptr_t)&facts->revisions.items[0];
    struct rollout_node_facts *node = (struct rollout_node_facts *)(uintptr_t)&facts->nodes.items[0];
    struct rollout_storage_class class = { .name = broken };
    revision->topology_keys = (struct rollout_strs){ keys, 1, 0 };
    assert_refused("revisions[0].topology_keys:" NO_OBJECT);
    revision->topology_keys.count = 0;
    revision->hash = broken;
    assert_refused("revisions[0].hash: NULL with a length");
    revision->hash.len = 0;
    claim->owners = owners;
    claim->owner_count = 1;
    assert_refused("claims[0].owners:" NO_OBJECT);
    claim->owner_count = 0;
    claim->instance_id = broken;
    assert_refused("claims[0].instance_id: NULL with a length");
    claim->instance_id.len = 0;
    node->taint_count = 1;
    assert_refused("nodes[0].taints: NULL with a count");
    node->taint_count = 0;
    facts->storage_classes = (struct rollout_storage_classes){ &class, 1, sizeof class };
    assert_refused("storage_classes[0].name: NULL with a length");
    facts->storage_classes.count = 0;
    facts->current_revision = 3;
    assert_refused("current_revision: 3 is not among the revisions");
    facts->current_revision = facts->update_revision = 0; /* decoding finds or makes one */
    assert_refused("update_revision: 0" NO_OBJECT);
}
END_TEST

#define OF_KIND(kind, version, spec, rest)                                                                             \
    "{'kind':'Snapshot','now':'2023-11-14T22:13:20Z','workload':{'kind':'" kind "','apiVersion':'" version             \
    "','metadata':{'name':'demo','namespace':'ns','uid':'u'},'spec':{'selector':{'matchLabels':{'app':'d'}}" spec      \
    "}}" rest "}"

static void open_kind(const char *text)
{
    tear_down();
    open_world(text);
}

/* What only some kinds read. */
START_TEST(test_refused_job)
{
    open_kind(OF_KIND("BroadcastJob", "apps.kruise.io/v1beta1", ",'template':{'spec':{}}",
                      ",'pods':[{'metadata':{'name':'a','namespace':'ns','labels':{'broadcastjob-name':'demo',"
                      "'broadcastjob-controller-uid':'u'},'ownerReferences':[{'kind':'BroadcastJob','apiVersion':"
                      "'apps.kruise.io/v1beta1','name':'demo','uid':'u','controller':true}]},'spec':{'nodeName':'n'}}],"
                      "'nodes':[{'metadata':{'name':'n'},'status':{'allocatable':{'pods':'9'}}}]"));
    struct rollout_pod *pod = POD(0), kept = *pod;
    struct rollout_node_facts *node = (struct rollout_node_facts *)(uintptr_t)&facts->nodes.items[0];
    struct rollout_job_pod job = *pod->job_pod;
    struct rollout_objects *objects;
    const char *message;
    struct rollout_world *read = around(&objects, &message);
    ck_assert_msg(read != NULL, "%s", message);
    rollout_world_free(read);
    rollout_objects_free(objects);
    pod->job_pod = &job;
    job.scheduling.node_name = (struct rollout_str)TEXT("m"); /* its node is n */
    assert_refused("pods[0].job_pod.scheduling.node_name:" NO_OBJECT);
    job = *kept.job_pod;
    job.on_failure = 2;
    assert_refused("pods[0].job_pod.on_failure:" NO_OBJECT);
    *pod = kept;
    node->unschedulable = 2;
    assert_refused("nodes[0].unschedulable:" NO_OBJECT);
}
END_TEST

START_TEST(test_refused_set)
{
    open_kind(
        OF_KIND("Deployment", "apps/v1", ",'template':{'metadata':{'labels':{'app':'d'}}}",
                ",'revisions':[{'kind':'ReplicaSet','apiVersion':'apps/v1','metadata':{'name':'demo-1','namespace':"
                "'ns','uid':'s','ownerReferences':[{'kind':'Deployment','apiVersion':'apps/v1','name':'demo',"
                "'uid':'u','controller':true}]},'spec':{'selector':{'matchLabels':{'app':'d'}},'template':"
                "{'metadata':{'labels':{'app':'d'}}}}}]"));
    struct rollout_replica_set_facts *set =
        (struct rollout_replica_set_facts *)(uintptr_t)&facts->replica_sets.items[0];
    const struct rollout_selector selector = set->selector;
    set->selector.match_labels.count = 0;
    assert_refused("replica_sets[0].selector.match_labels:" NO_OBJECT);
    set->selector = selector;
    set->replica_failure.type = (struct rollout_str)TEXT("Progressing");
    assert_refused("replica_sets[0].replica_failure:" NO_OBJECT);
    set->replica_failure.type = (struct rollout_str){ NULL, 0 };
    set->replica_failure.message = (struct rollout_str)TEXT("quota");
    assert_refused("replica_sets[0].replica_failure:" NO_OBJECT);
    set->replica_failure.type = (struct rollout_str)TEXT("ReplicaFailure");
    struct rollout_objects *objects;
    const char *message;
    struct rollout_world *read = around(&objects, &message);
    ck_assert_msg(read != NULL, "%s", message);
    rollout_world_free(read);
    rollout_objects_free(objects);
}
END_TEST

/* Of a SidecarSet's snapshot the pods' own objects are facts too. */
START_TEST(test_refused_sidecars)
{
    static const char text[] =
        "{'kind':'Snapshot','now':'2023-11-14T22:13:20Z','workload':{'kind':'SidecarSet','apiVersion':"
        "'apps.kruise.io/v1beta1','metadata':{'name':'s','uid':'u'},'spec':{'selector':{'matchLabels':{'app':'d'}},"
        "'containers':[{'name':'c','image':'i:1'}]}},'namespaces':[{'metadata':{'name':'ns'}}],'inFlight':{'update':"
        "['ns/a']},'pods':[{'metadata':{'name':'a','namespace':'ns','labels':{'app':'d'},'annotations':{'k':'1',"
        "'l':'2'}},'spec':{'containers':[{'name':'c','image':'i:1'}]},'status':{'phase':'Running'}}]}";
    struct rollout_objects *objects;
    const char *message;
    tear_down();
    open_world(text);
    struct rollout_world *read = around(&objects, &message);
    ck_assert_msg(read != NULL, "%s", message);
    rollout_world_free(read);
    rollout_objects_free(objects);

    struct rollout_namespace *space = (struct rollout_namespace *)(uintptr_t)&facts->namespaces.items[0];
    const struct rollout_namespace there = *space;
    space->name = (struct rollout_str){ NULL, 1 };
    assert_refused("namespaces[0].name: NULL with a length");
    *space = there;
    struct rollout_in_flight *write = (struct rollout_in_flight *)(uintptr_t)&facts->in_flight.items[0];
    write->resource_version.len = 1;
    assert_refused("in_flight[0].resource_version: NULL with a length");
    write->resource_version.len = 0;

    POD(0)->restarts = 3; /* of no container's status */
    assert_refused("pods[0].object.containerStatuses:" NO_OBJECT);
    POD(0)->restarts = 0;
    struct rollout_tree *object = &POD(0)->object;
    struct rollout_node *nodes = malloc(object->count * sizeof *nodes);
    ck_assert_ptr_nonnull(nodes);
    memcpy(nodes, object->nodes, object->count * sizeof *nodes);
    for (size_t i = 0; i < object->count; i++)
        if (ro_str_eq(nodes[i].key, (struct rollout_str)TEXT("l")))
            nodes[i].key = (struct rollout_str)TEXT("k"); /* which is there already */
    object->nodes = nodes;
    assert_refused("pods[0].object.annotations:" NO_OBJECT);
    free(nodes);
}
END_TEST

/* Revisions that the world has no object of are made from their facts; no current one is the update revision. */
START_TEST(test_other_revisions)
{
    static const struct rollout_taint taint = { TEXT("k"), TEXT("v"), ROLLOUT_EFFECT_ANY, 0 };
    struct rollout_revision *revision = (struct rollout_revision *)(uintptr_t)&facts->revisions.items[1];
    struct rollout_node_facts *node = (struct rollout_node_facts *)(uintptr_t)&facts->nodes.items[0];
    struct rollout_json *data =
        parse("{'spec':{'template':{'spec':{'topologySpreadConstraints':[{'topologyKey':'zone'}]}}}}");
    static const struct rollout_str keys[] = { TEXT("zone") };
    *revision = (struct rollout_revision){ .name = TEXT("other"),
                                           .number = 7,
                                           .topology_keys = { keys, 1, 0 },
                                           .data = *rollout_json_tree(data),
                                           .claims_hash = TEXT(""),
                                           .hash = TEXT("h") };
    node->taints = &taint;
    node->taint_count = 1;
    facts->current_revision = 0;
    struct rollout_objects *objects;
    const char *message;
    struct rollout_world *read = around(&objects, &message);
    ck_assert_msg(read != NULL, "%s", message);
    const struct rollout_revision *got = &read->snapshot->revisions.items[1];
    assert_text(got->name, "other");
    assert_text(got->hash, "h");
    ck_assert(got->claims_hash.data && got->claims_hash.len == 0);
    ck_assert_int_eq(got->number, 7);
    ck_assert_uint_eq(got->topology_keys.count, 1);
    ck_assert_uint_eq(read->snapshot->update_revision, 2);
    ck_assert_uint_eq(read->snapshot->current_revision, 2); /* the status names the other one */
    assert_json(&read->revision_objects[1],
                "{'apiVersion':'apps/v1','kind':'ControllerRevision','metadata':{'name':'other','namespace':'ns',"
                "'ownerReferences':[{'apiVersion':'apps.kruise.io/v1beta1','kind':'CloneSet','name':'demo','uid':'u',"
                "'controller':true,'blockOwnerDeletion':true}],'labels':{'controller-revision-hash':'h'},'annotations':"
                "{'kruise.io/cloneset-volumeclaimtemplate-hash':''}},'data':{'spec':{'template':{'spec':"
                "{'topologySpreadConstraints':[{'topologyKey':'zone'}]}}}},'revision':7}");
    ck_assert_uint_eq(read->snapshot->nodes.items[0].taints[0].effect, ROLLOUT_EFFECT_ANY);
    rollout_world_free(read);
    rollout_objects_free(objects);
    rollout_json_free(data);
}
END_TEST

/* A revision that is not stored yet is left out, and decoding makes it again. */
START_TEST(test_new_revision)
{
    rollout_world_free(world);
    rollout_json_free(json);
    open_world("{'kind':'Snapshot','now':'2023-11-14T22:13:20Z','workload':{'kind':'CloneSet','apiVersion':"
               "'apps.kruise.io/v1beta1','metadata':{'name':'demo','namespace':'ns','uid':'u'},'spec':{'selector':"
               "{'matchLabels':{'app':'d'}},'template':{'metadata':{'labels':{'app':'d'}}}},'status':"
               "{'currentRevision':'demo-1'}},'revisions':[{'metadata':{'name':'demo-1'},'revision':1}]}");
    ck_assert_uint_eq(facts->revisions.count, 2);
    ck_assert_uint_eq(facts->update_revision, 2);
    for (uint32_t current = 0; current <= 2; current++) {
        facts->current_revision = current;
        struct rollout_objects *objects;
        const char *message;
        struct rollout_world *read = around(&objects, &message);
        ck_assert_msg(read != NULL, "%s", message);
        ck_assert_uint_eq(read->revision_object_count, 2);
        ck_assert_uint_eq(read->snapshot->update_revision, 2);
        ck_assert_uint_eq(read->snapshot->current_revision, current == 1 ? 1 : 0);
        ck_assert_uint_eq(read->snapshot->revisions.items[1].flags, ROLLOUT_REVISION_NEW);
        rollout_world_free(read);
        rollout_objects_free(objects);
    }
    /* Then it is stored, and written with the object that the library made. */
    struct rollout_revision *made = (struct rollout_revision *)(uintptr_t)&facts->revisions.items[1];
    made->flags = 0;
    struct rollout_objects *objects;
    const char *message;
    struct rollout_world *read = around(&objects, &message);
    ck_assert_msg(read != NULL, "%s", message);
    ck_assert_uint_eq(read->snapshot->revisions.items[1].flags, 0);
    ck_assert_uint_eq(read->revision_objects[1].count, world->revision_objects[1].count);
    rollout_world_free(read);
    rollout_objects_free(objects);
}
END_TEST

/* The volumes of a StatefulSet's claims are those that the pod's name asks for, or none. */
START_TEST(test_storage)
{
    rollout_world_free(world);
    rollout_json_free(json);
    open_world(
        "{'kind':'Snapshot','now':'2023-11-14T22:13:20Z','updateRevision':'web-1','workload':{'kind':'StatefulSet',"
        "'apiVersion':'apps/v1','metadata':{'name':'web','namespace':'ns','uid':'u'},'spec':{'selector':"
        "{'matchLabels':{'app':'d'}},'volumeClaimTemplates':[{'metadata':{'name':'data'}}],'template':{'metadata':"
        "{'labels':{'app':'d'}}}}},'revisions':[{'metadata':{'name':'web-1'},'revision':1}],'pods':[{'metadata':"
        "{'name':'web-03','labels':{'app':'d'}}}]}");
    ck_assert_uint_eq(POD(0)->flags, ROLLOUT_POD_STORAGE_MISMATCH);
    for (int good = 0; good < 2; good++) {
        POD(0)->flags = good ? 0 : ROLLOUT_POD_STORAGE_MISMATCH;
        struct rollout_objects *objects;
        const char *message;
        struct rollout_world *read = around(&objects, &message);
        ck_assert_msg(read != NULL, "%s", message);
        ck_assert_uint_eq(read->snapshot->pods.items[0].flags, POD(0)->flags);
        assert_json(&read->pod_objects[0],
                    good ? "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'web-03','labels':{'app':'d'},"
                           "'ownerReferences':[{'apiVersion':'apps/v1','kind':'StatefulSet','name':'web','uid':'u',"
                           "'controller':true,'blockOwnerDeletion':true}]},'spec':{'volumes':[{'name':'data',"
                           "'persistentVolumeClaim':{'claimName':'data-web-3'}}]},'status':{}}"
                         : "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'web-03','labels':{'app':'d'},"
                           "'ownerReferences':[{'apiVersion':'apps/v1','kind':'StatefulSet','name':'web','uid':'u',"
                           "'controller':true,'blockOwnerDeletion':true}]},'spec':{},'status':{}}");
        rollout_world_free(read);
        rollout_objects_free(objects);
    }
    POD(0)->name = (struct rollout_str)TEXT("web-x");
    assert_refused("pods[0].flags: 0" NO_OBJECT);
}
END_TEST

/* A ReplicaSet that the world has no object of is made from its facts, its selector with all that it asks for. */
START_TEST(test_replica_sets)
{
    static const struct rollout_str tiers[] = { TEXT("a"), TEXT("b") };
    static const struct rollout_requirement requirement = {
        TEXT("tier"), ROLLOUT_OPERATOR_IN, 0, { tiers, 2, sizeof *tiers }
    };
    static const struct rollout_label label = { TEXT("app"), TEXT("d") };
    struct rollout_replica_set_facts set = { .name = TEXT("web-9"), .uid = TEXT("u9"), .replicas = 3 };
    struct rollout_objects *objects;
    const char *message;
    set.selector = (struct rollout_selector){ { &label, 1, sizeof label }, &requirement, 1 };
    tear_down();
    open_world("{'kind':'Snapshot','now':'2023-11-14T22:13:20Z','workload':{'apiVersion':'apps/v1','kind':'Deployment',"
               "'metadata':{'name':'web','uid':'u'},'spec':{'selector':{'matchLabels':{'app':'d'}}}}}");
    facts->replica_sets = (struct rollout_replica_sets){ &set, 1, sizeof set };
    struct rollout_world *read = around(&objects, &message);
    ck_assert_msg(read != NULL, "%s", message);
    ck_assert_uint_eq(read->snapshot->replica_sets.count, 1);
    const struct rollout_replica_set_facts *again = &read->snapshot->replica_sets.items[0];
    assert_text(again->name, "web-9");
    ck_assert_int_eq(again->replicas, 3);
    ck_assert_uint_eq(again->selector.match_labels.count, 1);
    ck_assert_uint_eq(again->selector.requirement_count, 1);
    assert_text(again->selector.requirements[0].key, "tier");
    ck_assert_uint_eq(again->selector.requirements[0].op, ROLLOUT_OPERATOR_IN);
    ck_assert_uint_eq(again->selector.requirements[0].values.count, 2);
    assert_text(*ro_strs_at(&again->selector.requirements[0].values, 1), "b");
    rollout_world_free(read);
    rollout_objects_free(objects);
    set.uid.data = NULL;
    assert_refused("replica_sets[0].uid: NULL with a length");
}
END_TEST

/* A BroadcastJob's pods that say nothing of themselves are as its template, but bound to their node: by its name where they
 * are on it, and by the affinity that a creation gives them. */
START_TEST(test_job_pods)
{
    static const char *const nodes[] = { "n1", "n2", NULL };
    static const char *const bound[] = { "'nodeName':'n1',", "", "" };
    static const struct rollout_label labels[] = { { TEXT("broadcastjob-name"), TEXT("job") },
                                                   { TEXT("broadcastjob-controller-uid"), TEXT("u") } };
    static const char affinity[] =
        "'affinity':{'nodeAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':{'nodeSelectorTerms':["
        "{'matchFields':[{'key':'metadata.name','operator':'In','values':['%s']}]}]}}},";
    struct rollout_objects *objects;
    const char *message;
    rollout_world_free(world);
    rollout_json_free(json);
    open_world("{'kind':'Snapshot','now':'2023-11-14T22:13:20Z','workload':{'kind':'BroadcastJob',"
               "'apiVersion':'apps.kruise.io/v1beta1','metadata':{'name':'job','namespace':'ns','uid':'u'},'spec':{"
               "'template':{'spec':{'restartPolicy':'OnFailure','hostNetwork':true,'nodeSelector':{'a':'b'},"
               "'nodeName':'elsewhere','affinity':{'nodeAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':{"
               "'nodeSelectorTerms':[]}}},'tolerations':[{'key':'t','operator':'Exists'}],'containers':[{'name':'c',"
               "'resources':{'requests':{'cpu':'250m'}}}]}}}},"
               "'nodes':[]}");
    struct rollout_pod pods[] = { { .name = TEXT("a"), .node = TEXT("n1") },
                                  { .name = TEXT("b"), .target_node = TEXT("n2") },
                                  { .name = TEXT("c") } };
    for (size_t i = 0; i < 3; i++)
        pods[i].labels = (struct rollout_labels){ labels, 2, sizeof *labels };
    facts->pods = (struct rollout_pods){ pods, 3, sizeof *pods };
    struct rollout_world *read = around(&objects, &message);
    ck_assert_msg(read != NULL, "%s", message);
    for (size_t i = 0; i < 3; i++) {
        char by[256] = "", wanted[1024];
        if (nodes[i])
            snprintf(by, sizeof by, affinity, nodes[i]);
        snprintf(wanted, sizeof wanted,
                 "{%s'nodeSelector':{'a':'b'},%s'tolerations':[{'key':'t','operator':'Exists'}],'hostNetwork':true,"
                 "'restartPolicy':'Never','containers':[{'name':'main','resources':{'requests':{'cpu':'250m'}}}]}",
                 bound[i], by);
        struct rollout_json *spec = parse(wanted);
        ck_assert_msg(ro_equal(ro_get(read->pod_objects[i].nodes, "spec"), rollout_json_tree(spec)->nodes), "%s",
                      wanted);
        rollout_json_free(spec);
        ck_assert_uint_eq(read->snapshot->pods.items[i].job_pod->scheduling.host_network, 1);
    }
    rollout_world_free(read);
    rollout_objects_free(objects);
}
END_TEST

START_TEST(test_sizes)
{
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_objects *objects = NULL;
    struct rollout_world copied = *world;
    struct rollout_workload workload = *world->workload;
    workload.struct_size = 4;
    copied.workload = &workload;
    ck_assert_int_eq(rollout_snapshot_object(&copied, world->snapshot, &objects, &error), ROLLOUT_ERR_ABI);
    facts->pods.stride = 12;
    ck_assert_int_eq(rollout_snapshot_object(world, world->snapshot, &objects, &error), ROLLOUT_ERR_ABI);
    ck_assert_str_eq(error.message, "pods: stride 12 is none");
    ck_assert_ptr_null(objects);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("snapshot_object");
    TCase *tcase = tcase_create("snapshot_object");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, test_in_place, 0, 8);
    tcase_add_test(tcase, test_pod_flags);
    tcase_add_test(tcase, test_document);
    tcase_add_test(tcase, test_refused_pod);
    tcase_add_test(tcase, test_refused_rest);
    tcase_add_test(tcase, test_refused_records);
    tcase_add_test(tcase, test_refused_job);
    tcase_add_test(tcase, test_refused_set);
    tcase_add_test(tcase, test_refused_sidecars);
    tcase_add_test(tcase, test_other_revisions);
    tcase_add_test(tcase, test_new_revision);
    tcase_add_test(tcase, test_storage);
    tcase_add_test(tcase, test_replica_sets);
    tcase_add_test(tcase, test_job_pods);
    tcase_add_test(tcase, test_sizes);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

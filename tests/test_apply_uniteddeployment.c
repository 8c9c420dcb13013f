/* SPDX-License-Identifier: Apache-2.0 */
/* Children as upstream would write them: uniteddeployment.md 1, 2, 4.2, 5; patches as Kubernetes' strategic merge does. */
#include <check.h>
#include <rollout/rollout.h>
#include <stdio.h>
#include <string.h>

#include "base/tree.h"
#include "document.h"
#include "objects/strategic_merge.h"

/* A Deployment's: subset a has a child, b has none. */
static const char world_text[] =
    "{'kind':'Snapshot','now':'2026-07-06T10:00:00Z','workload':{'kind':'UnitedDeployment',"
    "'apiVersion':'apps.kruise.io/v1beta1','metadata':{'name':'ud','namespace':'ns','uid':'u'},"
    "'spec':{'replicas':5,'selector':{'matchLabels':{'app':'x'}},'template':{'deploymentTemplate':{"
    "'metadata':{'labels':{'app':'x'},'annotations':{'n':'1'}},'spec':{'minReadySeconds':5,'template':{"
    "'metadata':{'labels':{'app':'x'}},'spec':{'containers':[{'name':'main','image':'i:2'}],"
    "'tolerations':[{'key':'t'}],'affinity':{'nodeAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':{"
    "'nodeSelectorTerms':[{'matchExpressions':[{'key':'k','operator':'Exists'}]},{}]}}}}}}}},"
    "'topology':{'subsets':[{'name':'a'},{'name':'b','replicas':2,'nodeSelectorTerm':{'matchExpressions':"
    "[{'key':'zone','operator':'In','values':['b']}]},'tolerations':[{'key':'z'}],"
    "'patch':{'spec':{'containers':[{'name':'main','image':'i:3'}]}}}]}}},"
    "'subsets':[{'kind':'Deployment','apiVersion':'apps/v1','metadata':{'name':'ud-a-1','uid':'c',"
    "'labels':{'apps.kruise.io/subset-name':'a','own':'1'},'ownerReferences':[{'controller':true,'uid':'u'}]},"
    "'spec':{'replicas':1,'paused':true}}]}";

static struct rollout_json *json;
static struct rollout_world *world;
static struct rollout_plan *plan;
static struct rollout_error error;

/* Plans workload `index` of the document. */
static void make_one(const char *text, size_t index)
{
    json = parse(text);
    world = decode(json, index);
    error.struct_size = sizeof error;
    ck_assert_msg(rollout_plan(world->workload, world->snapshot, &plan, &error) == ROLLOUT_OK, "%s", error.message);
}

static void make(const char *text)
{
    make_one(text, 0);
}

static void finish(void)
{
    rollout_plan_free(plan);
    rollout_world_free(world);
    rollout_json_free(json);
}

/* The object that the n-th action of this kind gives. */
static struct rollout_objects *apply(uint32_t op, const struct rollout_strs *ids)
{
    struct rollout_objects *objects = NULL;
    for (size_t i = 0; i < plan->action_count && !objects; i++)
        if (plan->actions[i].op == op)
            ck_assert_msg(rollout_apply(world, plan, i, ids, &objects, &error) == ROLLOUT_OK, "%s", error.message);
    ck_assert_ptr_nonnull(objects);
    return objects;
}

START_TEST(test_create)
{
    static const struct rollout_str id = { "x1", 2 };
    const struct rollout_strs ids = { &id, 1, 0 };
    make(world_text);
    struct rollout_objects *made = apply(ROLLOUT_OP_CREATE_SUBSET, &ids);
    const struct rollout_str name = world->snapshot->revisions.items[0].name;
    char wanted[2048];
    snprintf(wanted, sizeof wanted,
             "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'ud-b-x1','generateName':'ud-b-',"
             "'namespace':'ns','ownerReferences':[{'apiVersion':'apps.kruise.io/v1beta1','kind':'UnitedDeployment',"
             "'name':'ud','uid':'u','controller':true,'blockOwnerDeletion':true}],"
             "'labels':{'app':'x','apps.kruise.io/subset-name':'b','apps.kruise.io/controller-revision-hash':'%.*s'},"
             "'annotations':{'n':'1','apps.kruise.io/subset-patch':"
             "'{\\'spec\\':{\\'containers\\':[{\\'name\\':\\'main\\',\\'image\\':\\'i:3\\'}]}}'}},"
             "'spec':{'minReadySeconds':5,'template':{'metadata':{'labels':{'app':'x','apps.kruise.io/subset-name':'b',"
             "'apps.kruise.io/controller-revision-hash':'%.*s'}},'spec':{'containers':[{'name':'main','image':'i:3'}],"
             "'tolerations':[{'key':'t'},{'key':'z'}],'affinity':{'nodeAffinity':{"
             "'requiredDuringSchedulingIgnoredDuringExecution':{'nodeSelectorTerms':[{'matchExpressions':"
             "[{'key':'k','operator':'Exists'},{'key':'zone','operator':'In','values':['b']}]},{'matchExpressions':"
             "[{'key':'zone','operator':'In','values':['b']}]}]}}}}},'replicas':2,"
             "'selector':{'matchLabels':{'app':'x','apps.kruise.io/subset-name':'b'}}}}",
             (int)name.len, name.data, (int)name.len, name.data);
    assert_json(&made->items[0], wanted);
    rollout_objects_free(made);
    finish();
}
END_TEST

/* What the child has beside its spec stays. */
START_TEST(test_update)
{
    make(world_text);
    struct rollout_objects *made = apply(ROLLOUT_OP_UPDATE_SUBSET, NULL);
    const struct rollout_node *root = made->items[0].nodes;
    assert_text(ro_text(ro_dig(root, "metadata", "name", NULL)), "ud-a-1");
    assert_text(ro_text(ro_dig(root, "metadata", "labels", "own", NULL)), "1");
    assert_text(ro_text(ro_dig(root, "metadata", "annotations", "apps.kruise.io/subset-patch", NULL)), "");
    ck_assert_int_eq(ro_dig(root, "spec", "replicas", NULL)->integer, 3);
    ck_assert_ptr_null(ro_dig(root, "spec", "paused", NULL)); /* the template does not say it */
    rollout_objects_free(made);
    finish();
}
END_TEST

/* What a child was patched with is the subset's patch whatever the order of members; else it is kept as it stands. */
START_TEST(test_same_patch)
{
    static const struct {
        const char *annotation, *patch;
    } cases[] = {
        { "{\\'b\\':[1,{\\'d\\':2,\\'c\\':null}],\\'a\\':1.0}", "{\"a\":1,\"b\":[1,{\"c\":null,\"d\":2}]}" },
        { "{\\'b\\':[{\\'d\\':2,\\'c\\':null},1],\\'a\\':1}", "{\"b\":[{\"d\":2,\"c\":null},1],\"a\":1}" },
        { "{a", "{a" },
        { "", "" },
    };
    char text[1024];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(text, sizeof text,
                 "{'kind':'Snapshot','now':'2026-07-06T10:00:00Z','workload':{'kind':'UnitedDeployment',"
                 "'apiVersion':'apps.kruise.io/v1beta1','metadata':{'name':'ud','namespace':'ns','uid':'u'},"
                 "'spec':{'selector':{'matchLabels':{'app':'x'}},'template':{'deploymentTemplate':{}},'topology':"
                 "{'subsets':[{'name':'z'},{'name':'a','patch':{'a':1,'b':[1,{'c':null,'d':2}]}}]}}},'subsets':["
                 "{'kind':'Deployment','apiVersion':'apps/v1','metadata':{'name':'ud-a-1','uid':'c','labels':"
                 "{'apps.kruise.io/subset-name':'a'},'annotations':{'apps.kruise.io/subset-patch':'%s'},"
                 "'ownerReferences':[{'controller':true,'uid':'u'}]}}]}",
                 cases[i].annotation);
        json = parse(text);
        world = decode(json, 0);
        assert_text(world->snapshot->subsets.items[0].patch, cases[i].patch);
        rollout_world_free(world);
        rollout_json_free(json);
    }
}
END_TEST

/* A patch that does not fit ends the write, and names what. */
START_TEST(test_bad_patch)
{
    char text[sizeof world_text + 64];
    const char *at = strstr(world_text, "'containers':[{'name':'main','image':'i:3'}]");
    snprintf(text, sizeof text, "%.*s'containers':{}%s", (int)(at - world_text), world_text,
             at + strlen("'containers':[{'name':'main','image':'i:3'}]"));
    make(text);
    struct rollout_objects *objects = NULL;
    for (size_t i = 0; i < plan->action_count; i++)
        if (plan->actions[i].op == ROLLOUT_OP_CREATE_SUBSET) {
            ck_assert_int_eq(rollout_apply(world, plan, i, NULL, &objects, &error), ROLLOUT_ERR_INVALID);
            ck_assert_str_eq(error.message, "patch: subset b: containers does not fit the template");
        }
    finish();
}
END_TEST

/* A plan of another world: what it names must be there. */
START_TEST(test_foreign_plan)
{
    static const struct {
        const char *at, *instead;
        uint32_t op;
        const char *message;
    } rows[] = {
        { "{'name':'b',", "{'name':'c',", ROLLOUT_OP_CREATE_SUBSET, "subset: b is not in the spec" },
        { "[{'name':'a'},", "[{'name':'d'},", ROLLOUT_OP_UPDATE_SUBSET, "subset: a is not in the spec" },
        { "'subsets':[{'name':'a'},", "'subsets':{},'x':[{},", ROLLOUT_OP_CREATE_SUBSET,
          NULL }, /* no list is refused */
        { "'deploymentTemplate'", "'none'", ROLLOUT_OP_CREATE_SUBSET, "subset: b is not in the spec" },
        { "UnitedDeployment'", "CloneSet'", ROLLOUT_OP_CREATE_SUBSET,
          "plan.actions: only a UnitedDeployment has subsets" },
    };
    char text[sizeof world_text + 64];
    const char *at = strstr(world_text, rows[_i].at);
    struct rollout_json *other_json;
    struct rollout_world *other = NULL;
    struct rollout_objects *objects = NULL;
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - world_text), world_text, rows[_i].instead,
             at + strlen(rows[_i].at));
    make(world_text);
    other_json = parse(text);
    int r = rollout_document_decode(rollout_json_tree(other_json), 0, 0, &other, &error);
    ck_assert_int_eq(r, rows[_i].message ? ROLLOUT_OK : ROLLOUT_ERR_INVALID);
    for (size_t i = 0; other && i < plan->action_count; i++)
        if (plan->actions[i].op == rows[_i].op) {
            ck_assert_int_eq(rollout_apply(other, plan, i, NULL, &objects, &error), ROLLOUT_ERR_INVALID);
            ck_assert_str_eq(error.message, rows[_i].message);
            ck_assert_ptr_null(objects);
        }
    rollout_world_free(other);
    rollout_json_free(other_json);
    finish();
}
END_TEST

/* ---- documents ---- */

#define UNITED(template, more)                                                                                         \
    "{'kind':'Snapshot','now':'2026-07-06T10:00:00Z','workload':{'kind':'UnitedDeployment',"                           \
    "'apiVersion':'apps.kruise.io/v1beta1','metadata':{'name':'ud','uid':'u'},'spec':{'replicas':2,"                   \
    "'selector':{'matchLabels':{'app':'x'}},'template':{" template "},'topology':{'subsets':[{'name':'a'}]}" more

/* Of several templates, which admission refuses, upstream takes the first in the order of reference 1. */
START_TEST(test_templates)
{
    json = parse(UNITED("'deploymentTemplate':{},'statefulSetTemplate':{'spec':{'updateStrategy':{'type':'OnDelete'}}},"
                        "'advancedStatefulSetTemplate':{'spec':{}}",
                        "}}}"));
    world = decode(json, 0);
    ck_assert_uint_eq(world->workload->uniteddeployment->child_kind, ROLLOUT_CHILD_STATEFULSET);
    ck_assert_uint_eq(world->workload->uniteddeployment->flags, ROLLOUT_UNITEDDEPLOYMENT_ON_DELETE);
    rollout_world_free(world);
    rollout_json_free(json);
    json = parse(UNITED("'deploymentTemplate':{},'cloneSetTemplate':{},'advancedStatefulSetTemplate':{}", "}}}"));
    world = decode(json, 0);
    ck_assert_uint_eq(world->workload->uniteddeployment->child_kind, ROLLOUT_CHILD_ADVANCED_STATEFULSET);
    ck_assert_uint_eq(world->workload->uniteddeployment->flags, 0);
    rollout_world_free(world);
    rollout_json_free(json);
}
END_TEST

/* Partitions are numbers of 32 bits with a sign; null is Go's 0. */
START_TEST(test_partitions)
{
    static const struct {
        const char *given;
        int64_t value; /* INT64_MAX: refused */
    } rows[] = { { "2147483647", 2147483647 },
                 { "-2147483648", -2147483648LL },
                 { "2147483648", INT64_MAX },
                 { "-2147483649", INT64_MAX },
                 { "null", 0 } };
    char text[1024];
    world = NULL;
    snprintf(text, sizeof text,
             UNITED("'deploymentTemplate':{}",
                    ",'updateStrategy':{'type':'Manual','manualUpdate':{'partitions':{'a':%s}}}}}}"),
             rows[_i].given);
    json = parse(text);
    error.struct_size = sizeof error;
    int r = rollout_document_decode(rollout_json_tree(json), 0, 0, &world, &error);
    if (rows[_i].value == INT64_MAX) {
        ck_assert_int_eq(r, ROLLOUT_ERR_INVALID);
        snprintf(text, sizeof text,
                 "workload.spec.updateStrategy.manualUpdate.partitions.a: %s does not fit in 32 bits", rows[_i].given);
        ck_assert_str_eq(error.message, text);
    } else {
        ck_assert_int_eq(r, ROLLOUT_OK);
        ck_assert_int_eq(world->workload->uniteddeployment->subsets[0].partition.value, rows[_i].value);
        rollout_world_free(world);
    }
    rollout_json_free(json);
}
END_TEST

/* 10-15: revisions are listed by the labels of the selector; those without any never are. */
START_TEST(test_listed)
{
    json = parse(UNITED("'deploymentTemplate':{}",
                        "}},'revisions':[{'metadata':{'name':'r1','labels':{'app':'x'}},'revision':1},"
                        "{'metadata':{'name':'r2'},'revision':2},"
                        "{'metadata':{'name':'r3','labels':{'app':'y'}},'revision':3}]}"));
    world = decode(json, 0);
    const struct rollout_revision *r = world->snapshot->revisions.items;
    ck_assert_uint_eq(r[0].flags & ROLLOUT_REVISION_UNLISTED, 0);
    ck_assert_uint_ne(r[1].flags & ROLLOUT_REVISION_UNLISTED, 0);
    ck_assert_uint_ne(r[2].flags & ROLLOUT_REVISION_UNLISTED, 0);
    rollout_world_free(world);
    rollout_json_free(json);
}
END_TEST

/* Children, the ReplicaSets of a Deployment and their pods, as kubectl lists them beside those of others. */
static const char list_text[] =
    "{'kind':'List','items':["
    "{'kind':'Pod','metadata':{'name':'p1','namespace':'ns','ownerReferences':[{'controller':true,'uid':'rs2'}]}},"
    "{'kind':'Pod','metadata':{'name':'p2','namespace':'ns','ownerReferences':[{'controller':true,'uid':'rs1'}]}},"
    "{'kind':'Pod','metadata':{'name':'p3','namespace':'ns','ownerReferences':[{'controller':true,'uid':'c'}]}},"
    "{'kind':'Pod','metadata':{'name':'p4','namespace':'ns','ownerReferences':[{'controller':true,'uid':'other'}]}},"
    "{'kind':'Pod','metadata':{'name':'p5','namespace':'ns','ownerReferences':[{'controller':true,'uid':'u'}]}},"
    "{'kind':'ReplicaSet','apiVersion':'apps/v1','metadata':{'name':'r1','uid':'rs1','ownerReferences':"
    "[{'controller':true,'uid':'c'}]}},"
    "{'kind':'ReplicaSet','apiVersion':'apps/v1','metadata':{'name':'r2','uid':'rs2','ownerReferences':"
    "[{'controller':true,'uid':'c'}]}},"
    "{'kind':'Deployment','apiVersion':'apps/v1','metadata':{'name':'d','uid':'c','labels':{"
    "'apps.kruise.io/subset-name':'a'},'ownerReferences':[{'controller':true,'uid':'u'}]},'spec':{'replicas':2}},"
    "{'kind':'Deployment','apiVersion':'apps/v1','metadata':{'name':'x','uid':'other'}},"
    "{'kind':'UnitedDeployment','apiVersion':'apps.kruise.io/v1beta1','metadata':{'name':'ud','uid':'u'},'spec':{"
    "'selector':{'matchLabels':{'app':'x'}},'replicas':2,'template':{'deploymentTemplate':{}},'topology':{'subsets':"
    "[{'name':'a'}]}}}]}";

START_TEST(test_list)
{
    make_one(list_text, 4); /* behind the ReplicaSets and Deployments, which are workloads too */
    const struct rollout_snapshot *s = world->snapshot;
    ck_assert_uint_eq(s->subsets.count, 1);
    assert_text(s->subsets.items[0].name, "d");
    ck_assert_uint_eq(s->pods.count, 3); /* p5, its own, is no child's, so upstream never sees it */
    static const struct {
        const char *name;
        uint32_t child, replica_set;
    } wanted[] = { { "p1", 1, 2 }, { "p2", 1, 1 }, { "p3", 1, 0 } };
    for (size_t i = 0; i < 3; i++) {
        assert_text(s->pods.items[i].name, wanted[i].name);
        ck_assert_uint_eq(s->pods.items[i].child, wanted[i].child);
        ck_assert_uint_eq(s->pods.items[i].replica_set, wanted[i].replica_set);
    }
    finish();
}
END_TEST

/* A subset without a name, which admission refuses, is called "". */
START_TEST(test_nameless)
{
    struct rollout_objects *document;
    make("{'kind':'UnitedDeployment','apiVersion':'apps.kruise.io/v1beta1','metadata':{'name':'ud','uid':'u'},'spec':{"
         "'selector':{'matchLabels':{'app':'x'}},'replicas':2,'template':{'deploymentTemplate':{}},'topology':{'"
         "subsets':"
         "[{}]}}}");
    ck_assert_int_eq(rollout_plan_object(world, plan, &document, &error), ROLLOUT_OK);
    ck_assert_int_eq(rollout_tree_check(&document->items[0], &error), ROLLOUT_OK);
    const struct rollout_tree next = ro_tree_of(ro_get(document->items[0].nodes, "nextReplicas"));
    assert_json(&next, "{'':2}");
    rollout_objects_free(document);
    finish();
}
END_TEST

/* Children of facts alone; pods are a child's, or of a ReplicaSet whose place the fact names. */
START_TEST(test_written)
{
    static const struct {
        uint32_t child, replica_set, count;
        const char *message;
    } rows[] = {
        { 1, 0, 1, NULL },
        { 1, 2, 2, NULL },
        { 1, 1, 2, NULL },
        { 1, 4, 4, NULL }, /* two without pods hold places */
        { 0, 0, 0, "pods[0].child: 0 is no child's place" },
        { 2, 0, 0, "pods[0].child: 2 is no child's place" },
        { 1, 70000, 0, "pods[0].replica_set: 70000 is beyond all that can be written" },
    };
    make(world_text);
    struct rollout_world bare = *world;
    struct rollout_snapshot facts = *world->snapshot;
    const struct rollout_label label = { RO_STR("app"), RO_STR("x") };
    struct rollout_pod pod = { .name = RO_STR("p"),
                               .labels = { &label, 1, sizeof label },
                               .flags = ROLLOUT_POD_UNSCHEDULABLE };
    bare.subset_object_count = 0;
    facts.pods = (struct rollout_pods){ &pod, 1, sizeof pod };
    facts.written_version = RO_STR("41");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rollout_objects *document = NULL;
        pod.child = rows[i].child;
        pod.replica_set = rows[i].replica_set;
        int r = rollout_snapshot_object(i % 2 ? world : &bare, &facts, &document, &error);
        ck_assert_msg(!r == !rows[i].message, "%zu: %s", i, error.message);
        if (rows[i].message)
            ck_assert_str_eq(error.message, rows[i].message);
        else
            ck_assert_uint_eq(ro_count(ro_get(document->items[0].nodes, "subsets")), rows[i].count);
        if (document)
            rollout_objects_free(document);
    }
    finish();
}
END_TEST

/* What no object says. */
START_TEST(test_not_written)
{
    static const struct {
        struct rollout_subset child;
        const char *field;
    } rows[] = {
        { { .kind = ROLLOUT_CHILD_DEPLOYMENT, .flags = ROLLOUT_SUBSET_UNNAMED }, "subsets[0].flags" },
        { { .kind = ROLLOUT_CHILD_DEPLOYMENT, .flags = ROLLOUT_SUBSET_ON_DELETE }, "subsets[0].flags" },
        { { .kind = ROLLOUT_CHILD_DEPLOYMENT, .partition = { .kind = ROLLOUT_INTSTR_INT } }, "subsets[0].partition" },
        { { .kind = ROLLOUT_CHILD_STATEFULSET, .partition = { .kind = ROLLOUT_INTSTR_TEXT, .text = { "5%", 2 } } },
          "subsets[0].spec.updateStrategy.rollingUpdate.partition" },
        { { .kind = 7 }, "subsets[0].kind" },
        { { .kind = ROLLOUT_CHILD_CLONESET, .partition = { .kind = ROLLOUT_INTSTR_TEXT, .text = { "5%", 2 } } }, NULL },
        { { .kind = ROLLOUT_CHILD_ADVANCED_STATEFULSET, .flags = ROLLOUT_SUBSET_ON_DELETE }, NULL },
    };
    make(world_text);
    struct rollout_snapshot facts = *world->snapshot;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rollout_objects *document = NULL;
        struct rollout_subset child = rows[i].child;
        child.name = RO_STR("c");
        child.subset = RO_STR("a");
        facts.subsets = (struct rollout_subsets){ &child, 1, sizeof child };
        int r = rollout_snapshot_object(world, &facts, &document, &error);
        ck_assert_int_eq(r, rows[i].field ? ROLLOUT_ERR_INVALID : ROLLOUT_OK);
        if (rows[i].field)
            ck_assert_msg(strstr(error.message, rows[i].field), "%zu: %s", i, error.message);
        else
            rollout_objects_free(document);
    }
    finish();
}
END_TEST

/* A CloneSet of v1alpha1 keeps its partition in the strategy itself (2): there it is written, and taken away. */
START_TEST(test_alpha_partition)
{
    static const struct {
        struct rollout_intstr partition;
        const char *strategy;
    } rows[] = {
        { { .kind = ROLLOUT_INTSTR_UNSET }, "{'paused':true}" },
        { { .kind = ROLLOUT_INTSTR_INT, .count = 2 }, "{'paused':true,'partition':2}" },
        { { .kind = ROLLOUT_INTSTR_TEXT, .text = { "5%", 2 } }, "{'paused':true,'partition':'5%'}" },
    };
    make(UNITED("'cloneSetTemplate':{}",
                "}},'subsets':[{'kind':'CloneSet','apiVersion':'apps.kruise.io/v1alpha1','metadata':{'name':'c',"
                "'uid':'c','labels':{'apps.kruise.io/subset-name':'a'},'ownerReferences':[{'controller':true,"
                "'uid':'u'}]},'spec':{'updateStrategy':{'partition':1,"
                "'paused':true}}}]}"));
    struct rollout_snapshot facts = *world->snapshot;
    ck_assert_uint_eq(facts.subsets.count, 1);
    struct rollout_subset child = facts.subsets.items[0];
    struct rollout_objects *document = NULL;
    ck_assert_int_eq(child.partition.count, 1);
    child.partition = rows[_i].partition;
    facts.subsets = (struct rollout_subsets){ &child, 1, sizeof child };
    ck_assert_msg(rollout_snapshot_object(world, &facts, &document, &error) == ROLLOUT_OK, "%s", error.message);
    const struct rollout_node *written = ro_first(ro_get(document->items[0].nodes, "subsets"));
    const struct rollout_tree strategy = ro_tree_of(ro_dig(written, "spec", "updateStrategy", NULL));
    assert_json(&strategy, rows[_i].strategy);
    rollout_objects_free(document);
    finish();
}
END_TEST

/* ---- strategic merge ---- */

static const struct merge {
    const char *template, *patch, *result; /* result NULL: it does not fit */
} merges[] = {
    { "{'a':{'b':1,'c':2}}", "{'a':{'c':3,'d':4}}", "{'a':{'b':1,'c':3,'d':4}}" },
    { "{'a':1,'b':2}", "{'a':null}", "{'b':2}" },
    { "{'args':['1','2']}", "{'args':['3']}", "{'args':['3']}" },
    { "{'tolerations':[{'key':'a'}]}", "{'tolerations':[{'key':'b'}]}", "{'tolerations':[{'key':'b'}]}" },
    { "{'containers':[{'name':'a','image':'1'},{'name':'b'}]}", "{'containers':[{'name':'b','image':'2'}]}",
      "{'containers':[{'name':'a','image':'1'},{'name':'b','image':'2'}]}" },
    { "{'containers':[{'name':'a'}]}", "{'containers':[{'name':'b'}]}", "{'containers':[{'name':'b'},{'name':'a'}]}" },
    { "{'containers':[{'name':'a'},{'name':'s'}]}", "{'containers':[{'name':'a','x':1},{'name':'b'}]}",
      "{'containers':[{'name':'a','x':1},{'name':'b'},{'name':'s'}]}" },
    { "{'containers':[{'name':'a'},{'name':'b'}]}", "{'containers':[{'name':'a','$patch':'delete'}]}",
      "{'containers':[{'name':'b'}]}" },
    { "{'containers':[{'name':'a'},{'name':'b'}]}", "{'containers':[{'name':'c'},{'$patch':'replace'}]}",
      "{'containers':[{'name':'c'}]}" },
    { "{'a':{'b':1}}", "{'a':{'$patch':'replace','c':2}}", "{'a':{'c':2}}" },
    { "{'ports':[{'containerPort':80}]}", "{'ports':[{'containerPort':80,'name':'http'},{'containerPort':81}]}",
      "{'ports':[{'containerPort':80,'name':'http'},{'containerPort':81}]}" },
    { "{}", "{'spec':{'volumes':[{'name':'v','x':null}]}}", "{'spec':{'volumes':[{'name':'v'}]}}" },
    { "{'a':1}", "{'a':'2'}", "{'a':'2'}" },
    { "{'a':{}}", "{'a':[]}", "{'a':[]}" },
    { "{'a':{'b':1},'c':2}", "{'a':{'$patch':'delete','d':1}}", "{'a':{},'c':2}" },
    { "{'containers':[{'image':'1'},{'name':'a'}]}", "{'containers':[{'name':'a','x':1}]}",
      "{'containers':[{'image':'1'},{'name':'a','x':1}]}" },
    { "{'ports':[{'containerPort':'80'},{'containerPort':80}]}", "{'ports':[{'containerPort':80,'x':1}]}",
      "{'ports':[{'containerPort':'80'},{'containerPort':80,'x':1}]}" },
    { "{'containers':[{'name':'a'}]}", "{'containers':[{'image':'1'}]}", NULL },
    { "{'a':[]}", "{'a':{}}", NULL },
};

START_TEST(test_merge)
{
    const struct merge *row = &merges[_i];
    struct rollout_json *template = parse(row->template), *patch = parse(row->patch);
    struct ro_arena arena = { NULL, false };
    struct rollout_str key;
    struct ro_edit *object = ro_edit_copy(&arena, rollout_json_tree(template)->nodes);
    bool fits = ro_strategic_merge(&arena, object, rollout_json_tree(patch)->nodes, &key);
    ck_assert_int_eq(fits, row->result != NULL);
    if (fits) {
        struct rollout_tree tree = ro_edit_flatten(&arena, object);
        assert_json(&tree, row->result);
    } else {
        ck_assert_uint_gt(key.len, 0);
    }
    ro_arena_free(&arena);
    rollout_json_free(template);
    rollout_json_free(patch);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("apply_uniteddeployment");
    TCase *tc = tcase_create("apply");
    tcase_add_test(tc, test_create);
    tcase_add_test(tc, test_update);
    tcase_add_test(tc, test_same_patch);
    tcase_add_test(tc, test_bad_patch);
    tcase_add_loop_test(tc, test_foreign_plan, 0, 5);
    tcase_add_test(tc, test_templates);
    tcase_add_loop_test(tc, test_partitions, 0, 5);
    tcase_add_test(tc, test_listed);
    tcase_add_loop_test(tc, test_alpha_partition, 0, 3);
    tcase_add_test(tc, test_list);
    tcase_add_test(tc, test_nameless);
    tcase_add_test(tc, test_written);
    tcase_add_test(tc, test_not_written);
    tcase_add_loop_test(tc, test_merge, 0, sizeof merges / sizeof *merges);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Lists as `kubectl get statefulsets,daemonsets,controllerrevisions,pods,nodes,pvc,storageclasses -o json` prints
 * them: what belongs to which workload. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/tree.h"
#include "document.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

#define LIST(items)      "{'apiVersion':'v1','items':[" items "],'kind':'List','metadata':{'resourceVersion':''}}"
#define META(name, more) "'metadata':{'name':'" name "','namespace':'default'" more "}"
#define UID(uid)         ",'uid':'" uid "'"
#define OWNED(kind, uid)                                                                                               \
    ",'ownerReferences':[{'apiVersion':'apps/v1','kind':'" kind "','name':'x','uid':'" uid "','controller':true}]"
#define TEMPLATE(name) "{'apiVersion':'v1','kind':'PersistentVolumeClaim','metadata':{'name':'" name "'}}"
#define STATEFULSET(version, name, uid, templates)                                                                     \
    "{'apiVersion':'" version                                                                                          \
    "','kind':'StatefulSet'," META(name, UID(uid)) ",'spec':{'selector':{'matchLabels':"                               \
                                                   "{'app':'x'}},'volumeClaimTemplates':[" templates "]}}"
#define DAEMONSET(version, name, uid)                                                                                  \
    "{'apiVersion':'" version "','kind':'DaemonSet'," META(name, UID(uid)) ",'spec':{'selector':{'matchLabels':"       \
                                                                           "{'app':'x'}}}}"
#define CLONESET(name, uid)                                                                                            \
    "{'apiVersion':'apps.kruise.io/v1alpha1','kind':'CloneSet'," META(name, UID(uid)) ",'spec':{}}"
#define OBJECT(kind, name, more) "{'apiVersion':'v1','kind':'" kind "'," META(name, more) "}"
#define POD(name, more)          OBJECT("Pod", name, more)
#define CLAIM(name, more)        OBJECT("PersistentVolumeClaim", name, more)
#define REVISION(name, kind, uid)                                                                                      \
    "{'apiVersion':'apps/v1','kind':'ControllerRevision'," META(name, OWNED(kind, uid)) ",'revision':1}"

#define KRUISE "apps.kruise.io/v1beta1"
#define NATIVE "apps/v1"

/* Names in the order of the snapshot, with spaces between. */
static void append(char *to, size_t size, struct rollout_str name)
{
    size_t len = strlen(to);
    snprintf(to + len, size - len, "%s%.*s", len ? " " : "", (int)name.len, name.data);
}

/* Pods, claims and revisions of workload `index`; a revision that was made is left out. */
static void assert_members(const struct rollout_json *json, size_t index, const char *pods, const char *claims,
                           const char *revisions)
{
    char got[3][512] = { "", "", "" };
    struct rollout_world *world = decode(json, index);
    const struct rollout_snapshot *s = world->snapshot;
    for (size_t i = 0; i < s->pods.count; i++)
        append(got[0], sizeof(got[0]), s->pods.items[i].name);
    for (size_t i = 0; i < s->claims.count; i++)
        append(got[1], sizeof(got[1]), s->claims.items[i].name);
    for (size_t i = 0; i < s->revisions.count; i++)
        if (!(s->revisions.items[i].flags & ROLLOUT_REVISION_NEW))
            append(got[2], sizeof(got[2]), s->revisions.items[i].name);
    ck_assert_str_eq(got[0], pods);
    ck_assert_str_eq(got[1], claims);
    ck_assert_str_eq(got[2], revisions);
    ck_assert_uint_eq(world->pod_object_count, s->pods.count);
    ck_assert_uint_eq(world->claim_object_count, s->claims.count);
    for (size_t i = 0; i < s->claims.count; i++) {
        const struct rollout_node *name = ro_dig(world->claim_objects[i].nodes, "metadata", "name", NULL);
        ck_assert(ro_str_eq(ro_text(name), s->claims.items[i].name));
    }
    rollout_world_free(world);
}

/* All kinds in one List. */
START_TEST(test_mixed)
{
    struct rollout_json *json =
        parse(LIST(
            CLAIM("data-db-0", "") "," STATEFULSET(NATIVE, "db", "s1", TEMPLATE("data") "," TEMPLATE("log")) "," POD(
                "db-0", OWNED(
                            "StatefulSet",
                            "s1")) "," DAEMONSET(KRUISE, "agent",
                                                 "d1") ","
                                                       "{'apiVersion':'v1','kind':'Node','metadata':{'name':'n1'}}"
                                                       "," POD("agent-x", OWNED("DaemonSet", "d1")) "," STATEFULSET(KRUISE, "web", "s2", TEMPLATE("data")) "," CLONESET("web", "c1") "," POD(
                                                           "web-a",
                                                           OWNED(
                                                               "CloneSet",
                                                               "c1")) "," POD("web-0",
                                                                              OWNED(
                                                                                  "StatefulSet",
                                                                                  "s2")) ","
                                                                                         "{'apiVersion':'storage.k8s."
                                                                                         "io/"
                                                                                         "v1','kind':'StorageClass','"
                                                                                         "metadata':{'name':'fast'},'"
                                                                                         "allowVolumeExpansion':true},"
                                                                                         "{'apiVersion':'v1','kind':'"
                                                                                         "Service','metadata':{'name':'"
                                                                                         "db'}}," POD("orphan", ",'"
                                                                                                                "labels"
                                                                                                                "':{'"
                                                                                                                "app':'"
                                                                                                                "x'}") "," REVISION("db-1", "StatefulSet", "s1") "," REVISION("agent-1", "DaemonSet", "d1") "," REVISION(
                                                                                             "web-1", "StatefulSet",
                                                                                             "s2") "," CLAIM("data-web-"
                                                                                                             "0",
                                                                                                             OWNED(
                                                                                                                 "Pod",
                                                                                                                 "p")) "," CLAIM("data-web-a",
                                                                                                                                 OWNED(
                                                                                                                                     "CloneSet",
                                                                                                                                     "c1")) "," CLAIM("log-db-7",
                                                                                                                                                      OWNED(
                                                                                                                                                          "StatefulSet",
                                                                                                                                                          "s2")) ","
                                                                                                                                                                 "{'apiVersion':'v1','kind':'Node','metadata':{'name':'n2'}}," CLAIM(
                                                                                                                                                                     "data-web-1",
                                                                                                                                                                     OWNED(
                                                                                                                                                                         "CloneSet",
                                                                                                                                                                         "c1"))));
    size_t count;
    ck_assert_int_eq(rollout_document_count(rollout_json_tree(json), &count, NULL), ROLLOUT_OK);
    ck_assert_uint_eq(count, 4);
    assert_members(json, 0, "db-0", "data-db-0 log-db-7", "db-1");
    assert_members(json, 1, "agent-x", "", "agent-1");
    assert_members(json, 2, "web-0", "data-web-0 data-web-1", "web-1");
    assert_members(json, 3, "web-a", "data-web-a data-web-1", "");
    for (size_t i = 0; i < count; i++) {
        struct rollout_world *world = decode(json, i);
        ck_assert_int_eq(world->workload->statefulset != NULL, i % 2 == 0);
        ck_assert_int_eq(world->workload->daemonset != NULL, i == 1);
        ck_assert_int_eq(world->workload->cloneset != NULL, i == 3);
        ck_assert_uint_eq(world->snapshot->nodes.count, 2);
        ck_assert_uint_eq(world->snapshot->storage_classes.count, 1);
        ck_assert_uint_eq(world->snapshot->storage_classes.items[0].allow_expansion, 1);
        rollout_world_free(world);
    }
    rollout_json_free(json);
}
END_TEST

/* Which claims are a StatefulSet's: by name alone, in its namespace. */
static const struct {
    const char *sets, *claims;
    const char *first, *second; /* NULL: there is one set */
} names[] = {
    { STATEFULSET(NATIVE, "web", "1", TEMPLATE("data")), CLAIM("data-web-0", "") "," CLAIM("data-web-10", ""),
      "data-web-0 data-web-10", NULL },
    { STATEFULSET(NATIVE, "web", "1", TEMPLATE("data")),
      CLAIM("data-web-00", "") "," CLAIM("data-web-01", "") "," CLAIM("data-web", "") "," CLAIM(
          "data-web-",
          "") "," CLAIM("data-web-x",
                        "") "," CLAIM("data-web-0-0",
                                      "") "," CLAIM("web-0", "") "," CLAIM("log-web-0",
                                                                           "") "," CLAIM("data-web-2147483648",
                                                                                         "") "," CLAIM("xdata-web-0",
                                                                                                       ""),
      "", NULL },
    { STATEFULSET(NATIVE, "web", "1", TEMPLATE("data")),
      "{'kind':'PersistentVolumeClaim','metadata':{'name':'data-web-0','namespace':'other'}},"
      "{'kind':'PersistentVolumeClaim','metadata':{'name':'data-web-1'}}",
      "", NULL },
    /* The set's own reference makes no claim its own. */
    { STATEFULSET(NATIVE, "web", "1", TEMPLATE("data")), CLAIM("else", OWNED("StatefulSet", "1")), "", NULL },
    { STATEFULSET(NATIVE, "web", "1", ""), CLAIM("data-web-0", OWNED("StatefulSet", "1")), "", NULL },
    /* Without a uid nothing is owned, but names still fit. */
    { STATEFULSET(NATIVE, "web", "", TEMPLATE("data")), CLAIM("data-web-0", ""), "data-web-0", NULL },
    /* A template that stands twice counts once. */
    { STATEFULSET(NATIVE, "web", "1", TEMPLATE("data") "," TEMPLATE("data")), CLAIM("data-web-0", ""), "data-web-0",
      NULL },
    /* One name, two readings; and OpenKruise's set beside Kubernetes' of the same name. */
    { STATEFULSET(NATIVE, "c", "1", TEMPLATE("a-b")) "," STATEFULSET(NATIVE, "b-c", "2", TEMPLATE("a")),
      CLAIM("a-b-c-0", ""), "a-b-c-0", "a-b-c-0" },
    { STATEFULSET(NATIVE, "web", "1", TEMPLATE("d")) "," STATEFULSET(KRUISE, "web", "2",
                                                                     TEMPLATE("d") "," TEMPLATE("e")),
      CLAIM("e-web-0", "") "," CLAIM("d-web-0", ""), "d-web-0", "e-web-0 d-web-0" },
    /* An object that stands twice: the first one has them. */
    { STATEFULSET(NATIVE, "web", "1", TEMPLATE("d")) "," STATEFULSET(NATIVE, "web", "1", TEMPLATE("d")),
      CLAIM("d-web-0", "") "," POD("web-0", OWNED("StatefulSet", "1")), "d-web-0", "" },
};

START_TEST(test_names)
{
    char text[4096];
    snprintf(text, sizeof(text), LIST("%s,%s"), names[_i].sets, names[_i].claims);
    struct rollout_json *json = parse(text);
    bool twice = strstr(names[_i].claims, "Pod") != NULL;
    assert_members(json, 0, twice ? "web-0" : "", names[_i].first, "");
    if (names[_i].second)
        assert_members(json, 1, "", names[_i].second, "");
    rollout_json_free(json);
}
END_TEST

/* Lists of one kind leave kind and apiVersion out of their items. */
static const struct {
    const char *document;
    size_t count, nodes, classes;
} shapes[] = {
    { "{'kind':'StatefulSetList','apiVersion':'apps/v1','items':[{'metadata':{'name':'a'},'spec':{}},{}]}", 2, 0, 0 },
    { "{'kind':'DaemonSetList','apiVersion':'apps.kruise.io/v1alpha1','items':[{'metadata':{'name':'a'}}]}", 1, 0, 0 },
    { "{'kind':'StorageClassList','apiVersion':'storage.k8s.io/v1','items':[{'metadata':{'name':'a'}}]}", 0, 0, 1 },
    { "{'kind':'StatefulSet','apiVersion':'apps/v1','metadata':{'name':'a'}}", 1, 0, 0 },
    { "{'kind':'DaemonSet','apiVersion':'apps/v1','metadata':{'name':'a'}}", 1, 0, 0 },
    { "{'kind':'Snapshot','workload':{'kind':'DaemonSet','apiVersion':'apps/"
      "v1'},'nodes':[{},{}],'storageClasses':[{}]}",
      1, 2, 1 },
    /* What is settings in a Snapshot is none elsewhere. */
    { LIST(DAEMONSET(NATIVE, "a", "1")), 1, 0, 0 },
    { "{'kind':'DaemonSet','apiVersion':'apps/v1','nodes':[{}],'storageClasses':3,'failedPodBackoffs':'x'}", 1, 0, 0 },
};

START_TEST(test_shape)
{
    struct rollout_json *json = parse(shapes[_i].document);
    size_t count;
    ck_assert_int_eq(rollout_document_count(rollout_json_tree(json), &count, NULL), ROLLOUT_OK);
    ck_assert_uint_eq(count, shapes[_i].count);
    for (size_t i = 0; i < count; i++) {
        struct rollout_world *world = decode(json, i);
        ck_assert_uint_eq(world->snapshot->nodes.count, shapes[_i].nodes);
        ck_assert_uint_eq(world->snapshot->storage_classes.count, shapes[_i].classes);
        ck_assert_uint_eq(world->snapshot->failed_pod_backoffs.count, 0);
        rollout_world_free(world);
    }
    rollout_json_free(json);
}
END_TEST

/* Decoded one after the other from one grouping, as from the document each time. */
START_TEST(test_grouping)
{
    struct rollout_json *json = parse(LIST(STATEFULSET(NATIVE, "a", "1", TEMPLATE("d")) "," STATEFULSET(
        KRUISE, "b", "2", TEMPLATE("d")) "," CLAIM("d-b-0", "") "," CLAIM("d-a-0", "") "," CLAIM("d-b-1", "")));
    struct rollout_grouping *grouping;
    ck_assert_int_eq(rollout_document_group(rollout_json_tree(json), &grouping, NULL), ROLLOUT_OK);
    ck_assert_uint_eq(rollout_grouping_count(grouping), 2);
    for (int round = 0; round < 4; round++) {
        struct rollout_world *world = NULL;
        ck_assert_int_eq(rollout_grouping_decode(grouping, (size_t)round % 2, NOW, &world, NULL), ROLLOUT_OK);
        ck_assert_uint_eq(world->snapshot->claims.count, round % 2 ? 2 : 1);
        assert_text(world->snapshot->claims.items[0].name, round % 2 ? "d-b-0" : "d-a-0");
        rollout_world_free(world);
    }
    rollout_grouping_free(grouping);
    rollout_json_free(json);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("grouping_list");
    TCase *tc = tcase_create("grouping_list");
    tcase_add_test(tc, test_mixed);
    tcase_add_loop_test(tc, test_names, 0, COUNT(names));
    tcase_add_loop_test(tc, test_shape, 0, COUNT(shapes));
    tcase_add_test(tc, test_grouping);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

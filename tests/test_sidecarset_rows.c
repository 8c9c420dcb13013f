/* SPDX-License-Identifier: Apache-2.0 */
/* sidecarset.md 13, a test a row, and the rows of its 5.1, 7.1, 7.2 and 9. Of section 13, rows 2 and 20 are among the worked
 * numbers and row 21 beside them, in test_sidecarset.c; rows 10, 17 to 19 and 22 are of admission, in test_inject.c; row 9
 * is of the caller, who decides when to plan. */
#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "document.h"
#include "planned.h"

/* A pod; a field that is NULL is as in a pod that is old, upgradable in place and well. */
struct pod {
    const char *name;
    const char *hash;        /* O; that of the set is H */
    const char *imageless;   /* W, the set's */
    const char *labels;      /* more of them: ",'k':'v'" */
    const char *annotations; /* the same */
    const char *containers;  /* c at i:1 */
    const char *statuses;    /* the same, ready */
    const char *ready;       /* True */
    const char *conditions;  /* more of them: ",{...}" */
};

#define C(name, image)            "{'name':'" name "','image':'" image "'}"
#define S(name, image, ready, id) "{'name':'" name "','ready':" ready ",'image':'" image "','imageID':'" id "'}"
#define SIDE                      C("c", "i:2")
#define HOT                       HOT_EMPTY("e")
#define HOT_EMPTY(empty)                                                                                               \
    "{'name':'c','image':'i:2','upgradeStrategy':{'upgradeType':'HotUpgrade','hotUpgradeEmptyImage':'" empty "'}}"
#define PAIR(first, second) C("c-1", first) "," C("c-2", second)
#define WORKS(container)    ",'kruise.io/sidecarset-working-hotupgrade-container':'{\\'c\\':\\'" container "\\'}'"
#define STATE(json)         ",'kruise.io/sidecarset-inplace-update-state':'" json "'"
#define MESSAGE(text)       ",{'type':'SidecarSetUpgradable','status':'True','message':'" text "'}"

static struct rollout_json *json;
static struct rollout_world *world;
static struct rollout_plan *plan;
static char text[16384], said[1024];

static void release(void)
{
    rollout_plan_free(plan);
    rollout_world_free(world);
    rollout_json_free(json);
    plan = NULL;
    world = NULL;
    json = NULL;
}

static const char *or(const char *given, const char *otherwise)
{
    return given ? given : otherwise;
}

/* more: further members of the spec. */
static void make(const char *containers, const char *strategy, const char *more, const struct pod *pods, size_t count)
{
    struct rollout_error error = { .struct_size = sizeof error };
    int at =
        snprintf(text, sizeof text,
                 "{'kind':'Snapshot','now':'2026-01-02T00:00:00Z','workload':{'kind':'SidecarSet',"
                 "'apiVersion':'apps.kruise.io/v1beta1','metadata':{'name':'s','resourceVersion':'7','annotations':"
                 "{'kruise.io/sidecarset-hash':'H','kruise.io/sidecarset-hash-without-image':'W'}},'spec':{"
                 "'selector':{'matchLabels':{'a':'b'}},'containers':[%s],'updateStrategy':{%s}%s}},'pods':[",
                 containers, strategy, more);
    for (size_t i = 0; i < count; i++)
        at += snprintf(
            text + at, sizeof text - (size_t)at,
            "%s{'metadata':{'name':'%s','namespace':'d','labels':{'a':'b'%s},'annotations':{"
            "'kruise.io/sidecarset-injected-list':'s','kruise.io/sidecarset-hash':'{\\'s\\':{\\'hash\\':\\'%s\\'}}',"
            "'kruise.io/sidecarset-hash-without-image':'{\\'s\\':{\\'hash\\':\\'%s\\'}}'%s}},'spec':{'nodeName':'n',"
            "'containers':[%s]},'status':{'phase':'Running','conditions':[{'type':'Ready','status':'%s'}%s],"
            "'containerStatuses':[%s]}}",
            i ? "," : "", pods[i].name, or(pods[i].labels, ""), or(pods[i].hash, "O"), or(pods[i].imageless, "W"),
            or(pods[i].annotations, ""), or(pods[i].containers, C("c", "i:1")), or(pods[i].ready, "True"),
            or(pods[i].conditions, ""), or(pods[i].statuses, S("c", "i:1", "true", "x")));
    ck_assert_int_lt(at + 3, (int)sizeof text);
    strcat(text, "]}");
    release();
    world = decode_text(text, &json);
    ck_assert_msg(rollout_plan(world->workload, world->snapshot, &plan, &error) == ROLLOUT_OK, "%s", error.message);
}

/* "update p0 c=i:2; flip p1 c-1=e; not p2" for a pod that is marked not upgradable. */
static const char *actions(void)
{
    int at = 0;
    said[0] = '\0';
    for (size_t i = 0; i < plan->action_count; i++) {
        const struct rollout_action *a = &plan->actions[i];
        const char *op = a->op == ROLLOUT_OP_UPDATE_IN_PLACE ? "update" : a->op == ROLLOUT_OP_FLIP ? "flip" : NULL;
        if (a->op == ROLLOUT_OP_SET_UPGRADABLE && plan->attrs[a->attr_first].value == 0)
            op = "not";
        if (!op)
            continue;
        struct rollout_str name = world->snapshot->pods.items[a->subject].name;
        at += snprintf(said + at, sizeof said - (size_t)at, "%s%s %.*s", at ? "; " : "", op, (int)name.len, name.data);
        for (uint32_t k = a->attr_first; k < a->attr_first + a->attr_count; k++) {
            if (plan->attrs[k].key != ROLLOUT_ATTR_IMAGE)
                continue;
            struct rollout_str key = plan->texts[plan->attrs[k].text];
            struct rollout_str value = plan->texts[plan->attrs[k + 1].text];
            at += snprintf(said + at, sizeof said - (size_t)at, " %.*s=%.*s", (int)key.len, key.data, (int)value.len,
                           value.data ? value.data : "");
        }
    }
    return said;
}

/* An annotation whose value begins with this. */
static bool writes(const char *key, const char *value)
{
    for (size_t i = 0; i + 1 < plan->attr_count; i++) {
        if (plan->attrs[i].key != ROLLOUT_ATTR_ANNOTATION)
            continue;
        struct rollout_str k = plan->texts[plan->attrs[i].text], v = plan->texts[plan->attrs[i + 1].text];
        if (k.len == strlen(key) && memcmp(k.data, key, k.len) == 0)
            return v.len >= strlen(value) && memcmp(v.data, value, strlen(value)) == 0;
    }
    return false;
}

static void assert_reason(uint32_t pod, const char *wanted)
{
    char buf[512];
    const char *got = planned_verdict(plan, world->snapshot, ROLLOUT_SUBJECT_POD, pod, buf, sizeof buf);
    ck_assert_msg(strstr(got, wanted) != NULL, "%s, not %s", got, wanted);
}

/* ---- 13 ---- */

/* 1: a partition that cannot be read holds nobody, such a maxUnavailable everybody who is ready. */
START_TEST(test_1)
{
    static const struct pod pods[] = { { .name = "p0" }, { .name = "p1", .ready = "False" }, { .name = "p2" } };
    make(SIDE, "'partition':'x%','maxUnavailable':5", "", pods, 3);
    ck_assert_str_eq(actions(), "update p1 c=i:2; update p0 c=i:2; update p2 c=i:2");
    make(SIDE, "'maxUnavailable':'x'", "", pods, 3);
    ck_assert_str_eq(actions(), "update p1 c=i:2");
    assert_reason(0, "MaxUnavailableReached: max_unavailable 0 of 0 used");
}
END_TEST

/* A hot upgrade that lacks nothing but its flip. */
#define HALF                                                                                                           \
    { .name = "p0",                                                                                                    \
      .hash = "H",                                                                                                     \
      .annotations = WORKS("c-2"),                                                                                     \
      .containers = PAIR("i:1", "i:2"),                                                                                \
      .statuses = S("c-1", "i:1", "true", "x") "," S("c-2", "i:2", "true", "y") }

/* 3: pausing leaves both of its containers running, and so does NotUpdate. */
START_TEST(test_3)
{
    static const struct pod pod = HALF;
    make(HOT, "", "", &pod, 1);
    ck_assert_str_eq(actions(), "flip p0 c-1=e");
    make(HOT, "'paused':true", "", &pod, 1);
    ck_assert_str_eq(actions(), "");
    assert_reason(0, "Paused: paused by updateStrategy.paused");
    make(HOT, "'type':'NotUpdate'", "", &pod, 1);
    ck_assert_str_eq(actions(), "");
    assert_reason(0, "UpdatesOff: type NotUpdate");
}
END_TEST

/* 4: rolled back while the new container crashes: the one that works has the image already, so that nothing but the hash
 * is written. */
START_TEST(test_4)
{
    static const struct pod pod = { .name = "p0",
                                    .annotations = WORKS("c-2"),
                                    .containers = PAIR("i:2", "i:3"),
                                    .statuses = S("c-1", "i:2", "true", "x") "," S("c-2", "i:3", "false", "y"),
                                    .ready = "False" };
    make(HOT, "", "", &pod, 1);
    ck_assert_str_eq(actions(), "update p0");
    ck_assert(writes("kruise.io/sidecarset-hash", "{\"s\":{"));
    struct pod after = pod;
    after.hash = "H";
    make(HOT, "", "", &after, 1);
    ck_assert_str_eq(actions(), "");
    ck_assert_int_eq(planned_number(plan, "updatedPods"), 1);
    ck_assert_int_eq(planned_number(plan, "readyPods"), 0);
}
END_TEST

/* 5 */
START_TEST(test_5)
{
    static const struct pod pod = HALF;
    make(HOT_EMPTY(""), "", "", &pod, 1);
    ck_assert_str_eq(actions(), "flip p0 c-1=");
}
END_TEST

/* 6: a main container that is not ready keeps the flip from coming, whatever it was before. */
START_TEST(test_6)
{
    static const char *const mains[] = { S("main", "m", "false", "z"), S("main", "m", "true", "z") };
    static const char *const wanted[] = { "", "flip p0 c-1=e" };
    struct pod pod = HALF;
    char statuses[512];
    snprintf(statuses, sizeof statuses, "%s,%s", pod.statuses, mains[_i]);
    pod.containers = PAIR("i:1", "i:2") "," C("main", "m");
    pod.statuses = statuses;
    pod.ready = "False";
    make(HOT, "", "", &pod, 1);
    ck_assert_str_eq(actions(), wanted[_i]);
    assert_reason(0, _i ? "UpdateContinued" : "InPlaceUpdating: update not confirmed: hot pair");
}
END_TEST

#define DIGEST "@sha256:0101010101010101010101010101010101010101010101010101010101010101"

/* 7: by name and digest, of which a short name is another. */
START_TEST(test_7)
{
    static const char *const ids[] = { "docker-pullable://docker.io/library/i" DIGEST, "docker-pullable://i" DIGEST };
    char statuses[512];
    snprintf(statuses, sizeof statuses, "{'name':'c','ready':true,'image':'i','imageID':'%s'}", ids[_i]);
    const struct pod pod = { .name = "p0", .hash = "H", .containers = C("c", "i" DIGEST), .statuses = statuses };
    make(SIDE, "", "", &pod, 1);
    assert_reason(0, _i ? "UpToDate" : "InPlaceUpdating: update not confirmed: images not taken yet");
}
END_TEST

/* 8: of the same content the imageID stays, and only the image's text tells. */
START_TEST(test_8)
{
    static const char *const images[] = { S("c", "i:1", "true", "x"), S("c", "i:2", "true", "x"),
                                          S("c", "i:1", "true", "y") };
    const struct pod pod = { .name = "p0",
                             .hash = "H",
                             .annotations =
                                 STATE("{\\'s\\':{\\'lastContainerStatuses\\':{\\'c\\':{\\'imageID\\':\\'x\\'}}}}"),
                             .containers = C("c", "i:2"),
                             .statuses = images[_i] };
    make(SIDE, "", "", &pod, 1);
    assert_reason(0, _i ? "UpToDate" : "InPlaceUpdating: update not confirmed: images not taken yet");
}
END_TEST

/* 11: pods with none of the keys go first. */
START_TEST(test_11)
{
    static const struct pod pods[] = { { .name = "p0", .labels = ",'rank':'r-9'" },
                                       { .name = "p1" },
                                       { .name = "p2", .labels = ",'rank':'r-10'" } };
    make(SIDE, "'maxUnavailable':3,'priorityStrategy':{'orderPriority':[{'orderedKey':'rank'}]}", "", pods, 3);
    ck_assert_str_eq(actions(), "update p1 c=i:2; update p2 c=i:2; update p0 c=i:2");
}
END_TEST

/* 12: of pods that are alike the first comes first, also where there are many. */
START_TEST(test_12)
{
    static const char *const names[] = { "p0", "p1", "p2", "p3",  "p4",  "p5",  "p6",
                                         "p7", "p8", "p9", "p10", "p11", "p12", "p13" };
    struct pod pods[14] = { { NULL } };
    for (size_t i = 0; i < 14; i++)
        pods[i].name = names[i];
    make(SIDE, "'partition':11,'maxUnavailable':14", "", pods, 14);
    ck_assert_str_eq(actions(), "update p0 c=i:2; update p1 c=i:2; update p2 c=i:2");
}
END_TEST

/* 13: what is to be retained is added by an update too, where it is not there. */
START_TEST(test_13)
{
    static const struct pod pods[] = { { .name = "p0" }, { .name = "p0", .annotations = ",'k':'other'" } };
    make(SIDE, "", ",'patchPodMetadata':[{'patchPolicy':'Retain','annotations':{'k':'v'}}]", &pods[_i], 1);
    ck_assert_str_eq(actions(), "update p0 c=i:2");
    ck_assert_int_eq(writes("k", "v"), _i == 0);
}
END_TEST

/* 14: a message that is no map ends the round: behind the pod that has it, or, where that is not upgradable, before any is
 * updated. */
START_TEST(test_14)
{
    static const struct pod pods[] = { { .name = "p0" },
                                       { .name = "p1", .conditions = MESSAGE("no map") },
                                       { .name = "p2" } };
    static const struct pod immutable[] = { { .name = "p0" },
                                            { .name = "p1", .imageless = "X", .conditions = MESSAGE("no map") } };
    make(SIDE, "'maxUnavailable':3", "", pods, 3);
    ck_assert_str_eq(actions(), "update p0 c=i:2; update p1 c=i:2");
    ck_assert_uint_eq(plan->error_reason, ROLLOUT_REASON_SPEC_INVALID);
    ck_assert_uint_eq(plan->error_pod, 1);
    assert_reason(2, "BehindStoppedPod: number 3 in order; the pass stopped at p1");
    make(SIDE, "'maxUnavailable':3", "", immutable, 2);
    ck_assert_str_eq(actions(), "");
    assert_reason(0, "BehindStoppedPod: number 1 in order; the pass stopped at p1");
    assert_reason(1, "SpecInvalid: the message of condition SidecarSetUpgradable");
}
END_TEST

/* 15: what is recorded of the first upgrade stays. */
START_TEST(test_15)
{
    static const struct pod pod = {
        .name = "p0",
        .annotations = STATE("{\\'s\\':{\\'revision\\':\\'R\\',\\'updateTimestamp\\':\\'2020-01-01T00:00:00Z\\',"
                             "\\'lastContainerStatuses\\':{\\'c\\':{\\'imageID\\':\\'w\\'}}}}")
    };
    make(SIDE, "", "", &pod, 1);
    ck_assert_str_eq(actions(), "update p0 c=i:2");
    ck_assert(writes("kruise.io/sidecarset-inplace-update-state",
                     "{\"s\":{\"revision\":\"R\",\"updateTimestamp\":\"2020-01-01T00:00:00Z\","
                     "\"lastContainerStatuses\":{\"c\":{\"imageID\":\"x\"}}}}"));
}
END_TEST

/* 16: more than the image: the pod stays, and only its condition says so. 5.1, row by row: updated, not selected, not
 * upgradable, mid-flight (which is no candidate, and none for the condition), waiting. */
START_TEST(test_buckets)
{
    static const struct pod pods[] = {
        { .name = "p0", .hash = "H", .imageless = "X" },
        { .name = "p1", .imageless = "X" },
        { .name = "p2", .imageless = "X", .labels = ",'k':'v'" },
        { .name = "p3",
          .labels = ",'k':'v'",
          .statuses = S("c", "i:0", "true", "x"),
          .annotations = STATE("{\\'s\\':{\\'lastContainerStatuses\\':{\\'c\\':{\\'imageID\\':\\'x\\'}}}}") },
        { .name = "p4", .labels = ",'k':'v'" },
    };
    make(SIDE, "'maxUnavailable':5,'selector':{'matchLabels':{'k':'v'}}", "", pods, 5);
    ck_assert_str_eq(actions(), "not p2; update p4 c=i:2");
    assert_reason(0, "UpToDate");
    assert_reason(1, "UpdateSelectorExcludes");
    assert_reason(2, "InPlaceImpossible: not possible in place: more than images changed");
    assert_reason(3, "InPlaceUpdating: update not confirmed: a ready sidecar has not taken its image");
    struct pod crashing = pods[3]; /* not ready: it may be replaced at once */
    crashing.statuses = S("c", "i:0", "false", "x");
    crashing.ready = "False";
    make(SIDE, "", "", &crashing, 1);
    ck_assert_str_eq(actions(), "update p3 c=i:2");
    crashing.annotations =
        STATE("{broken"); /* never again (reasons.md 5): a ready one that is consistent with nothing */
    crashing.statuses = S("c", "i:1", "true", "x");
    crashing.ready = "True";
    make(SIDE, "", "", &crashing, 1);
    ck_assert_str_eq(actions(), "");
    assert_reason(0, "SpecInvalid: metadata.annotations[\"kruise.io/sidecarset-inplace-update-state\"] is not usable");
}
END_TEST

/* A pod that is not ready costs nothing, but waits behind one that the budget holds (5.3). */
START_TEST(test_behind)
{
    static const struct pod pods[] = { { .name = "p0", .labels = ",'rank':'r-9'" },
                                       { .name = "p1", .labels = ",'rank':'r-8'" },
                                       { .name = "p2", .labels = ",'rank':'r-7'", .ready = "False" } };
    make(SIDE, "'maxUnavailable':1,'priorityStrategy':{'orderPriority':[{'orderedKey':'rank'}]}", "", pods, 3);
    ck_assert_str_eq(actions(), "update p0 c=i:2");
    assert_reason(1, "MaxUnavailableReached: max_unavailable 1 of 1 used; first by p0");
    assert_reason(2, "BehindStoppedPod: number 3 in order; the pass stopped at p1");
}
END_TEST

/* ---- 7.1 ---- */

START_TEST(test_target)
{
    static const struct {
        const char *working, *containers, *statuses, *wanted;
    } rows[] = {
        { WORKS("c-2"), PAIR("e", "i:1"), S("c-1", "e", "true", "x") "," S("c-2", "i:1", "true", "x"), "c-1=i:2" },
        { WORKS("c-1"), PAIR("i:1", "e"), S("c-1", "i:1", "true", "x") "," S("c-2", "e", "true", "x"), "c-2=i:2" },
        { WORKS("c-1"), PAIR("i:1", "i:0"), S("c-1", "i:1", "false", "x") "," S("c-2", "i:0", "true", "x"), "c-1=i:2" },
        { WORKS("c-1"), PAIR("i:1", "i:0"), S("c-1", "i:1", "false", "x") "," S("c-2", "i:0", "false", "x"),
          "c-2=i:2" },
    };
    const struct pod pod = { .name = "p0",
                             .annotations = rows[_i].working,
                             .containers = rows[_i].containers,
                             .statuses = rows[_i].statuses,
                             .ready = "False" };
    char wanted[64];
    make(HOT, "", "", &pod, 1);
    snprintf(wanted, sizeof wanted, "update p0 %s", rows[_i].wanted);
    ck_assert_str_eq(actions(), wanted);
}
END_TEST

/* ---- 7.2: from one row to the next ---- */

START_TEST(test_life)
{
    static const struct {
        struct pod pod;
        const char *wanted;
        int64_t counts[4];
    } rows[] = {
        { { .name = "p0",
            .annotations = WORKS("c-1"),
            .containers = PAIR("i:1", "e"),
            .statuses = S("c-1", "i:1", "true", "x") "," S("c-2", "e", "true", "z") },
          "update p0 c-2=i:2",
          { 1, 0, 1, 0 } },
        { { .name = "p0",
            .hash = "H",
            .annotations = WORKS("c-2"),
            .containers = PAIR("i:1", "i:2"),
            .statuses = S("c-1", "i:1", "true", "x") "," S("c-2", "e", "false", "z"),
            .ready = "False" },
          "",
          { 1, 1, 0, 0 } },
        { HALF, "flip p0 c-1=e", { 1, 1, 0, 0 } },
        { { .name = "p0",
            .hash = "H",
            .annotations = WORKS("c-2"),
            .containers = PAIR("e", "i:2"),
            .statuses = S("c-1", "e", "true", "x") "," S("c-2", "i:2", "true", "y") },
          "",
          { 1, 1, 1, 1 } },
    };
    static const char *const keys[] = { "matchedPods", "updatedPods", "readyPods", "updatedReadyPods" };
    make(HOT, "", "", &rows[_i].pod, 1);
    ck_assert_str_eq(actions(), rows[_i].wanted);
    for (size_t k = 0; k < 4; k++)
        ck_assert_msg(planned_number(plan, keys[k]) == rows[_i].counts[k], "%s", keys[k]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sidecarset_rows");
    TCase *tc = tcase_create("13");
    tcase_add_checked_fixture(tc, NULL, release);
    tcase_add_test(tc, test_1);
    tcase_add_test(tc, test_3);
    tcase_add_test(tc, test_4);
    tcase_add_test(tc, test_5);
    tcase_add_loop_test(tc, test_6, 0, 2);
    tcase_add_loop_test(tc, test_7, 0, 2);
    tcase_add_loop_test(tc, test_8, 0, 3);
    tcase_add_test(tc, test_11);
    tcase_add_test(tc, test_12);
    tcase_add_loop_test(tc, test_13, 0, 2);
    tcase_add_test(tc, test_14);
    tcase_add_test(tc, test_15);
    tcase_add_test(tc, test_buckets);
    tcase_add_test(tc, test_behind);
    tcase_add_loop_test(tc, test_target, 0, 4);
    tcase_add_loop_test(tc, test_life, 0, 4);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

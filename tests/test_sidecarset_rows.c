/* SPDX-License-Identifier: Apache-2.0 */
/* sidecarset.md 13, a test a row, and the rows of its 2 and 4 to 9. Of section 13, rows 2 and 20 are among the worked
 * numbers and row 21 beside them, in test_sidecarset.c; rows 10, 17 to 19 and 22 are of admission, in test_inject.c; row 9
 * is of the caller, who decides when to plan. */
#include <check.h>
#include <rollout/json.h>
#include <stdio.h>
#include <string.h>

#include "base/json_text.h"
#include "planned.h"
#include "planners/sidecarset_pass.h"
#include "sidecarworld.h"

/* ---- 13 ---- */

/* 1: a partition that cannot be read holds nobody, such a maxUnavailable everybody who is ready. */
START_TEST(test_1)
{
    static const struct sidecar_pod pods[] = { { .name = "p0" }, { .name = "p1", .ready = "False" }, { .name = "p2" } };
    sidecar_make(SIDE, "'partition':'x%','maxUnavailable':5", "", pods, 3);
    ck_assert_str_eq(sidecar_actions(), "update p1 c=i:2; update p0 c=i:2; update p2 c=i:2");
    sidecar_make(SIDE, "'maxUnavailable':'x'", "", pods, 3);
    ck_assert_str_eq(sidecar_actions(), "update p1 c=i:2");
    sidecar_assert_reason(0, "MaxUnavailableReached: max_unavailable 0 of 0 used");
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
    static const struct sidecar_pod pod = HALF;
    sidecar_make(HOT, "", "", &pod, 1);
    ck_assert_str_eq(sidecar_actions(), "flip p0 c-1=e");
    sidecar_make(HOT, "'paused':true", "", &pod, 1);
    ck_assert_str_eq(sidecar_actions(), "");
    sidecar_assert_reason(0, "Paused: paused by updateStrategy.paused");
    sidecar_make(HOT, "'type':'NotUpdate'", "", &pod, 1);
    ck_assert_str_eq(sidecar_actions(), "");
    sidecar_assert_reason(0, "UpdatesOff: type NotUpdate");
}
END_TEST

/* 4: rolled back while the new container crashes: the one that works has the image already, so that nothing but the hash
 * is written. */
START_TEST(test_4)
{
    static const struct sidecar_pod pod = { .name = "p0",
                                            .annotations = WORKS("c-2"),
                                            .containers = PAIR("i:2", "i:3"),
                                            .statuses = S("c-1", "i:2", "true", "x") "," S("c-2", "i:3", "false", "y"),
                                            .ready = "False" };
    sidecar_make(HOT, "", "", &pod, 1);
    ck_assert_str_eq(sidecar_actions(), "update p0");
    ck_assert(sidecar_writes("kruise.io/sidecarset-hash", "{\"s\":{"));
    struct sidecar_pod after = pod;
    after.hash = "H";
    sidecar_make(HOT, "", "", &after, 1);
    ck_assert_str_eq(sidecar_actions(), "");
    ck_assert_int_eq(planned_number(sidecar_plan, "updatedPods"), 1);
    ck_assert_int_eq(planned_number(sidecar_plan, "readyPods"), 0);
}
END_TEST

/* 5 */
START_TEST(test_5)
{
    static const struct sidecar_pod pod = HALF;
    sidecar_make(HOT_EMPTY(""), "", "", &pod, 1);
    ck_assert_str_eq(sidecar_actions(), "flip p0 c-1=");
}
END_TEST

/* 6: a main container that is not ready keeps the flip from coming, whatever it was before. */
START_TEST(test_6)
{
    static const char *const mains[] = { S("main", "m", "false", "z"), S("main", "m", "true", "z") };
    static const char *const wanted[] = { "", "flip p0 c-1=e" };
    struct sidecar_pod pod = HALF;
    char statuses[512];
    snprintf(statuses, sizeof statuses, "%s,%s", pod.statuses, mains[_i]);
    pod.containers = PAIR("i:1", "i:2") "," C("main", "m");
    pod.statuses = statuses;
    pod.ready = "False";
    sidecar_make(HOT, "", "", &pod, 1);
    ck_assert_str_eq(sidecar_actions(), wanted[_i]);
    sidecar_assert_reason(0, _i ? "UpdateContinued" : "InPlaceUpdating: update not confirmed: hot pair");
}
END_TEST

#define DIGEST "@sha256:0101010101010101010101010101010101010101010101010101010101010101"

/* 7: by name and digest, of which a short name is another. */
START_TEST(test_7)
{
    static const char *const ids[] = { "docker-pullable://docker.io/library/i" DIGEST, "docker-pullable://i" DIGEST };
    char statuses[512];
    snprintf(statuses, sizeof statuses, "{'name':'c','ready':true,'image':'i','imageID':'%s'}", ids[_i]);
    const struct sidecar_pod pod = {
        .name = "p0", .hash = "H", .containers = C("c", "i" DIGEST), .statuses = statuses
    };
    sidecar_make(SIDE, "", "", &pod, 1);
    sidecar_assert_reason(0, _i ? "UpToDate" : "InPlaceUpdating: update not confirmed: images not taken yet");
}
END_TEST

/* 8: of the same content the imageID stays, and only the image's text tells. */
START_TEST(test_8)
{
    static const char *const images[] = { S("c", "i:1", "true", "x"), S("c", "i:2", "true", "x"),
                                          S("c", "i:1", "true", "y") };
    const struct sidecar_pod pod = { .name = "p0",
                                     .hash = "H",
                                     .annotations = STATE(
                                         "{\\'s\\':{\\'lastContainerStatuses\\':{\\'c\\':{\\'imageID\\':\\'x\\'}}}}"),
                                     .containers = C("c", "i:2"),
                                     .statuses = images[_i] };
    sidecar_make(SIDE, "", "", &pod, 1);
    sidecar_assert_reason(0, _i ? "UpToDate" : "InPlaceUpdating: update not confirmed: images not taken yet");
}
END_TEST

/* 11: pods with none of the keys go first. */
START_TEST(test_11)
{
    static const struct sidecar_pod pods[] = { { .name = "p0", .labels = ",'rank':'r-9'" },
                                               { .name = "p1" },
                                               { .name = "p2", .labels = ",'rank':'r-10'" } };
    sidecar_make(SIDE, "'maxUnavailable':3,'priorityStrategy':{'orderPriority':[{'orderedKey':'rank'}]}", "", pods, 3);
    ck_assert_str_eq(sidecar_actions(), "update p1 c=i:2; update p2 c=i:2; update p0 c=i:2");
}
END_TEST

/* 12: of pods that are alike the first comes first, also where there are many. */
START_TEST(test_12)
{
    static const char *const names[] = { "p0", "p1", "p2", "p3",  "p4",  "p5",  "p6",
                                         "p7", "p8", "p9", "p10", "p11", "p12", "p13" };
    struct sidecar_pod pods[14] = { { NULL } };
    for (size_t i = 0; i < 14; i++)
        pods[i].name = names[i];
    sidecar_make(SIDE, "'partition':11,'maxUnavailable':14", "", pods, 14);
    ck_assert_str_eq(sidecar_actions(), "update p0 c=i:2; update p1 c=i:2; update p2 c=i:2");
}
END_TEST

/* 13: what is to be retained is added by an update too, where it is not there. */
START_TEST(test_13)
{
    static const struct sidecar_pod pods[] = { { .name = "p0" }, { .name = "p0", .annotations = ",'k':'other'" } };
    sidecar_make(SIDE, "", ",'patchPodMetadata':[{'patchPolicy':'Retain','annotations':{'k':'v'}}]", &pods[_i], 1);
    ck_assert_str_eq(sidecar_actions(), "update p0 c=i:2");
    ck_assert_int_eq(sidecar_writes("k", "v"), _i == 0);
}
END_TEST

/* 14: a message that is no map ends the round: behind the pod that has it, or, where that is not upgradable, before any is
 * updated. */
START_TEST(test_14)
{
    static const struct sidecar_pod pods[] = { { .name = "p0" },
                                               { .name = "p1", .conditions = MESSAGE("no map") },
                                               { .name = "p2" } };
    static const struct sidecar_pod immutable[] = {
        { .name = "p0" }, { .name = "p1", .imageless = "X", .conditions = MESSAGE("no map") }
    };
    sidecar_make(SIDE, "'maxUnavailable':3", "", pods, 3);
    ck_assert_str_eq(sidecar_actions(), "update p0 c=i:2; update p1 c=i:2");
    ck_assert_uint_eq(sidecar_plan->error_reason, ROLLOUT_REASON_SPEC_INVALID);
    ck_assert_uint_eq(sidecar_plan->error_pod, 1);
    sidecar_assert_reason(2, "BehindStoppedPod: number 3 in order; the pass stopped at p1");
    sidecar_make(SIDE, "'maxUnavailable':3", "", immutable, 2);
    ck_assert_str_eq(sidecar_actions(), "");
    sidecar_assert_reason(0, "BehindStoppedPod: number 1 in order; the pass stopped at p1");
    sidecar_assert_reason(1, "SpecInvalid: the message of condition SidecarSetUpgradable");
}
END_TEST

/* 15: what is recorded of the first upgrade stays. */
START_TEST(test_15)
{
    static const struct sidecar_pod pod = {
        .name = "p0",
        .annotations = STATE("{\\'s\\':{\\'revision\\':\\'R\\',\\'updateTimestamp\\':\\'2020-01-01T00:00:00Z\\',"
                             "\\'lastContainerStatuses\\':{\\'c\\':{\\'imageID\\':\\'w\\'}}}}")
    };
    sidecar_make(SIDE, "", "", &pod, 1);
    ck_assert_str_eq(sidecar_actions(), "update p0 c=i:2");
    ck_assert(sidecar_writes("kruise.io/sidecarset-inplace-update-state",
                             "{\"s\":{\"revision\":\"R\",\"updateTimestamp\":\"2020-01-01T00:00:00Z\","
                             "\"lastContainerStatuses\":{\"c\":{\"imageID\":\"x\"}}}}"));
}
END_TEST

/* 16: more than the image: the pod stays, and only its condition says so. 5.1, row by row: updated, not selected, not
 * upgradable, mid-flight (which is no candidate, and none for the condition), waiting. */
START_TEST(test_buckets)
{
    static const struct sidecar_pod pods[] = {
        { .name = "p0", .hash = "H", .imageless = "X" },
        { .name = "p1", .imageless = "X" },
        { .name = "p2", .imageless = "X", .labels = ",'k':'v'" },
        { .name = "p3",
          .labels = ",'k':'v'",
          .statuses = S("c", "i:0", "true", "x"),
          .annotations = STATE("{\\'s\\':{\\'lastContainerStatuses\\':{\\'c\\':{\\'imageID\\':\\'x\\'}}}}") },
        { .name = "p4", .labels = ",'k':'v'" },
    };
    sidecar_make(SIDE, "'maxUnavailable':5,'selector':{'matchLabels':{'k':'v'}}", "", pods, 5);
    ck_assert_str_eq(sidecar_actions(), "not p2; update p4 c=i:2");
    sidecar_assert_reason(0, "UpToDate");
    sidecar_assert_reason(1, "UpdateSelectorExcludes");
    sidecar_assert_reason(2, "InPlaceImpossible: not possible in place: more than images changed");
    sidecar_assert_reason(3, "InPlaceUpdating: update not confirmed: a ready sidecar has not taken its image");
    struct sidecar_pod crashing = pods[3]; /* not ready: it may be replaced at once */
    crashing.statuses = S("c", "i:0", "false", "x");
    crashing.ready = "False";
    sidecar_make(SIDE, "", "", &crashing, 1);
    ck_assert_str_eq(sidecar_actions(), "update p3 c=i:2");
    crashing.annotations =
        STATE("{broken"); /* never again (reasons.md 5): a ready one that is consistent with nothing */
    crashing.statuses = S("c", "i:1", "true", "x");
    crashing.ready = "True";
    sidecar_make(SIDE, "", "", &crashing, 1);
    ck_assert_str_eq(sidecar_actions(), "");
    sidecar_assert_reason(
        0, "SpecInvalid: metadata.annotations[\"kruise.io/sidecarset-inplace-update-state\"] is not usable");
}
END_TEST

/* A pod that is not ready costs nothing, but waits behind one that the budget holds (5.3). */
START_TEST(test_behind)
{
    static const struct sidecar_pod pods[] = { { .name = "p0", .labels = ",'rank':'r-9'" },
                                               { .name = "p1", .labels = ",'rank':'r-8'" },
                                               { .name = "p2", .labels = ",'rank':'r-7'", .ready = "False" } };
    sidecar_make(SIDE, "'maxUnavailable':1,'priorityStrategy':{'orderPriority':[{'orderedKey':'rank'}]}", "", pods, 3);
    ck_assert_str_eq(sidecar_actions(), "update p0 c=i:2");
    sidecar_assert_reason(1, "MaxUnavailableReached: max_unavailable 1 of 1 used; first by p0");
    sidecar_assert_reason(2, "BehindStoppedPod: number 3 in order; the pass stopped at p1");
}
END_TEST

/* ---- 2, 2.1: what pods say ---- */

/* Of the list of sets a whole entry counts. A cold container may be among the init containers, where no image changes; a
 * hot one is a pair among the containers, and in the map. */
START_TEST(test_structure)
{
    static const struct {
        const char *set;
        struct sidecar_pod pod;
        const char *actions, *reason;
    } rows[] = {
        { SIDE, { .name = "p0", .injected = "x,s" }, "update p0 c=i:2", "" },
        { SIDE, /* has the image already */
          { .name = "p0", .containers = C("c", "i:2"), .statuses = S("c", "i:2", "true", "x") },
          "update p0",
          "" },
        { SIDE, { .name = "p0", .injected = "" }, "", "SidecarMissing: sidecar missing: never injected" },
        { SIDE, { .name = "p0", .injected = "x," }, "", "never injected" },
        { SIDE, { .name = "p0", .injected = "x,s2" }, "", "never injected" },
        { SIDE, { .name = "p0", .containers = C("m", "i:1") }, "", "its containers are not there" },
        { SIDE,
          { .name = "p0", .containers = C("m", "i:1"), .statuses = S("m", "i:1", "true", "x"), .init = C("c", "i:1") },
          "update p0",
          "" },
        { HOT, { .name = "p0", .containers = PAIR("i:1", "e") }, "", "its containers are not there" },
        { HOT,
          { .name = "p0",
            .containers = PAIR("i:1", "e"),
            .annotations = ",'kruise.io/sidecarset-working-hotupgrade-container':'[]'" },
          "",
          "its containers are not there" },
        { HOT,
          { .name = "p0",
            .containers = PAIR("i:1", "e"),
            .annotations = ",'kruise.io/sidecarset-working-hotupgrade-container':'{\\'d\\':\\'d-1\\'}'" },
          "",
          "its containers are not there" },
        { HOT,
          { .name = "p0",
            .containers = PAIR("i:1", "e"),
            .statuses = S("c-1", "i:1", "true", "x") "," S("c-2", "e", "true", "y"),
            .annotations = ",'kruise.io/sidecarset-working-hotupgrade-container':'{\\'c\\':\\'c-1\\',\\'d\\':null}'" },
          "update p0 c-2=i:2",
          "" },
        { HOT, { .name = "p0", .containers = C("c-2", "i:1"), .annotations = WORKS("c-2") }, "", "not there" },
        { HOT, { .name = "p0", .containers = C("c-1", "i:1"), .annotations = WORKS("c-1") }, "", "not there" },
        { "{'image':'i:2','upgradeStrategy':{'upgradeType':'HotUpgrade','hotUpgradeEmptyImage':'e'}}", /* "" in Go */
          { .name = "p0",
            .containers = C("-1", "i:1") "," C("-2", "e"),
            .statuses = S("-1", "i:1", "true", "x") "," S("-2", "e", "true", "y"),
            .annotations = ",'kruise.io/sidecarset-working-hotupgrade-container':'{\\'\\':\\'-1\\'}'" },
          "update p0 -2=i:2",
          "" },
    };
    sidecar_make(rows[_i].set, "", "", &rows[_i].pod, 1);
    ck_assert_str_eq(sidecar_actions(), rows[_i].actions);
    if (*rows[_i].reason)
        sidecar_assert_reason(0, rows[_i].reason);
}
END_TEST

/* The two forms of a hash annotation; one that is neither says nothing of any set, so that the pod is old. */
START_TEST(test_hashes)
{
    static const struct {
        const char *text;
        bool updated;
    } rows[] = {
        { "{\\'s\\':{\\'hash\\':\\'H\\'}}", true },
        { "{\\'s\\':{\\'hash\\':\\'H\\'},\\'t\\':null}", true },
        { "{\\'s\\':{\\'hash\\':\\'H\\',\\'updateTimestamp\\':\\'2026-01-01T00:00:00Z\\',\\'sidecarSetName\\':"
          "\\'s\\',\\'sidecarList\\':[\\'c\\'],\\'controllerRevision\\':\\'r\\'}}",
          true },
        { "{\\'s\\':{\\'hash\\':\\'H\\',\\'updateTimestamp\\':null,\\'sidecarSetName\\':null,\\'sidecarList\\':null,"
          "\\'controllerRevision\\':null}}",
          true },
        { "{\\'s\\':\\'H\\'}", true },
        { "{\\'s\\':\\'H\\',\\'t\\':null}", true },
        { "{\\'t\\':{\\'hash\\':\\'H\\'}}", false },
        { "{\\'s\\':\\'H\\',\\'t\\':{}}", false },
        { "{\\'s\\':{\\'hash\\':\\'H\\'},\\'t\\':\\'H\\'}", false },
        { "{\\'s\\':\\'H\\',\\'t\\':5}", false },
        { "{\\'s\\':{\\'hash\\':\\'H\\'},\\'t\\':{\\'hash\\':5}}", false },
        { "{\\'s\\':{\\'hash\\':\\'H\\',\\'sidecarSetName\\':5}}", false },
        { "{\\'s\\':{\\'hash\\':\\'H\\',\\'controllerRevision\\':5}}", false },
        { "{\\'s\\':{\\'hash\\':\\'H\\',\\'sidecarList\\':\\'c\\'}}", false },
        { "{\\'s\\':{\\'hash\\':\\'H\\',\\'updateTimestamp\\':5}}", false },
        { "{\\'s\\':{\\'hash\\':\\'H\\',\\'updateTimestamp\\':\\'yesterday\\'}}", false },
        { "null", false },
        { "[]", false },
        { "{broken", false },
        { "", false },
    };
    const struct sidecar_pod pod = { .name = "p0", .hashes = rows[_i].text };
    sidecar_make(SIDE, "", "", &pod, 1);
    ck_assert_int_eq(planned_number(sidecar_plan, "updatedPods"), rows[_i].updated);
    ck_assert_str_eq(sidecar_actions(), rows[_i].updated ? "" : "update p0 c=i:2");
    const struct sidecar_pod other = { .name = "p0",
                                       .imagelesses = rows[_i].text }; /* read the same way, and W is no H */
    sidecar_make(SIDE, "", "", &other, 1);
    ck_assert_str_eq(sidecar_actions(), "not p0");
}
END_TEST

/* Step 5 of 2.1: the in-place state of an updated pod whose status has the old image, and the imageID x. */
START_TEST(test_states)
{
    static const char usable[] = "UpToDate", broken[] = "SpecInvalid: metadata.annotations[";
    static const struct {
        const char *annotations, *reason;
    } rows[] = {
        { "", usable },
        { STATE("null"), usable },
        { STATE("{\\'s\\':{\\'revision\\':\\'r\\'}}"), usable },
        { STATE("{\\'s\\':{\\'lastContainerStatuses\\':{\\'m\\':{\\'imageID\\':\\'x\\'}}}}"), usable },
        { STATE("{\\'t\\':{\\'lastContainerStatuses\\':{\\'c\\':{\\'imageID\\':\\'x\\'}}}}"), usable },
        { STATE("{\\'t\\':null}"), usable },
        { STATE("{\\'s\\':{\\'lastContainerStatuses\\':{\\'c\\':{\\'imageID\\':\\'x\\'}}}}"),
          "InPlaceUpdating: update not confirmed: images not taken yet" },
        { STATE(""), broken },
        { STATE("{broken"), broken },
        { STATE("[]"), broken },
        { STATE("{\\'t\\':5}"), broken },
        { STATE("{\\'t\\':5,\\'u\\':{}}"), broken },
        { STATE("{\\'t\\':{\\'revision\\':5}}"), broken },
        { STATE("{\\'t\\':{\\'lastContainerStatuses\\':[]}}"), broken },
    };
    const struct sidecar_pod pod = {
        .name = "p0", .hash = "H", .annotations = rows[_i].annotations, .containers = C("c", "i:2")
    };
    sidecar_make(SIDE, "", "", &pod, 1);
    ck_assert_str_eq(sidecar_actions(), "");
    sidecar_assert_reason(0, rows[_i].reason);
}
END_TEST

/* Which of a pair works: the first where the map says so, else the second, whatever the map is. */
START_TEST(test_pair)
{
    static const struct {
        const char *map;
        bool first;
    } rows[] = {
        { "{\"c\":\"c-1\"}", true }, { "{\"c\":\"c-2\"}", false }, { "{\"c\":\"d-1\"}", false },
        { "{\"c\":5}", false },      { "{\"d\":\"c-1\"}", false }, { "[]", false },
        { "{broken", false },
    };
    const struct sc_container c = { .name = RO_STR("c"), .first = RO_STR("c-1"), .second = RO_STR("c-2") };
    struct ro_arena arena = { NULL, false };
    struct rollout_str work, other;
    const struct rollout_str map = { rows[_i].map, strlen(rows[_i].map) };
    sc_hot_pair(ro_edit_parse(&arena, map), &c, &work, &other);
    ck_assert(ro_str_eq(work, rows[_i].first ? c.first : c.second));
    ck_assert(ro_str_eq(other, rows[_i].first ? c.second : c.first));
    const struct sc_container number = { .name = RO_STR("1e"), .first = RO_STR("1e-1"), .second = RO_STR("1e-2") };
    sc_hot_pair(ro_edit_parse(&arena, RO_STR("{\"1e\":1e-1}")), &number, &work, &other); /* which is no name */
    ck_assert(ro_str_eq(work, number.second));
    ro_arena_free(&arena);
}
END_TEST

/* A set of init containers alone has its pods too, and such a pod without containers is consistent (2.1, steps 1 and 4). */
START_TEST(test_no_containers)
{
    static const struct sidecar_pod pod = { .name = "p0", .hash = "H", .containers = "", .statuses = "" };
    sidecar_make("", "", ",'initContainers':[{'name':'c','image':'i:2'}]", &pod, 1);
    sidecar_assert_reason(0, "UpToDate");
    ck_assert_int_eq(planned_number(sidecar_plan, "updatedReadyPods"), 1);
}
END_TEST

/* ---- 1, 2: selectors ---- */

START_TEST(test_namespaces)
{
    static const char set[] = ",'namespaceSelector':{'matchLabels':{'team':'t'}}";
    static const struct {
        const char *namespaces[5], *actions;
    } rows[] = {
        { { "a", "b", "c", "d", NULL }, "update p0 c=i:2" },
        { { "e", "d", NULL }, "update p0 c=i:2" },
        { { "d", NULL }, "update p0 c=i:2" },
        { { "a", "b", "c", "e", NULL }, "" },
        { { NULL }, "" },
    };
    static const struct sidecar_pod pod = { .name = "p0" };
    char text[1024] = ",'namespaces':[{'kind':'Namespace','apiVersion':'v1','metadata':{'name':'d'}}]";
    if (rows[_i].namespaces[0])
        strcpy(text, ",'namespaces':[");
    for (size_t i = 0; rows[_i].namespaces[i]; i++)
        sprintf(text + strlen(text),
                "%s{'kind':'Namespace','apiVersion':'v1','metadata':{'name':'%s','labels':{'team':'t'}}}", i ? "," : "",
                rows[_i].namespaces[i]);
    if (rows[_i].namespaces[0])
        strcat(text, "]");
    sidecar_make_in(text, SIDE, "", set, &pod, 1);
    ck_assert_str_eq(sidecar_actions(), rows[_i].actions);
    if (!*rows[_i].actions)
        sidecar_assert_reason(0, "NotSelected");
}
END_TEST

/* A selector of pods that cannot be used ends the pass before it counts (4, step 1), so that the status stays; one of an
 * update selects nobody (2). */
START_TEST(test_selectors)
{
    static const struct sidecar_pod pod = { .name = "p0" };
    static const struct rollout_requirement empty = { .key = { "a", 1 }, .op = ROLLOUT_OPERATOR_IN };
    static const char status[] =
        "},'status':{'observedGeneration':2,'matchedPods':3,'updatedPods':4,'readyPods':5,'updatedReadyPods':6,"
        "'latestRevision':'r','collisionCount':1";
    static const char *const numbers[] = { "observedGeneration", "matchedPods",      "updatedPods",
                                           "readyPods",          "updatedReadyPods", "collisionCount" };
    static const int64_t were[] = { 2, 3, 4, 5, 6, 1 };
    char buf[64];
    sidecar_make(SIDE, "", status, &pod, 1);
    ck_assert_str_eq(sidecar_actions(), "update p0 c=i:2");
    ck_assert_int_eq(planned_number(sidecar_plan, "matchedPods"), 1);
    ck_assert(sidecar_plan->status_changed);
    struct rollout_sidecarset *set = (void *)(uintptr_t)sidecar_world->workload->sidecarset;
    struct rollout_selector *selector = &set->selector;
    if (_i) {
        set->flags |= ROLLOUT_SIDECARSET_NAMESPACE_SELECTOR;
        selector = &set->namespace_selector;
    }
    selector->requirements = &empty;
    selector->requirement_count = 1;
    ck_assert_int_eq(sidecar_again(NULL), ROLLOUT_OK);
    ck_assert_str_eq(sidecar_actions(), "");
    ck_assert_uint_eq(sidecar_plan->error_reason, ROLLOUT_REASON_SPEC_INVALID);
    ck_assert_uint_eq(sidecar_plan->error_pod, ROLLOUT_NONE);
    const struct rollout_verdict *last = &sidecar_plan->verdicts[sidecar_plan->verdict_count - 1];
    ck_assert_uint_eq(last->subject_kind, ROLLOUT_SUBJECT_WORKLOAD);
    ck_assert_uint_eq(last->reason, ROLLOUT_REASON_SPEC_INVALID);
    ck_assert(!sidecar_plan->status_changed);
    for (size_t i = 0; i < sizeof were / sizeof *were; i++)
        ck_assert_msg(planned_number(sidecar_plan, numbers[i]) == were[i], "%s", numbers[i]);
    ck_assert_str_eq(planned_status_text(sidecar_plan, "latestRevision", buf, sizeof buf), "r");
}
END_TEST

START_TEST(test_update_selector)
{
    static const struct sidecar_pod pod = { .name = "p0", .labels = ",'k':'v'" };
    static const struct {
        const char *requirement, *actions;
    } rows[] = {
        { "{'key':'k','operator':'In','values':['v']}", "update p0 c=i:2" },
        { "{'key':'k','operator':'In','values':['w']}", "" },
        { "{'key':'k','operator':'In'},{'key':'k','operator':'NotIn','values':['w']}", "" },
    };
    char strategy[256];
    snprintf(strategy, sizeof strategy, "'selector':{'matchExpressions':[%s]}", rows[_i].requirement);
    sidecar_make(SIDE, strategy, "", &pod, 1);
    ck_assert_str_eq(sidecar_actions(), rows[_i].actions);
    if (_i)
        sidecar_assert_reason(0, "UpdateSelectorExcludes");
}
END_TEST

/* What the caller hands in broken is refused at its place, and a pod without an object is no sidecar's. */
START_TEST(test_records)
{
    static const struct sidecar_pod pod = { .name = "p0" };
    struct rollout_error error = { .struct_size = sizeof error };
    sidecar_make(SIDE, "", "", &pod, 1);
    struct rollout_sidecarset *set = (void *)(uintptr_t)sidecar_world->workload->sidecarset;
    struct rollout_pod *first = (void *)(uintptr_t)sidecar_world->snapshot->pods.items;
    const struct rollout_tree object = first->object;
    first->object = (struct rollout_tree){ NULL, 0 };
    ck_assert_int_eq(sidecar_again(&error), ROLLOUT_OK);
    ck_assert_str_eq(sidecar_actions(), "");
    sidecar_assert_reason(0, "SidecarMissing: sidecar missing: never injected");
    first->object = (struct rollout_tree){ object.nodes, 0 }; /* count 0 = none */
    ck_assert_int_eq(sidecar_again(&error), ROLLOUT_OK);
    sidecar_assert_reason(0, "never injected");
    first->object = (struct rollout_tree){ NULL, 3 };
    ck_assert_int_eq(sidecar_again(&error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.field, "pods[0].object");
    set->hash = (struct rollout_str){ NULL, 5 };
    ck_assert_int_eq(sidecar_again(&error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.field, "hash"); /* the first that is found */
}
END_TEST

/* ---- 4, step 4 ---- */

/* p0 is old and p1 updated, both in version 9. A write is seen in a version that is as great a number; where it has none
 * that is a number, nothing is waited for. A pod that is not the set's never has its hash. */
START_TEST(test_in_flight)
{
    static const struct {
        const char *in_flight, *version, *because; /* NULL: nothing is waited for; "": no pod of the set */
    } rows[] = {
        { "'write':{'d/p0':'9'}", "9", NULL },
        { "'write':{'d/p0':'8','d/p1':'9'}", "9", NULL },
        { "'write':{'d/p0':'10'}", "9", "p0" },
        { "'write':{'d/p1':'10'}", "9", "p1" },
        { "'write':{'d/p0':'10','d/p1':'10'}", "9", "p0" },
        { "'write':{'d/p00':'10','d/p':'10','d':'10','c/p0':'10','e/p0':'10'}", "9", NULL },
        { "'write':{'d/p0':'x'}", "9", NULL },
        { "'write':{'d/p0':''}", "9", NULL },
        { "'write':{'d/p0':'9'}", "x", "p0" },
        { "'write':{'d/p0':'9'}", NULL, "p0" },
        { "'update':['d/p1']", "9", NULL },
        { "'update':['d/p0']", "9", "p0" },
        { "'update':['d/p1','d/p0']", "9", "p0" },
        { "'update':['d/p0'],'write':{'d/p0':'10'}", "9", "p0" },
        { "'update':['d/p1'],'write':{'d/p0':'9','d/p1':'9'}", "9", NULL },
        { "'update':['d/p1'],'write':{'d/p1':'10'}", "9", "p1" },
        { "'update':['d/p2']", "9", "" },
    };
    const struct sidecar_pod pods[] = { { .name = "p0", .version = rows[_i].version },
                                        { .name = "p1", .hash = "H", .version = rows[_i].version } };
    char snapshot[256], reason[128];
    snprintf(snapshot, sizeof snapshot, ",'inFlight':{%s}", rows[_i].in_flight);
    sidecar_make_in(snapshot, SIDE, "", "", pods, 2);
    ck_assert_str_eq(sidecar_actions(), rows[_i].because ? "" : "update p0 c=i:2");
    ck_assert_int_eq(sidecar_plan->requeue_seconds, rows[_i].because ? 1 : 0);
    if (!rows[_i].because)
        return;
    snprintf(reason, sizeof reason, "ActionsNotObserved: %s", rows[_i].because);
    sidecar_assert_reason(0, "ActionsNotObserved");
    if (*rows[_i].because)
        ck_assert_uint_eq(sidecar_plan->verdicts[0].because, rows[_i].because[1] - '0');
    else
        ck_assert_uint_eq(sidecar_plan->verdicts[0].because, ROLLOUT_NONE);
}
END_TEST

/* ---- 1.1, 5 ---- */

START_TEST(test_partition)
{
    static const struct sidecar_pod pods[] = { { .name = "p0" }, { .name = "p1" } };
    static const char *const strategies[] = { "'partition':-1,'maxUnavailable':2", "'partition':3,'maxUnavailable':2",
                                              "'partition':'150%','maxUnavailable':2",
                                              "'partition':1,'maxUnavailable':2" };
    static const char *const wanted[] = { "update p0 c=i:2; update p1 c=i:2", "", "", "update p0 c=i:2" };
    static const int64_t counts[] = { 0, 2, 2, 1 };
    sidecar_make(SIDE, strategies[_i], "", pods, 2);
    ck_assert_str_eq(sidecar_actions(), wanted[_i]);
    ck_assert_int_eq(sidecar_plan->limits[0].count, counts[_i]);
}
END_TEST

/* Scatter terms of which no pod has the key leave the order, and a pod alone has none. */
START_TEST(test_scatter)
{
    static const struct sidecar_pod pods[] = { { .name = "p0", .labels = ",'k':'v'" },
                                               { .name = "p1", .labels = ",'k':'v'" },
                                               { .name = "p2", .labels = ",'k':'w'" } };
    static const struct {
        const char *terms;
        size_t count;
        const char *wanted;
    } rows[] = {
        { "{'key':'none','value':'*'}", 3, "update p0 c=i:2; update p1 c=i:2; update p2 c=i:2" },
        { "{'key':'k','value':'*'}", 1, "update p0 c=i:2" },
        { "{'key':'k','value':'w'}", 1, "update p0 c=i:2" },
    };
    char strategy[256];
    snprintf(strategy, sizeof strategy, "'maxUnavailable':3,'scatterStrategy':[%s]", rows[_i].terms);
    sidecar_make(SIDE, strategy, "", pods, rows[_i].count);
    ck_assert_str_eq(sidecar_actions(), rows[_i].wanted);
}
END_TEST

/* ---- 6 ---- */

#define PATCH(policy, annotations) "{'patchPolicy':'" policy "','annotations':{" annotations "}}"

/* One patch after another, each on what the one before has left. */
START_TEST(test_patch)
{
    static const struct {
        const char *before, *patches, *after; /* NULL: the pass ends with an error */
    } rows[] = {
        { "", PATCH("MergePatchJson", "'k':'{\\'b\\':2}'"), "{\"b\":2}" },
        { ",'k':''", PATCH("MergePatchJson", "'k':'{\\'b\\':2}'"), "{\"b\":2}" },
        { ",'k':'{\\'a\\':1,\\'b\\':1}'", PATCH("MergePatchJson", "'k':'{\\'b\\':2}'"), "{\"a\":1,\"b\":2}" },
        { "", PATCH("Overwrite", "'k':'{\\'a\\':1}'") "," PATCH("MergePatchJson", "'k':'{\\'b\\':2}'"),
          "{\"a\":1,\"b\":2}" },
        { ",'k':'old'", "{'patchPolicy':'Overwrite'}," PATCH("Overwrite", "'k':'new'"), "new" },
        { "", PATCH("Overwrite", "'k':'new'") "," PATCH("Retain", "'k':'other'"), "new" },
        { ",'k':'no json'", PATCH("MergePatchJson", "'k':'{\\'b\\':2}'"), NULL },
        { ",'k':'{}'", PATCH("MergePatchJson", "'k':'no json'"), NULL },
    };
    const struct sidecar_pod pods[] = {
        { .name = "p0" }, { .name = "p1", .annotations = rows[_i].before }, { .name = "p2" }, { .name = "p3" }
    };
    char more[256];
    snprintf(more, sizeof more, ",'patchPodMetadata':[%s]", rows[_i].patches);
    if (rows[_i].after) {
        sidecar_make(SIDE, "", more, &pods[1], 1);
        ck_assert_str_eq(sidecar_actions(), "update p1 c=i:2");
        ck_assert(sidecar_writes("k", rows[_i].after));
        return;
    }
    sidecar_make(SIDE, "'maxUnavailable':3", more, pods, 4); /* the first failure: the rest is untouched */
    ck_assert_str_eq(sidecar_actions(), "update p0 c=i:2");
    ck_assert_uint_eq(sidecar_plan->error_reason, ROLLOUT_REASON_SPEC_INVALID);
    ck_assert_uint_eq(sidecar_plan->error_pod, 1);
    sidecar_assert_reason(1, "SpecInvalid");
    sidecar_assert_reason(2, "BehindStoppedPod: number 3 in order; the pass stopped at p1");
    sidecar_assert_reason(3,
                          "BehindStoppedPod: number 4 in order; the pass stopped at p1"); /* though beyond the budget */
}
END_TEST

/* An annotation without a value has an empty one. */
START_TEST(test_patch_null)
{
    static const struct sidecar_pod pod = { .name = "p0", .annotations = ",'k':'old'" };
    sidecar_make(SIDE, "", ",'patchPodMetadata':[" PATCH("Overwrite", "'k':null") "]", &pod, 1);
    ck_assert_str_eq(sidecar_actions(), "update p0 c=i:2");
    ck_assert(sidecar_writes("k", ""));
    for (size_t i = 0; i + 1 < sidecar_plan->attr_count; i++) {
        const struct rollout_attr *attr = &sidecar_plan->attrs[i];
        if (attr->key == ROLLOUT_ATTR_ANNOTATION && ro_str_eq(sidecar_plan->texts[attr->text], RO_STR("k")))
            ck_assert_uint_eq(sidecar_plan->texts[sidecar_plan->attrs[i + 1].text].len, 0);
    }
}
END_TEST

#define STAMP         "\"updateTimestamp\":\"2026-01-02T00:00:00Z\",\"hash\":"
#define IMAGELESS_OLD "{\\'s\\':\\'W\\',\\'t\\':\\'V\\'}"

/* Hash annotations of the older form become objects, both of them; entries of others stay, and what cannot be read goes. */
START_TEST(test_older_hashes)
{
    static const char mine[] = "\"s\":{" STAMP "\"H\",\"sidecarSetName\":\"s\",\"sidecarList\":[\"c\"],\"controller";
    static const char old_imageless[] =
        "{\"s\":{" STAMP "\"W\",\"sidecarSetName\":\"s\",\"sidecarList\":null},\"t\":{" STAMP
        "\"V\",\"sidecarSetName\":\"s\",\"sidecarList\":null}}";
    static const struct {
        const char *hashes, *imagelesses;
        const char *before; /* entries before this set's */
        const char *imageless;
    } rows[] = {
        { "{\\'a\\':\\'A\\',\\'s\\':\\'O\\',\\'t\\':\\'T\\'}", IMAGELESS_OLD,
          "\"a\":{" STAMP "\"A\",\"sidecarSetName\":\"s\",\"sidecarList\":null},", old_imageless },
        { "{broken", IMAGELESS_OLD, "", old_imageless },
        { "{\\'a\\':\\'A\\',\\'s\\':\\'O\\'}", "{\\'s\\':{\\'hash\\':\\'W\\'}}",
          "\"a\":{" STAMP "\"A\",\"sidecarSetName\":\"s\",\"sidecarList\":null},", NULL },
        { "{\\'a\\':null,\\'s\\':{\\'hash\\':\\'O\\'}}", IMAGELESS_OLD,
          "\"a\":{\"updateTimestamp\":null,\"hash\":\"\",\"sidecarSetName\":\"\",\"sidecarList\":null},", NULL },
        { "{\\'a\\':null}", IMAGELESS_OLD,
          "\"a\":{\"updateTimestamp\":null,\"hash\":\"\",\"sidecarSetName\":\"\",\"sidecarList\":null},", NULL },
    };
    const struct sidecar_pod pod = { .name = "p0", .hashes = rows[_i].hashes, .imagelesses = rows[_i].imagelesses };
    char wanted[512];
    snprintf(wanted, sizeof wanted, "{%s%s", rows[_i].before, mine);
    sidecar_make(SIDE, "", "", &pod, 1);
    ck_assert_str_eq(sidecar_actions(), "update p0 c=i:2");
    ck_assert(sidecar_writes("kruise.io/sidecarset-hash", wanted));
    ck_assert_int_eq(
        sidecar_writes("kruise.io/sidecarset-hash-without-image", rows[_i].imageless ? rows[_i].imageless : ""),
        rows[_i].imageless != NULL);
}
END_TEST

/* Where neither of the two can be read, a set that has no hash without image can update the pod, which keeps the one. */
START_TEST(test_no_hashes)
{
    static const struct sidecar_pod pod = { .name = "p0", .hashes = "{broken", .imagelesses = "{broken" };
    sidecar_make(SIDE, "", "", &pod, 1);
    ck_assert_str_eq(sidecar_actions(), "not p0");
    struct rollout_sidecarset *set = (void *)(uintptr_t)sidecar_world->workload->sidecarset;
    set->hash_without_image = (struct rollout_str){ NULL, 0 };
    ck_assert_int_eq(sidecar_again(NULL), ROLLOUT_OK);
    ck_assert_str_eq(sidecar_actions(), "update p0 c=i:2");
    ck_assert(sidecar_writes("kruise.io/sidecarset-hash", "{\"s\":{" STAMP "\"H\""));
    ck_assert(!sidecar_writes("kruise.io/sidecarset-hash-without-image", ""));
}
END_TEST

/* What is written into a pod that has lost the container by then. */
START_TEST(test_apply)
{
    static const struct sidecar_pod pod = { .name = "p0" };
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_objects *objects = NULL;
    struct rollout_json *json = NULL;
    static const char other[] =
        "{\"kind\":\"Pod\",\"metadata\":{\"name\":\"p0\"},\"spec\":{\"containers\":[{\"name\":\"d\"}]}}";
    size_t update = 0;
    sidecar_make(SIDE, "", "", &pod, 1);
    while (sidecar_plan->actions[update].op != ROLLOUT_OP_UPDATE_IN_PLACE)
        update++;
    ck_assert_int_eq(rollout_json_parse(other, strlen(other), &json, NULL), ROLLOUT_OK);
    ck_assert_int_eq(rollout_apply_to(sidecar_world, sidecar_plan, update, rollout_json_tree(json), &objects, &error),
                     ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message, "spec.containers: there is no c, whose image is to change");
    ck_assert_ptr_null(objects);
    rollout_json_free(json);
}
END_TEST

/* A state that cannot be read is begun anew. */
START_TEST(test_broken_states)
{
    static const char *const states[] = { STATE("{broken"), STATE("[]"), STATE("null") };
    const struct sidecar_pod pod = {
        .name = "p0", .annotations = states[_i], .statuses = S("c", "i:1", "false", "x"), .ready = "False"
    };
    sidecar_make(SIDE, "", "", &pod, 1);
    ck_assert_str_eq(sidecar_actions(), "update p0 c=i:2");
    ck_assert(sidecar_writes("kruise.io/sidecarset-inplace-update-state",
                             "{\"s\":{\"revision\":\"H\",\"updateTimestamp\":\"2026-01-02T00:00:00Z\","
                             "\"lastContainerStatuses\":{\"c\":{\"imageID\":\"x\"}}}}"));
}
END_TEST

/* The message of the condition that an updated pod gets, with its status; "" where none is written. */
static const char *condition_of_plan(void)
{
    static char buf[256];
    buf[0] = '\0';
    for (size_t i = 0; i < sidecar_plan->action_count; i++) {
        const struct rollout_action *a = &sidecar_plan->actions[i];
        if (a->op != ROLLOUT_OP_SET_UPGRADABLE)
            continue;
        struct rollout_str status = planned_attr(sidecar_plan, a, ROLLOUT_ATTR_UPGRADABLE);
        struct rollout_str message = planned_attr(sidecar_plan, a, ROLLOUT_ATTR_MESSAGE);
        snprintf(buf, sizeof buf, "%.*s %.*s", (int)status.len, status.data, (int)message.len, message.data);
    }
    return buf;
}

/* It is left out where the pod says so already. A null is false to Go. */
START_TEST(test_condition)
{
    static const char broken[] = "broken";
    static const struct {
        const char *conditions, *wanted;
    } rows[] = {
        { "", "True {\"s\":true}" },
        { ",{'type':'SidecarSetUpgradable','status':'True'}", "True {\"s\":true}" },
        { MESSAGE("null"), "True {\"s\":true}" },
        { MESSAGE("{\\'s\\':false}"), "True {\"s\":true}" },
        { MESSAGE("{\\'t\\':true}"), "True {\"s\":true,\"t\":true}" },
        { MESSAGE("{\\'a\\':false}"), "False {\"a\":false,\"s\":true}" },
        { MESSAGE("{\\'t\\':null}"), "False {\"s\":true,\"t\":false}" },
        { MESSAGE("{\\'s\\':true}"), "" },
        { ",{'type':'SidecarSetUpgradable','status':'False','message':'{\\'s\\':true}'}", "True {\"s\":true}" },
        { MESSAGE("[]"), broken },
        { MESSAGE("5"), broken },
        { MESSAGE("{\\'t\\':5}"), broken },
        { MESSAGE("{\\'t\\':\\'true\\',\\'u\\':true}"), broken },
    };
    const struct sidecar_pod pod = { .name = "p0", .conditions = rows[_i].conditions };
    sidecar_make(SIDE, "", "", &pod, 1);
    ck_assert_str_eq(sidecar_actions(), "update p0 c=i:2");
    ck_assert_str_eq(condition_of_plan(), rows[_i].wanted == broken ? "" : rows[_i].wanted);
    ck_assert_uint_eq(sidecar_plan->error_pod, rows[_i].wanted == broken ? 0 : ROLLOUT_NONE);
}
END_TEST

/* ---- 8, 9 ---- */

/* The status is written where any of it differs, or the generation has grown. */
START_TEST(test_status)
{
    static const struct sidecar_pod pods[] = { { .name = "p0" }, { .name = "p1", .hash = "H" } };
    char latest[64];
    sidecar_make(SIDE, "", "", pods, 2);
    struct rollout_sidecarset *set = (void *)(uintptr_t)sidecar_world->workload->sidecarset;
    const struct rollout_sidecarset_status same = {
        .struct_size = sizeof same,
        .observed_generation = 3,
        .matched_pods = 2,
        .updated_pods = 1,
        .ready_pods = 2,
        .updated_ready_pods = 1,
        .collision_count = { .set = 1, .value = 0 },
        .latest_revision = { planned_status_text(sidecar_plan, "latestRevision", latest, sizeof latest),
                             strlen(latest) }
    };
    struct rollout_sidecarset_status status[9];
    for (size_t i = 0; i < 9; i++)
        status[i] = same;
    status[1].observed_generation = 4; /* no less: it has not grown */
    status[2].observed_generation = 2;
    status[3].matched_pods = 1;
    status[4].updated_pods = 2;
    status[5].ready_pods = 1;
    status[6].updated_ready_pods = 0;
    status[7].collision_count.set = 0;
    status[8].latest_revision.len--;
    set->generation = 3;
    set->status = &status[_i];
    ck_assert_int_eq(sidecar_again(NULL), ROLLOUT_OK);
    ck_assert_int_eq(sidecar_plan->status_changed, _i > 1);
}
END_TEST

#define R(name, number, hour, image)                                                                                   \
    "{'kind':'ControllerRevision','apiVersion':'apps/v1','metadata':{'name':'" name "','namespace':'kruise-system',"   \
    "'creationTimestamp':'2026-01-01T" hour ":00:00Z'},'revision':" number ",'data':{'spec':{'$patch':'replace',"      \
    "'containers':[" C("c", image) "],'imagePullSecrets':null,'initContainers':null,'patchPodMetadata':null,"          \
                                   "'volumes':null}}}"

/* By number, then creation time, then name: whether the set's revision, u or a, is the newest, and which of the others go. */
START_TEST(test_revisions)
{
    static const struct {
        const char *limit, *revisions, *wanted;
    } rows[] = {
        { "9", R("o", "5", "09", "i:1") "," R("u", "6", "08", "i:2"), "" },
        { "9", R("o", "5", "09", "i:1") "," R("u", "4", "10", "i:2"), " renumber u 6" },
        { "9", R("o", "5", "09", "i:1") "," R("u", "5", "10", "i:2"), "" },
        { "9", R("o", "5", "09", "i:1") "," R("u", "5", "08", "i:2"), " renumber u 6" },
        { "9", R("o", "5", "09", "i:1") "," R("u", "5", "09", "i:2"), "" },
        { "9", R("o", "5", "09", "i:1") "," R("a", "5", "09", "i:2"), " renumber a 6" },
        { "2",
          R("b", "1", "09", "i:3") "," R("c", "1", "08", "i:4") "," R("a", "1", "09", "i:5") "," R("u", "7", "07",
                                                                                                   "i:2"),
          " delete c delete a" },
    };
    char snapshot[2048], more[64], got[128] = "";
    snprintf(snapshot, sizeof snapshot, ",'revisions':[%s]", rows[_i].revisions);
    snprintf(more, sizeof more, ",'revisionHistoryLimit':%s", rows[_i].limit);
    sidecar_make_in(snapshot, SIDE, "", more, NULL, 0);
    for (size_t i = 0; i < sidecar_plan->action_count; i++) {
        const struct rollout_action *a = &sidecar_plan->actions[i];
        struct rollout_str name = sidecar_world->snapshot->revisions.items[a->subject].name;
        ck_assert_uint_eq(a->subject_kind, ROLLOUT_SUBJECT_REVISION);
        bool renumbers = a->op == ROLLOUT_OP_RENUMBER_REVISION;
        sprintf(got + strlen(got), " %s %.*s", renumbers ? "renumber" : "delete", (int)name.len, name.data);
        if (renumbers)
            sprintf(got + strlen(got), " %lld", (long long)sidecar_plan->attrs[a->attr_first + 1].value);
        else
            ck_assert_uint_eq(a->op, ROLLOUT_OP_DELETE_REVISION);
    }
    ck_assert_str_eq(got, rows[_i].wanted);
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
    const struct sidecar_pod pod = { .name = "p0",
                                     .annotations = rows[_i].working,
                                     .containers = rows[_i].containers,
                                     .statuses = rows[_i].statuses,
                                     .ready = "False" };
    char wanted[64];
    sidecar_make(HOT, "", "", &pod, 1);
    snprintf(wanted, sizeof wanted, "update p0 %s", rows[_i].wanted);
    ck_assert_str_eq(sidecar_actions(), wanted);
}
END_TEST

/* ---- 7.2: from one row to the next ---- */

START_TEST(test_life)
{
    static const struct {
        struct sidecar_pod pod;
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
    sidecar_make(HOT, "", "", &rows[_i].pod, 1);
    ck_assert_str_eq(sidecar_actions(), rows[_i].wanted);
    for (size_t k = 0; k < 4; k++)
        ck_assert_msg(planned_number(sidecar_plan, keys[k]) == rows[_i].counts[k], "%s", keys[k]);
}
END_TEST

#define HOT_OF(name, empty) "{'name':'" name "','image':'i:2','upgradeStrategy':{'upgradeType':'HotUpgrade'" empty "}}"

/* 7.3: of two pairs only the one flips whose other container does not rest yet; without an empty image to an empty text. */
START_TEST(test_flip)
{
    static const char *const sets[] = { HOT "," HOT_OF("d", ",'hotUpgradeEmptyImage':'e'"),
                                        HOT_OF("d", ",'hotUpgradeEmptyImage':'e'") "," HOT_OF("c", "") };
    static const char *const wanted[] = { "flip p0 c-1=e", "flip p0 c-1=" };
    static const struct sidecar_pod pod = {
        .name = "p0",
        .hash = "H",
        .annotations = ",'kruise.io/sidecarset-working-hotupgrade-container':'{\\'c\\':\\'c-2\\',\\'d\\':\\'d-1\\'}'",
        .containers = PAIR("i:1", "i:2") "," C("d-1", "i:2") "," C("d-2", "e"),
        .statuses = S("c-1", "i:1", "true", "x") "," S("c-2", "i:2", "true", "y") "," S(
            "d-1", "i:2", "true", "y") "," S("d-2", "e", "true", "z")
    };
    sidecar_make(sets[_i], "", "", &pod, 1);
    ck_assert_str_eq(sidecar_actions(), wanted[_i]);
    ck_assert(sidecar_writes("version.sidecarset.kruise.io/c-1", "0"));
    ck_assert(sidecar_writes("versionalt.sidecarset.kruise.io/c-2", "0"));
    ck_assert(!sidecar_writes("version.sidecarset.kruise.io/d-2", ""));
    ck_assert(!sidecar_writes("kruise.io/sidecarset-hash", ""));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sidecarset_rows");
    TCase *tc = tcase_create("13");
    tcase_add_checked_fixture(tc, NULL, sidecar_release);
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
    tcase_add_loop_test(tc, test_structure, 0, 14);
    tcase_add_loop_test(tc, test_hashes, 0, 20);
    tcase_add_loop_test(tc, test_states, 0, 14);
    tcase_add_loop_test(tc, test_pair, 0, 7);
    tcase_add_test(tc, test_no_containers);
    tcase_add_loop_test(tc, test_namespaces, 0, 5);
    tcase_add_loop_test(tc, test_selectors, 0, 2);
    tcase_add_loop_test(tc, test_update_selector, 0, 3);
    tcase_add_test(tc, test_records);
    tcase_add_loop_test(tc, test_in_flight, 0, 17);
    tcase_add_loop_test(tc, test_partition, 0, 4);
    tcase_add_loop_test(tc, test_scatter, 0, 3);
    tcase_add_loop_test(tc, test_patch, 0, 8);
    tcase_add_test(tc, test_patch_null);
    tcase_add_loop_test(tc, test_older_hashes, 0, 5);
    tcase_add_test(tc, test_no_hashes);
    tcase_add_test(tc, test_apply);
    tcase_add_loop_test(tc, test_broken_states, 0, 3);
    tcase_add_loop_test(tc, test_condition, 0, 13);
    tcase_add_loop_test(tc, test_flip, 0, 2);
    tcase_add_loop_test(tc, test_status, 0, 9);
    tcase_add_loop_test(tc, test_revisions, 0, 7);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* sidecarset.md 13, a test a row, and the rows of its 5.1, 7.1 and 7.2. Of section 13, rows 2 and 20 are among the worked
 * numbers and row 21 beside them, in test_sidecarset.c; rows 10, 17 to 19 and 22 are of admission, in test_inject.c; row 9
 * is of the caller, who decides when to plan. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "planned.h"
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
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

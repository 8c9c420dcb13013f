/* SPDX-License-Identifier: Apache-2.0 */
/* The worked examples of statefulset.md: those of its section 15 by their number, the edge cases of 16, the tables of
 * 2.2, 3, 8, 9.2 and 13; and of ordering.md 4, 6 and 8 what concerns StatefulSets. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "statefulworld.h"

static const struct stateful_case examples[] = {
    { "1", "par R6 P3 U2", "0-5A", "delete 5; delete 4", "cur 4 upd 0 stop 20", NULL },
    { "2", "par R6 P3 U2", "0-3A", "create 4 b; create 5 b", "rep 4", NULL },
    { "3", "par R6 P3 U2", "0-3A 4B 5B-", "delete 3", NULL, NULL },
    { "4", "par R6 P3 U2", "0-2A 3-5B", "", "cur 3 upd 3", NULL },
    { "5", "par R6 P3 U2", "0A! 1-5A", "delete 5", NULL, NULL },
    { "6", "par R6 P3 U2", "0A! 1A 2A! 3-5A", "", NULL, NULL },
    { "7", "par R6 P3 U3 inplace", "0A* 1-5A",
      "delete 0; update-in-place 5 b mark:0 Updating; update-in-place 4 b mark:0 Updating", "cur 3", NULL },
    { "7: 0 comes back", "par R6 P3 U3 inplace", "1-3A 4-5B", "create 0 a; update-in-place 3 b mark:0 Updating", NULL,
      NULL },
    { "8", "par R6 P3 U3", "0-2A* 3A 4B 5B*", "delete 5; delete 2; delete 1", "stop 20", NULL },
    { "9: for ever", "par R5 U1", "0A 1A- 2-4A", " |  | ", "stop 20", NULL },
    { "10", "par R5 U1", "0-2A 3-4A-", "delete 4; delete 3", "cur 3", NULL },
    { "11", "par R5 U1", "0-2A", "create 3 b; create 4 b", NULL, NULL },
    { "12", "par R5 U3", "0-2A", "create 3 b; create 4 b; delete 2", "cur 2", NULL },
    { "13", "par R10 M2", "0-2B", "create 3 b; create 4 b", NULL, NULL },
    { "14", "par R5 M2", "0-1B-", "", NULL, NULL },
    { "14: once 1 is ready", "par R5 M2", "0B- 1B", "create 2 b", NULL, NULL },
    { "15", "par R5 M2", "0B!- 1B", "", NULL, NULL },
    { "15: 0 is ready", "par R5 M2", "0B! 1B", "create 2 b", NULL, NULL },
    { "16: OrderedReady", "M1", "0B 1Bf 2B", " |  | ", NULL, NULL },
    { "16: Parallel", "par M1", "0B 1Bf 2B", " |  | ", NULL, NULL },
    { "17", "inplace preUpdate", "0-1A 2Ah", "set-lifecycle 2 PreparingUpdate |  | ", "stop 9", NULL },
    { "17: the hook is removed", "inplace preUpdate", "0-1A 2AQ", " |  | ", "stop 9", NULL },
    { "18", "preDelete R2", "0-4Bh", "set-lifecycle 4 PreparingDelete | set-lifecycle 3 PreparingDelete |  | ",
      "stop 11", NULL },
    { "18: all hooks are lifted", "preDelete R2", "0-2B 3-4BD", " |  | ", "stop 11", NULL },
    { "19", "par R2 U1", "0CD 1A", " |  | ", "stop 20", NULL },
    { "20", "P1", "1-2B", "create 0 a", "rep 2 upd 2 at web-b", NULL },
    { "20: Parallel", "par P1", "1-2B", "create 0 a", "rep 2 upd 2 at web-b", NULL },
    { "21", "par R10 unordered P6 U10", "0-5A 6-7B 8-9A", "delete 9; delete 8", NULL, NULL },
    { "22", "par unordered P1", "0B 2B", "create 1 a", NULL, NULL },
    { "23", "par unordered P1", "0A 2B", "create 1 b", NULL, NULL },
    { "24", "", "0-1C 2A-", " |  | ", "stop 9", NULL },
    { "25", "par R5 inplace m60 U1", "0-3A 4By", "", "wait 59 next 59000 stop 20", NULL },
    { "26", "par R4 P3", "0A 1B", "create 2 a; create 3 b", NULL, NULL },
};

static void no_difference(struct statefulworld *w)
{
    w->verdicts[0].flags = 0;
}

static const struct stateful_case edges[] = {
    { "partition raised: nothing is rolled back", "P2", "0-2B", "", NULL, NULL },
    { "partition raised: a lost pod comes back old", "P2", "1-2B", "create 0 a", NULL, NULL },
    { "partition raised: a lost pod behind it does not", "P2", "0-1B", "create 2 b", NULL, NULL },
    { "scale-up during a partitioned release", "par R4 P1", "0A 1B", "create 2 b; create 3 b", NULL, NULL },
    { "OnDelete scales", "ondelete R3", "0-1A", "create 2 b", "stop 9", NULL },
    { "OnDelete recreates failed pods", "ondelete", "0Af 1-2A", "delete 0 | create 0 b | ", "at web-a", NULL },
    { "OnDelete repairs", "ondelete", "0Ai 1-2A", "repair 0 identity", "stop 13", NULL },
    { "OnDelete: currentRevision never advances", "ondelete", "0-2B", "", "at web-a cur 0 upd 3", NULL },
    { "an old revision that is missing: recreate", "par inplace U9", "0-2X", "delete 2; delete 1; delete 0", NULL,
      NULL },
    { "an old revision that is missing: InPlaceOnly", "par only U9", "0-2X", "", "error InPlaceImpossible stop 20",
      NULL },
    { "in place with the same data", "par inplace", "0-1B 2A", "update-in-place 2 b mark:0 Updating", NULL,
      no_difference },
    { "start is raised", "start S2", "0-2B", "create 3 b | create 4 b | delete 1 | delete 0 | ", NULL, NULL },
    { "a failed outdated pod of a Parallel set goes once", "par", "0-1A 2Af", "delete 2", "cur 2", NULL },
};

/* 2.2 */
static const struct stateful_case ordinals[] = {
    { "0; 1,3; 4", "par start S0 r1,3 R4", "", "create 0 b; create 2 b; create 4 b; create 5 b", NULL, NULL },
    { "2; 1,3; 4", "par start S2 r1,3 R4", "", "create 2 b; create 4 b; create 5 b; create 6 b", NULL, NULL },
    { "4; 1,3; 4", "par start S4 r1,3 R4", "", "create 4 b; create 5 b; create 6 b; create 7 b", NULL, NULL },
    { "2; 0,2,3,4,5; 3", "par start S2 r0,2,3,4,5 R3", "", "create 6 b; create 7 b; create 8 b", NULL, NULL },
    { "1; 1,3,4; 4", "par start S1 r1,3,4 R4", "", "create 2 b; create 5 b; create 6 b; create 7 b", NULL, NULL },
    { "no replicas: an empty range", "par start S1 r1,3,4 R0", "0B 2B", "delete 2; delete 0", NULL, NULL },
    { "no matter: at the end and behind it", "par r2,7 R2", "", "create 0 b; create 1 b", NULL, NULL },
    { "ranges", "par r0-1,3-4 R3", "", "create 2 b; create 5 b; create 6 b", NULL, NULL },
    { "in any order, overlapping, twice", "par r3-5,1,4-6,1,0 R2", "", "create 2 b; create 7 b", NULL, NULL },
    { "a range around all", "par start S3 r0-9 R2", "", "create 10 b; create 11 b", NULL, NULL },
    { "0003-005 is 3 to 5", "par r0003-005 R4", "", "create 0 b; create 1 b; create 2 b; create 6 b", NULL, NULL },
    { "03-001 is none, and takes all with it", "par r0,03-001 R2", "", "create 0 b; create 1 b", NULL, NULL },
    { "nor is 1-2-3", "par r0,1-2-3 R2", "", "create 0 b; create 1 b", NULL, NULL },
    { "nor 1-%", "par r0,1-% R2", "", "create 0 b; create 1 b", NULL, NULL },
    { "nor a text without a dash", "par r0,'7 R2", "", "create 0 b; create 1 b", NULL, NULL },
    { "3-3 is one", "par r0-0 R2", "", "create 1 b; create 2 b", NULL, NULL },
};

/* 8 */
static const struct stateful_case revisions[] = {
    { "3 0 - 1", "par start R3 S0 P1", "", "create 0 a; create 1 b; create 2 b", NULL, NULL },
    { "3 2 - 1", "par start R3 S2 P1", "", "create 2 a; create 3 b; create 4 b", NULL, NULL },
    { "3 0 1 2", "par start R3 S0 r1 P2", "", "create 0 a; create 2 a; create 3 b", NULL, NULL },
    { "3 2 3 2", "par start R3 S2 r3 P2", "", "create 2 a; create 4 a; create 5 b", NULL, NULL },
    { "9 0 3,4 5", "par start R9 r3,4 P5", "",
      "create 0 a; create 1 a; create 2 a; create 5 a; create 6 a; create 7 b; create 8 b; create 9 b; create 10 b",
      NULL, NULL },
    { "OnDelete: never the current one", "par ondelete P3", "", "create 0 b; create 1 b; create 2 b", NULL, NULL },
    { "no rollingUpdate: as many as status.currentReplicas, by ordinal", "par bare C2 start S1", "",
      "create 1 a; create 2 a; create 3 b; delete 2; delete 1", NULL, NULL },
    { "the position, not what was lost", "par P2 R4", "0B 2B 3B", "create 1 a", NULL, NULL },
    { "unordered: a count of the others", "par unordered P2 R4", "", "create 0 a; create 1 a; create 2 b; create 3 b",
      NULL, NULL },
    { "unordered: pods behind it count too", "par unordered P2 R4 paused", "3A", "create 0 a; create 1 b; create 2 b",
      NULL, NULL },
    { "unordered: those of a third revision are old too", "par unordered P2 R4 paused", "2-3C",
      "create 0 b; create 1 b", NULL, NULL },
    { "unordered: being prepared, they are updated where the gate says so", "par unordered P2 R4 paused prepared",
      "2-3AQ", "create 0 a; create 1 a", NULL, NULL },
    { "unordered: without the gate they are not", "par unordered P2 R4 paused", "2-3AQ", "create 0 b; create 1 b", NULL,
      NULL },
};

static void weights(struct statefulworld *w)
{
    static const char *const roles[] = { "follower", "leader" };
    for (int i = 0; i < 2; i++) {
        w->weight_labels[i] = (struct rollout_label){ { "role", 4 }, stateful_str(roles[i]) };
        w->weights[i].weight = i ? 1 : 100;
        w->weights[i].selector.match_labels =
            (struct rollout_labels){ .items = &w->weight_labels[i], .count = 1, .stride = sizeof *w->weight_labels };
    }
    w->spec.priority.weights = w->weights;
    w->spec.priority.weight_count = 2;
}

static const struct rollout_str upgrade_order[] = { { "upgrade-order", 13 }, { "second", 6 } };

static void keys(struct statefulworld *w)
{
    w->spec.priority.ordered_keys =
        (struct rollout_strs){ .items = upgrade_order, .count = 2, .stride = sizeof *upgrade_order };
}

static void order_all(struct statefulworld *w)
{
    keys(w);
    for (uint32_t i = 0; i < 5; i++)
        stateful_label(w, i, "upgrade-order", i == 2 ? "o-1" : "o-10");
}

static void order_leader(struct statefulworld *w)
{
    keys(w);
    stateful_label(w, 2, "upgrade-order", "o-1");
}

static void order_followers(struct statefulworld *w)
{
    order_all(w);
    w->pods[2].labels.count--;
}

static void weights_and_keys(struct statefulworld *w)
{
    weights(w);
    order_followers(w);
}

/* 0: second=o-20, 1: upgrade-order=o-10, 2: neither, 3: second=o-30, 4: upgrade-order=9223372036854775808 (0) */
static void levels(struct statefulworld *w)
{
    keys(w);
    stateful_label(w, 0, "second", "o-20");
    stateful_label(w, 1, "upgrade-order", "o-10");
    stateful_label(w, 3, "second", "o-30");
    stateful_label(w, 4, "upgrade-order", "9223372036854775808");
}

static void sums(struct statefulworld *w)
{
    weights(w);
    w->weights[0].selector.match_labels.count = 0; /* matches every pod */
    w->weights[0].weight = 1;
    w->weights[1].weight = 100;
}

static void unusable_selector(struct statefulworld *w)
{
    static const struct rollout_requirement empty = { .key = { "role", 4 }, .op = ROLLOUT_OPERATOR_IN };
    weights(w);
    w->weights[0].selector.requirements = &empty;
    w->weights[0].selector.requirement_count = 1;
}

#define ZK        "0-1AF 2AL 3-4AF"
#define UNORDERED "par unordered R5 U9"

static const struct stateful_case orders[] = {
    { "3 old pods", "par U9", "0-2A", "delete 2; delete 1; delete 0", NULL, NULL },
    { "two are new: passed over", "par U9", "0A 1-2B", "delete 0", NULL, NULL },
    { "two are new, and use up places", "par U9 P1", "0A 1-2B", "", NULL, NULL },
    { "slots o _ o _ o, partition 2", "par U9 P2 r1,3", "0A 2A 4A", "delete 4", NULL, NULL },
    { "weights that match nobody: 7 6 9 8", "par unordered R10 P6 U9", "0-5A 6-7B 8-9A", "delete 9; delete 8", NULL,
      weights },
    { "12 slots: 8 7 11 9", "par unordered R10 r3,10 P6 U9", "0-2A 4-6A 7-8B 9A 11A", "delete 11; delete 9", NULL,
      NULL },
    { "12 slots, prepared: 8 7 1 0", "par unordered R10 r3,10 P6 U9 prepared", "0-1AQ 2A 4-6A 7-8B 9A 11A",
      "delete 1; delete 0", NULL, NULL },
    { "terminating ones are done", "par unordered R4 P2 U9", "0A! 1A 2-3A", "delete 3", NULL, NULL },
    { "the partition is above all", "par U9 P5", "0-2A", "", NULL, NULL },
    { "unordered: the same", "par unordered U9 P3", "0-2A", "", NULL, NULL },
    { "zookeeper", UNORDERED, ZK, "delete 4; delete 3; delete 1; delete 0; delete 2", NULL, weights },
    { "zookeeper: one at a time", "par unordered R5 U1", ZK,
      "delete 4 | create 4 b | delete 3 | create 3 b | delete 1 | create 1 b | delete 0 | create 0 b | delete 2 | "
      "create 2 b | ",
      "upd 5 at web-b", weights },
    { "zookeeper: keys", UNORDERED, ZK, "delete 4; delete 3; delete 1; delete 0; delete 2", NULL, order_all },
    { "only the leader has the key", UNORDERED, ZK, "delete 4; delete 3; delete 1; delete 0; delete 2", NULL,
      order_leader },
    { "only the followers have it: S9", UNORDERED, ZK, "delete 2; delete 4; delete 3; delete 1; delete 0", NULL,
      order_followers },
    { "partition 1 leaves the leader", UNORDERED " P1", ZK, "delete 4; delete 3; delete 1; delete 0", NULL, weights },
    { "the leader moved to an updated pod", "par unordered R5 U1", "0-2AF 3AF 4BL", "delete 3", NULL, weights },
    { "the leader is not healthy: stuck", "par unordered R5 U1", "0-1AF 2AL- 3-4AF", " | ", "stop 20", weights },
    { "weights come before keys", UNORDERED, ZK, "delete 4; delete 3; delete 1; delete 0; delete 2", NULL,
      weights_and_keys },
    { "levels, then numbers", UNORDERED, "0-4A", "delete 2; delete 1; delete 4; delete 3; delete 0", NULL, levels },
    { "weights are summed", UNORDERED, ZK, "delete 2; delete 4; delete 3; delete 1; delete 0", NULL, sums },
    { "a selector that is not usable adds nothing", UNORDERED, ZK, "delete 2; delete 4; delete 3; delete 1; delete 0",
      NULL, unusable_selector },
    { "whatever the order of the list", UNORDERED, "3A 0A 4A 2A 1A", "delete 4; delete 3; delete 2; delete 1; delete 0",
      NULL, NULL },
    { "an ordered set ignores priority", "par R5 U9", ZK, "delete 4; delete 3; delete 2; delete 1; delete 0", NULL,
      weights },
};

/* 13 */
static const struct stateful_case policies[] = {
    { "create, ordered", "", "", "create 0 b | create 1 b | create 2 b | ", NULL, NULL },
    { "create, ordered: not before all lower ones are available", "m60", "0B 1By", "", "stop 9 wait 59", NULL },
    { "create, parallel", "par", "", "create 0 b; create 1 b; create 2 b", NULL, NULL },
    { "create, parallel, bounded", "par M2", "", "create 0 b; create 1 b", NULL, NULL },
    { "another pod is broken, ordered", "", "0B-", "", "stop 9", NULL },
    { "another pod is broken, parallel", "par", "0B-", "create 1 b; create 2 b", NULL, NULL },
    { "scale down, ordered", "R1", "0-3B", "delete 3 | delete 2 | delete 1 | ", NULL, NULL },
    { "scale down, ordered: a slot is not available", "R1", "0B- 1-3B", "", "stop 9", NULL },
    { "scale down, parallel", "par R1", "0B- 1-3B", "delete 3; delete 2; delete 1", NULL, NULL },
    { "up and down at once, ordered", "r1", "0-2B", "create 3 b | delete 1 | ", NULL, NULL },
    { "up and down at once, parallel", "par r1", "0-2B", "create 3 b; delete 1", NULL, NULL },
    { "updates, ordered: not beside condemned pods", "R2", "0-2A", "delete 2", "stop 11", NULL },
    { "updates, ordered: not beside broken ones", "", "0A- 1-2A", "", "stop 9", NULL },
    { "updates, parallel", "par R2", "0-2A", "delete 2; delete 1", NULL, NULL },
    { "updates, parallel: beside broken ones", "par U2", "0A- 1-2A", "delete 2", NULL, NULL },
    { "budget, ordered", "", "0-2A", "delete 2 | create 2 b | delete 1 | create 1 b | delete 0 | create 0 b | ",
      "at web-b cur 3", NULL },
    { "budget, parallel", "par U2", "0-2A", "delete 2; delete 1", NULL, NULL },
    { "failed pod, ordered", "", "0-1Bf 2B", "delete 0", "stop 9", NULL },
    { "failed pod, parallel", "par", "0-1Bf 2B", "delete 0; delete 1", NULL, NULL },
    { "stale claim, ordered", "whenScaled Tdata R2", "; 0,o", "", "stop 9", NULL },
    { "stale claim, parallel", "par whenScaled Tdata R2", "; 0,o", "create-claim data-1 of:data; create 1 b", NULL,
      NULL },
    { "a broken revision, ordered", "", "0-1A 2C-", " | ", "stop 9", NULL },
    { "a broken revision, parallel", "par", "0-1A 2C-", "delete 2", NULL, NULL },
};

STATEFUL_TABLE(test_example, examples)
STATEFUL_TABLE(test_edge, edges)
STATEFUL_TABLE(test_ordinals, ordinals)
STATEFUL_TABLE(test_revisions, revisions)
STATEFUL_TABLE(test_order, orders)
STATEFUL_TABLE(test_policy, policies)

static struct statefulworld w;

/* 20 goes on: once the completion is written, a lost pod below the partition comes back new. */
START_TEST(test_next_loss)
{
    stateful_make(&w, "P1", "1-2B");
    ck_assert_str_eq(stateful_actions(&w), "create 0 a");
    stateful_apply(&w);
    ck_assert_str_eq(w.names[2], "web-0");
    w.snapshot.pods.count = 2; /* lost again */
    ck_assert_str_eq(stateful_actions(&w), "create 0 b");
    stateful_free(&w);
}
END_TEST

/* 16: a set of no replicas completes any release, so its partition is forgotten. */
START_TEST(test_scaled_to_none)
{
    stateful_make(&w, "par R0 P1", "");
    ck_assert_str_eq(stateful_actions(&w), "");
    ck_assert_ptr_null(stateful_says(&w, "at web-b"));
    stateful_apply(&w);
    w.spec.replicas.value = 2;
    ck_assert_str_eq(stateful_actions(&w), "create 0 b; create 1 b");
    stateful_free(&w);
}
END_TEST

/* The list of 9.2 as a whole: what is done has places too. */
START_TEST(test_places)
{
    stateful_make(&w, "par unordered R10 P6 U10", "0-5A 6-7B 8-9A");
    (void)stateful_actions(&w);
    ck_assert_str_eq(stateful_verdict(&w, "9"), "delete Recreate: recreate, number 3 of 4 now");
    ck_assert_str_eq(stateful_verdict(&w, "8"), "delete Recreate: recreate, number 4 of 4 now");
    ck_assert_str_eq(stateful_verdict(&w, "5"),
                     "hold/delete PartitionReached: partition 6 keeps it, number 5 in order");
    stateful_free(&w);
}
END_TEST

/* 3.1, 3.2: both fields, as they are resolved. */
static const struct {
    const char *text;
    int replicas, count;
} limits[] = {
    { "20%", 3, 1 }, { "50%", 3, 1 }, { "20%", 10, 2 }, { "99%", 10, 9 },   { "200%", 3, 6 },
    { "'5", 40, 2 }, { "'5", 3, 1 },  { "100%", 7, 7 }, { "29%", 100, 29 }, { "0%", 5, 1 },
    { "3", 100, 3 }, { "0", 5, 1 },   { "-2", 5, 1 },   { "57%", 100, 57 }, { "1%", 1000, 10 },
};

START_TEST(test_limits)
{
    char settings[64];
    snprintf(settings, sizeof settings, "par R%d U%s M%s", limits[_i].replicas, limits[_i].text, limits[_i].text);
    stateful_make(&w, settings, "");
    (void)stateful_actions(&w);
    ck_assert_uint_eq(w.plan->limit_count, 3);
    ck_assert_int_eq(w.plan->limits[1].count, limits[_i].count);
    ck_assert_int_eq(w.plan->limits[2].count, limits[_i].count);
    ck_assert_uint_eq(w.plan->limits[1].rounding, strchr(limits[_i].text, '%') || *limits[_i].text == '\''
                                                      ? ROLLOUT_ROUND_DOWN
                                                      : ROLLOUT_ROUND_NONE);
    stateful_free(&w);
}
END_TEST

/* Which limits a plan names: those that count. */
START_TEST(test_named_limits)
{
    static const struct {
        const char *settings, *limits;
    } rows[] = {
        { "R3", "partition maxUnavailable " },
        { "R3 P2 U50% M2", "partition maxUnavailable scaleStrategy.maxUnavailable " },
        { "R3 bare", "maxUnavailable " },
        { "R3 ondelete", "" },
        { "R3 ondelete M1", "scaleStrategy.maxUnavailable " },
        { "R3 native", "partition " },
        { "R3 native budget M2", "partition maxUnavailable " },
        { "R3 native budget ondelete", "" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char names[128] = "";
        stateful_make(&w, rows[i].settings, "");
        (void)stateful_actions(&w);
        for (size_t k = 0; k < w.plan->limit_count; k++) {
            strncat(names, w.plan->limits[k].field.data, w.plan->limits[k].field.len);
            strcat(names, " ");
        }
        ck_assert_str_eq(names, rows[i].limits);
        stateful_free(&w);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("statefulset_examples");
    TCase *tcase = tcase_create("statefulset_examples");
    tcase_add_loop_test(tcase, test_example, 0, STATEFUL_ROWS(examples));
    tcase_add_loop_test(tcase, test_edge, 0, STATEFUL_ROWS(edges));
    tcase_add_loop_test(tcase, test_ordinals, 0, STATEFUL_ROWS(ordinals));
    tcase_add_loop_test(tcase, test_revisions, 0, STATEFUL_ROWS(revisions));
    tcase_add_loop_test(tcase, test_order, 0, STATEFUL_ROWS(orders));
    tcase_add_loop_test(tcase, test_policy, 0, STATEFUL_ROWS(policies));
    tcase_add_loop_test(tcase, test_limits, 0, STATEFUL_ROWS(limits));
    tcase_add_test(tcase, test_named_limits);
    tcase_add_test(tcase, test_next_loss);
    tcase_add_test(tcase, test_scaled_to_none);
    tcase_add_test(tcase, test_places);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

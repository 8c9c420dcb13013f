/* SPDX-License-Identifier: Apache-2.0 */
/* A StatefulSet's status (statefulset.md 12), and its known bugs S1 to S21 (18) as upstream has them. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "statefulworld.h"

/* ---- 12.1 ---- */

static const struct stateful_case counts[] = {
    { "all", "R3 P3", "0-1A 2B", "", "rep 3 ready 3 avail 3 upd 1 upd-ready 1 upd-avail 1 cur 2", NULL },
    { "not created", "paused R3", "0-1A 2Ae", "", "rep 2 ready 2 avail 2 cur 2", NULL },
    { "missing pods are not counted", "par paused R3", "0-1A", "create 2 b", "rep 2 ready 2 cur 2 upd 0", NULL },
    { "not ready", "paused R3", "0-1A 2B-", "", "rep 3 ready 2 avail 2 upd 1 upd-ready 0 upd-avail 0", NULL },
    { "Pending", "paused R3", "0-1A 2Bp", "", "rep 3 ready 2 avail 2 upd 1", NULL },
    { "too young", "paused R3 m60", "0-1A 2By", "", "rep 3 ready 3 avail 2 upd 1 upd-ready 1 upd-avail 0", NULL },
    { "a lifecycle state is ready, not available", "paused R3", "0-1A 2BD", "",
      "ready 3 avail 2 upd-ready 1 upd-avail 0", NULL },
    { "terminating: not of a revision", "paused R3", "0-1A 2B!", "",
      "rep 3 ready 3 avail 3 upd 0 upd-ready 1 upd-avail 1 cur 2", NULL },
    { "terminating: of the current one", "paused R3", "0-1A 2A!", "", "rep 3 cur 2", NULL },
    { "a third revision is in neither", "paused R3", "0-1A 2C", "", "rep 3 cur 2 upd 0", NULL },
    { "one revision is both", "paused R3 new=old", "0-2B", "", "cur 3 upd 3", NULL },
    { "condemned pods count", "par paused R2", "0-2B", "delete 2", "rep 3 upd 3", NULL },
    { "deleted ones are as they were", "par R3 U9", "0-2A", "delete 2; delete 1; delete 0", "rep 3 ready 3 cur 0",
      NULL },
    { "the exact revision", "paused R1", "0X", "", "upd 0 cur 0", NULL },
    { "Failed", "par paused R3 M1", "0Bf 1-2B", "", "rep 3 ready 2 upd 3", NULL },
};

/* ---- 12.2 ---- */

static const struct stateful_case completions[] = {
    { "all updated and ready", "R3", "0-2B", "", "at web-b cur 3 upd 3", NULL },
    { "one is old", "paused R3", "0A 1-2B", "", "at web-a cur 1 upd 2", NULL },
    { "one is not ready", "R3", "0-1B 2B-", "", "at web-a cur 0 upd 3", NULL },
    { "one is young: no matter", "R3 m60", "0-1B 2By", "", "at web-b cur 3", NULL },
    { "one terminates", "R3", "0-1B 2B!", "", "at web-a", NULL },
    { "OnDelete", "ondelete R3", "0-2B", "", "at web-a cur 0", NULL },
    { "status.replicas, not spec.replicas", "par R5", "0-2B", "create 3 b; create 4 b", "at web-b cur 3", NULL },
    { "condemned ones count too", "par R2", "0-1B 2A", "delete 2", "at web-a", NULL },
    { "an empty set", "R0", "", "", "at web-b cur 0", NULL },
    { "a set that is not there yet", "R3", "", "create 0 b", "at web-b", NULL },
    { "at whatever stop", "par R5 deleting", "0-2B", "", "at web-b cur 3", NULL },
    { "a specified delete lowers the count first", "par R3 U1", "0-1B 2B*", "delete 2", "at web-a upd 2", NULL },
    { "the partition is no matter", "par R3 P1", "1-2B", "create 0 a", "at web-b", NULL },
};

STATEFUL_TABLE(test_count, counts)
STATEFUL_TABLE(test_completion, completions)

/* ---- 12.3: what has the status written ---- */

static struct statefulworld w;

/* As the plan would leave it. */
static void settle(void)
{
    w.status = (struct rollout_statefulset_status){
        .observed_generation = 2,
        .replicas = 3,
        .ready_replicas = 3,
        .available_replicas = 3,
        .current_replicas = 3,
        .updated_replicas = 3,
        .updated_ready_replicas = 3,
        .updated_available_replicas = 3,
        .current_revision = stateful_str("web-b"),
        .update_revision = stateful_str("web-b"),
        .label_selector = stateful_str("app=web"),
        .claims = w.claim_status,
        .claim_count = 1,
    };
    w.claim_status[0] = (struct rollout_claim_status){ stateful_str("data"), 3, 3 };
    w.claim_status[1] = (struct rollout_claim_status){ stateful_str("behind the end"), 3, 3 };
}

static void generation_grew(struct rollout_statefulset_status *s)
{
    s->observed_generation = 1;
}

static void generation_shrank(struct rollout_statefulset_status *s)
{
    s->observed_generation = 3;
}

static void replicas(struct rollout_statefulset_status *s)
{
    s->replicas--;
}

static void ready(struct rollout_statefulset_status *s)
{
    s->ready_replicas--;
}

static void available(struct rollout_statefulset_status *s)
{
    s->available_replicas--;
}

static void current(struct rollout_statefulset_status *s)
{
    s->current_replicas--;
}

static void updated(struct rollout_statefulset_status *s)
{
    s->updated_replicas--;
}

static void updated_ready(struct rollout_statefulset_status *s)
{
    s->updated_ready_replicas--;
}

static void updated_available(struct rollout_statefulset_status *s)
{
    s->updated_available_replicas--;
}

static void current_revision(struct rollout_statefulset_status *s)
{
    s->current_revision = stateful_str("web-a");
}

static void update_revision(struct rollout_statefulset_status *s)
{
    s->update_revision = stateful_str("web-a");
}

static void label_selector(struct rollout_statefulset_status *s)
{
    s->label_selector = stateful_str("app=other");
}

static void collisions(struct rollout_statefulset_status *s)
{
    s->collision_count = (struct rollout_opt){ 1, 4 };
}

static void conditions(struct rollout_statefulset_status *s)
{
    w.conditions[0] = (struct rollout_condition){ .type = stateful_str("FailedCreatePod") };
    s->conditions = w.conditions;
    s->condition_count = 1;
}

static void claim_name(struct rollout_statefulset_status *s)
{
    (void)s;
    w.claim_status[0].name = stateful_str("logs");
}

static void claim_compatible(struct rollout_statefulset_status *s)
{
    (void)s;
    w.claim_status[0].compatible_replicas--;
}

static void claim_ready(struct rollout_statefulset_status *s)
{
    (void)s;
    w.claim_status[0].compatible_ready_replicas--;
}

static void no_claims(struct rollout_statefulset_status *s)
{
    s->claim_count = 0;
}

static void nothing(struct rollout_statefulset_status *s)
{
    (void)s;
}

enum { NOT_THERE = 2 };

static const struct {
    const char *name;
    void (*differ)(struct rollout_statefulset_status *status);
    uint32_t changed, native; /* natively: beside what is OpenKruise's alone */
} differences[] = {
    { "nothing", nothing, 0, 0 },
    { "observedGeneration grew", generation_grew, 1, 1 },
    { "it shrank", generation_shrank, 0, 0 },
    { "replicas", replicas, 1, 1 },
    { "readyReplicas", ready, 1, 1 },
    { "availableReplicas", available, 1, 1 },
    { "currentReplicas", current, 1, 1 },
    { "updatedReplicas", updated, 1, 1 },
    { "updatedReadyReplicas", updated_ready, 0, 0 },
    { "updatedAvailableReplicas", updated_available, 0, 0 },
    { "currentRevision", current_revision, 1, 1 },
    { "updateRevision", update_revision, 1, 1 },
    { "labelSelector", label_selector, 1, NOT_THERE },
    { "collisionCount", collisions, 0, 0 },
    { "conditions", conditions, 0, 0 },
    { "a claim's name", claim_name, 1, 0 },
    { "a claim's compatibleReplicas", claim_compatible, 1, 0 },
    { "a claim's compatibleReadyReplicas", claim_ready, 1, 0 },
    { "claims", no_claims, 1, 0 },
};

START_TEST(test_written)
{
    for (int native = 0; native < (differences[_i].native == NOT_THERE ? 1 : 2); native++) {
        stateful_make(&w, native ? "native Tdata new=old" : "Tdata new=old", "0-2B; 0-2");
        settle();
        if (native)
            w.status.label_selector = (struct rollout_str){ NULL, 0 };
        differences[_i].differ(&w.status);
        ck_assert_str_eq(stateful_actions(&w), "");
        ck_assert_msg(w.plan->status_changed == (native ? differences[_i].native : differences[_i].changed), "%s",
                      differences[_i].name);
        stateful_free(&w);
    }
}
END_TEST

static size_t claims_told(void)
{
    const struct rollout_node *nodes = w.plan->status.nodes;
    size_t count = 0;
    for (uint32_t i = 0; i < nodes->size; i++)
        count += nodes[i].key.len == strlen("volumeClaimName") && memcmp(nodes[i].key.data, "volumeC", 7) == 0;
    return count;
}

/* A claim template each, written or not. */
START_TEST(test_claims_told)
{
    stateful_make(&w, "Tdata Tlogs new=old", "0-2B; 0-2 0-2:logs");
    settle();
    w.claim_status[1].name = stateful_str("logs");
    w.status.claim_count = 2;
    ck_assert_str_eq(stateful_actions(&w), "");
    ck_assert_uint_eq(w.plan->status_changed, 0);
    ck_assert_uint_eq(claims_told(), 2);
    w.claim_status[1].compatible_replicas--;
    ck_assert_str_eq(stateful_actions(&w), "");
    ck_assert_uint_eq(w.plan->status_changed, 1);
    ck_assert_uint_eq(claims_told(), 2);
    stateful_free(&w);
}
END_TEST

/* No claim templates, no member. */
START_TEST(test_no_claims_told)
{
    for (int written = 0; written < 2; written++) {
        stateful_make(&w, "new=old", "0-2B");
        settle();
        w.status.claim_count = 0;
        w.status.replicas -= written;
        ck_assert_str_eq(stateful_actions(&w), "");
        ck_assert_uint_eq(w.plan->status_changed, written);
        for (uint32_t i = 0; i < w.plan->status.count; i++)
            ck_assert_uint_ne(w.plan->status.nodes[i].kind, ROLLOUT_NODE_ARRAY);
        stateful_free(&w);
    }
}
END_TEST

/* What is not written stays as it is, whatever the pods say. */
START_TEST(test_not_written)
{
    char buf[64];
    stateful_make(&w, "Tdata new=old", "0-2B; 0-2");
    settle();
    updated_ready(&w.status);
    conditions(&w.status);
    collisions(&w.status);
    ck_assert_str_eq(stateful_actions(&w), "");
    ck_assert_ptr_null(stateful_says(&w, "changed 0 upd-ready 2 claims 3/3 upd 3"));
    ck_assert_int_eq(planned_number(w.plan, "collisionCount"), 4);
    ck_assert_str_eq(planned_condition(w.plan, "FailedCreatePod", "type", buf, sizeof buf), "FailedCreatePod");
    /* once it is written, conditions are gone */
    replicas(&w.status);
    ck_assert_str_eq(stateful_actions(&w), "");
    ck_assert_ptr_null(stateful_says(&w, "changed 1 upd-ready 3"));
    ck_assert_int_eq(planned_number(w.plan, "collisionCount"), 4);
    ck_assert_int_eq(planned_number(w.plan, "observedGeneration"), 2);
    ck_assert_str_eq(planned_condition(w.plan, "FailedCreatePod", "type", buf, sizeof buf), "");
    stateful_free(&w);
}
END_TEST

/* 12.4: the condition's own time is now. */
START_TEST(test_condition)
{
    char buf[64];
    stateful_make(&w, "R1 Tdata", "; 0,!");
    (void)stateful_actions(&w);
    ck_assert_str_eq(planned_condition(w.plan, "FailedCreatePod", "status", buf, sizeof buf), "True");
    ck_assert_str_eq(planned_condition(w.plan, "FailedCreatePod", "reason", buf, sizeof buf), "");
    ck_assert_str_eq(planned_condition(w.plan, "FailedCreatePod", "lastTransitionTime", buf, sizeof buf),
                     "2026-01-01T00:00:00Z");
    ck_assert_str_eq(planned_condition(w.plan, "FailedUpdatePod", "status", buf, sizeof buf), "");
    stateful_free(&w);
}
END_TEST

/* 12.5: the least of all waits, and next: the instant at which the plan can change. */
static void grace_of_1(struct statefulworld *it)
{
    stateful_in_place(it, 1, ROLLOUT_IN_PLACE_STATE | ROLLOUT_IN_PLACE_GRACE_KEY | ROLLOUT_IN_PLACE_GRACE)
        ->grace_end_ms = STATEFUL_NOW + 5000;
}

/* A pod's time may be any, and now a year before 1970: the wait ends with the years that there are. */
static void ready_at_the_end(struct statefulworld *it)
{
    it->snapshot.now_ms = -1000;
    it->pods[0].ready_since_ms = INT64_MAX;
}

static void ready_at_the_beginning(struct statefulworld *it)
{
    it->pods[0].ready_since_ms = INT64_MIN;
}

static const struct stateful_case waits[] = {
    { "ready at the end of all times", "R1 m60", "0B", "", "avail 0 wait 253402473601", ready_at_the_end },
    { "ready at their beginning", "R1 m60", "0B", "", "avail 1 wait 0", ready_at_the_beginning },
    { "and before it, where seconds are taken off", "R1 m-60", "0B", "", "avail 1 wait 0", ready_at_the_beginning },
    { "nothing to wait for", "R3", "0-2B", "", "wait 0 next 0", NULL },
    { "R7", "R3 m60", "0B 1By 2B", "", "wait 59 next 59000", NULL },
    { "9.1", "par R3 m60", "0B 1By 2B", "", "wait 59 next 59000", NULL },
    { "paused", "par paused R3 m60", "0B 1By 2B", "", "wait 0 next 59000", NULL },
    { "not ready", "par R3 m60", "0B 1By- 2B", "", "wait 0 next 0", NULL },
    { "in a lifecycle state", "par paused R3 m60", "0B 1ByD 2B", "", "wait 0 next 0", NULL },
    { "a grace period that an ordered set does not come to", "R2", "0B- 1B", "", "wait 0 next 0", grace_of_1 },
    { "one that it comes to", "R2", "1B 0B", "", "wait 5 next 5000", grace_of_1 },
    { "being deleted", "par deleting R3 m60", "0B 1By 2B", "", "wait 0 next 0", NULL },
    { "selector", "par noselector R3 m60", "0B 1By 2B", "", "wait 0 next 0", NULL },
};
STATEFUL_TABLE(test_wait, waits)

/* ---- 18: one row a bug; what upstream does ---- */

static const struct stateful_case bugs[] = {
    { "S1: a broken pod behind the stop waits", "par R5", "0A 1A- 2-4A", " | ", "stop 20", NULL },
    { "S2: a pod stuck in PreparingDelete blocks the set", "par R2", "0AD 1A", " | ", "stop 20", NULL },
    { "S3: an ordered set with inPlaceUpdate never leaves PreparingUpdate", "inplace preUpdate", "0-1A 2AQ", " | ",
      "stop 9", NULL },
    { "S3: nor PreparingDelete, when it is recreated", "preDelete", "0-1A 2AD", " | ", "stop 9", NULL },
    { "S4: two condemned pods wait for each other", "preDelete R2", "0-1B 2-3BD", " | ", "stop 11", NULL },
    { "S5: a failed pod charges what would let it go", "M1", "0B 1Bf 2B", " | ", "stop 0", NULL },
    { "S6: charged twice", "par R3 M2", "0B!-", " | ", NULL, NULL },
    { "S7: currentRevision jumps while a low rank is missing", "P1", "1-2B", "create 0 a", "at web-b", NULL },
    { "S7: and at no replicas", "R0 P1", "", "", "at web-b", NULL },
    { "S8: a condemned pod's wait wakes nobody", "R1 m60", "0B 1By", "", "stop 11 wait 0", NULL },
    { "S10: one range that cannot be read clears all", "par r0,9-1 R2", "1-2B", "create 0 b; delete 2", NULL, NULL },
    { "S11: InPlaceOnly fails on one pod, and stops the others", "par U3 only", "0-1A 2X", " | ",
      "error InPlaceImpossible", NULL },
    { "S12: an error as long as it is hooked", "par R1 inplace preDelete", "0ADh", " | ", "error LifecycleStateUnknown",
      NULL },
    { "S12: and when it is not", "par R1 inplace preDelete", "0AD", " | ", "error LifecycleStateUnknown", NULL },
    { "S13: deleted again, counted again", "par R3", "0-1B 2B!*", "delete 2", "upd 1", NULL },
    { "S15: broken ones at the head are above the budget", "par R5 U1", "0-1A 2-4A-", "delete 4; delete 3; delete 2",
      NULL, NULL },
    { "S16: the claim of a missing pod is resized", "par resize R1 Tdata:2Gi", "; 0=1Gi/1Gi",
      "create 0 b; resize-claim data-0 of:data 2Gi", "stop 0", NULL },
    { "S17: a claim template was added: every pod is written, for ever", "Tdata R2", "0-1Bv; 0-1",
      "repair 0 storage; repair 1 storage | repair 0 storage; repair 1 storage", NULL, NULL },
    { "S18: a stuck terminating pod holds its budget", "par R3", "0A 1A! 2A", " | ", "stop 20", NULL },
    { "S18: and its ordinal", "R3", "0B 1B!", "", "stop 9", NULL },
    { "S19: a text without % is a percentage", "par R40 U'5", "0-39A", "delete 39; delete 38", NULL, NULL },
    { "S20: prepared only, and counted less", "par R2 inplace preUpdate", "0A 1Ah", "set-lifecycle 1 PreparingUpdate",
      "cur 1", NULL },
    { "S21: start is ignored without its gate", "par S5 R1", "", "create 0 b", NULL, NULL },
};
STATEFUL_TABLE(test_bug, bugs)

/* S9: pods that have none of the keys come first. */
START_TEST(test_s9)
{
    static const struct rollout_str key[] = { { "order", 5 } };
    stateful_make(&w, "par unordered R3 U1", "0-2A");
    w.spec.priority.ordered_keys = (struct rollout_strs){ key, 1, sizeof *key };
    stateful_label(&w, 1, "order", "o-1");
    stateful_label(&w, 2, "order", "o-2");
    ck_assert_str_eq(stateful_actions(&w), "delete 0");
    stateful_free(&w);
}
END_TEST

/* S14: what of the updated pods is ready does not have the status written, and conditions are forgotten: test_written
 * and test_not_written. */

int main(void)
{
    Suite *suite = suite_create("statefulset_status");
    TCase *tcase = tcase_create("statefulset_status");
    tcase_add_loop_test(tcase, test_count, 0, STATEFUL_ROWS(counts));
    tcase_add_loop_test(tcase, test_completion, 0, STATEFUL_ROWS(completions));
    tcase_add_loop_test(tcase, test_written, 0, STATEFUL_ROWS(differences));
    tcase_add_test(tcase, test_not_written);
    tcase_add_test(tcase, test_claims_told);
    tcase_add_test(tcase, test_no_claims_told);
    tcase_add_test(tcase, test_condition);
    tcase_add_loop_test(tcase, test_wait, 0, STATEFUL_ROWS(waits));
    tcase_add_loop_test(tcase, test_bug, 0, STATEFUL_ROWS(bugs));
    tcase_add_test(tcase, test_s9);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

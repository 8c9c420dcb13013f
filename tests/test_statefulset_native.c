/* SPDX-License-Identifier: Apache-2.0 */
/* The native controller against OpenKruise's, row by row of statefulset.md 14: the same world, planned for both. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "statefulworld.h"

/* Actions and what the plan says of both kinds. */
struct difference {
    const char *topic, *settings, *scene;
    struct {
        const char *actions, *says;
    } kruise, native;
    void (*tweak)(struct statefulworld *w);
};

static void exactly_minimum(struct statefulworld *w)
{
    w->pods[0].ready_since_ms = STATEFUL_NOW - 60 * 1000;
}

static void short_hash(struct statefulworld *w)
{
    w->pods[2].revision = stateful_str("b");
}

static void all_counted(struct statefulworld *w)
{
    w->status = (struct rollout_statefulset_status){ .observed_generation = 2,
                                                          .replicas = 3,
                                                          .ready_replicas = 3,
                                                          .available_replicas = 3,
                                                          .current_replicas = 3,
                                                          .current_revision = stateful_str("web-b"),
                                                          .update_revision = stateful_str("web-b"),
                                                          .updated_replicas = 3 };
    w->snapshot.current_revision = 2;
}

static void a_job(struct statefulworld *w)
{
    w->owners[0][0].kind = stateful_str("Job");
}

static void another_set(struct statefulworld *w)
{
    w->owners[0][0] = (struct rollout_owner){ { "StatefulSet", 11 }, { "other", 5 }, { "u-other", 7 }, 1, 0 };
}

static void another_pod(struct statefulworld *w)
{
    w->owners[0][0] = (struct rollout_owner){ { "Pod", 3 }, { "web-9", 5 }, { "u-9", 3 }, 0, 0 };
}

/* The rows of the table, in its order, and what the text before it says of fields that are absent natively. */
static const struct difference differences[] = {
    /* ---- the mapping ---- */
    { "ordinals.start is always honoured",
      "par S2 R2",
      "",
      { "create 0 b; create 1 b", NULL },
      { "create 2 b; create 3 b", NULL },
      NULL },
    { "reserved ordinals are absent", "par r0 R1", "0B", { "create 1 b; delete 0", NULL }, { "", NULL }, NULL },
    { "a new pod has no lifecycle state",
      "par R1 preNormal",
      "",
      { "create 0 b PreparingNormal", NULL },
      { "create 0 b", NULL },
      NULL },
    { "lifecycle states are not read", "par R1", "0BD", { "", "ready 1 avail 0" }, { "", "ready 1 avail 1" }, NULL },
    { "hooks do not hold deletes",
      "par R0 preDelete",
      "0Bh",
      { "set-lifecycle 0 PreparingDelete", NULL },
      { "delete 0", NULL },
      NULL },
    { "nothing is refreshed", "par R1", "0Bg", { "set-ready 0", NULL }, { "", NULL }, NULL },
    { "no lifecycle state moves on", "par R1", "0Bu", { "set-lifecycle 0", "stop 15" }, { "", "stop 0" }, NULL },
    { "no update in place",
      "par R1 inplace",
      "0A",
      { "update-in-place 0 b mark:0 Updating", NULL },
      { "delete 0", NULL },
      NULL },
    { "no specified deletes", "par R1", "0B*", { "delete 0", NULL }, { "", NULL }, NULL },
    { "no pause", "par R1 paused", "0A", { "", "stop 16" }, { "delete 0", NULL }, NULL },
    { "no writes to wait for", "par R1 unobserved", "0A", { "", "stop 14" }, { "delete 0", NULL }, NULL },
    { "no unordered update", "par R3 P1 unordered", "0A 2B", { "create 1 b", NULL }, { "create 1 b", NULL }, NULL },
    { "no unordered update: positions",
      "par R3 P2 unordered",
      "0B 2B",
      { "create 1 a", NULL },
      { "create 1 a", NULL },
      NULL },
    { "no unordered update: order",
      "par R3 P1 unordered",
      "0A 1A 2B",
      { "delete 1", NULL },
      { "delete 1", NULL },
      NULL },
    { "no unordered update: the partition is a position",
      "par R3 P1 unordered",
      "0A 1-2B",
      { "", NULL },
      { "", NULL },
      NULL },
    { "no unordered update: not a count", "par R3 P1 unordered", "0B 1B 2A", { "", NULL }, { "delete 2", NULL }, NULL },
    { "no scale budget",
      "par R5 M2",
      "",
      { "create 0 b; create 1 b", NULL },
      { "create 0 b; create 1 b; create 2 b; create 3 b; create 4 b", NULL },
      NULL },
    { "a scale budget that is not usable",
      "par R1 M'x",
      "",
      { "", "stop 8 error SpecInvalid" },
      { "create 0 b", "stop 20" },
      NULL },
    { "claims are not resized",
      "par R1 resize Tdata:2Gi",
      "0A; 0=1Gi/1Gi",
      { "resize-claim data-0 of:data 2Gi", NULL },
      { "delete 0", NULL },
      NULL },

    /* ---- burst, gate off ---- */
    { "a broken low pod blocks no high one", "par R6", "0A- 1-5A", { "", "stop 20" }, { "delete 5", NULL }, NULL },
    { "at most one a pass", "par R6 U3", "0-5A", { "delete 5; delete 4; delete 3", NULL }, { "delete 5", NULL }, NULL },
    { "healthy or not", "par R3", "0-1A 2A-", { "delete 2", NULL }, { "delete 2", NULL }, NULL },
    { "nothing below a pod that is not healthy",
      "par R3 U2",
      "0-1A 2B-",
      { "delete 1", NULL },
      { "", "stop 20" },
      NULL },
    { "nothing below one that terminates", "par R3 U2", "0-1A 2A!", { "delete 1", NULL }, { "", NULL }, NULL },
    { "nothing below one that is missing",
      "par R3 U2",
      "0-1A",
      { "create 2 b; delete 1", NULL },
      { "create 2 b", NULL },
      NULL },
    { "a new healthy one is passed over", "par R3", "0-1A 2B", { "delete 1", NULL }, { "delete 1", NULL }, NULL },
    { "a maxUnavailable behind a gate is not even read",
      "par R3 U'x",
      "0-2A",
      { "", "stop 17 error SpecInvalid" },
      { "delete 2", NULL },
      NULL },
    { "the partition ends it", "par R3 P2", "0-1A 2B", { "", NULL }, { "", NULL }, NULL },

    /* ---- gate MaxUnavailableStatefulSet ---- */
    { "nothing at all where the budget is used",
      "par budget R5 U2",
      "0-2A 3-4A-",
      { "delete 4; delete 3", NULL },
      { "", "stop 0" },
      NULL },
    { "the first that it has room for, healthy or not",
      "par budget R6 U3",
      "0A- 1-3A 4A- 5A",
      { "delete 5; delete 4", NULL },
      { "delete 5", NULL },
      NULL },
    { "two of three",
      "par budget R5 U3",
      "0B- 1-4A",
      { "delete 4; delete 3", NULL },
      { "delete 4; delete 3", NULL },
      NULL },
    { "down to the partition",
      "par budget R5 P3 U5",
      "0-4A",
      { "delete 4; delete 3", NULL },
      { "delete 4; delete 3", NULL },
      NULL },
    { "those that terminate count, and are passed over",
      "par budget R4 U2",
      "0-2A 3A!",
      { "delete 2", NULL },
      { "delete 2", NULL },
      NULL },

    /* ---- unhealthy notion ---- */
    { "a young pod does not stop the walk", "par R3 m60", "0-1A 2By", { "", "stop 20" }, { "delete 1", NULL }, NULL },
    { "nor does it count", "par budget R3 m60 U1", "0-1A 2By", { "", NULL }, { "delete 1", NULL }, NULL },

    /* ---- availability ---- */
    { "exactly minReadySeconds",
      "R2 m60",
      "0B",
      { "create 1 b", "avail 1" },
      { "", "avail 0 stop 9" },
      exactly_minimum },

    /* ---- completion ---- */
    { "spec.replicas, not status.replicas",
      "P1",
      "1-2B",
      { "create 0 a", "at web-b" },
      { "create 0 a", "at web-a" },
      NULL },
    { "no replicas at all", "R0", "", { "", "at web-b" }, { "", "at web-b" }, NULL },

    /* ---- Failed, Succeeded ---- */
    { "no charge before a failed pod", "M1", "0B 1Bf 2B", { "", NULL }, { "delete 1", "stop 9" }, NULL },
    { "nor in a Parallel set, which goes on",
      "par M1",
      "0Bs 1Bf 2B",
      { "", NULL },
      { "delete 0; delete 1", NULL },
      NULL },

    /* ---- percent parse ---- */
    { "'5' is 5%",
      "par budget R40 U'5",
      "0-39A",
      { "delete 39; delete 38", NULL },
      { "", "stop 17 error SpecInvalid" },
      NULL },
    { "5% is 5%",
      "par budget R40 U5%",
      "0-39A",
      { "delete 39; delete 38", NULL },
      { "delete 39; delete 38", NULL },
      NULL },

    /* ---- OrderedReady and maxUnavailable > 1 ---- */
    { "allowed with the gate",
      "budget R4 U2",
      "0-3A",
      { "delete 3; delete 2", NULL },
      { "delete 3; delete 2", NULL },
      NULL },
    { "one without it", "R4 U2", "0-3A", { "delete 3; delete 2", NULL }, { "delete 3", NULL }, NULL },

    /* ---- burst replica loop ---- */
    { "after an error its batch completes, later ones do not run",
      "par R8 Tdata",
      "; 0,! 1-7",
      { "", "error ClaimNotFree stop 9" },
      { "", "error ClaimNotFree stop 9" },
      NULL },
    { "the second batch has two",
      "par R8 Tdata",
      "; 0 1,! 2-7",
      { "create 0 b", "error ClaimNotFree" },
      { "create 0 b; create 2 b", "error ClaimNotFree" },
      NULL },
    { "the third has four",
      "par R8 Tdata",
      "; 0-2 3,! 4-7",
      { "create 0 b; create 1 b; create 2 b", NULL },
      { "create 0 b; create 1 b; create 2 b; create 4 b; create 5 b; create 6 b", NULL },
      NULL },
    { "an ordered set stops at once", "R8 Tdata", "; 0 1,! 2-7", { "create 0 b", NULL }, { "create 0 b", NULL }, NULL },

    /* ---- update loop and missing pods ---- */
    { "missing pods are unavailable",
      "par budget R4 U2",
      "0-2A",
      { "create 3 b; delete 2", NULL },
      { "create 3 b; delete 2", NULL },
      NULL },
    { "missing pods use up the budget",
      "par budget R4 U1",
      "0-2A",
      { "create 3 b", NULL },
      { "create 3 b", NULL },
      NULL },

    /* ---- rollingUpdate absent ---- */
    { "partition 0, one at a time", "par bare R3 P2 U3", "0-2A", { "delete 2", NULL }, { "delete 2", NULL }, NULL },
    { "its partition is not read", "par bare R3 P3", "0-2A", { "delete 2", NULL }, { "delete 2", NULL }, NULL },
    { "nor is its maxUnavailable", "par bare R3 U3", "0-2A", { "delete 2", NULL }, { "delete 2", NULL }, NULL },
    { "nor with the gate", "par bare budget R3 U3", "0-2A", { "delete 2", NULL }, { "delete 2", NULL }, NULL },
    { "a new pod of the current revision goes at once",
      "par bare C3 R3",
      "0-1A",
      { "create 2 a; delete 2", "cur 1" },
      { "create 2 a; delete 2", NULL },
      NULL },
    { "unless it is the update revision",
      "par bare C2 R3",
      "0-1A",
      { "create 2 b", NULL },
      { "create 2 b", NULL },
      NULL },

    /* ---- minReadySeconds wait ---- */
    { "the whole of it, not the rest",
      "R2 m60",
      "0By",
      { "", "wait 59 next 59000" },
      { "", "wait 60 next 59001" },
      NULL },
    { "also where nothing waits for it", "par R1 m60", "0B-", { "", "wait 0" }, { "", "wait 60" }, NULL },
    { "not where all are available", "par R1 m60", "0B", { "", "wait 0" }, { "", "wait 0" }, NULL },
    { "not where there is an error",
      "R2 m60 Tdata",
      "0B; 0 1,!",
      { "", "error ClaimNotFree wait 0" },
      { "", "error ClaimNotFree wait 0" },
      NULL },

    { "nor where the pass does not begin", "noselector R2 m60", "0B", { "", "wait 0" }, { "", "wait 0" }, NULL },
    { "nor where the update phase has one",
      "par budget R2 m60 U'5",
      "0-1A-",
      { "delete 1; delete 0", "wait 0" },
      { "", "error SpecInvalid wait 0" },
      NULL },

    /* ---- status.currentReplicas ---- */
    { "every update takes one away", "par R3", "0-1B 2C", { "delete 2", "cur 0" }, { "delete 2", "cur -1" }, NULL },
    { "also of a pod without a phase", "par R3", "0-1A 2Ae", { "delete 2", "cur 1" }, { "delete 2", "cur 1" }, NULL },
    { "with the gate too",
      "par budget R3 U2",
      "0B 1-2C",
      { "delete 2; delete 1", "cur 0" },
      { "delete 2; delete 1", "cur -2" },
      NULL },

    /* ---- updated test ---- */
    { "a short hash is not the revision", "par R3", "0-1A 2B", { "delete 2", NULL }, { "delete 2", NULL }, short_hash },
    { "nor where pods are counted",
      "par unordered R4 P2 paused",
      "0-1A 2B",
      { "create 3 b", NULL },
      { "create 3 b", NULL },
      short_hash },

    /* ---- a status that is as it was ---- */
    { "no status of claims",
      "R3 Tdata",
      "0-2B; 0-2",
      { "", "changed 1 claims 3/3" },
      { "", "changed 0 claims -1/-1" },
      all_counted },
    { "no counts of updated pods",
      "R3",
      "0-2B",
      { "", "upd-ready 3 upd-avail 3" },
      { "", "upd-ready 0 upd-avail 0" },
      NULL },

    /* ---- claims of a Pending pod ---- */
    { "its claims are made, and get their owners there",
      "whenDeleted R1 Tdata Tlogs",
      "0Bp; 0",
      { "create-claim logs-0 of:logs; set-claim-owner data-0 StatefulSet 0", NULL },
      { "create-claim logs-0 of:logs; set-claim-owner data-0 StatefulSet 0", NULL },
      NULL },

    /* ---- claim being deleted ---- */
    { "an error where it is needed: create",
      "R1 Tdata",
      "; 0,!",
      { "", "error ClaimNotFree" },
      { "", "error ClaimNotFree" },
      NULL },
    { "a Pending pod", "R1 Tdata", "0Bp; 0,!", { "", "error ClaimNotFree" }, { "", "error ClaimNotFree" }, NULL },
    { "volumes that do not match",
      "R1 Tdata",
      "0Bv; 0,!",
      { "", "error ClaimNotFree" },
      { "", "error ClaimNotFree" },
      NULL },
    { "not of a pod that has it", "R1 Tdata", "0B; 0,!", { "", "error none" }, { "", "error none" }, NULL },

    /* ---- claim owner refs ---- */
    { "a plain reference is written anew",
      "whenDeleted R1 Tdata",
      "0B; 0,S",
      { "", NULL },
      { "set-claim-owner data-0 StatefulSet 0", NULL },
      NULL },
    { "(a) a former set's claim is left alone",
      "whenDeleted R1 Tdata",
      "0B; 0,O",
      { "set-claim-owner data-0 StatefulSet 0", NULL },
      { "", NULL },
      NULL },
    { "(a) a former pod's claim is left alone",
      "par whenDeleted R1 Tdata",
      "0B; 0,o",
      { "set-claim-owner data-0 StatefulSet 0", NULL },
      { "", NULL },
      NULL },
    { "(a) the first of a name tells", "whenDeleted R1 Tdata", "0B; 0,sO", { "", NULL }, { "", NULL }, NULL },
    { "(a) a former one behind the present set",
      "R1 Tdata",
      "0B; 0,sO",
      { "set-claim-owner data-0 0", NULL },
      { "set-claim-owner data-0 0", NULL },
      NULL },
    { "(a) a former one before the present set",
      "R1 Tdata",
      "0B; 0,Os",
      { "set-claim-owner data-0 0", NULL },
      { "", NULL },
      NULL },
    { "(b) another controller: none is added",
      "whenDeleted R1 Tdata",
      "0B; 0,x",
      { "set-claim-owner data-0 StatefulSet 0", NULL },
      { "", NULL },
      NULL },
    { "(b) another controller: ours are removed",
      "whenDeleted R1 Tdata",
      "0B; 0,sx",
      { "", NULL },
      { "set-claim-owner data-0 0", NULL },
      NULL },
    { "(c) else as the table says",
      "par whenDeleted whenScaled R1 Tdata",
      "0-1B; 0-1,s",
      { "set-claim-owner data-1 Pod 1; delete 1", NULL },
      { "set-claim-owner data-1 Pod 1; delete 1", NULL },
      NULL },
    { "(a) a former one behind others too",
      "par whenScaled whenDeleted R1 Tdata",
      "0-1B; 0,s 1,pso",
      { "set-claim-owner data-1 Pod 1; delete 1", NULL },
      { "set-claim-owner data-1 Pod 1; delete 1", NULL },
      NULL },
    { "stale only by a Pod of that name",
      "par whenScaled R1 Tdata",
      "; 0,o",
      { "", NULL },
      { "create 0 b", NULL },
      a_job },
    { "(b) whatever its place",
      "whenDeleted R1 Tdata",
      "0B; 0,xs",
      { "", NULL },
      { "set-claim-owner data-0 0", NULL },
      NULL },
    { "(b) also where only the pod is one of them",
      "par whenScaled R1 Tdata",
      "0B; 0,xp",
      { "set-claim-owner data-0 0", NULL },
      { "set-claim-owner data-0 0", NULL },
      NULL },
    { "(c) another controller, Retain and Retain",
      "par R1 Tdata",
      "0B; 0,xs",
      { "set-claim-owner data-0 0", NULL },
      { "set-claim-owner data-0 0", NULL },
      NULL },
    { "(b) a set of another name is another controller",
      "whenDeleted R1 Tdata",
      "0B; 0,xs",
      { "", NULL },
      { "set-claim-owner data-0 0", NULL },
      another_set },
    { "(c) and nothing to remove", "par R1 Tdata", "0B; 0,x", { "", NULL }, { "", NULL }, NULL },
    { "a plain reference beside one that is not",
      "whenDeleted R1 Tdata",
      "0B; 0,Ss",
      { "", NULL },
      { "set-claim-owner data-0 StatefulSet 0", NULL },
      NULL },
    { "another pod's plain reference is no matter",
      "whenDeleted R1 Tdata",
      "0B; 0,O",
      { "set-claim-owner data-0 StatefulSet 0", NULL },
      { "set-claim-owner data-0 StatefulSet 0", NULL },
      another_pod },
    { "(b) also where a pod would be added",
      "par whenScaled R1 Tdata",
      "0-1B; 0-1,x",
      { "set-claim-owner data-1 Pod 1; delete 1", NULL },
      { "delete 1", NULL },
      NULL },
    { "stale by any reference of that name", "par whenScaled R1 Tdata", "; 0,o", { "", NULL }, { "", NULL }, NULL },
};

static const char *wrong_of(const struct difference *d, bool native)
{
    char settings[200];
    snprintf(settings, sizeof settings, "%s%s", d->settings, native ? " native" : "");
    const struct stateful_case row = { d->topic,
                                       settings,
                                       d->scene,
                                       native ? d->native.actions : d->kruise.actions,
                                       native ? d->native.says : d->kruise.says,
                                       d->tweak };
    return stateful_case_wrong(&row);
}

START_TEST(test_kruise)
{
    const char *wrong = wrong_of(&differences[_i], false);
    ck_assert_msg(!wrong, "%s", wrong);
}
END_TEST

START_TEST(test_native)
{
    const char *wrong = wrong_of(&differences[_i], true);
    ck_assert_msg(!wrong, "%s", wrong);
}
END_TEST

static struct statefulworld w;

/* Counts of 0 are left out natively, all but replicas and availableReplicas. */
START_TEST(test_empty_counts)
{
    for (int native = 0; native < 2; native++) {
        size_t members = 0;
        stateful_make(&w, native ? "native par R1" : "par R1", "");
        (void)stateful_actions(&w);
        const struct rollout_node *status = w.plan->status.nodes;
        for (uint32_t i = 1; i < status->size; i += status[i].size)
            members += status[i].integer == 0 && status[i].kind == ROLLOUT_NODE_INTEGER;
        /* replicas, availableReplicas, collisionCount; ready, current and updatedReplicas */
        ck_assert_uint_eq(members, native ? 3 : 6);
        stateful_free(&w);
    }
}
END_TEST

/* OpenKruise tells a claim that is not free by a condition too; the texts differ. */
START_TEST(test_deleted_claim)
{
    static const char *const texts[] = { "pvc data-web-0 is to be deleted", "pvc data-web-0 is being deleted" };
    char buf[128];
    for (int native = 0; native < 2; native++) {
        stateful_make(&w, native ? "native R1 Tdata" : "R1 Tdata", "; 0,!");
        (void)stateful_actions(&w);
        ck_assert_uint_eq(w.plan->error_message.len, strlen(texts[native]));
        ck_assert_mem_eq(w.plan->error_message.data, texts[native], strlen(texts[native]));
        ck_assert_str_eq(planned_condition(w.plan, "FailedCreatePod", "status", buf, sizeof buf), native ? "" : "True");
        stateful_free(&w);
    }
}
END_TEST

/* Errors of one batch are told together. */
START_TEST(test_joined_errors)
{
    static const char text[] = "pvc data-web-1 is being deleted; pvc data-web-2 is being deleted";
    stateful_make(&w, "native par R8 Tdata", "; 0 1-2,! 3-7");
    ck_assert_str_eq(stateful_actions(&w), "create 0 b");
    ck_assert_uint_eq(w.plan->error_message.len, sizeof text - 1);
    ck_assert_mem_eq(w.plan->error_message.data, text, sizeof text - 1);
    stateful_free(&w);
}
END_TEST

/* status.labelSelector is OpenKruise's. */
START_TEST(test_label_selector)
{
    char buf[64];
    for (int native = 0; native < 2; native++) {
        stateful_make(&w, native ? "native" : "", "0-2B");
        (void)stateful_actions(&w);
        ck_assert_str_eq(planned_status_text(w.plan, "labelSelector", buf, sizeof buf), native ? "" : "app=web");
        stateful_free(&w);
    }
}
END_TEST

/* Batches grow to 500 places: 1, 2, 4 ... 256 end at 511. */
START_TEST(test_large_batch)
{
    stateful_make(&w, "native par R1200 Tdata", "; 511,!");
    struct rollout_error error = { .struct_size = sizeof error };
    ck_assert_int_eq(stateful_try(&w, &error), ROLLOUT_OK);
    size_t created = 0;
    for (size_t i = 0; i < w.plan->action_count; i++)
        created += w.plan->actions[i].op == ROLLOUT_OP_CREATE;
    ck_assert_uint_eq(created, 511 + 500 - 1);
    stateful_free(&w);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("statefulset_native");
    TCase *tcase = tcase_create("statefulset_native");
    tcase_add_loop_test(tcase, test_kruise, 0, STATEFUL_ROWS(differences));
    tcase_add_loop_test(tcase, test_native, 0, STATEFUL_ROWS(differences));
    tcase_add_test(tcase, test_empty_counts);
    tcase_add_test(tcase, test_deleted_claim);
    tcase_add_test(tcase, test_joined_errors);
    tcase_add_test(tcase, test_label_selector);
    tcase_add_test(tcase, test_large_batch);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

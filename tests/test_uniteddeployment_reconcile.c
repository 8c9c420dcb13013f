/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of a UnitedDeployment's reconcile, what it writes and what of it stops early: uniteddeployment.md 2 and 5 to
 * 8, and the rows of its section 10. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "base/tree.h"
#include "planned.h"
#include "unitedworld.h"

enum { ADAPTIVE = ROLLOUT_UNITEDDEPLOYMENT_ADAPTIVE, RESERVES = ADAPTIVE | ROLLOUT_UNITEDDEPLOYMENT_RESERVES };

#define STR(text) ((struct rollout_str){ text, sizeof(text) - 1 })

static struct unitedworld w;

static const struct united_row two = { .total = "6", .names = "a,b", .cur = "3,3" };

static void make(void)
{
    unitedworld_make(&w, 0, &two);
    for (int i = 0; i < 2; i++)
        w.children[i].status_replicas = 0; /* nothing is rolling */
}

static void assert_actions(const char *wanted)
{
    unitedworld_next(&w);
    ck_assert_str_eq(unitedworld_actions(&w), wanted);
}

/* ---- what differs, in this order (5) ---- */

START_TEST(test_difference)
{
    char verdicts[256];
    make();
    assert_actions("");
    snprintf(verdicts, sizeof verdicts, "%s", unitedworld_verdicts(&w, 0));
    ck_assert_ptr_nonnull(strstr(verdicts, "UpToDate: up to date at ud-1"));
    w.children[0].status_replicas = 1; /* 5: none of its pods is updated */
    assert_actions("update-subset a ud-1 3");
    ck_assert_ptr_nonnull(strstr(unitedworld_verdicts(&w, 0), "ChildUpdated: updated pods 0 becomes 1"));
    w.children[0].patch = STR("{}"); /* 4 */
    unitedworld_next(&w);
    ck_assert_ptr_nonnull(strstr(unitedworld_verdicts(&w, 0), "ChildUpdated: patch"));
    w.specs[0].partition = (struct rollout_opt){ 1, 2 }; /* 3; and 10-10: a Deployment has none, and differs for ever */
    unitedworld_next(&w);
    ck_assert_ptr_nonnull(strstr(unitedworld_verdicts(&w, 0), "ChildUpdated: partition 0 becomes 2"));
    w.children[0].replicas = 4; /* 2 */
    unitedworld_next(&w);
    ck_assert_ptr_nonnull(strstr(unitedworld_verdicts(&w, 0), "ChildUpdated: replicas 4 becomes 3"));
    w.children[0].revision = STR("ud-0"); /* 1 */
    unitedworld_next(&w);
    ck_assert_ptr_nonnull(strstr(unitedworld_verdicts(&w, 0), "ChildUpdated: revision"));
    unitedworld_free(&w);
}
END_TEST

/* ---- children (2, 5; 10-20) ---- */

static void add_child(const char *name, struct rollout_str subset, uint32_t kind)
{
    struct rollout_subset *child = &w.children[w.snapshot.subsets.count++];
    *child = w.children[0];
    child->name = (struct rollout_str){ name, strlen(name) };
    child->subset = subset;
    child->kind = kind;
}

START_TEST(test_children)
{
    make();
    w.children[1].subset = STR("c"); /* b is lacking */
    w.children[1].replicas = 2;
    add_child("a-2", STR("a"), ROLLOUT_CHILD_DEPLOYMENT);
    add_child("c-2", STR("c"), ROLLOUT_CHILD_DEPLOYMENT);
    add_child("x", STR("a"), ROLLOUT_CHILD_CLONESET);
    add_child("y", STR("b"), ROLLOUT_CHILD_ADVANCED_STATEFULSET);
    assert_actions("delete-subset a duplicate; delete-subset c duplicate; create-subset b ud-1 3; "
                   "delete-subset c not-in-spec; delete-subset b other-kind; delete-subset a other-kind");
    ck_assert_str_eq(unitedworld_verdicts(&w, 2 + 2), "DeleteExcess: a holds this place");
    ck_assert_str_eq(unitedworld_verdicts(&w, 2 + 3), "DeleteExcess: b holds this place");
    ck_assert_str_eq(unitedworld_verdicts(&w, 2 + 1), "DeleteNotInSpec: not in the spec: c");
    ck_assert_str_eq(unitedworld_verdicts(&w, 2 + 4), "DeleteNotInSpec: not in the spec: CloneSet");
    w.children[0].name.len = 0;
    add_child("d", STR("d"), ROLLOUT_CHILD_DEPLOYMENT); /* not in the spec either, and no duplicate of c */
    assert_actions("delete-subset a duplicate; delete-subset c duplicate; create-subset b ud-1 3; "
                   "delete-subset c not-in-spec; delete-subset d not-in-spec; delete-subset b other-kind; "
                   "delete-subset a other-kind");
    ck_assert_str_eq(unitedworld_verdicts(&w, 2 + 2), "DeleteExcess: another child holds this place");
    w.spec.flags = ROLLOUT_UNITEDDEPLOYMENT_DELETING; /* all of them stay */
    assert_actions("");
    for (uint32_t i = 2; i < 7; i++)
        ck_assert_str_eq(unitedworld_verdicts(&w, 2 + i), "WorkloadDeleting: workload is being deleted");
    unitedworld_free(&w);
}
END_TEST

/* The partition of a child, as it is compared with the one that it is to have (2). */
static const struct partition {
    uint32_t kind, flags;
    struct rollout_intstr given;
    int32_t wanted;
} partitions[] = {
    { ROLLOUT_CHILD_STATEFULSET, 0, { .kind = ROLLOUT_INTSTR_INT, .count = 2 }, 2 },
    { ROLLOUT_CHILD_ADVANCED_STATEFULSET, 0, { .kind = ROLLOUT_INTSTR_UNSET }, 0 },
    { ROLLOUT_CHILD_STATEFULSET, ROLLOUT_SUBSET_ON_DELETE, { .kind = ROLLOUT_INTSTR_INT, .count = 2 }, 1 },
    { ROLLOUT_CHILD_CLONESET, 0, { .kind = ROLLOUT_INTSTR_TEXT, .text = { "50%", 3 } }, 2 },
    { ROLLOUT_CHILD_CLONESET, 0, { .kind = ROLLOUT_INTSTR_TEXT, .text = { "x", 1 } }, 0 },
};

START_TEST(test_child_partition)
{
    const struct partition *row = &partitions[_i];
    make();
    w.spec.child_kind = row->kind;
    for (int i = 0; i < 2; i++)
        w.children[i].kind = row->kind;
    w.children[0].flags = row->flags;
    w.children[0].partition = row->given;
    unitedworld_pod_add(&w, 0, "ud-0", NULL); /* of another revision than the child */
    unitedworld_pod_add(&w, 0, "ud-1", NULL);
    unitedworld_pod_add(&w, 1, "ud-0", NULL);
    w.specs[0].partition = (struct rollout_opt){ 1, row->wanted };
    assert_actions("");
    w.specs[0].partition.value++;
    unitedworld_next(&w);
    ck_assert_uint_eq(w.plan->action_count, 1);
    unitedworld_free(&w);
}
END_TEST

/* A StatefulSet that is written: pods from its partition on that are old and not ready are deleted (5). */
START_TEST(test_stuck)
{
    make();
    w.spec.child_kind = w.children[0].kind = w.children[1].kind = ROLLOUT_CHILD_STATEFULSET;
    w.specs[0].partition = (struct rollout_opt){ 1, 1 };
    for (uint32_t i = 0; i < 4; i++)
        unitedworld_pod_add(&w, 0, i == 2 ? "ud-1" : "ud-0", NULL)->flags = i == 3 ? ROLLOUT_POD_READY : 0;
    unitedworld_pod_add(&w, 1, "ud-0", NULL)->flags = 0; /* p-4, of a child that is not written */
    unitedworld_pod_add(&w, 0, "ud-0", NULL)->flags = 0; /* p-5 */
    unitedworld_pod_add(&w, 0, "ud-0", NULL)->flags = 0;
    w.pods[6].name = STR("nameless");                    /* no ordinal */
    unitedworld_pod_add(&w, 0, "ud-0", NULL)->flags = 0; /* p-7, of no child */
    w.pods[7].child = 0;
    assert_actions("update-subset a ud-1 3 p1; delete p-1; delete p-5");
    w.children[2] = w.children[0]; /* nor are those of a child that goes itself */
    w.snapshot.subsets.count = 3;
    w.pods[5].child = 3;
    assert_actions("delete-subset a duplicate; update-subset a ud-1 3 p1; delete p-1");
    w.snapshot.subsets.count = 2;
    w.pods[5].child = 1;
    w.spec.flags = ROLLOUT_UNITEDDEPLOYMENT_ON_DELETE;
    assert_actions("update-subset a ud-1 3");
    w.spec.flags = 0;
    w.spec.child_kind = w.children[0].kind = w.children[1].kind = ROLLOUT_CHILD_ADVANCED_STATEFULSET;
    assert_actions("update-subset a ud-1 3 p1");
    unitedworld_free(&w);
}
END_TEST

/* While pods are reserved, a child that is written may lose more of them (4.2). */
START_TEST(test_max_unavailable)
{
    unitedworld_make(&w, RESERVES, &(struct united_row){ .total = "5", .cur = "5", .ready = "2", .reserved = "2" });
    unitedworld_pod_add(&w, 0, "ud-0", "false"); /* old for an hour: counts as reserved */
    assert_actions("set-reserved p-2 true; update-subset t1 ud-1 5 u4");
    w.spec.flags = ADAPTIVE;
    assert_actions("update-subset t1 ud-1 5"); /* only with reservation */
    unitedworld_free(&w);
}
END_TEST

/* ---- revisions (6) ---- */

static struct rollout_revision history[5];

static void add_history(int32_t limit, size_t update)
{
    static const char *const names[] = { "r1", "r2", "r3", "r4", "r5" };
    for (size_t i = 0; i < 5; i++)
        history[i] = (struct rollout_revision){ .name = { names[i], 2 }, .number = (int64_t)i + 1 };
    w.snapshot.revisions = (struct rollout_revisions){ history, 5, sizeof history[0] };
    w.snapshot.update_revision = (uint32_t)update;
    w.spec.revision_history_limit = (struct rollout_opt){ 1, limit };
    for (int i = 0; i < 2; i++)
        w.children[i].revision = history[update - 1].name;
}

START_TEST(test_revisions)
{
    make();
    add_history(10, 5);
    assert_actions("");
    add_history(10, 3); /* an older one becomes the newest */
    assert_actions("renumber-revision r3 6");
    add_history(10, 5);
    history[4].flags = ROLLOUT_REVISION_NEW;
    assert_actions("create-revision r5 5");
    add_history(2, 5); /* the oldest three, but for those that the status names */
    w.status.current_revision = history[1].name;
    w.status.updated_revision = history[2].name;
    assert_actions("delete-revision r1");
    /* 10-16: the current one fell out of the list, so the expected one is current */
    ck_assert_str_eq(planned_condition(w.plan, "UnitedDeploymentUpdated", "status", w.text, sizeof w.text), "True");
    add_history(2, 2); /* found by its name: not listed any more, and not renumbered */
    assert_actions("delete-revision r1");
    add_history(0, 5);
    for (size_t i = 0; i < 4; i++)
        history[i].flags = ROLLOUT_REVISION_UNLISTED; /* 10-15 */
    w.status.current_revision = w.status.updated_revision = STR("r5");
    assert_actions("");
    add_history(4, 5); /* of one number the earliest goes first, of one time that of the first name */
    for (size_t i = 0; i < 4; i++)
        history[i].number = 1;
    history[0].created_ms = 3000;
    history[1].created_ms = 2000;
    history[2].created_ms = history[3].created_ms = 1000;
    history[2].name = STR("r4");
    history[3].name = STR("r3");
    assert_actions("delete-revision r3");
    w.spec.revision_history_limit.value = 2;
    assert_actions("delete-revision r3; delete-revision r4; delete-revision r2");
    history[1].created_ms = 4000;
    assert_actions("delete-revision r3; delete-revision r4; delete-revision r1");
    history[0].number = 2;
    assert_actions("delete-revision r3; delete-revision r4; delete-revision r2");
    add_history(2, 1); /* upstream cuts before it looks, so the template cannot be the one that goes */
    struct rollout_workload workload = { .struct_size = sizeof workload, .uniteddeployment = &w.spec };
    struct rollout_error error = { .struct_size = sizeof error };
    struct rollout_plan *plan = NULL;
    w.status.current_revision = history[1].name;
    w.status.updated_revision = history[2].name;
    ck_assert_int_eq(rollout_plan(&workload, &w.snapshot, &plan, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.message,
                     "update_revision: 1, which revisionHistoryLimit deletes: a new one must stand for it");
    w.spec.flags = ROLLOUT_UNITEDDEPLOYMENT_DELETING; /* a pass that stops before it cuts: 7-1 */
    assert_actions("");
    ck_assert_uint_eq(w.plan->stopped_at, 1);
    w.spec.flags = 0;
    w.specs[0].replicas = w.specs[1].replicas = (struct rollout_intstr){ .kind = ROLLOUT_INTSTR_INT, .count = 4 };
    ck_assert_int_eq(rollout_plan(&workload, &w.snapshot, &plan, &error), ROLLOUT_ERR_INVALID); /* behind: 7-8 */
    unitedworld_free(&w);
}
END_TEST

/* ---- stops (7) ---- */

static void assert_stop(uint32_t step, const char *verdict, const char *actions, int64_t requeue)
{
    char got[512];
    unitedworld_next(&w);
    ck_assert_uint_eq(w.plan->stopped_at, step);
    ck_assert_int_eq(w.plan->requeue_seconds, requeue);
    ck_assert_uint_eq(w.plan->status_changed, 0);
    ck_assert_str_eq(planned_verdict(w.plan, &w.snapshot, ROLLOUT_SUBJECT_WORKLOAD, 0, got, sizeof got), verdict);
    ck_assert_str_eq(unitedworld_actions(&w), actions);
}

START_TEST(test_stops)
{
    make();
    w.children[0].replicas = 9; /* something to do */
    w.spec.flags = ROLLOUT_UNITEDDEPLOYMENT_DELETING;
    assert_stop(1, "hold WorkloadDeleting: workload is being deleted", "", 0);
    w.spec.flags = 0;

    w.snapshot.written_version = STR("501");
    w.spec.resource_version = STR("500");
    assert_stop(2, "hold ActionsNotObserved: earlier actions not observed", "", 1);
    w.spec.resource_version = STR("501");
    assert_actions("update-subset a ud-1 3");
    w.spec.resource_version = STR("1000"); /* by number, not by text */
    assert_actions("update-subset a ud-1 3");
    w.spec.resource_version = STR("5x"); /* no number: not seen; and none was written that is none */
    assert_stop(2, "hold ActionsNotObserved: earlier actions not observed", "", 1);
    w.snapshot.written_version = STR("501:"); /* ':' follows '9' */
    assert_actions("update-subset a ud-1 3");
    w.snapshot.written_version = STR("18446744073709551616"); /* 2^64 */
    assert_actions("update-subset a ud-1 3");
    w.snapshot.written_version = w.spec.resource_version = STR("18446744073709551615");
    assert_actions("update-subset a ud-1 3");
    w.spec.resource_version = STR("18446744073709551614");
    assert_stop(2, "hold ActionsNotObserved: earlier actions not observed", "", 1);
    w.snapshot.written_version.len = 0;

    w.spec.flags = ROLLOUT_UNITEDDEPLOYMENT_SELECTOR_INVALID;
    assert_stop(4, "hold SpecInvalid: spec.selector is not usable", "", 0);
    w.spec.flags = 0;
    w.spec.child_kind = 0;
    assert_stop(4, "hold SpecInvalid: spec.template is not usable", "", 0);
    w.spec.child_kind = ROLLOUT_CHILD_DEPLOYMENT;

    w.children[1].flags = ROLLOUT_SUBSET_UNNAMED;
    assert_stop(6, "hold SpecInvalid: metadata.labels[\"apps.kruise.io/subset-name\"] is not usable", "", 0);
    w.children[1].flags = 0;

    w.specs[0].replicas = w.specs[1].replicas = (struct rollout_intstr){ .kind = ROLLOUT_INTSTR_INT, .count = 4 };
    add_child("a-2", STR("a"), ROLLOUT_CHILD_DEPLOYMENT);
    assert_stop(8, "hold SharesImpossible: subsets hold 8, replicas 6", "delete-subset a duplicate", 0);
    w.specs[0].replicas.kind = ROLLOUT_INTSTR_UNSET;

    add_child("x", (struct rollout_str){ NULL, 0 }, ROLLOUT_CHILD_CLONESET);
    w.children[3].flags = ROLLOUT_SUBSET_UNNAMED;
    unitedworld_next(&w); /* deletes what it can, and updates nothing */
    ck_assert_str_eq(unitedworld_actions(&w), "delete-subset a duplicate");
    ck_assert_uint_eq(w.plan->stopped_at, 11);
    ck_assert_uint_eq(w.plan->error_reason, ROLLOUT_REASON_SPEC_INVALID);
    unitedworld_free(&w);
}
END_TEST

/* ---- status (8) ---- */

START_TEST(test_status)
{
    char buf[64];
    unitedworld_make(
        &w, RESERVES,
        &(struct united_row){ .total = "4", .names = "a,b", .cur = "3,2", .ready = "3,1", .reserved = "0,1" });
    for (int i = 0; i < 3; i++)
        unitedworld_pod_add(&w, 0, "ud-1", "false")->flags = i == 0 ? 0 : ROLLOUT_POD_READY;
    unitedworld_pod_add(&w, 0, "ud-1", "false")->flags |= ROLLOUT_POD_TERMINATING;
    unitedworld_pod_add(&w, 0, "ud-1", "false")->phase = ROLLOUT_PHASE_FAILED;
    unitedworld_pod_add(&w, 0, "ud-1", "false")->phase = ROLLOUT_PHASE_SUCCEEDED;
    unitedworld_pod_add(&w, 0, "ud-1", NULL)->child = 0; /* no child's: not counted, and not written */
    w.spec.generation = 7;
    w.spec.label_selector = STR("app=x");
    w.status.current_revision = STR("ud-0");
    unitedworld_next(&w);
    ck_assert_int_eq(planned_number(w.plan, "replicas"), 4);
    ck_assert_int_eq(planned_number(w.plan, "reservedPods"), 1);
    ck_assert_int_eq(planned_number(w.plan, "readyReplicas"), 4);
    ck_assert_int_eq(planned_number(w.plan, "updatedReplicas"), 4);
    ck_assert_int_eq(planned_number(w.plan, "updatedReadyReplicas"), 2);
    ck_assert_int_eq(planned_number(w.plan, "observedGeneration"), 7);
    ck_assert_str_eq(planned_status_text(w.plan, "currentRevision", buf, sizeof buf), "ud-0");
    ck_assert_str_eq(planned_status_text(w.plan, "updatedRevision", buf, sizeof buf), "ud-1");
    ck_assert_str_eq(planned_status_text(w.plan, "labelSelector", buf, sizeof buf),
                     "app=x,apps.kruise.io/united-deployment-reserved-pod=false");
    ck_assert_uint_eq(w.plan->status_changed, 1);
    ck_assert_ptr_null(strstr(unitedworld_actions(&w), "set-reserved"));
    ck_assert_str_eq(planned_verdict(w.plan, &w.snapshot, ROLLOUT_SUBJECT_POD, 5, buf, sizeof buf),
                     "hold PodFinished: phase Failed: finished, left alone");
    ck_assert_str_eq(planned_verdict(w.plan, &w.snapshot, ROLLOUT_SUBJECT_POD, 6, buf, sizeof buf),
                     "hold PodFinished: phase Succeeded: finished, left alone");
    w.children[2] = w.children[0]; /* a second one of "a", which goes: it counts for nothing, nor do its pods */
    w.snapshot.subsets.count = 3;
    w.pods[7].child = 3;
    unitedworld_next(&w);
    ck_assert_str_eq(unitedworld_actions(&w),
                     "delete-subset a duplicate; update-subset a ud-1 4; update-subset b ud-1 0 u1");
    ck_assert_int_eq(planned_number(w.plan, "replicas"), 4);
    ck_assert_int_eq(planned_number(w.plan, "reservedPods"), 1);
    w.snapshot.subsets.count = 2;
    w.pods[7].child = 0;
    w.pods[1].flags |= ROLLOUT_POD_READY; /* the first of the three */
    w.children[0].status_replicas = 2;    /* 10-18: 2 + 2 - 1 reserved, as many as are ready */
    unitedworld_next(&w);
    ck_assert_str_eq(planned_status_text(w.plan, "currentRevision", buf, sizeof buf), "ud-1");
    unitedworld_free(&w);
}
END_TEST

/* 10-17: a leftover child without an entry, on which upstream panics after its writes, is deleted, and the status is as
 * it would be with one. So it is in every mode. */
START_TEST(test_leftover)
{
    static const uint32_t modes[] = { 0, ADAPTIVE, RESERVES };
    make();
    w.spec.flags = modes[_i];
    w.spec.subset_count = 1;
    w.status.subset_count = 1;
    w.spec.replicas.value = 3;
    w.children[1].replicas = 5;
    w.children[0].ready_replicas = 3;
    w.children[1].ready_replicas = w.children[1].status_replicas = 5;
    assert_actions("delete-subset b not-in-spec");
    ck_assert_int_eq(planned_number(w.plan, "replicas"), 5);
    ck_assert_uint_eq(w.plan->error_reason, 0);
    ck_assert_uint_eq(w.plan->status_changed, 1);
    unitedworld_free(&w);
}
END_TEST

/* A status that says all this already is not sent again, unless collisionCount is set. */
START_TEST(test_sent)
{
    struct rollout_condition conditions[2];
    make();
    conditions[0] = w.updated;
    conditions[1] =
        (struct rollout_condition){ .type = STR("SubsetUpdated"), .status = STR("True"), .last_transition_ms = 1000 };
    w.status.conditions = conditions;
    w.status.condition_count = 2;
    w.entries[0].replicas = w.entries[1].replicas = 3;
    unitedworld_next(&w);
    ck_assert_uint_eq(w.plan->status_changed, 0);
    w.spec.generation = 2;
    unitedworld_next(&w);
    ck_assert_uint_eq(w.plan->status_changed, 1);
    w.status.observed_generation = 2;
    w.status.reserved_pods = 9; /* the sum is not compared */
    unitedworld_next(&w);
    ck_assert_uint_eq(w.plan->status_changed, 0);
    w.entries[1].ready_replicas = 1;
    unitedworld_next(&w);
    ck_assert_uint_eq(w.plan->status_changed, 1);
    w.entries[1].ready_replicas = 0;
    w.specs[0].partition = (struct rollout_opt){ 1, 2 };
    unitedworld_next(&w);
    ck_assert_uint_eq(w.plan->status_changed, 1);
    w.entries[0].partition = 2;
    unitedworld_next(&w);
    ck_assert_uint_eq(w.plan->status_changed, 0);
    w.status.collision_count.set = 1;
    unitedworld_next(&w);
    ck_assert_uint_eq(w.plan->status_changed, 1);
    unitedworld_free(&w);
}
END_TEST

/* Conditions are compared in their order, with their status and reason: one that changes goes to the end. */
START_TEST(test_sent_conditions)
{
    static const struct {
        const char *status, *reason;
        uint32_t first, changed;
    } cases[] = { { "True", "", 0, 0 },
                  { "True", "", 1, 0 },
                  { "False", "", 0, 1 },
                  { "False", "", 1, 1 },
                  { "True", "Why", 0, 1 } };
    struct rollout_condition conditions[2], old = { .type = STR("SubsetUpdated"), .last_transition_ms = 1000 };
    char buf[64];
    make();
    old.status = (struct rollout_str){ cases[_i].status, strlen(cases[_i].status) };
    old.reason = (struct rollout_str){ cases[_i].reason, strlen(cases[_i].reason) };
    conditions[cases[_i].first] = w.updated;
    conditions[!cases[_i].first] = old;
    w.status.conditions = conditions;
    w.status.condition_count = 2;
    w.entries[0].replicas = w.entries[1].replicas = 3;
    unitedworld_next(&w);
    ck_assert_uint_eq(w.plan->status_changed, cases[_i].changed);
    /* the time is that of the status */
    ck_assert_str_eq(planned_condition(w.plan, "SubsetUpdated", "lastTransitionTime", buf, sizeof buf),
                     strcmp(cases[_i].status, "True") == 0 ? "1970-01-01T00:00:01Z" : "2023-11-14T22:13:20Z");
    unitedworld_free(&w);
}
END_TEST

/* With reservation: an entry's own reserved pods are compared; and what it has beside condition Schedulable stays where it
 * is when that changes. */
START_TEST(test_sent_reserved)
{
    struct rollout_condition conditions[2];
    char buf[64];
    unitedworld_make(&w, RESERVES,
                     &(struct united_row){ .total = "1", .cur = "1", .ready = "-", .reserved = "1", .marked = "60" });
    conditions[0] = w.updated;
    conditions[1] = (struct rollout_condition){ .type = STR("SubsetUpdated"), .status = STR("True") };
    w.status.conditions = conditions;
    w.status.condition_count = 2;
    w.status.label_selector = STR("apps.kruise.io/united-deployment-reserved-pod=false");
    w.status.updated_replicas = 1;
    w.entries[0].replicas = w.entries[0].reserved_pods = 1;
    unitedworld_next(&w);
    ck_assert_uint_eq(w.plan->status_changed, 0);
    w.entries[0].reserved_pods = 2;
    unitedworld_next(&w);
    ck_assert_uint_eq(w.plan->status_changed, 1);

    struct rollout_condition own[3] = { { .type = STR("Before"), .status = STR("True") },
                                        w.conditions[0],
                                        { .type = STR("After"), .status = STR("True") } };
    w.entries[0].conditions = own;
    w.entries[0].condition_count = 3;
    w.pods[0].flags = ROLLOUT_POD_READY; /* soaked, so that none is reserved */
    unitedworld_next(&w);
    const struct rollout_node *entry = ro_first(ro_get(w.plan->status.nodes, "subsetStatuses"));
    const struct rollout_node *now = ro_first(ro_get(entry, "conditions"));
    for (size_t i = 0; i < 3; i++, now = ro_next(now)) {
        ck_assert(ro_str_eq(ro_text(ro_get(now, "type")), own[i].type));
        ck_assert(ro_str_eq(ro_text(ro_get(now, "status")), STR("True")));
    }
    ck_assert_str_eq(planned_verdict(w.plan, &w.snapshot, ROLLOUT_SUBJECT_POD, 0, buf, sizeof buf),
                     "set-reserved Bookkeeping: bookkeeping: not reserved");
    unitedworld_free(&w);
}
END_TEST

/* ---- when it is looked at again (7-14) ---- */

START_TEST(test_look)
{
    unitedworld_make(&w, ADAPTIVE, &(struct united_row){ .total = "2", .min = "0,0", .cur = "2,-", .ready = "2,-" });
    w.children[0].status_replicas = 0; /* nothing is rolling */
    assert_actions("create-subset t2 ud-1 0");
    ck_assert_int_eq(w.plan->next_ms, w.snapshot.now_ms + 30000);
    w.spec.reschedule_critical_seconds = (struct rollout_opt){ 1, 0 };
    unitedworld_next(&w);
    ck_assert_int_eq(w.plan->requeue_seconds, 0);
    ck_assert_int_eq(w.plan->next_ms, 0);
    /* The end of what documents can say: a delay, but no instant. */
    w.spec.reschedule_critical_seconds.value = 30;
    w.snapshot.now_ms = RO_TIME_MAX - 30000;
    unitedworld_next(&w);
    ck_assert_int_eq(w.plan->next_ms, RO_TIME_MAX);
    w.snapshot.now_ms++;
    unitedworld_next(&w);
    ck_assert_int_eq(w.plan->requeue_seconds, 30);
    ck_assert_int_eq(w.plan->next_ms, 0);
    unitedworld_free(&w);

    /* Of two deadlines the sooner, whatever their order; pods of no child, and of one that is not in the spec and has no
     * entry, have none. */
    static const int64_t pending_s[][4] = { { 10, 20, 25, 28 }, { 20, 10, 28, 25 } };
    for (size_t k = 0; k < 2; k++) {
        unitedworld_make(&w, ADAPTIVE,
                         &(struct united_row){ .total = "2", .min = "0", .cur = "2,1,1", .ready = "-,-,-" });
        w.spec.subset_count = w.status.subset_count = 1;
        w.children[2].subset = w.children[0].subset; /* a duplicate */
        static const uint32_t children[] = { 1, 1, 0, 2, 3 };
        for (size_t i = 0; i < 5; i++) {
            struct rollout_pod *pod = unitedworld_pod_add(&w, 0, "ud-1", NULL);
            pod->phase = ROLLOUT_PHASE_PENDING;
            pod->flags = ROLLOUT_POD_UNSCHEDULABLE;
            pod->node.len = 0;
            pod->created_ms = w.snapshot.now_ms - pending_s[k][i < 4 ? i : 3] * 1000;
            pod->child = children[i];
        }
        unitedworld_next(&w);
        ck_assert_int_eq(w.plan->requeue_seconds, 10);
        ck_assert_int_eq(w.plan->next_ms, w.snapshot.now_ms + 10001);
        unitedworld_free(&w);
    }
}
END_TEST

/* ---- bad input ---- */

START_TEST(test_bad_input)
{
    make();
    w.specs[1].name = STR("a");
    ck_assert_str_eq(unitedworld_next(&w), "subsets[1].name: another subset has this name");
    make();
    w.children[1].kind = 5;
    ck_assert_str_eq(unitedworld_next(&w), "subsets[1].kind: 5 is unknown");
    w.children[1].kind = 0;
    ck_assert_str_eq(unitedworld_next(&w), "subsets[1].kind: 0 is none");
    make();
    unitedworld_pod_add(&w, 0, "ud-1", NULL)->child = 3;
    ck_assert_str_eq(unitedworld_next(&w), "pods[0].child: 3 of 2 subsets");
    make();
    w.specs[0].patch.len = 1;
    w.specs[0].patch.data = NULL;
    ck_assert_str_eq(unitedworld_next(&w), "subsets[0].patch: NULL with a length");
    make();
    unitedworld_pod_add(&w, 0, "ud-1", NULL)->uid.len = 1;
    ck_assert_str_eq(unitedworld_next(&w), "pods[0].uid: NULL with a length");
    make();
    w.spec.subset_count = (size_t)INT32_MAX / 4 + 1; /* refused before they are read */
    ck_assert_str_eq(unitedworld_next(&w), "subsets: too many");
    make();
    w.status.subset_count = (size_t)INT32_MAX / 4 + 1;
    ck_assert_str_eq(unitedworld_next(&w), "status.subsets: too many");
    make();
    w.spec.subset_count = 0;
    w.spec.subsets = NULL;
    w.snapshot.subsets.count = 0;
    ck_assert_str_eq(unitedworld_next(&w), "error"); /* six replicas, and no subset */
    w.spec.replicas.value = 0;
    ck_assert_str_eq(unitedworld_next(&w), "");
    unitedworld_free(&w);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("uniteddeployment_reconcile");
    TCase *tc = tcase_create("reconcile");
    tcase_add_test(tc, test_difference);
    tcase_add_test(tc, test_children);
    tcase_add_loop_test(tc, test_child_partition, 0, sizeof partitions / sizeof *partitions);
    tcase_add_test(tc, test_stuck);
    tcase_add_test(tc, test_max_unavailable);
    tcase_add_test(tc, test_revisions);
    tcase_add_test(tc, test_stops);
    tcase_add_test(tc, test_status);
    tcase_add_loop_test(tc, test_leftover, 0, 3);
    tcase_add_test(tc, test_sent);
    tcase_add_loop_test(tc, test_sent_conditions, 0, 5);
    tcase_add_test(tc, test_sent_reserved);
    tcase_add_test(tc, test_look);
    tcase_add_test(tc, test_bad_input);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

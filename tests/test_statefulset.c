/* SPDX-License-Identifier: Apache-2.0 */
/* A StatefulSet's pass: where it stops (statefulset.md 7), the replica and the condemned loop row by row (7.1 to 7.3),
 * gates (1.2), places (2.1), and what is refused. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "statefulworld.h"

/* ---- 7: every early stop ---- */

static void broken_state(struct statefulworld *w)
{
    stateful_in_place(w, 0, ROLLOUT_IN_PLACE_STATE | ROLLOUT_IN_PLACE_STATE_BROKEN);
}

static const struct stateful_case stops[] = {
    { "1: selector", "noselector H0", "0-1A 2C", "", "stop 1 changed 0", NULL },
    { "7: being deleted", "deleting", "0-1A", "", "stop 7 rep 2", NULL },
    { "7: also Parallel", "par deleting R1", "0-1A", "", "stop 7", NULL },
    { "8: scale budget", "M'x", "0-1A", "", "stop 8 error SpecInvalid", NULL },
    { "8: also Parallel", "par M'x R1", "0-2A", "", "stop 8 error SpecInvalid", NULL },
    { "7 before 8", "deleting M'x", "0-1A", "", "stop 7 error none", NULL },
    { "9: ordered exit", "", "0-1A", "create 2 b", "stop 9", NULL },
    { "9: an error, ordered", "Tdata", "0-1A; 0-1 2,!", "", "stop 9 error ClaimNotFree", NULL },
    { "9: an error, Parallel", "par Tdata", "0-1A; 0-1 2,!", "", "stop 9 error ClaimNotFree", NULL },
    { "9: a break goes on with 10", "par M1 U2", "0-2A 3A", "delete 3; delete 2; delete 1", "stop 20", NULL },
    { "9: a break goes on with 10, broken", "par M1", "0A- 1-2A 3A", "delete 3", "stop 20", NULL },
    { "11: ordered exit", "R2", "0-2A", "delete 2", "stop 11", NULL },
    { "13: OnDelete", "ondelete", "0-2A", "", "stop 13", NULL },
    { "13 before 14", "ondelete unobserved", "0-2A", "", "stop 13", NULL },
    { "14: writes not observed", "unobserved", "0-2A", "", "stop 14", NULL },
    { "14 before 15", "par unobserved R1", "0A- 1Ag 2A", "delete 2; delete 1", "stop 14", NULL },
    { "14: it scales", "par unobserved", "0A", "create 1 b; create 2 b", "stop 14", NULL },
    { "15: a lifecycle state moved", "par U3", "0-1A 2Bu", "set-lifecycle 2", "stop 15", NULL },
    { "15: of a condemned pod too", "par R2 preDelete", "0-1A 2BPh", "set-lifecycle 2 PreparingDelete; set-lifecycle 2",
      "stop 15", NULL },
    { "15: other steps of a refresh stop nothing", "par", "0-1A 2Ag", "set-ready 2; delete 2", "stop 20", NULL },
    { "15: an error", "par R1 paused", "0B", "", "stop 9 error SpecInvalid", broken_state },
    { "15: an error of a condemned pod", "par R0 paused", "0B", "delete 0", "stop 15 error SpecInvalid", broken_state },
    { "15 before 16", "par paused", "0-1A 2Bu", "set-lifecycle 2", "stop 15", NULL },
    { "16: paused", "paused", "0-2A", "", "stop 16", NULL },
    { "16 before 17", "paused U'x", "0-2A", "", "stop 16 error none", NULL },
    { "17: budget", "U'x", "0-2A*", "", "stop 17 error SpecInvalid", NULL },
    { "20: no budget left", "", "0-2A", "delete 2", "stop 20", NULL },
    { "20: an error", "only cannot", "0-2A", "", "stop 20 error InPlaceImpossible", NULL },
    { "through", "par U9", "0-2A", "delete 2; delete 1; delete 0", "stop 0", NULL },
    { "paused: it scales", "par paused R4", "0-2A", "create 3 b", NULL, NULL },
    { "paused: failed pods are replaced", "paused", "0Af 1-2A", "delete 0", NULL, NULL },
    { "paused: updates that were started end", "par paused", "0-1A 2Bu", "set-lifecycle 2", NULL, NULL },
    { "paused: specified deletes wait", "paused", "0-1A 2A*", "", "stop 16", NULL },
};

/* ---- 7.1: the replica loop, in both policies ---- */

static const struct stateful_case places[] = {
    { "R1", "paused r1", "0A 2Ai 3A", "repair 2 identity", NULL, NULL },
    { "R1, Parallel", "par paused r1", "0A 2Ai 3A", "repair 2 identity", NULL, NULL },
    { "R2: Failed", "paused", "0Af 1Af 2A", "delete 0", "stop 9", NULL },
    { "R2: Succeeded", "paused", "0As 1Af 2A", "delete 0", "stop 9", NULL },
    { "R2: goes already", "paused", "0Af! 1Af 2A", "", "stop 9", NULL },
    { "R2: its hook is asked", "paused preDelete", "0Afh 1A 2A", "set-lifecycle 0 PreparingDelete | ", "stop 9", NULL },
    { "R2: charged first", "paused M2", "0Af 1A 2A", "delete 0", "stop 9", NULL },
    { "R2: the charge exhausts it", "paused M1 R2", "0Af 1Ai 2A", "delete 2", "stop 11", NULL },
    { "R2, Parallel", "par paused", "0Af 1As 2Af!", "delete 0; delete 1", NULL, NULL },
    { "R2, Parallel: its hook is asked", "par paused preDelete", "0Afh 1Af 2A",
      "set-lifecycle 0 PreparingDelete; delete 1", NULL, NULL },
    { "R2, Parallel: charged first", "par paused M2", "0Af 1Af 2A", "delete 0", "stop 16", NULL },
    { "R2, Parallel: one that goes is charged too", "par paused M2", "0Af! 1Af 2A", "", NULL, NULL },
    { "R3", "paused", "0A 2A", "create 1 b", "stop 9", NULL },
    { "R3: stale claim", "paused whenScaled Tdata", "0A 2A; 0 1,o 2", "", "stop 9", NULL },
    { "R3: claims first", "paused Tlogs Tdata", "0-1A; 0-2 0-1:logs", "create-claim logs-2 of:logs; create 2 b", NULL,
      NULL },
    { "R3, Parallel", "par paused", "1A", "create 0 b; create 2 b", "stop 16", NULL },
    { "R3, Parallel: stale claim", "par paused whenScaled Tdata", "0A; 0 1,o 2", "create 2 b", "stop 16", NULL },
    { "R3, Parallel: an error stops", "par paused Tdata", "0A; 0 1,! 2", "", "stop 9 error ClaimNotFree", NULL },
    { "R3, Parallel: charged afterwards", "par paused M2 R5", "", "create 0 b; create 1 b", NULL, NULL },
    { "R3, Parallel: stale claims are not charged", "par paused M2 R4 whenScaled Tdata", "; 0-1,o 2-3",
      "create 2 b; create 3 b", NULL, NULL },
    { "R3: ordered sets charge nothing", "paused M1", "", "create 0 b | create 1 b | create 2 b | ", NULL, NULL },
    { "R4", "paused Tdata R1", "0Ap", "create-claim data-0 of:data", "stop 9", NULL },
    { "R4: goes on", "par paused Tdata R2", "0Apg 1A; 1", "create-claim data-0 of:data; set-ready 0", NULL, NULL },
    { "R4: not of a running one", "par paused Tdata R1", "0A-", "", NULL, NULL },
    { "R4: an error", "par paused Tdata R2", "0Ap 1Ai; 0,! 1", "", "stop 9 error ClaimNotFree", NULL },
    { "R5", "paused", "0A! 1Ai 2A", "", "stop 9", NULL },
    { "R5: before the refresh", "paused", "0A!g 1A 2A", "", "stop 9", NULL },
    { "R5, Parallel", "par paused", "0A! 1Ai 2A", "repair 1 identity", NULL, NULL },
    { "R5, Parallel: charged", "par paused M1", "0A! 1Ai 2A", "", NULL, NULL },
    { "R5, Parallel: charged, not exhausted", "par paused M2", "0A! 1Ai 2A", "repair 1 identity", NULL, NULL },
    { "R5, Parallel: goes on with R6", "par paused M2", "0A!g 1A 2A", "set-ready 0", NULL, NULL },
    { "R6: what it writes stays unseen", "paused", "0Bu 1Ai 2A", "set-lifecycle 0", "stop 9", NULL },
    { "R6: an error", "paused", "0Ai 1Ai 2A", "", "stop 9 error SpecInvalid", broken_state },
    { "R6, Parallel: an error", "par paused", "0Ai 1Ai 2A", "", "stop 9 error SpecInvalid", broken_state },
    { "R7", "paused m60", "0A 1Ay 2Ai", "", "stop 9 wait 59", NULL },
    { "R7: nothing to wait for", "paused m60", "0A 1A- 2Ai", "", "stop 9 wait 0", NULL },
    { "R7: young, but not ready", "paused m60", "0A 1Ay- 2Ai", "", "stop 9 wait 0", NULL },
    { "R7: young, but in a lifecycle state", "paused m60", "0A 1AyD 2Ai", "", "stop 9 wait 0", NULL },
    { "R7: ready without a time", "paused m60", "0A 1Az 2Ai", "", "stop 9 wait 60", NULL },
    { "R7, Parallel: no budget, no charge", "par paused m60", "0A 1Ay 2Ai", "repair 2 identity", "wait 0", NULL },
    { "R7, Parallel: exhausted", "par paused m60 M1", "0A 1Ay 2Ai", "", "wait 59 stop 16", NULL },
    { "R7, Parallel: charged", "par paused m60 M2", "0A 1Ay 2Ai", "repair 2 identity", "wait 0", NULL },
    { "R7, Parallel: each is charged", "par paused M2", "0A- 1A- 2Ai", "", NULL, NULL },
    { "R8: name", "paused", "0Ai 1-2A", "repair 0 identity", "stop 16", NULL },
    { "R8: volumes", "paused Tdata", "0Av 1-2A; 0-2", "repair 0 storage", NULL, NULL },
    { "R8: both", "paused Tdata", "0Aiv 1-2A; 0-2", "repair 0 identity+storage", NULL, NULL },
    { "R8: claims first", "paused Tdata Tlogs", "0Av 1-2A; 0-2", "create-claim logs-0 of:logs; repair 0 storage", NULL,
      NULL },
    { "R8: owners of its claims", "paused whenDeleted Tdata", "0A 1-2A; 0 1-2,s",
      "set-claim-owner data-0 StatefulSet 0", NULL, NULL },
    { "R8: owners before the pod", "paused whenDeleted Tdata", "0Ai 1-2A; 0 1-2,s",
      "set-claim-owner data-0 StatefulSet 0; repair 0 identity", NULL, NULL },
    { "R8: an error", "paused Tdata", "0Av 1Ai 2A; 0,! 1-2", "", "stop 9 error ClaimNotFree", NULL },
    { "R8: goes on", "paused", "0-2Ai", "repair 0 identity; repair 1 identity; repair 2 identity", NULL, NULL },
    { "R8, Parallel: also of one that is not ready", "par paused", "0A-i 1-2A", "repair 0 identity", NULL, NULL },
};

/* ---- 7.2 ---- */

static const struct stateful_case budgets[] = {
    { "no limit", "par R5", "", "create 0 b; create 1 b; create 2 b; create 3 b; create 4 b", NULL, NULL },
    { "the last one is within it", "par R5 M2", "", "create 0 b; create 1 b", NULL, NULL },
    { "a percentage of replicas", "par R5 M50%", "", "create 0 b; create 1 b", NULL, NULL },
    { "never less than 1", "par R5 M1%", "", "create 0 b", NULL, NULL },
    { "0 is 1", "par R5 M0", "", "create 0 b", NULL, NULL },
    { "'40' is a percentage", "par R5 M'40", "", "create 0 b; create 1 b", NULL, NULL },
    { "behind the break nothing is touched", "par paused M1", "0A- 1Ai 2Ag", "set-ready 2", NULL, NULL },
    { "condemned pods do not charge it", "par R1 M1", "0B- 1-3B-", "delete 3; delete 2; delete 1", NULL, NULL },
    { "one that terminates and is not ready charges twice", "par R2 M2", "0B!-", "", NULL, NULL },
    { "twice of three leaves one", "par R3 M3", "0B!-", "create 1 b", NULL, NULL },
    { "a failed pod charges before it goes", "par M1", "0Bf", "", NULL, NULL },
};

/* ---- 7.3: the condemned loop, in both policies ---- */

static const struct stateful_case condemned[] = {
    { "C1", "paused R1", "0A 1A 2A!", "", "stop 11", NULL },
    { "C1, Parallel", "par paused R1", "0A 1A 2A!", "delete 1", "stop 16", NULL },
    { "C2: not the first that is unhealthy", "paused R1", "0A 1-2A-", "", "stop 11", NULL },
    { "C2: the first", "paused R1", "0-1A 2A-", "delete 2", "stop 11", NULL },
    { "C2: another one is unhealthy", "paused R1", "0A 1A- 2A", "delete 2 | delete 1 | ", NULL, NULL },
    { "C2: the first is in a place, behind which the loop broke off", "paused M1 R2", "0A 1Af 2A-", "", "stop 11",
      NULL },
    { "C2, Parallel: no matter", "par paused R1", "0A 1-2A-", "delete 2; delete 1", NULL, NULL },
    { "C3: too young", "paused R1 m60", "0-1A 2Ay", "", "stop 11 wait 0 next 59000", NULL },
    { "C3, Parallel: no matter", "par paused R1 m60", "0-1A 2Ay", "delete 2; delete 1", NULL, NULL },
    { "C4", "paused R1", "0-2A", "delete 2", "stop 11", NULL },
    { "C4: Pending", "paused R1", "0A 1Ap", "delete 1", "stop 11", NULL },
    { "C4: its hook is asked", "paused R1 preDelete", "0A 1A 2Ah", "set-lifecycle 2 PreparingDelete", "stop 11", NULL },
    { "C4: prepared already and hooked: the next one", "paused R1 preDelete", "0A 1A 2ADh", "delete 1", "stop 11",
      NULL },
    { "C4: the last is prepared: through", "paused R2 preDelete", "0A 1A 2ADh", "", "stop 16", NULL },
    { "C4, Parallel: hooks", "par paused R1 preDelete", "0A 1Ah 2ADh 3AD", "delete 3; set-lifecycle 1 PreparingDelete",
      NULL, NULL },
    { "the highest first, whatever the list", "par paused R1", "10A 0A 9A 1A", "delete 10; delete 9; delete 1", NULL,
      NULL },
    { "a reserved one is condemned", "par paused R2 r1", "0-2A", "delete 1", NULL, NULL },
    { "one below start too", "par paused start S1 R1", "0-1A", "delete 0", NULL, NULL },
};

/* ---- 1.2: gates ---- */

static void resizes(struct statefulworld *w)
{
    w->spec.flags |= ROLLOUT_STATEFULSET_RESIZES_CLAIMS;
}

static void may_resize(struct statefulworld *w)
{
    stateful_gate(w, ROLLOUT_GATE_STATEFULSET_AUTO_RESIZE_PVC, 1);
}

static const struct stateful_case gates[] = {
    { "StatefulSetStartOrdinal, off", "S2 R1", "", "create 0 b", NULL, NULL },
    { "StatefulSetStartOrdinal, on", "start S2 R1", "", "create 2 b", NULL, NULL },
    { "StatefulSetAutoDeletePVC, on", "whenDeleted R1 Tdata", "0B; 0", "set-claim-owner data-0 StatefulSet 0", NULL,
      NULL },
    { "StatefulSetAutoDeletePVC, off", "noowners whenDeleted R1 Tdata", "0B; 0", "", NULL, NULL },
    { "StatefulSetAutoDeletePVC, off: of condemned pods", "noowners whenScaled R0 Tdata", "0B; 0", "delete 0", NULL,
      NULL },
    { "StatefulSetAutoDeletePVC, off: none is stale", "noowners whenScaled R1 Tdata", "; 0,o", "create 0 b", NULL,
      NULL },
    { "StatefulSetAutoResizePVCGate, off", "R1 Tdata:2Gi", "0B; 0=1Gi/1Gi", "", NULL, NULL },
    { "StatefulSetAutoResizePVCGate, off: the type alone", "R1 Tdata:2Gi", "0B; 0=1Gi/1Gi", "", NULL, resizes },
    { "StatefulSetAutoResizePVCGate, on: another type", "R1 Tdata:2Gi", "0B; 0=1Gi/1Gi", "", NULL, may_resize },
    { "StatefulSetAutoResizePVCGate, on", "resize R1 Tdata:2Gi", "0B; 0=1Gi/1Gi", "resize-claim data-0 of:data 2Gi",
      NULL, NULL },
    { "PreparingUpdateAsUpdate, off", "par unordered R3 P1 U9", "0AQ 1-2A", "delete 2; delete 1", NULL, NULL },
    { "PreparingUpdateAsUpdate, on", "par unordered R3 P1 U9 prepared", "0AQ 1-2A", "delete 0; delete 2", NULL, NULL },
};

/* ---- 2.1: who has a place ---- */

static void other_set(struct statefulworld *w)
{
    w->pods[0].name = stateful_str("other-0");
}

static void no_ordinal(struct statefulworld *w)
{
    w->pods[0].name = stateful_str("web");
}

static void no_digits(struct statefulworld *w)
{
    w->pods[0].name = stateful_str("web-x");
}

static const struct stateful_case pods[] = {
    { "the later of two has the place", "paused R2", "1A 0A 1A0", "repair 01 identity", "rep 2", NULL },
    { "in the order of the list", "paused R2", "1A0 0A 1A", "", "rep 2", NULL },
    { "the other one still counts at first", "paused R2 deleting", "1A0 0A 1A", "", "rep 3", NULL },
    { "and is refreshed", "par paused R2", "1Ag0 0A 1A", "set-ready 01", "stop 16", NULL },
    { "condemned ones have no place to share", "par paused R1", "1A0 0A 1A", "delete 01; delete 1", NULL, NULL },
    { "an ordinal beyond int32", "paused R1", "2147483648A 0A", "", "rep 1 stop 16", NULL },
    { "the last ordinal", "paused R1", "2147483647A 0A", "delete 2147483647", "rep 2", NULL },
    { "it is refreshed too", "paused R1", "99999999999Ag 0A", "set-ready 99999999999", "rep 1", NULL },
    { "it counts at first", "paused R1 deleting", "99999999999A 0A", "", "rep 2", NULL },
    { "not selected: released", "par paused R2", "0A/ 1A", "release 0; create 0 b", "rep 1", NULL },
    { "all that are not selected", "par paused R1", "0A 1-2A/ 3A", "release 1; release 2; delete 3", "rep 2", NULL },
    { "of another set's name: released", "par paused R1", "0A", "release other-0; create 0 b", "rep 0", other_set },
    { "no ordinal in the name: released", "par paused R1", "0A", "release web; create 0 b", "rep 0", no_ordinal },
    { "no digits: released", "par paused R1", "0A", "release x; create 0 b", "rep 0", no_digits },
    { "nothing is released while the set is deleted", "deleting R1", "0A/", "", "rep 0", NULL },
    { "released ones are not refreshed", "par paused R0", "0Ag/", "release 0", NULL, NULL },
};

/* ---- 4: revisions ---- */

static void is_new(struct statefulworld *w)
{
    w->revisions[1].flags = ROLLOUT_REVISION_NEW;
}

static void is_older(struct statefulworld *w)
{
    w->revisions[0].number = 7;
}

/* web-a and web-b, and so many older ones, the newest first. */
static void older(struct statefulworld *w, size_t more)
{
    static const char *const names[] = { "web-c", "web-d", "web-e", "web-f", "web-g", "web-h",
                                         "web-i", "web-j", "web-k", "web-l", "web-m" };
    w->snapshot.revisions.count = 2 + more;
    for (size_t i = 0; i < more; i++)
        w->revisions[2 + i] = (struct rollout_revision){ .name = stateful_str(names[i]), .number = -(int64_t)i };
}

static void four_older(struct statefulworld *w)
{
    older(w, 4);
}

static void eleven_older(struct statefulworld *w)
{
    older(w, 11);
}

static void oldest_used(struct statefulworld *w)
{
    older(w, 3);
    w->pods[0].revision = stateful_str("web-e");
}

static void oldest_used_by_another(struct statefulworld *w)
{
    oldest_used(w);
    w->pods[0].flags |= ROLLOUT_POD_NOT_SELECTED;
}

static void oldest_used_without_place(struct statefulworld *w)
{
    oldest_used(w);
    w->pods[0].name = stateful_str("web-99999999999");
}

static const struct stateful_case histories[] = {
    { "a new revision is stored first", "par R1", "", "create-revision b #2; create 0 b", NULL, is_new },
    { "a rollback raises the number", "par R1", "", "renumber-revision b #8; create 0 b", NULL, is_older },
    { "also of a set that is being deleted", "deleting R1", "", "renumber-revision b #8", "stop 7", is_older },
    { "the newest that are not in use are kept", "paused H2 R1", "0A", "delete-revision f; delete-revision e", NULL,
      four_older },
    { "ten by default", "paused R1", "0A", "delete-revision m", NULL, eleven_older },
    { "none", "paused H0 R1", "0A", "delete-revision f; delete-revision e; delete-revision d; delete-revision c", NULL,
      four_older },
    { "a pod uses one", "paused H0 R1", "0A", "delete-revision d; delete-revision c", NULL, oldest_used },
    { "one that is not claimed does not", "par paused H0 R1", "0A",
      "release 0; create 0 b; delete-revision e; delete-revision d; delete-revision c", NULL, oldest_used_by_another },
    { "one without an ordinal does", "par paused H0 R0", "0A", "delete-revision d; delete-revision c", NULL,
      oldest_used_without_place },
    { "also where the pass failed", "H3 M'x", "0A", "delete-revision f", "stop 8", four_older },
    { "and where the set is deleted", "H3 deleting", "0A", "delete-revision f", "stop 7", four_older },
};

STATEFUL_TABLE(test_stop, stops)
STATEFUL_TABLE(test_place, places)
STATEFUL_TABLE(test_budget, budgets)
STATEFUL_TABLE(test_condemned, condemned)
STATEFUL_TABLE(test_gate, gates)
STATEFUL_TABLE(test_pod, pods)
STATEFUL_TABLE(test_history, histories)

/* ---- what is refused ---- */

static struct statefulworld w;

static const struct {
    const char *settings, *scene, *field, *message;
} refused[] = {
    { "R10000001", "", "replicas", "replicas: 10000001, but no more than 10000000 are planned for" },
    { "R1 r0-10000000", "", "reserve_ordinals",
      "reserve_ordinals: ordinals would reach to 10000001; no more than 10000000 are planned for, and none "
      "beyond 2147483647" },
    { "R2 start S2147483646 r2147483647", "", "reserve_ordinals",
      "reserve_ordinals: ordinals would reach to 2147483648; no more than 10000000 are planned for, and none "
      "beyond 2147483647" },
    { "R1 start S-1", "", "start_ordinal", "start_ordinal: -1 is negative" },
    { "R1 start S-5 r-5", "", "start_ordinal", "start_ordinal: -5 is negative" },
    { "R3 start S2147483646", "", "start_ordinal",
      "start_ordinal: 2147483646 with 3 replicas is beyond the ordinal 2147483647" },
    { "R2147483647 r0-2147483647", "", "replicas", "replicas: 2147483647, but no more than 10000000 are planned for" },
};

START_TEST(test_refused)
{
    struct rollout_error error = { .struct_size = sizeof error };
    stateful_make(&w, refused[_i].settings, refused[_i].scene);
    ck_assert_int_eq(stateful_try(&w, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.field, refused[_i].field);
    ck_assert_str_eq(error.message, refused[_i].message);
    ck_assert_ptr_null(w.plan);
}
END_TEST

/* What is just not too much: a start that is ignored, reserved ordinals behind the range, the last ordinals. */
static const char *const accepted[] = { "R1 S-1", "R2 r9-10000008", "R2 start S2147483646", "R0 r0-2147483647",
                                        "R2 r0-9999997" };

START_TEST(test_accepted)
{
    struct rollout_error error = { .struct_size = sizeof error };
    stateful_make(&w, accepted[_i], "");
    ck_assert_msg(stateful_try(&w, &error) == ROLLOUT_OK, "%s: %s", accepted[_i], error.message);
    stateful_free(&w);
}
END_TEST

static const struct rollout_label nowhere[1];

static void bad_type(struct statefulworld *it)
{
    it->spec.update_type = 2;
}

static void bad_policy(struct statefulworld *it)
{
    it->spec.pod_update_policy = 3;
}

static void bad_retention(struct statefulworld *it)
{
    it->spec.claims_when_deleted = 2;
}

static void bad_scaled(struct statefulworld *it)
{
    it->spec.claims_when_scaled = 2;
}

static void bad_budget(struct statefulworld *it)
{
    it->spec.max_unavailable.kind = 3;
}

static void bad_scale_budget(struct statefulworld *it)
{
    it->spec.scale_max_unavailable = (struct rollout_intstr){ .kind = ROLLOUT_INTSTR_TEXT, .text = { NULL, 1 } };
}

static void bad_reserved(struct statefulworld *it)
{
    it->spec.reserve_ordinal_count = 2;
    it->reserved[1].kind = 3;
}

static void bad_reserved_text(struct statefulworld *it)
{
    it->spec.reserve_ordinal_count = 1;
    it->reserved[0] = (struct rollout_intstr){ .kind = ROLLOUT_INTSTR_TEXT, .text = { NULL, 1 } };
}

static void bad_name(struct statefulworld *it)
{
    it->spec.name = (struct rollout_str){ NULL, 3 };
}

static void bad_uid(struct statefulworld *it)
{
    it->spec.uid = (struct rollout_str){ NULL, 3 };
}

static void bad_template(struct statefulworld *it)
{
    it->spec.claim_template_count = 2;
    it->templates[1].request = (struct rollout_str){ NULL, 3 };
}

static void bad_class(struct statefulworld *it)
{
    it->spec.claim_template_count = 1;
    it->templates[0].storage_class = (struct rollout_str){ NULL, 3 };
}

static void bad_template_name(struct statefulworld *it)
{
    it->spec.claim_template_count = 1;
    it->templates[0].name = (struct rollout_str){ NULL, 3 };
}

static void bad_modes(struct statefulworld *it)
{
    it->spec.claim_template_count = 1;
    it->templates[0].access_modes = (struct rollout_strs){ NULL, 1, sizeof(struct rollout_str) };
}

static void bad_claim_status(struct statefulworld *it)
{
    it->status.claims = it->claim_status;
    it->status.claim_count = 2;
    it->claim_status[1].name = (struct rollout_str){ NULL, 3 };
}

static void bad_claim_statuses(struct statefulworld *it)
{
    it->status.claim_count = 1;
}

static void bad_conditions(struct statefulworld *it)
{
    it->status.condition_count = 1;
}

static void bad_status(struct statefulworld *it)
{
    it->status.current_revision = (struct rollout_str){ NULL, 1 };
}

static void bad_weights(struct statefulworld *it)
{
    it->spec.priority.weight_count = 1;
}

static void bad_hook(struct statefulworld *it)
{
    it->spec.lifecycle.set = 1;
    it->spec.lifecycle.pre_delete.set = 1;
    it->spec.lifecycle.pre_delete.labels = (struct rollout_labels){ NULL, 1, sizeof *nowhere };
}

static void bad_pod(struct statefulworld *it)
{
    it->pods[1].name = (struct rollout_str){ NULL, 1 };
}

static const struct {
    void (*spoil)(struct statefulworld *w);
    const char *field, *message;
} spoilt[] = {
    { bad_type, "update_type", "update_type: 2 is unknown" },
    { bad_policy, "pod_update_policy", "pod_update_policy: 3 is unknown" },
    { bad_retention, "claims_when_deleted", "claims_when_deleted: 2 is unknown" },
    { bad_scaled, "claims_when_scaled", "claims_when_scaled: 2 is unknown" },
    { bad_budget, "max_unavailable.kind", "max_unavailable.kind: 3 is unknown" },
    { bad_scale_budget, "scale_max_unavailable.text", "scale_max_unavailable.text: NULL with a length" },
    { bad_reserved, "reserve_ordinals[1].kind", "reserve_ordinals[1].kind: 3 is unknown" },
    { bad_reserved_text, "reserve_ordinals[0].text", "reserve_ordinals[0].text: NULL with a length" },
    { bad_name, "name", "name: NULL with a length" },
    { bad_uid, "uid", "uid: NULL with a length" },
    { bad_template, "claim_templates[1].request", "claim_templates[1].request: NULL with a length" },
    { bad_class, "claim_templates[0].storage_class", "claim_templates[0].storage_class: NULL with a length" },
    { bad_template_name, "claim_templates[0].name", "claim_templates[0].name: NULL with a length" },
    { bad_modes, "claim_templates[0].access_modes", "claim_templates[0].access_modes: NULL with a count" },
    { bad_claim_status, "status.claims[1].name", "status.claims[1].name: NULL with a length" },
    { bad_claim_statuses, "status.claims", "status.claims: NULL with a count" },
    { bad_conditions, "status.conditions", "status.conditions: NULL with a count" },
    { bad_status, "status.current_revision", "status.current_revision: NULL with a length" },
    { bad_weights, "priority.weights", "priority.weights: NULL with a count" },
    { bad_hook, "lifecycle.pre_delete.labels", "lifecycle.pre_delete.labels: NULL with a count" },
    { bad_pod, "pods[1].name", "pods[1].name: NULL with a length" },
};

START_TEST(test_spoilt)
{
    struct rollout_error error = { .struct_size = sizeof error };
    stateful_make(&w, "", "0-2A");
    spoilt[_i].spoil(&w);
    ck_assert_int_eq(stateful_try(&w, &error), ROLLOUT_ERR_INVALID);
    ck_assert_str_eq(error.field, spoilt[_i].field);
    ck_assert_str_eq(error.message, spoilt[_i].message);
}
END_TEST

/* The status has a size of its own. */
START_TEST(test_status_size)
{
    struct rollout_error error = { .struct_size = sizeof error };
    stateful_make(&w, "", "0-2A");
    w.status.struct_size = 7;
    ck_assert_int_eq(stateful_try(&w, &error), ROLLOUT_ERR_ABI);
    ck_assert_str_eq(error.field, "status");
}
END_TEST

/* replicas is 1 where it is absent, and 0 where the API would never have it. */
START_TEST(test_replicas)
{
    stateful_make(&w, "par", "");
    w.spec.replicas.set = 0;
    ck_assert_str_eq(stateful_actions(&w), "create 0 b");
    w.spec.replicas = (struct rollout_opt){ 1, -4 };
    ck_assert_str_eq(stateful_actions(&w), "");
    stateful_free(&w);
}
END_TEST

/* Every list of a plan is gone through twice: the second run writes what the first has counted. */
START_TEST(test_same_again)
{
    char first[4096];
    stateful_make(&w, "par R6 U3 Tdata whenDeleted", "0A* 1A! 2Ay 3A-i 4Bf 5A 8A; 0-9");
    snprintf(first, sizeof first, "%s", stateful_actions(&w));
    ck_assert_str_eq(stateful_actions(&w), first);
    stateful_free(&w);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("statefulset");
    TCase *tcase = tcase_create("statefulset");
    tcase_add_loop_test(tcase, test_stop, 0, STATEFUL_ROWS(stops));
    tcase_add_loop_test(tcase, test_place, 0, STATEFUL_ROWS(places));
    tcase_add_loop_test(tcase, test_budget, 0, STATEFUL_ROWS(budgets));
    tcase_add_loop_test(tcase, test_condemned, 0, STATEFUL_ROWS(condemned));
    tcase_add_loop_test(tcase, test_gate, 0, STATEFUL_ROWS(gates));
    tcase_add_loop_test(tcase, test_pod, 0, STATEFUL_ROWS(pods));
    tcase_add_loop_test(tcase, test_history, 0, STATEFUL_ROWS(histories));
    tcase_add_loop_test(tcase, test_refused, 0, STATEFUL_ROWS(refused));
    tcase_add_loop_test(tcase, test_accepted, 0, STATEFUL_ROWS(accepted));
    tcase_add_loop_test(tcase, test_spoilt, 0, STATEFUL_ROWS(spoilt));
    tcase_add_test(tcase, test_status_size);
    tcase_add_test(tcase, test_replicas);
    tcase_add_test(tcase, test_same_again);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
